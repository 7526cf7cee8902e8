//! Opens, verifies and loads packs: the one place where that happens, for every command alike.
#![expect(
    clippy::disallowed_methods,
    reason = "bundles are named files, and the project of a command without paths is the working directory's"
)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;

use crate::bundle::{self, Bundle};
use crate::cli::args::Packs;
use crate::cli::location::{Location, project_root};
use crate::cli::sandbox::{self, NeedsChild};
use crate::cli::trust;
use crate::config::{self, Config, Unsigned};
use crate::evaluate;
use crate::pack::{self, Need, Overrides, PackSet};
use crate::pack_test;
use crate::report::PackRef;
use crate::source::nearest;
use crate::source::{DiskFileSystem, FileSystem, Place, Problem, ProblemKind, SourceFile, Sources};

/// Load the packs in folders and bundles; problems of theirs are returned. The trust list is that of the working directory's project.
pub fn load(
    sources: &mut Sources,
    folders: &[PathBuf],
    builtin: bool,
) -> anyhow::Result<(PackSet, Vec<Problem>)> {
    let here = Here::find()?;
    let opened = open(folders, here.file(), here.files.root(), false)?;
    let (_, problems) = here.read(sources);
    let (set, mut found) = opened.load(sources, builtin, &Overrides::default());
    // Where no pack is named, nothing depends on whom the project trusts.
    found.extend(problems.into_iter().filter(|_| !folders.is_empty()));
    Ok((set, found))
}

/// The same with the packs that the working directory's project names, and what it changes of packs.
pub fn load_project(
    sources: &mut Sources,
    folders: &[PathBuf],
    builtin: bool,
) -> anyhow::Result<(PackSet, Vec<Problem>)> {
    let loaded = load_here(sources, folders, builtin)?;
    Ok((loaded.set, loaded.problems))
}

/// Packs of the command line and of the project of the working directory.
pub struct Loaded {
    /// The packs.
    pub set: PackSet,
    /// What is wrong with them, and with the project's file.
    pub problems: Vec<Problem>,
    /// Those that are not in the binary, as they lie.
    pub opened: Opened,
    /// What the project's file says.
    pub config: Config,
}

/// Load the packs that the command line and the project of the working directory name.
pub fn load_here(
    sources: &mut Sources,
    folders: &[PathBuf],
    builtin: bool,
) -> anyhow::Result<Loaded> {
    let here = Here::find()?;
    let opened = open(folders, here.file(), here.files.root(), true)?;
    let (config, mut of_file) = here.read(sources);
    let (set, mut problems) = opened.load(sources, builtin, &config.overrides);
    problems.append(&mut of_file);
    Ok(Loaded { set, problems, opened, config })
}

/// Open the packs that the command line and the project of a location name. What is wrong with the project's file is reported where the
/// project is loaded.
pub fn open_for(location: &Location, folders: &[PathBuf]) -> anyhow::Result<Opened> {
    let options = &location.options;
    let path = if options.no_config { None } else { config::find(&location.files, &options.paths) };
    let file = path.as_deref().map(|path| (&location.files, path));
    open(folders, file, location.files.root(), true)
}

/// The project of the working directory.
pub struct Here {
    files: DiskFileSystem,
    path: Option<String>,
}

impl Here {
    /// Find it.
    pub fn find() -> anyhow::Result<Self> {
        let here = std::env::current_dir().context("no working directory")?;
        let root = project_root(&here);
        let files = DiskFileSystem::new(&root)
            .with_context(|| format!("cannot read {}", root.display()))?;
        let inner = here.strip_prefix(&root).map(|path| path.display().to_string());
        let path = config::find(&files, &[inner.unwrap_or_default()]);
        Ok(Self { files, path })
    }

    fn file(&self) -> Option<(&DiskFileSystem, &str)> {
        Some((&self.files, self.path.as_deref()?))
    }

    /// What it says about itself.
    pub fn read(&self, sources: &mut Sources) -> (Config, Vec<Problem>) {
        let (mut config, problems) = match &self.path {
            Some(path) => config::read(&self.files, path, sources),
            None => (Config::default(), Vec::new()),
        };
        trust::apply(&mut config);
        (config, problems)
    }
}

/// Packs with the ones that they need, each before those that need it; verified, not yet read.
#[derive(Debug)]
pub struct Opened {
    packs: Vec<Pack>,
    problems: Vec<Problem>,
    /// The files that problems point into.
    sources: Sources,
}

/// One of them.
struct Pack {
    files: Box<dyn FileSystem>,
    shown: String,
    /// Where it lies on disk.
    path: PathBuf,
    /// Whether somebody on the trust list signed it.
    trusted: bool,
}

impl std::fmt::Debug for Pack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pack").field("shown", &self.shown).finish_non_exhaustive()
    }
}

impl Opened {
    /// Load them, beside those in the binary, with what an organisation changes.
    pub fn load(
        &self,
        sources: &mut Sources,
        builtin: bool,
        overrides: &Overrides,
    ) -> (PackSet, Vec<Problem>) {
        let locations: Vec<pack::Location<'_>> = self
            .packs
            .iter()
            .map(|it| pack::Location { files: &*it.files, folder: "", shown: &it.shown })
            .collect();
        let (set, mut problems) = PackSet::load_with(sources, builtin, &locations, overrides);
        problems.extend(self.problems.iter().cloned().map(|mut problem| {
            if let Some(place) = &mut problem.place {
                let file = self.sources.get(place.file);
                let (path, text) = (Arc::clone(&file.path), Arc::clone(&file.text));
                place.file = sources.add(SourceFile::new(path, text));
            }
            problem
        }));
        (set, problems)
    }

    /// Do something with the files of a pack, tests and all: of one of these, or of one in the binary.
    pub fn with_files<T>(&self, pack: &pack::Pack, with: impl FnOnce(&dyn FileSystem) -> T) -> T {
        match self.packs.iter().find(|it| *it.shown == *pack.origin) {
            Some(own) => with(&*own.files),
            None => with(&pack_test::builtin_tests(&pack.name)),
        }
    }
}

fn open(
    folders: &[PathBuf],
    file: Option<(&DiskFileSystem, &str)>,
    root: &Path,
    project_packs: bool,
) -> anyhow::Result<Opened> {
    let mut sources = Sources::default();
    let config = file.map(|(files, path)| config::read(files, path, &mut sources).0);
    let mut config = config.unwrap_or_default();
    trust::apply(&mut config);
    let mut opener = Opener {
        config: &config,
        sources: &mut sources,
        packs: Vec::new(),
        problems: Vec::new(),
        open: Vec::new(),
    };
    for folder in folders {
        let (path, pin) = split_digest(folder);
        let shown = path.display().to_string();
        anyhow::ensure!(path.exists(), "the pack {shown} is not a folder and no bundle");
        opener.add(&path, shown, pin.as_deref(), None);
    }
    if project_packs {
        let base = root.join(&config.folder);
        for need in &config.packs {
            opener.need(need, &base, &config.folder);
        }
    }
    let Opener { packs, problems, .. } = opener;
    if !sandbox::is_inside() {
        let is_unsigned = |it: &&Pack| !it.trusted && has_rego(&*it.files);
        let unsigned: Vec<String> =
            packs.iter().filter(is_unsigned).map(|it| it.shown.clone()).collect();
        if !unsigned.is_empty() {
            let Unsigned { memory, seconds } = config.unsigned;
            return Err(NeedsChild { what: UNSIGNED, names: unsigned, memory, seconds }.into());
        }
    }
    Ok(Opened { packs, problems, sources })
}

/// `acme.tar.gz@sha256:…`: a bundle and the digest that it has to have.
fn split_digest(path: &Path) -> (PathBuf, Option<Arc<str>>) {
    let text = path.to_string_lossy();
    match text.rsplit_once('@') {
        Some((path, digest)) if digest.starts_with("sha256:") => (path.into(), Some(digest.into())),
        _ => (path.to_owned(), None),
    }
}

const UNSIGNED: &str = "the Rego of packs that nobody on the trust list signed";

fn has_rego(files: &dyn FileSystem) -> bool {
    let is_rego = |path: &String| Path::new(path).extension().is_some_and(|it| it == "rego");
    files.walk("").0.iter().any(is_rego)
}

struct Opener<'a> {
    config: &'a Config,
    sources: &'a mut Sources,
    packs: Vec<Pack>,
    problems: Vec<Problem>,
    /// Packs whose needs are being opened.
    open: Vec<(PathBuf, String)>,
}

impl Opener<'_> {
    fn refuse(&mut self, message: String, help: Option<&str>, shown: &str, from: Option<Place>) {
        let problem = Problem::new(ProblemKind::Pack, message);
        let problem = Problem { help: help.map(str::to_owned), ..problem };
        self.problems.push(match from {
            Some(place) => problem.at(place),
            None => problem.path(shown),
        });
    }

    /// A pack that another, or the project, names.
    fn need(&mut self, need: &Need, base: &Path, shown: &str) {
        let path = base.join(&*need.path);
        let shown = match shown {
            "" => need.path.to_string(),
            folder => format!("{folder}/{}", need.path),
        };
        self.add(&path, shown, need.digest.as_deref(), Some(need.place));
    }

    fn add(&mut self, path: &Path, shown: String, pin: Option<&str>, from: Option<Place>) {
        let Ok(absolute) = path.canonicalize() else {
            let help = "check the path's spelling";
            self.refuse(format!("there is no pack at {shown}"), Some(help), &shown, from);
            return;
        };
        if let Some(at) = self.open.iter().position(|(open, _)| *open == absolute) {
            let names: Vec<&str> =
                self.open[at..].iter().map(|it| &*it.1).chain([&*shown]).collect();
            let message = format!("packs need each other: {}", names.join(" → "));
            self.refuse(message, None, &shown, from);
            return;
        }
        if self.packs.iter().any(|it| it.path == absolute) {
            return;
        }
        let opened = if absolute.is_dir() {
            folder(&absolute, &shown, pin)
        } else {
            self.bundle(&absolute, pin)
        };
        let (files, trusted) = match opened {
            Ok(opened) => opened,
            Err(refusal) => {
                let message = format!("the pack {shown} is refused: {}", refusal.message);
                self.refuse(message, refusal.help, &shown, from);
                return;
            }
        };
        let needs = pack::needs(&*files, &shown, self.sources);
        self.open.push((absolute.clone(), shown.clone()));
        let folder = if absolute.is_dir() {
            absolute.as_path()
        } else {
            absolute.parent().unwrap_or(&absolute)
        };
        let shown_folder = if absolute.is_dir() {
            shown.clone()
        } else {
            Path::new(&shown).parent().map(|it| it.display().to_string()).unwrap_or_default()
        };
        for need in needs {
            self.need(&need, folder, &shown_folder);
        }
        self.open.pop();
        self.packs.push(Pack { files, shown, path: absolute, trusted });
    }

    /// A bundle: whole, as it was built, and signed or pinned.
    fn bundle(
        &self,
        path: &Path,
        pin: Option<&str>,
    ) -> Result<(Box<dyn FileSystem>, bool), Refused> {
        let bundle = read_bundle(path)?;
        check_pin(Some(&bundle.digest), pin)?;
        let trust = &self.config.trust;
        let signer = bundle.signed_by(trust).map_err(Refused::from)?;
        if signer.is_none() && !trust.is_empty() {
            let refused = Refused::new(if bundle.is_signed() {
                format!(
                    "it is signed by {}, which is not on the trust list",
                    bundle.key_ids().join(", ")
                )
            } else {
                format!("it is not signed, and {} has a trust list", whose())
            });
            return Err(refused.help(if trust::is_given() {
                "the list that --trust names holds the keys whose bundles are used"
            } else {
                "`trust` in dreadnought.yaml names the keys whose bundles are used"
            }));
        }
        if signer.is_none() && pin.is_none() {
            let refused = Refused::new("nobody vouches for it".to_owned());
            return Err(refused.help(
                "put the key that signed it on the trust list (`trust` in dreadnought.yaml, or --trust), or name its digest: FILE@sha256:…",
            ));
        }
        Ok((Box::new(bundle.files), signer.is_some()))
    }
}

/// Who says whom to trust.
fn whose() -> &'static str {
    if trust::is_given() { "the caller" } else { "the project" }
}

/// A folder; nobody signs folders.
fn folder(
    path: &Path,
    shown: &str,
    pin: Option<&str>,
) -> Result<(Box<dyn FileSystem>, bool), Refused> {
    let files = DiskFileSystem::new(path)
        .map_err(|error| Refused::new(format!("{shown} cannot be read: {error}")))?;
    let digest = if pin.is_some() { pack::digest(&files) } else { None };
    check_pin(digest.as_deref(), pin)?;
    Ok((Box::new(files), false))
}

/// Why a pack is not used.
#[derive(Debug)]
pub struct Refused {
    /// One sentence.
    pub message: String,
    /// What to do.
    pub help: Option<&'static str>,
}

impl Refused {
    fn new(message: String) -> Self {
        Self { message, help: None }
    }

    fn help(mut self, help: &'static str) -> Self {
        self.help = Some(help);
        self
    }
}

impl From<bundle::Refusal> for Refused {
    fn from(refusal: bundle::Refusal) -> Self {
        Self { message: refusal.message, help: refusal.help }
    }
}

/// That something is run in a process of its own, if it is not yet.
pub fn limited(what: &'static str, names: Vec<String>) -> anyhow::Result<()> {
    if sandbox::is_inside() {
        return Ok(());
    }
    let (config, _) = Here::find()?.read(&mut Sources::default());
    let Unsigned { memory, seconds } = config.unsigned;
    Err(NeedsChild { what, names, memory, seconds }.into())
}

/// That a folder of Rego without a manifest, which nobody can have signed, is run in a process of its own.
pub fn unsigned(path: &Path, files: &dyn FileSystem) -> anyhow::Result<()> {
    if sandbox::is_inside() || !has_rego(files) {
        return Ok(());
    }
    limited(UNSIGNED, vec![path.display().to_string()])
}

/// The files of a pack in a folder or bundle, for what lies beside its rules. Whether it may be used is known once it was loaded.
pub fn tree(path: &Path) -> anyhow::Result<Box<dyn FileSystem>> {
    let (path, _) = split_digest(path);
    let shown = path.display();
    if path.is_dir() {
        let files = DiskFileSystem::new(&path);
        return Ok(Box::new(files.with_context(|| format!("cannot read the pack {shown}"))?));
    }
    anyhow::ensure!(path.exists(), "the pack {shown} is not a folder and no bundle");
    let bundle = read_bundle(&path)
        .map_err(|it| anyhow::anyhow!("the pack {shown} is refused: {}", it.message))?;
    Ok(Box::new(bundle.files))
}

/// Read a bundle's file.
pub fn read_bundle(path: &Path) -> Result<Bundle, Refused> {
    let unreadable = |error: std::io::Error| Refused::new(format!("it cannot be read: {error}"));
    let size = std::fs::metadata(path).map_err(unreadable)?.len();
    if size > bundle::MAX_BYTES as u64 {
        return Err(Refused::new(format!("it is larger than {} bytes", bundle::MAX_BYTES)));
    }
    Ok(Bundle::read(&std::fs::read(path).map_err(unreadable)?)?)
}

fn check_pin(digest: Option<&str>, pin: Option<&str>) -> Result<(), Refused> {
    match (digest, pin) {
        (Some(digest), Some(pin)) if digest != pin => {
            let refused = Refused::new(format!("its digest is {digest}, not {pin}"));
            Err(refused.help("it is another version, or it was changed"))
        }
        _ => Ok(()),
    }
}

/// What to evaluate; a rule that is named and does not exist is a problem.
pub fn options(packs: &PackSet, arguments: &Packs) -> (evaluate::Options, Vec<Problem>) {
    let exists = |id: &str| packs.rules().any(|(_, rule)| &*rule.info.id == id);
    let unknown = arguments.only.iter().chain(&arguments.skip).filter(|id| !exists(id));
    let problem = |id: &String| {
        Problem::new(ProblemKind::Pack, format!("there is no rule {id}"))
            .help(other_rule(packs, id))
    };
    let problems = unknown.map(problem).collect();
    let options = evaluate::Options {
        only: arguments.only.clone(),
        skip: arguments.skip.clone(),
        ..evaluate::Options::default()
    };
    (options, problems)
}

/// What to do about a rule that does not exist: the one that was meant, or the list.
pub fn other_rule(packs: &PackSet, id: &str) -> String {
    match nearest(id, packs.rules().map(|(_, rule)| &*rule.info.id)) {
        Some(near) => format!("did you mean {near}?"),
        None => "list the rules with `dreadnought rules`".to_owned(),
    }
}

/// The packs as reports name them.
pub fn refs(packs: &PackSet) -> Vec<PackRef> {
    let pack_ref = |pack: &pack::Pack| PackRef {
        name: pack.name.to_string(),
        version: pack.version.to_string(),
        digest: pack.digest.clone(),
    };
    packs.packs.iter().map(pack_ref).collect()
}
