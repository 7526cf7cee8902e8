//! Compliance baselines: the built-in ones, what is wrong with others, and an honest gate.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use dreadnought::compliance::{Choice, Library, resolve, run_samples, samples};
use dreadnought::config::Instant;
use dreadnought::pack::PackSet;
use dreadnought::source::{DiskFileSystem, FileId, MemoryFileSystem, SourceFile, Sources};
use rstest::rstest;
use serde_json::Value as Json;

use crate::cli::{Run, Workspace};

fn schema(name: &str) -> jsonschema::Validator {
    let path = format!("{}/schemas/{name}.schema.json", env!("CARGO_MANIFEST_DIR"));
    let json: Json = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::validator_for(&json).unwrap()
}

fn as_json(text: &str) -> Json {
    let (nodes, problems) = dreadnought::syntax::yaml::parse(FileId(0), text);
    assert!(problems.is_empty(), "{problems:?}");
    dreadnought::pack::to_value(&nodes[0]).to_json()
}

/// Control ids of a built-in baseline, in order.
fn ids(baseline: &str) -> Vec<String> {
    let workspace = Workspace::new(&[]);
    let run = workspace.run(&["comply", "--baseline", baseline, "--resolve"]);
    assert_eq!(run.code(), 0, "{}", run.stderr());
    let json: Json = serde_json::from_str(&run.stdout()).unwrap();
    let controls = json["controls"].as_array().unwrap();
    controls.iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_moderate_baseline_is_whole() {
    let ids = ids("nist-800-53-r5-moderate");
    assert_eq!(ids.len(), 287);
    let mut families: BTreeMap<&str, usize> = BTreeMap::new();
    for id in &ids {
        *families.entry(&id[..2]).or_default() += 1;
    }
    let expected = [
        ("AC", 43),
        ("AT", 6),
        ("AU", 16),
        ("CA", 10),
        ("CM", 24),
        ("CP", 23),
        ("IA", 27),
        ("IR", 13),
        ("MA", 9),
        ("MP", 7),
        ("PE", 19),
        ("PL", 7),
        ("PS", 9),
        ("RA", 10),
        ("SA", 17),
        ("SC", 24),
        ("SI", 17),
        ("SR", 12),
    ];
    let found: Vec<(&str, usize)> = families.into_iter().collect();
    assert_eq!(found.iter().map(|it| it.1).sum::<usize>(), 287);
    assert_eq!(found.iter().map(|it| it.0).collect::<Vec<_>>(), expected.map(|it| it.0));
    for id in ["AC-2(13)", "SC-7(8)", "SR-11(2)", "IA-2(12)", "CM-7(5)", "SI-4(5)"] {
        assert!(ids.iter().any(|it| it == id), "{id}");
    }
    for id in ["AC-2(11)", "SC-3", "PM-1", "SI-4(12)"] {
        assert!(ids.iter().all(|it| it != id), "{id} is not moderate");
    }
}

#[test]
fn the_framework_is_whole() {
    let ids = ids("nist-csf-2.0");
    let mut functions: BTreeMap<&str, usize> = BTreeMap::new();
    for id in &ids {
        *functions.entry(&id[..2]).or_default() += 1;
    }
    let expected = [("DE", 11), ("GV", 31), ("ID", 21), ("PR", 22), ("RC", 8), ("RS", 13)];
    assert_eq!(functions.into_iter().collect::<Vec<_>>(), expected);
    let categories: BTreeSet<&str> = ids.iter().map(|id| &id[..5]).collect();
    assert_eq!(categories.len(), 22);
}

/// Built-in baselines resolve without a problem, fit the schema, and say how much rules decide.
#[test]
fn built_in_baselines_resolve() {
    let workspace = Workspace::new(&[]);
    let run = workspace.run(&["comply", "--list"]);
    run.says(
        0,
        &["cis-aws-5.0", "cis-azure-3.0", "cis-gcp-4.0", "cis-kubernetes-1.11", "rules speak of"],
    );
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("policies");
    let mut seen = 0;
    for pack in fs::read_dir(root).unwrap() {
        let Ok(files) = fs::read_dir(pack.unwrap().path().join("baselines")) else { continue };
        for file in files {
            let path = file.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            let json = as_json(&text);
            let errors: Vec<String> =
                schema("baseline").iter_errors(&json).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{}: {errors:?}", path.display());
            let id = json["id"].as_str().unwrap();
            assert!(path.ends_with(format!("{id}.yaml")), "{id} in {}", path.display());
            seen += 1;
        }
    }
    assert_eq!(seen, 6);
}

/// The samples of the built-in baselines, as `dreadnought test` runs those of any pack.
#[rstest]
fn samples_of_built_in_baselines(
    #[files("policies/*/tests/baselines")]
    #[dirs]
    folder: PathBuf,
) {
    let mut sources = Sources::default();
    let (set, _) = PackSet::load(&mut sources, true, &[]);
    let (library, problems) = Library::load(&set, &[], &sources);
    assert!(problems.is_empty());
    let files = DiskFileSystem::new(folder.ancestors().nth(2).unwrap()).unwrap();
    let samples = samples(&files).unwrap();
    assert!(!samples.is_empty());
    for sample in samples {
        let result = run_samples(&files, &sample, &library, &set);
        assert_eq!(result.failures, Vec::<String>::new(), "{}", result.name);
        assert!(result.checked > 0);
    }
}

/// A sample that expects the wrong thing, or nothing, fails.
#[rstest]
#[case::wrong("controls: {'5.3': evidenced}", &["control 5.3: expected evidenced, got violated"])]
#[case::unannounced("controls: {'5.4': evidenced}", &["control 5.3 is violated, expected.yaml does not say so"])]
#[case::unknown("controls: {'5.3': violated, '9.9': evidenced}", &["there is no control 9.9"])]
#[case::nothing("controls: {}", &["control 5.3 is violated, expected.yaml does not say so"])]
#[case::misspelled("control: {}", &["expected.yaml:1: unknown field `control` in what a sample expects"])]
#[case::state("controls: {'5.3': bad}", &["expected.yaml:1: `5.3` is `bad`, which is none of its words"])]
fn a_sample_of_a_baseline_can_fail(#[case] expected: &str, #[case] failures: &[&str]) {
    let open = "resource \"aws_security_group\" \"open\" {\n  ingress {\n    from_port = 22\n    to_port = 22\n    \
                protocol = \"tcp\"\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }\n}\n";
    let folder = "tests/baselines/cis-aws-5.0/open";
    let files = MemoryFileSystem::from(&[
        (format!("{folder}/main.tf").as_str(), open),
        (format!("{folder}/expected.yaml").as_str(), expected),
    ]);
    let mut sources = Sources::default();
    let (set, _) = PackSet::load(&mut sources, true, &[]);
    let (library, _) = Library::load(&set, &[], &sources);
    let found = samples(&files).unwrap();
    assert_eq!(run_samples(&files, &found[0], &library, &set).failures, failures);
}

/// `dreadnought test` runs the baselines of a pack: each has to resolve, each sample to give what it expects.
#[test]
fn baselines_are_tested_with_their_pack() {
    let workspace = workspace(&[("gate/baselines/small.yaml", SMALL)]);
    let sample = "gate/tests/baselines/small/queue";
    workspace.write(&format!("{sample}/main.tf"), QUEUE.as_bytes());
    workspace
        .write(&format!("{sample}/expected.yaml"), b"controls: {C-1: evidenced, C-5: violated}\n");
    workspace.run(&["test", "gate"]).says(0, &["1 passed"]);
    workspace
        .write(&format!("{sample}/expected.yaml"), b"controls: {C-1: violated, C-5: violated}\n");
    workspace.run(&["test", "gate"]).says(2, &["control C-1: expected violated, got evidenced"]);
    workspace
        .write(&format!("{sample}/expected.yaml"), b"controls: {C-1: evidenced, C-5: violated}\n");
    workspace.write("gate/baselines/small.yaml", SMALL.replace("gate/a", "gate/b2").as_bytes());
    workspace.run(&["test", "gate"]).says(2, &["names the unknown rule `gate/b2`"]);
}

/// Without the packs of clouds their baselines are not there, and those of NIST say that no rule speaks of anything.
#[test]
fn without_packs_no_rule_speaks() {
    let workspace = Workspace::new(&[]);
    let run = workspace.run(&["comply", "--list", "--no-builtin"]);
    run.says(0, &["nist-800-53-r5-moderate   287 controls, rules speak of   0 (  0%)"]);
    assert!(!run.stdout().contains("cis-"));
}

// ---- what is wrong with a baseline

/// `path:line:column: message` of everything that is wrong with the files of a folder, of which `main.yaml` is resolved.
fn problems(folder: &std::path::Path) -> (String, bool) {
    let mut sources = Sources::default();
    let (set, problems) = PackSet::load(&mut sources, true, &[]);
    assert!(problems.is_empty());
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    files.sort();
    files.retain(|path| path.extension().is_some_and(|it| it == "yaml"));
    let mut ids = Vec::new();
    let mut fits = true;
    for path in &files {
        let text = fs::read_to_string(path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let (nodes, broken) = dreadnought::syntax::yaml::parse(FileId(0), &text);
        fits &= broken.is_empty()
            && nodes
                .iter()
                .all(|it| schema("baseline").is_valid(&dreadnought::pack::to_value(it).to_json()));
        ids.push((name.clone(), sources.add(SourceFile::new(name, text))));
    }
    let extra: Vec<FileId> = ids.iter().map(|it| it.1).collect();
    let (library, mut problems) = Library::load(&set, &extra, &sources);
    let main = ids.iter().find(|it| it.0 == "main.yaml").unwrap().1;
    if let Some(baseline) = library.in_file(main) {
        problems.extend(resolve(&library, baseline, &Choice::default(), &set).1);
    }
    let mut text = String::new();
    for problem in problems {
        let place = problem.place.unwrap();
        let file = sources.get(place.file);
        let position = file.position(place.span.start);
        let (path, message) = (&file.path, &problem.message);
        writeln!(text, "{path}:{}:{}: {message}", position.line, position.column).unwrap();
        if let Some(help) = problem.help {
            writeln!(text, "    help: {help}").unwrap();
        }
    }
    (text, fits)
}

/// Mistakes that the schema cannot see: they are about other files or other fields.
const BEYOND_SCHEMA: &[&str] = &[
    "circle",
    "circle-of-one",
    "control-in-both",
    "control-twice",
    "digest-changed",
    "drop-unknown",
    "extends-unknown",
    "group-twice",
    "id-taken",
    "level-unknown",
    "override-unknown",
    "param-not-a-count",
    "param-unknown",
    "rule-unknown",
    "set-unknown",
    "syntax-error",
    "threat-unknown",
    "valid",
];

#[rstest]
fn broken_baselines(
    #[files("fixtures/baselines/*")]
    #[dirs]
    folder: PathBuf,
) {
    let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
    let (text, fits) = problems(&folder);
    let file = folder.join("expected.txt");
    if std::env::var_os("DREADNOUGHT_UPDATE").is_some() {
        fs::write(&file, &text).unwrap();
    }
    assert_eq!(fs::read_to_string(&file).unwrap_or_default(), text, "{name}");
    assert_eq!(text.is_empty(), name == "valid", "{name}");
    let beyond = BEYOND_SCHEMA.contains(&&*name) && name != "syntax-error";
    assert_eq!(fits, beyond, "the schema about {name}");
}

// ---- an honest gate

const PACK: &str = "name: gate\nversion: 1.0.0\ndescription: For a test\n";
/// Rules over queues: four pass, one finds something, one fails, one has nothing to judge.
const RULES: &str = r#"rules:
  - {id: a, title: A, applies_to: [aws_sqs_queue], when: attr.name == "", threat: T005, remediation: Name it.}
  - {id: b, title: B, applies_to: [aws_sqs_queue], when: attr.delay_seconds > 900, threat: T005, remediation: Less.}
  - {id: c, title: C, applies_to: [aws_sqs_queue], when: attr.fifo_queue == true, threat: T005, remediation: None.}
  - {id: d, title: D, applies_to: [aws_sns_topic], when: attr.name == "", threat: T005, remediation: Name it.}
  - {id: fails, title: Fails, applies_to: [aws_sqs_queue], when: attr.delay_seconds > 10, threat: T005, remediation: Less.}
  - {id: breaks, title: Breaks, applies_to: [aws_sqs_queue], when: attr.name > 3, threat: T005, remediation: None.}
  - {id: absent, title: Absent, applies_to: [aws_efs_file_system], when: attr.encrypted != true, threat: T005, remediation: Do.}
"#;
const QUEUE: &str = "resource \"aws_sqs_queue\" \"jobs\" {\n  name = \"jobs\"\n  delay_seconds = 90\n}\n\
                     resource \"aws_sns_topic\" \"news\" {\n  name = \"news\"\n}\n";
const TEN: &str = r"id: ten
title: Ten controls
version: '1'
groups:
  - id: G
    controls:
      - {id: C-1, rules: [gate/a]}
      - {id: C-2, rules: [gate/b]}
      - {id: C-3, rules: [gate/c]}
      - {id: C-4, rules: [gate/d]}
      - {id: C-5, rules: [gate/fails]}
      - {id: C-6, rules: [gate/breaks]}
      - {id: C-7, assessment: manual}
      - {id: C-8, assessment: manual}
      - {id: C-9, rules: [gate/absent]}
      - {id: C-10, rules: [gate/e]}
";
const CHILD: &str = "id: child\ntitle: Changed\nversion: '1'\nextends: ten\ndrop: [C-10]\n\
                     override:\n  - {id: C-5, threshold: {findings: 1}}\n";

fn workspace(files: &[(&str, &str)]) -> Workspace {
    let pack = [("gate/pack.yaml", PACK), ("gate/rules/queue.yaml", RULES)];
    Workspace::new(&[&pack, files].concat())
}

fn comply(workspace: &Workspace, baseline: &str, options: &[&str]) -> Run {
    let fixed = ["comply", "--pack", "gate", "--baseline", baseline, "--now", "2027-01-01", "src"];
    workspace.run(&[&fixed, options].concat())
}

fn json(run: &Run) -> Json {
    let json: Json = serde_json::from_str(&run.stdout()).unwrap();
    let errors: Vec<String> = schema("compliance")
        .iter_errors(&json)
        .map(|it| format!("{} {it}", it.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    json
}

/// Acceptance idea 10.
#[test]
fn honest_gate() {
    let workspace = workspace(&[("src/main.tf", QUEUE), ("gate/baselines/ten.yaml", TEN)]);
    // A mapping to a missing check is a load error.
    let run = comply(&workspace, "ten", &[]);
    run.says(2, &["gate/baselines/ten.yaml:16:28: control `C-10` names the unknown rule `gate/e`"]);
    // Once that is fixed, both ratios stand in the report.
    workspace.write("gate/baselines/ten.yaml", TEN.replace("gate/e]", "gate/d]").as_bytes());
    let run = comply(&workspace, "ten", &["-o", "json"]);
    assert_eq!(run.code(), 2, "a rule failed, so the gate does not pass: {}", run.stderr());
    let report = json(&run);
    let states: Vec<&str> = report["controls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["state"].as_str().unwrap())
        .collect();
    assert_eq!(
        states,
        [
            "evidenced",
            "evidenced",
            "evidenced",
            "evidenced",
            "violated",
            "error",
            "not-decidable",
            "not-decidable",
            "not-applicable",
            "evidenced"
        ]
    );
    let summary = &report["summary"];
    assert_eq!(
        summary["decided_of_applicable"],
        serde_json::json!({"part": 6, "whole": 9, "ratio": 0.6666})
    );
    assert_eq!(
        summary["evidenced_of_decided"],
        serde_json::json!({"part": 5, "whole": 6, "ratio": 0.8333})
    );
    let text = comply(&workspace, "ten", &[]);
    text.says(
        2,
        &[
            "decided of applicable: 6 of 9 (66%)",
            "evidenced of decided: 5 of 6 (83%)",
            "gate/breaks on aws_sqs_queue.jobs",
        ],
    );
    assert!(!text.stdout().contains("ompliant"), "{}", text.stdout());
}

/// Acceptance idea 10: nothing is never all.
#[rstest]
#[case::no_files(&[("src/readme.md", "hello")])]
#[case::nothing_to_judge(&[("src/main.tf", "resource \"aws_vpc\" \"main\" {\n  cidr_block = \"10.0.0.0/16\"\n}\n")])]
fn honest_gate_no_data(#[case] files: &[(&str, &str)]) {
    let workspace = workspace(files);
    workspace.write("gate/baselines/ten.yaml", TEN.replace("gate/e]", "gate/d]").as_bytes());
    for fail_on in ["none", "violated", "undecided"] {
        let run = comply(&workspace, "ten", &["-o", "json", "--fail-on", fail_on]);
        assert_eq!(run.code(), 3, "{}", run.stderr());
        let summary = &json(&run)["summary"];
        assert_eq!(summary["gate"]["result"], "no-data");
        assert_eq!(summary["evidenced_of_decided"]["ratio"], Json::Null);
    }
}

/// Acceptance idea 10: a profile of another baseline resolves to the same bytes twice, and what changes above is listed.
#[test]
fn honest_gate_resolution_and_drift() {
    let ten = TEN.replace("gate/e]", "gate/d]");
    let workspace = workspace(&[("src/main.tf", QUEUE), ("gate/baselines/child.yaml", CHILD)]);
    workspace.write("gate/baselines/ten.yaml", ten.as_bytes());
    let resolve = || comply(&workspace, "child", &["--resolve"]).stdout();
    let first = resolve();
    assert_eq!(first, resolve());
    let resolved: Json = serde_json::from_str(&first).unwrap();
    assert_eq!(resolved["dropped"], serde_json::json!(["C-10"]));
    assert_eq!(
        resolved["overridden"],
        serde_json::json!([{"control": "C-5", "fields": ["threshold"]}])
    );
    assert_eq!(resolved["chain"].as_array().unwrap().len(), 2);
    // The override holds: one finding is tolerated.
    let report = json(&comply(&workspace, "child", &["-o", "json"]));
    assert_eq!(report["controls"][4]["state"], "evidenced");
    assert_eq!(report["controls"][4]["tolerated"], true);
    assert_eq!(report["baseline"], resolved);
    // What changes upstream is listed.
    workspace.write("before.json", first.as_bytes());
    let same = comply(&workspace, "child", &["--compare", "before.json"]);
    same.says(2, &["the baseline has not changed"]);
    let changed = ten
        .replace("      - {id: C-1, rules: [gate/a]}\n", "      - {id: C-0, rules: [gate/a]}\n")
        .replace("{id: C-2, rules: [gate/b]}", "{id: C-2, rules: [gate/c], title: Other}");
    workspace.write("gate/baselines/ten.yaml", changed.as_bytes());
    let drift = comply(&workspace, "child", &["--compare", "before.json"]);
    drift.says(2, &["the baseline has changed:", "+ C-0", "- C-1", "~ C-2: rules, title"]);
    // With the digest named, a change above is an error.
    let digest = resolved["chain"][0]["digest"].as_str().unwrap();
    let pinned =
        CHILD.replace("extends: ten", &format!("extends: {{baseline: ten, digest: '{digest}'}}"));
    workspace.write("gate/baselines/child.yaml", pinned.as_bytes());
    comply(&workspace, "child", &[])
        .says(2, &["baseline `ten` has changed: its digest is sha256:"]);
    workspace.write("gate/baselines/ten.yaml", ten.as_bytes());
    let run = comply(&workspace, "child", &["--resolve"]);
    assert_eq!((run.code(), run.stdout() != first), (0, false), "{}", run.stderr());
}

/// SARIF: a result a finding of a violated control, and nothing for what is not decided; why the gate decided so is there.
#[test]
fn a_baseline_as_sarif() {
    let workspace = workspace(&[("src/main.tf", QUEUE)]);
    workspace.write("gate/baselines/ten.yaml", TEN.replace("gate/e]", "gate/d]").as_bytes());
    let run = comply(&workspace, "ten", &["-o", "sarif"]);
    assert_eq!(run.stdout(), comply(&workspace, "ten", &["-o", "sarif"]).stdout());
    let sarif: Json = serde_json::from_str(&run.stdout()).unwrap();
    let of_json = json(&comply(&workspace, "ten", &["-o", "json"]));
    let own = &sarif["runs"][0];
    let results = own["results"].as_array().unwrap();
    let mut expected = Vec::new();
    let mut open = 0;
    for (at, control) in of_json["controls"].as_array().unwrap().iter().enumerate() {
        assert_eq!(own["tool"]["driver"]["rules"][at]["id"], control["id"]);
        assert_eq!(own["tool"]["driver"]["rules"][at]["properties"]["state"], control["state"]);
        match control["state"].as_str().unwrap() {
            "violated" => {
                let findings = control["findings"].as_array().unwrap();
                expected.extend(findings.iter().map(|it| {
                    let start = &it["location"]["start"]["line"];
                    (control["id"].clone(), it["rule"].clone(), start.clone())
                }));
            }
            "not-decidable" | "error" => open += 1,
            _ => {}
        }
    }
    let got: Vec<(Json, Json, Json)> = results
        .iter()
        .map(|it| {
            let region = &it["locations"][0]["physicalLocation"]["region"];
            let line = region["startLine"].clone();
            (it["ruleId"].clone(), it["properties"]["rule"].clone(), line)
        })
        .collect();
    assert!(!got.is_empty() && open > 0);
    assert_eq!(got, expected);
    let invocation = &own["invocations"][0];
    let notes = invocation["toolExecutionNotifications"].as_array().unwrap();
    assert_eq!(notes.iter().filter(|it| it["associatedRule"].is_object()).count(), open);
    let gate = invocation["exitCodeDescription"].as_str().unwrap();
    assert_eq!(gate, "gate not passed: errors left something unjudged");
    let Some(shared) = crate::reports::shared() else {
        return;
    };
    let path = shared.join("schemas/sarif/sarif-schema-2.1.0.json");
    let schema: Json = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&sarif).map(|it| it.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
}

/// A waived control's findings are suppressed in SARIF and skipped in `JUnit`, until the waiver ends.
#[rstest]
#[case::waived("2027-03-01T12:00:01Z", true)]
#[case::over("2027-03-01T11:59:59Z", false)]
fn a_waiver_in_sarif_and_junit(#[case] expires: &str, #[case] holds: bool) {
    let workspace = small(&waiver("C-5", expires));
    let run = |format: &str| {
        let base = ["comply", "--pack", "gate", "--baseline", "small", "--now"];
        let rest = ["2027-03-01T12:00:00Z", "src", "-o", format];
        workspace.run(&[&base[..], &rest[..]].concat())
    };
    let sarif: Json = serde_json::from_str(&run("sarif").stdout()).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let own: Vec<&Json> = results.iter().filter(|it| it["ruleId"] == "C-5").collect();
    assert_eq!(own.len(), 1);
    assert_eq!(own[0]["suppressions"][0]["status"] == "accepted", holds);
    let junit = run("junit").stdout();
    let case = junit.lines().find(|line| line.contains("name=\"C-5\"")).unwrap();
    assert_eq!(case.contains("<skipped message=\"waived: "), holds, "{junit}");
    let gate = "gate failed: 1 control (--fail-on violated)";
    assert_eq!(junit.contains(&format!("<failure message=\"{gate}\"")), !holds, "{junit}");
    assert_eq!(sarif["runs"][0]["invocations"][0]["exitCodeDescription"] == gate, !holds);
}

/// `JUnit`: a violated control fails, what nobody decided is no pass, and the gate has a case of its own.
#[rstest]
#[case::violated(&[])]
#[case::undecided(&["--fail-on", "undecided"])]
#[case::never(&["--fail-on", "none"])]
fn a_baseline_as_junit(#[case] more: &[&str]) {
    let workspace = workspace(&[("src/main.tf", QUEUE)]);
    workspace.write("gate/baselines/ten.yaml", TEN.replace("gate/e]", "gate/d]").as_bytes());
    let junit = comply(&workspace, "ten", &[more, &["-o", "junit"]].concat()).stdout();
    let of_json = json(&comply(&workspace, "ten", &["-o", "json"]));
    let lines: Vec<&str> = junit.lines().collect();
    for control in of_json["controls"].as_array().unwrap() {
        let name = format!(" name=\"{}\"", control["id"].as_str().unwrap());
        let at = lines.iter().position(|line| line.contains("<testcase") && line.contains(&name));
        let at = at.unwrap_or_else(|| panic!("{name}: {junit}"));
        let shown = lines[at..=at + 1].concat();
        let word = match (control["state"].as_str().unwrap(), more) {
            ("evidenced", _) => "/>",
            ("error", _) => "<error",
            ("violated", [] | [_, "undecided"]) | ("not-decidable", [_, "undecided"]) => "<failure",
            _ => "<skipped",
        };
        assert!(shown.contains(word), "{name} {word}: {shown}");
    }
    // A rule that failed leaves something unjudged, whatever fails the gate.
    assert!(junit.contains("<error message=\"gate not passed: errors left something"), "{junit}");
}

/// No data is an error in `JUnit`, and the reason is there in SARIF.
#[test]
fn no_data_in_sarif_and_junit() {
    let workspace = workspace(&[("src/main.tf", "")]);
    workspace.write("gate/baselines/ten.yaml", TEN.replace("gate/e]", "gate/d]").as_bytes());
    let junit = comply(&workspace, "ten", &["-o", "junit"]).stdout();
    assert!(junit.contains("<error message=\"no data: there are no resources"), "{junit}");
    let sarif = comply(&workspace, "ten", &["-o", "sarif"]).stdout();
    assert!(sarif.contains("no data: there are no resources"), "{sarif}");
}

/// Acceptance idea 10: OSCAL has two states; only evidence is satisfied.
#[test]
fn honest_gate_oscal() {
    let workspace = workspace(&[("src/main.tf", QUEUE)]);
    workspace.write("gate/baselines/ten.yaml", TEN.replace("gate/e]", "gate/d]").as_bytes());
    let run = comply(&workspace, "ten", &["-o", "oscal"]);
    let again = comply(&workspace, "ten", &["-o", "oscal"]);
    assert_eq!(run.stdout(), again.stdout());
    let json: Json = serde_json::from_str(&run.stdout()).unwrap();
    let findings = json["assessment-results"]["results"][0]["findings"].as_array().unwrap();
    let states: Vec<(&str, &str)> = findings
        .iter()
        .map(|it| {
            let status = &it["target"]["status"];
            (status["state"].as_str().unwrap(), status["reason"].as_str().unwrap())
        })
        .collect();
    let open = ("not-satisfied", "other");
    let met = ("satisfied", "pass");
    assert_eq!(states, [met, met, met, met, ("not-satisfied", "fail"), open, open, open, met]);
    let Some(shared) = crate::reports::shared() else {
        return;
    };
    let path = shared.join("schemas/oscal/oscal_assessment-results_schema.json");
    let schema: Json = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for baseline in ["ten", "nist-800-53-r5-moderate"] {
        let run = comply(&workspace, baseline, &["-o", "oscal"]);
        let json: Json = serde_json::from_str(&run.stdout()).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&json)
            .map(|it| format!("{} {it}", it.instance_path()))
            .take(5)
            .collect();
        assert!(errors.is_empty(), "{baseline}: {errors:#?}");
    }
}

// ---- attestations and waivers

const SMALL: &str = "id: small\ntitle: Small\nversion: '1'\ngroups:\n  - id: G\n    controls:\n\
                     \x20     - {id: M-1, assessment: manual}\n      - {id: C-1, rules: [gate/a]}\n\
                     \x20     - {id: C-5, rules: [gate/fails]}\n";

fn small(records: &str) -> Workspace {
    let workspace = workspace(&[("src/main.tf", QUEUE), ("gate/baselines/small.yaml", SMALL)]);
    workspace.write("src/dreadnought.yaml", format!("compliance:\n{records}").as_bytes());
    workspace
}

fn attestation(control: &str, verdict: &str, expires: &str) -> String {
    format!(
        "  attestations:\n    - {{baseline: small, control: {control}, verdict: {verdict}, author: ada@example.org, \
         evidence: https://example.org/e, expires: '{expires}'}}\n"
    )
}

fn states(run: &Run) -> Vec<(String, Json)> {
    let report = json(run);
    let controls = report["controls"].as_array().unwrap();
    controls
        .iter()
        .map(|it| (it["state"].as_str().unwrap().to_owned(), it["reason"].clone()))
        .collect()
}

#[rstest]
#[case::met("M-1", "met", 0, "evidenced")]
#[case::not_met("M-1", "not-met", 0, "violated")]
#[case::not_applicable("M-1", "not-applicable", 0, "not-applicable")]
#[case::findings_stand("C-5", "met", 2, "violated")]
#[case::evidence_falls("C-1", "not-met", 1, "violated")]
fn an_attestation_decides_what_rules_do_not(
    #[case] control: &str,
    #[case] verdict: &str,
    #[case] at: usize,
    #[case] state: &str,
) {
    let workspace = small(&attestation(control, verdict, "2027-06-01"));
    let run = comply(&workspace, "small", &["-o", "json"]);
    assert_eq!(states(&run)[at].0, state, "{}", run.stdout());
    assert_eq!(run.code(), 1);
}

/// What an attestation says ends at its moment, wherever that is written.
#[rstest]
#[case::before("2027-03-01T11:59:59Z", "2027-03-01T12:00:00Z", "evidenced")]
#[case::at("2027-03-01T12:00:00Z", "2027-03-01T12:00:00Z", "not-decidable")]
#[case::after("2027-03-01T12:00:01Z", "2027-03-01T12:00:00Z", "not-decidable")]
#[case::before_elsewhere("2027-03-01T11:59:59Z", "2027-03-01T14:00:00+02:00", "evidenced")]
#[case::at_elsewhere("2027-03-01T12:00:00Z", "2027-03-01T14:00:00+02:00", "not-decidable")]
#[case::date("2027-03-01", "2027-03-01", "not-decidable")]
#[case::day_before("2027-02-28T23:59:59Z", "2027-03-01", "evidenced")]
fn the_clock_of_attestations(#[case] now: &str, #[case] expires: &str, #[case] state: &str) {
    let workspace = small(&attestation("M-1", "met", expires));
    let arguments =
        ["comply", "--pack", "gate", "--baseline", "small", "--now", now, "src", "-o", "json"];
    let run = workspace.run(&arguments);
    let found = states(&run);
    assert_eq!(found[0].0, state);
    if state == "not-decidable" {
        assert_eq!(found[0].1, "attestation-expired");
        assert!(
            run.stderr().contains("the attestation for control `M-1` has expired"),
            "{}",
            run.stderr()
        );
    }
}

fn waiver(control: &str, expires: &str) -> String {
    format!(
        "  waivers:\n    - {{baseline: small, control: {control}, reason: moves next year, owner: ops, expires: '{expires}'}}\n"
    )
}

/// A waived control is judged all the same; when the waiver ends, the gate fails in every format.
#[rstest]
#[case::before("2027-03-01T11:59:59Z", "2027-03-01T12:00:00Z", 0)]
#[case::at("2027-03-01T12:00:00Z", "2027-03-01T12:00:00Z", 1)]
#[case::after("2027-03-01T12:00:01Z", "2027-03-01T12:00:00Z", 1)]
#[case::before_elsewhere("2027-03-01T11:59:59Z", "2027-03-01T07:00:00-05:00", 0)]
#[case::at_elsewhere("2027-03-01T12:00:00Z", "2027-03-01T07:00:00-05:00", 1)]
fn waiver_clock(#[case] now: &str, #[case] expires: &str, #[case] code: i32) {
    let workspace = small(&waiver("C-5", expires));
    for format in ["text", "json", "markdown", "oscal", "sarif", "junit"] {
        let arguments =
            ["comply", "--pack", "gate", "--baseline", "small", "--now", now, "src", "-o", format];
        let run = workspace.run(&arguments);
        assert_eq!(run.code(), code, "{format}: {}", run.stderr());
        if format == "json" {
            let control = json(&run)["controls"][2].clone();
            let state = if code == 0 { "waived" } else { "violated" };
            assert_eq!(control["state"], state);
            assert_eq!(control["findings"].as_array().unwrap().len(), 1, "still judged");
            assert_eq!(control["without_waiver"] == "violated", code == 0);
        }
    }
}

#[rstest]
#[case::unknown_control(&waiver("C-6", "2028-01-01"), 2, &["dreadnought.yaml:3", "there is no control `C-6` in `small`", "did you mean `C-"])]
#[case::unknown_baseline(&waiver("C-5", "2028-01-01").replace("small", "smal"), 2, &["there is no compliance baseline `smal`", "did you mean `small`?"])]
#[case::not_needed(&waiver("C-1", "2028-01-01"), 1, &["the waiver for control `C-1` is not needed"])]
#[case::twice(&format!("{}    - {{baseline: small, control: C-5, reason: x, owner: y, expires: 2028-01-01}}\n", waiver("C-5", "2028-01-01")), 2, &["control `C-5` has two waivers"])]
#[case::attestation_without_control(&attestation("M-2", "met", "2028-01-01"), 2, &["there is no control `M-2` in `small`", "did you mean `M-1`?"])]
#[case::attestation_without_effect(&attestation("C-1", "met", "2028-01-01"), 1, &["the attestation for control `C-1` decides nothing"])]
fn records_without_effect_are_named(
    #[case] records: &str,
    #[case] code: i32,
    #[case] words: &[&str],
) {
    let workspace = small(records);
    comply(&workspace, "small", &[]).says(code, words);
}

// ---- choices

#[test]
fn a_profile_takes_the_levels_that_it_names() {
    let workspace = workspace(&[("src/main.tf", QUEUE)]);
    let count = |profile: &str| {
        let run = comply(&workspace, "cis-aws-5.0", &["--profile", profile, "--resolve"]);
        let json: Json = serde_json::from_str(&run.stdout()).unwrap();
        json["controls"].as_array().unwrap().len()
    };
    let (one, two) = (count("level-1"), count("level-2"));
    assert!(one < two, "{one} {two}");
    assert_eq!(two, 63);
    comply(&workspace, "cis-aws-5.0", &["--profile", "level-3"])
        .says(2, &["has no profile `level-3`", "there are level-1, level-2"]);
}

/// The score counts from its threshold on, which a parameter may hold.
#[rstest]
#[case::counts(&[], "violated")]
#[case::equal(&["--param", "score=4.2"], "violated")]
#[case::below(&["--param", "score=4.3"], "evidenced")]
fn thresholds(#[case] options: &[&str], #[case] state: &str) {
    let text = "id: scored\ntitle: Scored\nversion: '1'\nparams:\n  score: {type: number, default: 1.5}\n\
                groups:\n  - id: G\n    controls:\n      - {id: A, rules: [gate/fails], threshold: {score: {param: score}}}\n";
    let workspace = workspace(&[("src/main.tf", QUEUE), ("scored.yaml", text)]);
    let run = comply(&workspace, "scored.yaml", &[&["-o", "json"], options].concat());
    assert_eq!(states(&run)[0].0, state, "{}", run.stdout());
}

/// Scopes leave resources out; what is not known of a resource never does.
#[rstest]
#[case::path("only: {paths: eu}", "not-applicable")]
#[case::path_holds("only: {paths: '**/*.tf'}", "violated")]
#[case::except_path("except: {paths: [main.tf]}", "not-applicable")]
#[case::tag("only: {tags: {team: payments}}", "violated")]
#[case::other_tag("only: {tags: {team: [search, ads]}}", "not-applicable")]
#[case::any_value("only: {tags: {team: null}}", "violated")]
#[case::except_tag("except: {tags: {team: payments}}", "not-applicable")]
#[case::environment("only: {environments: [prod]}", "violated")]
#[case::except_unknown_environment("except: {environments: [prod]}", "violated")]
#[case::type_("only: {types: [aws_sns_topic]}", "not-applicable")]
#[case::format("only: {formats: [terraform]}", "violated")]
fn scopes(#[case] scope: &str, #[case] state: &str) {
    let text = format!(
        "id: scoped\ntitle: Scoped\nversion: '1'\ngroups:\n  - id: G\n    controls:\n      - id: A\n        \
         rules: [gate/fails]\n        scope:\n          {scope}\n      - {{id: B, rules: [gate/d]}}\n"
    );
    let tagged =
        QUEUE.replace("delay_seconds = 90", "delay_seconds = 90\n  tags = { team = \"payments\" }");
    let workspace = workspace(&[("src/main.tf", &tagged), ("scoped.yaml", &text)]);
    let run = comply(&workspace, "scoped.yaml", &["-o", "json"]);
    assert_eq!(states(&run)[0].0, state, "{}", run.stdout());
}

/// A finding counts for the control that its attribute is about.
#[test]
fn attributes_tell_controls_apart() {
    let open = "resource \"aws_security_group\" \"open\" {\n  ingress {\n    from_port = 22\n    to_port = 22\n    \
                protocol = \"tcp\"\n    ipv6_cidr_blocks = [\"::/0\"]\n  }\n}\n";
    let workspace = Workspace::new(&[("main.tf", open)]);
    let run = workspace.run(&["comply", "--baseline", "cis-aws-5.0", "-o", "json", "."]);
    let report = json(&run);
    let state = |id: &str| {
        let controls = report["controls"].as_array().unwrap();
        controls.iter().find(|it| it["id"] == id).unwrap()["state"].as_str().unwrap().to_owned()
    };
    assert_eq!((state("5.3").as_str(), state("5.4").as_str()), ("evidenced", "violated"));
}

#[rstest]
#[case::violated("violated", 1)]
#[case::none("none", 0)]
#[case::undecided("undecided", 1)]
fn the_gate_of_comply_follows_its_option(#[case] fail_on: &str, #[case] code: i32) {
    let workspace = small("  waivers: []\n");
    assert_eq!(comply(&workspace, "small", &["--fail-on", fail_on]).code(), code);
}

#[rstest]
#[case::no_baseline(&["comply"], "name a baseline with --baseline")]
#[case::unknown(&["comply", "--baseline", "nist-csf-2"], "did you mean `nist-csf-2.0`?")]
#[case::missing_file(&["comply", "--baseline", "./none.yaml"], "cannot read ./none.yaml")]
#[case::bad_moment(&["comply", "--baseline", "nist-csf-2.0", "--now", "today"], "write 2027-03-01")]
#[case::unknown_param(&["comply", "--baseline", "nist-csf-2.0", "--param", "a=1"], "has no parameter `a`")]
#[case::no_number(&["comply", "--baseline", "nist-csf-2.0", "--param", "a=b"], "b is no number")]
#[case::bad_fail_on(&["comply", "--baseline", "nist-csf-2.0", "--fail-on", "high"], "write none, violated, undecided")]
#[case::bad_format(&["comply", "--baseline", "nist-csf-2.0", "-o", "xml"], "there are text, json, markdown, oscal, sarif, junit")]
fn mistakes_on_the_command_line(#[case] arguments: &[&str], #[case] words: &str) {
    Workspace::new(&[("main.tf", QUEUE)]).run(arguments).says(2, &[words]);
}

#[rstest]
#[case("1970-01-01", Some(0))]
#[case("2000-02-29", Some(951_782_400))]
#[case("2100-02-29", None)]
#[case("2027-13-01", None)]
#[case("2027-02-30", None)]
#[case("2027-03-01T25:00:00Z", None)]
#[case("2027-03-01T12:00:00", None)]
#[case("2027-03-01T00:00:00+01:00", Some(1_803_855_600))]
#[case("2027-3-1", None)]
#[case("soon", None)]
fn moments(#[case] text: &str, #[case] seconds: Option<i64>) {
    assert_eq!(Instant::parse(text).map(|it| it.0), seconds);
}

proptest::proptest! {
    #[test]
    fn moments_are_read_as_they_are_written(seconds in 0i64..250_000_000_000) {
        let written = Instant(seconds).to_string();
        assert_eq!(Instant::parse(&written), Some(Instant(seconds)));
    }
}
