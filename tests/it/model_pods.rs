//! Pods in a model: whom policies mean, what who may run them gains, what their namespaces say of them, what they keep.

use std::collections::{BTreeMap, BTreeSet};

use rstest::rstest;

use crate::model::model_of;
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

/// A gateway in one namespace, whose route leads to a Service of another one that grants it.
fn granted() -> String {
    tree(&[
        "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: door, namespace: edge}\nspec:\n  gatewayClassName: envoy\n  \
         listeners: [{name: https, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: tls}]}}]\n",
        "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: saw, namespace: edge}\nspec:\n  parentRefs: [{name: door}]\n  \
         rules: [{backendRefs: [{name: saw, namespace: mill, port: 8080}]}]\n",
        &workload("mill", "saw", ""),
        "apiVersion: gateway.networking.k8s.io/v1beta1\nkind: ReferenceGrant\nmetadata: {name: routes, namespace: mill}\nspec:\n  \
         from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: edge}]\n  to: [{group: '', kind: Service, name: saw}]\n",
    ])
}

const ROUTED: &str = "Gateway/edge/door > Deployment/mill/saw network tcp/8080";

#[rstest]
#[case::no_grant("kind: ReferenceGrant", "kind: Other")]
#[case::of_another_namespace("name: routes, namespace: mill", "name: routes, namespace: yard")]
#[case::for_others(
    "[{group: gateway.networking.k8s.io, kind: HTTPRoute",
    "[{group: gateway.networking.k8s.io, kind: TCPRoute"
)]
#[case::for_another_group("group: gateway.networking.k8s.io", "group: example.org")]
#[case::for_routes_elsewhere(
    "kind: HTTPRoute, namespace: edge",
    "kind: HTTPRoute, namespace: yard"
)]
#[case::to_secrets("kind: Service, name: saw", "kind: Secret, name: saw")]
#[case::to_another("kind: Service, name: saw", "kind: Service, name: plane")]
fn a_route_into_another_namespace_needs_a_grant(#[case] from: &str, #[case] to: &str) {
    differs(&granted(), from, to, ROUTED, manifests);
}

#[rstest]
#[case::to_all("kind: Service, name: saw", "kind: Service")]
#[case::without_a_group("{group: '', kind: Service", "{kind: Service")]
#[case::beside_others("to: [{group", "to: [{group: '', kind: Secret}, {group")]
fn what_a_grant_may_leave_out(#[case] from: &str, #[case] to: &str) {
    let text = granted();
    assert!(text.contains(from));
    assert!(has(&manifests(&text.replace(from, to)), ROUTED));
}

#[test]
fn a_route_within_a_namespace_needs_no_grant() {
    let text = granted().replace("namespace: edge", "namespace: mill");
    let text = text.replace("kind: ReferenceGrant", "kind: Other");
    assert!(has(&manifests(&text), "Gateway/mill/door > Deployment/mill/saw network tcp/8080"));
}

/// An account with rights of a role in its namespace or the whole cluster, and pods there that hold a secret, claims and an account.
fn shop(rules: &str, whole: &str) -> String {
    tree(&[
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: ci, namespace: mill}\n",
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: saw, namespace: mill}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: given, namespace: mill}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: mounted, namespace: mill}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: idle, namespace: mill}\n",
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: planks, namespace: mill}\nspec: {accessModes: [ReadWriteOnce]}\n",
        &format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: {whole}Role\nmetadata: {{name: ci, namespace: mill}}\nrules: [{rules}]\n---\n\
             apiVersion: rbac.authorization.k8s.io/v1\nkind: {whole}RoleBinding\nmetadata: {{name: ci, namespace: mill}}\n\
             roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: {whole}Role, name: ci}}\nsubjects: [{{kind: ServiceAccount, name: ci, namespace: mill}}]\n"
        ),
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: saw, namespace: mill}\nspec:\n  serviceName: saw\n  selector: {matchLabels: {app: saw}}\n  \
         template:\n    metadata: {labels: {app: saw}}\n    spec:\n      serviceAccountName: saw\n      volumes:\n        \
         - {name: m, secret: {secretName: mounted}}\n        - {name: p, persistentVolumeClaim: {claimName: planks}}\n      containers:\n        \
         - {name: x, image: registry.example.org/saw:1, env: [{name: KEY, valueFrom: {secretKeyRef: {name: given, key: key}}}]}\n  \
         volumeClaimTemplates:\n    - metadata: {name: logs}\n      spec: {accessModes: [ReadWriteOnce]}\n",
    ])
}

/// What the account gets at, of all that lies there.
fn gained(lines: &BTreeSet<String>) -> Vec<&'static str> {
    let all = [
        ("given", "ServiceAccount/mill/ci > Secret/mill/given permission"),
        ("mounted", "ServiceAccount/mill/ci > Secret/mill/mounted permission"),
        ("idle", "ServiceAccount/mill/ci > Secret/mill/idle permission"),
        ("planks", "ServiceAccount/mill/ci > PersistentVolumeClaim/mill/planks permission"),
        ("logs", "ServiceAccount/mill/ci > PersistentVolumeClaim/mill/logs-saw permission"),
        ("saw", "ServiceAccount/mill/ci > ServiceAccount/mill/saw identity"),
    ];
    all.into_iter().filter(|(_, line)| has(lines, line)).map(|(name, _)| name).collect()
}

const EXEC: &str = "{apiGroups: [''], resources: [pods/exec], verbs: [create]}";
const BIND: &str = "{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [bind]}";

/// What rights give beside what they say: in one namespace, and in the whole cluster.
#[rstest]
#[case::everything("{apiGroups: ['*'], resources: ['*'], verbs: ['*']}", "Cluster", &["given", "mounted", "idle", "planks", "logs"])]
#[case::escalates("{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [escalate]}", "Cluster", &["given", "mounted", "idle", "planks", "logs"])]
#[case::binds(BIND, "Cluster", &["given", "mounted", "idle", "planks", "logs"])]
#[case::asks_kubelets("{apiGroups: [''], resources: [nodes/proxy], verbs: [get]}", "Cluster", &["given", "mounted", "idle", "planks", "logs"])]
#[case::looks_at_claims("{apiGroups: [''], resources: [persistentvolumeclaims], verbs: [get]}", "Cluster", &[])]
#[case::commands(EXEC, "", &["given", "mounted", "planks", "logs", "saw"])]
#[case::attaches("{apiGroups: [''], resources: [pods/attach], verbs: [get]}", "", &["given", "mounted", "planks", "logs", "saw"])]
#[case::commands_in_one("{apiGroups: [''], resources: [pods/exec], resourceNames: [saw-0], verbs: [create]}", "", &[])]
#[case::reads_pods("{apiGroups: [''], resources: [pods], verbs: [get, list]}", "", &[])]
#[case::binds_here(BIND, "", &["given", "mounted", "idle", "planks", "logs"])]
#[case::escalates_here("{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [escalate]}", "", &["given", "mounted", "idle", "planks", "logs"])]
#[case::binds_one("{apiGroups: [rbac.authorization.k8s.io], resources: [roles], resourceNames: [view], verbs: [bind]}", "", &[])]
#[case::runs_pods("{apiGroups: [''], resources: [pods], verbs: [create]}", "", &["given", "mounted", "idle", "planks", "logs", "saw"])]
fn what_rights_give(#[case] rules: &str, #[case] whole: &str, #[case] wanted: &[&str]) {
    assert_eq!(gained(&manifests(&shop(rules, whole))), wanted);
}

/// A role of another namespace gives nothing in this one.
#[rstest]
#[case(EXEC)]
#[case(BIND)]
fn rights_of_another_namespace(#[case] rules: &str) {
    let text = shop(rules, "").replace(
        "metadata: {name: ci, namespace: mill}\nr",
        "metadata: {name: ci, namespace: yard}\nr",
    );
    assert_eq!(gained(&manifests(&text)), [""; 0]);
}

/// What is reached by commands in pods counts for the threat of who may run them.
#[test]
fn commands_reach_what_pods_hold() {
    let line = "T018 ServiceAccount/mill/ci: 10 9 6 10 4 = 7.8 data=restricted";
    differs(&shop(EXEC, ""), "pods/exec", "pods/log", line, manifests);
}

/// What rights give of the account itself, it may have: whoever binds roles takes over who has rights elsewhere, a step of its own.
#[test]
fn who_binds_roles_acts_as_others() {
    let text = shop(BIND, "").replace(
        "name: saw, namespace: mill}\n---\napiVersion: v1\nkind: Secret",
        "name: saw, namespace: mill, annotations: {eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/saw'}}\n---\napiVersion: v1\nkind: Secret",
    );
    let line = "ServiceAccount/mill/ci > ServiceAccount/mill/saw identity";
    differs(&text, "verbs: [bind]", "verbs: [get]", line, manifests);
    differs(&text, "annotations: {eks", "annotations: {not-eks", line, manifests);
}

const RAISES: &str = "T011 ServiceAccount/mill/ci: ";

/// Who may run pods reads secrets there that it may not read itself, and so raises its rights.
#[rstest]
#[case::new_pods("{apiGroups: [''], resources: [pods], verbs: [create]}", true)]
#[case::a_deployment(
    "{apiGroups: [apps], resources: [deployments], resourceNames: [saw], verbs: [patch]}",
    true
)]
#[case::jobs("{apiGroups: [batch], resources: [cronjobs], verbs: [update]}", true)]
#[case::only_looks("{apiGroups: [''], resources: [pods], verbs: [get]}", false)]
#[case::deletes("{apiGroups: [''], resources: [pods], verbs: [delete]}", false)]
#[case::reads_them_anyway(
    "{apiGroups: [''], resources: [pods], verbs: [create]}, {apiGroups: [''], resources: [secrets], verbs: [get]}",
    false
)]
#[case::reads_all_but_one(
    "{apiGroups: [''], resources: [pods], verbs: [create]}, {apiGroups: [''], resources: [secrets], resourceNames: [given, mounted], verbs: [get]}",
    true
)]
#[case::reads_each(
    "{apiGroups: [''], resources: [pods], verbs: [create]}, {apiGroups: [''], resources: [secrets], resourceNames: [given, mounted, idle], verbs: [get]}",
    false
)]
fn who_runs_pods_reads_secrets(#[case] rules: &str, #[case] raises: bool) {
    assert_eq!(has(&manifests(&shop(rules, "")), RAISES), raises);
}

#[test]
fn without_secrets_pods_give_none() {
    let text = shop("{apiGroups: [''], resources: [pods], verbs: [create]}", "");
    let text = text.replace("kind: Secret\n", "kind: ConfigMap\n");
    assert!(!has(&manifests(&text), RAISES));
}

/// The sensitivity and the environment of each asset.
fn said(text: &str) -> BTreeMap<String, (String, String)> {
    let made = model_of(&BTreeMap::from([("all.yaml".to_owned(), text.to_owned())]), None);
    let word = |word: Option<&str>| word.unwrap_or("-").to_owned();
    let assets = made.model.assets.iter().map(|asset| {
        let words = (word(asset.sensitivity.as_deref()), word(asset.environment.as_deref()));
        (asset.id.to_string(), words)
    });
    assets.collect()
}

/// A namespace with a set of pods that makes a claim, another claim, a secret and settings.
fn barn(labels: &str) -> String {
    tree(&[
        &namespace("barn", labels),
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: hay, namespace: barn, labels: {own: none}}\nspec:\n  serviceName: hay\n  \
         selector: {matchLabels: {app: hay}}\n  template:\n    metadata: {labels: {app: hay}}\n    spec:\n      \
         containers: [{name: x, image: 'registry.example.org/hay:1'}]\n  \
         volumeClaimTemplates:\n    - metadata: {name: bales, labels: {made: none}}\n      spec: {accessModes: [ReadWriteOnce]}\n",
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: straw, namespace: barn, labels: {other: none}}\nspec: {accessModes: [ReadWriteOnce]}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: key, namespace: barn}\n",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: doors, namespace: barn}\ndata: {open: 'yes'}\n",
    ])
}

const MADE: &str = "PersistentVolumeClaim/barn/bales-hay";
const CLAIM: &str = "PersistentVolumeClaim/barn/straw";

#[rstest]
#[case::nothing("trade: hay", "", MADE, "confidential", "-")]
#[case::data("data: restricted", "", MADE, "restricted", "-")]
#[case::classification("data-classification: restricted", "", CLAIM, "restricted", "-")]
#[case::with_a_prefix("example.org/sensitivity: confidential", "", CLAIM, "confidential", "-")]
#[case::less_than_is_guessed("data: internal", "", MADE, "internal", "-")]
#[case::its_own("data: restricted", "other: none", CLAIM, "internal", "-")]
#[case::of_who_keeps_it("data: restricted", "own: none", MADE, "internal", "-")]
#[case::of_the_template("data: restricted", "made: none", MADE, "internal", "-")]
#[case::secrets_open_more("data: internal", "", "Secret/barn/key", "restricted", "-")]
#[case::settings_are_no_data("data: restricted", "", "ConfigMap/barn/doors", "internal", "-")]
#[case::environment("environment: staging", "", MADE, "confidential", "staging")]
#[case::environment_of_a_claim("environment: staging", "", CLAIM, "internal", "staging")]
fn what_a_namespace_says_holds_within(
    #[case] labels: &str,
    #[case] own: &str,
    #[case] asset: &str,
    #[case] sensitivity: &str,
    #[case] environment: &str,
) {
    let base = barn(labels);
    let text = if own.is_empty() { base } else { base.replace(own, "data: internal") };
    let found = said(&text);
    assert_eq!(found[asset], (sensitivity.to_owned(), environment.to_owned()));
}

#[rstest]
#[case::of_who_keeps_it("own: none", "environment: prod")]
#[case::of_the_template("made: none", "environment: prod")]
fn a_claim_has_the_environment_of_whoever_makes_it(#[case] from: &str, #[case] to: &str) {
    let text = barn("environment: staging");
    assert_eq!(said(&text)[MADE].1, "staging");
    assert_eq!(said(&text.replace(from, to))[MADE].1, "prod");
}

/// A store behind a balancer of its own, with a policy that lets somebody in.
fn published(peers: &str) -> String {
    tree(&[
        "apiVersion: v1\nkind: Service\nmetadata: {name: mill, namespace: mill}\nspec: {type: LoadBalancer, selector: {app: store}, ports: [{port: 5432}]}\n",
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: store, namespace: mill}\nspec:\n  serviceName: store\n  selector: {matchLabels: {app: store}}\n  \
         template:\n    metadata: {labels: {app: store}}\n    spec:\n      automountServiceAccountToken: false\n      \
         containers: [{name: x, image: 'postgres:17', ports: [{containerPort: 5432}]}]\n",
        &workload("mill", "saw", ""),
        &format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: in, namespace: mill}}\n\
             spec: {{podSelector: {{matchLabels: {{app: store}}}}, policyTypes: [Ingress], ingress: [{peers}]}}\n"
        ),
    ])
}

/// Address, route and every filter on the way agree: a Service whose pods hear nobody from outside is no entry, of whatever type.
#[rstest]
#[case::everybody("{ports: [{port: 5432}]}", true)]
#[case::the_internet("{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}", true)]
#[case::named_outsiders("{from: [{ipBlock: {cidr: 203.0.113.0/24}}]}", true)]
// Machines may pass on what comes in with their own addresses.
#[case::a_network_inside("{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}", true)]
#[case::pods("{from: [{podSelector: {matchLabels: {app: saw}}}]}", false)]
#[case::pods_around("{from: [{podSelector: {}}]}", false)]
#[case::another_port("{ports: [{port: 8080}]}", false)]
#[case::nobody("", false)]
fn an_entry_to_pods_takes_their_policies(#[case] peers: &str, #[case] open: bool) {
    for (kind, port) in [("type: LoadBalancer", "tcp/5432"), ("type: NodePort", "tcp/any")] {
        let found = manifests(&published(peers).replace("type: LoadBalancer", kind));
        let line = format!("internet > Service/mill/mill network {port}");
        assert_eq!(has(&found, &line), open, "{found:#?}");
    }
}

/// The same for what a rule finds of the Service.
#[rstest]
#[case::pods("{ports: [{port: 5432}]}", "{from: [{podSelector: {matchLabels: {app: saw}}}]}")]
fn a_store_that_hears_nobody_is_not_published(#[case] open: &str, #[case] shut: &str) {
    assert!(has(&manifests(&published(open)), "T002 StatefulSet/mill/store"));
    let found = manifests(&published(shut));
    assert!(!found.iter().any(|line| line.starts_with("T002 ")), "{found:#?}");
}

/// Two workloads of a namespace, one of which calls the other in clear text, and a mesh that lets only TLS in.
fn mesh(more: &str) -> String {
    let call = ", env: [{name: PLANE_URL, value: 'http://plane:8080'}]";
    let policy = "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: all, namespace: istio-system}\nspec: {mtls: {mode: STRICT}}\n";
    let both = [&*workload("mill", "saw", call), &*workload("mill", "plane", "")].join("---\n");
    let both = both.replace(
        "metadata: {labels: {app: plane}}",
        "metadata: {labels: {app: plane, note: none}, annotations: {said: none}}",
    );
    tree(&[&namespace("mill", "istio-injection: enabled"), &both, policy, more])
}

const OWN: &str = "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: plane, namespace: mill}\n\
    spec: {selector: {matchLabels: {app: plane}}, mtls: {mode: STRICT}, portLevelMtls: {8080: {mode: STRICT}}}\n";

fn spoken(text: &str) -> String {
    let line = "Deployment/mill/saw > Deployment/mill/plane network tcp/8080 ";
    let found = manifests(text);
    let words: Vec<&str> = found.iter().filter_map(|it| it.strip_prefix(line)).collect();
    words.join(" ")
}

/// Pods without a proxy are no part of a mesh: its policies mean nothing to them.
#[rstest]
#[case::as_it_is("", "", "yes")]
#[case::namespace("istio-injection: enabled", "istio-injection: disabled", "no")]
#[case::label("note: none", "sidecar.istio.io/inject: 'false'", "no")]
#[case::annotation("said: none", "sidecar.istio.io/inject: 'false'", "no")]
#[case::label_that_asks("note: none", "sidecar.istio.io/inject: 'true'", "yes")]
#[case::without_a_word("istio-injection: enabled", "trade: wood", "yes")]
#[case::without_proxies(
    "istio-injection: enabled",
    "istio-injection: disabled, istio.io/dataplane-mode: ambient",
    "yes"
)]
#[case::out_of_it("istio-injection: enabled", "istio.io/dataplane-mode: none", "no")]
fn pods_outside_of_a_mesh(#[case] from: &str, #[case] to: &str, #[case] wanted: &str) {
    let text = mesh("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: mill}\n");
    assert!(text.contains(from));
    let text = if from.is_empty() { text } else { text.replace(from, to) };
    assert_eq!(spoken(&text), wanted);
}

/// Pods on the network of their machine have no proxy either.
#[test]
fn pods_on_the_network_of_their_machine_are_outside_of_a_mesh() {
    let text = mesh(OWN);
    let plain = text.replace(
        "automountServiceAccountToken: false",
        "automountServiceAccountToken: false\n      hostNetwork: true",
    );
    assert_eq!(spoken(&text), "yes");
    assert_eq!(spoken(&plain), "no");
}

/// What one policy says of a port decides there; of what is not set, the rest does.
#[rstest]
#[case::as_it_is("", "", "yes")]
#[case::of_the_port("8080: {mode: STRICT}", "8080: {mode: DISABLE}", "no")]
#[case::of_the_port_in_part("8080: {mode: STRICT}", "8080: {mode: PERMISSIVE}", "no")]
#[case::of_another_port("8080: {mode: STRICT}", "9090: {mode: DISABLE}", "yes")]
#[case::of_nothing("8080: {mode: STRICT}", "8080: {mode: UNSET}", "yes")]
#[case::of_another_workload(
    "selector: {matchLabels: {app: plane}}, mtls: {mode: STRICT}, portLevelMtls: {8080: {mode: STRICT}}",
    "selector: {matchLabels: {app: saw}}, portLevelMtls: {8080: {mode: DISABLE}}",
    "yes"
)]
#[case::of_the_port_alone(
    "mtls: {mode: STRICT}, portLevelMtls",
    "mtls: {mode: DISABLE}, portLevelMtls",
    "yes"
)]
#[case::of_the_workload_alone(
    "mtls: {mode: STRICT}, portLevelMtls: {8080: {mode: STRICT}}",
    "mtls: {mode: DISABLE}",
    "no"
)]
#[case::of_the_workload_unset(
    "mtls: {mode: STRICT}, portLevelMtls: {8080: {mode: STRICT}}",
    "mtls: {mode: UNSET}",
    "yes"
)]
fn ports_of_a_mesh(#[case] from: &str, #[case] to: &str, #[case] wanted: &str) {
    let text = mesh(OWN);
    assert!(text.contains(from));
    let text = if from.is_empty() { text } else { text.replace(from, to) };
    assert_eq!(spoken(&text), wanted);
}

/// Whom a mesh keeps out without a proxy it does not.
#[test]
fn without_a_proxy_nobody_is_denied() {
    let denies = "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: none, namespace: mill}\nspec: {}\n";
    let text = mesh(denies);
    assert_eq!(spoken(&text), "");
    assert_eq!(spoken(&text.replace("note: none", "sidecar.istio.io/inject: 'false'")), "no");
}

/// A route of a mesh is there for hosts that its gateway takes.
#[rstest]
#[case::the_same("mill.example.org", "mill.example.org", true)]
#[case::another("mill.example.org", "yard.example.org", false)]
#[case::one_of_many("'*.example.org'", "mill.example.org", true)]
#[case::many_for_one("mill.example.org", "'*.example.org'", true)]
#[case::not_the_domain("'*.example.org'", "example.org", false)]
#[case::all("'*'", "mill.example.org", true)]
#[case::of_its_namespace("mill/mill.example.org", "mill.example.org", true)]
#[case::of_another_namespace("yard/mill.example.org", "mill.example.org", false)]
#[case::of_every_namespace("'*/mill.example.org'", "mill.example.org", true)]
#[case::of_the_gateways_namespace("./mill.example.org", "mill.example.org", false)]
#[case::one_of_two("yard.example.org, mill.example.org", "mill.example.org", true)]
fn hosts_of_a_gateway(#[case] taken: &str, #[case] asked: &str, #[case] leads: bool) {
    let text = tree(&[
        &workload("mill", "saw", ""),
        &format!(
            "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {{name: door, namespace: edge}}\nspec:\n  selector: {{istio: ingress}}\n  \
             servers: [{{port: {{number: 443, name: https, protocol: HTTPS}}, hosts: [{taken}], tls: {{mode: SIMPLE, credentialName: tls}}}}]\n---\n\
             apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: saw, namespace: mill}}\nspec:\n  hosts: [{asked}]\n  \
             gateways: [edge/door]\n  http: [{{route: [{{destination: {{host: saw, port: {{number: 8080}}}}}}]}}]\n"
        ),
    ]);
    let line = "Gateway/edge/door > Deployment/mill/saw network tcp/8080";
    assert_eq!(has(&manifests(&text), line), leads);
}

/// What is sent to a name outside is sent over the internet.
#[rstest]
#[case::outside("pay.example.net", "exposure=internet_open")]
#[case::of_a_network_inside("pay.bank.internal", "exposure=internal")]
#[case::of_a_site("pay", "exposure=internal")]
fn a_name_outside_is_reached_over_the_internet(#[case] name: &str, #[case] wanted: &str) {
    let text = tree(&[
        &workload("mill", "saw", ", env: [{name: PAY_URL, value: 'http://pay'}]"),
        &format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: pay, namespace: mill}}\nspec: {{type: ExternalName, externalName: {name}, ports: [{{port: 80}}]}}\n"
        ),
    ]);
    let found = manifests(&text);
    let start = "T006 Deployment/mill/saw > Service/mill/pay network tcp/80: ";
    let threat = found.iter().find(|line| line.starts_with(start)).cloned().unwrap_or_default();
    assert!(threat.contains(wanted), "{threat}\n{found:#?}");
}

/// Whether a workload is said to keep data, by its image.
fn keeps(kind: &str, containers: &str) -> bool {
    let pod = format!(
        "{{metadata: {{labels: {{app: x}}}}, spec: {{restartPolicy: POLICY, {containers}}}}}"
    );
    let pod = pod.replace("POLICY", if kind.ends_with("Job") { "Never" } else { "Always" });
    let spec = match kind {
        "CronJob" => {
            format!("{{schedule: '0 3 * * *', jobTemplate: {{spec: {{template: {pod}}}}}}}")
        }
        "Job" => format!("{{template: {pod}}}"),
        _ => format!("{{selector: {{matchLabels: {{app: x}}}}, template: {pod}}}"),
    };
    let group = if kind.ends_with("Job") { "batch/v1" } else { "apps/v1" };
    let text = format!(
        "apiVersion: {group}\nkind: {kind}\nmetadata: {{name: x, namespace: mill}}\nspec: {spec}\n"
    );
    let made = model_of(&BTreeMap::from([("all.yaml".to_owned(), text)]), None);
    assert_eq!(made.problems, []);
    let id = format!("{kind}/mill/x");
    let asset = made.model.assets.iter().find(|asset| *asset.id == *id);
    asset.is_some_and(|it| {
        it.properties.iter().any(|(name, state)| &**name == "keeps_data" && &**state == "true")
    })
}

#[rstest]
#[case::a_store("postgres:17", true)]
#[case::by_digest(
    "registry.example.org:5000/mill/postgresql@sha256:3b2e6b9d5a0f4e1c8d7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e",
    true
)]
#[case::by_its_folder("mcr.microsoft.com/mssql/server:2022-latest", true)]
#[case::of_another_folder("registry.example.org/mill/server:1", false)]
#[case::by_pattern("ghcr.io/zalando/spilo-17:4", true)]
#[case::cache("redis:8", true)]
#[case::with_its_version("registry.redhat.io/rhel9/postgresql-15:latest", true)]
#[case::with_its_version_at_once("gcr.io/google/redis5:latest", true)]
#[case::of_ones_own("registry.example.org/mill/postgres-with-ext:3", true)]
#[case::a_word_that_only_begins_so("registry.example.org/mill/postgresful:1", false)]
#[case::pools_connections("registry.example.org/mill/postgres-pgbouncer:1", false)]
#[case::whose_name_holds_a_short_word("registry.example.org/mill/postgres-suite:1", true)]
#[case::shows_one("mongo-express:1", false)]
#[case::commands_one("rediscommander/redis-commander:1", false)]
#[case::shows_topics("provectuslabs/kafka-ui:1", false)]
#[case::moves_topics("confluentinc/cp-kafka-connect:7", false)]
#[case::asks_one("hashicorp/vault-k8s:1", false)]
#[case::tools("mcr.microsoft.com/mssql-tools:1", false)]
#[case::watches_one("prometheuscommunity/postgres-exporter:1", false)]
fn images_that_keep_data(#[case] image: &str, #[case] wanted: bool) {
    assert_eq!(
        keeps("Deployment", &format!("containers: [{{name: x, image: '{image}'}}]")),
        wanted
    );
}

/// What runs to an end, or before the rest, only works on what others keep.
#[rstest]
#[case::a_server("Deployment", "containers: [{name: x, image: 'postgres:17'}]", true)]
#[case::a_job("Job", "containers: [{name: x, image: 'postgres:17'}]", false)]
#[case::by_the_clock("CronJob", "containers: [{name: x, image: 'postgres:17'}]", false)]
#[case::before(
    "Deployment",
    "initContainers: [{name: i, image: 'postgres:17'}], containers: [{name: x, image: 'saw:1'}]",
    false
)]
#[case::beside(
    "Deployment",
    "initContainers: [{name: i, image: 'postgres:17', restartPolicy: Always}], containers: [{name: x, image: 'saw:1'}]",
    true
)]
fn what_runs_of_a_store(#[case] kind: &str, #[case] containers: &str, #[case] wanted: bool) {
    assert_eq!(keeps(kind, containers), wanted);
}

/// A workload behind an Ingress, spread over zones, that an autoscaler scales.
fn scaled() -> String {
    let workload = workload("mill", "saw", "").replace(
        "automountServiceAccountToken: false",
        "automountServiceAccountToken: false\n      topologySpreadConstraints: [{maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule}]",
    );
    tree(&[
        &workload,
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: saw, namespace: mill}\n\
         spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: saw}, minReplicas: 2, maxReplicas: 5}\n",
    ])
}

/// How many there are at least, an autoscaler says where there is one.
#[rstest]
#[case::as_it_is("", "", "true")]
#[case::one_at_least("minReplicas: 2", "minReplicas: 1", "false")]
#[case::none_at_least("minReplicas: 2", "minReplicas: 0", "false")]
#[case::not_said("minReplicas: 2, ", "", "false")]
#[case::whatever_the_workload_says("replicas: 2\n", "replicas: 1\n", "true")]
#[case::of_another("kind: Deployment, name: saw", "kind: Deployment, name: plane", "true")]
fn an_autoscaler_spreads(#[case] from: &str, #[case] to: &str, #[case] wanted: &str) {
    let text = scaled();
    assert!(text.contains(from));
    let text = if from.is_empty() { text } else { text.replace(from, to) };
    let made = model_of(&BTreeMap::from([("all.yaml".to_owned(), text)]), None);
    let asset = made.model.assets.iter().find(|asset| &*asset.id == "Deployment/mill/saw");
    let spread = asset.and_then(|it| it.properties.iter().find(|(name, _)| &**name == "spread"));
    assert_eq!(spread.map(|(_, state)| &**state), Some(wanted));
}

/// A pod that mounts a claim, which is bound to a path of its machine.
fn shelf() -> String {
    tree(&[
        "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: shelf}\nspec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /etc}, claimRef: {name: board, namespace: mill}}\n",
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: board, namespace: mill}\nspec: {accessModes: [ReadWriteOnce], volumeName: shelf}\n",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: saw, namespace: mill}\nspec:\n  automountServiceAccountToken: false\n  \
         volumes: [{name: v, persistentVolumeClaim: {claimName: board}}]\n  \
         containers: [{name: x, image: saw, volumeMounts: [{name: v, mountPath: /v}]}]\n",
    ])
}

#[rstest]
#[case::another_claim("claimName: board", "claimName: plank")]
#[case::not_mounted("volumeMounts: [{name: v", "volumeMounts: [{name: w")]
#[case::to_read("mountPath: /v", "mountPath: /v, readOnly: true")]
#[case::claimed_to_read("claimName: board", "claimName: board, readOnly: true")]
#[case::harmless("path: /etc", "path: /mnt/shelf")]
#[case::a_disk("hostPath: {path: /etc}", "csi: {driver: ebs.csi.aws.com, volumeHandle: vol-1}")]
#[case::kept_for_another("claimRef: {name: board", "claimRef: {name: plank")]
#[case::kept_for_another_place(
    "claimRef: {name: board, namespace: mill",
    "claimRef: {name: board, namespace: yard"
)]
fn a_claim_may_hand_over_the_machine(#[case] from: &str, #[case] to: &str) {
    differs(&shelf(), from, to, "Pod/mill/saw > node identity", manifests);
    differs(&shelf(), from, to, "T017 Pod/mill/saw: ", manifests);
}

#[rstest]
#[case::as_it_is("", "")]
#[case::by_the_claim_alone(", claimRef: {name: board, namespace: mill}", "")]
#[case::by_the_volume_alone(", volumeName: shelf", "")]
#[case::a_local_volume("hostPath: {path: /etc}", "local: {path: /etc}")]
fn how_a_claim_is_bound(#[case] from: &str, #[case] to: &str) {
    let text = if from.is_empty() { shelf() } else { shelf().replace(from, to) };
    assert!(has(&manifests(&text), "Pod/mill/saw > node identity"), "{text}");
}

/// A Service that machines take traffic for at addresses of their own.
#[rstest]
#[case::public("externalIPs: [203.0.113.5]", true)]
#[case::one_of_two("externalIPs: [10.0.0.5, 203.0.113.5]", true)]
#[case::of_six("externalIPs: ['2001:4860::5']", true)]
#[case::inside("externalIPs: [10.0.0.5]", false)]
#[case::none("externalIPs: []", false)]
#[case::without_an_address("clusterIP: None, externalIPs: [203.0.113.5]", false)]
fn public_addresses_of_a_service(#[case] more: &str, #[case] open: bool) {
    let service = format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{name: out, namespace: mill}}\nspec: {{selector: {{app: saw}}, {more}, ports: [{{port: 9000, targetPort: 8080}}]}}\n"
    );
    let found = manifests(&tree(&[&workload("mill", "saw", ""), &service]));
    assert_eq!(has(&found, "internet > Service/mill/out network tcp/9000"), open, "{found:#?}");
    assert_eq!(has(&found, "Service/mill/out > Deployment/mill/saw network tcp/8080"), open);
}
