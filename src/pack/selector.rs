//! Which resources something is about: by path, environment, tag, type and format.
//!
//! What is not known of a resource never takes it out: `only` keeps what may fit, `except` drops only what does.

use std::sync::Arc;

use super::read::{Fields, Reader, Shape, plain, start_of};
use super::words::is_resource_type;
use crate::document::{Document, Resource, Value};
use crate::source::Sources;
use crate::syntax::{Node, NodeKind};

/// Fields of [`Scope`].
pub(crate) const SCOPE: Shape =
    Shape { what: "a scope", required: &[], optional: &["only", "except"] };
const SELECTOR: Shape = Shape {
    what: "a selector",
    required: &[],
    optional: &["paths", "environments", "tags", "types", "formats"],
};

/// What is in and what is out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Only what fits this.
    pub only: Option<Selector>,
    /// But for what fits this.
    pub except: Option<Selector>,
}

impl Scope {
    /// Whether nothing is narrowed.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a resource is in.
    pub fn holds(&self, document: &Document, resource: &Resource, sources: &Sources) -> bool {
        let fits = |selector: &Selector| selector.fits(document, resource, sources);
        self.only.as_ref().and_then(fits) != Some(false)
            && self.except.as_ref().and_then(fits) != Some(true)
    }

    /// As JSON, without what is not narrowed.
    pub fn to_json(&self) -> serde_json::Value {
        let parts = [("only", &self.only), ("except", &self.except)];
        let parts = parts
            .into_iter()
            .filter_map(|(name, part)| Some((name.to_owned(), part.as_ref()?.to_json())));
        parts.collect::<serde_json::Map<_, _>>().into()
    }
}

/// Resources by what they are and where they stand. Each field that is there has to fit; of the entries of a field, one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selector {
    paths: Vec<Arc<str>>,
    environments: Vec<Arc<str>>,
    tags: Vec<(Arc<str>, Vec<Arc<str>>)>,
    types: Vec<Arc<str>>,
    formats: Vec<Arc<str>>,
}

impl Selector {
    /// Whether a resource fits; `None` where that is not known.
    pub fn fits(
        &self,
        document: &Document,
        resource: &Resource,
        sources: &Sources,
    ) -> Option<bool> {
        let has = |list: &[Arc<str>], text: &str| list.iter().any(|entry| **entry == *text);
        let mut parts = Vec::new();
        if !self.paths.is_empty() {
            let calls = resource.called_from.iter().map(|call| call.place);
            let files = std::iter::once(resource.place).chain(calls);
            let mut paths = files.map(|place| &*sources.get(place.file).path);
            let any = |path: &str| self.paths.iter().any(|glob| matches_path(glob, path));
            parts.push(Some(paths.any(any) || any(&document.root)));
        }
        if !self.environments.is_empty() {
            let environment = resource.scope.environment.as_deref();
            parts.push(environment.map(|name| has(&self.environments, name)));
        }
        for (key, values) in &self.tags {
            parts.push(match resource.tags.get(key) {
                _ if resource.unknown_tags().is_some() => None,
                Some(Value::String(text)) => Some(values.is_empty() || has(values, text)),
                Some(Value::Unknown(_)) => values.is_empty().then_some(true),
                Some(other) => Some(values.is_empty() || has(values, &other.to_json().to_string())),
                None => Some(false),
            });
        }
        if !self.types.is_empty() {
            parts.push(Some(has(&self.types, resource.type_name())));
        }
        if !self.formats.is_empty() {
            parts.push(Some(has(&self.formats, document.format)));
        }
        if parts.contains(&Some(false)) {
            return Some(false);
        }
        (!parts.contains(&None)).then_some(true)
    }

    /// As JSON, in the words in which it is written.
    pub fn to_json(&self) -> serde_json::Value {
        let texts = |list: &[Arc<str>]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        let lists = [
            ("paths", &self.paths),
            ("environments", &self.environments),
            ("types", &self.types),
            ("formats", &self.formats),
        ];
        let mut json = serde_json::Map::new();
        for (name, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            json.insert(name.to_owned(), texts(list).into());
        }
        if !self.tags.is_empty() {
            let tags =
                self.tags.iter().map(|(key, values)| (key.to_string(), texts(values).into()));
            json.insert("tags".to_owned(), tags.collect::<serde_json::Map<_, _>>().into());
        }
        json.into()
    }
}

/// Read `only` and `except` among the fields of a mapping.
pub(crate) fn scope(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Scope {
    let mut part = |name: &str| fields.get(name).and_then(|node| selector(reader, node));
    Scope { only: part("only"), except: part("except") }
}

fn selector(reader: &mut Reader<'_>, node: &Node) -> Option<Selector> {
    let fields = reader.mapping(node, &SELECTOR)?;
    if fields.iter().next().is_none() {
        reader.report(start_of(node), "the selector says nothing");
        return None;
    }
    let types = reader.one_or_more(&fields, "types");
    Some(Selector {
        paths: plain(reader.one_or_more(&fields, "paths")),
        environments: plain(reader.one_or_more(&fields, "environments")),
        tags: tags(reader, &fields),
        types: plain(reader.checked(types, is_resource_type, "a resource type")),
        formats: plain(reader.one_or_more(&fields, "formats")),
    })
}

/// `tags: {team: payments, tier: [web, api], owner: null}`: null asks only whether the tag is there.
fn tags(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Vec<(Arc<str>, Vec<Arc<str>>)> {
    let Some(node) = fields.get("tags") else { return Vec::new() };
    let Some(entries) = reader.entries(node, "`tags`") else { return Vec::new() };
    let mut tags = Vec::new();
    for (key, entry) in entries.iter() {
        let is_null = super::to_value(&entry.value) == Value::Null;
        let values = match &entry.value.kind {
            _ if is_null => Vec::new(),
            NodeKind::Sequence(items) => {
                items.iter().filter_map(|item| reader.as_text(item, key)).collect()
            }
            _ => reader.as_text(&entry.value, key).into_iter().collect(),
        };
        tags.push((Arc::clone(key), plain(values)));
    }
    tags
}

/// Whether a path, or a folder above it, matches: `*` and `?` stand for anything but `/`, `**` for anything.
fn matches_path(glob: &str, path: &str) -> bool {
    let glob = glob.trim_start_matches("./").trim_end_matches('/');
    let folders = path.match_indices('/').map(|(at, _)| &path[..at]);
    folders.chain([path]).any(|part| matches_glob(glob.as_bytes(), part.as_bytes()))
}

/// In time that grows with the product of both lengths.
fn matches_glob(glob: &[u8], text: &[u8]) -> bool {
    // `reached[n]`: whether the glob so far matches the first n bytes.
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    let mut at = 0;
    while at < glob.len() {
        let stars = glob[at..].iter().take_while(|byte| **byte == b'*').count();
        if stars > 1 && glob.get(at + stars) == Some(&b'/') {
            // `**/`: folders, or none.
            let mut begun = false;
            for n in 0..=text.len() {
                let before = reached[n];
                reached[n] |= begun && text[n - 1] == b'/';
                begun |= before;
            }
            at += stars + 1;
            continue;
        }
        if stars > 0 {
            for n in 1..=text.len() {
                reached[n] |= reached[n - 1] && (stars > 1 || text[n - 1] != b'/');
            }
            at += stars;
            continue;
        }
        for n in (1..=text.len()).rev() {
            let fits = glob[at] == text[n - 1] || (glob[at] == b'?' && text[n - 1] != b'/');
            reached[n] = reached[n - 1] && fits;
        }
        reached[0] = false;
        at += 1;
    }
    reached[text.len()]
}
