//! What machines run at their start.

use crate::document::{Resource, Value};
use crate::graph::look;

/// Attributes that hold it, in base 64 or as it is.
pub const ATTRIBUTES: [&str; 2] = ["user_data", "user_data_base64"];

/// Types of machines, and of what machines are made by.
pub const MACHINES: [&str; 4] = [
    "aws_instance",
    "aws_spot_instance_request",
    "aws_launch_configuration",
    "aws_launch_template",
];

/// The text that a machine, or one of a template, runs at its start, as far as it is known; with the attribute that holds it.
pub fn text(resource: &Resource) -> Option<(&'static str, String)> {
    ATTRIBUTES.into_iter().find_map(|name| {
        let text = match resource.attributes.get(name)? {
            Value::String(text) => look::decoded(text).unwrap_or_else(|| text.to_string()),
            Value::Unknown(unknown) => unknown.parts.to_string(),
            _ => return None,
        };
        Some((name, text))
    })
}

/// The values that a text gives a variable, in quotes or not.
pub fn values<'t>(text: &'t str, variable: &'t str) -> impl Iterator<Item = &'t str> {
    let of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    text.match_indices(variable).filter_map(move |(start, _)| {
        let rest = text[start + variable.len()..].trim_start_matches(['=', '"', '\'']);
        let end = rest.find(|c| !of_name(c)).unwrap_or(rest.len());
        let is_whole = !text[..start].ends_with(of_name);
        (is_whole && end > 0).then(|| &rest[..end])
    })
}
