//! What a diagram is made of: zones and assets as a tree, flows as links between assets.

use std::collections::BTreeMap;

use super::measure::{cut, line_width, wrap};
use super::{GRID, NAME_SIZE, SMALL_SIZE, label_lines, up};
use crate::export::escape::one_line;
use crate::model::{Boundary, Element, FlowKind, ThreatModel};

/// Widest text in a node.
const NODE_TEXT: i32 = 132;

/// What an item stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// The whole.
    Root,
    /// A boundary of the model.
    Zone(usize),
    /// An asset of the model.
    Asset(usize),
}

/// A box that is to be placed.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub what: What,
    pub parent: usize,
    pub children: Vec<usize>,
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub height: i32,
    /// Whether nothing lies before it: it stands in the first column.
    pub is_outside: bool,
    pub lines: Vec<String>,
    pub caption: String,
}

/// Flows between two assets.
#[derive(Clone, Debug)]
pub(super) struct Link {
    /// Items.
    pub source: usize,
    pub target: usize,
    pub kind: FlowKind,
    pub flows: Vec<usize>,
    pub label: Vec<String>,
}

impl Link {
    /// Width of its label with a margin.
    pub fn label_width(&self) -> i32 {
        self.label.iter().map(|line| line_width(line, SMALL_SIZE) + 8).max().unwrap_or(0)
    }
}

/// Everything that is to be placed; item 0 is the root, parents come before their children.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    pub items: Vec<Item>,
    pub links: Vec<Link>,
    /// For each item, links whose ends lie in two of its children: (child of the source, child of the target, link).
    pub joins: Vec<Vec<(usize, usize, usize)>>,
    /// For each item, links with an end in it.
    pub touching: Vec<Vec<usize>>,
}

impl Tree {
    pub fn of(model: &ThreatModel) -> Self {
        let mut tree = Self {
            items: vec![item(What::Root, 0)],
            links: Vec::new(),
            joins: Vec::new(),
            touching: Vec::new(),
        };
        let zones = tree.zones(model);
        let mut nodes: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, asset) in model.assets.iter().enumerate() {
            let boundary = asset.boundary.as_deref().and_then(|id| position(model, id));
            let parent = boundary.and_then(|boundary| zones.get(&boundary).copied()).unwrap_or(0);
            let node = tree.add(What::Asset(at), parent);
            let lines = wrap(&one_line(&asset.name), NAME_SIZE, NODE_TEXT, 2);
            let kind = one_line(&asset.kind).replace('_', " ");
            let item = &mut tree.items[node];
            item.caption = cut(&kind, SMALL_SIZE, NODE_TEXT);
            let text = lines.iter().map(|line| line_width(line, NAME_SIZE));
            let text = text.max().unwrap_or(0).max(line_width(&item.caption, SMALL_SIZE));
            item.width = up((text + 44).max(9 * GRID));
            item.height = if lines.len() > 1 { 5 * GRID } else { 4 * GRID };
            item.lines = lines;
            item.is_outside = asset.element == Element::ExternalEntity;
            nodes.insert(&asset.id, node);
        }
        tree.link(model, &nodes);
        tree.join();
        tree
    }

    pub fn root(&self) -> &Item {
        &self.items[0]
    }

    fn add(&mut self, what: What, parent: usize) -> usize {
        let at = self.items.len();
        self.items.push(item(what, parent));
        self.items[parent].children.push(at);
        at
    }

    /// Items for all boundaries that hold an asset, outer ones first.
    fn zones(&mut self, model: &ThreatModel) -> BTreeMap<usize, usize> {
        let mut chains: Vec<Vec<usize>> = Vec::new();
        for asset in &model.assets {
            let mut chain = Vec::new();
            let mut next = asset.boundary.as_deref();
            while let Some(at) = next.and_then(|id| position(model, id)) {
                if chain.contains(&at) {
                    break;
                }
                chain.push(at);
                next = model.boundaries[at].parent.as_deref();
            }
            chain.reverse();
            chains.push(chain);
        }
        chains.sort();
        chains.dedup();
        let mut zones = BTreeMap::new();
        for chain in chains {
            let mut parent = 0;
            for boundary in chain {
                parent = *zones.entry(boundary).or_insert_with(|| {
                    let zone = self.add(What::Zone(boundary), parent);
                    self.items[zone].caption = zone_title(model, &model.boundaries[boundary]);
                    zone
                });
            }
        }
        zones
    }

    fn link(&mut self, model: &ThreatModel, nodes: &BTreeMap<&str, usize>) {
        let mut at: BTreeMap<(usize, usize, FlowKind), usize> = BTreeMap::new();
        for (position, flow) in model.flows.iter().enumerate() {
            let ends = nodes.get(&*flow.source).zip(nodes.get(&*flow.target));
            let Some((&source, &target)) = ends.filter(|(source, target)| source != target) else {
                continue;
            };
            let link = *at.entry((source, target, flow.kind)).or_insert_with(|| {
                let (kind, flows, label) = (flow.kind, Vec::new(), Vec::new());
                self.links.push(Link { source, target, kind, flows, label });
                self.links.len() - 1
            });
            self.links[link].flows.push(position);
        }
        for link in &mut self.links {
            link.label = label_lines(model, &link.flows);
        }
    }

    fn join(&mut self) {
        self.joins = vec![Vec::new(); self.items.len()];
        self.touching = vec![Vec::new(); self.items.len()];
        for (at, link) in self.links.iter().enumerate() {
            let (source, target) = (self.chain(link.source), self.chain(link.target));
            let common = source.iter().zip(&target).take_while(|(a, b)| a == b).count();
            let holder = source[common - 1];
            self.joins[holder].push((source[common], target[common], at));
            for item in source[common..].iter().chain(&target[common..]) {
                self.touching[*item].push(at);
            }
        }
    }

    /// The items around an item and itself, the root first.
    pub fn chain(&self, item: usize) -> Vec<usize> {
        let mut chain = vec![item];
        let mut at = item;
        while at != 0 {
            at = self.items[at].parent;
            chain.push(at);
        }
        chain.reverse();
        chain
    }

    /// How many zones hold an item.
    pub fn depth(&self, item: usize) -> usize {
        self.chain(item).len().saturating_sub(2)
    }
}

/// Name and kind, the kind only where the name does not say it; and for whole documents that look alike, which.
fn zone_title(model: &ThreatModel, boundary: &Boundary) -> String {
    let name = one_line(&boundary.name);
    let kind = one_line(&boundary.kind).replace('_', " ");
    let said = name.to_lowercase().contains(&kind.to_lowercase());
    let title = if said { name } else { format!("{name} · {kind}") };
    let is_alike = |other: &Boundary| {
        other.parent.is_none()
            && other.id != boundary.id
            && other.name == boundary.name
            && other.kind == boundary.kind
    };
    match boundary.id.split_once(':') {
        Some((root, _)) if boundary.parent.is_none() && model.boundaries.iter().any(is_alike) => {
            // The folder that was looked at is called by its own name.
            let root = if root == "." { &*model.title } else { root };
            format!("{title} · {}", one_line(root))
        }
        _ => title,
    }
}

fn position(model: &ThreatModel, id: &str) -> Option<usize> {
    model.boundaries.binary_search_by(|boundary| (*boundary.id).cmp(id)).ok()
}

fn item(what: What, parent: usize) -> Item {
    Item {
        what,
        parent,
        children: Vec::new(),
        x: 0,
        y: 0,
        width: 0,
        height: 0,
        is_outside: false,
        lines: Vec::new(),
        caption: String::new(),
    }
}
