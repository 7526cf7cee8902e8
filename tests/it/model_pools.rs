//! Machines of clusters that the configuration makes: who gets out of a pod is on one of a pool, and has what that runs as.

use rstest::rstest;

use crate::model_systems::{differs, has, terraform};

/// A program that the internet reaches and that gets out of its container.
const PODS: &str = r#"
resource "kubernetes_deployment" "web" {
  metadata {
    name      = "web"
    namespace = "shop"
  }
  spec {
    selector {
      match_labels = { app = "web" }
    }
    template {
      metadata {
        labels = { app = "web" }
      }
      spec {
        container {
          name  = "web"
          image = "registry.example.com/web:1.2"
          port {
            container_port = 8080
          }
          security_context {
            privileged = true
          }
        }
      }
    }
  }
}
resource "kubernetes_service" "web" {
  metadata {
    name      = "web"
    namespace = "shop"
  }
  spec {
    type     = "LoadBalancer"
    selector = { app = "web" }
    port {
      port        = 80
      target_port = 8080
    }
  }
}
"#;

const GOOGLE: &str = r#"
resource "google_container_cluster" "shop" {
  name                     = "shop"
  location                 = "europe-west1"
  remove_default_node_pool = true
  initial_node_count       = 1
}
resource "google_service_account" "pool" {
  account_id = "pool"
}
resource "google_container_node_pool" "shop" {
  name    = "shop"
  cluster = google_container_cluster.shop.name
  node_config {
    service_account = google_service_account.pool.email
    oauth_scopes    = ["https://www.googleapis.com/auth/cloud-platform"]
  }
}
resource "google_storage_bucket" "orders" {
  name     = "orders-example"
  location = "EU"
  labels   = { data = "confidential" }
}
resource "google_storage_bucket_iam_member" "pool" {
  bucket = google_storage_bucket.orders.name
  role   = "roles/storage.objectAdmin"
  member = "serviceAccount:${google_service_account.pool.email}"
}
"#;

const AWS: &str = r#"
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_iam_role" "cluster" {
  name = "cluster"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "eks.amazonaws.com" } }] })
}
resource "aws_iam_role" "pool" {
  name = "pool"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }] })
}
resource "aws_iam_role_policy" "pool" {
  role   = aws_iam_role.pool.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = ["s3:GetObject", "s3:PutObject"], Resource = "${aws_s3_bucket.orders.arn}/*" }] })
}
resource "aws_eks_cluster" "shop" {
  name     = "shop"
  role_arn = aws_iam_role.cluster.arn
  vpc_config {
    subnet_ids = [aws_subnet.a.id]
  }
}
resource "aws_eks_node_group" "shop" {
  cluster_name  = aws_eks_cluster.shop.name
  node_role_arn = aws_iam_role.pool.arn
  subnet_ids    = [aws_subnet.a.id]
  scaling_config {
    desired_size = 2
    max_size     = 3
    min_size     = 1
  }
}
resource "aws_s3_bucket" "orders" {
  bucket = "orders-example"
  tags   = { data = "confidential" }
}
"#;

const AZURE: &str = r#"
resource "azurerm_resource_group" "main" {
  name     = "shop"
  location = "westeurope"
}
resource "azurerm_kubernetes_cluster" "shop" {
  name                = "shop"
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  dns_prefix          = "shop"
  default_node_pool {
    name       = "default"
    node_count = 2
    vm_size    = "Standard_D2_v2"
  }
  identity {
    type = "SystemAssigned"
  }
}
resource "azurerm_storage_account" "orders" {
  name                     = "ordersexample"
  resource_group_name      = azurerm_resource_group.main.name
  location                 = azurerm_resource_group.main.location
  account_tier             = "Standard"
  account_replication_type = "LRS"
  tags                     = { data = "confidential" }
}
resource "azurerm_role_assignment" "kubelet" {
  scope                = azurerm_storage_account.orders.id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = azurerm_kubernetes_cluster.shop.kubelet_identity[0].object_id
}
"#;

/// A second pool of a cluster of Azure.
const POOL: &str = r#"
resource "azurerm_kubernetes_cluster_node_pool" "work" {
  name                  = "work"
  kubernetes_cluster_id = azurerm_kubernetes_cluster.shop.id
  vm_size               = "Standard_D2_v2"
}
"#;

const WEB: &str = "kubernetes_deployment.web";

/// A path of the line that `internet` gets out of the program to a machine by, and to the orders.
fn path(rest: &str) -> String {
    format!("internet > kubernetes_service.web > {WEB} > {rest}: T032 T016 T015")
}

/// The pool is the machine: no other is invented, and its rights are what is gained. Where the cluster has machines of its own, these count.
#[rstest]
#[case::google(
    GOOGLE,
    "privileged = true",
    "privileged = false",
    "google_container_node_pool.shop > google_service_account.pool > google_storage_bucket.orders"
)]
#[case::of_no_cluster(
    GOOGLE,
    "cluster = google_container_cluster.shop.name",
    "cluster = \"another\"",
    "google_container_node_pool.shop > google_service_account.pool > google_storage_bucket.orders"
)]
#[case::without_the_right(
    GOOGLE,
    "member = \"serviceAccount:${google_service_account.pool.email}\"",
    "member = \"user:somebody@example.com\"",
    "google_container_node_pool.shop > google_service_account.pool > google_storage_bucket.orders"
)]
#[case::aws(
    AWS,
    "node_role_arn = aws_iam_role.pool.arn",
    "node_role_arn = aws_iam_role.cluster.arn",
    "aws_eks_node_group.shop > aws_iam_role.pool > aws_s3_bucket.orders"
)]
#[case::azure(
    AZURE,
    "kubelet_identity[0].object_id",
    "identity[0].principal_id",
    "node > azurerm_storage_account.orders"
)]
#[case::only_looks(
    AZURE,
    "Storage Blob Data Contributor",
    "Reader",
    "node > azurerm_storage_account.orders"
)]
fn paths_by_machines(
    #[case] cluster: &str,
    #[case] from: &str,
    #[case] to: &str,
    #[case] rest: &str,
) {
    differs(&format!("{cluster}{PODS}"), from, to, &path(rest), terraform);
}

/// A pool of Azure pulls as the cluster's machines do.
#[test]
fn pools_of_azure() {
    let tree = format!("{AZURE}{POOL}{PODS}");
    let rest = "azurerm_kubernetes_cluster_node_pool.work > azurerm_storage_account.orders";
    differs(
        &tree,
        "kubelet_identity[0].object_id",
        "identity[0].principal_id",
        &path(rest),
        terraform,
    );
    assert!(has(&terraform(&tree), &path("node > azurerm_storage_account.orders")));
}

/// What the machines of a cluster themselves run as, where it makes them.
#[rstest]
#[case::google(
    GOOGLE,
    "  remove_default_node_pool = true\n",
    "  node_config {\n    service_account = google_service_account.pool.email\n  }\n",
    "google_service_account.pool > google_storage_bucket.orders"
)]
#[case::aws(
    AWS,
    "  role_arn = aws_iam_role.cluster.arn\n",
    "  role_arn = aws_iam_role.cluster.arn\n  compute_config {\n    enabled       = true\n    node_role_arn = aws_iam_role.pool.arn\n  }\n",
    "aws_iam_role.pool > aws_s3_bucket.orders"
)]
fn machines_of_the_cluster(
    #[case] cluster: &str,
    #[case] from: &str,
    #[case] to: &str,
    #[case] rest: &str,
) {
    let before = format!("{cluster}{PODS}");
    let line = path(&format!("node > {rest}"));
    assert!(!has(&terraform(&before), &line) && !has(&terraform(&before), "node compute_vm"));
    assert!(before.contains(from));
    let after = terraform(&before.replace(from, to));
    assert!(has(&after, &line), "{line}\n{after:#?}");
}

/// Who gets out, and who takes the credentials of the machines, has what the machines reach.
#[rstest]
#[case::out(AWS, format!("T016 {WEB}: 9 8 6 8 5 = 7.2 data=confidential"))]
#[case::credentials(
    GOOGLE,
    "T014 google_container_cluster.shop: 8 8 6 8 6 = 7.2 data=confidential privilege=scoped".to_owned()
)]
fn what_is_gained(#[case] cluster: &str, #[case] line: String) {
    let tree = format!("{cluster}{PODS}");
    differs(&tree, "data = \"confidential\"", "data = \"public\"", &line, terraform);
}

/// Who may only look at how a store is set up has none of what it holds.
#[test]
fn who_only_looks() {
    let tree = format!("{AZURE}{PODS}");
    let line = format!("T016 {WEB}: 9 8 6 8 5 = 7.2 data=confidential");
    differs(&tree, "Storage Blob Data Contributor", "Reader", &line, terraform);
}
