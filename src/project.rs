//! The pipeline from paths to documents: discover, read, parse, normalize, check.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::config::{self, Config};
use crate::discover::{self, CandidateKind};
use crate::document::{self, Document, Resource};
use crate::normalize::kubernetes::{self, Claims, Detection, Manifest};
use crate::normalize::terraform::assumptions::Stated;
use crate::normalize::terraform::{
    self, Installation, Installations, Module, Recorded, Terraform, VariableFile, VariableOption,
};
use crate::source::{
    FileId, FileSystem, Place, Problem, ProblemKind, SourceFile, Sources, Span, folder_of,
    normalize as normalize_path,
};
use crate::syntax::{Body, Node, hcl, json, yaml};
use crate::vocabulary::Vocabulary;

/// Resources of a document that are checked against its schema at once.
const CHECKED_AT_ONCE: usize = 512;

/// Files in a row, of which those with the same text share a tree.
const SHARED_AMONG: usize = 128;

/// What a scan is asked for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Paths relative to the file system's root; the root itself is `""`.
    pub paths: Vec<String>,
    /// `--var` and `--var-file`, in order.
    pub variables: Vec<Input>,
    /// `terraform.workspace`; `default` where empty.
    pub workspace: String,
    /// Whether `dreadnought.yaml` is left alone.
    pub no_config: bool,
    /// Provider facts: the embedded ones, and those of `--provider-schema`.
    pub vocabulary: Arc<Vocabulary>,
    /// The folder of the configuration that scanned plans and states were made of; else the one in which each lies, if it fits.
    pub configuration: Option<String>,
}

/// A variable's value from the command line.
#[derive(Clone, Debug)]
pub enum Input {
    /// `--var NAME=VALUE`.
    Assignment(String, String),
    /// `--var-file`, with its path as shown and its text.
    File(String, String),
}

/// Everything that was read, as documents.
#[derive(Debug, Default)]
pub struct Project {
    /// All texts.
    pub sources: Sources,
    /// Documents, sorted by format and root.
    pub documents: Vec<Document>,
    /// Problems that belong to no document.
    pub problems: Vec<Problem>,
    /// Files that were read and understood.
    pub read: usize,
    /// Files that are no known format.
    pub skipped: usize,
    /// What the project's `dreadnought.yaml` says.
    pub config: Config,
    /// What the documents were made of.
    pub trees: Trees,
}

/// What was parsed. Nobody reads it any more; it is kept because freeing it means to fetch all of it once more from memory, which takes
/// longer than to make it, and a command ends without that.
#[derive(Debug, Default)]
pub struct Trees {
    modules: FxHashMap<Arc<str>, Module>,
    data: Vec<Node>,
}

impl Project {
    /// Run the pipeline. Nothing fails as a whole: what could not be done is a problem.
    pub fn load(files: &dyn FileSystem, options: &Options) -> Self {
        Self::load_beside(Sources::default(), files, options)
    }

    /// The same beside files that are there already, as those of packs that serve several projects.
    pub fn load_beside(sources: Sources, files: &dyn FileSystem, options: &Options) -> Self {
        let mut loader = Loader {
            files,
            vocabulary: Arc::clone(&options.vocabulary),
            project: Self { sources, ..Self::default() },
            parsed: Vec::new(),
            installations: None,
        };
        loader.configure(options);
        loader.discover(&options.paths);
        loader.load_configurations(options.configuration.as_deref());
        loader.load_called_modules();
        while loader.load_installed_modules() {
            loader.load_called_modules();
        }
        let scanned = std::mem::take(&mut loader.parsed);
        loader.normalize(scanned, options);
        let mut project = loader.project;
        project.documents.sort_by(|a, b| (a.format, &a.root).cmp(&(b.format, &b.root)));
        project.problems.sort();
        project.problems.dedup();
        project
    }
}

/// Every document fits the schema; one that does not is a fault of ours and says so. Only one that is not known to fit is made into JSON
/// for that, in parts, so that never more than a part of one is there. Builds for tests ask the schema always.
fn check(document: &Document, sources: &Sources) -> Vec<Problem> {
    let parts = document.resources.par_chunks(CHECKED_AT_ONCE);
    let of_part = |resources: &[Resource]| {
        if !cfg!(debug_assertions) && document::fits(document, resources, sources) {
            return Vec::new();
        }
        document::schema::check(&document::json::part(document, resources, sources))
    };
    let mut violations: Vec<String> = parts.flat_map_iter(of_part).collect();
    if document.resources.is_empty() {
        violations = of_part(&[]);
    }
    let problem = |violation: String| {
        let root = &document.root;
        let message = format!("the document of {root} does not fit its schema: {violation}");
        Problem::new(ProblemKind::Schema, message)
            .help("please report this as a fault of Dreadnought")
    };
    violations.into_iter().map(problem).collect()
}

/// What is left to do for a document of Terraform, while it is at hand. Returns what belongs to no document.
fn complete(document: &mut Document, sources: &Sources) -> Vec<Problem> {
    let violations = check(document, sources);
    document.manifests = kubernetes::manifests(document).map(Box::new);
    let cut = document.manifests.as_mut().map(|it| std::mem::take(&mut it.problems));
    let edges = document::too_many_edges(document);
    document.problems.extend(cut.into_iter().flatten().chain(edges));
    violations
}

/// A parsed file.
struct Parsed {
    file: FileId,
    path: Arc<str>,
    /// Whether it lies in what was asked for, not only in a module that something calls.
    scanned: bool,
    content: Content,
}

enum Content {
    Terraform(Body),
    Variables(Body),
    Data(Vec<Node>),
    /// A plan or state.
    Recorded(Box<Recorded>),
    /// Nothing could be read of it.
    Broken,
}

/// A Terraform file of a module: its number, path and content.
type ModuleFile = (FileId, Arc<str>, Body);

struct Loader<'f> {
    files: &'f dyn FileSystem,
    vocabulary: Arc<Vocabulary>,
    project: Project,
    parsed: Vec<Parsed>,
    /// What is installed; read once.
    installations: Option<Installations>,
}

impl Loader<'_> {
    fn configure(&mut self, options: &Options) {
        let path = if options.no_config { None } else { config::find(self.files, &options.paths) };
        if let Some(path) = path {
            let (config, problems) = config::read(self.files, &path, &mut self.project.sources);
            self.project.config = config;
            self.project.problems.extend(problems);
        }
    }

    /// What the project says that data sources return.
    fn stated(&self) -> Vec<Stated> {
        let stated = |assumption: &config::Assumption| Stated {
            target: Arc::clone(&assumption.target),
            values: assumption.values.clone(),
            used: AtomicBool::new(false),
        };
        self.project.config.assumptions.iter().map(stated).collect()
    }

    fn note_unused_assumptions(&mut self, stated: &[Stated]) {
        for (assumption, stated) in self.project.config.assumptions.iter().zip(stated) {
            if !stated.used.load(Ordering::Relaxed) {
                let message = format!("nothing uses the assumption about `{}`", stated.target);
                let problem = Problem::new(ProblemKind::Note, message).at(assumption.place);
                self.project.problems.push(problem);
            }
        }
    }

    fn discover(&mut self, paths: &[String]) {
        let discovery = discover::discover(self.files, paths);
        self.project.problems.extend(discovery.problems);
        let candidates = discovery.files.into_iter().map(|file| (file.path, file.kind)).collect();
        self.read_and_parse(candidates, true);
    }

    fn read_and_parse(&mut self, candidates: Vec<(String, CandidateKind)>, scanned: bool) {
        let files = self.files;
        let texts: Vec<Result<SourceFile, Problem>> =
            candidates.par_iter().map(|(path, _)| discover::read(files, path)).collect();
        let mut read = Vec::new();
        for (text, (_, kind)) in texts.into_iter().zip(candidates) {
            match text {
                Ok(source) => read.push((self.project.sources.add(source), kind)),
                Err(problem) => self.project.problems.push(problem),
            }
        }
        let contents = parse_all(&read, &self.project.sources, &self.vocabulary);
        for ((file, _), (content, problems)) in read.into_iter().zip(contents) {
            let path = Arc::clone(&self.project.sources.get(file).path);
            let parsed = Parsed { file, path, scanned, content };
            self.project.problems.extend(problems);
            let is_recorded = matches!(parsed.content, Content::Recorded(_))
                || terraform::looks_recorded(&self.project.sources.get(parsed.file).text);
            if is_recorded {
                self.project.sources.withhold(parsed.file);
            }
            self.parsed.push(parsed);
        }
    }

    /// The configurations that plans and states were made of.
    fn load_configurations(&mut self, named: Option<&str>) {
        let recorded: Vec<&Parsed> = self
            .parsed
            .iter()
            .filter(|parsed| matches!(parsed.content, Content::Recorded(_)))
            .collect();
        let mut folders: BTreeSet<String> = match named {
            Some(folder) => BTreeSet::from([folder.to_owned()]),
            None => recorded.iter().map(|parsed| folder_of(&parsed.path).to_owned()).collect(),
        };
        if recorded.is_empty() {
            folders.clear();
            if named.is_some() {
                let message = "a configuration was named for plans and states, and there are none";
                self.project.problems.push(Problem::new(ProblemKind::Note, message));
            }
        }
        let known: BTreeSet<&str> = self
            .parsed
            .iter()
            .filter(|parsed| matches!(parsed.content, Content::Terraform(_)))
            .map(|parsed| folder_of(&parsed.path))
            .collect();
        folders.retain(|folder| !known.contains(&**folder));
        let candidates: Vec<_> =
            folders.iter().flat_map(|folder| self.terraform_files(folder)).collect();
        if named.is_some() && !folders.is_empty() && candidates.is_empty() {
            let folder = named.filter(|folder| !folder.is_empty()).unwrap_or(".");
            let message = format!("there are no Terraform files in {folder}");
            self.project.problems.push(Problem::new(ProblemKind::NotFound, message).path(folder));
        }
        self.read_and_parse(candidates, false);
    }

    /// The files of the module in a folder.
    fn terraform_files(&self, folder: &str) -> Vec<(String, CandidateKind)> {
        let entries = self.files.list(folder).unwrap_or_default();
        let terraform = |path: String| match CandidateKind::of(&path) {
            Some(kind @ (CandidateKind::TerraformHcl | CandidateKind::TerraformJson)) => {
                Some((path, kind))
            }
            _ => None,
        };
        entries.into_iter().filter_map(|entry| terraform(entry.path)).collect()
    }

    /// Folders that local module calls name and that were not scanned are read too, until nothing is missing.
    fn load_called_modules(&mut self) {
        let mut known: BTreeSet<String> = BTreeSet::new();
        loop {
            for parsed in &self.parsed {
                if matches!(parsed.content, Content::Terraform(_) | Content::Broken) {
                    known.insert(folder_of(&parsed.path).to_owned());
                }
            }
            let missing: BTreeSet<String> = self
                .parsed
                .par_iter()
                .filter_map(|parsed| match &parsed.content {
                    Content::Terraform(body) => Some(called_folders(folder_of(&parsed.path), body)),
                    _ => None,
                })
                .flatten_iter()
                .filter(|folder| !known.contains(folder))
                .collect();
            if missing.is_empty() {
                return;
            }
            self.read_modules(&missing);
            known.extend(missing);
        }
    }

    /// Read the Terraform files of folders that nobody asked for.
    fn read_modules(&mut self, folders: &BTreeSet<String>) {
        let candidates = folders.iter().flat_map(|folder| self.terraform_files(folder)).collect();
        self.read_and_parse(candidates, false);
    }

    /// Modules that are installed and that some call names are read too. Says whether there were new ones.
    fn load_installed_modules(&mut self) -> bool {
        let mut bodies: BTreeMap<&str, Vec<&Body>> = BTreeMap::new();
        for parsed in &self.parsed {
            if let Content::Terraform(body) = &parsed.content {
                bodies.entry(folder_of(&parsed.path)).or_default().push(body);
            }
        }
        let installations = self.installations.take().unwrap_or_else(|| {
            let scanned = self.parsed.iter().filter(|parsed| parsed.scanned);
            let roots: BTreeSet<&str> = scanned
                .filter(|parsed| matches!(parsed.content, Content::Terraform(_)))
                .map(|parsed| folder_of(&parsed.path))
                .collect();
            let roots: Vec<&str> = roots.into_iter().collect();
            let files = self.files;
            let read = roots.into_par_iter();
            let read = read.filter_map(|root| Some((root, Installation::read(files, root)?)));
            let read: Vec<_> = read.collect();
            let mut installations = Installations::new();
            for (root, installation) in read {
                match installation {
                    Ok(installation) => drop(installations.insert(root.into(), installation)),
                    Err(problem) => self.project.problems.push(problem),
                }
            }
            installations
        });
        let mut missing = BTreeSet::new();
        for (root, installation) in &installations {
            missing.extend(terraform::installed::folders_of_calls(root, installation, &bodies));
        }
        let read: BTreeSet<&str> = bodies.keys().copied().collect();
        missing.retain(|folder| !read.contains(&**folder));
        // A folder without files is not asked for again.
        let known = self.parsed.len();
        self.installations = Some(installations);
        if !missing.is_empty() {
            self.read_modules(&missing);
        }
        self.parsed.len() > known
    }

    fn normalize(&mut self, parsed: Vec<Parsed>, options: &Options) {
        let (terraform, data): (Vec<Parsed>, Vec<Parsed>) =
            parsed.into_iter().partition(|parsed| {
                matches!(parsed.content, Content::Recorded(_))
                    || (!matches!(parsed.content, Content::Data(_)) && !is_data(&parsed.path))
            });
        self.project.read +=
            terraform.iter().filter(|parsed| !matches!(parsed.content, Content::Broken)).count();
        self.terraform(terraform, options);
        self.kubernetes(data);
    }

    fn terraform(&mut self, parsed: Vec<Parsed>, options: &Options) {
        let mut folders: BTreeMap<Arc<str>, Vec<ModuleFile>> = BTreeMap::new();
        let mut variable_files: FxHashMap<Arc<str>, Vec<VariableFile>> = FxHashMap::default();
        let mut scanned: BTreeSet<Arc<str>> = BTreeSet::new();
        let mut recorded: Vec<Recorded> = Vec::new();
        for Parsed { file, path, scanned: is_scanned, content } in parsed {
            let folder: Arc<str> = folder_of(&path).into();
            match content {
                Content::Terraform(body) => {
                    if is_scanned {
                        scanned.insert(Arc::clone(&folder));
                    }
                    folders.entry(folder).or_default().push((file, path, body));
                }
                Content::Variables(body) => {
                    variable_files.entry(folder).or_default().push(VariableFile {
                        file,
                        path,
                        body,
                    });
                }
                Content::Recorded(it) => recorded.push(*it),
                Content::Data(_) | Content::Broken => {}
            }
        }
        recorded.sort_by(|a, b| a.path.cmp(&b.path));
        let named: BTreeSet<Arc<str>> =
            options.paths.iter().filter_map(|path| normalize_path(path)).map(Arc::from).collect();
        self.note_unused_variable_files(&variable_files, &options.variables);
        let modules: FxHashMap<Arc<str>, Module> = folders
            .into_par_iter()
            .map(|(folder, mut files)| {
                files.sort_by(|a, b| a.1.cmp(&b.1));
                terraform::drop_shadowed(&mut files);
                (Arc::clone(&folder), Module::new(folder, files))
            })
            .collect();
        let inputs = self.inputs(&options.variables);
        let workspace = if options.workspace.is_empty() { "default" } else { &options.workspace };
        let stated = self.stated();
        let sources = &self.project.sources;
        let (documents, problems) = terraform::normalize(&Terraform {
            modules: &modules,
            scanned: &scanned,
            installations: &self.installations.take().unwrap_or_default(),
            assumptions: &stated,
            variable_files: &variable_files,
            options: &inputs,
            workspace: workspace.into(),
            files: self.files,
            vocabulary: &options.vocabulary,
            recorded: &recorded,
            configuration: options.configuration.as_deref().map(Arc::from),
            named: &named,
            complete: &|document| complete(document, sources),
        });
        self.project.trees.modules = modules;
        self.project.documents.extend(documents);
        self.project.problems.extend(problems);
        self.note_unused_assumptions(&stated);
    }

    /// The command line's values as files, so that mistakes in them have a place.
    fn inputs(&mut self, inputs: &[Input]) -> Vec<VariableOption> {
        let mut options = Vec::new();
        for input in inputs {
            match input {
                Input::Assignment(name, value) => {
                    let path = format!("<value for var.{name}>");
                    let file = self.project.sources.add(SourceFile::new(path, value.as_str()));
                    options.push(VariableOption::Assignment {
                        name: name.as_str().into(),
                        text: value.as_str().into(),
                        file,
                    });
                }
                Input::File(path, text) => {
                    let file =
                        self.project.sources.add(SourceFile::new(path.as_str(), text.as_str()));
                    let (body, problems) = variables_body(file, path, text);
                    self.project.problems.extend(problems);
                    options.push(VariableOption::File(VariableFile {
                        file,
                        path: path.as_str().into(),
                        body,
                    }));
                }
            }
        }
        options
    }

    fn note_unused_variable_files(
        &mut self,
        files: &FxHashMap<Arc<str>, Vec<VariableFile>>,
        inputs: &[Input],
    ) {
        let given = |path: &str| {
            inputs.iter().any(|input| matches!(input, Input::File(file, _) if file == path))
        };
        let mut unused: Vec<&str> = files
            .values()
            .flatten()
            .map(|file| &*file.path)
            .filter(|path| !terraform::is_automatic(path) && !given(path))
            .collect();
        unused.sort_unstable();
        if let Some(first) = unused.first() {
            let others = if unused.len() > 1 {
                format!(" and {} more", unused.len() - 1)
            } else {
                String::new()
            };
            let message =
                format!("variable files that are not loaded by themselves: {first}{others}");
            let help = "name the one that is meant with --var-file";
            self.project.problems.push(Problem::new(ProblemKind::Note, message).help(help));
        }
    }

    fn kubernetes(&mut self, parsed: Vec<Parsed>) {
        let mut claims = Claims::default();
        for parsed in &parsed {
            let tree = match &parsed.content {
                Content::Data(trees) => trees.first(),
                _ => None,
            };
            claims.add(&parsed.path, tree);
        }
        let mut manifests = Vec::new();
        for parsed in parsed {
            // It is read by itself, and is no data file that was not understood.
            if parsed.path.rsplit('/').next() == Some(config::FILE) {
                self.forget_syntax_problems(parsed.file);
                continue;
            }
            if claims.is_chart_template(&parsed.path) {
                self.unrendered(&parsed);
                continue;
            }
            if self.is_template(&parsed) {
                self.unrendered(&parsed);
                continue;
            }
            match parsed.content {
                Content::Data(trees) if !claims.is_patch(&parsed.path) => {
                    let (found, others): (Vec<Node>, Vec<Node>) = trees
                        .into_iter()
                        .partition(|tree| kubernetes::detect(tree) == Detection::Manifest);
                    self.project.trees.data.extend(others);
                    let before = manifests.len();
                    manifests.extend(found.into_iter().map(|node| Manifest {
                        file: parsed.file,
                        path: Arc::clone(&parsed.path),
                        node,
                    }));
                    let count = if manifests.len() > before {
                        &mut self.project.read
                    } else {
                        &mut self.project.skipped
                    };
                    *count += 1;
                }
                Content::Data(trees) => {
                    self.project.trees.data.extend(trees);
                    self.project.skipped += 1;
                }
                _ => self.broken_data(&parsed),
            }
        }
        let documents = kubernetes::normalize(&manifests);
        let sources = &self.project.sources;
        let violations = documents.par_iter().flat_map_iter(|document| check(document, sources));
        let violations: Vec<Problem> = violations.collect();
        self.project.problems.extend(violations);
        self.project.documents.extend(documents);
        self.project.trees.data.extend(manifests.into_iter().map(|manifest| manifest.node));
    }

    /// A data file that does not parse: a manifest with a mistake, or (nothing says Kubernetes) no known format.
    fn broken_data(&mut self, parsed: &Parsed) {
        let text = &self.project.sources.get(parsed.file).text;
        if !(text.contains("apiVersion") && text.contains("kind")) {
            self.forget_syntax_problems(parsed.file);
            self.project.skipped += 1;
        }
    }

    /// Whether what does not parse in a file is the syntax of templates.
    fn is_template(&self, parsed: &Parsed) -> bool {
        let broken = self.project.problems.iter().any(|problem| is_syntax_of(problem, parsed.file));
        broken && kubernetes::looks_like_template(&self.project.sources.get(parsed.file).text)
    }

    fn forget_syntax_problems(&mut self, file: FileId) {
        self.project.problems.retain(|problem| !is_syntax_of(problem, file));
    }

    /// A template is not a broken file: what its parser said gives way to one warning.
    fn unrendered(&mut self, parsed: &Parsed) {
        self.forget_syntax_problems(parsed.file);
        let problem = Problem::new(
            ProblemKind::Unrendered,
            "a template that needs rendering was not evaluated",
        )
        .at(Place { file: parsed.file, span: Span::default() })
        .help("render it first and scan what comes out");
        self.project.problems.push(problem);
    }
}

/// The trees of files. Configurations are full of copies of the same file: these are parsed once and share a tree.
fn parse_all(
    files: &[(FileId, CandidateKind)],
    sources: &Sources,
    vocabulary: &Vocabulary,
) -> Vec<(Content, Vec<Problem>)> {
    let parse = |at: usize| {
        let (file, kind) = files[at];
        let source = sources.get(file);
        let caught = catch_unwind(AssertUnwindSafe(|| parse(file, source, kind, vocabulary)));
        caught.unwrap_or_else(|_| {
            let place = Place { file, span: Span::default() };
            let problem =
                Problem::new(ProblemKind::Internal, "the parser panicked on this file").at(place);
            (Content::Broken, vec![problem])
        })
    };
    let originals = originals(files, sources);
    let is_copy = |at: usize| originals[at] != at;
    let mut parsed: Vec<Option<(Content, Vec<Problem>)>> =
        (0..files.len()).into_par_iter().map(|at| (!is_copy(at)).then(|| parse(at))).collect();
    for at in (0..files.len()).filter(|at| is_copy(*at)) {
        let tree = match &parsed[originals[at]] {
            Some((Content::Terraform(body), problems)) if problems.is_empty() => Some(body.clone()),
            _ => None,
        };
        // Problems name their file.
        let copy = tree.map(|body| (Content::Terraform(body), Vec::new()));
        parsed[at] = Some(copy.unwrap_or_else(|| parse(at)));
    }
    parsed.into_iter().flatten().collect()
}

/// For each file, the first of the files near it with the same name and text: itself, if there is none before it. Not of all files:
/// threads that evaluate them at the same time would count the same references. Files of one folder differ in name, so they never
/// share.
fn originals(files: &[(FileId, CandidateKind)], sources: &Sources) -> Vec<usize> {
    let near = |(part, files): (usize, &[(FileId, CandidateKind)])| {
        let mut known: FxHashMap<(&str, &str), usize> = FxHashMap::default();
        let original = |(at, (file, kind)): (usize, &(FileId, CandidateKind))| {
            let at = part * SHARED_AMONG + at;
            let source = sources.get(*file);
            let name = source.path.rsplit('/').next().unwrap_or_default();
            match kind {
                CandidateKind::TerraformHcl => *known.entry((name, &source.text)).or_insert(at),
                _ => at,
            }
        };
        files.iter().enumerate().map(original).collect::<Vec<usize>>()
    };
    files.par_chunks(SHARED_AMONG).enumerate().flat_map_iter(near).collect()
}

fn parse(
    file: FileId,
    source: &SourceFile,
    kind: CandidateKind,
    vocabulary: &Vocabulary,
) -> (Content, Vec<Problem>) {
    let text = &source.text;
    match kind {
        CandidateKind::TerraformHcl => {
            let hcl::Parsed { body, problems, .. } = hcl::parse(file, text);
            (Content::Terraform(body), problems)
        }
        CandidateKind::TerraformJson => match json::parse(file, text) {
            Ok(tree) => {
                let (body, problems) = terraform::json_syntax::body(file, tree, vocabulary);
                (Content::Terraform(body), problems)
            }
            Err(problem) => (Content::Broken, vec![problem]),
        },
        CandidateKind::TerraformVariables => {
            let (body, problems) = variables_body(file, &source.path, text);
            (Content::Variables(body), problems)
        }
        CandidateKind::Template => (Content::Broken, Vec::new()),
        CandidateKind::Json | CandidateKind::Yaml
            if !(kubernetes::may_matter(&source.path, text)
                || (kind == CandidateKind::Json && terraform::may_be_recorded(text))) =>
        {
            (Content::Data(Vec::new()), Vec::new())
        }
        CandidateKind::Json => json_content(file, source),
        CandidateKind::Yaml => {
            let (trees, problems) = yaml::parse(file, text);
            if trees.is_empty() && !problems.is_empty() {
                return (Content::Broken, problems);
            }
            (Content::Data(trees), problems)
        }
    }
}

fn json_content(file: FileId, source: &SourceFile) -> (Content, Vec<Problem>) {
    let text = &source.text;
    if !kubernetes::may_matter(&source.path, text) && !terraform::may_be_recorded(text) {
        return (Content::Data(Vec::new()), Vec::new());
    }
    match json::parse(file, text) {
        Ok(tree) if terraform::detect(&tree) => {
            match Recorded::new(file, Arc::clone(&source.path), tree) {
                Ok(recorded) => (Content::Recorded(Box::new(recorded)), Vec::new()),
                Err(problem) => (Content::Broken, vec![problem]),
            }
        }
        Ok(tree) => (Content::Data(vec![tree]), Vec::new()),
        Err(problem) if terraform::looks_recorded(text) => {
            let message =
                format!("a plan or state that is cut off or damaged: {}", problem.message);
            let kind = match problem.kind {
                ProblemKind::Syntax => ProblemKind::Unreadable,
                kind => kind,
            };
            let help = "write it again with `terraform show -json`";
            (Content::Broken, vec![Problem { kind, message, ..problem }.help(help)])
        }
        Err(problem) if terraform::looks_like_log(text) => {
            let message = "this is the log of `terraform plan -json`, not a plan";
            let help =
                "write the plan with `terraform plan -out=FILE` and `terraform show -json FILE`";
            let problem =
                Problem { message: message.to_owned(), kind: ProblemKind::Unreadable, ..problem };
            (Content::Broken, vec![problem.help(help)])
        }
        Err(problem) => (Content::Broken, vec![problem]),
    }
}

fn variables_body(file: FileId, path: &str, text: &str) -> (Body, Vec<Problem>) {
    // Terraform goes by the ending, in small letters.
    if path.strip_suffix(".json").is_none() {
        let hcl::Parsed { body, problems, .. } = hcl::parse(file, text);
        return (body, problems);
    }
    match json::parse(file, text) {
        Ok(tree) => (terraform::json_syntax::variables(tree), Vec::new()),
        Err(problem) => (Body::default(), vec![problem]),
    }
}

/// Whether a problem is about the syntax of a file.
fn is_syntax_of(problem: &Problem, file: FileId) -> bool {
    problem.kind == ProblemKind::Syntax && problem.place.is_some_and(|place| place.file == file)
}

fn is_data(path: &str) -> bool {
    matches!(
        CandidateKind::of(path),
        Some(CandidateKind::Yaml | CandidateKind::Json | CandidateKind::Template)
    )
}

/// Folders that the local module calls of a body name.
fn called_folders(folder: &str, body: &Body) -> Vec<String> {
    let source = |block: &crate::syntax::Block| {
        let source = terraform::literal_text(&block.body.attribute("source")?.value)?;
        terraform::is_local_source(source).then(|| crate::source::join(folder, source))?
    };
    body.blocks_named("module").filter_map(source).collect()
}
