//! Bundles: built, signed, verified, loaded; each kind of broken one is refused by every command alike.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use dreadnought::bundle::{self, Bundle, MANIFEST, PrivateKey, PublicKey, SIGNATURES};
use dreadnought::source::FileSystem as _;
use rstest::rstest;
use serde_json::json;

use crate::cli::{Run, Workspace};

const PACK: &str = "name: acme\nversion: 1.2.0\ndescription: For a test\nparams:\n  most: {type: integer, default: 10}\n";
const CEL: &str = "rules:\n  - {id: slow-queue, title: Slow, applies_to: [aws_sqs_queue], when: attr.delay_seconds > params.most, \
                   threat: T005, remediation: Less.}\n";
const REGO: &str = r#"# METADATA
# title: Name is short
# custom:
#   id: short-name
#   applies_to: [aws_sqs_queue]
#   threat: T005
#   remediation: Give it a longer name.
package dreadnought.acme.short_name

import data.dreadnought.acme.params
import data.dreadnought.lib

deny contains {"resource": r.address, "at": "/name", "message": "short"} if {
	some r in input.by_type.aws_sqs_queue
	count(r.attributes.name) < params.most
}
"#;
const SAMPLE: &str = "resource \"aws_sqs_queue\" \"jobs\" { # expect: acme/slow-queue\n  name = \"jobs\" # expect: acme/short-name\n  \
                      delay_seconds = 90\n}\n";
const QUEUE: &str =
    "resource \"aws_sqs_queue\" \"jobs\" {\n  name = \"jobs\"\n  delay_seconds = 90\n}\n";

fn workspace() -> Workspace {
    let files = [
        ("acme/pack.yaml", PACK),
        ("acme/rules/queue.yaml", CEL),
        ("acme/rules/queue_name.rego", REGO),
        ("acme/tests/queue/jobs.tf", SAMPLE),
        ("src/main.tf", QUEUE),
    ];
    Workspace::new(&files)
}

/// A workspace with a signed bundle `acme.tar.gz` and its signer on the trust list.
fn signed() -> Workspace {
    let workspace = workspace();
    workspace.run(&["pack", "build", "acme", "-o", "acme.tar.gz"]).says(0, &["sha256:"]);
    workspace.run(&["pack", "keygen", "team"]).says(0, &["team.key.pem: keep it secret", "trust:"]);
    workspace
        .run(&["pack", "sign", "acme.tar.gz", "--key", "team.key.pem"])
        .says(0, &["signed by"]);
    trust(&workspace, "team");
    workspace
}

fn trust(workspace: &Workspace, name: &str) {
    let pem = fs::read_to_string(workspace.path(&format!("{name}.pub.pem"))).unwrap();
    let line = pem.lines().nth(1).unwrap();
    let text = format!("trust:\n  - name: {name}\n    key: {line}\n");
    workspace.write("dreadnought.yaml", text.as_bytes());
}

/// Files of a bundle, changed and packed again.
fn changed(workspace: &Workspace, change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>)) {
    let bytes = fs::read(workspace.path("acme.tar.gz")).unwrap();
    let mut files = Bundle::read(&bytes).unwrap().files.files;
    change(&mut files);
    workspace.write("acme.tar.gz", &tar_gz(&files, b'0'));
}

/// Tar and gzip without any check: what an attacker makes.
fn tar_gz(files: &BTreeMap<String, Vec<u8>>, kind: u8) -> Vec<u8> {
    let mut tar = Vec::new();
    for (path, content) in files {
        let mut header = [0u8; 512];
        header[..path.len()].copy_from_slice(path.as_bytes());
        header[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
        header[148..156].copy_from_slice(b"        ");
        header[156] = if path.contains("link") { kind } else { b'0' };
        if path.contains("link") {
            header[157..168].copy_from_slice(b"/etc/passwd");
        }
        header[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        tar.extend(header);
        tar.extend(content);
        tar.resize(tar.len().next_multiple_of(512), 0);
    }
    tar.resize(tar.len() + 1024, 0);
    gzip(&tar)
}

/// Gzip of stored blocks.
fn gzip(content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut blocks = content.chunks(65_535).peekable();
    while let Some(block) = blocks.next() {
        bytes.push(u8::from(blocks.peek().is_none()));
        let length = u16::try_from(block.len()).unwrap();
        bytes.extend(length.to_le_bytes());
        bytes.extend((!length).to_le_bytes());
        bytes.extend(block);
    }
    let mut crc = !0u32;
    for byte in content {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 };
        }
    }
    bytes.extend((!crc).to_le_bytes());
    bytes.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
    bytes
}

/// What every command that uses packs says of a bundle.
fn everywhere(workspace: &Workspace, bundle: &str, words: &[&str]) {
    let scan: &[&str] = &["scan", "src", "--no-builtin", "--pack", bundle];
    let comply: &[&str] = &["comply", "--baseline", "nist-csf-2.0", "src", "--pack", bundle];
    let test: &[&str] = &["test", bundle];
    let rules: &[&str] = &["rules", "--pack", bundle];
    let explain: &[&str] = &["explain", "aws/efs-encrypted", "--pack", bundle];
    for command in [scan, comply, test, rules, explain] {
        let run = workspace.run(command);
        let all = format!("{}{}", run.stdout(), run.stderr());
        assert_eq!(run.code(), 2, "{command:?}: {all}");
        for word in words {
            assert!(all.contains(word), "{command:?}: no {word:?} in:\n{all}");
        }
        assert!(!all.contains("acme/short-name"), "{command:?} used the pack:\n{all}");
    }
}

/// The same pack gives the same bytes, and what comes out of it judges as the folder does.
#[test]
fn a_bundle_is_reproducible_and_judges_as_its_folder() {
    let workspace = signed();
    let first = fs::read(workspace.path("acme.tar.gz")).unwrap();
    workspace.run(&["pack", "build", "acme", "-o", "again.tar.gz"]).says(0, &[]);
    workspace.run(&["pack", "sign", "again.tar.gz", "--key", "team.key.pem"]).says(0, &[]);
    assert_eq!(first, fs::read(workspace.path("again.tar.gz")).unwrap());
    let fingerprints = |pack: &str| {
        let run = workspace.run(&["scan", "src", "--no-builtin", "--pack", pack, "-o", "json"]);
        let json: serde_json::Value = serde_json::from_str(&run.stdout()).unwrap();
        let found: Vec<String> = json["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| format!("{} {} {}", it["rule"], it["fingerprint"], it["message"]))
            .collect();
        (found, json["packs"][1].clone())
    };
    let (of_bundle, pack) = fingerprints("acme.tar.gz");
    assert_eq!(of_bundle.len(), 2);
    assert_eq!(of_bundle, fingerprints("acme").0);
    // The digest in the report is the one that `pack build` printed.
    let printed = workspace.run(&["pack", "build", "acme", "-o", "third.tar.gz"]).stdout();
    assert!(printed.contains(pack["digest"].as_str().unwrap()), "{printed} {pack}");
    workspace.run(&["test", "acme.tar.gz"]).says(0, &["1 passed"]);
    workspace
        .run(&["pack", "verify", "acme.tar.gz"])
        .says(0, &["acme 1.2.0 sha256:", "signed by team"]);
}

/// What OPA asks of a bundle: a manifest with roots that hold all packages, none within another, and data files called `data.json`.
#[test]
fn a_bundle_has_the_layout_of_opa() {
    let workspace = signed();
    let bundle = Bundle::read(&fs::read(workspace.path("acme.tar.gz")).unwrap()).unwrap();
    let files = &bundle.files.files;
    let manifest: serde_json::Value = serde_json::from_slice(&files[MANIFEST]).unwrap();
    assert_eq!(manifest["revision"], "1.2.0");
    assert_eq!(manifest["rego_version"], 1);
    assert_eq!(manifest["roots"], serde_json::json!(["dreadnought/acme", "dreadnought/lib"]));
    for (path, content) in files.iter().filter(|(path, _)| path.contains(".rego")) {
        let text = String::from_utf8_lossy(content);
        let package = text.lines().find_map(|line| line.strip_prefix("package ")).unwrap();
        let package = package.replace('.', "/");
        assert!(
            bundle.manifest.roots.iter().any(|root| package.starts_with(root.as_str())),
            "{path}"
        );
    }
    let data: Vec<&String> = files.keys().filter(|path| path.ends_with("data.json")).collect();
    assert_eq!(data, ["dreadnought/acme/params/data.json"]);
    assert_eq!(String::from_utf8_lossy(&files[data[0]]), "{\n  \"most\": 10\n}\n");
}

/// Acceptance idea 8: each of these is refused by every command alike.
#[test]
fn pack_trust() {
    // One byte of the file.
    let workspace = signed();
    let good = fs::read(workspace.path("acme.tar.gz")).unwrap();
    for at in [0, 40, good.len() / 2, good.len() - 20, good.len() - 5] {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        workspace.write("acme.tar.gz", &bytes);
        everywhere(&workspace, "acme.tar.gz", &["the pack acme.tar.gz is refused: "]);
    }
    let again = || workspace.write("acme.tar.gz", &good);
    // One byte of a file in it.
    again();
    changed(&workspace, |files| files.get_mut("rules/queue.yaml").unwrap()[0] ^= 1);
    everywhere(
        &workspace,
        "acme.tar.gz",
        &["`rules/queue.yaml` is not what `.manifest` says: it was changed"],
    );
    // The same with the manifest made to fit.
    again();
    changed(&workspace, |files| {
        files.get_mut("rules/queue.yaml").unwrap()[0] ^= 1;
        let digest = bundle::digest(&files["rules/queue.yaml"]);
        let mut manifest: serde_json::Value = serde_json::from_slice(&files[MANIFEST]).unwrap();
        manifest["metadata"]["dreadnought"]["files"]["rules/queue.yaml"] = digest.into();
        files.insert(MANIFEST.to_owned(), serde_json::to_vec(&manifest).unwrap());
    });
    everywhere(&workspace, "acme.tar.gz", &["the signature by `team` is not about these files"]);
    // Without signatures.
    again();
    changed(&workspace, |files| drop(files.remove(SIGNATURES)));
    everywhere(&workspace, "acme.tar.gz", &["it is not signed, and the project has a trust list"]);
    // A file more.
    again();
    changed(&workspace, |files| {
        drop(files.insert("rules/more.yaml".to_owned(), b"rules: []".to_vec()));
    });
    everywhere(
        &workspace,
        "acme.tar.gz",
        &["it holds `rules/more.yaml`, which `.manifest` does not name"],
    );
    // A file less.
    again();
    changed(&workspace, |files| drop(files.remove("rules/queue.yaml")));
    everywhere(&workspace, "acme.tar.gz", &["`rules/queue.yaml` is missing, `.manifest` names it"]);
    // A path that leads out.
    for path in ["../x", "/x", "a/../../x", "./x", "a//x", "rules\\x", "C:x"] {
        again();
        changed(&workspace, |files| drop(files.insert(path.to_owned(), b"x".to_vec())));
        everywhere(&workspace, "acme.tar.gz", &["leads out of the bundle or is not plain"]);
    }
    // Links and other things that are no files.
    for (kind, words) in
        [(b'1', "a hard link"), (b'2', "a symbolic link"), (b'3', "a device"), (b'5', "a folder")]
    {
        let mut files = Bundle::read(&good).unwrap().files.files;
        files.insert("rules/link.yaml".to_owned(), Vec::new());
        workspace.write("acme.tar.gz", &tar_gz(&files, kind));
        everywhere(&workspace, "acme.tar.gz", &["`rules/link.yaml` is ", words]);
    }
    // Another digest.
    again();
    let other = format!("acme.tar.gz@sha256:{}", "0".repeat(64));
    everywhere(
        &workspace,
        &other,
        &["its digest is sha256:", &format!("not sha256:{}", "0".repeat(64))],
    );
    // The key of somebody else.
    workspace.run(&["pack", "keygen", "other"]).says(0, &[]);
    trust(&workspace, "other");
    everywhere(&workspace, "acme.tar.gz", &["which is not on the trust list"]);
    // Nobody's key, and no digest.
    workspace.write("dreadnought.yaml", b"");
    everywhere(&workspace, "acme.tar.gz", &["nobody vouches for it"]);
}

/// A pack that asks for effects is refused, with the place.
#[rstest]
#[case::http("http.send({\"method\": \"get\", \"url\": \"https://example.org\"})")]
#[case::runtime("opa.runtime()")]
#[case::lookup("net.lookup_ip_addr(\"example.org\")")]
fn pack_trust_effects(#[case] call: &str) {
    let workspace = signed();
    let text = REGO.replace("\tcount(r.attributes.name) < params.most", &format!("\t{call}"));
    workspace.write("acme/rules/queue_name.rego", text.as_bytes());
    let name = call.split('(').next().unwrap();
    let words = ["acme/rules/queue_name.rego:15:", name];
    workspace.run(&["scan", "src", "--pack", "acme"]).says(2, &words);
    workspace.run(&["pack", "build", "acme"]).says(2, &words);
}

/// A signature that names a trusted key and is not of it; signatures that do not read.
#[rstest]
#[case::forged(|token: &str| { let (signed, _) = token.rsplit_once('.').unwrap(); format!("{signed}.{}", "A".repeat(86)) }, "the signature by `team` is wrong")]
#[case::no_token(|_: &str| "token".to_owned(), "a signature is no JSON Web Token")]
#[case::no_base64(|token: &str| token.replace('.', ".!"), "a signature is not base64")]
#[case::other_algorithm(|token: &str| {
    // {"alg":"none","kid":"x"}
    let (_, rest) = token.split_once('.').unwrap();
    format!("eyJhbGciOiJub25lIiwia2lkIjoieCJ9.{rest}")
}, "a signature is not of Ed25519")]
fn broken_signatures(#[case] change: fn(&str) -> String, #[case] words: &str) {
    let workspace = signed();
    changed(&workspace, |files| {
        let json: serde_json::Value = serde_json::from_slice(&files[SIGNATURES]).unwrap();
        let token = change(json["signatures"][0].as_str().unwrap());
        let json = serde_json::json!({"signatures": [token]});
        files.insert(SIGNATURES.to_owned(), serde_json::to_vec(&json).unwrap());
    });
    workspace.run(&["scan", "src", "--pack", "acme.tar.gz"]).says(2, &[words]);
    workspace.run(&["pack", "verify", "acme.tar.gz"]).says(2, &[words]);
}

#[rstest]
#[case::no_gzip(b"hello, this is no bundle at all", "it is not gzipped")]
#[case::empty(b"", "it is not gzipped")]
#[case::no_tar(&gzip(b"hello"), "it is cut off")]
#[case::nothing(&gzip(&[0; 1024]), "`.manifest` is missing")]
#[case::after_the_end(&gzip(&[&[0; 1024][..], &[1; 512][..]].concat()), "something follows the end")]
#[case::bad_header(&gzip(&[[1; 512], [0; 512], [0; 512]].concat()), "its archive is damaged")]
#[case::no_manifest(&tar_gz(&BTreeMap::from([("pack.yaml".to_owned(), b"name: a".to_vec())]), b'0'), "`.manifest` is missing")]
#[case::bad_manifest(&tar_gz(&BTreeMap::from([(".manifest".to_owned(), b"{".to_vec())]), b'0'), "`.manifest` does not read")]
#[case::empty_manifest(&tar_gz(&BTreeMap::from([(".manifest".to_owned(), b"{}".to_vec())]), b'0'), "`.manifest` does not state its roots")]
fn broken_bundles(#[case] bytes: &[u8], #[case] words: &str) {
    let refusal = Bundle::read(bytes).unwrap_err();
    assert!(refusal.message.contains(words), "{}", refusal.message);
}

/// A bundle that unpacks to far more than it may is stopped at the limit.
#[test]
fn zip_bomb() {
    let zeros = vec![0; bundle::MAX_CONTENT + 512];
    let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    bytes.extend(miniz_oxide::deflate::compress_to_vec(&zeros, 1));
    bytes.extend([0; 8]);
    assert!(bytes.len() < 4 * 1024 * 1024, "{}", bytes.len());
    let refusal = Bundle::read(&bytes).unwrap_err();
    assert!(refusal.message.contains("which is the limit"), "{}", refusal.message);
    // Many small files.
    let files: BTreeMap<String, Vec<u8>> =
        (0..=bundle::MAX_FILES).map(|at| (format!("f{at}"), Vec::new())).collect();
    let refusal = Bundle::read(&tar_gz(&files, b'0')).unwrap_err();
    assert!(refusal.message.contains("it holds more than"), "{}", refusal.message);
}

/// The keys are those of OpenSSL: a pair that it made, and a signature of it (RFC 8032, test 2).
#[test]
fn keys_are_those_of_others() {
    let private = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIEzNCJs2ol9NB1EQ7nkJt6G0s7Vk8d3tOxxkLQ+2xj3H\n-----END PRIVATE KEY-----\n";
    let key = PrivateKey::parse(private).unwrap();
    assert_eq!(key.to_pem(), private);
    let public = key.public("team");
    assert_eq!(PublicKey::parse("team", &public.to_pem()), Some(public.clone()));
    assert_eq!(PublicKey::parse("team", &public.to_line()), Some(public));
    for bad in ["", "hello", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", private]
    {
        assert_eq!(PublicKey::parse("team", bad), None, "{bad}");
    }
    // The identity: every signature would fit it.
    let weak = format!("MCowBQYDK2VwAyEA{}", "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    assert_eq!(PublicKey::parse("team", &weak), None);
}

#[test]
fn two_may_sign() {
    let workspace = signed();
    workspace.run(&["pack", "keygen", "auditor"]).says(0, &[]);
    workspace.run(&["pack", "sign", "acme.tar.gz", "--key", "auditor.key.pem"]).says(0, &[]);
    for name in ["team", "auditor"] {
        trust(&workspace, name);
        workspace.run(&["pack", "verify", "acme.tar.gz"]).says(0, &[&format!("signed by {name}")]);
        let key = format!("{name}.pub.pem");
        workspace.run(&["pack", "verify", "acme.tar.gz", "--key", &key]).says(0, &["signed by"]);
    }
    workspace.run(&["pack", "keygen", "stranger"]).says(0, &[]);
    workspace
        .run(&["pack", "verify", "acme.tar.gz", "--key", "stranger.pub.pem"])
        .says(2, &["none of the trusted keys"]);
}

#[rstest]
#[case::no_folder(&["pack", "build", "nowhere"], "the pack nowhere is not a folder")]
#[case::no_bundle(&["pack", "sign", "nowhere", "--key", "team.key.pem"], "nowhere is refused: it cannot be read")]
#[case::no_key(&["pack", "sign", "acme.tar.gz", "--key", "nowhere"], "cannot read nowhere")]
#[case::wrong_key(&["pack", "sign", "acme.tar.gz", "--key", "team.pub.pem"], "team.pub.pem is no private key of Ed25519 in PEM")]
#[case::wrong_public(&["pack", "verify", "acme.tar.gz", "--key", "team.key.pem"], "team.key.pem is no public key of Ed25519 in PEM")]
#[case::there_already(&["pack", "keygen", "team"], "team.key.pem is there already")]
#[case::missing_pack(&["scan", "src", "--pack", "nowhere.tar.gz"], "the pack nowhere.tar.gz is not a folder and no bundle")]
fn mistakes_of_publishers(#[case] arguments: &[&str], #[case] words: &str) {
    signed().run(arguments).says(2, &[words]);
}

#[test]
fn a_pack_that_does_not_load_becomes_no_bundle() {
    let workspace = workspace();
    workspace.write("acme/rules/queue.yaml", b"rules: [{id: x}]");
    workspace
        .run(&["pack", "build", "acme"])
        .says(2, &["does not load, so no bundle is made of it"]);
    assert!(!workspace.path("acme-1.2.0.tar.gz").exists());
}

/// The private key is nobody else's.
#[cfg(unix)]
#[test]
fn a_private_key_is_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let workspace = signed();
    let mode = fs::metadata(workspace.path("team.key.pem")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

/// The caller's list takes the place of the project's, for every command: a tree cannot vouch for itself.
#[test]
fn a_trust_list_of_the_caller() {
    let workspace = signed();
    workspace.run(&["pack", "keygen", "stranger"]).says(0, &[]);
    for (name, file) in [("team", "ours.yaml"), ("stranger", "others.yaml")] {
        let own = fs::read_to_string(workspace.path("dreadnought.yaml")).unwrap();
        trust(&workspace, name);
        fs::rename(workspace.path("dreadnought.yaml"), workspace.path(file)).unwrap();
        workspace.write("dreadnought.yaml", own.as_bytes());
    }
    let commands: [&[&str]; 5] = [
        &["scan", "src", "--pack", "acme.tar.gz", "--fail-on", "none"],
        &["test", "acme.tar.gz"],
        &["eval", "acme/slow-queue", "src", "--pack", "acme.tar.gz"],
        &[
            "comply",
            "--baseline",
            "nist-csf-2.0",
            "src",
            "--pack",
            "acme.tar.gz",
            "--fail-on",
            "none",
        ],
        &["pack", "verify", "acme.tar.gz"],
    ];
    let run = |command: &[&str], list: &[&str]| workspace.run(&[command, list].concat());
    // The project trusts the signer; the caller does not.
    for command in commands {
        assert_eq!(run(command, &[]).code(), 0, "{command:?}: {}", run(command, &[]).stderr());
        let refused = run(command, &["--trust", "others.yaml"]);
        assert_eq!(refused.code(), 2, "{command:?}: {}", refused.stdout());
        let words = refused.stderr() + &refused.stdout();
        assert!(
            words.contains("not on the trust list") || words.contains("none of the trusted"),
            "{words}"
        );
    }
    // The other way round.
    trust(&workspace, "stranger");
    for command in commands {
        assert_eq!(run(command, &[]).code(), 2, "{command:?}");
        let trusted = run(command, &["--trust", "ours.yaml"]);
        assert_eq!(trusted.code(), 0, "{command:?}: {}", trusted.stderr());
    }
    // A pin of the project is no trust either.
    let unsigned = workspace.run(&["pack", "build", "acme", "-o", "plain.tar.gz"]).stdout();
    let digest = unsigned.split_whitespace().nth(1).unwrap().to_owned();
    let pinned = format!("packs:\n  - {{path: plain.tar.gz, digest: '{digest}'}}\n");
    workspace.write("dreadnought.yaml", pinned.as_bytes());
    let scan: &[&str] = &["scan", "src", "--fail-on", "none"];
    assert_eq!(run(scan, &[]).code(), 0, "{}", run(scan, &[]).stderr());
    run(scan, &["--trust", "ours.yaml"])
        .says(2, &["it is not signed, and the caller has a trust list"]);
}

#[rstest]
#[case::missing(None, "cannot read the trust list list.yaml")]
#[case::empty(Some(""), "the trust list names no key")]
#[case::no_keys(Some("trust: []\n"), "the trust list names no key")]
#[case::limits_only(Some("unsigned: {seconds: 5}\n"), "the trust list names no key")]
#[case::not_a_list(Some("trust: {}\n"), "`trust` must be a list of keys")]
#[case::no_key(Some("trust:\n  - {name: a, key: b}\n"), "`key` is no public key of Ed25519")]
#[case::a_list(Some("- {name: a, key: b}\n"), "must be a map")]
#[case::more(Some("packs: []\n"), "a trust list holds `trust` and `unsigned`, not `packs`")]
#[case::unknown(Some("keys: []\n"), "there is no key `keys`")]
#[case::broken(Some("trust: [\n"), "list.yaml:")]
fn mistakes_in_a_trust_list_of_the_caller(#[case] text: Option<&str>, #[case] words: &str) {
    let workspace = signed();
    if let Some(text) = text {
        workspace.write("list.yaml", text.as_bytes());
    }
    for command in [&["scan", "src"][..], &["test", "acme"], &["pack", "verify", "acme.tar.gz"]] {
        workspace.run(&[command, &["--trust", "list.yaml"]].concat()).says(2, &[words]);
    }
}

#[rstest]
#[case::not_a_list("trust: {}\n", "`trust` must be a list of keys")]
#[case::no_name("trust:\n  - key: x\n", "a trusted key needs `name`")]
#[case::no_key("trust:\n  - {name: a, key: b}\n", "`key` is no public key of Ed25519")]
#[case::memory("unsigned: {memory: 0}\n", "`memory` must be a whole number from 1 to 1048576")]
#[case::seconds("unsigned: {seconds: soon}\n", "`seconds` must be a whole number from 1 to 86400")]
fn mistakes_in_a_trust_list(#[case] text: &str, #[case] words: &str) {
    let workspace = signed();
    workspace.write("dreadnought.yaml", text.as_bytes());
    workspace.run(&["scan", "src", "--pack", "acme"]).says(2, &[words]);
    workspace.run(&["test", "acme"]).says(2, &[words]);
    workspace.run(&["pack", "verify", "acme.tar.gz"]).says(2, &[words]);
}

// ---- a process of its own

/// Signed or not, in a child or not: the same bytes.
#[test]
fn a_child_gives_the_same_results() {
    let workspace = signed();
    let arguments = ["src", "--no-builtin", "-o", "json", "--pack"];
    let run = |pack: &str| workspace.run(&[&["scan"], &arguments[..], &[pack]].concat());
    let inside = |pack: &str| {
        workspace.run(&[&["--inside", "4096,60", "scan"], &arguments[..], &[pack]].concat())
    };
    let of = |run: &Run| (run.code(), run.stdout(), run.stderr());
    assert_eq!(of(&run("acme")), of(&inside("acme")));
    assert_eq!(of(&run("acme.tar.gz")), of(&inside("acme.tar.gz")));
}

/// A list that is twice as long with every line.
fn doubled() -> String {
    let line = |at: usize| format!("\ta{} := array.concat(a{at}, a{at})\n", at + 1);
    (0..6).map(line).collect::<Vec<_>>().concat()
}

/// Rego that takes more memory than it may costs the child, not the parent: one clear message.
#[cfg(target_os = "linux")]
#[test]
fn memory_is_limited() {
    let workspace = workspace();
    let greedy = REGO.replace(
        "\tcount(r.attributes.name) < params.most",
        &format!(
            "\ta0 := numbers.range(1, 10000)\n{}\tlists := [array.concat(a6, [i]) | some i in numbers.range(1, 5000)]\n\t\
             count(lists) > params.most",
            doubled()
        ),
    );
    workspace.write("acme/rules/queue_name.rego", greedy.as_bytes());
    workspace.write("dreadnought.yaml", b"unsigned: {memory: 1}\n");
    let run = workspace.run(&["scan", "src", "--no-builtin", "--pack", "acme", "--threads", "1"]);
    run.says(
        2,
        &["signed was stopped (acme): it took too much memory", "`unsigned` in dreadnought.yaml"],
    );
}

/// So does Rego that takes more time; a child that is stopped ends at once.
#[test]
fn time_is_limited() {
    let workspace = workspace();
    let slow = REGO.replace(
        "\tcount(r.attributes.name) < params.most",
        "\tcount([1 | some i in numbers.range(1, 5000); some j in numbers.range(1, 5000); i * j == 7]) > params.most",
    );
    workspace.write("acme/rules/queue_name.rego", slow.as_bytes());
    workspace.write("dreadnought.yaml", b"unsigned: {seconds: 1}\n");
    let run = workspace.run(&["scan", "src", "--no-builtin", "--pack", "acme"]);
    run.says(2, &["was stopped (acme): it took too long"]);
}

/// A pack without Rego needs no process of its own: CEL is counted step by step.
#[test]
fn no_child_without_rego() {
    let workspace = workspace();
    fs::remove_file(workspace.path("acme/rules/queue_name.rego")).unwrap();
    workspace.write("dreadnought.yaml", b"unsigned: {seconds: 1, memory: 1}\n");
    workspace.run(&["scan", "src", "--no-builtin", "--pack", "acme"]).says(0, &["acme/slow-queue"]);
}

/// For OPA, a bundle defines the built-in functions of ours that its modules call.
#[test]
fn built_in_functions_for_opa() {
    let workspace = workspace();
    let calls = "\n\nlisted(r) if dreadnought.glob(\"a*\", r.name)\n\n# dreadnought.semver(\"1\") is not called here\n\
                 near(r) if dreadnought.cidr_contains(\"10.0.0.0/8\", r.name)\n\nnew(r) if dreadnought.semver(r.name)\n";
    workspace.write("acme/rules/queue_name.rego", format!("{REGO}{calls}").as_bytes());
    let run = workspace.run(&["pack", "build", "acme", "-o", "acme.tar.gz"]);
    run.says(0, &["sha256:"]);
    let bundle = Bundle::read(&fs::read(workspace.path("acme.tar.gz")).unwrap()).unwrap();
    let files = &bundle.manifest.files;
    assert!(files.contains_key("vendor/builtins/builtins.rego"));
    let own = "vendor/builtins/dreadnought.acme.short_name.rego";
    assert!(files.contains_key(own), "{files:?}");
    let text = String::from_utf8(bundle.files.read(own).unwrap()).unwrap();
    for name in ["glob", "cidr_contains", "semver"] {
        assert!(text.contains(&format!("\ndreadnought.{name}(")), "{text}");
    }
    assert!(!text.contains("statements"), "only what is called");
    // A pack that calls none has none of it.
    workspace.write("acme/rules/queue_name.rego", REGO.as_bytes());
    workspace.run(&["pack", "build", "acme", "-o", "acme.tar.gz"]).says(0, &["sha256:"]);
    let bundle = Bundle::read(&fs::read(workspace.path("acme.tar.gz")).unwrap()).unwrap();
    assert!(!bundle.manifest.files.keys().any(|path| path.starts_with("vendor/builtins")));
}

/// Each built-in function of ours is there for OPA.
#[test]
fn every_function_is_there_for_opa() {
    let ours = include_str!("../../src/engine/rego/library/houses.rs");
    let theirs = include_str!("../../src/cli/templates/opa/builtins.rego");
    let known = include_str!("../../src/cli/commands/publish_opa.rs");
    let names =
        ours.split("name: \"dreadnought.").skip(1).filter_map(|rest| rest.split('"').next());
    let names: Vec<&str> = names.collect();
    assert!(names.len() >= 11, "{names:?}");
    for name in names {
        assert!(theirs.contains(&format!("\n{name}(")), "{name}");
        assert!(known.contains(&format!("(\"{name}\", ")), "{name}");
    }
}

/// What stands in bundles for OPA gives what the built-in functions give, here in our own engine; `tests/opa.py` asks OPA.
#[test]
fn policies_and_versions_in_rego() {
    use dreadnought::engine::rego::Module;
    let policies = json!([
        {"Statement": {"Effect": "allow", "Action": "s3:*", "Resource": "*"}},
        {"Statement": [{"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "arn:x/*"}, {"Effect": "DENY", "Action": "s3:Put*", "Resource": "*"}]},
        {"statement": [{"Effect": "Allow", "Action": "s3:Get?", "Principal": {"AWS": ["123456789012", 7], "Service": "x"}, "Condition": {"a": 1}}, null, 3]},
        "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"NotResource\": \"a*\"}}",
        {"Statement": {"Effect": "Allow", "NotAction": "s3", "Principal": "*"}},
        "no policy", {}, null, [], 5,
        [{"effect": "Allow", "actions": ["s3:*"], "resources": ["a(b)"], "not_principals": ["x"]}]
    ]);
    let asked = json!([
        "*",
        "s3:*",
        "S3:GetObject",
        "s3*",
        "s3:Get?",
        "iam:x",
        "arn:x/1",
        "a(b)",
        "x",
        "123456789012",
        "arn:aws:iam::123456789012:root"
    ]);
    let versions = json!([
        "1",
        "v1.2",
        "01.2.3",
        "1.2.3-rc.1",
        "1.2.3-rc.2+b",
        "1.2.3",
        "2.0",
        "1.2-",
        "1.2.3.4",
        "x",
        "18446744073709551616",
        " 1.10.0 "
    ]);
    let constraints = json!([
        "1.2.3",
        ">= 1.2, < 2",
        "~> 1.2",
        "~>1.2.3-rc.1",
        "^0.1",
        "^1",
        "~1.2",
        "1.x",
        "*",
        "!= 1",
        "",
        "1 || 2",
        "1 ||",
        ">= 1,",
        "=> 1",
        "1.2.x-a",
        "< v2"
    ]);
    let names = json!([
        "DB_PASSWORD",
        "apiKey",
        "pull_secret",
        "token-base64",
        "DATABASE_URL",
        "stage",
        "Key2",
        5
    ]);
    let values = json!([
        "qT7-harbour-9",
        "harbour",
        "root",
        "change-me",
        "${x}",
        "projects/x",
        "postgres://u:qT7-harbour-9@h",
        "Server=x;Password=qT7-harbour-9;",
        "",
        7
    ]);
    let scripts = json!([
        "a=1\npassword=qT7-harbour-9\n",
        "run --password=qT7-harbour-9",
        "# token: FROM_VAULT\n",
        "-----BEGIN PRIVATE KEY-----\n",
        "x AKIAIOSFODNN7SHOPABC",
        "'url' => 'postgres://u:qT7-harbour-9@h'",
        "",
        false
    ]);
    let mut test = String::from("package t\n\nimport data.dreadnought.lib.builtins\n\n");
    let mut data = serde_json::Map::new();
    for (name, list) in [
        ("policies", policies),
        ("asked", asked),
        ("resources", json!(["*", "arn:x/1", "a(b)", "s3*"])),
        ("versions", versions),
        ("constraints", constraints),
        ("names", names),
        ("values", values),
        ("scripts", scripts),
    ] {
        data.insert(name.to_owned(), list);
    }
    for (name, over) in [
        ("statements", "p"),
        ("policy_allows", "p, a, b"),
        ("policy_allows_always", "p, a, b"),
        ("policy_allows_to", "p, a, b, a"),
        ("policy_allows_always_to", "p, a, a, b"),
        ("semver", "v"),
        ("semver_satisfies", "v, c"),
        ("is_secret", "n, w"),
        ("holds_secret", "s"),
        ("script_holds_secret", "s"),
    ] {
        let mut loops = String::new();
        for (letter, list) in [
            ("p", "policies"),
            ("a", "asked"),
            ("b", "resources"),
            ("v", "versions"),
            ("c", "constraints"),
            ("n", "names"),
            ("w", "values"),
            ("s", "scripts"),
        ] {
            if over.contains(letter) {
                writeln!(loops, "\tsome {letter} in data.{list}").unwrap();
            }
        }
        write!(
            test,
            "wrong contains [\"{name}\", [{over}], theirs, ours] if {{\n{loops}\ttheirs := [x | x := builtins.{name}({over})]\n\tours := [x | x := dreadnought.{name}({over})]\n\ttheirs != ours\n}}\n\n\
             right contains [\"{name}\", theirs] if {{\n{loops}\ttheirs := [x | x := builtins.{name}({over})]\n}}\n\n"
        )
        .unwrap();
    }
    crate::rego::on_stack(|| {
        let module = |name: &str, text: &str| Module { name: name.to_owned(), text: text.into() };
        let builtins = include_str!("../../src/cli/templates/opa/builtins.rego");
        let options =
            dreadnought::engine::rego::Options { data: Some(data.into()), ..Default::default() };
        let modules = vec![
            module("b.rego", builtins),
            module("s.rego", &dreadnought::engine::secrets::in_rego()),
            module("t.rego", &test),
        ];
        let (policies, errors) = dreadnought::engine::rego::compile_with(modules, &options);
        assert_eq!(errors, []);
        let policies = policies.with_time_limit(std::time::Duration::from_mins(5));
        let get = |rule: &str| policies.evaluate(rule, &json!({})).unwrap().unwrap();
        assert_eq!(get("data.t.wrong"), json!([]));
        // Each gives more than one thing.
        let right = get("data.t.right");
        let given = right.as_array().unwrap();
        for name in [
            "policy_allows",
            "policy_allows_always",
            "policy_allows_to",
            "policy_allows_always_to",
            "semver_satisfies",
            "is_secret",
            "holds_secret",
            "script_holds_secret",
        ] {
            for answer in [json!([true]), json!([false])] {
                assert!(given.contains(&json!([name, answer])), "{name} {answer}");
            }
        }
    });
}

/// What stands in bundles for OPA gives what the built-in functions give.
#[test]
fn built_in_functions_in_rego() {
    use dreadnought::engine::rego::{Module, compile};
    let ranges = [
        "0.0.0.0/0",
        "::/0",
        "10.0.0.0/8",
        "10.1.0.0/16",
        "10.1.2.3",
        " 10.1.2.0/24 ",
        "192.168.0.0/16",
        "2001:db8::/32",
        "2001:db8::1",
        "fe80::/10",
        "none",
        "",
        "10.0.0.0/33",
    ];
    let texts = ["", "a", "ab", "a.b", "a*b", "module.edge.lb", "*", "a(b", "line\nline"];
    let patterns =
        ["", "*", "a*", "*b", "a*b", "a.b", "module.*.lb", "?", "a(*", "line*line", "[ab]"];
    let list = |texts: &[&str]| serde_json::to_string(texts).unwrap();
    let test = format!(
        "package t\n\nimport data.dreadnought.lib.builtins\n\nranges := {}\n\ntexts := {}\n\npatterns := {}\n\n\
         wrong contains [\"glob\", p, t] if {{\n\tsome p in patterns\n\tsome t in texts\n\tbuiltins.glob(p, t) != dreadnought.glob(p, t)\n}}\n\n\
         wrong contains [\"any\", r] if {{\n\tsome r in ranges\n\tbuiltins.cidr_is_any(r) != dreadnought.cidr_is_any(r)\n}}\n\n\
         wrong contains [\"contains\", a, b] if {{\n\tsome a in ranges\n\tsome b in ranges\n\tbuiltins.cidr_contains(a, b) != dreadnought.cidr_contains(a, b)\n}}\n\n\
         right contains [p, t] if {{\n\tsome p in patterns\n\tsome t in texts\n\tbuiltins.glob(p, t)\n}}\n",
        list(&ranges),
        list(&texts),
        list(&patterns)
    );
    crate::rego::on_stack(|| {
        let module = |name: &str, text: &str| Module { name: name.to_owned(), text: text.into() };
        let builtins = include_str!("../../src/cli/templates/opa/builtins.rego");
        let (policies, errors) = compile(vec![
            module("b.rego", builtins),
            module("s.rego", &dreadnought::engine::secrets::in_rego()),
            module("t.rego", &test),
        ]);
        assert_eq!(errors, []);
        let get = |rule: &str| policies.evaluate(rule, &serde_json::json!({})).unwrap().unwrap();
        assert_eq!(get("data.t.wrong"), serde_json::json!([]));
        assert!(get("data.t.right").as_array().unwrap().len() > 12);
    });
}
