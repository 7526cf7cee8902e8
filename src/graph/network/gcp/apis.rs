//! Gateways of APIs: whether the descriptions that they are made of ask callers who they are.
//!
//! Source: API Gateway, "`OpenAPI` overview" (`securityDefinitions`, `security`); provider, `google_api_gateway_api_config`.

use crate::document::Value;
use crate::graph::look;
use crate::graph::scene::{Fact, Scene};

/// Where a configuration holds its descriptions, in base 64.
const CONTENTS: &str = "openapi_documents.document.contents";

/// The word with which descriptions begin to say how callers are asked, for all paths or for one.
const ASKS: &str = "security";

/// Say of gateways that they ask nobody, where no description of theirs says anything of it.
pub fn facts(scene: &mut Scene<'_>) {
    for at in scene.index.of_type("google_api_gateway_gateway").to_vec() {
        let Some(node) = scene.node_of[at] else { continue };
        let configs = look::named(scene, at, "api_config").targets;
        let texts = configs.iter().flat_map(|(config, _)| {
            let resource = scene.index.resource(*config);
            let all = look::leaves(&resource.attributes, CONTENTS).into_iter();
            all.map(move |(at, value)| (resource.place_of(&at), value))
        });
        let silent = texts.map(|(place, value)| {
            let text = look::decoded(value.as_str()?)?;
            (!text.contains(ASKS)).then_some(place)
        });
        let proof = silent.collect::<Option<Vec<_>>>().unwrap_or_default();
        if !proof.is_empty() {
            let fact = Fact { value: Some(Value::string("none")), proof };
            scene.nodes[node].facts.insert("auth".into(), fact);
        }
    }
}
