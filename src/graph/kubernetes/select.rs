//! Label selectors over pods and namespaces.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::document::{Map, Pointer, Value};
use crate::graph::network::Tri;
use crate::graph::scene::Scene;

/// The label that every namespace carries.
const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// Whether a selector (`matchLabels`, `matchExpressions`) selects these labels; one that says nothing selects all.
pub fn selects(selector: &Value, labels: Option<&Map>) -> bool {
    decide(selector, |key| Some(labels.and_then(|labels| labels.get(key)))) == Tri::Yes
}

/// The same where some labels are not known: `label` gives `None` for those.
fn decide<'l>(selector: &Value, label: impl Fn(&str) -> Option<Option<&'l Value>>) -> Tri {
    let mut found = Tri::Yes;
    if let Some(pairs) = selector.get("matchLabels").and_then(Value::as_object) {
        for (key, value) in pairs {
            found = found.and(match label(key) {
                None => Tri::Unknown,
                Some(label) => (label == Some(value)).into(),
            });
        }
    }
    let expressions = selector.get("matchExpressions").and_then(Value::as_array);
    for expression in expressions.unwrap_or_default() {
        let key = expression.get("key").and_then(Value::as_str).unwrap_or_default();
        let values = expression.get("values").and_then(Value::as_array).unwrap_or_default();
        let holds = |label: Option<&Value>| match expression.get("operator").and_then(Value::as_str)
        {
            Some("In") => label.is_some_and(|label| values.contains(label)),
            Some("NotIn") => label.is_none_or(|label| !values.contains(label)),
            Some("Exists") => label.is_some(),
            Some("DoesNotExist") => label.is_none(),
            _ => false,
        };
        found = found.and(match label(key) {
            None => Tri::Unknown,
            Some(label) => holds(label).into(),
        });
    }
    found
}

/// The labels of namespaces.
#[derive(Debug)]
pub struct Namespaces<'a> {
    declared: BTreeMap<&'a str, Option<&'a Map>>,
    /// Those whose labels are not known.
    unread: BTreeSet<&'a str>,
    /// Names by the labels that they carry.
    by_label: BTreeMap<(&'a str, &'a str), Vec<&'a str>>,
}

impl<'a> Namespaces<'a> {
    /// Of a document.
    pub fn new(scene: &Scene<'a>) -> Self {
        let document = scene.index.document;
        let mut unread = BTreeSet::new();
        let declared = scene.index.of_type("Namespace").iter().map(|at| {
            let resource = &document.resources[*at];
            let labels = resource.attributes.get("metadata").and_then(|it| it.get("labels"));
            if let Some(Value::Unknown(_)) = labels {
                unread.insert(&*resource.name);
            }
            (&*resource.name, labels.and_then(Value::as_object))
        });
        let all: Vec<(&str, Option<&Map>)> = declared.collect();
        let declared: BTreeMap<&str, Option<&Map>> = all.iter().copied().collect();
        // Of several of one name, as in several clusters, it is not known which is meant.
        unread
            .extend(all.iter().filter(|(name, own)| declared[name] != *own).map(|(name, _)| *name));
        for at in scene.index.of_type("kubernetes_labels") {
            let attributes = &document.resources[*at].attributes;
            let name = Pointer::root().key("metadata").index(0).key("name");
            unread.extend(attributes.at(&name).and_then(Value::as_str));
        }
        let mut by_label: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
        for (name, labels) in &declared {
            for (key, value) in labels.iter().copied().flatten() {
                if let Some(value) = value.as_str() {
                    by_label.entry((key, value)).or_default().push(name);
                }
            }
        }
        Self { declared, unread, by_label }
    }

    /// Those of some names (sorted) that a selector selects.
    pub fn all(&self, selector: &Value, known: &[Arc<str>]) -> Vec<Arc<str>> {
        let fits = |name: &&Arc<str>| self.fits(selector, name) == Tri::Yes;
        let pairs = selector.get("matchLabels").and_then(Value::as_object);
        let Some((key, Some(value))) =
            pairs.and_then(|pairs| pairs.iter().next()).map(|(key, value)| (key, value.as_str()))
        else {
            return known.iter().filter(fits).cloned().collect();
        };
        // Only those that carry the first label can be meant.
        let own = [value];
        let carry = match &**key {
            NAME_LABEL => &own[..],
            key => self.by_label.get(&(key, value)).map_or(&[][..], Vec::as_slice),
        };
        let at = carry.iter().filter_map(|name| known.binary_search_by(|it| (**it).cmp(name)).ok());
        at.map(|at| &known[at]).filter(fits).cloned().collect()
    }

    /// Whether a selector selects a namespace. Of one that no manifest declares, only the name is known.
    pub fn fits(&self, selector: &Value, namespace: &Arc<str>) -> Tri {
        let name = Value::String(Arc::clone(namespace));
        decide(selector, |key| {
            if key == NAME_LABEL {
                return Some(Some(&name));
            }
            let labels = self.declared.get(&**namespace)?;
            Some(labels.and_then(|labels| labels.get(key)))
        })
    }

    /// A label of a namespace, where some manifest declares that.
    pub fn label(&self, namespace: &str, key: &str) -> Option<&'a str> {
        self.declared.get(namespace).copied()??.get(key)?.as_str()
    }

    /// All labels of a namespace that some manifest declares, where they are known.
    pub fn labels(&self, namespace: &str) -> Option<Option<&'a Map>> {
        self.declared.get(namespace).copied().filter(|_| !self.unread.contains(namespace))
    }

    /// Whether some namespace carries one of some labels, and does not refuse by it what it is for.
    pub fn any_labelled(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| {
            let carried = self.by_label.range((*key, "")..).map(|(pair, _)| pair);
            let mut own = carried.take_while(|(own, _)| own == key);
            own.any(|(_, value)| !matches!(*value, "disabled" | "none"))
        })
    }

    /// Whether a selector may select a namespace that is not in the document, and the words in it that speak of which.
    pub fn elsewhere<'s>(&self, selector: &'s Value, known: &[Arc<str>]) -> Option<Vec<&'s str>> {
        if !selects_all(selector) && !self.all(selector, known).is_empty() {
            return None;
        }
        let mut words = Vec::new();
        let pairs = selector.get("matchLabels").and_then(Value::as_object);
        for (key, value) in pairs.into_iter().flatten() {
            words.push(&**key);
            words.extend(value.as_str());
        }
        let expressions = selector.get("matchExpressions").and_then(Value::as_array);
        for expression in expressions.unwrap_or_default() {
            let values = expression.get("values").and_then(Value::as_array).unwrap_or_default();
            words.extend(values.iter().filter_map(Value::as_str));
        }
        Some(words)
    }
}

/// Whether a selector says nothing, and so selects all.
pub fn selects_all(selector: &Value) -> bool {
    let empty = |key: &str| match selector.get(key) {
        Some(Value::Object(map)) => map.is_empty(),
        Some(Value::Array(items)) => items.is_empty(),
        _ => true,
    };
    empty("matchLabels") && empty("matchExpressions")
}
