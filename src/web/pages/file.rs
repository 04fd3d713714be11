//! Source file: what does this file do, and can it move?

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;

use super::import::remedy;
use super::tags::regime;
use super::{Page, PageError, blocking, counted, escape, grade_class, grouped, html, shell, size_text, theme};
use crate::model::Grade;
use crate::pipeline::{DifferenceReport, FileRow, TagRow, WorkbookFidelity};
use crate::web::Web;
use crate::web::flow::grade_word;
use crate::web::shell::Shell;

#[derive(Template)]
#[template(path = "pages/file.html")]
struct File {
    shell: Shell,
    file: FileRow,
    name: String,
    size: String,
    sha: String,
    risk: String,
    reasons: Vec<String>,
    remedy: &'static str,
    counts: Vec<(String, &'static str)>,
    application_name: String,
    macros: Vec<Macro>,
    personal: Vec<Personal>,
    findings: usize,
    critical: usize,
    more_shapes: usize,
    sheets: Vec<Sheet>,
    tables: Vec<Table>,
    formulas: Vec<Shape>,
    recalculation: Option<Recalculation>,
    code: Vec<Module>,
    queries: Vec<QueryText>,
    notices: Vec<(String, String)>,
    copies: Vec<Copy>,
    links: Vec<(String, String)>,
    names: Vec<(String, String)>,
}

/// A macro of the file and how faithfully it was converted.
struct Macro {
    name: String,
    grade: &'static str,
    class: &'static str,
}

/// A field of the file's application with personal or card data.
struct Personal {
    field: String,
    regime: &'static str,
    class: &'static str,
    state: &'static str,
    href: String,
}

struct Sheet {
    name: String,
    visibility: String,
    range: String,
    cells: u64,
    formulas: u64,
    notes: String,
}

struct Table {
    name: String,
    rows: u64,
    columns: String,
    indexes: String,
}

struct Shape {
    sheet: String,
    range: String,
    formula: String,
    cells: u64,
}

/// What computing its formulas gave.
struct Recalculation {
    /// `98.6 %`, or why there is no figure.
    share: String,
    /// `1,234 of 1,250 compared`.
    basis: String,
    class: &'static str,
    rest: Vec<(String, String)>,
    differences: Vec<DifferenceReport>,
    more: u64,
}

struct Module {
    name: String,
    kind: String,
    lines: usize,
    code: String,
}

struct QueryText {
    name: String,
    kind: String,
    sql: String,
}

struct Copy {
    asset: String,
    path: String,
    same: bool,
}

/// Differing formulas listed.
const MOST_DIFFERENCES: usize = 20;
/// Formula shapes listed; the largest first.
const MOST_SHAPES: usize = 100;

pub(in crate::web) async fn page(State(web): State<Web>, Path(asset): Path<String>, headers: HeaderMap) -> Page {
    let theme = theme(&headers);
    blocking(web, move |web| html(&build(web, &theme, &asset)?)).await
}

fn build(web: &Web, theme: &str, asset: &str) -> Result<File, PageError> {
    let view = web.workspace.file(asset)?.ok_or_else(|| PageError::NotFound(String::from("file of this id")))?;
    let facts = view.facts.unwrap_or_default();
    let file = view.file;
    let name = file.path.rsplit(['/', '\\']).next().unwrap_or("").to_string();
    let around = match file.application.is_empty() {
        true => None,
        false => web.workspace.application(&file.application)?,
    };
    let personal: Vec<Personal> = around.iter().flat_map(|view| &view.tags).map(personal).collect();
    let modules: Vec<&str> = facts.code.iter().map(|module| module.name.as_str()).collect();
    let macros: Vec<Macro> = around
        .iter()
        .flat_map(|view| &view.model.workflows)
        .filter(|workflow| workflow.module.as_deref().is_none_or(|module| modules.contains(&module)))
        .filter(|_| !modules.is_empty())
        .map(|workflow| {
            let grade = grade_word(workflow.grade.unwrap_or(Grade::Exact));
            Macro { name: workflow.name.clone(), grade, class: grade_class(grade) }
        })
        .collect();
    let lines: u64 = facts.code.iter().map(|module| module.code.lines().count() as u64).sum();
    let cells: u64 = facts.formulas.iter().map(|shape| shape.cells).sum();
    let reasons = match &around {
        Some(view) if file.risk.is_some() => reasons(&view.tags, cells, lines),
        _ => Vec::new(),
    };
    let critical = view.findings.iter().filter(|finding| finding.severity == "critical").count();
    let mut formulas: Vec<Shape> = facts
        .formulas
        .iter()
        .map(|shape| Shape {
            sheet: shape.sheet.clone(),
            range: shape.range.clone(),
            formula: shape.formula.clone(),
            cells: shape.cells,
        })
        .collect();
    formulas.sort_by_key(|shape| std::cmp::Reverse(shape.cells));
    let more_shapes = formulas.len().saturating_sub(MOST_SHAPES);
    formulas.truncate(MOST_SHAPES);
    Ok(File {
        shell: shell(web, theme, &name, "/files")?,
        size: size_text(file.bytes),
        sha: file.sha256.chars().take(16).collect(),
        risk: file.risk.map_or(String::from("not measured"), |risk| format!("{risk:.1}")),
        reasons,
        remedy: remedy(&file.state),
        counts: vec![
            (grouped(file.tables), "tables"),
            (grouped(file.rows), "rows"),
            (grouped(cells), "formula cells"),
            (grouped(facts.code.len() as u64), "code modules"),
            (grouped(lines), "code lines"),
            (grouped(facts.queries.len() as u64), "queries"),
        ],
        application_name: around.as_ref().map(|view| view.row.name.clone()).unwrap_or_default(),
        macros,
        personal,
        findings: view.findings.len(),
        critical,
        more_shapes,
        sheets: facts.sheets.iter().map(sheet).collect(),
        tables: facts
            .tables
            .iter()
            .map(|table| Table {
                name: table.name.clone(),
                rows: table.rows,
                columns: table.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", "),
                indexes: table
                    .indexes
                    .iter()
                    .map(|index| {
                        let kind = if index.primary {
                            "primary key"
                        } else if index.unique {
                            "unique"
                        } else {
                            "index"
                        };
                        format!("{kind} ({})", index.columns.join(", "))
                    })
                    .collect::<Vec<_>>()
                    .join("; "),
            })
            .collect(),
        formulas,
        recalculation: view.fidelity.map(recalculation),
        code: facts
            .code
            .iter()
            .map(|module| Module {
                name: module.name.clone(),
                kind: module.kind.clone(),
                lines: module.code.lines().count(),
                code: module.code.replace('\r', ""),
            })
            .collect(),
        queries: facts
            .queries
            .iter()
            .map(|query| QueryText { name: query.name.clone(), kind: query.kind.clone(), sql: query.sql.clone() })
            .collect(),
        notices: facts.notices.iter().map(|notice| (notice.place.clone(), notice.message.clone())).collect(),
        copies: view
            .copies
            .into_iter()
            .map(|copy| Copy { same: copy.sha256 == file.sha256, asset: copy.asset, path: copy.path })
            .collect(),
        links: facts.links.iter().map(|link| (link.kind.clone(), link.target.clone())).collect(),
        names: facts.names.iter().map(|name| (name.name.clone(), name.refers_to.clone())).collect(),
        name,
        file,
    })
}

fn recalculation(mut found: WorkbookFidelity) -> Recalculation {
    let refused: u64 = found.refused.values().sum();
    let plural = |count: u64| counted(count as usize, "formula");
    let parts = [
        (found.different.saturating_sub(found.inherited), "compute to another result here than Excel saved"),
        (found.inherited, "differ only because something they depend on does"),
        (refused, "need what is not offered"),
        (found.of_macros, "need a function of the workbook's macros"),
        (found.unsteady, "depend on the clock or on chance"),
        (found.unsaved, "have no saved result"),
        (found.unchecked, "were not computed: the work granted for a file was used up"),
    ];
    let mut rest: Vec<(String, String)> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| (plural(count), what.to_string()))
        .collect();
    rest.extend(found.refused.iter().map(|(name, count)| (plural(*count), format!("not offered: {name}"))));
    let listed = found.differences.len().min(MOST_DIFFERENCES);
    found.differences.truncate(MOST_DIFFERENCES);
    let share = match found.compared {
        0 if found.stale => String::from("not compared: the file asks to be recalculated when it is opened"),
        0 => String::from("not compared: the file holds no saved result"),
        compared => format!("{:.1} %", found.equal as f64 * 100.0 / compared as f64),
    };
    Recalculation {
        share,
        basis: format!("{} of {} compared with the saved result", grouped(found.compared), plural(found.formulas)),
        class: if found.compared == 0 {
            ""
        } else if found.different == 0 {
            "ok"
        } else {
            "warn"
        },
        rest,
        more: found.different.saturating_sub(found.inherited).saturating_sub(listed as u64),
        differences: found.differences,
    }
}

fn personal(tag: &TagRow) -> Personal {
    let (regime, class) = regime(tag.decided_tags.as_ref().unwrap_or(&tag.tags));
    Personal {
        field: tag.field.clone(),
        regime,
        class,
        state: match tag.answer.as_str() {
            "" => "open",
            "accept" => "accepted",
            "change" => "changed",
            _ => "rejected",
        },
        href: format!("/review?id={}", escape(&format!("{}:{}", tag.application, tag.field))),
    }
}

/// What makes the risk, in words.
fn reasons(tags: &[TagRow], cells: u64, lines: u64) -> Vec<String> {
    let names: Vec<String> = tags.iter().flat_map(|tag| tag.tags.iter().cloned()).collect();
    let worst = match regime(&names).0 {
        "no tag" => String::from("no personal or card data was found (impact 1 of 5)"),
        word => format!("worst data class: {word}, over {}", counted(tags.len(), "field")),
    };
    let code = format!(
        "{} and {} in which an error can hide",
        counted(cells as usize, "formula cell"),
        counted(lines as usize, "code line")
    );
    vec![worst, code]
}

fn sheet(facts: &crate::pipeline::SheetFacts) -> Sheet {
    let mut notes = Vec::new();
    if facts.protected {
        notes.push(String::from("protected"));
    }
    if let Some(range) = &facts.autofilter {
        notes.push(format!("filter {range}"));
    }
    if !facts.hidden_rows.is_empty() {
        notes.push(format!("{} hidden rows", facts.hidden_rows.len()));
    }
    if facts.frozen_rows > 0 {
        notes.push(format!("{} frozen rows", facts.frozen_rows));
    }
    if !facts.merged.is_empty() {
        notes.push(format!("{} merged areas", facts.merged.len()));
    }
    Sheet {
        name: facts.name.clone(),
        visibility: facts.visibility.clone(),
        range: facts.used_range.clone().unwrap_or_else(|| String::from("empty")),
        cells: facts.cells,
        formulas: facts.formulas,
        notes: notes.join(", "),
    }
}
