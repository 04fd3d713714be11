//! Comments (notes) and hyperlinks of cells: kept and read back.

use super::area::Area;
use super::excel::Excel;
use super::fault::{Answer, mismatch, subscript, undefined};
use super::members::{ABOUT, EXACT, Member, bind, call, part, property};
use super::range_ref::{BOOK, RangeRef, object};
use super::scalar::{self, of_text};
use super::sheet::Hyperlink;
use crate::engine::value::{Arguments, Fault, Value};

pub fn clear_comments(excel: &mut Excel, range: &RangeRef, _: &Arguments) -> Answer {
    excel.sheet_mut(range.sheet)?.comments.retain(|&(row, column), _| !range.holds(row, column));
    Ok(Value::Boolean(true))
}

pub fn clear_hyperlinks(excel: &mut Excel, range: &RangeRef, _: &Arguments) -> Answer {
    let meets = |link: &Hyperlink| range.areas.iter().any(|area| area.intersect(link.area).is_some());
    excel.sheet_mut(range.sheet)?.hyperlinks.retain(|link| !meets(link));
    Ok(Value::Boolean(true))
}

/// Error 1004 when the cell has a comment already, as in Excel.
pub fn add_comment(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    let [text] = bind(arguments, ["Text"])?;
    let text = text.map_or(Ok("".into()), scalar::text)?;
    let (row, column) = (range.first().top, range.first().left);
    let comments = &mut excel.sheet_mut(range.sheet)?.comments;
    if range.size() != 1 || comments.contains_key(&(row, column)) {
        return Err(undefined());
    }
    comments.insert((row, column), text.to_string());
    Ok(comment_object(range.sheet, row, column))
}

fn comment_object(sheet: u32, row: u32, column: u32) -> Value {
    object("Comment", &[BOOK, sheet, row, column])
}

/// The comment of the first cell, or Nothing.
pub fn comment(excel: &mut Excel, range: &RangeRef, _: &Arguments) -> Answer {
    let (row, column) = (range.first().top, range.first().left);
    let has = excel.sheet(range.sheet)?.comments.contains_key(&(row, column));
    Ok(if has { comment_object(range.sheet, row, column) } else { Value::Nothing })
}

/// `Range.NoteText(Text)`: sets the note when a text is given, answers it otherwise.
pub fn note_text(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    let [text, _, _] = bind(arguments, ["Text", "Start", "Length"])?;
    let at = (range.first().top, range.first().left);
    let comments = &mut excel.sheet_mut(range.sheet)?.comments;
    if let Some(text) = text {
        comments.insert(at, scalar::text(text)?.to_string());
    }
    Ok(of_text(comments.get(&at).cloned().unwrap_or_default()))
}

fn comment_text<'a>(excel: &'a mut Excel, words: &[u32]) -> Result<&'a mut String, Fault> {
    let [_, sheet, row, column, ..] = words else { return Err(subscript()) };
    excel.sheet_mut(*sheet)?.comments.get_mut(&(*row, *column)).ok_or_else(super::fault::object_required)
}

/// A comment.
pub static COMMENT: &[Member<[u32]>] = &[
    call("Text", EXACT, |x, w, a| {
        let [text, start, overwrite] = bind(a, ["Text", "Start", "Overwrite"])?;
        let overwrite = overwrite.map_or(Ok(false), scalar::truth)?;
        let note = comment_text(x, w)?;
        if let Some(text) = text {
            let text = scalar::text(text)?;
            match start {
                Some(start) if !overwrite => {
                    let at = usize::try_from(scalar::whole(start)? - 1).map_err(|_| undefined())?;
                    let at = note.char_indices().nth(at).map_or(note.len(), |(at, _)| at);
                    note.insert_str(at, &text);
                }
                Some(start) => {
                    let at = usize::try_from(scalar::whole(start)? - 1).map_err(|_| undefined())?;
                    *note = note.chars().take(at).chain(text.chars()).collect();
                }
                None => *note = text.to_string(),
            }
        }
        Ok(of_text(&note))
    }),
    call("Delete", EXACT, |x, w, _| {
        let [_, sheet, row, column, ..] = w else { return Err(subscript()) };
        x.sheet_mut(*sheet)?.comments.remove(&(*row, *column));
        Ok(Value::Empty)
    }),
    property("Visible", ABOUT, |_, _, _| Ok(Value::Boolean(false)), |_, _, _, _| Ok(())),
    call("Author", ABOUT, |_, _, _| Ok(of_text(""))),
    part("Parent", EXACT, |x, w, _| {
        let [_, sheet, row, column, ..] = w else { return Err(subscript()) };
        Ok(x.range_value(&RangeRef::new(*sheet, Area::cell(*row, *column))))
    }),
];

/// The comments of a sheet.
pub static COMMENTS: &[Member<u32>] = &[
    call("Count", EXACT, |x, s, _| Ok(count(x.sheet(*s)?.comments.len()))),
    call("", EXACT, |x, s, a| nth(x, "Comments", *s, a)),
    call("Item", EXACT, |x, s, a| nth(x, "Comments", *s, a)),
];

/// The hyperlinks of a sheet.
pub static HYPERLINKS: &[Member<u32>] = &[
    call("Count", EXACT, |x, s, _| Ok(count(x.sheet(*s)?.hyperlinks.len()))),
    call("", EXACT, |x, s, a| nth(x, "Hyperlinks", *s, a)),
    call("Item", EXACT, |x, s, a| nth(x, "Hyperlinks", *s, a)),
    call("Delete", EXACT, |x, s, _| {
        x.sheet_mut(*s)?.hyperlinks.clear();
        Ok(Value::Empty)
    }),
    call("Add", EXACT, |x, _, a| {
        let names = ["Anchor", "Address", "SubAddress", "ScreenTip", "TextToDisplay"];
        let [anchor, address, sub, tip, text] = bind(a, names)?;
        let range = x.range_argument(anchor.ok_or_else(mismatch)?)?;
        let of = |value: Option<&Value>| value.map_or(Ok("".into()), scalar::text);
        let area = range.first();
        let (address, sub) = (of(address)?, of(sub)?);
        let blank = x.sheet(range.sheet)?.grid.get(area.top, area.left).is_none();
        let shown = match text {
            Some(text) => Some(scalar::text(text)?),
            None => blank.then(|| if address.is_empty() { sub.clone() } else { address.clone() }),
        };
        if let Some(shown) = &shown {
            x.sheet_mut(range.sheet)?.set_value(area.top, area.left, Value::Text(shown.clone()));
            x.book.changed(range.sheet, Area::cell(area.top, area.left));
        }
        let link = Hyperlink {
            area,
            address: address.to_string(),
            sub_address: sub.to_string(),
            text: shown.map(|text| text.to_string()).unwrap_or_default(),
            tip: of(tip)?.to_string(),
        };
        let links = &mut x.sheet_mut(range.sheet)?.hyperlinks;
        links.retain(|old| old.area != area);
        links.push(link);
        Ok(object("Hyperlink", &[BOOK, range.sheet, u32::try_from(links.len() - 1).unwrap_or(0)]))
    }),
];

fn link<'a>(excel: &'a mut Excel, words: &[u32]) -> Result<&'a mut Hyperlink, Fault> {
    let [_, sheet, at, ..] = words else { return Err(subscript()) };
    excel.sheet_mut(*sheet)?.hyperlinks.get_mut(*at as usize).ok_or_else(super::fault::object_required)
}

/// A link. Following one leaves the workbook.
pub static HYPERLINK: &[Member<[u32]>] = &[
    property(
        "Address",
        EXACT,
        |x, w, _| Ok(of_text(&link(x, w)?.address)),
        |x, w, _, v| {
            link(x, w)?.address = scalar::text(v)?.to_string();
            Ok(())
        },
    ),
    property(
        "SubAddress",
        EXACT,
        |x, w, _| Ok(of_text(&link(x, w)?.sub_address)),
        |x, w, _, v| {
            link(x, w)?.sub_address = scalar::text(v)?.to_string();
            Ok(())
        },
    ),
    property(
        "ScreenTip",
        EXACT,
        |x, w, _| Ok(of_text(&link(x, w)?.tip)),
        |x, w, _, v| {
            link(x, w)?.tip = scalar::text(v)?.to_string();
            Ok(())
        },
    ),
    property(
        "TextToDisplay",
        EXACT,
        |x, w, _| Ok(of_text(&link(x, w)?.text)),
        |x, w, _, v| {
            let text = scalar::text(v)?;
            let area = link(x, w)?.area;
            link(x, w)?.text = text.to_string();
            let sheet = w.get(1).copied().unwrap_or(0);
            x.sheet_mut(sheet)?.set_value(area.top, area.left, Value::Text(text));
            x.book.changed(sheet, area);
            Ok(())
        },
    ),
    part("Range", EXACT, |x, w, _| {
        let area = link(x, w)?.area;
        Ok(x.range_value(&RangeRef::new(w.get(1).copied().unwrap_or(0), area)))
    }),
    call("Delete", EXACT, |x, w, _| {
        let area = link(x, w)?.area;
        x.sheet_mut(w.get(1).copied().unwrap_or(0))?.hyperlinks.retain(|link| link.area != area);
        Ok(Value::Empty)
    }),
    call("Follow", super::members::REFUSED, |_, _, _| {
        Err(super::fault::refused("net", "following a hyperlink leaves the workbook"))
    }),
];

fn count(length: usize) -> Value {
    Value::Long(i32::try_from(length).unwrap_or(i32::MAX))
}

/// The comments or links of a sheet, in order.
pub fn items(excel: &mut Excel, class: &str, sheet: u32) -> Result<Vec<Value>, Fault> {
    let home = excel.sheet(sheet)?;
    if class == "Comments" {
        return Ok(home.comments.keys().map(|(row, column)| comment_object(sheet, *row, *column)).collect());
    }
    let count = u32::try_from(home.hyperlinks.len()).unwrap_or(0);
    Ok((0..count).map(|at| object("Hyperlink", &[BOOK, sheet, at])).collect())
}

fn nth(excel: &mut Excel, class: &str, sheet: u32, arguments: &Arguments) -> Answer {
    let [index] = bind(arguments, ["Index"])?;
    let at = usize::try_from(scalar::whole(index.ok_or_else(mismatch)?)? - 1).map_err(|_| subscript())?;
    items(excel, class, sheet)?.get(at).cloned().ok_or_else(subscript)
}
