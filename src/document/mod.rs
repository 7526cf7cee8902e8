//! The document model: what every format is normalised into, and what every rule judges.
//!
//! The JSON form is a public contract, `schemas/document.schema.json`; [`json`] writes it and [`schema`] checks it.

mod fit;
mod index;
mod lookups;
mod model;
mod names;
mod piece;
mod pointer;
mod unknown;
mod value;
mod view;
pub mod json;
pub mod schema;

pub use fit::fits;
pub use index::{Edge, Index, too_many_edges};
pub use lookups::are_same;
pub use model::{
    Absent, Backend, CallSite, DATA_PREFIX, Document, Existence, Mention, Mode, ModuleCall,
    Provider, Reference, Resource, Scope, SpanTable, Variable,
};
pub use piece::Piece;
pub use pointer::{Pointer, Trail};
pub use unknown::{Bounds, HOLE, Unknown, ValueType};
pub use value::{Map, SortedMap, Value, nearest};
pub use view::View;
