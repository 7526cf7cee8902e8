//! Provider facts: the tables, schema files, and what evaluation makes of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use dreadnought::document::{Document, Pointer, Value};
use dreadnought::project::{Options, Project};
use dreadnought::source::MemoryFileSystem;
use dreadnought::vocabulary::{self, Nesting, TABLES, Vocabulary};
use proptest::prelude::*;
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
    let missing: Vec<&str> = types.lines().filter(|name| vocabulary.find(name).is_none()).collect();
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
    "/ingress", json!([{"from_port": 80, "to_port": 80, "protocol": "tcp", "cidr_blocks": ["b", "a"]}]))]
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
#[case::member_that_the_provider_fills_in(
    "azurerm_virtual_network",
    "one(azurerm_virtual_network.b.subnet).id",
    None
)]
fn reading_what_is_not_written(
    #[case] kind: &str,
    #[case] read: &str,
    #[case] expected: Option<serde_json::Value>,
) {
    let read = if read.starts_with("a.") { format!("{kind}.{read}") } else { read.to_owned() };
    let document = document(&format!(
        "resource \"azurerm_virtual_network\" \"b\" {{\n subnet {{\n name = \"x\"\n }}\n}}\nresource \"{kind}\" \"a\" {{}}\noutput \"o\" {{\n value = {read}\n}}\n"
    ));
    match expected {
        None => assert!(matches!(output(&document), Value::Unknown(_)), "{:?}", output(&document)),
        Some(expected) => assert_eq!(output(&document), &Value::from(expected)),
    }
}

/// What is written as the schema has it stays as it is written.
fn fitting() -> impl Strategy<Value = String> {
    let text = || "[a-z]{1,6}".prop_map(|text| format!("\"{text}\""));
    let texts = || prop::collection::btree_set("[a-z]{1,4}", 0..4);
    let list = || texts().prop_map(|all| format!("{:?}", all.into_iter().collect::<Vec<_>>()));
    let member = prop_oneof![
        text().prop_map(|text| format!("ami = {text}")),
        any::<bool>().prop_map(|bool| format!("monitoring = {bool}")),
        (0..1000_u32).prop_map(|number| format!("cpu_core_count = {number}")),
        list().prop_map(|list| format!("vpc_security_group_ids = {list}")),
        list().prop_map(|list| format!("ipv6_addresses = {list}")),
        text().prop_map(|text| format!("tags = {{ a = {text} }}")),
        (0..100_u32).prop_map(|size| format!("root_block_device {{\n volume_size = {size}\n }}")),
        text()
            .prop_map(|text| format!("network_interface {{\n network_interface_id = {text}\n }}")),
    ];
    let name = |member: &String| member.split_whitespace().next().unwrap_or_default().to_owned();
    prop::collection::vec(member, 0..6).prop_map(move |mut members| {
        members.sort();
        members.dedup_by(|a, b| name(a) == name(b));
        members.join("\n ")
    })
}

proptest! {
    #[test]
    fn facts_change_no_value_that_fits(body in fitting()) {
        let known = format!("resource \"aws_instance\" \"a\" {{\n {body}\n}}\n");
        let unknown = known.replace("aws_instance", "acme_instance");
        let (known, unknown) = (document(&known), document(&unknown));
        for (name, value) in unknown.resources[0].attributes.as_object().unwrap() {
            prop_assert_eq!(known.resources[0].attributes.get(name), Some(value), "{}", name);
        }
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

const SCHEMA: &str = r#"{"provider_schemas": {"registry.example/acme/acme": {"resource_schemas": {"acme_host": {"block": {
  "attributes": {"id": {"type": "string", "computed": true}, "name": {"type": "string", "required": true},
    "port": {"type": "number", "optional": true}, "secret": {"type": "string", "optional": true, "sensitive": true},
    "rules": {"type": ["list", ["object", {"a": "string"}]], "optional": true},
    "one": {"optional": true, "nested_type": {"nesting_mode": "single", "attributes": {"x": {"type": "string", "optional": true}}}}},
  "block_types": {"disk": {"nesting_mode": "list", "min_items": 1, "max_items": 2, "block": {"attributes": {"size": {"type": "number", "required": true}}}}}
}}}}}}"#;

/// What a schema file says is what there is: the rest is refused as Terraform refuses it.
#[rstest]
#[case::fine("name = \"a\"\n disk {\n size = 1\n }", "")]
#[case::argument(
    "name = \"a\"\n nope = 1\n disk {\n size = 1\n }",
    "3: an argument named \"nope\" is not expected here"
)]
#[case::missing("disk {\n size = 1\n }", "1: the argument \"name\" is required")]
#[case::block(
    "name = \"a\"\n nope {}\n disk {\n size = 1\n }",
    "3: blocks of type \"nope\" are not expected here"
)]
#[case::inner(
    "name = \"a\"\n disk {\n size = 1\n nope = 1\n }",
    "5: an argument named \"nope\" is not expected here"
)]
#[case::inner_missing("name = \"a\"\n disk {\n }", "3: the argument \"size\" is required")]
#[case::too_few("name = \"a\"", "1: at least 1 \"disk\" blocks are required")]
#[case::too_many(
    "name = \"a\"\n disk {\n size = 1\n }\n disk {\n size = 1\n }\n disk {\n size = 1\n }",
    "9: no more than 2 \"disk\" blocks are allowed"
)]
#[case::too_many_made(
    "name = \"a\"\n dynamic \"disk\" {\n for_each = [1, 2, 3]\n content {\n size = disk.value\n }\n }",
    "5: no more than 2 \"disk\" blocks are allowed"
)]
#[case::as_argument(
    "name = \"a\"\n disk = []",
    "3: an argument named \"disk\" is not expected here; it is written as a block"
)]
#[case::type_(
    "name = \"a\"\n port = \"any\"\n disk {\n size = 1\n }",
    "3: the value of \"port\" does not fit: a number is required"
)]
#[case::attribute_as_blocks("name = \"a\"\n rules {\n a = 1\n }\n disk {\n size = 1\n }", "")]
#[case::nested_type(
    "name = \"a\"\n one = [1]\n disk {\n size = 1\n }",
    "3: the value of \"one\" does not fit: object required"
)]
fn an_exact_schema_is_kept_to(#[case] body: &str, #[case] expected: &str) {
    let text = format!("resource \"acme_host\" \"a\" {{\n {body}\n}}\n");
    let project = load_with(&[("main.tf", &text)], Vocabulary::new([SCHEMA]).unwrap());
    let problems: Vec<String> = project.documents[0]
        .problems
        .iter()
        .map(|problem| {
            let place = problem.place.unwrap();
            let line = project.sources.get(place.file).position(place.span.start).line;
            format!("{line}: {}", problem.message)
        })
        .collect();
    assert!(
        if expected.is_empty() {
            problems.is_empty()
        } else {
            problems.contains(&expected.to_owned())
        },
        "{problems:#?}"
    );
}

#[test]
fn an_attribute_that_there_is_not_cannot_be_read() {
    let text = "resource \"acme_host\" \"a\" {\n name = \"a\"\n disk {\n size = 1\n }\n}\noutput \"o\" {\n value = acme_host.a.nope\n}\n";
    let project = load_with(&[("main.tf", text)], Vocabulary::new([SCHEMA]).unwrap());
    let problems = &project.documents[0].problems;
    assert!(problems.iter().any(|it| it.message.contains("named \"nope\"")), "{problems:?}");
}

/// Where the schema says so, a value is sensitive, whoever reads it.
#[test]
fn what_a_schema_calls_sensitive_is_shown_nowhere() {
    let text = "resource \"acme_host\" \"a\" {\n name = \"a\"\n secret = \"hush-hush\"\n disk {\n size = 1\n }\n}\noutput \"o\" {\n sensitive = true\n value = \"x-${acme_host.a.secret}\"\n}\n";
    let project = load_with(&[("main.tf", text)], Vocabulary::new([SCHEMA]).unwrap());
    let json = dreadnought::document::json::documents(&project.documents, &project.sources, &[]);
    let json = serde_json::to_string(&json).unwrap();
    assert!(!json.contains("hush"), "{json}");
    assert!(project.documents[0].outputs[0].sensitive);
}

#[test]
fn members_of_json_are_blocks_where_facts_say_so() {
    let json = r#"{"resource": {"aws_instance": {"a": {"ami": "x", "root_block_device": {"volume_size": "8"},
        "dynamic": {"ebs_block_device": {"for_each": ["b", "a"], "content": {"device_name": "${ebs_block_device.value}"}}}}}}}"#;
    let project = load_with(&[("main.tf.json", json)], Vocabulary::default());
    let attributes = project.documents[0].resources[0].attributes.to_json();
    assert_eq!(attributes["root_block_device"], json!([{"volume_size": 8}]));
    assert_eq!(attributes["ebs_block_device"], json!([{"device_name": "a"}, {"device_name": "b"}]));
}

/// What the provider fills in stands beside what is written, also in blocks that are written.
#[test]
fn defaults_stand_beside_what_is_written() {
    let document = document(
        "resource \"aws_db_instance\" \"a\" {\n monitoring_interval = 5\n}\nresource \"aws_instance\" \"b\" {\n metadata_options {\n http_tokens = \"required\"\n }\n}\n",
    );
    let database = &document.resources[0].defaults;
    assert_eq!(database.get("publicly_accessible"), Some(&Value::Bool(false)));
    assert_eq!(database.get("monitoring_interval"), None);
    let host = document.resources[1].defaults.to_json();
    assert_eq!(
        host["metadata_options"],
        json!([{"http_endpoint": "enabled", "http_protocol_ipv6": "disabled"}])
    );
    assert_eq!(host["root_block_device"], json!(null));
}

/// A line that says nothing would be passed over without a word.
#[rstest]
#[case::forms(&vocabulary::FORMS, 2)]
#[case::ends(&vocabulary::ENDS, 3)]
fn lines_of_small_tables_say_something(
    #[case] table: &'static vocabulary::Rows,
    #[case] columns: usize,
) {
    assert!(!table.is_empty());
    for row in table.values().flatten() {
        let parts: Vec<&str> = row.split('\t').collect();
        assert_eq!(parts.len(), columns, "{row}");
        let says = match columns {
            2 => ["lower", "upper", "domain", "protocol"].contains(&parts[1]),
            _ => !(parts[1].is_empty() && parts[2].is_empty()),
        };
        assert!(says, "{row}");
    }
}
