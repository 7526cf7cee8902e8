//! `dreadnought pack new|lint|fmt|docs` and `explain`.

use std::path::Path;

use dreadnought::lint::{CODES, format};
use rstest::rstest;
use serde_json::Value as Json;

use crate::pack_runs::{CEL, Folder, MANIFEST, REGO};

#[test]
fn a_new_pack_passes_its_own_tests_and_checks() {
    let folder = Folder::new(&[]);
    folder.run(&["pack", "new", "acme-cloud"]).says(0, &["dreadnought test acme-cloud"]);
    folder
        .run(&["test", "acme-cloud", "--require-tests", "--threshold", "100"])
        .says(0, &["8 passed, 0 failed", "rules 100.00 %"]);
    folder.run(&["pack", "lint", "acme-cloud"]).says(0, &["0 remarks"]);
    folder.run(&["pack", "fmt", "--check", "acme-cloud"]).says(0, &["0 of 2 files to format"]);
    for schema in ["pack", "rules", "threats", "tests"] {
        assert!(folder.path(&format!("acme-cloud/.schemas/{schema}.schema.json")).exists());
    }
    let settings = folder.read("acme-cloud/.vscode/settings.json");
    assert!(serde_json::from_str::<serde_json::Value>(&settings).is_ok(), "{settings}");
    folder.run(&["pack", "new", "acme-cloud"]).says(2, &["is there already and not empty"]);
}

#[rstest]
#[case("Acme")]
#[case("a--b")]
#[case("../x")]
#[case("lib")]
#[case("")]
fn names_that_no_pack_can_have(#[case] name: &str) {
    let folder = Folder::new(&[]);
    let run = folder.run(&["pack", "new", name]);
    assert_eq!(run.code, 2, "{}", run.text);
}

#[rstest]
#[case::tests(&["test"], "2 passed, 0 failed")]
#[case::lint(&["pack", "lint"], "0 remarks")]
fn the_pack_that_every_run_has_is_looked_over_like_others(
    #[case] words: &[&str],
    #[case] says: &str,
) {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/core");
    let own = own.to_string_lossy();
    let folder =
        Folder::new(&[("core/pack.yaml", "name: core\nversion: 9.0.0\ndescription: mine\n")]);
    folder.run(&[words, &[&*own]].concat()).says(0, &[says]);
    // One that only has its name is not.
    folder.run(&[words, &["core"]].concat()).says(2, &["a pack called `core` is loaded already"]);
}

/// A pack with one rule, and with more files.
fn remarks(rule: &str, more: &[(&str, &str)]) -> String {
    let mut files = vec![
        ("pack.yaml", "name: acme\nversion: 0.1.0\ndescription: Rules.\n"),
        ("rules/bucket.yaml", rule),
    ];
    files.extend(more);
    Folder::new(&files).run(&["pack", "lint", "."]).text
}

fn rule(fields: &str) -> String {
    format!(
        "rules:\n  - id: x\n    title: X\n    description: Why.\n    threat: T003\n    remediation: Do something about it.\n{fields}"
    )
}

#[rstest]
#[case::pack_error("    applies_to: [aws_s3_bucket]\n    when: attr.acl ==\n", "L001 pack-error")]
#[case::misspelt(
    "    aplies_to: [aws_s3_bucket]\n    when: attr.acl == \"a\"\n",
    "did you mean `applies_to`?"
)]
#[case::unknown_type(
    "    applies_to: [aws_s3_buckte]\n    when: attr.acl == \"a\"\n",
    "./rules/bucket.yaml:7:18: L003 unknown-type: there is no resource type `aws_s3_buckte` (did you mean `aws_s3_bucket`?)"
)]
#[case::unknown_attribute(
    "    applies_to: [aws_s3_bucket]\n    when: attr.acll == \"a\"\n",
    "./rules/bucket.yaml:8:16: L004 unknown-attribute: `aws_s3_bucket` has no attribute `acll` here (did you mean `acl`?)"
)]
#[case::unknown_attribute_of_item(
    "    applies_to: [aws_security_group]\n    each: attr.ingress\n    when: item.form_port == 1\n",
    "has no attribute `form_port` here (did you mean `from_port`?)"
)]
#[case::never(
    "    applies_to: [aws_s3_bucket]\n    when: attr.acl == \"a\" && 1 == 2\n",
    "L005 never-matches"
)]
#[case::never_with_has(
    "    applies_to: [aws_s3_bucket]\n    when: has(attr.acl) && !has(attr.acl)\n",
    "L005 never-matches"
)]
#[case::untested(
    "    applies_to: [aws_s3_bucket]\n    when: attr.acl == \"a\"\n",
    "L006 no-test: no test names `acme/x`"
)]
#[case::stride(
    "    applies_to: [aws_s3_bucket]\n    when: attr.acl == \"a\"\n    stride: IR\n",
    "L010 stride-out-of-line: `acme/x` says STRIDE"
)]
fn a_rule_is_remarked_on(#[case] fields: &str, #[case] words: &str) {
    let text = remarks(&rule(fields), &[]);
    assert!(text.contains(words), "no {words:?} in:\n{text}");
}

#[test]
fn a_rule_that_can_match_is_left_alone() {
    for when in [
        "!has(attr.acl)",
        "!has(attr.acl) || attr.acl == \"a\"",
        "attr.acl == null && attr.bucket != \"b\"",
        "has(attr.acl)",
    ] {
        let fields = format!("    applies_to: [aws_s3_bucket]\n    when: '{when}'\n");
        let text = remarks(&rule(&fields), &[]);
        assert!(!text.contains("L005"), "{text}");
    }
}

#[rstest]
#[case::remediation(
    "remediation: Do something about it.",
    "remediation: TODO",
    "L007 weak-remediation"
)]
#[case::description("    description: Why.\n", "", "L011 no-description")]
#[case::dread(
    "    description: Why.\n",
    "    dread: {damage: 1}\n",
    "L009 dread-out-of-line: `acme/x` has damage 1, its threat class T003 has 8"
)]
fn what_a_rule_says_is_remarked_on(#[case] from: &str, #[case] to: &str, #[case] words: &str) {
    let text =
        rule("    applies_to: [aws_s3_bucket]\n    when: attr.acl == \"a\"\n").replace(from, to);
    let text = remarks(&text, &[]);
    assert!(text.contains(words), "no {words:?} in:\n{text}");
}

/// A type of which no vocabulary says anything, and the same with a meaning in the pack's own.
#[test]
fn types_without_a_meaning_are_named() {
    let text = rule("    applies_to: [acme_queue]\n    when: attr.open == true\n");
    let said = remarks(&text, &[]);
    assert!(said.contains("L012 no-meaning: `acme_queue` has no meaning"), "{said}");
    let meaning = "meanings:\n  - type: acme_queue\n    kind: queue\n    element: data_store\n";
    let said = remarks(&text, &[("vocabulary/acme.yaml", meaning)]);
    assert!(!said.contains("L012"), "{said}");
}

/// Of a type that its provider does not have, it is not said as well that it means nothing.
#[test]
fn a_misspelt_type_is_named_once() {
    let text = rule("    applies_to: [aws_s3_bukket]\n    when: attr.open == true\n");
    let said = remarks(&text, &[]);
    assert!(
        said.contains("L003 unknown-type: there is no resource type `aws_s3_bukket`"),
        "{said}"
    );
    assert!(!said.contains("L012"), "{said}");
}

const UNTIDY: &str = "# METADATA
# title: Owner
# description: Why.
# custom:
#   id: owner
#   applies_to: [aws_s3_bucket]
#   threat: T003
#   remediation: Add a tag owner.
package dreadnought.acme.bucket_owner

import data.dreadnought.lib

deny contains {\"resource\": bucket.address, \"at\": \"\", \"message\": \"no\"} if {
\tsome bucket in input.by_type.aws_s3_bucket
\tcount := 1   
\tunused := bucket.name
\tprint(bucket)
\tnot hasOwner(bucket)
}

hasOwner(x) if x.tags.owner

";

#[test]
fn rego_is_remarked_on_and_fixed() {
    let folder = Folder::new(&[("pack.yaml", MANIFEST), ("rules/bucket_owner.rego", UNTIDY)]);
    folder.run(&["pack", "lint", "."]).says(
        1,
        &[
            "./pack.yaml:5:3: L002 unused-parameter: no rule reads the parameter `owners`",
            "./rules/bucket_owner.rego:11:1: L020 unused-import: `lib` is imported and never used",
            "./rules/bucket_owner.rego:16:2: L021 unused-variable: `unused` is declared and never used",
            "L022 shadowing: `count` hides the built-in of this name",
            "./rules/bucket_owner.rego:17:2: L023 left-print",
            "./rules/bucket_owner.rego:21:1: L024 rule-name: rule `hasOwner` is not in snake_case",
            "./rules/bucket_owner.rego:15:12: L030 white-space",
        ],
    );
    folder.run(&["pack", "lint", "--fix", "."]).says(1, &["3 fixed"]);
    let after = folder.read("rules/bucket_owner.rego");
    assert!(
        !after.contains("import data") && !after.contains("1   ") && after.ends_with("owner\n"),
        "{after}"
    );
    let run = folder.run(&["pack", "lint", "."]);
    assert!(!run.text.contains("L020") && !run.text.contains("L030"), "{}", run.text);
}

#[test]
fn a_remark_can_be_ignored_where_it_stands() {
    let fields = "    applies_to: [aws_s3_bucket]\n    # lint: ignore unknown-attribute\n    when: attr.alc == \"a\"\n";
    let text =
        rule(fields).replace("  - id: x\n", "  - id: x # lint: ignore L006, never-matches\n");
    assert_eq!(remarks(&text, &[]), "0 remarks\n");
}

/// A pack in which every code is remarked on once or more; `«` stands before what the author has to change, with its code.
const REMARKED: [(&str, &str); 5] = [
    (
        "pack.yaml",
        "name: acme
version: 0.1.0
description: No owners among its params.
params:
  «L002»owners: {type: list, default: [me]}
",
    ),
    (
        "rules/bucket.yaml",
        "rules:
  - id: «L006»bucket-todo
    title: «L011»Says aws_s3_buckte and CKV_1
    applies_to: [aws_s3_bucket]
    when: attr.acl == \"a\"
    threat: T003
    remediation: «L007»TODO
    aliases: [CKV_1]
  - id: «L006»bucket-types
    title: About aws_s3_buckte and acme_queue
    description: Why.
    applies_to: [aws_s3_bucket, «L003»aws_s3_buckte, «L012»acme_queue]
    when: attr.acl == \"a\"
    threat: T003
    remediation: Do something about it.
    aliases: [X, «L008»CKV_1]
  - id: «L006»bucket-values
    title: «L011»The acl is acll
    applies_to:
      - aws_s3_bucket
    when: >-
      attr.bucket == \"b\"
      && attr.«L004»acll == \"a\"
    threat: T003
    stride: «L010»IR
    dread:
      reproducibility: 10
      damage: «L009»1
    remediation: Do something about it.
  - id: «L006»bucket-never
    title: Never
    description: Why.
    applies_to: [aws_s3_bucket]
    when: «L005»attr.acl == \"a\" && 1 == 2
    threat: T003
    remediation: Do something about it.
  - id: «L006»bucket-contradiction
    title: Of two that exclude each other
    description: Why.
    applies_to: [aws_s3_bucket]
    only_if: attr.acl in [\"a\", \"b\"]
    when: «L005»attr.acl == \"c\" || attr.acl == \"a\" && attr.bucket != \"x\" && 'x' == attr.bucket
    threat: T003
    remediation: Do something about it.
  - id: «L006»bucket-owned
    title: Of an owner that nobody can name
    description: Why.
    applies_to: [aws_s3_bucket]
    when: attr.acl == params.«L013»ownr
    threat: T003
    remediation: Do something about it.
",
    ),
    (
        "rules/owner.rego",
        "# METADATA
# title: Owner, which acll is not
# description: Why.
# custom:
#   id: «L006»owner
#   applies_to: [«L003»aws_s3_bukket, aws_s3_bucket]
#   threat: T003
#   remediation: «L007»todo
package dreadnought.acme.owner

«L020»import data.dreadnought.lib

# The unused count of acll.
deny contains {\"resource\": bucket.address, \"at\": \"\", \"message\": \"unused\"} if {
\tsome bucket in input.by_type.aws_s3_bucket
\tbucket.attributes.«L004»acll
\t«L022»count := 1«L030»   
\t«L021»unused := bucket.name
\t«L023»print(bucket, count)
\tnot hasOwner(bucket, 1)
}

«L024»hasOwner(x, «L022»max) if x.tags.owner == max
",
    ),
    (
        "rules/never.rego",
        "# METADATA
# title: «L011»Never
# custom:
#   id: «L006»never
#   applies_to: [aws_s3_bucket]
#   threat: T003
#   remediation: Do something about it.
package dreadnought.acme.never

# Nothing to deny.
«L005»deny contains {\"resource\": bucket.address, \"at\": \"\", \"message\": \"x\"} if {
\tsome bucket in input.by_type.aws_s3_bucket
\tbucket.attributes.acl == \"a\"
\t1 == 2
}
",
    ),
    (
        "rules/broken.yaml",
        "rules:
  - id: broken
    title: Broken
    «L001»aplies_to: [aws_s3_bucket]
    when: attr.acl == \"a\"
    threat: T003
    remediation: Do something about it.
",
    ),
];

/// The text without its signs, and `line:column: code` for each sign.
fn signs(marked: &str) -> (String, Vec<String>) {
    let (mut text, mut signs) = (String::new(), Vec::new());
    for (at, piece) in marked.split('«').enumerate() {
        let Some((code, rest)) = piece.split_once('»').filter(|_| at > 0) else {
            text.push_str(piece);
            continue;
        };
        let line = text.matches('\n').count() + 1;
        let column = text.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        signs.push(format!("{line}:{column}: {code}"));
        text.push_str(rest);
    }
    (text, signs)
}

/// What does not load keeps parameters from being looked over: the broken file comes second.
#[rstest]
fn remarks_point_at_what_has_to_be_changed(#[values(false, true)] is_broken: bool) {
    let mut want = Vec::new();
    let mut files = Vec::new();
    for (path, marked) in REMARKED {
        if path == "rules/broken.yaml" && !is_broken {
            continue;
        }
        let (text, found) = signs(marked);
        let found = found.into_iter().filter(|sign| !is_broken || !sign.ends_with("L002"));
        want.extend(found.map(|sign| format!("./{path}:{sign}")));
        files.push((path, text));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, &**text)).collect();
    let said = Folder::new(&files).run(&["pack", "lint", "."]).text;
    let place = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    let mut got: Vec<String> =
        said.lines().filter(|line| line.starts_with("./")).map(place).collect();
    got.sort();
    want.sort();
    assert_eq!(got, want, "{said}");
    if is_broken {
        let seen = |code: &&str| want.iter().any(|sign| sign.ends_with(*code));
        let left: Vec<&str> = CODES.iter().map(|code| code.id).filter(|code| !seen(code)).collect();
        assert_eq!(left, ["L002"]);
    }
}

/// A comment may stand where the remark points, or at the id of its rule.
#[rstest]
#[case::at_the_field("    remediation: TODO # lint: ignore L007\n", "  - id: x\n")]
#[case::above_the_field("    # lint: ignore L007\n    remediation: TODO\n", "  - id: x\n")]
#[case::at_the_id("    remediation: TODO\n", "  - id: x # lint: ignore weak-remediation\n")]
fn a_remark_on_a_field_can_be_ignored(#[case] remediation: &str, #[case] id: &str) {
    let text = rule("    applies_to: [aws_s3_bucket]\n    when: attr.acl == \"a\"\n");
    let text = text.replace("    remediation: Do something about it.\n", remediation);
    let said = remarks(&text.replace("  - id: x\n", id), &[]);
    assert!(said.contains("L006") && !said.contains("L007"), "{said}");
}

#[test]
fn every_code_is_explained() {
    let folder = Folder::new(&[]);
    let all = folder.run(&["pack", "lint", "--explain"]).text;
    for code in CODES {
        assert!(all.contains(code.id) && all.contains(code.name), "{}", code.id);
        folder.run(&["pack", "lint", "--explain", code.name]).says(0, &[code.about]);
    }
    folder
        .run(&["pack", "lint", "--explain", "unknown-typ"])
        .says(2, &["did you mean unknown-type?"]);
}

#[rstest]
fn built_in_packs_have_no_remarks_and_are_formatted(
    #[values("aws", "azure", "gcp", "kubernetes", "terraform", "core")] pack: &str,
) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies").join(pack);
    let folder = Folder::new(&[]);
    let run = folder.run(&["pack", "lint", &path.display().to_string()]);
    assert_eq!((run.code, run.text.as_str()), (0, "0 remarks\n"));
    folder.run(&["pack", "fmt", "--check", &path.display().to_string()]).says(0, &["0 of "]);
}

#[test]
fn rules_get_one_layout_and_keep_their_comments() {
    let text = "# what these are about
rules:

- id: b   # the first
  threat: T003
  remediation: >-
     Do this,
     then that.
  # why
  # so
  when: |
    attr.a == 1

    || attr.b
  title: B


  applies_to: [x_y]
# about c
- title: C
  id: c
  applies_to: [x_y]
  extra: 1
  when: attr.c
  threat: T003
  remediation: none
";
    let formatted = format(text).unwrap();
    insta::assert_snapshot!(formatted, @r"
    # what these are about
    rules:
      - id: b   # the first
        title: B
        applies_to: [x_y]
        # why
        # so
        when: |
          attr.a == 1

          || attr.b
        threat: T003
        remediation: >-
           Do this,
           then that.

      # about c
      - id: c
        title: C
        applies_to: [x_y]
        when: attr.c
        threat: T003
        remediation: none
        extra: 1
    ");
    assert_eq!(format(&formatted).unwrap(), formatted);
}

#[rstest]
#[case::flow("rules: [{id: a, title: b}]\n")]
#[case::broken("rules:\n  - id: [\n")]
#[case::empty("")]
fn what_is_not_understood_is_left_alone(#[case] text: &str) {
    assert!(format(text).is_err(), "{:?}", format(text));
}

const SAMPLE: &str = r#"# ok: acme/bucket-owner
resource "aws_s3_bucket" "a" {
  acl  = "public-read" # expect: acme/bucket-public-acl
  tags = { owner = "me" }
}

# ok: acme/bucket-public-acl
# expect: acme/bucket-owner
resource "aws_s3_bucket" "b" {
  acl = "<private>"
}
"#;

#[test]
fn the_reference_has_examples_from_the_tests() {
    let folder = Folder::new(&[
        ("pack.yaml", MANIFEST),
        ("rules/bucket.yaml", CEL),
        ("rules/bucket_owner.rego", REGO),
        ("tests/bucket/buckets.tf", SAMPLE),
    ]);
    let markdown = folder.run(&["pack", "docs", "."]);
    markdown.says(
        0,
        &[
            "# Pack `acme` 0.1.0",
            "| [`acme/bucket-owner`](#acmebucket-owner) | 9.2 high | I | Bucket has no owner |",
            "- STRIDE I, information disclosure: an attacker reads what is not meant for them",
            "| damage | 8 | as its threat class T003 |",
            "Found (`tests/bucket/buckets.tf`):\n\n```\nresource \"aws_s3_bucket\" \"a\" {\n  acl  = \"public-read\"\n  tags = { owner = \"me\" }\n}\n```",
        ],
    );
    folder.run(&["pack", "docs", ".", "-o", "out"]).says(0, &[]);
    let html = folder.read("out/acme.html");
    assert!(html.contains("<pre>resource &quot;aws_s3_bucket&quot; &quot;b&quot; {\n  acl = &quot;&lt;private&gt;&quot;\n}</pre>"), "{html}");
    assert!(!html.contains("src=") && !html.contains("<script"), "{html}");
    assert_eq!(folder.read("out/acme.md"), markdown.text);
    folder.run(&["explain", "acme/bucket-owner", "--pack", "."]).says(
        0,
        &[
            "damage 8: as its threat class T003",
            "Found, from tests/bucket/buckets.tf:",
            "    resource \"aws_s3_bucket\" \"b\" {",
        ],
    );
}

const ONLY_IF: &str = "rules:
  - id: db-without-log
    title: Database logs nothing
    description: Why.
    applies_to: [aws_db_instance]
    only_if: attr.engine == \"postgres\"
    when: size(list_of(attr.enabled_cloudwatch_logs_exports)) == 0
    at: enabled_cloudwatch_logs_exports
    threat: T023
    remediation: Export the logs of the database.
";

fn database(comment: &str, name: &str, engine: &str, logs: &str) -> String {
    // A finding points to the attribute.
    let (above, beside) = if comment.starts_with("expect") { ("", comment) } else { (comment, "") };
    format!(
        "# {above}\nresource \"aws_db_instance\" \"{name}\" {{\n  engine = {engine}\n  enabled_cloudwatch_logs_exports = {logs} # {beside}\n}}\n"
    )
}

/// A rule says of what it speaks: the rest is neither a finding nor a pass, so that nothing is proven by it.
#[test]
fn a_rule_speaks_of_some_resources_only() {
    let variables = "variable \"engine\" {\n  type = string\n}\n";
    let sample = [
        variables.to_owned(),
        database("expect: acme/db-without-log", "silent", "\"postgres\"", "[]"),
        database("ok: acme/db-without-log", "logged", "\"postgres\"", "[\"postgresql\"]"),
        database("inconclusive: acme/db-without-log", "open", "var.engine", "[]"),
        database("another engine", "other", "\"mysql\"", "[]"),
        database(
            "an open engine that passes if it is this one",
            "perhaps",
            "var.engine",
            "[\"a\"]",
        ),
    ];
    let manifest = "name: acme\nversion: 0.1.0\ndescription: Rules.\n";
    let folder = Folder::new(&[
        ("pack.yaml", manifest),
        ("rules/db.yaml", ONLY_IF),
        ("tests/db/main.tf", &sample.concat()),
    ]);
    folder.run(&["test", ".", "--require-tests"]).says(0, &["1 passed, 0 failed; 3 verdicts"]);
    folder.run(&["pack", "lint", "."]).says(0, &["0 remarks"]);
    folder
        .run(&["eval", "acme/db-without-log", "tests/db", "--pack", ".", "--trace"])
        .says(0, &["not applicable", "only_if"]);
    folder
        .run(&["explain", "acme/db-without-log", "--pack", "."])
        .says(0, &["attr.engine == \"postgres\""]);
    for name in ["other", "perhaps"] {
        let engine = if name == "other" { "\"mysql\"" } else { "var.engine" };
        let wrong = database("ok: acme/db-without-log", name, engine, "[\"a\"]");
        folder.write("tests/db/main.tf", &[variables, &wrong].concat());
        folder.run(&["test", "."]).says(2, &["expected `acme/db-without-log` to pass here"]);
    }
    folder.write("tests/db/main.tf", &sample.concat());
    folder.write(
        "tests/db/log_test.yaml",
        "rule: acme/db-without-log\ntype: aws_db_instance\ncases:\n  - name: other\n    attributes: {engine: mysql}\n    expect: nothing\n  \
         - name: perhaps\n    attributes: {enabled_cloudwatch_logs_exports: [a]}\n    unknown: {/engine: later}\n    expect: nothing\n",
    );
    folder.run(&["test", "."]).says(0, &["3 passed, 0 failed; 5 verdicts"]);
    folder.write("rules/db.yaml", &ONLY_IF.replace("\"postgres\"\n", "\"postgres\" &&\n"));
    folder.run(&["pack", "lint", "."]).says(2, &["rules/db.yaml:6:", "`only_if` does not compile"]);
}

/// What a rule does not speak of proves nothing; where that is not known, nor is whether the control is about anything.
#[rstest]
#[case::other("\"mysql\"", "[]", "not applicable")]
#[case::passes_if_any("var.engine", "[\"a\"]", "not decidable")]
#[case::found_if_any("var.engine", "[]", "not decidable")]
#[case::passes("\"postgres\"", "[\"a\"]", "evidenced")]
fn controls_of_a_rule_that_speaks_of_some(
    #[case] engine: &str,
    #[case] logs: &str,
    #[case] state: &str,
) {
    let folder = Folder::new(&[
        ("acme/pack.yaml", "name: acme\nversion: 0.1.0\ndescription: Rules.\n"),
        ("acme/rules/db.yaml", ONLY_IF),
        (
            "base.yaml",
            "id: base\ntitle: Base\nversion: '1'\ngroups:\n  - id: g\n    title: G\n    controls:\n      - {id: C-1, title: Logs, rules: [acme/db-without-log]}\n",
        ),
        (
            "infra/main.tf",
            &["variable \"engine\" {\n  type = string\n}\n", &database("", "db", engine, logs)]
                .concat(),
        ),
        ("infra/queue.tf", "resource \"aws_sqs_queue\" \"q\" {\n  name = \"q\"\n}\n"),
    ]);
    let run = folder.run(&[
        "comply",
        "--baseline",
        "base.yaml",
        "--no-builtin",
        "--pack",
        "acme",
        "infra",
    ]);
    assert!(run.text.contains(&format!("1 {state}")), "{}", run.text);
}

/// Which packs judged, and in which state, stands in every report.
#[test]
fn every_report_names_the_packs_by_digest() {
    let folder = Folder::new(&[
        ("acme/pack.yaml", "name: acme\nversion: 0.1.0\ndescription: Rules.\n"),
        ("acme/rules/db.yaml", ONLY_IF),
        (
            "acme/tests/db/main.tf",
            &database("ok: acme/db-without-log", "db", "\"postgres\"", "[\"a\"]"),
        ),
        (
            "base.yaml",
            "id: base\ntitle: Base\nversion: '1'\ngroups:\n  - id: g\n    title: G\n    controls:\n      - {id: C-1, title: Logs, rules: [acme/db-without-log]}\n",
        ),
        ("infra/main.tf", &database("", "db", "\"postgres\"", "[]")),
    ]);
    let packs = ["--no-builtin", "--pack", "acme"];
    let json: Json = {
        let run = folder.run(&[&["scan", "infra", "-o", "json"], &packs[..]].concat());
        serde_json::from_str(&run.text).unwrap()
    };
    let own = json["packs"].as_array().unwrap().iter().find(|pack| pack["name"] == "acme").unwrap();
    let digest = &own["digest"].as_str().unwrap()[.."sha256:".len() + 12];
    let formats: [(&str, &[&str], &[&str]); 4] = [
        ("scan", &["infra"], &["text", "json", "ndjson", "sarif"]),
        (
            "comply",
            &["infra", "--baseline", "base.yaml"],
            &["text", "json", "junit", "sarif", "oscal", "markdown"],
        ),
        ("model", &["infra"], &["text", "json", "markdown", "html"]),
        ("test", &["acme"], &["json", "junit"]),
    ];
    for (command, paths, formats) in formats {
        for format in formats {
            let mut arguments = vec![command, "-o", format];
            arguments.extend(paths);
            arguments.extend(packs.iter().filter(|_| command != "test"));
            let run = folder.run(&arguments);
            assert!(run.text.contains(digest), "{arguments:?}: {}", run.text);
        }
    }
}
