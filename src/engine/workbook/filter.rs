//! Filtering lists: AutoFilter and its criteria, ShowAllData, AdvancedFilter, RemoveDuplicates (Microsoft, "Range.AutoFilter",
//! "Range.AdvancedFilter", "Range.RemoveDuplicates"). What a filter hides are hidden rows of the sheet.

use std::collections::{BTreeMap, HashSet};

use super::area::Area;
use super::block::{self, Content, Paste};
use super::entry::{add_months, civil};
use super::excel::Excel;
use super::fault::{Answer, Done, class_method, mismatch, refused, subscript, undefined};
use super::members::{ABOUT, EXACT, Member, bind, call, part};
use super::pattern::Pattern;
use super::range_ref::{BOOK, RangeRef, object};
use super::range_value::{guard, shown};
use super::scalar::{self, of_count};
use super::sheet::{Criterion, Filter};
use crate::engine::value::{Arguments, Fault, Value};

/// `XlAutoFilterOperator`.
const AND: i32 = 1;
const OR: i32 = 2;
const TOP_ITEMS: i32 = 3;
const BOTTOM_ITEMS: i32 = 4;
const TOP_PERCENT: i32 = 5;
const BOTTOM_PERCENT: i32 = 6;
const VALUES: i32 = 7;
const DYNAMIC: i32 = 11;

/// `Range.AutoFilter(Field, Criteria1, Operator, Criteria2, SubField, VisibleDropDown)`; without arguments it switches
/// the filter on or off.
pub fn auto_filter(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    let names = ["Field", "Criteria1", "Operator", "Criteria2", "SubField", "VisibleDropDown"];
    let [field, first, operator, second, _, _] = bind(arguments, names)?;
    let failed = || class_method("AutoFilter", "Range");
    let existing = excel.sheet(range.sheet)?.filter.clone();
    let Some(field) = field else {
        if existing.is_some() {
            remove_filter(excel, range.sheet)?;
        } else {
            let area = list_area(excel, range)?;
            excel.sheet_mut(range.sheet)?.filter = Some(Filter { area, criteria: BTreeMap::new() });
        }
        return Ok(Value::Boolean(true));
    };
    let wanted = list_area(excel, range)?;
    let mut filter = match existing {
        Some(filter) if filter.area.intersect(wanted).is_some() => filter,
        Some(_) => return Err(failed()),
        None => Filter { area: wanted, criteria: BTreeMap::new() },
    };
    let field = u32::try_from(excel.line_index(field, false)?).map_err(|_| failed())?;
    if !(1..=filter.area.width()).contains(&field) {
        return Err(failed());
    }
    match first {
        None => {
            filter.criteria.remove(&field);
        }
        Some(first) => {
            let criterion = Criterion {
                first: excel.plain(first)?,
                operator: operator.map_or(Ok(AND), |o| scalar::whole(o).map(|o| i32::try_from(o).unwrap_or(0)))?,
                second: second.map_or(Ok(Value::Missing), |value| excel.plain(value))?,
            };
            if !(AND..=VALUES).contains(&criterion.operator) && criterion.operator != DYNAMIC {
                return Err(refused("excel:autofilter", "filters by colour or icon are not offered"));
            }
            filter.criteria.insert(field, criterion);
        }
    }
    excel.sheet_mut(range.sheet)?.filter = Some(filter);
    apply_filter(excel, range.sheet)?;
    Ok(Value::Boolean(true))
}

/// The list to filter: one cell stands for its region; whole columns end with the used range.
fn list_area(excel: &Excel, range: &RangeRef) -> Result<Area, Fault> {
    let sheet = excel.sheet(range.sheet)?;
    let area = range.first();
    if area.is_cell() {
        return Ok(sheet.current_region(area));
    }
    if area.spans_columns() || area.spans_rows() {
        let used = sheet.occupied(area).unwrap_or(area);
        return Ok(if area.spans_columns() { Area { top: used.top, bottom: used.bottom, ..used } } else { used });
    }
    Ok(area)
}

/// Takes the filter away and shows its rows.
pub fn remove_filter(excel: &mut Excel, sheet: u32) -> Done {
    let home = excel.sheet_mut(sheet)?;
    if let Some(filter) = home.filter.take() {
        home.hidden_rows.retain(|row| !(filter.area.top..=filter.area.bottom).contains(row));
    }
    excel.book.revision += 1;
    Ok(())
}

/// Whether a filter hides rows (`Worksheet.FilterMode`).
pub fn is_filtering(excel: &Excel, sheet: u32) -> Result<bool, Fault> {
    let home = excel.sheet(sheet)?;
    Ok(home.filter.as_ref().is_some_and(|f| !f.criteria.is_empty()) || home.properties.contains_key(ADVANCED))
}

/// Key of the sheet's property that says an advanced filter hides rows in place.
const ADVANCED: &str = "sheet.advancedfilter";

/// `Worksheet.ShowAllData`: error 1004 when nothing is filtered.
pub fn show_all(excel: &mut Excel, sheet: u32) -> Answer {
    if !is_filtering(excel, sheet)? {
        return Err(class_method("ShowAllData", "Worksheet"));
    }
    let home = excel.sheet_mut(sheet)?;
    if home.properties.remove(ADVANCED).is_some() {
        home.hidden_rows.clear();
    }
    if let Some(filter) = &mut home.filter {
        filter.criteria.clear();
    }
    apply_filter(excel, sheet)?;
    Ok(Value::Boolean(true))
}

/// Hides the data rows that fail a criterion and shows the others.
fn apply_filter(excel: &mut Excel, sheet: u32) -> Done {
    let Some(filter) = excel.sheet(sheet)?.filter.clone() else { return Ok(()) };
    let data = (filter.area.top + 1)..=filter.area.bottom;
    let mut hidden: HashSet<u32> = HashSet::new();
    for (field, criterion) in &filter.criteria {
        let column = filter.area.left + field - 1;
        let test = FieldTest::of(excel, sheet, column, data.clone(), criterion)?;
        for row in data.clone() {
            if !test.passes(excel, sheet, row, column)? {
                hidden.insert(row);
            }
        }
    }
    let home = excel.sheet_mut(sheet)?;
    home.hidden_rows.retain(|row| !data.contains(row));
    home.hidden_rows.extend(hidden);
    excel.book.revision += 1;
    Ok(())
}

/// A criterion ready to be asked.
enum FieldTest {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    /// The texts of the cells to show, in lower case.
    Listed(HashSet<String>),
    AtLeast(f64),
    AtMost(f64),
    Above(f64),
    Below(f64),
    /// From a day to before another.
    Days(f64, f64),
}

impl FieldTest {
    fn of(
        excel: &mut Excel,
        sheet: u32,
        column: u32,
        rows: std::ops::RangeInclusive<u32>,
        criterion: &Criterion,
    ) -> Result<Self, Fault> {
        match criterion.operator {
            VALUES => Ok(Self::Listed(listed(&criterion.first)?)),
            DYNAMIC => dynamic(excel, sheet, column, rows, criterion),
            TOP_ITEMS | BOTTOM_ITEMS | TOP_PERCENT | BOTTOM_PERCENT => limit(excel, sheet, column, rows, criterion),
            operator => {
                let mut conditions = vec![Condition::of(&criterion.first)?];
                if criterion.second != Value::Missing {
                    conditions.push(Condition::of(&criterion.second)?);
                }
                Ok(if operator == OR { Self::Any(conditions) } else { Self::All(conditions) })
            }
        }
    }

    fn passes(&self, excel: &mut Excel, sheet: u32, row: u32, column: u32) -> Result<bool, Fault> {
        let value = excel.cell_value(sheet, row, column)?;
        Ok(match self {
            Self::AtLeast(limit) => matches!(value, Value::Double(n) if n >= *limit),
            Self::AtMost(limit) => matches!(value, Value::Double(n) if n <= *limit),
            Self::Above(limit) => matches!(value, Value::Double(n) if n > *limit),
            Self::Below(limit) => matches!(value, Value::Double(n) if n < *limit),
            Self::Days(from, to) => matches!(value, Value::Double(n) if n >= *from && n < *to),
            Self::Listed(texts) => texts.contains(&shown(excel, sheet, row, column)?.to_lowercase()),
            Self::All(conditions) => {
                let text = shown(excel, sheet, row, column)?;
                conditions.iter().all(|condition| condition.holds(&value, &text))
            }
            Self::Any(conditions) => {
                let text = shown(excel, sheet, row, column)?;
                conditions.iter().any(|condition| condition.holds(&value, &text))
            }
        })
    }
}

/// The texts of an `xlFilterValues` list; `=` stands for blanks.
fn listed(values: &Value) -> Result<HashSet<String>, Fault> {
    let one = |value: &Value| -> Result<String, Fault> {
        let text = scalar::text(value)?;
        Ok(text.strip_prefix('=').unwrap_or(&text).to_lowercase())
    };
    match values {
        Value::Array(array) => array.elements.iter().map(one).collect(),
        single => Ok(HashSet::from([one(single)?])),
    }
}

/// `XlDynamicFilterCriteria`: above and below the average, and periods around today.
fn dynamic(
    excel: &mut Excel,
    sheet: u32,
    column: u32,
    rows: std::ops::RangeInclusive<u32>,
    criterion: &Criterion,
) -> Result<FieldTest, Fault> {
    const ABOVE_AVERAGE: i64 = 33;
    const BELOW_AVERAGE: i64 = 34;
    let kind = scalar::whole(&criterion.first)?;
    if kind != ABOVE_AVERAGE && kind != BELOW_AVERAGE {
        let period = period(kind, excel.now.floor());
        return period
            .map(|(from, to)| FieldTest::Days(from, to))
            .ok_or_else(|| refused("excel:autofilter", "this moving period is not offered as a filter"));
    }
    let (mut sum, mut count) = (0.0, 0.0);
    for row in rows {
        if let Value::Double(number) = excel.cell_value(sheet, row, column)? {
            sum += number;
            count += 1.0;
        }
    }
    let mean = if count > 0.0 { sum / count } else { 0.0 };
    Ok(if kind == ABOVE_AVERAGE { FieldTest::Above(mean) } else { FieldTest::Below(mean) })
}

/// First day of a period and of what follows it, as serials.
fn period(kind: i64, today: f64) -> Option<(f64, f64)> {
    const WEEK: f64 = 7.0;
    const QUARTER: i64 = 3;
    const YEAR: i64 = 12;
    let day = civil(today)?;
    // A week begins on Sunday; serial 1 is a Sunday in Excel's count.
    let week = today - (today - 1.0).rem_euclid(WEEK);
    let month = today - f64::from(day.day()) + 1.0;
    let in_quarter = (i64::from(day.month()) - 1) % QUARTER;
    let quarter = add_months(month, -in_quarter)?;
    let year = add_months(month, 1 - i64::from(day.month()))?;
    let weeks = |by: f64| Some((week + by * WEEK, week + (by + 1.0) * WEEK));
    let months = |from: f64, by: i64, length: i64| Some((add_months(from, by)?, add_months(from, by + length)?));
    match kind {
        1 => Some((today, today + 1.0)),
        2 => Some((today - 1.0, today)),
        3 => Some((today + 1.0, today + 2.0)),
        4 => weeks(0.0),
        5 => weeks(-1.0),
        6 => weeks(1.0),
        7 => months(month, 0, 1),
        8 => months(month, -1, 1),
        9 => months(month, 1, 1),
        10 => months(quarter, 0, QUARTER),
        11 => months(quarter, -QUARTER, QUARTER),
        12 => months(quarter, QUARTER, QUARTER),
        13 => months(year, 0, YEAR),
        14 => months(year, -YEAR, YEAR),
        15 => months(year, YEAR, YEAR),
        16 => Some((year, today + 1.0)),
        _ => None,
    }
}

/// The bound of the top or bottom n, ties included.
fn limit(
    excel: &mut Excel,
    sheet: u32,
    column: u32,
    rows: std::ops::RangeInclusive<u32>,
    criterion: &Criterion,
) -> Result<FieldTest, Fault> {
    let mut numbers = Vec::new();
    for row in rows {
        if let Value::Double(number) = excel.cell_value(sheet, row, column)? {
            numbers.push(number);
        }
    }
    let asked = scalar::number(&criterion.first).ok_or_else(mismatch)?.clamp(0.0, 1_048_576.0);
    let percent = matches!(criterion.operator, TOP_PERCENT | BOTTOM_PERCENT);
    let count = if percent { (numbers.len() as f64 * asked / 100.0).floor().max(1.0) } else { asked };
    let at = (count as usize).saturating_sub(1).min(numbers.len().saturating_sub(1));
    let top = matches!(criterion.operator, TOP_ITEMS | TOP_PERCENT);
    numbers.sort_by(f64::total_cmp);
    if top {
        numbers.reverse();
    }
    Ok(match (numbers.get(at), top) {
        (Some(limit), true) => FieldTest::AtLeast(*limit),
        (Some(limit), false) => FieldTest::AtMost(*limit),
        (None, _) => FieldTest::Any(Vec::new()),
    })
}

/// One comparison of a criterion text: `>5`, `<>x`, `a*`, `=`.
pub struct Condition {
    operator: &'static str,
    number: Option<f64>,
    pattern: Pattern,
    blank: bool,
}

impl Condition {
    /// Reads a criterion; a value without an operator means equality.
    pub fn of(value: &Value) -> Result<Self, Fault> {
        const OPERATORS: [&str; 6] = ["<>", "<=", ">=", "=", "<", ">"];
        let text = scalar::text(value)?;
        let operator = OPERATORS.into_iter().find(|op| text.starts_with(op));
        let rest = operator.and_then(|op| text.strip_prefix(op)).unwrap_or(&text);
        let read = match super::entry::read_entry(rest, 0) {
            super::entry::Entry::Constant { value: Value::Double(number), .. } => Some(number),
            _ => None,
        };
        Ok(Self {
            operator: operator.unwrap_or("="),
            number: read,
            pattern: Pattern::whole(rest, false),
            blank: rest.is_empty(),
        })
    }

    /// Whether a cell with this value, shown as this text, meets it.
    pub fn holds(&self, value: &Value, shown: &str) -> bool {
        if self.blank {
            let is_blank = shown.is_empty();
            return if self.operator == "<>" { !is_blank } else { is_blank };
        }
        let equal = || match (self.number, value) {
            (Some(number), Value::Double(cell)) => *cell == number || self.pattern.matches(shown),
            _ => self.pattern.matches(shown),
        };
        match self.operator {
            "=" => equal(),
            "<>" => !equal(),
            operator => {
                let order = match (self.number, value) {
                    (Some(number), Value::Double(cell)) => cell.partial_cmp(&number),
                    (None, Value::Text(cell)) => Some(cell.to_lowercase().cmp(&self.pattern.text().to_lowercase())),
                    _ => None,
                };
                order.is_some_and(|order| match operator {
                    "<" => order.is_lt(),
                    "<=" => order.is_le(),
                    ">" => order.is_gt(),
                    _ => order.is_ge(),
                })
            }
        }
    }
}

/// `Range.AdvancedFilter(Action, CriteriaRange, CopyToRange, Unique)`: rows of the criteria are alternatives, its columns
/// conditions that hold together; a criterion text without an operator matches beginnings.
pub fn advanced_filter(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    let [action, criteria, target, unique] = bind(arguments, ["Action", "CriteriaRange", "CopyToRange", "Unique"])?;
    const IN_PLACE: i64 = 1;
    let in_place = scalar::whole(action.ok_or_else(undefined)?)? == IN_PLACE;
    let unique = unique.map_or(Ok(false), scalar::truth)?;
    let mut area = range.first();
    if area.is_cell() {
        area = excel.sheet(range.sheet)?.current_region(area);
    }
    if let Some(used) = excel.sheet(range.sheet)?.occupied(area) {
        area.bottom = area.bottom.min(used.bottom).max(area.top);
    }
    let alternatives = match criteria {
        Some(value) => criteria_rows(excel, range.sheet, area, value)?,
        None => Vec::new(),
    };
    let mut kept: Vec<u32> = Vec::new();
    let mut seen = HashSet::new();
    for row in area.top + 1..=area.bottom {
        let mut texts = Vec::new();
        for column in area.left..=area.right {
            texts.push((excel.cell_value(range.sheet, row, column)?, shown(excel, range.sheet, row, column)?));
        }
        let meets = |conditions: &Vec<(usize, Condition)>| {
            conditions.iter().all(|(at, c)| texts.get(*at).is_some_and(|(value, text)| c.holds(value, text)))
        };
        let passes = alternatives.is_empty() || alternatives.iter().any(meets);
        let key: Vec<String> = texts.iter().map(|(_, text)| text.to_lowercase()).collect();
        if passes && (!unique || seen.insert(key)) {
            kept.push(row);
        }
    }
    if in_place {
        let home = excel.sheet_mut(range.sheet)?;
        let shown: HashSet<u32> = kept.into_iter().collect();
        let hide: Vec<u32> = (area.top + 1..=area.bottom).filter(|row| !shown.contains(row)).collect();
        home.hidden_rows.retain(|row| !(area.top..=area.bottom).contains(row));
        home.hidden_rows.extend(hide);
        home.properties.insert(ADVANCED.to_owned(), Value::Boolean(true));
        excel.book.revision += 1;
        return Ok(Value::Boolean(true));
    }
    let target = excel.range_argument(target.ok_or_else(undefined)?)?;
    copy_rows(excel, range.sheet, area, &kept, &target)?;
    Ok(Value::Boolean(true))
}

/// Each row of a criteria range as conditions on columns of the list (from 0).
fn criteria_rows(
    excel: &mut Excel,
    sheet: u32,
    list: Area,
    criteria: &Value,
) -> Result<Vec<Vec<(usize, Condition)>>, Fault> {
    let range = excel.range_argument(criteria)?;
    let area = range.first();
    let mut headers = Vec::new();
    for column in list.left..=list.right {
        headers.push(shown(excel, sheet, list.top, column)?.to_lowercase());
    }
    let mut rows = Vec::new();
    for row in area.top + 1..=area.bottom {
        let mut conditions = Vec::new();
        for column in area.left..=area.right {
            let value = excel.cell_value(range.sheet, row, column)?;
            if matches!(value, Value::Empty) {
                continue;
            }
            let header = shown(excel, range.sheet, area.top, column)?.to_lowercase();
            let at = headers.iter().position(|known| *known == header);
            let Some(at) = at else {
                return Err(refused("excel:advancedfilter", "a criterion computed by a formula is not offered"));
            };
            let text = scalar::text(&value)?;
            let bare = matches!(value, Value::Text(_)) && !text.starts_with(['=', '<', '>']);
            let value = if bare { scalar::of_text(format!("{text}*")) } else { value };
            conditions.push((at, Condition::of(&value)?));
        }
        rows.push(conditions);
    }
    Ok(rows)
}

/// Copies header and kept rows; a target of several header cells chooses and orders the columns.
fn copy_rows(excel: &mut Excel, sheet: u32, area: Area, kept: &[u32], target: &RangeRef) -> Done {
    let to = target.first();
    let mut columns: Vec<u32> = (area.left..=area.right).collect();
    if to.width() > 1 {
        let mut chosen = Vec::new();
        for column in to.left..=to.right {
            let wanted = shown(excel, target.sheet, to.top, column)?.to_lowercase();
            for source in area.left..=area.right {
                if shown(excel, sheet, area.top, source)?.to_lowercase() == wanted && !wanted.is_empty() {
                    chosen.push(source);
                    break;
                }
            }
        }
        columns = if chosen.is_empty() { columns } else { chosen };
    }
    for (right, column) in columns.iter().enumerate() {
        for (down, row) in std::iter::once(&area.top).chain(kept).enumerate() {
            let block = block::lift(excel, &RangeRef::new(sheet, Area::cell(*row, *column)), Content::Values)?;
            let corner = Area::cell(to.top, to.left);
            let place = corner.offset(i64::try_from(down).unwrap_or(0), i64::try_from(right).unwrap_or(0));
            block::paste_tiled(excel, &block, target.sheet, place.ok_or_else(undefined)?, &Paste::ALL)?;
        }
    }
    Ok(())
}

/// `Range.RemoveDuplicates(Columns, Header)`: the first of equal rows stays, the others' cells move up within the range.
pub fn remove_duplicates(excel: &mut Excel, range: &RangeRef, arguments: &Arguments) -> Answer {
    let [columns, header] = bind(arguments, ["Columns", "Header"])?;
    guard(excel, range)?;
    let mut area = range.first();
    if area.is_cell() {
        area = excel.sheet(range.sheet)?.current_region(area);
    }
    let whole = area;
    let Some(used) = excel.sheet(range.sheet)?.occupied(area) else { return Ok(Value::Empty) };
    area.bottom = area.bottom.min(used.bottom);
    const XL_YES: i64 = 1;
    if header.map_or(Ok(2), scalar::whole)? == XL_YES {
        area.top += 1;
    }
    let fields: Vec<i64> = match columns {
        Some(Value::Array(array)) => array.elements.iter().map(scalar::whole).collect::<Result<_, _>>()?,
        Some(value) => vec![scalar::whole(&excel.plain(value)?)?],
        None => (1..=i64::from(area.width())).collect(),
    };
    let inside = |field: &i64| (1..=i64::from(area.width())).contains(field);
    if !fields.iter().all(inside) {
        return Err(undefined());
    }
    let mut seen = HashSet::new();
    let mut kept = Vec::new();
    for row in area.top..=area.bottom {
        let mut key = Vec::new();
        for field in &fields {
            let column = area.left + u32::try_from(field - 1).unwrap_or(0);
            let kind = matches!(excel.cell_value(range.sheet, row, column)?, Value::Text(_));
            key.push((kind, shown(excel, range.sheet, row, column)?.to_lowercase()));
        }
        if seen.insert(key) {
            kept.push(row);
        }
    }
    let home = excel.sheet_mut(range.sheet)?;
    for (target, source) in (area.top..).zip(&kept) {
        if target == *source {
            continue;
        }
        home.grid.take(Area { top: target, bottom: target, ..area });
        for (_, column, cell) in home.grid.take(Area { top: *source, bottom: *source, ..area }) {
            home.grid.set(target, column, cell);
        }
    }
    let first_free = area.top + u32::try_from(kept.len()).unwrap_or(0);
    if first_free <= area.bottom {
        home.grid.take(Area { top: first_free, ..area });
    }
    excel.book.changed(range.sheet, whole);
    Ok(Value::Empty)
}

/// `Worksheet.AutoFilter`.
pub static AUTO_FILTER: &[Member<u32>] = &[
    part("Range", EXACT, |x, s, _| {
        let area = x.sheet(*s)?.filter.as_ref().map(|filter| filter.area);
        Ok(x.range_or_nothing(area.map(|area| RangeRef::new(*s, area))))
    }),
    call("ShowAllData", EXACT, |x, s, _| if is_filtering(x, *s)? { show_all(x, *s) } else { Ok(Value::Empty) }),
    call("ApplyFilter", EXACT, |x, s, _| apply_filter(x, *s).map(|()| Value::Empty)),
    call("FilterMode", EXACT, |x, s, _| Ok(Value::Boolean(is_filtering(x, *s)?))),
    part("Filters", ABOUT, |_, s, _| Ok(object("Filters", &[BOOK, *s]))),
    part("Sort", EXACT, |_, s, _| Ok(object("Sort", &[BOOK, *s]))),
];

/// The fields of a filter.
pub static FILTERS: &[Member<u32>] = &[
    call("Count", EXACT, |x, s, _| Ok(of_count(x.sheet(*s)?.filter.as_ref().map_or(0, |f| f.area.width())))),
    call("", EXACT, |x, s, a| filter_item(x, *s, a)),
    call("Item", EXACT, |x, s, a| filter_item(x, *s, a)),
];

fn filter_item(excel: &mut Excel, sheet: u32, arguments: &Arguments) -> Answer {
    let [index] = bind(arguments, ["Index"])?;
    let at = u32::try_from(scalar::whole(index.ok_or_else(mismatch)?)?).map_err(|_| subscript())?;
    let width = excel.sheet(sheet)?.filter.as_ref().map_or(0, |filter| filter.area.width());
    if !(1..=width).contains(&at) {
        return Err(subscript());
    }
    Ok(object("Filter", &[BOOK, sheet, at]))
}

fn criterion(excel: &Excel, words: &[u32]) -> Result<Option<Criterion>, Fault> {
    let [_, sheet, at, ..] = words else { return Err(subscript()) };
    let filter = excel.sheet(*sheet)?.filter.as_ref();
    Ok(filter.and_then(|filter| filter.criteria.get(at)).cloned())
}

/// One field of a filter.
pub static FILTER: &[Member<[u32]>] = &[
    call("On", EXACT, |x, w, _| Ok(Value::Boolean(criterion(x, w)?.is_some()))),
    call("Criteria1", EXACT, |x, w, _| criterion(x, w)?.map(|c| c.first).ok_or_else(undefined)),
    call("Criteria2", EXACT, |x, w, _| criterion(x, w)?.map(|c| c.second).ok_or_else(undefined)),
    call("Operator", EXACT, |x, w, _| Ok(Value::Long(criterion(x, w)?.map_or(0, |c| c.operator)))),
];
