//! conftest's own words before the paths: `dreadnought conftest test FILE` is `conftest test FILE`.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::source::{Problem, ProblemKind};

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// Judge configurations.
    Test,
    /// Print what policies see.
    Parse,
    /// Run the unit tests of the policies.
    Verify,
}

/// Words that are not there, with what to use instead.
const OTHERS: [(&str, &str); 6] = [
    ("doc", "`opa inspect -a FOLDER`, or, of a pack, `dreadnought pack docs FOLDER`"),
    ("fmt", "`opa fmt -w FOLDER`"),
    ("plugin", "the plugin's program itself"),
    ("pull", "git, curl or oras, and name the folder with --policy; nothing is downloaded here"),
    ("push", "oras, or `dreadnought pack build` and `pack sign` for a signed bundle"),
    ("completion", "the file names that your shell completes"),
];

/// Takes the word out of the paths.
///
/// The first path is a word where more paths follow, and where it does not exist. `verify` needs no more paths, so it is always one.
/// A path of such a name is meant with `./test`, or with `test` alone.
pub fn taken(paths: &mut Vec<OsString>, problems: &mut Vec<Problem>) -> anyhow::Result<Word> {
    let Some(first) = paths.first().and_then(|path| path.to_str()).map(str::to_owned) else {
        return Ok(Word::Test);
    };
    let exists = Path::new(&first).exists();
    let word = match first.as_str() {
        "test" => Word::Test,
        "parse" => Word::Parse,
        "verify" => Word::Verify,
        other => {
            let known = OTHERS.iter().find(|(word, _)| *word == other && !exists);
            return match known {
                Some((word, instead)) => anyhow::bail!("there is no {word} here: use {instead}"),
                None => Ok(Word::Test),
            };
        }
    };
    let alone = paths.len() == 1;
    if word != Word::Verify && alone {
        anyhow::ensure!(exists, "name the files to {first}");
        return Ok(Word::Test);
    }
    paths.remove(0);
    if exists {
        let message = format!("`{first}` is taken as the word of conftest, not as a path");
        let help = format!("write ./{first} for the path");
        problems.push(Problem::new(ProblemKind::Note, message).help(help));
    }
    Ok(word)
}

/// Switches with a value, as conftest takes them: `--quiet=true` is `--quiet`, and `--quiet=false` is one that nothing else turns on.
pub fn plain_switches(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut found: Vec<OsString> = arguments.collect();
    let is_conftest = found.iter().skip(1).find(|argument| !is_option(argument));
    if is_conftest.is_none_or(|argument| argument != "conftest") {
        return found;
    }
    let end = found.iter().position(|argument| argument == "--").unwrap_or(found.len());
    for argument in &mut found[..end] {
        let Some((name, value)) = argument.to_str().and_then(|text| text.split_once('=')) else {
            continue;
        };
        let Some(name) = name.strip_prefix("--").filter(|name| super::conftest::is_switch(name))
        else {
            continue;
        };
        match truth(value) {
            Some(true) => *argument = format!("--{name}").into(),
            Some(false) => *argument = format!("--off={name}").into(),
            None => {}
        }
    }
    found
}

fn is_option(argument: &OsStr) -> bool {
    argument.to_str().is_some_and(|text| text.starts_with('-'))
}

/// What a switch is set to.
pub fn truth(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "True" | "TRUE" => Some(true),
        "0" | "f" | "F" | "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}
