//! Policies of other engines than Kubernetes' own, for a cluster or a namespace: whom they select is read, whom they let in is not, so what
//! they select is closed or open as far as is known.
//!
//! Source: docs.cilium.io, "Layer 3 Examples", "Network Policy" (`CiliumClusterwideNetworkPolicy`, `enableDefaultDeny`);
//! docs.tigera.io/calico, "Global network policy", "Network policy" (selectors, types, actions).

use crate::document::{Map, Resource, Value};
use crate::graph::kubernetes::{Workload, text};
use crate::graph::network::Tri;
use crate::graph::network::filter::Layer;
use crate::graph::scene::Scene;

/// Kinds for a whole cluster, which may let in what Kubernetes' own policies do not.
const CLUSTER_WIDE: [&str; 3] =
    ["CiliumClusterwideNetworkPolicy", "GlobalNetworkPolicy", "AdminNetworkPolicy"];

/// Calico's own kinds for a namespace.
const CALICO: [&str; 2] =
    ["NetworkPolicy.projectcalico.org", "NetworkPolicy.crd.projectcalico.org"];

/// Pairs of policies and workloads that are looked at; beyond, each policy may select each workload.
const MAX_PAIRS: usize = 1_000_000;

/// The policies of a document.
pub struct Foreign<'a> {
    policies: Vec<Policy<'a>>,
    /// Whether one holds for the whole cluster.
    pub any_wide: bool,
    is_many: bool,
}

/// A policy: what it selects, and which ways it closes where it lets nothing in.
struct Policy<'a> {
    at: usize,
    namespace: Option<&'a str>,
    selects: Selects<'a>,
    closes: (bool, bool),
}

/// How a policy selects pods.
enum Selects<'a> {
    /// By labels; those of Cilium may have the prefix of their source.
    Labels(&'a Value),
    /// By Calico's language, which says all where it is empty; over pods and over namespaces.
    Words(&'a str, Option<&'a str>),
}

impl<'a> Foreign<'a> {
    /// Of a document with so many workloads.
    pub fn new(scene: &Scene<'a>, workloads: usize) -> Self {
        let document = scene.index.document;
        let all = |kind: &str| -> Vec<(usize, &'a Resource)> {
            let all = scene.index.of_type(kind).iter();
            all.map(|at| (*at, &document.resources[*at])).collect()
        };
        let mut policies = Vec::new();
        for (at, resource) in all("CiliumClusterwideNetworkPolicy") {
            policies.extend(of_cilium(at, resource));
        }
        for kind in ["GlobalNetworkPolicy", CALICO[0], CALICO[1]] {
            let is_wide = kind == "GlobalNetworkPolicy";
            let found = all(kind).into_iter();
            policies.extend(found.filter_map(|(at, resource)| of_calico(at, resource, is_wide)));
        }
        let any_wide = CLUSTER_WIDE.iter().any(|kind| !scene.index.of_type(kind).is_empty());
        let is_many = policies.len().saturating_mul(workloads) > MAX_PAIRS;
        Self { policies, any_wide, is_many }
    }

    /// The filter of those that select a workload, or may; nothing where none does.
    pub fn layer(&self, workload: &Workload<'_>) -> Option<Layer> {
        let mut layer =
            Layer { default_in: true, default_out: true, open_ended: true, ..Layer::default() };
        for policy in &self.policies {
            if !self.is_many && policy.selects(workload) == Tri::No {
                continue;
            }
            layer.default_in &= !policy.closes.0;
            layer.default_out &= !policy.closes.1;
            // Of very many, which of them is not looked at.
            if !self.is_many && layer.resources.last() != Some(&policy.at) {
                layer.resources.push(policy.at);
            }
        }
        (!layer.default_in || !layer.default_out).then_some(layer)
    }
}

impl Policy<'_> {
    fn selects(&self, workload: &Workload<'_>) -> Tri {
        if self.namespace.is_some_and(|own| own != &**workload.namespace) {
            return Tri::No;
        }
        match self.selects {
            Selects::Labels(selector) => by_labels(selector, workload),
            Selects::Words(words, namespaces) => {
                let own = by_words(words, |key, value| carries(workload, key, value));
                // Of namespaces, nothing but the name is looked at.
                let around = namespaces.map_or(Tri::Yes, |words| {
                    by_words(words, |key, value| match key {
                        "projectcalico.org/name" | "kubernetes.io/metadata.name" => {
                            value.is_none_or(|value| value == &**workload.namespace).into()
                        }
                        _ => Tri::Unknown,
                    })
                });
                own.and(around)
            }
        }
    }
}

fn list<'v>(value: &'v Value, key: &str) -> Option<&'v [Value]> {
    value.get(key).and_then(Value::as_array)
}

fn of_cilium(at: usize, resource: &Resource) -> Vec<Policy<'_>> {
    let several = list(&resource.attributes, "specs").unwrap_or_default().iter();
    let specs = resource.attributes.get("spec").into_iter().chain(several);
    let found = specs.filter_map(|spec| {
        let selector = spec.get("endpointSelector").filter(|it| matches!(it, Value::Object(_)))?;
        let denies = |way: &str| {
            let default = spec.get("enableDefaultDeny").and_then(|it| it.get(way));
            default != Some(&Value::Bool(false))
                && [way, &format!("{way}Deny")].iter().any(|key| list(spec, key).is_some())
        };
        let closes = (denies("ingress"), denies("egress"));
        Some(Policy { at, namespace: None, selects: Selects::Labels(selector), closes })
    });
    found.collect()
}

fn of_calico(at: usize, resource: &Resource, is_wide: bool) -> Option<Policy<'_>> {
    let spec = resource.attributes.get("spec")?;
    let types = list(spec, "types").filter(|it| !it.is_empty());
    // Where a rule lets everything pass, what remains are exceptions.
    let passes = |rules: &[Value]| {
        rules.iter().filter_map(Value::as_object).any(|rule| {
            rule.len() == 1
                && rule.get("action").and_then(Value::as_str).is_some_and(|it| it == "Allow")
        })
    };
    let closes = |word: &str, key: &str| {
        let rules = list(spec, key).unwrap_or_default();
        let is_about = match types {
            Some(types) => types.iter().any(|it| it.as_str() == Some(word)),
            // Without a type it is about what has rules, and without rules about the way in.
            None => !rules.is_empty() || key == "ingress" && list(spec, "egress").is_none(),
        };
        is_about && !passes(rules)
    };
    let words = text(&resource.attributes, &["spec", "selector"]).unwrap_or_default();
    let around = text(&resource.attributes, &["spec", "namespaceSelector"]).filter(|_| is_wide);
    Some(Policy {
        at,
        namespace: resource.scope.namespace.as_deref().filter(|_| !is_wide),
        selects: Selects::Words(words, around),
        closes: (closes("Ingress", "ingress"), closes("Egress", "egress")),
    })
}

/// Whether a pod has a label, with a value where one is given; of labels that others give it, this is known of the namespace alone.
fn carries(workload: &Workload<'_>, key: &str, value: Option<&str>) -> Tri {
    let fits = |own: &str| value.is_none_or(|value| value == own).into();
    match workload.labels.and_then(|labels| labels.get(key)) {
        Some(Value::String(own)) => fits(own),
        Some(_) => Tri::Unknown,
        None => match key {
            "projectcalico.org/namespace" | "io.kubernetes.pod.namespace" => {
                fits(workload.namespace)
            }
            _ if key.starts_with("projectcalico.org/") || key.starts_with("io.") => Tri::Unknown,
            _ => Tri::No,
        },
    }
}

/// Whether a selector of Cilium selects a workload's pods; what is more than pairs of labels is not looked at.
fn by_labels(selector: &Value, workload: &Workload<'_>) -> Tri {
    let pairs: Option<&Map> = selector.get("matchLabels").and_then(Value::as_object);
    let fits = pairs.into_iter().flatten().map(|(key, value)| {
        let key = ["k8s:", "any:"].iter().find_map(|it| key.strip_prefix(it)).unwrap_or(key);
        let Some(value) = value.as_str() else { return Tri::Unknown };
        carries(workload, key, Some(value))
    });
    let more = list(selector, "matchExpressions").is_some_and(|it| !it.is_empty());
    let start = if more { Tri::Unknown } else { Tri::Yes };
    fits.fold(start, Tri::and)
}

/// Whether a selector of Calico selects: `all()`, and comparisons of labels that hold together; of other words it is not known.
fn by_words(words: &str, carries: impl Fn(&str, Option<&str>) -> Tri) -> Tri {
    if words.contains("||") || words.contains('!') {
        return Tri::Unknown;
    }
    let term = |term: &str| {
        let term = term.trim();
        if term.is_empty() || term == "all()" {
            return Tri::Yes;
        }
        if let Some(key) = term.strip_prefix("has(").and_then(|it| it.strip_suffix(')')) {
            return carries(key.trim(), None);
        }
        let Some((key, value)) = term.split_once("==") else { return Tri::Unknown };
        let (key, value) = (key.trim(), value.trim());
        let quoted = ['\'', '"']
            .into_iter()
            .find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
        match quoted {
            Some(value) if !value.contains(['\'', '"']) => carries(key, Some(value)),
            _ => Tri::Unknown,
        }
    };
    words.split("&&").map(term).fold(Tri::Yes, Tri::and)
}
