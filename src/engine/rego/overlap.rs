//! Where what a rule reads meets what is unknown.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use regorus::Value;

use super::input::{Input, Near, Section, Unknown};
use super::reads::{Purpose, Read, Reads};
use super::shape::{Origin, Root, Seg};
use crate::document::{self, Index, Pointer};
use crate::engine::texts::Question;

/// Attributes that a resource's tags come from.
const TAG_SOURCES: &[&str] = &["tags", "tags_all", "labels", "metadata"];

/// An unknown value that a verdict may depend on.
#[derive(Clone, Debug)]
pub(super) struct Met {
    pub(super) resource: usize,
    pub(super) unknown: Unknown,
    /// Literals that decide every read of it, if it is only compared with literals.
    pub(super) against: Option<BTreeSet<Value>>,
    /// Literals that its members are compared with, where more members can only add denials.
    pub(super) members: BTreeSet<Value>,
    /// Numbers that the number of its members or characters is compared with.
    pub(super) counts: BTreeSet<i64>,
    /// Whether what is made of it elsewhere in the record is read: tags, a parsed text.
    pub(super) aside: bool,
    /// Whether knowing it can only add denials.
    pub(super) monotone: bool,
    /// Whether of a list only the members are read, wherever they stand: those that it has for sure can be put there.
    pub(super) by_members: bool,
}

/// What a rule reads, seen from one document.
pub(super) struct Scope<'a> {
    pub(super) reads: &'a Reads,
    pub(super) input: &'a Input,
    pub(super) index: &'a Index<'a>,
    /// Types whose records are looked through beside the one that is judged; none where they are not known.
    scanned: Option<BTreeSet<Arc<str>>>,
    /// By read, the records in which it touches something unknown: asked once, not for every subject.
    touched: RefCell<BTreeMap<usize, Rc<BTreeSet<usize>>>>,
}

impl<'a> Scope<'a> {
    /// Of a rule's reads and a document.
    pub(super) fn new(reads: &'a Reads, input: &'a Input, index: &'a Index<'a>) -> Self {
        let is_other = |read: &&Read| matches!(&read.root, Root::Record(_, Origin::Scan(site)) if !reads.subjects.contains(site));
        let kind = |read: &Read| match &read.root {
            Root::Record(kind, _) => kind.clone(),
            _ => None,
        };
        let scanned = reads.all.iter().filter(is_other).map(kind).collect();
        Self { reads, input, index, scanned, touched: RefCell::default() }
    }
}

impl Scope<'_> {
    /// Whether the rule looks at records other than the one that it judges.
    pub(super) fn joins(&self) -> bool {
        self.reads.everything || self.reads.all.iter().any(|read| !self.is_own(read))
    }

    /// Whether nothing but the judged record is read of its type, so that others of it do not matter.
    pub(super) fn alone(&self, kind: &str) -> bool {
        let other = |read: &&Read| match &read.root {
            Root::Record(of, _) => of.as_deref().is_none_or(|of| of == kind) && !self.is_own(read),
            Root::Input => is_broad(read),
            Root::Edges(_) => false,
        };
        !self.reads.everything && !self.reads.all.iter().any(|read| other(&read))
    }

    /// What the verdict on a resource can depend on, where that is what so many edges lead to and records of types of which no judged
    /// one is: the rule then sees the same in a document that holds nothing else.
    pub(super) fn near(&self, subject: usize, judged: &[Arc<str>]) -> Option<Near> {
        let scanned = self.scanned.as_ref()?;
        if self.reads.everything
            || self.reads.wanders
            || judged.iter().any(|kind| scanned.contains(kind))
        {
            return None;
        }
        let hops = |all: usize, read: &Read| match &read.root {
            Root::Record(_, Origin::Edge { from, hops }) if self.reads.subjects.contains(from) => {
                Some(all.max(*hops))
            }
            Root::Record(_, Origin::Edge { .. }) => None,
            Root::Input if is_broad(read) => None,
            _ => Some(all),
        };
        let hops = self.reads.all.iter().try_fold(0, hops)?;
        let kinds = judged.iter().cloned().collect();
        Some(Near {
            subject,
            records: Rc::new(self.reachable(subject, hops)),
            kinds: Rc::new(kinds),
        })
    }

    /// Whether records are reached by their address.
    pub(super) fn by_address(&self) -> bool {
        self.reads.everything || self.reads.addresses
    }

    /// Whether the existence of a resource can matter to the verdict on another.
    pub(super) fn existence_matters(&self, subject: usize, other: usize) -> bool {
        subject != other && self.may_matter(other)
    }

    /// Whether the existence of a resource can matter to the verdict on any other.
    pub(super) fn may_matter(&self, other: usize) -> bool {
        let joined = |read| is_broad(read) || !self.is_own(read) && self.of_kind(read, other);
        self.reads.everything || self.reads.all.iter().any(joined)
    }

    /// How many edges away from the judged resource these others can be whose existence matters to it; `None` where any distance.
    pub(super) fn distance(&self, others: &BTreeSet<usize>) -> Option<usize> {
        if self.reads.everything {
            return None;
        }
        let joined = |read: &&Read| {
            let of_others = || others.iter().any(|other| self.of_kind(read, *other));
            is_broad(read) || !self.is_own(read) && of_others()
        };
        let hops = |read: &Read| match &read.root {
            Root::Record(_, Origin::Edge { from, hops }) if self.reads.subjects.contains(from) => {
                Some(*hops)
            }
            _ => None,
        };
        self.reads.all.iter().filter(joined).try_fold(0, |all, read| Some(all.max(hops(read)?)))
    }

    fn is_own(&self, read: &Read) -> bool {
        match &read.root {
            Root::Record(_, Origin::Scan(site)) => self.reads.subjects.contains(site),
            Root::Record(_, Origin::Edge { .. }) => false,
            Root::Input => !is_broad(read),
            Root::Edges(_) => true,
        }
    }

    fn of_kind(&self, read: &Read, at: usize) -> bool {
        match &read.root {
            Root::Record(Some(kind), _) => *kind == self.index.resource(at).kind,
            Root::Record(None, _) => true,
            Root::Input => is_broad(read),
            Root::Edges(_) => false,
        }
    }

    /// Unknown values that the verdict on a resource may depend on.
    pub(super) fn met(&self, subject: usize) -> Vec<Met> {
        let mut found: BTreeMap<(usize, usize), Met> = BTreeMap::new();
        if self.reads.everything {
            for at in 0..self.index.document.resources.len() {
                self.meet(at, None, &mut found);
            }
            return found.into_values().collect();
        }
        let mut near: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for (number, read) in self.reads.all.iter().enumerate() {
            match &read.root {
                Root::Record(_, Origin::Scan(site)) if self.reads.subjects.contains(site) => {
                    if self.of_kind(read, subject) {
                        self.meet(subject, Some(read), &mut found);
                    }
                }
                Root::Record(_, Origin::Edge { from, hops })
                    if self.reads.subjects.contains(from) =>
                {
                    let touched = self.touched(number, read);
                    if touched.is_empty() {
                        continue;
                    }
                    let reached =
                        near.entry(*hops).or_insert_with(|| self.reachable(subject, *hops));
                    for at in touched.iter().filter(|at| reached.contains(at)) {
                        self.meet(*at, Some(read), &mut found);
                    }
                }
                Root::Record(..) => {
                    for at in self.touched(number, read).iter() {
                        self.meet(*at, Some(read), &mut found);
                    }
                }
                Root::Input | Root::Edges(_) => {}
            }
        }
        let mut all: Vec<Met> = found.into_values().collect();
        all.extend(self.variables(subject));
        all
    }

    /// Records of the kind that a read is about, in which it touches something unknown.
    fn touched(&self, number: usize, read: &Read) -> Rc<BTreeSet<usize>> {
        if let Some(known) = self.touched.borrow().get(&number) {
            return Rc::clone(known);
        }
        let touches = |at: &usize| {
            let mut unknowns = self.input.unknowns(self.index.document, *at).iter();
            unknowns.any(|unknown| self.touch(*at, unknown, read).is_some())
        };
        let found: BTreeSet<usize> = match &read.root {
            Root::Record(Some(kind), _) => {
                self.index.of_type(kind).iter().copied().filter(touches).collect()
            }
            _ => (0..self.index.document.resources.len()).filter(touches).collect(),
        };
        let found = Rc::new(found);
        self.touched.borrow_mut().insert(number, Rc::clone(&found));
        found
    }

    /// Resources that are no more edges away than this.
    pub(super) fn reachable(&self, from: usize, hops: usize) -> BTreeSet<usize> {
        let mut reached = BTreeSet::from([from]);
        let mut border = vec![from];
        for _ in 0..hops {
            let mut next = Vec::new();
            for at in border {
                let out = self.index.outgoing(at).iter().map(|edge| edge.to);
                for other in out.chain(self.index.incoming(at).iter().map(|edge| edge.from)) {
                    if reached.insert(other) {
                        next.push(other);
                    }
                }
            }
            border = next;
        }
        reached
    }

    fn meet(&self, at: usize, read: Option<&Read>, found: &mut BTreeMap<(usize, usize), Met>) {
        for (number, unknown) in self.input.unknowns(self.index.document, at).iter().enumerate() {
            let touch = match read {
                None => Some(Touch { what: Reach::Around, placed: false }),
                Some(read) => self.touch(at, unknown, read),
            };
            let Some(touch) = touch else { continue };
            let decided = read.filter(|read| {
                touch.what == Reach::Holder
                    || touch.what == Reach::Exact
                        && match read.purpose {
                            Purpose::Defined | Purpose::Type | Purpose::Compare => true,
                            Purpose::Text => {
                                read.against.iter().all(|asked| is_answered(&unknown.known, asked))
                            }
                            Purpose::Count => {
                                read.against.iter().all(|number| number.as_f64().is_ok())
                            }
                            Purpose::Members | Purpose::Scalar | Purpose::Whole => false,
                        }
            });
            let more_adds = read.is_some_and(|read| !read.negative);
            let placed = touch.placed && !self.is_last(at, unknown);
            let within = !matches!(touch.what, Reach::Around | Reach::Holder);
            let monotone = more_adds && within && !placed;
            let of_members = read.filter(|read| {
                more_adds
                    && touch.what == Reach::Members
                    && matches!(read.purpose, Purpose::Defined | Purpose::Type | Purpose::Compare)
            });
            let met = found.entry((at, number)).or_insert_with(|| Met {
                resource: at,
                unknown: unknown.clone(),
                against: Some(BTreeSet::new()),
                members: BTreeSet::new(),
                counts: BTreeSet::new(),
                aside: false,
                monotone: true,
                by_members: true,
            });
            met.monotone &= monotone;
            met.by_members &= touch.what == Reach::Members
                || touch.what == Reach::Exact
                    && read.is_some_and(|read| read.purpose == Purpose::Defined);
            met.aside |= touch.what == Reach::Aside;
            match (decided, of_members, &mut met.against) {
                (Some(read), _, Some(_))
                    if touch.what == Reach::Holder || read.purpose == Purpose::Text => {}
                (Some(read), _, Some(_)) if read.purpose == Purpose::Count => {
                    met.counts.extend(read.against.iter().flat_map(around));
                }
                (Some(read), _, Some(against)) => against.extend(read.against.iter().cloned()),
                (_, Some(read), Some(_)) => {
                    met.members.insert(Value::Undefined);
                    met.members.extend(read.against.iter().cloned());
                }
                _ => met.against = None,
            }
        }
    }

    /// Whether nothing known comes after an unknown element, so that no position depends on it.
    fn is_last(&self, at: usize, unknown: &Unknown) -> bool {
        let list =
            unknown.at.parent().and_then(|list| self.index.resource(at).attributes.at(&list));
        let place = unknown.parts.last().and_then(|part| part.parse::<usize>().ok());
        let after = list.and_then(document::Value::as_array).zip(place);
        after.is_some_and(|(list, place)| {
            let mut after = list.iter().skip(place);
            after.all(|element| matches!(element, document::Value::Unknown(_)))
        })
    }

    /// How a read touches an unknown value of a record; `None` if it does not.
    fn touch(&self, at: usize, unknown: &Unknown, read: &Read) -> Option<Touch> {
        let Some((section, rest)) = read.segs.split_first() else {
            let whole = matches!(read.purpose, Purpose::Whole);
            return whole.then_some(Touch { what: Reach::Around, placed: false });
        };
        if is_section(section, unknown.section)
            && let Some(touch) = touch(unknown, rest, read)
        {
            return Some(touch);
        }
        if unknown.section != Section::Attributes {
            return None;
        }
        let behind = Touch { what: Reach::Aside, placed: unknown.element };
        if is_section(section, Section::Parsed) && self.hides_parsed(at, unknown, rest) {
            return Some(behind);
        }
        let tagged = unknown.parts.first().is_some_and(|part| TAG_SOURCES.contains(&&**part));
        (is_section(section, Section::Tags) && tagged).then_some(behind)
    }

    /// Whether an unknown attribute is a text that would have been parsed.
    fn hides_parsed(&self, at: usize, unknown: &Unknown, rest: &[Seg]) -> bool {
        if !unknown.known.may_hold_json() {
            return false;
        }
        let path = unknown.parts.join("/");
        let parsed = &self.index.resource(at).parsed;
        if parsed.get(&path).is_some() {
            return false;
        }
        match rest.first() {
            None | Some(Seg::Any | Seg::At | Seg::Item) => true,
            Some(Seg::Key(key)) => key
                .strip_prefix(path.as_str())
                .is_some_and(|tail| tail.is_empty() || tail.starts_with('/')),
        }
    }

    /// Unknown input variables, if the rule reads any.
    fn variables(&self, subject: usize) -> Vec<Met> {
        let reads: Vec<&Read> = self.reads.all.iter().filter(|read| is_variable(read)).collect();
        let mut found = Vec::new();
        for variable in &self.index.document.variables {
            let named = |read: &&&Read| match read.segs.get(1) {
                Some(Seg::Key(name)) => *name == variable.name,
                _ => true,
            };
            if !reads.iter().any(|read| named(&read)) {
                continue;
            }
            let address = format!("var.{}", variable.name);
            let resource = self.index.by_address(&address).unwrap_or(subject);
            for (pointer, known) in variable.value.unknowns() {
                let unknown = Unknown {
                    section: Section::Attributes,
                    parts: Vec::new(),
                    lists: Vec::new(),
                    element: false,
                    at: Pointer::root().key("default").join(&pointer),
                    known,
                };
                found.push(Met {
                    resource,
                    unknown,
                    against: None,
                    members: BTreeSet::new(),
                    counts: BTreeSet::new(),
                    aside: true,
                    monotone: false,
                    by_members: false,
                });
            }
        }
        found
    }
}

#[derive(Clone, Copy)]
struct Touch {
    what: Reach,
    /// It is an element of a list, and its position is read.
    placed: bool,
}

/// How what is read lies to the unknown value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Just the unknown value is read.
    Exact,
    /// It is a part of what is read.
    Around,
    /// It is a member of an object of which only the keys are read: whether it is there matters.
    Holder,
    /// Its members are read, wherever they stand.
    Members,
    /// Something further inside.
    Behind,
    /// Something made of it, elsewhere in the record.
    Aside,
}

/// Whether a question about a text has one answer for all texts that there can be.
fn is_answered(known: &document::Unknown, asked: &Value) -> bool {
    let Ok(pair) = asked.as_array() else { return false };
    let mut pair = pair.iter().filter_map(|text| text.as_string().ok());
    let (Some(name), Some(part)) = (pair.next(), pair.next()) else { return false };
    let question = match &**name {
        "startswith" => Question::Begins,
        "endswith" => Question::Ends,
        "contains" => Question::Holds,
        _ => Question::Matches,
    };
    question.ask(known, part).is_some()
}

/// The whole numbers around a number.
fn around(number: &Value) -> Vec<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "what is too large saturates")]
    let whole = number.as_f64().map(|number| number.floor() as i64);
    whole.map_or(Vec::new(), |at| (-1..=2).map(|step| at.saturating_add(step)).collect())
}

fn touch(unknown: &Unknown, rest: &[Seg], read: &Read) -> Option<Touch> {
    let same = |((part, list), seg): ((&Arc<str>, &bool), &Seg)| match seg {
        Seg::Key(key) => key == part,
        Seg::Any | Seg::At => true,
        Seg::Item => *list,
    };
    if !unknown.parts.iter().zip(&unknown.lists).zip(rest).all(same) {
        return None;
    }
    let (held, asked) = (unknown.parts.len(), rest.len());
    if held > asked {
        let member = held == asked + 1 && !unknown.element;
        let (matters, what) = match read.purpose {
            Purpose::Whole => (true, Reach::Around),
            Purpose::Members | Purpose::Count => (member, Reach::Holder),
            // A list or object is none of the literals, unless it may be empty.
            Purpose::Compare => {
                (member && read.against.contains(&Value::new_object()), Reach::Holder)
            }
            Purpose::Defined | Purpose::Type | Purpose::Scalar | Purpose::Text => return None,
        };
        return matters.then_some(Touch { what, placed: false });
    }
    if held == asked && unknown.element && read.purpose == Purpose::Defined {
        return None;
    }
    let last = held.checked_sub(1).and_then(|last| rest.get(last));
    let placed = unknown.element && !matches!(last, Some(Seg::Any | Seg::Item));
    let what = match rest.last() {
        _ if held == asked => Reach::Exact,
        Some(Seg::Any | Seg::Item) if asked == held + 1 => Reach::Members,
        _ => Reach::Behind,
    };
    Some(Touch { what, placed })
}

fn is_section(seg: &Seg, section: Section) -> bool {
    match seg {
        Seg::Key(key) => &**key == section.name(),
        Seg::Any | Seg::At | Seg::Item => true,
    }
}

fn is_variable(read: &Read) -> bool {
    read.root == Root::Input
        && matches!(read.segs.first(), Some(Seg::Key(key)) if &**key == "variables")
}

/// Whether it reads the lists of resources themselves.
fn is_broad(read: &Read) -> bool {
    read.root == Root::Input
        && match read.segs.first() {
            Some(Seg::Key(key)) => matches!(&**key, "by_type" | "by_address"),
            _ => true,
        }
}
