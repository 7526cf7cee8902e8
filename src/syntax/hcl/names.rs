//! Repeated texts share one allocation: identifiers and short strings of a file come back again and again.
//!
//! Files do not share texts with each other: threads that evaluate them would count the same references, and wait for each other.

use std::cell::Cell;
use std::hash::Hasher as _;
use std::sync::Arc;

use rustc_hash::FxHasher;

/// How many texts are remembered: one for each remainder of the hash, the latest.
const SLOTS: usize = 256;
/// Longer texts are not looked up.
const MAX_SHARED_BYTES: usize = 40;
/// The texts that were met last.
#[derive(Debug)]
struct Table {
    slots: [Option<Arc<str>>; SLOTS],
    /// Which slots hold a text.
    used: Vec<usize>,
}

thread_local! {
    /// The empty table that the file before has left on this thread.
    static LEFT: Cell<Option<Box<Table>>> = const { Cell::new(None) };
}

/// The texts of one file.
#[derive(Debug)]
pub(super) struct Names {
    table: Option<Box<Table>>,
}

impl Names {
    /// None yet.
    pub(super) fn new() -> Self {
        let empty = || Table { slots: [const { None }; SLOTS], used: Vec::new() };
        let left = LEFT.try_with(Cell::take).ok().flatten();
        Self { table: Some(left.unwrap_or_else(|| Box::new(empty()))) }
    }

    /// The text, shared with its last occurrence where that is still remembered.
    pub(super) fn share(&mut self, text: &str) -> Arc<str> {
        let Some(table) = self.table.as_mut().filter(|_| text.len() <= MAX_SHARED_BYTES) else {
            return text.into();
        };
        let mut hasher = FxHasher::default();
        hasher.write(text.as_bytes());
        let at = usize::try_from(hasher.finish() % SLOTS as u64).unwrap_or_default();
        match &mut table.slots[at] {
            Some(known) if **known == *text => Arc::clone(known),
            slot => {
                let new: Arc<str> = text.into();
                if slot.replace(Arc::clone(&new)).is_none() {
                    table.used.push(at);
                }
                new
            }
        }
    }
}

impl Drop for Names {
    fn drop(&mut self) {
        let Some(mut table) = self.table.take() else { return };
        let Table { slots, used } = &mut *table;
        used.drain(..).for_each(|at| slots[at] = None);
        let _ = LEFT.try_with(|left| left.set(Some(table)));
    }
}
