//! From verdicts to controls: what each control of a baseline is, and why.
//!
//! Nothing here says "compliant": a control is violated by findings, evidenced by passes, or not decided.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::resolve::{Control, Resolved, Speaks};
use crate::config::{About, Attestation, Attested, Instant, Records, Waiver};
use crate::document::{Document, Mode, Pointer};
use crate::finding::{Failed, Finding, Inconclusive, Outcome, Passed, ResourceRef};
use crate::source::{Problem, ProblemKind, Sources};

/// What a control is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Findings violate it, or somebody has seen that it is not met.
    Violated,
    /// A rule that speaks of it failed.
    Error,
    /// Nothing decides it.
    Undecided(Open),
    /// Every rule that speaks of it and met a resource passed, or somebody has seen that it is met.
    Evidenced,
    /// It has nothing to be about.
    NotApplicable(Absent),
}

/// Why a control is not decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Open {
    /// Verdicts depend on values that are not known.
    UnknownValues,
    /// Rules see only a part of it, and there is no resource that they judge.
    NoResource,
    /// It takes people to assess it, and nobody has.
    Manual,
    /// Somebody's attestation has expired.
    Expired,
    /// The rules that speak of it are switched off.
    Disabled,
    /// No rule speaks of it.
    NoRule,
}

/// Why a control is not applicable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Absent {
    /// No resource that its rules judge is in scope.
    NoResource,
    /// The baseline says so.
    Stated,
    /// Somebody says so.
    Attested,
}

impl State {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Violated => "violated",
            Self::Error => "error",
            Self::Undecided(_) => "not-decidable",
            Self::Evidenced => "evidenced",
            Self::NotApplicable(_) => "not-applicable",
        }
    }

    /// Why, in one word, where there is a choice.
    pub fn reason(self) -> Option<&'static str> {
        match self {
            Self::Undecided(Open::UnknownValues) => Some("unknown-values"),
            Self::Undecided(Open::Manual) => Some("manual"),
            Self::Undecided(Open::Expired) => Some("attestation-expired"),
            Self::Undecided(Open::Disabled) => Some("rules-disabled"),
            Self::Undecided(Open::NoRule) => Some("no-rule"),
            Self::Undecided(Open::NoResource) | Self::NotApplicable(Absent::NoResource) => {
                Some("no-resource")
            }
            Self::NotApplicable(Absent::Stated) => Some("stated"),
            Self::NotApplicable(Absent::Attested) => Some("attested"),
            _ => None,
        }
    }

    /// Whether something decides it.
    pub fn is_decided(self) -> bool {
        matches!(self, Self::Violated | Self::Evidenced)
    }
}

/// A control with what was seen of it.
#[derive(Clone, Debug)]
pub struct Judged<'a> {
    /// The control.
    pub control: &'a Control,
    /// What it is; of a waived one, what it would be.
    pub state: State,
    /// Somebody accepts that.
    pub waiver: Option<&'a Waiver>,
    /// Somebody's word, where it decides.
    pub attestation: Option<&'a Attestation>,
    /// Findings that count.
    pub findings: Vec<&'a Finding>,
    /// Findings below the control's score.
    pub below: Vec<&'a Finding>,
    /// Findings of its rules at attributes that it is not about.
    pub elsewhere: Vec<&'a Finding>,
    /// Passes.
    pub passes: Vec<&'a Passed>,
    /// Verdicts that depend on unknown values.
    pub undecided: Vec<&'a Inconclusive>,
    /// Where rules failed.
    pub failures: Vec<&'a Failed>,
}

impl Judged<'_> {
    /// Whether a rule decided or left open anything.
    fn has_verdicts(&self) -> bool {
        self.verdicts() > 0
    }

    /// How many findings, passes, undecided verdicts and failures there are.
    pub fn verdicts(&self) -> usize {
        let findings = self.findings.len() + self.below.len() + self.elsewhere.len();
        findings + self.passes.len() + self.undecided.len() + self.failures.len()
    }

    /// The word for what it is: `waived` before everything else.
    pub fn name(&self) -> &'static str {
        if self.waiver.is_some() { "waived" } else { self.state.name() }
    }
}

/// A baseline, judged.
#[derive(Debug)]
pub struct Judgement<'a> {
    /// The baseline.
    pub baseline: &'a Resolved,
    /// Its controls in order.
    pub controls: Vec<Judged<'a>>,
    /// How many resources were there.
    pub resources: usize,
    /// How many pairs of rule and resource decided or left open something.
    pub verdicts: usize,
    /// Records that say nothing (any more): what, and why.
    pub stale: Vec<Stale<'a>>,
    /// When it was judged.
    pub now: Instant,
}

/// A record that has no effect.
#[derive(Clone, Debug)]
pub struct Stale<'a> {
    /// `attestation` or `waiver`.
    pub what: &'static str,
    /// What it is about.
    pub about: &'a About,
    /// Why it has none.
    pub why: &'static str,
}

/// How many controls are what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// All.
    pub controls: usize,
    /// Violated and not waived.
    pub violated: usize,
    /// Evidenced and not waived.
    pub evidenced: usize,
    /// Of those, by attestation alone.
    pub attested: usize,
    /// Not decided and not waived.
    pub undecided: usize,
    /// With a rule that failed, and not waived.
    pub errors: usize,
    /// Waived.
    pub waived: usize,
    /// Not applicable.
    pub not_applicable: usize,
    /// Decided, also where that is waived.
    pub decided: usize,
    /// Evidenced, also where that is waived.
    pub evidenced_of_decided: usize,
    /// With a rule that speaks of them.
    pub decidable: usize,
}

impl Summary {
    /// All but those that are not applicable.
    pub fn applicable(&self) -> usize {
        self.controls - self.not_applicable
    }
}

impl Judgement<'_> {
    /// Count.
    pub fn summary(&self) -> Summary {
        summary(self.controls.iter())
    }

    /// Whether nothing was there to be judged.
    pub fn has_no_data(&self) -> bool {
        let attested = self.controls.iter().any(|control| control.attestation.is_some());
        self.resources == 0 || (self.verdicts == 0 && !attested)
    }
}

/// Count some controls.
pub fn summary<'j>(controls: impl Iterator<Item = &'j Judged<'j>>) -> Summary {
    let mut sum = Summary::default();
    for judged in controls {
        sum.controls += 1;
        sum.decidable += usize::from(!judged.control.rules.is_empty());
        sum.decided += usize::from(judged.state.is_decided());
        sum.evidenced_of_decided += usize::from(judged.state == State::Evidenced);
        if let State::NotApplicable(_) = judged.state {
            sum.not_applicable += 1;
        } else if judged.waiver.is_some() {
            sum.waived += 1;
        } else {
            match judged.state {
                State::Violated => sum.violated += 1,
                State::Evidenced => {
                    sum.evidenced += 1;
                    sum.attested += usize::from(judged.attestation.is_some());
                }
                State::Error => sum.errors += 1,
                _ => sum.undecided += 1,
            }
        }
    }
    sum
}

/// Judge a baseline by what an evaluation gave (with its passes) and what people state. Problems are about the records.
pub fn judge<'a>(
    baseline: &'a Resolved,
    outcome: &'a Outcome,
    documents: &'a [Document],
    sources: &'a Sources,
    records: &'a Records,
    now: Instant,
) -> (Judgement<'a>, Vec<Problem>) {
    let verdicts = Verdicts::new(outcome);
    let places = Places::new(documents, sources);
    let records = Current::new(baseline, records, now);
    let mut problems = records.problems.clone();
    let controls: Vec<Judged<'a>> = baseline
        .controls
        .iter()
        .map(|control| {
            let mut judged = verdicts.about(control, &baseline.scopes, &places);
            records.settle(&mut judged);
            judged
        })
        .collect();
    let stale = records.stale(&controls);
    problems.extend(stale.iter().map(|stale| {
        let About { control, .. } = stale.about;
        let message = format!("the {} for control `{control}` {}", stale.what, stale.why);
        Problem::new(ProblemKind::Note, message).at(stale.about.place)
    }));
    let is_resource = |mode: Mode| mode != Mode::Declaration;
    let resources = documents
        .iter()
        .flat_map(|document| &document.resources)
        .filter(|resource| is_resource(resource.mode))
        .count();
    let verdicts = controls.iter().map(Judged::verdicts).sum();
    (Judgement { baseline, controls, resources, verdicts, stale, now }, problems)
}

/// What was seen, by rule.
#[derive(Default)]
struct Verdicts<'a> {
    findings: BTreeMap<&'a str, Vec<&'a Finding>>,
    passes: BTreeMap<&'a str, Vec<&'a Passed>>,
    undecided: BTreeMap<&'a str, Vec<&'a Inconclusive>>,
    /// Passes of which it is not known whether the rule speaks of the resource.
    unsaid: BTreeMap<&'a str, Vec<&'a Inconclusive>>,
    failures: BTreeMap<&'a str, Vec<&'a Failed>>,
}

impl<'a> Verdicts<'a> {
    fn new(outcome: &'a Outcome) -> Self {
        let mut all = Self::default();
        for it in &outcome.findings {
            all.findings.entry(&it.rule.id).or_default().push(it);
        }
        for it in &outcome.passes {
            all.passes.entry(&it.rule.id).or_default().push(it);
        }
        for it in &outcome.inconclusive {
            all.undecided.entry(&it.rule.id).or_default().push(it);
        }
        for it in &outcome.unsaid {
            all.unsaid.entry(&it.rule.id).or_default().push(it);
        }
        for it in &outcome.failures {
            all.failures.entry(&it.rule.id).or_default().push(it);
        }
        all
    }

    /// A control by what its rules said about resources in scope.
    fn about(
        &self,
        control: &'a Control,
        scopes: &[crate::pack::Scope],
        places: &Places<'a>,
    ) -> Judged<'a> {
        let mut judged = Judged {
            control,
            state: State::Evidenced,
            waiver: None,
            attestation: None,
            findings: Vec::new(),
            below: Vec::new(),
            elsewhere: Vec::new(),
            passes: Vec::new(),
            undecided: Vec::new(),
            failures: Vec::new(),
        };
        let own = control.written.scope.iter();
        let scopes: Vec<&crate::pack::Scope> =
            scopes.iter().chain(own).filter(|scope| !scope.is_everything()).collect();
        let is_in = |resource: &ResourceRef| places.is_in(resource, &scopes);
        for speaks in &control.rules {
            let rule = &*speaks.rule;
            let findings = self.findings.get(rule).into_iter().flatten().copied();
            for finding in findings.filter(|it| is_in(&it.resource)) {
                let list = if !is_meant(speaks, finding) {
                    &mut judged.elsewhere
                } else if finding.assessment.dread.score() < control.score {
                    &mut judged.below
                } else {
                    &mut judged.findings
                };
                list.push(finding);
            }
            let passes = self.passes.get(rule).into_iter().flatten().copied();
            judged.passes.extend(passes.filter(|it| is_in(&it.resource)));
            let undecided = self.undecided.get(rule).into_iter().flatten().copied();
            judged.undecided.extend(undecided.filter(|it| is_in(&it.resource)));
            let failures = self.failures.get(rule).into_iter().flatten().copied();
            judged.failures.extend(failures.filter(|it| is_in(&it.resource)));
        }
        if !judged.has_verdicts() {
            // Perhaps there is nothing that the control is about, perhaps there is.
            let rules = control.rules.iter();
            let unsaid = rules.filter_map(|speaks| self.unsaid.get(&*speaks.rule)).flatten();
            judged.undecided.extend(unsaid.copied().filter(|it| is_in(&it.resource)));
        }
        judged.state = state(&judged);
        judged
    }
}

/// Whether a finding points to an attribute that the mapping means.
fn is_meant(speaks: &Speaks, finding: &Finding) -> bool {
    let name = |pointer: &Pointer| {
        let is_name = |part: &String| part.bytes().any(|byte| !byte.is_ascii_digit());
        pointer.parts().filter(is_name).last()
    };
    speaks.attributes.is_empty()
        || name(&finding.attribute)
            .is_some_and(|name| speaks.attributes.iter().any(|attribute| **attribute == *name))
}

/// What the rules alone say.
fn state(judged: &Judged<'_>) -> State {
    let control = judged.control;
    if control.written.not_applicable.is_some() {
        State::NotApplicable(Absent::Stated)
    } else if judged.findings.len() > control.tolerated {
        State::Violated
    } else if !judged.failures.is_empty() {
        State::Error
    } else if !judged.undecided.is_empty() {
        State::Undecided(Open::UnknownValues)
    } else if judged.has_verdicts() {
        State::Evidenced
    } else if !control.rules.is_empty() && control.is_partial() {
        State::Undecided(Open::NoResource)
    } else if !control.rules.is_empty() {
        State::NotApplicable(Absent::NoResource)
    } else if !control.disabled.is_empty() {
        State::Undecided(Open::Disabled)
    } else if control.written.manual == Some(true) {
        State::Undecided(Open::Manual)
    } else {
        State::Undecided(Open::NoRule)
    }
}

/// Finds the resource of a verdict.
struct Places<'a> {
    documents: FxHashMap<(&'a str, &'a str), &'a Document>,
    sources: &'a Sources,
}

impl<'a> Places<'a> {
    fn new(documents: &'a [Document], sources: &'a Sources) -> Self {
        let by_root = documents.iter().map(|it| ((it.format, &*it.root), it));
        Self { documents: by_root.collect(), sources }
    }

    /// Whether a resource is in every scope; one that cannot be found is.
    fn is_in(&self, resource: &ResourceRef, scopes: &[&crate::pack::Scope]) -> bool {
        if scopes.is_empty() {
            return true;
        }
        let Some(document) = self.documents.get(&(resource.format, &*resource.document)) else {
            return true;
        };
        let found = document.resources.binary_search_by(|it| it.address.cmp(&resource.address));
        found.is_ok_and(|at| {
            let resource = &document.resources[at];
            scopes.iter().all(|scope| scope.holds(document, resource, self.sources))
        })
    }
}

/// The records about a baseline.
struct Current<'a> {
    attestations: BTreeMap<&'a str, &'a Attestation>,
    waivers: BTreeMap<&'a str, &'a Waiver>,
    expired: Vec<Stale<'a>>,
    problems: Vec<Problem>,
    now: Instant,
}

impl<'a> Current<'a> {
    fn new(baseline: &'a Resolved, records: &'a Records, now: Instant) -> Self {
        let mut current = Self {
            attestations: BTreeMap::new(),
            waivers: BTreeMap::new(),
            expired: Vec::new(),
            problems: Vec::new(),
            now,
        };
        for it in &records.attestations {
            if current.concerns(baseline, &it.about, "attestation") {
                let earlier = current.attestations.insert(&it.about.control, it);
                current.once(earlier.map(|_| &it.about), "attestation");
            }
        }
        for it in &records.waivers {
            if current.concerns(baseline, &it.about, "waiver") {
                let earlier = current.waivers.insert(&it.about.control, it);
                current.once(earlier.map(|_| &it.about), "waiver");
            }
        }
        current
    }

    /// Whether a record is about a control of the baseline and has not expired.
    fn concerns(&mut self, baseline: &'a Resolved, about: &'a About, what: &'static str) -> bool {
        if !baseline.chain.iter().any(|link| link.id == about.baseline) {
            return false;
        }
        if !baseline.controls.iter().any(|control| *control.id() == about.control) {
            let is_known = baseline.changes.dropped.contains(&about.control);
            if is_known || baseline.profile.is_some() {
                let why = "is about a control that is not part of this baseline or profile";
                self.expired.push(Stale { what, about, why });
                return false;
            }
            let message =
                format!("there is no control `{}` in `{}`", about.control, about.baseline);
            let known = baseline.controls.iter().map(|control| &**control.id());
            let problem = Problem::new(ProblemKind::Configuration, message).at(about.place);
            self.problems.push(match crate::source::nearest(&about.control, known) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem,
            });
            return false;
        }
        if self.now >= about.expires {
            self.expired.push(Stale { what, about, why: "has expired" });
            return false;
        }
        true
    }

    fn once(&mut self, second: Option<&About>, what: &str) {
        if let Some(about) = second {
            let message = format!("control `{}` has two {what}s", about.control);
            let problem = Problem::new(ProblemKind::Configuration, message).at(about.place);
            self.problems.push(problem.help("keep the one that holds"));
        }
    }

    /// Let people's word decide what rules do not, and accept what somebody accepts.
    fn settle(&self, judged: &mut Judged<'a>) {
        let id = &**judged.control.id();
        let is_open = !matches!(
            judged.state,
            State::Violated | State::Error | State::NotApplicable(Absent::Stated)
        );
        if let (true, Some(attestation)) = (is_open, self.attestations.get(id)) {
            let state = match attestation.verdict {
                Attested::Met => State::Evidenced,
                Attested::NotMet => State::Violated,
                Attested::NotApplicable => State::NotApplicable(Absent::Attested),
            };
            // A rule's evidence stands; only a word against it goes further.
            if judged.state != State::Evidenced || state == State::Violated {
                judged.state = state;
                judged.attestation = Some(attestation);
            }
        }
        let has_expired = self.expired.iter().any(|stale| {
            stale.what == "attestation" && *stale.about.control == *id && stale.why == "has expired"
        });
        if has_expired
            && matches!(
                judged.state,
                State::Undecided(Open::Manual | Open::Disabled | Open::NoRule | Open::NoResource)
            )
        {
            judged.state = State::Undecided(Open::Expired);
        }
        if !matches!(judged.state, State::Evidenced | State::NotApplicable(_)) {
            judged.waiver = self.waivers.get(id).copied();
        }
    }

    /// Records without effect.
    fn stale(&self, controls: &[Judged<'a>]) -> Vec<Stale<'a>> {
        let mut stale = self.expired.clone();
        let judged = |about: &About| controls.iter().find(|it| *it.control.id() == about.control);
        for it in self.attestations.values() {
            if judged(&it.about).is_some_and(|judged| judged.attestation.is_none()) {
                let why = "decides nothing: rules or the baseline do";
                stale.push(Stale { what: "attestation", about: &it.about, why });
            }
        }
        for it in self.waivers.values() {
            if judged(&it.about).is_some_and(|judged| judged.waiver.is_none()) {
                let why = "is not needed: the control is evidenced or does not apply";
                stale.push(Stale { what: "waiver", about: &it.about, why });
            }
        }
        stale.sort_by_key(|it| it.about.place);
        stale
    }
}

/// All rules that speak of a baseline's controls.
pub fn rules(baseline: &Resolved) -> Vec<String> {
    let mut rules: Vec<Arc<str>> = baseline
        .controls
        .iter()
        .flat_map(|control| control.rules.iter().map(|speaks| Arc::clone(&speaks.rule)))
        .collect();
    rules.sort();
    rules.dedup();
    rules.iter().map(ToString::to_string).collect()
}
