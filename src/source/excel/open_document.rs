//! OpenDocument spreadsheets: one pass over `content.xml`. Repeated cells and rows are written once in the file and are
//! delivered repeatedly only where they hold something.

use std::collections::{HashMap, HashSet};

use quick_xml::events::BytesStart;

use crate::facts::{
    CellContent, FileKind, LinkFacts, NameFacts, Notice, Problem, Scalar, SheetFacts, SourceFacts, ValidationFacts,
};

use super::super::SourceError;
use super::super::content::Content;
use super::super::mask::credentials;
use super::super::precheck;
use super::super::sink::{Completeness, Sink};
use super::super::spend::Spend;
use super::super::xml::{Markup, Piece, attribute, local, local_end, number};
use super::super::zipped::Package;
use super::cells::{Extent, LAST_COLUMN, LAST_ROW, Stream, on_sheet};
use super::formulas::Shapes;
use super::package_parts::unread_notice;

/// Longest list of hidden rows, merged areas or validations kept for a sheet.
const LISTED: usize = 10_000;

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
    let modules = package.named("basic/", ".xml").iter().filter(|name| !name.ends_with("script-lb.xml")).count();
    let modules = modules.saturating_sub(usize::from(package.has("Basic/script-lc.xml")));
    let charts = package.named("object ", "/content.xml").len();
    let Some(mut markup) = package.markup("content.xml")? else {
        return Err(SourceError::malformed("content.xml", "the package has none"));
    };
    let mut document = Document::default();
    document.read(&mut markup, spend, sink, &mut facts)?;
    let counts = [
        ("comments", document.comments),
        ("conditional formats", document.conditional_formats),
        ("pivot tables", document.pivot_tables),
        ("charts and embedded objects", charts as u64),
        ("modules of LibreOffice Basic", modules as u64),
    ];
    facts.notices.extend(unread_notice(&counts));
    Ok(facts)
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

/// What is known of the document while its tables pass.
#[derive(Default)]
struct Document {
    /// Styles of tables that are not shown.
    hidden_styles: HashSet<String>,
    /// The style that is being declared.
    style: String,
    rules: HashMap<String, ValidationFacts>,
    comments: u64,
    conditional_formats: u64,
    pivot_tables: u64,
}

impl Document {
    fn read(
        &mut self,
        markup: &mut Markup<'_>,
        spend: &Spend,
        sink: &mut dyn Sink,
        facts: &mut SourceFacts,
    ) -> Result<(), SourceError> {
        loop {
            let mut sheet = None;
            match markup.next()? {
                Piece::Start(tag) if local(&tag) == "table" => sheet = Some(self.sheet(&tag)),
                Piece::Start(tag) => self.element(&tag, facts),
                Piece::Finished => return Ok(()),
                _ => {}
            }
            match sheet {
                Some(sheet) if is_outside(&sheet.name) => pass_over(markup, &sheet.name, facts)?,
                Some(sheet) => self.table(markup, sheet, spend, sink, facts)?,
                None => {}
            }
        }
    }

    fn sheet(&self, tag: &BytesStart<'_>) -> SheetFacts {
        let hidden = attribute(tag, "table:style-name").is_some_and(|style| self.hidden_styles.contains(&style));
        SheetFacts {
            name: attribute(tag, "table:name").unwrap_or_default(),
            visibility: String::from(if hidden { "hidden" } else { "visible" }),
            kind: String::from("worksheet"),
            protected: attribute(tag, "table:protected").as_deref() == Some("true"),
            print_area: attribute(tag, "table:print-ranges"),
            ..SheetFacts::default()
        }
    }

    fn element(&mut self, tag: &BytesStart<'_>, facts: &mut SourceFacts) {
        let named = |attribute_name: &str| attribute(tag, attribute_name).unwrap_or_default();
        match local(tag) {
            "style" => self.style = named("style:name"),
            "table-properties" if attribute(tag, "table:display").as_deref() == Some("false") => {
                self.hidden_styles.insert(self.style.clone());
            }
            "content-validation" if self.rules.len() < LISTED => {
                self.rules.insert(named("table:name"), rule(&named("table:condition")));
            }
            "named-range" | "named-expression" => facts.names.extend(name_of(tag)),
            "database-range" if attribute(tag, "table:display-filter-buttons").as_deref() == Some("true") => {
                set_filter(&named("table:target-range-address"), facts);
            }
            "data-pilot-table" => self.pivot_tables = self.pivot_tables.saturating_add(1),
            "conditional-format" => self.conditional_formats = self.conditional_formats.saturating_add(1),
            _ => {}
        }
    }

    fn table(
        &mut self,
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
            ruled: HashMap::new(),
            names: Vec::new(),
            beyond: false,
            document: self,
        };
        let read = table.run(markup, &mut sheet);
        let mut completeness = Completeness::Whole;
        if let Err(error) = &read {
            completeness = Completeness::Cut;
            facts.notices.push(error.notice(&name, "the cells before it were kept"));
        }
        if table.beyond {
            let message = String::from("cells beyond the last column or row of a sheet were left out");
            facts.notices.push(Notice { place: name.clone(), problem: Problem::Malformed, message });
        }
        facts.validations.extend(table.validations(&name));
        let local = |found: NameFacts| NameFacts { sheet: Some(name.clone()), ..found };
        facts.names.extend(std::mem::take(&mut table.names).into_iter().map(local));
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
}

/// A named range or expression.
fn name_of(tag: &BytesStart<'_>) -> Option<NameFacts> {
    let range = attribute(tag, "table:cell-range-address").map(|range| plain_reference(&range));
    let refers_to = range.or_else(|| attribute(tag, "table:expression").map(|text| plain_formula(&text)))?;
    Some(NameFacts { name: attribute(tag, "table:name")?, refers_to, ..NameFacts::default() })
}

/// Values of other documents are kept as tables that have the address as their name: `'file:///C:/prices.ods'#$Sheet1`.
fn is_outside(name: &str) -> bool {
    name.starts_with('\'') && name.contains("'#")
}

/// Another document's copy is a link and no sheet.
fn pass_over(markup: &mut Markup<'_>, name: &str, facts: &mut SourceFacts) -> Result<(), SourceError> {
    let (target, place) = name.trim_start_matches('\'').split_once("'#").unwrap_or((name, ""));
    facts.links.push(LinkFacts {
        kind: String::from("workbook"),
        target: credentials(target),
        place: place.trim_start_matches('$').to_string(),
    });
    let mut open = 1u32;
    while open > 0 {
        match markup.next()? {
            Piece::Start(_) => open = open.saturating_add(1),
            Piece::End(_) => open = open.saturating_sub(1),
            Piece::Finished => return Ok(()),
            Piece::Text(_) => {}
        }
    }
    Ok(())
}

/// A filter's range, `Sheet1.A1:Sheet1.C9`, at the sheet it is on.
fn set_filter(range: &str, facts: &mut SourceFacts) {
    let plain = plain_reference(range);
    let Some((sheet, _)) = plain.rsplit_once(':').unwrap_or((&plain, "")).0.rsplit_once('!') else {
        return;
    };
    let sheet = sheet.trim_matches('\'').to_string();
    let cells = plain.split(':').map(|part| part.rsplit('!').next().unwrap_or(part).replace('$', ""));
    let range = cells.collect::<Vec<_>>().join(":");
    if let Some(facts) = facts.sheets.iter_mut().find(|facts| facts.name == sheet) {
        facts.autofilter = Some(range);
    }
}

/// A validation by its condition, such as `of:cell-content-is-in-list("a";"b")` (OpenDocument 1.3 part 3, 19.602).
fn rule(condition: &str) -> ValidationFacts {
    let text = condition.split_once(':').map_or(condition, |(_, rest)| rest);
    let kinds = [
        ("is-in-list", "list"),
        ("is-whole-number", "whole"),
        ("is-decimal-number", "decimal"),
        ("is-date", "date"),
        ("is-time", "time"),
        ("text-length", "textLength"),
        ("is-true-formula", "custom"),
    ];
    let kind = kinds.iter().find(|(word, _)| text.contains(word)).map_or("any", |(_, kind)| kind);
    let mut found = ValidationFacts { kind: kind.to_string(), ..ValidationFacts::default() };
    if kind == "list" || kind == "custom" {
        let inside = text.split_once('(').and_then(|(_, rest)| rest.rsplit_once(')')).map_or("", |(inside, _)| inside);
        found.formula1 = Some(if inside.starts_with('"') { listed(inside) } else { plain_formula(inside) });
        return found;
    }
    let between = [("is-not-between(", "notBetween"), ("is-between(", "between")];
    if let Some((rest, operator)) = between.iter().find_map(|(word, name)| Some((text.split_once(word)?.1, name))) {
        let (low, high) = rest.trim_end_matches(')').split_once([',', ';']).unwrap_or((rest, ""));
        found.operator = Some((*operator).to_string());
        (found.formula1, found.formula2) = (Some(plain_formula(low)), Some(plain_formula(high)));
        return found;
    }
    let compared = text.rsplit_once("()").map_or("", |(_, rest)| rest);
    let operators = [
        (">=", "greaterThanOrEqual"),
        ("<=", "lessThanOrEqual"),
        ("!=", "notEqual"),
        (">", "greaterThan"),
        ("<", "lessThan"),
        ("=", "equal"),
    ];
    if let Some((rest, operator)) = operators.iter().find_map(|(sign, name)| Some((compared.strip_prefix(sign)?, name)))
    {
        found.operator = Some((*operator).to_string());
        found.formula1 = Some(plain_formula(rest));
    }
    found
}

/// `"a";"b"` as Excel writes a list: `"a,b"`.
fn listed(inside: &str) -> String {
    let items = inside.split(';').map(|item| item.trim().trim_matches('"'));
    format!("\"{}\"", items.collect::<Vec<_>>().join(","))
}

struct Table<'a> {
    stream: Stream<'a>,
    shapes: Shapes,
    spend: &'a Spend,
    row: u32,
    column: u32,
    /// The cells of the current row, to be delivered as often as it is repeated.
    line: Vec<Placed>,
    /// The cells each validation holds for.
    ruled: HashMap<String, Extent>,
    /// Names that hold on this sheet only.
    names: Vec<NameFacts>,
    /// Whether cells with content lie beyond the last column or row.
    beyond: bool,
    document: &'a mut Document,
}

/// A cell of the current row.
struct Placed {
    column: u32,
    value: Scalar,
    formula: Option<String>,
    /// Columns and rows that an array formula fills.
    matrix: Option<(u32, u32)>,
    format: Option<u32>,
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
                            && sheet.hidden_rows.len() < LISTED
                        {
                            sheet.hidden_rows.extend((self.row..=LAST_ROW).take((repeated as usize).min(LISTED)));
                        }
                    }
                    "table-cell" | "covered-table-cell" => cell = Some(Cell::of(&tag)),
                    "named-range" | "named-expression" => self.names.extend(name_of(&tag)),
                    "conditional-format" => {
                        self.document.conditional_formats = self.document.conditional_formats.saturating_add(1);
                    }
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
                self.surround(&cell, repeated, sheet);
                self.cell(cell, markup)?;
            }
        }
    }

    /// What a cell says beside its value: the area it is merged with, the rule for what may be written.
    fn surround(&mut self, cell: &Cell, repeated: u32, sheet: &mut SheetFacts) {
        let (columns, rows) = cell.spans;
        if columns.saturating_mul(rows) > 1 && sheet.merged.len() < LISTED && on_sheet(self.row, self.column) {
            sheet.merged.push(area_from((self.row, self.column), (columns, rows)).a1());
        }
        if let Some(name) = &cell.rule
            && on_sheet(self.row, self.column)
        {
            let bottom = self.row.saturating_add(repeated - 1).min(LAST_ROW);
            let right = self.column.saturating_add(cell.repeated - 1).min(LAST_COLUMN);
            let extent = self.ruled.entry(name.clone()).or_insert_with(|| Extent::at(self.row, self.column));
            extent.include(self.row, self.column);
            extent.include(bottom, right);
        }
    }

    fn validations(&self, sheet: &str) -> Vec<ValidationFacts> {
        let rules = &self.document.rules;
        let mut found: Vec<ValidationFacts> = self
            .ruled
            .iter()
            .filter_map(|(name, extent)| {
                let rule = rules.get(name)?;
                Some(ValidationFacts { sheet: sheet.to_string(), range: extent.a1(), ..rule.clone() })
            })
            .collect();
        found.sort_by(|one, other| one.range.cmp(&other.range));
        found
    }

    fn cell(&mut self, cell: Cell, markup: &mut Markup<'_>) -> Result<(), SourceError> {
        let text = paragraphs(markup, &mut self.document.comments)?;
        let value = cell.value(text);
        if value != Scalar::Empty || cell.formula.is_some() {
            let format = cell.format().map(|code| self.stream.format(&code));
            // Cells beyond the last column are no cells; the budget ends what fills the sheet.
            let wanted = self.column.saturating_add(cell.repeated - 1);
            let last = wanted.min(LAST_COLUMN);
            self.beyond |= wanted > last;
            for column in self.column..=last {
                self.spend.bytes(size_of::<Placed>())?;
                let (value, formula) = (value.clone(), cell.formula.clone());
                self.line.push(Placed { column, value, formula, matrix: cell.matrix, format });
            }
        }
        self.column = self.column.saturating_add(cell.repeated);
        Ok(())
    }

    fn end_row(&mut self, repeated: u32) -> Result<(), SourceError> {
        let line = std::mem::take(&mut self.line);
        let wanted = if line.is_empty() { 0 } else { self.row.saturating_add(repeated - 1) };
        let last = wanted.min(LAST_ROW);
        self.beyond |= wanted > last;
        for row in self.row..=last {
            for Placed { column, value, formula, matrix, format } in &line {
                if let Some(text) = formula {
                    self.shapes.written(text, row, *column, self.spend)?;
                }
                let (column, value, formula) = (*column, value.clone(), formula.clone());
                let array = matrix.filter(|_| formula.is_some()).map(|spans| area_from((row, column), spans).a1());
                self.stream.push(CellContent { row, column, value, formula, array, format: *format })?;
            }
        }
        self.row = self.row.saturating_add(repeated);
        Ok(())
    }
}

/// The area of so many columns and rows from a cell on, as far as the sheet goes.
fn area_from((row, column): (u32, u32), (columns, rows): (u32, u32)) -> Extent {
    let mut area = Extent::at(row, column);
    let last = |from: u32, count: u32, end: u32| from.saturating_add(count.saturating_sub(1)).min(end);
    area.include(last(row, rows, LAST_ROW), last(column, columns, LAST_COLUMN));
    area
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
    currency: Option<String>,
    /// Columns and rows that an array formula fills.
    matrix: Option<(u32, u32)>,
    /// Columns and rows it is merged over.
    spans: (u32, u32),
    /// The name of its validation.
    rule: Option<String>,
}

impl Cell {
    fn of(tag: &BytesStart<'_>) -> Cell {
        let value =
            ["office:value", "office:date-value", "office:time-value", "office:boolean-value", "office:string-value"];
        // LibreOffice writes an error as a string and says so in its own extension.
        let error = attribute(tag, "calcext:value-type").as_deref() == Some("error");
        let kind = if error { Some(String::from("error")) } else { attribute(tag, "office:value-type") };
        Cell {
            repeated: repeats(tag, "table:number-columns-repeated"),
            kind: kind.unwrap_or_default(),
            value: value.iter().find_map(|name| attribute(tag, name)),
            formula: attribute(tag, "table:formula").map(|text| plain_formula(&text)),
            matrix: number(tag, "table:number-matrix-columns-spanned")
                .zip(number(tag, "table:number-matrix-rows-spanned")),
            currency: attribute(tag, "office:currency"),
            spans: (repeats(tag, "table:number-columns-spanned"), repeats(tag, "table:number-rows-spanned")),
            rule: attribute(tag, "table:content-validation-name").filter(|name| !name.is_empty()),
        }
    }

    /// The number format that the value's type stands for; styles are not read.
    fn format(&self) -> Option<String> {
        match (self.kind.as_str(), &self.currency) {
            ("percentage", _) => Some(String::from("0.00%")),
            ("currency", Some(code)) if code.len() <= 8 => Some(format!("#,##0.00 [${code}]")),
            ("currency", _) => Some(String::from("#,##0.00")),
            _ => None,
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
            "error" => Scalar::Error(text),
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

/// The paragraphs of a cell, a line each; the text of a comment or a drawing is not the cell's.
fn paragraphs(markup: &mut Markup<'_>, comments: &mut u64) -> Result<String, SourceError> {
    let mut open = 1u32;
    let mut text = String::new();
    let mut begun = false;
    let mut aside = 0u32;
    while open > 0 {
        match markup.next()? {
            Piece::Start(tag) => {
                open = open.saturating_add(1);
                let comment = local(&tag) == "annotation";
                *comments = comments.saturating_add(u64::from(comment && aside == 0));
                let drawn = tag.name().into_inner().starts_with("draw:");
                match local(&tag) {
                    _ if aside > 0 => {}
                    _ if comment || drawn => aside = open,
                    "p" if begun => text.push('\n'),
                    "p" => begun = true,
                    "line-break" => text.push('\n'),
                    "tab" => text.push('\t'),
                    "s" => {
                        let count = number::<usize>(&tag, "text:c").unwrap_or(1);
                        text.extend(std::iter::repeat_n(' ', count.min(1_000)));
                    }
                    _ => {}
                }
            }
            Piece::End(_) => {
                if open == aside {
                    aside = 0;
                }
                open = open.saturating_sub(1);
            }
            Piece::Text(piece) if begun && open > 1 && aside == 0 => text.push_str(&piece),
            Piece::Text(_) => {}
            Piece::Finished => break,
        }
    }
    Ok(text)
}
