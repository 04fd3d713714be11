//! Range.TextToColumns: splits the texts of one column at delimiters or fixed positions (Microsoft, "Range.TextToColumns").

use super::area::Area;
use super::excel::Excel;
use super::fault::{Answer, mismatch, undefined};
use super::members::bind;
use super::range_ref::RangeRef;
use super::range_value::{guard, set_value};
use super::scalar::{self, of_text};
use super::sheet::NUMBER_FORMAT;
use crate::engine::value::{Arguments, Fault, Value};

/// `xlFixedWidth`; `xlDelimited` is 1.
const FIXED_WIDTH: i64 = 2;
/// `XlColumnDataType` text and skip.
const AS_TEXT: i64 = 2;
const SKIP: i64 = 9;
/// `xlTextQualifierDoubleQuote`, `xlTextQualifierSingleQuote`.
const DOUBLE_QUOTE: i64 = 1;
const SINGLE_QUOTE: i64 = 2;

/// How texts are cut.
struct Cut {
    delimiters: Vec<char>,
    qualifier: Option<char>,
    consecutive: bool,
    /// Start positions, from 0, for fixed width.
    starts: Option<Vec<usize>>,
    /// Data types by column.
    types: Vec<i64>,
}

pub fn text_to_columns(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    let names = [
        "Destination",
        "DataType",
        "TextQualifier",
        "ConsecutiveDelimiter",
        "Tab",
        "Semicolon",
        "Comma",
        "Space",
        "Other",
        "OtherChar",
        "FieldInfo",
        "DecimalSeparator",
        "ThousandsSeparator",
        "TrailingMinusNumbers",
    ];
    let bound = bind(arguments, names)?;
    let [target, kind, qualifier, consecutive, tab, semicolon, comma, space, other, other_char, info, _, _, _] = bound;
    guard(excel, range)?;
    let area = range.first();
    if area.width() != 1 {
        return Err(super::fault::excel(
            "Microsoft Excel can convert only one column at a time. The range can be many rows tall but no more than one column wide. Try again by selecting cells in one column only.",
        ));
    }
    let truth = |value: Option<&Value>| value.map_or(Ok(false), scalar::truth);
    let mut delimiters = Vec::new();
    for (wanted, sign) in [(tab, '\t'), (semicolon, ';'), (comma, ','), (space, ' ')] {
        if truth(wanted)? {
            delimiters.push(sign);
        }
    }
    if truth(other)? {
        let text = scalar::text(other_char.ok_or_else(undefined)?)?;
        delimiters.extend(text.chars().next());
    }
    let (positions, types) = field_info(info)?;
    let fixed = kind.map_or(Ok(1), scalar::whole)? == FIXED_WIDTH;
    let cut = Cut {
        delimiters,
        qualifier: match qualifier.map_or(Ok(DOUBLE_QUOTE), scalar::whole)? {
            DOUBLE_QUOTE => Some('"'),
            SINGLE_QUOTE => Some('\''),
            _ => None,
        },
        consecutive: truth(consecutive)?,
        starts: fixed.then_some(positions),
        types,
    };
    let (sheet, corner) = match target {
        Some(value) => {
            let target = excel.range_argument(value)?;
            (target.sheet, target.first())
        }
        None => (range.sheet, area),
    };
    let Some(used) = excel.sheet(range.sheet)?.occupied(area) else {
        return Err(super::fault::excel("No data was selected to parse."));
    };
    for row in used.top..=used.bottom {
        let text = super::range_value::shown(excel, range.sheet, row, area.left)?;
        if !text.is_empty() {
            write_row(excel, sheet, (corner.top + (row - area.top), corner.left), &text, &cut)?;
        }
    }
    Ok(Value::Boolean(true))
}

fn write_row(excel: &mut Excel, sheet: u32, (row, left): (u32, u32), text: &str, cut: &Cut) -> Result<(), Fault> {
    let mut column = left;
    for (at, piece) in pieces(text, cut).into_iter().enumerate() {
        let kind = cut.types.get(at).copied().unwrap_or(1);
        if kind == SKIP {
            continue;
        }
        let cell = Area::new(row, column, row, column).ok_or_else(undefined)?;
        if kind == AS_TEXT {
            excel.sheet_mut(sheet)?.paint.set(NUMBER_FORMAT, cell, of_text("@"));
        }
        set_value(excel, &RangeRef::new(sheet, cell), &Arguments::default(), &of_text(piece))?;
        column += 1;
    }
    Ok(())
}

fn pieces(text: &str, cut: &Cut) -> Vec<String> {
    if let Some(starts) = &cut.starts {
        let letters: Vec<char> = text.chars().collect();
        let ends = starts.iter().skip(1).copied().chain([letters.len()]);
        return starts
            .iter()
            .zip(ends)
            .map(|(from, to)| letters.get(*from..to.min(letters.len())).unwrap_or_default().iter().collect::<String>())
            .map(|piece| piece.trim().to_owned())
            .collect();
    }
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if Some(c) == cut.qualifier && (quoted || piece.is_empty()) {
            if quoted && chars.peek() == Some(&c) {
                piece.push(c);
                chars.next();
            } else {
                quoted = !quoted;
            }
        } else if cut.delimiters.contains(&c) && !quoted {
            pieces.push(std::mem::take(&mut piece));
            while cut.consecutive && chars.peek().is_some_and(|next| cut.delimiters.contains(next)) {
                chars.next();
            }
        } else {
            piece.push(c);
        }
    }
    pieces.push(piece);
    pieces
}

/// `FieldInfo`: an array of two-element arrays (column or start position, data type).
fn field_info(info: Option<&Value>) -> Result<(Vec<usize>, Vec<i64>), Fault> {
    let Some(info) = info else { return Ok((vec![0], Vec::new())) };
    let Value::Array(fields) = info else { return Err(mismatch()) };
    let flat = fields.elements.iter().all(|element| !matches!(element, Value::Array(_)));
    let pairs: Vec<(i64, i64)> = if flat {
        let numbers = fields.elements.iter().map(scalar::whole).collect::<Result<Vec<_>, _>>()?;
        numbers.chunks_exact(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?))).collect()
    } else {
        let pair = |element: &Value| match element {
            Value::Array(pair) => {
                let first = pair.elements.first().ok_or_else(mismatch)?;
                let second = pair.elements.get(1).ok_or_else(mismatch)?;
                Ok((scalar::whole(first)?, scalar::whole(second)?))
            }
            _ => Err(mismatch()),
        };
        fields.elements.iter().map(pair).collect::<Result<Vec<_>, _>>()?
    };
    let positions = pairs.iter().map(|(at, _)| usize::try_from(*at).unwrap_or(0)).collect();
    Ok((positions, pairs.into_iter().map(|(_, kind)| kind).collect()))
}
