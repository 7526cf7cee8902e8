//! What repeats in a text: the first half of deflate. Which repetitions are found decides the bytes that come out, so the search has
//! the habits of Go's compressor at its default level: one hash of four bytes, chains of 128 tries, a match put off for a better one.

/// The shortest repetition that is looked for, and the longest.
const SHORTEST: usize = 4;
const LONGEST: usize = 258;
const WINDOW: usize = 1 << 15;
/// How far back a shortest repetition may lie to be worth it.
const NEAR: usize = 4096;
/// A match that is this long ends the search.
const NICE: usize = 128;
/// After a match that is this long, no better one is looked for.
const LAZY: usize = 16;
const TRIES: usize = 128;
const HASH_BITS: u32 = 17;
const TOKENS_OF_BLOCK: usize = 1 << 14;

/// A byte as it is, or a repetition of what stands so far back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Literal(u8),
    Match { length: usize, distance: usize },
}

/// What is written together, and the bytes that it stands for.
#[derive(Debug)]
pub(super) struct Block<'a> {
    pub(super) tokens: Vec<Token>,
    pub(super) bytes: &'a [u8],
}

/// The blocks of a text that is no longer than two windows.
pub(super) fn blocks(text: &[u8]) -> Vec<Block<'_>> {
    let mut search = Search::new(text);
    search.run();
    search.blocks
}

/// Earlier places of the same four bytes; places count from 1, 0 is none.
struct Chains {
    heads: Vec<u32>,
    previous: Vec<u32>,
}

struct Search<'a> {
    text: &'a [u8],
    chains: Chains,
    /// Where the newest chain began.
    head: u32,
    tokens: Vec<Token>,
    blocks: Vec<Block<'a>>,
    written: usize,
}

impl<'a> Search<'a> {
    fn new(text: &'a [u8]) -> Self {
        let chains = Chains { heads: vec![0; 1 << HASH_BITS], previous: vec![0; WINDOW] };
        Self { text, chains, head: 0, tokens: Vec::new(), blocks: Vec::new(), written: 0 }
    }

    fn run(&mut self) {
        let mut at = 0;
        // What the place before has to offer: a match, and its byte, which is written if nothing better comes.
        let mut before: Option<(usize, usize)> = None;
        let mut waiting = false;
        while at < self.text.len() {
            if let Some(head) = self.insert(at) {
                self.head = head;
            }
            let length_before = before.map_or(SHORTEST - 1, |(length, _)| length);
            let left = self.text.len() - at;
            let wanted = left > length_before && length_before < LAZY;
            let found = if wanted { self.find(at) } else { None };
            let length = found.map_or(SHORTEST - 1, |(length, _)| length);
            match before.take() {
                Some((length_before, distance)) if length <= length_before => {
                    self.tokens.push(Token::Match { length: length_before, distance });
                    let end = at + length_before - 1;
                    for inner in at + 1..end {
                        self.insert(inner);
                    }
                    at = end.max(at + 1);
                    waiting = false;
                    self.end_full_block(at);
                }
                _ => {
                    if waiting {
                        self.tokens.push(Token::Literal(self.text[at - 1]));
                        self.end_full_block(at);
                    }
                    before = found;
                    waiting = true;
                    at += 1;
                }
            }
        }
        if waiting {
            self.tokens.push(Token::Literal(self.text[at - 1]));
        }
        if !self.tokens.is_empty() {
            self.end_block(at);
        }
    }

    /// Put a place at the head of its chain; gives where the chain began until then. The last bytes have no chain.
    fn insert(&mut self, at: usize) -> Option<u32> {
        let four = self.text.get(at..at + SHORTEST)?;
        let four = u32::from_be_bytes(four.try_into().ok()?);
        let hash = four.wrapping_mul(0x1e35_a7bd) >> (32 - HASH_BITS);
        let head = self.chains.heads.get_mut(hash as usize)?;
        let previous = std::mem::replace(head, u32::try_from(at + 1).unwrap_or_default());
        self.chains.previous[at % WINDOW] = previous;
        Some(previous)
    }

    /// The longest repetition that begins here: its length and distance.
    fn find(&self, at: usize) -> Option<(usize, usize)> {
        let oldest = at.saturating_sub(WINDOW);
        let mut earlier = (self.head as usize).checked_sub(1).filter(|head| *head >= oldest)?;
        let most = LONGEST.min(self.text.len() - at);
        let nice = NICE.min(most);
        let mut length = SHORTEST - 1;
        let mut found = None;
        for _ in 0..TRIES {
            if self.text.get(at + length).is_some_and(|byte| *byte == self.text[earlier + length]) {
                let same = self.text[earlier..].iter().zip(&self.text[at..at + most]);
                let same = same.take_while(|(a, b)| a == b).count();
                if same > length && (same > SHORTEST || at - earlier <= NEAR) {
                    length = same;
                    found = Some((same, at - earlier));
                    if same >= nice {
                        break;
                    }
                }
            }
            if at >= WINDOW && earlier == at - WINDOW {
                break;
            }
            match (self.chains.previous[earlier % WINDOW] as usize).checked_sub(1) {
                Some(next) if next >= oldest => earlier = next,
                _ => break,
            }
        }
        found
    }

    fn end_full_block(&mut self, at: usize) {
        if self.tokens.len() == TOKENS_OF_BLOCK {
            self.end_block(at);
        }
    }

    fn end_block(&mut self, at: usize) {
        let tokens = std::mem::take(&mut self.tokens);
        self.blocks.push(Block { tokens, bytes: &self.text[self.written..at] });
        self.written = at;
    }
}
