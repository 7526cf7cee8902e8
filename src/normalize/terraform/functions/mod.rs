//! The functions of the Terraform language: [`call`] takes evaluated arguments and gives the value that Terraform 1.11 gives.
//!
//! [`table`] says of each function what it takes and how it treats unknown values and marks; the bodies live in one module a
//! subject and see converted arguments only. Results are bounded: what would grow without limit is an error.

mod argument;
mod collection;
mod convert;
mod date;
mod deflate;
mod encoding;
mod files;
mod format;
mod gzip;
mod hash;
mod huffman;
mod json;
pub mod memo;
mod network;
mod numeric;
mod pattern;
mod set;
mod string;
mod table;
mod typing;
mod written;
mod yaml_decode;
mod yaml_encode;

pub use hash::is_kept_for;

use std::sync::Arc;

use super::types::{self, Type};
use super::value::{Kind, Marks, Unknown, Value};
use argument::Survey;
use table::{Function, Mode, Parameter};

/// What a function may ask of its surroundings.
pub trait Host {
    /// The text of a file in the scanned tree, by a path as the configuration gives it.
    fn read_file(&self, path: &str) -> Result<Vec<u8>, FileError>;
    /// Record that a file whose content is asked for is not there. Builds often make it later, so it is unknown, not an error.
    fn missing(&self, path: &str) {
        let _ = path;
    }
    /// Whether the configuration provides for a failure (`try`, `can`): then a missing file is one.
    fn may_fail(&self) -> bool {
        false
    }
    /// Files below a folder, relative to it, sorted (`fileset`).
    fn list_files(&self, folder: &str) -> Result<Vec<String>, FileError>;
    /// A template's text rendered with variables (`templatefile`, `templatestring`).
    fn render(&self, name: &str, text: &str, variables: &Value) -> Result<Value, String>;
    /// The values that the text of a variable file gives (`decode_tfvars`).
    fn read_variables(&self, text: &str) -> Result<Value, String> {
        let _ = text;
        Err("variable files cannot be read here".to_owned())
    }
    /// The source of a provider that the module requires, by its name there.
    fn provider_source(&self, name: &str) -> Option<Arc<str>> {
        let _ = name;
        None
    }
}

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileError {
    /// There is none in the scanned tree (Terraform refuses: an error).
    Missing,
    /// It lies outside of the scanned tree, or is too large: what it holds is unknown, with this reason.
    OutOfReach(String),
}

/// The gzip form of a text in base 64, as providers write it; `None` for a text whose form is not computed.
pub fn gzipped(text: &str) -> Option<String> {
    gzip::base64_of_gzip(text)
}

/// Whether there is a function of this name.
pub fn exists(name: &str) -> bool {
    name.starts_with("provider::") || find(name).is_some()
}

/// The names of all functions, sorted.
pub fn names() -> impl Iterator<Item = &'static str> {
    table::TABLE.iter().map(|function| function.name).filter(|name| !name.starts_with("provider::"))
}

/// Call a function. Arguments carry their marks; the result has the union of them where the function does not say otherwise.
/// Unknown arguments give an unknown result of the same reason where they decide it. The error is a sentence.
pub fn call(name: &str, arguments: &[Value], host: &dyn Host) -> Result<Value, String> {
    let missing = || format!("there is no function named {name:?}");
    let function = match name.strip_prefix("provider::").and_then(|name| name.split_once("::")) {
        None => find(name).ok_or_else(missing)?,
        Some((provider, member)) => {
            let source = host.provider_source(provider).ok_or_else(|| {
                format!("{}: the module requires no provider named {provider:?}", missing())
            })?;
            if !written::is_builtin(&source) {
                return Ok(Value::unknown(format!("{name} is a function of a provider")));
            }
            find(&format!("provider::terraform::{member}")).ok_or_else(missing)?
        }
    };
    function.check_count(arguments.len())?;
    let prepared = function.prepare(arguments)?;
    let result = function.run(prepared, host).map(|result| match (function.name, arguments) {
        ("base64encode" | "base64gzip", [text]) => encoding::with_parts_of(result, text),
        (name, _) if collection::keeps_elements(name) => {
            collection::with_elements_of(result, name, arguments)
        }
        _ => result,
    });
    result.map_err(|error| {
        if arguments.iter().any(argument::is_deeply_sensitive) {
            return format!("{}: a sensitive argument is not suitable", function.name);
        }
        format!("{}: {error}", function.name)
    })
}

fn find(name: &str) -> Option<&'static Function> {
    let name = name.strip_prefix("core::").unwrap_or(name);
    let at = table::TABLE.binary_search_by(|function| function.name.cmp(name)).ok()?;
    Some(&table::TABLE[at])
}

/// Arguments as the body takes them, and the marks that its result gets.
struct Prepared {
    arguments: Vec<Value>,
    marks: Marks,
    /// Marks of arguments that are passed through as they are.
    passed: Marks,
    unknown: Option<Arc<str>>,
    /// Why nothing is known of the result.
    typeless: Option<Arc<str>>,
}

impl Function {
    fn check_count(&self, count: usize) -> Result<(), String> {
        let wanted = self.parameters.len();
        if count < wanted {
            return Err(format!("{} takes {}, got {count}", self.name, self.arity()));
        }
        if count > wanted && self.variadic.is_none() {
            return Err(format!("{} takes {}, got {count}", self.name, self.arity()));
        }
        Ok(())
    }

    fn arity(&self) -> String {
        let wanted = self.parameters.len();
        let least = if self.variadic.is_some() { "at least " } else { "" };
        let plural = if wanted == 1 { "" } else { "s" };
        format!("{least}{wanted} argument{plural}")
    }

    fn prepare(&self, arguments: &[Value]) -> Result<Prepared, String> {
        let mut prepared = Prepared {
            arguments: Vec::with_capacity(arguments.len()),
            marks: Marks::none(),
            passed: Marks::none(),
            unknown: None,
            typeless: None,
        };
        let mut survey = Survey::default();
        for (index, argument) in arguments.iter().enumerate() {
            if self.mode.looks_inside() {
                survey.visit(argument).map_err(|error| format!("{}: {error}", self.name))?;
            }
            let parameter = self.parameters.get(index).or(self.variadic.as_ref());
            let parameter = parameter.unwrap_or(&Parameter::Nullable);
            let settled = prepared.typeless.is_some();
            let is_passed = match self.mode {
                Mode::Shallow => *parameter != Parameter::Number,
                mode => mode != Mode::ShallowOpen,
            };
            let marks = if is_passed { &mut prepared.passed } else { &mut prepared.marks };
            let argument = self.lift_marks(argument, marks);
            if parameter.needs_type() && !argument.is_open() && Type::of_top(&argument) == Type::Any
            {
                let reason = || Arc::from("the type of an argument is not known");
                let reason = argument.unknown_reason().cloned().unwrap_or_else(reason);
                prepared.typeless.get_or_insert(reason);
            }
            // Nothing is known of the result already, so Terraform looks no further.
            let is_skipped = settled && argument.is_null();
            let accepted = if is_skipped { Ok(argument) } else { parameter.accept(argument) };
            let argument = accepted.map_err(|error| {
                if survey.marks.is_sensitive() {
                    return format!("{}: argument {} is not suitable", self.name, index + 1);
                }
                format!("{}: argument {}: {error}", self.name, index + 1)
            })?;
            prepared.arguments.push(argument);
        }
        if self.mode == Mode::Whole {
            prepared.unknown = survey.unknown;
        }
        if self.mode == Mode::Whole || self.mode == Mode::Parts {
            prepared.marks = survey.marks;
        }
        if matches!(self.mode, Mode::Inner | Mode::Shallow) {
            prepared.unknown = prepared.arguments.iter().find_map(argument::top_unknown);
        }
        Ok(prepared)
    }

    /// The argument without the marks that the result gets anyway.
    fn lift_marks(&self, argument: &Value, marks: &mut Marks) -> Value {
        match self.mode {
            Mode::Whole | Mode::Parts => types::without_marks(argument),
            Mode::Inner | Mode::Open | Mode::Shallow | Mode::ShallowOpen => {
                *marks = marks.union(&argument.marks);
                argument.kind.clone().into()
            }
            Mode::Raw => argument.clone(),
        }
    }

    fn run(&self, prepared: Prepared, host: &dyn Host) -> Result<Value, String> {
        let undecided = prepared.typeless.is_some() || prepared.unknown.is_some();
        let result = match (prepared.typeless, prepared.unknown) {
            (Some(reason), _) => unknown(reason, None),
            (None, Some(reason)) => {
                prepared.arguments.iter().try_for_each(|it| Survey::default().visit(it))?;
                let kind = self.result.kind(&prepared.arguments)?;
                unknown(reason, Some(kind).filter(|kind| *kind != Type::Any))
            }
            (None, None) => (self.body)(&prepared.arguments, host)?,
        };
        // What a function passes through with its marks, it has not looked at yet where the result is unknown.
        let marks = match result.kind {
            Kind::Unknown(_) if undecided => {
                prepared.marks.union(&prepared.passed.without_sensitive())
            }
            _ => prepared.marks.union(&prepared.passed),
        };
        Ok(result.with_marks(&marks))
    }
}

impl Parameter {
    /// The argument converted to what the parameter takes.
    fn accept(self, argument: Value) -> Result<Value, String> {
        if argument.is_null() && !self.takes_null() {
            return Err("argument must not be null".to_owned());
        }
        match self.kind() {
            Type::Any => Ok(argument),
            kind => {
                let converted = types::convert(&argument, &kind)?;
                match (&kind, &converted.kind) {
                    // A set whose size is not known becomes a list without its elements being converted.
                    (Type::List(wanted), Kind::Unknown(unknown)) if **wanted != Type::Any => {
                        match &unknown.kind {
                            Some(Type::List(got)) if got != wanted && **got != Type::Any => {
                                Err(format!("{} required, got {}", wanted.words(), got.words()))
                            }
                            _ => Ok(converted),
                        }
                    }
                    _ => Ok(converted),
                }
            }
        }
    }
}

/// An unknown that cannot be null, of a type if that is known.
fn unknown(reason: Arc<str>, kind: Option<Type>) -> Value {
    let not_null = kind.is_some();
    Kind::Unknown(Arc::new(Unknown { reason, kind, not_null, ..Unknown::default() })).into()
}
