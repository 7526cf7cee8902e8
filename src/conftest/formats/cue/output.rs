//! What a node is as JSON, and in messages.

use serde_json::{Map, Number as JsonNumber, Value as Json};

use super::Fault;
use super::eval::{Conjunct, Evaluator, Found, Id, Value, kinds};
use super::insert::kind_words;
use super::number::Number;
use super::tree::{Key, Mark};

/// Characters of a text in a message.
const SHOWN: usize = 60;

impl Evaluator<'_> {
    /// The file as JSON; all of it has to be known.
    pub fn export(mut self) -> Found<Json> {
        self.complete(0)?;
        self.json(0)
    }

    fn json(&mut self, id: Id) -> Found<Json> {
        self.evaluate(id);
        self.go_on()?;
        let at = self.nodes[id].conjuncts.first().map_or(0, Conjunct::at);
        let chosen = self.chosen(id);
        let content = &self.nodes[chosen].content;
        if let Some(fault) = content.fault.clone() {
            return Err(self.located(id, fault));
        }
        if content.alternatives.is_some() {
            let what = "which alternative holds is not known";
            return Err(self.located(id, Fault::incomplete(at, what)));
        }
        if let Some(scalar) = &content.scalar {
            let large = || Fault::fatal(at, "the number is too large for JSON");
            return scalar_json(scalar).ok_or_else(|| self.located(id, large()));
        }
        match content.kinds {
            kinds::STRUCT => {
                let arcs: Vec<_> =
                    content.arcs.iter().map(|(key, arc)| (key.clone(), arc.clone())).collect();
                let mut map = Map::new();
                for (key, arc) in arcs {
                    let Key::Text(name) = key else { continue };
                    match arc.mark {
                        Mark::Plain => {
                            map.insert(name.to_string(), self.json(arc.node)?);
                        }
                        Mark::Required => {
                            let fault = Fault::incomplete(at, "the field has to have a value");
                            return Err(self.located(arc.node, fault));
                        }
                        Mark::Optional => {}
                    }
                }
                Ok(Json::Object(map))
            }
            kinds::LIST => {
                let items: Vec<Id> = content.arcs.values().map(|arc| arc.node).collect();
                items.into_iter().map(|item| self.json(item)).collect()
            }
            kinds => {
                let mut words = vec![kind_words(kinds)];
                words.extend(content.bounds.iter().map(|(bound, _)| self.bound(bound)));
                let what = format!("the value is not known, only that it is {}", words.join(" & "));
                Err(self.located(id, Fault::incomplete(at, what)))
            }
        }
    }

    /// A value in a message.
    pub fn shown(&self, value: &Value) -> String {
        match value {
            Value::Null => "null".to_owned(),
            Value::Bool(value) => value.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Text(text) => {
                let short: String = text.chars().take(SHOWN).collect();
                let more = if short.len() < text.len() { "…" } else { "" };
                format!("{short:?}{more}")
            }
            Value::Bytes(_) => "bytes".to_owned(),
            Value::Node(node) => {
                let content = &self.nodes[self.chosen(*node)].content;
                match content.kinds {
                    kinds::STRUCT => "a struct".to_owned(),
                    kinds::LIST => "a list".to_owned(),
                    kinds => format!("what is not known ({})", kind_words(kinds)),
                }
            }
        }
    }

    /// A text that two nodes share only if they say the same.
    pub fn signature(&mut self, id: Id, depth: usize) -> String {
        self.evaluate(id);
        let content = self.nodes[id].content.clone();
        if depth > super::MAX_DEPTH || content.fault.is_some() || content.alternatives.is_some() {
            return format!("#{id}");
        }
        if let Some(scalar) = &content.scalar {
            return self.value_signature(scalar, depth);
        }
        let mut text = format!("{}", content.kinds);
        for (bound, _) in &content.bounds {
            text.push('&');
            text.push_str(&self.bound(bound));
        }
        if !content.patterns.is_empty() {
            // What a pattern makes of fields to come is not compared.
            text.push('#');
            text.push_str(&id.to_string());
        }
        let mut arcs: Vec<_> = content.arcs.iter().collect();
        arcs.sort_by_key(|(key, _)| *key);
        for (key, arc) in arcs {
            let inner = self.signature(arc.node, depth + 1);
            let name = format!("({key:?}{:?}", arc.mark);
            for part in [&*name, &inner, ")"] {
                text.push_str(part);
            }
        }
        for list in &content.lists {
            let shape = format!("[{}{}]", list.length, list.open);
            text.push_str(&shape);
        }
        text
    }

    pub fn value_signature(&mut self, value: &Value, depth: usize) -> String {
        match value {
            Value::Node(node) => self.signature(*node, depth),
            Value::Bytes(bytes) => format!("{bytes:?}"),
            Value::Text(text) => format!("{text:?}"),
            Value::Number(number) => format!("{number}{}", number.float),
            other => self.shown(other),
        }
    }
}

fn scalar_json(scalar: &Value) -> Option<Json> {
    use base64::Engine as _;
    Some(match scalar {
        Value::Null | Value::Node(_) => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Number(number) => number_json(number)?,
        Value::Text(text) => Json::from(&**text),
        Value::Bytes(bytes) => base64::engine::general_purpose::STANDARD.encode(bytes).into(),
    })
}

/// A number as policies see it: whole as far as 64 bits go, else the nearest that there is.
fn number_json(number: &Number) -> Option<Json> {
    let whole = if number.float { None } else { number.to_int() };
    let found = match whole.map(|whole| (i64::try_from(&whole), u64::try_from(&whole))) {
        Some((Ok(small), _)) => Some(JsonNumber::from(small)),
        Some((_, Ok(large))) => Some(JsonNumber::from(large)),
        _ => JsonNumber::from_f64(number.to_f64()),
    };
    found.map(Json::Number)
}
