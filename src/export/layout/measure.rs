//! How wide texts are: estimated from above, since no font is at hand and readers have different ones.

use unicode_segmentation::UnicodeSegmentation as _;

/// Width of a character in hundredths of the font's size, after wide sans-serif fonts.
fn width(grapheme: &str) -> i32 {
    let first = grapheme.chars().next().unwrap_or(' ');
    match first {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 34,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | '\\' | '-' | '"' | '·' => 45,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '&' | '→' | '…' => 101,
        'A'..='Z' => 76,
        '+' | '=' | '<' | '>' | '~' | '#' | '^' | '×' => 84,
        '\0'..='\u{7f}' => 65,
        '\u{80}'..='\u{24f}' => 80,
        '\u{370}'..='\u{52f}' => 90,
        _ => 120,
    }
}

/// Estimated width of a line in pixels.
pub fn line_width(text: &str, size: i32) -> i32 {
    let sum: i32 = text.graphemes(true).map(width).sum();
    (sum * size + 99) / 100
}

/// Estimated width of a line in a bold font.
pub(super) fn bold_width(text: &str, size: i32) -> i32 {
    line_width(text, size) * 9 / 8 + 1
}

/// A line cut to a width, with a sign that it was cut.
pub(super) fn cut(text: &str, size: i32, room: i32) -> String {
    if line_width(text, size) <= room {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = line_width("…", size) + 1;
    for grapheme in text.graphemes(true) {
        used += line_width(grapheme, size);
        if used > room {
            break;
        }
        kept.push_str(grapheme);
    }
    kept.trim_end().to_owned() + "…"
}

/// A text in at most so many lines, broken after separators; what is left over is cut.
pub fn wrap(text: &str, size: i32, room: i32, lines: usize) -> Vec<String> {
    let mut rest = text.trim();
    let mut wrapped = Vec::new();
    while !rest.is_empty() {
        if wrapped.len() + 1 == lines || line_width(rest, size) <= room {
            wrapped.push(cut(rest, size, room));
            break;
        }
        let at = break_point(rest, size, room);
        wrapped.push(rest[..at].trim_end().to_owned());
        rest = rest[at..].trim_start();
    }
    wrapped
}

/// Where the first line of a text that is too long ends.
fn break_point(text: &str, size: i32, room: i32) -> usize {
    let mut used = 0;
    let mut fits = 0;
    let mut best = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += width(grapheme) * size;
        if used > room * 100 {
            break;
        }
        fits = at + grapheme.len();
        if matches!(grapheme, " " | "_" | "-" | "." | "/" | ":" | ",") {
            best = fits;
        }
    }
    // A break that leaves most of the line empty is worse than one inside a word.
    let first = text.graphemes(true).next().map_or(0, str::len);
    if best * 5 >= fits * 2 && best > 0 { best } else { fits.max(first) }
}
