//! The words of a file of CUE. Line ends become commas where a value ends.

use super::number::Number;
use super::{Fault, MAX_DEPTH};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Name(String),
    Number(Number),
    /// Text and templates: pieces of bytes and of words.
    Text {
        parts: Vec<Piece>,
        bytes: bool,
    },
    /// An operator or bracket.
    Sign(&'static str),
    /// `@name(…)`
    Attribute,
    Comma,
    End,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    Text(Vec<u8>),
    Words(Vec<Word>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Word {
    pub token: Token,
    pub at: usize,
}

/// Longest first.
const SIGNS: [&str; 35] = [
    "_|_", "...", "||", "&&", "==", "!=", "<=", ">=", "=~", "!~", "{", "}", "[", "]", "(", ")",
    ":", ",", "?", "!", "=", "<", ">", "+", "-", "*", "/", "|", "&", ".", ";", "~", "%", "^", "$",
];

pub(super) fn words(text: &str) -> Result<Vec<Word>, Fault> {
    let mut lexer = Lexer { text, at: 0, depth: 0 };
    lexer.run(false)
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// All words up to the end, or to the parenthesis that ends a template's expression.
    fn run(&mut self, inner: bool) -> Result<Vec<Word>, Fault> {
        let mut found: Vec<Word> = Vec::new();
        let mut open = 0_usize;
        loop {
            let mut line_ends = self.skip();
            if !inner && self.rest().is_empty() {
                line_ends = true;
            }
            let at = self.at;
            if line_ends && found.last().is_some_and(|word| ends_value(&word.token)) {
                found.push(Word { token: Token::Comma, at });
            }
            if self.rest().is_empty() {
                if inner {
                    return Err(Fault::fatal(at, "an expression in a text does not end"));
                }
                found.push(Word { token: Token::End, at });
                return Ok(found);
            }
            let token = self.token()?;
            match token {
                Token::Sign("(") => open += 1,
                Token::Sign(")") if open == 0 && inner => {
                    found.push(Word { token: Token::End, at });
                    return Ok(found);
                }
                Token::Sign(")") => open = open.saturating_sub(1),
                _ => {}
            }
            found.push(Word { token, at });
        }
    }

    /// Blanks and comments; whether a line ended.
    fn skip(&mut self) -> bool {
        let mut line_ends = false;
        loop {
            let rest = self.rest();
            let blanks = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
            line_ends |= rest[..blanks].contains('\n');
            self.at += blanks;
            if !self.rest().starts_with("//") {
                return line_ends;
            }
            self.at += self.rest().find('\n').unwrap_or(self.rest().len());
        }
    }

    fn token(&mut self) -> Result<Token, Fault> {
        let rest = self.rest();
        let first = self.peek().unwrap_or_default();
        if let Some(token) = self.text_token()? {
            return Ok(token);
        }
        if rest.starts_with("_|_") {
            self.at += 3;
            return Ok(Token::Sign("_|_"));
        }
        let dot_digit =
            rest.starts_with('.') && rest[1..].starts_with(|c: char| c.is_ascii_digit());
        if first.is_ascii_digit() || dot_digit {
            let shape = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
            let mut length = rest.find(|c| !shape(c)).unwrap_or(rest.len());
            // An exponent may have a sign.
            let hexadecimal = rest.starts_with("0x") || rest.starts_with("0X");
            if !hexadecimal
                && rest[..length].ends_with(['e', 'E'])
                && rest[length..].starts_with(['+', '-'])
            {
                let digits = &rest[length + 1..];
                length += 1 + digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
            }
            let written = &rest[..length];
            let number = Number::parse(written)
                .ok_or_else(|| Fault::fatal(self.at, format!("`{written}` is no number")))?;
            self.at += length;
            return Ok(Token::Number(number));
        }
        if first == '@' {
            return self.attribute();
        }
        if first == '_' || first == '$' || first == '#' || first.is_alphabetic() {
            let part = |c: char| c == '_' || c == '$' || c == '#' || c.is_alphanumeric();
            let length = rest.find(|c| !part(c)).unwrap_or(rest.len());
            self.at += length;
            return Ok(Token::Name(rest[..length].to_owned()));
        }
        match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            Some(sign) => {
                self.at += sign.len();
                Ok(if *sign == "," { Token::Comma } else { Token::Sign(sign) })
            }
            None => Err(Fault::fatal(self.at, format!("`{first}` has no meaning here"))),
        }
    }

    /// `@name(what may hold parentheses, and "texts")`
    fn attribute(&mut self) -> Result<Token, Fault> {
        let start = self.at;
        self.at += 1;
        let name = self.rest().find(|c: char| !c.is_alphanumeric() && c != '_');
        self.at += name.unwrap_or(self.rest().len());
        let mut open = 0_usize;
        while let Some(c) = self.peek() {
            match c {
                '"' | '\'' | '#' if open > 0 => {
                    if self.text_token()?.is_none() {
                        self.at += 1;
                    }
                    continue;
                }
                '(' => open += 1,
                ')' => open = open.saturating_sub(1),
                _ if open == 0 => break,
                _ => {}
            }
            self.at += c.len_utf8();
            if open == 0 {
                return Ok(Token::Attribute);
            }
        }
        Err(Fault::fatal(start, "an attribute does not end"))
    }

    /// A text, if one starts here.
    fn text_token(&mut self) -> Result<Option<Token>, Fault> {
        let rest = self.rest();
        let hashes = rest.len() - rest.trim_start_matches('#').len();
        let Some(quote @ ('"' | '\'')) = rest[hashes..].chars().next() else { return Ok(None) };
        let start = self.at;
        self.at += hashes;
        let triple = String::from(quote).repeat(3);
        let form = Form { start, quote, hashes, bytes: quote == '\'', indent: None };
        let parts = if self.rest().starts_with(&triple) {
            self.at += 3;
            self.many_lines(&form, &triple)?
        } else {
            self.at += 1;
            let end = format!("{quote}{}", "#".repeat(hashes));
            self.pieces(&form, &end)?
        };
        Ok(Some(Token::Text { parts, bytes: quote == '\'' }))
    }

    /// A text over several lines: what stands before the closing quotes is taken off each.
    fn many_lines(&mut self, form: &Form, triple: &str) -> Result<Vec<Piece>, Fault> {
        let rest = self.rest();
        let blank = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n'));
        let Some(body) = blank else {
            return Err(Fault::fatal(form.start, "the lines of a text start on the next line"));
        };
        self.at += rest.len() - body.len();
        let close = format!("{triple}{}", "#".repeat(form.hashes));
        let mut indent = None;
        for line in body.split_inclusive('\n') {
            let inside = line.trim_start_matches([' ', '\t']);
            if inside.starts_with(&close) {
                indent = Some(line[..line.len() - inside.len()].to_owned());
                break;
            }
        }
        let Some(indent) = indent else {
            return Err(Fault::fatal(form.start, "a text does not end"));
        };
        let end = format!("{indent}{close}");
        if self.rest().starts_with(&end) {
            self.at += end.len();
            return Ok(vec![Piece::Text(Vec::new())]);
        }
        let form = Form { indent: Some(indent), ..*form };
        self.indented(&form)?;
        let end = format!("\n{end}");
        self.pieces(&form, &end)
    }

    fn indented(&mut self, form: &Form) -> Result<(), Fault> {
        let indent = form.indent.as_deref().unwrap_or_default();
        if self.rest().starts_with(indent) {
            self.at += indent.len();
        } else if !self.rest().starts_with(['\n', '\r']) {
            return Err(Fault::fatal(self.at, "a line of a text is indented less than its end"));
        }
        Ok(())
    }

    fn pieces(&mut self, form: &Form, end: &str) -> Result<Vec<Piece>, Fault> {
        let escape = format!("\\{}", "#".repeat(form.hashes));
        let mut parts = Vec::new();
        let mut bytes = Vec::new();
        loop {
            let rest = self.rest();
            let end_here = match form.indent {
                Some(_) => rest.strip_prefix('\r').unwrap_or(rest).starts_with(end),
                None => rest.starts_with(end),
            };
            if end_here {
                self.at += end.len() + usize::from(rest.starts_with('\r'));
                parts.push(Piece::Text(bytes));
                return Ok(parts);
            }
            if rest.starts_with(&escape) {
                self.at += escape.len();
                if self.rest().starts_with('(') {
                    self.at += 1;
                    parts.push(Piece::Text(std::mem::take(&mut bytes)));
                    parts.push(Piece::Words(self.inner()?));
                } else {
                    self.escaped(form, &mut bytes)?;
                }
                continue;
            }
            let Some(c) = self.peek() else {
                return Err(Fault::fatal(form.start, "a text does not end"));
            };
            self.at += c.len_utf8();
            match c {
                '\n' if form.indent.is_none() => {
                    return Err(Fault::fatal(form.start, "a text does not end on its line"));
                }
                '\r' if form.indent.is_some() && self.rest().starts_with('\n') => {}
                '\n' => {
                    bytes.push(b'\n');
                    self.indented(form)?;
                }
                c => bytes.extend(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
    }

    /// The words of an expression in a text.
    fn inner(&mut self) -> Result<Vec<Word>, Fault> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Fault::fatal(self.at, "texts lie too deep in each other"));
        }
        let words = self.run(true)?;
        self.depth -= 1;
        Ok(words)
    }

    fn escaped(&mut self, form: &Form, bytes: &mut Vec<u8>) -> Result<(), Fault> {
        let at = self.at;
        let Some(c) = self.peek() else {
            return Err(Fault::fatal(form.start, "a text does not end"));
        };
        self.at += c.len_utf8();
        let plain = match c {
            'a' => 7,
            'b' => 8,
            'f' => 12,
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            'v' => 11,
            '/' => b'/',
            '\\' => b'\\',
            '\'' if form.bytes => b'\'',
            '"' if !form.bytes => b'"',
            'u' | 'U' => {
                let code = self.digits(at, if c == 'u' { 4 } else { 8 }, 16)?;
                let found = char::from_u32(code)
                    .ok_or_else(|| Fault::fatal(at, "this escape is no character"))?;
                bytes.extend(found.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            'x' if form.bytes => self.byte(at, 2, 16)?,
            '0'..='7' if form.bytes => {
                self.at = at;
                self.byte(at, 3, 8)?
            }
            // The line goes on.
            '\n' if form.indent.is_some() => {
                self.indented(form)?;
                return Ok(());
            }
            c => return Err(Fault::fatal(at, format!("`\\{c}` is no escape"))),
        };
        bytes.push(plain);
        Ok(())
    }

    fn byte(&mut self, at: usize, count: usize, base: u32) -> Result<u8, Fault> {
        let code = self.digits(at, count, base)?;
        u8::try_from(code).map_err(|_| Fault::fatal(at, "this escape is no byte"))
    }

    fn digits(&mut self, at: usize, count: usize, base: u32) -> Result<u32, Fault> {
        let digits: String = self.rest().chars().take(count).collect();
        let plain = digits.len() == count && digits.chars().all(|c| c.is_digit(base));
        let code = if plain { u32::from_str_radix(&digits, base).ok() } else { None };
        self.at += if plain { count } else { 0 };
        code.ok_or_else(|| Fault::fatal(at, "this escape is not complete"))
    }
}

/// How a text is written.
struct Form {
    start: usize,
    quote: char,
    hashes: usize,
    bytes: bool,
    /// What stands before each line, of a text over several.
    indent: Option<String>,
}

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.quote, self.hashes)
    }
}

fn ends_value(token: &Token) -> bool {
    match token {
        Token::Name(name) => !matches!(&**name, "if" | "for" | "in" | "let" | "import" | "package"),
        Token::Number(_) | Token::Text { .. } | Token::Attribute => true,
        Token::Sign(sign) => matches!(*sign, ")" | "]" | "}" | "?" | "..." | "_|_" | "!"),
        Token::Comma | Token::End => false,
    }
}
