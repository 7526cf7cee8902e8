//! Small examples with models that people worked out from the tables (`fixtures/worked`): every asset, boundary, flow, threat and path.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rstest::rstest;
use serde_json::Value as Json;

use crate::aws_shop::lines;
use crate::model::{folder, model_of};

#[rstest]
fn the_example_has_the_model_that_the_tables_give(
    #[values("runner", "letters")] example: &str,
    #[values("assets", "boundaries", "flows", "threats", "paths")] what: &str,
) {
    let at = format!("worked/{example}");
    let expected = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/{at}.json"));
    let expected: Json = serde_json::from_str(&fs::read_to_string(expected).unwrap()).unwrap();
    let wanted = expected[what].as_array().unwrap().iter();
    let wanted: BTreeSet<String> = wanted.map(|line| line.as_str().unwrap().to_owned()).collect();
    let made = model_of(&folder(&at), None);
    assert_eq!(made.problems, []);
    let seen = lines(&made.model, what);
    let missing: Vec<&String> = wanted.difference(&seen).collect();
    let more: Vec<&String> = seen.difference(&wanted).collect();
    assert!(missing.is_empty() && more.is_empty(), "missing {missing:#?}\nnot expected {more:#?}");
}
