//! Documents and what they hold.

use std::sync::Arc;

use super::{Map, Pointer, Unknown, Value};
use crate::source::{Place, Problem};

/// One configuration unit: a Terraform root module with everything it calls, the Kubernetes manifests of a scan …
#[derive(Clone, Debug)]
pub struct Document {
    /// The format's id: `terraform`, `kubernetes`.
    pub format: &'static str,
    /// The folder or file that it stands for, relative to the project's root; `.` for the root itself.
    pub root: Arc<str>,
    /// Resources, sorted by address; addresses are unique.
    pub resources: Vec<Resource>,
    /// Input variables by name.
    pub variables: Vec<Variable>,
    /// Outputs by name.
    pub outputs: Vec<Variable>,
    /// Provider configurations.
    pub providers: Vec<Provider>,
    /// Module calls, resolved or not.
    pub modules: Vec<ModuleCall>,
    /// The backend block, `{"type": …, attributes}`, with its place.
    pub backend: Option<Backend>,
    /// Blocks of resources that have no instance, sorted by address. Beside the document, as places are: not in its JSON form.
    pub absent: Vec<Absent>,
    /// Other addresses of resources, sorted, each with the address: what a manifest of the same object would be called.
    pub called: Vec<(Arc<str>, Arc<str>)>,
    /// The same document with Kubernetes objects in the form of manifests, where they are written in another one. Not in its JSON form.
    pub manifests: Option<Box<Self>>,
    /// What was taken for granted, in words; sorted.
    pub assumptions: Vec<Arc<str>>,
    /// Whether more selects and is selected in it than is kept: that there is no reference between two resources says nothing then.
    pub is_cut: bool,
    /// What could not be done for this document.
    pub problems: Vec<Problem>,
}

impl Document {
    /// A document that holds nothing yet.
    pub fn new(format: &'static str, root: impl Into<Arc<str>>) -> Self {
        Self {
            format,
            root: root.into(),
            resources: Vec::new(),
            variables: Vec::new(),
            outputs: Vec::new(),
            providers: Vec::new(),
            modules: Vec::new(),
            backend: None,
            absent: Vec::new(),
            called: Vec::new(),
            manifests: None,
            assumptions: Vec::new(),
            is_cut: false,
            problems: Vec::new(),
        }
    }

    /// Whether nothing in it is unknown: no value, no existence, no module.
    pub fn is_settled(&self) -> bool {
        let settled = |resource: &Resource| {
            resource.existence == Existence::Known
                && resource.attributes.is_wholly_known()
                && resource.defaults.is_wholly_known()
                && resource.parsed.is_wholly_known()
                && resource.tags.values().all(Value::is_wholly_known)
        };
        self.resources.iter().all(settled)
            && self.variables.iter().all(|variable| variable.value.is_wholly_known())
            && self.modules.iter().all(|module| module.resolved)
    }
}

/// A resource that is declared and switched off: its `count` is 0, or its `for_each` empty.
#[derive(Clone, Debug)]
pub struct Absent {
    /// Its address, without a key.
    pub address: Arc<str>,
    /// Its type.
    pub kind: Arc<str>,
    /// What switches it off.
    pub switch: Place,
    /// What its attributes name: the attribute, blocks without positions; the address in the module, without a key. Shared by all
    /// instances of the module.
    pub mentions: Arc<[(Pointer, Arc<str>)]>,
    /// What the addresses of the module begin with: `""` in the root, else `module.net["eu"].`.
    pub prefix: Arc<str>,
}

impl Absent {
    /// What its attributes name, by full address.
    pub fn references(&self) -> impl Iterator<Item = (&Pointer, String)> {
        self.mentions.iter().map(|(at, name)| (at, [&*self.prefix, &**name].concat()))
    }
}

/// Where a Terraform configuration keeps its state.
#[derive(Clone, Debug)]
pub struct Backend {
    /// `s3`, `azurerm`, `gcs`, `cloud` …
    pub kind: Arc<str>,
    /// Its attributes, an object.
    pub attributes: Value,
    /// Pointers of sensitive attributes.
    pub sensitive: Vec<Pointer>,
    /// Its header.
    pub place: Place,
    /// Places of its attributes.
    pub spans: Arc<SpanTable>,
}

/// Whether a resource is managed or only read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Created and changed by this configuration.
    Managed,
    /// Read only (`data` blocks).
    Data,
    /// Not a resource but a declaration that rules may judge like one: type `variable`, `module`, `backend` or `provider`,
    /// address `var.NAME`, `module.NAME`, `backend.TYPE`, `provider.NAME`. Not among `resources` in JSON.
    Declaration,
}

/// Whether it is known that a resource exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existence {
    /// It exists.
    Known,
    /// Its `count` or `for_each` is unknown: this is a representative.
    Unknown,
}

/// One declared thing, expanded, with evaluated attributes.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Unique in its document.
    pub address: Arc<str>,
    /// `aws_s3_bucket`, `Deployment` …; of a data source with `data.` before it, since rules about a type do not judge what is only
    /// read. [`Resource::type_name`] is without.
    pub kind: Arc<str>,
    /// The name in the source.
    pub name: Arc<str>,
    /// Managed or data.
    pub mode: Mode,
    /// The provider's local name (`aws`), `kubernetes` for manifests.
    pub provider: Arc<str>,
    /// What is written, an object; unknown values stand in it as [`Value::Unknown`].
    pub attributes: Value,
    /// JSON texts among the attributes, parsed: an object by attribute path without its leading `/` (`policy`,
    /// `inline_policy/0/policy`). A text that is only partly known has unknown leaves here, though the attribute is unknown as a whole.
    pub parsed: Value,
    /// What the provider fills in where nothing is written, an object.
    pub defaults: Value,
    /// Pointers of sensitive attributes.
    pub sensitive: Vec<Pointer>,
    /// References to other resources, also where the value is unknown; sorted.
    pub references: Vec<Reference>,
    /// Tags or labels.
    pub tags: Map,
    /// Where it belongs.
    pub scope: Scope,
    /// Whether it is known to exist.
    pub existence: Existence,
    /// Its address before all `moved` blocks, where that is another one.
    pub previous_address: Option<Arc<str>>,
    /// The whole block.
    pub place: Place,
    /// The block's header: where a missing attribute points.
    pub header: Place,
    /// Places of attributes.
    pub spans: Arc<SpanTable>,
    /// Module calls on the way to it, outermost first.
    pub called_from: Arc<[CallSite]>,
}

/// Stands before the type of a data source in [`Resource::kind`].
pub const DATA_PREFIX: &str = "data.";

impl Resource {
    /// A managed resource of which nothing is written yet.
    pub fn new(address: &str, kind: &Arc<str>, place: Place) -> Self {
        let empty = || Value::object(Map::new());
        Self {
            address: address.into(),
            kind: Arc::clone(kind),
            name: address.into(),
            mode: Mode::Managed,
            provider: kind.split('_').next().unwrap_or_default().into(),
            attributes: empty(),
            parsed: empty(),
            defaults: empty(),
            sensitive: Vec::new(),
            references: Vec::new(),
            tags: Map::new(),
            scope: Scope::default(),
            existence: Existence::Known,
            previous_address: None,
            place,
            header: place,
            spans: Arc::new(SpanTable::default()),
            called_from: Arc::from([]),
        }
    }

    /// The unknown that its tags or labels are as a whole, where that is so.
    pub fn unknown_tags(&self) -> Option<&Arc<Unknown>> {
        match ["tags", "labels"].iter().find_map(|name| self.attributes.get(name)) {
            Some(Value::Unknown(unknown)) => Some(unknown),
            _ => None,
        }
    }

    /// The type without [`DATA_PREFIX`].
    pub fn type_name(&self) -> &str {
        self.kind.strip_prefix(DATA_PREFIX).unwrap_or(&self.kind)
    }

    /// The place of an attribute; of what holds it where it has none of its own, of the header where nothing of it is written.
    pub fn place_of(&self, pointer: &Pointer) -> Place {
        self.spans.nearest(pointer).unwrap_or(self.header)
    }

    /// The place where an attribute names something (`var.x`, `aws_vpc.main`): its own where it stands inside a long text.
    pub fn place_of_name(&self, pointer: &Pointer, name: &str) -> Place {
        let place = self.place_of(pointer);
        self.spans.mention(place, name).unwrap_or(place)
    }
}

/// One attribute's reference to another resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// The attribute that refers.
    pub from: Pointer,
    /// The address referred to; without an index where all instances are meant.
    pub to: Arc<str>,
    /// The attribute of the target, `""` for the whole.
    pub attribute: Pointer,
}

/// Where a resource belongs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Module path, one entry a call: `net["eu"]`.
    pub module: Vec<Arc<str>>,
    /// Region or location, where known.
    pub region: Option<Arc<str>>,
    /// Account, subscription or project, as the configuration of its provider says: the id, else what tells it from others. Not in
    /// JSON.
    pub account: Option<Arc<str>>,
    /// Environment, where something says so.
    pub environment: Option<Arc<str>>,
    /// Kubernetes namespace.
    pub namespace: Option<Arc<str>>,
}

/// A module call on the way to a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallSite {
    /// Address of the call: `module.net["eu"]`.
    pub module: Arc<str>,
    /// The call's block header.
    pub place: Place,
}

/// A variable's or output's value.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: Arc<str>,
    /// Its value.
    pub value: Value,
    /// Whether it is marked sensitive, or holds something that is.
    pub sensitive: bool,
    /// Its block's header.
    pub place: Place,
    /// Places below its value (`/default` …).
    pub spans: Arc<SpanTable>,
}

/// A provider configuration.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Local name.
    pub name: Arc<str>,
    /// Alias.
    pub alias: Option<Arc<str>>,
    /// Its attributes, an object.
    pub attributes: Value,
    /// Pointers of sensitive attributes.
    pub sensitive: Vec<Pointer>,
    /// Its header.
    pub place: Place,
}

/// A module call.
#[derive(Clone, Debug)]
pub struct ModuleCall {
    /// `module.net`, with the path of the module that calls; no instance keys of its own.
    pub address: Arc<str>,
    /// The source as written.
    pub source: Arc<str>,
    /// The version constraint.
    pub version: Option<Arc<str>>,
    /// The git revision that the source names.
    pub revision: Option<Arc<str>>,
    /// Whether the source cannot change under the configuration: local, a git commit, an exact registry version.
    pub pinned: bool,
    /// Whether its files were found.
    pub resolved: bool,
    /// The arguments, an object.
    pub inputs: Value,
    /// Pointers of sensitive arguments.
    pub sensitive: Vec<Pointer>,
    /// References that the arguments carry.
    pub references: Vec<Reference>,
    /// Its header.
    pub place: Place,
    /// Places of its arguments.
    pub spans: Arc<SpanTable>,
}

/// A name inside a text of a block.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mention {
    /// Where it stands.
    pub place: Place,
    /// `var.x`, `aws_vpc.main`, `data.aws_vpc.main`, `module.net`.
    pub name: Arc<str>,
}

/// Places of attributes by pointer, and of names inside texts. Shared by all instances of one block.
#[derive(Clone, Debug, Default)]
pub struct SpanTable {
    places: Vec<(Pointer, Place)>,
    mentions: Vec<Mention>,
}

impl SpanTable {
    /// From pointers and places in any order; the first of equals holds.
    pub fn new(mut places: Vec<(Pointer, Place)>) -> Self {
        places.sort_by(|a, b| a.0.cmp(&b.0));
        places.dedup_by(|later, first| later.0 == first.0);
        Self { places, mentions: Vec::new() }
    }

    /// The same with names inside texts.
    #[must_use]
    pub fn with_mentions(mut self, mut mentions: Vec<Mention>) -> Self {
        mentions.sort();
        self.mentions = mentions;
        self
    }

    /// Names inside texts, sorted by place.
    pub fn mentions(&self) -> &[Mention] {
        &self.mentions
    }

    /// The first place inside another at which something is named.
    pub fn mention(&self, within: Place, name: &str) -> Option<Place> {
        let inside = |it: &&Mention| {
            let (own, outer) = (it.place.span, within.span);
            it.place.file == within.file && outer.start <= own.start && own.end <= outer.end
        };
        self.mentions.iter().filter(inside).find(|it| *it.name == *name).map(|it| it.place)
    }

    /// The place of exactly this pointer.
    pub fn get(&self, pointer: &Pointer) -> Option<Place> {
        let at = self.places.binary_search_by(|(key, _)| key.cmp(pointer)).ok()?;
        Some(self.places[at].1)
    }

    /// The place of this pointer or of the nearest thing that holds it.
    pub fn nearest(&self, pointer: &Pointer) -> Option<Place> {
        let mut pointer = pointer.clone();
        loop {
            if let Some(place) = self.get(&pointer) {
                return Some(place);
            }
            pointer = pointer.parent()?;
        }
    }

    /// All entries, sorted by pointer.
    pub fn iter(&self) -> impl Iterator<Item = (&Pointer, Place)> {
        self.places.iter().map(|(pointer, place)| (pointer, *place))
    }
}
