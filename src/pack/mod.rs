//! Packs: manifest, rules, threat classes.
//!
//! Takes the packs in the binary and those in folders, gives compiled rules. Every mistake in a pack is a problem that
//! points into the pack's file; what is wrong is left out and the rest still loads.

mod cel_rules;
mod files;
mod manifest;
mod meaning;
mod overrides;
pub(crate) mod read;
mod rego_rules;
mod rule;
mod scalar;
mod selector;
mod threats;
mod vocabulary;
pub(crate) mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use self::files::Folder;
use self::manifest::Manifest;
use self::read::Reader;
use crate::document::{Map, Value};
use crate::engine::rego;
use crate::finding::ThreatClass;
use crate::source::{
    FileId, FileSystem, Place, Problem, ProblemKind, SourceFile, Sources, Span, nearest,
};

pub(crate) use manifest::read_needs;
pub use manifest::{Need, Param};
pub use meaning::{Expression, Meaning, Meanings, ModelRule, Role, Users, Verb};
pub use overrides::{Overrides, ParamSetting, RuleChange, to_score};
pub(crate) use overrides::{read_bands, read_params, read_rules};
pub use rule::{CelLogic, CelRule, Logic, Rule, Written, WrittenProgram};
pub use scalar::{locate, to_value};
pub(crate) use selector::{SCOPE, scope};
pub use selector::{Scope, Selector};

/// A pack, loaded.
#[derive(Clone, Debug)]
pub struct Pack {
    /// Its name, the first part of its rules' ids.
    pub name: Arc<str>,
    /// Its version.
    pub version: Arc<str>,
    /// What it is for.
    pub description: Arc<str>,
    /// `sha256:…` over its files' paths and contents, samples left out.
    pub digest: String,
    /// Its rules, sorted by id.
    pub rules: Vec<Rule>,
    /// Values of its parameters, an object.
    pub params: Value,
    /// What it says of its parameters.
    pub declared: Vec<Param>,
    /// Packs that it needs.
    pub needs: Vec<Need>,
    /// Where it came from, as shown.
    pub origin: Arc<str>,
    /// Its compliance baselines, not yet read.
    pub baselines: Vec<FileId>,
}

/// Where a pack lies.
#[derive(Clone, Copy)]
pub struct Location<'a> {
    /// The tree that holds it.
    pub files: &'a dyn FileSystem,
    /// Its folder in the tree, `""` for the whole tree.
    pub folder: &'a str,
    /// What its folder is called in messages, `""` for nothing.
    pub shown: &'a str,
}

impl std::fmt::Debug for Location<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Location").field(&self.shown).finish()
    }
}

/// All packs of a run.
#[derive(Debug)]
pub struct PackSet {
    /// Packs: built-in ones by name with `core` first, then the others as they were named.
    pub packs: Vec<Pack>,
    /// The Rego of all packs.
    pub policies: rego::Policies,
    /// All threat classes by id.
    pub threats: BTreeMap<Arc<str>, Arc<ThreatClass>>,
    /// Files of vocabularies with the packs' names, in order; read when a model is made.
    vocabularies: Vec<(Arc<str>, FileId)>,
}

impl PackSet {
    /// Load packs; their files are added to `sources`.
    ///
    /// The pack `core` (threat classes, the Rego library) is always there; `builtin` says whether the other packs in the
    /// binary are, and `extra` says where others lie.
    pub fn load(
        sources: &mut Sources,
        builtin: bool,
        extra: &[Location<'_>],
    ) -> (Self, Vec<Problem>) {
        Self::load_with(sources, builtin, extra, &Overrides::default())
    }

    /// The same with what an organisation changes.
    pub fn load_with(
        sources: &mut Sources,
        builtin: bool,
        extra: &[Location<'_>],
        overrides: &Overrides,
    ) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut folders = files::embedded(sources, !builtin);
        for location in extra {
            folders.extend(files::read(*location, sources, &mut problems));
        }
        let mut loader = Loader { sources, problems };
        let packs = loader.manifests(folders);
        let mut problems = loader.problems;
        let set_params = |(folder, manifest): (Folder, Manifest)| {
            let params = overrides.set_params(&manifest.name, &manifest.params, &mut problems);
            let module = rego_rules::params(&manifest.name, &params);
            let module = module.map(|text| files::generated(sources, &folder.shown, text));
            Prepared { folder, manifest, params, module }
        };
        let packs: Vec<Prepared> = packs.into_iter().map(set_params).collect();
        let mut loader = Loader { sources, problems };
        let (threats, broken) = loader.threats(&packs);
        let mut set = loader.rules(packs, threats, &broken);
        let mut problems = loader.problems;
        let left_out = |pack: &str| !builtin && files::is_built_in(pack);
        overrides.change_rules(&mut set.packs, left_out, &mut problems);
        problems
            .sort_by(|a, b| (a.place, &a.path, &a.message).cmp(&(b.place, &b.path, &b.message)));
        problems.dedup();
        (set, problems)
    }

    /// The same with marks around the parts of all rules, for coverage and traces. Slower.
    #[must_use]
    pub fn marked(&self) -> Self {
        let mut packs = self.packs.clone();
        for rule in packs.iter_mut().flat_map(|pack| &mut pack.rules) {
            rule.mark();
        }
        self.like(packs, self.policies.marked())
    }

    /// The same with other values for some parameters of a pack.
    #[must_use]
    pub fn with_params(&self, name: &str, params: &Map) -> Self {
        let mut packs = self.packs.clone();
        for pack in packs.iter_mut().filter(|pack| &*pack.name == name) {
            let mut all = pack.params.as_object().cloned().unwrap_or_default();
            all.extend(params.iter().map(|(name, value)| (Arc::clone(name), value.clone())));
            pack.params = Value::object(all);
        }
        self.like(packs, self.policies.same())
    }

    fn like(&self, packs: Vec<Pack>, policies: rego::Policies) -> Self {
        let (threats, vocabularies) = (self.threats.clone(), self.vocabularies.clone());
        Self { packs, policies, threats, vocabularies }
    }

    /// Read the vocabulary of all packs: what resource types mean. Of two packs that speak of one type, the later holds.
    pub fn meanings(&self, sources: &Sources) -> (Meanings, Vec<Problem>) {
        let mut meanings = Meanings::default();
        let mut problems = Vec::new();
        for (pack, file) in &self.vocabularies {
            let mut reader = Reader::new(*file, sources.get(*file));
            vocabulary::read(&mut reader, pack, &mut meanings);
            problems.append(&mut reader.into_problems());
        }
        meanings.rules.sort_by(|a, b| a.id.cmp(&b.id));
        (meanings, problems)
    }

    /// All rules with their packs.
    pub fn rules(&self) -> impl Iterator<Item = (&Pack, &Rule)> {
        self.packs.iter().flat_map(|pack| pack.rules.iter().map(move |rule| (pack, rule)))
    }
}

/// The packs that the pack in a tree needs; its manifest is added to `sources`. Mistakes in it are reported when it is loaded.
pub fn needs(files: &dyn FileSystem, shown: &str, sources: &mut Sources) -> Vec<Need> {
    let Some(file) = files::manifest(files, shown, sources) else { return Vec::new() };
    let mut reader = Reader::new(file, sources.get(file));
    manifest::read(&mut reader).map(|manifest| manifest.needs).unwrap_or_default()
}

/// The digest of the pack in a tree, as reports name it.
pub fn digest(files: &dyn FileSystem) -> Option<String> {
    let location = Location { files, folder: "", shown: "" };
    let folder = files::read(location, &mut Sources::default(), &mut Vec::new())?;
    Some(folder.digest)
}

/// A pack whose rules are not yet read.
struct Prepared {
    folder: Folder,
    manifest: Manifest,
    params: Map,
    /// Its parameters for Rego.
    module: Option<FileId>,
}

struct Loader<'a> {
    sources: &'a Sources,
    problems: Vec<Problem>,
}

/// What one file gave.
struct Loaded {
    rules: Vec<Rule>,
    module: Option<FileId>,
    problems: Vec<Problem>,
}

impl Loader<'_> {
    /// Read one file; its problems are kept.
    fn read<T>(&mut self, file: FileId, read: impl FnOnce(&mut Reader<'_>) -> T) -> T {
        let mut reader = Reader::new(file, self.sources.get(file));
        let value = read(&mut reader);
        self.problems.append(&mut reader.into_problems());
        value
    }

    /// The packs whose manifests say who they are, each name once.
    fn manifests(&mut self, folders: Vec<Folder>) -> Vec<(Folder, Manifest)> {
        let mut packs: Vec<(Folder, Manifest)> = Vec::new();
        for folder in folders {
            let Some(file) = folder.manifest() else { continue };
            let Some(manifest) = self.read(file, manifest::read) else { continue };
            let segment = |name: &str| name.replace('-', "_");
            let same = packs
                .iter()
                .find(|(_, other)| segment(&other.name) == segment(&manifest.name))
                .map(|(other, _)| (other.shown.clone(), other.digest == folder.digest));
            if let Some((other, is_copy)) = same {
                // The very pack in a second place: the folder of one in the binary.
                if is_copy {
                    continue;
                }
                let message =
                    format!("a pack called `{}` is loaded already, from {other}", manifest.name);
                let place = Place { file, span: Span::default() };
                self.problems.push(
                    Problem::new(ProblemKind::Pack, message)
                        .at(place)
                        .help("give it another name: rule ids begin with it"),
                );
                continue;
            }
            packs.push((folder, manifest));
        }
        packs
    }

    fn threats(
        &mut self,
        packs: &[Prepared],
    ) -> (BTreeMap<Arc<str>, Arc<ThreatClass>>, rule::BrokenClasses) {
        let mut not_read = rule::BrokenClasses::default();
        let mut all: BTreeMap<Arc<str>, (Arc<ThreatClass>, Place)> = BTreeMap::new();
        let mut more = Vec::new();
        for file in packs.iter().flat_map(|pack| pack.folder.texts("threats", ".yaml")) {
            let threats::Threats { classes, broken, unreadable, mut extensions } =
                self.read(file, threats::read);
            not_read.ids.extend(broken);
            not_read.any |= unreadable;
            more.append(&mut extensions);
            for (threat, place) in classes {
                if let Some((_, first)) = all.get(&threat.id) {
                    self.twice("threat class", &threat.id, place, *first);
                } else {
                    all.insert(Arc::clone(&threat.id), (Arc::new(threat), place));
                }
            }
        }
        for extension in more {
            if let Some((class, _)) = all.get_mut(&extension.id) {
                extension.apply(Arc::make_mut(class));
                continue;
            }
            let message = format!("there is no threat class `{}` to extend", extension.id);
            let problem = Problem::new(ProblemKind::Pack, message).at(extension.place);
            self.problems.push(match nearest(&extension.id, all.keys().map(|id| &**id)) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem,
            });
        }
        (all.into_iter().map(|(id, (threat, _))| (id, threat)).collect(), not_read)
    }

    fn rules(
        &mut self,
        packs: Vec<Prepared>,
        threats: BTreeMap<Arc<str>, Arc<ThreatClass>>,
        broken: &rule::BrokenClasses,
    ) -> PackSet {
        let jobs: Vec<(usize, FileId, Job)> = packs
            .iter()
            .enumerate()
            .flat_map(|(pack, Prepared { folder, .. })| {
                let job = move |job| move |file| (pack, file, job);
                let cel = folder.texts("rules", ".yaml").map(job(Job::Cel));
                let rego = folder.texts("rules", ".rego").map(job(Job::Rego));
                cel.chain(rego).chain(folder.texts("lib", ".rego").map(job(Job::Library)))
            })
            .collect();
        let sources = self.sources;
        let loaded: Vec<Loaded> = jobs
            .par_iter()
            .map(|(pack, file, job)| {
                let pack = &packs[*pack].manifest.name;
                let names = rule::Names { pack, threats: &threats, broken };
                job.run(Reader::new(*file, sources.get(*file)), names)
            })
            .collect();
        let mut rules: Vec<Vec<Rule>> = packs.iter().map(|_| Vec::new()).collect();
        let mut modules = Vec::new();
        for ((pack, ..), mut loaded) in jobs.iter().zip(loaded) {
            rules[*pack].append(&mut loaded.rules);
            modules.extend(loaded.module);
            self.problems.append(&mut loaded.problems);
        }
        for rules in &mut rules {
            self.unique(rules);
        }
        modules.extend(packs.iter().filter_map(|pack| pack.module));
        let policies = self.compile(&modules, &mut rules);
        let vocabulary = |Prepared { folder, manifest, .. }: &Prepared| {
            let name = Arc::clone(&manifest.name);
            let files: Vec<FileId> = folder.texts("vocabulary", ".yaml").collect();
            files.into_iter().map(move |file| (Arc::clone(&name), file)).collect::<Vec<_>>()
        };
        let vocabularies = packs.iter().flat_map(vocabulary).collect();
        let packs = packs.into_iter().zip(rules).map(
            |(Prepared { folder, manifest, params, .. }, rules)| Pack {
                name: manifest.name,
                version: manifest.version,
                description: manifest.description,
                baselines: folder.texts("baselines", ".yaml").collect(),
                digest: folder.digest,
                rules,
                params: Value::object(params),
                declared: manifest.params,
                needs: manifest.needs,
                origin: folder.shown.into(),
            },
        );
        PackSet { packs: packs.collect(), policies, threats, vocabularies }
    }

    /// Sort rules by id and drop those whose id or package another has already.
    fn unique(&mut self, rules: &mut Vec<Rule>) {
        rules.sort_by(|a, b| (&a.info.id, a.place).cmp(&(&b.info.id, b.place)));
        let mut kept: Vec<Rule> = Vec::with_capacity(rules.len());
        for rule in rules.drain(..) {
            match kept.last().filter(|last| last.info.id == rule.info.id) {
                Some(first) => self.twice("rule id", &rule.info.id, rule.place, first.place),
                None => kept.push(rule),
            }
        }
        let mut packages: BTreeMap<String, Place> = BTreeMap::new();
        kept.sort_by_key(|rule| rule.place);
        kept.retain(|rule| {
            let Logic::Rego { package } = &rule.logic else { return true };
            if let Some(first) = packages.get(package) {
                self.twice("package", package, rule.place, *first);
                return false;
            }
            packages.insert(package.clone(), rule.place);
            true
        });
        kept.sort_by(|a, b| a.info.id.cmp(&b.info.id));
        *rules = kept;
    }

    fn twice(&mut self, what: &str, name: &str, place: Place, first: Place) {
        let file = self.sources.get(first.file);
        let position = file.position(first.span.start);
        let message = format!(
            "{what} `{name}` is there twice, first at {}:{}:{}",
            file.path, position.line, position.column
        );
        self.problems.push(Problem::new(ProblemKind::Pack, message).at(place));
    }

    /// Compile all Rego modules; the rules of those that do not compile, or that deny nothing, are dropped.
    fn compile(&mut self, modules: &[FileId], rules: &mut [Vec<Rule>]) -> rego::Policies {
        let texts = modules.iter().map(|file| {
            let file = self.sources.get(*file);
            rego::Module { name: file.path.to_string(), text: Arc::clone(&file.text) }
        });
        let (policies, errors) = rego::compile(texts.collect());
        let mut refused = BTreeSet::new();
        for error in errors {
            let file = modules[error.module];
            refused.insert(file);
            let span = character(self.sources.get(file), error.line, error.column);
            let message = format!("the module does not compile: {}", error.message);
            self.problems.push(Problem::new(ProblemKind::Pack, message).at(Place { file, span }));
        }
        for rule in rules.iter().flatten() {
            if let Logic::Rego { package } = &rule.logic
                && !policies.has_rule(package)
                && refused.insert(rule.place.file)
            {
                let message = format!("package `{package}` has no rule `deny`");
                let help =
                    "a Rego rule says `deny contains {\"resource\": …, \"at\": …, \"message\": …}`";
                self.problems
                    .push(Problem::new(ProblemKind::Pack, message).at(rule.place).help(help));
            }
        }
        for rules in rules {
            rules.retain(|rule| {
                !matches!(rule.logic, Logic::Rego { .. }) || !refused.contains(&rule.place.file)
            });
        }
        policies
    }
}

/// How a file is read.
#[derive(Clone, Copy)]
enum Job {
    Cel,
    Rego,
    Library,
}

impl Job {
    fn run(self, mut reader: Reader<'_>, names: rule::Names<'_>) -> Loaded {
        let rules = match self {
            Self::Cel => cel_rules::read(&mut reader, names),
            Self::Rego => rego_rules::read(&mut reader, names).into_iter().collect(),
            Self::Library => Vec::new(),
        };
        let is_module = match self {
            Self::Cel => false,
            Self::Rego => !rules.is_empty(),
            Self::Library => rego_rules::check_library(&mut reader, names.pack),
        };
        let module = is_module.then_some(reader.file);
        Loaded { rules, module, problems: reader.into_problems() }
    }
}

/// The character at a line and column, both from 1.
fn character(file: &SourceFile, line: u32, column: u32) -> Span {
    let start = file.lines().start_of(line) as usize;
    let rest = file.text[start..].split('\n').next().unwrap_or_default();
    match rest.char_indices().nth(column.max(1) as usize - 1) {
        Some((at, character)) => Span::new(start + at, start + at + character.len_utf8()),
        None => Span::new(start + rest.len(), start + rest.len()),
    }
}
