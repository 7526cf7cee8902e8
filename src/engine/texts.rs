//! What the known ends of an unknown text decide about it.

use regex_automata::Input;
use regex_automata::hybrid::LazyStateID;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson;

use crate::document::Unknown;

/// Bytes of a compiled pattern.
const SIZE_LIMIT: usize = 1 << 20;

/// A question about a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// Whether it begins so.
    Begins,
    /// Whether it ends so.
    Ends,
    /// Whether it holds this.
    Holds,
    /// Whether it matches this regular expression, somewhere.
    Matches,
}

impl Question {
    /// The answer for all texts that there can be, if they have one. Where there may be none, that is not asked here.
    pub(super) fn ask(self, text: &Unknown, part: &str) -> Option<bool> {
        if !text.is_text() {
            return None;
        }
        if let (Some(values), false) = (&text.one_of, self == Self::Matches) {
            let mut answers =
                values.iter().filter_map(|value| Some(self.of(value.as_str()?, part)));
            let first = answers.next()?;
            return answers.all(|answer| answer == first).then_some(first);
        }
        let (prefix, suffix) = (&*text.prefix, &*text.suffix);
        match self {
            Self::Begins if prefix.starts_with(part) => Some(true),
            Self::Begins => {
                let more = part.strip_prefix(prefix);
                let beyond = |more: &str| text.segment && more.contains('/');
                more.is_none_or(beyond).then_some(false)
            }
            Self::Ends if suffix.ends_with(part) => Some(true),
            Self::Ends if text.segment && part.contains('/') => {
                // What goes on into what is not known has no `/`.
                let known = part.rfind('/').map_or("", |last| &part[..=last]);
                (!prefix.ends_with(known)).then_some(false)
            }
            Self::Ends => (!part.ends_with(suffix)).then_some(false),
            Self::Holds if prefix.contains(part) || suffix.contains(part) => Some(true),
            Self::Holds if text.segment => {
                let known = part.rfind('/').map_or("", |last| &part[..=last]);
                (!prefix.ends_with(known)).then_some(false)
            }
            Self::Holds => None,
            Self::Matches => after(part, prefix),
        }
    }
}

impl Question {
    fn of(self, text: &str, part: &str) -> bool {
        match self {
            Self::Begins => text.starts_with(part),
            Self::Ends => text.ends_with(part),
            Self::Holds => text.contains(part),
            Self::Matches => false,
        }
    }
}

/// Whether texts that begin so match a pattern: all of them, none of them; `None` where it is neither or not known.
fn after(pattern: &str, prefix: &str) -> Option<bool> {
    let limits = thompson::Config::new().nfa_size_limit(Some(SIZE_LIMIT));
    let dfa = DFA::builder().thompson(limits).build(pattern).ok()?;
    let mut cache = dfa.create_cache();
    let mut state = dfa.start_state_forward(&mut cache, &Input::new(prefix)).ok()?;
    for byte in prefix.bytes() {
        state = dfa.next_state(&mut cache, state, byte).ok()?;
        // A match is seen one byte late: what follows no longer matters.
        if state.is_match() {
            return Some(true);
        }
        if state.is_dead() {
            return Some(false);
        }
        if state.is_quit() {
            return None;
        }
    }
    let (next, end) = successors(&dfa, &mut cache, state)?;
    if end.is_match() && next.iter().all(LazyStateID::is_match) {
        return Some(true);
    }
    (!end.is_match() && next.iter().all(LazyStateID::is_dead)).then_some(false)
}

/// The states after each byte that can begin a character, and the one after the end.
fn successors(
    dfa: &DFA,
    cache: &mut Cache,
    state: LazyStateID,
) -> Option<(Vec<LazyStateID>, LazyStateID)> {
    let bytes = (0..0x80).chain(0xc2..0xf5);
    let next = bytes.map(|byte| dfa.next_state(cache, state, byte)).collect::<Result<_, _>>();
    Some((next.ok()?, dfa.next_eoi_state(cache, state).ok()?))
}
