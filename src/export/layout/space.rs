//! Boxes that must stay free, found by place.

use std::collections::BTreeMap;

use super::Rect;

/// Side of a cell.
const CELL: i32 = 128;

/// A set of boxes.
#[derive(Debug, Default)]
pub(super) struct Space {
    cells: BTreeMap<(i32, i32), Vec<Rect>>,
}

impl Space {
    pub fn add(&mut self, rect: Rect) {
        for cell in cells(rect) {
            self.cells.entry(cell).or_default().push(rect);
        }
    }

    /// Whether a box meets any.
    pub fn meets(&self, rect: Rect) -> bool {
        cells(rect).any(|cell| {
            self.cells.get(&cell).is_some_and(|rects| rects.iter().any(|other| other.meets(rect)))
        })
    }
}

fn cells(rect: Rect) -> impl Iterator<Item = (i32, i32)> {
    let columns = rect.x.div_euclid(CELL)..=rect.right().div_euclid(CELL);
    let rows = rect.y.div_euclid(CELL)..=rect.bottom().div_euclid(CELL);
    columns.flat_map(move |column| rows.clone().map(move |row| (column, row)))
}
