//! Source files and places in them: bytes come in here, and every later stage points back here.
//!
//! A [`Span`] is a byte range in one file; lines and columns are computed only when something is shown.

mod file;
mod disk;
mod file_system;
mod path;
mod pattern;
mod problem;
mod suggest;
mod walk;
mod xml;

pub use disk::DiskFileSystem;
pub use file::{FileId, LineIndex, Place, Position, SourceFile, Sources, Span};
pub use file_system::{Entry, EntryKind, FileSystem, MemoryFileSystem};
pub use path::{folder_of, join, normalize, relative};
pub use pattern::fits;
pub use problem::{Problem, ProblemKind, ProblemSeverity};
pub use suggest::nearest;
pub use xml::xml_escaped;

/// Largest source file that is read, in bytes. A larger one is a problem that names this limit.
pub const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;
/// Deepest nesting that any syntax accepts. Deeper input is a problem that names this limit.
pub const MAX_NESTING: usize = 128;
/// Size of the stack on which parsing and evaluation run, in bytes.
pub const STACK_BYTES: usize = 64 * 1024 * 1024;
