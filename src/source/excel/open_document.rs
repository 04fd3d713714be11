//! OpenDocument spreadsheets: one pass over `content.xml`. Repeated cells and rows are written once in the file and are
//! delivered repeatedly only where they hold something.

use quick_xml::events::BytesStart;

use crate::facts::{CellContent, FileKind, NameFacts, Scalar, SheetFacts, SourceFacts};

use super::super::SourceError;
use super::super::content::Content;
use super::super::precheck;
use super::super::sink::{Completeness, Sink};
use super::super::spend::Spend;
use super::super::xml::{Markup, Piece, attribute, local, local_end, number};
use super::super::zipped::Package;
use super::cells::{Stream, on_sheet};
use super::formulas::Shapes;

/// Longest run of the same non-empty row or cell that is delivered; longer runs are fillings.
const RUN: u32 = 10_000;

/// Reads an OpenDocument spreadsheet.
pub(crate) fn read_open_document(
    content: &Content,
    spend: &mut Spend,
    sink: &mut dyn Sink,
) -> Result<SourceFacts, SourceError> {
    let mut facts = SourceFacts { kind: FileKind::Ods, ..SourceFacts::default() };
    facts.notices.extend(precheck::zip_directory(content, spend)?);
    let mut package = Package::open(content, spend)?;
    if is_encrypted(&mut package)? {
        return Err(SourceError::Encrypted {
            what: String::from("the spreadsheet is protected by a password to open"),
        });
    }
    let Some(mut markup) = package.markup("content.xml")? else {
        return Err(SourceError::malformed("content.xml", "the package has none"));
    };
    loop {
        let mut sheet = None;
        match markup.next()? {
            Piece::Start(tag) => match local(&tag) {
                "table" => {
                    sheet = Some(SheetFacts {
                        name: attribute(&tag, "table:name").unwrap_or_default(),
                        visibility: String::from("visible"),
                        kind: String::from("worksheet"),
                        protected: attribute(&tag, "table:protected").as_deref() == Some("true"),
                        print_area: attribute(&tag, "table:print-ranges"),
                        ..SheetFacts::default()
                    })
                }
                "named-range" => facts.names.push(NameFacts {
                    name: attribute(&tag, "table:name").unwrap_or_default(),
                    refers_to: attribute(&tag, "table:cell-range-address").unwrap_or_default(),
                    ..NameFacts::default()
                }),
                _ => {}
            },
            Piece::Finished => return Ok(facts),
            _ => {}
        }
        if let Some(sheet) = sheet {
            read_table(&mut markup, sheet, spend, sink, &mut facts)?;
        }
    }
}

fn is_encrypted(package: &mut Package) -> Result<bool, SourceError> {
    let Some(mut markup) = package.markup("META-INF/manifest.xml")? else {
        return Ok(false);
    };
    loop {
        match markup.next()? {
            Piece::Start(tag) if local(&tag) == "encryption-data" => return Ok(true),
            Piece::Finished => return Ok(false),
            _ => {}
        }
    }
}

fn read_table(
    markup: &mut Markup<'_>,
    mut sheet: SheetFacts,
    spend: &Spend,
    sink: &mut dyn Sink,
    facts: &mut SourceFacts,
) -> Result<(), SourceError> {
    let name = sheet.name.clone();
    let mut table = Table {
        stream: Stream::begin(sink, spend, &name)?,
        shapes: Shapes::new(&name),
        spend,
        row: 1,
        column: 1,
        line: Vec::new(),
    };
    let read = table.run(markup, &mut sheet);
    let mut completeness = Completeness::Whole;
    if let Err(error) = &read {
        completeness = Completeness::Cut;
        facts.notices.push(error.notice(&name, "the cells before it were kept"));
    }
    table.stream.end(completeness, &mut sheet)?;
    let (found, notices) = table.shapes.finish();
    facts.formulas.extend(found);
    facts.notices.extend(notices);
    facts.sheets.push(sheet);
    // What comes behind a break in the markup cannot be read either.
    match read {
        Err(error @ SourceError::Limit { limit: super::super::xml::NO_DTD, .. }) => Err(error),
        _ => Ok(()),
    }
}

struct Table<'a> {
    stream: Stream<'a>,
    shapes: Shapes,
    spend: &'a Spend,
    row: u32,
    column: u32,
    /// The cells of the current row, to be delivered as often as it is repeated.
    line: Vec<(u32, Scalar, Option<String>)>,
}

impl Table<'_> {
    fn run(&mut self, markup: &mut Markup<'_>, sheet: &mut SheetFacts) -> Result<(), SourceError> {
        let mut repeated = 1;
        loop {
            let mut cell = None;
            match markup.next()? {
                Piece::Start(tag) => match local(&tag) {
                    "table-row" => {
                        repeated = repeats(&tag, "table:number-rows-repeated");
                        self.column = 1;
                        self.line.clear();
                        if attribute(&tag, "table:visibility").is_some_and(|value| value != "visible")
                            && sheet.hidden_rows.len() < RUN as usize
                        {
                            sheet.hidden_rows.extend((self.row..).take(repeated.min(RUN) as usize));
                        }
                    }
                    "table-cell" | "covered-table-cell" => cell = Some(Cell::of(&tag)),
                    _ => {}
                },
                Piece::End(tag) => match local_end(&tag) {
                    "table-row" => self.end_row(repeated)?,
                    "table" => return Ok(()),
                    _ => {}
                },
                Piece::Finished => return Ok(()),
                Piece::Text(_) => {}
            }
            if let Some(cell) = cell {
                self.cell(cell, markup)?;
            }
        }
    }

    fn cell(&mut self, cell: Cell, markup: &mut Markup<'_>) -> Result<(), SourceError> {
        let text = paragraphs(markup)?;
        let value = cell.value(text);
        if value != Scalar::Empty || cell.formula.is_some() {
            for offset in 0..cell.repeated.min(RUN) {
                self.spend.bytes(size_of::<Scalar>())?;
                self.line.push((self.column.saturating_add(offset), value.clone(), cell.formula.clone()));
            }
        }
        self.column = self.column.saturating_add(cell.repeated);
        Ok(())
    }

    fn end_row(&mut self, repeated: u32) -> Result<(), SourceError> {
        let line = std::mem::take(&mut self.line);
        let times = if line.is_empty() { 0 } else { repeated.min(RUN) };
        for offset in 0..times {
            let row = self.row.saturating_add(offset);
            for (column, value, formula) in line.iter().filter(|(column, ..)| on_sheet(row, *column)) {
                if let Some(text) = formula {
                    self.shapes.written(text, row, *column, self.spend)?;
                }
                let cell =
                    CellContent { row, column: *column, value: value.clone(), formula: formula.clone(), format: None };
                self.stream.push(cell)?;
            }
        }
        self.row = self.row.saturating_add(repeated);
        Ok(())
    }
}

fn repeats(tag: &BytesStart<'_>, name: &str) -> u32 {
    number(tag, name).unwrap_or(1).max(1)
}

/// The attributes of a cell that carry its value (OpenDocument 1.3 part 3, 19.385 to 19.390).
struct Cell {
    repeated: u32,
    kind: String,
    value: Option<String>,
    formula: Option<String>,
}

impl Cell {
    fn of(tag: &BytesStart<'_>) -> Cell {
        let value =
            ["office:value", "office:date-value", "office:time-value", "office:boolean-value", "office:string-value"];
        Cell {
            repeated: repeats(tag, "table:number-columns-repeated"),
            kind: attribute(tag, "office:value-type").unwrap_or_default(),
            value: value.iter().find_map(|name| attribute(tag, name)),
            formula: attribute(tag, "table:formula").map(|text| plain_formula(&text)),
        }
    }

    fn value(&self, text: String) -> Scalar {
        let raw = self.value.clone();
        match self.kind.as_str() {
            "float" | "currency" | "percentage" => {
                let number = raw.and_then(|raw| raw.parse::<f64>().ok()).filter(|number| number.is_finite());
                number.map_or(Scalar::Empty, Scalar::Number)
            }
            "date" => raw.map_or(Scalar::Empty, Scalar::Moment),
            "time" => raw.map_or(Scalar::Empty, |raw| time_of_day(&raw).map_or(Scalar::Text(raw), Scalar::Moment)),
            "boolean" => Scalar::Boolean(raw.as_deref() == Some("true")),
            "string" => Scalar::Text(raw.unwrap_or(text)),
            _ if text.is_empty() => Scalar::Empty,
            _ => Scalar::Text(text),
        }
    }
}

/// `PT14H07M09S` as `14:07:09`; none for a duration of a day and more.
fn time_of_day(text: &str) -> Option<String> {
    let rest = text.strip_prefix("PT")?;
    let (hours, rest) = rest.split_once('H')?;
    let (minutes, rest) = rest.split_once('M')?;
    let seconds = rest.strip_suffix('S')?.split(['.', ',']).next()?;
    let (hours, minutes, seconds): (u32, u32, u32) =
        (hours.parse().ok()?, minutes.parse().ok()?, seconds.parse().ok()?);
    (hours < 24).then(|| format!("{hours:02}:{minutes:02}:{seconds:02}"))
}

/// `of:=[.A1]+[$Sheet2.B2]` as `A1+$Sheet2!B2`, so that formulas of all kinds compare.
fn plain_formula(text: &str) -> String {
    let text = text.split_once(":=").map_or(text, |(_, rest)| rest).trim_start_matches('=');
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => {
                plain.push('"');
                for inner in letters.by_ref() {
                    plain.push(inner);
                    if inner == '"' {
                        break;
                    }
                }
            }
            '[' => {
                let inside: String = letters.by_ref().take_while(|next| *next != ']').collect();
                plain.push_str(&plain_reference(&inside));
            }
            ';' => plain.push(','),
            other => plain.push(other),
        }
    }
    plain
}

fn plain_reference(inside: &str) -> String {
    let part = |part: &str| match part.rsplit_once('.') {
        Some(("", cell)) => cell.to_string(),
        Some((sheet, cell)) => format!("{}!{cell}", sheet.trim_start_matches('$')),
        None => part.to_string(),
    };
    inside.split(':').map(part).collect::<Vec<_>>().join(":")
}

/// The paragraphs of a cell, a line each; the text of a comment is not the cell's.
fn paragraphs(markup: &mut Markup<'_>) -> Result<String, SourceError> {
    let mut open = 1u32;
    let mut text = String::new();
    let mut in_comment = 0u32;
    while open > 0 {
        match markup.next()? {
            Piece::Start(tag) => {
                open = open.saturating_add(1);
                match local(&tag) {
                    "annotation" => in_comment = open,
                    "p" if !text.is_empty() && in_comment == 0 => text.push('\n'),
                    "s" if in_comment == 0 => {
                        let count = number::<usize>(&tag, "text:c").unwrap_or(1);
                        text.extend(std::iter::repeat_n(' ', count.min(1_000)));
                    }
                    _ => {}
                }
            }
            Piece::End(_) => {
                if open == in_comment {
                    in_comment = 0;
                }
                open = open.saturating_sub(1);
            }
            Piece::Text(piece) if open > 1 && in_comment == 0 => text.push_str(&piece),
            Piece::Text(_) => {}
            Piece::Finished => break,
        }
    }
    Ok(text)
}
