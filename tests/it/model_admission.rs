//! What lets things in or keeps them out of what a configuration runs: web firewalls that Ingresses name, admission of pods, hops to a
//! metadata service, who may call a service of the web, whose tokens are taken.

use std::collections::{BTreeMap, BTreeSet};

use rstest::rstest;

use crate::model::model_of;
use crate::model_systems::{has, manifests, terraform};

const ACL: &str = r#"
resource "aws_wafv2_web_acl" "m" {
  name  = "m"
  scope = "REGIONAL"
  default_action {
    allow {}
  }
  rule {
    name     = "attacks"
    priority = 1
    override_action {
      none {}
    }
    statement {
      managed_rule_group_statement {
        vendor_name = "AWS"
        name        = "AWSManagedRulesCommonRuleSet"
      }
    }
  }
  rule {
    name     = "floods"
    priority = 2
    action {
      block {}
    }
    statement {
      rate_based_statement {
        limit = 1000
      }
    }
  }
}
"#;

const WEB_POLICY: &str = r#"
resource "azurerm_web_application_firewall_policy" "m" {
  name                = "m"
  resource_group_name = "shop"
  location            = "westeurope"
  policy_settings {
    mode = "Prevention"
  }
  custom_rules {
    name      = "rate"
    priority  = 10
    rule_type = "RateLimitRule"
    action    = "Block"
    match_conditions {
      operator     = "IPMatch"
      match_values = ["0.0.0.0/0"]
      match_variables { variable_name = "RemoteAddr" }
    }
  }
  managed_rules {
    managed_rule_set {
      version = "3.2"
    }
  }
}
"#;

/// An Ingress with annotations before an application.
const INGRESS: &str = r#"
data "aws_wafv2_web_acl" "o" {
  name  = "others"
  scope = "REGIONAL"
}
resource "kubernetes_deployment_v1" "web" {
  metadata {
    name      = "web"
    namespace = "shop"
  }
  spec {
    selector { match_labels = { app = "web" } }
    template {
      metadata { labels = { app = "web" } }
      spec {
        container {
          name  = "web"
          image = "registry.example.org/web:1"
          port { container_port = 8080 }
        }
      }
    }
  }
}
resource "kubernetes_service_v1" "web" {
  metadata {
    name      = "web"
    namespace = "shop"
  }
  spec {
    selector = { app = "web" }
    port {
      port        = 80
      target_port = 8080
    }
  }
}
resource "kubernetes_ingress_v1" "web" {
  metadata {
    name      = "web"
    namespace = "shop"
    annotations = {
      "alb.ingress.kubernetes.io/scheme" = "internet-facing"
      # NAMED
    }
  }
  spec {
    ingress_class_name = "CLASS"
    tls {
      secret_name = "web"
    }
    rule {
      http {
        path {
          path      = "/"
          path_type = "Prefix"
          backend {
            service {
              name = "web"
              port { number = 80 }
            }
          }
        }
      }
    }
  }
}
"#;

const BY_ARN: &str = "\"alb.ingress.kubernetes.io/wafv2-acl-arn\" = aws_wafv2_web_acl.m.arn";

/// What a firewall does that an Ingress names, it says itself: turns attacks away, limits rates. One elsewhere is thought to block.
#[rstest]
#[case::both(BY_ARN, &[], (false, false))]
#[case::none("", &[], (true, true))]
#[case::only_counts(BY_ARN, &[("none {}", "count {}")], (true, false))]
#[case::no_limit(BY_ARN, &[("block {}", "count {}")], (false, true))]
#[case::only_a_limit(BY_ARN, &[("managed_rule_group_statement", "geo_match_statement")], (true, false))]
#[case::by_name("\"alb.ingress.kubernetes.io/wafv2-acl-name\" = aws_wafv2_web_acl.m.name", &[("none {}", "count {}")], (true, false))]
#[case::another_annotation("\"example.org/wafv2-acl-arn\" = aws_wafv2_web_acl.m.arn", &[], (true, true))]
#[case::from_elsewhere("\"alb.ingress.kubernetes.io/wafv2-acl-arn\" = \"arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/m/1\"", &[], (false, true))]
#[case::looked_up("\"alb.ingress.kubernetes.io/wafv2-acl-arn\" = data.aws_wafv2_web_acl.o.arn", &[], (false, true))]
#[case::switched_off("\"alb.ingress.kubernetes.io/wafv2-acl-arn\" = \"none\"", &[], (true, true))]
#[case::empty("\"alb.ingress.kubernetes.io/wafv2-acl-arn\" = \"\"", &[], (true, true))]
fn web_lists_that_ingresses_name(
    #[case] named: &str,
    #[case] changes: &[(&str, &str)],
    #[case] (attacks, floods): (bool, bool),
) {
    let tree = format!("{INGRESS}{ACL}").replace("# NAMED", named).replace("CLASS", "alb");
    firewalled(tree, changes, (attacks, floods));
}

const BY_PATH: &str = "\"appgw.ingress.kubernetes.io/waf-policy-for-path\" = azurerm_web_application_firewall_policy.m.id";

#[rstest]
#[case::both(BY_PATH, &[], (false, false))]
#[case::only_looks(BY_PATH, &[("\"Prevention\"", "\"Detection\"")], (true, true))]
#[case::no_limit(BY_PATH, &[("\"RateLimitRule\"", "\"MatchRule\"")], (false, true))]
#[case::another_annotation("\"example.org/waf-policy\" = azurerm_web_application_firewall_policy.m.id", &[], (true, true))]
#[case::from_elsewhere("\"appgw.ingress.kubernetes.io/waf-policy-for-path\" = \"/subscriptions/x/m\"", &[], (false, true))]
fn web_policies_that_ingresses_name(
    #[case] named: &str,
    #[case] changes: &[(&str, &str)],
    #[case] found: (bool, bool),
) {
    let tree = format!("{INGRESS}{WEB_POLICY}").replace("# NAMED", named);
    firewalled(tree.replace("CLASS", "azure-application-gateway"), changes, found);
}

fn firewalled(mut tree: String, changes: &[(&str, &str)], (attacks, floods): (bool, bool)) {
    for (from, to) in changes {
        assert_eq!(tree.matches(from).count(), 1, "{from}");
        tree = tree.replace(from, to);
    }
    let made = terraform(&tree);
    let open = |class: &str| has(&made, &format!("{class} kubernetes_ingress_v1.web:"));
    assert_eq!((open("T032"), open("T028")), (attacks, floods), "{made:#?}");
}

/// A namespace that enforces a level, and pods in it that get out to their machine.
const GUARDED: &str = "apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {environment: prod, pod-security.kubernetes.io/enforce: LEVEL}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      automountServiceAccountToken: false
      POD
      containers:
        - name: web
          image: registry.example.org/web:1
          securityContext: {CONTEXT}
          volumeMounts: [{name: v, mountPath: /v}]
      volumes: [{name: v, VOLUME}]
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: kept, namespace: shop}
spec: {volumeName: kept, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: kept}
spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /}}
";

const OUT: &str = "Deployment/shop/web > node identity";
const SAFE: &str = "privileged: false";
const KEPT: &str = "persistentVolumeClaim: {claimName: kept}";
/// What the level `restricted` asks of a container.
const STRICT: &str = "allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: {drop: [ALL]}, seccompProfile: {type: RuntimeDefault}";

fn guarded(level: &str, (pod, context, volume): (&str, &str, &str)) -> String {
    let text = GUARDED.replace("LEVEL", level).replace("CONTEXT", context);
    text.replace("POD", pod).replace("VOLUME", volume)
}

/// Whom admission refuses does not get out: by the level that the namespace enforces, and by what that refuses.
#[rstest]
#[case::no_level("privileged", ("", "privileged: true", "emptyDir: {}"), true)]
#[case::of_no_known_level("strict", ("", "privileged: true", "emptyDir: {}"), true)]
#[case::privileged("baseline", ("", "privileged: true", "emptyDir: {}"), false)]
#[case::privileged_and_restricted("restricted", ("", "privileged: true", "emptyDir: {}"), false)]
#[case::a_path("baseline", ("", SAFE, "hostPath: {path: /}"), false)]
#[case::its_processes("baseline", ("hostPID: true", SAFE, "emptyDir: {}"), false)]
#[case::a_capability("baseline", ("", "capabilities: {add: [SYS_ADMIN]}", "emptyDir: {}"), false)]
// Of volumes of the cluster admission knows nothing.
#[case::a_claim("baseline", ("", SAFE, KEPT), true)]
#[case::a_capability_of_all("baseline", ("", "capabilities: {add: [CHOWN]}", KEPT), true)]
#[case::a_capability_of_few("baseline", ("", "capabilities: {add: [NET_ADMIN]}", KEPT), false)]
#[case::its_network("baseline", ("hostNetwork: true", SAFE, KEPT), false)]
#[case::not_its_network("baseline", ("hostNetwork: false", SAFE, KEPT), true)]
#[case::its_memory("baseline", ("hostIPC: true", SAFE, KEPT), false)]
#[case::a_profile("baseline", ("", "seccompProfile: {type: Unconfined}", KEPT), false)]
#[case::a_setting_of_the_kernel("baseline", ("securityContext: {sysctls: [{name: kernel.msgmax, value: '1'}]}", SAFE, KEPT), false)]
#[case::a_setting_of_its_own("baseline", ("securityContext: {sysctls: [{name: net.ipv4.tcp_syncookies, value: '1'}]}", SAFE, KEPT), true)]
#[case::strict("restricted", ("", STRICT, KEPT), true)]
#[case::strict_by_the_pod("restricted", ("securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}", "allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}", KEPT), true)]
#[case::strict_on_windows("restricted", ("os: {name: windows}", "runAsNonRoot: true", KEPT), true)]
#[case::says_nothing("restricted", ("", SAFE, KEPT), false)]
#[case::says_nothing_to_baseline("baseline", ("", SAFE, KEPT), true)]
#[case::strict_but_root("restricted", ("", "allowPrivilegeEscalation: false, runAsNonRoot: true, runAsUser: 0, capabilities: {drop: [ALL]}, seccompProfile: {type: RuntimeDefault}", KEPT), false)]
#[case::strict_but_raises("restricted", ("", "runAsNonRoot: true, capabilities: {drop: [ALL]}, seccompProfile: {type: RuntimeDefault}", KEPT), false)]
#[case::strict_but_drops_few("restricted", ("", "allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: {drop: [CHOWN]}, seccompProfile: {type: RuntimeDefault}", KEPT), false)]
#[case::strict_but_adds("restricted", ("", "allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: {drop: [ALL], add: [CHOWN]}, seccompProfile: {type: RuntimeDefault}", KEPT), false)]
#[case::strict_and_binds("restricted", ("", "allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}, seccompProfile: {type: RuntimeDefault}", KEPT), true)]
fn whom_admission_refuses(
    #[case] level: &str,
    #[case] pod: (&str, &str, &str),
    #[case] gets_out: bool,
) {
    let made = manifests(&guarded(level, pod));
    assert_eq!(has(&made, OUT), gets_out, "{made:#?}");
}

/// A kind of volume that only the stricter level refuses, beside one that leads out.
#[rstest]
#[case::restricted("restricted", false)]
#[case::baseline("baseline", true)]
fn kinds_of_volumes(#[case] level: &str, #[case] gets_out: bool) {
    let text = guarded(level, ("", STRICT, KEPT));
    let more = "volumes: [{name: n, nfs: {server: files, path: /}}, ";
    assert_eq!(has(&manifests(&text.replace("volumes: [", more)), OUT), gets_out);
}

/// Only what is enforced counts, and only in that namespace.
#[rstest]
#[case::warned_of("security.kubernetes.io/enforce", "security.kubernetes.io/warn")]
#[case::elsewhere("metadata: {name: shop, labels", "metadata: {name: yard, labels")]
fn what_is_enforced(#[case] from: &str, #[case] to: &str) {
    let text = guarded("restricted", ("", "privileged: true", "hostPath: {path: /}"));
    assert_eq!(text.matches(from).count(), 1, "{from}");
    assert!(!has(&manifests(&text), OUT));
    assert!(has(&manifests(&text.replace(from, to)), OUT));
}

/// Threats of breaking out of pods that are not let in are closed, and only these.
#[rstest]
#[case::refused("baseline", false)]
#[case::let_in("privileged", true)]
fn what_breaks_out_of_refused_pods(#[case] level: &str, #[case] is_open: bool) {
    let text = guarded(level, ("", "privileged: true", "hostPath: {path: /}"));
    let made = model_of(&BTreeMap::from([("all.yaml".to_owned(), text)]), None).model;
    let threats = made.threats.iter().filter(|it| &*it.target == "Deployment/shop/web");
    let classes: BTreeSet<&str> = threats.map(|it| &*it.class.id).collect();
    for (class, wanted) in [("T016", is_open), ("T017", is_open), ("T029", true)] {
        assert_eq!(classes.contains(class), wanted, "{class}");
    }
    let mut said = made.coverage.iter().flat_map(|it| &it.mitigations);
    assert_eq!(said.any(|it| &**it == "admission lets in no such pods"), !is_open);
}

/// Who may run pods has what pods there may be and mount, whatever admission asks of these.
#[rstest]
#[case::some_refused("baseline")]
#[case::none_refused("privileged")]
fn who_runs_pods_acts_as_accounts(#[case] level: &str) {
    let made = manifests(&RUNNER.replace("LEVEL", level));
    for line in [
        "ServiceAccount/ops/bot > ServiceAccount/pay/books identity",
        "ServiceAccount/ops/bot > PersistentVolumeClaim/pay/data permission",
    ] {
        assert!(has(&made, line), "{made:#?}");
    }
}

const RUNNER: &str = "apiVersion: v1
kind: Namespace
metadata: {name: pay, labels: {pod-security.kubernetes.io/enforce: LEVEL}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: bot, namespace: ops}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: books, namespace: pay}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: pay}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: runner, namespace: pay}
rules: [{apiGroups: [''], resources: [pods], verbs: [create]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: runner, namespace: pay}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: runner}
subjects: [{kind: ServiceAccount, name: bot, namespace: ops}]
";

/// Pods of a cluster whose policy lets them ask for what their machines have.
const ASKING: &str = r#"
resource "kubernetes_deployment_v1" "api" {
  metadata {
    name      = "api"
    namespace = "shop"
  }
  spec {
    selector { match_labels = { app = "api" } }
    template {
      metadata { labels = { app = "api" } }
      spec {
        host_network = false
        container {
          name  = "api"
          image = "registry.example.org/api:1"
        }
      }
    }
  }
}
resource "kubernetes_network_policy_v1" "out" {
  metadata {
    name      = "out"
    namespace = "shop"
  }
  spec {
    pod_selector {}
    policy_types = ["Egress"]
    egress {
      to {
        ip_block {
          cidr   = "0.0.0.0/0"
          except = ["10.0.0.0/8"]
        }
      }
    }
  }
}
"#;

const AMAZON: &str = r#"
resource "aws_iam_role" "c" {
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }] })
}
resource "aws_eks_cluster" "m" {
  name     = "m"
  role_arn = aws_iam_role.c.arn
  vpc_config { subnet_ids = ["subnet-1"] }
}
resource "aws_launch_template" "n" {
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }
}
resource "aws_eks_node_group" "n" {
  cluster_name  = aws_eks_cluster.m.name
  node_role_arn = aws_iam_role.c.arn
  subnet_ids    = ["subnet-1"]
  launch_template {
    id      = aws_launch_template.n.id
    version = "1"
  }
}
# MORE
"#;

const GOOGLE: &str = r#"
resource "google_container_cluster" "m" {
  name                     = "m"
  location                 = "europe-west4"
  remove_default_node_pool = true
  workload_identity_config {
    workload_pool = "acme.svc.id.goog"
  }
}
resource "google_container_node_pool" "n" {
  cluster = google_container_cluster.m.id
  node_config {
    # MODE
  }
}
# MORE
"#;

const OWN: &str = "workload_metadata_config {\n      mode = \"GKE_METADATA\"\n    }";
const SHOWN: &str = "workload_metadata_config {\n      mode = \"GCE_METADATA\"\n    }";
const POOL: &str = "resource \"aws_eks_node_group\" \"o\" {\n  cluster_name  = aws_eks_cluster.m.name\n  node_role_arn = aws_iam_role.c.arn\n  subnet_ids    = [\"subnet-1\"]\n}";
const CLUSTER: &str = "resource \"aws_eks_cluster\" \"o\" {\n  name     = \"o\"\n  role_arn = aws_iam_role.c.arn\n  vpc_config { subnet_ids = [\"subnet-1\"] }\n}";

/// Where no machine gives its credentials to pods, nobody takes these by a policy that lets pods ask.
#[rstest]
#[case::kept(AMAZON, &[], false)]
#[case::one_more_hop(AMAZON, &[("hop_limit = 1", "hop_limit = 2")], true)]
#[case::no_word_of_hops(AMAZON, &[("    http_put_response_hop_limit = 1\n", "")], true)]
#[case::no_token(AMAZON, &[("\"required\"", "\"optional\"")], true)]
#[case::no_answer_at_all(AMAZON, &[("\"required\"", "\"optional\""), ("\"enabled\"", "\"disabled\"")], false)]
#[case::another_template(AMAZON, &[("id      = aws_launch_template.n.id", "id      = \"lt-1\"")], true)]
#[case::more_machines(AMAZON, &[("# MORE", POOL)], true)]
#[case::machines_of_its_own(AMAZON, &[("vpc_config {", "compute_config {\n    enabled = true\n  }\n  vpc_config {")], true)]
#[case::another_cluster(AMAZON, &[("# MORE", CLUSTER)], true)]
#[case::own_identities(GOOGLE, &[], false)]
#[case::said_of_the_pool(GOOGLE, &[("# MODE", OWN), ("workload_identity_config {\n    workload_pool = \"acme.svc.id.goog\"\n  }", "")], false)]
#[case::shown_to_the_pool(GOOGLE, &[("# MODE", SHOWN)], true)]
#[case::no_identities(GOOGLE, &[("workload_identity_config {\n    workload_pool = \"acme.svc.id.goog\"\n  }", "")], true)]
#[case::default_machines_too(GOOGLE, &[("remove_default_node_pool = true", "remove_default_node_pool = false")], false)]
#[case::default_machines_apart(GOOGLE, &[("remove_default_node_pool = true", "node_config {\n    workload_metadata_config {\n      mode = \"GCE_METADATA\"\n    }\n  }")], true)]
fn who_gets_credentials_of_machines(
    #[case] cluster: &str,
    #[case] changes: &[(&str, &str)],
    #[case] gets: bool,
) {
    let mut tree = format!("{cluster}{ASKING}");
    for (from, to) in changes {
        assert_eq!(tree.matches(from).count(), 1, "{from}");
        tree = tree.replace(from, to);
    }
    let made = terraform(&tree);
    assert_eq!(has(&made, "T014 kubernetes_deployment_v1.api:"), gets, "{made:#?}");
}

/// On the network of its machine, a pod is no further away than the machine itself.
#[rstest]
#[case::of_its_own("host_network = false", true)]
#[case::of_the_machine("host_network = true", false)]
fn on_which_network_a_pod_stands(#[case] network: &str, #[case] kept: bool) {
    let tree = format!("{AMAZON}{ASKING}").replace("host_network = false", network);
    let made = model_of(&BTreeMap::from([("main.tf".to_owned(), tree)]), None).model;
    let pods = made.assets.iter().find(|it| &*it.id == "kubernetes_deployment_v1.api").unwrap();
    let said = pods.properties.iter().any(|(name, _)| &**name == "kept_from_machine");
    assert_eq!(said, kept);
}

/// A function that an event starts, and who may call it.
const FUNCTION: &str = r#"
resource "google_pubsub_topic" "t" { name = "t" }
resource "google_service_account" "f" { account_id = "f" }
resource "google_cloudfunctions2_function" "f" {
  name     = "f"
  location = "europe-west4"
  service_config {
    ingress_settings      = "ALLOW_ALL"
    service_account_email = google_service_account.f.email
  }
  event_trigger {
    event_type   = "google.cloud.pubsub.topic.v1.messagePublished"
    pubsub_topic = google_pubsub_topic.t.id
  }
}
resource "google_cloud_run_service_iam_member" "i" {
  service  = google_cloudfunctions2_function.f.name
  location = "europe-west4"
  role     = "roles/run.invoker"
  member   = "allUsers"
}
"#;

/// Events come to a function of the second generation at an address of the web, to which comes whoever may call.
#[rstest]
#[case::everybody(&[], true, true)]
#[case::without_a_trigger(&[("event_trigger {\n    event_type   = \"google.cloud.pubsub.topic.v1.messagePublished\"\n    pubsub_topic = google_pubsub_topic.t.id\n  }", "")], true, true)]
#[case::its_own_account(&[("\"allUsers\"", "google_service_account.f.member")], true, false)]
#[case::nobody_outside(&[("\"ALLOW_ALL\"", "\"ALLOW_INTERNAL_ONLY\"")], false, false)]
fn functions_that_events_start(
    #[case] changes: &[(&str, &str)],
    #[case] arrives: bool,
    #[case] is_open: bool,
) {
    let mut tree = FUNCTION.to_owned();
    for (from, to) in changes {
        assert_eq!(tree.matches(from).count(), 1, "{from}");
        tree = tree.replace(from, to);
    }
    let made = terraform(&tree);
    let own = "google_cloudfunctions2_function.f";
    assert_eq!(has(&made, &format!("internet > {own} network tcp/443")), arrives, "{made:#?}");
    assert_eq!(has(&made, &format!("T032 {own}:")), is_open, "{made:#?}");
    assert_eq!(has(&made, &format!("T028 {own}:")), is_open, "{made:#?}");
}

/// A service that answers on the internet, with data that it may read.
const RUN: &str = r#"
provider "google" {
  project = "acme-prod"
}
resource "google_service_account" "api" { account_id = "api" }
resource "google_cloud_run_v2_service" "api" {
  name     = "api"
  location = "europe-west4"
  ingress  = "INGRESS_TRAFFIC_ALL"
  template {
    service_account = google_service_account.api.email
    containers { image = "api" }
  }
}
resource "google_storage_bucket" "b" {
  name     = "b"
  location = "EU"
  labels   = { data = "confidential" }
}
resource "google_storage_bucket_iam_member" "b" {
  bucket = google_storage_bucket.b.name
  role   = "roles/storage.objectUser"
  member = google_service_account.api.member
}
resource "google_cloud_run_v2_service_iam_member" "i" {
  name     = google_cloud_run_v2_service.api.name
  location = "europe-west4"
  role     = "roles/run.invoker"
  member   = "MEMBER"
}
"#;

/// Where programs alone may call, of whatever project, nobody else from the internet gets in.
#[rstest]
#[case::a_program_of_others("serviceAccount:front@other-prj.iam.gserviceaccount.com", false)]
#[case::a_program_of_its_own("serviceAccount:front@acme-prod.iam.gserviceaccount.com", false)]
#[case::everybody("allUsers", true)]
#[case::whoever_has_an_account("allAuthenticatedUsers", true)]
#[case::people("group:staff@example.org", true)]
#[case::somebody("user:ada@example.org", true)]
fn whom_a_service_answers(#[case] member: &str, #[case] is_open: bool) {
    let made = terraform(&RUN.replace("MEMBER", member));
    let path = "internet > google_cloud_run_v2_service.api > google_service_account.api > google_storage_bucket.b:";
    assert_eq!(has(&made, "T032 google_cloud_run_v2_service.api:"), is_open, "{made:#?}");
    assert_eq!(has(&made, path), is_open, "{made:#?}");
}

/// Who may call from another project is there, and beside everybody nobody matters.
#[test]
fn a_program_of_others_calls() {
    let member = "serviceAccount:front@other-prj.iam.gserviceaccount.com";
    let line = format!("{member} > google_cloud_run_v2_service.api permission");
    assert!(has(&terraform(&RUN.replace("MEMBER", member)), &line));
    let both = RUN.replace("_iam_member\" \"i\"", "_iam_binding\" \"i\"");
    let both = both.replace("member   = \"MEMBER\"", "members  = [\"allUsers\", \"MEMBER\"]");
    let made = terraform(&both.replace("MEMBER", member));
    assert!(has(&made, "T032 google_cloud_run_v2_service.api:"), "{made:#?}");
}

/// A secret, and an account of a cluster that may read it.
const READER: &str = r#"
data "google_project" "this" {}
variable "other" {
  type = string
}
resource "google_secret_manager_secret" "db" {
  secret_id = "db"
  replication {
    auto {}
  }
}
resource "kubernetes_service_account_v1" "api" {
  metadata {
    name      = "api"
    namespace = "shop"
  }
}
resource "google_secret_manager_secret_iam_member" "api" {
  secret_id = google_secret_manager_secret.db.id
  role      = "roles/secretmanager.secretAccessor"
  member    = "MEMBER"
}
"#;

/// The end of a member says which account of a cluster it is, though its project is not known.
#[rstest]
#[case::by_number(
    "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/acme.svc.id.goog/subject/ns/shop/sa/api",
    true
)]
#[case::by_a_number_to_come(
    "principal://iam.googleapis.com/projects/${data.google_project.this.number}/locations/global/workloadIdentityPools/acme.svc.id.goog/subject/ns/shop/sa/api",
    true
)]
#[case::of_a_pool_to_come(
    "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/${var.other}.svc.id.goog/subject/ns/shop/sa/api",
    true
)]
#[case::the_old_way("serviceAccount:${var.other}.svc.id.goog[shop/api]", true)]
#[case::another_account(
    "principal://iam.googleapis.com/projects/${data.google_project.this.number}/locations/global/workloadIdentityPools/acme.svc.id.goog/subject/ns/shop/sa/web",
    false
)]
#[case::another_namespace(
    "principal://iam.googleapis.com/projects/${data.google_project.this.number}/locations/global/workloadIdentityPools/acme.svc.id.goog/subject/ns/yard/sa/api",
    false
)]
#[case::a_namespace_to_come(
    "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/acme.svc.id.goog/subject/ns/${var.other}/sa/api",
    false
)]
#[case::another_kind("user:${var.other}.svc.id.goog[shop/api]", false)]
#[case::another_pool(
    "principal://iam.googleapis.com/projects/${data.google_project.this.number}/locations/global/workloadIdentityPools/acme/subject/ns/shop/sa/api",
    false
)]
fn which_account_a_member_is(#[case] member: &str, #[case] reads: bool) {
    let made = terraform(&READER.replace("MEMBER", member));
    let line = "kubernetes_service_account_v1.api > google_secret_manager_secret.db permission";
    assert_eq!(has(&made, line), reads, "{made:#?}");
}

const REGISTRIES: &str = r#"
provider "google" {
  project = "acme-prod"
  region  = "europe-west4"
}
resource "google_artifact_registry_repository" "apps" {
  repository_id = "apps"
  location      = "europe-west4"
  format        = "DOCKER"
}
resource "azurerm_container_registry" "apps" {
  name                = "acmeapps"
  resource_group_name = "apps"
  location            = "westeurope"
  sku                 = "Basic"
}
resource "google_cloud_run_v2_service" "api" {
  name     = "api"
  location = "europe-west4"
  template {
    containers { image = "IMAGE" }
  }
}
resource "kubernetes_pod_v1" "api" {
  metadata {
    name      = "api"
    namespace = "shop"
  }
  spec {
    container {
      name  = "api"
      image = "IMAGE"
    }
  }
}
resource "azurerm_linux_web_app" "api" {
  name                = "api"
  resource_group_name = "apps"
  location            = "westeurope"
  service_plan_id     = "p"
  site_config {
    application_stack {
      docker_image_name   = "api:1"
      docker_registry_url = "https://acmeapps.azurecr.io"
    }
  }
}
"#;

const OF_GOOGLE: &str = "google_artifact_registry_repository.apps";
const OF_AZURE: &str = "azurerm_container_registry.apps";

/// Images lie in the registry at whose address they are written.
#[rstest]
#[case::a_tag("europe-west4-docker.pkg.dev/acme-prod/apps/api:1.2", &[], Some(OF_GOOGLE))]
#[case::a_folder("europe-west4-docker.pkg.dev/acme-prod/apps/shop/api", &[], Some(OF_GOOGLE))]
#[case::another_place("europe-west1-docker.pkg.dev/acme-prod/apps/api:1.2", &[], None)]
#[case::another_project("europe-west4-docker.pkg.dev/acme-test/apps/api:1.2", &[], None)]
#[case::another_repository("europe-west4-docker.pkg.dev/acme-prod/apps2/api:1.2", &[], None)]
#[case::a_place_of_the_provider("europe-west4-docker.pkg.dev/acme-prod/apps/api:1.2", &[("  location      = \"europe-west4\"\n", "")], Some(OF_GOOGLE))]
#[case::a_project_of_its_own("europe-west4-docker.pkg.dev/acme-prod/apps/api:1.2", &[("format        = \"DOCKER\"", "project = \"acme-test\"")], None)]
#[case::a_project_not_known("europe-west4-docker.pkg.dev/acme-prod/apps/api:1.2", &[("  project = \"acme-prod\"\n", "")], None)]
#[case::two_of_one_address("europe-west4-docker.pkg.dev/acme-prod/apps/api:1.2", &[("resource \"azurerm_container_registry\"", "resource \"google_artifact_registry_repository\" \"more\" {\n  repository_id = \"apps\"\n  location = \"europe-west4\"\n  format = \"DOCKER\"\n}\nresource \"azurerm_container_registry\"")], None)]
#[case::of_azure("acmeapps.azurecr.io/api@sha256:0000000000000000000000000000000000000000000000000000000000000000", &[], Some(OF_AZURE))]
#[case::of_somebody_else("otherapps.azurecr.io/api:1", &[], None)]
#[case::of_docker("docker.io/library/acmeapps.azurecr.io/api:1", &[], None)]
fn where_images_lie(
    #[case] image: &str,
    #[case] changes: &[(&str, &str)],
    #[case] registry: Option<&str>,
) {
    let mut tree = REGISTRIES.to_owned();
    for (from, to) in changes {
        assert_eq!(tree.matches(from).count(), 1, "{from}");
        tree = tree.replace(from, to);
    }
    let made = terraform(&tree.replace("IMAGE", image));
    for user in ["google_cloud_run_v2_service.api", "kubernetes_pod_v1.api"] {
        for own in [OF_GOOGLE, OF_AZURE] {
            let line = format!("{own} > {user} supply_chain");
            assert_eq!(has(&made, &line), registry == Some(own), "{line} {made:#?}");
        }
    }
    // An address by itself, with a scheme before it.
    assert!(has(&made, &format!("{OF_AZURE} > azurerm_linux_web_app.api supply_chain")));
}
