//! Points in time that a text or number names. There is no clock, and the time zone of the machine is not for rules to see.

use chrono::format::{Parsed, StrftimeItems};
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Offset, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use regorus::Value;

use super::{Answer, Builtin, Refusal, owned, refuse, text};
use crate::engine::calendar::Span;

pub(super) const TABLE: &[Builtin] = &[
    Builtin { name: "time.parse_rfc3339_ns", arity: 1, run: parse_rfc3339 },
    Builtin { name: "time.parse_duration_ns", arity: 1, run: parse_duration },
    Builtin { name: "time.parse_ns", arity: 2, run: parse },
    Builtin { name: "time.format", arity: 1, run: format },
    Builtin { name: "time.date", arity: 1, run: date },
    Builtin { name: "time.clock", arity: 1, run: clock },
    Builtin { name: "time.weekday", arity: 1, run: weekday },
    Builtin { name: "time.add_date", arity: 4, run: add_date },
    Builtin { name: "time.diff", arity: 2, run: diff },
];

/// Layouts of Go that have a name.
const NAMED: [(&str, &str); 14] = [
    ("ANSIC", "Mon Jan _2 15:04:05 2006"),
    ("UnixDate", "Mon Jan _2 15:04:05 MST 2006"),
    ("RubyDate", "Mon Jan 02 15:04:05 -0700 2006"),
    ("RFC822", "02 Jan 06 15:04 MST"),
    ("RFC822Z", "02 Jan 06 15:04 -0700"),
    ("RFC850", "Monday, 02-Jan-06 15:04:05 MST"),
    ("RFC1123", "Mon, 02 Jan 2006 15:04:05 MST"),
    ("RFC1123Z", "Mon, 02 Jan 2006 15:04:05 -0700"),
    ("RFC3339", "2006-01-02T15:04:05Z07:00"),
    ("RFC3339Nano", "2006-01-02T15:04:05.999999999Z07:00"),
    ("Kitchen", "3:04PM"),
    ("DateTime", "2006-01-02 15:04:05"),
    ("DateOnly", "2006-01-02"),
    ("TimeOnly", "15:04:05"),
];

/// Parts of a layout and what they are called elsewhere; of those that begin alike, the longest first.
const PARTS: [(&str, &str); 27] = [
    ("January", "%B"),
    ("Jan", "%b"),
    ("Monday", "%A"),
    ("Mon", "%a"),
    ("MST", "%Z"),
    ("2006", "%Y"),
    ("-07:00", "%:z"),
    ("-0700", "%z"),
    ("Z07:00", "%:z"),
    ("Z0700", "%z"),
    ("002", "%j"),
    ("01", "%m"),
    ("02", "%d"),
    ("03", "%I"),
    ("04", "%M"),
    ("05", "%S"),
    ("06", "%y"),
    ("15", "%H"),
    ("PM", "%p"),
    ("pm", "%P"),
    ("_2", "%e"),
    ("1", "%-m"),
    ("2", "%-d"),
    ("3", "%-I"),
    ("4", "%-M"),
    ("5", "%-S"),
    ("%", "%%"),
];

fn nanos(nanos: i128) -> Answer {
    match i64::try_from(nanos) {
        Ok(nanos) => Ok(Value::from(nanos)),
        Err(_) => refuse("time outside of valid range"),
    }
}

fn parse_rfc3339(values: &[Value]) -> Answer {
    match Span::read(text(values, 0)?) {
        Some(span) => nanos(span.all()),
        None => refuse("not a time of RFC 3339"),
    }
}

fn parse_duration(values: &[Value]) -> Answer {
    match Span::read_duration(text(values, 0)?) {
        Some(length) => nanos(length),
        None => refuse("not a duration"),
    }
}

/// A point in time, in a time zone.
struct Moment<'v> {
    point: DateTime<Tz>,
    layout: Option<&'v str>,
}

fn moment(value: Option<&Value>) -> Result<Moment<'_>, Refusal> {
    let (number, zone, layout) = match value {
        Some(Value::Array(parts)) => {
            let parts: Vec<&Value> = parts.iter().collect();
            let zone = match parts.get(1) {
                Some(Value::String(zone)) => zone_of(zone)?,
                _ => return refuse("operand 1: the time zone must be a string"),
            };
            let layout = parts.get(2).and_then(|layout| layout.as_string().ok());
            (parts.first().copied(), zone, layout.map(|layout| &**layout))
        }
        value => (value, Tz::UTC, None),
    };
    let number = number.and_then(|number| number.as_i128().ok());
    match number.and_then(|number| i64::try_from(number).ok()) {
        Some(number) => Ok(Moment {
            point: DateTime::from_timestamp_nanos(number).with_timezone(&zone),
            layout,
        }),
        None => refuse("operand 1 must be nanoseconds that 64 bits hold"),
    }
}

fn zone_of(name: &str) -> Result<Tz, Refusal> {
    match name {
        "" => Ok(Tz::UTC),
        "Local" => Err(Refusal::Bound(
            "a verdict must not depend on the time zone of the machine".to_owned(),
        )),
        other => other.parse().or_else(|_| refuse(format!("there is no time zone {other}"))),
    }
}

fn numbers<const N: usize>(numbers: [i64; N]) -> Value {
    Value::from(numbers.map(Value::from).to_vec())
}

fn date(values: &[Value]) -> Answer {
    let point = moment(values.first())?.point;
    Ok(numbers([point.year().into(), point.month().into(), point.day().into()]))
}

fn clock(values: &[Value]) -> Answer {
    let point = moment(values.first())?.point;
    Ok(numbers([point.hour().into(), point.minute().into(), point.second().into()]))
}

fn weekday(values: &[Value]) -> Answer {
    Ok(owned(moment(values.first())?.point.format("%A").to_string()))
}

/// A layout of Go in the notation of `strftime`; with `utc`, offsets that Go writes as `Z` are so.
fn pattern(layout: &str, utc: bool) -> String {
    let layout = NAMED.iter().find(|(known, _)| *known == layout).map_or(layout, |(_, it)| it);
    let (mut made, mut rest) = (String::new(), layout);
    while let Some(character) = rest.chars().next() {
        if let Some((digits, after)) = fraction(rest) {
            made.push_str(&digits);
            rest = after;
            continue;
        }
        let part = PARTS.iter().find(|(part, _)| rest.starts_with(part));
        let part = part.filter(|(part, _)| {
            // `Janet` names no month.
            let word = matches!(*part, "Jan" | "Mon");
            !(word && rest[part.len()..].starts_with(|c: char| c.is_ascii_lowercase()))
        });
        match part {
            Some((part, _)) if utc && part.starts_with('Z') => {
                made.push('Z');
                rest = &rest[part.len()..];
            }
            Some((part, word)) => {
                made.push_str(word);
                rest = &rest[part.len()..];
            }
            None => {
                made.push(character);
                rest = &rest[character.len_utf8()..];
            }
        }
    }
    made
}

/// `.000` and `.999`.
fn fraction(layout: &str) -> Option<(String, &str)> {
    let rest = layout.strip_prefix('.')?;
    let digit = rest.chars().next().filter(|c| matches!(c, '0' | '9'))?;
    let count = rest.chars().take_while(|c| *c == digit).count();
    let after = &rest[count..];
    let word = match (digit, count) {
        ('9', _) => "%.f",
        (_, 1..=3) => "%.3f",
        (_, 4..=6) => "%.6f",
        _ => "%.9f",
    };
    (!after.starts_with(|c: char| c.is_ascii_digit())).then(|| (word.to_owned(), after))
}

fn format(values: &[Value]) -> Answer {
    let moment = moment(values.first())?;
    let utc = moment.point.offset().fix().local_minus_utc() == 0;
    let pattern = pattern(moment.layout.unwrap_or("RFC3339Nano"), utc);
    let text = moment.point.format(&pattern).to_string();
    // Go leaves out zeros at the end of a fraction that it may shorten.
    Ok(owned(if pattern.contains("%.f") { shortened(&text) } else { text }))
}

/// The fraction after the last point without zeros at its end.
fn shortened(text: &str) -> String {
    let Some((before, after)) = text.rsplit_once('.') else { return text.to_owned() };
    let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
    let (digits, rest) = after.split_at(end);
    let digits = digits.trim_end_matches('0');
    let point = if digits.is_empty() { "" } else { "." };
    format!("{before}{point}{digits}{rest}")
}

fn parse(values: &[Value]) -> Answer {
    let (layout, written) = (text(values, 0)?, text(values, 1)?);
    match read(layout, written) {
        Some(point) => match point.timestamp_nanos_opt() {
            Some(point) => Ok(Value::from(point)),
            None => refuse("time outside of valid range"),
        },
        None => refuse("the text does not fit the layout"),
    }
}

fn read(layout: &str, written: &str) -> Option<DateTime<Utc>> {
    let named = NAMED.iter().find(|(known, _)| *known == layout).map_or(layout, |(_, it)| it);
    // `Z07:00` is `Z` or an offset; `MST` is a name.
    let utc = named.contains("Z07") && written.contains(['Z', 'z']);
    let pattern = pattern(layout, utc).replace("%Z", "UTC");
    let written = written.replace("GMT", "UTC");
    // Seconds may have a fraction that the layout does not name.
    let variants = [pattern.clone(), pattern.replace("%S", "%S%.f")];
    variants.iter().find_map(|pattern| point(pattern, &written))
}

fn point(pattern: &str, written: &str) -> Option<DateTime<Utc>> {
    let mut parsed = Parsed::new();
    chrono::format::parse(&mut parsed, written, StrftimeItems::new(pattern)).ok()?;
    if parsed.year().is_none() && parsed.year_mod_100().is_none() {
        parsed.set_year(0).ok()?;
    }
    if parsed.ordinal().is_none() {
        let _ = parsed.set_month(1);
        let _ = parsed.set_day(1);
    }
    if parsed.hour_div_12().is_none() && parsed.hour_mod_12().is_none() {
        parsed.set_hour(0).ok()?;
    }
    if parsed.minute().is_none() {
        parsed.set_minute(0).ok()?;
    }
    let offset = parsed.offset().unwrap_or(0);
    let local = parsed.to_naive_date().ok()?.and_time(parsed.to_naive_time().ok()?);
    Some(Utc.from_utc_datetime(&(local - chrono::TimeDelta::seconds(offset.into()))))
}

/// Adds years, months and days as a calendar does: the 31st of a month with 30 days is the 1st of the next.
fn add_date(values: &[Value]) -> Answer {
    let whole = |at: usize| {
        let number = values.get(at).and_then(|value| value.as_i128().ok());
        match number.and_then(|number| i32::try_from(number).ok()) {
            Some(number) => Ok(i64::from(number)),
            None => refuse(format!("operand {} must be an integer number", at + 1)),
        }
    };
    let point = moment(values.first())?.point.with_timezone(&Utc);
    let (years, months, days) = (whole(1)?, whole(2)?, whole(3)?);
    let first = NaiveDate::from_ymd_opt(point.year(), point.month(), 1);
    let first = first.and_then(|first| shifted_months(first, years * 12 + months));
    let days = i64::from(point.day()) - 1 + days;
    let shifted = first.and_then(|first| match u64::try_from(days) {
        Ok(days) => first.checked_add_days(Days::new(days)),
        Err(_) => first.checked_sub_days(Days::new(days.unsigned_abs())),
    });
    let point = shifted.map(|date| Utc.from_utc_datetime(&date.and_time(point.time())));
    match point.and_then(|point| point.timestamp_nanos_opt()) {
        Some(point) => Ok(Value::from(point)),
        None => refuse("time outside of valid range"),
    }
}

fn shifted_months(date: NaiveDate, months: i64) -> Option<NaiveDate> {
    let count = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
    if months < 0 { date.checked_sub_months(count) } else { date.checked_add_months(count) }
}

/// Years, months, days, hours, minutes and seconds between two points.
fn diff(values: &[Value]) -> Answer {
    let (one, other) = (moment(values.first())?.point, moment(values.get(1))?.point);
    let other = other.with_timezone(&one.timezone());
    let (early, late) = if one <= other { (one, other) } else { (other, one) };
    let fields = |point: &DateTime<Tz>| -> [i64; 6] {
        [
            point.year().into(),
            point.month().into(),
            point.day().into(),
            point.hour().into(),
            point.minute().into(),
            point.second().into(),
        ]
    };
    let (from, to) = (fields(&early), fields(&late));
    let mut gap = [0; 6];
    for (at, place) in gap.iter_mut().enumerate() {
        *place = to[at] - from[at];
    }
    let month = NaiveDate::from_ymd_opt(early.year(), early.month(), 1);
    let next = month.and_then(|first| shifted_months(first, 1));
    let days = month.zip(next).map_or(31, |(first, next)| (next - first).num_days());
    for (at, unit) in [(5, 60), (4, 60), (3, 24), (2, days), (1, 12)] {
        if gap[at] < 0 {
            gap[at] += unit;
            gap[at - 1] -= 1;
        }
    }
    Ok(numbers(gap))
}
