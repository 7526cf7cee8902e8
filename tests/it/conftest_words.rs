//! `dreadnought conftest test`, `parse` and `verify`: the words of conftest, its switches with values, its unit tests and its data.

use rstest::rstest;
use serde_json::Value as Json;

use crate::cli::Workspace;

const POLICY: &str =
    "package main\n\ndeny contains msg if {\n\tinput.port < 1024\n\tmsg := \"low port\"\n}\n";
const TESTS: &str = "package main\n\ntest_low if deny[\"low port\"] with input as {\"port\": 80}\n\ntest_high if count(deny) == 0 with input as {\"port\": 80}\n\ntodo_test_text if false\n";

fn work(more: &[(&str, &str)]) -> Workspace {
    let files =
        [("policy/p.rego", POLICY), ("low.yaml", "port: 80\n"), ("fine.yaml", "port: 8080\n")];
    Workspace::new(&[&files[..], more].concat())
}

#[rstest]
#[case::no_word(&["low.yaml"], 1, "FAIL - low.yaml - main - low port")]
#[case::word(&["test", "low.yaml"], 1, "FAIL - low.yaml - main - low port")]
#[case::switches_before(&["-n", "main", "test", "fine.yaml"], 0, "1 test, 1 passed")]
#[case::parse(&["parse", "low.yaml"], 0, "\"port\": 80")]
#[case::test_alone(&["test"], 2, "name the files to test")]
#[case::parse_alone(&["parse"], 2, "name the files to parse")]
#[case::nothing(&[], 2, "name the files and folders to judge")]
#[case::fmt(&["fmt", "policy"], 2, "there is no fmt here: use `opa fmt -w FOLDER`")]
#[case::pull(&["pull", "oci://x.test/p"], 2, "there is no pull here: use git, curl or oras")]
#[case::push(&["push", "x.test/p"], 2, "there is no push here: use oras")]
#[case::plugin(&["plugin", "install"], 2, "there is no plugin here")]
#[case::doc(&["doc", "policy"], 2, "there is no doc here: use `opa inspect -a FOLDER`")]
#[case::reformat(&["reformat", "out.json"], 2, "there is no reformat here: use --output")]
#[case::report(&["verify", "--report", "some"], 2, "there is no report some: reports are full, notes and fails")]
#[case::report_of_what(&["test", "--report", "fails", "x.yaml"], 2, "--report is for `verify`")]
#[case::update(&["test", "-u", "git::https://x.test/a,b", "low.yaml"], 2, "fetch git::https://x.test/a, b yourself")]
fn words_of_conftest(#[case] arguments: &[&str], #[case] code: i32, #[case] says: &str) {
    work(&[]).run(&[&["conftest"], arguments].concat()).says(code, &[says]);
}

/// Where a path has the name of a word, it is the word if more follows, and the path if it stands alone or says that it is one.
#[test]
fn a_path_may_have_the_name_of_a_word() {
    let work = work(&[
        ("test/own.yaml", "port: 1\n"),
        ("parse/own.yaml", "port: 2\n"),
        ("fmt", "port: 3\n"),
        ("policy/p_test.rego", TESTS),
        ("verify/own.yaml", "port: 4\n"),
    ]);
    let note = "`test` is taken as the word of conftest, not as a path (write ./test for the path)";
    work.run(&["conftest", "test", "fine.yaml"]).says(0, &[note, "1 test, 1 passed"]);
    work.run(&["conftest", "test"]).says(1, &["FAIL - test/own.yaml", "1 test, 0 passed"]);
    work.run(&["conftest", "./test", "fine.yaml"]).says(1, &["test/own.yaml", "2 tests, 1 passed"]);
    work.run(&["conftest", "test", "test"]).says(1, &["FAIL - test/own.yaml", "1 test, 0 passed"]);
    work.run(&["conftest", "fine.yaml", "test"]).says(1, &["test/own.yaml", "2 tests, 1 passed"]);
    work.run(&["conftest", "parse", "low.yaml"]).says(0, &["`parse` is taken as the word", "80"]);
    work.run(&["conftest", "parse"]).says(1, &["FAIL - parse/own.yaml"]);
    work.run(&["conftest", "--parser", "yaml", "fmt"]).says(1, &["FAIL - fmt - main"]);
    work.run(&["conftest", "verify"]).says(1, &["`verify` is taken as the word", "3 tests"]);
}

#[test]
fn unit_tests_are_verified() {
    let work = work(&[("policy/p_test.rego", TESTS), ("empty/p.rego", POLICY)]);
    let run = |more: &[&str]| work.run(&[&["conftest", "verify"], more].concat());
    let failure = "FAIL - policy/p_test.rego -  - data.main.test_high";
    let summary = "3 tests, 1 passed, 0 warnings, 1 failure, 0 exceptions, 1 skipped";
    run(&[]).says(1, &[failure, summary]);
    run(&["-n", "main"]).says(1, &[summary]);
    run(&["--policy", "policy", "low.yaml"]).says(1, &[summary]);
    run(&["-o", "tap"])
        .says(1, &["not ok 1 - policy/p_test.rego -  - data.main.test_high", "# skip\nok 1"]);
    run(&["-o", "junit"])
        .says(1, &["name=\"policy/p_test.rego - data.main.test_high\"", "<skipped"]);
    run(&["-o", "table"]).says(1, &["│ skipped │", "│ failure │", "│ success │"]);
    run(&["-o", "github"]).says(1, &["Test was skipped: data.main.todo_test_text"]);
    run(&["-o", "azuredevops"])
        .says(1, &["skipped file=policy/p_test.rego data.main.todo_test_text"]);
    let json: Json = serde_json::from_str(&run(&["-o", "json"]).stdout()).unwrap();
    let all = json.as_array().unwrap();
    assert_eq!(all.iter().filter(|result| result.get("skipped").is_some()).count(), 1);
    // Nothing that ran is no success.
    run(&["-n", "other"]).says(3, &["no unit test was found"]);
    run(&["-p", "empty"]).says(3, &["0 tests", "no unit test was found"]);
    run(&["-p", "nowhere"]).says(2, &["nowhere does not exist"]);
}

/// Tests may be from before OPA 1.0, read data and files, and have to compile.
#[rstest]
#[case::old(
    "package main\n\ntest_a {\n  input.a == 1 with input as {\"a\": 1}\n  true\n}\n\ntest_b { 1 == 1 }\n",
    &["--rego-version=v0"], 0, "2 tests, 2 passed"
)]
#[case::new_that_is_old("package main\n\ntest_a { true }\n", &[], 2, "`if` keyword")]
#[case::data("package main\n\ntest_a if data.limits.lowest == 3\n", &["-d", "data"], 0, "1 passed")]
#[case::files(
    "package main\n\ntest_a if parse_config_file(\"../low.yaml\").port == 80\n", &[], 0, "1 passed"
)]
#[case::strict(
    "package main\n\ntest_a if {\n\tx := 1\n\ttrue\n}\n", &["--strict"], 2, "`x` is declared and never used"
)]
fn kinds_of_unit_tests(
    #[case] test: &str,
    #[case] arguments: &[&str],
    #[case] code: i32,
    #[case] says: &str,
) {
    let work = work(&[("own/a_test.rego", test), ("data/limits.yaml", "limits: {lowest: 3}\n")]);
    let run = work.run(&[&["conftest", "verify", "-p", "own"], arguments].concat());
    run.says(code, &[says]);
}

/// A switch may have a value, as it may for conftest; what is off stays off.
#[test]
fn switches_have_values() {
    let work = work(&[("conftest.toml", "quiet = true\nno-fail = true\n")]);
    let run = |more: &[&str]| work.run(&[&["conftest", "test"], more].concat());
    assert_eq!(run(&["fine.yaml"]).stdout(), "");
    run(&["--quiet=false", "fine.yaml"]).says(0, &["1 test, 1 passed"]);
    run(&["--no-fail=f", "low.yaml"]).says(1, &["1 failure"]);
    run(&["--fail-on-warn=true", "--no-fail=0", "low.yaml"]).says(2, &["1 failure"]);
    run(&["--quiet=maybe", "low.yaml"]).says(2, &["unexpected value 'maybe' for '--quiet'"]);
}

/// Data of a file stands below the names of the folders between it and the folder that was named.
#[test]
fn data_stands_below_its_folders() {
    let policy = "package main\n\ndeny contains msg if msg := sprintf(\"%v\", [data.limits])\n\nwarn contains msg if msg := sprintf(\"%d\", [data.limits.deep.lowest])\n";
    let work = work(&[
        ("policy/p.rego", policy),
        ("data/limits/a.yaml", "lowest: 1\n"),
        ("data/limits/deep/b.json", "{\"lowest\": 2}"),
        ("data/c.yml", "limits: {other: 3}\n"),
    ]);
    work.run(&["conftest", "-d", "data", "fine.yaml"]).says(
        1,
        &[
            "FAIL - fine.yaml - main - {\"deep\": {\"lowest\": 2}, \"lowest\": 1, \"other\": 3}",
            "main - 2",
        ],
    );
    work.write("data/own.rego", b"package own\n");
    work.run(&["conftest", "-d", "data/own.rego", "fine.yaml"]).says(
        0,
        &["data/own.rego is not read as data (data has the ending yaml, yml or json", "2 tests"],
    );
    work.write("odd.yaml", b"a: [");
    work.run(&["conftest", "-d", "odd.yaml", "fine.yaml"]).says(2, &["error: odd.yaml: "]);
    work.run(&["conftest", "-d", "data/limits/deep/b.json", "fine.yaml"])
        .says(0, &["2 tests, 2 passed"]);
}

/// `verify` tells what the parts of tests gave, on stderr with `--trace`, one by one with `--report`.
#[test]
fn unit_tests_are_traced_and_reported() {
    let folder = tempfile::tempdir().unwrap();
    let text = "package main\n\nnames contains x if some x in input.xs\n\ntest_a if {\n\tprint(\"seen\")\n\tcount(names) == 0 with input as {\"xs\": []}\n}\n\ntest_b if {\n\tsome x in names with input as {\"xs\": [\"a\"]}\n\tx == \"b\"\n}\n";
    std::fs::create_dir(folder.path().join("policy")).unwrap();
    std::fs::write(folder.path().join("policy/p_test.rego"), text).unwrap();
    let run = |arguments: &[&str]| {
        let out = std::process::Command::new(env!("CARGO_BIN_EXE_dreadnought"))
            .args(["conftest", "verify"])
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .unwrap();
        (String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap())
    };
    let (out, err) = run(&["--trace"]);
    assert!(out.contains("2 tests, 1 passed"), "{out}");
    assert!(err.contains("query: data.main.test_b"), "{err}");
    assert!(err.contains("policy/p_test.rego:12 data.main.test_b: x == \"b\" = false"), "{err}");
    let (out, _) = run(&["--report", "fails"]);
    assert!(out.starts_with("FAILURES\n"), "{out}");
    assert!(
        out.contains("  policy/p_test.rego:12 data.main.test_b: x == \"b\" = false\n"),
        "{out}"
    );
    assert!(!out.contains("p_test.rego:7 "), "{out}");
    assert!(out.ends_with("PASS: 1/2\nFAIL: 1/2\n"), "{out}");
    let (out, _) = run(&["--report", "full"]);
    assert!(out.starts_with("TESTS\n") && out.contains("data.main.test_a: PASS\n\n"), "{out}");
    let own = "  policy/p_test.rego:7 data.main.test_a: count(names) == 0 = true\n";
    assert!(out.contains(own), "{out}");
    let (out, _) = run(&["--report", "notes"]);
    assert!(out.contains("  policy/p_test.rego:6: seen\n"), "{out}");
    let (out, err) = run(&["--report", "full", "-o", "json"]);
    assert!(out.is_empty() && err.contains("--output stdout only"), "{out}{err}");
}
