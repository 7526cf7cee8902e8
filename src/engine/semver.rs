//! Semantic versions and constraints on them.

use std::cmp::Ordering;

/// A version: `1.2.3-rc.1+build`. What follows `+` takes no part in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    pub(super) numbers: [u64; 3],
    pre: Vec<String>,
    build: String,
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [major, minor, patch] = self.numbers;
        write!(f, "{major}.{minor}.{patch}")?;
        if !self.pre.is_empty() {
            write!(f, "-{}", self.pre.join("."))?;
        }
        if !self.build.is_empty() {
            write!(f, "+{}", self.build)?;
        }
        Ok(())
    }
}

impl Version {
    /// Reads a version as the specification writes it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (version, count) = Self::loose(text)?;
        let exact = count == 3 && version.to_string() == text;
        exact.then_some(version)
    }

    /// Reads what people write: `v1.2`, `1`, `01.2.0`. Missing numbers are 0.
    pub(super) fn normalized(text: &str) -> Option<Self> {
        let text = text.trim();
        Self::loose(text.strip_prefix(['v', 'V']).unwrap_or(text)).map(|(version, _)| version)
    }

    /// A version and how many numbers it names.
    fn loose(text: &str) -> Option<(Self, usize)> {
        let (rest, build) = text.split_once('+').map_or((text, None), |(a, b)| (a, Some(b)));
        let (core, pre) = rest.split_once('-').map_or((rest, None), |(a, b)| (a, Some(b)));
        let mut numbers = [0; 3];
        let mut count = 0;
        for part in core.split('.') {
            let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            *numbers.get_mut(count)? = part.parse().ok().filter(|_| digits)?;
            count += 1;
        }
        let is_word = |word: &str| {
            !word.is_empty()
                && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        let padded = |word: &str| {
            word.len() > 1
                && word.starts_with('0')
                && word.bytes().all(|byte| byte.is_ascii_digit())
        };
        let pre: Vec<String> =
            pre.map(|pre| pre.split('.').map(str::to_owned).collect()).unwrap_or_default();
        let build = build.unwrap_or_default();
        let written = text.contains('+');
        let good = pre.iter().all(|word| is_word(word) && !padded(word))
            && (!written || build.split('.').all(is_word));
        good.then(|| (Self { numbers, pre, build: build.to_owned() }, count))
    }

    /// Whether it fits a constraint: `>= 1.2, < 2`, `~> 1.2`, `^1.2.3`, `1.x || 3`. `None` where that is none.
    pub(super) fn satisfies(&self, constraint: &str) -> Option<bool> {
        let mut any = false;
        for alternative in constraint.split("||") {
            any |= self.satisfies_all(alternative)?;
        }
        Some(any)
    }

    fn satisfies_all(&self, constraint: &str) -> Option<bool> {
        let mut all = true;
        let mut rest = constraint.trim();
        if rest.is_empty() {
            return None;
        }
        while !rest.is_empty() {
            let end = rest.find(|c: char| !"<>=!~^".contains(c)).unwrap_or(rest.len());
            let (operator, after) = rest.split_at(end);
            let after = after.trim_start();
            let end = after.find([',', ' ']).unwrap_or(after.len());
            all &= self.fits(operator, &after[..end])?;
            rest = after[end..].trim_start_matches([',', ' ']);
        }
        Some(all)
    }

    fn fits(&self, operator: &str, text: &str) -> Option<bool> {
        let wild = |part: &str| matches!(part, "x" | "X" | "*");
        if wild(text) {
            return matches!(operator, "" | "=" | "==" | ">=").then_some(true);
        }
        let text = text.strip_prefix('v').unwrap_or(text);
        let cut: Vec<&str> = text.split('.').take_while(|part| !wild(part)).collect();
        let (least, count) = Self::loose(&cut.join("."))?;
        let starred = cut.len() < text.split('.').count();
        let order = self.cmp(&least);
        let below = |place: usize| self.below(&least, place);
        Some(match operator {
            // `1.2.x` is every 1.2; `1.2` is 1.2.0, as in Terraform.
            "" | "=" | "==" if starred => order.is_ge() && below(count - 1),
            "" | "=" | "==" => order.is_eq(),
            "!=" => order.is_ne(),
            ">" => order.is_gt(),
            ">=" => order.is_ge(),
            "<" => order.is_lt(),
            "<=" => order.is_le(),
            "~>" => order.is_ge() && (count < 2 || below(count - 2)),
            "~" => order.is_ge() && below(usize::from(count > 1)),
            "^" => {
                let first = least.numbers.iter().take(count).position(|number| *number > 0);
                order.is_ge() && below(first.unwrap_or(count - 1))
            }
            _ => return None,
        })
    }

    /// Whether it has the same numbers as another one up to a place.
    fn below(&self, other: &Self, place: usize) -> bool {
        self.numbers[..=place] == other.numbers[..=place]
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_numbers = self.numbers.cmp(&other.numbers);
        by_numbers.then_with(|| match (self.pre.is_empty(), other.pre.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => {
                let words =
                    self.pre.iter().zip(&other.pre).map(|(one, other)| word_order(one, other));
                let first = words.into_iter().find(|order| order.is_ne());
                first.unwrap_or_else(|| self.pre.len().cmp(&other.pre.len()))
            }
        })
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Numbers by value and before words.
fn word_order(one: &str, other: &str) -> Ordering {
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match (number(one), number(other)) {
        (true, true) => one.len().cmp(&other.len()).then_with(|| one.cmp(other)),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => one.cmp(other),
    }
}
