//! AWS: policies of principals and resources, trust, and ways to raise rights.

mod accounts;
mod denials;
mod escalation;
mod events;
mod federated;
mod grants;
mod guests;
mod openness;
mod policy;
mod resources;
mod rights;
mod tasks;
mod trust;

use crate::graph::network::Network;
use crate::graph::scene::Scene;

use super::Identity;

pub use accounts::wide;
pub use events::add as events;
pub use openness::Remains;
pub use resources::{anyone, anyone_from_ranges, apis};
pub use trust::admits;

/// Add what AWS's resources say.
pub fn read(scene: &mut Scene<'_>, network: &Network, identity: &mut Identity) {
    let is_aws = |at: usize| &*scene.index.resource(at).provider == "aws";
    if !(0..scene.index.document.resources.len()).any(is_aws) {
        return;
    }
    let all = rights::all(scene);
    grants::add(scene, &all, identity);
    resources::add(scene, identity);
    trust::add(scene, &all, identity);
    guests::add(scene, identity);
    tasks::add(scene, network, identity);
    escalation::add(scene, &all, identity);
}
