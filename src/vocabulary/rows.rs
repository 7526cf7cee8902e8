//! Embedded tables of few lines: each begins with the type that it is about and a tab; those that begin with `#` say where it comes from.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// Answers of data sources (`policies/*/vocabulary/*.answers`).
pub static ANSWERS: Rows =
    LazyLock::new(|| index(&include!(concat!(env!("OUT_DIR"), "/answers.rs"))));
/// In which form providers keep texts (`*.forms`).
pub static FORMS: Rows = LazyLock::new(|| index(&include!(concat!(env!("OUT_DIR"), "/forms.rs"))));
/// How computed texts begin and end (`*.ends`).
pub static ENDS: Rows = LazyLock::new(|| index(&include!(concat!(env!("OUT_DIR"), "/ends.rs"))));

/// The lines of tables by type: they are looked up for every resource.
pub type Rows = LazyLock<FxHashMap<&'static str, Vec<&'static str>>>;

fn index(tables: &[&'static str]) -> FxHashMap<&'static str, Vec<&'static str>> {
    let mut rows: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
    let lines = tables.iter().flat_map(|table| table.lines());
    for (kind, row) in lines.filter_map(|line| line.split_once('\t')) {
        rows.entry(kind).or_default().push(row);
    }
    rows
}

/// What the lines about a type say, without the type.
pub fn rows(table: &'static Rows, kind: &str) -> impl Iterator<Item = &'static str> + use<> {
    table.get(kind).into_iter().flatten().copied()
}
