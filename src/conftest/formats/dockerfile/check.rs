//! What `BuildKit` refuses of an instruction.

use super::heredoc;
use super::words::Instruction;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Flag {
    /// `--link`, `--link=true`
    Switch,
    /// `--from=x`
    Text,
    /// The same, several times.
    Texts,
}

type Flags = &'static [(&'static str, Flag)];

const ADD: Flags = &[
    ("chown", Flag::Text),
    ("chmod", Flag::Text),
    ("link", Flag::Switch),
    ("keep-git-dir", Flag::Switch),
    ("checksum", Flag::Text),
    ("unpack", Flag::Switch),
    ("exclude", Flag::Texts),
];
const COPY: Flags = &[
    ("chown", Flag::Text),
    ("from", Flag::Text),
    ("chmod", Flag::Text),
    ("link", Flag::Switch),
    ("exclude", Flag::Texts),
    ("parents", Flag::Switch),
];
const RUN: Flags = &[
    ("mount", Flag::Texts),
    ("device", Flag::Texts),
    ("network", Flag::Text),
    ("security", Flag::Text),
];
const HEALTH: Flags = &[
    ("interval", Flag::Text),
    ("timeout", Flag::Text),
    ("start-period", Flag::Text),
    ("start-interval", Flag::Text),
    ("retries", Flag::Text),
];

/// Check one.
pub(super) fn instruction(given: &Instruction) -> Result<(), String> {
    let name = given.command.to_uppercase();
    let values = given.outer.values.as_slice();
    let flags = |known: Flags| flags(given.flags.as_deref().unwrap_or_default(), known);
    let needs = |enough: bool, what: &str| {
        if enough { Ok(()) } else { Err(format!("{name} takes {what}")) }
    };
    match name.as_str() {
        "ENV" | "LABEL" => {
            flags(&[])?;
            needs(!values.is_empty(), "at least one argument")?;
            let named = values.chunks(3).all(|part| !part[0].is_empty());
            needs(named, "names that are not empty")
        }
        "ADD" | "COPY" => {
            needs(values.len() > 1, "at least two arguments")?;
            flags(if name == "ADD" { ADD } else { COPY })?;
            let last = values.last().map(|last| heredoc::of_word(last));
            needs(!matches!(last, Some(Ok(Some(_)))), "no text as destination")
        }
        "FROM" => {
            stage(values)?;
            flags(&[("platform", Flag::Text)])
        }
        "ONBUILD" => {
            flags(&[])?;
            let inner = given.inner.as_ref().map(|inner| inner.command.trim().to_uppercase());
            needs(inner.is_some(), "at least one argument")?;
            let refused = ["ONBUILD", "MAINTAINER", "FROM"].iter();
            match refused.into_iter().find(|word| inner.as_deref() == Some(**word)) {
                Some(word) => Err(format!("ONBUILD {word} is not allowed")),
                None => Ok(()),
            }
        }
        "RUN" => {
            flags(RUN)?;
            run(given.flags.as_deref().unwrap_or_default())
        }
        "CMD" | "ENTRYPOINT" => flags(&[]),
        "MAINTAINER" | "WORKDIR" | "USER" => {
            needs(values.len() == 1, "exactly one argument")?;
            flags(&[])
        }
        "STOPSIGNAL" => needs(values.len() == 1, "exactly one argument"),
        "EXPOSE" => {
            needs(!values.is_empty(), "at least one argument")?;
            flags(&[])
        }
        "VOLUME" => {
            needs(!values.is_empty(), "at least one argument")?;
            flags(&[])?;
            needs(values.iter().all(|path| !path.trim().is_empty()), "paths that are not empty")
        }
        "SHELL" => {
            flags(&[])?;
            needs(!values.is_empty(), "at least one argument")?;
            needs(given.outer.json, "its arguments as a list in JSON")
        }
        "ARG" => {
            needs(!values.is_empty(), "at least one argument")?;
            needs(values.iter().all(|word| !word.starts_with('=')), "names that are not empty")
        }
        "HEALTHCHECK" => health(given),
        _ => Err(format!("unknown instruction {}", given.command)),
    }
}

fn flags(given: &[String], known: Flags) -> Result<(), String> {
    let mut used = Vec::new();
    for flag in given {
        let (name, value) =
            flag.split_once('=').map_or((flag.as_str(), None), |(name, value)| (name, Some(value)));
        let bare = name.strip_prefix("--").ok_or_else(|| format!("{flag} is no flag"))?;
        let Some((_, kind)) = known.iter().find(|(known, _)| *known == bare) else {
            return Err(format!("unknown flag {name}"));
        };
        if used.contains(&bare) && *kind != Flag::Texts {
            return Err(format!("the flag {name} stands twice"));
        }
        used.push(bare);
        let is_switch =
            value.is_none_or(|value| matches!(value.to_lowercase().as_str(), "true" | "false"));
        match kind {
            Flag::Switch if !is_switch => return Err(format!("{name} is true or false")),
            Flag::Text | Flag::Texts if value.is_none() => {
                return Err(format!("{name} has no value"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// `FROM image`, `FROM image AS name`.
fn stage(values: &[String]) -> Result<(), String> {
    let name = match values {
        [_] => return Ok(()),
        [_, word, name] if word.eq_ignore_ascii_case("as") => name.to_lowercase(),
        _ => return Err("FROM takes one or three arguments".to_owned()),
    };
    let rest = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.');
    let valid =
        name.starts_with(|first: char| first.is_ascii_lowercase()) && name.bytes().all(rest);
    if valid { Ok(()) } else { Err(format!("{name} cannot be the name of a stage")) }
}

/// What flags of `RUN` say.
fn run(given: &[String]) -> Result<(), String> {
    let of = |name: &str| {
        let prefix = format!("--{name}=");
        given.iter().filter_map(move |flag| flag.strip_prefix(&prefix).map(str::to_owned))
    };
    for mount in of("mount") {
        for field in fields(&mount)? {
            let Some((name, value)) = field.split_once('=') else { continue };
            let variable = value.find('$').is_some_and(|at| at + 1 < value.len());
            if name.eq_ignore_ascii_case("from") && variable {
                return Err("`from` of a mount takes no variable".to_owned());
            }
        }
    }
    for device in of("device") {
        self::device(&device)?;
    }
    let one_of = |name: &str, known: &[&str]| match of(name).find(|it| !known.contains(&&**it)) {
        Some(other) => Err(format!("there is no {name} {other}")),
        None => Ok(()),
    };
    one_of("network", &["default", "none", "host"])?;
    one_of("security", &["insecure", "sandbox"])
}

fn device(value: &str) -> Result<(), String> {
    let mut name = String::new();
    for field in fields(value)? {
        let pair = field.split_once('=').map(|(key, value)| (key.to_lowercase(), value));
        match pair {
            None if field.eq_ignore_ascii_case("required") => {}
            Some((key, value)) if key == "name" => {
                if !name.is_empty() {
                    return Err("a device has two names".to_owned());
                }
                value.clone_into(&mut name);
            }
            Some((key, value)) if key == "required" => {
                let words = ["1", "t", "T", "TRUE", "true", "True"];
                let others = ["0", "f", "F", "FALSE", "false", "False"];
                if !words.contains(&value) && !others.contains(&value) {
                    return Err("`required` of a device is true or false".to_owned());
                }
            }
            _ if name.is_empty() => name = field,
            _ => return Err(format!("there is no {field} of a device")),
        }
    }
    Ok(())
}

/// Values between commas, some in quotes.
fn fields(line: &str) -> Result<Vec<String>, String> {
    let broken = || format!("the quotes of {line} are wrong");
    if line.is_empty() {
        return Err("a flag of RUN is empty".to_owned());
    }
    let (mut found, mut rest) = (Vec::new(), line);
    loop {
        let Some(quoted) = rest.strip_prefix('"') else {
            let (field, more) =
                rest.split_once(',').map_or((rest, None), |(field, more)| (field, Some(more)));
            if field.contains('"') {
                return Err(broken());
            }
            found.push(field.to_owned());
            match more {
                Some(more) => rest = more,
                None => return Ok(found),
            }
            continue;
        };
        let (mut field, mut inner) = (String::new(), quoted);
        loop {
            let (before, after) = inner.split_once('"').ok_or_else(broken)?;
            field.push_str(before);
            let Some(more) = after.strip_prefix('"') else {
                inner = after;
                break;
            };
            field.push('"');
            inner = more;
        }
        found.push(field);
        match inner.strip_prefix(',') {
            Some(more) => rest = more,
            None if inner.is_empty() => return Ok(found),
            None => return Err(broken()),
        }
    }
}

fn health(given: &Instruction) -> Result<(), String> {
    let Some((kind, rest)) = given.outer.values.split_first() else {
        return Err("HEALTHCHECK takes at least one argument".to_owned());
    };
    let given = given.flags.as_deref().unwrap_or_default();
    match kind.to_uppercase().as_str() {
        "NONE" if rest.is_empty() => return Ok(()),
        "NONE" => return Err("HEALTHCHECK NONE takes no arguments".to_owned()),
        "CMD" => flags(given, HEALTH)?,
        _ => {
            flags(given, HEALTH)?;
            return Err(format!("there is no HEALTHCHECK {kind}"));
        }
    }
    if rest.is_empty() {
        return Err("HEALTHCHECK CMD takes a command".to_owned());
    }
    for flag in given {
        let (name, value) = flag.split_once('=').unwrap_or((flag, ""));
        if name == "--retries" {
            let number = value.strip_prefix('+').unwrap_or(value).parse::<i32>();
            if !value.is_empty() && !number.is_ok_and(|number| number >= 0) {
                return Err(format!("{name} is a number from 0 on"));
            }
        } else if !value.is_empty()
            && !duration(value).is_some_and(|it| it.abs() < 0.5 || it >= 1e6)
        {
            return Err(format!("{name} is a time of a millisecond at least: 5s, 1m30s"));
        }
    }
    Ok(())
}

/// Nanoseconds of `1m30.5s`.
fn duration(text: &str) -> Option<f64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0.0);
    }
    let mut all = 0.0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(end);
        let number: f64 = number.parse().ok()?;
        let end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, more) = after.split_at(end);
        let unit = match unit {
            "ns" => 1.0,
            "us" | "µs" | "μs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 6e10,
            "h" => 3.6e12,
            _ => return None,
        };
        all += number * unit;
        rest = more;
    }
    Some(all * sign)
}
