//! From a module call to the module that it names: a folder of the tree, or what is installed.

use std::sync::Arc;

use super::evaluator::MAX_MODULE_DEPTH;
use super::installed::Found;
use super::instance::{CALL_META, Instance};
use super::module::{Declaration, Module, is_local_source};
use super::scope::Fault;
use crate::source::{Place, Problem, ProblemKind};
use crate::syntax::Attribute;

impl<'a> Instance<'a> {
    /// The module that a call names, or why its files are not at hand.
    pub(super) fn resolve(
        &self,
        name: &str,
        call: &'a Declaration,
    ) -> Result<&'a Module, Arc<str>> {
        let place = call.header();
        let report = |kind: ProblemKind, message: String, help: &str| {
            let problem = Problem::new(kind, message.clone()).at(place).help(help);
            self.evaluator.problems.borrow_mut().push(problem);
            Arc::<str>::from(message)
        };
        let Some(source) = call.literal("source") else {
            let help = "write the source as a plain text";
            return Err(report(
                ProblemKind::Configuration,
                format!("module \"{name}\" has no literal source"),
                help,
            ));
        };
        let mut installed = None;
        if !is_local_source(source) {
            let mut key = self.call_names();
            key.push(name.into());
            let version = call.literal("version").map(|version| &**version);
            let manifest = self.evaluator.installed;
            let found = manifest.map(|it| it.find(&key.join("."), source, version));
            let (message, help) = match found {
                Some(Found::Folder(folder)) => {
                    installed = Some(folder.to_owned());
                    (String::new(), "")
                }
                Some(Found::Stale(why)) => (
                    format!("module \"{name}\" is not resolved: {why}"),
                    "run terraform init again; what depends on it is unknown",
                ),
                Some(Found::Nothing) | None => (
                    format!(
                        "module \"{name}\" is not resolved: {source} is not in the scanned tree"
                    ),
                    "run terraform init first; without it, what depends on it is unknown",
                ),
            };
            if installed.is_none() {
                return Err(report(ProblemKind::ModuleUnresolved, message, help));
            }
        }
        let folder = installed.or_else(|| crate::source::join(&self.module.folder, source));
        let Some(folder) = folder else {
            let message = format!("module \"{name}\" is not resolved: {source} leaves the project");
            return Err(report(ProblemKind::NotFound, message, "scan a folder that holds both"));
        };
        let Some(module) = self.evaluator.modules.get(&*folder) else {
            let message = format!(
                "module \"{name}\" is not resolved: there are no Terraform files in {source}"
            );
            return Err(report(ProblemKind::NotFound, message, "check the source's path"));
        };
        let chain = self.folders();
        if chain.iter().any(|above| ***above == *module.folder) {
            let mut names: Vec<&str> = chain.iter().map(|folder| &***folder).collect();
            names.push(&module.folder);
            let message = format!("module \"{name}\" calls itself: {}", names.join(" → "));
            return Err(report(
                ProblemKind::Configuration,
                message,
                "a module cannot be part of itself",
            ));
        }
        if chain.len() >= MAX_MODULE_DEPTH {
            let message = format!("modules call modules more than {MAX_MODULE_DEPTH} deep");
            return Err(report(ProblemKind::Limit, message, "flatten the modules"));
        }
        Ok(module)
    }

    /// Folders of the modules on the way here, the root's first.
    fn folders(&self) -> Vec<&'a Arc<str>> {
        let mut folders =
            self.caller.as_ref().map_or_else(Vec::new, |caller| caller.instance.folders());
        folders.push(&self.module.folder);
        folders
    }

    pub(super) fn check_arguments(&self, call: &Declaration, module: &Module) {
        let arguments = call
            .block
            .body
            .attributes
            .iter()
            .filter(|argument| !CALL_META.contains(&&*argument.name));
        let strange = |argument: &&Attribute| !module.variables.contains_key(&argument.name);
        let given = |name: &str| call.attribute(name).is_some();
        for name in module.without_default().iter().filter(|name| !given(name)) {
            let message = format!("the module needs a value for its variable \"{name}\"");
            self.evaluator.refuse(&Fault { message, place: call.header(), is_limit: false });
        }
        for argument in arguments.filter(strange) {
            let message = format!("the module has no variable named \"{}\"", argument.name);
            let place = Place { file: call.file, span: argument.name_span };
            self.evaluator.refuse(&Fault { message, place, is_limit: false });
        }
    }
}
