//! Which tests are run: `--run REGEX`.

use regex::Regex;

use super::result::{TestKind, TestResult};

/// Bytes of a compiled pattern.
const SIZE_LIMIT: usize = 1 << 20;

/// Selects tests by their full names.
#[derive(Clone, Debug)]
pub struct Selector(Regex);

impl Selector {
    /// From a regular expression; the error says what is wrong with it.
    pub fn parse(pattern: &str) -> Result<Self, String> {
        let regex = regex::RegexBuilder::new(pattern).size_limit(SIZE_LIMIT).build();
        regex.map(Self).map_err(|error| {
            let text = error.to_string();
            let last = text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
            last.trim().trim_start_matches("error: ").to_owned()
        })
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether a name fits.
    pub fn fits(&self, name: &str) -> bool {
        self.0.is_match(name)
    }

    /// Whether a unit test or case fits: a case also where its test does. Checks always do.
    pub(super) fn fits_unit(&self, result: &TestResult) -> bool {
        result.kind == TestKind::Check || self.fits(&result.full_name())
    }
}
