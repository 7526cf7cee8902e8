//! The files of another revision, out of git's store: nothing is checked out, fetched or run but `git` itself.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context as _;

use crate::source::{MAX_FILE_BYTES, MemoryFileSystem};

/// Most bytes of one revision that are read.
const MAX_TREE_BYTES: u64 = 2 * 1024 * 1024 * 1024;

/// The tree below a folder of a working copy as a revision has it. Files over the limit are left out, as a scan refuses them anyway;
/// so are symlinks and submodules.
pub fn tree(folder: &Path, revision: &str) -> anyhow::Result<MemoryFileSystem> {
    anyhow::ensure!(
        !revision.starts_with('-') && !revision.is_empty(),
        "`{revision}` is no revision"
    );
    let listed = git(folder)
        .args(["ls-tree", "-r", "-z", "--long", "--end-of-options", revision])
        .stderr(Stdio::piped())
        .output()
        .context("cannot run git")?;
    if !listed.status.success() {
        let error = String::from_utf8_lossy(&listed.stderr);
        anyhow::bail!("git knows no revision `{revision}` here: {}", error.trim());
    }
    let blobs = blobs(&listed.stdout)?;
    Ok(MemoryFileSystem { files: contents(folder, &blobs)? })
}

/// `git`, with nothing of the repository's configuration that runs programs or goes to the network.
fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder);
    for setting in ["core.fsmonitor=false", "protocol.allow=never", "core.hooksPath=/dev/null"] {
        command.args(["-c", setting]);
    }
    command
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0");
    command.stdin(Stdio::null()).stderr(Stdio::null());
    command
}

/// Objects and paths of regular files: lines of `MODE blob OBJECT SIZE\tPATH`, each ended by a zero byte.
fn blobs(listed: &[u8]) -> anyhow::Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    let mut total = 0;
    for line in listed.split(|byte| *byte == 0).filter(|line| !line.is_empty()) {
        let Ok(line) = std::str::from_utf8(line) else { continue };
        let Some((about, path)) = line.split_once('\t') else { continue };
        let [mode, "blob", object, size] = about.split_whitespace().collect::<Vec<_>>()[..] else {
            continue;
        };
        let size: u64 = size.parse().unwrap_or(u64::MAX);
        if !mode.starts_with("100") || size > MAX_FILE_BYTES {
            continue;
        }
        total += size;
        anyhow::ensure!(
            total <= MAX_TREE_BYTES,
            "the revision holds more than {MAX_TREE_BYTES} bytes"
        );
        found.push((object.to_owned(), path.to_owned()));
    }
    Ok(found)
}

fn contents(
    folder: &Path,
    blobs: &[(String, String)],
) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
    let mut child = git(folder)
        .args(["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot run git")?;
    let mut asked = child.stdin.take().context("git takes no questions")?;
    let mut answers = BufReader::new(child.stdout.take().context("git gives no answers")?);
    let mut files = BTreeMap::new();
    for (object, path) in blobs {
        writeln!(asked, "{object}").context("git stopped")?;
        asked.flush().context("git stopped")?;
        let mut head = String::new();
        answers.read_line(&mut head).context("git stopped")?;
        let size = head.split_whitespace().nth(2).and_then(|size| size.parse::<usize>().ok());
        let size = size.with_context(|| format!("git does not hold {path} of that revision"))?;
        let mut bytes = vec![0; size + 1];
        answers.read_exact(&mut bytes).context("git stopped")?;
        bytes.pop();
        files.insert(path.clone(), bytes);
    }
    drop(asked);
    child.wait().context("git did not end")?;
    Ok(files)
}
