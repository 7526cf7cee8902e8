//! The data-flow diagram as SVG: one file without scripts, fonts or links, light and dark as the reader's system is.
//!
//! Processes are rounded, data stores lie between two lines, external entities are rectangles, identities hexagons. A number on a node counts
//! its open threats in the colour of the worst. Groups carry what they stand for (`data-asset`, `data-boundary`, `data-flows`: places in
//! the model's lists) and their box (`data-box`), for the HTML report and for tests.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::escape::{one_line, xml};
use super::layout::{
    Diagram, Edge, LABEL_LINE, NAME_SIZE, Node, Rect, SMALL_SIZE, Zone, line_width,
};
use super::{Export, words};
use crate::finding::Severity;
use crate::model::{Element, Encrypted, Flow, FlowKind, ThreatModel, ThreatState};

/// Room for the title.
const HEADER: i32 = 48;
/// Height of a row of the legend.
const LEGEND_ROW: i32 = 26;
/// Radius of a line's corners.
const CORNER: i32 = 6;

pub(super) fn write(export: &Export<'_>, out: &mut dyn Write) -> io::Result<()> {
    let diagram = Diagram::of(export.model);
    let style =
        format!("{}@media (prefers-color-scheme: dark){{{}}}", rules("", &LIGHT), rules("", &DARK));
    out.write_all(render(export.model, &diagram, Some(&style)).as_bytes())
}

/// Colours of a theme.
pub(super) struct Palette {
    back: &'static str,
    text: &'static str,
    muted: &'static str,
    zone: [&'static str; 2],
    zone_line: &'static str,
    outside_line: &'static str,
    /// Fill and line, in the order of [`Element::ALL`].
    elements: [(&'static str, &'static str); 4],
    /// In the order of [`FlowKind::ALL`].
    flows: [&'static str; 8],
    plain: &'static str,
    /// From low to critical.
    bands: [&'static str; 4],
}

/// On white.
pub(super) const LIGHT: Palette = Palette {
    back: "#ffffff",
    text: "#1b2430",
    muted: "#5b6675",
    zone: ["#f3f6fa", "#fafbfd"],
    zone_line: "#8fa0b5",
    outside_line: "#c2410c",
    elements: [
        ("#fff4e6", "#b45309"),
        ("#e8f1ff", "#2563c9"),
        ("#e7f7ef", "#15803d"),
        ("#f4ebff", "#7e3fc4"),
    ],
    flows: ["#3b6fb6", "#7e3fc4", "#a1559c", "#15803d", "#b45309", "#0f766e", "#6b7280", "#6b7280"],
    plain: "#c2410c",
    bands: ["#5b7083", "#b7791f", "#d9480f", "#b91c1c"],
};

/// On black.
pub(super) const DARK: Palette = Palette {
    back: "#12161c",
    text: "#e6ebf2",
    muted: "#9aa7b8",
    zone: ["#19202a", "#1f2834"],
    zone_line: "#53637a",
    outside_line: "#f08a4b",
    elements: [
        ("#3a2a14", "#f0a85a"),
        ("#172c4d", "#7db0ff"),
        ("#12351f", "#5fd08b"),
        ("#2f1f48", "#c79bff"),
    ],
    flows: ["#7db0ff", "#c79bff", "#e09adb", "#5fd08b", "#f0a85a", "#5fd3c6", "#a3adba", "#a3adba"],
    plain: "#f08a4b",
    bands: ["#6f869c", "#c98a2a", "#e2602a", "#d93a3a"],
};

/// The colours of a palette as CSS, each rule behind a prefix.
pub(super) fn rules(prefix: &str, palette: &Palette) -> String {
    let mut css = String::new();
    let mut rule = |selector: &str, body: String| {
        let _ = write!(css, "{prefix}.dn {selector}{{{body}}}");
    };
    rule(".dn-back", format!("fill:{}", palette.back));
    rule("text", format!("fill:{}", palette.text));
    rule(".dn-muted", format!("fill:{}", palette.muted));
    for (at, fill) in palette.zone.iter().enumerate() {
        rule(
            &format!(".dn-zone.dn-{at}>rect"),
            format!("fill:{fill};stroke:{}", palette.zone_line),
        );
    }
    rule(".dn-zone.dn-outside>rect", format!("stroke:{}", palette.outside_line));
    for (element, (fill, line)) in Element::ALL.iter().zip(palette.elements) {
        let name = element.name();
        rule(&format!(".dn-{name} .dn-shape"), format!("fill:{fill};stroke:{line}"));
        rule(&format!(".dn-{name} .dn-bare"), format!("fill:{fill};stroke:none"));
    }
    for (kind, color) in FlowKind::ALL.iter().zip(palette.flows) {
        rule(&format!(".dn-{}", line_class(*kind)), format!("stroke:{color}"));
        rule(&format!(".dn-head-{}", kind.name()), format!("fill:{color}"));
    }
    rule(".dn-line.dn-plain", format!("stroke:{}", palette.plain));
    rule(".dn-head-plain", format!("fill:{}", palette.plain));
    rule(".dn-label rect", format!("fill:{}", palette.back));
    for (band, color) in BANDS.iter().zip(palette.bands) {
        rule(&format!(".dn-band-{}", band.name()), format!("fill:{color}"));
    }
    css
}

const BANDS: [Severity; 4] = [Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

/// What is the same in all themes.
pub(super) const SHAPES: &str = ".dn{font-family:system-ui,-apple-system,'Segoe UI','Helvetica Neue',Arial,'DejaVu Sans',sans-serif}\
.dn-zone>rect{stroke-width:1.2;stroke-dasharray:7 4}\
.dn-title{font-weight:600}\
.dn-shape{stroke-width:1.5}\
.dn-line{fill:none;stroke-width:1.5}\
.dn-assumed{stroke-dasharray:6 4}\
.dn-modelled .dn-shape{stroke-dasharray:2 3}\
.dn-line.dn-modelled{stroke-dasharray:2 3}\
.dn-label rect{fill-opacity:.92}\
.dn .dn-count{fill:#fff;font-weight:700}";

fn line_class(kind: FlowKind) -> String {
    format!("flow-{}", kind.name())
}

/// The drawing; with a style it stands alone, without one it is part of a page.
pub(super) fn render(model: &ThreatModel, diagram: &Diagram, style: Option<&str>) -> String {
    let legend = legend(model, diagram);
    let header = if style.is_some() { HEADER } else { 0 };
    let width = diagram.width.max(420);
    let height = header + diagram.height + legend.1;
    let mut svg = String::new();
    let title = xml(words::title(model));
    let _ = writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"dn\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"img\" aria-label=\"Data-flow diagram of {title}\">"
    );
    if let Some(style) = style {
        let _ = writeln!(svg, "<style>{SHAPES}{style}</style>");
    }
    let _ = writeln!(svg, "<defs>{}</defs>", markers());
    let _ = writeln!(svg, "<rect class=\"dn-back\" width=\"{width}\" height=\"{height}\"/>");
    if style.is_some() {
        let title =
            xml(&super::layout::wrap(&one_line(words::title(model)), 15, width - 72, 1).concat());
        let _ = writeln!(
            svg,
            "<text class=\"dn-title\" x=\"36\" y=\"26\" font-size=\"15\">{title}</text>"
        );
        let counts = super::layout::wrap(&counts(model), NAME_SIZE, width - 72, 1).concat();
        let _ = writeln!(
            svg,
            "<text class=\"dn-muted\" x=\"36\" y=\"43\" font-size=\"{NAME_SIZE}\">{}</text>",
            xml(&counts)
        );
    }
    let _ = writeln!(svg, "<g transform=\"translate(0 {header})\">");
    diagram.zones.iter().for_each(|one| zone(&mut svg, model, one));
    diagram.edges.iter().for_each(|one| line(&mut svg, model, one));
    let threats = open_threats(model);
    for node in &diagram.nodes {
        self::node(&mut svg, model, node, threats.get(&*model.assets[node.asset].id));
    }
    diagram.edges.iter().for_each(|one| label(&mut svg, one));
    let _ = writeln!(
        svg,
        "<g class=\"dn-legend\" transform=\"translate(0 {})\">{}</g>",
        diagram.height, legend.0
    );
    svg.push_str("</g>\n</svg>\n");
    svg
}

fn counts(model: &ThreatModel) -> String {
    let open = model.threats.iter().filter(|threat| threat.state == ThreatState::Open).count();
    format!(
        "{} assets · {} boundaries · {} flows · {open} open threats · {} attack paths",
        model.assets.len(),
        model.boundaries.len(),
        model.flows.len(),
        model.paths.len()
    )
}

/// Number and worst band of the open threats of each target.
fn open_threats(model: &ThreatModel) -> BTreeMap<&str, (usize, Severity)> {
    let mut all: BTreeMap<&str, (usize, Severity)> = BTreeMap::new();
    for threat in model.threats.iter().filter(|threat| threat.state == ThreatState::Open) {
        let entry = all.entry(&threat.target).or_insert((0, Severity::Low));
        entry.0 += 1;
        entry.1 = entry.1.max(threat.dread.severity);
    }
    all
}

fn markers() -> String {
    let mut markers = String::new();
    for name in FlowKind::ALL.iter().map(|kind| kind.name()).chain(["plain"]) {
        let _ = write!(
            markers,
            "<marker id=\"dn-{name}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
             markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"dn-head-{name}\" d=\"M0 0.5L8 4L0 7.5z\"/></marker>"
        );
    }
    markers
}

fn data_box(rect: Rect) -> String {
    format!("data-box=\"{} {} {} {}\"", rect.x, rect.y, rect.width, rect.height)
}

fn zone(svg: &mut String, model: &ThreatModel, zone: &Zone) {
    let boundary = &model.boundaries[zone.boundary];
    let outside = matches!(&*boundary.kind, "internet" | "third_party");
    let class =
        format!("dn-zone dn-{}{}", zone.depth % 2, if outside { " dn-outside" } else { "" });
    let Rect { x, y, width, height } = zone.rect;
    let _ = write!(
        svg,
        "<g class=\"{class}\" data-boundary=\"{}\" {}><title>{}</title>",
        zone.boundary,
        data_box(zone.rect),
        xml(&format!("{} ({}) {}", boundary.name, boundary.kind, boundary.id))
    );
    let _ =
        write!(svg, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"10\"/>");
    let _ = writeln!(
        svg,
        "<text class=\"dn-title\" {} x=\"{}\" y=\"{}\" font-size=\"{NAME_SIZE}\">{}</text></g>",
        data_box(zone.title_rect),
        x + 12,
        y + 17,
        xml(&zone.title)
    );
}

fn node(svg: &mut String, model: &ThreatModel, node: &Node, threats: Option<&(usize, Severity)>) {
    let asset = &model.assets[node.asset];
    let modelled = if asset.modelled { " dn-modelled" } else { "" };
    let about = match threats {
        Some((count, band)) => format!(", {count} open threats, worst {}", band.name()),
        None => String::new(),
    };
    let _ = write!(
        svg,
        "<g class=\"dn-node dn-{}{modelled}\" data-asset=\"{}\" {}><title>{}</title>",
        asset.element.name(),
        node.asset,
        data_box(node.rect),
        xml(&format!("{} ({}) {}{about}", asset.name, asset.kind, asset.id))
    );
    svg.push_str(&shape(asset.element, node.rect));
    let (middle, _) = node.rect.center();
    let rows = i32::try_from(node.lines.len()).unwrap_or(1);
    let block = rows * 13 + 11;
    let mut y = node.rect.y + (node.rect.height - block) / 2 + 10;
    for line in &node.lines {
        let _ = write!(
            svg,
            "<text x=\"{middle}\" y=\"{y}\" font-size=\"{NAME_SIZE}\" text-anchor=\"middle\">{}</text>",
            xml(line)
        );
        y += 13;
    }
    let _ = write!(
        svg,
        "<text class=\"dn-muted\" x=\"{middle}\" y=\"{}\" font-size=\"{SMALL_SIZE}\" text-anchor=\"middle\">{}</text>",
        y - 1,
        xml(&node.caption)
    );
    if let Some((count, band)) = threats {
        let text = if *count > 99 { "99+".to_owned() } else { count.to_string() };
        let width = (line_width(&text, SMALL_SIZE) + 7).max(15);
        let (x, y) = (node.rect.right() - width - 3, node.rect.y + 3);
        let _ = write!(
            svg,
            "<rect class=\"dn-band-{}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"15\" rx=\"7.5\"/>\
             <text class=\"dn-count\" x=\"{}\" y=\"{}\" font-size=\"{SMALL_SIZE}\" text-anchor=\"middle\">{text}</text>",
            band.name(),
            f64::from(x) + f64::from(width) / 2.0,
            y + 11
        );
    }
    svg.push_str("</g>\n");
}

/// The outline of an element.
fn shape(element: Element, rect: Rect) -> String {
    let Rect { x, y, width, height } = rect;
    let (right, bottom) = (rect.right(), rect.bottom());
    let corners = |radius: i32| {
        format!(
            "<rect class=\"dn-shape\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{radius}\"/>"
        )
    };
    match element {
        Element::Process => corners(height / 2 - 4),
        Element::ExternalEntity => corners(0),
        Element::DataStore => format!(
            "<rect class=\"dn-bare\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>\
             <path class=\"dn-shape\" d=\"M{x} {y}H{right}M{x} {bottom}H{right}\"/>"
        ),
        Element::Identity => {
            let middle = y + height / 2;
            let (left, end) = (x + 12, right - 12);
            format!(
                "<path class=\"dn-shape\" d=\"M{left} {y}H{end}L{right} {middle}L{end} {bottom}H{left}L{x} {middle}Z\"/>"
            )
        }
    }
}

fn is_plain(flow: &Flow) -> bool {
    flow.kind == FlowKind::Network && flow.encrypted == Encrypted::No
}

fn line(svg: &mut String, model: &ThreatModel, edge: &Edge) {
    let flows: Vec<&Flow> = edge.flows.iter().map(|at| &model.flows[*at]).collect();
    let Some(first) = flows.first() else { return };
    let plain = flows.iter().any(|flow| is_plain(flow));
    let head = if plain { "plain" } else { first.kind.name() };
    let mut class = format!("dn-line dn-{}", line_class(first.kind));
    let marks = [
        (plain, " dn-plain"),
        (flows.iter().all(|flow| flow.assumed), " dn-assumed"),
        (flows.iter().all(|flow| flow.modelled), " dn-modelled"),
    ];
    class.extend(marks.iter().filter(|(holds, _)| *holds).map(|(_, mark)| *mark));
    let labels: Vec<&str> = flows.iter().map(|flow| &*flow.label).collect();
    let (from, to) = (model.name_of(&first.source), model.name_of(&first.target));
    let about =
        format!("{from} → {to}: {} {}", first.kind.name().replace('_', " "), labels.join(", "));
    let _ = writeln!(
        svg,
        "<g class=\"dn-edge\" data-flows=\"{}\"><title>{}</title><path class=\"{class}\" d=\"{}\" marker-end=\"url(#dn-{head})\"/></g>",
        numbers(&edge.flows),
        xml(&about),
        rounded(&edge.points)
    );
}

fn numbers(flows: &[usize]) -> String {
    flows.iter().map(usize::to_string).collect::<Vec<_>>().join(" ")
}

/// A line with rounded corners.
fn rounded(points: &[(i32, i32)]) -> String {
    let mut path = String::new();
    for (at, (x, y)) in points.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| points.get(at));
        let after = points.get(at + 1);
        match (before, after) {
            (None, _) => {
                let _ = write!(path, "M{x} {y}");
            }
            (_, None) => {
                let _ = write!(path, "L{x} {y}");
            }
            (Some(before), Some(after)) => {
                let toward = |other: &(i32, i32)| {
                    let (dx, dy) = (other.0 - x, other.1 - y);
                    let radius = CORNER.min(dx.abs().max(dy.abs()) / 2);
                    (x + dx.signum() * radius, y + dy.signum() * radius)
                };
                let (start, end) = (toward(before), toward(after));
                let _ = write!(path, "L{} {}Q{x} {y} {} {}", start.0, start.1, end.0, end.1);
            }
        }
    }
    path
}

fn label(svg: &mut String, edge: &Edge) {
    let Some(label) = &edge.label else { return };
    let Rect { x, y, width, height } = label.rect;
    let _ = write!(
        svg,
        "<g class=\"dn-label\" data-flows=\"{}\" {}><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"3\"/>",
        numbers(&edge.flows),
        data_box(label.rect)
    );
    let (middle, _) = label.rect.center();
    let mut line_y = y + 10;
    for text in &label.lines {
        let _ = write!(
            svg,
            "<text x=\"{middle}\" y=\"{line_y}\" font-size=\"{SMALL_SIZE}\" text-anchor=\"middle\">{}</text>",
            xml(text)
        );
        line_y += LABEL_LINE;
    }
    svg.push_str("</g>\n");
}

/// What shapes and colours mean, for those that occur; and its height.
fn legend(model: &ThreatModel, diagram: &Diagram) -> (String, i32) {
    let mut entries: Vec<(String, String)> = Vec::new();
    for element in Element::ALL {
        if model.assets.iter().any(|asset| asset.element == element) {
            let name = element.name();
            let rect = Rect { x: 0, y: 5, width: 30, height: 16 };
            let drawn = format!("<g class=\"dn-{name}\">{}</g>", shape(element, rect));
            entries.push((drawn, name.replace('_', " ")));
        }
    }
    let drawn: Vec<&Flow> =
        diagram.edges.iter().flat_map(|edge| &edge.flows).map(|at| &model.flows[*at]).collect();
    let mut sample = |class: &str, head: &str, name: &str| {
        let line = format!(
            "<path class=\"dn-line {class}\" d=\"M0 13H30\" marker-end=\"url(#dn-{head})\"/>"
        );
        entries.push((line, name.to_owned()));
    };
    for kind in FlowKind::ALL {
        if drawn.iter().any(|flow| flow.kind == kind) {
            let name = kind.name();
            sample(&format!("dn-{}", line_class(kind)), name, &name.replace('_', " "));
        }
    }
    if drawn.iter().any(|flow| is_plain(flow)) {
        sample("dn-flow-network dn-plain", "plain", "not encrypted");
    }
    if drawn.iter().any(|flow| flow.assumed) {
        sample("dn-flow-network dn-assumed", "network", "rests on an unknown value");
    }
    if model.threats.iter().any(|threat| threat.state == ThreatState::Open) {
        let badge = "<rect class=\"dn-band-high\" x=\"8\" y=\"5\" width=\"16\" height=\"15\" rx=\"7.5\"/>\
                     <text class=\"dn-count\" x=\"16\" y=\"16\" font-size=\"9\" text-anchor=\"middle\">2</text>";
        entries.push((badge.to_owned(), "open threats, colour of the worst".to_owned()));
    }
    let room = diagram.width.max(420) - 36;
    let (mut x, mut y) = (36, 4);
    let mut text = String::new();
    for (drawn, name) in entries {
        let width = 38 + line_width(&name, 10) + 22;
        if x > 36 && x + width > room {
            (x, y) = (36, y + LEGEND_ROW);
        }
        let _ = write!(
            text,
            "<g transform=\"translate({x} {y})\">{drawn}<text class=\"dn-muted\" x=\"38\" y=\"17\" font-size=\"10\">{}</text></g>",
            xml(&name)
        );
        x += width;
    }
    (text, y + LEGEND_ROW + 10)
}
