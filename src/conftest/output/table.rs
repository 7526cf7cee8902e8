//! A table, one line a result; long messages are wrapped.

use std::fmt::Write as _;

use super::Outcome;

/// Characters of one line of a cell.
const WIDTH: usize = 60;

/// Write it; nothing where there are no results.
pub(super) fn write(outcome: &Outcome) -> String {
    let mut rows = vec![["RESULT", "FILE", "NAMESPACE", "MESSAGE"].map(str::to_owned)];
    for result in &outcome.results {
        let mut row = |word: &str, message: &str| {
            rows.push([word, &result.path, &result.namespace, message].map(str::to_owned));
        };
        for _ in 0..result.successes {
            row("success", "SUCCESS");
        }
        let groups = [
            ("exception", &result.exceptions),
            ("warning", &result.warnings),
            ("skipped", &result.skipped),
            ("failure", &result.failures),
        ];
        for (word, items) in groups {
            for item in items {
                row(word, &item.message);
            }
        }
        for (rule, why) in &result.undecided {
            row("undecided", &format!("{rule} depends on {why}"));
        }
    }
    if rows.len() == 1 {
        return String::new();
    }
    let rows: Vec<[Vec<String>; 4]> =
        rows.into_iter().map(|row| row.map(|cell| wrapped(&cell))).collect();
    let width = |column: usize| {
        let lines = rows.iter().flat_map(|row| &row[column]);
        lines.map(|line| line.chars().count()).max().unwrap_or_default()
    };
    let widths = [0, 1, 2, 3].map(width);
    let border = |left: char, middle: char, right: char| {
        let parts = widths.map(|width| "─".repeat(width + 2));
        format!("{left}{}{right}\n", parts.join(&middle.to_string()))
    };
    let mut made = border('┌', '┬', '┐');
    for (number, row) in rows.iter().enumerate() {
        let height = row.iter().map(Vec::len).max().unwrap_or_default();
        for at in 0..height {
            for (cell, width) in row.iter().zip(widths) {
                let text = cell.get(at).map_or("", String::as_str);
                let blank = " ".repeat(width - text.chars().count());
                let _ = write!(made, "│ {text}{blank} ");
            }
            made.push_str("│\n");
        }
        if number + 1 < rows.len() {
            made.push_str(&border('├', '┼', '┤'));
        }
    }
    made.push_str(&border('└', '┴', '┘'));
    made
}

/// Lines of at most so many characters, broken at blanks where there are some.
fn wrapped(cell: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for line in cell.lines() {
        let mut made = String::new();
        for word in line.split(' ') {
            let room = WIDTH.saturating_sub(made.chars().count());
            if !made.is_empty() && word.chars().count() + 1 > room {
                lines.push(std::mem::take(&mut made));
            } else if !made.is_empty() {
                made.push(' ');
            }
            made.push_str(word);
        }
        lines.push(made);
    }
    lines
}
