//! A pack's reference as one HTML file that needs nothing else.

use std::fmt::Write as _;

use super::{PackDoc, RuleDoc};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
table{border-collapse:collapse;width:100%}td,th{border:1px solid #ccc;padding:.3rem .6rem;text-align:left;vertical-align:top}\
pre{background:#f4f4f4;padding:.8rem;overflow:auto}code{font-family:ui-monospace,monospace}\
section{border-top:1px solid #ccc;margin-top:2rem}@media(prefers-color-scheme:dark){body{background:#111;color:#ddd}pre{background:#222}}";

/// The whole reference.
pub fn html(doc: &PackDoc<'_>) -> String {
    let pack = doc.pack;
    let (name, version) = (escape(&pack.name), escape(&pack.version));
    let mut text = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>Pack {name} {version}</title>\n<style>{STYLE}</style>\n<h1>Pack <code>{name}</code> {version}</h1>\n<p>{}</p>\n\
         <table>\n<tr><th>rule<th>score<th>STRIDE<th>title\n",
        escape(pack.description.trim())
    );
    for rule in &doc.rules {
        let info = rule.info();
        let id = escape(&info.id);
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "<tr><td><a href=\"#{id}\"><code>{id}</code></a><td>{}<td>{}<td>{}",
            rule.score(),
            info.stride,
            escape(&info.title)
        );
    }
    text.push_str("</table>\n");
    let mut params = doc.params().peekable();
    if params.peek().is_some() {
        text.push_str(
            "<h2>Parameters</h2>\n<table>\n<tr><th>name<th>type<th>value<th>what it changes\n",
        );
        for (param, value) in params {
            let _ = writeln!(
                text,
                "<tr><td><code>{}</code><td>{}<td><code>{}</code><td>{}",
                escape(&param.name),
                param.kind,
                escape(&value),
                escape(param.description.as_deref().unwrap_or_default())
            );
        }
        text.push_str("</table>\n");
    }
    for doc in &doc.rules {
        rule(doc, &mut text);
    }
    text.push_str("</html>\n");
    text
}

fn rule(doc: &RuleDoc<'_>, text: &mut String) {
    let info = doc.info();
    let id = escape(&info.id);
    let _ = writeln!(
        text,
        "<section id=\"{id}\">\n<h2><code>{id}</code></h2>\n<p><strong>{}</strong> ({})</p>",
        escape(&info.title),
        doc.score()
    );
    for paragraph in info.description.iter().flat_map(|text| text.trim().split("\n\n")) {
        let _ = writeln!(text, "<p>{}</p>", escape(paragraph));
    }
    let _ =
        writeln!(text, "<p><strong>To fix:</strong> {}</p>\n<ul>", escape(info.remediation.trim()));
    let types: Vec<String> =
        doc.rule.applies_to.iter().map(|kind| format!("<code>{}</code>", escape(kind))).collect();
    let _ = writeln!(text, "<li>Applies to {} (written in {})", types.join(", "), doc.language());
    for condition in doc.only_if() {
        let _ = writeln!(text, "<li>Only where <code>{}</code>", escape(&condition));
    }
    let _ = writeln!(text, "<li>Threat {}: {}", escape(&info.threat.id), escape(&info.threat.name));
    for (letter, name, gain) in doc.stride() {
        let _ = writeln!(text, "<li>STRIDE {letter}, {name}: {gain}");
    }
    for (catalogue, ids) in doc.catalogues() {
        let _ = writeln!(text, "<li>{}: {}", escape(catalogue), escape(&ids));
    }
    for (param, value) in &doc.params {
        let (name, value) = (escape(&param.name), escape(value));
        let _ = writeln!(text, "<li>Parameter <code>{name}</code>: <code>{value}</code>");
    }
    text.push_str("</ul>\n<table>\n");
    for (factor, value, why) in doc.dread() {
        let _ = writeln!(text, "<tr><td>{factor}<td>{value}<td>{}", escape(&why));
    }
    text.push_str("</table>\n");
    for (what, example) in [("Found", &doc.fails), ("Passes", &doc.passes)] {
        if let Some(example) = example {
            let _ = writeln!(
                text,
                "<p>{what} (<code>{}</code>):</p>\n<pre>{}</pre>",
                escape(&example.path),
                escape(&example.text)
            );
        }
    }
    for link in &info.references {
        let link = escape(link);
        let _ = writeln!(text, "<p><a href=\"{link}\">{link}</a></p>");
    }
    text.push_str("</section>\n");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
