//! Lines between nodes: shortest ways on a lattice that go around nodes, turn seldom, and share no stretch with others where they can.
//!
//! The search is bounded; beyond its budget lines are drawn as simple elbows.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::labels::Labels;
use super::tree::{Link, Tree};
use super::{Diagram, Edge, GRID, Rect};

/// Most points that all searches together may visit.
const BUDGET: usize = 6_000_000;
/// Most points that one search may visit.
const BUDGET_OF_ONE: usize = 400_000;
/// Largest lattice, in points.
const LARGEST: usize = 3_000_000;
/// No way leads here yet.
const START: u8 = 4;

/// Costs, in steps.
const BEND: u32 = 5;
const SHARED: u32 = 9;
const SHARED_WITH_KIN: u32 = 2;
const CROSSING: u32 = 2;
const ALONG_A_WALL: u32 = 8;
const USED_PORT: u32 = 8;
pub(super) const THROUGH_A_LABEL: u8 = 10;
const THROUGH_A_TITLE: u8 = 12;
const BESIDE_A_NODE: u8 = 1;

/// Right, down, left, up.
const STEPS: [(i32, i32); 4] = [(1, 0), (0, 1), (-1, 0), (0, -1)];

/// Routes and labels all links.
pub(super) fn route(diagram: &Diagram, tree: &Tree) -> Vec<Edge> {
    let mut lattice = Lattice::new(diagram);
    let mut labels = Labels::new(diagram);
    let boxes: Vec<Rect> = tree
        .items
        .iter()
        .map(|item| Rect { x: item.x, y: item.y, width: item.width, height: item.height })
        .collect();
    let mut order: Vec<usize> = (0..tree.links.len()).collect();
    let length = |link: &Link| {
        let (a, b) = (boxes[link.source].center(), boxes[link.target].center());
        (a.0 - b.0).abs() + (a.1 - b.1).abs()
    };
    order.sort_by_key(|at| (length(&tree.links[*at]), *at));
    let mut edges: Vec<(usize, Edge)> = Vec::new();
    for at in order {
        let link = &tree.links[at];
        let (from, to) = (boxes[link.source], boxes[link.target]);
        let points = match lattice.search(at, from, to, &tree.links) {
            Some(points) => points,
            None => elbow(from, to),
        };
        lattice.take(at, &points);
        let label = labels.place(&points, &link.label, at, &mut lattice);
        edges.push((at, Edge { flows: link.flows.clone(), points, label }));
    }
    edges.sort_by_key(|(at, _)| *at);
    edges.into_iter().map(|(_, edge)| edge).collect()
}

/// Right, over, in: what is drawn without a search.
fn elbow(from: Rect, to: Rect) -> Vec<(i32, i32)> {
    let (start, end) = if from.center().0 <= to.center().0 {
        ((from.right(), from.center().1), (to.x, to.center().1))
    } else {
        ((from.x, from.center().1), (to.right(), to.center().1))
    };
    let middle = i32::midpoint(start.0, end.0);
    vec![start, (middle, start.1), (middle, end.1), end]
}

/// The points between nodes and what lies on them.
#[derive(Debug)]
pub(super) struct Lattice {
    columns: i32,
    rows: i32,
    /// Points in and on nodes.
    blocked: Vec<bool>,
    /// What it costs to pass a point, beyond the step.
    slow: Vec<u8>,
    /// Link + 1 on the stretch to the right of a point, and on that below it.
    used: [Vec<u32>; 2],
    /// Whether a zone's border runs along that stretch.
    walls: [Vec<bool>; 2],
    /// Whether a line passes a point.
    passed: Vec<bool>,
    /// For each point and direction of arrival: cost so far, search that it belongs to, direction before.
    cost: Vec<u32>,
    search: Vec<u32>,
    from: Vec<u8>,
    searches: u32,
    budget: usize,
}

impl Lattice {
    fn new(diagram: &Diagram) -> Self {
        let (columns, rows) = (diagram.width / GRID + 1, diagram.height / GRID + 1);
        let points = usize::try_from(i64::from(columns) * i64::from(rows)).unwrap_or(usize::MAX);
        let (size, budget) = if points > LARGEST { (0, 0) } else { (points, BUDGET) };
        let mut lattice = Self {
            columns,
            rows,
            blocked: vec![false; size],
            slow: vec![0; size],
            used: [vec![0; size], vec![0; size]],
            walls: [vec![false; size], vec![false; size]],
            passed: vec![false; size],
            cost: vec![0; size * 4],
            search: vec![0; size * 4],
            from: vec![0; size * 4],
            searches: 0,
            budget,
        };
        for node in &diagram.nodes {
            lattice.slow_down(node.rect.grown(GRID), BESIDE_A_NODE);
            lattice.each(node.rect, |lattice, point| lattice.blocked[point] = true);
        }
        for zone in &diagram.zones {
            lattice.slow_down(zone.title_rect, THROUGH_A_TITLE);
            lattice.wall(zone.rect);
        }
        lattice
    }

    fn point(&self, x: i32, y: i32) -> Option<usize> {
        let inside = x >= 0 && y >= 0 && x < self.columns && y < self.rows;
        let at = usize::try_from(i64::from(y) * i64::from(self.columns) + i64::from(x)).ok()?;
        (inside && at < self.blocked.len()).then_some(at)
    }

    /// All points in and on a box.
    fn each(&mut self, rect: Rect, mut with: impl FnMut(&mut Self, usize)) {
        let first = |value: i32| value.div_euclid(GRID) + i32::from(value.rem_euclid(GRID) > 0);
        for y in first(rect.y)..=rect.bottom().div_euclid(GRID) {
            for x in first(rect.x)..=rect.right().div_euclid(GRID) {
                if let Some(point) = self.point(x, y) {
                    with(self, point);
                }
            }
        }
    }

    pub fn slow_down(&mut self, rect: Rect, by: u8) {
        self.each(rect, |lattice, point| {
            lattice.slow[point] = lattice.slow[point].saturating_add(by);
        });
    }

    fn wall(&mut self, rect: Rect) {
        let (left, right) = (rect.x / GRID, rect.right() / GRID);
        let (top, bottom) = (rect.y / GRID, rect.bottom() / GRID);
        for x in left..right {
            for y in [top, bottom] {
                if let Some(point) = self.point(x, y) {
                    self.walls[0][point] = true;
                }
            }
        }
        for y in top..bottom {
            for x in [left, right] {
                if let Some(point) = self.point(x, y) {
                    self.walls[1][point] = true;
                }
            }
        }
    }

    /// How many stretches of other lines, and of borders, lie in a box.
    pub fn hidden_by(&self, rect: Rect, own: usize) -> (i32, i32) {
        let own = u32::try_from(own + 1).unwrap_or(u32::MAX);
        let (mut lines, mut walls) = (0, 0);
        for y in rect.y.div_euclid(GRID)..=rect.bottom().div_euclid(GRID) {
            for x in rect.x.div_euclid(GRID)..=rect.right().div_euclid(GRID) {
                let Some(point) = self.point(x, y) else { continue };
                let on_row = y * GRID >= rect.y && y * GRID <= rect.bottom();
                let on_column = x * GRID >= rect.x && x * GRID <= rect.right();
                for (axis, on) in [(0, on_row), (1, on_column)] {
                    lines += i32::from(on && ![0, own].contains(&self.used[axis][point]));
                    walls += i32::from(on && self.walls[axis][point]);
                }
            }
        }
        (lines, walls)
    }

    /// The cheapest way from one node to another, as corners.
    fn search(
        &mut self,
        own: usize,
        from: Rect,
        to: Rect,
        links: &[Link],
    ) -> Option<Vec<(i32, i32)>> {
        self.searches += 1;
        let mut open = BinaryHeap::new();
        let target = Target::new(to);
        for (x, y, direction, cost) in ports(from, 0) {
            let (dx, dy) = STEPS[direction];
            let cost = cost + self.port(x, y) + 1;
            self.reach((x + dx, y + dy), direction, START, cost, &target, &mut open);
        }
        let mut visits = BUDGET_OF_ONE.min(self.budget);
        while let Some(Reverse((_, state))) = open.pop() {
            if visits == 0 {
                break;
            }
            visits -= 1;
            self.budget -= 1;
            let (point, direction) = (state / 4, state % 4);
            let x = i32::try_from(point).unwrap_or(0) % self.columns;
            let y = i32::try_from(point).unwrap_or(0) / self.columns;
            if target.port(x, y, direction).is_some() {
                return Some(self.way(state));
            }
            let so_far = self.cost[state];
            for (turn, (dx, dy)) in STEPS.iter().enumerate() {
                if turn == (direction + 2) % 4 {
                    continue;
                }
                let Some(step) = self.step(own, (x, y), turn, links) else { continue };
                let bend = if turn == direction { 0 } else { BEND };
                let cost = so_far + step + bend;
                let before = u8::try_from(direction).unwrap_or(START);
                self.reach((x + dx, y + dy), turn, before, cost, &target, &mut open);
            }
        }
        None
    }

    /// What a step from a point costs, beyond bends.
    fn step(
        &self,
        own: usize,
        (x, y): (i32, i32),
        direction: usize,
        links: &[Link],
    ) -> Option<u32> {
        let (dx, dy) = STEPS[direction];
        let to = self.point(x + dx, y + dy)?;
        let axis = direction % 2;
        let first = self.point(x.min(x + dx), y.min(y + dy))?;
        let mut cost = 1 + u32::from(self.slow[to]);
        if let Some(other) = (self.used[axis][first] as usize).checked_sub(1) {
            let (a, b) = (&links[own], &links[other]);
            let kin = a.kind == b.kind && (a.source == b.source || a.target == b.target);
            cost += if kin { SHARED_WITH_KIN } else { SHARED };
        } else if self.passed[to] {
            cost += CROSSING;
        }
        if self.walls[axis][first] {
            cost += ALONG_A_WALL;
        }
        Some(cost)
    }

    fn port(&self, x: i32, y: i32) -> u32 {
        let used = self.point(x, y).is_some_and(|point| self.passed[point]);
        if used { USED_PORT } else { 0 }
    }

    /// Notes that a point can be reached, unless it is known to be cheaper.
    fn reach(
        &mut self,
        (x, y): (i32, i32),
        direction: usize,
        before: u8,
        mut cost: u32,
        target: &Target,
        open: &mut BinaryHeap<Reverse<(u32, usize)>>,
    ) {
        let Some(point) = self.point(x, y) else { return };
        if self.blocked[point] {
            match target.port(x, y, direction) {
                Some(extra) => cost += extra + self.port(x, y),
                None => return,
            }
        }
        let state = point * 4 + direction;
        if self.search[state] == self.searches && self.cost[state] <= cost {
            return;
        }
        self.search[state] = self.searches;
        self.cost[state] = cost;
        self.from[state] = before;
        open.push(Reverse((cost + target.distance(x, y), state)));
    }

    /// The corners of the way that ends in a state.
    fn way(&self, mut state: usize) -> Vec<(i32, i32)> {
        let place = |point: usize| {
            let point = i32::try_from(point).unwrap_or(0);
            (point % self.columns, point / self.columns)
        };
        let mut corners = vec![place(state / 4)];
        loop {
            let direction = state % 4;
            let (dx, dy) = STEPS[direction];
            let (x, y) = place(state / 4);
            let back = (x - dx, y - dy);
            let before = self.from[state];
            if before == START {
                corners.push(back);
                break;
            }
            let before = usize::from(before);
            if before != direction {
                corners.push(back);
            }
            let Some(point) = self.point(back.0, back.1) else { break };
            state = point * 4 + before;
        }
        corners.reverse();
        corners.into_iter().map(|(x, y)| (x * GRID, y * GRID)).collect()
    }

    /// Marks a way as used.
    fn take(&mut self, own: usize, corners: &[(i32, i32)]) {
        let own = u32::try_from(own + 1).unwrap_or(u32::MAX);
        for pair in corners.windows(2) {
            let ((x1, y1), (x2, y2)) = (pair[0], pair[1]);
            let axis = usize::from(x1 == x2);
            let (left, right) = (x1.min(x2) / GRID, x1.max(x2) / GRID);
            let (top, bottom) = (y1.min(y2) / GRID, y1.max(y2) / GRID);
            for y in top..=bottom {
                for x in left..=right {
                    let Some(point) = self.point(x, y) else { continue };
                    self.passed[point] = true;
                    let is_last = if axis == 0 { x == right } else { y == bottom };
                    if !is_last {
                        self.used[axis][point] = own;
                    }
                }
            }
        }
    }
}

/// Where lines may leave a box: point, direction, cost. Lines would rather leave to the right and arrive from the left.
fn ports(rect: Rect, turned: usize) -> Vec<(i32, i32, usize, u32)> {
    let (left, right) = (rect.x / GRID, rect.right() / GRID);
    let (top, bottom) = (rect.y / GRID, rect.bottom() / GRID);
    let mut ports = Vec::new();
    for y in top + 1..bottom {
        let off = (2 * y - top - bottom).unsigned_abs() / 2;
        ports.push((right, y, 0, off));
        ports.push((left, y, 2, 3 + off));
    }
    for x in left + 1..right {
        let off = (2 * x - left - right).unsigned_abs() / 4;
        ports.push((x, bottom, 1, 2 + off));
        ports.push((x, top, 3, 2 + off));
    }
    if turned > 0 {
        for port in &mut ports {
            port.3 = match port.2 {
                0 => port.3 + 3,
                2 => port.3 - 3,
                _ => port.3,
            };
            port.2 = (port.2 + turned) % 4;
        }
    }
    ports
}

/// The box at which a line arrives.
struct Target {
    left: i32,
    right: i32,
    top: i32,
    bottom: i32,
    /// Ports by (x, y, direction of arrival).
    ports: Vec<(i32, i32, usize, u32)>,
}

impl Target {
    fn new(rect: Rect) -> Self {
        let mut ports = ports(rect, 2);
        ports.sort_unstable();
        Self {
            left: rect.x / GRID,
            right: rect.right() / GRID,
            top: rect.y / GRID,
            bottom: rect.bottom() / GRID,
            ports,
        }
    }

    /// What it costs to arrive at a point in a direction, where that is a port.
    fn port(&self, x: i32, y: i32, direction: usize) -> Option<u32> {
        if x < self.left || x > self.right || y < self.top || y > self.bottom {
            return None;
        }
        let at =
            self.ports.binary_search_by(|port| (port.0, port.1, port.2).cmp(&(x, y, direction)));
        Some(self.ports[at.ok()?].3)
    }

    /// Fewest steps to the box.
    fn distance(&self, x: i32, y: i32) -> u32 {
        let across = (self.left - x).max(x - self.right).max(0);
        let along = (self.top - y).max(y - self.bottom).max(0);
        (across + along).unsigned_abs()
    }
}
