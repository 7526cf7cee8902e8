//! INI as JSON: sections of keys; numbers and booleans are read as such, `%(name)s` stays as it is.

use serde_json::{Map, Value as Json, json};

/// Keys that stand before every section.
const DEFAULT: &str = "DEFAULT";

type Sections = indexmap::IndexMap<String, indexmap::IndexMap<String, String>>;

/// A file.
pub(super) fn parse(text: &str) -> Result<Json, String> {
    let mut sections = Sections::new();
    let mut section = DEFAULT.to_owned();
    let mut lines = text.split_inclusive('\n').enumerate();
    // Keys called `-` are numbered.
    let mut numbered = 1_usize;
    while let Some((number, line)) = lines.next() {
        let line = line.trim_start();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        let wrong = |what: &str| format!("line {}: {what}", number + 1);
        if let Some(rest) = line.strip_prefix('[') {
            let (name, _) = rest.rsplit_once(']').ok_or_else(|| wrong("`[` does not end"))?;
            if name.is_empty() {
                return Err(wrong("a section has no name"));
            }
            name.clone_into(&mut section);
            sections.entry(section.clone()).or_default();
            numbered = 1;
            continue;
        }
        let (mut key, rest) = key(line).map_err(wrong)?;
        if key == "-" {
            key = format!("#{numbered}");
            numbered += 1;
        }
        let mut more = lines.by_ref().map(|(_, line)| line);
        let value = value(rest, &mut more).map_err(wrong)?;
        sections.entry(section.clone()).or_default().insert(key, value);
    }
    let mut made = Map::new();
    for (name, keys) in &sections {
        if name != DEFAULT {
            let keys = keys.iter().map(|(key, value)| (key.clone(), typed(value)));
            made.insert(name.clone(), Json::Object(keys.collect()));
        }
    }
    Ok(json!(made))
}

/// A key, and what stands after its `=` or `:`.
fn key(line: &str) -> Result<(String, &str), &'static str> {
    let quotes = ["\"\"\"", "\"", "`"];
    let quote = quotes.into_iter().find(|quote| line.starts_with(quote));
    if let Some(quote) = quote {
        let (name, rest) =
            line[quote.len()..].split_once(quote).ok_or("the quote of a key does not end")?;
        let (_, value) = rest.split_once(['=', ':']).ok_or("a key has no `=`")?;
        return Ok((name.trim().to_owned(), value));
    }
    match line.split_once(['=', ':']) {
        None => Err("a key has no `=`"),
        Some(("", _)) => Err("a key is empty"),
        Some((name, value)) => Ok((name.trim().to_owned(), value)),
    }
}

/// A value, which may go on in further lines.
fn value<'t>(rest: &str, more: &mut impl Iterator<Item = &'t str>) -> Result<String, &'static str> {
    let text = rest.trim_start();
    let quote = if text.len() > 3 && text.starts_with("\"\"\"") {
        "\"\"\""
    } else if text.starts_with('`') {
        "`"
    } else {
        ""
    };
    if !quote.is_empty() {
        let inner = &text[quote.len()..];
        if let Some(end) = inner.rfind(quote) {
            return Ok(inner[..end].to_owned());
        }
        let mut made = inner.to_owned();
        for line in more {
            if let Some(end) = line.rfind(quote) {
                return Ok(made + &line[..end]);
            }
            made.push_str(line);
        }
        return Err("the quote of a value does not end");
    }
    let text = text.trim_end();
    if let Some(first) = text.strip_suffix('\\') {
        let mut made = first.to_owned();
        for line in more {
            let line = line.trim();
            if line.is_empty() {
                break;
            }
            made.push_str(line);
            if !made.ends_with('\\') {
                break;
            }
            made.pop();
        }
        return Ok(made);
    }
    let text = text.split(['#', ';']).next().unwrap_or_default().trim_end();
    let bare = ['"', '\''].into_iter().find_map(|quote| {
        let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
        (!inner.contains(quote)).then_some(inner)
    });
    Ok(bare.unwrap_or(text).to_owned())
}

/// A number or a boolean where the text is one.
pub(super) fn typed(value: &str) -> Json {
    if let Some(number) = value.parse::<f64>().ok().filter(|number| number.is_finite()) {
        #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
        return if number.fract() == 0.0 && number.abs() < 9.0e15 {
            Json::from(number as i64)
        } else {
            Json::from(number)
        };
    }
    match value {
        "t" | "T" | "true" | "True" | "TRUE" => Json::Bool(true),
        "f" | "F" | "false" | "False" | "FALSE" => Json::Bool(false),
        text => text.into(),
    }
}
