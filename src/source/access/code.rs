//! VBA modules, forms, reports and macros of a database. The storage of Access 2002 and later is rows of a tree, of
//! Access 2000 a compound file in pieces, of Access 97 a table of modules.

use jetdb::{AccessStorage, BlobValue, FormObjectType, Value};

use crate::facts::{CodeFacts, ObjectFacts, SourceFacts};

use super::super::SourceError;
use super::super::vba::{self, Project, Streams};
use super::rows::system_rows;
use super::{Database, guarded, is_user_table, told};

/// Entries of the storage tree walked upwards at most.
const TREE_DEPTH: usize = 64;

/// Reads all of them into the facts.
pub(crate) fn read(database: &mut Database, facts: &mut SourceFacts) {
    told(facts, "VBA", modules(database), |facts, project| {
        facts.code.extend(project.modules);
        facts.notices.extend(project.notices);
    });
    let reader = &mut database.reader;
    let storage = match guarded("storage", || jetdb::read_access_storage(reader)) {
        Ok(storage) => storage,
        Err(error) => {
            facts
                .notices
                .push(error.notice("storage", "forms, reports and macros were not read; tables and queries were"));
            return;
        }
    };
    told(facts, "forms and reports", designs(&storage), |facts, (forms, reports)| {
        facts.forms.extend(forms);
        facts.reports.extend(reports);
    });
    told(facts, "macros", macros(database, &storage), |facts, found| facts.macros.extend(found));
    told(facts, "data macros", data_macros(database), |facts, found| facts.macros.extend(found));
    if database.reader.header().version.is_jet3() {
        let error = SourceError::Unsupported { what: String::from("forms and reports of Access 97 are not read") };
        if has_designs(database) {
            facts.notices.push(error.notice("forms and reports", "tables, queries, macros and code were"));
        }
    }
}

fn has_designs(database: &Database) -> bool {
    let design = |kind| matches!(kind, jetdb::ObjectType::Form | jetdb::ObjectType::Report);
    database.catalog.iter().any(|entry| design(entry.object_type))
}

fn page_of(database: &Database, table: &str) -> Option<u32> {
    let found = |entry: &&jetdb::CatalogEntry| entry.object_type == jetdb::ObjectType::Table && entry.name == table;
    database.catalog.iter().find(found).map(|entry| entry.table_page)
}

fn modules(database: &mut Database) -> Result<Project, SourceError> {
    if let Some(page) = page_of(database, "MSysAccessStorage") {
        return from_tree(database, page);
    }
    if let Some(page) = page_of(database, "MSysAccessObjects") {
        return from_pieces(database, page);
    }
    match page_of(database, "MSysModules2") {
        Some(page) => from_modules(database, page),
        None => Ok(Project::default()),
    }
}

/// One row of the storage tree.
struct Entry {
    id: i32,
    parent: i32,
    name: String,
    data: Vec<u8>,
}

/// The streams below one folder of the tree.
struct Below<'a> {
    entries: &'a [Entry],
    folder: i32,
}

impl Streams for Below<'_> {
    fn stream(&mut self, name: &str) -> Option<Vec<u8>> {
        let mut folder = self.folder;
        let mut steps = name.split('/').take(TREE_DEPTH).peekable();
        while let Some(step) = steps.next() {
            let child =
                |entry: &&Entry| entry.parent == folder && entry.id != folder && entry.name.eq_ignore_ascii_case(step);
            let found = self.entries.iter().find(child)?;
            if steps.peek().is_none() {
                return Some(found.data.clone());
            }
            folder = found.id;
        }
        None
    }
}

fn from_tree(database: &mut Database, page: u32) -> Result<Project, SourceError> {
    let rows = system_rows(database, "MSysAccessStorage", page, &["Id", "ParentId", "Name", "Lv"])?;
    let entries: Vec<Entry> = rows.into_iter().filter_map(entry).collect();
    let mut project = Project::default();
    for dir in entries.iter().filter(|entry| entry.name.eq_ignore_ascii_case("dir") && !entry.data.is_empty()) {
        // The parent of `dir` is the folder `VBA`, whose parent is the project.
        let Some(folder) = entries.iter().find(|entry| entry.id == dir.parent) else {
            continue;
        };
        let found = vba::modules_of(&mut Below { entries: &entries, folder: folder.parent }, &database.spend)?;
        project.modules.extend(found.modules);
        project.notices.extend(found.notices);
    }
    Ok(project)
}

fn entry(row: Vec<Value>) -> Option<Entry> {
    let mut row = row.into_iter();
    match (row.next(), row.next(), row.next(), row.next()) {
        (Some(Value::Long(id)), Some(Value::Long(parent)), Some(Value::Text(name)), data) => {
            let data = match data {
                Some(Value::Binary(bytes)) => bytes,
                _ => Vec::new(),
            };
            Some(Entry { id, parent, name, data })
        }
        _ => None,
    }
}

/// Access 2000: the rows after row 0 are pieces of one compound file, in the order of their ids.
fn from_pieces(database: &mut Database, page: u32) -> Result<Project, SourceError> {
    let rows = system_rows(database, "MSysAccessObjects", page, &["ID", "Data"])?;
    let piece = |row: Vec<Value>| match row.as_slice() {
        [Value::Long(id), Value::Binary(data)] if *id != 0 => Some((*id, data.clone())),
        _ => None,
    };
    let mut pieces: Vec<(i32, Vec<u8>)> = rows.into_iter().filter_map(piece).collect();
    pieces.sort_by_key(|(id, _)| *id);
    let bytes: Vec<u8> = pieces.into_iter().flat_map(|(_, data)| data).collect();
    if bytes.is_empty() {
        return Ok(Project::default());
    }
    database.spend.bytes(bytes.len())?;
    vba::read_project(bytes, &database.spend)
}

/// Access 97: each row holds a module whose packed source is searched for.
fn from_modules(database: &mut Database, page: u32) -> Result<Project, SourceError> {
    let number = database.reader.header().code_page;
    let encoding = vba::code_page(number).unwrap_or(encoding_rs::WINDOWS_1252);
    let mut project = Project::default();
    for row in system_rows(database, "MSysModules2", page, &["Module"])? {
        let [Value::Binary(bytes)] = row.as_slice() else {
            continue;
        };
        let Some(packed) = vba::find_container(bytes) else {
            continue;
        };
        let (source, _) = vba::container_at(packed, &database.spend)?;
        let code = encoding.decode_without_bom_handling(&source).0.into_owned();
        let name = attribute_name(&code).unwrap_or_default();
        let kind = if code.contains("Attribute VB_Base = ") { "class" } else { "module" };
        project.modules.push(CodeFacts { name, kind: kind.to_string(), code });
    }
    Ok(project)
}

/// The name in `Attribute VB_Name = "..."`.
pub(crate) fn attribute_name(code: &str) -> Option<String> {
    let line = code.lines().take(100).find(|line| line.trim_start().starts_with("Attribute VB_Name"))?;
    Some(line.split('"').nth(1)?.to_string())
}

type Designs = (Vec<ObjectFacts>, Vec<ObjectFacts>);

fn designs(storage: &AccessStorage) -> Result<Designs, SourceError> {
    let (mut forms, mut reports) = (Vec::new(), Vec::new());
    for entry in guarded("forms and reports", || jetdb::list_forms_in(storage))? {
        let read =
            guarded(&entry.name, || jetdb::read_form_properties_in(storage, &entry.name, Some(entry.object_type)));
        let record_source = read.ok().and_then(|properties| record_source(&properties));
        let facts = ObjectFacts { name: entry.name, record_source, text: None };
        match entry.object_type {
            FormObjectType::Report => reports.push(facts),
            _ => forms.push(facts),
        }
    }
    Ok((forms, reports))
}

fn record_source(properties: &jetdb::FormProperties) -> Option<String> {
    let property = properties.properties.iter().find(|property| property.name() == Some("RecordSource"))?;
    match &property.value {
        BlobValue::Text(text) if !text.is_empty() => Some(text.clone()),
        _ => None,
    }
}

fn macros(database: &mut Database, storage: &AccessStorage) -> Result<Vec<ObjectFacts>, SourceError> {
    let reader = &mut database.reader;
    let mut found = Vec::new();
    for entry in guarded("macros", || jetdb::list_macros_in(reader, storage))? {
        let text = guarded(&entry.name, || {
            let read = jetdb::read_macro_in(reader, storage, &entry.name)?;
            Ok(read.grid.as_ref().map(jetdb::MacroGrid::to_text).unwrap_or(read.xml))
        });
        let text = text.ok().filter(|text| !text.is_empty());
        database.spend.bytes(text.as_ref().map_or(0, String::len))?;
        found.push(ObjectFacts { name: entry.name, record_source: None, text });
    }
    Ok(found)
}

/// Macros that run when rows of a table change; named after their table.
fn data_macros(database: &mut Database) -> Result<Vec<ObjectFacts>, SourceError> {
    let mut found = Vec::new();
    for entry in database.catalog.iter().filter(|entry| is_user_table(entry) && entry.lv_extra.is_some()) {
        let read = guarded(&entry.name, || jetdb::read_data_macros_in(&database.catalog, &entry.name))?;
        if !read.is_empty() {
            let text = guarded(&entry.name, || Ok(jetdb::data_macros_to_text(&read)))?;
            database.spend.bytes(text.len())?;
            found.push(ObjectFacts {
                name: entry.name.clone(),
                record_source: Some(entry.name.clone()),
                text: Some(text),
            });
        }
    }
    Ok(found)
}
