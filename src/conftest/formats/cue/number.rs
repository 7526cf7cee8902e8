//! Numbers of CUE: decimals of any size; what is divided has 34 digits.

use std::cmp::Ordering;

use num_bigint::{BigInt, Sign};

/// Digits of what is not exact.
const PRECISION: usize = 34;
/// Longest numbers that are computed with.
const MAX_DIGITS: u64 = 10_000;

/// `digits × 10^exponent`
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Number {
    digits: BigInt,
    exponent: i64,
    /// Whether it is a number with a fraction, even one of zero.
    pub float: bool,
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self { digits: value.into(), exponent: 0, float: false }
    }
}

fn power(exponent: u64) -> BigInt {
    BigInt::from(10).pow(u32::try_from(exponent).unwrap_or(u32::MAX))
}

fn count(digits: &BigInt) -> usize {
    digits.magnitude().to_string().len()
}

impl Number {
    pub fn int(digits: BigInt) -> Self {
        Self { digits, exponent: 0, float: false }
    }

    pub fn float(value: f64) -> Option<Self> {
        let mut number = Self::parse_plain(&format!("{value:e}"))?;
        number.float = true;
        Some(number)
    }

    /// As it is written in a file.
    pub fn parse(text: &str) -> Option<Self> {
        let sound = !text.ends_with('_') && !text.contains("__");
        let plain: String = text.chars().filter(|c| *c != '_').collect();
        if !sound {
            return None;
        }
        for (prefix, base) in [("0x", 16), ("0X", 16), ("0o", 8), ("0b", 2)] {
            if let Some(digits) = plain.strip_prefix(prefix) {
                return BigInt::parse_bytes(digits.as_bytes(), base).map(Self::int);
            }
        }
        let multiples = [('K', 1_u32), ('M', 2), ('G', 3), ('T', 4), ('P', 5)];
        let (body, binary) = match plain.strip_suffix('i') {
            Some(body) => (body, true),
            None => (&*plain, false),
        };
        for (letter, times) in multiples {
            if let Some(body) = body.strip_suffix(letter) {
                let base = if binary { 1024 } else { 1000 };
                let factor = Self::int(BigInt::from(base).pow(times));
                let number = Self::parse_plain(body)?.multiply(&factor)?;
                return number.to_int().map(Self::int);
            }
        }
        if binary { None } else { Self::parse_plain(&plain) }
    }

    /// `1`, `1.5`, `.5`, `1e3`
    pub fn parse_plain(text: &str) -> Option<Self> {
        let (body, exponent) = match text.split_once(['e', 'E']) {
            Some((body, exponent)) => (body, Some(exponent.parse::<i64>().ok()?)),
            None => (text, None),
        };
        let (whole, fraction) = body.split_once('.').unwrap_or((body, ""));
        let unsigned = whole.strip_prefix(['-', '+']).unwrap_or(whole);
        let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit());
        let leading_zero = unsigned.len() > 1 && unsigned.starts_with('0');
        let empty = unsigned.is_empty() && fraction.is_empty();
        if !digits(unsigned) || !digits(fraction) || empty {
            return None;
        }
        let float = body.contains('.') || exponent.is_some();
        if leading_zero && !float || exponent.is_some_and(|size| size.abs() > 100_000) {
            return None;
        }
        let sign = if whole.starts_with('-') { "-" } else { "" };
        let digits = format!("{sign}{unsigned}{fraction}").parse().ok()?;
        let exponent = exponent.unwrap_or(0) - i64::try_from(fraction.len()).ok()?;
        Some(Self { digits, exponent, float })
    }

    pub fn is_negative(&self) -> bool {
        self.digits.sign() == Sign::Minus
    }

    pub fn is_zero(&self) -> bool {
        self.digits.sign() == Sign::NoSign
    }

    /// The whole number that it is, if it is one.
    pub fn to_int(&self) -> Option<BigInt> {
        if self.exponent >= 0 {
            let digits = self.exponent.unsigned_abs();
            return (digits <= MAX_DIGITS).then(|| &self.digits * power(digits));
        }
        let scale = power(self.exponent.unsigned_abs());
        let (whole, rest) = (&self.digits / &scale, &self.digits % &scale);
        (rest.sign() == Sign::NoSign).then_some(whole)
    }

    pub fn to_index(&self) -> Option<usize> {
        usize::try_from(self.to_int()?).ok()
    }

    pub fn to_f64(&self) -> f64 {
        format!("{}e{}", self.digits, self.exponent).parse().unwrap_or(f64::NAN)
    }

    fn aligned(&self, other: &Self) -> Option<(BigInt, BigInt, i64)> {
        let exponent = self.exponent.min(other.exponent);
        let scaled = |number: &Self| {
            let shift = (number.exponent - exponent).unsigned_abs();
            (shift <= MAX_DIGITS).then(|| &number.digits * power(shift))
        };
        Some((scaled(self)?, scaled(other)?, exponent))
    }

    pub fn compare(&self, other: &Self) -> Ordering {
        match self.aligned(other) {
            Some((a, b, _)) => a.cmp(&b),
            None => self.to_f64().total_cmp(&other.to_f64()),
        }
    }

    pub fn add(&self, other: &Self) -> Option<Self> {
        let (a, b, exponent) = self.aligned(other)?;
        Self { digits: a + b, exponent, float: self.float || other.float }.rounded()
    }

    pub fn negated(&self) -> Self {
        Self { digits: -self.digits.clone(), ..*self }
    }

    pub fn multiply(&self, other: &Self) -> Option<Self> {
        let size = self.digits.bits() + other.digits.bits();
        let float = self.float || other.float;
        let exponent = self.exponent + other.exponent;
        if size > 4 * MAX_DIGITS {
            return None;
        }
        Self { digits: &self.digits * &other.digits, exponent, float }.rounded()
    }

    /// Always with a fraction; `None` for a division by zero.
    pub fn divide(&self, other: &Self) -> Option<Self> {
        if other.is_zero() {
            return None;
        }
        let wanted = PRECISION + 1 + count(&other.digits);
        let shift = wanted.saturating_sub(count(&self.digits));
        let scaled = &self.digits * power(shift as u64);
        let shift = i64::try_from(shift).ok()?;
        let (mut digits, rest) = (&scaled / &other.digits, &scaled % &other.digits);
        let mut exponent = self.exponent - other.exponent - shift;
        if rest.sign() == Sign::NoSign {
            // As few digits as there may be: an exact quotient is written in full.
            let ideal = self.exponent - other.exponent;
            while exponent < ideal && (&digits % 10_u32).sign() == Sign::NoSign {
                digits /= 10_u32;
                exponent += 1;
            }
        } else {
            // A digit that is not zero stands for what follows.
            let step = if scaled.sign() == other.digits.sign() { 1 } else { -1 };
            digits = digits * 10_u32 + step;
            exponent -= 1;
        }
        Self { digits, exponent, float: true }.rounded()
    }

    /// A number with a fraction has at most so many digits, rounded half up.
    fn rounded(self) -> Option<Self> {
        let digits = count(&self.digits);
        if !self.float {
            return (digits as u64 <= MAX_DIGITS).then_some(self);
        }
        if digits <= PRECISION {
            return Some(self);
        }
        let cut = digits - PRECISION;
        let scale = power(cut as u64);
        let (whole, rest) = (&self.digits / &scale, &self.digits % &scale);
        let half = rest.magnitude() * 2_u32 >= *scale.magnitude();
        let step: i64 = if !half {
            0
        } else if self.is_negative() {
            -1
        } else {
            1
        };
        let exponent = self.exponent + i64::try_from(cut).ok()?;
        Some(Self { digits: whole + step, exponent, float: true })
    }

    /// Whole number below (`floor`), above (`ceil`), towards zero.
    pub fn whole(&self, mode: Whole) -> Option<BigInt> {
        if let Some(whole) = self.to_int() {
            return Some(whole);
        }
        if self.exponent >= 0 || self.exponent.unsigned_abs() > MAX_DIGITS {
            return None;
        }
        let scale = power(self.exponent.unsigned_abs());
        let (whole, rest) = (&self.digits / &scale, &self.digits % &scale);
        let away: i64 = if self.is_negative() { -1 } else { 1 };
        let step = match mode {
            Whole::Floor if self.is_negative() => -1,
            Whole::Ceil if !self.is_negative() => 1,
            Whole::Round if rest.magnitude() * 2_u32 >= *scale.magnitude() => away,
            _ => 0,
        };
        Some(whole + step)
    }
}

/// Which whole number is meant.
#[derive(Clone, Copy, Debug)]
pub(super) enum Whole {
    Floor,
    Ceil,
    Round,
    Trunc,
}

/// As it is written: plain where no digit is missing before the point and few zeros stand behind it.
impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.float {
            return match self.to_int() {
                Some(whole) => write!(f, "{whole}"),
                None => write!(f, "{}E+{}", self.digits, self.exponent),
            };
        }
        let sign = if self.is_negative() { "-" } else { "" };
        let digits = self.digits.magnitude().to_string();
        let adjusted = self.exponent + i64::try_from(digits.len()).unwrap_or(i64::MAX) - 1;
        if self.exponent == 0 {
            return write!(f, "{sign}{digits}.0");
        }
        if self.exponent > 0 || adjusted < -6 {
            let (first, rest) = digits.split_at(1);
            let point = if rest.is_empty() { "" } else { "." };
            let plus = if adjusted < 0 { "" } else { "+" };
            return write!(f, "{sign}{first}{point}{rest}E{plus}{adjusted}");
        }
        let places = usize::try_from(-self.exponent).unwrap_or(0);
        let padded = format!("{digits:0>width$}", width = places + 1);
        let (whole, fraction) = padded.split_at(padded.len() - places);
        write!(f, "{sign}{whole}.{fraction}")
    }
}
