//! The `dreadnought` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    dreadnought::cli::run()
}
