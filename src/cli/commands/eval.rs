//! `dreadnought eval`: one rule over a configuration, with a trace of how it comes to its verdicts.

use std::fmt::Write as _;

use super::packs;
use crate::cli::args::Eval;
use crate::cli::exit::Exit;
use crate::cli::{location, output, terminal};
use crate::document::{Document, Resource};
use crate::evaluate::{self, RuleTrace, StepGiven, evaluate, shortened};
use crate::pack::{PackSet, Rule};
use crate::project::Project;
use crate::report::{self, Counts, Report};
use crate::source::{Place, ProblemSeverity, Sources};

/// Run the command.
pub fn run(arguments: &Eval) -> anyhow::Result<Exit> {
    let location = location::locate(&arguments.input)?;
    let opened = packs::open_for(&location, &arguments.packs)?;
    let mut project = Project::load(&location.files, &location.options);
    let overrides = std::mem::take(&mut project.config.overrides);
    let (set, pack_problems) = opened.load(&mut project.sources, true, &overrides);
    let named = |rule: &Rule| {
        *rule.info.id == *arguments.rule
            || rule.info.aliases.iter().any(|id| **id == *arguments.rule)
    };
    let rules: Vec<&Rule> = set.rules().map(|(_, rule)| rule).filter(|rule| named(rule)).collect();
    let [rule] = rules.as_slice() else {
        terminal::complain(&pack_problems, &project.sources);
        let ids: Vec<&str> = rules.iter().map(|rule| &*rule.info.id).collect();
        anyhow::ensure!(
            ids.is_empty(),
            "{} is an alias of {}: say which",
            arguments.rule,
            ids.join(", ")
        );
        anyhow::bail!(
            "there is no rule {} ({})",
            arguments.rule,
            packs::other_rule(&set, &arguments.rule)
        );
    };
    let marked = set.marked();
    let mut text = String::new();
    let mut judged = 0;
    for (document, resource) in resources(&project.documents, rule, arguments) {
        let id = &rule.info.id;
        let trace = evaluate::trace(document, &resource.address, &marked, id, &project.sources);
        let Some(trace) = trace else { continue };
        judged += 1;
        let page = Page { sources: &project.sources, trace: arguments.trace };
        page.write(&mut text, rule, resource, &trace)?;
    }
    // Secrets are covered before anything is shortened.
    let shown = cover(&project, &set, rule, &text);
    output::to_stdout(shown.as_bytes())?;
    let of_documents = project.documents.iter().flat_map(|document| &document.problems);
    let problems = project.problems.iter().chain(&location.problems);
    let mut problems: Vec<_> = problems.chain(of_documents).chain(&pack_problems).collect();
    problems.sort();
    problems.dedup();
    terminal::complain(problems.iter().copied(), &project.sources);
    if let (0, Some(address)) = (judged, &arguments.resource) {
        let types = rule.applies_to.join(", ");
        anyhow::bail!("{} judges no resource {address}: it is about {types}", rule.info.id);
    }
    let mut errors = problems.iter().filter(|problem| problem.severity() == ProblemSeverity::Error);
    Ok(match (errors.next(), judged) {
        (Some(_), _) => Exit::Unable,
        (None, 0) => {
            let types = rule.applies_to.join(", ");
            output::to_stdout(format!("nothing to judge: there is no {types}\n").as_bytes())?;
            Exit::Nothing
        }
        _ => Exit::Passed,
    })
}

fn resources<'p>(
    documents: &'p [Document],
    rule: &Rule,
    arguments: &Eval,
) -> Vec<(&'p Document, &'p Resource)> {
    // Rules about Kubernetes judge what Terraform makes in the form of manifests.
    let forms = documents.iter().flat_map(|document| {
        let manifests = evaluate::made_objects(document);
        let own = document.resources.iter().map(move |resource| (document, resource));
        own.chain(manifests)
    });
    forms
        .filter(|(_, resource)| {
            rule.applies_to.contains(&resource.kind)
                && arguments.resource.as_ref().is_none_or(|wanted| **wanted == *resource.address)
        })
        .collect()
}

/// The text without secrets, its long values cut.
fn cover(project: &Project, set: &PackSet, rule: &Rule, text: &str) -> String {
    let options =
        evaluate::Options { only: vec![rule.info.id.to_string()], ..evaluate::Options::default() };
    let outcome = evaluate(&project.documents, set, &options);
    let report = Report {
        outcome: &outcome,
        documents: &project.documents,
        sources: &project.sources,
        packs: &[],
        counts: Counts { files: project.read, skipped: project.skipped },
        options: report::Options::default(),
        version: env!("CARGO_PKG_VERSION"),
    };
    let has_secrets = project
        .documents
        .iter()
        .any(|document| document.resources.iter().any(|resource| !resource.sensitive.is_empty()));
    let covered = report::redacted(&report, text);
    let mut shown = String::new();
    for line in covered.lines() {
        // What was cut before it could be looked through is not shown where there are secrets.
        let (head, value) = line.split_once(VALUE).unwrap_or((line, ""));
        shown.push_str(head);
        if has_secrets && value.ends_with('…') {
            shown.push_str("  (a long value; there are secrets in this configuration)");
        } else if !value.is_empty() {
            shown.push_str("  ");
            shown.push_str(&shortened(value));
        }
        shown.push('\n');
    }
    shown
}

/// Stands between an expression and its value until secrets are covered.
const VALUE: char = '\u{1f}';

struct Page<'p> {
    sources: &'p Sources,
    trace: bool,
}

impl Page<'_> {
    fn write(
        &self,
        text: &mut String,
        rule: &Rule,
        resource: &Resource,
        trace: &RuleTrace,
    ) -> std::fmt::Result {
        let place = self.place(resource.header);
        writeln!(text, "{} on {} ({place}): {}", rule.info.id, resource.address, trace.verdict)?;
        for message in &trace.messages {
            writeln!(text, "  {message}")?;
        }
        for unknown in &trace.unknown {
            let at = unknown.at.as_str();
            writeln!(text, "  unknown: {}{at}: {}", unknown.address, unknown.reason)?;
        }
        if !self.trace {
            return Ok(());
        }
        for run in &trace.runs {
            writeln!(text, "  {}", run.title)?;
            self.steps(text, &run.steps)?;
        }
        if !trace.read.is_empty() {
            writeln!(text, "  read")?;
            for (what, value) in &trace.read {
                let mark = if value.is_empty() { String::new() } else { VALUE.to_string() };
                writeln!(text, "    {what}{mark}{value}")?;
            }
        }
        writeln!(text)
    }

    fn steps(&self, text: &mut String, steps: &[evaluate::Step]) -> std::fmt::Result {
        let width = steps.iter().map(|step| 2 * step.depth + step.text.chars().count());
        let width = width.filter(|width| *width <= 56).max().unwrap_or_default();
        let mut left_out: Option<usize> = None;
        for step in steps.iter().filter(|step| !step.plain) {
            // What was not reached is told once, not for all that comes after it or is in it.
            let reached = matches!(step.given, StepGiven::Values(_));
            if !reached && left_out.is_some_and(|depth| step.depth >= depth) {
                continue;
            }
            left_out = (!reached).then_some(step.depth);
            let indent = 2 * step.depth;
            let rest = width.saturating_sub(indent);
            let given = match &step.given {
                StepGiven::Values(values) => values.join(", "),
                StepGiven::Not(why) => format!("not evaluated: {why}"),
            };
            let place = self.place(step.place);
            let line = place.rsplit('/').next().unwrap_or_default();
            writeln!(text, "    {line:24} {:indent$}{:rest$}{VALUE}{given}", "", step.text)?;
        }
        Ok(())
    }

    fn place(&self, place: Place) -> String {
        let file = self.sources.get(place.file);
        let position = file.position(place.span.start);
        format!("{}:{}:{}", file.path, position.line, position.column)
    }
}
