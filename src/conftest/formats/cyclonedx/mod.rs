//! `CycloneDX`: the JSON of the document as it is, once it is known to be one, or made of its XML.

mod elements;

use serde_json::Value as Json;

const VERSIONS: [&str; 8] = ["1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7"];

/// A document.
pub(super) fn parse(text: &str) -> Result<Json, String> {
    if text.trim_start().starts_with('<') {
        return elements::parse(text);
    }
    let content = super::json_text(text)?;
    let Json::Object(document) = &content else {
        return Err("a CycloneDX document is an object".to_owned());
    };
    let known = |version: &Json| version.as_str().is_some_and(|text| VERSIONS.contains(&text));
    match document.get("specVersion") {
        Some(version) if !known(version) => {
            Err(format!("{version} is no version of CycloneDX that there is"))
        }
        _ => Ok(content),
    }
}
