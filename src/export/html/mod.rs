//! The model as one HTML file that works offline: diagram, threats with filters and their DREAD in bars, attack paths that light up on the
//! diagram, assets, STRIDE per element; light and dark.
//!
//! The page is whole without its script, which only filters, lights up and zooms. A content security policy lets that one script run and
//! nothing else: whatever a name in a configuration holds, nothing is loaded and nothing of it runs.

use std::fmt::Write as _;
use std::io::{self, Write};

use base64::Engine as _;
use sha2::{Digest as _, Sha256};

mod parts;

use super::escape::xml;
use super::layout::Diagram;
use super::words::{self, count};
use super::{Export, svg};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

pub(super) fn write(export: &Export<'_>, out: &mut dyn Write) -> io::Result<()> {
    let model = export.model;
    let title = xml(words::title(model));
    let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(SCRIPT));
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{hash}'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"generator\" content=\"dreadnought {}\">\n<title>{title}</title>\n<style>{}{STYLE}</style>\n</head>\n<body>\n",
        xml(export.version),
        diagram_style(),
    );
    let _ = writeln!(
        page,
        "<header><div><h1>{title}</h1><p>{}</p></div><button type=\"button\" id=\"theme\" hidden>light / dark</button></header>",
        xml(&summary(export))
    );
    let _ = writeln!(page, "<nav>{}</nav>\n<main>", parts::navigation(model));
    parts::tiles(&mut page, model);
    if !model.assets.is_empty() {
        diagram(&mut page, export);
    }
    parts::paths(&mut page, model);
    parts::threats(&mut page, model);
    parts::fixes(&mut page, model);
    parts::assets(&mut page, model);
    parts::coverage(&mut page, model);
    parts::rest(&mut page, model);
    let packs = words::packs(export, usize::MAX);
    if !packs.is_empty() {
        let _ = writeln!(page, "<p>packs: {}</p>", xml(&packs.join(", ")));
    }
    let _ = write!(page, "</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n");
    out.write_all(page.as_bytes())
}

/// Colours of the diagram: light, dark by the system's choice, dark by the reader's.
fn diagram_style() -> String {
    format!(
        "{}{}@media (prefers-color-scheme: dark){{{}}}{}",
        svg::SHAPES,
        svg::rules("", &svg::LIGHT),
        svg::rules(":root:not([data-theme=light]) ", &svg::DARK),
        svg::rules(":root[data-theme=dark] ", &svg::DARK),
    )
}

fn summary(export: &Export<'_>) -> String {
    let model = export.model;
    format!(
        "{}, {}, {} · {}, {} · made by dreadnought {}",
        count(model.assets.len(), "asset"),
        count(model.boundaries.len(), "boundary"),
        count(model.flows.len(), "flow"),
        count(words::open(model).count(), "open threat"),
        count(model.paths.len(), "attack path"),
        export.version,
    )
}

fn diagram(page: &mut String, export: &Export<'_>) {
    let diagram = Diagram::of(export.model);
    let _ = write!(
        page,
        "<section id=\"diagram\"><h2>Data-flow diagram</h2>\
         <p class=\"tools\" hidden><button type=\"button\" data-zoom=\"fit\">fit</button><button type=\"button\" data-zoom=\"out\">−</button>\
         <button type=\"button\" data-zoom=\"in\">+</button><button type=\"button\" id=\"clear\">clear</button>\
         <span>An attack path lights up on the diagram when it is chosen below; an asset shows its threats.</span></p>\
         <div id=\"canvas\">{}</div></section>",
        svg::render(export.model, &diagram, None)
    );
    page.push('\n');
}
