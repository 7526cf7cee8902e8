//! Lines and columns of bytes.

use dreadnought::source::{Position, SourceFile};
use proptest::prelude::*;

/// As it is defined: columns count characters, and a byte order mark is none.
fn defined(text: &str, byte: usize) -> Position {
    let before = &text[..byte];
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let count = |n: usize| u32::try_from(n).unwrap();
    Position {
        line: count(before.matches('\n').count() + 1),
        column: count(before[start..].chars().filter(|c| *c != '\u{feff}').count() + 1),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    /// Whatever stands there, and however long lines are.
    #[test]
    fn positions_are_those_of_characters(
        pieces in prop::collection::vec("(a{1,40}|[\u{e4}\u{20ac}\u{1f600}]{1,9}|\u{feff}|\n| )", 1..600),
        repeats in 1..8_usize,
        picks in prop::collection::vec(any::<prop::sample::Index>(), 1..40),
    ) {
        let text = pieces.concat().repeat(repeats);
        let file = SourceFile::new("a.tf", text.as_str());
        for pick in picks {
            let byte = text.floor_char_boundary(pick.index(text.len() + 1));
            let asked = u32::try_from(byte).unwrap();
            prop_assert_eq!(file.position(asked), defined(&text, byte));
        }
        prop_assert_eq!(file.position(u32::MAX), defined(&text, text.len()));
    }
}

/// A file may be one line: its positions would take minutes otherwise.
#[test]
fn positions_in_one_long_line_take_linear_time() {
    let text = "\u{e4}bc".repeat(1_000_000);
    let file = SourceFile::new("a.tf", text.as_str());
    let last = (0..100_000).map(|at| file.position(at * 40).column).max();
    assert_eq!(last, Some(defined(&text, text.floor_char_boundary(3_999_960)).column));
}
