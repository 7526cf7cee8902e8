//! What lets things in or keeps them out of what a configuration runs: web firewalls that Ingresses name, admission of pods, hops to a
//! metadata service, who may call a service of the web, whose tokens are taken.

use rstest::rstest;

use crate::model_systems::{has, terraform};

const ACL: &str = r#"
resource "aws_wafv2_web_acl" "m" {
  name  = "m"
  scope = "REGIONAL"
  default_action {
    allow {}
  }
  rule {
    name     = "attacks"
    priority = 1
    override_action {
      none {}
    }
    statement {
      managed_rule_group_statement {
        vendor_name = "AWS"
        name        = "AWSManagedRulesCommonRuleSet"
      }
    }
  }
  rule {
    name     = "floods"
    priority = 2
    action {
      block {}
    }
    statement {
      rate_based_statement {
        limit = 1000
      }
    }
  }
}
"#;

const WEB_POLICY: &str = r#"
resource "azurerm_web_application_firewall_policy" "m" {
  name                = "m"
  resource_group_name = "shop"
  location            = "westeurope"
  policy_settings {
    mode = "Prevention"
  }
  custom_rules {
    name      = "rate"
    priority  = 10
    rule_type = "RateLimitRule"
    action    = "Block"
    match_conditions {
      operator     = "IPMatch"
      match_values = ["0.0.0.0/0"]
      match_variables { variable_name = "RemoteAddr" }
    }
  }
  managed_rules {
    managed_rule_set {
      version = "3.2"
    }
  }
}
"#;

/// An Ingress with annotations before an application.
const INGRESS: &str = r#"
data "aws_wafv2_web_acl" "o" {
  name  = "others"
  scope = "REGIONAL"
}
resource "kubernetes_deployment_v1" "web" {
  metadata {
    name      = "web"
    namespace = "shop"
  }
  spec {
    selector { match_labels = { app = "web" } }
    template {
      metadata { labels = { app = "web" } }
      spec {
        container {
          name  = "web"
          image = "registry.example.org/web:1"
          port { container_port = 8080 }
        }
      }
    }
  }
}
resource "kubernetes_service_v1" "web" {
  metadata {
    name      = "web"
    namespace = "shop"
  }
  spec {
    selector = { app = "web" }
    port {
      port        = 80
      target_port = 8080
    }
  }
}
resource "kubernetes_ingress_v1" "web" {
  metadata {
    name      = "web"
    namespace = "shop"
    annotations = {
      "alb.ingress.kubernetes.io/scheme" = "internet-facing"
      # NAMED
    }
  }
  spec {
    ingress_class_name = "CLASS"
    tls {
      secret_name = "web"
    }
    rule {
      http {
        path {
          path      = "/"
          path_type = "Prefix"
          backend {
            service {
              name = "web"
              port { number = 80 }
            }
          }
        }
      }
    }
  }
}
"#;

const BY_ARN: &str = "\"alb.ingress.kubernetes.io/wafv2-acl-arn\" = aws_wafv2_web_acl.m.arn";

/// What a firewall does that an Ingress names, it says itself: turns attacks away, limits rates. One elsewhere is thought to block.
#[rstest]
#[case::both(BY_ARN, &[], (false, false))]
#[case::none("", &[], (true, true))]
#[case::only_counts(BY_ARN, &[("none {}", "count {}")], (true, false))]
#[case::no_limit(BY_ARN, &[("block {}", "count {}")], (false, true))]
#[case::only_a_limit(BY_ARN, &[("managed_rule_group_statement", "geo_match_statement")], (true, false))]
#[case::by_name("\"alb.ingress.kubernetes.io/wafv2-acl-name\" = aws_wafv2_web_acl.m.name", &[("none {}", "count {}")], (true, false))]
#[case::another_annotation("\"example.org/wafv2-acl-arn\" = aws_wafv2_web_acl.m.arn", &[], (true, true))]
#[case::from_elsewhere("\"alb.ingress.kubernetes.io/wafv2-acl-arn\" = \"arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/m/1\"", &[], (false, true))]
#[case::looked_up("\"alb.ingress.kubernetes.io/wafv2-acl-arn\" = data.aws_wafv2_web_acl.o.arn", &[], (false, true))]
#[case::switched_off("\"alb.ingress.kubernetes.io/wafv2-acl-arn\" = \"none\"", &[], (true, true))]
#[case::empty("\"alb.ingress.kubernetes.io/wafv2-acl-arn\" = \"\"", &[], (true, true))]
fn web_lists_that_ingresses_name(
    #[case] named: &str,
    #[case] changes: &[(&str, &str)],
    #[case] (attacks, floods): (bool, bool),
) {
    let tree = format!("{INGRESS}{ACL}").replace("# NAMED", named).replace("CLASS", "alb");
    firewalled(tree, changes, (attacks, floods));
}

const BY_PATH: &str = "\"appgw.ingress.kubernetes.io/waf-policy-for-path\" = azurerm_web_application_firewall_policy.m.id";

#[rstest]
#[case::both(BY_PATH, &[], (false, false))]
#[case::only_looks(BY_PATH, &[("\"Prevention\"", "\"Detection\"")], (true, true))]
#[case::no_limit(BY_PATH, &[("\"RateLimitRule\"", "\"MatchRule\"")], (false, true))]
#[case::another_annotation("\"example.org/waf-policy\" = azurerm_web_application_firewall_policy.m.id", &[], (true, true))]
#[case::from_elsewhere("\"appgw.ingress.kubernetes.io/waf-policy-for-path\" = \"/subscriptions/x/m\"", &[], (false, true))]
fn web_policies_that_ingresses_name(
    #[case] named: &str,
    #[case] changes: &[(&str, &str)],
    #[case] found: (bool, bool),
) {
    let tree = format!("{INGRESS}{WEB_POLICY}").replace("# NAMED", named);
    firewalled(tree.replace("CLASS", "azure-application-gateway"), changes, found);
}

fn firewalled(mut tree: String, changes: &[(&str, &str)], (attacks, floods): (bool, bool)) {
    for (from, to) in changes {
        assert_eq!(tree.matches(from).count(), 1, "{from}");
        tree = tree.replace(from, to);
    }
    let made = terraform(&tree);
    let open = |class: &str| has(&made, &format!("{class} kubernetes_ingress_v1.web:"));
    assert_eq!((open("T032"), open("T028")), (attacks, floods), "{made:#?}");
}
