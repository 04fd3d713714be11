//! The Sheets collection and the Worksheet class.

use super::area::Area;
use super::book::same_text;
use super::data::Visibility;
use super::excel::{Excel, only, sheet_object};
use super::fault::{
    Answer, Done, class_method, excel as excel_error, mismatch, refused, subscript, unable_to_set, undefined,
};
use super::filter;
use super::members::{ABOUT, EXACT, Member, NOOP, REFUSED, bind, call, part, property};
use super::range::sheet_cells;
use super::range_edit;
use super::range_ref::{BOOK, RangeRef, Unit, object};
use super::scalar::{self, of_text};
use super::sheet::Sheet;
use crate::engine::value::{Arguments, Fault, Object, Value};

/// Longest sheet name (Microsoft, "Rename a worksheet").
const LONGEST_NAME: usize = 31;
/// `XlSheetVisibility`.
const VISIBLE: i32 = -1;
const HIDDEN: i32 = 0;
const VERY_HIDDEN: i32 = 2;
const XL_WORKSHEET: i32 = -4167;

/// The sheets a collection's words stand for: all of the book, or the listed ones.
pub fn members_of(excel: &Excel, words: &[u32]) -> Vec<u32> {
    match words {
        [] | [_] => excel.book.sheets.iter().map(|sheet| sheet.id).collect(),
        [_, listed @ ..] => listed.iter().copied().filter(|id| excel.book.sheet(*id).is_some()).collect(),
    }
}

/// The sheets of a book.
pub static SHEETS: &[Member<[u32]>] = &[
    call("", EXACT, item),
    call("Item", EXACT, item),
    call("Count", EXACT, |x, w, _| Ok(Value::Long(i32::try_from(members_of(x, w).len()).unwrap_or(i32::MAX)))),
    call("Add", EXACT, add),
    call("Add2", EXACT, add),
    call("Select", EXACT, |x, w, _| {
        let members = members_of(x, w);
        if let Some(first) = members.first() {
            activate(x, *first)?;
        }
        x.selected_sheets = members;
        Ok(Value::Boolean(true))
    }),
    call("Delete", EXACT, |x, w, _| {
        members_of(x, w).into_iter().try_for_each(|id| delete(x, id))?;
        Ok(Value::Boolean(true))
    }),
    call("Copy", EXACT, |x, w, a| {
        let mut place = place(x, a)?;
        for id in members_of(x, w) {
            copy(x, id, place)?;
            place = place.map(|at| at + 1);
        }
        Ok(Value::Boolean(true))
    }),
    property(
        "Visible",
        EXACT,
        |_, _, _| Ok(Value::Long(VISIBLE)),
        |x, w, _, v| members_of(x, w).into_iter().try_for_each(|id| set_visible(x, id, v)),
    ),
    part("Parent", EXACT, |_, _, _| Ok(object("Workbook", &[BOOK]))),
    part("Application", EXACT, |_, _, _| Ok(object("Application", &[]))),
];

fn item(excel: &mut Excel, words: &[u32], arguments: &Arguments) -> Answer {
    let index = only(arguments, "Index")?.ok_or_else(mismatch)?;
    let members = members_of(excel, words);
    if let Value::Array(list) = index {
        let mut ids = vec![BOOK];
        for element in &list.elements {
            ids.push(find(excel, &members, element)?);
        }
        return Ok(object("Sheets", &ids));
    }
    find(excel, &members, index).map(sheet_object)
}

/// Error 9 when there is no such sheet.
fn find(excel: &mut Excel, members: &[u32], index: &Value) -> Result<u32, Fault> {
    let index = excel.plain(index)?;
    if let Value::Text(name) = &index {
        let named = |id: &&u32| excel.book.sheet(**id).is_some_and(|sheet| same_text(&sheet.name, name));
        return members.iter().find(named).copied().ok_or_else(subscript);
    }
    let at = scalar::whole(&index)? - 1;
    usize::try_from(at).ok().and_then(|at| members.get(at)).copied().ok_or_else(subscript)
}

/// Position `Before` or `After` asks for, from 0; none when neither is given.
fn place(excel: &Excel, arguments: &Arguments) -> Result<Option<usize>, Fault> {
    let [before, after] = bind(arguments, ["Before", "After"])?;
    position(excel, before, after)
}

fn position(excel: &Excel, before: Option<&Value>, after: Option<&Value>) -> Result<Option<usize>, Fault> {
    let at = |value: &Value| match value {
        Value::Object(Object::Host(sheet)) if &*sheet.class == "Worksheet" => {
            let id = sheet.words.get(1).copied();
            excel.book.sheets.iter().position(|sheet| Some(sheet.id) == id).ok_or_else(undefined)
        }
        _ => Err(undefined()),
    };
    match (before, after) {
        (Some(before), _) => at(before).map(Some),
        (None, Some(after)) => at(after).map(|at| Some(at + 1)),
        (None, None) => Ok(None),
    }
}

/// `Sheets.Add(Before, After, Count, Type)`: before the active sheet by default; the last one added becomes active.
fn add(excel: &mut Excel, _: &[u32], arguments: &Arguments) -> Answer {
    let [before, after, count, kind] = bind(arguments, ["Before", "After", "Count", "Type"])?;
    if kind.is_some_and(|kind| scalar::whole(kind).ok() != Some(i64::from(XL_WORKSHEET))) {
        return Err(refused("excel:charts", "only worksheets can be added"));
    }
    const MOST_AT_ONCE: i64 = 255;
    let count = count.map_or(Ok(1), scalar::whole)?;
    if !(1..=MOST_AT_ONCE).contains(&count) {
        return Err(class_method("Add", "Sheets"));
    }
    let active = excel.book.sheets.iter().position(|sheet| sheet.id == excel.book.active).unwrap_or(0);
    let at = position(excel, before, after)?.unwrap_or(active).min(excel.book.sheets.len());
    let mut last = 0;
    for _ in 0..count {
        let free = |n: &u32| {
            excel.book.sheet_named(&format!("Sheet{n}")).is_none()
                && excel.book.sheet_coded(&format!("Sheet{n}")).is_none()
        };
        let first = u32::try_from(excel.book.sheets.len()).unwrap_or(0) + 1;
        let number = (first..).find(free).unwrap_or(first);
        let name = format!("Sheet{number}");
        last = excel.book.new_id();
        excel.book.sheets.insert(at, Sheet::new(last, &name, &name));
        excel.raise_on_book("NewSheet", vec![sheet_object(last)]);
    }
    excel.book.active = last;
    excel.book.revision += 1;
    Ok(sheet_object(last))
}

/// A worksheet.
pub static WORKSHEET: &[Member<u32>] = &[
    property("Name", EXACT, |x, s, _| Ok(of_text(&x.sheet(*s)?.name)), |x, s, _, v| rename(x, *s, v)),
    call("CodeName", EXACT, |x, s, _| Ok(of_text(&x.sheet(*s)?.code_name))),
    call("Index", EXACT, |x, s, _| {
        let at = x.book.sheets.iter().position(|sheet| sheet.id == *s).unwrap_or(0);
        Ok(Value::Long(i32::try_from(at + 1).unwrap_or(i32::MAX)))
    }),
    call("Type", EXACT, |_, _, _| Ok(Value::Long(XL_WORKSHEET))),
    property(
        "Visible",
        EXACT,
        |x, s, _| {
            Ok(Value::Long(match x.sheet(*s)?.visibility {
                Visibility::Visible => VISIBLE,
                Visibility::Hidden => HIDDEN,
                Visibility::VeryHidden => VERY_HIDDEN,
            }))
        },
        |x, s, _, v| set_visible(x, *s, v),
    ),
    part("Parent", EXACT, |_, _, _| Ok(object("Workbook", &[BOOK]))),
    part("Application", EXACT, |_, _, _| Ok(object("Application", &[]))),
    part("Next", EXACT, |x, s, _| Ok(neighbour(x, *s, 1))),
    part("Previous", EXACT, |x, s, _| Ok(neighbour(x, *s, -1))),
    // cells
    call("Range", EXACT, |x, s, a| range(x, *s, a, "_Worksheet")),
    part("Cells", EXACT, |x, s, _| Ok(sheet_cells(x, *s, Unit::Cells))),
    part("Rows", EXACT, |x, s, _| Ok(sheet_cells(x, *s, Unit::Rows))),
    part("Columns", EXACT, |x, s, _| Ok(sheet_cells(x, *s, Unit::Columns))),
    part("UsedRange", EXACT, |x, s, _| {
        let area = x.sheet(*s)?.used_range();
        Ok(x.range_value(&RangeRef::new(*s, area)))
    }),
    call("Evaluate", EXACT, |x, s, a| {
        let [text] = bind(a, ["Name"])?;
        x.evaluate(text.ok_or_else(mismatch)?, *s)
    }),
    part("Names", EXACT, |_, s, _| Ok(object("Names", &[BOOK, *s]))),
    part("ListObjects", EXACT, |_, s, _| Ok(object("ListObjects", &[BOOK, *s]))),
    part("Sort", EXACT, |_, s, _| Ok(object("Sort", &[BOOK, *s]))),
    part("Comments", EXACT, |_, s, _| Ok(object("Comments", &[BOOK, *s]))),
    part("Hyperlinks", EXACT, |_, s, _| Ok(object("Hyperlinks", &[BOOK, *s]))),
    part("PageSetup", ABOUT, |_, s, _| Ok(object("PageSetup", &[BOOK, *s]))),
    part("Tab", ABOUT, |_, s, _| Ok(object("Tab", &[BOOK, *s]))),
    part("Outline", ABOUT, |_, s, _| Ok(object("Outline", &[BOOK, *s]))),
    // filter
    part("AutoFilter", EXACT, |x, s, _| {
        let has = x.sheet(*s)?.filter.is_some();
        Ok(if has { object("AutoFilter", &[BOOK, *s]) } else { Value::Nothing })
    }),
    property(
        "AutoFilterMode",
        EXACT,
        |x, s, _| Ok(Value::Boolean(x.sheet(*s)?.filter.is_some())),
        |x, s, _, v| {
            // Only False can be set, as documented.
            if scalar::truth(v)? {
                Err(unable_to_set("AutoFilterMode", "Worksheet"))
            } else {
                filter::remove_filter(x, *s)
            }
        },
    ),
    call("FilterMode", EXACT, |x, s, _| Ok(Value::Boolean(filter::is_filtering(x, *s)?))),
    call("ShowAllData", EXACT, |x, s, _| filter::show_all(x, *s)),
    // the sheet itself
    call("Activate", EXACT, |x, s, _| activate(x, *s)),
    call("Select", EXACT, |x, s, _| activate(x, *s)),
    call("Delete", EXACT, |x, s, _| delete(x, *s).map(|()| Value::Boolean(true))),
    call("Copy", EXACT, |x, s, a| {
        let place = place(x, a)?;
        copy(x, *s, place).map(|()| Value::Boolean(true))
    }),
    call("Move", EXACT, |x, s, a| {
        let Some(to) = place(x, a)? else {
            return Err(refused("file", "moving a sheet to a new workbook opens another file"));
        };
        let from = x.book.sheets.iter().position(|sheet| sheet.id == *s).ok_or_else(undefined)?;
        let sheet = x.book.sheets.remove(from);
        x.book.sheets.insert(if to > from { to - 1 } else { to }, sheet);
        x.book.active = *s;
        x.book.revision += 1;
        Ok(Value::Boolean(true))
    }),
    call("Paste", EXACT, |x, s, a| {
        let [target, link] = bind(a, ["Destination", "Link"])?;
        if link.is_some_and(|link| scalar::truth(link).unwrap_or(false)) {
            return Err(refused("excel:pastelink", "pasting links is not offered"));
        }
        range_edit::paste(x, *s, target)
    }),
    call("Calculate", EXACT, |x, _, _| x.calculate().map(|()| Value::Empty)),
    call("Protect", ABOUT, protect),
    call("Unprotect", ABOUT, |x, s, _| {
        x.sheet_mut(*s)?.protected = false;
        Ok(Value::Empty)
    }),
    call("ProtectContents", EXACT, |x, s, _| Ok(Value::Boolean(x.sheet(*s)?.protected))),
    property("EnableSelection", NOOP, |_, _, _| Ok(Value::Long(0)), |_, _, _, _| Ok(())),
    property("EnableCalculation", ABOUT, |_, _, _| Ok(Value::Boolean(true)), |_, _, _, _| Ok(())),
    property("EnableAutoFilter", NOOP, |_, _, _| Ok(Value::Boolean(false)), |_, _, _, _| Ok(())),
    property("EnableOutlining", NOOP, |_, _, _| Ok(Value::Boolean(false)), |_, _, _, _| Ok(())),
    property("DisplayPageBreaks", NOOP, |_, _, _| Ok(Value::Boolean(false)), |_, _, _, _| Ok(())),
    property("ScrollArea", ABOUT, |_, _, _| Ok(of_text("")), |_, _, _, _| Ok(())),
    property("StandardWidth", ABOUT, |_, _, _| Ok(Value::Double(8.43)), |_, _, _, _| Ok(())),
    call("ResetAllPageBreaks", NOOP, |_, _, _| Ok(Value::Empty)),
    call("PrintOut", REFUSED, |_, _, _| Err(refused("print", "printing leaves the workbook"))),
    call("PrintPreview", REFUSED, |_, _, _| Err(refused("print", "printing leaves the workbook"))),
    call("ExportAsFixedFormat", REFUSED, |_, _, _| Err(refused("file", "exporting writes another file"))),
    call("SaveAs", REFUSED, |_, _, _| Err(refused("file", "saving under another name writes another file"))),
];

/// `Worksheet.Protect(Password, DrawingObjects, Contents, Scenarios, UserInterfaceOnly, ...)`: macros may still write when only
/// the user interface is protected.
fn protect(excel: &mut Excel, sheet: &u32, arguments: &Arguments) -> Answer {
    const CONTENTS: usize = 2;
    const INTERFACE_ONLY: usize = 4;
    let given = |place: usize, name: &str| {
        let named = arguments.named.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        named.or_else(|| arguments.positional.get(place)).filter(|value| **value != Value::Missing)
    };
    let contents = given(CONTENTS, "Contents").map_or(Ok(true), scalar::truth)?;
    let interface_only = given(INTERFACE_ONLY, "UserInterfaceOnly").map_or(Ok(false), scalar::truth)?;
    let home = excel.sheet_mut(*sheet)?;
    home.protected = contents;
    home.open_to_macros = interface_only;
    Ok(Value::Empty)
}

/// `Range(Cell1, Cell2)` of a sheet, or of the application when `class` is `_Global`.
pub fn range(excel: &mut Excel, sheet: u32, arguments: &Arguments, class: &str) -> Answer {
    let [first, second] = bind(arguments, ["Cell1", "Cell2"])?;
    let first = first.ok_or_else(|| super::fault::method("Range", class))?;
    let range = excel.range_of_arguments(sheet, first, second, class)?;
    Ok(excel.range_value(&range))
}

fn neighbour(excel: &Excel, sheet: u32, by: isize) -> Value {
    let at = excel.book.sheets.iter().position(|known| known.id == sheet);
    let next = at.and_then(|at| at.checked_add_signed(by)).and_then(|at| excel.book.sheets.get(at));
    next.map_or(Value::Nothing, |sheet| sheet_object(sheet.id))
}

/// Error 1004 for a hidden sheet, as Excel gives.
pub fn activate(excel: &mut Excel, sheet: u32) -> Answer {
    if excel.sheet(sheet)?.visibility != Visibility::Visible {
        return Err(class_method("Select", "Worksheet"));
    }
    excel.book.active = sheet;
    excel.selected_sheets.clear();
    Ok(Value::Boolean(true))
}

fn rename(excel: &mut Excel, sheet: u32, value: &Value) -> Done {
    let name = scalar::text(value)?;
    const FORBIDDEN: [char; 7] = [':', '\\', '/', '?', '*', '[', ']'];
    let quoted = name.starts_with('\'') || name.ends_with('\'');
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.contains(FORBIDDEN) || quoted {
        return Err(excel_error(
            "You typed an invalid name for a sheet or chart. Make sure that:\n\n- The name that you type does not exceed 31 characters.\n- The name does not contain any of the following characters: : \\ / ? * [ or ]\n- You did not leave the name blank.",
        ));
    }
    if excel.book.sheet_named(&name).is_some_and(|other| other.id != sheet) {
        return Err(excel_error("That name is already taken. Try a different one."));
    }
    excel.book.rename_sheet(sheet, &name);
    Ok(())
}

fn visible_sheets(excel: &Excel) -> usize {
    excel.book.sheets.iter().filter(|sheet| sheet.visibility == Visibility::Visible).count()
}

/// A workbook keeps at least one visible sheet (error 1004).
fn set_visible(excel: &mut Excel, sheet: u32, value: &Value) -> Done {
    let wanted = match i32::try_from(scalar::whole(value)?).unwrap_or(VISIBLE) {
        HIDDEN => Visibility::Hidden,
        VERY_HIDDEN => Visibility::VeryHidden,
        _ => Visibility::Visible,
    };
    let only = visible_sheets(excel) == 1 && excel.sheet(sheet)?.visibility == Visibility::Visible;
    if wanted != Visibility::Visible && only {
        return Err(unable_to_set("Visible", "Worksheet"));
    }
    excel.sheet_mut(sheet)?.visibility = wanted;
    if wanted != Visibility::Visible && excel.book.active == sheet {
        let next = excel.book.sheets.iter().find(|sheet| sheet.visibility == Visibility::Visible);
        excel.book.active = next.map_or(sheet, |sheet| sheet.id);
    }
    Ok(())
}

fn delete(excel: &mut Excel, sheet: u32) -> Done {
    if visible_sheets(excel) == 1 && excel.sheet(sheet)?.visibility == Visibility::Visible {
        return Err(class_method("Delete", "Worksheet"));
    }
    excel.book.remove_sheet(sheet);
    Ok(())
}

/// A copy with everything on it; `Orders (2)`. Without a place Excel makes a new workbook, which is refused.
fn copy(excel: &mut Excel, sheet: u32, place: Option<usize>) -> Done {
    let Some(at) = place else {
        return Err(refused("file", "copying a sheet to a new workbook opens another file"));
    };
    let mut twin = excel.sheet(sheet)?.clone();
    let free = |n: &u32| excel.book.sheet_named(&numbered(&twin.name, *n)).is_none();
    let number = (2..).find(free).unwrap_or(2);
    let name = numbered(&twin.name, number);
    let coded = |n: &u32| excel.book.sheet_coded(&format!("Sheet{n}")).is_none();
    let first = u32::try_from(excel.book.sheets.len()).unwrap_or(0) + 1;
    twin.code_name = format!("Sheet{}", (first..).find(coded).unwrap_or(first));
    let old = std::mem::replace(&mut twin.name, name.clone());
    twin.id = excel.book.new_id();
    twin.shifts.clear();
    for table in &mut twin.tables {
        table.id = excel.book.new_id();
        let base = table.name.clone();
        let taken = |n: &u32| excel.book.table(&format!("{base}{n}")).is_none();
        let number = (1..).find(taken).unwrap_or(1);
        table.name = format!("{base}{number}");
    }
    // A formula that names its own sheet names the copy.
    for (_, _, cell) in twin.grid.cells_mut(Area::SHEET) {
        if let Some(text) = cell.formula.as_deref().and_then(|text| super::rewrite::renamed(text, &old, Some(&name))) {
            cell.formula = Some(text);
        }
    }
    excel.book.active = twin.id;
    let at = at.min(excel.book.sheets.len());
    excel.book.sheets.insert(at, twin);
    excel.book.revision += 1;
    Ok(())
}

fn numbered(name: &str, number: u32) -> String {
    let suffix = format!(" ({number})");
    let kept: String = name.chars().take(LONGEST_NAME.saturating_sub(suffix.chars().count())).collect();
    format!("{kept}{suffix}")
}
