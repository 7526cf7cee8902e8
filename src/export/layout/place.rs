//! Sizes and places of items, from the inside out: in each zone, what links join stands in columns from left to right, the rest is packed
//! beside or below.
//!
//! Columns come from the order of flows (circles are opened where it costs least), the order within them from where the other ends lie:
//! first within the zone, then, in later passes, everywhere.

use std::collections::{BTreeMap, BTreeSet};

use super::measure::bold_width;
use super::tree::{Item, Tree, What};
use super::{GRID, NAME_SIZE, up};
use crate::model::FlowKind;

/// How often everything is arranged, with what the pass before gave.
const PASSES: usize = 3;
/// How often columns are ordered by their neighbours.
const SWEEPS: usize = 6;
/// Between things that stand above each other.
const ROW_GAP: i32 = 3 * GRID;
/// Between things that stand beside each other and are not joined.
const LOOSE_GAP: i32 = 3 * GRID;
/// Room for a zone's title.
const TITLE: i32 = 2 * GRID;

/// Places all items; afterwards their places are absolute.
pub(super) fn place(tree: &mut Tree) {
    let mut before: Vec<(i32, i32)> = Vec::new();
    for _ in 0..PASSES {
        for at in (0..tree.items.len()).rev() {
            if !matches!(tree.items[at].what, What::Asset(_)) {
                let arranged = Zone::new(tree, at, &before).arrange();
                apply(tree, at, &arranged);
            }
        }
        before = absolute(tree);
    }
    for (item, (x, y)) in tree.items.iter_mut().zip(before) {
        (item.x, item.y) = (x, y);
    }
}

fn absolute(tree: &Tree) -> Vec<(i32, i32)> {
    let mut all: Vec<(i32, i32)> = Vec::with_capacity(tree.items.len());
    for (at, item) in tree.items.iter().enumerate() {
        let (x, y) = if at == 0 { (0, 0) } else { all[item.parent] };
        all.push((x + item.x, y + item.y));
    }
    all
}

/// Where children lie within the content of their zone, and how large that is.
#[derive(Debug, Default)]
struct Arranged {
    children: Vec<(usize, i32, i32)>,
    width: i32,
    height: i32,
}

fn apply(tree: &mut Tree, at: usize, arranged: &Arranged) {
    let passing = i32::try_from(tree.touching[at].len()).unwrap_or(i32::MAX);
    let pad = GRID * (2 + (passing / 5).min(3));
    let title = if at == 0 { 0 } else { TITLE };
    for (child, x, y) in &arranged.children {
        tree.items[*child].x = x + pad;
        tree.items[*child].y = y + pad + title;
    }
    let outside = tree.items[at].children.iter().all(|child| tree.items[*child].is_outside);
    let item = &mut tree.items[at];
    let caption = up(bold_width(&item.caption, NAME_SIZE).min(24 * GRID) + 3 * GRID);
    item.width = (arranged.width + 2 * pad).max(if at == 0 { 0 } else { caption });
    item.height = arranged.height + 2 * pad + title;
    item.is_outside = outside;
}

/// A link between two children, or from a child to somewhere outside.
struct Pull {
    /// Height of its end within the child.
    end: i32,
    other: Other,
    weight: i32,
}

enum Other {
    /// Another child and the height of the end within it.
    Child(usize, i32),
    /// A height relative to the zone.
    Outside(i32),
}

/// One zone that is being arranged. Children are named by their place among `children`.
struct Zone<'t> {
    tree: &'t Tree,
    at: usize,
    children: &'t [usize],
    /// (source, target, link).
    joins: Vec<(usize, usize, usize)>,
    /// For each child, what pulls it.
    pulls: Vec<Vec<Pull>>,
}

impl<'t> Zone<'t> {
    fn new(tree: &'t Tree, at: usize, before: &[(i32, i32)]) -> Self {
        let children = &tree.items[at].children;
        let local = |item: usize| children.binary_search(&item).unwrap_or(0);
        let joins: Vec<_> = tree.joins[at]
            .iter()
            .map(|(source, target, link)| (local(*source), local(*target), *link))
            .collect();
        let mut zone = Self {
            tree,
            at,
            children,
            joins,
            pulls: children.iter().map(|_| Vec::new()).collect(),
        };
        for (source, target, link) in zone.joins.clone() {
            let (from, to) = (&tree.links[link].source, &tree.links[link].target);
            let ends = (zone.end(*from, source), zone.end(*to, target));
            let weight = weight(tree.links[link].kind);
            for (child, end, other, other_end) in
                [(source, ends.0, target, ends.1), (target, ends.1, source, ends.0)]
            {
                let other = Other::Child(other, other_end);
                zone.pulls[child].push(Pull { end, other, weight });
            }
        }
        if !before.is_empty() {
            zone.outside(before);
        }
        zone
    }

    /// Links that leave the zone pull towards where their other end lay before.
    fn outside(&mut self, before: &[(i32, i32)]) {
        let joins: BTreeSet<usize> = self.joins.iter().map(|(_, _, link)| *link).collect();
        for (child, item) in self.children.iter().enumerate() {
            for at in &self.tree.touching[*item] {
                let link = &self.tree.links[*at];
                if joins.contains(at) {
                    continue;
                }
                let inside = self.tree.chain(link.source).contains(item);
                let (own, other) =
                    if inside { (link.source, link.target) } else { (link.target, link.source) };
                let height = before[other].1 + self.tree.items[other].height / 2;
                let other = Other::Outside(height - before[self.at].1);
                let end = self.end(own, child);
                self.pulls[child].push(Pull { end, other, weight: 1 });
            }
        }
    }

    fn item(&self, child: usize) -> &'t Item {
        &self.tree.items[self.children[child]]
    }

    /// The height of an end's middle within a child.
    fn end(&self, asset: usize, child: usize) -> i32 {
        let mut at = asset;
        let mut height = self.tree.items[asset].height / 2;
        while at != self.children[child] && at != 0 {
            height += self.tree.items[at].y;
            at = self.tree.items[at].parent;
        }
        height
    }

    fn arrange(&self) -> Arranged {
        let mut joined = vec![false; self.children.len()];
        for (source, target, _) in &self.joins {
            joined[*source] = true;
            joined[*target] = true;
        }
        let mut arranged = self.columns(&joined);
        let loose: Vec<usize> = (0..self.children.len()).filter(|child| !joined[*child]).collect();
        self.pack(loose, &mut arranged);
        for (child, _, _) in &mut arranged.children {
            *child = self.children[*child];
        }
        arranged
    }

    /// Joined children in columns.
    fn columns(&self, joined: &[bool]) -> Arranged {
        let members: Vec<usize> = (0..joined.len()).filter(|child| joined[*child]).collect();
        if members.is_empty() {
            return Arranged::default();
        }
        let layers = self.layers(&members);
        let mut columns = vec![Vec::new(); layers.iter().max().map_or(0, |last| last + 1)];
        for child in &members {
            columns[layers[*child]].push(*child);
        }
        let mut tops = vec![0; joined.len()];
        self.order(&mut columns, &mut tops);
        let columns = self.split(columns);
        for _ in 0..2 {
            for column in &columns {
                self.settle(column, &mut tops);
            }
        }
        let first = members.iter().map(|child| tops[*child]).min().unwrap_or(0);
        let mut arranged = Arranged::default();
        let mut x = 0;
        for (at, column) in columns.iter().enumerate() {
            let width = column.iter().map(|child| self.item(*child).width).max().unwrap_or(0);
            for child in column {
                let item = self.item(*child);
                // Assets stand in the middle of their column, on the lattice.
                let shift = (width - item.width) / 2 / GRID * GRID;
                let top = tops[*child] - first;
                arranged.children.push((*child, x + shift, top));
                arranged.height = arranged.height.max(top + item.height);
            }
            arranged.width = x + width;
            let next = columns.get(at + 1).map(|next| self.gap(column, next, &layers));
            x += width + next.unwrap_or(0);
        }
        arranged
    }

    /// The column of each child: sources first, every link one column on. Circles are opened where the lightest links run back.
    fn layers(&self, members: &[usize]) -> Vec<usize> {
        let order = self.sequence(members);
        let mut rank = vec![0; self.children.len()];
        for (at, child) in order.iter().enumerate() {
            rank[*child] = at;
        }
        let forward: Vec<(usize, usize)> = self
            .joins
            .iter()
            .map(|(a, b, _)| if rank[*a] < rank[*b] { (*a, *b) } else { (*b, *a) })
            .collect();
        let mut next = vec![Vec::new(); self.children.len()];
        let mut has_before = vec![false; self.children.len()];
        for (a, b) in forward {
            next[a].push(b);
            has_before[b] = true;
        }
        let mut layers = vec![0; self.children.len()];
        for child in &order {
            for after in &next[*child] {
                layers[*after] = layers[*after].max(layers[*child] + 1);
            }
        }
        // What nothing leads to stands just before what it leads to, unless it stands for the outside.
        for child in order.iter().rev() {
            let nearest = next[*child].iter().map(|after| layers[*after]).min();
            if let Some(nearest) =
                nearest.filter(|_| !has_before[*child] && !self.item(*child).is_outside)
            {
                layers[*child] = nearest - 1;
            }
        }
        layers
    }

    /// An order in which few and light links run back: what has nothing before it comes first, what has nothing after it last, else what
    /// has most after it.
    fn sequence(&self, members: &[usize]) -> Vec<usize> {
        let count = self.children.len();
        let mut weights = vec![BTreeMap::<usize, i32>::new(); count];
        for (a, b, link) in &self.joins {
            let weight = weight(self.tree.links[*link].kind);
            *weights[*a].entry(*b).or_default() += weight;
            *weights[*b].entry(*a).or_default() -= weight;
        }
        let mut out = vec![0; count];
        let mut into = vec![0; count];
        for (child, weights) in weights.iter().enumerate() {
            out[child] = weights.values().filter(|weight| **weight > 0).sum();
            into[child] = -weights.values().filter(|weight| **weight < 0).sum::<i32>();
        }
        let mut open: Vec<usize> = members.to_vec();
        let (mut first, mut last) = (Vec::new(), Vec::new());
        open.sort_by_key(|child| !self.item(*child).is_outside);
        while !open.is_empty() {
            let opens = |child: &usize| self.item(*child).is_outside && out[*child] > 0;
            let source = open.iter().position(opens);
            let source = source.or_else(|| open.iter().position(|child| into[*child] == 0));
            let sink = open.iter().position(|child| out[*child] == 0);
            let best = || {
                let by = |at: &usize| (out[open[*at]] - into[open[*at]], std::cmp::Reverse(*at));
                (0..open.len()).max_by_key(by).unwrap_or(0)
            };
            let is_sink = source.is_none() && sink.is_some();
            let at = source.or(sink).unwrap_or_else(best);
            let child = open.remove(at);
            let side = if is_sink { &mut last } else { &mut first };
            side.push(child);
            for (other, weight) in &weights[child] {
                if *weight > 0 { into[*other] -= weight } else { out[*other] += weight }
            }
        }
        first.extend(last.into_iter().rev());
        first
    }

    /// Orders each column by where its neighbours are.
    fn order(&self, columns: &mut [Vec<usize>], tops: &mut [i32]) {
        for column in columns.iter() {
            let mut y = 0;
            for child in column {
                tops[*child] = y;
                y += self.item(*child).height + ROW_GAP;
            }
        }
        let count = columns.len();
        for sweep in 0..SWEEPS {
            for step in 0..count {
                let column = if sweep % 2 == 0 { step } else { count - 1 - step };
                let column = &mut columns[column];
                column.sort_by_cached_key(|child| {
                    let top = self.wanted(*child, tops).unwrap_or(tops[*child]);
                    (top + self.item(*child).height / 2, *child)
                });
                self.settle(column, tops);
            }
        }
    }

    /// Where the top of a child would best be: the mean over what pulls it.
    fn wanted(&self, child: usize, tops: &[i32]) -> Option<i32> {
        let (mut sum, mut weights) = (0_i64, 0_i64);
        for pull in &self.pulls[child] {
            let to = match pull.other {
                Other::Child(other, end) => tops[other] + end,
                Other::Outside(height) => height,
            };
            sum += i64::from(pull.weight) * i64::from(to - pull.end);
            weights += i64::from(pull.weight);
        }
        (weights > 0).then(|| i32::try_from(sum / weights).unwrap_or(0))
    }

    /// Moves the children of a column as near to where they want to be as their order and sizes let them (isotonic regression).
    fn settle(&self, column: &[usize], tops: &mut [i32]) {
        // Blocks of children that touch: (first place, sum of wishes, number).
        let mut blocks: Vec<(usize, i64, i64)> = Vec::new();
        let mut offsets = Vec::new();
        let mut offset = 0;
        for (at, child) in column.iter().enumerate() {
            let wish = self.wanted(*child, tops).unwrap_or(tops[*child]) - offset;
            offsets.push(offset);
            offset += self.item(*child).height + ROW_GAP;
            blocks.push((at, i64::from(wish), 1));
            while let [.., (_, a, n), (_, b, m)] = blocks.as_slice() {
                if a * m <= b * n {
                    break;
                }
                let (sum, number) = (a + b, n + m);
                blocks.pop();
                if let Some(block) = blocks.last_mut() {
                    (block.1, block.2) = (sum, number);
                }
            }
        }
        for (block, (first, sum, number)) in blocks.iter().enumerate() {
            let end = blocks.get(block + 1).map_or(column.len(), |next| next.0);
            let start = i32::try_from(sum.div_euclid(*number)).unwrap_or(0);
            let start = start.div_euclid(GRID) * GRID;
            for at in *first..end {
                tops[column[at]] = start + offsets[at];
            }
        }
    }

    /// Columns that are much taller than the whole is wide are split.
    fn split(&self, columns: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
        let area: i64 = columns
            .iter()
            .flatten()
            .map(|child| self.item(*child))
            .map(|item| i64::from(item.width + 6 * GRID) * i64::from(item.height + ROW_GAP))
            .sum();
        let tallest = columns.iter().flatten().map(|child| self.item(*child).height).max();
        let limit = i64::from(tallest.unwrap_or(0)).max(area.isqrt()).max(i64::from(40 * GRID));
        let mut split = Vec::new();
        for column in columns {
            let height = |child: &usize| i64::from(self.item(*child).height + ROW_GAP);
            let whole: i64 = column.iter().map(height).sum();
            let parts = (whole + limit - 1) / limit.max(1);
            let goal = whole / parts.max(1);
            let mut part = Vec::new();
            let mut used = 0;
            for child in column {
                if used > 0 && used + height(&child) / 2 > goal {
                    split.push(std::mem::take(&mut part));
                    used = 0;
                }
                used += height(&child);
                part.push(child);
            }
            split.push(part);
        }
        split
    }

    /// Room between two columns: for labels and for lines that turn there.
    fn gap(&self, column: &[usize], next: &[usize], layers: &[usize]) -> i32 {
        let (Some(left), Some(right)) = (column.first(), next.first()) else { return LOOSE_GAP };
        let (left, right) = (layers[*left], layers[*right]);
        let mut lines = 0;
        let mut label = 0;
        for (a, b, link) in &self.joins {
            let (low, high) = (layers[*a].min(layers[*b]), layers[*a].max(layers[*b]));
            if low <= left && high >= right && left != right {
                lines += 1;
                label = label.max(self.tree.links[*link].label_width());
            }
        }
        if lines == 0 {
            return LOOSE_GAP + 2 * GRID;
        }
        up(label + 2 * GRID).clamp(5 * GRID, 13 * GRID) + GRID * (lines / 3).min(6)
    }

    /// Packs children that nothing joins in rows, beside what is there if that is tall, else below.
    fn pack(&self, mut loose: Vec<usize>, arranged: &mut Arranged) {
        if loose.is_empty() {
            return;
        }
        let item = |child: &usize| self.item(*child);
        loose.sort_by_key(|child| {
            let item = item(child);
            (item.children.is_empty(), std::cmp::Reverse(item.height), *child)
        });
        let area: i64 = loose
            .iter()
            .map(item)
            .map(|item| i64::from(item.width + LOOSE_GAP) * i64::from(item.height + ROW_GAP))
            .sum();
        let widest = loose.iter().map(|child| item(child).width).max().unwrap_or(0);
        let beside = arranged.height > 0 && arranged.height >= arranged.width;
        let goal = match (arranged.height, beside) {
            (0, _) => (area * 3 / 2).isqrt(),
            (height, true) => area * 5 / 4 / i64::from(height),
            (_, false) => i64::from(arranged.width).max(area.isqrt()),
        };
        let room = widest.max(i32::try_from(goal).unwrap_or(i32::MAX));
        let (left, top) = match (arranged.height, beside) {
            (0, _) => (0, 0),
            (_, true) => (arranged.width + 6 * GRID, 0),
            (height, false) => (0, height + ROW_GAP + GRID),
        };
        let (mut x, mut y, mut row) = (0, 0, 0);
        for child in loose {
            let item = item(&child);
            if x > 0 && x + item.width > room {
                (x, y, row) = (0, y + row + ROW_GAP, 0);
            }
            arranged.children.push((child, left + x, top + y));
            arranged.width = arranged.width.max(left + x + item.width);
            arranged.height = arranged.height.max(top + y + item.height);
            row = row.max(item.height);
            x += item.width + LOOSE_GAP;
        }
    }
}

/// How much a link wants to run from left to right: data-flow diagrams are read along the network.
fn weight(kind: FlowKind) -> i32 {
    match kind {
        FlowKind::Network => 4,
        FlowKind::Data | FlowKind::SupplyChain => 3,
        FlowKind::Identity | FlowKind::Permission | FlowKind::Secret => 2,
        FlowKind::Log | FlowKind::Dns => 1,
    }
}
