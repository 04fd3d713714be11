//! `convert`, `vba extract`, `vba check`, `access show` and `data export`: what files hold, as code, tables and rows.

use std::path::{Path, PathBuf};

use super::PipelineError;
use super::contents::{read_paths, word};
use super::report::{
    AccessColumn, AccessEnd, AccessIndex, AccessRelationship, AccessReport, AccessTable, CheckedModule, ConvertReport,
    CoverageReport, ExtractReport, ExtractedModule, ModuleReport, ProcedureReport, SyntaxError, SyntaxReport,
};
use crate::convert::query::Catalog;
use crate::convert::{Context, Conversion, Coverage, Host};
use crate::facts::{CodeFacts, DeclaredRelationship, FileKind, LinkFacts, SourceFacts};
use crate::infer::Source;
use crate::lang::vba;
use crate::lang::vba::ast::ModuleKind;
use crate::model::{CodeModule, Workflow};
use crate::source::ReaderCommand;

/// A conversion in the shapes of reports.
pub(super) struct Converted {
    pub modules: Vec<CodeModule>,
    pub workflows: Vec<Workflow>,
    pub coverage: CoverageReport,
    pub report: Vec<ModuleReport>,
}

/// Converts the code, macros and saved queries of one file.
pub(super) fn convert_facts(facts: &SourceFacts) -> Converted {
    convert_beside(facts, &[facts])
}

/// Converts what one file holds; its queries may name the tables and queries of all that were read together.
fn convert_beside(facts: &SourceFacts, all: &[&SourceFacts]) -> Converted {
    reported(converted(facts, all))
}

/// The conversion behind every command: code, macros, saved queries.
pub(super) fn converted(facts: &SourceFacts, all: &[&SourceFacts]) -> Conversion {
    let mut conversion = crate::convert::convert(&code_of(facts), &context_of(facts));
    let catalog = Catalog::new(all.iter().flat_map(|one| &one.tables), all.iter().flat_map(|one| &one.queries));
    let functions: Vec<String> = conversion
        .workflows
        .iter()
        .filter_map(|workflow| Some(workflow.name.rsplit('.').next()?.to_string()))
        .collect();
    conversion.extend(crate::convert::query::convert(&facts.queries, &catalog, &functions));
    conversion
}

/// The code of a file: its modules, and its macros as the VBA that Access' own converter would make of them.
pub(super) fn code_of(facts: &SourceFacts) -> Vec<CodeFacts> {
    let mut code = facts.code.clone();
    code.extend(crate::convert::macros::modules(&facts.macros, &facts.code));
    code
}

/// What surrounds the code of a file.
pub(super) fn context_of(facts: &SourceFacts) -> Context {
    let access = matches!(facts.kind, FileKind::Mdb | FileKind::Accdb | FileKind::AccessText | FileKind::AccessXml);
    let sheets = facts.sheets.iter().filter_map(|sheet| Some((sheet.code_name.clone()?, sheet.name.clone()))).collect();
    Context { host: if access { Host::Access } else { Host::Excel }, sheets }
}

pub(super) fn reported(conversion: Conversion) -> Converted {
    let report = conversion
        .report
        .into_iter()
        .map(|module| ModuleReport {
            module: module.module,
            procedures: module
                .procedures
                .into_iter()
                .map(|procedure| ProcedureReport {
                    name: procedure.name,
                    grade: word(&procedure.grade),
                    unmapped: procedure.unmapped,
                })
                .collect(),
        })
        .collect();
    Converted {
        modules: conversion.modules,
        workflows: conversion.workflows,
        coverage: coverage_of(conversion.coverage),
        report,
    }
}

fn coverage_of(coverage: Coverage) -> CoverageReport {
    CoverageReport {
        statements: coverage.statements as u64,
        exact: coverage.exact as u64,
        approximate: coverage.approximate as u64,
        manual: coverage.manual as u64,
        noop: coverage.noop as u64,
        declarations: coverage.declarations as u64,
    }
}

/// `daylight convert`: the models and workflows of files; the second value lists what could not be read.
///
/// # Errors
/// When a named file cannot be read.
pub fn convert(paths: &[PathBuf], reader: &ReaderCommand) -> Result<(ConvertReport, Vec<String>), PipelineError> {
    let (read, failed) = read_paths(paths, reader)?;
    let sources: Vec<Source<'_>> =
        read.iter().map(|file| Source { name: &file.name, reading: &file.reading }).collect();
    let mut inference = crate::infer::infer(&sources);
    let (mut coverage, mut modules) = (CoverageReport::default(), Vec::new());
    for file in &read {
        let formulas = reported(super::formulas::apply(&mut inference, &file.name, &file.reading));
        modules.extend(formulas.report);
        coverage.add(formulas.coverage);
    }
    let mut application = inference.application;
    let all: Vec<&SourceFacts> = read.iter().map(|file| &file.reading.facts).collect();
    for file in &read {
        let converted = convert_beside(&file.reading.facts, &all);
        application.modules.extend(converted.modules);
        super::applications::add_workflows(&mut application.workflows, converted.workflows);
        modules.extend(converted.report);
        coverage.add(converted.coverage);
    }
    Ok((ConvertReport { application, coverage, modules }, failed))
}

/// `daylight vba extract`: the modules of a file, or of every readable file of a folder; the second value lists what could
/// not be read.
///
/// # Errors
/// When a named file cannot be read.
pub fn vba_extract(file: &Path, reader: &ReaderCommand) -> Result<(ExtractReport, Vec<String>), PipelineError> {
    let (read, failed) = read_paths(&[file.to_path_buf()], reader)?;
    let modules = read.iter().flat_map(|file| extracted(&file.reading.facts.code)).collect();
    Ok((ExtractReport { modules }, failed))
}

fn extracted(code: &[CodeFacts]) -> Vec<ExtractedModule> {
    code.iter()
        .map(|module| ExtractedModule {
            name: module.name.clone(),
            kind: module.kind.clone(),
            code: module.code.clone(),
        })
        .collect()
}

/// `daylight vba check`: parses texts and lists what is malformed.
///
/// # Errors
/// When a file cannot be read.
pub fn vba_check(files: &[PathBuf]) -> Result<SyntaxReport, PipelineError> {
    let mut modules = Vec::new();
    for file in &code_files(files) {
        let module = read_module(file)?;
        let parsed = vba::parse(&module.name, &module.code, kind_of(&module.kind));
        modules.push(CheckedModule {
            file: file.display().to_string(),
            lines: parsed.lines as u64,
            statements: parsed.statements as u64,
            errors: parsed
                .notices
                .iter()
                .map(|notice| SyntaxError { line: notice.line, column: notice.column, message: notice.message.clone() })
                .collect(),
        });
    }
    Ok(SyntaxReport { modules })
}

/// Endings of exported VBA modules.
const CODE_ENDINGS: [&str; 4] = ["bas", "cls", "frm", "vba"];

/// The files as named; for a folder the code files below it.
fn code_files(paths: &[PathBuf]) -> Vec<PathBuf> {
    let is_code = |path: &PathBuf| {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        ending.is_some_and(|ending| CODE_ENDINGS.contains(&ending.as_str()))
    };
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            let roots = super::discover::discover(std::slice::from_ref(path), Path::new(""));
            found.extend(roots.into_iter().flat_map(|root| root.files).filter(is_code));
        } else {
            found.push(path.clone());
        }
    }
    found
}

pub(super) fn kind_of(kind: &str) -> ModuleKind {
    match kind {
        "class" => ModuleKind::Class,
        "document" => ModuleKind::Document,
        "form" => ModuleKind::Form,
        _ => ModuleKind::Standard,
    }
}

/// A module's text from a file: UTF-8 if valid, else Windows-1252; `.cls` is a class, `.frm` a form, all else standard.
/// The module's name is that of its Attribute line, else the file's stem.
///
/// # Errors
/// `ReadFile`.
pub(super) fn read_module(path: &Path) -> Result<CodeFacts, PipelineError> {
    let bytes = std::fs::read(path).map_err(|source| PipelineError::ReadFile { path: path.to_path_buf(), source })?;
    let code = match std::str::from_utf8(&bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}').to_string(),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(&bytes).0.into_owned(),
    };
    let named = code
        .lines()
        .find_map(|line| line.trim().strip_prefix("Attribute VB_Name = "))
        .map(|name| name.trim().trim_matches('"').to_string());
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let extension = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let kind = match extension.as_str() {
        "cls" => "class",
        "frm" => "form",
        _ => "module",
    };
    Ok(CodeFacts { name: named.unwrap_or(stem), kind: kind.to_string(), code })
}

/// `daylight access show`: one file, or an export's folder as one database; the second value lists what could not be read.
///
/// # Errors
/// When a named file cannot be read.
pub fn access_show(file: &Path, reader: &ReaderCommand) -> Result<(AccessReport, Vec<String>), PipelineError> {
    let (read, failed) = read_paths(&[file.to_path_buf()], reader)?;
    let mut all = AccessReport::default();
    for one in read {
        let shown = shown(one.reading.facts);
        if all.version.is_empty() {
            all.version = shown.version;
        }
        all.tables.extend(shown.tables);
        all.relationships.extend(shown.relationships);
        all.queries.extend(shown.queries);
        all.modules.extend(shown.modules);
        all.macros.extend(shown.macros);
        all.forms.extend(shown.forms);
        all.reports.extend(shown.reports);
        all.links.extend(shown.links);
    }
    Ok((all, failed))
}

fn shown(mut facts: SourceFacts) -> AccessReport {
    // A relationship with a table of another file is drawn in the database but holds nothing together: it is a link.
    let linked: Vec<&str> =
        facts.tables.iter().filter(|table| table.linked_to.is_some()).map(|table| table.name.as_str()).collect();
    let drawn = |link: &DeclaredRelationship| {
        linked.contains(&link.from_table.as_str()) || linked.contains(&link.to_table.as_str())
    };
    let (links, own): (Vec<_>, Vec<_>) = facts.relationships.iter().cloned().partition(drawn);
    facts.relationships = own;
    facts.links.extend(links.into_iter().map(|link| LinkFacts {
        kind: String::from("relationship"),
        target: format!("{} [{}]", link.to_table, link.to_columns.join(", ")),
        place: format!("{} [{}]", link.from_table, link.from_columns.join(", ")),
    }));
    let end = |table: &str, columns: &[String]| AccessEnd { table: table.to_string(), columns: columns.to_vec() };
    AccessReport {
        version: facts.version.clone().unwrap_or_default(),
        tables: facts.tables.iter().map(access_table).collect(),
        relationships: facts
            .relationships
            .iter()
            .map(|link| AccessRelationship {
                name: link.name.clone(),
                from: end(&link.from_table, &link.from_columns),
                to: end(&link.to_table, &link.to_columns),
            })
            .collect(),
        queries: facts.queries,
        modules: extracted(&facts.code),
        macros: facts.macros,
        forms: facts.forms,
        reports: facts.reports,
        links: facts.links,
    }
}

fn access_table(table: &crate::facts::TableFacts) -> AccessTable {
    AccessTable {
        name: table.name.clone(),
        rows: table.rows,
        columns: table
            .columns
            .iter()
            .map(|column| AccessColumn {
                name: column.name.clone(),
                kind: column.declared_type.clone().unwrap_or_default(),
                length: column.length,
                required: column.required,
            })
            .collect(),
        indexes: table
            .indexes
            .iter()
            .map(|index| AccessIndex {
                name: index.name.clone(),
                columns: index.columns.clone(),
                unique: index.unique,
                primary: index.primary,
            })
            .collect(),
    }
}
