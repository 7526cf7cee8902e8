//! Terraform: root modules, evaluated as far as the configuration decides.
//!
//! A folder is parsed once into a [`Module`]; each root gets an evaluator whose module instances are lazy graphs of
//! memoised values; `emit` turns what they hold into a [`Document`].

mod adjusted;
pub mod assumptions;
mod beyond;
mod body;
mod bounds;
mod builtin;
mod computed_ends;
mod conditional;
mod conditions;
mod constraint;
mod convertible;
mod data_sources;
mod defaults;
mod emit;

mod equality;
mod evaluator;
mod expand;
mod expression;
mod facts;
pub mod functions;
mod host;
mod imports;
mod inputs;
pub mod installed;
mod instance;
mod iteration;
pub mod json_syntax;
mod lower;
mod memo;
mod mentions;
mod module;
mod moves;
pub mod number;
mod object_type;
mod operators;
mod overrides;
mod policy_document;
mod prefix;
mod providers;
mod recorded;
mod rendered;
mod schema;
mod schema_check;
mod resolve;
mod scope;
mod stored;
mod surrounding;
mod template;
pub mod types;
mod unify;
pub mod value;
mod verify;
mod version;

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

pub use inputs::{VariableFile, VariableOption, is_automatic};
pub use installed::{Found, Installation, Installations};
pub use module::{Module, is_local_source, literal_text};
pub use overrides::drop_shadowed;
pub use recorded::{Form, Recorded, detect, looks_like_log, looks_recorded, may_be_recorded};

use crate::document::Document;
use crate::source::{FileSystem, Place, Problem, ProblemKind, folder_of};
use crate::vocabulary::Vocabulary;

/// Modules of a scan and how to evaluate them.
#[derive(Clone)]
pub struct Terraform<'a> {
    /// Modules by folder: those of the scan and those that they call.
    pub modules: &'a FxHashMap<Arc<str>, Module>,
    /// Folders that were asked for; the others are there because something calls them.
    pub scanned: &'a BTreeSet<Arc<str>>,
    /// What is installed, by the folder of the root module.
    pub installations: &'a Installations,
    /// What the project says that data sources return.
    pub assumptions: &'a [assumptions::Stated],
    /// Variable files by folder.
    pub variable_files: &'a FxHashMap<Arc<str>, Vec<VariableFile>>,
    /// Values from the command line, in order.
    pub options: &'a [VariableOption],
    /// `terraform.workspace`.
    pub workspace: Arc<str>,
    /// Where `file` and its kin read.
    pub files: &'a dyn FileSystem,
    /// Provider facts.
    pub vocabulary: &'a Vocabulary,
    /// Plans and states.
    pub recorded: &'a [Recorded],
    /// The folder of the configuration that plans and states were made of (`--config-dir`).
    pub configuration: Option<Arc<str>>,
    /// Files that were asked for by name: a state that is not is not judged where its configuration is.
    pub named: &'a BTreeSet<Arc<str>>,
    /// What to do with a document when it is made, on the thread that made it; returns problems that belong to no document.
    pub complete: &'a (dyn Fn(&mut Document) -> Vec<Problem> + Sync),
}

impl std::fmt::Debug for Terraform<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Terraform").field("scanned", &self.scanned).finish_non_exhaustive()
    }
}

/// One document for each root module, sorted by root.
pub fn normalize(terraform: &Terraform<'_>) -> (Vec<Document>, Vec<Problem>) {
    let (stands, mut problems) = terraform.stands();
    let mut roots = terraform.uncalled_folders();
    roots.retain(|folder| !stands.iter().any(|stand| stand.folder.as_ref() == Some(folder)));
    // Else a module is verified when the first root reaches it.
    if roots.len() < rayon::current_num_threads() {
        let modules = terraform.modules.par_iter();
        modules.for_each(|(_, module)| {
            verify::refused(module, terraform.modules);
        });
    }
    let mut evaluated: Vec<Made> =
        roots.par_iter().map(|folder| terraform.evaluate(folder)).collect();
    evaluated.par_extend(stands.par_iter().map(|stand| terraform.recorded_document(stand)));
    let mut documents = Vec::with_capacity(evaluated.len());
    let mut reached = BTreeSet::new();
    for made in evaluated {
        if !is_example(&made.document.root) {
            reached.extend(made.reached);
        }
        reached.insert(root_folder(&made.document));
        documents.push(made.document);
        problems.extend(made.violations);
    }
    reached.extend(stands.iter().filter_map(|stand| stand.folder.clone()));
    // What no root reached after all (called with `count = 0`, in a circle, by examples only) is judged as a root.
    for folder in terraform.scanned {
        if terraform.modules.contains_key(folder) && !reached.contains(folder) {
            let made = terraform.evaluate(folder);
            reached.extend(made.reached);
            documents.push(made.document);
            problems.extend(made.violations);
        }
    }
    documents.sort_by(|a, b| a.root.cmp(&b.root));
    reached.retain(|folder| terraform.modules.contains_key(folder));
    problems.extend(terraform.undeclared_options(&reached));
    (documents, problems)
}

/// A document, complete.
struct Made {
    document: Document,
    /// Folders that some instance was made of.
    reached: BTreeSet<Arc<str>>,
    /// What in it does not fit its schema.
    violations: Vec<Problem>,
}

impl Made {
    fn new(terraform: &Terraform<'_>, mut document: Document, reached: BTreeSet<Arc<str>>) -> Self {
        let violations = (terraform.complete)(&mut document);
        Self { document, reached, violations }
    }
}

/// A plan or state, and what it stands for.
struct Stand<'a> {
    recorded: &'a Recorded,
    /// The folder of its configuration, where that is at hand.
    folder: Option<Arc<str>>,
    /// The document's root.
    root: Arc<str>,
}

/// The folder that a document's root names.
fn root_folder(document: &Document) -> Arc<str> {
    if &*document.root == "." { Arc::from("") } else { Arc::clone(&document.root) }
}

/// Whether a folder holds examples or tests: its calls do not make a module somebody's part.
fn is_example(folder: &str) -> bool {
    folder
        .split('/')
        .any(|part| part == "examples" || part == "example" || part.starts_with("test"))
}

impl Terraform<'_> {
    fn uncalled_folders(&self) -> Vec<Arc<str>> {
        let mut called = BTreeSet::new();
        for module in self.modules.values().filter(|module| !is_example(&module.folder)) {
            called.extend(module.local_calls().filter_map(|(_, folder)| folder));
        }
        let is_root =
            |folder: &&Arc<str>| self.modules.contains_key(*folder) && !called.contains(&***folder);
        self.scanned.iter().filter(is_root).cloned().collect()
    }

    fn evaluate(&self, folder: &Arc<str>) -> Made {
        let (values, problems) = self.inputs(folder);
        let instance = self.root_instance(folder, values);
        let mut document = emit::document(&instance);
        let reached = instance.evaluator.reached.take();
        let refused = |folder| verify::refused(&self.modules[folder], self.modules).iter();
        let refused: Vec<Problem> = reached.iter().flat_map(refused).cloned().collect();
        // What is refused before anything is evaluated is not said again by those who evaluate it.
        let places: FxHashSet<Place> = refused.iter().filter_map(|problem| problem.place).collect();
        document.problems.retain(|problem| {
            let is_said = problem.place.is_some_and(|place| places.contains(&place));
            problem.kind != ProblemKind::Configuration || !is_said
        });
        document.problems.extend(problems);
        document.problems.extend(refused);
        document.problems.sort();
        document.problems.dedup();
        let made = Made::new(self, document, reached);
        instance.release();
        made
    }

    fn inputs(&self, folder: &Arc<str>) -> (FxHashMap<Arc<str>, inputs::Given>, Vec<Problem>) {
        let mut problems = Vec::new();
        let files = self.variable_files.get(folder).map_or(&[][..], Vec::as_slice);
        let values = inputs::collect(&self.modules[folder], files, self.options, &mut problems);
        (values, problems)
    }

    fn root_instance(
        &self,
        folder: &Arc<str>,
        values: FxHashMap<Arc<str>, inputs::Given>,
    ) -> Rc<instance::Instance<'_>> {
        let (root, workspace) = (&self.modules[folder], Arc::clone(&self.workspace));
        let mut evaluator = evaluator::Evaluator::new(
            self.modules,
            root,
            values,
            workspace,
            self.files,
            self.vocabulary,
        );
        evaluator.installed = self.installations.get(folder);
        evaluator.stated = self.assumptions;
        instance::Instance::root(Rc::new(evaluator))
    }

    /// Which plan or state stands for which configuration. A plan stands for the root module that it was made of; a state says what
    /// was applied, and does so only where it is asked for by name.
    fn stands(&self) -> (Vec<Stand<'_>>, Vec<Problem>) {
        let mut stands = Vec::new();
        let mut problems = Vec::new();
        for recorded in self.recorded {
            let own = Arc::from(folder_of(&recorded.path));
            let beside = |folder: &Arc<str>| {
                self.modules.get(folder).is_some_and(|module| recorded.is_of(module))
            };
            let folder = self.configuration.clone().or_else(|| beside(&own).then_some(own));
            let folder = folder.filter(|folder| self.modules.contains_key(folder));
            let is_asked_for = recorded.form == Form::Plan
                || self.configuration.is_some()
                || self.named.contains(&recorded.path);
            if folder.is_some() && !is_asked_for {
                let message = format!(
                    "the state {} is not judged, the configuration beside it is",
                    recorded.path
                );
                let problem = Problem::new(ProblemKind::Note, message).path(&*recorded.path);
                problems.push(problem.help("name the file to judge what was applied"));
                continue;
            }
            stands.push(Stand { recorded, folder, root: Arc::clone(&recorded.path) });
        }
        for at in 0..stands.len() {
            let Some(folder) = stands[at].folder.clone() else { continue };
            // Several of one configuration are told apart by their files.
            if stands.iter().filter(|other| other.folder.as_ref() == Some(&folder)).count() == 1 {
                stands[at].root = if folder.is_empty() { Arc::from(".") } else { folder };
            }
        }
        (stands, problems)
    }

    fn recorded_document(&self, stand: &Stand<'_>) -> Made {
        let root = Arc::clone(&stand.root);
        let Some(folder) = &stand.folder else {
            let document = stand.recorded.document(root, None, self.vocabulary);
            return Made::new(self, document, BTreeSet::new());
        };
        let mut values = self.inputs(folder).0;
        let given = |value| inputs::Given { value, place: None };
        let recorded = stand.recorded.variables().into_iter();
        values.extend(recorded.map(|(name, value)| (name, given(value))));
        let instance = self.root_instance(folder, values);
        let document = stand.recorded.document(root, Some(&instance), self.vocabulary);
        let made = Made::new(self, document, instance.evaluator.reached.take());
        instance.release();
        made
    }

    /// `--var` that no root declares is a mistake.
    fn undeclared_options(&self, roots: &BTreeSet<Arc<str>>) -> Vec<Problem> {
        let declared = |name: &Arc<str>| {
            roots.iter().any(|root| self.modules[root].variables.contains_key(name))
        };
        let undeclared = self.options.iter().filter_map(|option| match option {
            VariableOption::Assignment { name, .. } if !declared(name) => Some(name),
            _ => None,
        });
        let message = |name: &Arc<str>| {
            format!("no root module declares the variable \"{name}\" given by --var")
        };
        undeclared.map(|name| Problem::new(ProblemKind::Configuration, message(name))).collect()
    }
}
