//! What goes to stderr, and whether stdout is a terminal.
#![expect(
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "this is where the terminal is"
)]

use std::io::IsTerminal as _;

use super::args::Color;

/// One error line.
pub fn error(message: &str) {
    eprintln!("error: {message}");
}

/// One warning line.
pub fn warning(message: &str) {
    eprintln!("warning: {message}");
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
