//! Actions as statements. Those that touch data, variables, people and the flow have statements of their own; the others
//! are methods of `DoCmd` of the same arguments. Names and places of arguments: Microsoft Learn, "Macro actions".

use crate::lang::macros::Argument;

use super::{Writer, expression, identifier, procedure_named};

/// An action: its name since Access 2010, the name SaveAsText writes and `DoCmd` has, its arguments in order.
struct Known {
    name: &'static str,
    method: &'static str,
    arguments: &'static [&'static str],
}

const fn known(name: &'static str, method: &'static str, arguments: &'static [&'static str]) -> Known {
    Known { name, method, arguments }
}

#[rustfmt::skip]
const ACTIONS: &[Known] = &[
    known("ApplyFilter", "ApplyFilter", &["FilterName", "WhereCondition", "ControlName"]),
    known("Beep", "Beep", &[]),
    known("BrowseTo", "BrowseTo", &["ObjectType", "ObjectName", "PathToSubformControl", "WhereCondition", "Page", "DataMode"]),
    known("CancelEvent", "CancelEvent", &[]),
    known("ClearMacroError", "ClearMacroError", &[]),
    known("CloseDatabase", "CloseDatabase", &[]),
    known("CloseWindow", "Close", &["ObjectType", "ObjectName", "Save"]),
    known("CopyObject", "CopyObject", &["DestinationDatabase", "NewName", "SourceObjectType", "SourceObjectName"]),
    known("DeleteObject", "DeleteObject", &["ObjectType", "ObjectName"]),
    known("DisplayHourglassPointer", "Hourglass", &["HourglassOn"]),
    known("EMailDatabaseObject", "SendObject", &["ObjectType", "ObjectName", "OutputFormat", "To", "Cc", "Bcc", "Subject", "MessageText", "EditMessage", "TemplateFile"]),
    known("Echo", "Echo", &["EchoOn", "StatusBarText"]),
    known("ExportWithFormatting", "OutputTo", &["ObjectType", "ObjectName", "OutputFormat", "OutputFile", "AutoStart", "TemplateFile", "Encoding", "OutputQuality"]),
    known("FindNextRecord", "FindNext", &[]),
    known("FindRecord", "FindRecord", &["FindWhat", "Match", "MatchCase", "Search", "SearchAsFormatted", "OnlyCurrentField", "FindFirst"]),
    known("GoToControl", "GoToControl", &["ControlName"]),
    known("GoToPage", "GoToPage", &["PageNumber", "Right", "Down"]),
    known("GoToRecord", "GoToRecord", &["ObjectType", "ObjectName", "Record", "Offset"]),
    known("ImportExportData", "TransferDatabase", &["TransferType", "DatabaseType", "DatabaseName", "ObjectType", "Source", "Destination", "StructureOnly"]),
    known("ImportExportSpreadsheet", "TransferSpreadsheet", &["TransferType", "SpreadsheetType", "TableName", "FileName", "HasFieldNames", "Range"]),
    known("ImportExportText", "TransferText", &["TransferType", "SpecificationName", "TableName", "FileName", "HasFieldNames", "HTMLTableName", "CodePage"]),
    known("MaximizeWindow", "Maximize", &[]),
    known("MessageBox", "MsgBox", &["Message", "Beep", "Type", "Title"]),
    known("MinimizeWindow", "Minimize", &[]),
    known("MoveAndSizeWindow", "MoveSize", &["Right", "Down", "Width", "Height"]),
    known("OnError", "OnError", &["Goto", "MacroName"]),
    known("OpenForm", "OpenForm", &["FormName", "View", "FilterName", "WhereCondition", "DataMode", "WindowMode"]),
    known("OpenQuery", "OpenQuery", &["QueryName", "View", "DataMode"]),
    known("OpenReport", "OpenReport", &["ReportName", "View", "FilterName", "WhereCondition", "WindowMode"]),
    known("OpenTable", "OpenTable", &["TableName", "View", "DataMode"]),
    known("PrintOut", "PrintOut", &["PrintRange", "PageFrom", "PageTo", "PrintQuality", "Copies", "CollateCopies"]),
    known("QuitAccess", "Quit", &["Options"]),
    known("RefreshRecord", "RefreshRecord", &[]),
    known("RemoveAllTempVars", "RemoveAllTempVars", &[]),
    known("RemoveTempVar", "RemoveTempVar", &["Name"]),
    known("RenameObject", "Rename", &["NewName", "ObjectType", "OldName"]),
    known("RepaintObject", "RepaintObject", &["ObjectType", "ObjectName"]),
    known("Requery", "Requery", &["ControlName"]),
    known("RestoreWindow", "Restore", &[]),
    known("RunApplication", "RunApp", &["CommandLine"]),
    known("RunCode", "RunCode", &["FunctionName"]),
    known("RunDataMacro", "RunDataMacro", &["MacroName"]),
    known("RunMacro", "RunMacro", &["MacroName", "RepeatCount", "RepeatExpression"]),
    known("RunMenuCommand", "RunCommand", &["Command"]),
    known("RunSQL", "RunSQL", &["SQLStatement", "UseTransaction"]),
    known("RunSavedImportExport", "RunSavedImportExport", &["SavedImportExportName"]),
    known("SaveObject", "Save", &["ObjectType", "ObjectName"]),
    known("SearchForRecord", "SearchForRecord", &["ObjectType", "ObjectName", "Record", "WhereCondition"]),
    known("SelectObject", "SelectObject", &["ObjectType", "ObjectName", "InNavigationPane"]),
    known("SendKeys", "SendKeys", &["Keystrokes", "Wait"]),
    known("SetLocalVar", "SetLocalVar", &["Name", "Expression"]),
    known("SetProperty", "SetProperty", &["ControlName", "Property", "Value"]),
    known("SetTempVar", "SetTempVar", &["Name", "Expression"]),
    known("SetValue", "SetValue", &["Item", "Expression"]),
    known("SetWarnings", "SetWarnings", &["WarningsOn"]),
    known("ShowAllRecords", "ShowAllRecords", &[]),
    known("StopAllMacros", "StopAllMacros", &[]),
    known("StopMacro", "StopMacro", &[]),
    // Data macros.
    known("CancelRecordChange", "CancelRecordChange", &[]),
    known("ClearReturnVars", "ClearReturnVars", &[]),
    known("DeleteRecord", "DeleteRecord", &["RecordAlias"]),
    known("ExitForEachRecord", "ExitForEachRecord", &[]),
    known("LogEvent", "LogEvent", &["Description"]),
    known("RaiseError", "RaiseError", &["Number", "Description"]),
    known("SetField", "SetField", &["Field", "Value"]),
    known("SetReturnVar", "SetReturnVar", &["Name", "Value"]),
];

/// Boxes of `MsgBox` by the words of markup and the numbers of the grid.
const BOXES: &[(&str, &str, i32)] =
    &[("None", "0", 0), ("Critical", "1", 16), ("Warning?", "2", 32), ("Warning!", "3", 48), ("Information", "4", 64)];

/// The arguments of one action by their names.
struct Given<'a> {
    action: &'a Known,
    arguments: &'a [Argument],
}

impl Given<'_> {
    fn text(&self, name: &str) -> &str {
        let place = self.action.arguments.iter().position(|known| known.eq_ignore_ascii_case(name));
        let named =
            self.arguments.iter().find(|one| one.name.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(name)));
        let placed = || self.arguments.get(place?).filter(|one| one.name.is_none());
        named.or_else(placed).map_or("", |one| one.value.as_str())
    }

    /// `Yes`, `True`, `-1`: on.
    fn is_on(&self, name: &str) -> bool {
        matches!(self.text(name).trim().to_ascii_lowercase().as_str(), "yes" | "true" | "-1" | "1" | "on")
    }
}

pub(super) fn write(writer: &mut Writer, name: &str, arguments: &[Argument]) {
    let found =
        ACTIONS.iter().find(|known| known.name.eq_ignore_ascii_case(name) || known.method.eq_ignore_ascii_case(name));
    let Some(action) = found else {
        return writer.refuse(&format!("{name} is no action this conversion knows"));
    };
    let given = Given { action, arguments };
    if let Err(reason) = statement(writer, &given) {
        writer.refuse(&format!("{}: {reason}", action.name));
    }
}

fn statement(writer: &mut Writer, given: &Given) -> Result<(), String> {
    let line = match given.action.name {
        "Beep" => String::from("Beep"),
        "MessageBox" => message(writer, given)?,
        "SetTempVar" => format!(
            "TempVars.Add {}, {}",
            expression::quoted(given.text("Name")),
            expression::value(given.text("Expression").trim_start_matches('='), writer)?
        ),
        "RemoveTempVar" => format!("TempVars.Remove {}", expression::quoted(given.text("Name"))),
        "RemoveAllTempVars" => String::from("TempVars.RemoveAll"),
        "SetLocalVar" => format!(
            "{} = {}",
            identifier(given.text("Name")),
            expression::value(given.text("Expression").trim_start_matches('='), writer)?
        ),
        "SetValue" => format!(
            "{} = {}",
            expression::value(given.text("Item").trim_start_matches('='), writer)?,
            expression::value(given.text("Expression").trim_start_matches('='), writer)?
        ),
        "StopMacro" => String::from("Exit Function"),
        "StopAllMacros" => String::from("End"),
        "ClearMacroError" => String::from("Err.Clear"),
        "SetWarnings" => format!("DoCmd.SetWarnings {}", switch(given, "WarningsOn")),
        "Echo" => format!("DoCmd.Echo {}", switch(given, "EchoOn")),
        "DisplayHourglassPointer" => format!("DoCmd.Hourglass {}", switch(given, "HourglassOn")),
        "RunSQL" => format!("DoCmd.RunSQL {}", expression::text_or_value(given.text("SQLStatement"), writer)?),
        "OpenQuery" => format!("DoCmd.OpenQuery {}", expression::text_or_value(given.text("QueryName"), writer)?),
        "RunCode" => format!("Call {}", called(given.text("FunctionName"), writer)?),
        "RunMacro" => return run_macro(writer, given),
        "RunDataMacro" => {
            let wanted = given.text("MacroName");
            let target = procedure_named(wanted, writer.known);
            format!("Call {}", target.ok_or_else(|| format!("the data macro {wanted} was not read"))?)
        }
        "OnError" => return on_error(writer, given),
        "SetField" | "RaiseError" | "SetReturnVar" | "DeleteRecord" | "ExitForEachRecord" | "LogEvent"
        | "ClearReturnVars" | "CancelRecordChange" => {
            super::block::action(writer, given.action.name, &|name| given.text(name))?
        }
        _ => method(writer, given)?,
    };
    writer.line(&line);
    Ok(())
}

fn switch(given: &Given, name: &str) -> &'static str {
    if given.is_on(name) { "True" } else { "False" }
}

fn message(writer: &Writer, given: &Given) -> Result<String, String> {
    let kind = given.text("Type").trim();
    let number = BOXES.iter().find(|(word, number, _)| *word == kind || *number == kind).map_or(0, |(_, _, vba)| *vba);
    let mut line = format!("MsgBox {}", expression::text_or_value(given.text("Message"), writer)?);
    let title = given.text("Title");
    if number != 0 || !title.is_empty() {
        line.push_str(&format!(", {number}"));
    }
    if !title.is_empty() {
        line.push_str(&format!(", {}", expression::text_or_value(title, writer)?));
    }
    Ok(line)
}

/// `Name(args)` of `RunCode`; it may be written with `=`.
fn called(text: &str, writer: &Writer) -> Result<String, String> {
    let text = text.trim().trim_start_matches('=').trim();
    if text.is_empty() {
        return Err(String::from("no function is named"));
    }
    let with_brackets = if text.ends_with(')') { text.to_string() } else { format!("{text}()") };
    expression::value(&with_brackets, writer)
}

fn run_macro(writer: &mut Writer, given: &Given) -> Result<(), String> {
    let wanted = given.text("MacroName");
    let target = procedure_named(wanted, writer.known).ok_or_else(|| format!("the macro {wanted} was not read"))?;
    let (count, until) = (given.text("RepeatCount").trim(), given.text("RepeatExpression").trim());
    match (count, until) {
        ("" | "1", "") => writer.line(&format!("Call {target}")),
        (count, "") => {
            let count = expression::value(count.trim_start_matches('='), writer)?;
            writer.line(&format!("For repeated = 1 To {count}"));
            writer.inner(|writer| writer.line(&format!("Call {target}")));
            writer.line("Next");
        }
        (_, until) => {
            let until = expression::condition(until, writer)?;
            writer.line(&format!("Do While {until}"));
            writer.inner(|writer| writer.line(&format!("Call {target}")));
            writer.line("Loop");
        }
    }
    Ok(())
}

/// Where an error goes: on to the next action, to a macro, or up.
fn on_error(writer: &mut Writer, given: &Given) -> Result<(), String> {
    match given.text("Goto").trim().to_ascii_lowercase().as_str() {
        "" | "next" | "0" => writer.line("On Error Resume Next"),
        "fail" | "2" => writer.line("On Error GoTo 0"),
        _ => return Err(String::from("an error starts another macro; a person must say what it should do")),
    }
    Ok(())
}

/// A method of `DoCmd` with the arguments that were given; texts in quotation marks, numbers as they are.
fn method(writer: &Writer, given: &Given) -> Result<String, String> {
    let mut written = Vec::new();
    for name in given.action.arguments {
        let text = given.text(name);
        written.push(match text.trim() {
            "" => String::new(),
            number if number.parse::<i32>().is_ok() => number.to_string(),
            _ => expression::text_or_value(text, writer)?,
        });
    }
    while written.last().is_some_and(String::is_empty) {
        written.pop();
    }
    let line = format!("DoCmd.{} {}", given.action.method, written.join(", "));
    Ok(line.trim_end().to_string())
}
