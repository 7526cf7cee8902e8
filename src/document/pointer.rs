//! JSON pointers (RFC 6901): how an attribute is addressed.

use std::fmt;

/// A JSON pointer, `""` for the whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer(String);

impl Pointer {
    /// The pointer to the whole.
    pub fn root() -> Self {
        Self::default()
    }

    /// From text that is a pointer already (`""` or beginning with `/`).
    pub fn parse(text: &str) -> Option<Self> {
        (text.is_empty() || text.starts_with('/')).then(|| Self(text.to_owned()))
    }

    /// This pointer followed by a key.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        let mut text = String::with_capacity(self.0.len() + key.len() + 1);
        text.push_str(&self.0);
        push_key(&mut text, key);
        Self(text)
    }

    /// This pointer followed by a list position.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        let mut text = String::with_capacity(self.0.len() + 4);
        text.push_str(&self.0);
        push_index(&mut text, index);
        Self(text)
    }

    /// This pointer followed by all parts of another.
    #[must_use]
    pub fn join(&self, tail: &Self) -> Self {
        Self([&*self.0, &*tail.0].concat())
    }

    /// This pointer from one that holds it on, `None` if that does not.
    pub fn below(&self, above: &Self) -> Option<Self> {
        let rest = self.0.strip_prefix(&above.0)?;
        (rest.is_empty() || rest.starts_with('/')).then(|| Self(rest.to_owned()))
    }

    /// The parts, unescaped.
    pub fn parts(&self) -> impl Iterator<Item = String> + '_ {
        self.0.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~"))
    }

    /// The pointer without its last part, `None` for the whole.
    pub fn parent(&self) -> Option<Self> {
        self.0.rfind('/').map(|at| Self(self.0[..at].to_owned()))
    }

    /// Whether this addresses `other` or something that holds it.
    pub fn covers(&self, other: &Self) -> bool {
        other.0.strip_prefix(&self.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this addresses the whole.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

fn push_key(text: &mut String, key: &str) {
    text.push('/');
    if key.bytes().any(|byte| matches!(byte, b'~' | b'/')) {
        text.push_str(&key.replace('~', "~0").replace('/', "~1"));
    } else {
        text.push_str(key);
    }
}

fn push_index(text: &mut String, index: usize) {
    text.push('/');
    // Most positions have one digit.
    match u32::try_from(index).ok().and_then(|index| char::from_digit(index, 10)) {
        Some(digit) => text.push(digit),
        None => text.push_str(&index.to_string()),
    }
}

/// The way to a place below a pointer, step by step: a pointer that is made only when it is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Trail<'t> {
    above: Option<&'t Trail<'t>>,
    step: Step<'t>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'t> {
    Start(&'t Pointer),
    Key(&'t str),
    Index(usize),
}

impl<'t> Trail<'t> {
    /// Where it starts.
    pub fn from(pointer: &'t Pointer) -> Self {
        Self { above: None, step: Step::Start(pointer) }
    }

    /// Whether it leads nowhere: to the whole.
    pub fn is_root(&self) -> bool {
        matches!(self.step, Step::Start(pointer) if pointer.is_root())
    }

    /// One step on, to a key.
    #[must_use]
    pub fn key(&'t self, key: &'t str) -> Self {
        Self { above: Some(self), step: Step::Key(key) }
    }

    /// One step on, to a list position.
    #[must_use]
    pub fn index(&'t self, index: usize) -> Self {
        Self { above: Some(self), step: Step::Index(index) }
    }

    /// The pointer.
    pub fn pointer(&self) -> Pointer {
        let mut text = String::with_capacity(self.length());
        self.write(&mut text);
        Pointer(text)
    }

    /// About how long the pointer is, in bytes.
    fn length(&self) -> usize {
        let own = match self.step {
            Step::Start(pointer) => pointer.0.len(),
            Step::Key(key) => key.len() + 1,
            Step::Index(_) => 4,
        };
        self.above.map_or(own, |above| above.length() + own)
    }

    fn write(&self, text: &mut String) {
        if let Some(above) = self.above {
            above.write(text);
        }
        match self.step {
            Step::Start(pointer) => text.push_str(&pointer.0),
            Step::Key(key) => push_key(text, key),
            Step::Index(index) => push_index(text, index),
        }
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
