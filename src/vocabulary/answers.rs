//! What a provider answers to a data source by its arguments alone, whoever asks: account numbers and zones of regions.
//!
//! The tables (`policies/*/vocabulary/*.answers`) have a line for each answer: `TYPE<tab>ARGUMENTS<tab>ATTRIBUTES`, both `name=value` with a
//! space between; an argument with nothing after `=` is one that is not written. Lines that begin with `#` say where the table comes from.

/// The tables in the binary.
const TABLES: &[&str] = &include!(concat!(env!("OUT_DIR"), "/answers.rs"));

/// The attributes that a data source of this type has for its arguments, which `argument` gives.
pub fn answer(
    kind: &str,
    argument: impl Fn(&str) -> Option<String>,
) -> Option<Vec<(&'static str, &'static str)>> {
    let of_kind = |line: &&'static str| {
        line.strip_prefix(kind).is_some_and(|rest: &str| rest.starts_with('\t'))
    };
    let mut lines = TABLES.iter().flat_map(|table| table.lines()).filter(of_kind);
    lines.find_map(|line| {
        let (arguments, attributes) = line.get(kind.len() + 1..)?.split_once('\t')?;
        let fits =
            pairs(arguments).all(|(name, wanted)| argument(name).unwrap_or_default() == wanted);
        fits.then(|| pairs(attributes).collect())
    })
}

fn pairs(text: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    text.split(' ').filter_map(|pair| pair.split_once('='))
}
