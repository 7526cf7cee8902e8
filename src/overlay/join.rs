//! Brings overlays into a model, and says where the two differ.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Component, Dataflow, Overlay, Parent, Refers, Spot, Zone};
use crate::model::{Asset, Boundary, Drift, Encrypted, Flow, FlowKind, ThreatModel};
use crate::source::{Problem, ProblemKind, fits};

/// Lays overlays over a model: its assets, boundaries, flows, assumptions and drift. Gives what refers to nothing.
pub fn join(model: &mut ThreatModel, overlays: &[Overlay]) -> Vec<Problem> {
    if overlays.is_empty() {
        return Vec::new();
    }
    let mut joiner = Joiner::new(model);
    for overlay in overlays {
        joiner.overlay(overlay);
    }
    if overlays.iter().any(|overlay| !overlay.is_partial) {
        joiner.unmodelled();
    }
    let Joiner { mut drift, problems, .. } = joiner;
    drift.sort();
    drift.dedup();
    model.drift.extend(drift);
    model.assets.sort_by(|a, b| a.id.cmp(&b.id));
    model.boundaries.sort_by(|a, b| a.id.cmp(&b.id));
    let key = |flow: &Flow| {
        let Flow { source, target, kind, protocol, port, id, .. } = flow;
        (
            Arc::clone(source),
            Arc::clone(target),
            *kind,
            protocol.clone(),
            port.clone(),
            Arc::clone(id),
        )
    };
    model.flows.sort_by_cached_key(key);
    problems
}

/// Ids of the assets that a component stands for.
pub(super) fn assets_of(model: &ThreatModel, component: &Component) -> Vec<Arc<str>> {
    let is_at = |asset: &Asset, address: &str| {
        *asset.id == *address || asset.merges.iter().any(|merged| **merged == *address)
    };
    let fits_all = |asset: &Asset| match &component.refers {
        Refers::Id => is_at(asset, &component.id),
        // One that stands for nothing in code is in the model with its own id.
        Refers::Addresses(addresses) => {
            addresses.iter().any(|address| is_at(asset, address))
                || (asset.modelled && asset.id == component.id)
        }
        Refers::Selector(keys) => {
            let fit = keys
                .iter()
                .all(|(key, pattern)| key.of(asset).is_some_and(|text| fits(pattern, text)));
            (fit && !asset.modelled) || (asset.modelled && asset.id == component.id)
        }
    };
    model.assets.iter().filter(|asset| fits_all(asset)).map(|asset| Arc::clone(&asset.id)).collect()
}

struct Joiner<'m> {
    model: &'m mut ThreatModel,
    /// What the code has.
    assets: BTreeSet<Arc<str>>,
    boundaries: BTreeSet<Arc<str>>,
    flows: BTreeSet<Arc<str>>,
    /// What overlays name of it.
    named: BTreeSet<Arc<str>>,
    named_boundaries: BTreeSet<Arc<str>>,
    named_flows: BTreeSet<Arc<str>>,
    drift: Vec<Drift>,
    problems: Vec<Problem>,
}

impl<'m> Joiner<'m> {
    fn new(model: &'m mut ThreatModel) -> Self {
        Self {
            assets: model.assets.iter().map(|it| Arc::clone(&it.id)).collect(),
            boundaries: model.boundaries.iter().map(|it| Arc::clone(&it.id)).collect(),
            flows: model.flows.iter().map(|it| Arc::clone(&it.id)).collect(),
            named: BTreeSet::new(),
            named_boundaries: BTreeSet::new(),
            named_flows: BTreeSet::new(),
            drift: Vec::new(),
            problems: Vec::new(),
            model,
        }
    }

    fn note(&mut self, spot: &Spot, message: String) {
        self.problems.push(Problem::new(ProblemKind::Note, message).at(spot.place));
    }

    fn modelled(&mut self, what: &'static str, id: &Arc<str>, name: &Arc<str>, spot: &Spot) {
        self.drift.push(Drift {
            modelled: true,
            what,
            id: Arc::clone(id),
            name: Arc::clone(name),
            source: Some(spot.location.clone()),
        });
    }

    fn overlay(&mut self, overlay: &Overlay) {
        let zones = self.zones(&overlay.zones);
        let mut assets: BTreeMap<&str, Vec<Arc<str>>> = BTreeMap::new();
        for component in &overlay.components {
            let ids = self.component(component, overlay, &zones);
            assets.insert(&component.id, ids);
        }
        let outside: BTreeSet<&str> = overlay
            .components
            .iter()
            .filter(|component| !component.in_code)
            .map(|component| &*component.id)
            .collect();
        for flow in &overlay.flows {
            // What ends outside of the code cannot be in it.
            let in_code = flow.in_code
                && !outside.contains(&*flow.source)
                && !outside.contains(&*flow.target);
            self.flow(flow, &assets, in_code);
        }
        for assumption in &overlay.assumptions {
            if !self.model.assumptions.contains(assumption) {
                self.model.assumptions.push(Arc::clone(assumption));
            }
        }
    }

    /// Boundaries of zones, by the zones' ids; none for the zone of what has no boundary.
    fn zones<'o>(&mut self, zones: &'o [Zone]) -> BTreeMap<&'o str, Option<Arc<str>>> {
        let mut found: BTreeMap<&str, Option<Arc<str>>> = BTreeMap::new();
        let mut added: Vec<&Zone> = Vec::new();
        for zone in zones {
            let plain = zone.id.strip_prefix("boundary:").unwrap_or(&zone.id);
            let addresses: Vec<Arc<str>> = match &zone.refers {
                Refers::Addresses(addresses) => addresses.clone(),
                _ => vec![Arc::clone(&zone.id), Arc::from(plain)],
            };
            let known = addresses
                .iter()
                .find(|address| self.model.boundaries.iter().any(|it| it.id == **address));
            if let Some(address) = known {
                self.named_boundaries.insert(Arc::clone(address));
                found.insert(&zone.id, Some(Arc::clone(address)));
                continue;
            }
            if plain.is_empty() {
                found.insert(&zone.id, None);
                continue;
            }
            if matches!(zone.refers, Refers::Addresses(_)) {
                let addresses: Vec<&str> = addresses.iter().map(|address| &**address).collect();
                self.note(
                    &zone.spot,
                    format!("no boundary in code has the address `{}`", addresses.join("`, `")),
                );
            }
            if zone.in_code {
                self.modelled("boundary", &zone.id, &zone.name, &zone.spot);
            }
            found.insert(&zone.id, Some(Arc::clone(&zone.id)));
            added.push(zone);
        }
        for zone in added {
            let parent =
                zone.parent.as_ref().and_then(|parent| found.get(&**parent).cloned().flatten());
            // A zone that would hold itself stands at the top.
            let parent = parent.filter(|parent| !self.holds(&zone.id, parent));
            self.model.boundaries.push(Boundary {
                id: Arc::clone(&zone.id),
                name: Arc::clone(&zone.name),
                kind: Arc::clone(&zone.kind),
                parent,
                environment: zone.environment.clone(),
                filters: Vec::new(),
                source: Some(zone.spot.location.clone()),
            });
        }
        self.drop_missing_parents();
        found
    }

    /// Whether a boundary lies in another or is it.
    fn holds(&self, outer: &str, inner: &str) -> bool {
        self.chain(Some(inner.into())).iter().any(|id| **id == *outer)
    }

    /// A boundary and those around it, innermost first. Circles end.
    fn chain(&self, mut at: Option<Arc<str>>) -> Vec<Arc<str>> {
        let mut chain: Vec<Arc<str>> = Vec::new();
        while let Some(id) = at.filter(|id| !chain.contains(id)) {
            let found = self.model.boundaries.iter().find(|it| it.id == id);
            at = found.and_then(|it| it.parent.clone());
            chain.push(id);
        }
        chain
    }

    /// Parents that were to be added and lie in a circle are not there.
    fn drop_missing_parents(&mut self) {
        let ids: BTreeSet<Arc<str>> =
            self.model.boundaries.iter().map(|it| Arc::clone(&it.id)).collect();
        for boundary in &mut self.model.boundaries {
            boundary.parent = boundary.parent.take().filter(|parent| ids.contains(parent));
        }
    }

    /// Brings in a component; gives the assets that it stands for.
    fn component(
        &mut self,
        component: &Component,
        overlay: &Overlay,
        zones: &BTreeMap<&str, Option<Arc<str>>>,
    ) -> Vec<Arc<str>> {
        let found = assets_of(self.model, component);
        self.missing(component, &found);
        if found.is_empty() {
            if component.in_code {
                self.modelled("asset", &component.id, &component.name, &component.spot);
            }
            self.model.assets.push(Asset {
                id: Arc::clone(&component.id),
                name: Arc::clone(&component.name),
                kind: Arc::clone(&component.kind),
                element: component.element,
                resource_type: None,
                boundary: boundary_of(component, overlay, zones, self.model),
                merges: Vec::new(),
                sensitivity: component.sensitivity.clone(),
                environment: component.environment.clone(),
                owner: component.owner.clone(),
                properties: component.properties.clone(),
                conditional: false,
                modelled: true,
                source: Some(component.spot.location.clone()),
            });
            return vec![Arc::clone(&component.id)];
        }
        for asset in self.model.assets.iter_mut().filter(|asset| found.contains(&asset.id)) {
            let settings = [
                (&component.sensitivity, &mut asset.sensitivity),
                (&component.environment, &mut asset.environment),
                (&component.owner, &mut asset.owner),
            ];
            for (said, is) in settings {
                if said.is_some() {
                    is.clone_from(said);
                }
            }
        }
        self.named.extend(found.iter().cloned());
        found
    }

    /// Says which addresses or selectors of a component refer to nothing.
    fn missing(&mut self, component: &Component, found: &[Arc<str>]) {
        match &component.refers {
            Refers::Selector(_) if found.is_empty() => {
                self.note(
                    &component.spot,
                    format!("nothing in code fits the selector of `{}`", component.id),
                );
            }
            Refers::Id | Refers::Selector(_) => {}
            Refers::Addresses(addresses) => {
                for address in addresses {
                    let is_there = self
                        .model
                        .assets
                        .iter()
                        .any(|asset| asset.id == *address || asset.merges.contains(address));
                    // One that code had and has no more, as this model writes them itself, is drift enough.
                    if !is_there && *address != component.id {
                        self.note(
                            &component.spot,
                            format!("nothing in code has the address `{address}`"),
                        );
                    }
                }
            }
        }
    }

    fn flow(&mut self, flow: &Dataflow, assets: &BTreeMap<&str, Vec<Arc<str>>>, in_code: bool) {
        let ends = |id: &str| assets.get(id).cloned().unwrap_or_default();
        let (sources, targets) = (ends(&flow.source), ends(&flow.target));
        let mut directions = vec![(&sources, &targets)];
        if flow.is_bidirectional {
            directions.push((&targets, &sources));
        }
        for (at, (sources, targets)) in directions.into_iter().enumerate() {
            let mut is_new = true;
            for known in &self.model.flows {
                let joins = sources.contains(&known.source) && targets.contains(&known.target);
                if (at == 0 && known.id == flow.id) || (joins && is_like(flow, known)) {
                    self.named_flows.insert(Arc::clone(&known.id));
                    is_new = false;
                }
            }
            let id: Arc<str> =
                if at == 0 { Arc::clone(&flow.id) } else { format!("{} (back)", flow.id).into() };
            let (Some(source), Some(target), true) = (sources.first(), targets.first(), is_new)
            else {
                continue;
            };
            if in_code {
                self.modelled("flow", &id, &flow.label, &flow.spot);
            }
            let added = self.new_flow(flow, id, source, target);
            self.model.flows.push(added);
        }
    }

    fn new_flow(
        &self,
        flow: &Dataflow,
        id: Arc<str>,
        source: &Arc<str>,
        target: &Arc<str>,
    ) -> Flow {
        let kind = flow.kind.unwrap_or(if flow.protocol.is_some() {
            FlowKind::Network
        } else {
            FlowKind::Data
        });
        let moves =
            matches!(kind, FlowKind::Network | FlowKind::Data | FlowKind::Log | FlowKind::Dns);
        Flow {
            id,
            source: Arc::clone(source),
            target: Arc::clone(target),
            kind,
            protocol: flow.protocol.clone(),
            port: flow.port.clone(),
            encrypted: if moves { flow.encrypted } else { Encrypted::NotApplicable },
            label: Arc::clone(&flow.label),
            crosses: self.crossed(source, target),
            assumed: false,
            modelled: true,
            evidence: vec![flow.spot.location.clone()],
        }
    }

    /// Boundaries that hold one of two assets, outermost first.
    fn crossed(&self, source: &str, target: &str) -> Vec<Arc<str>> {
        let (mut out, into) = (self.around(source), self.around(target));
        let common = out.iter().zip(&into).take_while(|(a, b)| a == b).count();
        out.drain(..common);
        out.extend_from_slice(&into[common..]);
        out
    }

    /// Boundaries around an asset, outermost first.
    fn around(&self, asset: &str) -> Vec<Arc<str>> {
        let asset = self.model.assets.iter().find(|it| *it.id == *asset);
        let mut chain = self.chain(asset.and_then(|asset| asset.boundary.clone()));
        chain.reverse();
        chain
    }

    /// What the code has and no overlay names.
    fn unmodelled(&mut self) {
        let found = |what: &'static str, id: &Arc<str>, name: &Arc<str>, source: Option<_>| Drift {
            modelled: false,
            what,
            id: Arc::clone(id),
            name: Arc::clone(name),
            source,
        };
        for asset in &self.model.assets {
            if self.assets.contains(&asset.id) && !self.named.contains(&asset.id) {
                self.drift.push(found("asset", &asset.id, &asset.name, asset.source.clone()));
            }
        }
        for zone in &self.model.boundaries {
            if self.boundaries.contains(&zone.id) && !self.named_boundaries.contains(&zone.id) {
                self.drift.push(found("boundary", &zone.id, &zone.name, zone.source.clone()));
            }
        }
        for flow in &self.model.flows {
            if self.flows.contains(&flow.id) && !self.named_flows.contains(&flow.id) {
                self.drift.push(found(
                    "flow",
                    &flow.id,
                    &flow.label,
                    flow.evidence.first().cloned(),
                ));
            }
        }
    }
}

/// Whether a flow by hand can be one in code: what it says is so.
fn is_like(flow: &Dataflow, known: &Flow) -> bool {
    let same = |said: &Option<Arc<str>>, is: &Option<Arc<str>>| said.is_none() || said == is;
    flow.kind.is_none_or(|kind| kind == known.kind)
        && same(&flow.protocol, &known.protocol)
        && same(&flow.port, &known.port)
}

/// The boundary of a component by hand: its zone's, or that of what holds it.
fn boundary_of(
    component: &Component,
    overlay: &Overlay,
    zones: &BTreeMap<&str, Option<Arc<str>>>,
    model: &ThreatModel,
) -> Option<Arc<str>> {
    let mut component = component;
    for _ in 0..=overlay.components.len() {
        match &component.parent {
            Parent::Zone(zone) => return zones.get(&**zone).cloned().flatten(),
            Parent::Component(id) => {
                let holder = overlay.components.iter().find(|it| it.id == *id)?;
                if let Some(asset) = assets_of(model, holder).first() {
                    return model
                        .assets
                        .iter()
                        .find(|it| it.id == *asset)
                        .and_then(|it| it.boundary.clone());
                }
                component = holder;
            }
        }
    }
    None
}
