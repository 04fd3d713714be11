//! Workbooks as Open XML packages (xlsx, xlsm, templates, add-ins), their XLM macro sheets included: one streaming path
//! of its own, because the usual reader sizes its memory by what the file claims and refuses books with macro sheets.

use crate::facts::{FileKind, NameFacts, Notice, Problem, SheetFacts, SourceFacts};

use super::super::SourceError;
use super::super::sink::Sink;
use super::super::spend::Spend;
use super::super::xml::{Markup, Piece, attribute, local, number, switched_on};
use super::super::zipped::{Package, Relation};
use super::super::{content::Content, precheck};
use super::dates::DateSystem;
use super::number_formats::NumberFormats;
use super::package_parts;
use super::sheet::{Shared, Unread, read_sheet};
use super::strings::Strings;

/// Names that Excel itself defines begin so (ECMA-376 part 1, 18.2.5).
const PRINT_AREA: &str = "_xlnm.Print_Area";
/// Sheets and names of one workbook; memory is Excel's only limit, these are far above any real one.
const SHEETS: usize = 4_096;
const NAMES: usize = 100_000;

/// The workbook part: sheets in order, names, date system.
#[derive(Default)]
struct Book {
    sheets: Vec<Listed>,
    names: Vec<(NameFacts, Option<usize>)>,
    date_1904: bool,
    manual_calculation: bool,
    stale_results: bool,
    version: Option<String>,
    /// Sheets and names beyond what is kept.
    left_out: u64,
}

struct Listed {
    facts: SheetFacts,
    relation: String,
}

/// Reads a workbook package.
pub(crate) fn read_open_xml(
    content: &Content,
    kind: FileKind,
    spend: &mut Spend,
    sink: &mut dyn Sink,
) -> Result<SourceFacts, SourceError> {
    let mut facts = SourceFacts { kind, ..SourceFacts::default() };
    facts.notices.extend(precheck::zip_directory(content, spend)?);
    let mut package = Package::open(content, spend)?;
    let main = main_part(&mut package)?;
    let relations = package.relations(&main)?;
    let book = match package.markup(&main)? {
        Some(mut markup) => read_book(&mut markup)?,
        None => return Err(SourceError::malformed("workbook", "the package has no workbook part")),
    };
    facts.date_1904 = book.date_1904;
    facts.manual_calculation = book.manual_calculation;
    facts.stale_results = book.stale_results;
    facts.version = book.version.clone();
    facts.names = named(&book);
    if book.left_out > 0 {
        let message = format!(
            "the workbook lists {} more sheets or names than the {SHEETS} sheets and {NAMES} names that are read; split it",
            book.left_out
        );
        facts.notices.push(Notice { place: String::new(), problem: Problem::OverBudget, message });
    }
    package_parts::read(&mut package, &relations, spend, &mut facts);
    facts.sheets = book.sheets.iter().map(|listed| listed.facts.clone()).collect();
    sink.early_facts(&facts)?;
    facts.sheets.clear();
    read_sheets(&mut package, book, &relations, spend, sink, &mut facts)?;
    Ok(facts)
}

fn main_part(package: &mut Package) -> Result<String, SourceError> {
    let relations = package.relations("")?;
    let main = relations.into_iter().find(|relation| relation.kind == "officeDocument" && !relation.external);
    Ok(main.map_or_else(|| String::from("xl/workbook.xml"), |relation| relation.target))
}

fn read_book(markup: &mut Markup<'_>) -> Result<Book, SourceError> {
    let mut book = Book::default();
    loop {
        let mut name = None;
        match markup.next()? {
            Piece::Start(tag) => match local(&tag) {
                "workbookPr" => book.date_1904 = switched_on(&tag, "date1904"),
                // ECMA-376 part 1, 18.2.2.
                "calcPr" => {
                    book.manual_calculation = attribute(&tag, "calcMode").as_deref() == Some("manual");
                    book.stale_results = switched_on(&tag, "fullCalcOnLoad");
                }
                "fileVersion" => {
                    let edited = attribute(&tag, "lastEdited").unwrap_or_default();
                    book.version = attribute(&tag, "appName").map(|app| format!("{app} {edited}").trim().to_string());
                }
                "sheet" if book.sheets.len() < SHEETS => book.sheets.push(Listed {
                    facts: SheetFacts {
                        name: attribute(&tag, "name").unwrap_or_default(),
                        visibility: attribute(&tag, "state").unwrap_or_else(|| String::from("visible")),
                        ..SheetFacts::default()
                    },
                    // `id` of the relationships' namespace; `sheetId` is another attribute.
                    relation: attribute(&tag, "r:id").or_else(|| attribute(&tag, "id")).unwrap_or_default(),
                }),
                "definedName" if book.names.len() < NAMES => {
                    let facts = NameFacts {
                        name: attribute(&tag, "name").unwrap_or_default(),
                        hidden: switched_on(&tag, "hidden"),
                        ..NameFacts::default()
                    };
                    name = Some((facts, number::<usize>(&tag, "localSheetId")));
                }
                "sheet" | "definedName" => book.left_out = book.left_out.saturating_add(1),
                _ => {}
            },
            Piece::Finished => return Ok(book),
            _ => {}
        }
        if let Some((mut facts, sheet)) = name {
            facts.refers_to = markup.text()?;
            book.names.push((facts, sheet));
        }
    }
}

/// Names with the sheet they are local to.
fn named(book: &Book) -> Vec<NameFacts> {
    let sheet_name = |index: usize| book.sheets.get(index).map(|listed| listed.facts.name.clone());
    let with_sheet =
        |(name, sheet): &(NameFacts, Option<usize>)| NameFacts { sheet: sheet.and_then(sheet_name), ..name.clone() };
    book.names.iter().map(with_sheet).collect()
}

fn print_area(names: &[NameFacts], sheet: &str) -> Option<String> {
    let own = |name: &&NameFacts| name.name == PRINT_AREA && name.sheet.as_deref() == Some(sheet);
    let refers_to = &names.iter().find(own)?.refers_to;
    // Each area is written with its sheet, which is known here.
    let areas = refers_to.split(',').map(|area| area.rsplit('!').next().unwrap_or(area).replace('$', ""));
    Some(areas.collect::<Vec<_>>().join(","))
}

fn read_sheets(
    package: &mut Package,
    book: Book,
    relations: &[Relation],
    spend: &Spend,
    sink: &mut dyn Sink,
    facts: &mut SourceFacts,
) -> Result<(), SourceError> {
    let part =
        |kind: &str| relations.iter().find(|relation| relation.kind == kind).map(|relation| relation.target.clone());
    let strings = Strings::read(package, &part("sharedStrings").unwrap_or_default(), spend);
    let strings = kept_or_told(strings, "shared strings", facts)?;
    let formats = NumberFormats::read(package, &part("styles").unwrap_or_default(), spend);
    let formats = kept_or_told(formats, "styles", facts)?;
    if let Some(declared) = strings.lie {
        let message = format!("the part declares {declared} texts and holds fewer; all that are there were read");
        facts.notices.push(Notice { place: String::from("shared strings"), problem: Problem::Remark, message });
    }
    let dates = if facts.date_1904 { DateSystem::From1904 } else { DateSystem::From1900 };
    let moments = formats.moments();
    let shared = Shared { strings: &strings, formats: &formats, moments: &moments, dates, spend };
    let (mut conditional_formats, mut hyperlinks) = (0u64, 0u64);
    for listed in book.sheets {
        let seen = read_listed(package, listed, relations, &shared, sink, facts)?;
        conditional_formats = conditional_formats.saturating_add(seen.conditional_formats);
        hyperlinks = hyperlinks.saturating_add(seen.hyperlinks);
    }
    let counted = [("conditional formats", conditional_formats), ("hyperlinks", hyperlinks)];
    facts.notices.extend(package_parts::unread(package, &counted));
    Ok(())
}

/// A part that cannot be read is told and the workbook is read without it; a document type definition ends the reading.
fn kept_or_told<T: Default>(
    read: Result<T, SourceError>,
    place: &str,
    facts: &mut SourceFacts,
) -> Result<T, SourceError> {
    match read {
        Ok(part) => Ok(part),
        Err(error) if is_final(&error) => Err(error),
        Err(error) => {
            facts.notices.push(error.notice(place, "the workbook was read without them"));
            Ok(T::default())
        }
    }
}

fn is_final(error: &SourceError) -> bool {
    matches!(error, SourceError::Limit { limit: super::super::xml::NO_DTD, .. } | SourceError::Encrypted { .. })
}

fn read_listed(
    package: &mut Package,
    listed: Listed,
    relations: &[Relation],
    shared: &Shared<'_>,
    sink: &mut dyn Sink,
    facts: &mut SourceFacts,
) -> Result<Unread, SourceError> {
    let Listed { facts: mut sheet, relation } = listed;
    sheet.print_area = print_area(&facts.names, &sheet.name);
    let Some(relation) = relations.iter().find(|candidate| candidate.id == relation) else {
        facts.notices.push(missing(&sheet.name));
        facts.sheets.push(sheet);
        return Ok(Unread::default());
    };
    sheet.kind = sheet_kind(&relation.kind).to_string();
    if sheet.kind == "macro" {
        facts.notices.push(macro_sheet(&sheet.name));
    }
    let tables = package_parts::sheet_tables(package, &relation.target, &sheet.name, &mut facts.notices);
    facts.list_objects.extend(tables);
    let mut markup = match package.markup(&relation.target) {
        Ok(Some(markup)) => markup,
        Err(error) if is_final(&error) => return Err(error),
        unread => {
            let told = |error: SourceError| error.notice(&sheet.name, "the other sheets were read");
            facts.notices.push(unread.err().map_or_else(|| missing(&sheet.name), told));
            facts.sheets.push(sheet);
            return Ok(Unread::default());
        }
    };
    let parts = read_sheet(&mut markup, sheet, shared, sink)?;
    facts.sheets.push(parts.facts);
    facts.validations.extend(parts.validations);
    facts.formulas.extend(parts.formulas);
    facts.notices.extend(parts.notices);
    Ok(parts.unread)
}

fn missing(sheet: &str) -> Notice {
    let message =
        String::from("the workbook lists this sheet but its part is not in the file; the other sheets were read");
    Notice { place: sheet.to_string(), problem: Problem::Malformed, message }
}

fn macro_sheet(sheet: &str) -> Notice {
    let message = String::from(
        "an Excel 4 macro sheet: its cells and formulas were read as they are, nothing of it is run; look at it by hand",
    );
    Notice { place: sheet.to_string(), problem: Problem::Remark, message }
}

/// By the relationship that leads to the sheet (ECMA-376 part 1, 12.3; MS-OFFMACRO 2.1 for macro sheets).
fn sheet_kind(relation: &str) -> &'static str {
    match relation {
        "chartsheet" => "chart",
        "dialogsheet" => "dialog",
        "xlMacrosheet" | "xlIntlMacrosheet" => "macro",
        _ => "worksheet",
    }
}
