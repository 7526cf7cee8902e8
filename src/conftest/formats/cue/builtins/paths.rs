//! `path.…` of Unix, `net.…` and `time.…`.

use std::fmt::Write as _;
use std::net::IpAddr;

use super::{Arguments, Result, texts};
use crate::conftest::formats::cue::Fault;
use crate::conftest::formats::cue::eval::{Evaluator, Found, Value};
use crate::conftest::formats::cue::number::Number;

impl Evaluator<'_> {
    pub(super) fn path_function(&mut self, given: &Arguments) -> Found<Result> {
        let at = given.at;
        if given.name == "path.Join" {
            return self.path_joined(given);
        }
        let text = given.text(self, 0)?;
        let made = match given.name {
            "path.Clean" => clean(&text),
            "path.Base" => base(&text).to_owned(),
            "path.Dir" => clean(text.rfind('/').map_or("", |end| &text[..=end])),
            "path.Ext" => {
                let name = text.rsplit('/').next().unwrap_or_default();
                name.rfind('.').map_or("", |dot| &name[dot..]).to_owned()
            }
            "path.IsAbs" => return Ok(Result::Value(Value::Bool(text.starts_with('/')))),
            "net.PathEscape" => escaped(&text, b"-_.~$&+:=@", "%20"),
            "net.QueryEscape" => escaped(&text, b"-_.~", "+"),
            "net.JoinHostPort" => {
                let port = match &given.values[1] {
                    Value::Text(port) => port.to_string(),
                    _ => given.int(self, 1)?.to_string(),
                };
                let host =
                    if text.contains([':', '%']) { format!("[{text}]") } else { text.to_string() };
                format!("{host}:{port}")
            }
            "time.ParseDuration" => {
                let length = nanoseconds(&text);
                let length = length.ok_or_else(|| Fault::fatal(at, "this is no duration"))?;
                return Ok(Result::Value(Value::Number(Number::from(length))));
            }
            name => return Err(Fault::unsupported(at, name)),
        };
        Ok(Result::Value(Value::Text(made.into())))
    }

    fn path_joined(&mut self, given: &Arguments) -> Found<Result> {
        let mut parts = Vec::new();
        for item in self.items(&given.values[0], given.at)? {
            match self.plain(&item)? {
                Value::Text(text) => parts.push(text),
                other => {
                    let what = format!("{} is no text", self.shown(&other));
                    return Err(self.not_concrete(&other, given.at, what));
                }
            }
        }
        parts.retain(|part| !part.is_empty());
        let made = if parts.is_empty() { String::new() } else { clean(&parts.join("/")) };
        self.made(given.at, made.len())?;
        Ok(Result::Value(Value::Text(made.into())))
    }
}

/// Without empty parts, `.`, and `..` after what it leads out of.
fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    match (rooted, parts.join("/")) {
        (true, rest) => format!("/{rest}"),
        (false, rest) if rest.is_empty() => ".".to_owned(),
        (false, rest) => rest,
    }
}

/// The last part.
fn base(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    match (path, trimmed.rsplit('/').next()) {
        ("", _) => ".",
        (_, None | Some("")) => "/",
        (_, Some(name)) => name,
    }
}

fn escaped(text: &str, kept: &[u8], blank: &str) -> String {
    let mut made = String::new();
    for byte in text.bytes() {
        match byte {
            b' ' => made.push_str(blank),
            byte if byte.is_ascii_alphanumeric() || kept.contains(&byte) => made.push(byte.into()),
            byte => drop(write!(made, "%{byte:02X}")),
        }
    }
    made
}

/// Whether an address lies in a range; none where one of them is none.
pub(super) fn is_within(address: &str, range: &str) -> Option<bool> {
    let Ok(address) = address.parse::<IpAddr>() else { return Some(false) };
    if !texts::is_range(range) {
        return None;
    }
    let (network, bits) = range.split_once('/')?;
    let (network, bits) = (network.parse::<IpAddr>().ok()?, bits.parse::<u32>().ok()?);
    Some(match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            u32::from(address) & mask == u32::from(network) & mask
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            u128::from(address) & mask == u128::from(network) & mask
        }
        _ => false,
    })
}

/// Nanoseconds of `1h30m`, `-1.5s`.
fn nanoseconds(text: &str) -> Option<i64> {
    if !texts::is_duration(text) {
        return None;
    }
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut all: i128 = 0;
    while rest != "0" && !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (digits, after) = rest.split_at(end);
        let end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, more) = after.split_at(end);
        let unit: i128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.len() > 18 || fraction.len() > 15 {
            return None;
        }
        let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        let scale = 10_i128.pow(u32::try_from(fraction.len()).ok()?);
        let part: i128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
        all = all.checked_add(whole * unit)?.checked_add(part * unit / scale)?;
        rest = more;
    }
    i64::try_from(if negative { -all } else { all }).ok()
}
