//! Provider facts: the tables, schema files, and what evaluation makes of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use dreadnought::document::{Document, Pointer, Value};
use dreadnought::project::{Options, Project};
use dreadnought::source::MemoryFileSystem;
use dreadnought::vocabulary::{self, Nesting, TABLES, Vocabulary};
use rstest::rstest;
use serde_json::json;

fn fixture(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(path)).unwrap()
}

#[test]
fn every_line_of_every_table_is_found_and_reads() {
    let mut names = BTreeSet::new();
    for table in TABLES {
        let head: Vec<&str> = table.head().collect();
        assert!(head.iter().any(|line| line.starts_with("provider ")), "{}: {head:?}", table.path);
        assert!(head.iter().any(|line| line.starts_with("source ")), "{}: {head:?}", table.path);
        for line in table.lines() {
            vocabulary::parse(line.items)
                .unwrap_or_else(|error| panic!("{}: {}: {error}", table.path, line.name));
            assert_eq!(table.line(line.name), Some(line), "{} is not in order", line.name);
            assert!(names.insert(line.name), "{} has two lines", line.name);
        }
        for name in ["", "a", "aws_", "zzz", "ünknown", "#"] {
            assert_eq!(table.line(name), None, "{name} in {}", table.path);
        }
    }
}

#[rstest]
#[case::no_type("name:")]
#[case::no_name(":s")]
#[case::open_block("a[(b:s")]
#[case::closed_twice("a[(b:s))")]
#[case::no_nesting("a(b:s)")]
#[case::no_maximum("a[1-(b:s)")]
#[case::bad_default("a:s?~x")]
#[case::two_blanks("a:s  b:s")]
fn a_line_with_a_mistake_says_where(#[case] items: &str) {
    assert!(vocabulary::parse(items).unwrap_err().contains("expected at"));
}

#[test]
fn what_is_nested_without_end_is_refused() {
    let error = vocabulary::parse(&format!("a:{}s", "[".repeat(100_000))).unwrap_err();
    assert!(error.contains("deep"), "{error}");
}

#[test]
fn a_line_reads_as_it_is_meant() {
    let block = vocabulary::parse(
        "a:s!* b:<(x:n,y:b?)?= c:n?~1.5@2.0 d<0-2=(e:{s?) f.(...) g{(h:a=) i:s?~\"x y\" ...",
    )
    .unwrap();
    let a = &block.attributes["a"];
    assert!(a.required && a.sensitive && !a.optional && !a.computed);
    assert!(block.attributes["b"].computed && block.attributes["b"].optional);
    let default = block.attributes["c"].default.as_ref().unwrap();
    assert_eq!((&default.value, default.since.as_deref()), (&json!(1.5), Some("2.0")));
    assert_eq!(block.attributes["i"].default.as_ref().unwrap().value, json!("x y"));
    let d = &block.blocks["d"];
    assert_eq!((d.nesting, d.min, d.max, d.computed), (Nesting::Set, 0, 2, true));
    assert_eq!(block.blocks["f"].nesting, Nesting::Single);
    assert!(block.blocks["f"].block.partial && block.partial && !d.block.partial);
    assert!(block.blocks["g"].block.attributes["h"].is_output());
}

#[rstest]
#[case::no_json("{", "not what")]
#[case::other_json("[]", "not what")]
#[case::bad_type(
    r#"{"provider_schemas": {"x/y/z": {"resource_schemas": {"z_a": {"block": {"attributes": {"b": {"type": "text"}}}}}}}}"#,
    "z_a: \"text\" is no type"
)]
fn a_bad_schema_file_is_refused(#[case] text: &str, #[case] expected: &str) {
    let error = Vocabulary::new([text]).unwrap_err();
    assert!(error.contains(expected), "{error}");
}

#[test]
fn the_most_used_types_have_facts() {
    let vocabulary = Vocabulary::default();
    let types = fixture("vocabulary/most-used.txt");
    let missing: Vec<&str> = types
        .lines()
        .filter(|name| name.starts_with("aws_"))
        .filter(|name| vocabulary.find(name).is_none())
        .collect();
    assert_eq!(types.lines().count(), 150);
    assert_eq!(missing, Vec::<&str>::new());
}

fn load_with(files: &[(&str, &str)], vocabulary: Vocabulary) -> Project {
    let files = MemoryFileSystem::from(files);
    let vocabulary = Arc::new(vocabulary);
    let options = Options { paths: vec![String::new()], vocabulary, ..Options::default() };
    Project::load(&files, &options)
}

fn document(text: &str) -> Document {
    let project = load_with(&[("main.tf", text)], Vocabulary::default());
    let document = project.documents.into_iter().next().unwrap();
    assert_eq!(document.problems, []);
    document
}

fn output(document: &Document) -> &Value {
    &document.outputs[0].value
}

/// What is written becomes what the schema says, as a plan shows it.
#[rstest]
#[case::text_as_number("aws_db_instance", "port = \"5432\"", "/port", json!(5432))]
#[case::number_as_text("aws_instance", "ami = 5", "/ami", json!("5"))]
#[case::text_as_bool("aws_instance", "monitoring = \"true\"", "/monitoring", json!(true))]
#[case::tags_are_texts("aws_vpc", "tags = { a = 1, b = true }", "/tags", json!({"a": "1", "b": "true"}))]
#[case::sets_are_sorted("aws_instance", "vpc_security_group_ids = [\"b\", \"a\", \"b\"]",
    "/vpc_security_group_ids", json!(["a", "b"]))]
#[case::lists_are_not("aws_lb", "subnets = [\"b\", \"a\"]\n idle_timeout = \"60\"", "/subnets", json!(["a", "b"]))]
#[case::attribute_as_blocks("aws_security_group",
    "ingress {\n from_port = \"80\"\n to_port = 80\n protocol = 6\n cidr_blocks = [\"b\", \"a\"]\n }",
    "/ingress", json!([{"from_port": 80, "to_port": 80, "protocol": "6", "cidr_blocks": ["b", "a"]}]))]
#[case::nested_block("aws_instance", "root_block_device {\n volume_size = \"8\"\n }",
    "/root_block_device", json!([{"volume_size": 8}]))]
#[case::single_block_stays_a_list("aws_instance", "timeouts {\n create = 5\n }", "/timeouts", json!([{"create": "5"}]))]
#[case::what_does_not_fit_stays("aws_db_instance", "port = \"any\"", "/port", json!("any"))]
#[case::what_is_not_listed_stays("aws_vpc", "of_the_future = [2, 1]", "/of_the_future", json!([2, 1]))]
fn written_values_become_what_the_schema_says(
    #[case] kind: &str,
    #[case] body: &str,
    #[case] pointer: &str,
    #[case] expected: serde_json::Value,
) {
    let document = document(&format!("resource \"{kind}\" \"a\" {{\n {body}\n}}\n"));
    let value = document.resources[0].attributes.at(&Pointer::parse(pointer).unwrap()).unwrap();
    assert_eq!(value.to_json(), expected);
}

/// What reading an attribute gives that nobody wrote; null is what is not computed.
#[rstest]
#[case::optional("aws_instance", "a.user_data_replace_on_change", Some(json!(false)))]
#[case::optional_without_default("aws_instance", "a.hibernation", Some(json!(null)))]
#[case::default("aws_db_instance", "a.publicly_accessible", Some(json!(false)))]
#[case::computed("aws_instance", "a.private_ip", None)]
#[case::no_blocks("aws_s3_bucket_lifecycle_configuration", "length(aws_s3_bucket_lifecycle_configuration.a.rule)", Some(json!(0)))]
#[case::computed_blocks("aws_instance", "length(aws_instance.a.root_block_device)", None)]
#[case::id_is_never_null("aws_vpc", "aws_vpc.a.id == null", Some(json!(false)))]
#[case::arn_is_never_null("aws_vpc", "aws_vpc.a.arn == null", Some(json!(false)))]
#[case::not_listed("aws_vpc", "a.of_the_future", None)]
fn reading_what_is_not_written(
    #[case] kind: &str,
    #[case] read: &str,
    #[case] expected: Option<serde_json::Value>,
) {
    let read = if read.starts_with("a.") { format!("{kind}.{read}") } else { read.to_owned() };
    let document = document(&format!(
        "resource \"{kind}\" \"a\" {{}}\noutput \"o\" {{\n value = {read}\n}}\n"
    ));
    match expected {
        None => assert!(matches!(output(&document), Value::Unknown(_)), "{:?}", output(&document)),
        Some(expected) => assert_eq!(output(&document), &Value::from(expected)),
    }
}

/// A finding points to where an element is written, not to where it stands after sorting.
#[test]
fn places_follow_the_elements_of_sets() {
    let text = "resource \"aws_instance\" \"a\" {\n  vpc_security_group_ids = [\n    \"b\",\n    \"a\",\n  ]\n}\n";
    let project = load_with(&[("main.tf", text)], Vocabulary::default());
    let resource = &project.documents[0].resources[0];
    let line = |pointer: &str| {
        let place = resource.place_of(&Pointer::parse(pointer).unwrap());
        project.sources.get(place.file).position(place.span.start).line
    };
    assert_eq!((line("/vpc_security_group_ids/0"), line("/vpc_security_group_ids/1")), (4, 3));
}
