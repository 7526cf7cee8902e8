//! Rego as OPA reads it, where the engine does not by itself: what begins a statement, templates, names, variables without a value.

use std::fmt::Write as _;

use dreadnought::engine::rego::{Options, Suite, SuiteModule, UnitState};
use rstest::rstest;
use serde_json::json;

use crate::rego::on_stack;
use crate::rego_library::over;

/// What `result` of a module is.
fn result(rules: &str) -> String {
    let text = format!("package t\n\n{rules}\n");
    over(&[("t.rego", &text)], "data.t.result", &Options::default())
}

#[rstest]
#[case::after_a_call("result := x if {\n\tx := count([1])\n\t(x + 1) == 2\n}", "1")]
#[case::after_a_name("result := x if {\n\tx := 1\n\ty := x\n\t(y + 1) == 2\n}", "1")]
#[case::after_a_comment("result := x if {\n\tx := count([1]) # one\n\n\t(x + 1) == 2\n}", "1")]
#[case::after_a_text("result := x if {\n\tx := \"a\"\n\t(count(x) + 1) == 2\n}", "\"a\"")]
#[case::after_a_bracket("result := x if {\n\tx := [1][0]\n\t(x + 1) == 2\n}", "1")]
#[case::after_not("result if {\n\tnot\n\t(1 + 1) == 3\n}", "true")]
#[case::after_an_operator("result := x if {\n\tx := 1 +\n\t(2 * 3)\n}", "7")]
#[case::in_arguments("result := max([1,\n\t(2 + 3)\n])", "5")]
#[case::in_a_comprehension("result := [x |\n\t(1 + 1) == 2\n\tx := 1\n]", "[1]")]
fn a_bracket_begins_a_statement(#[case] rules: &str, #[case] expected: &str) {
    assert_eq!(result(rules), expected, "{rules}");
}

#[rstest]
#[case(r#"$"""#, r#""""#)]
#[case(r#"$"plain""#, r#""plain""#)]
#[case(r#"$"\t\"\{1}\"""#, r#""\t\"{1}\"""#)]
#[case(r#"$"{1} {true} {null} {"a"} {1.5}""#, r#""1 true null a 1.5""#)]
#[case(
    r#"$"{[]} {set()} {{}} {{"a": [1, "b"]}} {{1}}""#,
    r#""[] set() {} {\"a\": [1, \"b\"]} {1}""#
)]
#[case(r#"$"{input.nowhere}, {data.none.x}""#, r#""<undefined>, <undefined>""#)]
#[case(r#"$"{$"{1}{$"{2}"}"} {1 + 2} {count([1])}""#, r#""12 3 1""#)]
#[case(r#"$"{[y | some y in [1, 2]]}""#, r#""[1, 2]""#)]
#[case("$`a\n\\{b}\n{1}`", r#""a\n{b}\n1""#)]
#[case(r#"concat("", [$"a{1}", $"b{2}"])"#, r#""a1b2""#)]
#[case(r#"[z | some z in ["a"]; z == $"{"a"}"]"#, r#"["a"]"#)]
fn templates(#[case] template: &str, #[case] expected: &str) {
    assert_eq!(result(&format!("result := {template}")), expected, "{template}");
}

#[test]
fn a_template_with_several_values_in_a_hole_is_an_error() {
    let failed = result("xs := [1, 2]\n\nresult := $\"{xs[_]}\"");
    assert!(failed.contains("several values in one hole"), "{failed}");
}

#[test]
fn errors_stand_where_they_were_written() {
    let refused = result("result := x if {\n\tx := $\"{1}\"; nowhere($\"{2}\")\n}");
    assert_eq!(refused, "t.rego:4: unknown function nowhere");
    let text = "package t\n\nresult := [$\"{1}\", nowhere(1)]\n";
    let module = dreadnought::engine::rego::Module { name: "t".to_owned(), text: text.into() };
    on_stack(|| {
        let (_, errors) = dreadnought::engine::rego::compile(vec![module]);
        let places: Vec<_> = errors.iter().map(|error| (error.line, error.column)).collect();
        assert_eq!(places, [(3, 20)]);
    });
}

#[rstest]
// The first is the argument, the second is new.
#[case("f(x) := [x | y := x; x := y + 1]\n\nresult := f(1)", "[2]")]
#[case("f(x) := [x | x == 1; some x in [7, 8]]\n\nresult := f(1)", "[7,8]")]
#[case("result := n if {\n\tx := 1\n\tn := [x | x == 1; x := 5; x > 2]\n}", "[5]")]
#[case(
    "result := n if {\n\tx := 1\n\tn := [z | x == 1; x := 5; z := [x | x := x + 1]]\n}",
    "[[6]]"
)]
#[case(
    "result if {\n\tx := 1\n\tevery y in [1] {\n\t\tx == y\n\t\tx := 2\n\t\tx > y\n\t}\n}",
    "true"
)]
#[case("f(x) := [x | some x in [7, 8]]\n\nresult := f(1)", "[7,8]")]
#[case("result := n if {\n\tx := 1\n\tn := [w | some x, y in [5]; w := x + y]\n}", "[5]")]
// Rules of the module have such names.
#[case("part(_) := 1\n\nresult := [part | some part in [7]]", "[7]")]
#[case("part := 1\n\nresult := [p | some part in [7]; p := part + data.t.part]", "[8]")]
// A declaration amid what goes over something.
#[case(
    "xs := [{\"p\": [1]}, {\"p\": [80]}]\n\nresult := [c | c := xs[_]; some i; c.p[i] == 80]",
    r#"[{"p":[80]}]"#
)]
#[case(
    "xs := [[1, 2], [3, 4]]\n\nresult := [[x, i] | x := xs[_]; some i, j; x[i] == 2; x[j] == 1]",
    "[[[1,2],1]]"
)]
// What is declared only afterwards is not meant within.
#[case("xs := {\"a\", \"b\"}\n\nresult := x if { n := count({x | xs[x]}); x := n }", "2")]
#[case(
    "xs := {\"a\", \"b\"}\n\nresult := [n, x] if {\n\tn := {x | xs[x]}\n\tsome x in xs\n\tx == \"b\"\n}",
    r#"[["a","b"],"b"]"#
)]
#[case("result := x if { some _ in [1]; some _, x in [2]; [_, y] := [3, x]; y == 2 }", "2")]
fn names_within_are_their_own(#[case] rules: &str, #[case] expected: &str) {
    assert_eq!(result(rules), expected, "{rules}");
}

/// What an `every` goes over is not bound anew in its body.
#[rstest]
#[case("result if { every x in [1, 2] { x = 1 } }", "undefined")]
#[case("result if { every x in [1, 1] { x = 1 } }", "true")]
#[case("result if { every x in [1, 2] { 3 = x } }", "undefined")]
#[case("result if { every i, x in [0, 1] { i = x } }", "true")]
#[case("result if { every i, x in [0, 2] { i = x } }", "undefined")]
#[case("result if { every x in [1, 2] { x = y; y > 1 } }", "undefined")]
#[case("result if { every x in [1, 2] { [x, y] = [1, 2]; y == 2 } }", "undefined")]
#[case("result if { every x in [1, 2] { count([1 | x = 1]) == 1 } }", "undefined")]
#[case("result if { every x in [1] { every y in [1, 2] { y = x } } }", "undefined")]
#[case("f(x) := x\n\nresult if { every x in [1, 2] { f(1, x) } }", "undefined")]
#[case("result if { every x in [1, 2] { not x = 3 } }", "true")]
#[case("result if { every x in [1, 2] { not x = 2 } }", "undefined")]
#[case("result if { every _, x in [1] { some _ in [2]; x == 1 } }", "true")]
fn every_keeps_its_names(#[case] rules: &str, #[case] expected: &str) {
    assert_eq!(result(rules), expected, "{rules}");
}

#[rstest]
#[case("result := x if { x = count([{}, {\"a\": 3}]) with count as object.union_n }", r#"{"a":3}"#)]
#[case("f(_) := 2\n\nresult := x if { x := f([1]) with f as count }", "1")]
#[case("f(_) := 2\n\nresult if { f(\"a\") with f as is_string }", "true")]
#[case(
    "f(_, _) := false\n\nresult := [f(\"ab\", \"a\"), x] if { x := f(\"ab\", \"a\") with f as startswith }",
    "[false,true]"
)]
fn a_built_in_function_stands_in(#[case] rules: &str, #[case] expected: &str) {
    assert_eq!(result(rules), expected, "{rules}");
}

#[rstest]
#[case("result if { input[x] == y }", "y")]
#[case("result if { x = y }", "x")]
#[case("result if { x = y; y = x }", "x")]
#[case("result if {\n\ttrue\n\t[x, 1] = [y, z]\n}", "x")]
#[case("result if { not input.a[x] }", "x")]
#[case("result := x if { true }", "x")]
#[case("result contains x if { some y in [1]; y == 1 }", "x")]
#[case("result[x] := y if { some y in [1] }", "x")]
#[case("result := [y | some z in [1]; z == 1]", "y")]
#[case("result if { some x; input.a == input.b[y]; x == y }", "x")]
#[case("result if { every z in [1] { z == w } }", "w")]
#[case("f(x) := x\n\nresult if { f(y) == 1 }", "y")]
#[case("result if { true with input as y }", "y")]
#[case("f(x, y) := x + y\n\nresult := z if { f(count([1 | z == 1]), 2, z) }", "z")]
#[case("result if { some x in x }", "x")]
fn a_variable_without_a_value_is_an_error(#[case] rules: &str, #[case] name: &str) {
    let refused = result(rules);
    assert!(
        refused.starts_with("t.rego:")
            && (refused.contains(&format!("{name} is unsafe: no statement gives it a value"))
                || refused.contains(&format!("use of undefined variable `{name}` is unsafe"))),
        "{rules}: {refused}"
    );
}

#[rstest]
#[case("result := x if { y = 1; x = y }", "1")]
#[case("result := x if { x = y; y = 1 }", "1")]
#[case("result := [x, y] if { [x, 1] = [2, y] }", "[2,1]")]
#[case("result := x if { {\"a\": x, \"b\": 2} = {\"a\": 1, \"b\": 2} }", "1")]
#[case("result := p if { walk([1], [p, 1]) }", "[0]")]
#[case("result := x if { [_, x] = [1, 2] }", "2")]
#[case(
    "result := [x, y] if { {\"a\": x, \"b\": {\"c\": 2}} = {\"b\": {\"c\": y}, \"a\": 1} }",
    "[1,2]"
)]
#[case("f(x, y) := x + y\n\nresult := z if { f(1, 2, z) }", "3")]
#[case("xs := [3]\n\nresult := xs[i] if { xs[i] == 3 }", "3")]
#[case("xs := [[3]]\n\nresult := [i, j] if { xs[i][j] == 3 }", "[0,0]")]
#[case("xs := {[1, 2]}\n\nresult := x if { xs[[1, x]] }", "2")]
#[case("result := n if { n := count([x | x := 1; y := [z | z := x]; count(y) == 1]) }", "1")]
#[case("result if { every x in [1] { y := x; y == 1 } }", "true")]
#[case("result if { not 1 in [x | some x in [2]] }", "true")]
fn one_with_a_value_is_none(#[case] rules: &str, #[case] expected: &str) {
    assert_eq!(result(rules), expected, "{rules}");
}

/// Every `not` within another one is put in OPA's form, however deep; a line may grow long by that.
#[test]
fn not_within_not() {
    // The innermost has an argument that is not there, so that its body never holds.
    let nested = |depth: usize, inner: &str| {
        let mut made = inner.to_owned();
        for _ in 0..depth {
            made = format!("not {{2}} == data.t.one - {{1 | {made}}}");
        }
        made
    };
    for depth in [1, 2, 9, 12] {
        for (inner, holds) in [("not lower(input.none)", false), ("not lower(\"\") == \"a\"", true)]
        {
            // Within `one - {1}` there is nothing, within `one - {}` a 1: neither is {2}; what is negated never holds.
            let rule = format!("one := {{1}}\n\nresult if {{ {} }}", nested(depth, inner));
            assert_eq!(result(&rule), "true", "{depth}");
            let body = format!("one := {{1}}\n\nresult := {{1 | {inner}}}");
            assert_eq!(result(&body), if holds { "[1]" } else { "[]" });
        }
    }
}

#[rstest]
#[case("result if { x := 1; x := 2 }")]
#[case("result if {\n\tsome x in [1]\n\tsome x in [2]\n}")]
fn a_variable_is_declared_once(#[case] rules: &str) {
    let refused = result(rules);
    assert!(refused.contains("is declared") || refused.contains("duplicate"), "{refused}");
}

#[test]
fn long_lines_mean_the_same() {
    for length in [900, 1_100, 15_000] {
        let text = "x".repeat(length);
        let rule = format!(
            "f(x) := x == input.none\n\nresult if {{ \"{text}\" != \"\"; not f(input.none) }}"
        );
        assert_eq!(result(&rule), "undefined", "{length}");
        let rule = format!("result if {{ \"{text}\" != \"\"; not startswith(\"b\", \"a\") }}");
        assert_eq!(result(&rule), "true", "{length}");
    }
}

/// Unit tests see the same language, with marks and without, as rules of packs and as OPA reads it, and what is shown of them is what is
/// written, all of it.
#[rstest]
fn in_unit_tests(#[values(false, true)] marked: bool, #[values(false, true)] as_opa: bool) {
    on_stack(|| {
        let mut text = String::from(
            "package t_test\n\nf(_) := 2\n\nnames contains {\"a\": [\"b\"]}[_][_]\n\nothers contains x if some x in {\"c\"}\n",
        );
        let bodies = [
            "x := $\"a{1}\"; x == \"a1\"",
            "x := count([1])\n\t(x + 1) == 2",
            "x := 1; n := [x | x == 1; x := 5]; n == [5]",
            "f([1]) == 1 with f as count",
            "$\"{input.none}\" == \"<undefined>\"",
            "names == {\"b\"}",
            "xs := {\"a\": [1, 2]}; some x in xs.a; x == 2; not x == f(1) + 1",
            "some x in object.get({\"a\": [1]}, \"a\", []); x == 1",
            "every x in [[1], [1]] { x = [1] }",
            "{\"a\": x, \"b\": 1} = {\"a\": 2, \"b\": y}; x + y == 3",
            "[x, y] = [y, 1]; x == 1",
            "[x, [z]] = [[1], x]; z == 1",
            "x := \"b\"; not startswith(x, $\"{input.y}\"); count(others) == 1",
            "count([x | some x in numbers.range(1, 3); not x == 2]) == 2",
        ];
        for (at, body) in bodies.iter().enumerate() {
            writeln!(text, "\ntest_{at} if {{\n\t{body}\n}}").unwrap();
        }
        let module = dreadnought::engine::rego::Module {
            name: "t.rego".to_owned(),
            text: text.as_str().into(),
        };
        let modules = [SuiteModule { module, is_test: true }];
        let options = Options { as_opa, ..Options::default() };
        let (suite, errors) = Suite::build_with(&modules, &json!({}), marked, options);
        assert_eq!(errors, []);
        for (test, body) in suite.tests().iter().zip(bodies) {
            assert_eq!(suite.run(test).state, UnitState::Passed, "{body}");
        }
        assert_eq!(suite.tests().len(), bodies.len());
        if let Some(marks) = suite.marks() {
            assert_eq!(marks.unmarked().count(), 0);
            let own = &suite.modules()[0].text;
            assert_eq!(**own, *text);
            for part in marks.parts().iter().filter(|part| part.is_written()) {
                let shown = own.get(part.span.clone()).unwrap();
                let count = |brackets: &[char]| shown.matches(brackets).count();
                let is_whole = !shown.trim().is_empty()
                    && count(&['(', '[', '{']) == count(&[')', ']', '}'])
                    && shown.matches('"').count() % 2 == 0;
                assert!(is_whole, "{shown:?} at {:?}", part.span);
            }
        }
    });
}

/// What conftest, `opa test` and their like show is what is written, whatever form it is evaluated in.
#[test]
fn what_is_written_is_shown() {
    const POLICY: &str = "package main\n\nimport rego.v1\n\nnames contains input.pods[_].name\n\ndeny contains msg if {\n\tsome port in input.ports\n\tnot startswith(input.kind, $\"{port}\")\n\tx := 1; n := [x | x := port]\n\tmsg := sprintf(\"%v %v %d\", [names, n, x])\n}\n";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("p.rego"), POLICY).unwrap();
    std::fs::write(
        folder.path().join("p_test.rego"),
        "package main\n\ntest_none if {\n\tsome x in names with input as {\"pods\": [{\"name\": \"a\"}]}\n\tx == \"b\"\n}\n\ntest_bad if not f(input.x) with input as {\"x\": 1}\n\nf(x) if parse_config_file(\"none.yaml\")[x]\n",
    )
    .unwrap();
    std::fs::write(
        folder.path().join("c.json"),
        r#"{"ports": [22], "kind": "Pod", "pods": [{"name": "a"}]}"#,
    )
    .unwrap();
    let run = |arguments: &[&str]| {
        let out = std::process::Command::new(env!("CARGO_BIN_EXE_dreadnought"))
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .unwrap();
        String::from_utf8(out.stdout).unwrap() + &String::from_utf8(out.stderr).unwrap()
    };
    for arguments in [
        &["conftest", "test", "-p", "p.rego", "--trace", "c.json"][..],
        &["conftest", "verify", "-p", "."],
        &["test", "."],
        &["test", ".", "--coverage"],
    ] {
        let said = run(arguments);
        for ours in ["__", "parse_config_fil0", "type_name("] {
            assert!(!said.contains(ours), "{arguments:?} shows {ours}:\n{said}");
        }
    }
    let said = run(&["conftest", "test", "-p", "p.rego", "--trace", "c.json"]);
    for own in ["input.pods[_].name = ", "input.ports = [22]", "$\"{port}\" = \"22\""] {
        assert!(said.contains(own), "{said}");
    }
}

#[rstest]
#[case("eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ", "encoded JWT must have 3 sections, found 2")]
#[case("eyJhIjoxfQ", "encoded JWT had no period separators")]
#[case("eyJhbGciOiJIUzI1NiJ9.W10.", "JWT payload is no JSON object")]
fn broken_tokens(#[case] token: &str, #[case] why: &str) {
    let text = format!("package t\n\nresult := io.jwt.decode(\"{token}\")\n");
    let strict = Options { strict: true, ..Options::default() };
    assert!(over(&[("t.rego", &text)], "data.t.result", &strict).contains(why));
    assert_eq!(over(&[("t.rego", &text)], "data.t.result", &Options::default()), "undefined");
}

#[test]
fn tokens() {
    // Made here: the header {"alg":"HS256"}, the payload {"a":1}, the secret `s`.
    let signed = "eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ";
    let token = format!("{signed}.q5svP8-9Y8YkbKwCTWnDkAYZWxobPBkDcuFueOgdFd8");
    let say = |expression: &str| result(&format!("token := \"{token}\"\n\nresult := {expression}"));
    assert_eq!(say("io.jwt.decode(token)[0]"), r#"{"alg":"HS256"}"#);
    assert_eq!(say("io.jwt.decode(token)[1]"), r#"{"a":1}"#);
    assert_eq!(
        say(&format!("io.jwt.decode(token)[2] == crypto.hmac.sha256(\"{signed}\", \"s\")")),
        "true"
    );
    assert_eq!(say("io.jwt.verify_hs256(token, \"s\")"), "true");
    assert_eq!(say("io.jwt.verify_hs256(token, \"t\")"), "false");
    assert_eq!(say("io.jwt.verify_hs512(token, \"s\")"), "false");
}
