//! The graph of Kubernetes manifests: assets, zones, who reaches whom, who may do what. `press` is a small newspaper.

use insta::assert_snapshot;
use rstest::rstest;

use crate::graphs::{Tree, changes, expect, folder, of, shown};

fn press() -> Tree {
    folder("fixtures/models/press/manifests")
}

#[test]
fn a_newspaper() {
    expect("press", &of(&press()));
}

const SITE: &str = "internet > Ingress/press/site network tcp/443 yes";
const TO_WEB: &str = "Ingress/press/site > Deployment/press/web network tcp/8080 unknown";
const TO_DATABASE: &str =
    "Deployment/press/articles > StatefulSet/press-data/database network tcp/5432 unknown";
const OFFICE: &str = "internet > Service/press/editor network tcp/443 unknown restricted";
const TO_EDITOR: &str = "Service/press/editor > Deployment/press/editor network tcp/8443 unknown";

/// One change each: what stands on the way of a flow goes or moves, and so does the flow.
#[rstest]
#[case::no_tls("  tls:\n    - hosts: [press.example.org]\n      secretName: site-tls\n", "", &["Ingress/press/site > Secret/press/site-tls secret uses secret", SITE], &["internet > Ingress/press/site network tcp/80 no"])]
#[case::internal_controller("  name: site\n", "  name: site\n  annotations: {alb.ingress.kubernetes.io/scheme: internal}\n", &[SITE], &[])]
#[case::ranges_of_the_ingress("  name: site\n", "  name: site\n  annotations: {nginx.ingress.kubernetes.io/whitelist-source-range: 192.0.2.0/24}\n", &[SITE], &["internet > Ingress/press/site network tcp/443 yes restricted"])]
#[case::other_service("                name: web\n", "                name: nobody\n", &[TO_WEB], &[])]
#[case::other_port("                  number: 80\n", "                  number: 81\n", &[TO_WEB], &[])]
#[case::other_port_of_the_pod("      targetPort: 8080\n", "      targetPort: 8081\n", &[TO_WEB], &["Ingress/press/site > Deployment/press/web network tcp/8081 unknown"])]
#[case::open_balancer("  loadBalancerSourceRanges: [198.51.100.0/24]\n", "", &[OFFICE], &["internet > Service/press/editor network tcp/443 unknown"])]
#[case::private_ranges("[198.51.100.0/24]", "[10.0.0.0/8]", &[OFFICE], &[])]
#[case::internal_balancer("  name: editor\n  namespace: press\nspec:\n  type: LoadBalancer", "  name: editor\n  namespace: press\n  annotations:\n    networking.gke.io/load-balancer-type: Internal\nspec:\n  type: LoadBalancer", &[OFFICE], &[])]
#[case::cluster_ip("  type: LoadBalancer\n  loadBalancerSourceRanges: [198.51.100.0/24]\n", "", &[TO_EDITOR, OFFICE], &[])]
#[case::selector("  selector:\n    app: editor\n", "  selector:\n    app: printer\n", &[TO_EDITOR, OFFICE], &[])]
#[case::no_mention("      value: http://articles.press", "      value: http://comments.press", &["Deployment/press/web > Deployment/press/articles network tcp/8000 no"], &[])]
// The policy names them too.
#[case::no_setting("  DB_HOST: database.press-data.svc\n", "", &[], &[])]
#[case::policy_for_others("            matchLabels: {app: articles}", "            matchLabels: {app: comments}", &[TO_DATABASE], &[])]
#[case::policy_for_a_namespace("kubernetes.io/metadata.name: press\n", "kubernetes.io/metadata.name: radio\n", &[TO_DATABASE], &[])]
#[case::policy_port("        - port: 5432\n", "        - port: 5433\n", &[TO_DATABASE], &[])]
#[case::policy_without_ways_out("  policyTypes: [Ingress, Egress]\n", "  policyTypes: [Ingress]\n", &[], &["StatefulSet/press-data/database > internet network any/any unknown"])]
#[case::no_token("      serviceAccountName: editor\n", "      serviceAccountName: editor\n      automountServiceAccountToken: false\n", &["Deployment/press/editor > ServiceAccount/press/editor identity runs as"], &[])]
// The folder of the machine stays writable: a privileged container is not the only way out.
#[case::no_privilege("            privileged: true\n", "            privileged: false\n", &[], &[])]
fn one_change(#[case] from: &str, #[case] to: &str, #[case] gone: &[&str], #[case] new: &[&str]) {
    changes(&press(), from, to, gone, new);
}

/// What keeps pods apart, and what does not. `db` listens on 5432; `app` speaks of it.
fn pair(policies: &str) -> Tree {
    let pod = |namespace: &str, name: &str, rest: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\n  namespace: {namespace}\n  labels: {{app: {name}}}\nspec:\n  \
             automountServiceAccountToken: false\n  containers:\n    - name: main\n      image: registry.example.org/{name}:1\n{rest}---\n"
        )
    };
    let text = pod("front", "app", "      env: [{name: DB, value: \"tcp://db.back:5432\"}]\n")
        + &pod("back", "db", "      ports: [{name: sql, containerPort: 5432}]\n")
        + "apiVersion: v1\nkind: Service\nmetadata: {name: db, namespace: back}\nspec:\n  selector: {app: db}\n  ports: [{port: 5432, targetPort: sql}]\n---\n"
        + "apiVersion: v1\nkind: Namespace\nmetadata: {name: front, labels: {team: shop}}\n---\n"
        + policies;
    vec![("all.yaml".to_owned(), text)]
}

fn policy(namespace: &str, spec: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: rules-{}, namespace: {namespace}}}\nspec: {spec}\n---\n",
        spec.len()
    )
}

#[rstest]
#[case::nothing("", Some("tcp/5432 unknown"))]
#[case::of_another_pod(&policy("back", "{podSelector: {matchLabels: {app: other}}, ingress: []}"), Some("tcp/5432 unknown"))]
#[case::of_another_namespace(&policy("front", "{podSelector: {}, policyTypes: [Ingress]}"), Some("tcp/5432 unknown"))]
#[case::deny_all(&policy("back", "{podSelector: {}, policyTypes: [Ingress]}"), None)]
#[case::deny_all_without_types(&policy("back", "{podSelector: {}}"), None)]
#[case::deny_all_out_there(&policy("back", "{podSelector: {}, policyTypes: [Egress]}"), Some("tcp/5432 unknown"))]
#[case::deny_all_out_here(&policy("front", "{podSelector: {}, policyTypes: [Egress]}"), None)]
#[case::out_to_pod(&policy("front", "{podSelector: {}, egress: [{to: [{namespaceSelector: {}, podSelector: {matchLabels: {app: db}}}]}]}"), Some("tcp/5432 unknown"))]
#[case::out_to_pod_only_out(&policy("front", "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}, podSelector: {matchLabels: {app: db}}}]}]}"), Some("tcp/5432 unknown"))]
#[case::from_everybody(&policy("back", "{podSelector: {}, ingress: [{}]}"), Some("tcp/5432 unknown"))]
#[case::from_own_namespace(&policy("back", "{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}"), None)]
#[case::from_all_namespaces(&policy("back", "{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}"), Some("tcp/5432 unknown"))]
#[case::from_label(&policy("back", "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: shop}}}]}]}"), Some("tcp/5432 unknown"))]
#[case::from_other_label(&policy("back", "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: press}}}]}]}"), None)]
#[case::from_expression(&policy("back", "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: team, operator: NotIn, values: [shop]}]}}]}]}"), None)]
#[case::on_named_port(&policy("back", "{podSelector: {}, ingress: [{ports: [{port: sql}]}]}"), Some("tcp/5432 unknown"))]
#[case::on_range(&policy("back", "{podSelector: {}, ingress: [{ports: [{port: 5000, endPort: 6000}]}]}"), Some("tcp/5432 unknown"))]
#[case::on_other_range(&policy("back", "{podSelector: {}, ingress: [{ports: [{port: 5433, endPort: 6000}]}]}"), None)]
#[case::on_other_protocol(&policy("back", "{podSelector: {}, ingress: [{ports: [{port: 5432, protocol: UDP}]}]}"), None)]
#[case::from_outside_only(&policy("back", "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24}}]}]}"), None)]
#[case::policies_add_up(&(policy("back", "{podSelector: {}, policyTypes: [Ingress]}") + &policy("back", "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: front}}}]}]}")), Some("tcp/5432 unknown"))]
#[case::a_policy_that_is_not_read(
    "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: x, namespace: back}\nspec: {endpointSelector: {}}\n",
    Some("tcp/5432 unknown assumed")
)]
fn policies(#[case] objects: &str, #[case] flow: Option<&str>) {
    let shown = of(&pair(objects));
    let found: Vec<&str> = shown
        .flows
        .iter()
        .filter_map(|line| line.strip_prefix("Pod/front/app > Pod/back/db network "))
        .collect();
    assert_eq!(found, flow.into_iter().collect::<Vec<_>>(), "{}", shown.text);
}

#[rstest]
#[case::open("", true)]
#[case::closed("{podSelector: {}, policyTypes: [Egress]}", false)]
#[case::to_everybody("{podSelector: {}, policyTypes: [Egress], egress: [{}]}", true)]
#[case::to_the_internet(
    "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}]}",
    true
)]
#[case::to_pods(
    "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}]}]}",
    false
)]
#[case::by_old_form("{podSelector: {}, egress: [{to: [{podSelector: {}}]}]}", false)]
fn out_to_the_internet(#[case] spec: &str, #[case] open: bool) {
    let objects = if spec.is_empty() { String::new() } else { policy("front", spec) };
    let shown = of(&pair(&objects));
    assert_eq!(shown.has("Pod/front/app", "internet", "any/any"), open, "{}", shown.text);
}

/// Entries of other kinds: what is known of how far they are open.
#[rstest]
#[case::node_port(
    "apiVersion: v1\nkind: Service\nmetadata: {name: out, namespace: back}\nspec:\n  type: NodePort\n  selector: {app: db}\n  ports: [{port: 5432, nodePort: 30432}]\n",
    "internet > Service/back/out network tcp/30432 unknown assumed"
)]
#[case::host_port(
    "apiVersion: v1\nkind: Pod\nmetadata: {name: agent, namespace: back}\nspec:\n  containers: [{name: a, image: a, ports: [{containerPort: 9100, hostPort: 9100}]}]\n",
    "internet > Pod/back/agent network tcp/9100 unknown assumed"
)]
#[case::gateway(
    "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: edge, namespace: back}\nspec:\n  listeners: [{name: web, protocol: HTTPS, port: 8443}]\n---\n\
     apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: all, namespace: back}\nspec:\n  parentRefs: [{name: edge}]\n  rules: [{backendRefs: [{name: db, port: 5432}]}]\n",
    "Gateway/back/edge > Pod/back/db network tcp/5432 unknown"
)]
#[case::gateway_itself(
    "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: edge, namespace: back}\nspec:\n  listeners: [{name: web, protocol: HTTP, port: 80}]\n",
    "internet > Gateway/back/edge network tcp/80 no"
)]
#[case::mesh(
    "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: mesh-edge, namespace: front}\nspec:\n  servers: [{port: {number: 443, protocol: HTTPS}, hosts: ['*']}]\n---\n\
     apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: all, namespace: front}\nspec:\n  gateways: [mesh-edge]\n  http: [{route: [{destination: {host: db.back.svc.cluster.local}}]}]\n",
    "Gateway/front/mesh-edge > Pod/back/db network tcp/5432 unknown"
)]
fn entries(#[case] text: &str, #[case] flow: &str) {
    let shown = of(&pair(text));
    assert!(shown.flow(flow), "{}", shown.text);
}

/// Mutual TLS that a mesh demands.
#[rstest]
#[case::strict("{mtls: {mode: STRICT}}", "tcp/5432 yes")]
#[case::permissive("{mtls: {mode: PERMISSIVE}}", "tcp/5432 optional")]
#[case::of_the_pod("{selector: {matchLabels: {app: db}}, mtls: {mode: STRICT}}", "tcp/5432 yes")]
#[case::of_another_pod(
    "{selector: {matchLabels: {app: x}}, mtls: {mode: STRICT}}",
    "tcp/5432 unknown"
)]
fn mesh(#[case] spec: &str, #[case] port: &str) {
    let text = format!(
        "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {{name: p, namespace: back}}\nspec: {spec}\n"
    );
    let shown = of(&pair(&text));
    let flow = format!("Pod/front/app > Pod/back/db network {port}");
    assert!(shown.flow(&flow), "{}", shown.text);
}

/// How settings name a Service.
#[rstest]
#[case::url("{name: X, value: 'http://db:80'}", true)]
#[case::url_without_port("{name: X, value: 'postgres://u:p@db/rows'}", true)]
#[case::host("{name: DB_HOST, value: db}", true)]
#[case::with_port("{name: X, value: 'db:5432'}", true)]
#[case::with_another_port("{name: X, value: 'db:9999'}", false)]
#[case::list("{name: BROKERS, value: 'a:1,db:5432'}", true)]
#[case::word("{name: KIND, value: db}", false)]
#[case::in_a_word("{name: DB_HOST, value: mydb}", false)]
#[case::of_another_namespace("{name: X, value: 'http://db.front:80'}", false)]
#[case::whole_name("{name: X, value: db.back.svc.cluster.local}", true)]
#[case::pod_of_a_set("{name: X, value: db-0.db.back.svc}", true)]
fn mentions(#[case] variable: &str, #[case] found: bool) {
    let text = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: other, namespace: back}}\nspec:\n  containers: [{{name: a, image: a, env: [{variable}]}}]\n"
    );
    let shown = of(&pair(&text));
    assert_eq!(shown.has("Pod/back/other", "Pod/back/db", "tcp/5432"), found, "{}", shown.text);
}

/// A role for the account `robot` of the namespace `ops`, in its namespace or everywhere.
fn rights(rules: &str, whole: bool) -> Tree {
    let (role, binding) =
        if whole { ("ClusterRole", "ClusterRoleBinding") } else { ("Role", "RoleBinding") };
    let namespace = if whole { "" } else { ", namespace: ops" };
    let text = format!(
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: robot, namespace: ops}}\n---\n\
         apiVersion: rbac.authorization.k8s.io/v1\nkind: {role}\nmetadata: {{name: r{namespace}}}\nrules: [{rules}]\n---\n\
         apiVersion: rbac.authorization.k8s.io/v1\nkind: {binding}\nmetadata: {{name: b{namespace}}}\nroleRef: {{kind: {role}, name: r, apiGroup: rbac.authorization.k8s.io}}\n\
         subjects: [{{kind: ServiceAccount, name: robot, namespace: ops}}]\n---\n\
         apiVersion: v1\nkind: Secret\nmetadata: {{name: key, namespace: ops}}\n---\n\
         apiVersion: v1\nkind: Secret\nmetadata: {{name: other, namespace: elsewhere}}\n"
    );
    vec![("all.yaml".to_owned(), text)]
}

#[rstest]
#[case::pods("{apiGroups: [''], resources: [pods], verbs: [get, list]}", "scoped", "scoped", false)]
#[case::write(
    "{apiGroups: [''], resources: [configmaps], verbs: [update]}",
    "scoped",
    "broad",
    false
)]
#[case::secrets("{apiGroups: [''], resources: [secrets], verbs: [get]}", "scoped", "broad", true)]
#[case::one_secret(
    "{apiGroups: [''], resources: [secrets], resourceNames: [key], verbs: [get]}",
    "scoped",
    "scoped",
    true
)]
#[case::another_secret(
    "{apiGroups: [''], resources: [secrets], resourceNames: [x], verbs: [get]}",
    "scoped",
    "scoped",
    false
)]
#[case::everything("{apiGroups: ['*'], resources: ['*'], verbs: ['*']}", "broad", "admin", true)]
#[case::escalate(
    "{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [escalate]}",
    "scoped",
    "admin",
    true
)]
#[case::bind(
    "{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [bind]}",
    "broad",
    "admin",
    true
)]
#[case::impersonate(
    "{apiGroups: [''], resources: [users], verbs: [impersonate]}",
    "scoped",
    "admin",
    true
)]
#[case::masters(
    "{apiGroups: [''], resources: [groups], resourceNames: ['system:masters'], verbs: [impersonate]}",
    "scoped",
    "admin",
    true
)]
#[case::accounts(
    "{apiGroups: [''], resources: [serviceaccounts], verbs: [impersonate]}",
    "broad",
    "admin",
    true
)]
#[case::binds_what_may_do_everything(
    "{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], resourceNames: [cluster-admin], verbs: [bind]}",
    "broad",
    "admin",
    true
)]
#[case::binds_what_may_look(
    "{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], resourceNames: [view], verbs: [bind]}",
    "scoped",
    "scoped",
    false
)]
#[case::one_user(
    "{apiGroups: [''], resources: [users], resourceNames: [amy], verbs: [impersonate]}",
    "scoped",
    "scoped",
    false
)]
#[case::create_pods(
    "{apiGroups: [''], resources: [pods], verbs: [create]}",
    "broad",
    "admin",
    true
)]
#[case::exec("{apiGroups: [''], resources: [pods/exec], verbs: [create]}", "broad", "admin", true)]
#[case::exec_by_wildcard(
    "{apiGroups: [''], resources: ['*/exec'], verbs: [create]}",
    "broad",
    "admin",
    true
)]
#[case::tokens(
    "{apiGroups: [''], resources: [serviceaccounts/token], verbs: [create]}",
    "broad",
    "admin",
    true
)]
#[case::jobs("{apiGroups: [batch], resources: [jobs], verbs: [create]}", "broad", "admin", true)]
#[case::other_group(
    "{apiGroups: [example.org], resources: [pods], verbs: [create]}",
    "scoped",
    "broad",
    false
)]
#[case::wild_in_a_foreign_group(
    "{apiGroups: [example.org], resources: ['*'], verbs: ['*']}",
    "broad",
    "broad",
    false
)]
#[case::nothing("", "scoped", "scoped", false)]
fn roles(
    #[case] rules: &str,
    #[case] within: &str,
    #[case] everywhere: &str,
    #[case] reads_other_objects: bool,
) {
    let robot = "ServiceAccount/ops/robot";
    let shown = of(&rights(rules, false));
    assert_eq!(shown.privileges[robot], within, "{}", shown.text);
    let shown = of(&rights(rules, true));
    assert_eq!(shown.privileges[robot], everywhere, "{}", shown.text);
    let secret = format!("{robot} > Secret/ops/key permission");
    let reads = shown.flows.iter().any(|flow| flow.starts_with(&secret));
    assert_eq!(reads, reads_other_objects, "{}", shown.text);
}

/// Who may do what only in its own namespace sees no secret of another.
#[test]
fn a_role_ends_with_its_namespace() {
    let rule = "{apiGroups: [''], resources: [secrets], verbs: [get]}";
    let other = "ServiceAccount/ops/robot > Secret/elsewhere/other permission secrets";
    assert!(!of(&rights(rule, false)).flow(other));
    assert!(of(&rights(rule, true)).flow(other));
}

fn subject(binding: &str) -> String {
    of(&vec![("all.yaml".to_owned(), binding.to_owned())]).text
}

/// Roles that every cluster has, roles that gather others, roles that nobody knows, subjects of all kinds.
#[test]
fn subjects_and_roles_of_the_cluster() {
    assert_snapshot!(subject(
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a, namespace: ops}\n---\n\
         apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: ops}\nspec: {containers: [{name: c, image: c}]}\n---\n\
         apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: everybody}\nroleRef: {kind: ClusterRole, name: cluster-admin}\nsubjects: [{kind: User, name: 'system:anonymous'}]\n---\n\
         apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: gathered}\nroleRef: {kind: ClusterRole, name: sum}\nsubjects: [{kind: Group, name: team}]\n---\n\
         apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: sum}\naggregationRule: {clusterRoleSelectors: [{matchLabels: {sum: 'yes'}}]}\n---\n\
         apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: part, labels: {sum: 'yes'}}\nrules: [{apiGroups: [''], resources: [secrets], verbs: [list]}]\n---\n\
         apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: editors, namespace: ops}\nroleRef: {kind: ClusterRole, name: edit}\nsubjects: [{kind: ServiceAccount, name: default, namespace: ops}]\n---\n\
         apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: lost, namespace: ops}\nroleRef: {kind: Role, name: nowhere}\nsubjects: [{kind: ServiceAccount, name: a}]\n"
    ), @r#"
    zones
      Namespace/ops: namespace in cluster
      cluster: cluster in nothing
      internet: internet in nothing
    assets
      Group/team: identity_group in cluster: ClusterRoleBinding/gathered, ClusterRole/sum
      Pod/ops/p: compute_container in Namespace/ops
      ServiceAccount/ops/a: identity_principal in Namespace/ops: RoleBinding/ops/lost
      ServiceAccount/ops/default: identity_principal in Namespace/ops: RoleBinding/ops/editors
      anonymous: external in internet
      cluster: compute_orchestrator in cluster: ClusterRoleBinding/everybody
      internet: external in internet
    flows
      Group/team > cluster permission reads secrets
      Pod/ops/p > ServiceAccount/ops/default identity runs as
      Pod/ops/p > internet network any/any unknown
      ServiceAccount/ops/default > ServiceAccount/ops/a identity runs pods as
      ServiceAccount/ops/default > cluster permission issues tokens
      anonymous > cluster permission may do everything
    privileges
      ServiceAccount/ops/default: broad
      anonymous: admin
    facts
      Group/team: escalates=true escalates_by="list secrets"
    "#);
}

/// Ways out of a container, and what is none.
#[rstest]
#[case::privileged("securityContext: {privileged: true}", "", Some("T016"))]
#[case::capability("securityContext: {capabilities: {add: [SYS_ADMIN]}}", "", Some("T016"))]
#[case::capability_with_prefix(
    "securityContext: {capabilities: {add: [CAP_SYS_ADMIN]}}",
    "",
    Some("T016")
)]
#[case::harmless_capability("securityContext: {capabilities: {add: [NET_BIND_SERVICE]}}", "", None)]
#[case::processes_of_the_host("stdin: false", "hostPID: true", Some("T016"))]
#[case::network_of_the_host("stdin: false", "hostNetwork: true", None)]
#[case::socket(
    "volumeMounts: [{name: v, mountPath: /s, readOnly: true}]",
    "volumes: [{name: v, hostPath: {path: /var/run/docker.sock}}]",
    Some("T017")
)]
#[case::root(
    "volumeMounts: [{name: v, mountPath: /s, readOnly: true}]",
    "volumes: [{name: v, hostPath: {path: /}}]",
    Some("T017")
)]
#[case::etc(
    "volumeMounts: [{name: v, mountPath: /s}]",
    "volumes: [{name: v, hostPath: {path: /etc/}}]",
    Some("T017")
)]
#[case::etc_to_read(
    "volumeMounts: [{name: v, mountPath: /s, readOnly: true}]",
    "volumes: [{name: v, hostPath: {path: /etc}}]",
    None
)]
#[case::not_mounted("stdin: false", "volumes: [{name: v, hostPath: {path: /}}]", None)]
#[case::own_folder(
    "volumeMounts: [{name: v, mountPath: /s}]",
    "volumes: [{name: v, hostPath: {path: /opt/data}}]",
    None
)]
fn ways_out(#[case] container: &str, #[case] spec: &str, #[case] class: Option<&str>) {
    let text = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: p, namespace: x}}\nspec:\n  containers: [{{name: c, image: c, {container}}}]\n  {spec}\n"
    );
    let shown = shown(&[("all.yaml", &text)]);
    let out = shown.flow("Pod/x/p > node identity breaks out");
    assert_eq!(out, class.is_some(), "{}", shown.text);
    let opened: Vec<&str> = shown.opened.iter().map(|(_, class)| *class).collect();
    assert_eq!(opened, class.into_iter().collect::<Vec<_>>());
    let fact = shown.facts["Pod/x/p"].iter().any(|fact| fact == "breakout=true");
    assert_eq!(fact, class.is_some());
}

/// Accounts that stand for identities of clouds.
#[rstest]
#[case::aws(
    "eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/letters'",
    "arn:aws:iam::111122223333:role/letters"
)]
#[case::google(
    "iam.gke.io/gcp-service-account: letters@press.iam.gserviceaccount.com",
    "letters@press.iam.gserviceaccount.com"
)]
#[case::azure(
    "azure.workload.identity/client-id: 00000000-1111-2222-3333-444444444444",
    "00000000-1111-2222-3333-444444444444"
)]
fn cloud_identities(#[case] annotation: &str, #[case] id: &str) {
    let text = format!(
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: a, namespace: x, annotations: {{{annotation}}}}}\n---\n\
         apiVersion: v1\nkind: Pod\nmetadata: {{name: p, namespace: x, labels: {{azure.workload.identity/use: 'true'}}}}\nspec: {{serviceAccountName: a, containers: [{{name: c, image: c}}]}}\n"
    );
    let shown = shown(&[("all.yaml", &text)]);
    assert!(shown.flow("Pod/x/p > ServiceAccount/x/a identity runs as"), "{}", shown.text);
    let flow = format!("ServiceAccount/x/a > {id} identity assumes");
    assert!(shown.flow(&flow), "{}", shown.text);
    assert!(!shown.privileges.contains_key(id), "what it may do is not known");
}

/// The order of files, and what they are called, changes nothing.
#[test]
fn names_of_files_do_not_matter() {
    let one = press();
    let other: Tree =
        one.iter().map(|(path, text)| (format!("z{path}"), text.clone())).rev().collect();
    assert_eq!(of(&one).text, of(&other).text);
}
