//! The sections of the HTML report.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::export::escape::xml;
use crate::export::words::{self, BANDS, FACTORS, count};
use crate::finding::Stride;
use crate::model::{Asset, AttackPath, Drift, Fix, Threat, ThreatModel, ThreatState};

/// Links to the sections that are there.
pub(super) fn navigation(model: &ThreatModel) -> String {
    let sections = [
        ("diagram", "Diagram", !model.assets.is_empty()),
        ("paths", "Attack paths", !model.paths.is_empty()),
        ("threats", "Threats", !model.threats.is_empty()),
        ("fixes", "What cuts paths", !model.fixes.is_empty()),
        ("assets", "Assets", !model.assets.is_empty()),
        ("stride", "STRIDE", !model.coverage.is_empty()),
        ("drift", "Drift", !model.drift.is_empty()),
        ("limits", "Limits", true),
    ];
    let shown = sections.iter().filter(|(_, _, is_there)| *is_there);
    each(shown, |(id, name, _)| format!("<a href=\"#{id}\">{name}</a>"))
}

/// What each of several things is written as, together.
fn each<T>(all: impl IntoIterator<Item = T>, write: impl Fn(T) -> String) -> String {
    all.into_iter().map(write).collect::<Vec<_>>().concat()
}

/// Open threats by band, as figures.
pub(super) fn tiles(page: &mut String, model: &ThreatModel) {
    page.push_str("<div class=\"tiles\">");
    for band in BANDS {
        let of = words::open(model).filter(|threat| threat.dread.severity == band).count();
        let name = band.name();
        let _ =
            write!(page, "<div class=\"tile band-{name}\"><b>{of}</b><span>{name}</span></div>");
    }
    let _ = writeln!(
        page,
        "<div class=\"tile\"><b>{}</b><span>attack paths</span></div></div>",
        model.paths.len()
    );
}

/// Places of ids in a list, as JSON-free numbers for the script.
struct Places<'m> {
    assets: BTreeMap<&'m str, usize>,
    flows: BTreeMap<&'m str, usize>,
}

impl<'m> Places<'m> {
    fn of(model: &'m ThreatModel) -> Self {
        Self {
            assets: model.assets.iter().enumerate().map(|(at, it)| (&*it.id, at)).collect(),
            flows: model.flows.iter().enumerate().map(|(at, it)| (&*it.id, at)).collect(),
        }
    }

    fn numbers<'i>(
        places: &BTreeMap<&str, usize>,
        ids: impl IntoIterator<Item = &'i Arc<str>>,
    ) -> String {
        let found = ids.into_iter().filter_map(|id| places.get(&**id));
        found.map(usize::to_string).collect::<Vec<_>>().join(" ")
    }
}

pub(super) fn paths(page: &mut String, model: &ThreatModel) {
    if model.paths.is_empty() && model.paths_stopped.is_none() {
        return;
    }
    page.push_str("<section id=\"paths\"><h2>Attack paths</h2>\n");
    let places = Places::of(model);
    for (at, path) in model.paths.iter().enumerate() {
        self::path(page, model, &places, at, path);
    }
    if let Some(why) = &model.paths_stopped {
        let _ = write!(page, "<p class=\"note\">The search stopped early: {}.</p>", xml(why));
    }
    page.push_str("</section>\n");
}

fn path(page: &mut String, model: &ThreatModel, places: &Places<'_>, at: usize, path: &AttackPath) {
    let band = path.severity.name();
    let _ = write!(
        page,
        "<details class=\"path band-{band}\" id=\"path-{at}\" data-nodes=\"{}\" data-flows=\"{}\"><summary><b class=\"score\">{}</b> <span>{}</span>{}</summary>",
        Places::numbers(&places.assets, &path.nodes),
        Places::numbers(&places.flows, &path.flows),
        path.score,
        xml(&path.title),
        if path.assumed { " <i class=\"tag\">assumed</i>" } else { "" },
    );
    let nodes = model.names_apart(&path.nodes);
    let nodes: Vec<String> = nodes.iter().map(|name| xml(name)).collect();
    let _ = write!(page, "<p class=\"way\">{}</p><ol>", nodes.join(" <span>→</span> "));
    for step in &path.steps {
        let implied = if step.threat.is_some() { "" } else { " <i class=\"tag\">implied</i>" };
        let _ = write!(
            page,
            "<li><b>{}</b>{implied} {}: {}</li>",
            xml(&step.class),
            xml(&words::step_at(model, path, step)),
            xml(&step.how)
        );
    }
    page.push_str("</ol>");
    bars(page, path.dread, None);
    if !path.cut_by.is_empty() {
        page.push_str("<p>Cut by:</p><ul>");
        for cut in &path.cut_by {
            let _ = write!(page, "<li>{}</li>", xml(cut));
        }
        page.push_str("</ul>");
    }
    page.push_str("</details>\n");
}

/// The factors as bars, with where they came from.
fn bars(page: &mut String, dread: crate::finding::Dread, base: Option<crate::finding::Dread>) {
    page.push_str("<div class=\"bars\">");
    for (factor, short) in FACTORS {
        let value = dread.get(factor);
        let before = base.map_or(value, |base| base.get(factor));
        let name = factor.name().replace('_', " ");
        let moved =
            if before == value { String::new() } else { format!(" <small>base {before}</small>") };
        let mark = if before == value {
            String::new()
        } else {
            format!("<s style=\"left:{before}0%\"></s>")
        };
        let _ = write!(
            page,
            "<div class=\"bar\" title=\"{name}\"><span><b>{short}</b> {name}</span><i><u style=\"width:{value}0%\"></u>{mark}</i><em>{value}{moved}</em></div>"
        );
    }
    page.push_str("</div>");
}

pub(super) fn threats(page: &mut String, model: &ThreatModel) {
    if model.threats.is_empty() {
        return;
    }
    page.push_str("<section id=\"threats\"><h2>Threats</h2>\n<form id=\"filters\" hidden>");
    page.push_str(
        "<input type=\"search\" name=\"text\" placeholder=\"search\" aria-label=\"search\">",
    );
    for band in BANDS {
        let name = band.name();
        let _ = write!(
            page,
            "<label><input type=\"checkbox\" name=\"band\" value=\"{name}\" checked>{name}</label>"
        );
    }
    page.push_str("<span class=\"gap\"></span>");
    for stride in Stride::ALL {
        let (letter, name) = (stride.letter(), stride.name());
        let _ = write!(
            page,
            "<label title=\"{name}\"><input type=\"checkbox\" name=\"stride\" value=\"{letter}\" checked>{letter}</label>"
        );
    }
    page.push_str("<span class=\"gap\"></span>");
    for state in [ThreatState::Open, ThreatState::Mitigated, ThreatState::Accepted] {
        if model.threats.iter().any(|threat| threat.state == state) {
            let name = state.name();
            let checked = if state == ThreatState::Open { " checked" } else { "" };
            let _ = write!(
                page,
                "<label><input type=\"checkbox\" name=\"state\" value=\"{name}\"{checked}>{name}</label>"
            );
        }
    }
    page.push_str("<output></output></form>\n");
    let places = Places::of(model);
    for (at, threat) in model.threats.iter().enumerate() {
        self::threat(page, model, &places, at, threat);
    }
    page.push_str("</section>\n");
}

fn threat(page: &mut String, model: &ThreatModel, places: &Places<'_>, at: usize, threat: &Threat) {
    let (dread, class) = (&threat.dread, &threat.class);
    let (band, target) = (dread.severity.name(), words::target(model, &threat.target));
    let _ = write!(
        page,
        "<details class=\"threat band-{band}\" id=\"threat-{at}\" data-band=\"{band}\" data-stride=\"{}\" data-state=\"{}\" data-nodes=\"{}\" data-flows=\"{}\">\
         <summary><b class=\"score\">{}</b> <span>{}</span> <span class=\"on\">{}</span> <i class=\"tag\">{}</i>{}</summary>",
        threat.stride,
        threat.state.name(),
        Places::numbers(&places.assets, [&threat.target]),
        Places::numbers(&places.flows, [&threat.target]),
        dread.score,
        xml(&class.name),
        xml(&target),
        threat.stride,
        if threat.state == ThreatState::Open {
            String::new()
        } else {
            format!(" <i class=\"tag\">{}</i>", threat.state.name())
        },
    );
    bars(page, dread.dread, Some(dread.base));
    if !dread.steps.is_empty() {
        page.push_str("<table><thead><tr><th>Factor</th><th>Step</th><th>Because</th><th>Proof</th></tr></thead><tbody>");
        for step in &dread.steps {
            let _ = write!(
                page,
                "<tr><td>{}</td><td>{:+}</td><td>{}</td><td>{}</td></tr>",
                step.factor.name().replace('_', " "),
                step.step,
                xml(&step.reason),
                xml(&words::places(&step.proof))
            );
        }
        page.push_str("</tbody></table>");
    }
    page.push_str("<dl>");
    let context: Vec<String> =
        threat.context.iter().map(|(name, state)| format!("{name}: {state}")).collect();
    let references: Vec<&str> = [&class.cwe, &class.capec, &class.attack, &class.nist]
        .into_iter()
        .flatten()
        .map(|id| &**id)
        .collect();
    let rules: Vec<&str> = threat.rules.iter().map(|rule| &**rule).collect();
    let rows = [
        ("Class", class.id.to_string()),
        ("Target", threat.target.to_string()),
        ("Fix", threat.remediation.to_string()),
        ("Evidence", words::places(&threat.evidence)),
        ("Context", format!("{} (confidence {})", context.join(", "), words::confidence(threat))),
        ("Rules", rules.join(", ")),
        ("See", references.join(", ")),
        ("Note", threat.note.as_deref().unwrap_or_default().to_owned()),
    ];
    for (name, text) in rows.iter().filter(|(_, text)| !text.is_empty()) {
        let _ = write!(page, "<dt>{name}</dt><dd>{}</dd>", xml(text));
    }
    page.push_str("</dl></details>\n");
}

/// A table; nothing where there are no rows.
fn table(page: &mut String, id: &str, title: &str, heads: &[&str], rows: &[(String, Vec<String>)]) {
    if rows.is_empty() {
        return;
    }
    let heads = each(heads, |head| format!("<th>{head}</th>"));
    let _ = write!(
        page,
        "<section id=\"{id}\"><h2>{title}</h2><div class=\"wide\"><table><thead><tr>{heads}</tr></thead><tbody>"
    );
    for (attributes, cells) in rows {
        let cells = each(cells, |cell| format!("<td>{cell}</td>"));
        let _ = write!(page, "<tr{attributes}>{cells}</tr>");
    }
    page.push_str("</tbody></table></div></section>\n");
}

pub(super) fn fixes(page: &mut String, model: &ThreatModel) {
    let row = |fix: &Fix| {
        let place = fix.location.as_ref().map(words::place).unwrap_or_default();
        let score = format!("{}.{}", fix.score / 10, fix.score % 10);
        (
            String::new(),
            vec![xml(&words::fix(model, fix)), fix.paths.to_string(), score, xml(&place)],
        )
    };
    let rows: Vec<_> = model.fixes.iter().map(row).collect();
    table(
        page,
        "fixes",
        "What cuts paths",
        &["Change", "Paths cut", "Score removed", "Place"],
        &rows,
    );
}

pub(super) fn assets(page: &mut String, model: &ThreatModel) {
    let mut threats: BTreeMap<&str, usize> = BTreeMap::new();
    for threat in words::open(model) {
        *threats.entry(&threat.target).or_default() += 1;
    }
    let row = |(at, asset): (usize, &Asset)| {
        let zone =
            asset.boundary.as_deref().map(|id| xml(&words::zone(model, id))).unwrap_or_default();
        let place = asset.source.as_ref().map(words::place).unwrap_or_default();
        let open = threats.get(&*asset.id).map_or(String::new(), usize::to_string);
        let marks = [(asset.modelled, "modelled"), (asset.conditional, "conditional")];
        let marks = marks.iter().filter(|(holds, _)| *holds);
        let marks = each(marks, |(_, mark)| format!(" <i class=\"tag\">{mark}</i>"));
        let cells = vec![
            format!("{}{marks}", xml(&asset.name)),
            xml(&asset.kind.replace('_', " ")),
            zone,
            xml(asset.sensitivity.as_deref().unwrap_or_default()),
            open,
            format!("<code>{}</code>", xml(&asset.id)),
            xml(&words::properties(asset)),
            xml(&place),
        ];
        (format!(" data-nodes=\"{at}\""), cells)
    };
    let rows: Vec<_> = model.assets.iter().enumerate().map(row).collect();
    let heads =
        ["Asset", "Kind", "Boundary", "Sensitivity", "Threats", "Address", "Properties", "Place"];
    table(page, "assets", "Assets", &heads, &rows);
}

pub(super) fn coverage(page: &mut String, model: &ThreatModel) {
    let mut rows: Vec<(String, Vec<String>)> = Vec::new();
    let mut last = "";
    for entry in &model.coverage {
        if *entry.target != *last {
            last = &entry.target;
            let mut cells = vec![xml(&words::target(model, last))];
            cells.extend("STRIDE".chars().map(|_| "<span class=\"none\">·</span>".to_owned()));
            rows.push((String::new(), cells));
        }
        let cell = match entry.state() {
            "threats" => {
                format!("<span class=\"yes\">{}</span>", count(entry.threats.len(), "threat"))
            }
            "mitigated" => {
                let why: Vec<&str> = entry.mitigations.iter().map(|why| &**why).collect();
                format!("<span class=\"no\" title=\"{}\">mitigated</span>", xml(&why.join("; ")))
            }
            _ => "<span class=\"open\" title=\"not decidable from code\">?</span>".to_owned(),
        };
        if let (Some((_, cells)), Some(column)) = (rows.last_mut(), "STRIDE".find(entry.letter)) {
            cells[column + 1] = cell;
        }
    }
    let heads = ["Element", "S", "T", "R", "I", "D", "E"];
    table(page, "stride", "STRIDE per element", &heads, &rows);
}

pub(super) fn rest(page: &mut String, model: &ThreatModel) {
    let row = |drift: &Drift| {
        let side =
            if drift.modelled { "modelled but not in code" } else { "in code but not modelled" };
        (
            String::new(),
            vec![
                side.to_owned(),
                drift.what.to_owned(),
                xml(&drift.name),
                format!("<code>{}</code>", xml(&drift.id)),
            ],
        )
    };
    let rows: Vec<_> = model.drift.iter().map(row).collect();
    table(page, "drift", "Drift", &["Drift", "What", "Name", "Id"], &rows);
    let (with, of) = model.meaning;
    let _ = write!(
        page,
        "<section id=\"limits\"><h2>Limits</h2><p>{with} of {} have a meaning in the vocabulary.</p>",
        count(of, "resource")
    );
    let mut list = |title: &str, items: Vec<String>| {
        if !items.is_empty() {
            let items = each(&items, |item| format!("<li>{item}</li>"));
            let _ = write!(page, "<h3>{title}</h3><ul>{items}</ul>");
        }
    };
    list(
        "Types without a meaning",
        model.without_meaning.iter().map(|(kind, n)| format!("{n} × {}", xml(kind))).collect(),
    );
    list("Assumptions", model.assumptions.iter().map(|text| xml(text)).collect());
    page.push_str("</section>\n");
}
