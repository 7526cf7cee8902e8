//! `--trust FILE`: whose bundles are used, said by the caller. It takes the place of what the project says, so that a tree that is looked
//! over cannot vouch for itself.
#![expect(clippy::disallowed_methods, reason = "the list is a named file")]

use std::path::Path;
use std::sync::OnceLock;

use anyhow::Context as _;

use super::terminal;
use crate::config::{self, Config, Trust};
use crate::source::{MAX_FILE_BYTES, SourceFile, Sources};

/// The list, where there is one. Read once, before anything is opened.
static GIVEN: OnceLock<Trust> = OnceLock::new();

/// Read the list. One with a mistake is refused as a whole: what it would leave out is not known.
pub fn give(path: &Path) -> anyhow::Result<()> {
    let shown = path.display();
    let context = || format!("cannot read the trust list {shown}");
    let size = std::fs::metadata(path).with_context(context)?.len();
    anyhow::ensure!(size <= MAX_FILE_BYTES, "the trust list {shown} is too large");
    let text = std::fs::read_to_string(path).with_context(context)?;
    let mut sources = Sources::default();
    let file = sources.add(SourceFile::new(shown.to_string(), text.as_str()));
    let (trust, problems) = config::parse_trust(file, &text);
    terminal::complain(&problems, &sources);
    anyhow::ensure!(problems.is_empty(), "the trust list {shown} has mistakes");
    // Set once: the arguments are read once.
    let _ = GIVEN.set(trust);
    Ok(())
}

/// Whether the caller gave a list.
pub fn is_given() -> bool {
    GIVEN.get().is_some()
}

/// What the project says, with the caller's list in place of its own.
pub fn apply(config: &mut Config) {
    if let Some(trust) = GIVEN.get() {
        config.trust.clone_from(&trust.keys);
        config.unsigned = trust.unsigned;
    }
}
