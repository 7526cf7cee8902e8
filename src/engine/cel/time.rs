//! Timestamps and durations as values. They come from texts and numbers only: there is no clock.

use chrono::{Offset, TimeZone};

use super::evaluate::Machine;
use super::functions::mismatch;
use super::node::Operator;
use super::value::{Outcome, Val};
use crate::calendar;
use crate::engine::Failure;
use crate::engine::calendar::{DAY, NANOS, Span, offset};

/// The first second of year 1, and the first after year 9999.
const FIRST: i64 = -62_135_596_800;
const AFTER: i64 = 253_402_300_800;
/// Nanoseconds of the longest duration: what 64 bits hold.
const LONGEST: i128 = i64::MAX as i128;

fn moment(span: Span) -> Result<Span, Failure> {
    let within = (FIRST..AFTER).contains(&span.seconds);
    within.then_some(span).ok_or_else(|| Failure::error("a timestamp lies in the years 1 to 9999"))
}

fn length(nanos: i128) -> Result<Span, Failure> {
    Span::of(nanos)
        .filter(|_| nanos.abs() <= LONGEST)
        .ok_or_else(|| Failure::error("a duration is at most 292 years long"))
}

/// `timestamp(text)`, `timestamp(seconds)`
pub(super) fn timestamp<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    let span = match arguments {
        [Val::Timestamp(span)] => *span,
        [Val::Int(seconds)] => Span { seconds: *seconds, nanos: 0 },
        [Val::Text(text)] => Span::read(text).ok_or_else(|| {
            Failure::error("`timestamp` takes a text such as 2024-01-31T10:00:00Z")
        })?,
        _ => return Err(mismatch("timestamp", arguments)),
    };
    moment(span).map(Val::Timestamp)
}

/// `duration(text)`
pub(super) fn duration<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    let nanos = match arguments {
        [Val::Duration(span)] => span.all(),
        [Val::Text(text)] => Span::read_duration(text)
            .ok_or_else(|| Failure::error("`duration` takes a text such as 1h30m or 3.5s"))?,
        _ => return Err(mismatch("duration", arguments)),
    };
    length(nanos).map(Val::Duration)
}

/// Sums and differences.
pub(super) fn compute<'a>(operator: Operator, left: &Val<'a>, right: &Val<'a>) -> Outcome<'a> {
    let at = |nanos: i128| {
        let span = Span::of(nanos).unwrap_or(Span { seconds: i64::MAX, nanos: 0 });
        moment(span).map(Val::Timestamp)
    };
    match (operator, left, right) {
        (Operator::Add, Val::Timestamp(one), Val::Duration(other))
        | (Operator::Add, Val::Duration(one), Val::Timestamp(other)) => at(one.all() + other.all()),
        (Operator::Subtract, Val::Timestamp(one), Val::Duration(other)) => {
            at(one.all() - other.all())
        }
        (Operator::Subtract, Val::Timestamp(one), Val::Timestamp(other))
        | (Operator::Subtract, Val::Duration(one), Val::Duration(other)) => {
            length(one.all() - other.all()).map(Val::Duration)
        }
        (Operator::Add, Val::Duration(one), Val::Duration(other)) => {
            length(one.all() + other.all()).map(Val::Duration)
        }
        _ => Err(Failure::error(format!(
            "`{}` does not take {} and {}",
            super::arithmetic::symbol(operator),
            left.described(),
            right.described()
        ))),
    }
}

/// What `int()` and `string()` make of the values that the crate `cel` does not know.
pub(super) fn converted<'a>(name: &str, arguments: &[Val<'a>]) -> Option<Val<'a>> {
    match (name, arguments) {
        ("int", [Val::Timestamp(span)]) => Some(Val::Int(span.seconds)),
        ("string", [value]) => value.written().map(Val::text),
        _ => None,
    }
}

impl Val<'_> {
    /// The text of a value that is written as one.
    pub(super) fn written(&self) -> Option<String> {
        Some(match self {
            Self::Timestamp(span) => span.stamp(),
            Self::Duration(span) => span.length(),
            Self::Ip(address) => address.to_string(),
            Self::Net(net) => net.map(|net| net.to_string())?,
            Self::Version(version) => version.to_string(),
            _ => return None,
        })
    }
}

#[derive(Clone, Copy)]
enum Part {
    Year,
    Month,
    Date,
    DayOfMonth,
    DayOfWeek,
    DayOfYear,
    Hours,
    Minutes,
    Seconds,
    Milliseconds,
}

fn get<'a>(name: &str, arguments: &[Val<'a>], part: Part) -> Outcome<'a> {
    let (span, zone) = match arguments {
        [Val::Timestamp(span)] => (*span, 0),
        [Val::Timestamp(span), Val::Text(zone)] if &**zone == "UTC" || &**zone == "Z" => (*span, 0),
        [Val::Timestamp(span), Val::Text(zone)] => {
            let zone =
                offset(zone, false).or_else(|| named(zone, span.seconds)).ok_or_else(|| {
                    Failure::error(format!(
                        "`{name}` takes a time zone such as Europe/Berlin or +02:00, not {zone:?}"
                    ))
                })?;
            (*span, zone)
        }
        [Val::Duration(span)] => return of_duration(name, arguments, *span, part),
        _ => return Err(mismatch(name, arguments)),
    };
    let local = span.seconds + zone;
    let day = local.div_euclid(DAY);
    let second = local.rem_euclid(DAY);
    let (year, month, date) = calendar::date(day);
    Ok(Val::Int(match part {
        Part::Year => year,
        Part::Month => month - 1,
        Part::Date => date,
        Part::DayOfMonth => date - 1,
        Part::DayOfWeek => (day + 4).rem_euclid(7),
        Part::DayOfYear => day - calendar::days(year, 1, 1),
        Part::Hours => second / 3600,
        Part::Minutes => second / 60 % 60,
        Part::Seconds => second % 60,
        Part::Milliseconds => i64::from(span.nanos / 1_000_000),
    }))
}

/// Seconds by which a time zone is ahead at a point in time.
fn named(zone: &str, seconds: i64) -> Option<i64> {
    let zone: chrono_tz::Tz = zone.parse().ok()?;
    let point = chrono::DateTime::from_timestamp(seconds, 0)?;
    let offset = zone.offset_from_utc_datetime(&point.naive_utc());
    Some(offset.fix().local_minus_utc().into())
}

fn of_duration<'a>(name: &str, arguments: &[Val<'a>], span: Span, part: Part) -> Outcome<'a> {
    let nanos = span.all();
    let whole = match part {
        Part::Hours => nanos / (3600 * NANOS),
        Part::Minutes => nanos / (60 * NANOS),
        Part::Seconds => nanos / NANOS,
        Part::Milliseconds => nanos % NANOS / 1_000_000,
        _ => return Err(mismatch(name, arguments)),
    };
    Ok(Val::Int(i64::try_from(whole).unwrap_or(i64::MAX)))
}

/// A part of a timestamp or duration, as a function of its name.
macro_rules! parts {
    ($($function:ident $name:literal $part:ident)*) => {$(
        #[doc = concat!("`", $name, "(zone)`")]
        pub(super) fn $function<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
            get($name, arguments, Part::$part)
        }
    )*};
}

parts! {
    full_year "getFullYear" Year
    month "getMonth" Month
    date "getDate" Date
    day_of_month "getDayOfMonth" DayOfMonth
    day_of_week "getDayOfWeek" DayOfWeek
    day_of_year "getDayOfYear" DayOfYear
    hours "getHours" Hours
    minutes "getMinutes" Minutes
    seconds "getSeconds" Seconds
    milliseconds "getMilliseconds" Milliseconds
}
