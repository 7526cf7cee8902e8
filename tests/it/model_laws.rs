//! How a system is written does not matter to its model: names, modules, `count`, the order of blocks and files.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use rstest::rstest;

use crate::model::{folder, model_of, renamed, shape};

type Files = BTreeMap<String, String>;

/// The folder of a file's path.
fn beside(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The blocks of a text, each up to its closing brace at the margin.
fn blocks(text: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut block = String::new();
    for line in text.lines() {
        block.push_str(line);
        block.push('\n');
        if line == "}" {
            blocks.push(std::mem::take(&mut block));
        }
    }
    blocks.push(block);
    blocks
}

/// What makes something in a module, which the root calls with all of its variables.
fn in_a_module(files: &Files) -> (Files, Vec<(String, String)>) {
    let (mut inner, mut root, mut call) = (Files::new(), String::new(), String::new());
    for (path, text) in files {
        let mut kept = String::new();
        for block in blocks(text) {
            let head = block.trim_start().lines().next().unwrap_or_default();
            let stays = ["terraform ", "provider ", "variable "];
            if beside(path).is_empty() && stays.iter().any(|word| head.starts_with(word)) {
                root.push_str(&block);
                if let Some(name) = head.strip_prefix("variable \"") {
                    let name = name.split('"').next().unwrap();
                    writeln!(kept, "variable \"{name}\" {{}}").unwrap();
                    writeln!(call, "  {name} = var.{name}").unwrap();
                }
            } else {
                kept.push_str(&block);
            }
        }
        inner.insert(format!("all/{path}"), kept);
    }
    writeln!(root, "module \"all\" {{\n  source = \"./all\"\n{call}}}").unwrap();
    inner.insert("main.tf".to_owned(), root);
    (inner, vec![("module.all.".to_owned(), String::new())])
}

/// The files of each folder in one, its blocks from last to first.
fn the_other_way_round(files: &Files) -> (Files, Vec<(String, String)>) {
    let mut by_folder: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (path, text) in files {
        by_folder.entry(beside(path)).or_default().extend(blocks(text));
    }
    let joined = by_folder.into_iter().map(|(folder, mut blocks)| {
        blocks.reverse();
        let path = if folder.is_empty() { "one.tf".into() } else { format!("{folder}/one.tf") };
        (path, blocks.concat())
    });
    (joined.collect(), Vec::new())
}

/// One instance of each resource that does not say how many there are.
fn counted(files: &Files) -> (Files, Vec<(String, String)>) {
    let mut counted: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut with_count = Files::new();
    for (path, text) in files {
        let mut changed = String::new();
        for (at, line) in text.lines().enumerate() {
            changed.push_str(line);
            changed.push('\n');
            let body = text.lines().skip(at + 1).take_while(|line| *line != "}");
            let mut own = body.map(str::trim_start);
            let mut words = line.split('"');
            if let (Some("resource "), Some(kind), _, Some(name)) =
                (words.next(), words.next(), words.next(), words.next())
                && line.ends_with('{')
                && !own.any(|line| line.starts_with("count ") || line.starts_with("for_each "))
            {
                changed.push_str("  count = 1\n");
                counted.entry(beside(path)).or_default().insert(format!("{kind}.{name}"));
            }
        }
        with_count.insert(path.clone(), changed);
    }
    let none = BTreeSet::new();
    let indexed = with_count.into_iter().map(|(path, text)| {
        let own = counted.get(beside(&path)).unwrap_or(&none);
        let text = own.iter().fold(text, |text, name| with_index(&text, name));
        (path, text)
    });
    (indexed.collect(), vec![("[0]".to_owned(), String::new())])
}

/// References to a resource, with the index of its only instance.
fn with_index(text: &str, name: &str) -> String {
    let mut changed = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let (before, after) = (&rest[..at], &rest[at + name.len()..]);
        let joins = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        let whole = !before.ends_with(|c| joins(c) || c == '.') && !after.starts_with(joins);
        changed.push_str(before);
        changed.push_str(name);
        changed.push_str(if whole { "[0]" } else { "" });
        rest = after;
    }
    changed.push_str(rest);
    changed
}

type Change = fn(&Files) -> (Files, Vec<(String, String)>);

#[rstest]
fn how_it_is_written_does_not_matter(
    #[values("trackers", "petitions", "notes", "orchards", "gazette", "claims")] example: &str,
    #[values(
        renamed as Change,
        in_a_module as Change,
        the_other_way_round as Change,
        counted as Change
    )]
    change: Change,
) {
    let files = folder(&format!("worked/{example}"));
    let (changed, names) = change(&files);
    assert_ne!(changed, files);
    let plain = model_of(&files, None).model;
    let other = model_of(&changed, None).model;
    // What is the same in both after the change of names is so before it, too.
    assert_eq!(shape(&other, &names), shape(&plain, &names));
}
