//! Operators: unboxed arithmetic and comparisons with overflow checks inline, everything else by the slow operators of the host.

use wasm_encoder::{BlockType, Instruction as I, ValType};

use crate::lang::formula::{BinaryOp, Node};
use crate::model::Compare;

use super::body::{Body, Done};
use super::code::Rep;
use super::expr::Held;
use super::meta::{Type, Use};
use super::scope::Symbol;
use super::tables::import;
use super::word;

/// Operator numbers, shared with the sandbox.
pub(in crate::engine) const ADD: u32 = 0;
pub(in crate::engine) const SUBTRACT: u32 = 1;
pub(in crate::engine) const MULTIPLY: u32 = 2;
pub(in crate::engine) const DIVIDE: u32 = 3;
pub(in crate::engine) const POWER: u32 = 4;
pub(in crate::engine) const CONCAT: u32 = 5;
pub(in crate::engine) const EQUAL: u32 = 6;
pub(in crate::engine) const NOT_EQUAL: u32 = 7;
pub(in crate::engine) const LESS: u32 = 8;
pub(in crate::engine) const LESS_OR_EQUAL: u32 = 9;
pub(in crate::engine) const GREATER: u32 = 10;
pub(in crate::engine) const GREATER_OR_EQUAL: u32 = 11;
pub(in crate::engine) const INT_DIVIDE: u32 = 12;
pub(in crate::engine) const MODULO: u32 = 13;
pub(in crate::engine) const AND: u32 = 14;
pub(in crate::engine) const OR: u32 = 15;
pub(in crate::engine) const XOR: u32 = 16;
pub(in crate::engine) const EQV: u32 = 17;
pub(in crate::engine) const IMP: u32 = 18;
pub(in crate::engine) const IS: u32 = 19;
pub(in crate::engine) const LIKE: u32 = 20;
pub(in crate::engine) const MINUS: u32 = 0;
pub(in crate::engine) const NOT: u32 = 1;
pub(in crate::engine) const PERCENT: u32 = 2;
/// Above the operator: `Option Compare` (0 binary, 1 text, 2 database), then strictness.
pub(in crate::engine) const COMPARE_SHIFT: u32 = 8;
pub(in crate::engine) const STRICT_BIT: u32 = 1 << 16;
/// Whether an operand is a Variant: then arithmetic widens instead of overflowing.
pub(in crate::engine) const LEFT_VARIANT: u32 = 1 << 17;
pub(in crate::engine) const RIGHT_VARIANT: u32 = 1 << 18;

/// VBA's error numbers used by inline code (MS-VBAL, Microsoft's list of trappable errors).
pub(super) const OVERFLOW: i32 = 6;
pub(super) const DIVISION_BY_ZERO: i32 = 11;
pub(super) const TYPE_MISMATCH: i32 = 13;

/// The operator number of a symbol.
pub(super) fn code_of(op: BinaryOp) -> Option<u32> {
    Some(match op {
        BinaryOp::Add => ADD,
        BinaryOp::Subtract => SUBTRACT,
        BinaryOp::Multiply => MULTIPLY,
        BinaryOp::Divide => DIVIDE,
        BinaryOp::Power => POWER,
        BinaryOp::Concat => CONCAT,
        BinaryOp::Equal => EQUAL,
        BinaryOp::NotEqual => NOT_EQUAL,
        BinaryOp::Less => LESS,
        BinaryOp::LessOrEqual => LESS_OR_EQUAL,
        BinaryOp::Greater => GREATER,
        BinaryOp::GreaterOrEqual => GREATER_OR_EQUAL,
        BinaryOp::Range | BinaryOp::Intersect | BinaryOp::Union => return None,
    })
}

/// The operators that the Names dialect writes as functions.
fn operator_function(name: &str) -> Option<u32> {
    Some(match name.to_ascii_uppercase().as_str() {
        "AND" => AND,
        "OR" => OR,
        "XOR" => XOR,
        "EQV" => EQV,
        "IMP" => IMP,
        "MOD" => MODULO,
        "QUOTIENT" | "INTDIV" | "IDIV" => INT_DIVIDE,
        "LIKE" => LIKE,
        "IS" => IS,
        _ => return None,
    })
}

/// Whether a function name is an operator.
pub(super) fn is_operator(name: &str) -> bool {
    operator_function(name).is_some() || matches!(name.to_ascii_uppercase().as_str(), "NOT" | "IF" | "IIF")
}

impl Body<'_> {
    fn flags(&self) -> u32 {
        let compare = match self.signature.compare {
            Compare::Binary => 0,
            Compare::Text => 1,
            Compare::Database => 2,
        };
        (compare << COMPARE_SHIFT) | if self.signature.strict { STRICT_BIT } else { 0 }
    }

    /// `AND(a, b, ...)`, `MOD(a, b)`, `NOT(a)`, `IF(c, a, b)`; `None` when the name is none of these.
    pub(super) fn operator_call(&mut self, name: &str, args: &[Node]) -> Done<Option<Rep>> {
        let upper = name.to_ascii_uppercase();
        match (upper.as_str(), args) {
            ("NOT", [operand]) => return self.not(operand).map(Some),
            ("IF", [condition, rest @ ..]) if rest.len() <= 2 && !rest.is_empty() => {
                return self.choose(condition, &rest[0], rest.get(1)).map(Some);
            }
            ("IIF", [condition, then, otherwise]) => {
                return self.choose_evaluated(condition, then, otherwise).map(Some);
            }
            _ => {}
        }
        let Some(code) = operator_function(name) else { return Ok(None) };
        let [first, rest @ ..] = args else { return Ok(None) };
        if rest.is_empty() {
            return if matches!(code, AND | OR | XOR) { self.expr(first).map(Some) } else { Ok(None) };
        }
        let mut typing = self.typing(first, LEFT_VARIANT);
        let mut rep = self.expr(first)?;
        for next in rest {
            rep = self.operate_on(code, typing, rep, next)?;
            typing = LEFT_VARIANT;
        }
        Ok(Some(rep))
    }

    /// `IF`: only the branch that is chosen is evaluated.
    fn choose(&mut self, condition: &Node, then: &Node, otherwise: Option<&Node>) -> Done<Rep> {
        self.condition(condition)?;
        let answer = self.code.borrow(ValType::I64);
        self.code.open_if();
        self.word_of(then)?;
        self.code.ops(&[I::LocalSet(answer), I::Else]);
        match otherwise {
            Some(node) => self.word_of(node)?,
            None => self.code.word(word::word(word::BOOLEAN, 0)),
        }
        self.code.ops(&[I::LocalSet(answer), I::End, I::LocalGet(answer)]);
        self.code.release(ValType::I64, answer);
        Ok(Rep::Any)
    }

    /// `IIF`: both values are evaluated, as VBA does; done here because one of them may be a missing argument.
    pub(super) fn choose_evaluated(&mut self, condition: &Node, then: &Node, otherwise: &Node) -> Done<Rep> {
        self.condition(condition)?;
        let chosen = self.code.local(ValType::I32);
        self.code.op(I::LocalSet(chosen));
        let calls = self.may_call(otherwise);
        self.word_of(then)?;
        let then = self.hold(Rep::Any, calls);
        self.word_of(otherwise)?;
        let otherwise = self.hold(Rep::Any, false);
        self.held(then);
        self.held(otherwise);
        self.code.ops(&[I::LocalGet(chosen), I::Select]);
        self.let_go(otherwise);
        self.let_go(then);
        Ok(Rep::Any)
    }

    fn not(&mut self, operand: &Node) -> Done<Rep> {
        let rep = self.expr(operand)?;
        match rep {
            Rep::Bool => self.code.op(I::I32Eqz),
            Rep::I16 | Rep::I32 => self.code.ops(&[I::I32Const(-1), I::I32Xor]),
            Rep::F64 | Rep::Any => return Ok(self.unary_word(NOT, rep)),
        }
        Ok(rep)
    }

    pub(super) fn negate(&mut self, operand: &Node) -> Done<Rep> {
        // -32768 is written as a sign and digits, but is an Integer only after the sign is applied in VBA's rules too: a Long.
        let rep = self.expr(operand)?;
        match rep {
            Rep::F64 => {
                self.code.op(I::F64Neg);
                Ok(Rep::F64)
            }
            Rep::I16 | Rep::I32 => {
                let held = self.hold(rep, false);
                self.code.op(I::I64Const(0));
                self.held(held);
                self.code.ops(&[I::I64ExtendI32S, I::I64Sub]);
                self.let_go(held);
                self.narrow(rep);
                Ok(rep)
            }
            _ => Ok(self.unary_word(MINUS, rep)),
        }
    }

    pub(super) fn unary_import(&mut self, code: u32, operand: &Node) -> Done<Rep> {
        let rep = self.expr(operand)?;
        Ok(self.unary_word(code, rep))
    }

    fn unary_word(&mut self, code: u32, rep: Rep) -> Rep {
        self.code.boxed(rep);
        let held = self.code.borrow(ValType::I64);
        let code = (code | self.flags()) as i32;
        self.code.ops(&[I::LocalSet(held), I::I32Const(code), I::LocalGet(held), I::Call(import("unary"))]);
        self.code.release(ValType::I64, held);
        self.checked();
        Rep::Any
    }

    /// `left op right`.
    pub(super) fn operate(&mut self, code: u32, left: &Node, right: &Node) -> Done<Rep> {
        let typing = self.typing(left, LEFT_VARIANT);
        let rep = self.expr(left)?;
        self.operate_on(code, typing, rep, right)
    }

    /// The bit when the declared type of an expression is Variant or unknown, else 0.
    pub(super) fn typing(&self, node: &Node, bit: u32) -> u32 {
        if self.is_declared(node) { 0 } else { bit }
    }

    fn is_declared(&self, node: &Node) -> bool {
        match node {
            Node::Integer(_) | Node::Number(_) | Node::Text(_) | Node::Boolean(_) | Node::Date(_) => true,
            Node::Paren(inner) => self.is_declared(inner),
            Node::Unary { operand, .. } => self.is_declared(operand),
            Node::Binary { left, right, .. } => self.is_declared(left) && self.is_declared(right),
            Node::Call { name, args } if operator_function(name).is_some() || name.eq_ignore_ascii_case("NOT") => {
                args.iter().all(|arg| self.is_declared(arg))
            }
            _ => self.declared_type(node).is_some_and(|kind| kind != super::types::VARIANT),
        }
    }

    fn declared_type(&self, node: &Node) -> Option<Type> {
        if let Some(kind) = self.place_type(node) {
            return Some(kind);
        }
        let (Node::Name(name) | Node::Call { name, .. }) = node else { return None };
        match self.scope.find(self.module, name) {
            Symbol::Procedure(procedure) => Some(self.scope.signatures[procedure].result.clone()),
            Symbol::Constant(constant) => {
                Some(constant.kind.unwrap_or(Type::Plain(crate::engine::value::Subtype::Long)))
            }
            _ if super::library::constant(name).is_some() => Some(Type::Plain(crate::engine::value::Subtype::Long)),
            _ => super::library::result(name).map(Type::Plain),
        }
    }

    /// The left value is on the stack.
    fn operate_on(&mut self, code: u32, typing: u32, left: Rep, right: &Node) -> Done<Rep> {
        let calls = self.may_call(right);
        let typing = typing | self.typing(right, RIGHT_VARIANT);
        let left = self.hold(left, calls);
        let right = self.expr(right)?;
        let right = self.hold(right, false);
        let rep = self.operate_held(code, typing, left, right);
        self.let_go(right);
        self.let_go(left);
        Ok(rep)
    }

    /// Combines two held values; pushes the result.
    pub(super) fn operate_held(&mut self, code: u32, typing: u32, left: Held, right: Held) -> Rep {
        let whole = |rep: Rep| matches!(rep, Rep::I16 | Rep::I32);
        let number = |rep: Rep| whole(rep) || rep == Rep::F64;
        let (a, b) = (left.rep, right.rep);
        match code {
            ADD | SUBTRACT | MULTIPLY if whole(a) && whole(b) => self.whole_arithmetic(code, left, right),
            ADD | SUBTRACT | MULTIPLY | DIVIDE if number(a) && number(b) => self.double_arithmetic(code, left, right),
            INT_DIVIDE | MODULO if whole(a) && whole(b) => self.whole_division(code, left, right),
            EQUAL..=GREATER_OR_EQUAL if number(a) && number(b) => self.compare_numbers(code, left, right),
            EQUAL | NOT_EQUAL if a == Rep::Bool && b == Rep::Bool => {
                self.held(left);
                self.held(right);
                self.code.op(if code == EQUAL { I::I32Eq } else { I::I32Ne });
                Rep::Bool
            }
            AND | OR | XOR if (whole(a) && whole(b)) || (a == Rep::Bool && b == Rep::Bool) => {
                self.bitwise(code, left, right)
            }
            ADD | SUBTRACT | MULTIPLY | EQUAL..=GREATER_OR_EQUAL if number_or_word(a) && number_or_word(b) => {
                self.guarded(code, typing, left, right)
            }
            _ => self.slow(code | typing, left, right),
        }
    }

    fn wider(a: Rep, b: Rep) -> Rep {
        if a == Rep::I32 || b == Rep::I32 { Rep::I32 } else { Rep::I16 }
    }

    fn whole_arithmetic(&mut self, code: u32, left: Held, right: Held) -> Rep {
        for side in [left, right] {
            self.held(side);
            self.code.op(I::I64ExtendI32S);
        }
        self.code.op(match code {
            ADD => I::I64Add,
            SUBTRACT => I::I64Sub,
            _ => I::I64Mul,
        });
        let rep = Self::wider(left.rep, right.rep);
        self.narrow(rep);
        rep
    }

    /// An i64 on the stack as Integer or Long; error 6 when it does not fit.
    fn narrow(&mut self, rep: Rep) {
        let held = self.code.borrow(ValType::I64);
        self.code.op(I::LocalTee(held));
        self.code.op(if rep == Rep::I16 { I::I64Extend16S } else { I::I64Extend32S });
        self.code.ops(&[I::LocalGet(held), I::I64Ne]);
        self.raise_if(OVERFLOW);
        self.code.ops(&[I::LocalGet(held), I::I32WrapI64]);
        self.code.release(ValType::I64, held);
    }

    fn push_double(&mut self, side: Held) {
        self.held(side);
        if side.rep != Rep::F64 {
            self.code.op(I::F64ConvertI32S);
        }
    }

    fn double_arithmetic(&mut self, code: u32, left: Held, right: Held) -> Rep {
        if code == DIVIDE {
            self.check_divisor(left, right);
        }
        self.push_double(left);
        self.push_double(right);
        self.code.op(match code {
            ADD => I::F64Add,
            SUBTRACT => I::F64Sub,
            MULTIPLY => I::F64Mul,
            _ => I::F64Div,
        });
        self.finite();
        Rep::F64
    }

    /// 0/0 is error 6, x/0 error 11.
    fn check_divisor(&mut self, left: Held, right: Held) {
        self.push_double(right);
        self.code.ops(&[I::F64Const(0.0.into()), I::F64Eq]);
        self.code.open_if();
        self.push_double(left);
        self.code.ops(&[I::F64Const(0.0.into()), I::F64Eq]);
        self.raise_if(OVERFLOW);
        self.raise(DIVISION_BY_ZERO);
        self.code.op(I::End);
    }

    /// Error 6 when the double on the stack is not finite.
    fn finite(&mut self) {
        let held = self.code.borrow(ValType::F64);
        self.code.ops(&[I::LocalTee(held), I::F64Abs, I::F64Const(f64::INFINITY.into()), I::F64Lt, I::I32Eqz]);
        self.raise_if(OVERFLOW);
        self.code.op(I::LocalGet(held));
        self.code.release(ValType::F64, held);
    }

    fn whole_division(&mut self, code: u32, left: Held, right: Held) -> Rep {
        self.held(right);
        self.code.op(I::I32Eqz);
        self.raise_if(DIVISION_BY_ZERO);
        for side in [left, right] {
            self.held(side);
            self.code.op(I::I64ExtendI32S);
        }
        self.code.op(if code == MODULO { I::I64RemS } else { I::I64DivS });
        let rep = Self::wider(left.rep, right.rep);
        self.narrow(rep);
        rep
    }

    fn compare_numbers(&mut self, code: u32, left: Held, right: Held) -> Rep {
        if left.rep != Rep::F64 && right.rep != Rep::F64 {
            self.held(left);
            self.held(right);
            self.code.op(match code {
                EQUAL => I::I32Eq,
                NOT_EQUAL => I::I32Ne,
                LESS => I::I32LtS,
                LESS_OR_EQUAL => I::I32LeS,
                GREATER => I::I32GtS,
                _ => I::I32GeS,
            });
            return Rep::Bool;
        }
        self.push_double(left);
        self.push_double(right);
        self.code.op(compare_doubles(code));
        Rep::Bool
    }

    fn bitwise(&mut self, code: u32, left: Held, right: Held) -> Rep {
        self.held(left);
        self.held(right);
        self.code.op(match code {
            AND => I::I32And,
            OR => I::I32Or,
            _ => I::I32Xor,
        });
        if left.rep == Rep::Bool { Rep::Bool } else { Self::wider(left.rep, right.rep) }
    }

    fn push_word(&mut self, side: Held) {
        self.held(side);
        self.code.boxed(side.rep);
    }

    /// Fast when both words turn out to be doubles, else slow.
    fn guarded(&mut self, code: u32, typing: u32, left: Held, right: Held) -> Rep {
        let answer = self.code.borrow(ValType::I64);
        self.push_word(left);
        self.code.ops(&[I::I64Const(word::BOXED as i64), I::I64LtU]);
        self.push_word(right);
        self.code.ops(&[I::I64Const(word::BOXED as i64), I::I64LtU, I::I32And]);
        self.code.op(I::If(BlockType::Empty));
        self.push_word(left);
        self.code.op(I::F64ReinterpretI64);
        self.push_word(right);
        self.code.op(I::F64ReinterpretI64);
        match code {
            ADD | SUBTRACT | MULTIPLY => {
                self.code.op([I::F64Add, I::F64Sub, I::F64Mul][(code - ADD) as usize % 3].clone());
                self.finite();
                self.code.boxed(Rep::F64);
            }
            _ => {
                self.code.op(compare_doubles(code));
                self.code.boxed(Rep::Bool);
            }
        }
        self.code.ops(&[I::LocalSet(answer), I::Else]);
        self.slow(code | typing, left, right);
        self.code.ops(&[I::LocalSet(answer), I::End, I::LocalGet(answer)]);
        self.code.release(ValType::I64, answer);
        Rep::Any
    }

    fn slow(&mut self, code: u32, left: Held, right: Held) -> Rep {
        let flagged = (code | self.flags()) as i32;
        self.code.op(I::I32Const(flagged));
        self.push_word(left);
        self.push_word(right);
        self.code.op(I::Call(import("binary")));
        self.checked();
        Rep::Any
    }

    /// A chain of `&` is joined at once.
    pub(super) fn concat(&mut self, left: &Node, right: &Node) -> Done<Rep> {
        let mut parts = vec![right];
        let mut rest = left;
        while let Node::Binary { op: BinaryOp::Concat, left, right } = rest {
            parts.push(right);
            rest = left;
        }
        parts.push(rest);
        let count = parts.len() as u32;
        let start = self.open_arguments(count * word::WORD);
        for (place, part) in parts.iter().rev().enumerate() {
            let own = self.defaulted(part);
            self.word_of(own.as_ref().unwrap_or(part))?;
            self.store_argument(start + place as u32 * word::WORD);
        }
        self.argument_address(start);
        let flags = self.flags() as i32;
        self.code.ops(&[I::I32Const(count as i32), I::I32Const(flags), I::Call(import("concat"))]);
        self.close_arguments(start);
        self.checked();
        Ok(Rep::Any)
    }

    /// Conversions between unboxed kinds by VBA's rules; `false` when the host must do it.
    pub(super) fn convert_inline(&mut self, from: Rep, to: Rep) -> bool {
        match (from, to) {
            (Rep::I16, Rep::I32) => {}
            (Rep::I16 | Rep::I32, Rep::F64) => self.code.op(I::F64ConvertI32S),
            (Rep::I32, Rep::I16) => {
                self.code.op(I::I64ExtendI32S);
                self.narrow(Rep::I16);
            }
            (Rep::Bool, Rep::I16 | Rep::I32) => {
                let held = self.hold(Rep::Bool, false);
                self.code.op(I::I32Const(0));
                self.held(held);
                self.code.op(I::I32Sub);
                self.let_go(held);
            }
            (Rep::I16 | Rep::I32, Rep::Bool) => self.code.ops(&[I::I32Const(0), I::I32Ne]),
            (Rep::F64, Rep::Bool) => self.code.ops(&[I::F64Const(0.0.into()), I::F64Ne]),
            (Rep::F64, Rep::I16 | Rep::I32) => self.round(to),
            _ => return false,
        }
        true
    }

    /// Rounds half to even, as VBA does, and checks the range.
    fn round(&mut self, to: Rep) {
        let (lower, upper) = if to == Rep::I16 {
            (f64::from(i16::MIN), f64::from(i16::MAX))
        } else {
            (f64::from(i32::MIN), f64::from(i32::MAX))
        };
        let held = self.code.borrow(ValType::F64);
        self.code.ops(&[I::F64Nearest, I::LocalTee(held), I::F64Const(lower.into()), I::F64Ge]);
        self.code.ops(&[I::LocalGet(held), I::F64Const(upper.into()), I::F64Le, I::I32And, I::I32Eqz]);
        self.raise_if(OVERFLOW);
        self.code.ops(&[I::LocalGet(held), I::I32TruncSatF64S]);
        self.code.release(ValType::F64, held);
    }

    /// The word on the stack as a declared type, by the host unless its tag already fits; pushes the type's representation.
    pub(super) fn coerce(&mut self, kind: &Type, usage: Use) {
        let mode = i32::from(usage == Use::Set) | if self.signature.strict { 2 } else { 0 };
        self.coerce_as(kind, mode);
    }

    /// As `coerce` by VBA's rules: what the conversion functions do in strict workflows too.
    pub(super) fn coerce_loosely(&mut self, kind: &Type) {
        self.coerce_as(kind, 0);
    }

    fn coerce_as(&mut self, kind: &Type, mode: i32) {
        let rep = super::types::rep(kind);
        let number = self.tables.types.number(kind.clone()) as i32;
        let held = self.code.borrow(ValType::I64);
        self.code.op(I::LocalSet(held));
        self.misfit(held, kind, rep);
        self.code.open_if();
        self.code.ops(&[I::I32Const(number), I::LocalGet(held), I::I32Const(mode), I::Call(import("coerce"))]);
        self.checked();
        self.code.ops(&[I::LocalSet(held), I::End, I::LocalGet(held)]);
        self.code.unboxed(rep);
        self.code.release(ValType::I64, held);
    }

    /// Pushes 1 when the held word needs the host to become the type.
    fn misfit(&mut self, held: u32, kind: &Type, rep: Rep) {
        use crate::engine::value::Subtype;
        let tag = match (rep, kind) {
            (Rep::F64, _) => return self.code.ops(&[I::LocalGet(held), I::I64Const(word::BOXED as i64), I::I64GeU]),
            (Rep::I32, _) => word::LONG,
            (Rep::I16, _) => word::INTEGER,
            (Rep::Bool, _) => word::BOOLEAN,
            (Rep::Any, Type::Plain(Subtype::Text)) => word::TEXT,
            (Rep::Any, Type::Plain(Subtype::Variant)) => {
                // Numbers, texts and small kinds are stored as they are; arrays and records are copied, objects give their value.
                self.code.op(I::LocalGet(held));
                self.code.upper();
                return self.code.ops(&[I::I32Const(word::DECIMAL as i32), I::I32GtU]);
            }
            _ => return self.code.op(I::I32Const(1)),
        };
        self.code.op(I::LocalGet(held));
        self.code.upper();
        self.code.ops(&[I::I32Const(tag as i32), I::I32Ne]);
    }
}

fn number_or_word(rep: Rep) -> bool {
    matches!(rep, Rep::Any | Rep::F64)
}

fn compare_doubles(code: u32) -> I<'static> {
    match code {
        EQUAL => I::F64Eq,
        NOT_EQUAL => I::F64Ne,
        LESS => I::F64Lt,
        LESS_OR_EQUAL => I::F64Le,
        GREATER => I::F64Gt,
        _ => I::F64Ge,
    }
}
