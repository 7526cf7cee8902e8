//! Mistakes that OPA refuses when it loads a module, and that would be silent here: comparisons and calls that can never hold, names that
//! mean two things. What OPA loads is loaded.

use dreadnought::engine::rego::{Metadata, Module, Options, compile_with};
use rstest::rstest;

use crate::rego::on_stack;

/// `line:column: message` of what is refused.
fn refused(modules: &[&str], options: &Options) -> Vec<String> {
    on_stack(|| {
        let module = |(at, text): (usize, &&str)| Module {
            name: format!("{at}.rego"),
            text: (*text).into(),
        };
        let (_, errors) = compile_with(modules.iter().enumerate().map(module).collect(), options);
        errors
            .iter()
            .map(|each| format!("{}:{}: {}", each.line, each.column, each.message))
            .collect()
    })
}

#[rstest]
#[case::equal("r if 1 == \"a\"", "3:6: a number is never a string: this never holds")]
#[case::equal_by_name(
    "r if {\n\tx := count(input.y)\n\tx == \"1\"\n}",
    "5:2: a number is never a string"
)]
#[case::null("r if { x := \"a\"; x == null }", "3:18: a string is never null")]
#[case::rule("p := 1\nr if p == \"a\"", "4:6: a number is never a string")]
#[case::default(
    "default p := false\np if input.x\nr if p == \"true\"",
    "5:6: a boolean is never a string"
)]
#[case::alternatives(
    "p := 1 if input.a else := \"b\"\nr if p == true",
    "4:6: a number or a string is never a boolean"
)]
#[case::function("f(x) := 1\nr if f(input.x) == \"a\"", "4:6: a number is never a string")]
#[case::condition("f(x) if x > 1\nr if f(input.x) == \"a\"", "4:6: a boolean is never a string")]
#[case::comprehension("r if [x | some x in input.y] == {1}", "3:6: an array is never a set")]
#[case::none_found(
    "r if { x := {y | some y in input.y}; x == [] }",
    "3:38: a set is never an array"
)]
#[case::element("r if { some x in [\"a\", \"b\"]; x == 1 }", "3:30: a string is never a number")]
#[case::call(
    "r if count(1) > 0",
    "3:12: count takes a string, an array, an object or a set, not a number"
)]
#[case::contains("r if contains([\"a\"], \"a\")", "3:15: contains takes a string, not an array")]
#[case::sprintf("r := sprintf(\"%d\", 1)", "3:20: sprintf takes an array, not a number")]
#[case::concat("r := concat(\",\", [1])", "3:18: concat takes an array or a set, not an array")]
#[case::own("f(x) if startswith(x, \"a\")\nr if f(1)", "4:8: main.f takes a string, not a number")]
#[case::pattern("f(1) := 1\nr if f(\"a\") == 1", "4:8: main.f takes a number, not a string")]
#[case::arithmetic("r := input.x + \"a\"", "3:16: arithmetic takes a number, not a string")]
#[case::sets("r := input.x | [1]", "3:16: an operator of sets takes a set, not an array")]
#[case::member("p := {\"a\": 1}\nr if p.b", "4:6: an object has no `b` here")]
#[case::member_of_set("s contains \"a\"\nr if s[1]", "4:6: a set has no such element here")]
#[case::member_of_array("r if { x := [1, 2]; x.y }", "3:21: an array has no `y` here")]
#[case::member_of_text("r if { x := \"s\"; x.y }", "3:18: a string has no `y` here")]
#[case::member_of_rows("r if { some x in [{\"a\": 1}]; x.b }", "3:30: an object has no `b` here")]
#[case::as_value("f(x) := x\nr if { y := f; y }", "4:13: f is a function: call it")]
#[case::walk("r if { walk(input, [p]); p }", "3:20: walk gives an array of other elements")]
#[case::no_elements("r if some x in 5", "3:16: a number has no elements")]
#[case::unified("r if { x = 1; x = \"a\" }", "3:15: a number is never a string")]
#[case::printed("r if { x := print(1); x }", "3:13: print gives no value")]
#[case::defaults("default p := 1\ndefault p := 2\nr if p", "4:1: p has more than one default")]
#[case::argument("f(input) := 1\nr if f(1)", "3:3: an argument must not be called input")]
#[case::import("import data.a as input\nr if input", "3:18: an import must not be called input")]
#[case::imports("import data.a\nimport data.b as a\nr if a", "4:8: a is imported twice")]
#[case::future("import future.keywords.when\nr if true", "3:8: when is no keyword of the future")]
#[case::unused("r if { some x; input.a }", "3:13: x is declared and never used")]
#[case::unused_amid("r if { input.a; some x, y; y = 1 }", "3:22: x is declared and never used")]
#[case::unused_within(
    "r if { some x; count([x | x := 1]) > 0 }",
    "3:13: x is declared and never used"
)]
#[case::unused_in_comprehension("r := [1 | some x; input.a]", "3:16: x is declared and never used")]
#[case::unused_blank("r if { some _; input.a }", "3:13: _ is declared and never used")]
#[case::unused_of_every(
    "r if every x in input.y { input.a }",
    "3:12: x is declared and never used"
)]
#[case::unused_key_of_every(
    "r if every k, v in input.y { v > 1 }",
    "3:12: k is declared and never used"
)]
#[case::document("r if { some data in input.a; true }", "3:8: `data` is a document")]
#[case::document_key("r if { some input, y in input.a; y }", "3:8: `input` is a document")]
#[case::document_of_every("r if every input in [1] { input == 1 }", "3:6: `input` is a document")]
#[case::documents("r if { some input; input.a }", "3:8: `input` is a document")]
#[case::metadata_of_nothing(
    "r if true\n# METADATA\n# title: x",
    "4:1: this `# METADATA` is about nothing"
)]
#[case::metadata_of_an_import(
    "# METADATA\n# title: x\nimport data.a\nr if a",
    "3:1: metadata is about a package or a rule, not an import"
)]
#[case::indented_metadata(
    "r if {\n\t# METADATA\n\t# title: x\n\tinput.a\n}",
    "4:2: `# METADATA` and its lines begin in the first column"
)]
#[case::metadata_after_code("r := 1 # METADATA\n\ns := r", "3:8: `# METADATA` and its lines begin")]
#[case::empty_metadata("# METADATA\n\nr if true", "3:1: this `# METADATA` says nothing")]
#[case::broken_metadata("# METADATA\n# title: [\nr if true", "3:1: this `# METADATA` does not")]
#[case::listed_metadata("# METADATA\n# - x\nr if true", "3:1: this `# METADATA` is no map")]
#[case::scope("# METADATA\n# scope: rul\nr if true", "3:1: `rul` is no scope of metadata")]
#[case::scope_of_package(
    "# METADATA\n# scope: package\nr if true",
    "3:1: metadata of scope `package` stands before a package"
)]
#[case::version("import rego.v2\nr if true", "3:8: of `rego`, only `rego.v1` is imported")]
fn what_never_holds_is_refused(#[case] body: &str, #[case] want: &str) {
    let text = format!("package main\n\n{body}\n");
    let said = refused(&[&text], &Options::default());
    assert!(said.iter().any(|line| line.starts_with(want)), "{want:?} is not in {said:#?}");
    let options = Options { as_opa: true, metadata: Metadata::Once, ..Options::default() };
    let said = refused(&[&text], &options);
    assert!(!said.is_empty());
}

#[test]
fn metadata_of_a_rule_is_not_of_a_package() {
    let said =
        |head: &str| refused(&[&format!("{head}package a\n\nb := 1\n")], &Options::default());
    assert_eq!(
        said("# METADATA\n# title: x\n# scope: rule\n"),
        ["1:1: metadata of scope `rule` stands before a rule, not a package"]
    );
    assert_eq!(said("# METADATA\n# title: x\n# scope: subpackages\n"), Vec::<String>::new());
}

/// What is said of a package is said once, wherever its modules lie; of rules as often as there are.
#[test]
fn metadata_of_a_package_is_said_once() {
    let module = |scope: &str, package: &str| {
        format!(
            "# METADATA\n# title: x\n# scope: {scope}\npackage {package} # here\n\n# METADATA\n# title: y\nb := 1\n\n# METADATA\n# title: z\nb := 1\n"
        )
    };
    let options = Options { as_opa: true, metadata: Metadata::Once, ..Options::default() };
    let said = |one: String, other: String| refused(&[&one, &other], &options);
    let twice = said(module("package", "a"), module("package", "a"));
    assert_eq!(twice.len(), 1, "{twice:?}");
    assert!(twice[0].starts_with("1:1: metadata of scope `package` of `a` stands in"), "{twice:?}");
    let document = "package c\n\n# METADATA\n# scope: document\nr if input.a\n\n# METADATA\n# entrypoint: true\nr if input.b\n";
    let twice = refused(&[document], &options);
    assert!(
        twice[0].starts_with("7:1: metadata of scope `document` of `c.r` stands in"),
        "{twice:?}"
    );
    assert_eq!(said(module("package", "a"), module("subpackages", "a")), Vec::<String>::new());
    assert_eq!(said(module("package", "a"), module("package", "a.c")), Vec::<String>::new());
    // `opa test` reads no metadata.
    let (one, test) =
        (module("package", "a"), Options { metadata: Metadata::Ignored, ..options.clone() });
    assert_eq!(refused(&[&one, &one], &test), Vec::<String>::new());
    assert_eq!(
        refused(&["package a\n\nb if {\n\t# METADATA\n\tinput.a\n}\n"], &test),
        Vec::<String>::new()
    );
}

#[test]
fn a_package_is_no_rule() {
    let said = refused(&["package a\n\nb := 1\n", "package a.b\n\nc := 1\n"], &Options::default());
    assert_eq!(said, ["1:9: the package a.b is also a rule, in line 3 of its module"]);
}

#[rstest]
#[case::input("r if { input.x == 1; input.x == \"a\" }")]
#[case::unknown_data("r if data.none.x == 1")]
#[case::alternatives("p := 1 if input.a\np := \"x\" if input.b\nr if p == \"x\"")]
#[case::less("r if { x := 1; x < \"a\" }")]
#[case::not_equal("r if { x := \"a\"; x != null }")]
#[case::another_scope("r if { x := 1; y := [x | x := \"a\"]; x == 1; y[0] == \"a\" }")]
#[case::one_of("r if { x := {\"a\": 1, \"b\": \"c\"}[input.k]; x == \"c\" }")]
#[case::object("p[k] := 1 if some k in input.x\nr if p.a == 1")]
#[case::ref_heads("p.q := 1\np.r := \"a\"\nr if p.r == \"a\"")]
#[case::mocked("p := 1\nr if p == \"a\" with data.main.p as \"a\"")]
#[case::mocked_function("f(x) := 1\nr if f(1) == \"a\" with f as upper")]
#[case::with_input("r if input.x == \"a\" with input.x as \"a\"")]
#[case::destructured("r if { [x, y] := [1, \"a\"]; y == \"a\"; x == 1 }")]
#[case::walked("r if { walk(input, [p, v]); p[0] == \"a\"; v == 1 }")]
#[case::union("f(x) if x == 1\nf(x) if x == \"a\"\nr if f(\"a\")")]
#[case::no_arguments("f() := 1\nr if f() == 1")]
#[case::sets("s contains 1\ns contains \"a\"\nr if { s[\"a\"]; s - {1} == {\"a\"} }")]
#[case::dates("r if time.clock([0, \"UTC\"])[0] == 1")]
#[case::empty("p := []\nr if { count(p) == 0; p == [] }")]
#[case::default_and_value("default p := {}\np := {\"a\": 1} if input.x\nr if p.a")]
#[case::every("r if every k, v in {\"a\": 1} { k == \"a\"; v == 1 }")]
#[case::negated("r if { not input.x.y == \"a\"; not startswith(input.x, \"a\") }")]
#[case::declared_later("p := x if { y := {x | {\"a\"}[x]}; x := count(y) }")]
#[case::used_by_with("r if { some x; x = 1; q with input as x }\nq if input == 1")]
#[case::used_in_head("p contains x if { some x; x = 1 }\nr if p[1]")]
#[case::used_in_every("r if { some x; x = 1; every y in [1] { y == x } }")]
#[case::used_within("r if { some x; x = 1; count([y | y := x]) == 1 }")]
#[case::used_as_key("r if { some i; input.a[i] == 1 }")]
#[case::used_in_template("r := y if { some x; x = 1; y := $\"{x}\" }")]
#[case::used_of_every("r if every k, _ in {\"a\": 1} { k == \"a\" }")]
#[case::not_used_of_in("r if some i, x in [1]")]
#[case::metadata("# METADATA\n# title: x\n\n# more\nr if true")]
#[case::comment_between("# METADATA\n# title: x\n\n\t# more\nr if true # about METADATA")]
#[case::metadata_of_rules(
    "# METADATA\n# title: x\nr if input.a\n\n# METADATA\n# title: y\nr if input.b"
)]
#[case::metadata_of_a_default("# METADATA\n# title: x\ndefault r := 1")]
#[case::no_metadata("r := `\n# METADATA\n`\n\n# about METADATA")]
#[case::template("r := count($\"{input.x}\")")]
fn what_may_hold_is_loaded(#[case] body: &str, #[values(false, true)] as_opa: bool) {
    let text = format!("package main\n\n{body}\n");
    let said = refused(&[&text], &Options { as_opa, ..Options::default() });
    assert_eq!(said, Vec::<String>::new());
}

/// Every function that there is has its types.
#[test]
fn functions_have_types() {
    let table = include_str!("../../policies/core/vocabulary/rego.signatures");
    let ours = include_str!("../../src/engine/rego/library/houses.rs");
    let names = ours.split("name: \"").skip(1).filter_map(|rest| rest.split('"').next());
    for name in names.filter(|name| !name.starts_with("dreadnought.policy_allows")) {
        assert!(table.contains(&format!("\n{name}(")), "{name}");
    }
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let (name, _) = line.split_once('(').unwrap();
        // A call without the argument's type gives a module that is refused for that reason alone, not because the row cannot be read.
        assert!(!name.is_empty() && line.contains(") "), "{line}");
    }
}
