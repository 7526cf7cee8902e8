//! Laws of evaluation over arbitrary expressions: it never panics, what is known in spite of an unknown input holds for every
//! input, and neither the order of files nor their layout shows.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use dreadnought::document::Value;
use dreadnought::project::{Options, Project};
use dreadnought::source::MemoryFileSystem;
use proptest::prelude::*;

/// Variables with their type and the values that they may have.
const INPUTS: &[(&str, &str, &[&str])] = &[
    ("text", "string", &["\"a\"", "\"\"", "\"k1\"", "null", "\"10\""]),
    ("number", "number", &["1", "0", "2.5", "-3", "null"]),
    ("flag", "bool", &["true", "false", "null"]),
    ("texts", "list(string)", &["[]", "[\"a\"]", "[\"b\", \"a\", null]", "null"]),
    ("set", "set(string)", &["[]", "[\"a\"]", "[\"b\", \"a\"]"]),
    ("map", "map(number)", &["{}", "{ a = 1 }", "{ a = 1, k1 = 2 }", "null"]),
    (
        "shape",
        "object({ a = string, b = list(number) })",
        &["{ a = \"x\", b = [1] }", "{ a = null, b = [] }", "null"],
    ),
    ("any", "any", &["[]", "[\"a\"]", "\"a\"", "[1, \"b\"]", "1", "{ a = 1 }", "true", "null"]),
];

/// Expressions of one hole each or none: `@` stands for another expression.
const FORMS: &[&str] = &[
    "[@, @]",
    "{ a = @, b = @ }",
    "{ (@) = @ }",
    "@ ? @ : @",
    "@ == @",
    "@ != @",
    "@ && @",
    "@ || @",
    "!@",
    "@ + @",
    "@ - 1",
    "@ * @",
    "@ / @",
    "@ % 2",
    "@ < @",
    "@ >= @",
    "-(@)",
    "\"${@}-x\"",
    "\"x-${@}\"",
    "\"%{ if @ }y%{ else }${@}%{ endif }\"",
    "\"%{ for q in @ }${q}%{ endfor }\"",
    "(@)[0]",
    "(@)[@]",
    "(@).a",
    "(@)[*]",
    "(@)[*].a",
    "[for x in @ : x]",
    "[for k, v in @ : v if k != @]",
    "{ for k, v in @ : k => v }",
    "{ for x in @ : x => @... }",
    "try(@, @)",
    "can(@)",
    "length(@)",
    "keys(@)",
    "values(@)",
    "concat(@, @)",
    "merge(@, @)",
    "lookup(@, @, @)",
    "coalesce(@, @)",
    "coalescelist(@, @)",
    "contains(@, @)",
    "element(@, @)",
    "flatten(@)",
    "toset(@)",
    "tolist(@)",
    "tomap(@)",
    "tostring(@)",
    "tonumber(@)",
    "join(\",\", @)",
    "split(\",\", @)",
    "format(\"a-%s\", @)",
    "formatlist(\"%s\", @)",
    "jsonencode(@)",
    "jsondecode(@)",
    "yamlencode(@)",
    "sort(@)",
    "distinct(@)",
    "compact(@)",
    "reverse(@)",
    "slice(@, 0, @)",
    "zipmap(@, @)",
    "setunion(@, @)",
    "setintersection(@, @)",
    "setproduct(@, @)",
    "one(@)",
    "sum(@)",
    "max(@, @)",
    "range(@)",
    "upper(@)",
    "startswith(@, @)",
    "regex(\"[a-z]+\", @)",
    "replace(@, \"a\", @)",
    "sensitive(@)",
    "nonsensitive(@)",
    "issensitive(@)",
    "alltrue(@)",
    "anytrue(@)",
    "index(@, @)",
    "matchkeys(@, @, @)",
    "chunklist(@, 1)",
    "substr(@, 0, 1)",
];

const LEAVES: &[&str] = &[
    "var.text",
    "var.number",
    "var.flag",
    "var.texts",
    "var.set",
    "var.map",
    "var.shape",
    "var.shape.a",
    "var.map[\"a\"]",
    "var.texts[0]",
    "1",
    "0",
    "\"a\"",
    "\"\"",
    "true",
    "null",
    "[]",
    "{}",
    "\"k1\"",
    "[\"a\", \"b\"]",
    "{ a = 1 }",
    "tolist([1])",
    "toset([\"a\"])",
    "{ a = var.text }",
    "[var.text, \"b\"]",
    "var.any",
];

/// What makes lists of lists.
const LIST_FORMS: &[&str] = &[
    "[@, @]",
    "[@, \"a\"]",
    "concat(@, @)",
    "concat(@, [1, \"\"], @)",
    "flatten([@, @])",
    "flatten(@)",
    "toset(@)",
    "tolist(@)",
    "setunion(@, @)",
    "sort(@)",
    "distinct(@)",
    "compact(@)",
    "reverse(@)",
    "var.flag ? @ : @",
    "true ? @ : @",
    "[for x in @ : x]",
    "coalescelist(@, @)",
    "slice(@, 0, 1)",
    "try(@, @)",
];

const LISTS: &[&str] = &[
    "var.texts",
    "var.set",
    "var.any",
    "[var.any]",
    "[var.text, \"b\"]",
    "[1]",
    "tolist([1])",
    "toset([2, true])",
    "[\"a\", \"1\"]",
    "[true, \"a\"]",
    "null",
    "[]",
];

fn expression() -> impl Strategy<Value = String> {
    made_of(FORMS, LEAVES)
}

fn made_of(
    forms: &'static [&'static str],
    leaves: &'static [&'static str],
) -> impl Strategy<Value = String> {
    let leaf = proptest::sample::select(leaves).prop_map(str::to_owned);
    leaf.prop_recursive(4, 24, 3, move |inner| {
        let form = proptest::sample::select(forms);
        (form, prop::collection::vec(inner, 3)).prop_map(|(form, parts)| {
            let mut parts = parts.into_iter().cycle();
            let mut text = String::new();
            for (at, piece) in form.split('@').enumerate() {
                if at > 0 {
                    text.push_str(&parts.next().unwrap_or_default());
                }
                text.push_str(piece);
            }
            format!("({text})")
        })
    })
}

fn outputs(expressions: &[String]) -> String {
    let mut text = String::new();
    for (at, expression) in expressions.iter().enumerate() {
        let _ =
            write!(text, "output \"o{at}\" {{\n  sensitive = true\n  value = {expression}\n}}\n");
    }
    text
}

/// Declarations, with the default that is chosen for each, or none.
fn variables(choice: impl Fn(&str, &[&str]) -> Option<String>) -> String {
    let mut text = String::new();
    for (name, kind, values) in INPUTS {
        let default =
            choice(name, values).map_or(String::new(), |it| format!("  default = {it}\n"));
        let _ = write!(text, "variable \"{name}\" {{\n  type = {kind}\n{default}}}\n");
    }
    text
}

fn load(files: &[(&str, &str)]) -> Project {
    let files = MemoryFileSystem::from(files);
    let options = Options { paths: vec![String::new()], ..Options::default() };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(64 << 20).build().unwrap();
    pool.install(|| Project::load(&files, &options))
}

fn values(project: &Project) -> BTreeMap<String, Value> {
    let outputs = project.documents.iter().flat_map(|document| &document.outputs);
    outputs.map(|output| (output.name.to_string(), output.value.clone())).collect()
}

/// Whether everything that is known in the one is the same in the other.
fn holds(early: &Value, late: &Value) -> bool {
    match (early, late) {
        (Value::Unknown(unknown), late) => unknown.admits(late),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| holds(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| holds(a, b)))
        }
        _ => early.to_json() == late.to_json(),
    }
}

/// The same with booleans and numbers as the texts that they are converted to.
fn as_text(value: &Value) -> Value {
    match value {
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Digits(_) => {
            Value::string(value.to_json().to_string())
        }
        Value::Array(items) => Value::array(items.iter().map(as_text).collect()),
        Value::Object(map) => {
            Value::object(map.iter().map(|(key, item)| (Arc::clone(key), as_text(item))).collect())
        }
        _ => value.clone(),
    }
}

fn has_unknown(value: &Value) -> bool {
    match value {
        Value::Unknown(_) => true,
        Value::Array(items) => items.iter().any(has_unknown),
        Value::Object(map) => map.values().any(has_unknown),
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_known_of_unknown_inputs_holds_for_all(
        expressions in prop::collection::vec(
            prop_oneof![expression().boxed(), made_of(LIST_FORMS, LISTS).boxed()], 1..12),
        unknown in proptest::sample::select(INPUTS).prop_map(|(name, ..)| name),
        choices in prop::collection::vec(0_usize..8, INPUTS.len()),
    ) {
        let chosen = |name: &str, values: &[&str]| {
            let at = INPUTS.iter().position(|(known, ..)| *known == name).unwrap_or(0);
            values[choices[at] % values.len()].to_owned()
        };
        let all = outputs(&expressions);
        let late = load(&[("main.tf", &(variables(|name, values| Some(chosen(name, values))) + &all))]);
        let early = variables(|name, values| (name != unknown).then(|| chosen(name, values)));
        let early = load(&[("main.tf", &(early + &all))]);
        let (early, late) = (values(&early), values(&late));
        for (name, late) in late {
            let early = &early[&name];
            let at: usize = name[1..].parse().unwrap();
            // What could not be evaluated is unknown, and a set of unknown elements may still lose some.
            // Terraform takes what has no type for a number where it stands beside one, until it knows better.
            let is_unified = |part: &str| expressions[at].contains(part);
            if unknown == "any" && ["?", "coalesce"].into_iter().any(is_unified) {
                continue;
            }
            // Terraform compares values of different types without looking whether there are any: `try` takes that for an answer, and
            // another one once it is known that the key is not there.
            if ["try(", "can("].into_iter().any(is_unified)
                && ["==", "!="].into_iter().any(is_unified)
                && is_unified(&format!("var.{unknown}"))
            {
                continue;
            }
            let is_open = matches!(early, Value::Unknown(_));
            if has_unknown(&late)
                || has_unknown(early) && !is_open && expressions[at].contains("set")
            {
                continue;
            }
            // What stands beside a result of unknown type (a `for`, a `try`, a branch that fails) keeps its own in Terraform until that is
            // known, and may be converted then.
            let may_become_text =
                ["?", "coalesce"].into_iter().any(is_unified) && !has_unknown(early);
            let of = |value: &Value| if may_become_text { as_text(value) } else { value.clone() };
            prop_assert!(holds(&of(early), &of(&late)), "{name}: {} became {}", early.to_json(), late.to_json());
        }
    }

    #[test]
    fn order_and_layout_do_not_show(expressions in prop::collection::vec(expression(), 2..5)) {
        let first = variables(|_, values| Some(values[0].to_owned()));
        let (one, other) = expressions.split_at(1);
        let others: Vec<String> = other.to_vec();
        let mut renamed = String::new();
        for (at, expression) in others.iter().enumerate() {
            let _ = write!(renamed, "output \"p{at}\" {{\n  sensitive = true\n  value = {expression}\n}}\n");
        }
        let plain = load(&[("a.tf", &first), ("b.tf", &outputs(one)), ("c.tf", &renamed)]);
        let commented = format!("# first\n{}\n/* last */\n", first.replace("  type", "\n  // what it is\n    type   "));
        let moved = load(&[("a.tf", &renamed), ("b.tf", &commented), ("c.tf", &outputs(one))]);
        prop_assert_eq!(values(&plain), values(&moved));
    }
}
