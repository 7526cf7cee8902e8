//! Evaluation: whatever parses is evaluated without a panic, in bounds, twice to the same document; what is known while an input is
//! unknown is the same once it is known.

mod run;

use std::collections::BTreeMap;

use dreadnought::document::Value;
use dreadnought::project::{Options, Project};
use dreadnought::source::{MemoryFileSystem, ProblemKind};

use run::Target;

/// Each with its type and a value.
const INPUTS: &[(&str, &str, &str)] = &[
    ("text", "string", "\"k1\""),
    ("number", "number", "2.5"),
    ("flag", "bool", "true"),
    ("texts", "list(string)", "[\"b\", \"a\", null]"),
    ("map", "map(number)", "{ a = 1, k1 = 2 }"),
    ("shape", "object({ a = string, b = list(number) })", "{ a = \"x\", b = [1] }"),
];

const PIECES: &[&str] = &[
    "var.text", "var.number", "var.flag", "var.texts", "var.map", "var.shape", "terraform_data.late.id", "[", "]", "{", "}", "(", ")",
    ", ", " ? ", " : ", " == ", " && ", " || ", "!", " + ", " / ", " % ", " < ", "-", "\"", "${", "}", "%{ if ", " }", "%{ endif }",
    "%{ for x in ", "%{ endfor }", "[for x in ", "{ for k, v in ", " => ", " if ", "...", "[*]", ".a", "[0]", "x", "k", "v", "null", "1",
    "0", "1e400", "\"a\"", "try(", "can(", "length(", "merge(", "lookup(", "coalesce(", "concat(", "flatten(", "keys(", "toset(",
    "tolist(", "tomap(", "tostring(", "jsonencode(", "jsondecode(", "yamlencode(", "yamldecode(", "format(\"%s%v\", ", "formatlist(",
    "regex(", "replace(", "setproduct(", "zipmap(", "range(", "element(", "slice(", "cidrsubnet(", "sensitive(", "nonsensitive(",
    "templatestring(", "sum(", "one(", "matchkeys(", "transpose(", "chunklist(", "formatdate(", "timeadd(", "pow(", "log(",
];

const SAMPLES: &[&str] = &[
    "[for k, v in merge(var.map, { b = 3 }) : \"${k}=${v}\" if v > 1]",
    "try(var.shape.b[0], lookup(var.map, var.text, 0)) + length(var.texts)",
    "var.flag ? { a = var.text } : { a = join(\",\", compact(var.texts)) }",
    "\"%{ for x in var.texts ~} ${x == null ? \"-\" : x} %{ endfor ~}\"",
    "{ for x in flatten([var.texts, [[var.text]]]) : coalesce(x, \"none\") => upper(var.text)... }",
    "jsonencode(zipmap([\"a\", \"b\"], setproduct([var.number], toset([1, 2]))))",
    "format(\"%05.2f-%q-%v\", var.number, var.text, var.map)[*]",
    "cidrsubnet(\"10.0.0.0/8\", var.number * 2, 3) == yamldecode(yamlencode(var.shape)).a",
];

fn main() {
    run::run(&[], |_| Target {
        samples: SAMPLES.iter().map(|text| (*text).to_owned()).collect(),
        pieces: PIECES,
        check,
    });
}

fn check(expression: &str) -> Result<(), String> {
    let known = outputs(&load(expression, None)?);
    if known != outputs(&load(expression, None)?) {
        return Err("two evaluations differ".to_owned());
    }
    for (input, ..) in INPUTS {
        for (name, early) in outputs(&load(expression, Some(input))?) {
            match (&early, known.get(&name)) {
                // A set that holds an unknown may still lose elements.
                (early, Some(late)) if has_unknown(late) || has_unknown(early) && expression.contains("set") => {}
                (early, Some(late)) if holds(early, late) => {}
                (early, late) => {
                    let late = late.map(Value::to_json);
                    return Err(format!("without {input}: {} became {late:?}", early.to_json()));
                }
            }
        }
    }
    Ok(())
}

/// The outputs of a module with this expression, one input left unknown.
fn load(expression: &str, unknown: Option<&str>) -> Result<Project, String> {
    let mut text = format!(
        "resource \"terraform_data\" \"late\" {{}}\noutput \"o\" {{\n  sensitive = true\n  value = {expression}\n}}\n"
    );
    for (name, kind, value) in INPUTS {
        let default = if unknown == Some(*name) { String::new() } else { format!("  default = {value}\n") };
        text.push_str(&format!("variable \"{name}\" {{\n  type = {kind}\n{default}}}\n"));
    }
    let files = MemoryFileSystem::from(&[("main.tf", text.as_str())]);
    let options = Options { paths: vec![String::new()], ..Options::default() };
    let project = Project::load(&files, &options);
    let problems = project.documents.iter().flat_map(|document| &document.problems);
    for problem in project.problems.iter().chain(problems) {
        if matches!(problem.kind, ProblemKind::Internal | ProblemKind::Schema) {
            return Err(problem.message.clone());
        }
    }
    Ok(project)
}

fn outputs(project: &Project) -> BTreeMap<String, Value> {
    let outputs = project.documents.iter().flat_map(|document| &document.outputs);
    outputs.map(|output| (output.name.to_string(), output.value.clone())).collect()
}

fn has_unknown(value: &Value) -> bool {
    match value {
        Value::Unknown(_) => true,
        Value::Array(items) => items.iter().any(has_unknown),
        Value::Object(map) => map.values().any(has_unknown),
        _ => false,
    }
}

/// Whether everything that is known in the one is the same in the other.
fn holds(early: &Value, late: &Value) -> bool {
    match (early, late) {
        (Value::Unknown(_), _) => true,
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| holds(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| holds(a, b)))
        }
        _ => early.to_json() == late.to_json(),
    }
}
