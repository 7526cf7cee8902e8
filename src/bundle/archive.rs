//! Tar as `pack build` writes it: plain files in ustar, sorted, without owner and time. Anything else is refused.

use std::collections::BTreeMap;

use super::{MAX_FILE, MAX_FILES, Refusal};
use crate::source::normalize;

const BLOCK: usize = 512;

/// Write files in order of their paths.
pub(super) fn write(files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<u8>, Refusal> {
    if files.len() > MAX_FILES {
        return Err(Refusal::new(format!("it would hold more than {MAX_FILES} files")));
    }
    let mut bytes = Vec::new();
    for (path, content) in files {
        if content.len() > MAX_FILE {
            return Err(Refusal::new(format!("`{path}` is larger than {MAX_FILE} bytes")));
        }
        bytes.extend(header(path, content.len())?);
        bytes.extend(content);
        bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
    }
    bytes.resize(bytes.len() + 2 * BLOCK, 0);
    Ok(bytes)
}

fn header(path: &str, size: usize) -> Result<[u8; BLOCK], Refusal> {
    let mut header = [0; BLOCK];
    let (prefix, name) = split(path)
        .ok_or_else(|| Refusal::new(format!("the path `{path}` is too long for a bundle")))?;
    let mut put = |at: usize, text: &[u8]| header[at..at + text.len()].copy_from_slice(text);
    put(0, name.as_bytes());
    put(100, b"0000644\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{size:011o}\0").as_bytes());
    put(136, b"00000000000\0");
    put(148, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    put(345, prefix.as_bytes());
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    Ok(header)
}

/// A path as prefix and name: 155 and 100 bytes.
fn split(path: &str) -> Option<(&str, &str)> {
    if path.len() <= 100 {
        return Some(("", path));
    }
    let fits = |(at, _): &(usize, &str)| *at <= 155 && path.len() - at - 1 <= 100;
    let (at, _) = path.match_indices('/').find(fits)?;
    Some((&path[..at], &path[at + 1..]))
}

/// Read all files.
pub(super) fn read(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, Refusal> {
    let mut files = BTreeMap::new();
    let mut rest = bytes;
    loop {
        let Some((header, after)) = rest.split_at_checked(BLOCK) else {
            return Err(Refusal::new("it is cut off: its archive has no end"));
        };
        if header.iter().all(|byte| *byte == 0) {
            // What follows the end would be read by other tools, or by none.
            let is_end = after.len() >= BLOCK && after.iter().all(|byte| *byte == 0);
            return if is_end {
                Ok(files)
            } else {
                Err(Refusal::new("something follows the end of its archive"))
            };
        }
        let (path, size) = entry(header)?;
        let Some(content) = after.get(..size) else {
            return Err(Refusal::new(format!("it is cut off in `{path}`")));
        };
        if files.len() >= MAX_FILES {
            return Err(Refusal::new(format!("it holds more than {MAX_FILES} files")));
        }
        if files.insert(path.clone(), content.to_vec()).is_some() {
            return Err(Refusal::new(format!("it holds `{path}` twice")));
        }
        let Some(next) = after.get(size.next_multiple_of(BLOCK)..) else {
            return Err(Refusal::new(format!("it is cut off after `{path}`")));
        };
        rest = next;
    }
}

/// Path and size of a plain file; everything else is refused.
fn entry(header: &[u8]) -> Result<(String, usize), Refusal> {
    let damaged = || Refusal::new("its archive is damaged: a header does not read");
    let stated = octal(&header[148..156]).ok_or_else(damaged)?;
    let sum: usize = header
        .iter()
        .enumerate()
        .map(|(at, byte)| usize::from(if (148..156).contains(&at) { b' ' } else { *byte }))
        .sum();
    if sum != stated {
        return Err(Refusal::new("its archive is damaged: a header's checksum is wrong"));
    }
    let name = text(&header[..100]).ok_or_else(damaged)?;
    let prefix = text(&header[345..500]).ok_or_else(damaged)?;
    let path = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") };
    let shown = path.escape_debug();
    let kind = match header[156] {
        b'0' | 0 => None,
        b'1' => Some("a hard link"),
        b'2' => Some("a symbolic link"),
        b'3' | b'4' => Some("a device"),
        b'5' => Some("a folder"),
        b'6' => Some("a pipe"),
        _ => Some("no plain file"),
    };
    if let Some(kind) = kind {
        return Err(Refusal::new(format!("`{shown}` is {kind}; a bundle holds plain files only")));
    }
    let is_plain = normalize(&path).is_some_and(|plain| plain == path)
        && !path.is_empty()
        && !path.contains(['\\', ':'])
        && !path.chars().any(char::is_control);
    if !is_plain {
        let message = format!("the path `{shown}` leads out of the bundle or is not plain");
        return Err(Refusal::new(message));
    }
    let size = octal(&header[124..136]).ok_or_else(damaged)?;
    if size > MAX_FILE {
        return Err(Refusal::new(format!("`{shown}` is larger than {MAX_FILE} bytes")));
    }
    Ok((path, size))
}

fn text(field: &[u8]) -> Option<&str> {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    std::str::from_utf8(&field[..end]).ok()
}

fn octal(field: &[u8]) -> Option<usize> {
    let text = text(field)?.trim();
    let is_octal = !text.is_empty() && text.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
    is_octal.then(|| usize::from_str_radix(text, 8).ok()).flatten()
}
