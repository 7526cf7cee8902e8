//! The command as a user runs it: exit codes, messages for bad input, reports to files and pipes.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use rstest::rstest;
use tempfile::TempDir;

/// A folder of its own, removed at the end.
pub(crate) struct Workspace {
    folder: TempDir,
}

impl Workspace {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let workspace = Self { folder: tempfile::tempdir().unwrap() };
        for (path, text) in files {
            workspace.write(path, text.as_bytes());
        }
        workspace
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dreadnought"));
        command.args(arguments).current_dir(self.folder.path()).env_clear();
        command
    }

    /// A copy of a folder of the project, seen from the project's root.
    pub(crate) fn copy_of(folder: &str) -> Self {
        fn collect(root: &Path, folder: &Path, into: &Workspace) {
            for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
                let path = entry.path();
                if path.is_dir() {
                    collect(root, &path, into);
                } else {
                    let name = path.strip_prefix(root).unwrap().to_str().unwrap();
                    into.write(name, &fs::read(&path).unwrap());
                }
            }
        }
        let workspace = Self::new(&[]);
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        collect(&root, &root, &workspace);
        workspace
    }

    /// Run in a folder below.
    pub(crate) fn run_in(&self, folder: &str, arguments: &[&str]) -> Run {
        Run(self.command(arguments).current_dir(self.path(folder)).output().unwrap())
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        Run(self.command(arguments).output().unwrap())
    }
}

pub(crate) struct Run(Output);

impl Run {
    pub(crate) fn code(&self) -> i32 {
        self.0.status.code().unwrap_or(-1)
    }

    pub(crate) fn stdout(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).unwrap()
    }

    pub(crate) fn stderr(&self) -> String {
        String::from_utf8(self.0.stderr.clone()).unwrap()
    }

    /// Exits with this code and says all of this, on stdout or stderr; never a panic.
    #[track_caller]
    pub(crate) fn says(&self, code: i32, words: &[&str]) {
        let all = format!("{}{}", self.stdout(), self.stderr());
        assert_eq!(self.code(), code, "{all}");
        assert!(!all.contains("panicked"), "{all}");
        for word in words {
            assert!(all.contains(word), "no {word:?} in:\n{all}");
        }
    }
}

const OPEN: &str = r#"resource "aws_security_group" "open" {
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"#;
const CLOSED: &str = r#"resource "aws_security_group" "closed" {
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8"]
  }
}
"#;

#[test]
fn a_finding_fails_the_gate_and_points_to_its_line() {
    let workspace = Workspace::new(&[("main.tf", OPEN)]);
    let run = workspace.run(&["scan"]);
    run.says(
        1,
        &["aws/security-group-ssh-from-internet", "main.tf:6:5", "T001", "9.2", "gate failed"],
    );
}

#[test]
fn what_is_fine_passes() {
    let workspace = Workspace::new(&[("main.tf", CLOSED)]);
    workspace.run(&["scan"]).says(0, &["gate passed"]);
}

#[rstest]
#[case::lower(&["--fail-on", "9.3"], 0)]
#[case::equal(&["--fail-on", "9.2"], 1)]
#[case::never(&["--fail-on", "none"], 0)]
#[case::critical(&["--fail-on", "critical"], 0)]
#[case::skipped(&["--skip-rule", "aws/security-group-ssh-from-internet", "--skip-rule", "aws/security-group-open-to-internet"], 0)]
#[case::only_another(&["--rule", "aws/kms-key-rotation"], 0)]
fn the_gate_follows_its_options(#[case] options: &[&str], #[case] code: i32) {
    let workspace = Workspace::new(&[("main.tf", OPEN)]);
    let arguments: Vec<&str> = ["scan"].iter().chain(options).copied().collect();
    let run = workspace.run(&arguments);
    assert_eq!(run.code(), code, "{}{}", run.stdout(), run.stderr());
}

#[rstest]
#[case::missing_path(&["scan", "nowhere"], 2, &["nowhere does not exist"])]
#[case::bad_level(&["scan", "--fail-on", "enormous"], 2, &["low, medium, high, critical, none"])]
#[case::bad_format(&["scan", "-o", "pdf"], 2, &["no such format", "sarif"])]
#[case::bad_assignment(&["scan", "--var", "novalue"], 2, &["NAME=VALUE"])]
#[case::unknown_rule(&["scan", "--rule", "aws/nothing"], 2, &["no rule aws/nothing"])]
#[case::undeclared_variable(&["scan", "--var", "nobody=1"], 2, &["no root module declares", "nobody"])]
#[case::missing_variable_file(&["scan", "--var-file", "none.tfvars"], 2, &["none.tfvars"])]
#[case::missing_pack(&["scan", "--pack", "none"], 2, &["the pack none is not a folder"])]
#[case::unknown_command(&["judge"], 2, &["unrecognized subcommand"])]
#[case::unwritable(&["scan", "-o", "json=/nowhere/report.json"], 2, &["cannot write /nowhere/report.json"])]
#[case::misspelled_rule(&["scan", "--rule", "aws/kms-key-rotaton"], 2, &["did you mean aws/kms-key-rotation?"])]
#[case::unknown_explained(&["explain", "aws/nothing"], 2, &["there is no rule aws/nothing"])]
fn a_mistake_gets_one_clear_message(
    #[case] arguments: &[&str],
    #[case] code: i32,
    #[case] words: &[&str],
) {
    let workspace = Workspace::new(&[("main.tf", CLOSED)]);
    workspace.run(arguments).says(code, words);
}

#[test]
fn an_empty_folder_is_nothing_to_evaluate() {
    let workspace = Workspace::new(&[]);
    workspace.run(&["scan"]).says(3, &["nothing to evaluate"]);
    workspace.run(&["normalize"]).says(3, &["\"documents\": []"]);
}

#[test]
fn a_broken_file_beside_good_ones() {
    let workspace = Workspace::new(&[
        ("good/main.tf", OPEN),
        ("bad/main.tf", "resource \"x\" {\n  a = [1,\n}\n"),
    ]);
    workspace
        .run(&["scan"])
        .says(2, &["bad/main.tf:", "aws/security-group-ssh-from-internet", "good/main.tf:6:5"]);
}

#[test]
fn a_file_of_100_megabytes() {
    let workspace = Workspace::new(&[("main.tf", OPEN)]);
    let large = fs::File::create(workspace.path("large.tf")).unwrap();
    large.set_len(100 << 20).unwrap();
    workspace
        .run(&["scan"])
        .says(2, &["large.tf", "16777216", "aws/security-group-ssh-from-internet"]);
}

fn deep(open: &str, close: &str) -> String {
    format!("{}{}", open.repeat(10_000), close.repeat(10_000))
}

#[test]
fn nesting_without_end() {
    let workspace = Workspace::new(&[("main.tf", OPEN)]);
    workspace
        .write("deep/main.tf", format!("locals {{\n  x = {}\n}}\n", deep("[", "]")).as_bytes());
    workspace.write("blocks/main.tf", deep("a {\n", "}\n").as_bytes());
    workspace.write(
        "deep.json",
        format!("{{\"apiVersion\": \"v1\", \"kind\": {}}}", deep("[", "]")).as_bytes(),
    );
    workspace.write("deep.yaml", format!("apiVersion: v1\nkind: {}\n", deep("[", "]")).as_bytes());
    workspace.run(&["scan"]).says(
        2,
        &[
            "deep/main.tf",
            "blocks/main.tf",
            "deep.json",
            "deep.yaml",
            "aws/security-group-ssh-from-internet",
        ],
    );
}

#[test]
fn aliases_without_end() {
    let mut bomb =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\na0: &a0 [x, x]\n".to_owned();
    for level in 1..40 {
        writeln!(bomb, "a{level}: &a{level} [*a{0}, *a{0}]", level - 1).unwrap();
    }
    let workspace = Workspace::new(&[("main.tf", OPEN), ("bomb.yaml", &bomb)]);
    workspace
        .run(&["scan"])
        .says(2, &["bomb.yaml", "alias", "aws/security-group-ssh-from-internet"]);
}

#[test]
fn bytes_that_are_no_text() {
    let workspace = Workspace::new(&[("main.tf", OPEN)]);
    workspace.write("latin/main.tf", b"# caf\xe9\n");
    workspace
        .run(&["scan"])
        .says(2, &["latin/main.tf", "UTF-8", "aws/security-group-ssh-from-internet"]);
}

#[cfg(unix)]
#[test]
fn links_in_a_circle_and_out_of_the_tree() {
    let outside = Workspace::new(&[("main.tf", OPEN)]);
    let workspace = Workspace::new(&[("main.tf", CLOSED)]);
    std::os::unix::fs::symlink(workspace.path("."), workspace.path("loop")).unwrap();
    std::os::unix::fs::symlink(outside.path("."), workspace.path("out")).unwrap();
    // What is not followed is a warning; nothing of the outside is judged.
    workspace.run(&["scan"]).says(0, &["out", "gate passed"]);
}

#[rstest]
#[case::missing_module("module \"m\" {\n  source = \"./none\"\n}\n", &["main.tf:1", "./none"])]
#[case::variable_cycle("locals {\n  a = local.b\n  b = local.a\n}\noutput \"x\" {\n  value = local.a\n}\n", &["in a circle", "local.a"])]
#[case::module_of_itself("module \"m\" {\n  source = \"./\"\n}\n", &["main.tf:1", "calls itself"])]
#[case::countless("resource \"null_resource\" \"x\" {\n  count = 1000000000\n}\n", &["main.tf:2", "the limit is 100000"])]
#[case::doubling(DOUBLING, &["holds more than 1048576 values"])]
#[case::long_loop("locals {\n  a = range(1024)\n  b = [for x in local.a : [for y in local.a : [for z in local.a : [for w in local.a : 1]]]]\n}\noutput \"x\" {\n  value = local.b\n}\n", &["main.tf:3", "more than"])]
fn configuration_without_end(#[case] text: &str, #[case] words: &[&str]) {
    let workspace = Workspace::new(&[("bad/main.tf", text), ("good/main.tf", OPEN)]);
    let words: Vec<&str> =
        words.iter().chain(&["aws/security-group-ssh-from-internet"]).copied().collect();
    workspace.run(&["scan"]).says(2, &words);
}

const DOUBLING: &str = "locals {\n  a0 = [1, 1]\n  a1 = [local.a0, local.a0]\n  a2 = [local.a1, local.a1]\n  a3 = [local.a2, local.a2]\n  \
    a4 = [local.a3, local.a3]\n  a5 = [local.a4, local.a4]\n  a6 = [local.a5, local.a5]\n  a7 = [local.a6, local.a6]\n  \
    a8 = [local.a7, local.a7, local.a7, local.a7]\n  a9 = [local.a8, local.a8, local.a8, local.a8]\n  \
    b0 = [local.a9, local.a9, local.a9, local.a9]\n  b1 = [local.b0, local.b0, local.b0, local.b0]\n  \
    b2 = [local.b1, local.b1, local.b1, local.b1]\n  b3 = [local.b2, local.b2, local.b2, local.b2]\n  \
    b4 = [local.b3, local.b3, local.b3, local.b3]\n  b5 = [local.b4, local.b4, local.b4, local.b4]\n}\n\
    output \"x\" {\n  value = local.b5\n}\n";

/// A pack with one rule file.
fn pack(file: &str, text: &str) -> Workspace {
    let manifest = "name: acme\nversion: 1.0.0\ndescription: test\nlicence: MIT\nrequires: {dreadnought: \">=0.1\"}\n";
    Workspace::new(&[
        ("acme/pack.yaml", manifest),
        (&format!("acme/rules/{file}"), text),
        ("tree/main.tf", OPEN),
    ])
}

fn cel(when: &str) -> String {
    format!(
        "rules:\n  - id: test\n    title: t\n    applies_to: [aws_security_group]\n    when: {when:?}\n    message: m\n    \
         threat: T001\n    remediation: r\n"
    )
}

fn rego(body: &str) -> String {
    format!(
        "# METADATA\n# title: t\n# custom:\n#   id: test\n#   applies_to: [aws_security_group]\n#   threat: T001\n#   remediation: r\n\
         package dreadnought.acme.test\n\ndeny contains {{\"resource\": r.address, \"at\": \"\", \"message\": \"m\"}} if {{\n\
         \tsome r in input.by_type.aws_security_group\n\t{body}\n}}\n"
    )
}

#[rstest]
#[case::cel("service.yaml", cel("attr.x ==="), "acme/rules/service.yaml:5")]
#[case::deep_cel("service.yaml", cel(&deep("(", ")")), "acme/rules/service.yaml:5")]
#[case::rego("service.rego", rego("x ==="), "acme/rules/service.rego:12")]
#[case::deep_rego("service.rego", rego(&format!("x := {}", deep("[", "]"))), "acme/rules/service.rego:12")]
#[case::factor("service.yaml", cel("true") + "    dread: {damage: 11}\n", "acme/rules/service.yaml:9")]
#[case::stride("service.yaml", cel("true") + "    stride: X\n", "acme/rules/service.yaml:9")]
#[case::threat("service.yaml", cel("true").replace("T001", "T999"), "acme/rules/service.yaml:7")]
#[case::field("service.yaml", cel("true") + "    severity: high\n", "acme/rules/service.yaml:9")]
#[case::duplicate("service.yaml", cel("true") + &cel("false").replace("rules:\n", ""), "acme/rules/service.yaml:9")]
fn a_broken_pack_is_named_and_the_gate_does_not_pass(
    #[case] file: &str,
    #[case] text: String,
    #[case] place: &str,
) {
    let workspace = pack(file, &text);
    workspace
        .run(&["scan", "tree", "--pack", "acme"])
        .says(2, &[place, "aws/security-group-ssh-from-internet"]);
}

#[rstest]
#[case::rego_loop(
    "service.rego",
    rego(
        "count([1 | some a in numbers.range(1, 3000); some b in numbers.range(1, 3000); some c in numbers.range(1, 3000); a + b == c]) == 1"
    )
)]
#[case::cel_list(
    "service.yaml",
    cel(
        "lists.range(1000).all(a, lists.range(1000).all(b, lists.range(1000).all(c, a + b + c >= 0)))"
    )
)]
fn a_rule_that_runs_away_is_stopped(#[case] file: &str, #[case] text: String) {
    let workspace = pack(file, &text);
    workspace
        .run(&["scan", "tree", "--pack", "acme"])
        .says(2, &["acme/test", "aws/security-group-ssh-from-internet"]);
}

#[test]
fn a_rule_over_a_million_elements() {
    let workspace = pack(
        "service.yaml",
        &cel("attr.ingress.exists(i, i.cidr_blocks.all(a, i.cidr_blocks.all(b, a != b)))"),
    );
    let list = "\"10.0.0.0/8\", ".repeat(1_000_000);
    workspace.write("tree/main.tf", OPEN.replace("\"0.0.0.0/0\"", &list).as_bytes());
    let run = workspace.run(&["scan", "tree", "--pack", "acme", "--no-builtin"]);
    assert!(matches!(run.code(), 0..=2), "{}", run.stderr());
    assert!(!run.stderr().contains("panicked"));
}

#[test]
fn a_closed_pipe_does_not_change_the_exit_code() {
    let workspace = Workspace::new(&[("main.tf", OPEN)]);
    let mut child = workspace
        .command(&["scan", "-o", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device_is_an_error() {
    let workspace = Workspace::new(&[("main.tf", OPEN)]);
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = workspace.command(&["scan"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write to stdout"));
}

#[test]
fn reports_go_to_files_whole() {
    let workspace = Workspace::new(&[("main.tf", OPEN)]);
    let run =
        workspace.run(&["scan", "-o", "json=out.json", "-o", "sarif=out.sarif", "-o", "text"]);
    run.says(1, &["gate failed"]);
    for file in ["out.json", "out.sarif"] {
        let text = fs::read_to_string(workspace.path(file)).unwrap();
        serde_json::from_str::<serde_json::Value>(&text).unwrap();
    }
    let left: Vec<_> = fs::read_dir(workspace.path("."))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 3, "{left:?}");
}

#[test]
fn every_schema_is_json() {
    let workspace = Workspace::new(&[]);
    for name in [
        "document",
        "report",
        "pack",
        "rules",
        "threats",
        "vocabulary",
        "config",
        "baseline",
        "compliance",
    ] {
        let run = workspace.run(&["schema", name]);
        assert_eq!(run.code(), 0);
        serde_json::from_str::<serde_json::Value>(&run.stdout()).unwrap();
    }
}

#[test]
fn rules_are_listed_and_explained() {
    let workspace = Workspace::new(&[]);
    workspace.run(&["rules"]).says(0, &["aws/security-group-ssh-from-internet", "9.2", "STIE"]);
    workspace
        .run(&["explain", "aws/security-group-ssh-from-internet"])
        .says(0, &["T001", "exploitability 9", "CWE-1327", "To fix:"]);
    workspace.run(&["explain", "CKV_AWS_24"]).says(0, &["aws/security-group-ssh-from-internet"]);
}

/// A tree with a bit of everything.
fn mixed() -> Workspace {
    let unknown = "variable \"ranges\" {}\nresource \"aws_security_group\" \"maybe\" {\n  ingress {\n    from_port = 22\n    to_port = 22\n    \
                   protocol = \"tcp\"\n    cidr_blocks = var.ranges\n  }\n}\nmodule \"m\" {\n  source = \"./m\"\n  for_each = toset([\"a\", \"b\"])\n}\n";
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  hostNetwork: true\n  containers:\n  - {name: c, image: \"x:latest\"}\n";
    Workspace::new(&[
        ("a/main.tf", OPEN),
        ("b/main.tf", unknown),
        ("b/m/main.tf", OPEN),
        ("k/pod.yaml", pod),
        ("bad.tf", "x = {"),
    ])
}

#[test]
fn the_same_bytes_on_any_number_of_threads() {
    let workspace = mixed();
    for format in ["text", "json", "sarif", "ndjson"] {
        let outputs: Vec<String> = ["1", "2", "8"]
            .iter()
            .map(|threads| workspace.run(&["scan", "-o", format, "--threads", threads]).stdout())
            .collect();
        assert!(outputs[0].len() > 1000, "{}", outputs[0]);
        assert!(outputs.iter().all(|output| *output == outputs[0]), "{format} differs");
    }
    let paths = [["a", "b", "k", "bad.tf"], ["bad.tf", "k", "b", "a"]];
    let outputs: Vec<String> = paths
        .iter()
        .map(|paths| {
            let arguments: Vec<&str> =
                ["scan", "-o", "json"].iter().chain(paths).copied().collect();
            workspace.run(&arguments).stdout()
        })
        .collect();
    assert_eq!(outputs[0], outputs[1], "the order of paths shows");
}

#[test]
fn undecided_verdicts_are_named_and_fail_only_if_asked() {
    let workspace = Workspace::new(&[(
        "main.tf",
        "variable \"ranges\" {\n  type = list(string)\n}\nresource \"aws_security_group\" \"maybe\" {\n  ingress {\n    from_port = 22\n    to_port = 22\n    \
         protocol = \"tcp\"\n    cidr_blocks = var.ranges\n  }\n}\n",
    )]);
    workspace.run(&["scan"]).says(0, &["variable 'ranges' has no default", "undecided"]);
    workspace.run(&["scan", "--inconclusive", "fail"]).says(1, &["undecided"]);
    let given = workspace.run(&["scan", "--var", "ranges=[\"0.0.0.0/0\"]"]);
    given.says(1, &["aws/security-group-ssh-from-internet"]);
    workspace.run(&["scan", "--var", "ranges=[\"10.0.0.0/8\"]"]).says(0, &["gate passed"]);
}

#[rstest]
#[case::value_last(&["--var-file", "open.tfvars", "--var", "range=10.0.0.0/8"], 0)]
#[case::file_last(&["--var", "range=10.0.0.0/8", "--var-file", "open.tfvars"], 1)]
fn the_last_value_on_the_command_line_holds(#[case] options: &[&str], #[case] code: i32) {
    let text = OPEN.replace("\"0.0.0.0/0\"", "var.range");
    let workspace = Workspace::new(&[
        ("main.tf", &format!("variable \"range\" {{\n  type = string\n}}\n{text}")),
        ("open.tfvars", "range = \"0.0.0.0/0\"\n"),
    ]);
    let arguments: Vec<&str> = ["scan"].iter().chain(options).copied().collect();
    workspace.run(&arguments).says(code, &["gate"]);
}

#[test]
fn a_finding_in_a_module_names_every_caller() {
    let call = "module \"net\" {\n  source = \"./net\"\n}\n";
    let workspace = Workspace::new(&[("main.tf", call), ("net/main.tf", OPEN)]);
    workspace
        .run(&["scan"])
        .says(1, &["net/main.tf:6:5", "module.net.aws_security_group.open", "main.tf:1"]);
}

#[test]
fn secrets_are_in_no_report() {
    let text = "variable \"db_password\" {\n  sensitive = true\n  default   = \"Sw0rdf1sh-Tr0mbone\"\n}\n\
                resource \"aws_db_instance\" \"x\" {\n  password            = var.db_password\n  publicly_accessible = true\n}\n";
    let workspace = Workspace::new(&[("main.tf", text)]);
    for format in ["text", "json", "sarif", "ndjson"] {
        let run = workspace.run(&["scan", "-o", format]);
        assert!(run.stdout().contains("variable-secret-default"), "{}", run.stdout());
        assert!(!run.stdout().contains("Sw0rdf1sh"), "{}", run.stdout());
    }
    assert!(!workspace.run(&["normalize"]).stdout().contains("Sw0rdf1sh"));
}

/// The golden example, with the files at hand.
fn shop() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/azure-shop")
}

fn shop_findings(folder: &Path, options: &[&str]) -> Vec<(String, String, u64, f64)> {
    let workspace = Workspace::new(&[]);
    let folder = folder.to_str().unwrap();
    let arguments: Vec<&str> =
        ["scan", folder, "-o", "json"].iter().chain(options).copied().collect();
    let report: serde_json::Value =
        serde_json::from_str(&workspace.run(&arguments).stdout()).unwrap();
    let finding = |finding: &serde_json::Value| {
        let file =
            finding["location"]["file"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let threat = finding["threat"]["id"].as_str().unwrap().to_owned();
        let line = finding["location"]["start"]["line"].as_u64().unwrap();
        (threat, file, line, finding["dread"]["score"].as_f64().unwrap())
    };
    report["findings"].as_array().unwrap().iter().map(finding).collect()
}

#[rstest]
#[case("T001", "main.tf", 71)]
#[case("T006", "db.tf", 43)]
#[case("T008", "variables.tf", 24)]
#[case("T008", "versions.tf", 20)]
#[case("T034", "versions.tf", 30)]
fn the_example_has_its_threats(#[case] threat: &str, #[case] file: &str, #[case] line: u64) {
    let findings = shop_findings(&shop(), &[]);
    let found =
        findings.iter().find(|found| found.0 == threat && found.1 == file && found.2 == line);
    let found =
        found.unwrap_or_else(|| panic!("{threat} at {file}:{line} is not among {findings:?}"));
    if threat == "T001" {
        assert!((found.3 - 9.2).abs() < 1e-9, "{found:?}");
    }
}

#[test]
fn what_is_fine_in_the_example_is_not_reported() {
    let findings = shop_findings(&shop(), &[]);
    for (threat, _, _, _) in &findings {
        assert!(!["T002", "T042", "T010", "T046"].contains(&threat.as_str()), "{findings:?}");
    }
    // One open port; the password that it accepts belongs to the same threat and weighs less.
    let open = findings.iter().filter(|found| found.0 == "T001" && found.3 > 9.0).count();
    assert_eq!(open, 1, "{findings:?}");
    let hardened = shop().join("tfvars/hardened.tfvars");
    let hardened = shop_findings(&shop(), &["--var-file", hardened.to_str().unwrap()]);
    assert!(!hardened.iter().any(|found| found.0 == "T001" || found.0 == "T006"), "{hardened:?}");
}

#[test]
fn other_names_and_files_give_the_same_threats() {
    let names = [
        ("\"main\"", "\"zentrum\""),
        (".main.", ".zentrum."),
        ("\"app\"", "\"laden\""),
        ("app_subnet", "laden_netz"),
        ("db_subnet", "daten_netz"),
        ("app_nsg", "laden_filter"),
        ("db_nsg", "daten_filter"),
        (".app.", ".laden."),
        ("\"db\"", "\"daten\""),
        (".db.", ".daten."),
        (".lb.", ".verteiler."),
        ("\"lb\"", "\"verteiler\""),
        ("\"tls\"", "\"leitung\""),
        ("\"naming\"", "\"benennung\""),
        ("\"SSH\"", "\"Fernzugang\""),
        ("vm_admin_password", "vm_geheim_password"),
    ];
    let mut all = String::new();
    for entry in fs::read_dir(shop()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "tf") {
            all.push_str(&fs::read_to_string(path).unwrap());
            all.push('\n');
        }
    }
    for (from, to) in names {
        all = all.replace(from, to);
    }
    let workspace = Workspace::new(&[]);
    // One file for each block.
    for (position, block) in all.split("\n}\n").enumerate() {
        workspace.write(
            &format!("part{position:03}.tf"),
            format!("{block}\n}}\n").replace("\n\n}\n", "\n").as_bytes(),
        );
    }
    let scores = |findings: Vec<(String, String, u64, f64)>| {
        let mut scores: Vec<String> =
            findings.into_iter().map(|found| format!("{} {}", found.0, found.3)).collect();
        scores.sort();
        scores
    };
    assert_eq!(
        scores(shop_findings(workspace.folder.path(), &[])),
        scores(shop_findings(&shop(), &[]))
    );
}

/// Where a plan lies says nothing about the project: fingerprints and places are those of the configuration.
#[rstest]
#[case::beside_the_configuration("repo/envs/prod/plan.json")]
#[case::elsewhere_in_the_repository("repo/plan.json")]
#[case::outside("made/plan.json")]
#[case::outside_under_a_taken_name("made/taken.json")]
fn a_plan_may_lie_anywhere(#[case] plan: &str) {
    let case = Path::new("fixtures/terraform/plans/s3-inline");
    let read = |name: &str| fs::read_to_string(case.join(name)).unwrap();
    let configuration = read("main.tf");
    let files = [
        ("repo/.git/HEAD", ""),
        ("repo/envs/taken.json", "{}"),
        ("repo/envs/dreadnought.yaml", "{}\n"),
        ("repo/envs/prod/main.tf", &configuration),
    ];
    let workspace = Workspace::new(&files);
    let shown = |paths: &[&str]| {
        let arguments: Vec<&str> = ["scan", "-o", "json"].iter().chain(paths).copied().collect();
        let run = workspace.run(&arguments);
        let report: serde_json::Value = serde_json::from_str(&run.stdout()).unwrap();
        let findings = report["findings"].as_array().unwrap().iter();
        let all = findings.map(|it| {
            format!("{} {} {}", it["fingerprint"], it["location"]["file"], it["resource"])
        });
        (run.code(), all.collect::<Vec<_>>())
    };
    let expected = shown(&["repo/envs/prod"]);
    assert!(!expected.1.is_empty());
    workspace.write(plan, read("plan.json").as_bytes());
    assert_eq!(shown(&[plan, "--config-dir", "repo/envs/prod"]), expected);
}

/// Warnings of one wording are told five times with their places and then counted; the report holds them all.
#[test]
fn many_warnings_alike_are_counted() {
    let mut text = "variable \"on\" {}\n".to_owned();
    for at in 0..40 {
        writeln!(text, "resource \"aws_sns_topic\" \"t{at}\" {{\n  count = var.on ? 1 : 0\n}}")
            .unwrap();
    }
    let run = Workspace::new(&[("main.tf", &text)]).run(&["scan", ".", "-o", "json"]);
    let lines: Vec<String> = run.stderr().lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 7, "{lines:?}");
    assert!(
        lines[6].starts_with("warning: 35 more like this: it is unknown how many"),
        "{lines:?}"
    );
    let report: serde_json::Value = serde_json::from_str(&run.stdout()).unwrap();
    assert_eq!(report["problems"].as_array().unwrap().len(), 41);
}
