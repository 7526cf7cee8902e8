//! Texts of which most are empty.

use std::sync::Arc;

/// A text that costs nothing where it is empty. (Empty `Arc<str>`s of all threads count their references at one place in memory.)
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Piece(Option<Arc<str>>);

impl Piece {
    /// The text as one that is shared.
    pub fn shared(&self) -> Arc<str> {
        self.0.clone().unwrap_or_default()
    }
}

impl std::ops::Deref for Piece {
    type Target = str;

    fn deref(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }
}

impl std::fmt::Display for Piece {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self)
    }
}

impl From<Arc<str>> for Piece {
    fn from(text: Arc<str>) -> Self {
        Self(Some(text).filter(|text| !text.is_empty()))
    }
}

impl From<&str> for Piece {
    fn from(text: &str) -> Self {
        Self(Some(text).filter(|text| !text.is_empty()).map(Arc::from))
    }
}

impl From<String> for Piece {
    fn from(text: String) -> Self {
        Self(Some(text).filter(|text| !text.is_empty()).map(Arc::from))
    }
}
