//! The embedded tables: sorted lines of text, in which one type is found without reading the others.
//!
//! A line is `TYPE<tab>ITEMS<tab>SOURCE`, lines that begin with `#` say where the table comes from; `# exact` means that there is nothing
//! beyond what it lists. [`super::notation`] describes the items.

/// The tables in the binary, each with its path.
pub const TABLES: &[Table] = &include!(concat!(env!("OUT_DIR"), "/vocabulary.rs"));

/// A table.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Where it lies in the project.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
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

    /// The line of a type, by halving.
    pub fn line(self, name: &str) -> Option<Line> {
        let mut rest = self.text;
        while !rest.is_empty() {
            let middle = (0..=rest.len() / 2).rev().find(|at| rest.is_char_boundary(*at))?;
            let start = rest[..middle].rfind('\n').map_or(0, |at| at + 1);
            let end = rest[start..].find('\n').map_or(rest.len(), |at| start + at);
            let here = line(&rest[start..end]);
            match here.name.cmp(name) {
                std::cmp::Ordering::Equal => return Some(here),
                std::cmp::Ordering::Less => rest = rest.get(end + 1..).unwrap_or_default(),
                std::cmp::Ordering::Greater => rest = &rest[..start],
            }
        }
        None
    }
}

fn line(text: &'static str) -> Line {
    let mut parts = text.split('\t');
    let mut next = || parts.next().unwrap_or_default();
    Line { name: next(), items: next(), source: next() }
}
