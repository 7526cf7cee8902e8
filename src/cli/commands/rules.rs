//! `dreadnought rules` and `dreadnought explain`.

use std::fmt::Write as _;

use anyhow::Context as _;

use super::{pack_docs, packs};
use crate::cli::args::{Explain, Rules};
use crate::cli::exit::Exit;
use crate::cli::{output, terminal};
use crate::docs::{self, Material, RuleDoc};
use crate::pack::{Pack, Rule};
use crate::pack_test;
use crate::source::Sources;

/// List all rules: id, score, STRIDE, title.
pub fn list(arguments: &Rules) -> anyhow::Result<Exit> {
    let mut sources = Sources::default();
    let builtin = !arguments.packs.no_builtin;
    let loaded = packs::load_here(&mut sources, &arguments.packs.packs, builtin)?;
    let packs::Loaded { set, problems, config, .. } = loaded;
    let bands = config.overrides.bands.unwrap_or_default();
    let (options, unknown) = packs::options(&set, &arguments.packs);
    let rules: Vec<&Rule> =
        set.rules().map(|(_, rule)| rule).filter(|rule| options.wants(rule)).collect();
    let width = rules.iter().map(|rule| rule.info.id.len()).max().unwrap_or_default();
    let mut text = String::new();
    for rule in &rules {
        let info = &rule.info;
        let score = info.dread.score();
        let severity = bands.severity(score).name();
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
    let loaded = packs::load_here(&mut sources, &arguments.packs, true)?;
    let packs::Loaded { set, problems, opened, config } = loaded;
    terminal::complain(&problems, &sources);
    let named = |rule: &Rule| {
        *rule.info.id == *arguments.id || rule.info.aliases.iter().any(|id| **id == *arguments.id)
    };
    let rules: Vec<(&Pack, &Rule)> = set.rules().filter(|(_, rule)| named(rule)).collect();
    anyhow::ensure!(
        !rules.is_empty(),
        "there is no rule {} ({})",
        arguments.id,
        packs::other_rule(&set, &arguments.id)
    );
    let bands = config.overrides.bands.unwrap_or_default();
    let mut texts = Vec::new();
    for (pack, rule) in rules {
        // Examples are what the tests of its service say.
        let file = &sources.get(rule.place.file).path;
        let wanted = |service: &str| pack_test::is_under_test(service, file);
        let samples = opened
            .with_files(pack, |files| pack_docs::samples(files, &set, pack, &sources, wanted))
            .with_context(|| format!("cannot read the tests of the pack {}", pack.name))?;
        let material = Material { pack, sources: &sources, samples: &samples, bands };
        texts.push(docs::text(&RuleDoc::new(rule, material)));
    }
    output::to_stdout(texts.join("\n").as_bytes())?;
    Ok(if problems.is_empty() { Exit::Passed } else { Exit::Unable })
}
