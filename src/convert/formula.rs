//! Formulas of a workbook as computed fields: formulas of one shape down a table's column are one expression over the
//! fields of the record. What deviates from the shape, and formulas outside of every table, are told apart and kept.
//! Must not know how tables were found.

use std::collections::BTreeMap;

use crate::facts::{FormulaFacts, ValidationFacts};
use crate::lang::formula::{
    Area, BinaryOp, CellRef, Dialect, Line, MAX_TEXT, Node, Reference, TableItem, column_letters, column_number, parse,
    print, quote_sheet,
};
use crate::model::{Grade, SourceSpan, Unmapped};

use super::{Conversion, Coverage, ModuleReport, ProcedureReport};

/// Functions to which cells side by side mean the same as the cells one by one.
const SPREADING: &[&str] = &["SUM", "MIN", "MAX", "AVERAGE", "COUNT", "COUNTA", "PRODUCT", "AND", "OR"];
/// The name formulas go by in reports.
pub const MODULE: &str = "Formulas";

/// A table on a sheet: its rows of data, and the field of each column. Rows and columns count from 1.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    pub model: String,
    pub sheet: String,
    pub first_row: u32,
    pub last_row: u32,
    pub fields: BTreeMap<u32, String>,
}

/// One field that formulas compute, or that a rule of the sheet restricts.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    pub model: String,
    pub field: String,
    pub expression: String,
    pub grade: Grade,
    /// `1 formula × 4,812 cells, 3 deviate`.
    pub note: String,
    /// Cells that follow it, and cells of the column.
    pub held: u64,
    pub seen: u64,
    /// A1 range with its sheet.
    pub place: String,
}

/// What the formulas of a workbook become.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Formulas {
    pub computed: Vec<Rule>,
    pub conversion: Conversion,
}

/// Converts the formula shapes of a workbook over the tables found in it.
pub fn convert(formulas: &[FormulaFacts], places: &[Place]) -> Formulas {
    let mut found = Formulas::default();
    let mut procedures = Vec::new();
    let mut columns: BTreeMap<(usize, u32), Vec<&FormulaFacts>> = BTreeMap::new();
    for formula in formulas {
        match home(formula, places) {
            Some(home) => columns.entry(home).or_default().push(formula),
            None => procedures.push(alone(formula)),
        }
    }
    for ((place, column), mut shapes) in columns {
        let Some((place, field)) = places.get(place).and_then(|place| Some((place, place.fields.get(&column)?))) else {
            continue;
        };
        shapes.sort_by(|a, b| b.cells.cmp(&a.cells).then_with(|| a.cell.cmp(&b.cell)));
        let (rule, report) = column_rule(place, field, column, &shapes);
        found.computed.extend(rule);
        procedures.push(report);
    }
    for procedure in &procedures {
        found.conversion.coverage += procedure.coverage;
    }
    if !procedures.is_empty() {
        found.conversion.report.push(ModuleReport { module: MODULE.to_string(), procedures });
    }
    found
}

/// Row and column of `D2`.
fn cell_of(text: &str) -> Option<(u32, u32)> {
    let text = text.replace('$', "");
    let digits = text.find(|c: char| c.is_ascii_digit())?;
    Some((text.get(digits..)?.parse().ok()?, column_number(text.get(..digits)?)?))
}

/// The table and column a shape belongs to.
fn home(formula: &FormulaFacts, places: &[Place]) -> Option<(usize, u32)> {
    let (row, column) = cell_of(&formula.cell)?;
    let fits = |place: &Place| {
        place.sheet == formula.sheet
            && (place.first_row..=place.last_row).contains(&row)
            && place.fields.contains_key(&column)
    };
    Some((places.iter().position(fits)?, column))
}

fn counted(grade: Grade, statements: usize) -> Coverage {
    let of = |wanted: Grade| if grade == wanted { statements } else { 0 };
    Coverage {
        statements,
        exact: of(Grade::Exact),
        approximate: of(Grade::Approximate),
        manual: of(Grade::Manual),
        ..Coverage::default()
    }
}

fn unmapped(formula: &FormulaFacts, reason: &str) -> Unmapped {
    let (row, column) = cell_of(&formula.cell).unwrap_or((0, 0));
    Unmapped {
        reason: reason.to_string(),
        text: format!("={}", formula.formula),
        source: SourceSpan {
            module: formula.sheet.clone(),
            procedure: formula.cell.clone(),
            start_line: row,
            start_column: column,
            end_line: row,
            end_column: column,
        },
    }
}

/// A formula outside of every table.
fn alone(formula: &FormulaFacts) -> ProcedureReport {
    let (_, notices) = parse(&formula.formula, Dialect::Sheet);
    let (grade, reason) = match notices.first() {
        Some(notice) => (Grade::Manual, format!("the formula cannot be read: {notice}")),
        None => (
            Grade::Approximate,
            String::from("it stands outside of every table and stays a cell of the sheet, recalculated there"),
        ),
    };
    ProcedureReport {
        name: format!("{}!{}", quote_sheet(&formula.sheet), formula.cell),
        grade,
        coverage: counted(grade, 1),
        unmapped: vec![unmapped(formula, &reason)],
    }
}

/// The rule of a column: its most frequent shape, with what the other cells do.
fn column_rule(place: &Place, field: &str, column: u32, shapes: &[&FormulaFacts]) -> (Option<Rule>, ProcedureReport) {
    let name = format!("{}.{field}", place.model);
    let rows = u64::from(place.last_row.saturating_sub(place.first_row)).saturating_add(1);
    let (Some(main), others) = (shapes.first(), shapes.get(1..).unwrap_or_default()) else {
        let report = ProcedureReport { name, grade: Grade::Exact, coverage: Coverage::default(), unmapped: Vec::new() };
        return (None, report);
    };
    let formulas: u64 = shapes.iter().map(|shape| shape.cells).sum();
    let constants = rows.saturating_sub(formulas);
    let deviating = formulas.saturating_sub(main.cells).saturating_add(constants);
    let mut left: Vec<Unmapped> = others
        .iter()
        .map(|other| {
            unmapped(other, &format!("{} cells of the column have this formula instead", grouped(other.cells)))
        })
        .collect();
    let mut reader = Reader { place, row: cell_of(&main.cell).map_or(0, |(row, _)| row), outside: Vec::new() };
    let (node, notices) = parse(&main.formula, Dialect::Sheet);
    let written = if notices.is_empty() { reader.node(&node).map(|node| print(&node)) } else { None };
    let written = written.filter(|text| text.len() <= MAX_TEXT);
    let mut reasons = Vec::new();
    let grade = match &written {
        None => {
            reasons.push(String::from("the formula has a part that is no expression over the fields of a record"));
            Grade::Manual
        }
        Some(_) => {
            if !reader.outside.is_empty() {
                reasons.push(format!("it reads {}, which is no field of the record", reader.outside.join(", ")));
            }
            if deviating > 0 {
                reasons.push(format!("{} of {} cells do not follow it", grouped(deviating), grouped(rows)));
            }
            if reasons.is_empty() { Grade::Exact } else { Grade::Approximate }
        }
    };
    if !reasons.is_empty() {
        left.insert(0, unmapped(main, &reasons.join("; ")));
    }
    let deviation = if deviating == 0 { String::new() } else { format!(", {} deviate", grouped(deviating)) };
    let letters = column_letters(column);
    let rule = written.map(|expression| Rule {
        model: place.model.clone(),
        field: field.to_string(),
        expression,
        grade,
        note: format!("1 formula × {} cells{deviation}", grouped(main.cells)),
        held: main.cells,
        seen: rows,
        place: format!("{}!{letters}{}:{letters}{}", quote_sheet(&place.sheet), place.first_row, place.last_row),
    });
    let mut coverage = counted(grade, 1);
    coverage += counted(Grade::Approximate, others.len());
    (rule, ProcedureReport { name, grade, coverage, unmapped: left })
}

/// Digits in groups of three.
fn grouped(number: u64) -> String {
    const GROUP: usize = 3;
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(GROUP) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Cells of a formula as fields of the record its row is.
struct Reader<'a> {
    place: &'a Place,
    row: u32,
    /// References to other cells, as written.
    outside: Vec<String>,
}

impl Reader<'_> {
    fn node(&mut self, node: &Node) -> Option<Node> {
        Some(match node {
            Node::Reference(reference) => match self.field(reference) {
                Some(field) => Node::Name(field),
                None => self.elsewhere(node),
            },
            Node::Structured(structured) => {
                let own = structured.table.as_ref().is_none_or(|table| table.eq_ignore_ascii_case(&self.place.model));
                let this_row = structured.items.contains(&TableItem::ThisRow);
                match &structured.columns {
                    Some((column, None)) if own && this_row => Node::Name(self.known(column)?),
                    _ => self.elsewhere(node),
                }
            }
            Node::Name(_) | Node::QualifiedName { .. } => self.elsewhere(node),
            Node::Array(_) => return None,
            Node::Call { name, args } => {
                let spread = SPREADING.iter().any(|known| known.eq_ignore_ascii_case(name));
                let args: Vec<Node> =
                    if spread { args.iter().flat_map(|arg| self.spread(arg)).collect() } else { args.clone() };
                Node::Call { name: name.clone(), args: self.all(&args)? }
            }
            Node::Paren(inner) => Node::Paren(Box::new(self.node(inner)?)),
            Node::Unary { op: crate::lang::formula::UnaryOp::Single, operand } => self.node(operand)?,
            Node::Unary { op, operand } => Node::unary(*op, self.node(operand)?),
            Node::Postfix { op: crate::lang::formula::PostfixOp::Spill, .. } => return None,
            Node::Postfix { op, operand } => Node::Postfix { op: *op, operand: Box::new(self.node(operand)?) },
            Node::Binary { op: BinaryOp::Range | BinaryOp::Intersect | BinaryOp::Union, .. } => return None,
            Node::Binary { op, left, right } => Node::binary(*op, self.node(left)?, self.node(right)?),
            Node::Index { .. } => return None,
            other => other.clone(),
        })
    }

    /// Cells side by side in the record's own row, one by one.
    fn spread(&self, node: &Node) -> Vec<Node> {
        let Node::Reference(Reference { prefix, area: Area::Cells(from, to) }) = node else {
            return vec![node.clone()];
        };
        let columns = from.column.number.min(to.column.number)..=from.column.number.max(to.column.number);
        let own = from.row == to.row && columns.clone().all(|column| self.place.fields.contains_key(&column));
        if !own {
            return vec![node.clone()];
        }
        let cell = |number: u32| {
            let column = Line { number, fixed: false };
            Node::Reference(Reference { prefix: prefix.clone(), area: Area::Cell(CellRef { row: from.row, column }) })
        };
        columns.map(cell).collect()
    }

    fn all(&mut self, nodes: &[Node]) -> Option<Vec<Node>> {
        nodes.iter().map(|node| self.node(node)).collect()
    }

    /// A cell of the same row and table.
    fn field(&self, reference: &Reference) -> Option<String> {
        let own_sheet = reference
            .prefix
            .as_ref()
            .is_none_or(|prefix| prefix.book.is_none() && prefix.last.is_none() && prefix.sheet == self.place.sheet);
        let Area::Cell(CellRef { row, column }) = reference.area else { return None };
        let same_row = own_sheet && !row.fixed && row.number == self.row;
        self.place.fields.get(&column.number).filter(|_| same_row).cloned()
    }

    fn known(&self, column: &str) -> Option<String> {
        self.place.fields.values().find(|field| field.eq_ignore_ascii_case(column)).cloned()
    }

    /// Something beside the record: a name that says where it is, so that the expression can be read.
    fn elsewhere(&mut self, node: &Node) -> Node {
        let text = crate::lang::formula::print_sheet(node).replace(['[', ']'], "");
        if !self.outside.contains(&text) {
            self.outside.push(text.clone());
        }
        Node::Name(text)
    }
}

/// What a sheet lets people type into a column of a table, as a condition over its field or as a list of choices.
#[derive(Debug, Clone, PartialEq)]
pub enum Restriction {
    Choices(Vec<String>),
    Condition(String),
}

/// The restrictions of data validations that cover a whole column of a table: model, field, restriction.
pub fn restrictions(validations: &[ValidationFacts], places: &[Place]) -> Vec<(String, String, Restriction)> {
    let mut found = Vec::new();
    for validation in validations {
        for area in validation.range.split_whitespace() {
            let Some(((top, left), (bottom, right))) = corners(area) else { continue };
            for place in places.iter().filter(|place| place.sheet == validation.sheet) {
                if top > place.first_row || bottom < place.last_row {
                    continue;
                }
                for (_, field) in place.fields.range(left..=right) {
                    if let Some(restriction) = restriction(validation, field, place, top) {
                        found.push((place.model.clone(), field.clone(), restriction));
                    }
                }
            }
        }
    }
    found
}

fn corners(area: &str) -> Option<((u32, u32), (u32, u32))> {
    match area.split_once(':') {
        Some((from, to)) => Some((cell_of(from)?, cell_of(to)?)),
        None => cell_of(area).map(|cell| (cell, cell)),
    }
}

fn restriction(validation: &ValidationFacts, field: &str, place: &Place, row: u32) -> Option<Restriction> {
    let first = validation.formula1.as_deref()?.trim();
    if validation.kind == "list" {
        // A list that is written out; one that lies in cells is a relationship.
        let items = first.strip_prefix('"')?.strip_suffix('"')?;
        let choices: Vec<String> = items.split(',').map(|item| item.trim().to_string()).collect();
        return (choices.iter().all(|choice| !choice.is_empty())).then_some(Restriction::Choices(choices));
    }
    let mut reader = Reader { place, row, outside: Vec::new() };
    let mut read = |text: &str| {
        let (node, notices) = parse(text.trim_start_matches('='), Dialect::Sheet);
        notices.is_empty().then(|| reader.node(&node)).flatten()
    };
    let low = read(first)?;
    let high = validation.formula2.as_deref().and_then(&mut read);
    let own = || Node::Name(field.to_string());
    let value = match validation.kind.as_str() {
        "custom" => return Some(Restriction::Condition(print(&low))).filter(|_| reader.outside.is_empty()),
        "whole" | "decimal" | "date" | "time" => own(),
        "textLength" => Node::call("LEN", vec![own()]),
        _ => return None,
    };
    let compare = |op: BinaryOp, bound: Node| Node::binary(op, value.clone(), bound);
    let condition = match (validation.operator.as_deref().unwrap_or("between"), high) {
        ("between", Some(high)) => {
            Node::call("AND", vec![compare(BinaryOp::GreaterOrEqual, low), compare(BinaryOp::LessOrEqual, high)])
        }
        ("notBetween", Some(high)) => {
            Node::call("OR", vec![compare(BinaryOp::Less, low), compare(BinaryOp::Greater, high)])
        }
        ("equal", _) => compare(BinaryOp::Equal, low),
        ("notEqual", _) => compare(BinaryOp::NotEqual, low),
        ("greaterThan", _) => compare(BinaryOp::Greater, low),
        ("greaterThanOrEqual", _) => compare(BinaryOp::GreaterOrEqual, low),
        ("lessThan", _) => compare(BinaryOp::Less, low),
        ("lessThanOrEqual", _) => compare(BinaryOp::LessOrEqual, low),
        _ => return None,
    };
    reader.outside.is_empty().then(|| Restriction::Condition(print(&condition)))
}
