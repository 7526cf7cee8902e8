//! What policies for web firewalls do: whether they turn attacks away, and whether they limit rates.
//!
//! Source: Microsoft Learn, "Web Application Firewall DRS rule groups and rules", "Rate limiting for Azure Front Door", "Rate limiting on
//! Azure Application Gateway", "Azure Web Application Firewall (WAF) policy overview"; the provider's documentation of the types.

use crate::document::{Mode, Value};
use crate::graph::look;
use crate::graph::network::Tri;
use crate::graph::scene::Scene;

/// What a policy does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Does {
    /// Whether it turns away what looks like an attack.
    pub blocks: Tri,
    /// Whether it turns away who asks too often.
    pub limits: Tri,
}

impl Does {
    /// What a policy that the configuration does not hold does, for all that is known.
    pub const UNKNOWN: Self = Self { blocks: Tri::Unknown, limits: Tri::Unknown };
    /// Nothing.
    pub const NOTHING: Self = Self { blocks: Tri::No, limits: Tri::No };

    /// What both do.
    pub fn and(self, other: Self) -> Self {
        Self { blocks: self.blocks.and(other.blocks), limits: self.limits.and(other.limits) }
    }

    /// What one of them does.
    pub fn or(self, other: Self) -> Self {
        Self { blocks: self.blocks.or(other.blocks), limits: self.limits.or(other.limits) }
    }
}

/// What a policy of an application gateway, or of Front Door, does.
pub fn does(scene: &Scene<'_>, policy: usize) -> Does {
    let policy = scene.index.resource(policy);
    if policy.mode != Mode::Managed {
        return Does::UNKNOWN;
    }
    let attributes = &policy.attributes;
    // A gateway's policy is on unless settings say otherwise; Front Door's has to be told what to do.
    let (on, managed, custom) = if attributes.get("mode").is_some() {
        (is_on(attributes, Tri::No), managed_rules(attributes), "custom_rule")
    } else {
        let settings = look::blocks(attributes, "policy_settings");
        let on = settings.map(|(_, own)| is_on(own, Tri::Yes)).fold(Tri::Yes, Tri::and);
        let sets = look::blocks(attributes, "managed_rules")
            .flat_map(|(_, all)| look::listed(all, "managed_rule_set"));
        (on, sets.map(|_| Tri::Yes).fold(Tri::No, Tri::or), "custom_rules")
    };
    let rules = || look::blocks(attributes, custom).map(|(_, rule)| rule);
    let blocks = rules().map(is_against_attacks).fold(managed, Tri::or);
    let limits = rules().map(is_against_floods).fold(Tri::No, Tri::or);
    Does { blocks: on.and(blocks), limits: on.and(limits) }
}

/// Whether what is said of a policy's state lets it block; `unsaid` where no mode is.
fn is_on(settings: &Value, unsaid: Tri) -> Tri {
    if matches!(settings, Value::Unknown(_)) {
        return Tri::Unknown;
    }
    let prevents = match settings.get("mode") {
        Some(Value::String(mode)) => (&**mode == "Prevention").into(),
        Some(Value::Unknown(_)) => Tri::Unknown,
        _ => unsaid,
    };
    prevents.and(is_enabled(settings))
}

fn is_enabled(block: &Value) -> Tri {
    match block.get("enabled") {
        Some(Value::Bool(false)) => Tri::No,
        Some(Value::Unknown(_)) => Tri::Unknown,
        _ => Tri::Yes,
    }
}

/// Whether one of the rules that Front Door's provider keeps turns requests away.
fn managed_rules(attributes: &Value) -> Tri {
    let rules = look::blocks(attributes, "managed_rule");
    rules
        .map(|(_, rule)| acts(rule).or(says(rule, "action", "AnomalyScoring")))
        .fold(Tri::No, Tri::or)
}

/// Whether a rule turns requests away, and does not only note them.
fn acts(rule: &Value) -> Tri {
    const ACTIONS: [&str; 5] = ["Block", "Redirect", "JSChallenge", "CAPTCHA", "Deny"];
    let any = ACTIONS.iter().map(|action| says(rule, "action", action));
    any.fold(Tri::No, Tri::or).and(is_enabled(rule))
}

fn says(block: &Value, name: &str, word: &str) -> Tri {
    match (block, block.get(name)) {
        (Value::Unknown(_), _) | (_, Some(Value::Unknown(_))) => Tri::Unknown,
        (_, value) => {
            value.and_then(Value::as_str).is_some_and(|own| own.eq_ignore_ascii_case(word)).into()
        }
    }
}

/// Whether a rule of one's own looks for patterns in requests.
fn is_against_attacks(rule: &Value) -> Tri {
    let conditions =
        look::blocks(rule, "match_condition").chain(look::blocks(rule, "match_conditions"));
    let looks = conditions.map(|(_, it)| says(it, "operator", "RegEx")).fold(Tri::No, Tri::or);
    acts(rule).and(kind(rule, "MatchRule")).and(looks)
}

fn is_against_floods(rule: &Value) -> Tri {
    acts(rule).and(kind(rule, "RateLimitRule"))
}

/// Whether a rule is of a kind: Front Door's policies say `type`, a gateway's `rule_type`.
fn kind(rule: &Value, word: &str) -> Tri {
    says(rule, "type", word).or(says(rule, "rule_type", word))
}
