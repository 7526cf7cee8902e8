//! Kubernetes manifests: what is one, what becomes of it, which documents there are, and what refers to what.

use std::sync::Arc;

use dreadnought::document::{Document, Pointer, Resource};
use dreadnought::normalize::kubernetes::{
    Claims, Detection, Manifest, detect, looks_like_template, normalize,
};
use dreadnought::source::{SourceFile, Sources};
use dreadnought::syntax::{Node, yaml};
use insta::assert_snapshot;
use proptest::prelude::*;
use rstest::rstest;

fn trees(text: &str) -> Vec<Node> {
    let file = Sources::default().add(SourceFile::new("manifest.yaml", text));
    let (trees, problems) = yaml::parse(file, text);
    assert_eq!(problems, Vec::new());
    trees
}

/// Documents from files of manifests, by path and text.
fn documents(files: &[(&str, &str)]) -> Vec<Document> {
    let mut sources = Sources::default();
    let mut manifests = Vec::new();
    for (path, text) in files {
        let file = sources.add(SourceFile::new(*path, *text));
        for node in yaml::parse(file, text).0 {
            manifests.push(Manifest { file, path: Arc::from(*path), node });
        }
    }
    normalize(&manifests)
}

fn document(text: &str) -> Document {
    let mut documents = documents(&[("manifest.yaml", text)]);
    assert_eq!(documents.len(), 1);
    documents.remove(0)
}

fn resource(text: &str) -> Resource {
    let mut document = document(text);
    assert_eq!(document.resources.len(), 1);
    document.resources.remove(0)
}

fn addresses(document: &Document) -> Vec<&str> {
    document.resources.iter().map(|it| &*it.address).collect()
}

fn find<'a>(document: &'a Document, address: &str) -> &'a Resource {
    document.resources.iter().find(|it| &*it.address == address).unwrap()
}

/// The line that a place starts on, as it is written.
fn line_at<'a>(resource: &Resource, text: &'a str, pointer: &str) -> &'a str {
    let place = resource.place_of(&Pointer::parse(pointer).unwrap());
    let file = SourceFile::new("manifest.yaml", text);
    let line = file.position(place.span.start).line as usize;
    text.lines().nth(line - 1).unwrap().trim()
}

fn object(kind: &str, name: &str) -> String {
    format!("apiVersion: v1\nkind: {kind}\nmetadata: {{name: {name}}}\n")
}

#[rstest]
#[case::object("{apiVersion: v1, kind: Pod, metadata: {name: a}}", Detection::Manifest)]
#[case::foreign("{apiVersion: example.org/v1, kind: Thing, metadata: {}}", Detection::Manifest)]
#[case::list("{apiVersion: v1, kind: List, items: []}", Detection::Manifest)]
#[case::empty("", Detection::NotKubernetes)]
#[case::values("{image: nginx, replicas: 1}", Detection::NotKubernetes)]
#[case::chart("{apiVersion: v2, name: app, version: 1.0.0}", Detection::NotKubernetes)]
#[case::kustomization(
    "{apiVersion: kustomize.config.k8s.io/v1beta1, kind: Kustomization, metadata: {name: a}}",
    Detection::NotKubernetes
)]
#[case::tool_settings("{apiVersion: skaffold/v4beta1, kind: Config}", Detection::NotKubernetes)]
#[case::transformer(
    "{apiVersion: builtin, kind: LabelTransformer, metadata: {name: a}}",
    Detection::NotKubernetes
)]
#[case::settings_of_a_tool(
    "{apiVersion: tool/v1, kind: Config, metadata: {}}",
    Detection::NotKubernetes
)]
#[case::group_of_kubernetes(
    "{apiVersion: apps/v1, kind: Deployment, metadata: {}}",
    Detection::Manifest
)]
#[case::kind_is_a_map("{apiVersion: v1, kind: {}, metadata: {}}", Detection::NotKubernetes)]
#[case::sequence("[apiVersion, kind]", Detection::NotKubernetes)]
fn recognises_manifests_by_content(#[case] text: &str, #[case] expected: Detection) {
    let found = trees(text).first().map_or(Detection::NotKubernetes, detect);
    assert_eq!(found, expected);
}

#[rstest]
#[case("name: {{ .Release.Name }}", true)]
#[case("{% if x %}\na: 1\n{% endif %}", true)]
#[case("a: {b: {c: 1}}", false)]
#[case("a: {{ b", false)]
fn recognises_templates(#[case] text: &str, #[case] expected: bool) {
    assert_eq!(looks_like_template(text), expected);
}

#[rstest]
#[case("charts/app/Chart.yaml", "name: app", "charts/app/templates/deploy.yaml", true)]
#[case("charts/app/Chart.yaml", "name: app", "charts/app/charts/x/templates/a.yaml", false)]
#[case("charts/app/Chart.yaml", "name: app", "charts/app/crds/crd.yaml", false)]
#[case("charts/app/Chart.yaml", "name: app", "other/templates/deploy.yaml", false)]
#[case("Chart.yaml", "name: app", "templates/sub/deploy.yaml", true)]
#[case("Chart.yaml", "kind: Something", "templates/deploy.yaml", false)]
fn charts_claim_their_templates(
    #[case] chart: &str,
    #[case] content: &str,
    #[case] path: &str,
    #[case] expected: bool,
) {
    let mut claims = Claims::default();
    claims.add(chart, trees(content).first());
    assert_eq!(claims.is_chart_template(path), expected);
}

#[test]
fn a_chart_that_does_not_parse_is_a_chart() {
    let mut claims = Claims::default();
    claims.add("app/Chart.yaml", None);
    assert!(claims.is_chart_template("app/templates/a.yaml"));
}

#[rstest]
#[case("patchesStrategicMerge: [replicas.yaml]", true)]
#[case("patches: [{path: ./replicas.yaml}]", true)]
#[case("patches: [{path: ../prod/replicas.yaml, target: {kind: Deployment}}]", true)]
#[case("patches: [{patch: 'kind: Deployment'}]", false)]
#[case("resources: [replicas.yaml]", false)]
fn kustomizations_claim_their_patches(#[case] content: &str, #[case] expected: bool) {
    let mut claims = Claims::default();
    claims.add("prod/kustomization.yaml", trees(content).first());
    assert_eq!(claims.is_patch("prod/replicas.yaml"), expected);
}

#[rstest]
#[case("yes", "true")]
#[case("y", "true")]
#[case("On", "true")]
#[case("off", "false")]
#[case("N", "false")]
#[case("'yes'", "\"yes\"")]
#[case("!!str yes", "\"yes\"")]
#[case("yEs", "\"yEs\"")]
#[case("~", "null")]
#[case("", "null")]
#[case("null", "null")]
#[case("nil", "\"nil\"")]
#[case("0644", "420")]
#[case("0o17", "15")]
#[case("-0x1f", "-31")]
#[case("0b101", "5")]
#[case("1_000", "1000")]
#[case("089", "89")]
#[case("1e3", "1000")]
#[case("1.50", "1.5")]
#[case(".5", "0.5")]
#[case("1.2.3", "\"1.2.3\"")]
#[case("10.0.0.1", "\"10.0.0.1\"")]
#[case("1:30", "\"1:30\"")]
#[case("2001-12-14", "\"2001-12-14\"")]
#[case("64Mi", "\"64Mi\"")]
#[case("100m", "\"100m\"")]
#[case(".inf", "\".inf\"")]
#[case("9223372036854775807", "9223372036854775807")]
#[case("99999999999999999999", "1e20")]
#[case("\"08\"", "\"08\"")]
fn scalars_are_read_as_kubernetes_reads_them(#[case] written: &str, #[case] expected: &str) {
    let text = format!("{}spec: {written}\n", object("Thing", "a"));
    let found = resource(&text).attributes.get("spec").map(|value| value.to_json().to_string());
    let expected: serde_json::Value = serde_json::from_str(expected).unwrap();
    assert_eq!(found, Some(expected.to_string()));
}

#[test]
fn keys_are_texts_and_the_last_of_equals_holds() {
    let text = format!("{}spec:\n  on: 1\n  0x10: 2\n  a: 3\n  a: 4\n", object("Thing", "a"));
    let found = resource(&text);
    let spec = found.attributes.get("spec").unwrap().to_json();
    assert_eq!(spec.to_string(), r#"{"16":2,"a":4,"true":1}"#);
    assert_eq!(line_at(&found, &text, "/spec/a"), "a: 4");
}

#[rstest]
#[case("v1", "Pod", "name: a", "Pod/default/a", "Pod")]
#[case("v1", "Pod", "{name: a, namespace: shop}", "Pod/shop/a", "Pod")]
#[case("v1", "Namespace", "name: shop", "Namespace/shop", "Namespace")]
#[case(
    "rbac.authorization.k8s.io/v1",
    "ClusterRole",
    "{name: a, namespace: x}",
    "ClusterRole/a",
    "ClusterRole"
)]
#[case("cert-manager.io/v1", "Issuer", "name: a", "Issuer/default/a", "Issuer")]
#[case("cert-manager.io/v1", "ClusterIssuer", "name: a", "ClusterIssuer/a", "ClusterIssuer")]
#[case("cluster.x-k8s.io/v1", "Cluster", "{name: a, namespace: b}", "Cluster/b/a", "Cluster")]
#[case(
    "serving.knative.dev/v1",
    "Service",
    "name: a",
    "Service.serving.knative.dev/default/a",
    "Service.serving.knative.dev"
)]
#[case("extensions/v1beta1", "Ingress", "name: a", "Ingress/default/a", "Ingress")]
#[case("batch/v1", "Job", "generateName: pi-", "Job/default/pi-*", "Job")]
#[case("v1", "Pod", "name: 12", "Pod/default/12", "Pod")]
#[case("v1", "Pod", "labels: {}", "Pod/default/*", "Pod")]
fn addresses_say_kind_namespace_and_name(
    #[case] version: &str,
    #[case] kind: &str,
    #[case] metadata: &str,
    #[case] address: &str,
    #[case] expected_kind: &str,
) {
    let metadata = metadata.trim_start_matches('{').trim_end_matches('}');
    let metadata = if metadata == "labels: {" { "labels: {}" } else { metadata };
    let text = format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{{metadata}}}\n");
    let found = resource(&text);
    assert_eq!((&*found.address, &*found.kind), (address, expected_kind));
}

#[test]
fn a_definition_says_whether_its_kind_has_namespaces() {
    let found = document(
        "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: x},
         spec: {group: example.org, scope: Cluster, names: {kind: Thing}}}
---
{apiVersion: example.org/v1, kind: Thing, metadata: {name: a}}
---
{apiVersion: other.org/v1, kind: Thing, metadata: {name: a}}",
    );
    let expected = ["CustomResourceDefinition/x", "Thing/a", "Thing/default/a"];
    assert_eq!(addresses(&found), expected);
}

#[test]
fn lists_are_flattened_and_dashes_in_texts_divide_nothing() {
    let found = document(
        "apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: PodList, items: [{apiVersion: v1, kind: Pod, metadata: {name: a}}]}
  - {apiVersion: v1, kind: Pod, metadata: {name: b}}
  - nothing
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
data:
  inner: |
    ---
    kind: Mapping
    ---
",
    );
    assert_eq!(addresses(&found), ["ConfigMap/default/c", "Pod/default/a", "Pod/default/b"]);
}

#[test]
fn one_object_written_twice_in_a_file_is_two_resources() {
    let pod = object("Pod", "a");
    let found = document(&format!("{pod}---\n{pod}"));
    assert_eq!(addresses(&found), ["Pod/default/a", "Pod/default/a#2"]);
    assert!(found.resources[0].place.span.start < found.resources[1].place.span.start);
}

#[test]
fn a_namespace_written_twice_divides_nothing() {
    let namespace = object("Namespace", "a");
    let found = documents(&[("a/x.yaml", &namespace), ("b/x.yaml", &namespace)]);
    assert_eq!(found.len(), 1);
}

/// `root: addresses` of every document.
fn outline(files: &[&str]) -> String {
    let texts: Vec<(String, String)> = files
        .iter()
        .map(|file| {
            let (path, name) = file.rsplit_once('=').unwrap();
            (path.to_owned(), object("Pod", name))
        })
        .collect();
    let files: Vec<(&str, &str)> = texts.iter().map(|(a, b)| (&**a, &**b)).collect();
    let of = |it: &Document| format!("{}: {}", it.root, addresses(it).join(" "));
    documents(&files).iter().map(of).collect::<Vec<_>>().join("\n").replace("Pod/default/", "")
}

#[rstest]
#[case::siblings_are_one(&["a/x.yaml=x", "b/c/w.yaml=w", "z.yaml=z"], ".: w x z")]
#[case::contradicting_siblings(&["dev/x.yaml=x", "prod/x.yaml=x"], "dev: x\nprod: x")]
#[case::what_lies_above_belongs_to_each(
    &["dev/x.yaml=x", "prod/x.yaml=x", "all.yaml=all"],
    "dev: all x\nprod: all x"
)]
#[case::others_stay_together(
    &["dev/x.yaml=x", "prod/x.yaml=x", "all.yaml=all", "net/w.yaml=w", "db/z.yaml=z"],
    ".: all w z\ndev: all x\nprod: all x"
)]
#[case::only_the_contradiction_is_divided(
    &["apps/web/dev/x.yaml=x", "apps/web/prod/x.yaml=x", "apps/db/w.yaml=w", "net/z.yaml=z"],
    ".: z\napps: w\napps/web/dev: x\napps/web/prod: x"
)]
#[case::an_overlay_of_what_lies_above(
    &["x.yaml=x", "w.yaml=w", "prod/x.yaml=x"],
    "prod: w x\nx.yaml: w x"
)]
#[case::alternative_files(
    &["install.yaml=x", "install-ha.yaml=x", "crd.yaml=w"],
    "install-ha.yaml: w x\ninstall.yaml: w x"
)]
fn documents_divide_where_folders_contradict(#[case] files: &[&str], #[case] expected: &str) {
    assert_eq!(outline(files), expected);
    let reversed: Vec<&str> = files.iter().rev().copied().collect();
    assert_eq!(outline(&reversed), expected);
}

#[test]
fn no_manifest_gives_no_document() {
    assert!(normalize(&[]).is_empty());
}

const STORE: &str = "\
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: store
  namespace: data
  labels: {app: store, env: prod}
spec:
  template:
    metadata:
      labels: {app: store}
    spec:
      securityContext:
        runAsNonRoot: true
        runAsUser: 1000
        windowsOptions: {hostProcess: true, runAsUserName: a}
      volumes:
        - name: tmp
          emptyDir: {}
      initContainers:
        - name: seed
          image: registry.example/seed:2.0.0
        - {name: proxy, restartPolicy: Always}
      containers:
        - name: db
          securityContext:
            runAsUser: 0
            windowsOptions: {hostProcess: false}
      ephemeralContainers:
        - name: shell
";

#[test]
fn the_pod_view_has_all_containers_with_their_context() {
    let store = resource(STORE);
    let containers = store.parsed.at(&Pointer::parse("/pod/containers").unwrap()).unwrap();
    let lines: Vec<String> =
        containers.as_array().unwrap().iter().map(|it| it.to_json().to_string()).collect();
    assert_snapshot!(lines.join("\n"), @r#"
    {"at":"/spec/template/spec/initContainers/0","context":{"runAsNonRoot":true,"runAsUser":1000,"windowsOptions":{"hostProcess":true,"runAsUserName":"a"}},"image":"registry.example/seed:2.0.0","kind":"init","name":"seed"}
    {"at":"/spec/template/spec/initContainers/1","context":{"runAsNonRoot":true,"runAsUser":1000,"windowsOptions":{"hostProcess":true,"runAsUserName":"a"}},"kind":"sidecar","name":"proxy","restartPolicy":"Always"}
    {"at":"/spec/template/spec/containers/0","context":{"runAsNonRoot":true,"runAsUser":0,"windowsOptions":{"hostProcess":false,"runAsUserName":"a"}},"kind":"container","name":"db","securityContext":{"runAsUser":0,"windowsOptions":{"hostProcess":false}}}
    {"at":"/spec/template/spec/ephemeralContainers/0","context":{"runAsNonRoot":true,"runAsUser":1000,"windowsOptions":{"hostProcess":true,"runAsUserName":"a"}},"kind":"ephemeral","name":"shell"}
    "#);
    let pod = store.parsed.get("pod").unwrap();
    assert_snapshot!(pod.get("volumes").unwrap().to_json().to_string(), @r#"[{"at":"/spec/template/spec/volumes/0","emptyDir":{},"name":"tmp"}]"#);
    assert_eq!(store.parsed.get("pods").unwrap().as_array().unwrap().len(), 1);
    assert_eq!(store.scope.namespace.as_deref(), Some("data"));
    assert_eq!(store.scope.environment.as_deref(), Some("prod"));
    assert_eq!(store.tags.len(), 2);
}

#[rstest]
#[case("Pod", "spec: {containers: [{name: a}]}", Some("/spec/containers/0"))]
#[case(
    "Job",
    "spec: {template: {spec: {containers: [{name: a}]}}}",
    Some("/spec/template/spec/containers/0")
)]
#[case(
    "CronJob",
    "spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: a}]}}}}}",
    Some("/spec/jobTemplate/spec/template/spec/containers/0")
)]
#[case("Service", "spec: {containers: [{name: a}]}", None)]
#[case("Pod", "spec: null", None)]
#[case("Pod", "spec: [a]", None)]
#[case("Pod", "spec: {containers: {a: b}}", None)]
#[case("Pod", "spec: {containers: [a, 1, null]}", None)]
fn every_workload_has_a_pod_view(
    #[case] kind: &str,
    #[case] spec: &str,
    #[case] expected: Option<&str>,
) {
    let found = resource(&format!("{}{spec}\n", object(kind, "a")));
    let containers = found.parsed.at(&Pointer::parse("/pod/containers").unwrap());
    let first = containers.and_then(|it| it.as_array()?.first()?.get("at")?.as_str());
    assert_eq!(first, expected);
}

#[rstest]
#[case("", "kind: StatefulSet")]
#[case("/metadata", "metadata:")]
#[case("/metadata/name", "name: store")]
#[case("/metadata/annotations", "metadata:")]
#[case("/spec/template/spec/initContainers/0", "- name: seed")]
#[case("/spec/template/spec/initContainers/0/securityContext/privileged", "- name: seed")]
#[case(
    "/spec/template/spec/initContainers/1/restartPolicy",
    "- {name: proxy, restartPolicy: Always}"
)]
#[case("/spec/template/spec/containers/0/securityContext", "securityContext:")]
#[case("/spec/template/spec/containers/0/securityContext/runAsUser", "runAsUser: 0")]
#[case("/spec/template/spec/hostNetwork", "spec:")]
fn every_attribute_has_a_place(#[case] pointer: &str, #[case] line: &str) {
    assert_eq!(line_at(&resource(STORE), STORE, pointer), line);
}

#[test]
fn merged_settings_point_to_where_they_are_written() {
    let text = "\
apiVersion: v1
kind: Pod
metadata: {name: duo}
spec:
  containers:
    - name: web
      securityContext: &hard
        allowPrivilegeEscalation: false
        runAsNonRoot: true
    - name: worker
      securityContext:
        allowPrivilegeEscalation: true
        <<: *hard
    - name: third
      securityContext: *hard
";
    let found = resource(text);
    let context = "/spec/containers/1/securityContext";
    let merged = found.attributes.at(&Pointer::parse(context).unwrap()).unwrap().to_json();
    assert_eq!(merged.to_string(), r#"{"allowPrivilegeEscalation":true,"runAsNonRoot":true}"#);
    let lines = ["allowPrivilegeEscalation", "runAsNonRoot"]
        .map(|key| line_at(&found, text, &format!("{context}/{key}")));
    assert_eq!(lines, ["allowPrivilegeEscalation: true", "runAsNonRoot: true"]);
    assert_eq!(
        line_at(&found, text, "/spec/containers/2/securityContext"),
        "securityContext: *hard"
    );
}

/// `from → to` of every reference of a resource.
fn references(resource: &Resource) -> String {
    let all = resource.references.iter().map(|it| format!("{} → {}", it.from, it.to));
    all.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_pod_refers_to_its_account_settings_secrets_and_claims() {
    let found = resource(
        "apiVersion: v1
kind: Pod
metadata: {name: a, namespace: ns}
spec:
  serviceAccountName: robot
  imagePullSecrets: [{name: pull}]
  volumes:
    - {name: a, configMap: {name: settings}}
    - {name: b, secret: {secretName: key}}
    - {name: c, persistentVolumeClaim: {claimName: disk}}
    - {name: d, projected: {sources: [{secret: {name: token}}, {configMap: {name: ca}}]}}
  initContainers:
    - {name: i, envFrom: [{secretRef: {name: all}}, {configMapRef: {name: most}}]}
  containers:
    - name: c
      env:
        - {name: A, value: b}
        - {name: B, valueFrom: {secretKeyRef: {name: one, key: k}}}
        - {name: C, valueFrom: {configMapKeyRef: {name: two, key: k}}}
",
    );
    assert_snapshot!(references(&found), @r"
    /spec/containers/0/env/1/valueFrom/secretKeyRef/name → Secret/ns/one
    /spec/containers/0/env/2/valueFrom/configMapKeyRef/name → ConfigMap/ns/two
    /spec/imagePullSecrets/0/name → Secret/ns/pull
    /spec/initContainers/0/envFrom/0/secretRef/name → Secret/ns/all
    /spec/initContainers/0/envFrom/1/configMapRef/name → ConfigMap/ns/most
    /spec/serviceAccountName → ServiceAccount/ns/robot
    /spec/volumes/0/configMap/name → ConfigMap/ns/settings
    /spec/volumes/1/secret/secretName → Secret/ns/key
    /spec/volumes/2/persistentVolumeClaim/claimName → PersistentVolumeClaim/ns/disk
    /spec/volumes/3/projected/sources/0/secret/name → Secret/ns/token
    /spec/volumes/3/projected/sources/1/configMap/name → ConfigMap/ns/ca
    ");
}

const SHOP: &str = "
{apiVersion: v1, kind: Namespace, metadata: {name: shop}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {template: {metadata: {labels: {app: web, tier: front}}, spec: {containers: []}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: db, namespace: shop}
spec: {template: {metadata: {labels: {app: db}}, spec: {serviceAccount: robot}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: other}
spec: {template: {metadata: {labels: {app: web}}, spec: {containers: []}}}
---
";

#[rstest]
#[case::service("Service", "spec: {selector: {app: web}}", "/spec/selector → Deployment/shop/web")]
#[case::service_without_selector("Service", "spec: {selector: {}}", "")]
#[case::policy_for_all(
    "NetworkPolicy",
    "spec: {podSelector: {}}",
    "/spec/podSelector → Deployment/shop/db\n/spec/podSelector → Deployment/shop/web"
)]
#[case::policy_by_expression(
    "NetworkPolicy",
    "spec: {podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [db]}, {key: tier, operator: Exists}]}}",
    "/spec/podSelector → Deployment/shop/web"
)]
#[case::policy_for_none("NetworkPolicy", "spec: {podSelector: {matchLabels: {app: x}}}", "")]
#[case::budget(
    "PodDisruptionBudget",
    "spec: {selector: {matchExpressions: [{key: app, operator: In, values: [db]}]}}",
    "/spec/selector → Deployment/shop/db"
)]
#[case::budget_for_none("PodDisruptionBudget", "spec: {}", "")]
#[case::ingress(
    "Ingress",
    "spec: {rules: [{http: {paths: [{backend: {service: {name: web}}}]}}], tls: [{secretName: cert}]}",
    "/spec/rules/0/http/paths/0/backend/service/name → Service/shop/web\n/spec/tls/0/secretName → Secret/shop/cert"
)]
#[case::old_ingress(
    "Ingress",
    "spec: {backend: {serviceName: web}}",
    "/spec/backend/serviceName → Service/shop/web"
)]
#[case::autoscaler(
    "HorizontalPodAutoscaler",
    "spec: {scaleTargetRef: {kind: Deployment, name: web}}",
    "/spec/scaleTargetRef/name → Deployment/shop/web"
)]
#[case::role_binding(
    "RoleBinding",
    "roleRef: {kind: Role, name: r}\nsubjects: [{kind: ServiceAccount, name: a}, {kind: User, name: u}]",
    "/roleRef/name → Role/shop/r\n/subjects/0/name → ServiceAccount/shop/a"
)]
#[case::binding_of_a_cluster_role(
    "RoleBinding",
    "roleRef: {kind: ClusterRole, name: r}\nsubjects: [{kind: ServiceAccount, name: a, namespace: ns}]",
    "/roleRef/name → ClusterRole/r\n/subjects/0/name → ServiceAccount/ns/a"
)]
fn objects_refer_to_each_other(#[case] kind: &str, #[case] body: &str, #[case] expected: &str) {
    let text = format!(
        "{SHOP}apiVersion: v1\nkind: {kind}\nmetadata: {{name: it, namespace: shop}}\n{body}\n"
    );
    let found = document(&text);
    let of_it = references(find(&found, &format!("{kind}/shop/it")));
    let namespace = "/metadata/namespace → Namespace/shop";
    let expected = [namespace, expected].join("\n");
    let mut lines: Vec<&str> = of_it.lines().collect();
    let mut wanted: Vec<&str> = expected.trim().lines().collect();
    lines.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(lines, wanted);
}

#[test]
fn accounts_have_a_name_of_old_and_a_default() {
    let found = document(SHOP);
    let account = |address: &str| references(find(&found, address));
    assert_snapshot!(account("Deployment/shop/db"), @r"
    /metadata/namespace → Namespace/shop
    /spec/template/spec/serviceAccount → ServiceAccount/shop/robot
    ");
    assert_snapshot!(account("Deployment/other/web"), @"/spec/template/spec/serviceAccountName → ServiceAccount/other/default");
}

#[test]
fn what_a_secret_holds_is_sensitive() {
    let found = resource(&format!("{}stringData: {{a: b}}\n", object("Secret", "a")));
    assert_eq!(found.sensitive, [Pointer::parse("/stringData").unwrap()]);
}

proptest! {
    /// Whatever a manifest says, every place lies in its file and every address is unique.
    #[test]
    fn places_lie_in_their_file(
        kinds in prop::collection::vec("Pod|Job|Service|List|Ingress|Role", 1..6),
        body in "(spec|items|metadata|roleRef|subjects): (\\{a: [yn0-9.]{1,5}\\}|\\[[a-c, ]{0,6}\\]|[a-z0-9]{0,4})",
    ) {
        let objects: Vec<String> = kinds.iter().map(|kind| object(kind, "a") + &body).collect();
        let text = objects.join("
---
");
        let file = Sources::default().add(SourceFile::new("a.yaml", text.as_str()));
        let (nodes, _) = yaml::parse(file, &text);
        let manifests = nodes.into_iter().map(|node| Manifest { file, path: Arc::from("a.yaml"), node });
        for document in normalize(&manifests.collect::<Vec<_>>()) {
            let mut seen: Vec<&str> = addresses(&document);
            seen.dedup();
            prop_assert_eq!(seen.len(), document.resources.len());
            for resource in &document.resources {
                for (_, place) in resource.spans.iter() {
                    prop_assert!(text.get(place.span.range()).is_some());
                }
            }
        }
    }
}

/// Names may be spelled with escapes; other escapes say nothing.
#[rstest]
#[case::plain("apiVersion: v1\nkind: Pod\n", true)]
#[case::neither("name: x\n", false)]
#[case::json(r#"{"\u0061piVersion": "v1"}"#, true)]
#[case::yaml(r#""\x6bind": Pod"#, true)]
#[case::long(r#""\U0000006bind": Pod"#, true)]
#[case::over_a_line("\"ki\\\nnd\": Pod", true)]
#[case::over_a_windows_line("\"ki\\\r\nnd\": Pod", true)]
#[case::over_lines("\"\\\n  ki\\\n  n\\\n  d\": Pod", true)]
#[case::version_over_a_line("\"apiVersio\\\n    n\": v1", true)]
#[case::long_text(
    "text: \"a kind\\\n  \\ of text, as\\\n  pin, which is long, with a\\\n  point\"",
    true
)]
#[case::longer_text("text: \"this kind\\\n  \\ of text is\\\n  long, with a\\\n  comma\"", false)]
#[case::pattern(r#"{"pattern": "^\\d+\\.x\\\\u0061\"$"}"#, false)]
#[case::after_a_backslash(r#"{"\\\u0061": 1}"#, true)]
#[case::at_the_end(r"name: \", true)]
#[case::template("name: {{ .Values.name }}", true)]
fn what_may_be_a_manifest_is_parsed(#[case] text: &str, #[case] expected: bool) {
    assert_eq!(dreadnought::normalize::kubernetes::may_matter("a.yaml", text), expected);
}
