//! Where everything of a data-flow diagram lies: zones in zones, nodes, flows as bent lines, their labels.
//!
//! Takes a model, gives a [`Diagram`] in whole pixels. Each zone is laid out from the inside out: what flows join stands in columns from
//! left to right, the rest is packed below (`place`). Lines are then routed around nodes on a lattice (`route`), and each gets its label at
//! once, where it hides nothing (`labels`). Everything is integers and sorted by id, so the same model gives the same diagram.

mod labels;
mod measure;
mod place;
mod route;
mod space;
mod tree;

use std::sync::Arc;

pub use measure::{line_width, wrap};

use crate::model::ThreatModel;
use tree::{Tree, What};

/// The lattice on which everything stands, in pixels.
const GRID: i32 = 12;
/// Size of a node's name, in pixels.
pub const NAME_SIZE: i32 = 11;
/// Size of small print, in pixels: no text is smaller.
pub const SMALL_SIZE: i32 = 9;
/// Height of a line of a label.
pub const LABEL_LINE: i32 = 12;

/// A rectangle, by its upper left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Rect {
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub height: i32,
}

impl Rect {
    /// The first x to the right of it.
    pub fn right(self) -> i32 {
        self.x + self.width
    }

    /// The first y below it.
    pub fn bottom(self) -> i32 {
        self.y + self.height
    }

    /// Its middle.
    pub fn center(self) -> (i32, i32) {
        (self.x + self.width / 2, self.y + self.height / 2)
    }

    /// Whether two share more than a line.
    pub fn meets(self, other: Self) -> bool {
        self.x < other.right()
            && other.x < self.right()
            && self.y < other.bottom()
            && other.y < self.bottom()
    }

    /// Larger on every side.
    #[must_use]
    pub fn grown(self, by: i32) -> Self {
        Self {
            x: self.x - by,
            y: self.y - by,
            width: self.width + 2 * by,
            height: self.height + 2 * by,
        }
    }
}

/// A zone as drawn.
#[derive(Clone, Debug)]
pub struct Zone {
    /// Its place among the model's boundaries.
    pub boundary: usize,
    /// Its box.
    pub rect: Rect,
    /// Its title, cut to the box.
    pub title: String,
    /// The box of the title.
    pub title_rect: Rect,
    /// How many zones hold it.
    pub depth: usize,
}

/// An asset as drawn.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its place among the model's assets.
    pub asset: usize,
    /// Its box.
    pub rect: Rect,
    /// Its name, in one line or two.
    pub lines: Vec<String>,
    /// What it is, cut to the box.
    pub caption: String,
}

/// Flows between two assets as one line.
#[derive(Clone, Debug)]
pub struct Edge {
    /// Their places among the model's flows: all have the same ends and kind.
    pub flows: Vec<usize>,
    /// Corners from the source's border to the target's.
    pub points: Vec<(i32, i32)>,
    /// Its label; none where there was no room.
    pub label: Option<Label>,
}

/// The label of a line.
#[derive(Clone, Debug)]
pub struct Label {
    /// Its box.
    pub rect: Rect,
    /// One line or two.
    pub lines: Vec<String>,
}

/// A data-flow diagram.
#[derive(Clone, Debug, Default)]
pub struct Diagram {
    /// Whole width.
    pub width: i32,
    /// Whole height.
    pub height: i32,
    /// Zones, outer ones first.
    pub zones: Vec<Zone>,
    /// Nodes, by asset.
    pub nodes: Vec<Node>,
    /// Lines, by their first flow.
    pub edges: Vec<Edge>,
}

impl Diagram {
    /// The diagram of a model. Zones without assets are not drawn, nor are flows from an asset to itself.
    pub fn of(model: &ThreatModel) -> Self {
        let mut tree = Tree::of(model);
        place::place(&mut tree);
        let mut diagram =
            Self { width: tree.root().width, height: tree.root().height, ..Self::default() };
        for (at, item) in tree.items.iter().enumerate() {
            let rect = Rect { x: item.x, y: item.y, width: item.width, height: item.height };
            match item.what {
                What::Root => {}
                What::Zone(boundary) => {
                    diagram.zones.push(zone(&item.caption, boundary, rect, tree.depth(at)));
                }
                What::Asset(asset) => diagram.nodes.push(Node {
                    asset,
                    rect,
                    lines: item.lines.clone(),
                    caption: item.caption.clone(),
                }),
            }
        }
        diagram.zones.sort_by_key(|zone| (zone.depth, zone.boundary));
        diagram.nodes.sort_by_key(|node| node.asset);
        diagram.edges = route::route(&diagram, &tree);
        diagram
    }
}

fn zone(caption: &str, boundary: usize, rect: Rect, depth: usize) -> Zone {
    let title = measure::cut(caption, NAME_SIZE, (rect.width - 2 * GRID) * 8 / 9);
    let width = measure::bold_width(&title, NAME_SIZE) + GRID;
    let title_rect = Rect { x: rect.x + GRID / 2, y: rect.y + 4, width, height: 18 };
    Zone { boundary, rect, title, title_rect, depth }
}

/// The text on a line: the labels of its flows, each once.
fn label_lines(model: &ThreatModel, flows: &[usize]) -> Vec<String> {
    let mut labels: Vec<Arc<str>> = Vec::new();
    for flow in flows {
        let label = &model.flows[*flow].label;
        if !labels.contains(label) && !label.trim().is_empty() {
            labels.push(Arc::clone(label));
        }
    }
    let shown = labels.len().min(3);
    let mut text: Vec<String> =
        labels[..shown].iter().map(|label| super::escape::one_line(label)).collect();
    if labels.len() > shown {
        text.push(format!("+{}", labels.len() - shown));
    }
    if text.is_empty() { Vec::new() } else { wrap(&text.join(", "), SMALL_SIZE, 118, 2) }
}

/// The next multiple of the lattice.
fn up(value: i32) -> i32 {
    value.div_euclid(GRID) * GRID + if value.rem_euclid(GRID) == 0 { 0 } else { GRID }
}
