//! Lower environments as entries of attack paths: what reaches a higher one, and what takes that away.

use std::collections::BTreeMap;

use dreadnought::model::AttackPath;
use rstest::rstest;

use crate::model::model_of;

/// A role of a trial environment that reads what the shop keeps.
const RIGHTS: &str = r#"
resource "aws_iam_role" "trial" {
  name = "trial"
  tags = { environment = "dev" }
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}
resource "aws_iam_role_policy" "trial" {
  role = aws_iam_role.trial.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["s3:GetObject"], Resource = "${aws_s3_bucket.orders.arn}/*" }]
  })
}
resource "aws_s3_bucket" "orders" {
  bucket = "orders-example"
  tags   = { environment = "prod", data = "confidential" }
}
"#;

/// A host of a trial environment in a network that is peered with that of the shop, whose database lets that network in.
const NETWORK: &str = r#"
resource "azurerm_resource_group" "main" {
  name     = "rg"
  location = "westeurope"
}
resource "azurerm_virtual_network" "trial" {
  name                = "trial"
  resource_group_name = azurerm_resource_group.main.name
  location            = "westeurope"
  address_space       = ["10.1.0.0/16"]
  tags                = { environment = "dev" }
}
resource "azurerm_virtual_network" "shop" {
  name                = "shop"
  resource_group_name = azurerm_resource_group.main.name
  location            = "westeurope"
  address_space       = ["10.2.0.0/16"]
  tags                = { environment = "prod" }
}
resource "azurerm_virtual_network_peering" "there" {
  name                      = "there"
  resource_group_name       = azurerm_resource_group.main.name
  virtual_network_name      = azurerm_virtual_network.trial.name
  remote_virtual_network_id = azurerm_virtual_network.shop.id
}
resource "azurerm_virtual_network_peering" "back" {
  name                      = "back"
  resource_group_name       = azurerm_resource_group.main.name
  virtual_network_name      = azurerm_virtual_network.shop.name
  remote_virtual_network_id = azurerm_virtual_network.trial.id
}
resource "azurerm_subnet" "trial" {
  name                 = "trial"
  resource_group_name  = azurerm_resource_group.main.name
  virtual_network_name = azurerm_virtual_network.trial.name
  address_prefixes     = ["10.1.1.0/24"]
}
resource "azurerm_subnet" "shop" {
  name                 = "shop"
  resource_group_name  = azurerm_resource_group.main.name
  virtual_network_name = azurerm_virtual_network.shop.name
  address_prefixes     = ["10.2.1.0/24"]
}
resource "azurerm_network_interface" "trial" {
  name                = "trial"
  resource_group_name = azurerm_resource_group.main.name
  location            = "westeurope"
  ip_configuration {
    name                          = "internal"
    subnet_id                     = azurerm_subnet.trial.id
    private_ip_address_allocation = "Dynamic"
  }
}
resource "azurerm_linux_virtual_machine" "trial" {
  name                  = "trial"
  resource_group_name   = azurerm_resource_group.main.name
  location              = "westeurope"
  size                  = "Standard_B1s"
  admin_username        = "someone"
  network_interface_ids = [azurerm_network_interface.trial.id]
  custom_data           = base64encode(azurerm_postgresql_flexible_server.orders.fqdn)
}
resource "azurerm_postgresql_flexible_server" "orders" {
  name                          = "orders"
  resource_group_name           = azurerm_resource_group.main.name
  location                      = "westeurope"
  delegated_subnet_id           = azurerm_subnet.shop.id
  public_network_access_enabled = false
  tags                          = { data = "confidential" }
}
"#;

/// Nodes and steps of the paths that begin at a node.
fn paths(text: &str, from: &str) -> Vec<String> {
    let model = model_of(&BTreeMap::from([("main.tf".to_owned(), text.to_owned())]), None).model;
    let shown = |path: &AttackPath| {
        let steps: Vec<&str> = path.steps.iter().map(|step| &*step.class).collect();
        format!("{}: {}", path.nodes.join(" > "), steps.join(" "))
    };
    model.paths.iter().filter(|path| &*path.from == from).map(shown).collect()
}

#[rstest]
#[case::from_development("environment = \"dev\"", "environment = \"dev\"", true)]
#[case::from_staging("environment = \"dev\"", "environment = \"staging\"", true)]
#[case::of_the_same("environment = \"dev\"", "environment = \"prod\"", false)]
#[case::of_none("tags = { environment = \"dev\" }", "", false)]
#[case::from_above("environment = \"prod\"", "environment = \"sandbox\"", false)]
#[case::without_the_right("aws_s3_bucket.orders.arn", "\"arn:aws:s3:::another\"", false)]
#[case::worth_nothing("data = \"confidential\"", "data = \"public\"", false)]
fn rights_that_cross(#[case] from: &str, #[case] to: &str, #[case] there: bool) {
    assert!(RIGHTS.contains(from));
    let text =
        RIGHTS.replace(from, to).replace("${\"arn:aws:s3:::another\"}", "arn:aws:s3:::another");
    let found = paths(&text, "aws_iam_role.trial");
    let wanted = "aws_iam_role.trial > aws_s3_bucket.orders: T048";
    assert_eq!(found.iter().any(|path| path == wanted), there, "{found:#?}");
}

#[rstest]
#[case::peered("", "", true)]
#[case::not_peered(
    "remote_virtual_network_id = azurerm_virtual_network.shop.id",
    "remote_virtual_network_id = \"elsewhere\"",
    false
)]
#[case::of_the_same(
    "tags                = { environment = \"dev\" }",
    "tags                = { environment = \"prod\" }",
    false
)]
fn networks_that_cross(#[case] from: &str, #[case] to: &str, #[case] there: bool) {
    assert!(NETWORK.contains(from));
    let found = paths(&NETWORK.replace(from, to), "azurerm_linux_virtual_machine.trial");
    let wanted =
        "azurerm_linux_virtual_machine.trial > azurerm_postgresql_flexible_server.orders: T048";
    assert_eq!(found.iter().any(|path| path == wanted), there, "{found:#?}");
}

/// A machine of a trial environment whose account has no environment of its own, and a right over what the shop keeps.
const RUNS: &str = r#"
resource "google_service_account" "batch" {
  account_id = "batch"
}
resource "google_compute_instance" "trial" {
  name         = "trial"
  machine_type = "e2-small"
  zone         = "europe-west1-b"
  labels       = { environment = "dev" }
  boot_disk {}
  network_interface {
    network = "main"
  }
  service_account {
    email  = google_service_account.batch.email
    scopes = ["cloud-platform"]
  }
}
resource "google_storage_bucket" "orders" {
  name     = "orders-example"
  location = "EU"
  labels   = { environment = "prod", data = "confidential" }
}
resource "google_storage_bucket_iam_member" "batch" {
  bucket = google_storage_bucket.orders.name
  role   = "roles/storage.objectViewer"
  member = "serviceAccount:${google_service_account.batch.email}"
}
"#;

/// A machine that has an environment lends it to the account that it runs as, where that has none.
#[rstest]
#[case::as_it_is("", "", true)]
#[case::from_staging("environment = \"dev\"", "environment = \"staging\"", true)]
#[case::of_the_same("environment = \"dev\"", "environment = \"prod\"", false)]
#[case::of_none("labels       = { environment = \"dev\" }", "", false)]
#[case::runs_as_another(
    "email  = google_service_account.batch.email",
    "email  = \"other@another.iam.gserviceaccount.com\"",
    false
)]
#[case::store_of_the_same("environment = \"prod\", ", "environment = \"dev\", ", false)]
fn accounts_without_an_environment(#[case] from: &str, #[case] to: &str, #[case] there: bool) {
    assert!(RUNS.contains(from));
    let text = if from.is_empty() { RUNS.to_owned() } else { RUNS.replace(from, to) };
    let made = model_of(&BTreeMap::from([("main.tf".to_owned(), text.clone())]), None).model;
    let crosses = made.threats.iter().any(|threat| {
        &*threat.class.id == "T048" && &*threat.target == "google_storage_bucket.orders"
    });
    assert_eq!(crosses, there);
    let found = paths(&text, "google_service_account.batch");
    let wanted = "google_service_account.batch > google_storage_bucket.orders: T048";
    assert_eq!(found.iter().any(|path| path == wanted), there, "{found:#?}");
}

/// A second machine, in the network of the shop.
const MACHINE: &str = r#"
resource "azurerm_network_interface" "shop" {
  name                = "shop"
  resource_group_name = azurerm_resource_group.main.name
  location            = "westeurope"
  ip_configuration {
    name                          = "internal"
    subnet_id                     = azurerm_subnet.shop.id
    private_ip_address_allocation = "Dynamic"
  }
}
resource "azurerm_linux_virtual_machine" "shop" {
  name                  = "shop"
  resource_group_name   = azurerm_resource_group.main.name
  location              = "westeurope"
  size                  = "Standard_B1s"
  admin_username        = "someone"
  network_interface_ids = [azurerm_network_interface.shop.id]
}
"#;
const GROUP: &str = r#"
resource "azurerm_network_security_group" "shop" {
  name                = "shop"
  resource_group_name = azurerm_resource_group.main.name
  location            = "westeurope"
  security_rule {
    name                       = "nothing"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "*"
    source_port_range          = "*"
    destination_port_range     = "*"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
}
resource "azurerm_subnet_network_security_group_association" "shop" {
  subnet_id                 = azurerm_subnet.shop.id
  network_security_group_id = azurerm_network_security_group.shop.id
}
"#;

/// Whoever joins networks in which nothing is filtered lets the hosts of one reach those of the other.
#[rstest]
#[case::peered("", "", "", true)]
#[case::not_peered(
    "remote_virtual_network_id = azurerm_virtual_network.shop.id",
    "remote_virtual_network_id = \"elsewhere\"",
    "",
    false
)]
#[case::filtered("", "", GROUP, false)]
#[case::in_one_network(
    "subnet_id                     = azurerm_subnet.trial.id",
    "subnet_id                     = azurerm_subnet.shop.id",
    "",
    false
)]
fn hosts_of_joined_networks(
    #[case] from: &str,
    #[case] to: &str,
    #[case] more: &str,
    #[case] there: bool,
) {
    assert!(NETWORK.contains(from));
    let text = if from.is_empty() { NETWORK.to_owned() } else { NETWORK.replace(from, to) };
    let text = format!("{text}{MACHINE}{more}");
    let model = model_of(&BTreeMap::from([("main.tf".to_owned(), text)]), None).model;
    let flows: Vec<&str> = model.flows.iter().map(|flow| &*flow.id).collect();
    let wanted =
        "azurerm_linux_virtual_machine.trial > azurerm_linux_virtual_machine.shop network any/any";
    assert_eq!(flows.contains(&wanted), there, "{flows:#?}");
    let crosses = model.threats.iter().any(|threat| {
        &*threat.class.id == "T048" && &*threat.target == "azurerm_linux_virtual_machine.shop"
    });
    assert_eq!(crosses, there);
}
