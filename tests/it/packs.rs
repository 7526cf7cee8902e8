//! Tests of packs: each broken pack in `fixtures/packs` gives the problems in its `expected.txt` (`DREADNOUGHT_UPDATE=1`
//! writes it), the JSON schemas agree with the reader, and the built-in packs load without a problem.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use dreadnought::document::Value;
use dreadnought::finding::{Factor, Stride};
use dreadnought::pack::{Location, Logic, PackSet, to_value};
use dreadnought::pack_test::rules_under_test;
use dreadnought::source::{
    FileId, FileSystem, MemoryFileSystem, Problem, ProblemKind, ProblemSeverity, STACK_BYTES,
    Sources,
};
use dreadnought::syntax::yaml;
use rstest::rstest;

/// Mistakes that a JSON schema cannot see: they are about other files, other fields, code, or the text itself.
const BEYOND_SCHEMA: &[&str] = &[
    "cel-*",
    "manifest-missing",
    "manifest-name-taken",
    "manifest-needs-newer",
    "manifest-syntax-error",
    "manifest-empty",
    "rego-library-wrong-package",
    "rego-metadata-syntax-error",
    "rego-metadata-unknown-threat",
    "rego-package-*",
    "rego-syntax-error",
    "rego-unknown-function",
    "rego-unsafe-variable",
    "rego-without-*",
    "rego-wrong-package",
    "rule-field-twice",
    "rule-good-beside-bad",
    "rule-id-twice",
    "rule-id-twice-in-both-languages",
    "rule-unknown-threat",
    "rule-when-*",
    "rules-empty-file",
    "rules-in-a-wrong-place",
    "rules-not-utf-8",
    "rules-syntax-error",
    "threats-syntax-error",
    "vocabulary-secrets-elsewhere",
    "rules-nested-too-deep",
    "rules-alias-bomb",
    "rules-two-documents",
    "threat-extension-unknown",
    "threat-id-taken",
    "valid",
];

/// All files below a folder of the project.
fn tree(folder: &str) -> MemoryFileSystem {
    fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                collect(root, &path, files);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap();
                files.insert(name.replace('\\', "/"), fs::read(&path).unwrap());
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files = BTreeMap::new();
    collect(&root, &root, &mut files);
    MemoryFileSystem { files }
}

/// Texts of a tree in a folder and with an ending.
fn texts<'a>(
    tree: &'a MemoryFileSystem,
    folder: &'a str,
    ending: &'a str,
) -> impl Iterator<Item = &'a str> {
    tree.files
        .iter()
        .filter(move |(path, _)| path.starts_with(folder) && path.ends_with(ending))
        .filter_map(|(_, bytes)| std::str::from_utf8(bytes).ok())
}

/// Loads as the binary does: on large stacks.
fn load(builtin: bool, extra: &[(&dyn FileSystem, &str)]) -> (PackSet, Vec<Problem>, Sources) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).stack_size(STACK_BYTES);
    pool.build().unwrap().install(|| {
        let mut sources = Sources::default();
        let location = |(files, folder)| Location { files, folder, shown: folder };
        let extra: Vec<Location<'_>> = extra.iter().copied().map(location).collect();
        let (set, problems) = PackSet::load(&mut sources, builtin, &extra);
        (set, problems, sources)
    })
}

/// `path:line:column: message`, with the help on the next line.
fn shown(problems: &[Problem], sources: &Sources) -> String {
    let mut text = String::new();
    for problem in problems {
        let place = match (&problem.place, &problem.path) {
            (Some(place), _) => {
                let file = sources.get(place.file);
                let position = file.position(place.span.start);
                format!("{}:{}:{}", file.path, position.line, position.column)
            }
            (None, Some(path)) => path.clone(),
            (None, None) => "nowhere".to_owned(),
        };
        writeln!(text, "{place}: {}", problem.message).unwrap();
        if let Some(help) = &problem.help {
            writeln!(text, "    help: {help}").unwrap();
        }
    }
    text
}

/// Whether the JSON schemas accept all texts of a pack.
fn schemas_accept(tree: &MemoryFileSystem) -> bool {
    let schema = |name: &str| -> serde_json::Value {
        let path = format!("{}/schemas/{name}.schema.json", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
    };
    let validator = |schema: &serde_json::Value| jsonschema::validator_for(schema).unwrap();
    let rules = schema("rules");
    let mut metadata = rules.clone();
    let outer = metadata.as_object_mut().unwrap();
    outer.retain(|key, _| key == "$schema" || key == "$defs");
    outer.insert("$ref".into(), "#/$defs/metadata".into());
    let rego = texts(tree, "rules/", ".rego").filter_map(metadata_block);
    let rego: Vec<String> = rego.collect();
    texts(tree, "pack.yaml", "pack.yaml").all(|text| accepts(&validator(&schema("pack")), text))
        && texts(tree, "rules/", ".yaml").all(|text| accepts(&validator(&rules), text))
        && texts(tree, "threats/", ".yaml")
            .all(|text| accepts(&validator(&schema("threats")), text))
        && texts(tree, "vocabulary/", ".yaml")
            .all(|text| accepts(&validator(&schema("vocabulary")), text))
        && rego.iter().all(|text| accepts(&validator(&metadata), text))
}

fn accepts(validator: &jsonschema::Validator, text: &str) -> bool {
    let (nodes, _) = yaml::parse(FileId(0), text);
    nodes.iter().all(|node| validator.is_valid(&to_value(node).to_json()))
}

/// The YAML of the metadata comments of a Rego module.
fn metadata_block(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("# METADATA\n")?;
    let lines = rest.lines().map_while(|line| line.strip_prefix("# "));
    Some(lines.collect::<Vec<_>>().join("\n"))
}

fn matches_any(name: &str, patterns: &[&str]) -> bool {
    patterns.iter().any(|pattern| match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == *pattern,
    })
}

#[rstest]
fn broken_packs(
    #[files("fixtures/packs/*")]
    #[dirs]
    folder: PathBuf,
) {
    let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
    let tree = tree(&format!("fixtures/packs/{name}"));
    let (set, mut problems, sources) = load(false, &[(&tree, "")]);
    problems.extend(set.meanings(&sources).1);
    let text = shown(&problems, &sources);
    let file = folder.join("expected.txt");
    if std::env::var_os("DREADNOUGHT_UPDATE").is_some() {
        fs::write(&file, &text).unwrap();
    }
    assert_eq!(fs::read_to_string(&file).unwrap_or_default(), text, "{name}");
    assert_eq!(problems.is_empty(), name == "valid", "{name}");
    assert!(problems.iter().all(|problem| problem.severity() == ProblemSeverity::Error));
    assert_eq!(schemas_accept(&tree), matches_any(&name, BEYOND_SCHEMA), "schemas about {name}");
}

#[test]
fn every_exception_is_a_fixture() {
    let names: Vec<String> = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/packs"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    for pattern in BEYOND_SCHEMA {
        assert!(names.iter().any(|name| matches_any(name, &[pattern])), "{pattern}");
    }
}

#[test]
fn built_in_packs_load() {
    let (set, problems, sources) = load(true, &[]);
    assert_eq!(shown(&problems, &sources), "");
    let names: Vec<&str> = set.packs.iter().map(|pack| &*pack.name).collect();
    assert_eq!(names, ["core", "aws", "azure", "gcp", "kubernetes", "terraform"]);
    for pack in &set.packs {
        let tree = tree(&format!("policies/{}", pack.name));
        assert!(schemas_accept(&tree), "{}", pack.name);
        let named: Vec<&str> = pack.rules.iter().map(|rule| &*rule.info.id).collect();
        assert!(named.is_sorted(), "{}", pack.name);
    }
}

#[test]
fn a_pack_in_a_folder_reads_as_the_embedded_one() {
    let (embedded, _, _) = load(true, &[]);
    let mut other = tree("policies");
    let (folder, problems, sources) = load(false, &[(&other, "aws")]);
    assert_eq!(shown(&problems, &sources), "");
    let digest = |set: &PackSet| {
        set.packs.iter().find(|pack| &*pack.name == "aws").map(|pack| pack.digest.clone())
    };
    assert_eq!(digest(&embedded), digest(&folder));
    assert!(digest(&embedded).unwrap().starts_with("sha256:"));
    *other.files.get_mut("aws/pack.yaml").unwrap() =
        b"name: aws\nversion: 9.0.0\ndescription: x".into();
    assert_ne!(digest(&load(false, &[(&other, "aws")]).0), digest(&embedded));
}

#[test]
fn the_catalogue_is_whole() {
    let (set, _, _) = load(false, &[]);
    assert_eq!(set.threats.len(), 48);
    let ssh = &set.threats["T001"];
    assert_eq!(
        &*ssh.name,
        "Anyone on the internet can reach a management port and take over the host"
    );
    assert_eq!(ssh.dread.score().to_string(), "9.2");
    assert_eq!(ssh.stride.to_string(), "STIE");
    assert_eq!(ssh.assumptions.dimensions(), 6);
    assert_eq!(ssh.attack.len(), 3);
    assert_eq!(set.threats["T023"].assumptions.dimensions(), 2);
    for stride in Stride::ALL {
        assert!(set.threats.values().any(|threat| threat.stride.iter().any(|s| s == stride)));
    }
}

#[test]
fn a_valid_rule_has_all_that_it_says() {
    let tree = tree("fixtures/packs/valid");
    let (set, _, sources) = load(false, &[(&tree, "")]);
    let pack = &set.packs[1];
    assert_eq!((&*pack.name, &*pack.version, pack.rules.len()), ("acme", "1.0.0", 2));
    assert_eq!(pack.params.get("max_age"), Some(&Value::Int(90)));
    let rego = &pack.rules[0];
    assert!(matches!(&rego.logic, Logic::Rego { package } if package == "dreadnought.acme.bucket"));
    assert_eq!(sources.get(rego.place.file).position(rego.place.span.start).line, 6);
    let rule = &pack.rules[1];
    assert_eq!(&*rule.info.id, "acme/public-bucket");
    let under_test = |service| rules_under_test(pack, service, &sources).len();
    assert_eq!((under_test("bucket"), under_test("store")), (2, 0));
    assert_eq!(rule.info.stride.to_string(), "TI");
    assert_eq!(rule.info.dread.get(Factor::Damage), 8);
    assert_eq!(rule.info.dread.get(Factor::Reproducibility), 2);
    assert_eq!(rule.info.threat.assumptions.dimensions(), 5);
    let Logic::Cel(cel) = &rule.logic else { unreachable!("it is a CEL rule") };
    let at =
        |kind| cel.for_type(kind).map(|rule| rule.at.iter().map(ToString::to_string).collect());
    let at = |kind| -> Option<Vec<String>> { at(kind) };
    assert_eq!(at("acme_bucket").unwrap(), ["/public", "/settings/0/public"]);
    assert_eq!(at("acme_store").unwrap(), ["/to"]);
    assert_eq!(at("acme_other"), None);
    assert!(cel.for_type("acme_store").unwrap().each.is_some());
    assert!(cel.for_type("acme_bucket").unwrap().each.is_none());
}

#[test]
fn one_bad_rule_leaves_the_others() {
    let tree = tree("fixtures/packs/rule-good-beside-bad");
    let (set, problems, _) = load(false, &[(&tree, "")]);
    let ids: Vec<&str> = set.rules().map(|(_, rule)| &*rule.info.id).collect();
    assert_eq!((problems.len(), ids), (1, vec!["acme/public-bucket"]));
}

#[test]
fn a_pack_that_is_not_there() {
    let tree = MemoryFileSystem::default();
    let (_, problems, sources) = load(false, &[(&tree, "missing")]);
    insta::assert_snapshot!(shown(&problems, &sources), @"missing: there is no pack: the folder does not exist");
    assert_eq!(problems[0].kind, ProblemKind::NotFound);
}

#[test]
fn two_packs_with_the_same_path_keep_their_own_texts() {
    let files = |name| format!("name: {name}\nversion: 1\ndescription: x\n");
    let one = MemoryFileSystem::from(&[("pack.yaml", files("one").as_str())]);
    let two = MemoryFileSystem::from(&[("pack.yaml", files("two").as_str())]);
    let (_, problems, sources) = load(false, &[(&one, ""), (&two, "")]);
    insta::assert_snapshot!(shown(&problems, &sources), @r"
    pack.yaml:2:10: `version` must be a text, not a number
        help: put it in quotes
    pack:pack.yaml:2:10: `version` must be a text, not a number
        help: put it in quotes
    ");
}

/// A mistake in an expression is found at its place in the file, however the expression is written in YAML.
mod places {
    use std::fmt::Write as _;

    use dreadnought::source::{MemoryFileSystem, Place};
    use proptest::prelude::*;

    use super::load;

    const STYLES: [&str; 6] = ["plain", "single", "double", "literal", "folded", "lines"];

    /// `text` as the value of `when`; the words of `text` are separated by single spaces.
    fn written(style: &str, text: &str) -> String {
        let lines = text.replace(' ', "\n      ");
        match style {
            "single" => format!("'{}'", text.replace('\'', "''")),
            "double" => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
            "literal" => format!("|\n      {lines}"),
            "folded" => format!(">-  # why\n      {lines}"),
            "lines" => lines,
            _ => text.to_owned(),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

        #[test]
        fn of_mistakes(
            style in proptest::sample::select(&STYLES[..]),
            names in proptest::collection::vec("[a-zé'|]{0,4}", 0..4),
        ) {
            let mut text = "attr.x == 1 &&".to_owned();
            for name in &names {
                write!(text, " attr.y == \"{name}\" &&").unwrap();
            }
            text += " unheard_of == 2";
            let rules = format!(
                "rules:\n  - id: a\n    title: b\n    applies_to: [c]\n    threat: T001\n    \
                 remediation: d\n    when: {}\n    concept: e\n",
                written(style, &text),
            );
            let manifest = "name: acme\nversion: 1.0.0\ndescription: x\n";
            let tree = MemoryFileSystem::from(&[("pack.yaml", manifest), ("rules/a.yaml", &rules)]);
            let (_, problems, sources) = load(false, &[(&tree, "")]);
            prop_assert_eq!(problems.len(), 1, "{:?}", problems);
            let Some(Place { file, span }) = problems[0].place else { unreachable!() };
            prop_assert_eq!(sources.get(file).text.find("unheard_of").unwrap(), span.start as usize);
        }
    }
}

mod expectations {
    //! Comments in samples, and their comparison with verdicts.

    use std::sync::Arc;

    use dreadnought::pack_test::{
        Expectation, Observed, Sample, Verdict, compare, expectations, is_under_test, samples,
        sidecar,
    };
    use dreadnought::source::MemoryFileSystem;
    use rstest::rstest;

    fn shown(expectations: &[Expectation]) -> Vec<String> {
        let show =
            |e: &Expectation| format!("{} {} {} {}", e.line, e.verdict.word(), e.rule, e.count);
        expectations.iter().map(show).collect()
    }

    #[rstest]
    #[case::trailing("a = 1 # expect: aws/x", &["1 expect aws/x 1"])]
    #[case::alone("# ok: aws/x\n\n# why\na = 1", &["4 ok aws/x 1"])]
    #[case::stacked("# ok: aws/x\n# expect: aws/y 3\na = 1 // inconclusive: aws/z", &["3 ok aws/x 1", "3 expect aws/y 3", "3 inconclusive aws/z 1"])]
    #[case::several("a = 1 # expect: aws/x 2, aws/y", &["1 expect aws/x 2", "1 expect aws/y 1"])]
    #[case::yaml("# expect: kubernetes/x\n---\nkind: Pod", &["3 expect kubernetes/x 1"])]
    #[case::in_a_link("a = \"http://x\" # expect: aws/x", &["1 expect aws/x 1"])]
    #[case::in_a_text("a = \"#expect: aws/x\"", &[])]
    #[case::prose("# we expect: much\n# this is ok, really\na = 1", &[])]
    fn comments(#[case] text: &str, #[case] expected: &[&str]) {
        let (found, mistakes) = expectations(text);
        assert_eq!(shown(&found), expected);
        assert_eq!(mistakes, []);
    }

    #[rstest]
    #[case("a = 1 # expect: bucket", 1, "`bucket` is not the full id of a rule")]
    #[case("a = 1 # expect: aws/x two", 1, "expected a count after `aws/x`")]
    #[case("a = 1 # expect: aws/x 0", 1, "`aws/x` cannot be expected 0 times; say `ok: aws/x`")]
    #[case("a = 1 # ok: aws/x 2", 1, "only `expect` takes a count, not `ok`")]
    #[case("a = 1 # expect: aws/x 2 times", 1, "unexpected text after `aws/x`")]
    #[case("a = 1\n# expect: aws/x\n", 2, "no line of code follows that the comment could be for")]
    fn mistakes(#[case] text: &str, #[case] line: u32, #[case] message: &str) {
        let (found, mistakes) = expectations(text);
        assert_eq!(shown(&found), [""; 0]);
        let mistakes: Vec<_> = mistakes.iter().map(|m| (m.line, m.message.as_str())).collect();
        assert_eq!(mistakes, [(line, message)]);
    }

    #[test]
    fn sidecar_files() {
        let (found, mistakes) =
            sidecar("# for a.json\n3 expect: aws/x 2\n4 ok: aws/y\nexpect: aws/z\n");
        assert_eq!(shown(&found), ["3 expect aws/x 2", "4 ok aws/y 1"]);
        assert_eq!(mistakes.len(), 1);
        assert_eq!(mistakes[0].line, 4);
    }

    fn observed(verdict: Verdict, rule: &str, line: u32, block: (u32, u32)) -> Observed {
        Observed {
            verdict,
            rule: rule.into(),
            path: "a.tf".into(),
            line,
            block: block.0..=block.1,
            what: "x.y".to_owned(),
            address: "x.y".into(),
            message: String::new(),
            dread: None,
            joined: Vec::new(),
        }
    }

    /// Verdicts of rule aws/x: a finding on line 2, one on line 2 again, a pass of lines 5 to 7, an inconclusive one on 9.
    fn verdicts() -> Vec<Observed> {
        vec![
            observed(Verdict::Finding, "aws/x", 2, (1, 4)),
            observed(Verdict::Finding, "aws/x", 2, (1, 4)),
            observed(Verdict::Pass, "aws/x", 5, (5, 7)),
            observed(Verdict::Inconclusive, "aws/x", 9, (8, 10)),
            observed(Verdict::Finding, "aws/not-under-test", 3, (1, 4)),
        ]
    }

    fn mismatches(comments: &str) -> Vec<String> {
        let (expected, mistakes) = sidecar(comments);
        assert_eq!(mistakes, []);
        let rules: [Arc<str>; 2] = ["aws/x".into(), "aws/y".into()];
        compare("a.tf", &expected, &verdicts(), &rules)
            .into_iter()
            .map(|mismatch| format!("{}: {}", mismatch.line, mismatch.message))
            .collect()
    }

    #[test]
    fn all_as_expected() {
        assert_eq!(mismatches("2 expect: aws/x 2\n5 ok: aws/x\n9 inconclusive: aws/x"), [""; 0]);
        assert_eq!(mismatches("2 expect: aws/x 2\n6 ok: aws/x\n8 inconclusive: aws/x"), [""; 0]);
    }

    #[test]
    fn nothing_expected() {
        insta::assert_snapshot!(mismatches("").join("\n"), @r"
        2: `aws/x` finds x.y; x.y, no comment announces it
        9: `aws/x` is inconclusive about x.y, no comment says so
        ");
    }

    #[test]
    fn other_than_expected() {
        let comments = "2 expect: aws/x\n3 expect: aws/x\n1 ok: aws/x\n9 inconclusive: aws/x\n5 ok: aws/y\n1 ok: aws/z";
        insta::assert_snapshot!(mismatches(comments).join("\n"), @r"
        1: expected `aws/x` to pass here, it said: finding on line 2, pass on line 5, inconclusive on line 9
        1: `aws/z` is not a rule of this service
        2: expected a finding of `aws/x`, found 2: x.y; x.y
        3: expected a finding of `aws/x`, it said: finding on line 2, pass on line 5, inconclusive on line 9
        5: expected `aws/y` to pass here, it judged nothing in this file
        ");
    }

    #[test]
    fn another_file_is_compared_apart() {
        let (expected, _) = sidecar("2 expect: aws/x 2");
        assert_eq!(compare("b.tf", &expected, &verdicts(), &["aws/x".into()]).len(), 1);
        assert_eq!(compare("b.tf", &[], &verdicts(), &["aws/x".into()]), []);
    }

    #[test]
    fn samples_of_a_pack() {
        let tree = MemoryFileSystem::from(&[
            ("aws/pack.yaml", ""),
            ("aws/tests/s3/fail.tf", ""),
            ("aws/tests/s3/plan.tf.json", ""),
            ("aws/tests/s3/plan.tf.json.expect", ""),
            ("aws/tests/s3/joined/main.tf", ""),
            ("aws/tests/s3/joined/net/main.tf", ""),
            ("aws/tests/s3/block_test.rego", ""),
            ("aws/tests/README.md", ""),
        ]);
        let sample = |name: &str, files: &[&str]| Sample {
            service: "s3".to_owned(),
            name: name.to_owned(),
            files: files.iter().map(|file| format!("aws/tests/s3/{file}")).collect(),
        };
        let expected = [
            sample("fail.tf", &["fail.tf"]),
            sample("joined", &["joined/main.tf", "joined/net/main.tf"]),
            sample("plan.tf.json", &["plan.tf.json", "plan.tf.json.expect"]),
        ];
        assert_eq!(samples(&tree, "aws").unwrap(), expected);
        assert_eq!(samples(&tree, "gcp").unwrap(), []);
    }

    #[rstest]
    #[case("rules/s3.yaml", true)]
    #[case("policies/aws/rules/s3.rego", true)]
    #[case("rules/s3_acl.rego", true)]
    #[case("rules/s3-acl.rego", true)]
    #[case("rules/s3control.yaml", false)]
    #[case("rules/s3.txt", false)]
    fn rules_under_test(#[case] file: &str, #[case] under_test: bool) {
        assert_eq!(is_under_test("s3", file), under_test);
    }
}
