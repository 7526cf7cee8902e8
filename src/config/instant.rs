//! Moments: what attestations and waivers expire at, and what `--now` names.

use std::fmt;

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
        let (year, month, day) = date(self.0.div_euclid(DAY));
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
    let days = from_date(year, month, day);
    // A day that the month does not have would be another date.
    (fits && date(days) == (year, month, day)).then_some(days)
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

/// Days since 1970-01-01 of a date, by eras of 400 years that begin in March.
fn from_date(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The reverse of [`from_date`].
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}
