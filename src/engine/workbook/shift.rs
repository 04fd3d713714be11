//! What inserting, deleting and moving cells does to areas: one rule for stored cells' addresses, names, tables, merged
//! areas, formats and the references inside formulas (Microsoft, "Range.Insert", "Range.Delete", "Range.Cut").

use super::area::{Area, COLUMNS, ROWS};
use super::grid::Direction;

/// A structural change of one sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shift {
    /// Cells of the area were pushed away: `Right` or `Down` by its width or height.
    Insert { area: Area, toward: Direction },
    /// The area went, what lay beyond moved in: from the right (`Left`) or from below (`Up`).
    Delete { area: Area, toward: Direction },
}

/// Where an area is after a change; none when all of it was deleted or pushed off the sheet.
pub fn shifted(area: Area, shift: Shift) -> Option<Area> {
    match shift {
        Shift::Insert { area: gap, toward: Direction::Down } => insert_down(area, gap, ROWS),
        Shift::Insert { area: gap, .. } => insert_down(turn(area), turn(gap), COLUMNS).map(turn),
        Shift::Delete { area: hole, toward: Direction::Up } => delete_up(area, hole, ROWS),
        Shift::Delete { area: hole, .. } => delete_up(turn(area), turn(hole), COLUMNS).map(turn),
    }
}

/// Rows and columns swapped, so that one rule serves both directions.
fn turn(area: Area) -> Area {
    Area { top: area.left, left: area.top, bottom: area.right, right: area.bottom }
}

/// Only an area whose every column moves can move as one; another stays where it is.
fn moves_as_one(area: Area, band: Area) -> bool {
    band.left <= area.left && area.right <= band.right
}

/// `A:A` stays `A:A` whatever happens to rows.
fn is_full(area: Area, last: u32) -> bool {
    area.top == 1 && area.bottom == last
}

fn insert_down(area: Area, gap: Area, last: u32) -> Option<Area> {
    if !moves_as_one(area, gap) || is_full(area, last) || area.bottom < gap.top {
        return Some(area);
    }
    let count = gap.height();
    let bottom = area.bottom.saturating_add(count).min(last);
    if area.top < gap.top {
        return Some(Area { bottom, ..area });
    }
    let top = area.top.saturating_add(count);
    (top <= last).then_some(Area { top, bottom, ..area })
}

fn delete_up(area: Area, hole: Area, last: u32) -> Option<Area> {
    if hole.covers(area) {
        return None;
    }
    if !moves_as_one(area, hole) || is_full(area, last) || area.bottom < hole.top {
        return Some(area);
    }
    let count = hole.height();
    if area.top > hole.bottom {
        return Some(Area { top: area.top - count, bottom: area.bottom - count, ..area });
    }
    let bottom = if area.bottom > hole.bottom { area.bottom - count } else { hole.top - 1 };
    Some(Area { top: area.top.min(hole.top), bottom, ..area })
}

/// The cells a change moves: everything from the area to the edge of the sheet.
pub fn moving(shift: Shift) -> Area {
    let (Shift::Insert { area, toward } | Shift::Delete { area, toward }) = shift;
    match toward {
        Direction::Up | Direction::Down => Area { bottom: ROWS, ..area },
        Direction::Left | Direction::Right => Area { right: COLUMNS, ..area },
    }
}
