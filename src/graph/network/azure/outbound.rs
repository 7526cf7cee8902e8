//! Hosts in pools of Standard load balancers: whether these translate what they send to the internet.
//!
//! Who is in such a pool has no default way out; a rule translates unless it says otherwise, and so does a rule made for it. Source: Microsoft
//! Learn, "Default outbound access in Azure", "Use Source Network Address Translation (SNAT) for outbound connections"; the provider's
//! documentation of `azurerm_lb_rule` (`disable_outbound_snat`).

use std::collections::BTreeMap;

use crate::document::Value;
use crate::graph::look;
use crate::graph::network::Tri;
use crate::graph::scene::Scene;

/// By node in such a pool: whether a balancer lets it out.
pub fn by_pools(scene: &Scene<'_>) -> BTreeMap<usize, Tri> {
    let mut found = BTreeMap::new();
    for pool in scene.index.of_type("azurerm_lb_backend_address_pool") {
        let balancer = look::first(scene, *pool, "loadbalancer_id");
        let Some(balancer) = balancer.filter(|balancer| is_standard(scene, *balancer)) else {
            continue;
        };
        let mut state = translates(scene, *pool, balancer);
        if look::may_be_extended(scene, *pool) {
            state = state.or(Tri::Unknown);
        }
        for (node, _) in super::joins(scene, *pool) {
            let known = found.entry(node).or_insert(Tri::No);
            *known = known.or(state);
        }
    }
    found
}

fn is_standard(scene: &Scene<'_>, balancer: usize) -> bool {
    let resource = scene.index.resource(balancer);
    let sku = look::value(resource, "sku").and_then(Value::as_str);
    resource.type_name() == "azurerm_lb"
        && sku.is_some_and(|sku| sku.eq_ignore_ascii_case("standard"))
}

/// Whether some rule translates for a pool.
fn translates(scene: &Scene<'_>, pool: usize, balancer: usize) -> Tri {
    let rules = look::users(scene, pool, "azurerm_lb_rule", "backend_address_pool_ids");
    let by_rule = rules.map(|rule| {
        let attributes = &scene.index.resource(rule).attributes;
        let allowed = match attributes.get("disable_outbound_snat") {
            Some(Value::Bool(true)) => Tri::No,
            Some(Value::Unknown(_)) => Tri::Unknown,
            _ => Tri::Yes,
        };
        allowed.and(is_outside(scene, balancer, attributes.get("frontend_ip_configuration_name")))
    });
    let made = look::users(scene, pool, "azurerm_lb_outbound_rule", "backend_address_pool_id");
    by_rule.chain(made.map(|_| Tri::Yes)).fold(Tri::No, Tri::or)
}

/// Whether a front of a balancer has an address on the internet.
fn is_outside(scene: &Scene<'_>, balancer: usize, name: Option<&Value>) -> Tri {
    let attributes = &scene.index.resource(balancer).attributes;
    let fronts = look::listed(attributes, "frontend_ip_configuration").iter();
    let meant = fronts.filter(|front| match (front.get("name"), name) {
        (Some(Value::String(own)), Some(Value::String(name))) => own == name,
        _ => true,
    });
    let is_public = |front: &Value| {
        let has = |name: &str| !matches!(front.get(name), None | Some(Value::Null));
        if matches!(front, Value::Unknown(_)) {
            Tri::Unknown
        } else {
            (has("public_ip_address_id") || has("public_ip_prefix_id")).into()
        }
    };
    meant.map(is_public).fold(Tri::No, Tri::or)
}
