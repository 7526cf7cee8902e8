//! What policies see of a file of each format: in the shape that conftest's parser gives, case by case.
//!
//! A file of cases holds `==== name`, the text, `---- gives`, and JSON, or `refused: ` with the words of the error.

use std::path::Path;

use dreadnought::conftest::{FORMATS, Tree, help_for, parse, parse_in};
use dreadnought::source::{MemoryFileSystem, STACK_BYTES};
use rstest::rstest;
use serde_json::Value as Json;

struct Case {
    name: String,
    text: String,
    expected: String,
}

fn cases(format: &str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/conftest/formats");
    let file = path.join(format!("{format}.txt"));
    let content = std::fs::read_to_string(&file).unwrap_or_else(|_| panic!("{format}"));
    let blocks = content.split("==== ").skip(1);
    let case = |block: &str| {
        let (name, rest) = block.split_once('\n').unwrap();
        let (text, expected) = rest.split_once("---- gives\n").unwrap();
        Case { name: name.to_owned(), text: text.to_owned(), expected: expected.trim().to_owned() }
    };
    blocks.map(case).collect()
}

/// Numbers of Rego are one kind, and keys have no order.
fn plain(json: &Json) -> Json {
    match json {
        Json::Number(number) => Json::from(number.as_f64().unwrap()),
        Json::Array(items) => items.iter().map(plain).collect(),
        Json::Object(map) => map.iter().map(|(key, value)| (key.clone(), plain(value))).collect(),
        other => other.clone(),
    }
}

#[rstest]
fn policies_see_what_conftest_shows_them(
    #[values(
        "cue",
        "cyclonedx",
        "dockerfile",
        "dotenv",
        "edn",
        "hcl1",
        "hcl2",
        "hocon",
        "ignore",
        "ini",
        "json",
        "jsonc",
        "jsonnet",
        "nginx",
        "properties",
        "spdx",
        "toml",
        "vcl",
        "xml",
        "yaml"
    )]
    format: &str,
) {
    let cases = cases(format);
    assert!(cases.len() > 1, "{format} has {} cases", cases.len());
    for Case { name, text, expected } in cases {
        match (parse(format, &text), expected.strip_prefix("refused: ")) {
            (Err(message), Some(words)) => assert_eq!(message, words, "{format}: {name}"),
            (Ok(given), None) => {
                let expected: Json = serde_json::from_str(&expected).unwrap();
                assert_eq!(plain(&given), plain(&expected), "{format}: {name}");
            }
            (given, _) => panic!("{format}: {name}: {given:?}"),
        }
    }
}

/// A format is read, or it is said what to do; none is silently empty.
#[test]
fn every_format_of_conftest_is_read_or_says_what_to_do() {
    let mut refused = Vec::new();
    for (format, parser) in FORMATS {
        if parser.is_none() {
            assert!(help_for(format).is_some(), "{format}");
            let message = parse(format, "x").unwrap_err();
            assert!(message.contains("cannot be read here"), "{message}");
            refused.push(*format);
        }
    }
    assert_eq!(refused, ["groovy", "textproto"]);
}

/// Whatever the text, a parser gives a value or a sentence: cut and doubled cases, and brackets without end.
#[test]
fn no_text_makes_a_parser_fail() {
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
    thread.spawn(try_everything).unwrap().join().unwrap();
}

fn try_everything() {
    for (format, parser) in FORMATS {
        let Some(parser) = parser else { continue };
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(format!("fixtures/conftest/formats/{format}.txt"));
        let texts = if path.exists() { cases(format) } else { Vec::new() };
        for Case { text, .. } in &texts {
            for (cut, _) in text.char_indices() {
                let _ = parser(&text[..cut]);
                let _ = parser(&text[cut..]);
            }
        }
        for deep in [
            "{", "[", "(", "!", "<a>", "a {", "a=[", "a={", "#{", "\"", "<<", "${", "a.", "a ",
            "a \"b\" ", "#_",
        ] {
            let _ = parser(&deep.repeat(5_000));
            let _ = parser(&format!("{}{{}}", deep.repeat(5_000)));
        }
        // References to references, each twice.
        let doubled = |line: fn(usize) -> String| (0..90).map(line).collect::<String>();
        let _ = parser(&doubled(|at| format!("A{at}=$A{0}$A{0}x\n", at.wrapping_sub(1))));
        let _ = parser(&doubled(|at| format!("a{at} = ${{a{0}}}${{a{0}}}\n", at + 1)));
        let many = |line: fn(usize) -> String| (0..20_000).map(line).collect::<String>();
        let _ = parser(&many(|_| "a = 1\n".to_owned()));
        let _ = parser(&many(|at| format!("a {{ x{at} = 1 }}\n")));
        let _ = parser(&many(|at| format!("a{at} \"b\" {{ x = 1 }}\n")));
    }
}

/// What a file of Jsonnet brings in lies in the tree, beside it or below the root.
#[rstest]
#[case::beside("import 'ports.libsonnet'", Ok("{\"web\":443}"))]
#[case::below_the_root("import 'lib/names.libsonnet'", Ok("[\"a\",\"b\"]"))]
#[case::up_within_the_tree("importstr '../lib/text.txt'", Ok("\"hello\\n\""))]
#[case::bytes("importbin '../lib/text.txt'", Ok("[104,101,108,108,111,10]"))]
#[case::of_what_is_imported("import '../lib/both.libsonnet'", Ok("{\"names\":[\"a\",\"b\"]}"))]
#[case::missing("\nimport 'none.libsonnet'", Err("line 2: `none.libsonnet` is not there"))]
#[case::out_of_the_tree(
    "import '../../etc/passwd'",
    Err("line 1: `../../etc/passwd` leads out of the tree; only files inside of it are imported")
)]
#[case::absolute(
    "importstr '/etc/passwd'",
    Err("line 1: `/etc/passwd` leads out of the tree; only files inside of it are imported")
)]
#[case::broken(
    "import '../lib/broken.libsonnet'",
    Err("lib/broken.libsonnet, line 2: nothing declares `y`")
)]
#[case::failing(
    "(import '../lib/failing.libsonnet').b",
    Err("lib/failing.libsonnet, line 3: there is no field `c`")
)]
#[case::itself("import 'main.jsonnet'", Err("line 1: a value depends on itself"))]
fn jsonnet_imports_files_of_its_tree(#[case] text: &str, #[case] expected: Result<&str, &str>) {
    let files = MemoryFileSystem::from(&[
        ("app/main.jsonnet", text),
        ("app/ports.libsonnet", "{ web: 443 }"),
        ("lib/names.libsonnet", "['a', 'b']"),
        ("lib/both.libsonnet", "{ names: import 'names.libsonnet' }"),
        ("lib/text.txt", "hello\n"),
        ("lib/broken.libsonnet", "local x = 1;\nx + y"),
        ("lib/failing.libsonnet", "{\n  a: {},\n  b: self.a.c,\n}"),
    ]);
    let tree = Tree { files: &files, path: "app/main.jsonnet" };
    let given = parse_in("jsonnet", text, &tree).map(|json| json.to_string());
    assert_eq!(given.as_deref().map_err(|message| &**message), expected);
}
