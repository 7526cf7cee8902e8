//! The HCL parser: it never panics and reads in linear time; spans lie in the text and in each other; a broken statement
//! costs itself; hcl-rs reads the same tree, also of what it writes.

mod run;
#[path = "../../it/second_opinion.rs"]
#[expect(dead_code, reason = "some of it serves tests only")]
mod second_opinion;

use std::collections::BTreeSet;

use dreadnought::source::{FileId, Span};
use dreadnought::syntax::{Body, Node, NodeKind, TemplatePart, TemplatePartKind, hcl as ours};

use run::Target;
use second_opinion::plain;

const FILE: FileId = FileId(0);
/// Longer texts, and texts with more brackets, are not given to hcl-rs: it may read what is in brackets again and again.
const MAX_COMPARED_BYTES: usize = 4096;
const MAX_COMPARED_BRACKETS: usize = 60;

const PIECES: &[&str] = &[
    "\"",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "${",
    "%{",
    "~}",
    "<<EOT\n",
    "<<-E\n",
    "EOT\n",
    "\n",
    "\r\n",
    "\r",
    "\\",
    "\u{feff}",
    "é",
    "#",
    "//",
    "/*",
    "*/",
    "=",
    "==",
    "=>",
    ":",
    "::",
    ".",
    "[*]",
    ".*",
    "...",
    ",",
    "1",
    "0.1",
    "e5",
    "-",
    "!",
    "?",
    "&&",
    "a",
    "for ",
    " in ",
    "if ",
    "%{ if a }",
    "%{ else }",
    "%{ endif }",
    "%{ for a in b }",
    "%{ endfor }",
    "a = 1\n",
    "a {\n",
    "a \"b\" {\n",
    "}\n",
    "  ",
    "\t",
    "$${",
    "\\u00e9",
    "null",
    "\u{a0}",
    "\0",
    "a = [\n",
    "f(",
    "{ a = 1 }",
    "\n\n",
    "`",
    "'",
    ";",
];

const SAMPLES: &[&str] = &[
    "a = \"x${b}y\"\nb = <<-E\n  c ${d ~}\n    e\n  E\nf = [for a, b in c : d => e... if g]\n",
    "r \"a\" b {\n  c = d[*].e.0.f.*.g[\"h\"]\n  i { j = k ? l : -m + n * !o }\n}\n",
    "a = {\n  b = 1, \"c\" : 2\n  (d) = p::f(e, g...) # h\n}\n/* i\n*/ j = \"%{ if k ~} l %{ else }m%{ endif }\"\n",
    "a = <<X\n%{ for b, c in d ~}\n  ${c}$${e}\n%{ endfor ~}\nX\n",
];

fn main() {
    run::run(&["tf", "tofu", "tfvars", "hcl"], |found| Target {
        samples: SAMPLES.iter().map(|text| (*text).to_owned()).chain(found).collect(),
        pieces: PIECES,
        check,
    });
}

fn check(text: &str) -> Result<(), String> {
    let parsed = ours::parse(FILE, text);
    for problem in &parsed.problems {
        let place = problem.place.ok_or("a problem without a place")?;
        inside(text, place.span, whole(text))?;
    }
    if !parsed.problems.is_sorted_by_key(|problem| problem.place.map(|place| place.span.start)) {
        return Err("problems are not in order".to_owned());
    }
    if parsed.problems.len() > 21 {
        return Err("too many problems".to_owned());
    }
    for comment in &parsed.comments {
        inside(text, *comment, whole(text))?;
        if !text[comment.range()].starts_with(['#', '/']) {
            return Err("a comment that is none".to_owned());
        }
    }
    if !parsed.comments.is_sorted_by_key(|comment| comment.start) {
        return Err("comments are not in order".to_owned());
    }
    body_spans(text, &parsed.body, whole(text))?;
    let _ = ours::parse_expression(FILE, text, 0)
        .map(|node| node_spans(text, &node, whole(text)))
        .unwrap_or(Ok(()))?;
    let _ = ours::parse_template(FILE, text, whole(text))
        .map(|parts| parts_spans(text, &parts, whole(text)))
        .unwrap_or(Ok(()))?;
    if parsed.problems.is_empty() {
        recovery(text, &parsed.body)?;
        compare(text, &parsed.body)?;
    }
    Ok(())
}

fn whole(text: &str) -> Span {
    Span::new(0, text.len())
}

fn inside(text: &str, span: Span, outer: Span) -> Result<(), String> {
    let fits = span.start <= span.end && outer.start <= span.start && span.end <= outer.end;
    if fits && text.get(span.range()).is_some() {
        return Ok(());
    }
    Err(format!("span: {span:?} is not in {outer:?}"))
}

fn body_spans(text: &str, body: &Body, outer: Span) -> Result<(), String> {
    for attribute in &body.attributes {
        inside(text, attribute.span, outer)?;
        inside(text, attribute.name_span, attribute.span)?;
        if text[attribute.name_span.range()] != *attribute.name {
            return Err("name: the span of a name holds another text".to_owned());
        }
        node_spans(text, &attribute.value, attribute.span)?;
    }
    for block in &body.blocks {
        inside(text, block.span, outer)?;
        inside(text, block.header, block.span)?;
        for label in &block.labels {
            inside(text, label.span, block.header)?;
        }
        body_spans(text, &block.body, block.span)?;
    }
    Ok(())
}

fn node_spans(text: &str, node: &Node, outer: Span) -> Result<(), String> {
    let span = node.span;
    inside(text, span, outer)?;
    let all = |nodes: &[Node]| nodes.iter().try_for_each(|node| node_spans(text, node, span));
    match &node.kind {
        NodeKind::Scalar(_) | NodeKind::Name(_) | NodeKind::SplatElement | NodeKind::Broken => {
            Ok(())
        }
        NodeKind::Sequence(items) => all(items),
        NodeKind::Call { arguments, .. } => all(&arguments.nodes),
        NodeKind::Mapping(entries) => entries.iter().try_for_each(|entry| {
            node_spans(text, &entry.key, span)?;
            node_spans(text, &entry.value, span)
        }),
        NodeKind::Template(parts) => parts_spans(text, parts, span),
        NodeKind::Attribute(base, _) | NodeKind::Unary(_, base) | NodeKind::Parenthesis(base) => {
            node_spans(text, base, span)
        }
        NodeKind::Index(base, other) | NodeKind::Splat { base, each: other } => {
            node_spans(text, base, span)?;
            node_spans(text, other, span)
        }
        NodeKind::Conditional(nodes) => all(&nodes[..]),
        NodeKind::Binary(_, nodes) => all(&nodes[..]),
        NodeKind::For(node) => {
            let optional = node.key.iter().chain(&node.condition);
            [&node.collection, &node.value]
                .into_iter()
                .chain(optional)
                .try_for_each(|node| node_spans(text, node, span))
        }
    }
}

fn parts_spans(text: &str, parts: &[TemplatePart], outer: Span) -> Result<(), String> {
    for part in parts {
        let span = part.span;
        inside(text, span, outer)?;
        match &part.kind {
            TemplatePartKind::Literal(_) => {}
            TemplatePartKind::Interpolation(node) => node_spans(text, node, span)?,
            TemplatePartKind::If { condition, then, otherwise } => {
                node_spans(text, condition, span)?;
                parts_spans(text, then, span)?;
                parts_spans(text, otherwise, span)?;
            }
            TemplatePartKind::For { collection, body, .. } => {
                node_spans(text, collection, span)?;
                parts_spans(text, body, span)?;
            }
        }
    }
    Ok(())
}

/// Broken statements after (and, where they end by themselves, before) a text that parses cost nothing of it.
fn recovery(text: &str, body: &Body) -> Result<(), String> {
    let expected = plain(body, false);
    let closed = ["zz9 = = 1", "zz9 = \"q", "zz9 yy", "!", "zz9 = \"${q\"", "zz9 = [(]"];
    let left_open = ["zz9 = [", "zz9 \"q\" {", "zz9 = <<QQ", "zz9 = f({", "zz9 = 1 /*"];
    let anchored = is_anchored(text, body);
    for (at, broken) in closed.iter().chain(&left_open).enumerate() {
        let is_closed = at < closed.len();
        if !is_closed && !anchored {
            continue;
        }
        let mut texts = vec![format!("{text}\n{broken}\n")];
        if is_closed && !text.starts_with('\u{feff}') {
            texts.push(format!("{broken}\n{text}"));
        }
        for with in texts {
            let mut parsed = ours::parse(FILE, &with);
            parsed.body.attributes.retain(|attribute| &*attribute.name != "zz9");
            if plain(&parsed.body, false) != expected {
                return Err(format!("recovery: `{broken}` changes what else is read"));
            }
            if parsed.problems.len() != 1 {
                return Err(format!(
                    "recovery: `{broken}` makes {} problems",
                    parsed.problems.len()
                ));
            }
        }
    }
    Ok(())
}

/// Whether only top-level blocks begin at the start of a line, so that layout shows where they are.
fn is_anchored(text: &str, body: &Body) -> bool {
    let starts: BTreeSet<usize> =
        body.blocks.iter().map(|block| block.span.start as usize).collect();
    let mut at = 0;
    text.split_inclusive('\n').all(|line| {
        let start = at;
        at += line.len();
        let is_word = line.starts_with(|c: char| c.is_alphabetic() || c == '_');
        starts.contains(&start) || !is_word || !line.contains('{')
    })
}

fn compare(text: &str, body: &Body) -> Result<(), String> {
    let brackets = text.matches(['(', '[', '{']).count();
    if text.len() > MAX_COMPARED_BYTES || brackets > MAX_COMPARED_BRACKETS {
        return Ok(());
    }
    // hcl-rs counts the indentation of blank lines in `<<-` heredocs, writes heredocs in parentheses that never end, and
    // writes line breaks and quotes of quoted templates as they are.
    if text.contains("<<") || text.contains('\\') {
        return Ok(());
    }
    if let Ok(other) = second_opinion::body(text)
        && plain(body, true) != plain(&other, true)
    {
        return Err("second opinion: hcl-rs reads another tree".to_owned());
    }
    let Ok(value) = hcl::from_str::<hcl::Body>(text) else { return Ok(()) };
    let Ok(written) = hcl::format::to_string(&value) else { return Ok(()) };
    // What it does not read back itself is a fault of its writer.
    if hcl::from_str::<hcl::Body>(&written).ok().as_ref() != Some(&value) {
        return Ok(());
    }
    let parsed = ours::parse(FILE, &written);
    if let Some(problem) = parsed.problems.first() {
        return Err(format!("written: what hcl-rs writes does not parse, {}", problem.message));
    }
    if let Ok(other) = second_opinion::body(&written)
        && plain(&parsed.body, false) != plain(&other, false)
    {
        return Err("written: hcl-rs reads another tree of what it writes".to_owned());
    }
    Ok(())
}
