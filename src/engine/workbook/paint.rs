//! Formats of cells: each property (number format, font weight, fill colour...) is a set of single cells and of areas, the
//! later one winning. Painting whole columns costs one entry. It does not know what a property means.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::area::Area;
use super::shift::{Shift, shifted};
use crate::engine::value::Value;

/// Areas up to this many cells are stored cell by cell, so that a loop over cells does not pile up areas.
const SMALL: u64 = 64;
/// Areas up to this many cells are compared cell by cell; larger ones by what is painted on them.
const SAMPLED: u64 = 4_096;

/// One property over the sheet.
#[derive(Debug, Clone, Default, PartialEq)]
struct Layer {
    clock: u64,
    cells: HashMap<(u32, u32), (u64, Value)>,
    areas: Vec<(u64, Area, Value)>,
}

/// All properties of a sheet's cells, by lower-case key (`number format`, `font.bold`...).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Paint {
    layers: BTreeMap<Arc<str>, Layer>,
}

impl Layer {
    fn set(&mut self, area: Area, value: Value) {
        self.clock = self.clock.saturating_add(1);
        if area.size() <= SMALL {
            for cell in area.cells() {
                self.cells.insert(cell, (self.clock, value.clone()));
            }
            return;
        }
        self.areas.retain(|(_, old, _)| !area.covers(*old));
        self.areas.push((self.clock, area, value));
    }

    fn get(&self, row: u32, column: u32) -> Option<&Value> {
        let area = self.areas.iter().rev().find(|(_, area, _)| area.holds(row, column));
        let value = match (self.cells.get(&(row, column)), area) {
            (Some((when, value)), Some((later, _, over))) => {
                if later > when {
                    over
                } else {
                    value
                }
            }
            (Some((_, value)), None) | (None, Some((_, _, value))) => value,
            (None, None) => return None,
        };
        (*value != Value::Empty).then_some(value)
    }

    /// The one value all cells of an area have; none when they differ.
    fn uniform(&self, area: Area) -> Option<Option<&Value>> {
        let first = self.get(area.top, area.left);
        let same = |row, column| self.get(row, column) == first;
        if area.size() <= SAMPLED && !area.is_cell() {
            return area.cells().all(|(r, c)| same(r, c)).then_some(first);
        }
        let edges = self.areas.iter().all(|(_, painted, _)| {
            painted.intersect(area).is_none_or(|both| {
                both == area || (same(both.top, both.left) && outside(area, both).is_none_or(|(r, c)| same(r, c)))
            })
        });
        let cells = self.cells.keys().all(|&(row, column)| !area.holds(row, column) || same(row, column));
        let covered = || self.areas.iter().any(|(_, painted, _)| painted.covers(area));
        let whole = area.is_cell() || first.is_none() || covered();
        (edges && cells && whole).then_some(first)
    }

    fn remap(&mut self, map: impl Fn(Area) -> Option<Area>) {
        let cells = std::mem::take(&mut self.cells);
        self.cells = cells
            .into_iter()
            .filter_map(|((row, column), value)| {
                map(Area::cell(row, column)).map(|area| ((area.top, area.left), value))
            })
            .collect();
        let areas = std::mem::take(&mut self.areas);
        self.areas = areas.into_iter().filter_map(|(when, area, v)| Some((when, map(area)?, v))).collect();
    }

    /// Everything painted inside an area, oldest first.
    fn inside(&self, area: Area) -> Vec<(Area, Value)> {
        let areas = self
            .areas
            .iter()
            .filter_map(|(when, painted, value)| Some((*when, painted.intersect(area)?, value.clone())));
        let cells = self
            .cells
            .iter()
            .filter(|((row, column), _)| area.holds(*row, *column))
            .map(|((row, column), (when, value))| (*when, Area::cell(*row, *column), value.clone()));
        let mut all: Vec<(u64, Area, Value)> = areas.chain(cells).collect();
        all.sort_by_key(|(when, area, _)| (*when, *area));
        all.into_iter().map(|(_, area, value)| (area, value)).collect()
    }

    fn clear(&mut self, area: Area) {
        if area.size() <= SMALL {
            area.cells().for_each(|cell| drop(self.cells.remove(&cell)));
        } else {
            self.cells.retain(|&(row, column), _| !area.holds(row, column));
        }
        self.areas.retain(|(_, painted, _)| !area.covers(*painted));
        if self.areas.iter().any(|(_, painted, _)| painted.intersect(area).is_some()) {
            self.clock = self.clock.saturating_add(1);
            self.areas.push((self.clock, area, Value::Empty));
        }
    }
}

/// A cell of `whole` that is not in `part`, if there is one.
fn outside(whole: Area, part: Area) -> Option<(u32, u32)> {
    whole.without(part).first().map(|area| (area.top, area.left))
}

impl Paint {
    /// Paints a property over an area.
    pub fn set(&mut self, key: &str, area: Area, value: Value) {
        if let Some(layer) = self.layers.get_mut(key) {
            layer.set(area, value);
            return;
        }
        self.layers.entry(Arc::from(key)).or_default().set(area, value);
    }

    /// What is painted on a cell.
    pub fn get(&self, key: &str, row: u32, column: u32) -> Option<&Value> {
        self.layers.get(key)?.get(row, column)
    }

    /// The one value over an area: `Some(None)` nothing painted, `None` mixed.
    pub fn uniform(&self, key: &str, area: Area) -> Option<Option<&Value>> {
        match self.layers.get(key) {
            Some(layer) => layer.uniform(area),
            None => Some(None),
        }
    }

    /// Moves everything as cells are inserted or deleted.
    pub fn shift(&mut self, shift: Shift) {
        for layer in self.layers.values_mut() {
            layer.remap(|area| shifted(area, shift));
        }
    }

    /// Forgets the properties of an area whose key passes.
    pub fn clear(&mut self, area: Area, which: impl Fn(&str) -> bool) {
        for (key, layer) in &mut self.layers {
            if which(key) {
                layer.clear(area);
            }
        }
    }

    /// Everything painted in an area, to be painted elsewhere.
    pub fn copy(&self, area: Area) -> Vec<(Arc<str>, Area, Value)> {
        let mut all = Vec::new();
        for (key, layer) in &self.layers {
            all.extend(layer.inside(area).into_iter().map(|(area, value)| (key.clone(), area, value)));
        }
        all
    }

    /// The painted cells of small extent, which count towards the used range.
    pub fn extent(&self) -> Option<Area> {
        let cells = self.layers.values().flat_map(|layer| {
            let single = layer.cells.iter().filter(|(_, (_, v))| *v != Value::Empty);
            let areas =
                layer.areas.iter().filter(|(_, a, v)| *v != Value::Empty && !a.spans_rows() && !a.spans_columns());
            single.map(|(&(r, c), _)| Area::cell(r, c)).chain(areas.map(|(_, a, _)| *a))
        });
        cells.reduce(Area::hull)
    }
}
