//! What a rule reads: its syntax tree is run over abstract values, with helpers inlined.
//!
//! The result names more than is read at run time, never less; what cannot be followed is [`Reads::everything`].

use std::collections::{BTreeMap, BTreeSet};

use regorus::Value;

use super::shape::{Abs, Path, Root, Seg};
use super::table::Table;

/// Most expressions that are followed for one rule.
const FUEL: u32 = 200_000;
/// Deepest nesting of collections and longest path that is followed.
pub(super) const MAX_DEPTH: usize = 8;
pub(super) const MAX_PATH: usize = 32;

/// What a rule reads.
#[derive(Clone, Debug, Default)]
pub(super) struct Reads {
    /// It could not be followed: it may read anything.
    pub(super) everything: bool,
    /// What it reads.
    pub(super) all: Vec<Read>,
    /// Scans that yield the resource which is judged, and nothing else.
    pub(super) subjects: BTreeSet<u32>,
    /// Whether records are reached by their address.
    pub(super) addresses: bool,
    /// Whether addresses or edges are read in other ways than over edges from a record that a scan gives.
    pub(super) wanders: bool,
}

impl Reads {
    /// The attribute paths of records, as they would be written: `aws_s3_bucket.attributes.acl`.
    pub(super) fn shown(&self) -> Vec<String> {
        let path = |read: &Read| {
            let Root::Record(kind, _) = &read.root else { return None };
            let mut text = kind.as_deref().unwrap_or("*").to_owned();
            for seg in &read.segs {
                match seg {
                    Seg::Key(key) => {
                        text.push('.');
                        text.push_str(key);
                    }
                    Seg::Any | Seg::At | Seg::Item => text.push_str("[]"),
                }
            }
            Some(text)
        };
        let all: BTreeSet<String> = self.all.iter().filter_map(path).collect();
        let mut all: Vec<String> = all.into_iter().collect();
        if self.everything {
            all.push("anything: the rule cannot be followed".to_owned());
        }
        all
    }
}

/// One thing that a rule reads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Read {
    pub(super) root: Root,
    pub(super) segs: Vec<Seg>,
    pub(super) purpose: Purpose,
    /// Less there can mean more denials: under `not`, `every`, in a collection, beside a fallback.
    pub(super) negative: bool,
    /// Literals that it is compared with.
    pub(super) against: BTreeSet<Value>,
}

/// What for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Purpose {
    /// Whether it is there.
    Defined,
    /// Its type.
    Type,
    /// How many members it has, and their keys.
    Members,
    /// Whether it is one of a few literals, or true.
    Compare,
    /// What a text begins with, ends with, holds or matches: questions with literals, as arrays of two.
    Text,
    /// How many members or characters it has, compared with a few numbers.
    Count,
    /// Anything, as long as it is neither list nor object.
    Scalar,
    /// Anything.
    Whole,
}

/// Follow one rule.
pub(super) fn of(table: &Table, deny: &str) -> Reads {
    let mut walk = Walk::new(table);
    if let Some(entry) = table.get(deny) {
        for (at, (module, rule)) in entry.definitions.iter().enumerate() {
            let frame = Frame { module: *module, context: walk.intern(0, *module, at) };
            walk.definition(rule, &frame, &Env::new());
        }
        for (at, (module, rule)) in entry.definitions.iter().enumerate() {
            let frame = Frame { module: *module, context: walk.intern(0, *module, at) };
            let denials = walk.definition(rule, &frame, &Env::new());
            walk.denials(&denials);
        }
    }
    walk.finish()
}

pub(super) type Env = BTreeMap<String, Abs>;
type Key = (Root, Vec<Seg>, Purpose, bool);

/// Where in the inlined rule an expression stands.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    pub(super) module: usize,
    pub(super) context: u32,
}

#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
pub(super) struct Walk<'a> {
    pub(super) table: &'a Table,
    pub(super) fuel: u32,
    pub(super) everything: bool,
    pub(super) reads: BTreeMap<Key, BTreeSet<Value>>,
    pub(super) contexts: BTreeMap<(u32, usize, usize), u32>,
    pub(super) sites: BTreeMap<(u32, String), u32>,
    /// Scans inside a collection or a helper: their records influence one another.
    pub(super) pooled: BTreeSet<u32>,
    pub(super) pooling: u32,
    pub(super) negative: u32,
    pub(super) subjects: BTreeSet<u32>,
    /// Denials name resources that come from no scan.
    pub(super) loose: bool,
    pub(super) addresses: bool,
    pub(super) wanders: bool,
}

impl<'a> Walk<'a> {
    pub(super) fn new(table: &'a Table) -> Self {
        Self {
            table,
            fuel: FUEL,
            everything: false,
            reads: BTreeMap::new(),
            contexts: BTreeMap::new(),
            sites: BTreeMap::new(),
            pooled: BTreeSet::new(),
            pooling: 0,
            negative: 0,
            subjects: BTreeSet::new(),
            loose: false,
            addresses: false,
            wanders: false,
        }
    }

    pub(super) fn finish(mut self) -> Reads {
        if self.loose {
            self.subjects.clear();
        }
        let pooled = self.pooled;
        self.subjects.retain(|site| !pooled.contains(site));
        let reads = self.reads.into_iter().map(|((root, segs, purpose, negative), against)| Read {
            root,
            segs,
            purpose,
            negative,
            against,
        });
        Reads {
            everything: self.everything,
            all: reads.collect(),
            subjects: self.subjects,
            addresses: self.addresses,
            wanders: self.wanders,
        }
    }

    pub(super) fn intern(&mut self, context: u32, module: usize, at: usize) -> u32 {
        let next = number(self.contexts.len());
        *self.contexts.entry((context, module, at)).or_insert(next)
    }

    pub(super) fn site(&mut self, frame: &Frame, name: String) -> u32 {
        let next = number(self.sites.len());
        let site = *self.sites.entry((frame.context, name)).or_insert(next);
        if self.pooling > 0 {
            self.pooled.insert(site);
        }
        site
    }

    // Reading.

    /// Members of a set or of keys: equal ones become one, unless they are records, which differ.
    pub(super) fn merged(&mut self, items: &Abs) {
        for path in items.paths.iter().chain(&items.sized).filter(|path| !path.is_record()) {
            if path.address_of().is_none() {
                self.record(path, Purpose::Whole, &BTreeSet::new());
            }
        }
        for field in items.fields.values() {
            self.merged(field);
        }
        if let Some(inner) = &items.items {
            self.merged(inner);
        }
    }

    pub(super) fn consume_shape(&mut self, value: &Abs) {
        for path in value.paths.iter().chain(&value.sized) {
            let purpose = if path.derived { Purpose::Whole } else { Purpose::Members };
            self.record(path, purpose, &BTreeSet::new());
        }
    }

    pub(super) fn consume(&mut self, value: &Abs, purpose: Purpose, against: &BTreeSet<Value>) {
        for path in &value.paths {
            self.record(path, purpose, against);
        }
        for path in &value.sized {
            self.record(path, Purpose::Whole, &BTreeSet::new());
        }
        for member in value.fields.values().chain(value.items.as_deref()) {
            self.consume(member, Purpose::Whole, &BTreeSet::new());
        }
    }

    pub(super) fn record(&mut self, path: &Path, purpose: Purpose, against: &BTreeSet<Value>) {
        if path.root == Root::Input && purpose == Purpose::Whole {
            let first = path.segs.first();
            let harmless = matches!(first, Some(Seg::Key(key)) if matches!(&**key, "format" | "root" | "modules" | "edges"));
            self.everything |=
                !harmless && !matches!(first, Some(Seg::Key(key)) if &**key == "variables");
        }
        if matches!(path.root, Root::Edges(_)) {
            return;
        }
        let purpose = match purpose {
            Purpose::Compare if path.counted && !path.derived => Purpose::Count,
            _ if path.counted => {
                if path.derived {
                    Purpose::Whole
                } else {
                    Purpose::Members
                }
            }
            Purpose::Compare | Purpose::Text if path.derived && path.lone => Purpose::Scalar,
            Purpose::Compare | Purpose::Text if path.derived => Purpose::Whole,
            Purpose::Whole if path.lone => Purpose::Scalar,
            other => other,
        };
        let key =
            (path.root.clone(), path.segs.clone(), purpose, self.negative > 0 || path.fallback);
        self.reads.entry(key).or_default().extend(against.iter().cloned());
    }
}

/// The next of so many; the fuel keeps them few.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1)
}
