//! `yamldecode`: one document of the YAML that Terraform reads, a subset of 1.1 with some of 1.2.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use granit_parser::{Event, Options, Parser, ScalarStyle};

use super::Host;
use super::argument::{check_text, text};
use super::memo::{Memo, remembered};
use crate::normalize::terraform::number::Number;
use crate::normalize::terraform::value::{Kind, Value};

const MAX_DEPTH: usize = 128;
/// Most values of a document, each alias counted with what it stands for.
const MAX_VALUES: usize = 262_144;
const TAGS: &str = "tag:yaml.org,2002:";

pub(super) fn yamldecode(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    thread_local! {
        static DECODED: RefCell<Memo<Result<Value, String>, 1024>> = RefCell::default();
    }
    let text = text(&arguments[0])?;
    check_text(text.len())?;
    remembered(&DECODED, text, || decode(text))
}

fn decode(text: &str) -> Result<Value, String> {
    let mut options = Options::default();
    options.block_scalar_eof_without_line_feed = true;
    let parser = Parser::new_from_str_with_options(text, options);
    let mut reader =
        Reader { parser, anchors: BTreeMap::new(), open_anchors: Vec::new(), values: 0 };
    let mut document = None;
    loop {
        match reader.next()? {
            Event::StreamEnd => break,
            Event::DocumentStart(..) if document.is_some() => {
                return Err("unexpected extra content after value".to_owned());
            }
            Event::DocumentStart(..) => {
                let event = reader.next()?;
                document = Some(reader.node(event, 0)?.0);
            }
            _ => {}
        }
    }
    document.ok_or_else(|| "missing start of document".to_owned())
}

struct Reader<'a> {
    parser: Parser<'a, granit_parser::StrInput<'a>>,
    /// Anchored values with how many values they hold.
    anchors: BTreeMap<usize, (Value, usize)>,
    /// Anchors whose value is being read.
    open_anchors: Vec<usize>,
    values: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<Event<'a>, String> {
        match self.parser.next_event() {
            None => Ok(Event::StreamEnd),
            Some(Ok((event, _))) => Ok(event),
            Some(Err(error)) => Err(format!("invalid YAML: {error}")),
        }
    }

    fn count(&mut self, values: usize) -> Result<(), String> {
        self.values = self.values.saturating_add(values);
        if self.values > MAX_VALUES {
            return Err(format!(
                "the document holds more than {MAX_VALUES} values, aliases expanded"
            ));
        }
        Ok(())
    }

    /// The node that begins with this event, and whether it is a plain `<<`.
    fn node(&mut self, event: Event<'a>, depth: usize) -> Result<(Value, bool), String> {
        if depth > MAX_DEPTH {
            return Err(format!("the document is nested more than {MAX_DEPTH} deep"));
        }
        let before = self.values;
        self.count(1)?;
        let (value, anchor, merge) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.map(|tag| format!("{}{}", tag.handle(), tag.suffix()));
                let plain = style == ScalarStyle::Plain;
                let merge = tag.is_none() && text == "<<";
                (scalar(&text, plain, tag.as_deref())?, anchor, merge)
            }
            Event::SequenceStart(_, anchor, tag) => {
                check_tag(tag.as_deref(), "seq", "sequence")?;
                self.open_anchors.push(anchor);
                let sequence = self.sequence(depth)?;
                self.open_anchors.pop();
                (sequence, anchor, false)
            }
            Event::MappingStart(_, anchor, tag) => {
                check_tag(tag.as_deref(), "map", "mapping")?;
                self.open_anchors.push(anchor);
                let mapping = self.mapping(depth)?;
                self.open_anchors.pop();
                (mapping, anchor, false)
            }
            Event::Alias(anchor) => return Ok((self.alias(anchor)?, false)),
            _ => return Err("invalid YAML: a value is missing".to_owned()),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, (value.clone(), self.values - before));
        }
        Ok((value, merge))
    }

    fn alias(&mut self, anchor: usize) -> Result<Value, String> {
        if self.open_anchors.contains(&anchor) {
            return Err("cannot refer to an anchor from inside its own definition".to_owned());
        }
        let (value, size) =
            self.anchors.get(&anchor).cloned().ok_or("reference to undefined anchor")?;
        self.count(size)?;
        Ok(value)
    }

    fn sequence(&mut self, depth: usize) -> Result<Value, String> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                Event::SequenceEnd => return Ok(Value::tuple(items)),
                event => items.push(self.node(event, depth + 1)?.0),
            }
        }
    }

    fn mapping(&mut self, depth: usize) -> Result<Value, String> {
        let mut entries = Vec::new();
        loop {
            let (key, merge) = match self.next()? {
                Event::MappingEnd => return Ok(Value::object(entries.into_iter().collect())),
                event => self.node(event, depth + 1)?,
            };
            let event = self.next()?;
            let value = self.node(event, depth + 1)?.0;
            if merge {
                let Kind::Mapping(merged) = &value.kind else {
                    return Err("only a mapping can be merged into a mapping".to_owned());
                };
                entries.extend(
                    merged.entries.iter().map(|(key, value)| (Arc::clone(key), value.clone())),
                );
                continue;
            }
            let key = match &key.kind {
                Kind::String(text) => Arc::clone(text),
                Kind::Number(number) => number.to_string().into(),
                Kind::Bool(bool) => bool.to_string().into(),
                Kind::Null(_) => return Err("mapping key cannot be null".to_owned()),
                _ => return Err("only strings are allowed as mapping keys".to_owned()),
            };
            entries.push((key, value));
        }
    }
}

fn check_tag(tag: Option<&granit_parser::Tag>, wanted: &str, what: &str) -> Result<(), String> {
    match tag {
        Some(tag) if format!("{}{}", tag.handle(), tag.suffix()) != format!("{TAGS}{wanted}") => {
            Err(format!("can't interpret {what} as {}{}", tag.handle(), tag.suffix()))
        }
        _ => Ok(()),
    }
}

/// What a scalar means. A quoted one is a text whatever its tag says.
fn scalar(text: &str, plain: bool, tag: Option<&str>) -> Result<Value, String> {
    let known = ["bool", "int", "float", "null", "str", "timestamp", "binary"];
    let wanted = match tag {
        None if !plain => return Ok(Value::string(text)),
        None => return resolve(text),
        Some(tag) => tag
            .strip_prefix(TAGS)
            .filter(|name| known.contains(name))
            .ok_or_else(|| format!("unsupported tag {tag:?}"))?,
    };
    if !plain || matches!(wanted, "str" | "binary") {
        return Ok(Value::string(text));
    }
    let unsuitable = || format!("cannot parse {text:?} as {TAGS}{wanted}");
    match (wanted, resolve(text)?) {
        ("null", _) => Ok(Value::null()),
        ("bool", value) if matches!(value.kind, Kind::Bool(_)) => Ok(value),
        ("int" | "float", value) if matches!(value.kind, Kind::Number(_)) => Ok(value),
        ("timestamp", value) if timestamp(text).is_some() => Ok(value),
        _ => Err(unsuitable()),
    }
}

fn resolve(text: &str) -> Result<Value, String> {
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::null(),
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Value::bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Value::bool(false)
        }
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF" => {
            Value::number(Number::Infinite { negative: text.starts_with('-') })
        }
        ".nan" | ".NaN" | ".NAN" => return Err("floating point NaN is not supported".to_owned()),
        // Numbers and dates begin with one of these.
        _ if !text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) => {
            Value::string(text)
        }
        _ => match number(text) {
            Some(number) => Value::number(number),
            None => Value::string(timestamp(text).unwrap_or_else(|| text.to_owned())),
        },
    })
}

fn number(text: &str) -> Option<Number> {
    let radix = |prefix: &str, radix| {
        let digits = text.strip_prefix(prefix).filter(|it| !it.starts_with(['+', '-']))?;
        i64::from_str_radix(digits, radix).ok().map(Number::Int)
    };
    radix("0x", 16).or_else(|| radix("0o", 8)).or_else(|| Number::parse(text))
}

/// A date, or a date with time, in the form of RFC 3339.
fn timestamp(text: &str) -> Option<String> {
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some(text[at + 1..].trim_start())),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let short =
        |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|it| it.is_ascii_digit());
    let plain = year.len() == 4 && year.bytes().all(|it| it.is_ascii_digit());
    if parts.next().is_some() || !plain || !short(month) || !short(day) {
        return None;
    }
    let date = format!("{year}-{month:0>2}-{day:0>2}");
    let written = match time {
        None => format!("{date}T00:00:00Z"),
        Some(time) if time.len() >= 8 => {
            let zone = time.find(['Z', '+', '-']);
            let spaced = text.contains(' ');
            match zone {
                Some(at) if !spaced => format!("{date}T{}", &time[..at]) + &time[at..],
                None if spaced => format!("{date}T{time}Z"),
                _ => return None,
            }
        }
        Some(_) => return None,
    };
    super::date::normalized(&written)
}
