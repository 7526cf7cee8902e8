//! Rego rules, `rules/*.rego` of a pack: one package a file, described by the `# METADATA` block before it.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use super::read::{Reader, Shape};
use super::rule::{self, Logic, Names, OPTIONAL, REQUIRED, Rule};
use super::selector::Scope;
use super::words::is_snake_case;
use crate::document::Map;
use crate::source::Span;

const METADATA: Shape = Shape {
    what: "the metadata of a Rego rule",
    required: &["title", "custom"],
    // Those after `description` are OPA's own; they say nothing to Dreadnought.
    optional: &[
        "description",
        "scope",
        "schemas",
        "authors",
        "organizations",
        "related_resources",
        "entrypoint",
    ],
};
const CUSTOM: Shape =
    Shape { what: "`custom` of a Rego rule", required: &REQUIRED, optional: &OPTIONAL };

/// Read what a Rego file says about its rule. `None` where something is wrong, which is then reported.
pub(super) fn read(reader: &mut Reader<'_>, names: Names<'_>) -> Option<Rule> {
    let mistakes = reader.mistakes();
    let text = Arc::clone(&reader.source.text);
    let header = header(&text);
    let package = check_package(reader, &header, |package| is_rule_package(package, names.pack));
    let Some(block) = header.metadata else {
        let span = header.package.map_or_else(Span::default, |(_, span)| span);
        let help = "describe the rule in comments: `# METADATA`, `# title: …`, `# custom:` …";
        reader.report(span, "a Rego rule needs a `# METADATA` block before its package").help(help);
        return None;
    };
    let node = reader.document(&uncomment(&text, block))?;
    let fields = reader.mapping(&node, &METADATA)?;
    let custom = reader.mapping(fields.get("custom")?, &CUSTOM)?;
    let about = rule::about(reader, &fields, &custom, names)?;
    if reader.mistakes() > mistakes {
        return None;
    }
    Some(Rule {
        info: about.info,
        applies_to: about.applies_to,
        logic: Logic::Rego { package: package? },
        place: about.place,
        written: about.written,
        disabled: None,
        scope: Scope::default(),
    })
}

/// Whether the package of a library module of a pack is one that it may have; reported if not.
pub(super) fn check_library(reader: &mut Reader<'_>, pack: &str) -> bool {
    let text = Arc::clone(&reader.source.text);
    let header = header(&text);
    check_package(reader, &header, |package| is_library_package(package, pack)).is_some()
}

fn check_package(
    reader: &mut Reader<'_>,
    header: &Header<'_>,
    test: impl Fn(&str) -> Result<(), String>,
) -> Option<String> {
    let Some((package, span)) = header.package else {
        reader.report(Span::default(), "a Rego module begins with its package");
        return None;
    };
    match test(package) {
        Ok(()) => Some(package.to_owned()),
        Err(expected) => {
            reader.report(span, format!("package `{package}` must be `{expected}`"));
            None
        }
    }
}

fn is_rule_package(package: &str, pack: &str) -> Result<(), String> {
    let prefix = format!("dreadnought.{}.", segment(pack));
    match package.strip_prefix(&prefix) {
        Some("lib" | "params") | None => Err(format!("{prefix}<name>")),
        Some(name) if is_snake_case(name) => Ok(()),
        Some(_) => Err(format!("{prefix}<name>`, with a name in `snake_case")),
    }
}

fn is_library_package(package: &str, pack: &str) -> Result<(), String> {
    let root = match pack {
        "core" => "dreadnought.lib".to_owned(),
        _ => format!("dreadnought.{}.lib", segment(pack)),
    };
    match package.strip_prefix(&root) {
        Some(rest) if rest.is_empty() || rest.starts_with('.') => Ok(()),
        _ => Err(format!("{root}` or below `{root}")),
    }
}

/// The parameters of a pack as a module: `data.dreadnought.<pack>.params`. None where there are none.
pub(super) fn params(pack: &str, params: &Map) -> Option<String> {
    if params.is_empty() {
        return None;
    }
    let mut text = format!("package dreadnought.{}.params\n", segment(pack));
    for (name, value) in params {
        // JSON is Rego; on many lines, because lines are limited.
        let value = serde_json::to_string_pretty(&value.to_json()).unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{name} := {value}\n");
    }
    Some(text)
}

/// A pack's name as a part of a Rego package.
fn segment(pack: &str) -> String {
    pack.replace('-', "_")
}

/// What stands at the head of a module.
struct Header<'t> {
    /// The lines of the metadata block, without the line `# METADATA`.
    metadata: Option<Range<usize>>,
    package: Option<(&'t str, Span)>,
}

/// The last metadata block before the package, and the package.
fn header(text: &str) -> Header<'_> {
    let mut metadata: Option<Range<usize>> = None;
    let mut open = false;
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        let start = end;
        end += line.len();
        let trimmed = line.trim_end();
        if let Some(comment) = trimmed.strip_prefix('#') {
            if comment.trim() == "METADATA" {
                metadata = Some(end..end);
                open = true;
            } else if let (true, Some(block)) = (open, &mut metadata) {
                block.end = end;
            }
            continue;
        }
        open = false;
        if trimmed.trim_start().is_empty() {
            continue;
        }
        let package = trimmed.strip_prefix("package").and_then(|rest| {
            let name = rest.trim_start();
            let at = start + trimmed.len() - name.len();
            let name = name.split(['#', ' ', '\t']).next().filter(|name| !name.is_empty())?;
            rest.starts_with([' ', '\t']).then(|| (name, Span::new(at, at + name.len())))
        });
        return Header { metadata, package };
    }
    Header { metadata, package: None }
}

/// The YAML of a metadata block at the offsets that it has in the file: what comes before it and its `#`s are blank.
fn uncomment(text: &str, block: Range<usize>) -> String {
    let blank = |byte: u8| if byte == b'\n' || byte == b'\r' { char::from(byte) } else { ' ' };
    let mut yaml: String = text[..block.start].bytes().map(blank).collect();
    for line in text[block].split_inclusive('\n') {
        yaml.push(' ');
        yaml.push_str(&line[1..]);
    }
    yaml
}
