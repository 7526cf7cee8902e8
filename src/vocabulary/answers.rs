//! What a provider answers to a data source by its arguments alone, whoever asks: account numbers and zones of regions.
//!
//! The tables (`policies/*/vocabulary/*.answers`) have a line for each answer: `TYPE<tab>ARGUMENTS<tab>ATTRIBUTES`, both `name=value` with a
//! space between; an argument with nothing after `=` is one that is not written. Lines that begin with `#` say where the table comes from.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use super::rows::{ANSWERS, rows};

/// Data sources that answer with accounts of the provider's own, from which its services write.
const OWN_ACCOUNTS: [&str; 4] = [
    "aws_billing_service_account",
    "aws_cloudtrail_service_account",
    "aws_elb_service_account",
    "aws_redshift_service_account",
];

/// Whether an account (its number) is one of the provider's own, from which its services write.
pub fn is_service_account(number: &str) -> bool {
    static NUMBERS: LazyLock<FxHashSet<&str>> = LazyLock::new(|| {
        let rows = OWN_ACCOUNTS.iter().flat_map(|kind| rows(&ANSWERS, kind));
        let attributes = rows.filter_map(|row| row.split_once('\t')).flat_map(|row| pairs(row.1));
        attributes.filter(|(name, _)| *name == "id").map(|(_, id)| id).collect()
    });
    NUMBERS.contains(number)
}

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
