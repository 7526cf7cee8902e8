//! The same weakness in many spellings (`fixtures/terraform/spelling`): pairs that differ in one value, and unknowns that decide or do
//! not. What is expected stands in each folder's `case.json`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use dreadnought::document::Document;
use dreadnought::evaluate::{Options, evaluate};
use dreadnought::finding::Outcome;
use dreadnought::pack::PackSet;
use dreadnought::project::{self, Input, Project};
use dreadnought::source::{DiskFileSystem, Problem, ProblemSeverity};
use rayon::prelude::*;
use serde_json::Value as Json;

/// How many pairs and how many unknowns there are at least.
const PAIRS: usize = 120;
const UNKNOWNS: usize = 12;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/terraform/spelling")
}

/// Every case of the folder, sorted.
fn cases() -> Vec<(String, Json)> {
    let mut cases: Vec<(String, Json)> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let text = fs::read_to_string(path.join("case.json")).unwrap();
            (name, serde_json::from_str(&text).unwrap())
        })
        .collect();
    cases.sort_by(|a, b| a.0.cmp(&b.0));
    cases
}

fn texts(json: &Json) -> Vec<String> {
    let list = json.as_array().into_iter().flatten();
    list.map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// What a user would type after `scan .` in this half of a pair.
fn arguments(case: &Json, half: &str) -> Vec<String> {
    [texts(&case["args"]), texts(&case[format!("{half}_args")])].concat()
}

/// The rules that a list of the case speaks of, with what it says of each.
fn expected<'c>(case: &'c Json, list: &str) -> Vec<(&'c str, &'c str, &'c str)> {
    let text = |entry: &'c Json, name: &str| entry[name].as_str().unwrap_or_default();
    let list = case[list].as_array().into_iter().flatten();
    list.map(|entry| (text(entry, "rule"), text(entry, "resource"), text(entry, "at"))).collect()
}

/// A half that is judged: its case, and its folder below [`folder`].
struct Half<'c> {
    case: &'c Json,
    root: String,
    half: &'static str,
}

/// Verdicts about some halves. Those without arguments are judged in one go, each a root of its own: loading the packs costs most.
struct Judged {
    project: Project,
    outcome: Outcome,
}

impl Judged {
    fn new(halves: &[&Half<'_>]) -> Self {
        let files = DiskFileSystem::new(folder()).unwrap();
        let paths = halves.iter().map(|half| half.root.clone()).collect();
        let mut options = project::Options { paths, ..project::Options::default() };
        for half in halves {
            set_arguments(&mut options, half);
        }
        let mut project = Project::load(&files, &options);
        let (set, problems) = PackSet::load(&mut project.sources, true, &[]);
        assert!(problems.is_empty());
        let only: BTreeSet<&str> = halves.iter().flat_map(|half| rules(half.case)).collect();
        let only = only.into_iter().map(str::to_owned).collect();
        let options = Options { only, list_passes: true, ..Options::default() };
        let outcome = evaluate(&project.documents, &set, &options);
        Self { project, outcome }
    }

    fn documents(&self, root: &str) -> impl Iterator<Item = &Document> {
        self.project.documents.iter().filter(move |document| *document.root == *root)
    }

    /// A rule's findings in a root: resource and line.
    fn findings(&self, root: &str, rule: &str) -> BTreeSet<(String, String)> {
        let of_rule = self
            .outcome
            .findings
            .iter()
            .filter(|finding| *finding.rule.id == *rule && *finding.resource.document == *root);
        of_rule
            .map(|finding| {
                let file = self.project.sources.get(finding.place.file);
                let line = file.position(finding.place.span.start).line;
                let path = file.path.strip_prefix(root).unwrap().trim_start_matches('/');
                (finding.resource.address.to_string(), format!("{path}:{line}"))
            })
            .collect()
    }

    /// A rule's verdicts that are left open in a root, with whether all of them say why.
    fn undecided(&self, root: &str, rule: &str) -> (BTreeSet<String>, bool) {
        let of_rule: Vec<_> = self
            .outcome
            .inconclusive
            .iter()
            .filter(|verdict| *verdict.rule.id == *rule && *verdict.resource.document == *root)
            .collect();
        let explained = of_rule
            .iter()
            .all(|verdict| verdict.unknown.iter().any(|read| !read.reason.is_empty()));
        (of_rule.iter().map(|verdict| verdict.resource.address.to_string()).collect(), explained)
    }

    fn passes(&self, root: &str, rule: &str, resource: &str) -> bool {
        self.outcome.passes.iter().any(|pass| {
            *pass.rule.id == *rule
                && *pass.resource.address == *resource
                && *pass.resource.document == *root
        })
    }

    fn exists(&self, root: &str, resource: &str) -> bool {
        self.documents(root).flat_map(|document| &document.resources).any(|other| {
            let rest = other.address.strip_prefix(resource);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.']))
        })
    }

    /// What could not be done in a root: no case has any of it.
    fn errors(&self, root: &str) -> Vec<String> {
        let of_root = |problem: &&Problem| {
            let path =
                problem.place.map(|place| Arc::clone(&self.project.sources.get(place.file).path));
            path.is_none_or(|path| path.starts_with(&format!("{root}/")))
        };
        let of_documents = self.documents(root).flat_map(|document| &document.problems);
        let others = self.project.problems.iter().chain(&self.outcome.problems).filter(of_root);
        let errors = of_documents.chain(others);
        errors
            .filter(|problem| problem.severity() == ProblemSeverity::Error)
            .map(|problem| problem.message.clone())
            .collect()
    }
}

fn set_arguments(options: &mut project::Options, half: &Half<'_>) {
    for pair in arguments(half.case, half.half).chunks(2) {
        match pair[0].as_str() {
            "--var" => {
                let (name, value) = pair[1].split_once('=').unwrap();
                options.variables.push(Input::Assignment(name.to_owned(), value.to_owned()));
            }
            "--var-file" => {
                let text = fs::read_to_string(folder().join(&half.root).join(&pair[1])).unwrap();
                options.variables.push(Input::File(pair[1].clone(), text));
            }
            "--workspace" => options.workspace.clone_from(&pair[1]),
            other => panic!("{other} is no argument of a case"),
        }
    }
}

/// Every rule of the case.
fn rules(case: &Json) -> BTreeSet<&str> {
    let lists = ["find", "pass", "gone", "unknown"];
    lists.iter().flat_map(|list| expected(case, list)).map(|(rule, ..)| rule).collect()
}

/// What a case expects of a rule: resources (and lines) of one of its lists.
fn wanted(case: &Json, list: &str, rule: &str) -> BTreeSet<(String, String)> {
    let of_rule = expected(case, list).into_iter().filter(|(of, ..)| *of == rule);
    of_rule.map(|(_, resource, at)| (resource.to_owned(), at.to_owned())).collect()
}

/// What is wrong about a half. Bad: exactly these findings, at their lines, and nothing left open. Good: the rules pass, which is more
/// than that they say nothing. Unknown: neither found nor passed, and it says why.
fn check(half: &Half<'_>, judged: &Judged) -> Vec<String> {
    let (case, root) = (half.case, half.root.as_str());
    let mut wrong = judged.errors(root);
    for rule in rules(case) {
        let found = judged.findings(root, rule);
        let expected_findings = match half.half {
            "bad" => wanted(case, "find", rule),
            _ => BTreeSet::new(),
        };
        if found != expected_findings {
            wrong.push(format!("{rule} found {found:?}, wanted {expected_findings:?}"));
        }
        let expected_open: BTreeSet<String> = match half.half {
            "unknown" => wanted(case, "unknown", rule).into_iter().map(|(it, _)| it).collect(),
            _ => BTreeSet::new(),
        };
        let (open, explained) = judged.undecided(root, rule);
        if open != expected_open || !explained {
            wrong.push(format!("{rule} undecided on {open:?}, wanted {expected_open:?}"));
        }
    }
    if half.half == "good" {
        for (rule, resource, _) in expected(case, "pass") {
            if !judged.passes(root, rule, resource) {
                wrong.push(format!("{rule} does not pass {resource}"));
            }
        }
        for (_, resource, _) in expected(case, "gone") {
            if judged.exists(root, resource) {
                wrong.push(format!("{resource} is there"));
            }
        }
    }
    wrong
}

fn halves(cases: &[(String, Json)]) -> Vec<Half<'_>> {
    let of_case = |(name, case)| {
        let made = move |half| Half { case, root: format!("{name}/{half}"), half };
        ["bad", "good", "unknown"].map(made)
    };
    let all = cases.iter().map(|(name, case)| (name, case)).flat_map(of_case);
    all.filter(|half| folder().join(&half.root).is_dir()).collect()
}

#[test]
fn there_are_enough_cases() {
    let cases = cases();
    let halves = halves(&cases);
    let count = |name: &str| halves.iter().filter(|half| half.half == name).count();
    assert!(count("good").min(count("bad")) >= PAIRS, "{} pairs", count("bad"));
    assert!(count("unknown") >= UNKNOWNS, "{} unknowns", count("unknown"));
}

#[test]
fn every_spelling_is_judged_right() {
    let cases = cases();
    let halves = halves(&cases);
    let (alone, together): (Vec<&Half<'_>>, Vec<&Half<'_>>) =
        halves.iter().partition(|half| !arguments(half.case, half.half).is_empty());
    let mut groups = vec![together];
    groups.extend(alone.into_iter().map(|half| vec![half]));
    let pool = rayon::ThreadPoolBuilder::new().stack_size(64 << 20).build().unwrap();
    let wrong: Vec<(&str, String)> = pool.install(|| {
        let of_group = |group: &Vec<&Half<'_>>| {
            let judged = Judged::new(group);
            let of_half = |half: &&Half<'_>| {
                let name = cases.iter().find(|(_, case)| std::ptr::eq(case, half.case)).unwrap();
                let found = check(half, &judged).into_iter();
                let said = found.map(|words| (name.0.as_str(), format!("{}: {words}", half.half)));
                said.collect::<Vec<_>>()
            };
            group.iter().flat_map(of_half).collect::<Vec<_>>()
        };
        groups.par_iter().flat_map_iter(of_group).collect()
    });
    let mut failed: Vec<String> = Vec::new();
    for (name, case) in &cases {
        let of_case = wrong.iter().filter(|(of, _)| of == name).map(|(_, words)| words.as_str());
        let words: Vec<&str> = of_case.collect();
        match case["pending"].as_str() {
            None if words.is_empty() => {}
            None => failed.push(format!("{name}\n  {}", words.join("\n  "))),
            Some(needs) if words.is_empty() => {
                failed.push(format!("{name} is right now, and no longer pending: {needs}"));
            }
            Some(_) => {}
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// What is not known is told, and does not pass where the user will not have it.
#[test]
fn unknowns_reach_the_exit_code() {
    let cases = cases();
    let unknown = halves(&cases).into_iter().filter(|half| half.half == "unknown");
    let wrong: Vec<String> = unknown
        .collect::<Vec<_>>()
        .par_iter()
        .flat_map_iter(|half| {
            let run = |extra: &[&str]| {
                let mut command = Command::new(env!("CARGO_BIN_EXE_dreadnought"));
                command.args(["scan", ".", "--fail-on", "low"]).args(extra);
                command.args(arguments(half.case, half.half));
                for rule in rules(half.case) {
                    command.args(["--rule", rule]);
                }
                let output = command.current_dir(folder().join(&half.root)).output().unwrap();
                let said = [output.stdout, output.stderr].concat();
                (output.status.code(), String::from_utf8(said).unwrap())
            };
            let count = expected(half.case, "unknown").len();
            let last = format!("gate passed, {count} undecided");
            let expectations: [(&[&str], i32, &str); 3] = [
                (&[], 0, &last),
                (&["--inconclusive", "hide"], 0, &last),
                (&["--inconclusive", "fail"], 1, "gate failed"),
            ];
            let failed = |(extra, code, words): (&[&str], i32, &str)| {
                let (exit, said) = run(extra);
                let right = exit == Some(code) && said.contains(words);
                (!right).then(|| format!("{} {extra:?}: {exit:?}\n{said}", half.root))
            };
            expectations.into_iter().filter_map(failed).collect::<Vec<_>>()
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
