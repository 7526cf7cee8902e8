//! Pods in a model: whom policies mean, what who may run them gains, what their namespaces say of them, what they keep.

use rstest::rstest;

use crate::model_systems::{differs, has, manifests};

/// Texts of objects, one after another.
fn tree(parts: &[&str]) -> String {
    parts.join("---\n")
}

/// A Deployment with one container that listens, and its Service.
fn workload(namespace: &str, name: &str, more: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec:\n  replicas: 2\n  \
         selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec:\n      \
         automountServiceAccountToken: false\n      containers: [{{name: x, image: registry.example.org/{name}:1, ports: [{{containerPort: 8080}}]{more}}}]\n\
         ---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec: {{selector: {{app: {name}}}, ports: [{{port: 8080}}]}}\n"
    )
}

fn namespace(name: &str, labels: &str) -> String {
    format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}, labels: {{{labels}}}}}\n")
}

fn lets_in(peers: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: in, namespace: mill}}\n\
         spec: {{podSelector: {{}}, policyTypes: [Ingress], ingress: [{{from: [{peers}]}}]}}\n"
    )
}

/// Everybody around is nobody in particular: draws nothing, and lets in what somebody calls.
#[rstest]
#[case::all_of_its_own("{podSelector: {}}", false, true)]
#[case::its_own_by_name(
    "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: mill}}}",
    false,
    true
)]
#[case::its_own_by_label(
    "{namespaceSelector: {matchLabels: {trade: wood}}, podSelector: {}}",
    false,
    true
)]
#[case::all_there_are("{namespaceSelector: {}}", false, true)]
#[case::somebody("{podSelector: {matchLabels: {app: saw}}}", true, true)]
#[case::somebody_by_namespace(
    "{namespaceSelector: {matchLabels: {trade: wood}}, podSelector: {matchLabels: {app: saw}}}",
    true,
    true
)]
#[case::somebody_beside_all(
    "{podSelector: {}}, {podSelector: {matchLabels: {app: saw}}}",
    true,
    true
)]
#[case::somebody_else("{podSelector: {matchLabels: {app: crane}}}", false, false)]
#[case::another_place("{namespaceSelector: {matchLabels: {trade: stone}}}", false, false)]
fn whom_a_policy_means(#[case] peers: &str, #[case] meant: bool, #[case] called: bool) {
    let names = ", env: [{name: PLANE_URL, value: 'http://plane:8080'}]";
    let line = "Deployment/mill/saw > Deployment/mill/plane network tcp/8080";
    for (more, wanted) in [("", meant), (names, called)] {
        let text = tree(&[
            &namespace("mill", "trade: wood"),
            &namespace("yard", "trade: stone"),
            &lets_in(peers),
            &workload("mill", "saw", more),
            &workload("mill", "plane", ""),
            &workload("yard", "crane", ""),
        ]);
        assert_eq!(has(&manifests(&text), line), wanted, "{peers} {more}");
    }
}

/// All of another namespace are somebody: who lets them in means them.
#[test]
fn all_of_another_namespace_are_meant() {
    let peers = "{namespaceSelector: {matchLabels: {trade: stone}}}";
    let text = tree(&[
        &namespace("mill", "trade: wood"),
        &namespace("yard", "trade: stone"),
        &lets_in(peers),
        &workload("mill", "plane", ""),
        &workload("yard", "crane", ""),
    ]);
    let line = "Deployment/yard/crane > Deployment/mill/plane network tcp/8080";
    differs(&text, "labels: {trade: stone}", "labels: {trade: wood}", line, manifests);
}
