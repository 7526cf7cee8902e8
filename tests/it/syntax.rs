//! Trees, spans and limits of HCL, YAML and JSON.

use dreadnought::source::{FileId, LineIndex, MAX_NESTING, Problem, ProblemKind, Span};
use dreadnought::syntax::{
    BinaryOperator, Body, Entry, ForNode, Node, NodeKind, Scalar, TemplatePart, TemplatePartKind,
    UnaryOperator, hcl, json, yaml,
};
use insta::assert_snapshot;
use proptest::prelude::*;
use rstest::rstest;

const FILE: FileId = FileId(0);

/// A node in few words.
pub fn show(node: &Node) -> String {
    let pair = |a: &Node, b: &Node| format!("{}, {}", show(a), show(b));
    match &node.kind {
        NodeKind::Scalar(scalar) => show_scalar(scalar),
        NodeKind::Sequence(items) => format!("[{}]", list(items)),
        NodeKind::Mapping(entries) => format!("{{{}}}", show_entries(entries)),
        NodeKind::Template(parts) => format!("template({})", show_parts(parts)),
        NodeKind::Name(name) => name.to_string(),
        NodeKind::Attribute(base, name) => format!("{}.{name}", show(base)),
        NodeKind::Index(base, key) => format!("{}[{}]", show(base), show(key)),
        NodeKind::Splat { base, each } => format!("splat({})", pair(base, each)),
        NodeKind::SplatElement => "it".into(),
        NodeKind::Call { name, arguments } => {
            let expand = if arguments.expand { "..." } else { "" };
            format!("{name}({}{expand})", list(&arguments.nodes))
        }
        NodeKind::Conditional(parts) => format!("if({})", list(&parts[..])),
        NodeKind::Unary(UnaryOperator::Negate, inner) => format!("-{}", show(inner)),
        NodeKind::Unary(UnaryOperator::Not, inner) => format!("!{}", show(inner)),
        NodeKind::Binary(operator, sides) => {
            format!("{operator:?}({})", pair(&sides[0], &sides[1]))
        }
        NodeKind::For(node) => show_for(node),
        NodeKind::Parenthesis(inner) => format!("({})", show(inner)),
        NodeKind::Broken => "?".into(),
    }
}

fn show_scalar(scalar: &Scalar) -> String {
    match scalar {
        Scalar::Null => "null".into(),
        Scalar::Bool(bool) => bool.to_string(),
        Scalar::Number(number) => number.to_string(),
        Scalar::String(text) => format!("{text:?}"),
        Scalar::Plain { text, tag: None } => format!("<{text}>"),
        Scalar::Plain { text, tag: Some(tag) } => format!("<{tag} {text}>"),
    }
}

fn list(nodes: &[Node]) -> String {
    nodes.iter().map(show).collect::<Vec<_>>().join(", ")
}

fn show_entries(entries: &[Entry]) -> String {
    let entries =
        entries.iter().map(|entry| format!("{}: {}", show(&entry.key), show(&entry.value)));
    entries.collect::<Vec<_>>().join(", ")
}

fn show_for(node: &ForNode) -> String {
    let optional = |node: &Option<Node>| node.as_ref().map_or("-".into(), show);
    format!(
        "for({}, {}, {}, {}, {}{}, {})",
        node.key_name.as_deref().unwrap_or("-"),
        node.value_name,
        show(&node.collection),
        optional(&node.key),
        show(&node.value),
        if node.group { "..." } else { "" },
        optional(&node.condition),
    )
}

fn show_parts(parts: &[TemplatePart]) -> String {
    let parts = parts.iter().map(|part| match &part.kind {
        TemplatePartKind::Literal(text) => format!("{text:?}"),
        TemplatePartKind::Interpolation(node) => format!("${{{}}}", show(node)),
        TemplatePartKind::If { condition, then, otherwise } => {
            let (then, otherwise) = (show_parts(then), show_parts(otherwise));
            format!("if({}, [{then}], [{otherwise}])", show(condition))
        }
        TemplatePartKind::For { key, value, collection, body } => {
            let key = key.as_deref().unwrap_or("-");
            format!("for({key}, {value}, {}, [{}])", show(collection), show_parts(body))
        }
    });
    parts.collect::<Vec<_>>().join(" ")
}

pub fn show_body(body: &Body) -> String {
    let attributes = body
        .attributes
        .iter()
        .map(|attribute| format!("{} = {}", attribute.name, show(&attribute.value)));
    let blocks = body.blocks.iter().map(|block| {
        let labels: Vec<_> =
            block.labels.iter().map(|label| format!("{:?} ", label.text)).collect();
        format!("{} {}{{{}}}", block.name, labels.concat(), show_body(&block.body))
    });
    attributes.chain(blocks).collect::<Vec<_>>().join("; ")
}

fn expression(text: &str) -> String {
    match hcl::parse_expression(FILE, text, 0) {
        Ok(node) => show(&node),
        Err(problem) => format!("{:?}: {}", problem.kind, problem.message),
    }
}

fn body(text: &str) -> Body {
    let hcl::Parsed { body, problems, .. } = hcl::parse(FILE, text);
    assert_eq!(problems, [], "{text}");
    body
}

fn hcl_problem(text: &str) -> Problem {
    let hcl::Parsed { body, mut problems, .. } = hcl::parse(FILE, text);
    assert_eq!(problems.len(), 1, "{problems:?} {body:?}");
    problems.remove(0)
}

#[rstest]
#[case("1.50", "1.50")]
#[case("-1e5", "-1e5")]
#[case("- 2", "-2")]
#[case("123456789012345678901234567890", "123456789012345678901234567890")]
#[case("null", "null")]
#[case("true", "true")]
#[case("!a.b", "!a.b")]
#[case("a.b[0][\"c\"].d", r#"a.b[0]["c"].d"#)]
#[case("a.0.b", "a[0].b")]
#[case("a[*].b[0].c", "splat(a, it.b[0].c)")]
#[case("a[*].b[*].c", "splat(a, splat(it.b, it.c))")]
#[case("a.*.b.c[0].d", "splat(a, it.b.c)[0].d")]
#[case("a.*.0.b", "splat(a, it[0].b)")]
#[case("a[*]", "splat(a, it)")]
#[case("f()", "f()")]
#[case("f(a, [b]...)", "f(a, [b]...)")]
#[case("provider::aws::arn_parse(x)", "provider::aws::arn_parse(x)")]
#[case("a ? b : c ? d : e", "if(a, b, if(c, d, e))")]
#[case("1 + 2 * 3 - 4", "Subtract(Add(1, Multiply(2, 3)), 4)")]
#[case("a || b && c == d < e", "Or(a, And(b, Equal(c, Less(d, e))))")]
#[case("(a)", "(a)")]
#[case(
    "{ a = 1, \"b\" : 2, (c) = 3, \"${d}\" = 4, true = 5, 6 = 7 }",
    r#"{"a": 1, "b": 2, (c): 3, template(${d}): 4, "true": 5, 6: 7}"#
)]
#[case("{ a = 1, a = 2, b = 3, a = 4 }", r#"{"a": 1, "a": 2, "b": 3, "a": 4}"#)]
#[case("{ \"x-1\" = 1, \"x-1\" = 2 }", r#"{"x-1": 1, "x-1": 2}"#)]
#[case("[for x in y : x.z if x.ok]", "for(-, x, y, -, x.z, x.ok)")]
#[case("{for k, v in m : k => v...}", "for(k, v, m, k, v..., -)")]
#[case(
    "{\n for k, v in m :\n k =>\n v\n == 1\n && true\n if\n v }",
    "for(k, v, m, k, And(Equal(v, 1), true), v)"
)]
#[case("[\n1, # one\n2 // two\n/* three */ ,\n3\n]", "[1, 2, 3]")]
#[case("[a ? # yes\n b : // no\n c]", "[if(a, b, c)]")]
#[case("a\n+\nb", "Add(a, b)")]
#[case(r#""a\n\"\u00e9\U0001f600$${x}%%{y}\\""#, r#""a\n\"é😀${x}%{y}\\""#)]
#[case(r#""${x}""#, "template(${x})")]
#[case(r#""a${x}b""#, r#"template("a" ${x} "b")"#)]
#[case(r#""a ${~ x ~} b""#, r#"template("a" ${x} "b")"#)]
#[case(r#""%{ if c }y\t%{ else }n%{ endif }""#, r#"template(if(c, ["y\t"], ["n"]))"#)]
#[case(r#""%{ for k, v in m }${k}%{ endfor }""#, r"template(for(k, v, m, [${k}]))")]
#[case(r#""${"${"a"}"}""#, r#"template(${template(${"a"})})"#)]
#[case("\"\"", "\"\"")]
fn expressions(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(expression(text), expected);
}

/// The expected texts are what Terraform gives.
#[rstest]
#[case::plain("<<EOT\na\n  b\nEOT\n", r#""a\n  b\n""#)]
#[case::empty("<<EOT\nEOT\n", r#""""#)]
#[case::no_escapes("<<EOT\n\\n $${x} \"\nEOT\n", r#""\\n ${x} \"\n""#)]
#[case::indented("<<-EOT\n    a\n      b\n\n    c\n    EOT\n", r#""a\n  b\n\nc\n""#)]
#[case::tab_and_spaces("<<-EOT\n  \ttab\n    two\n    EOT\n", r#""tab\n two\n""#)]
#[case::starts_with_interpolation("<<-EOT\n  ${x}\n    b\n  EOT\n", r#"template(${x} "\n  b\n")"#)]
#[case::strip_takes_one_line(
    "<<EOT\nx %{ if c ~}\n   foo\n%{ endif ~}\n  end\nEOT\n",
    r#"template("x " if(c, ["   foo\n"], []) "  end\n")"#
)]
#[case::strip_before_unindent(
    "<<-EOT\n      one\n    ${~ b }\n      three\n    EOT\n",
    r#"template("      one\n" ${b} "\n      three\n")"#
)]
#[case::marker_inside("<<EOT\nEOTX\n x EOT\nEOT\n", r#""EOTX\n x EOT\n""#)]
#[case::marker_before_text("<<EOT\na\nEOT x\n  EOT)\nEOT\n", r#""a\nEOT x\n  EOT)\n""#)]
#[case::carriage_returns("<<EOT\r\na\r\nEOT\r\n", r#""a\r\n""#)]
fn heredocs(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(show(&body(&format!("a = {text}")).attributes[0].value), expected);
}

#[rstest]
#[case("", r#""""#)]
#[case("plain \"text\" \\n", r#""plain \"text\" \\n""#)]
#[case("${x}", "${x}")]
#[case("a $${x} ${y}\n", r#""a ${x} " ${y} "\n""#)]
#[case("%{ if true ~}\n  a\n%{ endif ~}\n b", r#"if(true, ["  a\n"], []) " b""#)]
fn templates(#[case] text: &str, #[case] expected: &str) {
    let parts = hcl::parse_template(FILE, text, Span::new(0, text.len())).unwrap();
    assert_eq!(show_parts(&parts), expected);
}

#[test]
fn template_spans_are_exact_where_they_can_be() {
    let spans = |span: Span| match hcl::parse_template(FILE, "a${b}", span).unwrap().remove(1).kind
    {
        TemplatePartKind::Interpolation(node) => node.span,
        part => panic!("{part:?}"),
    };
    assert_eq!(spans(Span::new(10, 15)), Span::new(13, 14));
    assert_eq!(spans(Span::new(10, 20)), Span::new(10, 20));
    let problem = hcl::parse_template(FILE, "a${", Span::new(10, 20)).unwrap_err();
    assert_eq!(problem.place.unwrap().span, Span::new(10, 20));
}

#[test]
fn blocks_have_exact_spans() {
    let text = "\u{feff}# é\r\nresource \"a\" b {\r\n  x = [1, var.y] # c\r\n  in {\r\n  }\r\n  one { z = \"é\" }\r\n}\r\n";
    let body = body(text);
    let slice = |span: Span| &text[span.range()];
    let block = &body.blocks[0];
    assert_eq!(slice(block.header), "resource \"a\" b");
    assert!(slice(block.span).starts_with("resource") && slice(block.span).ends_with('}'));
    assert_eq!(slice(block.labels[0].span), "\"a\"");
    assert_eq!(slice(block.labels[1].span), "b");
    let attribute = &block.body.attributes[0];
    assert_eq!(slice(attribute.span), "x = [1, var.y]");
    assert_eq!(slice(attribute.name_span), "x");
    let NodeKind::Sequence(items) = &attribute.value.kind else { panic!("{attribute:?}") };
    assert_eq!(items.iter().map(|item| slice(item.span)).collect::<Vec<_>>(), ["1", "var.y"]);
    assert_eq!(slice(block.body.blocks[0].header), "in");
    let one = &block.body.blocks[1].body.attributes[0];
    assert_eq!(slice(one.value.span), "\"é\"");
    assert_snapshot!(show_body(&body), @r#"resource "a" "b" {x = [1, var.y]; in {}; one {z = "é"}}"#);
}

#[test]
fn comments_stand_in_odd_places() {
    let text = "/* a\nb */ a = /* c */ 1 // d\nb \"x\" /* e */ { # f\n}\n# g";
    assert_snapshot!(show_body(&body(text)), @r#"a = 1; b "x" {}"#);
}

/// Line, column and message of the one problem.
pub fn where_and_what(text: &str, problem: &Problem) -> String {
    let span = problem.place.unwrap().span;
    let lines = LineIndex::new(text);
    let line = lines.line(span.start);
    let column = span.start - lines.start_of(line) + 1;
    format!("{line}:{column} {:?}: {}", problem.kind, problem.message)
}

#[rstest]
#[case::string("a = \"x\nb = \"y\"\n", "1:5 Syntax: this string is never closed")]
#[case::string_at_end("a = \"x", "1:5 Syntax: this string is never closed")]
#[case::interpolation(
    "a = 1\nb = \"x${var.y:z/w\"\nc = \"d\"\n",
    "2:7 Syntax: this interpolation is never closed"
)]
#[case::interpolation_at_end("b = \"x${", "1:7 Syntax: this interpolation is never closed")]
#[case::heredoc("a = <<EOT\nb\n", "1:5 Syntax: this heredoc is never closed")]
#[case::heredoc_interpolation(
    "a = <<EOT\n${b\nEOT\n",
    "2:1 Syntax: this interpolation is never closed"
)]
#[case::block("a {\n  b = 1\n", "1:3 Syntax: this brace is never closed")]
#[case::bracket("a = [1,\n2\n", "1:5 Syntax: this bracket is never closed")]
#[case::parenthesis("a = (1\n", "1:5 Syntax: this parenthesis is never closed")]
#[case::comment("a = 1\n/* b\n", "2:1 Syntax: this comment is never closed")]
#[case::closer("a = 1\n}\n", "2:1 Syntax: this `}` closes nothing")]
#[case::wrong_closer("a = [1}\n", "1:7 Syntax: expected `,` or `]`, found `}`")]
#[case::escape("a = 1\nb = \"\\q\"\n", "2:6 Syntax: there is no escape `\\q`")]
#[case::no_value("a =\n", "1:4 Syntax: expected a value, found the end of the line")]
#[case::no_value_at_end("a =", "1:4 Syntax: expected a value, but the text ends")]
#[case::twice("a = 1\na = 2\n", "2:1 Syntax: `a` is set twice")]
#[case::two_values("a = 1 b = 2\n", "1:7 Syntax: expected the end of the line, found `b`")]
#[case::separator("a = [b c]\n", "1:8 Syntax: expected `,` or `]`, found `c`")]
#[case::no_else(
    "a = b ? c\n",
    "1:10 Syntax: expected `:` and the value where the condition does not hold, found the end of the line"
)]
#[case::two_indices("a = b.0.1\n", "1:7 Syntax: `0.1` is one number here, not two indices")]
#[case::number("a = 1.2.3\n", "1:5 Syntax: `1.2.3` is not a number")]
#[case::quotes("a = 'b'\n", "1:5 Syntax: expected a value, found `'`")]
#[case::label("a \"b${c}\" {\n}\n", "1:5 Syntax: a label is a text without interpolation")]
#[case::quoted_name("\"a\" = 1\n", "1:1 Syntax: the name of an argument or block is not quoted")]
#[case::brace_on_next_line(
    "a \"b\"\n{\n  c = 1\n}\n",
    "1:6 Syntax: expected `{` or a label, found the end of the line"
)]
#[case::one_line_block("a { b = 1, c = 2 }\n", "1:10 Syntax: expected `}`, found `,`")]
#[case::two_blocks("a {\n} b {\n}\n", "2:3 Syntax: expected the end of the line, found `b`")]
#[case::for_list("a = [for b in c : b => b]\n", "1:21 Syntax: expected `]`, found `=>`")]
#[case::for_object(
    "a = {for b in c : b}\n",
    "1:20 Syntax: expected `=>` and the value of the entry, found `}`"
)]
#[case::directive(
    "a = \"%{ when b }\"\n",
    "1:9 Syntax: expected `if`, `else`, `endif`, `for` or `endfor`, found `when`"
)]
#[case::no_endif("a = \"%{ if b }c\"\n", "1:6 Syntax: this `if` has no `endif`")]
#[case::stray_endfor(
    "a = \"%{ if b }%{ endfor }\"\n",
    "1:15 Syntax: this `endfor` belongs to no `for`"
)]
#[case::heredoc_marker(
    "a = <<EOT \nb\nEOT\n",
    "1:10 Syntax: a heredoc's line ends right after its marker"
)]
#[case::carriage_return("a = <<EOT\nb\rc\nEOT\n", "2:2 Syntax: a carriage return inside a line")]
fn hcl_faults_have_a_place(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(where_and_what(text, &hcl_problem(text)), expected);
}

#[rstest]
#[case::lists(format!("a = {}{}\n", "[".repeat(10_000), "]".repeat(10_000)))]
#[case::objects(format!("a = {}{}\n", "{a=".repeat(10_000), "}".repeat(10_000)))]
#[case::parentheses(format!("a = {}1{}\n", "(".repeat(10_000), ")".repeat(10_000)))]
#[case::calls(format!("a = {}{}\n", "f(".repeat(10_000), ")".repeat(10_000)))]
#[case::blocks(format!("{}{}", "b {\n".repeat(10_000), "}\n".repeat(10_000)))]
#[case::templates(format!("a = {}{}\n", "\"${".repeat(10_000), "}\"".repeat(10_000)))]
#[case::for_expressions(format!("a = {}1{}\n", "[for a in b: ".repeat(10_000), "]".repeat(10_000)))]
#[case::directives(format!("a = \"{}{}\"\n", "%{if a}".repeat(10_000), "%{endif}".repeat(10_000)))]
#[case::not(format!("a = {}b\n", "!".repeat(10_000)))]
#[case::minus(format!("a = {}b\n", "-".repeat(10_000)))]
#[case::conditionals(format!("a = {}d\n", "b ? c : ".repeat(10_000)))]
#[case::sums(format!("a = {}1\n", "1+".repeat(10_000)))]
#[case::attributes(format!("a = b{}\n", ".c".repeat(10_000)))]
#[case::indexes(format!("a = b{}\n", "[0]".repeat(10_000)))]
#[case::nested_indexes(format!("a = {}0{}\n", "b[".repeat(10_000), "]".repeat(10_000)))]
#[case::splats(format!("a = b{}\n", "[*]".repeat(10_000)))]
fn hcl_that_goes_too_deep_is_a_limit(#[case] text: String) {
    let problem = hcl_problem(&text);
    assert_eq!(problem.kind, ProblemKind::Limit, "{}", problem.message);
    assert!(problem.message.chars().any(|c| c.is_ascii_digit()), "{}", problem.message);
}

#[test]
fn hcl_at_the_limit_is_read() {
    let nested = format!("a = {}b{}{}\n", "[".repeat(60), ".c".repeat(60), "]".repeat(60));
    let sum = format!("a = {}1\n", "1+".repeat(120));
    let operators = format!("a = {}x{}\n", "(1+1+".repeat(40), ")".repeat(40));
    let entries = format!("a = {{\n{}}}\n", "b = 1\n".repeat(10_000));
    for text in [nested, sum, operators, entries] {
        let read = body(&text);
        assert_eq!(read.clone(), read);
    }
}

fn yaml_text(text: &str) -> String {
    let (documents, problems) = yaml::parse(FILE, text);
    let problems = problems.iter().map(|problem| where_and_what(text, problem));
    documents.iter().map(show).chain(problems).collect::<Vec<_>>().join("\n")
}

#[rstest]
#[case("", "")]
#[case("# nothing\n", "")]
#[case("---\n---\na: 1\n", "<>\n{<a>: <1>}")]
#[case(
    "a: 1\nb: \"1\"\nc: '1'\nd: yes\ne: ~\nf:\n",
    r#"{<a>: <1>, <b>: "1", <c>: "1", <d>: <yes>, <e>: <~>, <f>: <>}"#
)]
#[case(
    "a: !!str 1\nb: !Ref c\nd: ! 2\n",
    r#"{<a>: <tag:yaml.org,2002:str 1>, <b>: <!Ref c>, <d>: "2"}"#
)]
#[case("1: a\ntrue: b\n? [x]\n: c\n", "{<1>: <a>, <true>: <b>, [<x>]: <c>}")]
#[case(
    "a: |\n  x\n  ---\n  y\n---\nb: >-\n  x\n  y\n",
    "{<a>: \"x\\n---\\ny\\n\"}\n{<b>: \"x y\"}"
)]
#[case("a: 1\na: 2\n", "{<a>: <1>, <a>: <2>}")]
#[case("a: &x [1]\nb: *x\nc: &x 2\nd: *x\n", "{<a>: [<1>], <b>: [<1>], <c>: <2>, <d>: <2>}")]
#[case::merge_key(
    "x: &x {a: 1, b: 2}\ny:\n  a: 0\n  <<: *x\n",
    "{<x>: {<a>: <1>, <b>: <2>}, <y>: {<a>: <0>, <b>: <2>}}"
)]
#[case::merge_before("x: &x {a: 1}\ny:\n  <<: *x\n  a: 0\n", "{<x>: {<a>: <1>}, <y>: {<a>: <0>}}")]
#[case::merge_list(
    "- &x {a: 1}\n- &y {a: 2, b: 2}\n- <<: [*x, *y]\n",
    "[{<a>: <1>}, {<a>: <2>, <b>: <2>}, {<a>: <1>, <b>: <2>}]"
)]
#[case::merge_merged(
    "- &x {a: 1}\n- &y\n  <<: *x\n  b: 2\n- <<: *y\n",
    "[{<a>: <1>}, {<a>: <1>, <b>: <2>}, {<a>: <1>, <b>: <2>}]"
)]
#[case::merge_quoted(
    "x: &x {a: 1}\ny:\n  \"<<\": *x\n",
    r#"{<x>: {<a>: <1>}, <y>: {"<<": {<a>: <1>}}}"#
)]
#[case::bad_merge(
    "a: 1\n---\n<<: 2\n",
    "{<a>: <1>}\n3:5 Syntax: a merge key (`<<`) takes a mapping or a list of mappings"
)]
#[case::broken_document(
    "a: 1\n---\nb: [1, 2\n---\nc: 3\n",
    "{<a>: <1>}\n{<c>: <3>}\n3:4 Syntax: unclosed bracket '['"
)]
#[case::unknown_alias("a: *b\n", "1:4 Syntax: while parsing node, found unknown anchor")]
#[case::own_alias(
    "a: &b [*b]\n",
    "1:8 Syntax: an alias stands inside of the value that it refers to"
)]
#[case::tab("a:\n\tb: 1\n", "2:2 Syntax: tabs disallowed within this context (block indentation)")]
#[case::unclosed("a: \"b\n", "1:4 Syntax: unclosed quote")]
#[case::byte_order_mark("\u{feff}a: 1\n", "{<a>: <1>}")]
#[case::carriage_returns("a: 1\r\nb: |\r\n  x\r\n  y\r\n", "{<a>: <1>, <b>: \"x\\ny\\n\"}")]
fn yaml_streams(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(yaml_text(text), expected);
}

#[rstest]
#[case::flow("[".repeat(10_000))]
#[case::flow_mappings("{a: ".repeat(10_000))]
#[case::block("- ".repeat(10_000) + "a")]
#[case::indented((0..1_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect::<Vec<_>>().concat())]
#[case::keys("? ".repeat(10_000) + "a")]
#[case::aliases_make_it_deep(chain_of_aliases(10))]
#[case::bomb(alias_bomb(30))]
#[case::wide_bomb(format!("a: &a [{}]\nb: [{}]\n", "1,".repeat(1000), "*a,".repeat(1000)))]
#[case::nested_anchors(nested_anchors())]
fn yaml_that_grows_too_much_is_a_limit(#[case] text: String) {
    let (documents, problems) = yaml::parse(FILE, &text);
    assert_eq!(documents, []);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].kind, ProblemKind::Limit, "{}", problems[0].message);
    assert!(problems[0].message.chars().any(|c| c.is_ascii_digit()), "{}", problems[0].message);
}

/// Each anchor holds the one before it fifty levels down.
fn chain_of_aliases(links: usize) -> String {
    let link = |at: usize| {
        let inner = if at == 0 { "1".to_owned() } else { format!("*a{}", at - 1) };
        format!("a{at}: &a{at} {}{inner}{}\n", "[".repeat(50), "]".repeat(50))
    };
    (0..links).map(link).collect()
}

/// Each anchor holds the one before it twice.
fn alias_bomb(anchors: usize) -> String {
    let link = |at: usize| format!("a{at}: &a{at} [*a{}, *a{}]\n", at - 1, at - 1);
    "a0: &a0 lol\n".to_owned() + &(1..anchors).map(link).collect::<String>()
}

/// Every level has an anchor, and the outermost is used again.
fn nested_anchors() -> String {
    let opening = (0..100).map(|at| format!("&a{at} [")).collect::<Vec<_>>().concat();
    format!("a: {opening}{}{}\nb: *a0\n", "1,".repeat(5_000), "]".repeat(100))
}

#[test]
fn unused_anchors_cost_no_budget() {
    let text = format!("a: &a [{}]\n", "1,".repeat(250_000));
    let (documents, problems) = yaml::parse(FILE, &text);
    assert_eq!((documents.len(), problems.len()), (1, 0));
}

#[test]
fn yaml_spans_are_bytes() {
    let text = "é: {ü: [ö, \"ä\"]}\nb:\n  - c: |\n      x\n\n  - d\n\n# end\n";
    let (documents, _) = yaml::parse(FILE, text);
    let mut slices = Vec::new();
    walk(&documents[0], &mut |node| slices.push(&text[node.span.range()]));
    let whole = "é: {ü: [ö, \"ä\"]}\nb:\n  - c: |\n      x\n\n  - d";
    let list = "- c: |\n      x\n\n  - d";
    let expected = [
        whole,
        "é",
        "{ü: [ö, \"ä\"]}",
        "ü",
        "[ö, \"ä\"]",
        "ö",
        "\"ä\"",
        "b",
        list,
        "c: |\n      x",
        "c",
        "x",
        "d",
    ];
    assert_eq!(slices, expected);
}

fn json_text(text: &str) -> String {
    match json::parse(FILE, text) {
        Ok(node) => show(&node),
        Err(problem) => where_and_what(text, &problem),
    }
}

#[rstest]
#[case(
    r#"{"a": [1, -2.50e+3, 0.1, true, false, null], "a": {}, "": []}"#,
    r#"{"a": [1, -2.50e+3, 0.1, true, false, null], "a": {}, "": []}"#
)]
#[case(" \"x\" ", r#""x""#)]
#[case(r#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#, r#""\"\\/\u{8}\u{c}\n\r\té😀""#)]
#[case(r#""\ud83dx\udc00""#, "\"\u{fffd}x\u{fffd}\"")]
#[case("\u{feff}1", "1")]
#[case("", "1:1 Syntax: expected a value, found the end of the file")]
#[case("[1,]", "1:4 Syntax: expected a value, found `]`")]
#[case("{\"a\": 1,}", "1:9 Syntax: expected a key in double quotes, found `}`")]
#[case("{a: 1}", "1:2 Syntax: expected a key in double quotes, found `a`")]
#[case("{\"a\" 1}", "1:6 Syntax: expected `:`, found `1`")]
#[case("[1 2]", "1:4 Syntax: expected `,` or `]`, found `2`")]
#[case("{} x", "1:4 Syntax: expected the end of the file after the value, found `x`")]
#[case("01", "1:2 Syntax: expected the end of the file after the value, found `1`")]
#[case("-", "1:2 Syntax: expected a digit, found the end of the file")]
#[case("1.", "1:3 Syntax: expected a digit, found the end of the file")]
#[case("nul", "1:1 Syntax: expected a value, found `n`")]
#[case("[\"a", "1:2 Syntax: this string is never closed")]
#[case(
    "\"a\nb\"",
    "1:3 Syntax: expected `\"` (a string stands on one line, without control characters), found `\\n`"
)]
#[case("\"\\x\"", "1:3 Syntax: expected an escape (`\\n`, `\\\"`, `\\u0041` …), found `x`")]
#[case("\"\\u12é\"", "1:4 Syntax: expected four hexadecimal digits, found `1`")]
#[case("// no", "1:1 Syntax: expected a value, found `/`")]
fn json_texts(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(json_text(text), expected);
}

#[rstest]
#[case("[".repeat(10_000))]
#[case("{\"a\":".repeat(10_000))]
#[case("[{\"a\":".repeat(10_000))]
fn json_that_goes_too_deep_is_a_limit(#[case] text: String) {
    let problem = json::parse(FILE, &text).unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Limit);
    assert_eq!(problem.message, format!("nested more than {MAX_NESTING} levels deep"));
}

#[test]
fn json_spans_are_exact() {
    let text = "{ \"é\" : [ 1 , \"x\" ] }\n";
    let node = json::parse(FILE, text).unwrap();
    let mut slices = Vec::new();
    walk(&node, &mut |node| slices.push(&text[node.span.range()]));
    assert_eq!(slices, ["{ \"é\" : [ 1 , \"x\" ] }", "\"é\"", "[ 1 , \"x\" ]", "1", "\"x\""]);
}

/// Every node, the outer before the inner.
pub fn walk<'n>(node: &'n Node, each: &mut dyn FnMut(&'n Node)) {
    each(node);
    match &node.kind {
        NodeKind::Scalar(_) | NodeKind::Name(_) | NodeKind::SplatElement | NodeKind::Broken => {}
        NodeKind::Sequence(items) => items.iter().for_each(|item| walk(item, each)),
        NodeKind::Mapping(entries) => entries.iter().for_each(|entry| {
            walk(&entry.key, each);
            walk(&entry.value, each);
        }),
        NodeKind::Template(parts) => walk_parts(parts, each),
        NodeKind::Attribute(base, _) | NodeKind::Unary(_, base) | NodeKind::Parenthesis(base) => {
            walk(base, each);
        }
        NodeKind::Index(base, other) | NodeKind::Splat { base, each: other } => {
            walk(base, each);
            walk(other, each);
        }
        NodeKind::Call { arguments, .. } => {
            arguments.nodes.iter().for_each(|item| walk(item, each));
        }
        NodeKind::Conditional(nodes) => nodes.iter().for_each(|item| walk(item, each)),
        NodeKind::Binary(_, nodes) => nodes.iter().for_each(|item| walk(item, each)),
        NodeKind::For(node) => {
            let optional = node.key.iter().chain(&node.condition);
            [&node.collection, &node.value]
                .into_iter()
                .chain(optional)
                .for_each(|item| walk(item, each));
        }
    }
}

pub fn walk_parts<'n>(parts: &'n [TemplatePart], each: &mut dyn FnMut(&'n Node)) {
    for part in parts {
        match &part.kind {
            TemplatePartKind::Literal(_) => {}
            TemplatePartKind::Interpolation(node) => walk(node, each),
            TemplatePartKind::If { condition, then, otherwise } => {
                walk(condition, each);
                walk_parts(then, each);
                walk_parts(otherwise, each);
            }
            TemplatePartKind::For { collection, body, .. } => {
                walk(collection, each);
                walk_parts(body, each);
            }
        }
    }
}

pub fn walk_body<'n>(body: &'n Body, each: &mut dyn FnMut(&'n Node)) {
    body.attributes.iter().for_each(|attribute| walk(&attribute.value, each));
    body.blocks.iter().for_each(|block| walk_body(&block.body, each));
}

const HCL_SAMPLE: &str = r#"# é
variable "a" {
  type    = map(object({ x = optional(number, 1) }))
  default = { "k${var.z}" = [1, -2.5, null], (var.q) : "ü\n$${no}" }
}
resource "t" "n" {
  count = var.on ? 1 : length(local.m[*].id) - 1
  names = [for k, v in var.m : "${upper(k)}-${v.x}" if v.y != "b" && !v.z]
  by    = {
    for s in var.l : s.id => s... # group
  }
  policy = <<-EOT
    {"a": "${aws_x.y[0].arn}/*"}
    %{ if var.on ~}
      ä
    %{ endif ~}
    EOT
  nested { one = provider::f(a.*.b, c.0...) }
}
"#;
const YAML_SAMPLE: &str = "é: &a {b: [1, \"ü\", 'x''y'], ? [c] : d}\n\
    l:\n- |\n  text\n  more\n- >-\n  ö\n- !Ref z\n- *a\nm:\n  <<: *a\n  b: 2 # c\n---\n--- \n\"k\\n\": 1\n...\n";
const JSON_SAMPLE: &str =
    r#"{"é": [1, -2.5e3, true, null, "ü\n\u00e9\ud83d\ude00"], "o": {"": {}}}"#;

/// Parts of a text exchanged, in any way that leaves it a text.
fn edited(sample: &'static str) -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "", "\"", "{", "}", "[", "]", "(", ")", "${", "%{", "~}", "<<EOT\n", "<<-E", "\n", "\r\n",
        "\\", "\u{feff}", "é", "*a", "&a ", "<<: ", "- ", ": ", "? ", "#", "/*", "=", "==", ".",
        "[*]", "...", "1", "'", "|\n", "---\n",
    ]);
    let edit = (0..=sample.len(), 0..6_usize, pieces);
    prop::collection::vec(edit, 0..5).prop_map(move |edits| {
        let mut text = sample.to_owned();
        for (at, length, piece) in edits {
            let floor =
                |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
            let (from, to) = (floor(at).unwrap(), floor(at + length).unwrap());
            text.replace_range(from..to, piece);
        }
        text
    })
}

fn check_span(text: &str, span: Span) {
    assert!(span.start <= span.end && text.get(span.range()).is_some(), "{span:?} in {text:?}");
}

/// Spans lie in the text; a string without escapes is its own source; the tree is not too deep to walk.
fn check_node(text: &str, node: &Node) {
    walk(node, &mut |node| {
        check_span(text, node.span);
        let source = &text[node.span.range()];
        if let NodeKind::Scalar(Scalar::String(string)) = &node.kind
            && source.starts_with('"')
            && !source.contains(['\\', '\n'])
            && !source.contains('{')
        {
            assert_eq!(*source, format!("\"{string}\""));
        }
    });
}

fn check_problems(text: &str, problems: &[Problem]) {
    for problem in problems {
        check_span(text, problem.place.unwrap().span);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn hcl_spans_lie_in_the_text(text in edited(HCL_SAMPLE)) {
        let hcl::Parsed { body, problems, .. } = hcl::parse(FILE, &text);
        check_problems(&text, &problems);
        walk_body(&body, &mut |node| check_node(&text, node));
    }

    #[test]
    fn template_spans_lie_in_the_text(text in edited(HCL_SAMPLE)) {
        match hcl::parse_template(FILE, &text, Span::new(0, text.len())) {
            Ok(parts) => walk_parts(&parts, &mut |node| check_node(&text, node)),
            Err(problem) => check_problems(&text, &[problem]),
        }
    }

    #[test]
    fn yaml_spans_lie_in_the_text(text in edited(YAML_SAMPLE)) {
        let (documents, problems) = yaml::parse(FILE, &text);
        check_problems(&text, &problems);
        for document in &documents {
            walk(document, &mut |node| check_span(&text, node.span));
        }
    }

    #[test]
    fn json_spans_lie_in_the_text(text in edited(JSON_SAMPLE)) {
        match json::parse(FILE, &text) {
            Ok(node) => check_node(&text, &node),
            Err(problem) => check_problems(&text, &[problem]),
        }
    }
}

#[test]
fn samples_are_read() {
    assert_eq!(body(HCL_SAMPLE).blocks.len(), 2);
    let (documents, problems) = yaml::parse(FILE, YAML_SAMPLE);
    assert_eq!((documents.len(), problems), (3, vec![]));
    assert!(json::parse(FILE, JSON_SAMPLE).is_ok());
    assert_eq!(expression("a == b"), format!("{:?}(a, b)", BinaryOperator::Equal));
}
