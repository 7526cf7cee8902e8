//! VCL as JSON, as far as conftest's parser reads it: blocks by kind and name with what is assigned in them, and lists of the constants
//! that stand alone (entries of an `acl`). Conditions, calls and negated entries leave no trace there, so none here.

use serde_json::{Map, Value as Json, json};

use super::cursor::{Cursor, MAX_DEPTH};

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Int(i64),
    /// A text, or a share as `10%`.
    Text(String),
    Percent(String),
    Mark(char),
    CommentStart,
    CommentEnd,
    Skipped,
    End,
}

/// Words that begin a block.
const BLOCKS: [&str; 5] = ["sub", "acl", "backend", "director", "table"];

#[derive(Debug)]
enum Value {
    Constant(Json),
    /// A name that stands for something.
    Name(String),
    Share(String),
    Block {
        kind: String,
        labels: Vec<String>,
        body: Body,
    },
    /// What has no constant value.
    Other,
}

#[derive(Debug, Default)]
struct Body {
    assigned: Map<String, Json>,
    blocks: Vec<(String, Vec<String>, Body)>,
    constants: Vec<Json>,
}

/// A file.
pub(super) fn parse(text: &str) -> Result<Json, String> {
    let mut reader = Reader { tokens: tokens(text)?, at: 0 };
    let mut body = Body::default();
    while *reader.here() != Token::End {
        reader.statement(&mut body, 0)?;
        reader.at += 1;
    }
    if body.assigned.is_empty() && body.blocks.is_empty() {
        return Err("the file has no blocks".to_owned());
    }
    let mut object = body.assigned;
    for (kind, labels, inner) in body.blocks {
        let entry = object.entry(kind).or_insert_with(|| json!({}));
        if !entry.is_object() {
            *entry = json!({});
        }
        let (name, rest) = labels.split_first().map_or(("", &[][..]), |(name, rest)| (name, rest));
        let value = if inner.assigned.is_empty() && inner.blocks.is_empty() {
            Json::Array(inner.constants)
        } else {
            rest.iter().fold(nested(inner), |inner, label| json!({label: inner}))
        };
        entry[name] = value;
    }
    Ok(Json::Object(object))
}

/// A block within a file: names without their dot, blocks of a kind as a list where there are several.
fn nested(body: Body) -> Json {
    let mut object: Map<String, Json> = body
        .assigned
        .into_iter()
        .map(|(name, value)| (name.trim_matches('.').to_owned(), value))
        .collect();
    let mut kinds: indexmap::IndexMap<String, Vec<(Vec<String>, Body)>> = indexmap::IndexMap::new();
    for (kind, labels, inner) in body.blocks {
        kinds.entry(kind).or_default().push((labels, inner));
    }
    for (kind, mut all) in kinds {
        let value = if all.len() == 1 {
            nested(all.remove(0).1)
        } else {
            all.into_iter()
                .map(|(labels, inner)| {
                    labels.iter().fold(nested(inner), |inner, label| json!({label: inner}))
                })
                .collect()
        };
        object.insert(kind, value);
    }
    Json::Object(object)
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut at = Cursor::new(text);
    let mut found = Vec::new();
    loop {
        at.take_while(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
        let Some(next) = at.peek() else {
            found.push(Token::End);
            return Ok(found);
        };
        let token = match next {
            '#' => {
                at.take_while(|c| c != '\n');
                Token::Skipped
            }
            '/' if at.starts_with("//") => {
                at.take_while(|c| c != '\n');
                Token::Skipped
            }
            '/' if at.eat("/*") => Token::CommentStart,
            '*' if at.eat("*/") => Token::CommentEnd,
            '"' => {
                at.bump();
                text_token(&mut at)
            }
            c if c.is_ascii_digit() => {
                let digits = at.take_while(|c| c.is_ascii_digit());
                if at.eat("%") {
                    Token::Percent(format!("{digits}%"))
                } else {
                    let number = digits.parse();
                    Token::Int(number.map_err(|_| at.wrong(format!("{digits} is too large")))?)
                }
            }
            c if c.is_ascii_alphabetic() || matches!(c, '_' | '.') => {
                let word = at.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
                Token::Word(word.to_owned())
            }
            '=' if at.eat("==") => Token::Skipped,
            '|' if at.eat("||") => Token::Skipped,
            '&' if at.eat("&&") => Token::Skipped,
            other => {
                at.bump();
                Token::Mark(other)
            }
        };
        found.push(token);
    }
}

/// A text ends with a quote before which no `/` follows, or with `;`. One with a `/` keeps its first quote: it is read as an address
/// range (`"10.0.0.0"/8`).
fn text_token(at: &mut Cursor<'_>) -> Token {
    let mut made = String::new();
    while let Some(next) = at.peek() {
        if next == ';' {
            at.bump();
            break;
        }
        at.bump();
        if next == '"' && at.peek() != Some('/') {
            break;
        }
        made.push(next);
    }
    Token::Text(if made.contains('/') { format!("\"{made}") } else { made })
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
}

impl Reader {
    fn here(&self) -> &Token {
        self.tokens.get(self.at).unwrap_or(&Token::End)
    }

    fn next(&self) -> &Token {
        self.tokens.get(self.at + 1).unwrap_or(&Token::End)
    }

    fn next_is(&self, mark: char) -> bool {
        *self.next() == Token::Mark(mark)
    }

    /// Goes on if a mark follows.
    fn eat(&mut self, mark: char) -> bool {
        let found = self.next_is(mark);
        self.at += usize::from(found);
        found
    }

    /// One statement; ends at its last token.
    fn statement(&mut self, body: &mut Body, depth: usize) -> Result<(), String> {
        if depth > MAX_DEPTH {
            return Err("blocks lie too deep".to_owned());
        }
        match self.here().clone() {
            Token::CommentStart => {
                while *self.here() != Token::CommentEnd {
                    if *self.here() == Token::End {
                        return Err("a comment does not end".to_owned());
                    }
                    self.at += 1;
                }
            }
            Token::Word(name) if self.next_is('=') && !is_keyword(&name) => {
                self.at += 2;
                match self.value(depth)? {
                    Value::Constant(value) => drop(body.assigned.insert(name, value)),
                    Value::Name(value) | Value::Share(value) => {
                        body.assigned.insert(name, value.into());
                    }
                    Value::Block { body: inner, .. } => body.blocks.push((name, Vec::new(), inner)),
                    Value::Other => return Err(format!("the value of `{name}` is no constant")),
                }
                self.eat(';');
            }
            Token::Word(word) if word == "return" => {
                if self.eat('(') {
                    self.at += 1;
                    self.value(depth)?;
                    if self.eat(')') {
                        self.eat(';');
                    }
                }
            }
            Token::Word(word) if word == "call" => {
                self.at += 1;
                self.value(depth)?;
                self.eat(';');
            }
            Token::Text(name) if self.next_is(':') => {
                self.at += 2;
                // Of entries, only texts are kept.
                if let Value::Constant(Json::String(text)) = self.value(depth)?
                    && !text.starts_with('"')
                {
                    body.assigned.insert(name, text.into());
                }
                self.eat(',');
            }
            _ => {
                match self.value(depth)? {
                    Value::Constant(value) => body.constants.push(value),
                    Value::Block { kind, labels, body: inner } if kind != "{" => {
                        body.blocks.push((kind, labels, inner));
                    }
                    _ => {}
                }
                self.eat(';');
            }
        }
        Ok(())
    }

    fn value(&mut self, depth: usize) -> Result<Value, String> {
        let first = self.primary(depth)?;
        let mut joined = false;
        while self.eat('+') || self.eat('~') {
            self.at += 1;
            self.primary(depth)?;
            joined = true;
        }
        Ok(if joined { Value::Other } else { first })
    }

    fn primary(&mut self, depth: usize) -> Result<Value, String> {
        if depth > MAX_DEPTH {
            return Err("values lie too deep".to_owned());
        }
        Ok(match self.here().clone() {
            Token::Int(number) => Value::Constant(number.into()),
            Token::Text(text) => Value::Constant(text.into()),
            Token::Percent(share) => Value::Share(share),
            Token::Word(word) => match word.as_str() {
                "true" => Value::Constant(true.into()),
                "false" => Value::Constant(false.into()),
                "if" => self.condition(depth)?,
                kind if BLOCKS.contains(&kind) => self.named(word, depth)?,
                keyword if is_keyword(keyword) => Value::Other,
                _ => Value::Name(word),
            },
            Token::Mark('!') => {
                self.at += 1;
                self.primary(depth + 1)?;
                Value::Other
            }
            Token::Mark('(') => {
                self.at += 1;
                let value = self.value(depth + 1)?;
                if self.eat(')') { value } else { Value::Other }
            }
            Token::Mark('{') => {
                let body = self.body(depth)?;
                Value::Block { kind: "{".to_owned(), labels: Vec::new(), body }
            }
            _ => Value::Other,
        })
    }

    fn condition(&mut self, depth: usize) -> Result<Value, String> {
        if self.eat('(') {
            self.at += 1;
            self.value(depth + 1)?;
            if self.eat(')') && self.eat('{') {
                self.body(depth)?;
                if matches!(self.next(), Token::Word(word) if word == "else") {
                    self.at += 1;
                    if self.eat('{') {
                        self.body(depth)?;
                    }
                }
            }
        }
        Ok(Value::Other)
    }

    /// `kind label … {`
    fn named(&mut self, kind: String, depth: usize) -> Result<Value, String> {
        let mut labels = Vec::new();
        while !self.next_is('{') && !self.next_is(';') {
            self.at += 1;
            labels.push(match self.here() {
                Token::Word(word) | Token::Text(word) | Token::Percent(word) => word.clone(),
                Token::Int(number) => number.to_string(),
                Token::Mark(mark) => mark.to_string(),
                Token::End => return Err(format!("`{kind}` has no block")),
                _ => String::new(),
            });
        }
        if self.next_is(';') {
            return Err(format!("`{kind}` has no block"));
        }
        self.at += 1;
        let body = self.body(depth + labels.len())?;
        if labels.len() > MAX_DEPTH {
            return Err(format!("`{kind}` has more than {MAX_DEPTH} names"));
        }
        Ok(Value::Block { kind, labels, body })
    }

    /// From `{` to `}`.
    fn body(&mut self, depth: usize) -> Result<Body, String> {
        let mut body = Body::default();
        self.at += 1;
        while *self.here() != Token::Mark('}') {
            if *self.here() == Token::End {
                return Err("a block does not end".to_owned());
            }
            self.statement(&mut body, depth + 1)?;
            self.at += 1;
        }
        Ok(body)
    }
}

fn is_keyword(word: &str) -> bool {
    BLOCKS.contains(&word)
        || matches!(word, "call" | "true" | "false" | "if" | "else" | "return" | "import")
}
