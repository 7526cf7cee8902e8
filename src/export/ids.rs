//! Names and ids as other tools want them: unique, and the same for the same model.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// A UUID (version 8) made of texts.
pub(super) fn uuid(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut uuid = String::new();
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            uuid.push('-');
        }
        let _ = write!(uuid, "{byte:02x}");
    }
    uuid
}

/// Names that were given, so that none is given twice.
#[derive(Debug, Default)]
pub(super) struct Names {
    given: BTreeSet<String>,
}

impl Names {
    /// The name, told apart by the id and at last by a number where it was given before.
    pub fn give(&mut self, name: &str, id: &str) -> String {
        let name = if name.is_empty() { id } else { name };
        let mut given = name.to_owned();
        let mut number = 1;
        while !self.given.insert(given.clone()) {
            given = match number {
                1 => format!("{name} ({id})"),
                _ => format!("{name} ({id}) {number}"),
            };
            number += 1;
        }
        given
    }
}
