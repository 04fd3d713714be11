//! Blocks: conditions, selections, loops, `With`.

use crate::convert::Host;
use crate::lang::formula::{BinaryOp as Symbol, Node};
use crate::lang::vba::Span;
use crate::lang::vba::ast::{self, BinaryOp, Branch, Expr, ExprKind, LoopTest, Stmt, StmtKind};
use crate::model::{Action, Case, CaseTest, Expression, Step};

use super::class::Class;
use super::expr::{comparison_symbol, stripped};
use super::procedure::{Body, Made, Mark, Refusal, WithObject};
use super::words::one_of;

impl<'a> Body<'a> {
    pub fn if_statement(
        &mut self,
        span: Span,
        branches: &'a [Branch],
        otherwise: Option<&'a [Stmt]>,
    ) -> Made<Vec<Step>> {
        let conditions = branches.iter().map(|branch| self.value_text(&branch.condition)).collect::<Made<Vec<_>>>()?;
        let mark = std::mem::take(&mut self.mark);
        let bodies: Vec<Vec<Step>> = branches.iter().map(|branch| self.block(&branch.body)).collect();
        let mut rest = otherwise.map(|block| self.block(block)).unwrap_or_default();
        let mut inner = conditions.into_iter().zip(bodies).zip(branches).rev().peekable();
        while let Some(((condition, then), branch)) = inner.next() {
            let action = Action::If { condition, then, otherwise: rest };
            if inner.peek().is_none() {
                return Ok(self.counted_with(span, action, mark));
            }
            // An `ElseIf` is an `if` of its own, but no statement of its own.
            let place = Span { end: span.end, end_line: span.end_line, end_col: span.end_col, ..branch.span };
            rest = vec![self.step(place, action, Mark::default())];
        }
        Err(Refusal("an If without a condition".to_string()))
    }

    pub fn select(
        &mut self,
        span: Span,
        subject: &Expr,
        cases: &'a [ast::Case],
        otherwise: Option<&'a [Stmt]>,
    ) -> Made<Vec<Step>> {
        let on = self.value_text(subject)?;
        let tests = cases.iter().map(|case| self.case_tests(case)).collect::<Made<Vec<_>>>()?;
        let mark = std::mem::take(&mut self.mark);
        let cases = cases.iter().zip(tests).map(|(case, when)| Case { when, steps: self.block(&case.body) }).collect();
        let otherwise = otherwise.map(|block| self.block(block)).unwrap_or_default();
        Ok(self.counted_with(span, Action::Switch { on, cases, otherwise }, mark))
    }

    fn case_tests(&mut self, case: &ast::Case) -> Made<Vec<CaseTest>> {
        case.tests.iter().map(|test| self.case_test(test)).collect()
    }

    fn case_test(&mut self, test: &ast::CaseTest) -> Made<CaseTest> {
        Ok(match test {
            ast::CaseTest::Value(value) => CaseTest::Equals { equals: self.value_text(value)? },
            ast::CaseTest::Range(low, high) => {
                CaseTest::Between { from: self.value_text(low)?, to: self.value_text(high)? }
            }
            ast::CaseTest::Is(op, value) => {
                let symbol = comparison_symbol(*op)
                    .ok_or_else(|| Refusal("Case Is with an operator that compares nothing".to_string()))?;
                CaseTest::Compared { is: symbol.to_string(), value: self.value_text(value)? }
            }
        })
    }

    pub fn for_statement(&mut self, stmt: &'a Stmt) -> Made<Vec<Step>> {
        let StmtKind::For { counter, from, to, step, body } = &stmt.kind else {
            return Err(Refusal("no For statement".to_string()));
        };
        let variable = self.target_text(counter)?;
        let (from, to) = (self.value_text(from)?, self.value_text(to)?);
        let by = step.as_ref().map(|step| self.value_text(step)).transpose()?;
        let mark = std::mem::take(&mut self.mark);
        let steps = self.block(body);
        Ok(self.counted_with(stmt.span, Action::For { variable, from, to, by, steps }, mark))
    }

    pub fn for_each(&mut self, span: Span, item: &Expr, group: &Expr, body: &'a [Stmt]) -> Made<Vec<Step>> {
        let variable = self.target_text(item)?;
        let group = self.object(group)?;
        let items = self.written(&group)?;
        let mark = std::mem::take(&mut self.mark);
        let steps = self.block(body);
        Ok(self.counted_with(span, Action::ForEach { variable, items, steps }, mark))
    }

    pub fn do_loop(&mut self, span: Span, test: Option<&LoopTest>, body: &'a [Stmt]) -> Made<Vec<Step>> {
        let condition = match test {
            None => Expression::from("TRUE"),
            Some(test) => self.loop_condition(test)?,
        };
        let place = test.map(|test| if test.at_tail { "tail" } else { "head" }.to_string());
        let mark = std::mem::take(&mut self.mark);
        let steps = self.block(body);
        Ok(self.counted_with(span, Action::While { condition, test: place, steps }, mark))
    }

    /// `Until x` goes on while x is not true. `NOT` is bitwise (`NOT(3)` is true) and leaves Null as it is, so it serves only
    /// where the condition is surely a Boolean.
    fn loop_condition(&mut self, test: &LoopTest) -> Made<Expression> {
        let condition = self.value(&test.condition)?;
        let condition = match (test.until, self.is_boolean(&test.condition)) {
            (false, _) => condition,
            (true, true) => Node::call("NOT", vec![condition]),
            (true, false) => Node::call("IF", vec![condition, Node::Boolean(false), Node::Boolean(true)]),
        };
        self.written(&condition)
    }

    fn is_boolean(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Paren(inner) => self.is_boolean(inner),
            ExprKind::Literal(literal) => matches!(literal, ast::Literal::Boolean(_)),
            ExprKind::Unary { op: ast::UnaryOp::Not, operand } => self.is_boolean(operand),
            ExprKind::Binary { op: BinaryOp::And | BinaryOp::Or | BinaryOp::Xor, left, right } => {
                self.is_boolean(left) && self.is_boolean(right)
            }
            ExprKind::Binary { op: BinaryOp::Is, .. } | ExprKind::TypeOf { .. } => true,
            ExprKind::Binary { op, left, right } if comparison_symbol(*op).is_some() => {
                !self.may_be_null(left) && !self.may_be_null(right)
            }
            ExprKind::Member { member, .. } | ExprKind::WithMember(member) => {
                one_of(&member.text, &["eof", "bof", "nomatch", "atendofstream"])
            }
            ExprKind::Call { callee, .. } => matches!(&callee.kind, ExprKind::Name(name)
                if one_of(&name.text, &["eof", "isempty", "isnull", "isnumeric", "isdate", "iserror", "ismissing", "isobject", "isarray", "cbool"])),
            _ => false,
        }
    }

    /// Whether a value may be a database null: everything in Access that is no literal and no declared scalar.
    fn may_be_null(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Literal(literal) => matches!(literal, ast::Literal::Null),
            ExprKind::Bang { .. } | ExprKind::WithBang(_) => true,
            ExprKind::Paren(inner) => self.may_be_null(inner),
            ExprKind::Unary { operand, .. } => self.may_be_null(operand),
            ExprKind::Binary { left, right, .. } => self.may_be_null(left) || self.may_be_null(right),
            ExprKind::Name(_) if self.class_of(expr) == Class::Scalar => false,
            _ => self.project.context.host == Host::Access || self.class_of(expr) == Class::Field,
        }
    }

    /// `With object`: a variable holds the object, because VBA evaluates it once. A record is a value, so its path is written
    /// out in each statement instead.
    pub fn with(&mut self, span: Span, object: &'a Expr, body: &'a [Stmt]) -> Made<Vec<Step>> {
        let class = self.class_of(object);
        let mut steps = Vec::new();
        let node = match class {
            Class::Record(_) => self.record_path(stripped(object), span, &mut steps)?,
            _ => self.object(object)?,
        };
        let (node, action) = match class {
            Class::Record(_) => {
                let reason = "With over a record: its path is written out in each statement".to_string();
                (node, Action::Noop { reason })
            }
            _ => {
                let value = self.written(&node)?;
                let name = self.temporary("with", "Object", class);
                let target = self.written(&name)?;
                (name, Action::Set { target, value, reference: true })
            }
        };
        steps.extend(self.counted(span, action));
        self.withs.push(WithObject { node, class });
        steps.extend(self.block(body));
        self.withs.pop();
        Ok(steps)
    }

    /// The path of a record with every index that may change frozen in a variable.
    fn record_path(&mut self, path: &Expr, span: Span, steps: &mut Vec<Step>) -> Made<Node> {
        match &path.kind {
            ExprKind::Member { object, member } => {
                Ok(Node::member(self.record_path(object, span, steps)?, member.text.clone()))
            }
            ExprKind::Call { callee, args } => {
                let owner = self.record_path(callee, span, steps)?;
                let mut frozen = Vec::new();
                for arg in args {
                    let node = self.one_argument(arg)?;
                    if matches!(node, Node::Integer(_) | Node::Text(_)) {
                        frozen.push(node);
                        continue;
                    }
                    let name = self.temporary("index", "Variant", Class::Unknown);
                    let action =
                        Action::Set { target: self.written(&name)?, value: self.written(&node)?, reference: false };
                    steps.push(self.step(span, action, Mark::default()));
                    frozen.push(name);
                }
                Ok(Node::apply(owner, frozen))
            }
            _ => self.object(path),
        }
    }

    /// `On x GoTo a, b`: the first label for 1, the second for 2; any other number goes on below.
    pub fn on_jump(&mut self, selector: &Expr, gosub: bool, labels: &[ast::Label]) -> Made<Action> {
        let selector = Node::call("CINT", vec![self.value(selector)?]);
        let chosen = self.temporary("choice", "Integer", Class::Scalar);
        let (selector, on) = (self.written(&selector)?, self.written(&chosen)?);
        let mut cases = Vec::new();
        for (place, label) in labels.iter().enumerate() {
            let label_text = label.text.clone();
            let action = if gosub { Action::Gosub { label: label_text } } else { Action::Goto { label: label_text } };
            let number = Expression(place.saturating_add(1).to_string());
            cases.push(Case {
                when: vec![CaseTest::Equals { equals: number }],
                steps: vec![self.step(label.span, action, Mark::default())],
            });
        }
        // Numbers outside 0 to 255 are error 5 (MS-VBAL 5.4.2.16).
        let outside = CaseTest::Between { from: Expression::from("0"), to: Expression::from("255") };
        let raise = Action::Raise { number: Expression::from("5"), description: None };
        let bounds = Case { when: vec![outside], steps: Vec::new() };
        let span = labels.first().map(|label| label.span).unwrap_or_default();
        let step = |action: Action| self.step(span, action, Mark::default());
        let checked = Action::Switch { on: on.clone(), cases: vec![bounds], otherwise: vec![step(raise)] };
        let steps = vec![
            step(Action::Set { target: on.clone(), value: selector, reference: false }),
            step(checked),
            step(Action::Switch { on, cases, otherwise: Vec::new() }),
        ];
        Ok(Action::Sequence { steps })
    }

    /// `LSet` and `RSet` on text: the target keeps its length.
    pub fn aligned_text(target: Node, value: Node, to_right: Alignment) -> Node {
        let length = || Node::call("LEN", vec![target.clone()]);
        let blanks = Node::call("SPACE", vec![length()]);
        match to_right {
            Alignment::Left => Node::call("LEFT", vec![Node::binary(Symbol::Concat, value, blanks), length()]),
            Alignment::Right => {
                let cut = Node::call("LEFT", vec![value, length()]);
                Node::call("RIGHT", vec![Node::binary(Symbol::Concat, blanks, cut), length()])
            }
        }
    }
}

/// Which side a text is set against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alignment {
    Left,
    Right,
}
