//! Data-flow diagrams: nothing covers anything, everything lies where it belongs, texts can be read.

use std::collections::BTreeMap;

use dreadnought::export::layout::{Diagram, Rect, line_width};
use dreadnought::export::{Export, format};
use dreadnought::model::ThreatModel;
use proptest::prelude::*;
use regex::Regex;

use crate::models::{self, Builder};

/// A model as a format writes it.
pub(crate) fn written(model: &ThreatModel, id: &str) -> String {
    let mut out = Vec::new();
    (format(id).unwrap().write)(&Export::new(model, "0.0.0"), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// With `DREADNOUGHT_LOOK=FOLDER`, every format is left there for eyes; so is each model that lies there as `NAME.model`, in the JSON of
/// `dreadnought model`.
#[test]
fn formats_can_be_looked_at() {
    let Some(folder) = std::env::var_os("DREADNOUGHT_LOOK").map(std::path::PathBuf::from) else {
        return;
    };
    std::fs::create_dir_all(&folder).unwrap();
    let mut all = vec![("shop".to_owned(), models::shop()), ("large".to_owned(), models::large())];
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "model") {
            let json = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            all.push((name, dreadnought::model::from_json(&json).unwrap()));
        }
    }
    for (name, model) in all {
        for format in dreadnought::export::FORMATS {
            std::fs::write(
                folder.join(format!("{name}.{}", format.id)),
                written(&model, format.id),
            )
            .unwrap();
        }
    }
}

/// What an SVG shows, read from its text.
struct Shown {
    zones: BTreeMap<usize, Rect>,
    titles: Vec<Rect>,
    nodes: BTreeMap<usize, Rect>,
    labels: Vec<Rect>,
    /// Font size of every text.
    sizes: Vec<i32>,
    lines: usize,
}

fn rect(numbers: &str) -> Rect {
    let n: Vec<i32> = numbers.split(' ').map(|number| number.parse().unwrap()).collect();
    Rect { x: n[0], y: n[1], width: n[2], height: n[3] }
}

impl Shown {
    fn read(svg: &str) -> Self {
        let boxes = |name: &str| -> BTreeMap<usize, Rect> {
            let pattern =
                Regex::new(&format!(r#"data-{name}="(\d+)" data-box="([^"]+)""#)).unwrap();
            pattern.captures_iter(svg).map(|it| (it[1].parse().unwrap(), rect(&it[2]))).collect()
        };
        let all = |pattern: &str| -> Vec<Rect> {
            let pattern = Regex::new(pattern).unwrap();
            pattern.captures_iter(svg).map(|it| rect(&it[1])).collect()
        };
        let sizes = Regex::new(r#"font-size="(\d+)""#).unwrap();
        Self {
            zones: boxes("boundary"),
            titles: all(r#"class="dn-title" data-box="([^"]+)""#),
            nodes: boxes("asset"),
            labels: all(r#"class="dn-label" data-flows="[^"]*" data-box="([^"]+)""#),
            sizes: sizes.captures_iter(svg).map(|it| it[1].parse().unwrap()).collect(),
            lines: svg.matches("<path class=\"dn-line").count(),
        }
    }
}

fn inside(inner: Rect, outer: Rect) -> bool {
    inner.x >= outer.x
        && inner.y >= outer.y
        && inner.right() <= outer.right()
        && inner.bottom() <= outer.bottom()
}

/// The laws of a diagram, over the SVG as written; what breaks them, in words.
fn faults(model: &ThreatModel, svg: &str) -> Vec<String> {
    let shown = Shown::read(svg);
    let mut faults = Vec::new();
    let mut solid: Vec<(String, Rect)> = Vec::new();
    solid.extend(shown.nodes.iter().map(|(at, rect)| (format!("node {at}"), *rect)));
    solid.extend(shown.labels.iter().enumerate().map(|(at, rect)| (format!("label {at}"), *rect)));
    solid.extend(shown.titles.iter().enumerate().map(|(at, rect)| (format!("title {at}"), *rect)));
    for (at, (name, one)) in solid.iter().enumerate() {
        for (other, two) in &solid[at + 1..] {
            if one.meets(*two) {
                faults.push(format!("{name} meets {other}: {one:?} {two:?}"));
            }
        }
    }
    let zone_of = |id: &str| model.boundaries.iter().position(|boundary| &*boundary.id == id);
    for (at, rect) in &shown.nodes {
        let zone = model.assets[*at].boundary.as_deref().and_then(zone_of);
        if zone.is_some_and(|zone| !inside(*rect, shown.zones[&zone])) {
            faults.push(format!("node {at} lies outside of its zone"));
        }
        for (zone, other) in &shown.zones {
            let mut around = model.assets[*at].boundary.as_deref();
            let mut holds = false;
            while let Some(id) = around {
                holds |= *model.boundaries[*zone].id == *id;
                around = model.boundary(id).and_then(|it| it.parent.as_deref());
            }
            if !holds && rect.meets(*other) {
                faults.push(format!("node {at} meets zone {zone}, which does not hold it"));
            }
        }
    }
    for (at, rect) in &shown.zones {
        let parent = model.boundaries[*at].parent.as_deref().and_then(zone_of);
        if parent.is_some_and(|parent| !inside(*rect, shown.zones[&parent])) {
            faults.push(format!("zone {at} lies outside of its parent"));
        }
        for (other, two) in shown.zones.range(at + 1..) {
            if rect.meets(*two) && !inside(*rect, *two) && !inside(*two, *rect) {
                faults.push(format!("zones {at} and {other} cut each other"));
            }
        }
    }
    if let Some(small) = shown.sizes.iter().find(|size| **size < 9) {
        faults.push(format!("text of {small} px"));
    }
    if shown.nodes.len() != model.assets.len() {
        faults.push(format!("{} of {} assets are drawn", shown.nodes.len(), model.assets.len()));
    }
    faults
}

/// Lines go around nodes: no stretch of a line lies within one.
fn lines_through_nodes(diagram: &Diagram) -> Vec<String> {
    let mut faults = Vec::new();
    for edge in &diagram.edges {
        for pair in edge.points.windows(2) {
            let stretch = Rect {
                x: pair[0].0.min(pair[1].0),
                y: pair[0].1.min(pair[1].1),
                width: (pair[0].0 - pair[1].0).abs().max(1),
                height: (pair[0].1 - pair[1].1).abs().max(1),
            };
            for node in &diagram.nodes {
                if stretch.meets(node.rect.grown(-1)) {
                    faults.push(format!("flow {:?} runs through node {}", edge.flows, node.asset));
                }
            }
        }
    }
    faults
}

#[test]
fn diagrams_can_be_read() {
    for model in [models::shop(), models::large()] {
        let svg = written(&model, "svg");
        assert_eq!(faults(&model, &svg), Vec::<String>::new(), "{}", model.title);
        let diagram = Diagram::of(&model);
        assert_eq!(lines_through_nodes(&diagram), Vec::<String>::new(), "{}", model.title);
        let silent = diagram.edges.iter().filter(|edge| edge.label.is_none()).count();
        assert_eq!(silent, 0, "{}: lines without a label", model.title);
        assert!(Shown::read(&svg).lines >= diagram.edges.len());
    }
}

/// Estimated widths keep texts inside their boxes.
#[test]
fn texts_fit_their_boxes() {
    let diagram = Diagram::of(&models::large());
    for node in &diagram.nodes {
        for line in &node.lines {
            assert!(line_width(line, 11) <= node.rect.width - 20, "{line}");
        }
    }
}

#[test]
fn the_laws_can_be_broken() {
    let model = models::shop();
    let svg = written(&model, "svg");
    let shown = Shown::read(&svg);
    let (first, second) = (shown.nodes[&0], shown.nodes[&1]);
    let of =
        |rect: Rect| format!("data-box=\"{} {} {} {}\"", rect.x, rect.y, rect.width, rect.height);
    let moved = svg.replace(&of(first), &of(second));
    assert!(faults(&model, &moved).iter().any(|fault| fault.contains("meets")));
    assert!(faults(&model, &moved).iter().any(|fault| fault.contains("outside of its zone")));
}

/// Models of any shape: zones in zones, flows between anything.
fn any_model() -> impl Strategy<Value = ThreatModel> {
    let zones = prop::collection::vec((any::<prop::sample::Index>(), ".{0,24}"), 0..10);
    let assets =
        prop::collection::vec((any::<prop::sample::Index>(), ".{0,40}", 0..4_usize), 1..24);
    let flows =
        prop::collection::vec((any::<[prop::sample::Index; 2]>(), ".{0,16}", 0..8_usize), 0..30);
    (zones, assets, flows).prop_map(|(zones, assets, flows)| {
        let mut builder = Builder::new("any");
        for (at, (parent, name)) in zones.iter().enumerate() {
            let parent = (at > 0).then(|| parent.index(at + 1)).filter(|parent| *parent < at);
            let parent = parent.map(|parent| format!("z{parent:02}"));
            builder = builder.zone(&format!("z{at:02}"), name, "subnet", parent.as_deref());
        }
        let kinds = ["external", "compute_vm", "datastore_sql", "identity_role"];
        for (at, (zone, name, kind)) in assets.iter().enumerate() {
            let zone = zone.index(zones.len() + 1);
            let zone = (zone < zones.len()).then(|| format!("z{zone:02}"));
            builder = builder.asset(&format!("a{at:02}"), name, kinds[*kind], zone.as_deref());
        }
        for (ends, label, kind) in &flows {
            let [from, to] = ends.map(|end| format!("a{:02}", end.index(assets.len())));
            builder = builder.flow(&from, &to, dreadnought::model::FlowKind::ALL[*kind], label);
        }
        builder.build()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    /// Whatever the model: nothing covers anything, and the same model gives the same bytes.
    #[test]
    fn any_diagram_keeps_the_laws(model in any_model()) {
        let svg = written(&model, "svg");
        prop_assert_eq!(faults(&model, &svg), Vec::<String>::new());
        prop_assert_eq!(lines_through_nodes(&Diagram::of(&model)), Vec::<String>::new());
        prop_assert_eq!(svg, written(&model, "svg"));
    }
}
