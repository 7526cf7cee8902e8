//! Remarks on white space, and what takes remarks away.

use std::collections::BTreeMap;

use super::{Remark, remark};
use crate::source::{FileId, Sources, Span};

/// A file with remarks taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// Which file.
    pub file: FileId,
    /// What it says then.
    pub after: String,
    /// How many remarks that takes away.
    pub count: usize,
}

/// The files that `--fix` changes.
pub fn fixes(remarks: &[Remark], sources: &Sources) -> Vec<Fix> {
    let mut by_file: BTreeMap<FileId, Vec<(usize, usize)>> = BTreeMap::new();
    for remark in remarks {
        by_file.entry(remark.place.file).or_default().extend(remark.removable);
    }
    let mut fixes = Vec::new();
    for (file, mut ranges) in by_file {
        ranges.sort_unstable();
        ranges.dedup();
        if ranges.is_empty() {
            continue;
        }
        let mut after = String::new();
        let mut place = 0;
        let text = &sources.get(file).text;
        for (start, end) in &ranges {
            after.push_str(text.get(place..*start).unwrap_or_default());
            place = place.max(*end);
        }
        after.push_str(text.get(place..).unwrap_or_default());
        if !after.ends_with('\n') {
            after.push('\n');
        }
        fixes.push(Fix { file, after, count: ranges.len() });
    }
    fixes
}

/// Lines that end in white space, files that do not end in one line break.
pub(super) fn white_space(sources: &Sources, shown: &str, found: &mut Vec<Remark>) {
    for file in super::rules::own_files(sources, shown) {
        let text = &sources.get(file).text;
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let content = line.trim_end_matches(['\n', '\r']);
            let kept = content.trim_end();
            if kept.len() < content.len() {
                let span = (start + kept.len(), start + content.len());
                let mut own = remark(
                    file,
                    Span::new(span.0, span.1),
                    "L030",
                    "the line ends in white space".to_owned(),
                );
                own.removable = Some(span);
                found.push(own);
            }
            start += line.len();
        }
        let kept = text.trim_end_matches('\n').len();
        if !text.is_empty() && text.len() != kept + 1 {
            let span = Span::new(kept, text.len());
            let message = "the file does not end in one line break".to_owned();
            let mut own = remark(file, span, "L030", message);
            own.removable = Some((text.len().min(kept + 1), text.len()));
            found.push(own);
        }
    }
}
