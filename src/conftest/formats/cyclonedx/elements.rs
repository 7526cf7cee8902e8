//! `CycloneDX` that is written as XML, as JSON: a table says what each element is.
//!
//! What conftest loses on the way is lost here, too: `bomFormat` is empty and `specVersion` is `SpecVersion(0)`, whatever is written.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Number, Value as Json, json};

use crate::conftest::formats::xml::{self, Tag};

const TABLE: &str = include_str!("elements.tsv");

struct Field<'t> {
    xml: &'t str,
    json: &'t str,
    kind: &'t str,
}

static FIELDS: LazyLock<BTreeMap<&str, Vec<Field<'_>>>> = LazyLock::new(|| {
    let mut all: BTreeMap<&str, Vec<Field<'_>>> = BTreeMap::new();
    for row in TABLE.lines().filter(|line| !line.starts_with('#')) {
        if let [of, xml, json, kind] = row.split('\t').collect::<Vec<_>>()[..] {
            all.entry(of).or_default().push(Field { xml, json, kind });
        }
    }
    all
});

/// A document.
pub(super) fn parse(text: &str) -> Result<Json, String> {
    let root = xml::tree(text)?;
    if root.name != "bom" {
        return Err(format!("the first element is <{}>, not <bom>", root.name));
    }
    let mut document = object("bom", &root)?;
    document.insert("bomFormat".to_owned(), "".into());
    document.insert("specVersion".to_owned(), "SpecVersion(0)".into());
    Ok(Json::Object(document))
}

fn object(kind: &str, element: &Tag) -> Result<Map<String, Json>, String> {
    let mut made = Map::new();
    for field in FIELDS.get(kind).into_iter().flatten() {
        let (kind, always) = match field.kind.strip_suffix('!') {
            Some(kind) => (kind, true),
            None => (field.kind, false),
        };
        let value = if field.xml == "." {
            scalar(kind, &element.text)?
        } else if let Some(name) = field.xml.strip_prefix('@') {
            match element.attributes.iter().rfind(|(own, _)| own == name) {
                Some((_, text)) => scalar(kind, text)?,
                None => Json::Null,
            }
        } else if let Some(kind) = kind.strip_suffix("[]") {
            list(kind, &places(element, field.xml))?
        } else {
            match places(element, field.xml).last() {
                Some(found) => single(kind, found)?,
                None => Json::Null,
            }
        };
        let empty = match &value {
            Json::String(text) => text.is_empty(),
            Json::Null => true,
            _ => false,
        };
        if !empty {
            made.insert(field.json.to_owned(), value);
        } else if always {
            let nothing = if kind == "int" { json!(0) } else { json!("") };
            made.insert(field.json.to_owned(), nothing);
        }
    }
    Ok(made)
}

/// The elements at a place: `components/component` are those of all lists of the name.
fn places<'t>(element: &'t Tag, place: &str) -> Vec<&'t Tag> {
    match place.split_once('/') {
        None => element.children.iter().filter(|child| child.name == place).collect(),
        Some((outer, inner)) => {
            let lists = element.children.iter().filter(|child| child.name == outer);
            lists.flat_map(|list| places(list, inner)).collect()
        }
    }
}

fn list(kind: &str, elements: &[&Tag]) -> Result<Json, String> {
    if elements.is_empty() {
        return Ok(Json::Null);
    }
    elements.iter().map(|element| single(kind, element)).collect()
}

fn single(kind: &str, element: &Tag) -> Result<Json, String> {
    match kind {
        "-" => Err(format!(
            "<{}> of CycloneDX is not read from XML; make JSON of it: `cyclonedx convert --output-format json`",
            element.name
        )),
        "text" | "int" | "float" | "bool" => scalar(kind, &element.text),
        "ref" => {
            let reference = element.attributes.iter().rfind(|(name, _)| name == "ref");
            Ok(reference.map_or("", |(_, text)| text).into())
        }
        "licenses" => licenses(element),
        "tools" => tools(element),
        kind => object(kind, element).map(Json::Object),
    }
}

fn scalar(kind: &str, text: &str) -> Result<Json, String> {
    let trimmed = text.trim();
    let wrong = |what: &str| format!("{trimmed:?} is no {what}");
    match kind {
        "int" | "float" if text.is_empty() => Ok(json!(0)),
        "int" => trimmed.parse::<i64>().map(Json::from).map_err(|_| wrong("whole number")),
        "float" => {
            let number = trimmed.parse().ok().and_then(Number::from_f64);
            number.map(Json::Number).ok_or_else(|| wrong("number"))
        }
        "bool" => match trimmed {
            "" | "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(json!(false)),
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(json!(true)),
            _ => Err(wrong("boolean")),
        },
        _ => Ok(text.into()),
    }
}

/// Licences and expressions, in their order.
fn licenses(element: &Tag) -> Result<Json, String> {
    let one = |child: &Tag| match &*child.name {
        "license" => Ok(json!({"license": object("license", child)?})),
        "expression" => object("expression", child).map(Json::Object),
        "expression-detailed" => single("-", child),
        other => Err(format!("<{other}> is no licence")),
    };
    element.children.iter().map(one).collect()
}

/// Tools are a list, or components and services.
fn tools(element: &Tag) -> Result<Json, String> {
    let tools = list("tool", &places(element, "tool"))?;
    let components = list("component", &places(element, "components/component"))?;
    let services = list("service", &places(element, "services/service"))?;
    let others = [("components", components), ("services", services)];
    let others: Map<String, Json> = others
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    match (tools.is_null(), others.is_empty()) {
        (false, true) => Ok(tools),
        (true, false) => Ok(Json::Object(others)),
        (false, false) => {
            Err("<tools> holds tools, or components and services, not both".to_owned())
        }
        (true, true) => Err("<tools> is empty".to_owned()),
    }
}
