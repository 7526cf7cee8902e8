//! Functions of the Terraform language: `fixtures/functions/console.tsv` holds what `terraform console` answers, tables below what
//! a console does not show (unknown values, marks, files), and laws hold for arbitrary arguments.

use std::fmt::Write as _;
use std::sync::Arc;

use dreadnought::normalize::terraform::functions::{self, FileError, Host};
use dreadnought::normalize::terraform::number::Number;
use dreadnought::normalize::terraform::types::{self, ObjectAttribute, Type};
use dreadnought::normalize::terraform::value::{
    Entries, Kind, Mapping, Marks, Open, SequenceKind, Unknown, Value,
};
use proptest::prelude::*;
use rstest::rstest;

/// A small tree of files, and templates that render to their own text.
struct Files;

impl Host for Files {
    fn read_file(&self, path: &str) -> Result<Vec<u8>, FileError> {
        match path {
            "a.txt" => Ok(b"hello\n".to_vec()),
            "bytes" => Ok(vec![0xff, 0xfe]),
            "/etc/passwd" => {
                Err(FileError::OutOfReach("it lies outside of the scanned tree".into()))
            }
            _ => Err(FileError::Missing),
        }
    }
    fn list_files(&self, folder: &str) -> Result<Vec<String>, FileError> {
        match folder {
            "." => Ok(["a.txt", "b.txt", "d/c.txt", "d/e/x.json"].map(str::to_owned).to_vec()),
            _ => Err(FileError::Missing),
        }
    }
    fn render(&self, name: &str, text: &str, variables: &Value) -> Result<Value, String> {
        Ok(Value::string(format!("{name}: {text}")).with_marks(&variables.deep_marks()))
    }
}

fn call(name: &str, arguments: &[Value]) -> Result<Value, String> {
    functions::call(name, arguments, &Files)
}

fn value(json: &serde_json::Value) -> Value {
    use serde_json::Value as Json;
    match json {
        Json::Null => Value::null(),
        Json::Bool(bool) => Value::bool(*bool),
        Json::Number(number) => Value::number(Number::parse(&number.to_string()).unwrap()),
        Json::String(text) => Value::string(text.as_str()),
        Json::Array(items) => Value::tuple(items.iter().map(value).collect()),
        Json::Object(entries) => match entries.iter().next() {
            Some((key, inner)) if key.starts_with('$') => special(key, inner),
            _ => Value::object(
                entries.iter().map(|(key, it)| (Arc::from(key.as_str()), value(it))).collect(),
            ),
        },
    }
}

fn special(key: &str, inner: &serde_json::Value) -> Value {
    let any = || Arc::new(Type::Any);
    let convert = |kind| types::convert(&value(inner), &kind).unwrap();
    match key {
        "$set" => convert(Type::Set(any())),
        "$list" => convert(Type::List(any())),
        "$map" => convert(Type::Map(any())),
        "$number" => Value::number(Number::parse(inner.as_str().unwrap()).unwrap()),
        "$sensitive" => value(inner).with_marks(&Marks::sensitive()),
        "$unknown" => Value::unknown(inner.as_str().unwrap()),
        "$string" => unknown(Type::String, inner.as_str().unwrap()),
        "$unknown_bool" => unknown(Type::Bool, inner.as_str().unwrap()),
        "$prefix" => Kind::Unknown(Arc::new(Unknown {
            reason: "why".into(),
            kind: Some(Type::String),
            prefix: inner.as_str().unwrap().into(),
            not_null: true,
            partial: None,
            ..Unknown::default()
        }))
        .into(),
        _ => panic!("{key}"),
    }
}

fn unknown(kind: Type, reason: &str) -> Value {
    let kind = Some(kind);
    let not_null = true;
    Kind::Unknown(Arc::new(Unknown { reason: reason.into(), kind, not_null, ..Unknown::default() }))
        .into()
}

fn parse(text: &str) -> Vec<Value> {
    let json: Vec<serde_json::Value> = serde_json::from_str(text).unwrap();
    json.iter().map(value).collect()
}

/// A value as JSON, with `?` for unknown ones and `!` before sensitive ones.
fn show(value: &Value) -> String {
    let inner = match &value.kind {
        Kind::Null(_) => "null".to_owned(),
        Kind::Bool(bool) => bool.to_string(),
        Kind::Number(number) => number.to_string(),
        Kind::String(text) => serde_json::Value::from(&**text).to_string(),
        Kind::Sequence(_, items) => {
            format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(","))
        }
        Kind::Mapping(map) => {
            let entry = |(key, it): (&Arc<str>, &Value)| {
                format!("{}:{}", serde_json::Value::from(&**key), show(it))
            };
            format!("{{{}}}", map.entries.iter().map(entry).collect::<Vec<_>>().join(","))
        }
        Kind::Unknown(unknown) if unknown.prefix.is_empty() => "?".to_owned(),
        Kind::Unknown(unknown) => format!("?{}", unknown.prefix),
    };
    format!("{}{inner}", if value.marks.is_sensitive() { "!" } else { "" })
}

fn answer(name: &str, arguments: &str) -> String {
    match call(name, &parse(arguments)) {
        Ok(value) => show(&value),
        Err(_) => "error".to_owned(),
    }
}

#[test]
fn results_are_those_of_terraform_console() {
    let table = std::fs::read_to_string("fixtures/functions/console.tsv").unwrap();
    let mut wrong = String::new();
    let mut rows = 0;
    for row in table.lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = row.split('\t').collect();
        let [name, arguments, expected] = cells[..] else { panic!("{row}") };
        rows += 1;
        // Marks are the business of other tests, and JSON has more than one way to write a text.
        let got = match call(name, &parse(arguments)).map(|value| types::without_marks(&value)) {
            // The console's answers were encoded, which refuses what is infinite.
            Ok(value) if show(&value).contains("Inf") => match call("jsonencode", &[value]) {
                Ok(text) => show(&text),
                Err(_) => "error".to_owned(),
            },
            Ok(value) => show(&value),
            Err(_) => "error".to_owned(),
        };
        let expected = match call("jsondecode", &[Value::string(expected)]) {
            Ok(value) => show(&value),
            Err(_) => expected.to_owned(),
        };
        if got != expected {
            let _ = writeln!(wrong, "{name}({arguments})\n  got      {got}\n  expected {expected}");
        }
    }
    assert!(rows > 800, "only {rows} rows");
    assert!(wrong.is_empty(), "{wrong}");
}

/// Infinite numbers are numbers, which texts may hold and JSON may not.
#[rstest]
#[case("log", "[5, 1]", "+Inf")]
#[case("log", "[0, 10]", "-Inf")]
#[case("pow", "[10, 400]", "+Inf")]
#[case("pow", "[0, -1]", "+Inf")]
#[case("yamldecode", r#"["[.inf, -.INF]"]"#, "[+Inf,-Inf]")]
#[case("yamldecode", r#"[".nan"]"#, "error")]
#[case("pow", "[-8, 0.5]", "error")]
fn infinite_results(#[case] name: &str, #[case] arguments: &str, #[case] expected: &str) {
    assert_eq!(answer(name, arguments), expected);
    let encoded = call(name, &parse(arguments)).and_then(|value| call("jsonencode", &[value]));
    assert!(encoded.is_err(), "{encoded:?}");
}

/// No match still has the type of one.
#[test]
fn no_match_has_a_type() {
    let none = call("regexall", &parse(r#"["(a)(?:b)(c)", "x"]"#)).unwrap();
    let texts = parse(r#"[["a"]]"#).remove(0);
    assert_eq!(
        Type::of(&none),
        Type::of(&call("regexall", &parse(r#"["(a)(?:b)(c)", "abc"]"#)).unwrap())
    );
    assert!(call("setunion", &[texts, none]).is_err());
}

/// Where the answer differs from Terraform's on purpose or for now.
#[rstest]
// Character sets beyond Unicode, Latin 1 and ASCII are not computed.
#[case("textencodebase64", r#"["日本", "shift_jis"]"#, "?")]
#[case("textencodebase64", r#"["h", "IBM037"]"#, "?")]
// Terraform counts from nowhere here.
#[case("cidrhost", r#"["::ffff:10.0.0.0/104", 1]"#, "\"::ffff:10.0.0.1\"")]
#[case("cidrsubnet", r#"["10.0.0.0/24", 8, -1]"#, "error")]
// Terraform looks for what lies before the network, and there is nothing before the first address.
#[case("cidrsubnets", r#"["0.0.0.0/0", 1, 1]"#, r#"["0.0.0.0/1","128.0.0.0/1"]"#)]
// Terraform 1.11 fails inside; later versions count from the end.
#[case("element", "[[1, 2, 3], -4]", "3")]
// A number has no negative zero here.
#[case("jsonencode", "[-0.0]", "\"0\"")]
fn known_differences(#[case] name: &str, #[case] arguments: &str, #[case] expected: &str) {
    assert_eq!(answer(name, arguments), expected);
}

/// `$unknown` is of no known type, `$string` a text that is not null, `$prefix` one that begins so.
#[rstest]
#[case("length", r#"[{"$unknown": "u"}]"#, "?")]
#[case("length", r#"[[{"$unknown": "u"}, 1]]"#, "2")]
#[case("length", r#"[{"$set": [{"$string": "u"}]}]"#, "1")]
#[case("length", r#"[{"$set": [{"$string": "u"}, "a"]}]"#, "?")]
#[case("upper", r#"[{"$string": "u"}]"#, "?")]
#[case("keys", r#"[{"a": {"$unknown": "u"}}]"#, "[\"a\"]")]
#[case("values", r#"[{"a": {"$unknown": "u"}, "b": 1}]"#, "[?,1]")]
#[case("coalesce", r#"[{"$string": "u"}, "d"]"#, "?")]
#[case("coalesce", r#"[null, {"$string": "u"}]"#, "?")]
#[case("coalesce", r#"["a", {"$unknown": "u"}]"#, "\"a\"")]
#[case("coalesce", r#"[{"$prefix": "x-"}, "d"]"#, "?")]
#[case("coalescelist", r#"[["a"], {"$unknown": "u"}]"#, "[\"a\"]")]
#[case("coalescelist", r#"[[], {"$unknown": "u"}]"#, "?")]
#[case("jsonencode", r#"[{"a": {"$unknown": "u"}}]"#, "?{")]
#[case("jsonencode", r#"[[{"$unknown": "u"}]]"#, "?[")]
#[case("jsonencode", r#"[{"$string": "u"}]"#, "?\"")]
#[case("jsonencode", r#"[{"$unknown": "u"}]"#, "?")]
#[case("yamlencode", r#"[{"a": {"$unknown": "u"}}]"#, "?")]
#[case("tostring", r#"[{"$prefix": "a"}]"#, "?")]
#[case("toset", r#"[[{"$string": "u"}, "a"]]"#, "[\"a\",?]")]
#[case("tolist", r#"[[{"$string": "u"}, 1]]"#, "[?,\"1\"]")]
#[case("tobool", r#"[{"$unknown": "u"}]"#, "?")]
#[case("startswith", r#"[{"$prefix": "pre-"}, "pre"]"#, "true")]
#[case("startswith", r#"[{"$prefix": "pre-"}, "post"]"#, "false")]
#[case("startswith", r#"[{"$prefix": "pre-"}, "pre-x"]"#, "?")]
#[case("concat", r#"[[{"$unknown": "u"}], ["b"]]"#, "[?,\"b\"]")]
#[case("concat", r#"[{"$unknown": "u"}, ["b"]]"#, "?")]
#[case("join", r#"[",", ["a", {"$string": "u"}]]"#, "?")]
#[case("join", r#"[{"$string": "u"}, ["a"]]"#, "?")]
#[case("split", r#"[",", {"$string": "u"}]"#, "?")]
#[case("merge", r#"[{"a": {"$unknown": "u"}}, {"b": 1}]"#, "{\"a\":?,\"b\":1}")]
#[case("merge", r#"[{"$unknown": "u"}, {"b": 1}]"#, "?")]
#[case("element", r#"[[{"$unknown": "u"}, "z"], 1]"#, "\"z\"")]
#[case("element", r#"[["a"], {"$unknown": "u"}]"#, "?")]
#[case("contains", r#"[["a", {"$unknown": "u"}], "a"]"#, "true")]
#[case("contains", r#"[["a", {"$unknown": "u"}], "zz"]"#, "?")]
#[case("contains", r#"[["a", {"$prefix": "b"}], "zz"]"#, "false")]
#[case("index", r#"[["a", {"$unknown": "u"}], "a"]"#, "0")]
#[case("index", r#"[[{"$unknown": "u"}, "a"], "a"]"#, "?")]
#[case("format", r#"["%s-%s", "a", {"$string": "u"}]"#, "?")]
#[case("format", r#"["a-%s", {"$string": "u"}]"#, "?a-")]
#[case("format", r#"["%5s", {"$prefix": "b"}]"#, "?")]
#[case("format", r#"["x%v", [{"$unknown": "u"}]]"#, "?")]
#[case("formatlist", r#"["%s-%s", ["a", "b"], {"$string": "u"}]"#, "[?,?]")]
#[case("formatlist", r#"["%s", {"$unknown": "u"}]"#, "?")]
#[case("lookup", r#"[{"a": "x"}, {"$string": "u"}, "d"]"#, "?")]
#[case("lookup", r#"[{"a": "x", "b": {"$unknown": "u"}}, "a", "d"]"#, "\"x\"")]
#[case("one", r#"[[{"$unknown": "u"}]]"#, "?")]
#[case("sort", r#"[["b", {"$string": "u"}]]"#, "[?,?]")]
#[case("distinct", r#"[["a", {"$string": "u"}]]"#, "?")]
#[case("compact", r#"[["a", {"$string": "u"}]]"#, "?")]
#[case("flatten", r#"[[[{"$string": "u"}], ["b"]]]"#, "[?,\"b\"]")]
#[case("flatten", r#"[[[{"$unknown": "u"}], ["b"]]]"#, "?")]
#[case("zipmap", r#"[["a"], [{"$unknown": "u"}]]"#, "{\"a\":?}")]
#[case("zipmap", r#"[[{"$string": "u"}], [1]]"#, "?")]
#[case("reverse", r#"[[{"$unknown": "u"}, 1]]"#, "[1,?]")]
#[case("slice", r#"[[{"$unknown": "u"}, 1], 1, 2]"#, "[1]")]
#[case("chunklist", r#"[[{"$string": "u"}, "a"], 1]"#, "[[?],[\"a\"]]")]
#[case("setproduct", r#"[["a"], [{"$string": "u"}]]"#, "[[\"a\",?]]")]
#[case("alltrue", r#"[[false, {"$unknown": "u"}]]"#, "false")]
#[case("alltrue", r#"[[true, {"$unknown_bool": "u"}]]"#, "?")]
#[case("anytrue", r#"[[{"$unknown_bool": "u"}, true]]"#, "true")]
#[case("sum", r#"[[1, {"$unknown": "u"}]]"#, "?")]
#[case("replace", r#"[{"$string": "u"}, "a", "b"]"#, "?")]
#[case("timestamp", "[]", "?")]
#[case("uuid", "[]", "?")]
#[case("bcrypt", r#"["x"]"#, "?")]
#[case("provider::aws::arn_parse", r#"["x"]"#, "error")]
#[case("core::upper", r#"["x"]"#, "\"X\"")]
fn unknown_arguments(#[case] name: &str, #[case] arguments: &str, #[case] expected: &str) {
    assert_eq!(answer(name, arguments), expected);
}

#[rstest]
#[case("upper", r#"[{"$sensitive": "a"}]"#, "!\"A\"")]
#[case("sensitive", r#"[["a"]]"#, "![\"a\"]")]
#[case("nonsensitive", r#"[{"$sensitive": "a"}]"#, "\"a\"")]
#[case("issensitive", r#"[{"$sensitive": "a"}]"#, "true")]
#[case("issensitive", r#"[[{"$sensitive": "a"}]]"#, "false")]
#[case("length", r#"[[{"$sensitive": "a"}]]"#, "1")]
#[case("length", r#"[{"$sensitive": ["a"]}]"#, "!1")]
#[case("keys", r#"[{"a": {"$sensitive": 1}}]"#, "[\"a\"]")]
#[case("values", r#"[{"a": {"$sensitive": 1}}]"#, "[!1]")]
#[case("merge", r#"[{"a": {"$sensitive": 1}}, {"b": 2}]"#, "{\"a\":!1,\"b\":2}")]
#[case("merge", r#"[{"$sensitive": {"a": 1}}, {"b": 2}]"#, "!{\"a\":1,\"b\":2}")]
#[case("concat", r#"[[{"$sensitive": 1}], [2]]"#, "[!1,2]")]
#[case("element", r#"[[{"$sensitive": 1}, 2], 1]"#, "2")]
#[case("lookup", r#"[{"a": {"$sensitive": 1}}, "a", 2]"#, "!1")]
#[case("flatten", r#"[[{"$sensitive": [1]}, [2]]]"#, "![1,2]")]
#[case("flatten", r#"[[[{"$sensitive": 1}], [2]]]"#, "[!1,2]")]
#[case("zipmap", r#"[["a"], [{"$sensitive": 1}]]"#, "{\"a\":!1}")]
#[case("tolist", r#"[[{"$sensitive": 1}]]"#, "[!1]")]
#[case("toset", r#"[[{"$sensitive": 1}]]"#, "![1]")]
#[case("join", r#"["-", ["a", {"$sensitive": "b"}]]"#, "!\"a-b\"")]
#[case("contains", r#"[["a", {"$sensitive": "b"}], "b"]"#, "!true")]
#[case("jsonencode", r#"[{"a": {"$sensitive": "b"}}]"#, "!\"{\\\"a\\\":\\\"b\\\"}\"")]
#[case("upper", r#"[{"$sensitive": {"$string": "u"}}]"#, "!?")]
fn sensitive_arguments(#[case] name: &str, #[case] arguments: &str, #[case] expected: &str) {
    assert_eq!(answer(name, arguments), expected);
}

#[rstest]
#[case("file", r#"["a.txt"]"#, "\"hello\\n\"")]
#[case("file", r#"["none"]"#, "?")]
#[case("file", r#"["bytes"]"#, "error")]
#[case("file", r#"["/etc/passwd"]"#, "?")]
#[case("filebase64", r#"["bytes"]"#, "\"//4=\"")]
#[case("filemd5", r#"["a.txt"]"#, "\"b1946ac92492d2347c6235b4d2611184\"")]
#[case("fileexists", r#"["a.txt"]"#, "true")]
#[case("fileexists", r#"["none"]"#, "false")]
#[case("fileexists", r#"["/etc/passwd"]"#, "?")]
#[case("fileset", r#"[".", "*.txt"]"#, "[\"a.txt\",\"b.txt\"]")]
#[case("fileset", r#"[".", "**"]"#, "[\"a.txt\",\"b.txt\",\"d/c.txt\",\"d/e/x.json\"]")]
#[case("fileset", r#"[".", "{a,b}.txt"]"#, "[\"a.txt\",\"b.txt\"]")]
#[case("fileset", r#"[".", "d/**/*.json"]"#, "[\"d/e/x.json\"]")]
#[case("fileset", r#"[".", "**/*.txt"]"#, "[\"a.txt\",\"b.txt\",\"d/c.txt\"]")]
#[case("fileset", r#"[".", "[!a].txt"]"#, "[\"b.txt\"]")]
#[case("fileset", r#"[".", "?.txt"]"#, "[\"a.txt\",\"b.txt\"]")]
#[case("fileset", r#"[".", "["]"#, "error")]
#[case("fileset", r#"["none", "*"]"#, "[]")]
#[case("templatefile", r#"["a.txt", {}]"#, "\"a.txt: hello\\n\"")]
#[case("templatefile", r#"["a.txt", {"$unknown": "u"}]"#, "?")]
#[case("templatestring", r#"["x", {}]"#, "\"templatestring: x\"")]
#[case("abspath", r#"["/a/b/../c"]"#, "\"/a/c\"")]
#[case("abspath", r#"["a"]"#, "?")]
#[case("pathexpand", r#"["~/a"]"#, "?")]
#[case("pathexpand", r#"["/x/~"]"#, "\"/x/~\"")]
fn files(#[case] name: &str, #[case] arguments: &str, #[case] expected: &str) {
    assert_eq!(answer(name, arguments), expected);
}

#[rstest]
#[case("nosuch", "[]", "there is no function named \"nosuch\"")]
#[case("upper", "[]", "upper takes 1 argument, got 0")]
#[case("upper", "[null]", "upper: argument 1: argument must not be null")]
#[case("upper", "[[]]", "upper: argument 1: string required")]
#[case("abs", r#"["x"]"#, "abs: argument 1: a number is required")]
#[case("alltrue", r#"[["x"]]"#, "alltrue: argument 1: element 0: a bool is required")]
#[case(
    "tonumber",
    r#"[{"$sensitive": "secret"}]"#,
    "tonumber: a sensitive argument is not suitable"
)]
#[case("abs", r#"[{"$sensitive": "secret"}]"#, "abs: argument 1 is not suitable")]
#[case("setproduct", "[[1]]", "setproduct: at least two arguments are required")]
fn messages(#[case] name: &str, #[case] arguments: &str, #[case] expected: &str) {
    assert_eq!(call(name, &parse(arguments)), Err(expected.to_owned()));
}

#[test]
fn json_escapes_what_is_special_in_html() {
    let text = "<&>\u{2028}\u{7f}\u{1}\t\u{8}\u{c}\\\"/é";
    let expected = "\"\\u003c\\u0026\\u003e\\u2028\u{7f}\\u0001\\t\\b\\f\\\\\\\"/é\"";
    assert_eq!(call("jsonencode", &[Value::string(text)]), Ok(Value::string(expected)));
}

#[test]
fn partly_known_json_keeps_what_was_encoded() {
    let statement = parse(r#"[{"Effect": "Allow", "Resource": {"$unknown": "computed"}}]"#);
    let Kind::Unknown(unknown) = call("jsonencode", &statement).unwrap().kind else { panic!() };
    assert_eq!((&*unknown.reason, &*unknown.prefix), ("computed", "{"));
    assert_eq!(unknown.partial, Some(statement[0].clone()));
}

/// A resource: more attributes than are written.
fn resource() -> Value {
    let open =
        Open { address: "aws_x.a".into(), reason: "computed by aws_x.a".into(), ..Open::default() };
    let entries = Entries::from_iter([(Arc::from("name"), Value::string("n"))]);
    Kind::Mapping(Arc::new(Mapping { entries, open: Some(Arc::new(open)), ..Mapping::default() }))
        .into()
}

#[rstest]
#[case("lookup", &[Value::string("name")], "\"n\"")]
#[case("lookup", &[Value::string("id"), Value::string("d")], "?")]
#[case("keys", &[], "?")]
#[case("length", &[], "?")]
#[case("merge", &[], "?")]
#[case("jsonencode", &[], "?{")]
fn resources(#[case] name: &str, #[case] rest: &[Value], #[case] expected: &str) {
    let arguments: Vec<Value> = [resource()].iter().chain(rest).cloned().collect();
    assert_eq!(show(&call(name, &arguments).unwrap()), expected);
}

/// What would take gigabytes or hours is an error.
#[rstest]
#[case("format", &[Value::string("%99999999999d"), Value::number(1)])]
#[case("indent", &[Value::number(i64::MAX), Value::string("\n")])]
#[case("range", &[Value::number(i64::MAX)])]
#[case("regex", &[Value::string("(a{1000}){1000}"), Value::string("a")])]
#[case("replace", &[Value::string("a".repeat(1 << 20)), Value::string(""), Value::string("b".repeat(1 << 20))])]
#[case("replace", &[Value::string("a".repeat(1 << 20)), Value::string("/a/"), Value::string("b".repeat(1 << 20))])]
#[case("setproduct", &vec![Value::tuple(vec![Value::number(1); 100]); 8])]
#[case("jsondecode", &[Value::string("[".repeat(100_000))])]
#[case("yamldecode", &[Value::string("[".repeat(100_000))])]
#[case("yamldecode", &[Value::string("&a ".to_owned() + "[&b [*a], *b]")])]
#[case("jsonencode", &[doubled(40)])]
#[case("flatten", &[doubled(40)])]
#[case("yamlencode", &[doubled(40)])]
#[case("concat", &[doubled(40), doubled(40)])]
#[case("coalesce", &[doubled(40), Value::null()])]
#[case("merge", &[Value::map(Entries::from_iter([(Arc::from("a"), doubled(40))]))])]
#[case("chunklist", &[doubled(40), Value::number(1)])]
#[case("zipmap", &[Value::tuple(vec![Value::string("a")]), Value::tuple(vec![doubled(40)])])]
#[case("keys", &[doubled(40)])]
#[case("lookup", &[Value::map(Entries::from_iter([(Arc::from("a"), doubled(40))])), Value::string("b"), Value::number(1)])]
#[case("sum", &[Value::object(Entries::from_iter([(Arc::from("a"), doubled(40))]))])]
#[case("jsonencode", &[nested(5000)])]
#[case("flatten", &[nested(5000)])]
#[case("tolist", &[nested(5000)])]
#[case("fileset", &[Value::string("."), Value::string("{".repeat(5000))])]
fn bounds(#[case] name: &str, #[case] arguments: &[Value]) {
    assert!(call(name, arguments).is_err());
}

/// A list that holds the same list twice, and so on: small in memory, huge when written.
fn doubled(times: usize) -> Value {
    (0..times).fold(Value::string("x"), |inner, _| Value::tuple(vec![inner.clone(), inner]))
}

fn nested(depth: usize) -> Value {
    (0..depth).fold(Value::string("x"), |inner, _| Value::tuple(vec![inner]))
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let _ = writeln!(
            bomb,
            "a{level}: &a{level} [{}]",
            vec![format!("*a{}", level - 1); 10].join(", ")
        );
    }
    assert!(call("yamldecode", &[Value::string(bomb)]).is_err());
}

#[rstest]
#[case(
    "0.1",
    "0.2",
    "0.3",
    "-0.1",
    "0.020000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001",
    "0.5",
    "0.1"
)]
#[case(
    "9223372036854775807",
    "1",
    "9223372036854775808",
    "9223372036854775806",
    "9223372036854775807",
    "9223372036854775807",
    "0"
)]
#[case(
    "-7",
    "3",
    "-4",
    "-10",
    "-21",
    "-2.3333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333332",
    "-1"
)]
#[case("7.5", "-2", "5.5", "9.5", "-15", "-3.75", "1.5")]
#[case(
    "-9223372036854775808",
    "-1",
    "-9223372036854775809",
    "-9223372036854775807",
    "9223372036854775808",
    "9223372036854775808",
    "0"
)]
fn arithmetic(
    #[case] a: &str,
    #[case] b: &str,
    #[case] sum: &str,
    #[case] difference: &str,
    #[case] product: &str,
    #[case] quotient: &str,
    #[case] remainder: &str,
) {
    let (a, b) = (Number::parse(a).unwrap(), Number::parse(b).unwrap());
    assert_eq!(a.add(&b).unwrap().to_string(), sum);
    assert_eq!(a.subtract(&b).unwrap().to_string(), difference);
    assert_eq!(a.multiply(&b).unwrap().to_string(), product);
    assert_eq!(a.divide(&b).unwrap().to_string(), quotient);
    assert_eq!(a.remainder(&b).unwrap().to_string(), remainder);
}

#[test]
fn numbers_are_those_of_terraform() {
    let number = |text: &str| Number::parse(text).unwrap();
    let third = number("1").divide(&number("3")).unwrap();
    assert_eq!(third.to_string(), format!("0.{}5", "3".repeat(154)));
    assert_eq!(third.multiply(&number("3")), Some(number("1")));
    assert_eq!(number("0.1").add(&number("0.2")), Some(number("0.3")));
    assert_eq!(number("1").divide(&number("0.0")), Some(Number::Infinite { negative: false }));
    assert!(number("0").divide(&number("0")).is_none());
    assert!(matches!(number("1e3"), Number::Int(1000)));
    assert!(number("9223372036854775808") > number("9223372036854775807"));
    let sum =
        number("9223372036854775807").add(&number("1")).and_then(|it| it.subtract(&number("1")));
    assert!(matches!(sum, Some(Number::Int(i64::MAX))));
}

#[rstest]
#[case("1e999999999")]
#[case("1e-999999999")]
#[case("1e99999999999999999999999999")]
#[case("1e6000")]
fn huge_exponents_are_bounded(#[case] text: &str) {
    let mut number = Number::parse(text).unwrap();
    for _ in 0..40 {
        number = number.multiply(&number).unwrap();
    }
    assert!(number.to_string().len() < 10_000);
}

#[rstest]
#[case("")]
#[case("-")]
#[case(".")]
#[case("e1")]
#[case("1e")]
#[case("0x10")]
#[case("1_0")]
#[case(" 1")]
#[case("١")]
#[case("inf")]
fn no_numbers(#[case] text: &str) {
    assert_eq!(Number::parse(text), None);
}

fn object_type(attributes: &[(&str, Type, bool, Option<Value>)]) -> Type {
    let attribute = |(name, kind, optional, default): &(&str, Type, bool, Option<Value>)| {
        let (kind, optional, default) = (kind.clone(), *optional, default.clone());
        let attribute =
            if optional { ObjectAttribute::optional(kind, default) } else { kind.into() };
        (Arc::from(*name), attribute)
    };
    Type::object(attributes.iter().map(attribute))
}

#[rstest]
#[case(r#"{"a": 1, "extra": 2}"#, r#"{"a":"1","b":null,"c":"d"}"#)]
#[case(r#"{"a": 1, "b": true, "c": null}"#, r#"{"a":"1","b":true,"c":"d"}"#)]
#[case(r#"{"$map": {"a": "x"}}"#, r#"{"a":"x","b":null,"c":"d"}"#)]
#[case(r"null", "null")]
#[case(r#"{"$unknown": "u"}"#, "?")]
#[case(r#"{"a": {"$unknown": "u"}, "b": {"$sensitive": "true"}}"#, r#"{"a":?,"b":!true,"c":"d"}"#)]
#[case(r"{}", "attribute \"a\" is required")]
#[case(r#"{"a": []}"#, "attribute \"a\": string required")]
#[case(r#"{"a": "", "b": "x"}"#, "attribute \"b\": a bool is required")]
#[case(r#""x""#, "object required")]
fn conversion_to_an_object(#[case] from: &str, #[case] expected: &str) {
    let wanted = object_type(&[
        ("a", Type::String, false, None),
        ("b", Type::Bool, true, None),
        ("c", Type::String, true, Some(Value::string("d"))),
    ]);
    let from = value(&serde_json::from_str(from).unwrap());
    let got = types::convert(&from, &wanted).map_or_else(|error| error, |value| show(&value));
    assert_eq!(got, expected);
}

#[test]
fn nested_defaults_apply() {
    let inner = object_type(&[("x", Type::Number, true, Some(Value::number(7)))]);
    let list = Type::List(Arc::new(inner.clone()));
    let wanted = object_type(&[
        ("one", inner, true, Some(Value::object(Entries::new()))),
        ("many", list, true, Some(Value::tuple(Vec::new()))),
    ]);
    let from = value(&serde_json::json!({"many": [{}, {"x": "1"}]}));
    let got = types::convert(&from, &wanted).unwrap();
    assert_eq!(show(&got), r#"{"many":[{"x":7},{"x":1}],"one":{"x":7}}"#);
}

#[test]
fn unknowns_are_refined_by_conversion() {
    let any = Value::unknown("u");
    let converted = types::convert(&any, &Type::List(Arc::new(Type::String))).unwrap();
    assert_eq!(Type::of(&converted).constraint(), "list(string)");
    let text = unknown(Type::String, "u");
    assert!(types::convert(&text, &Type::List(Arc::new(Type::Any))).is_err());
    assert_eq!(Type::of(&types::convert(&text, &Type::Number).unwrap()), Type::Number);
}

#[rstest]
#[case("[1, true]", None)]
#[case(r#"[1, "a", true]"#, Some("string"))]
#[case("[1, null]", Some("number"))]
#[case(r#"[[1], ["a"]]"#, Some("tuple([string])"))]
#[case(r#"[[1], ["a", 2]]"#, Some("list(string)"))]
#[case(r#"[{"a": 1}, {"a": "x"}]"#, Some("object({a=string})"))]
#[case(r#"[{"a": 1}, {"b": "x"}]"#, Some("map(string)"))]
#[case(r#"[{"$map": {"a": 1}}, {"b": "x"}]"#, Some("map(string)"))]
#[case(r#"[{"$list": [1]}, ["x", 1]]"#, Some("list(string)"))]
#[case(r#"[{"a": 1}, [1]]"#, None)]
#[case("[1, [1]]", None)]
#[case("[]", Some("any"))]
fn unification(#[case] values: &str, #[case] expected: Option<&str>) {
    let kinds: Vec<Type> = parse(values).iter().map(Type::of).collect();
    assert_eq!(types::unify(&kinds).map(|kind| kind.constraint()).as_deref(), expected);
}

fn any_value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        "[a-c%/.:,{}\\[\\]*0-9 -]{0,8}".prop_map(Value::string),
        "\\PC{0,6}".prop_map(Value::string),
        proptest::sample::select(vec![
            "10.0.0.0/8",
            "2020-01-01T00:00:00Z",
            "true",
            "1e3",
            "/a(b)?/",
            "%s-%05.2f",
            "a: [1, *x]",
            "{\"a\":[1]}",
            "1h5m",
            "UTF-16LE",
            "YYYY-MM",
            "::/0",
            "dns",
            "\u{301}",
            "a,b\n1,2",
        ])
        .prop_map(Value::string),
    ];
    let leaf = prop_oneof![
        Just(Value::null()),
        any::<bool>().prop_map(Value::bool),
        (-5i64..70).prop_map(Value::number),
        any::<i64>().prop_map(Value::number),
        any::<f64>().prop_map(|it| Value::number(Number::from_f64(it).unwrap_or(Number::Int(0)))),
        text,
        Just(Value::unknown("u")),
        proptest::sample::select(vec![
            Type::String,
            Type::Number,
            Type::Bool,
            Type::Tuple(vec![Type::Any, Type::String]),
            Type::List(Arc::new(Type::Any)),
        ])
        .prop_map(|kind| unknown(kind, "k")),
        Just(resource()),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let key = proptest::sample::select(vec!["a", "b", "", "é"]).prop_map(Arc::from);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::tuple),
            prop::collection::vec(inner.clone(), 0..4).prop_map(uniform_set),
            prop::collection::btree_map(key, inner.clone(), 0..3)
                .prop_map(|entries| Value::object(entries.into_iter().collect())),
            inner.clone().prop_map(|it| it.with_marks(&Marks::sensitive())),
            inner.prop_map(|it| call("tolist", &[it]).unwrap_or(Value::null())),
        ]
    })
}

fn any_type() -> impl Strategy<Value = Type> {
    let leaf = proptest::sample::select(vec![Type::Any, Type::Bool, Type::Number, Type::String]);
    leaf.prop_recursive(3, 16, 3, |inner| {
        let name = proptest::sample::select(vec!["a", "b", "c"]).prop_map(Arc::<str>::from);
        let attribute = (inner.clone(), any::<bool>()).prop_map(|(kind, optional)| {
            if optional { ObjectAttribute::optional(kind, None) } else { kind.into() }
        });
        prop_oneof![
            inner.clone().prop_map(|kind| Type::List(Arc::new(kind))),
            inner.clone().prop_map(|kind| Type::Set(Arc::new(kind))),
            inner.clone().prop_map(|kind| Type::Map(Arc::new(kind))),
            prop::collection::vec(inner, 0..3).prop_map(Type::Tuple),
            prop::collection::btree_map(name, attribute, 0..3).prop_map(Type::object),
        ]
    })
}

/// A set whose elements are of one type, as every set's are.
fn uniform_set(items: Vec<Value>) -> Value {
    let set = Type::Set(Arc::new(Type::Any));
    types::convert(&Value::tuple(items), &set).unwrap_or(Value::null())
}

/// Every unknown replaced by a value of its type.
fn substituted(value: &Value, by: &Value) -> Value {
    if value.is_wholly_known() {
        return value.clone();
    }
    let kind = match &value.kind {
        Kind::Unknown(unknown) => match &unknown.kind {
            None => by.kind.clone(),
            Some(kind) => match types::convert(by, kind) {
                Ok(converted) if !converted.is_null() => converted.kind,
                _ => simple(kind).kind,
            },
        },
        Kind::Sequence(SequenceKind::Set, items) => {
            uniform_set(items.iter().map(|item| substituted(item, by)).collect()).kind
        }
        Kind::Sequence(kind, items) => {
            Value::sequence(*kind, items.iter().map(|item| substituted(item, by)).collect()).kind
        }
        Kind::Mapping(map) => {
            let entries =
                map.entries.iter().map(|(key, it)| (Arc::clone(key), substituted(it, by)));
            let mut entries: Entries = entries.collect();
            if map.open.is_some() {
                entries.insert("id".into(), by.clone());
            }
            Kind::Mapping(Arc::new(Mapping { entries, is_map: map.is_map, ..Mapping::default() }))
        }
        kind => kind.clone(),
    };
    Value { kind, marks: value.marks.clone() }
}

fn simple(kind: &Type) -> Value {
    match kind {
        Type::Bool => Value::bool(true),
        Type::Number => Value::number(3),
        Type::Tuple(kinds) => Value::tuple(kinds.iter().map(simple).collect()),
        Type::List(_) => Value::list(Vec::new()),
        _ => Value::string("s"),
    }
}

/// As shown, scalars of all types alike, without marks, and sets in the order of texts: numbers that become texts are sorted anew.
fn loose(value: &Value) -> String {
    show(&in_order_of_texts(&types::without_marks(value))).replace('"', "")
}

fn in_order_of_texts(value: &Value) -> Value {
    let kind = match &value.kind {
        Kind::Sequence(kind, items) => {
            let mut items: Vec<Value> = items.iter().map(in_order_of_texts).collect();
            if *kind == SequenceKind::Set {
                items.sort_by_key(|item| show(item).replace('"', ""));
            }
            Kind::Sequence(*kind, Arc::new(items.into()))
        }
        Kind::Mapping(map) => {
            let entries = map.entries.iter();
            let entries = entries.map(|(key, item)| (Arc::clone(key), in_order_of_texts(item)));
            Kind::Mapping(Arc::new(Mapping { entries: entries.collect(), ..Mapping::clone(map) }))
        }
        kind => kind.clone(),
    };
    Value { kind, marks: value.marks.clone() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_function_panics(arguments in prop::collection::vec(any_value(), 0..4)) {
        for name in functions::names() {
            if let Ok(result) = call(name, &arguments) {
                prop_assert!(show(&result).len() < 1 << 20, "{name}");
            }
        }
    }

    /// What is said in spite of unknown arguments holds whatever they become. Where a function makes its arguments one type, an
    /// unknown of no known type is taken for one of the others' type, so `1` may become `"1"` later.
    #[test]
    fn known_results_hold_for_every_substitute(
        arguments in prop::collection::vec(any_value(), 0..4),
        by in any_value().prop_filter("known", Value::is_wholly_known),
    ) {
        let known: Vec<Value> = arguments.iter().map(|it| substituted(it, &by)).collect();
        for name in functions::names() {
            let Ok(result) = call(name, &arguments) else { continue };
            let Ok(later) = call(name, &known) else { continue };
            // A collection may become a set or a list once the type of what is unknown is known, for Terraform too.
            let takes_a_type = name == "coalesce"
                && matches!(result.kind, Kind::Sequence(..) | Kind::Mapping(_));
            if result.is_wholly_known() && name != "issensitive" && !takes_a_type {
                prop_assert_eq!(loose(&result), loose(&later), "{}", name);
            }
        }
    }

    #[test]
    fn a_type_converts_where_it_becomes_another(from in any_type(), wanted in any_type()) {
        let from = from.of_values();
        let converted = types::converted_type(&from, &wanted);
        prop_assert_eq!(types::converts(&from, &wanted), converted.is_ok());
        // What it becomes is a type of values, and as such stays what it is.
        if let Ok(converted) = converted {
            prop_assert_eq!(&converted.of_values(), &converted);
            prop_assert_eq!(types::converted_type(&converted, &converted), Ok(converted));
        }
        let own = wanted.of_values();
        prop_assert_eq!(types::converted_type(&own, &wanted), Ok(own));
    }

    #[test]
    fn numbers_survive_printing(a in any::<i64>(), b in any::<i64>(), c in any::<f64>()) {
        let fraction = Number::from_f64(c).unwrap_or(Number::Int(1));
        for number in [
            Number::Int(a).divide(&Number::Int(b.max(1))).unwrap_or(Number::Int(0)),
            Number::Int(a).multiply(&Number::Int(b)).unwrap().multiply(&Number::Int(a)).unwrap(),
            fraction.add(&Number::Int(a)).unwrap(),
        ] {
            prop_assert_eq!(Number::parse(&number.to_string()), Some(number));
        }
    }

    #[test]
    fn numbers_order_as_their_values(a in any::<i32>(), b in any::<i32>(), c in 1i64..1000) {
        let part = |it: i32| Number::Int(it.into()).divide(&Number::Int(c)).unwrap();
        prop_assert_eq!(part(a).cmp(&part(b)), a.cmp(&b));
    }
}
