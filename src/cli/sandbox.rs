//! A process of its own for the Rego of packs that nobody on the trust list signed, and for Jsonnet.
//!
//! Checks in the process bound what Rego takes, but not every built-in; what Jsonnet takes, they do not bound. So the same command runs again in a child whose address space and
//! time are limited: the same binary, the same results. What it prints goes where ours goes, and its exit code is ours.

use std::ffi::OsString;
use std::fmt;
use std::process::{Command, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::source::STACK_BYTES;

/// Whether this is the child.
static INSIDE: AtomicBool = AtomicBool::new(false);
/// MiB that the program itself takes.
const OWN_MEMORY: u64 = 512;
const MIB: u64 = 1024 * 1024;
/// The allocator reserves a GiB of address space at a time otherwise, which the limit would count. In KiB.
const RESERVED_AT_A_TIME: (&str, &str) = ("MIMALLOC_ARENA_RESERVE", "65536");

/// What is returned as an error where something is opened that needs a process of its own.
#[derive(Debug)]
pub struct NeedsChild {
    /// What runs there.
    pub what: &'static str,
    /// The packs or files, as shown.
    pub names: Vec<String>,
    /// MiB of address space beside what the program itself takes.
    pub memory: u64,
    /// Seconds.
    pub seconds: u64,
}

impl fmt::Display for NeedsChild {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}) needs a process of its own", self.what, self.names.join(", "))
    }
}

impl std::error::Error for NeedsChild {}

/// Whether this process is limited already.
pub fn is_inside() -> bool {
    INSIDE.load(Ordering::Relaxed)
}

/// Limits, as the parent hands them over: `MIB,SECONDS`.
pub fn parse(text: &str) -> Result<(u64, u64), String> {
    let (memory, seconds) = text.split_once(',').ok_or("write MIB,SECONDS")?;
    let number = |text: &str| text.parse().map_err(|_| "write MIB,SECONDS".to_owned());
    Ok((number(memory)?, number(seconds)?))
}

/// Limit this process, which is the child.
pub fn enter((memory, seconds): (u64, u64), threads: usize) -> anyhow::Result<()> {
    INSIDE.store(true, Ordering::Relaxed);
    let threads = match threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        threads => threads,
    };
    let stacks = (threads as u64 + 2) * STACK_BYTES as u64;
    limit((memory + OWN_MEMORY) * MIB + stacks, seconds.saturating_mul(threads as u64))
}

#[cfg(unix)]
fn limit(bytes: u64, processor_seconds: u64) -> anyhow::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let limits = [(Resource::As, bytes), (Resource::Cpu, processor_seconds), (Resource::Core, 0)];
    for (resource, most) in limits {
        let limit = Rlimit { current: Some(most), maximum: Some(most) };
        setrlimit(resource, limit).context("cannot limit a process")?;
    }
    Ok(())
}

/// Without such limits the parent's clock is what there is.
#[cfg(not(unix))]
fn limit(_: u64, _: u64) -> anyhow::Result<()> {
    Ok(())
}

/// Run the same command in a child; its exit code. `None` where it was stopped, which is then said.
pub fn run(needs: &NeedsChild) -> anyhow::Result<Option<u8>> {
    let program = std::env::current_exe().context("cannot find the program itself")?;
    let limits = OsString::from(format!("--inside={},{}", needs.memory, needs.seconds));
    let arguments = std::iter::once(limits).chain(std::env::args_os().skip(1));
    let mut child = Command::new(program)
        .args(arguments)
        .env(RESERVED_AT_A_TIME.0, RESERVED_AT_A_TIME.1)
        .spawn()
        .context("cannot start a process")?;
    let deadline = Instant::now() + Duration::from_secs(needs.seconds);
    let mut pause = Duration::from_micros(500);
    let status = loop {
        if let Some(status) = child.try_wait().context("cannot wait for a process")? {
            break status;
        }
        if Instant::now() >= deadline {
            // It may have ended by itself meanwhile.
            let _ = child.kill();
            let _ = child.wait();
            super::terminal::error(&stopped(needs, "it took too long"));
            return Ok(None);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(10));
    };
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    if code.is_none() {
        super::terminal::error(&stopped(needs, &ended(status)));
    }
    Ok(code)
}

fn stopped(needs: &NeedsChild, why: &str) -> String {
    let NeedsChild { what, names, memory, seconds } = needs;
    let names = names.join(", ");
    format!(
        "{what} was stopped ({names}): {why}; it may take {memory} MiB and {seconds} seconds (`unsigned` in dreadnought.yaml)"
    )
}

#[cfg(unix)]
fn ended(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    match status.signal() {
        // SIGABRT: what Rust does where an allocation fails.
        Some(6) => "it took too much memory".to_owned(),
        Some(9 | 24) => "it took too long".to_owned(),
        Some(11) => "it took too much memory or stack".to_owned(),
        Some(signal) => format!("signal {signal}"),
        None => "it ended in an unknown way".to_owned(),
    }
}

#[cfg(not(unix))]
fn ended(_: ExitStatus) -> String {
    "it ended in an unknown way".to_owned()
}
