//! Embedded tables of few lines: each begins with the type that it is about and a tab; those that begin with `#` say where it comes from.

/// Answers of data sources (`policies/*/vocabulary/*.answers`).
pub const ANSWERS: &[&str] = &include!(concat!(env!("OUT_DIR"), "/answers.rs"));
/// In which form providers keep texts (`*.forms`).
pub const FORMS: &[&str] = &include!(concat!(env!("OUT_DIR"), "/forms.rs"));
/// How computed texts begin and end (`*.ends`).
pub const ENDS: &[&str] = &include!(concat!(env!("OUT_DIR"), "/ends.rs"));

/// What the lines about a type say, without the type.
pub fn rows(tables: &'static [&'static str], kind: &str) -> impl Iterator<Item = &'static str> {
    let lines = tables.iter().flat_map(|table| table.lines());
    lines.filter_map(move |line| line.strip_prefix(kind)?.strip_prefix('\t'))
}
