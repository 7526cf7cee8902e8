//! Resources of an evaluated configuration by address, so that recorded ones find what was written for them.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::super::expand::Shape;
use super::super::instance::Instance;
use super::super::providers::Home;
use super::super::scope::{Repetition, Scope};
use super::super::value::Entries;
use super::address;
use super::merge::Written;
use crate::document::{CallSite, SpanTable};
use crate::source::Place;

/// A resource of the evaluated configuration.
#[derive(Clone)]
pub struct Twin {
    /// What is written.
    pub entries: Entries,
    /// Places of attributes.
    pub spans: Arc<SpanTable>,
    /// The whole block.
    pub place: Place,
    /// Its header.
    pub header: Place,
    /// Calls on the way to it.
    pub called_from: Arc<[CallSite]>,
    /// The provider's local name.
    pub provider: Arc<str>,
    /// Where the provider's resources lie.
    pub home: Home,
}

/// Twins by address, and one of each block.
#[derive(Default)]
pub struct Twins {
    by_address: BTreeMap<Arc<str>, Rc<Twin>>,
    by_block: BTreeMap<String, Rc<Twin>>,
}

impl Twins {
    /// Everything below a root module.
    pub fn of(root: &Rc<Instance<'_>>) -> Self {
        let mut twins = Self::default();
        twins.walk(root);
        twins
    }

    fn walk(&mut self, instance: &Rc<Instance<'_>>) {
        for (position, (block, declaration)) in instance.module.resources.iter().enumerate() {
            let at = &declaration.declaration;
            let scope = Scope::of(instance, at.file, &Repetition::Single);
            let Ok(resources) =
                instance.resources_of((position, block, declaration), (&scope, at.block.header))
            else {
                continue;
            };
            let wanted = super::super::providers::provider_of(declaration);
            let home = instance.provider(&wanted).map(|it| it.home.clone()).unwrap_or_default();
            let unknown = matches!(resources.shape, Shape::Unknown(_));
            for made in &resources.instances {
                let twin = Rc::new(Twin {
                    entries: made.body.entries.clone(),
                    spans: Arc::clone(&made.body.spans),
                    place: at.place(),
                    header: at.header(),
                    called_from: Arc::clone(&instance.called_from),
                    provider: Arc::clone(&wanted.0),
                    home: home.clone(),
                });
                let block = address::without_keys(&made.address);
                self.by_block.entry(block).or_insert_with(|| Rc::clone(&twin));
                if !unknown {
                    self.by_address.insert(Arc::clone(&made.address), twin);
                }
            }
        }
        for (at, (name, call)) in instance.module.calls.iter().enumerate() {
            let scope = Scope::of(instance, call.file, &Repetition::Single);
            let asked = (&scope, call.block.header);
            if let Ok(children) = instance.children_of((at, name, call), asked) {
                children.instances.iter().for_each(|(_, child)| self.walk(child));
            }
        }
    }

    /// What was written for an address, and whether for exactly that.
    pub fn get(&self, address: &str) -> Option<(Rc<Twin>, Written)> {
        if let Some(twin) = self.by_address.get(address) {
            return Some((Rc::clone(twin), Written::Evaluated));
        }
        let twin = self.by_block.get(&address::without_keys(address))?;
        Some((Rc::clone(twin), Written::OfSibling))
    }
}
