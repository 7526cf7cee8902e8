//! DREAD: five factors, their score, the band that is the severity, and the evidence for every step.

use std::fmt;

use crate::source::Place;

/// One of the five factors, in the order of the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the field's own")]
pub enum Factor {
    Damage,
    Reproducibility,
    Exploitability,
    AffectedUsers,
    Discoverability,
}

impl Factor {
    /// All five, in order.
    pub const ALL: [Self; 5] = [
        Self::Damage,
        Self::Reproducibility,
        Self::Exploitability,
        Self::AffectedUsers,
        Self::Discoverability,
    ];

    /// The word for it in JSON and YAML.
    pub fn name(self) -> &'static str {
        match self {
            Self::Damage => "damage",
            Self::Reproducibility => "reproducibility",
            Self::Exploitability => "exploitability",
            Self::AffectedUsers => "affected_users",
            Self::Discoverability => "discoverability",
        }
    }
}

/// Five factors, each 0 to 10.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dread([u8; 5]);

impl Dread {
    /// From factors in the order of [`Factor::ALL`]; the first that is not 0 to 10 is the error.
    pub fn new(factors: [u8; 5]) -> Result<Self, (Factor, u8)> {
        match Factor::ALL.into_iter().zip(factors).find(|(_, value)| *value > 10) {
            Some(wrong) => Err(wrong),
            None => Ok(Self(factors)),
        }
    }

    /// One factor.
    pub fn get(self, factor: Factor) -> u8 {
        self.0[factor as usize]
    }

    /// With one factor set; values over 10 count as 10.
    #[must_use]
    pub fn with(mut self, factor: Factor, value: u8) -> Self {
        self.0[factor as usize] = value.min(10);
        self
    }

    /// The mean of the five in tenths, half up.
    pub fn score(self) -> Score {
        let sum: u16 = self.0.iter().map(|factor| u16::from(*factor)).sum();
        Score((20 * sum + 5) / 10)
    }
}

/// A score in tenths: 92 is 9.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Score(pub u16);

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 / 10, self.0 % 10)
    }
}

/// The band of a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Severity {
    Low,
    Medium,
    High,
    Critical,
}

impl Severity {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// Where the bands begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bands {
    /// First score that is medium.
    pub medium: Score,
    /// First score that is high.
    pub high: Score,
    /// First score that is critical.
    pub critical: Score,
}

impl Default for Bands {
    fn default() -> Self {
        Self { medium: Score(40), high: Score(70), critical: Score(95) }
    }
}

impl Bands {
    /// The band of a score.
    pub fn severity(self, score: Score) -> Severity {
        if score >= self.critical {
            Severity::Critical
        } else if score >= self.high {
            Severity::High
        } else if score >= self.medium {
            Severity::Medium
        } else {
            Severity::Low
        }
    }
}

/// One step from base to result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The factor that moved.
    pub factor: Factor,
    /// By how much.
    pub step: i8,
    /// Why, in words.
    pub reason: String,
    /// What proves it.
    pub proof: Vec<Place>,
}

/// Known dimensions of those that apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confidence {
    /// Dimensions whose state is known.
    pub known: u8,
    /// Dimensions that apply.
    pub of: u8,
}

/// DREAD of a finding: base, steps, result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// The factors of the rule or its threat class.
    pub base: Dread,
    /// The factors in context; base plus evidence.
    pub dread: Dread,
    /// Every step between the two.
    pub evidence: Vec<Evidence>,
    /// How much of the context is known.
    pub confidence: Confidence,
}
