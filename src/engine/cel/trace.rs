//! What the parts of an expression gave: marks around sub-expressions, which only a marked program has.
//!
//! A mark remembers for good how it was ever decided (coverage), and while [`record`] runs on a thread, each value (a trace).

use std::cell::RefCell;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use cel::common::ast::{Expr, SourceInfo, operators};
use cel::parser::Expression;

use super::node::Node;
use super::value::{Outcome, Val};

/// Most values that one trace keeps.
const MAX_EVENTS: usize = 20_000;
/// Most characters of a value that are kept.
const MAX_SHOWN: usize = 4096;
/// Most elements of a list or map that is shown.
const MAX_ITEMS: usize = 12;

const EVALUATED: u8 = 1;
const TRUE: u8 = 2;
const FALSE: u8 = 4;

/// A sub-expression of a marked program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Where it begins in the source, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// The part that holds it.
    pub parent: Option<usize>,
    /// What decides whether the parts in it are evaluated.
    pub branches: Branches,
    /// Whether it only selects: `attr.a.b`, `item.x`.
    pub reads: bool,
}

/// What decides whether the operands of a part are evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Branches {
    /// Nothing: they all are.
    None,
    /// `&&`: an operand before that is false.
    And,
    /// `||`: an operand before that is true.
    Or,
    /// `? :`: its condition.
    Choice,
    /// A macro: whether there is anything to go over.
    Loop,
}

/// What a part gave once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// A value, shortened.
    Value(String),
    /// It is unknown, for these reasons.
    Unknown(Vec<Arc<str>>),
    /// It failed.
    Failed(String),
}

/// What one part gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Which program, as [`super::Program::token`] tells.
    pub program: usize,
    /// The part, by position in [`super::Program::parts`].
    pub part: usize,
    /// What it gave.
    pub given: Given,
}

/// What parts gave, in order of evaluation: each after those in it.
pub type Trace = Vec<Event>;

/// The marks of a program.
#[derive(Debug)]
pub(super) struct Marks {
    pub(super) parts: Vec<Part>,
    seen: Vec<AtomicU8>,
}

/// A part that is watched.
#[derive(Debug)]
pub(super) struct Mark {
    at: usize,
    pub(super) node: Node,
}

thread_local! {
    static TRACE: RefCell<Option<Trace>> = const { RefCell::new(None) };
}

/// Runs evaluations of marked programs on this thread and gives what its parts gave.
pub fn record<T>(run: impl FnOnce() -> T) -> (T, Trace) {
    TRACE.with(|trace| trace.replace(Some(Trace::new())));
    let result = run();
    (result, TRACE.with(RefCell::take).unwrap_or_default())
}

impl Marks {
    pub(super) fn new(parts: Vec<Part>) -> Self {
        let seen = parts.iter().map(|_| AtomicU8::new(0)).collect();
        Self { parts, seen }
    }

    /// Whether a part was ever evaluated.
    pub(super) fn was_evaluated(&self, at: usize) -> bool {
        self.seen.get(at).is_some_and(|seen| seen.load(Ordering::Relaxed) & EVALUATED != 0)
    }

    /// The one truth that a part always had, where it had one.
    pub(super) fn only_truth(&self, at: usize) -> Option<bool> {
        match self.seen.get(at)?.load(Ordering::Relaxed) & (TRUE | FALSE) {
            TRUE => Some(true),
            FALSE => Some(false),
            _ => None,
        }
    }

    /// Tells the marks of programs apart.
    pub(super) fn token(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    pub(super) fn note(&self, mark: &Mark, outcome: &Outcome<'_>) {
        let bits = match outcome {
            Ok(Val::Bool(true)) => EVALUATED | TRUE,
            Ok(Val::Bool(false)) => EVALUATED | FALSE,
            _ => EVALUATED,
        };
        if let Some(seen) = self.seen.get(mark.at) {
            seen.fetch_or(bits, Ordering::Relaxed);
        }
        TRACE.with_borrow_mut(|trace| {
            if let Some(trace) = trace.as_mut().filter(|trace| trace.len() < MAX_EVENTS) {
                let (program, part) = (self.token(), mark.at);
                trace.push(Event { program, part, given: given(outcome) });
            }
        });
    }
}

fn given(outcome: &Outcome<'_>) -> Given {
    match outcome {
        Ok(Val::Unknown(open)) => Given::Unknown(open.reasons.to_vec()),
        Ok(value) => {
            let mut text = String::new();
            sketch(value, &mut text);
            if let Some((end, _)) = text.char_indices().nth(MAX_SHOWN) {
                text.truncate(end);
                text.push('…');
            }
            Given::Value(text)
        }
        Err(failure) => Given::Failed(failure.message.clone()),
    }
}

/// A value as it would be written, without what nobody reads.
fn sketch(value: &Val<'_>, into: &mut String) {
    if into.len() > MAX_SHOWN * 4 {
        return;
    }
    match value {
        Val::Null => into.push_str("null"),
        Val::Bool(bool) => into.push_str(if *bool { "true" } else { "false" }),
        Val::Int(int) => into.push_str(&int.to_string()),
        Val::Uint(uint) => drop(write!(into, "{uint}u")),
        Val::Double(double) => drop(write!(into, "{double:?}")),
        Val::Text(text) => into.push_str(&serde_json::Value::from(&**text).to_string()),
        Val::Bytes(bytes) => drop(write!(into, "{} bytes", bytes.len())),
        Val::Net(Some(net)) => into.push_str(&net.to_string()),
        Val::Net(None) => into.push_str("no address range"),
        Val::Type(name) => into.push_str(name),
        Val::Ip(_) | Val::Timestamp(_) | Val::Duration(_) | Val::Version(_) => {
            into.push_str(&value.written().unwrap_or_default());
        }
        Val::Policy(statements) => {
            let _ = write!(into, "a policy of {} statements", statements.len());
        }
        Val::Optional(None) => into.push_str("no value"),
        Val::Optional(Some(value)) => sketch(value, into),
        Val::Unknown(open) => drop(write!(into, "(unknown: {})", open.reasons.first())),
        Val::List(items) => {
            into.push('[');
            for (at, item) in items.iter().take(MAX_ITEMS).enumerate() {
                into.push_str(if at > 0 { ", " } else { "" });
                sketch(&item, into);
            }
            into.push_str(if items.len() > MAX_ITEMS { ", …]" } else { "]" });
        }
        Val::Map(map) => {
            let entries = map.entries();
            into.push('{');
            for (at, (key, item)) in entries.iter().take(MAX_ITEMS).enumerate() {
                into.push_str(if at > 0 { ", " } else { "" });
                sketch(key, into);
                into.push_str(": ");
                sketch(item, into);
            }
            into.push_str(if entries.len() > MAX_ITEMS { ", …}" } else { "}" });
        }
    }
}

/// Makes marks while a tree is lowered.
#[derive(Debug, Default)]
pub(super) struct Marker {
    parts: Vec<Part>,
    open: Vec<usize>,
}

impl Marker {
    /// Begins a part, unless the tree is one that says what it is.
    pub(super) fn begin(&mut self, tree: &Expression, info: &SourceInfo) -> Option<usize> {
        if matches!(tree.expr, Expr::Literal(_)) {
            return None;
        }
        let (start, end) = extent(tree, info)?;
        let at = self.parts.len();
        let parent = self.open.last().copied();
        self.parts.push(Part { start, end, parent, branches: branches(tree), reads: false });
        self.open.push(at);
        Some(at)
    }

    pub(super) fn end(&mut self, at: usize, node: Node) -> Node {
        self.open.pop();
        if let Some(part) = self.parts.get_mut(at) {
            part.reads = node.selects();
        }
        Node::Mark(Box::new(Mark { at, node }))
    }

    /// Forgets a part that could not be lowered.
    pub(super) fn abandon(&mut self) {
        self.open.pop();
    }

    pub(super) fn finish(self) -> Marks {
        Marks::new(self.parts)
    }
}

fn branches(tree: &Expression) -> Branches {
    let Expr::Call(call) = &tree.expr else { return Branches::None };
    match (call.func_name.as_str(), &call.target) {
        (operators::LOGICAL_AND, None) => Branches::And,
        (operators::LOGICAL_OR, None) => Branches::Or,
        (operators::CONDITIONAL, None) => Branches::Choice,
        (_, Some(_))
            if matches!(call.args.first().map(|first| &first.expr), Some(Expr::Ident(_)))
                && call.args.len() > 1 =>
        {
            Branches::Loop
        }
        _ => Branches::None,
    }
}

/// From where to where a tree is written: the parser gives a token of each part only.
fn extent(tree: &Expression, info: &SourceInfo) -> Option<(usize, usize)> {
    let (start, end) = reach(tree, info)?;
    Some(balanced(&info.source, start, end))
}

fn reach(tree: &Expression, info: &SourceInfo) -> Option<(usize, usize)> {
    let own = info.offset_for(tree.id).map(|(start, _)| start as usize);
    let source = info.source.as_str();
    let mut reach = own.and_then(|at| Some((at, token_end(source, at)?)));
    let mut include = |part: Option<(usize, usize)>| {
        reach = match (reach, part) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (one, other) => one.or(other),
        };
    };
    match &tree.expr {
        Expr::Select(select) => {
            include(reach_of(&select.operand, info));
            let dot = own?;
            let after = source.get(dot + 1..)?;
            let space = after.len() - after.trim_start().len();
            let field = dot + 1 + space;
            include(Some((field, field + select.field.len())));
        }
        Expr::Call(call) => {
            for part in call.target.iter().map(|target| &**target).chain(&call.args) {
                include(reach_of(part, info));
            }
            // A call's token is its bracket; its name stands before.
            if let Some(at) = own.filter(|at| source.as_bytes().get(*at) == Some(&b'(')) {
                let before = source.get(..at)?.trim_end();
                if let Some(name) = before.strip_suffix(call.func_name.as_str()) {
                    include(Some((name.len(), at)));
                }
            }
        }
        Expr::List(list) => list.elements.iter().for_each(|part| include(reach_of(part, info))),
        _ => {}
    }
    reach
}

/// Chains are as long as the parser allows, so that the stack of any caller takes them.
fn reach_of(tree: &Expression, info: &SourceInfo) -> Option<(usize, usize)> {
    extent(tree, info)
}

/// The end of the token at an offset; of a bracket, where it is closed.
fn token_end(source: &str, at: usize) -> Option<usize> {
    let rest = source.get(at..)?;
    let first = rest.chars().next()?;
    if matches!(first, '(' | '[' | '{') {
        return Some(closing(source, at).unwrap_or(at + 1));
    }
    if first.is_alphanumeric() || first == '_' {
        let word = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        return Some(at + word);
    }
    if first == '"' || first == '\'' {
        return Some(at + quoted(rest));
    }
    Some(at + first.len_utf8())
}

/// How long the quoted text is that a source begins with.
fn quoted(source: &str) -> usize {
    let mut characters = source.char_indices();
    let Some((_, quote)) = characters.next() else { return 0 };
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => drop(characters.next()),
            found if found == quote => return at + 1,
            _ => {}
        }
    }
    source.len()
}

/// After the bracket that closes the one at an offset.
fn closing(source: &str, at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut place = at;
    while let Some(character) = source.get(place..)?.chars().next() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(place + 1);
                }
            }
            '"' | '\'' => {
                place += quoted(&source[place..]);
                continue;
            }
            _ => {}
        }
        place += character.len_utf8();
    }
    None
}

/// With the brackets that stand around its first and last part.
fn balanced(source: &str, mut start: usize, mut end: usize) -> (usize, usize) {
    loop {
        let Some(text) = source.get(start..end) else { return (start, end) };
        let (mut open, mut unopened) = (0_usize, 0_usize);
        let mut place = 0;
        while let Some(character) = text.get(place..).and_then(|rest| rest.chars().next()) {
            match character {
                '(' | '[' | '{' => open += 1,
                ')' | ']' | '}' if open > 0 => open -= 1,
                ')' | ']' | '}' => unopened += 1,
                '"' | '\'' => {
                    place += quoted(&text[place..]);
                    continue;
                }
                _ => {}
            }
            place += character.len_utf8();
        }
        let before = source[..start].trim_end();
        let after = &source[end..];
        let close = after.len() - after.trim_start().len();
        if unopened > 0 && before.ends_with(['(', '[', '{']) {
            start = before.len() - 1;
        } else if open > 0 && after.trim_start().starts_with([')', ']', '}']) {
            end += close + 1;
        } else {
            return (start, end);
        }
    }
}
