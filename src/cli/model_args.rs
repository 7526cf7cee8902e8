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
    pub view: ModelView,
}

impl Model {
    /// What is asked for, and what to compare it with.
    pub fn view(&self) -> (&ModelView, Option<&str>) {
        match &self.command {
            Some(ModelCommand::Diff(diff)) => (&diff.view, Some(&diff.against)),
            None => (&self.view, None),
        }
    }

    /// What to read.
    pub fn input_mut(&mut self) -> &mut Input {
        match &mut self.command {
            Some(ModelCommand::Diff(diff)) => &mut diff.view.input,
            None => &mut self.view.input,
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum ModelCommand {
    /// Show what changed since another model: assets, boundaries crossed, flows, threats, scores, attack paths
    Diff(ModelDiff),
}

#[derive(Debug, Args)]
pub struct ModelDiff {
    /// A revision of git, a folder with another state, or a file that `dreadnought model -o json` wrote
    #[arg(value_name = "REVISION|DIR|FILE")]
    pub against: String,
    #[command(flatten)]
    pub view: ModelView,
}

/// What a model is made of, and how it is written.
#[derive(Debug, Args)]
pub struct ModelView {
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
    /// Lay a model that people keep over the derived one (Open Threat Model 0.2, JSON or YAML)
    #[arg(long = "overlay", value_name = "FILE")]
    pub overlays: Vec<PathBuf>,
    /// Format, to stdout or a file; may be repeated
    #[arg(short, long = "output", value_name = "FORMAT[=FILE]", value_parser = model_output)]
    pub outputs: Vec<ModelOutput>,
    /// Colors in text
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
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
