//! The model as one JSON object (`schemas/model.schema.json`).

use std::io::{self, Write};

use serde_json::Value as Json;

use super::Export;
use crate::model::to_json;

pub(super) fn write(export: &Export<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut json = to_json(export.model);
    if let Json::Object(members) = &mut json {
        for name in ["problems", "packs"] {
            members.insert(name.to_owned(), Json::Array(Vec::new()));
        }
        members.extend(export.beside.clone());
    }
    pretty(&json, out)
}

/// Indented, with a line break at the end.
pub(super) fn pretty(json: &Json, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, json)?;
    out.write_all(b"\n")
}
