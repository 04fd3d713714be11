//! The errors of the database engine, with the numbers and texts of DAO.
//! Source: Microsoft Learn, "Trappable Microsoft Jet and DAO errors". Texts name objects, never values of rows.

use crate::engine::value::{Fault, RunError, errors};

/// What `Err.Source` is for an error of the database engine.
const SOURCE: &str = "DAO.Database";

fn dao(number: i32, text: impl Into<String>) -> RunError {
    RunError { source: SOURCE.to_owned(), ..errors::described(number, text) }
}

/// 3020: `Update` without `AddNew` or `Edit`.
pub(super) fn no_edit() -> RunError {
    dao(3020, "Update or CancelUpdate without AddNew or Edit.")
}

/// 3021: the recordset stands before its first or behind its last record.
pub(super) fn no_record() -> RunError {
    dao(3021, "No current record.")
}

/// 3022: a second row with the same primary key.
pub(super) fn duplicate() -> RunError {
    dao(
        3022,
        "The changes you requested to the table were not successful because they would create duplicate values in the \
         index, primary key, or relationship. Change the data in the field or fields that contain duplicate data, \
         remove the index, or redefine the index to permit duplicate entries and try again.",
    )
}

/// 3027: a recordset whose rows are not rows of one table.
pub(super) fn not_updatable() -> RunError {
    dao(3027, "Cannot update. Database or object is read-only.")
}

/// 3034: the end of a transaction that never began.
pub(super) fn no_transaction() -> RunError {
    dao(3034, "You tried to commit or rollback a transaction without first beginning a transaction.")
}

/// 3035: more rows or work than a run may take.
pub(super) fn resources() -> RunError {
    dao(3035, "System resource exceeded.")
}

/// 3058: Null in a primary key.
pub(super) fn null_key() -> RunError {
    dao(3058, "Index or primary key cannot contain a Null value.")
}

/// 3061: names that are neither columns nor parameters with a value.
pub(super) fn parameters(expected: usize) -> RunError {
    dao(3061, format!("Too few parameters. Expected {expected}."))
}

/// 3073: the target cannot be updated.
pub(super) fn update_query() -> RunError {
    dao(3073, "Operation must use an updateable query.")
}

/// 3065: `Execute` of a query that selects.
pub(super) fn select_executed() -> RunError {
    dao(3065, "Cannot execute a select query.")
}

/// 3075: an expression or statement that cannot be read.
pub(super) fn syntax(notice: &crate::lang::sql::Notice) -> RunError {
    dao(3075, format!("Syntax error in query expression: {notice}."))
}

/// 3078: a table or query that does not exist.
pub(super) fn unknown_table(name: &str) -> RunError {
    dao(
        3078,
        format!(
            "The database engine cannot find the input table or query '{name}'. Make sure it exists and that its name \
             is spelled correctly."
        ),
    )
}

/// 3079: a column that several tables have.
pub(super) fn ambiguous(name: &str) -> RunError {
    dao(
        3079,
        format!(
            "The specified field '{name}' could refer to more than one table listed in the FROM clause of your SQL \
             statement."
        ),
    )
}

/// 3085: a function the engine does not have.
pub(super) fn unknown_function(name: &str) -> RunError {
    dao(3085, format!("Undefined function '{name}' in expression."))
}

/// 3102: queries that use each other.
pub(super) fn circular(name: &str) -> RunError {
    dao(3102, format!("Circular reference caused by '{name}'."))
}

/// 3122: a column beside aggregates that no group has.
pub(super) fn not_grouped() -> RunError {
    dao(
        3122,
        "You tried to execute a query that does not include the specified expression as part of an aggregate function.",
    )
}

/// 3127: an `INSERT` into a column the table does not have.
pub(super) fn unknown_column(name: &str) -> RunError {
    dao(3127, format!("The INSERT INTO statement contains the following unknown field name: '{name}'."))
}

/// 3128: a `DELETE` over several tables that names none.
pub(super) fn delete_target() -> RunError {
    dao(3128, "Specify the table containing the records you want to delete.")
}

/// 3163: text longer than its column.
pub(super) fn too_long() -> RunError {
    dao(
        3163,
        "The field is too small to accept the amount of data you attempted to add. Try inserting or pasting less data.",
    )
}

/// 3167: the record under the cursor is gone.
pub(super) fn deleted() -> RunError {
    dao(3167, "Record is deleted.")
}

/// 3190: more columns than a table may have.
pub(super) fn too_many_columns() -> RunError {
    dao(3190, "Too many fields defined.")
}

/// 3219: a method that does not fit the kind or state of its object.
pub(super) fn invalid_operation() -> RunError {
    dao(3219, "Invalid operation.")
}

/// 3265: a name or number that a collection does not have.
pub(super) fn no_item() -> RunError {
    dao(3265, "Item not found in this collection.")
}

/// 3314: Null in a required column.
pub(super) fn required(table: &str, field: &str) -> RunError {
    dao(
        3314,
        format!(
            "The field '{table}.{field}' cannot contain a Null value because the Required property for this field is \
             set to True. Enter a value in this field."
        ),
    )
}

/// 3346: more or fewer values than columns.
pub(super) fn value_count() -> RunError {
    dao(3346, "Number of query values and destination fields are not the same.")
}

/// 3354: a sub-query with several rows where one value is needed.
pub(super) fn several_rows() -> RunError {
    dao(3354, "At most one record can be returned by this subquery.")
}

/// 3307: parts of a union with different numbers of columns.
pub(super) fn union_columns() -> RunError {
    dao(3307, "The number of columns in the two selected tables or queries of a union query do not match.")
}

/// 3360: expressions and queries within each other too deep.
pub(super) fn too_complex() -> RunError {
    dao(3360, "Query is too complex.")
}

/// 3420: an object that was closed.
pub(super) fn closed() -> RunError {
    dao(3420, "Object invalid or no longer set.")
}

/// 3421: a value that a column cannot take.
pub(super) fn conversion() -> RunError {
    dao(3421, "Data type conversion error.")
}

/// 3464: text compared with a number or a date.
pub(super) fn criteria_mismatch() -> RunError {
    dao(3464, "Data type mismatch in criteria expression.")
}

/// 3010, 3012: a table or query of this name is there.
pub(super) fn exists(name: &str) -> RunError {
    dao(3010, format!("Table '{name}' already exists."))
}

/// 3251: a method the kind of recordset does not have.
pub(super) fn not_supported() -> RunError {
    dao(3251, "Operation is not supported for this type of object.")
}

/// A statement that was recognised and is not run here: ends the run, never a wrong result.
pub(super) fn refused(what: &str) -> Fault {
    Fault::Refused { capability: "database".to_owned(), reason: format!("{what} is not run by this engine") }
}
