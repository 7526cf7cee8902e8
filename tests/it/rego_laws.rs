//! Rego: no verdict changes when more becomes known.

use dreadnought::document::Document;
use dreadnought::engine::rego::Judgement;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::refinements::refined;
use crate::rego::{document, judgements, on_stack, policies, shape};

/// Helpers that conditions use.
const HELPERS: &str = r#"joined(r) if {
	some p in lib.related(r, "p")
	p.attributes.k == "x"
}

levels(r) := "high" if {
	r.attributes.k == "x"
} else := "low" if {
	r.attributes.l
} else := "none"

default shut := false

shut if {
	some b in input.by_type.b
	b.attributes.k == "x"
}

listed := {"x", "y"}

priced := {"x": 1, "y": 2}

open_ones contains b if {
	some b in input.by_type.b
	b.attributes.k == "x"
}

names[b.address] := b.attributes.k if some b in input.by_type.b

second(r) := r.attributes.n.o

same(a, b) if a == b

pick("x") := 1

pick("y") := 2"#;

/// Conditions of which one to three make a rule; `@` keeps their variables apart.
const CONDITIONS: &[&str] = &[
    "r.attributes.k == \"x\"",
    "not r.attributes.k == \"x\"",
    "r.attributes.k != 1",
    "not r.attributes.l",
    "r.attributes.l",
    "some e@ in r.attributes.m; e@ == \"x\"",
    "every e@ in r.attributes.m { e@ == \"x\" }",
    "\"x\" in r.attributes.m",
    "not \"x\" in r.attributes.m",
    "count(r.attributes.m) == 1",
    "object.get(r.attributes, \"k\", \"x\") == \"x\"",
    "object.get(r.attributes, [\"n\", \"o\"], 1) == 1",
    "r.attributes.n.o == r.attributes.k",
    "some e@ in r.attributes.m; e@ != r.attributes.k",
    "r.attributes.l > 0",
    "r.attributes.l < 1",
    "r.attributes.l == -1",
    "startswith(r.attributes.k, \"x\")",
    "not startswith(r.attributes.k, \"x\")",
    "lower(r.attributes.k) == \"x\"",
    "endswith(r.attributes.k, \"y\")",
    "not endswith(r.attributes.k, \"y\")",
    "contains(r.attributes.k, \"x\")",
    "regex.match(\"^x\", r.attributes.k)",
    "not regex.match(\"^(y|xy)\", r.attributes.k)",
    "some e@ in r.attributes.m; startswith(e@, \"x\")",
    "not startswith(lib.as_list(r.attributes.k)[0], \"x\")",
    "count(r.attributes.k) > 1",
    "count(r.attributes.m) > 0",
    "not count(r.attributes.m) > 0",
    "count(r.attributes.n) != 1",
    "c@ := count(r.attributes.n); c@ < 2; c@ != 0",
    "count(r.attributes.m) == count(r.attributes.n)",
    "count(r.attributes.m) + 1 == 2",
    "count([r.attributes.m, r.attributes.n]) == 2",
    "some _ in r.attributes.m",
    "not lib.has_block(r.attributes, \"m\")",
    "lib.is_on(r.attributes, \"k\")",
    "not lib.is_on(r.attributes, \"l\")",
    "not lib.is_off(r.attributes, \"m\")",
    "not lib.is_any_cidr(r.attributes.k)",
    "not count(r.attributes.m) == 0",
    "not same(r.attributes.k, r.attributes.n.o)",
    "not r.attributes.k in r.attributes.m",
    "not r.attributes.k != \"x\"",
    "not priced[r.attributes.k] == 1",
    "not second(r) == 1",
    "count(r.attributes) > 1",
    "r.attributes.l > -2",
    "not r.attributes.l >= 2",
    "is_string(r.attributes.n)",
    "is_number(r.attributes.l); r.attributes.l != 0",
    "is_array(r.attributes.m); r.attributes.m != []",
    "r.attributes.n == {}",
    "r.attributes.n != {}",
    "count(lib.as_list(r.attributes.m)) == 1",
    "not \"x\" in lib.as_list(r.attributes.m)",
    "lib.as_list(r.attributes.m)[0] == \"x\"",
    "lib.port_in(1, r.attributes.l)",
    "not lib.port_in(1, r.attributes.m)",
    "lib.port_in(0, {\"from\": r.attributes.l, \"to\": 5})",
    "count(array.concat(r.attributes.m, [\"x\"])) == 2",
    "some s@ in lib.statements({\"Statement\": {\"Effect\": \"Allow\", \"Principal\": r.attributes.n, \"Action\": r.attributes.m}}); \"x\" in s@.actions",
    "some s@ in lib.statements({\"Statement\": {\"Effect\": \"Allow\", \"Principal\": r.attributes.n}}); not \"x\" in s@.principals",
    "some s@ in lib.statements(r.attributes.n); count(s@.actions) == 0",
    "some s@ in lib.statements(r.parsed.doc); s@.effect == \"x\"",
    "some s@ in lib.statements(r.parsed.doc); lib.allows_anyone(s@)",
    "some s@ in lib.statements(r.parsed.doc); not lib.allows_anyone(s@)",
    "some s@ in lib.statements(r.parsed.doc); count(s@.not_principals) == 1",
    "some s@ in lib.statements(r.parsed.doc); \"service:x\" in s@.principals",
    "some s@ in lib.statements(r.parsed.doc); not \"x\" in s@.actions",
    "some s@ in lib.statements(r.parsed.doc); s@.has_condition",
    "some s@ in lib.statements(r.parsed.doc); not s@.has_condition",
    "type_name(r.attributes.k) == \"string\"",
    "r.attributes[_] == \"x\"",
    "r.attributes[k@] == \"x\"; k@ != \"l\"",
    "some k@, v@ in r.attributes.n; k@ == \"o\"; v@ == \"x\"",
    "count(object.keys(r.attributes)) > 1",
    "r.attributes.n == {\"o\": \"x\"}",
    "{\"a\": r.attributes.k} == {\"a\": \"x\"}",
    "[r.attributes.k, 1] == [\"x\", 1]",
    "k@ = r.attributes.k; k@ == \"x\"",
    "k@ := r.attributes.k; l@ := k@; not l@ == \"x\"",
    "\"x\" = r.attributes.k",
    "[a@, b@] := r.attributes.m; a@ == \"x\"",
    "{\"o\": v@} = r.attributes.n; v@ == 1",
    "r.attributes.k in [\"x\", r.attributes.l]",
    "r.attributes.m[i@] == r.attributes.k",
    "r.attributes.m[0] == \"x\"",
    "r.attributes.m == []",
    "listed[r.attributes.k]",
    "not listed[r.attributes.k]",
    "r.attributes.k in listed",
    "not r.attributes.k in listed",
    "priced[r.attributes.k] == 1",
    "pick(r.attributes.k) == 1",
    "same(r.attributes.k, \"x\")",
    "same(r.attributes.k, r.attributes.l)",
    "second(r) == 1",
    "levels(r) == \"low\"",
    "levels(r) == \"none\"",
    "not shut",
    "shut == false",
    "count(open_ones) == 1",
    "count(open_ones) == 0",
    "some o@ in open_ones; o@.address == r.address",
    "not open_ones[r]",
    "names[r.address] == \"x\"",
    "count(names) == 1",
    "count({r.attributes.k, \"x\"}) == 1",
    "u@ := {r.attributes.k} | {\"x\"}; u@ == {\"x\"}",
    "array.concat(r.attributes.m, [\"x\"])[0] == \"x\"",
    "some e@ in lib.as_list(r.attributes.m); e@ == \"x\"",
    "\"x\" in lib.as_list(r.attributes.k)",
    "input.by_address[r.address].attributes.k == \"x\"",
    "some p@ in lib.related(r, \"p\"); p@.attributes.k == \"x\"",
    "some p@ in lib.references(r, \"/k\"); p@.attributes.k == \"x\"",
    "not joined(r)",
    "every p@ in input.by_type.p { p@.attributes.k }",
    "count({p@.attributes.k | some p@ in input.by_type.p}) == 1",
    "some o@ in input.by_type.b; o@.attributes.k == \"x\"",
    "some o@ in input.by_type.b; o@.address != r.address; not o@.attributes.k",
    "count([o@ | some o@ in input.by_type.b; o@.attributes.k == \"x\"]) == 1",
    "not input.by_type.b[_].attributes.k == \"x\"",
    "input.by_type.p[i@].attributes.k == \"x\"; input.by_type.p[i@].address",
    "some e@ in input.edges.to[r.address]; input.by_address[e@.from].attributes.k != \"x\"",
    "some t@ in [\"b\", \"p\"]; some o@ in input.by_type[t@]; o@.attributes.k == 1",
    "some i@, e@ in r.attributes.m; i@ == 0; e@ == \"x\"",
    "some i@, e@ in r.attributes.m; i@ > 0; e@ == \"x\"",
    "some i@, e@ in r.attributes.m; e@ == \"y\"; not r.attributes.m[i@ + 1]",
    "r.attributes.m[1] == \"x\"",
    "r.attributes.m[count(r.attributes.m) - 1] == \"x\"",
    "\"x\" in r.attributes.m; \"y\" in r.attributes.m",
    "not \"x\" in r.attributes.m; \"y\" in r.attributes.m",
    "concat(\",\", r.attributes.m) == \"x,y\"",
    "max(r.attributes.m) == \"y\"",
    "sort(r.attributes.m)[0] == \"x\"",
    "r.attributes.m == [\"x\", \"y\"]",
    "{e | some e in r.attributes.m} == {\"x\", \"y\"}",
    "count({e | some e in r.attributes.m}) > 1",
    "count([e | some e in r.attributes.m; e == \"x\"]) > 0",
    "count([e | some e in r.attributes.m; e != \"x\"]) == 0",
    "every e@ in r.attributes.m { e@ in [\"x\", \"y\"] }",
    "not r.tags.o",
    "sprintf(\"%v\", [r.attributes.m]) == \"[\\\"x\\\"]\"",
];

fn scalar() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Json::from),
        (-1_i64..3).prop_map(Json::from),
        prop_oneof![Just("x"), Just("y"), Just(""), Just("xy")].prop_map(Json::from),
    ]
}

fn concrete() -> impl Strategy<Value = Json> {
    scalar().prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Json::from),
            proptest::collection::btree_map(
                prop_oneof![Just("o".to_owned()), Just("k".to_owned())],
                inner,
                0..2
            )
            .prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

/// An unknown value of which something is known, with what it turns out to be.
fn masked(value: impl Strategy<Value = Json>) -> impl Strategy<Value = (Json, Json)> {
    (value, any::<u16>()).prop_map(|(value, parts)| (json!({"?": refined(&value, parts)}), value))
}

/// A value with what stands for its unknown parts.
fn partly_unknown() -> impl Strategy<Value = (Json, Json)> {
    let known = concrete().prop_map(|value| (value.clone(), value));
    let unknown = masked(concrete());
    let list = proptest::collection::vec(
        prop_oneof![scalar().prop_map(|value| (value.clone(), value)), masked(scalar()),],
        1..3,
    )
    .prop_map(|items| {
        let (masked, full): (Vec<Json>, Vec<Json>) = items.into_iter().unzip();
        (Json::from(masked), Json::from(full))
    });
    prop_oneof![2 => known, 2 => unknown, 1 => list]
}

/// A policy statement, partly unknown, alone or in a list.
fn statement() -> impl Strategy<Value = (Json, Json)> {
    let text = |texts: &'static [&'static str]| {
        let known = proptest::sample::select(texts).prop_map(|text| (json!(text), json!(text)));
        let unknown = proptest::sample::select(texts).prop_map(|text| (json!("?"), json!(text)));
        let one = prop_oneof![known, unknown].boxed();
        let many = proptest::collection::vec(one.clone(), 1..3).prop_map(|texts| {
            let (masked, full): (Vec<Json>, Vec<Json>) = texts.into_iter().unzip();
            (Json::from(masked), Json::from(full))
        });
        prop_oneof![one, many].boxed()
    };
    let under = |key: &'static str, inner: BoxedStrategy<(Json, Json)>| {
        inner.prop_map(move |(masked, full)| (json!({key: masked}), json!({key: full}))).boxed()
    };
    let names: &[&str] = &["*", "x", "y"];
    let principal = || {
        prop_oneof![text(names), under("AWS", text(names)), under("Service", text(names))].boxed()
    };
    let condition = under("StringEquals", under("aws:SourceArn", text(&["*", "x"])));
    let member = |key: &'static str, strategy: BoxedStrategy<(Json, Json)>| {
        proptest::option::of(strategy).prop_map(move |pair| (key, pair)).boxed()
    };
    let members = vec![
        member("Effect", text(&["Allow", "Deny", "x"])),
        member("Action", text(names)),
        member("Principal", principal()),
        member("NotPrincipal", principal()),
        member("Condition", condition),
    ];
    let one = members.prop_map(|members| {
        let (mut masked, mut full) = (json!({}), json!({}));
        for (key, pair) in members {
            if let Some(pair) = pair {
                masked[key] = pair.0;
                full[key] = pair.1;
            }
        }
        (masked, full)
    });
    let one = one.boxed();
    let hidden = one.clone().prop_map(|(_, full)| (json!("?"), full));
    let list = one.clone().prop_map(|(masked, full)| (json!([masked]), json!([full])));
    prop_oneof![3 => one, 1 => hidden, 3 => list]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_verdict_never_changes_when_more_becomes_known(
        conditions in proptest::collection::vec(proptest::sample::select(CONDITIONS), 1..4),
        attributes in proptest::collection::btree_map(
            prop_oneof![Just("k"), Just("l"), Just("m"), Just("n")], partly_unknown(), 0..4),
        joined in partly_unknown(),
        other in partly_unknown(),
        statement in statement(),
    ) {
        let numbered = conditions.iter().enumerate();
        let numbered: Vec<String> =
            numbered.map(|(at, condition)| condition.replace('@', &at.to_string())).collect();
        let rule = format!("{HELPERS}\n\n{}", shape(&numbered.join("\n\t")));
        let side = |full: bool| {
            let pick = |pair: &(Json, Json)| if full { pair.1.clone() } else { pair.0.clone() };
            let mut own: serde_json::Map<String, Json> =
                attributes.iter().map(|(key, pair)| ((*key).to_owned(), pick(pair))).collect();
            own.insert("$parsed".to_owned(), json!({"doc": {"Statement": pick(&statement)}}));
            let other = json!({"k": pick(&other)});
            document(&json!({"b.a": own, "b.c": other, "p.a": {"k": pick(&joined), "$refs": {"/b": "b.a"}}}))
        };
        let (before, after) = on_stack(|| {
            let policies = policies(&rule);
            let verdicts = |document: &Document| judgements(&policies, &["b"], document);
            (verdicts(&side(false)), verdicts(&side(true)))
        });
        for ((address, before), (_, after)) in before.into_iter().zip(after) {
            let known = matches!(before, Judgement::Finding(_) | Judgement::Pass);
            if known && !matches!(after, Judgement::Failed(_)) {
                prop_assert_eq!(before, after, "{} {}", address, rule);
            }
        }
    }
}
