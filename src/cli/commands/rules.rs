//! `dreadnought rules` and `dreadnought explain`.

use std::fmt::Write as _;

use super::packs;
use crate::cli::args::{Explain, Rules};
use crate::cli::exit::Exit;
use crate::cli::{output, terminal};
use crate::finding::{Bands, Factor};
use crate::pack::{Logic, Rule};
use crate::source::Sources;

/// List all rules: id, score, STRIDE, title.
pub fn list(arguments: &Rules) -> anyhow::Result<Exit> {
    let mut sources = Sources::default();
    let (set, problems) =
        packs::load_project(&mut sources, &arguments.packs.packs, !arguments.packs.no_builtin)?;
    let (options, unknown) = packs::options(&set, &arguments.packs);
    let rules: Vec<&Rule> =
        set.rules().map(|(_, rule)| rule).filter(|rule| options.wants(rule)).collect();
    let width = rules.iter().map(|rule| rule.info.id.len()).max().unwrap_or_default();
    let mut text = String::new();
    for rule in &rules {
        let info = &rule.info;
        let score = info.dread.score();
        let severity = Bands::default().severity(score).name();
        let stride = info.stride.to_string();
        writeln!(text, "{:width$}  {score:>4} {severity:8} {stride:6} {}", info.id, info.title)?;
    }
    output::to_stdout(text.as_bytes())?;
    terminal::complain(&problems, &sources);
    terminal::complain(&unknown, &sources);
    Ok(if problems.is_empty() && unknown.is_empty() { Exit::Passed } else { Exit::Unable })
}

/// Say everything about one rule.
pub fn explain(arguments: &Explain) -> anyhow::Result<Exit> {
    let mut sources = Sources::default();
    let (set, problems) = packs::load_project(&mut sources, &arguments.packs, true)?;
    terminal::complain(&problems, &sources);
    let named = |rule: &Rule| {
        *rule.info.id == *arguments.id || rule.info.aliases.iter().any(|id| **id == *arguments.id)
    };
    let rules: Vec<&Rule> = set.rules().map(|(_, rule)| rule).filter(|rule| named(rule)).collect();
    anyhow::ensure!(
        !rules.is_empty(),
        "there is no rule {} ({})",
        arguments.id,
        packs::other_rule(&set, &arguments.id)
    );
    let texts: Vec<String> = rules.iter().map(|rule| describe(rule)).collect();
    output::to_stdout(texts.join("\n").as_bytes())?;
    Ok(if problems.is_empty() { Exit::Passed } else { Exit::Unable })
}

fn describe(rule: &Rule) -> String {
    let info = &rule.info;
    let score = info.dread.score();
    let factors: Vec<String> = Factor::ALL
        .iter()
        .map(|factor| format!("{} {}", factor.name().replace('_', " "), info.dread.get(*factor)))
        .collect();
    let stride: Vec<&str> = info.stride.iter().map(crate::finding::Stride::name).collect();
    let language = if matches!(rule.logic, Logic::Cel(_)) { "CEL" } else { "Rego" };
    let mut lines = vec![format!("{}: {}", info.id, info.title), String::new()];
    if let Some(description) = &info.description {
        lines.extend([description.trim().to_owned(), String::new()]);
    }
    let threat = &info.threat;
    lines.push(format!("Threat       {} {}", threat.id, threat.name));
    lines.push(format!("STRIDE       {}", stride.join(", ")));
    lines.push(format!(
        "DREAD        {score} {} ({})",
        Bands::default().severity(score).name(),
        factors.join(", ")
    ));
    lines.push(format!("Applies to   {}", rule.applies_to.join(", ")));
    lines.push(format!("Language     {language}"));
    let lists = [
        ("CWE", &threat.cwe),
        ("CAPEC", &threat.capec),
        ("ATT&CK", &threat.attack),
        ("NIST 800-53", &threat.nist),
        ("Aliases", &info.aliases),
        ("Controls", &info.controls),
        ("See", &info.references),
    ];
    for (name, list) in lists.iter().filter(|(_, list)| !list.is_empty()) {
        lines.push(format!("{name:12} {}", list.join(", ")));
    }
    lines.extend([String::new(), format!("To fix: {}", info.remediation.trim()), String::new()]);
    lines.join("\n")
}
