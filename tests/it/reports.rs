//! Tests of reports: what people and machines get, in which order, and that no secret is in it.

use std::sync::Arc;

use dreadnought::document::{CallSite, Document, SpanTable, Value, Variable, schema};
use dreadnought::finding::{
    Assessment, Confidence, Dread, Evidence, Factor, Finding, Inconclusive, Outcome, ResourceRef,
    RuleCounts, RuleInfo, Severity, StrideSet, ThreatClass, UnknownRead,
};
use dreadnought::report::{
    self, Counts, FORMATS, FailOn, Gate, OnInconclusive, Options, PackRef, Report,
};
use dreadnought::source::{Place, Problem, ProblemKind, SourceFile, Sources, Span};
use rstest::rstest;
use serde_json::{Value as Json, json};

use crate::documents::{empty, object, place_of, pointer, resource};

/// A rule about anything.
pub(crate) fn rule(id: &str, threat: &str) -> Arc<RuleInfo> {
    let dread = Dread::new([8, 10, 9, 10, 9]).unwrap();
    let stride = StrideSet::parse("STIE").unwrap();
    let threat = ThreatClass {
        id: threat.into(),
        name: "Anyone on the internet can reach a management port".into(),
        stride: stride.clone(),
        dread,
        cwe: vec!["CWE-1327".into(), "CWE-923".into()],
        capec: vec!["CAPEC-560".into()],
        attack: vec!["T1133".into()],
        nist: vec!["SC-7".into()],
        applies_to: "any".into(),
        assumptions: dreadnought::finding::context::Assumptions::default(),
    };
    Arc::new(RuleInfo {
        id: id.into(),
        title: "Port 22 is open to the internet".into(),
        description: Some("SSH on the internet is tried by bots within minutes.".into()),
        remediation: "Name the administration network, or use a session manager instead of SSH."
            .into(),
        concept: Some("azure.nsg.ingress-ssh-world".into()),
        aliases: vec!["CKV_AZURE_10".into()],
        threat: Arc::new(threat),
        stride,
        dread,
        references: vec!["https://learn.microsoft.com/azure".into()],
        controls: Vec::new(),
        supports: false,
    })
}

/// A finding of a rule about a resource of the document `.`.
pub(crate) fn finding(rule: &Arc<RuleInfo>, address: &str, place: Place) -> Finding {
    Finding {
        rule: Arc::clone(rule),
        message: "anyone may reach port 22".into(),
        severity: Severity::High,
        assessment: Assessment {
            base: rule.dread,
            dread: rule.dread,
            evidence: Vec::new(),
            confidence: Confidence { known: 0, of: 6 },
        },
        resource: resource_ref(address),
        conditional: false,
        place,
        attribute: pointer("/source_address_prefix"),
        called_from: Arc::new([]),
        fingerprint: "dn1:00112233445566778899aabbccddeeff".into(),
        fingerprint_without_root: "dn1:ffeeddccbbaa99887766554433221100".into(),
    }
}

fn resource_ref(address: &str) -> ResourceRef {
    let kind = address.split('.').rev().nth(1).unwrap().into();
    ResourceRef { address: address.into(), kind, document: ".".into(), format: "terraform" }
}

fn with_factors(mut finding: Finding, factors: [u8; 5], severity: Severity) -> Finding {
    finding.assessment.dread = Dread::new(factors).unwrap();
    finding.severity = severity;
    finding
}

fn undecided(rule: &Arc<RuleInfo>, address: &str, place: Place, reason: &str) -> Inconclusive {
    let read = UnknownRead { address: address.into(), at: pointer("/acl"), reason: reason.into() };
    Inconclusive {
        rule: Arc::clone(rule),
        resource: resource_ref(address),
        place,
        unknown: vec![read],
    }
}

/// What a run gave, to be changed by each test.
struct Run {
    sources: Sources,
    documents: Vec<Document>,
    outcome: Outcome,
    options: Options,
}

const NETWORK: &str = r#"resource "azurerm_network_security_rule" "ssh" {
  name                  = "ssh"
  source_address_prefix = "*"
  destination_port_ranges = [
    "22",
    "3389",
  ]
}
"#;

impl Run {
    fn new(files: &[(&str, &str)]) -> Self {
        let mut sources = Sources::default();
        for (path, text) in files {
            sources.add(SourceFile::new(*path, *text));
        }
        let documents = vec![empty("terraform", ".")];
        Self { sources, documents, outcome: Outcome::default(), options: Options::default() }
    }

    fn network() -> Self {
        Self::new(&[("modules/net/main.tf", NETWORK), ("main.tf", "\n\nmodule \"net\" {\n}\n")])
    }

    fn at(&self, path: &str, text: &str) -> Place {
        place_of(&self.sources, path, text)
    }

    fn report<T>(&self, then: impl for<'a> FnOnce(&Report<'a>) -> T) -> T {
        let packs =
            [PackRef { name: "azure".into(), version: "0.1.0".into(), digest: "sha256:0".into() }];
        then(&Report {
            outcome: &self.outcome,
            documents: &self.documents,
            sources: &self.sources,
            packs: &packs,
            counts: Counts { files: self.sources.len(), skipped: 3 },
            options: self.options,
            version: "0.1.0",
        })
    }

    fn write(&self, format: &str) -> String {
        let mut out = Vec::new();
        self.report(|report| (report::format(format).unwrap().write)(report, &mut out).unwrap());
        String::from_utf8(out).unwrap()
    }

    fn json(&self, format: &str) -> Json {
        serde_json::from_str(&self.write(format)).unwrap()
    }

    fn gate(&self) -> Gate {
        let mut gate = None;
        self.report(|report| gate = Some(report.gate()));
        gate.unwrap()
    }
}

/// Something of everything.
fn full() -> Run {
    let mut run = Run::network();
    let ssh = rule("azure/nsg-ssh-from-internet", "T001");
    let place = run.at("modules/net/main.tf", "source_address_prefix = \"*\"");
    let mut first = finding(&ssh, "module.net.azurerm_network_security_rule.ssh", place);
    let call = run.at("main.tf", "module \"net\"");
    first.called_from = Arc::new([CallSite { module: "module.net".into(), place: call }]);
    let mut second = with_factors(first.clone(), [4, 4, 4, 4, 4], Severity::Medium);
    second.rule = rule("azure/nsg-wide", "T007");
    second.conditional = true;
    second.assessment.evidence = vec![Evidence {
        factor: Factor::Exploitability,
        step: -2,
        reason: "exposure: internet_open → internet_restricted".into(),
        proof: vec![call],
    }];
    second.assessment.confidence.known = 4;
    run.outcome.findings = vec![first, second];
    let why = "variable 'acl' has no default";
    run.outcome.inconclusive = vec![
        undecided(&ssh, "azurerm_x.b[1]", place, why),
        undecided(&ssh, "azurerm_x.b[0]", call, why),
        undecided(&ssh, "azurerm_x.c", place, "computed by azurerm_key.a"),
    ];
    run.outcome.rules =
        [(Arc::clone(&ssh.id), RuleCounts { finding: 1, pass: 2, inconclusive: 3, error: 0 })]
            .into();
    run.outcome.evaluated = 6;
    run.outcome.problems = vec![
        Problem::new(ProblemKind::Syntax, "expected `}`").at(call).help("close the block"),
        Problem::new(ProblemKind::ModuleUnresolved, "module 'x' is not installed").path("b.tf"),
        Problem::new(ProblemKind::ModuleUnresolved, "module 'x' is not installed").path("a.tf"),
    ];
    run
}

#[test]
fn text_shows_everything() {
    insta::assert_snapshot!(full().write("text"), @r#"
    high 9.2 [STIE]: Port 22 is open to the internet
     --> modules/net/main.tf:3:3
      |
    3 |   source_address_prefix = "*"
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^ anyone may reach port 22
      |
      = rule: azure/nsg-ssh-from-internet
      = resource: module.net.azurerm_network_security_rule.ssh
      = called from: main.tf:3 (module.net)
      = threat: T001 Anyone on the internet can reach a management port
      = dread: D8 R10 E9 A10 Di9
      = help: Name the administration network, or use a session manager instead of SSH.

    medium 4.0 [STIE]: Port 22 is open to the internet
     --> modules/net/main.tf:3:3
      |
    3 |   source_address_prefix = "*"
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^ anyone may reach port 22
      |
      = rule: azure/nsg-wide
      = resource: module.net.azurerm_network_security_rule.ssh
      = called from: main.tf:3 (module.net)
      = note: exists only if its `count` or `for_each` says so, which is not known
      = threat: T007 Anyone on the internet can reach a management port
      = dread: D4 R4 E4 A4 Di4, 4 of 6 facts about its context known
      = because: exploitability -2: exposure: internet_open → internet_restricted
      = help: Name the administration network, or use a session manager instead of SSH.

    undecided: 3 verdicts depend on values that are not known
      azure/nsg-ssh-from-internet
        2 × variable 'acl' has no default, first at main.tf:3
        1 × computed by azurerm_key.a, at modules/net/main.tf:3

    error[syntax]: expected `}`
     --> main.tf:3:1
      |
    3 | module "net" {
      | ^^^^^^^^^^^^
      |
      = help: close the block

    warning[module-unresolved]: module 'x' is not installed
    --> a.tf
     = note: also at b.tf

    2 files read, 3 skipped, 1 document, 0 resources, 1 rule
    2 findings (1 high, 1 medium), 1 error, 2 warnings
    packs: azure 0.1.0 sha256:0
    gate not passed: 1 error left something unjudged; 1 finding at or above high, 3 undecided
    "#);
}

#[test]
fn many_instances_of_one_line_are_one_entry() {
    let mut run = Run::network();
    let ssh = rule("azure/nsg-ssh-from-internet", "T001");
    let place = run
        .at("modules/net/main.tf", "destination_port_ranges = [\n    \"22\",\n    \"3389\",\n  ]");
    run.outcome.findings = (0..12)
        .map(|n| finding(&ssh, &format!("azurerm_network_security_rule.ssh[{n}]"), place))
        .collect();
    insta::assert_snapshot!(run.write("text"), @r#"
    high 9.2 [STIE]: Port 22 is open to the internet
     --> modules/net/main.tf:4:3
      |
    4 | /   destination_port_ranges = [
    5 | |     "22",
    6 | |     "3389",
    7 | |   ]
      | |___^ anyone may reach port 22
      |
      = rule: azure/nsg-ssh-from-internet
      = resource: azurerm_network_security_rule.ssh[0], azurerm_network_security_rule.ssh[1], azurerm_network_security_rule.ssh[2] and 9 more (12 findings)
      = threat: T001 Anyone on the internet can reach a management port
      = dread: D8 R10 E9 A10 Di9
      = help: Name the administration network, or use a session manager instead of SSH.

    2 files read, 3 skipped, 1 document, 0 resources, 0 rules
    12 findings (12 high)
    packs: azure 0.1.0 sha256:0
    gate failed: 12 findings at or above high
    "#);
}

#[test]
fn the_worst_comes_first_then_path_and_place() {
    let mut run = Run::new(&[("b.tf", "x\ny\n"), ("a.tf", "x\ny\n")]);
    let make = |id: &str, path: &str, text: &str, factor: u8| {
        let place = place_of(&run.sources, path, text);
        with_factors(finding(&rule(id, "T001"), "aws_x.a", place), [factor; 5], Severity::High)
    };
    run.outcome.findings = vec![
        make("a/1", "b.tf", "x", 7),
        make("a/2", "a.tf", "y", 7),
        make("a/3", "b.tf", "y", 9),
        make("a/4", "a.tf", "x", 7),
    ];
    let order = |run: &Run| -> Vec<String> {
        let text = run.write("text");
        let rules = text.lines().filter_map(|line| line.trim().strip_prefix("= rule: "));
        rules.map(str::to_owned).collect()
    };
    assert_eq!(order(&run), ["a/3", "a/4", "a/2", "a/1"]);
    run.outcome.findings.reverse();
    assert_eq!(order(&run), ["a/3", "a/4", "a/2", "a/1"]);
}

#[rstest]
#[case::nothing_found(|_: &mut Run| {}, Gate::Passed, "gate passed")]
#[case::undecided(|run: &mut Run| add_undecided(run), Gate::Passed, "gate passed, 1 undecided")]
#[case::undecided_hidden(|run: &mut Run| { add_undecided(run); run.options.inconclusive = OnInconclusive::Hide; }, Gate::Passed, "gate passed, 1 undecided")]
#[case::undecided_fails(|run: &mut Run| { add_undecided(run); run.options.inconclusive = OnInconclusive::Fail; }, Gate::Failed, "gate failed: 1 verdict undecided")]
#[case::high(|run: &mut Run| add_finding(run), Gate::Failed, "gate failed: 1 finding at or above high")]
#[case::below(|run: &mut Run| { add_finding(run); run.options.fail_on = FailOn::Severity(Severity::Critical); }, Gate::Passed, "gate passed")]
#[case::never(|run: &mut Run| { add_finding(run); run.options.fail_on = FailOn::Never; }, Gate::Passed, "gate passed")]
#[case::score(|run: &mut Run| { add_finding(run); run.options.fail_on = FailOn::parse("9.2").unwrap(); }, Gate::Failed, "gate failed: 1 finding at or above 9.2")]
#[case::above_score(|run: &mut Run| { add_finding(run); run.options.fail_on = FailOn::parse("9.3").unwrap(); }, Gate::Passed, "gate passed")]
#[case::warning(|run: &mut Run| add_problem(run, ProblemKind::Unrendered), Gate::Passed, "gate passed")]
#[case::error(|run: &mut Run| add_problem(run, ProblemKind::Syntax), Gate::Incomplete, "gate not passed: 1 error left something unjudged")]
#[case::error_and_finding(|run: &mut Run| { add_problem(run, ProblemKind::Syntax); add_finding(run); }, Gate::Incomplete, "gate not passed: 1 error left something unjudged; 1 finding at or above high")]
#[case::nothing_there(|run: &mut Run| run.documents.clear(), Gate::Empty, "nothing to evaluate: no configuration of a known format was found")]
#[case::nothing_there_but_errors(|run: &mut Run| { run.documents.clear(); add_problem(run, ProblemKind::Syntax); }, Gate::Incomplete, "gate not passed: 1 error left something unjudged")]
fn the_gate_decides_and_the_last_line_says_it(
    #[case] change: impl Fn(&mut Run),
    #[case] gate: Gate,
    #[case] line: &str,
) {
    let mut run = Run::network();
    change(&mut run);
    assert_eq!(run.gate(), gate);
    assert_eq!(run.write("text").lines().last(), Some(line));
    assert_eq!(run.json("json")["summary"]["gate"]["result"], gate.name());
}

fn add_finding(run: &mut Run) {
    let place = run.at("modules/net/main.tf", "name");
    run.outcome.findings.push(finding(&rule("a/b", "T001"), "aws_x.a", place));
}

fn add_undecided(run: &mut Run) {
    let place = run.at("modules/net/main.tf", "name");
    run.outcome.inconclusive.push(undecided(&rule("a/b", "T001"), "aws_x.a", place, "why"));
}

fn add_problem(run: &mut Run, kind: ProblemKind) {
    run.documents
        .first_mut()
        .map_or(&mut run.outcome.problems, |document| &mut document.problems)
        .push(Problem::new(kind, "it broke"));
}

#[rstest]
#[case("none", Some(FailOn::Never))]
#[case("low", Some(FailOn::Severity(Severity::Low)))]
#[case("critical", Some(FailOn::Severity(Severity::Critical)))]
#[case("7", Some(FailOn::Score(dreadnought::finding::Score(70))))]
#[case("9.5", Some(FailOn::Score(dreadnought::finding::Score(95))))]
#[case("10", Some(FailOn::Score(dreadnought::finding::Score(100))))]
#[case("10.1", None)]
#[case("11", None)]
#[case("9.55", None)]
#[case("-1", None)]
#[case("+1", None)]
#[case("", None)]
#[case("1.", None)]
#[case(".5", None)]
#[case("High", None)]
#[case("99999999999999999999", None)]
fn fail_on_is_a_band_or_a_score(#[case] text: &str, #[case] expected: Option<FailOn>) {
    assert_eq!(FailOn::parse(text), expected);
}

#[test]
fn json_fits_its_schema_and_so_does_every_line() {
    let run = full();
    let validator = schema::compile(report::json::SCHEMA).unwrap();
    for run in [&run, &Run::network()] {
        assert_eq!(schema::violations(&validator, &run.json("json")), Vec::<String>::new());
    }
    let schema_json: Json = serde_json::from_str(report::json::SCHEMA).unwrap();
    let text = run.write("ndjson");
    let mut kinds: Vec<String> = Vec::new();
    for line in text.lines() {
        let mut object: Json = serde_json::from_str(line).unwrap();
        let kind = object.as_object_mut().unwrap().shift_remove("type").unwrap();
        let kind = kind.as_str().unwrap();
        if kind != "report" {
            let of_kind = json!({"$ref": format!("#/$defs/{kind}"), "$defs": schema_json["$defs"]});
            let validator = schema::compile(&of_kind.to_string()).unwrap();
            assert_eq!(schema::violations(&validator, &object), Vec::<String>::new());
        }
        kinds.push(kind.to_owned());
    }
    kinds.dedup();
    let all =
        ["report", "pack", "document", "rule", "finding", "inconclusive", "problem", "summary"];
    assert_eq!(kinds, all);
}

#[test]
fn the_report_schema_refuses_what_it_does_not_know() {
    let validator = schema::compile(report::json::SCHEMA).unwrap();
    let json = full().json("json");
    for at in [
        "",
        "/summary",
        "/findings/0",
        "/findings/0/dread",
        "/findings/0/location",
        "/inconclusive/0",
        "/problems/0",
        "/rules/0",
        "/packs/0",
    ] {
        let mut mutated = json.clone();
        mutated.pointer_mut(at).unwrap()["surprise"] = json!(1);
        assert_ne!(schema::violations(&validator, &mutated), Vec::<String>::new(), "{at}");
        let mut mutated = json.clone();
        let members = mutated.pointer_mut(at).unwrap().as_object_mut().unwrap();
        let first = members.keys().next().unwrap().clone();
        members.shift_remove(&first);
        assert_ne!(schema::violations(&validator, &mutated), Vec::<String>::new(), "{at}");
    }
}

#[test]
fn a_finding_in_json_is_as_the_contract_says() {
    let json = full().json("json");
    assert_eq!(
        json["findings"][1]["dread"],
        json!({
            "damage": 4, "reproducibility": 4, "exploitability": 4, "affected_users": 4,
            "discoverability": 4, "score": 4.0,
            "base": {"damage": 8, "reproducibility": 10, "exploitability": 9, "affected_users": 10, "discoverability": 9},
            "evidence": [{"factor": "exploitability", "step": -2,
                          "reason": "exposure: internet_open → internet_restricted",
                          "proof": [{"file": "main.tf", "line": 3}]}],
            "confidence": {"known": 4, "of": 6},
        })
    );
    assert_eq!(json["findings"][0]["dread"]["score"], json!(9.2));
    assert_eq!(
        json["findings"][0]["location"],
        json!({"file": "modules/net/main.tf", "start": {"line": 3, "column": 3},
               "end": {"line": 3, "column": 30}, "attribute": "/source_address_prefix"})
    );
    assert_eq!(
        json["findings"][0]["called_from"],
        json!([{"module": "module.net", "file": "main.tf", "line": 3}])
    );
    assert_eq!(json["problems"][0]["severity"], "error");
    assert_eq!(json["problems"][1]["location"], json!({"file": "a.tf"}));
}

const SECRET: &str = "hunter2-hunter2";

/// A run in which a secret is at many places, marked or found by a rule.
fn leaky(marked: bool) -> Run {
    let text = format!(
        "resource \"aws_db\" \"a\" {{\n  password = \"{SECRET}\"\n  script = <<EOF\nexport PASS={SECRET}\nEOF\n}}\nvariable \"p\" {{\n  default = \"{SECRET}\"\n}}\n"
    );
    let mut run = Run::new(&[("main.tf", &text), ("a.yaml", &format!("env:\n  - {SECRET}\n"))]);
    let at = |text: &str| place_of(&run.sources, "main.tf", text);
    let password = at(&format!("password = \"{SECRET}\""));
    let script = at(&format!("script = <<EOF\nexport PASS={SECRET}\nEOF\n"));
    let default = at(&format!("default = \"{SECRET}\""));
    let yaml = place_of(&run.sources, "a.yaml", SECRET);
    let attributes = object([
        ("password", Value::string(SECRET)),
        ("script", Value::string(format!("export PASS={SECRET}\n"))),
    ]);
    let mut database = resource("aws_db.a", attributes, password);
    database.spans = Arc::new(SpanTable::new(vec![
        (pointer("/password"), password),
        (pointer("/script"), script),
    ]));
    if marked {
        database.sensitive = vec![pointer("/password"), pointer("/script")];
        run.documents[0].variables = vec![Variable {
            name: "p".into(),
            value: Value::string(SECRET),
            sensitive: true,
            place: default,
            spans: Arc::new(SpanTable::new(vec![(pointer("/default"), default)])),
        }];
    }
    run.documents[0].resources = vec![database];
    let found = rule("aws/any", if marked { "T001" } else { "T008" });
    for (attribute, place) in
        [("/password", password), ("/script", script), ("/x", default), ("/x", yaml)]
    {
        run.outcome.findings.push(Finding {
            message: format!("the value {SECRET} is written here"),
            attribute: pointer(attribute),
            ..finding(&found, "aws_db.a", place)
        });
    }
    run.outcome.inconclusive =
        vec![undecided(&found, "aws_db.a", password, &format!("needs {SECRET}"))];
    run.outcome.problems = vec![
        Problem::new(ProblemKind::Note, format!("cannot use '{SECRET}'"))
            .at(default)
            .help(format!("not {SECRET}")),
    ];
    run
}

#[rstest]
#[case::marked(true)]
#[case::found(false)]
fn a_secret_is_in_no_report(#[case] marked: bool) {
    let run = leaky(marked);
    for format in FORMATS {
        let text = run.write(format.id);
        assert!(!text.contains("hunter2"), "{}: {text}", format.id);
        assert!(text.contains("***"), "{}: {text}", format.id);
    }
}

#[test]
fn a_secret_is_covered_in_its_line_and_the_columns_stay() {
    let mut run = leaky(false);
    run.outcome.inconclusive.clear();
    run.outcome.problems.clear();
    insta::assert_snapshot!(run.write("text"), @r#"
    high 9.2 [STIE]: Port 22 is open to the internet
     --> a.yaml:2:5
      |
    2 |   - ***************
      |     ^^^^^^^^^^^^^^^ the value *** is written here
      |
      = rule: aws/any
      = resource: aws_db.a
      = threat: T008 Anyone on the internet can reach a management port
      = dread: D8 R10 E9 A10 Di9
      = help: Name the administration network, or use a session manager instead of SSH.

    high 9.2 [STIE]: Port 22 is open to the internet
     --> main.tf:2:3
      |
    2 |   password = "***************"
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the value *** is written here
      |
      = rule: aws/any
      = resource: aws_db.a
      = threat: T008 Anyone on the internet can reach a management port
      = dread: D8 R10 E9 A10 Di9
      = help: Name the administration network, or use a session manager instead of SSH.

    high 9.2 [STIE]: Port 22 is open to the internet
     --> main.tf:3:3
      |
    3 | /   script = <<EOF
    4 | | ****** ********************
    5 | | ***
      | |___^ the value *** is written here
      |
      = rule: aws/any
      = resource: aws_db.a
      = threat: T008 Anyone on the internet can reach a management port
      = dread: D8 R10 E9 A10 Di9
      = help: Name the administration network, or use a session manager instead of SSH.

    high 9.2 [STIE]: Port 22 is open to the internet
     --> main.tf:8:3
      |
    8 |   default = "***************"
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^ the value *** is written here
      |
      = rule: aws/any
      = resource: aws_db.a
      = threat: T008 Anyone on the internet can reach a management port
      = dread: D8 R10 E9 A10 Di9
      = help: Name the administration network, or use a session manager instead of SSH.

    2 files read, 3 skipped, 1 document, 1 resource, 0 rules
    4 findings (4 high)
    packs: azure 0.1.0 sha256:0
    gate failed: 4 findings at or above high
    "#);
}

#[rstest]
#[case::quoted("a.tf", r#"  password = "s3cret""#, r#"  password = "******""#)]
#[case::nested_quotes(
    "a.tf",
    r#"password = "${lookup(m, "x", "s3")}""#,
    r#"password = "*********** **** ******""#
)]
#[case::reference("a.tf", "password = var.password", "password = var.password")]
#[case::number("a.tf", "pin = 123456", "pin = ******")]
#[case::quoted_key("a.tf", r#""DB_PASS" = "x""#, r#""DB_PASS" = "*""#)]
#[case::header("a.tf", r#"resource "a" "b" {"#, r#"resource "a" "b" {"#)]
#[case::call("a.tf", r#"p = base64encode("s3")"#, r#"p = base64encode("**")"#)]
#[case::wide_characters("a.tf", r#"p = "é→""#, r#"p = "*****""#)]
#[case::plain_yaml("a.yaml", "  password: s3 cret", "  password: ** ****")]
#[case::yaml_item("a.yaml", "  - s3cret", "  - ******")]
#[case::yaml_block("a.yaml", "password: |", "password: |")]
#[case::open_quote("a.yaml", "password: \"s3", "password: \"**")]
#[case::json("a.json", r#"  "password": "s3","#, r#"  "password": "**","#)]
fn the_value_part_of_a_line_is_covered(
    #[case] path: &str,
    #[case] line: &str,
    #[case] expected: &str,
) {
    let mut run = Run::new(&[(path, line)]);
    let place = run.at(path, line);
    run.outcome.findings = vec![finding(&rule("a/b", "T008"), "aws_x.a", place)];
    let text = run.write("text");
    let shown = text.lines().find_map(|line| line.strip_prefix("1 | ")).unwrap();
    assert_eq!(shown, expected, "{text}");
}

#[test]
fn hostile_names_cannot_steer_the_terminal() {
    let mut run = Run::new(&[("\u{1b}[2Ja.tf", "name = \"\u{1b}[2K\u{202e}\u{7}\" # \r x\n")]);
    let place = run.at("\u{1b}[2Ja.tf", "name = \"\u{1b}[2K\u{202e}\u{7}\"");
    let mut bad = finding(&rule("a/\u{1b}[2J", "T001"), "aws_x.\u{1b}]0;\u{7}\u{202e}", place);
    bad.message = "\u{1b}[31mred\r\nnext".into();
    run.outcome.inconclusive = vec![undecided(&bad.rule, "aws_x.a", place, "\u{1b}[1m\u{202e}")];
    run.outcome.problems = vec![Problem::new(ProblemKind::Note, "\u{1b}[2K").path("\u{1b}[x.tf")];
    run.outcome.findings = vec![bad];
    let text = run.write("text");
    assert!(!text.contains(['\u{1b}', '\u{7}', '\r', '\u{202e}']), "{text:?}");
}

#[rstest]
#[case::empty_file("", 0, 0)]
#[case::at_the_end("a\n", 2, 2)]
#[case::past_the_end("a\n", 90, 95)]
#[case::in_a_character("é\n", 1, 2)]
#[case::carriage_return("a\r\nb\r\n", 0, 6)]
#[case::byte_order_mark("\u{feff}a = 1\n", 3, 8)]
#[case::many_lines("a\nb\nc\nd\ne\nf\n", 0, 12)]
#[case::tabs("\ta\t= 1\n", 1, 6)]
fn any_place_can_be_shown(#[case] text: &str, #[case] start: usize, #[case] end: usize) {
    let mut run = Run::new(&[("a.tf", text)]);
    let file = run.sources.find("a.tf").unwrap();
    let place = Place { file, span: Span::new(start, end) };
    for threat in ["T001", "T008"] {
        run.outcome.findings = vec![finding(&rule("a/b", threat), "aws_x.a", place)];
        for format in FORMATS {
            assert!(!run.write(format.id).is_empty());
        }
    }
}

#[test]
fn a_long_line_is_cut_around_the_place() {
    let text = format!(
        "{{\"a\": \"{}\", \"acl\": \"public\", \"b\": \"{}\"}}",
        "é".repeat(50_000),
        "y".repeat(50_000)
    );
    let mut run = Run::new(&[("a.json", &text)]);
    let place = run.at("a.json", "\"public\"");
    run.outcome.findings = vec![finding(&rule("a/b", "T001"), "aws_x.a", place)];
    let text = run.write("text");
    assert!(text.contains("a.json:1:50018") && text.contains("\"acl\": \"public\""), "{text}");
    assert!(text.len() < 2000, "{}", text.len());
}

#[test]
fn colour_is_there_only_if_asked() {
    let mut run = full();
    assert!(!run.write("text").contains('\u{1b}'));
    run.options.color = true;
    assert!(run.write("text").contains('\u{1b}'));
}

#[test]
fn a_writer_that_fails_is_an_error_not_a_panic() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    for format in FORMATS {
        let error = full().report(|report| (format.write)(report, &mut Full).unwrap_err());
        assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe, "{}", format.id);
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    for format in FORMATS {
        assert_eq!(full().write(format.id), full().write(format.id), "{}", format.id);
    }
}

#[test]
fn format_ids_are_unique() {
    let mut ids: Vec<&str> = FORMATS.iter().map(|format| format.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), FORMATS.len());
}

/// The folder of shared material, where there is one.
pub(crate) fn shared() -> Option<std::path::PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared");
    let folder = std::env::var_os("DREADNOUGHT_SHARED").map_or_else(|| beside.into(), Into::into);
    Some(folder).filter(|folder: &std::path::PathBuf| folder.is_dir())
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn sarif_fits_the_official_schema() {
    let Some(folder) = shared() else {
        eprintln!("skipped: no shared folder, set DREADNOUGHT_SHARED");
        return;
    };
    let text =
        std::fs::read_to_string(folder.join("schemas/sarif/sarif-schema-2.1.0.json")).unwrap();
    let validator = schema::compile(&text).unwrap();
    for run in [full(), leaky(true), Run::network()] {
        assert_eq!(schema::violations(&validator, &run.json("sarif")), Vec::<String>::new());
    }
    let mut wrong = full().json("sarif");
    wrong["runs"][0]["results"][0]["surprise"] = json!(1);
    assert_ne!(schema::violations(&validator, &wrong), Vec::<String>::new());
}

#[test]
fn sarif_says_where_how_bad_and_through_which_modules() {
    let log = full().json("sarif");
    let run = &log["runs"][0];
    let result = &run["results"][0];
    assert_eq!(result["rank"], 92);
    assert_eq!(result["level"], "error");
    assert_eq!(result["properties"]["security-severity"], "9.2");
    assert_eq!(
        result["partialFingerprints"]["dreadnought/v1"],
        "dn1:00112233445566778899aabbccddeeff"
    );
    assert_eq!(
        result["locations"][0]["physicalLocation"],
        json!({"artifactLocation": {"uri": "modules/net/main.tf", "uriBaseId": "%SRCROOT%", "index": 1},
               "region": {"startLine": 3, "startColumn": 3, "endLine": 3, "endColumn": 30}})
    );
    assert_eq!(result["relatedLocations"][0]["message"]["text"], "called as module.net");
    assert_eq!(
        result["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "main.tf"
    );
    let notifications = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    let ids: Vec<&Json> = notifications.iter().map(|it| &it["descriptor"]["id"]).collect();
    assert_eq!(
        ids,
        ["syntax", "module-unresolved", "module-unresolved", "inconclusive", "inconclusive"]
    );
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
}

/// Every number in a SARIF log that stands for a position leads to what it names.
#[test]
fn sarif_positions_lead_to_what_they_name() {
    let log = full().json("sarif");
    let run = &log["runs"][0];
    for result in run["results"].as_array().unwrap() {
        let at = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][at]["id"], result["ruleId"]);
        let artifact = &result["locations"][0]["physicalLocation"]["artifactLocation"];
        let at = usize::try_from(artifact["index"].as_u64().unwrap()).unwrap();
        assert_eq!(run["artifacts"][at]["location"]["uri"], artifact["uri"]);
    }
    for rule in run["tool"]["driver"]["rules"].as_array().unwrap() {
        assert_eq!(rule["relationships"].as_array().unwrap().len(), 4 + 2);
        for relationship in rule["relationships"].as_array().unwrap() {
            let target = &relationship["target"];
            let number = |json: &Json| usize::try_from(json.as_u64().unwrap()).unwrap();
            let taxonomy = &run["taxonomies"][number(&target["toolComponent"]["index"])];
            assert_eq!(taxonomy["name"], target["toolComponent"]["name"]);
            assert_eq!(taxonomy["taxa"][number(&target["index"])]["id"], target["id"]);
        }
    }
}

#[test]
fn sarif_paths_are_uris() {
    let mut run = Run::new(&[("a b/ü#%.tf", "x")]);
    let place = run.at("a b/ü#%.tf", "x");
    run.outcome.findings = vec![finding(&rule("a/b", "T001"), "aws_x.a", place)];
    let log = run.json("sarif");
    assert_eq!(log["runs"][0]["artifacts"][0]["location"]["uri"], "a%20b/%C3%BC%23%25.tf");
}
