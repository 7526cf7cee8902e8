//! Meanings of resource types: what each is in a threat model. Tables in `vocabulary/*.yaml` of packs.

use std::sync::{Arc, OnceLock};

use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::engine::cel;
use crate::finding::context::Weights;
use crate::source::{Place, fits};

/// How a resource is connected with another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the vocabulary's own words")]
pub enum Verb {
    AttachedTo,
    AuthenticatedBy,
    Authn,
    Binds,
    ConfiguredBy,
    ContainedIn,
    CopiedTo,
    Copies,
    CredentialOf,
    DeploysTo,
    Exposes,
    FilteredBy,
    Filters,
    Fronts,
    Grants,
    InstanceOf,
    InvokedBy,
    Invokes,
    Limits,
    LogsTo,
    Monitors,
    Mounts,
    Names,
    NetAllowIn,
    NetAllowOut,
    Peers,
    ProtectedBy,
    Protects,
    Pulls,
    Reads,
    ReceivesFrom,
    ReferencesSecret,
    ResolvesTo,
    RestoredFrom,
    RoutesTo,
    Runs,
    RunsAs,
    TriggeredBy,
    Triggers,
    Trusts,
    UsesCert,
    VersionOf,
    Writes,
}

/// Every verb with its word, sorted by word.
const VERBS: &[(&str, Verb)] = &[
    ("attached_to", Verb::AttachedTo),
    ("authenticated_by", Verb::AuthenticatedBy),
    ("authn", Verb::Authn),
    ("binds", Verb::Binds),
    ("configured_by", Verb::ConfiguredBy),
    ("contained_in", Verb::ContainedIn),
    ("copied_to", Verb::CopiedTo),
    ("copies", Verb::Copies),
    ("credential_of", Verb::CredentialOf),
    ("deploys_to", Verb::DeploysTo),
    ("exposes", Verb::Exposes),
    ("filtered_by", Verb::FilteredBy),
    ("filters", Verb::Filters),
    ("fronts", Verb::Fronts),
    ("grants", Verb::Grants),
    ("instance_of", Verb::InstanceOf),
    ("invoked_by", Verb::InvokedBy),
    ("invokes", Verb::Invokes),
    ("limits", Verb::Limits),
    ("logs_to", Verb::LogsTo),
    ("monitors", Verb::Monitors),
    ("mounts", Verb::Mounts),
    ("names", Verb::Names),
    ("net_allow_in", Verb::NetAllowIn),
    ("net_allow_out", Verb::NetAllowOut),
    ("peers", Verb::Peers),
    ("protected_by", Verb::ProtectedBy),
    ("protects", Verb::Protects),
    ("pulls", Verb::Pulls),
    ("reads", Verb::Reads),
    ("receives_from", Verb::ReceivesFrom),
    ("references_secret", Verb::ReferencesSecret),
    ("resolves_to", Verb::ResolvesTo),
    ("restored_from", Verb::RestoredFrom),
    ("routes_to", Verb::RoutesTo),
    ("runs", Verb::Runs),
    ("runs_as", Verb::RunsAs),
    ("triggered_by", Verb::TriggeredBy),
    ("triggers", Verb::Triggers),
    ("trusts", Verb::Trusts),
    ("uses_cert", Verb::UsesCert),
    ("version_of", Verb::VersionOf),
    ("writes", Verb::Writes),
];

impl Verb {
    /// The verb that a word names.
    pub fn parse(word: &str) -> Option<Self> {
        let at = VERBS.binary_search_by(|(each, _)| (*each).cmp(word)).ok()?;
        Some(VERBS[at].1)
    }

    /// All words.
    pub fn words() -> impl Iterator<Item = &'static str> {
        VERBS.iter().map(|(word, _)| *word)
    }
}

/// What an element of the vocabulary is in a diagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A node that acts.
    Process,
    /// A node that keeps data.
    DataStore,
    /// A node outside.
    ExternalEntity,
    /// A principal.
    Identity,
    /// A zone.
    Boundary,
    /// Filters, limits or watches others; part of them or none of its own.
    Control,
    /// Joins others; part of them.
    Flow,
    /// Says something of others; part of them.
    Meta,
}

/// Every role with its word.
pub(super) const ROLES: [(&str, Role); 8] = [
    ("process", Role::Process),
    ("data_store", Role::DataStore),
    ("external_entity", Role::ExternalEntity),
    ("identity", Role::Identity),
    ("boundary", Role::Boundary),
    ("control", Role::Control),
    ("flow", Role::Flow),
    ("meta", Role::Meta),
];

impl Role {
    /// Whether it can be a node.
    pub fn is_node(self) -> bool {
        matches!(self, Self::Process | Self::DataStore | Self::ExternalEntity | Self::Identity)
    }
}

/// An expression of the vocabulary, compiled when it is first needed.
#[derive(Debug)]
pub struct Expression {
    /// Its text.
    pub text: Arc<str>,
    /// Where it is written.
    pub place: Place,
    program: OnceLock<Result<cel::Program, String>>,
}

impl Expression {
    /// From its text.
    pub fn new(text: Arc<str>, place: Place) -> Self {
        Self { text, place, program: OnceLock::new() }
    }

    /// Compiled; the error says why not.
    pub fn program(&self) -> Result<&cel::Program, &str> {
        let compile = || {
            let names = cel::Names { item: false };
            cel::compile(&self.text, &names).map_err(|error| error.message)
        };
        self.program.get_or_init(compile).as_ref().map_err(String::as_str)
    }
}

/// Those who refer to a thing, where it is a part of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Users {
    /// All of them.
    pub all: bool,
    /// Who does so by one of these verbs.
    pub by: Vec<Verb>,
    /// Who does so by one of these attributes, with dots between names; `*.` before the name of one in any block, or in none.
    pub at: Vec<Arc<str>>,
}

impl Users {
    /// Whether it is a part of nobody who refers to it.
    pub fn are_none(&self) -> bool {
        !self.all && self.by.is_empty() && self.at.is_empty()
    }
}

/// What a resource type means.
#[derive(Debug)]
pub struct Meaning {
    /// The type; `*` stands for any characters.
    pub resource_type: Arc<str>,
    /// `compute_vm`, `datastore_sql` …
    pub kind: Arc<str>,
    /// What it is in a diagram.
    pub role: Role,
    /// The kind of zone, or the role at an edge (`internet_edge`).
    pub boundary: Option<Arc<str>>,
    /// `none`, `internal`, `confidential`, `restricted`.
    pub sensitivity: Arc<str>,
    /// Attributes that lead to what it is a part of.
    pub part_of: Vec<Arc<str>>,
    /// Which of those that refer to it take it as a part of theirs. Others only mention it.
    pub part_of_users: Users,
    /// Attributes that lead to the other end, by verb; with dots between names.
    pub edges: Vec<(Verb, Arc<str>)>,
    /// Where it listens.
    pub port: Option<Expression>,
    /// What its door asks for.
    pub auth: Option<Expression>,
    /// Properties by name, in the order written.
    pub properties: IndexMap<Arc<str>, Expression, FxBuildHasher>,
    /// Where it is written.
    pub place: Place,
}

/// A rule over a threat model: what is a threat without any single resource being wrong.
#[derive(Debug)]
pub struct ModelRule {
    /// `<pack>/<id>`.
    pub id: Arc<str>,
    /// What is wrong, in a few words.
    pub title: Arc<str>,
    /// `asset`, `flow` or `boundary`.
    pub target: Arc<str>,
    /// CEL over `attr`, the record of the target: whether the threat is there at all.
    pub applies: Expression,
    /// Whether something proven closes it.
    pub mitigated: Option<Expression>,
    /// Names of facts whose places are its evidence.
    pub evidence: Vec<Arc<str>>,
    /// Id of the threat class.
    pub threat: Arc<str>,
    /// What to change.
    pub remediation: Arc<str>,
    /// What closes it, in words.
    pub control: Option<Arc<str>>,
    /// Where it is written.
    pub place: Place,
}

/// The vocabulary of all packs.
#[derive(Debug, Default)]
pub struct Meanings {
    exact: FxHashMap<Arc<str>, Arc<Meaning>>,
    patterns: Vec<Arc<Meaning>>,
    /// Rules over the model, sorted by id.
    pub rules: Vec<ModelRule>,
    /// What states of dimensions add to factors.
    pub weights: Weights,
    /// Tables of words by name, for what a provider names: roles, regions, escalations.
    pub tables: FxHashMap<Arc<str>, Vec<Vec<Arc<str>>>>,
}

impl Meanings {
    /// Add a meaning; one of a type that is there already takes its place and gives the old one back.
    pub(super) fn add(&mut self, meaning: Meaning) -> Option<Arc<Meaning>> {
        let meaning = Arc::new(meaning);
        if meaning.resource_type.contains('*') {
            self.patterns.push(meaning);
            return None;
        }
        self.exact.insert(Arc::clone(&meaning.resource_type), meaning)
    }

    /// What a type means.
    pub fn of(&self, resource_type: &str) -> Option<&Arc<Meaning>> {
        if let Some(meaning) = self.exact.get(resource_type) {
            return Some(meaning);
        }
        self.patterns.iter().find(|meaning| fits(&meaning.resource_type, resource_type))
    }

    /// All meanings, sorted by type.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Meaning>> {
        let mut all: Vec<&Arc<Meaning>> = self.exact.values().chain(&self.patterns).collect();
        all.sort_by(|a, b| a.resource_type.cmp(&b.resource_type));
        all.into_iter()
    }

    /// The rows of a table of words.
    pub fn table(&self, name: &str) -> &[Vec<Arc<str>>] {
        self.tables.get(name).map_or(&[], Vec::as_slice)
    }
}
