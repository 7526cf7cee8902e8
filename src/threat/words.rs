//! Words that people use for environments, sensitivity and owners, from tables of the vocabulary; what they state by selector comes first.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::config::Context;
use crate::document::{Document, Map, Pointer, Resource, Value};
use crate::finding::context::{Dimension, State};
use crate::graph::look;
use crate::graph::scene::Scene;
use crate::pack::Meanings;
use crate::source::{Place, Sources};

/// What people state of one asset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stated {
    /// How sensitive its data is.
    pub sensitivity: Option<State>,
    /// Where it runs.
    pub environment: Option<State>,
    /// Who owns it.
    pub owner: Option<Arc<str>>,
    /// Where that is written.
    pub place: Option<Place>,
}

/// All words.
#[derive(Debug, Default)]
pub struct Words {
    classification_tags: Vec<Arc<str>>,
    classification: BTreeMap<Arc<str>, State>,
    environment_tags: Vec<Arc<str>>,
    environments: BTreeMap<Arc<str>, State>,
    ambiguous: Vec<Arc<str>>,
    criticality_tags: Vec<Arc<str>>,
    criticality: BTreeMap<Arc<str>, State>,
    standard: Vec<u16>,
    owner_tags: Vec<Arc<str>>,
    management: Vec<u16>,
    web: Vec<u16>,
    credentials: Vec<Arc<str>>,
    /// By root of the document and address of the resource.
    stated: BTreeMap<(Arc<str>, Arc<str>), Stated>,
}

impl Words {
    /// From the vocabulary's tables.
    pub fn new(vocabulary: &Meanings) -> Self {
        let list = |name: &str| -> Vec<Arc<str>> {
            vocabulary.table(name).iter().flatten().map(|word| word.to_lowercase().into()).collect()
        };
        let states = |name: &str, dimension: Dimension| {
            let rows = vocabulary.table(name).iter();
            rows.filter_map(|row| {
                Some((row.first()?.to_lowercase().into(), dimension.state(row.get(1)?)?))
            })
            .collect()
        };
        let ports = |name: &str| list(name).iter().filter_map(|port| port.parse().ok()).collect();
        Self {
            classification_tags: list("classification_tags"),
            classification: states("classification_words", Dimension::Data),
            environment_tags: list("environment_tags"),
            environments: states("environment_words", Dimension::Environment),
            ambiguous: list("ambiguous_environment_words"),
            criticality_tags: list("criticality_tags"),
            criticality: states("criticality_words", Dimension::Blast),
            standard: ports("standard_ports"),
            owner_tags: list("owner_tags"),
            management: ports("management_ports"),
            web: ports("web_ports"),
            credentials: list("credential_words"),
            stated: BTreeMap::new(),
        }
    }

    /// Take in what people state by selector; says which entries select nothing.
    pub fn state(
        &mut self,
        context: &Context,
        documents: &[Document],
        sources: &Sources,
    ) -> Vec<Place> {
        let mut idle = Vec::new();
        for entry in &context.assets {
            let mut used = false;
            for document in documents {
                for resource in &document.resources {
                    let path = &sources.get(resource.header.file).path;
                    if !entry.select.selects(resource, path, &document.root) {
                        continue;
                    }
                    used = true;
                    let key = (Arc::clone(&document.root), Arc::clone(&resource.address));
                    let stated = self.stated.entry(key).or_default();
                    stated.sensitivity = entry.sensitivity.or(stated.sensitivity);
                    stated.environment = entry.environment.or(stated.environment);
                    stated.owner = entry.owner.clone().or(stated.owner.take());
                    stated.place = entry.place;
                }
            }
            if !used {
                idle.extend(entry.place);
            }
        }
        idle
    }

    /// What people state of a resource.
    pub fn stated(&self, scene: &Scene<'_>, at: usize) -> Option<&Stated> {
        // Most projects state nothing.
        if self.stated.is_empty() {
            return None;
        }
        let address = &scene.index.resource(at).address;
        self.stated.get(&(Arc::clone(&scene.index.document.root), Arc::clone(address)))
    }

    /// Sensitivity by tag.
    pub fn classification(&self, resource: &Resource) -> Option<(State, Vec<Place>)> {
        tagged(resource, &self.classification_tags, &self.classification)
    }

    /// Sensitivity by labels that are no resource's own.
    pub fn classification_in(&self, labels: &Map) -> Option<State> {
        labelled(labels, &self.classification_tags, &self.classification)
    }

    /// Environment by such labels.
    pub fn environment_in(&self, labels: &Map) -> Option<State> {
        labelled(labels, &self.environment_tags, &self.environments)
    }

    /// Environment by tag, else by where the document says so.
    pub fn environment(&self, resource: &Resource) -> Option<(State, Vec<Place>)> {
        tagged(resource, &self.environment_tags, &self.environments)
    }

    /// How much depends on it, by tag.
    pub fn criticality(&self, resource: &Resource) -> Option<(State, Vec<Place>)> {
        tagged(resource, &self.criticality_tags, &self.criticality)
    }

    /// Whether a port is one that everybody tries first.
    pub fn is_standard(&self, port: u16) -> bool {
        self.standard.contains(&port) || self.management.contains(&port) || self.web.contains(&port)
    }

    /// Owner by tag.
    pub fn owner(&self, resource: &Resource) -> Option<Arc<str>> {
        self.owner_tags.iter().find_map(|wanted| match tag(resource, wanted)?.1 {
            Value::String(text) if !text.trim().is_empty() => Some(Arc::clone(text)),
            _ => None,
        })
    }

    /// The environment that a document says it is: by a variable, by all its tags, by its folders and names.
    pub fn document_environment(&self, scene: &Scene<'_>) -> Option<(State, Vec<Place>)> {
        let document = scene.index.document;
        for wanted in &self.environment_tags {
            let variable =
                document.variables.iter().find(|variable| variable.name.to_lowercase() == **wanted);
            if let Some(variable) = variable
                && let Some(state) = variable
                    .value
                    .as_str()
                    .and_then(|text| self.environments.get(text.to_lowercase().as_str()))
            {
                return Some((*state, vec![variable.place]));
            }
        }
        let mut tags = document.resources.iter().filter_map(|resource| self.environment(resource));
        if let Some(first) = tags.next() {
            return tags.all(|other| other.0 == first.0).then_some(first);
        }
        // Where no tag says so, a scope's environment is the workspace.
        let mut scopes =
            document.resources.iter().filter_map(|resource| resource.scope.environment.as_deref());
        if let Some(state) = scopes.next().and_then(|word| self.named(word)) {
            return Some((state, Vec::new()));
        }
        self.named(&document.root)
            .map(|state| (state, Vec::new()))
            .or_else(|| self.by_projects(scene))
    }

    /// The environment that the names of all projects speak of in which providers work: a project is named for what it holds.
    fn by_projects(&self, scene: &Scene<'_>) -> Option<(State, Vec<Place>)> {
        let providers = scene.index.document.providers.iter();
        let named = providers.filter(|provider| provider.name.starts_with("google"));
        let mut states = named.filter_map(|provider| {
            let project = provider.attributes.get("project")?.as_str()?;
            Some((self.in_name(project), provider.place))
        });
        let (state, place) = states.next()?;
        states.all(|other| other.0 == state).then_some((state?, vec![place]))
    }

    /// The environment that a path or the name of a namespace speaks of; of several folders the last.
    pub fn named(&self, text: &str) -> Option<State> {
        text.rsplit('/').find_map(|part| self.in_words(part, |_, _| true))
    }

    /// The environment that the name of a resource speaks of. Words that also mean something else count at its ends only.
    pub fn in_name(&self, text: &str) -> Option<State> {
        self.in_words(text, |word, at_end| {
            at_end || !self.ambiguous.iter().any(|other| **other == *word)
        })
    }

    /// The one state that the words of a name speak of; none where they contradict each other or deny it (`non-prod`).
    fn in_words(&self, text: &str, counts: impl Fn(&str, bool) -> bool) -> Option<State> {
        let text = text.to_lowercase();
        let words: Vec<&str> =
            text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let mut found: Option<State> = None;
        let mut at = 0;
        while let Some(word) = words.get(at) {
            let pair = words.get(at + 1).map(|next| format!("{word}-{next}"));
            let joined = pair.as_deref().and_then(|pair| self.environments.get(pair));
            let at_end = at == 0 || at + 1 == words.len();
            let own = self.environments.get(*word).filter(|_| counts(word, at_end));
            if let Some(state) = joined.or(own) {
                if found.is_some_and(|known| known != *state) {
                    return None;
                }
                found = Some(*state);
            }
            if *word == "non"
                && words.get(at + 1).is_some_and(|next| self.environments.contains_key(*next))
            {
                return None;
            }
            at += if joined.is_some() { 2 } else { 1 };
        }
        found
    }

    /// Whether people call it a sandbox or their own.
    pub fn is_sandbox(&self, scene: &Scene<'_>, node: usize) -> bool {
        let Some(at) = scene.nodes[node].resource else { return false };
        let resource = scene.index.resource(at);
        let words =
            self.environment_tags.iter().filter_map(|wanted| tag(resource, wanted)?.1.as_str());
        words
            .map(str::to_lowercase)
            .any(|word| matches!(word.as_str(), "sandbox" | "sbx" | "playground" | "personal"))
    }

    /// Whether a port, range or list of ports holds one over which people manage hosts.
    pub fn is_management(&self, shown: &str) -> bool {
        self.management.iter().any(|port| holds(shown, *port))
    }

    /// Whether it holds nothing else.
    pub fn is_only_management(&self, shown: &str) -> bool {
        shown.parse::<u16>().is_ok_and(|port| self.management.contains(&port))
    }

    /// Whether it holds a port of the web.
    pub fn is_web(&self, shown: &str) -> bool {
        self.web.iter().any(|port| holds(shown, *port))
    }

    /// Whether an attribute's name speaks of a credential.
    pub fn is_credential(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        self.credentials.iter().any(|word| name.contains(&**word))
    }
}

/// Whether `443`, `80-90`, `80,443` or `any` holds a port.
pub fn holds(shown: &str, port: u16) -> bool {
    shown.split(',').any(|part| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        match (first.parse::<u16>(), last.parse::<u16>()) {
            (Ok(first), Ok(last)) => (first..=last).contains(&port),
            _ => part == "any",
        }
    })
}

/// Where labels stand that are not written under `tags` or `labels`.
const LABELS: [&str; 3] = ["settings.user_labels", "resource_labels", "user_labels"];

/// Whether a tag or label has a name in small letters, with a prefix or without.
fn is_called(name: &str, wanted: &str) -> bool {
    let name = name.to_lowercase();
    let last = name.rsplit(['/', ':']).next().unwrap_or_default();
    name == wanted || last == wanted
}

fn labelled(labels: &Map, wanted: &[Arc<str>], words: &BTreeMap<Arc<str>, State>) -> Option<State> {
    wanted.iter().find_map(|wanted| {
        let (_, value) = labels.iter().find(|(name, _)| is_called(name, wanted))?;
        words.get(value.as_str()?.to_lowercase().as_str()).copied()
    })
}

/// A tag or label by its name in small letters, with its place.
fn tag<'r>(resource: &'r Resource, wanted: &str) -> Option<(Place, &'r Value)> {
    let is_it = |name: &str| is_called(name, wanted);
    let elsewhere = || {
        let lists = LABELS.iter().flat_map(|path| look::leaves(&resource.attributes, path));
        let mut labels = lists.flat_map(|(at, list)| {
            let entries = list.as_object().into_iter().flatten();
            entries.map(move |(name, value)| (at.key(name), name, value))
        });
        let (at, _, value) = labels.find(|(_, name, _)| is_it(name))?;
        Some((resource.place_of(&at), value))
    };
    let Some((name, value)) = resource.tags.iter().find(|(name, _)| is_it(name)) else {
        return elsewhere();
    };
    let mut tags = ["tags", "labels"].iter().map(|list| Pointer::root().key(list).key(name));
    let place = tags.find_map(|pointer| resource.spans.nearest(&pointer));
    Some((place.unwrap_or(resource.header), value))
}

fn tagged(
    resource: &Resource,
    tags: &[Arc<str>],
    words: &BTreeMap<Arc<str>, State>,
) -> Option<(State, Vec<Place>)> {
    tags.iter().find_map(|wanted| {
        let (place, value) = tag(resource, wanted)?;
        let state = words.get(value.as_str()?.to_lowercase().as_str())?;
        Some((*state, vec![place]))
    })
}
