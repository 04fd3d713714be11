//! The form of a class's member table: one row per member with its grade, and the functions that read and write it. Dispatch
//! and the coverage report both read these tables, so that what is listed is what runs.

use super::excel::Excel;
use super::fault::{Answer, Done, no_member, no_named_argument, wrong_arguments};
use crate::engine::value::{Arguments, Object, Value};

/// How close a member is to Excel's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Grade {
    /// As documented.
    Exact,
    /// Remembered but without effect, or simplified; the member's docstring or table says where.
    Approximate,
    /// Nothing happens here that a workflow could observe (`ScreenUpdating`).
    Noop,
    /// Ends the run as refused when reached.
    Refused,
}

pub const EXACT: Grade = Grade::Exact;
pub const ABOUT: Grade = Grade::Approximate;
pub const NOOP: Grade = Grade::Noop;
pub const REFUSED: Grade = Grade::Refused;

impl Grade {
    /// The word used in reports.
    pub fn text(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Approximate => "approximate",
            Self::Noop => "noop",
            Self::Refused => "refused",
        }
    }
}

pub type Read<T> = fn(&mut Excel, &T, &Arguments) -> Answer;
pub type Write<T> = fn(&mut Excel, &T, &Arguments, &Value) -> Done;

/// One member of a class whose descriptors decode to `T`.
pub struct Member<T: ?Sized + 'static> {
    pub name: &'static str,
    pub grade: Grade,
    pub read: Option<Read<T>>,
    pub write: Option<Write<T>>,
    /// Takes no arguments itself: any that are given index the object it answers with (`UsedRange(2, 1)`).
    pub indexed: bool,
}

/// A method or a read-only property with arguments of its own.
pub const fn call<T: ?Sized>(name: &'static str, grade: Grade, read: Read<T>) -> Member<T> {
    Member { name, grade, read: Some(read), write: None, indexed: false }
}

/// A property without arguments that answers with an object.
pub const fn part<T: ?Sized>(name: &'static str, grade: Grade, read: Read<T>) -> Member<T> {
    Member { name, grade, read: Some(read), write: None, indexed: true }
}

/// A property that can be read and written.
pub const fn property<T: ?Sized>(name: &'static str, grade: Grade, read: Read<T>, write: Write<T>) -> Member<T> {
    Member { name, grade, read: Some(read), write: Some(write), indexed: false }
}

/// Reads a member by its table; error 438 when the class has none of that name.
pub fn read_member<T: ?Sized>(
    table: &[Member<T>],
    excel: &mut Excel,
    target: &T,
    member: &str,
    arguments: &Arguments,
) -> Answer {
    let found = table.iter().find(|m| m.name.eq_ignore_ascii_case(member)).ok_or_else(no_member)?;
    let read = found.read.ok_or_else(no_member)?;
    if !found.indexed || (arguments.positional.is_empty() && arguments.named.is_empty()) {
        return read(excel, target, arguments);
    }
    match read(excel, target, &Arguments::default())? {
        Value::Object(Object::Host(object)) => excel.read(&object, "", arguments),
        _ => Err(wrong_arguments()),
    }
}

/// Writes a member by its table; error 438 when there is none, or it cannot be written.
pub fn write_member<T: ?Sized>(
    table: &[Member<T>],
    excel: &mut Excel,
    target: &T,
    member: &str,
    arguments: &Arguments,
    value: &Value,
) -> Done {
    let found = table.iter().find(|m| m.name.eq_ignore_ascii_case(member)).ok_or_else(no_member)?;
    if let Some(write) = found.write {
        return write(excel, target, arguments, value);
    }
    // `Range("A1").Cells(2) = 3` and `UsedRange = 1` write the default member of the object that is read.
    match read_member(table, excel, target, member, arguments)? {
        Value::Object(Object::Host(object)) => excel.write(&object, "", &Arguments::default(), value),
        _ => Err(no_member()),
    }
}

/// The arguments in the order of the parameters; omitted ones are none.
/// Errors: 450 for too many, 448 for a name the member does not have.
pub fn bind<'a, const N: usize>(
    arguments: &'a Arguments,
    names: [&str; N],
) -> Result<[Option<&'a Value>; N], crate::engine::value::Fault> {
    let mut bound = [None; N];
    if arguments.positional.len() > N {
        return Err(wrong_arguments());
    }
    for (slot, value) in bound.iter_mut().zip(&arguments.positional) {
        *slot = Some(value);
    }
    for (name, value) in &arguments.named {
        let at = names.iter().position(|known| known.eq_ignore_ascii_case(name));
        let slot = at.and_then(|at| bound.get_mut(at)).ok_or_else(no_named_argument)?;
        *slot = Some(value);
    }
    Ok(bound.map(|value| value.filter(|v| **v != Value::Missing)))
}
