//! The run-time errors Excel's object model raises, with its texts, and the refusals of what is not offered here.
//! Texts as Excel shows them (Microsoft, "Error messages" of the VBA language reference, and 1004 as observed).

use crate::engine::value::{Fault, RunError, Value};

/// What a property read or a method gives.
pub type Answer = Result<Value, Fault>;
/// What a property write gives.
pub type Done = Result<(), Fault>;

/// "Application-defined or object-defined error" and Excel's own messages share this number.
pub const APPLICATION_ERROR: i32 = 1004;
pub const OUT_OF_MEMORY: i32 = 7;
pub const SUBSCRIPT: i32 = 9;
pub const TYPE_MISMATCH: i32 = 13;
pub const OBJECT_NOT_SET: i32 = 91;
pub const OBJECT_REQUIRED: i32 = 424;
pub const NO_MEMBER: i32 = 438;
pub const NO_NAMED_ARGUMENT: i32 = 448;
pub const WRONG_ARGUMENTS: i32 = 450;

/// An error VBA code can handle, from the application named.
fn raise(number: i32, source: &str, description: impl Into<String>) -> Fault {
    Fault::Raised(RunError { number, description: description.into(), source: source.to_owned() })
}

/// 1004 with Excel's own words.
pub fn excel(description: impl Into<String>) -> Fault {
    raise(APPLICATION_ERROR, "Microsoft Excel", description)
}

/// 1004, "Method 'Range' of object '_Worksheet' failed".
pub fn method(member: &str, object: &str) -> Fault {
    excel(format!("Method '{member}' of object '{object}' failed"))
}

/// 1004, "Select method of Range class failed".
pub fn class_method(member: &str, class: &str) -> Fault {
    excel(format!("{member} method of {class} class failed"))
}

/// 1004, "Unable to set the Hidden property of the Range class".
pub fn unable_to_set(member: &str, class: &str) -> Fault {
    excel(format!("Unable to set the {member} property of the {class} class"))
}

/// 1004, "Unable to get the VLookup property of the WorksheetFunction class".
pub fn unable_to_get(member: &str, class: &str) -> Fault {
    excel(format!("Unable to get the {member} property of the {class} class"))
}

/// 1004, what Excel says when it has no better message.
pub fn undefined() -> Fault {
    excel("Application-defined or object-defined error")
}

pub fn subscript() -> Fault {
    raise(SUBSCRIPT, "VBAProject", "Subscript out of range")
}

pub fn mismatch() -> Fault {
    raise(TYPE_MISMATCH, "VBAProject", "Type mismatch")
}

pub fn out_of_memory() -> Fault {
    raise(OUT_OF_MEMORY, "VBAProject", "Out of memory")
}

pub fn not_set() -> Fault {
    raise(OBJECT_NOT_SET, "VBAProject", "Object variable or With block variable not set")
}

pub fn object_required() -> Fault {
    raise(OBJECT_REQUIRED, "VBAProject", "Object required")
}

pub fn no_member() -> Fault {
    raise(NO_MEMBER, "VBAProject", "Object doesn't support this property or method")
}

pub fn no_named_argument() -> Fault {
    raise(NO_NAMED_ARGUMENT, "VBAProject", "Named argument not found")
}

pub fn wrong_arguments() -> Fault {
    raise(WRONG_ARGUMENTS, "VBAProject", "Wrong number of arguments or invalid property assignment")
}

/// Ends the run: what is not offered must never be silently wrong, so VBA cannot catch it.
pub fn refused(capability: &str, reason: impl Into<String>) -> Fault {
    Fault::Refused { capability: capability.to_owned(), reason: reason.into() }
}
