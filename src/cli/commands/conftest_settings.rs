//! What `dreadnought conftest` is asked for: the command line, then the environment (`CONFTEST_…`), then the configuration file, as
//! conftest takes them.
#![expect(
    clippy::disallowed_methods,
    reason = "the configuration file is named on the command line, and the environment is read in cli"
)]

use std::path::Path;

use anyhow::Context as _;
use clap::ValueEnum;
use serde_json::Value as Json;

use super::conftest_words::truth;
use crate::conftest;
use crate::source::{Problem, ProblemKind, nearest};

/// Files that hold settings where none is named.
const FILES: [&str; 4] = ["conftest.toml", "conftest.yaml", "conftest.yml", "conftest.json"];

/// Names of settings.
const NAMES: [&str; 23] = [
    "all-namespaces",
    "capabilities",
    "combine",
    "data",
    "fail-on-warn",
    "github-hide-passed",
    "ignore",
    "junit-hide-message",
    "namespace",
    "no-color",
    "no-fail",
    "output",
    "parser",
    "policy",
    "proto-file-dirs",
    "quiet",
    "rego-version",
    "show-builtin-errors",
    "stdin-filename",
    "strict",
    "suppress-exceptions",
    "trace",
    "update",
];
/// Settings of other commands of conftest, or of what is not there.
const OTHERS: [&str; 7] =
    ["absolute-paths", "config-file", "file", "list", "report", "skipped", "tls"];

/// Settings beside the command line.
pub struct Settings {
    file: String,
    values: serde_json::Map<String, Json>,
}

impl Settings {
    /// From the named file, or the one in the working directory, if there is one.
    pub fn load(named: Option<&Path>, problems: &mut Vec<Problem>) -> anyhow::Result<Self> {
        let found = FILES.iter().map(Path::new).find(|path| path.is_file());
        let Some(path) = named.or(found) else {
            return Ok(Self { file: String::new(), values: serde_json::Map::new() });
        };
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {file}"))?;
        let format = match path.extension().and_then(|ending| ending.to_str()) {
            Some("yaml" | "yml") => "yaml",
            Some("json") => "json",
            _ => "toml",
        };
        let content = conftest::parse(format, &text);
        let content = content.map_err(|why| anyhow::anyhow!("{file} cannot be read: {why}"))?;
        let values = match content {
            Json::Object(values) => values,
            Json::Null => serde_json::Map::new(),
            _ => anyhow::bail!("{file} has to hold settings by name"),
        };
        let values: serde_json::Map<String, Json> =
            values.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
        for name in values.keys() {
            if !NAMES.contains(&name.as_str()) && !OTHERS.contains(&name.as_str()) {
                let near = nearest(name, NAMES).map(|near| format!("did you mean `{near}`?"));
                let message = format!("{file} has a setting `{name}` that there is not");
                problems.push(Problem { help: near, ..Problem::new(ProblemKind::Note, message) });
            }
        }
        Ok(Self { file, values })
    }

    /// A setting, and where it stands.
    fn value(&self, name: &str) -> Option<(Json, String)> {
        let variable = format!("CONFTEST_{}", name.replace('-', "_").to_ascii_uppercase());
        if let Some(value) = std::env::var(&variable).ok().filter(|value| !value.is_empty()) {
            return Some((value.into(), variable));
        }
        self.values.get(name).map(|value| (value.clone(), self.file.clone()))
    }

    /// Adds a list where the command line has none.
    pub fn list<T: From<String>>(&self, name: &str, given: &mut Vec<T>) -> anyhow::Result<()> {
        let Some((value, place)) = self.value(name).filter(|_| given.is_empty()) else {
            return Ok(());
        };
        let items = match value {
            Json::Array(items) => items,
            text => vec![text],
        };
        for item in items {
            let Json::String(text) = item else {
                anyhow::bail!("{place}: `{name}` is a text or a list of texts");
            };
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            given.extend(parts.map(|part| T::from(part.to_owned())));
        }
        Ok(())
    }

    /// Sets a text where the command line has none.
    pub fn text<T: From<String>>(&self, name: &str, given: &mut Option<T>) -> anyhow::Result<()> {
        let Some((value, place)) = self.value(name).filter(|_| given.is_none()) else {
            return Ok(());
        };
        let Json::String(text) = value else { anyhow::bail!("{place}: `{name}` is a text") };
        if !text.is_empty() {
            *given = Some(T::from(text));
        }
        Ok(())
    }

    /// Sets one of several words where the command line has none.
    pub fn word<T: ValueEnum>(&self, name: &str, given: &mut Option<T>) -> anyhow::Result<()> {
        let Some((value, place)) = self.value(name).filter(|_| given.is_none()) else {
            return Ok(());
        };
        let text = value.as_str().unwrap_or_default();
        let words: Vec<_> = T::value_variants().iter().filter_map(T::to_possible_value).collect();
        let words: Vec<&str> = words.iter().map(clap::builder::PossibleValue::get_name).collect();
        let found = T::from_str(text, true);
        let found = found
            .map_err(|_| anyhow::anyhow!("{place}: `{name}` is one of {}", words.join(", ")))?;
        *given = Some(found);
        Ok(())
    }

    /// Sets a switch that the command line does not.
    pub fn switch(&self, name: &str, given: &mut bool) -> anyhow::Result<()> {
        let Some((value, place)) = self.value(name).filter(|_| !*given) else { return Ok(()) };
        let wrong = || anyhow::anyhow!("{place}: `{name}` is true or false");
        *given = match &value {
            Json::Bool(on) => *on,
            Json::String(text) => truth(&text.to_ascii_lowercase()).ok_or_else(wrong)?,
            _ => return Err(wrong()),
        };
        Ok(())
    }
}
