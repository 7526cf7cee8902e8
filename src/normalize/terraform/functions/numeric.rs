//! Functions of numbers.

use num_bigint::{BigInt, Sign};

use super::Host;
use super::argument::{number, sequence, text, whole, words};
use crate::normalize::terraform::number::Number;
use crate::normalize::terraform::types::{self, Type};
use crate::normalize::terraform::value::{Kind, Value};

const MAX_RANGE: usize = 1024;
const MAX_PARSED_DIGITS: usize = 4096;

pub(super) fn abs(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    Ok(Value::number(number(&arguments[0])?.abs()))
}

pub(super) fn ceil(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    Ok(Value::number(number(&arguments[0])?.ceil()))
}

pub(super) fn floor(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    Ok(Value::number(number(&arguments[0])?.floor()))
}

pub(super) fn signum(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    Ok(Value::number(whole(&arguments[0])?.signum()))
}

pub(super) fn log(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let (value, base) = (number(&arguments[0])?.to_f64(), number(&arguments[1])?.to_f64());
    float(value.ln() / base.ln())
}

pub(super) fn pow(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    float(power(number(&arguments[0])?.to_f64(), number(&arguments[1])?.to_f64()))
}

#[expect(clippy::float_cmp, reason = "exact special cases")]
/// `base` to the power of `exponent` with the roundings of Terraform, which squares and multiplies.
fn power(base: f64, exponent: f64) -> f64 {
    let whole = exponent.abs().trunc();
    let simple = exponent == 0.0 || base == 0.0 || base == 1.0 || exponent == 1.0;
    if simple || exponent.abs() == 0.5 || whole >= 1e18 || base < 0.0 && whole != exponent.abs() {
        return base.powf(exponent);
    }
    let mut fraction = exponent.abs() - whole;
    let mut steps = whole;
    let mut mantissa = 1.0;
    if fraction != 0.0 {
        if fraction > 0.5 {
            fraction -= 1.0;
            steps += 1.0;
        }
        mantissa = (fraction * base.ln()).exp();
    }
    let (mut square, mut square_exponent) = split(base);
    let mut binary_exponent: i64 = 0;
    while steps >= 1.0 {
        if square_exponent.abs() > 1 << 12 {
            binary_exponent += square_exponent;
            break;
        }
        if steps % 2.0 >= 1.0 {
            mantissa *= square;
            binary_exponent += square_exponent;
        }
        steps = (steps / 2.0).trunc();
        square *= square;
        square_exponent *= 2;
        if square < 0.5 {
            square += square;
            square_exponent -= 1;
        }
    }
    if exponent < 0.0 {
        mantissa = 1.0 / mantissa;
        binary_exponent = -binary_exponent;
    }
    scale(mantissa, binary_exponent)
}

/// A number as a mantissa from 0.5 to 1 and a power of two.
fn split(number: f64) -> (f64, i64) {
    let mut mantissa = number;
    let mut exponent = 0;
    while mantissa.abs() >= 1.0 && mantissa.is_finite() {
        mantissa /= 2.0;
        exponent += 1;
    }
    while mantissa != 0.0 && mantissa.abs() < 0.5 {
        mantissa *= 2.0;
        exponent -= 1;
    }
    (mantissa, exponent)
}

fn scale(mantissa: f64, exponent: i64) -> f64 {
    let mut scaled = mantissa;
    for _ in 0..exponent.unsigned_abs().min(4096) {
        scaled *= if exponent > 0 { 2.0 } else { 0.5 };
    }
    scaled
}

fn float(result: f64) -> Result<Value, String> {
    let infinite = result.is_infinite().then_some(Number::Infinite { negative: result < 0.0 });
    let number = infinite.or_else(|| Number::from_f64(result));
    number.map(Value::number).ok_or_else(|| "the result is not a number".to_owned())
}

pub(super) fn max(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    extreme(arguments, |candidate, best| candidate > best)
}

pub(super) fn min(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    extreme(arguments, |candidate, best| candidate < best)
}

fn extreme(arguments: &[Value], better: fn(&Number, &Number) -> bool) -> Result<Value, String> {
    let (first, others) = arguments.split_first().ok_or("must pass at least one number")?;
    let mut best = number(first)?;
    for other in others {
        let candidate = number(other)?;
        if better(candidate, best) {
            best = candidate;
        }
    }
    Ok(Value::number(best.clone()))
}

pub(super) fn sum(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let Some((_, items)) = sequence(&arguments[0]) else {
        let got = words(&arguments[0]);
        return Err(format!("argument must be list, set, or tuple, not {got}"));
    };
    if items.is_empty() {
        return Err("cannot sum an empty list".to_owned());
    }
    let mut sum = Number::Int(0);
    for item in items {
        let converted = types::convert(item, &Type::Number);
        let Some(Kind::Number(number)) = converted.ok().map(|value| value.kind) else {
            return Err("argument must be list, set, or tuple of number values".to_owned());
        };
        sum = sum.add(&number).ok_or("the sum is not a number")?;
    }
    Ok(Value::number(sum))
}

pub(super) fn parseint(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let Kind::String(_) = arguments[0].kind else {
        return Err(format!("first argument must be a string, not {}", words(&arguments[0])));
    };
    let digits = text(&arguments[0])?;
    let base = number(&arguments[1])?.to_i64().and_then(|base| u8::try_from(base).ok());
    let base = base.filter(|base| (2..=62).contains(base));
    let base = base.ok_or("base must be a whole number between 2 and 62 inclusive")?;
    let parsed = parse_digits(digits, base);
    let parsed =
        parsed.ok_or_else(|| format!("cannot parse {digits:?} as a base {base} integer"))?;
    Ok(Value::number(Number::from(parsed)))
}

fn parse_digits(digits: &str, base: u8) -> Option<BigInt> {
    let unsigned = digits.strip_prefix(['+', '-']).unwrap_or(digits);
    if unsigned.is_empty() || unsigned.len() > MAX_PARSED_DIGITS {
        return None;
    }
    let values = unsigned.bytes().map(|byte| {
        let value = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'z' => byte - b'a' + 10,
            b'A'..=b'Z' if base <= 36 => byte - b'A' + 10,
            b'A'..=b'Z' => byte - b'A' + 36,
            _ => return None,
        };
        (value < base).then_some(value)
    });
    let mut sum = BigInt::from(0);
    for value in values {
        sum = sum * base + value?;
    }
    let negative = digits.starts_with('-');
    Some(if negative && sum.sign() == Sign::Plus { -sum } else { sum })
}

pub(super) fn range(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let numbers: Vec<&Number> = arguments.iter().map(number).collect::<Result<_, _>>()?;
    let zero = Number::Int(0);
    let (start, end, step) = match numbers[..] {
        [end] => (&zero, end, None),
        [start, end] => (start, end, None),
        [start, end, step] => (start, end, Some(step)),
        _ => return Err("must have one, two, or three arguments".to_owned()),
    };
    let down = end < start;
    let step = step.cloned().unwrap_or(Number::Int(if down { -1 } else { 1 }));
    match step.signum() {
        1 if down => return Err("end must be greater than start when step is positive".to_owned()),
        -1 if start < end => {
            return Err("end must be less than start when step is negative".to_owned());
        }
        _ => {}
    }
    let mut items = Vec::new();
    let mut next = start.clone();
    while if down { next > *end } else { next < *end } {
        if items.len() >= MAX_RANGE {
            return Err(format!(
                "more than {MAX_RANGE} values were generated; either decrease the difference between start and end or use a smaller step"
            ));
        }
        items.push(Value::number(next.clone()));
        next = next.add(&step).ok_or("the step is not a number")?;
    }
    Ok(Value::list(items))
}
