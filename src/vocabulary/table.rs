//! The embedded tables: sorted lines of text, in which one type is found without reading the others.
//!
//! A line is `TYPE<tab>ITEMS<tab>SOURCE`, lines that begin with `#` say where the table comes from; `# exact` means that there is nothing
//! beyond what it lists. [`super::notation`] describes the items.

/// The tables in the binary, each with its path.
#[expect(clippy::unreadable_literal, reason = "offsets that a build script writes")]
pub const TABLES: &[Table] = &include!(concat!(env!("OUT_DIR"), "/vocabulary.rs"));

/// A table.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Where it lies in the project.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
    /// Where its lines start, but for its head; they are sorted by name.
    pub starts: &'static [u32],
}

/// What a table says of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// `aws_vpc`, `data.aws_vpc`, `provider.aws`.
    pub name: &'static str,
    /// Its attributes and blocks.
    pub items: &'static str,
    /// Where that is written; empty where the table's head says it.
    pub source: &'static str,
}

impl Table {
    /// The head, without the `#`.
    pub fn head(self) -> impl Iterator<Item = &'static str> {
        self.text.lines().map_while(|line| line.strip_prefix('#')).map(str::trim)
    }

    /// Whether there is nothing beyond what it lists, in any version.
    pub fn is_exact(self) -> bool {
        self.head().any(|line| line == "exact")
    }

    /// All lines but the head.
    pub fn lines(self) -> impl Iterator<Item = Line> {
        self.text.lines().filter(|line| !line.starts_with('#')).map(line)
    }

    /// The line of a type.
    pub fn line(self, name: &str) -> Option<Line> {
        let name_at = |start: &u32| {
            let rest = &self.text[*start as usize..];
            rest.split(['\t', '\n']).next().unwrap_or_default()
        };
        let at = self.starts.binary_search_by(|start| name_at(start).cmp(name)).ok()?;
        let rest = &self.text[self.starts[at] as usize..];
        rest.lines().next().map(line)
    }
}

fn line(text: &'static str) -> Line {
    let mut parts = text.split('\t');
    let mut next = || parts.next().unwrap_or_default();
    Line { name: next(), items: next(), source: next() }
}
