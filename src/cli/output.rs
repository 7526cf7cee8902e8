//! Writes reports: to stdout, or to files whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::Context as _;

/// Write to a file, to stdout where none is named.
pub fn put(file: Option<&Path>, bytes: &[u8]) -> anyhow::Result<()> {
    match file {
        Some(file) => to_file(file, bytes),
        None => to_stdout(bytes),
    }
}

/// Write what a function writes to a file, to stdout where none is named, without holding all of it.
pub fn stream(
    file: Option<&Path>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> anyhow::Result<()> {
    let Some(file) = file else {
        let mut stdout = BufWriter::new(io::stdout().lock());
        return match write(&mut stdout).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            result => result.context("cannot write to stdout"),
        };
    };
    write_file(file, write)
}

/// Write to stdout. A closed pipe stops the output and is no error: the exit code stays the gate's.
pub fn to_stdout(bytes: &[u8]) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context("cannot write to stdout"),
    }
}

/// Write to stderr, as [`to_stdout`] does.
pub fn to_stderr(bytes: &[u8]) -> anyhow::Result<()> {
    let mut stderr = io::stderr().lock();
    match stderr.write_all(bytes).and_then(|()| stderr.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context("cannot write to stderr"),
    }
}

/// Write a file whole or not at all. A device or pipe is written to as it is.
pub fn to_file(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    write_file(path, |file| file.write_all(bytes))
}

fn write_file(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> anyhow::Result<()> {
    let all = |file: &mut dyn Write| {
        let mut file = BufWriter::new(file);
        write(&mut file).and_then(|()| file.flush())
    };
    let context = || format!("cannot write {}", path.display());
    if path.metadata().is_ok_and(|data| !data.is_file()) {
        let mut file = OpenOptions::new().write(true).open(path).with_context(context)?;
        return all(&mut file).with_context(context);
    }
    let folder =
        path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut temporary = tempfile::Builder::new()
        .prefix(".dreadnought-")
        .tempfile_in(folder)
        .with_context(context)?;
    all(&mut temporary).with_context(context)?;
    let file = temporary.persist(path).map_err(|error| error.error).with_context(context)?;
    make_readable(&file);
    Ok(())
}

/// Write a file that nobody else may read; one that is there is not written over.
pub fn to_private_file(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let context = || format!("cannot write {}", path.display());
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).and_then(|mut file| file.write_all(bytes)).with_context(context)
}

/// Temporary files are private; a report has the permissions of any new file.
#[cfg(unix)]
fn make_readable(file: &File) {
    use std::os::unix::fs::PermissionsExt as _;
    // What cannot be opened to others is still written.
    let _ = file.set_permissions(std::fs::Permissions::from_mode(0o644));
}

#[cfg(not(unix))]
fn make_readable(_: &File) {}
