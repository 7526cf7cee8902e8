//! `math.…`, `strconv.…`, and division of whole numbers.

use num_bigint::{BigInt, Sign};

use super::{Arguments, Result};
use crate::conftest::formats::cue::Fault;
use crate::conftest::formats::cue::eval::{Evaluator, Found, Value};
use crate::conftest::formats::cue::number::{Number, Whole};

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
            ("math.Sqrt", _) => Number::float(number.to_f64().sqrt()),
            (name, _) => return Err(Fault::unsupported(at, name)),
        };
        let made = made.ok_or_else(|| Fault::fatal(at, "this is no number"))?;
        Ok(Result::Value(Value::Number(made)))
    }

    fn conversion(&mut self, given: &Arguments) -> Found<Result> {
        let at = given.at;
        let made = match given.name {
            "strconv.FormatBool" => match &given.values[0] {
                Value::Bool(value) => Value::Text(value.to_string().into()),
                _ => return Err(given.wrong(self, 0, "a boolean")),
            },
            "strconv.FormatInt" => {
                let base = base(given.index(self, 1)?, at)?;
                Value::Text(given.int(self, 0)?.to_str_radix(base).into())
            }
            "strconv.Atoi" => whole(&given.text(self, 0)?, 10, at)?,
            "strconv.ParseInt" => {
                let bits = given.index(self, 2)?;
                let base = base(given.index(self, 1)?, at)?;
                let made = whole(&given.text(self, 0)?, base, at)?;
                if bits != 64 && bits != 0 {
                    return Err(Fault::unsupported(at, "strconv.ParseInt of such a size"));
                }
                made
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

fn base(base: usize, at: usize) -> Found<u32> {
    let found = u32::try_from(base).ok().filter(|base| (2..=36).contains(base));
    found.ok_or_else(|| Fault::unsupported(at, "numbers of such a base"))
}

fn whole(text: &str, base: u32, at: usize) -> Found<Value> {
    let plain = !text.contains('_');
    let found = if plain { i64::from_str_radix(text, base).ok() } else { None };
    let found = found.map(|number| Value::Number(Number::from(number)));
    found.ok_or_else(|| Fault::fatal(at, format!("{text:?} is no whole number")))
}
