//! Files, byte spans, and the line index that turns a byte into a line and column.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

/// A source file's number in [`Sources`], in the order in which files were added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A half-open byte range in one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range from `start` to `end`, in bytes. Files are at most [`super::MAX_FILE_BYTES`] long, so 32 bits hold any offset.
    pub fn new(start: usize, end: usize) -> Self {
        let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { start: narrow(start), end: narrow(end) }
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The same range as indices for slicing.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A span in a named file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// The bytes in it.
    pub span: Span,
}

/// A line and column, both counted from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// Byte offsets of line starts.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Index the lines of a text.
    pub fn new(text: &str) -> Self {
        let breaks = text.match_indices('\n').map(|(at, _)| Span::new(at + 1, 0).start);
        Self { starts: std::iter::once(0).chain(breaks).collect() }
    }

    /// The line (from 1) that holds a byte.
    pub fn line(&self, byte: u32) -> u32 {
        Span::new(self.starts.partition_point(|start| *start <= byte), 0).start
    }

    /// The byte at which a line (from 1) starts; the last line's for a larger number.
    pub fn start_of(&self, line: u32) -> u32 {
        let at = (line.max(1) as usize - 1).min(self.starts.len() - 1);
        self.starts[at]
    }

    /// How many lines there are, at least 1.
    pub fn count(&self) -> usize {
        self.starts.len()
    }
}

/// A text with a path, as it was read.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Path with `/` between its parts, relative to the project's root.
    pub path: Arc<str>,
    /// The whole text.
    pub text: Arc<str>,
    lines: OnceLock<LineIndex>,
    /// How many characters stand before each [`STRIDE`]th byte: lines may be as long as files.
    characters: OnceLock<Vec<usize>>,
}

/// How many bytes are looked at, at most, to know the column of one of them.
const STRIDE: usize = 1024;

impl SourceFile {
    /// A file from its path and text.
    pub fn new(path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
            lines: OnceLock::new(),
            characters: OnceLock::new(),
        }
    }

    /// The line index, made on first use.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    /// Line and column of a byte; a byte past the end is the end.
    pub fn position(&self, byte: u32) -> Position {
        let byte = self.text.floor_char_boundary(byte as usize);
        let line = self.lines().line(Span::new(byte, 0).start);
        let start = self.lines().start_of(line) as usize;
        let before = if byte - start <= STRIDE {
            characters(&self.text[start..byte])
        } else {
            self.characters_before(byte) - self.characters_before(start)
        };
        Position { line, column: Span::new(before + 1, 0).start }
    }

    fn characters_before(&self, byte: usize) -> usize {
        let at = |stride: usize| self.text.floor_char_boundary(stride * STRIDE);
        let counted = self.characters.get_or_init(|| {
            let counts = (0..self.text.len() / STRIDE).scan(0, |sum, stride| {
                *sum += characters(&self.text[at(stride)..at(stride + 1)]);
                Some(*sum)
            });
            std::iter::once(0).chain(counts).collect()
        });
        let stride = byte / STRIDE;
        counted[stride] + characters(&self.text[at(stride)..byte])
    }
}

/// A byte order mark is none.
fn characters(text: &str) -> usize {
    text.chars().filter(|c| *c != '\u{feff}').count()
}

/// All files of a run, by number and by path.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: IndexMap<Arc<str>, SourceFile, FxBuildHasher>,
    withheld: BTreeSet<FileId>,
}

impl Sources {
    /// Add a file; the same path twice keeps the first.
    pub fn add(&mut self, file: SourceFile) -> FileId {
        let entry = self.files.entry(Arc::clone(&file.path));
        let id = FileId(Span::new(entry.index(), 0).start);
        entry.or_insert(file);
        id
    }

    /// The file with this number. Numbers come from [`Sources::add`] of the same `Sources`.
    pub fn get(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// Never show the text of a file: it may hold secrets anywhere.
    pub fn withhold(&mut self, id: FileId) {
        self.withheld.insert(id);
    }

    /// Whether the text of a file must not be shown.
    pub fn is_withheld(&self, id: FileId) -> bool {
        self.withheld.contains(&id)
    }

    /// The number of the file with this path.
    pub fn find(&self, path: &str) -> Option<FileId> {
        self.files.get_index_of(path).map(|at| FileId(Span::new(at, 0).start))
    }

    /// All files with their numbers, in order of number.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.values().enumerate().map(|(at, file)| (FileId(Span::new(at, 0).start), file))
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}
