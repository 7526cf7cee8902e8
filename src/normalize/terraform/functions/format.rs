//! `format` and `formatlist`.

use std::iter::Peekable;
use std::str::CharIndices;
use std::sync::Arc;

use unicode_segmentation::UnicodeSegmentation;

use super::Host;
use super::argument::{check_items, check_text, text, top_unknown};
use super::json;
use super::string::{begins_with, characters};
use crate::normalize::terraform::beyond::Beyond;
use crate::normalize::terraform::number::Number;
use crate::normalize::terraform::types::{self, Type};
use crate::normalize::terraform::value::{Kind, SequenceKind, Value};

const MAX_WIDTH: usize = 65_536;

/// A verb with its flags, as written at a place in the format.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "the flags of a verb are independent")]
struct Verb {
    sharp: bool,
    zero: bool,
    minus: bool,
    plus: bool,
    space: bool,
    width: Option<usize>,
    precision: Option<usize>,
    index: Option<usize>,
    letter: char,
    at: usize,
    raw: String,
}

pub(super) fn format(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    if let Some(reason) = top_unknown(&arguments[0]) {
        return Ok(super::unknown(reason, Some(Type::String)));
    }
    let template = text(&arguments[0])?;
    if let Some(reason) = arguments[1..].iter().find_map(Value::first_unknown) {
        let known = template.find('%').map_or("", |at| &template[..at]);
        return Ok(with_parts(begins_with(known, reason), template, &arguments[1..]));
    }
    render(template, &arguments[1..])
}

/// The text of a format with unknown arguments, with what is known of it between these.
fn with_parts(mut text: Value, template: &str, arguments: &[Value]) -> Value {
    let stands = |argument: &Value| match (&argument.kind, Beyond::text_of(argument)) {
        (Kind::Unknown(_), Some(part)) => Value::string(part),
        _ => argument.clone(),
    };
    let arguments: Vec<Value> = arguments.iter().map(stands).collect();
    if let (Kind::Unknown(unknown), Ok(known)) = (&mut text.kind, render(template, &arguments))
        && let Kind::String(known) = &known.kind
    {
        let unknown = Arc::make_mut(unknown);
        unknown.beyond = Beyond::with_parts(unknown.beyond.clone(), known);
    }
    text
}

pub(super) fn formatlist(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let list = Type::List(Arc::new(Type::String));
    if let Some(reason) = top_unknown(&arguments[0]) {
        return Ok(super::unknown(reason, Some(list)));
    }
    let template = text(&arguments[0])?;
    let rest = &arguments[1..];
    let mut length: Option<(usize, usize)> = None;
    for (at, argument) in rest.iter().enumerate() {
        match (&argument.kind, length) {
            (Kind::Sequence(SequenceKind::Set, items), _)
                if items.len() > 1 && !argument.is_wholly_known() =>
            {
                let reason = argument.first_unknown().unwrap_or_default();
                return Ok(super::unknown(reason, Some(list)));
            }
            (Kind::Sequence(_, items), None) => length = Some((at, items.len())),
            (Kind::Sequence(_, items), Some((first, wanted))) if items.len() != wanted => {
                return Err(format!(
                    "argument {} has length {}, which is inconsistent with argument {} of length {wanted}",
                    at + 1,
                    items.len(),
                    first + 1
                ));
            }
            (Kind::Unknown(unknown), _) if may_be_list(unknown.kind.as_ref()) => {
                return Ok(super::unknown(Arc::clone(&unknown.reason), Some(list)));
            }
            _ => {}
        }
    }
    let count = length.map_or(1, |(_, count)| count);
    check_items(count.saturating_mul(rest.len() + 1))?;
    let mut texts = Vec::with_capacity(count);
    let mut bytes: usize = 0;
    for round in 0..count {
        let arguments: Vec<Value> = rest.iter().map(|argument| nth(argument, round)).collect();
        if let Some(reason) = arguments.iter().find_map(Value::first_unknown) {
            let unknown = super::unknown(reason, Some(Type::String));
            texts.push(with_parts(unknown, template, &arguments));
            continue;
        }
        let one = render(template, &arguments)
            .map_err(|error| format!("error on format iteration {round}: {error}"))?;
        if let Kind::String(text) = &one.kind {
            bytes = bytes.saturating_add(text.len());
            check_text(bytes)?;
        }
        texts.push(one);
    }
    if texts.is_empty() {
        return Ok(Value::empty_sequence(SequenceKind::List, Type::String));
    }
    Ok(Value::list(texts))
}

fn may_be_list(kind: Option<&Type>) -> bool {
    matches!(kind, None | Some(Type::Any | Type::List(_) | Type::Set(_) | Type::Tuple(_)))
}

/// The element of a list for this round; anything else is itself in every round.
fn nth(argument: &Value, round: usize) -> Value {
    match &argument.kind {
        Kind::Sequence(_, items) => items.get(round).cloned().unwrap_or_else(Value::null),
        _ => argument.clone(),
    }
}

fn render(template: &str, arguments: &[Value]) -> Result<Value, String> {
    let mut out = String::new();
    let mut chars = template.char_indices().peekable();
    let mut next = 0;
    let mut used = 0;
    while let Some((at, c)) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let verb = read_verb(template, at, &mut chars)?;
        if verb.letter == '%' {
            out.push('%');
            continue;
        }
        let index = verb.index.unwrap_or(next);
        next = index + 1;
        used = used.max(next);
        let argument = arguments.get(index).ok_or_else(|| {
            format!(
                "not enough arguments for {:?} at {at}: need index {} but have {} total",
                verb.raw,
                index + 1,
                arguments.len()
            )
        })?;
        verb.write(argument, &mut out)?;
        check_text(out.len())?;
    }
    match arguments.len() {
        count if count <= used => Ok(Value::string(out)),
        _ if used == 0 => Err("too many arguments; no verbs in format string".to_owned()),
        _ => Err(format!("too many arguments; only {used} used by format string")),
    }
}

fn read_verb(
    template: &str,
    at: usize,
    chars: &mut Peekable<CharIndices<'_>>,
) -> Result<Verb, String> {
    let mut verb = Verb { at, ..Verb::default() };
    while let Some((_, flag)) = chars.next_if(|(_, c)| "#0-+ ".contains(*c)) {
        match flag {
            '#' => verb.sharp = true,
            '0' => verb.zero = true,
            '-' => verb.minus = true,
            '+' => verb.plus = true,
            _ => verb.space = true,
        }
    }
    verb.width = read_number(chars);
    if chars.next_if(|(_, c)| *c == '.').is_some() {
        verb.precision = Some(read_number(chars).unwrap_or(0));
    }
    if chars.next_if(|(_, c)| *c == '[').is_some() {
        let index = read_number(chars).filter(|index| *index > 0);
        let closed = chars.next_if(|(_, c)| *c == ']').is_some();
        let (Some(index), true) = (index, closed) else {
            return Err(format!("invalid argument index in the verb at offset {at}"));
        };
        verb.index = Some(index - 1);
    }
    let Some((end, letter)) = chars.next() else {
        return Err(format!("invalid format string starting at offset {}", template.len()));
    };
    verb.letter = letter;
    template[at..end + letter.len_utf8()].clone_into(&mut verb.raw);
    if verb.width.max(verb.precision).is_some_and(|size| size > MAX_WIDTH) {
        return Err(format!("width and precision of {:?} must not exceed {MAX_WIDTH}", verb.raw));
    }
    Ok(verb)
}

fn read_number(chars: &mut Peekable<CharIndices<'_>>) -> Option<usize> {
    let mut number: Option<usize> = None;
    while let Some((_, digit)) = chars.next_if(|(_, c)| c.is_ascii_digit()) {
        let value = usize::try_from(digit.to_digit(10)?).ok()?;
        number = Some(number.unwrap_or(0).saturating_mul(10).saturating_add(value));
    }
    number
}

impl Verb {
    fn write(&self, argument: &Value, out: &mut String) -> Result<(), String> {
        if argument.is_null() && self.letter != 'v' {
            return Err(self.unsuitable("null value cannot be formatted"));
        }
        match self.letter {
            'v' => self.write_value(argument, out),
            'd' | 'b' | 'o' | 'x' | 'X' => self.write_whole(&self.number(argument)?, out),
            'e' | 'E' | 'f' | 'g' | 'G' => {
                self.write_fraction(&self.number(argument)?, out);
                Ok(())
            }
            's' | 'q' => {
                let converted = types::convert(argument, &Type::String);
                let converted = converted.map_err(|error| self.unsuitable(&error))?;
                self.write_text(text(&converted)?, out);
                Ok(())
            }
            't' => {
                let converted = types::convert(argument, &Type::Bool);
                let Kind::Bool(bool) = converted.map_err(|error| self.unsuitable(&error))?.kind
                else {
                    return Err(self.unsuitable("bool required"));
                };
                out.push_str(if bool { "true" } else { "false" });
                Ok(())
            }
            letter if letter.is_ascii_alphabetic() => Err(format!(
                "unsupported format verb {letter:?} in {:?} at offset {}",
                self.raw, self.at
            )),
            letter => Err(format!(
                "unrecognized format character {letter:?} at offset {}",
                self.at + self.raw.len() - letter.len_utf8()
            )),
        }
    }

    fn unsuitable(&self, error: &str) -> String {
        format!("unsupported value for {:?} at {}: {error}", self.raw, self.at)
    }

    fn number(&self, argument: &Value) -> Result<Number, String> {
        match types::convert(argument, &Type::Number).map_err(|error| self.unsuitable(&error))?.kind
        {
            Kind::Number(number) => Ok(number),
            _ => Err(self.unsuitable("number required")),
        }
    }

    fn write_value(&self, argument: &Value, out: &mut String) -> Result<(), String> {
        let mut plain = String::new();
        match &argument.kind {
            Kind::String(text) if !self.sharp => plain.push_str(text),
            Kind::Number(number) if number.is_infinite() => plain.push_str(&number.to_string()),
            // As `%g` without a precision: large and small ones with an exponent.
            Kind::Number(number) if !self.sharp => {
                plain.push_str(if number.signum() < 0 { "-" } else { "" });
                plain.push_str(&number.general(None));
            }
            _ => json::encode(argument, &mut plain)?,
        }
        self.pad(&plain, out);
        Ok(())
    }

    fn write_text(&self, whole: &str, out: &mut String) {
        let cut: String = match self.precision.filter(|most| *most > 0) {
            Some(most) => whole.graphemes(true).take(most).collect(),
            None => whole.to_owned(),
        };
        if self.letter == 'q' {
            let mut quoted = String::new();
            json::encode_text(&cut, &mut quoted);
            self.pad(&quoted, out);
        } else {
            self.pad(&cut, out);
        }
    }

    fn write_whole(&self, number: &Number, out: &mut String) -> Result<(), String> {
        let int = number.to_big_int().ok_or_else(|| self.unsuitable("an integer is required"))?;
        let radix = match self.letter {
            'b' => 2,
            'o' => 8,
            'x' | 'X' => 16,
            _ => 10,
        };
        let mut digits = int.magnitude().to_str_radix(radix);
        if self.letter == 'X' {
            digits = digits.to_uppercase();
        }
        let prefix = match (self.sharp, self.letter) {
            (true, 'b') => "0b",
            (true, 'o') => "0",
            (true, 'x') => "0x",
            (true, 'X') => "0X",
            _ => "",
        };
        if let Some(least) = self.precision {
            digits = format!("{}{digits}", "0".repeat(least.saturating_sub(digits.len())));
        }
        self.pad_number(number.signum() < 0, prefix, &digits, out);
        Ok(())
    }

    fn write_fraction(&self, number: &Number, out: &mut String) {
        let mut digits = match (self.letter.to_ascii_lowercase(), self.precision) {
            ('f', precision) => number.fixed(precision.unwrap_or(6)),
            ('e', precision) => number.scientific(precision.unwrap_or(6)),
            (_, precision) => number.general(precision),
        };
        if self.letter.is_ascii_uppercase() {
            digits = digits.to_uppercase();
        }
        self.pad_number(number.signum() < 0, "", &digits, out);
    }

    fn pad_number(&self, negative: bool, prefix: &str, digits: &str, out: &mut String) {
        let sign = match (negative, self.plus, self.space) {
            (true, _, _) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            _ => "",
        };
        let length = sign.len() + prefix.len() + digits.len();
        let missing = self.width.unwrap_or(0).saturating_sub(length);
        let fill = |with: &str| with.repeat(missing);
        let (before, between, after) = match (self.minus, self.zero) {
            (true, _) => (String::new(), String::new(), fill(" ")),
            (false, true) => (String::new(), fill("0"), String::new()),
            (false, false) => (fill(" "), String::new(), String::new()),
        };
        for part in [&before, sign, prefix, &between, digits, &after] {
            out.push_str(part);
        }
    }

    fn pad(&self, text: &str, out: &mut String) {
        let missing = self.width.map_or(0, |width| width.saturating_sub(characters(text)));
        let fill = if self.zero && !self.minus { "0" } else { " " }.repeat(missing);
        if self.minus {
            out.push_str(text);
            out.push_str(&fill);
        } else {
            out.push_str(&fill);
            out.push_str(text);
        }
    }
}
