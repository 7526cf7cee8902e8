//! Parts of AWS in a model: who administers machines, copies and replicas, what APIs ask of services, who is told outside.

use std::collections::BTreeMap;

use rstest::rstest;

use crate::model::model_of;
use crate::model_systems::{differs, has, manifests, terraform};

/// Of each flow between two assets, whether it rests on something that is not known.
fn assumed(text: &str, source: &str, target: &str) -> Vec<bool> {
    let model = model_of(&BTreeMap::from([("main.tf".to_owned(), text.to_owned())]), None).model;
    let flows = model.flows.iter();
    let own = flows.filter(|flow| &*flow.source == source && &*flow.target == target);
    own.map(|flow| flow.assumed).collect()
}

/// Whether a property of an asset holds, where that is known.
fn fact(text: &str, id: &str, name: &str) -> Option<bool> {
    let model = model_of(&BTreeMap::from([("main.tf".to_owned(), text.to_owned())]), None).model;
    let asset = model.assets.iter().find(|asset| &*asset.id == id).unwrap();
    let property = asset.properties.iter().find(|(own, _)| &**own == name);
    property.and_then(|(_, state)| state.parse().ok())
}

/// A build project stands where it says.
#[test]
fn a_build_project_stands_in_its_subnet() {
    let lines = terraform(
        r#"
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "build" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_codebuild_project" "build" {
  name         = "build"
  service_role = "arn:aws:iam::111122223333:role/build"
  artifacts {
    type = "NO_ARTIFACTS"
  }
  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "aws/codebuild/standard:7.0"
    type         = "LINUX_CONTAINER"
  }
  source {
    type = "NO_SOURCE"
  }
  vpc_config {
    vpc_id             = aws_vpc.main.id
    subnets            = [aws_subnet.build.id]
    security_group_ids = ["sg-0123456789abcdef0"]
  }
}
"#,
    );
    let line = "aws_codebuild_project.build ci_pipeline in aws_subnet.build";
    assert!(has(&lines, line), "{lines:#?}");
}

/// Machines of a cluster in a subnet that gives addresses on the internet.
const ADMINISTERED: &str = r#"
variable "key" {}
variable "groups" {
  type = set(string)
}
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}
resource "aws_subnet" "public" {
  vpc_id                  = aws_vpc.main.id
  cidr_block              = "10.0.1.0/24"
  map_public_ip_on_launch = true
}
resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}
resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}
resource "aws_security_group" "admin" {
  vpc_id = aws_vpc.main.id
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["10.0.0.0/16"]
  }
}
resource "aws_instance" "admin" {
  ami                    = "ami-0abcdef1234567890"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.public.id
  vpc_security_group_ids = [aws_security_group.admin.id]
}
resource "aws_key_pair" "ops" {
  key_name_prefix = "ops"
  public_key      = "ssh-ed25519 AAAA"
}
resource "aws_iam_role" "node" {
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }] })
}
resource "aws_eks_cluster" "main" {
  name     = "main"
  role_arn = "arn:aws:iam::111122223333:role/cluster"
  vpc_config {
    subnet_ids             = [aws_subnet.public.id]
    endpoint_public_access = false
  }
}
resource "aws_eks_node_group" "main" {
  cluster_name  = aws_eks_cluster.main.name
  node_role_arn = aws_iam_role.node.arn
  subnet_ids    = [aws_subnet.public.id]
  remote_access {
    ec2_ssh_key = "ops"
  }
  scaling_config {
    min_size     = 1
    desired_size = 1
    max_size     = 1
  }
}
"#;

const SHELL: &str = "internet > aws_eks_node_group.main network tcp/22 yes";

/// Who says by which key machines are administered, and not from where, lets everybody in.
#[rstest]
#[case::no_key("    ec2_ssh_key = \"ops\"\n", "")]
#[case::no_access("  remote_access {\n    ec2_ssh_key = \"ops\"\n  }\n", "")]
#[case::groups(
    "    ec2_ssh_key = \"ops\"\n",
    "    ec2_ssh_key = \"ops\"\n    source_security_group_ids = [aws_security_group.admin.id]\n"
)]
#[case::no_addresses("map_public_ip_on_launch = true", "map_public_ip_on_launch = false")]
fn machines_are_administered_from_everywhere(#[case] from: &str, #[case] to: &str) {
    differs(ADMINISTERED, from, to, SHELL, terraform);
    differs(ADMINISTERED, from, to, "T001 aws_eks_node_group.main", terraform);
}

/// Windows has a port of its own for it.
#[test]
fn windows_is_administered_elsewhere() {
    let windows = "  ami_type = \"WINDOWS_CORE_2022_x86_64\"\n  remote_access {";
    differs(ADMINISTERED, "  remote_access {", windows, SHELL, terraform);
    let lines = terraform(&ADMINISTERED.replace("  remote_access {", windows));
    assert!(has(&lines, "internet > aws_eks_node_group.main network tcp/3389"), "{lines:#?}");
}

/// A list of no groups names none; a key that the configuration makes is one.
#[rstest]
#[case::no_groups(
    "    ec2_ssh_key = \"ops\"",
    "    ec2_ssh_key = \"ops\"\n    source_security_group_ids = []"
)]
#[case::own_key("\"ops\"\n  }\n  scaling", "aws_key_pair.ops.key_name\n  }\n  scaling")]
fn and_stay_so(#[case] from: &str, #[case] to: &str) {
    let changed = ADMINISTERED.replace(from, to);
    assert_ne!(changed, ADMINISTERED);
    assert!(has(&terraform(&changed), SHELL));
}

/// Groups that are named are let in, and nobody else.
#[test]
fn administrators_by_their_group() {
    let groups =
        "    ec2_ssh_key = \"ops\"\n    source_security_group_ids = [aws_security_group.admin.id]";
    let named = ADMINISTERED.replace("    ec2_ssh_key = \"ops\"", groups);
    let line = "aws_instance.admin > aws_eks_node_group.main network tcp/22";
    differs(
        &named,
        "[aws_security_group.admin.id]\n  }\n",
        "[\"sg-0123456789abcdef0\"]\n  }\n",
        line,
        terraform,
    );
}

/// What is not known opens nothing for certain.
#[rstest]
#[case::key("    ec2_ssh_key = \"ops\"\n", "    ec2_ssh_key = var.key\n")]
#[case::groups(
    "    ec2_ssh_key = \"ops\"\n",
    "    ec2_ssh_key = \"ops\"\n    source_security_group_ids = var.groups\n"
)]
fn unknown_ways_in_are_assumed(#[case] from: &str, #[case] to: &str) {
    let changed = ADMINISTERED.replace(from, to);
    assert_ne!(changed, ADMINISTERED);
    assert_eq!(assumed(&changed, "internet", "aws_eks_node_group.main"), [true]);
    assert_eq!(assumed(ADMINISTERED, "internet", "aws_eks_node_group.main"), [false]);
}

/// A bucket whose objects are kept in another region, too.
const REPLICATION: &str = r#"
resource "aws_s3_bucket" "media" {
  bucket = "media"
}
resource "aws_s3_bucket" "replica" {
  bucket = "media-replica"
}
resource "aws_iam_role" "replication" {
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "s3.amazonaws.com" } }] })
}
resource "aws_s3_bucket_replication_configuration" "media" {
  bucket = aws_s3_bucket.media.id
  role   = aws_iam_role.replication.arn
  rule {
    status = "Enabled"
    delete_marker_replication {
      status = "Disabled"
    }
    destination {
      bucket = aws_s3_bucket.replica.arn
      metrics {
        status = "Disabled"
      }
    }
  }
}
"#;

/// The same in the words of old.
const REPLICATION_WITHIN: &str = r#"
resource "aws_s3_bucket" "media" {
  bucket = "media"
  replication_configuration {
    role = aws_iam_role.replication.arn
    rules {
      status = "Enabled"
      destination {
        bucket = aws_s3_bucket.replica.arn
      }
    }
  }
}
resource "aws_s3_bucket" "replica" {
  bucket = "media-replica"
}
resource "aws_iam_role" "replication" {
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "s3.amazonaws.com" } }] })
}
"#;

const REPLICATED: &str = "aws_s3_bucket.media > aws_s3_bucket.replica data";

/// What is replicated goes from one bucket to the other, by a role.
#[rstest]
#[case::apart(REPLICATION, "status = \"Enabled\"", "status = \"Disabled\"")]
#[case::elsewhere(REPLICATION, "aws_s3_bucket.replica.arn", "\"arn:aws:s3:::other\"")]
#[case::within(REPLICATION_WITHIN, "status = \"Enabled\"", "status = \"Disabled\"")]
#[case::within_elsewhere(REPLICATION_WITHIN, "aws_s3_bucket.replica.arn", "\"arn:aws:s3:::other\"")]
fn buckets_are_replicated(#[case] base: &str, #[case] from: &str, #[case] to: &str) {
    differs(base, from, to, REPLICATED, terraform);
    let lines = terraform(base);
    let role = "aws_s3_bucket.media > aws_iam_role.replication identity";
    assert!(has(&lines, role), "{lines:#?}");
    assert!(!has(&lines, "aws_s3_bucket.replica > aws_s3_bucket.media"));
}

/// So are file systems, databases into warehouses, and what accounts of Azure hold.
#[rstest]
#[case::files(
    r#"
resource "aws_efs_file_system" "main" {}
resource "aws_efs_file_system" "copy" {}
resource "aws_efs_replication_configuration" "main" {
  source_file_system_id = aws_efs_file_system.main.id
  destination {
    file_system_id = aws_efs_file_system.copy.id
  }
}
"#,
    "aws_efs_file_system.main > aws_efs_file_system.copy data"
)]
#[case::warehouse(
    r#"
resource "aws_rds_cluster" "main" {
  engine = "aurora-mysql"
}
resource "aws_redshiftserverless_namespace" "main" {
  namespace_name = "main"
}
resource "aws_rds_integration" "main" {
  integration_name = "main"
  source_arn       = aws_rds_cluster.main.arn
  target_arn       = aws_redshiftserverless_namespace.main.arn
}
"#,
    "aws_rds_cluster.main > aws_redshiftserverless_namespace.main data"
)]
#[case::azure(
    r#"
resource "azurerm_storage_account" "main" {
  name                     = "main"
  resource_group_name      = "main"
  location                 = "westeurope"
  account_tier             = "Standard"
  account_replication_type = "LRS"
}
resource "azurerm_storage_account" "copy" {
  name                     = "copy"
  resource_group_name      = "main"
  location                 = "northeurope"
  account_tier             = "Standard"
  account_replication_type = "LRS"
}
resource "azurerm_storage_object_replication" "main" {
  source_storage_account_id      = azurerm_storage_account.main.id
  destination_storage_account_id = azurerm_storage_account.copy.id
  rules {
    source_container_name      = "a"
    destination_container_name = "a"
  }
}
"#,
    "azurerm_storage_account.main > azurerm_storage_account.copy data"
)]
fn stores_are_replicated(#[case] text: &str, #[case] line: &str) {
    let lines = terraform(text);
    assert!(has(&lines, line), "{line}\n{lines:#?}");
}

/// A database in its network with a replica of which nothing more is said, and a machine that both let in.
const REPLICA: &str = r#"
provider "aws" {
  region = "eu-west-1"
}
provider "aws" {
  alias  = "other"
  region = "eu-central-1"
}
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "data" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "app" {
  vpc_id = aws_vpc.main.id
  egress {
    from_port   = 5432
    to_port     = 5432
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/16"]
  }
}
resource "aws_security_group" "data" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port       = 5432
    to_port         = 5432
    protocol        = "tcp"
    security_groups = [aws_security_group.app.id]
  }
}
resource "aws_instance" "app" {
  ami                    = "ami-0abcdef1234567890"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.data.id
  vpc_security_group_ids = [aws_security_group.app.id]
}
resource "aws_db_subnet_group" "data" {
  subnet_ids = [aws_subnet.data.id]
}
resource "aws_db_instance" "main" {
  identifier             = "main"
  engine                 = "postgres"
  engine_version         = "16"
  instance_class         = "db.t4g.small"
  db_subnet_group_name   = aws_db_subnet_group.data.name
  vpc_security_group_ids = [aws_security_group.data.id]
  storage_encrypted      = true
}
resource "aws_db_instance" "replica" {
  identifier             = "replica"
  replicate_source_db    = aws_db_instance.main.identifier
  instance_class         = "db.t4g.small"
  vpc_security_group_ids = [aws_security_group.data.id]
}
resource "aws_db_instance" "second" {
  identifier             = "second"
  replicate_source_db    = aws_db_instance.replica.identifier
  instance_class         = "db.t4g.small"
  vpc_security_group_ids = [aws_security_group.data.id]
}
"#;

/// A replica takes what its source holds, and stands where that stands with its engine, port and encryption.
#[test]
fn replicas_are_as_their_source_is() {
    let lines = terraform(REPLICA);
    for line in [
        "aws_db_instance.main > aws_db_instance.replica data",
        "aws_db_instance.replica > aws_db_instance.second data",
        "aws_db_instance.replica datastore_sql in aws_subnet.data",
        "aws_db_instance.second datastore_sql in aws_subnet.data",
        "aws_instance.app > aws_db_instance.replica network tcp/5432 yes",
        "aws_instance.app > aws_db_instance.second network tcp/5432 yes",
    ] {
        assert!(has(&lines, line), "{line}\n{lines:#?}");
    }
    assert_eq!(assumed(REPLICA, "aws_instance.app", "aws_db_instance.replica"), [false]);
    assert_eq!(fact(REPLICA, "aws_db_instance.second", "encrypted_at_rest"), Some(true));
}

/// Not so what says where it stands itself, or stands in another region, or replicates nothing.
#[rstest]
#[case::other_region(
    "\"replica\"\n  replicate_source_db    = aws_db_instance.main.identifier",
    "\"replica\"\n  provider = aws.other\n  replicate_source_db    = aws_db_instance.main.arn"
)]
#[case::own_group("\"replica\"\n", "\"replica\"\n  db_subnet_group_name = \"other\"\n")]
#[case::no_replica(
    "  replicate_source_db    = aws_db_instance.main.identifier\n",
    "  engine = \"postgres\"\n"
)]
fn unless_they_say_otherwise(#[case] from: &str, #[case] to: &str) {
    let line = "aws_db_instance.replica datastore_sql in aws_subnet.data";
    differs(REPLICA, from, to, line, terraform);
}

/// A replica has a port or parameters of its own where it says so; one of another region is encrypted by its own key.
#[rstest]
#[case::port("\"replica\"\n", "\"replica\"\n  port = 6543\n", "network tcp/5432")]
#[case::parameters(
    "\"replica\"\n",
    "\"replica\"\n  parameter_group_name = \"own\"\n",
    "network tcp/5432 yes"
)]
fn replicas_have_their_own(#[case] from: &str, #[case] to: &str, #[case] flow: &str) {
    let line = format!("aws_instance.app > aws_db_instance.replica {flow}");
    differs(REPLICA, from, to, &line, terraform);
}

#[rstest]
#[case::beside("", "", Some(true))]
#[case::not_encrypted("  storage_encrypted      = true\n", "", Some(false))]
#[case::elsewhere(
    "aws_db_instance.main.identifier\n",
    "aws_db_instance.main.arn\n  provider = aws.other\n",
    None
)]
#[case::elsewhere_by_its_key(
    "aws_db_instance.main.identifier\n",
    "aws_db_instance.main.arn\n  provider = aws.other\n  kms_key_id = \"arn:aws:kms:eu-central-1:111122223333:key/1\"\n",
    Some(true)
)]
#[case::of_something_else("aws_db_instance.main.identifier\n", "\"other\"\n", None)]
fn replicas_are_encrypted(#[case] from: &str, #[case] to: &str, #[case] wanted: Option<bool>) {
    let text = if from.is_empty() { REPLICA.to_owned() } else { REPLICA.replace(from, to) };
    assert_eq!(fact(&text, "aws_db_instance.replica", "encrypted_at_rest"), wanted);
}

/// What is copied of clusters, warehouses and disks is an asset of its own.
#[rstest]
#[case::cluster(
    r#"
resource "aws_rds_cluster" "a" {
  engine = "aurora-postgresql"
}
resource "aws_db_cluster_snapshot" "b" {
  db_cluster_identifier          = aws_rds_cluster.a.id
  db_cluster_snapshot_identifier = "b"
}
"#,
    "aws_rds_cluster.a > aws_db_cluster_snapshot.b data"
)]
#[case::copy_of_that(
    r#"
resource "aws_db_cluster_snapshot" "a" {
  db_cluster_identifier          = "a"
  db_cluster_snapshot_identifier = "a"
}
resource "aws_rds_cluster_snapshot_copy" "b" {
  source_db_cluster_snapshot_identifier = aws_db_cluster_snapshot.a.db_cluster_snapshot_arn
  target_db_cluster_snapshot_identifier = "b"
}
"#,
    "aws_db_cluster_snapshot.a > aws_rds_cluster_snapshot_copy.b data"
)]
#[case::documents(
    r#"
resource "aws_docdb_cluster" "a" {}
resource "aws_docdb_cluster_snapshot" "b" {
  db_cluster_identifier          = aws_docdb_cluster.a.id
  db_cluster_snapshot_identifier = "b"
}
"#,
    "aws_docdb_cluster.a > aws_docdb_cluster_snapshot.b data"
)]
#[case::graphs(
    r#"
resource "aws_neptune_cluster" "a" {}
resource "aws_neptune_cluster_snapshot" "b" {
  db_cluster_identifier          = aws_neptune_cluster.a.id
  db_cluster_snapshot_identifier = "b"
}
"#,
    "aws_neptune_cluster.a > aws_neptune_cluster_snapshot.b data"
)]
#[case::warehouse(
    r#"
resource "aws_redshift_cluster" "a" {
  cluster_identifier = "a"
  node_type          = "ra3.large"
}
resource "aws_redshift_cluster_snapshot" "b" {
  cluster_identifier  = aws_redshift_cluster.a.id
  snapshot_identifier = "b"
}
"#,
    "aws_redshift_cluster.a > aws_redshift_cluster_snapshot.b data"
)]
#[case::namespace(
    r#"
resource "aws_redshiftserverless_namespace" "a" {
  namespace_name = "a"
}
resource "aws_redshiftserverless_snapshot" "b" {
  namespace_name = aws_redshiftserverless_namespace.a.namespace_name
  snapshot_name  = "b"
}
"#,
    "aws_redshiftserverless_namespace.a > aws_redshiftserverless_snapshot.b data"
)]
#[case::memory(
    r#"
resource "aws_memorydb_cluster" "a" {
  acl_name  = "open-access"
  node_type = "db.t4g.small"
}
resource "aws_memorydb_snapshot" "b" {
  cluster_name = aws_memorydb_cluster.a.name
}
"#,
    "aws_memorydb_cluster.a > aws_memorydb_snapshot.b data"
)]
#[case::disk(
    r#"
resource "aws_ebs_volume" "a" {
  availability_zone = "eu-west-1a"
  size              = 8
}
resource "aws_ebs_snapshot" "b" {
  volume_id = aws_ebs_volume.a.id
}
"#,
    "aws_ebs_volume.a > aws_ebs_snapshot.b data"
)]
#[case::copy_of_a_disk(
    r#"
resource "aws_ebs_snapshot" "a" {
  volume_id = "vol-0123456789abcdef0"
}
resource "aws_ebs_snapshot_copy" "b" {
  source_snapshot_id = aws_ebs_snapshot.a.id
  source_region      = "eu-west-1"
}
"#,
    "aws_ebs_snapshot.a > aws_ebs_snapshot_copy.b data"
)]
#[case::image_of_a_disk(
    r#"
resource "aws_s3_bucket" "a" {}
resource "aws_ebs_snapshot_import" "b" {
  disk_container {
    format = "VHD"
    user_bucket {
      s3_bucket = aws_s3_bucket.a.id
      s3_key    = "disk.vhd"
    }
  }
}
"#,
    "aws_s3_bucket.a > aws_ebs_snapshot_import.b data"
)]
fn copies_are_assets(#[case] text: &str, #[case] line: &str) {
    let lines = terraform(text);
    assert!(has(&lines, line), "{line}\n{lines:#?}");
}

/// Who gives a copy of a cluster or disk to others has them read all of it.
#[rstest]
#[case::cluster("aws_db_cluster_snapshot.a", "  shared_accounts = [\"222233334444\"]\n", "")]
#[case::everybody(
    "aws_db_cluster_snapshot.a",
    "  shared_accounts = [\"222233334444\"]\n",
    "  shared_accounts = []\n"
)]
#[case::copy("aws_rds_cluster_snapshot_copy.a", "  shared_accounts = [\"all\"]\n", "")]
#[case::disk(
    "aws_ebs_snapshot_copy.a",
    "  account_id  = \"222233334444\"\n",
    "  account_id  = var.account\n"
)]
fn shared_copies_are_read_by_others(#[case] target: &str, #[case] from: &str, #[case] to: &str) {
    let text = r#"
variable "account" {}
resource "aws_db_cluster_snapshot" "a" {
  db_cluster_identifier          = "a"
  db_cluster_snapshot_identifier = "a"
  shared_accounts = ["222233334444"]
}
resource "aws_rds_cluster_snapshot_copy" "a" {
  source_db_cluster_snapshot_identifier = "a"
  target_db_cluster_snapshot_identifier = "b"
  shared_accounts = ["all"]
}
resource "aws_ebs_snapshot_copy" "a" {
  source_snapshot_id = "snap-0123456789abcdef0"
  source_region      = "eu-west-1"
}
resource "aws_snapshot_create_volume_permission" "a" {
  snapshot_id = aws_ebs_snapshot_copy.a.id
  account_id  = "222233334444"
}
"#;
    differs(text, from, to, &format!("T043 {target}"), terraform);
}

/// An API that starts a process, writes to a table and tells a topic by itself.
const ASKING: &str = r#"
variable "region" {}
resource "aws_sfn_state_machine" "flow" {
  name       = "flow"
  role_arn   = "arn:aws:iam::111122223333:role/flow"
  definition = "{}"
}
resource "aws_dynamodb_table" "orders" {
  name     = "orders"
  hash_key = "id"
  attribute {
    name = "id"
    type = "S"
  }
}
resource "aws_sns_topic" "told" {
  name = "told"
}
resource "aws_api_gateway_rest_api" "main" {
  name = "main"
}
resource "aws_api_gateway_integration" "flow" {
  rest_api_id       = aws_api_gateway_rest_api.main.id
  resource_id       = aws_api_gateway_rest_api.main.root_resource_id
  http_method       = "POST"
  type              = "AWS"
  uri               = "arn:aws:apigateway:eu-west-1:states:action/StartExecution"
  request_templates = { "application/json" = jsonencode({ stateMachineArn = aws_sfn_state_machine.flow.arn, table = aws_dynamodb_table.orders.name }) }
}
resource "aws_api_gateway_integration" "orders" {
  rest_api_id       = aws_api_gateway_rest_api.main.id
  resource_id       = aws_api_gateway_rest_api.main.root_resource_id
  http_method       = "PUT"
  type              = "AWS"
  uri               = "arn:aws:apigateway:${var.region}:dynamodb:action/PutItem"
  request_templates = { "application/json" = "{\"TableName\": \"${aws_dynamodb_table.orders.name}\"}" }
}
resource "aws_api_gateway_integration" "told" {
  rest_api_id        = aws_api_gateway_rest_api.main.id
  resource_id        = aws_api_gateway_rest_api.main.root_resource_id
  http_method        = "PATCH"
  type               = "AWS"
  uri                = "arn:aws:apigateway:eu-west-1:sns:action/Publish"
  request_parameters = { "integration.request.querystring.TopicArn" = "'${aws_sns_topic.told.arn}'" }
}
"#;

/// An action is on what the request names that is the service's.
#[rstest]
#[case::another_service(
    "states:action/StartExecution",
    "kinesis:action/PutRecord",
    "aws_sfn_state_machine.flow"
)]
#[case::another_machine(
    "aws_sfn_state_machine.flow.arn",
    "\"arn:aws:states:eu-west-1:111122223333:stateMachine:other\"",
    "aws_sfn_state_machine.flow"
)]
#[case::unknown_region(
    "dynamodb:action/PutItem",
    "kinesis:action/PutRecord",
    "aws_dynamodb_table.orders"
)]
#[case::not_by_itself(
    "  type              = \"AWS\"\n  uri               = \"arn:aws:apigateway:${",
    "  type              = \"MOCK\"\n  uri               = \"arn:aws:apigateway:${",
    "aws_dynamodb_table.orders"
)]
#[case::no_action("sns:action/Publish", "sns:path//", "aws_sns_topic.told")]
fn apis_act_on_what_they_name(#[case] from: &str, #[case] to: &str, #[case] on: &str) {
    differs(ASKING, from, to, &format!("aws_api_gateway_rest_api.main > {on} data"), terraform);
}

/// A role that may do something with something.
fn may(thing: &str, action: &str, resource: &str) -> String {
    format!(
        r#"
resource "aws_iam_role" "ops" {{
  assume_role_policy = jsonencode({{ Version = "2012-10-17", Statement = [{{ Effect = "Allow", Action = "sts:AssumeRole", Principal = {{ Service = "ec2.amazonaws.com" }} }}] }})
}}
resource "aws_iam_role_policy" "ops" {{
  role   = aws_iam_role.ops.id
  policy = jsonencode({{ Version = "2012-10-17", Statement = [{{ Effect = "Allow", Action = "{action}", Resource = {resource} }}] }})
}}
{thing}
"#
    )
}

const WORKGROUP: &str = "resource \"aws_athena_workgroup\" \"it\" {\n  name = \"it\"\n}";
const JOB: &str = "resource \"aws_glue_job\" \"it\" {\n  name     = \"it\"\n  role_arn = \"arn:aws:iam::111122223333:role/job\"\n  command {\n    script_location = \"s3://artifacts/job.py\"\n  }\n}";
const CRAWLER: &str = "resource \"aws_glue_crawler\" \"it\" {\n  name          = \"it\"\n  role          = \"crawler\"\n  database_name = \"it\"\n}";
const NOTEBOOK: &str = "resource \"aws_sagemaker_notebook_instance\" \"it\" {\n  name          = \"it\"\n  instance_type = \"ml.t3.medium\"\n  role_arn      = \"arn:aws:iam::111122223333:role/notebook\"\n}";
const PIPELINE: &str = "resource \"aws_codepipeline\" \"it\" {\n  name     = \"it\"\n  role_arn = \"arn:aws:iam::111122223333:role/pipeline\"\n}";
const API: &str = "resource \"aws_api_gateway_rest_api\" \"it\" {\n  name = \"it\"\n}";
const POOL: &str = "resource \"aws_cognito_user_pool\" \"it\" {\n  name = \"it\"\n}";
const CACHE: &str = "resource \"aws_memorydb_cluster\" \"it\" {\n  name      = \"it\"\n  acl_name  = \"it\"\n  node_type = \"db.t4g.small\"\n}";
const SNAPSHOT: &str = "resource \"aws_db_cluster_snapshot\" \"it\" {\n  db_cluster_identifier          = \"main\"\n  db_cluster_snapshot_identifier = \"it\"\n}";

/// Rights on what runs, asks or keeps are shown, by a reference or by name; those of another service or name are not.
#[rstest]
#[case::workgroup(
    "aws_athena_workgroup",
    WORKGROUP,
    "athena:StartQueryExecution",
    "arn",
    "athena:eu-west-1:111122223333:workgroup/it"
)]
#[case::job("aws_glue_job", JOB, "glue:StartJobRun", "arn", "glue:eu-west-1:111122223333:job/it")]
#[case::crawler(
    "aws_glue_crawler",
    CRAWLER,
    "glue:StartCrawler",
    "arn",
    "glue:eu-west-1:111122223333:crawler/it"
)]
#[case::notebook(
    "aws_sagemaker_notebook_instance",
    NOTEBOOK,
    "sagemaker:StartNotebookInstance",
    "arn",
    "sagemaker:eu-west-1:111122223333:notebook-instance/it"
)]
#[case::pipeline(
    "aws_codepipeline",
    PIPELINE,
    "codepipeline:StartPipelineExecution",
    "arn",
    "codepipeline:eu-west-1:111122223333:it"
)]
#[case::api(
    "aws_api_gateway_rest_api",
    API,
    "execute-api:Invoke",
    "execution_arn",
    "execute-api:eu-west-1:111122223333:*"
)]
#[case::pool(
    "aws_cognito_user_pool",
    POOL,
    "cognito-idp:AdminCreateUser",
    "arn",
    "cognito-idp:eu-west-1:111122223333:userpool/*"
)]
#[case::cache(
    "aws_memorydb_cluster",
    CACHE,
    "memorydb:Connect",
    "arn",
    "memorydb:eu-west-1:111122223333:cluster/it"
)]
#[case::snapshot(
    "aws_db_cluster_snapshot",
    SNAPSHOT,
    "rds:CopyDBClusterSnapshot",
    "db_cluster_snapshot_arn",
    "rds:eu-west-1:111122223333:cluster-snapshot:it"
)]
fn rights_on_services_are_shown(
    #[case] kind: &str,
    #[case] thing: &str,
    #[case] action: &str,
    #[case] attribute: &str,
    #[case] arn: &str,
) {
    let line = format!("aws_iam_role.ops > {kind}.it permission");
    let by_reference = may(thing, action, &format!("{kind}.it.{attribute}"));
    differs(&by_reference, action, "sqs:SendMessage", &line, terraform);
    let by_name = may(thing, action, &format!("\"arn:aws:{arn}\""));
    let other = arn.replace(":111122223333:", ":111122223333:other");
    differs(&by_name, arn, &other, &line, terraform);
}

/// A database that lets in the machines of a cluster, and a machine beside them.
const NAMED: &str = r#"
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_eks_cluster" "main" {
  name     = "main"
  role_arn = "arn:aws:iam::111122223333:role/cluster"
  vpc_config {
    subnet_ids             = [aws_subnet.main.id]
    endpoint_public_access = false
  }
}
resource "aws_eks_node_group" "main" {
  cluster_name  = aws_eks_cluster.main.name
  node_role_arn = "arn:aws:iam::111122223333:role/node"
  subnet_ids    = [aws_subnet.main.id]
}
resource "aws_security_group" "app" {
  vpc_id = aws_vpc.main.id
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_instance" "app" {
  ami                    = "ami-0abcdef1234567890"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.main.id
  vpc_security_group_ids = [aws_security_group.app.id]
}
resource "aws_security_group" "data" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port       = 5432
    to_port         = 5432
    protocol        = "tcp"
    security_groups = [aws_eks_cluster.main.vpc_config[0].cluster_security_group_id, aws_security_group.app.id]
  }
}
resource "aws_db_subnet_group" "data" {
  subnet_ids = [aws_subnet.main.id]
}
resource "aws_db_instance" "data" {
  engine                 = "postgres"
  engine_version         = "16"
  instance_class         = "db.t4g.small"
  db_subnet_group_name   = aws_db_subnet_group.data.name
  vpc_security_group_ids = [aws_security_group.data.id]
}
"#;

/// Who is let in by name uses a store, whomever else it lets in, by the same rule or by another one.
#[rstest]
#[case::alone("")]
#[case::in_one("    cidr_blocks = [\"0.0.0.0/0\"]\n")]
#[case::beside(
    "  }\n  ingress {\n    from_port   = 0\n    to_port     = 65535\n    protocol    = \"tcp\"\n    cidr_blocks = [\"0.0.0.0/0\"]\n"
)]
fn who_is_named_uses_the_store(#[case] more: &str) {
    let end = "aws_security_group.app.id]\n  }\n}\nresource \"aws_db_subnet_group\"";
    assert_eq!(NAMED.matches(end).count(), 1);
    let text = NAMED.replace(end, &end.replacen("\n  }", &format!("\n{more}  }}"), 1));
    let named =
        "aws_eks_cluster.main.vpc_config[0].cluster_security_group_id, aws_security_group.app.id";
    for source in ["aws_eks_node_group.main", "aws_instance.app"] {
        let line = format!("{source} > aws_db_instance.data network tcp/5432");
        // Whom nobody names is not there by being let in with everybody.
        differs(&text, named, "\"sg-0123456789abcdef0\"", &line, terraform);
    }
}

/// Pods behind a balancer that let in the network around their cluster.
const BALANCED: &str = r#"
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers: [{ name: web, image: "acme/web:1", ports: [{ containerPort: 8080 }] }]
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { type: LoadBalancer, selector: { app: web }, ports: [{ port: 443, targetPort: 8080 }] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: shop }
spec:
  podSelector: { matchLabels: { app: web } }
  policyTypes: [Ingress]
  ingress:
    - from: [{ ipBlock: { cidr: 10.0.0.0/16 } }]
      ports: [{ port: 8080 }]
"#;

/// With whose address a balancer passes on is not known: it may be one of the network. It is none of another range, and no pod's.
#[rstest]
#[case::another_port("ports: [{ port: 8080 }]\n", "ports: [{ port: 9090 }]\n")]
#[case::nobody(
    "    - from: [{ ipBlock: { cidr: 10.0.0.0/16 } }]\n      ports: [{ port: 8080 }]\n",
    "    []\n"
)]
#[case::pods("ipBlock: { cidr: 10.0.0.0/16 }", "namespaceSelector: {}")]
fn a_balancer_may_pass_on_with_an_address_of_the_network(#[case] from: &str, #[case] to: &str) {
    let line = "Service/shop/web > Deployment/shop/web network tcp/8080";
    differs(BALANCED, from, to, line, manifests);
}

#[rstest]
#[case::around("", "", &[true])]
#[case::inside("type: LoadBalancer", "type: LoadBalancer, loadBalancerClass: service.k8s.aws/nlb", &[true])]
#[case::everybody("10.0.0.0/16", "0.0.0.0/0", &[false])]
#[case::some_outside("10.0.0.0/16", "203.0.113.0/24", &[false])]
fn and_that_is_assumed(#[case] from: &str, #[case] to: &str, #[case] wanted: &[bool]) {
    let text = if from.is_empty() { BALANCED.to_owned() } else { BALANCED.replace(from, to) };
    let tree = BTreeMap::from([("all.yaml".to_owned(), text)]);
    let model = model_of(&tree, None).model;
    let flows = model.flows.iter().filter(|flow| {
        &*flow.source == "Service/shop/web" && &*flow.target == "Deployment/shop/web"
    });
    assert_eq!(flows.map(|flow| flow.assumed).collect::<Vec<_>>(), wanted);
}

/// A topic that tells others over the web, and by mail.
const TOLD: &str = r#"
resource "aws_sns_topic" "orders" {
  name = "orders"
}
resource "aws_sns_topic_subscription" "partner" {
  topic_arn = aws_sns_topic.orders.arn
  protocol  = "https"
  endpoint  = "https://hooks.partner.example/orders"
}
resource "aws_sns_topic_subscription" "old" {
  topic_arn = aws_sns_topic.orders.arn
  protocol  = "http"
  endpoint  = "http://hooks.partner.example:8080/orders"
}
resource "aws_sns_topic_subscription" "mail" {
  topic_arn = aws_sns_topic.orders.arn
  protocol  = "email"
  endpoint  = "orders@partner.example"
}
resource "aws_apigatewayv2_api" "own" {
  name          = "own"
  protocol_type = "HTTP"
}
data "aws_secretsmanager_secret_version" "address" {
  secret_id = "address"
}
"#;

/// Whoever is told over the web outside is somebody else, in clear text where the address says so.
#[rstest]
#[case::by_mail(
    "\"https\"\n",
    "\"email\"\n",
    "aws_sns_topic.orders > aws_sns_topic_subscription.partner data"
)]
#[case::by_mail_instead(
    "\"https\"\n",
    "\"email\"\n",
    "aws_sns_topic.orders > aws_sns_topic_subscription.partner network tcp/443 yes"
)]
#[case::own(
    "\"https://hooks.partner.example/orders\"",
    "\"${aws_apigatewayv2_api.own.api_endpoint}/orders\"",
    "aws_sns_topic.orders > aws_sns_topic_subscription.partner network tcp/443 yes"
)]
#[case::outside(
    "\"https\"\n",
    "\"email\"\n",
    "aws_sns_topic_subscription.partner external in third_party"
)]
#[case::plain(
    "\"http\"\n",
    "\"email\"\n",
    "aws_sns_topic.orders > aws_sns_topic_subscription.old network tcp/8080 no"
)]
#[case::readable(
    "\"http\"\n",
    "\"https\"\n",
    "T006 aws_sns_topic.orders > aws_sns_topic_subscription.old"
)]
fn outsiders_are_told(#[case] from: &str, #[case] to: &str, #[case] line: &str) {
    differs(TOLD, from, to, line, terraform);
}

/// An address that is kept in a secret is outside all the same; who is told by mail is nobody that one connects to.
#[test]
fn secret_addresses_are_outside() {
    let address = "data.aws_secretsmanager_secret_version.address.secret_string";
    let lines = terraform(&TOLD.replace("\"https://hooks.partner.example/orders\"", address));
    let line = "aws_sns_topic.orders > aws_sns_topic_subscription.partner network tcp/443 yes";
    assert!(has(&lines, line), "{lines:#?}");
    assert!(!has(&lines, "aws_sns_topic.orders > aws_sns_topic_subscription.mail"));
    let own = terraform(&TOLD.replace(
        "\"https://hooks.partner.example/orders\"",
        "\"${aws_apigatewayv2_api.own.api_endpoint}/orders\"",
    ));
    assert!(has(&own, "aws_sns_topic.orders > aws_apigatewayv2_api.own data"), "{own:#?}");
}

/// A cluster with parts of the provider's own in it.
const PARTS: &str = r#"
resource "aws_eks_cluster" "main" {
  name     = "main"
  role_arn = "arn:aws:iam::111122223333:role/cluster"
  vpc_config {
    subnet_ids             = ["subnet-0123456789abcdef0"]
    endpoint_public_access = false
  }
}
resource "aws_iam_role" "disks" {
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = ["sts:AssumeRole", "sts:TagSession"], Principal = { Service = "pods.eks.amazonaws.com" } }] })
}
resource "aws_iam_role" "network" {
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRoleWithWebIdentity", Principal = { Federated = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/A" } }] })
}
resource "aws_iam_role" "pods" {
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "eks-fargate-pods.amazonaws.com" } }] })
}
resource "aws_eks_addon" "disks" {
  cluster_name = aws_eks_cluster.main.name
  addon_name   = "aws-ebs-csi-driver"
  pod_identity_association {
    role_arn        = aws_iam_role.disks.arn
    service_account = "ebs-csi-controller-sa"
  }
}
resource "aws_eks_addon" "network" {
  cluster_name             = aws_eks_cluster.main.name
  addon_name               = "vpc-cni"
  service_account_role_arn = aws_iam_role.network.arn
}
resource "aws_eks_fargate_profile" "main" {
  cluster_name           = aws_eks_cluster.main.name
  fargate_profile_name   = "main"
  pod_execution_role_arn = aws_iam_role.pods.arn
  selector {
    namespace = "shop"
  }
}
"#;

/// What runs in a cluster as a part of it has its roles.
#[rstest]
#[case::pod_identity("aws_iam_role.disks.arn", "aws_iam_role.disks")]
#[case::service_account("aws_iam_role.network.arn", "aws_iam_role.network")]
#[case::without_machines("aws_iam_role.pods.arn", "aws_iam_role.pods")]
fn parts_of_clusters_have_roles(#[case] named: &str, #[case] role: &str) {
    let line = format!("aws_eks_cluster.main > {role} identity");
    differs(PARTS, named, "\"arn:aws:iam::111122223333:role/other\"", &line, terraform);
}

/// APIs of both kinds that do not answer by the names that the provider gives them, with names of their own.
const UNNAMED: &str = r#"
variable "off" {
  type = bool
}
resource "aws_apigatewayv2_api" "main" {
  name                         = "main"
  protocol_type                = "HTTP"
  disable_execute_api_endpoint = true
}
resource "aws_apigatewayv2_domain_name" "main" {
  domain_name = "api.example.com"
  domain_name_configuration {
    certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1"
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_2"
  }
}
resource "aws_apigatewayv2_api_mapping" "main" {
  api_id      = aws_apigatewayv2_api.main.id
  domain_name = aws_apigatewayv2_domain_name.main.id
  stage       = "main"
}
resource "aws_api_gateway_rest_api" "old" {
  name                         = "old"
  disable_execute_api_endpoint = true # old
}
resource "aws_api_gateway_domain_name" "old" {
  domain_name              = "old.example.com"
  regional_certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1"
  endpoint_configuration {
    types = ["REGIONAL"]
  }
}
resource "aws_api_gateway_base_path_mapping" "old" {
  api_id      = aws_api_gateway_rest_api.old.id
  stage_name  = "old"
  domain_name = aws_api_gateway_domain_name.old.domain_name
}
"#;

/// An API is reached by some name.
#[rstest]
#[case::of_another("aws_apigatewayv2_api.main.id", "\"other\"", "aws_apigatewayv2_api.main")]
#[case::old_of_another(
    "aws_api_gateway_rest_api.old.id",
    "\"other\"",
    "aws_api_gateway_rest_api.old"
)]
#[case::private("[\"REGIONAL\"]", "[\"PRIVATE\"]", "aws_api_gateway_rest_api.old")]
fn apis_are_reached_by_a_name(#[case] from: &str, #[case] to: &str, #[case] api: &str) {
    differs(UNNAMED, from, to, &format!("internet > {api} network tcp/443 yes"), terraform);
}

/// By the one that the provider gives where nobody switches it off; for certain where that is known.
#[rstest]
#[case::as_it_is("", "", &[])]
#[case::not_off("= true\n}\nresource \"aws_apigatewayv2_domain", "= false\n}\nresource \"aws_apigatewayv2_domain", &[false])]
#[case::not_said("  disable_execute_api_endpoint = true\n", "", &[false])]
#[case::not_known("= true\n}\nresource \"aws_apigatewayv2_domain", "= var.off\n}\nresource \"aws_apigatewayv2_domain", &[true])]
fn or_by_the_given_one(#[case] from: &str, #[case] to: &str, #[case] wanted: &[bool]) {
    let base = UNNAMED.replace("aws_apigatewayv2_api.main.id", "\"other\"");
    let text = if from.is_empty() { base.clone() } else { base.replace(from, to) };
    assert!(from.is_empty() || text != base);
    assert_eq!(assumed(&text, "internet", "aws_apigatewayv2_api.main"), wanted);
}

/// A content network that asks by the given name gets no answer, either.
#[test]
fn nobody_is_answered_by_a_name_that_is_off() {
    let asking = r#"
resource "aws_apigatewayv2_api" "main" {
  name                         = "main"
  protocol_type                = "HTTP"
  disable_execute_api_endpoint = false
}
resource "aws_cloudfront_distribution" "main" {
  enabled = true
  origin {
    origin_id   = "api"
    domain_name = replace(aws_apigatewayv2_api.main.api_endpoint, "https://", "")
    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }
  default_cache_behavior {
    target_origin_id       = "api"
    viewer_protocol_policy = "https-only"
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
  }
}
"#;
    let line = "aws_cloudfront_distribution.main > aws_apigatewayv2_api.main network tcp/443 yes";
    differs(asking, "endpoint = false", "endpoint = true", line, terraform);
}
