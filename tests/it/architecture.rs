//! The shape of the code as a test: who may name whom, which crates stay inside which module, what the lock file holds.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Module, modules that it may name, third-party crates that only it (and whoever else lists them) may name.
const IMPORTS: &[(&str, &[&str], &[&str])] = &[
    ("calendar", &[], &[]),
    ("source", &[], &["ignore", "rayon"]),
    ("discover", &["source"], &[]),
    ("syntax", &["source"], &["granit_parser", "unicode_ident"]),
    ("document", &["source"], &["jsonschema"]),
    ("vocabulary", &[], &[]),
    ("finding", &["source", "document"], &["sha2"]),
    ("model", &["finding"], &[]),
    ("overlay", &["source", "syntax", "model"], &[]),
    ("export", &["finding", "model"], &["anstyle", "base64", "hcl", "sha2"]),
    (
        "normalize",
        &["calendar", "source", "syntax", "document", "vocabulary"],
        &[
            "num_bigint",
            "rayon",
            "sha1",
            "sha2",
            "md5",
            "base64",
            "regex",
            "ipnet",
            "granit_parser",
            "unicode_ident",
            "unicode_normalization",
        ],
    ),
    (
        "engine",
        &["calendar", "source", "syntax", "document"],
        &[
            "regorus",
            "cel",
            "regex",
            "regex_automata",
            "ipnet",
            "base64",
            "anyhow",
            "sha1",
            "sha2",
            "md5",
            "jsonschema",
            "chrono",
            "chrono_tz",
        ],
    ),
    (
        "pack",
        &["source", "syntax", "document", "finding", "engine"],
        &["rayon", "sha2", "jsonschema"],
    ),
    (
        "conftest",
        &["source", "syntax", "document", "finding", "engine"],
        &[
            "toml",
            "chrono",
            "base64",
            "rsjsonnet_lang",
            "num_bigint",
            "regex",
            "rayon",
            "md5",
            "sha1",
            "sha2",
            "unicode_normalization",
        ],
    ),
    (
        "graph",
        &["source", "vocabulary", "document", "model", "finding", "engine", "pack"],
        &["base64", "ipnet"],
    ),
    ("bundle", &["source"], &["sha2", "base64", "ed25519_dalek", "miniz_oxide"]),
    (
        "config",
        &["calendar", "source", "syntax", "document", "finding", "pack", "bundle"],
        &["ipnet"],
    ),
    (
        "threat",
        &["source", "document", "model", "finding", "engine", "pack", "config", "graph"],
        &["base64", "rayon", "ipnet"],
    ),
    (
        "project",
        &["source", "discover", "syntax", "normalize", "document", "vocabulary", "config"],
        &["rayon"],
    ),
    ("evaluate", &["source", "document", "finding", "engine", "pack"], &["rayon"]),
    (
        "report",
        &["source", "document", "finding"],
        &["annotate_snippets", "aho_corasick", "anstyle"],
    ),
    (
        "compliance",
        &[
            "source", "syntax", "document", "finding", "pack", "config", "project", "evaluate",
            "report",
        ],
        &["anstyle", "sha2"],
    ),
    (
        "pack_test",
        &["source", "syntax", "document", "finding", "engine", "project", "pack", "evaluate"],
        &["rayon", "regex"],
    ),
    (
        "lint",
        &[
            "source",
            "syntax",
            "document",
            "vocabulary",
            "finding",
            "engine",
            "pack",
            "evaluate",
            "pack_test",
        ],
        &[],
    ),
    ("docs", &["source", "finding", "pack", "pack_test"], &[]),
    (
        "cli",
        &[
            "source",
            "document",
            "finding",
            "engine",
            "vocabulary",
            "model",
            "overlay",
            "export",
            "project",
            "pack",
            "evaluate",
            "report",
            "threat",
            "overlay",
            "export",
            "compliance",
            "bundle",
            "config",
            "pack_test",
            "lint",
            "docs",
            "conftest",
        ],
        &["clap", "anyhow", "tempfile", "rayon", "regex", "getrandom", "rustix"],
    ),
];

/// Crates that any module may name.
const EVERYWHERE: &[&str] = &["std", "core", "serde", "serde_json", "indexmap", "rustc_hash"];

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Every Rust file below a folder, sorted.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The module that a file belongs to: its first folder or file name below `src`.
fn module_of(path: &Path) -> String {
    let inner = path.strip_prefix(project("src")).unwrap();
    let first = inner.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// Code without comments.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

/// Names that follow `before` in a text, also those of a list in braces.
fn names_after(text: &str, before: &str) -> BTreeSet<String> {
    let word = |text: &str| {
        text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()
    };
    let mut names = BTreeSet::new();
    for (at, _) in text.match_indices(before) {
        let rest = &text[at + before.len()..];
        match rest.strip_prefix('{') {
            None => {
                names.insert(word(rest));
            }
            Some(list) => {
                let mut depth = 0;
                let mut expecting = true;
                for (position, character) in list.char_indices() {
                    match character {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => expecting = true,
                        c if expecting && c.is_alphabetic() => {
                            names.insert(word(&list[position..]));
                            expecting = false;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    names
}

#[test]
fn imports_point_one_way() {
    let table: BTreeMap<&str, &[&str]> =
        IMPORTS.iter().map(|(module, may, _)| (*module, *may)).collect();
    let mut faults = Vec::new();
    for path in rust_files(&project("src")) {
        let module = module_of(&path);
        if matches!(&*module, "lib" | "main") {
            continue;
        }
        let Some(may) = table.get(&*module) else {
            faults.push(format!("module {module} is not in the table of imports"));
            continue;
        };
        for name in names_after(&code(&path), "crate::") {
            let is_module = table.contains_key(&*name);
            if is_module && name != module && !may.contains(&&*name) {
                faults.push(format!("{}: {module} names {name}", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "imports against the table:\n{}", faults.join("\n"));
}

#[test]
fn the_table_of_imports_has_no_circle() {
    let mut done: Vec<&str> = Vec::new();
    for (module, may, _) in IMPORTS {
        let early: Vec<_> = may.iter().filter(|name| !done.contains(name)).collect();
        assert!(early.is_empty(), "{module} names {early:?}, which come later");
        done.push(module);
    }
}

#[test]
fn third_party_crates_stay_inside() {
    let owned: BTreeSet<&str> =
        IMPORTS.iter().flat_map(|(_, _, crates)| crates.iter().copied()).collect();
    let mut faults = Vec::new();
    for path in rust_files(&project("src")) {
        let module = module_of(&path);
        let mine: &[&str] = IMPORTS
            .iter()
            .find(|(name, _, _)| *name == module)
            .map_or(&[], |(_, _, crates)| crates);
        let text = code(&path);
        for name in owned.iter().filter(|name| !mine.contains(name)) {
            let used =
                text.contains(&format!("use {name}::")) || text.contains(&format!(" {name}::"));
            // `evaluate::cel`, `engine::cel` and `syntax::hcl` are modules of ours that are named like the crate.
            let own_module = match *name {
                "cel" => matches!(&*module, "pack" | "evaluate"),
                "hcl" => {
                    matches!(
                        &*module,
                        "syntax" | "normalize" | "project" | "pack_test" | "conftest"
                    )
                }
                _ => false,
            };
            if used && !own_module && !EVERYWHERE.contains(name) {
                faults.push(format!("{}: {module} names the crate {name}", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "crates outside of their module:\n{}", faults.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<_> = rust_files(&project("src"))
        .into_iter()
        .filter(|path| !fs::read_to_string(path).unwrap().starts_with("//!"))
        .collect();
    assert!(silent.is_empty(), "files without a `//!` at the top: {silent:?}");
}

/// The library is built without its own tests, so that those inside of it would never run.
#[test]
fn tests_stand_where_they_run() {
    let dead: Vec<_> = rust_files(&project("src"))
        .into_iter()
        .filter(|path| fs::read_to_string(path).unwrap().contains("#[cfg(test)]"))
        .collect();
    assert!(dead.is_empty(), "tests that no command runs: {dead:?}");
}

/// Files that are longer than a file should be; the list may only shrink.
const LONG_FILES: &[&str] = &[];
const LONGEST: usize = 800;

#[test]
fn files_stay_short() {
    let long: Vec<String> = rust_files(&project("src"))
        .into_iter()
        .filter(|path| fs::read_to_string(path).unwrap().lines().count() > LONGEST)
        .map(|path| path.strip_prefix(project("src")).unwrap().to_string_lossy().into_owned())
        .collect();
    let new: Vec<_> = long.iter().filter(|path| !LONG_FILES.contains(&path.as_str())).collect();
    assert!(new.is_empty(), "files over {LONGEST} lines: {new:?}");
    let gone: Vec<_> =
        LONG_FILES.iter().filter(|path| !long.iter().any(|other| other == *path)).collect();
    assert!(gone.is_empty(), "no longer long, take them off the list: {gone:?}");
}

/// Crates that would bring a network, TLS, an async runtime or a C compiler.
const NEVER: &[&str] = &[
    "reqwest",
    "hyper",
    "ureq",
    "curl",
    "isahc",
    "attohttpc",
    "h2",
    "rustls",
    "openssl",
    "native-tls",
    "ring",
    "aws-lc-rs",
    "tokio",
    "async-std",
    "smol",
    "cmake",
    "bindgen",
    "tikv-jemallocator",
    "zstd",
    "onig",
];
/// Crates named `-sys` that only declare what the platform's libraries have; they compile no C.
const HARMLESS_SYS: &[&str] =
    &["windows-sys", "linux-raw-sys", "js-sys", "web-sys", "core-foundation-sys"];
/// The one crate that compiles C: the allocator, which `--no-default-features` leaves out.
const ALLOCATOR: &str = "libmimalloc-sys";

#[test]
fn the_lock_file_holds_no_network_and_no_c_but_the_allocator() {
    let lock = fs::read_to_string(project("Cargo.lock")).unwrap();
    let mut faults = Vec::new();
    for package in lock.split("[[package]]").skip(1) {
        let field = |name: &str| {
            let line = package.lines().find(|line| line.starts_with(&format!("{name} = ")))?;
            Some(line.split('"').nth(1)?.to_owned())
        };
        let name = field("name").unwrap_or_default();
        if name == ALLOCATOR {
            continue;
        }
        let is_sys = name.ends_with("-sys") && !HARMLESS_SYS.contains(&&*name);
        // `cc` is there for one crate that on Windows looks up where the compiler's own libraries lie; it compiles nothing.
        let needs_c =
            package.contains("\"cc\"") && !matches!(&*name, "cc" | "msvc_spectre_libs_build");
        if NEVER.contains(&&*name) || is_sys || needs_c {
            faults.push(name);
        }
    }
    assert!(faults.is_empty(), "the lock file holds {faults:?}");
    let manifest = fs::read_to_string(project("Cargo.toml")).unwrap();
    let allocator = manifest.lines().find(|line| line.starts_with("mimalloc = {")).unwrap();
    assert!(allocator.contains("optional = true"), "the allocator can be left out");
}

#[test]
fn paths_in_documents_exist() {
    for document in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = fs::read_to_string(project(document)).unwrap();
        for quoted in text.split('`').skip(1).step_by(2) {
            let is_path = ["src/", "policies/", "schemas/", "fixtures/", "tests/"]
                .iter()
                .any(|top| quoted.starts_with(top));
            if is_path && !quoted.contains(['<', '*', ' ', '{']) {
                assert!(project(quoted).exists(), "{document} names {quoted}, which is not there");
            }
        }
    }
}
