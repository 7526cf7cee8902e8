//! Functions of texts, lists, numbers and conversions, and the bridge to those of the crate `cel`.
#![expect(clippy::unnecessary_wraps, reason = "all functions of the table have one signature")]

use std::cmp::Ordering;
use std::sync::{Arc, OnceLock};

use cel::objects::Key;
use cel::{Context, Env, ExecutionError, Value as Foreigner};

use super::arithmetic::{MAX_LIST, within};
use super::compare::order;
use super::evaluate::Machine;
use super::functions::mismatch;
use super::node::Foreign;
use super::value::{List, Mapping, Outcome, Val};
use super::{refine, time};
use crate::document::Value;
use crate::engine::Failure;

pub(super) fn size<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    let size = match arguments {
        [Val::Unknown(open)] => return Ok(refine::size(open)),
        [Val::Null] => 0,
        [Val::Text(text)] => text.chars().count(),
        [Val::Bytes(bytes)] => bytes.len(),
        [Val::List(items)] => items.len(),
        [Val::Map(map)] => map.len(),
        _ => return Err(mismatch("size", arguments)),
    };
    Ok(Val::Int(i64::try_from(size).unwrap_or(i64::MAX)))
}

pub(super) fn type_of<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    match arguments {
        [Val::Unknown(open)] => Ok(refine::type_of(open)),
        [value] => Ok(Val::Type(value.type_name())),
        _ => Err(mismatch("type", arguments)),
    }
}

pub(super) fn identity<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    arguments.first().cloned().ok_or_else(|| mismatch("dyn", arguments))
}

/// Two texts.
fn texts<'v>(name: &str, arguments: &'v [Val<'_>]) -> Result<(&'v str, &'v str), Failure> {
    match arguments {
        [Val::Text(left), Val::Text(right)] => Ok((left, right)),
        _ => Err(mismatch(name, arguments)),
    }
}

/// A text.
fn text<'v>(name: &str, arguments: &'v [Val<'_>]) -> Result<&'v str, Failure> {
    match arguments {
        [Val::Text(text)] => Ok(text),
        _ => Err(mismatch(name, arguments)),
    }
}

pub(super) fn starts_with<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    texts("startsWith", arguments).map(|(text, part)| Val::Bool(text.starts_with(part)))
}

pub(super) fn ends_with<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    texts("endsWith", arguments).map(|(text, part)| Val::Bool(text.ends_with(part)))
}

/// Of a text, or of an address range.
pub(super) fn contains<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    if let [Val::Net(_), _] = arguments {
        return super::network::contains(arguments);
    }
    let (text, part) = texts("contains", arguments)?;
    machine.charge_bytes(text.len())?;
    Ok(Val::Bool(text.contains(part)))
}

/// With a pattern that is not literal in the expression.
pub(super) fn matches<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    let (text, pattern) = texts("matches", arguments)?;
    machine.charge(100)?;
    machine.charge_bytes(text.len() * 4)?;
    let regex = machine.patterns.get(pattern)?;
    Ok(Val::Bool(regex.is_match(text)))
}

/// Whether a text fits a pattern of IAM: `*` is any text, `?` any character.
pub(super) fn glob<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    let (pattern, text) = texts("glob", arguments)?;
    machine.charge(pattern.len().saturating_mul(text.len()) / 16)?;
    Ok(Val::Bool(fits(pattern, text)))
}

/// Whether a text fits a pattern of IAM.
pub(in crate::engine) fn fits(pattern: &str, text: &str) -> bool {
    fits_by(pattern, text, |pattern, one| pattern == '?' || pattern == one)
}

/// Whether a text fits a pattern in which `*` stands for any text; `one` says whether a character of the pattern stands for one of the
/// text.
pub(in crate::engine) fn fits_by(
    pattern: &str,
    text: &str,
    one: impl Fn(char, char) -> bool,
) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut place, mut star) = (0, 0, None);
    while place < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, place));
                at += 1;
            }
            Some(char) if one(*char, text[place]) => {
                at += 1;
                place += 1;
            }
            // The last star takes one character more.
            _ => match star {
                Some((star_at, taken)) => {
                    star = Some((star_at, taken + 1));
                    at = star_at + 1;
                    place = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|char| *char == '*')
}

/// Lower case of a text, or of every text of a list.
pub(super) fn lower<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    match arguments {
        [Val::Null] => Ok(Val::Null),
        [Val::Unknown(open)] => Ok(refine::lower(open)),
        [Val::Text(text)] => {
            machine.charge_text(text.len())?;
            Ok(Val::text(text.to_lowercase()))
        }
        [Val::List(items)] => {
            machine.charge_list(items.len())?;
            let lowered = items.iter().map(|item| match &item {
                Val::Text(text) => {
                    machine.charge_text(text.len())?;
                    Ok(Val::text(text.to_lowercase()))
                }
                Val::Unknown(open) => Ok(refine::lower(open)),
                _ => Ok(item),
            });
            lowered.collect::<Result<_, _>>().map(Val::list)
        }
        _ => Err(mismatch("lower", arguments)),
    }
}

pub(super) fn lower_ascii<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    let text = text("lowerAscii", arguments)?;
    machine.charge_text(text.len())?;
    Ok(Val::text(text.to_ascii_lowercase()))
}

pub(super) fn upper_ascii<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    let text = text("upperAscii", arguments)?;
    machine.charge_text(text.len())?;
    Ok(Val::text(text.to_ascii_uppercase()))
}

pub(super) fn trim<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    let text = text("trim", arguments)?;
    machine.charge_text(text.len())?;
    Ok(Val::text(text.trim()))
}

/// A whole number from a number or a numeric text, else null.
pub(super) fn int_of<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    Ok(arguments.first().and_then(whole).map_or(Val::Null, Val::Int))
}

/// The whole number that a value is or spells.
pub(super) fn whole(value: &Val<'_>) -> Option<i64> {
    match value {
        Val::Int(int) => Some(*int),
        Val::Uint(uint) => i64::try_from(*uint).ok(),
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and below 2^53")]
        Val::Double(double) if double.fract() == 0.0 && double.abs() < 9.0e15 => {
            Some(*double as i64)
        }
        Val::Text(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// True or false from a boolean, a text that spells one, 0 or 1; else null.
pub(super) fn bool_of<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    Ok(match arguments {
        [Val::Bool(bool)] => Val::Bool(*bool),
        [Val::Int(0) | Val::Uint(0)] => Val::Bool(false),
        [Val::Int(1) | Val::Uint(1)] => Val::Bool(true),
        [Val::Text(text)] if text.trim().eq_ignore_ascii_case("true") => Val::Bool(true),
        [Val::Text(text)] if text.trim().eq_ignore_ascii_case("false") => Val::Bool(false),
        _ => Val::Null,
    })
}

/// Nothing for null, a list itself, anything else as the one element.
pub(super) fn list_of<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    Ok(match arguments {
        [Val::Null] => Val::list(Vec::new()),
        [Val::Unknown(open)] => refine::list_of(open),
        [value @ Val::List(_)] => value.clone(),
        _ => Val::list(arguments.to_vec()),
    })
}

/// What a JSON text says, null where it is none; a list or map is itself.
pub(super) fn json<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    match arguments {
        [Val::Unknown(open)] => Ok(refine::json(open)),
        [value @ (Val::List(_) | Val::Map(_))] => Ok(value.clone()),
        [Val::Text(text)] => {
            machine.charge_text(text.len())?;
            machine.charge(text.len() / 4)?;
            let parsed = serde_json::from_str::<serde_json::Value>(text);
            Ok(parsed.map_or(Val::Null, |json| Val::owned(Value::from(json))))
        }
        _ => Ok(Val::Null),
    }
}

/// Records of the resources of a type that are joined to this one.
pub(super) fn related<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    match arguments {
        [Val::Unknown(open)] => Ok(Val::unknown(open.reasons.clone())),
        [Val::Null] => Ok(Val::list(Vec::new())),
        [Val::Text(kind)] => records(machine.subject.surroundings.related(kind)),
        _ => Err(mismatch("related", arguments)),
    }
}

/// Records of the resources that an attribute refers to.
pub(super) fn references<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    let surroundings = machine.subject.surroundings;
    at_attribute("references", arguments, |pointer| surroundings.references(pointer))
}

/// Records of the resources that refer to this one from an attribute of theirs.
pub(super) fn referrers<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    let surroundings = machine.subject.surroundings;
    at_attribute("referrers", arguments, |pointer| surroundings.referrers(pointer))
}

/// Records by an attribute, which is named or pointed at.
fn at_attribute<'a>(
    function: &str,
    arguments: &[Val<'a>],
    of: impl Fn(&str) -> Vec<Value>,
) -> Outcome<'a> {
    match arguments {
        [Val::Unknown(open)] => Ok(Val::unknown(open.reasons.clone())),
        [Val::Null] => Ok(Val::list(Vec::new())),
        [Val::Text(pointer)] if pointer.is_empty() || pointer.starts_with('/') => {
            records(of(pointer))
        }
        [Val::Text(name)] => records(of(&format!("/{}", &**name))),
        _ => Err(mismatch(function, arguments)),
    }
}

fn records<'a>(records: Vec<Value>) -> Outcome<'a> {
    Ok(Val::List(List::Shared(Arc::new(records))))
}

pub(super) fn greatest<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    extreme(machine, "math.greatest", arguments, Ordering::Greater)
}

pub(super) fn least<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    extreme(machine, "math.least", arguments, Ordering::Less)
}

/// The first of the numbers (or of the one list of numbers) that no other one exceeds in a direction.
fn extreme<'a>(
    machine: &mut Machine<'a>,
    name: &str,
    arguments: &[Val<'a>],
    direction: Ordering,
) -> Outcome<'a> {
    let items: Vec<Val<'a>> = match arguments {
        [Val::List(items)] => {
            machine.charge_list(items.len())?;
            items.iter().collect()
        }
        _ => arguments.to_vec(),
    };
    let is_number = |item: &Val<'_>| matches!(item, Val::Int(_) | Val::Uint(_) | Val::Double(_));
    if items.is_empty() || !items.iter().all(is_number) {
        return Err(Failure::error(format!("`{name}` takes numbers")));
    }
    let best = items.into_iter().reduce(|best, item| {
        if order(&item, &best).ok().flatten() == Some(direction) { item } else { best }
    });
    Ok(best.unwrap_or(Val::Null))
}

/// The variable that holds an argument of a foreign call.
pub(super) fn variable(index: usize) -> String {
    format!("a{index}")
}

fn environment() -> Arc<Env> {
    static ENVIRONMENT: OnceLock<Arc<Env>> = OnceLock::new();
    Arc::clone(ENVIRONMENT.get_or_init(|| {
        let mut env = Env::stdlib();
        for extension in [
            cel::extensions::strings,
            cel::extensions::lists,
            cel::extensions::math,
            cel::extensions::encoders,
        ] {
            // Fails only where a name is taken, which a test would show: the function is then missing.
            let _ = extension(&mut env);
        }
        Arc::new(env)
    }))
}

impl<'a> Machine<'a> {
    /// Calls a function of the crate `cel` with converted arguments.
    pub(super) fn foreign(&mut self, foreign: &'a Foreign) -> Outcome<'a> {
        let arguments = match self.arguments(&foreign.arguments)? {
            Ok(arguments) => arguments,
            Err(reasons) => return Ok(Val::unknown(reasons)),
        };
        if let Some(value) = self.settled(foreign.nulls, &arguments)? {
            return Ok(value);
        }
        if let Some(value) = time::converted(foreign.name, &arguments) {
            return Ok(value);
        }
        self.charge(10)?;
        self.afford(foreign.name, &arguments)?;
        let mut context = Context::with_env(environment());
        for (index, argument) in arguments.iter().enumerate() {
            let argument = self.emigrate(foreign.name, argument)?;
            context.add_variable_from_value(variable(index), argument);
        }
        match Foreigner::resolve(&foreign.call, &context) {
            Ok(value) => self.immigrate(value),
            Err(error) => Err(explain(foreign.name, &arguments, &error)),
        }
    }

    /// Pays for the result before it is built.
    fn afford(&mut self, name: &str, arguments: &[Val<'a>]) -> Result<(), Failure> {
        match (name, arguments) {
            ("replace", [Val::Text(text), Val::Text(old), Val::Text(new), ..]) => {
                let found = text.matches(&**old).count();
                self.charge_text(text.len().saturating_add(found.saturating_mul(new.len())))
            }
            ("split", [Val::Text(text), Val::Text(separator), ..]) => {
                self.charge_text(text.len())?;
                self.charge_list(text.matches(&**separator).count() + 1)
            }
            ("join", [Val::List(items), rest @ ..]) => {
                let separator = rest.first().and_then(Val::as_str).map_or(0, str::len);
                let texts: usize =
                    items.iter().filter_map(|item| item.as_str().map(str::len)).sum();
                self.charge_text(texts.saturating_add(items.len().saturating_mul(separator)))
            }
            ("format", [Val::Text(text), _]) => self.charge_text(text.len() * 100),
            ("lists.range", [Val::Int(count)]) => {
                self.charge_list(usize::try_from(*count).unwrap_or_default())
            }
            ("distinct" | "sort", [Val::List(items)]) => {
                within(items.len())?;
                self.charge(items.len().saturating_mul(items.len()) / 8)
            }
            _ => Ok(()),
        }
    }

    fn emigrate(&mut self, name: &str, value: &Val<'a>) -> Result<Foreigner, Failure> {
        self.charge(1)?;
        Ok(match value {
            Val::Null => Foreigner::Null,
            Val::Bool(bool) => Foreigner::Bool(*bool),
            Val::Int(int) => Foreigner::Int(*int),
            Val::Uint(uint) => Foreigner::UInt(*uint),
            Val::Double(double) => Foreigner::Float(*double),
            Val::Text(text) => {
                self.charge_text(text.len())?;
                Foreigner::String(Arc::new(text.to_string()))
            }
            Val::Bytes(bytes) => Foreigner::Bytes(Arc::new(bytes.to_vec())),
            Val::List(items) => {
                within(items.len())?;
                let items = items.iter().map(|item| self.emigrate(name, &item));
                Foreigner::List(Arc::new(items.collect::<Result<_, _>>()?))
            }
            Val::Map(map) => self.emigrate_map(name, map)?,
            // Shown as they are written.
            Val::Type(text) if name == "format" => Foreigner::String(Arc::new((*text).to_owned())),
            other => match other.written().filter(|_| name == "format") {
                Some(text) => Foreigner::String(Arc::new(text)),
                None => return Err(mismatch(name, std::slice::from_ref(value))),
            },
        })
    }

    fn emigrate_map(&mut self, name: &str, map: &Mapping<'a>) -> Result<Foreigner, Failure> {
        let mut made = Vec::new();
        for (key, value) in map.entries() {
            let key = match &key {
                Val::Bool(bool) => Key::Bool(*bool),
                Val::Int(int) => Key::Int(*int),
                Val::Uint(uint) => Key::Uint(*uint),
                Val::Text(text) => Key::String(Arc::new(text.to_string())),
                _ => return Err(mismatch(name, &[key])),
            };
            made.push((key, self.emigrate(name, &value)?));
        }
        Ok(Foreigner::Map(cel::objects::Map { map: Arc::new(made.into_iter().collect()) }))
    }

    fn immigrate(&mut self, value: Foreigner) -> Outcome<'a> {
        self.charge(1)?;
        Ok(match value {
            Foreigner::Null => Val::Null,
            Foreigner::Bool(bool) => Val::Bool(bool),
            Foreigner::Int(int) => Val::Int(int),
            Foreigner::UInt(uint) => Val::Uint(uint),
            Foreigner::Float(double) => Val::Double(double),
            Foreigner::String(text) => {
                self.charge_text(text.len())?;
                Val::text(text.as_str())
            }
            Foreigner::Bytes(bytes) => Val::Bytes(Arc::from(bytes.as_slice())),
            Foreigner::List(items) => {
                self.charge_list(items.len().min(MAX_LIST))?;
                let items = items.iter().map(|item| self.immigrate(item.clone()));
                Val::list(items.collect::<Result<_, _>>()?)
            }
            Foreigner::Map(map) => self.immigrate_map(&map)?,
            _ => return Err(Failure::error("a function gave a value of an unknown type")),
        })
    }

    fn immigrate_map(&mut self, map: &cel::objects::Map) -> Outcome<'a> {
        // Sorted: the crate's maps have no order.
        let mut entries: Vec<_> = map.map.iter().collect();
        entries.sort_by_key(|(key, _)| *key);
        let mut made = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let key = match key {
                Key::Bool(bool) => Val::Bool(*bool),
                Key::Int(int) => Val::Int(*int),
                Key::Uint(uint) => Val::Uint(*uint),
                Key::String(text) => Val::text(text.as_str()),
            };
            made.push((key, self.immigrate(value.clone())?));
        }
        Ok(Val::Map(Mapping::Made(std::rc::Rc::new(made))))
    }
}

fn explain(name: &str, arguments: &[Val<'_>], error: &ExecutionError) -> Failure {
    match error {
        ExecutionError::FunctionError { message, .. } => {
            Failure::error(format!("`{name}`: {message}"))
        }
        ExecutionError::NoSuchOverload(_) => mismatch(name, arguments),
        other => Failure::error(format!("`{name}` failed: {other}")),
    }
}
