//! Texts: cutting, finding, replacing, joining. Positions count characters (UTF-16 units in Excel; they differ only beyond the
//! Basic Multilingual Plane), and a cell holds at most 32,767 of them.

use super::super::arithmetic::MAX_CELL_TEXT;
use super::super::context::Context;
use super::super::criteria::Pattern;
use super::super::grid::{Grid, Operand};
use super::super::value::{CellValue, Fail, Outcome};
use super::args::result;
use super::{Function, Lift, MANY, function};
use crate::lang::formula::ErrorKind;

pub(super) const FUNCTIONS: &[Function] = &[
    function("LEN", (1, 1), Lift::All, |c, a| result(c.text(a, 0)?.encode_utf16().count() as f64)),
    function("LEFT", (1, 2), Lift::All, |c, a| {
        let (text, count) = (chars(c, a, 0)?, length(c, a, 1)?);
        Ok(string(text.iter().take(count)))
    }),
    function("RIGHT", (1, 2), Lift::All, |c, a| {
        let (text, count) = (chars(c, a, 0)?, length(c, a, 1)?);
        Ok(string(text.iter().skip(text.len().saturating_sub(count))))
    }),
    function("MID", (3, 3), Lift::All, |c, a| {
        let (text, start, count) = (chars(c, a, 0)?, c.number(a, 1)?, c.number(a, 2)?);
        if start < 1.0 || count < 0.0 {
            return Err(ErrorKind::Value.into());
        }
        Ok(string(text.iter().skip(start as usize - 1).take(count as usize)))
    }),
    function("UPPER", (1, 1), Lift::All, |c, a| Ok(c.text(a, 0)?.to_uppercase().into())),
    function("LOWER", (1, 1), Lift::All, |c, a| Ok(c.text(a, 0)?.to_lowercase().into())),
    function("PROPER", (1, 1), Lift::All, |c, a| Ok(proper(&c.text(a, 0)?).into())),
    function("TRIM", (1, 1), Lift::All, |c, a| {
        let text = c.text(a, 0)?;
        // Only the plain blank counts; a no-break space stays.
        Ok(text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ").into())
    }),
    function("CLEAN", (1, 1), Lift::All, |c, a| {
        Ok(c.text(a, 0)?.chars().filter(|x| u32::from(*x) >= 32).collect::<String>().into())
    }),
    function("CONCATENATE", (1, MANY), Lift::All, |c, a| {
        let mut text = String::new();
        for place in 0..a.len() {
            text.push_str(&c.text(a, place)?);
        }
        bounded(text)
    }),
    function("CONCAT", (1, MANY), Lift::Whole, |c, a| {
        let mut text = String::new();
        c.each_value(a, &mut |value, _| {
            text.push_str(&value.to_text()?);
            if text.len() > MAX_CELL_TEXT * 4 { Err(ErrorKind::Value.into()) } else { Ok(()) }
        })?;
        bounded(text)
    }),
    function("TEXTJOIN", (3, MANY), Lift::Whole, text_join),
    function("REPT", (2, 2), Lift::All, |c, a| {
        let (text, times) = (c.text(a, 0)?, c.number(a, 1)?.trunc());
        if times < 0.0 || text.chars().count() as f64 * times > MAX_CELL_TEXT as f64 {
            return Err(ErrorKind::Value.into());
        }
        c.spend(times as u64)?;
        Ok(text.repeat(if text.is_empty() { 0 } else { times as usize }).into())
    }),
    function("EXACT", (2, 2), Lift::All, |c, a| Ok((c.text(a, 0)? == c.text(a, 1)?).into())),
    function("FIND", (2, 3), Lift::All, find),
    function("SEARCH", (2, 3), Lift::All, search),
    function("SUBSTITUTE", (3, 4), Lift::All, substitute),
    function("REPLACE", (4, 4), Lift::All, |c, a| {
        let (text, start, count) = (chars(c, a, 0)?, c.number(a, 1)?, c.number(a, 2)?);
        let new = c.text(a, 3)?;
        if start < 1.0 || count < 0.0 {
            return Err(ErrorKind::Value.into());
        }
        let start = start as usize - 1;
        let mut made: String = text.iter().take(start).collect();
        made.push_str(&new);
        made.extend(text.iter().skip(start.saturating_add(count as usize)));
        bounded(made)
    }),
    function("CHAR", (1, 1), Lift::All, |c, a| character(c.number(a, 0)?)),
    function("CODE", (1, 1), Lift::All, |c, a| code(&c.text(a, 0)?)),
    function("UNICHAR", (1, 1), Lift::All, |c, a| {
        let number = c.number(a, 0)?.trunc();
        let found = if (1.0..1_114_112.0).contains(&number) { char::from_u32(number as u32) } else { None };
        found.map(|x| x.to_string().into()).ok_or(Fail::Error(ErrorKind::Value))
    }),
    function("UNICODE", (1, 1), Lift::All, |c, a| match c.text(a, 0)?.chars().next() {
        Some(first) => result(f64::from(u32::from(first))),
        None => Err(ErrorKind::Value.into()),
    }),
    function("TEXTBEFORE", (2, 3), Lift::All, |c, a| around(c, a, |text, start, _| text.get(..start))),
    function("TEXTAFTER", (2, 3), Lift::All, |c, a| around(c, a, |text, _, end| text.get(end..))),
    function("TEXTSPLIT", (2, 3), Lift::Whole, text_split),
];

fn chars(context: &mut Context, args: &[Operand], place: usize) -> Outcome<Vec<char>> {
    let text = context.text(args, place)?;
    context.spend(text.len() as u64 / 16)?;
    Ok(text.chars().collect())
}

/// A count of characters, 1 where it was not given.
fn length(context: &mut Context, args: &[Operand], place: usize) -> Outcome<usize> {
    let count = context.number_or(args, place, 1.0)?;
    if count < 0.0 { Err(ErrorKind::Value.into()) } else { Ok(count as usize) }
}

fn string<'a>(chars: impl Iterator<Item = &'a char>) -> Operand {
    chars.collect::<String>().into()
}

fn bounded(text: String) -> Outcome<Operand> {
    if text.chars().count() > MAX_CELL_TEXT { Err(ErrorKind::Value.into()) } else { Ok(text.into()) }
}

/// A capital after everything that is no letter.
fn proper(text: &str) -> String {
    let mut made = String::new();
    let mut inside = false;
    for c in text.chars() {
        if inside {
            made.extend(c.to_lowercase());
        } else {
            made.extend(c.to_uppercase());
        }
        inside = c.is_alphabetic();
    }
    made
}

fn text_join(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let marks: Vec<String> = match args.first() {
        Some(mark @ (Operand::Array(_) | Operand::Cells(_))) => {
            let grid = context.grid(mark.clone())?;
            grid.cells().iter().map(|value| value.to_text().map(|text| text.to_string())).collect::<Outcome<_>>()?
        }
        _ => vec![context.text(args, 0)?.to_string()],
    };
    let skip_empty = context.flag_or(args, 1, true)?;
    let mut text = String::new();
    let mut count = 0usize;
    for arg in args.get(2..).unwrap_or_default() {
        let grid = context.grid(arg.clone())?;
        for value in grid.cells() {
            let part = value.to_text()?;
            if skip_empty && part.is_empty() {
                continue;
            }
            if let (Some(before), false) = (count.checked_sub(1), marks.is_empty()) {
                text.push_str(marks.get(before % marks.len()).map_or("", String::as_str));
            }
            count += 1;
            text.push_str(&part);
            if text.len() > MAX_CELL_TEXT * 4 {
                return Err(ErrorKind::Value.into());
            }
        }
    }
    bounded(text)
}

/// Where to start, from 0; must lie within the text.
fn start(context: &mut Context, args: &[Operand], length: usize) -> Outcome<usize> {
    let start = context.number_or(args, 2, 1.0)?;
    if start < 1.0 || start > length as f64 + 1.0 { Err(ErrorKind::Value.into()) } else { Ok(start as usize - 1) }
}

fn find(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let (wanted, text) = (chars(context, args, 0)?, chars(context, args, 1)?);
    let from = start(context, args, text.len())?;
    context.spend((text.len() as u64).saturating_mul(wanted.len().min(64) as u64) / 16)?;
    let found = (from..=text.len()).find(|at| text.get(*at..).is_some_and(|rest| rest.starts_with(&wanted)));
    found.map(|at| (at as f64 + 1.0).into()).ok_or(Fail::Error(ErrorKind::Value))
}

fn search(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let (wanted, text) = (context.text(args, 0)?, chars(context, args, 1)?);
    let from = start(context, args, text.len())?;
    context.spend((text.len() as u64).saturating_mul(wanted.len().min(64) as u64) / 8)?;
    let found = Pattern::new(&wanted).find(&text, from);
    found.map(|at| (at as f64 + 1.0).into()).ok_or(Fail::Error(ErrorKind::Value))
}

fn substitute(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let (text, old, new) = (context.text(args, 0)?, context.text(args, 1)?, context.text(args, 2)?);
    context.spend(text.len() as u64 / 8)?;
    if old.is_empty() {
        return Ok(CellValue::Text(text).into());
    }
    if args.len() < 4 {
        let grown = text.matches(&*old).count().saturating_mul(new.len());
        return if grown > MAX_CELL_TEXT * 4 {
            Err(ErrorKind::Value.into())
        } else {
            bounded(text.replace(&*old, &new))
        };
    }
    let which = context.number(args, 3)?;
    if which < 1.0 {
        return Err(ErrorKind::Value.into());
    }
    match text.match_indices(&*old).nth(which as usize - 1) {
        Some((at, _)) => {
            let (before, rest) = text.split_at_checked(at).unwrap_or((&text, ""));
            bounded(format!("{before}{new}{}", rest.strip_prefix(&*old).unwrap_or(rest)))
        }
        None => Ok(CellValue::Text(text).into()),
    }
}

/// Windows-1252 between 128 and 159, where it is not Latin-1 (Unicode's mapping table CP1252).
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

fn character(number: f64) -> Outcome<Operand> {
    let number = number.trunc();
    if !(1.0..256.0).contains(&number) {
        return Err(ErrorKind::Value.into());
    }
    let byte = number as u8;
    let found = match byte.checked_sub(128).and_then(|place| WINDOWS.get(usize::from(place))) {
        Some(found) => *found,
        None => char::from(byte),
    };
    Ok(found.to_string().into())
}

fn code(text: &str) -> Outcome<Operand> {
    let first = text.chars().next().ok_or(Fail::Error(ErrorKind::Value))?;
    if let Some(place) = WINDOWS.iter().position(|known| *known == first) {
        return result(128.0 + place as f64);
    }
    // What the code page lacks becomes a question mark.
    result(f64::from(u8::try_from(u32::from(first)).unwrap_or(b'?')))
}

/// TEXTBEFORE and TEXTAFTER: the n-th place of the mark, from the end where n is negative.
fn around(
    context: &mut Context,
    args: &[Operand],
    cut: for<'a> fn(&'a str, usize, usize) -> Option<&'a str>,
) -> Outcome<Operand> {
    let (text, mark) = (context.text(args, 0)?, context.text(args, 1)?);
    let which = context.int_or(args, 2, 1)?;
    let places: Vec<usize> = text.match_indices(&*mark).map(|(at, _)| at).collect();
    let index = match which {
        0 => return Err(ErrorKind::Value.into()),
        1.. => usize::try_from(which - 1).ok(),
        _ => usize::try_from(which.unsigned_abs()).ok().and_then(|back| places.len().checked_sub(back)),
    };
    let place = index.and_then(|index| places.get(index)).ok_or(Fail::Error(ErrorKind::NotAvailable))?;
    let made = cut(&text, *place, place.saturating_add(mark.len()));
    made.map(Operand::from).ok_or(Fail::Error(ErrorKind::NotAvailable))
}

fn text_split(context: &mut Context, args: &[Operand]) -> Outcome<Operand> {
    let text = context.text(args, 0)?;
    let columns = if context.given(args, 1) { Some(context.text(args, 1)?) } else { None };
    let lines = if context.given(args, 2) { Some(context.text(args, 2)?) } else { None };
    let is_empty = |mark: &Option<std::sync::Arc<str>>| mark.as_ref().is_some_and(|mark| mark.is_empty());
    if is_empty(&columns) || is_empty(&lines) || (columns.is_none() && lines.is_none()) {
        return Err(ErrorKind::Value.into());
    }
    let rows: Vec<&str> = lines.as_ref().map_or_else(|| vec![&*text], |mark| text.split(&**mark).collect());
    let parts: Vec<Vec<&str>> = rows
        .into_iter()
        .map(|row| columns.as_ref().map_or_else(|| vec![row], |mark| row.split(&**mark).collect()))
        .collect();
    let width = parts.iter().map(Vec::len).max().unwrap_or(1);
    context.spend((width as u64).saturating_mul(parts.len() as u64))?;
    let mut cells = Vec::new();
    for row in &parts {
        let padding = std::iter::repeat_n(CellValue::Error(ErrorKind::NotAvailable), width - row.len());
        cells.extend(row.iter().map(|part| CellValue::from(*part)).chain(padding));
    }
    Ok(Operand::from_grid(Grid::new(parts.len(), width, cells)))
}
