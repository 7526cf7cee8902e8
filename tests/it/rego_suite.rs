//! Suites of Rego: texts that are rewritten give what they gave before, tests end as in OPA, marks see every part.

use std::collections::BTreeSet;

use dreadnought::engine::rego::{Module, RegoPartKind, Suite, SuiteModule, UnitOutcome, UnitState};
use dreadnought::pack::PackSet;
use dreadnought::source::Sources;
use rstest::rstest;
use serde_json::json;

fn module(name: &str, text: &str, is_test: bool) -> SuiteModule {
    SuiteModule { module: Module { name: name.to_owned(), text: text.into() }, is_test }
}

fn no_data() -> serde_json::Value {
    json!({})
}

/// Runs on stacks as large as the command's.
fn on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .stack_size(64 << 20)
        .build()
        .unwrap()
        .install(work)
}

/// All tests of one module of tests beside another module, by name.
fn outcomes(policy: &str, tests: &str) -> Vec<(String, UnitOutcome)> {
    on_large_stack(|| {
        let modules = [module("p.rego", policy, false), module("p_test.rego", tests, true)];
        let (suite, errors) = Suite::build(&modules, &no_data(), false);
        assert_eq!(errors, [], "{errors:?}");
        suite.tests().iter().map(|test| (test.name.clone(), suite.run(test))).collect()
    })
}

fn state(outcome: &UnitOutcome) -> &'static str {
    match outcome.state {
        UnitState::Passed => "PASS",
        UnitState::Failed(_) => "FAIL",
        UnitState::Error(_) => "ERROR",
        UnitState::Skipped => "SKIPPED",
    }
}

fn states(policy: &str, tests: &str) -> Vec<String> {
    let outcomes = outcomes(policy, tests);
    outcomes.iter().map(|(name, outcome)| format!("{name} {}", state(outcome))).collect()
}

/// Errors of compiling one module of tests.
fn refusals(tests: &str) -> Vec<String> {
    on_large_stack(|| {
        let modules = [module("p.rego", POLICY, false), module("p_test.rego", tests, true)];
        let (_, errors) = Suite::build(&modules, &no_data(), false);
        errors.iter().map(|error| format!("{}: {}", error.line, error.message)).collect()
    })
}

const POLICY: &str = r#"package p

allow if input.user == "root"

limit := data.cfg.limit

fetched := http.send({"url": input.url}).body

now := time.now_ns()

shout(x) := upper(x)

helper(x) := concat("-", [shout(x), "end"])
"#;

#[test]
fn every_built_in_module_compiles_with_marks() {
    let unmarked = on_large_stack(|| {
        let mut sources = Sources::default();
        let (set, _) = PackSet::load(&mut sources, true, &[]);
        let marked = set.policies.marked();
        let marks = marked.marks().unwrap();
        let name = |at: usize| marked.module(at).unwrap().0.to_owned();
        marks.unmarked().map(|(at, why)| format!("{}: {why}", name(at))).collect::<Vec<_>>()
    });
    assert_eq!(unmarked, [""; 0]);
}

/// Acceptance idea 3, the states.
#[test]
fn acceptance_3_state_table() {
    let tests = r#"package p_test

test_false if 1 == 2

test_text := "x"

test_division if 1 / 0 == 1

todo_test_later if false

test_true if 1 == 1

test_no := false
"#;
    assert_eq!(
        states(POLICY, tests),
        [
            "test_false FAIL",
            "test_text FAIL",
            "test_division ERROR",
            "todo_test_later SKIPPED",
            "test_true PASS",
            "test_no FAIL",
        ]
    );
}

/// Acceptance idea 1: a case that yields no key is a failed case.
#[test]
fn acceptance_1_vanishing_case() {
    let tests = r#"package p_test

import data.p

test_shout[note] if {
	some note, tc in {
		"small": {"in": "a", "out": "A"},
		"wrong": {"in": "b", "out": "X"},
		"large": {"in": "C", "out": "C"},
	}
	p.shout(tc.in) == tc.out
}

test_nested[note][alg] if {
	some note, tc in {"one": {"in": "a"}, "two": {"in": "b"}}
	some alg in ["x", "y"]
	concat("", [p.shout(tc.in), alg]) != "By"
}

test_bound[note] if {
	some tc in [{"note": "n1", "is": 1}, {"note": "n2", "is": 2}]
	got := tc.is + 1
	note := tc.note
	got == 2
}

test_nothing[note] if {
	some note, tc in {}
	p.shout(tc.in) == tc.out
}

test_single[note] if some note in ["only"]

test_fixed["a"] if 1 == 1

test_fixed["b"] if 1 == 2
"#;
    let outcomes = outcomes(POLICY, tests);
    let shown: Vec<String> = outcomes
        .iter()
        .map(|(name, outcome)| {
            let cases = outcome.cases.iter().map(|case| {
                format!("{}={}", case.keys.join("/"), if case.passed { "pass" } else { "FAIL" })
            });
            format!("{name} {} {}", state(outcome), cases.collect::<Vec<_>>().join(" "))
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r"
    test_shout FAIL large=pass small=pass wrong=FAIL
    test_nested FAIL one/x=pass one/y=pass two/x=pass two/y=FAIL
    test_bound FAIL n1=pass n2=FAIL
    test_nothing FAIL 
    test_single PASS only=pass
    test_fixed PASS a=pass
    test_fixed#01 FAIL b=FAIL
    ");
}

/// Acceptance idea 2: mocks give each call its own answer.
#[test]
fn acceptance_2_mocks() {
    let tests = r#"package p_test

import data.p

good(request) := {"body": request.url}

loud(x) := concat("", [upper(x), "!"])

twice(x) := concat("", [p.shout(x), p.shout(x)])

test_input if {
	p.allow with input as {"user": "root"}
	not p.allow with input as {"user": "guest"}
	p.allow with input.user as "root"
}

test_data if {
	p.limit == 1 with data.cfg.limit as 1
	p.limit == 2 with data.cfg.limit as 2
	p.limit == 3 with data.cfg as {"limit": 3}
}

test_effect if {
	p.fetched == "u1" with input.url as "u1" with http.send as good
	p.fetched == "u2" with input.url as "u2" with http.send as good
	p.fetched == 7 with http.send as {"body": 7} with input.url as ""
}

test_clock if {
	p.now == 1 with time.now_ns as 1
	p.now == 2 with time.now_ns as 2
}

test_original if {
	p.shout("a") == "A!" with upper as loud
	p.shout("a") == "A"
	p.helper("a") == "AA-end" with data.p.shout as twice
	p.helper("a") == "AA-end" with p.shout as twice
	p.helper("a") == "A-end"
}
"#;
    assert_eq!(
        states(POLICY, tests),
        [
            "test_input PASS",
            "test_data PASS",
            "test_effect PASS",
            "test_clock PASS",
            "test_original PASS"
        ]
    );
}

/// A rule that the test does not ask for is not evaluated, whatever words stand in the test's texts.
#[test]
fn only_what_is_asked_for_is_evaluated() {
    let policy =
        "package x\n\nwho := http.send({\"url\": \"https://x\"}).body\n\nt := time.now_ns()\n";
    let tests = "package x_test\n\nimport data.x\n\nfake(r) := {\"body\": r.url}\n\ntest_it if {\n\t# x is asked\n\tx.who == \"https://x\" with http.send as fake\n}\n";
    assert_eq!(states(policy, tests), ["test_it PASS"]);
}

#[test]
fn an_effect_that_nothing_replaces_is_an_error_that_says_so() {
    let tests =
        "package p_test\n\nimport data.p\n\ntest_it if p.fetched == 1 with input.url as \"\"\n";
    let outcomes = outcomes(POLICY, tests);
    let UnitState::Error(failure) = &outcomes[0].1.state else { panic!("{outcomes:?}") };
    assert!(failure.message.contains("http.send reaches outside"), "{}", failure.message);
}

#[rstest]
#[case::arity(
    "f(a, b) := a\n\ntest_x if data.p.shout(\"a\") == 1 with upper as f",
    "5: f takes 2 arguments, upper takes 1: it cannot stand for it"
)]
#[case::walk("f(a) := a\n\ntest_x if data.p.allow with walk as f", "5: walk cannot be replaced")]
#[case::internal(
    "f(a) := a\n\ntest_x if data.p.allow with internal.print as f",
    "5: internal.print cannot be replaced"
)]
#[case::misspelt_package(
    "import data.q\n\ntest_x if not q.allow",
    "3: data.q is nowhere: no rule, no package, no data is called so; did you mean data.p?"
)]
#[case::misspelt_rule(
    "import data.p\n\ntest_x if not p.alow",
    "5: data.p.alow is nowhere: no rule, no package, no data is called so; did you mean data.p.allow?"
)]
#[case::recursion("f(a) := f(a)\n\ntest_x if f(1)", "3: f needs itself: recursion is not allowed")]
fn what_cannot_be_is_refused(#[case] tests: &str, #[case] refusal: &str) {
    let refusals = refusals(&format!("package p_test\n\n{tests}\n"));
    assert!(refusals.iter().any(|found| found == refusal), "{refusals:#?}");
}

#[test]
fn two_tests_of_one_name_are_two_tests() {
    let tests = "package p_test\n\ntest_a if 1 == 2\n\ntest_a if 1 == 1\n";
    assert_eq!(states(POLICY, tests), ["test_a FAIL", "test_a#01 PASS"]);
}

/// What a marked part is, and whether it was evaluated.
fn coverage(policy: &str, tests: &str) -> Vec<(String, bool)> {
    on_large_stack(|| {
        let modules = [module("p.rego", policy, false), module("p_test.rego", tests, true)];
        let (suite, errors) = Suite::build(&modules, &no_data(), true);
        assert_eq!(errors, [], "{errors:?}");
        let marks = suite.marks().unwrap();
        assert_eq!(marks.unmarked().collect::<Vec<_>>(), []);
        for test in suite.tests() {
            assert_eq!(suite.run(test).state, UnitState::Passed, "{}", test.name);
        }
        let parts = marks.parts().iter().enumerate();
        let counted =
            parts.filter(|(_, part)| part.module == 0 && part.kind != RegoPartKind::Operand);
        counted
            .map(|(at, part)| {
                let text =
                    policy[part.span.clone()].split_whitespace().collect::<Vec<_>>().join(" ");
                (text, marks.was_evaluated(at))
            })
            .collect()
    })
}

/// Acceptance idea 4: the same policy on other lines scores the same.
#[test]
fn acceptance_4_coverage_does_not_see_lines() {
    let wide = r#"package p

deny contains msg if {
	some r in input.rs
	r.kind == "a"; not r.ok
	msg := concat(" ", [r.name, upper("bad")])
}

level := "high" if input.n > 10 else := "low"

unused if {
	input.x == 1
	count([y | some y in input.ys; y > 2]) > 0
}
"#;
    let flat = "package p\n\ndeny contains msg if { some r in input.rs; r.kind == \"a\"; not r.ok; msg := concat(\" \", [r.name, upper(\"bad\")]) }\n\nlevel := \"high\" if { input.n > 10 } else := \"low\"\n\nunused if { input.x == 1; count([y | some y in input.ys; y > 2]) > 0 }\n";
    let tests = r#"package p_test

import data.p

test_deny if count(p.deny) == 1 with input as {"rs": [{"kind": "a", "name": "n"}]}

test_level if p.level == "low" with input.n as 1
"#;
    let (wide, flat) = (coverage(wide, tests), coverage(flat, tests));
    assert_eq!(wide, flat);
    let missed: BTreeSet<&str> =
        wide.iter().filter(|(_, covered)| !covered).map(|(text, _)| text.as_str()).collect();
    let expected = [
        "\"high\"",
        "[y | some y in input.ys; y > 2]",
        "count([y | some y in input.ys; y > 2])",
        "count([y | some y in input.ys; y > 2]) > 0",
        "input.x == 1",
        "input.ys",
        "unused",
        "y > 2",
    ];
    assert_eq!(missed, BTreeSet::from(expected));
}
