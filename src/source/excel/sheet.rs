//! One worksheet or XLM macro sheet of an Open XML workbook: its cells streamed, its surroundings as facts.

use quick_xml::events::BytesStart;

use crate::facts::{CellContent, FormulaFacts, Notice, Problem, Scalar, SheetFacts, ValidationFacts};

use super::super::SourceError;
use super::super::sink::{Completeness, Sink};
use super::super::spend::Spend;
use super::super::xml::{Markup, Piece, attribute, local, local_end, number, switched_on, unescape_hex};
use super::cells::{Stream, on_sheet, position};
use super::dates::{DateSystem, moment_of_serial};
use super::formulas::Shapes;
use super::number_formats::NumberFormats;
use super::strings::Strings;

/// Hidden rows, merged areas and validations kept for a sheet; a sheet with more is made by a program.
const LISTED: usize = 100_000;

/// What all sheets of a workbook share.
pub(crate) struct Shared<'a> {
    pub(crate) strings: &'a Strings,
    pub(crate) formats: &'a NumberFormats,
    pub(crate) moments: &'a [bool],
    pub(crate) dates: DateSystem,
    pub(crate) spend: &'a Spend,
}

/// What a sheet gave besides its cells.
#[derive(Default)]
pub(crate) struct SheetParts {
    pub(crate) facts: SheetFacts,
    pub(crate) validations: Vec<ValidationFacts>,
    pub(crate) formulas: Vec<FormulaFacts>,
    pub(crate) notices: Vec<Notice>,
    pub(crate) unread: Unread,
}

/// What a sheet holds and is only counted.
#[derive(Default)]
pub(crate) struct Unread {
    pub(crate) conditional_formats: u64,
    pub(crate) hyperlinks: u64,
}

/// Reads a sheet. A broken or oversized sheet keeps what came before the break, and a notice says so; only a document
/// type definition or a failing sink is an error.
pub(crate) fn read_sheet(
    markup: &mut Markup<'_>,
    facts: SheetFacts,
    shared: &Shared<'_>,
    sink: &mut dyn Sink,
) -> Result<SheetParts, SourceError> {
    let name = facts.name.clone();
    let mut reader = SheetReader {
        shared,
        stream: Stream::begin(sink, shared.spend, &name)?,
        shapes: Shapes::new(&name),
        parts: SheetParts { facts, ..SheetParts::default() },
        row: 0,
        column: 0,
        stray: 0,
        unknown_texts: 0,
    };
    let read = reader.run(markup);
    reader.finish(read)
}

struct SheetReader<'a> {
    shared: &'a Shared<'a>,
    stream: Stream<'a>,
    shapes: Shapes,
    parts: SheetParts,
    row: u32,
    column: u32,
    /// Cells whose reference lies outside the sheet.
    stray: u64,
    /// Cells whose text the shared strings do not hold.
    unknown_texts: u64,
}

/// A cell as written, before its value is understood.
#[derive(Default)]
struct Raw {
    kind: String,
    style: Option<usize>,
    value: Option<String>,
    formula: Option<RawFormula>,
}

#[derive(Default)]
struct RawFormula {
    kind: String,
    shared: Option<u32>,
    /// The cells that a shared or an array formula is for.
    area: Option<String>,
    text: String,
}

impl<'a> SheetReader<'a> {
    fn run(&mut self, markup: &mut Markup<'_>) -> Result<(), SourceError> {
        loop {
            let mut next = Next::Nothing;
            match markup.next()? {
                Piece::Start(tag) => next = self.element(&tag),
                Piece::Finished => return Ok(()),
                _ => {}
            }
            match next {
                Next::Nothing => {}
                Next::Cell(raw) => self.cell(raw, markup)?,
                Next::Validation(found) => self.validation(found, markup)?,
            }
        }
    }

    fn element(&mut self, tag: &BytesStart<'_>) -> Next {
        let unread = &mut self.parts.unread;
        let facts = &mut self.parts.facts;
        match local(tag) {
            "conditionalFormatting" => unread.conditional_formats = unread.conditional_formats.saturating_add(1),
            "hyperlink" => unread.hyperlinks = unread.hyperlinks.saturating_add(1),
            "c" => return Next::Cell(self.placed(tag)),
            "row" => self.begin_row(tag),
            "sheetPr" => facts.code_name = attribute(tag, "codeName"),
            "pane" => {
                let frozen = attribute(tag, "state").is_some_and(|state| state.starts_with("frozen"));
                let rows: f64 = number(tag, "ySplit").unwrap_or(0.0);
                facts.frozen_rows = if frozen { rows as u32 } else { 0 };
            }
            "sheetProtection" => facts.protected = switched_on(tag, "sheet") || attribute(tag, "sheet").is_none(),
            "autoFilter" => facts.autofilter = attribute(tag, "ref"),
            "mergeCell" if facts.merged.len() < LISTED => facts.merged.extend(attribute(tag, "ref")),
            "dataValidation" => {
                return Next::Validation(ValidationFacts {
                    sheet: facts.name.clone(),
                    range: attribute(tag, "sqref").unwrap_or_default(),
                    kind: attribute(tag, "type").unwrap_or_else(|| String::from("any")),
                    operator: attribute(tag, "operator"),
                    formula1: None,
                    formula2: None,
                });
            }
            _ => {}
        }
        Next::Nothing
    }

    fn begin_row(&mut self, tag: &BytesStart<'_>) {
        self.row = number(tag, "r").unwrap_or_else(|| self.row.saturating_add(1));
        self.column = 0;
        let hidden = &mut self.parts.facts.hidden_rows;
        if switched_on(tag, "hidden") && hidden.len() < LISTED && on_sheet(self.row, 1) {
            hidden.push(self.row);
        }
    }

    /// A cell without a reference follows the one before it.
    fn placed(&mut self, tag: &BytesStart<'_>) -> Raw {
        match attribute(tag, "r") {
            None => self.column = self.column.saturating_add(1),
            Some(reference) => (self.row, self.column) = position(&reference).unwrap_or((0, 0)),
        }
        Raw { kind: attribute(tag, "t").unwrap_or_default(), style: number(tag, "s"), ..Raw::default() }
    }

    fn cell(&mut self, mut raw: Raw, markup: &mut Markup<'_>) -> Result<(), SourceError> {
        loop {
            let mut wanted = Inner::Nothing;
            match markup.next()? {
                Piece::Start(tag) => match local(&tag) {
                    "v" => wanted = Inner::Value,
                    "f" => {
                        wanted = Inner::Formula(RawFormula {
                            kind: attribute(&tag, "t").unwrap_or_default(),
                            shared: number(&tag, "si"),
                            area: attribute(&tag, "ref"),
                            text: String::new(),
                        });
                    }
                    "t" => wanted = Inner::Inline,
                    "rPh" => wanted = Inner::Skipped,
                    _ => {}
                },
                Piece::End(tag) if local_end(&tag) == "c" => break,
                Piece::Finished => break,
                _ => {}
            }
            match wanted {
                Inner::Nothing => {}
                Inner::Skipped => drop(markup.text()?),
                Inner::Value => raw.value = Some(markup.text()?),
                Inner::Inline => {
                    let text = markup.text()?;
                    raw.value.get_or_insert_default().push_str(&text);
                }
                Inner::Formula(formula) => {
                    let text = markup.text()?;
                    raw.formula = Some(RawFormula { text, ..formula });
                }
            }
        }
        self.deliver(raw)
    }

    fn deliver(&mut self, raw: Raw) -> Result<(), SourceError> {
        if raw.value.is_none() && raw.formula.is_none() {
            return Ok(());
        }
        if !on_sheet(self.row, self.column) {
            self.stray += 1;
            return Ok(());
        }
        let (row, column) = (self.row, self.column);
        let is_array = |formula: &&RawFormula| formula.kind == "array" && !formula.text.is_empty();
        let array = raw.formula.as_ref().filter(is_array).and_then(|formula| formula.area.clone());
        let formula = self.formula(raw.formula)?;
        let code = raw.style.and_then(|style| self.shared.formats.code(style));
        let is_moment = raw.style.and_then(|style| self.shared.moments.get(style).copied()).unwrap_or(false);
        let value = self.value(&raw.kind, raw.value, is_moment);
        if value == Scalar::Empty && formula.is_none() {
            return Ok(());
        }
        let format = code.map(|code| self.stream.format(code));
        self.stream.push(CellContent { row, column, value, formula, array, format })
    }

    fn formula(&mut self, raw: Option<RawFormula>) -> Result<Option<String>, SourceError> {
        let Some(raw) = raw else {
            return Ok(None);
        };
        let (row, column, spend) = (self.row, self.column, self.shared.spend);
        match (raw.kind.as_str(), raw.shared) {
            ("shared", Some(number)) if raw.text.is_empty() => Ok(self.shapes.derived(number, row, column)),
            ("shared", Some(number)) => {
                self.shapes.template(number, &raw.text, row, column, spend)?;
                Ok(Some(raw.text))
            }
            _ if raw.text.is_empty() => Ok(None),
            _ => {
                self.shapes.written(&raw.text, row, column, spend)?;
                Ok(Some(raw.text))
            }
        }
    }

    /// The value by the cell's type (ECMA-376 part 1, 18.18.11).
    fn value(&mut self, kind: &str, raw: Option<String>, is_moment: bool) -> Scalar {
        let Some(raw) = raw else {
            return Scalar::Empty;
        };
        match kind {
            "s" => {
                let index = raw.trim().parse().ok();
                let text = index.and_then(|index| self.shared.strings.get(index));
                self.unknown_texts += u64::from(text.is_none());
                text.map_or(Scalar::Empty, text_value)
            }
            "str" | "inlineStr" => Scalar::Text(unescape_hex(&raw).into_owned()),
            "b" => Scalar::Boolean(matches!(raw.trim(), "1" | "true")),
            "e" => Scalar::Error(raw),
            "d" => Scalar::Moment(raw.trim().trim_end_matches('Z').to_string()),
            _ => self.numeric(&raw, is_moment),
        }
    }

    fn numeric(&self, raw: &str, is_moment: bool) -> Scalar {
        if raw.trim().is_empty() {
            return Scalar::Empty;
        }
        let Some(number) = raw.trim().parse::<f64>().ok().filter(|number| number.is_finite()) else {
            return Scalar::Text(raw.to_string());
        };
        let moment = if is_moment { moment_of_serial(number, self.shared.dates) } else { None };
        moment.map_or(Scalar::Number(number), Scalar::Moment)
    }

    /// `formula1`, `formula2` and, in the extension of 2010, `sqref` as an element.
    fn validation(&mut self, mut found: ValidationFacts, markup: &mut Markup<'_>) -> Result<(), SourceError> {
        loop {
            let mut wanted = String::new();
            match markup.next()? {
                Piece::Start(tag) => wanted = local(&tag).to_string(),
                Piece::End(tag) if local_end(&tag) == "dataValidation" => break,
                Piece::Finished => break,
                _ => {}
            }
            match wanted.as_str() {
                "formula1" => found.formula1 = Some(markup.text()?),
                "formula2" => found.formula2 = Some(markup.text()?),
                "sqref" => found.range = markup.text()?,
                _ => {}
            }
        }
        if self.parts.validations.len() < LISTED {
            self.parts.validations.push(found);
        }
        Ok(())
    }

    fn finish(mut self, read: Result<(), SourceError>) -> Result<SheetParts, SourceError> {
        let place = self.parts.facts.name.clone();
        let mut completeness = Completeness::Whole;
        if let Err(error) = read {
            if matches!(error, SourceError::Limit { limit: super::super::xml::NO_DTD, .. } | SourceError::Io { .. }) {
                return Err(error);
            }
            completeness = Completeness::Cut;
            let kept = format!("the cells before row {} were kept", self.row.saturating_add(1));
            self.parts.notices.push(error.notice(&place, &kept));
        }
        if self.stray > 0 {
            let message = format!("{} cells have a reference outside the sheet and were left out", self.stray);
            self.parts.notices.push(Notice { place: place.clone(), problem: Problem::Malformed, message });
        }
        if self.unknown_texts > 0 {
            let message = format!(
                "{} cells refer to texts that the file does not hold and were left empty; open the file in Excel and save it",
                self.unknown_texts
            );
            self.parts.notices.push(Notice { place, problem: Problem::Malformed, message });
        }
        let (formulas, notices) = self.shapes.finish();
        self.parts.formulas = formulas;
        self.parts.notices.extend(notices);
        self.stream.end(completeness, &mut self.parts.facts)?;
        Ok(self.parts)
    }
}

fn text_value(text: &str) -> Scalar {
    Scalar::Text(text.to_string())
}

/// What an element asks to be read next.
enum Next {
    Nothing,
    Cell(Raw),
    Validation(ValidationFacts),
}

/// What an element of a cell holds.
enum Inner {
    Nothing,
    Skipped,
    Value,
    Inline,
    Formula(RawFormula),
}
