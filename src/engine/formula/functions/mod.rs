//! The function library: every function once, by name, for cells, `WorksheetFunction`, `Evaluate` and the DSL alike.
//! A name that is not here is refused as unsupported; it is not `#NAME?`, which a caller might take for the workbook's own error.

mod aggregate;
mod args;
mod arrays;
mod depreciation;
mod conditional;
mod database;
mod date;
mod distribution;
mod engineering;
mod financial;
mod information;
mod logical;
mod lookup;
mod math;
mod rank;
mod regression;
mod statistics;
mod text;
mod text_format;

use std::collections::HashMap;
use std::sync::OnceLock;

use super::context::Context;
use super::grid::Operand;
use super::value::{Outcome, Refusal};
use crate::lang::formula::ErrorKind;

/// An argument: a value, an array, cells, or left out.
pub type Arg = Operand;

/// Which arguments a function takes value by value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Lift {
    /// All: an array in any of them gives an array of results.
    All,
    /// These only; the others are taken whole.
    At(&'static [usize]),
    /// None: the function takes ranges and arrays whole.
    Whole,
    /// None, and the arguments themselves are computed as in an array formula (SUMPRODUCT, LOOKUP).
    Arrays,
    /// As `Whole`, and these arguments are computed as in an array formula.
    ArraysAt(&'static [usize]),
}

type Run = fn(&mut Context, &[Operand]) -> Outcome<Operand>;

/// One function.
pub(super) struct Function {
    name: &'static str,
    /// Fewest and most arguments.
    arity: (usize, usize),
    pub(super) lift: Lift,
    run: Run,
}

/// No upper end: Excel's own is 255.
const MANY: usize = 255;

const fn function(name: &'static str, arity: (usize, usize), lift: Lift, run: Run) -> Function {
    Function { name, arity, lift, run }
}

fn table() -> &'static HashMap<&'static str, &'static Function> {
    static TABLE: OnceLock<HashMap<&'static str, &'static Function>> = OnceLock::new();
    TABLE.get_or_init(|| {
        [
            aggregate::FUNCTIONS,
            arrays::FUNCTIONS,
            depreciation::FUNCTIONS,
            conditional::FUNCTIONS,
            database::FUNCTIONS,
            date::FUNCTIONS,
            distribution::FUNCTIONS,
            engineering::FUNCTIONS,
            financial::FUNCTIONS,
            information::FUNCTIONS,
            logical::FUNCTIONS,
            lookup::FUNCTIONS,
            math::FUNCTIONS,
            rank::FUNCTIONS,
            regression::FUNCTIONS,
            statistics::FUNCTIONS,
            text::FUNCTIONS,
            text_format::FUNCTIONS,
        ]
        .into_iter()
        .flatten()
        .map(|function| (function.name, function))
        .collect()
    })
}

/// A name as the library knows it: upper case, without the prefixes files put before newer functions.
pub(super) fn bare_name(name: &str) -> String {
    let upper = name.to_ascii_uppercase();
    let bare = upper.strip_prefix("_XLFN.").unwrap_or(&upper);
    let bare = bare.strip_prefix("_XLWS.").unwrap_or(bare);
    bare.to_owned()
}

pub(super) fn find(bare: &str) -> Option<&'static Function> {
    table().get(bare).copied()
}

/// The names of all functions, in order.
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = table().keys().copied().collect();
    names.push("LET");
    names.sort_unstable();
    names
}

/// Whether a function is offered, with or without `_xlfn.`.
pub fn is_supported(name: &str) -> bool {
    let bare = bare_name(name);
    bare == "LET" || find(&bare).is_some()
}

/// Calls a function by name on evaluated arguments. An unknown one is asked of the workbook's own functions, then refused.
pub fn call(name: &str, args: Vec<Arg>, context: &mut Context) -> Outcome<Operand> {
    let name = bare_name(name);
    let Some(function) = find(&name) else {
        return match context.source.user_function(&name, &args) {
            Some(result) => result,
            None => Err(Refusal::Unsupported { name }.into()),
        };
    };
    let (fewest, most) = function.arity;
    if args.len() < fewest || args.len() > most {
        return Err(ErrorKind::Value.into());
    }
    context.spend(1)?;
    match function.lift {
        Lift::All => context.broadcast(args, &mut |context, values| (function.run)(context, values)),
        Lift::At(places) => lifted_at(context, function, args, places),
        Lift::Whole | Lift::Arrays | Lift::ArraysAt(_) => (function.run)(context, &args),
    }
}

/// Broadcasts some arguments while the others stay whole.
fn lifted_at(context: &mut Context, function: &Function, args: Vec<Arg>, places: &[usize]) -> Outcome<Operand> {
    let lifted: Vec<Operand> = places.iter().filter_map(|place| args.get(*place).cloned()).collect();
    context.broadcast(lifted, &mut |context, values| {
        let mut now = args.clone();
        for (place, value) in places.iter().zip(values) {
            if let Some(slot) = now.get_mut(*place) {
                *slot = value.clone();
            }
        }
        (function.run)(context, &now)
    })
}
