//! `moved` blocks: where a resource was before. A finding keeps its fingerprint when somebody renames a resource and says so.
//!
//! A resource is followed back through all statements, to the oldest address that they name.

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::instance::Instance;
use super::scope::{Key, Repetition, Scope};
use super::verify::{Address, address};
use crate::syntax::{Node, NodeKind, Scalar};

/// Most renames that one address is followed back through.
const MAX_MOVES: usize = 64;

/// `module.net["eu"]` or `aws_vpc.main[0]`: what it is, and its key.
type Segment = (String, Option<String>);

/// The statements of a root and of all that it calls.
#[derive(Debug, Default)]
pub struct Moves {
    /// What is said of a resource itself comes before what is said of the modules around it.
    statements: Vec<Move>,
    /// The last names of what was moved: an address that holds none of them was always here.
    names: FxHashSet<String>,
    /// Positions of the statements about an address, by that address without its last key.
    about: FxHashMap<String, Vec<usize>>,
}

impl Moves {
    fn new(mut statements: Vec<Move>) -> Self {
        statements.sort_by_key(|statement| !statement.is_resource);
        let name = |statement: &Move| {
            let (name, _) = statement.to.last()?;
            Some(name.rsplit('.').next().unwrap_or(name).to_owned())
        };
        let names = statements.iter().filter_map(name).collect();
        let mut about: FxHashMap<String, Vec<usize>> = FxHashMap::default();
        for (at, statement) in statements.iter().enumerate() {
            about.entry(without_last_key(&statement.to)).or_default().push(at);
        }
        Self { statements, names, about }
    }

    /// Where an address was before the first statement about it or what it is in.
    fn before(&self, address: &[Segment]) -> Option<Vec<Segment>> {
        let about = |length: usize| self.about.get(&without_last_key(&address[..length]));
        let mut found: Vec<usize> =
            (1..=address.len()).filter_map(about).flatten().copied().collect();
        found.sort_unstable();
        found.into_iter().find_map(|at| before(&self.statements[at], address))
    }

    /// Whether one is about a module, and so about all that is declared in it.
    pub fn are_of_modules(&self) -> bool {
        self.statements.iter().any(|statement| !statement.is_resource)
    }

    fn may_matter(&self, address: &str) -> bool {
        !self.names.is_empty() && address.split(['.', '[']).any(|word| self.names.contains(word))
    }
}

/// One statement as absolute addresses.
#[derive(Debug)]
pub struct Move {
    from: Vec<Segment>,
    to: Vec<Segment>,
    is_resource: bool,
}

/// The statements of a module instance.
pub fn of_instance(instance: &Instance<'_>) -> Vec<Move> {
    let before =
        if instance.module.moved.is_empty() { Vec::new() } else { segments(&instance.prefix) };
    let statement = |moved: &super::module::Declaration| {
        let (from, to) = (moved.attribute("from")?, moved.attribute("to")?);
        let (from, to) = (address(&from.value)?, address(&to.value)?);
        let is_resource = from.target.is_some();
        let absolute = |address: &Address<'_>| {
            let relative = relative(address)?;
            Some(before.iter().cloned().chain(relative).collect::<Vec<_>>())
        };
        (is_resource == to.target.is_some())
            .then(|| Some(Move { from: absolute(&from)?, to: absolute(&to)?, is_resource }))?
    };
    instance.module.moved.iter().filter_map(statement).collect()
}

/// The statements of a module instance and of all that it calls.
pub fn below(instance: &Rc<Instance<'_>>) -> Moves {
    Moves::new(statements_below(instance))
}

fn statements_below(instance: &Rc<Instance<'_>>) -> Vec<Move> {
    let mut moves = of_instance(instance);
    for (at, (name, call)) in instance.module.calls.iter().enumerate() {
        let scope = Scope::of(instance, call.file, &Repetition::Single);
        if let Ok(children) = instance.children_of((at, name, call), (&scope, call.block.header)) {
            moves.extend(children.instances.iter().flat_map(|(_, child)| statements_below(child)));
        }
    }
    moves
}

/// The parts of an address whose keys are constant.
fn relative(address: &Address<'_>) -> Option<Vec<Segment>> {
    let modules = address.modules.iter().map(|(name, key)| (format!("module.{name}"), *key));
    let target = address.target.as_ref().map(|target| (target.address(), target.key));
    let segment = |(name, key): (String, Option<&Node>)| match key.map(|key| &key.kind) {
        None => Some((name, None)),
        Some(NodeKind::Scalar(Scalar::String(text))) => {
            Some((name, Some(Key::Name(Arc::clone(text)).to_string())))
        }
        Some(NodeKind::Scalar(Scalar::Number(number))) => Some((name, Some(format!("[{number}]")))),
        Some(_) => None,
    };
    modules.chain(target).map(segment).collect()
}

/// Where a resource was before all moves; `None` where it was always here.
pub fn previous(moves: &Moves, address: &str) -> Option<Arc<str>> {
    if !moves.may_matter(address) {
        return None;
    }
    let start = segments(address);
    let mut at = start.clone();
    for _ in 0..MAX_MOVES {
        match moves.before(&at) {
            Some(earlier) if earlier != start => at = earlier,
            _ => break,
        }
    }
    (at != start).then(|| text(&at).into())
}

/// Where an address was before a statement, if that is about it.
fn before(statement: &Move, at: &[Segment]) -> Option<Vec<Segment>> {
    let Move { from, to, is_resource } = statement;
    if to.len() > at.len() || (*is_resource && to.len() != at.len()) {
        return None;
    }
    let ((last_to, last_from), (head, tail)) = (to.last().zip(from.last())?, at.split_at(to.len()));
    let (last, above) = head.split_last()?;
    if above != &to[..to.len() - 1] || last.0 != last_to.0 {
        return None;
    }
    // Without keys a statement is about all instances, which keep theirs.
    let whole = last_to.1.is_none() && last_from.1.is_none();
    if !whole && last.1 != last_to.1 {
        return None;
    }
    let key = if whole { last.1.clone() } else { last_from.1.clone() };
    let mut earlier = from[..from.len() - 1].to_vec();
    earlier.push((last_from.0.clone(), key));
    earlier.extend_from_slice(tail);
    Some(earlier)
}

fn without_last_key(segments: &[Segment]) -> String {
    let Some(((name, _), above)) = segments.split_last() else { return String::new() };
    let mut without = text(above);
    without.push('.');
    without.push_str(name);
    without
}

fn text(segments: &[Segment]) -> String {
    let mut text = String::new();
    for (at, (name, key)) in segments.iter().enumerate() {
        if at > 0 {
            text.push('.');
        }
        text.push_str(name);
        text.push_str(key.as_deref().unwrap_or_default());
    }
    text
}

/// The parts of an address; a trailing dot does not matter.
fn segments(address: &str) -> Vec<Segment> {
    let mut words = words_of(address).into_iter();
    let mut found = Vec::new();
    while let Some((first, _)) = words.next() {
        let mut name = first;
        let more = if name == "data" { 2 } else { 1 };
        let mut key = None;
        for (word, at) in words.by_ref().take(more) {
            name.push('.');
            name.push_str(&word);
            key = at;
        }
        found.push((name, key));
    }
    found
}

/// Names between dots, each with the key in brackets after it.
fn words_of(address: &str) -> Vec<Segment> {
    let mut found: Vec<Segment> = Vec::new();
    let (mut word, mut key, mut depth) = (String::new(), String::new(), 0_usize);
    let (mut quoted, mut escaped) = (false, false);
    for character in address.chars() {
        if depth > 0 {
            key.push(character);
            match character {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                ']' if !quoted => depth -= 1,
                _ => {}
            }
            continue;
        }
        match character {
            '[' => {
                depth = 1;
                key.push('[');
            }
            '.' => {
                let key = std::mem::take(&mut key);
                found.push((std::mem::take(&mut word), (!key.is_empty()).then_some(key)));
            }
            _ => word.push(character),
        }
    }
    if !word.is_empty() {
        found.push((word, (!key.is_empty()).then_some(key)));
    }
    found
}
