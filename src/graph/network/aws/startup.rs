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

/// Whether a text gives a variable a value, in quotes or not.
pub fn sets(text: &str, variable: &str, value: &str) -> bool {
    let of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    text.match_indices(variable).any(|(start, _)| {
        let rest = text[start + variable.len()..].trim_start_matches(['=', '"', '\'']);
        let end = rest.find(|c| !of_name(c)).unwrap_or(rest.len());
        !text[..start].ends_with(of_name) && &rest[..end] == value
    })
}

#[cfg(test)]
mod tests {
    #[rstest::rstest]
    #[case("echo ECS_CLUSTER=shop >> /etc/ecs/ecs.config", true)]
    #[case("echo \"ECS_CLUSTER=shop\" > x", true)]
    #[case("ECS_CLUSTER='shop'", true)]
    #[case("ECS_CLUSTER=shop-2", false)]
    #[case("OLD_ECS_CLUSTER=shop", false)]
    #[case("ECS_CLUSTER=", false)]
    fn what_a_text_sets(#[case] text: &str, #[case] sets: bool) {
        assert_eq!(super::sets(text, "ECS_CLUSTER", "shop"), sets);
    }
}
