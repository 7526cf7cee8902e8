//! Stores that no resource stands behind: claims that sets of pods make of a template. What is said of them is said of the template, else of
//! whoever keeps its data there.

use crate::document::{Map, Pointer, Value};
use crate::finding::context::{Known, State};
use crate::model::{Element, FlowKind};
use crate::source::Place;

use super::surroundings::{MOUNTS, Surroundings, max};

impl Surroundings<'_, '_> {
    /// Who keeps its data on a store that it makes itself.
    fn keepers(&self, node: usize) -> impl Iterator<Item = usize> {
        let given = &self.scene().nodes[node];
        let is_made = given.resource.is_none() && given.element == Element::DataStore;
        let flows = if is_made { &self.into[node][..] } else { &[] };
        let flows = flows.iter().map(|at| self.flow(*at));
        let mounts = flows.filter(|flow| flow.kind == FlowKind::Data && &*flow.label == MOUNTS);
        mounts.map(|flow| flow.source)
    }

    /// Whether somebody makes a store itself.
    pub(super) fn is_made(&self, node: usize) -> bool {
        self.keepers(node).next().is_some()
    }

    /// The labels of the template that a store is made of, and where they are written.
    fn template(&self, node: usize) -> Option<(&Map, Place)> {
        let scene = self.scene();
        let list = Pointer::root().key("spec").key("volumeClaimTemplates");
        self.keepers(node).find_map(|keeper| {
            let keeper = scene.index.resource(scene.nodes[keeper].resource?);
            let items = keeper.attributes.at(&list)?.as_array()?;
            let is_own = |item: &Value| {
                let name = item.get("metadata").and_then(|it| it.get("name")?.as_str());
                name == Some(&*scene.nodes[node].name)
            };
            let at = list.index(items.iter().position(is_own)?).key("metadata").key("labels");
            Some((keeper.attributes.at(&at)?.as_object()?, keeper.place_of(&at)))
        })
    }

    /// What people say of the sensitivity of such a store.
    pub(super) fn sensitivity_of_made(&self, node: usize) -> Option<(State, Vec<Place>)> {
        let scene = self.scene();
        let labels = self.template(node);
        let by_template =
            labels.and_then(|(labels, at)| Some((self.words.classification_in(labels)?, vec![at])));
        by_template.or_else(|| {
            let resources = self.keepers(node).filter_map(|keeper| scene.nodes[keeper].resource);
            let said = resources.filter_map(|at| {
                let stated = self.words.stated(scene, at);
                let place = || stated.and_then(|stated| stated.place).into_iter().collect();
                let own = stated.and_then(|stated| stated.sensitivity).map(|it| (it, place()));
                own.or_else(|| self.words.classification(scene.index.resource(at)))
            });
            said.fold(None, |best, own| max(best, Some(own)))
        })
    }

    /// The environment of such a store.
    pub(super) fn environment_of_made(&self, node: usize) -> Option<(State, Vec<Place>)> {
        let labels = self.template(node);
        let by_template =
            labels.and_then(|(labels, at)| Some((self.words.environment_in(labels)?, vec![at])));
        by_template.or_else(|| {
            let known = self.keepers(node).filter_map(|keeper| match self.environment(keeper) {
                Known::State(state, proof) => Some((state, proof)),
                _ => None,
            });
            known.fold(None, |best, own| max(best, Some(own)))
        })
    }
}
