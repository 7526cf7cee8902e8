//! `strings.…`, `regexp.…`, and what texts are: addresses, names, durations.

use std::rc::Rc;

use super::{Arguments, Result, count};
use crate::conftest::formats::cue::Fault;
use crate::conftest::formats::cue::eval::{Evaluator, Found, Value};

impl Evaluator<'_> {
    pub(super) fn text_function(&mut self, given: &Arguments) -> Found<Result> {
        let at = given.at;
        if given.name == "strings.Join" {
            return self.joined(given);
        }
        let first = given.text(self, 0)?;
        if given.name.starts_with("regexp.") {
            return self.regex_function(given, &first);
        }
        let second = if given.values.len() > 1 && !matches!(given.values[1], Value::Number(_)) {
            given.text(self, 1)?
        } else {
            Rc::from("")
        };
        let text = |made: String| Ok(Result::Value(Value::Text(made.into())));
        let index = |found: Option<usize>| found.map_or_else(|| number(-1), count);
        let any = |c: char| second.contains(c);
        let made = match given.name {
            "strings.ToUpper" => return text(first.to_uppercase()),
            "strings.ToLower" => return text(first.to_lowercase()),
            "strings.ToTitle" => return text(words(&first, true)),
            "strings.ToCamel" => return text(words(&first, false)),
            "strings.Trim" => return text(first.trim_matches(any).to_owned()),
            "strings.TrimLeft" => return text(first.trim_start_matches(any).to_owned()),
            "strings.TrimRight" => return text(first.trim_end_matches(any).to_owned()),
            "strings.TrimPrefix" => {
                return text(first.strip_prefix(&*second).unwrap_or(&first).to_owned());
            }
            "strings.TrimSuffix" => {
                return text(first.strip_suffix(&*second).unwrap_or(&first).to_owned());
            }
            "strings.TrimSpace" => return text(first.trim().to_owned()),
            "strings.Repeat" => {
                let times = given.number(self, 1)?;
                return self.repeated(&Value::Text(first), &times, at).map(Result::Value);
            }
            "strings.Replace" => return self.replaced(given, &first, &second),
            "strings.SliceRunes" => {
                let (low, high) = (given.index(self, 1)?, given.index(self, 2)?);
                let all: Vec<char> = first.chars().collect();
                let part = all.get(low..high);
                let part = part.ok_or_else(|| Fault::fatal(at, "the text has no such part"))?;
                return text(part.iter().collect());
            }
            "strings.Contains" => Value::Bool(first.contains(&*second)),
            "strings.ContainsAny" => Value::Bool(first.contains(any)),
            "strings.HasPrefix" => Value::Bool(first.starts_with(&*second)),
            "strings.HasSuffix" => Value::Bool(first.ends_with(&*second)),
            "strings.Count" if second.is_empty() => count(first.chars().count() + 1),
            "strings.Count" => count(first.matches(&*second).count()),
            "strings.Index" => index(first.find(&*second)),
            "strings.IndexAny" => index(first.find(any)),
            "strings.LastIndex" => index(first.rfind(&*second)),
            "strings.LastIndexAny" => index(first.rfind(any)),
            "strings.ByteAt" => {
                let byte = first.as_bytes().get(given.index(self, 1)?);
                let byte = byte.ok_or_else(|| Fault::fatal(at, "the text has no such byte"))?;
                number(i64::from(*byte))
            }
            "strings.ByteSlice" => {
                let (low, high) = (given.index(self, 1)?, given.index(self, 2)?);
                let part = first.as_bytes().get(low..high);
                let part = part.ok_or_else(|| Fault::fatal(at, "the text has no such part"))?;
                Value::Bytes(part.into())
            }
            _ => return self.split(given, &first, &second),
        };
        Ok(Result::Value(made))
    }

    fn joined(&mut self, given: &Arguments) -> Found<Result> {
        let separator = given.text(self, 1)?;
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
        let length = parts.iter().map(|part| part.len() + separator.len()).sum();
        self.made(given.at, length)?;
        Ok(Result::Value(Value::Text(parts.join(&*separator).into())))
    }

    fn replaced(&mut self, given: &Arguments, text: &str, old: &str) -> Found<Result> {
        let new = given.text(self, 2)?;
        let times = given.int(self, 3)?;
        let places =
            if old.is_empty() { text.chars().count() + 1 } else { text.matches(old).count() };
        self.made(given.at, text.len() + places.saturating_mul(new.len()))?;
        let made = match usize::try_from(times) {
            Ok(times) => text.replacen(old, &new, times),
            Err(_) => text.replace(old, &new),
        };
        Ok(Result::Value(Value::Text(made.into())))
    }

    fn split(&mut self, given: &Arguments, text: &str, separator: &str) -> Found<Result> {
        let at = given.at;
        let letters = || text.chars().map(|c| c.to_string()).collect::<Vec<String>>();
        let parts: Vec<String> = match given.name {
            "strings.Fields" => text.split_whitespace().map(str::to_owned).collect(),
            "strings.Split" | "strings.SplitAfter" if separator.is_empty() => letters(),
            "strings.Split" => text.split(separator).map(str::to_owned).collect(),
            "strings.SplitAfter" => {
                let mut parts: Vec<String> =
                    text.split_inclusive(separator).map(str::to_owned).collect();
                if text.is_empty() || text.ends_with(separator) {
                    parts.push(String::new());
                }
                parts
            }
            "strings.SplitN" => match i64::try_from(given.int(self, 2)?).unwrap_or(i64::MAX) {
                0 => Vec::new(),
                _ if separator.is_empty() => {
                    return Err(Fault::unsupported(at, "strings.SplitN by nothing"));
                }
                times if times < 0 => text.split(separator).map(str::to_owned).collect(),
                times => {
                    let times = usize::try_from(times).unwrap_or(usize::MAX);
                    text.splitn(times, separator).map(str::to_owned).collect()
                }
            },
            "strings.SplitAfterN" => {
                let times = i64::try_from(given.int(self, 2)?).unwrap_or(i64::MAX);
                if times < 1 || separator.is_empty() {
                    return Err(Fault::unsupported(at, "strings.SplitAfterN by nothing"));
                }
                let times = usize::try_from(times).unwrap_or(usize::MAX);
                let mut parts: Vec<String> =
                    text.splitn(times, separator).map(str::to_owned).collect();
                let last = parts.len() - 1;
                parts[..last].iter_mut().for_each(|part| part.push_str(separator));
                parts
            }
            "strings.Runes" => {
                let runes = text.chars().map(|c| number(i64::from(u32::from(c))));
                return Ok(Result::List(runes.collect()));
            }
            name => return Err(Fault::unsupported(at, name)),
        };
        self.made(at, text.len())?;
        Ok(Result::List(parts.into_iter().map(|part| Value::Text(part.into())).collect()))
    }

    fn regex_function(&mut self, given: &Arguments, pattern: &Rc<str>) -> Found<Result> {
        let at = given.at;
        let regex = self.regex(pattern, at)?;
        let text = given.text(self, 1)?;
        let missing = || Fault::fatal(at, "nothing in the text matches");
        let made = match given.name {
            "regexp.Match" => Value::Bool(regex.is_match(&text)),
            "regexp.Find" => Value::Text(regex.find(&text).ok_or_else(missing)?.as_str().into()),
            "regexp.FindSubmatch" => {
                let found = regex.captures(&text).ok_or_else(missing)?;
                return Ok(Result::List(parts(&found)));
            }
            "regexp.FindNamedSubmatch" => {
                let found = regex.captures(&text).ok_or_else(missing)?;
                return Ok(Result::Map(named(&regex, &found)));
            }
            "regexp.FindAll" | "regexp.FindAllSubmatch" | "regexp.FindAllNamedSubmatch" => {
                let most = given.int(self, 2)?;
                let most = if most.sign() == num_bigint::Sign::Minus {
                    usize::MAX
                } else {
                    usize::try_from(most).unwrap_or(usize::MAX)
                };
                let mut all = Vec::new();
                for found in regex.captures_iter(&text).take(most) {
                    self.step(at)?;
                    all.push(match given.name {
                        "regexp.FindAll" => Value::Text(found[0].into()),
                        "regexp.FindAllSubmatch" => self.made_list(parts(&found)),
                        _ => self.made_struct(named(&regex, &found)),
                    });
                }
                return if all.is_empty() { Err(missing()) } else { Ok(Result::List(all)) };
            }
            _ => {
                let new = given.text(self, 2)?;
                let made = match given.name {
                    "regexp.ReplaceAll" => regex.replace_all(&text, &*new),
                    _ => regex.replace_all(&text, regex::NoExpand(&new)),
                };
                self.made(at, made.len())?;
                Value::Text(made.into_owned().into())
            }
        };
        Ok(Result::Value(made))
    }
}

/// What the groups of an expression hold.
fn parts(found: &regex::Captures<'_>) -> Vec<Value> {
    let part =
        |part: Option<regex::Match<'_>>| Value::Text(part.map_or("", |part| part.as_str()).into());
    found.iter().map(part).collect()
}

/// What the groups with a name hold.
fn named(regex: &regex::Regex, found: &regex::Captures<'_>) -> Vec<(Rc<str>, Value)> {
    let names = regex.capture_names().flatten();
    let part = |name: &str| found.name(name).map_or("", |part| part.as_str());
    names.map(|name| (Rc::from(name), Value::Text(part(name).into()))).collect()
}

fn number(value: i64) -> Value {
    Value::Number(super::Number::from(value))
}

/// The first letter of each word, upper (or lower).
fn words(text: &str, upper: bool) -> String {
    let mut starts = true;
    let mut made = String::new();
    for c in text.chars() {
        match (starts, upper) {
            (true, true) => made.extend(c.to_uppercase()),
            (true, false) => made.extend(c.to_lowercase()),
            _ => made.push(c),
        }
        starts = c.is_whitespace();
    }
    made
}

pub(super) fn is_range(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    let most = match address.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(_)) => 32,
        Ok(std::net::IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    let plain = bits == "0" || !bits.starts_with('0') && bits.chars().all(|c| c.is_ascii_digit());
    plain && bits.parse::<u8>().is_ok_and(|bits| bits <= most)
}

pub(super) fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        let ends = |c: char| c == '-';
        (1..=63).contains(&label.len())
            && !label.starts_with(ends)
            && !label.ends_with(ends)
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    text.len() <= 253 && text.split('.').all(label)
}

/// `1h30m`, `-1.5s`, `0`
pub(super) fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    if rest.is_empty() {
        return false;
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (digits, after) = rest.split_at(end);
        if digits.matches('.').count() > 1 || !digits.contains(|c: char| c.is_ascii_digit()) {
            return false;
        }
        let units = ["ns", "us", "µs", "μs", "ms", "s", "m", "h"];
        let Some(unit) = units.iter().find(|unit| after.starts_with(**unit)) else { return false };
        rest = &after[unit.len()..];
    }
    true
}
