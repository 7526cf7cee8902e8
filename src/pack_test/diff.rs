//! The lines that differ between two texts.

/// Lines of a text that are compared at most.
const MAX_LINES: usize = 400;

/// The lines of both, each with `-` (only in the first), `+` (only in the second) or a space before it; empty where they are equal.
pub fn diff(before: &str, after: &str) -> Vec<String> {
    let old: Vec<&str> = before.lines().take(MAX_LINES).collect();
    let new: Vec<&str> = after.lines().take(MAX_LINES).collect();
    if old == new {
        return Vec::new();
    }
    // Longest common tails, from the end.
    let mut common = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for a in (0..old.len()).rev() {
        for b in (0..new.len()).rev() {
            common[a][b] = if old[a] == new[b] {
                common[a + 1][b + 1] + 1
            } else {
                common[a + 1][b].max(common[a][b + 1])
            };
        }
    }
    let (mut a, mut b) = (0, 0);
    let mut lines = Vec::new();
    while a < old.len() || b < new.len() {
        if a < old.len() && b < new.len() && old[a] == new[b] {
            lines.push(format!("  {}", old[a]));
            a += 1;
            b += 1;
        } else if b == new.len() || (a < old.len() && common[a + 1][b] >= common[a][b + 1]) {
            lines.push(format!("- {}", old[a]));
            a += 1;
        } else {
            lines.push(format!("+ {}", new[b]));
            b += 1;
        }
    }
    lines
}

/// The same without lines that are far from any difference; `…` stands for them.
pub fn shortened(lines: &[String]) -> Vec<String> {
    let near = |at: usize| {
        let from = at.saturating_sub(2);
        lines.iter().skip(from).take(at + 3 - from).any(|line| !line.starts_with("  "))
    };
    let mut kept: Vec<String> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if near(at) {
            kept.push(line.clone());
        } else if kept.last().is_none_or(|last| last != "  …") {
            kept.push("  …".to_owned());
        }
    }
    kept
}
