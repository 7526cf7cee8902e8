//! Resource instances of a plan or state, whichever form it has.

use std::sync::Arc;

use super::super::scope::Key;
use super::address::{self, ModulePath, Part};
use super::tree;
use crate::document::{Existence, Pointer};
use crate::source::Span;
use crate::syntax::{Node, NodeKind, Scalar};

/// One resource instance as it was recorded.
#[derive(Clone, Debug)]
pub struct Instance<'n> {
    /// Full address.
    pub address: Arc<str>,
    /// The module instance that it is in.
    pub path: ModulePath,
    /// Address of its block inside the module.
    pub block: String,
    /// Its key.
    pub key: Key,
    /// The type, without `data.`.
    pub kind: Arc<str>,
    /// The name.
    pub name: Arc<str>,
    /// Whether it is only read.
    pub is_data: bool,
    /// Last part of the provider's source address.
    pub provider: Option<Arc<str>>,
    /// What is known of its attributes.
    pub values: Option<&'n Node>,
    /// Which are not known: a tree of flags.
    pub unknown: Option<&'n Node>,
    /// Which must not be shown: a tree of flags.
    pub sensitive: Option<&'n Node>,
    /// Pointers of more that must not be shown.
    pub secrets: Vec<Pointer>,
    /// Whether it is known to exist.
    pub existence: Existence,
    /// Its address before this plan, where that is another one.
    pub previous: Option<Arc<str>>,
    /// Addresses of the blocks that it was made after (states only).
    pub dependencies: Vec<Arc<str>>,
    /// The whole.
    pub span: Span,
    /// What stands for its header.
    pub header: Span,
}

/// The instances that will be there when a plan is carried out, and the addresses of those that will not.
pub fn of_plan(plan: &Node) -> (Vec<Instance<'_>>, Vec<Arc<str>>) {
    let mut instances = Vec::new();
    let mut removed = Vec::new();
    let list = |name: &str| tree::member(plan, name).map_or(&[][..], tree::items);
    for node in list("resource_changes") {
        // A deposed object is what is left of one that was replaced.
        if tree::member(node, "deposed").is_some() {
            continue;
        }
        let Some(change) = tree::member(node, "change") else { continue };
        let actions = tree::member(change, "actions").map_or(&[][..], tree::items);
        let only = |words: &[&str]| {
            !actions.is_empty()
                && actions
                    .iter()
                    .all(|action| tree::text(action).is_some_and(|it| words.contains(&it)))
        };
        if only(&["delete", "forget"]) {
            removed.extend(tree::member_text(node, "address").map(Arc::from));
            continue;
        }
        instances.extend(planned(node, change, Existence::Known));
    }
    for deferred in list("deferred_changes") {
        if let Some(node) = tree::member(deferred, "resource_change")
            && let Some(change) = tree::member(node, "change")
        {
            instances.extend(planned(node, change, Existence::Unknown));
        }
    }
    for part in ["planned_values", "prior_state"] {
        let values = match (part, tree::member(plan, part)) {
            ("prior_state", Some(state)) => tree::member(state, "values"),
            (_, node) => node,
        };
        let mut more = Vec::new();
        if let Some(root) = values.and_then(|values| tree::member(values, "root_module")) {
            of_module(root, &mut more);
        }
        // What was there before holds for what is only read; the rest of it has its planned values.
        instances.extend(more.into_iter().filter(|it| part == "planned_values" || it.is_data));
    }
    (by_address(instances), removed)
}

fn planned<'n>(node: &'n Node, change: &'n Node, existence: Existence) -> Option<Instance<'n>> {
    let mut instance = described(node)?;
    instance.values = tree::member(change, "after");
    instance.unknown = tree::member(change, "after_unknown");
    instance.sensitive = tree::member(change, "after_sensitive");
    if existence == Existence::Unknown {
        instance.existence = existence;
        if instance.key == Key::None || tree::is_true(node, "index_unknown") {
            instance.key = Key::Unknown;
            instance.address =
                format!("{}{}[*]", address::prefix(&instance.path), instance.block).into();
        }
    }
    Some(instance)
}

/// The instances in `values` of `terraform show -json`.
pub fn of_values(values: &Node) -> Vec<Instance<'_>> {
    let mut instances = Vec::new();
    if let Some(root) = tree::member(values, "root_module") {
        of_module(root, &mut instances);
    }
    by_address(instances)
}

/// Modules are nested no deeper than JSON may be.
fn of_module<'n>(module: &'n Node, instances: &mut Vec<Instance<'n>>) {
    for node in tree::member(module, "resources").map_or(&[][..], tree::items) {
        if tree::member(node, "deposed_key").is_some() {
            continue;
        }
        let Some(mut instance) = described(node) else { continue };
        instance.values = tree::member(node, "values");
        instance.sensitive = tree::member(node, "sensitive_values");
        instance.dependencies = texts(tree::member(node, "depends_on"));
        instances.push(instance);
    }
    for child in tree::member(module, "child_modules").map_or(&[][..], tree::items) {
        of_module(child, instances);
    }
}

fn described(node: &Node) -> Option<Instance<'_>> {
    let entry = tree::entry(node, "address")?;
    let text = tree::text(&entry.value)?;
    let parts = address::parts(text);
    let (path, rest) = address::split_module(&parts);
    let (words, key) = match rest {
        [words @ .., Part::Key(key)] => (words, key.clone()),
        words => (words, Key::None),
    };
    let words: Vec<&str> = words
        .iter()
        .filter_map(|part| if let Part::Name(word) = part { Some(word.as_str()) } else { None })
        .collect();
    let (is_data, kind, name) = match words.as_slice() {
        ["data", kind, name] => (true, *kind, *name),
        [kind, name] => (false, *kind, *name),
        _ => return None,
    };
    let provider = tree::member_text(node, "provider_name");
    Some(Instance {
        address: text.into(),
        path,
        block: words.join("."),
        key,
        kind: kind.into(),
        name: name.into(),
        is_data,
        provider: provider.and_then(|name| name.rsplit('/').next()).map(Arc::from),
        values: None,
        unknown: None,
        sensitive: None,
        secrets: Vec::new(),
        existence: Existence::Known,
        previous: tree::member_text(node, "previous_address").map(Arc::from),
        dependencies: Vec::new(),
        span: node.span,
        header: entry.key.span.to(entry.value.span),
    })
}

/// The instances of a state file of version 4.
pub fn of_state(state: &Node) -> Vec<Instance<'_>> {
    let mut instances = Vec::new();
    for node in tree::member(state, "resources").map_or(&[][..], tree::items) {
        let (Some(kind), Some(name)) = (tree::member_text(node, "type"), tree::entry(node, "name"))
        else {
            continue;
        };
        let header = name.key.span.to(name.value.span);
        let Some(name) = tree::text(&name.value) else { continue };
        let is_data = tree::member_text(node, "mode") == Some("data");
        let block = format!("{}{kind}.{name}", if is_data { "data." } else { "" });
        let module = tree::member_text(node, "module").map(address::parts).unwrap_or_default();
        let (path, _) = address::split_module(&module);
        let provider = tree::member_text(node, "provider").and_then(|text| {
            let source = text.split_once("provider[\"")?.1.split('"').next()?;
            source.rsplit('/').next().map(Arc::from)
        });
        for made in tree::member(node, "instances").map_or(&[][..], tree::items) {
            if tree::member(made, "deposed").is_some() {
                continue;
            }
            let key = tree::member(made, "index_key").map_or(Key::None, key);
            let mut instance = Instance {
                address: format!("{}{block}{key}", address::prefix(&path)).into(),
                path: path.clone(),
                block: block.clone(),
                key,
                kind: kind.into(),
                name: name.into(),
                is_data,
                provider: provider.clone(),
                values: tree::member(made, "attributes"),
                unknown: None,
                sensitive: None,
                secrets: Vec::new(),
                existence: Existence::Known,
                previous: None,
                dependencies: texts(tree::member(made, "dependencies")),
                span: node.span,
                header,
            };
            for path in tree::member(made, "sensitive_attributes").map_or(&[][..], tree::items) {
                instance.secrets.push(marked(path));
            }
            if let Some(values) = instance.values {
                secret_names(values, &Pointer::root(), &mut instance.secrets);
            }
            instances.push(instance);
        }
    }
    by_address(instances)
}

fn key(node: &Node) -> Key {
    match &node.kind {
        NodeKind::Scalar(Scalar::String(name)) => Key::Name(Arc::clone(name)),
        NodeKind::Scalar(Scalar::Number(number)) => {
            number.parse().map_or_else(|_| Key::Name(Arc::clone(number)), Key::Index)
        }
        _ => Key::None,
    }
}

fn texts(node: Option<&Node>) -> Vec<Arc<str>> {
    let items = node.map_or(&[][..], tree::items);
    items.iter().filter_map(tree::text).map(Arc::from).collect()
}

/// A path of a state file: `[{"type": "get_attr", "value": "password"}]`; an index is `{"value": 0, "type": "number"}` inside.
fn marked(path: &Node) -> Pointer {
    let mut pointer = Pointer::root();
    for step in tree::items(path) {
        let value = match tree::member(step, "value") {
            Some(value) => tree::member(value, "value").unwrap_or(value),
            None => step,
        };
        pointer = match &value.kind {
            NodeKind::Scalar(Scalar::String(name) | Scalar::Number(name)) => pointer.key(name),
            // An element of a set: all of it is covered.
            _ => return pointer,
        };
    }
    pointer
}

/// State files do not say which attributes the provider calls sensitive; by these words in their names they are taken for it.
const SECRET_WORDS: [&str; 7] =
    ["password", "secret", "private_key", "token", "access_key", "connection_string", "credential"];

fn secret_names(node: &Node, at: &Pointer, found: &mut Vec<Pointer>) {
    for (position, item) in tree::items(node).iter().enumerate() {
        secret_names(item, &at.index(position), found);
    }
    for (name, item) in tree::named(node) {
        let pointer = at.key(name);
        let is_text = matches!(&item.kind, NodeKind::Scalar(Scalar::String(_)));
        if is_text && SECRET_WORDS.iter().any(|word| name.contains(word)) {
            found.push(pointer);
        } else {
            secret_names(item, &pointer, found);
        }
    }
}

/// In order of address; the first of equals holds.
fn by_address(mut instances: Vec<Instance<'_>>) -> Vec<Instance<'_>> {
    instances.sort_by(|a, b| a.address.cmp(&b.address));
    instances.dedup_by(|later, first| later.address == first.address);
    instances
}
