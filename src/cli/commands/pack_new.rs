//! `dreadnought pack new`: a pack that passes its own tests.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::schema;
use crate::cli::args::PackNew;
use crate::cli::exit::Exit;
use crate::cli::output;

/// Files of a new pack: path, text. `NAME` and `SEGMENT` (the name in Rego packages) are filled in.
const FILES: &[(&str, &str)] = &[
    ("pack.yaml", include_str!("../templates/pack/pack.yaml")),
    ("rules/bucket.yaml", include_str!("../templates/pack/bucket.yaml")),
    ("rules/bucket_owner.rego", include_str!("../templates/pack/bucket_owner.rego")),
    ("tests/bucket/buckets.tf", include_str!("../templates/pack/buckets.tf")),
    ("tests/bucket/region_test.yaml", include_str!("../templates/pack/region_test.yaml")),
    ("tests/bucket/owner_test.rego", include_str!("../templates/pack/bucket_owner_test.rego")),
    ("README.md", include_str!("../templates/pack/README.md")),
    (".vscode/settings.json", include_str!("../templates/pack/settings.json")),
    (".editorconfig", include_str!("../templates/pack/editorconfig")),
];
/// Schemas that editors complete by.
const SCHEMAS: [&str; 4] = ["pack", "rules", "threats", "tests"];

/// Run the command. A folder that holds something is left alone.
pub fn run(arguments: &PackNew) -> anyhow::Result<Exit> {
    let name = &arguments.name;
    let good = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.split('-').all(|part| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        });
    anyhow::ensure!(
        good,
        "`{name}` is no name for a pack: small letters and digits, joined by `-`"
    );
    anyhow::ensure!(
        name != "lib",
        "a pack cannot be called `lib`: Rego packages below it are the shared library"
    );
    let folder = arguments.folder.clone().unwrap_or_else(|| PathBuf::from(name));
    let shown = folder.display().to_string();
    if let Ok(mut entries) = folder.read_dir() {
        anyhow::ensure!(entries.next().is_none(), "{shown} is there already and not empty");
    }
    let segment = name.replace('-', "_");
    for (path, text) in FILES {
        let text = text.replace("SEGMENT", &segment).replace("NAME", name);
        write(&folder.join(path), &text)?;
    }
    for schema in SCHEMAS {
        let text = schema::text(schema).unwrap_or_default();
        write(&folder.join(format!(".schemas/{schema}.schema.json")), text)?;
    }
    let text =
        format!("made the pack {name} in {shown}; run its tests with: dreadnought test {shown}\n");
    output::to_stdout(text.as_bytes())?;
    Ok(Exit::Passed)
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
    }
    output::to_file(path, text.as_bytes())
}
