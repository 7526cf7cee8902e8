//! How one rule judged one resource: what each part of it gave, what it read, what was unknown and why.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::cel::Evaluation;
use super::verdict::VerdictKind;
use super::{Subject, cel, rego};
use crate::document::{Document, Index};
use crate::engine::around::Records;
use crate::engine::cel::{Branches, Given, Part, Program};
use crate::engine::rego::{Input, RegoPart, RegoPartKind, RuleRef};
use crate::finding::UnknownRead;
use crate::pack::{self, Logic, Pack, PackSet, Rule};
use crate::source::{Place, Sources, Span};

/// How one rule judged one resource.
#[derive(Clone, Debug)]
pub struct RuleTrace {
    /// `finding`, `pass`, `inconclusive` or `error`.
    pub verdict: &'static str,
    /// Messages of findings, or why it failed.
    pub messages: Vec<String>,
    /// What each evaluation went through.
    pub runs: Vec<TracedRun>,
    /// What was read: what is written in the rule, and what it gave.
    pub read: Vec<(String, String)>,
    /// Unknown values that the verdict depends on, or that the rule meets.
    pub unknown: Vec<UnknownRead>,
}

/// One evaluation.
#[derive(Clone, Debug)]
pub struct TracedRun {
    /// `when`, `when of /ingress/0`, a rule of a module.
    pub title: String,
    /// Its parts, each after the one that holds it.
    pub steps: Vec<Step>,
}

/// A part of a rule.
#[derive(Clone, Debug)]
pub struct Step {
    /// How deep it stands.
    pub depth: usize,
    /// As it is written, on one line.
    pub text: String,
    /// Where it is written.
    pub place: Place,
    /// What it gave.
    pub given: StepGiven,
    /// Whether it says nothing of its own: a variable that something is selected from, a value that is written out.
    pub plain: bool,
}

/// What a part gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepGiven {
    /// Values, in order: more than one in a macro or for several matches.
    Values(Vec<String>),
    /// It was not evaluated, for this reason.
    Not(&'static str),
}

/// Trace a rule on the resource with an address. `set` has to be [`PackSet::marked`]; none where the rule does not judge the resource.
pub fn trace(
    document: &Document,
    address: &str,
    set: &PackSet,
    id: &str,
    sources: &Sources,
) -> Option<RuleTrace> {
    let (pack, rule) = set.rules().find(|(_, rule)| &*rule.info.id == id)?;
    let index = Index::new(document);
    let at = index.by_address(address)?;
    let subject = Subject { index, records: Records::new(document) };
    match &rule.logic {
        Logic::Cel(_) => trace_cel(&subject, at, pack, rule, sources),
        Logic::Rego { package } => trace_rego(&subject, at, rule, package, set, sources),
    }
}

fn trace_cel(
    subject: &Subject<'_>,
    at: usize,
    pack: &Pack,
    rule: &Rule,
    sources: &Sources,
) -> Option<RuleTrace> {
    let evaluations = cel::trace(subject, at, pack, rule);
    let mut traced = match cel::judge(subject, at, pack, rule) {
        Some(verdict) => described(verdict.kind),
        None if evaluations.is_empty() => return None,
        None => RuleTrace {
            verdict: "not applicable",
            messages: Vec::new(),
            runs: Vec::new(),
            read: Vec::new(),
            unknown: Vec::new(),
        },
    };
    for evaluation in evaluations {
        let title = match &evaluation.item {
            Some(item) if !item.as_str().is_empty() => {
                format!("{} of {}", evaluation.field, item.as_str())
            }
            _ => evaluation.field.to_owned(),
        };
        let steps = steps(&evaluation, rule, sources);
        for (part, step) in evaluation.program.parts().iter().zip(&steps) {
            let inner = part.parent.is_some_and(|up| evaluation.program.parts()[up].reads);
            if let (true, false, StepGiven::Values(values)) = (part.reads, inner, &step.given) {
                let read = (step.text.clone(), values.join(", "));
                if !step.plain && !traced.read.contains(&read) {
                    traced.read.push(read);
                }
            }
        }
        traced.runs.push(TracedRun { title, steps });
    }
    Some(traced)
}

fn described(kind: VerdictKind) -> RuleTrace {
    let (verdict, messages, unknown) = match kind {
        VerdictKind::Finding(denied) => {
            ("finding", denied.into_iter().map(|denied| denied.message).collect(), Vec::new())
        }
        VerdictKind::Pass => ("pass", Vec::new(), Vec::new()),
        VerdictKind::PassIfAny(unknown) => ("nothing", Vec::new(), unknown),
        VerdictKind::Unknown(unknown) => ("inconclusive", Vec::new(), unknown),
        VerdictKind::Failed(failure) => ("error", vec![failure.message], Vec::new()),
    };
    RuleTrace { verdict, messages, runs: Vec::new(), read: Vec::new(), unknown }
}

/// One step a part of the program.
fn steps(evaluation: &Evaluation<'_>, rule: &Rule, sources: &Sources) -> Vec<Step> {
    let program = evaluation.program;
    let events = evaluation.trace.iter().filter(|event| Some(event.program) == program.token());
    let mut given: Vec<Vec<String>> = program.parts().iter().map(|_| Vec::new()).collect();
    for event in events {
        if let Some(values) = given.get_mut(event.part) {
            values.push(match &event.given {
                Given::Value(text) => text.clone(),
                Given::Unknown(reasons) => format!("unknown: {}", reasons.join(", ")),
                Given::Failed(message) => format!("error: {message}"),
            });
        }
    }
    let field = evaluation.field;
    let span = rule
        .programs()
        .into_iter()
        .find(|own| own.field == field && Arc::ptr_eq(own.program, program))
        .map_or(rule.place.span, |own| own.span);
    let evaluated: Vec<bool> = given.iter().map(|values| !values.is_empty()).collect();
    let parts = program.parts();
    let step = |(at, values): (usize, Vec<String>)| {
        let part = &parts[at];
        let given = if values.is_empty() {
            StepGiven::Not(why_not_evaluated(parts, at, &|part| evaluated[part]))
        } else {
            StepGiven::Values(values)
        };
        Step {
            depth: std::iter::successors(part.parent, |up| parts[*up].parent).count(),
            text: one_line(program.source().get(part.start..part.end).unwrap_or_default()),
            place: place(rule.place, span, program, part, sources),
            plain: is_plain(parts, at, program.source()),
            given,
        }
    };
    given.into_iter().enumerate().map(step).collect()
}

/// Whether a part says nothing of its own.
fn is_plain(parts: &[Part], at: usize, source: &str) -> bool {
    let part = &parts[at];
    let selected = part.reads && part.parent.is_some_and(|up| parts[up].reads);
    let text = source.get(part.start..part.end).unwrap_or_default();
    let has_parts = parts.iter().any(|other| other.parent == Some(at));
    let root = matches!(text, "attr" | "resource" | "parsed" | "document" | "params");
    selected || root || (text.starts_with(['[', '{']) && !has_parts)
}

/// Where a part of an expression stands in the pack's file.
fn place(rule: Place, span: Span, program: &Program, part: &Part, sources: &Sources) -> Place {
    let text = &sources.get(rule.file).text;
    let first = pack::locate(text, span, program.source(), part.start);
    let last = pack::locate(text, span, program.source(), part.end.saturating_sub(1));
    let end = if last.end >= first.start { last.end } else { first.end };
    Place { file: rule.file, span: Span { start: first.start, end } }
}

/// Why a part was not evaluated.
pub fn why_not_evaluated(
    parts: &[Part],
    at: usize,
    evaluated: &dyn Fn(usize) -> bool,
) -> &'static str {
    let mut part = at;
    loop {
        let Some(parent) = parts[part].parent else { return "the expression was not evaluated" };
        if !evaluated(parent) && parts[parent].parent.is_some() {
            part = parent;
            continue;
        }
        return match parts[parent].branches {
            Branches::And => "an operand before it is false",
            Branches::Or => "an operand before it is true",
            Branches::Choice => "the condition chooses the other branch",
            Branches::Loop => "there is nothing to go over",
            Branches::None => "what holds it was not evaluated",
        };
    }
}

/// Most characters of a value that a reader takes in.
const MAX_SHOWN: usize = 160;

/// A value as it is shown: what is long is cut.
pub fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn trace_rego(
    subject: &Subject<'_>,
    at: usize,
    rule: &Rule,
    package: &str,
    set: &PackSet,
    sources: &Sources,
) -> Option<RuleTrace> {
    let resource = subject.index.resource(at);
    if !rule.applies_to.contains(&resource.kind) {
        return None;
    }
    let input = Input::new(&subject.index);
    let own = |verdict: &super::Verdict| verdict.resource.address == resource.address;
    let verdict = rego::judge(subject, &input, rule, set).into_iter().find(own)?;
    let mut traced = described(verdict.kind);
    let reference = RuleRef { package: package.to_owned(), applies_to: rule.applies_to.clone() };
    let trace = set.policies.trace(&reference, &input, &subject.index, at);
    let address = |at: usize| Arc::clone(&subject.index.resource(at).address);
    for (other, at, reason) in trace.unknown {
        let read = UnknownRead { address: address(other), at, reason };
        if !traced.unknown.contains(&read) {
            traced.unknown.push(read);
        }
    }
    traced.unknown.sort();
    traced.read = trace.reads.into_iter().map(|path| (path, String::new())).collect();
    traced.runs = rego_runs(set, &trace.given, rule.place, sources);
    Some(traced)
}

/// One run a rule of a module that was evaluated.
fn rego_runs(
    set: &PackSet,
    given: &[(usize, Vec<String>)],
    rule: Place,
    sources: &Sources,
) -> Vec<TracedRun> {
    let Some(marks) = set.policies.marks() else { return Vec::new() };
    let parts = marks.parts();
    let values = |at: usize| given.iter().find(|(part, _)| *part == at).map(|(_, all)| all.clone());
    let met: BTreeSet<usize> =
        given.iter().filter_map(|(at, _)| Some(parts.get(*at)?.module)).collect();
    let mut runs: Vec<(bool, TracedRun)> = Vec::new();
    let mut last = None;
    let own = |part: &&RegoPart| part.is_written() && met.contains(&part.module);
    for (at, part) in parts.iter().enumerate().filter(|(_, part)| own(part)) {
        let Some((name, text)) = set.policies.module(part.module) else { continue };
        let begins = last != Some((part.module, &part.rule))
            || (part.after.is_none()
                && !part.nested
                && part.kind == RegoPartKind::Statement
                && !inside(parts, at));
        if begins {
            let title = format!("{} ({name})", part.rule);
            runs.push((false, TracedRun { title, steps: Vec::new() }));
        }
        last = Some((part.module, &part.rule));
        let Some((met, run)) = runs.last_mut() else { continue };
        let given = values(at);
        *met |= given.is_some();
        let depth = (0..at).filter(|up| holds(parts, *up, at)).count();
        let file = sources.find(name).unwrap_or(rule.file);
        run.steps.push(Step {
            depth,
            text: one_line(text.get(part.span.clone()).unwrap_or_default()),
            place: Place { file, span: Span::new(part.span.start, part.span.end) },
            given: match given {
                Some(values) => StepGiven::Values(values),
                None if part.kind == RegoPartKind::Negated => StepGiven::Not(NEGATED),
                None => StepGiven::Not("undefined, or an earlier statement does not hold"),
            },
            plain: false,
        });
    }
    let mut runs: Vec<TracedRun> =
        runs.into_iter().filter(|(met, _)| *met).map(|(_, run)| run).collect();
    for run in &mut runs {
        let reached = run.steps.iter().rposition(|step| matches!(step.given, StepGiven::Values(_)));
        for (at, step) in run.steps.iter_mut().enumerate() {
            if step.given == StepGiven::Not(NEGATED) && reached.is_some_and(|last| at < last) {
                step.given = StepGiven::Values(vec!["undefined, so that `not` holds".to_owned()]);
            }
        }
    }
    runs
}

/// Of what is negated, not even the value tells whether it was asked.
const NEGATED: &str = "undefined, or not reached";

fn inside(parts: &[RegoPart], at: usize) -> bool {
    (0..at).any(|up| holds(parts, up, at))
}

fn holds(parts: &[RegoPart], outer: usize, inner: usize) -> bool {
    let (a, b) = (&parts[outer], &parts[inner]);
    a.module == b.module
        && a.span.start <= b.span.start
        && b.span.end <= a.span.end
        && a.span != b.span
}
