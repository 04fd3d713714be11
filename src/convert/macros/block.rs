//! The blocks and actions of data macros over recordsets. What a table's event says about the record that changed has no
//! counterpart outside of the event, and is refused.

use crate::lang::macros::Statement;

use super::{Writer, expression};

/// Events of tables, as [MS-AXL] names them.
pub(super) fn is_table_event(name: &str) -> bool {
    ["AfterInsert", "AfterUpdate", "AfterDelete", "BeforeChange", "BeforeDelete"].contains(&name)
}

/// A setting of a block, in any of its spellings.
fn setting<'d>(data: &'d [(String, String)], name: &str) -> &'d str {
    data.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value.as_str())
}

pub(super) fn write(writer: &mut Writer, kind: &str, data: &[(String, String)], statements: &[Statement]) {
    let reference = setting(data, "Reference").trim().trim_matches(['[', ']']).to_string();
    let alias = Some(setting(data, "Alias")).filter(|alias| !alias.is_empty()).unwrap_or(&reference).to_string();
    match kind {
        "ForEachRecord" | "LookUpRecord" => {
            if let Err(reason) = each(writer, kind, (&reference, &alias), data, statements) {
                writer.refuse(&format!("{kind}: {reason}"));
            }
        }
        "CreateRecord" => {
            let recordset = opened(writer, &expression::quoted(&reference));
            writer.line(&format!("{recordset}.AddNew"));
            within(writer, alias, &recordset, statements);
            writer.line(&format!("{recordset}.Update"));
            writer.line(&format!("{recordset}.Close"));
        }
        "EditRecord" => match writer.records.last().cloned() {
            Some((_, recordset)) => {
                writer.line(&format!("{recordset}.Edit"));
                writer.statements(statements);
                writer.line(&format!("{recordset}.Update"));
            }
            None => writer.refuse("EditRecord: it edits the record whose change started it"),
        },
        other => writer.refuse(&format!("the block {other} is not known")),
    }
}

fn opened(writer: &mut Writer, source: &str) -> String {
    writer.recordsets += 1;
    let recordset = format!("records{}", writer.recordsets);
    writer.line(&format!("Dim {recordset} As DAO.Recordset"));
    writer.line(&format!("Set {recordset} = CurrentDb.OpenRecordset({source}, 2)"));
    recordset
}

fn within(writer: &mut Writer, alias: String, recordset: &str, statements: &[Statement]) {
    writer.records.push((alias, recordset.to_string()));
    writer.inner(|writer| writer.statements(statements));
    writer.records.pop();
}

fn each(
    writer: &mut Writer,
    kind: &str,
    (reference, alias): (&str, &str),
    data: &[(String, String)],
    statements: &[Statement],
) -> Result<(), String> {
    if reference.is_empty() {
        return Err(String::from("its records are not named"));
    }
    let condition = setting(data, "WhereCondition").trim().trim_start_matches('=').trim();
    if !condition.is_empty() && !writer.records.is_empty() {
        return Err(String::from("its condition stands inside another block, whose record it may mean"));
    }
    if !condition.is_empty() && writer.event.is_some() {
        return Err(String::from("its condition may mean the record whose change started it"));
    }
    let is_sql = reference.get(..7).is_some_and(|word| word.eq_ignore_ascii_case("SELECT "));
    let source = match (is_sql, condition.is_empty()) {
        (true, true) => expression::quoted(reference),
        (true, false) => return Err(String::from("it filters a query that is written out")),
        (false, true) => expression::quoted(&format!("SELECT * FROM [{reference}] AS [{alias}]")),
        (false, false) => expression::quoted(&format!("SELECT * FROM [{reference}] AS [{alias}] WHERE {condition}")),
    };
    let recordset = opened(writer, &source);
    let (open, close) = if kind == "ForEachRecord" {
        (format!("Do Until {recordset}.EOF"), "Loop")
    } else {
        (format!("If Not {recordset}.EOF Then"), "End If")
    };
    writer.line(&open);
    within(writer, alias.to_string(), &recordset, statements);
    if kind == "ForEachRecord" {
        writer.inner(|writer| writer.line(&format!("{recordset}.MoveNext")));
    }
    writer.line(close);
    writer.line(&format!("{recordset}.Close"));
    Ok(())
}

/// An action that only data macros have, as a line.
pub(super) fn action<'g>(writer: &Writer, name: &str, given: &dyn Fn(&str) -> &'g str) -> Result<String, String> {
    let value = |name: &str| expression::value(given(name).trim().trim_start_matches('='), writer);
    Ok(match name {
        "SetField" => {
            let field = given("Field").trim();
            let (owner, field) = field.rsplit_once('.').map_or((None, field), |(owner, field)| (Some(owner), field));
            let wanted = owner.map(|owner| owner.trim_matches(['[', ']']));
            let record = match wanted {
                Some(owner) => writer.records.iter().rev().find(|(known, _)| known.eq_ignore_ascii_case(owner)),
                None => writer.records.last(),
            };
            let (_, recordset) = record.ok_or("it sets a field of the record whose change started it")?;
            format!("{recordset}![{}] = {}", field.trim_matches(['[', ']']), value("Value")?)
        }
        "DeleteRecord" => {
            let (_, recordset) = writer.records.last().ok_or("it deletes the record whose change started it")?;
            format!("{recordset}.Delete")
        }
        "ExitForEachRecord" => String::from("Exit Do"),
        "RaiseError" => {
            format!("Err.Raise {}, , {}", value("Number")?, expression::text_or_value(given("Description"), writer)?)
        }
        "SetReturnVar" => format!("TempVars.Add {}, {}", expression::quoted(given("Name")), value("Value")?),
        "ClearReturnVars" => String::from("TempVars.RemoveAll"),
        "LogEvent" => format!("Debug.Print {}", expression::text_or_value(given("Description"), writer)?),
        _ => return Err(String::from("it undoes the change that started it")),
    })
}
