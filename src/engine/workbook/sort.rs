//! Sorting: Range.Sort, and the Sort object with its SortFields. Numbers before texts before FALSE and TRUE before errors,
//! blanks always last, equal rows in their old order (Microsoft, "Sort data in a range or table": default sort orders).

use std::cmp::Ordering;
use std::sync::Arc;

use super::area::Area;
use super::excel::Excel;
use super::fault::{Answer, Done, class_method, excel as excel_error, mismatch, subscript, undefined};
use super::grid::Cell;
use super::members::{ABOUT, EXACT, Member, bind, call, part, property};
use super::range_fill::LISTS;
use super::range_ref::{BOOK, RangeRef, as_range, object};
use super::range_value::{MOST_CELLS, guard};
use super::rewrite;
use super::scalar;
use super::sheet::{SortField as Field, SortState, Table};
use crate::engine::value::{Arguments, Fault, Value};

const ASCENDING: i32 = 1;
const DESCENDING: i32 = 2;
const XL_YES: i32 = 1;
const XL_GUESS: i32 = 0;
const TEXT_AS_NUMBERS: i32 = 1;
/// `xlTopToBottom`: rows are sorted. `xlLeftToRight` is 2.
const BY_ROWS: i32 = 1;

/// One key, as a line of the sorted area.
struct Key {
    /// Column (or row, sorting left to right) of the sheet.
    line: u32,
    descending: bool,
    text_as_numbers: bool,
    custom: Option<Arc<[String]>>,
}

/// What to sort, and how.
struct Plan {
    area: Area,
    keys: Vec<Key>,
    match_case: bool,
    by_rows: bool,
}

/// A value in its place of the sort order.
enum Rank {
    /// A text of a custom list.
    Listed(usize),
    Number(f64),
    Text(String),
    Boolean(bool),
    Error,
    Blank,
}

impl Rank {
    fn of(value: &Value, match_case: bool, key: &Key) -> Self {
        match value {
            Value::Double(number) => Self::Number(*number),
            Value::Text(text) => {
                let listed = key.custom.iter().flat_map(|list| list.iter());
                if let Some(place) = listed.into_iter().position(|known| super::book::same_text(known, text)) {
                    return Self::Listed(place);
                }
                let number = key.text_as_numbers.then(|| text.trim().parse::<f64>().ok()).flatten();
                match number.filter(|n| n.is_finite()) {
                    Some(number) => Self::Number(number),
                    None => Self::Text(collation_key(text, match_case)),
                }
            }
            Value::Boolean(truth) => Self::Boolean(*truth),
            Value::Error(_) => Self::Error,
            _ => Self::Blank,
        }
    }

    fn class(&self) -> u8 {
        match self {
            Self::Listed(_) => 0,
            Self::Number(_) => 1,
            Self::Text(_) => 2,
            Self::Boolean(_) => 3,
            Self::Error => 4,
            Self::Blank => 5,
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Listed(a), Self::Listed(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Boolean(a), Self::Boolean(b)) => a.cmp(b),
            _ => self.class().cmp(&other.class()),
        }
    }
}

/// Signs before digits before letters; hyphens and apostrophes count only between otherwise equal texts; case on demand.
fn collation_key(text: &str, match_case: bool) -> String {
    let mut key = String::with_capacity(text.len() + 2);
    for c in text.chars().filter(|c| !matches!(c, '-' | '\'')) {
        let class = match c {
            c if c.is_alphabetic() => '\u{3}',
            c if c.is_numeric() => '\u{2}',
            _ => '\u{1}',
        };
        key.push(class);
        key.extend(c.to_lowercase());
    }
    key.push('\0');
    key.extend(text.chars().filter(|c| matches!(c, '-' | '\'')));
    if match_case {
        // Lower case goes before upper case.
        key.push('\0');
        key.extend(text.chars().map(|c| if c.is_uppercase() { '1' } else { '0' }));
    }
    key
}

/// `Range.Sort(Key1, Order1, Key2, Type, Order2, Key3, Order3, Header, ...)`.
pub fn range_sort(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    let names = [
        "Key1",
        "Order1",
        "Key2",
        "Type",
        "Order2",
        "Key3",
        "Order3",
        "Header",
        "OrderCustom",
        "MatchCase",
        "Orientation",
        "SortMethod",
        "DataOption1",
        "DataOption2",
        "DataOption3",
        "SubField1",
    ];
    let bound = bind(arguments, names)?;
    let [key1, order1, key2, _, order2, key3, order3, header, list, case, orientation, _, data1, data2, data3, _] =
        bound;
    if range.areas.len() > 1 {
        return Err(excel_error("That command cannot be used on multiple selections."));
    }
    let mut area = range.first();
    if area.is_cell() {
        area = excel.sheet(range.sheet)?.current_region(area);
    }
    let number = |value: Option<&Value>, otherwise: i32| match value {
        Some(value) => i32::try_from(scalar::whole(value)?).map_err(|_| undefined()),
        None => Ok(otherwise),
    };
    let remembered = excel.sheet(range.sheet)?.sort.clone();
    let by_rows = number(orientation, remembered.orientation)? == BY_ROWS;
    let header = number(header, remembered.header)?;
    let match_case = case.map_or(Ok(remembered.match_case), scalar::truth)?;
    let custom = custom_list(list)?;
    let mut keys = Vec::new();
    for (key, order, data) in [(key1, order1, data1), (key2, order2, data2), (key3, order3, data3)] {
        let Some(key) = key else { continue };
        let line = key_line(excel, range.sheet, area, key, by_rows)?;
        keys.push(Key {
            line,
            descending: number(order, ASCENDING)? == DESCENDING,
            text_as_numbers: number(data, 0)? == TEXT_AS_NUMBERS,
            // The custom order holds for the first key only.
            custom: keys.is_empty().then(|| custom.clone()).flatten(),
        });
    }
    if keys.is_empty() {
        keys.push(Key {
            line: if by_rows { area.left } else { area.top },
            descending: number(order1, ASCENDING)? == DESCENDING,
            text_as_numbers: false,
            custom: custom.clone(),
        });
    }
    let state = &mut excel.sheet_mut(range.sheet)?.sort;
    (state.header, state.match_case) = (header, match_case);
    state.orientation = if by_rows { BY_ROWS } else { 2 };
    guard(excel, &RangeRef::new(range.sheet, area))?;
    run(excel, range.sheet, Plan { area, keys, match_case, by_rows }, header)?;
    Ok(Value::Boolean(true))
}

/// `OrderCustom` counts from the normal order: 2 to 5 are Excel's own lists of weekdays and months.
fn custom_list(number: Option<&Value>) -> Result<Option<Arc<[String]>>, Fault> {
    let [months, long_months, days, long_days] = LISTS;
    let list = match number.map_or(Ok(1), scalar::whole)? {
        2 => days,
        3 => long_days,
        4 => months,
        5 => long_months,
        _ => return Ok(None),
    };
    Ok(Some(list.iter().map(|name| (*name).to_owned()).collect()))
}

/// The line a key means: a range's first line, or the text of a header.
fn key_line(excel: &mut Excel, sheet: u32, area: Area, key: &Value, by_rows: bool) -> Result<u32, Fault> {
    let invalid = || {
        excel_error(
            "The sort reference is not valid. Make sure that it's within the data you want to sort, and the first Sort By box isn't the same or blank.",
        )
    };
    let line = match as_range(key) {
        Some(object) => {
            let range = excel.range_of(object)?;
            if range.sheet != sheet {
                return Err(invalid());
            }
            let first = range.first();
            if by_rows { first.left } else { first.top }
        }
        None => {
            let text = scalar::text(&excel.plain(key)?)?;
            let found = super::resolve::resolve_text(&excel.book, &text, sheet);
            match found {
                Some(range) if by_rows => range.first().left,
                Some(range) => range.first().top,
                None => header_line(excel, sheet, area, &text, by_rows).ok_or_else(invalid)?,
            }
        }
    };
    let inside =
        if by_rows { (area.left..=area.right).contains(&line) } else { (area.top..=area.bottom).contains(&line) };
    if inside { Ok(line) } else { Err(invalid()) }
}

fn header_line(excel: &Excel, sheet: u32, area: Area, text: &str, by_rows: bool) -> Option<u32> {
    let grid = &excel.book.sheet(sheet)?.grid;
    let is = |row: u32, column: u32| matches!(grid.get(row, column).map(|cell| &cell.value), Some(Value::Text(t)) if super::book::same_text(t, text));
    if by_rows {
        (area.left..=area.right).find(|column| is(area.top, *column))
    } else {
        (area.top..=area.bottom).find(|row| is(*row, area.left))
    }
}

/// Whether the first line looks like headings: texts over a line that has something else.
fn guess_header(excel: &mut Excel, sheet: u32, area: Area, by_rows: bool) -> Result<bool, Fault> {
    let lines = if by_rows { area.height() } else { area.width() };
    if lines < 2 {
        return Ok(false);
    }
    let across = if by_rows { area.left..=area.right } else { area.top..=area.bottom };
    let mut differs = false;
    for n in across {
        let (first, second) =
            if by_rows { ((area.top, n), (area.top + 1, n)) } else { ((n, area.left), (n, area.left + 1)) };
        let head = excel.cell_value(sheet, first.0, first.1)?;
        let below = excel.cell_value(sheet, second.0, second.1)?;
        match head {
            Value::Text(_) => differs |= !matches!(below, Value::Text(_)),
            Value::Empty => {}
            _ => return Ok(false),
        }
    }
    Ok(differs)
}

fn run(excel: &mut Excel, sheet: u32, mut plan: Plan, header: i32) -> Done {
    let used = excel.sheet(sheet)?.occupied(plan.area);
    let Some(used) = used else { return Ok(()) };
    // Whole columns: only what is filled can move, and the header is the first line asked for.
    let has_header = header == XL_YES || (header == XL_GUESS && guess_header(excel, sheet, plan.area, plan.by_rows)?);
    if plan.by_rows {
        plan.area.bottom = plan.area.bottom.min(used.bottom);
        plan.area.top += u32::from(has_header);
    } else {
        plan.area.right = plan.area.right.min(used.right);
        plan.area.left += u32::from(has_header);
    }
    if plan.area.top > plan.area.bottom || plan.area.left > plan.area.right {
        return Ok(());
    }
    if excel.sheet(sheet)?.merges.iter().any(|m| m.intersect(plan.area).is_some()) {
        return Err(excel_error("To do this, all the merged cells need to be the same size."));
    }
    let home = excel.sheet(sheet)?;
    let lines: Vec<u32> = if plan.by_rows {
        (plan.area.top..=plan.area.bottom).filter(|row| !home.hidden_rows.contains(row)).collect()
    } else {
        (plan.area.left..=plan.area.right).filter(|column| !home.hidden_columns.contains(column)).collect()
    };
    if lines.len() as u64 > MOST_CELLS {
        return Err(super::fault::out_of_memory());
    }
    let mut ranked = Vec::with_capacity(lines.len());
    for line in &lines {
        let mut ranks = Vec::with_capacity(plan.keys.len());
        for key in &plan.keys {
            let (row, column) = if plan.by_rows { (*line, key.line) } else { (key.line, *line) };
            let value = excel.cell_value(sheet, row, column)?;
            ranks.push(Rank::of(&value, plan.match_case, key));
        }
        ranked.push((*line, ranks));
    }
    ranked.sort_by(|(_, one), (_, other)| compare(&plan.keys, one, other));
    let order: Vec<u32> = ranked.into_iter().map(|(line, _)| line).collect();
    permute(excel, sheet, &plan, &lines, &order)?;
    excel.clipboard = None;
    excel.book.changed(sheet, plan.area);
    Ok(())
}

fn compare(keys: &[Key], one: &[Rank], other: &[Rank]) -> Ordering {
    for (key, (a, b)) in keys.iter().zip(one.iter().zip(other)) {
        let blank = matches!(a, Rank::Blank) || matches!(b, Rank::Blank);
        let order = a.compare(b);
        let order = if key.descending && !blank { order.reverse() } else { order };
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

/// A line on its way: where to, where from, its cells.
type Line = (u32, u32, Vec<(u32, u32, Cell)>);

/// Puts the lines in their new order; formulas go along as if copied, single cells' formats too.
fn permute(excel: &mut Excel, sheet: u32, plan: &Plan, lines: &[u32], order: &[u32]) -> Done {
    let home = excel.sheet_mut(sheet)?;
    let of = |line: u32| {
        if plan.by_rows {
            Area { top: line, bottom: line, ..plan.area }
        } else {
            Area { left: line, right: line, ..plan.area }
        }
    };
    let mut taken: Vec<Line> = Vec::new();
    let mut paints = Vec::new();
    for (target, source) in lines.iter().zip(order) {
        taken.push((*target, *source, home.grid.take(of(*source))));
        if target != source {
            let shift = i64::from(*target) - i64::from(*source);
            let (down, right) = if plan.by_rows { (shift, 0) } else { (0, shift) };
            let copied = home.paint.copy(of(*source)).into_iter();
            paints.push((
                of(*target),
                copied.filter_map(|(k, a, v)| Some((k, a.offset(down, right)?, v))).collect::<Vec<_>>(),
            ));
        }
    }
    let moves = |key: &str| !matches!(key, "columnwidth" | "rowheight");
    for (target, _) in &paints {
        home.paint.clear(*target, moves);
    }
    for (key, area, value) in paints.into_iter().flat_map(|(_, list)| list).filter(|(key, ..)| moves(key)) {
        home.paint.set(&key, area, value);
    }
    for (target, source, cells) in taken {
        let shift = i64::from(target) - i64::from(source);
        let (down, right) = if plan.by_rows { (shift, 0) } else { (0, shift) };
        for (row, column, mut cell) in cells {
            if let Some(moved) = cell.formula.as_ref().and_then(|text| rewrite::copied(text, down, right)) {
                cell.formula = Some(moved);
            }
            let (row, column) = if plan.by_rows { (target, column) } else { (row, target) };
            home.grid.set(row, column, cell);
        }
    }
    Ok(())
}

/// The Sort object of a sheet.
pub static SORT: &[Member<u32>] = &[
    part("SortFields", EXACT, |_, s, _| Ok(object("SortFields", &[BOOK, *s]))),
    call("SetRange", EXACT, |x, s, a| {
        let [range] = bind(a, ["Rng"])?;
        let range = x.range_argument(range.ok_or_else(mismatch)?)?;
        x.sheet_mut(*s)?.sort.area = Some(range.first());
        Ok(Value::Empty)
    }),
    call("Apply", ABOUT, |x, s, _| apply(x, *s)),
    property(
        "Header",
        EXACT,
        |x, s, _| Ok(Value::Long(x.sheet(*s)?.sort.header)),
        |x, s, _, v| {
            let number = i32::try_from(scalar::whole(v)?).map_err(|_| undefined())?;
            x.sheet_mut(*s)?.sort.header = number;
            Ok(())
        },
    ),
    property(
        "MatchCase",
        EXACT,
        |x, s, _| Ok(Value::Boolean(x.sheet(*s)?.sort.match_case)),
        |x, s, _, v| {
            x.sheet_mut(*s)?.sort.match_case = scalar::truth(v)?;
            Ok(())
        },
    ),
    property(
        "Orientation",
        EXACT,
        |x, s, _| Ok(Value::Long(x.sheet(*s)?.sort.orientation)),
        |x, s, _, v| {
            let number = i32::try_from(scalar::whole(v)?).map_err(|_| undefined())?;
            x.sheet_mut(*s)?.sort.orientation = number;
            Ok(())
        },
    ),
    property("SortMethod", ABOUT, |_, _, _| Ok(Value::Long(1)), |_, _, _, _| Ok(())),
    part("Rng", EXACT, |x, s, _| {
        let area = x.sheet(*s)?.sort.area;
        Ok(x.range_or_nothing(area.map(|area| RangeRef::new(*s, area))))
    }),
];

fn apply(excel: &mut Excel, sheet: u32) -> Answer {
    let SortState { fields, area, header, match_case, orientation } = excel.sheet(sheet)?.sort.clone();
    let filtered = || excel.book.sheet(sheet).and_then(|s| s.filter.as_ref()).map(|filter| filter.area);
    // Without a range: the table the first key lies in (`ListObject.Sort`), else the filtered list.
    let table = || {
        let first = fields.first()?.area;
        excel.book.sheet(sheet)?.tables.iter().find(|table| table.area.covers(first)).map(table_rows)
    };
    let area = area.or_else(table).or_else(filtered).ok_or_else(|| class_method("Apply", "Sort"))?;
    let by_rows = orientation == BY_ROWS;
    let key = |field: &Field| Key {
        line: if by_rows { field.area.left } else { field.area.top },
        descending: field.order == DESCENDING,
        text_as_numbers: field.data_option == TEXT_AS_NUMBERS,
        custom: field.custom.clone(),
    };
    if fields.is_empty() {
        return Err(class_method("Apply", "Sort"));
    }
    let keys = fields.iter().map(key).collect();
    guard(excel, &RangeRef::new(sheet, area))?;
    run(excel, sheet, Plan { area, keys, match_case, by_rows }, header)?;
    Ok(Value::Empty)
}

/// A table without its totals.
fn table_rows(table: &Table) -> Area {
    Area { bottom: table.area.bottom - u32::from(table.totals_row), ..table.area }
}

/// The keys of the Sort object.
pub static SORT_FIELDS: &[Member<u32>] = &[
    call("Clear", EXACT, |x, s, _| {
        x.sheet_mut(*s)?.sort.fields.clear();
        Ok(Value::Empty)
    }),
    call("Add", EXACT, |x, s, a| add_field(x, *s, a)),
    call("Add2", EXACT, |x, s, a| add_field(x, *s, a)),
    call("Count", EXACT, |x, s, _| Ok(Value::Long(i32::try_from(x.sheet(*s)?.sort.fields.len()).unwrap_or(i32::MAX)))),
    call("", EXACT, |x, s, a| field_item(x, *s, a)),
    call("Item", EXACT, |x, s, a| field_item(x, *s, a)),
];

fn add_field(excel: &mut Excel, sheet: u32, arguments: &Arguments) -> Answer {
    let names = ["Key", "SortOn", "Order", "CustomOrder", "DataOption", "SubField"];
    let [key, sort_on, order, custom, data, _] = bind(arguments, names)?;
    if sort_on.is_some_and(|on| scalar::whole(on).is_ok_and(|on| on != 0)) {
        return Err(super::fault::refused("excel:sort", "sorting by colour or icon is not offered"));
    }
    let custom = match custom {
        Some(Value::Text(list)) if !list.is_empty() => Some(list.split(',').map(|one| one.trim().to_owned()).collect()),
        Some(Value::Text(_)) => None,
        other => custom_list(other)?,
    };
    let range = excel.range_argument(key.ok_or_else(mismatch)?)?;
    let number = |value: Option<&Value>, otherwise: i64| {
        let number = value.map_or(Ok(otherwise), scalar::whole)?;
        i32::try_from(number).map_err(|_| undefined())
    };
    let field = Field { area: range.first(), order: number(order, 1)?, data_option: number(data, 0)?, custom };
    let fields = &mut excel.sheet_mut(sheet)?.sort.fields;
    fields.push(field);
    let at = u32::try_from(fields.len() - 1).unwrap_or(0);
    Ok(object("SortField", &[BOOK, sheet, at]))
}

fn field_item(excel: &mut Excel, sheet: u32, arguments: &Arguments) -> Answer {
    let [index] = bind(arguments, ["Index"])?;
    let at = scalar::whole(index.ok_or_else(mismatch)?)? - 1;
    let at = u32::try_from(at).map_err(|_| subscript())?;
    excel.sheet(sheet)?.sort.fields.get(at as usize).ok_or_else(subscript)?;
    Ok(object("SortField", &[BOOK, sheet, at]))
}

fn field<'a>(excel: &'a mut Excel, words: &[u32]) -> Result<&'a mut Field, Fault> {
    let [_, sheet, at, ..] = words else { return Err(subscript()) };
    excel.sheet_mut(*sheet)?.sort.fields.get_mut(*at as usize).ok_or_else(subscript)
}

/// One key of the Sort object.
pub static SORT_FIELD: &[Member<[u32]>] = &[
    property(
        "Order",
        EXACT,
        |x, w, _| Ok(Value::Long(field(x, w)?.order)),
        |x, w, _, v| {
            field(x, w)?.order = i32::try_from(scalar::whole(v)?).map_err(|_| undefined())?;
            Ok(())
        },
    ),
    property(
        "DataOption",
        EXACT,
        |x, w, _| Ok(Value::Long(field(x, w)?.data_option)),
        |x, w, _, v| {
            field(x, w)?.data_option = i32::try_from(scalar::whole(v)?).map_err(|_| undefined())?;
            Ok(())
        },
    ),
    property(
        "Key",
        EXACT,
        |x, w, _| {
            let area = field(x, w)?.area;
            let sheet = w.get(1).copied().unwrap_or(0);
            Ok(x.range_value(&RangeRef::new(sheet, area)))
        },
        |x, w, _, v| {
            let area = x.range_argument(v)?.first();
            field(x, w)?.area = area;
            Ok(())
        },
    ),
    call("Delete", EXACT, |x, w, _| {
        let [_, sheet, at, ..] = w else { return Err(subscript()) };
        let fields = &mut x.sheet_mut(*sheet)?.sort.fields;
        if (*at as usize) < fields.len() {
            fields.remove(*at as usize);
        }
        Ok(Value::Empty)
    }),
];
