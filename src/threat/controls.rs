//! Controls that the graph proves where no property of a single resource does: what stands before a node, who else gets to it, what
//! watches it, what keeps its key and its copies.
//!
//! Sources: Microsoft Learn, "About Azure Bastion", "just-in-time machine access"; Amazon EC2 User Guide, "EC2 Instance Connect
//! Endpoint"; Google Cloud documentation, "TCP forwarding" of Identity-Aware Proxy; AWS Backup Developer Guide, "Vault Lock".

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::document::{Resource, Value};
use crate::finding::ThreatClass;
use crate::graph::look;
use crate::graph::network::filter::{Direction, Party, Peer, Protocol, Traffic};
use crate::graph::network::gcp;
use crate::graph::network::reach::Reach;
use crate::graph::network::{Presence, Tri};
use crate::graph::scene::{Fact, Scene};
use crate::model::{Element, FlowKind};
use crate::source::{Place, fits};

use super::surroundings::{MAX_HOPS, Ports, Surroundings};
use super::ways::{Entry, UNFILTERED};

/// Name of the control that a bastion, or access for a time only, is.
pub const BASTION: &str = "jit_or_bastion_only";
/// Facts that prove a web firewall that blocks.
pub const WAF: [&str; 1] = ["waf"];
/// Facts that prove a limit on floods.
pub const FLOODS: [&str; 2] = ["flood_protection", "ddos"];
/// How many references a backup's plan may be away from its vault.
const MAX_CHAIN: usize = 3;

/// Controls that hold for a node, as a class sees it: by name, with what proves them.
pub fn of(
    around: &Surroundings<'_, '_>,
    node: usize,
    class: &ThreatClass,
) -> Vec<(Arc<str>, Vec<Place>)> {
    let mut found: BTreeMap<Arc<str>, Vec<Place>> = BTreeMap::new();
    for (name, fact) in &around.scene().nodes[node].facts {
        if let Fact { value: Some(Value::Bool(true)), proof } = fact {
            found.insert(Arc::clone(name), proof.clone());
        }
    }
    let mut add = |name: &str, proof: Option<Vec<Place>>| {
        if let Some(proof) = proof {
            found.entry(name.into()).or_insert(proof);
        }
    };
    let proven = |ports: Ports, facts: &[&str]| match guard(around, node, ports, facts) {
        (Some(true), proof) => Some(proof),
        _ => None,
    };
    if *class.id == *UNFILTERED {
        let (state, proof) = filtered(around, node);
        add("waf_blocking", (state == Some(true)).then_some(proof));
    } else {
        add("waf_blocking", proven(Ports::Web, &WAF));
    }
    add("ddos_or_rate_limit", proven(Ports::Published, &FLOODS));
    add(BASTION, bastion(around, node).or_else(|| just_in_time(around, node)));
    add("nonstandard_port", nonstandard_port(around, node, class));
    add("cmk_scoped", scoped_key(around, node));
    add("immutable_backup", immutable_backup(around, node));
    add("audit_with_alert", audit_with_alert(around, node));
    add("permissions_boundary", boundary(around, node));
    found.into_iter().collect()
}

/// Whether what comes from the internet to a node on some ports meets something with one of some properties, whichever way it comes: the
/// node itself, its network, a balancer on the way. What proves it.
pub fn guard(
    around: &Surroundings<'_, '_>,
    node: usize,
    ports: Ports,
    facts: &[&str],
) -> (Option<bool>, Vec<Place>) {
    guarded(around, node, ports, facts, MAX_HOPS)
}

/// The same for what comes by some ways in, the most open first. Nothing rests on what ways lack that may not be there.
pub fn guard_on(
    around: &Surroundings<'_, '_>,
    node: usize,
    ways: &[Entry],
    facts: &[&str],
) -> (Option<bool>, Vec<Place>) {
    met(around, node, ways, (facts, MAX_HOPS))
}

/// Whether requests of the web that nothing at the edge answers itself meet a web firewall that blocks, whichever way they come; where
/// there are none, whether all others do.
pub fn filtered(around: &Surroundings<'_, '_>, node: usize) -> (Option<bool>, Vec<Place>) {
    match around.ways_of_requests(node) {
        ways if ways.is_empty() => guard(around, node, Ports::Web, &WAF),
        ways => guard_on(around, node, &ways, &WAF),
    }
}

/// Whether a web firewall that blocks stands before what a balancer passes on to a node.
pub fn filters(around: &Surroundings<'_, '_>, balancer: usize, node: usize) -> bool {
    let (own, _) = guarded(around, balancer, Ports::Any, &WAF, MAX_HOPS);
    nearest(around, (balancer, node), own).map_or(own, |(state, _)| state) == Some(true)
}

fn guarded(
    around: &Surroundings<'_, '_>,
    node: usize,
    ports: Ports,
    facts: &[&str],
    hops: usize,
) -> (Option<bool>, Vec<Place>) {
    met(around, node, &around.ways_in(node, ports), (facts, hops))
}

/// Whether something with one of some properties is the node itself, its network, or before all behind it.
fn stands_at(
    around: &Surroundings<'_, '_>,
    node: usize,
    facts: &[&str],
) -> (Option<bool>, Vec<Place>) {
    let scene = around.scene();
    // What only sends from a network answers elsewhere.
    let host = around.presence(node).filter(|presence| !presence.sends_only);
    let network = host.and_then(|presence| presence.network);
    let network = network.or_else(|| behind(around, node));
    let zone = network.and_then(|network| scene.zone_of.get(network).copied().flatten());
    let own = zone.map(|zone| &scene.zones[zone].facts).into_iter();
    let own = own.chain([&scene.nodes[node].facts]);
    let mut state = Some(false);
    let mut proof = Vec::new();
    for fact in own.flat_map(|all| facts.iter().filter_map(|name| all.get(*name))) {
        match &fact.value {
            Some(Value::Bool(true)) => {
                state = Some(true);
                proof.extend(&fact.proof);
            }
            None if state == Some(false) => state = None,
            _ => {}
        }
    }
    if facts == WAF && state != Some(true) {
        let (behind, more) = before_all_behind(around, node);
        state = if behind == Some(false) { state } else { behind };
        proof.extend(more);
    }
    (state, proof)
}

/// Whether what comes to a node by some ways meets something with one of some properties: at the node itself, else before it on all of them.
fn met(
    around: &Surroundings<'_, '_>,
    node: usize,
    ways: &[Entry],
    (facts, hops): (&[&str], usize),
) -> (Option<bool>, Vec<Place>) {
    let (state, mut proof) = stands_at(around, node, facts);
    if state == Some(true) || hops == 0 {
        return (state, proof);
    }
    let known = ways.iter().filter(|way| way.reach > Reach::Unknown).count().max(1);
    let flows: BTreeSet<usize> =
        ways.iter().take(known).flat_map(|way| &way.flows).copied().collect();
    let before: BTreeSet<usize> = flows
        .iter()
        .map(|flow| around.flow(*flow))
        .filter(|flow| flow.target == node)
        .map(|flow| flow.source)
        .collect();
    // Who comes straight from the internet meets nothing but the node.
    if before.is_empty() || before.iter().any(|source| Some(*source) == around.internet) {
        return (state, proof);
    }
    let mut all = Some(true);
    for source in before {
        // What else comes to a balancer is not passed on.
        let ways = around.ways_in(source, Ports::Any);
        let on = ways.iter().map(|way| Entry { reach: way.reach, flows: &way.flows & &flows });
        let on: Vec<Entry> = on.filter(|way| !way.flows.is_empty()).collect();
        let (mut one, more) = met(around, source, &on, (facts, hops - 1));
        proof.extend(more);
        if facts == WAF
            && let Some((nearest, more)) = nearest(around, (source, node), one)
        {
            one = nearest;
            proof.extend(more);
        }
        all = match (all, one) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (None, _) | (_, None) => None,
            _ => Some(true),
        };
    }
    match (state, all) {
        (_, Some(true)) => (Some(true), proof),
        (Some(false), Some(false)) => (Some(false), proof),
        _ => (None, proof),
    }
}

/// Whether web firewalls that block stand before all that something at the edge passes requests on to which answers them itself.
fn before_all_behind(around: &Surroundings<'_, '_>, node: usize) -> (Option<bool>, Vec<Place>) {
    if !around.is_front(node) {
        return (Some(false), Vec::new());
    }
    let scene = around.scene();
    let carries = |kind| matches!(kind, FlowKind::Network | FlowKind::Data | FlowKind::Identity);
    let flows = around.out[node].iter().map(|at| around.flow(*at));
    let behind: BTreeSet<usize> =
        flows.filter(|flow| carries(flow.kind)).map(|flow| flow.target).collect();
    let states = behind.iter().map(|target| scene.state(*target, WAF[0]));
    let Some(all) = states.min() else { return (Some(false), Vec::new()) };
    let facts = behind.iter().filter_map(|target| scene.nodes[*target].facts.get(WAF[0]));
    let proof = facts.filter(|_| all != Tri::No).flat_map(|fact| fact.proof.clone()).collect();
    (all.known(), proof)
}

/// Whether web firewalls that block stand before all that a balancer passes on from outside to a node, where one of them is not the balancer's
/// but nearer: by the balancer's own state.
fn nearest(
    around: &Surroundings<'_, '_>,
    ends: (usize, usize),
    own: Option<bool>,
) -> Option<(Option<bool>, Vec<Place>)> {
    let network = &around.graph.network;
    let routes = around.routes.get(&ends)?.iter().filter(|at| !network.inner.contains(at));
    let states: Vec<Option<&(Tri, Place)>> = routes.map(|at| network.firewalled.get(at)).collect();
    let proof: Vec<Place> = states.iter().flatten().map(|(_, place)| *place).collect();
    let mut all = Some(true);
    for near in states {
        all = match (all, near.map_or(own, |(state, _)| state.known())) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (None, _) | (_, None) => None,
            _ => Some(true),
        };
    }
    (!proof.is_empty()).then_some((all, proof))
}

/// The network that all stand in to which a balancer outside of any passes on: what guards its addresses guards the balancer's. A network for
/// content answers at addresses of its own, wherever it asks.
fn behind(around: &Surroundings<'_, '_>, node: usize) -> Option<usize> {
    if !around.is_passing(node) || &*around.scene().nodes[node].kind == "edge_cdn" {
        return None;
    }
    let flows = around.out[node].iter().map(|flow| around.flow(*flow));
    let flows = flows.filter(|flow| flow.kind == FlowKind::Network);
    let networks: BTreeSet<Option<usize>> = flows
        .map(|flow| around.presence(flow.target).filter(|host| !host.sends_only)?.network)
        .collect();
    if networks.len() == 1 { networks.first().copied().flatten() } else { None }
}

/// A bastion of the provider that gets to a host over which people manage it, where nobody from the internet does otherwise.
pub fn bastion(around: &Surroundings<'_, '_>, node: usize) -> Option<Vec<Place>> {
    let scene = around.scene();
    let host = around.presence(node)?;
    if !scene.nodes[node].kind.starts_with("compute_")
        || host.open_ended
        || around.entry(node, Ports::Management).is_some_and(|entry| entry.reach > Reach::Closed)
    {
        return None;
    }
    // Google's proxy lets nobody else in, whatever address the host has.
    if host.public.state != Tri::No {
        return proxy(scene, host);
    }
    let managed = [22, 3389].map(|port| Traffic { protocol: Protocol::Tcp, port: Some(port) });
    for (other, given) in scene.nodes.iter().enumerate() {
        let Some(place) = given.place.filter(|_| stands_at_admin_edge(around, other)) else {
            continue;
        };
        let Some(own) = around.presence(other) else { continue };
        let near = own.network.is_some()
            && (own.network == host.network
                || around
                    .peers(host)
                    .iter()
                    .any(|(peer, _)| Some(*peer) == own.network || own.subnets.contains(peer)));
        let lets_in = |traffic: &Traffic| {
            host.layers.iter().all(|layer| {
                let party = Party::Host(other, own);
                layer.decide(Direction::In, &party, *traffic).passes == Tri::Yes
            })
        };
        if near && managed.iter().any(lets_in) {
            return Some(vec![place]);
        }
    }
    proxy(scene, host)
}

/// Whether a node is a provider's bastion.
fn stands_at_admin_edge(around: &Surroundings<'_, '_>, node: usize) -> bool {
    let scene = around.scene();
    let meaning = scene.nodes[node].resource.and_then(|at| scene.meanings[at].as_ref());
    meaning.is_some_and(|meaning| meaning.boundary.as_deref() == Some("admin_edge"))
}

/// A rule that lets Google's proxy for identities in, and names nobody else.
fn proxy(scene: &Scene<'_>, host: &Presence) -> Option<Vec<Place>> {
    let range = gcp::services_of(scene, Some("proxy")).next()?;
    let rules = host.layers.iter().flat_map(|layer| &layer.rules);
    let mut named = rules.filter(|rule| {
        rule.allow && rule.direction == Direction::In && rule.peers == [Peer::Services(range)]
    });
    Some(named.next()?.place.into_iter().collect())
}

/// A policy that opens the ports of a host for a time only, to those who ask.
fn just_in_time(around: &Surroundings<'_, '_>, node: usize) -> Option<Vec<Place>> {
    let scene = around.scene();
    scene.nodes[node].parts.iter().flat_map(|part| scene.index.incoming(*part)).find_map(|edge| {
        let other = scene.index.resource(edge.from);
        let kind = look::text(&other.attributes, "type").unwrap_or_default();
        (&*other.kind == "azapi_resource" && kind.contains("/jitNetworkAccessPolicies"))
            .then(|| vec![other.header])
    })
}

/// The way in, where it begins at a port that nobody tries first.
fn nonstandard_port(
    around: &Surroundings<'_, '_>,
    node: usize,
    class: &ThreatClass,
) -> Option<Vec<Place>> {
    let entry = around.way_of(node, class)?;
    let doors: Vec<usize> = entry
        .flows
        .iter()
        .copied()
        .filter(|flow| Some(around.flow(*flow).source) == around.internet)
        .collect();
    let odd = |flow: &usize| {
        let port = around.flow(*flow).port.as_deref().and_then(|port| port.parse().ok());
        port.is_some_and(|port: u16| !around.words.is_standard(port))
    };
    (!doors.is_empty() && doors.iter().all(odd)).then(|| around.evidence(doors))
}

/// A key of the configuration's own that encrypts a store, and that its policies give to named principals only.
fn scoped_key(around: &Surroundings<'_, '_>, node: usize) -> Option<Vec<Place>> {
    let scene = around.scene();
    if scene.nodes[node].element != Element::DataStore {
        return None;
    }
    for part in &scene.nodes[node].parts {
        for edge in scene.index.outgoing(*part) {
            let path = edge.at.as_str();
            let Some(key) = scene.node_of[edge.to].filter(|key| *key != node) else { continue };
            let is_key = &*scene.nodes[key].kind == "kms_key"
                || &*scene.index.resource(edge.to).kind == "azurerm_key_vault_key";
            let encrypts = path.contains("key") || path.contains("kms");
            if is_key && encrypts && is_given_by_name(around, key) {
                return Some(vec![scene.index.resource(*part).place_of(&edge.at)]);
            }
        }
    }
    None
}

/// Whether a key is given to principals by name and to nobody else: no wildcard, no other account, nobody whom the account's own rules
/// let in besides.
fn is_given_by_name(around: &Surroundings<'_, '_>, key: usize) -> bool {
    let scene = around.scene();
    // A vault may answer on the internet; a key that is public is given to everybody.
    let is_key = &*scene.nodes[key].kind == "kms_key";
    let open = scene.holds(key, "anonymous") || is_key && scene.holds(key, "public");
    // What holds on a vault holds on its keys.
    let vaults = scene.nodes[key].parts.iter().flat_map(|part| scene.index.outgoing(*part));
    let vaults = vaults.filter_map(|edge| scene.node_of[edge.to]);
    let mut places: Vec<usize> =
        vaults.filter(|vault| &*scene.nodes[*vault].kind == "secret_store").collect();
    places.push(key);
    let users: Vec<usize> = places
        .iter()
        .flat_map(|place| &around.into[*place])
        .map(|at| around.flow(*at))
        .filter(|flow| flow.kind == FlowKind::Permission)
        .map(|flow| flow.source)
        .collect();
    let foreign = |user: &usize| {
        Some(*user) == around.internet || &*scene.nodes[*user].kind == "external_account"
    };
    let provider = scene.nodes[key].resource.map(|at| &*scene.index.resource(at).provider);
    // Without a policy of its own, an AWS key is open to whoever the account's policies let in.
    let policy = provider != Some("aws")
        || scene.nodes[key]
            .parts
            .iter()
            .any(|part| look::leaf(&scene.index.resource(*part).attributes, "policy").is_some());
    policy && !open && !users.is_empty() && !users.iter().any(foreign)
}

/// A copy of a store in a vault that keeps it for a time, whoever wants it gone.
fn immutable_backup(around: &Surroundings<'_, '_>, node: usize) -> Option<Vec<Place>> {
    let scene = around.scene();
    let rows = scene.vocabulary.table("backup_joins");
    let joins = |kind: &str| rows.iter().flatten().any(|pattern| fits(pattern, kind));
    for part in &scene.nodes[node].parts {
        for edge in scene.index.incoming(*part) {
            if !joins(&scene.index.resource(edge.from).kind) {
                continue;
            }
            let mut seen = BTreeSet::from([edge.from]);
            let mut now = vec![edge.from];
            for _ in 0..MAX_CHAIN {
                let mut next = Vec::new();
                for at in now {
                    for edge in scene.index.outgoing(at) {
                        let vault = scene.node_of[edge.to].filter(|vault| *vault != node);
                        if vault.is_some_and(|vault| scene.holds(vault, "locked")) {
                            return Some(vec![scene.index.resource(edge.to).header]);
                        }
                        if seen.insert(edge.to) {
                            next.push(edge.to);
                        }
                    }
                }
                now = next;
            }
        }
    }
    None
}

/// An alert that somebody gets over the log that a node writes, or over the trail of the account that it is part of.
fn audit_with_alert(around: &Surroundings<'_, '_>, node: usize) -> Option<Vec<Place>> {
    let scene = around.scene();
    let own = around.out[node]
        .iter()
        .map(|at| around.flow(*at))
        .filter(|flow| flow.kind == FlowKind::Log)
        .map(|flow| flow.target);
    let mut logs: Vec<usize> = own.collect();
    // What the account's trail records: who used which right, key or secret.
    let given = &scene.nodes[node];
    let recorded =
        given.element == Element::Identity || matches!(&*given.kind, "kms_key" | "secret_store");
    let is_aws = given.resource.is_some_and(|at| &*scene.index.resource(at).provider == "aws");
    if recorded && is_aws {
        for at in scene.index.of_type("aws_cloudtrail") {
            let named = look::named(scene, *at, "cloud_watch_logs_group_arn").targets;
            logs.extend(named.iter().filter_map(|(to, _)| scene.node_of[*to]));
        }
    }
    let watched = logs.into_iter().find_map(|log| alert_over(around, log));
    watched.or_else(|| alert_on_audit_log(around, node))
}

/// Whether an alert names somebody to tell, and is on.
fn tells(alert: &Resource, attributes: &[&str]) -> bool {
    let on = !matches!(
        alert.attributes.get("enabled").or_else(|| alert.attributes.get("actions_enabled")),
        Some(Value::Bool(false))
    );
    on && attributes.iter().any(|name| look::leaf(&alert.attributes, name).is_some())
}

/// An alert over a log store.
fn alert_over(around: &Surroundings<'_, '_>, log: usize) -> Option<Vec<Place>> {
    let scene = around.scene();
    for part in &scene.nodes[log].parts {
        for edge in scene.index.incoming(*part) {
            let other = scene.index.resource(edge.from);
            match &*other.kind {
                "azurerm_monitor_scheduled_query_rules_alert"
                | "azurerm_monitor_scheduled_query_rules_alert_v2"
                    if tells(other, &["action.action_groups", "action.action_group"]) =>
                {
                    return Some(vec![other.header]);
                }
                "aws_cloudwatch_log_metric_filter" => {
                    let name = look::leaf(&other.attributes, "metric_transformation.name");
                    let alarm =
                        scene.index.of_type("aws_cloudwatch_metric_alarm").iter().find(|at| {
                            let alarm = scene.index.resource(**at);
                            let by_name = name.is_some()
                                && look::leaf(&alarm.attributes, "metric_name") == name;
                            let by_edge =
                                scene.index.outgoing(**at).iter().any(|to| to.to == edge.from);
                            (by_name || by_edge) && tells(alarm, &["alarm_actions"])
                        });
                    if let Some(alarm) = alarm {
                        return Some(vec![other.header, scene.index.resource(*alarm).header]);
                    }
                }
                _ => {}
            }
        }
    }
    None
}

/// An alert on a metric of the project's audit log, where that is kept for what the node's service does.
fn alert_on_audit_log(around: &Surroundings<'_, '_>, node: usize) -> Option<Vec<Place>> {
    let scene = around.scene();
    let at = scene.nodes[node].resource?;
    let is_google = scene.index.resource(at).provider.starts_with("google");
    let all_services = |at: &usize| {
        look::text(&scene.index.resource(*at).attributes, "service") == Some("allServices")
    };
    let configs = ["google_project_iam_audit_config", "google_organization_iam_audit_config"];
    let mut configs = configs.iter().flat_map(|kind| scene.index.of_type(kind));
    let audited = scene.holds(node, "logged") || configs.any(all_services);
    if !is_google || !audited {
        return None;
    }
    for metric in scene.index.of_type("google_logging_metric") {
        let resource = scene.index.resource(*metric);
        let filter = look::text(&resource.attributes, "filter").unwrap_or_default();
        if !filter.contains("cloudaudit.googleapis.com") {
            continue;
        }
        let name = look::text(&resource.attributes, "name").unwrap_or_default();
        for alert in scene.index.of_type("google_monitoring_alert_policy") {
            let policy = scene.index.resource(*alert);
            let by_edge = scene.index.outgoing(*alert).iter().any(|edge| edge.to == *metric);
            let by_name = !name.is_empty()
                && look::leaves(&policy.attributes, "conditions.condition_threshold.filter")
                    .iter()
                    .any(|(_, value)| {
                        value.as_str().is_some_and(|text| text.contains(&format!("/user/{name}\"")))
                    });
            if (by_edge || by_name) && tells(policy, &["notification_channels"]) {
                return Some(vec![resource.header, policy.header]);
            }
        }
    }
    None
}

/// What limits the rights of every identity that a workload runs as.
fn boundary(around: &Surroundings<'_, '_>, node: usize) -> Option<Vec<Place>> {
    let scene = around.scene();
    let trusts = around.graph.identity.trusts.iter();
    let roles: BTreeSet<usize> = trusts
        .filter(|trust| trust.source == node && &*trust.label == "runs as")
        .map(|trust| trust.target)
        .collect();
    let limited = |role: &usize| scene.holds(*role, "permissions_boundary");
    let proof = || {
        let facts =
            roles.iter().filter_map(|it| scene.nodes[*it].facts.get("permissions_boundary"));
        facts.flat_map(|fact| fact.proof.clone()).collect()
    };
    (!roles.is_empty() && roles.iter().all(limited)).then(proof)
}
