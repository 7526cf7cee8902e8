//! What a provider answers to a data source by its arguments alone, whoever asks: account numbers and zones of regions.
//!
//! The tables (`policies/*/vocabulary/*.answers`) have a line for each answer: `TYPE<tab>ARGUMENTS<tab>ATTRIBUTES`, both `name=value` with a
//! space between; an argument with nothing after `=` is one that is not written. Lines that begin with `#` say where the table comes from.

use super::rows::{ANSWERS, rows};

/// The attributes that a data source of this type has for its arguments, which `argument` gives.
pub fn answer(
    kind: &str,
    argument: impl Fn(&str) -> Option<String>,
) -> Option<Vec<(&'static str, &'static str)>> {
    rows(&ANSWERS, kind).find_map(|row| {
        let (arguments, attributes) = row.split_once('\t')?;
        let fits =
            pairs(arguments).all(|(name, wanted)| argument(name).unwrap_or_default() == wanted);
        fits.then(|| pairs(attributes).collect())
    })
}

fn pairs(text: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    text.split(' ').filter_map(|pair| pair.split_once('='))
}
