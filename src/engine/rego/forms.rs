//! Forms that regorus does not evaluate, put in ones that it does, before it parses a module. No line moves.
//!
//! - `f(x, out)` for a function of ours becomes `out = f(x)`.
//! - `names[x] { … } { … }` of modules from before OPA 1.0: the head stands before each body.
//! - `rego.metadata.rule()` and `rego.metadata.chain()` become calls that name the place where they stand.

use super::metadata::Notes;
use super::rewrite::Edits;

/// Where code is: a text without the insides of texts and comments, byte for byte.
fn code_of(text: &str) -> Vec<u8> {
    let mut code = text.as_bytes().to_vec();
    let mut at = 0;
    while at < code.len() {
        let end = match code[at] {
            b'#' => code[at..].iter().position(|byte| *byte == b'\n').map(|end| at + end),
            b'"' => {
                let mut end = at + 1;
                while end < code.len() && code[end] != b'"' && code[end] != b'\n' {
                    end += if code[end] == b'\\' { 2 } else { 1 };
                }
                Some(end + 1)
            }
            b'`' => code[at + 1..].iter().position(|byte| *byte == b'`').map(|end| at + end + 2),
            _ => {
                at += 1;
                continue;
            }
        };
        let end = end.unwrap_or(code.len()).min(code.len());
        for byte in &mut code[at..end] {
            if *byte != b'\n' {
                *byte = b'"';
            }
        }
        at = end;
    }
    code
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')
}

/// Places where a name stands as a whole, followed by a bracket.
fn calls<'c>(code: &'c [u8], name: &'c str) -> impl Iterator<Item = usize> + 'c {
    let length = name.len();
    let starts = 0..code.len().saturating_sub(length);
    starts.filter(move |at| {
        code[*at] == name.as_bytes()[0]
            && &code[*at..at + length] == name.as_bytes()
            && code[at + length] == b'('
            && (*at == 0 || !is_name(code[at - 1]))
    })
}

/// The arguments of a call whose bracket opens at a place, and the place after the closing one.
fn arguments(code: &[u8], open: usize) -> Option<(Vec<std::ops::Range<usize>>, usize)> {
    let (mut depth, mut start, mut found) = (0_usize, open + 1, Vec::new());
    for (at, byte) in code.iter().enumerate().skip(open) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth -= 1;
                if depth == 0 {
                    found.push(start..at);
                    return Some((found, at + 1));
                }
            }
            b',' if depth == 1 => {
                found.push(start..at);
                start = at + 1;
            }
            _ => {}
        }
    }
    None
}

/// Whether a statement can begin at a place.
fn begins(code: &[u8], at: usize) -> bool {
    let before = code[..at].iter().rposition(|byte| !matches!(byte, b' ' | b'\t' | b'\r'));
    let Some(last) = before else { return true };
    let word = code[..=last].rsplit(|byte| !is_name(*byte)).next().unwrap_or_default();
    matches!(code[last], b'\n' | b'{' | b';' | b'|') || matches!(word, b"not" | b"if")
}

/// `f(x, out)` as `out = f(x)`, for the functions of these names and numbers of arguments.
pub(super) fn outputs<'t, 'f>(
    text: &'t str,
    functions: impl Iterator<Item = (&'f str, usize)>,
) -> Option<Edits<'t>> {
    let functions: Vec<(&str, usize)> = functions.filter(|(name, _)| text.contains(name)).collect();
    if functions.is_empty() {
        return None;
    }
    let code = code_of(text);
    let mut changes = Vec::new();
    for (name, arity) in functions {
        for at in calls(&code, name).filter(|at| begins(&code, *at)) {
            let Some((given, end)) = arguments(&code, at + name.len()) else { continue };
            if given.len() != arity + 1 {
                continue;
            }
            let (inputs, output) = given.split_at(arity);
            let inputs: Vec<&str> = inputs.iter().map(|range| text[range.clone()].trim()).collect();
            let output = text[output[0].clone()].trim();
            changes.push((at..end, format!("{output} = {name}({})", inputs.join(", "))));
        }
    }
    changes.sort_by_key(|(range, _)| range.start);
    let mut edits = Edits::new(text);
    let mut done = 0;
    for (range, mut call) in changes {
        // One within another waits: a call with an output is a statement of its own.
        if range.start < done {
            continue;
        }
        // Lines stay where they are.
        let lost =
            text[range.clone()].matches('\n').count().saturating_sub(call.matches('\n').count());
        call.push_str(&"\n".repeat(lost));
        done = range.end;
        edits.replace(range, call);
    }
    (done > 0).then_some(edits)
}

/// Bodies in a chain as rules of their own.
pub(super) fn chains(text: &str) -> Option<Edits<'_>> {
    let code = code_of(text);
    let mut changes: Vec<(usize, &str)> = Vec::new();
    let (mut depth, mut line) = (0_usize, 0);
    // What stands before the body that is open or was closed last; nothing of an `else`.
    let mut head: Option<&str> = None;
    let mut closed = false;
    for (at, byte) in code.iter().enumerate() {
        match byte {
            b'\n' if depth == 0 => line = at + 1,
            b'{' if depth == 0 => {
                let ahead = code[..at].trim_ascii_end();
                if closed {
                    changes.extend(head.map(|head| (at, head)));
                } else if !ahead.ends_with(b"=") {
                    let own = text.get(line..at).unwrap_or_default().trim_end();
                    let is_head = own.starts_with(|c: char| c.is_alphabetic() || c == '_');
                    head = Some(own).filter(|own| is_head && !own.starts_with("else"));
                }
                // A value in braces is no body, whatever follows it.
                closed = false;
                depth += 1;
                if ahead.ends_with(b"=") {
                    head = None;
                }
            }
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => {
                depth = depth.saturating_sub(1);
                closed = depth == 0 && *byte == b'}' && head.is_some();
            }
            byte if byte.is_ascii_whitespace() => {}
            _ if depth == 0 => closed = false,
            _ => {}
        }
    }
    let mut edits = Edits::new(text);
    for (at, head) in &changes {
        edits.insert(*at, format!("{head} "));
    }
    (!changes.is_empty()).then_some(edits)
}

/// Calls of `rego.metadata.*` with the number of the answer in `notes`, in as many characters.
pub(super) fn metadata(text: &str, module: usize, notes: &mut Notes) -> Option<String> {
    if !text.contains("rego.metadata.") {
        return None;
    }
    let code = code_of(text);
    let mut made = text.to_owned();
    for (name, short) in
        [("rego.metadata.rule", "rego.meta.rule"), ("rego.metadata.chain", "rego.meta.chain")]
    {
        for at in calls(&code, name) {
            let Some((_, end)) = arguments(&code, at + name.len()) else { continue };
            let line = text[..at].matches('\n').count() + 1;
            let number = notes.answer(module, line);
            let width = (end - at).saturating_sub(short.len() + 2);
            let call = format!("{short}({number:>width$})");
            if call.len() == end - at {
                made.replace_range(at..end, &call);
            }
        }
    }
    Some(made)
}
