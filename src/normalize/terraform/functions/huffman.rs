//! Codes and bits: the second half of deflate (RFC 1951). Each block takes the form that needs the fewest bits; where two need as many,
//! fixed codes come before made ones and these before plain bytes.

use super::deflate::{Block, Token};

const END: usize = 256;
const LITERALS: usize = 286;
const DISTANCES: usize = 30;
const MAX_BITS: usize = 15;
const MAX_STORED: usize = 65_535;
/// Symbols of code lengths: a length, and three ways to repeat one.
const SYMBOLS: usize = 19;
const REPEAT: usize = 16;
const ZEROS: usize = 17;
const MANY_ZEROS: usize = 18;
/// In which order the lengths of their codes are written.
const ORDER: [usize; SYMBOLS] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// Bits as they are written, the lowest first.
#[derive(Default)]
pub(super) struct Bits {
    bytes: Vec<u8>,
    open: u64,
    count: u32,
}

impl Bits {
    fn push(&mut self, bits: usize, count: usize) {
        self.open |= (bits as u64) << self.count;
        self.count += u32::try_from(count).unwrap_or_default();
        while self.count >= 8 {
            self.bytes.extend(self.open.to_le_bytes().first());
            self.open >>= 8;
            self.count -= 8;
        }
    }

    fn align(&mut self) {
        if self.count > 0 {
            self.push(0, 8 - self.count as usize);
        }
    }

    /// A block of plain bytes, at most 65,535.
    pub(super) fn stored(&mut self, bytes: &[u8], last: bool) {
        self.push(usize::from(last), 3);
        self.align();
        self.push(bytes.len(), 16);
        self.push(!bytes.len() & 0xffff, 16);
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        self.align();
        self.bytes
    }
}

/// A prefix code: each symbol's bits, the first of them lowest, and how many.
struct Code(Vec<(usize, usize)>);

impl Code {
    /// The shortest code for symbols that occur so often, none longer than `limit`.
    fn of(frequencies: &[usize], limit: usize) -> Self {
        let mut used: Vec<(usize, usize)> =
            frequencies.iter().copied().enumerate().filter(|(_, often)| *often > 0).collect();
        let mut lengths = vec![0; frequencies.len()];
        if used.len() <= 2 {
            for (symbol, _) in &used {
                lengths[*symbol] = 1;
            }
            return Self::of_lengths(&lengths);
        }
        used.sort_by_key(|(symbol, often)| (*often, *symbol));
        let sorted: Vec<usize> = used.iter().map(|(_, often)| *often).collect();
        // A rare symbol stands in as many levels as a frequent one, or more.
        for leaves in leaves_of_levels(&sorted, limit.min(used.len() - 1)) {
            for (symbol, _) in &used[..leaves] {
                lengths[*symbol] += 1;
            }
        }
        Self::of_lengths(&lengths)
    }

    /// Codes of these lengths, in order of length and symbol.
    fn of_lengths(lengths: &[usize]) -> Self {
        let mut codes = vec![(0, 0); lengths.len()];
        let mut next = 0_usize;
        for length in 1..=MAX_BITS {
            next <<= 1;
            for (symbol, _) in lengths.iter().enumerate().filter(|(_, it)| **it == length) {
                let reversed = next.reverse_bits() >> (usize::BITS as usize - length);
                codes[symbol] = (reversed, length);
                next += 1;
            }
        }
        Self(codes)
    }

    fn length(&self, symbol: usize) -> usize {
        self.0.get(symbol).map_or(0, |code| code.1)
    }

    fn write(&self, symbol: usize, bits: &mut Bits) {
        if let Some((code, length)) = self.0.get(symbol) {
            bits.push(*code, *length);
        }
    }

    /// How many bits symbols that occur so often need.
    fn bits_of(&self, frequencies: &[usize]) -> usize {
        frequencies.iter().zip(&self.0).map(|(often, (_, length))| often * length).sum()
    }
}

/// How many of the sorted frequencies stand in each level of the cheapest `2 n - 2` coins (package-merge): a level holds the
/// frequencies and the pairs of the level below it, of equal ones the pair first.
fn leaves_of_levels(sorted: &[usize], levels: usize) -> Vec<usize> {
    let mut merged: Vec<Vec<(usize, bool)>> = Vec::with_capacity(levels);
    for _ in 0..levels {
        let below = merged.last().map_or(&[][..], Vec::as_slice);
        let pairs = below.chunks_exact(2).map(|pair| (pair[0].0 + pair[1].0, false));
        let mut level: Vec<(usize, bool)> =
            pairs.chain(sorted.iter().map(|often| (*often, true))).collect();
        level.sort_by_key(|(often, is_leaf)| (*often, *is_leaf));
        merged.push(level);
    }
    let mut taken = 2 * sorted.len() - 2;
    let mut leaves = Vec::with_capacity(levels);
    for level in merged.iter().rev() {
        let here = level.iter().take(taken);
        let count = here.filter(|(_, is_leaf)| *is_leaf).count();
        leaves.push(count);
        taken = 2 * (taken - count);
    }
    leaves
}

/// A length's or distance's symbol, and the bits that tell it from others of that symbol.
struct Range {
    symbol: usize,
    rest: usize,
    bits: usize,
}

/// Of a length from 3 to 258.
fn length_range(length: usize) -> Range {
    if length == 258 {
        return Range { symbol: 285, rest: 0, bits: 0 };
    }
    let range = range_of(length - 3, 4);
    Range { symbol: range.symbol + 257, ..range }
}

/// Of a distance from 1.
fn distance_range(distance: usize) -> Range {
    range_of(distance - 1, 2)
}

/// Ranges double in size after every `steps` of them, the first two of these as one.
fn range_of(value: usize, steps: usize) -> Range {
    if value < 2 * steps {
        return Range { symbol: value, rest: 0, bits: 0 };
    }
    let top = value.ilog2() as usize;
    let bits = top - steps.ilog2() as usize;
    let symbol = (bits + 1) * steps + ((value >> bits) - steps);
    Range { symbol, rest: value & ((1 << bits) - 1), bits }
}

/// The code lengths of both codes, with what repeats written shorter: symbol, rest, bits of the rest.
fn lengths_in_short(lengths: &[usize]) -> Vec<(usize, usize, usize)> {
    let mut short = Vec::new();
    for run in lengths.chunk_by(|a, b| a == b) {
        let (length, mut count) = (run[0], run.len());
        if length == 0 {
            while count >= 11 {
                let here = count.min(138);
                short.push((MANY_ZEROS, here - 11, 7));
                count -= here;
            }
            if count >= 3 {
                short.push((ZEROS, count - 3, 3));
                count = 0;
            }
        } else {
            short.push((length, 0, 0));
            count -= 1;
            while count >= 3 {
                let here = count.min(6);
                short.push((REPEAT, here - 3, 2));
                count -= here;
            }
        }
        short.extend(std::iter::repeat_n((length, 0, 0), count));
    }
    short
}

/// How often each symbol occurs in a block.
struct Census {
    literals: Vec<usize>,
    distances: Vec<usize>,
    /// Bits beside the codes.
    rest: usize,
}

impl Census {
    fn of(tokens: &[Token]) -> Self {
        let (mut literals, mut distances) = (vec![0; LITERALS], vec![0; DISTANCES]);
        let mut rest = 0;
        literals[END] = 1;
        for token in tokens {
            match token {
                Token::Literal(byte) => literals[usize::from(*byte)] += 1,
                Token::Match { length, distance } => {
                    let (length, distance) = (length_range(*length), distance_range(*distance));
                    literals[length.symbol] += 1;
                    distances[distance.symbol] += 1;
                    rest += length.bits + distance.bits;
                }
            }
        }
        // A code of distances cannot be empty.
        if distances.iter().all(|often| *often == 0) {
            distances[0] = 1;
        }
        Self { literals, distances, rest }
    }
}

/// Codes made for a block, and how they are written.
struct Made {
    literals: Code,
    distances: Code,
    /// How many symbols of each code have a length that is written.
    counts: (usize, usize),
    short: Vec<(usize, usize, usize)>,
    of_lengths: Code,
    lengths_written: usize,
    size: usize,
}

impl Made {
    fn of(census: &Census) -> Self {
        let (literals, distances) =
            (Code::of(&census.literals, MAX_BITS), Code::of(&census.distances, MAX_BITS));
        let used = |all: &[usize]| all.iter().rposition(|often| *often > 0).map_or(0, |at| at + 1);
        let counts = (used(&census.literals), used(&census.distances));
        let lengths: Vec<usize> = (0..counts.0)
            .map(|symbol| literals.length(symbol))
            .chain((0..counts.1).map(|symbol| distances.length(symbol)))
            .collect();
        let short = lengths_in_short(&lengths);
        let mut often = vec![0; SYMBOLS];
        for (symbol, _, _) in &short {
            often[*symbol] += 1;
        }
        let of_lengths = Code::of(&often, 7);
        let last = ORDER.iter().rposition(|symbol| often[*symbol] > 0).map_or(0, |at| at + 1);
        let lengths_written = last.max(4);
        let rest: usize = short.iter().map(|(_, _, bits)| bits).sum();
        let size = 17
            + 3 * lengths_written
            + of_lengths.bits_of(&often)
            + rest
            + literals.bits_of(&census.literals)
            + distances.bits_of(&census.distances)
            + census.rest;
        Self { literals, distances, counts, short, of_lengths, lengths_written, size }
    }

    fn write_head(&self, bits: &mut Bits) {
        bits.push(0b100, 3);
        bits.push(self.counts.0 - 257, 5);
        bits.push(self.counts.1 - 1, 5);
        bits.push(self.lengths_written - 4, 4);
        for symbol in &ORDER[..self.lengths_written] {
            bits.push(self.of_lengths.length(*symbol), 3);
        }
        for (symbol, rest, count) in &self.short {
            self.of_lengths.write(*symbol, bits);
            bits.push(*rest, *count);
        }
    }
}

/// The codes that need no description.
fn fixed() -> (Code, Code) {
    let literals = (0..288).map(|symbol| match symbol {
        0..144 | 280..288 => 8,
        144..256 => 9,
        _ => 7,
    });
    (Code::of_lengths(&literals.collect::<Vec<_>>()), Code::of_lengths(&[5; DISTANCES]))
}

/// Write a block, which is not the last.
pub(super) fn write_block(block: &Block<'_>, bits: &mut Bits) {
    let census = Census::of(&block.tokens);
    let (literals, distances) = fixed();
    let fixed_size =
        3 + literals.bits_of(&census.literals) + distances.bits_of(&census.distances) + census.rest;
    let made = Made::of(&census);
    let stored = (block.bytes.len() + 5) * 8;
    if block.bytes.len() <= MAX_STORED && stored < fixed_size.min(made.size) {
        bits.stored(block.bytes, false);
    } else if made.size < fixed_size {
        made.write_head(bits);
        write_tokens(&block.tokens, &made.literals, &made.distances, bits);
    } else {
        bits.push(0b010, 3);
        write_tokens(&block.tokens, &literals, &distances, bits);
    }
}

fn write_tokens(tokens: &[Token], literals: &Code, distances: &Code, bits: &mut Bits) {
    for token in tokens {
        match token {
            Token::Literal(byte) => literals.write(usize::from(*byte), bits),
            Token::Match { length, distance } => {
                let (length, distance) = (length_range(*length), distance_range(*distance));
                literals.write(length.symbol, bits);
                bits.push(length.rest, length.bits);
                distances.write(distance.symbol, bits);
                bits.push(distance.rest, distance.bits);
            }
        }
    }
    literals.write(END, bits);
}
