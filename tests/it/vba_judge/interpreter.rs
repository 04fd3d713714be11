//! Walks the syntax tree of a program whose every statement stands under `On Error Resume Next`, by the judge's rules alone.
//! Only the parser is shared with the product. What the judge cannot settle ends the walk as `Halt::Unsettled`.

use daylight::lang::vba::ast::{
    Arg, AssignKind, BinaryOp, Case, CaseTest, Expr, ExprKind, Literal, LoopTest, OnError, Stmt, StmtKind, TypeSuffix,
    UnaryOp,
};

use super::coerce;
use super::compare::{Logic, Mode, logic, not, order};
use super::library;
use super::operators::{Arithmetic, arithmetic, concatenate, negate};
use super::value::{Halt, Judged, Kind, Operand, Value};

/// Everything a program can see and change.
#[derive(Debug, Clone)]
pub struct State {
    variables: Vec<(String, Kind, Value)>,
    /// `Err.Number`.
    error: i32,
    mode: Mode,
    /// What the program put aside with `O(n) = x`, in order.
    pub kept: Vec<Value>,
    /// Loop rounds left before the judge gives up.
    fuel: u32,
}

const UNKNOWN: Halt = Halt::Unsettled("syntax the judge does not know");
const BROKEN_HEAD: Halt = Halt::Unsettled("an error in the head of a block resumes inside the block");
/// Rounds of all loops of one program.
const FUEL: u32 = 10_000;

impl State {
    /// A program with these variables, each by its lower-case name, and a comparison option.
    pub fn new(variables: &[(&str, Kind)], mode: Mode) -> State {
        let declare = |(name, kind): &(&str, Kind)| ((*name).to_string(), *kind, kind.initial());
        State { variables: variables.iter().map(declare).collect(), error: 0, mode, kept: Vec::new(), fuel: FUEL }
    }

    /// The value of a variable.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.variables.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name)).map(|(_, _, value)| value)
    }

    fn kind(&self, name: &str) -> Option<Kind> {
        self.variables.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name)).map(|(_, kind, _)| *kind)
    }

    /// Let-assignment: the value is coerced to the declared type first (MS-VBAL 5.4.3.8).
    fn assign(&mut self, name: &str, value: &Value) -> Judged<()> {
        let slot = self.variables.iter_mut().find(|(known, ..)| known.eq_ignore_ascii_case(name)).ok_or(UNKNOWN)?;
        slot.2 = coerce::to_kind(value, slot.1)?;
        Ok(())
    }

    /// Runs statements; an error of a simple statement is noted and the next one runs (MS-VBAL 5.4.4.1).
    pub fn run(&mut self, statements: &[Stmt]) -> Judged<()> {
        for statement in statements {
            match self.statement(&statement.kind) {
                Ok(()) => {}
                Err(Halt::Error(number)) => self.error = number,
                Err(unsettled) => return Err(unsettled),
            }
        }
        Ok(())
    }

    fn statement(&mut self, statement: &StmtKind) -> Judged<()> {
        match statement {
            StmtKind::Empty | StmtKind::Local { .. } | StmtKind::OnError(OnError::ResumeNext) => Ok(()),
            StmtKind::Assign { kind: AssignKind::Let, target, value } => self.let_statement(target, value),
            StmtKind::Call { callee, args, .. } if args.is_empty() && is_err(callee, "clear") => {
                self.error = 0;
                Ok(())
            }
            StmtKind::If { branches, else_body, .. } => {
                for branch in branches {
                    if self.condition(&branch.condition)? {
                        return self.run(&branch.body);
                    }
                }
                else_body.as_ref().map_or(Ok(()), |body| self.run(body))
            }
            StmtKind::Select { subject, cases, else_body } => self.select(subject, cases, else_body.as_deref()),
            StmtKind::For { counter, from, to, step, body } => {
                self.count(counter, [Some(from), Some(to), step.as_ref()], body)
            }
            StmtKind::Do { test: Some(test), body, wend: false } => self.repeat(test, body),
            _ => Err(UNKNOWN),
        }
    }

    fn let_statement(&mut self, target: &Expr, value: &Expr) -> Judged<()> {
        let value = self.evaluate(value)?.value;
        match &target.kind {
            ExprKind::Name(name) => self.assign(&name.text, &value),
            ExprKind::Call { callee, .. } if matches!(&callee.kind, ExprKind::Name(name) if name.is("O")) => {
                self.kept.push(value);
                Ok(())
            }
            _ => Err(UNKNOWN),
        }
    }

    /// A condition: Null is not true (Microsoft, If...Then...Else statement).
    fn condition(&mut self, condition: &Expr) -> Judged<bool> {
        let value = head(self.evaluate(condition))?.value;
        if value == Value::Null { Ok(false) } else { head(coerce::boolean(&value)) }
    }

    /// MS-VBAL 5.4.2.10: the first case that matches; the subject is evaluated once.
    fn select(&mut self, subject: &Expr, cases: &[Case], else_body: Option<&[Stmt]>) -> Judged<()> {
        let subject = head(self.evaluate(subject))?;
        for case in cases {
            for test in &case.tests {
                if self.matches(&subject, test)? {
                    return self.run(&case.body);
                }
            }
        }
        else_body.map_or(Ok(()), |body| self.run(body))
    }

    fn matches(&mut self, subject: &Operand, test: &CaseTest) -> Judged<bool> {
        let tests = match test {
            CaseTest::Value(value) => vec![(BinaryOp::Equal, value)],
            CaseTest::Is(op, value) => vec![(*op, value)],
            CaseTest::Range(low, high) => vec![(BinaryOp::GreaterEqual, low), (BinaryOp::LessEqual, high)],
        };
        let mut all = true;
        for (op, value) in tests {
            let value = head(self.evaluate(value))?;
            let result = head(relation(op, subject, &value, self.mode))?;
            all &= result == Value::Boolean(true);
        }
        Ok(all)
    }

    /// MS-VBAL 5.4.2.3: start, end and step are evaluated once, the counter is left beyond the end.
    fn count(&mut self, counter: &Expr, bounds: [Option<&Expr>; 3], body: &[Stmt]) -> Judged<()> {
        let ExprKind::Name(name) = &counter.kind else { return Err(UNKNOWN) };
        let kind = self.kind(&name.text).ok_or(UNKNOWN)?;
        let mut values = Vec::new();
        for bound in bounds {
            let operand = match bound {
                Some(bound) => head(self.evaluate(bound))?,
                None => Operand::concrete(Value::Integer(1)),
            };
            let value = head(coerce::to_kind(&operand.value, kind))?;
            // A bound that changes with the type of the counter would need a rule of its own.
            if kind != Kind::Variant && head(coerce::double(&value))? != head(coerce::double(&operand.value))? {
                return Err(Halt::Unsettled("a bound that the type of the counter cannot hold"));
            }
            values.push(head(coerce::double(&value))?);
        }
        self.assign(&name.text, &Value::Double(values[0]))?;
        if kind == Kind::Variant {
            return Err(Halt::Unsettled("the type of a counter declared Variant"));
        }
        self.rounds(&name.text, values[1], values[2], body)
    }

    fn rounds(&mut self, counter: &str, end: f64, step: f64, body: &[Stmt]) -> Judged<()> {
        loop {
            let at = head(coerce::double(self.value(counter).ok_or(UNKNOWN)?))?;
            if (step >= 0.0 && at > end) || (step < 0.0 && at < end) {
                return Ok(());
            }
            self.burn()?;
            self.run(body)?;
            let at = head(coerce::double(self.value(counter).ok_or(UNKNOWN)?))?;
            head(self.assign(counter, &Value::Double(at + step)))?;
        }
    }

    /// MS-VBAL 5.4.2.6.
    fn repeat(&mut self, test: &LoopTest, body: &[Stmt]) -> Judged<()> {
        if !test.at_tail && self.condition(&test.condition)? == test.until {
            return Ok(());
        }
        loop {
            self.burn()?;
            self.run(body)?;
            if self.condition(&test.condition)? == test.until {
                return Ok(());
            }
        }
    }

    fn burn(&mut self) -> Judged<()> {
        self.fuel = self.fuel.checked_sub(1).ok_or(Halt::Unsettled("a loop without an end"))?;
        Ok(())
    }

    fn evaluate(&mut self, expression: &Expr) -> Judged<Operand> {
        match &expression.kind {
            ExprKind::Literal(literal) => constant(literal),
            ExprKind::Paren(inner) => self.evaluate(inner),
            ExprKind::Name(name) if name.is("vbLf") => Ok(Operand::concrete(Value::Text(String::from("\n")))),
            ExprKind::Name(name) => {
                let (kind, value) = (self.kind(&name.text).ok_or(UNKNOWN)?, self.value(&name.text).ok_or(UNKNOWN)?);
                let value = value.clone();
                Ok(if kind == Kind::Variant { Operand::variant(value) } else { Operand::concrete(value) })
            }
            ExprKind::Member { .. } if is_err(expression, "number") => Ok(Operand::concrete(Value::Long(self.error))),
            ExprKind::Unary { op: UnaryOp::Minus, operand } => negate(&self.evaluate(operand)?),
            ExprKind::Unary { op: UnaryOp::Not, operand } => not(&self.evaluate(operand)?),
            ExprKind::Binary { op, left, right } => {
                let (left, right) = (self.evaluate(left)?, self.evaluate(right)?);
                binary(*op, &left, &right, self.mode)
            }
            ExprKind::Call { callee, args } => self.call(callee, args),
            _ => Err(UNKNOWN),
        }
    }

    fn call(&mut self, callee: &Expr, args: &[Arg]) -> Judged<Operand> {
        let ExprKind::Name(name) = &callee.kind else { return Err(UNKNOWN) };
        let lower = name.text.to_ascii_lowercase();
        let mut values = Vec::new();
        for arg in args {
            let value = arg.value.as_ref().filter(|_| arg.name.is_none()).ok_or(UNKNOWN)?;
            values.push((value, self.evaluate(value)?));
        }
        // Microsoft, Len: of a variable with a declared type that is no string, the bytes it takes.
        if lower == "len"
            && let [(argument, operand)] = values.as_slice()
        {
            match &argument.kind {
                ExprKind::Name(name) => {
                    if let Some(bytes) = self.kind(&name.text).and_then(Kind::bytes) {
                        return Ok(Operand::unknown(Value::Long(bytes)));
                    }
                }
                _ if !matches!(operand.kind(), Kind::Text) => return Err(Halt::Unsettled("Len of an expression")),
                _ => {}
            }
        }
        let operands: Vec<Operand> = values.into_iter().map(|(_, operand)| operand).collect();
        library::call(&lower, name.suffix == Some(TypeSuffix::String), &operands, self.mode)
    }
}

/// An error in the head of a block continues inside the block, which no program here may depend on.
fn head<T>(judged: Judged<T>) -> Judged<T> {
    judged.map_err(|halt| if matches!(halt, Halt::Error(_)) { BROKEN_HEAD } else { halt })
}

fn is_err(expression: &Expr, member: &str) -> bool {
    let ExprKind::Member { object, member: name } = &expression.kind else { return false };
    name.is(member) && matches!(&object.kind, ExprKind::Name(object) if object.is("Err"))
}

/// The value of a literal with the type its form gives it (MS-VBAL 3.3.2, 5.6.5).
fn constant(literal: &Literal) -> Judged<Operand> {
    Ok(Operand::concrete(match literal {
        Literal::Integer { value, .. } => Value::Integer(*value),
        Literal::Long { value, .. } => Value::Long(*value),
        Literal::LongLong { value, .. } => Value::LongLong(*value),
        Literal::Single(value) => Value::Single(*value),
        Literal::Double(value) => Value::Double(*value),
        Literal::Currency { scaled } => Value::Currency(*scaled),
        Literal::Date { serial } => Value::Date(*serial),
        Literal::String(text) => Value::Text(text.clone()),
        Literal::Boolean(value) => Value::Boolean(*value),
        Literal::Null => return Ok(Operand::variant(Value::Null)),
        Literal::Empty => return Ok(Operand::variant(Value::Empty)),
        Literal::Nothing => return Err(UNKNOWN),
    }))
}

fn relation(op: BinaryOp, left: &Operand, right: &Operand, mode: Mode) -> Judged<Value> {
    let equality = matches!(op, BinaryOp::Equal | BinaryOp::NotEqual);
    let Some(order) = order(left, right, mode, equality)? else { return Ok(Value::Null) };
    Ok(Value::Boolean(match op {
        BinaryOp::Equal => order.is_eq(),
        BinaryOp::NotEqual => order.is_ne(),
        BinaryOp::Less => order.is_lt(),
        BinaryOp::LessEqual => order.is_le(),
        BinaryOp::Greater => order.is_gt(),
        BinaryOp::GreaterEqual => order.is_ge(),
        _ => return Err(UNKNOWN),
    }))
}

fn binary(op: BinaryOp, left: &Operand, right: &Operand, mode: Mode) -> Judged<Operand> {
    let computed = |op: Arithmetic| arithmetic(op, left, right);
    let logical = |op: Logic| logic(op, left, right);
    match op {
        BinaryOp::Add => computed(Arithmetic::Add),
        BinaryOp::Subtract => computed(Arithmetic::Subtract),
        BinaryOp::Multiply => computed(Arithmetic::Multiply),
        BinaryOp::Divide => computed(Arithmetic::Divide),
        BinaryOp::IntegerDivide => computed(Arithmetic::IntegerDivide),
        BinaryOp::Mod => computed(Arithmetic::Modulo),
        BinaryOp::Power => computed(Arithmetic::Power),
        BinaryOp::Concat => concatenate(left, right),
        BinaryOp::And => logical(Logic::And),
        BinaryOp::Or => logical(Logic::Or),
        BinaryOp::Xor => logical(Logic::Xor),
        BinaryOp::Eqv => logical(Logic::Eqv),
        BinaryOp::Imp => logical(Logic::Imp),
        relational => {
            let value = relation(relational, left, right, mode)?;
            Ok(Operand { value, declared: left.declared.with(right.declared) })
        }
    }
}
