//! Points in time and lengths of time, read and written without a clock and without named time zones.

use std::fmt::Write as _;

use crate::calendar::{date, days, month_length};

pub(super) const NANOS: i128 = 1_000_000_000;
pub(super) const DAY: i64 = 86_400;

/// Seconds and nanoseconds, the latter never negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    pub(super) seconds: i64,
    pub(super) nanos: u32,
}

impl Span {
    pub(super) fn of(nanos: i128) -> Option<Self> {
        let seconds = i64::try_from(nanos.div_euclid(NANOS)).ok()?;
        Some(Self { seconds, nanos: u32::try_from(nanos.rem_euclid(NANOS)).ok()? })
    }

    pub(super) fn all(self) -> i128 {
        i128::from(self.seconds) * NANOS + i128::from(self.nanos)
    }

    pub(super) fn is_zero(self) -> bool {
        self.all() == 0
    }

    /// `2024-01-31T10:00:00.5Z`
    pub(super) fn stamp(self) -> String {
        let (year, month, day) = date(self.seconds.div_euclid(DAY));
        let second = self.seconds.rem_euclid(DAY);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        let mut text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
        self.fraction(&mut text);
        text.push('Z');
        text
    }

    /// `-3.5s`
    pub(super) fn length(self) -> String {
        let nanos = self.all();
        let sign = if nanos < 0 { "-" } else { "" };
        let positive = Self::of(nanos.abs()).unwrap_or(self);
        let mut text = format!("{sign}{}", positive.seconds);
        positive.fraction(&mut text);
        text.push('s');
        text
    }

    fn fraction(self, text: &mut String) {
        if self.nanos > 0 {
            let digits = format!("{:09}", self.nanos);
            let _ = write!(text, ".{}", digits.trim_end_matches('0'));
        }
    }

    /// Reads a timestamp of RFC 3339.
    pub(super) fn read(text: &str) -> Option<Self> {
        let number = |from: usize, to: usize| {
            let digits = text.get(from..to)?;
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse::<i64>().ok().filter(|_| plain)
        };
        let at = |place: usize, expected: &[u8]| {
            text.as_bytes().get(place).is_some_and(|byte| expected.contains(byte))
        };
        let shaped = at(4, b"-") && at(7, b"-") && at(10, b"Tt") && at(13, b":") && at(16, b":");
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
        let mut rest = text.get(19..)?;
        let mut nanos = 0;
        if let Some(fraction) = rest.strip_prefix('.') {
            let end = fraction.find(|c: char| !c.is_ascii_digit())?;
            nanos = nine_digits(&fraction[..end])?;
            rest = &fraction[end..];
        }
        let offset = if rest == "Z" || rest == "z" { 0 } else { offset(rest, true)? };
        let good = shaped
            && (1..=12).contains(&month)
            && day >= 1
            && day <= month_length(year, month)
            && hour < 24
            && minute < 60
            && second < 60;
        let seconds = days(year, month, day) * DAY + hour * 3600 + minute * 60 + second - offset;
        good.then_some(Self { seconds, nanos })
    }

    /// Reads `1h30m`, `-1.5s`, `250ms`.
    pub(super) fn read_duration(text: &str) -> Option<i128> {
        let (negative, mut rest) = match text.strip_prefix(['-', '+']) {
            Some(rest) => (text.starts_with('-'), rest),
            None => (false, text),
        };
        if rest == "0" {
            return Some(0);
        }
        let mut all = 0_i128;
        let mut any = false;
        while !rest.is_empty() {
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
            let (number, after) = rest.split_at(end);
            let end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
            let (unit, after) = after.split_at(end);
            all = all.checked_add(part(number, unit)?)?;
            (rest, any) = (after, true);
        }
        any.then_some(if negative { -all } else { all })
    }
}

/// A number of a unit in nanoseconds.
fn part(number: &str, unit: &str) -> Option<i128> {
    let unit: i128 = match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => NANOS,
        "m" => 60 * NANOS,
        "h" => 3_600 * NANOS,
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { i128::from(whole.parse::<i64>().ok()?) };
    let digits = &fraction[..fraction.len().min(12)];
    let scale = 10_i128.pow(u32::try_from(digits.len()).ok()?);
    let fraction: i128 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
    Some(whole * unit + fraction * unit / scale)
}

fn nine_digits(digits: &str) -> Option<u32> {
    if digits.is_empty() || digits.len() > 9 {
        return None;
    }
    format!("{digits:0<9}").parse().ok()
}

/// Seconds of `+02:00`; without a sign where none is needed.
pub(super) fn offset(text: &str, signed: bool) -> Option<i64> {
    let (sign, rest) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ if signed => return None,
        _ => (1, text),
    };
    let (hours, minutes) = rest.split_once(':')?;
    let number = |text: &str| {
        let plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<i64>().ok().filter(|_| plain)
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}
