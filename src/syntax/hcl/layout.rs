//! What indentation says: where something is not closed, the line that starts further out ends it.

use super::parser::Parser;

/// How much lines count for while a statement is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// Nothing: brackets alone say where things end.
    Free,
    /// A block header at the very start of a line starts a new block.
    Anchored,
    /// A statement that is indented no deeper than the one that is being read starts a new one, and a brace that is
    /// indented less closes what is around it.
    Indented,
}

impl Parser<'_> {
    /// At the start of a line inside of a statement: if the line does not belong to it, the text ends here for now.
    pub(super) fn look_at_line(&mut self) {
        if self.is_outer_line(self.at) {
            self.bytes = &self.bytes[..self.at];
        }
    }

    /// Whether the line that starts here does not belong to the statement that is being read.
    pub(super) fn is_outer_line(&self, at: usize) -> bool {
        let line = self.bytes.get(at..).unwrap_or_default();
        let indent = indent_of(line);
        match self.layout {
            Layout::Free => false,
            Layout::Anchored => indent == 0 && self.is_header(at),
            Layout::Indented => match line.get(indent) {
                Some(b'}') => indent < self.floor,
                Some(_) => {
                    let at = at + indent;
                    indent <= self.floor && (self.is_assignment(at) || self.is_header(at))
                }
                None => false,
            },
        }
    }

    /// How far the line of an offset is indented.
    pub(super) fn indent_at(&self, at: usize) -> usize {
        let start = self.text[..at].rfind('\n').map_or(0, |at| at + 1);
        indent_of(&self.text.as_bytes()[start..])
    }

    /// Whether `name =` starts here.
    pub(super) fn is_assignment(&self, at: usize) -> bool {
        let length = self.identifier_length_at(at);
        let rest = self.bytes.get(at + length..).unwrap_or_default();
        let rest = rest.get(indent_of(rest)..).unwrap_or_default();
        length > 0 && rest.first() == Some(&b'=') && !matches!(rest.get(1), Some(b'=' | b'>'))
    }

    /// Whether `name "label" {` starts here.
    fn is_header(&self, at: usize) -> bool {
        let mut at = at;
        let mut length = self.identifier_length_at(at);
        while length > 0 {
            at += length;
            let rest = self.bytes.get(at..).unwrap_or_default();
            at += indent_of(rest);
            length = match self.bytes.get(at) {
                Some(b'{') => return true,
                Some(b'"') => {
                    let inner = &self.bytes[at + 1..];
                    let end = inner.iter().position(|byte| matches!(byte, b'"' | b'\n'));
                    end.filter(|end| inner[*end] == b'"').map_or(0, |end| end + 2)
                }
                _ => self.identifier_length_at(at),
            };
        }
        false
    }
}

fn indent_of(line: &[u8]) -> usize {
    line.iter().position(|byte| !matches!(byte, b' ' | b'\t')).unwrap_or(line.len())
}
