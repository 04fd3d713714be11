//! Binary workbooks (xlsb) through calamine's streaming cells, after a check of what it would believe: the number of
//! shared strings. A panic of the vendor's code ends the sheet, not the file.

use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{CellErrorType, DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsb};

use crate::facts::{CellContent, FileKind, NameFacts, Notice, Scalar, SheetFacts, SourceFacts, ValidationFacts};

use super::super::SourceError;
use super::super::content::Content;
use super::super::precheck::{self, u32_at};
use super::super::sink::{Completeness, Sink};
use super::super::spend::Spend;
use super::super::zipped::Package;
use super::binary_records;
use super::cells::{Stream, on_sheet};
use super::dates::{DateSystem, moment_of_serial};
use super::formulas::Shapes;
use super::package_parts;

/// Record that begins the shared strings (MS-XLSB 2.4.148), as its two bytes.
const BEGIN_STRINGS: [u8; 2] = [0x9F, 0x01];
/// The shortest string record: type, length, flags, length of no text.
const SHORTEST_STRING: u64 = 7;
/// Bytes of the strings part looked at for its declared count.
const STRINGS_START: u64 = 64;

type Book = Xlsb<BufReader<Content>>;

/// Reads a binary workbook.
pub(crate) fn read_binary(
    content: &Content,
    spend: &mut Spend,
    sink: &mut dyn Sink,
) -> Result<SourceFacts, SourceError> {
    let mut facts = SourceFacts { kind: FileKind::Xlsb, ..SourceFacts::default() };
    facts.notices.extend(precheck::zip_directory(content, spend)?);
    let mut package = Package::open(content, spend)?;
    check_strings(&mut package, content)?;
    let relations = package.relations("xl/workbook.bin")?;
    package_parts::read(&mut package, &relations, spend, &mut facts);
    let opened = guarded(|| Book::new(BufReader::new(content.start())))
        .and_then(|opened| opened.map_err(|error| refusal("workbook", &error.to_string())));
    let mut book = match opened {
        Ok(book) => book,
        Err(error) => return without_cells(error, facts),
    };
    facts.date_1904 = book.has_1904_epoch();
    facts.names = names_of(book.defined_names());
    let sheets: Vec<SheetFacts> = book.sheets_metadata().iter().map(sheet_facts).collect();
    facts.sheets = sheets.clone();
    sink.early_facts(&facts)?;
    facts.sheets.clear();
    let dates = if facts.date_1904 { DateSystem::From1904 } else { DateSystem::From1900 };
    let formats = told(binary_records::formats(&mut package, spend), "styles", &mut facts.notices);
    let parts = told(binary_records::sheet_relations(&mut package, spend), "sheets", &mut facts.notices);
    let mut counts = [("conditional formats", 0u64), ("hyperlinks", 0), ("formulas of validations", 0)];
    for sheet in sheets {
        let part = parts.get(&sheet.name).and_then(|id| relations.iter().find(|relation| relation.id == *id));
        let walked = match part {
            Some(part) => binary_records::walk(&mut package, &part.target, spend),
            None => Ok(binary_records::Walked::default()),
        };
        let mut walked = told(walked, &sheet.name, &mut facts.notices);
        let seen = [walked.conditional_formats, walked.hyperlinks, walked.rules_unread];
        counts.iter_mut().zip(seen).for_each(|((_, count), seen)| *count = count.saturating_add(seen));
        for rule in std::mem::take(&mut walked.validations) {
            facts.validations.push(ValidationFacts { sheet: sheet.name.clone(), ..rule });
        }
        let seen = std::mem::take(&mut walked.facts);
        let sheet = SheetFacts { name: sheet.name, visibility: sheet.visibility, kind: sheet.kind, ..seen };
        let styled =
            Styled { styles: &walked.styles, passed_over: &walked.passed_over, formats: &formats, dates, spend };
        read_sheet(&mut book, sheet, &styled, sink, &mut facts)?;
    }
    let tables = package.named("xl/tables/", ".bin").len() as u64;
    let more: Vec<(&str, u64)> = counts.into_iter().chain([("tables", tables)]).collect();
    facts.notices.extend(package_parts::unread(&package, &more));
    Ok(facts)
}

/// A workbook whose cells cannot be read, as one with macro sheets, is still read for its code.
pub(super) fn without_cells(error: SourceError, mut facts: SourceFacts) -> Result<SourceFacts, SourceError> {
    if facts.code.is_empty() || matches!(error, SourceError::Encrypted { .. }) {
        return Err(error);
    }
    facts.notices.push(error.notice("cells", "only the code was read"));
    Ok(facts)
}

/// A part that cannot be read is told and the workbook is read without it.
fn told<T: Default>(read: Result<T, SourceError>, place: &str, notices: &mut Vec<Notice>) -> T {
    read.unwrap_or_else(|error| {
        notices.push(error.notice(place, "the values were read without what it says of them"));
        T::default()
    })
}

/// What the cells of a sheet need beside calamine.
struct Styled<'a> {
    /// Row, column and style, in the order of the file.
    styles: &'a [(u32, u32, u32)],
    passed_over: &'a [((u32, u32), Scalar)],
    formats: &'a [Option<String>],
    dates: DateSystem,
    spend: &'a Spend,
}

/// calamine reserves memory for as many strings as the part declares.
fn check_strings(package: &mut Package, content: &Content) -> Result<(), SourceError> {
    let Some(start) = package.bytes("xl/sharedStrings.bin", STRINGS_START)? else {
        return Ok(());
    };
    // Record type (two bytes), length (one byte, 8), total count, count of distinct texts.
    let declared = if start.starts_with(&BEGIN_STRINGS) { u32_at(&start, 7).unwrap_or(0) } else { 0 };
    // Deflate packs at most 1,032 to 1, so the part cannot hold more than this.
    let possible = content.len().saturating_mul(1_032) / SHORTEST_STRING;
    if u64::from(declared) > possible {
        let what = format!("{declared} are declared, the file can hold at most {possible}");
        return Err(SourceError::Limit { limit: "shared strings", what });
    }
    Ok(())
}

/// Runs vendor code that may panic on damaged bytes.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, SourceError> {
    catch_unwind(AssertUnwindSafe(work))
        .map_err(|_| SourceError::malformed("workbook", "its records contradict each other"))
}

/// The vendor's words name record types and offsets, not content; passwords are a state of their own.
pub(super) fn refusal(place: &str, words: &str) -> SourceError {
    let lower = words.to_ascii_lowercase();
    if lower.contains("password") || lower.contains("encrypt") {
        return SourceError::Encrypted { what: String::from("the workbook is protected by a password to open") };
    }
    SourceError::malformed(place, format!("it cannot be read ({})", words.chars().take(100).collect::<String>()))
}

pub(super) fn names_of(names: &[(String, String)]) -> Vec<NameFacts> {
    let fact = |(name, refers_to): &(String, String)| NameFacts {
        name: name.clone(),
        refers_to: refers_to.clone(),
        ..NameFacts::default()
    };
    names.iter().map(fact).collect()
}

pub(super) fn sheet_facts(sheet: &calamine::Sheet) -> SheetFacts {
    let visibility = match sheet.visible {
        SheetVisible::Visible => "visible",
        SheetVisible::Hidden => "hidden",
        SheetVisible::VeryHidden => "veryHidden",
    };
    let kind = match sheet.typ {
        SheetType::WorkSheet | SheetType::Vba => "worksheet",
        SheetType::DialogSheet => "dialog",
        SheetType::MacroSheet => "macro",
        SheetType::ChartSheet => "chart",
    };
    SheetFacts {
        name: sheet.name.clone(),
        visibility: visibility.to_string(),
        kind: kind.to_string(),
        ..SheetFacts::default()
    }
}

fn read_sheet(
    book: &mut Book,
    mut sheet: SheetFacts,
    styled: &Styled<'_>,
    sink: &mut dyn Sink,
    facts: &mut SourceFacts,
) -> Result<(), SourceError> {
    let name = sheet.name.clone();
    if sheet.kind == "chart" {
        // It has no cells.
        Stream::begin(sink, styled.spend, &name)?.end(Completeness::Whole, &mut sheet)?;
        facts.sheets.push(sheet);
        return Ok(());
    }
    let mut completeness = Completeness::Whole;
    let mut shapes = Shapes::new(&name);
    let formulas = guarded(|| formulas_of(book, &name, &mut shapes, styled.spend)).and_then(|read| read);
    let formulas = formulas.unwrap_or_else(|error| {
        facts.notices.push(error.notice(&name, "the values were kept without formulas"));
        Vec::new()
    });
    let mut stream = Stream::begin(sink, styled.spend, &name)?;
    let read = guarded(|| values_of(book, &name, formulas, styled, &mut stream)).and_then(|read| read);
    if let Err(error) = read {
        completeness = Completeness::Cut;
        facts.notices.push(error.notice(&name, "the cells before it were kept"));
    }
    stream.end(completeness, &mut sheet)?;
    let (found, notices) = shapes.finish();
    facts.formulas.extend(found);
    facts.notices.extend(notices);
    facts.sheets.push(sheet);
    Ok(())
}

type Formula = ((u32, u32), String);

fn formulas_of(book: &mut Book, name: &str, shapes: &mut Shapes, spend: &Spend) -> Result<Vec<Formula>, SourceError> {
    let mut reader = book.worksheet_cells_reader(name).map_err(|error| refusal(name, &error.to_string()))?;
    let mut found = Vec::new();
    while let Some(cell) = reader.next_formula().map_err(|error| refusal(name, &error.to_string()))? {
        let (row, column) = cell.get_position();
        let position = (row.saturating_add(1), column.saturating_add(1));
        if on_sheet(position.0, position.1) && !cell.get_value().is_empty() {
            shapes.written(cell.get_value(), position.0, position.1, spend)?;
            found.push((position, cell.get_value().clone()));
        }
    }
    Ok(found)
}

fn values_of(
    book: &mut Book,
    name: &str,
    formulas: Vec<Formula>,
    styled: &Styled<'_>,
    stream: &mut Stream<'_>,
) -> Result<(), SourceError> {
    let mut reader = book.worksheet_cells_reader(name).map_err(|error| refusal(name, &error.to_string()))?;
    let mut surroundings =
        Surroundings { formulas: formulas.into_iter().peekable(), styles: styled.styles.iter().peekable(), styled };
    let mut others = styled.passed_over.iter().peekable();
    while let Some(cell) = reader.next_cell().map_err(|error| refusal(name, &error.to_string()))? {
        let (row, column) = cell.get_position();
        let place = (row.saturating_add(1), column.saturating_add(1));
        while let Some((before, value)) = others.next_if(|(other, _)| *other < place) {
            surroundings.deliver(*before, value.clone(), stream)?;
        }
        surroundings.deliver(place, scalar(cell.get_value(), styled.dates), stream)?;
    }
    for (place, value) in others {
        surroundings.deliver(*place, value.clone(), stream)?;
    }
    Ok(())
}

/// Formulas and styles wait in the order of the cells until their cell comes.
struct Surroundings<'a> {
    formulas: std::iter::Peekable<std::vec::IntoIter<Formula>>,
    styles: std::iter::Peekable<std::slice::Iter<'a, (u32, u32, u32)>>,
    styled: &'a Styled<'a>,
}

impl Surroundings<'_> {
    fn deliver(&mut self, place: (u32, u32), value: Scalar, stream: &mut Stream<'_>) -> Result<(), SourceError> {
        let (row, column) = place;
        if !on_sheet(row, column) {
            return Ok(());
        }
        while self.formulas.next_if(|(before, _)| *before < place).is_some() {}
        let formula = self.formulas.next_if(|(position, _)| *position == place).map(|(_, text)| text);
        while self.styles.next_if(|(row, column, _)| (*row, *column) < place).is_some() {}
        let style = self.styles.next_if(|(row, column, _)| (*row, *column) == place);
        let code = style.and_then(|(_, _, style)| self.styled.formats.get(*style as usize)?.as_deref());
        if value == Scalar::Empty && formula.is_none() {
            return Ok(());
        }
        let format = code.map(|code| stream.format(code));
        stream.push(CellContent { row, column, value, formula, format, ..CellContent::default() })
    }
}

fn scalar(value: &DataRef<'_>, dates: DateSystem) -> Scalar {
    match value {
        DataRef::Int(number) => Scalar::Number(*number as f64),
        DataRef::Float(number) => Scalar::Number(*number),
        DataRef::String(text) => Scalar::Text(text.clone()),
        DataRef::SharedString(text) => Scalar::Text((*text).to_string()),
        DataRef::Bool(value) => Scalar::Boolean(*value),
        DataRef::DateTime(moment) => moment_or_number(moment, dates),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Scalar::Moment(text.clone()),
        DataRef::Error(kind) => Scalar::Error(error_text(kind).to_string()),
        DataRef::Empty => Scalar::Empty,
    }
}

pub(super) fn moment_or_number(moment: &ExcelDateTime, dates: DateSystem) -> Scalar {
    let number = Scalar::Number(moment.as_f64());
    if moment.is_duration() {
        return number;
    }
    moment_of_serial(moment.as_f64(), dates).map_or(number, Scalar::Moment)
}

pub(super) fn error_text(kind: &CellErrorType) -> &'static str {
    match kind {
        CellErrorType::Div0 => "#DIV/0!",
        CellErrorType::NA => "#N/A",
        CellErrorType::Name => "#NAME?",
        CellErrorType::Null => "#NULL!",
        CellErrorType::Num => "#NUM!",
        CellErrorType::Ref => "#REF!",
        CellErrorType::Value => "#VALUE!",
        CellErrorType::GettingData => "#GETTING_DATA",
    }
}
