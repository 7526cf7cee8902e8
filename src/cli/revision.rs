//! A project as it was at a revision of git: read through the `git` program, without checking anything out.
//!
//! Only what reads objects is run (`rev-parse`, `ls-tree`, `cat-file`), with all that could start another program or fetch from a network
//! switched off. Which revision is meant comes after `--end-of-options`, so it is never an option.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail, ensure};

use crate::source::{
    DiskFileSystem, Entry, EntryKind, FileSystem, MAX_FILE_BYTES, MemoryFileSystem, Problem,
    folder_of, join,
};

/// Most bytes of all files together.
const MAX_TREE_BYTES: u64 = 1024 * 1024 * 1024;
/// Most files that symbolic links to folders may stand for.
const MAX_LINKED: usize = 20_000;
/// What is installed beside a configuration is not in its history: it is taken from the disk.
const INSTALLED: &str = ".terraform";

/// The files of a revision below a folder; what `terraform init` has installed there is that of today.
#[derive(Debug)]
pub struct Revision<'d> {
    tree: MemoryFileSystem,
    disk: &'d DiskFileSystem,
}

impl<'d> Revision<'d> {
    /// Read what a revision had below the root of a project.
    pub fn read(disk: &'d DiskFileSystem, revision: &str) -> anyhow::Result<Self> {
        let root = disk.root();
        let commit = run(
            root,
            &[
                "rev-parse",
                "--verify",
                "--quiet",
                "--end-of-options",
                &format!("{revision}^{{commit}}"),
            ],
        )
        .with_context(|| format!("`{revision}` is no revision of {}", root.display()))?;
        let commit = String::from_utf8_lossy(&commit).trim().to_owned();
        let listing = run(root, &["ls-tree", "-r", "-z", "-l", &commit])?;
        let (files, links) = entries(&listing)?;
        let mut tree = MemoryFileSystem::default();
        blobs(root, &files, &mut tree.files)?;
        let mut targets = BTreeMap::new();
        blobs(root, &links, &mut targets)?;
        follow(&mut tree.files, &targets);
        Ok(Self { tree, disk })
    }

    fn of(&self, path: &str) -> &dyn FileSystem {
        if path.split('/').any(|part| part == INSTALLED) { self.disk } else { &self.tree }
    }
}

impl FileSystem for Revision<'_> {
    fn kind(&self, path: &str) -> Option<EntryKind> {
        self.of(path).kind(path)
    }

    fn size(&self, path: &str) -> io::Result<u64> {
        self.of(path).size(path)
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.of(path).read(path)
    }

    fn list(&self, folder: &str) -> io::Result<Vec<Entry>> {
        self.of(folder).list(folder)
    }

    fn walk(&self, path: &str) -> (Vec<String>, Vec<Problem>) {
        self.of(path).walk(path)
    }
}

/// git in a folder: no other program, no network, no questions.
fn git(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command
        .args([
            "--no-pager",
            "--no-replace-objects",
            "-c",
            "core.fsmonitor=false",
            "-c",
            "core.hooksPath=/dev/null",
        ])
        .args(["-c", "protocol.allow=never", "-c", "core.quotePath=false"])
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(folder: &Path, arguments: &[&str]) -> anyhow::Result<Vec<u8>> {
    let output = git(folder, arguments).output().context("cannot run git: is it installed?")?;
    if !output.status.success() {
        let told = String::from_utf8_lossy(&output.stderr);
        bail!("git {}: {}", arguments[0], told.lines().next().unwrap_or("it failed").trim());
    }
    Ok(output.stdout)
}

/// Object and path of files, and of symbolic links.
type Objects = Vec<(String, String)>;

/// What a listing names: regular files of a size that is read, and symbolic links. Submodules are left out.
fn entries(listing: &[u8]) -> anyhow::Result<(Objects, Objects)> {
    let (mut files, mut links) = (Vec::new(), Vec::new());
    let mut bytes = 0_u64;
    for line in listing.split(|byte| *byte == 0).filter(|line| !line.is_empty()) {
        // A path that is not UTF-8 cannot be named in a report either.
        let Ok(line) = std::str::from_utf8(line) else { continue };
        let (head, path) = line.split_once('\t').context("git ls-tree: a line without a path")?;
        let mut fields = head.split_ascii_whitespace();
        let (mode, _, object, size) = (fields.next(), fields.next(), fields.next(), fields.next());
        let object = object.context("git ls-tree: a line without an object")?.to_owned();
        let size: u64 = size.and_then(|size| size.parse().ok()).unwrap_or(0);
        let list = match mode {
            Some("120000") => &mut links,
            Some(mode) if mode.starts_with("100") && size <= MAX_FILE_BYTES => &mut files,
            _ => continue,
        };
        bytes += size;
        ensure!(
            bytes <= MAX_TREE_BYTES,
            "the revision's files are larger than {MAX_TREE_BYTES} bytes"
        );
        list.push((object, path.to_owned()));
    }
    Ok((files, links))
}

/// Content of objects, by path.
fn blobs(
    folder: &Path,
    objects: &Objects,
    into: &mut BTreeMap<String, Vec<u8>>,
) -> anyhow::Result<()> {
    if objects.is_empty() {
        return Ok(());
    }
    let mut command = git(folder, &["cat-file", "--batch"]);
    let mut child =
        command.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().context("cannot run git")?;
    let mut asked = child.stdin.take().context("git has no input")?;
    let mut answers = BufReader::new(child.stdout.take().context("git has no output")?);
    let names: String =
        objects.iter().map(|(object, _)| object.as_str()).collect::<Vec<_>>().join("\n") + "\n";
    // Questions and answers at once: neither pipe may fill up.
    let writer = std::thread::spawn(move || asked.write_all(names.as_bytes()));
    for (object, path) in objects {
        let mut head = String::new();
        answers.read_line(&mut head)?;
        let size = head
            .trim_end()
            .strip_prefix(object.as_str())
            .and_then(|rest| rest.strip_prefix(" blob "));
        let size =
            size.and_then(|size| size.parse::<u64>().ok()).filter(|size| *size <= MAX_FILE_BYTES);
        let size = size.with_context(|| format!("git does not have `{path}` at hand"))?;
        let mut content = Vec::new();
        answers.by_ref().take(size).read_to_end(&mut content)?;
        let mut end = [0];
        answers.read_exact(&mut end)?;
        into.insert(path.clone(), content);
    }
    // What is left is an error of a pipe that was read to its end.
    let _ = writer.join();
    child.wait()?;
    Ok(())
}

/// Symbolic links within the tree stand for what they lead to; links to links and out of the tree lead nowhere.
fn follow(files: &mut BTreeMap<String, Vec<u8>>, links: &BTreeMap<String, Vec<u8>>) {
    let mut added: Vec<(String, Vec<u8>)> = Vec::new();
    for (path, target) in links {
        let Some(target) =
            std::str::from_utf8(target).ok().and_then(|target| join(folder_of(path), target))
        else {
            continue;
        };
        if let Some(content) = files.get(&target) {
            added.push((path.clone(), content.clone()));
            continue;
        }
        let start = format!("{target}/");
        // A link to a folder that holds it would never end.
        if path.starts_with(&start) {
            continue;
        }
        for (file, content) in
            files.range(start.clone()..).take_while(|(file, _)| file.starts_with(&start))
        {
            if added.len() >= MAX_LINKED {
                return files.extend(added);
            }
            added.push((format!("{path}/{}", &file[start.len()..]), content.clone()));
        }
    }
    files.extend(added);
}
