//! The gzip form of a text, byte for byte as Terraform's own compressor writes it (that of Go, default level).
//!
//! Source: RFC 1952; which of the many valid forms it is, by comparison with Terraform.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Host;
use super::argument::{text, unknown_text};
use super::{deflate, huffman};
use crate::normalize::terraform::value::Value;

/// The longest text that fits the compressor's window as a whole. It treats longer ones in parts, which is not done here.
const MAX_BYTES: usize = 65_000;

pub(super) fn base64gzip(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let text = text(&arguments[0])?;
    if text.len() > MAX_BYTES {
        let reason = format!("base64gzip() of more than {MAX_BYTES} bytes is not computed");
        return Ok(unknown_text(&reason));
    }
    Ok(Value::string(STANDARD.encode(gzip(text.as_bytes(), true))))
}

/// The gzip form of a text as Go's compressor writes it in one go; `None` for a longer text than that is known of.
pub(super) fn base64_of_gzip(text: &str) -> Option<String> {
    (text.len() <= MAX_BYTES).then(|| STANDARD.encode(gzip(text.as_bytes(), false)))
}

/// The gzip form. Terraform flushes before it closes, which leaves an empty block.
fn gzip(bytes: &[u8], flushed: bool) -> Vec<u8> {
    // Deflate, no flags, no time, no extra flags, an unknown system.
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    let mut bits = huffman::Bits::default();
    for block in deflate::blocks(bytes) {
        huffman::write_block(&block, &mut bits);
    }
    if flushed {
        bits.stored(&[], false);
    }
    bits.stored(&[], true);
    out.extend(bits.finish());
    out.extend(checksum(bytes).to_le_bytes());
    out.extend(u32::try_from(bytes.len()).unwrap_or_default().to_le_bytes());
    out
}

/// CRC-32 as gzip has it.
fn checksum(bytes: &[u8]) -> u32 {
    let step = |sum: u32| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 };
    !bytes.iter().fold(!0, |sum: u32, byte| (0..8).fold(sum ^ u32::from(*byte), |sum, _| step(sum)))
}
