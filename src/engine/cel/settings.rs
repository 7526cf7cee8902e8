//! `is_secret()` and `holds_secret()`: settings whose values are secrets that are written out.

use super::evaluate::Machine;
use super::functions::mismatch;
use super::refine;
use super::value::{Outcome, Val};
use crate::engine::texts::Question;

/// Names of what is secret.
const SPEAKING: &str = "(?i)(password|passwd|pwd|passphrase|secret|token|(private|api|access|account|auth|encryption|signing|shared)[-_.]?key)([-_.](value|plain|base64))?$";

/// Names that say what something else is called, or that it is switched.
const NAMING: &str = "(?i)(pull|tls|existing|kubernetes|k8s|use|enable|require|has|public)[-_.]?(password|secret|token|key)$";

/// Names of passwords, of which people make bad ones.
const PASSWORD: &str = "(?i)(password|passwd|pwd|passphrase)([-_.](value|plain|base64))?$";

/// Names of connections.
const CONNECTION: &str = "(?i)(url|uri|dsn|conn(ection)?[-_.]?str(ing)?|azurewebjobs(storage|dashboard)|(database|redis|amqp|mongo|jdbc)([-_.]?(conn|connection))?)$";

/// Passwords and keys in connections.
const CREDENTIALS: [&str; 2] = [
    r"[a-zA-Z][a-zA-Z0-9+.-]*://[^:/@\s]*:([^@/\s]{6,})@",
    r"(?i)(?:^|[;&?\s])(?:password|pwd|accountkey|sharedaccesskey)=([^;&\s]{6,})",
];

const PLACEHOLDER: &str = r"(?i)^[^a-z0-9]*(change|replace|insert|enter|your|my[-_]?(secret|password|token)|placeholder|example|dummy|fake|sample|redacted|todo|tbd|fixme|x+$|xxx|none|null|unset|undefined|unused|empty|not.|\*+$)";

/// Templates, names of what is kept elsewhere, links, paths, words for a switch.
const REFERENCE: &str = r"(?i)^([$<{%@(~.]|\[.*\]$|arn:|https?://[^@]*$|file:|ssm:|vault:|secretsmanager:|sm://|ref\+|op://|projects/|/[a-z_.-]+(/|$)|[a-z0-9_.-]*[a-z][a-z0-9_.-]*(/[a-z0-9_.-]+)+$|(true|false|enabled|disabled|auto)$|.*\.(pem|key|json|ya?ml|txt|p12|pfx)$)";

/// How names of what is kept elsewhere begin.
const ELSEWHERE: [&str; 4] = ["arn:", "projects/", "@Microsoft.KeyVault(", "https://"];

/// A word: a name of a secret, or a mode.
const WORD: &str = "^([a-z]+([-/_.][a-z0-9]+)*|[A-Z]+([-/_.][A-Z0-9]+)*|[0-9]+)$";

/// A line of a file that sets something.
const LINE: &str = r#"(?m)^[ \t]*(?:export[ \t]+)?["']?([A-Za-z][A-Za-z0-9_.-]*)["']?[ \t]*[:=][ \t]*["']?([^\s"'#]+)["']?[,;]?[ \t]*$"#;

/// Shorter texts are no secrets that could be told from other values.
const LEAST: usize = 6;

/// `is_secret(name, value)`: whether a setting by this name and value is a secret, or a connection with one in it, that is written out.
/// Placeholders, references and plain words are none, and the default of a variable is judged where that stands. A value that is not
/// known decides nothing where the name speaks of a secret.
pub(super) fn is_secret<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    match arguments {
        [Val::Text(name), Val::Text(value)] => secret(machine, name, value).map(Val::Bool),
        [Val::Text(name), Val::Unknown(open)] => {
            let asked = fits(machine, SPEAKING, name)? && !fits(machine, NAMING, name)?
                || fits(machine, CONNECTION, name)?;
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

/// `holds_secret(text)`: whether a text of several lines sets something that is a secret.
pub(super) fn holds_secret<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    let [Val::Text(text)] = arguments else { return Err(mismatch("holds_secret", arguments)) };
    if !text.contains('\n') {
        return Ok(Val::Bool(false));
    }
    machine.charge_bytes(text.len() * 4)?;
    let lines: Vec<(String, String)> = machine
        .patterns
        .get(LINE)?
        .captures_iter(text)
        .map(|found| (found[1].to_owned(), found[2].to_owned()))
        .collect();
    for (name, value) in lines {
        if secret(machine, &name, &value)? {
            return Ok(Val::Bool(true));
        }
    }
    Ok(Val::Bool(false))
}

fn fits(
    machine: &mut Machine<'_>,
    pattern: &str,
    text: &str,
) -> Result<bool, crate::engine::Failure> {
    machine.charge(10)?;
    machine.charge_bytes(text.len() * 4)?;
    Ok(machine.patterns.get(pattern)?.is_match(text))
}

fn secret(
    machine: &mut Machine<'_>,
    name: &str,
    value: &str,
) -> Result<bool, crate::engine::Failure> {
    let own = fits(machine, SPEAKING, name)?
        && !fits(machine, NAMING, name)?
        && is_written(machine, value)?
        && (fits(machine, PASSWORD, name)? || !fits(machine, WORD, value)?);
    if own {
        return Ok(!machine.subject.surroundings.is_default(value));
    }
    if !fits(machine, CONNECTION, name)? {
        return Ok(false);
    }
    for pattern in CREDENTIALS {
        let regex = machine.patterns.get(pattern)?;
        let found: Vec<String> =
            regex.captures_iter(value).map(|found| found[1].to_owned()).collect();
        for credential in found {
            let surroundings = machine.subject.surroundings;
            if is_written(machine, &credential)?
                && ![value, &credential].iter().any(|text| surroundings.is_default(text))
            {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Whether a value stands for itself.
fn is_written(machine: &mut Machine<'_>, value: &str) -> Result<bool, crate::engine::Failure> {
    Ok(value.len() >= LEAST
        && value.bytes().any(|byte| byte.is_ascii_alphanumeric())
        && !fits(machine, PLACEHOLDER, value)?
        && !fits(machine, REFERENCE, value)?)
}
