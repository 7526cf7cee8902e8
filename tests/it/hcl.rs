//! The HCL parser: what it accepts, what a fault costs, and that hcl-rs reads the same trees.

use std::path::{Path, PathBuf};

use dreadnought::source::FileId;
use dreadnought::syntax::{Node, NodeKind, hcl};
use rstest::rstest;

use crate::second_opinion::{self, plain};
use crate::syntax::{show_body, where_and_what};

const FILE: FileId = FileId(0);

/// The body in few words, then each problem on a line.
fn read(text: &str) -> String {
    let parsed = hcl::parse(FILE, text);
    let problems = parsed.problems.iter().map(|problem| where_and_what(text, problem));
    std::iter::once(show_body(&parsed.body)).chain(problems).collect::<Vec<_>>().join("\n")
}

#[rstest]
#[case::one_attribute(
    "a = 1\nb = = 2\nc = 3\n",
    "a = 1; b = ?; c = 3\n2:5 Syntax: expected a value, found `=`"
)]
#[case::list_in_a_block(
    "r \"a\" \"b\" {\n  x = 1\n  y = [1 2]\n  z = 3\n}\nr \"c\" \"d\" {\n}\n",
    "r \"a\" \"b\" {x = 1; y = ?; z = 3}; r \"c\" \"d\" {}\n3:10 Syntax: expected `,` or `]`, found `2`"
)]
#[case::block_left_open(
    "r \"a\" \"b\" {\n  x = 1\n  in {\n    y = 2\n\nr \"c\" \"d\" {\n  z = 3\n}\n",
    "r \"c\" \"d\" {z = 3}\n1:11 Syntax: this brace is never closed\n3:6 Syntax: this brace is never closed"
)]
#[case::inner_block_left_open(
    "r \"a\" \"b\" {\n  in {\n    y = 2\n  out {\n  }\n}\nr \"c\" \"d\" {\n}\n",
    "r \"a\" \"b\" {out {}}; r \"c\" \"d\" {}\n2:6 Syntax: this brace is never closed"
)]
#[case::object_left_open(
    "r \"a\" \"b\" {\n  tags = {\n    y = 2\n  count = 1\n}\nr \"c\" \"d\" {\n}\n",
    "r \"a\" \"b\" {tags = ?; count = 1}; r \"c\" \"d\" {}\n2:10 Syntax: this brace is never closed"
)]
#[case::list_left_open(
    "r \"a\" \"b\" {\n  l = [\n    1,\n  count = 1\n}\nr \"c\" \"d\" {\n}\n",
    "r \"a\" \"b\" {l = ?; count = 1}; r \"c\" \"d\" {}\n2:7 Syntax: this bracket is never closed"
)]
#[case::call_left_open(
    "r \"a\" \"b\" {\n  l = f(1,\n}\nr \"c\" \"d\" {\n}\n",
    "r \"a\" \"b\" {l = ?}; r \"c\" \"d\" {}\n2:8 Syntax: this parenthesis is never closed"
)]
#[case::heredoc_left_open(
    "r \"a\" \"b\" {\n  p = <<EOT\n text {\n}\n\nr \"c\" \"d\" {\n}\n",
    "r \"a\" \"b\" {p = ?}; r \"c\" \"d\" {}\n2:7 Syntax: this heredoc is never closed\n3:7 Syntax: this brace is never closed"
)]
#[case::string_left_open(
    "a = \"x\nb = 2\n",
    "a = ?; b = 2\n1:5 Syntax: this string is never closed"
)]
#[case::interpolation_left_open(
    "r \"a\" {\n  a = \"x${y\n  b = 2\n}\nc = 3\n",
    "c = 3; r \"a\" {a = ?; b = 2}\n2:9 Syntax: this interpolation is never closed"
)]
#[case::brace_too_many(
    "r \"a\" {\n  }\n}\nr \"b\" {\n}\n",
    "r \"a\" {}; r \"b\" {}\n3:1 Syntax: this `}` closes nothing"
)]
#[case::brace_too_many_on_a_line(
    "r \"a\" {\n}}\nr \"b\" {\n}\n",
    "r \"a\" {}; r \"b\" {}\n2:2 Syntax: expected the end of the line, found `}`"
)]
#[case::label_left_open(
    "r \"a {\n  x = 1\n}\nr \"b\" {\n}\n",
    "r \"b\" {}\n1:3 Syntax: this string is never closed"
)]
#[case::brace_on_the_next_line(
    "r \"a\"\n{\n  x = 1\n}\nr \"b\" {\n}\n",
    "r \"b\" {}\n1:6 Syntax: expected `{` or a label, found the end of the line"
)]
#[case::comment_left_open(
    "/* x\nr \"b\" {\n}\n",
    "r \"b\" {}\n1:1 Syntax: this comment is never closed"
)]
#[case::comment_left_open_inside(
    "r \"b\" {\n  a = 1 /* x\n  b = 2\n}\nr \"c\" {\n}\n",
    "r \"b\" {a = ?; b = 2}; r \"c\" {}\n2:9 Syntax: this comment is never closed"
)]
#[case::words(
    "foo bar\nbaz\n!\na = 1\n",
    "a = 1\n1:8 Syntax: expected `{` or a label, found the end of the line\n2:4 Syntax: expected `=` or `{`, found the end of the line\n3:1 Syntax: expected an argument or block, found `!`"
)]
#[case::block_without_indentation(
    "r \"a\" {\nx = {\ny = 1\n}\n}\nr \"b\" {\n  l = [\n}\nr \"c\" {\n}\n",
    "r \"a\" {x = {\"y\": 1}}; r \"b\" {l = ?}; r \"c\" {}\n7:7 Syntax: this bracket is never closed"
)]
#[case::one_line_block(
    "r \"a\" { x = [1 }\nb = 1\n",
    "b = 1\n1:16 Syntax: expected `,` or `]`, found `}`"
)]
#[case::wrong_closer(
    "r \"a\" {\n  x = (1]\n  y = 2\n}\nb = 1\n",
    "b = 1; r \"a\" {x = ?; y = 2}\n2:9 Syntax: expected `)`, found `]`"
)]
#[case::string_in_an_object(
    "locals {\n  a = 1\n  b = {\n    c = \"x\n    d = 2\n  }\n  e = 3\n}\n",
    "locals {a = 1; b = ?; e = 3}\n4:9 Syntax: this string is never closed"
)]
#[case::list_at_the_top(
    "a = [\n  1,\n\nb = 2\nc = [3]\n",
    "a = ?; b = 2; c = [3]\n1:5 Syntax: this bracket is never closed"
)]
#[case::object_at_the_top(
    "a = {\n  x = 1\n}\nb = {\n  y = \nc = {\n  z = 1\n}\n",
    "a = {\"x\": 1}; b = ?; c = {\"z\": 1}\n5:7 Syntax: expected a value, found the end of the line"
)]
#[case::habits_of_other_languages(
    "r \"a\" {\n  a: 1\n  \"b\" = 2\n  c = 3,\n  d = 4;\n  e = 'x'\n}\n",
    "r \"a\" {c = ?; d = ?; e = ?}\n2:4 Syntax: expected `=` or `{`, found `:`\n3:3 Syntax: the name of an argument or block is not quoted\n4:8 Syntax: expected the end of the line, found `,`\n5:8 Syntax: expected the end of the line, found `;`\n6:7 Syntax: expected a value, found `'`"
)]
#[case::dynamic_block_left_open(
    "r \"a\" {\n  dynamic \"x\" {\n    for_each = var.y\n    content {\n      z = x.value\n  }\n}\n\nr \"b\" {\n  x = 1\n}\n",
    "r \"a\" {dynamic \"x\" {for_each = var.y}}; r \"b\" {x = 1}\n4:13 Syntax: this brace is never closed"
)]
#[case::string_in_a_call_left_open(
    "module \"a\" {\n  source = \"./x\"\n\n  y = \"${foo(\"a\"}\"\n}\nmodule \"b\" {\n}\n",
    "module \"a\" {source = \"./x\"; y = ?}; module \"b\" {}\n4:17 Syntax: expected `,` or `)`, found `}`"
)]
#[case::what_follows_a_block(
    "e {\nf {\nn {\n)}\n}]\n}\n}\n",
    "e {f {n {}}}\n4:1 Syntax: expected an argument or block, found `)`\n5:2 Syntax: expected the end of the line, found `]`"
)]
fn a_fault_costs_its_statement(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(read(text), expected);
}

/// However often something broken comes again, it is read in linear time: these would take minutes otherwise.
#[rstest]
#[case::blank_lines("\u{a0}\r\n\r\n")]
#[case::heredocs("a = <<X\n")]
#[case::heredocs_with_interpolation("a = <<X\n${\n")]
#[case::comments("a = 1 /*\n")]
#[case::blocks("a \"b\" {\n")]
#[case::lists("a = [\n")]
#[case::closers("a = ((((]]]]\n")]
#[case::braces("}")]
#[case::strings("\"${")]
#[case::quotes("a = \"\n")]
#[case::operators("a = b + (")]
#[case::objects("{a=")]
#[case::carriage_returns("\r\r\n")]
#[case::blocks_further_in("  a {\n\" \"b\" {\n")]
#[case::lists_further_in("  a {\nb = [\n")]
#[case::many_levels("a {\n((((\"\n")]
fn broken_texts_are_read_in_linear_time(#[case] piece: &str) {
    let parsed = hcl::parse(FILE, &piece.repeat(300_000 / piece.len()));
    assert!(!parsed.problems.is_empty());
}

#[test]
fn problems_are_counted_out() {
    let parsed = hcl::parse(FILE, &"a = = 1\n".repeat(1000));
    assert_eq!(parsed.problems.len(), 21);
    assert_eq!(
        parsed.problems[20].message,
        "more statements do not parse; only the first are told"
    );
    assert_eq!(parsed.body.attributes.len(), 1);
}

/// What `terraform fmt` takes (1.11.4) is taken.
#[rstest]
#[case("a = { b = 1, b = 2 }\n")]
#[case("a = { b.c = 1 }\n")]
#[case("a = { b ? c : d = 1 }\n")]
#[case("a = {\n\"b\" : 1\n(c) : 2\n(d).e = 3,\n}\n")]
#[case("a = {for\nb in c : b =>\nb}\n")]
#[case("a = [for b in c :\nb]\n")]
#[case("a = b[*].*.c\n")]
#[case("a = b.*[*].c\n")]
#[case("a = b . c [ 0 ]\n")]
#[case("a = b[\n0\n]\n")]
#[case("a = (b[\n*\n])\n")]
#[case("a = f (1)\n")]
#[case("a = (f\n(1))\n")]
#[case("a = b :: c (1)\n")]
#[case("a = f(b...)\n")]
#[case("a = f(\nb,\n)\n")]
#[case("a = [1, /* \n */ 2]\n")]
#[case("a = -/* */1\n")]
#[case("a = !!b\nc = - -1\n")]
#[case("a = 1 == 2 == 3\n")]
#[case("a = 00.5e-3\n")]
#[case("a = \"$\"\nb = \"$$${b}\"\nc = \"%\"\n")]
#[case("a = \"${b\n}\"\n")]
#[case("a = \"${{\nb = 1\n}}\"\n")]
#[case("a = \"${~b~}\"\n")]
#[case("a = <<A-1\n$\nA-1x\n$A-1\nA-1\n")]
#[case("a = <<É\n  É  \n")]
#[case("a \"b$${c}\" d {\n}\n")]
#[case("a = 1 # b\rc\n")]
#[case("a = b-c\né = 1\n_d-1 = 2")]
#[case("\u{feff}a = 1\r\nb {\r\n  c = [\r\n1]\r\n}\r\n")]
#[case("a { b = 1 }\nc {}\nd { # e\n}\n")]
fn what_terraform_takes_is_taken(#[case] text: &str) {
    let parsed = hcl::parse(FILE, text);
    assert_eq!(parsed.problems, [], "{text}");
}

/// What `terraform fmt` refuses (1.11.4) is refused.
#[rstest]
#[case("a = <<EOT\nb\nEOT")]
#[case("a = b.0.1\n")]
#[case("a = 1e5e3\n")]
#[case("a = 1.\n")]
#[case("a = 1e99999999999\n")]
#[case("a = 1\r")]
#[case("a = \"b\rc\"\n")]
#[case("a {\n b = 1 }\n")]
#[case("a { b = 1\n}\n")]
#[case("a { b = 1 } c = 2\n")]
#[case("a = { for = 1 }\n")]
#[case("a = [for b in c : b...]\n")]
#[case("a = b.*.c.*.d\n")]
#[case("a = b\n.c\n")]
#[case("a = \"\\ud800\"\n")]
#[case("a = \"\\u12\"\n")]
#[case("a b.c {\n}\n")]
#[case("a = {\n b = 1\n, c = 2 }\n")]
#[case("a = { b = 1,, c = 2 }\n")]
#[case("a = { b\n= 1 }\n")]
#[case("a = { b =\n1 }\n")]
#[case("a = { b = 1 /* \n */ c = 2 }\n")]
#[case("a\u{a0}= 1\n")]
#[case("a = f(b..., c)\n")]
#[case("a = f(,)\n")]
#[case("a = [,]\n")]
#[case("a = \"%{if b}c%{else}d%{else}e%{endif}\"\n")]
#[case("a = 1\n\u{feff}b = 1\n")]
#[case("-a = 1\n")]
#[case("a = b::c\n")]
#[case("a = b[*\n]\n")]
#[case("a = b..c\n")]
#[case("a = b\n? c\n: d\n")]
#[case("a \"b\n\" {\n}\n")]
#[case("a = 1 & 2\n")]
#[case("a == 1\n")]
#[case("a = \0\n")]
fn what_terraform_refuses_is_refused(#[case] text: &str) {
    let parsed = hcl::parse(FILE, text);
    assert!(!parsed.problems.is_empty(), "{text}: {}", show_body(&parsed.body));
}

#[test]
fn comments_are_kept() {
    let text = "# a\r\nb = [ // c\n  1, /* d\n  e */ 2\n]\nf { # g\n}\nh = \"# i ${ /* j */ 1}\"\nk = <<X\n# l\nX\n/**/ # m";
    let parsed = hcl::parse(FILE, text);
    let comments: Vec<_> = parsed.comments.iter().map(|span| &text[span.range()]).collect();
    assert_eq!(comments, ["# a", "// c", "/* d\n  e */", "# g", "/* j */", "/**/", "# m"]);
    let broken = "# a\nb = = 1 # c\n# d\ne = [ # f\n\ng = 1 # h\n";
    let parsed = hcl::parse(FILE, broken);
    let comments: Vec<_> = parsed.comments.iter().map(|span| &broken[span.range()]).collect();
    assert_eq!(comments, ["# a", "# c", "# d", "# f", "# h"]);
}

#[test]
fn template_parts_have_exact_spans() {
    let text = "a = \"x\\n$${y}${ z }%{ if b ~} c %{ else }d%{ endif }\"\nb = <<-X\n  é ${q}\n    r\n  X\n";
    let body = hcl::parse(FILE, text).body;
    let parts = |node: &Node| match &node.kind {
        NodeKind::Template(parts) => parts.iter().map(|part| &text[part.span.range()]).collect(),
        kind => panic!("{kind:?}"),
    };
    let quoted: Vec<_> = parts(&body.attributes[0].value);
    assert_eq!(quoted, ["x\\n$${y}", "${ z }", "%{ if b ~} c %{ else }d%{ endif }"]);
    let heredoc: Vec<_> = parts(&body.attributes[1].value);
    assert_eq!(heredoc, ["  é ", "${q}", "\n    r\n"]);
    assert!(text[body.attributes[1].value.span.range()].ends_with("    r\n  X"));
}

/// Every HCL file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            let ending = path.extension().and_then(|ending| ending.to_str());
            if path.is_dir() && !path.is_symlink() {
                open.push(path);
            } else if matches!(ending, Some("tf" | "tofu" | "tfvars" | "hcl")) && path.is_file() {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// What both read is the same tree with the same spans. With `DREADNOUGHT_TREES` any folder is compared.
#[test]
fn hcl_rs_reads_the_same_trees() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")];
    folders.extend(std::env::var_os("DREADNOUGHT_TREES").map(PathBuf::from));
    let mut read_by_both = 0;
    for path in folders.iter().flat_map(|folder| files(folder)) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let parsed = hcl::parse(FILE, &text);
        let Ok(other) = second_opinion::body(&text) else { continue };
        if !parsed.problems.is_empty() {
            continue;
        }
        read_by_both += 1;
        assert!(plain(&parsed.body, true) == plain(&other, true), "{}", path.display());
    }
    assert!(read_by_both > 50, "{read_by_both}");
}

/// What follows a number is said of it before its sign is, which hcl-rs takes into the number.
#[rstest]
#[case::splat("a = -2.*\n")]
#[case::splat_and_more("a = -2.*.b\n")]
#[case::full_splat("a = -2[*].b[0]\n")]
#[case::index("a = -2[0][\"b\"]\n")]
#[case::in_parentheses("a = (-2)[0]\n")]
#[case::name("a = -b.c[0]\n")]
fn a_sign_comes_last(#[case] text: &str) {
    let parsed = hcl::parse(FILE, text);
    assert_eq!(parsed.problems, []);
    let other = second_opinion::body(text).unwrap();
    assert_eq!(plain(&parsed.body, true), plain(&other, true));
}
