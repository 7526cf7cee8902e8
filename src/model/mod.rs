//! The threat model: assets, boundaries, flows, threats, attack paths. Data only; `threat` makes it, `export` writes it.
//!
//! Ids are resource addresses where a resource stands behind a thing (with `ROOT:` before them when several documents make one model);
//! what has no resource has a plain id: `internet`, `tenant`, `repository`, `backend.TYPE`, `var.NAME`, `module.NAME`.
//! Lists are sorted by id; texts hold no secrets.

pub mod diff;
mod from_json;
mod json;
mod kinds;

use std::sync::Arc;

use crate::finding::{Confidence, Dread, Factor, Score, Severity, StrideSet, ThreatClass};

pub use from_json::from_json;
pub use json::{SCHEMA, VERSION, Whole, to_json};
pub use kinds::{Element, Encrypted, FlowKind};

/// The model of one run.
#[derive(Clone, Debug, Default)]
pub struct ThreatModel {
    /// What it is a model of: the scanned paths, in words.
    pub title: Arc<str>,
    /// Zones, sorted by id; a parent is always among them and no zone holds itself.
    pub boundaries: Vec<Boundary>,
    /// Nodes, sorted by id.
    pub assets: Vec<Asset>,
    /// Edges, sorted by source, target, kind, protocol, port.
    pub flows: Vec<Flow>,
    /// Threats, sorted by score (highest first), class, target.
    pub threats: Vec<Threat>,
    /// Attack paths, best first.
    pub paths: Vec<AttackPath>,
    /// What cuts paths, most useful first.
    pub fixes: Vec<Fix>,
    /// STRIDE per element: what stands for each letter that applies to an asset or flow.
    pub coverage: Vec<Coverage>,
    /// Where a hand-made model and the code differ; empty without one.
    pub drift: Vec<Drift>,
    /// Types that occur and have no meaning in the vocabulary, with how often.
    pub without_meaning: Vec<(Arc<str>, usize)>,
    /// How many resources have a meaning, of how many.
    pub meaning: (usize, usize),
    /// What the model takes for granted, in words.
    pub assumptions: Vec<Arc<str>>,
    /// Whether the search for paths stopped at a bound.
    pub paths_stopped: Option<Arc<str>>,
    /// What making it took.
    pub work: Work,
}

/// What making a model took, counted rather than timed; no part of its JSON. Each grows about as the configuration does, or ends at a
/// bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Pairs of hosts between which flows were sought.
    pub pairs: usize,
    /// Pairs of a principal and what it may use.
    pub rights: usize,
    /// Flows that were looked at for where nodes sit, each as often as it was.
    pub walked: usize,
    /// Flows that the search for paths looked at, each as often as it came to it.
    pub searched: usize,
}

impl std::ops::AddAssign for Work {
    fn add_assign(&mut self, other: Self) {
        self.pairs += other.pairs;
        self.rights += other.rights;
        self.walked += other.walked;
        self.searched += other.searched;
    }
}

impl ThreatModel {
    /// The asset with an id.
    pub fn asset(&self, id: &str) -> Option<&Asset> {
        let at = self.assets.binary_search_by(|asset| (*asset.id).cmp(id)).ok()?;
        self.assets.get(at)
    }

    /// The flow with an id.
    pub fn flow(&self, id: &str) -> Option<&Flow> {
        // Most ids begin with that of the source, by which flows are sorted.
        let source = id.split(" > ").next().unwrap_or_default();
        let first = self.flows.partition_point(|flow| *flow.source < *source);
        let near = self.flows[first..].iter().take_while(|flow| *flow.source == *source);
        near.chain(&self.flows).find(|flow| *flow.id == *id)
    }

    /// The boundary with an id.
    pub fn boundary(&self, id: &str) -> Option<&Boundary> {
        let at = self.boundaries.binary_search_by(|boundary| (*boundary.id).cmp(id)).ok()?;
        self.boundaries.get(at)
    }

    /// A name for an id: of an asset, a boundary or a flow, else the id itself.
    pub fn name_of<'m>(&'m self, id: &'m str) -> &'m str {
        if let Some(asset) = self.asset(id) {
            return &asset.name;
        }
        if let Some(boundary) = self.boundary(id) {
            return &boundary.name;
        }
        self.flow(id).map_or(id, |flow| &flow.label)
    }

    /// Names of assets, with their types where several are called the same: `shop (backend service)`.
    pub fn names_apart(&self, ids: &[Arc<str>]) -> Vec<String> {
        let names: Vec<&str> = ids.iter().map(|id| self.name_of(id)).collect();
        let apart = |(id, name): (&Arc<str>, &&str)| {
            let twins = ids.iter().zip(&names).any(|(other, own)| own == name && other != id);
            let kind = self.asset(id).filter(|_| twins)?.resource_type.as_deref()?;
            // Without the provider: `google_storage_bucket` is a storage bucket here.
            let kind = kind.split_once('_').map_or(kind, |(_, kind)| kind).replace('_', " ");
            Some(format!("{name} ({kind})"))
        };
        let each = ids.iter().zip(&names);
        each.map(|pair| apart(pair).unwrap_or_else(|| (*pair.1).to_owned())).collect()
    }
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// Path relative to the project's root.
    pub file: Arc<str>,
    /// From 1.
    pub line: u32,
}

/// A zone of trust.
#[derive(Clone, Debug)]
pub struct Boundary {
    /// Its id.
    pub id: Arc<str>,
    /// For people.
    pub name: Arc<str>,
    /// `internet`, `third_party`, `tenant`, `account`, `subscription`, `project`, `resource_group`, `region`, `network`, `subnet`,
    /// `cluster`, `namespace`, `repository`, `state`, `module` …: the vocabulary's words.
    pub kind: Arc<str>,
    /// The zone around it.
    pub parent: Option<Arc<str>>,
    /// `prod`, `staging`, `dev`, where known.
    pub environment: Option<Arc<str>>,
    /// Filters on it: firewalls, lists of rules.
    pub filters: Vec<Arc<str>>,
    /// Where it is written.
    pub source: Option<Location>,
}

/// A node of the data-flow diagram.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Its id.
    pub id: Arc<str>,
    /// For people.
    pub name: Arc<str>,
    /// What it is: `compute_vm`, `datastore_sql`, `load_balancer` …: the vocabulary's words.
    pub kind: Arc<str>,
    /// What it is in a data-flow diagram.
    pub element: Element,
    /// Its resource type; none where no resource stands behind it.
    pub resource_type: Option<Arc<str>>,
    /// The innermost zone around it.
    pub boundary: Option<Arc<str>>,
    /// Addresses of resources that are part of it.
    pub merges: Vec<Arc<str>>,
    /// `none`, `internal`, `confidential`, `restricted`.
    pub sensitivity: Option<Arc<str>>,
    /// `prod`, `staging`, `dev`, where known.
    pub environment: Option<Arc<str>>,
    /// Who owns it, where something says so.
    pub owner: Option<Arc<str>>,
    /// Properties with their state: `public`, `encrypted_at_rest` … → `true`, `false`, `unknown`; sorted.
    pub properties: Vec<(Arc<str>, Arc<str>)>,
    /// Whether it is only known to exist conditionally.
    pub conditional: bool,
    /// Whether people added it and no code stands behind it.
    pub modelled: bool,
    /// Where it is written.
    pub source: Option<Location>,
}

/// An edge of the data-flow diagram.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Its id, made of its ends, kind, protocol and port.
    pub id: Arc<str>,
    /// Id of the asset that it leaves.
    pub source: Arc<str>,
    /// Id of the asset that it arrives at.
    pub target: Arc<str>,
    /// What travels.
    pub kind: FlowKind,
    /// `tcp`, `udp`, `any`, for network flows.
    pub protocol: Option<Arc<str>>,
    /// `443`, `8000-8080`, `any`, for network flows.
    pub port: Option<Arc<str>>,
    /// Whether it is encrypted on the way.
    pub encrypted: Encrypted,
    /// For people: `tcp/443`, `runs as`, `reads`.
    pub label: Arc<str>,
    /// Ids of the boundaries between its ends, outermost first.
    pub crosses: Vec<Arc<str>>,
    /// Whether a part of its proof rests on a value that is not known.
    pub assumed: bool,
    /// Whether people added it and no code stands behind it.
    pub modelled: bool,
    /// What proves it.
    pub evidence: Vec<Location>,
}

/// Whether a threat stands open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ThreatState {
    /// Nothing proves that it cannot happen.
    Open,
    /// A control in the configuration closes it.
    Mitigated,
    /// People accept it, on record.
    Accepted,
}

impl ThreatState {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Mitigated => "mitigated",
            Self::Accepted => "accepted",
        }
    }
}

/// What can happen to an asset, flow or boundary.
#[derive(Clone, Debug)]
pub struct Threat {
    /// `CLASS@TARGET`.
    pub id: Arc<str>,
    /// The catalogue entry.
    pub class: Arc<ThreatClass>,
    /// Id of what is harmed.
    pub target: Arc<str>,
    /// What an attacker gains.
    pub stride: StrideSet,
    /// DREAD in context.
    pub dread: ContextDread,
    /// The state of each dimension that applies: (dimension, state or `unknown`), in the order of the specification.
    pub context: Vec<(&'static str, Arc<str>)>,
    /// What proves it.
    pub evidence: Vec<Location>,
    /// Fingerprints of the findings that are this threat; empty where it comes from the graph alone.
    pub findings: Vec<Arc<str>>,
    /// Ids of the rules that found it.
    pub rules: Vec<Arc<str>>,
    /// What to change.
    pub remediation: Arc<str>,
    /// Whether it is open.
    pub state: ThreatState,
    /// What closes it or who accepts it, in words.
    pub note: Option<Arc<str>>,
}

/// DREAD of a threat or path: base, steps, result.
#[derive(Clone, Debug)]
pub struct ContextDread {
    /// Factors without context.
    pub base: Dread,
    /// Factors in context.
    pub dread: Dread,
    /// The score of the factors that the profile counts.
    pub score: Score,
    /// Its band.
    pub severity: Severity,
    /// Every step from base to result.
    pub steps: Vec<Step>,
    /// How much of the context is known; `of` is 0 where none applies.
    pub confidence: Confidence,
}

/// One step from base to result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The factor that moves.
    pub factor: Factor,
    /// By how much.
    pub step: i16,
    /// `exposure: internet_open → internal`, `control: waf_blocking`, `clamp` …
    pub reason: Arc<str>,
    /// What proves it.
    pub proof: Vec<Location>,
}

/// A way from an entry to a goal.
#[derive(Clone, Debug)]
pub struct AttackPath {
    /// `FROM>TO#N`.
    pub id: Arc<str>,
    /// For people.
    pub title: Arc<str>,
    /// Id of the entry.
    pub from: Arc<str>,
    /// Id of the goal.
    pub to: Arc<str>,
    /// Ids of assets on the way, first to last.
    pub nodes: Vec<Arc<str>>,
    /// Ids of flows on the way, one between two nodes.
    pub flows: Vec<Arc<str>>,
    /// What opens it, in order.
    pub steps: Vec<PathStep>,
    /// D, R, E, A, Di.
    pub dread: Dread,
    /// Its score.
    pub score: Score,
    /// Its band.
    pub severity: Severity,
    /// Whether an edge rests on a value that is not known.
    pub assumed: bool,
    /// What cuts it, in words, each with the id of the fix.
    pub cut_by: Vec<Arc<str>>,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathStep {
    /// Id of the class: `T001`.
    pub class: Arc<str>,
    /// Where: id of the asset or flow.
    pub at: Arc<str>,
    /// Id of the threat that opens it; none where the step is implied.
    pub threat: Option<Arc<str>>,
    /// How, in words.
    pub how: Arc<str>,
}

/// A change that cuts paths.
#[derive(Clone, Debug)]
pub struct Fix {
    /// Id of the threat that it closes, or `flow:ID`.
    pub id: Arc<str>,
    /// What to change.
    pub change: Arc<str>,
    /// How many of the paths it breaks.
    pub paths: usize,
    /// How much score it removes: the sum over those paths, in tenths.
    pub score: u32,
    /// Where.
    pub location: Option<Location>,
}

/// What stands for one letter of STRIDE on one element.
#[derive(Clone, Debug)]
pub struct Coverage {
    /// Id of the asset or flow.
    pub target: Arc<str>,
    /// `S`, `T`, `R`, `I`, `D`, `E`.
    pub letter: char,
    /// Ids of its open threats.
    pub threats: Vec<Arc<str>>,
    /// Proven mitigations, in words.
    pub mitigations: Vec<Arc<str>>,
}

impl Coverage {
    /// `threats`, `mitigated` or `undecidable`.
    pub fn state(&self) -> &'static str {
        if !self.threats.is_empty() {
            "threats"
        } else if self.mitigations.is_empty() {
            "undecidable"
        } else {
            "mitigated"
        }
    }
}

/// A difference between a hand-made model and the code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Drift {
    /// Whether it is modelled and not in code; else the other way round.
    pub modelled: bool,
    /// `asset`, `flow`, `boundary`.
    pub what: &'static str,
    /// Its id in the model that has it.
    pub id: Arc<str>,
    /// For people.
    pub name: Arc<str>,
    /// Where it is written.
    pub source: Option<Location>,
}
