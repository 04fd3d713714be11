//! Format objects (Font, Interior, Borders...), validation, page setup and window settings: remembered as set and read back, with
//! Excel's defaults; they change nothing else. Number format, hidden lines and sizes, which do matter, are here as well.

use super::area::Area;
use super::excel::Excel;
use super::fault::{Answer, Done, no_member, unable_to_set, undefined};
use super::members::bind;
use super::palette;
use super::range_ref::{BOOK, RangeRef, object};
use super::scalar::{self, of_text};
use super::sheet::{GENERAL, NUMBER_FORMAT, Sheet};
use crate::engine::value::{Arguments, Fault, HostObject, Value};

/// Default of a remembered property.
#[derive(Clone, Copy)]
enum Initial {
    False,
    True,
    Number(f64),
    Long(i32),
    Text(&'static str),
    Empty,
}

impl Initial {
    fn value(self) -> Value {
        match self {
            Self::False => Value::Boolean(false),
            Self::True => Value::Boolean(true),
            Self::Number(number) => Value::Double(number),
            Self::Long(number) => Value::Long(number),
            Self::Text(text) => of_text(text),
            Self::Empty => Value::Empty,
        }
    }
}

/// `xlNone` / `xlLineStyleNone` / `xlUnderlineStyleNone`, and `xlAutomatic` / `xlColorIndexAutomatic`.
const NONE: i32 = -4142;
const AUTOMATIC: i32 = -4105;
const WHITE: i32 = 16_777_215;

type Properties = &'static [(&'static str, Initial)];

const FONT: Properties = &[
    ("Bold", Initial::False),
    ("Italic", Initial::False),
    ("Underline", Initial::Long(NONE)),
    ("Strikethrough", Initial::False),
    ("Size", Initial::Number(11.0)),
    ("Name", Initial::Text("Calibri")),
    ("Color", Initial::Number(0.0)),
    ("ColorIndex", Initial::Long(AUTOMATIC)),
    ("ThemeColor", Initial::Long(2)),
    ("TintAndShade", Initial::Number(0.0)),
    ("Superscript", Initial::False),
    ("Subscript", Initial::False),
    ("FontStyle", Initial::Text("Regular")),
    ("Shadow", Initial::False),
    ("OutlineFont", Initial::False),
    ("ThemeFont", Initial::Long(2)),
    ("Background", Initial::Long(AUTOMATIC)),
];
const INTERIOR: Properties = &[
    ("Color", Initial::Long(WHITE)),
    ("ColorIndex", Initial::Long(NONE)),
    ("Pattern", Initial::Long(NONE)),
    ("PatternColor", Initial::Long(0)),
    ("PatternColorIndex", Initial::Long(NONE)),
    ("ThemeColor", Initial::Long(NONE)),
    ("TintAndShade", Initial::Number(0.0)),
    ("PatternTintAndShade", Initial::Number(0.0)),
    ("PatternThemeColor", Initial::Long(NONE)),
];
const BORDER: Properties = &[
    ("LineStyle", Initial::Long(NONE)),
    ("Weight", Initial::Long(2)),
    ("Color", Initial::Long(0)),
    ("ColorIndex", Initial::Long(NONE)),
    ("TintAndShade", Initial::Number(0.0)),
    ("ThemeColor", Initial::Long(NONE)),
    ("Value", Initial::Long(NONE)),
];
const VALIDATION: Properties = &[
    ("Type", Initial::Empty),
    ("AlertStyle", Initial::Long(1)),
    ("Operator", Initial::Long(1)),
    ("Formula1", Initial::Empty),
    ("Formula2", Initial::Empty),
    ("IgnoreBlank", Initial::True),
    ("InCellDropdown", Initial::True),
    ("ErrorMessage", Initial::Text("")),
    ("ErrorTitle", Initial::Text("")),
    ("InputMessage", Initial::Text("")),
    ("InputTitle", Initial::Text("")),
    ("ShowError", Initial::True),
    ("ShowInput", Initial::True),
    ("IMEMode", Initial::Long(0)),
];
const CONDITION: Properties = &[
    ("Type", Initial::Long(1)),
    ("Operator", Initial::Long(1)),
    ("Formula1", Initial::Empty),
    ("Formula2", Initial::Empty),
    ("StopIfTrue", Initial::True),
    ("Priority", Initial::Long(1)),
    ("Text", Initial::Empty),
];
const CHARACTERS: Properties = &[("Text", Initial::Empty), ("Caption", Initial::Empty), ("Count", Initial::Long(0))];
const DIRECT: Properties = &[
    ("HorizontalAlignment", Initial::Long(1)),
    ("VerticalAlignment", Initial::Long(-4107)),
    ("WrapText", Initial::False),
    ("Orientation", Initial::Long(-4128)),
    ("IndentLevel", Initial::Long(0)),
    ("ShrinkToFit", Initial::False),
    ("AddIndent", Initial::False),
    ("ReadingOrder", Initial::Long(-5002)),
    ("Locked", Initial::True),
    ("FormulaHidden", Initial::False),
    ("Style", Initial::Text("Normal")),
];
const PAGE_SETUP: Properties = &[
    ("PrintArea", Initial::Text("")),
    ("PrintTitleRows", Initial::Text("")),
    ("PrintTitleColumns", Initial::Text("")),
    ("Orientation", Initial::Long(1)),
    ("PaperSize", Initial::Long(9)),
    ("Zoom", Initial::Long(100)),
    ("FitToPagesWide", Initial::Long(1)),
    ("FitToPagesTall", Initial::Long(1)),
    ("LeftHeader", Initial::Text("")),
    ("CenterHeader", Initial::Text("")),
    ("RightHeader", Initial::Text("")),
    ("LeftFooter", Initial::Text("")),
    ("CenterFooter", Initial::Text("")),
    ("RightFooter", Initial::Text("")),
    ("LeftMargin", Initial::Number(50.4)),
    ("RightMargin", Initial::Number(50.4)),
    ("TopMargin", Initial::Number(54.0)),
    ("BottomMargin", Initial::Number(54.0)),
    ("HeaderMargin", Initial::Number(21.6)),
    ("FooterMargin", Initial::Number(21.6)),
    ("PrintHeadings", Initial::False),
    ("PrintGridlines", Initial::False),
    ("PrintComments", Initial::Long(NONE)),
    ("PrintQuality", Initial::Long(600)),
    ("CenterHorizontally", Initial::False),
    ("CenterVertically", Initial::False),
    ("Draft", Initial::False),
    ("FirstPageNumber", Initial::Long(AUTOMATIC)),
    ("Order", Initial::Long(1)),
    ("BlackAndWhite", Initial::False),
    ("PrintErrors", Initial::Long(0)),
    ("OddAndEvenPagesHeaderFooter", Initial::False),
    ("DifferentFirstPageHeaderFooter", Initial::False),
    ("ScaleWithDocHeaderFooter", Initial::True),
    ("AlignMarginsHeaderFooter", Initial::True),
];
const WINDOW: Properties = &[
    ("FreezePanes", Initial::False),
    ("DisplayGridlines", Initial::True),
    ("DisplayHeadings", Initial::True),
    ("DisplayZeros", Initial::True),
    ("DisplayFormulas", Initial::False),
    ("DisplayOutline", Initial::True),
    ("DisplayHorizontalScrollBar", Initial::True),
    ("DisplayVerticalScrollBar", Initial::True),
    ("DisplayWorkbookTabs", Initial::True),
    ("Zoom", Initial::Number(100.0)),
    ("ScrollRow", Initial::Long(1)),
    ("ScrollColumn", Initial::Long(1)),
    ("SplitRow", Initial::Long(0)),
    ("SplitColumn", Initial::Long(0)),
    ("Split", Initial::False),
    ("TabRatio", Initial::Number(0.6)),
    ("View", Initial::Long(1)),
    ("WindowState", Initial::Long(-4137)),
    ("Visible", Initial::True),
    ("Caption", Initial::Text("")),
    ("GridlineColor", Initial::Long(0)),
    ("Width", Initial::Number(1024.0)),
    ("Height", Initial::Number(768.0)),
    ("Top", Initial::Number(0.0)),
    ("Left", Initial::Number(0.0)),
];
const TAB: Properties = &[
    ("Color", Initial::False),
    ("ColorIndex", Initial::Long(NONE)),
    ("ThemeColor", Initial::Long(NONE)),
    ("TintAndShade", Initial::Number(0.0)),
];
const OUTLINE: Properties =
    &[("SummaryRow", Initial::Long(1)), ("SummaryColumn", Initial::Long(-4152)), ("AutomaticStyles", Initial::False)];

/// Classes whose properties lie on cells, and those that belong to a sheet.
static ON_CELLS: [(&str, Properties); 8] = [
    ("Font", FONT),
    ("Interior", INTERIOR),
    ("Borders", BORDER),
    ("Border", BORDER),
    ("Validation", VALIDATION),
    ("FormatConditions", &[]),
    ("FormatCondition", CONDITION),
    ("Characters", CHARACTERS),
];
static ON_SHEET: [(&str, Properties); 4] =
    [("PageSetup", PAGE_SETUP), ("Window", WINDOW), ("Tab", TAB), ("Outline", OUTLINE)];

/// `XlBordersIndex`: the edges Borders without an index means.
const EDGES: [u32; 4] = [7, 8, 9, 10];
const BORDER_INDEXES: std::ops::RangeInclusive<i64> = 5..=12;
/// First word of the format objects of a conditional format, so that they do not paint the cells themselves.
const CONDITIONAL: u32 = 99;

/// A format object.
pub enum Styled {
    Cells { class: &'static str, index: u32, range: RangeRef },
    Sheet { class: &'static str, sheet: u32 },
}

/// Whether a class is one of the format classes.
pub fn is_class(class: &str) -> bool {
    ON_CELLS.iter().chain(&ON_SHEET).any(|(known, _)| known.eq_ignore_ascii_case(class))
}

/// (class, member, grade) of every format property.
pub fn coverage() -> Vec<(&'static str, &'static str, &'static str)> {
    let all = ON_CELLS.iter().chain(&ON_SHEET);
    all.flat_map(|(class, properties)| properties.iter().map(move |(member, _)| (*class, *member, "approximate")))
        .collect()
}

/// The format object of a descriptor; none for other classes.
pub fn decode(excel: &Excel, object: &HostObject) -> Result<Option<Styled>, Fault> {
    if let Some((class, _)) = ON_CELLS.iter().find(|(class, _)| *class == &*object.class) {
        let index = object.words.first().copied().unwrap_or(BOOK);
        return Ok(Some(Styled::Cells { class, index, range: excel.range_of(object)? }));
    }
    if let Some((class, _)) = ON_SHEET.iter().find(|(class, _)| *class == &*object.class) {
        let sheet = object.words.get(1).copied().unwrap_or(0);
        excel.sheet(sheet)?;
        return Ok(Some(Styled::Sheet { class, sheet }));
    }
    Ok(None)
}

/// The format object of a range.
pub fn styled(excel: &Excel, class: &str, range: &RangeRef) -> Value {
    indexed(excel, class, 0, range)
}

fn indexed(excel: &Excel, class: &str, index: u32, range: &RangeRef) -> Value {
    let shifts = excel.sheet(range.sheet).map_or(0, |sheet| sheet.shifts.len());
    let mut words = range.words(shifts);
    if let Some(first) = words.first_mut() {
        *first = index;
    }
    object(class, &words)
}

fn properties_of(class: &str) -> Properties {
    let found = ON_CELLS.iter().chain(&ON_SHEET).find(|(known, _)| *known == class);
    found.map_or(&[], |(_, properties)| *properties)
}

fn initial(class: &str, member: &str) -> Option<Value> {
    let found = properties_of(class).iter().find(|(name, _)| name.eq_ignore_ascii_case(member));
    found.map(|(_, initial)| initial.value())
}

fn keys(class: &str, index: u32, member: &str) -> Vec<String> {
    let member = member.to_ascii_lowercase();
    match (class, index) {
        ("Borders", _) => EDGES.iter().map(|edge| format!("border{edge}.{member}")).collect(),
        ("Border", index) => vec![format!("border{index}.{member}")],
        (class, CONDITIONAL) => vec![format!("condition.{}.{member}", class.to_ascii_lowercase())],
        (class, _) => vec![format!("{}.{member}", class.to_ascii_lowercase())],
    }
}

/// Reads a property or calls a method of a format object.
pub fn read(excel: &mut Excel, styled: &Styled, member: &str, arguments: &Arguments) -> Answer {
    match styled {
        Styled::Sheet { class, sheet } => read_sheet(excel, class, *sheet, member),
        Styled::Cells { class, index, range } => {
            if let Some(answer) = method(excel, class, *index, range, member, arguments) {
                return answer;
            }
            let member = if member.is_empty() && *class == "Border" { "LineStyle" } else { member };
            let otherwise = initial(class, member).ok_or_else(no_member)?;
            let keys = keys(class, *index, member);
            let mut answer: Option<Value> = None;
            for key in &keys {
                let value = painted(excel, range, key, &otherwise)?;
                match &answer {
                    Some(before) if *before != value => return Ok(Value::Null),
                    _ => answer = Some(value),
                }
            }
            let answer = answer.unwrap_or(otherwise);
            if *class == "Validation" && member.eq_ignore_ascii_case("Type") && answer == Value::Empty {
                return Err(undefined());
            }
            Ok(answer)
        }
    }
}

/// The value painted over all areas, the default where nothing is painted, Null where it differs.
fn painted(excel: &Excel, range: &RangeRef, key: &str, otherwise: &Value) -> Answer {
    let sheet = excel.sheet(range.sheet)?;
    let mut answer: Option<Value> = None;
    for area in &range.areas {
        let Some(found) = sheet.paint.uniform(key, *area) else { return Ok(Value::Null) };
        let value = found.unwrap_or(otherwise).clone();
        match &answer {
            Some(before) if *before != value => return Ok(Value::Null),
            _ => answer = Some(value),
        }
    }
    Ok(answer.unwrap_or(Value::Null))
}

/// Methods and sub-objects of format objects.
fn method(
    excel: &mut Excel,
    class: &str,
    index: u32,
    range: &RangeRef,
    member: &str,
    arguments: &Arguments,
) -> Option<Answer> {
    let lower = member.to_ascii_lowercase();
    Some(match (class, lower.as_str()) {
        ("Borders", "" | "item") if !arguments.positional.is_empty() => border(excel, range, arguments),
        ("Borders", "count") => Ok(Value::Long(6)),
        ("Validation", "delete") => {
            let cleared = excel.sheet_mut(range.sheet);
            cleared.map(|sheet| {
                range.areas.iter().for_each(|area| sheet.paint.clear(*area, |key| key.starts_with("validation.")));
                Value::Empty
            })
        }
        ("Validation", "add") if painted(excel, range, "validation.type", &Value::Empty) != Ok(Value::Empty) => {
            Err(undefined())
        }
        ("Validation", "add" | "modify") => add_validation(excel, range, arguments),
        (
            "FormatConditions",
            "add"
            | "addcolorscale"
            | "adddatabar"
            | "addiconsetcondition"
            | "adduniquevalues"
            | "addtop10"
            | ""
            | "item",
        ) => Ok(indexed(excel, "FormatCondition", CONDITIONAL, range)),
        ("FormatConditions", "delete") | ("FormatCondition", "delete" | "modify" | "setfirstpriority") => {
            Ok(Value::Empty)
        }
        ("FormatConditions", "count") => Ok(Value::Long(0)),
        ("FormatCondition", "font") => Ok(indexed(excel, "Font", CONDITIONAL, range)),
        ("FormatCondition", "interior") => Ok(indexed(excel, "Interior", CONDITIONAL, range)),
        ("FormatCondition", "borders") => Ok(indexed(excel, "FormatCondition", CONDITIONAL, range)),
        ("Characters", "font") => Ok(indexed(excel, "Font", index, range)),
        ("Characters", "") => Ok(indexed(excel, "Characters", index, range)),
        (_, "parent") => Ok(excel.range_value(range)),
        _ => return None,
    })
}

fn border(excel: &Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    let [index] = bind(arguments, ["Index"])?;
    let index = scalar::whole(index.ok_or_else(undefined)?)?;
    // `xlLeft` and its kin are accepted for the edges as well.
    let index = match index {
        -4131 | 1 => 7,
        -4160 | 3 => 8,
        -4107 | 4 => 9,
        -4152 | 2 => 10,
        other => other,
    };
    if !BORDER_INDEXES.contains(&index) {
        return Err(super::fault::unable_to_get("Item", "Borders"));
    }
    Ok(indexed(excel, "Border", u32::try_from(index).unwrap_or(7), range))
}

/// Keeps what Add or Modify are given.
fn add_validation(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    let names = ["Type", "AlertStyle", "Operator", "Formula1", "Formula2"];
    let bound = bind(arguments, names)?;
    for (name, value) in names.iter().zip(bound) {
        let Some(value) = value else { continue };
        let value = excel.plain(value)?;
        let key = format!("validation.{}", name.to_ascii_lowercase());
        let sheet = excel.sheet_mut(range.sheet)?;
        range.areas.iter().for_each(|area| sheet.paint.set(&key, *area, value.clone()));
    }
    Ok(Value::Empty)
}

/// Writes a property of a format object; Color and ColorIndex follow each other.
pub fn write(excel: &mut Excel, styled: &Styled, member: &str, value: &Value) -> Done {
    match styled {
        Styled::Sheet { class, sheet } => {
            initial(class, member).ok_or_else(no_member)?;
            let key = format!("{}.{}", class.to_ascii_lowercase(), member.to_ascii_lowercase());
            excel.sheet_mut(*sheet)?.properties.insert(key, value.clone());
            Ok(())
        }
        Styled::Cells { class, index, range } => {
            let member = if member.is_empty() { "LineStyle" } else { member };
            initial(class, member).ok_or_else(no_member)?;
            if *class == "Characters" {
                return super::range_value::set_value(excel, range, &Arguments::default(), value);
            }
            let mut settings = vec![(member.to_owned(), stored(value)?)];
            settings.extend(palette::partner(member, value));
            if *class == "Interior" && member.to_ascii_lowercase().starts_with("color") {
                const SOLID: i32 = 1;
                let none = scalar::number(value) == Some(f64::from(NONE));
                settings.push(("Pattern".to_owned(), Value::Long(if none { NONE } else { SOLID })));
            }
            if class.starts_with("Border") && member.eq_ignore_ascii_case("Weight") {
                const CONTINUOUS: i32 = 1;
                settings.push(("LineStyle".to_owned(), Value::Long(CONTINUOUS)));
            }
            let sheet = excel.sheet_mut(range.sheet)?;
            for (member, value) in settings {
                for key in keys(class, *index, &member) {
                    range.areas.iter().for_each(|area| sheet.paint.set(&key, *area, value.clone()));
                }
            }
            Ok(())
        }
    }
}

/// Whole numbers are remembered as Long, as Excel reads them back.
fn stored(value: &Value) -> Answer {
    match value {
        Value::Boolean(_) | Value::Text(_) | Value::Null => Ok(value.clone()),
        other => {
            let number = scalar::number(other).ok_or_else(undefined)?;
            let whole = number.fract() == 0.0 && number.abs() <= f64::from(i32::MAX);
            Ok(if whole { Value::Long(number as i32) } else { Value::Double(number) })
        }
    }
}

fn read_sheet(excel: &mut Excel, class: &str, sheet: u32, member: &str) -> Answer {
    let lower = member.to_ascii_lowercase();
    match (class, lower.as_str()) {
        ("Window", "selection" | "rangeselection") => return selection(excel, sheet),
        ("Window", "activecell") => {
            let (row, column) = excel.sheet(sheet)?.active;
            return Ok(excel.range_value(&RangeRef::new(sheet, Area::cell(row, column))));
        }
        ("Window", "activesheet" | "parent") => return Ok(super::excel::sheet_object(sheet)),
        ("Window", "selectedsheets") => {
            let selected = if excel.selected_sheets.is_empty() { vec![sheet] } else { excel.selected_sheets.clone() };
            let words: Vec<u32> = std::iter::once(BOOK).chain(selected).collect();
            return Ok(object("Sheets", &words));
        }
        ("Window", "visiblerange") => {
            return Ok(excel.range_value(&RangeRef::new(sheet, Area { top: 1, left: 1, bottom: 40, right: 20 })));
        }
        ("Window", "activate" | "scrollintoview" | "smallscroll" | "largescroll" | "close") => return Ok(Value::Empty),
        ("Outline", "showlevels") => return Ok(Value::Empty),
        _ => {}
    }
    let otherwise = initial(class, member).ok_or_else(no_member)?;
    let key = format!("{}.{lower}", class.to_ascii_lowercase());
    Ok(excel.sheet(sheet)?.properties.get(&key).cloned().unwrap_or(otherwise))
}

/// What is selected on a sheet.
pub fn selection(excel: &Excel, sheet: u32) -> Answer {
    let areas = excel.sheet(sheet)?.selection.clone();
    Ok(excel.range_or_nothing(RangeRef::of(sheet, areas)))
}

/// `Range.NumberFormat`: Null where it differs.
pub fn number_format(excel: &Excel, range: &RangeRef) -> Answer {
    painted(excel, range, NUMBER_FORMAT, &of_text(GENERAL))
}

pub fn set_number_format(excel: &mut Excel, range: &RangeRef, _: &Arguments, value: &Value) -> Done {
    let code = scalar::text(value)?;
    let code = if code.is_empty() { of_text(GENERAL) } else { Value::Text(code) };
    let sheet = excel.sheet_mut(range.sheet)?;
    range.areas.iter().for_each(|area| sheet.paint.set(NUMBER_FORMAT, *area, code.clone()));
    excel.book.revision += 1;
    Ok(())
}

/// A property of the range itself, with its default.
pub fn direct(excel: &Excel, range: &RangeRef, key: &str) -> Answer {
    let found = DIRECT.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
    let otherwise = found.map_or(Value::Empty, |(_, initial)| initial.value());
    painted(excel, range, key, &otherwise)
}

pub fn set_direct(excel: &mut Excel, range: &RangeRef, key: &str, value: &Value) -> Done {
    let value = stored(value)?;
    let sheet = excel.sheet_mut(range.sheet)?;
    range.areas.iter().for_each(|area| sheet.paint.set(key, *area, value.clone()));
    Ok(())
}

/// Whether an area has a cell that protection locks.
pub fn any_locked(sheet: &Sheet, area: Area) -> bool {
    !matches!(sheet.paint.uniform("locked", area), Some(Some(Value::Boolean(false))))
}

/// Standard width in characters and height in points of Calibri 11.
const STANDARD_WIDTH: f64 = 8.43;
const STANDARD_HEIGHT: f64 = 15.0;

/// ColumnWidth or RowHeight; hidden lines are 0 wide, different ones Null.
pub fn size(excel: &Excel, range: &RangeRef, key: &str) -> Answer {
    let sheet = excel.sheet(range.sheet)?;
    let columns = key == "columnwidth";
    let first = range.first();
    let hidden =
        if columns { sheet.hidden_columns.contains(&first.left) } else { sheet.hidden_rows.contains(&first.top) };
    if hidden {
        return Ok(Value::Double(0.0));
    }
    painted(excel, range, key, &Value::Double(if columns { STANDARD_WIDTH } else { STANDARD_HEIGHT }))
}

pub fn set_size(excel: &mut Excel, range: &RangeRef, key: &str, value: &Value) -> Done {
    let size = scalar::number(value).ok_or_else(undefined)?;
    let (columns, largest) = if key == "columnwidth" { (true, 255.0) } else { (false, 409.5) };
    if !(0.0..=largest).contains(&size) {
        return Err(unable_to_set(if columns { "ColumnWidth" } else { "RowHeight" }, "Range"));
    }
    let sheet = excel.sheet_mut(range.sheet)?;
    for area in &range.areas {
        let lines =
            if columns { Area::whole_columns(area.left, area.right) } else { Area::whole_rows(area.top, area.bottom) };
        sheet.paint.set(key, lines, Value::Double(size));
        set_lines_hidden(sheet, lines, size == 0.0);
    }
    Ok(())
}

fn set_lines_hidden(sheet: &mut Sheet, lines: Area, hide: bool) {
    let (set, range) = if lines.spans_columns() {
        (&mut sheet.hidden_columns, lines.left..=lines.right)
    } else {
        (&mut sheet.hidden_rows, lines.top..=lines.bottom)
    };
    if hide {
        set.extend(range);
    } else {
        set.retain(|line| !range.contains(line));
    }
}

/// Only entire rows or columns have it; Null where they differ.
pub fn hidden(excel: &mut Excel, range: &RangeRef, _: &Arguments) -> Answer {
    let sheet = excel.sheet(range.sheet)?;
    let area = range.first();
    let (lines, set) = if area.spans_columns() {
        (area.left..=area.right, &sheet.hidden_columns)
    } else if area.spans_rows() {
        (area.top..=area.bottom, &sheet.hidden_rows)
    } else {
        return Err(super::fault::unable_to_get("Hidden", "Range"));
    };
    let count = set.range(lines.clone()).count();
    Ok(match count {
        0 => Value::Boolean(false),
        all if all == lines.count() => Value::Boolean(true),
        _ => Value::Null,
    })
}

pub fn set_hidden(excel: &mut Excel, range: &RangeRef, _: &Arguments, value: &Value) -> Done {
    let hide = scalar::truth(value)?;
    if !range.areas.iter().all(|area| area.spans_rows() || area.spans_columns()) {
        return Err(unable_to_set("Hidden", "Range"));
    }
    let sheet = excel.sheet_mut(range.sheet)?;
    range.areas.iter().for_each(|area| set_lines_hidden(sheet, *area, hide));
    excel.book.revision += 1;
    Ok(())
}

pub fn border_around(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    let [style, weight, _, color, _] = bind(arguments, ["LineStyle", "Weight", "ColorIndex", "Color", "ThemeColor"])?;
    let settings = [
        ("linestyle", style.cloned().or(Some(Value::Long(1)))),
        ("weight", weight.cloned()),
        ("color", color.cloned()),
    ];
    let sheet = excel.sheet_mut(range.sheet)?;
    for area in &range.areas {
        let edges = [
            (7, Area { right: area.left, ..*area }),
            (8, Area { bottom: area.top, ..*area }),
            (9, Area { top: area.bottom, ..*area }),
            (10, Area { left: area.right, ..*area }),
        ];
        for (edge, cells) in edges {
            for (name, value) in &settings {
                if let Some(value) = value {
                    sheet.paint.set(&format!("border{edge}.{name}"), cells, stored(value)?);
                }
            }
        }
    }
    Ok(Value::Boolean(true))
}
