//! Where the tables of a sheet are. Order of trust: ListObject, then 8-connected components of filled cells with their
//! bounding boxes merged, trimmed of title, totals and notes, then the header rows. Coordinates count from 1.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{CellContent, ListObjectFacts, Scalar, SheetContent};

/// A rectangle of cells, inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Area {
    pub top: u32,
    pub left: u32,
    pub bottom: u32,
    pub right: u32,
}

/// One table on a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub area: Area,
    pub header_rows: u32,
    /// Name of the ListObject it is, if it is one.
    pub name: Option<String>,
    /// Which rule found it, for the evidence.
    pub rule: &'static str,
}

/// Rows of a sheet: column → cell, only non-empty cells.
pub(super) type Grid<'a> = BTreeMap<u32, BTreeMap<u32, &'a CellContent>>;

/// Words that open a totals row, as whole first words (en, de, fr, es, it, nl, pl).
const TOTALS: &[&str] = &[
    "total",
    "totals",
    "sum",
    "summe",
    "gesamt",
    "gesamtsumme",
    "grand",
    "subtotal",
    "zwischensumme",
    "totaal",
    "totale",
    "somme",
    "suma",
    "razem",
    "average",
    "durchschnitt",
    "mittelwert",
    "moyenne",
    "promedio",
    "media",
    "gemiddelde",
];
/// Words and signs that open a note below a table.
const NOTES: &[&str] =
    &["*", "note", "notes", "source", "sources", "remark", "hinweis", "anmerkung", "quelle", "stand", "nota", "uwaga"];
/// Characters from which a lone text below a table is a sentence and no value.
const NOTE_LENGTH: usize = 12;
/// Rows of texts of one cell that may stand above a table of two columns.
const MOST_TITLES: u32 = 4;
/// An area of more cells than this of which fewer than one in `SPARSE` is filled is no table: two far cells whose
/// bounding box spans the sheet would otherwise be taken for millions of rows.
const LARGE_AREA: u64 = 1_000_000;
const SPARSE: u64 = 50;
/// Cells of the largest table: as many as a reader delivers of one file. A model is made from columns of all their cells.
const LARGEST_AREA: u64 = 20_000_000;
/// More blocks than this on one sheet are a drawing, not tables that a blank column split.
const MOST_JOINED: usize = 2_000;
/// Rows taken off each end of an area as titles, notes and totals. More than a screen of them is content; without an end, a
/// sheet of one long text column would be walked once for each of its rows.
const MOST_TRIMMED: u32 = 64;
/// Fewest columns a table needs before a lone cell above or below counts as title or note.
const NARROW: u32 = 2;

impl Area {
    pub fn width(self) -> u32 {
        self.right.saturating_sub(self.left).saturating_add(1)
    }

    pub fn height(self) -> u32 {
        self.bottom.saturating_add(1).saturating_sub(self.top)
    }

    pub fn cells(self) -> u64 {
        u64::from(self.width()).saturating_mul(u64::from(self.height()))
    }

    fn touches(self, other: Area) -> bool {
        self.left <= other.right + 1
            && other.left <= self.right + 1
            && self.top <= other.bottom + 1
            && other.top <= self.bottom + 1
    }

    fn around(self, other: Area) -> Area {
        Area {
            top: self.top.min(other.top),
            left: self.left.min(other.left),
            bottom: self.bottom.max(other.bottom),
            right: self.right.max(other.right),
        }
    }

    fn holds(self, row: u32, column: u32) -> bool {
        (self.top..=self.bottom).contains(&row) && (self.left..=self.right).contains(&column)
    }

    /// The A1 text without `$`.
    pub fn a1(self) -> String {
        format!("{}{}:{}{}", letters(self.left), self.top, letters(self.right), self.bottom)
    }
}

/// The letters of a column.
pub(super) fn letters(mut column: u32) -> String {
    let mut text = Vec::new();
    while column > 0 {
        column -= 1;
        text.push(char::from(b'A' + (column % 26) as u8));
        column /= 26;
    }
    text.iter().rev().collect()
}

/// Reads an A1 range.
pub(super) fn parse_a1(text: &str) -> Option<Area> {
    let bare = text.rsplit('!').next()?.replace('$', "");
    let (first, last) = bare.split_once(':').unwrap_or((&bare, &bare));
    let (left, top) = parse_cell(first)?;
    let (right, bottom) = parse_cell(last)?;
    (left <= right && top <= bottom).then_some(Area { top, left, bottom, right })
}

fn parse_cell(text: &str) -> Option<(u32, u32)> {
    let split = text.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = text.split_at_checked(split)?;
    let mut column: u32 = 0;
    for c in letters.chars() {
        let value = c.to_ascii_uppercase().to_digit(36).filter(|value| *value >= 10)?;
        column = column.checked_mul(26)?.checked_add(value - 9)?;
    }
    let row = digits.parse().ok().filter(|row| *row > 0)?;
    (column > 0).then_some((column, row))
}

/// The non-empty cells of a sheet by row.
pub(super) fn grid_of(sheet: &SheetContent) -> Grid<'_> {
    let mut grid: Grid<'_> = BTreeMap::new();
    for cell in &sheet.cells {
        let blank = match &cell.value {
            Scalar::Empty => cell.formula.is_none(),
            Scalar::Text(text) => text.trim().is_empty(),
            _ => false,
        };
        if !blank {
            grid.entry(cell.row).or_default().insert(cell.column, cell);
        }
    }
    grid
}

/// All tables of a sheet, from top left to bottom right. A merged area counts as filled: a group header that spans a blank
/// column holds both sides together.
pub(super) fn find(grid: &Grid<'_>, list_objects: &[&ListObjectFacts], merged: &[Area]) -> Vec<Found> {
    let mut found: Vec<Found> = list_objects.iter().filter_map(|object| of_list_object(grid, object)).collect();
    let taken: Vec<Area> = found.iter().map(|table| table.area).collect();
    for area in join(grid, components(grid, &taken, merged)) {
        found.extend(trim(grid, area));
    }
    found.sort_by_key(|table| table.area);
    found
}

fn of_list_object(grid: &Grid<'_>, object: &ListObjectFacts) -> Option<Found> {
    let mut area = parse_a1(&object.range)?;
    area.bottom = area.bottom.checked_sub(object.totals_rows).filter(|bottom| *bottom >= area.top)?;
    // A declared range may reach to the sheet's end; rows below the last filled cell hold nothing.
    let last = grid.keys().next_back().copied().unwrap_or(area.top).max(area.top.saturating_add(object.header_rows));
    area.bottom = area.bottom.min(last);
    let fits = u64::from(area.width()) <= MOST_COLUMNS && !is_sparse(grid, area);
    let header_rows = object.header_rows.min(area.height());
    fits.then(|| Found { area, header_rows, name: Some(object.name.clone()), rule: "list object" })
}

/// Columns of a sheet (Excel specifications and limits).
const MOST_COLUMNS: u64 = 16_384;

fn is_sparse(grid: &Grid<'_>, area: Area) -> bool {
    let cells = area.cells();
    if cells <= LARGE_AREA {
        return false;
    }
    if cells > LARGEST_AREA {
        return true;
    }
    let filled: u64 =
        grid.range(area.top..=area.bottom).map(|(_, row)| row.range(area.left..=area.right).count() as u64).sum();
    filled.saturating_mul(SPARSE) < cells
}

/// Bounding boxes of 8-connected components, row by row over runs of filled cells; boxes that come to touch are merged.
///
/// A box is open while a cell of the present row could still touch it. Open boxes all reach the row above, so two of them
/// never share a column: kept by their left column, the ones a run touches are found without asking all. A sheet of a
/// million loose cells takes a second this way and minutes the other.
fn components(grid: &Grid<'_>, taken: &[Area], merged: &[Area]) -> Vec<Area> {
    let mut open: BTreeMap<u32, Area> = BTreeMap::new();
    let mut closed: Vec<Area> = Vec::new();
    let mut spans: BTreeMap<u32, Vec<Area>> = BTreeMap::new();
    for area in merged.iter().filter(|area| area.height() == 1) {
        spans.entry(area.top).or_default().push(*area);
    }
    spans.values_mut().for_each(|row| row.sort_unstable_by_key(|area| area.left));
    let mut coming: Vec<Area> = taken.to_vec();
    coming.sort_unstable_by_key(|area| std::cmp::Reverse(area.top));
    let mut held: Vec<Area> = Vec::new();
    for (&row, cells) in grid {
        open.retain(|_, area| {
            let reaches = area.bottom + 1 >= row;
            if !reaches {
                closed.push(*area);
            }
            reaches
        });
        while let Some(area) = coming.pop_if(|area| area.top <= row) {
            held.push(area);
        }
        held.retain(|area| area.bottom >= row);
        let free = cells.keys().copied().filter(|column| !held.iter().any(|area| area.holds(row, *column)));
        for run in runs(row, free) {
            let mut grown = spanned(run, cells.len(), spans.get(&row).map_or(&[], Vec::as_slice));
            while let Some(left) = touching(&open, grown) {
                grown = open.remove(&left).map_or(grown, |area| grown.around(area));
            }
            open.insert(grown.left, grown);
        }
    }
    closed.extend(open.into_values());
    closed.sort_unstable();
    closed
}

/// The left column of an open box that touches this one, the one farthest to the right.
fn touching(open: &BTreeMap<u32, Area>, one: Area) -> Option<u32> {
    let (left, area) = open.range(..=one.right.saturating_add(1)).next_back()?;
    area.touches(one).then_some(*left)
}

/// A run with the merged areas of its row that begin in it, `merged` in the order of their left columns. A merge in a row of
/// its own is a title over the sheet and joins nothing.
fn spanned(run: Area, filled: usize, merged: &[Area]) -> Area {
    if filled < 2 {
        return run;
    }
    let first = merged.partition_point(|area| area.left < run.left);
    merged.iter().skip(first).take_while(|area| area.left <= run.right).fold(run, |grown, area| grown.around(*area))
}

fn runs(row: u32, columns: impl Iterator<Item = u32>) -> Vec<Area> {
    let mut found: Vec<Area> = Vec::new();
    for column in columns {
        match found.last_mut() {
            Some(run) if run.right + 1 == column => run.right = column,
            _ => found.push(Area { top: row, left: column, bottom: row, right: column }),
        }
    }
    found
}

/// Joins what one blank column or one blank row inside a table had split: same rows side by side with one blank column
/// between and no second header of its own kind, or the same columns below a single blank row without a header. Titles
/// and totals do not count: a totals row often fills one side only.
fn join(grid: &Grid<'_>, mut areas: Vec<Area>) -> Vec<Area> {
    if areas.len() > MOST_JOINED {
        return areas;
    }
    let mut at = 0;
    while let Some(one) = areas.get(at).copied() {
        let partner =
            (at + 1..areas.len()).find(|other| areas.get(*other).is_some_and(|other| belongs(grid, one, *other)));
        match partner {
            Some(other) => {
                let second = areas.remove(other);
                if let Some(first) = areas.get_mut(at) {
                    *first = one.around(second);
                }
            }
            None => at += 1,
        }
    }
    areas
}

fn belongs(grid: &Grid<'_>, one: Area, other: Area) -> bool {
    if other.left == one.right + 2 && one.bottom.abs_diff(other.bottom) <= 1 && one.height() > 2 && other.height() > 2 {
        let (Some(first), Some(second)) = (body(grid, one), body(grid, other)) else { return false };
        // A group row over one side and a lone group over the other are one header.
        let grouped = one.top == other.top && first.top > one.top && header_rows(grid, one) > 1;
        return first.top == second.top
            && first.bottom == second.bottom
            && (grouped || !repeats_header(grid, first, second));
    }
    one.left == other.left
        && one.right == other.right
        && other.top == one.bottom + 2
        && one.width() > NARROW
        && header_rows(grid, other) == 0
        && header_rows(grid, one) > 0
}

/// The header row that names the fields, and the rows below it.
fn body(grid: &Grid<'_>, area: Area) -> Option<Area> {
    let found = trim(grid, area)?;
    Some(Area { top: found.area.top + found.header_rows - 1, ..found.area })
}

/// Whether the second block starts with a key of its own, as a table of its own does: the same first header, or an id.
fn repeats_header(grid: &Grid<'_>, one: Area, other: Area) -> bool {
    let text =
        |area: Area| grid.get(&area.top).and_then(|row| row.get(&area.left)).and_then(|cell| text_of(&cell.value));
    match (text(one), text(other)) {
        (Some(first), Some(second)) => {
            super::names::plain(first) == super::names::plain(second)
                || (super::names::is_key_name(second) && is_dense_key(grid, other))
        }
        _ => false,
    }
}

fn is_dense_key(grid: &Grid<'_>, area: Area) -> bool {
    let values: Vec<String> = (area.top + 1..=area.bottom)
        .filter_map(|row| grid.get(&row)?.get(&area.left).map(|cell| super::column::key_of(&cell.value)))
        .collect();
    let distinct: BTreeSet<&String> = values.iter().collect();
    values.len() as u32 + 1 == area.height() && distinct.len() == values.len()
}

/// Takes title rows off the top, totals and notes off the bottom, and finds the header.
fn trim(grid: &Grid<'_>, mut area: Area) -> Option<Found> {
    for _ in 0..MOST_TRIMMED {
        if area.height() < 2 || !is_title(grid, area) {
            break;
        }
        area.top += 1;
        area = shrink(grid, area)?;
    }
    for _ in 0..MOST_TRIMMED {
        if area.height() < 2 || !(is_note(grid, area) || is_totals(grid, area)) {
            break;
        }
        area.bottom -= 1;
        area = shrink(grid, area)?;
    }
    let header_rows = header_rows(grid, area);
    let is_table = area.height() > header_rows && header_rows > 0 && (area.width() > 1 || area.height() > 3);
    (is_table && !is_sparse(grid, area)).then_some(Found { area, header_rows, name: None, rule: "connected cells" })
}

/// The area without empty outer rows and columns.
fn shrink(grid: &Grid<'_>, area: Area) -> Option<Area> {
    let mut found: Option<Area> = None;
    for (&row, cells) in grid.range(area.top..=area.bottom) {
        let mut columns = cells.range(area.left..=area.right).map(|(column, _)| *column);
        if let Some(left) = columns.next() {
            let right = columns.next_back().unwrap_or(left);
            let line = Area { top: row, left, bottom: row, right };
            found = Some(found.map_or(line, |whole| whole.around(line)));
        }
    }
    found
}

fn row_of<'a>(grid: &'a Grid<'_>, area: Area, row: u32) -> Vec<(u32, &'a Scalar)> {
    grid.get(&row)
        .map(|cells| cells.range(area.left..=area.right).map(|(column, cell)| (*column, &cell.value)).collect())
        .unwrap_or_default()
}

fn text_of(value: &Scalar) -> Option<&str> {
    match value {
        Scalar::Text(text) => Some(text.trim()),
        _ => None,
    }
}

/// A top row with one or two texts above a wider row is a title, a date line or a remark.
fn is_title(grid: &Grid<'_>, area: Area) -> bool {
    let row = row_of(grid, area, area.top);
    let below = row_of(grid, area, area.top + 1);
    if area.width() <= NARROW {
        return below.is_empty() || (row.len() == 1 && wider_below(grid, area));
    }
    let few = row.len() * 3 <= area.width() as usize || row.len() == 1;
    let group_header = row.len() >= 2 && is_all_text(&row) && is_all_text(&below);
    few && row.len() < below.len().max(2) && !group_header || below.is_empty()
}

/// Whether lone texts at the top of a narrow area end at a row that fills it.
fn wider_below(grid: &Grid<'_>, area: Area) -> bool {
    (1..MOST_TITLES)
        .map(|down| row_of(grid, area, area.top.saturating_add(down)))
        .take_while(|row| row.len() != 1 || is_all_text(row))
        .any(|row| row.len() as u32 == area.width() && row.len() > 1)
}

fn is_all_text(row: &[(u32, &Scalar)]) -> bool {
    !row.is_empty() && row.iter().all(|(_, value)| text_of(value).is_some())
}

/// A lone text at the bottom is a note when it is a sentence or opens like one, whether a record, a totals row or another
/// note stands above it.
fn is_note(grid: &Grid<'_>, area: Area) -> bool {
    let row = row_of(grid, area, area.bottom);
    let [(_, only)] = row.as_slice() else { return row.is_empty() };
    let Some(text) = text_of(only) else { return false };
    let mut above = area.bottom.saturating_sub(1);
    let highest = area.top.max(area.bottom.saturating_sub(MOST_TRIMMED));
    while above > highest && is_lone_text(&row_of(grid, area, above)) {
        above -= 1;
    }
    let record = row_of(grid, area, above);
    if area.width() < NARROW || (record.len() < 2 && !record.is_empty()) {
        return false;
    }
    let said = opens_note(text);
    // In two columns a record with one value looks like a remark: only what opens like one or has many words is a note.
    let sentence = text.chars().count() > NOTE_LENGTH && (area.width() > NARROW || text.split_whitespace().count() > 3);
    said || sentence || record.is_empty()
}

fn is_lone_text(row: &[(u32, &Scalar)]) -> bool {
    matches!(row, [(_, value)] if text_of(value).is_some())
}

fn opens_note(text: &str) -> bool {
    let lower = text.to_lowercase();
    let first = lower.split(|c: char| c.is_whitespace() || c == ':').next().unwrap_or("");
    NOTES.iter().any(|word| first == *word || (*word == "*" && first.starts_with('*')))
}

fn is_totals(grid: &Grid<'_>, area: Area) -> bool {
    let row = row_of(grid, area, area.bottom);
    let word = row.iter().find_map(|(_, value)| text_of(value)).unwrap_or("").to_lowercase();
    let first = word.split(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
    TOTALS.contains(&first) && row.iter().any(|(_, value)| is_number(value))
}

fn is_number(value: &Scalar) -> bool {
    text_of(value).is_none_or(|text| super::number::of_text(text).is_some() || super::number::marks_of(text).is_some())
}

/// Header rows: 1 when the first row is text and unlike what is below, 2 when a sparse group row stands above it.
pub(super) fn header_rows(grid: &Grid<'_>, area: Area) -> u32 {
    let first = row_of(grid, area, area.top);
    if area.height() < 2 || !is_label_row(&first) {
        return 0;
    }
    let second = row_of(grid, area, area.top + 1);
    let third = row_of(grid, area, area.top + 2);
    // A column that is blank in the body as well needs no name.
    let named = second.len() as u32 == area.width()
        || (second.len() > first.len()
            && third.iter().all(|(column, _)| second.iter().any(|(other, _)| other == column)));
    let sparse = (first.len() as u32) < area.width() && named;
    // All columns may hold text: then the lower row must read as names, each once, and the upper one as groups of them.
    let grouped = area.height() > 2
        && sparse
        && is_label_row(&second)
        && (!is_label_row(&third) || is_group_row(&first, &second));
    if grouped {
        return 2;
    }
    let filled = first.len() * 2 >= area.width() as usize;
    let distinct: BTreeSet<String> =
        first.iter().filter_map(|(_, value)| text_of(value)).map(str::to_lowercase).collect();
    u32::from(filled && distinct.len() == first.len() || differs_from_body(grid, area))
}

/// Fewer than half as many labels as names below, and no name twice.
fn is_group_row(groups: &[(u32, &Scalar)], names: &[(u32, &Scalar)]) -> bool {
    let distinct: BTreeSet<String> =
        names.iter().filter_map(|(_, value)| text_of(value)).map(str::to_lowercase).collect();
    groups.len() * 2 <= names.len() && distinct.len() == names.len()
}

/// Texts that read as labels: no numbers, no dates, not long.
fn is_label_row(row: &[(u32, &Scalar)]) -> bool {
    const LONGEST_LABEL: usize = 80;
    !row.is_empty()
        && row.iter().all(|(_, value)| {
            text_of(value).is_some_and(|text| {
                text.chars().count() <= LONGEST_LABEL && !is_number(value) && super::when::of_text(text).is_none()
            })
        })
}

fn differs_from_body(grid: &Grid<'_>, area: Area) -> bool {
    let body = row_of(grid, area, area.top + 1);
    body.iter().any(|(_, value)| text_of(value).is_none())
}
