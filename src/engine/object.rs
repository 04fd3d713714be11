//! The seam between workflows and the object models they talk to (Excel's, DAO's, the dialogs).
//! An object model owns its state on the host; the sandbox sees descriptors (`HostObject`) only.

use super::value::{Arguments, Assign, Fault, HostObject, Value};

/// One object model: answers for its own classes and global names, and says so when a name is not its own.
/// `Any`, so that the caller of a run gets its own model back with what the run did to it.
pub trait ObjectModel: std::any::Any {
    /// A name used without an object (`Range("A1")`, `ActiveSheet`, `ThisWorkbook`, `CurrentDb`, `Application`).
    /// `None`: not a global of this model; the caller asks the next one.
    fn global(&mut self, name: &str, arguments: &Arguments) -> Option<Result<Value, Fault>>;

    /// An assignment to such a name (`ActiveCell = 3`, `Cells(1, 1) = 3` go through their default member instead).
    fn put_global(&mut self, name: &str, arguments: &Arguments, value: &Value, by: Assign)
    -> Option<Result<(), Fault>>;

    /// Whether descriptors of this class belong to this model.
    fn owns(&self, class: &str) -> bool;

    /// A property read or a method call (VBA does not tell them apart); names compare without case.
    /// The empty name is the default member (`Range` → its value; `Sheets(1)` → an item).
    fn get(&mut self, object: &HostObject, member: &str, arguments: &Arguments) -> Result<Value, Fault>;

    /// A property write; the empty name is the default member.
    fn put(
        &mut self,
        object: &HostObject,
        member: &str,
        arguments: &Arguments,
        value: &Value,
        by: Assign,
    ) -> Result<(), Fault>;

    /// The items `For Each` visits, in order.
    fn items(&mut self, object: &HostObject) -> Result<Vec<Value>, Fault>;

    /// Whether a class answers to an interface or library name in `TypeOf x Is Name`.
    fn is_a(&self, object: &HostObject, name: &str) -> bool {
        object.class.eq_ignore_ascii_case(name)
    }
}
