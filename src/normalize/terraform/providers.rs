//! Provider configurations: which one a resource has, through aliases and the modules that pass them on, and what it gives to the
//! resource: default tags (aws), default labels (google), the region, the account.
//!
//! Source: documentation of the providers hashicorp/aws 5.100 (`default_tags`, `assume_role`, `profile`),
//! hashicorp/google 6 (`default_labels`, `project`) and hashicorp/azurerm 4 (`subscription_id`).

use std::rc::Rc;
use std::sync::Arc;

use super::adjusted;
use super::body;
use super::evaluator::Running;
use super::instance::Instance;
use super::module::{Declaration, Module, ResourceDeclaration};
use super::scope::{Fault, Repetition, Scope};
use super::value::{Entries, Kind, Marks, Value};
use crate::syntax::{Block, Body, Entry, Node, NodeKind, Scalar};
use crate::vocabulary::Facts;

/// A provider's local name and alias.
pub type Reference = (Arc<str>, Option<Arc<str>>);

/// Where the resources of a provider configuration lie.
#[derive(Clone, Debug, Default)]
pub struct Home {
    /// Its region.
    pub region: Option<Arc<str>>,
    /// Its account, subscription or project: the id, else what tells it from others.
    pub account: Option<Arc<str>>,
}

/// What a provider configuration gives to its resources.
#[derive(Debug, Default)]
pub struct Configuration {
    /// Where its resources lie.
    pub home: Home,
    /// Tags of every resource that can have some: a mapping, or unknown.
    tags: Option<Value>,
    /// The same for labels.
    labels: Option<Value>,
}

/// Attributes and blocks of a configuration that reach resources.
const REACHING: &[&str] = &[
    "region",
    "default_tags",
    "default_labels",
    "assume_role",
    "profile",
    "project",
    "subscription_id",
];

/// The provider that a resource names, else that of its type's first word.
pub fn provider_of(resource: &ResourceDeclaration) -> Reference {
    let written = resource.declaration.attribute("provider");
    written.and_then(|attribute| reference(&attribute.value)).unwrap_or_else(|| {
        let first = resource.kind.split('_').next().unwrap_or_default();
        (first.into(), None)
    })
}

/// The source of a provider that a module requires, by its name there.
pub fn source_of(module: &Module, name: &str) -> Option<Arc<str>> {
    let settings = module.settings.iter();
    let mut required =
        settings.flat_map(|settings| settings.block.body.blocks_named("required_providers"));
    let wanted = required.find_map(|block| block.body.attribute(name))?;
    let NodeKind::Mapping(entries) = &wanted.value.kind else {
        return Some(format!("hashicorp/{name}").into());
    };
    let is_source = |key: &Node| match &key.kind {
        NodeKind::Scalar(Scalar::String(key)) | NodeKind::Name(key) => &**key == "source",
        _ => false,
    };
    let source = entries.iter().find(|entry| is_source(&entry.key));
    match source.map(|entry| &entry.value.kind) {
        Some(NodeKind::Scalar(Scalar::String(source))) => Some(Arc::clone(source)),
        _ => Some(format!("hashicorp/{name}").into()),
    }
}

/// `aws`, `aws.west`, or either as a text.
fn reference(node: &Node) -> Option<Reference> {
    match &node.kind {
        NodeKind::Name(name) => Some((Arc::clone(name), None)),
        NodeKind::Attribute(base, alias) => match &base.kind {
            NodeKind::Name(name) => Some((Arc::clone(name), Some(Arc::clone(alias)))),
            _ => None,
        },
        NodeKind::Scalar(Scalar::String(text)) => Some(match text.split_once('.') {
            Some((name, alias)) => (name.into(), Some(alias.into())),
            None => (Arc::clone(text), None),
        }),
        NodeKind::Parenthesis(inner) => reference(inner),
        _ => None,
    }
}

/// What a call passes under this name: `providers = { aws.src = aws.west }`.
fn passed(call: &Declaration, wanted: &Reference) -> Option<Reference> {
    let NodeKind::Mapping(entries) = &call.attribute("providers")?.value.kind else { return None };
    let is_wanted = |entry: &&Entry| reference(&entry.key).as_ref() == Some(wanted);
    entries.iter().find(is_wanted).and_then(|entry| reference(&entry.value))
}

/// The block of a configuration in a module; an empty one of a called module is only a name for what its caller passes.
fn declared<'a>(instance: &Instance<'a>, wanted: &Reference) -> Option<&'a Declaration> {
    instance.module.providers.iter().find(|declaration| {
        let name = declaration.block.labels.first();
        name.is_some_and(|label| label.text == wanted.0)
            && declaration.literal("alias") == wanted.1.as_ref()
    })
}

/// Whether a block says nothing but its name.
fn is_proxy(declaration: &Declaration) -> bool {
    let body = &declaration.block.body;
    body.blocks.is_empty()
        && body.attributes.iter().all(|it| matches!(&*it.name, "alias" | "version"))
}

/// Evaluate what of a configuration reaches resources.
fn evaluate<'a>(instance: &Rc<Instance<'a>>, declaration: &'a Declaration) -> Configuration {
    let scope = Scope::of(instance, declaration.file, &Repetition::Single);
    let reaches = |block: &&Arc<Block>| {
        let label = block.labels.first().map(|label| &*label.text);
        REACHING.contains(&&*block.name) || label.is_some_and(|label| REACHING.contains(&label))
    };
    let body = &declaration.block.body;
    let attributes = body.attributes.iter().filter(|it| REACHING.contains(&&*it.name));
    let part = Body {
        attributes: attributes.cloned().collect(),
        blocks: body.blocks.iter().filter(reaches).cloned().collect(),
    };
    let entries = body::evaluate_entries(&part, instance, &scope);
    let region = match entries.get("region").map(|region| &region.kind) {
        Some(Kind::String(region)) => Some(Arc::clone(region)),
        _ => None,
    };
    let tags = entries.get("default_tags").and_then(tags_of_block);
    let account = declaration.block.labels.first().and_then(|name| account(&name.text, &entries));
    let home = Home { region, account };
    Configuration { home, tags, labels: entries.get("default_labels").cloned() }
}

/// The account that a configuration names. One that is not known yet is told from others by what it depends on.
fn account(provider: &str, entries: &Entries) -> Option<Arc<str>> {
    let told = |value: &Value| match &value.kind {
        Kind::String(text) if !text.is_empty() => Some(Arc::clone(text)),
        Kind::Unknown(unknown) => Some(Arc::clone(&unknown.reason)),
        _ => None,
    };
    match provider {
        "google" | "google-beta" => match &entries.get("project")?.kind {
            Kind::String(text) => Some(Arc::clone(text)),
            _ => None,
        },
        "azurerm" => told(entries.get("subscription_id")?),
        "aws" => {
            let first = |value: &Value| match &value.kind {
                Kind::Sequence(_, items) if items.len() == 1 => items.first().cloned(),
                _ => None,
            };
            let role =
                entries.get("assume_role").and_then(first).and_then(|role| match &role.kind {
                    Kind::Mapping(map) => told(map.entries.get("role_arn")?),
                    _ => None,
                });
            let of_role = role.map(|role| {
                let number = role.split(':').nth(4).filter(|_| role.starts_with("arn:"));
                number.map_or_else(|| Arc::clone(&role), Arc::from)
            });
            let profile = entries.get("profile").and_then(told);
            of_role.or(profile)
        }
        _ => None,
    }
}

/// `tags` of a `default_tags` block; unknown where the block is.
fn tags_of_block(block: &Value) -> Option<Value> {
    let inner = match &block.kind {
        Kind::Sequence(_, items) => items.first()?,
        _ => block,
    };
    let tags = match &inner.kind {
        Kind::Mapping(map) => map.entries.get("tags")?.clone(),
        Kind::Unknown(_) => inner.clone(),
        _ => return None,
    };
    Some(tags.with_marks(&inner.marks).with_marks(&block.marks))
}

impl Instance<'_> {
    /// The provider configuration of this name: the module's own, else what its caller passes, else the caller's of the same name.
    pub fn provider(self: &Rc<Self>, wanted: &Reference) -> Option<Rc<Configuration>> {
        if let Some(known) = self.providers.borrow().get(wanted) {
            return known.clone();
        }
        let found = self.find_provider(wanted);
        self.providers.borrow_mut().insert(wanted.clone(), found.clone());
        found
    }

    fn find_provider(self: &Rc<Self>, wanted: &Reference) -> Option<Rc<Configuration>> {
        let declared = declared(self, wanted);
        if let Some(caller) = &self.caller
            && declared.is_none_or(is_proxy)
        {
            if let Some(passed) = passed(caller.call, wanted) {
                return caller.instance.provider(&passed);
            }
            if wanted.1.is_none() {
                return caller.instance.provider(wanted);
            }
        }
        let declared = declared?;
        let (name, alias) = (&wanted.0, wanted.1.as_deref().unwrap_or_default());
        let running = Running {
            name: format!("{name}.{alias}").into(),
            kind: "provider.",
            prefix: Arc::clone(&self.prefix),
        };
        if let Err((message, is_limit)) = self.evaluator.enter(running) {
            self.evaluator.refuse(&circle(declared, message, is_limit));
            return None;
        }
        let configuration = evaluate(self, declared);
        self.evaluator.leave();
        Some(Rc::new(configuration))
    }
}

impl Configuration {
    /// What a resource of this type gets where it says nothing itself: tags or labels.
    pub fn defaults_for(&self, facts: Option<&Facts>) -> Option<(&'static str, &Value)> {
        let has = |name: &str| facts.is_some_and(|facts| facts.block.attributes.contains_key(name));
        if has("tags_all") {
            Some(("tags", self.tags.as_ref()?))
        } else if has("terraform_labels") || has("effective_labels") {
            Some(("labels", self.labels.as_ref()?))
        } else {
            None
        }
    }

    /// Its default tags.
    pub fn default_tags(&self) -> Option<&Value> {
        self.tags.as_ref()
    }

    /// Fill in what the provider plans for `tags_all`: its own tags over the defaults. Unknown unless all of them are known.
    pub fn complete(&self, facts: Option<&Facts>, entries: &mut Entries) {
        let attribute = facts.and_then(|facts| facts.block.attributes.get("tags_all"));
        let Some(attribute) = attribute else { return };
        if entries.contains_key("tags_all") {
            return;
        }
        let defaults = self.tags.as_ref().filter(|_| adjusted::takes_default_tags(entries));
        let both = [defaults, entries.get("tags")];
        let unknown = both.iter().flatten().find_map(|tags| tags.first_unknown());
        let merged: Entries = both.iter().flatten().copied().flat_map(texts).collect();
        // The older half of the provider, which lets it be written, plans nothing where there are no tags, or empty ones.
        let is_empty = |tag: &Value| matches!(&tag.kind, Kind::String(text) if text.is_empty());
        let undecided = merged.is_empty() || merged.values().any(is_empty);
        let value = match unknown {
            Some(reason) => Value::unknown(reason),
            None if attribute.optional && undecided => return,
            None => Value::map(merged),
        };
        let sensitive = both.iter().flatten().any(|tags| tags.marks.is_sensitive());
        let marks = if sensitive { Marks::sensitive() } else { Marks::none() };
        entries.insert("tags_all".into(), value.with_marks(&marks));
    }
}

/// Tags as texts, whatever was written.
fn texts(tags: &Value) -> Vec<(Arc<str>, Value)> {
    let Kind::Mapping(map) = &tags.kind else { return Vec::new() };
    let text = |value: &Value| {
        let text = super::types::convert(value, &super::types::Type::String);
        text.unwrap_or_else(|_| value.clone())
    };
    map.entries.iter().map(|(key, value)| (Arc::clone(key), text(value))).collect()
}

/// The fault of a configuration that depends on itself.
fn circle(declaration: &Declaration, message: String, is_limit: bool) -> Fault {
    Fault { message, place: declaration.header(), is_limit }
}
