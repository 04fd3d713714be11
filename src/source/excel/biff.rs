//! Old workbooks (xls) through calamine, whose ranges are dense: a walk over the records first measures what the ranges
//! would take. The same walk finds passwords and what calamine leaves out.

use std::collections::HashMap;
use std::io::{Cursor, Read};

use calamine::{Data, Reader, Xls};

use crate::facts::{CellContent, FileKind, Notice, Problem, Scalar, SheetFacts, SourceFacts, ValidationFacts};

use super::super::SourceError;
use super::super::content::Content;
use super::super::precheck::compound;
use super::super::sink::{Completeness, Sink};
use super::super::spend::{Charged, Spend, limit_of};
use super::super::vba;
use super::biff_mend::{Mended, enclosed, mend};
use super::biff_records::Stream;
use super::binary::{error_text, guarded, moment_or_number, names_of, refusal, sheet_facts, without_cells};
use super::cells;
use super::dates::DateSystem;
use super::formulas::Shapes;
use super::package_parts::unread_notice;

/// A cell of a dense range takes 32 bytes; values and formulas together have to fit half of the reader's memory.
const DENSE_CELLS: u64 = 8_000_000;
/// How calamine writes a formula that it cannot read.
const UNKNOWN_FORMULA: &str = "Unrecognised formula";
/// Largest `Workbook` stream; the format ends at 65,536 rows of 256 columns a sheet.
const STREAM_BYTES: u64 = 512 * super::super::MIB;

/// Reads an old workbook.
pub(crate) fn read_biff(content: &Content, spend: &mut Spend, sink: &mut dyn Sink) -> Result<SourceFacts, SourceError> {
    let mut facts = SourceFacts { kind: FileKind::Xls, ..SourceFacts::default() };
    let bytes = workbook_stream(content, spend)?;
    let mut stream = Stream::walk(&bytes, spend)?;
    check_dense(&stream)?;
    facts.links = std::mem::take(&mut stream.links);
    let mended = mend(&bytes, spend)?;
    facts.notices.extend(lost(&mended));
    drop(bytes);
    let enclosed = enclosed(mended.bytes)?;
    match vba::read_legacy(content, spend) {
        Ok(project) => {
            facts.code = project.modules;
            facts.notices.extend(project.notices);
        }
        Err(error) => facts.notices.push(error.notice("VBA", "the workbook was read without its code")),
    }
    let opened = guarded(|| Xls::new(Cursor::new(enclosed)))
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
    for (index, sheet) in sheets.into_iter().enumerate() {
        let mut walked = stream.sheet(index);
        let seen = std::mem::take(&mut walked.facts);
        let sheet = SheetFacts { name: sheet.name, visibility: sheet.visibility, kind: sheet.kind, ..seen };
        for rule in std::mem::take(&mut walked.validations) {
            facts.validations.push(ValidationFacts { sheet: sheet.name.clone(), ..rule });
        }
        walked.styles.sort_unstable();
        let shared = Shared { stream: &stream, styles: &walked.styles, arrays: &walked.arrays, dates, spend };
        read_sheet(&mut book, sheet, &shared, sink, &mut facts)?;
    }
    let counts = [
        ("comments", stream.comments),
        ("conditional formats", stream.conditional_formats),
        ("hyperlinks", stream.hyperlinks),
        ("pivot tables", stream.pivot_tables),
        ("charts", stream.charts),
        ("filters", stream.filters),
        ("formulas of validations", stream.rules_unread),
    ];
    facts.notices.extend(unread_notice(&counts));
    Ok(facts)
}

/// What the cells of a sheet need beside calamine.
struct Shared<'a> {
    stream: &'a Stream,
    /// Row, column and style, sorted.
    styles: &'a [(u16, u16, u16)],
    /// The areas of array formulas, by first cell.
    arrays: &'a HashMap<(u32, u32), String>,
    dates: DateSystem,
    spend: &'a Spend,
}

impl Shared<'_> {
    /// The format code of a cell, its place counted from 0.
    fn code(&self, row: u32, column: u32) -> Option<&str> {
        let place = (u16::try_from(row).ok()?, u16::try_from(column).ok()?);
        let at = self.styles.partition_point(|(row, column, _)| (*row, *column) < place);
        let (row, column, style) = self.styles.get(at)?;
        if (*row, *column) == place { self.stream.code(*style) } else { None }
    }
}

fn workbook_stream(content: &Content, spend: &Spend) -> Result<Vec<u8>, SourceError> {
    let mut file = compound(content)?;
    let name = if file.exists("/Workbook") { "/Workbook" } else { "/Book" };
    let mut bytes = Vec::new();
    let stream = file.open_stream(name).map_err(|_| SourceError::malformed(name, "the stream cannot be opened"))?;
    // The stream is no single token, so it is charged in blocks.
    let mut input = Charged::new(stream.take(STREAM_BYTES), spend);
    let mut block = vec![0; 1 << 16];
    loop {
        spend.new_token();
        match input.read(&mut block) {
            Ok(0) => return Ok(bytes),
            Ok(got) => bytes.extend(block.get(..got).unwrap_or_default()),
            Err(error) => {
                return Err(limit_of(&error).unwrap_or_else(|| SourceError::malformed(name, "its sectors are damaged")));
            }
        }
    }
}

/// What the mended stream does not hold any more.
fn lost(mended: &Mended) -> Vec<Notice> {
    let notice = |count: u64, what: &str| {
        (count > 0).then(|| Notice {
            place: String::new(),
            problem: Problem::Malformed,
            message: format!("{count} {what}; the rest was read; open the workbook in Excel and save it as .xlsx"),
        })
    };
    let short = notice(mended.short, "records of cells are too short and were left out");
    let unexpanded = notice(mended.unexpanded, "formulas that many cells share could not be written out");
    short.into_iter().chain(unexpanded).collect()
}

fn check_dense(stream: &Stream) -> Result<(), SourceError> {
    let total = stream.dense_cells();
    if total > DENSE_CELLS {
        let what =
            format!("the sheets span {total} cells, at most {DENSE_CELLS} are read of the old format; save as .xlsx");
        return Err(SourceError::Limit { limit: "dense cells", what });
    }
    Ok(())
}

type Book = Xls<Cursor<Vec<u8>>>;

fn read_sheet(
    book: &mut Book,
    mut sheet: SheetFacts,
    shared: &Shared<'_>,
    sink: &mut dyn Sink,
    facts: &mut SourceFacts,
) -> Result<(), SourceError> {
    let name = sheet.name.clone();
    let mut shapes = Shapes::new(&name);
    let mut stream = cells::Stream::begin(sink, shared.spend, &name)?;
    let mut completeness = Completeness::Whole;
    let read = guarded(|| cells_of(book, &name, shared, &mut shapes, &mut stream)).and_then(|read| read);
    match read {
        Ok(0) => {}
        Ok(unknown) => {
            let message =
                format!("{unknown} formulas hold something unknown; their values were kept; look at them in Excel");
            facts.notices.push(Notice { place: name.clone(), problem: Problem::Unsupported, message });
        }
        Err(error) => {
            completeness = Completeness::Cut;
            facts.notices.push(error.notice(&name, "the cells before it were kept"));
        }
    }
    stream.end(completeness, &mut sheet)?;
    let (found, notices) = shapes.finish();
    facts.formulas.extend(found);
    facts.notices.extend(notices);
    facts.sheets.push(sheet);
    Ok(())
}

/// Delivers the cells of a sheet; answers how many formulas were not understood.
fn cells_of(
    book: &mut Book,
    name: &str,
    shared: &Shared<'_>,
    shapes: &mut Shapes,
    stream: &mut cells::Stream<'_>,
) -> Result<u64, SourceError> {
    let values = book.worksheet_range(name).map_err(|error| refusal(name, &error.to_string()))?;
    let formulas = book.worksheet_formula(name).map_err(|error| refusal(name, &error.to_string()))?;
    let (Some(start), Some(end)) = (least(values.start(), formulas.start()), most(values.end(), formulas.end())) else {
        return Ok(0);
    };
    let mut unknown = 0u64;
    for row in start.0..=end.0 {
        for column in start.1..=end.1 {
            let text = formulas.get_value((row, column)).filter(|text| !text.is_empty());
            let formula = text.filter(|text| !text.starts_with(UNKNOWN_FORMULA));
            unknown += u64::from(text.is_some() && formula.is_none());
            let value = values.get_value((row, column)).map_or(Scalar::Empty, |value| scalar(value, shared.dates));
            if value == Scalar::Empty && formula.is_none() {
                continue;
            }
            let format = shared.code(row, column).map(|code| stream.format(code));
            let (row, column) = (row + 1, column + 1);
            if let Some(text) = formula {
                shapes.written(text, row, column, shared.spend)?;
            }
            let array = formula.and_then(|_| shared.arrays.get(&(row, column)).cloned());
            stream.push(CellContent { row, column, value, formula: formula.cloned(), array, format })?;
        }
    }
    Ok(unknown)
}

fn least(one: Option<(u32, u32)>, other: Option<(u32, u32)>) -> Option<(u32, u32)> {
    match (one, other) {
        (Some(one), Some(other)) => Some((one.0.min(other.0), one.1.min(other.1))),
        (one, other) => one.or(other),
    }
}

fn most(one: Option<(u32, u32)>, other: Option<(u32, u32)>) -> Option<(u32, u32)> {
    match (one, other) {
        (Some(one), Some(other)) => Some((one.0.max(other.0), one.1.max(other.1))),
        (one, other) => one.or(other),
    }
}

fn scalar(value: &Data, dates: DateSystem) -> Scalar {
    match value {
        Data::Int(number) => Scalar::Number(*number as f64),
        Data::Float(number) => Scalar::Number(*number),
        Data::String(text) => Scalar::Text(text.clone()),
        Data::Bool(value) => Scalar::Boolean(*value),
        Data::DateTime(moment) => moment_or_number(moment, dates),
        Data::DateTimeIso(text) | Data::DurationIso(text) => Scalar::Moment(text.clone()),
        Data::Error(kind) => Scalar::Error(error_text(kind).to_string()),
        _ => Scalar::Empty,
    }
}
