//! HCL 1 as JSON: each object is a list of objects, one a block; labels are keys of further lists.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use super::cursor::Cursor;

enum Value {
    Constant(Json),
    List(Vec<Value>),
    Object(Vec<Item>),
}

struct Item {
    keys: Vec<String>,
    value: Value,
}

/// A file.
pub(super) fn parse(text: &str) -> Result<Json, String> {
    let mut at = Cursor::new(text);
    space(&mut at)?;
    if at.peek() == Some('{') {
        return Err(
            "HCL 1 that is written as JSON is not read here; use the format json".to_owned()
        );
    }
    let items = items(&mut at, 0)?;
    let mut object = Map::new();
    let items = items.iter().map(|item| (item.keys.as_slice(), &item.value));
    fill(&mut object, &items.collect::<Vec<_>>())?;
    Ok(Json::Object(object))
}

type Entry<'i> = (&'i [String], &'i Value);

/// Adds items to an object. What has several keys is collected under the first.
fn fill(object: &mut Map<String, Json>, items: &[Entry<'_>]) -> Result<(), String> {
    let mut groups: IndexMap<&str, Vec<Entry<'_>>> = IndexMap::new();
    for (keys, value) in items {
        let (key, labels) = keys.split_first().ok_or("a block has no name")?;
        groups.entry(key).or_default().push((labels, *value));
    }
    for (key, group) in groups {
        let labelled = group.iter().filter(|(labels, _)| !labels.is_empty()).count();
        if labelled == 0 {
            for (_, value) in group {
                add(object, key, value)?;
            }
            continue;
        }
        if labelled < group.len() {
            return Err(format!("`{key}` stands once with labels and once without"));
        }
        let mut blocks = Vec::new();
        for entry in group {
            let mut block = Map::new();
            fill(&mut block, &[entry])?;
            blocks.push(Json::Object(block));
        }
        object.insert(key.to_owned(), blocks.into());
    }
    Ok(())
}

/// Adds a value to what stands under its key: lists grow, other values are replaced.
fn add(object: &mut Map<String, Json>, key: &str, value: &Value) -> Result<(), String> {
    let made = match value {
        Value::Constant(value) => value.clone(),
        Value::List(items) => Json::Array(items.iter().map(element).collect::<Result<_, _>>()?),
        Value::Object(_) => json!([element(value)?]),
    };
    let old = object.remove(key);
    let made = match (old, made) {
        (None, made) => made,
        (Some(Json::Array(mut old)), Json::Array(new)) => {
            old.extend(new);
            Json::Array(old)
        }
        (Some(Json::String(_)), Json::Number(number)) => number.to_string().into(),
        (Some(old), new) if std::mem::discriminant(&old) == std::mem::discriminant(&new) => new,
        _ => return Err(format!("`{key}` is said twice, with values of different types")),
    };
    object.insert(key.to_owned(), made);
    Ok(())
}

/// A value within a list.
fn element(value: &Value) -> Result<Json, String> {
    Ok(match value {
        Value::Constant(value) => value.clone(),
        Value::List(items) => Json::Array(items.iter().map(element).collect::<Result<_, _>>()?),
        Value::Object(items) => {
            let mut object = Map::new();
            let items = items.iter().map(|item| (item.keys.as_slice(), &item.value));
            fill(&mut object, &items.collect::<Vec<_>>())?;
            Json::Object(object)
        }
    })
}

fn space(at: &mut Cursor<'_>) -> Result<(), String> {
    loop {
        at.take_while(char::is_whitespace);
        if at.eat("/*") {
            at.take_until("*/").ok_or_else(|| at.wrong("a comment does not end"))?;
        } else if at.starts_with("#") || at.starts_with("//") {
            at.take_while(|c| c != '\n');
        } else {
            return Ok(());
        }
    }
}

fn items(at: &mut Cursor<'_>, depth: usize) -> Result<Vec<Item>, String> {
    at.deep(depth)?;
    let mut items = Vec::new();
    loop {
        space(at)?;
        match at.peek() {
            None if depth == 0 => return Ok(items),
            None => return Err(at.wrong("an object does not end")),
            Some('}') if depth > 0 => {
                at.bump();
                return Ok(items);
            }
            Some(_) => items.push(item(at, depth)?),
        }
        space(at)?;
        if depth > 0 {
            at.eat(",");
        }
    }
}

fn item(at: &mut Cursor<'_>, depth: usize) -> Result<Item, String> {
    let mut keys = Vec::new();
    loop {
        at.deep(depth + keys.len())?;
        space(at)?;
        match at.peek() {
            Some('=') if keys.len() == 1 => {
                at.bump();
                return Ok(Item { keys, value: value(at, depth)? });
            }
            Some('{') if !keys.is_empty() => {
                at.bump();
                let inner = items(at, depth + keys.len())?;
                return Ok(Item { keys, value: Value::Object(inner) });
            }
            Some('"') => keys.push(string(at)?),
            Some(c) if c.is_alphabetic() || c == '_' => keys.push(identifier(at).to_owned()),
            _ => return Err(at.wrong(format!("expected a key, `=` or `{{`, found {}", at.here()))),
        }
    }
}

fn identifier<'t>(at: &mut Cursor<'t>) -> &'t str {
    at.take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

fn value(at: &mut Cursor<'_>, depth: usize) -> Result<Value, String> {
    at.deep(depth)?;
    space(at)?;
    match at.peek() {
        Some('{') => {
            at.bump();
            Ok(Value::Object(items(at, depth + 1)?))
        }
        Some('[') => {
            at.bump();
            list(at, depth)
        }
        Some('"') => Ok(Value::Constant(string(at)?.into())),
        Some('<') => Ok(Value::Constant(heredoc(at)?.into())),
        Some(c) if c.is_ascii_digit() || matches!(c, '-' | '.') => number(at).map(Value::Constant),
        Some(_) => match identifier(at) {
            "true" => Ok(Value::Constant(true.into())),
            "false" => Ok(Value::Constant(false.into())),
            "" => Err(at.wrong(format!("expected a value, found {}", at.here()))),
            other => Err(at.wrong(format!("`{other}` is no value"))),
        },
        None => Err(at.wrong("a value is missing")),
    }
}

fn list(at: &mut Cursor<'_>, depth: usize) -> Result<Value, String> {
    let mut items = Vec::new();
    loop {
        space(at)?;
        if at.eat("]") {
            return Ok(Value::List(items));
        }
        items.push(value(at, depth + 1)?);
        space(at)?;
        if !at.eat(",") && at.peek() != Some(']') {
            return Err(at.wrong(format!("expected `,` or `]`, found {}", at.here())));
        }
    }
}

fn number(at: &mut Cursor<'_>) -> Result<Json, String> {
    let word = at.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.'));
    let (sign, digits) = match word.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, word),
    };
    let with_radix = |digits: &str, radix| i64::from_str_radix(digits, radix).ok();
    let whole = if let Some(hex) = digits.strip_prefix("0x").or(digits.strip_prefix("0X")) {
        with_radix(hex, 16)
    } else if digits.len() > 1
        && digits.starts_with('0')
        && digits.bytes().all(|b| b.is_ascii_digit())
    {
        with_radix(digits, 8)
    } else {
        with_radix(digits, 10)
    };
    if let Some(whole) = whole {
        return Ok((sign * whole).into());
    }
    let number = word.parse::<f64>().ok().filter(|number| number.is_finite());
    number.map(Json::from).ok_or_else(|| at.wrong(format!("{word} is no number")))
}

/// A text; what stands within `${…}` is left as it is.
fn string(at: &mut Cursor<'_>) -> Result<String, String> {
    let begin = at.clone();
    at.bump();
    let mut made = String::new();
    while let Some(found) = at.bump() {
        match found {
            '"' => return Ok(made),
            '\n' => break,
            '$' if at.peek() == Some('{') => {
                made.push('$');
                interpolation(at, &mut made);
            }
            '\\' => made.push(escape(at)?),
            other => made.push(other),
        }
    }
    Err(begin.wrong("a text does not end"))
}

fn interpolation(at: &mut Cursor<'_>, made: &mut String) {
    let mut depth = 0_usize;
    while let Some(found) = at.bump() {
        made.push(found);
        match found {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return;
        }
    }
}

fn escape(at: &mut Cursor<'_>) -> Result<char, String> {
    let coded = |at: &mut Cursor<'_>, count: usize, radix: u32| {
        let digits: String = (0..count).filter_map(|_| at.bump()).collect();
        let code = u32::from_str_radix(&digits, radix).ok().and_then(char::from_u32);
        code.ok_or_else(|| at.wrong(format!("`{digits}` is no character")))
    };
    Ok(match at.bump() {
        Some('a') => '\u{7}',
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('v') => '\u{b}',
        Some(c @ ('\\' | '"')) => c,
        Some('x') => coded(at, 2, 16)?,
        Some('u') => coded(at, 4, 16)?,
        Some('U') => coded(at, 8, 16)?,
        _ => return Err(at.wrong("a text has an escape that there is not")),
    })
}

/// `<<EOF`, and `<<-EOF` without the indentation of its last line, if every line has that.
fn heredoc(at: &mut Cursor<'_>) -> Result<String, String> {
    let begin = at.clone();
    if !at.eat("<<") {
        return Err(at.wrong("expected `<<`"));
    }
    let indented = at.eat("-");
    let word = at.take_while(|c| c != '\n').trim_end();
    at.eat("\n");
    if word.is_empty() {
        return Err(begin.wrong("`<<` stands before no word"));
    }
    // The sign counts for the length that a last line has at least.
    let least = word.len() + usize::from(indented);
    let start = at.clone();
    let (mut lines, mut length) = (Vec::new(), 0);
    let last = loop {
        let line = at.take_while(|c| c != '\n');
        if at.peek().is_none() {
            return Err(begin.wrong(format!("a text does not end with {word}")));
        }
        let bare = line.trim_end_matches('\r');
        if line.len() >= least && bare.trim_start() == word {
            break line;
        }
        at.bump();
        length += line.len() + 1;
        lines.push(line);
    };
    let bare = last.trim_end_matches('\r');
    let indent = &bare[..bare.len() - word.len()];
    if !indented {
        // What stands before the last word is of the text.
        return Ok(format!("{}{indent}", &start.rest()[..length]));
    }
    if lines.iter().all(|line| line.starts_with(indent)) {
        for line in &mut lines {
            *line = &line[indent.len()..];
        }
        return Ok(lines.into_iter().flat_map(|line| [line, "\n"]).collect());
    }
    Ok(start.rest()[..length].trim_end_matches([' ', '\t']).to_owned())
}
