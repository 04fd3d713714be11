//! The worth of a tree: operators over values, arrays and ranges, and the functions that evaluate only some of their arguments.
//! Error values travel as values; only refusals break off.

use std::sync::Arc;

use super::arithmetic::{apply, snapped};
use super::context::{Context, MAX_GRID, Mode};
use super::functions::{self, Lift};
use super::grid::{Grid, Operand};
use super::refer::cells;
use super::value::{CellValue, Fail, Outcome, Refusal};
use crate::lang::formula::{BinaryOp, ErrorKind, Node, PostfixOp, UnaryOp};

impl Context<'_> {
    /// The worth of a whole formula; its last subtraction may snap to zero.
    pub(super) fn formula(&mut self, node: &Node) -> Outcome<Operand> {
        if let Node::Binary { op: op @ (BinaryOp::Add | BinaryOp::Subtract), left, right } = node {
            let (left, right) = (self.node(left)?, self.node(right)?);
            let sum = self.lifted(*op, left.clone(), right.clone())?;
            let Operand::Value(CellValue::Number(number)) = sum else { return Ok(sum) };
            let date1904 = self.date1904();
            let left = self.single(left)?.to_number(date1904)?;
            let right = self.single(right)?.to_number(date1904)?;
            return Ok(snapped(number, left, right).into());
        }
        self.node(node)
    }

    /// The worth of a node. Errors come back as values.
    pub(super) fn node(&mut self, node: &Node) -> Outcome<Operand> {
        match self.nested(|context| context.open_node(node)) {
            Err(Fail::Error(kind)) => Ok(kind.into()),
            other => other,
        }
    }

    fn open_node(&mut self, node: &Node) -> Outcome<Operand> {
        self.spend(1)?;
        match node {
            Node::Integer(value) => Ok((*value as f64).into()),
            Node::Number(value) => Ok((*value).into()),
            Node::Text(text) => Ok(text.as_str().into()),
            Node::Boolean(value) => Ok((*value).into()),
            Node::Error(kind) => Ok((*kind).into()),
            Node::Omitted => Ok(Operand::Omitted),
            Node::Reference(reference) => self.reference(reference),
            Node::Structured(reference) => self.structured(reference),
            Node::Name(name) => self.name(None, name),
            Node::QualifiedName { prefix, name } => self.name(Some(prefix), name),
            Node::Paren(inner) => self.node(inner),
            Node::Array(rows) => self.constant(rows),
            Node::Unary { op, operand } => self.unary(*op, operand),
            Node::Postfix { op, operand } => self.postfix(*op, operand),
            Node::Binary { .. } => self.chain(node),
            Node::Call { name, args } => self.call(name, args),
            other => Err(Refusal::Unsupported { name: kind_name(other).to_owned() }.into()),
        }
    }

    fn constant(&mut self, rows: &[Vec<Node>]) -> Outcome<Operand> {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let mut values = Vec::new();
        for row in rows {
            for place in 0..columns {
                let value = match row.get(place) {
                    Some(item) => self.node(item)?,
                    None => ErrorKind::NotAvailable.into(),
                };
                values.push(self.single(value)?);
            }
        }
        Ok(Operand::Array(Arc::new(Grid::new(rows.len(), columns, values))))
    }

    fn unary(&mut self, op: UnaryOp, operand: &Node) -> Outcome<Operand> {
        let operand = self.node(operand)?;
        match op {
            UnaryOp::Plus => Ok(operand),
            UnaryOp::Minus => self.lifted(BinaryOp::Multiply, operand, (-1.0).into()),
            UnaryOp::Single => self.in_mode(Mode::Cell, |context| context.single(operand)).map(Operand::Value),
        }
    }

    fn postfix(&mut self, op: PostfixOp, operand: &Node) -> Outcome<Operand> {
        let operand = self.node(operand)?;
        match op {
            PostfixOp::Percent => self.lifted(BinaryOp::Divide, operand, 100.0.into()),
            PostfixOp::Spill => self.spilled(operand),
        }
    }

    /// `A1#`: the cells the array formula in A1 fills.
    fn spilled(&mut self, operand: Operand) -> Outcome<Operand> {
        let ranges = cells(operand)?;
        let [range] = ranges.as_slice() else { return Err(ErrorKind::Ref.into()) };
        let cell = super::source::CellAddress { sheet: range.sheet, row: range.top, column: range.left };
        match self.source.content(cell) {
            super::source::CellContent::ArrayFormula { area, .. } => Ok(Operand::from_range(area)),
            _ => Err(ErrorKind::Ref.into()),
        }
    }

    /// A chain of operators that leans left, in a loop.
    fn chain(&mut self, node: &Node) -> Outcome<Operand> {
        let mut pending = Vec::new();
        let mut first = node;
        while let Node::Binary { op, left, right } = first {
            pending.push((*op, right));
            first = left;
        }
        let mut value = self.node(first)?;
        for (op, right) in pending.into_iter().rev() {
            self.spend(1)?;
            let right = self.node(right)?;
            let joined = match op {
                BinaryOp::Range | BinaryOp::Intersect | BinaryOp::Union => self.join(op, value, right),
                _ => self.lifted(op, value, right),
            };
            value = match joined {
                Err(Fail::Error(kind)) => kind.into(),
                other => other?,
            };
        }
        Ok(value)
    }

    /// An operator over values, or value by value over arrays.
    fn lifted(&mut self, op: BinaryOp, left: Operand, right: Operand) -> Outcome<Operand> {
        let date1904 = self.date1904();
        self.broadcast(vec![left, right], &mut |_, values| match values {
            [Operand::Value(left), Operand::Value(right)] => apply(op, left, right, date1904).map(Operand::Value),
            _ => Err(ErrorKind::Value.into()),
        })
    }

    /// Runs `work` on single values, once for each place where an operand is an array (or, in array mode, a range of several cells).
    pub(super) fn broadcast(
        &mut self,
        operands: Vec<Operand>,
        work: &mut dyn FnMut(&mut Self, &[Operand]) -> Outcome<Operand>,
    ) -> Outcome<Operand> {
        let many = |operand: &Operand| match operand {
            Operand::Array(_) => true,
            Operand::Cells(ranges) => {
                self.mode == Mode::Array && !matches!(ranges.as_slice(), [one] if one.is_single())
            }
            _ => false,
        };
        if !operands.iter().any(many) {
            let mut singles = Vec::with_capacity(operands.len());
            for operand in operands {
                singles.push(self.lowered(operand)?);
            }
            return work(self, &singles);
        }
        let mut grids = Vec::with_capacity(operands.len());
        for operand in operands {
            grids.push(if matches!(operand, Operand::Omitted) { None } else { Some(self.grid(operand)?) });
        }
        let rows = grids.iter().flatten().map(Grid::rows).max().unwrap_or(1);
        let columns = grids.iter().flatten().map(Grid::columns).max().unwrap_or(1);
        let count = (rows as u64).saturating_mul(columns as u64);
        if count > MAX_GRID {
            return Err(Refusal::Budget.into());
        }
        self.spend(count)?;
        let mut cells = Vec::with_capacity(rows * columns);
        for row in 0..rows {
            for column in 0..columns {
                cells.push(self.broadcast_cell(&grids, row, column, work)?);
            }
        }
        Ok(Operand::Array(Arc::new(Grid::new(rows, columns, cells))))
    }

    fn broadcast_cell(
        &mut self,
        grids: &[Option<Grid>],
        row: usize,
        column: usize,
        work: &mut dyn FnMut(&mut Self, &[Operand]) -> Outcome<Operand>,
    ) -> Outcome<CellValue> {
        let mut values = Vec::with_capacity(grids.len());
        for grid in grids {
            values.push(match grid.as_ref().map(|grid| grid.broadcast(row, column)) {
                None => Operand::Omitted,
                Some(Some(value)) => Operand::Value(value.clone()),
                Some(None) => return Ok(ErrorKind::NotAvailable.into()),
            });
        }
        match work(self, &values) {
            Ok(operand) => self.single(operand),
            Err(Fail::Error(kind)) => Ok(kind.into()),
            Err(other) => Err(other),
        }
    }

    fn lowered(&mut self, operand: Operand) -> Outcome<Operand> {
        if matches!(operand, Operand::Omitted) {
            return Ok(operand);
        }
        match self.single(operand) {
            Ok(value) => Ok(Operand::Value(value)),
            Err(Fail::Error(kind)) => Ok(kind.into()),
            Err(other) => Err(other),
        }
    }

    /// A function call: some functions evaluate only what they need, the others get all their arguments.
    fn call(&mut self, name: &str, args: &[Node]) -> Outcome<Operand> {
        let name = functions::bare_name(name);
        match name.as_str() {
            "IF" | "IFERROR" | "IFNA" | "CHOOSE" | "IFS" | "SWITCH" => {
                if let Some(result) = self.lazy(&name, args)? {
                    return Ok(result);
                }
            }
            "LET" => return self.bind_names(args),
            _ => {}
        }
        let Some(function) = functions::find(&name) else {
            let operands = self.operands(args, self.mode)?;
            return functions::call(&name, operands, self);
        };
        let mut operands = Vec::with_capacity(args.len());
        for (place, arg) in args.iter().enumerate() {
            let arrays = match function.lift {
                Lift::Arrays => true,
                Lift::ArraysAt(places) => places.contains(&place),
                _ => false,
            };
            let mode = if arrays { Mode::Array } else { self.mode };
            operands.push(self.in_mode(mode, |context| context.node(arg))?);
        }
        functions::call(&name, operands, self)
    }

    fn operands(&mut self, args: &[Node], mode: Mode) -> Outcome<Vec<Operand>> {
        args.iter().map(|arg| self.in_mode(mode, |context| context.node(arg))).collect()
    }

    /// The functions that skip arguments, when their condition is one value; none when it is an array, which then takes the way of
    /// all functions.
    fn lazy(&mut self, name: &str, args: &[Node]) -> Outcome<Option<Operand>> {
        let Some(first) = args.first() else { return Ok(None) };
        let condition = self.node(first)?;
        let condition = match condition {
            Operand::Array(_) => return Ok(None),
            Operand::Cells(ref ranges)
                if self.mode == Mode::Array && !matches!(ranges.as_slice(), [one] if one.is_single()) =>
            {
                return Ok(None);
            }
            other => self.lowered_value(other.clone())?.map_or(other, Operand::Value),
        };
        let Operand::Value(value) = condition.clone() else { return Ok(None) };
        match name {
            "IF" => self.lazy_if(&value, args).map(Some),
            "IFERROR" | "IFNA" => self.lazy_if_error(name, value, args).map(Some),
            "CHOOSE" => self.lazy_choose(&value, args).map(Some),
            "IFS" => self.lazy_ifs(args),
            _ => self.lazy_switch(&value, args),
        }
    }

    /// The single value of an operand as a value, errors included; none for an omitted one.
    fn lowered_value(&mut self, operand: Operand) -> Outcome<Option<CellValue>> {
        match self.lowered(operand)? {
            Operand::Value(value) => Ok(Some(value)),
            _ => Ok(Some(CellValue::Empty)),
        }
    }

    fn lazy_if(&mut self, condition: &CellValue, args: &[Node]) -> Outcome<Operand> {
        if !(1..=3).contains(&args.len()) || args.len() < 2 {
            return Err(ErrorKind::Value.into());
        }
        let chosen = if condition.to_boolean()? { args.get(1) } else { args.get(2) };
        match chosen {
            Some(Node::Omitted) => Ok(0.0.into()),
            Some(node) => self.node(node),
            None => Ok(false.into()),
        }
    }

    fn lazy_if_error(&mut self, name: &str, value: CellValue, args: &[Node]) -> Outcome<Operand> {
        let caught = match value {
            CellValue::Error(kind) => name == "IFERROR" || kind == ErrorKind::NotAvailable,
            _ => false,
        };
        let [_, other] = args else { return Err(ErrorKind::Value.into()) };
        match other {
            _ if !caught => Ok(value.into()),
            Node::Omitted => Ok(0.0.into()),
            other => self.node(other),
        }
    }

    fn lazy_choose(&mut self, index: &CellValue, args: &[Node]) -> Outcome<Operand> {
        let index = index.to_number(self.date1904())?.trunc();
        let place = if index >= 1.0 && index < args.len() as f64 { index as usize } else { 0 };
        match args.get(place) {
            Some(node) if place > 0 => self.node(node),
            _ => Err(ErrorKind::Value.into()),
        }
    }

    fn lazy_ifs(&mut self, args: &[Node]) -> Outcome<Option<Operand>> {
        for pair in args.chunks(2) {
            let [test, result] = pair else { return Err(ErrorKind::NotAvailable.into()) };
            let test = self.node(test)?;
            if matches!(test, Operand::Array(_)) {
                return Ok(None);
            }
            if self.single(test)?.to_boolean()? {
                return self.node(result).map(Some);
            }
        }
        Err(ErrorKind::NotAvailable.into())
    }

    fn lazy_switch(&mut self, value: &CellValue, args: &[Node]) -> Outcome<Option<Operand>> {
        let value = value.clone().checked()?;
        let mut rest = args.get(1..).unwrap_or_default();
        while let [case, result, more @ ..] = rest {
            let case = self.node(case)?;
            let case = self.single(case)?.checked()?;
            if super::arithmetic::compare(&value, &case).is_eq() {
                return self.node(result).map(Some);
            }
            rest = more;
        }
        match rest {
            [default] => self.node(default).map(Some),
            _ => Err(ErrorKind::NotAvailable.into()),
        }
    }

    /// `LET(name, value, ..., result)`.
    fn bind_names(&mut self, args: &[Node]) -> Outcome<Operand> {
        let known = self.scopes.len();
        let mut rest = args;
        while let [Node::Name(name), value, more @ ..] = rest {
            if more.is_empty() {
                break;
            }
            let value = self.node(value)?;
            self.scopes.push((name.clone(), value));
            rest = more;
        }
        let result = match rest {
            [result] => self.node(result),
            _ => Err(ErrorKind::Value.into()),
        };
        self.scopes.truncate(known);
        result
    }
}

fn kind_name(node: &Node) -> &'static str {
    match node {
        Node::Index { object, .. } if matches!(**object, Node::QualifiedName { .. }) => "function of another workbook",
        Node::Index { .. } => "LAMBDA call",
        Node::Member { .. } | Node::MemberCall { .. } => "member access",
        Node::Date(_) => "date literal",
        _ => "expression over names",
    }
}
