//! `.manifest` of a bundle: what OPA reads, and under `metadata.dreadnought` the pack and a digest of every file.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::signature::SIGNATURES;
use super::{Refusal, digest};

/// The manifest's name in a bundle.
pub const MANIFEST: &str = ".manifest";

/// What a bundle says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The pack.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Roots of its Rego packages: `dreadnought/acme`.
    pub roots: Vec<String>,
    /// The digest of every file but the manifest and signatures.
    pub files: BTreeMap<String, String>,
}

impl Manifest {
    pub(super) fn new(
        name: &str,
        version: &str,
        roots: Vec<String>,
        files: &BTreeMap<String, Vec<u8>>,
    ) -> Self {
        let files = files.iter().map(|(path, content)| (path.clone(), digest(content)));
        Self { name: name.to_owned(), version: version.to_owned(), roots, files: files.collect() }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let files: serde_json::Map<String, Json> = self
            .files
            .iter()
            .map(|(path, digest)| (path.clone(), digest.as_str().into()))
            .collect();
        let json = json!({
            "revision": self.version,
            "roots": self.roots,
            "rego_version": 1,
            "metadata": {"dreadnought": {"name": self.name, "version": self.version, "files": files}},
        });
        let mut bytes = serde_json::to_vec_pretty(&json).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let json: Json = serde_json::from_slice(bytes)
            .map_err(|error| Refusal::new(format!("`{MANIFEST}` does not read: {error}")))?;
        let missing = |what: &str| Refusal::new(format!("`{MANIFEST}` does not state {what}"));
        let ours = &json["metadata"]["dreadnought"];
        let text = |value: &Json, what: &str| {
            value.as_str().map(str::to_owned).ok_or_else(|| missing(what))
        };
        let roots = json["roots"].as_array().ok_or_else(|| missing("its roots"))?;
        let files = ours["files"].as_object().ok_or_else(|| missing("its files"))?;
        let file = |(path, digest): (&String, &Json)| {
            Ok((path.clone(), text(digest, &format!("the digest of `{path}`"))?))
        };
        Ok(Self {
            name: text(&ours["name"], "the pack's name")?,
            version: text(&ours["version"], "the pack's version")?,
            roots: roots.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
            files: files.iter().map(file).collect::<Result<_, Refusal>>()?,
        })
    }

    /// Every file is named with its digest, and every named file is there.
    pub(super) fn check(&self, files: &BTreeMap<String, Vec<u8>>) -> Result<(), Refusal> {
        for (path, content) in
            files.iter().filter(|(path, _)| ![MANIFEST, SIGNATURES].contains(&path.as_str()))
        {
            let Some(stated) = self.files.get(path) else {
                return Err(Refusal::new(format!(
                    "it holds `{path}`, which `{MANIFEST}` does not name"
                )));
            };
            if *stated != digest(content) {
                return Err(Refusal::new(format!(
                    "`{path}` is not what `{MANIFEST}` says: it was changed"
                )));
            }
        }
        match self.files.keys().find(|path| !files.contains_key(*path)) {
            Some(path) => Err(Refusal::new(format!("`{path}` is missing, `{MANIFEST}` names it"))),
            None => Ok(()),
        }
    }
}
