//! Results of costly work on texts, kept by the thread: a module that is called often does the same again and again.

use std::cell::RefCell;
use std::thread::LocalKey;

use rustc_hash::FxHashMap;

/// Most bytes of texts that are remembered.
const MAX_BYTES: usize = 1 << 20;

/// What was made of texts: of at most `MOST`, with more all are forgotten.
#[derive(Debug)]
pub struct Memo<T, const MOST: usize> {
    known: FxHashMap<Box<str>, T>,
    bytes: usize,
}

impl<T, const MOST: usize> Default for Memo<T, MOST> {
    fn default() -> Self {
        Self { known: FxHashMap::default(), bytes: 0 }
    }
}

/// What is made of a text, which depends on nothing else.
pub fn remembered<T: Clone, const MOST: usize>(
    memo: &'static LocalKey<RefCell<Memo<T, MOST>>>,
    text: &str,
    make: impl FnOnce() -> T,
) -> T {
    if let Some(known) = memo.with_borrow(|memo| memo.known.get(text).cloned()) {
        return known;
    }
    let made = make();
    if text.len() <= MAX_BYTES {
        memo.with_borrow_mut(|memo| {
            memo.bytes += text.len();
            if memo.bytes > MAX_BYTES || memo.known.len() >= MOST {
                *memo = Memo { bytes: text.len(), ..Memo::default() };
            }
            memo.known.insert(text.into(), made.clone());
        });
    }
    made
}
