//! Repeated texts share one allocation: identifiers and short strings of a file come back again and again.

use std::hash::Hasher as _;
use std::sync::Arc;

use rustc_hash::FxHasher;

/// How many texts are remembered: one for each remainder of the hash, the latest.
const SLOTS: usize = 256;
/// Longer texts are not looked up.
const MAX_SHARED_BYTES: usize = 40;

/// The texts of one file so far.
#[derive(Debug)]
pub(super) struct Names {
    slots: Vec<Option<Arc<str>>>,
}

impl Names {
    pub(super) fn new() -> Self {
        Self { slots: vec![None; SLOTS] }
    }

    /// The text, shared with its last occurrence where that is still remembered.
    pub(super) fn share(&mut self, text: &str) -> Arc<str> {
        if text.len() > MAX_SHARED_BYTES {
            return text.into();
        }
        let mut hasher = FxHasher::default();
        hasher.write(text.as_bytes());
        let at = usize::try_from(hasher.finish() % SLOTS as u64).unwrap_or_default();
        match &mut self.slots[at] {
            Some(known) if **known == *text => Arc::clone(known),
            slot => {
                let new: Arc<str> = text.into();
                *slot = Some(Arc::clone(&new));
                new
            }
        }
    }
}
