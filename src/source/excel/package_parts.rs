//! Parts of a workbook package beside its sheets: tables, links to the outside, connections, document properties, VBA.
//! A part that cannot be read becomes a notice; the others are still read.

use crate::facts::{LinkFacts, ListObjectFacts, Notice, Problem, SourceFacts};

use super::super::SourceError;
use super::super::mask::credentials;
use super::super::spend::Spend;
use super::super::vba::{self, PROJECT_BYTES};
use super::super::xml::{Piece, attribute, local, number, unescape_hex};
use super::super::zipped::{Package, Relation};

/// Links and table columns kept; Excel allows 16,384 columns.
const LISTED: usize = 16_384;

/// Properties that say nothing about a person; creator and last editor are left out on purpose.
const PROPERTIES: [&str; 12] = [
    "title",
    "subject",
    "keywords",
    "category",
    "created",
    "modified",
    "revision",
    "Application",
    "AppVersion",
    "Company",
    "Template",
    "TotalTime",
];

/// Parts that are not read: the words for them, and how their names begin and end. What a file holds and nobody looks at is told.
const UNREAD: [(&str, &str, &str); 14] = [
    ("parts of comments", "xl/comments", ""),
    ("parts of comment threads", "xl/threadedcomments/", ".xml"),
    ("pivot tables", "xl/pivottables/", ".xml"),
    ("pivot caches", "xl/pivotcache/pivotcachedefinition", ".xml"),
    ("charts", "xl/charts/chart", ".xml"),
    ("pictures", "xl/media/", ""),
    ("embedded objects", "xl/embeddings/", ""),
    ("ActiveX controls", "xl/activex/", ".xml"),
    ("form controls", "xl/ctrlprops/", ".xml"),
    ("ribbon extensions", "customui/", ".xml"),
    ("query tables", "xl/querytables/", ".xml"),
    ("slicers", "xl/slicers/", ".xml"),
    ("XML maps", "xl/xmlmaps", ".xml"),
    ("data models", "xl/model/", ".data"),
];

/// The remark on what a workbook holds beside what was read; none when there is nothing. `more` are counts of things in sheets.
pub(crate) fn unread(package: &Package, more: &[(&str, u64)]) -> Option<Notice> {
    let parts = UNREAD.iter().map(|(words, start, end)| {
        let names = package.named(start, end);
        (*words, names.iter().filter(|name| !name.contains("/_rels/")).count() as u64)
    });
    unread_notice(&parts.chain(more.iter().copied()).collect::<Vec<_>>())
}

/// A remark that names what is there and how often.
pub(crate) fn unread_notice(counts: &[(&str, u64)]) -> Option<Notice> {
    let held: Vec<String> =
        counts.iter().filter(|(_, count)| *count > 0).map(|(words, count)| format!("{count} {words}")).collect();
    let message = format!("the file also holds {}, which are not read; look at them in the file", held.join(", "));
    (!held.is_empty()).then_some(Notice { place: String::new(), problem: Problem::Remark, message })
}

/// Reads all of them into the facts.
pub(crate) fn read(package: &mut Package, relations: &[Relation], spend: &Spend, facts: &mut SourceFacts) {
    let mut told = Vec::new();
    keep(&mut told, "external links", external_links(package, relations), &mut facts.links);
    keep(&mut told, "connections", connections(package), &mut facts.links);
    keep(&mut told, "Power Query", power_queries(package), &mut facts.links);
    for part in ["docProps/core.xml", "docProps/app.xml"] {
        keep(&mut told, part, properties(package, part), &mut facts.properties);
    }
    match code(package, spend) {
        Ok((modules, notices)) => {
            facts.code.extend(modules);
            told.extend(notices);
        }
        Err(error) => told.push(error.notice("VBA", "the workbook was read without its code")),
    }
    facts.notices.extend(told);
}

fn keep<T>(told: &mut Vec<Notice>, place: &str, read: Result<Vec<T>, SourceError>, into: &mut Vec<T>) {
    match read {
        Ok(found) => into.extend(found),
        Err(error) => told.push(error.notice(place, "the rest of the workbook was read")),
    }
}

fn external_links(package: &mut Package, relations: &[Relation]) -> Result<Vec<LinkFacts>, SourceError> {
    let mut links = Vec::new();
    let parts = relations.iter().filter(|relation| relation.kind == "externalLink").take(LISTED);
    for (index, part) in parts.enumerate() {
        for target in package.relations(&part.target)? {
            if target.external {
                links.push(LinkFacts {
                    kind: String::from("workbook"),
                    target: credentials(&target.target),
                    place: format!("[{}]", index + 1),
                });
            }
        }
    }
    Ok(links)
}

fn connections(package: &mut Package) -> Result<Vec<LinkFacts>, SourceError> {
    let mut links: Vec<LinkFacts> = Vec::new();
    let Some(mut markup) = package.markup("xl/connections.xml")? else {
        return Ok(links);
    };
    loop {
        match markup.next()? {
            Piece::Start(tag) => {
                let source = ["connection", "url", "sourceFile"].iter().find_map(|name| attribute(&tag, name));
                match local(&tag) {
                    "connection" if links.len() < LISTED => links.push(LinkFacts {
                        kind: String::from("connection"),
                        target: attribute(&tag, "odcFile").unwrap_or_default(),
                        place: attribute(&tag, "name").unwrap_or_default(),
                    }),
                    "dbPr" | "webPr" | "textPr" | "olapPr" => {
                        let command =
                            attribute(&tag, "command").map(|command| format!(" [{command}]")).unwrap_or_default();
                        if let Some(link) = links.last_mut() {
                            link.target = format!("{}{command}", credentials(&source.unwrap_or_default()));
                        }
                    }
                    _ => {}
                }
            }
            Piece::Finished => return Ok(links),
            _ => {}
        }
    }
}

/// Power Query keeps its queries packed in a custom part whose root is `DataMashup` (MS-QDEFF 2.2).
fn power_queries(package: &mut Package) -> Result<Vec<LinkFacts>, SourceError> {
    let mut links = Vec::new();
    for part in package.named("customxml/item", ".xml") {
        let Some(mut markup) = package.markup(&part)? else {
            continue;
        };
        loop {
            match markup.next()? {
                Piece::Start(tag) => {
                    if local(&tag) == "DataMashup" {
                        let target = String::from("Power Query queries, kept packed");
                        links.push(LinkFacts { kind: String::from("query"), target, place: part.clone() });
                    }
                    break;
                }
                Piece::Finished => break,
                _ => {}
            }
        }
    }
    Ok(links)
}

fn properties(package: &mut Package, part: &str) -> Result<Vec<(String, String)>, SourceError> {
    let mut found = Vec::new();
    let Some(mut markup) = package.markup(part)? else {
        return Ok(found);
    };
    loop {
        let mut name = String::new();
        match markup.next()? {
            Piece::Start(tag) => name = local(&tag).to_string(),
            Piece::Finished => return Ok(found),
            _ => {}
        }
        if PROPERTIES.contains(&name.as_str()) {
            let text = markup.text()?;
            if !text.trim().is_empty() {
                found.push((name, text.trim().to_string()));
            }
        }
    }
}

fn code(package: &mut Package, spend: &Spend) -> Result<(Vec<crate::facts::CodeFacts>, Vec<Notice>), SourceError> {
    let mut modules = Vec::new();
    let mut notices = Vec::new();
    for part in package.named("", "vbaproject.bin") {
        let Some(bytes) = package.bytes(&part, PROJECT_BYTES)? else {
            continue;
        };
        let project = vba::read_project(bytes, spend)?;
        modules.extend(project.modules);
        notices.extend(project.notices);
    }
    Ok((modules, notices))
}

/// The ListObjects of a sheet.
pub(crate) fn sheet_tables(
    package: &mut Package,
    sheet_part: &str,
    sheet: &str,
    told: &mut Vec<Notice>,
) -> Vec<ListObjectFacts> {
    let parts = match package.relations(sheet_part) {
        Ok(relations) => relations,
        Err(error) => {
            told.push(error.notice(sheet, "the sheet was read without its tables"));
            return Vec::new();
        }
    };
    let mut tables = Vec::new();
    for part in parts.iter().filter(|relation| relation.kind == "table" && !relation.external).take(LISTED) {
        match table(package, &part.target, sheet) {
            Ok(Some(found)) => tables.push(found),
            Ok(None) => told.push(Notice {
                place: sheet.to_string(),
                problem: Problem::Malformed,
                message: String::from("a table of this sheet is listed but not in the file; the cells were read"),
            }),
            Err(error) => told.push(error.notice(sheet, "the cells were read without the table")),
        }
    }
    tables
}

fn table(package: &mut Package, part: &str, sheet: &str) -> Result<Option<ListObjectFacts>, SourceError> {
    let Some(mut markup) = package.markup(part)? else {
        return Ok(None);
    };
    let mut found = ListObjectFacts { sheet: sheet.to_string(), ..ListObjectFacts::default() };
    loop {
        match markup.next()? {
            Piece::Start(tag) => match local(&tag) {
                "table" => {
                    let name = attribute(&tag, "displayName").or_else(|| attribute(&tag, "name"));
                    found.name = name.unwrap_or_default();
                    found.range = attribute(&tag, "ref").unwrap_or_default();
                    found.header_rows = number(&tag, "headerRowCount").unwrap_or(1);
                    found.totals_rows = number(&tag, "totalsRowCount").unwrap_or(0);
                }
                "tableColumn" if found.columns.len() < LISTED => {
                    let name = attribute(&tag, "name").unwrap_or_default();
                    found.columns.push(unescape_hex(&name).into_owned());
                }
                _ => {}
            },
            Piece::Finished => return Ok(Some(found)),
            _ => {}
        }
    }
}
