//! Functions of points in time.

use super::Host;
use super::argument::{bounded, text};
use crate::calendar::{date, days, month_length};
use crate::normalize::terraform::value::Value;

const DAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const NANOS: i128 = 1_000_000_000;

/// A point in time as written: its local date and time, and how far that is from UTC.
#[derive(Clone, Copy)]
struct Time {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    nanos: i64,
    /// Minutes east of UTC.
    offset: i64,
}

fn digits(text: &str, from: usize, count: usize) -> Option<i64> {
    let part = text.get(from..from + count)?;
    part.bytes().all(|it| it.is_ascii_digit()).then(|| part.parse().ok()).flatten()
}

impl Time {
    fn parse(text: &str) -> Result<Self, String> {
        Self::read(text).map_err(|error| format!("not a valid RFC3339 timestamp: {error}"))
    }

    fn read(text: &str) -> Result<Self, String> {
        let field = |from, count, name: &str| {
            digits(text, from, count).ok_or_else(|| {
                format!("cannot use {:?} as {name}", text.get(from..).unwrap_or_default())
            })
        };
        let separated = |at: usize, separator: &str| {
            (text.get(at..=at) == Some(separator))
                .then_some(())
                .ok_or_else(|| format!("missing required separator {separator:?}"))
        };
        let year = field(0, 4, "year")?;
        separated(4, "-")?;
        let month = field(5, 2, "month")?;
        separated(7, "-")?;
        let day = field(8, 2, "day of month")?;
        if text.get(10..11) != Some("T") {
            return Err("missing required time introducer 'T'".to_owned());
        }
        let hour = field(11, 2, "hour")?;
        separated(13, ":")?;
        let minute = field(14, 2, "minute")?;
        separated(16, ":")?;
        let second = field(17, 2, "second")?;
        let rest = text.get(19..).unwrap_or_default();
        let (nanos, rest) = read_nanos(rest)?;
        let offset = read_offset(rest).ok_or("missing UTC offset")?;
        let limits = [
            (1..=12).contains(&month),
            (1..=month_length(year, month)).contains(&day),
            (0..=23).contains(&hour),
            (0..=59).contains(&minute),
            (0..=59).contains(&second),
        ];
        let names = ["month", "day", "hour", "minute", "second"];
        match limits.iter().position(|holds| !holds) {
            Some(at) => Err(format!("{} out of range", names[at])),
            None => Ok(Self { year, month, day, hour, minute, second, nanos, offset }),
        }
    }

    /// Nanoseconds since 1970 in UTC.
    fn instant(&self) -> i128 {
        let minutes = (days(self.year, self.month, self.day) * 24 + self.hour) * 60 + self.minute;
        i128::from((minutes - self.offset) * 60 + self.second) * NANOS + i128::from(self.nanos)
    }

    fn at(instant: i128, offset: i64) -> Result<Self, String> {
        let out_of_range = || "the result is outside of the years 0 to 9999".to_owned();
        let seconds = i64::try_from(instant.div_euclid(NANOS)).map_err(|_| out_of_range())?;
        let nanos = i64::try_from(instant.rem_euclid(NANOS)).map_err(|_| out_of_range())?;
        let local = seconds.checked_add(offset * 60).ok_or_else(out_of_range)?;
        let (year, month, day) = date(local.div_euclid(86_400));
        if !(0..=9999).contains(&year) {
            return Err(out_of_range());
        }
        let of_day = local.rem_euclid(86_400);
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        Ok(Self { year, month, day, hour, minute, second, nanos, offset })
    }

    fn offset_text(&self, colon: &str) -> String {
        let sign = if self.offset < 0 { '-' } else { '+' };
        let minutes = self.offset.abs();
        format!("{sign}{:02}{colon}{:02}", minutes / 60, minutes % 60)
    }

    fn text(&self) -> String {
        let zone = if self.offset == 0 { "Z".to_owned() } else { self.offset_text(":") };
        let Self { year, month, day, hour, minute, second, .. } = self;
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}")
    }
}

fn read_nanos(rest: &str) -> Result<(i64, &str), String> {
    let Some(fraction) = rest.strip_prefix('.') else { return Ok((0, rest)) };
    let end = fraction.find(|c: char| !c.is_ascii_digit()).unwrap_or(fraction.len());
    if end == 0 {
        return Err("missing fractional seconds".to_owned());
    }
    let nanos: String = fraction[..end].chars().chain("000000000".chars()).take(9).collect();
    Ok((nanos.parse().unwrap_or(0), &fraction[end..]))
}

fn read_offset(rest: &str) -> Option<i64> {
    if rest == "Z" {
        return Some(0);
    }
    let sign = match rest.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    if rest.len() != 6 || rest.get(3..4) != Some(":") {
        return None;
    }
    let (hours, minutes) = (digits(rest, 1, 2)?, digits(rest, 4, 2)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

pub(super) fn formatdate(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let time = Time::parse(text(&arguments[1])?)?;
    let mut out = String::new();
    let mut rest = text(&arguments[0])?;
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            rest = quoted(&rest[1..], &mut out)?;
        } else if first.is_ascii_alphabetic() {
            let end = rest.find(|c| c != first).unwrap_or(rest.len());
            out.push_str(&field(&rest[..end], &time)?);
            rest = &rest[end..];
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    bounded(out)
}

/// A literal after its opening quote; two quotes are one.
fn quoted<'a>(text: &'a str, out: &mut String) -> Result<&'a str, String> {
    let mut rest = text;
    loop {
        let end = rest.find('\'').ok_or("unterminated literal '")?;
        out.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('\'') {
            Some(after) => {
                out.push('\'');
                rest = after;
            }
            None => return Ok(rest),
        }
    }
}

fn field(verb: &str, time: &Time) -> Result<String, String> {
    let name = |names: &'static [&'static str], index: i64| {
        usize::try_from(index).ok().and_then(|index| names.get(index)).copied().unwrap_or_default()
    };
    let month = name(&MONTHS, time.month - 1);
    let day = name(&DAYS, (days(time.year, time.month, time.day) + 4).rem_euclid(7));
    let hour12 = (time.hour + 11) % 12 + 1;
    Ok(match verb {
        "YY" => format!("{:02}", time.year % 100),
        "YYYY" => format!("{:04}", time.year),
        "M" => time.month.to_string(),
        "MM" => format!("{:02}", time.month),
        "MMM" => month.get(..3).unwrap_or(month).to_owned(),
        "MMMM" => month.to_owned(),
        "D" => time.day.to_string(),
        "DD" => format!("{:02}", time.day),
        "EEE" => day.get(..3).unwrap_or(day).to_owned(),
        "EEEE" => day.to_owned(),
        "h" => time.hour.to_string(),
        "hh" => format!("{:02}", time.hour),
        "H" => hour12.to_string(),
        "HH" => format!("{hour12:02}"),
        "AA" => if time.hour < 12 { "AM" } else { "PM" }.to_owned(),
        "aa" => if time.hour < 12 { "am" } else { "pm" }.to_owned(),
        "m" => time.minute.to_string(),
        "mm" => format!("{:02}", time.minute),
        "s" => time.second.to_string(),
        "ss" => format!("{:02}", time.second),
        "Z" if time.offset == 0 => "Z".to_owned(),
        "Z" | "ZZZZZ" => time.offset_text(":"),
        "ZZZ" if time.offset == 0 => "UTC".to_owned(),
        "ZZZ" | "ZZZZ" => time.offset_text(""),
        _ => {
            let shown: String = verb.chars().take(16).collect();
            return Err(format!("invalid date format verb {shown:?}"));
        }
    })
}

pub(super) fn timeadd(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let time = Time::parse(text(&arguments[0])?)?;
    let added = duration(text(&arguments[1])?)?;
    Ok(Value::string(Time::at(time.instant() + added, time.offset)?.text()))
}

pub(super) fn timecmp(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let (a, b) = (Time::parse(text(&arguments[0])?)?, Time::parse(text(&arguments[1])?)?);
    Ok(Value::number(a.instant().cmp(&b.instant()) as i64))
}

/// Nanoseconds of a duration such as `1h15m30.5s`.
fn duration(text: &str) -> Result<i128, String> {
    let invalid = || format!("invalid duration {text:?}");
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (amount, after) = rest.split_at(end);
        let unit_end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, next) = after.split_at(unit_end);
        let scale: i128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => NANOS,
            "m" => 60 * NANOS,
            "h" => 3600 * NANOS,
            "" => return Err(format!("missing unit in duration {text:?}")),
            _ => return Err(format!("unknown unit {unit:?} in duration {text:?}")),
        };
        total += scaled(amount, scale).ok_or_else(invalid)?;
        if total > i128::from(i64::MAX) {
            return Err(invalid());
        }
        rest = next;
    }
    Ok(sign * total)
}

/// A decimal amount of a unit, in nanoseconds.
fn scaled(amount: &str, scale: i128) -> Option<i128> {
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    let plain = |digits: &str| digits.len() <= 18 && digits.bytes().all(|it| it.is_ascii_digit());
    if whole.is_empty() && fraction.is_empty() || !plain(whole) || !plain(fraction) {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let power = 10i128.pow(u32::try_from(fraction.len()).ok()?);
    let fraction: i128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    Some(whole * scale + fraction * scale / power)
}

/// A timestamp of RFC 3339 without fractions of a second; `None` where it is none.
pub(super) fn normalized(text: &str) -> Option<String> {
    Time::read(text).ok().map(|time| time.text())
}
