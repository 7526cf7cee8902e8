//! What an Ingress listens on.
//!
//! Source: kubernetes.io, "Ingress" (TLS); kubernetes.github.io/ingress-nginx, "Annotations" (`ssl-redirect`, `force-ssl-redirect`); AWS load
//! balancer controller, "Ingress annotations"; GKE, "Ingress configuration on Google Cloud" (disabling HTTP, HTTP to HTTPS redirects).

use crate::document::{Pointer, Resource, Value};
use crate::graph::kubernetes::{annotation, annotation_place, text};
use crate::graph::network::filter::Traffic;
use crate::graph::network::{Network, Tri};
use crate::graph::scene::Scene;
use crate::source::Place;

use super::shields::{is_served, written};

/// Annotations of NGINX: whether clear text is sent to the port of TLS; whether it is even where no certificate is named.
const NGINX_REDIRECT: &str = "nginx.ingress.kubernetes.io/ssl-redirect";
const NGINX_FORCED: &str = "nginx.ingress.kubernetes.io/force-ssl-redirect";
/// Annotations of GKE: whether clear text is served; what more is said of the front.
const ALLOWS: &str = "kubernetes.io/ingress.allow-http";
const CONFIG: &str = "networking.gke.io/v1beta1.FrontendConfig";

/// Ports, whether only TLS is spoken there, and what says so: TLS on 443, else plain on 80, or both.
pub fn of_ingress(
    scene: &Scene<'_>,
    network: &Network,
    resource: &Resource,
    serving: &[usize],
) -> Vec<(Traffic, Tri, Place)> {
    let spec = Pointer::root().key("spec");
    let tls = resource.attributes.at(&spec.key("tls")).and_then(Value::as_array);
    let mut certificates = scene.vocabulary.table("kubernetes_certificates").iter().flatten();
    let certificate = certificates
        .find(|name| annotation(resource, name).is_some_and(|it| !it.trim().is_empty()));
    let rules = || resource.place_of(&spec.key("rules"));
    let secured = if tls.is_some_and(|tls| !tls.is_empty()) {
        resource.place_of(&spec.key("tls"))
    } else if let Some(name) = certificate {
        annotation_place(resource, name)
    } else if listens_encrypted(resource) {
        annotation_place(resource, ALB_PORTS)
    } else if offers_only_tls(network, serving) {
        return vec![(Traffic::tcp(443), Tri::Yes, rules())];
    } else {
        return vec![(Traffic::tcp(80), Tri::No, rules())];
    };
    let mut fronts = vec![(Traffic::tcp(443), Tri::Yes, secured)];
    let plain = serves_plain(scene, resource).filter(|_| !offers_only_tls(network, serving));
    fronts.extend(plain.map(|place| (Traffic::tcp(80), Tri::No, place)));
    fronts
}

/// The annotation by which the AWS load balancer controller is told its ports.
const ALB_PORTS: &str = "alb.ingress.kubernetes.io/listen-ports";

/// Whether one of the ports that an Ingress asks for is that of TLS.
fn listens_encrypted(resource: &Resource) -> bool {
    annotation(resource, ALB_PORTS).is_some_and(|ports| ports.contains("\"HTTPS\""))
}

/// What says of an Ingress with a certificate that it serves clear text, too, and does not only send to the other port.
fn serves_plain(scene: &Scene<'_>, resource: &Resource) -> Option<Place> {
    let redirects = annotation(resource, "alb.ingress.kubernetes.io/ssl-redirect").is_some();
    let listens = annotation(resource, ALB_PORTS).is_some_and(|ports| ports.contains("\"HTTP\""));
    if listens && !redirects {
        return Some(annotation_place(resource, ALB_PORTS));
    }
    let says = |name: &str, word: &str| {
        annotation(resource, name).is_some_and(|it| it.trim().eq_ignore_ascii_case(word))
    };
    if is_googles(scene, resource) {
        return serves_plain_by_google(scene, resource);
    }
    // NGINX sends to the port of TLS where a certificate is named, unless it is told not to.
    let plain = says(NGINX_REDIRECT, "false") && !says(NGINX_FORCED, "true");
    plain.then(|| annotation_place(resource, NGINX_REDIRECT))
}

/// Whether it is known that GKE's own controller serves an Ingress: by its class, or by a certificate of Google's.
fn is_googles(scene: &Scene<'_>, resource: &Resource) -> bool {
    let class = annotation(resource, "kubernetes.io/ingress.class");
    let named = class.is_some_and(|class| class.starts_with("gce"));
    let mut own = scene
        .vocabulary
        .table("kubernetes_certificates")
        .iter()
        .flatten()
        .filter(|name| [".gcp.", ".gke."].iter().any(|word| name.contains(word)));
    is_served(resource) && (named || own.any(|name| written(resource, name).is_some()))
}

/// The same of an Ingress of GKE, whose balancer serves clear text unless an annotation or a `FrontendConfig` says otherwise.
fn serves_plain_by_google(scene: &Scene<'_>, resource: &Resource) -> Option<Place> {
    let refuses = written(resource, ALLOWS)
        .is_some_and(|it| it.as_str().is_none_or(|it| it.trim().eq_ignore_ascii_case("false")));
    if refuses {
        return None;
    }
    let Some(config) = written(resource, CONFIG) else {
        return Some(resource.header);
    };
    let named = |at: &&usize| {
        let own = scene.index.resource(**at);
        own.scope.namespace == resource.scope.namespace
            && text(&own.attributes, &["metadata", "name"]) == config.as_str()
    };
    let own = scene.index.of_type("FrontendConfig").iter().find(named)?;
    let at = Pointer::root().key("spec").key("redirectToHttps").key("enabled");
    let enabled = scene.index.resource(*own).attributes.at(&at);
    matches!(enabled, None | Some(Value::Null | Value::Bool(false)))
        .then(|| annotation_place(resource, CONFIG))
}

/// Whether what stands before the controllers that serve an entry leads to them from the port of TLS and not from that of clear text.
fn offers_only_tls(network: &Network, serving: &[usize]) -> bool {
    let routes = network.routes.iter().filter(|route| serving.contains(&route.target));
    let (mut tls, mut plain) = (false, false);
    for port in routes.map(|route| route.front.port) {
        tls |= port == Some(443);
        plain |= matches!(port, None | Some(80));
    }
    let own = network.fronts.iter().filter(|front| serving.contains(&front.node));
    plain |= own.map(|front| front.traffic.port).any(|port| matches!(port, None | Some(80)));
    tls && !plain
}
