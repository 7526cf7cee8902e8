//! Writes a threat model: for people, for drawing programs, for other threat-modelling tools.
//!
//! Takes a [`ThreatModel`] and a writer; the only errors are those of the writer. A new format is one file and one line of [`FORMATS`].
//! Names in a model come from configurations that may be hostile: every format escapes all of them (`escape`).

mod dot;
mod html;
mod ids;
pub(crate) mod escape;
mod json;
pub mod layout;
mod markdown;
mod mermaid;
mod otm;
mod outline;
mod svg;
mod text;
mod threat_dragon;
mod threatcl;
mod words;

use std::io::{self, Write};

use serde_json::{Map, Value as Json};

use crate::model::ThreatModel;

/// What is written.
#[derive(Clone, Debug)]
pub struct Export<'a> {
    /// The model.
    pub model: &'a ThreatModel,
    /// Version of Dreadnought.
    pub version: &'a str,
    /// Members that stand beside the model's own in JSON: problems, packs.
    pub beside: Map<String, Json>,
    /// Whether text has colours.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// Whether threats that are mitigated or accepted are listed too, with what closes them.
    pub closed: bool,
}

impl<'a> Export<'a> {
    /// A model with the usual choices.
    pub fn new(model: &'a ThreatModel, version: &'a str) -> Self {
        Self { model, version, beside: Map::new(), color: false, width: 100, closed: false }
    }
}

/// A way to write a model.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// Its name on the command line.
    pub id: &'static str,
    /// One sentence on what it is.
    pub about: &'static str,
    /// Its media type.
    pub media: &'static str,
    /// Writes the model.
    pub write: fn(&Export<'_>, &mut dyn Write) -> io::Result<()>,
}

/// Every way to write a model; the first is the default.
pub const FORMATS: &[Format] = &[
    Format {
        id: "text",
        about: "for people: the worst threats, attack paths, what cuts them",
        media: "text/plain",
        write: text::write,
    },
    Format {
        id: "json",
        about: "one object, see `dreadnought schema model`",
        media: "application/json",
        write: json::write,
    },
    Format {
        id: "html",
        about: "one page that works offline: diagram, threats, attack paths",
        media: "text/html",
        write: html::write,
    },
    Format {
        id: "markdown",
        about: "a page for a repository",
        media: "text/markdown",
        write: markdown::write,
    },
    Format {
        id: "svg",
        about: "data-flow diagram as one SVG file",
        media: "image/svg+xml",
        write: svg::write,
    },
    Format {
        id: "mermaid",
        about: "data-flow diagram as a Mermaid flowchart",
        media: "text/vnd.mermaid",
        write: mermaid::write,
    },
    Format {
        id: "dot",
        about: "data-flow diagram for Graphviz",
        media: "text/vnd.graphviz",
        write: dot::write,
    },
    Format {
        id: "otm",
        about: "Open Threat Model, with a diagram",
        media: "application/json",
        write: otm::write,
    },
    Format {
        id: "threat-dragon",
        about: "OWASP Threat Dragon, version 2",
        media: "application/json",
        write: threat_dragon::write,
    },
    Format {
        id: "threatcl",
        about: "HCL for threatcl",
        media: "text/x-hcl",
        write: threatcl::write,
    },
];

/// The format with this id.
pub fn format(id: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.id == id)
}
