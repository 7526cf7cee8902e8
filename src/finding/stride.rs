//! STRIDE: what an attacker gains.

use std::fmt;

/// One STRIDE category, in the order of the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the field's own")]
pub enum Stride {
    Spoofing,
    Tampering,
    Repudiation,
    InformationDisclosure,
    DenialOfService,
    ElevationOfPrivilege,
}

impl Stride {
    /// All six, in order.
    pub const ALL: [Self; 6] = [
        Self::Spoofing,
        Self::Tampering,
        Self::Repudiation,
        Self::InformationDisclosure,
        Self::DenialOfService,
        Self::ElevationOfPrivilege,
    ];

    /// Its letter.
    pub fn letter(self) -> char {
        match self {
            Self::Spoofing => 'S',
            Self::Tampering => 'T',
            Self::Repudiation => 'R',
            Self::InformationDisclosure => 'I',
            Self::DenialOfService => 'D',
            Self::ElevationOfPrivilege => 'E',
        }
    }

    /// The category of a letter.
    pub fn from_letter(letter: char) -> Option<Self> {
        Self::ALL.into_iter().find(|stride| stride.letter() == letter)
    }

    /// Its name in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Spoofing => "spoofing",
            Self::Tampering => "tampering",
            Self::Repudiation => "repudiation",
            Self::InformationDisclosure => "information disclosure",
            Self::DenialOfService => "denial of service",
            Self::ElevationOfPrivilege => "elevation of privilege",
        }
    }
}

/// A set of categories, kept in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StrideSet(Vec<Stride>);

impl StrideSet {
    /// From letters (`"STIE"`); the first unknown letter is the error.
    pub fn parse(letters: &str) -> Result<Self, char> {
        letters.chars().map(|letter| Stride::from_letter(letter).ok_or(letter)).collect()
    }

    /// The categories in order.
    pub fn iter(&self) -> impl Iterator<Item = Stride> + '_ {
        self.0.iter().copied()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Stride> for StrideSet {
    fn from_iter<I: IntoIterator<Item = Stride>>(items: I) -> Self {
        let mut all: Vec<Stride> = items.into_iter().collect();
        all.sort_unstable();
        all.dedup();
        Self(all)
    }
}

impl fmt::Display for StrideSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|stride| write!(f, "{}", stride.letter()))
    }
}
