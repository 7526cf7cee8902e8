//! A place in a text, for the parsers of small formats.

/// How deep values may lie in each other.
pub(super) const MAX_DEPTH: usize = 100;

/// A text and how far it was read.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at == self.text.len()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn starts_with(&self, text: &str) -> bool {
        self.rest().starts_with(text)
    }

    /// Reads one character.
    pub(super) fn bump(&mut self) -> Option<char> {
        let found = self.peek()?;
        self.at += found.len_utf8();
        Some(found)
    }

    /// Reads a text if it stands here.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        let found = self.starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    /// Reads as long as characters are wanted.
    pub(super) fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let taken = &rest[..rest.find(|c| !wanted(c)).unwrap_or(rest.len())];
        self.at += taken.len();
        taken
    }

    /// Reads up to a mark, and the mark; nothing if there is none.
    pub(super) fn take_until(&mut self, mark: &str) -> Option<&'t str> {
        let rest = self.rest();
        let taken = &rest[..rest.find(mark)?];
        self.at += taken.len() + mark.len();
        Some(taken)
    }

    /// The character of four hexadecimal digits.
    pub(super) fn unicode(&mut self) -> Result<char, String> {
        let digits: String = (0..4).filter_map(|_| self.bump()).collect();
        let code = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
        code.ok_or_else(|| self.wrong(format!("`\\u{digits}` is no character")))
    }

    /// What is wrong, with its line.
    pub(super) fn wrong(&self, what: impl std::fmt::Display) -> String {
        let line = self.text[..self.at].matches('\n').count() + 1;
        format!("line {line}: {what}")
    }

    /// What stands here, for a message.
    pub(super) fn here(&self) -> String {
        self.peek().map_or_else(|| "the end".to_owned(), |found| format!("`{found}`"))
    }

    /// Refuses what lies too deep.
    pub(super) fn deep(&self, depth: usize) -> Result<(), String> {
        if depth > MAX_DEPTH {
            return Err(self.wrong(format!("values lie more than {MAX_DEPTH} deep")));
        }
        Ok(())
    }
}
