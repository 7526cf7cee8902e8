//! Numbers of the Terraform language: what is a 64-bit whole number is one, everything else is a binary fraction of 512 bits
//! rounded to the nearest (half to even), as Terraform computes, so that `1 / 3 * 3 == 1` and every digit printed is the same.
//!
//! Exponents are bounded: a number beyond about 10^±6000 stays at the largest one, one below is zero.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use num_bigint::{BigInt, BigUint, Sign};

/// Bits of a mantissa.
const PRECISION: u64 = 512;
/// Bits of a float's mantissa.
const FLOAT_PRECISION: u64 = 53;
/// Largest power of two by which a mantissa is multiplied or divided.
const MAX_EXPONENT: i64 = 20_000;
/// Largest power of ten in a literal.
const MAX_DECIMAL_EXPONENT: i64 = 6_000;
/// Longest text that is read as a number.
const MAX_DIGITS: usize = 8_000;
/// Fewer digits than this fit 64 bits whatever they are.
const FITS_INT: usize = 19;

/// A number.
#[derive(Clone, Debug)]
pub enum Number {
    /// A whole number that fits 64 bits; always in this form if it does, but for those that functions over floats give.
    Int(i64),
    /// Any other.
    Big(Arc<Fraction>),
    /// What a division by zero gives.
    Infinite {
        /// Below all numbers, else above them.
        negative: bool,
    },
}

/// `mantissa * 2^exponent`; the mantissa is odd and has at most 512 bits.
#[derive(Clone, Debug)]
pub struct Fraction {
    mantissa: BigInt,
    exponent: i64,
    /// How many bits its digits have to tell apart: what functions over floats give is shown as a float is.
    precision: u64,
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Infinite { negative: a }, Self::Infinite { negative: b }) => a == b,
            (Self::Infinite { .. }, _) | (_, Self::Infinite { .. }) => false,
            _ => {
                let (a, b) = (self.parts(), other.parts());
                // Fractions are equal that are shown alike, as for Terraform.
                if a.precision != b.precision && a.exponent < 0 && b.exponent < 0 {
                    return self.to_string() == other.to_string();
                }
                a.mantissa == b.mantissa && a.exponent == b.exponent
            }
        }
    }
}
impl Eq for Number {}
impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        if let (Self::Int(a), Self::Int(b)) = (self, other) {
            return a.cmp(b);
        }
        if self.is_infinite() || other.is_infinite() {
            let rank = |number: &Self| if number.is_infinite() { number.signum() } else { 0 };
            return rank(self).cmp(&rank(other));
        }
        let (a, b, _) = aligned(self, other);
        a.cmp(&b)
    }
}

impl From<i64> for Number {
    fn from(int: i64) -> Self {
        Self::Int(int)
    }
}

impl From<i32> for Number {
    fn from(int: i32) -> Self {
        Self::Int(int.into())
    }
}

impl From<usize> for Number {
    fn from(int: usize) -> Self {
        Self::from(BigInt::from(int))
    }
}

impl From<BigInt> for Number {
    fn from(int: BigInt) -> Self {
        Self::rounded(int, 0)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(int) => write!(f, "{int}"),
            Self::Big(fraction) => f.write_str(&fraction.shortest()),
            Self::Infinite { negative } => f.write_str(if *negative { "-Inf" } else { "+Inf" }),
        }
    }
}

impl Number {
    /// From a literal of the language or a text that converts to a number.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_DIGITS {
            return None;
        }
        if text.len() < FITS_INT && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse().ok().map(Self::Int);
        }
        let (sign, unsigned) = match text.as_bytes().first()? {
            b'-' => (Sign::Minus, &text[1..]),
            b'+' => (Sign::Plus, &text[1..]),
            _ => (Sign::Plus, text),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let magnitude = BigUint::parse_bytes(digits.as_bytes(), 10)?;
        let int = BigInt::from_biguint(sign, magnitude);
        let exponent = exponent - i64::try_from(fraction.len()).ok()?;
        Some(Self::decimal(int, exponent))
    }

    /// `int * 10^exponent`. An exponent far outside of what is kept gives the bound.
    fn decimal(int: BigInt, exponent: i64) -> Self {
        let limit = MAX_DECIMAL_EXPONENT + 2 * i64::try_from(MAX_DIGITS).unwrap_or(0);
        let power = exponent.unsigned_abs().min(limit.unsigned_abs());
        let scale = BigInt::from(10).pow(u32::try_from(power).unwrap_or(0));
        if exponent >= 0 {
            Self::rounded(int * scale, 0)
        } else {
            Self::quotient(&int, &scale, 0).unwrap_or(Self::Int(0))
        }
    }

    /// The number that a float is; `None` where it is no finite number.
    pub fn from_f64(float: f64) -> Option<Self> {
        if !float.is_finite() {
            return None;
        }
        let bits = float.to_bits();
        let stored = i64::try_from(bits >> 52 & 0x7ff).ok()?;
        let fraction = bits & ((1 << 52) - 1);
        let (mantissa, exponent) =
            if stored == 0 { (fraction, -1074) } else { (fraction | 1 << 52, stored - 1075) };
        let sign = if float < 0.0 { Sign::Minus } else { Sign::Plus };
        let number = Self::rounded(BigInt::from_biguint(sign, mantissa.into()), exponent);
        // Up to here its digits are those of the whole number.
        if matches!(number, Self::Int(int) if int.unsigned_abs() <= 1 << FLOAT_PRECISION) {
            return Some(number);
        }
        let parts = number.parts();
        Some(Self::Big(Arc::new(Fraction { precision: FLOAT_PRECISION, ..parts })))
    }

    /// Whether it is what a division by zero gives.
    pub fn is_infinite(&self) -> bool {
        matches!(self, Self::Infinite { .. })
    }

    /// As a 64-bit whole number, if it is one.
    pub fn to_i64(&self) -> Option<i64> {
        match self {
            Self::Int(int) => Some(*int),
            Self::Big(fraction) if (0..64).contains(&fraction.exponent) => {
                i64::try_from(self.to_big_int()?).ok()
            }
            Self::Big(_) | Self::Infinite { .. } => None,
        }
    }

    /// As a whole number of any size, if it is one.
    pub fn to_big_int(&self) -> Option<BigInt> {
        match self {
            Self::Int(int) => Some(BigInt::from(*int)),
            Self::Big(fraction) if fraction.exponent >= 0 => {
                Some(&fraction.mantissa << fraction.exponent.unsigned_abs())
            }
            Self::Big(_) | Self::Infinite { .. } => None,
        }
    }

    /// Rounded to 64 bits.
    pub fn to_f64(&self) -> f64 {
        self.to_string().to_ascii_lowercase().parse().unwrap_or(0.0)
    }

    /// Without what follows the decimal point.
    #[must_use]
    pub fn truncate(&self) -> Self {
        match self {
            Self::Big(fraction) if fraction.exponent < 0 => {
                let magnitude = fraction.mantissa.magnitude() >> fraction.exponent.unsigned_abs();
                BigInt::from_biguint(fraction.mantissa.sign(), magnitude).into()
            }
            _ => self.clone(),
        }
    }

    /// The next whole number below.
    #[must_use]
    pub fn floor(&self) -> Self {
        let whole = self.truncate();
        if whole > *self { whole.finite_sum(&Self::Int(1), -1) } else { whole }
    }

    /// The next whole number above.
    #[must_use]
    pub fn ceil(&self) -> Self {
        let whole = self.truncate();
        if whole < *self { whole.finite_sum(&Self::Int(1), 1) } else { whole }
    }

    /// -1, 0 or 1.
    pub fn signum(&self) -> i64 {
        match self {
            Self::Int(int) => int.signum(),
            Self::Big(fraction) if fraction.mantissa.sign() == Sign::Minus => -1,
            Self::Infinite { negative: true } => -1,
            Self::Big(_) | Self::Infinite { .. } => 1,
        }
    }

    /// Sum; `None` where it is no number.
    pub fn add(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Infinite { negative: a }, Self::Infinite { negative: b }) if a != b => None,
            (Self::Infinite { .. }, _) => Some(self.clone()),
            (_, Self::Infinite { .. }) => Some(other.clone()),
            _ => Some(self.finite_sum(other, 1)),
        }
    }

    /// Difference; `None` where it is no number.
    pub fn subtract(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Infinite { negative: a }, Self::Infinite { negative: b }) if a == b => None,
            (Self::Infinite { .. }, _) => Some(self.clone()),
            (_, Self::Infinite { negative }) => Some(Self::Infinite { negative: !negative }),
            _ => Some(self.finite_sum(other, -1)),
        }
    }

    /// Of finite numbers: the other one added (`sign` 1) or taken away (-1).
    fn finite_sum(&self, other: &Self, sign: i64) -> Self {
        if let (Self::Int(a), Self::Int(b)) = (self, other)
            && let Some(sum) = b.checked_mul(sign).and_then(|b| a.checked_add(b))
        {
            return Self::Int(sum);
        }
        let (a, b, exponent) = aligned(self, other);
        Self::rounded(a + b * sign, exponent)
    }

    /// Product; `None` where it is no number.
    pub fn multiply(&self, other: &Self) -> Option<Self> {
        if self.is_infinite() || other.is_infinite() {
            let sign = self.signum() * other.signum();
            return (sign != 0).then_some(Self::Infinite { negative: sign < 0 });
        }
        if let (Self::Int(a), Self::Int(b)) = (self, other)
            && let Some(product) = a.checked_mul(*b)
        {
            return Some(Self::Int(product));
        }
        let (a, b) = (self.parts(), other.parts());
        Some(Self::rounded(a.mantissa * b.mantissa, a.exponent + b.exponent))
    }

    /// Quotient, infinite for a division by zero; `None` where it is no number.
    pub fn divide(&self, other: &Self) -> Option<Self> {
        match (self.is_infinite(), other.is_infinite()) {
            (true, true) => return None,
            (false, true) => return Some(Self::Int(0)),
            (true, false) => {
                let negative = (self.signum() < 0) != (other.signum() < 0);
                return Some(Self::Infinite { negative });
            }
            _ => {}
        }
        if other.signum() == 0 {
            let negative = self.signum() < 0;
            return (self.signum() != 0).then_some(Self::Infinite { negative });
        }
        if let (Self::Int(a), Self::Int(b)) = (self, other)
            && a.checked_rem(*b) == Some(0)
        {
            return a.checked_div(*b).map(Self::Int);
        }
        let (a, b) = (self.parts(), other.parts());
        Self::quotient(&a.mantissa, &b.mantissa, a.exponent - b.exponent)
    }

    /// Remainder with the sign of the dividend, which is its own remainder by zero; `None` where it is no number.
    pub fn remainder(&self, other: &Self) -> Option<Self> {
        if self.is_infinite() || other.is_infinite() {
            return self.multiply(other);
        }
        if other.signum() == 0 {
            return Some(self.clone());
        }
        if let (Self::Int(a), Self::Int(b)) = (self, other)
            && let Some(remainder) = a.checked_rem(*b)
        {
            return Some(Self::Int(remainder));
        }
        let times = self.divide(other)?.truncate();
        self.subtract(&times.multiply(other)?)
    }

    /// With the other sign.
    #[must_use]
    pub fn negate(&self) -> Self {
        match self {
            Self::Infinite { negative } => Self::Infinite { negative: !negative },
            // It is shown to as many digits as before.
            Self::Big(fraction) if fraction.precision != PRECISION => {
                let mantissa = -&fraction.mantissa;
                Self::Big(Arc::new(Fraction { mantissa, ..Fraction::clone(fraction) }))
            }
            _ => Self::Int(0).finite_sum(self, -1),
        }
    }

    /// Without the sign.
    #[must_use]
    pub fn abs(&self) -> Self {
        if self.signum() < 0 { self.negate() } else { self.clone() }
    }

    /// Without sign, with exactly this many digits after the point (`%f`).
    pub fn fixed(&self, precision: usize) -> String {
        if self.is_infinite() {
            return "Inf".to_owned();
        }
        let (digits, point) = self.exact_digits();
        let places = i64::try_from(precision).unwrap_or(i64::MAX);
        let (digits, point) = round_digits(digits, point, point.saturating_add(places));
        let placed = place_point(&digits, point);
        if precision == 0 {
            return placed;
        }
        let (whole, fraction) = placed.split_once('.').unwrap_or((&placed, ""));
        format!("{whole}.{fraction:0<precision$}")
    }

    /// Without sign, as `d.ddde±dd` with this many digits after the point (`%e`).
    pub fn scientific(&self, precision: usize) -> String {
        if self.is_infinite() {
            return "Inf".to_owned();
        }
        let (digits, point) = self.exact_digits();
        let kept = i64::try_from(precision).unwrap_or(i64::MAX).saturating_add(1);
        let (digits, point) = round_digits(digits, point, kept);
        exponential(&digits, point, precision)
    }

    /// Without sign, in the shorter of both forms (`%g`), with this many significant digits or as many as it takes.
    pub fn general(&self, precision: Option<usize>) -> String {
        if self.is_infinite() {
            return "Inf".to_owned();
        }
        let (digits, point) = match precision {
            Some(kept) => {
                let (digits, point) = self.exact_digits();
                round_digits(digits, point, i64::try_from(kept.max(1)).unwrap_or(i64::MAX))
            }
            None => self.shortest_digits(),
        };
        let count = i64::try_from(digits.len()).unwrap_or(i64::MAX);
        let limit = match precision.and_then(|kept| i64::try_from(kept.max(1)).ok()) {
            Some(kept) if kept > count && count >= point => count,
            Some(kept) => kept,
            None => 6,
        };
        if digits.is_empty() || (-4..limit).contains(&(point - 1)) {
            return place_point(&digits, point);
        }
        exponential(&digits, point, digits.len() - 1)
    }

    /// All decimal digits without sign, and how many of them stand before the point; no digit for zero.
    fn exact_digits(&self) -> (Vec<u8>, i64) {
        let parts = self.parts();
        if parts.mantissa.sign() == Sign::NoSign {
            return (Vec::new(), 0);
        }
        let (digits, point) = decimal_digits(parts.mantissa.magnitude(), parts.exponent);
        (trim_zeros(digits), point)
    }

    /// The digits that are printed, and how many of them stand before the point.
    fn shortest_digits(&self) -> (Vec<u8>, i64) {
        let text = self.abs().to_string();
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
        let signed = |count: usize| i64::try_from(count).unwrap_or(0);
        (trim_zeros(digits[zeros..].to_vec()), signed(whole.len()) - signed(zeros))
    }

    fn parts(&self) -> Fraction {
        match self {
            Self::Int(int) => {
                let zeros = if *int == 0 { 0 } else { int.trailing_zeros() };
                let mantissa = BigInt::from(int >> zeros);
                Fraction { mantissa, exponent: zeros.into(), precision: PRECISION }
            }
            Self::Big(fraction) => Fraction::clone(fraction),
            // Never asked for: infinite operands are dealt with before.
            Self::Infinite { .. } => {
                Fraction { mantissa: BigInt::ZERO, exponent: 0, precision: PRECISION }
            }
        }
    }

    /// `a / b * 2^exponent`, rounded.
    fn quotient(a: &BigInt, b: &BigInt, exponent: i64) -> Option<Self> {
        if b.sign() == Sign::NoSign {
            return None;
        }
        // Two bits more than are kept, and a last one that says whether anything follows.
        let shift = (PRECISION + 2 + b.bits()).saturating_sub(a.bits());
        let dividend = a.magnitude() << shift;
        let mut quotient = (&dividend / b.magnitude()) << 1u32;
        if &quotient * b.magnitude() != dividend << 1u32 {
            quotient.set_bit(0, true);
        }
        let sign = if a.sign() == b.sign() { Sign::Plus } else { Sign::Minus };
        let exponent = exponent - i64::try_from(shift).ok()? - 1;
        Some(Self::rounded(BigInt::from_biguint(sign, quotient), exponent))
    }

    /// `mantissa * 2^exponent` in the form that every number has.
    fn rounded(mantissa: BigInt, exponent: i64) -> Self {
        let (sign, mut magnitude) = mantissa.into_parts();
        let mut exponent = exponent;
        let excess = magnitude.bits().saturating_sub(PRECISION);
        if excess > 0 {
            magnitude = round_half_even(&magnitude, excess);
            exponent += i64::try_from(excess).unwrap_or(0);
        }
        let Some(zeros) = magnitude.trailing_zeros() else { return Self::Int(0) };
        magnitude >>= zeros;
        exponent += i64::try_from(zeros).unwrap_or(0);
        if exponent < -MAX_EXPONENT {
            return Self::Int(0);
        }
        let exponent = exponent.min(MAX_EXPONENT);
        let bits = i64::try_from(magnitude.bits()).unwrap_or(i64::MAX);
        let mantissa = BigInt::from_biguint(sign, magnitude);
        if exponent >= 0
            && bits + exponent <= 64
            && let Ok(int) = i64::try_from(&mantissa << exponent.unsigned_abs())
        {
            return Self::Int(int);
        }
        Self::Big(Arc::new(Fraction { mantissa, exponent, precision: PRECISION }))
    }
}

/// Both mantissas at the smaller exponent, and that exponent.
fn aligned(a: &Number, b: &Number) -> (BigInt, BigInt, i64) {
    let (a, b) = (a.parts(), b.parts());
    let exponent = a.exponent.min(b.exponent);
    let shift = |part: Fraction| part.mantissa << (part.exponent - exponent).unsigned_abs();
    (shift(a), shift(b), exponent)
}

/// Without its last `excess` bits, to the nearest, half to even.
fn round_half_even(magnitude: &BigUint, excess: u64) -> BigUint {
    let kept = magnitude >> excess;
    let half = magnitude.bit(excess - 1);
    let more = magnitude.trailing_zeros().is_some_and(|zeros| zeros < excess - 1);
    if half && (more || kept.bit(0)) { kept + 1u32 } else { kept }
}

/// The exponent of a literal; one beyond any that is kept is cut there.
fn parse_exponent(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let limit = MAX_DECIMAL_EXPONENT + i64::try_from(MAX_DIGITS).ok()?;
    let power = digits.parse().unwrap_or(limit).min(limit);
    Some(if negative { -power } else { power })
}

/// Digits of `magnitude * 2^exponent` and how many of them stand before the decimal point.
fn decimal_digits(magnitude: &BigUint, exponent: i64) -> (Vec<u8>, i64) {
    let power = u32::try_from(exponent.unsigned_abs()).unwrap_or(0);
    let scaled =
        if exponent >= 0 { magnitude << power } else { magnitude * BigUint::from(5u32).pow(power) };
    let digits = scaled.to_string().into_bytes();
    let length = i64::try_from(digits.len()).unwrap_or(0);
    (digits, if exponent >= 0 { length } else { length + exponent })
}

impl Fraction {
    /// The fewest digits that say which number of its precision it is.
    fn shortest(&self) -> String {
        let magnitude = self.mantissa.magnitude();
        let shift = self.precision + 1 - magnitude.bits().min(self.precision);
        let exact = magnitude << shift;
        let exponent = self.exponent - i64::try_from(shift).unwrap_or(0);
        let (digits, point) = decimal_digits(&exact, exponent);
        let align = |(mut digits, at): (Vec<u8>, i64)| {
            let missing = usize::try_from(point - at).unwrap_or(0);
            digits.splice(0..0, std::iter::repeat_n(b'0', missing));
            trim_zeros(digits)
        };
        let lower = align(decimal_digits(&(&exact - 1u32), exponent));
        let upper_parts = decimal_digits(&(&exact + 1u32), exponent);
        // A carry that lengthens the upper neighbor: all digits up to there are nines, and rounding up is right at once.
        let (digits, point) = if upper_parts.1 > point {
            let mut padded = digits;
            padded.insert(0, b'0');
            let mut lower = lower;
            lower.insert(0, b'0');
            let inclusive = !exact.bit(1);
            (shorten(&trim_zeros(padded), &lower, &trim_zeros(upper_parts.0), inclusive), point + 1)
        } else {
            let inclusive = !exact.bit(1);
            let upper = align(upper_parts);
            (shorten(&trim_zeros(digits), &lower, &upper, inclusive), point)
        };
        let sign = if self.mantissa.sign() == Sign::Minus { "-" } else { "" };
        format!("{sign}{}", place_point(&digits, point))
    }
}

/// The first `keep` digits, rounded half to even; a carry may move the point.
fn round_digits(mut digits: Vec<u8>, point: i64, keep: i64) -> (Vec<u8>, i64) {
    let Ok(keep) = usize::try_from(keep) else { return (Vec::new(), 0) };
    if keep >= digits.len() {
        return (digits, point);
    }
    let up = rounds_up(&digits, keep);
    digits.truncate(keep);
    if !up {
        return (trim_zeros(digits), point);
    }
    digits.insert(0, b'0');
    let carried = increment(&digits);
    if carried[0] == b'0' {
        (trim_zeros(carried[1..].to_vec()), point)
    } else {
        (trim_zeros(carried), point + 1)
    }
}

fn exponential(digits: &[u8], point: i64, precision: usize) -> String {
    let exponent = if digits.is_empty() { 0 } else { point - 1 };
    let mut all = digits.iter().map(|digit| char::from(*digit)).chain(std::iter::repeat('0'));
    let first = all.next().unwrap_or('0');
    let rest: String = all.take(precision).collect();
    let dot = if precision > 0 { "." } else { "" };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{first}{dot}{rest}e{sign}{:02}", exponent.unsigned_abs())
}

fn trim_zeros(mut digits: Vec<u8>) -> Vec<u8> {
    while digits.last() == Some(&b'0') {
        digits.pop();
    }
    digits
}

/// The shortest prefix of `digits`, rounded, that lies between its neighbors.
fn shorten(digits: &[u8], lower: &[u8], upper: &[u8], inclusive: bool) -> Vec<u8> {
    let at = |digits: &[u8], index: usize| digits.get(index).copied().unwrap_or(b'0');
    for (index, &digit) in digits.iter().enumerate() {
        let (low, high) = (at(lower, index), at(upper, index));
        let down = low != digit || inclusive && index + 1 == lower.len();
        let up = digit != high && (inclusive || digit + 1 < high || index + 1 < upper.len());
        let keep = index + 1;
        match (down, up) {
            (true, true) if rounds_up(digits, keep) => return increment(&digits[..keep]),
            (true, _) => return digits[..keep].to_vec(),
            (false, true) => return increment(&digits[..keep]),
            (false, false) => {}
        }
    }
    digits.to_vec()
}

/// Whether what follows the first `keep` digits is more than half, or half after an odd digit.
fn rounds_up(digits: &[u8], keep: usize) -> bool {
    match digits.get(keep) {
        Some(b'5') if keep + 1 == digits.len() => keep > 0 && (digits[keep - 1] - b'0') % 2 == 1,
        Some(digit) => *digit >= b'5',
        None => false,
    }
}

/// One more in the last place. The caller's digits are below an upper neighbor of as many, so no carry leaves them.
fn increment(digits: &[u8]) -> Vec<u8> {
    let mut digits = digits.to_vec();
    for digit in digits.iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return digits;
        }
        *digit = b'0';
    }
    digits
}

/// Digits with the decimal point after the first `point` of them.
fn place_point(digits: &[u8], point: i64) -> String {
    let text: String = digits.iter().map(|digit| char::from(*digit)).collect();
    let at = usize::try_from(point.unsigned_abs()).unwrap_or(0);
    let placed = if point <= 0 {
        format!("0.{}{text}", "0".repeat(at))
    } else if at >= text.len() {
        format!("{text}{}", "0".repeat(at - text.len()))
    } else {
        format!("{}.{}", &text[..at], &text[at..])
    };
    let placed = if placed.contains('.') {
        placed.trim_end_matches('0').trim_end_matches('.')
    } else {
        &placed
    };
    let whole = placed.trim_start_matches('0');
    if whole.is_empty() || whole.starts_with('.') { format!("0{whole}") } else { whole.to_owned() }
}
