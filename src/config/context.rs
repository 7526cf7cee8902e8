//! `context:` in `dreadnought.yaml`: what people state about where things sit, by selector, and which networks they trust.

use std::sync::Arc;

use crate::document::Resource;
use crate::finding::context::{Dimension, State};
use crate::pack::read::{Fields, Reader, Shape};
use crate::source::Place;
use crate::source::fits;
use crate::syntax::Node;

const CONTEXT: Shape =
    Shape { what: "`context`", required: &[], optional: &["assets", "trusted_networks"] };
const ASSETS: Shape = Shape {
    what: "an entry of `assets`",
    required: &["select"],
    optional: &["sensitivity", "environment", "owner"],
};
const SELECT: Shape = Shape {
    what: "`select`",
    required: &[],
    optional: &["address", "type", "path", "tag", "document"],
};

/// What people state about where things sit.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// In the order written; of two that speak of one asset, the later holds.
    pub assets: Vec<AssetContext>,
    /// Ranges of addresses that count as inside.
    pub trusted_networks: Vec<Arc<str>>,
}

/// What people state about some assets.
#[derive(Clone, Debug, Default)]
pub struct AssetContext {
    /// Which.
    pub select: Selector,
    /// How sensitive their data is.
    pub sensitivity: Option<State>,
    /// Where they run.
    pub environment: Option<State>,
    /// Who owns them.
    pub owner: Option<Arc<str>>,
    /// Where that is written.
    pub place: Option<Place>,
}

/// Which resources are meant: all that is given has to fit; `*` stands for any characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selector {
    /// By address.
    pub address: Option<Arc<str>>,
    /// By type.
    pub resource_type: Option<Arc<str>>,
    /// By the file that it is written in.
    pub path: Option<Arc<str>>,
    /// By a tag: `team`, or `team=payments`.
    pub tag: Option<Arc<str>>,
    /// By the root of its document.
    pub document: Option<Arc<str>>,
}

impl Selector {
    /// Whether a resource is meant. `path` is the file that it is written in.
    pub fn selects(&self, resource: &Resource, path: &str, document: &str) -> bool {
        let fits_text = |pattern: &Option<Arc<str>>, text: &str| {
            pattern.as_ref().is_none_or(|pattern| fits(pattern, text))
        };
        let tag = |wanted: &Arc<str>| {
            let (name, value) = wanted.split_once('=').unwrap_or((wanted, "*"));
            resource
                .tags
                .get(name)
                .and_then(crate::document::Value::as_str)
                .is_some_and(|text| fits(value, text))
        };
        fits_text(&self.address, &resource.address)
            && fits_text(&self.resource_type, resource.type_name())
            && fits_text(&self.path, path)
            && fits_text(&self.document, document)
            && self.tag.as_ref().is_none_or(tag)
    }
}

/// Read the part of a configuration.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Context {
    let Some(fields) = reader.mapping(node, &CONTEXT) else { return Context::default() };
    let items = reader.list(&fields, "assets").unwrap_or_default();
    let assets = items.iter().filter_map(|item| asset(reader, item)).collect();
    let is_range = |text: &str| text.parse::<ipnet::IpNet>().is_ok();
    let texts = reader.texts(&fields, "trusted_networks");
    let trusted = reader.checked(texts, is_range, "a range of addresses like 203.0.113.0/24");
    Context { assets, trusted_networks: trusted.into_iter().map(|text| text.text).collect() }
}

fn asset(reader: &mut Reader<'_>, node: &Node) -> Option<AssetContext> {
    let fields = reader.mapping(node, &ASSETS)?;
    let select = fields.get("select")?;
    let place = reader.place(select.span);
    let select = selector(reader, select)?;
    let sensitivity = state(reader, &fields, Dimension::Data, "sensitivity");
    let environment = state(reader, &fields, Dimension::Environment, "environment");
    let owner = reader.text(&fields, "owner").map(|text| text.text);
    Some(AssetContext { select, sensitivity, environment, owner, place: Some(place) })
}

fn selector(reader: &mut Reader<'_>, node: &Node) -> Option<Selector> {
    let fields = reader.mapping(node, &SELECT)?;
    let mut text = |name| reader.text(&fields, name).map(|text| text.text);
    let select = Selector {
        address: text("address"),
        resource_type: text("type"),
        path: text("path"),
        tag: text("tag"),
        document: text("document"),
    };
    if select == Selector::default() {
        let help = "name an address, type, path, tag or document; `address: \"*\"` means all";
        reader.report(node.span, "`select` selects nothing").help(help);
        return None;
    }
    Some(select)
}

fn state(
    reader: &mut Reader<'_>,
    fields: &Fields<'_>,
    dimension: Dimension,
    name: &str,
) -> Option<State> {
    let text = reader.text(fields, name)?;
    let state = dimension.state(&text.text);
    if state.is_none() {
        let message = format!("`{}` is not a state of `{name}`", text.text);
        let help = format!("write {}", dimension.states().join(", "));
        reader.report(text.node.span, message).help(help);
    }
    state
}
