//! Objects that Access' SaveAsText or a version-control add-in wrote, one per file: forms, reports, queries, macros; and
//! VBA modules. The object's name is the file's stem, since the text does not hold it.

use crate::facts::{CodeFacts, FileKind, ObjectFacts, QueryFacts, SourceFacts};
use crate::lang::macros::unquoted;

use super::super::content::Content;
use super::super::spend::Spend;
use super::super::{SourceError, Surroundings};
use super::whole_text;

/// Line that separates a form's design from its code.
const CODE_BEHIND: &str = "CodeBehindForm";

/// Reads a saved object.
pub(crate) fn read_access_text(
    content: &Content,
    around: &Surroundings,
    spend: &mut Spend,
) -> Result<SourceFacts, SourceError> {
    let text = whole_text(content, spend)?;
    let mut facts = SourceFacts { kind: FileKind::AccessText, ..SourceFacts::default() };
    let name = around.stem().to_string();
    let has_line = |wanted: &str| text.lines().any(|line| line.trim() == wanted);
    if has_line("Begin Form") || has_line("Begin Report") {
        let object = design(&name, &text);
        facts.code.extend(code_behind(&name, &text));
        if has_line("Begin Report") { facts.reports.push(object) } else { facts.forms.push(object) }
    } else if let Some(query) = saved_query(&name, &text) {
        facts.queries.push(query);
    } else if text
        .lines()
        .any(|line| line.trim_start().starts_with("ColumnsShown") || line.trim_start().starts_with("PublishOption"))
    {
        facts.macros.push(ObjectFacts { name, record_source: None, text: Some(text) });
    } else {
        let kind = sql_kind(&text).to_string();
        facts.queries.push(QueryFacts { name, kind, sql: text.trim().to_string() });
    }
    Ok(facts)
}

/// Reads a VBA module on its own.
pub(crate) fn read_vba_text(
    content: &Content,
    around: &Surroundings,
    spend: &mut Spend,
) -> Result<SourceFacts, SourceError> {
    let code = whole_text(content, spend)?;
    let class = code.lines().take(3).any(|line| line.trim_start().to_ascii_uppercase().starts_with("VERSION "))
        || around.name.to_ascii_lowercase().ends_with(".cls");
    let named = code.lines().take(100).find(|line| line.trim_start().starts_with("Attribute VB_Name"));
    let name = named.and_then(|line| line.split('"').nth(1)).unwrap_or(around.stem()).to_string();
    let kind = if class { "class" } else { "module" };
    let module = CodeFacts { name, kind: kind.to_string(), code };
    Ok(SourceFacts { kind: FileKind::VbaText, code: vec![module], ..SourceFacts::default() })
}

fn design(name: &str, text: &str) -> ObjectFacts {
    let design = text.split(CODE_BEHIND).next().unwrap_or(text);
    let source = property(design, "RecordSource");
    ObjectFacts {
        name: name.to_string(),
        record_source: source.filter(|source| !source.is_empty()),
        text: Some(design.to_string()),
    }
}

fn code_behind(name: &str, text: &str) -> Option<CodeFacts> {
    let (_, code) = text.split_once(CODE_BEHIND)?;
    let code = code.trim_start_matches(['\r', '\n']);
    (!code.trim().is_empty()).then(|| CodeFacts {
        name: name.to_string(),
        kind: String::from("form"),
        code: code.to_string(),
    })
}

/// `Name ="text"` with the text going on in quoted lines below; `\"` and `\015\012` are escapes.
fn property(text: &str, name: &str) -> Option<String> {
    let mut lines = text.lines().map(str::trim);
    let is_it = |line: &&str| line.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('='));
    let first = lines.by_ref().find(is_it)?;
    let mut value = unquoted(first.split_once('=')?.1.trim());
    for line in lines.take_while(|line| line.starts_with('"')) {
        value.push_str(&unquoted(line));
    }
    Some(value)
}

/// A query as SaveAsText writes it: `dbMemo "SQL" ="..."`, or a list of tables, columns and joins.
fn saved_query(name: &str, text: &str) -> Option<QueryFacts> {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    if let Some(sql) = property(text, "dbMemo \"SQL\"") {
        return Some(QueryFacts { name: name.to_string(), kind: sql_kind(&sql).to_string(), sql });
    }
    let operation: u32 = first.strip_prefix("Operation")?.trim_start().strip_prefix('=')?.trim().parse().ok()?;
    // The parts stay as written: they are the query's structure.
    Some(QueryFacts { name: name.to_string(), kind: operation_kind(operation).to_string(), sql: text.to_string() })
}

/// The numbers of MSysQueries' type row.
fn operation_kind(operation: u32) -> &'static str {
    match operation {
        2 => "makeTable",
        3 => "append",
        4 => "update",
        5 => "delete",
        6 => "crosstab",
        7 => "dataDefinition",
        8 => "passThrough",
        9 => "union",
        _ => "select",
    }
}

fn sql_kind(sql: &str) -> &'static str {
    let upper = sql.trim_start().to_ascii_uppercase();
    let body = match upper.split_once(';') {
        Some((head, rest)) if head.starts_with("PARAMETERS") => rest.trim_start(),
        _ => upper.as_str(),
    };
    let has = |word: &str| body.split(|letter: char| !letter.is_alphanumeric()).any(|found| found == word);
    match body.split_whitespace().next().unwrap_or_default() {
        "INSERT" => "append",
        "UPDATE" => "update",
        "DELETE" => "delete",
        "TRANSFORM" => "crosstab",
        "CREATE" | "ALTER" | "DROP" => "dataDefinition",
        "SELECT" if has("UNION") => "union",
        "SELECT" if has("INTO") => "makeTable",
        _ => "select",
    }
}
