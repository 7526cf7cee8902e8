//! What Terraform refuses of a configuration before it evaluates anything: arguments and blocks that there are not, names that
//! nothing declares (also in branches that are not taken), values that have to be constant, addresses that lead nowhere.

mod addresses;
mod names;
mod settings;
mod shapes;
pub mod visit;

use rustc_hash::FxHashMap;
use std::sync::Arc;

pub use addresses::{Address, address};

use super::module::{Declaration, Module};
use crate::source::{FileId, Place, Problem, ProblemKind, Span};

/// Problems of one module, wherever it is called from. `modules` are all of the scan, by folder. Found once, when it is first asked for:
/// just before the module is evaluated, what is read here is at hand.
pub fn refused<'m>(module: &'m Module, modules: &FxHashMap<Arc<str>, Module>) -> &'m [Problem] {
    module.refused.get_or_init(|| verify(module, modules))
}

fn verify(module: &Module, modules: &FxHashMap<Arc<str>, Module>) -> Vec<Problem> {
    let mut verifier = Verifier { module, modules, problems: module.problems.clone() };
    verifier.shapes();
    verifier.names();
    verifier.addresses();
    verifier.settings();
    let mut problems = verifier.problems;
    problems.sort();
    problems.dedup();
    problems
}

struct Verifier<'a> {
    module: &'a Module,
    modules: &'a FxHashMap<Arc<str>, Module>,
    problems: Vec<Problem>,
}

impl<'a> Verifier<'a> {
    fn refuse(&mut self, file: FileId, span: Span, message: impl Into<String>) {
        let problem = Problem::new(ProblemKind::Configuration, message);
        self.problems.push(problem.at(Place { file, span }));
    }

    fn remark(&mut self, file: FileId, span: Span, message: impl Into<String>) {
        let problem = Problem::new(ProblemKind::Note, message);
        self.problems.push(problem.at(Place { file, span }));
    }

    /// All declarations with a block of their own, but for `terraform` blocks.
    fn declarations(&self) -> impl Iterator<Item = &'a Declaration> + use<'a> {
        let module = self.module;
        let resources = module.resources.values().chain(module.ephemerals.values());
        let scoped = |resource: &&super::module::ResourceDeclaration| resource.check.is_none();
        let resources = resources.filter(scoped).map(|resource| &resource.declaration);
        let named = [&module.variables, &module.calls, &module.outputs, &module.checks];
        let plain = [&module.providers, &module.moved, &module.imports, &module.removed];
        resources
            .chain(named.into_iter().flat_map(|table| table.values()))
            .chain(plain.into_iter().flatten())
    }
}
