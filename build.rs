//! Embeds the built-in packs: `policies/` becomes a sorted table of paths and texts in `OUT_DIR/policies.rs`, tables of provider facts
//! apart in `OUT_DIR/vocabulary.rs` and tables of answers in `OUT_DIR/answers.rs`, as they are read by type and not as a whole.
//! Sample configurations (`tests/` of a pack) stay out: they are only needed to test it.

#![expect(
    clippy::disallowed_methods,
    reason = "a build script reads the tree and writes to OUT_DIR"
)]

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
    let ends_in = |path: &&String, wanted: &str| {
        Path::new(path).extension().is_some_and(|ending| ending == wanted)
    };
    let (facts, rest): (Vec<_>, Vec<_>) = files.iter().partition(|path| ends_in(path, "facts"));
    let (answers, packs): (Vec<_>, Vec<_>) =
        rest.into_iter().partition(|path| ends_in(path, "answers"));
    let text =
        |path: &&String| format!("include_str!({:?})", root.join(path).display().to_string());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let rows = packs.iter().map(|path| format!("({path:?}, {}),\n", text(path)));
    fs::write(out.join("policies.rs"), format!("&[\n{}]\n", rows.collect::<String>()))?;
    let mut rows = String::new();
    for path in &facts {
        let starts = starts(&fs::read_to_string(root.join(path))?);
        let row =
            format!("Table {{ path: {path:?}, text: {}, starts: &{starts:?} }},\n", text(path));
        rows.push_str(&row);
    }
    fs::write(out.join("vocabulary.rs"), format!("[\n{rows}]\n"))?;
    let rows = answers.iter().map(|path| format!("{},\n", text(path)));
    fs::write(out.join("answers.rs"), format!("[\n{}]\n", rows.collect::<String>()))
}

/// Where the lines of a table start, but for its head.
fn starts(table: &str) -> Vec<usize> {
    let mut at = 0;
    let mut starts = Vec::new();
    for line in table.split_inclusive('\n') {
        if !line.starts_with('#') {
            starts.push(at);
        }
        at += line.len();
    }
    starts
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
