//! How texts begin and end that providers compute, where their documentation says so
//! (`policies/*/vocabulary/*.ends`: `TYPE<tab>ATTRIBUTE<tab>BEGINNING<tab>END`, with `data.` before the type where it is that of a data
//! source alone; the end `[^/]*` says that no `/` comes after the beginning).

use std::sync::Arc;

use super::beyond::Beyond;
use crate::vocabulary::{self, rows};

/// The end that says that there is no `/` in what is not known.
const SEGMENT: &str = "[^/]*";

/// The ends of an attribute of the resource or data source at an address, if they are known.
pub fn of(address: &str, attribute: &str) -> Option<Arc<Beyond>> {
    let block = address.strip_suffix(']').and_then(|inner| inner.rfind('['));
    let block = block.map_or(address, |end| &address[..end]);
    let mut names = block.rsplit('.').skip(1);
    let kind = names.next()?;
    let is_data = names.next() == Some("data") && names.next() != Some("module");
    let own = is_data.then(|| rows(&vocabulary::ENDS, &format!("data.{kind}")));
    own.into_iter().flatten().chain(rows(&vocabulary::ENDS, kind)).find_map(|row| {
        let mut parts = row.split('\t');
        let is_it = parts.next() == Some(attribute);
        let (prefix, suffix) = (parts.next()?, parts.next()?);
        match suffix {
            _ if !is_it => None,
            SEGMENT => Some(Beyond::segment(prefix)),
            _ => Beyond::ends(prefix, suffix),
        }
    })
}
