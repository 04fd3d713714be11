//! Old workbooks (xls) through calamine, whose ranges are dense: a walk over the records first measures what the ranges
//! would take. The same walk finds passwords and what calamine leaves out.

use std::io::{BufReader, Read};

use calamine::{Data, Reader, Xls};

use crate::facts::{CellContent, FileKind, Notice, Problem, Scalar, SheetFacts, SourceFacts};

use super::super::SourceError;
use super::super::content::Content;
use super::super::precheck::{compound, u16_at};
use super::super::sink::{Completeness, Sink};
use super::super::spend::{Charged, Spend, limit_of};
use super::super::vba;
use super::binary::{error_text, guarded, moment_or_number, names_of, refusal, sheet_facts};
use super::cells::{Extent, Stream};
use super::dates::DateSystem;
use super::formulas::Shapes;

/// A cell of a dense range takes 32 bytes; values and formulas together have to fit half of the reader's memory.
const DENSE_CELLS: u64 = 8_000_000;
/// Largest `Workbook` stream; the format ends at 65,536 rows of 256 columns a sheet.
const STREAM_BYTES: u64 = 512 * super::super::MIB;

/// Records that are looked at (MS-XLS 2.3.1).
mod record {
    pub(super) const BOF: u16 = 0x0809;
    pub(super) const EOF: u16 = 0x000A;
    pub(super) const FILE_PASS: u16 = 0x002F;
    pub(super) const PROTECT: u16 = 0x0012;
    pub(super) const ROW: u16 = 0x0208;
    pub(super) const PANE: u16 = 0x0041;
    pub(super) const WINDOW2: u16 = 0x023E;
    pub(super) const CODE_NAME: u16 = 0x01BA;
    pub(super) const MERGED: u16 = 0x00E5;
    /// Records of cells begin with row and column: BLANK, NUMBER, LABEL, BOOLERR, FORMULA, LABELSST, RK, MULRK, MULBLANK, RSTRING.
    pub(super) const CELLS: [u16; 10] =
        [0x0201, 0x0203, 0x0204, 0x0205, 0x0006, 0x00FD, 0x027E, 0x00BD, 0x00BE, 0x00D6];
}
/// Bits of ROW and WINDOW2: hidden row, frozen panes.
const ROW_HIDDEN: u16 = 0x20;
const FROZEN: u16 = 0x08;

/// What the walk saw of one substream after the workbook's own.
#[derive(Default)]
struct Walked {
    facts: SheetFacts,
    extent: Option<(u64, u64, u64, u64)>,
    frozen: bool,
    split_rows: u32,
}

/// Reads an old workbook.
pub(crate) fn read_biff(content: &Content, spend: &mut Spend, sink: &mut dyn Sink) -> Result<SourceFacts, SourceError> {
    let mut facts = SourceFacts { kind: FileKind::Xls, ..SourceFacts::default() };
    let walked = walk(&workbook_stream(content, spend)?, spend)?;
    check_dense(&walked)?;
    match vba::read_legacy(content, spend) {
        Ok(project) => {
            facts.code = project.modules;
            facts.notices.extend(project.notices);
        }
        Err(error) => facts.notices.push(error.notice("VBA", "the workbook was read without its code")),
    }
    let mut book = match guarded(|| Xls::new(BufReader::new(content.start())))? {
        Ok(book) => book,
        Err(error) => return Err(refusal("workbook", &error.to_string())),
    };
    facts.date_1904 = book.has_1904_epoch();
    facts.names = names_of(book.defined_names());
    let sheets: Vec<SheetFacts> = book.sheets_metadata().iter().map(sheet_facts).collect();
    facts.sheets = sheets.clone();
    sink.early_facts(&facts)?;
    facts.sheets.clear();
    let dates = if facts.date_1904 { DateSystem::From1904 } else { DateSystem::From1900 };
    for (index, sheet) in sheets.into_iter().enumerate() {
        let seen = walked.get(index).map(|walked| walked.facts.clone()).unwrap_or_default();
        let sheet = SheetFacts { name: sheet.name, visibility: sheet.visibility, kind: sheet.kind, ..seen };
        read_sheet(&mut book, sheet, dates, spend, sink, &mut facts)?;
    }
    facts.notices.push(Notice {
        place: String::new(),
        problem: Problem::Remark,
        message: String::from("of an old workbook, filters, validations, links and number formats are not read; save as .xlsx to have them"),
    });
    Ok(facts)
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

/// Walks the records; each outermost substream after the first is a sheet.
fn walk(stream: &[u8], spend: &Spend) -> Result<Vec<Walked>, SourceError> {
    let mut sheets: Vec<Walked> = Vec::new();
    // A chart within a sheet is a substream within its substream, so that only the outermost count.
    let (mut depth, mut outermost) = (0usize, 0usize);
    let mut rest = stream;
    while let (Some(id), Some(length)) = (u16_at(rest, 0), u16_at(rest, 2)) {
        let data = rest.get(4..).unwrap_or_default();
        let data = data.get(..usize::from(length)).unwrap_or(data);
        match id {
            record::BOF => {
                outermost = outermost.saturating_add(usize::from(depth == 0));
                // The first is the workbook's own.
                if depth == 0 && outermost > 1 {
                    spend.bytes(size_of::<Walked>())?;
                    sheets.push(Walked::default());
                }
                depth = depth.saturating_add(1);
            }
            record::EOF => depth = depth.saturating_sub(1),
            record::FILE_PASS => {
                let what =
                    String::from("the workbook is protected by a password to open; save it without and scan again");
                return Err(SourceError::Encrypted { what });
            }
            _ => {
                if let Some(sheet) = sheets.last_mut() {
                    sheet.take(id, data);
                }
            }
        }
        rest = rest.get(4usize.saturating_add(usize::from(length))..).unwrap_or_default();
    }
    Ok(sheets)
}

impl Walked {
    fn take(&mut self, id: u16, data: &[u8]) {
        let field = |at| u16_at(data, at).unwrap_or(0);
        match id {
            record::PROTECT => self.facts.protected = field(0) == 1,
            record::ROW if field(12) & ROW_HIDDEN != 0 => self.facts.hidden_rows.push(u32::from(field(0)) + 1),
            record::WINDOW2 => {
                self.frozen = field(0) & FROZEN != 0;
                self.settle_panes();
            }
            record::PANE => {
                self.split_rows = u32::from(field(2));
                self.settle_panes();
            }
            record::CODE_NAME => self.facts.code_name = short_text(data),
            record::MERGED => self.facts.merged.extend(merged(data)),
            id if record::CELLS.contains(&id) => self.cell(u64::from(field(0)), u64::from(field(2))),
            _ => {}
        }
    }

    fn settle_panes(&mut self) {
        self.facts.frozen_rows = if self.frozen { self.split_rows } else { 0 };
    }

    fn cell(&mut self, row: u64, column: u64) {
        let (top, left, bottom, right) = self.extent.unwrap_or((row, column, row, column));
        self.extent = Some((top.min(row), left.min(column), bottom.max(row), right.max(column)));
    }
}

/// XLUnicodeString: a count, a byte whose lowest bit says two bytes a letter (MS-XLS 2.5.294).
fn short_text(data: &[u8]) -> Option<String> {
    let count = usize::from(u16_at(data, 0)?);
    let wide = data.get(2)? & 1 == 1;
    let letters = data.get(3..)?;
    Some(if wide {
        encoding_rs::UTF_16LE.decode_without_bom_handling(letters.get(..count.checked_mul(2)?)?).0.into_owned()
    } else {
        letters.get(..count)?.iter().map(|byte| char::from(*byte)).collect()
    })
}

fn merged(data: &[u8]) -> Vec<String> {
    let areas = data.get(2..).unwrap_or_default().chunks_exact(8);
    let area = |bytes: &[u8]| {
        let at = |offset| u16_at(bytes, offset).map(|number| u32::from(number) + 1);
        let mut extent = Extent::at(at(0)?, at(4)?);
        extent.include(at(2)?, at(6)?);
        Some(extent.a1())
    };
    areas.filter_map(area).collect()
}

fn check_dense(sheets: &[Walked]) -> Result<(), SourceError> {
    let area =
        |sheet: &Walked| sheet.extent.map_or(0, |(top, left, bottom, right)| (bottom - top + 1) * (right - left + 1));
    let total: u64 = sheets.iter().map(area).fold(0, u64::saturating_add);
    if total > DENSE_CELLS {
        let what =
            format!("the sheets span {total} cells, at most {DENSE_CELLS} are read of the old format; save as .xlsx");
        return Err(SourceError::Limit { limit: "dense cells", what });
    }
    Ok(())
}

type Book = Xls<BufReader<Content>>;

fn read_sheet(
    book: &mut Book,
    mut sheet: SheetFacts,
    dates: DateSystem,
    spend: &Spend,
    sink: &mut dyn Sink,
    facts: &mut SourceFacts,
) -> Result<(), SourceError> {
    let name = sheet.name.clone();
    let mut shapes = Shapes::new(&name);
    let mut stream = Stream::begin(sink, spend, &name)?;
    let mut completeness = Completeness::Whole;
    let read = guarded(|| cells_of(book, &name, dates, spend, &mut shapes, &mut stream)).and_then(|read| read);
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

fn cells_of(
    book: &mut Book,
    name: &str,
    dates: DateSystem,
    spend: &Spend,
    shapes: &mut Shapes,
    stream: &mut Stream<'_>,
) -> Result<(), SourceError> {
    let values = book.worksheet_range(name).map_err(|error| refusal(name, &error.to_string()))?;
    let formulas = book.worksheet_formula(name).map_err(|error| refusal(name, &error.to_string()))?;
    let (Some(start), Some(end)) = (least(values.start(), formulas.start()), most(values.end(), formulas.end())) else {
        return Ok(());
    };
    for row in start.0..=end.0 {
        for column in start.1..=end.1 {
            let formula = formulas.get_value((row, column)).filter(|text| !text.is_empty());
            let value = values.get_value((row, column)).map_or(Scalar::Empty, |value| scalar(value, dates));
            if value == Scalar::Empty && formula.is_none() {
                continue;
            }
            let (row, column) = (row + 1, column + 1);
            if let Some(text) = formula {
                shapes.written(text, row, column, spend)?;
            }
            stream.push(CellContent { row, column, value, formula: formula.cloned(), format: None })?;
        }
    }
    Ok(())
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
