//! `math.…`, `strconv.…`, and division of whole numbers.

use num_bigint::{BigInt, Sign};

use super::{Arguments, Result};
use crate::conftest::formats::cue::Fault;
use crate::conftest::formats::cue::eval::{Evaluator, Found, Value};
use crate::conftest::formats::cue::number::{Number, Whole};

/// Greatest exponent that is counted.
const MAX_EXPONENT: u32 = 256;
/// Digits to which CUE counts exactly.
const MAX_DIGITS: usize = 34;

/// Whole numbers divided: `div` and `mod` as Euclid does, `quo` and `rem` towards zero.
pub(super) fn divided(name: &str, left: &BigInt, right: &BigInt) -> Option<BigInt> {
    if right.sign() == Sign::NoSign {
        return None;
    }
    let (quotient, rest) = (left / right, left % right);
    let negative = rest.sign() == Sign::Minus;
    let step: i32 = if right.sign() == Sign::Minus { -1 } else { 1 };
    Some(match name {
        "rem" => rest,
        "div" if negative => quotient - step,
        "quo" | "div" => quotient,
        _ if negative => rest + right * step,
        _ => rest,
    })
}

impl Evaluator<'_> {
    pub(super) fn number_function(&mut self, given: &Arguments) -> Found<Result> {
        let at = given.at;
        if given.name.starts_with("strconv.") {
            return self.conversion(given);
        }
        let number = given.number(self, 0)?;
        let whole = match given.name {
            "math.Floor" => Some(Whole::Floor),
            "math.Ceil" => Some(Whole::Ceil),
            "math.Round" => Some(Whole::Round),
            "math.Trunc" => Some(Whole::Trunc),
            _ => None,
        };
        let made = match (given.name, whole) {
            (_, Some(mode)) => number.whole(mode).map(Number::int),
            ("math.Abs", _) if number.is_negative() => Some(number.negated()),
            ("math.Abs", _) => Some(number),
            ("math.Pow", _) => Some(Number::int(self.power(given)?)),
            ("math.Sqrt", _) => Number::float(number.to_f64().sqrt()),
            (name, _) => return Err(Fault::unsupported(at, name)),
        };
        let made = made.ok_or_else(|| Fault::fatal(at, "this is no number"))?;
        Ok(Result::Value(Value::Number(made)))
    }

    /// A whole number to the power of another, as long as CUE counts exactly.
    fn power(&mut self, given: &Arguments) -> Found<BigInt> {
        let inexact = || Fault::unsupported(given.at, "math.Pow of such numbers");
        let base = given.number(self, 0)?.to_int().ok_or_else(inexact)?;
        let exponent = given.number(self, 1)?.to_int().ok_or_else(inexact)?;
        let exponent = u32::try_from(exponent).ok().filter(|it| *it <= MAX_EXPONENT);
        let power = base.pow(exponent.ok_or_else(inexact)?);
        let is_exact = power.magnitude().to_string().len() <= MAX_DIGITS;
        Some(power).filter(|_| is_exact).ok_or_else(inexact)
    }

    fn conversion(&mut self, given: &Arguments) -> Found<Result> {
        let at = given.at;
        let made = match given.name {
            "strconv.FormatBool" => match &given.values[0] {
                Value::Bool(value) => Value::Text(value.to_string().into()),
                _ => return Err(given.wrong(self, 0, "a boolean")),
            },
            "strconv.Quote" => {
                let text = given.text(self, 0)?;
                let quoted: Option<String> = text.chars().map(escaped).collect();
                let what = "strconv.Quote of such characters";
                let quoted = quoted.ok_or_else(|| Fault::unsupported(at, what))?;
                Value::Text(format!("\"{quoted}\"").into())
            }
            "strconv.FormatInt" | "strconv.FormatUint" => {
                let base = base_of(given.index(self, 1)?, at)?;
                Value::Text(given.int(self, 0)?.to_str_radix(base).into())
            }
            "strconv.Atoi" => whole(&given.text(self, 0)?, 10, at)?,
            "strconv.ParseInt" | "strconv.ParseUint" => {
                let text = given.text(self, 0)?;
                parsed(&text, (given.index(self, 1)?, given.index(self, 2)?), given)?
            }
            "strconv.ParseFloat" => {
                let text = given.text(self, 0)?;
                let plain = Number::parse_plain(&text).is_some();
                let float = if plain { text.parse().ok().and_then(Number::float) } else { None };
                // Hexadecimal, endless and other numbers.
                let float =
                    float.ok_or_else(|| Fault::unsupported(at, &format!("the number {text:?}")))?;
                Value::Number(float)
            }
            "strconv.FormatFloat" => {
                let number = given.number(self, 0)?.to_f64();
                let places = given.int(self, 2)?;
                let fixed = given.int(self, 1)? == BigInt::from(u32::from(b'f'));
                if !fixed || given.index(self, 3)? != 64 {
                    return Err(Fault::unsupported(at, "strconv.FormatFloat of such a kind"));
                }
                let text = match usize::try_from(places) {
                    Ok(places) if places < 1_000 => format!("{number:.places$}"),
                    Ok(_) => return Err(Fault::stop(at, "a text is too long")),
                    Err(_) => number.to_string(),
                };
                Value::Text(text.into())
            }
            "strconv.ParseBool" => match &*given.text(self, 0)? {
                "1" | "t" | "T" | "true" | "TRUE" | "True" => Value::Bool(true),
                "0" | "f" | "F" | "false" | "FALSE" | "False" => Value::Bool(false),
                text => return Err(Fault::fatal(at, format!("{text:?} is no boolean"))),
            },
            name => return Err(Fault::unsupported(at, name)),
        };
        Ok(Result::Value(made))
    }
}

/// A character as Go writes it in quotes; nothing where that takes a table of what can be printed.
fn escaped(character: char) -> Option<String> {
    let short = |letter: char| format!("\\{letter}");
    Some(match character {
        '\u{7}' => short('a'),
        '\u{8}' => short('b'),
        '\u{c}' => short('f'),
        '\n' => short('n'),
        '\r' => short('r'),
        '\t' => short('t'),
        '\u{b}' => short('v'),
        '\\' | '"' => short(character),
        '\0'..='\u{1f}' | '\u{7f}' => format!("\\x{:02x}", u32::from(character)),
        ' '..='~' => character.to_string(),
        _ if character.is_alphanumeric() => character.to_string(),
        _ => return None,
    })
}

fn base_of(base: usize, at: usize) -> Found<u32> {
    let found = u32::try_from(base).ok().filter(|base| (2..=36).contains(base));
    found.ok_or_else(|| Fault::unsupported(at, "numbers of such a base"))
}

/// A whole number of a base (0 for the one that it is written with) and so many bits (0 for any).
fn parsed(text: &str, (written, bits): (usize, usize), given: &Arguments) -> Found<Value> {
    let at = given.at;
    let wrong = || Fault::fatal(at, format!("{text:?} is no whole number of {bits} bits"));
    let (sign, mut digits) = match text.strip_prefix(['+', '-']) {
        Some(digits) => (&text[..1], digits),
        None => ("", text),
    };
    let mut base = if written == 0 { 10 } else { base_of(written, at)? };
    if text.contains('_') {
        return Err(Fault::unsupported(at, "a number with underscores"));
    }
    if written == 0 && digits.len() > 1 && digits.starts_with('0') {
        let lower = digits.to_ascii_lowercase();
        let bases = [("0x", 16), ("0o", 8), ("0b", 2), ("0", 8)];
        let found = bases.iter().find(|(prefix, _)| lower.starts_with(prefix));
        let (prefix, found) = found.copied().unwrap_or(("", 10));
        (digits, base) = (&digits[prefix.len()..], found);
    }
    let unsigned = given.name == "strconv.ParseUint";
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(base)) {
        return Err(wrong());
    }
    if unsigned && !sign.is_empty() {
        return Err(wrong());
    }
    let number = BigInt::parse_bytes(digits.as_bytes(), base).ok_or_else(wrong)?;
    let number = if sign == "-" { -number } else { number };
    if bits > 0 {
        let size = if unsigned { bits } else { bits - 1 };
        let most = BigInt::from(1) << size.min(64);
        let least = if unsigned { BigInt::from(0) } else { -most.clone() };
        if bits > 64 || number >= most || number < least {
            return Err(wrong());
        }
    }
    Ok(Value::Number(Number::int(number)))
}

fn whole(text: &str, base: u32, at: usize) -> Found<Value> {
    let plain = !text.contains('_');
    let found = if plain { i64::from_str_radix(text, base).ok() } else { None };
    let found = found.map(|number| Value::Number(Number::from(number)));
    found.ok_or_else(|| Fault::fatal(at, format!("{text:?} is no whole number")))
}
