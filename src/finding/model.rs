//! The finding and what stands around it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::context::Assumptions;
use super::{Assessment, Dread, Severity, StrideSet};
use crate::document::{CallSite, Pointer};
use crate::source::{Place, Problem};

/// A threat class: a catalogue entry worded as a threat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreatClass {
    /// `T003`.
    pub id: Arc<str>,
    /// What happens, in words.
    pub name: Arc<str>,
    /// What an attacker gains.
    pub stride: StrideSet,
    /// Base factors.
    pub dread: Dread,
    /// CWE ids, `CWE-732`.
    pub cwe: Vec<Arc<str>>,
    /// CAPEC ids, `CAPEC-122`.
    pub capec: Vec<Arc<str>>,
    /// ATT&CK technique ids, `T1530`.
    pub attack: Vec<Arc<str>>,
    /// NIST SP 800-53 r5 controls, `AC-3`.
    pub nist: Vec<Arc<str>>,
    /// The meaning of what is harmed: `compute_vm`, `datastore`, `flow`, `any`.
    pub applies_to: Arc<str>,
    /// For which surroundings the base factors were written.
    pub assumptions: Assumptions,
}

/// What a rule says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleInfo {
    /// `<pack>/<id>`.
    pub id: Arc<str>,
    /// What is wrong, in a few words.
    pub title: Arc<str>,
    /// Why it matters and what it checks, Markdown.
    pub description: Option<Arc<str>>,
    /// What to change.
    pub remediation: Arc<str>,
    /// What it checks, in the concepts table.
    pub concept: Option<Arc<str>>,
    /// Ids of the same check elsewhere.
    pub aliases: Vec<Arc<str>>,
    /// The threat that the weakness opens.
    pub threat: Arc<ThreatClass>,
    /// STRIDE of the rule, else of its threat class.
    pub stride: StrideSet,
    /// Base factors: the threat class's, with what the rule overrides.
    pub dread: Dread,
    /// Links to provider documentation.
    pub references: Vec<Arc<str>>,
    /// Controls that the organisation says it is about.
    pub controls: Vec<Arc<str>>,
    /// Whether it is no threat of its own in a model, only evidence for one of its class on the same asset.
    pub supports: bool,
}

/// The resource of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceRef {
    /// Its address.
    pub address: Arc<str>,
    /// Its type.
    pub kind: Arc<str>,
    /// Root of its document.
    pub document: Arc<str>,
    /// Format of its document.
    pub format: &'static str,
}

/// The policy objects to the infrastructure.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: Arc<RuleInfo>,
    /// This finding in words.
    pub message: String,
    /// Its band.
    pub severity: Severity,
    /// DREAD with evidence.
    pub assessment: Assessment,
    /// About what.
    pub resource: ResourceRef,
    /// Whether the resource is only known to exist conditionally.
    pub conditional: bool,
    /// Where to look.
    pub place: Place,
    /// The attribute there.
    pub attribute: Pointer,
    /// Module calls on the way, outermost first.
    pub called_from: Arc<[CallSite]>,
    /// `dn1:…`, stable over moved lines and unrelated edits; set by [`super::fingerprint::assign`].
    pub fingerprint: String,
    /// The same without the document's root: recognises renamed folders.
    pub fingerprint_without_root: String,
}

/// An unknown value that a verdict depends on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnknownRead {
    /// The resource that holds it.
    pub address: Arc<str>,
    /// Where in its attributes.
    pub at: Pointer,
    /// Why it is unknown.
    pub reason: Arc<str>,
}

/// A verdict that depends on unknown values.
#[derive(Clone, Debug)]
pub struct Inconclusive {
    /// The rule.
    pub rule: Arc<RuleInfo>,
    /// About what.
    pub resource: ResourceRef,
    /// Where to look.
    pub place: Place,
    /// What would have to be known.
    pub unknown: Vec<UnknownRead>,
}

/// A rule's pass about a resource.
#[derive(Clone, Debug)]
pub struct Passed {
    /// The rule.
    pub rule: Arc<RuleInfo>,
    /// About what.
    pub resource: ResourceRef,
    /// The resource's block.
    pub block: Place,
}

/// A rule's failure on a resource.
#[derive(Clone, Debug)]
pub struct Failed {
    /// The rule.
    pub rule: Arc<RuleInfo>,
    /// About what.
    pub resource: ResourceRef,
    /// What went wrong.
    pub message: String,
}

/// Verdicts of one rule, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuleCounts {
    /// Resources with at least one finding.
    pub finding: usize,
    /// Resources that pass.
    pub pass: usize,
    /// Resources without a decision.
    pub inconclusive: usize,
    /// Resources on which the rule failed.
    pub error: usize,
}

/// What an evaluation gave, sorted.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Findings by path, place, rule, address.
    pub findings: Vec<Finding>,
    /// Verdicts that depend on unknown values.
    pub inconclusive: Vec<Inconclusive>,
    /// Passes, where they were asked for.
    pub passes: Vec<Passed>,
    /// Where passes were asked for: what would be one if the rule speaks of the resource at all, which depends on unknown values. No
    /// verdict, so it is counted nowhere.
    pub unsaid: Vec<Inconclusive>,
    /// Where rules failed; each is among the problems, too.
    pub failures: Vec<Failed>,
    /// What could not be done.
    pub problems: Vec<Problem>,
    /// Rules that the organisation switched off, each with its reason.
    pub disabled: Vec<(Arc<str>, Arc<str>)>,
    /// Verdict counts by rule id, every rule that was loaded.
    pub rules: BTreeMap<Arc<str>, RuleCounts>,
    /// Pairs of rule and resource that were judged.
    pub evaluated: usize,
}
