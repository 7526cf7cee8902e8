//! What an address in a setting says of the connection: its scheme, and what a connection string asks for.

use std::sync::Arc;

use crate::document::{Edge, HOLE, Index, Value};
use crate::model::Encrypted;
use crate::pack::Meanings;

use super::look;

/// How much of a text around a host is looked at, in bytes.
const NEAR: usize = 1024;
/// In how many places of a text a host is looked for; of one that stands in more, nothing is said.
const MAX_PLACES: usize = 1000;

/// Schemes of addresses by whether what is spoken is encrypted: rows of both.
#[derive(Clone, Copy, Debug)]
pub struct Schemes<'a>(&'a [Vec<Arc<str>>]);

impl<'a> Schemes<'a> {
    /// As the vocabulary has them.
    pub fn new(vocabulary: &'a Meanings) -> Self {
        Self(vocabulary.table("address_schemes"))
    }

    fn get(self, scheme: &str) -> Option<Encrypted> {
        let own =
            |row: &&Vec<Arc<str>>| row.first().is_some_and(|own| own.eq_ignore_ascii_case(scheme));
        state(self.0.iter().find(own)?.get(1)?)
    }
}

fn state(word: &str) -> Option<Encrypted> {
    match word {
        "yes" => Some(Encrypted::Yes),
        "no" => Some(Encrypted::No),
        "optional" => Some(Encrypted::Optional),
        _ => None,
    }
}

/// What the text around a host says: `http://` before it, `?sslmode=require` after it.
pub fn spoken(schemes: Schemes<'_>, before: &str, after: &str) -> Encrypted {
    let (before, after) = (look::end(before, NEAR), look::cut(after, NEAR));
    let asked = |rest: &str| {
        let query =
            rest.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',')).next()?;
        let parameters = query.split(['?', '&', ';', ' ']).filter_map(|each| each.split_once('='));
        // The mode holds before the older words.
        let said = parameters.filter_map(|(name, value)| parameter(name, value));
        said.min_by_key(|(is_mode, _)| !is_mode).map(|(_, state)| state)
    };
    asked(after).or_else(|| by_scheme(schemes, before)).unwrap_or(Encrypted::Unknown)
}

/// What a parameter of connections says, wherever it is set.
pub fn set(name: &str, value: &str) -> Option<Encrypted> {
    parameter(name, value.trim()).map(|(_, state)| state)
}

/// What a parameter of a connection says, and whether it is the mode. Sources: `PostgreSQL` documentation, "SSL Support"; `MySQL` Connector/J
/// Developer Guide, "Security"; `MySQL` Reference Manual, "Connecting to the Server Using URI-Like Strings"; Microsoft Learn, "Setting the
/// connection properties" of the JDBC driver; `MongoDB` Manual, "Connection String Options"; Apache Kafka documentation, "Security".
fn parameter(name: &str, value: &str) -> Option<(bool, Encrypted)> {
    let end = value.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_'));
    let value = value[..end.unwrap_or(value.len())].to_ascii_lowercase();
    let name = name.to_ascii_lowercase();
    let state = match (&*name, &*value) {
        (
            "sslmode" | "ssl-mode",
            "require" | "required" | "verify-ca" | "verify_ca" | "verify-full" | "verify_identity",
        )
        | ("requiressl" | "tls" | "encrypt" | "ssl", "true")
        | ("security.protocol", "ssl" | "sasl_ssl") => Encrypted::Yes,
        ("sslmode" | "ssl-mode", "disable" | "disabled")
        | ("usessl" | "tls" | "encrypt" | "ssl", "false")
        | ("security.protocol", "plaintext" | "sasl_plaintext") => Encrypted::No,
        ("sslmode" | "ssl-mode", "allow" | "prefer" | "preferred") => Encrypted::Optional,
        _ => return None,
    };
    Some((name.starts_with("sslmode") || name.starts_with("ssl-mode"), state))
}

fn by_scheme(schemes: Schemes<'_>, before: &str) -> Option<Encrypted> {
    let (start, rest) = before.rsplit_once("://")?;
    // Between the scheme and the host there may stand who connects.
    let is_user = rest.ends_with('@') && !rest.contains(|c: char| c.is_whitespace() || c == '/');
    if !rest.is_empty() && !is_user {
        return None;
    }
    let of_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    schemes.get(start.rsplit(|c: char| !of_scheme(c)).next()?)
}

/// What an attribute says of the connection to the resource whose address it takes, in a text of its own or inside of JSON.
pub fn of_edge(schemes: Schemes<'_>, index: &Index<'_>, edge: &Edge) -> Encrypted {
    let resource = index.resource(edge.from);
    let address = index.resource(edge.to).attributes.at(&edge.attribute);
    let address = address.and_then(Value::as_str).filter(|address| !address.is_empty());
    let host = Host { schemes, index, to: edge.to, address };
    let parsed = resource.parsed.get(edge.at.as_str().trim_start_matches('/'));
    // Of what is not known to be JSON, the text says more.
    let parsed = parsed.filter(|it| !matches!(it, Value::Unknown(_)));
    let said = match parsed.or_else(|| resource.attributes.at(&edge.at)) {
        Some(Value::Unknown(unknown)) if address.is_some() => host.said_by(&unknown.parts),
        Some(Value::Unknown(unknown)) => Some(of_holes(schemes, &unknown.parts)),
        Some(value) => host.said(value),
        None => None,
    };
    said.unwrap_or(Encrypted::Unknown)
}

/// An address that is there to be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// The port that it says.
    pub port: Option<u16>,
}

/// Whether the text around a reference makes an address of it that is there to be called, with a scheme before it or a port behind it; the
/// port, where it says one. Of a text that is not known, where all of its unknown parts do so or this reference alone stands in it.
pub fn called(index: &Index<'_>, edge: &Edge) -> Option<Call> {
    let resource = index.resource(edge.from);
    let parsed = resource.parsed.get(edge.at.as_str().trim_start_matches('/'));
    let parsed = parsed.filter(|it| !matches!(it, Value::Unknown(_)));
    let mut said = Vec::new();
    let is_whole = match parsed.or_else(|| resource.attributes.at(&edge.at))? {
        Value::Unknown(unknown) => {
            let text = &*unknown.parts;
            let holes = text.match_indices(HOLE).take(MAX_PLACES);
            let around = holes.map(|(at, hole)| (&text[..at], &text[at + hole.len()..]));
            let all: Vec<_> = around.map(|(before, after)| call(before, after)).collect();
            let mut others = index.outgoing(edge.from).iter().filter(|it| it.at == edge.at);
            let alone = others.all(|other| other.to == edge.to);
            let whole = alone || all.iter().all(Option::is_some);
            said.extend(all.into_iter().flatten());
            whole
        }
        value => {
            calls(index, edge.to, value, &mut said);
            true
        }
    };
    if is_whole { agreed(&said) } else { None }
}

/// What several calls say together: their port, where all say the same.
pub fn agreed(calls: &[Call]) -> Option<Call> {
    let first = *calls.first()?;
    let port = first.port.filter(|_| calls.iter().all(|call| *call == first));
    Some(Call { port })
}

/// How texts in a value call a resource that they refer to.
fn calls(index: &Index<'_>, to: usize, value: &Value, said: &mut Vec<Call>) {
    match value {
        Value::String(text) => {
            let own = |inner: &str| look::by_reference(index, inner) == Some(to);
            let holes = look::holes(text).take(MAX_PLACES).filter(|(_, inner)| own(inner));
            said.extend(holes.filter_map(|(at, inner)| {
                call(&text[..at], &text[at + inner.len() + "${}".len()..])
            }));
        }
        Value::Array(items) => items.iter().for_each(|item| calls(index, to, item, said)),
        Value::Object(map) => map.values().for_each(|item| calls(index, to, item, said)),
        _ => {}
    }
}

/// What stands around a host that is called.
fn call(before: &str, after: &str) -> Option<Call> {
    let (before, after) = (look::end(before, NEAR), look::cut(after, NEAR));
    let port = port_in(after);
    let has_scheme = before.rsplit_once("://").is_some_and(|(_, rest)| {
        rest.is_empty() || rest.ends_with('@') && !rest.contains(|c: char| c.is_whitespace())
    });
    (is_host(before, after) && (has_scheme || port.is_some())).then_some(Call { port })
}

/// The port with which the text behind a host begins.
pub fn port_in(after: &str) -> Option<u16> {
    let rest = after.strip_prefix(':')?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().ok().filter(|port| *port != 0)
}

/// Whom an address may name.
struct Host<'a> {
    schemes: Schemes<'a>,
    index: &'a Index<'a>,
    to: usize,
    /// What is known of it.
    address: Option<&'a str>,
}

impl Host<'_> {
    /// What the texts in a value say of the connection to it.
    fn said(&self, value: &Value) -> Option<Encrypted> {
        match value {
            Value::String(text) => self.said_by(text),
            Value::Array(items) => worst(items.iter().map(|item| self.said(item))),
            Value::Object(map) => worst(map.values().map(|item| self.said(item))),
            _ => None,
        }
    }

    fn said_by(&self, text: &str) -> Option<Encrypted> {
        let spoken = |start: usize, length: usize| {
            let (before, after) = (&text[..start], &text[start + length..]);
            is_host(before, after).then(|| spoken(self.schemes, before, after))
        };
        let own = |inner: &str| look::by_reference(self.index, inner) == Some(self.to);
        let holes = look::holes(text).filter(|(_, inner)| own(inner));
        let named = holes.map(|(start, inner)| spoken(start, inner.len() + "${}".len()));
        let known = self.address.into_iter().flat_map(|address| text.match_indices(address));
        let all = named.chain(known.map(|(start, address)| spoken(start, address.len())));
        let all: Vec<_> = all.take(MAX_PLACES + 1).collect();
        if all.len() > MAX_PLACES { None } else { worst(all) }
    }
}

/// The worst of what is known.
pub fn worst(states: impl IntoIterator<Item = Option<Encrypted>>) -> Option<Encrypted> {
    let known = |state: &Encrypted| *state != Encrypted::Unknown;
    states.into_iter().flatten().filter(known).reduce(worse)
}

/// What the text around unknown parts says of a connection to one of them, where they do not differ.
fn of_holes(schemes: Schemes<'_>, text: &str) -> Encrypted {
    let mut said = None;
    for (count, (start, hole)) in text.match_indices(HOLE).enumerate() {
        if count == MAX_PLACES {
            return Encrypted::Unknown;
        }
        let (before, after) = (&text[..start], &text[start + hole.len()..]);
        if is_host(before, after) {
            let spoken = spoken(schemes, before, after);
            if said.is_some_and(|said| said != spoken) {
                return Encrypted::Unknown;
            }
            said = Some(spoken);
        }
    }
    said.unwrap_or(Encrypted::Unknown)
}

/// Whether what stands between two texts can be a host: no part of an address that comes before or after the host.
fn is_host(before: &str, after: &str) -> bool {
    let (before, after) = (look::end(before, NEAR), look::cut(after, NEAR));
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | ';');
    let own = before.rsplit(ends).next().unwrap_or_default();
    let follows =
        own.split_once("://").is_some_and(|(_, rest)| !rest.is_empty() && !rest.ends_with('@'));
    let rest = after.split(|c| ends(c) || c == '/').next().unwrap_or_default();
    !follows && !rest.contains('@')
}

/// What is known of a connection by the receiver, else by the address: of a receiver that takes both, the sender decides.
pub fn settled(receiver: Encrypted, spoken: Encrypted) -> Encrypted {
    match (receiver, spoken) {
        (Encrypted::Unknown, _) | (Encrypted::Optional, Encrypted::Yes | Encrypted::No) => spoken,
        _ => receiver,
    }
}

/// The worse of what two addresses say of one connection.
pub fn worse(a: Encrypted, b: Encrypted) -> Encrypted {
    let rank = |state: Encrypted| match state {
        Encrypted::No => 0,
        Encrypted::Optional => 1,
        Encrypted::Unknown | Encrypted::NotApplicable => 2,
        Encrypted::Yes => 3,
    };
    if rank(b) < rank(a) { b } else { a }
}
