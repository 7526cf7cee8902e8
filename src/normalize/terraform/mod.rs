//! Terraform: root modules, evaluated as far as the configuration decides.
//!
//! A folder is parsed once into a [`Module`]; each root gets an evaluator whose module instances are lazy graphs of
//! memoised values; `emit` turns what they hold into a [`Document`].

pub mod assumptions;
mod body;
mod builtin;
mod conditions;
mod constraint;
mod defaults;
mod emit;
mod data_sources;
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
pub mod json_syntax;
mod lower;
mod module;
mod moves;
pub mod number;
mod operators;
mod overrides;
mod policy_document;
mod providers;
mod schema_check;
mod resolve;
mod scope;
mod template;
pub mod types;
pub mod value;
mod verify;
mod version;

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

pub use inputs::{VariableFile, VariableOption, is_automatic};
pub use installed::{Found, Installation, Installations};
pub use module::{Module, is_local_source, literal_text};
pub use overrides::drop_shadowed;

use crate::document::Document;
use crate::source::{FileSystem, Problem, ProblemKind};
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
}

impl std::fmt::Debug for Terraform<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Terraform").field("scanned", &self.scanned).finish_non_exhaustive()
    }
}

/// One document for each root module, sorted by root.
pub fn normalize(terraform: &Terraform<'_>) -> (Vec<Document>, Vec<Problem>) {
    let roots = terraform.uncalled_folders();
    let verify =
        |module: &Module| (Arc::clone(&module.folder), verify::verify(module, terraform.modules));
    let folders: Vec<&Module> = terraform.modules.values().collect();
    let refused: FxHashMap<Arc<str>, Vec<Problem>> = folders.into_par_iter().map(verify).collect();
    let evaluated: Vec<(Document, BTreeSet<Arc<str>>)> =
        roots.par_iter().map(|folder| terraform.evaluate(folder, &refused)).collect();
    let mut documents = Vec::with_capacity(evaluated.len());
    let mut reached = BTreeSet::new();
    for (document, folders) in evaluated {
        if !is_example(&document.root) {
            reached.extend(folders);
        }
        reached.insert(folder_of(&document));
        documents.push(document);
    }
    // What no root reached after all (called with `count = 0`, in a circle, by examples only) is judged as a root.
    for folder in terraform.scanned {
        if terraform.modules.contains_key(folder) && !reached.contains(folder) {
            let (document, folders) = terraform.evaluate(folder, &refused);
            reached.extend(folders);
            documents.push(document);
        }
    }
    documents.sort_by(|a, b| a.root.cmp(&b.root));
    (documents, terraform.undeclared_options(&reached))
}

fn folder_of(document: &Document) -> Arc<str> {
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

    fn evaluate(
        &self,
        folder: &Arc<str>,
        refused: &FxHashMap<Arc<str>, Vec<Problem>>,
    ) -> (Document, BTreeSet<Arc<str>>) {
        let root = &self.modules[folder];
        let mut problems = Vec::new();
        let files = self.variable_files.get(folder).map_or(&[][..], Vec::as_slice);
        let values = inputs::collect(root, files, self.options, &mut problems);
        let workspace = Arc::clone(&self.workspace);
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
        let evaluator = Rc::new(evaluator);
        let instance = instance::Instance::root(Rc::clone(&evaluator));
        let mut document = emit::document(&instance);
        let reached = evaluator.reached.take();
        problems.extend(reached.iter().flat_map(|folder| refused[folder].iter().cloned()));
        document.problems.extend(problems);
        document.problems.sort();
        document.problems.dedup();
        (document, reached)
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
