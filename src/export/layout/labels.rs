//! Labels of lines: each on its own line, where it covers no node, no title and no other label, and as few lines as can be.

use super::route::{Lattice, THROUGH_A_LABEL};
use super::space::Space;
use super::{Diagram, GRID, LABEL_LINE, Label, Rect, SMALL_SIZE, line_width};

/// Where labels may no longer stand.
#[derive(Debug)]
pub(super) struct Labels {
    taken: Space,
    whole: Rect,
}

impl Labels {
    pub fn new(diagram: &Diagram) -> Self {
        let mut taken = Space::default();
        for node in &diagram.nodes {
            taken.add(node.rect.grown(2));
        }
        for zone in &diagram.zones {
            taken.add(zone.title_rect.grown(1));
        }
        Self { taken, whole: Rect { x: 0, y: 0, width: diagram.width, height: diagram.height } }
    }

    /// The best free place on a line; none where there is none.
    pub fn place(
        &mut self,
        corners: &[(i32, i32)],
        lines: &[String],
        own: usize,
        lattice: &mut Lattice,
    ) -> Option<Label> {
        let text = lines.iter().map(|line| line_width(line, SMALL_SIZE)).max()?;
        let rows = i32::try_from(lines.len()).unwrap_or(1);
        let size = (text + 8, rows * LABEL_LINE + 2);
        let (rect, _) = candidates(corners, size)
            .into_iter()
            .filter(|(rect, _)| self.is_free(*rect))
            .map(|(rect, cost)| {
                let (lines, walls) = lattice.hidden_by(rect, own);
                (rect, cost + 4 * lines + 2 * walls)
            })
            .min_by_key(|(rect, cost)| (*cost, rect.y, rect.x))?;
        self.taken.add(rect.grown(2));
        lattice.slow_down(rect.grown(GRID / 2), THROUGH_A_LABEL);
        Some(Label { rect, lines: lines.to_vec() })
    }

    fn is_free(&self, rect: Rect) -> bool {
        rect.x >= 0
            && rect.y >= 0
            && rect.right() <= self.whole.right()
            && rect.bottom() <= self.whole.bottom()
            && !self.taken.meets(rect)
    }
}

/// Places along a line, with what speaks against each: far from the middle, on an upright stretch, beside the line.
fn candidates(corners: &[(i32, i32)], (width, height): (i32, i32)) -> Vec<(Rect, i32)> {
    let length =
        |pair: &[(i32, i32)]| (pair[0].0 - pair[1].0).abs() + (pair[0].1 - pair[1].1).abs();
    let whole: i32 = corners.windows(2).map(length).sum();
    let mut found = Vec::new();
    let mut passed = 0;
    for pair in corners.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let steps = length(pair) / (GRID / 2);
        let (dx, dy) = ((to.0 - from.0).signum(), (to.1 - from.1).signum());
        let is_level = dy == 0;
        for step in 1..steps {
            let (x, y) = (from.0 + dx * step * GRID / 2, from.1 + dy * step * GRID / 2);
            let off = (passed + step * GRID / 2 - whole / 2).abs() / GRID;
            let cost = off + if is_level { 0 } else { 4 };
            let at = |x: i32, y: i32| Rect { x: x - width / 2, y: y - height / 2, width, height };
            found.push((at(x, y), cost));
            let (aside, along) = if is_level { (0, height / 2 + 3) } else { (width / 2 + 3, 0) };
            found.push((at(x - aside, y - along), cost + 5));
            found.push((at(x + aside, y + along), cost + 6));
        }
        passed += length(pair);
    }
    found
}
