//! What `not` means in Rego: that of OPA, in rules, in unit tests, with marks and without, and where an error is told.

use std::fmt::Write as _;

use dreadnought::engine::rego::{Module, Suite, SuiteModule, UnitState, compile};
use rstest::rstest;
use serde_json::json;

use crate::rego::{judge, on_stack, shape};

const HELPERS: &str = r#"f(x) := x

same(x, y) if x == y

keep(x) := object.union({"a": x}, {})

listed := {"x", "y"}

default never(_) := false

never(x) if x == "never"

gone := input.nowhere

said(r) if r.attributes.k == "x"
"#;

/// A statement about [`ATTRIBUTES`], among which is no `k`, and whether a body with it holds.
const STATEMENTS: &[(&str, bool)] = &[
    ("not r.attributes.k", true),
    ("not r.attributes.off", true),
    ("not r.attributes.s", false),
    ("not f(r.attributes.k)", false),
    ("not f(r.attributes.off)", true),
    ("not same(r.attributes.k, 1)", false),
    ("not same(r.attributes.s, \"y\")", true),
    ("not f(f(r.attributes.k))", false),
    ("not never(f(r.attributes.s))", true),
    ("not r.attributes.k == \"x\"", true),
    ("not \"x\" == r.attributes.k", true),
    ("not r.attributes.k = \"x\"", true),
    ("not f(r.attributes.k) == \"x\"", false),
    ("not \"x\" == f(r.attributes.k)", false),
    ("not keep(r.attributes.s).b == 1", true),
    ("not keep(r.attributes.k).a == 1", false),
    ("not r.attributes.k != \"x\"", false),
    ("not r.attributes.s != \"x\"", true),
    ("not r.attributes.k > 1", false),
    ("not r.attributes.n > 1", true),
    ("not count(r.attributes.k) > 1", false),
    ("not count(r.attributes.l) > 1", true),
    ("not r.attributes.k in listed", false),
    ("not r.attributes.n in listed", true),
    ("not \"x\" in r.attributes.k", false),
    ("not \"y\" in r.attributes.l", true),
    ("not listed[r.attributes.k]", false),
    ("not listed[r.attributes.n]", true),
    ("not r.attributes.l[r.attributes.k] == 1", false),
    ("not {\"a\": r.attributes.k} == {\"a\": 1}", false),
    ("not [r.attributes.k]", false),
    ("not startswith(r.attributes.k, \"x\")", false),
    ("not startswith(r.attributes.s, \"y\")", true),
    ("not f(gone)", false),
    ("not gone", true),
    ("not said(r)", true),
    ("not f([y | some y in r.attributes.l; not f(r.attributes.k)]) == []", false),
    ("not f([y | some y in r.attributes.l; not f(r.attributes.k)]) == [1]", true),
    ("not f(r.attributes.k) with input.nowhere as 1", false),
    ("not f(gone) with input.nowhere as 1", false),
    ("not f(gone) with input.nowhere as false", true),
    ("every x in r.attributes.l { x != {}; not f(r.attributes.k) }", false),
    ("count([1 | not f(r.attributes.k)]) == 0", true),
    ("x := r.attributes.s; not same(x, \"y\")", true),
];

const ATTRIBUTES: &str = r#"{"s": "x", "n": 1, "off": false, "l": ["x"]}"#;

#[test]
fn a_rule_of_a_pack_means_what_opa_means() {
    for (statement, holds) in STATEMENTS {
        let rule = format!("{HELPERS}\n{}", shape(statement));
        let attributes: serde_json::Value = serde_json::from_str(ATTRIBUTES).unwrap();
        let given = judge(&rule, &["b"], &json!({"b.a": attributes}));
        let expected = if *holds { "b.a: finding /k" } else { "b.a: pass" };
        assert_eq!(given, expected, "{statement}");
    }
}

#[rstest]
fn a_unit_test_means_it_too(#[values(false, true)] marked: bool) {
    on_stack(|| {
        let mut tests = format!(
            "package t_test\n\n{HELPERS}\nr := json.unmarshal(`{{\"attributes\": {ATTRIBUTES}}}`)\n"
        );
        for (at, (statement, _)) in STATEMENTS.iter().enumerate() {
            writeln!(tests, "\ntest_{at} if {{\n\t{statement}\n}}").unwrap();
        }
        let module = Module { name: "t_test.rego".to_owned(), text: tests.into() };
        let modules = [SuiteModule { module, is_test: true }];
        let (suite, errors) = Suite::build(&modules, &json!({}), marked);
        assert_eq!(errors, []);
        for (test, (statement, holds)) in suite.tests().iter().zip(STATEMENTS) {
            let passed = suite.run(test).state == UnitState::Passed;
            assert_eq!(passed, *holds, "{statement}");
        }
        if let Some(marks) = suite.marks() {
            // All of it was watched, by its own places.
            assert_eq!(marks.unmarked().count(), 0);
            let text = &suite.modules()[0].text;
            let own = |part: &&str| part.contains("__not");
            assert!(
                !marks
                    .parts()
                    .iter()
                    .filter_map(|part| text.get(part.span.clone()))
                    .any(|part| own(&part))
            );
        }
    });
}

#[test]
fn an_error_stands_where_it_was_written() {
    on_stack(|| {
        let text = "package p\n\ndeny contains 1 if {\n\tnot lower(input.x); nowhere(input.y)\n}\n";
        let (_, errors) = compile(vec![Module { name: "p.rego".to_owned(), text: text.into() }]);
        let places: Vec<(u32, u32)> =
            errors.iter().map(|error| (error.line, error.column)).collect();
        assert_eq!(places, [(4, 22)], "{errors:?}");
    });
}
