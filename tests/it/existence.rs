//! CEL rules over resources that may not exist: a verdict that is given is the verdict whichever of them do.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rstest::rstest;
use serde_json::Value as Json;

use crate::cli::Workspace;

const PACK: &str = "name: acme\nversion: 1.0.0\ndescription: For a test\n";
const BLOCK: &str = "aws_s3_bucket_public_access_block";
/// Questions about what else there is; `@` is a list of records.
const QUESTIONS: &[&str] = &[
    "size(@) == 0",
    "size(@) == 1",
    "size(@) == 2",
    "size(@) != 1",
    "size(@) > 0",
    "size(@) < 3",
    "@.exists(r, r.attributes.block_public_acls == true)",
    "@.all(r, r.attributes.block_public_acls == true)",
    "@.exists_one(r, r.attributes.block_public_acls == true)",
    "!@.exists(r, r.attributes.block_public_acls == true)",
];
const LISTS: &[&str] = &[
    "related('aws_s3_bucket_public_access_block')",
    "document.resources.filter(r, r.type == 'aws_s3_bucket_public_access_block')",
];

/// A rule for each question in each field that may ask it.
fn rules() -> String {
    let mut text = "rules:\n".to_owned();
    let mut add = |field: &str, at: usize, body: &str| {
        let _ = write!(
            text,
            "  - id: rule-{field}-{at}\n    title: A rule\n    applies_to: [aws_s3_bucket]\n    threat: T003\n    remediation: Do.\n{body}\n"
        );
    };
    let questions = LISTS.iter().flat_map(|list| QUESTIONS.iter().map(|it| it.replace('@', list)));
    for (at, question) in questions.enumerate() {
        add("when", at, &format!("    when: {question:?}"));
        add("if", at, &format!("    only_if: {question:?}\n    when: 'true'"));
        add("pass", at, &format!("    only_if: {question:?}\n    when: 'false'"));
        add("both", at, &format!("    only_if: {question:?}\n    when: \"!({question})\""));
        add("each", at, &format!("    each: \"({question}) ? [1] : []\"\n    when: 'true'"));
        add("none", at, &format!("    each: \"({question}) ? [1, 2] : [2]\"\n    when: item == 2"));
    }
    for (at, list) in LISTS.iter().enumerate() {
        add(
            "items",
            at,
            &format!("    each: {list:?}\n    when: item.attributes.block_public_acls == true"),
        );
        add(
            "none",
            100 + at,
            &format!("    each: {list:?}\n    when: item.attributes.block_public_acls == 7"),
        );
    }
    text
}

fn configuration(exists: [Option<bool>; 3], more: &str) -> String {
    let mut text = "variable \"open\" {\n  type = bool\n}\nresource \"aws_s3_bucket\" \"b\" {\n  bucket = \"b\"\n}\n".to_owned();
    for (at, exists) in exists.iter().enumerate() {
        let count = match exists {
            None => "var.open ? 1 : 0",
            Some(true) => "1",
            Some(false) => "0",
        };
        let _ = write!(
            text,
            "resource \"{BLOCK}\" \"p{at}\" {{\n  count = {count}\n  bucket = aws_s3_bucket.b.id\n  block_public_acls = {}\n}}\n",
            at != 1
        );
    }
    text + more
}

/// By rule, what there is to say of the bucket.
fn verdicts(exists: [Option<bool>; 3], more: &str) -> BTreeMap<String, &'static str> {
    let files = [
        ("acme/pack.yaml", PACK),
        ("acme/rules/bucket.yaml", &rules()),
        ("main.tf", &configuration(exists, more)),
    ];
    let run =
        Workspace::new(&files).run(&["scan", "--no-builtin", "--pack", "acme", "-o", "json", "."]);
    let json: Json =
        serde_json::from_str(&run.stdout()).unwrap_or_else(|_| panic!("{}", run.stderr()));
    let said = |counts: &Json| {
        let mut said = ["finding", "pass", "inconclusive", "error"].into_iter();
        said.find(|kind| counts[*kind] != 0).unwrap_or("nothing")
    };
    let rules = json["rules"].as_array().unwrap();
    rules.iter().map(|rule| (rule["rule"].as_str().unwrap().to_owned(), said(rule))).collect()
}

#[test]
fn a_verdict_holds_whichever_resources_exist() {
    let early = verdicts([None, None, None], "");
    assert!(
        early.values().any(|it| *it == "finding") && early.values().any(|it| *it == "inconclusive")
    );
    for set in 0..8_u8 {
        let late = verdicts([0, 1, 2].map(|bit| Some(set & (1 << bit) != 0)), "");
        for (rule, late) in late {
            let early = early[&rule];
            // What passes if the rule speaks of it is no verdict while that is not known.
            let fits = matches!(early, "inconclusive")
                || early == late
                || early == "nothing" && late == "pass";
            assert!(fits, "{rule}: {early} became {late} with {set:03b}\n{}", rules());
        }
    }
}

/// What rests on the absence of something is open where a module that nobody has may bring it.
#[rstest]
#[case::when("rule-when-0", "inconclusive")]
#[case::only_if("rule-if-0", "inconclusive")]
#[case::only_if_of_a_pass("rule-pass-0", "nothing")]
#[case::each("rule-each-0", "inconclusive")]
#[case::document("rule-when-10", "inconclusive")]
#[case::there_is_none("rule-when-4", "pass")]
fn modules_that_nobody_has(#[case] rule: &str, #[case] wanted: &str) {
    let module = "module \"guard\" {\n  source = \"example.org/acme/guard/aws\"\n  bucket = aws_s3_bucket.b.id\n}\n";
    let all = verdicts([Some(false); 3], module);
    assert_eq!(all[&format!("acme/{rule}")], wanted);
}

#[test]
fn every_set_of_a_few_and_few_or_nearly_all_of_many() {
    use dreadnought::evaluate::worlds::worlds;
    assert_eq!(worlds(&[]), Vec::<Vec<usize>>::new());
    assert_eq!(worlds(&[7, 9]), [vec![], vec![7], vec![9]]);
    assert_eq!(worlds(&[1, 2, 3, 4]).len(), 15);
    let many: Vec<usize> = (0..30).collect();
    let sizes: std::collections::BTreeSet<usize> = worlds(&many).iter().map(Vec::len).collect();
    assert_eq!(sizes.into_iter().collect::<Vec<_>>(), [0, 1, 2, 3, 4, 26, 27, 28, 29]);
    assert_eq!(worlds(&(0..1000).collect::<Vec<_>>()).len(), 17);
}
