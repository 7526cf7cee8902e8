//! Entrances and what lies behind them: stores without a medium, requests of the web on any port, services of Azure in a network, secrets
//! in states, conditions over who may be given what.

use rstest::rstest;

use crate::model_systems::{differs, manifests};

/// A database in pods without a claim, on the internet.
const MONGO: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: mongo, namespace: data}
spec:
  selector: {matchLabels: {app: mongo}}
  template:
    metadata: {labels: {app: mongo}}
    spec:
      automountServiceAccountToken: false
      containers:
        - name: mongo
          image: mongo:7
          ports: [{containerPort: 27017}]
          volumeMounts: [{name: d, mountPath: /data/db}]
      volumes: [{name: d, emptyDir: {}}]
---
apiVersion: v1
kind: Service
metadata: {name: mongo, namespace: data}
spec:
  type: LoadBalancer
  selector: {app: mongo}
  ports: [{port: 27017}]
";

const TO_MONGO: &str = "internet > Service/data/mongo > Deployment/data/mongo";

#[rstest]
#[case("type: LoadBalancer", "type: ClusterIP")]
#[case("image: mongo:7", "image: acme/web:1")]
#[case("image: mongo:7", "image: memcached:1")]
fn pods_that_keep_data_are_what_attackers_want(#[case] from: &str, #[case] to: &str) {
    differs(MONGO, from, to, TO_MONGO, manifests);
}

#[test]
fn what_lies_on_a_medium_is_wanted_there() {
    let claimed = MONGO.replace("emptyDir: {}", "persistentVolumeClaim: {claimName: d}");
    let lines = manifests(&format!(
        "{claimed}---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: d, namespace: data}}\n\
         spec: {{accessModes: [ReadWriteOnce]}}\n"
    ));
    let all: Vec<&String> = lines.iter().filter(|line| line.starts_with(TO_MONGO)).collect();
    assert!(!all.is_empty());
    let whole = format!("{TO_MONGO} > PersistentVolumeClaim/data/d");
    assert!(all.iter().all(|line| line.starts_with(&whole)), "{all:?}");
}

/// A program that asks such a database.
const SHOP: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - name: shop
          image: acme/shop:1
          ports: [{containerPort: 8080}]
          env: [{name: DATABASE_URL, value: 'postgres://db/shop'}]
---
apiVersion: v1
kind: Service
metadata: {name: shop, namespace: shop}
spec: {selector: {app: shop}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, namespace: shop}
spec:
  rules: [{host: a.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: shop, port: {number: 80}}}}]}}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop}
spec:
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers:
        - name: db
          image: postgres:16
          ports: [{containerPort: 5432}]
---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
spec: {selector: {app: db}, ports: [{port: 5432}]}
";

#[rstest]
#[case("image: postgres:16", "image: acme/db:1")]
#[case("'postgres://db/shop'", "'postgres://other/shop'")]
fn so_are_those_behind_an_entry(#[case] from: &str, #[case] to: &str) {
    let base = SHOP.replace("StatefulSet", "Deployment");
    let line = "internet > Ingress/shop/shop > Deployment/shop/shop > Deployment/shop/db";
    differs(&base, from, to, line, manifests);
}
