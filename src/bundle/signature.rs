//! `.signatures.json` of a bundle, in OPA's form: JSON Web Tokens over the digests of all files, signed with Ed25519 (`EdDSA`).

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::keys::{PrivateKey, PublicKey};
use super::{MANIFEST, Refusal, hex};

/// The file of signatures in a bundle.
pub const SIGNATURES: &str = ".signatures.json";
/// Most signatures of a bundle.
const MAX_SIGNATURES: usize = 16;

/// A signature, not yet checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signature {
    /// The token.
    pub text: String,
    /// The key that it names.
    pub key_id: String,
    /// SHA-256 of every file by path.
    files: BTreeMap<String, String>,
    /// SHA-256 of the bytes of the manifest, which names the bytes of all other files.
    manifest: Option<String>,
    bytes: [u8; 64],
}

fn refuse(what: &str) -> Refusal {
    Refusal::new(format!("`{SIGNATURES}` does not read: {what}"))
}

/// Read all signatures.
pub(super) fn parse(bytes: &[u8]) -> Result<Vec<Signature>, Refusal> {
    let json: Json = serde_json::from_slice(bytes).map_err(|error| refuse(&error.to_string()))?;
    let list = json["signatures"].as_array().ok_or_else(|| refuse("it has no `signatures`"))?;
    if list.is_empty() || list.len() > MAX_SIGNATURES {
        return Err(refuse(&format!(
            "it has {} signatures, not 1 to {MAX_SIGNATURES}",
            list.len()
        )));
    }
    list.iter().map(one).collect()
}

fn one(json: &Json) -> Result<Signature, Refusal> {
    let text = json.as_str().ok_or_else(|| refuse("a signature is no text"))?;
    let mut parts = text.split('.');
    let (Some(head), Some(body), Some(bytes), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(refuse("a signature is no JSON Web Token"));
    };
    let decode =
        |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| refuse("a signature is not base64"));
    let parse = |part: &str| -> Result<Json, Refusal> {
        serde_json::from_slice(&decode(part)?).map_err(|error| refuse(&error.to_string()))
    };
    let (head, body) = (parse(head)?, parse(body)?);
    if head["alg"] != "EdDSA" {
        return Err(refuse("a signature is not of Ed25519 (`EdDSA`)"));
    }
    let key_id = head["kid"].as_str().ok_or_else(|| refuse("a signature names no key"))?;
    let files = body["files"].as_array().ok_or_else(|| refuse("a signature names no files"))?;
    let file = |file: &Json| {
        let is_sha = file["algorithm"] == "SHA-256";
        let pair = file["name"].as_str().zip(file["hash"].as_str()).filter(|_| is_sha);
        pair.map(|(name, hash)| (name.to_owned(), hash.to_owned()))
            .ok_or_else(|| refuse("a signature names a file without SHA-256"))
    };
    Ok(Signature {
        text: text.to_owned(),
        key_id: key_id.to_owned(),
        files: files.iter().map(file).collect::<Result<_, _>>()?,
        manifest: body["manifest"].as_str().map(str::to_owned),
        bytes: decode(bytes)?.try_into().map_err(|_| refuse("a signature is not 64 bytes long"))?,
    })
}

impl Signature {
    /// That a key made it, over exactly these files.
    pub(super) fn check(
        &self,
        key: &PublicKey,
        files: &BTreeMap<String, Vec<u8>>,
    ) -> Result<(), Refusal> {
        let signed = self.text.rsplit_once('.').map_or("", |(signed, _)| signed);
        if !key.verifies(signed.as_bytes(), &self.bytes) {
            let message = format!("the signature by `{}` is wrong", key.name);
            return Err(Refusal::new(message).help("it was changed after it was signed, or forged"));
        }
        // Two texts of one JSON document have one digest for OPA: the bytes count, too.
        if self.files != digests(files) || self.manifest != manifest(files) {
            let message = format!("the signature by `{}` is not about these files", key.name);
            return Err(Refusal::new(message).help("it was changed after it was signed"));
        }
        Ok(())
    }
}

/// SHA-256 of every file but the signatures.
fn digests(files: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, String> {
    let signed = files.iter().filter(|(path, _)| *path != SIGNATURES);
    signed.map(|(path, content)| (path.clone(), digest(path, content))).collect()
}

/// SHA-256 as OPA takes it: of what is in a document that it loads as data, of the bytes of everything else.
fn digest(path: &str, content: &[u8]) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    let is_data = matches!(name, MANIFEST | "data.json");
    match serde_json::from_slice(content).ok().filter(|_| is_data) {
        Some(json) => {
            let mut text = String::with_capacity(content.len());
            canonical(&json, &mut text);
            hex(&Sha256::digest(text))
        }
        None => hex(&Sha256::digest(content)),
    }
}

/// A document in the one form that is hashed: keys sorted, no blanks.
fn canonical(json: &Json, text: &mut String) {
    match json {
        Json::Array(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                canonical(item, text);
            }
            text.push(']');
        }
        Json::Object(members) => {
            let sorted: BTreeMap<&String, &Json> = members.iter().collect();
            text.push('{');
            for (at, (key, value)) in sorted.into_iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                canonical(&Json::from(key.as_str()), text);
                text.push(':');
                canonical(value, text);
            }
            text.push('}');
        }
        // Go writes these two as escapes.
        Json::String(_) => {
            let own = json.to_string();
            text.push_str(&own.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029"));
        }
        other => text.push_str(&other.to_string()),
    }
}

/// SHA-256 of the manifest's bytes.
fn manifest(files: &BTreeMap<String, Vec<u8>>) -> Option<String> {
    files.get(MANIFEST).map(|content| hex(&Sha256::digest(content)))
}

/// Sign files; the token.
pub(super) fn sign(files: &BTreeMap<String, Vec<u8>>, key: &PrivateKey) -> String {
    let id = key.public("").id();
    let manifest = manifest(files);
    let files: Vec<Json> = digests(files)
        .into_iter()
        .map(|(name, hash)| json!({"name": name, "hash": hash, "algorithm": "SHA-256"}))
        .collect();
    let encode = |json: Json| URL_SAFE_NO_PAD.encode(json.to_string());
    let head = encode(json!({"alg": "EdDSA", "kid": id}));
    let signed = format!("{head}.{}", encode(json!({"files": files, "manifest": manifest})));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// The file of signatures.
pub(super) fn write(signatures: &[String]) -> Vec<u8> {
    let mut bytes =
        serde_json::to_vec_pretty(&json!({"signatures": signatures})).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}
