//! How texts begin and end that providers compute, where their documentation says so
//! (`policies/*/vocabulary/*.ends`: `TYPE<tab>ATTRIBUTE<tab>BEGINNING<tab>END`).

use std::sync::Arc;

use super::beyond::Beyond;
use crate::vocabulary::{self, rows};

/// The ends of an attribute of the resource or data source at an address, if they are known.
pub fn of(address: &str, attribute: &str) -> Option<Arc<Beyond>> {
    let block = address.strip_suffix(']').and_then(|inner| inner.rfind('['));
    let block = block.map_or(address, |end| &address[..end]);
    let kind = block.rsplit('.').nth(1)?;
    rows(&vocabulary::ENDS, kind).find_map(|row| {
        let mut parts = row.split('\t');
        let is_it = parts.next() == Some(attribute);
        let (prefix, suffix) = (parts.next()?, parts.next()?);
        if is_it { Beyond::ends(prefix, suffix) } else { None }
    })
}
