//! Versions and constraints on them, as `required_version` and module calls write them.
//!
//! Source: "Version Constraints" in Terraform's documentation. A version with a pre-release is met only by a constraint that names
//! exactly it.

use std::cmp::Ordering;

/// `1.2.3-beta1`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Segments as written, up to three or more.
    segments: Vec<u64>,
    /// Segments that were written.
    written: usize,
    /// After `-`.
    prerelease: String,
}

/// `>= 1.2, < 2.0`: all of it must hold.
#[derive(Clone, Debug)]
pub struct Constraint(Vec<(Operator, Version)>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Pessimistic,
}

/// The longer before the shorter that they begin with.
const OPERATORS: [(&str, Operator); 7] = [
    ("~>", Operator::Pessimistic),
    (">=", Operator::GreaterOrEqual),
    ("<=", Operator::LessOrEqual),
    ("!=", Operator::NotEqual),
    (">", Operator::Greater),
    ("<", Operator::Less),
    ("=", Operator::Equal),
];

impl Version {
    /// Parse a version; `None` where the text is none.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches('v');
        let text = text.split('+').next()?;
        let (numbers, prerelease) = text.split_once('-').unwrap_or((text, ""));
        let is_digits = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let mut segments = Vec::new();
        for part in numbers.split('.') {
            segments.push(Some(part).filter(is_digits)?.parse().ok()?);
        }
        let is_prerelease = |c: char| c.is_ascii_alphanumeric() || ".-".contains(c);
        if !prerelease.chars().all(is_prerelease) || text.ends_with('-') {
            return None;
        }
        let written = segments.len();
        segments.resize(written.max(3), 0);
        Some(Self { segments, written, prerelease: prerelease.to_owned() })
    }

    /// `(1, 2, 3)` before `(1, 3)`; a pre-release before its release.
    fn compare(&self, other: &Self) -> Ordering {
        let length = self.segments.len().max(other.segments.len());
        let padded = |version: &Self| {
            let mut segments = version.segments.clone();
            segments.resize(length, 0);
            segments
        };
        padded(self).cmp(&padded(other)).then_with(|| {
            match (self.prerelease.is_empty(), other.prerelease.is_empty()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) => compare_prereleases(&self.prerelease, &other.prerelease),
            }
        })
    }
}

fn compare_prereleases(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let ordering = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(x), Some(y)) => match (x.parse::<u64>(), y.parse::<u64>()) {
                (Ok(x), Ok(y)) => x.cmp(&y),
                (Ok(_), Err(_)) => Ordering::Less,
                (Err(_), Ok(_)) => Ordering::Greater,
                (Err(_), Err(_)) => x.cmp(y),
            },
        };
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
}

impl Constraint {
    /// Parse a constraint; `None` where the text is none.
    pub fn parse(text: &str) -> Option<Self> {
        let part = |part: &str| {
            let part = part.trim();
            let (operator, rest) = OPERATORS
                .iter()
                .find_map(|(sign, operator)| Some((*operator, part.strip_prefix(sign)?)))
                .unwrap_or((Operator::Equal, part));
            Some((operator, Version::parse(rest)?))
        };
        text.split(',').map(part).collect::<Option<_>>().map(Self)
    }

    /// Whether a pre-release is named.
    pub fn names_a_prerelease(&self) -> bool {
        self.0.iter().any(|(_, version)| !version.prerelease.is_empty())
    }

    /// Whether a version meets it.
    pub fn allows(&self, version: &Version) -> bool {
        self.0.iter().all(|(operator, wanted)| meets(version, *operator, wanted))
    }
}

fn meets(version: &Version, operator: Operator, wanted: &Version) -> bool {
    let order = version.compare(wanted);
    let exact = !version.prerelease.is_empty() || !wanted.prerelease.is_empty();
    if exact && !matches!(operator, Operator::Equal | Operator::NotEqual) {
        let same = version.segments == wanted.segments;
        if version.prerelease.is_empty() != wanted.prerelease.is_empty() || !same {
            // A pre-release is taken only where the constraint names one of the same version.
            return version.prerelease.is_empty() && order_meets(order, operator, version, wanted);
        }
    }
    order_meets(order, operator, version, wanted)
}

fn order_meets(order: Ordering, operator: Operator, version: &Version, wanted: &Version) -> bool {
    match operator {
        Operator::Equal => order == Ordering::Equal,
        Operator::NotEqual => order != Ordering::Equal,
        Operator::Greater => order == Ordering::Greater,
        Operator::GreaterOrEqual => order != Ordering::Less,
        Operator::Less => order == Ordering::Less,
        Operator::LessOrEqual => order != Ordering::Greater,
        Operator::Pessimistic => {
            // All but the last segment that is written must be the same.
            let fixed = wanted.written.saturating_sub(1);
            order != Ordering::Less
                && version.segments[..fixed.min(version.segments.len())] == wanted.segments[..fixed]
        }
    }
}
