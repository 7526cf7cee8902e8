//! Values of a root module's variables: variable files and options, in the order in which Terraform reads them.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::expression::evaluate;
use super::module::Module;
use super::scope::{Repetition, Scope};
use super::value::Value;
use crate::source::{FileId, Place, Problem, ProblemKind};
use crate::syntax::{Body, NodeKind, hcl};

/// A value given on the command line.
#[derive(Clone, Debug)]
pub enum VariableOption {
    /// `--var NAME=VALUE`; the text stands in a file of its own, so that errors have a place.
    Assignment {
        /// Variable's name.
        name: Arc<str>,
        /// Value as typed.
        text: Arc<str>,
        /// The file that stands for the command line.
        file: FileId,
    },
    /// `--var-file FILE`, parsed.
    File(VariableFile),
}

/// A parsed variable file.
#[derive(Clone, Debug)]
pub struct VariableFile {
    /// The file.
    pub file: FileId,
    /// Its path.
    pub path: Arc<str>,
    /// Its content.
    pub body: Body,
}

/// A variable's value and, where a variable file gives it, the place.
#[derive(Clone, Debug)]
pub struct Given {
    /// The value.
    pub value: Value,
    /// The whole line of a variable file.
    pub place: Option<Place>,
}

/// Whether Terraform loads a variable file by itself, by its name.
pub fn is_automatic(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    matches!(name, "terraform.tfvars" | "terraform.tfvars.json")
        || name.ends_with(".auto.tfvars")
        || name.ends_with(".auto.tfvars.json")
}

/// The values of a root's variables. `files` are those of its folder.
pub fn collect(
    module: &Module,
    files: &[VariableFile],
    options: &[VariableOption],
    problems: &mut Vec<Problem>,
) -> FxHashMap<Arc<str>, Given> {
    let mut values = FxHashMap::default();
    let mut automatic: Vec<&VariableFile> =
        files.iter().filter(|file| is_automatic(&file.path)).collect();
    automatic.sort_by_key(|file| (file.path.contains(".auto."), Arc::clone(&file.path)));
    for file in automatic {
        add_file(file, &mut values, problems);
    }
    for option in options {
        match option {
            VariableOption::File(file) => add_file(file, &mut values, problems),
            VariableOption::Assignment { name, text, file } => {
                if let Some(declaration) = module.variables.get(name) {
                    let complex = declaration
                        .attribute("type")
                        .is_some_and(|kind| is_complex(&kind.value.kind));
                    match assignment(text, *file, complex) {
                        Ok(value) => {
                            values.insert(Arc::clone(name), Given { value, place: None });
                        }
                        Err(problem) => problems.push(problem),
                    }
                }
            }
        }
    }
    values
}

/// Texts are taken as they are where the variable's type is missing or simple.
fn is_complex(kind: &NodeKind) -> bool {
    !matches!(kind, NodeKind::Name(name) if matches!(&**name, "string" | "number" | "bool"))
}

fn assignment(text: &Arc<str>, file: FileId, complex: bool) -> Result<Value, Problem> {
    if !complex {
        return Ok(Value::string(Arc::clone(text)));
    }
    let node = hcl::parse_expression(file, text, 0)?;
    evaluate(&node, &literal_scope(file))
        .map_err(|fault| Problem::new(ProblemKind::Configuration, fault.message).at(fault.place))
}

fn add_file(
    file: &VariableFile,
    values: &mut FxHashMap<Arc<str>, Given>,
    problems: &mut Vec<Problem>,
) {
    for block in &file.body.blocks {
        let message = "a variable file holds values only, no blocks";
        let place = Place { file: file.file, span: block.header };
        problems.push(Problem::new(ProblemKind::Configuration, message).at(place));
    }
    for attribute in &file.body.attributes {
        match evaluate(&attribute.value, &literal_scope(file.file)) {
            Ok(value) => {
                let place = Some(Place { file: file.file, span: attribute.span });
                values.insert(Arc::clone(&attribute.name), Given { value, place });
            }
            Err(fault) => {
                problems
                    .push(Problem::new(ProblemKind::Configuration, fault.message).at(fault.place));
            }
        }
    }
}

/// The values in the text of a variable file, as an object. The error is a sentence.
pub fn read(file: FileId, text: &str) -> Result<Value, String> {
    let parsed = hcl::parse(file, text);
    if let Some(problem) = parsed.problems.first() {
        return Err(format!("the text is no variable file: {}", problem.message));
    }
    if !parsed.body.blocks.is_empty() {
        return Err("a variable file holds values only, no blocks".to_owned());
    }
    let value = |attribute: &crate::syntax::Attribute| {
        let value = evaluate(&attribute.value, &literal_scope(file)).map_err(|fault| fault.message);
        Ok((Arc::clone(&attribute.name), value?))
    };
    let values = parsed.body.attributes.iter().map(value).collect::<Result<_, String>>()?;
    Ok(Value::object(values))
}

fn literal_scope<'s, 'a>(file: FileId) -> Scope<'s, 'a> {
    Scope {
        instance: None,
        file,
        repetition: &Repetition::Single,
        names: None,
        splat: None,
        closed: true,
    }
}
