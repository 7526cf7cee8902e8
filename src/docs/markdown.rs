//! A pack's reference in Markdown.

use std::fmt::Write as _;

use super::{PackDoc, RuleDoc};

/// The whole reference.
pub fn markdown(doc: &PackDoc<'_>) -> String {
    let pack = doc.pack;
    let mut text =
        format!("# Pack `{}` {}\n\n{}\n\n", pack.name, pack.version, pack.description.trim());
    text.push_str("| rule | score | STRIDE | title |\n|---|---|---|---|\n");
    for rule in &doc.rules {
        let info = rule.info();
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "| [`{}`](#{}) | {} | {} | {} |",
            info.id,
            anchor(&info.id),
            rule.score(),
            info.stride,
            cell(&info.title)
        );
    }
    let mut params = doc.params().peekable();
    if params.peek().is_some() {
        text.push_str(
            "\n## Parameters\n\n| name | type | value | what it changes |\n|---|---|---|---|\n",
        );
    }
    for (param, value) in params {
        let what = param.description.as_deref().map(cell).unwrap_or_default();
        let _ = writeln!(text, "| `{}` | {} | {} | {what} |", param.name, param.kind, code(&value));
    }
    for doc in &doc.rules {
        rule(doc, &mut text);
    }
    text
}

/// Code in a cell of a table, whatever is in it.
fn code(value: &str) -> String {
    let fence = if value.contains('`') { "``" } else { "`" };
    format!("{fence}{}{fence}", cell(value))
}

/// Where GitHub and most others put the heading of an id.
fn anchor(id: &str) -> String {
    id.chars().filter(|c| c.is_alphanumeric() || *c == '-').collect()
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn rule(doc: &RuleDoc<'_>, text: &mut String) {
    let info = doc.info();
    let _ = write!(text, "\n## `{}`\n\n**{}** ({})\n\n", info.id, info.title, doc.score());
    if let Some(description) = &info.description {
        let _ = write!(text, "{}\n\n", description.trim());
    }
    let _ = write!(text, "**To fix:** {}\n\n", info.remediation.trim());
    let types: Vec<String> = doc.rule.applies_to.iter().map(|kind| format!("`{kind}`")).collect();
    let _ = writeln!(text, "- Applies to {} (written in {})", types.join(", "), doc.language());
    for condition in doc.only_if() {
        let _ = writeln!(text, "- Only where `{condition}`");
    }
    let _ = writeln!(text, "- Threat {}: {}", info.threat.id, info.threat.name);
    for (letter, name, gain) in doc.stride() {
        let _ = writeln!(text, "- STRIDE {letter}, {name}: {gain}");
    }
    for (catalogue, ids) in doc.catalogues() {
        let _ = writeln!(text, "- {catalogue}: {ids}");
    }
    for (param, value) in &doc.params {
        let _ = writeln!(text, "- Parameter `{}`: {}", param.name, code(value));
    }
    text.push_str("\n| DREAD | | |\n|---|---|---|\n");
    for (factor, value, why) in doc.dread() {
        let _ = writeln!(text, "| {factor} | {value} | {why} |");
    }
    for (what, example) in [("Found", &doc.fails), ("Passes", &doc.passes)] {
        if let Some(example) = example {
            let fence = if example.text.contains("```") { "````" } else { "```" };
            let _ = write!(
                text,
                "\n{what} (`{}`):\n\n{fence}\n{}\n{fence}\n",
                example.path, example.text
            );
        }
    }
    if !info.references.is_empty() {
        text.push('\n');
    }
    for link in &info.references {
        let _ = writeln!(text, "- <{link}>");
    }
}
