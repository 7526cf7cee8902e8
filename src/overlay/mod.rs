//! Threat models that people keep: Open Threat Model files that are laid over the derived model.
//!
//! Takes a file in OTM 0.2 (JSON or YAML); gives an [`Overlay`]. [`settings()`] is what it says about assets in code, to be known before they
//! are scored; [`join()`] brings assets, zones, flows and assumptions into a model and says where the two differ; [`judge()`] lets mitigations
//! and accepted risks close threats. What is wrong in a file is
//! a problem each, with its place; the rest of the file holds.
//!
//! | OTM | joins the model by | brings |
//! |---|---|---|
//! | `components` | `attributes.address` (one or several), `attributes.selector`, else its `id` | an asset, or for one in code: sensitivity, environment, owner |
//! | `trustZones` | `attributes.address`, else its `id` (also with `boundary:` before it) | a boundary |
//! | `dataflows` | its `id`, else ends, kind, protocol and port | a flow |
//! | `assets` | `components[].assets.stored` and `processed` | sensitivity, from `risk.confidentiality` |
//! | `components[].threats`, `dataflows[].threats` | `attributes.class` of the threat, else its `id` up to `@` | what closes the threat of that class there |
//! | `project.attributes.assumptions` | | assumptions |
//!
//! A selector is a map of `address`, `type`, `kind`, `name`, `boundary`, `environment`, `path` to patterns in which `*` stands for any text;
//! all must fit. `attributes.in_code: false` says that something stands in no code on purpose; `project.attributes.partial: true` that the
//! file does not mean to name everything. Neither is drift then.

mod join;
mod judge;
mod otm;
mod reader;
mod settings;

use std::sync::Arc;

use crate::model::{Asset, Element, Encrypted, FlowKind, Location, ThreatState};
use crate::source::{FileSystem, MAX_FILE_BYTES, Place, Problem, ProblemKind, SourceFile, Sources};

pub use join::join;
pub use judge::judge;
pub use settings::{Setting, settings};

/// A model by hand, as it is laid over a derived one.
#[derive(Clone, Debug, Default)]
pub struct Overlay {
    zones: Vec<Zone>,
    components: Vec<Component>,
    flows: Vec<Dataflow>,
    assumptions: Vec<Arc<str>>,
    /// Whether it does not mean to name everything.
    is_partial: bool,
}

/// Where something is written.
#[derive(Clone, Debug)]
struct Spot {
    place: Place,
    location: Location,
}

/// What something by hand stands for.
#[derive(Clone, Debug)]
enum Refers {
    /// What has its own id, if anything.
    Id,
    /// Addresses.
    Addresses(Vec<Arc<str>>),
    /// All that fits.
    Selector(Vec<(Key, Arc<str>)>),
}

/// What a selector looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Address,
    Type,
    Kind,
    Name,
    Boundary,
    Environment,
    Path,
}

impl Key {
    const ALL: [(&'static str, Self); 7] = [
        ("address", Self::Address),
        ("type", Self::Type),
        ("kind", Self::Kind),
        ("name", Self::Name),
        ("boundary", Self::Boundary),
        ("environment", Self::Environment),
        ("path", Self::Path),
    ];

    /// What it looks at in an asset.
    fn of(self, asset: &Asset) -> Option<&str> {
        match self {
            Self::Address => Some(&asset.id),
            Self::Type => asset.resource_type.as_deref(),
            Self::Kind => Some(&asset.kind),
            Self::Name => Some(&asset.name),
            Self::Boundary => asset.boundary.as_deref(),
            Self::Environment => asset.environment.as_deref(),
            Self::Path => asset.source.as_ref().map(|source| &*source.file),
        }
    }
}

#[derive(Clone, Debug)]
struct Zone {
    id: Arc<str>,
    name: Arc<str>,
    kind: Arc<str>,
    parent: Option<Arc<str>>,
    environment: Option<Arc<str>>,
    refers: Refers,
    in_code: bool,
    spot: Spot,
}

/// What holds a component.
#[derive(Clone, Debug)]
enum Parent {
    Zone(Arc<str>),
    Component(Arc<str>),
}

#[derive(Clone, Debug)]
struct Component {
    id: Arc<str>,
    name: Arc<str>,
    kind: Arc<str>,
    element: Element,
    parent: Parent,
    sensitivity: Option<Arc<str>>,
    environment: Option<Arc<str>>,
    owner: Option<Arc<str>>,
    properties: Vec<(Arc<str>, Arc<str>)>,
    refers: Refers,
    in_code: bool,
    verdicts: Vec<Verdict>,
    spot: Spot,
}

#[derive(Clone, Debug)]
struct Dataflow {
    id: Arc<str>,
    label: Arc<str>,
    source: Arc<str>,
    target: Arc<str>,
    is_bidirectional: bool,
    /// None where the file does not say.
    kind: Option<FlowKind>,
    protocol: Option<Arc<str>>,
    port: Option<Arc<str>>,
    encrypted: Encrypted,
    in_code: bool,
    verdicts: Vec<Verdict>,
    spot: Spot,
}

/// What people say about a threat.
#[derive(Clone, Debug)]
struct Verdict {
    class: Arc<str>,
    state: ThreatState,
    note: Arc<str>,
    spot: Spot,
}

/// Read an overlay into the sources.
pub fn read(files: &dyn FileSystem, path: &str, sources: &mut Sources) -> (Overlay, Vec<Problem>) {
    let unreadable = |kind: ProblemKind, why: &str| {
        let problem = Problem::new(kind, format!("`{path}` cannot be read: {why}"));
        (Overlay::default(), vec![problem.path(path)])
    };
    match files.size(path) {
        Err(error) => {
            return unreadable(ProblemKind::NotFound, &error.kind().to_string());
        }
        Ok(size) if size > MAX_FILE_BYTES => {
            return unreadable(ProblemKind::Limit, "it is too large");
        }
        Ok(_) => {}
    }
    let text = match files.read(path).map(String::from_utf8) {
        Ok(Ok(text)) => text,
        Ok(Err(_)) => return unreadable(ProblemKind::NotUtf8, "it is not UTF-8"),
        Err(error) => return unreadable(ProblemKind::Unreadable, &error.kind().to_string()),
    };
    let file = sources.add(SourceFile::new(path, text));
    otm::parse(file, sources.get(file))
}
