//! `dreadnought test` and `dreadnought eval` as a pack's author runs them: nothing is silently green, failures say why.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use rstest::rstest;
use tempfile::TempDir;

/// A folder with a pack, removed at the end.
pub(crate) struct Folder(TempDir);

pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) text: String,
}

impl Folder {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (path, text) in files {
            folder.write(path, text);
        }
        folder
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dreadnought"));
        let output =
            command.args(arguments).current_dir(self.0.path()).env_clear().output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        Run { code: output.status.code().unwrap_or(-1), text: String::from_utf8(text).unwrap() }
    }
}

impl Run {
    /// Exits with this code and says all of this.
    #[track_caller]
    pub(crate) fn says(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{}", self.text);
        assert!(!self.text.contains("panicked"), "{}", self.text);
        for word in words {
            assert!(self.text.contains(word), "no {word:?} in:\n{}", self.text);
        }
    }
}

pub(crate) const MANIFEST: &str = "name: acme\nversion: 0.1.0\ndescription: Rules of Acme.\nparams:\n  owners: {type: list, default: [me]}\n";
pub(crate) const CEL: &str = r#"rules:
  - id: bucket-public-acl
    title: Bucket is public
    applies_to: [aws_s3_bucket]
    when: |
      attr.acl in ["public-read", "public-read-write"]
      || (has(attr.grant) && attr.grant.exists(g, g.uri.endsWith("AllUsers")))
    at: acl
    message: "the acl is {attr.acl}"
    threat: T003
    remediation: Use private.
"#;
pub(crate) const REGO: &str = r#"# METADATA
# title: Bucket has no owner
# custom:
#   id: bucket-owner
#   applies_to: [aws_s3_bucket]
#   threat: T003
#   remediation: Add a tag owner.
package dreadnought.acme.bucket_owner

deny contains {"resource": bucket.address, "at": "/tags", "message": "nobody owns it"} if {
	some bucket in input.by_type.aws_s3_bucket
	not bucket.tags.owner
}
"#;
const SAMPLE: &str = r#"# ok: acme/bucket-owner
resource "aws_s3_bucket" "a" {
  acl  = "public-read" # expect: acme/bucket-public-acl message="public-read"
  tags = { owner = "me" }
}

# ok: acme/bucket-public-acl
# expect: acme/bucket-owner
resource "aws_s3_bucket" "b" {
  acl = "private"
}
"#;
const UNIT: &str = r#"package dreadnought.acme.bucket_owner_test

import data.dreadnought.acme.bucket_owner

bucket(tags) := {"by_type": {"aws_s3_bucket": [{"address": "b", "tags": tags}]}}

test_no_owner if count(bucket_owner.deny) == 1 with input as bucket({})

test_owner if count(bucket_owner.deny) == 0 with input as bucket({"owner": "x"})
"#;
const TABLE: &str = r"rule: acme/bucket-public-acl
cases:
  - name: public
    attributes: {acl: public-read}
    expect: finding
    at: /acl
    message: public-read
  - name: private
    attributes: {acl: private}
    expect: pass
  - name: unknown
    unknown: {/acl: computed}
    expect: inconclusive
    message: computed
  - name: wrong type
    attributes: {grant: 7}
    expect: error
";

fn pack(more: &[(&str, &str)]) -> Folder {
    let mut files = vec![
        ("pack.yaml", MANIFEST),
        ("rules/bucket.yaml", CEL),
        ("rules/bucket_owner.rego", REGO),
        ("tests/bucket/buckets.tf", SAMPLE),
    ];
    files.extend(more);
    Folder::new(&files)
}

#[test]
fn all_kinds_of_tests_pass() {
    let folder =
        pack(&[("tests/bucket/acl_test.yaml", TABLE), ("tests/bucket/owner_test.rego", UNIT)]);
    folder.run(&["test"]).says(0, &["7 passed, 0 failed; 10 verdicts checked"]);
    folder.run(&["test", "--require-tests", "-v"]).says(
        0,
        &[
            "PASS acme/bucket/buckets.tf",
            "PASS acme/bucket/acl_test.yaml[wrong type]",
            "PASS data.dreadnought.acme.bucket_owner_test.test_owner",
        ],
    );
}

/// Acceptance idea 1 on the command line: the missing key is shown, siblings pass, a case can be selected.
#[test]
fn acceptance_1_vanishing_case() {
    let tests = r#"package p_test

test_sum[note] if {
	some note, tc in {"one": [1, 1], "two": [2, 3], "three": [3, 3]}
	tc[0] == tc[1]
}

test_deep[note][alg] if {
	some note, value in {"a": 1, "b": 2}
	some alg in ["x", "y"]
	concat("", [note, alg]) != "by"
}

test_empty[note] if {
	some note, _ in {}
}
"#;
    let folder = Folder::new(&[("p_test.rego", tests)]);
    let run = folder.run(&["test", "-v"]);
    run.says(
        2,
        &[
            "FAIL data.p_test.test_sum[two]",
            "PASS data.p_test.test_sum[one]",
            "PASS data.p_test.test_sum[three]",
            "FAIL data.p_test.test_deep[b][y]",
            "PASS data.p_test.test_deep[b][x]",
            "FAIL data.p_test.test_empty",
            "nothing is enumerated",
        ],
    );
    folder.run(&["test", "-r", r"test_sum\[one\]"]).says(0, &["1 passed, 0 failed"]);
    folder.run(&["test", "-r", r"test_sum\[two\]"]).says(2, &["0 passed, 1 failed"]);
    folder.run(&["test", "-r", r"test_deep\[.*\]\[x\]"]).says(0, &["2 passed, 0 failed"]);
}

/// Acceptance idea 3: exit codes of each state, and of what matches nothing.
#[rstest]
#[case::fail("test_a if 1 == 2", &[], 2, "FAIL data.p_test.test_a")]
#[case::not_true("test_a := \"x\"", &[], 2, "it gives \"x\", not true")]
#[case::error("test_a if 1 / 0 == 1", &[], 2, "ERROR data.p_test.test_a")]
#[case::skipped("todo_test_a if false", &[], 2, "SKIPPED data.p_test.todo_test_a")]
#[case::skipped_is_fine("todo_test_a if false", &["-z"], 0, "1 skipped")]
#[case::failed_is_not("test_a if false", &["-z"], 2, "FAIL")]
#[case::passed("test_a if true", &[], 0, "1 passed")]
#[case::typo("test_a if true", &["-r", "tset_a"], 2, "--run tset_a matches none of 1 tests")]
#[case::bad_pattern("test_a if true", &["-r", "("], 2, "unclosed group")]
#[case::broken("test_a if {", &[], 2, "does not compile")]
fn acceptance_3_states_and_exit_codes(
    #[case] test: &str,
    #[case] options: &[&str],
    #[case] code: i32,
    #[case] words: &str,
) {
    let folder = Folder::new(&[("p_test.rego", &format!("package p_test\n\n{test}\n"))]);
    let arguments: Vec<&str> = ["test"].iter().chain(options).copied().collect();
    folder.run(&arguments).says(code, &[words]);
}

/// Acceptance idea 4: a threshold of 100 misses nothing; tests and libraries are counted apart.
#[test]
fn acceptance_4_coverage_and_threshold() {
    let folder = pack(&[
        ("tests/bucket/owner_test.rego", UNIT),
        ("lib/extra.rego", "package dreadnought.acme.lib\n\nunused(x) := upper(x)\n"),
    ]);
    let run = folder.run(&["test", "--threshold", "100"]);
    run.says(
        2,
        &[
            "not covered: ./lib/extra.rego:3:14: upper(x)",
            "not covered: ./rules/bucket.yaml:7:51: g.uri.endsWith(\"AllUsers\") (an operand before it is false)",
            "libraries 0.00 % (0 of 1)",
            "tests 100.00 %",
            "below the threshold of 100 %",
        ],
    );
    folder.run(&["test", "--threshold", "50"]).says(0, &["coverage: rules 80.00 %"]);
    let one_line = CEL
        .replace("when: |\n      attr", "when: 'attr")
        .replace("\n      ||", " ||")
        .replace("\"AllUsers\")))", "\"AllUsers\")))'");
    folder.write("rules/bucket.yaml", &one_line);
    folder.run(&["test", "--threshold", "50"]).says(0, &["coverage: rules 80.00 %"]);
}

#[test]
fn one_part_of_many_misses_the_threshold() {
    let tally = |covered, total| dreadnought::pack_test::Tally { covered, total };
    assert!(!tally(11_999, 12_000).reaches(100.0));
    assert!(tally(12_000, 12_000).reaches(100.0));
    assert_eq!(tally(11_999, 12_000).to_string(), "99.99 %");
    assert_eq!(tally(0, 0).to_string(), "-");
}

#[rstest]
#[case::not_there(&["test", "nowhere"], "the pack nowhere is not a folder")]
#[case::empty(&["test", "empty"], "is no pack (it has no pack.yaml), and no test in Rego lies in it")]
#[case::no_tests(&["test", "bare"], "the pack bare has no tests")]
#[case::nothing_said(&["test", "silent"], "no comment states a verdict")]
#[case::other_service(&["test", "misspelt"], "the folder tests no rules: there are no rules/bukket.yaml")]
#[case::test_without_test(&["test", "hollow"], "the module holds no test")]
#[case::broken_pack(&["test", "broken"], "does not load as a whole")]
#[case::untested(&["test", "--require-tests", "untested"], "no test names `acme/bucket-owner`, and --require-tests is set")]
#[case::empty_folder(&["test", "hole"], "the folder of tests is empty")]
fn never_silently_green(#[case] arguments: &[&str], #[case] words: &str) {
    let bare = MANIFEST.replace("acme", "bare");
    let folder = Folder::new(&[
        ("empty/README.md", "nothing"),
        ("bare/pack.yaml", &bare),
        ("silent/pack.yaml", MANIFEST),
        ("silent/rules/bucket.yaml", CEL),
        ("silent/tests/bucket/a.tf", "resource \"aws_s3_bucket\" \"a\" {}\n"),
        ("misspelt/pack.yaml", MANIFEST),
        ("misspelt/rules/bucket.yaml", CEL),
        ("misspelt/tests/bukket/a.tf", "resource \"aws_s3_bucket\" \"a\" {}\n"),
        ("hollow/pack.yaml", MANIFEST),
        ("hollow/rules/bucket.yaml", CEL),
        ("hollow/tests/bucket/a_test.rego", "package acme_test\n\ntset_a if 1 == 2\n"),
        ("broken/pack.yaml", MANIFEST),
        ("broken/rules/bucket.yaml", CEL),
        ("broken/rules/other.yaml", "rules: [{id: x}]\n"),
        ("broken/tests/bucket/a_test.yaml", TABLE),
        ("untested/pack.yaml", MANIFEST),
        ("untested/rules/bucket.yaml", CEL),
        ("untested/rules/bucket_owner.rego", REGO),
        ("untested/tests/bucket/acl_test.yaml", TABLE),
        ("hole/pack.yaml", MANIFEST),
        ("hole/rules/bucket.yaml", CEL),
        ("hole/tests/bucket/acl_test.yaml", TABLE),
    ]);
    fs::create_dir_all(folder.path("hole/tests/other")).unwrap();
    folder.run(arguments).says(2, &[words]);
}

#[rstest]
#[case::message(
    "message=\"private\"",
    "another message: expected \"private\" in it, got \"the acl is public-read\""
)]
#[case::score("dread=1.0", "another DREAD score: expected 1.0, got 9.2")]
#[case::factors("dread=1/2/3/4/5", "another DREAD score: expected 1/2/3/4/5, got 8/10/10/9/9")]
#[case::unclosed("message=\"x", "with the quotes closed")]
#[case::no_score("dread=high", "`high` is no DREAD score")]
fn expectations_say_more_than_that_there_is_a_finding(
    #[case] assertion: &str,
    #[case] words: &str,
) {
    let folder = pack(&[]);
    let sample = SAMPLE.replace("message=\"public-read\"", assertion);
    folder.write("tests/bucket/buckets.tf", &sample);
    folder.run(&["test"]).says(2, &[words, "tests/bucket/buckets.tf:3"]);
}

#[test]
fn scores_and_messages_that_hold_pass() {
    let folder = pack(&[]);
    let sample = SAMPLE
        .replace("message=\"public-read\"", "message=\"the acl is, as said,\" dread=9.2")
        .replace("ok: acme/bucket-owner", "ok: acme/bucket-owner dread=9.2");
    folder.write(
        "rules/bucket.yaml",
        &CEL.replace("the acl is {attr.acl}", "the acl is, as said, {attr.acl}"),
    );
    folder.write("tests/bucket/buckets.tf", &sample);
    folder.run(&["test"]).says(0, &["4 verdicts checked"]);
}

#[test]
fn a_failure_shows_lines_values_and_what_differs() {
    let folder = pack(&[("tests/bucket/owner_test.rego", UNIT)]);
    folder.write(
        "tests/bucket/buckets.tf",
        &SAMPLE.replace("acl = \"private\"", "acl = \"public-read-write\""),
    );
    let unit = UNIT.replace(
        "count(bucket_owner.deny) == 0",
        "[d | some d in bucket_owner.deny] == json.unmarshal(`[{\"a\": 1}]`)",
    );
    folder.write("tests/bucket/owner_test.rego", &unit);
    folder.run(&["test"]).says(
        2,
        &[
            "tests/bucket/buckets.tf:10: `acme/bucket-public-acl` finds aws_s3_bucket.b",
            ">   10 |   acl = \"public-read-write\"",
            "attr.acl                                        \"public-read-write\"",
            "not evaluated: an operand before it is true",
            "- expected  + got",
            "tests/bucket/owner_test.rego:9",
            "rules/bucket_owner.rego:12: bucket.tags.owner",
        ],
    );
}

#[test]
fn update_shows_and_rewrites_expectations() {
    let folder = pack(&[]);
    let wrong = SAMPLE
        .replace(
            "# ok: acme/bucket-public-acl\n# expect: acme/bucket-owner\n",
            "# expect: acme/bucket-public-acl\n",
        )
        .replace("# ok: acme/bucket-owner", "# expect: acme/bucket-owner");
    folder.write("tests/bucket/buckets.tf", &wrong);
    let run = folder.run(&["test", "--update"]);
    run.says(
        2,
        &[
            "update tests/bucket/buckets.tf",
            "- # expect: acme/bucket-owner",
            "+ # expect: acme/bucket-owner",
        ],
    );
    folder.run(&["test"]).says(0, &["1 passed"]);
    insta::assert_snapshot!(folder.read("tests/bucket/buckets.tf"), @r#"
    resource "aws_s3_bucket" "a" {
      acl  = "public-read" # expect: acme/bucket-public-acl message="public-read"
      tags = { owner = "me" }
    }

    # expect: acme/bucket-owner
    resource "aws_s3_bucket" "b" {
      acl = "private"
    }
    "#);
}

#[rstest]
#[case::field(
    "attributes: {}\n    expct: pass",
    "unknown field `expct` in a case: did you mean `expect`?"
)]
#[case::verdict(
    "attributes: {}\n    expect: fail",
    "`expect` is one of finding, pass, inconclusive, error"
)]
#[case::no_verdict("attributes: {}", "needs `expect`")]
#[case::rule(
    "rule: acme/bucket-publik-acl\n    expect: pass",
    "did you mean `acme/bucket-public-acl`?"
)]
#[case::kind("type: aws_instance\n    expect: pass", "does not judge `aws_instance`")]
#[case::unknown("unknown: {acl: x}\n    expect: pass", "write a JSON pointer and a reason")]
#[case::params("params: {nobody: 1}\n    expect: pass", "the pack has no parameter `nobody`")]
#[case::other(
    "attributes: {acl: private}\n    expect: finding",
    "expected the verdict finding, got pass"
)]
fn mistakes_in_tables(#[case] case: &str, #[case] words: &str) {
    let table = format!("rule: acme/bucket-public-acl\ncases:\n  - name: a\n    {case}\n");
    let folder = pack(&[("tests/bucket/acl_test.yaml", &table)]);
    folder.run(&["test"]).says(2, &[words, "tests/bucket/acl_test.yaml:"]);
}

#[test]
fn json_and_junit() {
    let folder = pack(&[("tests/bucket/owner_test.rego", UNIT)]);
    folder.write("tests/bucket/owner_test.rego", &UNIT.replace("== 0", "== 4"));
    let run = folder.run(&["test", "-o", "json=out.json", "-o", "junit=out.xml", "-c"]);
    assert_eq!(run.code, 2, "{}", run.text);
    assert_eq!(run.text, "");
    let json: serde_json::Value = serde_json::from_str(&folder.read("out.json")).unwrap();
    assert_eq!(json["summary"]["failed"], 1);
    let failed =
        json["tests"].as_array().unwrap().iter().find(|test| test["fail"] == true).unwrap();
    assert_eq!(failed["package"], "data.dreadnought.acme.bucket_owner_test");
    assert_eq!(failed["name"], "test_owner");
    assert_eq!(
        failed["location"],
        serde_json::json!({"file": "tests/bucket/owner_test.rego", "row": 9, "col": 1})
    );
    assert!(json["coverage"]["groups"]["rules"]["total"].as_u64().unwrap() > 5);
    let xml = folder.read("out.xml");
    assert!(
        xml.contains("<testsuites tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"0\">"),
        "{xml}"
    );
    assert!(xml.contains("count(bucket_owner.deny) == 4 = false"), "{xml}");
}

#[test]
fn data_and_plain_folders_as_in_opa() {
    let folder = Folder::new(&[
        ("policy/a.rego", "package a\n\nallow if input.n < data.limits.most\n"),
        (
            "policy/a_test.rego",
            "package a_test\n\nimport data.a\n\ntest_a if a.allow with input.n as 3\n",
        ),
        ("limits/data.json", "{\"most\": 5}"),
    ]);
    folder.run(&["test", "."]).says(0, &["1 passed, 0 failed"]);
    folder.write("limits/more.yaml", "most: 6\n");
    folder.run(&["test", "."]).says(2, &["`data.limits.most` is set by another file already"]);
}

const CONFIGURATION: &str = r#"variable "acl" {}

variable "token" {
  sensitive = true
  default   = "hunter2hunter2"
}

resource "aws_s3_bucket" "open" {
  acl = var.acl
}

resource "aws_s3_bucket" "public" {
  acl  = "public-read"
  tags = { owner = var.token }
}
"#;

#[test]
fn eval_traces_a_rule_in_cel() {
    let folder = pack(&[("main.tf", CONFIGURATION)]);
    let run = folder.run(&["eval", "acme/bucket-public-acl", "main.tf", "--pack", ".", "--trace"]);
    run.says(
        0,
        &[
            "acme/bucket-public-acl on aws_s3_bucket.open (main.tf:8:1): inconclusive",
            "unknown: aws_s3_bucket.open/acl: variable 'acl' has no default",
            "acme/bucket-public-acl on aws_s3_bucket.public (main.tf:12:1): finding",
            "the acl is public-read",
            "attr.acl                                          \"public-read\"",
            "not evaluated: an operand before it is true",
        ],
    );
    let one = folder.run(&[
        "eval",
        "acme/bucket-public-acl",
        "main.tf",
        "--pack",
        ".",
        "--resource",
        "aws_s3_bucket.public",
    ]);
    one.says(0, &["finding"]);
    assert!(!one.text.contains("inconclusive"), "{}", one.text);
}

#[test]
fn eval_traces_a_rule_in_rego_and_keeps_secrets() {
    let folder = pack(&[("main.tf", CONFIGURATION)]);
    let run = folder.run(&["eval", "acme/bucket-owner", "main.tf", "--pack", ".", "--trace"]);
    run.says(
        0,
        &[
            "acme/bucket-owner on aws_s3_bucket.open (main.tf:8:1): finding",
            "bucket.tags.owner            undefined, so that `not` holds",
            "acme/bucket-owner on aws_s3_bucket.public (main.tf:12:1): pass",
            "aws_s3_bucket.tags.owner",
        ],
    );
    assert!(!run.text.contains("hunter2"), "{}", run.text);
}

#[rstest]
#[case::rule(&["eval", "acme/bucket-ownr", "main.tf", "--pack", "."], 2, "did you mean acme/bucket-owner?")]
#[case::resource(&["eval", "acme/bucket-owner", "main.tf", "--pack", ".", "--resource", "x.y"], 2, "judges no resource x.y")]
#[case::nothing(&["eval", "acme/bucket-owner", "empty.tf", "--pack", "."], 3, "nothing to judge")]
fn eval_says_what_it_cannot_do(#[case] arguments: &[&str], #[case] code: i32, #[case] words: &str) {
    let folder = pack(&[("main.tf", CONFIGURATION), ("empty.tf", "locals {}\n")]);
    folder.run(arguments).says(code, &[words]);
}

#[test]
fn update_rewrites_tables() {
    let folder = pack(&[]);
    folder.write(
        "tests/bucket/acl_test.yaml",
        "rule: acme/bucket-public-acl\ncases:\n  # Kept.\n  - name: open\n    attributes: {acl: public-read}\n    expect: pass\n  \
         - name: closed\n    attributes: {acl: private}\n    expect: finding\n    message: the acl\n    count: 1\n  \
         - {name: told, attributes: {acl: public-read}, expect: finding, message: nothing like it, at: /acl, dread: 1.0}\n",
    );
    folder.run(&["test", "--update"]).says(
        2,
        &["update tests/bucket/acl_test.yaml", "-     expect: pass", "+     expect: finding"],
    );
    insta::assert_snapshot!(folder.read("tests/bucket/acl_test.yaml"), @r#"
    rule: acme/bucket-public-acl
    cases:
      # Kept.
      - name: open
        attributes: {acl: public-read}
        expect: finding
      - name: closed
        attributes: {acl: private}
        expect: pass
      - {name: told, attributes: {acl: public-read}, expect: finding, message: "the acl is public-read", at: /acl, dread: 9.2}
    "#);
    folder.run(&["test"]).says(0, &["0 failed"]);
}

/// Of a table, only the cases that were asked for are changed.
#[test]
fn update_changes_what_was_run() {
    let folder = pack(&[]);
    let table = "rule: acme/bucket-public-acl\ncases:\n  - {name: one, attributes: {acl: public-read}, expect: pass}\n  \
                 - {name: two, attributes: {acl: public-read}, expect: pass}\n";
    folder.write("tests/bucket/acl_test.yaml", table);
    folder.run(&["test", "--update", "--run", "\\[two\\]"]).says(2, &["1 failed"]);
    let after = folder.read("tests/bucket/acl_test.yaml");
    assert_eq!(
        after,
        table.replace(
            "name: two, attributes: {acl: public-read}, expect: pass",
            "name: two, attributes: {acl: public-read}, expect: finding"
        )
    );
}

#[test]
fn a_comment_on_another_line_of_the_block_is_told_where_it_belongs() {
    let folder = pack(&[]);
    folder.write(
        "tests/bucket/buckets.tf",
        "# expect: acme/bucket-public-acl\nresource \"aws_s3_bucket\" \"a\" {\n  tags = { owner = \"me\" }\n  acl  = \"public-read\"\n}\n",
    );
    let run = folder.run(&["test"]);
    run.says(2, &["finds something in this block, on line 4: the comment belongs there"]);
    assert!(!run.text.contains("no comment announces it"), "{}", run.text);
}

/// `ok` inside of a block says that nothing is wrong on that line; on its first line, that all of it passes.
#[rstest]
#[case::another_line(
    "  acl  = \"public-read\" # expect: acme/bucket-public-acl\n  tags = { owner = \"me\" } # ok: acme/bucket-public-acl",
    0
)]
#[case::the_line_itself("  acl = \"public-read\" # ok: acme/bucket-public-acl", 2)]
#[case::not_announced(
    "  acl  = \"public-read\"\n  tags = { owner = \"me\" } # ok: acme/bucket-public-acl",
    2
)]
#[case::finding_on_the_first_line("  acl = \"private\" # ok: acme/bucket-owner", 2)]
fn ok_inside_of_a_block(#[case] body: &str, #[case] code: i32) {
    let folder = pack(&[]);
    folder.write(
        "tests/bucket/buckets.tf",
        &format!("resource \"aws_s3_bucket\" \"a\" {{\n{body}\n}}\n"),
    );
    let owner = if body.contains("owner =") { "" } else { "# expect: acme/bucket-owner\n" };
    let text = folder.read("tests/bucket/buckets.tf");
    folder.write("tests/bucket/buckets.tf", &format!("{owner}{text}"));
    folder.run(&["test"]).says(code, &[]);
}

#[test]
fn ok_on_the_first_line_means_all_of_it() {
    let folder = pack(&[]);
    folder.write(
        "tests/bucket/buckets.tf",
        "# ok: acme/bucket-public-acl\nresource \"aws_s3_bucket\" \"a\" {\n  acl  = \"public-read\" # expect: acme/bucket-public-acl\n  tags = { owner = \"me\" }\n}\n",
    );
    folder.run(&["test"]).says(2, &["expected `acme/bucket-public-acl` to pass here"]);
}

/// Folders without a manifest are tested as OPA does: arguments of what is negated are evaluated before, and going over what is no
/// collection ends the body.
#[rstest]
#[case::argument("x if not f(input.b)", false)]
#[case::argument_in_braces("x if {\n\ttrue\n\tnot f(input.b)\n}", false)]
#[case::argument_that_is_there("x if not f(input.a)", true)]
#[case::second_argument("x if not g(input.a, input.b)", false)]
#[case::argument_within("x if not f(f2(input.b))", false)]
#[case::in_a_list("x if not g([input.b], 1)", false)]
#[case::comparison("x if not input.b > 1", false)]
#[case::comparison_of_what_is_there("x if not input.a > 1", true)]
#[case::equality("x if not input.b == 1", true)]
#[case::equality_of_a_call("x if not f2(input.b) == 1", false)]
#[case::equality_of_a_call_that_is_there("x if not f2(input.a) == 2", true)]
#[case::membership("x if not input.b in [1]", false)]
#[case::reference("x if not input.b", true)]
#[case::index("x if not input.c[input.b]", false)]
#[case::with_input("x if not f(input.b) with input as {\"b\": 1}", true)]
#[case::with_other_input("x if not f(input.a) with input as {\"b\": 1}", false)]
#[case::in_a_comprehension("x if count([1 | not f(input.b)]) == 0", true)]
#[case::in_every("x if {\n\tevery y in [1] { not f(input.a + y) }\n}", false)]
#[case::rule("nowhere if false\n\nx if not f(nowhere)", false)]
#[case::variable("x if {\n\ty := 1\n\tnot f(y)\n}", true)]
#[case::over_a_number("x if some y in input.a", false)]
#[case::over_a_text("x if {\n\tsome y in input.t\n\ty == \"t\"\n}", false)]
#[case::over_a_list("x if some y in input.l", true)]
#[case::over_a_call("x if {\n\tsome y in numbers.range(1, 2)\n\t(y + 1) == 3\n}", true)]
#[case::over_keys("x if {\n\tsome k, v in input.c\n\tk == \"k\"\n}", true)]
#[case::key_over_nothing("s contains input.nothing[_].name\n\nx if count(s) == 0", true)]
#[case::key_over_a_number("s contains input.a[_].name\n\nx if count(s) == 0", true)]
#[case::key_over_a_list("s contains input.l[_]\n\nx if s == {1}", true)]
#[case::key_with_a_body(
    "s contains input.a[_] if {\n\tinput.a == 1\n}\n\nx if count(s) == 0",
    true
)]
#[case::key_with_a_body_of_one("s contains input.l[i] if i == 0\n\nx if s == {1}", true)]
fn bodies_as_in_opa(#[case] rule: &str, #[case] holds: bool) {
    let expected = if holds { "p.x" } else { "not p.x" };
    let folder = Folder::new(&[
        (
            "p.rego",
            &format!("package p\n\nf(y) if y > 1\n\nf2(y) := y\n\ng(y, z) if y == z\n\n{rule}\n"),
        ),
        (
            "p_test.rego",
            &format!(
                "package p_test\n\nimport data.p\n\ntest_x if {expected} with input as {{\"a\": 1, \"t\": \"t\", \"l\": [1], \"c\": {{\"k\": 1}}}}\n"
            ),
        ),
    ]);
    folder.run(&["test", "."]).says(0, &["1 passed"]);
}

/// Modules from before OPA 1.0 may have bodies in a chain.
#[test]
fn bodies_in_a_chain() {
    let folder = Folder::new(&[
        (
            "p.rego",
            "package p\n\nis_workload(obj) {\n\tobj.kind == \"Pod\"\n} {\n\tobj.kind == \"Job\"\n}\n\nnames[name] {\n\tname := input.a\n} {\n\tname := input.b\n}\n",
        ),
        (
            "p_test.rego",
            "package p_test\n\nimport data.p\n\ntest_both {\n\tp.is_workload({\"kind\": \"Pod\"})\n\tp.is_workload({\"kind\": \"Job\"})\n\tnot p.is_workload({\"kind\": \"Role\"})\n}\n\ntest_names {\n\tp.names == {1, 2} with input as {\"a\": 1, \"b\": 2}\n}\n",
        ),
    ]);
    folder.run(&["test", "--v0-compatible", "."]).says(0, &["2 passed"]);
}

/// What a secret can be, or holds among other things, is as secret as it is itself, also where it decides a rule that would say it.
#[rstest]
#[case::alternatives(
    "mode = sensitive(var.big ? \"hunter2-live\" : \"hunter2-test\")",
    "r.attributes.mode in {\"hunter2-live\", \"hunter2-test\"}",
    "[r.attributes.mode]"
)]
#[case::elements(
    "mode = sensitive(concat([\"hunter2-live\"], var.more))",
    "some t in r.attributes.mode; startswith(t, \"hunter\")",
    "[t]"
)]
fn what_a_secret_can_be_is_not_said(#[case] body: &str, #[case] when: &str, #[case] said: &str) {
    let rule = format!(
        "# METADATA\n# title: Mode\n# custom:\n#   id: mode\n#   applies_to: [acme_thing]\n#   threat: T003\n#   remediation: Do.\npackage dreadnought.acme.mode\n\n\
         deny contains {{\"resource\": r.address, \"at\": \"/mode\", \"message\": sprintf(\"mode %v\", {said})}} if {{\n\tsome r in input.by_type.acme_thing\n\t{when}\n}}\n"
    );
    let thing = format!(
        "variable \"big\" {{\n  type = bool\n}}\nvariable \"more\" {{\n  type = list(string)\n}}\nresource \"acme_thing\" \"a\" {{\n  {body}\n}}\n"
    );
    let folder = Folder::new(&[
        ("acme/pack.yaml", MANIFEST),
        ("acme/rules/mode.rego", &rule),
        ("infra/main.tf", &thing),
    ]);
    for arguments in [
        &["scan", "infra", "--no-builtin", "--pack", "acme"][..],
        &["scan", "infra", "--no-builtin", "--pack", "acme", "-o", "json"],
        &["scan", "infra", "--no-builtin", "--pack", "acme", "-o", "sarif"],
        &["eval", "acme/mode", "infra", "--pack", "acme", "--trace"],
        &["normalize", "infra"],
    ] {
        let run = folder.run(arguments);
        assert!(!run.text.contains("hunter2"), "{arguments:?}: {}", run.text);
        if arguments[0] == "scan" {
            run.says(1, &["mode "]);
        }
    }
}

/// A folder that is no pack is tested as `opa test` does; what that leaves out, or takes in, is said.
#[test]
fn folders_say_what_they_hold() {
    let folder = pack(&[("tests/bucket/owner_test.rego", UNIT)]);
    let path = folder.path("").to_str().unwrap().to_owned();
    folder.run(&["test", &path]).says(0, &["3 passed"]);
    let outer = Folder::new(&[("rego/a_test.rego", "package a_test\n\ntest_a if true\n")]);
    for (name, text) in [("pack.yaml", MANIFEST), ("rules/bucket.yaml", CEL)] {
        outer.write(&format!("acme/{name}"), text);
    }
    let run = outer.run(&["test"]);
    run.says(0, &["1 passed", "acme is a pack, of which only the tests in Rego run here"]);
    assert!(!run.text.contains("modules of Rego"), "{}", run.text);
    for at in 0..201 {
        outer.write(&format!("rego/m{at}.rego"), &format!("package m{at}\n"));
    }
    outer.run(&["test"]).says(0, &["all 202 modules of Rego below it are loaded", "in 1 of them"]);
}
