//! CEL: what is known stays so whatever unknown values turn out to be, and no text makes it panic.

use std::sync::Arc;

use dreadnought::document::Value;
use dreadnought::engine::Evaluated;
use dreadnought::engine::cel::{Names, Subject, Template, compile};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::cel::{Neighbors, attributes, value};
use crate::refinements::{refined, unknown};

/// Attributes of the property test.
const NAMES: [&str; 6] = ["a", "b", "c", "s", "l", "o"];

/// A value that is not null, of any type.
fn any_value() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!(1),
        json!(2),
        json!(22),
        json!(2.0),
        json!(true),
        json!(false),
        json!("a"),
        json!("b"),
        json!("0.0.0.0/0"),
        json!("20-25"),
        json!([]),
        json!([1, "a"]),
        json!(["a", "b"]),
        json!([true]),
        json!({}),
        json!({"x": 1}),
        json!({"x": "a", "y": [1]}),
    ])
    .prop_map(value)
}

fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "attr.a",
        "attr.b",
        "attr.c",
        "attr.s",
        "attr.l",
        "attr.o",
        "attr.o.x",
        "attr.l[0]",
        "attr.none",
        "1",
        "2.0",
        "'a'",
        "true",
        "false",
        "null",
        "[1, attr.a]",
        "['a', attr.s]",
        "{'x': attr.b}",
        "[]",
        "has(attr.a)",
        "has(attr.o.x)",
        "(1 / 0 == 1)",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(5, 40, 3, |inner| {
        let two = (inner.clone(), inner.clone());
        let operators = prop::sample::select(vec![
            "&&", "||", "==", "!=", "<", ">=", "in", "+", "&&", "||", "==", "!=",
        ]);
        prop_oneof![
            4 => (two.clone(), operators).prop_map(|((a, b), op)| format!("({a} {op} {b})")),
            1 => inner.clone().prop_map(|a| format!("!{a}")),
            1 => (inner.clone(), two.clone()).prop_map(|(a, (b, c))| format!("({a} ? {b} : {c})")),
            2 => (two.clone(), prop::sample::select(vec!["all", "exists", "exists_one", "filter", "map"]))
                .prop_map(|((a, b), name)| format!("{a}.{name}(v, v == {b} || {b})")),
            1 => two.clone().prop_map(|(a, b)| format!("({a}).startsWith({b})")),
            1 => two.clone().prop_map(|(a, b)| format!("port_in({a}, {b})")),
            1 => two.clone().prop_map(|(a, b)| format!("glob({a}, {b})")),
            1 => two.clone().prop_map(|(a, b)| format!("{a}[{b}]")),
            1 => inner.clone().prop_map(|a| format!("cidr({a}).is_any()")),
            1 => inner.clone().prop_map(|a| format!("size({a})")),
            1 => inner.clone().prop_map(|a| format!("list_of({a})")),
            1 => inner.clone().prop_map(|a| format!("int_of({a})")),
            1 => inner.clone().prop_map(|a| format!("lower({a})")),
            2 => (two.clone(), prop::sample::select(vec!["sets.contains", "sets.intersects", "sets.equivalent"]))
                .prop_map(|((a, b), name)| format!("{name}({a}, {b})")),
            1 => two.clone().prop_map(|(a, b)| format!("{a}.transformList(i, v, v != {b}, [i, v])")),
            1 => two.clone().prop_map(|(a, b)| format!("{a}.transformMap(k, v, v == {b})")),
            1 => two.clone().prop_map(|(a, b)| format!("{a}.?x.orValue({b})")),
            1 => two.clone().prop_map(|(a, b)| format!("{a}[?{b}].hasValue()")),
            1 => two.clone().prop_map(|(a, b)| format!("[?{a}[?0], ?{a}.?x.optMap(v, v == {b})]")),
            1 => two.clone().prop_map(|(a, b)| format!("optional.ofNonZeroValue({a}).orValue({b})")),
            1 => two.clone().prop_map(|(a, b)| format!("cel.bind(w, {a}, w == {b} || w)")),
            1 => two.clone().prop_map(|(a, b)| format!("cidr({a}).containsCIDR({b})")),
            1 => two.clone().prop_map(|(a, b)| format!("regex.extract({a}, {b}).orValue({b})")),
            1 => two.clone().prop_map(|(a, b)| {
                format!("policy({{'Statement': [{{'Effect': 'Allow', 'Action': {a}, 'Resource': '*'}}]}}).allows({b}, 'a')")
            }),
            1 => two.prop_map(|(a, b)| {
                format!("policy({{'Statement': [{{'Effect': 'Allow', 'NotAction': {a}, 'NotResource': {b}}}, {{'Effect': 'Deny', 'Action': {b}}}]}}).allows_always('a', 'b')")
            }),
            1 => inner.prop_map(|a| format!("has({a}.x)")),
        ]
    })
}

/// Replaces some values, and values inside lists and maps, by unknown ones.
fn masked(value: &Value, mask: &mut impl Iterator<Item = bool>) -> Value {
    match value {
        _ if mask.next().unwrap_or(false) => Value::unknown("masked"),
        Value::Array(items) => Value::array(items.iter().map(|item| masked(item, mask)).collect()),
        Value::Object(map) => Value::object(
            map.iter().map(|(key, item)| (Arc::clone(key), masked(item, mask))).collect(),
        ),
        other => other.clone(),
    }
}

/// Replaces each unknown value by one of the others.
fn filled(value: &Value, with: &mut impl Iterator<Item = Value>) -> Value {
    match value {
        Value::Unknown(_) => with.next().unwrap_or(Value::Bool(true)),
        Value::Array(items) => Value::array(items.iter().map(|item| filled(item, with)).collect()),
        Value::Object(map) => Value::object(
            map.iter().map(|(key, item)| (Arc::clone(key), filled(item, with))).collect(),
        ),
        other => other.clone(),
    }
}

fn test(source: &str, attributes: &Value) -> Option<Evaluated<bool>> {
    let null = Value::Null;
    let subject = Subject {
        resource: &null,
        attributes,
        defaults: &null,
        parsed: &null,
        item: None,
        params: &null,
        surroundings: &Neighbors,
    };
    Some(compile(source, &Names::default()).ok()?.test(&subject))
}

/// Texts, numbers and collections that are alike.
fn concrete() -> impl Strategy<Value = Json> {
    prop::sample::select(vec![
        json!(null),
        json!(true),
        json!(false),
        json!(-1),
        json!(0),
        json!(1),
        json!(2),
        json!(22),
        json!(2.5),
        json!(""),
        json!("x"),
        json!("y"),
        json!("xy"),
        json!("yx"),
        json!("xyx"),
        json!("XY"),
        json!("x*"),
        json!("22"),
        json!("10.0.0.0/8"),
        json!("10.0.0.1/32"),
        json!("0.0.0.0/0"),
        json!("::/0"),
        json!("{}"),
        json!("Allow"),
        json!([]),
        json!(["x"]),
        json!(["x", "y"]),
        json!(["y", "x"]),
        json!(["x", "x"]),
        json!([22, "x", null]),
        json!({}),
        json!({"x": "y"}),
        json!({"x": null, "y": 1}),
        json!({"Effect": "Allow", "Action": "X:*", "Principal": {"AWS": "*"}}),
        json!({"Service": "x"}),
        json!([{"Effect": "allow", "Principal": "*"}]),
    ])
}

/// Questions about policies of which `attr.x` is a part.
const GRANTS: &[&str] = &[
    "policy({'Statement': [{'Effect': 'Allow', 'Action': attr.x, 'Resource': '*'}]}).allows('xy', 'r')",
    "policy({'Statement': [{'Effect': 'Allow', 'Action': 'x*', 'Resource': attr.x}]}).allows('xy', 'y')",
    "policy({'Statement': [{'Effect': 'Allow', 'NotAction': attr.x, 'Resource': '*'}]}).allows('xy', 'y')",
    "policy({'Statement': [{'Effect': attr.x, 'Action': '*', 'Resource': '*'}]}).allows('xy', 'y')",
    "policy({'Statement': [{'Effect': 'Allow', 'Action': '*', 'Resource': '*', 'Condition': attr.x}]}).allows_always('x', 'y')",
    "policy({'Statement': [{'Effect': 'Allow', 'Action': '*', 'Principal': {'AWS': attr.x}}]}).allows('x', 'y', '*')",
    "policy({'Statement': [{'Effect': 'Allow', 'Action': '*', 'Principal': attr.x}]}).allows('x', 'y', 'x')",
    "policy({'Statement': attr.x}).allows('x', 'y')",
    "policy(attr.x).allows('x:y', 'y', 'x')",
];

/// Conditions that are asked as they stand.
const ALONE: &[&str] = &[
    "cidr(attr.x).is_any()",
    "cidr(attr.x).is_public()",
    "cidr(attr.x).prefix() == 32",
    "cidr(attr.x).contains('10.0.0.1')",
    "port_in(22, attr.x)",
    "port_in(attr.x, '20-25')",
    "port_in(22, attr.l)",
    "type(attr.x) == string",
    "type(attr.x) == list",
    "attr.x in {'x': 1, 'y': 2}",
    "'x' in attr.x",
    "attr.l == ['x']",
    "attr.x == attr.l[0]",
    "attr.x.x == 'y'",
    "attr.x ? true : false",
    // What is unknown as a whole under a kind stands as one principal.
    "statements({'Statement': [{'Principal': {'Service': attr.x}}]})[0].principals.exists(p, p == 'service:x')",
    "statements({'Statement': [{'Principal': {'Service': attr.x}}]})[0].principals.exists(p, p.startsWith('x'))",
    "attr.x.exists(e, e == 'x')",
    "string(attr.x) == 'x'",
    "attr.x + 'y' == 'xy'",
    "attr.?x.hasValue()",
    "attr.l[?0].hasValue()",
    "attr.?x.orValue('x') == 'x'",
    "optional.ofNonZeroValue(attr.x).hasValue()",
    "attr.l.first().hasValue()",
    "sets.contains(attr.l, ['x'])",
    "sets.contains(['x', 'xy'], attr.l)",
    "sets.intersects(attr.l, ['x', 22])",
    "sets.equivalent(attr.l, ['x'])",
    "attr.l.transformList(i, v, v == 'x')[0]",
    "attr.l.exists_one(v, v == 'x')",
    "attr.x.exists_one(v, v == 'x')",
    "attr.x.all(v, v == 'x')",
    "attr.x.all(v, v != 'y')",
    "attr.x[0] == 'x'",
    "attr.x == ['x', 'y']",
    "size(attr.x.filter(v, v == 'x')) > 0",
    "size(attr.x.filter(v, v == 'x')) == 1",
    "'x' in attr.x.filter(v, v != 'y')",
    "attr.x.filter(v, v != 'x').exists(v, v == 'y')",
    "attr.x.filter(v, v != 'x').all(v, v == 'y')",
    "attr.x.filter(v, v == 'x').filter(v, v == 'y').exists(v, true)",
    "attr.x.map(v, v == 'x').exists(v, v)",
    "lower(attr.x).exists(v, v == 'x')",
    "attr.x.filter(v, v == 'x') == ['x']",
    "attr.x.filter(v, attr.l.exists(w, w == v)).exists(v, v == 'x')",
    "sets.contains(attr.x, ['x'])",
    "sets.intersects(attr.x, ['x', 'y'])",
    "sets.contains(['x', 'y'], attr.x)",
    "'x' in attr.x && 'y' in attr.x",
    "!attr.x",
];

/// A condition on `attr.x`, which is unknown, or on `attr.l`, whose only element it is.
fn question() -> impl Strategy<Value = String> {
    let value = prop::sample::select(vec![
        "attr.x",
        "attr.x",
        "attr.l[0]",
        "lower(attr.x)",
        "attr.x.lowerAscii()",
        "attr.x.upperAscii()",
        "json(attr.x)",
        "int_of(attr.x)",
        "dyn(attr.x)",
        "list_of(attr.x)",
        "attr.l",
        "lower(attr.l)",
        "statements({'Statement': attr.x})[0].effect",
        "statements({'Statement': [{'Effect': attr.x}]})[0].effect",
        "statements({'Statement': [{'Action': attr.x}]})[0].actions",
        "statements({'Statement': [{'Resource': attr.x}]})[0].resources",
        "statements({'Statement': [{'Principal': attr.x}]})[0].principals",
        "statements({'Statement': [{'Condition': attr.x}]})[0].has_condition",
        "statements({'Statement': attr.x})",
        "statements(attr.x)",
    ]);
    let part = prop::sample::select(vec![
        "''",
        "'x'",
        "'y'",
        "'xy'",
        "'yx'",
        "'XY'",
        "'^x'",
        "'^(y|xy$)'",
        "'y$'",
        "'.*x'",
        "'x*'",
        "'?'",
        "'*y'",
        "'Allow'",
        "'service:x'",
        "'x:*'",
        "'::/0'",
        "'0.0.0.0/0'",
    ]);
    let other = prop::sample::select(vec![
        "null", "true", "0", "1", "2", "2.5", "22", "''", "'x'", "'xy'", "'Allow'", "[]", "['x']",
        "{}", "attr.l", "attr.x",
    ]);
    let member = prop::sample::select(vec!["startsWith", "endsWith", "contains", "matches"]);
    let order = prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">="]);
    let bare = prop::sample::select([GRANTS, ALONE].concat());
    prop_oneof![
        3 => (value.clone(), member, part.clone()).prop_map(|(x, name, part)| format!("{x}.{name}({part})")),
        3 => (value.clone(), order.clone(), other.clone()).prop_map(|(x, op, y)| format!("{x} {op} {y}")),
        1 => (value.clone(), order.clone(), other.clone()).prop_map(|(x, op, y)| format!("{y} {op} {x}")),
        3 => (value.clone(), order, 0..4).prop_map(|(x, op, n)| format!("size({x}) {op} {n}")),
        2 => (value.clone(), other.clone(), other).prop_map(|(x, a, b)| format!("{x} in [{a}, {b}, 'xy']")),
        2 => (value.clone(), part.clone()).prop_map(|(x, part)| format!("glob({part}, {x})")),
        1 => (value.clone(), part.clone()).prop_map(|(x, part)| format!("glob({x}, {part})")),
        2 => (value, part).prop_map(|(x, part)| format!("{x}.exists(e, e.startsWith({part}) || e == {part})")),
        3 => bare.prop_map(str::to_owned),
    ]
}

fn over(source: &str, attributes: &Value, defaults: &Value) -> Evaluated<bool> {
    let null = Value::Null;
    // A text that is no pattern.
    let Ok(program) = compile(source, &Names::default()) else { return Evaluated::Unknown(vec![]) };
    let subject = Subject {
        resource: &null,
        attributes,
        defaults,
        parsed: &null,
        item: None,
        params: &null,
        surroundings: &Neighbors,
    };
    program.test(&subject)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is known with unknown values stays so whatever they turn out to be.
    #[test]
    fn known_means_known_for_every_substitution(
        source in expression(),
        values in prop::collection::vec(any_value(), NAMES.len()),
        mask in prop::collection::vec(prop::bool::weighted(0.3), 20),
        fillings in prop::collection::vec(prop::collection::vec(any_value(), 12), 6),
    ) {
        let whole = Value::object(
            NAMES.iter().map(|name| Arc::from(*name)).zip(values).collect(),
        );
        let Value::Object(map) = &whole else { return Ok(()) };
        let mut mask = mask.into_iter();
        let partial = Value::object(
            map.iter().map(|(key, item)| (Arc::clone(key), masked(item, &mut mask))).collect(),
        );
        let Some(Evaluated::Known(result)) = test(&source, &partial) else { return Ok(()) };
        let fulls = fillings.into_iter().map(|filling| filled(&partial, &mut filling.into_iter()));
        for full in fulls.chain([whole.clone()]) {
            match test(&source, &full) {
                // Of a type that the expression does not accept.
                Some(Evaluated::Failed(failure)) => prop_assert!(!failure.budget),
                other => prop_assert_eq!(other, Some(Evaluated::Known(result)), "{} {:?}", &source, full),
            }
        }
    }

    /// What is known of an unknown value decides nothing that the value itself decides otherwise. Null counts, but `has()` does not ask.
    #[test]
    fn refinements_decide_for_every_value_that_fits(
        source in question(),
        own in concrete(),
        parts in any::<u16>(),
        others in prop::collection::vec(concrete(), 24),
        default in prop::option::of(concrete()),
    ) {
        let open = unknown("u", &refined(&own, parts));
        let Value::Unknown(known) = &open else { return Ok(()) };
        let default = default.map_or(Value::Null, value);
        let object = |x: Value| Value::object([("x".into(), x.clone()), ("l".into(), Value::array(vec![x]))].into_iter().collect());
        let defaults = Value::object([("x".into(), default)].into_iter().collect());
        let Evaluated::Known(decided) = over(&source, &object(open.clone()), &defaults) else { return Ok(()) };
        for full in std::iter::once(own).chain(others).map(value).filter(|value| known.admits(value)) {
            match over(&source, &object(full.clone()), &defaults) {
                Evaluated::Failed(failure) => prop_assert!(!failure.budget),
                other => prop_assert_eq!(other, Evaluated::Known(decided), "{} {:?} {:?}", &source, full, known),
            }
        }
    }

    /// Nothing that is typed makes the compiler or the evaluation panic.
    #[test]
    fn any_text_compiles_or_is_explained(source in "[a-z0-9 .()\\[\\]{}'\"?:!&|=<>+,*-]{0,40}") {
        let _ = test(&source, &attributes());
        let _ = Template::compile(&source, &Names::default());
    }
}
