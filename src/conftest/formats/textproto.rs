//! Messages of Protocol Buffers in their text form, as the JSON of their definitions: names as in the definition, numbers of 64 bits as
//! texts, zeros that are not told from nothing left out. `# proto-message: NAME` says which message a file is.

use base64::Engine as _;
use serde_json::{Map, Value as Json, json};

use super::cursor::Cursor;
use super::proto::{Field, Kind, Schema};
use crate::conftest::Text;

/// A file; the definitions stand in `protos`.
pub(super) fn parse(text: &str, protos: &[Text]) -> Result<Json, String> {
    let named = |line: &str| {
        let rest = line.split_once('#')?.1;
        let rest = rest.strip_prefix(char::is_whitespace)?.trim_start();
        let rest = rest.strip_prefix("proto-message:")?;
        let name = rest.strip_prefix(char::is_whitespace)?.trim_start();
        let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_')));
        Some(name[..end.unwrap_or(name.len())].to_owned()).filter(|name| !name.is_empty())
    };
    let name = text.lines().find_map(named).ok_or("no line says `# proto-message: NAME`")?;
    let mut schema = Schema::default();
    for proto in protos {
        schema.add(&proto.text).map_err(|what| format!("{}: {what}", proto.path))?;
    }
    if !schema.messages.contains_key(&name) {
        return Err(format!("no definition has the message {name}"));
    }
    let mut reader = Reader { at: Cursor::new(text), schema: &schema };
    reader.message(&name, "", 0)
}

struct Reader<'r> {
    at: Cursor<'r>,
    schema: &'r Schema,
}

impl Reader<'_> {
    fn space(&mut self) {
        loop {
            self.at.take_while(char::is_whitespace);
            if !self.at.starts_with("#") {
                return;
            }
            self.at.take_while(|c| c != '\n');
        }
    }

    /// Fields up to a bracket, or to the end.
    fn message(&mut self, name: &str, end: &str, depth: usize) -> Result<Json, String> {
        self.at.deep(depth)?;
        let schema = self.schema;
        let fields = &schema.messages[name];
        let mut object = Map::new();
        let mut said: Vec<String> = Vec::new();
        loop {
            self.space();
            if end.is_empty() && self.at.is_at_end() || !end.is_empty() && self.at.eat(end) {
                return Ok(Json::Object(object));
            }
            if self.at.is_at_end() {
                return Err(self.at.wrong("a message does not end"));
            }
            if self.at.starts_with("[") {
                return Err(self.at.wrong("extensions and Any are not read"));
            }
            let key = self.at.take_while(|c| c.is_ascii_alphanumeric() || c == '_').to_owned();
            let Some(field) = fields.get(&key) else {
                return Err(self.at.wrong(format!("message {name} has no field `{key}`")));
            };
            if !field.repeated {
                let what = field.oneof.clone().unwrap_or_else(|| key.clone());
                if said.contains(&what) {
                    return Err(self.at.wrong(format!("`{what}` is said twice")));
                }
                said.push(what);
            }
            self.space();
            let colon = self.at.eat(":");
            self.space();
            if field.repeated && colon && self.at.eat("[") {
                self.list(field, &key, &mut object, depth)?;
            } else {
                self.entry(field, &key, &mut object, depth)?;
            }
            self.space();
            if !self.at.eat(",") {
                self.at.eat(";");
            }
        }
    }

    fn list(
        &mut self,
        field: &Field,
        key: &str,
        object: &mut Map<String, Json>,
        depth: usize,
    ) -> Result<(), String> {
        self.space();
        if self.at.eat("]") {
            return Ok(());
        }
        loop {
            self.space();
            self.entry(field, key, object, depth)?;
            self.space();
            if self.at.eat("]") {
                return Ok(());
            }
            if !self.at.eat(",") {
                let here = self.at.here();
                return Err(self.at.wrong(format!("expected `,` or `]`, found {here}")));
            }
        }
    }

    fn entry(
        &mut self,
        field: &Field,
        key: &str,
        object: &mut Map<String, Json>,
        depth: usize,
    ) -> Result<(), String> {
        if let Kind::Map(keys, values) = &field.kind {
            let (name, value) = self.pair(keys, values, depth)?;
            let map = object.entry(key).or_insert_with(|| json!({}));
            map[name] = value;
            return Ok(());
        }
        let (value, zero) = self.value(&field.kind, depth)?;
        if field.repeated {
            match object.entry(key).or_insert_with(|| json!([])) {
                Json::Array(list) => list.push(value),
                other => *other = json!([value]),
            }
        } else if field.presence || !zero {
            object.insert(key.to_owned(), value);
        }
        Ok(())
    }

    /// `{ key: … value: … }`
    fn pair(&mut self, keys: &str, values: &Kind, depth: usize) -> Result<(String, Json), String> {
        let end = self.open().ok_or_else(|| self.at.wrong("an entry of a map has brackets"))?;
        let keys = Kind::Scalar(keys.to_owned());
        let (mut key, mut value) = (None, None);
        loop {
            self.space();
            if self.at.eat(end) {
                break;
            }
            let name = self.at.take_while(|c| c.is_ascii_alphanumeric() || c == '_').to_owned();
            self.space();
            self.at.eat(":");
            self.space();
            match name.as_str() {
                "key" => key = Some(self.value(&keys, depth)?.0),
                "value" => value = Some(self.value(values, depth)?.0),
                _ => return Err(self.at.wrong("an entry of a map has `key` and `value`")),
            }
            self.space();
            if !self.at.eat(",") {
                self.at.eat(";");
            }
        }
        let key = match key.unwrap_or_else(|| self.zero(&keys)) {
            Json::String(text) => text,
            other => other.to_string(),
        };
        Ok((key, value.unwrap_or_else(|| self.zero(values))))
    }

    /// What an entry of a map holds where nothing is written.
    fn zero(&self, kind: &Kind) -> Json {
        match kind {
            Kind::Scalar(name) => match name.as_str() {
                "string" | "bytes" => "".into(),
                "bool" => false.into(),
                name if name.ends_with("64") => "0".into(),
                _ => 0.into(),
            },
            Kind::Named { name, scope } => {
                let full = self.schema.resolve(name, scope);
                let values = full.and_then(|full| self.schema.enums.get(&full));
                let first = values.and_then(|values| values.iter().find(|(_, value)| **value == 0));
                first.map_or_else(|| json!({}), |(name, _)| name.as_str().into())
            }
            Kind::Map(..) => json!({}),
        }
    }

    fn open(&mut self) -> Option<&'static str> {
        if self.at.eat("{") {
            return Some("}");
        }
        self.at.eat("<").then_some(">")
    }

    /// A value, and whether it is the zero of its kind.
    fn value(&mut self, kind: &Kind, depth: usize) -> Result<(Json, bool), String> {
        match kind {
            Kind::Scalar(name) => self.scalar(name),
            Kind::Map(..) => Err(self.at.wrong("a map stands in a map")),
            Kind::Named { name, scope } => {
                let Some(full) = self.schema.resolve(name, scope) else {
                    return Err(self.at.wrong(format!("no definition has {name}")));
                };
                if let Some(values) = self.schema.enums.get(&full) {
                    let word = self.word();
                    let number = values.get(&word).copied().or_else(|| word.parse().ok());
                    let number = number
                        .ok_or_else(|| self.at.wrong(format!("{full} has no value `{word}`")))?;
                    let name = values.iter().find(|(_, value)| **value == number);
                    let shown =
                        name.map_or_else(|| Json::from(number), |(name, _)| name.as_str().into());
                    return Ok((shown, number == 0));
                }
                let end =
                    self.open().ok_or_else(|| self.at.wrong(format!("{full} is a message")))?;
                Ok((self.message(&full, end, depth + 1)?, false))
            }
        }
    }

    fn word(&mut self) -> String {
        let sign = if self.at.eat("-") { "-" } else { "" };
        self.space();
        let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '+' | '-');
        format!("{sign}{}", self.at.take_while(word))
    }

    fn scalar(&mut self, kind: &str) -> Result<(Json, bool), String> {
        if matches!(kind, "string" | "bytes") {
            let bytes = self.text()?;
            let empty = bytes.is_empty();
            let shown = if kind == "bytes" {
                base64::engine::general_purpose::STANDARD.encode(&bytes)
            } else {
                String::from_utf8(bytes).map_err(|_| self.at.wrong("a text is not UTF-8"))?
            };
            return Ok((shown.into(), empty));
        }
        let word = self.word();
        let wrong = |at: &Cursor<'_>| at.wrong(format!("`{word}` is no {kind}"));
        match kind {
            "bool" => match word.as_str() {
                "true" | "True" | "t" | "1" => Ok((true.into(), false)),
                "false" | "False" | "f" | "0" => Ok((false.into(), true)),
                _ => Err(wrong(&self.at)),
            },
            "double" | "float" => {
                let digits = word.to_ascii_lowercase();
                let special = match digits.trim_start_matches('-') {
                    "inf" | "infinity" if digits.starts_with('-') => Some("-Infinity"),
                    "inf" | "infinity" => Some("Infinity"),
                    "nan" => Some("NaN"),
                    _ => None,
                };
                if let Some(special) = special {
                    return Ok((special.into(), false));
                }
                let digits = digits.strip_suffix('f').unwrap_or(&digits);
                let number: f64 = digits.parse().map_err(|_| wrong(&self.at))?;
                #[expect(clippy::cast_possible_truncation, reason = "a float has so many digits")]
                let number = if kind == "float" {
                    (number as f32).to_string().parse().unwrap_or(number)
                } else {
                    number
                };
                if number.is_infinite() {
                    // What is too large is endless.
                    let endless = if number > 0.0 { "Infinity" } else { "-Infinity" };
                    return Ok((endless.into(), false));
                }
                Ok((number.into(), number == 0.0))
            }
            _ => {
                let number = whole(&word).ok_or_else(|| wrong(&self.at))?;
                let wide = kind.ends_with("64");
                let unsigned = kind.starts_with(['u', 'f']);
                let fits = match (wide, unsigned) {
                    (false, false) => i32::try_from(number).is_ok(),
                    (false, true) => u32::try_from(number).is_ok(),
                    (true, false) => i64::try_from(number).is_ok(),
                    (true, true) => u64::try_from(number).is_ok(),
                };
                let small = i64::try_from(number).ok().filter(|_| !wide).map(Json::from);
                match (fits, small) {
                    (true, Some(small)) => Ok((small, number == 0)),
                    (true, None) => Ok((number.to_string().into(), number == 0)),
                    (false, _) => Err(wrong(&self.at)),
                }
            }
        }
    }

    /// Texts in quotes side by side are one.
    fn text(&mut self) -> Result<Vec<u8>, String> {
        let mut made = Vec::new();
        let mut some = false;
        loop {
            self.space();
            let Some(quote @ ('"' | '\'')) = self.at.peek() else {
                if some {
                    return Ok(made);
                }
                return Err(self.at.wrong(format!("expected a text, found {}", self.at.here())));
            };
            self.at.bump();
            some = true;
            loop {
                match self.at.bump() {
                    None | Some('\n') => return Err(self.at.wrong("a text does not end")),
                    Some('\\') => self.escape(&mut made)?,
                    Some(next) if next == quote => break,
                    Some(next) => made.extend(next.to_string().bytes()),
                }
            }
        }
    }

    fn digits(&mut self, count: usize, radix: u32) -> Option<u32> {
        let mut text = String::new();
        while text.len() < count
            && let Some(digit) = self.at.peek().filter(|c| c.is_digit(radix))
        {
            self.at.bump();
            text.push(digit);
        }
        u32::from_str_radix(&text, radix).ok()
    }

    fn escape(&mut self, made: &mut Vec<u8>) -> Result<(), String> {
        let simple = |c: char| {
            Some(match c {
                'a' => 7,
                'b' => 8,
                'f' => 12,
                'n' => b'\n',
                'r' => b'\r',
                't' => b'\t',
                'v' => 11,
                '\\' | '\'' | '"' | '?' => u8::try_from(c).unwrap_or_default(),
                _ => return None,
            })
        };
        let next = self.at.peek();
        if let Some(byte) = next.and_then(simple) {
            self.at.bump();
            made.push(byte);
            return Ok(());
        }
        let byte = match next {
            Some('0'..='7') => self.digits(3, 8),
            Some('x' | 'X') => {
                self.at.bump();
                self.digits(2, 16)
            }
            Some('u') => {
                self.at.bump();
                made.extend(self.at.unicode()?.to_string().bytes());
                return Ok(());
            }
            _ => None,
        };
        let byte = byte.and_then(|byte| u8::try_from(byte).ok());
        made.push(byte.ok_or_else(|| self.at.wrong("a text has an escape that there is not"))?);
        Ok(())
    }
}

fn whole(word: &str) -> Option<i128> {
    let (sign, digits) = word.strip_prefix('-').map_or((1, word), |digits| (-1, digits));
    let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let number = match hex {
        Some(hex) => i128::from_str_radix(hex, 16),
        None if digits.len() > 1 && digits.starts_with('0') => i128::from_str_radix(digits, 8),
        None => digits.parse(),
    };
    Some(sign * number.ok()?)
}
