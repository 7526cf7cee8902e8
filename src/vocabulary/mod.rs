//! What providers say of their types: which attributes there are, of which type, who sets them, and what is filled in where nothing
//! is written. Takes a type's name, gives [`Facts`]; reads nothing but what is asked for.
//!
//! Embedded facts (`policies/*/vocabulary/*.facts`) are those of one provider version and may differ from the one in use; a schema file
//! (`terraform providers schema -json`) is exact and comes first.

mod answers;
mod model;
mod notation;
mod rows;
mod schema_file;
mod table;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

pub use answers::{answer, is_service_account};
pub use model::{Attribute, Block, Default, Facts, Member, Nested, Nesting, Shape, Type};
pub use rows::{ENDS, FORMS, Rows, rows};
use rustc_hash::FxHashMap;
pub use table::{TABLES, Table};

/// Stands before the type of a data source in a name.
pub const DATA: &str = "data.";
/// Stands before the name of a provider, for its configuration.
pub const PROVIDER: &str = "provider.";

/// All facts at hand. Names are `aws_vpc`, `data.aws_vpc`, `provider.aws`.
#[derive(Debug, Default)]
pub struct Vocabulary {
    exact: BTreeMap<String, Arc<Facts>>,
    found: Mutex<FxHashMap<Arc<str>, Option<Arc<Facts>>>>,
}

impl Vocabulary {
    /// The embedded facts, and before them those of schema files. The error says what is wrong with a file.
    pub fn new<'a>(schema_files: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let mut exact = BTreeMap::new();
        for text in schema_files {
            for (name, block) in schema_file::read(text)? {
                exact.entry(name).or_insert(block);
            }
        }
        let exact = exact.into_iter().map(|(name, mut block)| {
            if let Some(embedded) = embedded(&name) {
                block.complete_from(&embedded.block);
            }
            (name, Arc::new(Facts { block: Arc::new(block), exact: true }))
        });
        Ok(Self { exact: exact.collect(), found: Mutex::default() })
    }

    /// What is known of a type, read when it is first asked for.
    pub fn find(&self, name: &str) -> Option<Arc<Facts>> {
        if let Some(facts) = self.exact.get(name) {
            return Some(Arc::clone(facts));
        }
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(facts) = found.get(name) {
            return facts.clone();
        }
        let facts = embedded(name).map(Arc::new);
        found.insert(name.into(), facts.clone());
        facts
    }
}

/// The embedded facts of a type.
fn embedded(name: &str) -> Option<Facts> {
    TABLES.iter().find_map(|table| {
        let line = table.line(name)?;
        let block = notation::block(line.items).ok()?;
        Some(Facts { block: Arc::new(block), exact: table.is_exact() })
    })
}

/// Read one line's items, for those who check tables. The error is a sentence.
pub fn parse(items: &str) -> Result<Block, String> {
    notation::block(items)
}
