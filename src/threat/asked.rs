//! What was asked of the surroundings of nodes, kept.

use std::cell::{Cell, RefCell};
use std::hash::Hash;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::finding::context::{Known, State};
use crate::graph::network::Tri;
use crate::source::Place;

use super::surroundings::Ports;

/// A state with what proves it, where there is one.
pub(super) type Proven = Option<(State, Vec<Place>)>;

/// Answers by what was asked.
#[derive(Debug)]
pub(super) struct Answers<K, V> {
    known: RefCell<FxHashMap<K, V>>,
}

impl<K, V> Default for Answers<K, V> {
    fn default() -> Self {
        Self { known: RefCell::default() }
    }
}

impl<K: Hash + Eq, V: Clone> Answers<K, V> {
    /// The answer, found where it is asked for the first time.
    pub(super) fn of(&self, key: K, find: impl FnOnce() -> V) -> V {
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let found = find();
        self.known.borrow_mut().insert(key, found.clone());
        found
    }
}

/// Answers about nodes.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// How many flows were looked at, each as often as it was.
    pub(super) walked: Cell<usize>,
    pub(super) kept: Answers<usize, Proven>,
    pub(super) held: Answers<usize, Proven>,
    pub(super) data: Answers<usize, Known>,
    pub(super) exposure: Answers<(usize, Ports), Known>,
    pub(super) blast: Answers<usize, Known>,
    /// The highest environment in a zone of which all say one.
    pub(super) highest: Answers<usize, Option<State>>,
    /// Whether a right of this name only looks.
    pub(super) looks: Answers<Arc<str>, bool>,
    /// The first flow of an actor to somewhere foreign, as seen from an environment.
    pub(super) leads_out: Answers<(usize, Option<u8>), Option<usize>>,
    /// By network of a stranger, whether hosts that filters name count, and filters.
    pub(super) lets_in: Answers<(Option<usize>, bool, Vec<usize>), Tri>,
}
