//! Dockerfiles as a list of instructions: `{"Cmd", "SubCmd", "JSON", "Flags", "Value", "Stage"}`, in one more list.

use serde_json::{Value as Json, json};

/// A file.
pub(super) fn parse(text: &str) -> Result<Json, String> {
    let mut commands = Vec::new();
    let mut stages = 0_usize;
    for Logical { comments, line, documents } in logical_lines(text) {
        let (word, rest) = split_word(&line);
        let command = word.to_ascii_lowercase();
        if command.is_empty() {
            continue;
        }
        if !COMMANDS.contains(&command.as_str()) {
            return Err(format!("unknown instruction {word}"));
        }
        stages += usize::from(command == "from");
        let stage = stages.saturating_sub(1);
        commands.extend(
            comments
                .into_iter()
                .map(|comment| entry("comment", "", &Words::plain(vec![comment]), stage)),
        );
        let mut words = instruction(&command, rest);
        let sub = if command == "onbuild" {
            let (word, rest) = split_word(rest);
            let sub = word.to_ascii_lowercase();
            words = instruction(&sub, rest);
            sub
        } else {
            String::new()
        };
        words.values.extend(documents);
        commands.push(entry(&command, &sub, &words, stage));
    }
    if commands.is_empty() {
        return Err("the file has no instructions".to_owned());
    }
    Ok(json!([commands]))
}

const COMMANDS: [&str; 18] = [
    "add",
    "arg",
    "cmd",
    "copy",
    "entrypoint",
    "env",
    "expose",
    "from",
    "healthcheck",
    "label",
    "maintainer",
    "onbuild",
    "run",
    "shell",
    "stopsignal",
    "user",
    "volume",
    "workdir",
];

fn entry(command: &str, sub: &str, words: &Words, stage: usize) -> Json {
    json!({
        "Cmd": command,
        "SubCmd": sub,
        "JSON": words.json,
        "Flags": words.flags,
        "Value": words.values,
        "Stage": stage,
    })
}

#[derive(Default)]
struct Words {
    json: bool,
    flags: Vec<String>,
    values: Vec<String>,
}

impl Words {
    fn plain(values: Vec<String>) -> Self {
        Self { values, ..Self::default() }
    }
}

struct Logical {
    comments: Vec<String>,
    line: String,
    /// Texts of here-documents.
    documents: Vec<String>,
}

/// Lines with their continuations, and the comments before each.
fn logical_lines(text: &str) -> Vec<Logical> {
    let escape = text.lines().map_while(|line| line.trim().strip_prefix('#')).find_map(|line| {
        line.trim()
            .to_ascii_lowercase()
            .strip_prefix("escape")?
            .trim()
            .strip_prefix('=')
            .map(|c| c.trim() == "`")
    });
    let escape = if escape == Some(true) { '`' } else { '\\' };
    let mut found = Vec::new();
    let mut comments = Vec::new();
    let mut lines = text.lines();
    while let Some(first) = lines.next() {
        let trimmed = first.trim();
        if let Some(comment) = trimmed.strip_prefix('#') {
            comments.push(comment.trim().to_owned());
            continue;
        }
        if trimmed.is_empty() {
            continue;
        }
        let mut line = first.trim_start().trim_end().to_owned();
        while line.ends_with(escape) {
            line.pop();
            // Comments and blank lines within are left out.
            let next = lines
                .by_ref()
                .find(|next| !next.trim().is_empty() && !next.trim_start().starts_with('#'));
            let Some(next) = next else { break };
            line.push_str(next.trim_end());
        }
        let documents = here_documents(&line, &mut lines);
        found.push(Logical { comments: std::mem::take(&mut comments), line, documents });
    }
    found
}

/// The texts that `<<EOF` announces.
fn here_documents<'t>(line: &str, lines: &mut impl Iterator<Item = &'t str>) -> Vec<String> {
    let command = split_word(line).0.to_ascii_lowercase();
    if !matches!(command.as_str(), "run" | "copy" | "add") {
        return Vec::new();
    }
    let mut texts = Vec::new();
    for word in line.split_whitespace().filter_map(|word| word.strip_prefix("<<")) {
        let word = word.strip_prefix('-').unwrap_or(word).trim_matches(['"', '\'']);
        let name = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if word.is_empty() || !name {
            continue;
        }
        let body: Vec<&str> = lines.by_ref().take_while(|line| line.trim() != word).collect();
        texts.push(body.join("\n") + "\n");
    }
    texts
}

fn split_word(line: &str) -> (&str, &str) {
    let line = line.trim_start();
    let end = line.find(char::is_whitespace).unwrap_or(line.len());
    (&line[..end], line[end..].trim())
}

fn instruction(command: &str, rest: &str) -> Words {
    let (flags, rest) = flags(rest);
    let mut words = match command {
        "add" | "copy" | "volume" => list_or_json(rest, whitespace),
        "cmd" | "entrypoint" | "run" | "shell" => list_or_json(rest, one),
        "env" | "label" => Words::plain(pairs(rest)),
        "arg" => Words::plain(quoted_words(rest)),
        "expose" | "from" => Words::plain(whitespace(rest)),
        "healthcheck" => {
            let (kind, rest) = split_word(rest);
            let mut words = list_or_json(rest, one);
            words.values.insert(0, kind.to_ascii_uppercase());
            words
        }
        _ => Words::plain(one(rest)),
    };
    words.flags = flags;
    words
}

/// `--name=value` before everything else.
fn flags(rest: &str) -> (Vec<String>, &str) {
    let (mut found, mut rest) = (Vec::new(), rest);
    while rest.starts_with("--") && rest.len() > 2 {
        let (word, after) = split_word(rest);
        found.push(word.to_owned());
        rest = after;
    }
    (found, rest)
}

fn one(rest: &str) -> Vec<String> {
    if rest.is_empty() { Vec::new() } else { vec![rest.to_owned()] }
}

fn whitespace(rest: &str) -> Vec<String> {
    rest.split_whitespace().map(str::to_owned).collect()
}

fn list_or_json(rest: &str, plain: impl Fn(&str) -> Vec<String>) -> Words {
    if rest.starts_with('[')
        && let Ok(values) = serde_json::from_str::<Vec<String>>(rest)
    {
        return Words { json: true, values, ..Words::default() };
    }
    Words::plain(plain(rest))
}

/// Words, with quotes and what they hold kept together.
fn quoted_words(rest: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    let mut characters = rest.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (None, c) if c.is_whitespace() => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                continue;
            }
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), c) if open == c => quote = None,
            (_, '\\') => {
                word.push('\\');
                word.extend(characters.next());
                continue;
            }
            _ => {}
        }
        word.push(character);
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// `a=b c=d` as name, value and `=`; `a b c` as name, the rest and nothing.
fn pairs(rest: &str) -> Vec<String> {
    let words = quoted_words(rest);
    if words.first().is_some_and(|first| !first.contains('=')) {
        let (name, value) = split_word(rest);
        return vec![name.to_owned(), value.to_owned(), String::new()];
    }
    let split = |word: String| {
        let (name, value) = word.split_once('=').map_or((word.as_str(), ""), |pair| pair);
        [name.to_owned(), value.to_owned(), "=".to_owned()]
    };
    words.into_iter().flat_map(split).collect()
}
