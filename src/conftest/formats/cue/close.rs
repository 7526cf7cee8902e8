//! Which fields a closed struct takes.
//!
//! Conjuncts carry what closes them: a reference to a definition, a call of `close`, a struct with embedded values. These form a tree. A
//! field has to be declared within each definition that takes part in a node; a definition that is embedded takes also what the struct
//! around it declares.

use super::Fault;
use super::eval::{Evaluator, Found, Id};
use super::tree::{Key, Mark};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Root,
    /// A definition, with all that is in it.
    Definition,
    /// `close(…)`, of one node.
    Call(Id),
    /// A struct with embedded values.
    Struct,
}

#[derive(Clone, Copy, Debug)]
struct Close {
    parent: usize,
    kind: Kind,
    embedded: bool,
}

#[derive(Debug)]
pub(super) struct Closes {
    all: Vec<Close>,
}

impl Default for Closes {
    fn default() -> Self {
        Self { all: vec![Close { parent: 0, kind: Kind::Root, embedded: false }] }
    }
}

impl Closes {
    fn add(&mut self, parent: usize, kind: Kind, embedded: bool) -> usize {
        self.all.push(Close { parent, kind, embedded });
        self.all.len() - 1
    }

    pub fn definition(&mut self, parent: usize, embedded: bool) -> usize {
        self.add(parent, Kind::Definition, embedded)
    }

    pub fn call(&mut self, parent: usize, embedded: bool, node: Id) -> usize {
        self.add(parent, Kind::Call(node), embedded)
    }

    pub fn structure(&mut self, parent: usize, embedded: bool) -> usize {
        self.add(parent, Kind::Struct, embedded)
    }

    fn is_within(&self, mut inner: usize, outer: usize) -> bool {
        loop {
            if inner == outer {
                return true;
            }
            if inner == 0 {
                return false;
            }
            inner = self.all[inner].parent;
        }
    }

    /// Within what a field has to be declared to be taken by a definition.
    fn scope(&self, definition: usize) -> usize {
        let mut found = definition;
        while self.all[found].embedded {
            // What stands around it, and around that where it is embedded, too.
            let mut around = self.all[found].parent;
            while self.all[around].kind == Kind::Struct && self.all[around].embedded {
                around = self.all[around].parent;
            }
            let outer = self.all[around].parent;
            let outer_embeds = matches!(self.all[outer].kind, Kind::Definition | Kind::Call(_))
                && self.all[outer].embedded;
            if !outer_embeds {
                return around;
            }
            found = outer;
        }
        found
    }

    /// What closes a node of which such structs are a part.
    fn closing(&self, structs: &[usize], node: Id) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        for part in structs {
            let mut next = *part;
            while next != 0 {
                let close = self.all[next];
                let closes = match close.kind {
                    Kind::Definition => true,
                    Kind::Call(of) => of == node,
                    _ => false,
                };
                if closes && !found.contains(&next) {
                    found.push(next);
                }
                next = close.parent;
            }
        }
        found
    }
}

impl Evaluator<'_> {
    /// That each field is taken by all that closes the node.
    pub fn check_closed(&mut self, id: Id) -> Found<()> {
        let content = &self.nodes[id].content;
        for closing in self.closes.closing(&content.structs, id) {
            let scope = self.closes.scope(closing);
            if content.open.iter().any(|open| self.closes.is_within(*open, scope)) {
                continue;
            }
            for (key, arc) in &content.arcs {
                let checked = matches!(key, Key::Text(_)) && arc.mark != Mark::Optional;
                if !checked || arc.from.iter().any(|from| self.closes.is_within(*from, scope)) {
                    continue;
                }
                let conjuncts = &self.nodes[arc.node].conjuncts;
                let at = conjuncts.last().map_or(0, super::eval::Conjunct::at);
                let fault = Fault::fatal(at, "the definition does not have this field");
                return Err(self.located(arc.node, fault));
            }
        }
        Ok(())
    }
}
