//! `dreadnought pack build|keygen|sign|verify`: packs as signed bundles.
#![expect(clippy::disallowed_methods, reason = "named files of keys and bundles are read here")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::packs::{self, Here, read_bundle};
use crate::bundle::{self, Bundle, PrivateKey, PublicKey};
use crate::cli::args::{PackBuild, PackKeygen, PackSign, PackVerify};
use crate::cli::exit::Exit;
use crate::cli::{output, terminal, trust};
use crate::source::{DiskFileSystem, EntryKind, FileSystem as _, MAX_FILE_BYTES, Sources};

/// The Rego library that all packs may use; it goes along, so that OPA finds what rules import.
const LIBRARY: &str = include_str!("../../../policies/core/lib/dreadnought.rego");
/// Where it lies in a bundle.
const LIBRARY_PATH: &str = "vendor/core/dreadnought.rego";
/// Deepest folder of a pack.
const MAX_DEPTH: usize = 16;

/// Make a bundle of a pack.
pub fn build(arguments: &PackBuild) -> anyhow::Result<Exit> {
    let folder = &arguments.pack;
    let shown = folder.display();
    anyhow::ensure!(folder.is_dir(), "the pack {shown} is not a folder");
    let mut sources = Sources::default();
    let (set, problems) = packs::load(&mut sources, std::slice::from_ref(folder), false)?;
    terminal::complain(&problems, &sources);
    anyhow::ensure!(
        problems.is_empty(),
        "the pack {shown} does not load, so no bundle is made of it"
    );
    let pack = set.packs.last().filter(|pack| !pack.origin.is_empty());
    let pack = pack.with_context(|| format!("there is no pack in {shown}"))?;
    let mut files = files(folder)?;
    if pack.params.as_object().is_some_and(|params| !params.is_empty()) {
        let path = format!("dreadnought/{}/params/data.json", pack.name.replace('-', "_"));
        files.insert(path, format!("{:#}\n", pack.params.to_json()).into_bytes());
    }
    for call in super::publish_opa::add(&mut files) {
        let (path, line, name) = (call.path, call.line, call.name);
        terminal::note(&format!(
            "{path}:{line}: {name} is not there for OPA, which refuses the bundle"
        ));
    }
    let roots = roots(&files);
    let bytes = bundle::build(&pack.name, &pack.version, roots, files).map_err(refused)?;
    let digest = Bundle::read(&bytes).map_err(refused)?.digest;
    let name = || PathBuf::from(format!("{}-{}.tar.gz", pack.name, pack.version));
    let path = match &arguments.output {
        Some(folder) if folder.is_dir() => folder.join(name()),
        Some(file) => file.clone(),
        None => name(),
    };
    output::to_file(&path, &bytes)?;
    output::to_stdout(format!("{} {digest}\n", path.display()).as_bytes())?;
    Ok(Exit::Passed)
}

fn refused(refusal: bundle::Refusal) -> anyhow::Error {
    anyhow::anyhow!(refusal.message)
}

/// Every file of a pack but hidden ones, with the library and the defaults of its parameters.
fn files(folder: &Path) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
    let system = DiskFileSystem::new(folder).context("cannot read the pack")?;
    let mut files = BTreeMap::new();
    collect(&system, "", 0, &mut files)?;
    files.insert(LIBRARY_PATH.to_owned(), LIBRARY.as_bytes().to_vec());
    Ok(files)
}

fn collect(
    system: &DiskFileSystem,
    folder: &str,
    depth: usize,
    files: &mut BTreeMap<String, Vec<u8>>,
) -> anyhow::Result<()> {
    anyhow::ensure!(
        depth <= MAX_DEPTH,
        "folders of the pack are nested more than {MAX_DEPTH} deep"
    );
    for entry in system.list(folder).with_context(|| format!("cannot read {folder}"))? {
        let name = entry.path.rsplit('/').next().unwrap_or_default();
        let is_bundle = folder.is_empty() && name.ends_with(".tar.gz");
        if name.starts_with('.') || is_bundle {
            continue;
        }
        match entry.kind {
            EntryKind::Folder => collect(system, &entry.path, depth + 1, files)?,
            EntryKind::File => {
                let context = || format!("cannot read {}", entry.path);
                let size = system.size(&entry.path).with_context(context)?;
                anyhow::ensure!(size <= MAX_FILE_BYTES, "{} is too large", entry.path);
                files.insert(entry.path.clone(), system.read(&entry.path).with_context(context)?);
            }
        }
    }
    Ok(())
}

/// Roots of all Rego packages, none within another: what OPA asks of a bundle.
fn roots(files: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let mut all = BTreeSet::new();
    for (path, content) in files {
        if Path::new(path).extension().is_none_or(|ending| ending != "rego") {
            continue;
        }
        let text = String::from_utf8_lossy(content);
        let parts: Vec<&str> =
            package(&text).split('.').take(2).filter(|part| !part.is_empty()).collect();
        all.extend((!parts.is_empty()).then(|| parts.join("/")));
    }
    let is_within = |root: &String| all.iter().any(|it| root.starts_with(&format!("{it}/")));
    all.iter().filter(|root| !is_within(root)).cloned().collect()
}

/// The package of a module.
pub(super) fn package(text: &str) -> &str {
    let package = text.lines().find_map(|line| line.strip_prefix("package "));
    package.unwrap_or_default().split(['#', ' ', '\t']).next().unwrap_or_default()
}

/// Make a pair of keys.
pub fn keygen(arguments: &PackKeygen) -> anyhow::Result<Exit> {
    let private_path = arguments.name.with_extension("key.pem");
    let public_path = arguments.name.with_extension("pub.pem");
    for path in [&private_path, &public_path] {
        anyhow::ensure!(!path.exists(), "{} is there already", path.display());
    }
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| anyhow::anyhow!("no random bytes: {error}"))?;
    let key = PrivateKey::new(&seed);
    let name = arguments.name.file_stem().map(|name| name.to_string_lossy().into_owned());
    let public = key.public(&name.unwrap_or_default());
    output::to_private_file(&private_path, key.to_pem().as_bytes())?;
    output::to_file(&public_path, public.to_pem().as_bytes())?;
    let (private, shown) = (private_path.display(), public_path.display());
    let text = format!(
        "{private}: keep it secret\n{shown}: key {}\n\n# dreadnought.yaml\ntrust:\n  - name: {}\n    key: {}\n",
        public.id(),
        public.name,
        public.to_line()
    );
    output::to_stdout(text.as_bytes())?;
    Ok(Exit::Passed)
}

/// Sign a bundle.
pub fn sign(arguments: &PackSign) -> anyhow::Result<Exit> {
    let shown = arguments.key.display();
    let text = text(&arguments.key)?;
    let key = PrivateKey::parse(&text)
        .with_context(|| format!("{shown} is no private key of Ed25519 in PEM"))?;
    let bundle = open(&arguments.bundle)?;
    let bytes = bundle.sign(&key).map_err(refused)?;
    let path = arguments.output.as_ref().unwrap_or(&arguments.bundle);
    output::to_file(path, &bytes)?;
    let id = key.public("").id();
    output::to_stdout(format!("{} {} signed by {id}\n", path.display(), bundle.digest).as_bytes())?;
    Ok(Exit::Passed)
}

/// Say who vouches for a bundle; a failure where nobody on the trust list does.
pub fn verify(arguments: &PackVerify) -> anyhow::Result<Exit> {
    let bundle = open(&arguments.bundle)?;
    let mut sources = Sources::default();
    let keys = if arguments.keys.is_empty() {
        let (config, problems) = Here::find()?.read(&mut sources);
        if !trust::is_given() {
            terminal::complain(&problems, &sources);
            anyhow::ensure!(problems.is_empty(), "the project's configuration has mistakes");
        }
        config.trust
    } else {
        arguments.keys.iter().map(|path| public_key(path)).collect::<anyhow::Result<_>>()?
    };
    anyhow::ensure!(
        !keys.is_empty(),
        "there is no key to verify with: name one with --key, a list with --trust, or write a trust list in dreadnought.yaml"
    );
    let shown = arguments.bundle.display();
    let manifest = &bundle.manifest;
    let key = bundle
        .signed_by(&keys)
        .map_err(|it| anyhow::anyhow!("{shown} is refused: {}", it.message))?;
    let key = key.with_context(|| {
        if bundle.is_signed() {
            format!(
                "{shown} is signed by {}, none of the trusted keys",
                bundle.key_ids().join(", ")
            )
        } else {
            format!("{shown} is not signed")
        }
    })?;
    let text = format!(
        "{} {} {}\nsigned by {} ({}), {} files\n",
        manifest.name,
        manifest.version,
        bundle.digest,
        key.name,
        key.id(),
        manifest.files.len()
    );
    output::to_stdout(text.as_bytes())?;
    Ok(Exit::Passed)
}

fn open(path: &Path) -> anyhow::Result<Bundle> {
    read_bundle(path).map_err(|it| anyhow::anyhow!("{} is refused: {}", path.display(), it.message))
}

fn public_key(path: &Path) -> anyhow::Result<PublicKey> {
    let name = path.display().to_string();
    PublicKey::parse(&name, &text(path)?)
        .with_context(|| format!("{name} is no public key of Ed25519 in PEM"))
}

fn text(path: &Path) -> anyhow::Result<String> {
    let context = || format!("cannot read {}", path.display());
    let size = std::fs::metadata(path).with_context(context)?.len();
    anyhow::ensure!(size <= MAX_FILE_BYTES, "{} is too large", path.display());
    std::fs::read_to_string(path).with_context(context)
}
