//! Stores that operators make of one object: the labels of their pods, their Services and ports, which nothing in the document declares.
//!
//! `parsed.pod` is as in [`super::pod`], with one container that has the store's ports and no image; `parsed.services`: a list of
//! `{name, ports}`, a port is `{port, tls}` with `tls` only where it is known whether it speaks TLS alone, or never.
//!
//! Sources: cloudnative-pg.io, "Service Management", "Labels and Annotations"; strimzi.io, "Configuring Strimzi" (listeners, labels);
//! rabbitmq.com, "Using `RabbitMQ` Cluster Kubernetes Operator"; elastic.co, "Elastic Cloud on Kubernetes" (services, labels);
//! github.com/mongodb/mongodb-kubernetes-operator, "Deploy and configure"; docs.percona.com, "Percona Operator for `MySQL`" (PXC: exposing,
//! labels); postgres-operator.readthedocs.io, "User Guide"; redis-operator.opstree.dev, "Redis".

use std::sync::Arc;

use super::resource::text_in;
use crate::document::{Map, Pointer, Value};

/// What an operator makes of an object; `{}` stands for the object's name.
struct Operated {
    kind: &'static str,
    groups: &'static [&'static str],
    labels: &'static [(&'static str, &'static str)],
    services: &'static [&'static str],
    port: u16,
}

/// A kind whose name many groups have, with the group of it that is such a store: its kind carries the group.
pub(super) const CLUSTER: (&str, &str) = ("Cluster", "postgresql.cnpg.io");

const OPERATED: &[Operated] = &[
    Operated {
        kind: "Cluster.postgresql.cnpg.io",
        groups: &["postgresql.cnpg.io"],
        labels: &[("cnpg.io/cluster", "{}"), ("cnpg.io/podRole", "instance")],
        services: &["{}-rw", "{}-ro", "{}-r"],
        port: 5432,
    },
    Operated {
        kind: "Kafka",
        groups: &["kafka.strimzi.io"],
        labels: &[
            ("strimzi.io/cluster", "{}"),
            ("strimzi.io/kind", "Kafka"),
            ("strimzi.io/name", "{}-kafka"),
        ],
        services: &["{}-kafka-bootstrap", "{}-kafka-brokers"],
        port: 9092,
    },
    Operated {
        kind: "RabbitmqCluster",
        groups: &["rabbitmq.com"],
        labels: &[
            ("app.kubernetes.io/component", "rabbitmq"),
            ("app.kubernetes.io/name", "{}"),
            ("app.kubernetes.io/part-of", "rabbitmq"),
        ],
        services: &["{}"],
        port: 5672,
    },
    Operated {
        kind: "Elasticsearch",
        groups: &["elasticsearch.k8s.elastic.co"],
        labels: &[
            ("common.k8s.elastic.co/type", "elasticsearch"),
            ("elasticsearch.k8s.elastic.co/cluster-name", "{}"),
        ],
        services: &["{}-es-http"],
        port: 9200,
    },
    Operated {
        kind: "MongoDBCommunity",
        groups: &["mongodbcommunity.mongodb.com"],
        labels: &[("app", "{}-svc")],
        services: &["{}-svc"],
        port: 27017,
    },
    Operated {
        kind: "PerconaXtraDBCluster",
        groups: &["pxc.percona.com"],
        labels: &[
            ("app.kubernetes.io/component", "pxc"),
            ("app.kubernetes.io/instance", "{}"),
            ("app.kubernetes.io/name", "percona-xtradb-cluster"),
        ],
        services: &["{}-pxc", "{}-haproxy", "{}-proxysql"],
        port: 3306,
    },
    Operated {
        kind: "postgresql",
        groups: &["acid.zalan.do"],
        labels: &[("application", "spilo"), ("cluster-name", "{}")],
        services: &["{}", "{}-repl", "{}-pooler"],
        port: 5432,
    },
    Operated {
        kind: "Redis",
        groups: &["redis.redis.opstreelabs.in"],
        labels: &[("app", "{}"), ("redis_setup_type", "standalone")],
        services: &["{}"],
        port: 6379,
    },
];

/// The API groups whose objects of a kind are such stores.
pub(super) fn groups(kind: &str) -> Option<&'static [&'static str]> {
    OPERATED.iter().find(|it| it.kind == kind).map(|it| it.groups)
}

/// What stands under `parsed` for an object of this kind; nothing where no operator that is known makes pods of it.
pub(super) fn parsed(kind: &str, name: &str, attributes: &Value) -> Option<Map> {
    let operated = OPERATED.iter().find(|it| it.kind == kind)?;
    let named = |pattern: &str| Value::string(pattern.replace("{}", name));
    let (at, ports) = ports(operated, attributes);
    let container = object([
        ("at", Value::string(at.as_str())),
        ("kind", Value::string("container")),
        ("name", Value::string(kind)),
        ("ports", Value::array(ports.iter().map(|(port, _)| container_port(*port)).collect())),
    ]);
    let labels = operated.labels.iter().map(|(key, pattern)| (*key, named(pattern)));
    // What it may do in the cluster is the operator's to say.
    let spec = object([("automountServiceAccountToken", Value::Bool(false))]);
    let pod = object([
        ("at", Value::string(Pointer::root().key("spec").as_str())),
        ("spec", spec),
        ("metadata", object([("labels", object(labels))])),
        ("os", Value::Null),
        ("containers", Value::array(vec![container])),
        ("volumes", Value::array(Vec::new())),
    ]);
    let ports = Value::array(ports.into_iter().map(service_port).collect());
    let service = |pattern: &&str| object([("name", named(pattern)), ("ports", ports.clone())]);
    let services = Value::array(operated.services.iter().map(service).collect());
    Some([(Arc::from("pod"), pod), (Arc::from("services"), services)].into_iter().collect())
}

fn object<'k>(fields: impl IntoIterator<Item = (&'k str, Value)>) -> Value {
    Value::object(fields.into_iter().map(|(key, value)| (Arc::from(key), value)).collect())
}

fn container_port(port: u16) -> Value {
    object([("containerPort", Value::Int(port.into()))])
}

fn service_port((port, tls): Port) -> Value {
    let tls = tls.map(|tls| ("tls", Value::Bool(tls)));
    object([("port", Value::Int(port.into()))].into_iter().chain(tls))
}

/// A port, and whether it speaks TLS.
type Port = (u16, Option<bool>);

/// Where a store listens, and where that is written.
fn ports(operated: &Operated, attributes: &Value) -> (Pointer, Vec<Port>) {
    let spec = Pointer::root().key("spec");
    let is_true = |at: &Pointer| attributes.at(at) == Some(&Value::Bool(true));
    match operated.kind {
        "Kafka" => {
            let at = spec.key("kafka").key("listeners");
            let listeners = attributes.at(&at).and_then(Value::as_array).unwrap_or_default();
            let inside = listeners.iter().filter(|it| text_in(it, &["type"]) == Some("internal"));
            let ports = inside.filter_map(|it| {
                let Some(Value::Int(port)) = it.get("port") else { return None };
                let tls = it.get("tls").map(|tls| *tls == Value::Bool(true));
                Some((u16::try_from(*port).ok()?, tls))
            });
            (at, ports.collect())
        }
        "RabbitmqCluster" => {
            let tls = spec.key("tls");
            let has_tls = text_in(attributes, &["spec", "tls", "secretName"]).is_some();
            let mut ports = Vec::new();
            if has_tls {
                ports.push((5671, Some(true)));
            }
            if !(has_tls && is_true(&tls.key("disableNonTLSListeners"))) {
                ports.push((operated.port, Some(false)));
            }
            (if has_tls { tls } else { spec }, ports)
        }
        "Elasticsearch" => {
            let tls = spec.key("http").key("tls").key("selfSignedCertificate").key("disabled");
            (spec, vec![(operated.port, Some(!is_true(&tls)))])
        }
        _ => (spec, vec![(operated.port, None)]),
    }
}
