//! Abstract values: where a value of a rule can come from in the input.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use regorus::Value;

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Seg {
    Key(Arc<str>),
    /// Any member, wherever it stands.
    Any,
    /// Any member, and the rule knows its key or position.
    At,
    /// Any element, where it is a list.
    Item,
}

/// How a rule came to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Origin {
    /// By running through all records of a type; the number tells the places in the rule apart.
    Scan(u32),
    /// Over edges from the record of a scan.
    Edge { from: u32, hops: usize },
}

impl Origin {
    pub(super) fn hop(self) -> Self {
        match self {
            Self::Scan(from) => Self::Edge { from, hops: 1 },
            Self::Edge { from, hops } => Self::Edge { from, hops: (hops + 1).min(64) },
        }
    }
}

/// What a path begins at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Root {
    /// The whole input.
    Input,
    /// The edges of the record with this origin, if it is known.
    Edges(Option<Origin>),
    /// A record, of this type where the rule says so.
    Record(Option<Arc<str>>, Origin),
}

/// A place in the input.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
pub(super) struct Path {
    pub(super) root: Root,
    pub(super) segs: Vec<Seg>,
    /// The value was made from what is there; it is not what is there.
    pub(super) derived: bool,
    /// Something else stands in where nothing is there.
    pub(super) fallback: bool,
    /// The value itself, where it is neither list nor object.
    pub(super) lone: bool,
    /// How many members or characters the value has.
    pub(super) counted: bool,
}

impl Path {
    pub(super) fn new(root: Root) -> Self {
        Self {
            root,
            segs: Vec::new(),
            derived: false,
            fallback: false,
            lone: false,
            counted: false,
        }
    }

    /// The origin, if this is the address of a record.
    pub(super) fn address_of(&self) -> Option<(&Option<Arc<str>>, Origin)> {
        match (&self.root, self.segs.as_slice()) {
            (Root::Record(kind, origin), [Seg::Key(key)])
                if &**key == "address" && !self.counted =>
            {
                Some((kind, *origin))
            }
            _ => None,
        }
    }

    pub(super) fn is_record(&self) -> bool {
        !self.counted && self.segs.is_empty() && matches!(self.root, Root::Record(..))
    }
}

/// Where a value can come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Abs {
    pub(super) paths: BTreeSet<Path>,
    /// Members of an object that is written out.
    pub(super) fields: BTreeMap<Arc<str>, Abs>,
    /// Members of any other collection.
    pub(super) items: Option<Box<Abs>>,
    /// Scalars (and empty collections) that are written out.
    pub(super) literals: BTreeSet<Value>,
    /// It may also be something that is computed.
    pub(super) computed: bool,
    /// What its number of members follows from, besides the members themselves.
    pub(super) sized: BTreeSet<Path>,
}

impl Abs {
    pub(super) fn computed() -> Self {
        Self { computed: true, ..Self::default() }
    }

    pub(super) fn literal(value: Value) -> Self {
        Self { literals: BTreeSet::from([value]), ..Self::default() }
    }

    pub(super) fn path(path: Path) -> Self {
        Self { paths: BTreeSet::from([path]), ..Self::default() }
    }

    pub(super) fn items(items: Self) -> Self {
        Self { items: Some(Box::new(items)), ..Self::default() }
    }

    pub(super) fn join(&mut self, other: Self) {
        self.paths.extend(other.paths);
        for (key, field) in other.fields {
            self.fields.entry(key).or_default().join(field);
        }
        if let Some(items) = other.items {
            self.items.get_or_insert_default().join(*items);
        }
        self.literals.extend(other.literals);
        self.sized.extend(other.sized);
        self.computed |= other.computed;
    }

    /// Whether it is one of the literals and nothing else.
    pub(super) fn scalars(&self) -> Option<&BTreeSet<Value>> {
        let plain = self.paths.is_empty()
            && self.fields.is_empty()
            && self.items.is_none()
            && !self.computed
            && !self.literals.is_empty();
        plain.then_some(&self.literals)
    }

    /// The members, if it is a collection of literals and nothing else.
    pub(super) fn constants(&self) -> Option<BTreeSet<Value>> {
        if !self.paths.is_empty() || self.computed {
            return None;
        }
        let mut all = BTreeSet::new();
        for member in self.fields.values().chain(self.items.as_deref()) {
            if *member != Self::default() {
                all.extend(member.scalars()?.iter().cloned());
            }
        }
        (!self.fields.is_empty() || self.items.is_some()).then_some(all)
    }

    /// How deep collections are nested in it.
    pub(super) fn depth(&self) -> usize {
        let members = self.fields.values().chain(self.items.as_deref());
        members.map(|member| 1 + member.depth()).max().unwrap_or(0)
    }
}
