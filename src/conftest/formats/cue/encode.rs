//! JSON and YAML within CUE: `json.Marshal`, `yaml.Unmarshal` …

use std::rc::Rc;

use serde_json::Value as Json;

use super::Fault;
use super::builtins::Result as R;
use super::eval::{Evaluator, Found, Id, Value, What, kinds};
use super::number::Number;
use crate::syntax::yaml;

impl Evaluator<'_> {
    /// A value as JSON, in the order and with the numbers of the file.
    pub fn as_json(&mut self, value: &Value, at: usize) -> Found<String> {
        let mut text = String::new();
        self.write_json(value, at, &mut text)?;
        self.made(at, text.len())?;
        Ok(text)
    }

    fn write_json(&mut self, value: &Value, at: usize, text: &mut String) -> Found<()> {
        self.step(at)?;
        match self.plain(value)? {
            Value::Text(content) => {
                let quoted = Json::from(&*content).to_string();
                let quoted = quoted.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
                text.push_str(&quoted);
            }
            Value::Bytes(_) => {
                return Err(Fault::unsupported(at, "bytes within JSON"));
            }
            Value::Node(node) if self.nodes[node].content.kinds == kinds::LIST => {
                text.push('[');
                for (index, item) in self.items(value, at)?.iter().enumerate() {
                    text.push_str(if index > 0 { "," } else { "" });
                    self.write_json(item, at, text)?;
                }
                text.push(']');
            }
            Value::Node(node) => {
                text.push('{');
                for (index, (name, inner)) in self.ordered(node, at)?.into_iter().enumerate() {
                    text.push_str(if index > 0 { "," } else { "" });
                    text.push_str(&Json::from(&*name).to_string());
                    text.push(':');
                    self.write_json(&Value::Node(inner), at, text)?;
                }
                text.push('}');
            }
            Value::Number(number) => text.push_str(&number.to_string()),
            scalar => text.push_str(&self.shown(&scalar)),
        }
        Ok(())
    }

    /// Fields in the order that they have for CUE, which is known where one struct declares them.
    fn ordered(&mut self, node: Id, at: usize) -> Found<Vec<(Rc<str>, Id)>> {
        let content = &self.nodes[node].content;
        if content.kinds != kinds::STRUCT || content.alternatives.is_some() {
            let value = Value::Node(node);
            let what = format!("{} cannot be written", self.shown(&value));
            return Err(self.not_concrete(&value, at, what));
        }
        let fields = self.fields(node);
        if self.nodes[node].content.structs.len() > 1 && fields.len() > 1 {
            return Err(Fault::unsupported(at, "the order of fields of several structs in a text"));
        }
        Ok(fields)
    }

    pub fn as_yaml(&mut self, value: &Value, at: usize) -> Found<String> {
        let mut text = String::new();
        self.write_yaml(value, at, 0, &mut text)?;
        self.made(at, text.len())?;
        Ok(text.trim_start_matches('\n').to_owned())
    }

    /// A value behind `key:` or `-`: scalars on the line, all else below it.
    fn write_yaml(
        &mut self,
        value: &Value,
        at: usize,
        depth: usize,
        text: &mut String,
    ) -> Found<()> {
        self.step(at)?;
        let plain = self.plain(value)?;
        let Value::Node(node) = plain else {
            text.push_str(&yaml_scalar(&plain, at)?);
            text.push('\n');
            return Ok(());
        };
        let indent = "  ".repeat(depth);
        if self.nodes[node].content.kinds == kinds::LIST {
            let items = self.items(value, at)?;
            if items.is_empty() {
                text.push_str("[]\n");
            } else {
                text.push('\n');
            }
            for item in items {
                text.push_str(&indent);
                text.push_str("- ");
                let mut inner = String::new();
                self.write_yaml(&item, at, depth + 1, &mut inner)?;
                text.push_str(inner.trim_start());
            }
            return Ok(());
        }
        let fields = self.ordered(node, at)?;
        if fields.is_empty() {
            text.push_str("{}\n");
        } else {
            text.push('\n');
        }
        for (name, inner) in fields {
            let key = yaml_scalar(&Value::Text(name), at)?;
            let mut below = String::new();
            self.write_yaml(&Value::Node(inner), at, depth + 1, &mut below)?;
            let gap = if below.starts_with('\n') { "" } else { " " };
            for part in [indent.as_str(), &key, ":", gap, &below] {
                text.push_str(part);
            }
        }
        Ok(())
    }

    pub fn read_json(&mut self, text: &str, at: usize) -> Found<R> {
        let tree = crate::syntax::json::parse(crate::source::FileId(0), text);
        let tree = tree
            .map_err(|problem| Fault::fatal(at, format!("this is no JSON: {}", problem.message)))?;
        self.read(&yaml::json(&tree), at)
    }

    pub fn read(&mut self, json: &Json, at: usize) -> Found<R> {
        self.step(at)?;
        Ok(match json {
            Json::Null => R::Value(Value::Null),
            Json::Bool(value) => R::Value(Value::Bool(*value)),
            Json::Number(number) => match Number::parse_plain(&number.to_string()) {
                Some(number) => R::Value(Value::Number(number)),
                None => return Err(Fault::unsupported(at, &format!("the number {number}"))),
            },
            Json::String(text) => R::Value(Value::Text(text.as_str().into())),
            Json::Array(items) => {
                let mut found = Vec::new();
                for item in items {
                    found.push(self.read_value(item, at)?);
                }
                R::List(found)
            }
            Json::Object(map) => {
                let mut found = Vec::new();
                for (name, value) in map {
                    found.push((name.as_str().into(), self.read_value(value, at)?));
                }
                R::Map(found)
            }
        })
    }

    fn read_value(&mut self, json: &Json, at: usize) -> Found<Value> {
        Ok(match self.read(json, at)? {
            R::List(items) => self.made_node(What::List(items.into())),
            R::Map(entries) => self.made_node(What::Map(entries.into())),
            R::Value(value) => value,
            R::Bound(_) | R::Kinds(..) => Value::Null,
        })
    }
}

impl<'a> Evaluator<'a> {
    /// A list within another value.
    pub fn made_list(&mut self, items: Vec<Value>) -> Value {
        self.made_node(What::List(items.into()))
    }

    /// A struct within another value.
    pub fn made_struct(&mut self, entries: Vec<(Rc<str>, Value)>) -> Value {
        self.made_node(What::Map(entries.into()))
    }

    fn made_node(&mut self, what: What<'a>) -> Value {
        let conjunct = Self::conjunct(what, None);
        Value::Node(self.node(None, None, vec![conjunct]))
    }
}

/// A scalar of YAML. How texts that need quotes are written is CUE's affair: only those that surely need none are.
fn yaml_scalar(value: &Value, at: usize) -> Found<String> {
    match value {
        Value::Null => Ok("null".to_owned()),
        Value::Bool(value) => Ok(value.to_string()),
        Value::Number(number) if !number.float => Ok(number.to_string()),
        Value::Text(text) => {
            let first = text.starts_with(|c: char| c.is_ascii_alphabetic());
            let inner = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
            let words = ["true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan", "inf"];
            let word = words.contains(&text.to_ascii_lowercase().as_str());
            if first && text.chars().all(inner) && !word && text.len() < 60 {
                return Ok(text.to_string());
            }
            Err(Fault::unsupported(at, "YAML of a text that may need quotes"))
        }
        _ => Err(Fault::unsupported(at, "YAML of such a value")),
    }
}
