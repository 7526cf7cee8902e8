//! Application gateways: what each of their rules passes on by its listener, its paths and its pool, on which of the gateway's addresses, and
//! which web firewall stands before it.
//!
//! Source: Microsoft Learn, "Application gateway components", "Application Gateway URL path-based routing overview", "redirect overview",
//! "Azure Web Application Firewall (WAF) policy overview" (of policies of a gateway, a listener and a path, the nearest counts).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::document::{Pointer, Resource, Value, are_same};
use crate::graph::network::filter::{Protocol, Traffic, number};
use crate::graph::network::{Network, Route, Tri};
use crate::graph::scene::{Fact, Scene};
use crate::graph::{kubernetes, look};
use crate::source::Place;

use super::policies::{Does, does};

const KIND: &str = "azurerm_application_gateway";
const POLICY: &str = "azurerm_web_application_firewall_policy";

/// Ways from listeners to targets that are made of one gateway, at most, and so many paths and members of pools are looked at.
const MAX_WAYS: usize = 50_000;
/// How many blocks a name that is not known may mean. Azure itself allows 100 pools and 200 listeners.
const MAX_MEANT: usize = 256;

/// Where resources join a gateway's pools: what is not said by the gateway itself.
const JOINS: &str = "application_gateway_backend_address_pool";

/// Whether a node is an application gateway.
pub fn is_one(scene: &Scene<'_>, node: usize) -> bool {
    let resource = scene.nodes[node].resource.map(|at| scene.index.resource(at));
    resource.is_some_and(|resource| resource.type_name() == KIND)
}

/// Add the ways that rules of gateways make.
pub fn read(scene: &Scene<'_>, network: &mut Network) {
    for at in scene.index.of_type(KIND) {
        if let Some(via) = scene.node_of[*at] {
            Gateway::new(scene, *at, via).read(network);
        }
    }
}

/// Say of gateways what the policies before all of their listeners do: each listener's own, else the gateway's.
pub fn facts(scene: &mut Scene<'_>) {
    for at in scene.index.of_type(KIND).to_vec() {
        let Some(node) = scene.node_of[at] else { continue };
        let policies = Policies::of(scene, at);
        let resource = scene.index.resource(at);
        let whole = policies.before(&resource.attributes, &Pointer::root(), resource);
        let before = look::blocks(&resource.attributes, "http_listener").map(|(at, listener)| {
            let pointer = Pointer::root().key("http_listener").index(at);
            policies.before(listener, &pointer, resource)
        });
        let own: Vec<Option<(Does, Place)>> = before.collect();
        let proven = |does: fn(&Does) -> Tri,
                      all: &mut dyn Iterator<Item = Option<(Does, Place)>>| {
            let sure = |it: Option<(Does, Place)>| Some(it.filter(|it| does(&it.0) == Tri::Yes)?.1);
            all.map(sure).collect::<Option<Vec<Place>>>().filter(|proof| !proof.is_empty())
        };
        // Whether the gateway's own policy blocks, the vocabulary says.
        let waf = proven(|it| it.blocks, &mut own.iter().copied());
        let floods = proven(|it| it.limits, &mut own.iter().map(|it| it.or(whole)));
        for (name, proof) in [("waf", waf), ("flood_protection", floods)] {
            if let Some(mut proof) = proof {
                proof.dedup();
                let fact = Fact { value: Some(Value::Bool(true)), proof };
                scene.nodes[node].facts.insert(name.into(), fact);
            }
        }
    }
}

/// Say of Ingresses what the policies do that their annotations name; of those elsewhere the vocabulary speaks.
pub fn ingresses(scene: &mut Scene<'_>) {
    let names = scene.vocabulary.table("kubernetes_web_policies").iter().flatten();
    let named = names.flat_map(|name| kubernetes::naming(scene, "Ingress", name));
    let found = named.filter_map(|named| {
        let is_policy = |to: &usize| scene.index.resource(*to).type_name() == POLICY;
        let policy = named.targets.into_iter().find(is_policy)?;
        Some((scene.node_of[named.at]?, does(scene, policy), named.place))
    });
    for (node, own, place) in found.collect::<Vec<_>>() {
        for (name, state) in [("waf", own.blocks), ("flood_protection", own.limits)] {
            let fact = Fact { value: state.known().map(Value::Bool), proof: vec![place] };
            scene.nodes[node].facts.insert(name.into(), fact);
        }
    }
}

/// Policies that the blocks of a gateway name, by where.
struct Policies(FxHashMap<Pointer, Does>);

impl Policies {
    fn of(scene: &Scene<'_>, at: usize) -> Self {
        let named = scene.index.outgoing(at).iter();
        let named =
            named.filter(|edge| edge.at.parts().last().as_deref() == Some("firewall_policy_id"));
        Self(named.map(|edge| (edge.at.clone(), does(scene, edge.to))).collect())
    }

    /// What the policy that a block names does, and what says so. One that the configuration does not hold is thought to block.
    fn before(&self, block: &Value, at: &Pointer, resource: &Resource) -> Option<(Does, Place)> {
        let said = block.get("firewall_policy_id").filter(|id| !matches!(id, Value::Null))?;
        let pointer = at.key("firewall_policy_id");
        let blocks = if matches!(said, Value::Unknown(_)) { Tri::Unknown } else { Tri::Yes };
        let unsaid = Does { blocks, ..Does::UNKNOWN };
        let own = self.0.get(&pointer).copied().unwrap_or(unsaid);
        Some((own, resource.place_of(&pointer)))
    }
}

/// The blocks of one kind by their names.
struct Blocks<'v> {
    all: &'v [Value],
    by_name: FxHashMap<&'v str, Vec<usize>>,
    unnamed: Vec<usize>,
}

impl<'v> Blocks<'v> {
    fn new(object: &'v Value, name: &str) -> Self {
        let all = look::listed(object, name);
        let mut blocks = Self { all, by_name: FxHashMap::default(), unnamed: Vec::new() };
        for (at, block) in all.iter().enumerate() {
            match block.get("name").and_then(Value::as_str) {
                Some(name) => blocks.by_name.entry(name).or_default().push(at),
                None => blocks.unnamed.push(at),
            }
        }
        blocks
    }

    /// Those that a name means; of a name that is not known, all that it may mean.
    fn named(&self, name: Option<&Value>) -> Vec<usize> {
        match name {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::String(name)) => self.by_name.get(&**name).unwrap_or(&self.unnamed).clone(),
            Some(name) => {
                let is_same = |at: &usize| {
                    let own = self.all[*at].get("name");
                    own.is_some_and(|own| are_same(own, name, Arc::ptr_eq))
                };
                let same = self.unnamed.iter().take(MAX_MEANT).copied().find(|at| is_same(at));
                same.map_or_else(|| self.some(), |at| vec![at])
            }
        }
    }

    /// All of them, up to a bound.
    fn some(&self) -> Vec<usize> {
        (0..self.all.len().min(MAX_MEANT)).collect()
    }

    /// The one that a name means.
    fn one(&self, name: Option<&Value>) -> Option<&'v Value> {
        match self.named(name).as_slice() {
            [at] => Some(&self.all[*at]),
            _ => None,
        }
    }
}

/// What a rule does with requests, with the names that it does it by.
struct Action<'v> {
    block: &'v Value,
    at: Pointer,
    pool: &'static str,
    settings: &'static str,
    redirect: &'static str,
}

impl Action<'_> {
    fn redirects(&self) -> bool {
        !matches!(self.block.get(self.redirect), None | Some(Value::Null))
    }
}

/// One gateway.
struct Gateway<'s> {
    via: usize,
    resource: &'s Resource,
    listeners: Blocks<'s>,
    fronts: Blocks<'s>,
    ports: Blocks<'s>,
    pools: Blocks<'s>,
    settings: Blocks<'s>,
    maps: Blocks<'s>,
    policies: Policies,
    /// What stands in each pool, by position.
    members: Members,
    /// Whether some members were left out at a bound.
    is_cut: bool,
}

/// What stands in pools, by their positions, with what puts it there.
type Members = BTreeMap<usize, Vec<(usize, Place)>>;

impl<'s> Gateway<'s> {
    fn new(scene: &'s Scene<'_>, at: usize, via: usize) -> Self {
        let resource = scene.index.resource(at);
        let blocks = |name: &str| Blocks::new(&resource.attributes, name);
        let pools = blocks("backend_address_pool");
        let (members, is_cut) = members(scene, at, &pools);
        Self {
            via,
            resource,
            listeners: blocks("http_listener"),
            fronts: blocks("frontend_ip_configuration"),
            ports: blocks("frontend_port"),
            settings: blocks("backend_http_settings"),
            maps: blocks("url_path_map"),
            policies: Policies::of(scene, at),
            members,
            is_cut,
            pools,
        }
    }

    /// Add the ways of all rules, and fronts of those behind which nothing stands.
    fn read(&self, network: &mut Network) {
        let mut left = MAX_WAYS;
        network.left_out |= self.is_cut;
        // By port: whether anything is served there, and where requests are only sent elsewhere.
        let mut served: BTreeSet<Option<u16>> = BTreeSet::new();
        let mut elsewhere: BTreeMap<Option<u16>, Place> = BTreeMap::new();
        for (position, rule) in look::blocks(&self.resource.attributes, "request_routing_rule") {
            let pointer = Pointer::root().key("request_routing_rule").index(position);
            let place = self.resource.place_of(&pointer);
            let (front, encrypted, inside) = self.front(rule);
            network.requests.insert((self.via, front));
            let mut ways = 0;
            let mut passes = false;
            let actions = self.actions(rule, &pointer);
            if left <= actions.len() {
                network.left_out = true;
                return;
            }
            left -= actions.len();
            for action in actions {
                if !action.redirects() {
                    passes = true;
                    let front = (front, encrypted, inside, place);
                    ways += self.pass_on(network, rule, &action, front, &mut left);
                }
            }
            match (passes, inside) {
                (_, true) => {}
                (true, false) => {
                    served.insert(front.port);
                    if ways == 0 {
                        super::alone(network, self.via, front, encrypted, vec![place]);
                    }
                }
                (false, false) => {
                    elsewhere.entry(front.port).or_insert(place);
                }
            }
        }
        // What only sends elsewhere answers nobody in clear text.
        for (port, place) in elsewhere.into_iter().filter(|(port, _)| !served.contains(port)) {
            let front = Traffic { protocol: Protocol::Tcp, port };
            super::alone(network, self.via, front, Tri::Unknown, vec![place]);
        }
    }

    /// Where a rule's listener listens, whether encrypted, and whether on an address inside only.
    fn front(&self, rule: &Value) -> (Traffic, Tri, bool) {
        let listener = self.listeners.one(rule.get("http_listener_name"));
        let word = |name: &str| listener.and_then(|listener| listener.get(name));
        let port = self.ports.one(word("frontend_port_name"));
        let fronts = self.fronts.named(word("frontend_ip_configuration_name"));
        let is_inside = |at: &usize| {
            let front = &self.fronts.all[*at];
            let address = front.get("public_ip_address_id");
            !matches!(front, Value::Unknown(_)) && matches!(address, None | Some(Value::Null))
        };
        let inside = !fronts.is_empty() && fronts.iter().all(is_inside);
        (traffic(port.and_then(|port| port.get("port"))), is_https(listener), inside)
    }

    /// What a rule does: itself, or what the map of paths says that it names.
    fn actions(&self, rule: &'s Value, at: &Pointer) -> Vec<Action<'s>> {
        let own = Action {
            block: rule,
            at: at.clone(),
            pool: "backend_address_pool_name",
            settings: "backend_http_settings_name",
            redirect: "redirect_configuration_name",
        };
        let maps = self.maps.named(rule.get("url_path_map_name"));
        if maps.is_empty() {
            return vec![own];
        }
        let mut actions = Vec::new();
        for position in maps {
            let map = &self.maps.all[position];
            let at = Pointer::root().key("url_path_map").index(position);
            for (inner, path) in look::blocks(map, "path_rule") {
                let at = at.key("path_rule").index(inner);
                actions.push(Action { block: path, at, ..own });
            }
            actions.push(Action {
                block: map,
                at,
                pool: "default_backend_address_pool_name",
                settings: "default_backend_http_settings_name",
                redirect: "default_redirect_configuration_name",
            });
        }
        actions
    }

    /// Add the ways of one action; how many there are.
    fn pass_on(
        &self,
        network: &mut Network,
        rule: &Value,
        action: &Action<'_>,
        (front, encrypted, inside, place): (Traffic, Tri, bool, Place),
        left: &mut usize,
    ) -> usize {
        let settings = self.settings.one(action.block.get(action.settings));
        let back = traffic(settings.and_then(|settings| settings.get("port")));
        let firewall = self.firewall(rule, action);
        let mut ways = 0;
        let pools = match action.block {
            Value::Unknown(_) => self.pools.some(),
            block => self.pools.named(block.get(action.pool)),
        };
        for (target, joined) in pools.iter().filter_map(|pool| self.members.get(pool)).flatten() {
            if *left == 0 {
                network.left_out = true;
                break;
            }
            *left -= 1;
            ways += 1;
            let route = network.routes.len();
            if inside {
                network.inner.insert(route);
            }
            if let Some(firewall) = firewall {
                network.firewalled.insert(route, firewall);
            }
            network.routes.push(Route {
                via: self.via,
                front,
                target: *target,
                back,
                keeps_source: false,
                from: Vec::new(),
                front_encrypted: encrypted,
                back_encrypted: is_https(settings),
                front_proof: vec![place],
                back_proof: vec![*joined],
            });
        }
        ways
    }

    /// The policy before what an action passes on where it is not the gateway's: that of the path, else that of the listener.
    fn firewall(&self, rule: &Value, action: &Action<'_>) -> Option<(Tri, Place)> {
        let own = self.policies.before(action.block, &action.at, self.resource);
        let own =
            own.or_else(|| match self.listeners.named(rule.get("http_listener_name")).as_slice() {
                [at] => {
                    let pointer = Pointer::root().key("http_listener").index(*at);
                    self.policies.before(&self.listeners.all[*at], &pointer, self.resource)
                }
                _ => None,
            });
        own.map(|(does, place)| (does.blocks, place))
    }
}

fn traffic(port: Option<&Value>) -> Traffic {
    let port = number(port).and_then(|port| u16::try_from(port).ok());
    Traffic { protocol: Protocol::Tcp, port }
}

/// Whether a listener or a pool's settings speak HTTPS.
fn is_https(block: Option<&Value>) -> Tri {
    let protocol = block.and_then(|block| block.get("protocol")).and_then(Value::as_str);
    protocol.map_or(Tri::Unknown, |protocol| protocol.eq_ignore_ascii_case("https").into())
}

/// What stands in a gateway's pools: hosts whose names or addresses they list, interfaces that join them; and whether some were left out.
fn members(scene: &Scene<'_>, at: usize, pools: &Blocks<'_>) -> (Members, bool) {
    let mut found: BTreeMap<usize, BTreeSet<(usize, Place)>> = BTreeMap::new();
    let resource = scene.index.resource(at);
    let is_target = |node: usize| {
        let kind = &*scene.nodes[node].kind;
        Some(node) != scene.node_of[at] && !matches!(kind, "identity_principal" | "dns" | "waf")
    };
    for edge in scene.index.outgoing(at) {
        let mut parts = edge.at.parts();
        if parts.next().as_deref() != Some("backend_address_pool") {
            continue;
        }
        let Some(node) = scene.node_of[edge.to].filter(|node| is_target(*node)) else { continue };
        let place = resource.place_of(&edge.at);
        match parts.next().and_then(|position| position.parse().ok()) {
            Some(position) => _ = found.entry(position).or_default().insert((node, place)),
            // Of pools of which it is not known how many there are.
            None => _ = found.entry(0).or_default().insert((node, place)),
        }
    }
    let is_empty = |pool: &&usize| {
        let pool = &pools.all[**pool];
        ["fqdns", "ip_addresses"].iter().all(|name| look::listed(pool, name).is_empty())
    };
    let all = pools.some();
    let (mut left, mut is_cut) = (MAX_WAYS, false);
    let empty: Vec<usize> = all.iter().filter(is_empty).copied().collect();
    for edge in scene.index.incoming(at) {
        let Some(node) = scene.node_of[edge.from].filter(|node| is_target(*node)) else { continue };
        let place = scene.index.resource(edge.from).header;
        // What joins one pool that it does not name joins one that lists nobody; what knows the gateway alone (a cluster) sets all up.
        let joins = edge.at.as_str().contains(JOINS)
            || edge.at.as_str().ends_with("/backend_address_pool_id");
        let meant = match named_pool(scene, edge, pools) {
            Some(pool) => vec![pool],
            None if joins && !empty.is_empty() => empty.clone(),
            None if joins || &*scene.nodes[node].kind == "compute_orchestrator" => all.clone(),
            // Who only mentions it stands behind nothing.
            None => continue,
        };
        if left < meant.len() {
            is_cut = true;
            break;
        }
        left -= meant.len();
        for pool in meant {
            found.entry(pool).or_default().insert((node, place));
        }
    }
    let members = found.into_iter().map(|(pool, own)| (pool, own.into_iter().collect()));
    (members.collect(), is_cut)
}

/// The pool that a reference to a gateway means: by position, or by how the text ends (`…/backendAddressPools/NAME`).
fn named_pool(
    scene: &Scene<'_>,
    edge: &crate::document::Edge,
    pools: &Blocks<'_>,
) -> Option<usize> {
    let mut parts = edge.attribute.parts();
    if parts.next().as_deref() == Some("backend_address_pool")
        && let Some(position) = parts.next().and_then(|part| part.parse::<usize>().ok())
    {
        return (position < pools.all.len()).then_some(position);
    }
    let said = scene.index.resource(edge.from).attributes.at(&edge.at)?;
    let end = match said {
        Value::String(text) => Some(&**text),
        Value::Unknown(unknown) => Some(&*unknown.suffix),
        _ => None,
    };
    let (_, name) = end?.rsplit_once("/backendAddressPools/")?;
    pools.by_name.get(name)?.first().copied()
}
