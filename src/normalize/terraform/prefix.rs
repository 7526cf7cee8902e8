//! How an unknown text is known to begin and to end.

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

/// What stays of a known end whatever stands before it: a first character that is not of ASCII may join with the one before.
pub fn end_of(known: &str) -> &str {
    let mut start = known.len().saturating_sub(MAX_BYTES);
    while !known.as_bytes().get(start).is_none_or(u8::is_ascii) {
        start += 1;
    }
    known.get(start..).unwrap_or_default()
}
