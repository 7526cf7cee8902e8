//! Dockerfiles as a list of instructions: `{"Cmd", "SubCmd", "JSON", "Flags", "Value", "Stage"}`, in one more list.
//!
//! Lines are cut and words are split as `BuildKit` does it, and what it refuses is refused.

mod check;
mod heredoc;
mod words;

use serde_json::{Value as Json, json};

/// Most bytes of a line.
const MAX_LINE: usize = 65_535;

/// A file.
pub(super) fn parse(text: &str) -> Result<Json, String> {
    let mut reader = Reader {
        lines: text.split_inclusive('\n'),
        number: 0,
        escape: '\\',
        directives: Some(Vec::new()),
    };
    let mut commands = Vec::new();
    let mut stages = 0_usize;
    while let Some(found) = reader.next_instruction()? {
        let at = found.line;
        let located = |why: String| format!("line {at}: {why}");
        let instruction = words::instruction(&found.text, reader.escape).map_err(located)?;
        reader.skip_documents(&instruction, &found.text).map_err(located)?;
        check::instruction(&instruction).map_err(located)?;
        stages += usize::from(instruction.command.eq_ignore_ascii_case("from"));
        let stage = stages.saturating_sub(1);
        let comments = found.comments.into_iter();
        commands.extend(comments.map(|comment| entry(&Entry::comment(comment), stage)));
        commands.push(entry(&Entry::of(instruction), stage));
    }
    if commands.is_empty() {
        return Err("the file has no instructions".to_owned());
    }
    Ok(json!([commands]))
}

/// An instruction as it is shown. What there is none of is null.
struct Entry {
    command: String,
    sub: String,
    json: bool,
    flags: Option<Vec<String>>,
    values: Vec<String>,
}

impl Entry {
    fn comment(text: String) -> Self {
        let command = "comment".to_owned();
        Self { command, sub: String::new(), json: false, flags: None, values: vec![text] }
    }

    fn of(instruction: words::Instruction) -> Self {
        let command = instruction.command.to_lowercase();
        let flags = instruction.flags;
        match instruction.inner {
            None => {
                let words::Arguments { json, values } = instruction.outer;
                Self { command, sub: String::new(), json, flags, values }
            }
            Some(inner) => Self {
                command,
                sub: inner.command,
                json: inner.outer.json,
                flags,
                values: inner.outer.values,
            },
        }
    }
}

fn entry(entry: &Entry, stage: usize) -> Json {
    let values = (!entry.values.is_empty()).then_some(&entry.values);
    json!({
        "Cmd": entry.command,
        "SubCmd": entry.sub,
        "JSON": entry.json,
        "Flags": entry.flags,
        "Value": values,
        "Stage": stage,
    })
}

/// An instruction over all of its lines.
struct Found {
    /// The first of its lines.
    line: usize,
    text: String,
    /// The comments before it.
    comments: Vec<String>,
}

struct Reader<'t> {
    lines: std::str::SplitInclusive<'t, char>,
    number: usize,
    /// What a line ends with that goes on in the next.
    escape: char,
    /// Parser directives so far; none where there can be no more.
    directives: Option<Vec<String>>,
}

impl<'t> Reader<'t> {
    fn raw(&mut self) -> Result<Option<&'t str>, String> {
        let Some(line) = self.lines.next() else { return Ok(None) };
        self.number += 1;
        if line.len() > MAX_LINE {
            return Err(format!("line {}: it is longer than {MAX_LINE} bytes", self.number));
        }
        Ok(Some(line))
    }

    fn next_instruction(&mut self) -> Result<Option<Found>, String> {
        let mut comments: Vec<String> = Vec::new();
        while let Some(raw) = self.raw()? {
            if is_comment(raw) {
                // Indentation leaves the sign in the comment.
                let mut text = raw.chars();
                text.next();
                match text.as_str().trim() {
                    "" => comments.clear(),
                    text => comments.push(text.to_owned()),
                }
            }
            let line = raw.trim_end_matches(['\r', '\n']).trim_start();
            if self.directive(line)? {
                comments.pop();
            }
            let line = if is_comment(line) { "" } else { line };
            let start = self.number;
            let (first, mut ended) = self.continued(line);
            if ended && first.is_empty() {
                continue;
            }
            let mut text = first.to_owned();
            while !ended && let Some(raw) = self.raw()? {
                let line = raw.trim_end_matches(['\r', '\n']);
                self.directive(line)?;
                if is_comment(line) || line.trim_start().is_empty() {
                    continue;
                }
                let (part, ends) = self.continued(line);
                text.push_str(part);
                ended = ends;
            }
            return Ok(Some(Found { line: start, text, comments }));
        }
        Ok(None)
    }

    /// A line without what says that it goes on, and whether it ends here.
    fn continued<'l>(&self, line: &'l str) -> (&'l str, bool) {
        let Some(before) = line.trim_end_matches([' ', '\t']).strip_suffix(self.escape) else {
            return (line, true);
        };
        if before.ends_with(self.escape) { (line, true) } else { (before, false) }
    }

    /// `# escape=…`, `# syntax=…` or `# check=…` above everything else.
    fn directive(&mut self, line: &str) -> Result<bool, String> {
        let Some(known) = &mut self.directives else { return Ok(false) };
        let Some((name, value)) = line.strip_prefix('#').and_then(assignment) else {
            self.directives = None;
            return Ok(false);
        };
        if known.contains(&name) {
            return Err(format!("line {}: the directive {name} stands twice", self.number));
        }
        if name == "escape" {
            self.escape = match value {
                "`" => '`',
                "\\" => '\\',
                other => {
                    return Err(format!("line {}: {other} cannot be the escape", self.number));
                }
            };
        }
        known.push(name);
        Ok(true)
    }

    /// Steps over the texts that an instruction announces with `<<`.
    fn skip_documents(
        &mut self,
        instruction: &words::Instruction,
        text: &str,
    ) -> Result<(), String> {
        let taking = match &instruction.inner {
            Some(inner) if instruction.command.eq_ignore_ascii_case("onbuild") => inner,
            _ => instruction,
        };
        let name = taking.command.to_lowercase();
        let takes = matches!(name.as_str(), "add" | "copy" | "run") && !taking.outer.json;
        if !takes || !text.contains("<<") {
            return Ok(());
        }
        for document in heredoc::of_line(text)? {
            loop {
                let Some(raw) = self.raw()? else {
                    return Err(format!("the text up to {} does not end", document.name));
                };
                let line = raw.trim_end_matches(['\r', '\n']);
                let line = if document.chomp { line.trim_start_matches('\t') } else { line };
                if line == document.name {
                    break;
                }
            }
        }
        Ok(())
    }
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

/// `name = value` of a directive that there is.
fn assignment(text: &str) -> Option<(String, &str)> {
    let space = |c: char| matches!(c, ' ' | '\t' | '\n' | '\u{c}' | '\r');
    let (name, value) = text.trim_start().split_once('=')?;
    let name = name.trim_end_matches(space).to_ascii_lowercase();
    let value = value.trim_matches(space);
    (matches!(name.as_str(), "syntax" | "escape" | "check") && !value.is_empty())
        .then_some((name, value))
}
