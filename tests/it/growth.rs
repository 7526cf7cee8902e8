//! Growth without a clock: work is counted, and grows about as a configuration does, or ends at a bound that is said.

use std::collections::BTreeMap;
use std::fmt::Write;

use dreadnought::document::{Index, too_many_edges};
use dreadnought::engine::rego::{Input, RuleRef};
use dreadnought::export::{Export, format};
use dreadnought::graph::Bounds;
use dreadnought::model::Work;
use dreadnought::pack::{Logic, PackSet};
use dreadnought::project::{Options, Project};
use dreadnought::source::{MemoryFileSystem, Problem, ProblemKind};
use rstest::rstest;
use serde_json::{Value as Json, json};

use crate::model::{Made, folder, model_of, model_within};
use crate::rego::{self, on_stack};

type Files = BTreeMap<String, String>;
/// A configuration of a size.
type Shape = fn(usize) -> Files;

/// One file of a head and something for each of many.
fn one(name: &str, head: &str, count: usize, each: impl Fn(usize) -> String) -> Files {
    let mut text = head.to_owned();
    for at in 0..count {
        text.push_str(&each(at));
    }
    Files::from([(name.to_owned(), text)])
}

/// What an application of a cluster is made of: it lets in another one.
fn application(namespace: &str, name: &str, from: &str) -> String {
    format!(
        r#"---
apiVersion: v1
kind: ServiceAccount
metadata: {{name: {name}, namespace: {namespace}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {{name: {name}, namespace: {namespace}}}
rules: [{{apiGroups: [""], resources: [secrets], resourceNames: [{name}], verbs: [get]}}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {{name: {name}, namespace: {namespace}}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: {name}}}
subjects: [{{kind: ServiceAccount, name: {name}, namespace: {namespace}}}]
---
apiVersion: v1
kind: Secret
metadata: {{name: {name}, namespace: {namespace}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  podSelector: {{matchLabels: {{app: {name}}}}}
  policyTypes: [Ingress]
  ingress:
    - from: [{{podSelector: {{matchLabels: {{app: {from}}}}}}}]
      ports: [{{port: 8080}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}, tier: all}}}}
    spec:
      serviceAccountName: {name}
      containers:
        - name: main
          image: registry.example.org/app:1.0
          ports: [{{containerPort: 8080}}]
          envFrom: [{{secretRef: {{name: {name}}}}}]
---
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  type: LoadBalancer
  selector: {{app: {name}}}
  ports: [{{port: 80, targetPort: 8080}}]
"#
    )
}

/// Namespaces of five applications each.
fn cluster(size: usize) -> Files {
    one("all.yaml", "", size, |at| {
        let namespace = format!("team{}", at / 5);
        application(&namespace, &format!("app{}", at % 5), &format!("app{}", (at + 1) % 5))
    })
}

/// All in one namespace.
fn one_namespace(size: usize) -> Files {
    one("all.yaml", "", size, |at| {
        application("all", &format!("app{at}"), &format!("app{}", (at + 1) % size))
    })
}

/// One policy that selects all pods and lets all of them in: as many flows as there are pairs.
fn one_policy(size: usize) -> Files {
    let mut files = one("all.yaml", "", size, |at| {
        format!(
            "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: d{at}, namespace: all}}\nspec:\n  selector: {{matchLabels: {{app: d{at}}}}}\n  template:\n    metadata: {{labels: {{app: d{at}, tier: all}}}}\n    spec:\n      containers: [{{name: main, image: 'registry.example.org/app:1.0', ports: [{{containerPort: 8080}}], envFrom: [{{secretRef: {{name: shared}}}}]}}]\n"
        )
    });
    let policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: all, namespace: all}\nspec:\n  podSelector: {matchLabels: {tier: all}}\n  policyTypes: [Ingress]\n  ingress:\n    - from: [{podSelector: {matchLabels: {tier: all}}}]\n      ports: [{port: 8080}]\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: shared, namespace: all}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: front, namespace: all}\nspec: {type: LoadBalancer, selector: {app: d0}, ports: [{port: 80, targetPort: 8080}]}\n";
    files.insert("policy.yaml".to_owned(), policy.to_owned());
    files
}

const NETWORK: &str = r#"resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/8"
}
resource "aws_subnet" "s" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.0.0/8"
}
resource "aws_internet_gateway" "i" {
  vpc_id = aws_vpc.v.id
}
resource "aws_route_table" "r" {
  vpc_id = aws_vpc.v.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.i.id
  }
}
resource "aws_route_table_association" "a" {
  subnet_id      = aws_subnet.s.id
  route_table_id = aws_route_table.r.id
}
resource "aws_iam_role" "r" {
  name               = "r"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }] })
}
resource "aws_iam_role_policy" "r" {
  role   = aws_iam_role.r.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }] })
}
resource "aws_iam_instance_profile" "r" {
  role = aws_iam_role.r.name
}
"#;

fn machine(at: usize, subnet: &str, group: &str) -> String {
    format!(
        r#"resource "aws_instance" "x{at}" {{
  ami                         = "ami-1"
  instance_type               = "t3.small"
  subnet_id                   = aws_subnet.{subnet}.id
  vpc_security_group_ids      = [aws_security_group.{group}.id]
  associate_public_ip_address = true
}}
"#
    )
}

/// One group, subnet and role for all machines; each has a bucket, which the role may use.
fn one_group(size: usize) -> Files {
    let group = "resource \"aws_security_group\" \"w\" {\n  vpc_id = aws_vpc.v.id\n  ingress {\n    from_port   = 22\n    to_port     = 22\n    protocol    = \"tcp\"\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }\n}\n";
    one("main.tf", &format!("{NETWORK}{group}"), size, |at| {
        let machine = machine(at, "s", "w");
        let role = "  iam_instance_profile = aws_iam_instance_profile.r.name\n}\n";
        let machine = format!("{}{role}", machine.trim_end().trim_end_matches('}'));
        format!(
            "{machine}resource \"aws_s3_bucket\" \"b{at}\" {{\n  bucket = \"customer-data-{at}\"\n}}\n"
        )
    })
}

/// A group of many rules before a few machines.
fn many_rules(size: usize) -> Files {
    let mut head =
        format!("{NETWORK}resource \"aws_security_group\" \"w\" {{\n  vpc_id = aws_vpc.v.id\n");
    for at in 0..size {
        writeln!(head, "  ingress {{\n    from_port   = {0}\n    to_port     = {0}\n    protocol    = \"tcp\"\n    cidr_blocks = [\"9.{1}.{2}.0/24\"]\n  }}", at + 1000, at / 256, at % 256).unwrap();
    }
    head.push_str("}\n");
    one("main.tf", &head, 3, |at| machine(at, "s", "w"))
}

/// Networks in a ring, each joined to the next, with a machine that lets in all private addresses.
fn ring(size: usize) -> Files {
    one("main.tf", "", size, |at| {
        let (next, before) = ((at + 1) % size, (at + size - 1) % size);
        let machine = machine(at, &format!("s{at}"), &format!("g{at}"));
        format!(
            r#"resource "aws_vpc" "v{at}" {{
  cidr_block = "10.{at}.0.0/16"
}}
resource "aws_subnet" "s{at}" {{
  vpc_id     = aws_vpc.v{at}.id
  cidr_block = "10.{at}.1.0/24"
}}
resource "aws_security_group" "g{at}" {{
  vpc_id = aws_vpc.v{at}.id
  ingress {{
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8"]
  }}
}}
resource "aws_vpc_peering_connection" "p{at}" {{
  vpc_id      = aws_vpc.v{at}.id
  peer_vpc_id = aws_vpc.v{next}.id
}}
resource "aws_route_table" "r{at}" {{
  vpc_id = aws_vpc.v{at}.id
  route {{
    cidr_block                = "10.{next}.0.0/16"
    vpc_peering_connection_id = aws_vpc_peering_connection.p{at}.id
  }}
  route {{
    cidr_block                = "10.{before}.0.0/16"
    vpc_peering_connection_id = aws_vpc_peering_connection.p{before}.id
  }}
}}
resource "aws_route_table_association" "a{at}" {{
  subnet_id      = aws_subnet.s{at}.id
  route_table_id = aws_route_table.r{at}.id
}}
{machine}"#
        )
    })
}

/// Roles that may all be assumed by one, and one bucket that all may use.
fn one_bucket(size: usize) -> Files {
    one("main.tf", "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"b\"\n}\n", size, |at| {
        format!(
            r#"resource "aws_iam_role" "r{at}" {{
  name               = "role-{at}"
  assume_role_policy = jsonencode({{ Version = "2012-10-17", Statement = [{{ Effect = "Allow", Action = "sts:AssumeRole", Principal = {{ Service = "lambda.amazonaws.com" }} }}] }})
}}
resource "aws_iam_role_policy" "p{at}" {{
  role   = aws_iam_role.r{at}.id
  policy = jsonencode({{ Version = "2012-10-17", Statement = [{{ Effect = "Allow", Action = ["s3:*"], Resource = "${{aws_s3_bucket.b.arn}}/*" }}] }})
}}
resource "aws_lambda_function" "f{at}" {{
  function_name = "f{at}"
  role          = aws_iam_role.r{at}.arn
  handler       = "x.y"
  runtime       = "python3.12"
  filename      = "x.zip"
}}
"#
        )
    })
}

/// Services that are made from one definition.
fn one_definition(size: usize) -> Files {
    let head = r#"resource "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "s" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "g" {
  vpc_id = aws_vpc.v.id
  ingress {
    from_port   = 8080
    to_port     = 8080
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_ecs_task_definition" "t" {
  family                = "t"
  network_mode          = "awsvpc"
  container_definitions = "[{\"name\": \"t\", \"image\": \"t\"}]"
}
"#;
    one("main.tf", head, size, |at| {
        format!(
            r#"resource "aws_ecs_service" "s{at}" {{
  name            = "s{at}"
  task_definition = aws_ecs_task_definition.t.arn
  network_configuration {{
    subnets         = [aws_subnet.s.id]
    security_groups = [aws_security_group.g.id]
  }}
}}
"#
        )
    })
}

/// What is not known in many places: whether blocks exist, ranges, names, what modules make.
fn unknowns(size: usize) -> Files {
    let head = "variable \"on\" {}\nvariable \"cidr\" {}\nvariable \"name\" {}\n";
    one("main.tf", head, size, |at| {
        format!(
            r#"resource "aws_s3_bucket" "b{at}" {{
  count  = var.on ? 1 : 0
  bucket = "b-{at}"
}}
resource "aws_s3_bucket_public_access_block" "b{at}" {{
  count             = var.on ? 1 : 0
  bucket            = aws_s3_bucket.b{at}[0].id
  block_public_acls = true
}}
resource "aws_s3_bucket" "c{at}" {{
  bucket = "c-{at}"
}}
resource "aws_s3_bucket_versioning" "n{at}" {{
  bucket = var.name
}}
module "m{at}" {{
  source = "git::https://example.org/m.git"
  bucket = aws_s3_bucket.c{at}.id
}}
resource "aws_security_group" "g{at}" {{
  ingress {{
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = [var.cidr]
  }}
}}
"#
        )
    })
}

fn counts(work: Work) -> [(&'static str, usize); 4] {
    let Work { pairs, rights, walked, searched } = work;
    [("pairs", pairs), ("rights", rights), ("walked", walked), ("searched", searched)]
}

/// Four times as much takes no more than five times the work.
#[rstest]
#[case::cluster(cluster, 15)]
#[case::one_namespace(one_namespace, 15)]
#[case::one_group(one_group, 15)]
#[case::many_rules(many_rules, 60)]
#[case::ring(ring, 15)]
#[case::one_bucket(one_bucket, 15)]
#[case::one_definition(one_definition, 15)]
#[case::unknowns(unknowns, 15)]
fn models_grow_as_configurations_do(#[case] shape: Shape, #[case] size: usize) {
    let (small, large) = (model_of(&shape(size), None), model_of(&shape(4 * size), None));
    assert!(small.model.assets.len() >= size.min(3));
    for ((name, small), (_, large)) in counts(small.model.work).iter().zip(counts(large.model.work))
    {
        assert!(large <= 5 * (small + size), "{name}: {small}, then {large}");
    }
    assert!(large.model.flows.len() <= 5 * small.model.flows.len());
}

/// Where there are as many flows as pairs, each flow takes no more work.
#[test]
fn crowds_take_no_more_for_each_flow() {
    let [small, large] = [12, 48].map(|size| model_of(&one_policy(size), None).model);
    assert!(large.flows.len() >= 48 * 47 && small.flows.len() >= 12 * 11);
    let each = |model: &dreadnought::model::ThreatModel| model.work.walked / model.flows.len();
    assert!(each(&large) <= each(&small) + 1, "{} then {}", each(&small), each(&large));
}

fn loaded(files: &Files) -> Project {
    let files: Vec<(&str, &str)> =
        files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let options = Options { paths: vec![String::new()], ..Options::default() };
    Project::load(&MemoryFileSystem::from(&*files), &options)
}

/// How many records the rules of the built-in packs are given, each as often as they are.
fn given(files: &Files) -> usize {
    let mut project = loaded(files);
    let (packs, problems) = PackSet::load(&mut project.sources, true, &[]);
    assert!(problems.is_empty(), "{problems:?}");
    let [document] = project.documents.as_slice() else { panic!("not one document") };
    on_stack(|| {
        let index = Index::new(document);
        let input = Input::new(&index);
        for (_, rule) in packs.rules() {
            if let Logic::Rego { package } = &rule.logic {
                let rule =
                    RuleRef { package: package.clone(), applies_to: rule.applies_to.clone() };
                packs.policies.judge(&rule, &input, &index);
            }
        }
        input.given()
    })
}

/// Rules are given about as many records more as there are more, also where much is unknown. Of resources of unknown existence 64 are
/// tried one by one: the larger sizes are beyond that.
#[rstest]
#[case::cluster(cluster, 10)]
#[case::one_group(one_group, 10)]
#[case::unknowns(unknowns, 70)]
fn rules_are_given_as_much_more_as_there_is(#[case] shape: Shape, #[case] size: usize) {
    let (small, large) = (given(&shape(size)), given(&shape(4 * size)));
    assert!(small > 0 && large <= 5 * small, "{small}, then {large}");
}

/// Networks that one gateway joins: as many joins as pairs, which have a bound.
fn spokes(size: usize) -> Files {
    one(
        "main.tf",
        "resource \"aws_ec2_transit_gateway\" \"t\" {\n  description = \"t\"\n}\n",
        size,
        |at| {
            format!(
                r#"resource "aws_vpc" "v{at}" {{
  cidr_block = "10.{0}.{1}.0/24"
}}
resource "aws_subnet" "s{at}" {{
  vpc_id     = aws_vpc.v{at}.id
  cidr_block = "10.{0}.{1}.0/25"
}}
resource "aws_ec2_transit_gateway_vpc_attachment" "t{at}" {{
  vpc_id             = aws_vpc.v{at}.id
  subnet_ids         = [aws_subnet.s{at}.id]
  transit_gateway_id = aws_ec2_transit_gateway.t.id
}}
resource "aws_route_table" "r{at}" {{
  vpc_id = aws_vpc.v{at}.id
  route {{
    cidr_block         = "10.0.0.0/8"
    transit_gateway_id = aws_ec2_transit_gateway.t.id
  }}
}}
resource "aws_route_table_association" "r{at}" {{
  subnet_id      = aws_subnet.s{at}.id
  route_table_id = aws_route_table.r{at}.id
}}
"#,
                at / 250,
                at % 250
            )
        },
    )
}

fn says_left_out(made: &Made) -> bool {
    made.problems
        .iter()
        .any(|it| it.kind == ProblemKind::Limit && it.message.contains("leaves flows out"))
}

/// Roles that each may change the rights of all roles, and that anybody of the account may assume.
fn administrators(size: usize) -> Files {
    let all: Vec<String> = (0..size).map(|at| format!("aws_iam_role.o{at}.arn")).collect();
    let all = all.join(", ");
    let trust = r#"jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root" } }] })"#;
    one("main.tf", "data \"aws_caller_identity\" \"current\" {}\n", size, |at| {
        format!(
            r#"resource "aws_iam_role" "r{at}" {{
  name               = "role-{at}"
  assume_role_policy = {trust}
}}
resource "aws_iam_role" "o{at}" {{
  name               = "other-{at}"
  assume_role_policy = {trust}
}}
resource "aws_iam_role_policy" "p{at}" {{
  role   = aws_iam_role.r{at}.id
  policy = jsonencode({{ Version = "2012-10-17", Statement = [
    {{ Effect = "Allow", Action = ["sts:AssumeRole"], Resource = "*" }},
    {{ Effect = "Allow", Action = ["iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"], Resource = [{all}] }},
  ] }})
}}
"#
        )
    })
}

/// Identities that each may let themselves into all vaults of a group.
fn contributors(size: usize) -> Files {
    let head = r#"data "azurerm_client_config" "current" {}
resource "azurerm_resource_group" "g" {
  name     = "g"
  location = "westeurope"
}
"#;
    one("main.tf", head, size, |at| {
        format!(
            r#"resource "azurerm_user_assigned_identity" "i{at}" {{
  name                = "i{at}"
  location            = azurerm_resource_group.g.location
  resource_group_name = azurerm_resource_group.g.name
}}
resource "azurerm_role_assignment" "a{at}" {{
  scope                = azurerm_resource_group.g.id
  role_definition_name = "Key Vault Contributor"
  principal_id         = azurerm_user_assigned_identity.i{at}.principal_id
}}
resource "azurerm_key_vault" "v{at}" {{
  name                = "vault-{at}"
  location            = azurerm_resource_group.g.location
  resource_group_name = azurerm_resource_group.g.name
  tenant_id           = data.azurerm_client_config.current.tenant_id
  sku_name            = "standard"
}}
"#
        )
    })
}

/// Accounts of one namespace that each may run pods there, and pods that run as each of them.
fn runners(size: usize) -> Files {
    one("all.yaml", "", size, |at| {
        format!(
            "---
apiVersion: v1
kind: ServiceAccount
metadata: {{name: a{at}, namespace: shop}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {{name: r{at}, namespace: shop}}
rules:
  - {{apiGroups: [''], resources: [pods], verbs: [create]}}
  - {{apiGroups: [''], resources: [configmaps], resourceNames: [c{at}], verbs: [get]}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {{name: r{at}, namespace: shop}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: r{at}}}
subjects: [{{kind: ServiceAccount, name: a{at}, namespace: shop}}]
---
apiVersion: v1
kind: Pod
metadata: {{name: p{at}, namespace: shop}}
spec: {{serviceAccountName: a{at}, containers: [{{name: a, image: a}}]}}
"
        )
    })
}

/// As the default but for one.
fn only(change: impl FnOnce(&mut Bounds)) -> Bounds {
    let mut bounds = Bounds { of_a_node: 0, ..Bounds::default() };
    change(&mut bounds);
    bounds
}

/// Each bound that is reached is said; with room nothing is.
#[rstest]
#[case::between_hosts(one_policy(12), only(|it| it.flows = 20))]
#[case::ports_of_a_host(many_rules(30), only(|it| it.flows = 20))]
#[case::rights(one_group(30), only(|it| it.rights = 20))]
#[case::pairs(one_policy(12), only(|it| it.pairs = 20))]
#[case::pairs_of_joined_networks(ring(6), only(|it| it.pairs = 2))]
#[case::joins(spokes(20), only(|it| it.joins = 5))]
#[case::named_by_a_policy(one_bucket(30), only(|it| it.named = 5))]
#[case::assumed(administrators(8), only(|it| it.named = 5))]
#[case::grants_of_a_cluster(cluster(10), only(|it| it.grants = 5))]
#[case::looks_of_policies(one_bucket(30), only(|it| it.looks = 5))]
#[case::looks_of_a_cluster(runners(10), only(|it| it.looks = 5))]
#[case::looks_of_a_group(contributors(10), only(|it| it.looks = 5))]
#[case::raising(administrators(8), only(|it| it.raising = 5))]
fn what_is_left_out_is_said(#[case] files: Files, #[case] bounds: Bounds) {
    let (made, whole) = (model_within(&files, None, bounds), model_of(&files, None));
    assert!(says_left_out(&made), "{:?}", made.problems);
    assert!(!says_left_out(&whole), "{:?}", whole.problems);
    assert!(made.model.flows.len() <= whole.model.flows.len());
}

/// A search for paths that stops says so, in JSON and in text, also where it found none.
#[test]
fn a_search_that_stops_is_said() {
    let files = folder("azure-shop");
    let stopped = model_within(&files, None, Bounds { searched: 3, ..Bounds::default() });
    let whole = model_of(&files, None);
    assert!(whole.model.paths_stopped.is_none() && whole.model.work.searched > 3);
    assert_eq!(stopped.model.work.searched, 3);
    let why = stopped.model.paths_stopped.as_deref().unwrap_or_default();
    assert!(why.ends_with("stopped at its bound"), "{why}");
    let json = dreadnought::model::to_json(&stopped.model);
    assert_eq!(json["paths_stopped"], why);
    let mut none = stopped.model.clone();
    none.paths.clear();
    for model in [&stopped.model, &none] {
        let mut text = Vec::new();
        (format("text").unwrap().write)(&Export::new(model, "0"), &mut text).unwrap();
        assert!(String::from_utf8(text).unwrap().contains(&format!("stopped early: {why}")));
    }
}

/// Policies of one namespace that each select all of its pods.
fn all_for_all(size: usize) -> Files {
    one("all.yaml", "", size, |at| {
        format!(
            r"---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: p{at}, namespace: shop}}
spec:
  podSelector: {{}}
  policyTypes: [Ingress]
  ingress: [{{from: [{{podSelector: {{}}}}], ports: [{{port: {0}}}]}}]
---
apiVersion: v1
kind: Pod
metadata: {{name: w{at}, namespace: shop}}
spec: {{containers: [{{name: main, image: registry.example.org/app:1.0}}]}}
",
            1000 + at
        )
    })
}

/// What selects every pod is kept up to a bound, which is said with the place from which on more is left out.
#[rstest]
#[case::few(30, 0)]
#[case::many(720, 1)]
fn pods_that_are_selected_have_a_bound_that_is_said(#[case] size: usize, #[case] said: usize) {
    let project = loaded(&all_for_all(size));
    let [document] = project.documents.as_slice() else { panic!("not one document") };
    assert_eq!(said_of_edges(&document.problems), said, "{:?}", document.problems);
    assert_eq!(document.is_cut, said > 0);
    let index = Index::new(document);
    assert!(edges(&index) <= 500_000 + 10 * document.resources.len());
    // Whether anything selects a pod is known of every one.
    let pods = index.of_type("Pod");
    assert!(pods.iter().all(|pod| !index.related(*pod, "NetworkPolicy").is_empty()));
}

/// Each of many resources names all instances of another block.
#[rstest]
#[case::few(30, 0)]
#[case::many(1_040, 1)]
fn references_to_all_instances_have_a_bound_that_is_said(#[case] size: usize, #[case] said: usize) {
    let groups = (0..size).map(|at| (format!("aws_security_group.g[{at}]"), json!({})));
    let named = json!({"$refs": {"/vpc_security_group_ids": "aws_security_group.g"}});
    let instances = (0..size).map(|at| (format!("aws_instance.i[{at}]"), named.clone()));
    let document = rego::document(&Json::Object(groups.chain(instances).collect()));
    let problems = Vec::from_iter(too_many_edges(&document));
    assert_eq!(said_of_edges(&problems), said, "{problems:?}");
    let index = Index::new(&document);
    assert!(edges(&index) <= 1_000_000 + 17 * document.resources.len());
    assert!((0..2 * size).filter(|at| !index.outgoing(*at).is_empty()).count() == size);
}

fn edges(index: &Index<'_>) -> usize {
    (0..index.document.resources.len()).map(|at| index.outgoing(at).len()).sum()
}

fn said_of_edges(problems: &[Problem]) -> usize {
    let limits = problems.iter().filter(|it| it.kind == ProblemKind::Limit);
    limits.filter(|it| it.place.is_some() && it.help.is_some()).count()
}
