//! Access databases of Jet 3 to ACE 17: jetdb reads pages, catalog and rows; an overlay beside it reads what it loses
//! (columns of indexes, fixed-length texts, VBA of any code page, linked tables, passwords of old files).
//! Rows are streamed and never held. Only this folder names jetdb.

mod code;
mod indexes;
mod rows;
mod tables;

use std::panic::{AssertUnwindSafe, catch_unwind};

use jetdb::{CatalogEntry, FileError, JetVersion, ObjectType, PageReader, QueryType, Value};

use crate::facts::{DeclaredRelationship, FileKind, LinkFacts, Notice, Problem, QueryFacts, SourceFacts, TableFacts};

use super::SourceError;
use super::content::Content;
use super::mask::credentials;
use super::sink::Sink;
use super::spend::Spend;

/// Tables and queries of one database (Access specifications: 32,768 objects).
const OBJECTS: usize = 32_768;
/// Relationships of the navigation pane carry this prefix; its tables are system tables without the flag in old files.
const NAVIGATION: &str = "MSysNavPane";
/// Page of the catalog's own table.
const CATALOG_PAGE: u32 = 2;

/// An open database with what every reader of it needs.
pub(crate) struct Database {
    pub(crate) reader: PageReader,
    pub(crate) catalog: Vec<CatalogEntry>,
    pub(crate) spend: Spend,
}

/// Reads a database.
pub(crate) fn read(content: &Content, spend: &mut Spend, sink: &mut dyn Sink) -> Result<SourceFacts, SourceError> {
    let mut reader = guarded("header", || PageReader::open_reader(content.start()))?;
    let mut facts = SourceFacts { version: Some(version_name(reader.header().version)), ..SourceFacts::default() };
    facts.kind = if reader.header().version.is_accdb() { FileKind::Accdb } else { FileKind::Mdb };
    facts.notices.extend(password_notice(&mut reader));
    let catalog = guarded("catalog", || jetdb::read_catalog(&mut reader))?;
    let mut database = Database { reader, catalog, spend: spend.clone() };
    let mut defined = tables::definitions(&mut database, &mut facts);
    told(&mut facts, "relationships", relationships(&mut database), |facts, found| facts.relationships = found);
    told(&mut facts, "queries", queries(&mut database), |facts, found| facts.queries = found);
    told(&mut facts, "linked tables", linked(&mut database), |facts, (tables, links)| {
        facts.tables.extend(tables);
        facts.links.extend(links);
    });
    code::read(&mut database, &mut facts);
    sink.early_facts(&facts)?;
    for table in &mut defined {
        rows::stream(&mut database, table, sink, &mut facts)?;
    }
    Ok(facts)
}

/// Puts what was read into the facts, or why it could not be.
fn told<T>(facts: &mut SourceFacts, place: &str, read: Result<T, SourceError>, put: impl FnOnce(&mut SourceFacts, T)) {
    match read {
        Ok(found) => put(facts, found),
        Err(error) => facts.notices.push(error.notice(place, "the rest of the database was read")),
    }
}

/// Runs a call into the vendor's code, which may panic on damaged pages, and words its errors.
pub(crate) fn guarded<T>(place: &str, work: impl FnOnce() -> Result<T, FileError>) -> Result<T, SourceError> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(refusal(place, &error)),
        Err(_) => Err(SourceError::malformed(place, "its pages contradict each other")),
    }
}

fn refusal(place: &str, error: &FileError) -> SourceError {
    match error {
        FileError::PasswordRequired | FileError::InvalidPassword => SourceError::Encrypted {
            what: String::from("the database is protected by a password; remove it in Access and scan again"),
        },
        FileError::UnsupportedEncryption { .. } => SourceError::Encrypted {
            what: String::from(
                "the database is encrypted in a way that is not read; decrypt it in Access and scan again",
            ),
        },
        other => SourceError::malformed(place, other),
    }
}

/// `Jet3`, `Jet4`, `ACE12`...
fn version_name(version: JetVersion) -> String {
    version.short_name().replace("JET", "Jet")
}

/// An old file's password only keeps Access from opening it: the data are not encrypted by it.
fn password_notice(reader: &mut PageReader) -> Option<Notice> {
    /// Where the password is on the first page, and the day of creation whose number hides it (mdbtools HACKING.md).
    const PASSWORD: usize = 0x42;
    const CREATED: usize = 0x72;
    let version = reader.header().version;
    if version.is_accdb() {
        return None;
    }
    let length = if version.is_jet3() { 20 } else { 40 };
    let page = reader.read_page(0).ok()?;
    let stored = page.get(PASSWORD..PASSWORD.checked_add(length)?)?;
    let mask = if version.is_jet3() {
        [0; 4]
    } else {
        let day = f64::from_le_bytes(page.get(CREATED..CREATED.checked_add(8)?)?.try_into().ok()?);
        (day as i32).to_le_bytes()
    };
    let set = stored.iter().zip(mask.iter().cycle()).any(|(byte, mask)| byte ^ mask != 0);
    set.then(|| Notice {
        place: String::new(),
        problem: Problem::Remark,
        message: String::from("the database has a password, but this format does not encrypt by it: everything was read without it, and so can anyone; move the data to a format that protects them"),
    })
}

/// DAO's `dbSystemObject` is 0x80000002 and old files carry only its lower bit, which jetdb calls hidden. Tables that users hide
/// have another bit and stay.
fn is_system(entry: &CatalogEntry) -> bool {
    entry.is_system_or_hidden()
}

fn is_user_table(entry: &CatalogEntry) -> bool {
    entry.object_type == ObjectType::Table && !is_system(entry)
}

fn relationships(database: &mut Database) -> Result<Vec<DeclaredRelationship>, SourceError> {
    /// Bit of `grbit` for one-to-one (DAO `dbRelationUnique`).
    const UNIQUE: u32 = 1;
    let Database { reader, catalog, .. } = database;
    let found = guarded("relationships", || jetdb::read_relationships_in(reader, catalog))?;
    let system = |name: &str| {
        name.starts_with(NAVIGATION)
            || catalog
                .iter()
                .any(|entry| entry.name == name && entry.object_type == ObjectType::Table && is_system(entry))
    };
    let kept = found.into_iter().filter(|found| !system(&found.from_table) && !system(&found.to_table)).take(OBJECTS);
    Ok(kept
        .map(|found| DeclaredRelationship {
            enforced: found.has_referential_integrity(),
            one_to_one: found.flags & UNIQUE != 0,
            from_columns: found.columns.iter().map(|pair| pair.from_column.clone()).collect(),
            to_columns: found.columns.iter().map(|pair| pair.to_column.clone()).collect(),
            name: found.name,
            from_table: found.from_table,
            to_table: found.to_table,
        })
        .collect())
}

/// Access names the queries behind forms, reports and controls so; jetdb leaves out names with this prefix.
const HIDDEN_QUERY: &str = "~";

fn queries(database: &mut Database) -> Result<Vec<QueryFacts>, SourceError> {
    /// Stands in front of a hidden query's name while jetdb reads it.
    const SHOWN: &str = "\u{1}";
    let mut catalog = database.catalog.clone();
    let hidden =
        |entry: &&mut CatalogEntry| entry.object_type == ObjectType::Query && entry.name.starts_with(HIDDEN_QUERY);
    catalog.iter_mut().filter(hidden).for_each(|entry| entry.name.insert_str(0, SHOWN));
    let reader = &mut database.reader;
    let found = guarded("queries", || jetdb::read_queries_in(reader, &catalog))?;
    let mut queries = Vec::new();
    for query in found.iter().take(OBJECTS) {
        let sql = guarded("queries", || Ok(jetdb::query_to_sql(query)))?;
        database.spend.bytes(sql.len())?;
        queries.push(QueryFacts {
            name: query.name.trim_start_matches(SHOWN).to_string(),
            kind: query_kind(query.query_type).to_string(),
            sql,
        });
    }
    Ok(queries)
}

fn query_kind(kind: QueryType) -> &'static str {
    match kind {
        QueryType::MakeTable => "makeTable",
        QueryType::Append => "append",
        QueryType::Update => "update",
        QueryType::Delete => "delete",
        QueryType::Crosstab => "crosstab",
        QueryType::Ddl => "dataDefinition",
        QueryType::Passthrough => "passThrough",
        QueryType::Union => "union",
        _ => "select",
    }
}

/// Linked tables are rows of the catalog with the types 4 (ODBC) and 6 (file).
fn linked(database: &mut Database) -> Result<(Vec<TableFacts>, Vec<LinkFacts>), SourceError> {
    let any = |entry: &CatalogEntry| matches!(entry.object_type, ObjectType::LinkedTable | ObjectType::LinkedOdbcTable);
    let (mut tables, mut links) = (Vec::new(), Vec::new());
    if !database.catalog.iter().any(any) {
        return Ok((tables, links));
    }
    let wanted = ["Name", "Type", "Database", "ForeignName", "Connect"];
    for row in rows::system_rows(database, "MSysObjects", CATALOG_PAGE, &wanted)? {
        let [Value::Text(name), kind, database, foreign, connect] = row.as_slice() else {
            continue;
        };
        if !matches!(kind, Value::Int(4 | 6)) {
            continue;
        }
        let text = |value: &Value| match value {
            Value::Text(text) => text.clone(),
            _ => String::new(),
        };
        let source = [text(connect), text(database)]
            .iter()
            .filter(|part| !part.is_empty())
            .cloned()
            .collect::<Vec<_>>()
            .join(" ");
        let target = format!("{} [{}]", credentials(&source), text(foreign));
        links.push(LinkFacts { kind: String::from("table"), target: target.clone(), place: name.clone() });
        tables.push(TableFacts { name: name.clone(), linked_to: Some(target), ..TableFacts::default() });
    }
    Ok((tables, links))
}
