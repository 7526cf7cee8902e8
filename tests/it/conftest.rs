//! Policies written for conftest: their input for each format, counting, exceptions, exit codes, mappings.

use dreadnought::conftest::{format_of, parse};
use rstest::rstest;
use serde_json::Value as Json;

use crate::cli::Workspace;

#[rstest]
#[case("a/Dockerfile", Some("dockerfile"))]
#[case("dev.dockerfile", Some("dockerfile"))]
#[case("Dockerfile.debug", Some("dockerfile"))]
#[case("main.tf", Some("hcl2"))]
#[case("x.tfvars", Some("hcl2"))]
#[case(".env.prod", Some("dotenv"))]
#[case(".gitignore", Some("ignore"))]
#[case("a.YAML", Some("yaml"))]
#[case("Jenkinsfile", Some("groovy"))]
#[case("README.md", None)]
fn formats_go_by_names(#[case] path: &str, #[case] expected: Option<&str>) {
    assert_eq!(format_of(path), expected);
}

#[rstest]
// HCL
#[case::block(
    "hcl2",
    "resource \"a\" \"b\" {\n  x = 1\n}\n",
    r#"{"resource":{"a":{"b":[{"x":1}]}}}"#
)]
#[case::same_labels("hcl2", "r \"a\" {}\nr \"a\" { y = true }\n", r#"{"r":{"a":[{},{"y":true}]}}"#)]
#[case::no_label(
    "hcl2",
    "locals {\n  n = null\n  m = -2\n}\n",
    r#"{"locals":[{"m":-2,"n":null}]}"#
)]
#[case::reference("hcl2", "x = var.a\n", r#"{"x":"${var.a}"}"#)]
#[case::whole("hcl2", "x = \"${var.a}\"\n", r#"{"x":"${var.a}"}"#)]
#[case::template("hcl2", "x = \"a-${var.b}-${c(1)}\"\n", r#"{"x":"a-${var.b}-${c(1)}"}"#)]
#[case::expression(
    "hcl2",
    "x = var.a ? 1 : [2]\ny = !var.b\n",
    r#"{"x":"${var.a ? 1 : [2]}","y":"${!var.b}"}"#
)]
#[case::collection("hcl2", "x = [1, \"a\", var.z]\n", r#"{"x":[1,"a","${var.z}"]}"#)]
#[case::object(
    "hcl2",
    "x = {a = 1, \"b c\" = 2, (var.k) = 3}\n",
    r#"{"x":{"${(var.k)}":3,"a":1,"b c":2}}"#
)]
#[case::heredoc("hcl2", "x = <<EOF\na ${b}\nEOF\n", r#"{"x":"a ${b}\n"}"#)]
// YAML
#[case::one("yaml", "a: on\nb: 0644\n", r#"{"a":true,"b":420}"#)]
#[case::several("yaml", "a: 1\n---\nb: 2\n", r#"[{"a":1},{"b":2}]"#)]
#[case::anchor("yaml", "a: &x {k: 1}\nb: *x\n", r#"{"a":{"k":1},"b":{"k":1}}"#)]
// Others
#[case::json("json", r#"{"a": 1.5, "b": [null]}"#, r#"{"a":1.5,"b":[null]}"#)]
#[case::jsonc(
    "jsonc",
    "{\"a\": \"//\", /* x */ \"b\": [1, 2,], // y\n}",
    r#"{"a":"//","b":[1,2]}"#
)]
#[case::toml("toml", "a = 1\n[b.c]\nd = [true, \"x\"]\n", r#"{"a":1,"b":{"c":{"d":[true,"x"]}}}"#)]
#[case::ini(
    "ini",
    "; c\nz = 1\n[s]\na = 1.5 ; n\nb: yes\nc = true\nd = \"x # y\"\n",
    r#"{"s":{"a":1.5,"b":"yes","c":true,"d":"\"x"}}"#
)]
#[case::dotenv(
    "dotenv",
    "# c\nexport A=1\nB=\"x ${A}\"\nC='$A'\n",
    r#"{"A":"1","B":"x 1","C":"$A"}"#
)]
#[case::properties(
    "properties",
    "! c\na.b=1\nc: d \\\n  e\nf g\n",
    r#"{"a.b":"1","c":"d e","f":"g"}"#
)]
#[case::ignore("ignore", "# c\n!x\ny\n", r##"[[{"Kind":"Comment","Original":"# c","Value":"c"},{"Kind":"NegatedPath","Original":"!x","Value":"x"},{"Kind":"Path","Original":"y","Value":"y"},{"Kind":"Empty","Original":"","Value":""}]]"##)]
fn input_is_what_conftest_gives(#[case] format: &str, #[case] text: &str, #[case] expected: &str) {
    let sorted = |json: Json| -> Json {
        // Keys of objects have no order.
        serde_json::from_str(&json.to_string()).unwrap()
    };
    let expected: Json = serde_json::from_str(expected).unwrap();
    assert_eq!(sorted(parse(format, text).unwrap()), expected, "{text}");
}

#[test]
fn a_dockerfile_is_a_list_of_instructions() {
    let text = "# syntax\nFROM alpine:3 AS one\nRUN apk add \\\n  # within\n  curl\nENV A=1 B=\"x y\"\nFROM scratch\nCOPY --from=one /a /b\nCMD [\"/b\", \"-x\"]\nONBUILD RUN ls\nHEALTHCHECK --interval=5s CMD true\nRUN <<EOF\nls\nEOF\n";
    let made = parse("dockerfile", text).unwrap();
    let all = made[0].as_array().unwrap();
    let short = |entry: &Json| {
        format!(
            "{} {} {} {} {} {}",
            entry["Cmd"].as_str().unwrap(),
            entry["SubCmd"],
            entry["JSON"],
            entry["Flags"],
            entry["Value"],
            entry["Stage"]
        )
    };
    let all: Vec<String> = all.iter().map(short).collect();
    assert_eq!(
        all,
        [
            r#"comment "" false null ["syntax"] 0"#,
            r#"from "" false [] ["alpine:3","AS","one"] 0"#,
            r#"run "" false [] ["apk add   curl"] 0"#,
            r#"env "" false [] ["A","1","=","B","\"x y\"","="] 0"#,
            r#"from "" false [] ["scratch"] 1"#,
            r#"copy "" false ["--from=one"] ["/a","/b"] 1"#,
            r#"cmd "" true [] ["/b","-x"] 1"#,
            r#"onbuild "RUN" false [] ["ls"] 1"#,
            r#"healthcheck "" false ["--interval=5s"] ["CMD","true"] 1"#,
            r#"run "" false [] ["<<EOF"] 1"#,
        ]
    );
}

#[rstest]
#[case("yaml", "a: [", "")]
#[case("json", "{", "expected")]
#[case("hcl2", "a = ", "")]
#[case("dockerfile", "FOO x\n", "unknown instruction FOO")]
#[case("groovy", "a", "files of the format groovy cannot be read here")]
#[case("cue", "a: 1\na: 2", "line 2: a: 2 does not go with 1")]
#[case("nothing", "", "there is no format nothing")]
fn what_does_not_read_says_why(#[case] format: &str, #[case] text: &str, #[case] expected: &str) {
    let message = parse(format, text).unwrap_err();
    assert!(message.contains(expected) && !message.contains('\n'), "{message}");
}

const POLICY: &str = r#"package main

deny_image contains msg if {
	input.kind == "Deployment"
	msg := sprintf("%s has no tag", [input.name])
	not contains(input.image, ":")
}

violation contains {"msg": msg, "details": {"kind": input.kind}, "_loc": {"file": "apps.yaml", "line": 4}} if {
	input.replicas < 2
	msg := sprintf("%s has one replica", [input.name])
}

warn_owner contains msg if {
	not input.owner
	msg := sprintf("%s has no owner", [input.name])
}

deny_frozen contains "frozen" if input.frozen

exception contains rules if {
	input.name == "canary"
	rules := ["image"]
}

deny-a contains "not a rule of conftest" if true
"#;
const APPS: &str = "kind: Deployment\nname: web\nimage: nginx\nreplicas: 1\n---\nkind: Deployment\nname: canary\nimage: nginx\nreplicas: 3\nowner: x\n---\nkind: Deployment\nname: ok\nimage: nginx:1\nreplicas: 2\nowner: x\n";

/// Acceptance idea 5 of the authoring notes: several documents, suffixes, details, exceptions, the summary line, exit codes.
#[test]
fn conftest_twin() {
    let policy = POLICY.replace("deny-a contains \"not a rule of conftest\" if true\n", "");
    let work = Workspace::new(&[("policy/p.rego", &policy), ("apps.yaml", APPS)]);
    let run = work.run(&["conftest", "apps.yaml"]);
    assert_eq!(
        run.stdout(),
        "WARN - apps.yaml - main - web has no owner\n\
         FAIL - apps.yaml - main - web has no tag\n\
         FAIL - apps.yaml - main - web has one replica\n\
         EXCP - apps.yaml - main - data.main.exception[_][_] == \"image\"\n\
         \n12 tests, 8 passed, 1 warning, 2 failures, 1 exception\n"
    );
    assert_eq!(run.code(), 1);
    assert_eq!(work.run(&["conftest", "apps.yaml", "--fail-on-warn"]).code(), 2);
    assert_eq!(work.run(&["conftest", "apps.yaml", "--no-fail"]).code(), 0);
    let fine = Workspace::new(&[("policy/p.rego", &policy), ("a.yaml", "name: a\nreplicas: 2\n")]);
    assert_eq!(fine.run(&["conftest", "a.yaml"]).code(), 0, "warnings alone");
    assert_eq!(fine.run(&["conftest", "a.yaml", "--fail-on-warn"]).code(), 1);
    let sarif = work.run(&["conftest", "apps.yaml", "-o", "sarif"]).stdout();
    let sarif: Json = serde_json::from_str(&sarif).unwrap();
    let ids: Vec<&str> = sarif["runs"][0]["tool"]["driver"]["rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| rule["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["main.deny_image", "main.violation", "main.warn_owner"]);
    let line = &sarif["runs"][0]["results"][1]["locations"][0]["physicalLocation"];
    assert_eq!(line["artifactLocation"]["uri"], "apps.yaml");
    assert_eq!(line["region"]["startLine"], 4);
    // Combined, all documents are one input.
    let combined = "package main\n\ndeny contains msg if {\n\tcount(input) == 3\n\tmsg := sprintf(\"%s: %s\", [input[1].path, input[1].contents.name])\n}\n";
    let work = Workspace::new(&[("policy/p.rego", combined), ("apps.yaml", APPS)]);
    let run = work.run(&["conftest", "--combine", "apps.yaml"]);
    assert_eq!(
        run.stdout(),
        "FAIL - Combined - main - apps.yaml: canary\n\n1 test, 0 passed, 0 warnings, 1 failure, 0 exceptions\n"
    );
}

#[test]
fn a_name_that_is_none_is_refused_with_its_line() {
    let work = Workspace::new(&[("policy/p.rego", POLICY), ("apps.yaml", APPS)]);
    work.run(&["conftest", "apps.yaml"]).says(2, &["policy/p.rego:26"]);
}

#[rstest]
#[case::namespace(&["conftest", "-n", "mian", "a.yaml"], "no policy has the namespace `mian`")]
#[case::policy(&["conftest", "-p", "nowhere", "a.yaml"], "nowhere does not exist")]
#[case::file(&["conftest", "b.yaml"], "b.yaml does not exist")]
#[case::format(&["conftest", "Jenkinsfile"], "files of the format groovy cannot be read here (no release of conftest up to 0.69 reads them")]
#[case::open(&["conftest", "a.cue"], "a.cue: line 1: a: the value is not known, only that it is int")]
#[case::forced(&["conftest", "--parser", "toml", "a.yaml"], "is --parser the format of this file?")]
#[case::update(&["conftest", "--update", "https://x.test/p", "a.yaml"], "policies are not downloaded")]
#[case::strict(&["conftest", "--strict", "-p", "unused", "a.yaml"], "unused/p.rego:4:2: `idle` is declared and never used")]
#[case::capabilities(&["conftest", "--capabilities", "few.json", "-p", "unused", "a.yaml"], "unused/p.rego:5:2: undefined function count: the capabilities leave it out")]
#[case::broken(&["conftest", "broken.yaml"], "broken.yaml")]
#[case::data(&["conftest", "-d", "data", "a.yaml"], "`x` of this data is already said by another file")]
#[case::mapping(&["conftest", "--mapping", "mapping.yaml", "a.yaml"], "there is no threat class T9999")]
#[case::no_set(&["conftest", "-p", "bare", "a.yaml", ""], "main.deny is no set: write `deny contains message if …`")]
#[case::effect(&["conftest", "-p", "effect", "a.yaml"], "http.send is refused: a rule must not reach the network")]
fn what_is_wrong_is_never_green(#[case] arguments: &[&str], #[case] expected: &str) {
    let work = Workspace::new(&[
        ("policy/p.rego", "package main\n\ndeny contains \"x\" if input.bad\n"),
        ("effect/p.rego", "package main\n\ndeny contains \"x\" if http.send({}).bad\n"),
        ("bare/p.rego", "package main\n\ndeny[msg] if {\n\tinput.a == 1\n\tmsg := \"x\"\n}\n"),
        ("a.yaml", "a: 1\n"),
        ("a.cue", "a: int"),
        ("Jenkinsfile", "node {}"),
        ("few.json", "{\"builtins\": [{\"name\": \"eq\"}]}"),
        (
            "unused/p.rego",
            "package main\n\ndeny contains \"x\" if {\n\tidle := 1\n\tcount(input.a) > 1\n}\n",
        ),
        ("broken.yaml", "a: ["),
        ("data/a.yaml", "x: 1\n"),
        ("data/b.yaml", "x: 2\n"),
        ("mapping.yaml", "rules:\n  - rule: main.deny\n    threat: T9999\n"),
    ]);
    work.run(arguments).says(2, &[expected]);
}

#[test]
fn a_rule_without_words_passes_and_is_told() {
    let work = Workspace::new(&[
        ("policy/p.rego", "package main\n\ndeny if input.a == 1\n"),
        ("a.yaml", "a: 1\n"),
    ]);
    let told = "main.deny holds, and counts as passed because it gives no message";
    work.run(&["conftest", "a.yaml"]).says(0, &[told, "1 test, 1 passed, 0 warnings, 0 failures"]);
}

#[test]
fn an_empty_folder_is_nothing_to_evaluate() {
    let work = Workspace::new(&[
        ("policy/p.rego", "package main\n\ndeny contains \"x\" if input.bad\n"),
        ("in/README.md", ""),
    ]);
    assert_eq!(work.run(&["conftest", "in"]).code(), 3);
}

#[test]
fn namespaces_data_and_folders() {
    let work = Workspace::new(&[
        (
            "policy/a.rego",
            "package main\n\ndeny contains msg if {\n\tinput.port in data.ports\n\tmsg := sprintf(\"port %d\", [input.port])\n}\n",
        ),
        (
            "policy/b.rego",
            "package team.net\n\nwarn contains data.conftest.file.name if input.port\n",
        ),
        ("policy/a_test.rego", "package main\n\ntest_it if deny with input as {\"port\": 1}\n"),
        ("data/ports.yaml", "ports: [22]\n"),
        ("in/x.yaml", "port: 22\n"),
        ("in/sub/y.json", "{\"port\": 80}"),
    ]);
    let run = work.run(&["conftest", "--all-namespaces", "-d", "data", "in"]);
    assert_eq!(
        run.stdout(),
        "FAIL - in/x.yaml - main - port 22\n\
         WARN - in/sub/y.json - team.net - y.json\n\
         WARN - in/x.yaml - team.net - x.yaml\n\
         \n4 tests, 1 passed, 2 warnings, 1 failure, 0 exceptions\n"
    );
    let run = work
        .run(&["conftest", "-n", "team.*", "-d", "data", "in", "--ignore", "sub", "-o", "json"]);
    let json: Json = serde_json::from_str(&run.stdout()).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 1);
    assert_eq!(json[0]["warnings"][0]["msg"], "x.yaml");
    assert_eq!(json[0]["warnings"][0]["metadata"]["query"], "data.team.net.warn");
    for format in ["tap", "table", "junit", "github", "azuredevops"] {
        let run = work.run(&["conftest", "-d", "data", "in", "-o", format]);
        assert!(run.stdout().contains("port 22"), "{}", run.stdout());
        assert_eq!(run.code(), 1);
    }
}

#[test]
fn a_mapping_scores_and_what_it_leaves_out_is_unscored() {
    let work = Workspace::new(&[
        (
            "policy/p.rego",
            "package main\n\ndeny_public contains \"it is public\" if input.public\n\ndeny contains \"other\" if input.other\n",
        ),
        (
            "mapping.yaml",
            "rules:\n  - rule: main.deny_*\n    message: public\n    threat: T003\n    dread: {damage: 1, reproducibility: 1, exploitability: 1, affected_users: 1, discoverability: 1}\n",
        ),
        ("public.yaml", "public: true\n"),
        ("other.yaml", "other: true\n"),
    ]);
    let mapped = ["conftest", "--mapping", "mapping.yaml"];
    let run = |more: &[&str]| work.run(&[&mapped[..], more].concat());
    run(&["public.yaml"]).says(1, &["it is public (low 1.0, STRIDE ", ", T003 "]);
    run(&["public.yaml", "--fail-on", "high"]).says(0, &["1 failure"]);
    run(&["public.yaml", "--fail-on", "low"]).says(1, &["1 failure"]);
    run(&["other.yaml", "--fail-on", "critical"]).says(1, &["other (unscored)"]);
    run(&["other.yaml", "--unscored", "pass"]).says(0, &["other (unscored)"]);
    let json: Json = serde_json::from_str(&run(&["public.yaml", "-o", "json"]).stdout()).unwrap();
    assert_eq!(json[0]["failures"][0]["threat"]["dread"]["score"], 1.0);
    assert_eq!(json[0]["failures"][0]["threat"]["id"], "T003");
}

#[test]
fn evaluated_configurations_leave_open_what_is_unknown() {
    let policy = "package main\n\ndeny contains msg if {\n\tsome name, buckets in input.resource.aws_s3_bucket\n\tsome bucket in buckets\n\tbucket.acl == \"public-read\"\n\tmsg := sprintf(\"%s is public\", [name])\n}\n\ndeny_tags contains msg if {\n\tsome name, buckets in input.resource.aws_s3_bucket\n\tnot buckets[0].force_destroy\n\tmsg := sprintf(\"%s\", [name])\n}\n";
    let terraform = "variable \"acl\" {}\n\nlocals {\n  open = \"public-read\"\n}\n\nresource \"aws_s3_bucket\" \"known\" {\n  acl = local.open\n  force_destroy = true\n}\n";
    let open =
        "\nresource \"aws_s3_bucket\" \"unknown\" {\n  acl = var.acl\n  force_destroy = true\n}\n";
    let known = Workspace::new(&[("policy/p.rego", policy), ("main.tf", terraform)]);
    // As written, it is a reference.
    known.run(&["conftest", "main.tf"]).says(0, &["0 failures"]);
    known
        .run(&["conftest", "--evaluated", "."])
        .says(1, &["known is public", "1 failure, 0 exceptions\n"]);
    let both =
        Workspace::new(&[("policy/p.rego", policy), ("main.tf", &format!("{terraform}{open}"))]);
    let run = both.run(&["conftest", "--evaluated", "."]);
    run.says(
        1,
        &[
            "known is public",
            "3 tests, 1 passed, 0 warnings, 1 failure, 0 exceptions, 1 undecided\n",
        ],
    );
    let none = terraform.replace("local.open", "\"private\"");
    let alone = Workspace::new(&[("policy/p.rego", policy), ("main.tf", &format!("{none}{open}"))]);
    let run = alone.run(&["conftest", "--evaluated", "."]);
    run.says(
        0,
        &[
            "UNKN - . - main.deny - depends on aws_s3_bucket.unknown /acl: ",
            "2 tests, 1 passed, 0 warnings, 0 failures, 0 exceptions, 1 undecided",
        ],
    );
    assert_eq!(alone.run(&["conftest", "--evaluated", "--fail-undecided", "."]).code(), 1);
    let given = ["conftest", "--evaluated", "--var", "acl=public-read", "."];
    alone.run(&given).says(1, &["unknown is public"]);
}
