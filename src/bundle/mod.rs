//! Bundles: a pack as one file that says what it holds, and who vouches for it.
//!
//! A bundle is a gzipped tar in OPA's layout: `.manifest` with a digest of every file, the pack's files, and `.signatures.json` once it is
//! signed. The same pack gives the same bytes. Whatever is missing, added, changed, linked or not a plain file is refused as a whole.

mod archive;
mod gzip;
mod keys;
mod manifest;
mod signature;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::source::MemoryFileSystem;

pub use keys::{PrivateKey, PublicKey};
pub use manifest::{MANIFEST, Manifest};
pub use signature::SIGNATURES;

/// Largest bundle, in bytes.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;
/// Most bytes that a bundle may hold.
pub const MAX_CONTENT: usize = 256 * 1024 * 1024;
/// Most files that a bundle may hold.
pub const MAX_FILES: usize = 20_000;
/// Largest file in a bundle, in bytes.
pub const MAX_FILE: usize = 16 * 1024 * 1024;

/// Why a bundle is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// One sentence.
    pub message: String,
    /// What to do.
    pub help: Option<&'static str>,
}

impl Refusal {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    fn help(mut self, help: &'static str) -> Self {
        self.help = Some(help);
        self
    }
}

/// A bundle that holds what it says.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// Its files.
    pub files: MemoryFileSystem,
    /// What it says of itself.
    pub manifest: Manifest,
    /// `sha256:…` of its manifest, which names every other file with its own.
    pub digest: String,
    /// Its signatures: whose, and whether the key on the trust list made them.
    signatures: Vec<signature::Signature>,
}

impl Bundle {
    /// Read a bundle; every file is checked.
    pub fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        if bytes.len() > MAX_BYTES {
            return Err(Refusal::new(format!("it is larger than {MAX_BYTES} bytes")));
        }
        let files = archive::read(&gzip::inflate(bytes)?)?;
        let text = files.get(MANIFEST).ok_or_else(|| {
            Refusal::new(format!("`{MANIFEST}` is missing")).help("make it with `pack build`")
        })?;
        let manifest = Manifest::parse(text)?;
        manifest.check(&files)?;
        let digest = digest(text);
        let signatures = match files.get(SIGNATURES) {
            Some(text) => signature::parse(text)?,
            None => Vec::new(),
        };
        Ok(Self { files: MemoryFileSystem { files }, manifest, digest, signatures })
    }

    /// Whether it has any signature.
    pub fn is_signed(&self) -> bool {
        !self.signatures.is_empty()
    }

    /// The first of these keys that signed it. A signature that claims to be by one of them and is not is refused; so is one that does not
    /// name every file as it is.
    pub fn signed_by<'k>(&self, keys: &'k [PublicKey]) -> Result<Option<&'k PublicKey>, Refusal> {
        let mut found = None;
        for signature in &self.signatures {
            let Some(key) = keys.iter().find(|key| key.id() == signature.key_id) else { continue };
            signature.check(key, &self.files.files)?;
            found = found.or(Some(key));
        }
        Ok(found)
    }

    /// The ids of the keys that its signatures name.
    pub fn key_ids(&self) -> Vec<&str> {
        self.signatures.iter().map(|signature| &*signature.key_id).collect()
    }

    /// The same bundle with a signature more, as bytes.
    pub fn sign(&self, key: &PrivateKey) -> Result<Vec<u8>, Refusal> {
        let mut files = self.files.files.clone();
        let signed = signature::sign(&files, key);
        let mut all: Vec<String> =
            self.signatures.iter().map(|signature| signature.text.clone()).collect();
        all.retain(|text| *text != signed);
        all.push(signed);
        files.insert(SIGNATURES.to_owned(), signature::write(&all));
        pack(&files)
    }
}

/// Make a bundle of a pack's files.
pub fn build(
    name: &str,
    version: &str,
    roots: Vec<String>,
    mut files: BTreeMap<String, Vec<u8>>,
) -> Result<Vec<u8>, Refusal> {
    for special in [MANIFEST, SIGNATURES] {
        files.remove(special);
    }
    let manifest = Manifest::new(name, version, roots, &files);
    files.insert(MANIFEST.to_owned(), manifest.to_bytes());
    pack(&files)
}

fn pack(files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<u8>, Refusal> {
    Ok(gzip::deflate(&archive::write(files)?))
}

/// `sha256:…`.
pub fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(&Sha256::digest(bytes)))
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
