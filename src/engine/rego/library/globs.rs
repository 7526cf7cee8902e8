//! Whether two patterns of the simple kind (characters, `.`, `[a-z]`, each with `*` or `+`) have a text in common.

/// One part of a pattern.
struct Part {
    /// Which characters it takes.
    set: Set,
    /// Whether it may be left out.
    optional: bool,
    /// Whether it may be repeated.
    repeated: bool,
}

enum Set {
    Any,
    Of(Vec<(char, char)>),
}

impl Set {
    fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) | (_, Self::Any) => true,
            (Self::Of(one), Self::Of(other)) => one.iter().any(|(low, high)| {
                other.iter().any(|(other_low, other_high)| low <= other_high && other_low <= high)
            }),
        }
    }
}

fn parse(pattern: &str) -> Option<Vec<Part>> {
    let mut parts: Vec<Part> = Vec::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        let set = match character {
            '*' | '+' => {
                let last = parts.last_mut().filter(|last| !last.repeated)?;
                (last.repeated, last.optional) = (true, character == '*');
                continue;
            }
            '.' => Set::Any,
            '[' => {
                let mut ranges = Vec::new();
                loop {
                    let low = match characters.next()? {
                        ']' => break,
                        '\\' => characters.next()?,
                        other => other,
                    };
                    let rest = characters.as_str();
                    if let Some(after) =
                        rest.strip_prefix('-').filter(|after| !after.starts_with(']'))
                    {
                        characters = after.chars();
                        let high = characters.next()?;
                        (low <= high).then(|| ranges.push((low, high)))?;
                    } else {
                        ranges.push((low, low));
                    }
                }
                Set::Of(ranges)
            }
            ']' => return None,
            '\\' => {
                let escaped = characters.next()?;
                Set::Of(vec![(escaped, escaped)])
            }
            other => Set::Of(vec![(other, other)]),
        };
        parts.push(Part { set, optional: false, repeated: false });
    }
    Some(parts)
}

/// Whether they have one; `None` where a pattern is malformed.
pub(super) fn intersect(one: &str, other: &str) -> Option<bool> {
    let (one, other) = (parse(one)?, parse(other)?);
    // Places in both patterns that a common beginning can lead to. At a place, a repeated part before it may go on.
    let mut seen = vec![vec![false; other.len() + 1]; one.len() + 1];
    let mut open = vec![(0, 0)];
    while let Some((at, place)) = open.pop() {
        if std::mem::replace(&mut seen[at][place], true) {
            continue;
        }
        if at == one.len() && place == other.len() {
            return Some(true);
        }
        if one.get(at).is_some_and(|part| part.optional) {
            open.push((at + 1, place));
        }
        if other.get(place).is_some_and(|part| part.optional) {
            open.push((at, place + 1));
        }
        let (Some(left), Some(right)) = (one.get(at), other.get(place)) else { continue };
        if left.set.meets(&right.set) {
            open.push((at + 1, place + 1));
            if left.repeated {
                open.push((at, place + 1));
            }
            if right.repeated {
                open.push((at + 1, place));
            }
        }
    }
    Some(false)
}
