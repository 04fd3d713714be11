//! Table definitions: columns with their properties, indexes with their columns.

use jetdb::{CatalogEntry, ColumnDef, ColumnType, ObjectProperties, PropMapType, TableDef, TextEncoding, Value};

use crate::facts::{ColumnFacts, IndexFacts, SourceFacts, TableFacts};

use super::super::SourceError;
use super::{Database, guarded, indexes, is_user_table};

/// A table whose rows can be streamed: its place in the facts and its definition.
pub(crate) struct Defined {
    pub(crate) at: usize,
    pub(crate) entry: CatalogEntry,
    pub(crate) definition: TableDef,
}

/// Reads the definition of every table without the system flag. A broken one becomes a notice.
pub(crate) fn definitions(database: &mut Database, facts: &mut SourceFacts) -> Vec<Defined> {
    let entries: Vec<CatalogEntry> = database.catalog.iter().filter(|entry| is_user_table(entry)).cloned().collect();
    let mut found = Vec::new();
    for entry in entries.into_iter().take(super::OBJECTS) {
        match definition(database, &entry) {
            Ok((table, definition)) => {
                found.push(Defined { at: facts.tables.len(), entry, definition });
                facts.tables.push(table);
            }
            Err(error) => facts.notices.push(error.notice(&entry.name, "the other tables were read")),
        }
    }
    found
}

fn definition(database: &mut Database, entry: &CatalogEntry) -> Result<(TableFacts, TableDef), SourceError> {
    let reader = &mut database.reader;
    let definition = guarded(&entry.name, || jetdb::read_table_def(reader, &entry.name, entry.table_page))?;
    let encoding = reader.text_encoding();
    let properties = guarded(&entry.name, || jetdb::entry_properties(entry, encoding)).ok();
    // Keyed by names in lower case.
    let calculated = jetdb::calculated_column_types_in(&database.catalog, &definition);
    let columns = definition
        .columns
        .iter()
        .map(|column| {
            described(
                column_facts(column, calculated.get(&column.name.to_ascii_lowercase()), encoding),
                properties.as_ref(),
            )
        })
        .collect();
    let indexes = index_facts(database, entry.table_page, &definition);
    let rows = u64::from(definition.num_rows);
    Ok((TableFacts { name: entry.name.clone(), rows, columns, indexes, linked_to: None }, definition))
}

fn index_facts(database: &mut Database, page: u32, definition: &TableDef) -> Vec<IndexFacts> {
    let overlay = indexes::read(&mut database.reader, page, definition, &database.spend);
    let listed = overlay.unwrap_or_default();
    definition
        .indexes
        .iter()
        .enumerate()
        .map(|(position, index)| {
            let own = listed.get(position);
            let name = |number: &u16| {
                definition.columns.iter().find(|column| column.col_num == *number).map(|column| column.name.clone())
            };
            IndexFacts {
                name: index.name.clone(),
                columns: own.map(|own| own.columns.iter().filter_map(name).collect()).unwrap_or_default(),
                // A primary key need not carry the flag.
                unique: own.is_some_and(|own| own.unique) || index.index_type == jetdb::index_type::PRIMARY,
                primary: index.index_type == jetdb::index_type::PRIMARY,
                foreign: index.index_type == jetdb::index_type::FOREIGN_KEY,
            }
        })
        .collect()
}

fn column_facts(column: &ColumnDef, calculated: Option<&ColumnType>, encoding: TextEncoding) -> ColumnFacts {
    let kind = calculated.copied().unwrap_or(column.col_type);
    let numeric = kind == ColumnType::Numeric;
    ColumnFacts {
        name: column.name.clone(),
        declared_type: Some(type_name(kind).to_string()),
        length: length(column, kind, encoding),
        precision: numeric.then_some(column.precision),
        scale: numeric.then_some(column.scale),
        auto_number: column.is_auto_number(),
        ..ColumnFacts::default()
    }
}

/// Characters for texts, bytes else; memos and objects have no length.
fn length(column: &ColumnDef, kind: ColumnType, encoding: TextEncoding) -> Option<u32> {
    match kind {
        // One byte a letter in Jet 3, two later.
        ColumnType::Text if encoding.is_jet3() => Some(u32::from(column.col_size)),
        ColumnType::Text => Some(u32::from(column.col_size) / 2),
        ColumnType::Memo | ColumnType::Ole => None,
        // A calculated column has room for any type; its result has the size of its own.
        _ if column.is_calculated => Some(kind.fixed_size().map_or(u32::from(column.col_size), |size| size as u32)),
        _ if column.col_size > 0 => Some(u32::from(column.col_size)),
        _ => kind.fixed_size().map(|size| size as u32),
    }
}

/// Access' own words for its types, as its table designer and DAO name them.
fn type_name(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Boolean => "Boolean",
        ColumnType::Byte => "Byte",
        ColumnType::Int => "Integer",
        ColumnType::Long => "Long",
        ColumnType::Money => "Currency",
        ColumnType::Float => "Single",
        ColumnType::Double => "Double",
        ColumnType::Timestamp => "DateTime",
        ColumnType::Binary => "Binary",
        ColumnType::Text => "Text",
        ColumnType::Ole => "OLE",
        ColumnType::Memo => "Memo",
        ColumnType::Guid => "GUID",
        ColumnType::Numeric => "Decimal",
        ColumnType::ComplexType => "Complex",
        ColumnType::BigInt => "BigInt",
        ColumnType::DateTimeExtended => "DateTimeExtended",
        _ => "Unknown",
    }
}

fn described(mut column: ColumnFacts, properties: Option<&ObjectProperties>) -> ColumnFacts {
    let own = |map: &&jetdb::PropertyMap| map.map_type == PropMapType::Column && map.name == column.name;
    let Some(map) = properties.and_then(|properties| properties.maps.iter().find(own)) else {
        return column;
    };
    for property in &map.properties {
        let text = match &property.value {
            Value::Text(text) if !text.is_empty() => Some(text.clone()),
            _ => None,
        };
        match property.name.as_str() {
            "Required" => column.required = property.value == Value::Bool(true),
            "DefaultValue" => column.default = text,
            "ValidationRule" => column.validation_rule = text,
            "ValidationText" => column.validation_text = text,
            "Caption" => column.caption = text,
            "Description" => column.description = text,
            "RowSource" => column.row_source = text,
            "Expression" => column.expression = text,
            _ => {}
        }
    }
    column
}
