//! VBA's trappable errors: numbers and texts as `Err.Description` gives them.
//! Source of the table: Microsoft Learn, "Trappable errors" and the page of each error; DAO and Excel numbers from
//! their object model references. Knows nothing of handlers or of where an error arose.

use super::RunError;

/// What `Err.Source` is for an error of the language itself.
pub const LANGUAGE_SOURCE: &str = "VBAProject";

/// The text of a number that has none of its own.
pub const UNKNOWN: &str = "Application-defined or object-defined error";

/// (number, text), ascending.
const TEXTS: &[(i32, &str)] = &[
    (3, "Return without GoSub"),
    (5, "Invalid procedure call or argument"),
    (6, "Overflow"),
    (7, "Out of memory"),
    (9, "Subscript out of range"),
    (10, "This array is fixed or temporarily locked"),
    (11, "Division by zero"),
    (13, "Type mismatch"),
    (14, "Out of string space"),
    (16, "Expression too complex"),
    (17, "Can't perform requested operation"),
    (18, "User interrupt occurred"),
    (20, "Resume without error"),
    (28, "Out of stack space"),
    (35, "Sub or Function not defined"),
    (47, "Too many DLL application clients"),
    (48, "Error in loading DLL"),
    (49, "Bad DLL calling convention"),
    (51, "Internal error"),
    (52, "Bad file name or number"),
    (53, "File not found"),
    (54, "Bad file mode"),
    (55, "File already open"),
    (57, "Device I/O error"),
    (58, "File already exists"),
    (59, "Bad record length"),
    (61, "Disk full"),
    (62, "Input past end of file"),
    (63, "Bad record number"),
    (67, "Too many files"),
    (68, "Device unavailable"),
    (70, "Permission denied"),
    (71, "Disk not ready"),
    (74, "Can't rename with different drive"),
    (75, "Path/File access error"),
    (76, "Path not found"),
    (91, "Object variable or With block variable not set"),
    (92, "For loop not initialized"),
    (93, "Invalid pattern string"),
    (94, "Invalid use of Null"),
    (97, "Can not call friend function on object which is not an instance of defining class"),
    (
        98,
        "A property or method call cannot include a reference to a private object, either as an argument or as a return value",
    ),
    (298, "System DLL could not be loaded"),
    (320, "Can't use character device names in specified file names"),
    (321, "Invalid file format"),
    (322, "Can't create necessary temporary file"),
    (325, "Invalid format in resource file"),
    (327, "Data value named not found"),
    (328, "Illegal parameter; can't write arrays"),
    (335, "Could not access system registry"),
    (336, "Component not correctly registered"),
    (337, "Component not found"),
    (338, "Component did not run correctly"),
    (360, "Object already loaded"),
    (361, "Can't load or unload this object"),
    (363, "Control specified not found"),
    (364, "Object was unloaded"),
    (365, "Unable to unload within this context"),
    (368, "The specified file is out of date. This program requires a later version"),
    (371, "The specified object can't be used as an owner form for Show"),
    (380, "Invalid property value"),
    (381, "Invalid property-array index"),
    (382, "Property Set can't be executed at run time"),
    (383, "Property Set can't be used with a read-only property"),
    (385, "Need property-array index"),
    (387, "Property Set not permitted"),
    (393, "Property Get can't be executed at run time"),
    (394, "Property Get can't be executed on write-only property"),
    (400, "Form already displayed; can't show modally"),
    (402, "Code must close topmost modal form first"),
    (419, "Permission to use object denied"),
    (422, "Property not found"),
    (423, "Property or method not found"),
    (424, "Object required"),
    (425, "Invalid object use"),
    (429, "ActiveX component can't create object"),
    (430, "Class does not support Automation or does not support expected interface"),
    (432, "File name or class name not found during Automation operation"),
    (438, "Object doesn't support this property or method"),
    (440, "Automation error"),
    (442, "Connection to type library or object library for remote process has been lost"),
    (443, "Automation object does not have a default value"),
    (445, "Object doesn't support this action"),
    (446, "Object doesn't support named arguments"),
    (447, "Object doesn't support current locale setting"),
    (448, "Named argument not found"),
    (449, "Argument not optional"),
    (450, "Wrong number of arguments or invalid property assignment"),
    (451, "Property let procedure not defined and property get procedure did not return an object"),
    (452, "Invalid ordinal"),
    (453, "Specified DLL function not found"),
    (454, "Code resource not found"),
    (455, "Code resource lock error"),
    (457, "This key is already associated with an element of this collection"),
    (458, "Variable uses an Automation type not supported in Visual Basic"),
    (459, "Object or class does not support the set of events"),
    (460, "Invalid clipboard format"),
    (461, "Method or data member not found"),
    (462, "The remote server machine does not exist or is unavailable"),
    (463, "Class not registered on local machine"),
    (480, "Can't create AutoRedraw image"),
    (481, "Invalid picture"),
    (482, "Printer error"),
    (483, "Printer driver does not support specified property"),
    (484, "Problem getting printer information from the system. Make sure the printer is set up correctly"),
    (485, "Invalid picture type"),
    (486, "Can't print form image to this type of printer"),
    (520, "Can't empty Clipboard"),
    (521, "Can't open Clipboard"),
    (735, "Can't save file to TEMP directory"),
    (744, "Search text not found"),
    (746, "Replacements too long"),
    (31001, "Out of memory"),
    (31004, "No object"),
    (31018, "Class is not set"),
    (31027, "Unable to activate object"),
    (31032, "Unable to create embedded object"),
    (31036, "Error saving to file"),
    (31037, "Error loading from file"),
];

/// Errors of the object models rather than of the language; `Error(n)` does not know these.
const MODEL_TEXTS: &[(i32, &str)] = &[
    (3001, "Invalid argument."),
    (3020, "Update or CancelUpdate without AddNew or Edit."),
    (3021, "No current record."),
    (3061, "Too few parameters. Expected 1."),
    (
        3078,
        "The database engine cannot find the input table or query. Make sure it exists and that its name is spelled correctly.",
    ),
    (3219, "Invalid operation."),
    (3251, "Operation is not supported for this type of object."),
    (3265, "Item not found in this collection."),
    (3420, "Object invalid or no longer set."),
];

/// The text of a language error, as the function `Error(n)` gives it; `None` for numbers of other origin.
pub fn language_text(number: i32) -> Option<&'static str> {
    find(TEXTS, number)
}

/// The description an error gets when it is raised without one.
pub fn description(number: i32) -> &'static str {
    find(TEXTS, number).or_else(|| find(MODEL_TEXTS, number)).unwrap_or(UNKNOWN)
}

fn find(table: &'static [(i32, &'static str)], number: i32) -> Option<&'static str> {
    let at = table.binary_search_by_key(&number, |entry| entry.0).ok()?;
    table.get(at).map(|entry| entry.1)
}

/// Any error by number, with its own text.
pub fn raise(number: i32) -> RunError {
    described(number, description(number))
}

/// An error with a text of its own (`Err.Raise n, , text`; object models that say more).
pub fn described(number: i32, description: impl Into<String>) -> RunError {
    RunError { number, description: description.into(), source: LANGUAGE_SOURCE.to_owned() }
}

macro_rules! constructors {
    ($($(#[$doc:meta])* $name:ident = $number:literal;)*) => {
        $($(#[$doc])* pub fn $name() -> RunError { raise($number) })*
    };
}

constructors! {
    /// 5: an argument outside what a function accepts.
    invalid_call = 5;
    /// 6: a number outside its type, and 0/0.
    overflow = 6;
    /// 7: a string or array too large for the limits of this engine.
    out_of_memory = 7;
    /// 9: an index outside the bounds, a missing member of a collection, an array without dimensions.
    subscript = 9;
    /// 10: `ReDim` of a fixed array or of one in use.
    array_locked = 10;
    /// 11: division by zero.
    zero_division = 11;
    /// 13: a value that does not convert.
    mismatch = 13;
    /// 14: out of string space.
    string_space = 14;
    /// 20: `Resume` outside a handler.
    resume_without_error = 20;
    /// 28: calls nested too deep.
    stack_space = 28;
    /// 35: a procedure that does not exist.
    not_defined = 35;
    /// 48: a DLL that cannot be loaded.
    dll_load = 48;
    /// 52: a file number or name that is not one.
    bad_file = 52;
    /// 53: a file that is not there.
    file_not_found = 53;
    /// 58: a file that is already there.
    file_exists = 58;
    /// 62: reading past the end.
    past_end = 62;
    /// 70: permission denied.
    permission = 70;
    /// 75: a path that cannot be used so.
    path_access = 75;
    /// 76: a folder that is not there.
    path_not_found = 76;
    /// 91: a member of `Nothing`.
    object_not_set = 91;
    /// 92: `For` not initialised.
    for_not_initialized = 92;
    /// 93: a `Like` pattern with an open bracket or a backward range.
    invalid_pattern = 93;
    /// 94: Null where a value is required.
    null_use = 94;
    /// 380: a property does not accept this value.
    invalid_property = 380;
    /// 381: an index of a property out of range.
    property_index = 381;
    /// 383: a read-only property.
    read_only = 383;
    /// 424: something that is no object where one is required.
    object_required = 424;
    /// 429: `CreateObject` of a class that is not available.
    cannot_create = 429;
    /// 430: a class without the interface asked for.
    no_automation = 430;
    /// 432: `GetObject` of a file or class that is not there.
    automation_name = 432;
    /// 438: a member the object does not have.
    no_member = 438;
    /// 440: an error of the automation layer.
    automation = 440;
    /// 446: named arguments where the member takes none.
    no_named_arguments = 446;
    /// 448: a named argument the procedure does not have.
    unknown_argument = 448;
    /// 449: a required argument is missing.
    argument_missing = 449;
    /// 450: too many arguments.
    argument_count = 450;
    /// 451: an index applied to something that is no collection.
    not_a_collection = 451;
    /// 457: a key used twice.
    duplicate_key = 457;
    /// 458: a type that Visual Basic does not have.
    unsupported_type = 458;
    /// 1004: what Excel raises for most failures.
    application_defined = 1004;
    /// 3021: DAO and ADO, a recordset that is not on a record.
    no_current_record = 3021;
}
