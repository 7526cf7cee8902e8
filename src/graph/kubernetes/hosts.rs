//! Names of Services in environment variables, arguments and configuration: who means to speak to whom.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::document::{Pointer, Resource, Value};
use crate::graph::addresses::{self, Schemes};
use crate::graph::look::{self, MAX_TEXT};
use crate::graph::scene::Scene;
use crate::model::Encrypted;
use crate::pack::Verb;
use crate::source::Place;

use super::Workload;

/// Words in the name of a setting whose value is a host.
const HOST_WORDS: [&str; 14] = [
    "host",
    "addr",
    "url",
    "uri",
    "endpoint",
    "server",
    "service",
    "dsn",
    "broker",
    "upstream",
    "peer",
    "backend",
    "node",
    "connection",
];

/// A workload speaks of a Service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mention {
    /// The position of the workload in the list.
    pub workload: usize,
    /// The resource that is the Service, or of which an operator makes it.
    pub service: usize,
    /// The Service's port, where it is named.
    pub port: Option<u16>,
    /// Whether what is spoken is encrypted, where the address says so.
    pub spoken: Encrypted,
    /// Where.
    pub place: Place,
}

/// A Service that a text names, the port, whether what is spoken is encrypted.
type Named = (usize, Option<u16>, Encrypted);

/// The Services of a document by namespace and name, with their ports.
struct Services<'a> {
    by_name: BTreeMap<(&'a str, &'a str), (usize, BTreeSet<u16>)>,
    schemes: Schemes<'a>,
}

impl<'a> Services<'a> {
    fn new(scene: &Scene<'a>) -> Self {
        let document = scene.index.document;
        let mut by_name = BTreeMap::new();
        for at in scene.index.of_type("Service") {
            let resource = &document.resources[*at];
            let Some(namespace) = &resource.scope.namespace else { continue };
            let ports = ports(resource).iter().filter_map(|port| number(port.get("port")));
            by_name.insert((&**namespace, &*resource.name), (*at, ports.collect()));
        }
        for (at, resource) in document.resources.iter().enumerate() {
            let Some(namespace) = &resource.scope.namespace else { continue };
            for (name, ports) in made_services(resource) {
                let ports = ports.iter().filter_map(|port| number(port.get("port")));
                by_name.entry((&**namespace, name)).or_insert_with(|| (at, ports.collect()));
            }
        }
        Self { by_name, schemes: Schemes::new(scene.vocabulary) }
    }

    /// The Services that a text names; `hint` is the name of the setting.
    fn named(&self, namespace: &str, hint: &str, text: &str) -> BTreeSet<Named> {
        let text = look::cut(text, MAX_TEXT);
        let hint = hint.to_ascii_lowercase();
        let of_host = HOST_WORDS.iter().any(|word| hint.contains(word));
        let mut found = BTreeSet::new();
        let mut at = 0;
        for token in text.split(|c: char| !is_of_host(c)) {
            let (before, after) = (&text[..at], &text[at + token.len()..]);
            at = (at + token.len() + next_length(after)).min(text.len());
            let token = token.trim_end_matches('.');
            if token.is_empty() {
                continue;
            }
            let port = after.strip_prefix(':').and_then(|rest| {
                let digits =
                    rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
                rest[..digits].parse::<u16>().ok()
            });
            let spoken = addresses::spoken(self.schemes, before, after);
            let implied = port.or_else(|| implied(before));
            if let Some((service, ports)) = self.qualified(namespace, token) {
                let implied = implied.filter(|port| ports.contains(port));
                found.insert((*service, port.or(implied), spoken));
                continue;
            }
            let Some((service, ports)) = self.by_name.get(&(namespace, token)) else { continue };
            let is_url = before.ends_with("://") || before.ends_with('@') || before.ends_with("//");
            let with_port = port.is_some_and(|port| ports.contains(&port));
            let listed = |side: Option<char>| {
                side.is_none_or(|c| matches!(c, ',' | ' ' | '"' | '\'' | '[' | ']'))
            };
            let alone = listed(before.chars().next_back())
                && (listed(after.chars().next()) || port.is_some());
            if is_url || with_port || of_host && alone {
                found.insert((*service, implied.filter(|port| ports.contains(port)), spoken));
            }
        }
        found
    }

    /// `name.namespace`, `name.namespace.svc…`, and the same with the name of a pod before.
    fn qualified<'s>(&'s self, own: &'s str, token: &'s str) -> Option<&'s (usize, BTreeSet<u16>)> {
        let parts: Vec<&str> = token.split('.').collect();
        let find = |name: &'s str, namespace: &'s str| self.by_name.get(&(namespace, name));
        let is_pod = || {
            let last = parts[0].rsplit('-').next().unwrap_or_default();
            !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit())
        };
        match parts.as_slice() {
            [name, namespace] => {
                find(name, namespace).or_else(|| if is_pod() { find(namespace, own) } else { None })
            }
            [name, namespace, "svc", ..] => find(name, namespace),
            [_, name, namespace, "svc", ..] | [_, name, namespace] if is_pod() => {
                find(name, namespace)
            }
            _ => None,
        }
    }
}

/// The port that the scheme before a host stands for.
fn implied(before: &str) -> Option<u16> {
    let start = before.strip_suffix("://")?;
    let is = |scheme: &str| look::end(start, scheme.len()).eq_ignore_ascii_case(scheme);
    if is("https") {
        Some(443)
    } else if is("http") {
        Some(80)
    } else {
        None
    }
}

fn is_of_host(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')
}

fn next_length(rest: &str) -> usize {
    rest.chars().next().map_or(0, char::len_utf8)
}

/// The ports of a Service.
pub fn ports(service: &Resource) -> &[Value] {
    let at = Pointer::root().key("spec").key("ports");
    service.attributes.at(&at).and_then(Value::as_array).unwrap_or_default()
}

/// The Services that an operator makes of an object, by name, with their ports.
pub fn made_services(resource: &Resource) -> impl Iterator<Item = (&str, &[Value])> {
    let is_own = &*resource.provider == super::PROVIDER;
    let services = resource.parsed.get("services").filter(|_| is_own).and_then(Value::as_array);
    services.unwrap_or_default().iter().filter_map(|service| {
        Some((service.get("name")?.as_str()?, service.get("ports")?.as_array()?))
    })
}

/// A port number.
pub fn number(value: Option<&Value>) -> Option<u16> {
    u16::try_from(crate::graph::network::filter::number(value)?).ok()
}

/// All mentions, sorted.
pub fn mentions(scene: &Scene<'_>, all: &[Workload<'_>]) -> Vec<Mention> {
    let services = Services::new(scene);
    if services.by_name.is_empty() {
        return Vec::new();
    }
    let mut texts = Texts { scene, services, read: BTreeMap::new() };
    let mut found = BTreeSet::new();
    for (workload, given) in all.iter().enumerate() {
        let mut add = |named: BTreeSet<Named>, place: Place| {
            for (service, port, spoken) in named {
                found.insert(Mention { workload, service, port, spoken, place });
            }
        };
        for container in given.containers() {
            let at = given.pointer(container);
            let list =
                |name: &str| container.get(name).and_then(Value::as_array).unwrap_or_default();
            for (position, variable) in list("env").iter().enumerate() {
                let name = variable.get("name").and_then(Value::as_str).unwrap_or_default();
                let at = at.key("env").index(position);
                if let Some(value) = variable.get("value").and_then(Value::as_str) {
                    let named = texts.services.named(given.namespace, name, value);
                    add(named, given.resource.place_of(&at.key("value")));
                }
            }
            for arguments in ["command", "args"] {
                let mut before = "";
                for (position, argument) in list(arguments).iter().enumerate() {
                    let Some(text) = argument.as_str() else { continue };
                    let (hint, value) = match text.split_once('=') {
                        Some((hint, value)) if hint.starts_with('-') => (hint, value),
                        _ => (if before.starts_with('-') { before } else { "" }, text),
                    };
                    let named = texts.services.named(given.namespace, hint, value);
                    let at = at.key(arguments).index(position);
                    add(named, given.resource.place_of(&at));
                    before = text;
                }
            }
        }
        for source in sources(scene, given) {
            for (named, written) in texts.of(source) {
                add(BTreeSet::from([*named]), *written);
            }
        }
    }
    found.into_iter().collect()
}

/// Config maps and secrets that a workload's pods read.
pub fn sources(scene: &Scene<'_>, workload: &Workload<'_>) -> BTreeSet<usize> {
    let relations = scene.relations.outgoing(workload.at).iter();
    relations
        .filter(|relation| matches!(relation.verb, Verb::Reads | Verb::ReferencesSecret))
        .map(|relation| relation.to)
        .collect()
}

/// A text in a field of a config map or secret, decoded where it is encoded.
pub fn plain<'t>(resource: &Resource, field: &str, text: &'t str) -> Option<Cow<'t, str>> {
    let encoded = &*resource.kind == "Secret" && field == "data";
    if encoded { look::decoded(text).map(Into::into) } else { Some(text.into()) }
}

/// What config maps and secrets name, each read once.
struct Texts<'s, 'a> {
    scene: &'s Scene<'a>,
    services: Services<'a>,
    read: BTreeMap<usize, Vec<(Named, Place)>>,
}

impl Texts<'_, '_> {
    fn of(&mut self, at: usize) -> &[(Named, Place)] {
        let (scene, services) = (self.scene, &self.services);
        self.read.entry(at).or_insert_with(|| {
            let resource = scene.index.resource(at);
            let mut found = Vec::new();
            let Some(namespace) = &resource.scope.namespace else { return found };
            for field in ["data", "stringData"] {
                let entries = resource.attributes.get(field).and_then(Value::as_object);
                for (key, value) in entries.into_iter().flatten() {
                    let Some(text) = value.as_str() else { continue };
                    let Some(text) = plain(resource, field, text) else { continue };
                    let place = resource.place_of(&Pointer::root().key(field).key(key));
                    for named in of_setting(services, namespace, key, &text) {
                        found.push((named, place));
                    }
                }
            }
            found
        })
    }
}

/// A value of a map: one setting, or a file of settings. What is called like a file may have one line.
fn of_setting(services: &Services<'_>, namespace: &str, key: &str, text: &str) -> BTreeSet<Named> {
    let mut found = BTreeSet::new();
    if !text.trim_end().contains('\n') {
        found = services.named(namespace, key, text.trim());
        if !key.contains('.') {
            return found;
        }
    }
    for line in look::cut(text, MAX_TEXT).lines() {
        let line = line.trim();
        if line.starts_with('#') || line.starts_with("//") {
            continue;
        }
        let mut last = "";
        for part in parts(line) {
            let (hint, value) = split(part).unwrap_or((last, part));
            found.extend(services.named(namespace, hint, value.trim().trim_end_matches(';')));
            last = hint;
        }
    }
    found
}

/// The settings of a line: of JSON there may be many on one.
fn parts(line: &str) -> impl Iterator<Item = &str> {
    let is_json = line.contains('{') && line.contains("\":");
    line.split(move |c: char| is_json && matches!(c, '{' | '}' | ','))
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

/// The name and the value of a setting: around the first sign that stands between them, none inside of an address.
fn split(text: &str) -> Option<(&str, &str)> {
    let signs = ["=", ": ", "\":"].into_iter().filter_map(|sign| Some((text.find(sign)?, sign)));
    let first =
        signs.min_by_key(|(at, _)| *at).map(|(at, sign)| (&text[..at], &text[at + sign.len()..]));
    first.filter(|(name, _)| !name.contains("://")).or_else(|| text.split_once(' '))
}
