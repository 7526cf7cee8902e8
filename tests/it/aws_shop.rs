//! The example on AWS: assets, boundaries, flows, threats and paths of its variants, as the program gave them and people read them through.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use dreadnought::finding::Factor;
use dreadnought::model::ThreatModel;
use rstest::rstest;
use serde_json::Value as Json;

use crate::model::{folder, model_of};

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/aws-shop");
    fs::read_to_string(root.join(path)).unwrap()
}

/// A model in lines, by what they are about.
pub(crate) fn lines(model: &ThreatModel, what: &str) -> BTreeSet<String> {
    let factors = |dread: &dreadnought::finding::Dread| {
        let all: Vec<String> =
            Factor::ALL.iter().map(|factor| dread.get(*factor).to_string()).collect();
        all.join(" ")
    };
    match what {
        "assets" => model
            .assets
            .iter()
            .map(|asset| {
                let merges: Vec<&str> = asset.merges.iter().map(|part| &**part).collect();
                let boundary = asset.boundary.as_deref().unwrap_or("-");
                format!("{} {} in {boundary} [{}]", asset.id, asset.kind, merges.join(" "))
            })
            .collect(),
        "boundaries" => model
            .boundaries
            .iter()
            .map(|zone| {
                format!("{} {} in {}", zone.id, zone.kind, zone.parent.as_deref().unwrap_or("-"))
            })
            .collect(),
        "flows" => model
            .flows
            .iter()
            .map(|flow| format!("{} {}", flow.id, flow.encrypted.name()))
            .collect(),
        "threats" => model
            .threats
            .iter()
            .map(|threat| {
                let context: Vec<String> =
                    threat.context.iter().map(|(name, state)| format!("{name}={state}")).collect();
                format!(
                    "{} {}: {} = {} {}",
                    threat.class.id,
                    threat.target,
                    factors(&threat.dread.dread),
                    threat.dread.score,
                    context.join(" ")
                )
            })
            .collect(),
        _ => model
            .paths
            .iter()
            .map(|path| {
                let steps: Vec<&str> = path.steps.iter().map(|step| &*step.class).collect();
                format!(
                    "{}: {} = {} {}",
                    path.nodes.join(" > "),
                    steps.join(" "),
                    factors(&path.dread),
                    path.score
                )
            })
            .collect(),
    }
}

#[rstest]
fn the_example_has_its_model(
    #[values("seed", "no-address", "hardened", "overprivileged")] variant: &str,
    #[values("assets", "boundaries", "flows", "threats", "paths")] what: &str,
) {
    let expected: Json = serde_json::from_str(&read("expected_model.json")).unwrap();
    let wanted = &expected[what];
    let wanted = if wanted.is_array() { wanted } else { &wanted[variant] };
    let wanted: BTreeSet<String> =
        wanted.as_array().unwrap().iter().map(|line| line.as_str().unwrap().to_owned()).collect();
    let made = model_of(&folder("aws-shop"), Some(&read(&format!("tfvars/{variant}.tfvars"))));
    assert_eq!(made.problems, []);
    let seen = lines(&made.model, what);
    let missing: Vec<&String> = wanted.difference(&seen).collect();
    let more: Vec<&String> = seen.difference(&wanted).collect();
    assert!(missing.is_empty() && more.is_empty(), "missing {missing:#?}\nnot expected {more:#?}");
}
