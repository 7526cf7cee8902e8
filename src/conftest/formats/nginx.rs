//! nginx as JSON: `{"directives": [{"name", "parameters", "block": {"directives"}}]}`; quotes of parameters are kept.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::cursor::Cursor;

/// A file.
pub(super) fn parse(text: &str) -> Result<Json, String> {
    let mut at = Cursor::new(text);
    let directives = block(&mut at, 0)?;
    Ok(json!({"directives": directives}))
}

#[derive(PartialEq, Eq)]
enum Token {
    Word(String),
    Semicolon,
    Open,
    Close,
    End,
}

fn token(at: &mut Cursor<'_>) -> Result<Token, String> {
    loop {
        at.take_while(char::is_whitespace);
        if !at.eat("#") {
            break;
        }
        at.take_while(|c| c != '\n' && c != '\r');
    }
    Ok(match at.peek() {
        None => Token::End,
        Some(';') => {
            at.bump();
            Token::Semicolon
        }
        Some('{') => {
            at.bump();
            Token::Open
        }
        Some('}') => {
            at.bump();
            Token::Close
        }
        Some(quote @ ('"' | '\'' | '`')) => Token::Word(quoted(at, quote)?),
        Some(_) => Token::Word(word(at)),
    })
}

/// With its quotes and backslashes.
fn quoted(at: &mut Cursor<'_>, quote: char) -> Result<String, String> {
    let begin = at.clone();
    let mut made = String::new();
    made.extend(at.bump());
    while let Some(found) = at.bump() {
        made.push(found);
        match found {
            '\\' if at.peek() == Some(quote) => made.extend(at.bump()),
            c if c == quote => return Ok(made),
            _ => {}
        }
    }
    Err(begin.wrong("a text does not end"))
}

/// A word; `${name}` does not end it.
fn word(at: &mut Cursor<'_>) -> String {
    let mut made = String::new();
    let mut in_variable = false;
    while let Some(next) = at.peek() {
        match next {
            c if c.is_whitespace() || c == ';' => break,
            '{' if made.ends_with('$') => in_variable = true,
            '{' | '}' if !in_variable => break,
            '}' => in_variable = false,
            _ => {}
        }
        made.extend(at.bump());
    }
    made
}

fn block(at: &mut Cursor<'_>, depth: usize) -> Result<Vec<Json>, String> {
    at.deep(depth)?;
    let mut directives = Vec::new();
    loop {
        match token(at)? {
            Token::Word(name) => directives.push(directive(at, name, depth)?),
            Token::Semicolon => {}
            Token::End if depth == 0 => return Ok(directives),
            Token::Close if depth > 0 => return Ok(directives),
            Token::End => return Err(at.wrong("a block does not end")),
            Token::Close => return Err(at.wrong("`}` closes nothing")),
            Token::Open => return Err(at.wrong("a block has no name")),
        }
    }
}

fn directive(at: &mut Cursor<'_>, name: String, depth: usize) -> Result<Json, String> {
    let mut parameters = Vec::new();
    let inner = loop {
        match token(at)? {
            Token::Word(word) => parameters.push(word),
            Token::Semicolon => break None,
            // Code of another language.
            Token::Open if name.ends_with("_by_lua_block") => {
                code(at)?;
                break Some(Vec::new());
            }
            Token::Open => break Some(block(at, depth + 1)?),
            Token::Close | Token::End => {
                return Err(at.wrong(format!("`{name}` does not end with `;`")));
            }
        }
    };
    let inner = match name.as_str() {
        "upstream" => inner.map(upstream),
        // What else stands beside the servers comes first.
        "http" => inner.map(|all| {
            let is_server = |directive: &Json| directive["name"] == "server";
            let (servers, mut others): (Vec<Json>, Vec<Json>) =
                all.into_iter().partition(is_server);
            others.extend(servers);
            others
        }),
        _ => inner,
    };
    if inner.is_some() && matches!(name.as_str(), "http" | "server") {
        parameters.clear();
    }
    let mut object = Map::new();
    object.insert("name".to_owned(), name.into());
    if !parameters.is_empty() {
        object.insert("parameters".to_owned(), parameters.into());
    }
    if let Some(directives) = inner {
        object.insert("block".to_owned(), json!({"directives": directives}));
    }
    Ok(Json::Object(object))
}

fn code(at: &mut Cursor<'_>) -> Result<(), String> {
    let begin = at.clone();
    let mut depth = 1_usize;
    while let Some(found) = at.bump() {
        match found {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Ok(());
        }
    }
    Err(begin.wrong("a block does not end"))
}

/// conftest gives the servers of an `upstream` last, and of each its address, what has values by name, and the rest.
fn upstream(directives: Vec<Json>) -> Vec<Json> {
    let is_server = |directive: &Json| directive["name"] == "server";
    let (mut servers, mut all): (Vec<Json>, Vec<Json>) =
        directives.into_iter().partition(is_server);
    for server in &mut servers {
        let Some(Json::Array(parameters)) = server.get_mut("parameters") else { continue };
        if parameters.len() < 2 {
            continue;
        }
        let rest = parameters.split_off(1);
        let has_value = |text: &Json| text.as_str().is_some_and(|text| text.contains('='));
        let (named, flags): (Vec<Json>, Vec<Json>) = rest.into_iter().partition(has_value);
        let key = |text: &Json| {
            text.as_str().unwrap_or_default().split('=').next().unwrap_or_default().to_owned()
        };
        // Of what is said twice, the last counts.
        let named: BTreeMap<String, Json> =
            named.into_iter().map(|text| (key(&text), text)).collect();
        parameters.extend(named.into_values().chain(flags));
    }
    all.extend(servers);
    all
}
