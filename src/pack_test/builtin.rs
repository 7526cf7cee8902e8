//! The tests of the packs in the binary, for examples.

use crate::source::MemoryFileSystem;

/// Every file below the `tests` folders of the built-in packs with its text, sorted.
const EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/samples.rs"));

/// The folder `tests` of a built-in pack; empty for another pack.
pub fn builtin_tests(pack: &str) -> MemoryFileSystem {
    let folder = format!("policies/{pack}/");
    let own =
        EMBEDDED.iter().filter_map(|(path, text)| Some((path.strip_prefix(&*folder)?, *text)));
    own.collect()
}
