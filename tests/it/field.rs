//! Inputs re-made from public bug reports of other tools (`fixtures/field`): what must and must not be found.

use std::fs;
use std::path::{Path, PathBuf};

use dreadnought::evaluate::{Options, evaluate};
use dreadnought::finding::Outcome;
use dreadnought::pack::PackSet;
use dreadnought::project::{self, Project};
use dreadnought::source::{DiskFileSystem, ProblemSeverity};
use rstest::rstest;
use serde_json::Value as Json;

/// The rules that a concept in plain words stands for: parts of their ids.
const CONCEPTS: &[(&str, &[&str])] = &[
    ("SSH port open", &["ssh-from-internet"]),
    ("network ACL lets SSH in", &["nacl-ssh-from-internet"]),
    ("database port open", &["security-group-open-to-internet"]),
    ("port open to the whole internet", &["from-internet", "open-to-internet"]),
    ("any finding", &[""]),
    ("storage account network default action", &["storage-open-firewall"]),
    ("bucket policy grants", &["s3-policy-public-principal"]),
    ("topic policy lets anyone publish", &["sns-policy-public", "sns-topic-policy"]),
    ("bucket readable by everyone", &["storage-public-iam"]),
    ("policy allows every action", &["iam-admin-policy"]),
    ("bucket ACL grants public write", &["s3-acl-public-write"]),
    ("privilege escalation not switched off", &["privilege-escalation"]),
    ("missing liveness probe", &["probe"]),
    ("pod shares the host network", &["host-network"]),
    ("container may run as root", &["root-user"]),
    ("pods not covered by any network policy", &["network-policy"]),
];

/// Expectations about other things than findings, each checked in its own way.
const OTHER: &[&str] = &[
    "syntax error reported",
    "module call cycle reported",
    "object without apiVersion",
    "any finding about kind Mapping",
];

/// Cases that are not right yet, with what they need.
const PENDING: &[(&str, &str)] = &[("16-second-suppression-lost", "waivers in comments")];

fn rules(concept: &str) -> &'static [&'static str] {
    let known = CONCEPTS.iter().find(|(words, _)| concept.starts_with(words));
    known.unwrap_or_else(|| panic!("no rule stands for {concept:?}")).1
}

/// `data/StatefulSet/store:seed` names a container: address `StatefulSet/data/store`, and a word of the message.
fn target(resource: &str) -> (String, Option<String>) {
    let (object, container) = match resource.split_once(':') {
        Some((object, container)) if object.contains('/') => (object, Some(container.to_owned())),
        _ => (resource, None),
    };
    let parts: Vec<&str> = object.split('/').collect();
    match parts.as_slice() {
        [namespace, kind, name] => (format!("{kind}/{namespace}/{name}"), container),
        _ => (resource.to_owned(), None),
    }
}

fn found(outcome: &Outcome, concept: &str, resource: &str) -> bool {
    let ids = rules(concept);
    let (address, container) = target(resource);
    outcome.findings.iter().any(|finding| {
        let of_container = |name: &String| {
            finding
                .message
                .split(|c: char| !c.is_alphanumeric() && c != '-')
                .any(|word| word == name)
        };
        ids.iter().any(|id| finding.rule.id.contains(id))
            && *finding.resource.address == *address
            && container.as_ref().is_none_or(of_container)
    })
}

fn check(folder: &Path, case: &Json) -> Vec<String> {
    let files = DiskFileSystem::new(folder).unwrap();
    let options = project::Options { paths: vec![String::new()], ..project::Options::default() };
    let mut project = Project::load(&files, &options);
    let (set, _) = PackSet::load(&mut project.sources, true, &[]);
    let outcome = evaluate(&project.documents, &set, &Options::default());
    let of_documents = project.documents.iter().flat_map(|document| &document.problems);
    let problems: Vec<String> = project
        .problems
        .iter()
        .chain(of_documents)
        .filter(|problem| problem.severity() == ProblemSeverity::Error)
        .map(|problem| {
            let line = problem.place.map(|place| {
                let file = project.sources.get(place.file);
                format!("{}:{}", file.path, file.position(place.span.start).line)
            });
            format!("{} {}", line.unwrap_or_default(), problem.message)
        })
        .collect();
    let mut wrong = Vec::new();
    let list = |name: &str| case["check"][name].as_array().cloned().unwrap_or_default();
    for (name, wanted) in [("must_find", true), ("must_not_find", false)] {
        for expectation in list(name) {
            let concept = expectation["concept"].as_str().unwrap();
            let resource = expectation["resource"].as_str().unwrap();
            let is = if OTHER.iter().any(|other| concept.starts_with(other)) {
                other(&project, &problems, concept, resource)
            } else {
                found(&outcome, concept, resource)
            };
            if is != wanted {
                wrong.push(format!("{name}: {concept} on {resource}"));
            }
        }
    }
    let is_cycle =
        list("must_find").iter().any(|wanted| wanted["concept"] == "module call cycle reported");
    if case["check"]["must_parse"] == true && !problems.is_empty() && !is_cycle {
        wrong.push(format!("problems: {problems:?}"));
    }
    wrong
}

fn other(project: &Project, problems: &[String], concept: &str, resource: &str) -> bool {
    match concept {
        "module call cycle reported" => {
            problems.iter().any(|problem| problem.contains("calls itself: "))
        }
        _ if concept.starts_with("syntax error") => {
            problems.iter().any(|problem| problem.starts_with(resource))
        }
        // Objects that are none: exactly those of the file are there.
        _ => project.documents.iter().flat_map(|document| &document.resources).any(|resource| {
            let kind = &*resource.kind;
            kind.is_empty() || kind == "Mapping" || kind == "Other"
        }),
    }
}

#[rstest]
fn field_case(
    #[files("fixtures/field/*")]
    #[dirs]
    folder: PathBuf,
) {
    let case: Json =
        serde_json::from_str(&fs::read_to_string(folder.join("case.json")).unwrap()).unwrap();
    if !matches!(case["kind"].as_str(), Some("terraform" | "kubernetes")) {
        return;
    }
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    let pool = rayon::ThreadPoolBuilder::new().stack_size(64 << 20).build().unwrap();
    let wrong = pool.install(|| check(&folder, &case));
    match PENDING.iter().find(|(pending, _)| *pending == name) {
        None => assert!(wrong.is_empty(), "{name}: {wrong:#?}"),
        Some((_, needs)) => assert!(
            !wrong.is_empty(),
            "{name} is right now; take it off the list (it needed {needs})"
        ),
    }
}
