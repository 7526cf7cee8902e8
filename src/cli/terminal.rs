//! What goes to stderr, and whether stdout is a terminal.
#![expect(
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "this is where the terminal is"
)]

use std::collections::BTreeMap;
use std::io::IsTerminal as _;

use super::args::Color;
use crate::source::{Problem, ProblemSeverity, Sources};

/// One error line.
pub fn error(message: &str) {
    eprintln!("error: {message}");
}

/// One warning line.
fn warning(message: &str) {
    eprintln!("warning: {message}");
}

/// One line that is no error.
pub fn note(message: &str) {
    eprintln!("note: {message}");
}

/// Warnings of one wording that are shown with their places; the rest is counted. All are in the output that holds problems.
const SHOWN_ALIKE: usize = 5;

/// One line a problem, with its place and advice.
pub fn complain<'p>(problems: impl IntoIterator<Item = &'p Problem>, sources: &Sources) {
    let mut alike: BTreeMap<(&str, Option<&str>), usize> = BTreeMap::new();
    for problem in problems {
        let is_warning = problem.severity() == ProblemSeverity::Warning;
        let count = alike.entry((&problem.message, problem.help.as_deref())).or_default();
        *count += usize::from(is_warning);
        if *count > SHOWN_ALIKE {
            continue;
        }
        let place = problem.place.map(|place| {
            let file = sources.get(place.file);
            let position = file.position(place.span.start);
            format!("{}:{}:{}: ", file.path, position.line, position.column)
        });
        let help = problem.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        let message = format!("{}{}{help}", place.unwrap_or_default(), problem.message);
        if is_warning { warning(&message) } else { error(&message) }
    }
    for ((message, _), count) in alike.iter().filter(|(_, count)| **count > SHOWN_ALIKE) {
        warning(&format!("{} more like this: {message}", count - SHOWN_ALIKE));
    }
}

/// Whether text on stdout has colors.
pub fn wants_color(color: Color) -> bool {
    let set =
        |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if set("NO_COLOR") => false,
        Color::Auto => set("CLICOLOR_FORCE") || std::io::stdout().is_terminal(),
    }
}
