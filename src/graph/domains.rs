//! Names of hosts that the configuration itself gives to resources, and settings that say them: records of DNS, service discovery and
//! Service Connect.
//!
//! The table `dns_names` says how records are called: type, attribute of the name, path to the zone, the zone's attribute with its name.
//! `dns_members` says what registers itself under one: type, path. Sources: Amazon ECS Developer Guide, "Service discovery", "Service
//! Connect"; AWS Cloud Map Developer Guide, "Creating services"; Route 53 Developer Guide, "Working with records"; Microsoft Learn, "What is
//! a private Azure DNS zone"; Google Cloud documentation, "DNS records overview".

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::document::{Edge, Pointer, Resource, Value};
use crate::model::{Element, Encrypted};
use crate::pack::Verb;

use super::addresses::{self, Schemes};
use super::look::{self, MAX_TEXT};
use super::relations::says;
use super::scene::Scene;

/// In how many places settings say names, at most.
const MAX_MENTIONS: usize = 100_000;

/// Parts of the names of attributes that hold an address.
const ADDRESSES: [&str; 8] =
    ["address", "connection", "dns", "domain_name", "endpoint", "fqdn", "host", "url"];

/// How deep values are looked into.
const MAX_DEPTH: usize = 64;

/// A setting that says a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Mention {
    /// From the setting to what gives the name.
    pub edge: Edge,
    /// What is spoken to by it.
    pub spoken: Encrypted,
    /// The port that stands behind it.
    pub port: Option<u16>,
}

/// Settings by the resource that they mean.
pub type Mentions = FxHashMap<usize, Vec<Mention>>;

/// What a name leads to.
#[derive(Debug, Default)]
struct Host {
    /// What gives the name, and the resources that it means.
    targets: BTreeSet<(usize, usize)>,
    /// Nodes that know the name, where not all do.
    known_to: Option<Vec<Rc<BTreeSet<usize>>>>,
}

/// Find the settings that say names of the configuration.
pub fn read(scene: &mut Scene<'_>) {
    let hosts = hosts(scene);
    let mut mentions = Mentions::default();
    by_reference(scene, &mut mentions);
    by_address(scene, &mut mentions);
    by_secret(scene, &mut mentions);
    if !hosts.is_empty() {
        let mut texts = Texts { scene, hosts: &hosts, left: MAX_MENTIONS, found: &mut mentions };
        for (at, node) in scene.node_of.iter().enumerate() {
            let Some(node) = node.filter(|node| scene.nodes[*node].element == Element::Process)
            else {
                continue;
            };
            let resource = scene.index.resource(at);
            texts.within(&mut Spot { at, node, depth: 0 }, &Pointer::root(), &resource.attributes);
            texts.in_json((at, node), resource);
        }
    }
    scene.mentions = mentions;
}

/// All names, in small letters.
fn hosts(scene: &Scene<'_>) -> BTreeMap<String, Host> {
    let mut hosts: BTreeMap<String, Host> = BTreeMap::new();
    for row in scene.vocabulary.table("dns_names") {
        let [kind, name, zone, of_zone] = row.as_slice() else { continue };
        for at in scene.index.of_type(kind) {
            let resource = scene.index.resource(*at);
            let zone = match look::first(scene, *at, zone) {
                Some(zone) => look::text(&scene.index.resource(zone).attributes, of_zone),
                None => look::leaf(&resource.attributes, zone).and_then(Value::as_str),
            };
            let Some(name) = look::text(&resource.attributes, name) else { continue };
            let Some(host) = whole(name, zone.unwrap_or_default()) else { continue };
            let targets = targets(scene, *at).into_iter().map(|target| (*at, target));
            hosts.entry(host).or_default().targets.extend(targets);
        }
    }
    connected(scene, &mut hosts);
    hosts.retain(|_, host| !host.targets.is_empty());
    hosts
}

/// The whole name of a record in a zone; `None` where it is a pattern, or no name of a host.
fn whole(name: &str, zone: &str) -> Option<String> {
    let clean = |text: &str| text.trim_end_matches('.').to_ascii_lowercase();
    let (name, zone) = (clean(name), clean(zone));
    let host = match &*name {
        "" | "@" => zone,
        name if zone.is_empty() || name == zone || name.ends_with(&format!(".{zone}")) => {
            name.to_owned()
        }
        name => format!("{name}.{zone}"),
    };
    (host.contains('.') && host.chars().all(is_of_host)).then_some(host)
}

fn is_of_host(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')
}

/// What a record means: what it resolves to, and what registers itself under it.
fn targets(scene: &Scene<'_>, record: usize) -> BTreeSet<usize> {
    let mut found: BTreeSet<usize> =
        scene.relations.targets(record, Verb::ResolvesTo).map(|relation| relation.to).collect();
    for row in scene.vocabulary.table("dns_members") {
        let [kind, path] = row.as_slice() else { continue };
        for member in look::users(scene, record, kind, path) {
            let before = found.len();
            let relations = scene.relations.targets(member, Verb::ResolvesTo);
            found.extend(relations.map(|relation| relation.to));
            if found.len() == before {
                found.insert(member);
            }
        }
    }
    found
}

/// Names of Service Connect: services of one namespace know them.
fn connected(scene: &Scene<'_>, hosts: &mut BTreeMap<String, Host>) {
    let mut members: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    let mut named: BTreeMap<String, Vec<(String, usize)>> = BTreeMap::new();
    for at in scene.index.of_type("aws_ecs_service") {
        let resource = scene.index.resource(*at);
        let block = look::listed(&resource.attributes, "service_connect_configuration").first();
        let Some(block) = block.filter(|it| it.get("enabled") != Some(&Value::Bool(false))) else {
            continue;
        };
        let Some(namespace) = namespace_of(scene, *at, block) else { continue };
        members.entry(namespace.clone()).or_default().extend(scene.node_of[*at]);
        for service in look::listed(block, "service") {
            let mut own = ["discovery_name", "port_name"].into_iter();
            let own = own.find_map(|name| look::text(service, name));
            let aliases = look::listed(service, "client_alias");
            let given = aliases.iter().filter_map(|alias| look::text(alias, "dns_name"));
            let mut names: Vec<String> = given.map(str::to_ascii_lowercase).collect();
            if names.is_empty() {
                let last = namespace.rsplit('/').next().unwrap_or_default();
                names.extend(own.map(|own| format!("{own}.{last}").to_ascii_lowercase()));
            }
            let names = names.into_iter().map(|name| (name, *at));
            named.entry(namespace.clone()).or_default().extend(names);
        }
    }
    for (namespace, names) in named {
        let all = Rc::new(members.remove(&namespace).unwrap_or_default());
        for (name, at) in names {
            // Of one name in two namespaces is not known here which is meant.
            let host = hosts.entry(name).or_default();
            host.targets.insert((at, at));
            let known = host.known_to.get_or_insert_with(Vec::new);
            if !known.iter().any(|known| Rc::ptr_eq(known, &all)) {
                known.push(Rc::clone(&all));
            }
        }
    }
}

/// The namespace that a service joins, by name: its own, else its cluster's.
fn namespace_of(scene: &Scene<'_>, service: usize, block: &Value) -> Option<String> {
    let of = |at: usize, path: &str, own: &Value, name: &str| {
        let known = look::first(scene, at, path)
            .and_then(|to| look::text(&scene.index.resource(to).attributes, "name"));
        known.or_else(|| look::text(own, name)).map(str::to_owned)
    };
    of(service, "service_connect_configuration.namespace", block, "namespace").or_else(|| {
        let cluster = look::first(scene, service, "cluster")?;
        let defaults = &scene.index.resource(cluster).attributes;
        let own = look::listed(defaults, "service_connect_defaults").first()?;
        of(cluster, "service_connect_defaults.namespace", own, "namespace")
    })
}

/// Settings that refer to a record.
fn by_reference(scene: &Scene<'_>, found: &mut Mentions) {
    let schemes = Schemes::new(scene.vocabulary);
    let mut left = MAX_MENTIONS;
    for row in scene.vocabulary.table("dns_names") {
        let Some(kind) = row.first() else { continue };
        for at in scene.index.of_type(kind) {
            let targets = targets(scene, *at);
            for edge in scene.index.incoming(*at) {
                let says = matches!(edge.attribute.as_str(), "/fqdn" | "/name");
                let node = scene.node_of[edge.from];
                let is_program =
                    node.is_some_and(|node| scene.nodes[node].element == Element::Process);
                if !says || !is_program || speaks_of_others(&edge.at) {
                    continue;
                }
                let spoken = addresses::of_edge(schemes, &scene.index, edge);
                for target in targets.iter().filter(|target| scene.node_of[**target] != node) {
                    if left == 0 {
                        return;
                    }
                    left -= 1;
                    let mention = Mention { edge: called(edge.clone()), spoken, port: None };
                    found.entry(*target).or_default().push(mention);
                }
            }
        }
    }
}

/// Settings that say an address that is reserved by itself mean what holds it. The table `address_holders` says what does: type, path to the
/// address.
fn by_address(scene: &Scene<'_>, found: &mut Mentions) {
    let schemes = Schemes::new(scene.vocabulary);
    let mut left = MAX_MENTIONS;
    for row in scene.vocabulary.table("address_holders") {
        let [kind, path] = row.as_slice() else { continue };
        for at in scene.index.of_type(kind) {
            let Some(address) = look::first(scene, *at, path) else { continue };
            for edge in scene.index.incoming(address) {
                let is_program = scene.node_of[edge.from]
                    .is_some_and(|node| scene.nodes[node].element == Element::Process);
                if edge.attribute.as_str() != "/address" || !is_program {
                    continue;
                }
                if left == 0 {
                    return;
                }
                left -= 1;
                let spoken = addresses::of_edge(schemes, &scene.index, edge);
                let mention = Mention { edge: called(edge.clone()), spoken, port: None };
                found.entry(*at).or_default().push(mention);
            }
        }
    }
}

/// Who is given what is kept under a name speaks to the hosts that stand in it. The table `kept_settings` says what is kept: type, path to
/// the value, path to what it is kept under, where that is another resource.
fn by_secret(scene: &Scene<'_>, found: &mut Mentions) {
    let schemes = Schemes::new(scene.vocabulary);
    let mut left = MAX_MENTIONS;
    for row in scene.vocabulary.table("kept_settings") {
        let [kind, value, shelf] = row.as_slice() else { continue };
        for at in scene.index.of_type(kind) {
            let resource = scene.index.resource(*at);
            let says = |edge: &&Edge| says(value, &edge.at, resource) && names_a_host(scene, edge);
            let hosts: Vec<&Edge> = scene.index.outgoing(*at).iter().filter(says).collect();
            if hosts.is_empty() {
                continue;
            }
            let shelves = look::first(scene, *at, shelf).into_iter().chain([*at]);
            for reader in shelves.flat_map(|shelf| scene.index.incoming(shelf)) {
                let own = scene.node_of[reader.from];
                if own.is_none_or(|node| scene.nodes[node].element != Element::Process) {
                    continue;
                }
                for host in hosts.iter().filter(|host| scene.node_of[host.to] != own) {
                    if left == 0 {
                        return;
                    }
                    left -= 1;
                    let spoken = addresses::of_edge(schemes, &scene.index, host);
                    let port = addresses::called(&scene.index, host).and_then(|call| call.port);
                    let edge = called(Edge { to: host.to, ..reader.clone() });
                    found.entry(host.to).or_default().push(Mention { edge, spoken, port });
                }
            }
        }
    }
}

/// Whether a reference takes the address of what it leads to: of a store by the attribute's name, of others where the text calls it.
fn names_a_host(scene: &Scene<'_>, edge: &Edge) -> bool {
    let Some(node) = scene.node_of[edge.to] else { return false };
    let name = edge.attribute.parts().last().unwrap_or_default();
    let is_address = ADDRESSES.iter().any(|part| name.contains(part));
    let is_store = scene.nodes[node].element == Element::DataStore;
    is_store && is_address || addresses::called(&scene.index, edge).is_some()
}

/// What is said is a host's name, however it is called there.
fn called(edge: Edge) -> Edge {
    Edge { attribute: Pointer::root().key("fqdn"), ..edge }
}

/// Where a text stands.
struct Spot {
    at: usize,
    node: usize,
    depth: usize,
}

/// Texts in which names are sought.
struct Texts<'t, 'a> {
    scene: &'t Scene<'a>,
    hosts: &'t BTreeMap<String, Host>,
    left: usize,
    found: &'t mut Mentions,
}

impl Texts<'_, '_> {
    /// Texts in texts of JSON that are only partly known: the whole ones are among the attributes.
    fn in_json(&mut self, (at, node): (usize, usize), resource: &Resource) {
        let Some(parsed) = resource.parsed.as_object() else { return };
        for (path, value) in parsed.iter() {
            let Some(pointer) = Pointer::parse(&format!("/{path}")) else { continue };
            if !matches!(resource.attributes.at(&pointer), Some(Value::String(_))) {
                self.under(&mut Spot { at, node, depth: 0 }, &pointer, value);
            }
        }
    }

    /// All texts below one attribute, whose place is said.
    fn under(&mut self, spot: &mut Spot, pointer: &Pointer, value: &Value) {
        if spot.depth == MAX_DEPTH {
            return;
        }
        spot.depth += 1;
        match value {
            Value::String(text) => self.text(spot, pointer, text),
            Value::Unknown(unknown) => self.text(spot, pointer, &unknown.parts),
            Value::Array(items) => items.iter().for_each(|it| self.under(spot, pointer, it)),
            Value::Object(map) => map.values().for_each(|it| self.under(spot, pointer, it)),
            _ => {}
        }
        spot.depth -= 1;
    }

    /// All texts of a value, each with its own place.
    fn within(&mut self, spot: &mut Spot, pointer: &Pointer, value: &Value) {
        if spot.depth == MAX_DEPTH {
            return;
        }
        spot.depth += 1;
        match value {
            Value::Array(items) => {
                for (position, item) in items.iter().enumerate() {
                    self.within(spot, &pointer.index(position), item);
                }
            }
            Value::Object(map) => {
                for (name, item) in map.iter() {
                    self.within(spot, &pointer.key(name), item);
                }
            }
            other => self.under(spot, pointer, other),
        }
        spot.depth -= 1;
    }

    fn text(&mut self, spot: &Spot, pointer: &Pointer, text: &str) {
        let text = look::cut(text, MAX_TEXT);
        let mut start = 0;
        for part in text.split(|c: char| !is_of_host(c)) {
            let (from, end) = (start, start + part.len());
            start = end + text[end..].chars().next().map_or(0, char::len_utf8);
            let name = part.trim_end_matches('.');
            if name.is_empty() || name.len() > 253 {
                continue;
            }
            let (before, after) = (&text[..from], &text[from + name.len()..]);
            if let Some(host) = self.hosts.get(&name.to_ascii_lowercase())
                && (name.contains('.') || is_address(before, after))
                && !is_mail(before)
                && !speaks_of_others(pointer)
            {
                self.note(spot, pointer, host, (before, after));
            }
        }
    }

    fn note(&mut self, spot: &Spot, pointer: &Pointer, host: &Host, around: (&str, &str)) {
        let knows = |all: &Vec<Rc<BTreeSet<usize>>>| all.iter().any(|it| it.contains(&spot.node));
        if host.known_to.as_ref().is_some_and(|all| !knows(all)) {
            return;
        }
        let schemes = Schemes::new(self.scene.vocabulary);
        let spoken = addresses::spoken(schemes, around.0, around.1);
        let port = addresses::port_in(around.1);
        for (record, target) in &host.targets {
            if self.scene.node_of[*target].is_none_or(|node| node == spot.node) {
                continue;
            }
            if self.left == 0 {
                return;
            }
            self.left -= 1;
            let at = pointer.clone();
            let edge = called(Edge { from: spot.at, at, to: *record, attribute: Pointer::root() });
            self.found.entry(*target).or_default().push(Mention { edge, spoken, port });
        }
    }
}

/// Whether a name without dots is a host's: what stands around it makes an address of it.
fn is_address(before: &str, after: &str) -> bool {
    let begins = before.is_empty() || before.ends_with(['"', '\'', '=', ',']);
    // A number below is a version of an image sooner than a port.
    let has_port = addresses::port_in(after).is_some_and(|port| port >= 80);
    before.ends_with("://") || before.ends_with('@') || begins && has_port
}

/// Whether what stands before a name makes an address of mail of it, not one of a host.
fn is_mail(before: &str) -> bool {
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | ';' | '=' | '<');
    before.ends_with('@') && !before.rsplit(ends).next().is_some_and(|own| own.contains("://"))
}

/// Parts of attributes that say who calls, where one is sent on to, or what things are called, not whom a program calls.
const OF_OTHERS: [&str; 10] = [
    "cors",
    "origin",
    "callback",
    "redirect",
    "description",
    "tags",
    "labels",
    "alias",
    "domain_name",
    "host_header",
];

fn speaks_of_others(at: &Pointer) -> bool {
    let path = at.as_str().to_ascii_lowercase();
    OF_OTHERS.iter().any(|part| path.contains(part))
}
