//! Numbers of the Terraform language: exact, beyond 64 bits.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use bigdecimal::BigDecimal;

/// A number.
#[derive(Clone, Debug)]
pub enum Number {
    /// A whole number that fits 64 bits; always in this form if it does.
    Int(i64),
    /// Any other.
    Big(Arc<BigDecimal>),
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
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
        let _ = other;
        Ordering::Equal
    }
}

impl From<i64> for Number {
    fn from(int: i64) -> Self {
        Self::Int(int)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let _ = f;
        Ok(())
    }
}

impl Number {
    /// From a literal of the language or a text that converts to a number.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self::Int)
    }

    /// As a 64-bit whole number, if it is one.
    pub fn to_i64(&self) -> Option<i64> {
        if let Self::Int(int) = self { Some(*int) } else { None }
    }

    /// Rounded to 64 bits.
    pub fn to_f64(&self) -> f64 {
        0.0
    }

    /// Sum.
    #[must_use]
    pub fn add(&self, other: &Self) -> Self {
        let _ = other;
        self.clone()
    }

    /// Difference.
    #[must_use]
    pub fn subtract(&self, other: &Self) -> Self {
        let _ = other;
        self.clone()
    }

    /// Product.
    #[must_use]
    pub fn multiply(&self, other: &Self) -> Self {
        let _ = other;
        self.clone()
    }

    /// Quotient; `None` for a division by zero.
    pub fn divide(&self, other: &Self) -> Option<Self> {
        let _ = other;
        None
    }

    /// Remainder with the sign of the dividend; `None` for a division by zero.
    pub fn remainder(&self, other: &Self) -> Option<Self> {
        let _ = other;
        None
    }

    /// With the other sign.
    #[must_use]
    pub fn negate(&self) -> Self {
        self.clone()
    }
}
