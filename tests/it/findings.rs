//! Tests of findings: fingerprints.

use std::sync::Arc;

use dreadnought::document::{Pointer, Resource, Value};
use dreadnought::finding::Finding;
use dreadnought::finding::fingerprint::{assign, fingerprint, stable_path};
use dreadnought::source::{FileId, Place, Span};
use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value as Json, json};

use crate::documents::{pointer, resource};
use crate::reports::{finding, rule};

fn place(start: usize) -> Place {
    Place { file: FileId(0), span: Span::new(start, start + 1) }
}

fn group(json: Json) -> Resource {
    resource("aws_security_group.a", Value::from(json), place(0))
}

/// Fingerprints of findings at these pointers of one resource.
fn fingerprints(resource: &Resource, at: &[&str]) -> Vec<String> {
    let make = |at: &&str| Finding {
        attribute: pointer(at),
        ..finding(&rule("aws/ssh", "T001"), "aws_security_group.a", place(3))
    };
    let mut findings: Vec<Finding> = at.iter().map(make).collect();
    assign(&mut findings, |_| Some(resource));
    findings.into_iter().map(|finding| finding.fingerprint).collect()
}

fn path(attributes: Json, at: &str) -> Vec<String> {
    stable_path(&Value::from(attributes), &Value::from(json!({})), &pointer(at))
}

#[test]
fn a_fingerprint_has_one_form_and_depends_on_each_part() {
    let path = ["acl".to_owned()];
    let base = fingerprint("aws/a", Some("."), "aws_x.a", &path, 0);
    // Waivers outlive versions: this value must never change.
    insta::assert_snapshot!(base, @"dn1:b9e9a6a7b84257b52173608bb202b9b0");
    let others = [
        fingerprint("aws/b", Some("."), "aws_x.a", &path, 0),
        fingerprint("aws/a", Some("b"), "aws_x.a", &path, 0),
        fingerprint("aws/a", None, "aws_x.a", &path, 0),
        fingerprint("aws/a", Some("."), "aws_x.b", &path, 0),
        fingerprint("aws/a", Some("."), "aws_x.a", &[], 0),
        fingerprint("aws/a", Some("."), "aws_x.a", &["a".into(), "cl".into()], 0),
        fingerprint("aws/a", Some("."), "aws_x.a", &path, 1),
    ];
    assert!(others.iter().all(|other| *other != base));
}

#[rstest]
#[case::name(json!([{"name": "b"}, {"name": "a", "port": 1}]), "/list/1/port", &["list", r#"name="a""#, "port"])]
#[case::name_in_capitals(json!([{"Sid": "Read"}]), "/list/0/Action", &["list", r#"sid="Read""#, "Action"])]
#[case::number(json!([{"rule_no": 100}]), "/list/0", &["list", "rule_no=100"])]
#[case::empty_name_says_nothing(json!([{"name": ""}, {}]), "/list/0", &["list", r#"={"name":""}"#])]
#[case::traffic(json!([{"from_port": 22, "description": "x"}, {}]), "/list/0", &["list", r#"{"from_port":22}"#])]
#[case::grant(json!([{"verbs": ["b", "a"], "x": 1}, {}]), "/list/0", &["list", r#"{"verbs":["a","b"]}"#])]
#[case::a_lone_block(json!([{"enabled": true}]), "/list/0/enabled", &["list", "only", "enabled"])]
#[case::content(json!([{"b": [2, 1], "a": {}}, {}]), "/list/0", &["list", r#"={"a":{},"b":[1,2]}"#])]
#[case::a_scalar(json!(["a", "b"]), "/list/1", &["list", r#"="b""#])]
#[case::beyond_the_list(json!([]), "/list/3/a", &["list", "3", "a"])]
#[case::not_a_position(json!([1]), "/list/x", &["list", "x"])]
#[case::numbered_key(json!({"0": {"a": 1}}), "/list/0/a", &["list", "0", "a"])]
fn a_list_position_gives_way_to_what_identifies_the_element(
    #[case] list: Json,
    #[case] at: &str,
    #[case] expected: &[&str],
) {
    assert_eq!(path(json!({"list": list}), at), expected);
}

#[test]
fn a_path_goes_on_into_a_parsed_text() {
    let parsed =
        Value::from(json!({"inline/0/policy": {"Statement": [{"Sid": "A"}, {"Sid": "B"}]}}));
    let attributes = Value::from(json!({"inline": [{"name": "p", "policy": "{…}"}]}));
    assert_eq!(
        stable_path(&attributes, &parsed, &pointer("/inline/0/policy/Statement/1/Action")),
        ["inline", r#"name="p""#, "policy", "Statement", r#"sid="B""#, "Action"]
    );
    let unknown = Value::object([("policy".into(), Value::unknown("why"))].into_iter().collect());
    let parsed = Value::from(json!({"policy": {"Statement": [{"Sid": "A"}]}}));
    assert_eq!(
        stable_path(&unknown, &parsed, &pointer("/policy/Statement/0")),
        ["policy", "Statement", r#"sid="A""#]
    );
}

#[test]
fn two_open_rules_in_one_group_differ_and_so_do_equal_ones() {
    let open =
        |port: u16| json!({"from_port": port, "to_port": port, "cidr_blocks": ["0.0.0.0/0"]});
    let group = group(json!({"ingress": [open(22), open(22), open(3389)]}));
    let mut all = fingerprints(&group, &["/ingress/0", "/ingress/1", "/ingress/2"]);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 3);
}

#[test]
fn a_renamed_folder_keeps_the_second_fingerprint() {
    let group = group(json!({"ingress": [{"from_port": 22}]}));
    let mut findings = vec![finding(&rule("aws/ssh", "T001"), "aws_security_group.a", place(3)); 2];
    findings[1].resource.document = "renamed".into();
    assign(&mut findings, |_| Some(&group));
    assert_ne!(findings[0].fingerprint, findings[1].fingerprint);
    assert_eq!(findings[0].fingerprint_without_root, findings[1].fingerprint_without_root);
}

#[test]
fn a_finding_whose_resource_is_not_found_has_a_fingerprint() {
    let mut findings = vec![finding(&rule("aws/ssh", "T001"), "aws_security_group.a", place(3))];
    assign(&mut findings, |_| None);
    assert!(findings[0].fingerprint.starts_with("dn1:"));
}

/// An ingress block: named or not, with ports from a small range so that equals occur.
fn block() -> impl Strategy<Value = Json> {
    let cidrs =
        proptest::sample::subsequence(vec!["0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16"], 0..=3);
    (0..4u16, cidrs, proptest::option::of("[a-c]")).prop_map(|(port, cidrs, name)| match name {
        Some(name) => json!({"name": name, "from_port": port, "cidr_blocks": cidrs}),
        None => json!({"from_port": port, "to_port": port, "cidr_blocks": cidrs}),
    })
}

fn at_each(blocks: &[Json]) -> Vec<String> {
    (0..blocks.len()).map(|at| format!("/ingress/{at}/cidr_blocks")).collect()
}

fn sorted(blocks: &[Json], more: &Json) -> Vec<String> {
    let mut attributes = json!({"ingress": blocks});
    for (key, value) in more.as_object().unwrap() {
        attributes[key] = value.clone();
    }
    let at = at_each(blocks);
    let at: Vec<&str> = at.iter().map(String::as_str).collect();
    let mut all = fingerprints(&group(attributes), &at);
    all.sort();
    all
}

proptest! {
    #[test]
    fn reordering_keeps_fingerprints(
        (blocks, shuffled) in proptest::collection::vec(block(), 1..6)
            .prop_flat_map(|blocks| (Just(blocks.clone()), Just(blocks).prop_shuffle())),
    ) {
        let before = sorted(&blocks, &json!({}));
        prop_assert_eq!(&before, &sorted(&shuffled, &json!({})));
        let turned: Vec<Json> = blocks.iter().cloned().map(|mut block| {
            block["cidr_blocks"].as_array_mut().unwrap().reverse();
            block
        }).collect();
        prop_assert_eq!(&before, &sorted(&turned, &json!({})));
        let mut distinct = before;
        distinct.dedup();
        prop_assert_eq!(distinct.len(), blocks.len());
    }

    #[test]
    fn unrelated_edits_keep_fingerprints(
        blocks in proptest::collection::vec(block(), 1..5),
        added in block(),
        text in "[a-z]{0,5}",
    ) {
        let before = sorted(&blocks, &json!({}));
        prop_assert_eq!(&before, &sorted(&blocks, &json!({"description": text, "egress": [added]})));
        let described: Vec<Json> = blocks.iter().cloned().map(|mut block| {
            block["description"] = text.clone().into();
            block
        }).collect();
        prop_assert_eq!(&before, &sorted(&described, &json!({})));
        let mut longer = blocks;
        longer.push(added);
        let after = sorted(&longer, &json!({}));
        prop_assert!(before.iter().all(|fingerprint| after.contains(fingerprint)));
    }

    #[test]
    fn any_pointer_gives_a_path_of_as_many_parts(text in "(/[a-c0-2~/]{0,3}){0,5}") {
        let at = Pointer::parse(&text).unwrap();
        let attributes = Value::from(json!({"a": [[1, {"b": [{}]}], "x"], "b": {"0": 1}}));
        let path = stable_path(&attributes, &Value::from(json!({"a/1": {"c": [1]}})), &at);
        prop_assert_eq!(path.len(), at.parts().count());
    }
}

#[test]
fn moved_lines_do_not_count() {
    let make = |start| finding(&rule("aws/ssh", "T001"), "aws_security_group.a", place(start));
    let mut findings = vec![make(1)];
    let mut moved = vec![make(900)];
    let group = Arc::new(group(json!({})));
    assign(&mut findings, |_| Some(&group));
    assign(&mut moved, |_| Some(&group));
    assert_eq!(findings[0].fingerprint, moved[0].fingerprint);
}
