//! The model as Markdown: a page that a repository can keep, with the diagram as Mermaid.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::Export;
use super::escape::markdown as escape;
use super::mermaid;
use super::words::{self, FACTORS, count};
use crate::model::{Threat, ThreatModel, ThreatState};

pub(super) fn write(export: &Export<'_>, out: &mut dyn Write) -> io::Result<()> {
    let model = export.model;
    let mut text = format!("# {}\n\n", escape(words::title(model)));
    summary(&mut text, model);
    if !model.assets.is_empty() {
        let _ = writeln!(text, "\n## Diagram\n\n```mermaid\n{}```", mermaid::flowchart(model));
    }
    threats(&mut text, model, export.closed);
    paths(&mut text, model);
    fixes(&mut text, model);
    assets(&mut text, model);
    flows(&mut text, model);
    coverage(&mut text, model);
    rest(&mut text, model);
    let packs: Vec<String> =
        words::packs(export, usize::MAX).iter().map(|pack| escape(pack)).collect();
    if !packs.is_empty() {
        let _ = writeln!(text, "\nPacks: {}", packs.join(", "));
    }
    out.write_all(text.as_bytes())
}

fn summary(text: &mut String, model: &ThreatModel) {
    let bands = words::bands(model);
    let open = words::open(model).count();
    let _ = writeln!(
        text,
        "{}, {}, {}; {}{}; {}.",
        count(model.assets.len(), "asset"),
        count(model.boundaries.len(), "boundary"),
        count(model.flows.len(), "flow"),
        count(open, "open threat"),
        if bands.is_empty() { String::new() } else { format!(" ({bands})") },
        count(model.paths.len(), "attack path"),
    );
}

/// A table; nothing where there are no rows.
fn table(text: &mut String, title: &str, heads: &[&str], rows: &[Vec<String>]) {
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "\n## {title}\n\n| {} |\n|{}",
        heads.join(" | "),
        " --- |".repeat(heads.len())
    );
    for row in rows {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
}

fn threats(text: &mut String, model: &ThreatModel, closed: bool) {
    let shown: Vec<&Threat> =
        model.threats.iter().filter(|threat| closed || threat.state == ThreatState::Open).collect();
    let row = |threat: &&Threat| {
        let dread = &threat.dread;
        let factors: Vec<String> =
            FACTORS.iter().map(|(factor, _)| dread.dread.get(*factor).to_string()).collect();
        vec![
            format!("**{}** {}", dread.score, dread.severity.name()),
            format!("{} {}", escape(&threat.class.id), escape(&threat.class.name)),
            escape(&words::target(model, &threat.target)),
            threat.stride.to_string(),
            factors.join(" "),
            threat.state.name().to_owned(),
        ]
    };
    let rows: Vec<Vec<String>> = shown.iter().map(row).collect();
    table(text, "Threats", &["Score", "Threat", "Target", "STRIDE", "D R E A Di", "State"], &rows);
    for threat in shown {
        let _ = writeln!(
            text,
            "\n### {} {}: {}\n",
            threat.dread.score,
            escape(&threat.class.id),
            escape(&words::target(model, &threat.target))
        );
        let _ = writeln!(
            text,
            "{}. Confidence {}.\n",
            escape(&threat.class.name),
            words::confidence(threat)
        );
        for step in &threat.dread.steps {
            let factor = step.factor.name().replace('_', " ");
            let _ = writeln!(text, "- {factor} {:+}: {}", step.step, escape(&step.reason));
        }
        if !threat.evidence.is_empty() {
            let _ = writeln!(text, "- Evidence: {}", escape(&words::places(&threat.evidence)));
        }
        if !threat.remediation.is_empty() {
            let _ = writeln!(text, "- Fix: {}", escape(&threat.remediation));
        }
        if let Some(note) = &threat.note {
            let _ = writeln!(text, "- Note: {}", escape(note));
        }
        let class = &threat.class;
        let references: Vec<String> = [&class.cwe, &class.capec, &class.attack, &class.nist]
            .into_iter()
            .flatten()
            .map(|id| escape(id))
            .collect();
        if !references.is_empty() {
            let _ = writeln!(text, "- {}", references.join(", "));
        }
    }
}

fn paths(text: &mut String, model: &ThreatModel) {
    if model.paths.is_empty() {
        return;
    }
    text.push_str("\n## Attack paths\n");
    for path in &model.paths {
        let nodes = model.names_apart(&path.nodes);
        let nodes: Vec<String> = nodes.iter().map(|name| escape(name)).collect();
        let _ = writeln!(
            text,
            "\n### {} {}: {}\n\n{}\n",
            path.score,
            path.severity.name(),
            escape(&path.title),
            nodes.join(" → ")
        );
        for (at, step) in path.steps.iter().enumerate() {
            let implied = if step.threat.is_some() { "" } else { " (implied)" };
            let place = escape(&words::step_at(model, path, step));
            let _ = writeln!(
                text,
                "{}. {}{implied} at {place}: {}",
                at + 1,
                escape(&step.class),
                escape(&step.how)
            );
        }
        if !path.cut_by.is_empty() {
            let cuts: Vec<String> = path.cut_by.iter().map(|cut| escape(cut)).collect();
            let _ = writeln!(text, "\nCut by: {}.", cuts.join("; "));
        }
    }
    if let Some(why) = &model.paths_stopped {
        let _ = writeln!(text, "\nThe search stopped early: {}.", escape(why));
    }
}

fn fixes(text: &mut String, model: &ThreatModel) {
    let row = |fix: &crate::model::Fix| {
        let place = fix.location.as_ref().map(words::place).unwrap_or_default();
        vec![
            escape(&words::fix(model, fix)),
            fix.paths.to_string(),
            format!("{}.{}", fix.score / 10, fix.score % 10),
            escape(&place),
        ]
    };
    let rows: Vec<Vec<String>> = model.fixes.iter().map(row).collect();
    table(text, "What cuts paths", &["Change", "Paths cut", "Score removed", "Place"], &rows);
}

fn assets(text: &mut String, model: &ThreatModel) {
    let row = |asset: &crate::model::Asset| {
        let zone = asset.boundary.as_deref().map(|zone| escape(&words::zone(model, zone)));
        vec![
            escape(&asset.name),
            escape(&asset.kind.replace('_', " ")),
            zone.unwrap_or_default(),
            escape(asset.sensitivity.as_deref().unwrap_or_default()),
            escape(&asset.id),
            escape(&words::properties(asset)),
        ]
    };
    let rows: Vec<Vec<String>> = model.assets.iter().map(row).collect();
    let heads = ["Asset", "Kind", "Boundary", "Sensitivity", "Address", "Properties"];
    table(text, "Assets", &heads, &rows);
}

fn flows(text: &mut String, model: &ThreatModel) {
    let row = |flow: &crate::model::Flow| {
        let crosses: Vec<String> =
            flow.crosses.iter().map(|id| escape(&words::zone(model, id))).collect();
        vec![
            escape(model.name_of(&flow.source)),
            escape(model.name_of(&flow.target)),
            flow.kind.name().replace('_', " "),
            escape(&flow.label),
            flow.encrypted.name().replace('_', " "),
            crosses.join(", "),
        ]
    };
    let rows: Vec<Vec<String>> = model.flows.iter().map(row).collect();
    table(text, "Flows", &["From", "To", "Kind", "What", "Encrypted", "Crosses"], &rows);
}

fn coverage(text: &mut String, model: &ThreatModel) {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut last = "";
    for entry in &model.coverage {
        if *entry.target != *last {
            last = &entry.target;
            let mut row = vec![escape(&words::target(model, last))];
            row.extend("STRIDE".chars().map(|_| "·".to_owned()));
            rows.push(row);
        }
        let cell = match entry.state() {
            "threats" => count(entry.threats.len(), "threat"),
            "mitigated" => "mitigated".to_owned(),
            _ => "?".to_owned(),
        };
        if let (Some(row), Some(column)) = (rows.last_mut(), "STRIDE".find(entry.letter)) {
            row[column + 1] = cell;
        }
    }
    let heads = ["Element", "S", "T", "R", "I", "D", "E"];
    table(text, "STRIDE per element", &heads, &rows);
    if !rows.is_empty() {
        text.push_str("\n“?” cannot be decided from code, “·” does not apply.\n");
    }
}

fn rest(text: &mut String, model: &ThreatModel) {
    let row = |drift: &crate::model::Drift| {
        let side =
            if drift.modelled { "modelled but not in code" } else { "in code but not modelled" };
        vec![side.to_owned(), drift.what.to_owned(), escape(&drift.name), escape(&drift.id)]
    };
    let rows: Vec<Vec<String>> = model.drift.iter().map(row).collect();
    table(text, "Drift", &["Drift", "What", "Name", "Id"], &rows);
    if !model.assumptions.is_empty() {
        text.push_str("\n## Assumptions\n\n");
        for assumption in &model.assumptions {
            let _ = writeln!(text, "- {}", escape(assumption));
        }
    }
    let (with, of) = model.meaning;
    if of > 0 {
        let _ = writeln!(text, "\n{with} of {} have a meaning.", count(of, "resource"));
    }
    if !model.without_meaning.is_empty() {
        let kinds: Vec<String> = model
            .without_meaning
            .iter()
            .map(|(kind, count)| format!("{count} × {}", escape(kind)))
            .collect();
        let _ = writeln!(text, "Without: {}.", kinds.join(", "));
    }
}
