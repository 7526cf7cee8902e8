//! Values of the Terraform language: typed collections, unknowns with refinements, and marks
//! (sensitive, where it came from) that travel with a value through every operator and function.

use std::cmp::Ordering;
use std::sync::Arc;

use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

use super::beyond::Beyond;
use super::number::Number;
use super::types::Type;
use crate::document::{Piece, Pointer, SortedMap};
use crate::vocabulary::Block;

/// Members of an object or map, in order of key.
pub type Entries = SortedMap<Value>;

/// A value with its marks. A clone costs reference counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// What it is.
    pub kind: Kind,
    /// What travels with it.
    pub marks: Marks,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Null, and of which type where that is known.
    Null(Option<Arc<Type>>),
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    String(Arc<str>),
    /// A tuple, list or set; a set is sorted and without duplicates.
    Sequence(SequenceKind, Arc<Items>),
    /// An object or map.
    Mapping(Arc<Mapping>),
    /// Not known before apply.
    Unknown(Arc<Unknown>),
}

/// The elements of a tuple, list or set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Items {
    values: Vec<Value>,
    /// The element type of an empty list or set; elements say it themselves.
    pub empty_of: Option<Type>,
}

impl From<Vec<Value>> for Items {
    fn from(values: Vec<Value>) -> Self {
        Self { values, empty_of: None }
    }
}

impl FromIterator<Value> for Items {
    fn from_iter<T: IntoIterator<Item = Value>>(values: T) -> Self {
        Vec::from_iter(values).into()
    }
}

impl std::ops::Deref for Items {
    type Target = Vec<Value>;

    fn deref(&self) -> &Self::Target {
        &self.values
    }
}

impl std::ops::DerefMut for Items {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.values
    }
}

/// Which of the ordered collections it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the language's own")]
pub enum SequenceKind {
    Tuple,
    List,
    Set,
}

/// An object or map.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mapping {
    /// Entries in order of key.
    pub entries: Entries,
    /// A map (one element type), else an object.
    pub is_map: bool,
    /// Set where more attributes exist than are written (a resource, a data source): what a missing one is.
    pub open: Option<Arc<Open>>,
    /// The element type of an empty map; elements say it themselves.
    pub empty_of: Option<Type>,
}

/// What reading an attribute of a resource that is not written gives.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Open {
    /// Address of the resource.
    pub address: Arc<str>,
    /// Why such an attribute is unknown.
    pub reason: Arc<str>,
    /// What is known of its attributes and blocks.
    pub block: Option<Arc<Block>>,
    /// Whether there are no others.
    pub exact: bool,
}

/// An unknown value and what is known of it all the same.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unknown {
    /// Why, in words.
    pub reason: Arc<str>,
    /// Its type, where known.
    pub kind: Option<Type>,
    /// How its text begins.
    pub prefix: Piece,
    /// How its text ends.
    pub suffix: Piece,
    /// Whether it cannot be null.
    pub not_null: bool,
    /// Between what its number lies, or its length.
    pub bounds: Option<Box<Bounds>>,
    /// What rules may know of it and Terraform does not: nothing is computed from that.
    pub beyond: Option<Arc<Beyond>>,
    /// What it is whatever its unknown operand turns out to be: `true || x`, and what is made of that. Terraform up to 1.11 calls it
    /// unknown all the same, and so do outputs here; `count`, `for_each` and resources use what is decided.
    pub decided: Option<Value>,
    /// How a text that names something is shown where it stands in a policy: `${aws_s3_bucket.logs.arn}/*`. Empty where the text
    /// could be anything, such as `*`.
    pub shown: Piece,
    /// The argument of `jsonencode` or `yamlencode` that it is the text of, where parts of that are unknown.
    pub partial: Option<Value>,
}

/// Between what an unknown number lies, or the length of an unknown list, set or map.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bounds {
    /// The least, and whether it may be that itself.
    pub lower: Option<(Number, bool)>,
    /// The most, and whether it may be that itself.
    pub upper: Option<(Number, bool)>,
}

impl Bounds {
    /// Of a length.
    pub fn lengths(least: usize, most: Option<usize>) -> Box<Self> {
        Box::new(Self {
            lower: Some((Number::from(least), true)),
            upper: most.map(|most| (Number::from(most), true)),
        })
    }
}

impl Unknown {
    /// The least and the greatest length of a list, set or map.
    pub fn length(&self) -> (usize, Option<usize>) {
        let count = |bound: &Option<(Number, bool)>| {
            bound.as_ref().and_then(|(number, _)| usize::try_from(number.to_i64()?).ok())
        };
        let bounds = self.bounds.as_deref();
        (
            bounds.and_then(|bounds| count(&bounds.lower)).unwrap_or(0),
            bounds.and_then(|bounds| count(&bounds.upper)),
        )
    }
}

/// Marks of a value; `None` for the common case of no mark.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marks(Option<Arc<MarkSet>>);

/// What travels with a value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MarkSet {
    /// Whether it must not be shown.
    pub sensitive: bool,
    /// Whether it comes from a module's output that is declared sensitive: Terraform does not hold callers to that, but it is not shown.
    pub guarded: bool,
    /// Whether it exists at run time only and may be kept nowhere.
    pub ephemeral: bool,
    /// Resource attributes that it was made from: address, attribute; sorted, each once. Most values have one or none.
    references: Vec<Arc<(Arc<str>, Pointer)>>,
}

impl Marks {
    /// No mark.
    pub fn none() -> Self {
        Self(None)
    }

    /// Sensitive only.
    pub fn sensitive() -> Self {
        Self(Some(Arc::new(MarkSet { sensitive: true, ..MarkSet::default() })))
    }

    /// Not shown, though Terraform would.
    pub fn guarded() -> Self {
        Self(Some(Arc::new(MarkSet { guarded: true, ..MarkSet::default() })))
    }

    /// Ephemeral only.
    pub fn ephemeral() -> Self {
        Self(Some(Arc::new(MarkSet { ephemeral: true, ..MarkSet::default() })))
    }

    /// A reference to an attribute of a resource.
    pub fn reference(address: Arc<str>, attribute: Pointer) -> Self {
        Self(Some(Arc::new(MarkSet {
            references: vec![Arc::new((address, attribute))],
            ..MarkSet::default()
        })))
    }

    /// These marks without what the value was made from.
    #[must_use]
    pub fn without_references(&self) -> Self {
        self.without(|marks| marks.references.clear())
    }

    /// What the value was made from, without any other mark.
    #[must_use]
    pub fn references_only(&self) -> Self {
        self.without(|marks| {
            (marks.sensitive, marks.guarded, marks.ephemeral) = (false, false, false);
        })
    }

    /// Whether a resource attribute is among what the value was made from.
    pub fn has_references(&self) -> bool {
        self.0.as_ref().is_some_and(|marks| !marks.references.is_empty())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Whether the value must not be shown.
    pub fn is_sensitive(&self) -> bool {
        self.0.as_ref().is_some_and(|marks| marks.sensitive)
    }

    /// Whether the value must not be shown, by Terraform's word or beyond it.
    pub fn is_hidden(&self) -> bool {
        self.0.as_ref().is_some_and(|marks| marks.sensitive || marks.guarded)
    }

    /// Whether the value may be kept nowhere.
    pub fn is_ephemeral(&self) -> bool {
        self.0.as_ref().is_some_and(|marks| marks.ephemeral)
    }

    /// Resource attributes that the value was made from.
    pub fn references(&self) -> impl Iterator<Item = &(Arc<str>, Pointer)> {
        self.0.iter().flat_map(|marks| marks.references.iter().map(|reference| &**reference))
    }

    /// These marks without `sensitive` (`nonsensitive`).
    #[must_use]
    pub fn without_sensitive(&self) -> Self {
        self.without(|marks| (marks.sensitive, marks.guarded) = (false, false))
    }

    /// These marks without `ephemeral` (`ephemeralasnull`).
    #[must_use]
    pub fn without_ephemeral(&self) -> Self {
        self.without(|marks| marks.ephemeral = false)
    }

    fn without(&self, change: impl FnOnce(&mut MarkSet)) -> Self {
        let Some(marks) = &self.0 else { return Self(None) };
        let mut left = MarkSet::clone(marks);
        change(&mut left);
        if left == **marks {
            self.clone()
        } else if left == MarkSet::default() {
            Self(None)
        } else {
            Self(Some(Arc::new(left)))
        }
    }

    /// Both together.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        match (&self.0, &other.0) {
            (_, None) => self.clone(),
            (None, _) => other.clone(),
            (Some(a), Some(b)) if Arc::ptr_eq(a, b) || a == b => self.clone(),
            (Some(a), Some(b)) => {
                let mut both = MarkSet::clone(a);
                both.add(b);
                Self(Some(Arc::new(both)))
            }
        }
    }
}

impl MarkSet {
    fn add(&mut self, other: &Self) {
        self.sensitive |= other.sensitive;
        self.guarded |= other.guarded;
        self.ephemeral |= other.ephemeral;
        if self.references.is_empty() {
            self.references.clone_from(&other.references);
        } else if !other.references.is_empty() {
            self.references = merged(&self.references, &other.references);
        }
    }
}

/// What is in one of two sorted lists, each once, sorted.
fn merged<T: Clone + Ord>(mut a: &[T], mut b: &[T]) -> Vec<T> {
    let mut all = Vec::with_capacity(a.len() + b.len());
    while let ([first, rest @ ..], [other, others @ ..]) = (a, b) {
        let order = first.cmp(other);
        all.push(if order == Ordering::Greater { other.clone() } else { first.clone() });
        a = if order == Ordering::Greater { a } else { rest };
        b = if order == Ordering::Less { b } else { others };
    }
    all.extend(a.iter().chain(b).cloned());
    all
}

/// Marks of many values, which most often are those of one.
#[derive(Default)]
struct Gathered {
    first: Option<Arc<MarkSet>>,
    all: Option<MarkSet>,
}

impl Gathered {
    fn add(&mut self, marks: &Marks) {
        let Some(marks) = &marks.0 else { return };
        match (&mut self.all, &self.first) {
            (Some(all), _) => all.add(marks),
            (None, None) => self.first = Some(Arc::clone(marks)),
            (None, Some(first)) if Arc::ptr_eq(first, marks) => {}
            (None, Some(first)) => {
                let mut all = MarkSet::clone(first);
                all.add(marks);
                self.all = Some(all);
            }
        }
    }

    fn marks(self) -> Marks {
        Marks(self.all.map(Arc::new).or(self.first))
    }
}

/// A text or key in normal form C.
pub fn composed(text: Arc<str>) -> Arc<str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return text;
    }
    text.nfc().collect::<String>().into()
}

impl From<Kind> for Value {
    fn from(kind: Kind) -> Self {
        Self { kind, marks: Marks::none() }
    }
}

impl Value {
    /// Null.
    pub fn null() -> Self {
        Kind::Null(None).into()
    }

    /// Null of a type.
    pub fn null_of(kind: Type) -> Self {
        Kind::Null((kind != Type::Any).then(|| Arc::new(kind))).into()
    }

    /// A boolean.
    pub fn bool(bool: bool) -> Self {
        Kind::Bool(bool).into()
    }

    /// A text, in Unicode's normal form C, as every text of the language is.
    pub fn string(text: impl Into<Arc<str>>) -> Self {
        Kind::String(composed(text.into())).into()
    }

    /// A number.
    pub fn number(number: impl Into<Number>) -> Self {
        Kind::Number(number.into()).into()
    }

    /// A tuple.
    pub fn tuple(items: Vec<Self>) -> Self {
        Self::sequence(SequenceKind::Tuple, items)
    }

    /// A list. The caller has made all items of one type.
    pub fn list(items: Vec<Self>) -> Self {
        Self::sequence(SequenceKind::List, items)
    }

    /// A tuple, list or set. The caller has made all elements of one type, and those of a set sorted and different.
    pub fn sequence(kind: SequenceKind, items: Vec<Self>) -> Self {
        Kind::Sequence(kind, Arc::new(items.into())).into()
    }

    /// An empty list or set.
    pub fn empty_sequence(kind: SequenceKind, element: Type) -> Self {
        Kind::Sequence(kind, Arc::new(Items { values: Vec::new(), empty_of: Some(element) })).into()
    }

    /// An empty map.
    pub fn empty_map(element: Type) -> Self {
        let empty_of = Some(element);
        Kind::Mapping(Arc::new(Mapping { is_map: true, empty_of, ..Mapping::default() })).into()
    }

    /// An object.
    pub fn object(entries: Entries) -> Self {
        Kind::Mapping(Arc::new(Mapping { entries, ..Mapping::default() })).into()
    }

    /// A map. The caller has made all elements of one type.
    pub fn map(entries: Entries) -> Self {
        Kind::Mapping(Arc::new(Mapping { entries, is_map: true, ..Mapping::default() })).into()
    }

    /// Unknown for a reason, nothing else known of it.
    pub fn unknown(reason: impl Into<Arc<str>>) -> Self {
        Kind::Unknown(Arc::new(Unknown { reason: reason.into(), ..Unknown::default() })).into()
    }

    /// With marks added.
    #[must_use]
    pub fn with_marks(mut self, marks: &Marks) -> Self {
        if !marks.is_empty() {
            self.marks = self.marks.union(marks);
        }
        self
    }

    /// Why it is unknown, if it is.
    pub fn unknown_reason(&self) -> Option<&Arc<str>> {
        if let Kind::Unknown(unknown) = &self.kind { Some(&unknown.reason) } else { None }
    }

    /// Whether it holds at most so many values. Shared parts count each time, as every walk meets them: a value that doubles
    /// forty times over is small in memory and endless to walk.
    pub fn holds_at_most(&self, mut limit: usize) -> bool {
        self.is_within(&mut limit)
    }

    fn is_within(&self, limit: &mut usize) -> bool {
        let inner = match &self.kind {
            Kind::Sequence(_, items) => items.len(),
            Kind::Mapping(map) => map.entries.len(),
            _ => return true,
        };
        let Some(rest) = limit.checked_sub(inner) else { return false };
        *limit = rest;
        match &self.kind {
            Kind::Sequence(_, items) => items.iter().all(|item| item.is_within(limit)),
            Kind::Mapping(map) => map.entries.values().all(|item| item.is_within(limit)),
            _ => true,
        }
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null(_))
    }

    /// Whether it is known not to be null.
    pub fn is_not_null(&self) -> bool {
        match &self.kind {
            Kind::Null(_) => false,
            Kind::Unknown(unknown) => unknown.not_null,
            _ => true,
        }
    }

    /// Whether no unknown of unknown type is in it.
    pub fn is_of_known_type(&self) -> bool {
        match &self.kind {
            Kind::Unknown(unknown) => unknown.kind.is_some(),
            Kind::Sequence(_, items) => items.iter().all(Self::is_of_known_type),
            Kind::Mapping(map) => {
                map.open.is_none() && map.entries.values().all(Self::is_of_known_type)
            }
            _ => true,
        }
    }

    /// What it is for conditions and resources where Terraform calls it unknown.
    pub fn decided(&self) -> Option<&Self> {
        if let Kind::Unknown(unknown) = &self.kind { unknown.decided.as_ref() } else { None }
    }

    /// Whether a number in it is infinite.
    pub fn holds_infinity(&self) -> bool {
        match &self.kind {
            Kind::Number(number) => number.is_infinite(),
            Kind::Sequence(_, items) => items.iter().any(Self::holds_infinity),
            Kind::Mapping(map) => map.entries.values().any(Self::holds_infinity),
            _ => false,
        }
    }

    /// Whether it is a resource or part of one: it has more attributes than are written.
    pub fn is_open(&self) -> bool {
        matches!(&self.kind, Kind::Mapping(map) if map.open.is_some())
    }

    /// Whether nothing in it is unknown.
    pub fn is_wholly_known(&self) -> bool {
        match &self.kind {
            Kind::Unknown(_) => false,
            Kind::Sequence(_, items) => items.iter().all(Self::is_wholly_known),
            Kind::Mapping(map) => {
                map.open.is_none() && map.entries.values().all(Self::is_wholly_known)
            }
            _ => true,
        }
    }

    /// The reason of the first unknown in it.
    pub fn first_unknown(&self) -> Option<Arc<str>> {
        match &self.kind {
            Kind::Unknown(unknown) => Some(Arc::clone(&unknown.reason)),
            Kind::Sequence(_, items) => items.iter().find_map(Self::first_unknown),
            Kind::Mapping(map) => map
                .entries
                .values()
                .find_map(Self::first_unknown)
                .or_else(|| map.open.as_ref().map(|open| Arc::clone(&open.reason))),
            _ => None,
        }
    }

    /// Its marks and those of everything in it.
    pub fn deep_marks(&self) -> Marks {
        let mut all = Gathered::default();
        self.gather(&mut all);
        all.marks()
    }

    fn gather(&self, all: &mut Gathered) {
        all.add(&self.marks);
        match &self.kind {
            Kind::Sequence(_, items) => items.iter().for_each(|item| item.gather(all)),
            Kind::Mapping(map) => map.entries.values().for_each(|item| item.gather(all)),
            _ => {}
        }
    }

    /// Whether it or something in it carries marks of which this holds.
    pub fn is_somewhere(&self, is: fn(&Marks) -> bool) -> bool {
        let inside = match &self.kind {
            Kind::Sequence(_, items) => items.iter().any(|item| item.is_somewhere(is)),
            Kind::Mapping(map) => map.entries.values().any(|item| item.is_somewhere(is)),
            _ => false,
        };
        inside || is(&self.marks)
    }
}
