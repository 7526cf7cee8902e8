//! Arguments of `dreadnought model`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::args::{Color, Input, Packs, format_and_file, profile};
use crate::export::{FORMATS, Format};
use crate::finding::context::Profile;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Model {
    #[command(subcommand)]
    pub command: Option<ModelCommand>,
    #[command(flatten)]
    pub build: ModelBuild,
    /// How to write it, to stdout or a file; may be repeated
    #[arg(short, long = "output", value_name = "FORMAT[=FILE]", value_parser = model_output, help_heading = "Output")]
    pub outputs: Vec<ModelOutput>,
    /// Colors in the text
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub color: Color,
}

impl Model {
    /// What is asked for, by itself or to be compared.
    pub fn build(&self) -> &ModelBuild {
        match &self.command {
            Some(ModelCommand::Diff(diff)) => &diff.build,
            None => &self.build,
        }
    }

    /// The same, to be filled in.
    pub fn build_mut(&mut self) -> &mut ModelBuild {
        match &mut self.command {
            Some(ModelCommand::Diff(diff)) => &mut diff.build,
            None => &mut self.build,
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum ModelCommand {
    /// Compare with another model: assets, boundaries crossed, flows, threats, scores, attack paths
    Diff(ModelDiff),
}

#[derive(Debug, Args)]
pub struct ModelDiff {
    /// A revision of git, or a file that `dreadnought model -o json` wrote
    #[arg(value_name = "REVISION|FILE")]
    pub against: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub build: ModelBuild,
}

/// What a model is made of.
#[derive(Debug, Args)]
pub struct ModelBuild {
    #[command(flatten)]
    pub input: Input,
    #[command(flatten)]
    pub packs: Packs,
    /// Which DREAD factors count: contextual, fixed10 (discoverability is 10), dread-d (without it)
    #[arg(long, value_name = "PROFILE", default_value = "contextual", value_parser = profile)]
    pub profile: Profile,
    /// List threats that a proven control closes too
    #[arg(long)]
    pub show_mitigated: bool,
    /// Lay an Open Threat Model file over it; may be repeated
    #[arg(long = "overlay", value_name = "FILE")]
    pub overlays: Vec<PathBuf>,
}

/// A format and where it goes.
#[derive(Clone, Debug)]
pub struct ModelOutput {
    /// The format.
    pub format: &'static Format,
    /// Where; stdout where there is none.
    pub file: Option<PathBuf>,
}

fn model_output(text: &str) -> Result<ModelOutput, String> {
    let (id, file) = format_and_file(text)?;
    let known = || FORMATS.iter().map(|format| format.id).collect::<Vec<_>>().join(", ");
    let format = crate::export::format(id)
        .ok_or_else(|| format!("no such format; there are {}", known()))?;
    Ok(ModelOutput { format, file })
}
