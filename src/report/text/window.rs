//! The lines around a place, as the renderer gets them: takes a place, gives a snippet of a few short lines.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Origin, Snippet};

use super::clean;
use crate::report::redact::Redactor;
use crate::source::{Place, SourceFile, Sources};

/// A place over more lines than this is shown by its first.
const MOST_LINES: u32 = 4;
/// A longer line is cut around the place, in bytes: the renderer would measure all of it.
const LONGEST_LINE: usize = 1000;
/// Not shown, and no column.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Lines that may be shown, with the label's range in them.
struct Window {
    text: String,
    label: Range<usize>,
    first_line: u32,
    /// Whether the first line does not begin here, so that the renderer cannot count columns.
    is_cut: bool,
}

/// Where a place is and what stands there, secrets covered, with a label.
pub(super) fn show<'t>(
    sources: &Sources,
    redactor: &Redactor,
    place: Place,
    label: &str,
) -> Vec<Element<'t>> {
    let file = sources.get(place.file);
    if sources.is_withheld(place.file) {
        let position = file.position(place.span.start);
        let (line, column) = (position.line as usize, position.column as usize);
        return vec![Origin::path(clean(&file.path)).line(line).char_column(column).into()];
    }
    let window = cut(file, place, redactor);
    let position = file.position(place.span.start);
    let path = clean(&file.path);
    let label = AnnotationKind::Primary.span(window.label).label(clean(label));
    let snippet = Snippet::source(window.text)
        .line_start(window.first_line as usize)
        .fold(false)
        .annotation(label);
    if window.is_cut {
        let (line, column) = (position.line as usize, position.column as usize);
        vec![Origin::path(path).line(line).char_column(column).into(), snippet.into()]
    } else {
        vec![snippet.path(path).into()]
    }
}

/// `main.tf:3`.
pub(super) fn file_and_line(sources: &Sources, place: Place) -> String {
    let file = sources.get(place.file);
    format!("{}:{}", clean(&file.path), file.lines().line(place.span.start))
}

fn cut(file: &SourceFile, place: Place, redactor: &Redactor) -> Window {
    let lines = file.lines();
    let first_line = lines.line(place.span.start);
    let last_byte = place.span.end.saturating_sub(1).max(place.span.start);
    let last_line = lines.line(last_byte);
    let last_line = if last_line - first_line < MOST_LINES { last_line } else { first_line };
    let mut window = Window { text: String::new(), label: 0..0, first_line, is_cut: false };
    for line in first_line..=last_line {
        let (start, text) = line_of(file, line);
        let shown = redactor.line(place.file, &file.path, line, text);
        let inside = |byte: u32| (byte as usize).saturating_sub(start).min(text.trim_end().len());
        let from = if line == first_line { inside(place.span.start) } else { 0 };
        let to = inside(place.span.end);
        let (kept, offset) = shorten(&shown, from);
        let at = |byte: usize| window.text.len() + byte.saturating_sub(offset).min(kept.len());
        if line == first_line {
            window.label.start = at(from);
            window.is_cut = offset > BYTE_ORDER_MARK.len();
        }
        window.label.end = at(to).max(window.label.start);
        window.text.push_str(kept);
        window.text.push('\n');
    }
    window.label = whole_characters(&window.text, window.label);
    window
}

/// Where a line starts, and its text without its break.
fn line_of(file: &SourceFile, line: u32) -> (usize, &str) {
    let lines = file.lines();
    let start = lines.start_of(line) as usize;
    let end = if (line as usize) < lines.count() {
        lines.start_of(line + 1) as usize
    } else {
        file.text.len()
    };
    (start, file.text[start..end].trim_end_matches(['\n', '\r']))
}

/// The part of a long line around a byte, and how many bytes were cut before it.
fn shorten(line: &str, around: usize) -> (&str, usize) {
    if line.len() <= LONGEST_LINE {
        let kept = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
        return (kept, line.len() - kept.len());
    }
    let start = floor(line, around.saturating_sub(LONGEST_LINE / 4));
    let end = floor(line, start.saturating_add(LONGEST_LINE));
    (&line[start..end], start)
}

/// The nearest character boundary at or before a byte.
fn floor(text: &str, byte: usize) -> usize {
    let mut byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
}

fn whole_characters(text: &str, range: Range<usize>) -> Range<usize> {
    floor(text, range.start)..floor(text, range.end)
}
