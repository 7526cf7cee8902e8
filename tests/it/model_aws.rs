//! AWS: which facts derive each state of each dimension, paths without servers, paths through trust, and what bad input does.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use dreadnought::model::{FlowKind, ThreatModel};
use rstest::rstest;
use serde_json::Value as Json;

use crate::model::model_of;
use crate::model_systems::{has, terraform};

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(path)).unwrap()
}

fn model(text: &str) -> ThreatModel {
    model_of(&BTreeMap::from([("main.tf".to_owned(), text.to_owned())]), None).model
}

/// Each case of `states.json` replaces a few texts of the configuration, and names the state of one dimension of one threat.
#[test]
fn facts_derive_states() {
    let text = read("model/aws/main.tf");
    let cases: Json = serde_json::from_str(&read("model/aws/states.json")).unwrap();
    let mut failures = Vec::new();
    for case in cases.as_array().unwrap() {
        let (name, word) = (&case["name"], |key: &str| case[key].as_str().unwrap());
        let mut changed = text.clone();
        for pair in case["replace"].as_array().unwrap() {
            let (from, to) = (pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
            assert!(changed.contains(from), "{name}: nothing to replace: {from}");
            changed = changed.replace(from, to);
        }
        let model = model(&changed);
        let threat = model
            .threats
            .iter()
            .find(|threat| &*threat.class.id == word("class") && &*threat.target == word("target"));
        let state = threat.and_then(|threat| {
            let known = threat.context.iter().find(|(name, _)| *name == word("dimension"));
            known.map(|(_, state)| state.to_string())
        });
        if state.as_deref() != Some(word("state")) {
            failures.push(format!("{name}: {} is {state:?}", word("dimension")));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Nodes and steps of all paths.
fn paths(model: &ThreatModel) -> Vec<String> {
    let shown = |path: &dreadnought::model::AttackPath| {
        let steps: Vec<&str> = path.steps.iter().map(|step| &*step.class).collect();
        format!("{}: {}", path.nodes.join(" > "), steps.join(" "))
    };
    model.paths.iter().map(shown).collect()
}

#[rstest]
#[case::the_function_behind_the_api("", "", true)]
#[case::no_integration("aws_lambda_function.orders.invoke_arn", "\"https://example.org\"", false)]
#[case::no_role(
    "role          = aws_iam_role.orders.arn",
    "role = \"arn:aws:iam::1:role/x\"",
    false
)]
#[case::another_table("aws_dynamodb_table.orders.arn\n", "\"arn:aws:dynamodb:::table/x\"\n", false)]
fn a_path_without_servers(#[case] from: &str, #[case] to: &str, #[case] there: bool) {
    let text = read("graph/aws/services/main.tf");
    let text = text.replace("resource \"aws_lambda_function_url\" \"orders\" {\n  function_name      = aws_lambda_function.orders.function_name\n  authorization_type = \"NONE\"\n}\n", "");
    assert!(from.is_empty() || text.contains(from));
    let found = paths(&model(&text.replace(from, to)));
    let wanted = "internet > aws_api_gateway_rest_api.orders > aws_lambda_function.orders > aws_iam_role.orders > \
                  aws_dynamodb_table.orders: T031 T015";
    assert_eq!(found.iter().any(|path| path == wanted), there, "{found:#?}");
}

#[rstest]
#[case::one_branch("repo:example/shop:ref:refs/heads/main", None)]
#[case::any_repository("repo:example/*", Some("T013"))]
#[case::anybody("*", Some("T013"))]
fn pipelines_of_strangers(#[case] subject: &str, #[case] class: Option<&str>) {
    let text =
        read("graph/aws/trust/main.tf").replace("repo:example/shop:ref:refs/heads/main", subject);
    let model = model(&text);
    let found = model.threats.iter().find(|threat| &*threat.target == "aws_iam_role.pipeline");
    assert_eq!(found.map(|threat| &*threat.class.id), class);
}

#[rstest]
#[case::another_account("AWS = \"arn:aws:iam::444455556666:root\"", true)]
#[case::anybody("AWS = \"*\"", true)]
#[case::a_service("Service = \"ec2.amazonaws.com\"", false)]
fn roles_open_to_outsiders(#[case] principal: &str, #[case] open: bool) {
    let text = read("graph/aws/trust/main.tf")
        .replace("AWS = \"arn:aws:iam::444455556666:root\"", principal);
    let model = model(&text);
    let found = model
        .threats
        .iter()
        .any(|threat| &*threat.class.id == "T012" && &*threat.target == "aws_iam_role.partner");
    assert_eq!(found, open);
}

#[rstest]
#[case::no_statements("policy = jsonencode({})")]
#[case::no_json("policy = \"not json\"")]
#[case::statements_that_are_none(
    "policy = jsonencode({ Statement = [5, null, { Effect = \"Maybe\" }] })"
)]
#[case::parts_of_another_kind(
    "policy = jsonencode({ Statement = { Effect = \"Allow\", Action = 5, Resource = { a = 1 }, Condition = [] } })"
)]
#[case::a_role_that_is_itself("role = aws_iam_role_policy.bad.id\n  policy = \"\"")]
fn policies_that_are_none(#[case] policy: &str) {
    let text = format!(
        "resource \"aws_iam_role\" \"bad\" {{\n  assume_role_policy = \"{{\"\n}}\nresource \"aws_iam_role_policy\" \"bad\" {{\n  {}{policy}\n}}\n",
        if policy.starts_with("role") { "" } else { "role = aws_iam_role.bad.id\n  " }
    );
    let model = model(&text);
    assert!(model.asset("aws_iam_role.bad").is_some());
    assert!(model.threats.iter().all(|threat| &*threat.class.id != "T010"));
}

#[rstest]
#[case::routes_in_a_circle(
    "resource \"aws_route_table\" \"a\" {\n  route {\n    cidr_block = \"0.0.0.0/0\"\n    nat_gateway_id = aws_nat_gateway.a.id\n  }\n}\nresource \"aws_nat_gateway\" \"a\" {\n  subnet_id = aws_subnet.a.id\n}\nresource \"aws_subnet\" \"a\" {}\nresource \"aws_route_table_association\" \"a\" {\n  subnet_id = aws_subnet.a.id\n  route_table_id = aws_route_table.a.id\n}\n"
)]
#[case::ports_that_are_none(
    "resource \"aws_security_group\" \"a\" {\n  ingress {\n    from_port = -7\n    to_port = 99999\n    protocol = \"tcp\"\n    cidr_blocks = [\"nowhere\", 5, null]\n  }\n}\nresource \"aws_instance\" \"a\" {\n  vpc_security_group_ids = [aws_security_group.a.id]\n}\n"
)]
#[case::groups_of_nothing(
    "resource \"aws_lb\" \"a\" {}\nresource \"aws_lb_listener\" \"a\" {\n  load_balancer_arn = aws_lb.a.arn\n  port = \"many\"\n  default_action {\n    target_group_arn = aws_lb_target_group.missing.arn\n  }\n}\n"
)]
fn bad_input_breaks_nothing(#[case] text: &str) {
    let made = model_of(&BTreeMap::from([("main.tf".to_owned(), text.to_owned())]), None);
    let internal = made.problems.iter().filter(|problem| problem.kind.name() == "internal").count();
    assert_eq!(internal, 0, "{:#?}", made.problems);
    assert!(!made.model.assets.is_empty());
}

/// Ranges from which one provider's services send are addresses like all others to a firewall of another provider.
#[rstest]
#[case::proxy_for_identities("35.235.240.0/20", true)]
#[case::front_ends("130.211.0.0/22", true)]
#[case::an_office("203.0.113.0/24", true)]
#[case::private("10.0.0.0/8", false)]
fn ranges_of_other_providers(#[case] range: &str, #[case] open: bool) {
    let text = read("graph/aws/instances/main.tf");
    let named =
        text.replace("cidr_blocks = [\"0.0.0.0/0\"]", &format!("cidr_blocks = [\"{range}\"]"));
    assert_ne!(named, text);
    let found = model(&named).flows.into_iter().filter(|flow| &*flow.source == "internet");
    let found: Vec<_> = found.filter(|flow| flow.kind == FlowKind::Network).collect();
    assert_eq!(!found.is_empty(), open, "{found:#?}");
}

/// Whom the whole internet reaches has one threat for that, and none of what it contains.
#[rstest]
#[case::everybody("cidr_blocks = [\"0.0.0.0/0\"]", &["T002"])]
#[case::an_office("cidr_blocks = [\"203.0.113.0/24\"]", &["T002"])]
#[case::the_network("cidr_blocks = [aws_vpc.m.cidr_block]", &["T002", "T021"])]
fn a_public_database(#[case] source: &str, #[case] wanted: &[&str]) {
    let text = read("model/aws/database.tf").replace("cidr_blocks = [\"0.0.0.0/0\"]", source);
    let model = model(&text);
    let own = model.threats.iter().filter(|threat| &*threat.target == "aws_db_instance.d");
    let mut found: Vec<&str> = own.map(|threat| &*threat.class.id).collect();
    found.retain(|class| ["T002", "T021", "T046"].contains(class));
    found.sort_unstable();
    assert_eq!(found, wanted);
}

/// A task on machines of one's own, which say at their start which cluster they belong to.
const TASK: &str = r#"
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "s" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_iam_role" "machine" {
  name               = "machine"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }] })
}
resource "aws_iam_instance_profile" "machine" {
  name = "machine"
  role = aws_iam_role.machine.name
}
resource "aws_launch_template" "machine" {
  name          = "machine"
  image_id      = "ami-1"
  instance_type = "t3.micro"
  user_data     = base64encode("echo ECS_CLUSTER=shop >> /etc/ecs/ecs.config\n")
  iam_instance_profile {
    name = aws_iam_instance_profile.machine.name
  }
}
resource "aws_autoscaling_group" "machines" {
  name                = "machines"
  vpc_zone_identifier = [aws_subnet.s.id]
  min_size            = 1
  max_size            = 2
  launch_template {
    id = aws_launch_template.machine.id
  }
}
resource "aws_ecs_cluster" "shop" {
  name = "shop"
}
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  container_definitions = jsonencode([{ name = "web", image = "web:1", MORE mountPoints = [{ sourceVolume = "v", containerPath = "/v", readOnly = true }] }])
  EXTRA
}
resource "aws_ecs_service" "web" {
  name            = "web"
  cluster         = aws_ecs_cluster.shop.id
  task_definition = aws_ecs_task_definition.web.arn
  desired_count   = 2
}
"#;

const OUT: &str = "aws_ecs_service.web > aws_autoscaling_group.machines identity";

/// What leads a task's container out of it leads to the machines of its cluster.
#[rstest]
#[case::nothing("", "", false)]
#[case::privileged("privileged = true,", "", true)]
#[case::capability("linuxParameters = { capabilities = { add = [\"SYS_PTRACE\"] } },", "", true)]
#[case::harmless("linuxParameters = { capabilities = { add = [\"NET_ADMIN\"] } },", "", false)]
#[case::processes("", "pid_mode = \"host\"", true)]
#[case::socket("", "volume {\n name = \"v\"\n host_path = \"/var/run/docker.sock\"\n}", true)]
#[case::reads_settings("", "volume {\n name = \"v\"\n host_path = \"/etc\"\n}", false)]
#[case::mounts_nothing(
    "",
    "volume {\n name = \"w\"\n host_path = \"/var/run/docker.sock\"\n}",
    false
)]
fn a_task_gets_out_to_its_machine(#[case] more: &str, #[case] extra: &str, #[case] gets_out: bool) {
    let text = TASK.replace("MORE", more).replace("EXTRA", extra);
    let found = terraform(&text);
    assert_eq!(has(&found, OUT), gets_out, "{found:#?}");
    // In quotes, too; machines of another cluster, or of none, are not its own.
    let quoted = terraform(&text.replace("ECS_CLUSTER=shop", "ECS_CLUSTER='shop'"));
    assert_eq!(has(&quoted, OUT), gets_out, "{quoted:#?}");
    for start in ["ECS_CLUSTER=shop-2", "OLD_ECS_CLUSTER=shop", "ECS_CLUSTER="] {
        let other = terraform(&text.replace("ECS_CLUSTER=shop", start));
        assert!(!has(&other, OUT), "{other:#?}");
    }
}

/// Machines, a function and a file system in one group, which lets its members speak to files.
const SHARED: &str = r#"
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "s" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "g" {
  vpc_id = aws_vpc.v.id
  ingress {
    protocol  = "tcp"
    from_port = 2049
    to_port   = 2049
    self      = true
  }
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_efs_file_system" "f" {
  creation_token = "f"
}
resource "aws_efs_mount_target" "f" {
  file_system_id  = aws_efs_file_system.f.id
  subnet_id       = aws_subnet.s.id
  security_groups = [aws_security_group.g.id]
}
resource "aws_instance" "a" {
  ami                    = "ami-1"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.s.id
  vpc_security_group_ids = [aws_security_group.g.id]
}
resource "aws_lambda_function" "l" {
  function_name = "l"
  role          = "arn:aws:iam::123456789012:role/l"
  vpc_config {
    subnet_ids         = [aws_subnet.s.id]
    security_group_ids = [aws_security_group.g.id]
  }
}
"#;

/// Who opens a store's port to a group means the store; and nobody connects to a function in its network.
#[test]
fn a_group_with_a_store_in_it_opens_the_store() {
    let ends = |found: &std::collections::BTreeSet<String>| -> Vec<String> {
        let own = found.iter().filter(|line| line.contains(" network tcp/"));
        own.map(|line| line.split(" tcp/").next().unwrap().to_owned()).collect()
    };
    let store = ["aws_instance.a", "aws_lambda_function.l"]
        .map(|source| format!("{source} > aws_efs_file_system.f network"));
    assert_eq!(ends(&terraform(SHARED)), store);
    // Another port is spoken between machines.
    let other = terraform(&SHARED.replace("2049", "7946"));
    assert_eq!(ends(&other), ["aws_lambda_function.l > aws_instance.a network"]);
}

/// What a load balancer's listener speaks that says nothing.
#[rstest]
#[case("application", "no")]
#[case("network", "unknown")]
fn a_listener_speaks_http_by_default(#[case] kind: &str, #[case] spoken: &str) {
    let text = format!(
        r#"
resource "aws_lb" "l" {{
  load_balancer_type = "{kind}"
  subnets            = ["subnet-1"]
}}
resource "aws_lb_listener" "l" {{
  load_balancer_arn = aws_lb.l.arn
  port              = 8080
  default_action {{
    type = "fixed-response"
    fixed_response {{ content_type = "text/plain" }}
  }}
}}
"#
    );
    let found = terraform(&text);
    let line = format!("internet > aws_lb.l network tcp/8080 {spoken}");
    assert!(has(&found, &line), "{found:#?}");
}

/// Accounts from which services of AWS write are nobody else's.
#[rstest]
#[case("127311923021", false)]
#[case("210987654321", true)]
fn accounts_of_aws_are_no_others(#[case] number: &str, #[case] is_other: bool) {
    let tree = format!(
        "resource \"aws_s3_bucket\" \"logs\" {{\n  bucket = \"logs\"\n}}\nresource \"aws_s3_bucket_policy\" \"logs\" {{\n  bucket = aws_s3_bucket.logs.id\n  policy = jsonencode({{\n    Version = \"2012-10-17\"\n    Statement = [{{\n      Effect = \"Allow\"\n      Principal = {{ AWS = \"arn:aws:iam::{number}:root\" }}\n      Action = \"s3:PutObject\"\n      Resource = \"${{aws_s3_bucket.logs.arn}}/*\"\n    }}]\n  }})\n}}\n"
    );
    let line = format!("account:{number} > aws_s3_bucket.logs permission");
    assert_eq!(has(&terraform(&tree), &line), is_other);
    assert_eq!(has(&terraform(&tree), "account:"), is_other);
}
