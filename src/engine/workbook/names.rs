//! Defined names: the Names collection and the Name class.

use super::area::AddressStyle;
use super::book::{Name, same_text};
use super::excel::{Excel, sheet_object};
use super::fault::{Answer, excel as excel_error, mismatch, object_required, undefined};
use super::members::{ABOUT, EXACT, Member, bind, call, part, property};
use super::range_ref::{BOOK, RangeRef, as_range, object};
use super::resolve::resolve_text;
use super::rewrite;
use super::scalar::{self, of_text};
use crate::engine::value::{Arguments, Fault, Value};
use crate::lang::formula::quote_sheet;

/// Words: the book, then the sheet where the collection is a sheet's own.
pub static NAMES: &[Member<[u32]>] = &[
    call("Add", EXACT, add),
    call("", EXACT, item),
    call("Item", EXACT, item),
    call("Count", EXACT, |x, w, _| {
        let scope = w.get(1).copied();
        let count = x.book.names.iter().filter(|name| scope.is_none() || name.sheet == scope).count();
        Ok(Value::Long(i32::try_from(count).unwrap_or(i32::MAX)))
    }),
    part("Parent", EXACT, |_, w, _| Ok(w.get(1).map_or(object("Workbook", &[BOOK]), |sheet| sheet_object(*sheet)))),
];

fn add(excel: &mut Excel, words: &[u32], arguments: &Arguments) -> Answer {
    let names = [
        "Name",
        "RefersTo",
        "Visible",
        "MacroType",
        "ShortcutKey",
        "Category",
        "NameLocal",
        "RefersToLocal",
        "CategoryLocal",
        "RefersToR1C1",
        "RefersToR1C1Local",
    ];
    let [name, refers, visible, _, _, _, local, refers_local, _, r1c1, _] = bind(arguments, names)?;
    let name = scalar::text(name.or(local).ok_or_else(undefined)?)?;
    let visible = visible.map_or(Ok(true), scalar::truth)?;
    let refers_to = match (refers.or(refers_local), r1c1) {
        (Some(value), _) => refers_text(excel, value)?,
        (None, Some(value)) => {
            let text = scalar::text(value)?;
            let body = text.strip_prefix('=').unwrap_or(&text);
            format!("={}", rewrite::from_r1c1(body, 1, 1).ok_or_else(undefined)?)
        }
        (None, None) => return Err(undefined()),
    };
    // `Sheet1!Rate` is a name of that sheet.
    let (scope, plain) = match name.rsplit_once('!') {
        Some((sheet, plain)) => {
            let sheet = sheet.trim_matches('\'').replace("''", "'");
            let id = excel.book.sheet_named(&sheet).map(|sheet| sheet.id);
            (Some(id.ok_or_else(undefined)?), plain.to_owned())
        }
        None => (words.get(1).copied(), name.to_string()),
    };
    if !is_valid(&plain) {
        return Err(excel_error("The syntax of this name isn't correct."));
    }
    let id = excel.book.add_name(&plain, &refers_to, scope, visible);
    Ok(object("Name", &[BOOK, id]))
}

/// A name starts with a letter, `_` or `\`, holds letters, digits, points and underscores, and is no cell address.
fn is_valid(name: &str) -> bool {
    let mut chars = name.chars();
    let starts = chars.next().is_some_and(|c| c.is_alphabetic() || matches!(c, '_' | '\\'));
    let rest = chars.all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '\\' | '?'));
    starts && rest && super::area::parse_area(name).is_none() && !matches!(name, "R" | "C" | "r" | "c")
}

/// `=Sheet1!$A$1` of a range; a text is taken as a formula where it starts with `=`, else as a text constant.
fn refers_text(excel: &mut Excel, value: &Value) -> Result<String, Fault> {
    if let Some(descriptor) = as_range(value) {
        let range = excel.range_of(descriptor)?;
        let sheet = quote_sheet(&excel.sheet(range.sheet)?.name);
        let list = range.areas.iter().map(|area| format!("{sheet}!{}", area.address(AddressStyle::ABSOLUTE)));
        return Ok(format!("={}", list.collect::<Vec<_>>().join(",")));
    }
    match value {
        Value::Text(text) if text.starts_with('=') => Ok(text.to_string()),
        Value::Text(text) => Ok(format!("=\"{}\"", text.replace('"', "\"\""))),
        other => Ok(format!("={}", scalar::text(other)?)),
    }
}

fn item(excel: &mut Excel, words: &[u32], arguments: &Arguments) -> Answer {
    let [index, local, refers] = bind(arguments, ["Index", "IndexLocal", "RefersTo"])?;
    let index = excel.plain(index.or(local).or(refers).ok_or_else(mismatch)?)?;
    let scope = words.get(1).copied();
    let mut names = excel.book.names.iter().filter(|name| scope.is_none() || name.sheet == scope);
    let found = match &index {
        Value::Text(text) => {
            let plain = text.rsplit_once('!').map_or(&**text, |(_, name)| name);
            names.find(|name| same_text(&name.name, plain))
        }
        number => usize::try_from(scalar::whole(number)? - 1).ok().and_then(|at| names.nth(at)),
    };
    let id = found.map(|name| name.id).ok_or_else(undefined)?;
    Ok(object("Name", &[BOOK, id]))
}

fn name<'a>(excel: &'a Excel, words: &[u32]) -> Result<&'a Name, Fault> {
    let id = words.get(1).copied();
    excel.book.names.iter().find(|name| Some(name.id) == id).ok_or_else(object_required)
}

fn name_mut<'a>(excel: &'a mut Excel, words: &[u32]) -> Result<&'a mut Name, Fault> {
    let id = words.get(1).copied();
    excel.book.names.iter_mut().find(|name| Some(name.id) == id).ok_or_else(object_required)
}

fn full_name(excel: &Excel, words: &[u32]) -> Result<String, Fault> {
    let name = name(excel, words)?;
    let sheet = name.sheet.and_then(|id| excel.book.sheet(id));
    Ok(sheet.map_or(name.name.clone(), |sheet| format!("{}!{}", quote_sheet(&sheet.name), name.name)))
}

fn range(excel: &Excel, words: &[u32]) -> Result<RangeRef, Fault> {
    let name = name(excel, words)?;
    let home = name.sheet.unwrap_or(excel.book.active);
    resolve_text(&excel.book, name.refers_to.trim_start_matches('='), home).ok_or_else(undefined)
}

/// A defined name.
pub static NAME: &[Member<[u32]>] = &[
    call("", EXACT, |x, w, _| Ok(of_text(&name(x, w)?.refers_to))),
    property(
        "Name",
        EXACT,
        |x, w, _| full_name(x, w).map(of_text),
        |x, w, _, v| {
            let text = scalar::text(v)?;
            name_mut(x, w)?.name = text.to_string();
            Ok(())
        },
    ),
    property(
        "RefersTo",
        EXACT,
        |x, w, _| Ok(of_text(&name(x, w)?.refers_to)),
        |x, w, _, v| {
            let text = refers_text(x, v)?;
            name_mut(x, w)?.refers_to = text;
            x.book.revision += 1;
            Ok(())
        },
    ),
    property(
        "Value",
        EXACT,
        |x, w, _| Ok(of_text(&name(x, w)?.refers_to)),
        |x, w, _, v| {
            let text = refers_text(x, v)?;
            name_mut(x, w)?.refers_to = text;
            x.book.revision += 1;
            Ok(())
        },
    ),
    part("RefersToRange", EXACT, |x, w, _| Ok(x.range_value(&range(x, w)?))),
    property(
        "Visible",
        EXACT,
        |x, w, _| Ok(Value::Boolean(name(x, w)?.visible)),
        |x, w, _, v| {
            name_mut(x, w)?.visible = scalar::truth(v)?;
            Ok(())
        },
    ),
    property(
        "Comment",
        EXACT,
        |x, w, _| Ok(of_text(&name(x, w)?.comment)),
        |x, w, _, v| {
            name_mut(x, w)?.comment = scalar::text(v)?.to_string();
            Ok(())
        },
    ),
    call("Index", ABOUT, |x, w, _| {
        let at = x.book.names.iter().position(|name| Some(&name.id) == w.get(1)).ok_or_else(object_required)?;
        Ok(Value::Long(i32::try_from(at + 1).unwrap_or(i32::MAX)))
    }),
    call("Delete", EXACT, |x, w, _| {
        let id = name(x, w)?.id;
        x.book.names.retain(|name| name.id != id);
        x.book.revision += 1;
        Ok(Value::Empty)
    }),
    part("Parent", EXACT, |x, w, _| Ok(name(x, w)?.sheet.map_or(object("Workbook", &[BOOK]), sheet_object))),
];

/// `Range.Name`: the name that refers to exactly these cells; error 1004 without one.
pub fn of_range(excel: &mut Excel, wanted: &RangeRef) -> Answer {
    let ids: Vec<u32> = excel.book.names.iter().map(|name| name.id).collect();
    let same = |id: &u32| {
        range(excel, &[BOOK, *id]).is_ok_and(|found| found.sheet == wanted.sheet && found.areas == wanted.areas)
    };
    ids.into_iter().find(same).map(|id| object("Name", &[BOOK, id])).ok_or_else(undefined)
}

/// `Range.Name = "Rates"`.
pub fn set_of_range(excel: &mut Excel, wanted: &RangeRef, value: &Value) -> Result<(), Fault> {
    let target = excel.range_value(wanted);
    let arguments = super::excel::positional(&[value.clone(), target]);
    add(excel, &[BOOK], &arguments).map(|_| ())
}
