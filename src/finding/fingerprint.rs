//! Fingerprints that survive moved lines, reordered blocks and unrelated edits.
