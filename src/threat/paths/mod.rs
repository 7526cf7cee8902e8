//! Attack paths: ways from entries to goals over flows, with the threats that open them.
//!
//! A bounded search over what leads to a goal; depth, expansions and paths a pair are limited, and a search that stops says so.

mod fronts;
mod shelves;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::finding::context::{Dimension, Known, State};
use crate::finding::{Dread, Factor, ThreatClass};
use crate::graph::kubernetes::KEEPS_DATA;
use crate::graph::others::STATE;
use crate::graph::scene::Flow;
use crate::model::{Element, FlowKind, ThreatState};
use crate::source::fits;
use crate::threat::asked::Answers;
use crate::threat::closed::Deaf;
use crate::threat::crossing;
use crate::threat::situation::Target;
use crate::threat::surroundings::{MOUNTS, Ports, Surroundings};
use crate::threat::{Options, Scored};

use shelves::Shelves;

/// Longest path, in flows.
pub const MAX_DEPTH: usize = 8;
/// Paths that are kept for a pair of entry and goal.
const BEST: usize = 3;
/// Id of the class of what every compromised workload can do.
const IMPLIED: &str = "T015";
/// Id of the class of raising one's own rights.
const RAISES: &str = "T011";
/// Id of the class of what is lost with an identity that can give itself anything.
const CONTROL: &str = "T010";
/// Id of the class of trusting the network of somebody else.
const TRUSTS: &str = "T047";
/// Id of the class of taking messages from anybody, and kinds of nodes that take messages for others.
const MESSAGES: &str = "T038";
pub const TAKES_MESSAGES: [&str; 4] = ["queue", "topic", "event_bus", "stream"];
/// Kinds of nodes that supply others with code.
const SUPPLIERS: [&str; 2] = ["supply_chain", "ci_pipeline"];
/// Id of the node of those who are asked for nothing, and of the class by which they get in.
const ANYBODY: &str = "anonymous";
const UNASKED: &str = "T019";

/// A path, by positions.
#[derive(Clone, Debug)]
pub struct Found {
    /// Nodes, first to last.
    pub nodes: Vec<usize>,
    /// Flows between them.
    pub flows: Vec<usize>,
    /// What opens it.
    pub steps: Vec<Step>,
    /// D, R, E, A, Di.
    pub dread: Dread,
    /// Its score by the profile.
    pub score: crate::finding::Score,
    /// Whether an edge rests on what is not known.
    pub assumed: bool,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    /// The class.
    pub class: Arc<str>,
    /// The node where it happens.
    pub at: usize,
    /// The threat, by position; none where it is implied.
    pub threat: Option<usize>,
}

/// What a class opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Opens {
    what: Way,
    ports: Ports,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Network,
    Lateral,
    Store,
    Identity,
    SupplyChain,
    Artifact,
    Environment,
}

/// Search a document. The second part says how many flows it looked at; where these are all that it may, it stopped.
pub fn search(
    around: &Surroundings<'_, '_>,
    threats: &[Scored],
    classes: &BTreeMap<Arc<str>, Arc<ThreatClass>>,
    assess: &dyn Fn(usize, &ThreatClass) -> Dread,
    options: &Options,
) -> (Vec<Found>, usize) {
    let opens = opens(around);
    let mut by_node: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, threat) in threats.iter().enumerate() {
        if let (Target::Node(node), ThreatState::Open) = (threat.target, threat.draft.state) {
            by_node.entry(node).or_default().push(at);
        }
    }
    let goals = goals(around);
    let mut trusts: BTreeMap<(usize, usize), Vec<Option<&'static str>>> = BTreeMap::new();
    for trust in &around.graph.identity.trusts {
        trusts.entry((trust.source, trust.target)).or_default().push(trust.opened_by);
    }
    let mut search = Search {
        around,
        threats,
        classes,
        by_node,
        opens,
        leads: leading(around, &goals),
        goals,
        trusts,
        unasked: None,
        left: options.bounds.searched,
        found: Vec::new(),
        lost: Answers::default(),
        deaf: Deaf::new(around),
        shelves: Shelves::new(around),
    };
    search.unasked = search.find_unasked();
    for entry in entries(around, &search) {
        search.from(entry);
    }
    let searched = options.bounds.searched - search.left;
    let found = std::mem::take(&mut search.found);
    let scored = found
        .into_iter()
        .filter_map(|trail| search.score(trail, assess, options.profile))
        .collect();
    (best(around, scored), searched)
}

fn opens(around: &Surroundings<'_, '_>) -> BTreeMap<Arc<str>, BTreeSet<Opens>> {
    let mut found: BTreeMap<Arc<str>, BTreeSet<Opens>> = BTreeMap::new();
    for row in around.scene().vocabulary.table("opens") {
        let [class, what, ports] = row.as_slice() else { continue };
        let what = match &**what {
            "network" => Way::Network,
            "lateral" => Way::Lateral,
            "store" => Way::Store,
            "identity" => Way::Identity,
            "supply_chain" => Way::SupplyChain,
            "artifact" => Way::Artifact,
            "environment" => Way::Environment,
            _ => continue,
        };
        let ports = match &**ports {
            "management" => Ports::Management,
            "published" => Ports::Published,
            "web" => Ports::Web,
            _ => Ports::Any,
        };
        found.entry(Arc::clone(class)).or_default().insert(Opens { what, ports });
    }
    found
}

/// What attackers want: sensitive stores, keys, secrets, state, identities that can give themselves anything.
fn goals(around: &Surroundings<'_, '_>) -> BTreeSet<usize> {
    let scene = around.scene();
    let wanted = |node: &usize| {
        let given = &scene.nodes[*node];
        match given.element {
            Element::DataStore => {
                around.sensitivity(*node).is_some_and(|(state, _)| state >= State(2))
            }
            Element::Identity => matches!(around.privilege(*node), Known::State(State(3), _)),
            Element::Process => owns_identity(around, *node) || is_store(around, *node),
            Element::ExternalEntity => false,
        }
    };
    (0..scene.nodes.len()).filter(wanted).collect()
}

/// Whether a workload is an identity itself, which can give itself anything.
fn owns_identity(around: &Surroundings<'_, '_>, node: usize) -> bool {
    around.graph.identity.privilege.get(&node).is_some_and(|(state, _)| *state == State(3))
}

/// Whether a program is a sensitive store itself: what it keeps lies on no medium that is one.
fn is_store(around: &Surroundings<'_, '_>, node: usize) -> bool {
    let is_sensitive =
        |node: usize| around.sensitivity(node).is_some_and(|(state, _)| state >= State(2));
    let is_medium = |at: &usize| {
        let flow = around.flow(*at);
        flow.kind == FlowKind::Data
            && &*flow.label == MOUNTS
            && around.scene().nodes[flow.target].element == Element::DataStore
            && is_sensitive(flow.target)
    };
    around.scene().holds(node, KEEPS_DATA)
        && is_sensitive(node)
        && !around.out[node].iter().any(is_medium)
}

/// Nodes from which some goal can be reached over flows.
fn leading(around: &Surroundings<'_, '_>, goals: &BTreeSet<usize>) -> BTreeSet<usize> {
    let mut leads = goals.clone();
    let mut next: Vec<usize> = goals.iter().copied().collect();
    while let Some(node) = next.pop() {
        for flow in &around.into[node] {
            let source = around.flow(*flow).source;
            if leads.insert(source) {
                next.push(source);
            }
        }
    }
    leads
}

/// Where attackers stand at first: the internet, foreign accounts, third parties, pipelines; environments that are guarded less.
fn entries(around: &Surroundings<'_, '_>, search: &Search<'_, '_, '_>) -> Vec<usize> {
    let nodes = 0..around.scene().nodes.len();
    let is_entry = |node: &usize| search.is_outside(*node) || crossing::begins_at(around, *node);
    nodes.filter(is_entry).filter(|node| search.leads.contains(node)).collect()
}

/// Whether somebody trusts what an identity provider says of identities that nobody meant.
fn vouches_for_strangers(around: &Surroundings<'_, '_>, node: usize) -> bool {
    around.trusts_of(node).any(|trust| trust.opened_by.is_some())
}

/// A way that is being walked.
#[derive(Clone, Debug)]
struct Trail {
    nodes: Vec<usize>,
    flows: Vec<usize>,
    steps: Vec<Step>,
    /// Whether the attacker controls the last node, not only sends through it.
    controls: bool,
    /// The last node that was taken over.
    foothold: Option<usize>,
    /// Whether the last node takes messages of the attacker's, and gives them to whoever reads it.
    feeds: bool,
    /// Whether it began outside, or has come from a lower environment into a higher one.
    crossed: bool,
}

struct Search<'s, 'g, 'a> {
    around: &'s Surroundings<'g, 'a>,
    threats: &'s [Scored],
    classes: &'s BTreeMap<Arc<str>, Arc<ThreatClass>>,
    by_node: BTreeMap<usize, Vec<usize>>,
    opens: BTreeMap<Arc<str>, BTreeSet<Opens>>,
    leads: BTreeSet<usize>,
    goals: BTreeSet<usize>,
    /// What opens each trust, by its ends.
    trusts: BTreeMap<(usize, usize), Vec<Option<&'static str>>>,
    /// The threat by which those who are asked for nothing use a right of theirs.
    unasked: Option<usize>,
    left: usize,
    found: Vec<Trail>,
    /// What is lost at each goal.
    lost: Answers<usize, Dread>,
    /// What does not hear everybody.
    deaf: Deaf,
    /// Stores of what programs run.
    shelves: Shelves,
}

impl Search<'_, '_, '_> {
    /// Whether attackers stand at a node whatever it reaches.
    fn is_outside(&self, node: usize) -> bool {
        let given = &self.around.scene().nodes[node];
        Some(node) == self.around.internet
            || &*given.kind == "external_account"
            || (&*given.kind == "identity_provider" && vouches_for_strangers(self.around, node))
            || *given.id == *ANYBODY
            || self.supplied(node).is_some()
    }

    /// The threat by which attackers are in what supplies others with code.
    fn supplied(&self, node: usize) -> Option<usize> {
        let supplies = SUPPLIERS.contains(&&*self.around.scene().nodes[node].kind);
        supplies.then(|| self.opening(node, Way::SupplyChain, None)).flatten()
    }

    fn from(&mut self, entry: usize) {
        let mut steps = Vec::new();
        if let Some(threat) = self.supplied(entry) {
            steps.push(self.step(threat, entry));
        }
        let is_outside = self.is_outside(entry);
        let first = Trail {
            nodes: vec![entry],
            flows: Vec::new(),
            steps,
            controls: true,
            foothold: None,
            feeds: false,
            crossed: is_outside,
        };
        let mut open = vec![first];
        while let Some(trail) = open.pop() {
            let Some(last) = trail.nodes.last().copied() else { continue };
            if trail.flows.len() >= MAX_DEPTH {
                continue;
            }
            for at in self.around.out[last].iter().rev() {
                if self.left == 0 {
                    return;
                }
                self.left -= 1;
                let target = self.around.flow(*at).target;
                if trail.nodes.contains(&target) || !self.leads.contains(&target) {
                    continue;
                }
                // Who only stands in a lower environment begins where that reaches a higher one, itself or as somebody who does.
                let begins = || {
                    let acts = self.around.scene().nodes[target].element == Element::Identity;
                    crossing::is_up(self.around, *at)
                        || acts && crossing::begins_at(self.around, target)
                };
                if trail.flows.is_empty() && !is_outside && !begins() {
                    continue;
                }
                if let Some(next) = self.walk(&trail, *at) {
                    let reached =
                        self.goals.contains(&target) && next.controls && !next.steps.is_empty();
                    if reached && (next.crossed || self.leads_across(target)) {
                        let mut whole = next.clone();
                        // What it may do takes another step where the workload is the identity.
                        if owns_identity(self.around, target) {
                            self.imply(&mut whole);
                        }
                        self.found.push(whole);
                    }
                    let ends = self.around.scene().nodes[target].element == Element::DataStore
                        && !self.stands_for_somebody(target)
                        && !self.replaces(&next, target);
                    if !ends || next.feeds {
                        open.push(next);
                    }
                }
            }
        }
    }

    /// Whether whoever has what a store holds is somebody by it: the key of an account.
    fn stands_for_somebody(&self, store: usize) -> bool {
        if &*self.around.scene().nodes[store].kind != "secret_store" {
            return false;
        }
        let flows = self.around.out[store].iter().map(|at| self.around.flow(*at));
        let mut to = flows.filter(|flow| flow.kind == FlowKind::Identity).map(|flow| flow.target);
        to.any(|target| self.around.scene().nodes[target].element == Element::Identity)
    }

    fn step(&self, threat: usize, at: usize) -> Step {
        Step { class: Arc::clone(&self.threats[threat].draft.class.id), at, threat: Some(threat) }
    }

    /// The threat with the highest score that opens a way at a node.
    fn opening(&self, node: usize, what: Way, flow: Option<usize>) -> Option<usize> {
        self.opening_but(node, (what, flow), &[])
    }

    /// The same of all threats but those of some classes.
    fn opening_but(
        &self,
        node: usize,
        (what, flow): (Way, Option<usize>),
        but: &[&str],
    ) -> Option<usize> {
        let fits = |threat: &usize| {
            let own = &self.threats[*threat].draft.class.id;
            !but.contains(&&**own)
                && self.opens.get(own).is_some_and(|opens| {
                    opens.iter().any(|each| {
                        each.what == what
                            && flow.is_none_or(|flow| {
                                each.ports == Ports::Any
                                    || self.around.is_to(self.around.flow(flow), each.ports)
                            })
                    })
                })
        };
        let candidates = self.by_node.get(&node)?.iter().copied().filter(fits);
        candidates.max_by(|a, b| {
            let (a, b) = (&self.threats[*a], &self.threats[*b]);
            a.score.cmp(&b.score).then_with(|| b.draft.class.id.cmp(&a.draft.class.id))
        })
    }

    /// Whether a flow leads from a lower environment into a higher one where that is an open threat.
    fn crosses(&self, at: usize) -> bool {
        let target = self.around.flow(at).target;
        crossing::is_up(self.around, at) && self.opening(target, Way::Environment, None).is_some()
    }

    /// Whether whoever is an identity crosses as it, too.
    fn leads_across(&self, node: usize) -> bool {
        let is_identity = self.around.scene().nodes[node].element == Element::Identity;
        is_identity && self.around.out[node].iter().any(|at| self.crosses(*at))
    }

    /// Follow a flow, where something opens it.
    fn walk(&self, trail: &Trail, at: usize) -> Option<Trail> {
        let flow = self.around.flow(at);
        let scene = self.around.scene();
        let target = &scene.nodes[flow.target];
        let mut next = trail.clone();
        next.nodes.push(flow.target);
        next.flows.push(at);
        next.feeds = false;
        // Whoever stands in a lower environment begins where that reaches a higher one; later, what opens the way leads across.
        next.crossed |= self.crosses(at);
        if trail.steps.is_empty() && trail.flows.is_empty() && crossing::is_up(self.around, at) {
            let threat = self.opening(flow.target, Way::Environment, None)?;
            next.steps.push(self.step(threat, flow.target));
            next.foothold = Some(flow.target);
            return Some(next);
        }
        let outside = trail.foothold.is_none();
        let replaces = !trail.feeds && self.replaces(trail, flow.source);
        match flow.kind {
            // Who replaces what programs run is in them.
            FlowKind::SupplyChain if replaces => self.replace(flow, &mut next),
            _ if replaces && !self.stands_for_somebody(flow.source) => return None,
            FlowKind::Network if self.around.is_passing(flow.target) && outside => {
                next.controls = false;
            }
            // Requests that an entry takes are attacks on what it passes them on to.
            FlowKind::Network if self.around.is_front(flow.source) => {
                self.pass_front(&mut next, flow.source, flow.target)?;
                next.controls = true;
                next.foothold = Some(flow.target);
            }
            // A network of somebody else is trusted with what its packets reach.
            FlowKind::Network
                if outside && &*scene.nodes[flow.source].kind == "external_account" =>
            {
                let what =
                    if target.element == Element::DataStore { Way::Store } else { Way::Network };
                let trusted = || {
                    (what == Way::Store).then(|| self.threat_around(flow.target, TRUSTS)).flatten()
                };
                let threat = self.opening(flow.target, what, Some(at)).or_else(trusted)?;
                next.steps.push(self.step(threat, flow.target));
                next.controls = !self.around.is_front(flow.target);
                next.foothold = Some(flow.target);
            }
            FlowKind::Network if !trail.controls || Some(flow.source) == self.around.internet => {
                self.enter(trail, at, &mut next)?;
            }
            _ if trail.feeds => self.feed(at, &mut next)?,
            FlowKind::Network
                if target.element == Element::DataStore
                    || self
                        .around
                        .kept(flow.target)
                        .is_some_and(|(state, _)| state >= State(2)) =>
            {
                self.imply(&mut next);
            }
            // One tier calls the next, which is nobody's fault; over a port for managing it, only where that is open.
            FlowKind::Network => {
                if !self.passes_on(trail, at) {
                    return None;
                }
                self.pass_balancer(&mut next, flow)?;
                let is_managed = self.around.is_to(flow, Ports::Management);
                let by = if is_managed { Way::Network } else { Way::Lateral };
                match self.opening(flow.target, by, Some(at)) {
                    Some(threat) => next.steps.push(self.step(threat, flow.target)),
                    None if is_managed => return None,
                    None => {}
                }
                next.foothold = Some(flow.target);
            }
            FlowKind::Identity => self.identity(trail, at, &mut next)?,
            // What an API passes on to what answers behind it is its published use, as what a workflow gives to its tasks; who got
            // through the door is there. Messages go on to whoever reads them.
            FlowKind::Data if self.hands_on(trail, at) => {
                self.pass_front(&mut next, flow.source, flow.target)?;
                next.feeds = TAKES_MESSAGES.contains(&&*target.kind);
                next.controls = true;
                next.foothold = Some(flow.target);
            }
            FlowKind::Permission if *scene.nodes[flow.source].id == *ANYBODY => {
                let threat = self.unasked?;
                next.steps.push(self.step(threat, self.asked(threat)));
            }
            FlowKind::Permission | FlowKind::Data | FlowKind::Secret => {
                let stands = trail.foothold.or_else(|| trail.nodes.first().copied());
                if !trail.controls
                    || target.element == Element::Process
                    || self.around.only_looks(flow)
                    || flow.kind == FlowKind::Data && self.shelves.makes(flow.target, flow.source)
                    || stands.is_some_and(|it| self.deaf.keeps_out(self.around, it, flow))
                {
                    return None;
                }
                if !self.is_asked_for_data(trail, flow) {
                    self.imply(&mut next);
                }
            }
            FlowKind::SupplyChain => self.supply(trail, at, &mut next)?,
            FlowKind::Log | FlowKind::Dns => return None,
        }
        Some(next)
    }

    /// What comes in from the internet, or through what the attacker only sends through, needs a threat that opens it.
    fn enter(&self, trail: &Trail, at: usize, next: &mut Trail) -> Option<()> {
        if !self.passes_on(trail, at) {
            return None;
        }
        let node = self.around.flow(at).target;
        let target = &self.around.scene().nodes[node];
        let takes = TAKES_MESSAGES.contains(&&*target.kind);
        let is_store = takes || target.element == Element::DataStore;
        let what = if is_store { Way::Store } else { Way::Network };
        // What came in by a port of the web stays a request of the web, whatever the port behind.
        let source = self.around.flow(at).source;
        let front = trail.flows.last().copied().filter(|_| self.around.is_passing(source));
        // A program that keeps data is asked as a store is.
        let keeps = !is_store && self.around.kept(node).is_some();
        let ways = [Some(what), keeps.then_some(Way::Store)].into_iter().flatten();
        let closed = self.closed_by_balancer(source, node);
        let mut fronts = std::iter::once(at).chain(front).flat_map(|flow| {
            ways.clone().filter_map(move |what| self.opening_but(node, (what, Some(flow)), closed))
        });
        let threat = fronts.next()?;
        next.steps.push(self.step(threat, node));
        next.feeds = takes && &*self.threats[threat].draft.class.id == MESSAGES;
        next.controls = !self.around.is_front(node);
        next.foothold = Some(node);
        Some(())
    }

    /// Whether the data that a program keeps on a medium is what was asked of it on the way there.
    fn is_asked_for_data(&self, trail: &Trail, flow: &Flow) -> bool {
        let opens_store = |step: &Step| {
            let mut ways = self.opens.get(&step.class).into_iter().flatten();
            step.at == flow.source && ways.any(|each| each.what == Way::Store)
        };
        &*flow.label == MOUNTS && trail.steps.last().is_some_and(opens_store)
    }

    /// Of what takes messages from anybody, nothing but these goes on: to whoever reads them, and into what passes them on.
    fn feed(&self, at: usize, next: &mut Trail) -> Option<()> {
        let flow = self.around.flow(at);
        let target = &self.around.scene().nodes[flow.target];
        next.feeds = TAKES_MESSAGES.contains(&&*target.kind);
        next.foothold = Some(flow.target);
        let reads = next.feeds || target.element == Element::Process;
        (flow.kind == FlowKind::Data && reads).then_some(())
    }

    fn supply(&self, trail: &Trail, at: usize, next: &mut Trail) -> Option<()> {
        let flow = self.around.flow(at);
        if !trail.controls {
            return None;
        }
        if trail.steps.is_empty() {
            let threat = self.opening(flow.source, Way::SupplyChain, None)?;
            next.steps.push(self.step(threat, flow.source));
        }
        let loss = self.loss(flow.target)?;
        if let Some(threat) = self.threat_of(flow.target, &loss) {
            next.steps.push(self.step(threat, flow.target));
        }
        next.foothold = Some(flow.target);
        Some(())
    }

    /// What came in by a balancer's front goes on only where the balancer passes that on.
    fn passes_on(&self, trail: &Trail, at: usize) -> bool {
        match trail.flows.last() {
            Some(front) if self.around.is_passing(self.around.flow(at).source) => {
                self.around.passes(*front, at)
            }
            _ => true,
        }
    }

    fn identity(&self, trail: &Trail, at: usize, next: &mut Trail) -> Option<()> {
        let flow = self.around.flow(at);
        let scene = self.around.scene();
        let is_identity = scene.nodes[flow.target].element == Element::Identity;
        // What passes on by a network may ask a service with rights of its own, too.
        if !(trail.controls || is_identity && self.around.is_front(flow.source)) {
            return None;
        }
        if !is_identity {
            return self.breaks_out(at, next);
        }
        next.controls = true;
        self.pass_front(next, flow.source, flow.target)?;
        let trust = self.trusts.get(&(flow.source, flow.target)).and_then(|ways| ways.first());
        let opened_by = trust.copied().flatten();
        if &*scene.nodes[flow.source].kind == "identity_provider" && opened_by.is_none() {
            return None;
        }
        match opened_by {
            Some(class) => {
                // Who raises its own rights does so where it stands.
                let (threat, at) = if class == RAISES {
                    (self.threat_of(flow.source, class)?, flow.source)
                } else {
                    let own = self.threat_of(flow.target, class);
                    let other = || self.opening(flow.target, Way::Identity, None);
                    (own.or_else(other)?, flow.target)
                };
                next.steps.push(self.step(threat, at));
                next.foothold = Some(flow.target);
            }
            None => self.imply(next),
        }
        Some(())
    }

    /// Out of a container to the machine below it, where a threat says how.
    fn breaks_out(&self, at: usize, next: &mut Trail) -> Option<()> {
        let flow = self.around.flow(at);
        let trusts = self.trusts.get(&(flow.source, flow.target)).into_iter().flatten();
        let mut ways: Vec<usize> =
            trusts.filter_map(|class| self.threat_of(flow.source, (*class)?)).collect();
        ways.sort_by(|a, b| self.threats[*b].score.cmp(&self.threats[*a].score).then(a.cmp(b)));
        let threat = *ways.first()?;
        next.steps.push(self.step(threat, flow.source));
        next.foothold = Some(flow.target);
        Some(())
    }

    /// The threat by which those who are asked for nothing use a right of theirs.
    fn find_unasked(&self) -> Option<usize> {
        let all = self.by_node.values().flatten().copied();
        let fits = all.filter(|threat| &*self.threats[*threat].draft.class.id == UNASKED);
        fits.max_by_key(|threat| (self.threats[*threat].score, std::cmp::Reverse(*threat)))
    }

    /// The node of a threat.
    fn asked(&self, threat: usize) -> usize {
        match self.threats[threat].target {
            Target::Node(node) => node,
            _ => 0,
        }
    }

    /// Every workload that is taken over can use what it holds: once on a path.
    fn imply(&self, trail: &mut Trail) {
        let at = trail.foothold.or_else(|| trail.nodes.first().copied()).unwrap_or_default();
        if trail.steps.iter().any(|step| &*step.class == IMPLIED && step.at == at) {
            return;
        }
        let threat = self.threat_of(at, IMPLIED);
        trail.steps.push(Step { class: IMPLIED.into(), at, threat });
    }

    /// The open threat of a class to a zone around a node.
    fn threat_around(&self, node: usize, class: &str) -> Option<usize> {
        let scene = self.around.scene();
        let around = scene.nodes[node].zone.map(|zone| scene.ancestors(zone)).unwrap_or_default();
        self.threats.iter().position(|threat| {
            let inside = matches!(threat.target, Target::Zone(zone) if around.contains(&zone));
            inside && &*threat.draft.class.id == class && threat.draft.state == ThreatState::Open
        })
    }

    fn threat_of(&self, node: usize, class: &str) -> Option<usize> {
        self.by_node
            .get(&node)?
            .iter()
            .copied()
            .find(|threat| &*self.threats[*threat].draft.class.id == class)
    }

    /// The class of what is lost at a goal.
    fn loss(&self, node: usize) -> Option<Arc<str>> {
        let given = &self.around.scene().nodes[node];
        if self.around.scene().holds(node, STATE) {
            return Some("T037".into());
        }
        if given.element == Element::Process && owns_identity(self.around, node) {
            return Some(CONTROL.into());
        }
        let rows = self.around.scene().vocabulary.table("losses").iter();
        let mut rows = rows.filter_map(|row| Some((row.first()?, row.get(1)?)));
        let (_, class) = rows.find(|(kind, _)| fits(kind, &given.kind))?;
        Some(Arc::clone(class))
    }

    fn score(
        &self,
        trail: Trail,
        assess: &dyn Fn(usize, &ThreatClass) -> Dread,
        profile: crate::finding::context::Profile,
    ) -> Option<Found> {
        let goal = *trail.nodes.last()?;
        let loss = self.classes.get(&self.loss(goal)?)?;
        let lost = self.lost.of(goal, || assess(goal, loss));
        // What every workload can do is open to this one, too, where a rule found less.
        let of_step = |step: &Step| {
            let own = step.threat.map(|threat| self.threats[threat].assessment.dread);
            let implied = own.is_none() || *step.class == *IMPLIED;
            let base = self.classes.get(&step.class).filter(|_| implied).map(|class| class.dread);
            (own, base)
        };
        let steps: Vec<_> = trail.steps.iter().map(of_step).collect();
        let factor_of = |(own, base): &(Option<Dread>, Option<Dread>), factor: Factor| {
            own.iter().chain(base).map(|dread| dread.get(factor)).max()
        };
        let least = |factor: Factor| steps.iter().filter_map(|it| factor_of(it, factor)).min();
        let longer = u8::try_from(steps.len().saturating_sub(1) / 2).unwrap_or(10);
        let dread = Dread::new([
            lost.get(Factor::Damage),
            least(Factor::Reproducibility)?,
            least(Factor::Exploitability)?.saturating_sub(longer).max(1),
            lost.get(Factor::AffectedUsers),
            factor_of(steps.first()?, Factor::Discoverability)?,
        ])
        .ok()?;
        let assumed = trail.flows.iter().any(|flow| self.around.flow(*flow).assumed);
        Some(Found {
            score: profile.score(dread),
            nodes: trail.nodes,
            flows: trail.flows,
            steps: trail.steps,
            dread,
            assumed,
        })
    }
}

/// Of paths with the same steps the shortest, of each pair the best few; best first.
fn best(around: &Surroundings<'_, '_>, mut found: Vec<Found>) -> Vec<Found> {
    let nodes = around.scene().nodes.len();
    let mut order: Vec<usize> = (0..nodes).collect();
    order.sort_by(|a, b| around.id(*a).cmp(around.id(*b)));
    let mut rank = vec![0; nodes];
    let mut last = 0;
    for (at, pair) in order.iter().enumerate() {
        // Equal ids are equal here, too.
        let same = at > 0 && around.id(order[at - 1]) == around.id(*pair);
        last = if same { last } else { at };
        rank[*pair] = last;
    }
    let compare = |a: &Found, b: &Found| {
        let each = a.nodes.iter().map(|node| rank[*node]);
        each.cmp(b.nodes.iter().map(|node| rank[*node]))
    };
    found.sort_by(|a, b| {
        let length = a.nodes.len().cmp(&b.nodes.len());
        let by_score =
            b.score.cmp(&a.score).then_with(|| a.steps.len().cmp(&b.steps.len())).then(length);
        by_score.then_with(|| compare(a, b)).then_with(|| a.flows.cmp(&b.flows))
    });
    let mut seen: BTreeSet<(usize, usize, Vec<Step>)> = BTreeSet::new();
    let mut pairs: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    found.retain(|path| {
        let (Some(first), Some(last)) = (path.nodes.first(), path.nodes.last()) else {
            return false;
        };
        if !seen.insert((*first, *last, path.steps.clone())) {
            return false;
        }
        let count = pairs.entry((*first, *last)).or_default();
        *count += 1;
        *count <= BEST
    });
    found
}

/// Only what a goal's loss depends on: exposure and the door are those of the way.
pub fn at_goal(
    mut situation: crate::finding::context::Situation,
) -> crate::finding::context::Situation {
    situation.set(Dimension::Exposure, Known::NotApplicable);
    situation.set(Dimension::Auth, Known::NotApplicable);
    situation.controls.clear();
    situation
}
