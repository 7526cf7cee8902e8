//! `is_secret()`, `holds_secret()` and `script_holds_secret()`: settings whose values are secrets that are written out; `base64_text()`, for
//! texts that are kept in base 64.

use base64::Engine as _;

use super::evaluate::Machine;
use super::functions::mismatch;
use super::refine;
use super::value::{Outcome, Text, Val};
use crate::engine::texts::Question;
use crate::engine::{Failure, secrets};

/// How names of what is kept elsewhere begin.
const ELSEWHERE: [&str; 4] = ["arn:", "projects/", "@Microsoft.KeyVault(", "https://"];

/// `is_secret(name, value)`: whether a setting by this name and value is a secret, or a connection with one in it, that is written out.
/// Placeholders, references and plain words are none, and the default of a variable is judged where that stands. A value that is not
/// known decides nothing where the name speaks of a secret.
pub(super) fn is_secret<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    match arguments {
        [Val::Text(name), Val::Text(value)] => {
            pay(machine, name)?;
            pay(machine, value)?;
            answer(secrets::is_secret(name, value, &defaults(machine)))
        }
        [Val::Text(name), Val::Unknown(open)] => {
            pay(machine, name)?;
            let asked = secrets::speaks(name).map_err(Failure::error)?;
            let begins = |part: &&str| refine::ask(Question::Begins, open, part) == Some(true);
            let elsewhere = ELSEWHERE.iter().any(begins);
            Ok(if asked && !elsewhere {
                Val::unknown(open.reasons.clone())
            } else {
                Val::Bool(false)
            })
        }
        [Val::Unknown(open), Val::Text(_)] => Ok(Val::unknown(open.reasons.clone())),
        [Val::Unknown(name), Val::Unknown(value)] => {
            let mut reasons = Some(name.reasons.clone());
            super::value::merge(&mut reasons, &value.reasons);
            Ok(reasons.map_or(Val::Bool(false), Val::unknown))
        }
        // Numbers, switches, nothing.
        [Val::Text(_) | Val::Unknown(_) | Val::Null, _] => Ok(Val::Bool(false)),
        _ => Err(mismatch("is_secret", arguments)),
    }
}

/// `holds_secret(text)`: whether a text of several lines is a secret, or sets something that is one.
pub(super) fn holds_secret<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    find(machine, ("holds_secret", arguments), |text, elsewhere| {
        secrets::holds_secret(text, elsewhere)
    })
}

/// `script_holds_secret(text)`: whether a script is a secret, or sets one anywhere.
pub(super) fn script_holds_secret<'a>(
    machine: &mut Machine<'a>,
    arguments: &[Val<'a>],
) -> Outcome<'a> {
    find(machine, ("script_holds_secret", arguments), |text, elsewhere| {
        secrets::script_holds_secret(text, elsewhere)
    })
}

/// Look for a secret in a text. One that is found in lines that are known is there, whatever the others turn out to be.
fn find<'a>(
    machine: &mut Machine<'a>,
    (name, arguments): (&str, &[Val<'a>]),
    holds: impl Fn(&str, &dyn Fn(&str) -> bool) -> Result<bool, &'static str>,
) -> Outcome<'a> {
    match arguments {
        [Val::Null] => Ok(Val::Bool(false)),
        [Val::Text(text)] => {
            pay(machine, text)?;
            answer(holds(text, &defaults(machine)))
        }
        [Val::Unknown(open)] => {
            let parts = open.value().map(|known| known.parts.shared()).unwrap_or_default();
            pay(machine, &parts)?;
            for lines in secrets::known_lines(&parts) {
                if holds(lines, &defaults(machine)).map_err(Failure::error)? {
                    return Ok(Val::Bool(true));
                }
            }
            Ok(Val::unknown(open.reasons.clone()))
        }
        _ => Err(mismatch(name, arguments)),
    }
}

/// `base64_text(text)`: the text that a text in base 64 stands for; null where it stands for none. What is known of parts of one is known
/// of that already.
pub(super) fn base64_text<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    match arguments {
        [value @ (Val::Null | Val::Unknown(_))] => Ok(value.clone()),
        [Val::Text(text)] => {
            machine.charge_bytes(text.len())?;
            let decoded = base64::engine::general_purpose::STANDARD.decode(text.trim()).ok();
            let decoded = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
            Ok(decoded.map_or(Val::Null, |text| Val::Text(Text::Shared(text.into()))))
        }
        _ => Err(mismatch("base64_text", arguments)),
    }
}

/// A text is matched with some patterns, each in time that grows as it does.
fn pay(machine: &mut Machine<'_>, text: &str) -> Result<(), Failure> {
    machine.charge(20)?;
    machine.charge_bytes(text.len() * 16)
}

/// The default of a variable is judged where it stands.
fn defaults(machine: &Machine<'_>) -> impl Fn(&str) -> bool {
    let surroundings = machine.subject.surroundings;
    move |text| surroundings.is_default(text)
}

fn answer<'a>(found: Result<bool, &'static str>) -> Outcome<'a> {
    found.map(Val::Bool).map_err(Failure::error)
}
