//! Embeds the built-in packs: `policies/` becomes a sorted table of paths and texts in `OUT_DIR/policies.rs`.
//! Sample configurations (`tests/` of a pack) stay out: they are only needed to test it.

#![expect(
    clippy::disallowed_methods,
    reason = "a build script reads the tree and writes to OUT_DIR"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=fixtures");
    println!("cargo::rerun-if-changed=schemas");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut files = Vec::new();
    collect(&root.join("policies"), "policies", 0, &mut files)?;
    files.sort();
    let mut table = String::from("&[\n");
    for path in &files {
        let file = root.join(path);
        // Writing to a String cannot fail.
        let _ = writeln!(table, "    ({path:?}, include_str!({:?})),", file.display().to_string());
    }
    table.push_str("]\n");
    fs::write(Path::new(&env::var_os("OUT_DIR").unwrap_or_default()).join("policies.rs"), table)
}

/// Every file below a folder, as a path with `/` that starts with `policies/`. Folders are watched, so that a new file is seen.
fn collect(folder: &Path, path: &str, depth: usize, files: &mut Vec<String>) -> io::Result<()> {
    println!("cargo::rerun-if-changed={path}");
    let mut entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let inner = format!("{path}/{name}");
        let is_samples = depth == 1 && name == "tests";
        if entry.file_type()?.is_dir() {
            if !is_samples {
                collect(&entry.path(), &inner, depth + 1, files)?;
            }
        } else if !name.starts_with('.') {
            files.push(inner);
        }
    }
    Ok(())
}
