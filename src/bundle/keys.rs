//! Ed25519 keys in PEM, as `openssl genpkey -algorithm ed25519` writes them: 32 bytes behind a fixed head.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

use super::hex;

/// PKCS#8 before the 32 bytes of a private key.
const PRIVATE: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
/// `SubjectPublicKeyInfo` before the 32 bytes of a public key.
const PUBLIC: [u8; 12] = [0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0];

/// Signs bundles.
pub struct PrivateKey(SigningKey);

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey")
    }
}

impl PrivateKey {
    /// A key made of 32 random bytes.
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(bytes))
    }

    /// From PEM; `None` where it is none of Ed25519.
    pub fn parse(text: &str) -> Option<Self> {
        Some(Self::new(&body(text, "PRIVATE KEY", &PRIVATE)?))
    }

    /// As PEM.
    pub fn to_pem(&self) -> String {
        pem("PRIVATE KEY", &PRIVATE, self.0.as_bytes())
    }

    /// The key that verifies what it signs.
    pub fn public(&self, name: &str) -> PublicKey {
        PublicKey { name: name.to_owned(), key: self.0.verifying_key() }
    }

    pub(super) fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.0.sign(bytes).to_bytes()
    }
}

/// Verifies bundles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// Whose it is.
    pub name: String,
    key: VerifyingKey,
}

impl PublicKey {
    /// From PEM, or from the one line between its marks; `None` where it is none of Ed25519.
    pub fn parse(name: &str, text: &str) -> Option<Self> {
        let bytes = body(text, "PUBLIC KEY", &PUBLIC)?;
        let key = VerifyingKey::from_bytes(&bytes).ok().filter(|key| !key.is_weak())?;
        Some(Self { name: name.to_owned(), key })
    }

    /// As PEM.
    pub fn to_pem(&self) -> String {
        pem("PUBLIC KEY", &PUBLIC, self.key.as_bytes())
    }

    /// The one line between the marks of its PEM.
    pub fn to_line(&self) -> String {
        STANDARD.encode([&PUBLIC[..], self.key.as_bytes()].concat())
    }

    /// What signatures call it.
    pub fn id(&self) -> String {
        hex(&Sha256::digest(self.key.as_bytes())[..8])
    }

    /// Whether it verifies; small-order keys and malleable signatures never do.
    pub(super) fn verifies(&self, bytes: &[u8], signature: &[u8; 64]) -> bool {
        self.key.verify_strict(bytes, &Signature::from_bytes(signature)).is_ok()
    }
}

fn pem(label: &str, head: &[u8], key: &[u8; 32]) -> String {
    let body = STANDARD.encode([head, key].concat());
    format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
}

/// The 32 bytes behind a head.
fn body(text: &str, label: &str, head: &[u8]) -> Option<[u8; 32]> {
    let text = text.trim();
    let inner = match text.strip_prefix(&format!("-----BEGIN {label}-----")) {
        Some(rest) => rest.strip_suffix(&format!("-----END {label}-----"))?,
        None => text,
    };
    let line: String = inner.chars().filter(|c| !c.is_whitespace()).collect();
    STANDARD.decode(line).ok()?.strip_prefix(head)?.try_into().ok()
}
