//! JSON Web Tokens: what they say, and whether a shared secret signed them. Their dates are not looked at: there is no clock.

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use regorus::Value;
use sha2::digest::Digest;
use sha2::{Sha256, Sha384, Sha512};

use super::crypto::{hexadecimal, hmac};
use super::{Answer, Builtin, Refusal, refuse, text};

pub(super) const TABLE: &[Builtin] = &[
    Builtin { name: "io.jwt.decode", arity: 1, run: decode },
    Builtin { name: "io.jwt.verify_hs256", arity: 2, run: |values| verify::<Sha256>(values, 64) },
    Builtin { name: "io.jwt.verify_hs384", arity: 2, run: |values| verify::<Sha384>(values, 128) },
    Builtin { name: "io.jwt.verify_hs512", arity: 2, run: |values| verify::<Sha512>(values, 128) },
];

/// Tokens within tokens.
const MAX_NESTED: usize = 8;
/// With padding or without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The three parts of a token, as they are written.
fn parts(token: &str) -> Result<[&str; 3], Refusal> {
    let parts: Vec<&str> = token.split('.').collect();
    match parts.as_slice() {
        [_] => refuse("encoded JWT had no period separators"),
        [header, payload, signature] => Ok([header, payload, signature]),
        parts => refuse(format!("encoded JWT must have 3 sections, found {}", parts.len())),
    }
}

fn bytes(part: &str, name: &str) -> Result<Vec<u8>, Refusal> {
    match BASE64.decode(part) {
        Ok(bytes) => Ok(bytes),
        Err(_) => refuse(format!("JWT {name} had invalid encoding")),
    }
}

fn object(part: &str, name: &str) -> Result<serde_json::Map<String, serde_json::Value>, Refusal> {
    match serde_json::from_slice(&bytes(part, name)?) {
        Ok(serde_json::Value::Object(map)) => Ok(map),
        _ => refuse(format!("JWT {name} is no JSON object")),
    }
}

/// Header, payload and signature. The payload of a token around tokens is the innermost one's.
fn decode(values: &[Value]) -> Answer {
    let mut token = text(values, 0)?.to_owned();
    for _ in 0..MAX_NESTED {
        let [header, payload, signature] = parts(&token)?;
        let header = object(header, "header")?;
        if header.contains_key("enc") {
            return refuse("JWT is a JWE object, which is not supported");
        }
        if header.get("cty").and_then(serde_json::Value::as_str) == Some("JWT") {
            // A text in quotes, or the token as it is.
            let inner = bytes(payload, "payload")?;
            let inner = String::from_utf8_lossy(&inner);
            inner.trim_matches('"').clone_into(&mut token);
            continue;
        }
        let payload = object(payload, "payload")?;
        let signature = bytes(signature, "signature")?;
        let said = [header, payload].map(|map| Value::from(serde_json::Value::Object(map)));
        let [header, payload] = said;
        return Ok(Value::from(vec![header, payload, hexadecimal(&signature)]));
    }
    Err(Refusal::Bound(format!("io.jwt.decode: more than {MAX_NESTED} tokens within one another")))
}

/// Whether a secret signed it; `block` is the size of the hash's blocks.
fn verify<D: Digest>(values: &[Value], block: usize) -> Answer {
    let (token, secret) = (text(values, 0)?, text(values, 1)?);
    let [header, payload, signature] = parts(token)?;
    object(header, "header")?;
    let signature = bytes(signature, "signature")?;
    let signed = format!("{header}.{payload}");
    Ok(Value::from(hmac::<D>(signed.as_bytes(), secret.as_bytes(), block) == signature))
}
