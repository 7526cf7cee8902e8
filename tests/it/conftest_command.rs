//! `dreadnought conftest` as a command: settings, switches, formats of the output.

use rstest::rstest;
use serde_json::Value as Json;

use crate::cli::Workspace;

const POLICY: &str = "package main\n\nimport data.limits\n\ndeny contains msg if {\n\tinput.port < limits.lowest\n\tprint(\"port\", input.port)\n\tmsg := sprintf(\"port %d,\\nwhich is low\", [input.port])\n}\n\nwarn contains {\"msg\": \"no owner\", \"_loc\": {\"file\": \"other.yaml\", \"line\": 7}} if not input.owner\n";

fn work(more: &[(&str, &str)]) -> Workspace {
    let files = [
        ("policy/p.rego", POLICY),
        ("data/limits.yaml", "limits: {lowest: 1024}\n"),
        ("low.yaml", "port: 80\n"),
        ("fine.yaml", "port: 8080\nowner: x\n"),
    ];
    Workspace::new(&[&files[..], more].concat())
}

#[test]
fn settings_stand_in_a_file_and_in_the_environment() {
    let settings = "policy = \"policy\"\nData = [\"data\"]\noutput = \"json\"\nfail-on-warn = true\nnamespce = 1\n";
    let work = work(&[
        ("conftest.toml", settings),
        ("wrong.toml", "output = \"yml\"\n"),
        ("list.yaml", "policy: [policy]\ndata: data\nno-fail: \"true\"\n"),
    ]);
    let run = work.run(&["conftest", "low.yaml"]);
    let json: Json = serde_json::from_str(&run.stdout()).unwrap();
    assert_eq!(json[0]["failures"].as_array().unwrap().len(), 1);
    run.says(
        2,
        &["conftest.toml has a setting `namespce` that there is not", "did you mean `namespace`?"],
    );
    // What is said on the command line holds.
    work.run(&["conftest", "low.yaml", "-o", "stdout"])
        .says(2, &["2 tests, 0 passed, 1 warning, 1 failure"]);
    work.run(&["conftest", "-c", "list.yaml", "low.yaml"]).says(0, &["1 failure"]);
    work.run(&["conftest", "-c", "wrong.toml", "low.yaml"])
        .says(2, &["wrong.toml: `output` is one of stdout, json, tap, table"]);
    work.run(&["conftest", "-c", "none.toml", "low.yaml"]).says(2, &["cannot read none.toml"]);
}

#[test]
fn several_values_stand_in_one() {
    let work = work(&[("more/p.rego", "package team\n\nwarn contains \"team\" if input.port\n")]);
    let run =
        work.run(&["conftest", "-p", "policy,more", "-n", "main,team", "-d", "data", "low.yaml"]);
    run.says(1, &["WARN - low.yaml - team - team", "FAIL - low.yaml - main - port 80"]);
}

#[test]
fn what_policies_see_is_printed() {
    let work = work(&[("a.ini", "[s]\nk = 1\n")]);
    let json = |arguments: &[&str]| -> Json {
        let run = work.run(&[&["conftest", "--parse"], arguments].concat());
        assert_eq!(run.code(), 0);
        serde_json::from_str(&run.stdout()).unwrap()
    };
    assert_eq!(json(&["a.ini"])["s"]["k"], 1);
    assert_eq!(json(&["a.ini", "low.yaml"])["low.yaml"]["port"], 80);
    assert_eq!(json(&["a.ini", "low.yaml", "--combine"])[1]["contents"]["port"], 80);
    work.run(&["conftest", "--parse", "nowhere.ini"]).says(2, &["nowhere.ini does not exist"]);
}

#[test]
fn a_trace_tells_what_parts_of_rules_gave() {
    let run = work(&[]).run(&["conftest", "-d", "data", "low.yaml", "--trace", "-o", "json"]);
    run.says(
        1,
        &[
            "file: low.yaml | query: data.main.deny",
            "TRAC   policy/p.rego:6 data.main.deny: input.port < limits.lowest = true",
        ],
    );
    let _: Json = serde_json::from_str(&run.stdout()).unwrap();
}

/// A trace names what is written, not what a body is rewritten to.
#[test]
fn a_trace_of_a_rewritten_body() {
    let policy = "package main\n\nf(x) if x > 1\n\ndeny contains \"far\" if {\n\tnot f(input.nothing)\n}\n\ndeny contains \"low\" if not f(input.replicas)\n";
    let work = Workspace::new(&[("policy/p.rego", policy), ("a.yaml", "replicas: 1\n")]);
    let run = work.run(&["conftest", "a.yaml", "--trace"]);
    run.says(
        1,
        &[
            "p.rego:9 data.main.deny: input.replicas = 1",
            "p.rego:3 data.main.f: x = 1",
            "FAIL - a.yaml - main - low",
            "2 tests, 1 passed, 0 warnings, 1 failure",
        ],
    );
}

#[test]
fn what_policies_print_stands_before_the_results() {
    let run = work(&[]).run(&["conftest", "-d", "data", "low.yaml"]);
    assert!(run.stdout().starts_with("PRNT   policy/p.rego:7: port 80\n"), "{}", run.stdout());
}

#[rstest]
#[case::github(&["-o", "github"], "::group::Testing \"low.yaml\" against 2 policies in namespace \"main\"\n::error file=low.yaml,line=1::port 80,%0Awhich is low\n::warning file=other.yaml,line=7::no owner\n::warning file=low.yaml,line=1::(ORIGINATING FROM other.yaml L7) no owner\n::notice file=low.yaml,line=1::Number of successful checks: 0\n::endgroup::\n")]
#[case::passed(&["-o", "github"], "::group::Testing \"fine.yaml\"")]
#[case::azure(&["-o", "azuredevops"], "##[section]Testing 'low.yaml' against 2 policies in namespace 'main'\n##[group]See conftest results\n##vso[task.logissue type=error] file=low.yaml --> port 80, which is low\n##vso[task.logissue type=warning] file=low.yaml --> no owner\n##[endgroup]\n")]
#[case::junit(&["-o", "junit"], "<testcase classname=\"conftest.main\" name=\"low.yaml - port 80,\" time=\"0.000\"><failure message=\"Failed\" type=\"failure\">port 80,\nwhich is low</failure></testcase>")]
#[case::hidden(&["-o", "junit", "--junit-hide-message"], "<testcase classname=\"conftest.main\" name=\"low.yaml\" time=\"0.000\"><failure message=\"Failed\" type=\"warning\">no owner</failure>")]
#[case::table(&["-o", "table"], "│ failure │ low.yaml  │ main      │ port 80,     │\n│         │           │           │ which is low │\n")]
fn formats_of_the_output(#[case] arguments: &[&str], #[case] expected: &str) {
    let work = work(&[]);
    let run = work.run(&[&["conftest", "-d", "data", "fine.yaml", "low.yaml"], arguments].concat());
    assert!(run.stdout().contains(expected), "{}", run.stdout());
    assert_eq!(run.code(), 1);
}

#[test]
fn files_that_pass_can_be_left_out_of_annotations() {
    let arguments =
        ["conftest", "-d", "data", "fine.yaml", "low.yaml", "-o", "github", "--github-hide-passed"];
    let run = work(&[]).run(&arguments);
    assert!(!run.stdout().contains("fine.yaml"), "{}", run.stdout());
    run.says(1, &["4 tests, 2 passed, 1 warning, 1 failure, 0 exceptions"]);
}

#[test]
fn messages_are_read_by_their_definitions() {
    let work = Workspace::new(&[
        (
            "policy/p.rego",
            "package main\n\ndeny contains sprintf(\"level %d\", [input.level]) if input.level < 10\n",
        ),
        (
            "protos/ship.proto",
            "syntax = \"proto3\";\npackage yard;\n// A ship.\nmessage Ship {\n  reserved 9;\n  int32 level = 1;\n  string name = 2;\n  int64 mass = 3;\n  bool afloat = 4;\n  optional bool new = 5;\n  repeated Gun guns = 6;\n  map<string, State> states = 7;\n  oneof place { string dock = 10; int32 berth = 11; }\n  bytes key = 12;\n  double speed = 13; float ratio = 14; repeated float ratios = 15;\n  enum State { UNKNOWN = 0; READY = 1; }\n  State state = 8;\n}\nmessage Gun { uint32 caliber = 1 [deprecated = true]; }\n",
        ),
        (
            "ship.textproto",
            "# proto-message: yard.Ship\nlevel: 0x9  # c\nname: \"a\" 'b\\n'\nmass: 12\nafloat: false\nnew: false\nguns { caliber: 305 }\nguns: [{ caliber: 12 }, <caliber: 0>]\nstates { key: \"x\" value: READY }\nstates { key: \"y\" }\nstate: UNKNOWN\nberth: 0;\nkey: \"\\001\\xff\"\nspeed: 1.5f\nratio: 0.1\nratios: [3.4e39, -1e99, 16777217]\n",
        ),
        ("odd.textproto", "# proto-message: yard.Ship\nlvel: 1\n"),
        ("none.textproto", "level: 1\n"),
    ]);
    let protos = ["conftest", "--proto-file-dirs", "protos"];
    let run = |more: &[&str]| work.run(&[&protos[..], more].concat());
    run(&["ship.textproto"]).says(1, &["level 9"]);
    let json: Json = serde_json::from_str(&run(&["--parse", "ship.textproto"]).stdout()).unwrap();
    let expected = r#"{"level": 9, "name": "ab\n", "mass": "12", "new": false, "guns": [{"caliber": 305}, {"caliber": 12}, {}],
        "states": {"x": "READY", "y": "UNKNOWN"}, "berth": 0, "key": "Af8=", "speed": 1.5, "ratio": 0.1,
        "ratios": ["Infinity", "-Infinity", 16777216.0]}"#;
    assert_eq!(json, serde_json::from_str::<Json>(expected).unwrap());
    run(&["odd.textproto"])
        .says(2, &["odd.textproto: line 2: message yard.Ship has no field `lvel`"]);
    run(&["none.textproto"]).says(2, &["no line says `# proto-message: NAME`"]);
    work.run(&["conftest", "ship.textproto"]).says(
        2,
        &["cannot be read here (name the folder of its definitions with --proto-file-dirs)"],
    );
}

/// Tests of policies for conftest run as they are: they may parse texts, and be from before OPA 1.0.
#[test]
fn tests_of_policies_may_parse_and_be_old() {
    let work = Workspace::new(&[
        ("new/p.rego", "package main\n\ndeny contains \"port\" if input.s.port < 1024\n"),
        (
            "new/p_test.rego",
            "package main\n\ntest_port if deny.port with input as parse_config(\"ini\", \"[s]\\nport = 1\")\n",
        ),
        (
            "old/p.rego",
            "package main\n\nviolation[{\"msg\": msg}] {\n  input.port < 1024\n  trace(\"low\")\n  msg := \"port\"\n}\n",
        ),
        (
            "old/p_test.rego",
            "package main\n\ntest_port {\n  count(violation) == 1 with input as {\"port\": 1}\n}\n\ntest_fine {\n  count(violation) == 0 with input as {\"port\": 2000}\n}\n",
        ),
    ]);
    work.run(&["test", "new"]).says(0, &["1 passed, 0 failed"]);
    work.run(&["test", "old"]).says(2, &["does not compile"]);
    work.run(&["test", "old", "--v0-compatible"]).says(0, &["2 passed, 0 failed"]);
}

/// A value of a head may have the name of its function; an `else` with a value of its own does not need the head's.
#[test]
fn a_value_may_have_the_name_of_its_function() {
    let work = Workspace::new(&[
        (
            "policy/p.rego",
            "package main\n\nname(of) := name if {\n\tname := of.name\n} else := \"nobody\"\n\ndeny contains name(input) if input.port < 1024\n",
        ),
        ("a.yaml", "port: 1\n---\nport: 2\nname: web\n"),
    ]);
    work.run(&["conftest", "a.yaml"])
        .says(1, &["FAIL - a.yaml - main - nobody", "FAIL - a.yaml - main - web"]);
}

#[test]
fn jsonnet_is_evaluated_within_the_working_directory() {
    let work = work(&[
        ("app/web.jsonnet", "(import 'base.libsonnet') + (import 'lib/owner.libsonnet')"),
        ("app/base.libsonnet", "{ port: 80 }"),
        ("lib/owner.libsonnet", "{ owner: importstr 'owner.txt' }"),
        ("lib/owner.txt", "team"),
        ("app/out.jsonnet", "{\n  port: importstr '/etc/hostname',\n}"),
        ("port.jsonnet", "{ port: 22 }"),
    ]);
    work.run(&["conftest", "-d", "data", "app/web.jsonnet"])
        .says(1, &["FAIL - app/web.jsonnet - main - port 80", "1 failure"]);
    let leads_out = "app/out.jsonnet: line 2: `/etc/hostname` leads out of the tree";
    work.run(&["conftest", "-d", "data", "app/out.jsonnet", "port.jsonnet"])
        .says(2, &[leads_out, "FAIL - port.jsonnet - main - port 22"]);
}

/// What does not end, and what takes all memory, ends the run with a message; nothing else does.
#[cfg(unix)]
#[rstest]
#[case::time(
    "local f(x) = std.foldl(function(a, b) a + b, std.range(1, 30000), 0);\nstd.foldl(function(a, b) a + f(b), std.range(1, 100000), 0)",
    "it took too long"
)]
#[case::memory(
    "local f(n) = if n == 0 then 'x' else local t = f(n - 1); t + t;\nstd.length(f(60))",
    "it took too"
)]
fn jsonnet_without_end_is_stopped(#[case] text: &str, #[case] why: &str) {
    let limits = "unsigned: {memory: 256, seconds: 3}\n";
    let work = work(&[("dreadnought.yaml", limits), ("endless.jsonnet", text)]);
    work.run(&["conftest", "-d", "data", "endless.jsonnet"]).says(
        2,
        &[
            "the evaluation of Jsonnet was stopped (endless.jsonnet)",
            why,
            "`unsigned` in dreadnought.yaml",
        ],
    );
}

#[rstest]
#[case::argument("f(x, y) := x + 1 if x > 0", "4:6", "argument `y` is never used; `_` says so")]
#[case::nested("f([a, [b, c]]) := a + b", "4:11", "argument `c` is never used")]
#[case::variable("f(x) := 1 if {\n\ty := x\n}", "5:2", "`y` is declared and never used")]
#[case::import("import data.limits as l\n\nf(x) := x", "4:1", "`l` is imported and never used")]
#[case::twice("import data.a.l\nimport data.b.l\n\nf(_) := l", "5:1", "`l` is imported twice")]
#[case::deprecated("f(x) if any([x])", "4:9", "`any` is a function that OPA 1.0 has no more")]
#[case::input("f(x) := y if {\n\tinput := x\n\ty := input\n}", "5:11", "input cannot be shadowed")]
fn strict_refuses_what_nothing_uses(
    #[case] rule: &str,
    #[case] place: &str,
    #[case] expected: &str,
) {
    let (imports, rule) = rule.split_once("\n\n").unwrap_or(("", rule));
    let separate = if imports.is_empty() { "" } else { "\n" };
    let policy = format!(
        "package main\n\n\n{imports}{separate}{rule}\n\ndeny contains \"x\" if input.bad\n"
    );
    let work = work(&[("strict/p.rego", &policy)]);
    let run = work.run(&["conftest", "--strict", "-p", "strict", "fine.yaml"]);
    run.says(2, &[&format!("strict/p.rego:{place}"), expected]);
}

#[test]
fn strict_lets_pass_what_is_used() {
    let policy = "package main\n\nimport data.limits\n\nf(x, _) := x if x > limits.lowest\nelse := 0\n\ng([a, b]) := c if c := a + b\n\ndeny contains \"x\" if f(input.port, g([1, 2])) > 90000\n";
    let work = work(&[("strict/p.rego", policy)]);
    work.run(&["conftest", "--strict", "-p", "strict", "-d", "data", "fine.yaml"])
        .says(0, &["1 passed"]);
}

const READING: &str = "package main\n\ndeny contains msg if {\n\tsettings := parse_config_file(\"../settings.toml\")\n\tinput.port < settings.lowest\n\tmsg := \"low\"\n}\n\nwarn contains msg if {\n\tall_files := parse_combined_config_files([\"../settings.toml\", \"own.yaml\"])\n\tcount(all_files) == 2\n\tmsg := sprintf(\"%s %v\", [all_files[0].path, all_files[0].contents])\n}\n";

/// Paths are those beside the policy, and end at the working directory.
#[test]
fn policies_read_configurations_inside_of_the_tree() {
    let out =
        "package main\n\ndeny contains msg if msg := parse_config_file(\"../../out.yaml\").a\n";
    let work = work(&[
        ("reading/p.rego", READING),
        ("reading/own.yaml", "own: 1\n"),
        (
            "reading/deep/p.rego",
            "package deep\n\nwarn contains msg if msg := parse_config_file(\"../own.yaml\").own\n",
        ),
        ("settings.toml", "lowest = 443\n"),
        ("out/p.rego", out),
    ]);
    let run = work.run(&["conftest", "-p", "reading", "--all-namespaces", "low.yaml"]);
    run.says(1, &["FAIL - low.yaml - main - low", "WARN - low.yaml - main - reading/own.yaml"]);
    let run = work.run(&["conftest", "-p", "out", "low.yaml", "--show-builtin-errors"]);
    run.says(2, &["`../../out.yaml` leads out of the tree"]);
}

#[test]
fn unit_tests_read_configurations_beside_them() {
    let test = "package main\n\ntest_low if {\n\tsettings := parse_config_file(\"data/settings.toml\")\n\tsettings.lowest == 443\n}\n\ntest_out if not parse_config_file(\"../out.yaml\")\n";
    let work = work(&[
        ("pack/p_test.rego", test),
        ("pack/data/settings.toml", "lowest = 443\n"),
        ("out.yaml", "a: 1\n"),
    ]);
    let run = work.run(&["test", "pack", "--run", "test_low"]);
    run.says(0, &["1 passed"]);
}
