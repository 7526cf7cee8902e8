//! The command line: the only place with arguments, environment, working directory and stdout.

mod args;
mod commands;
mod exit;
mod location;
mod model_args;
mod output;
mod revision;
mod sandbox;
mod terminal;
mod trust;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::error::ErrorKind;

use crate::source::STACK_BYTES;
use args::{Arguments, Command, PackCommand};
use exit::Exit;

/// Parse the arguments, do what they ask for, and say how it went.
pub fn run() -> ExitCode {
    // A panic in one file or rule becomes a problem in the report; its backtrace would only hide that.
    std::panic::set_hook(Box::new(|_| {}));
    let arguments = match Arguments::read() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    let threads = arguments.command.threads();
    if let Some(limits) = arguments.inside
        && let Err(error) = sandbox::enter(limits, threads)
    {
        terminal::error(&format!("{error:#}"));
        return Exit::Unable.into();
    }
    if let Some(list) = &arguments.trust
        && let Err(error) = trust::give(list)
    {
        terminal::error(&format!("{error:#}"));
        return Exit::Unable.into();
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK_BYTES).build();
    let result = match pool {
        Ok(pool) => {
            catch_unwind(AssertUnwindSafe(|| pool.install(|| dispatch(&arguments.command))))
        }
        Err(error) => Ok(Err(anyhow::anyhow!("cannot start threads: {error}"))),
    };
    match result {
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(error)) => failed(&error),
        Err(_) => {
            terminal::error("Dreadnought panicked; please report this as a fault");
            Exit::Unable.into()
        }
    }
}

fn dispatch(command: &Command) -> anyhow::Result<Exit> {
    match command {
        Command::Scan(arguments) => commands::scan::run(arguments),
        Command::Model(arguments) => commands::model::run(arguments),
        Command::Comply(arguments) => commands::comply::run(arguments),
        Command::Normalize(arguments) => commands::normalize::run(arguments),
        Command::Test(arguments) => commands::test::run(arguments),
        Command::Conftest(arguments) => commands::conftest::run(arguments),
        Command::Pack(args::Pack::Publish(command)) => match command {
            PackCommand::Build(arguments) => commands::publish::build(arguments),
            PackCommand::Keygen(arguments) => commands::publish::keygen(arguments),
            PackCommand::Sign(arguments) => commands::publish::sign(arguments),
            PackCommand::Verify(arguments) => commands::publish::verify(arguments),
        },
        Command::Eval(arguments) => commands::eval::run(arguments),
        Command::Pack(args::Pack::New(arguments)) => commands::pack_new::run(arguments),
        Command::Pack(args::Pack::Lint(arguments)) => commands::pack_lint::run(arguments),
        Command::Pack(args::Pack::Fmt(arguments)) => commands::pack_fmt::run(arguments),
        Command::Pack(args::Pack::Docs(arguments)) => commands::pack_docs::run(arguments),
        Command::Rules(arguments) => commands::rules::list(arguments),
        Command::Explain(arguments) => commands::rules::explain(arguments),
        Command::Schema(arguments) => commands::schema::run(arguments),
    }
}

/// Do in another process what needs one; anything else is said.
fn failed(error: &anyhow::Error) -> ExitCode {
    if let Some(needs) = error.downcast_ref() {
        return inside(needs);
    }
    terminal::error(&format!("{error:#}"));
    Exit::Unable.into()
}

/// The same command in a process of its own.
fn inside(needs: &sandbox::NeedsChild) -> ExitCode {
    match sandbox::run(needs) {
        Ok(Some(code)) => ExitCode::from(code),
        Ok(None) => Exit::Unable.into(),
        Err(error) => {
            terminal::error(&format!("{error:#}"));
            Exit::Unable.into()
        }
    }
}

fn usage(error: &clap::Error) -> ExitCode {
    // Help and version are what was asked for; anything else is a mistake. A closed pipe changes neither.
    let _ = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Passed.into(),
        _ => Exit::Unable.into(),
    }
}
