//! Google Cloud: what folders and organizations say for the projects below them: configurations of audit logs, policies.
//!
//! Source: Google Cloud documentation, "Enable Data Access audit logs" (configurations are inherited), "Organization Policy: hierarchy
//! evaluation", "Public access prevention" of Cloud Storage. `iam.allowedPolicyMemberDomains` says nothing here: it refuses grants while it
//! is there and leaves those that were made before.

use std::cell::OnceCell;

use crate::document::{Existence, Mode, Resource, Value};

use super::accounts::{Home, Projects};
use super::gcp::{self, blocks, targets, text};
use super::look;
use super::network::Tri;
use super::scene::{Fact, Scene};

/// Where a configuration of audit logs above projects holds: type, attribute.
const CONFIGS: [(&str, &str); 2] = [
    ("google_folder_iam_audit_config", "folder"),
    ("google_organization_iam_audit_config", "org_id"),
];

/// The log of who reads, and how all services are called.
const READS: &str = "DATA_READ";
const ALL: &str = "allServices";

/// What audit logs of folders and organizations say who read, by the table `gcp_audited`.
pub fn audits(scene: &mut Scene<'_>) {
    let projects = OnceCell::new();
    for (kind, path) in CONFIGS {
        for at in scene.index.of_type(kind).to_vec() {
            let resource = scene.index.resource(at);
            let mut logs = blocks(&resource.attributes, "audit_log_config").iter();
            let reads = logs.any(|log| look::text(log, "log_type") == Some(READS));
            if !reads || resource.mode != Mode::Managed {
                continue;
            }
            let proof = vec![resource.header];
            let Some(below) = below(scene, &projects, at, path) else { continue };
            for node in audited(scene, at) {
                let is_below = Above::of(scene, node).far(&below).is_some();
                if is_below && !scene.holds(node, "logged") {
                    let value = Some(Value::Bool(true));
                    let fact = Fact { value, proof: proof.clone() };
                    scene.nodes[node].facts.insert("logged".into(), fact);
                }
            }
        }
    }
}

/// The nodes of the services that a configuration is about.
fn audited(scene: &Scene<'_>, at: usize) -> Vec<usize> {
    let service = text(scene.index.resource(at), "service").unwrap_or_default();
    let rows = scene.vocabulary.table("gcp_audited").iter();
    let rows = rows.filter_map(|row| Some((row.first()?, row.get(1)?)));
    let rows = rows.filter(|(_, own)| service == ALL || service == &***own);
    rows.flat_map(|(kind, _)| scene.index.of_type(kind))
        .filter_map(|at| scene.node_of[*at])
        .collect()
}

/// The number of a folder.
fn folder_id(text: Option<&str>) -> Option<&str> {
    text.map(|text| text.strip_prefix("folders/").unwrap_or(text))
}

/// The constraint by which nobody opens a bucket to everybody, whatever it says itself.
pub const PUBLIC_ACCESS: &str = "storage.publicAccessPrevention";

/// Types of policies, and where they say what they hold for.
const POLICIES: [(&str, &str); 4] = [
    ("google_org_policy_policy", "parent"),
    ("google_project_organization_policy", "project"),
    ("google_folder_organization_policy", "folder"),
    ("google_organization_policy", "org_id"),
];

/// How far from everything that is in a project an organization is.
const FARTHEST: usize = usize::MAX;

/// All policies about one constraint: what each holds for, and what it says.
pub struct Policies(Vec<(Below, Tri)>);

impl Policies {
    /// Of a document.
    pub fn new(scene: &Scene<'_>, constraint: &str) -> Self {
        let projects = OnceCell::new();
        let mut all = Vec::new();
        for (kind, path) in POLICIES {
            for at in scene.index.of_type(kind) {
                let said = said(scene.index.resource(*at), constraint);
                all.extend(
                    said.zip(below(scene, &projects, *at, path)).map(|(said, it)| (it, said)),
                );
            }
        }
        Self(all)
    }

    /// Whether the constraint is enforced for a node: by the nearest policy above it.
    pub fn enforce(&self, scene: &Scene<'_>, node: usize) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let above = Above::of(scene, node);
        let mut nearest: Option<(usize, Tri)> = None;
        for (below, state) in &self.0 {
            let Some(far) = above.far(below) else { continue };
            nearest = Some(match nearest {
                Some((near, own)) if near == far => (near, own.and(*state)),
                Some((near, own)) if near < far => (near, own),
                _ => (far, *state),
            });
        }
        nearest.is_some_and(|(_, state)| state == Tri::Yes)
    }
}

/// Whether a policy enforces a constraint; `None` where it is about another one, or says nothing of its own.
fn said(policy: &Resource, constraint: &str) -> Option<Tri> {
    let is_named = |name: Option<&Value>, mark: &str| match name {
        Some(Value::String(text)) => text.rsplit(mark).next() == Some(constraint),
        Some(Value::Unknown(unknown)) => unknown.suffix.ends_with(&format!("{mark}{constraint}")),
        _ => false,
    };
    let exists = if policy.existence == Existence::Known { Tri::Yes } else { Tri::Unknown };
    let is_on = |value: Option<&Value>| match value {
        Some(Value::Bool(on)) => (*on).into(),
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true").into(),
        Some(Value::Unknown(_)) => Tri::Unknown,
        _ => Tri::No,
    };
    if policy.mode != Mode::Managed {
        return None;
    }
    if &*policy.kind != "google_org_policy_policy" {
        let own = blocks(&policy.attributes, "boolean_policy").first()?;
        let is_about = is_named(policy.attributes.get("constraint"), "/");
        return is_about.then(|| is_on(own.get("enforced")).and(exists));
    }
    let spec = blocks(&policy.attributes, "spec").first()?;
    if !is_named(policy.attributes.get("name"), "/policies/") {
        return None;
    }
    if spec.get("reset") == Some(&Value::Bool(true)) {
        return Some(Tri::No);
    }
    // A rule with a condition is for some of what there is.
    let rules = blocks(spec, "rules");
    let all = rules.iter().map(|rule| is_on(rule.get("enforce"))).reduce(Tri::and)?;
    let is_whole = rules.iter().any(|rule| blocks(rule, "condition").is_empty());
    Some(if is_whole { all.and(exists) } else { all.and(Tri::Unknown) })
}

/// What a policy holds for: all that is below it.
enum Below {
    Zone(usize),
    /// A folder by its number.
    Folder(Box<str>),
    /// The one project that there is.
    Here,
    Everything,
}

/// What is above a node, from the inside out: its zones, and which of them are in a folder with a number.
struct Above<'a> {
    zones: Vec<usize>,
    folders: Vec<Option<&'a str>>,
}

impl<'a> Above<'a> {
    fn of(scene: &Scene<'a>, node: usize) -> Self {
        let own = gcp::project_of(scene, node).or(scene.nodes[node].zone);
        let zones = own.map(|zone| scene.ancestors(zone)).unwrap_or_default();
        let folder = |zone: &usize| {
            let named = scene.zones[*zone].resource.map(|at| scene.index.resource(at));
            named.and_then(|own| folder_id(text(own, "folder_id")))
        };
        let folders = zones.iter().map(folder).collect();
        Self { zones, folders }
    }

    /// How far what holds below something is from the node; `None` where it says nothing for it.
    fn far(&self, below: &Below) -> Option<usize> {
        match below {
            Below::Everything => Some(FARTHEST),
            Below::Here => Some(0),
            Below::Zone(zone) => self.zones.iter().position(|own| own == zone),
            Below::Folder(id) => {
                self.folders.iter().position(|own| *own == Some(&**id)).map(|at| at + 1)
            }
        }
    }
}

/// What a policy says that it holds for; `None` where that is nothing of the document.
fn below(scene: &Scene<'_>, projects: &OnceCell<Projects>, at: usize, path: &str) -> Option<Below> {
    let policy = scene.index.resource(at);
    let mut named = targets(scene, at, path).filter(|to| !gcp::is_own_project(scene, *to));
    if let Some(zone) = named.find_map(|to| scene.zone_of[to]) {
        return Some(Below::Zone(zone));
    }
    let text = match policy.attributes.get(path) {
        Some(Value::String(text)) => &**text,
        Some(Value::Unknown(unknown)) => &*unknown.prefix,
        _ => "",
    };
    let project = |id: &str| match projects.get_or_init(|| Projects::new(scene)).of_id(scene, id) {
        Home::Zone(zone) => Some(Below::Zone(zone)),
        Home::Here => Some(Below::Here),
        Home::Elsewhere => None,
    };
    match (path, text.split_once('/')) {
        ("org_id", _) | (_, Some(("organizations", _))) => Some(Below::Everything),
        ("folder", _) | (_, Some(("folders", _))) => {
            let id = folder_id(Some(text)).filter(|id| !id.is_empty())?;
            Some(Below::Folder(id.into()))
        }
        ("project", _) => project(text),
        (_, Some(("projects", id))) => project(id),
        _ => None,
    }
}
