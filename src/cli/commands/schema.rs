//! `dreadnought schema`: the JSON schemas of what is read and written.

use crate::cli::args::Schema;
use crate::cli::exit::Exit;
use crate::cli::output;

/// Every schema by name.
const SCHEMAS: &[(&str, &str)] = &[
    ("document", include_str!("../../../schemas/document.schema.json")),
    ("report", include_str!("../../../schemas/report.schema.json")),
    ("model", crate::model::SCHEMA),
    ("config", include_str!("../../../schemas/config.schema.json")),
    ("pack", include_str!("../../../schemas/pack.schema.json")),
    ("rules", include_str!("../../../schemas/rules.schema.json")),
    ("vocabulary", include_str!("../../../schemas/vocabulary.schema.json")),
    ("baseline", include_str!("../../../schemas/baseline.schema.json")),
    ("compliance", include_str!("../../../schemas/compliance.schema.json")),
    ("threats", include_str!("../../../schemas/threats.schema.json")),
    ("tests", include_str!("../../../schemas/tests.schema.json")),
];

/// The names of all schemas.
pub fn names() -> impl Iterator<Item = &'static str> {
    SCHEMAS.iter().map(|(name, _)| *name)
}

/// The text of a schema.
pub fn text(name: &str) -> Option<&'static str> {
    SCHEMAS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// Run the command.
pub fn run(arguments: &Schema) -> anyhow::Result<Exit> {
    let schema = SCHEMAS.iter().find(|(name, _)| *name == arguments.name);
    output::to_stdout(schema.map(|(_, text)| text.as_bytes()).unwrap_or_default())?;
    Ok(Exit::Passed)
}
