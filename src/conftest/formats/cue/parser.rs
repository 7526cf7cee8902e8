//! A file of CUE as a tree.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::lexer::{self, Piece, Token, Word};
use super::tree::{
    Clause, Comprehension, Declaration, Declared, Element, Expr, File, Key, Kind, Label, Mark,
    Operator, Part, Struct,
};
use super::{Fault, MAX_DEPTH};

pub(super) fn parse(text: &str) -> Result<File, Fault> {
    let mut parser = Parser { words: lexer::words(text)?, next: 0, depth: 0 };
    parser.file()
}

struct Parser {
    words: Vec<Word>,
    next: usize,
    depth: usize,
}

type Parsed<T> = Result<T, Fault>;

impl Parser {
    fn token(&self) -> &Token {
        self.words.get(self.next).map_or(&Token::End, |word| &word.token)
    }

    fn ahead(&self, count: usize) -> &Token {
        self.words.get(self.next + count).map_or(&Token::End, |word| &word.token)
    }

    fn at(&self) -> usize {
        let last = self.words.len().saturating_sub(1);
        self.words.get(self.next.min(last)).map_or(0, |word| word.at)
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.token(), Token::Sign(found) if *found == sign)
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.token(), Token::Name(name) if name == word)
    }

    fn eat(&mut self, sign: &str) -> bool {
        let found = self.is(sign);
        self.next += usize::from(found);
        found
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.next += usize::from(found);
        found
    }

    fn eat_comma(&mut self) -> bool {
        let found = *self.token() == Token::Comma;
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &str) -> Parsed<()> {
        if self.eat(sign) { Ok(()) } else { Err(self.unexpected(&format!("`{sign}`"))) }
    }

    fn unexpected(&self, wanted: &str) -> Fault {
        let found = match self.token() {
            Token::Name(name) => format!("`{name}`"),
            Token::Sign(sign) => format!("`{sign}`"),
            Token::Number(_) => "a number".to_owned(),
            Token::Text { .. } => "a text".to_owned(),
            Token::Attribute => "an attribute".to_owned(),
            Token::Comma => "a comma or line end".to_owned(),
            Token::End => "the end".to_owned(),
        };
        Fault::fatal(self.at(), format!("{wanted} is expected, {found} is there"))
    }

    fn name(&mut self) -> Parsed<Rc<str>> {
        match self.token() {
            Token::Name(name) => {
                let name = name.as_str().into();
                self.next += 1;
                Ok(name)
            }
            _ => Err(self.unexpected("a name")),
        }
    }

    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Fault::fatal(self.at(), format!("values lie more than {MAX_DEPTH} deep")));
        }
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn attributes(&mut self) {
        while *self.token() == Token::Attribute {
            self.next += 1;
        }
    }

    fn file(&mut self) -> Parsed<File> {
        while *self.token() == Token::Attribute {
            self.attributes();
            self.eat_comma();
        }
        if self.is_word("package") && matches!(self.ahead(1), Token::Name(_)) {
            self.next += 2;
            self.end_of_declaration("")?;
        }
        let mut imports = BTreeMap::new();
        while self.is_word("import") && !matches!(self.ahead(1), Token::Sign(":" | "?" | "!" | "="))
        {
            self.next += 1;
            if self.eat("(") {
                while !self.eat(")") {
                    self.import(&mut imports)?;
                    if !self.eat_comma() && !self.is(")") {
                        return Err(self.unexpected("a comma"));
                    }
                }
            } else {
                self.import(&mut imports)?;
            }
            self.end_of_declaration("")?;
        }
        let at = self.at();
        let declarations = self.declarations("")?;
        let root = Expr { at, kind: Kind::Struct(declarations) };
        Ok(File { imports, root })
    }

    fn import(&mut self, imports: &mut BTreeMap<Rc<str>, (Rc<str>, usize)>) -> Parsed<()> {
        let at = self.at();
        let name = match self.token() {
            Token::Name(_) => Some(self.name()?),
            _ => None,
        };
        let Some(path) = self.plain_text() else { return Err(self.unexpected("a path")) };
        let last = path.rsplit('/').next().unwrap_or_default();
        let own = last.split_once(':').map_or(last, |(_, name)| name);
        let name = name.unwrap_or_else(|| own.into());
        if imports.insert(Rc::clone(&name), (path, at)).is_some() {
            return Err(Fault::fatal(at, format!("`{name}` is imported twice")));
        }
        Ok(())
    }

    /// A text without expressions in it.
    fn plain_text(&mut self) -> Option<Rc<str>> {
        let Token::Text { parts, bytes: false } = self.token() else { return None };
        let [Piece::Text(bytes)] = &parts[..] else { return None };
        let text = String::from_utf8(bytes.clone()).ok()?;
        self.next += 1;
        Some(text.into())
    }

    fn end_of_declaration(&mut self, close: &str) -> Parsed<()> {
        let closes = !close.is_empty() && self.is(close) || *self.token() == Token::End;
        if self.eat_comma() || closes { Ok(()) } else { Err(self.unexpected("a comma")) }
    }

    /// What stands in a struct, up to its bracket or the end of the file.
    fn declarations(&mut self, close: &str) -> Parsed<Struct> {
        let mut found = Struct::default();
        loop {
            self.attributes();
            if self.eat_comma() {
                continue;
            }
            if *self.token() == Token::End && close.is_empty() {
                return Ok(found);
            }
            if !close.is_empty() && self.eat(close) {
                return Ok(found);
            }
            self.declaration(&mut found)?;
            self.attributes();
            self.end_of_declaration(close)?;
        }
    }

    fn declaration(&mut self, found: &mut Struct) -> Parsed<()> {
        let at = self.at();
        let index = found.declarations.len();
        let declaration = if self.eat("...") {
            if !matches!(self.token(), Token::Comma | Token::End) && !self.is("}") {
                return Err(Fault::fatal(at, "`...` of a struct has no type"));
            }
            Declaration::Open
        } else if self.is_word("let") && matches!(self.ahead(1), Token::Name(_)) {
            self.next += 1;
            let name = self.name()?;
            self.expect("=")?;
            let value = self.expr()?;
            let known = found.names.insert(Rc::clone(&name), Declared::Let(index));
            if known.is_some() {
                return Err(Fault::fatal(at, format!("`{name}` is declared twice")));
            }
            Declaration::Let { value, at }
        } else if self.starts_comprehension() {
            Declaration::Comprehension(self.comprehension()?)
        } else {
            match self.label(found)? {
                Some((label, mark)) => {
                    let value = self.deeper(Self::field_value)?;
                    Declaration::Field { label, mark, value }
                }
                None => Declaration::Embed(self.expr()?),
            }
        };
        found.declarations.push(declaration);
        Ok(())
    }

    fn starts_comprehension(&self) -> bool {
        let begins = self.is_word("for") || self.is_word("if");
        let field = matches!(self.ahead(1), Token::Sign(":" | "?" | "="))
            || matches!(self.ahead(1), Token::Sign("!"))
                && matches!(self.ahead(2), Token::Sign(":"));
        begins && !field
    }

    /// What follows `a:`, which may be `b: c`.
    fn field_value(&mut self) -> Parsed<Expr> {
        let at = self.at();
        let mut inner = Struct::default();
        if let Some((label, mark)) = self.label(&mut inner)? {
            let value = self.deeper(Self::field_value)?;
            inner.declarations.push(Declaration::Field { label, mark, value });
            return Ok(Expr { at, kind: Kind::Struct(inner) });
        }
        if let (Token::Name(_), Token::Sign("=")) = (self.token(), self.ahead(1)) {
            let name = self.name()?;
            self.next += 1;
            let value = self.expr()?;
            return Ok(Expr { at, kind: Kind::Alias(name, Box::new(value)) });
        }
        self.expr()
    }

    /// `a:`, `"a"?:`, `(x)!:`, `[p]:` with what names it in front, if a field starts here.
    fn label(&mut self, found: &mut Struct) -> Parsed<Option<(Label, Mark)>> {
        let start = self.next;
        let mut alias = None;
        if let (Token::Name(_), Token::Sign("=")) = (self.token(), self.ahead(1)) {
            alias = Some(self.name()?);
            self.next += 1;
        }
        let at = self.at();
        let (label, referred) = match self.token().clone() {
            Token::Name(name) => {
                let name: Rc<str> = name.as_str().into();
                self.next += 1;
                (Some(Label::Key(Key::of_name(&name))), Some(name))
            }
            Token::Text { .. } if self.ends_label(1) => {
                let label = match self.plain_text() {
                    Some(text) => Label::Key(Key::Text(text)),
                    None => Label::Dynamic(self.operand()?),
                };
                (Some(label), None)
            }
            Token::Sign("(") if self.brackets_a_label() => {
                self.next += 1;
                let name = self.expr()?;
                self.expect(")")?;
                (Some(Label::Dynamic(name)), None)
            }
            Token::Sign("[") if self.brackets_a_label() => (Some(self.pattern()?), None),
            _ => (None, None),
        };
        let mark = match self.token() {
            Token::Sign("?") => Mark::Optional,
            Token::Sign("!") => Mark::Required,
            _ => Mark::Plain,
        };
        self.next += usize::from(mark != Mark::Plain);
        let (Some(label), true) = (label, self.eat(":")) else {
            self.next = start;
            return Ok(None);
        };
        if matches!(&label, Label::Pattern(..)) && mark != Mark::Plain {
            return Err(Fault::fatal(at, "a pattern has no `?` or `!`"));
        }
        if let Some(name) = referred {
            if name.starts_with("__") {
                return Err(Fault::fatal(at, "names that start with `__` are reserved"));
            }
            let key = Key::of_name(&name);
            let known = found.names.insert(name, Declared::Field(key));
            if matches!(known, Some(Declared::Let(_) | Declared::Alias(_))) {
                return Err(Fault::fatal(at, "a field has the name of something else"));
            }
        }
        if let Some(alias) = alias {
            let Label::Key(key) = &label else {
                return Err(Fault::unsupported(
                    at,
                    "another name of a field whose name is computed",
                ));
            };
            if found.names.insert(alias, Declared::Alias(key.clone())).is_some() {
                return Err(Fault::fatal(at, "a name is declared twice"));
            }
        }
        Ok(Some((label, mark)))
    }

    /// Whether a label ends so many words ahead: nothing is parsed twice.
    fn ends_label(&self, ahead: usize) -> bool {
        match self.ahead(ahead) {
            Token::Sign(":") => true,
            Token::Sign("?" | "!") => matches!(self.ahead(ahead + 1), Token::Sign(":")),
            _ => false,
        }
    }

    /// Whether the bracket that opens here closes in front of a colon.
    fn brackets_a_label(&self) -> bool {
        let mut open = 0_usize;
        for ahead in 0.. {
            match self.ahead(ahead) {
                Token::Sign("[" | "(" | "{") => open += 1,
                Token::Sign("]" | ")" | "}") => open = open.saturating_sub(1),
                Token::End => return false,
                _ => {}
            }
            if open == 0 {
                return self.ends_label(ahead + 1);
            }
        }
        false
    }

    fn pattern(&mut self) -> Parsed<Label> {
        self.expect("[")?;
        let mut name = None;
        if let (Token::Name(_), Token::Sign("=")) = (self.token(), self.ahead(1)) {
            name = Some(self.name()?);
            self.next += 1;
        }
        let inner = self.expr()?;
        self.expect("]")?;
        Ok(Label::Pattern(name, inner))
    }

    fn comprehension(&mut self) -> Parsed<Comprehension> {
        let mut clauses = Vec::new();
        loop {
            if self.eat_word("for") {
                let first = self.name()?;
                let (key, value) =
                    if self.eat_comma() { (Some(first), self.name()?) } else { (None, first) };
                if !self.eat_word("in") {
                    return Err(self.unexpected("`in`"));
                }
                clauses.push(Clause::For { key, value, source: self.expr()? });
            } else if self.eat_word("if") {
                clauses.push(Clause::If(self.expr()?));
            } else if !clauses.is_empty() && self.eat_word("let") {
                let name = self.name()?;
                self.expect("=")?;
                clauses.push(Clause::Let(name, self.expr()?));
            } else {
                break;
            }
            // A line may end between clauses.
            let more = |token: &Token| matches!(token, Token::Name(name) if matches!(&**name, "for" | "if" | "let"));
            if *self.token() == Token::Comma
                && (more(self.ahead(1)) || matches!(self.ahead(1), Token::Sign("{")))
            {
                self.next += 1;
            }
        }
        if !self.is("{") {
            return Err(self.unexpected("`{`"));
        }
        let body = self.operand()?;
        if self.is_word("else") || self.is_word("fallback") || self.is_word("otherwise") {
            return Err(Fault::unsupported(self.at(), "`else` of a comprehension"));
        }
        Ok(Comprehension { clauses, body })
    }

    fn expr(&mut self) -> Parsed<Expr> {
        self.deeper(|parser| parser.binary(1))
    }

    fn binary(&mut self, weakest: u8) -> Parsed<Expr> {
        let mut left = self.unary()?;
        loop {
            let Some(operator) = self.operator() else { return Ok(left) };
            let strength = operator.strength();
            if strength < weakest {
                return Ok(left);
            }
            self.next += 1;
            let right = self.deeper(|parser| parser.binary(strength + 1))?;
            let at = left.at;
            left = Expr { at, kind: Kind::Binary(operator, Box::new(left), Box::new(right)) };
            self.depth_of_chain(&left)?;
        }
    }

    /// Operators in a row make a tree as deep as they are many.
    fn depth_of_chain(&self, of: &Expr) -> Parsed<()> {
        let (mut depth, mut next) = (0, of);
        while let Kind::Binary(_, left, _) = &next.kind {
            depth += 1;
            next = left;
            if depth > MAX_CHAIN {
                return Err(Fault::fatal(
                    self.at(),
                    format!("more than {MAX_CHAIN} operators in a row"),
                ));
            }
        }
        Ok(())
    }

    fn operator(&self) -> Option<Operator> {
        let Token::Sign(sign) = self.token() else { return None };
        Some(match *sign {
            "|" => Operator::Or,
            "&" => Operator::And,
            "||" => Operator::OrElse,
            "&&" => Operator::AndAlso,
            "==" => Operator::Equal,
            "+" => Operator::Add,
            "-" => Operator::Subtract,
            "*" => Operator::Multiply,
            "/" => Operator::Divide,
            sign => return bound(sign),
        })
    }

    fn unary(&mut self) -> Parsed<Expr> {
        let at = self.at();
        let operator = match self.token() {
            Token::Sign("+") => Some(Operator::Add),
            Token::Sign("-") => Some(Operator::Subtract),
            Token::Sign("!") => Some(Operator::Not),
            Token::Sign("*") => Some(Operator::Multiply),
            Token::Sign(sign) => bound(sign),
            _ => None,
        };
        let Some(operator) = operator else { return self.primary() };
        self.next += 1;
        let inner = self.deeper(Self::unary)?;
        Ok(Expr { at, kind: Kind::Unary(operator, Box::new(inner)) })
    }

    fn primary(&mut self) -> Parsed<Expr> {
        let mut left = self.operand()?;
        let mut length = 0;
        loop {
            let at = left.at;
            length += 1;
            if length > MAX_CHAIN {
                return Err(Fault::fatal(at, format!("more than {MAX_CHAIN} parts in a row")));
            }
            let kind = if self.eat(".") {
                let key = match self.plain_text() {
                    Some(text) => Key::Text(text),
                    None => Key::of_name(&self.name()?),
                };
                Kind::Select(Box::new(left), key)
            } else if self.eat("[") {
                self.index(left)?
            } else if self.eat("(") {
                Kind::Call(Box::new(left), self.arguments()?)
            } else {
                return Ok(left);
            };
            left = Expr { at, kind };
        }
    }

    fn index(&mut self, left: Expr) -> Parsed<Kind> {
        let low = if self.is(":") { None } else { Some(Box::new(self.expr()?)) };
        if self.eat(":") {
            let high = if self.is("]") { None } else { Some(Box::new(self.expr()?)) };
            self.expect("]")?;
            return Ok(Kind::Slice(Box::new(left), low, high));
        }
        self.eat_comma();
        self.expect("]")?;
        match low {
            Some(index) => Ok(Kind::Index(Box::new(left), index)),
            None => Err(self.unexpected("an index")),
        }
    }

    fn arguments(&mut self) -> Parsed<Vec<Expr>> {
        let mut found = Vec::new();
        while !self.eat(")") {
            found.push(self.expr()?);
            if !self.eat_comma() && !self.is(")") {
                return Err(self.unexpected("`)`"));
            }
        }
        Ok(found)
    }

    fn operand(&mut self) -> Parsed<Expr> {
        let at = self.at();
        let token = self.token().clone();
        self.next += 1;
        let kind = match token {
            Token::Name(name) => match &*name {
                "_" => Kind::Top,
                "null" => Kind::Null,
                "true" => Kind::Bool(true),
                "false" => Kind::Bool(false),
                _ => Kind::Name(name.as_str().into()),
            },
            Token::Number(number) => Kind::Number(number),
            Token::Text { parts, bytes } => self.template(parts, bytes, at)?,
            Token::Sign("_|_") => Kind::Bottom,
            Token::Sign("{") => Kind::Struct(self.deeper(|parser| parser.declarations("}"))?),
            Token::Sign("[") => Kind::List(self.deeper(Self::elements)?),
            Token::Sign("(") => {
                let inner = self.expr()?;
                self.eat_comma();
                self.expect(")")?;
                return Ok(inner);
            }
            _ => {
                self.next -= 1;
                return Err(self.unexpected("a value"));
            }
        };
        Ok(Expr { at, kind })
    }

    fn elements(&mut self) -> Parsed<Vec<Element>> {
        let mut found = Vec::new();
        while !self.eat("]") {
            if self.eat("...") {
                let closes = *self.token() == Token::Comma || self.is("]");
                let of = if closes { None } else { Some(self.expr()?) };
                found.push(Element::More(of));
                self.eat_comma();
                self.expect("]")?;
                return Ok(found);
            }
            let comprehension = self.is_word("for") || self.is_word("if");
            found.push(if comprehension {
                Element::Comprehension(self.comprehension()?)
            } else {
                Element::Expr(self.expr()?)
            });
            if !self.eat_comma() && !self.is("]") {
                return Err(self.unexpected("`]`"));
            }
        }
        Ok(found)
    }

    fn template(&mut self, parts: Vec<Piece>, bytes: bool, at: usize) -> Parsed<Kind> {
        if let [Piece::Text(content)] = &parts[..] {
            return match String::from_utf8(content.clone()) {
                _ if bytes => Ok(Kind::Bytes(content.as_slice().into())),
                Ok(text) => Ok(Kind::Text(text.into())),
                Err(_) => Err(Fault::fatal(at, "a text is not UTF-8")),
            };
        }
        let mut found = Vec::new();
        for part in parts {
            found.push(match part {
                Piece::Text(content) => Part::Text(content),
                Piece::Words(words) => {
                    let mut inner = Parser { words, next: 0, depth: self.depth };
                    let expr = inner.expr()?;
                    inner.eat_comma();
                    if *inner.token() != Token::End {
                        return Err(inner.unexpected("`)`"));
                    }
                    Part::Expr(expr)
                }
            });
        }
        Ok(Kind::Template { parts: found, bytes })
    }
}

/// Most operators, or selectors, in a row.
const MAX_CHAIN: usize = 1_000;

fn bound(sign: &str) -> Option<Operator> {
    Some(match sign {
        "!=" => Operator::Unequal,
        "<" => Operator::Less,
        "<=" => Operator::LessEqual,
        ">" => Operator::Greater,
        ">=" => Operator::GreaterEqual,
        "=~" => Operator::Match,
        "!~" => Operator::NoMatch,
        _ => return None,
    })
}
