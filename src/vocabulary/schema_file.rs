//! Reads what `terraform providers schema -json` prints.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value as Json;

use super::model::{Attribute, Block, Member, Nested, Nesting, Shape, Type};
use super::{DATA, PROVIDER};

#[derive(Deserialize)]
struct File {
    provider_schemas: BTreeMap<String, Schemas>,
}

#[derive(Deserialize)]
struct Schemas {
    provider: Option<Schema>,
    #[serde(default)]
    resource_schemas: BTreeMap<String, Schema>,
    #[serde(default)]
    data_source_schemas: BTreeMap<String, Schema>,
}

#[derive(Deserialize)]
struct Schema {
    #[serde(default)]
    block: RawBlock,
}

#[derive(Deserialize, Default)]
struct RawBlock {
    #[serde(default)]
    attributes: BTreeMap<Arc<str>, RawAttribute>,
    #[serde(default)]
    block_types: BTreeMap<Arc<str>, RawNested>,
}

#[derive(Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "the file's own fields")]
struct RawAttribute {
    r#type: Option<Json>,
    nested_type: Option<RawObject>,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    optional: bool,
    #[serde(default)]
    computed: bool,
    #[serde(default)]
    sensitive: bool,
}

#[derive(Deserialize)]
struct RawObject {
    #[serde(default)]
    attributes: BTreeMap<Arc<str>, RawAttribute>,
    nesting_mode: String,
}

#[derive(Deserialize)]
struct RawNested {
    nesting_mode: String,
    #[serde(default)]
    block: RawBlock,
    #[serde(default)]
    min_items: u32,
    #[serde(default)]
    max_items: u32,
}

/// The types of all providers in a file, by name. The error is a sentence.
pub(super) fn read(text: &str) -> Result<Vec<(String, Block)>, String> {
    let file: File = serde_json::from_str(text).map_err(|error| {
        format!("it is not what `terraform providers schema -json` prints: {error}")
    })?;
    let mut found = Vec::new();
    for (provider, schemas) in file.provider_schemas {
        let local = provider.rsplit('/').next().unwrap_or_default();
        let configuration = schemas.provider.map(|schema| (format!("{PROVIDER}{local}"), schema));
        let data = schemas.data_source_schemas.into_iter();
        let data = data.map(|(name, schema)| (format!("{DATA}{name}"), schema));
        for (name, schema) in schemas.resource_schemas.into_iter().chain(data).chain(configuration)
        {
            let read = block(schema.block).map_err(|error| format!("{name}: {error}"))?;
            found.push((name, read));
        }
    }
    Ok(found)
}

fn block(raw: RawBlock) -> Result<Block, String> {
    let nested = |(name, raw): (Arc<str>, RawNested)| {
        let nested = Nested {
            nesting: nesting(&raw.nesting_mode)?,
            min: raw.min_items,
            max: raw.max_items,
            computed: false,
            block: Arc::new(block(raw.block)?),
        };
        Ok((name, nested))
    };
    Ok(Block {
        attributes: attributes(raw.attributes)?,
        blocks: raw.block_types.into_iter().map(nested).collect::<Result<_, String>>()?,
        partial: false,
    })
}

fn attributes(
    raw: BTreeMap<Arc<str>, RawAttribute>,
) -> Result<BTreeMap<Arc<str>, Attribute>, String> {
    let attribute = |(name, raw): (Arc<str>, RawAttribute)| {
        let shape = match (raw.r#type, raw.nested_type) {
            (Some(kind), _) => Shape::Typed(self::kind(&kind)?),
            (None, Some(object)) => {
                let attributes = attributes(object.attributes)?;
                let block = Block { attributes, ..Block::default() };
                Shape::Nested(nesting(&object.nesting_mode)?, Arc::new(block))
            }
            (None, None) => return Err(format!("the attribute {name} has no type")),
        };
        let RawAttribute { required, optional, computed, sensitive, .. } = raw;
        Ok((name, Attribute { shape, required, optional, computed, sensitive, default: None }))
    };
    raw.into_iter().map(attribute).collect()
}

fn nesting(name: &str) -> Result<Nesting, String> {
    Ok(match name {
        "single" => Nesting::Single,
        "group" => Nesting::Group,
        "list" => Nesting::List,
        "set" => Nesting::Set,
        "map" => Nesting::Map,
        _ => return Err(format!("there is no nesting mode \"{name}\"")),
    })
}

/// A type as Terraform writes it in JSON: `"string"`, `["list", "string"]`, `["object", {"a": "string"}, ["a"]]`.
fn kind(json: &Json) -> Result<Type, String> {
    let unknown = || format!("{json} is no type");
    let element = |json: &Json| kind(json).map(Box::new);
    match json {
        Json::String(name) => Ok(match name.as_str() {
            "string" => Type::String,
            "number" => Type::Number,
            "bool" => Type::Bool,
            "dynamic" => Type::Any,
            _ => return Err(unknown()),
        }),
        Json::Array(parts) => match (parts.first().and_then(Json::as_str), parts.get(1)) {
            (Some("list"), Some(inner)) => Ok(Type::List(element(inner)?)),
            (Some("set"), Some(inner)) => Ok(Type::Set(element(inner)?)),
            (Some("map"), Some(inner)) => Ok(Type::Map(element(inner)?)),
            (Some("tuple"), Some(Json::Array(kinds))) => {
                Ok(Type::Tuple(kinds.iter().map(kind).collect::<Result<_, _>>()?))
            }
            (Some("object"), Some(Json::Object(members))) => {
                let optional = parts.get(2).and_then(Json::as_array);
                let member = |(name, json): (&String, &Json)| {
                    let optional = optional.is_some_and(|all| all.iter().any(|it| it == name));
                    Ok((name.as_str().into(), Member { kind: kind(json)?, optional }))
                };
                Ok(Type::Object(members.iter().map(member).collect::<Result<_, String>>()?))
            }
            _ => Err(unknown()),
        },
        _ => Err(unknown()),
    }
}
