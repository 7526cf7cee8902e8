//! Models by hand over derived ones: what joins, what drifts, what is wrong.

use dreadnought::export::{Export, format};
use dreadnought::model::{FlowKind, ThreatModel, ThreatState};
use dreadnought::overlay::{Overlay, join, judge, read};
use dreadnought::source::{MemoryFileSystem, Problem, Sources};
use rstest::rstest;

use crate::models;

/// An overlay of a text, with its problems.
fn overlay(text: &str) -> (Overlay, Vec<Problem>) {
    let files = MemoryFileSystem::from(&[("model.otm.yaml", text)]);
    read(&files, "model.otm.yaml", &mut Sources::default())
}

fn told(problems: &[Problem]) -> Vec<String> {
    let help = |it: &Problem| it.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
    problems.iter().map(|it| format!("{}: {}{}", it.kind.name(), it.message, help(it))).collect()
}

/// The shop with an overlay; all problems.
fn joined(text: &str) -> (ThreatModel, Vec<String>) {
    let mut model = models::shop();
    let (overlay, mut problems) = overlay(text);
    problems.extend(join(&mut model, std::slice::from_ref(&overlay)));
    problems.extend(judge(&mut model, &[overlay]));
    (model, told(&problems))
}

fn drift(model: &ThreatModel) -> Vec<String> {
    let side = |modelled| if modelled { "modelled" } else { "code" };
    model.drift.iter().map(|it| format!("{} {} {}", side(it.modelled), it.what, it.id)).collect()
}

const HEAD: &str =
    "otmVersion: 0.2.0\nproject: {name: Shop, id: shop, attributes: {partial: true}}\n";

/// What is written as OTM and laid over the same model changes nothing.
#[rstest]
#[case::shop(models::shop())]
#[case::large(models::large())]
fn a_model_of_ours_is_no_news(#[case] model: ThreatModel) {
    let mut out = Vec::new();
    (format("otm").unwrap().write)(&Export::new(&model, "0.0.0"), &mut out).unwrap();
    let (overlay, problems) = overlay(&String::from_utf8(out).unwrap());
    assert_eq!(told(&problems), Vec::<String>::new());
    let mut again = model.clone();
    let overlays = [overlay];
    assert_eq!(told(&join(&mut again, &overlays)), Vec::<String>::new());
    assert_eq!(told(&judge(&mut again, &overlays)), Vec::<String>::new());
    assert_eq!(dreadnought::model::to_json(&again), dreadnought::model::to_json(&model));
}

#[test]
fn assets_flows_and_assumptions_by_hand_join() {
    let (model, problems) = joined(
        "otmVersion: 0.2.0
project:
  name: Shop
  id: shop
  attributes:
    partial: true
    assumptions: [customers use a browser, the office network is trusted]
trustZones:
  - {id: office, name: Office, type: office, risk: {trustRating: 60}}
  - {id: desk, name: Service desk, type: room, risk: {trustRating: 60}, parent: {trustZone: office}}
assets:
  - {id: orders, name: Orders, risk: {confidentiality: 95, integrity: 50, availability: 50}}
components:
  - id: agent
    name: Support agent
    type: person
    parent: {trustZone: desk}
    attributes: {in_code: false}
  - id: database
    name: The database
    type: database
    parent: {trustZone: office}
    attributes: {address: azurerm_postgresql_flexible_server.db, owner: team-data}
    assets: {stored: [orders]}
dataflows:
  - {id: support, name: support console, source: agent, destination: database, attributes: {protocol: tcp, port: 5432, encrypted: true}}
",
    );
    assert_eq!(problems, Vec::<String>::new());
    let agent = model.asset("agent").unwrap();
    assert!(agent.modelled);
    assert_eq!(
        (agent.element.name(), agent.boundary.as_deref()),
        ("external_entity", Some("desk"))
    );
    assert_eq!(model.boundary("desk").unwrap().parent.as_deref(), Some("office"));
    let database = model.asset("azurerm_postgresql_flexible_server.db").unwrap();
    assert_eq!(
        (database.sensitivity.as_deref(), database.owner.as_deref()),
        (Some("restricted"), Some("team-data"))
    );
    assert_eq!(
        database.boundary.as_deref(),
        Some("azurerm_subnet.db"),
        "the code knows where it is"
    );
    let flow = model.flows.iter().find(|flow| flow.modelled).unwrap();
    assert_eq!(
        (&*flow.source, &*flow.target, flow.kind),
        ("agent", "azurerm_postgresql_flexible_server.db", FlowKind::Network)
    );
    let crossed: Vec<&str> = flow.crosses.iter().map(|id| &**id).collect();
    assert_eq!(
        crossed,
        [
            "office",
            "desk",
            "azurerm_resource_group.main",
            "azurerm_virtual_network.main",
            "azurerm_subnet.db"
        ]
    );
    assert!(model.assumptions.iter().any(|text| &**text == "the office network is trusted"));
    assert_eq!(drift(&model), ["modelled boundary desk", "modelled boundary office"]);
    let mut sorted = model.assets.clone();
    sorted.sort_by(|a, b| a.id.cmp(&b.id));
    assert!(sorted.iter().map(|it| &it.id).eq(model.assets.iter().map(|it| &it.id)));
}

#[test]
fn drift_is_told_both_ways() {
    let (model, _) = joined(
        "otmVersion: 0.2.0
project: {name: Shop, id: shop}
trustZones: [{id: internet, name: Internet, risk: {trustRating: 0}}]
components:
  - {id: internet, name: Internet, type: external, parent: {trustZone: internet}}
  - {id: azurerm_lb.main, name: Balancer, type: load_balancer, parent: {trustZone: internet}}
  - {id: azurerm_redis_cache.sessions, name: Session cache, type: cache, parent: {trustZone: internet}}
dataflows:
  - {id: a, name: web, source: internet, destination: azurerm_lb.main, attributes: {kind: network, protocol: tcp, port: 443}}
  - {id: b, name: sessions, source: azurerm_lb.main, destination: azurerm_redis_cache.sessions}
",
    );
    let drift = drift(&model);
    let modelled: Vec<&String> = drift.iter().filter(|it| it.starts_with("modelled")).collect();
    assert_eq!(modelled, ["modelled asset azurerm_redis_cache.sessions", "modelled flow b"]);
    let of = |what: &str| drift.iter().filter(|it| it.starts_with(what)).count();
    assert_eq!((of("code asset"), of("code boundary"), of("code flow")), (10, 7, 12));
    assert!(
        drift.iter().any(|it| it == "code flow internet>azurerm_lb.main:network:tcp/22"),
        "{drift:?}"
    );
    assert!(!drift.iter().any(|it| it == "code flow internet>azurerm_lb.main:network:tcp/443"));
}

#[test]
fn selectors_name_many() {
    let (model, problems) = joined(&format!(
        "{HEAD}trustZones: [{{id: z, name: Z, risk: {{trustRating: 0}}, attributes: {{in_code: false}}}}]
components:
  - id: dns
    name: All zones
    type: dns
    parent: {{trustZone: z}}
    attributes: {{selector: {{type: 'azurerm_*dns_zone', path: '*.tf'}}, sensitivity: internal, environment: prod}}
  - id: nothing
    name: Nothing
    type: dns
    parent: {{trustZone: z}}
    attributes: {{selector: {{kind: mainframe}}}}
"
    ));
    assert_eq!(problems, ["note: nothing in code fits the selector of `nothing`"]);
    let set: Vec<&str> = model
        .assets
        .iter()
        .filter(|asset| asset.sensitivity.as_deref() == Some("internal"))
        .map(|asset| &*asset.id)
        .collect();
    assert_eq!(set, ["azurerm_dns_zone.public", "azurerm_private_dns_zone.db"]);
    assert_eq!(drift(&model), ["modelled asset nothing"]);
}

#[test]
fn people_close_threats() {
    let (model, problems) = joined(&format!(
        "{HEAD}trustZones: [{{id: z, name: Z, risk: {{trustRating: 0}}, attributes: {{in_code: false}}}}]
threats:
  - {{id: ssh, name: SSH, risk: {{likelihood: 50, impact: 50}}, attributes: {{class: T001, reason: bastion until March}}}}
  - {{id: T032, name: Web, risk: {{likelihood: 50, impact: 50}}}}
  - {{id: T999, name: Other, risk: {{likelihood: 50, impact: 50}}}}
mitigations: [{{id: waf, name: The CDN filters requests, riskReduction: 80}}]
components:
  - id: vm
    name: VM
    type: compute
    parent: {{trustZone: z}}
    attributes: {{address: azurerm_linux_virtual_machine.app}}
    threats:
      - {{threat: ssh, state: accepted}}
      - {{threat: T032, state: Mitigated, mitigations: [{{mitigation: waf, state: implemented}}]}}
      - {{threat: T999, state: accepted}}
"
    ));
    assert_eq!(problems, ["note: `vm` has no threat T999 that could be accepted"]);
    let state = |id: &str| {
        let threat = model.threats.iter().find(|threat| &*threat.id == id).unwrap();
        (threat.state, threat.note.as_deref().unwrap_or_default().to_owned())
    };
    assert_eq!(
        state("T001@azurerm_linux_virtual_machine.app"),
        (ThreatState::Accepted, "bastion until March (model.otm.yaml:16)".to_owned())
    );
    assert_eq!(
        state("T032@azurerm_linux_virtual_machine.app"),
        (ThreatState::Mitigated, "The CDN filters requests (model.otm.yaml:17)".to_owned())
    );
    assert_eq!(state("T037@backend.azurerm").0, ThreatState::Open);
}

/// Every mistake is one clear problem, and the rest of the file holds.
#[rstest]
#[case::empty("", &["configuration: an Open Threat Model is a map, and this file is empty"])]
#[case::list("- a\n", &["configuration: an Open Threat Model is a map"])]
#[case::no_otm("a: b\n", &[
    "configuration: an Open Threat Model needs `otmVersion` (is this file one? see `otmVersion`, `project`, `components`)",
    "configuration: an Open Threat Model needs `project` (is this file one? see `otmVersion`, `project`, `components`)"])]
#[case::broken("{\"otmVersion\": ", &["syntax: expected a value, found the end of the file"])]
#[case::near("component: []\n", &["configuration: there is no `component` in an Open Threat Model (did you mean `components`?)"])]
#[case::not_a_list("components: {}\n", &["configuration: `components` must be a list", "configuration: `components` must be a list"])]
#[case::no_parent("components: [{id: a, name: A, type: x}]\n", &["configuration: the component `a` has no `parent` (name its trust zone)"])]
#[case::parent("trustZones: [{id: zone, name: Z, attributes: {in_code: false}}]\ncomponents: [{id: a, name: A, type: x, parent: {trustZone: zome}}]\n",
    &["configuration: there is no trust zone `zome` (did you mean `zone`?)"])]
#[case::end("dataflows: [{id: f, name: F, source: a, destination: b}]\n",
    &["configuration: there is no component `a`", "configuration: there is no component `b`"])]
#[case::data("trustZones: [{id: z, name: Z, attributes: {in_code: false}}]\ncomponents: [{id: internet, name: A, type: x, parent: {trustZone: z}, assets: {stored: [cards]}}]\n",
    &["configuration: there is no asset `cards`"])]
#[case::state("trustZones: [{id: z, name: Z, attributes: {in_code: false}}]\nthreats: [{id: T1, name: T}]\ncomponents: [{id: internet, name: A, type: x, parent: {trustZone: z}, threats: [{threat: T1, state: fine}]}]\n",
    &["configuration: a threat cannot be `fine` (write `exposed`, `mitigated` or `accepted`)"])]
#[case::address("trustZones: [{id: z, name: Z, attributes: {in_code: false}}]\ncomponents: [{id: a, name: A, type: x, parent: {trustZone: z}, attributes: {address: aws_vpc.gone}}]\n",
    &["note: nothing in code has the address `aws_vpc.gone`"])]
#[case::selector("trustZones: [{id: z, name: Z, attributes: {in_code: false}}]\ncomponents: [{id: a, name: A, type: x, parent: {trustZone: z}, attributes: {selector: {colour: red}}}]\n",
    &["configuration: a selector cannot look at `colour` (there are: address, type, kind, name, boundary, environment, path)",
      "configuration: a selector without keys would select everything"])]
#[case::sensitivity("trustZones: [{id: z, name: Z, attributes: {in_code: false}}]\ncomponents: [{id: internet, name: A, type: x, parent: {trustZone: z}, attributes: {sensitivity: secret}}]\n",
    &["configuration: `sensitivity` cannot be `secret` (there are: none, internal, confidential, restricted)"])]
#[case::twice("trustZones: [{id: z, name: Z, attributes: {in_code: false}}, {id: z, name: Y, attributes: {in_code: false}}]\n",
    &["configuration: the id `z` is there twice"])]
fn mistakes_are_told(#[case] text: &str, #[case] expected: &[&str]) {
    let whole = if expected[0].contains("needs")
        || expected[0].contains("is a map")
        || text.starts_with('{')
    {
        text.to_owned()
    } else {
        format!("{HEAD}{text}")
    };
    let (_, problems) = joined(&whole);
    let mut problems = problems;
    problems.dedup();
    let mut expected: Vec<&str> = expected.to_vec();
    expected.dedup();
    assert_eq!(problems, expected);
}

#[test]
fn zones_and_components_in_circles_end() {
    let (model, _) = joined(&format!(
        "{HEAD}trustZones:
  - {{id: a, name: A, risk: {{trustRating: 0}}, parent: {{trustZone: b}}}}
  - {{id: b, name: B, risk: {{trustRating: 0}}, parent: {{trustZone: a}}}}
components:
  - {{id: x, name: X, type: t, parent: {{component: y}}}}
  - {{id: y, name: Y, type: t, parent: {{component: x}}}}
"
    ));
    for boundary in &model.boundaries {
        let mut at = boundary.parent.as_deref();
        for _ in 0..model.boundaries.len() {
            at = at.and_then(|id| model.boundary(id)).and_then(|it| it.parent.as_deref());
        }
        assert_eq!(at, None, "{} holds itself", boundary.id);
    }
    assert!(model.asset("x").is_some() && model.asset("y").is_some());
}

#[test]
fn files_that_are_not_there_are_told() {
    let files = MemoryFileSystem::default();
    let (_, problems) = read(&files, "gone.otm", &mut Sources::default());
    assert_eq!(told(&problems), ["not-found: `gone.otm` cannot be read: entity not found"]);
}

/// The example that comes with the format's own repository reads without problems.
#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn the_format_s_own_example_reads() {
    let Some(folder) = crate::reports::shared() else {
        eprintln!("skipped: no shared folder, set DREADNOUGHT_SHARED");
        return;
    };
    let text = std::fs::read_to_string(folder.join("schemas/otm/example.otm.json")).unwrap();
    let (overlay, problems) = overlay(&text);
    assert_eq!(told(&problems), Vec::<String>::new());
    let mut model = ThreatModel::default();
    join(&mut model, &[overlay]);
    assert!(model.assets.len() >= 3 && !model.flows.is_empty());
    assert!(model.drift.iter().all(|it| it.modelled));
}
