//! Tables of a workbook's sheets and of delimited texts without a declared schema.

use super::Source;
use super::formats::{self, Look, Shown};
use super::names::{Apart, stem};
use super::region::{self, Area, Found, Grid};
use super::table::Table;
use crate::facts::{FileKind, ListObjectFacts, Scalar, SheetContent};
use crate::model::{DataModel, Field, ModelSource, Region};

/// Tables of one workbook that are modelled, the largest of each sheet first. Every column is held against every key, so a
/// sheet of thousands of small blocks would take minutes.
const MOST_TABLES: usize = 400;

/// The tables of one workbook.
#[derive(Default)]
pub(super) struct Sheets {
    pub tables: Vec<Table>,
    pub regions: Vec<Region>,
    /// Blocks beyond `MOST_TABLES`, which have no model.
    pub left_out: usize,
}

/// All tables on the sheets of one workbook, with their regions.
pub(super) fn tables(source: &Source<'_>) -> Sheets {
    let mut sheets = Sheets::default();
    for sheet in &source.reading.sheets {
        let grid = region::grid_of(sheet);
        let objects: Vec<&ListObjectFacts> =
            source.reading.facts.list_objects.iter().filter(|object| object.sheet == sheet.name).collect();
        let merged = merges_of(source, &sheet.name);
        let mut found = region::find(&grid, &objects, &merged);
        let several = found.len() > 1;
        let room = MOST_TABLES.saturating_sub(sheets.tables.len());
        if found.len() > room {
            sheets.left_out += found.len() - room;
            found.sort_by_key(|one| std::cmp::Reverse(one.area.cells()));
            found.truncate(room);
            found.sort_by_key(|one| one.area);
        }
        for one in found {
            let name = table_name(source, &sheet.name, &one, &grid, several);
            let table = make(source, sheet, &grid, &one, name);
            sheets.regions.push(region_of(source, &sheet.name, &one, &table.model.name));
            sheets.tables.push(table);
        }
    }
    sheets
}

/// The merged areas of a sheet.
fn merges_of(source: &Source<'_>, sheet: &str) -> Vec<Area> {
    let facts = source.reading.facts.sheets.iter().find(|facts| facts.name == sheet);
    facts.map_or_else(Vec::new, |facts| facts.merged.iter().filter_map(|range| region::parse_a1(range)).collect())
}

/// A ListObject's name, else the title glued to or above the table when a sheet has several, else the sheet's name; a
/// delimited text's only sheet has the file's.
fn table_name(source: &Source<'_>, sheet: &str, found: &Found, grid: &Grid<'_>, several: bool) -> String {
    if let Some(name) = &found.name {
        return name.clone();
    }
    if source.reading.facts.kind == FileKind::Csv {
        return stem(source.name).to_string();
    }
    let title = if several { title_above(grid, found.area) } else { None };
    title.unwrap_or_else(|| sheet.to_string())
}

/// A lone text in the two rows above a table, over its columns.
fn title_above(grid: &Grid<'_>, area: Area) -> Option<String> {
    const REACH: u32 = 2;
    (1..=REACH).filter_map(|up| area.top.checked_sub(up)).find_map(|row| {
        let cells: Vec<&Scalar> = grid.get(&row)?.range(area.left..=area.right).map(|(_, cell)| &cell.value).collect();
        match cells.as_slice() {
            [Scalar::Text(text)] => Some(text.trim().to_string()),
            _ => None,
        }
    })
}

fn region_of(source: &Source<'_>, sheet: &str, found: &Found, table: &str) -> Region {
    let data = Area { top: found.area.top.saturating_add(found.header_rows), ..found.area };
    Region {
        workbook: source.name.to_string(),
        sheet: sheet.to_string(),
        range: found.area.a1(),
        header_rows: found.header_rows,
        data_range: data.a1(),
        table: table.to_string(),
    }
}

fn make(source: &Source<'_>, content: &SheetContent, grid: &Grid<'_>, found: &Found, name: String) -> Table {
    let area = found.area;
    let data = Area { top: area.top.saturating_add(found.header_rows), ..area };
    let (columns, shown) = columns_of(grid, data, &looks_of(content));
    // A column without a header and without a value is a gap someone left for looks.
    let kept: Vec<Column> = headers(grid, found)
        .into_iter()
        .zip(columns)
        .zip(shown)
        .zip(area.left..)
        .map(|(((header, values), shown), place)| Column { header, values, shown, place })
        .filter(|column| column.header.is_some() || !column.values.iter().all(super::column::is_blank))
        .collect();
    Table {
        model: DataModel {
            name,
            source: Some(ModelSource {
                file: source.name.to_string(),
                sheet: Some(content.name.clone()),
                range: Some(area.a1()),
                table: found.name.clone(),
            }),
            fields: unique_fields(kept.iter().map(|column| column.header.clone()).collect()),
            ..DataModel::default()
        },
        shown: kept.iter().map(|column| column.shown).collect(),
        sheet_columns: kept.iter().map(|column| column.place).collect(),
        columns: kept.into_iter().map(|column| column.values).collect(),
        declared: Vec::new(),
        indexes: Vec::new(),
        place: format!("{}!{}", content.name, data.a1()),
        profiles: Vec::new(),
    }
}

/// One column of a region before it becomes a field.
struct Column {
    header: Option<String>,
    values: Vec<Scalar>,
    shown: Shown,
    place: u32,
}

fn looks_of(content: &SheetContent) -> Vec<Look> {
    content.formats.iter().map(|format| formats::look(format)).collect()
}

/// The values of an area column by column, and how they are shown.
fn columns_of(grid: &Grid<'_>, data: Area, looks: &[Look]) -> (Vec<Vec<Scalar>>, Vec<Shown>) {
    let mut columns: Vec<Vec<Scalar>> = vec![Vec::with_capacity(data.height() as usize); data.width() as usize];
    let mut shown = vec![Shown::default(); data.width() as usize];
    for row in data.top..=data.bottom {
        let cells = grid.get(&row);
        for (column, (values, shown)) in (data.left..).zip(columns.iter_mut().zip(&mut shown)) {
            let cell = cells.and_then(|cells| cells.get(&column));
            values.push(cell.map_or(Scalar::Empty, |cell| cell.value.clone()));
            let look = cell.and_then(|cell| looks.get(cell.format? as usize));
            shown.count(look.copied().unwrap_or(Look::Other));
        }
    }
    (columns, shown)
}

/// Header texts; of two header rows the lower one names the field, and the group goes in front where names repeat.
fn headers(grid: &Grid<'_>, found: &Found) -> Vec<Option<String>> {
    let area = found.area;
    let text = |row: u32, column: u32| -> Option<String> {
        match &grid.get(&row)?.get(&column)?.value {
            Scalar::Text(text) => Some(text.split_whitespace().collect::<Vec<_>>().join(" ")),
            other => Some(super::column::key_of(other)),
        }
        .filter(|text| !text.is_empty())
    };
    if found.header_rows == 0 {
        return vec![None; area.width() as usize];
    }
    let lower = area.top + found.header_rows - 1;
    (area.left..=area.right).map(|column| text(lower, column).or_else(|| text(area.top, column))).collect()
}

fn unique_fields(headers: Vec<Option<String>>) -> Vec<Field> {
    let mut apart = Apart::default();
    headers
        .into_iter()
        .enumerate()
        .map(|(at, header)| {
            let plain = header.unwrap_or_else(|| format!("Column {}", at + 1));
            Field { name: apart.name(&plain), ..Field::default() }
        })
        .collect()
}
