//! Ways that traffic and rights take beside the usual ones: Kubernetes written in Terraform, doors to other networks, platforms that
//! place machines themselves, policies of organizations and meshes, regions; and what grows with the size of a configuration.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use rstest::rstest;

use crate::graphs::{Shown, Tree, folder, of, shown, with};
use crate::model::model_of;

/// Addresses of Terraform with those that manifests of the same objects have.
const NAMES: [(&str, &str); 11] = [
    ("kubernetes_namespace.kiosk", "Namespace/kiosk"),
    ("kubernetes_service_account_v1.till", "ServiceAccount/kiosk/till"),
    ("kubernetes_role_binding_v1.till_reads", "RoleBinding/kiosk/till-reads"),
    ("kubernetes_role_v1.reader", "Role/kiosk/reader"),
    ("kubernetes_secret.ledger", "Secret/kiosk/ledger"),
    ("kubernetes_deployment_v1.till", "Deployment/kiosk/till"),
    ("kubernetes_stateful_set_v1.ledger", "StatefulSet/kiosk/ledger"),
    ("kubernetes_service_v1.ledger", "Service/kiosk/ledger"),
    ("kubernetes_service.till", "Service/kiosk/till"),
    ("kubernetes_network_policy_v1.ledger", "NetworkPolicy/kiosk/ledger"),
    ("kubernetes_ingress_v1.front", "Ingress/kiosk/front"),
];

/// A graph's lines with the names that manifests have, sorted; parts of an asset are a set.
fn as_manifests(shown: &Shown) -> BTreeSet<String> {
    let lines = shown.text.lines().map(|line| {
        let plain = NAMES.iter().fold(line.to_owned(), |line, (own, name)| line.replace(own, name));
        match plain
            .split_once(" in ")
            .and_then(|(start, rest)| Some((start, rest.split_once(": ")?)))
        {
            Some((start, (zone, parts))) => {
                let parts: BTreeSet<&str> = parts.split(", ").collect();
                format!("{start} in {zone}: {parts:?}")
            }
            None => plain,
        }
    });
    lines.collect()
}

#[test]
fn kubernetes_written_in_terraform_is_the_same_scene() {
    let terraform = as_manifests(&of(&folder("fixtures/models/kiosk/terraform")));
    let manifests = as_manifests(&of(&folder("fixtures/models/kiosk/manifests")));
    let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| -> Vec<String> {
        a.difference(b).cloned().collect()
    };
    assert_eq!(only(&terraform, &manifests), Vec::<String>::new(), "only in Terraform");
    assert_eq!(only(&manifests, &terraform), Vec::<String>::new(), "only in manifests");
}

const TO_LEDGER: &str =
    "kubernetes_deployment_v1.till > kubernetes_stateful_set_v1.ledger network tcp/5432 unknown";
const TO_TILL: &str =
    "kubernetes_ingress_v1.front > kubernetes_deployment_v1.till network tcp/8080 unknown";
const READS: &str =
    "kubernetes_service_account_v1.till > kubernetes_secret.ledger permission get, list secrets";

/// What stands on the way of a flow goes, and so does the flow.
#[rstest]
#[case::policy_for_others(
    "          match_labels = { app = \"till\" }\n        }\n      }\n      ports",
    "          match_labels = { app = \"other\" }\n        }\n      }\n      ports",
    TO_LEDGER
)]
#[case::policy_port("        port = \"5432\"", "        port = \"5433\"", TO_LEDGER)]
#[case::other_backend(
    "              name = kubernetes_service.till.metadata[0].name",
    "              name = \"nobody\"",
    TO_TILL
)]
#[case::other_port("                number = 80", "                number = 81", TO_TILL)]
#[case::other_selector(
    "    selector = { app = \"till\" }",
    "    selector = { app = \"printer\" }",
    TO_TILL
)]
fn what_removes_a_flow(#[case] from: &str, #[case] to: &str, #[case] flow: &str) {
    let tree = folder("fixtures/models/kiosk/terraform");
    let before = of(&tree);
    assert!(before.flow(flow), "{}", before.text);
    let after = of(&with(&tree, from, to));
    assert!(!after.flow(flow), "{}", after.text);
}

/// Rights come with the binding, and a way out of the container with its privilege.
#[test]
fn rights_and_ways_out() {
    let tree = folder("fixtures/models/kiosk/terraform");
    let before = of(&tree);
    let reads = |shown: &Shown| {
        shown.flows.iter().any(|flow| {
            flow.starts_with(
                "kubernetes_service_account_v1.till > kubernetes_secret.ledger permission",
            )
        })
    };
    assert!(reads(&before), "no {READS}: {}", before.text);
    let after = of(&with(
        &tree,
        "    name      = kubernetes_service_account_v1.till.metadata[0].name\n    namespace = kubernetes_namespace.kiosk.metadata[0].name\n  }\n}\n\nresource \"kubernetes_secret\"",
        "    name      = \"other\"\n    namespace = kubernetes_namespace.kiosk.metadata[0].name\n  }\n}\n\nresource \"kubernetes_secret\"",
    ));
    assert!(!reads(&after), "{}", after.text);
    let out = |shown: &Shown| {
        shown.facts["kubernetes_deployment_v1.till"].iter().any(|fact| fact == "breakout=true")
    };
    assert!(out(&before), "{}", before.text);
    let after = of(&with(&tree, "            privileged = true", "            privileged = false"));
    assert!(!out(&after), "{}", after.text);
}

/// A manifest inside of Terraform, and a name that only apply knows.
#[test]
fn manifests_and_unknown_names() {
    let text = "resource \"kubernetes_manifest\" \"web\" {\n  manifest = {\n    apiVersion = \"v1\"\n    kind = \"Pod\"\n    metadata = { name = \"web\", namespace = \"shop\", labels = { app = \"web\" } }\n    spec = { containers = [{ name = \"c\", image = \"c:1\", ports = [{ containerPort = 8080 }] }] }\n  }\n}\n\
        resource \"random_pet\" \"n\" {}\n\
        resource \"kubernetes_pod\" \"other\" {\n  metadata {\n    name = random_pet.n.id\n    namespace = random_pet.n.id\n  }\n  spec {\n    container {\n      name = \"c\"\n      image = \"c:1\"\n    }\n  }\n}\n";
    let shown = shown(&[("main.tf", text)]);
    assert_eq!(shown.assets["kubernetes_manifest.web"], "compute_container in Namespace/shop");
    assert_eq!(shown.assets["kubernetes_pod.other"], "compute_container in Namespace/*");
}

/// A host with a door to a service of another network.
fn private(door: &str, group: &str) -> Tree {
    let text = format!(
        "resource \"aws_vpc\" \"a\" {{\n  cidr_block = \"10.0.0.0/16\"\n}}\n\
         resource \"aws_vpc\" \"b\" {{\n  cidr_block = \"10.1.0.0/16\"\n}}\n\
         resource \"aws_subnet\" \"a\" {{\n  vpc_id = aws_vpc.a.id\n  cidr_block = \"10.0.1.0/24\"\n}}\n\
         resource \"aws_subnet\" \"b\" {{\n  vpc_id = aws_vpc.b.id\n  cidr_block = \"10.1.1.0/24\"\n}}\n\
         resource \"aws_security_group\" \"host\" {{\n  vpc_id = aws_vpc.a.id\n  egress {{\n    from_port = 0\n    to_port = 0\n    protocol = \"-1\"\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }}\n}}\n\
         resource \"aws_security_group\" \"door\" {{\n  vpc_id = aws_vpc.a.id\n  {group}\n}}\n\
         resource \"aws_instance\" \"host\" {{\n  subnet_id = aws_subnet.a.id\n  vpc_security_group_ids = [aws_security_group.host.id]\n}}\n\
         resource \"aws_instance\" \"service\" {{\n  subnet_id = aws_subnet.b.id\n}}\n\
         resource \"aws_lb\" \"n\" {{\n  load_balancer_type = \"network\"\n  internal = true\n  subnets = [aws_subnet.b.id]\n}}\n\
         resource \"aws_lb_target_group\" \"t\" {{\n  port = 9000\n  protocol = \"TCP\"\n  vpc_id = aws_vpc.b.id\n}}\n\
         resource \"aws_lb_listener\" \"l\" {{\n  load_balancer_arn = aws_lb.n.arn\n  port = 9443\n  protocol = \"TCP\"\n  default_action {{\n    type = \"forward\"\n    target_group_arn = aws_lb_target_group.t.arn\n  }}\n}}\n\
         resource \"aws_lb_target_group_attachment\" \"x\" {{\n  target_group_arn = aws_lb_target_group.t.arn\n  target_id = aws_instance.service.id\n}}\n\
         resource \"aws_vpc_endpoint_service\" \"s\" {{\n  acceptance_required = true\n  network_load_balancer_arns = [aws_lb.n.arn]\n}}\n\
         resource \"aws_vpc_endpoint\" \"d\" {{\n  vpc_id = aws_vpc.a.id\n  {door}\n}}\n"
    );
    vec![("main.tf".to_owned(), text)]
}

const DOOR: &str = "vpc_endpoint_type = \"Interface\"\n  service_name = aws_vpc_endpoint_service.s.service_name\n  subnet_ids = [aws_subnet.a.id]\n  security_group_ids = [aws_security_group.door.id]";
const FROM_HOST: &str = "ingress {\n    from_port = 9443\n    to_port = 9443\n    protocol = \"tcp\"\n    security_groups = [aws_security_group.host.id]\n  }";

#[rstest]
#[case::through_the_door(DOOR, FROM_HOST, true)]
#[case::nobody_is_let_in(DOOR, "", false)]
#[case::on_another_port(DOOR, &FROM_HOST.replace("9443", "443"), false)]
#[case::to_another_service(&DOOR.replace("aws_vpc_endpoint_service.s.service_name", "\"com.amazonaws.eu-west-1.ssm\""), FROM_HOST, false)]
#[case::a_gateway(&DOOR.replace("Interface", "Gateway"), FROM_HOST, false)]
// Everybody may, and nobody is meant.
#[case::everybody(DOOR, &FROM_HOST.replace("security_groups = [aws_security_group.host.id]", "cidr_blocks = [\"0.0.0.0/0\"]"), false)]
fn doors_to_another_network(#[case] door: &str, #[case] group: &str, #[case] open: bool) {
    let shown = of(&private(door, group));
    assert_eq!(shown.has("aws_instance.host", "aws_lb.n", "tcp/9443"), open, "{}", shown.text);
}

/// A service that sends through a connector stands in the network as far as sending goes.
#[rstest]
#[case::by_its_connector("aws_apprunner_vpc_connector.c.arn", true)]
#[case::without_one("null", false)]
fn connectors(#[case] connector: &str, #[case] open: bool) {
    let text = format!(
        "resource \"aws_vpc\" \"v\" {{\n  cidr_block = \"10.0.0.0/16\"\n}}\n\
         resource \"aws_subnet\" \"s\" {{\n  vpc_id = aws_vpc.v.id\n  cidr_block = \"10.0.1.0/24\"\n}}\n\
         resource \"aws_security_group\" \"app\" {{\n  vpc_id = aws_vpc.v.id\n  egress {{\n    from_port = 0\n    to_port = 0\n    protocol = \"-1\"\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }}\n}}\n\
         resource \"aws_security_group\" \"db\" {{\n  vpc_id = aws_vpc.v.id\n  ingress {{\n    from_port = 5432\n    to_port = 5432\n    protocol = \"tcp\"\n    security_groups = [aws_security_group.app.id]\n  }}\n}}\n\
         resource \"aws_db_subnet_group\" \"g\" {{\n  subnet_ids = [aws_subnet.s.id]\n}}\n\
         resource \"aws_db_instance\" \"db\" {{\n  engine = \"postgres\"\n  db_subnet_group_name = aws_db_subnet_group.g.name\n  vpc_security_group_ids = [aws_security_group.db.id]\n}}\n\
         resource \"aws_apprunner_vpc_connector\" \"c\" {{\n  vpc_connector_name = \"c\"\n  subnets = [aws_subnet.s.id]\n  security_groups = [aws_security_group.app.id]\n}}\n\
         resource \"aws_apprunner_service\" \"app\" {{\n  service_name = \"app\"\n  network_configuration {{\n    egress_configuration {{\n      egress_type = \"VPC\"\n      vpc_connector_arn = {connector}\n    }}\n  }}\n}}\n"
    );
    let shown = shown(&[("main.tf", &text)]);
    let found = shown.has("aws_apprunner_service.app", "aws_db_instance.db", "tcp/5432");
    assert_eq!(found, open, "{}", shown.text);
    assert!(shown.has("internet", "aws_apprunner_service.app", "tcp/443"), "{}", shown.text);
}

/// An environment of Elastic Beanstalk beside a database, by its settings.
fn environment(more: &str) -> Tree {
    let setting = |namespace: &str, name: &str, value: &str| {
        format!(
            "  setting {{\n    namespace = \"{namespace}\"\n    name = \"{name}\"\n    value = {value}\n  }}\n"
        )
    };
    let settings = setting("aws:ec2:vpc", "VPCId", "aws_vpc.v.id")
        + &setting("aws:ec2:vpc", "Subnets", "aws_subnet.s.id")
        + &setting(
            "aws:autoscaling:launchconfiguration",
            "SecurityGroups",
            "aws_security_group.app.id",
        )
        + &setting(
            "aws:autoscaling:launchconfiguration",
            "IamInstanceProfile",
            "aws_iam_instance_profile.p.name",
        )
        + &setting("aws:elasticbeanstalk:environment", "ServiceRole", "aws_iam_role.service.arn");
    let text = format!(
        "resource \"aws_vpc\" \"v\" {{\n  cidr_block = \"10.0.0.0/16\"\n}}\n\
         resource \"aws_subnet\" \"s\" {{\n  vpc_id = aws_vpc.v.id\n  cidr_block = \"10.0.1.0/24\"\n}}\n\
         resource \"aws_security_group\" \"app\" {{\n  vpc_id = aws_vpc.v.id\n  egress {{\n    from_port = 0\n    to_port = 0\n    protocol = \"-1\"\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }}\n}}\n\
         resource \"aws_security_group\" \"db\" {{\n  vpc_id = aws_vpc.v.id\n  ingress {{\n    from_port = 5432\n    to_port = 5432\n    protocol = \"tcp\"\n    security_groups = [aws_security_group.app.id]\n  }}\n}}\n\
         resource \"aws_db_subnet_group\" \"g\" {{\n  subnet_ids = [aws_subnet.s.id]\n}}\n\
         resource \"aws_db_instance\" \"db\" {{\n  engine = \"postgres\"\n  db_subnet_group_name = aws_db_subnet_group.g.name\n  vpc_security_group_ids = [aws_security_group.db.id]\n}}\n\
         resource \"aws_iam_role\" \"app\" {{\n  name = \"app\"\n  assume_role_policy = \"{{}}\"\n}}\n\
         resource \"aws_iam_role\" \"service\" {{\n  name = \"service\"\n  assume_role_policy = \"{{}}\"\n}}\n\
         resource \"aws_iam_instance_profile\" \"p\" {{\n  role = aws_iam_role.app.name\n}}\n\
         resource \"aws_elastic_beanstalk_environment\" \"e\" {{\n  name = \"e\"\n  application = \"a\"\n{settings}{more}}}\n"
    );
    vec![("main.tf".to_owned(), text)]
}

const ENVIRONMENT: &str = "aws_elastic_beanstalk_environment.e";

#[test]
fn an_environment_stands_where_its_settings_say() {
    let shown = of(&environment(""));
    assert!(shown.has("internet", ENVIRONMENT, "tcp/80"), "{}", shown.text);
    assert!(!shown.has("internet", ENVIRONMENT, "tcp/443"), "{}", shown.text);
    assert!(shown.has(ENVIRONMENT, "aws_db_instance.db", "tcp/5432"), "{}", shown.text);
    assert!(shown.flow(&format!("{ENVIRONMENT} > aws_iam_role.app identity runs as")));
    assert!(!shown.flow(&format!("{ENVIRONMENT} > aws_iam_role.service identity runs as")));
    let elsewhere = of(&with(
        &environment(""),
        "    name = \"SecurityGroups\"\n    value = aws_security_group.app.id",
        "    name = \"SecurityGroups\"\n    value = aws_security_group.db.id",
    ));
    assert!(!elsewhere.has(ENVIRONMENT, "aws_db_instance.db", "tcp/5432"), "{}", elsewhere.text);
}

#[rstest]
#[case::internal("aws:ec2:vpc", "ELBScheme", "\"internal\"", &[])]
#[case::public("aws:ec2:vpc", "ELBScheme", "\"public\"", &["tcp/80 no"])]
#[case::not_known("aws:ec2:vpc", "ELBScheme", "var.scheme", &["tcp/80 no assumed"])]
#[case::encrypted("aws:elbv2:listener:443", "Protocol", "\"HTTPS\"", &["tcp/443 yes", "tcp/80 no"])]
#[case::switched_off("aws:elbv2:listener:default", "ListenerEnabled", "\"false\"", &[])]
fn entries_of_an_environment(
    #[case] namespace: &str,
    #[case] name: &str,
    #[case] value: &str,
    #[case] wanted: &[&str],
) {
    let setting = format!(
        "  setting {{\n    namespace = \"{namespace}\"\n    name = \"{name}\"\n    value = {value}\n  }}\n"
    );
    let mut tree = environment(&setting);
    tree[0].1.push_str("variable \"scheme\" {}\n");
    let shown = of(&tree);
    let start = format!("internet > {ENVIRONMENT} network ");
    let found: Vec<&str> =
        shown.flows.iter().filter_map(|flow| flow.strip_prefix(&*start)).collect();
    assert_eq!(found, wanted, "{}", shown.text);
}

/// A worker takes its work from a queue.
#[test]
fn a_worker_has_no_entry() {
    let shown = of(&environment("  tier = \"Worker\"\n"));
    assert!(!shown.has("internet", ENVIRONMENT, "tcp/80"), "{}", shown.text);
}

/// A machine with an address in a network whose own rule lets 443 in, under policies.
fn under(policies: &str, order: &str) -> Shown {
    let text = format!(
        "resource \"google_folder\" \"f\" {{\n  display_name = \"f\"\n  parent = \"organizations/1\"\n}}\n\
         resource \"google_project\" \"p\" {{\n  name = \"p\"\n  project_id = \"p\"\n  folder_id = google_folder.f.name\n}}\n\
         resource \"google_compute_network\" \"n\" {{\n  name = \"n\"\n  project = google_project.p.project_id\n  {order}\n}}\n\
         resource \"google_compute_subnetwork\" \"s\" {{\n  name = \"s\"\n  network = google_compute_network.n.id\n  ip_cidr_range = \"10.0.0.0/24\"\n}}\n\
         resource \"google_compute_firewall\" \"web\" {{\n  name = \"web\"\n  network = google_compute_network.n.id\n  allow {{\n    protocol = \"tcp\"\n    ports = [\"443\"]\n  }}\n}}\n\
         resource \"google_compute_instance\" \"m\" {{\n  name = \"m\"\n  network_interface {{\n    subnetwork = google_compute_subnetwork.s.id\n    access_config {{}}\n  }}\n}}\n{policies}"
    );
    shown(&[("main.tf", &text)])
}

/// A rule of a policy of the folder (`above`) or of the network.
fn policy_rule(above: bool, priority: u32, action: &str, port: &str) -> String {
    let kind = if above { "firewall_policy" } else { "network_firewall_policy" };
    let policy = if above { "id" } else { "name" };
    let ports = if port.is_empty() { String::new() } else { format!("ports = [\"{port}\"]") };
    let protocol = if port.is_empty() { "all" } else { "tcp" };
    format!(
        "resource \"google_compute_{kind}_rule\" \"r{priority}\" {{\n  firewall_policy = google_compute_{kind}.p.{policy}\n  priority = {priority}\n  direction = \"INGRESS\"\n  action = \"{action}\"\n  match {{\n    src_ip_ranges = [\"0.0.0.0/0\"]\n    layer4_configs {{\n      ip_protocol = \"{protocol}\"\n      {ports}\n    }}\n  }}\n}}\n"
    )
}

fn above() -> String {
    "resource \"google_compute_firewall_policy\" \"p\" {\n  parent = google_folder.f.name\n  short_name = \"p\"\n}\n\
     resource \"google_compute_firewall_policy_association\" \"a\" {\n  name = \"a\"\n  firewall_policy = google_compute_firewall_policy.p.id\n  attachment_target = google_folder.f.name\n}\n"
        .to_owned()
}

fn beside() -> String {
    "resource \"google_compute_network_firewall_policy\" \"p\" {\n  name = \"p\"\n}\n\
     resource \"google_compute_network_firewall_policy_association\" \"a\" {\n  name = \"a\"\n  firewall_policy = google_compute_network_firewall_policy.p.name\n  attachment_target = google_compute_network.n.id\n}\n"
        .to_owned()
}

#[rstest]
#[case::none(String::new(), "", &["tcp/443 unknown"])]
#[case::denied_above(above() + &policy_rule(true, 100, "deny", "443"), "", &[])]
#[case::another_port_denied_above(above() + &policy_rule(true, 100, "deny", "22"), "", &["tcp/443 unknown"])]
#[case::allowed_above(above() + &policy_rule(true, 100, "allow", "22"), "", &["tcp/22 yes", "tcp/443 unknown"])]
#[case::sent_on_before_a_denial(above() + &policy_rule(true, 90, "goto_next", "") + &policy_rule(true, 100, "deny", "443"), "", &["tcp/443 unknown"])]
// Which of what comes later is sent on by a part is not followed.
#[case::sent_on_in_part(above() + &policy_rule(true, 90, "goto_next", "443") + &policy_rule(true, 100, "deny", ""), "", &["tcp/443 unknown assumed"])]
#[case::denied_after_its_own_rules(beside() + &policy_rule(false, 100, "deny", "443"), "", &["tcp/443 unknown"])]
#[case::denied_before_its_own_rules(beside() + &policy_rule(false, 100, "deny", "443"), "network_firewall_policy_enforcement_order = \"BEFORE_CLASSIC_FIREWALL\"", &[])]
#[case::allowed_beside(beside() + &policy_rule(false, 100, "allow", "22"), "", &["tcp/22 yes", "tcp/443 unknown"])]
#[case::of_no_association(above().replace("google_compute_firewall_policy_association", "google_compute_firewall_policy_nothing") + &policy_rule(true, 100, "deny", "443"), "", &["tcp/443 unknown"])]
#[case::of_another_folder(above().replace("attachment_target = google_folder.f.name", "attachment_target = \"folders/2\"") + &policy_rule(true, 100, "deny", "443"), "", &["tcp/443 unknown"])]
fn policies_of_firewalls(#[case] policies: String, #[case] order: &str, #[case] wanted: &[&str]) {
    let shown = under(&policies, order);
    let found: Vec<&str> = shown
        .flows
        .iter()
        .filter_map(|flow| flow.strip_prefix("internet > google_compute_instance.m network "))
        .collect();
    assert_eq!(found, wanted, "{}", shown.text);
}

/// Whom a mesh lets call `db` on 5432: `app` speaks of it.
fn meshed(policy: &str) -> Option<String> {
    let pod = |name: &str, rest: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: {name}s, labels: {{app: {name}}}}}\nspec:\n  serviceAccountName: {name}\n  containers:\n    - name: c\n      image: registry.example.org/{name}:1\n{rest}---\n"
        )
    };
    let text = pod("app", "      env: [{name: DB, value: \"tcp://db.dbs:5432\"}]\n")
        + &pod("db", "      ports: [{containerPort: 5432}]\n")
        + "apiVersion: v1\nkind: Service\nmetadata: {name: db, namespace: dbs}\nspec: {selector: {app: db}, ports: [{port: 5432}]}\n---\n"
        + policy;
    let shown = shown(&[("all.yaml", &text)]);
    let mut flows = shown
        .flows
        .iter()
        .filter_map(|flow| flow.strip_prefix("Pod/apps/app > Pod/dbs/db network "));
    flows.next().map(str::to_owned)
}

fn authorization(namespace: &str, spec: &str) -> String {
    format!(
        "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {{name: p, namespace: {namespace}}}\nspec: {spec}\n"
    )
}

const OPEN: Option<&str> = Some("tcp/5432 unknown");

#[rstest]
#[case::nothing("dbs", "{}", None)]
#[case::of_another_namespace("apps", "{}", OPEN)]
#[case::of_the_whole_mesh("istio-system", "{}", None)]
#[case::everybody("dbs", "{rules: [{}]}", OPEN)]
#[case::its_account(
    "dbs",
    "{rules: [{from: [{source: {principals: [cluster.local/ns/apps/sa/app]}}]}]}",
    OPEN
)]
#[case::another_account(
    "dbs",
    "{rules: [{from: [{source: {principals: [cluster.local/ns/apps/sa/other]}}]}]}",
    None
)]
#[case::its_namespace("dbs", "{rules: [{from: [{source: {namespaces: [apps]}}]}]}", OPEN)]
#[case::another_namespace("dbs", "{rules: [{from: [{source: {namespaces: [other]}}]}]}", None)]
#[case::on_the_port("dbs", "{rules: [{to: [{operation: {ports: ['5432']}}]}]}", OPEN)]
#[case::on_another_port("dbs", "{rules: [{to: [{operation: {ports: ['5433']}}]}]}", None)]
#[case::for_another_pod("dbs", "{selector: {matchLabels: {app: other}}}", OPEN)]
#[case::denied("dbs", "{action: DENY, rules: [{from: [{source: {namespaces: [apps]}}]}]}", None)]
#[case::others_denied(
    "dbs",
    "{action: DENY, rules: [{from: [{source: {namespaces: [other]}}]}]}",
    OPEN
)]
#[case::some_requests_denied(
    "dbs",
    "{action: DENY, rules: [{to: [{operation: {paths: [/admin]}}]}]}",
    OPEN
)]
#[case::only_looked_at("dbs", "{action: AUDIT, rules: [{}]}", OPEN)]
#[case::with_a_token(
    "dbs",
    "{rules: [{when: [{key: 'request.auth.claims[iss]', values: [x]}]}]}",
    Some("tcp/5432 unknown assumed")
)]
#[case::somebody_else_decides(
    "dbs",
    "{action: CUSTOM, provider: {name: x}, rules: [{}]}",
    Some("tcp/5432 unknown assumed")
)]
fn policies_of_a_mesh(#[case] namespace: &str, #[case] spec: &str, #[case] flow: Option<&str>) {
    assert_eq!(meshed(&authorization(namespace, spec)).as_deref(), flow);
}

const BUCKETS: &str = "provider \"aws\" {\n  region = \"eu-west-1\"\n}\nprovider \"aws\" {\n  alias = \"far\"\n  region = \"us-east-1\"\n}\n\
    resource \"aws_vpc\" \"v\" {\n  cidr_block = \"10.0.0.0/16\"\n}\nresource \"aws_s3_bucket\" \"far\" {\n  provider = aws.far\n  bucket = \"far\"\n}\n\
    resource \"aws_iam_role\" \"r\" {\n  name = \"r\"\n  assume_role_policy = \"{}\"\n}\nresource \"aws_route53_zone\" \"z\" {\n  name = \"example.org\"\n}\n";

/// Where resources lie in several regions, each is a zone; what the provider has once lies in none.
#[test]
fn regions() {
    let shown = shown(&[("main.tf", BUCKETS)]);
    assert_eq!(shown.zones["aws.eu-west-1"], "region in account");
    assert_eq!(shown.zones["aws.us-east-1"], "region in account");
    assert_eq!(shown.zones["aws_vpc.v"], "vpc in aws.eu-west-1");
    assert!(shown.assets["aws_s3_bucket.far"].ends_with(" in aws.us-east-1"), "{}", shown.text);
    assert!(shown.assets["aws_iam_role.r"].ends_with(" in account"), "{}", shown.text);
    assert!(shown.assets["aws_route53_zone.z"].ends_with(" in account"), "{}", shown.text);
    let one = crate::graphs::shown(&[("main.tf", &BUCKETS.replace("us-east-1", "eu-west-1"))]);
    assert!(!one.zones.contains_key("aws.eu-west-1"), "{}", one.text);
    assert_eq!(one.zones["aws_vpc.v"], "vpc in account");
}

fn files(text: &str) -> std::collections::BTreeMap<String, String> {
    [("main.tf".to_owned(), text.to_owned())].into()
}

/// Nobody watches a network and its subnets: one threat, of the network.
#[test]
fn what_a_network_and_its_subnets_lack_is_one_threat() {
    let subnet = |name: &str, range: &str, log: &str| {
        format!(
            "resource \"google_compute_subnetwork\" \"{name}\" {{\n  name = \"{name}\"\n  region = \"europe-west1\"\n  network = google_compute_network.n.id\n  ip_cidr_range = \"{range}\"\n{log}}}\n"
        )
    };
    let text = "resource \"google_compute_network\" \"n\" {\n  name = \"n\"\n  auto_create_subnetworks = false\n}\n".to_owned()
        + &subnet("a", "10.0.0.0/24", "")
        + &subnet("b", "10.0.1.0/24", "");
    let model = model_of(&files(&text), None).model;
    let found: Vec<(&str, usize)> = model
        .threats
        .iter()
        .filter(|threat| &*threat.class.id == "T025")
        .map(|threat| (&*threat.target, threat.findings.len()))
        .collect();
    assert_eq!(found, [("google_compute_network.n", 2)]);
}

/// A lower environment that reaches production is a threat; one of two that say nothing is none.
#[rstest]
#[case::lower("dev", "prod", true)]
#[case::same("prod", "prod", false)]
#[case::the_other_way("prod", "dev", false)]
#[case::not_said("dev", "blue", false)]
fn environments_that_meet(#[case] from: &str, #[case] to: &str, #[case] found: bool) {
    let text = format!(
        "resource \"aws_s3_bucket\" \"b\" {{\n  bucket = \"b\"\n  tags = {{ environment = \"{to}\" }}\n}}\n\
         resource \"aws_lambda_function\" \"f\" {{\n  function_name = \"f\"\n  role = aws_iam_role.r.arn\n  tags = {{ environment = \"{from}\" }}\n}}\n\
         resource \"aws_iam_role\" \"r\" {{\n  name = \"r\"\n  tags = {{ environment = \"{from}\" }}\n  assume_role_policy = jsonencode({{ Statement = [{{ Effect = \"Allow\", Action = \"sts:AssumeRole\", Principal = {{ Service = \"lambda.amazonaws.com\" }} }}] }})\n}}\n\
         resource \"aws_iam_role_policy\" \"p\" {{\n  role = aws_iam_role.r.id\n  policy = jsonencode({{ Statement = [{{ Effect = \"Allow\", Action = \"s3:GetObject\", Resource = \"${{aws_s3_bucket.b.arn}}/*\" }}] }})\n}}\n"
    );
    let model = model_of(&files(&text), None).model;
    let meets = model.threats.iter().any(|threat| &*threat.class.id == "T048");
    assert_eq!(meets, found, "{:?}", model.flows.iter().map(|flow| &flow.id).collect::<Vec<_>>());
}

/// A secret that a text known in part holds is seen through base 64, a local value and a module.
#[rstest]
#[case::in_a_text(
    "base64encode(\"pw=${var.password}@${aws_db_instance.db.address}\")",
    "",
    Some(10)
)]
#[case::in_a_local(
    "base64encode(local.boot)",
    "locals {\n  boot = \"pw=${var.password}@${aws_db_instance.db.address}\"\n}\n",
    Some(10)
)]
#[case::another_text("base64encode(\"pw=@${aws_db_instance.db.address}\")", "", None)]
// Its own line, where the text has several.
#[case::on_its_own_line(
    "base64encode(<<-EOT\n    one\n    pw=${var.password}\n    at=${aws_db_instance.db.address}\n  EOT\n  )",
    "",
    Some(12)
)]
fn secrets_in_texts_known_in_part(
    #[case] data: &str,
    #[case] more: &str,
    #[case] line: Option<u32>,
) {
    let text = format!(
        "variable \"password\" {{\n  default = \"correct-horse-staple\"\n}}\n\
         resource \"aws_db_instance\" \"db\" {{\n  engine = \"postgres\"\n  password = var.password\n}}\n\
         resource \"aws_instance\" \"host\" {{\n  ami = \"ami-1\"\n  user_data_base64 = {data}\n}}\n{more}"
    );
    let model = model_of(&files(&text), None).model;
    let is_it = |threat: &&dreadnought::model::Threat| {
        &*threat.class.id == "T008" && &*threat.target == "var.password"
    };
    let threat = model.threats.iter().find(is_it).expect("a secret in code");
    let lines: Vec<u32> =
        threat.evidence.iter().map(|place| place.line).filter(|at| *at > 7).collect();
    assert_eq!(lines, line.into_iter().collect::<Vec<_>>(), "{:?}", threat.evidence);
}

/// What is switched off is where an audit trail is missing; where nothing is written, the store is.
#[rstest]
#[case::switched_off("  count = 0\n", 12)]
#[case::not_there("", 5)]
fn what_is_switched_off_is_evidence(#[case] count: &str, #[case] line: u32) {
    let setting = if count.is_empty() {
        String::new()
    } else {
        format!(
            "resource \"azurerm_monitor_diagnostic_setting\" \"d\" {{\n{count}  name = \"d\"\n  target_resource_id = azurerm_postgresql_flexible_server.db.id\n}}\n"
        )
    };
    let text = format!(
        "resource \"azurerm_resource_group\" \"g\" {{\n  name = \"g\"\n  location = \"westeurope\"\n}}\n\
         resource \"azurerm_postgresql_flexible_server\" \"db\" {{\n  name = \"db\"\n  location = \"westeurope\"\n  resource_group_name = azurerm_resource_group.g.name\n}}\n\n{setting}"
    );
    let model = model_of(&files(&text), None).model;
    let is_it = |threat: &&dreadnought::model::Threat| &*threat.class.id == "T023";
    let threat = model.threats.iter().find(is_it).expect("no audit trail");
    assert_eq!(
        threat.evidence.first().map(|place| place.line),
        Some(line),
        "{:?}",
        threat.evidence
    );
}

/// Services of one shape: a balancer, a host, a database, a bucket, an identity with rights on it.
fn services(count: usize) -> String {
    let mut text = "resource \"aws_vpc\" \"v\" {\n  cidr_block = \"10.0.0.0/8\"\n}\n".to_owned();
    for at in 0..count {
        write!(
            text,
            "resource \"aws_subnet\" \"s{at}\" {{\n  vpc_id = aws_vpc.v.id\n  cidr_block = \"10.{}.{}.0/24\"\n}}\n\
             resource \"aws_security_group\" \"app{at}\" {{\n  vpc_id = aws_vpc.v.id\n}}\n\
             resource \"aws_security_group\" \"db{at}\" {{\n  vpc_id = aws_vpc.v.id\n  ingress {{\n    from_port = 5432\n    to_port = 5432\n    protocol = \"tcp\"\n    security_groups = [aws_security_group.app{at}.id]\n  }}\n}}\n\
             resource \"aws_instance\" \"app{at}\" {{\n  subnet_id = aws_subnet.s{at}.id\n  vpc_security_group_ids = [aws_security_group.app{at}.id]\n  iam_instance_profile = aws_iam_instance_profile.p{at}.name\n  user_data = aws_db_instance.db{at}.address\n}}\n\
             resource \"aws_db_instance\" \"db{at}\" {{\n  engine = \"postgres\"\n  vpc_security_group_ids = [aws_security_group.db{at}.id]\n  password = \"correct-horse-{at}\"\n}}\n\
             resource \"aws_s3_bucket\" \"b{at}\" {{\n  bucket = \"b{at}\"\n}}\n\
             resource \"aws_iam_instance_profile\" \"p{at}\" {{\n  role = aws_iam_role.r{at}.name\n}}\n\
             resource \"aws_iam_role\" \"r{at}\" {{\n  name = \"r{at}\"\n  assume_role_policy = \"{{}}\"\n}}\n\
             resource \"aws_iam_role_policy\" \"r{at}\" {{\n  role = aws_iam_role.r{at}.id\n  policy = jsonencode({{ Statement = [{{ Effect = \"Allow\", Action = \"s3:GetObject\", Resource = \"${{aws_s3_bucket.b{at}.arn}}/*\" }}] }})\n}}\n",
            at / 200,
            at % 200
        )
        .unwrap();
    }
    text
}

/// Twice the configuration gives twice the model: flows, threats, places of evidence; nothing in it grows with the square.
#[test]
fn a_model_grows_with_its_configuration() {
    let size = |count: usize| {
        let model = model_of(&files(&services(count)), None).model;
        let evidence: usize = model.threats.iter().map(|threat| threat.evidence.len()).sum();
        let proof: usize = model.flows.iter().map(|flow| flow.evidence.len()).sum();
        [
            model.assets.len(),
            model.flows.len(),
            model.threats.len(),
            evidence,
            proof,
            model.coverage.len(),
        ]
    };
    let (one, two) = (size(20), size(40));
    for (small, large) in one.into_iter().zip(two) {
        assert!(small > 0 && large <= 2 * small + 2, "{one:?} {two:?}");
    }
}

/// A host of each cloud that is open to everybody on 443, with a denial before that: of nobody on the way (`10.9.0.0/16`), of a range
/// that nobody knows, of everybody.
fn behind_a_denial(cloud: &str, range: &str) -> Shown {
    let variable = "variable \"range\" {\n  type = string\n}\n";
    let text = match cloud {
        "aws" => format!(
            "{variable}provider \"aws\" {{\n  region = \"eu-west-1\"\n}}\n\
             resource \"aws_vpc\" \"v\" {{\n  cidr_block = \"10.0.0.0/16\"\n}}\n\
             resource \"aws_internet_gateway\" \"g\" {{\n  vpc_id = aws_vpc.v.id\n}}\n\
             resource \"aws_subnet\" \"s\" {{\n  vpc_id = aws_vpc.v.id\n  cidr_block = \"10.0.1.0/24\"\n}}\n\
             resource \"aws_route_table\" \"r\" {{\n  vpc_id = aws_vpc.v.id\n  route {{\n    cidr_block = \"0.0.0.0/0\"\n    gateway_id = aws_internet_gateway.g.id\n  }}\n}}\n\
             resource \"aws_route_table_association\" \"r\" {{\n  subnet_id = aws_subnet.s.id\n  route_table_id = aws_route_table.r.id\n}}\n\
             resource \"aws_network_acl\" \"n\" {{\n  vpc_id = aws_vpc.v.id\n  subnet_ids = [aws_subnet.s.id]\n\
             \x20 ingress {{\n    rule_no = 90\n    action = \"deny\"\n    protocol = \"tcp\"\n    from_port = 443\n    to_port = 443\n    cidr_block = {range}\n  }}\n\
             \x20 ingress {{\n    rule_no = 100\n    action = \"allow\"\n    protocol = \"-1\"\n    from_port = 0\n    to_port = 0\n    cidr_block = \"0.0.0.0/0\"\n  }}\n\
             \x20 egress {{\n    rule_no = 100\n    action = \"allow\"\n    protocol = \"-1\"\n    from_port = 0\n    to_port = 0\n    cidr_block = \"0.0.0.0/0\"\n  }}\n}}\n\
             resource \"aws_security_group\" \"w\" {{\n  vpc_id = aws_vpc.v.id\n  ingress {{\n    from_port = 443\n    to_port = 443\n    protocol = \"tcp\"\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }}\n}}\n\
             resource \"aws_instance\" \"m\" {{\n  ami = \"ami-1\"\n  instance_type = \"t3.small\"\n  subnet_id = aws_subnet.s.id\n  associate_public_ip_address = true\n  vpc_security_group_ids = [aws_security_group.w.id]\n}}\n"
        ),
        "azure" => {
            let rule = |name: &str, priority: u32, access: &str, source: &str| {
                format!(
                    "  security_rule {{\n    name = \"{name}\"\n    priority = {priority}\n    direction = \"Inbound\"\n    access = \"{access}\"\n    protocol = \"Tcp\"\n    source_port_range = \"*\"\n    destination_port_range = \"443\"\n    source_address_prefix = {source}\n    destination_address_prefix = \"*\"\n  }}\n"
                )
            };
            let place =
                "resource_group_name = azurerm_resource_group.g.name\n  location = \"westeurope\"";
            format!(
                "{variable}resource \"azurerm_resource_group\" \"g\" {{\n  name = \"g\"\n  location = \"westeurope\"\n}}\n\
                 resource \"azurerm_virtual_network\" \"v\" {{\n  name = \"v\"\n  {place}\n  address_space = [\"10.0.0.0/16\"]\n}}\n\
                 resource \"azurerm_subnet\" \"s\" {{\n  name = \"s\"\n  resource_group_name = azurerm_resource_group.g.name\n  virtual_network_name = azurerm_virtual_network.v.name\n  address_prefixes = [\"10.0.1.0/24\"]\n}}\n\
                 resource \"azurerm_network_security_group\" \"n\" {{\n  name = \"n\"\n  {place}\n{}{}}}\n\
                 resource \"azurerm_subnet_network_security_group_association\" \"n\" {{\n  subnet_id = azurerm_subnet.s.id\n  network_security_group_id = azurerm_network_security_group.n.id\n}}\n\
                 resource \"azurerm_public_ip\" \"p\" {{\n  name = \"p\"\n  {place}\n  allocation_method = \"Static\"\n}}\n\
                 resource \"azurerm_network_interface\" \"i\" {{\n  name = \"i\"\n  {place}\n  ip_configuration {{\n    name = \"i\"\n    subnet_id = azurerm_subnet.s.id\n    private_ip_address_allocation = \"Dynamic\"\n    public_ip_address_id = azurerm_public_ip.p.id\n  }}\n}}\n\
                 resource \"azurerm_linux_virtual_machine\" \"m\" {{\n  name = \"m\"\n  {place}\n  size = \"Standard_B1s\"\n  admin_username = \"adm\"\n  network_interface_ids = [azurerm_network_interface.i.id]\n}}\n",
                rule("no", 90, "Deny", range),
                rule("web", 100, "Allow", "\"*\""),
            )
        }
        "gcp" => format!(
            "{variable}resource \"google_compute_network\" \"n\" {{\n  name = \"n\"\n}}\n\
             resource \"google_compute_subnetwork\" \"s\" {{\n  name = \"s\"\n  network = google_compute_network.n.id\n  ip_cidr_range = \"10.0.0.0/24\"\n}}\n\
             resource \"google_compute_firewall\" \"no\" {{\n  name = \"no\"\n  network = google_compute_network.n.id\n  priority = 90\n  source_ranges = [{range}]\n  deny {{\n    protocol = \"tcp\"\n    ports = [\"443\"]\n  }}\n}}\n\
             resource \"google_compute_firewall\" \"web\" {{\n  name = \"web\"\n  network = google_compute_network.n.id\n  source_ranges = [\"0.0.0.0/0\"]\n  allow {{\n    protocol = \"tcp\"\n    ports = [\"443\"]\n  }}\n}}\n\
             resource \"google_compute_instance\" \"m\" {{\n  name = \"m\"\n  network_interface {{\n    subnetwork = google_compute_subnetwork.s.id\n    access_config {{}}\n  }}\n}}\n"
        ),
        _ => {
            let rule = policy_rule(true, 90, "deny", "443");
            let rule = rule
                .replace("src_ip_ranges = [\"0.0.0.0/0\"]", &format!("src_ip_ranges = [{range}]"));
            return under(&format!("{variable}{}{rule}", above()), "");
        }
    };
    shown(&[("main.tf", &text)])
}

/// What an unknown denial may take away is not there for sure, and not gone.
#[rstest]
fn a_denial_that_is_not_known_leaves_what_comes_after_it_unknown(
    #[values("aws", "azure", "gcp", "policy")] cloud: &str,
    #[values(("\"10.9.0.0/16\"", Some(false)), ("var.range", Some(true)), ("\"0.0.0.0/0\"", None))]
    (range, assumed): (&str, Option<bool>),
) {
    let shown = behind_a_denial(cloud, range);
    let is_in =
        |flow: &&String| flow.starts_with("internet > ") && flow.contains(" network tcp/443 ");
    let flows: Vec<bool> =
        shown.flows.iter().filter(is_in).map(|flow| flow.ends_with(" assumed")).collect();
    assert_eq!(flows, assumed.into_iter().collect::<Vec<_>>(), "{}", shown.text);
}
