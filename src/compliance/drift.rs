//! What changed in a baseline since a report of it was written.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::resolve::Resolved;

/// The differences, in the order of the controls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// Controls that were not there.
    pub added: Vec<String>,
    /// Controls that are no longer there.
    pub dropped: Vec<String>,
    /// Controls that say something else, with the names of the fields.
    pub changed: Vec<(String, Vec<String>)>,
}

impl Drift {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// As JSON.
    pub fn to_json(&self) -> Json {
        let changed = self
            .changed
            .iter()
            .map(|(id, fields)| serde_json::json!({"control": id, "fields": fields}));
        serde_json::json!({
            "added": self.added,
            "dropped": self.dropped,
            "changed": changed.collect::<Vec<_>>(),
        })
    }
}

/// Compare a baseline with the one in a report (`comply -o json`) or record (`comply --resolve`) of before. What does not read as
/// one is the error.
pub fn drift(resolved: &Resolved, before: &str) -> Result<Drift, String> {
    let json: Json =
        serde_json::from_str(before).map_err(|error| format!("it is no JSON: {error}"))?;
    let baseline = json.get("baseline").unwrap_or(&json);
    let id = baseline.get("id").and_then(Json::as_str).ok_or("it holds no baseline")?;
    if *id != *resolved.id {
        return Err(format!("it is about the baseline `{id}`"));
    }
    let controls = baseline.get("controls").and_then(Json::as_array).ok_or("it has no controls")?;
    let old: BTreeMap<&str, &Json> = controls
        .iter()
        .filter_map(|control| Some((control.get("id")?.as_str()?, control)))
        .collect();
    let mut drift = Drift::default();
    let mut seen = Vec::new();
    for control in &resolved.controls {
        let new = super::report::control(control);
        seen.push(&**control.id());
        let Some(old) = old.get(&**control.id()) else {
            drift.added.push(control.id().to_string());
            continue;
        };
        let (Some(old), Some(new)) = (old.as_object(), new.as_object()) else { continue };
        let names = old.keys().chain(new.keys().filter(|name| !old.contains_key(*name)));
        let changed: Vec<String> =
            names.filter(|name| old.get(*name) != new.get(*name)).cloned().collect();
        if !changed.is_empty() {
            drift.changed.push((control.id().to_string(), changed));
        }
    }
    let gone = controls.iter().filter_map(|control| control.get("id")?.as_str());
    drift.dropped = gone.filter(|id| !seen.contains(id)).map(str::to_owned).collect();
    Ok(drift)
}
