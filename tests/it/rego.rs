//! Rego: guards at load, verdicts over documents, and what unknown values do to them.

use std::fmt::Write as _;
use std::sync::Arc;

use dreadnought::document::{
    Document, Existence, Index, Map, Mode, ModuleCall, Pointer, Reference, Resource, Scope,
    SpanTable, Value, Variable,
};
use dreadnought::engine::rego::{Input, Judgement, Module, Policies, RuleRef, compile};
use dreadnought::source::{FileId, Place, STACK_BYTES, Span};
use rstest::rstest;
use serde_json::{Value as Json, json};

use crate::refinements::unknown;

const LIBRARY: &str = include_str!("../../policies/core/lib/dreadnought.rego");

/// Run on a stack of the size that callers provide.
pub(crate) fn on_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
        thread.spawn_scoped(scope, work).unwrap().join().unwrap()
    })
}

/// A value from JSON in which a text `?` (or `?reason`) is unknown, and so is `{"?": …}` with what is known of it.
fn value(json: &Json) -> Value {
    match json {
        Json::Object(map) if map.contains_key("?") => unknown("", &map["?"]),
        Json::String(text) if text.starts_with('?') => {
            Value::unknown(text.strip_prefix('?').unwrap())
        }
        Json::Array(items) => Value::array(items.iter().map(value).collect()),
        Json::Object(map) => {
            let members = map.iter().map(|(key, item)| (Arc::from(key.as_str()), value(item)));
            Value::object(members.collect())
        }
        other => other.clone().into(),
    }
}

/// A document from `{address: {attributes}}`; attributes beginning with `$` say something of the resource itself.
pub(crate) fn document(resources: &Json) -> Document {
    let place = Place { file: FileId(0), span: Span::new(0, 0) };
    let mut all: Vec<Resource> = Vec::new();
    let mut modules = Vec::new();
    for (address, attributes) in resources.as_object().unwrap() {
        let mut attributes = attributes.as_object().unwrap().clone();
        let mut own = |key: &str| attributes.remove(key).unwrap_or(json!(null));
        let references = references(&own("$refs"));
        if own("$unresolved") == json!(true) {
            modules.push(ModuleCall {
                address: address.as_str().into(),
                source: "remote".into(),
                version: None,
                revision: None,
                pinned: false,
                resolved: false,
                inputs: Value::object(Map::new()),
                sensitive: Vec::new(),
                references,
                place,
                spans: Arc::default(),
            });
            continue;
        }
        let existence = match own("$exists") {
            Json::String(_) => Existence::Unknown,
            _ => Existence::Known,
        };
        let object = |json: Json| match json {
            Json::Null => Value::object(Map::new()),
            json => value(&json),
        };
        let (parsed, defaults) = (object(own("$parsed")), object(own("$defaults")));
        let tags = object(own("$tags")).as_object().unwrap().clone();
        let (kind, name) = address.split_once('.').unwrap();
        all.push(Resource {
            address: address.as_str().into(),
            kind: kind.into(),
            name: name.into(),
            mode: Mode::Managed,
            provider: "aws".into(),
            attributes: value(&Json::Object(attributes)),
            parsed,
            defaults,
            sensitive: Vec::new(),
            references,
            tags,
            scope: Scope::default(),
            existence,
            previous_address: None,
            place,
            header: place,
            spans: Arc::new(SpanTable::default()),
            called_from: Arc::from([]),
        });
    }
    all.sort_by(|a, b| a.address.cmp(&b.address));
    Document {
        format: "terraform",
        root: ".".into(),
        resources: all,
        variables: vec![Variable {
            name: "open".into(),
            value: Value::unknown("variable 'open' has no default"),
            sensitive: false,
            place,
            spans: Arc::default(),
        }],
        outputs: Vec::new(),
        providers: Vec::new(),
        modules,
        backend: None,
        absent: Vec::new(),
        called: Vec::new(),
        manifests: None,
        assumptions: Vec::new(),
        is_cut: false,
        problems: Vec::new(),
    }
}

fn references(json: &Json) -> Vec<Reference> {
    let map = json.as_object().cloned().unwrap_or_default();
    let reference = |(from, to): (&String, &Json)| Reference {
        from: Pointer::parse(from).unwrap(),
        to: to.as_str().unwrap().into(),
        attribute: Pointer::parse("/id").unwrap(),
    };
    map.iter().map(reference).collect()
}

pub(crate) fn modules(rules: &[(&str, &str)]) -> Vec<Module> {
    let library = Module { name: "lib.rego".to_owned(), text: LIBRARY.into() };
    let own =
        rules.iter().map(|(name, text)| Module { name: (*name).to_owned(), text: (*text).into() });
    std::iter::once(library).chain(own).collect()
}

pub(crate) fn policies(rule: &str) -> Policies {
    let text = format!("package dreadnought.t.r\n\nimport data.dreadnought.lib\n\n{rule}\n");
    let (policies, errors) = compile(modules(&[("rule.rego", &text)]));
    assert_eq!(errors, []);
    policies
}

pub(crate) fn judgements(
    policies: &Policies,
    types: &[&str],
    document: &Document,
) -> Vec<(String, Judgement)> {
    let index = Index::new(document);
    let rule = RuleRef {
        package: "dreadnought.t.r".to_owned(),
        applies_to: types.iter().map(|kind| Arc::from(*kind)).collect(),
    };
    let judged = policies.judge(&rule, &Input::new(&index), &index);
    judged
        .into_iter()
        .map(|(at, judgement)| (index.resource(at).address.to_string(), judgement))
        .collect()
}

/// One line for each resource: `aws_x.a: finding /acl`, `pass`, `unknown /acl`, `failed …`.
pub(crate) fn judge(rule: &str, types: &[&str], resources: &Json) -> String {
    on_stack(|| {
        let document = document(resources);
        let mut lines = String::new();
        for (address, judgement) in judgements(&policies(rule), types, &document) {
            let words = match judgement {
                Judgement::Finding(denials) => {
                    let at: Vec<_> = denials.iter().map(|denial| denial.at.as_str()).collect();
                    format!("finding {}", at.join(" "))
                }
                Judgement::Pass => "pass".to_owned(),
                Judgement::Unknown(reads) => {
                    let own = |at: usize| document.resources[at].address.to_string();
                    let read = |(at, pointer, reason): &(usize, Pointer, Arc<str>)| match &**reason
                    {
                        "" => format!("{}{pointer}", own(*at)),
                        reason => format!("{}{pointer} ({reason})", own(*at)),
                    };
                    format!("unknown {}", reads.iter().map(read).collect::<Vec<_>>().join(" "))
                }
                Judgement::Failed(failure) => format!("failed {}", failure.message),
            };
            writeln!(lines, "{address}: {words}").unwrap();
        }
        lines.trim_end().to_owned()
    })
}

pub(crate) const ACL: &str = r#"deny contains {"resource": r.address, "at": "/acl", "message": "public"} if {
	some r in input.by_type.b
	r.attributes.acl == "public"
}"#;

/// Shapes of rules over `b` with one condition on `r`.
pub(crate) fn shape(condition: &str) -> String {
    format!(
        r#"deny contains {{"resource": r.address, "at": "/k", "message": "m"}} if {{
	some r in input.by_type.b
	{condition}
}}"#
    )
}

#[test]
fn the_library_compiles() {
    on_stack(|| assert_eq!(compile(modules(&[])).1, []));
}

#[rstest]
#[case::finding(json!({"b.a": {"acl": "public"}}), "b.a: finding /acl")]
#[case::pass(json!({"b.a": {"acl": "private"}}), "b.a: pass")]
#[case::missing(json!({"b.a": {}}), "b.a: pass")]
#[case::null(json!({"b.a": {"acl": null}}), "b.a: pass")]
#[case::default(json!({"b.a": {"$defaults": {"acl": "public"}}}), "b.a: finding /acl")]
#[case::written_over_default(json!({"b.a": {"acl": "private", "$defaults": {"acl": "public"}}}), "b.a: pass")]
#[case::null_is_default(json!({"b.a": {"acl": null, "$defaults": {"acl": "public"}}}), "b.a: finding /acl")]
#[case::unknown_elsewhere(json!({"b.a": {"acl": "public", "bucket": "?", "n": ["?"]}}), "b.a: finding /acl")]
#[case::unknown_elsewhere_pass(json!({"b.a": {"acl": "private", "bucket": "?"}}), "b.a: pass")]
#[case::unknown(json!({"b.a": {"acl": "?"}, "b.c": {"acl": "private"}}), "b.a: unknown b.a/acl\nb.c: pass")]
#[case::other_type(json!({"c.a": {"acl": "public"}}), "")]
fn a_rule_over_one_attribute(#[case] resources: Json, #[case] expected: &str) {
    assert_eq!(judge(ACL, &["b"], &resources), expected);
}

#[rstest]
#[case::equal(r#"r.attributes.k == "public""#, json!({"k": "?"}), "unknown b.a/k")]
#[case::not_equal(r#"not r.attributes.k == "private""#, json!({"k": "?"}), "unknown b.a/k")]
#[case::absent("not r.attributes.k", json!({"k": "?"}), "unknown b.a/k")]
#[case::differs(r#"r.attributes.k != "private""#, json!({"k": "?"}), "unknown b.a/k")]
#[case::fallback(r#"object.get(r.attributes, "k", "public") == "public""#, json!({"k": "?"}), "unknown b.a/k")]
#[case::membership(r#"r.attributes.k in {"x", "y"}"#, json!({"k": "?"}), "unknown b.a/k")]
#[case::order("r.attributes.k > 20", json!({"k": "?"}), "unknown b.a/k")]
#[case::regex(r#"not regex.match("^arn", r.attributes.k)"#, json!({"k": "?"}), "unknown b.a/k")]
#[case::data(r"not r.attributes.k in allowed", json!({"k": "?"}), "unknown b.a/k")]
#[case::helper("is_open(r)", json!({"k": "?"}), "unknown b.a/k")]
#[case::count("count(r.attributes.k) == 0", json!({"k": "?"}), "unknown b.a/k")]
#[case::count_of_known("count(r.attributes.k) == 1", json!({"k": ["?"]}), "finding /k")]
#[case::whole(r"r.attributes == {}", json!({"k": "?"}), "unknown b.a/k")]
#[case::dynamic(r#"some key in ["k", "z"]; r.attributes[key] == 1"#, json!({"k": "?"}), "unknown b.a/k")]
#[case::below("r.attributes.k[0].x == 1", json!({"k": "?"}), "unknown b.a/k")]
#[case::inside("r.attributes.k[_].x == 1", json!({"k": [{"x": "?"}]}), "unknown b.a/k/0/x")]
#[case::beside("r.attributes.k[_].x == 1", json!({"k": [{"y": "?", "x": 1}]}), "finding /k")]
#[case::known_member("some x in r.attributes.k; x == \"all\"", json!({"k": ["all", "?"]}), "finding /k")]
#[case::known_member_after("some x in r.attributes.k; x == \"all\"", json!({"k": ["?", "all"]}), "finding /k")]
#[case::only_unknown_member("some x in r.attributes.k; x == \"all\"", json!({"k": ["?"]}), "unknown b.a/k/0")]
#[case::member_of_opaque("some x in r.attributes.k; startswith(x, \"0.\")", json!({"k": ["0.0", "?"]}), "finding /k")]
#[case::every("every x in r.attributes.k { x == \"a\" }", json!({"k": ["a", "?"]}), "unknown b.a/k/1")]
#[case::every_refuted("every x in r.attributes.k { x == \"a\" }", json!({"k": ["b", "?"]}), "pass")]
#[case::in_list(r#""all" in r.attributes.k"#, json!({"k": ["all", "?"]}), "finding /k")]
#[case::always(r#"object.get(r.attributes, "k", 1) != 5; r.attributes.z == 1"#, json!({"k": "?", "z": 2}), "pass")]
#[case::decided_by_other(r#"r.attributes.k == "x"; r.attributes.z == 1"#, json!({"k": "?", "z": 2}), "pass")]
#[case::either(r"any_of(r)", json!({"k": "?", "z": 1}), "finding /k")]
#[case::parsed(r"r.parsed.k.Version == 1", json!({"k": "?"}), "unknown b.a/k")]
#[case::parsed_leaf(r"r.parsed.k.Version == 1", json!({"k": "?", "$parsed": {"k": {"Version": 1, "Id": "?"}}}), "finding /k")]
#[case::parsed_unknown_leaf(r"r.parsed.k.Id == 1", json!({"k": "?", "$parsed": {"k": {"Version": 1, "Id": "?"}}}), "unknown b.a/k/Id")]
#[case::tags("not r.tags.env", json!({"tags": "?"}), "unknown b.a/tags")]
#[case::one_tag("not r.tags.env", json!({"$tags": {"env": "?"}}), "unknown b.a/tags/env")]
#[case::other_tag("not r.tags.env", json!({"$tags": {"owner": "?"}}), "finding /k")]
#[case::variable("input.variables.open.value == true", json!({}), "unknown b.a/default (variable 'open' has no default)")]
#[case::unread_variable("input.variables.shut.value == true", json!({}), "pass")]
#[case::alias("k := r.attributes.k; k == true", json!({"k": "?"}), "unknown b.a/k")]
#[case::comprehension("count([x | some x in r.attributes.k; x == 1]) == 0", json!({"k": [2, "?"]}), "unknown b.a/k/1")]
#[case::negated_comprehension("not 1 in [x.p | some x in r.attributes.k]", json!({"k": [{"p": "?"}]}), "unknown b.a/k/0/p")]
#[case::message(r#"r.attributes.z == 1; m := sprintf("%v", [r.attributes.k]); m != """#, json!({"z": 1, "k": "?"}), "unknown b.a/k")]
#[case::position("lower(r.attributes.k[0]) == \"x\"", json!({"k": ["?", "x"]}), "unknown b.a/k/0")]
#[case::negative_number("r.attributes.k == -1; r.attributes.z == 1", json!({"k": "?", "z": 2}), "pass")]
#[case::set_rule("some o in open_ones; o.address == r.address", json!({"k": "?"}), "unknown b.a/k")]
fn unknown_values_and_shapes_of_rules(
    #[case] condition: &str,
    #[case] attributes: Json,
    #[case] expected: &str,
) {
    let rule = format!(
        r#"allowed := {{"private", "authenticated"}}

is_open(r) if r.attributes.k == "open"

is_open(r) if not r.attributes.k

any_of(r) if r.attributes.z == 1

any_of(r) if r.attributes.k == "x"

open_ones contains r if {{
	some r in input.by_type.b
	r.attributes.k == "open"
}}

{}"#,
        shape(condition)
    );
    assert_eq!(judge(&rule, &["b"], &json!({"b.a": attributes})), format!("b.a: {expected}"));
}

const JOIN: &str = r#"deny contains {"resource": r.address, "at": "", "message": "no block"} if {
	some r in input.by_type.b
	not blocked(r)
}

blocked(r) if {
	some p in lib.related(r, "p")
	p.attributes.block == true
}"#;

#[rstest]
#[case::none(json!({"b.a": {}}), "b.a: finding ")]
#[case::joined(json!({"b.a": {}, "p.a": {"block": true, "$refs": {"/bucket": "b.a"}}}), "b.a: pass")]
#[case::open(json!({"b.a": {}, "p.a": {"block": false, "$refs": {"/bucket": "b.a"}}}), "b.a: finding ")]
#[case::elsewhere(json!({"b.a": {}, "p.a": {"block": true}}), "b.a: finding ")]
#[case::unknown(json!({"b.a": {}, "p.a": {"block": "?", "$refs": {"/bucket": "b.a"}}}), "b.a: unknown p.a/block")]
#[case::unknown_id(json!({"b.a": {}, "p.a": {"block": true, "bucket": "?", "$refs": {"/bucket": "b.a"}}}), "b.a: pass")]
#[case::unknown_on_another(
    json!({"b.a": {}, "b.c": {}, "p.a": {"block": "?", "$refs": {"/bucket": "b.a"}}}),
    "b.a: unknown p.a/block\nb.c: finding "
)]
#[case::perhaps(
    json!({"b.a": {}, "b.c": {}, "p.a": {"block": true, "$exists": "?", "$refs": {"/bucket": "b.a"}}}),
    "b.a: unknown p.a (whether p.a exists is unknown)\nb.c: finding "
)]
#[case::perhaps_itself(json!({"b.a": {"$exists": "?"}}), "b.a: finding ")]
#[case::perhaps_both(
    json!({"b.a": {"$exists": "?"}, "p.a": {"block": true, "$exists": "?", "$refs": {"/bucket": "b.a"}}}),
    "b.a: unknown p.a (whether p.a exists is unknown)"
)]
#[case::module(
    json!({"b.a": {}, "b.c": {}, "module.m": {"$unresolved": true, "$refs": {"/bucket": "b.a"}}}),
    "b.a: unknown b.a (module.m is not resolved and receives a reference to it)\nb.c: finding "
)]
fn joins_over_edges(#[case] resources: Json, #[case] expected: &str) {
    assert_eq!(judge(JOIN, &["b"], &resources), expected.trim_end());
}

/// More than can be tried in all combinations, near and far, of types that are read and of others.
#[test]
fn many_may_not_exist() {
    let perhaps =
        |block: bool, of: &str| json!({"block": block, "$exists": "?", "$refs": {"/bucket": of}});
    let resources = json!({
        "b.a": {}, "b.c": {}, "b.e": {"$exists": "?"}, "b.g": {"$exists": "?"}, "b.z": {},
        "p.a": perhaps(true, "b.a"),
        "p.c": perhaps(false, "b.c"),
        "p.e": {"block": true, "$refs": {"/bucket": "b.e"}},
        "p.g": perhaps(true, "b.g"),
        "p.z1": perhaps(true, "b.z"), "p.z2": perhaps(true, "b.z"),
        "q.a": perhaps(true, "b.a"), "q.z": perhaps(true, "b.z"),
    });
    let lines = judge(JOIN, &["b"], &resources);
    let short = lines.lines().map(|line| line.split(['/', '(']).next().unwrap_or(line));
    let short: Vec<String> =
        short.map(|line| line.split(' ').take(3).collect::<Vec<_>>().join(" ")).collect();
    // Each of two is enough for `b.z`; without both it is open. What is far from a resource is no reason for it.
    let expected =
        ["b.a: unknown p.a", "b.c: finding", "b.e: pass", "b.g: unknown p.g", "b.z: unknown p.z1"];
    assert_eq!(short.iter().map(|line| line.trim_end()).collect::<Vec<_>>(), expected);
}

/// With both and with neither there is nothing to find, with one of them there is: beyond what is tried one by one, nothing is decided.
/// What none of them matters to is.
#[test]
fn more_may_not_exist_than_are_tried() {
    let rule = r#"deny contains {"resource": r.address, "at": "", "message": "one of two"} if {
	some r in input.by_type.b
	count({p.address | some p in lib.related(r, "p")}) == 1
}"#;
    let mut resources = serde_json::Map::from_iter([("b.lone".to_owned(), json!({}))]);
    let others = 50;
    for at in 0..others {
        resources.insert(format!("b.{at:02}"), json!({}));
        for side in ["x", "y"] {
            let perhaps = json!({"$exists": "?", "$refs": {"/bucket": format!("b.{at:02}")}});
            resources.insert(format!("p.{at:02}{side}"), perhaps);
        }
    }
    let lines = judge(rule, &["b"], &Json::Object(resources));
    let unknown = lines.lines().filter(|line| line.contains(": unknown p.")).count();
    assert_eq!((unknown, lines.lines().last()), (others, Some("b.lone: pass")), "{lines}");
    let too_many = lines.lines().filter(|line| line.contains("are too many to try")).count();
    assert_eq!(too_many, others - 32, "two of each of 32 are tried: {lines}");
}

#[rstest]
#[case::unresolved_but_own(ACL, json!({"b.a": {"acl": "public"}, "module.m": {"$unresolved": true, "$refs": {"/x": "b.a"}}}), "b.a: finding /acl")]
#[case::scan_of_another_type(
    &shape("some p in input.by_type.p; p.attributes.name == r.attributes.name"),
    json!({"b.a": {"name": "n"}, "p.a": {"name": "?"}}),
    "b.a: unknown p.a/name"
)]
#[case::by_hand_over_edges(
    &shape("some e in input.edges.to[r.address]; input.by_address[e.from].attributes.x == 1"),
    json!({"b.a": {}, "b.c": {}, "p.a": {"x": "?", "$refs": {"/b": "b.a"}}}),
    "b.a: unknown p.a/x\nb.c: pass"
)]
#[case::references_of_an_attribute(
    &shape(r#"some k in lib.references(r, "/key"); k.attributes.x == 1"#),
    json!({"b.a": {"$refs": {"/key": "k.a", "/other": "k.c"}}, "k.a": {"x": 2}, "k.c": {"x": 1}}),
    "b.a: pass"
)]
#[case::others_of_its_type(
    &shape("some o in input.by_type.b; o.address != r.address; o.attributes.k == r.attributes.k"),
    json!({"b.a": {"k": 1}, "b.c": {"k": 2}, "b.d": {"k": "?"}}),
    "b.a: unknown b.d/k\nb.c: unknown b.d/k\nb.d: unknown b.d/k"
)]
#[case::collected_first(
    &shape("n := count([o | some o in input.by_type.b; o.attributes.k == 1]); n == 1; r.attributes.z"),
    json!({"b.a": {"k": 1, "z": true}, "b.c": {"k": "?"}}),
    "b.a: unknown b.c/k\nb.c: pass"
)]
#[case::judged_out_of_a_collection(
    r#"deny contains {"resource": r.address, "at": "", "message": "m"} if {
	xs := [b | some b in input.by_type.b; b.attributes.k == 1]
	count(xs) == 1
	some r in xs
}"#,
    json!({"b.a": {"k": 1}, "b.c": {"k": "?"}}),
    "b.a: unknown b.c/k\nb.c: pass"
)]
fn reads_of_other_resources(#[case] rule: &str, #[case] resources: Json, #[case] expected: &str) {
    assert_eq!(judge(rule, &["b"], &resources), expected);
}

const SSH: &str = r#"deny contains {"resource": r.address, "at": at, "message": sprintf("%v may reach port 22", [c])} if {
	some r in input.by_type.b
	some i, rule in r.attributes.ingress
	lib.port_in(22, rule)
	some c in lib.as_list(rule.cidrs)
	lib.is_any_cidr(c)
	at := sprintf("/ingress/%d/cidrs", [i])
}"#;

#[rstest]
#[case::open(json!([{"from_port": 0, "to_port": 80, "cidrs": ["10.0.0.0/8", "0.0.0.0/0"]}]), "finding /ingress/0/cidrs")]
#[case::closed(json!([{"from_port": 80, "to_port": 80, "cidrs": ["0.0.0.0/0"]}]), "pass")]
#[case::known_beside_unknown(json!([{"from_port": 0, "to_port": 80, "cidrs": ["?", "0.0.0.0/0"]}]), "finding /ingress/0/cidrs")]
#[case::another_block(
    json!([{"from_port": 0, "to_port": 80, "cidrs": "?"}, {"from_port": 22, "to_port": 22, "cidrs": ["::/0"]}]),
    "finding /ingress/1/cidrs"
)]
#[case::unknown_range(json!([{"from_port": 0, "to_port": 80, "cidrs": ["?"]}]), "unknown b.a/ingress/0/cidrs/0")]
#[case::unknown_range_of_another_port(json!([{"from_port": 80, "to_port": 80, "cidrs": ["?"]}]), "pass")]
#[case::unknown_port(json!([{"from_port": "?", "to_port": 80, "cidrs": ["0.0.0.0/0"]}]), "unknown b.a/ingress/0/from_port")]
#[case::unknown_port_not_reached(json!([{"from_port": "?", "to_port": 20, "cidrs": ["0.0.0.0/0"]}]), "pass")]
#[case::unknown_description(json!([{"from_port": 0, "to_port": 80, "cidrs": ["0.0.0.0/0"], "description": "?"}]), "finding /ingress/0/cidrs")]
#[case::all_unknown(json!("?"), "unknown b.a/ingress")]
fn a_rule_over_blocks(#[case] ingress: Json, #[case] expected: &str) {
    let resources = json!({"b.a": {"ingress": ingress, "name": "?"}});
    assert_eq!(judge(SSH, &["b"], &resources), format!("b.a: {expected}"));
}

#[rstest]
#[case::not_null("r.attributes.k", json!({"type": "string", "not_null": true, "prefix": "a"}), "finding /k")]
#[case::element(r#"some e in r.attributes.k; e == "a""#, json!({"type": "array", "not_null": true, "elements": ["a"]}), "finding /k")]
#[case::element_in(r#""a" in r.attributes.k"#, json!({"type": "array", "not_null": true, "elements": ["b", "a"]}), "finding /k")]
#[case::element_asked("some e in r.attributes.k; dreadnought.cidr_is_any(e)", json!({"type": "array", "not_null": true, "elements": ["0.0.0.0/0"]}), "finding /k")]
#[case::no_element(r#"some e in r.attributes.k; e == "b""#, json!({"type": "array", "not_null": true, "elements": ["a"]}), "unknown b.a/k")]
#[case::nullable_elements(r#""a" in r.attributes.k"#, json!({"type": "array", "elements": ["a"]}), "unknown b.a/k")]
#[case::placed_element(r#"r.attributes.k[0] == "a""#, json!({"type": "array", "not_null": true, "elements": ["a"]}), "unknown b.a/k")]
#[case::placed_by_name(r#"some i, e in r.attributes.k; e == "a"; i == 0"#, json!({"type": "array", "not_null": true, "elements": ["a"]}), "unknown b.a/k")]
#[case::counted_elements("count(r.attributes.k) == 1", json!({"type": "array", "not_null": true, "elements": ["a"]}), "unknown b.a/k")]
#[case::counted_enough("count(r.attributes.k) > 0", json!({"type": "array", "not_null": true, "elements": ["a"], "length": {"least": 1}}), "finding /k")]
#[case::whole_list(r#"r.attributes.k == ["a"]"#, json!({"type": "array", "not_null": true, "elements": ["a"]}), "unknown b.a/k")]
#[case::other_list(r#"r.attributes.k == ["b"]"#, json!({"type": "array", "not_null": true, "elements": ["a"]}), "unknown b.a/k")]
#[case::made_of_it(r#"concat(",", r.attributes.k) == "a""#, json!({"type": "array", "not_null": true, "elements": ["a"]}), "unknown b.a/k")]
#[case::counted_again("count([e | some e in r.attributes.k]) == 1", json!({"type": "array", "not_null": true, "elements": ["a"]}), "unknown b.a/k")]
#[case::without_element(r#"not "a" in r.attributes.k"#, json!({"type": "array", "not_null": true, "elements": ["a"]}), "unknown b.a/k")]
#[case::absent("not r.attributes.k", json!({"not_null": true, "type": "string"}), "pass")]
#[case::nullable("not r.attributes.k", json!({"type": "string"}), "unknown b.a/k")]
#[case::boolean("r.attributes.k in {true, false}", json!({"type": "boolean", "not_null": true}), "finding /k")]
#[case::opaque_boolean(r#"json.marshal(r.attributes.k) != "1""#, json!({"type": "boolean", "not_null": true}), "finding /k")]
#[case::prefix(r#"startswith(r.attributes.k, "arn:")"#, json!({"type": "string", "not_null": true, "prefix": "arn:aws:"}), "finding /k")]
#[case::other_prefix(r#"startswith(r.attributes.k, "http")"#, json!({"type": "string", "prefix": "arn:aws:"}), "pass")]
#[case::longer_prefix(r#"startswith(r.attributes.k, "arn:aws:s3")"#, json!({"type": "string", "prefix": "arn:aws:"}), "unknown b.a/k")]
#[case::no_prefix(r#"not startswith(r.attributes.k, "arn:")"#, json!({"type": "string", "not_null": true, "prefix": "arn:aws:"}), "pass")]
#[case::suffix(r#"not endswith(r.attributes.k, "/0")"#, json!({"type": "string", "not_null": true, "suffix": "/32"}), "finding /k")]
#[case::nullable_suffix(r#"not endswith(r.attributes.k, "/0")"#, json!({"type": "string", "suffix": "/32"}), "unknown b.a/k")]
#[case::pattern(r#"regex.match("^arn:", r.attributes.k)"#, json!({"type": "string", "not_null": true, "prefix": "arn:aws:"}), "finding /k")]
#[case::open_pattern(r#"regex.match("s3", r.attributes.k)"#, json!({"type": "string", "not_null": true, "prefix": "arn:aws:"}), "unknown b.a/k")]
#[case::segment(r#"not contains(r.attributes.k, "/groups/")"#, json!({"type": "string", "not_null": true, "prefix": "/s/", "segment": true}), "finding /k")]
#[case::no_segment(r#"not contains(r.attributes.k, "/groups/")"#, json!({"type": "string", "not_null": true, "prefix": "/s/"}), "unknown b.a/k")]
#[case::in_a_segment(r#"contains(r.attributes.k, "groups")"#, json!({"type": "string", "not_null": true, "prefix": "/s/", "segment": true}), "unknown b.a/k")]
#[case::equal(r#"r.attributes.k == "*""#, json!({"type": "string", "prefix": "arn:"}), "pass")]
#[case::cidr("lib.is_any_cidr(r.attributes.k)", json!({"type": "string", "suffix": "/32"}), "pass")]
#[case::member(r#"not r.attributes.k in {"A", "B", "C"}"#, json!({"type": "string", "not_null": true, "one_of": ["A", "B"]}), "pass")]
#[case::opaque_member(r#"lower(r.attributes.k) in {"a", "b"}"#, json!({"type": "string", "not_null": true, "one_of": ["A", "B"]}), "finding /k")]
#[case::count("count(r.attributes.k) > 0", json!({"type": "array", "not_null": true, "length": {"least": 1}}), "finding /k")]
#[case::count_nullable("count(r.attributes.k) > 0", json!({"type": "array", "length": {"least": 1}}), "unknown b.a/k")]
#[case::count_bounded("count(r.attributes.k) > 3", json!({"type": "array", "length": {"most": 3}}), "pass")]
#[case::count_open("count(r.attributes.k) > 3", json!({"type": "array", "not_null": true, "length": {"least": 1, "most": 4}}), "unknown b.a/k")]
#[case::count_of_an_object("count(r.attributes.k) > 0", json!({"type": "object", "not_null": true, "length": {"least": 1}}), "unknown b.a/k")]
#[case::block("not lib.has_block(r.attributes, \"k\")", json!({"type": "array", "not_null": true, "length": {"least": 1}}), "pass")]
#[case::number("r.attributes.k > 1000", json!({"type": "number", "not_null": true, "value": {"least": 1024}}), "finding /k")]
#[case::number_in_range("r.attributes.k > 1024", json!({"type": "number", "not_null": true, "value": {"least": 1024}}), "unknown b.a/k")]
#[case::type_of("is_string(r.attributes.k)", json!({"type": "string", "not_null": true}), "finding /k")]
fn what_is_known_of_an_unknown_value_decides(
    #[case] condition: &str,
    #[case] known: Json,
    #[case] expected: &str,
) {
    let lines = judge(&shape(condition), &["b"], &json!({"b.a": {"k": {"?": known}}}));
    assert_eq!(lines, format!("b.a: {expected}"), "{condition}");
}

/// The message of a finding that holds for all values does not say that the value is one of them.
#[rstest]
#[case::open(r#"r.attributes.k != "z""#, "k is (unknown)")]
#[case::named(r#"r.attributes.k in {"A", "B"}"#, "k is A, or k is B")]
fn messages_about_what_is_not_known(#[case] condition: &str, #[case] expected: &str) {
    let message = r#""message": sprintf("k is %v", [r.attributes.k])"#;
    let rule = shape(condition).replace(r#""message": "m""#, message);
    let known = json!({"type": "string", "not_null": true, "one_of": ["A", "B"]});
    let document = document(&json!({"b.a": {"k": {"?": known}}}));
    let judged = on_stack(|| judgements(&policies(&rule), &["b"], &document));
    let Judgement::Finding(denials) = &judged[0].1 else { panic!("{judged:?}") };
    let messages: Vec<&str> = denials.iter().map(|denial| denial.message.as_str()).collect();
    assert_eq!(messages, [expected]);
}

#[test]
fn null_reads_as_the_default() {
    let known = json!({"type": "string", "prefix": "arn:"});
    let resources = json!({"b.a": {"k": {"?": known}, "$defaults": {"k": "public"}}});
    let judged = |condition| judge(&shape(condition), &["b"], &resources);
    assert_eq!(judged(r#"r.attributes.k == "public""#), "b.a: unknown b.a/k");
    assert_eq!(judged("r.attributes.k"), "b.a: finding /k");
    assert_eq!(judged(r#"r.attributes.k == "private""#), "b.a: pass");
}

#[test]
fn an_error_on_one_resource_costs_one_verdict() {
    let rule = shape("r.attributes.k + 1 > 5");
    let resources = json!({"b.a": {"k": 7}, "b.c": {"k": "seven"}, "b.d": {"k": 1}});
    let lines = judge(&rule, &["b"], &resources);
    let lines: Vec<&str> = lines.lines().collect();
    assert_eq!((lines[0], lines[2]), ("b.a: finding /k", "b.d: pass"));
    assert!(lines[1].starts_with("b.c: failed "), "{}", lines[1]);
    assert!(lines[1].ends_with("(rule.rego:7:17)"), "{}", lines[1]);
}

#[rstest]
#[case::unknown_address(
    r#"deny contains {"resource": "b.zz", "at": "", "message": "m"} if true"#,
    "failed deny names b.zz, which is no resource of this document"
)]
#[case::other_type(
    r#"deny contains {"resource": "c.a", "at": "", "message": "m"} if true"#,
    "failed deny names c.a, but applies_to does not list c"
)]
#[case::no_object(
    r#"deny contains "b.a" if true"#,
    "failed an entry of deny is not an object with resource, at and message"
)]
#[case::no_message(
    r#"deny contains {"resource": "b.a", "at": ""} if true"#,
    "failed an entry of deny has no text message"
)]
#[case::no_pointer(
    r#"deny contains {"resource": "b.a", "at": "k", "message": "m"} if true"#,
    "failed \"k\" is no JSON pointer; begin it with /"
)]
#[case::no_set(
    "deny := true",
    "failed deny is not a set; write `deny contains {\"resource\": …, \"at\": …, \"message\": …}`"
)]
fn a_malformed_denial_is_an_error(#[case] rule: &str, #[case] expected: &str) {
    let resources = json!({"b.a": {}, "c.a": {}});
    assert_eq!(judge(rule, &["b"], &resources), format!("b.a: {expected}"));
}

fn policy(statements: &Json) -> Json {
    json!({"b.a": {"policy": "{…}", "$parsed": {"policy": {"Statement": statements}}}})
}

#[rstest]
#[case::anyone(json!([{"Effect": "Allow", "Principal": "*", "Action": "s3:*"}]), true)]
#[case::one_object(json!({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:*"}), true)]
#[case::in_list(json!([{"Effect": "Allow", "Principal": {"AWS": ["123", "*"]}}]), true)]
#[case::deny(json!([{"Effect": "Deny", "Principal": "*"}]), false)]
#[case::not_principal(json!([{"Effect": "Allow", "NotPrincipal": {"AWS": "1"}}]), true)]
#[case::service(json!([{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}}]), false)]
#[case::narrowed(json!([{"Effect": "Allow", "Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}]), false)]
#[case::any_address(json!([{"Effect": "Allow", "Principal": "*", "Condition": {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "0.0.0.0/0"]}}}]), true)]
#[case::address(json!([{"Effect": "Allow", "Principal": "*", "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}]), false)]
#[case::negated(json!([{"Effect": "Allow", "Principal": "*", "Condition": {"StringNotEquals": {"aws:SourceAccount": "1"}}}]), true)]
#[case::only_if_there(json!([{"Effect": "Allow", "Principal": "*", "Condition": {"StringEqualsIfExists": {"aws:SourceArn": "x"}}}]), true)]
#[case::unknown_resource(json!([{"Effect": "Allow", "Principal": "*", "Resource": "?"}]), true)]
fn statements_that_allow_anyone(#[case] statements: Json, #[case] expected: bool) {
    let rule = shape("some s in lib.statements(r.parsed.policy); lib.allows_anyone(s)");
    let expected = if expected { "b.a: finding /k" } else { "b.a: pass" };
    assert_eq!(judge(&rule, &["b"], &policy(&statements)), expected);
}

#[test]
fn unknown_parts_of_a_statement_matter_where_they_are_read() {
    let rule = shape(
        r#"some s in lib.statements(r.parsed.policy); "*" in s.actions; s.effect == "Allow""#,
    );
    let resources = policy(
        &json!([{"Effect": "Allow", "Action": ["*"], "Resource": ["?"], "Principal": {"AWS": "?"}}]),
    );
    assert_eq!(judge(&rule, &["b"], &resources), "b.a: finding /k");
    let resources = policy(&json!([{"Effect": "Allow", "Action": ["s3:Get", "?"]}]));
    assert_eq!(judge(&rule, &["b"], &resources), "b.a: unknown b.a/policy/Statement/0/Action/1");
}

#[rstest]
#[case(r"lib.port_in(22, 22)", true)]
#[case(r#"lib.port_in(22, "22")"#, true)]
#[case(r#"lib.port_in(22, "20-30")"#, true)]
#[case(r#"lib.port_in(22, "*")"#, true)]
#[case(r#"lib.port_in(22, ["80", "443"])"#, false)]
#[case(r#"lib.port_in(22, {"from_port": 0, "to_port": 65535})"#, true)]
#[case(r#"lib.port_in(22, {"from": 23, "to": 25})"#, false)]
#[case(r"lib.port_in(22, null)", false)]
#[case(r#"lib.is_any_cidr("::/0")"#, true)]
#[case(r#"lib.is_any_cidr("10.0.0.0/8")"#, false)]
#[case(r#"lib.glob_match("s3:*", "s3:GetObject")"#, true)]
#[case(r#"lib.glob_match("s3:Get?", "s3:GetObject")"#, false)]
#[case(r#"lib.glob_match("a.c[1]*", "abc1")"#, false)]
#[case(r#"lib.glob_match("a.c[1]*", "a.c[1]zz")"#, true)]
#[case(r#"lib.as_list("x") == ["x"]"#, true)]
#[case(r#"lib.as_list(["x"]) == ["x"]"#, true)]
fn helpers(#[case] condition: &str, #[case] expected: bool) {
    let rule = shape(condition);
    let expected = if expected { "b.a: finding /k" } else { "b.a: pass" };
    assert_eq!(judge(&rule, &["b"], &json!({"b.a": {}})), expected);
}

#[test]
fn a_partial_rule_keeps_every_binding() {
    const RULE: &str = r"package walkall

import rego.v1

seen contains name if some name, _ in input.disks

marked[name] if some name, _ in input.disks

pairs contains [a, b] if {
	some a in input.left
	some b in input.right
}

pairs contains [c, c] if some c in input.left
";
    let input = json!({"disks": {"root": 1, "swap": 2, "data": 3}, "left": ["x", "y"], "right": ["q", "r"]});
    on_stack(|| {
        let (policies, errors) =
            compile(vec![Module { name: "walkall.rego".to_owned(), text: RULE.into() }]);
        assert_eq!(errors, []);
        let get = |rule: &str| {
            policies.evaluate(&format!("data.walkall.{rule}"), &input).unwrap().unwrap()
        };
        assert_eq!(get("seen"), json!(["data", "root", "swap"]));
        assert_eq!(get("marked"), json!({"data": true, "root": true, "swap": true}));
        let pairs = json!([["x", "q"], ["x", "r"], ["x", "x"], ["y", "q"], ["y", "r"], ["y", "y"]]);
        assert_eq!(get("pairs"), pairs);
    });
}
