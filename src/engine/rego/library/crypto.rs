//! Hashes.

use std::fmt::Write as _;

use md5::Md5;
use regorus::Value;
use sha1::Sha1;
use sha2::digest::{Digest, Output};
use sha2::{Sha256, Sha512};

use super::{Answer, Builtin, owned, text};

pub(super) const TABLE: &[Builtin] = &[
    Builtin { name: "crypto.md5", arity: 1, run: |values| hash::<Md5>(values) },
    Builtin { name: "crypto.sha1", arity: 1, run: |values| hash::<Sha1>(values) },
    Builtin { name: "crypto.sha256", arity: 1, run: |values| hash::<Sha256>(values) },
    Builtin { name: "crypto.hmac.md5", arity: 2, run: |values| signed::<Md5>(values, 64) },
    Builtin { name: "crypto.hmac.sha1", arity: 2, run: |values| signed::<Sha1>(values, 64) },
    Builtin { name: "crypto.hmac.sha256", arity: 2, run: |values| signed::<Sha256>(values, 64) },
    Builtin { name: "crypto.hmac.sha512", arity: 2, run: |values| signed::<Sha512>(values, 128) },
    Builtin { name: "crypto.hmac.equal", arity: 2, run: equal },
];

pub(super) fn hexadecimal(bytes: &[u8]) -> Value {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    owned(text)
}

fn hash<D: Digest>(values: &[Value]) -> Answer {
    let digest: Output<D> = D::digest(text(values, 0)?.as_bytes());
    Ok(hexadecimal(&digest))
}

fn signed<D: Digest>(values: &[Value], block: usize) -> Answer {
    let (message, key) = (text(values, 0)?, text(values, 1)?);
    Ok(hexadecimal(&hmac::<D>(message.as_bytes(), key.as_bytes(), block)))
}

/// RFC 2104; `block` is the size of the hash's blocks.
pub(super) fn hmac<D: Digest>(message: &[u8], key: &[u8], block: usize) -> Vec<u8> {
    let mut padded = if key.len() > block { D::digest(key).to_vec() } else { key.to_vec() };
    padded.resize(block, 0);
    let with = |pad: u8| padded.iter().map(|byte| byte ^ pad).collect::<Vec<u8>>();
    let inner = D::new().chain_update(with(0x36)).chain_update(message).finalize();
    D::new().chain_update(with(0x5c)).chain_update(inner).finalize().to_vec()
}

fn equal(values: &[Value]) -> Answer {
    Ok(Value::from(text(values, 0)? == text(values, 1)?))
}
