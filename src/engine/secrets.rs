//! Which settings are secrets that are written out: by the tables of patterns in `policies/core/vocabulary/secrets.yaml`, the same for CEL,
//! for Rego, and for what bundles give OPA.

use std::fmt::Write as _;
use std::sync::LazyLock;

use regex::{Regex, RegexBuilder};

use crate::document::HOLE;
use crate::source::FileId;
use crate::syntax::{Node, NodeKind, Scalar, yaml};

/// The tables.
const TABLES: &str = include_str!("../../policies/core/vocabulary/secrets.yaml");
/// How names of tables begin that are read here alone.
pub const FAMILY: &str = "secret_";
/// Characters of the shortest secret; shorter texts cannot be told from other values.
const LEAST: usize = 6;
/// And of the shortest password.
const LEAST_PASSWORD: usize = 4;

static WORDS: LazyLock<Result<Words, String>> = LazyLock::new(|| Words::read(TABLES));

/// The tables as whole patterns.
struct Words {
    /// By name, for Rego.
    texts: Vec<(&'static str, String)>,
    name: Regex,
    exception: Regex,
    password: Regex,
    connection: Regex,
    parts: Regex,
    placeholder: Regex,
    reference: Regex,
    word: Regex,
    secret: Regex,
    line: Regex,
    assignment: Regex,
}

/// Tells which texts are judged elsewhere.
pub(super) type Elsewhere<'a> = &'a dyn Fn(&str) -> bool;

/// The patterns by name as a module of Rego, `secret_patterns` of the package that bundles hold for OPA.
pub fn in_rego() -> String {
    let mut text = "package dreadnought.lib.builtins\n\nsecret_patterns := {\n".to_owned();
    for (name, pattern) in words().map_or(&[][..], |words| &words.texts) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "\t\"{name}\": {},", serde_json::Value::from(pattern.as_str()));
    }
    text + "}\n"
}

fn words() -> Result<&'static Words, &'static str> {
    WORDS.as_ref().map_err(String::as_str)
}

/// Whether a name says that what it names is secret, or a connection.
pub(super) fn speaks(name: &str) -> Result<bool, &'static str> {
    let words = words()?;
    Ok(words.speaks(name) || words.connection.is_match(name))
}

/// Whether a setting is a secret, or a connection with one in it, that is written out.
pub(super) fn is_secret(
    name: &str,
    value: &str,
    elsewhere: Elsewhere<'_>,
) -> Result<bool, &'static str> {
    Ok(words()?.is_secret(name, value, elsewhere))
}

/// Whether a text of several lines is a secret, or has a line that sets one.
pub(super) fn holds_secret(text: &str, elsewhere: Elsewhere<'_>) -> Result<bool, &'static str> {
    let words = words()?;
    Ok(text.contains('\n')
        && (words.secret.is_match(text) || words.sets(&words.line, text, elsewhere)))
}

/// Whether a script is, or anywhere sets, a secret.
pub(super) fn script_holds_secret(
    text: &str,
    elsewhere: Elsewhere<'_>,
) -> Result<bool, &'static str> {
    let words = words()?;
    Ok(words.secret.is_match(text) || words.sets(&words.assignment, text, elsewhere))
}

/// Of a text with holes for what is not known, each run of lines without one.
pub(super) fn known_lines(parts: &str) -> impl Iterator<Item = &str> {
    let mut from = 0;
    let mut rest = parts.split_inclusive('\n').peekable();
    std::iter::from_fn(move || {
        while rest.peek().is_some_and(|line| line.contains(HOLE)) {
            from += rest.next().map_or(0, str::len);
        }
        let start = from;
        while let Some(line) = rest.next_if(|line| !line.contains(HOLE)) {
            from += line.len();
        }
        (start < from).then(|| &parts[start..from])
    })
}

impl Words {
    fn read(text: &str) -> Result<Self, String> {
        let (documents, problems) = yaml::parse(FileId(0), text);
        if let Some(problem) = problems.first() {
            return Err(problem.message.clone());
        }
        let tables = documents.first().and_then(|root| member(root, "tables"));
        let rows = |name: &str| -> Result<String, String> {
            let table = tables.and_then(|tables| member(tables, &format!("{FAMILY}{name}")));
            let Some(Node { kind: NodeKind::Sequence(items), .. }) = table else {
                return Err(format!("there is no table `{FAMILY}{name}`"));
            };
            let texts: Option<Vec<&str>> = items.iter().map(scalar).collect();
            let texts = texts.ok_or_else(|| format!("a row of `{FAMILY}{name}` is no text"))?;
            Ok(texts.join("|"))
        };
        let tail = format!("([-_.]({}))?[-_.]?[0-9]*", rows("name_endings")?);
        let (names, connections) = (rows("names")?, rows("connections")?);
        let value = r#"["']?[ \t]*(?:=>|:=|=|:)[ \t]*["']?([^\s"',;]+)"#;
        let texts = vec![
            ("name", format!("({names}){tail}$")),
            ("exception", format!("({}){tail}$", rows("name_exceptions")?)),
            ("password", format!("({}){tail}$", rows("name_passwords")?)),
            ("connection", format!("({connections})$")),
            ("parts", rows("connection_parts")?),
            ("placeholder", format!("^[^a-z0-9]*({})", rows("placeholders")?)),
            ("reference", format!("^({})", rows("references")?)),
            ("word", format!("^({})$", rows("words")?)),
            ("secret", rows("texts")?),
            (
                "line",
                r#"(?m)^[ \t]*(?:export[ \t]+)?["']?([a-z][a-z0-9_.-]*)["']?[ \t]*[:=][ \t]*["']?([^\s"'#]+)["']?[,;]?[ \t]*$"#
                    .to_owned(),
            ),
            (
                "assignment",
                format!("([a-z0-9_.-]*({names}|{connections}){tail}){value}"),
            ),
        ];
        let texts: Vec<_> =
            texts.into_iter().map(|(name, text)| (name, format!("(?i){text}"))).collect();
        let compiled = |name: &str| -> Result<Regex, String> {
            let text = texts.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text);
            built(text).map_err(|error| format!("the tables `{FAMILY}…`: {error}"))
        };
        Ok(Self {
            name: compiled("name")?,
            exception: compiled("exception")?,
            password: compiled("password")?,
            connection: compiled("connection")?,
            parts: compiled("parts")?,
            placeholder: compiled("placeholder")?,
            reference: compiled("reference")?,
            word: compiled("word")?,
            secret: compiled("secret")?,
            line: compiled("line")?,
            assignment: compiled("assignment")?,
            texts,
        })
    }

    fn speaks(&self, name: &str) -> bool {
        self.name.is_match(name) && !self.exception.is_match(name)
    }

    fn is_secret(&self, name: &str, value: &str, elsewhere: Elsewhere<'_>) -> bool {
        if self.speaks(name) && self.is_written(name, value) {
            return !elsewhere(value);
        }
        if !self.connection.is_match(name) {
            return false;
        }
        let found = self.parts.captures_iter(value);
        let parts = found.filter_map(|found| found.iter().skip(1).flatten().last());
        parts
            .map(|part| part.as_str())
            .any(|part| self.stands_for_itself(part) && !elsewhere(value) && !elsewhere(part))
    }

    /// Whether a value under a name of a secret is one.
    fn is_written(&self, name: &str, value: &str) -> bool {
        let is_password = self.password.is_match(name);
        let least = if is_password { LEAST_PASSWORD } else { LEAST };
        value.chars().nth(least - 1).is_some()
            && self.stands_for_itself(value)
            && (is_password || !self.word.is_match(value))
    }

    fn stands_for_itself(&self, value: &str) -> bool {
        !self.placeholder.is_match(value) && !self.reference.is_match(value)
    }

    /// Whether a text sets a secret: the pattern's first group is a name, its last a value.
    fn sets(&self, pattern: &Regex, text: &str, elsewhere: Elsewhere<'_>) -> bool {
        pattern.captures_iter(text).any(|found| {
            let value = found.iter().skip(1).flatten().last();
            let name = found.get(1).map_or("", |name| name.as_str());
            value.is_some_and(|value| self.is_secret(name, bare(value.as_str()), elsewhere))
        })
    }
}

/// A value without the brackets and backticks at its end that began before it: they are of the command that it stands in.
fn bare(value: &str) -> &str {
    let count = |mark: char| value.matches(mark).count();
    let mut more = count(')').saturating_sub(count('('));
    let mut own = value;
    loop {
        own = match own.strip_suffix(')') {
            Some(rest) if more > 0 => {
                more -= 1;
                rest
            }
            _ => match own.strip_suffix('`') {
                Some(rest) if count('`') == 1 => rest,
                _ => return own,
            },
        };
    }
}

fn built(text: &str) -> Result<Regex, String> {
    RegexBuilder::new(text).build().map_err(|error| {
        let text = error.to_string();
        text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
    })
}

fn member<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    let NodeKind::Mapping(entries) = &node.kind else { return None };
    let entry = entries.iter().find(|entry| scalar(&entry.key) == Some(name))?;
    Some(&entry.value)
}

fn scalar(node: &Node) -> Option<&str> {
    match &node.kind {
        NodeKind::Scalar(Scalar::String(text) | Scalar::Plain { text, .. }) => Some(text),
        _ => None,
    }
}
