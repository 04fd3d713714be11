//! Range descriptors: which words stand for which cells. A descriptor remembers how many structural changes its sheet had when
//! it was made; reading it replays the later ones, so that a Range variable follows its cells as Excel's does.

use std::sync::Arc;

use super::area::Area;
use super::fault::{object_required, undefined};
use super::sheet::Sheet;
use super::shift::shifted;
use crate::engine::value::{Fault, HostObject, Object, Value};

/// Class name of ranges.
pub const RANGE: &str = "Range";
/// The word that stands for the own book: the only one there is.
pub const BOOK: u32 = 0;
const UNIT_BITS: u32 = 2;
const UNIT_MASK: u32 = 0b11;
/// The stamp of a descriptor that does not follow its cells.
const NO_STAMP: u32 = u32::MAX >> UNIT_BITS;

/// What `For Each`, `Count` and an index count in a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unit {
    #[default]
    Cells,
    /// The range came from `.Rows`.
    Rows,
    /// The range came from `.Columns`.
    Columns,
}

/// Cells of one sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RangeRef {
    pub sheet: u32,
    /// Never empty.
    pub areas: Vec<Area>,
    pub unit: Unit,
}

impl RangeRef {
    pub fn new(sheet: u32, area: Area) -> Self {
        Self { sheet, areas: vec![area], unit: Unit::Cells }
    }

    /// None for no areas at all: `Intersect` of what does not meet, `SpecialCells` without a hit.
    pub fn of(sheet: u32, areas: Vec<Area>) -> Option<Self> {
        (!areas.is_empty()).then_some(Self { sheet, areas, unit: Unit::Cells })
    }

    /// The first area, which most members look at.
    pub fn first(&self) -> Area {
        self.areas.first().copied().unwrap_or(Area::cell(1, 1))
    }

    /// Cells in all areas, an overlap counted twice, as `Range.Count` does.
    pub fn size(&self) -> u64 {
        self.areas.iter().map(|area| area.size()).sum()
    }

    pub fn holds(&self, row: u32, column: u32) -> bool {
        self.areas.iter().any(|area| area.holds(row, column))
    }

    /// The words of a descriptor that follows its cells; `shifts`: the structural changes the sheet has had.
    pub fn words(&self, shifts: usize) -> Vec<u32> {
        self.stamped(u32::try_from(shifts).unwrap_or(NO_STAMP).min(NO_STAMP))
    }

    /// Words that keep the unit and always mean these positions.
    pub fn words_at_position(&self) -> Vec<u32> {
        self.stamped(NO_STAMP)
    }

    fn stamped(&self, stamp: u32) -> Vec<u32> {
        let mut words = self.bare_words();
        let unit = match self.unit {
            Unit::Cells => 0,
            Unit::Rows => 1,
            Unit::Columns => 2,
        };
        words.push((stamp << UNIT_BITS) | unit);
        words
    }

    /// Words without a memory: always these positions. What `For Each` visits, as Excel's enumerator counts positions.
    pub fn bare_words(&self) -> Vec<u32> {
        let mut words = vec![BOOK, self.sheet];
        for area in &self.areas {
            words.extend([area.top, area.left, area.bottom, area.right]);
        }
        words
    }

    /// Reads the words against the sheet they name. Error 424 when all the cells are gone.
    pub fn read(words: &[u32], sheet: &Sheet) -> Result<Self, Fault> {
        let [_, _, rest @ ..] = words else { return Err(object_required()) };
        let (areas, stamp) = rest.as_chunks::<4>();
        let areas =
            areas.iter().map(|&[top, left, bottom, right]| Area::new(top, left, bottom, right).ok_or_else(undefined));
        let areas: Vec<Area> = areas.collect::<Result<_, _>>()?;
        let stamp = stamp.first().copied();
        let unit = match stamp.map(|stamp| stamp & UNIT_MASK) {
            Some(1) => Unit::Rows,
            Some(2) => Unit::Columns,
            _ => Unit::Cells,
        };
        let made = stamp.map_or(sheet.shifts.len(), |stamp| (stamp >> UNIT_BITS) as usize);
        let later = sheet.shifts.get(made..).unwrap_or_default();
        let follow = |area: Area| later.iter().try_fold(area, |area, change| shifted(area, *change));
        let areas: Vec<Area> = areas.into_iter().filter_map(follow).collect();
        if areas.is_empty() {
            return Err(object_required());
        }
        Ok(Self { sheet: sheet.id, areas, unit })
    }
}

/// A descriptor of a class and words.
pub fn object(class: &str, words: &[u32]) -> Value {
    Value::Object(Object::Host(HostObject { class: Arc::from(class), words: Arc::from(words) }))
}

/// Whether a value is a range's descriptor.
pub fn as_range(value: &Value) -> Option<&HostObject> {
    match value {
        Value::Object(Object::Host(object)) if &*object.class == RANGE => Some(object),
        _ => None,
    }
}
