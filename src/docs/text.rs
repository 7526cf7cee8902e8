//! One rule as text for a terminal.

use std::fmt::Write as _;

use super::RuleDoc;

/// Everything about a rule.
pub fn text(doc: &RuleDoc<'_>) -> String {
    let info = doc.info();
    let mut text = format!("{}\n{}\n", info.id, info.title);
    // Writing to a String cannot fail.
    let mut line = |label: &str, value: &str| {
        let _ = writeln!(text, "  {label:14} {value}");
    };
    line("applies to", &doc.rule.applies_to.join(", "));
    line("written in", doc.language());
    for condition in doc.only_if() {
        line("only if", &condition);
    }
    line("threat", &format!("{} {}", info.threat.id, info.threat.name));
    if let Some(concept) = &info.concept {
        line("concept", concept);
    }
    for (letter, name, gain) in doc.stride() {
        line("STRIDE", &format!("{letter} {name}: {gain}"));
    }
    line("DREAD", &doc.score());
    for (factor, value, why) in doc.dread() {
        line("", &format!("{} {value}: {why}", factor.replace('_', " ")));
    }
    for (catalogue, ids) in doc.catalogues() {
        line(catalogue, &ids);
    }
    for (param, value) in &doc.params {
        line("parameter", &format!("{} = {value}", param.name));
    }
    if let Some(description) = &info.description {
        let _ = write!(text, "\n{}\n", description.trim());
    }
    let _ = write!(text, "\nTo fix: {}\n", info.remediation.trim());
    for (what, example) in [("Found", &doc.fails), ("Passes", &doc.passes)] {
        if let Some(example) = example {
            let _ = writeln!(text, "\n{what}, from {}:", example.path);
            for line in example.text.lines() {
                let _ = writeln!(text, "    {line}");
            }
        }
    }
    for link in &info.references {
        let _ = writeln!(text, "\n{link}");
    }
    text
}
