//! Rego: built-in functions beyond those of regorus, what OPA gives for them, effects in tests, and metadata.

use dreadnought::engine::rego::{Module, Options, compile_with};
use rstest::rstest;
use serde_json::{Value as Json, json};

use crate::rego::on_stack;

/// What an expression gives, in short; `undefined` where it gives nothing.
fn give(expression: &str) -> String {
    let text = format!("package t\n\nresult := {expression}\n");
    over(&[("t.rego", &text)], "data.t.result", &Options::default())
}

pub(crate) fn over(texts: &[(&str, &str)], rule: &str, options: &Options) -> String {
    on_stack(|| {
        let module =
            |(name, text): &(&str, &str)| Module { name: (*name).to_owned(), text: (*text).into() };
        let (policies, errors) = compile_with(texts.iter().map(module).collect(), options);
        if let Some(error) = errors.first() {
            return format!("{}:{}: {}", texts[error.module].0, error.line, error.message);
        }
        match policies.evaluate(rule, &json!({})) {
            Ok(Some(value)) => value.to_string(),
            Ok(None) => "undefined".to_owned(),
            Err(failure) => format!("failed: {}", failure.message),
        }
    })
}

#[rstest]
// Hashes
#[case(r#"crypto.md5("abc")"#, r#""900150983cd24fb0d6963f7d28e17f72""#)]
#[case(r#"crypto.sha1("abc")"#, r#""a9993e364706816aba3e25717850c26c9cd0d89d""#)]
#[case(
    r#"crypto.sha256("abc")"#,
    r#""ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad""#
)]
#[case(
    r#"crypto.hmac.sha256("what do ya want for nothing?", "Jefe")"#,
    r#""5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843""#
)]
#[case(r#"crypto.hmac.equal("a", "a")"#, "true")]
#[case("crypto.sha256(json.unmarshal(`1`))", "undefined")]
// Networks
#[case(r#"net.cidr_contains("10.0.0.0/8", "10.1.2.3")"#, "true")]
#[case(r#"net.cidr_intersects("10.0.0.0/8", "10.1.0.0/16")"#, "true")]
#[case(r#"net.cidr_merge(["10.0.0.0/25", "10.0.0.128/25"])"#, r#"["10.0.0.0/24"]"#)]
#[case(
    r#"net.cidr_contains_matches({"a": "10.0.0.0/8", "b": "11.0.0.0/8"}, ["10.1.0.0/16"])"#,
    r#"[["a",0]]"#
)]
#[case(r#"net.cidr_intersects("nonsense", "10.0.0.0/8")"#, "undefined")]
// Patterns
#[case(r#"regex.globs_match("a.*", "[a-c]b+")"#, "true")]
#[case(r#"regex.globs_match("a+", "b*")"#, "false")]
// Texts
#[case(r#"urlquery.encode_object({"a": "x y", "b": ["1", "2"]})"#, r#""a=x+y&b=1&b=2""#)]
#[case(r#"urlquery.decode_object("a=x+y&a=%41")"#, r#"{"a":["x y","A"]}"#)]
#[case(r#"urlquery.decode("%zz")"#, "undefined")]
#[case(r#"strings.count("aaa", "a")"#, "3")]
#[case(r#"strings.count("ab", "")"#, "3")]
#[case(r#"yaml.unmarshal("a: [yes, 0644, x]")"#, r#"{"a":[true,420,"x"]}"#)]
#[case(
    r#"yaml.unmarshal(yaml.marshal({"a": [1, {"b": "on"}], "c": {}}))"#,
    r#"{"a":[1,{"b":"on"}],"c":{}}"#
)]
#[case(r#"yaml.is_valid("a: [")"#, "false")]
#[case("json.is_valid(json.unmarshal(`1`))", "false")]
#[case(
    r#"uuid.parse("00000000-0000-4000-8000-000000000000")"#,
    r#"{"variant":"RFC4122","version":4}"#
)]
// Objects and arrays
#[case("array.flatten([1, [2, [3]]])", "[1,2,[3]]")]
#[case(r#"json.patch({"a": 1}, [{"op": "add", "path": "/b", "value": 2}])"#, r#"{"a":1,"b":2}"#)]
#[case(r#"graph.reachable({"a": ["b"], "b": [], "c": []}, {"a"})"#, r#"["a","b"]"#)]
#[case(r#"json.match_schema({"id": 1}, {"type": "object", "required": ["id"]})"#, "[true,[]]")]
#[case(
    r#"json.match_schema({"id": "x"}, {"properties": {"id": {"type": "integer"}}})"#,
    r#"[false,[{"desc":"Invalid type. Expected: integer, given: string","error":"id: Invalid type. Expected: integer, given: string","field":"id","type":"invalid_type"}]]"#
)]
#[case(r#"json.verify_schema({"type": "object"})"#, "[true,null]")]
// Time, without a clock
#[case(r#"time.parse_rfc3339_ns("1970-01-01T00:00:01Z")"#, "1000000000")]
#[case(r#"time.parse_ns("2006-01-02", "1970-01-02")"#, "86400000000000")]
#[case(r#"time.parse_ns("RFC822Z", "01 Jan 70 01:00 +0100")"#, "0")]
#[case(r#"time.parse_duration_ns("1h30m")"#, "5400000000000")]
#[case(r#"time.date([0, "Asia/Tokyo"])"#, "[1970,1,1]")]
#[case(r#"time.clock([0, "Asia/Tokyo"])"#, "[9,0,0]")]
#[case("time.weekday(0)", r#""Thursday""#)]
#[case(r#"time.format([1500000000, "UTC", "RFC3339Nano"])"#, r#""1970-01-01T00:00:01.5Z""#)]
#[case("time.add_date(0, 0, 1, 30)", "5270400000000000")]
#[case("time.diff(86400000000000, 0)", "[0,0,1,0,0,0]")]
#[case(
    r#"time.clock([0, "Local"])"#,
    "failed: a verdict must not depend on the time zone of the machine (t.rego:3:21)"
)]
// Ours
#[case(r#"dreadnought.cidr_is_any("::/0")"#, "true")]
#[case(r#"dreadnought.is_secret("DB_PASSWORD", "qT7-harbour-9")"#, "true")]
#[case(r#"dreadnought.is_secret("DB_PASSWORD", "${password}")"#, "false")]
#[case(r#"dreadnought.is_secret("DB_PASSWORD", 22)"#, "false")]
#[case(r#"dreadnought.holds_secret("a: 1\npassword: qT7-harbour-9\n")"#, "true")]
#[case(r#"dreadnought.script_holds_secret("mysql --password=qT7-harbour-9 shop")"#, "true")]
#[case(r"dreadnought.script_holds_secret(null)", "false")]
#[case(r#"dreadnought.cidr_is_public("10.0.0.0/8")"#, "false")]
#[case(r#"dreadnought.cidr_contains("10.0.0.0/8", "10.1.0.0/16")"#, "true")]
#[case(r#"dreadnought.glob("s3:Get*", "s3:GetObject")"#, "true")]
#[case(r#"dreadnought.semver_satisfies("v1.5", ">= 1.2, < 2")"#, "true")]
#[case(
    r#"dreadnought.policy_allows({"Statement": {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}}, "s3:GetObject", "x")"#,
    "true"
)]
#[case(
    r#"dreadnought.policy_allows_to("{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"s3:*\", \"Principal\": \"*\"}]}", "s3:GetObject", "x", "*")"#,
    "true"
)]
#[case(
    r#"dreadnought.statements({"Statement": {"Effect": "deny", "Action": "A:b"}})[0].actions"#,
    r#"["a:b"]"#
)]
fn gives(#[case] expression: &str, #[case] expected: &str) {
    assert_eq!(give(expression), expected, "{expression}");
}

#[test]
fn an_output_may_stand_among_the_arguments() {
    let text = "package t\n\nresult contains [x, y] if {\n\tsome a in [\"a\", \"b\"]\n\tcrypto.md5(a, x); net.cidr_contains(\"10.0.0.0/8\", \"10.0.0.1\", y)\n}\n";
    let expected =
        r#"[["0cc175b9c0f1b6a831c399e269772661",true],["92eb5ffee6ae2fec3ad71c777531578f",true]]"#;
    assert_eq!(over(&[("t.rego", text)], "data.t.result", &Options::default()), expected);
}

#[rstest]
#[case::http("http.send({}).body == 1", "the network")]
#[case::lookup("net.lookup_ip_addr(\"a\")", "the network")]
#[case::clock("time.now_ns() == 7", "the clock")]
#[case::environment("opa.runtime().env.A == 1", "the environment")]
#[case::chance("rand.intn(\"x\", 3) == 2", "chance")]
fn effects_are_refused_with_their_line(#[case] body: &str, #[case] why: &str) {
    let policy = format!("package p\n\nallow if {{\n\t{body}\n}}\n");
    let refused = over(&[("policy.rego", &*policy)], "data.p.allow", &Options::default());
    assert!(refused.starts_with("policy.rego:4: ") && refused.contains("is refused"), "{refused}");
    assert!(refused.contains(why), "{refused}");
}

#[test]
fn metadata_is_that_of_the_rule_in_which_it_is_asked_for() {
    let text = "# METADATA\n# title: The package\npackage p\n\n# METADATA\n# title: One\n# custom:\n#   severity: HIGH\none := rego.metadata.rule().custom.severity\n\n# METADATA\n# title: Two\ntwo := [link.annotations.title | some link in rego.metadata.chain()]\n\nthree := rego.metadata.rule()\n";
    let ask =
        |rule: &str| over(&[("p.rego", text)], &format!("data.p.{rule}"), &Options::default());
    assert_eq!(ask("one"), r#""HIGH""#);
    assert_eq!(ask("two"), r#"["Two","The package"]"#);
    assert_eq!(ask("three"), "{}");
}

#[test]
fn data_stands_beside_the_modules() {
    let options = Options { data: Some(json!({"teams": {"a": [1]}})), ..Options::default() };
    let text = "package p\n\nresult := data.teams.a\n";
    assert_eq!(over(&[("p.rego", text)], "data.p.result", &options), "[1]");
    let old = Options { version_0: true, ..Options::default() };
    let text = "package p\n\nresult[x] { x := 1 }\n";
    assert_eq!(over(&[("p.rego", text)], "data.p.result", &old), "[1]");
    let found: Json = serde_json::from_str(&over(&[("p.rego", text)], "x", &Options::default()))
        .unwrap_or_default();
    assert_eq!(found, Json::Null, "version 1 wants `if` and `contains`");
}
