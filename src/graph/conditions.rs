//! Google Cloud: conditions of bindings over the names, types and services of resources.
//!
//! Source: Google Cloud documentation, "Attribute reference for IAM Conditions", "Resource name format".

use crate::document::{Pointer, Value};
use crate::engine::cel::{Outline, Question};

use super::gcp;
use super::look;
use super::network::Tri;
use super::patterns::Pattern;
use super::scene::Scene;

/// How resources are called in conditions: type, service, form of the name, types; in the form, `*` stands for what is not told apart.
const NAMES: &str = "gcp_condition_names";

const NAME: &str = "resource.name";
const TYPE: &str = "resource.type";
const SERVICE: &str = "resource.service";

/// To what a condition limits a binding.
#[derive(Clone, Debug)]
pub enum Limit {
    /// What it asks of resources.
    Asks(Outline),
    /// The nodes that it names, where the rest of it is not known.
    Names(Vec<usize>),
}

/// Whether something is true of a thing and of what is in it.
#[derive(Clone, Copy, Debug)]
struct Answer {
    /// Of some of it.
    some: Tri,
    /// Of all of it.
    all: Tri,
}

impl Answer {
    const fn both(state: Tri) -> Self {
        Self { some: state, all: state }
    }

    fn or(self, other: Self) -> Self {
        Self { some: self.some.or(other.some), all: self.all.or(other.all) }
    }
}

impl Limit {
    /// Of the condition at a place, where that is about resources.
    pub fn of(scene: &Scene<'_>, at: usize, condition: &Pointer) -> Option<Self> {
        let written = scene.index.resource(at).attributes.at(condition)?;
        match look::leaf(written, "expression")? {
            Value::String(text) => {
                let outline = Outline::of(text);
                let is_about = |path: &&str| [NAME, TYPE, SERVICE].contains(path);
                outline.paths().iter().any(is_about).then_some(Self::Asks(outline))
            }
            Value::Unknown(_) => {
                let mut named: Vec<usize> =
                    look::at(scene, at, condition).filter_map(|to| scene.node_of[to]).collect();
                named.sort_unstable();
                (!named.is_empty()).then_some(Self::Names(named))
            }
            _ => None,
        }
    }

    /// Whether the binding may hold for some of a node.
    pub fn holds(&self, scene: &Scene<'_>, node: usize) -> Tri {
        match self {
            Self::Names(named) => named.binary_search(&node).is_ok().into(),
            Self::Asks(outline) => may_be(scene, node, outline, true),
        }
    }
}

/// Whether a condition, or its contrary, may be true of some of a node. What it asks of others than resources may be true or not.
fn may_be(scene: &Scene<'_>, node: usize, outline: &Outline, wanted: bool) -> Tri {
    let joined = |parts: &[Outline], all: bool| {
        let each = parts.iter().map(|part| may_be(scene, node, part, wanted));
        if all { each.fold(Tri::Yes, Tri::and) } else { each.fold(Tri::No, Tri::or) }
    };
    match outline {
        Outline::All(parts) => joined(parts, wanted),
        Outline::Any(parts) => joined(parts, !wanted),
        Outline::Not(part) => may_be(scene, node, part, !wanted),
        Outline::Known(known) => (*known == wanted).into(),
        Outline::Other => Tri::Yes,
        Outline::Asks(path, question) => match asked(scene, node, path, question) {
            None => Tri::Yes,
            Some(answer) if wanted => answer.some,
            Some(answer) => match answer.all {
                Tri::Yes => Tri::No,
                Tri::No => Tri::Yes,
                Tri::Unknown => Tri::Unknown,
            },
        },
    }
}

/// What a question about resources gives for a node; `None` for a question about something else.
fn asked(scene: &Scene<'_>, node: usize, path: &str, question: &Question) -> Option<Answer> {
    if ![NAME, TYPE, SERVICE].contains(&path) {
        return None;
    }
    let unknown = Some(Answer::both(Tri::Unknown));
    let Some(at) = scene.nodes[node].resource else { return unknown };
    let kind = scene.index.resource(at).type_name();
    let mut rows = scene.vocabulary.table(NAMES).iter();
    let row = rows.find(|row| row.first().is_some_and(|own| **own == *kind));
    let Some([_, service, form, types @ ..]) = row.map(Vec::as_slice) else { return unknown };
    let Some(patterns) = Pattern::all(question) else { return unknown };
    let answer = |pattern: &Pattern| match path {
        NAME => named(scene, at, form, pattern),
        SERVICE => fits(pattern, service),
        _ => {
            let each = types.iter().map(|own| fits(pattern, &format!("{service}/{own}")));
            let both =
                |a: Answer, b: Answer| Answer { some: a.some.or(b.some), all: a.all.and(b.all) };
            each.reduce(both).unwrap_or(Answer::both(Tri::Unknown))
        }
    };
    patterns.iter().map(answer).reduce(Answer::or).or(Some(Answer::both(Tri::No)))
}

/// Whether a word is what a pattern says.
fn fits(pattern: &Pattern, word: &str) -> Answer {
    Answer::both(match pattern.exact() {
        Some(text) => (text == word).into(),
        None if !word.starts_with(pattern.start()) => Tri::No,
        None if pattern.is_start() => Tri::Yes,
        None => Tri::Unknown,
    })
}

/// Whether the name of a resource, or of something in it, is what a pattern says.
fn named(scene: &Scene<'_>, at: usize, form: &str, pattern: &Pattern) -> Answer {
    let exact = pattern.exact();
    let mut wanted = exact.unwrap_or(pattern.start()).split('/').peekable();
    let mut own = form.split('/');
    while let Some(part) = wanted.next() {
        let is_last = wanted.peek().is_none();
        let Some(written) = own.next() else {
            // Something in it.
            let whole = part.is_empty() && is_last && pattern.is_start();
            return Answer { some: Tri::Yes, all: whole.into() };
        };
        let written = match written.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
            Some(attribute) => match gcp::text(scene.index.resource(at), attribute) {
                Some(text) => text,
                None => return Answer::both(Tri::Unknown),
            },
            None => written,
        };
        let begins = is_last && exact.is_none();
        let is_same = written == "*" || written == part || begins && written.starts_with(part);
        if !is_same {
            return Answer::both(Tri::No);
        }
    }
    match exact {
        // It names what this lies in.
        Some(_) if own.next().is_some() => Answer::both(Tri::No),
        Some(_) => Answer { some: Tri::Yes, all: Tri::No },
        None if pattern.is_start() => Answer::both(Tri::Yes),
        None => Answer::both(Tri::Unknown),
    }
}
