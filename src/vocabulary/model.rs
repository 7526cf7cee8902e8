//! The facts about one type.

use std::collections::BTreeMap;
use std::sync::Arc;

/// What is known of a resource type, a data source or a provider's configuration.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Its attributes and nested blocks.
    pub block: Arc<Block>,
    /// Whether they are those of the provider version in use: what they do not name does not exist.
    pub exact: bool,
}

/// The content of a block.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Block {
    /// Attributes by name.
    pub attributes: BTreeMap<Arc<str>, Attribute>,
    /// Nested blocks by name.
    pub blocks: BTreeMap<Arc<str>, Nested>,
    /// Whether there are more than are listed.
    pub partial: bool,
}

/// An attribute.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "a schema's own flags")]
pub struct Attribute {
    /// What it holds.
    pub shape: Shape,
    /// Must be written.
    pub required: bool,
    /// May be written.
    pub optional: bool,
    /// The provider gives it a value where nothing is written.
    pub computed: bool,
    /// Must not be shown.
    pub sensitive: bool,
    /// What it is where nothing is written, if that is always the same.
    pub default: Option<Default>,
}

impl Attribute {
    /// Whether it is the resource's own output: only the provider sets it.
    pub fn is_output(&self) -> bool {
        self.computed && !self.optional && !self.required
    }
}

/// What an attribute holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A value of a type.
    Typed(Type),
    /// Objects whose attributes have facts of their own.
    Nested(Nesting, Arc<Block>),
}

/// A provider's default.
#[derive(Debug, Clone, PartialEq)]
pub struct Default {
    /// The value.
    pub value: serde_json::Value,
    /// The first provider version that has it, where it had another before.
    pub since: Option<Arc<str>>,
    /// Whether a plan shows it only because the provider cannot say there that nothing is written: no setting of the resource.
    pub fills_gap: bool,
}

/// A nested block.
#[derive(Debug, Clone, PartialEq)]
pub struct Nested {
    /// What several of it make.
    pub nesting: Nesting,
    /// How many there must be.
    pub min: u32,
    /// How many there may be; 0 for any number.
    pub max: u32,
    /// Whether the provider may make one where none is written.
    pub computed: bool,
    /// Its content.
    pub block: Arc<Block>,
}

/// How objects of one name hang together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are Terraform's own")]
pub enum Nesting {
    Single,
    Group,
    List,
    Set,
    Map,
}

/// The type of an attribute.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the names are Terraform's own")]
pub enum Type {
    Any,
    Bool,
    Number,
    String,
    List(Box<Type>),
    Set(Box<Type>),
    Map(Box<Type>),
    Object(BTreeMap<Arc<str>, Member>),
    Tuple(Vec<Type>),
}

/// A member of an object type.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Its type.
    pub kind: Type,
    /// Whether it may be left out.
    pub optional: bool,
}

impl Block {
    /// The resource's own outputs: what only the provider sets. An id is one, though older providers let it be written; all tags are
    /// none, as they follow from what is written.
    pub fn outputs(&self) -> impl Iterator<Item = &Arc<str>> {
        let is_output = |(name, attribute): &(&Arc<str>, &Attribute)| {
            let is_id = &***name == "id" && attribute.computed;
            (attribute.is_output() && &***name != "tags_all") || is_id
        };
        self.attributes.iter().filter(is_output).map(|(name, _)| name)
    }

    /// Take over what a schema does not say: defaults, and which blocks the provider makes by itself.
    pub(super) fn complete_from(&mut self, other: &Self) {
        for (name, attribute) in &mut self.attributes {
            if let Some(known) = other.attributes.get(name)
                && known.shape == attribute.shape
                && !attribute.computed
            {
                attribute.default.clone_from(&known.default);
            }
        }
        for (name, nested) in &mut self.blocks {
            if let Some(known) = other.blocks.get(name) {
                nested.computed |= known.computed;
                Arc::make_mut(&mut nested.block).complete_from(&known.block);
            }
        }
    }
}
