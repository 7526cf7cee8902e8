//! Embeds the built-in packs: `policies/` becomes a sorted table of paths and texts in `OUT_DIR/policies.rs`, tables of provider facts
//! apart in `OUT_DIR/vocabulary.rs` and tables of answers in `OUT_DIR/answers.rs`, as they are read by type and not as a whole.
//! Sample configurations (`tests/` of a pack) are a table of their own in `OUT_DIR/samples.rs`: only explanations take examples from them.

#![expect(
    clippy::disallowed_methods,
    reason = "a build script reads the tree and writes to OUT_DIR"
)]

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Endings of tables of few lines; each becomes a list of texts.
const TABLES: [&str; 4] = ["answers", "ends", "forms", "signatures"];

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=fixtures");
    println!("cargo::rerun-if-changed=schemas");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut files = Vec::new();
    collect(&root.join("policies"), "policies", &mut files)?;
    files.sort();
    let is_sample = |path: &String| path.split('/').nth(2) == Some("tests");
    let (samples, files): (Vec<_>, Vec<_>) = files.into_iter().partition(is_sample);
    let ending = |path: &String| Path::new(path).extension()?.to_str().map(str::to_owned);
    let of = |wanted: &'static str| {
        files.iter().filter(move |path| ending(path).as_deref() == Some(wanted))
    };
    let is_table = |path: &&String| {
        ending(path).is_some_and(|ending| ending == "facts" || TABLES.contains(&&*ending))
    };
    let text =
        |path: &&String| format!("include_str!({:?})", root.join(path).display().to_string());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let rows = samples.iter().map(|path| format!("({path:?}, {}),\n", text(&path)));
    fs::write(out.join("samples.rs"), format!("&[\n{}]\n", rows.collect::<String>()))?;
    let packs = files.iter().filter(|path| !is_table(path));
    let rows = packs.map(|path| format!("({path:?}, {}),\n", text(&path)));
    fs::write(out.join("policies.rs"), format!("&[\n{}]\n", rows.collect::<String>()))?;
    let mut rows = String::new();
    for path in of("facts") {
        let starts = starts(&fs::read_to_string(root.join(path))?);
        let row =
            format!("Table {{ path: {path:?}, text: {}, starts: &{starts:?} }},\n", text(&path));
        rows.push_str(&row);
    }
    fs::write(out.join("vocabulary.rs"), format!("[\n{rows}]\n"))?;
    let endings: Vec<&str> = TABLES.into_iter().chain(["facts"]).collect();
    fs::write(out.join("table_endings.rs"), format!("&{endings:?}"))?;
    for table in TABLES {
        let rows: Vec<String> = of(table).map(|path| text(&path)).collect();
        fs::write(out.join(format!("{table}.rs")), format!("[{}]\n", rows.join(",\n")))?;
    }
    Ok(())
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
fn collect(folder: &Path, path: &str, files: &mut Vec<String>) -> io::Result<()> {
    println!("cargo::rerun-if-changed={path}");
    let mut entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let inner = format!("{path}/{name}");
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &inner, files)?;
        } else if !name.starts_with('.') {
            files.push(inner);
        }
    }
    Ok(())
}
