//! Threats before they are scored: findings of one class on one target, and what rules over the graph say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::document::Mode;
use crate::engine::Evaluated;
use crate::finding::{Dread, Finding, ThreatClass};
use crate::graph::identity::kubernetes;
use crate::graph::network::filter::{Protocol, Traffic};
use crate::graph::network::reach::{self, Reach};
use crate::graph::network::{PODS, Presence, Tri};
use crate::graph::scene::Scene;
use crate::model::{Element, Encrypted, FlowKind, ThreatState};
use crate::pack::{ModelRule, Role, Verb};
use crate::source::{Place, Problem, ProblemKind};

use super::records::{self, Record};
use super::situation::Target;
use super::surroundings::Surroundings;

/// What is sent in clear text.
const CLEAR: &str = "T006";
/// Tokens of pipelines that nobody meant.
const FEDERATED: &str = "T013";
/// Id of the class of stores that answer on the internet.
const STORE: &str = "T046";
/// Id of the class of open ports for managing hosts.
const MANAGED: &str = "T001";
/// What leaves a network and may not.
const OUTBOUND: &str = "T022";

/// A threat that is not scored yet.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The catalogue entry.
    pub class: Arc<ThreatClass>,
    /// Base factors.
    pub base: Dread,
    /// What proves it, most telling first.
    pub evidence: Vec<Place>,
    /// Fingerprints of its findings.
    pub findings: Vec<Arc<str>>,
    /// Rules that found it.
    pub rules: Vec<Arc<str>>,
    /// What to change.
    pub remediation: Arc<str>,
    /// Whether it is open.
    pub state: ThreatState,
    /// What closes it.
    pub note: Option<Arc<str>>,
    /// Whether only what supports other findings speaks for it.
    pub only_support: bool,
    /// How many places at the front of the evidence are those of findings that do not only support.
    pub finds: usize,
}

/// What a threat is of: its class and target.
pub type Key = (Arc<str>, Target);

/// Drafts by class and target.
pub type Drafts = BTreeMap<Key, Draft>;

/// Nodes for what findings are about and no resource stands behind: secrets in code, keys of the state, providers.
pub fn nodes(scene: &mut Scene<'_>, findings: &[&Finding]) {
    for finding in findings {
        let Some(at) = scene.index.by_address(&finding.resource.address) else { continue };
        if scene.index.resource(at).mode != Mode::Declaration || scene.node_of[at].is_some() {
            continue;
        }
        let id = declared(scene, at, finding);
        let node = if is_secret(finding) {
            let name = id.rsplit('.').next().unwrap_or_default().to_owned();
            let node = scene.plain_node(
                &id,
                &format!("{name} in code"),
                "secret_store",
                Element::DataStore,
            );
            let zone = scene.plain_zone("repository", "Infrastructure repository", "repository");
            scene.nodes[node].zone = Some(zone);
            scene.nodes[node].sensitivity = Some("restricted".into());
            node
        } else {
            let name = Arc::clone(&scene.index.resource(at).name);
            let node = scene.plain_node(&id, &name, "supply_chain", Element::ExternalEntity);
            if scene.nodes[node].zone.is_none() {
                let zone =
                    scene.plain_zone("repository", "Infrastructure repository", "repository");
                scene.nodes[node].zone = Some(zone);
            }
            node
        };
        if scene.nodes[node].place.is_none() {
            scene.nodes[node].place = Some(finding.place);
        }
    }
}

fn is_secret(finding: &Finding) -> bool {
    &*finding.rule.threat.applies_to == "secret"
}

/// The id of what a finding about a declaration is about: `var.x`, `backend.s3`, `backend.azurerm.access_key`.
fn declared(scene: &Scene<'_>, at: usize, finding: &Finding) -> String {
    let address = &scene.index.resource(at).address;
    let attribute = finding.attribute.parts().next();
    match attribute.filter(|_| is_secret(finding) && address.starts_with("backend.")) {
        Some(attribute) => format!("{address}.{attribute}"),
        None => address.to_string(),
    }
}

/// Put findings together by class and target.
pub fn from_findings(around: &Surroundings<'_, '_>, findings: &[&Finding], drafts: &mut Drafts) {
    for finding in findings {
        let class = &finding.rule.threat;
        for target in targets(around, finding) {
            let draft = drafts.entry((Arc::clone(&class.id), target)).or_insert_with(|| Draft {
                class: Arc::clone(class),
                base: finding.rule.dread,
                evidence: Vec::new(),
                findings: Vec::new(),
                rules: Vec::new(),
                remediation: Arc::clone(&finding.rule.remediation),
                state: ThreatState::Open,
                note: None,
                only_support: true,
                finds: 0,
            });
            let supports = finding.rule.supports;
            let better = finding.rule.dread.score() > draft.base.score();
            if !supports && (draft.only_support || better) {
                draft.base = finding.rule.dread;
                draft.remediation = Arc::clone(&finding.rule.remediation);
            }
            draft.only_support &= supports;
            if !draft.evidence.contains(&finding.place) {
                // What only supports stands behind what finds.
                let at = if supports { draft.evidence.len() } else { draft.finds };
                draft.evidence.insert(at, finding.place);
                draft.finds += usize::from(!supports);
            }
            draft.findings.push(finding.fingerprint.as_str().into());
            if !draft.rules.contains(&finding.rule.id) {
                draft.rules.push(Arc::clone(&finding.rule.id));
            }
        }
    }
}

/// Drop what only findings speak for that support others.
pub fn drop_unsupported(drafts: &mut Drafts) {
    drafts.retain(|_, draft| !draft.only_support);
}

/// What a finding harms.
pub fn targets(around: &Surroundings<'_, '_>, finding: &Finding) -> Vec<Target> {
    let scene = around.scene();
    let Some(at) = scene.index.by_address(&finding.resource.address) else { return Vec::new() };
    let class = &finding.rule.threat;
    if scene.index.resource(at).mode == Mode::Declaration {
        let id = declared(scene, at, finding);
        return scene.node(&id).map(Target::Node).into_iter().collect();
    }
    let bound = around.holders_of(at).unwrap_or_else(|| bound(scene, at));
    let nodes = match scene.node_of[at] {
        _ if !bound.is_empty() => bound,
        Some(_) => scene.nodes_of(at).collect(),
        None if scene.zone_of[at].is_some() => Vec::new(),
        None => {
            let accounts = kubernetes::by_group(scene, at);
            if accounts.is_empty() { affected(around, at, class) } else { accounts }
        }
    };
    if around.is_shadowed(at) {
        return Vec::new();
    }
    if nodes.is_empty() {
        // A filter that stands before nothing is harmed itself, by whoever attaches it; one before things of other kinds harms nobody.
        let is_filter =
            scene.meanings[at].as_ref().is_some_and(|meaning| &*meaning.kind == "firewall");
        if is_filter && (!around.behind(at).is_empty() || around.is_before_endpoints(at)) {
            return Vec::new();
        }
        let around = if is_filter { None } else { zone_around(scene, at) };
        let zone = scene.zone_of[at].or(around);
        return vec![zone.map_or(Target::Resource(at), Target::Zone)];
    }
    let nodes = harmed(around, nodes, class);
    if &*class.applies_to == "flow" {
        // What is found where a connection is made is found of that one.
        let made = nodes.iter().flat_map(|node| clear(around, &around.out[*node]));
        let mut flows: Vec<Target> = made
            .filter(|at| around.flow(*at).evidence.contains(&finding.place))
            .map(Target::Flow)
            .collect();
        if flows.is_empty() {
            flows =
                nodes.iter().flat_map(|node| open_flows(around, *node)).map(Target::Flow).collect();
        }
        if !flows.is_empty() {
            return flows;
        }
        // What answers requests for others offers nothing in clear text where all that comes in is known to be encrypted.
        let is_closed = |node: &usize| {
            let passes = around.is_passing(*node) || around.is_front(*node);
            let mut flows = around.into[*node].iter().map(|at| around.flow(*at));
            let mut network =
                flows.by_ref().filter(|flow| flow.kind == FlowKind::Network).peekable();
            passes
                && network.peek().is_some()
                && network.all(|flow| flow.encrypted == Encrypted::Yes)
        };
        let is_clear = |node: &usize| &*class.id != CLEAR || !is_closed(node);
        return nodes.into_iter().filter(is_clear).map(Target::Node).collect();
    }
    nodes.into_iter().map(Target::Node).collect()
}

/// Whom a binding of rights names: what is wrong with it is wrong with all of them, unless it is a part of what it opens.
fn bound(scene: &Scene<'_>, at: usize) -> Vec<usize> {
    let is_of_identity =
        scene.node_of[at].is_some_and(|node| scene.nodes[node].element == Element::Identity);
    let binds = is_of_identity
        && scene.meanings[at].as_ref().is_some_and(|it| &*it.kind == "identity_binding");
    let named = scene.relations.targets(at, Verb::Binds).filter(|_| binds);
    let nodes: BTreeSet<usize> = named
        .filter_map(|relation| scene.node_of[relation.to])
        .filter(|node| scene.nodes[*node].element == Element::Identity)
        .collect();
    nodes.into_iter().collect()
}

/// What tokens of strangers harm where one was found who vouches for them: the identities that believe it, where there are any.
fn believing(around: &Surroundings<'_, '_>, node: usize) -> Vec<usize> {
    let vouches = &*around.scene().nodes[node].kind == "identity_provider";
    let believers: BTreeSet<usize> =
        around.trusts_of(node).filter(|_| vouches).map(|trust| trust.target).collect();
    if believers.is_empty() { vec![node] } else { believers.into_iter().collect() }
}

/// What a class about stores harms where a balancer was found: the programs behind it that keep data, where there are any.
fn kept_behind(around: &Surroundings<'_, '_>, node: usize) -> Vec<usize> {
    let flows = around.out[node].iter().map(|at| around.flow(*at));
    let behind = flows.filter(|flow| flow.kind == FlowKind::Network).map(|flow| flow.target);
    let is_passing = around.is_passing(node);
    let keepers: BTreeSet<usize> =
        behind.filter(|target| is_passing && around.kept(*target).is_some()).collect();
    if keepers.is_empty() && !(is_passing && is_shut(around, node)) {
        vec![node]
    } else {
        keepers.into_iter().collect()
    }
}

/// Whether a Service leads to pods, the policies of none of which let in what it passes on: what is found of it harms nobody.
fn is_shut(around: &Surroundings<'_, '_>, node: usize) -> bool {
    let mut flows = around.out[node].iter().map(|at| around.flow(*at));
    let in_cluster =
        |node: usize| around.presence(node).is_some_and(|host| host.network == Some(PODS));
    let mut behind = around.routes.range((node, 0)..=(node, usize::MAX));
    !flows.any(|flow| flow.kind == FlowKind::Network)
        && behind.any(|((_, target), _)| in_cluster(*target))
}

/// What a class about workloads harms where an identity was found: the workloads that act as it, where there are any.
fn harmed(around: &Surroundings<'_, '_>, nodes: Vec<usize>, class: &ThreatClass) -> Vec<usize> {
    let scene = around.scene();
    if &*class.id == FEDERATED {
        return nodes.into_iter().flat_map(|node| believing(around, node)).collect();
    }
    if &*class.applies_to == "datastore" {
        return nodes.into_iter().flat_map(|node| kept_behind(around, node)).collect();
    }
    if &*class.applies_to != "compute" {
        return nodes;
    }
    let acting = |node: usize| {
        let own = scene.nodes[node].element == Element::Identity;
        let flows = around.into[node].iter().map(|at| around.flow(*at)).filter(move |_| own);
        let flows =
            flows.filter(|flow| flow.kind == FlowKind::Identity && &*flow.label == "runs as");
        // A store that hands its copies on as somebody is nobody's foothold.
        let is_store = |user: &usize| scene.nodes[*user].element == Element::DataStore;
        let users: Vec<usize> =
            flows.map(|flow| flow.source).filter(|user| !is_store(user)).collect();
        if users.is_empty() { vec![node] } else { users }
    };
    let mut found: Vec<usize> = nodes.into_iter().flat_map(acting).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Flows to a node that are not always encrypted.
fn open_flows<'s>(
    around: &'s Surroundings<'_, '_>,
    node: usize,
) -> impl Iterator<Item = usize> + 's {
    clear(around, &around.into[node])
}

/// Flows of some that are not always encrypted.
fn clear<'s>(
    around: &'s Surroundings<'_, '_>,
    flows: &'s [usize],
) -> impl Iterator<Item = usize> + 's {
    flows.iter().copied().filter(|at| {
        let flow = around.flow(*at);
        flow.kind == FlowKind::Network
            && matches!(flow.encrypted, Encrypted::No | Encrypted::Optional)
            && !around.is_carried(*at)
    })
}

/// Nodes behind what is no node: those that a filter stands before, those that have a policy.
fn affected(around: &Surroundings<'_, '_>, at: usize, class: &ThreatClass) -> Vec<usize> {
    let scene = around.scene();
    let fits = |node: &usize| {
        let given = &scene.nodes[*node];
        match &*class.applies_to {
            "compute_vm" => given.kind.starts_with("compute_"),
            "compute" => given.kind.starts_with("compute_") || given.element == Element::Identity,
            "datastore" if &*class.id == STORE => may_be_asked(around, *node),
            "datastore" => given.element == Element::DataStore,
            "network" if &*class.id == OUTBOUND => may_send(around, *node),
            // A balancer passes on, and sends nothing of its own.
            "network" => !around.is_passing(*node),
            _ => true,
        }
    };
    let mut found: Vec<usize> = around.behind(at).iter().copied().filter(fits).collect();
    if found.is_empty() {
        // A filter of one service stands before that.
        let let_in = scene.relations.targets(at, Verb::NetAllowIn);
        found = let_in.filter_map(|relation| scene.node_of[relation.to]).filter(fits).collect();
    }
    if found.is_empty()
        && scene.meanings[at].as_ref().is_some_and(|meaning| &*meaning.kind != "firewall")
    {
        let users = scene.index.incoming(at).iter().filter_map(|edge| scene.node_of[edge.from]);
        let used = scene.index.outgoing(at).iter().filter_map(|edge| scene.node_of[edge.to]);
        found = users.chain(used).filter(fits).collect();
    }
    found.sort_unstable();
    found.dedup();
    if is_at_edge(scene, at) {
        found.retain(|node| may_pass(around, *node, class));
    }
    found
}

/// Whether programs of a node may open connections to the internet for all that is known: what a filter lets out goes nowhere without a
/// way, and a store that a provider runs opens none.
fn may_send(around: &Surroundings<'_, '_>, node: usize) -> bool {
    let runs = around.scene().nodes[node].kind.starts_with("compute_");
    let any = Traffic { protocol: Protocol::Any, port: None };
    let closed = |host| reach::to_internet(host, any).reach == Reach::Closed;
    runs && !around.presence(node).is_some_and(closed)
}

/// Whether a store may have an address on the internet, for all that is known.
fn may_be_asked(around: &Surroundings<'_, '_>, node: usize) -> bool {
    let given = &around.scene().nodes[node];
    let hidden = |host: &Presence| host.by_family.is_some() && host.public.state == Tri::No;
    given.element == Element::DataStore && !around.presence(node).is_some_and(hidden)
}

/// Types of filters that only stand at the edge of subnets: hosts have others of their own.
const AT_EDGE: [&str; 3] = ["aws_network_acl", "aws_network_acl_rule", "aws_default_network_acl"];

fn is_at_edge(scene: &Scene<'_>, at: usize) -> bool {
    AT_EDGE.contains(&&*scene.index.resource(at).kind)
}

/// Whether the other filters of a host let in what one at the edge does, for all that is known.
fn may_pass(around: &Surroundings<'_, '_>, node: usize, class: &ThreatClass) -> bool {
    let Some(host) = around.presence(node) else { return true };
    let own = Presence {
        layers: host.layers.iter().filter(|layer| !layer.at_edge).cloned().collect(),
        ..Presence::default()
    };
    if host.open_ended || own.layers.iter().any(|layer| layer.open_ended) {
        return true;
    }
    let managed = || vec![Traffic::tcp(22), Traffic::tcp(3389)];
    let any = || vec![Traffic { protocol: Protocol::Any, port: None }];
    let asked = if &*class.id == MANAGED { managed() } else { any() };
    asked.into_iter().any(|traffic| reach::past_filters(&own, traffic).reach > Reach::Unknown)
}

/// The zone that a filter or control belongs to, where no node is behind it.
fn zone_around(scene: &Scene<'_>, at: usize) -> Option<usize> {
    let is_control =
        scene.meanings[at].as_ref().is_some_and(|meaning| meaning.role != Role::Boundary);
    let zones = scene.index.outgoing(at).iter().filter_map(|edge| scene.zone_of[edge.to]);
    if is_control { zones.min() } else { None }
}

/// What rules over the graph say. A rule that does not compile or fails is a problem.
pub fn from_rules(
    around: &Surroundings<'_, '_>,
    classes: &BTreeMap<Arc<str>, Arc<ThreatClass>>,
    drafts: &mut Drafts,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut rules = Vec::new();
    for rule in &around.scene().vocabulary.rules {
        let Some(class) = classes.get(&rule.threat) else {
            let message = format!("there is no threat class `{}`", rule.threat);
            problems.push(Problem::new(ProblemKind::Pack, message).at(rule.place));
            continue;
        };
        rules.push((rule, class));
    }
    for record in records::all(around) {
        for (rule, class) in rules.iter().filter(|(rule, _)| record.what == &*rule.target) {
            judge(rule, class, &record, drafts, &mut problems);
        }
    }
    problems
}

/// Threats of what has a property that closes their class (table `closing`) are closed.
pub fn close(scene: &Scene<'_>, drafts: &mut Drafts) {
    for row in scene.vocabulary.table("closing") {
        let [property, words, classes @ ..] = row.as_slice() else { continue };
        let open = |draft: &Draft| draft.state == ThreatState::Open;
        for ((class, target), draft) in drafts.iter_mut().filter(|(_, draft)| open(draft)) {
            let Target::Node(node) = *target else { continue };
            if classes.contains(class) && scene.holds(node, property) {
                draft.state = ThreatState::Mitigated;
                draft.note = Some(Arc::clone(words));
                let proof = scene.nodes[node].facts.get(property).into_iter();
                draft.evidence.extend(proof.flat_map(|fact| &fact.proof));
            }
        }
    }
}

/// A class that holds for a network and for zones in it is one threat, where it belongs: of the outermost.
pub fn gather(scene: &Scene<'_>, drafts: &mut Drafts) {
    let open = |draft: &Draft| draft.state == ThreatState::Open;
    let inner: Vec<(Key, Key)> = drafts
        .iter()
        .filter(|(_, draft)| open(draft))
        .filter_map(|((class, target), _)| {
            let Target::Zone(zone) = *target else { return None };
            let around = scene.ancestors(zone).into_iter().skip(1).rev();
            let mut keys = around.map(|outer| (Arc::clone(class), Target::Zone(outer)));
            let outer = keys.find(|key| drafts.get(key).is_some_and(open))?;
            Some(((Arc::clone(class), *target), outer))
        })
        .collect();
    for (key, outer) in inner {
        join(drafts, &key, &outer);
    }
    // Of two classes of which the one says all that the other does, what both hit has the first.
    for row in scene.vocabulary.table("includes") {
        let [whole, part] = row.as_slice() else { continue };
        let keys = drafts.iter().filter(|((class, _), draft)| class == part && open(draft));
        let keys: Vec<Key> = keys.map(|(key, _)| key.clone()).collect();
        for key in keys {
            let outer = (Arc::clone(whole), key.1);
            if drafts.get(&outer).is_some_and(open) {
                join(drafts, &key, &outer);
            }
        }
    }
}

/// Make one draft a part of another, which is there.
fn join(drafts: &mut Drafts, key: &Key, outer: &Key) {
    if let Some(part) = drafts.remove(key)
        && let Some(whole) = drafts.get_mut(outer)
    {
        for place in part.evidence {
            if !whole.evidence.contains(&place) {
                whole.evidence.push(place);
            }
        }
        whole.findings.extend(part.findings);
        for rule in part.rules {
            if !whole.rules.contains(&rule) {
                whole.rules.push(rule);
            }
        }
    }
}

fn judge(
    rule: &ModelRule,
    class: &Arc<ThreatClass>,
    record: &Record,
    drafts: &mut Drafts,
    problems: &mut Vec<Problem>,
) {
    let mut ask = |expression| match record.test(expression) {
        Ok(Evaluated::Known(holds)) => Some(holds),
        Ok(Evaluated::Unknown(_)) => None,
        Ok(Evaluated::Failed(failure)) => {
            let message = format!("rule {} failed on {}: {}", rule.id, record.id, failure.message);
            problems.push(Problem::new(ProblemKind::RuleError, message).at(rule.place));
            None
        }
        Err(error) => {
            let message = format!("rule {} does not compile: {error}", rule.id);
            let problem = Problem::new(ProblemKind::Pack, message).at(rule.place);
            if !problems.contains(&problem) {
                problems.push(problem);
            }
            None
        }
    };
    if ask(&rule.applies) != Some(true) {
        return;
    }
    let mitigated = rule.mitigated.as_ref().is_some_and(|mitigated| ask(mitigated) == Some(true));
    let evidence = record.evidence(&rule.evidence);
    let key = (Arc::clone(&class.id), record.target);
    // What closes a threat leaves nothing for findings that only support it.
    let closed = mitigated && drafts.get(&key).is_some_and(|known| known.only_support);
    if let Some(known) = drafts.get_mut(&key).filter(|_| !closed) {
        // What a finding says of the same threat stands; a mitigation does not close what a rule found open. Of two bases the greater.
        let greater = known.only_support || class.dread.score() > known.base.score();
        if !mitigated && greater {
            known.base = class.dread;
            known.remediation = Arc::clone(&rule.remediation);
        }
        known.only_support &= mitigated;
        for place in evidence {
            if !known.evidence.contains(&place) {
                known.evidence.push(place);
            }
        }
        if !mitigated && !known.rules.contains(&rule.id) {
            known.rules.push(Arc::clone(&rule.id));
        }
        return;
    }
    drafts.insert(
        key,
        Draft {
            class: Arc::clone(class),
            base: class.dread,
            evidence,
            findings: Vec::new(),
            rules: vec![Arc::clone(&rule.id)],
            remediation: Arc::clone(&rule.remediation),
            state: if mitigated { ThreatState::Mitigated } else { ThreatState::Open },
            note: if mitigated { rule.control.clone() } else { None },
            only_support: false,
            finds: 0,
        },
    );
}
