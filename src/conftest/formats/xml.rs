//! XML as JSON: elements by their local names, attributes as `-name`, text beside them as `#content`; what occurs several times is a
//! list, and an element that holds text alone is that text.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::cursor::{Cursor, MAX_DEPTH};

#[derive(Default)]
struct Element {
    name: String,
    /// The last text within it.
    text: String,
    children: IndexMap<String, Vec<Json>>,
}

impl Element {
    fn add(&mut self, name: String, value: Json) {
        self.children.entry(name).or_default().push(value);
    }

    fn into_json(self) -> Json {
        if self.children.is_empty() {
            return self.text.into();
        }
        let mut object = Map::new();
        if !self.text.is_empty() {
            object.insert("#content".to_owned(), self.text.into());
        }
        for (name, mut values) in self.children {
            let value = if values.len() == 1 { values.remove(0) } else { Json::Array(values) };
            object.insert(name, value);
        }
        Json::Object(object)
    }
}

/// An element with all that is in it, as it is written.
#[derive(Debug, Default)]
pub(super) struct Tag {
    /// Its name without the prefix of its namespace.
    pub name: String,
    pub attributes: Vec<(String, String)>,
    /// All text in it that stands in no other element.
    pub text: String,
    pub children: Vec<Tag>,
}

/// The first element of a file; what follows it is not looked at.
pub(super) fn tree(text: &str) -> Result<Tag, String> {
    let mut at = Cursor::new(text);
    let mut open: Vec<(String, Tag)> = Vec::new();
    loop {
        if at.is_at_end() {
            return Err(at.wrong("an element is missing, or not closed"));
        }
        if at.eat("<!--") {
            at.take_until("-->").ok_or_else(|| at.wrong("a comment does not end"))?;
        } else if at.eat("<![CDATA[") {
            let data = at.take_until("]]>").ok_or_else(|| at.wrong("a CDATA does not end"))?;
            add_text(&mut open, data);
        } else if at.eat("<?") {
            at.take_until("?>").ok_or_else(|| at.wrong("an instruction does not end"))?;
        } else if at.starts_with("<![") {
            return Err(at.wrong("`<![` begins a CDATA only"));
        } else if at.eat("<!") {
            declaration(&mut at)?;
        } else if at.eat("</") {
            let written = name(&mut at)?;
            at.take_while(char::is_whitespace);
            let Some((own, tag)) = open.pop() else { return Err(at.wrong("nothing is open")) };
            if own != written || !at.eat(">") {
                return Err(at.wrong(format!("</{written}> stands where <{own}> is open")));
            }
            match open.last_mut() {
                Some((_, parent)) => parent.children.push(tag),
                None => return Ok(tag),
            }
        } else if at.eat("<") {
            if let Some(tag) = opened(&mut at, &mut open)? {
                match open.last_mut() {
                    Some((_, parent)) => parent.children.push(tag),
                    None => return Ok(tag),
                }
            }
        } else {
            let raw = at.take_while(|c| c != '<');
            let text = unescaped(raw).map_err(|what| at.wrong(what))?;
            add_text(&mut open, &text);
        }
    }
}

fn add_text(open: &mut [(String, Tag)], text: &str) {
    if let Some((_, tag)) = open.last_mut() {
        tag.text.push_str(text);
    }
}

/// An element that opens; the element itself where it closes at once.
fn opened(at: &mut Cursor<'_>, open: &mut Vec<(String, Tag)>) -> Result<Option<Tag>, String> {
    let written = name(at)?.to_owned();
    let mut tag = Tag { name: local(&written), ..Tag::default() };
    loop {
        at.take_while(char::is_whitespace);
        if at.eat("/>") {
            return Ok(Some(tag));
        }
        if at.eat(">") {
            open.push((written, tag));
            at.deep(open.len())?;
            return Ok(None);
        }
        let (key, value) = attribute(at)?;
        tag.attributes.push((local(key), value));
    }
}

/// A file. An element that is not closed is an error here, where conftest drops it without a word.
pub(super) fn parse(text: &str) -> Result<Json, String> {
    let mut at = Cursor::new(text);
    let mut open = vec![Element::default()];
    while !at.is_at_end() {
        if at.eat("<!--") {
            at.take_until("-->").ok_or_else(|| at.wrong("a comment does not end"))?;
        } else if at.eat("<![CDATA[") {
            let data = at.take_until("]]>").ok_or_else(|| at.wrong("a CDATA does not end"))?;
            set_text(&mut open, data);
        } else if at.eat("<?") {
            at.take_until("?>").ok_or_else(|| at.wrong("an instruction does not end"))?;
        } else if at.starts_with("<![") {
            return Err(at.wrong("`<![` begins a CDATA only"));
        } else if at.eat("<!") {
            declaration(&mut at)?;
        } else if at.eat("</") {
            close(&mut at, &mut open)?;
        } else if at.eat("<") {
            element(&mut at, &mut open)?;
        } else {
            let raw = at.take_while(|c| c != '<');
            let text = unescaped(raw).map_err(|what| at.wrong(what))?;
            set_text(&mut open, &text);
        }
    }
    match (open.pop(), open.is_empty()) {
        (Some(root), true) if !root.children.is_empty() => Ok(root.into_json()),
        (Some(root), true) => Err(format!("there is no element{}", after(&root.text))),
        (Some(element), false) => Err(at.wrong(format!("<{}> is not closed", element.name))),
        (None, _) => Err(at.wrong("there is no element")),
    }
}

fn after(text: &str) -> String {
    if text.is_empty() { String::new() } else { " but text".to_owned() }
}

fn set_text(open: &mut [Element], text: &str) {
    let invisible = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{feff}')
    };
    if let Some(element) = open.last_mut() {
        text.trim_matches(invisible).clone_into(&mut element.text);
    }
}

/// `<!DOCTYPE …>`, with what stands in brackets.
fn declaration(at: &mut Cursor<'_>) -> Result<(), String> {
    let mut depth = 1_usize;
    while let Some(found) = at.bump() {
        match found {
            '<' => depth += 1,
            '>' => depth -= 1,
            quote @ ('"' | '\'') => {
                at.take_while(|c| c != quote);
                at.bump();
            }
            _ => {}
        }
        if depth == 0 {
            return Ok(());
        }
    }
    Err(at.wrong("a declaration does not end"))
}

fn name<'t>(at: &mut Cursor<'t>) -> Result<&'t str, String> {
    let found = at.take_while(|c| c.is_alphanumeric() || matches!(c, ':' | '_' | '-' | '.'));
    if found.is_empty() {
        return Err(at.wrong(format!("expected a name, found {}", at.here())));
    }
    Ok(found)
}

/// A name without the prefix of its namespace.
fn local(name: &str) -> String {
    match name.split_once(':') {
        Some((space, local)) if !space.is_empty() && !local.is_empty() => local.to_owned(),
        _ => name.to_owned(),
    }
}

fn close(at: &mut Cursor<'_>, open: &mut Vec<Element>) -> Result<(), String> {
    let name = name(at)?;
    at.take_while(char::is_whitespace);
    if !at.eat(">") {
        return Err(at.wrong(format!("expected `>`, found {}", at.here())));
    }
    match open.pop() {
        Some(element) if element.name == name => {
            let label = local(&element.name);
            if let Some(parent) = open.last_mut() {
                parent.add(label, element.into_json());
            }
            Ok(())
        }
        Some(element) if element.name.is_empty() => {
            Err(at.wrong(format!("</{name}> closes nothing")))
        }
        Some(element) => {
            Err(at.wrong(format!("</{name}> stands where <{}> is open", element.name)))
        }
        None => Err(at.wrong("nothing is open")),
    }
}

fn element(at: &mut Cursor<'_>, open: &mut Vec<Element>) -> Result<(), String> {
    let name = name(at)?;
    let mut element = Element { name: name.to_owned(), ..Element::default() };
    loop {
        at.take_while(char::is_whitespace);
        if at.eat("/>") {
            let label = local(&element.name);
            if let Some(parent) = open.last_mut() {
                parent.add(label, element.into_json());
            }
            return Ok(());
        }
        if at.eat(">") {
            open.push(element);
            if open.len() > MAX_DEPTH {
                return Err(at.wrong(format!("elements lie more than {MAX_DEPTH} deep")));
            }
            return Ok(());
        }
        let (key, value) = attribute(at)?;
        element.add(format!("-{}", local(key)), value.into());
    }
}

fn attribute<'t>(at: &mut Cursor<'t>) -> Result<(&'t str, String), String> {
    let key = name(at)?;
    at.take_while(char::is_whitespace);
    if !at.eat("=") {
        return Err(at.wrong(format!("attribute {key} has no value")));
    }
    at.take_while(char::is_whitespace);
    let Some(quote @ ('"' | '\'')) = at.bump() else {
        return Err(at.wrong(format!("the value of attribute {key} has no quotes")));
    };
    let raw = at.take_while(|c| c != quote && c != '<');
    if at.bump() != Some(quote) {
        return Err(at.wrong(format!("the value of attribute {key} does not end")));
    }
    Ok((key, unescaped(raw).map_err(|what| at.wrong(what))?))
}

/// A text with its entities in place.
fn unescaped(raw: &str) -> Result<String, String> {
    let raw = raw.replace("\r\n", "\n");
    let mut made = String::with_capacity(raw.len());
    let mut rest = raw.as_str();
    while let Some((before, after)) = rest.split_once('&') {
        made.push_str(before);
        let (entity, next) = after.split_once(';').ok_or("`&` stands alone; write `&amp;`")?;
        let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok();
        let found = match entity {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            other => match other.strip_prefix('#') {
                Some(digits) => match digits.strip_prefix('x') {
                    Some(digits) => number(digits, 16).and_then(char::from_u32),
                    None => number(digits, 10).and_then(char::from_u32),
                },
                None => None,
            },
        };
        made.push(found.ok_or_else(|| format!("there is no entity `&{entity};`"))?);
        rest = next;
    }
    made.push_str(rest);
    Ok(made)
}
