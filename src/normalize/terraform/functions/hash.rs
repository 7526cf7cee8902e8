//! Digests.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::Host;
use super::argument::text;
use crate::normalize::terraform::value::Value;

/// A digest of bytes as a function prints it.
pub(super) type Print = fn(&[u8]) -> String;

pub(super) fn md5_hex(bytes: &[u8]) -> String {
    hex(&Md5::digest(bytes))
}
pub(super) fn sha1_hex(bytes: &[u8]) -> String {
    hex(&Sha1::digest(bytes))
}
pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
pub(super) fn sha512_hex(bytes: &[u8]) -> String {
    hex(&Sha512::digest(bytes))
}
pub(super) fn sha256_base64(bytes: &[u8]) -> String {
    STANDARD.encode(Sha256::digest(bytes))
}
pub(super) fn sha512_base64(bytes: &[u8]) -> String {
    STANDARD.encode(Sha512::digest(bytes))
}

/// Whether a provider keeps this digest in the place of a text, which may be one in base64.
pub fn is_kept_for(digest: &str, text: &str) -> bool {
    digest.len() == 40
        && (sha1_hex(text.as_bytes()) == digest
            || STANDARD.decode(text).is_ok_and(|bytes| sha1_hex(&bytes) == digest))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(hex_digit).collect()
}

fn hex_digit(value: u8) -> char {
    char::from_digit(u32::from(value), 16).unwrap_or('0')
}

fn digest(arguments: &[Value], print: Print) -> Result<Value, String> {
    Ok(Value::string(print(text(&arguments[0])?.as_bytes())))
}

pub(super) fn md5(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    digest(arguments, md5_hex)
}
pub(super) fn sha1(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    digest(arguments, sha1_hex)
}
pub(super) fn sha256(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    digest(arguments, sha256_hex)
}
pub(super) fn sha512(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    digest(arguments, sha512_hex)
}
pub(super) fn base64sha256(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    digest(arguments, sha256_base64)
}
pub(super) fn base64sha512(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    digest(arguments, sha512_base64)
}

/// The bytes that all namespaces of RFC 4122 share but the fourth.
const NAMESPACE: [u8; 16] = [
    0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8,
];

pub(super) fn uuidv5(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let name = text(&arguments[0])?;
    let standard = |fourth: u8| {
        let mut namespace = NAMESPACE;
        namespace[3] = fourth;
        namespace
    };
    let namespace = match name {
        "dns" => standard(0x10),
        "url" => standard(0x11),
        "oid" => standard(0x12),
        "x500" => standard(0x14),
        _ => parse_uuid(name).ok_or_else(|| {
            format!("{name:?} is no namespace; use \"dns\", \"url\", \"oid\", \"x500\" or a UUID")
        })?,
    };
    let mut hasher = Sha1::new();
    hasher.update(namespace);
    hasher.update(text(&arguments[1])?.as_bytes());
    let mut bytes: Vec<u8> = hasher.finalize()[..16].to_vec();
    bytes[6] = bytes[6] & 0x0f | 0x50;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let digits = hex(&bytes);
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    Ok(Value::string(parts.join("-")))
}

fn parse_uuid(text: &str) -> Option<[u8; 16]> {
    let dashes = text.bytes().enumerate().filter(|(_, byte)| *byte == b'-').map(|(at, _)| at);
    if text.len() != 36 || dashes.ne([8, 13, 18, 23]) {
        return None;
    }
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    let number = u128::from_str_radix(&digits, 16).ok()?;
    Some(number.to_be_bytes())
}
