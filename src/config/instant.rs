//! Moments: what attestations and waivers expire at, and what `--now` names.

use std::fmt;

use crate::calendar;

/// A moment, in seconds since 1970 in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(pub i64);

const DAY: i64 = 24 * 60 * 60;

impl Instant {
    /// `2027-03-01` (its first second in UTC), `2027-03-01T12:00:00Z` or `2027-03-01T12:00:00+02:00`.
    pub fn parse(text: &str) -> Option<Self> {
        let (date, time) = match text.split_once(['T', 't', ' ']) {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let days = days(date)?;
        Some(Self(days * DAY + time.map_or(Some(0), seconds)?))
    }
}

impl fmt::Display for Instant {
    /// `2027-03-01T12:00:00Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = calendar::date(self.0.div_euclid(DAY));
        let second = self.0.rem_euclid(DAY);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

fn number(text: &str, digits: usize) -> Option<i64> {
    let is_number = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// Days from 1970-01-01 to a date that there is.
fn days(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let year = number(parts.next()?, 4)?;
    let month = number(parts.next()?, 2)?;
    let day = number(parts.next()?, 2)?;
    let is_over = parts.next().is_none();
    let fits = is_over && (1..=12).contains(&month) && (1..=31).contains(&day);
    let days = calendar::days(year, month, day);
    // A day that the month does not have would be another date.
    (fits && calendar::date(days) == (year, month, day)).then_some(days)
}

/// Seconds from midnight UTC to a time with its zone.
fn seconds(text: &str) -> Option<i64> {
    let (time, zone) = if let Some(time) = text.strip_suffix(['Z', 'z']) {
        (time, 0)
    } else {
        let at = text.rfind(['+', '-'])?;
        let (hours, minutes) = text[at + 1..].split_once(':')?;
        let (hours, minutes) = (number(hours, 2)?, number(minutes, 2)?);
        let zone = hours * 3600 + minutes * 60;
        let fits = hours < 24 && minutes < 60;
        (&text[..at], fits.then_some(if text.as_bytes()[at] == b'-' { -zone } else { zone })?)
    };
    let mut parts = time.split(':');
    let hour = number(parts.next()?, 2)?;
    let minute = number(parts.next()?, 2)?;
    let second = number(parts.next().unwrap_or("00"), 2)?;
    let fits = parts.next().is_none() && hour < 24 && minute < 60 && second < 60;
    fits.then_some(hour * 3600 + minute * 60 + second - zone)
}
