//! The seam between workflows and the object models they talk to (Excel's, DAO's, the dialogs).
//! An object model owns its state on the host; the sandbox sees descriptors (`HostObject`) only.

use super::value::{Arguments, Assign, Fault, HostObject, RunError, Value};

/// One object model: answers for its own classes and global names, and says so when a name is not its own.
/// `Any`, so that the caller of a run gets its own model back with what the run did to it.
pub trait ObjectModel: std::any::Any {
    /// A name used without an object (`Range("A1")`, `ActiveSheet`, `ThisWorkbook`, `CurrentDb`, `Application`).
    /// `None`: not a global of this model; the caller asks the next one.
    fn global(&mut self, name: &str, arguments: &Arguments) -> Option<Result<Value, Fault>>;

    /// Whether a name is a global of this model, without asking for its value.
    fn knows(&self, _name: &str) -> bool {
        false
    }

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

    /// Tells the model which procedures the program has, so that it can ask for them: event procedures of the modules of its
    /// documents, and functions that formulas may call.
    fn introduce(&mut self, procedures: &[KnownProcedure]) {
        let _ = procedures;
    }

    /// The next procedure that something the code did has set off: an event that is due, or a function a formula needs.
    /// The caller runs it and hands back what became of it.
    fn next_call(&mut self, when: Moment) -> Option<Callback> {
        let _ = when;
        None
    }

    /// What became of a call: the arguments as the procedure left them, and its result or the error no handler took.
    fn called(&mut self, call: &Callback, arguments: &[Value], result: Result<Value, RunError>) {
        let _ = (call, arguments, result);
    }

    /// Whether a class answers to an interface or library name in `TypeOf x Is Name`.
    fn is_a(&self, object: &HostObject, name: &str) -> bool {
        object.class.eq_ignore_ascii_case(name)
    }
}

/// A procedure of the program, as object models look for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownProcedure {
    pub module: String,
    pub name: String,
    /// Whether it gives a value.
    pub function: bool,
}

/// When a model is asked for calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A member was answered: events are due.
    Done,
    /// A member was refused: the model may need the result of a function before it can answer.
    Refused,
    /// The code has ended: what is still to be computed for the listing.
    Ended,
}

/// A call of a procedure of the program by a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Callback {
    /// None: the function of that name in any standard module.
    pub module: Option<String>,
    pub procedure: String,
    pub arguments: Vec<Value>,
    pub kind: CallKind,
}

/// What a call is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallKind {
    /// An event: an error in it ends the run, because no code called it.
    Event,
    /// A function of a formula: an error in it is `#VALUE!`.
    Function,
}
