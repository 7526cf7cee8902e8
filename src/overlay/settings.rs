//! What overlays say about where assets in code sit: it moves scores, so it has to be known before threats are scored.

use std::sync::Arc;

use super::Overlay;
use super::join::assets_of;
use crate::model::ThreatModel;
use crate::source::Place;

/// What people say about one asset in code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its id in the model.
    pub asset: Arc<str>,
    /// How sensitive its data is.
    pub sensitivity: Option<Arc<str>>,
    /// Where it runs.
    pub environment: Option<Arc<str>>,
    /// Who owns it.
    pub owner: Option<Arc<str>>,
    /// Where that is written.
    pub place: Place,
}

/// What overlays say about the assets of a model that it does not have already, in the order written.
pub fn settings(model: &ThreatModel, overlays: &[Overlay]) -> Vec<Setting> {
    let mut settings = Vec::new();
    for component in overlays.iter().flat_map(|overlay| &overlay.components) {
        for id in assets_of(model, component) {
            let Some(asset) = model.asset(&id).filter(|asset| !asset.modelled) else { continue };
            let new = |said: &Option<Arc<str>>, is: &Option<Arc<str>>| {
                said.clone().filter(|_| said != is)
            };
            let setting = Setting {
                sensitivity: new(&component.sensitivity, &asset.sensitivity),
                environment: new(&component.environment, &asset.environment),
                owner: new(&component.owner, &asset.owner),
                place: component.spot.place,
                asset: id,
            };
            if setting.sensitivity.is_some()
                || setting.environment.is_some()
                || setting.owner.is_some()
            {
                settings.push(setting);
            }
        }
    }
    settings
}
