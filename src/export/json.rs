//! The model as one JSON object (`schemas/model.schema.json`).

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::Export;
use crate::model::Whole;

pub(super) fn write(export: &Export<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut beside = Map::new();
    for name in ["problems", "packs"] {
        beside.insert(name.to_owned(), Json::Array(Vec::new()));
    }
    beside.extend(export.beside.clone());
    pretty(&Whole { model: export.model, beside: &beside }, out)
}

/// Indented, with a line break at the end.
pub(super) fn pretty(json: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, json)?;
    out.write_all(b"\n")
}
