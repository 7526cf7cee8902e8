//! Nodes, and how one is evaluated.

use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::rc::Rc;

use indexmap::IndexMap;
use rustc_hash::FxHashMap;

use super::close::Closes;
use super::number::Number;
use super::tree::{Comprehension, Element, Expr, File, Key, Mark, Struct};
use super::{Fault, FaultKind};

/// Conjuncts that one evaluation may look at.
const MAX_STEPS: usize = 1_000_000;
/// Nodes of one evaluation.
const MAX_NODES: usize = 300_000;
/// Values within values, as they are evaluated.
const MAX_NESTED: usize = 150;
/// Bytes of all texts that are made.
const MAX_TEXT: usize = 64 * 1024 * 1024;

pub(super) type Id = usize;
pub(super) type Env<'a> = Option<Rc<Scope<'a>>>;
pub(super) type Found<T> = Result<T, Fault>;

/// Kinds of values, as bits.
pub(super) mod kinds {
    pub const NULL: u8 = 1;
    pub const BOOL: u8 = 2;
    pub const INT: u8 = 4;
    pub const FLOAT: u8 = 8;
    pub const TEXT: u8 = 16;
    pub const BYTES: u8 = 32;
    pub const STRUCT: u8 = 64;
    pub const LIST: u8 = 128;
    pub const NUMBER: u8 = INT | FLOAT;
    pub const ALL: u8 = 255;
}

#[derive(Clone, Debug)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Number(Number),
    Text(Rc<str>),
    Bytes(Rc<[u8]>),
    Node(Id),
}

/// What names mean in an expression.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    pub up: Env<'a>,
    pub names: Names<'a>,
}

#[derive(Debug)]
pub(super) enum Names<'a> {
    /// Those of a struct, as fields of a node.
    Struct { tree: &'a Struct, node: Id },
    /// One name.
    One(Rc<str>, Value),
}

#[derive(Clone, Debug)]
pub(super) enum What<'a> {
    Expr(&'a Expr),
    Value(Value),
    List(Rc<[Value]>),
    Map(Rc<[(Rc<str>, Value)]>),
}

/// References that led to a conjunct: each the expression's address and its target.
#[derive(Debug)]
pub(super) struct Path {
    pub expr: usize,
    pub target: Id,
    pub up: Option<Rc<Path>>,
}

#[derive(Clone, Debug)]
pub(super) struct Conjunct<'a> {
    pub what: What<'a>,
    pub env: Env<'a>,
    /// What closes it (see `close`).
    pub close: usize,
    /// Whether it stands in a struct without a label.
    pub embedded: bool,
    pub path: Option<Rc<Path>>,
    /// Whether a reference in a circle led here.
    pub cyclic: bool,
    /// Whether marks of defaults do not count: of what is referred to, none is left.
    pub unmarked: bool,
}

impl<'a> Conjunct<'a> {
    pub fn with(&self, what: What<'a>) -> Self {
        Self { what, ..self.clone() }
    }

    pub fn at(&self) -> usize {
        match self.what {
            What::Expr(expr) => expr.at,
            _ => 0,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) enum Bound {
    /// `>5`
    Compare(super::tree::Operator, Value),
    /// `=~"a"`
    Match(Rc<regex::Regex>, bool, Rc<str>),
    /// A function of a package whose first argument is the value.
    Function(&'static str, Vec<Value>),
}

#[derive(Clone, Debug)]
pub(super) struct Arc {
    pub node: Id,
    pub mark: Mark,
    /// What closed what declares the field.
    pub from: Vec<usize>,
}

#[derive(Clone, Debug)]
pub(super) struct Pattern<'a> {
    pub pattern: Conjunct<'a>,
    pub name: Option<Rc<str>>,
    pub value: Conjunct<'a>,
}

#[derive(Clone, Debug)]
pub(super) struct List<'a> {
    pub length: usize,
    pub open: bool,
    pub more: Option<Conjunct<'a>>,
    pub at: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Fresh,
    Working,
    Done,
}

/// How an alternative stands to defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// No alternative is marked.
    Neutral,
    Default,
    Other,
}

impl Standing {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Other, _) | (_, Self::Other) => Self::Other,
            (Self::Neutral, Self::Neutral) => Self::Neutral,
            _ => Self::Default,
        }
    }
}

/// Alternatives that are left.
type Leaves = Vec<(Id, Standing)>;

#[derive(Debug)]
pub(super) struct Node<'a> {
    pub parent: Option<Id>,
    pub key: Option<Key>,
    pub depth: usize,
    /// The node of which this is an alternative; else itself.
    pub base: Id,
    pub conjuncts: Vec<Conjunct<'a>>,
    /// Which alternative is taken of each disjunction.
    pub choices: Vec<usize>,
    pub state: State,
    pub epoch: usize,
    pub completed: Option<usize>,
    /// Whether something was decided by its conjuncts.
    pub read: bool,
    /// Fields that were asked for and not there.
    pub missed: BTreeSet<Key>,
    pub content: Content<'a>,
}

/// What evaluation gives.
#[derive(Clone, Debug)]
pub(super) struct Content<'a> {
    pub kinds: u8,
    pub scalar: Option<Value>,
    pub bounds: Vec<(Bound, usize)>,
    pub arcs: IndexMap<Key, Arc>,
    pub patterns: Vec<Pattern<'a>>,
    /// What closes the structs with `...`.
    pub open: Vec<usize>,
    /// What closes each struct.
    pub structs: Vec<usize>,
    pub lists: Vec<List<'a>>,
    pub fault: Option<Fault>,
    pub alternatives: Option<Vec<(Id, Standing)>>,
    /// The alternative that counts.
    pub resolved: Option<Id>,
}

impl Default for Content<'_> {
    fn default() -> Self {
        Self {
            kinds: kinds::ALL,
            scalar: None,
            bounds: Vec::new(),
            arcs: IndexMap::new(),
            patterns: Vec::new(),
            open: Vec::new(),
            structs: Vec::new(),
            lists: Vec::new(),
            fault: None,
            alternatives: None,
            resolved: None,
        }
    }
}

/// What is still to do for a node.
#[derive(Debug, Default)]
pub(super) struct Pending<'a> {
    pub queue: VecDeque<Conjunct<'a>>,
    pub disjunctions: Vec<Disjunction<'a>>,
    pub expressions: VecDeque<Conjunct<'a>>,
    pub later: Vec<Later<'a>>,
    /// Comprehensions that are done, each with what it went over.
    pub done: Vec<(&'a Comprehension, Env<'a>, String)>,
    /// References in a circle.
    pub cyclic: Vec<(Conjunct<'a>, Id)>,
    /// References that were followed.
    pub seen: BTreeSet<(usize, Id)>,
    /// Whether anything but references in a circle says something.
    pub solid: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Disjunction<'a> {
    pub operands: Vec<(What<'a>, bool)>,
    pub conjunct: Conjunct<'a>,
}

/// What is done once fields are known.
#[derive(Clone, Debug)]
pub(super) enum Later<'a> {
    Comprehension(&'a Comprehension, Conjunct<'a>),
    Field(&'a Expr, Mark, &'a Expr, Conjunct<'a>),
    List(&'a [Element], Conjunct<'a>),
}

#[derive(Debug)]
pub(super) struct Evaluator<'a> {
    pub file: &'a File,
    pub nodes: Vec<Node<'a>>,
    pub closes: Closes,
    /// Nodes of `let` and of expressions in a scope.
    pub anonymous: FxHashMap<(usize, usize), (Env<'a>, Id)>,
    pub regexes: FxHashMap<Rc<str>, Rc<regex::Regex>>,
    /// What ends the evaluation.
    pub stop: Option<Fault>,
    /// Grows when something is added to what was read.
    pub epoch: usize,
    /// Values that were asked for while they were worked on.
    pub circles: usize,
    working: usize,
    steps: usize,
    text: usize,
}

impl<'a> Evaluator<'a> {
    pub fn new(file: &'a File) -> Self {
        let mut new = Self {
            file,
            nodes: Vec::new(),
            closes: Closes::default(),
            anonymous: FxHashMap::default(),
            regexes: FxHashMap::default(),
            stop: None,
            epoch: 0,
            circles: 0,
            working: 0,
            steps: 0,
            text: 0,
        };
        let root = Self::conjunct(What::Expr(&file.root), None);
        new.node(None, None, vec![root]);
        new
    }

    /// A conjunct that nothing closes.
    pub fn conjunct(what: What<'a>, env: Env<'a>) -> Conjunct<'a> {
        Conjunct {
            what,
            env,
            close: 0,
            embedded: false,
            path: None,
            cyclic: false,
            unmarked: false,
        }
    }

    pub fn node(
        &mut self,
        parent: Option<Id>,
        key: Option<Key>,
        conjuncts: Vec<Conjunct<'a>>,
    ) -> Id {
        let id = self.nodes.len();
        let depth = parent.map_or(0, |parent| self.nodes[parent].depth + 1);
        if id >= MAX_NODES {
            self.end(Fault::stop(0, format!("more than {MAX_NODES} values are needed")));
        }
        self.nodes.push(Node {
            parent,
            key,
            depth,
            base: id,
            conjuncts,
            choices: Vec::new(),
            state: State::Fresh,
            epoch: 0,
            completed: None,
            read: false,
            missed: BTreeSet::new(),
            content: Content::default(),
        });
        id
    }

    /// Remember what ends the evaluation.
    pub fn end(&mut self, fault: Fault) {
        self.stop.get_or_insert(fault);
    }

    pub fn go_on(&self) -> Found<()> {
        match &self.stop {
            Some(fault) => Err(fault.clone()),
            None => Ok(()),
        }
    }

    pub fn step(&mut self, at: usize) -> Found<()> {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            self.end(Fault::stop(at, format!("evaluation takes more than {MAX_STEPS} steps")));
        }
        self.go_on()
    }

    /// Counts a text that is made.
    pub fn made(&mut self, at: usize, bytes: usize) -> Found<()> {
        self.text = self.text.saturating_add(bytes);
        if self.text > MAX_TEXT {
            self.end(Fault::stop(at, format!("texts take more than {MAX_TEXT} bytes")));
        }
        self.go_on()
    }

    /// `a.b.0`
    pub fn path(&self, id: Id) -> String {
        let mut keys = Vec::new();
        let mut next = Some(id);
        while let Some(id) = next {
            keys.extend(self.nodes[id].key.as_ref().map(ToString::to_string));
            next = self.nodes[id].parent;
        }
        keys.reverse();
        keys.join(".")
    }

    pub fn located(&self, id: Id, mut fault: Fault) -> Fault {
        let path = self.path(id);
        if fault.path.is_none() && !path.is_empty() {
            fault.path = Some(path);
        }
        fault
    }

    /// Evaluates a node; what is wrong with it stands in its content.
    pub fn evaluate(&mut self, id: Id) {
        let node = &self.nodes[id];
        match node.state {
            State::Done if node.epoch == self.epoch => return,
            State::Working => {
                self.circles += 1;
                return;
            }
            _ => {}
        }
        if self.stop.is_some() {
            return;
        }
        if self.working > MAX_NESTED || node.depth > MAX_NESTED {
            let at = node.conjuncts.first().map_or(0, Conjunct::at);
            let what = format!(
                "values depend on values, or lie in each other, more than {MAX_NESTED} deep"
            );
            let fault = self.located(id, Fault::stop(at, what));
            self.end(fault);
            return;
        }
        let node = &mut self.nodes[id];
        node.state = State::Working;
        node.content = Content::default();
        node.completed = None;
        self.working += 1;
        let circles = self.circles;
        let result = self.expand(id);
        self.working -= 1;
        if let Err(fault) = result {
            let fault = self.located(id, fault);
            if fault.kind == FaultKind::Stop {
                self.end(fault.clone());
            }
            let known = &mut self.nodes[id].content.fault;
            if known.as_ref().is_none_or(|known| known.kind == FaultKind::Incomplete) {
                *known = Some(fault);
            }
        }
        // What depends on a value that is not finished is asked for again, but not by what waits for it.
        let finished = self.circles == circles || self.working == 0;
        let epoch = self.epoch;
        let node = &mut self.nodes[id];
        node.state = if finished { State::Done } else { State::Fresh };
        node.epoch = epoch;
    }

    fn expand(&mut self, id: Id) -> Found<()> {
        let mut pending = Pending::default();
        pending.queue.extend(self.nodes[id].conjuncts.iter().cloned());
        let (mut taken, epoch) = (0, self.epoch);
        loop {
            if let Some(conjunct) = pending.queue.pop_front() {
                let inserted = self.insert(id, conjunct, &mut pending);
                self.waits(id, inserted)?;
            } else if !pending.cyclic.is_empty() {
                self.circle(&mut pending)?;
            } else if let Some(disjunction) = pending.disjunctions.get(taken).cloned() {
                self.check(id)?;
                let Some(choice) = self.nodes[id].choices.get(taken).copied() else {
                    return self.branch(id, &disjunction);
                };
                taken += 1;
                let (what, _) = &disjunction.operands[choice];
                pending.queue.push_back(disjunction.conjunct.with(what.clone()));
            } else if let Some(conjunct) = pending.expressions.pop_front() {
                self.expression(id, &conjunct, &mut pending)?;
            } else if !pending.later.is_empty() {
                if !self.later(id, &mut pending)? {
                    break;
                }
            } else {
                break;
            }
        }
        self.lists(id)?;
        let content = &mut self.nodes[id].content;
        if !content.structs.is_empty() && content.scalar.is_none() && content.kinds == kinds::ALL {
            // Nothing that is embedded says that it is something else.
            content.kinds = kinds::STRUCT;
        }
        if self.epoch != epoch {
            self.still_holds(&pending)?;
        }
        self.check(id)?;
        self.check_closed(id)
    }

    /// What more might mend is remembered; what else is said may still not go together.
    pub fn waits(&mut self, id: Id, result: Found<()>) -> Found<()> {
        match result {
            Err(fault) if fault.kind == FaultKind::Incomplete => {
                let fault = self.located(id, fault);
                self.nodes[id].content.fault.get_or_insert(fault);
                Ok(())
            }
            other => other,
        }
    }

    /// That comprehensions go over the same once all of them have added what they add.
    fn still_holds(&mut self, pending: &Pending<'a>) -> Found<()> {
        for (comprehension, env, before) in &pending.done {
            let yields = self.yields(comprehension, env)?;
            if self.gone_over(&yields, env) != *before {
                let what = "a comprehension that depends on what it adds";
                return Err(Fault::unsupported(comprehension.body.at, what));
            }
        }
        Ok(())
    }

    /// The names and values of a comprehension, as a text.
    pub fn gone_over(&mut self, yields: &[Env<'a>], outer: &Env<'a>) -> String {
        let mut text = String::new();
        for env in yields {
            let mut next = env;
            while let Some(scope) = next {
                if outer.as_ref().is_some_and(|outer| Rc::ptr_eq(outer, scope)) {
                    break;
                }
                if let Names::One(name, value) = &scope.names {
                    for part in [name, "=", &self.value_signature(value, 0), ";"] {
                        text.push_str(part);
                    }
                }
                next = &scope.up;
            }
            text.push('\n');
        }
        text
    }

    /// References in a circle say something where anything else does.
    fn circle(&mut self, pending: &mut Pending<'a>) -> Found<()> {
        let cyclic = std::mem::take(&mut pending.cyclic);
        for (conjunct, target) in cyclic {
            if !pending.solid {
                return Err(Fault::fatal(conjunct.at(), "the value contains itself"));
            }
            self.follow(&Conjunct { cyclic: true, ..conjunct }, target, pending);
        }
        Ok(())
    }

    /// A node for each alternative; those that cannot be are left out.
    fn branch(&mut self, id: Id, disjunction: &Disjunction<'a>) -> Found<()> {
        let marked = disjunction.operands.iter().any(|(_, marked)| *marked);
        let mut leaves: Vec<(Id, Standing)> = Vec::new();
        let mut first = None;
        for (index, (_, is_default)) in disjunction.operands.iter().enumerate() {
            self.step(disjunction.conjunct.at())?;
            let node = &self.nodes[id];
            let (parent, key, base) = (node.parent, node.key.clone(), node.base);
            let (conjuncts, mut choices) = (node.conjuncts.clone(), node.choices.clone());
            choices.push(index);
            let alternative = self.node(parent, key, conjuncts);
            self.nodes[alternative].choices = choices;
            self.nodes[alternative].base = base;
            let standing = match (marked, is_default) {
                (false, _) => Standing::Neutral,
                (true, true) => Standing::Default,
                (true, false) => Standing::Other,
            };
            self.evaluate(alternative);
            let complete = self.complete(alternative);
            self.go_on()?;
            if let Err(fault) = complete {
                first.get_or_insert(fault);
                continue;
            }
            match &self.nodes[alternative].content.alternatives {
                Some(inner) => {
                    leaves.extend(inner.iter().map(|(leaf, own)| (*leaf, standing.and(*own))));
                }
                None => leaves.push((alternative, standing)),
            }
        }
        let Some((leaves, resolved)) = self.settle(leaves) else {
            let why = first.map(|fault| fault.message).unwrap_or_default();
            let what = format!("none of the alternatives fits; the first: {why}");
            return Err(Fault::fatal(disjunction.conjunct.at(), what));
        };
        let content = &mut self.nodes[id].content;
        content.alternatives = Some(leaves);
        content.resolved = resolved;
        Ok(())
    }

    /// Equal alternatives are one; which of them counts.
    fn settle(&mut self, leaves: Vec<(Id, Standing)>) -> Option<(Leaves, Option<Id>)> {
        let mut known: IndexMap<String, (Id, Standing)> = IndexMap::new();
        for (leaf, standing) in leaves {
            let signature = self.signature(leaf, 0);
            let entry = known.entry(signature).or_insert((leaf, standing));
            if standing == Standing::Default {
                *entry = (leaf, standing);
            }
        }
        let leaves: Vec<(Id, Standing)> = known.into_values().collect();
        if leaves.is_empty() {
            return None;
        }
        let defaults: Vec<Id> = leaves
            .iter()
            .filter(|(_, standing)| *standing == Standing::Default)
            .map(|(id, _)| *id)
            .collect();
        let resolved = match (&defaults[..], &leaves[..]) {
            ([one], _) | ([], [(one, _)]) => Some(*one),
            _ => None,
        };
        Some((leaves, resolved))
    }

    /// The alternative that counts; the node itself where there is none.
    pub fn chosen(&self, id: Id) -> Id {
        self.nodes[id].content.resolved.unwrap_or(id)
    }

    /// Evaluates a node with all in it. Faults that more might mend are none here.
    pub fn complete(&mut self, id: Id) -> Found<()> {
        self.evaluate(id);
        self.go_on()?;
        let node = &self.nodes[id];
        if let Some(fault) = &node.content.fault
            && fault.kind != FaultKind::Incomplete
        {
            return Err(fault.clone());
        }
        if node.completed == Some(self.epoch) || node.content.alternatives.is_some() {
            return Ok(());
        }
        let arcs: Vec<Id> = node
            .content
            .arcs
            .values()
            .filter(|arc| arc.mark != Mark::Optional)
            .map(|arc| arc.node)
            .collect();
        for arc in arcs {
            self.complete(arc)?;
        }
        let epoch = self.epoch;
        self.nodes[id].completed = Some(epoch);
        Ok(())
    }
}
