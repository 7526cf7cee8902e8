//! Ways in a cluster: accounts by groups, roles that gather others, where pods listen, what settings name, gateways, pods as anybody.

use rstest::rstest;

use crate::model_systems::{differs, has, manifests, terraform};

/// Pods that run as the account of their namespace that nobody declares, and a binding of all accounts.
const BY_GROUP: &str = r#"
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: everybody }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects: [{ kind: Group, name: "system:serviceaccounts", apiGroup: rbac.authorization.k8s.io }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: shop, namespace: sales }
spec:
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec:
      containers: [{ name: shop, image: "registry.example/shop:1.0.0" }]
"#;

/// A role that gathers another one, both bound to nobody but an account.
const GATHERED: &str = r#"
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: support }
aggregationRule:
  clusterRoleSelectors: [{ matchLabels: { support: "true" } }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: part, labels: { support: "true" } }
rules: [{ apiGroups: [""], resources: [secrets], verbs: [get, list] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: helpers }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: support }
subjects:
  - { kind: ServiceAccount, name: day, namespace: desk }
  - { kind: ServiceAccount, name: night, namespace: desk }
"#;

/// A front and a back, with a policy that lets the front speak to one port of the back.
const HEARING: &str = r#"
apiVersion: apps/v1
kind: Deployment
metadata: { name: front, namespace: shop }
spec:
  selector: { matchLabels: { app: front } }
  template:
    metadata: { labels: { app: front } }
    spec:
      containers: [{ name: front, image: "registry.example/front:1.0.0" }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: back, namespace: shop }
spec:
  selector: { matchLabels: { app: back } }
  template:
    metadata: { labels: { app: back } }
    spec:
      containers: [{ name: back, image: "registry.example/back:1.0.0", ports: [{ containerPort: 8080 }], args: [serve] }]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: back, namespace: shop }
spec:
  podSelector: { matchLabels: { app: back } }
  ingress: [{ from: [{ podSelector: { matchLabels: { app: front } } }], ports: [{ port: 8080 }] }]
"#;

/// Settings in a file that pods mount, and in their variables.
const SETTINGS: &str = r#"
apiVersion: v1
kind: ConfigMap
metadata: { name: settings, namespace: shop }
data:
  app.conf: |
    # of the shop
    PLACEHOLDER
---
apiVersion: v1
kind: Service
metadata: { name: store, namespace: shop }
spec:
  selector: { app: store }
  ports: [{ name: own, port: 9000 }, { name: web, port: 80 }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: store, namespace: shop }
spec:
  selector: { matchLabels: { app: store } }
  template:
    metadata: { labels: { app: store } }
    spec:
      containers: [{ name: store, image: "registry.example/thing:1.0.0" }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: front, namespace: shop }
spec:
  selector: { matchLabels: { app: front } }
  template:
    metadata: { labels: { app: front } }
    spec:
      containers: [{ name: front, image: "registry.example/front:1.0.0", env: [{ name: PAY_URL, value: "https://pay/v1" }] }]
      volumes: [{ name: settings, configMap: { name: settings } }]
---
apiVersion: v1
kind: Service
metadata: { name: pay, namespace: shop }
spec: { type: ExternalName, externalName: pay.example.com, ports: [{ port: 443 }] }
"#;

#[rstest]
#[case::all_accounts("", "", true)]
#[case::those_of_the_namespace("system:serviceaccounts\"", "system:serviceaccounts:sales\"", true)]
#[case::all_who_are_known("system:serviceaccounts\"", "system:authenticated\"", true)]
#[case::those_of_another("system:serviceaccounts\"", "system:serviceaccounts:desk\"", false)]
#[case::another_group("system:serviceaccounts\"", "system:serviceaccountsx\"", false)]
#[case::what_every_cluster_gives("name: cluster-admin", "name: \"system:discovery\"", false)]
#[case::another_account(
    "      containers:",
    "      serviceAccountName: own\n      automountServiceAccountToken: false\n      containers:",
    false
)]
fn undeclared_accounts_are_in_groups(#[case] from: &str, #[case] to: &str, #[case] holds: bool) {
    let found = manifests(&BY_GROUP.replacen(from, to, 1));
    let runs = "Deployment/sales/shop > ServiceAccount/sales/default identity";
    assert_eq!(has(&found, runs), holds, "{found:#?}");
    assert_eq!(
        has(&found, "ServiceAccount/sales/default > cluster permission"),
        holds,
        "{found:#?}"
    );
}

#[rstest]
#[case::of_the_account("T018 ServiceAccount/sales/default: ")]
fn what_is_bound_to_all_is_found_of_accounts(#[case] line: &str) {
    differs(BY_GROUP, "system:serviceaccounts\"", "system:serviceaccounts:desk\"", line, manifests);
}

#[rstest]
#[case::gathered(
    "support: \"true\" } }\nrules",
    "support: \"false\" } }\nrules",
    "T018 ServiceAccount/desk/day: "
)]
#[case::by_all_who_are_bound(
    "  - { kind: ServiceAccount, name: night, namespace: desk }\n",
    "",
    "T018 ServiceAccount/desk/night: "
)]
fn roles_are_found_of_who_holds_them(#[case] from: &str, #[case] to: &str, #[case] line: &str) {
    differs(GATHERED, from, to, line, manifests);
}

#[rstest]
#[case::bound_directly(
    "kind: ClusterRole, name: support",
    "kind: ClusterRole, name: part",
    "T018 ServiceAccount/desk/night: "
)]
#[case::by_a_label_of_the_cluster(
    "labels: { support: \"true\" }",
    "labels: { rbac.authorization.k8s.io/aggregate-to-view: \"true\" }",
    "T018 ClusterRole/part: "
)]
fn roles_are_found_where_they_are_held(#[case] from: &str, #[case] to: &str, #[case] line: &str) {
    let found = manifests(&GATHERED.replacen(from, to, 1));
    assert!(has(&found, line), "{found:#?}");
}

#[rstest]
#[case::declared("", "", "8080", true)]
#[case::not_declared("[{ port: 8080 }]", "[{ port: 9999 }]", "9999", false)]
#[case::none_declared(", ports: [{ containerPort: 8080 }]", "", "8080", true)]
#[case::in_a_range("[{ port: 8080 }]", "[{ port: 8000, endPort: 8100 }]", "8080", true)]
#[case::in_no_range("[{ port: 8080 }]", "[{ port: 9000, endPort: 9100 }]", "9000-9100", false)]
#[case::in_an_argument(
    "[{ containerPort: 8080 }], args: [serve]",
    "[{ containerPort: 80 }], args: [\"--listen=:8080\"]",
    "8080",
    true
)]
#[case::in_no_argument(
    "[{ containerPort: 8080 }], args: [serve]",
    "[{ containerPort: 80 }], args: [\"--listen=:8081\"]",
    "8080",
    false
)]
#[case::asked_if_alive(
    "{ containerPort: 8080 }]",
    "{ containerPort: 80 }], livenessProbe: { httpGet: { port: 8080 } }",
    "8080",
    true
)]
#[case::beside_one_without(
    "containers: [{ name: back,",
    "containers: [{ name: side, image: \"registry.example/side:1.0.0\" }, { name: back,",
    "8080",
    true
)]
fn policies_open_ports_where_pods_listen(
    #[case] from: &str,
    #[case] to: &str,
    #[case] port: &str,
    #[case] holds: bool,
) {
    let found = manifests(&HEARING.replacen(from, to, 1));
    let line = format!("Deployment/shop/front > Deployment/shop/back network tcp/{port}");
    assert_eq!(has(&found, &line), holds, "{line}\n{found:#?}");
}

#[rstest]
#[case::a_proxy("proxy_pass http://store:9000;", "9000 no")]
#[case::by_the_scheme("store.url=http://store", "80 no")]
#[case::a_question_in_the_address("url: kind://store.shop:9000/x?safe=false", "9000 unknown")]
#[case::json("{\"store\": {\"host\": \"store:9000\", \"retries\": 3}}", "9000 unknown")]
#[case::json_without_spaces("{\"retries\":3,\"host\":\"store\",\"port\":9000}", "9000 unknown")]
#[case::a_list("hosts: [store, other]", "9000 unknown")]
#[case::a_list_of_texts("addr = [\"store:9000\"]", "9000 unknown")]
fn files_of_settings_name_services(#[case] line: &str, #[case] flow: &str) {
    let line = format!("PLACEHOLDER{line}");
    let flow = format!("Deployment/shop/front > Deployment/shop/store network tcp/{flow}");
    let made = SETTINGS.replace("PLACEHOLDER", &line).replace("PLACEHOLDER", "");
    let twin = made.replace("store:9000", "gone:9000");
    let found = manifests(&made);
    assert!(has(&found, &flow), "{flow}\n{found:#?}");
    let twin = twin
        .replace("//store", "//gone")
        .replace("\"store\"", "\"gone\"")
        .replace("[store", "[gone");
    assert!(!has(&manifests(&twin), &flow), "{flow}");
}

#[rstest]
#[case::one_line("host=store", true)]
#[case::of_another_name("colour=store", false)]
fn a_file_may_have_one_line(#[case] line: &str, #[case] holds: bool) {
    let made = SETTINGS
        .replace("app.conf: |\n    # of the shop\n    PLACEHOLDER", &format!("app.conf: {line}"));
    let flow = "Deployment/shop/front > Deployment/shop/store network tcp/9000";
    assert_eq!(has(&manifests(&made), flow), holds);
}

#[rstest]
#[case::named(
    "https://pay/v1",
    "https://other/v1",
    "Deployment/shop/front > Service/shop/pay network tcp/443 yes"
)]
#[case::another_type(
    "type: ExternalName, externalName: pay.example.com, ",
    "",
    "Deployment/shop/front > Service/shop/pay network tcp/443 yes"
)]
fn external_names_are_spoken_to(#[case] from: &str, #[case] to: &str, #[case] line: &str) {
    differs(SETTINGS, from, to, line, manifests);
}

/// What another word for a Service of the cluster leads to, and what policies let out.
#[test]
fn external_names_inside_are_services() {
    let inside =
        SETTINGS.replace("pay.example.com, ports: [{ port: 443 }]", "store.shop.svc.cluster.local");
    let found = manifests(&inside.replace("https://pay/v1", "http://pay:9000/v1"));
    assert!(
        has(&found, "Deployment/shop/front > Deployment/shop/store network tcp/9000 no"),
        "{found:#?}"
    );
    assert!(!has(&found, "Service/shop/pay external"), "{found:#?}");
    let closed = format!(
        "{SETTINGS}---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{ name: shut, namespace: shop }}\nspec: {{ podSelector: {{}}, policyTypes: [Egress] }}\n"
    );
    assert!(!has(&manifests(&closed), "Deployment/shop/front > Service/shop/pay network"));
}

/// A gateway in a namespace of its own, and a route of another one that joins it.
const GATEWAY: &str = r#"
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { entries: allowed } }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge, namespace: edge }
spec:
  gatewayClassName: outer
  listeners:
    - name: web
      port: 443
      protocol: HTTPS
      hostname: "*.shop.example"
      allowedRoutes: { namespaces: { from: All } }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: front, namespace: shop }
spec:
  parentRefs: [{ name: edge, namespace: edge, sectionName: web, port: 443 }]
  hostnames: [www.shop.example]
  rules: [{ backendRefs: [{ name: front, port: 80 }] }]
---
apiVersion: v1
kind: Service
metadata: { name: front, namespace: shop }
spec: { selector: { app: front }, ports: [{ port: 80, targetPort: 8080 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: front, namespace: shop }
spec:
  selector: { matchLabels: { app: front } }
  template:
    metadata: { labels: { app: front } }
    spec:
      containers: [{ name: front, image: "registry.example/front:1.0.0", ports: [{ containerPort: 8080 }] }]
"#;

#[rstest]
#[case::as_written("", "", true)]
#[case::of_its_own_where_nothing_is_said(
    "      allowedRoutes: { namespaces: { from: All } }\n",
    "",
    false
)]
#[case::of_its_own("from: All", "from: Same", false)]
#[case::of_nobody("from: All", "from: None", false)]
#[case::of_those_with_a_label(
    "from: All",
    "from: Selector, selector: { matchLabels: { entries: allowed } }",
    true
)]
#[case::of_those_with_another(
    "from: All",
    "from: Selector, selector: { matchLabels: { entries: other } }",
    false
)]
#[case::in_the_same(
    "metadata: { name: edge, namespace: edge }",
    "metadata: { name: edge, namespace: shop }",
    false
)]
#[case::another_listener("sectionName: web", "sectionName: admin", false)]
#[case::no_listener_named("sectionName: web, port: 443", "", true)]
#[case::another_port("port: 443 }", "port: 8443 }", false)]
#[case::of_another_kind("from: All }", "from: All }, kinds: [{ kind: GRPCRoute }]", false)]
#[case::of_its_kind("from: All }", "from: All }, kinds: [{ kind: HTTPRoute }]", true)]
#[case::of_another_protocol("protocol: HTTPS", "protocol: TCP", false)]
#[case::another_host("[www.shop.example]", "[www.desk.example]", false)]
#[case::any_host("  hostnames: [www.shop.example]\n", "", true)]
fn routes_join_listeners_that_take_them(#[case] from: &str, #[case] to: &str, #[case] holds: bool) {
    let found = manifests(&GATEWAY.replacen(from, to, 1));
    let line = "Gateway/edge/edge > Deployment/shop/front network tcp/8080";
    assert_eq!(has(&found, line), holds, "{found:#?}");
}

/// A role that accounts of a cluster may take, two accounts, neither of which says so.
const LET_IN: &str = r#"
resource "aws_eks_cluster" "own" {
  name     = "own"
  role_arn = "arn:aws:iam::111122223333:role/cluster"
  vpc_config {
    subnet_ids = ["subnet-1", "subnet-2"]
  }
}
resource "aws_iam_openid_connect_provider" "own" {
  url            = aws_eks_cluster.own.identity[0].oidc[0].issuer
  client_id_list = ["sts.amazonaws.com"]
}
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.own.arn]
    }
    condition {
      test     = "StringLike"
      variable = "${replace(aws_iam_openid_connect_provider.own.url, "https://", "")}:sub"
      values   = ["system:serviceaccount:shop:*"]
    }
  }
}
resource "aws_iam_role" "reader" {
  name               = "reader"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
resource "kubernetes_service_account" "front" {
  metadata {
    name      = "front"
    namespace = "shop"
  }
}
resource "kubernetes_service_account" "back" {
  metadata {
    name      = "back"
    namespace = "desk"
  }
}
"#;

#[rstest]
#[case::of_a_namespace("", "", true, false)]
#[case::of_all("serviceaccount:shop:*", "serviceaccount:*:*", true, true)]
#[case::of_a_name_anywhere("serviceaccount:shop:*", "serviceaccount:*:back", false, true)]
#[case::of_one_account("serviceaccount:shop:*", "serviceaccount:shop:front", false, false)]
#[case::a_sign_that_stands_for_itself("\"StringLike\"", "\"StringEquals\"", false, false)]
#[case::all_but_some("\"StringLike\"", "\"StringNotLike\"", false, false)]
#[case::about_whom_it_is_for(":sub\"", ":aud\"", true, true)]
#[case::of_another_issuer(
    "aws_eks_cluster.own.identity[0].oidc[0].issuer",
    "\"https://issuer.example\"",
    false,
    false
)]
fn roles_let_in_accounts_by_patterns(
    #[case] from: &str,
    #[case] to: &str,
    #[case] front: bool,
    #[case] back: bool,
) {
    let found = terraform(&LET_IN.replacen(from, to, 1));
    for (name, holds) in [("front", front), ("back", back)] {
        let line = format!("kubernetes_service_account.{name} > aws_iam_role.reader identity");
        assert_eq!(has(&found, &line), holds, "{line}\n{found:#?}");
    }
}

/// A trust policy whose conditions are not known lets nobody in for sure.
#[test]
fn conditions_not_known_let_nobody_in() {
    let start = LET_IN.find("data \"aws_iam_policy_document\"").unwrap_or_default();
    let end = LET_IN.find("resource \"aws_iam_role\"").unwrap_or_default();
    let written = r#"jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = aws_iam_openid_connect_provider.own.arn }
      Condition = { StringEquals = { "${aws_iam_openid_connect_provider.own.url}:sub" = "system:serviceaccount:shop:one" } }
    }]
  })"#;
    let text = format!("{}{}", &LET_IN[..start], &LET_IN[end..]);
    let found = terraform(&text.replace("data.aws_iam_policy_document.trust.json", written));
    let lets_in = |line: &String| {
        line.contains("> aws_iam_role.reader identity") && line.starts_with("kubernetes_")
    };
    assert!(!found.iter().any(lets_in), "{found:#?}");
}

#[rstest]
#[case::after_a_sign("[\"--password=qT7-harbour-9\"]", "[\"--password=$(STORED)\"]")]
#[case::after_a_flag("[\"--password\", \"qT7-harbour-9\"]", "[\"--password\", \"$(STORED)\"]")]
fn secrets_stand_in_arguments(#[case] written: &str, #[case] handed: &str) {
    let text = HEARING.replace("[serve]", written);
    differs(&text, written, handed, "T008 Deployment/shop/back: ", manifests);
}

/// A secret with the token of an administrator, which a pod mounts.
const TOKEN: &str = r"
apiVersion: v1
kind: Namespace
metadata: {name: ops, labels: {environment: prod}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: operator, namespace: ops}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web, namespace: ops}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: operator}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: ServiceAccount, name: operator, namespace: ops}]
---
apiVersion: v1
kind: Secret
metadata:
  name: ci-token
  namespace: ops
  annotations: {kubernetes.io/service-account.name: operator}
type: kubernetes.io/service-account-token
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: ops}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web
      automountServiceAccountToken: false
      containers:
      - name: web
        image: registry.example.org/web:1
        ports: [{containerPort: 8080}]
        volumeMounts: [{name: t, mountPath: /t}]
      volumes: [{name: t, secret: {secretName: ci-token}}]
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: ops}
spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 443, targetPort: 8080}]}
";

/// Whoever reads the token of an account is it.
#[rstest]
#[case::of_the_type("type: kubernetes.io/service-account-token", "type: Opaque")]
#[case::of_the_account(
    "kubernetes.io/service-account.name: operator",
    "kubernetes.io/service-account.name: another"
)]
fn tokens_stand_for_their_account(#[case] from: &str, #[case] to: &str) {
    let line = "Secret/ops/ci-token > ServiceAccount/ops/operator identity";
    differs(TOKEN, from, to, line, manifests);
}

/// By the token, the way leads to what the account may do.
#[test]
fn ways_by_tokens() {
    let start = "internet > Service/ops/web > Deployment/ops/web > Secret/ops/ci-token > ServiceAccount/ops/operator";
    differs(TOKEN, "name: cluster-admin", "name: view", start, manifests);
}
