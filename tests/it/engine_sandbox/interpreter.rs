//! A plain interpreter of a small part of the DSL, written for comparison only: values are the host's, every operator is
//! the library's. What the compiler does inline, with unboxed numbers, must come to the same.

use std::collections::HashMap;

use daylight::engine::value::operators::{BinaryOp, Typing, UnaryOp, binary_typed, unary_typed};
use daylight::engine::value::{Compare, RunError, Subtype, Value, coerce};
use daylight::lang::formula::{self, Dialect, Node, parse};
use daylight::model::{Action, Expression, Step, Workflow};

/// Variables with their declared types.
pub struct Machine {
    variables: HashMap<String, (Subtype, Value)>,
    /// `On Error Resume Next` is on.
    forgiving: bool,
}

fn declared(kind: &str) -> Subtype {
    match kind {
        "Integer" => Subtype::Integer,
        "Long" => Subtype::Long,
        "Double" => Subtype::Double,
        "Boolean" => Subtype::Boolean,
        "String" => Subtype::Text,
        "Currency" => Subtype::Currency,
        _ => Subtype::Variant,
    }
}

/// Runs a workflow; answers every variable's value, or the error that ended it.
pub fn interpret(workflow: &Workflow) -> Result<Vec<(String, Value)>, i32> {
    let variables = workflow.variables.iter().map(|variable| {
        let kind = declared(&variable.kind);
        (variable.name.clone(), (kind, kind.default_value()))
    });
    let mut machine = Machine { variables: variables.collect(), forgiving: false };
    machine.steps(&workflow.steps).map_err(|error| error.number)?;
    Ok(workflow.outputs.iter().map(|name| (name.clone(), machine.variables[name].1.clone())).collect())
}

impl Machine {
    fn steps(&mut self, steps: &[Step]) -> Result<(), RunError> {
        for step in steps {
            if let Err(error) = self.step(step)
                && !self.forgiving
            {
                return Err(error);
            }
        }
        Ok(())
    }

    fn step(&mut self, step: &Step) -> Result<(), RunError> {
        match &step.action {
            Action::OnError { mode, .. } => {
                self.forgiving = mode == "resumeNext";
                Ok(())
            }
            Action::Set { target, value, .. } => {
                let value = self.text(value)?.0;
                self.assign(&target.0, &value)
            }
            Action::If { condition, then, otherwise } => {
                // An error in a condition goes on with the first statement of the block.
                let holds = match self.text(condition).and_then(|(value, _)| truth(&value)) {
                    Err(_) if self.forgiving => true,
                    other => other?,
                };
                self.steps(if holds { then } else { otherwise })
            }
            Action::For { variable, from, to, steps, .. } => {
                let kind = self.variables[&variable.0].0;
                let (from, to) = (coerce::coerce(&self.text(from)?.0, kind)?, coerce::coerce(&self.text(to)?.0, kind)?);
                self.assign(&variable.0, &from)?;
                loop {
                    let now = self.variables[&variable.0].1.clone();
                    let within = binary_typed(
                        BinaryOp::LessEqual,
                        (&now, Typing::Declared),
                        (&to, Typing::Declared),
                        Compare::Binary,
                    )?;
                    if within != Value::Boolean(true) {
                        return Ok(());
                    }
                    self.steps(steps)?;
                    let now = self.variables[&variable.0].1.clone();
                    let next = binary_typed(
                        BinaryOp::Add,
                        (&now, Typing::Declared),
                        (&Value::Integer(1), Typing::Declared),
                        Compare::Binary,
                    )?;
                    self.assign(&variable.0, &next)?;
                }
            }
            other => panic!("the generator made {other:?}"),
        }
    }

    fn assign(&mut self, name: &str, value: &Value) -> Result<(), RunError> {
        let kind = self.variables[name].0;
        let value = coerce::coerce(value, kind)?;
        self.variables.insert(name.to_string(), (kind, value));
        Ok(())
    }

    fn text(&mut self, expression: &Expression) -> Result<(Value, Typing), RunError> {
        let (node, notices) = parse(&expression.0, Dialect::Names);
        assert!(notices.is_empty(), "{}", expression.0);
        self.node(&node)
    }

    fn node(&mut self, node: &Node) -> Result<(Value, Typing), RunError> {
        Ok(match node {
            Node::Integer(value) => match (i16::try_from(*value), i32::try_from(*value)) {
                (Ok(small), _) => (Value::Integer(small), Typing::Declared),
                (_, Ok(long)) => (Value::Long(long), Typing::Declared),
                _ => (Value::Double(*value as f64), Typing::Declared),
            },
            Node::Number(value) => (Value::Double(*value), Typing::Declared),
            Node::Text(text) => (Value::text(text), Typing::Declared),
            Node::Boolean(value) => (Value::Boolean(*value), Typing::Declared),
            Node::Name(name) => {
                let (kind, value) = &self.variables[name];
                (value.clone(), if *kind == Subtype::Variant { Typing::Variant } else { Typing::Declared })
            }
            Node::Paren(inner) => self.node(inner)?,
            Node::Unary { op: formula::UnaryOp::Minus, operand } => {
                let (value, typing) = self.node(operand)?;
                (unary_typed(UnaryOp::Negate, &value, Typing::Declared)?, typing)
            }
            Node::Binary { op, left, right } => self.binary(symbol(*op), left, right)?,
            Node::Call { name, args } => match (name.as_str(), args.as_slice()) {
                ("NOT", [operand]) => {
                    let (value, typing) = self.node(operand)?;
                    (unary_typed(UnaryOp::Not, &value, Typing::Declared)?, typing)
                }
                (name, [left, right]) => self.binary(function(name), left, right)?,
                other => panic!("the generator made {other:?}"),
            },
            other => panic!("the generator made {other:?}"),
        })
    }

    fn binary(&mut self, op: BinaryOp, left: &Node, right: &Node) -> Result<(Value, Typing), RunError> {
        let left = self.node(left)?;
        let right = self.node(right)?;
        let value = binary_typed(op, (&left.0, left.1), (&right.0, right.1), Compare::Binary)?;
        let typing =
            if left.1 == Typing::Variant || right.1 == Typing::Variant { Typing::Variant } else { Typing::Declared };
        Ok((value, typing))
    }
}

fn truth(value: &Value) -> Result<bool, RunError> {
    if *value == Value::Null { Ok(false) } else { coerce::to_boolean(value) }
}

fn symbol(op: formula::BinaryOp) -> BinaryOp {
    use formula::BinaryOp as Symbol;
    match op {
        Symbol::Add => BinaryOp::Add,
        Symbol::Subtract => BinaryOp::Subtract,
        Symbol::Multiply => BinaryOp::Multiply,
        Symbol::Divide => BinaryOp::Divide,
        Symbol::Power => BinaryOp::Power,
        Symbol::Concat => BinaryOp::Concatenate,
        Symbol::Equal => BinaryOp::Equal,
        Symbol::NotEqual => BinaryOp::NotEqual,
        Symbol::Less => BinaryOp::Less,
        Symbol::LessOrEqual => BinaryOp::LessEqual,
        Symbol::Greater => BinaryOp::Greater,
        _ => BinaryOp::GreaterEqual,
    }
}

fn function(name: &str) -> BinaryOp {
    match name {
        "AND" => BinaryOp::And,
        "OR" => BinaryOp::Or,
        "XOR" => BinaryOp::Xor,
        "MOD" => BinaryOp::Modulo,
        _ => BinaryOp::IntegerDivide,
    }
}
