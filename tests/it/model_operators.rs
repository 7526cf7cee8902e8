//! Kinds of operators and controllers in a model: rollouts, entries of Traefik, stores that operators make, policies of other engines.

use rstest::rstest;

use crate::model_systems::{differs, has, manifests};

/// A kiosk that is brought out step by step, behind an Ingress.
const KIOSK: &str = "\
apiVersion: v1
kind: Service
metadata: {name: kiosk, namespace: fair}
spec: {selector: {app: kiosk}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: kiosk, namespace: fair}
spec:
  selector: {matchLabels: {app: kiosk}}
  template:
    metadata: {labels: {app: kiosk}}
    spec:
      automountServiceAccountToken: false
      containers:
        - name: kiosk
          image: registry.example.org/kiosk:3
          ports: [{containerPort: 8080}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: fair, namespace: fair}
spec:
  rules: [{host: fair.example.org, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: kiosk, port: {number: 80}}}}]}}]
";

#[rstest]
// Another controller has a kind of this name, whose objects run nothing.
#[case::group("argoproj.io/v1alpha1", "rollouts.kruise.io/v1beta1")]
#[case::labels("metadata: {labels: {app: kiosk}}", "metadata: {labels: {app: till}}")]
fn a_rollout_is_a_workload(#[case] from: &str, #[case] to: &str) {
    differs(KIOSK, from, to, "Ingress/fair/fair > Rollout/fair/kiosk network tcp/8080", manifests);
}

#[rstest]
#[case::group("argoproj.io/v1alpha1", "rollouts.kruise.io/v1beta1")]
fn rules_of_workloads_apply_to_a_rollout(#[case] from: &str, #[case] to: &str) {
    differs(KIOSK, from, to, "T016 Rollout/fair/kiosk", manifests);
}

/// A rollout that takes the template of a Deployment is a part of it.
#[rstest]
#[case::of_nobody(
    "workloadRef: {apiVersion: apps/v1, kind: Deployment, name: kiosk}",
    "workloadRef: {apiVersion: apps/v1, kind: Deployment, name: till}"
)]
#[case::group("argoproj.io/v1alpha1", "rollouts.kruise.io/v1beta1")]
fn a_rollout_of_a_deployment(#[case] from: &str, #[case] to: &str) {
    let text = KIOSK.replace("argoproj.io/v1alpha1\nkind: Rollout", "apps/v1\nkind: Deployment")
        + "---\napiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: steps, namespace: fair}\nspec:\n  \
           workloadRef: {apiVersion: apps/v1, kind: Deployment, name: kiosk}\n";
    let line = "Deployment/fair/kiosk compute_container in Namespace/fair [Rollout/fair/steps Service/fair/kiosk]";
    differs(&text, from, to, line, manifests);
}

/// The same kiosk behind an entry of Traefik.
fn traefik() -> String {
    let before = KIOSK.split("---\napiVersion: networking.k8s.io").next().unwrap_or_default();
    before.to_owned()
        + "---
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: fair, namespace: fair, annotations: {note: none}}
spec:
  entryPoints: [websecure]
  routes:
    - match: Host(`fair.example.org`)
      kind: Rule
      middlewares: [{name: office}]
      services: [{kind: Service, name: kiosk, port: 80}]
---
apiVersion: traefik.io/v1alpha1
kind: Middleware
metadata: {name: office, namespace: hall}
spec: {ipAllowList: {sourceRange: [198.51.100.0/24]}}
"
}

const FAIR: &str = "internet > IngressRoute/fair/fair network tcp/443 yes";
const TO_KIOSK: &str = "IngressRoute/fair/fair > Rollout/fair/kiosk network tcp/8080";

#[rstest]
#[case::group(
    "traefik.io/v1alpha1\nkind: IngressRoute",
    "example.org/v1\nkind: IngressRoute",
    FAIR
)]
#[case::entry_point("[websecure]", "[web]", FAIR)]
#[case::no_entry_point("  entryPoints: [websecure]\n", "", FAIR)]
#[case::inside("{note: none}", "{alb.ingress.kubernetes.io/scheme: internal}", FAIR)]
#[case::unknown_entry_point("[websecure]", "[metro]", FAIR)]
#[case::port("port: 80}]\n---", "port: 81}]\n---", TO_KIOSK)]
#[case::service("name: kiosk, port: 80}]\n---", "name: till, port: 80}]\n---", TO_KIOSK)]
#[case::kind("kind: Service, name", "kind: TraefikService, name", TO_KIOSK)]
fn entries_of_traefik(#[case] from: &str, #[case] to: &str, #[case] line: &str) {
    differs(&traefik(), from, to, line, manifests);
}

#[rstest]
#[case::plain(
    "  entryPoints: [websecure]\n",
    "  entryPoints: [web]\n",
    "internet > IngressRoute/fair/fair network tcp/80 no"
)]
#[case::tls("  entryPoints: [websecure]\n", "  tls: {}\n", FAIR)]
#[case::of_old(
    "traefik.io/v1alpha1\nkind: IngressRoute",
    "traefik.containo.us/v1alpha1\nkind: IngressRoute",
    FAIR
)]
#[case::its_list(
    "name: office, namespace: hall",
    "name: office, namespace: fair",
    "T028 IngressRoute/fair/fair: 4 7 3 9 5 = 5.6 exposure=internet_restricted"
)]
#[case::list_of_another(
    "[{name: office}]",
    "[{name: office, namespace: hall}]",
    "T028 IngressRoute/fair/fair: 4 7 3 9 5 = 5.6 exposure=internet_restricted"
)]
fn other_entries_of_traefik(#[case] from: &str, #[case] to: &str, #[case] line: &str) {
    let text = traefik();
    assert_eq!(text.matches(from).count(), 1, "{from}");
    let found = manifests(&text.replace(from, to));
    assert!(has(&found, line), "{line}\n{found:#?}");
}

/// A store that an operator makes, a pod that speaks to it, and a policy that lets only that pod in.
fn store(head: &str, spec: &str, label: &str, setting: &str, port: u16) -> String {
    format!(
        "\
apiVersion: {head}
metadata: {{name: ink, namespace: fair}}
spec: {spec}
---
apiVersion: v1
kind: Pod
metadata: {{name: desk, namespace: fair, labels: {{app: desk}}}}
spec:
  automountServiceAccountToken: false
  containers: [{{name: desk, image: \"registry.example.org/desk:1\", env: [{{name: STORE_HOST, value: \"{setting}\"}}]}}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: ink, namespace: fair}}
spec:
  podSelector: {{matchLabels: {{{label}}}}}
  ingress: [{{from: [{{podSelector: {{matchLabels: {{app: desk}}}}}}], ports: [{{port: {port}}}]}}]
"
    )
}

const KAFKA: &str = "{kafka: {listeners: [{name: tls, port: 9093, type: internal, tls: true}, {name: plain, port: 9092, type: internal, tls: false}]}}";

#[rstest]
#[case::cnpg(
    "postgresql.cnpg.io/v1\nkind: Cluster",
    "{instances: 3}",
    "cnpg.io/cluster: ink",
    "ink-rw",
    5432,
    "Cluster.postgresql.cnpg.io/fair/ink",
    "unknown"
)]
#[case::cnpg_reading(
    "postgresql.cnpg.io/v1\nkind: Cluster",
    "{instances: 3}",
    "cnpg.io/cluster: ink",
    "ink-ro.fair.svc",
    5432,
    "Cluster.postgresql.cnpg.io/fair/ink",
    "unknown"
)]
#[case::strimzi(
    "kafka.strimzi.io/v1beta2\nkind: Kafka",
    KAFKA,
    "strimzi.io/cluster: ink",
    "ink-kafka-bootstrap:9093",
    9093,
    "Kafka/fair/ink",
    "yes"
)]
#[case::strimzi_plain(
    "kafka.strimzi.io/v1beta2\nkind: Kafka",
    KAFKA,
    "strimzi.io/name: ink-kafka",
    "ink-kafka-bootstrap:9092",
    9092,
    "Kafka/fair/ink",
    "no"
)]
#[case::rabbit(
    "rabbitmq.com/v1beta1\nkind: RabbitmqCluster",
    "{replicas: 3}",
    "app.kubernetes.io/name: ink",
    "amqp://ink:5672",
    5672,
    "RabbitmqCluster/fair/ink",
    "no"
)]
#[case::rabbit_tls(
    "rabbitmq.com/v1beta1\nkind: RabbitmqCluster",
    "{tls: {secretName: t}}",
    "app.kubernetes.io/name: ink",
    "amqps://ink:5671",
    5671,
    "RabbitmqCluster/fair/ink",
    "yes"
)]
#[case::elastic(
    "elasticsearch.k8s.elastic.co/v1\nkind: Elasticsearch",
    "{version: 8.1.0}",
    "elasticsearch.k8s.elastic.co/cluster-name: ink",
    "ink-es-http",
    9200,
    "Elasticsearch/fair/ink",
    "yes"
)]
#[case::elastic_plain(
    "elasticsearch.k8s.elastic.co/v1\nkind: Elasticsearch",
    "{http: {tls: {selfSignedCertificate: {disabled: true}}}}",
    "elasticsearch.k8s.elastic.co/cluster-name: ink",
    "ink-es-http",
    9200,
    "Elasticsearch/fair/ink",
    "no"
)]
#[case::mongo(
    "mongodbcommunity.mongodb.com/v1\nkind: MongoDBCommunity",
    "{members: 3}",
    "app: ink-svc",
    "ink-svc",
    27017,
    "MongoDBCommunity/fair/ink",
    "unknown"
)]
#[case::percona(
    "pxc.percona.com/v1\nkind: PerconaXtraDBCluster",
    "{pxc: {size: 3}}",
    "app.kubernetes.io/instance: ink",
    "ink-haproxy",
    3306,
    "PerconaXtraDBCluster/fair/ink",
    "unknown"
)]
#[case::zalando(
    "acid.zalan.do/v1\nkind: postgresql",
    "{teamId: fair}",
    "cluster-name: ink",
    "ink",
    5432,
    "postgresql/fair/ink",
    "unknown"
)]
#[case::redis(
    "redis.redis.opstreelabs.in/v1beta2\nkind: Redis",
    "{storage: {}}",
    "app: ink",
    "ink",
    6379,
    "Redis/fair/ink",
    "unknown"
)]
fn stores_of_operators(
    #[case] head: &str,
    #[case] spec: &str,
    #[case] label: &str,
    #[case] setting: &str,
    #[case] port: u16,
    #[case] address: &str,
    #[case] encrypted: &str,
) {
    let text = store(head, spec, label, setting, port);
    let line = format!("Pod/fair/desk > {address} network tcp/{port} {encrypted}");
    let (group, kind) = head.split_once('/').unwrap_or_default();
    let other = format!("example.org/{kind}");
    differs(&text, &format!("{group}/{kind}"), &other, &line, manifests);
    // Another store, and a policy that lets somebody else in.
    differs(
        &text,
        "{name: ink, namespace: fair}\nspec: {",
        "{name: pen, namespace: fair}\nspec: {",
        &line,
        manifests,
    );
    // Strimzi lets everyone in beside it.
    if !address.starts_with("Kafka") {
        differs(
            &text,
            "[{podSelector: {matchLabels: {app: desk}}}]",
            "[{podSelector: {matchLabels: {app: till}}}]",
            &line,
            manifests,
        );
    }
}

#[rstest]
#[case::nobody("", "networkPolicyPeers: [{podSelector: {matchLabels: {app: till}}}], ")]
#[case::another(
    "",
    "networkPolicyPeers: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: hall}}}], "
)]
#[case::other_port(", port: 9093", ", port: 9094")]
fn policies_that_strimzi_makes(#[case] from: &str, #[case] to: &str) {
    let text = store(
        "kafka.strimzi.io/v1beta2\nkind: Kafka",
        KAFKA,
        "strimzi.io/cluster: ink",
        "ink-kafka-bootstrap:9093",
        9091,
    );
    let marked = text.replace("name: tls", "peers: none, name: tls");
    let (from, to) = if from.is_empty() { ("peers: none, ", to) } else { (from, to) };
    differs(&marked, from, to, "Pod/fair/desk > Kafka/fair/ink network tcp/9093 yes", manifests);
}

/// The kiosk with a policy of another engine: whether the way to it is known.
fn guarded(policy: &str) -> bool {
    let tree = std::collections::BTreeMap::from([(
        "all.yaml".to_owned(),
        format!("{KIOSK}---\n{policy}"),
    )]);
    let made = crate::model::model_of(&tree, None);
    let start = "Ingress/fair/fair > Rollout/fair/kiosk network";
    let flow = made.model.flows.iter().find(|flow| flow.id.starts_with(start));
    flow.is_some_and(|flow| flow.assumed)
}

const CILIUM: &str =
    "apiVersion: cilium.io/v2\nkind: CiliumClusterwideNetworkPolicy\nmetadata: {name: p}\nspec: ";
const CALICO: &str =
    "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: p}\nspec: ";
const CALICO_INNER: &str = "apiVersion: crd.projectcalico.org/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: fair}\nspec: ";
const CALICO_HALL: &str = "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: p, namespace: hall}\nspec: ";
const OTHER: &str =
    "apiVersion: example.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: p}\nspec: ";

#[rstest]
#[case::cilium(
    CILIUM,
    "{endpointSelector: {matchLabels: {app: kiosk}}, ingress: [{fromEndpoints: [{}]}]}",
    true
)]
#[case::cilium_with_a_source(
    CILIUM,
    "{endpointSelector: {matchLabels: {'k8s:app': kiosk}}, ingressDeny: [{}]}",
    true
)]
#[case::cilium_of_a_namespace(
    CILIUM,
    "{endpointSelector: {matchLabels: {'k8s:io.kubernetes.pod.namespace': fair}}, ingress: []}",
    true
)]
#[case::cilium_of_another_namespace(
    CILIUM,
    "{endpointSelector: {matchLabels: {'k8s:io.kubernetes.pod.namespace': hall}}, ingress: []}",
    false
)]
#[case::cilium_of_others(
    CILIUM,
    "{endpointSelector: {matchLabels: {app: till}}, ingress: [{}]}",
    false
)]
#[case::cilium_of_the_way_out(CILIUM, "{endpointSelector: {}, egress: [{}]}", false)]
#[case::cilium_of_machines(CILIUM, "{nodeSelector: {}, ingress: [{}]}", false)]
#[case::cilium_adds(
    CILIUM,
    "{endpointSelector: {}, enableDefaultDeny: {ingress: false}, ingress: [{}]}",
    false
)]
#[case::calico(
    CALICO,
    "{selector: \"app == 'kiosk'\", types: [Ingress], ingress: [{action: Deny}]}",
    true
)]
#[case::calico_all(CALICO, "{types: [Ingress, Egress]}", true)]
#[case::calico_of_a_namespace(
    CALICO,
    "{selector: \"has(app) && projectcalico.org/namespace == 'fair'\", types: [Ingress]}",
    true
)]
#[case::calico_of_another_namespace(
    CALICO,
    "{namespaceSelector: \"kubernetes.io/metadata.name == 'hall'\", types: [Ingress]}",
    false
)]
#[case::calico_by_other_words(CALICO, "{selector: \"app in { 'kiosk' }\", types: [Ingress]}", true)]
#[case::calico_of_others(CALICO, "{selector: \"app == 'till'\", types: [Ingress]}", false)]
#[case::calico_of_the_way_out(CALICO, "{selector: all(), types: [Egress]}", false)]
#[case::calico_with_exceptions(
    CALICO,
    "{types: [Ingress], ingress: [{action: Deny, source: {nets: [10.9.0.0/16]}}, {action: Allow}]}",
    false
)]
#[case::calico_inside(
    CALICO_INNER,
    "{selector: all(), ingress: [{action: Allow, protocol: TCP}]}",
    true
)]
#[case::calico_inside_another(
    CALICO_HALL,
    "{selector: all(), ingress: [{action: Allow, protocol: TCP}]}",
    false
)]
#[case::of_another_group(OTHER, "{types: [Ingress]}", false)]
fn policies_of_other_engines(#[case] head: &str, #[case] spec: &str, #[case] doubt: bool) {
    assert_eq!(guarded(&format!("{head}{spec}\n")), doubt);
}
