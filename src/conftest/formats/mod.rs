//! Formats, each as conftest's parser gives it.

mod cue;
mod cursor;
mod cyclonedx;
mod data;
mod dockerfile;
mod dotenv;
mod edn;
mod hcl;
mod hcl1;
mod hocon;
mod ini;
mod jsonnet;
mod lines;
mod nginx;
mod proto;
mod spdx;
mod textproto;
mod vcl;
mod xml;

use serde_json::Value as Json;

use crate::source::FileSystem;
use data::{json_text, yaml_text};

type Parse = fn(&str) -> Result<Json, String>;

/// Where a file lies, for formats whose files bring others in.
#[derive(Clone, Copy)]
pub struct Tree<'t> {
    /// The only files that may be brought in.
    pub files: &'t dyn FileSystem,
    /// The file's path in it.
    pub path: &'t str,
}

impl std::fmt::Debug for Tree<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tree").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Formats by name; those that conftest reads and we do not have no parser.
pub const FORMATS: &[(&str, Option<Parse>)] = &[
    ("cue", Some(cue::parse)),
    ("cyclonedx", Some(cyclonedx::parse)),
    ("dockerfile", Some(dockerfile::parse)),
    ("dotenv", Some(dotenv::parse)),
    ("edn", Some(edn::parse)),
    ("groovy", None),
    ("hcl1", Some(hcl1::parse)),
    ("hcl2", Some(hcl::parse)),
    ("hocon", Some(hocon::parse)),
    ("ignore", Some(lines::ignore)),
    ("ini", Some(ini::parse)),
    ("json", Some(json_text)),
    ("jsonc", Some(lines::jsonc)),
    ("jsonnet", Some(jsonnet::alone)),
    ("nginx", Some(nginx::parse)),
    ("properties", Some(lines::properties)),
    ("spdx", Some(spdx::parse)),
    ("textproto", None),
    ("toml", Some(toml_text)),
    ("vcl", Some(vcl::parse)),
    ("xml", Some(xml::parse)),
    ("yaml", Some(yaml_text)),
];

/// The format of a file by its name, if conftest has one for it.
pub fn format_of(path: &str) -> Option<&'static str> {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let prefixed = |word: &str| name == word || name.starts_with(&format!("{word}."));
    let format = match extension {
        _ if prefixed("dockerfile") || extension == "dockerfile" => "dockerfile",
        "yml" | "yaml" => "yaml",
        "hcl" | "tf" | "tfvars" => "hcl2",
        "gitignore" | "dockerignore" => "ignore",
        _ if prefixed(".env") || extension == "env" => "dotenv",
        _ if name == "nginx.conf" => "nginx",
        _ if prefixed("jenkinsfile") => "groovy",
        "txtpb" | "textpb" | "pbtxt" => "textproto",
        other => other,
    };
    FORMATS.iter().map(|(known, _)| *known).find(|known| *known == format)
}

/// A text of a format. What does not read is one sentence.
pub fn parse(format: &str, text: &str) -> Result<Json, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match FORMATS.iter().find(|(known, _)| *known == format) {
        Some((_, Some(parse))) => parse(text),
        Some((_, None)) => Err(format!("files of the format {format} cannot be read here")),
        None => Err(format!("there is no format {format}")),
    }
}

/// A text of a format that lies in a tree.
pub fn parse_in(format: &str, text: &str, tree: &Tree<'_>) -> Result<Json, String> {
    match format {
        "jsonnet" => jsonnet::within(text.strip_prefix('\u{feff}').unwrap_or(text), Some(tree)),
        _ => parse(format, text),
    }
}

/// A text of the format textproto; the definitions of its messages stand in `protos`.
pub fn parse_textproto(text: &str, protos: &[super::Text]) -> Result<Json, String> {
    textproto::parse(text.strip_prefix('\u{feff}').unwrap_or(text), protos)
}

/// What to do where a format has no parser here.
pub fn help_for(format: &str) -> Option<&'static str> {
    match format {
        "groovy" => Some(
            "no release of conftest up to 0.69 reads them; leave such files to it, or name others",
        ),
        "textproto" => Some("name the folder of its definitions with --proto-file-dirs"),
        _ => None,
    }
}

fn toml_text(text: &str) -> Result<Json, String> {
    let table: toml::Table = toml::from_str(text).map_err(|error| error.message().to_owned())?;
    let content = toml::Value::Table(table);
    match endless(&content) {
        Some(number) => Err(format!("JSON has no number {number}")),
        None => Ok(from_toml(content)),
    }
}

/// A number that JSON has not.
fn endless(value: &toml::Value) -> Option<f64> {
    match value {
        toml::Value::Float(number) if !number.is_finite() => Some(*number),
        toml::Value::Array(items) => items.iter().find_map(endless),
        toml::Value::Table(map) => map.iter().find_map(|(_, value)| endless(value)),
        _ => None,
    }
}

/// A moment as Go writes it. What has no zone is of UTC, a time without a day of the first one.
fn moment(point: toml::value::Datetime) -> String {
    let date = point.date.map_or_else(|| "0000-01-01".to_owned(), |date| date.to_string());
    let mut time = point.time.map_or_else(|| "00:00:00".to_owned(), |time| time.to_string());
    if time.matches(':').count() == 1 {
        time.push_str(":00");
    }
    let zone = point.offset.map_or_else(|| "Z".to_owned(), |offset| offset.to_string());
    format!("{date}T{time}{zone}")
}

fn from_toml(value: toml::Value) -> Json {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(bool) => bool.into(),
        toml::Value::Datetime(point) => moment(point).into(),
        toml::Value::Array(items) => items.into_iter().map(from_toml).collect(),
        toml::Value::Table(map) => {
            map.into_iter().map(|(key, value)| (key, from_toml(value))).collect()
        }
    }
}

/// A number as Go prints it: exponents from 1e6 on and below 1e-4, of two digits at least.
fn go_float(number: f64) -> String {
    let size = number.abs();
    if size == 0.0 || (1e-4..1e6).contains(&size) {
        return number.to_string();
    }
    let shown = format!("{number:e}");
    let Some((digits, exponent)) = shown.split_once('e') else { return shown };
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    format!("{digits}e{sign}{exponent:0>2}")
}
