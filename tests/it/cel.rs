//! CEL: values, missing values, unknown values, functions, messages, bounds.

use std::fmt::Write as _;
use std::sync::Arc;

use dreadnought::document::Value;
use dreadnought::engine::cel::{Names, Subject, Surroundings, Template, compile};
use dreadnought::engine::{CompileError, Evaluated};
use rstest::rstest;
use serde_json::{Value as Json, json};

use crate::refinements::unknown;

/// JSON in which `{"$unknown": reason}` is an unknown value.
pub(crate) fn value(json: Json) -> Value {
    match json {
        Json::Object(map) if map.contains_key("$unknown") => match &map["$unknown"] {
            Json::String(reason) => Value::unknown(reason.as_str()),
            known => unknown("u", known),
        },
        Json::Object(map) => {
            Value::object(map.into_iter().map(|(key, item)| (key.into(), value(item))).collect())
        }
        Json::Array(items) => Value::array(items.into_iter().map(value).collect()),
        other => Value::from(other),
    }
}

pub(crate) struct Neighbors;

impl Surroundings for Neighbors {
    fn is_default(&self, text: &str) -> bool {
        text == "kG5-default-1"
    }

    fn related(&self, kind: &str) -> Vec<Value> {
        let block = json!({"address": "b.x", "type": "block", "attributes": {"on": true, "off": {"$unknown": "later"}}});
        if kind == "block" { vec![value(block)] } else { Vec::new() }
    }

    fn references(&self, pointer: &str) -> Vec<Value> {
        if pointer == "/vpc_id" {
            vec![value(json!({"address": "aws_vpc.main", "type": "aws_vpc"}))]
        } else {
            Vec::new()
        }
    }

    fn referrers(&self, pointer: &str) -> Vec<Value> {
        if pointer == "/permissions_boundary" {
            vec![value(json!({"address": "aws_iam_role.fn", "type": "aws_iam_role"}))]
        } else {
            Vec::new()
        }
    }

    fn document(&self) -> Value {
        value(json!({"format": "terraform", "resources": [{"address": "a"}]}))
    }
}

pub(crate) fn attributes() -> Value {
    value(json!({
        "name": "web", "port": 22, "ratio": 22.0, "flag": true, "nothing": null, "empty": [],
        "list": [1, 2], "names": ["a", "b"], "mixed": [{"$unknown": "element"}, "a"],
        "unk": {"$unknown": "later"}, "other": {"$unknown": "also later"},
        "obj": {"a": 1, "u": {"$unknown": "inner"}, "n": null}, "tags": {"env": "prod"},
        "ingress": [
            {"from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"]},
            {"from_port": 80, "to_port": 443, "cidr_blocks": [{"$unknown": "cidr"}, "10.0.0.0/8"]},
        ],
        "text": "{\"a\": [1, 2.5]}",
    }))
}

/// What an expression gives, in short.
pub(crate) fn run(source: &str) -> String {
    run_on(source, &attributes())
}

fn run_on(source: &str, attributes: &Value) -> String {
    let resource = value(json!({"address": "a.b", "type": "a", "tags": {"env": "prod"}}));
    let defaults =
        value(json!({"acl": "private", "name": "default", "nothing": "filled", "unk": 1}));
    let parsed = value(json!({"policy": policy()}));
    let item = value(json!({"from_port": 22, "cidr_blocks": ["::/0", {"$unknown": "cidr"}]}));
    let params = value(json!({"pattern": "^w", "bad": "("}));
    let subject = Subject {
        resource: &resource,
        attributes,
        defaults: &defaults,
        parsed: &parsed,
        item: Some(&item),
        params: &params,
        surroundings: &Neighbors,
    };
    let program = match compile(source, &Names { item: true }) {
        Ok(program) => program,
        Err(error) => return format!("compile: {}", error.message),
    };
    match program.value(&subject) {
        Evaluated::Known(value) => {
            let mut text = value.to_json().to_string();
            for (pointer, unknown) in value.unknowns() {
                write!(text, " {pointer}?{}", unknown.reason).unwrap();
            }
            text
        }
        Evaluated::Unknown(reasons) => format!("unknown: {}", reasons.join(", ")),
        Evaluated::Failed(failure) if failure.budget => format!("budget: {}", failure.message),
        Evaluated::Failed(failure) => format!("failed: {}", failure.message),
    }
}

fn policy() -> Json {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "allow", "Action": "S3:*", "Resource": ["*", {"$unknown": "arn"}], "Principal": "*"},
        {"Effect": "Deny", "NotAction": ["iam:PassRole"], "NotResource": "arn:x",
         "Principal": {"AWS": ["*", 123_456_789_012_i64], "Service": "ec2.amazonaws.com", "Federated": {"$unknown": "idp"}},
         "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {"$unknown": "whole statement"},
    ]})
}

fn fails(source: &str) -> CompileError {
    compile(source, &Names::default()).err().unwrap_or_else(|| panic!("{source} compiles"))
}

#[rstest]
// Values
#[case("attr.port == 22 && attr.name == 'web' && attr.flag", "true")]
#[case("attr.name", r#""web""#)]
#[case("attr.acl", r#""private""#)]
#[case("attr.nothing", r#""filled""#)]
#[case("resource.tags.env", r#""prod""#)]
#[case("document.resources[0].address", r#""a""#)]
#[case("attr.port + 1", "23")]
#[case("attr.port % 5 * 2 - 7 / 2", "1")]
#[case("-attr.port", "-22")]
#[case("attr.list + [3]", "[1,2,3]")]
#[case("'a' + 'b'", r#""ab""#)]
#[case("attr.port > 20 ? 'high' : 'low'", r#""high""#)]
#[case("{'a': attr.port, 'b': [attr.name]}", r#"{"a":22,"b":["web"]}"#)]
#[case("{1: 'x'}[1]", r#""x""#)]
#[case("type(attr.port) == int && type(attr.missing) == null_type", "true")]
// Equality of lists and maps works both ways.
#[case("attr.list == [1, 2] && [1, 2] == attr.list && [1.0, 2u] == attr.list", "true")]
#[case("attr.tags == {'env': 'prod'} && {'env': 'prod'} == attr.tags", "true")]
#[case("attr.list != [2, 1] && attr.tags != {'env': 'dev'} && attr.tags != {}", "true")]
#[case("2 in attr.list && !(3 in attr.list) && 'env' in attr.tags && !('x' in attr.tags)", "true")]
// Macros
#[case("attr.ingress.map(i, i.from_port)", "[22,80]")]
#[case("attr.ingress.map(i, i.from_port > 22, i.to_port)", "[443]")]
#[case("attr.ingress.filter(i, i.from_port == 80).size()", "1")]
#[case("attr.names.all(n, n.size() == 1) && attr.names.exists(n, n == 'b')", "true")]
#[case("attr.names.exists_one(n, n == 'b') && !attr.names.existsOne(n, n != '')", "true")]
#[case("attr.tags.all(k, k == 'env') && attr.tags.exists(k, v, v == 'prod')", "true")]
#[case("attr.names.exists(i, n, i == 1 && n == 'b')", "true")]
#[case("[3, 1, 2].sortBy(x, -x)", "[3,2,1]")]
#[case("[1, 2].map(x, [10, 20].map(y, x + y))", "[[11,21],[12,22]]")]
#[case("attr.list.exists(attr, attr == 2)", "true")]
// Functions
#[case("' A b '.trim().lowerAscii() + 'x'.upperAscii()", r#""a bX""#)]
#[case("'a-b-c'.split('-').join('+').replace('+', '/')", r#""a/b/c""#)]
#[case("'abc'.substring(1) + 'abc'.charAt(0) + string('abc'.indexOf('c'))", r#""bca2""#)]
#[case("'%s has %d'.format([attr.name, attr.port])", r#""web has 22""#)]
#[case("[[1], [2, 3]].flatten().reverse().slice(0, 2)", "[3,2]")]
#[case("[2, 1, 2].distinct().sort() + lists.range(2)", "[1,2,0,1]")]
#[case("math.greatest(1, attr.port, 3.5) + math.least([4, 2])", "24")]
#[case("math.abs(-3) + math.bitAnd(6, 3)", "5")]
#[case("string(1.5) + string(true) + string(int('7'))", r#""1.5true7""#)]
#[case("base64.decode(base64.encode(b'hi')) == b'hi'", "true")]
#[case(
    "attr.name.matches('^w.b$') && matches(attr.name, 'e') && attr.name.matches(params.pattern)",
    "true"
)]
#[case("attr.name.contains('e') && attr.name.startsWith('w') && attr.name.endsWith('b')", "true")]
#[case("size('äö') + size(attr.tags) + attr.list.size()", "5")]
#[case("json(attr.text).a[1]", "2.5")]
#[case("json('nonsense')", "null")]
#[case("json(attr.tags).env", r#""prod""#)]
#[case(
    "[int_of('22'), int_of(' 7 '), int_of(3.0), int_of('x'), int_of(3.5), int_of(true)]",
    "[22,7,3,null,null,null]"
)]
#[case(
    "[bool_of('True'), bool_of(0), bool_of(false), bool_of('no'), bool_of(2)]",
    "[true,false,false,null,null]"
)]
#[case("[list_of(null), list_of('a'), list_of(attr.list)]", r#"[[],["a"],[1,2]]"#)]
#[case("lower('ÄB') + lower(['X'])[0]", r#""äbx""#)]
#[case("related('block').exists(b, b.attributes.on) && related('x') == []", "true")]
#[case("references('vpc_id')[0].address == references('/vpc_id')[0].address", "true")]
#[case("referrers('permissions_boundary').exists(r, r.type == 'aws_iam_role')", "true")]
#[case("referrers('/vpc_id') == []", "true")]
fn gives(#[case] source: &str, #[case] expected: &str) {
    assert_eq!(run(source), expected, "{source}");
}

#[test]
fn attributes_are_what_is_written_over_the_defaults() {
    let attributes = value(json!({"name": null, "acl": "public", "own": 1}));
    let whole = r#"{"acl":"public","name":"default","nothing":"filled","own":1,"unk":1}"#;
    assert_eq!(run_on("attr", &attributes), whole);
    assert_eq!(run_on("attr.size()", &attributes), "5");
    assert_eq!(run_on("attr.acl + attr.name", &Value::Null), r#""privatedefault""#);
    assert_eq!(run_on("attr.acl", &value(json!({"$unknown": "all of it"}))), "unknown: all of it");
}

#[rstest]
#[case("attr.missing", "null")]
#[case("attr.missing.x.y", "null")]
#[case("attr.missing[0]['k']", "null")]
#[case("attr.tags['zz']", "null")]
#[case("attr.obj.n", "null")]
#[case("attr.list[null]", "null")]
#[case("has(attr.name) && has(attr.tags.env)", "true")]
#[case("has(attr.missing) || has(attr.missing.x) || has(attr.nothing) || has(attr.acl)", "false")]
#[case("has(attr.obj.n) || 'n' in attr.obj", "false")]
#[case("attr.missing.exists(x, x.y == 1)", "false")]
#[case("attr.missing.all(x, x.y == 1)", "true")]
#[case("attr.missing.exists(k, v, true)", "false")]
#[case("attr.missing.map(x, x)", "[]")]
#[case("size(attr.missing) + attr.missing.size()", "0")]
#[case("'x' in attr.missing", "false")]
#[case("attr.unk in attr.missing", "false")]
#[case("attr.missing == null && null == attr.missing", "true")]
#[case("attr.missing != null || attr.missing == ''", "false")]
#[case("attr.missing > 5 || attr.missing <= 5 || 5 < attr.missing || null >= null", "false")]
#[case("attr.missing < attr.unk", "false")]
#[case(
    "attr.missing.startsWith('a') || attr.missing.matches('a') || 'a'.contains(attr.missing)",
    "false"
)]
#[case("attr.missing.matches(params.pattern) || attr.name.matches(params.missing)", "false")]
#[case("attr.unk.startsWith(attr.missing)", "false")]
#[case("attr.missing.lowerAscii()", "null")]
#[case("attr.missing.split(',')", "null")]
#[case("attr.missing.split(',').exists(x, x == 'a')", "false")]
#[case(
    "[int(null), string(null), int_of(null), bool_of(null), lower(null), json(null)]",
    "[null,null,null,null,null,null]"
)]
#[case("cidr(null).is_any() || cidr(null).is_public() || cidr(null).contains('a')", "false")]
#[case("port_in(null, '*') || port_in(22, null) || glob('*', null)", "false")]
#[case("statements(null)", "[]")]
#[case("math.greatest(null, 1)", "null")]
// Errors stay errors.
#[case("null + 1", "failed: `+` does not take null and an int")]
#[case("!attr.missing", "failed: `!` needs a bool, not null")]
#[case("attr.missing && true", "failed: a condition is null, not a bool")]
#[case("attr.list[5]", "failed: index 5 is outside of a list of 2")]
#[case("attr.list[-1]", "failed: index -1 is outside of a list of 2")]
#[case("{'a': 1}.b", "failed: no such key: `b`")]
#[case("{'a': 1}['b']", "failed: no such key: `b`")]
#[case("attr.name.x", "failed: `.x` needs a map, not a string")]
#[case("attr.name > 5", "failed: `>` does not take a string and an int")]
#[case("attr.port.startsWith('a')", "failed: `startsWith` does not take an int and a string")]
#[case("attr.port.exists(x, x)", "failed: a macro goes over a list or map, not an int")]
#[case("'a' in attr.name", "failed: `in` needs a list or map, not a string")]
#[case("1 + 1.0", "failed: `+` does not take an int and a double")]
#[case("1 / 0", "failed: division by zero")]
#[case("9223372036854775807 + 1", "failed: the result of `+` does not fit 64 bits")]
#[case("int('x')", "failed: `int`: ")]
#[case("attr.name.charAt(99)", "failed: `charAt`: ")]
#[case("attr.name.is_any()", "failed: `is_any` is called on a range: cidr(x).is_any()")]
#[case("attr.name.matches(params.bad)", "failed: bad pattern: unclosed group")]
#[case("attr.list.sort() + 1", "failed: `+` does not take a list and an int")]
#[case("0.0 / 0.0", "failed: a double cannot be a result")]
fn missing_values_and_errors(#[case] source: &str, #[case] expected: &str) {
    let result = run(source);
    if expected.ends_with(": ") {
        assert!(result.starts_with(expected), "{source}: {result}");
    } else {
        assert_eq!(result, expected, "{source}");
    }
}

#[rstest]
#[case("attr.unk", "unknown: later")]
#[case("attr.unk.x[0] == 1", "unknown: later")]
#[case("attr.unk + attr.other", "unknown: later, also later")]
#[case("attr.unk > 1 || attr.other > 1", "unknown: later, also later")]
#[case("attr.unk.exists(x, true)", "unknown: later")]
#[case("attr.unk ? 1 : 2", "unknown: later")]
#[case("!attr.unk", "unknown: later")]
#[case("has(attr.unk) && has(attr.obj.u) && 'u' in attr.obj", "true")]
#[case("has(attr.unk.x)", "unknown: later")]
// Containers
#[case("'a' in attr.mixed", "true")]
#[case("'b' in attr.mixed", "unknown: element")]
#[case("attr.unk in []", "false")]
#[case("attr.unk in [1, 2]", "unknown: later")]
#[case("size(attr.mixed)", "2")]
#[case("size(attr.unk)", "unknown: later")]
#[case("attr.mixed", r#"[null,"a"] /0?element"#)]
#[case("[attr.unk, 1]", "[null,1] /0?later")]
#[case("attr.mixed.map(x, x + 'z')", r#"[null,"az"] /0?element"#)]
#[case("attr.mixed.filter(x, x == 'a')", "unknown: element")]
#[case("attr.mixed.filter(x, x == 'a').exists(y, y == 'a')", "true")]
#[case("attr.mixed.filter(x, x == 'a').exists(y, y == 'b')", "unknown: element")]
#[case("attr.mixed.filter(x, x == 'a').all(y, size(y) > 0 || true)", "true")]
#[case("attr.mixed.filter(x, x == 'a').all(y, y == 'z')", "false")]
#[case("[attr.unk, 'a'].filter(x, x != 'b').filter(x, x == 'a').exists(x, true)", "true")]
#[case("[attr.unk, 'a'].filter(x, x == 'b').exists(x, false)", "false")]
#[case("attr.unk.filter(x, true).exists(x, true)", "unknown: later")]
#[case("size(attr.mixed.filter(x, x == 'a')) > 0", "true")]
#[case("size(attr.mixed.filter(x, x == 'a')) > 2", "false")]
#[case("size(attr.mixed.filter(x, x == 'a')) == 1", "unknown: element")]
#[case("attr.mixed.filter(x, x == 'a') == []", "false")]
#[case("attr.mixed.exists(x, x == 'a')", "true")]
#[case("attr.mixed.all(x, x == 'b')", "false")]
#[case("attr.mixed.all(x, x == 'a')", "unknown: element")]
#[case("[attr.unk, 'a', 'a'].exists_one(x, x == 'a')", "false")]
#[case("attr.mixed.exists_one(x, x == 'a')", "unknown: element")]
#[case("attr.mixed == ['z', 'b'] || ['z'] == attr.mixed", "false")]
#[case("attr.mixed == ['z', 'a']", "unknown: element")]
#[case("attr.mixed != ['z', 'b']", "true")]
#[case("attr.obj == {'a': 2, 'u': 1, 'n': null} || {'a': 1} == attr.obj", "false")]
#[case("attr.obj == {'a': 1, 'u': 1, 'n': null}", "unknown: inner")]
#[case("attr.mixed.join(',')", "unknown: element")]
#[case("attr.mixed + ['c'] == [1, 2]", "false")]
#[case("lower(attr.mixed)", r#"[null,"a"] /0?element"#)]
#[case("attr.list.sortBy(x, attr.unk)", "unknown: later")]
#[case("{attr.unk: 1}", "unknown: later")]
// Functions
#[case(
    "attr.unk.startsWith('a') || attr.unk.matches('b') || 'x'.contains(attr.unk)",
    "unknown: later"
)]
#[case("cidr(attr.unk).is_any() || port_in(attr.unk, 22)", "unknown: later")]
#[case("[int_of(attr.unk), json(attr.unk)] == [1, 2]", "unknown: later")]
#[case("list_of(attr.unk)", "unknown: later")]
#[case("item.cidr_blocks.exists(c, cidr(c).is_any())", "true")]
#[case("item.cidr_blocks.all(c, cidr(c).is_any())", "unknown: cidr")]
#[case("port_in(22, ['80', attr.unk, '20-25'])", "true")]
#[case("port_in(22, ['80', attr.unk])", "unknown: later")]
#[case("related(attr.unk) == []", "unknown: later")]
#[case("related('block')[0].attributes.off", "unknown: later")]
#[case(
    "attr.ingress.exists(i, i.from_port <= 22 && i.cidr_blocks.exists(c, cidr(c).is_any()))",
    "true"
)]
#[case(
    "attr.ingress.exists(i, i.from_port == 80 && i.cidr_blocks.exists(c, cidr(c).is_any()))",
    "unknown: cidr"
)]
// Beside an error
#[case("attr.unk + (1 / 0)", "unknown: later")]
#[case("(1 / 0) == attr.unk", "unknown: later")]
#[case("'a'.replace(attr.unk, string(1 / 0))", "unknown: later")]
fn unknown_values(#[case] source: &str, #[case] expected: &str) {
    assert_eq!(run(source), expected, "{source}");
}

#[rstest]
#[case::not_null(json!({"not_null": true}), "attr.x != null", "true")]
#[case::null(json!({"type": "string"}), "attr.x != null", "unknown")]
#[case::prefix(json!({"type": "string", "prefix": "arn:aws:"}), "attr.x.startsWith('http')", "false")]
#[case::nullable_prefix(json!({"type": "string", "prefix": "arn:aws:"}), "attr.x.startsWith('arn:')", "unknown")]
#[case::sure_prefix(json!({"type": "string", "not_null": true, "prefix": "arn:aws:"}), "attr.x.startsWith('arn:')", "true")]
#[case::longer_prefix(json!({"type": "string", "not_null": true, "prefix": "arn:"}), "attr.x.startsWith('arn:aws')", "unknown")]
#[case::suffix(json!({"type": "string", "not_null": true, "suffix": "/32"}), "cidr(attr.x).is_any()", "false")]
#[case::segment(json!({"type": "string", "not_null": true, "prefix": "/s/", "segment": true}), "!attr.x.contains('/groups/')", "true")]
#[case::segment_after_the_prefix(json!({"type": "string", "prefix": "/s/", "segment": true}), "attr.x.contains('/s/') || attr.x.contains('s/a/')", "unknown")]
#[case::goes_on(json!({"type": "string", "prefix": "/s/", "segment": true}), "attr.x.contains('a/') || attr.x.endsWith('/groups/a') || attr.x.startsWith('/s/a/')", "false")]
#[case::may_end(json!({"type": "string", "prefix": "/s/", "segment": true}), "attr.x.endsWith('/a')", "unknown")]
#[case::may_hold(json!({"type": "string", "prefix": "/s/", "segment": true}), "attr.x.contains('/a')", "unknown")]
#[case::is_longer(json!({"type": "string", "prefix": "/s/", "segment": true}), "attr.x == '/s/a/b'", "false")]
#[case::range(json!({"type": "string", "prefix": "10.", "suffix": "/32"}), "cidr(attr.x).is_public()", "false")]
#[case::wide_range(json!({"type": "string", "prefix": "10.", "suffix": "/4"}), "cidr(attr.x).is_public()", "unknown")]
#[case::membership(json!({"type": "string", "prefix": "user:"}), "attr.x in ['allUsers', 'allAuthenticatedUsers']", "false")]
#[case::one_of(json!({"type": "string", "not_null": true, "one_of": ["A", "B"]}), "attr.x in ['A', 'B', 'C']", "true")]
#[case::one_of_nullable(json!({"type": "string", "one_of": ["A", "B"]}), "attr.x in ['A', 'B', 'C']", "unknown")]
#[case::pattern(json!({"type": "string", "not_null": true, "prefix": "roles/"}), "attr.x.matches('^roles/')", "true")]
#[case::other_pattern(json!({"type": "string", "prefix": "projects/"}), "attr.x.matches('^roles/.*[aA]dmin$')", "false")]
#[case::open_pattern(json!({"type": "string", "prefix": "roles/"}), "attr.x.matches('^roles/.*[aA]dmin$')", "unknown")]
#[case::free_pattern(json!({"type": "string", "prefix": "roles/"}), "attr.x.matches('admin')", "unknown")]
#[case::length(json!({"type": "array", "not_null": true, "length": {"least": 1}}), "size(attr.x) > 0", "true")]
#[case::nullable_length(json!({"type": "array", "length": {"least": 1}}), "size(attr.x) > 0", "unknown")]
#[case::exact_length(json!({"type": "array", "not_null": true, "length": {"least": 2, "most": 2}}), "size(attr.x)", "2")]
#[case::equal_length(json!({"type": "array", "length": {"most": 1}}), "attr.x == [1, 2]", "false")]
#[case::element(json!({"type": "array", "not_null": true, "elements": ["a", 3]}), "'a' in attr.x && 3 in attr.x && attr.x.exists(e, e == 'a')", "true")]
#[case::no_element(json!({"type": "array", "not_null": true, "elements": ["a"]}), "'b' in attr.x || attr.x.exists(e, e == 'b')", "unknown")]
#[case::other_element(json!({"type": "array", "not_null": true, "elements": ["a"]}), "attr.x.all(e, e != 'a')", "false")]
#[case::every_element(json!({"type": "array", "not_null": true, "elements": ["a"]}), "attr.x.all(e, e == 'a')", "unknown")]
#[case::error_in_an_element(json!({"type": "array", "not_null": true, "elements": ["a"]}), "attr.x.exists(e, e > 1)", "unknown")]
#[case::nullable_elements(json!({"type": "array", "elements": ["a"]}), "'a' in attr.x || attr.x.exists(e, e == 'a')", "unknown")]
#[case::first_element(json!({"type": "array", "not_null": true, "elements": ["a"]}), "attr.x[0] == 'a'", "unknown")]
#[case::filtered(json!({"type": "array", "not_null": true, "elements": ["a", "b"]}), "attr.x.filter(e, e != 'a').exists(e, e == 'b')", "true")]
#[case::filtered_out(json!({"type": "array", "not_null": true, "elements": ["a"]}), "attr.x.filter(e, e != 'a').exists(e, e == 'a')", "unknown")]
#[case::filtered_size(json!({"type": "array", "not_null": true, "elements": ["a", "b"]}), "size(attr.x.filter(e, e == 'a')) > 0", "true")]
#[case::filtered_many(json!({"type": "array", "not_null": true, "elements": ["a", "b"]}), "size(attr.x.filter(e, e == 'a')) > 1", "unknown")]
#[case::filtered_member(json!({"type": "array", "not_null": true, "elements": ["a", "b"]}), "'b' in attr.x.filter(e, e != 'a')", "true")]
#[case::mapped(json!({"type": "array", "not_null": true, "elements": ["a"]}), "'b' in attr.x.map(e, 'b')", "unknown")]
#[case::lower_elements(json!({"type": "array", "not_null": true, "elements": ["A"]}), "'a' in lower(attr.x)", "true")]
#[case::number(json!({"type": "number", "not_null": true, "value": {"least": 1024}}), "attr.x > 1000", "true")]
#[case::below(json!({"type": "number", "value": {"least": 1024}}), "22 >= attr.x", "false")]
#[case::port(json!({"type": "number", "value": {"least": 1024}}), "port_in(22, attr.x)", "false")]
#[case::kind(json!({"type": "string", "not_null": true}), "type(attr.x) == string", "true")]
#[case::other_kind(json!({"type": "string"}), "attr.x == 22", "false")]
#[case::lower(json!({"type": "string", "not_null": true, "prefix": "S3:Get"}), "lower(attr.x).startsWith('s3:')", "true")]
#[case::lower_of_list(json!({"type": "string", "not_null": true, "prefix": "S3:Get"}), "lower([attr.x]).exists(e, e.startsWith('S3:'))", "false")]
#[case::derived(json!({"type": "string", "not_null": true, "prefix": "x"}), "(attr.x + 'y').startsWith('x')", "unknown")]
#[case::inside(json!({"type": "object", "not_null": true}), "attr.x.y != null", "unknown")]
fn refinements_decide(#[case] known: Json, #[case] source: &str, #[case] expected: &str) {
    let attributes = value(json!({"x": {"$unknown": known}}));
    let result = run_on(source, &attributes);
    assert_eq!(if result == "unknown: u" { "unknown" } else { &result }, expected, "{source}");
}

#[test]
fn an_unknown_written_value_is_not_filled_by_a_default() {
    assert_eq!(run("attr.unk == 1"), "unknown: later");
}

/// Values are handed out by reference, however large.
#[test]
fn a_list_of_the_document_is_not_copied() {
    let attributes = attributes();
    let null = Value::Null;
    let subject = Subject {
        resource: &null,
        attributes: &attributes,
        defaults: &null,
        parsed: &null,
        item: None,
        params: &null,
        surroundings: &Neighbors,
    };
    let program = compile("attr.ingress", &Names::default()).unwrap();
    let Evaluated::Known(Value::Array(given)) = program.value(&subject) else { panic!("no list") };
    let Some(Value::Array(written)) = attributes.get("ingress") else { panic!("no ingress") };
    assert!(Arc::ptr_eq(&given, written));
}

#[test]
fn the_reasons_are_those_of_the_document() {
    let attributes = attributes();
    let null = Value::Null;
    let subject = Subject {
        resource: &null,
        attributes: &attributes,
        defaults: &null,
        parsed: &null,
        item: None,
        params: &null,
        surroundings: &Neighbors,
    };
    let program = compile("attr.unk == 1", &Names::default()).unwrap();
    let Evaluated::Unknown(reasons) = program.test(&subject) else { panic!("known") };
    let Some(Value::Unknown(unknown)) = attributes.get("unk") else { panic!("no unk") };
    assert!(Arc::ptr_eq(&reasons[0], &unknown.reason));
    let program = compile("attr.port", &Names::default()).unwrap();
    let Evaluated::Failed(failure) = program.test(&subject) else { panic!("not a bool") };
    assert_eq!(failure.message, "the condition gives an int, not true or false");
}

/// T, F, unknown and error against each other: a deciding operand wins, then unknown, then error.
#[test]
fn logic_is_kleenes() {
    let operands = [("T", "true"), ("F", "false"), ("U", "attr.flagged"), ("E", "(1 / 0 == 1)")];
    let attributes = value(json!({"flagged": {"$unknown": "u"}}));
    let mut table = String::new();
    for (operator, deciding) in [("&&", "F"), ("||", "T")] {
        for (left, left_source) in operands {
            for (right, right_source) in operands {
                let expected = [deciding, "U", "E"]
                    .into_iter()
                    .find(|wins| *wins == left || *wins == right)
                    .unwrap_or(if deciding == "F" { "T" } else { "F" });
                let result =
                    run_on(&format!("{left_source} {operator} {right_source}"), &attributes);
                let short = match result.as_str() {
                    "true" => "T",
                    "false" => "F",
                    "unknown: u" => "U",
                    "failed: division by zero" => "E",
                    other => panic!("{other}"),
                };
                assert_eq!(short, expected, "{left} {operator} {right}");
                let list = format!("[{{'v': {left}}}, {{'v': {right}}}]")
                    .replace('T', "true")
                    .replace('F', "false")
                    .replace('U', "attr.flagged")
                    .replace('E', "'not a bool'");
                let quantifier = if operator == "&&" { "all" } else { "exists" };
                let quantified = run_on(&format!("{list}.{quantifier}(x, x.v)"), &attributes);
                let expected = match expected {
                    "T" => "true",
                    "F" => "false",
                    "U" => "unknown: u",
                    _ => "failed: a condition is a string, not a bool",
                };
                assert_eq!(quantified, expected, "{list}.{quantifier}");
                table.push_str(short);
            }
        }
    }
    assert_eq!(table, "TFUEFFFFUFUUEFUETTTTTFUETUUUTEUE");
}

#[rstest]
#[case("port == 22", true)]
#[case("port in [22, 3389]", true)]
#[case("whole < 1024.5", true)]
#[case("1u < 2", true)]
#[case("dyn(1u) == dyn(1)", true)]
#[case("dyn(1) != dyn(1.0)", false)]
#[case("dyn(1) == dyn('1')", false)]
#[case("whole == port && whole in [22.0] && port <= whole && whole >= 22u", true)]
#[case("9007199254740993 == 9007199254740992.0", false)]
#[case("9007199254740993 > 9007199254740992.0 && -2 < -1.5 && -1 > -1.5 && 1.5 > 1", true)]
#[case("1 < 1.0e300 && -1 > -1.0e300 && 18446744073709551615u > 9223372036854775807", true)]
fn numbers_lie_on_one_line(#[case] source: &str, #[case] expected: bool) {
    let attributes = value(json!({"port": 22.0, "whole": 22}));
    let source = source.replace("port", "attr.port").replace("whole", "attr.whole");
    assert_eq!(run_on(&source, &attributes), expected.to_string(), "{source}");
}

#[rstest]
#[case("0.0.0.0/0", true, true, "0")]
#[case("0.0.0.0/00", true, true, "0")]
#[case("10.1.2.3/0", true, true, "0")]
#[case("000.000.000.000/0", true, true, "0")]
#[case("::/0", true, true, "0")]
#[case("::0/0", true, true, "0")]
#[case("0000::/0", true, true, "0")]
#[case("0:0:0:0:0:0:0:0/0", true, true, "0")]
#[case("::ffff:0.0.0.0/96", true, true, "0")]
#[case("0.0.0.0/1", false, true, "1")]
#[case("8.0.0.0/6", false, true, "6")]
#[case("8.8.8.8", false, true, "32")]
#[case("10.0.0.0/8", false, false, "8")]
#[case("10.1.2.3/16", false, false, "16")]
#[case("172.16.0.0/12", false, false, "12")]
#[case("172.0.0.0/8", false, true, "8")]
#[case("192.168.1.1/32", false, false, "32")]
#[case("100.64.0.0/10", false, false, "10")]
#[case("127.0.0.1", false, false, "32")]
#[case("169.254.169.254/32", false, false, "32")]
#[case("203.0.113.7/32", false, false, "32")]
#[case("2600::/16", false, true, "16")]
#[case("fd00::/8", false, false, "8")]
#[case("fe80::1", false, false, "128")]
#[case("2001:db8::/32", false, false, "32")]
#[case("::ffff:10.0.0.1", false, false, "32")]
#[case("sg-123", false, false, "null")]
#[case("", false, false, "null")]
#[case("10.0.0.0/33", false, false, "null")]
#[case("10.0.0.0/-1", false, false, "null")]
#[case("10.0.0/8", false, false, "null")]
fn address_ranges(
    #[case] text: &str,
    #[case] any: bool,
    #[case] public: bool,
    #[case] prefix: &str,
) {
    assert_eq!(run(&format!("cidr('{text}').is_any()")), any.to_string());
    assert_eq!(run(&format!("cidr('{text}').is_public()")), public.to_string());
    assert_eq!(run(&format!("cidr('{text}').prefix()")), prefix);
}

#[rstest]
#[case("cidr('10.0.0.0/8').contains('10.1.0.0/16')", true)]
#[case("cidr('10.0.0.0/8').contains('10.1.2.3')", true)]
#[case("cidr('10.0.0.0/16').contains('10.0.0.0/8')", false)]
#[case("cidr('10.0.0.0/8').contains('::1')", false)]
#[case("cidr('10.0.0.0/8').contains('sg-1') || cidr('sg-1').contains('10.0.0.1')", false)]
#[case("port_in(22, 22) && port_in(22, '22') && port_in('22', '20-25') && port_in(22, '*')", true)]
#[case("port_in(22, [80, '443', ' 0 - 1024 '])", true)]
#[case(
    "port_in(22, '23-25') || port_in(22, 'ssh') || port_in(22, []) || port_in('x', '*') || port_in(22, '25-20')",
    false
)]
#[case(
    "glob('s3:Get*', 's3:GetObject') && glob('*', '') && glob('a?c*', 'abcd') && glob('*b*d', 'abcabd')",
    true
)]
#[case(
    "glob('s3:get*', 's3:GetObject') || glob('a?', 'a') || glob('', 'a') || glob('*x', 'ab')",
    false
)]
fn networks_and_globs(#[case] source: &str, #[case] expected: bool) {
    assert_eq!(run(source), expected.to_string());
}

#[rstest]
#[case("statements(parsed.policy).size()", "3")]
#[case("statements(parsed.policy)[0]", r#"{"actions":["s3:*"],"conditions":null,"effect":"Allow","has_condition":false,"not_actions":[],"not_principals":[],"not_resources":[],"principals":["*"],"resources":["*",null]} /resources/1?arn"#)]
#[case(
    "statements(parsed.policy)[1].principals",
    r#"["*","123456789012",null,"service:ec2.amazonaws.com"] /2?idp"#
)]
#[case("statements(parsed.policy)[1].has_condition", "true")]
#[case("statements(parsed.policy)[1].conditions.Bool['aws:SecureTransport']", r#""false""#)]
#[case(
    "statements(parsed.policy)[1].not_actions + statements(parsed.policy)[1].not_resources",
    r#"["iam:passrole","arn:x"]"#
)]
#[case(
    "statements(parsed.policy).exists(s, s.effect == 'Allow' && '*' in s.principals && '*' in s.resources)",
    "true"
)]
#[case(
    "statements(parsed.policy).exists(s, s.effect == 'Allow' && 'arn:y' in s.resources)",
    "unknown: arn, whole statement"
)]
#[case(
    "statements({'Statement': {'Effect': 'Deny', 'Action': attr.unk}})[0].actions",
    "unknown: later"
)]
#[case("statements({'statement': {'effect': 'x'}})[0].effect", r#""x""#)]
#[case("statements(attr.unk)", "unknown: later")]
#[case("statements({'Statement': attr.unk})", "unknown: later")]
#[case("statements('nonsense') + statements({}) + statements([])", "[]")]
#[case("statements({'Statement': ['odd', 5, null]}).map(s, s.effect)", "[null,null,null]")]
fn policies(#[case] source: &str, #[case] expected: &str) {
    assert_eq!(run(source), expected);
}

#[rstest]
#[case("atr.x", 0, "there is no variable `atr`, did you mean `attr`?")]
#[case(
    "attr.x == 1 && zebra",
    15,
    "there is no variable `zebra`, an attribute is written `attr.zebra`"
)]
#[case("item.x", 0, "there is no `item`, because the rule has no `each`")]
#[case("attr.x.startWith('a')", 7, "there is no function `startWith`, did you mean `startsWith`?")]
#[case("attr.x.exist(a, a)", 7, "there is no function `exist`, did you mean `exists`?")]
#[case("cider(attr.x)", 0, "there is no function `cider`, did you mean `cidr`?")]
#[case("math.flor(1.0)", 5, "there is no function `math.flor`, did you mean `math.floor`?")]
#[case("attr.x.lower()", 7, "`lower` is called as lower(…), not on a value")]
#[case("startsWith(attr.x, 'a')", 0, "`startsWith` is called on a value: x.startsWith(…)")]
#[case("attr.x.startsWith()", 7, "`startsWith` takes 1 argument, not 0")]
#[case("port_in(1)", 0, "`port_in` takes 2 arguments, not 1")]
#[case("'a'.replace('b')", 4, "`replace` takes 2 to 3 arguments, not 1")]
#[case("has(attr)", 0, "`has` takes one selection: has(attr.name)")]
#[case("attr.x.exists(y)", 7, "`exists` takes a variable and an expression over it")]
#[case("attr.x.exists(y.z, true)", 15, "`exists` takes a plain variable here")]
#[case(
    "attr.x.exists(y, y) && y",
    23,
    "there is no variable `y`, an attribute is written `attr.y`"
)]
#[case(
    "'ä' == 'ö' && zebra",
    16,
    "there is no variable `zebra`, an attribute is written `attr.zebra`"
)]
#[case("attr.x.matches('(')", 15, "bad pattern: unclosed group")]
#[case("attr.x.matches('a{1000}{1000}')", 15, "the pattern is too large when compiled")]
#[case("a.b.C{x: 1}", 5, "objects with a type are not supported, write a map")]
#[case("attr.?x.or()", 8, "`or` takes 1 argument")]
#[case("attr.x.optMap(1, 2)", 14, "`optMap` takes a plain variable here")]
#[case(
    "attr.x.transformList(v, v)",
    7,
    "`transformList` takes two variables and an expression over it"
)]
#[case("cel.bind(x, 1)", 4, "`cel.bind` takes a variable, its value, and an expression over it")]
#[case("optional.of()", 9, "`optional.of` takes 1 argument, not 0")]
#[case("attr.x ==", 9, "syntax error: mismatched input 'end of text'")]
#[case("attr.x\n  == 'ä' 5", 17, "syntax error: extraneous input '5'")]
#[case("'open", 0, "syntax error: token recognition error at: ''open'")]
#[case("", 0, "syntax error: mismatched input 'end of text'")]
fn compile_errors(#[case] source: &str, #[case] offset: usize, #[case] message: &str) {
    let error = fails(source);
    assert_eq!((error.message.as_str(), error.offset), (message, Some(offset)), "{source}");
}

#[test]
fn programs_say_whether_they_join() {
    let joins = |source| compile(source, &Names::default()).unwrap().joins();
    assert!(joins("attr.x.exists(y, related(y) != [])") && joins("references('a') == []"));
    assert!(joins("referrers('a') == []"));
    assert!(!joins("attr.related == 'references'"));
}

#[rstest]
#[case("port {item.from_port} of {resource.address}", "port 22 of a.b")]
#[case("{{literal}} {attr.name}", "{literal} web")]
#[case("{attr.names} and {item.cidr_blocks}", "a, b and ::/0, (unknown)")]
#[case(
    "{attr.unk} {1 / 0} {attr.missing} {attr.tags} {1.5}",
    r#"(unknown) (?) null {"env":"prod"} 1.5"#
)]
#[case("{ {'a': '}'}['a'] }", "}")]
#[case("{'x{y'}", "x{y")]
#[case("ä{cidr('10.1.2.3/8')}", "ä\"10.1.2.3/8\"")]
#[case("", "")]
fn messages(#[case] text: &str, #[case] expected: &str) {
    let (null, item) =
        (Value::Null, value(json!({"from_port": 22, "cidr_blocks": ["::/0", {"$unknown": "c"}]})));
    let resource = value(json!({"address": "a.b"}));
    let attributes = attributes();
    let subject = Subject {
        resource: &resource,
        attributes: &attributes,
        defaults: &null,
        parsed: &null,
        item: Some(&item),
        params: &null,
        surroundings: &Neighbors,
    };
    let template = Template::compile(text, &Names { item: true }).unwrap();
    assert_eq!(template.render(&subject), expected);
}

#[rstest]
#[case("port {attr.x", 5, "a `{` is never closed, write `{{` for a brace")]
#[case("port } x", 5, "a `}` closes nothing, write `}}` for a brace")]
#[case("port {}", 6, "there is no expression between the braces")]
#[case("port {{}} {atr.x}", 11, "there is no variable `atr`, did you mean `attr`?")]
fn message_errors(#[case] text: &str, #[case] offset: usize, #[case] message: &str) {
    let error = Template::compile(text, &Names::default()).unwrap_err();
    assert_eq!((error.message.as_str(), error.offset), (message, Some(offset)));
}

#[rstest]
#[case::parentheses("(".repeat(10_000) + "1" + &")".repeat(10_000), "longer than")]
#[case::few_parentheses("(".repeat(1_000) + "1" + &")".repeat(1_000), "nested deeper than")]
#[case::lists("[".repeat(1_000) + &"]".repeat(1_000), "nested deeper than")]
#[case::maps("{1:".repeat(700) + "1" + &"}".repeat(700), "nested deeper than")]
#[case::unclosed("(".repeat(1_400), "nested deeper than")]
#[case::calls("dyn(".repeat(1_000) + "1" + &")".repeat(1_000), "nested deeper than")]
#[case::sum("1".to_owned() + &"+1".repeat(4_000), "too many operators")]
#[case::short_sum("1".to_owned() + &"+1".repeat(1_400), "nested deeper than")]
#[case::equal("1".to_owned() + &"==1".repeat(700), "nested deeper than")]
#[case::member("1".to_owned() + &" in[1]".repeat(700), "nested deeper than")]
#[case::selection("attr".to_owned() + &".a".repeat(1_400), "nested deeper than")]
#[case::index("attr".to_owned() + &"['a']".repeat(1_300), "nested deeper than")]
#[case::method("attr".to_owned() + &".trim()".repeat(700), "nested deeper than")]
#[case::conditional("true?1:".repeat(1_100) + "1", "nested deeper than")]
#[case::negation("!".repeat(1_400) + "zebra", "there is no variable `zebra`")]
#[case::nested_macros("[1].map(x, ".repeat(60) + "x" + &")".repeat(60), "nested deeper than")]
#[case::huge("'".to_owned() + &"a".repeat(1 << 20) + "'", "longer than 8192 bytes")]
#[case::errors("$ ".repeat(4_000), "syntax error")]
#[case::patterns("'a'.matches('".to_owned() + &"a".repeat(2_000) + "')", "the pattern is longer")]
fn hostile_sources_are_refused(#[case] source: String, #[case] expected: &str) {
    let error = fails(&source);
    assert!(error.message.contains(expected), "{}", error.message);
}

#[rstest]
#[case::conjunction("true".to_owned() + &" && true".repeat(740), "true")]
#[case::disjunction("false".to_owned() + &" || false".repeat(680), "false")]
#[case::list(format!("size([{}])", vec!["1"; 4_000].join(",")), "4000")]
#[case::depth("(1 + ".repeat(40) + "1" + &")".repeat(40), "41")]
#[case::deepest("[".repeat(47) + &"]".repeat(47) + " == []", "false")]
#[case::loops("[1].map(a, ".repeat(30) + "a" + &")".repeat(30) + " == []", "false")]
fn long_sources_run(#[case] source: String, #[case] expected: &str) {
    assert_eq!(run(&source), expected);
}

#[rstest]
#[case("attr.big.all(a, attr.big.all(b, attr.big.all(c, a == b && b == c || true)))")]
#[case("attr.big.map(a, attr.big.map(b, a))")]
#[case("attr.big.map(a, a)")]
#[case("attr.big.filter(a, true)")]
#[case("attr.big + attr.big")]
#[case("attr.big.distinct()")]
#[case("attr.big.map(a, string(a)).join(',')")]
#[case("attr.big == attr.big && attr.big == attr.big && attr.big == attr.big")]
#[case("[attr.text].map(a, a + a).map(a, a + a).map(a, a + a).map(a, a + a)")]
#[case("attr.text.replace('', attr.text)")]
#[case("attr.text.replace('a', 'aaaa').replace('a', 'aaaa').replace('a', 'aaaa')")]
#[case("(attr.text + attr.text + attr.text).split('')")]
#[case("lists.range(1000000)")]
#[case("lists.range(100000).distinct()")]
#[case("glob(attr.text, attr.text + 'b')")]
#[case("lists.range(1000).map(a, lists.range(1000).map(b, attr.text.contains('b')))")]
#[case(
    "lists.range(1000).map(x, lists.range(1000)).map(x, lists.range(1000)).flatten().map(x, x) == lists.range(10).map(x, lists.range(150000))"
)]
fn budgets_end_every_evaluation(#[case] source: &str) {
    let big = Value::array((0..1_000_000).map(Value::Int).collect());
    let attributes = Value::object(
        [("big".into(), big), ("text".into(), Value::string("a".repeat(100_000)))]
            .into_iter()
            .collect(),
    );
    let result = run_on(source, &attributes);
    assert!(result.starts_with("budget: "), "{source}: {}", &result[..result.len().min(200)]);
}

/// What a loop goes over is evaluated once, however many loops stand one in another.
#[test]
fn loops_over_what_is_unknown_take_no_longer_than_others() {
    let source = format!("attr.open{} == [1]", ".filter(v, v == 1).map(v, v)".repeat(30));
    let open = Value::object([("open".into(), Value::unknown("later"))].into_iter().collect());
    assert!(run_on(&source, &open).starts_with("unknown"), "{}", run_on(&source, &open));
}

#[rstest]
#[case("attr.big.size()", "1000000")]
#[case("attr.big.exists(x, x == 5)", "true")]
#[case("999 in attr.big", "true")]
fn what_is_cheap_runs_on_big_lists(#[case] source: &str, #[case] expected: &str) {
    let big = Value::array((0..1_000_000).map(Value::Int).collect());
    assert_eq!(
        run_on(source, &Value::object([("big".into(), big)].into_iter().collect())),
        expected
    );
}

#[test]
fn the_same_pattern_is_compiled_once_and_many_are_bounded() {
    let source = "lists.range(500).all(i, !('a'.matches('x' + string(i))))";
    assert_eq!(run(source), "true");
}
