//! The Application and Workbook classes and the Workbooks collection. There is one workbook; opening, closing or saving another
//! file ends the run as refused, because a file is a capability of its own.

use super::area::Area;
use super::book::same_text;
use super::excel::{Excel, Scheduled, sheet_object};
use super::fault::{Answer, Done, class_method, excel as excel_error, mismatch, refused, subscript, undefined};
use super::formats;
use super::members::{ABOUT, EXACT, Member, NOOP, REFUSED, bind, call, part, property};
use super::range::{intersection, sheet_cells, union};
use super::range_ref::{BOOK, RangeRef, Unit, object};
use super::scalar::{self, of_text};
use super::sheets::{activate, range};
use crate::engine::value::{Arguments, Fault, Object, Value};

/// `XlCalculation`.
const CALCULATION_AUTOMATIC: i64 = -4105;
const CALCULATION_MANUAL: i64 = -4135;

type Words = [u32];

/// Reads a remembered setting, with its default.
fn setting(excel: &Excel, name: &str, otherwise: Value) -> Answer {
    Ok(excel.settings.get(name).cloned().unwrap_or(otherwise))
}

fn set(excel: &mut Excel, name: &str, value: &Value) -> Done {
    excel.settings.insert(name.to_owned(), value.clone());
    Ok(())
}

fn active(excel: &Excel) -> Result<u32, Fault> {
    excel.sheet(excel.book.active).map(|sheet| sheet.id)
}

fn file(what: &str) -> Fault {
    refused("file", format!("{what} touches a file other than the workbook of this run"))
}

/// Excel itself.
pub static APPLICATION: &[Member<Words>] = &[
    call("", EXACT, |_, _, _| Ok(of_text("Microsoft Excel"))),
    call("Name", EXACT, |_, _, _| Ok(of_text("Microsoft Excel"))),
    part("Application", EXACT, |_, _, _| Ok(object("Application", &[]))),
    part("Parent", EXACT, |_, _, _| Ok(object("Application", &[]))),
    part("ActiveCell", EXACT, |x, _, _| {
        let sheet = active(x)?;
        let (row, column) = x.sheet(sheet)?.active;
        Ok(x.range_value(&RangeRef::new(sheet, Area::cell(row, column))))
    }),
    part("Selection", EXACT, |x, _, _| {
        let sheet = active(x)?;
        formats::selection(x, sheet)
    }),
    part("ActiveSheet", EXACT, |x, _, _| active(x).map(sheet_object)),
    part("ActiveWorkbook", EXACT, |_, _, _| Ok(object("Workbook", &[BOOK]))),
    part("ThisWorkbook", EXACT, |_, _, _| Ok(object("Workbook", &[BOOK]))),
    part("ActiveWindow", ABOUT, |x, _, _| Ok(object("Window", &[BOOK, active(x)?]))),
    call("Windows", ABOUT, |x, _, _| Ok(object("Window", &[BOOK, active(x)?]))),
    part("Workbooks", EXACT, |_, _, _| Ok(object("Workbooks", &[]))),
    part("Sheets", EXACT, |_, _, _| Ok(object("Sheets", &[BOOK]))),
    part("Worksheets", EXACT, |_, _, _| Ok(object("Sheets", &[BOOK]))),
    part("Names", EXACT, |_, _, _| Ok(object("Names", &[BOOK]))),
    part("WorksheetFunction", EXACT, |_, _, _| Ok(object("WorksheetFunction", &[]))),
    call("Range", EXACT, |x, _, a| {
        let sheet = active(x)?;
        range(x, sheet, a, "_Global")
    }),
    part("Cells", EXACT, |x, _, _| Ok(sheet_cells(x, active(x)?, Unit::Cells))),
    part("Rows", EXACT, |x, _, _| Ok(sheet_cells(x, active(x)?, Unit::Rows))),
    part("Columns", EXACT, |x, _, _| Ok(sheet_cells(x, active(x)?, Unit::Columns))),
    call("Union", EXACT, |x, _, a| union(x, a)),
    call("Intersect", EXACT, |x, _, a| intersection(x, a)),
    call("Evaluate", EXACT, |x, _, a| {
        let [text] = bind(a, ["Name"])?;
        let sheet = active(x)?;
        x.evaluate(text.ok_or_else(mismatch)?, sheet)
    }),
    call("Goto", EXACT, goto),
    call("ConvertFormula", ABOUT, convert_formula),
    call("Calculate", EXACT, |x, _, _| x.calculate().map(|()| Value::Empty)),
    call("CalculateFull", EXACT, |x, _, _| x.calculate().map(|()| Value::Empty)),
    call("CalculateFullRebuild", EXACT, |x, _, _| x.calculate().map(|()| Value::Empty)),
    call("CalculationState", EXACT, |_, _, _| Ok(Value::Long(0))),
    property(
        "Calculation",
        EXACT,
        |x, _, _| {
            let mode = if x.book.manual { CALCULATION_MANUAL } else { CALCULATION_AUTOMATIC };
            Ok(Value::Long(i32::try_from(mode).unwrap_or(0)))
        },
        |x, _, _, v| {
            let manual = scalar::whole(v)? == CALCULATION_MANUAL;
            x.set_manual(manual)
        },
    ),
    property(
        "EnableEvents",
        EXACT,
        |x, _, _| setting(x, "enableevents", Value::Boolean(true)),
        |x, _, _, v| {
            let on = Value::Boolean(scalar::truth(v)?);
            set(x, "enableevents", &on)
        },
    ),
    property(
        "ScreenUpdating",
        NOOP,
        |x, _, _| setting(x, "screenupdating", Value::Boolean(true)),
        |x, _, _, v| {
            let on = Value::Boolean(scalar::truth(v)?);
            set(x, "screenupdating", &on)
        },
    ),
    property(
        "DisplayAlerts",
        EXACT,
        |x, _, _| setting(x, "displayalerts", Value::Boolean(true)),
        |x, _, _, v| {
            let on = Value::Boolean(scalar::truth(v)?);
            set(x, "displayalerts", &on)
        },
    ),
    property(
        "StatusBar",
        NOOP,
        |x, _, _| setting(x, "statusbar", Value::Boolean(false)),
        |x, _, _, v| set(x, "statusbar", v),
    ),
    property(
        "DisplayStatusBar",
        NOOP,
        |x, _, _| setting(x, "displaystatusbar", Value::Boolean(true)),
        |x, _, _, v| set(x, "displaystatusbar", v),
    ),
    property("Cursor", NOOP, |x, _, _| setting(x, "cursor", Value::Long(-4143)), |x, _, _, v| set(x, "cursor", v)),
    property(
        "Caption",
        NOOP,
        |x, _, _| setting(x, "caption", of_text("Microsoft Excel")),
        |x, _, _, v| set(x, "caption", v),
    ),
    property("Visible", NOOP, |x, _, _| setting(x, "visible", Value::Boolean(true)), |x, _, _, v| set(x, "visible", v)),
    property(
        "WindowState",
        NOOP,
        |x, _, _| setting(x, "windowstate", Value::Long(-4137)),
        |x, _, _, v| set(x, "windowstate", v),
    ),
    property(
        "DisplayFormulaBar",
        NOOP,
        |x, _, _| setting(x, "displayformulabar", Value::Boolean(true)),
        |x, _, _, v| set(x, "displayformulabar", v),
    ),
    property(
        "DisplayFullScreen",
        NOOP,
        |x, _, _| setting(x, "displayfullscreen", Value::Boolean(false)),
        |x, _, _, v| set(x, "displayfullscreen", v),
    ),
    property(
        "AskToUpdateLinks",
        NOOP,
        |x, _, _| setting(x, "asktoupdatelinks", Value::Boolean(true)),
        |x, _, _, v| set(x, "asktoupdatelinks", v),
    ),
    property(
        "Interactive",
        NOOP,
        |x, _, _| setting(x, "interactive", Value::Boolean(true)),
        |x, _, _, v| set(x, "interactive", v),
    ),
    property(
        "EnableCancelKey",
        NOOP,
        |x, _, _| setting(x, "enablecancelkey", Value::Long(1)),
        |x, _, _, v| set(x, "enablecancelkey", v),
    ),
    property(
        "ReferenceStyle",
        ABOUT,
        |x, _, _| setting(x, "referencestyle", Value::Long(1)),
        |x, _, _, v| set(x, "referencestyle", v),
    ),
    property(
        "Iteration",
        ABOUT,
        |_, _, _| Ok(Value::Boolean(false)),
        |_, _, _, v| {
            if scalar::truth(v)? {
                Err(refused("formula:iteration", "iterative calculation is not offered"))
            } else {
                Ok(())
            }
        },
    ),
    property("UserName", ABOUT, |x, _, _| setting(x, "username", of_text("User")), |x, _, _, v| set(x, "username", v)),
    property(
        "CutCopyMode",
        EXACT,
        |x, _, _| {
            Ok(match &x.clipboard {
                None => Value::Boolean(false),
                Some(clip) => Value::Long(if clip.cut { 2 } else { 1 }),
            })
        },
        |x, _, _, _| {
            x.clipboard = None;
            Ok(())
        },
    ),
    call("Version", ABOUT, |_, _, _| Ok(of_text("16.0"))),
    call("Build", ABOUT, |_, _, _| Ok(Value::Long(16000))),
    call("OperatingSystem", ABOUT, |_, _, _| Ok(of_text("Windows (64-bit) NT 10.00"))),
    call("International", ABOUT, international),
    call("DecimalSeparator", ABOUT, |_, _, _| Ok(of_text("."))),
    call("ThousandsSeparator", ABOUT, |_, _, _| Ok(of_text(","))),
    property("UseSystemSeparators", ABOUT, |_, _, _| Ok(Value::Boolean(true)), |_, _, _, _| Ok(())),
    call("PathSeparator", EXACT, |_, _, _| Ok(of_text("\\"))),
    call("Hwnd", ABOUT, |_, _, _| Ok(Value::Long(0))),
    call("Ready", EXACT, |_, _, _| Ok(Value::Boolean(true))),
    call("Wait", ABOUT, |x, _, a| {
        let [time] = bind(a, ["Time"])?;
        let until = x.plain(time.ok_or_else(mismatch)?)?;
        let until = scalar::number(&until).ok_or_else(mismatch)?;
        // Time is virtual here: waiting is recorded, not slept.
        x.waited += (until - x.now - x.waited).max(0.0);
        Ok(Value::Boolean(true))
    }),
    call("OnTime", ABOUT, |x, _, a| {
        let [time, procedure, _, schedule] = bind(a, ["EarliestTime", "Procedure", "LatestTime", "Schedule"])?;
        let at = scalar::number(&x.plain(time.ok_or_else(mismatch)?)?).ok_or_else(mismatch)?;
        let procedure = scalar::text(procedure.ok_or_else(mismatch)?)?.to_string();
        let entry = Scheduled { at, procedure };
        if schedule.map_or(Ok(true), scalar::truth)? {
            x.scheduled.push(entry);
            return Ok(Value::Empty);
        }
        let known = x.scheduled.iter().position(|known| *known == entry);
        let known = known.ok_or_else(|| excel_error("Method 'OnTime' of object '_Application' failed"))?;
        x.scheduled.remove(known);
        Ok(Value::Empty)
    }),
    call("OnKey", NOOP, |_, _, _| Ok(Value::Empty)),
    call("OnUndo", NOOP, |_, _, _| Ok(Value::Empty)),
    call("OnRepeat", NOOP, |_, _, _| Ok(Value::Empty)),
    call("Volatile", NOOP, |_, _, _| Ok(Value::Empty)),
    call("Undo", REFUSED, |_, _, _| Err(refused("excel:undo", "undoing is not offered"))),
    call("SendKeys", REFUSED, |_, _, _| Err(refused("keyboard", "keystrokes go to another program"))),
    call("Quit", REFUSED, |_, _, _| Err(refused("excel:quit", "the workflow does not own the application"))),
    call("GetOpenFilename", REFUSED, |_, _, _| Err(file("choosing a file"))),
    call("GetSaveAsFilename", REFUSED, |_, _, _| Err(file("choosing a file"))),
    call("FileDialog", REFUSED, |_, _, _| Err(file("choosing a file"))),
    call("CommandBars", REFUSED, |_, _, _| Err(refused("excel:commandbars", "menus are not part of the workbook"))),
    call("VBE", REFUSED, |_, _, _| Err(refused("excel:vbe", "macros may not read or change macros"))),
];

/// `Application.Goto(Reference, Scroll)`: activates the sheet and selects.
fn goto(excel: &mut Excel, _: &Words, arguments: &Arguments) -> Answer {
    let [target, _] = bind(arguments, ["Reference", "Scroll"])?;
    let failed = || class_method("Goto", "Application");
    let Some(target) = target else { return Err(failed()) };
    let home = active(excel)?;
    let found = match target {
        Value::Text(text) => {
            let body = text.strip_prefix('=').unwrap_or(text);
            let a1 = super::rewrite::from_r1c1(body, 1, 1).unwrap_or_else(|| body.to_owned());
            let range = super::resolve::resolve_text(&excel.book, &a1, home);
            range.or_else(|| super::resolve::resolve_text(&excel.book, body, home)).ok_or_else(failed)?
        }
        other => excel.range_argument(other)?,
    };
    activate(excel, found.sheet)?;
    let descriptor = excel.range_value(&found);
    match &descriptor {
        Value::Object(Object::Host(object)) => excel.read(object, "Select", &Arguments::default()),
        _ => Err(failed()),
    }
}

/// A1 to R1C1 and back, as seen from a cell.
fn convert_formula(excel: &mut Excel, _: &Words, arguments: &Arguments) -> Answer {
    let names = ["Formula", "FromReferenceStyle", "ToReferenceStyle", "ToAbsolute", "RelativeTo"];
    let [text, from, to, absolute, relative] = bind(arguments, names)?;
    if absolute.is_some() {
        return Err(refused("excel:convertformula", "changing absolute references is not offered"));
    }
    let text = scalar::text(text.ok_or_else(mismatch)?)?;
    let base = match relative {
        Some(value) => excel.range_argument(value)?.first(),
        None => Area::cell(1, 1),
    };
    const A1: i64 = 1;
    let from = from.map_or(Ok(A1), scalar::whole)?;
    let to = to.map_or(Ok(from), scalar::whole)?;
    let sign = if text.starts_with('=') { "=" } else { "" };
    let body = text.strip_prefix('=').unwrap_or(&text);
    let converted = match (from == A1, to == A1) {
        (true, false) => crate::lang::formula::to_r1c1(body, base.top, base.left).0,
        (false, true) => super::rewrite::from_r1c1(body, base.top, base.left).ok_or_else(undefined)?,
        _ => body.to_owned(),
    };
    Ok(of_text(format!("{sign}{converted}")))
}

/// `Application.International(Index)` for the United States (`XlApplicationInternational`).
fn international(_: &mut Excel, _: &Words, arguments: &Arguments) -> Answer {
    let [index] = bind(arguments, ["Index"])?;
    Ok(match scalar::whole(index.ok_or_else(mismatch)?)? {
        1 | 2 => Value::Long(1),
        3 => of_text("."),
        4 | 5 => of_text(","),
        17 => of_text("/"),
        18 => of_text(":"),
        25 => of_text("$"),
        32 => Value::Long(0),
        _ => return Err(refused("excel:international", "this regional setting is not offered")),
    })
}

/// A workbook: the own one.
pub static WORKBOOK: &[Member<Words>] = &[
    call("", EXACT, |x, _, _| Ok(of_text(&x.book.name))),
    call("Name", EXACT, |x, _, _| Ok(of_text(&x.book.name))),
    call("CodeName", EXACT, |x, _, _| Ok(of_text(&x.book.code_name))),
    call("Path", EXACT, |x, _, _| Ok(of_text(&x.book.path))),
    call("FullName", EXACT, |x, _, _| {
        Ok(of_text(if x.book.path.is_empty() {
            x.book.name.clone()
        } else {
            let sign = if x.book.path.contains('/') { '/' } else { '\\' };
            format!("{}{sign}{}", x.book.path, x.book.name)
        }))
    }),
    part("Sheets", EXACT, |_, _, _| Ok(object("Sheets", &[BOOK]))),
    part("Worksheets", EXACT, |_, _, _| Ok(object("Sheets", &[BOOK]))),
    part("Names", EXACT, |_, _, _| Ok(object("Names", &[BOOK]))),
    part("ActiveSheet", EXACT, |x, _, _| active(x).map(sheet_object)),
    call("Windows", ABOUT, |x, _, _| Ok(object("Window", &[BOOK, active(x)?]))),
    part("Parent", EXACT, |_, _, _| Ok(object("Application", &[]))),
    part("Application", EXACT, |_, _, _| Ok(object("Application", &[]))),
    call("Activate", EXACT, |_, _, _| Ok(Value::Empty)),
    call("Save", EXACT, |x, _, _| {
        x.save_book();
        Ok(Value::Empty)
    }),
    property(
        "Saved",
        EXACT,
        |x, _, _| Ok(Value::Boolean(x.book.saved)),
        |x, _, _, v| {
            x.book.saved = scalar::truth(v)?;
            Ok(())
        },
    ),
    property(
        "Date1904",
        EXACT,
        |x, _, _| Ok(Value::Boolean(x.book.date1904)),
        |x, _, _, v| {
            x.book.date1904 = scalar::truth(v)?;
            x.book.revision += 1;
            Ok(())
        },
    ),
    property(
        "PrecisionAsDisplayed",
        ABOUT,
        |_, _, _| Ok(Value::Boolean(false)),
        |_, _, _, v| {
            let reason = "rounding values to their display is not offered";
            if scalar::truth(v)? { Err(refused("excel:precision", reason)) } else { Ok(()) }
        },
    ),
    call("ReadOnly", ABOUT, |_, _, _| Ok(Value::Boolean(false))),
    call("HasVBProject", ABOUT, |_, _, _| Ok(Value::Boolean(true))),
    call("FileFormat", ABOUT, |x, _, _| {
        let macros = x.book.name.to_ascii_lowercase().ends_with(".xlsm");
        Ok(Value::Long(if macros { 52 } else { 51 }))
    }),
    call("Protect", ABOUT, |_, _, _| Ok(Value::Empty)),
    call("Unprotect", ABOUT, |_, _, _| Ok(Value::Empty)),
    call("ProtectStructure", ABOUT, |_, _, _| Ok(Value::Boolean(false))),
    call("RefreshAll", REFUSED, |_, _, _| Err(refused("net", "refreshing asks outside data sources"))),
    call("SaveAs", REFUSED, |_, _, _| Err(file("saving under another name"))),
    call("SaveCopyAs", REFUSED, |_, _, _| Err(file("saving a copy"))),
    call("Close", REFUSED, |_, _, _| Err(file("closing a workbook"))),
    call("ExportAsFixedFormat", REFUSED, |_, _, _| Err(file("exporting"))),
    call("PrintOut", REFUSED, |_, _, _| Err(refused("print", "printing leaves the workbook"))),
    call("VBProject", REFUSED, |_, _, _| Err(refused("excel:vbe", "macros may not read or change macros"))),
    call("SendMail", REFUSED, |_, _, _| Err(refused("mail", "sending the workbook needs a mail capability"))),
    call("FollowHyperlink", REFUSED, |_, _, _| Err(refused("net", "following a hyperlink leaves the workbook"))),
];

/// The open workbooks: the own one.
pub static WORKBOOKS: &[Member<Words>] = &[
    call("", EXACT, workbook_item),
    call("Item", EXACT, workbook_item),
    call("Count", EXACT, |_, _, _| Ok(Value::Long(1))),
    call("Open", REFUSED, |_, _, _| Err(file("opening a workbook"))),
    call("OpenText", REFUSED, |_, _, _| Err(file("opening a text file"))),
    call("Add", REFUSED, |_, _, _| Err(file("a new workbook"))),
    call("Close", REFUSED, |_, _, _| Err(file("closing workbooks"))),
];

/// Error 9 for a workbook that is not open, as Excel gives.
fn workbook_item(excel: &mut Excel, _: &Words, arguments: &Arguments) -> Answer {
    let [index] = bind(arguments, ["Index"])?;
    let found = match excel.plain(index.ok_or_else(mismatch)?)? {
        Value::Text(name) => {
            let stem = excel.book.name.rsplit_once('.').map_or(excel.book.name.as_str(), |(stem, _)| stem);
            same_text(&name, &excel.book.name) || same_text(&name, stem)
        }
        number => scalar::whole(&number)? == 1,
    };
    if found { Ok(object("Workbook", &[BOOK])) } else { Err(subscript()) }
}
