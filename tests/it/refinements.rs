//! What is known of unknown values: in documents, and what it decides in rules.

use std::sync::Arc;

use dreadnought::document::{self, Bounds, Piece, Unknown, Value, ValueType};
use dreadnought::project::{Options, Project};
use dreadnought::source::MemoryFileSystem;
use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value as Json, json};

/// An unknown value from what documents say of it.
pub(crate) fn unknown(reason: &str, known: &Json) -> Value {
    let kinds = [
        ValueType::Array,
        ValueType::Boolean,
        ValueType::Number,
        ValueType::Object,
        ValueType::String,
    ];
    let text = |key: &str| Piece::from(known[key].as_str().unwrap_or_default());
    let bounds = known.get("length").or(known.get("value")).unwrap_or(&Json::Null);
    let made = Unknown {
        reason: reason.into(),
        kind: kinds.into_iter().find(|kind| known["type"] == kind.name()),
        not_null: known["not_null"] == true,
        prefix: text("prefix"),
        suffix: text("suffix"),
        segment: known["segment"] == true,
        bounds: Bounds { least: bounds["least"].as_i64(), most: bounds["most"].as_i64() },
        one_of: None,
        parts: Piece::default(),
        elements: known["elements"]
            .as_array()
            .map(|all| all.iter().cloned().map(Value::from).collect::<Vec<_>>())
            .unwrap_or_default()
            .into(),
    };
    let values = known["one_of"].as_array().cloned().unwrap_or_default();
    Value::Unknown(Arc::new(made.among(values.into_iter().map(Value::from).collect())))
}

/// Something that holds for a value, as documents say it; which parts of it, the bits choose.
pub(crate) fn refined(value: &Json, parts: u16) -> Json {
    let has = |bit: u16| parts & (1 << bit) != 0;
    let mut known = json!({});
    let kind = match value {
        // Of what type it would be if it were not null.
        Json::Null => ["array", "boolean", "number", "object", "string"][usize::from(parts % 5)],
        Json::Bool(_) => "boolean",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    };
    if has(0) && !value.is_null() {
        known["not_null"] = json!(true);
    }
    if !has(1) {
        return known;
    }
    known["type"] = json!(kind);
    let text = if value.is_null() { "xy" } else { value.as_str().unwrap_or_default() };
    let cut = |bit: u16| usize::from(has(bit)) + usize::from(has(bit + 1));
    if has(2) && kind == "string" {
        known["prefix"] = text.chars().take(cut(3)).collect::<String>().into();
        let skipped = text.chars().count().saturating_sub(cut(5));
        known["suffix"] = text.chars().skip(skipped).collect::<String>().into();
    }
    let beginning = known["prefix"].as_str().map_or(0, str::len);
    if has(15) && kind == "string" && !text[beginning..].contains('/') {
        known["segment"] = json!(true);
    }
    let (name, at) = match value {
        Json::Array(items) => ("length", i64::try_from(items.len()).unwrap()),
        Json::Object(map) => ("length", i64::try_from(map.len()).unwrap()),
        Json::Number(number) => ("value", number.as_i64().unwrap_or_default()),
        _ => ("length", 1),
    };
    let within = |bit: u16| i64::from(has(bit));
    if matches!(kind, "array" | "number" | "object") {
        let mut bounds = json!({});
        if has(7) {
            bounds["least"] = json!(at - within(8));
        }
        if has(9) {
            bounds["most"] = json!(at + within(10) + within(11));
        }
        known[name] = bounds;
    }
    if let (Json::Array(items), true) = (value, has(12)) {
        let is_scalar = |item: &&Json| item.is_string() || item.is_number() || item.is_boolean();
        let mut elements: Vec<&Json> = items.iter().filter(is_scalar).collect();
        elements.dedup();
        // Their order says nothing.
        if has(15) {
            elements.reverse();
        }
        elements.truncate(1 + usize::from(has(13)) + usize::from(has(14)));
        if !elements.is_empty() {
            known["elements"] = json!(elements);
        }
    }
    if has(12) && has(13) && matches!(kind, "string" | "number") {
        let others =
            if kind == "string" { [json!("x"), json!("zz")] } else { [json!(0), json!(9)] };
        let own = Some(value.clone()).filter(|value| !value.is_null());
        known["one_of"] = own.into_iter().chain(others.into_iter().take(cut(14).min(2))).collect();
        if known["one_of"] == json!([]) {
            known.as_object_mut().unwrap().remove("one_of");
        } else {
            for part in ["prefix", "suffix", "segment", "value"] {
                known.as_object_mut().unwrap().remove(part);
            }
        }
    }
    known
}

#[rstest]
#[case(json!({}), json!([null, true, 1, "a", [], {}]), json!([]))]
#[case(json!({"not_null": true}), json!([true, "a"]), json!([null]))]
#[case(json!({"type": "string"}), json!([null, "a"]), json!([true, 1, [], {}]))]
#[case(json!({"type": "string", "prefix": "a-"}), json!([null, "a-", "a-b"]), json!(["a", "b", 1]))]
#[case(json!({"type": "string", "suffix": "/32"}), json!(["/32", "10.0.0.1/32"]), json!(["/3", "10.0.0.0/8"]))]
#[case(json!({"type": "string", "prefix": "aba", "suffix": "ba"}), json!(["aba", "ababa"]), json!(["ab", "abac"]))]
#[case(json!({"type": "string", "prefix": "/s/", "segment": true}), json!(["/s/", "/s/a", null]), json!(["/s/a/b", "/s//", "/a"]))]
#[case(json!({"type": "string", "segment": true}), json!(["", "a"]), json!(["a/", "/"]))]
#[case(json!({"type": "array", "length": {"least": 1, "most": 2}}), json!([[1], [1, 2], null]), json!([[], [1, 2, 3], {}]))]
#[case(json!({"type": "number", "value": {"least": 2}}), json!([2, 2.5, 1e30, null]), json!([1, 1.5, "2"]))]
#[case(json!({"type": "array", "elements": ["a", 1]}), json!([["a", 1], [1, 2, "a"], null]), json!([["a"], [], "a"]))]
#[case(json!({"type": "string", "one_of": ["ab", "ac"]}), json!(["ab", "ac", null]), json!(["a", "ad", 1]))]
fn what_fits(#[case] known: Json, #[case] fitting: Json, #[case] other: Json) {
    let Value::Unknown(unknown) = unknown("", &known) else { panic!("known") };
    for (values, expected) in [(fitting, true), (other, false)] {
        for value in values.as_array().unwrap() {
            assert_eq!(unknown.admits(&Value::from(value.clone())), expected, "{value}");
        }
    }
}

const CONFIGURATION: &str = r#"
variable "name" {}
variable "zones" { type = list(string) }
variable "big" { type = bool }
variable "key" {
  type      = string
  sensitive = true
}
variable "keys" {
  type      = list(string)
  sensitive = true
  default   = ["k"]
}
resource "acme_thing" "a" {
  name    = var.name
  text    = "logs-${var.name}-eu"
  accent  = "${var.name}é-eu"
  alike   = var.big ? "REGIONAL_PROXY" : "GLOBAL_PROXY"
  perhaps = var.big ? "x" : null
  number  = var.big ? 3 : 1
  nested  = var.big ? "x" : (var.name == "n" ? "y" : "z")
  flag    = var.big
  size    = length(var.zones)
  list    = var.big ? ["a", "b"] : ["c", "d"]
  lists   = var.big ? tolist(["a"]) : tolist(["b", "c", "d"])
  secret  = "s-${var.key}"
  joined  = join("", ["serviceAccount:", var.name, "@x"])
  found   = lookup({}, var.name, "user:${var.name}")
  other   = lookup({ a = "group:a", b = "group:b" }, var.name, "group:${var.name}")
  item    = ["i-${var.name}"]
  all     = concat(["a", "b"], var.zones, ["a", 3])
  nested2 = distinct(flatten([["a"], [var.zones], var.name]))
  union   = setunion(["a"], var.zones)
  passed  = var.big ? concat(["a", "c"], var.zones) : concat(var.zones, ["a"])
  nothing = var.big ? concat(["a"], var.zones) : null
  mixed   = true ? concat(["a", 1], var.zones) : var.zones
  sorted  = sort(concat([1, 2], var.zones))
  fewer   = compact(concat(["", "a"], var.zones))
  shown   = concat(var.keys, ["a"], var.zones)
  policy  = jsonencode({ Statement = [{ Action = "s3:${var.name}" }] })
}
resource "acme_thing" "b" {
  account = google_service_account.app.member
}
resource "google_service_account" "app" {
  account_id = "app"
}
output "text" { value = "logs-${var.name}" }
"#;

fn normalized() -> Json {
    let files = MemoryFileSystem::from(&[("main.tf", CONFIGURATION)]);
    let options = Options { paths: vec![String::new()], ..Options::default() };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(64 << 20).build().unwrap();
    let project = pool.install(|| Project::load(&files, &options));
    let view = document::json::document(&project.documents[0], &project.sources);
    assert_eq!(document::schema::check(&view), Vec::<String>::new());
    view.to_json()
}

#[test]
fn documents_say_what_is_known_of_unknown_values() {
    let json = normalized();
    let text = |prefix: &str, suffix: &str| {
        let mut known = json!({"not_null": true, "type": "string"});
        for (name, part) in [("prefix", prefix), ("suffix", suffix)] {
            if !part.is_empty() {
                known[name] = json!(part);
            }
        }
        known
    };
    let elements = |all: &[Json]| json!({"elements": all, "length": {"least": all.len()}, "not_null": true, "type": "array"});
    let expected = json!({
        "/accent": text("", "-eu"),
        "/all": elements(&[json!("a"), json!("b"), json!(3)]),
        "/fewer": elements(&[json!("a")]),
        // The other result may make a text of the number.
        "/mixed": elements(&[json!("a")]),
        "/nested2": elements(&[json!("a")]),
        "/passed": elements(&[json!("a")]),
        "/shown": elements(&[json!("a")]),
        "/sorted": elements(&[json!("1"), json!("2")]),
        "/union": elements(&[json!("a")]),
        "/alike": {"not_null": true, "one_of": ["GLOBAL_PROXY", "REGIONAL_PROXY"], "type": "string"},
        "/flag": {"type": "boolean"},
        "/found": {"prefix": "user:", "type": "string"},
        "/item/0": text("i-", ""),
        "/joined": {"not_null": true, "prefix": "serviceAccount:", "suffix": "@x", "type": "string"},
        "/list": {"not_null": true, "type": "array"},
        "/lists": {"length": {"least": 1, "most": 3}, "not_null": true, "type": "array"},
        "/nested": {"not_null": true, "one_of": ["x", "y", "z"], "type": "string"},
        "/number": {"not_null": true, "one_of": [1, 3], "type": "number", "value": {"least": 1, "most": 3}},
        "/other": {"prefix": "group:", "type": "string"},
        "/perhaps": {"one_of": ["x"], "type": "string"},
        "/policy": text("{", ""),
        // What a secret begins with is a part of it.
        "/secret": {"not_null": true, "type": "string"},
        "/size": {"not_null": true, "type": "number", "value": {"least": 0}},
        "/text": text("logs-", "-eu"),
    });
    assert_eq!(json["resources"][0]["refinements"], expected);
    let account = json!({"/account": {"prefix": "serviceAccount:", "suffix": ".gserviceaccount.com", "type": "string"}});
    assert_eq!(json["resources"][1]["refinements"], account);
    assert_eq!(json["outputs"]["text"]["refinements"], json!({"": text("logs-", "")}));
    assert_eq!(json["variables"]["name"].get("refinements"), None);
}

/// Where a provider keeps a text in a form of its own, what is known of it is known of that form.
#[rstest]
#[case::capitals("aws_lb_listener", "protocol = var.big ? \"http\" : \"Https\"", "/protocol", json!({"not_null": true, "type": "string", "one_of": ["HTTP", "HTTPS"]}))]
#[case::one_left("aws_lb_listener", "protocol = var.big ? \"http\" : \"HTTP\"", "/protocol", json!({"not_null": true, "type": "string", "one_of": ["HTTP"]}))]
#[case::small("aws_db_instance", "engine = \"MySQL-${var.name}\"", "/engine", json!({"not_null": true, "type": "string", "prefix": "mysql-"}))]
#[case::domain("aws_route53_record", "name = \"${var.name}.Example.org.\"", "/name", json!({"not_null": true, "type": "string", "suffix": ".example.org"}))]
#[case::protocol_of_many("aws_default_security_group", "ingress {\n  protocol = var.big ? \"6\" : \"UDP\"\n}", "/ingress/0/protocol", json!({"not_null": true, "type": "string", "one_of": ["tcp", "udp"]}))]
#[case::protocol_that_begins("aws_default_security_group", "ingress {\n  protocol = \"1${var.name}\"\n}", "/ingress/0/protocol", json!({"not_null": true, "type": "string"}))]
fn what_is_known_of_a_text_that_is_kept_in_another_form(
    #[case] kind: &str,
    #[case] body: &str,
    #[case] at: &str,
    #[case] expected: Json,
) {
    let text = format!(
        "variable \"name\" {{}}\nvariable \"big\" {{\n  type = bool\n}}\nresource \"{kind}\" \"a\" {{\n{body}\n}}\n"
    );
    let files = MemoryFileSystem::from(&[("main.tf", text.as_str())]);
    let options = Options { paths: vec![String::new()], ..Options::default() };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(64 << 20).build().unwrap();
    let project = pool.install(|| Project::load(&files, &options));
    let view = document::json::document(&project.documents[0], &project.sources).to_json();
    assert_eq!(view["resources"][0]["refinements"][at], expected);
}

/// Terraform knows neither how a text ends nor which of two it is: nothing else follows from that.
#[rstest]
#[case("endswith(\"${var.name}-eu\", \"-eu\")")]
#[case("basename(\"${var.name}/eu\")")]
#[case("startswith(var.big ? \"xy\" : \"xz\", \"x\")")]
#[case("contains([\"xy\", \"xz\"], var.big ? \"xy\" : \"xz\")")]
fn what_terraform_calls_unknown_stays_unknown(#[case] expression: &str) {
    let text = format!(
        "variable \"name\" {{}}\nvariable \"big\" {{\n  type = bool\n}}\noutput \"o\" {{\n  value = {expression}\n}}\n"
    );
    let files = MemoryFileSystem::from(&[("main.tf", text.as_str())]);
    let options = Options { paths: vec![String::new()], ..Options::default() };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(64 << 20).build().unwrap();
    let project = pool.install(|| Project::load(&files, &options));
    let value = &project.documents[0].outputs[0].value;
    assert!(matches!(value, Value::Unknown(_)), "{value:?}");
}

proptest! {
    /// The refinements that other laws are tested with hold for the values that they are made from.
    #[test]
    fn a_value_fits_what_is_said_of_it(
        value in prop::sample::select(vec![
            json!(null), json!(true), json!(3), json!(-1), json!(""), json!("x"), json!("xyx"), json!([]), json!([1, "x"]), json!({}), json!({"a": 1}),
        ]),
        parts in any::<u16>(),
    ) {
        let known = refined(&value, parts);
        let Value::Unknown(unknown) = unknown("", &known) else { panic!("known") };
        prop_assert!(unknown.admits(&Value::from(value.clone())), "{} {}", value, known);
    }
}

/// An id is told apart from the same with more behind it, also where it is put together, passed on or one of two.
#[rstest]
#[case::whole("data.azurerm_subscription.main.id", Some("/subscriptions/"))]
#[case::text("\"${data.azurerm_subscription.main.id}\"", Some("/subscriptions/"))]
#[case::made_of_its_part(
    "\"/subscriptions/${data.azurerm_subscription.main.subscription_id}\"",
    Some("/subscriptions/")
)]
#[case::of_whoever_runs(
    "\"/subscriptions/${data.azurerm_client_config.main.subscription_id}\"",
    Some("/subscriptions/")
)]
#[case::management_group(
    "azurerm_management_group.main.id",
    Some("/providers/Microsoft.Management/managementGroups/")
)]
#[case::either(
    "var.big ? data.azurerm_subscription.main.id : data.azurerm_subscription.other.id",
    Some("/subscriptions/")
)]
#[case::one_more("\"${data.azurerm_subscription.main.id}/resourceGroups/x\"", None)]
#[case::perhaps_more("\"${data.azurerm_subscription.main.id}${var.path}\"", None)]
#[case::ends_with_it("\"x${data.azurerm_subscription.main.id}\"", None)]
#[case::something_else("\"/subscriptions/${var.path}\"", None)]
#[case::mixed("var.big ? data.azurerm_subscription.main.id : var.path", None)]
#[case::a_subscription_of_its_own("azurerm_subscription.own.id", None)]
fn ids_of_which_the_last_part_is_not_known(#[case] expression: &str, #[case] prefix: Option<&str>) {
    let text = format!(
        "variable \"path\" {{\n  type = string\n}}\nvariable \"big\" {{\n  type = bool\n}}\ndata \"azurerm_subscription\" \"main\" {{}}\ndata \"azurerm_subscription\" \"other\" {{}}\n\
         data \"azurerm_client_config\" \"main\" {{}}\nresource \"azurerm_management_group\" \"main\" {{}}\nresource \"azurerm_subscription\" \"own\" {{\n  subscription_name = \"own\"\n}}\noutput \"o\" {{\n  value = {expression}\n}}\n"
    );
    let files = MemoryFileSystem::from(&[("main.tf", text.as_str())]);
    let options = Options { paths: vec![String::new()], ..Options::default() };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(64 << 20).build().unwrap();
    let project = pool.install(|| Project::load(&files, &options));
    let Value::Unknown(known) = &project.documents[0].outputs[0].value else { panic!("known") };
    assert_eq!(known.segment, prefix.is_some(), "{known:?}");
    if let Some(prefix) = prefix {
        assert_eq!(&*known.prefix, prefix);
    }
}

/// Whether a dynamic block over what is not known makes a block is not known: where another is written or the collection has elements,
/// there is one.
#[rstest]
#[case::over_an_unknown("for_each = var.list", "", "logging")]
#[case::on_condition("for_each = var.big ? [1] : []", "", "logging")]
#[case::of_unknown_elements("for_each = toset([var.name])", "", "there")]
#[case::over_one("for_each = [1]", "", "there")]
#[case::over_none("for_each = []", "", "gone")]
#[case::beside_a_written_one("for_each = var.list", "logging {}", "there")]
fn blocks_of_which_nobody_knows_whether_they_are(
    #[case] for_each: &str,
    #[case] more: &str,
    #[case] wanted: &str,
) {
    let text = format!(
        "variable \"list\" {{\n  type = list(string)\n}}\nvariable \"name\" {{\n  type = string\n}}\nvariable \"big\" {{\n  type = bool\n}}\n\
         resource \"acme_thing\" \"a\" {{\n  {more}\n  dynamic \"logging\" {{\n    {for_each}\n    content {{\n      to = \"x\"\n    }}\n  }}\n}}\n"
    );
    let files = MemoryFileSystem::from(&[("main.tf", text.as_str())]);
    let options = Options { paths: vec![String::new()], ..Options::default() };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(64 << 20).build().unwrap();
    let project = pool.install(|| Project::load(&files, &options));
    let resource =
        project.documents[0].resources.iter().find(|it| &*it.address == "acme_thing.a").unwrap();
    let seen = match resource.attributes.get("logging") {
        None => "gone",
        Some(Value::Unknown(known)) if known.not_null => "there",
        Some(Value::Unknown(_)) => "logging",
        Some(Value::Array(items)) if !items.is_empty() => "there",
        Some(other) => panic!("{other:?}"),
    };
    assert_eq!(seen, wanted);
}
