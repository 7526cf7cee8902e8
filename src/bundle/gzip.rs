//! Gzip with one member, no name and no time: the same bytes for the same content.

use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::decompress_to_vec_with_limit;

use super::{MAX_CONTENT, Refusal};

/// Magic, deflate, no flags, no time, no extra flags, unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
const LEVEL: u8 = 9;

pub(super) fn deflate(content: &[u8]) -> Vec<u8> {
    let mut bytes = HEADER.to_vec();
    bytes.extend(compress_to_vec(content, LEVEL));
    bytes.extend(crc(content).to_le_bytes());
    // The length modulo 2^32, as the format has it.
    #[expect(clippy::cast_possible_truncation, reason = "the format keeps the low 32 bits")]
    bytes.extend((content.len() as u32).to_le_bytes());
    bytes
}

/// The content, at most [`MAX_CONTENT`] bytes whatever the archive says of itself.
pub(super) fn inflate(bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
    let broken = |what: &str| Refusal::new(format!("it is no bundle: {what}"));
    let is_gzip = bytes.len() >= HEADER.len() + 8 && bytes[..3] == HEADER[..3];
    if !is_gzip {
        return Err(broken("it is not gzipped").help("make it with `pack build`"));
    }
    if bytes[3] != 0 {
        return Err(broken("its gzip header has flags, which `pack build` does not write"));
    }
    let (body, trailer) = bytes[HEADER.len()..].split_at(bytes.len() - HEADER.len() - 8);
    let content = decompress_to_vec_with_limit(body, MAX_CONTENT).map_err(|error| {
        if error.status == TINFLStatus::HasMoreOutput {
            let message = format!("it holds more than {MAX_CONTENT} bytes, which is the limit");
            Refusal::new(message)
        } else {
            broken("its compressed data is damaged")
        }
    })?;
    if trailer[..4] != crc(&content).to_le_bytes() {
        return Err(broken("its checksum is wrong"));
    }
    Ok(content)
}

/// CRC-32 as gzip has it.
fn crc(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = table();
    let step = |crc: u32, byte: &u8| TABLE[((crc ^ u32::from(*byte)) & 0xff) as usize] ^ (crc >> 8);
    !bytes.iter().fold(!0, step)
}

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "below 256")]
        let mut crc = at as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 };
            bit += 1;
        }
        table[at] = crc;
        at += 1;
    }
    table
}
