//! VBA's function library over values: one table of signatures, bound once by name and called by position.
//! `Environment` carries everything that is not an argument (clock, random state, module options), so that a run
//! repeats exactly. Knows no objects, files or dialogs; functions of those belong to the object models.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::OnceLock;

use super::{Arguments, Compare, RunError, Value, coerce, errors};

pub mod arrays;
pub mod conversion;
pub mod dates;
pub mod financial;
pub mod format;
pub mod format_date;
pub mod format_number;
pub mod info;
pub mod numbers;
pub mod random;
pub mod strings;
pub mod units;

/// What functions see besides their arguments.
#[derive(Debug, Clone, PartialEq)]
pub struct Environment {
    /// Local date and time as a VBA serial.
    pub now: f64,
    /// State of `Rnd`.
    pub random: random::Random,
    /// `Option Compare` of the calling module.
    pub compare: Compare,
    /// `Option Base` of the calling module.
    pub base: i32,
    /// Environment variables that were granted; `Environ` gives "" for all others. Names in upper case.
    pub variables: BTreeMap<String, String>,
    /// Text of the last error, for `Error` without an argument.
    pub last_error: String,
}

impl Environment {
    /// A fresh environment at this time, with the defaults of a module.
    pub fn at(now: f64) -> Self {
        Self {
            now,
            random: random::Random::default(),
            compare: Compare::Binary,
            base: 0,
            variables: BTreeMap::new(),
            last_error: String::new(),
        }
    }
}

type Body = fn(&[Value], &mut Environment) -> Result<Value, RunError>;

/// A library function: its parameters by position, how many are required, and what computes it.
pub(crate) struct Function {
    name: &'static str,
    parameters: &'static [&'static str],
    required: usize,
    variadic: bool,
    body: Body,
}

/// A function with a fixed list of parameters.
const fn function(name: &'static str, parameters: &'static [&'static str], required: usize, body: Body) -> Function {
    Function { name, parameters, required, variadic: false, body }
}

/// A function that takes any number of arguments.
const fn variadic(name: &'static str, body: Body) -> Function {
    Function { name, parameters: &[], required: 0, variadic: true, body }
}

/// A bound function: what [`resolve`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FunctionId {
    index: u16,
    /// `Left$`: the result is a String, so Null is error 94.
    dollar: bool,
    /// `VBA.Array`: `Option Base` does not apply.
    qualified: bool,
}

impl FunctionId {
    const DOLLAR: u32 = 1 << 16;
    const QUALIFIED: u32 = 1 << 17;

    /// The id as a number that compiled code can carry; valid for this build of the library only.
    pub fn code(self) -> u32 {
        let flag = |set: bool, bit: u32| if set { bit } else { 0 };
        u32::from(self.index) | flag(self.dollar, Self::DOLLAR) | flag(self.qualified, Self::QUALIFIED)
    }

    /// The id of a number; `None` when there is no such function.
    pub fn from_code(code: u32) -> Option<Self> {
        let index = (code & u32::from(u16::MAX)) as u16;
        let known = usize::from(index) < all().len() && code < Self::QUALIFIED << 1;
        known.then_some(Self { index, dollar: code & Self::DOLLAR != 0, qualified: code & Self::QUALIFIED != 0 })
    }
}

const TABLES: [&[Function]; 9] = [
    strings::FUNCTIONS,
    units::FUNCTIONS,
    numbers::FUNCTIONS,
    dates::FUNCTIONS,
    conversion::FUNCTIONS,
    format::FUNCTIONS,
    info::FUNCTIONS,
    financial::FUNCTIONS,
    arrays::FUNCTIONS,
];

fn all() -> &'static [&'static Function] {
    static ALL: OnceLock<Vec<&'static Function>> = OnceLock::new();
    ALL.get_or_init(|| TABLES.iter().flat_map(|table| table.iter()).collect())
}

fn by_name() -> &'static HashMap<&'static str, u16> {
    static BY_NAME: OnceLock<HashMap<&'static str, u16>> = OnceLock::new();
    BY_NAME.get_or_init(|| (0u16..).zip(all()).map(|(index, function)| (function.name, index)).collect())
}

/// Binds a name: without case, with or without `VBA.` (and a module as in `VBA.Strings.`) and a trailing `$`.
pub fn resolve(name: &str) -> Option<FunctionId> {
    let name = name.to_ascii_lowercase();
    let qualified = name.starts_with("vba.");
    let bare = if qualified { name.rsplit('.').next()? } else { name.as_str() };
    if let Some(&index) = by_name().get(bare) {
        return Some(FunctionId { index, dollar: bare.ends_with('$'), qualified });
    }
    let stem = bare.strip_suffix('$').filter(|stem| DOLLAR.contains(stem))?;
    by_name().get(stem).map(|&index| FunctionId { index, dollar: true, qualified })
}

/// Functions that also exist with `$` (Microsoft Learn, "Returning strings from functions").
const DOLLAR: &[&str] = &[
    "chr", "chrb", "chrw", "command", "environ", "error", "format", "hex", "lcase", "left", "leftb", "ltrim", "mid",
    "midb", "oct", "right", "rightb", "rtrim", "space", "str", "string", "trim", "ucase",
];

/// The library's spelling of a bound function, in lower case.
pub fn name(id: FunctionId) -> &'static str {
    all().get(usize::from(id.index)).map_or("", |function| function.name)
}

/// Calls a function by name; `None` when the library has none of that name.
pub fn call(name: &str, arguments: &Arguments, environment: &mut Environment) -> Option<Result<Value, RunError>> {
    resolve(name).map(|id| invoke(id, arguments, environment))
}

/// Calls a bound function. Errors 448, 449 and 450 for arguments that do not fit its parameters.
pub fn invoke(id: FunctionId, arguments: &Arguments, environment: &mut Environment) -> Result<Value, RunError> {
    let function = all().get(usize::from(id.index)).ok_or_else(errors::not_defined)?;
    let values = bind(function, arguments)?;
    let base = environment.base;
    if id.qualified {
        environment.base = 0;
    }
    let result = (function.body)(&values, environment);
    environment.base = base;
    match result? {
        Value::Null if id.dollar => Err(errors::null_use()),
        value => Ok(value),
    }
}

/// One value per parameter, `Missing` where none was given.
fn bind(function: &Function, arguments: &Arguments) -> Result<Vec<Value>, RunError> {
    if function.variadic {
        return if arguments.named.is_empty() {
            Ok(arguments.positional.clone())
        } else {
            Err(errors::no_named_arguments())
        };
    }
    if arguments.positional.len() > function.parameters.len() {
        return Err(errors::argument_count());
    }
    let mut values = arguments.positional.clone();
    values.resize(function.parameters.len(), Value::Missing);
    for (name, value) in &arguments.named {
        let at = function.parameters.iter().position(|parameter| parameter.eq_ignore_ascii_case(name));
        let slot = at.and_then(|at| values.get_mut(at)).ok_or_else(errors::unknown_argument)?;
        *slot = value.clone();
    }
    if values.iter().take(function.required).any(|value| *value == Value::Missing) {
        return Err(errors::argument_missing());
    }
    Ok(values)
}

/// An argument by position.
fn arg(values: &[Value], at: usize) -> &Value {
    static MISSING: Value = Value::Missing;
    values.get(at).unwrap_or(&MISSING)
}

/// An argument, if it was given.
fn given(values: &[Value], at: usize) -> Option<&Value> {
    values.get(at).filter(|value| **value != Value::Missing)
}

fn text_at(values: &[Value], at: usize) -> Result<String, RunError> {
    coerce::to_text(arg(values, at))
}

fn long_at(values: &[Value], at: usize) -> Result<i32, RunError> {
    coerce::to_long(arg(values, at))
}

fn long_or(values: &[Value], at: usize, default: i32) -> Result<i32, RunError> {
    given(values, at).map_or(Ok(default), coerce::to_long)
}

fn double_at(values: &[Value], at: usize) -> Result<f64, RunError> {
    coerce::to_double(arg(values, at))
}

fn double_or(values: &[Value], at: usize, default: f64) -> Result<f64, RunError> {
    given(values, at).map_or(Ok(default), coerce::to_double)
}

fn date_at(values: &[Value], at: usize, environment: &Environment) -> Result<f64, RunError> {
    coerce::to_date_at(arg(values, at), environment.now)
}

/// A count or length: error 5 when negative.
fn count_at(values: &[Value], at: usize) -> Result<usize, RunError> {
    usize::try_from(long_at(values, at)?).map_err(|_| errors::invalid_call())
}

/// The comparison an argument asks for (`vbBinaryCompare` 0, `vbTextCompare` 1, `vbDatabaseCompare` 2, -1 the module's).
fn compare_at(values: &[Value], at: usize, environment: &Environment) -> Result<Compare, RunError> {
    match long_or(values, at, -1)? {
        -1 => Ok(environment.compare),
        0 => Ok(Compare::Binary),
        1 => Ok(Compare::Text),
        2 => Ok(Compare::Database),
        _ => Err(errors::invalid_call()),
    }
}

/// Longest text a function makes, in code units: beyond it error 14.
const LONGEST_TEXT: usize = super::operators::LONGEST_TEXT / 2;

fn bounded(length: usize) -> Result<usize, RunError> {
    if length > LONGEST_TEXT { Err(errors::string_space()) } else { Ok(length) }
}
