//! Repeated texts share one allocation: identifiers and short strings come back again and again, in one file and in the next.

use std::cell::Cell;
use std::hash::Hasher as _;
use std::sync::Arc;

use rustc_hash::FxHasher;

/// How many texts are remembered: one for each remainder of the hash, the latest.
const SLOTS: usize = 1024;
/// Longer texts are not looked up.
const MAX_SHARED_BYTES: usize = 40;

type Slots = Box<[Option<Arc<str>>; SLOTS]>;

thread_local! {
    /// What the file before has left: the next one on this thread goes on with it.
    static LEFT: Cell<Option<Slots>> = const { Cell::new(None) };
}

/// The texts that were met last.
#[derive(Debug)]
pub(super) struct Names {
    slots: Option<Slots>,
}

impl Names {
    /// Those that the file before has left.
    pub(super) fn new() -> Self {
        let slots = LEFT
            .try_with(Cell::take)
            .ok()
            .flatten()
            .unwrap_or_else(|| Box::new([const { None }; SLOTS]));
        Self { slots: Some(slots) }
    }

    /// The text, shared with its last occurrence where that is still remembered.
    pub(super) fn share(&mut self, text: &str) -> Arc<str> {
        let Some(slots) = self.slots.as_mut().filter(|_| text.len() <= MAX_SHARED_BYTES) else {
            return text.into();
        };
        let mut hasher = FxHasher::default();
        hasher.write(text.as_bytes());
        let at = usize::try_from(hasher.finish() % SLOTS as u64).unwrap_or_default();
        match &mut slots[at] {
            Some(known) if **known == *text => Arc::clone(known),
            slot => {
                let new: Arc<str> = text.into();
                *slot = Some(Arc::clone(&new));
                new
            }
        }
    }
}

impl Drop for Names {
    fn drop(&mut self) {
        let _ = LEFT.try_with(|left| left.set(self.slots.take()));
    }
}
