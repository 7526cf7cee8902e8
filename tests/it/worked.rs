//! Small examples with models that people worked out from the tables (`fixtures/worked`): every asset, boundary, flow, threat and path.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use rstest::rstest;
use serde_json::Value as Json;

use crate::aws_shop::lines;
use crate::model::{folder, model_of};

const ASPECTS: [&str; 5] = ["assets", "boundaries", "flows", "threats", "paths"];

fn expected(example: &str) -> Json {
    let at = format!("fixtures/worked/{example}.json");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(at);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn texts(list: &Json) -> BTreeSet<String> {
    let all = list.as_array().into_iter().flatten();
    all.map(|line| line.as_str().unwrap().to_owned()).collect()
}

/// Compare a model with lines, aspect by aspect.
fn compare(tree: &BTreeMap<String, String>, wanted: &dyn Fn(&str) -> BTreeSet<String>, what: &str) {
    let made = model_of(tree, None);
    assert_eq!(made.problems, [], "{what}");
    for aspect in ASPECTS {
        let (wanted, seen) = (wanted(aspect), lines(&made.model, aspect));
        let missing: Vec<&String> = wanted.difference(&seen).collect();
        let more: Vec<&String> = seen.difference(&wanted).collect();
        assert!(
            missing.is_empty() && more.is_empty(),
            "{what}: missing {missing:#?}\nnot expected {more:#?}"
        );
    }
}

#[rstest]
fn the_example_has_the_model_that_the_tables_give(
    #[values(
        "runner",
        "letters",
        "tickets",
        "parcels",
        "intake",
        "tiles",
        "rooms",
        "notes",
        "trackers",
        "ferries",
        "petitions",
        "rivers",
        "wards",
        "orchards",
        "museum",
        "harbor",
        "bakery",
        "tiers",
        "gazette",
        "claims",
        "media",
        "clicks",
        "surgery"
    )]
    example: &str,
) {
    let expected = expected(example);
    compare(&folder(&format!("worked/{example}")), &|aspect| texts(&expected[aspect]), example);
}

/// One change takes a way away, or makes what is left of it weigh less: all else stays as it was.
#[rstest]
fn a_variant_differs_where_it_should(
    #[values(
        "tickets",
        "parcels",
        "intake",
        "tiles",
        "rooms",
        "notes",
        "trackers",
        "ferries",
        "petitions",
        "rivers",
        "wards",
        "orchards",
        "museum",
        "harbor",
        "bakery",
        "tiers",
        "gazette",
        "claims",
        "media",
        "clicks",
        "surgery"
    )]
    example: &str,
) {
    let expected = expected(example);
    let variants = expected["variants"].as_array().unwrap();
    assert!(variants.len() >= 2);
    for variant in variants {
        let about = variant["about"].as_str().unwrap();
        let mut tree = folder(&format!("worked/{example}"));
        for pair in variant["replace"].as_array().unwrap().chunks(2) {
            let [from, to] = pair else { panic!() };
            let (from, to) = (from.as_str().unwrap(), to.as_str().unwrap());
            let count: usize = tree.values().map(|text| text.matches(from).count()).sum();
            assert_eq!(count, 1, "{about}: {from}");
            for text in tree.values_mut() {
                *text = text.replace(from, to);
            }
        }
        let wanted = |aspect: &str| {
            let (gone, new) = (texts(&variant["gone"][aspect]), texts(&variant["new"][aspect]));
            let base = texts(&expected[aspect]);
            assert!(gone.is_subset(&base), "{about}");
            &(&base - &gone) | &new
        };
        compare(&tree, &wanted, about);
    }
}
