//! Rego: what is refused at load, and the bounds of a run.

use std::fmt::Write as _;
use std::time::Duration;

use dreadnought::engine::rego::{Judgement, compile};
use rstest::rstest;
use serde_json::json;

use crate::rego::{ACL, document, judge, judgements, modules, on_stack, policies, shape};

fn refused(body: &str) -> Vec<String> {
    on_stack(|| {
        let bad = format!("package dreadnought.t.bad\n\n{body}\n");
        let good = format!("package dreadnought.t.r\n\n{ACL}\n");
        let (policies, errors) = compile(modules(&[("bad.rego", &bad), ("good.rego", &good)]));
        let resources = document(&json!({"b.a": {"acl": "public"}}));
        let judged = judgements(&policies, &["b"], &resources);
        assert!(matches!(judged[0].1, Judgement::Finding(_)), "the other module still works");
        assert!(errors.iter().all(|error| error.module == 1), "{errors:?}");
        errors.iter().map(|it| format!("{}:{}: {}", it.line, it.column, it.message)).collect()
    })
}

#[rstest]
#[case::syntax("p := := 1", "3:6: ")]
#[case::unsafe_variable("p if x > y", "3:")]
#[case::recursion("f(a) := f(a + 1)", "3:1: f needs itself: recursion is not allowed")]
#[case::mutual("f(a) := g(a)\n\ng(a) := f(a)", "3:1: f needs itself: recursion is not allowed")]
#[case::through_data(
    "f(a) := data.dreadnought.t.bad.f(a)",
    "3:1: f needs itself: recursion is not allowed"
)]
#[case::through_the_package(
    "p := data.dreadnought.t.bad",
    "3:1: p needs itself: recursion is not allowed"
)]
#[case::through_a_rule(
    "f(a) := q if a\n\nq := f(1)",
    "3:1: f needs itself: recursion is not allowed"
)]
#[case::unknown_function("p := no_such(1)", "3:6: unknown function no_such")]
#[case::wrong_count("p := count(1, 2, 3)", "3:6: count takes 1 arguments, not 3")]
#[case::http("p := http.send({})", "3:6: http.send is refused: a rule must not reach the network")]
#[case::runtime(
    "p := opa.runtime()",
    "3:6: opa.runtime is refused: a rule must not see the environment"
)]
#[case::lookup(
    "p := net.lookup_ip_addr(\"x\")",
    "3:6: net.lookup_ip_addr is refused: a rule must not reach the network"
)]
#[case::chance(
    "p := rand.intn(\"x\", 5)",
    "3:6: rand.intn is refused: a verdict must not depend on chance"
)]
#[case::clock(
    "p := time.now_ns()",
    "3:6: time.now_ns is refused: a verdict must not depend on the clock"
)]
fn a_bad_module_costs_itself_only(#[case] body: &str, #[case] expected: &str) {
    let errors = refused(body);
    assert!(errors.iter().any(|error| error.starts_with(expected)), "{errors:?}");
}

fn repeat(open: &str, close: &str, count: usize) -> String {
    format!("p := {}1{}", open.repeat(count), close.repeat(count))
}

#[rstest]
#[case::lists(repeat("[\n", "]", 10_000), "brackets are nested")]
#[case::braces(repeat("{\n", "}", 10_000), "brackets are nested")]
#[case::parentheses(repeat("(\n", ")", 10_000), "brackets are nested")]
#[case::exponential(repeat("[", "]", 23), "brackets are nested so deep that parsing would not end")]
#[case::exponential_pairs(
    repeat("{\"a\": [", "]}", 11),
    "brackets are nested so deep that parsing would not end"
)]
#[case::minus(format!("p := {}1", "-".repeat(900)), "more than 8 minus signs in a row")]
#[case::spaced_minus(format!("p := {}1", "-\n".repeat(9_000)), "more than 8 minus signs in a row")]
#[case::plus(format!("p := 1{}", " +\n1".repeat(50_000)), "more than 400 operators")]
#[case::dots(format!("p := a{}", ".a".repeat(490)), "more than 400 operators")]
#[case::long_line(format!("p := \"{}\"", "x".repeat(20_000)), "the line is longer than 16384 characters")]
#[case::large("# x\n".repeat(300_000), "the module is larger than")]
#[case::rule_chain(chain("p", ""), "more than 200 rules need one another in a row")]
#[case::function_chain(chain("f", "(a)"), "more than 200 rules need one another in a row")]
fn hostile_modules_are_refused(#[case] body: String, #[case] expected: &str) {
    let errors = refused(&body);
    assert!(errors.iter().any(|error| error.contains(expected)), "{errors:?}");
}

/// A thousand rules, each needing the next.
fn chain(name: &str, argument: &str) -> String {
    let mut text = format!("{name}1000{argument} := 1\n");
    for at in 0..1000 {
        writeln!(text, "{name}{at}{argument} := {name}{}{argument}", at + 1).unwrap();
    }
    text
}

#[rstest]
#[case::range(
    "count(numbers.range(1, 1000000000000)) > 0",
    "numbers.range: more than 10000 elements"
)]
#[case::huge_range(
    "count(numbers.range(1, 9000000000000000000)) > 0",
    "numbers.range: more than 10000 elements"
)]
#[case::no_step("count(numbers.range_step(1, 10, 0)) > 0", "numbers.range_step: the step")]
#[case::shift("bits.lsh(1, 1000000000) > 0", "bits.lsh: a shift of more than 256 bits")]
#[case::cidr(
    r#"count(net.cidr_expand("0.0.0.0/0")) > 0"#,
    "net.cidr_expand: 0.0.0.0/0 has more than 4096"
)]
#[case::width(r#"sprintf("%999999999d", [1]) != """#, "sprintf: a width or precision above 999")]
#[case::precision(
    r#"sprintf("%.999999999f", [1]) != """#,
    "sprintf: a width or precision above 999"
)]
#[case::built_width(
    r#"sprintf(concat("", ["%9999", "99999d"]), [1]) != """#,
    "sprintf: a width or precision above 999"
)]
#[case::doubling(
    r#"a := replace("aaaaaaaaaaaaaaaa", "a", "aaaaaaaaaaaaaaaa"); b := replace(a, "a", a); c := replace(b, "a", b); replace(c, "a", c) != """#,
    "replace: a text of more than"
)]
fn hostile_calls_fail_within_bounds(#[case] condition: &str, #[case] expected: &str) {
    let lines = judge(&shape(condition), &["b"], &json!({"b.a": {}}));
    assert!(lines.starts_with("b.a: failed ") && lines.contains(expected), "{lines}");
}

#[test]
fn an_endless_loop_exceeds_the_budget() {
    let rule = shape(
        "xs := numbers.range(1, 1000); some a in xs; some b in xs; some c in xs; a + b + c == -1; r.address",
    );
    on_stack(|| {
        let policies = policies(&rule).with_time_limit(Duration::from_millis(200));
        let judged = judgements(&policies, &["b"], &document(&json!({"b.a": {}, "b.c": {}})));
        assert_eq!(judged.len(), 2);
        for (_, judgement) in judged {
            assert!(matches!(judgement, Judgement::Failed(failure) if failure.budget));
        }
    });
}
