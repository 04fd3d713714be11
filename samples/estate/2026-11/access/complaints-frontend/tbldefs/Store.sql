CREATE TABLE [Store] (
  [StoreNo] VARCHAR (3) CONSTRAINT [PrimaryKey] PRIMARY KEY UNIQUE NOT NULL,
  [City] VARCHAR (50),
  [SupplierHint] VARCHAR (5)
)
