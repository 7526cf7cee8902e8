//! What functions may ask of the module that calls them: files of the project, and templates.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::functions::memo::{Memo, remembered};
use super::functions::{FileError, Host};
use super::instance::Instance;
use super::scope::{Name, Repetition, Scope};
use super::template;
use super::value::{Kind, Value};
use crate::source::{MAX_FILE_BYTES, Problem, ProblemKind, Span};
use crate::syntax::{TemplatePart, hcl};

/// Deepest chain of templates that render templates.
const MAX_TEMPLATE_DEPTH: usize = 32;

/// Files and templates as a module instance sees them. Paths are relative to the root module's folder, as for Terraform.
pub struct ModuleHost<'h, 's, 'a> {
    /// The module instance.
    pub instance: &'h Rc<Instance<'a>>,
    /// Where the call stands.
    pub scope: &'h Scope<'s, 'a>,
    /// The call.
    pub span: Span,
}

impl ModuleHost<'_, '_, '_> {
    fn resolve(&self, path: &str) -> Result<String, FileError> {
        let outside = || FileError::OutOfReach(format!("{path} lies outside of the scanned tree"));
        if path.starts_with(['/', '~']) {
            return Err(outside());
        }
        crate::source::join(&self.instance.evaluator.root.folder, path).ok_or_else(outside)
    }
}

impl Host for ModuleHost<'_, '_, '_> {
    fn read_file(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let path = self.resolve(path)?;
        let files = self.instance.evaluator.files;
        if files.kind(&path).is_none() {
            return Err(FileError::Missing);
        }
        match files.size(&path) {
            Ok(size) if size > MAX_FILE_BYTES => {
                Err(FileError::OutOfReach(format!("{path} is larger than {MAX_FILE_BYTES} bytes")))
            }
            _ => files
                .read(&path)
                .map_err(|error| FileError::OutOfReach(format!("{path} cannot be read: {error}"))),
        }
    }

    fn missing(&self, path: &str) {
        let message = format!("the file {path} is not there");
        let place = crate::source::Place { file: self.scope.file, span: self.span };
        let problem = Problem::new(ProblemKind::FileMissing, message)
            .at(place)
            .help("what it holds is unknown");
        self.instance.evaluator.problems.borrow_mut().push(problem);
    }

    fn may_fail(&self) -> bool {
        self.instance.evaluator.tried.get() > 0
    }

    fn list_files(&self, folder: &str) -> Result<Vec<String>, FileError> {
        let folder = self.resolve(folder)?;
        let mut found = Vec::new();
        let mut open = vec![folder.clone()];
        while let Some(next) = open.pop() {
            let entries = self.instance.evaluator.files.list(&next).unwrap_or_default();
            for entry in entries {
                match entry.kind {
                    crate::source::EntryKind::Folder => open.push(entry.path),
                    crate::source::EntryKind::File => found.push(entry.path),
                }
            }
            if found.len() + open.len() > 100_000 {
                return Err(FileError::OutOfReach(format!(
                    "{folder} holds more than 100000 files"
                )));
            }
        }
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let mut found: Vec<String> = found
            .into_iter()
            .filter_map(|path| path.strip_prefix(&prefix).map(str::to_owned))
            .collect();
        found.sort_unstable();
        Ok(found)
    }

    fn read_variables(&self, text: &str) -> Result<Value, String> {
        super::inputs::read(self.scope.file, text)
    }

    fn provider_source(&self, name: &str) -> Option<Arc<str>> {
        super::providers::source_of(self.instance.module, name)
    }

    fn render(&self, name: &str, text: &str, variables: &Value) -> Result<Value, String> {
        let evaluator = &self.instance.evaluator;
        let Kind::Mapping(map) = &variables.kind else {
            return Err("the variables of a template must be a map or object".to_owned());
        };
        thread_local! {
            static PARSED: RefCell<Memo<Result<Rc<[TemplatePart]>, String>, 64>> = RefCell::default();
        }
        let parse = || {
            let parts = hcl::parse_template(self.scope.file, text, Span::default());
            parts.map(Rc::from).map_err(|problem| problem.message)
        };
        let parts = remembered(&PARSED, text, parse)
            .map_err(|message| format!("the template {name} does not parse: {message}"))?;
        if evaluator.template_depth.get() >= MAX_TEMPLATE_DEPTH {
            return Err(format!("templates render templates more than {MAX_TEMPLATE_DEPTH} deep"));
        }
        evaluator.template_depth.set(evaluator.template_depth.get() + 1);
        let entries: Vec<(&str, Value)> =
            map.entries.iter().map(|(key, value)| (&**key, value.clone())).collect();
        let scope = Scope {
            instance: Some(self.instance),
            file: self.scope.file,
            repetition: &Repetition::Single,
            names: None,
            splat: None,
            closed: true,
        };
        let result = with_names(&entries, &scope, &mut |scope| {
            template::evaluate(&parts, scope, Span::default())
        });
        evaluator.template_depth.set(evaluator.template_depth.get() - 1);
        result.map_err(|fault| format!("in the template {name}: {}", fault.message))
    }
}

/// Bind names one inside the other, then go on.
fn with_names<'a, T>(
    entries: &[(&str, Value)],
    scope: &Scope<'_, 'a>,
    then: &mut dyn FnMut(&Scope<'_, 'a>) -> T,
) -> T {
    match entries.split_first() {
        None => then(scope),
        Some(((name, value), rest)) => {
            let names = Name { name, value: value.clone(), outer: scope.names };
            with_names(rest, &Scope { names: Some(&names), ..scope.clone() }, then)
        }
    }
}
