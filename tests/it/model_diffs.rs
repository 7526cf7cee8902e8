//! Two models compared, and models read back.

use std::sync::Arc;

use dreadnought::finding::Score;
use dreadnought::model::diff::Diff;
use dreadnought::model::{Encrypted, ThreatModel, from_json, to_json};
use rstest::rstest;
use serde_json::json;

use crate::models::{self, text};

#[rstest]
#[case::empty(ThreatModel::default())]
#[case::shop(models::shop())]
#[case::large(models::large())]
fn a_model_reads_back(#[case] model: ThreatModel) {
    let json = to_json(&model);
    assert_eq!(to_json(&from_json(&json).unwrap()), json);
}

#[rstest]
#[case::no_model(json!({}), "/version: is missing")]
#[case::version(json!({"version": 99}), "/version: this is version 99, not 1")]
#[case::list(json!([]), "/version: is missing")]
fn what_is_no_model_is_told(#[case] json: serde_json::Value, #[case] expected: &str) {
    assert_eq!(from_json(&json).unwrap_err(), expected);
}

/// Whatever member is missing or of another type: an error that points to it, never a panic.
#[test]
fn damaged_models_are_errors() {
    fn pointers(json: &serde_json::Value, at: &str, all: &mut Vec<String>) {
        let members: Vec<(String, &serde_json::Value)> = match json {
            serde_json::Value::Object(map) => {
                map.iter().map(|(key, value)| (key.clone(), value)).collect()
            }
            serde_json::Value::Array(items) => {
                items.iter().take(1).map(|item| ("0".to_owned(), item)).collect()
            }
            _ => Vec::new(),
        };
        for (key, value) in members {
            let pointer = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
            all.push(pointer.clone());
            pointers(value, &pointer, all);
        }
    }
    let whole = to_json(&models::shop());
    let mut all = Vec::new();
    pointers(&whole, "", &mut all);
    assert!(all.len() > 100);
    for pointer in all {
        let mut damaged = whole.clone();
        *damaged.pointer_mut(&pointer).unwrap() = json!({"no": ["such", 1]});
        // What is derived from other members is not read.
        let derived = [
            "/meaning",
            "/threats/0/dread/evidence",
            "/paths/0/threats",
            "/steps/0/implied",
            "/stride_coverage/0/state",
        ];
        let result = from_json(&damaged);
        let is_derived =
            derived.iter().any(|end| pointer.ends_with(end)) || pointer == "/paths/0/threats/0";
        assert!(result.is_err() || is_derived, "{pointer}");
        if let Err(error) = result {
            assert!(error.starts_with('/'), "{error}");
        }
    }
}

#[test]
fn the_same_models_have_no_difference() {
    let diff = Diff::of(&models::shop(), &models::shop());
    assert!(diff.is_empty());
    assert_eq!(diff.to_text(), "the models are the same\n");
}

/// The shop after a change: no SSH, a new cache, one score less.
fn changed() -> ThreatModel {
    let mut model = models::shop();
    model.flows.retain(|flow| &*flow.label != "tcp/22");
    model.threats.retain(|threat| &*threat.class.id != "T001");
    let ssh = model.paths.remove(0);
    let mut web = ssh;
    web.title = text("Internet to the database through the application");
    web.steps[0].class = text("T032");
    web.score = Score(72);
    model.paths.push(web);
    // Only its rank changes.
    model.paths[0].id = text("module.naming>backend.azurerm#1");
    for threat in &mut model.threats {
        if &*threat.class.id == "T006" {
            threat.dread.score = Score(20);
        }
    }
    for flow in &mut model.flows {
        if &*flow.label == "tcp/5432" {
            flow.encrypted = Encrypted::Yes;
            flow.crosses = vec![text("azurerm_subnet.app"), text("azurerm_subnet.db")];
        }
    }
    let mut cache = model.assets[0].clone();
    cache.id = text("azurerm_redis_cache.sessions");
    cache.name = text("sessions\u{1b}[31m");
    model.assets.push(cache);
    model.assets.sort_by(|a, b| a.id.cmp(&b.id));
    model.assets.iter_mut().filter(|asset| &*asset.id == "azurerm_lb.main").for_each(|asset| {
        asset.properties = vec![(text("public"), text("true"))];
    });
    model
}

#[test]
fn differences_are_told() {
    let diff = Diff::of(&models::shop(), &changed());
    insta::assert_snapshot!(diff.to_text(), @r"
    assets: 1 appeared, 0 went, 1 changed
      + identity_group sessions [31m (azurerm_redis_cache.sessions)
      ~ load_balancer lb-shop (azurerm_lb.main)
          public: false → true

    flows: 0 appeared, 2 went, 1 changed
      - lb-shop → vm-shop-app: network tcp/22
      - Internet → lb-shop: network tcp/22
      ~ vm-shop-app → psql-shop: network tcp/5432
          encrypted: unknown → yes

    boundaries crossed: 2 appeared, 0 went, 0 changed
      + vm-shop-app → psql-shop: network tcp/5432 crosses app 10.20.1.0/24
      + vm-shop-app → psql-shop: network tcp/5432 crosses db 10.20.2.0/24

    threats: 0 appeared, 1 went, 1 changed
      - 9.2 T001 Anyone on the internet can reach a management port and take over the host on vm-shop-app
      ~ 2.0 T006 Traffic in transit can be read or changed on the path on vm-shop-app → psql-shop (tcp/5432)
          score: 3.8 → 2.0

    attack paths: 1 appeared, 1 went, 0 changed
      + 7.2 Internet to the database through the application: Internet → lb-shop → vm-shop-app → psql-shop
      - 8.4 Internet to the database through SSH: Internet → lb-shop → vm-shop-app → psql-shop
    ");
    let json = diff.to_json();
    assert_eq!(json["version"], 1);
    assert_eq!(json["threats"]["went"][0]["id"], "T001@azurerm_linux_virtual_machine.app");
    assert_eq!(
        json["threats"]["changed"][0]["changes"][0],
        json!({"field": "score", "before": "3.8", "after": "2.0"})
    );
    assert_eq!(json["crossings"]["appeared"].as_array().unwrap().len(), 2);
    assert_eq!(json["paths"]["appeared"][0]["score"], 7.2);
}

/// Backwards, what appeared went.
#[test]
fn differences_turn_around() {
    let (there, back) =
        (Diff::of(&models::shop(), &changed()), Diff::of(&changed(), &models::shop()));
    for (there, back) in there.sections.iter().zip(&back.sections) {
        assert_eq!(there.appeared, back.went);
        assert_eq!(there.went, back.appeared);
        assert_eq!(there.changed.len(), back.changed.len());
    }
}

#[test]
fn a_rank_is_no_difference() {
    let mut model = models::shop();
    for path in &mut model.paths {
        path.id = Arc::from(format!("{}0", path.id));
    }
    assert!(Diff::of(&models::shop(), &model).is_empty());
}
