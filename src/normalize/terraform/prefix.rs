//! How an unknown text is known to begin.

use unicode_segmentation::UnicodeSegmentation;

/// Longest beginning that is kept, in bytes.
const MAX_BYTES: usize = 128;
/// Characters that nothing after them changes.
const ENDS: &str = "-_:;/\\,.(){}[]|?!~ \t@#$%^&*+\"'";

/// What stays of a known beginning whatever follows: its last character may join with the next one.
pub fn of(known: &str) -> &str {
    let mut end = known.len().min(MAX_BYTES);
    while !known.is_char_boundary(end) {
        end -= 1;
    }
    let known = &known[..end];
    match known.grapheme_indices(true).next_back() {
        Some((_, last)) if ENDS.contains(last) => known,
        Some((at, _)) => &known[..at],
        None => "",
    }
}
