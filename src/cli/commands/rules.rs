//! `dreadnought rules` and `dreadnought explain`.

use std::fmt::Write as _;

use super::{pack_docs, packs};
use crate::cli::args::{Explain, Rules};
use crate::cli::exit::Exit;
use crate::cli::{output, terminal};
use crate::docs::{self, RuleDoc};
use crate::finding::Bands;
use crate::pack::Rule;
use crate::source::Sources;

/// List all rules: id, score, STRIDE, title.
pub fn list(arguments: &Rules) -> anyhow::Result<Exit> {
    let mut sources = Sources::default();
    let (set, problems) =
        packs::load(&mut sources, &arguments.packs.packs, !arguments.packs.no_builtin)?;
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
    let (set, problems) = packs::load(&mut sources, &arguments.packs, true)?;
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
    // Examples come from the tests of packs in folders; those in the binary bring none.
    let mut samples = Vec::new();
    for (folder, pack) in
        arguments.packs.iter().zip(set.packs.iter().rev().take(arguments.packs.len()).rev())
    {
        samples.extend(pack_docs::samples(folder, pack, &set, &sources)?);
    }
    let texts: Vec<String> =
        rules.iter().map(|rule| docs::text(&RuleDoc::new(rule, &samples))).collect();
    output::to_stdout(texts.join("\n").as_bytes())?;
    Ok(if problems.is_empty() { Exit::Passed } else { Exit::Unable })
}
