CREATE TABLE [Complaint] (
  [ComplaintID] AUTOINCREMENT CONSTRAINT [PrimaryKey] PRIMARY KEY UNIQUE NOT NULL,
  [StoreNo] VARCHAR (3) NOT NULL,
  [CustomerName] VARCHAR (80),
  [Received] DATETIME,
  [Subject] VARCHAR (120),
  [Refund] CURRENCY,
  [State] VARCHAR (12),
  [ClosedOn] DATETIME
)
