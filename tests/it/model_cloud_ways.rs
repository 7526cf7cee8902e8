//! Ways in Google Cloud and Azure: rules that others hide, rights over what lies in no instance, clusters, addresses, subnets in networks.

use rstest::rstest;

use crate::model_systems::{differs, has, terraform};

/// A machine with an address on the internet, a rule that lets SSH in, and one before it that does not.
const HIDDEN: &str = r#"
resource "google_compute_network" "own" {
  name                    = "own"
  auto_create_subnetworks = false
}
resource "google_compute_subnetwork" "own" {
  name          = "own"
  network       = google_compute_network.own.id
  ip_cidr_range = "10.0.0.0/24"
  region        = "europe-west3"
}
resource "google_compute_firewall" "ssh" {
  name          = "ssh"
  network       = google_compute_network.own.id
  source_ranges = ["0.0.0.0/0"]
  target_tags   = ["jump"]
  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}
resource "google_compute_firewall" "none" {
  name          = "none"
  network       = google_compute_network.own.id
  source_ranges = ["0.0.0.0/0"]
  priority      = 900
  deny {
    protocol = "tcp"
    ports    = ["20-30"]
  }
}
resource "google_compute_instance" "jump" {
  name         = "jump"
  machine_type = "e2-small"
  zone         = "europe-west3-a"
  tags         = ["jump"]
  boot_disk {
    initialize_params {
      image = "debian-12"
    }
  }
  network_interface {
    subnetwork = google_compute_subnetwork.own.id
    access_config {}
  }
}
"#;

#[rstest]
#[case::hidden("", "", false)]
#[case::after_it("  priority      = 900\n", "  priority      = 1100\n", true)]
#[case::denials_come_first("  priority      = 900\n", "", false)]
#[case::other_ports("\"20-30\"", "\"23-30\"", true)]
#[case::another_protocol(
    "  deny {\n    protocol = \"tcp\"",
    "  deny {\n    protocol = \"udp\"",
    true
)]
#[case::all_protocols(
    "  deny {\n    protocol = \"tcp\"\n    ports    = [\"20-30\"]",
    "  deny {\n    protocol = \"all\"",
    false
)]
#[case::others(
    "  source_ranges = [\"0.0.0.0/0\"]\n  priority",
    "  source_ranges = [\"198.51.100.0/24\"]\n  priority",
    true
)]
#[case::for_other_machines(
    "  priority      = 900\n",
    "  priority      = 900\n  target_tags   = [\"db\"]\n",
    true
)]
#[case::for_the_same_machines(
    "  priority      = 900\n",
    "  priority      = 900\n  target_tags   = [\"jump\"]\n",
    false
)]
#[case::switched_off(
    "  priority      = 900\n",
    "  priority      = 900\n  disabled      = true\n",
    true
)]
fn denials_hide_rules(#[case] from: &str, #[case] to: &str, #[case] open: bool) {
    let found = terraform(&HIDDEN.replacen(from, to, 1));
    assert_eq!(has(&found, "T001 google_compute_instance.jump: "), open, "{found:#?}");
}

/// Rights of a project over databases, with a database in an instance of somebody else.
const SPANNER: &str = r#"
resource "google_service_account" "reader" {
  account_id = "reader"
}
resource "google_spanner_database" "orders" {
  name     = "orders"
  instance = "of-others"
}
resource "google_project_iam_member" "reader" {
  project = "own"
  role    = "roles/spanner.databaseReader"
  member  = google_service_account.reader.member
}
"#;

#[rstest]
#[case::reader("roles/spanner.databaseReader", "roles/bigtable.reader")]
fn databases_without_their_instance_are_read(#[case] from: &str, #[case] to: &str) {
    let line = "google_service_account.reader > google_spanner_database.orders permission";
    differs(SPANNER, from, to, line, terraform);
}

/// A cluster that nothing of the configuration uses.
const CLUSTER: &str = r#"
resource "google_container_cluster" "own" {
  name     = "own"
  location = "europe-west3"
  private_cluster_config {
    enable_private_nodes = true
  }
  master_authorized_networks_config {
  }
}
"#;

#[rstest]
#[case::none_named("", "", false)]
#[case::addresses_of_google(
    "config {\n  }",
    "config {\n    gcp_public_cidrs_access_enabled = true\n  }",
    true
)]
#[case::some_named(
    "config {\n  }",
    "config {\n    cidr_blocks {\n      cidr_block = \"198.51.100.0/24\"\n    }\n  }",
    true
)]
#[case::switched_off("  master_authorized_networks_config {\n  }\n", "", true)]
fn authorized_networks_that_name_none_are_closed(
    #[case] from: &str,
    #[case] to: &str,
    #[case] open: bool,
) {
    let found = terraform(&CLUSTER.replacen(from, to, 1));
    assert_eq!(
        has(&found, "internet > google_container_cluster.own network tcp/443"),
        open,
        "{found:#?}"
    );
}

/// A key that nothing uses.
const KEY: &str = r#"
resource "google_kms_crypto_key" "own" {
  name     = "own"
  key_ring = "of-others"
}
"#;

/// All that runs in a cluster depends on it, also where nothing else of it is written; on other things nobody does then.
#[rstest]
#[case::cluster(CLUSTER, "T014 google_container_cluster.own: ", "blast=majority")]
#[case::key(KEY, "T040 google_kms_crypto_key.own: ", "blast=none")]
fn much_depends_on_clusters(#[case] text: &str, #[case] start: &str, #[case] blast: &str) {
    let found = terraform(text);
    let line = found.iter().find(|line| line.starts_with(start)).map_or("", String::as_str);
    assert!(line.contains(blast), "{found:#?}");
}

/// A machine in a subnet that is written inside of its network, behind the group that is named there.
const INLINE: &str = r#"
resource "azurerm_resource_group" "own" {
  name     = "own"
  location = "westeurope"
}
resource "azurerm_network_security_group" "own" {
  name                = "own"
  location            = "westeurope"
  resource_group_name = azurerm_resource_group.own.name
  security_rule {
    name                       = "web"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "443"
    source_address_prefix      = "Internet"
    destination_address_prefix = "*"
  }
}
resource "azurerm_virtual_network" "own" {
  name                = "own"
  location            = "westeurope"
  resource_group_name = azurerm_resource_group.own.name
  address_space       = ["10.0.0.0/16"]
  subnet {
    name             = "inner"
    address_prefixes = ["10.0.1.0/24"]
    security_group   = azurerm_network_security_group.own.id
  }
}
resource "azurerm_public_ip" "own" {
  name                = "own"
  location            = "westeurope"
  resource_group_name = azurerm_resource_group.own.name
  allocation_method   = "Static"
}
resource "azurerm_network_interface" "own" {
  name                = "own"
  location            = "westeurope"
  resource_group_name = azurerm_resource_group.own.name
  ip_configuration {
    name                          = "own"
    subnet_id                     = one(azurerm_virtual_network.own.subnet).id
    private_ip_address_allocation = "Dynamic"
    public_ip_address_id          = azurerm_public_ip.own.id
  }
}
resource "azurerm_linux_virtual_machine" "own" {
  name                  = "own"
  location              = "westeurope"
  resource_group_name   = azurerm_resource_group.own.name
  size                  = "Standard_B1s"
  admin_username        = "keeper"
  network_interface_ids = [azurerm_network_interface.own.id]
}
"#;

#[rstest]
#[case::with_its_group(
    "    security_group   = azurerm_network_security_group.own.id\n",
    "",
    "internet > azurerm_linux_virtual_machine.own network tcp/443"
)]
#[case::out(
    "    subnet_id                     = one(azurerm_virtual_network.own.subnet).id\n",
    "",
    "azurerm_linux_virtual_machine.own > internet network any/any"
)]
fn machines_stand_in_subnets_inside_of_networks(
    #[case] from: &str,
    #[case] to: &str,
    #[case] line: &str,
) {
    differs(INLINE, from, to, line, terraform);
}

/// An address of which no kind is written is of the newer one, unless it may change, which only the older one may.
#[rstest]
#[case::newer("Static\"", "Static\"", false)]
#[case::older("Static\"", "Dynamic\"", true)]
#[case::newer_that_is_written("Static\"", "Dynamic\"\n  sku = \"Standard\"", false)]
#[case::older_that_is_written("Static\"", "Static\"\n  sku = \"Basic\"", true)]
fn addresses_without_a_group_are_open_by_their_kind(
    #[case] from: &str,
    #[case] to: &str,
    #[case] open: bool,
) {
    let without =
        INLINE.replace("    security_group   = azurerm_network_security_group.own.id\n", "");
    let found = terraform(&without.replacen(from, to, 1));
    assert_eq!(
        has(&found, "internet > azurerm_linux_virtual_machine.own network any/any"),
        open,
        "{found:#?}"
    );
}

/// An image of a registry of the configuration: only how it ends is known.
const IMAGE: &str = r#"
resource "azurerm_container_registry" "own" {
  name                = "own"
  location            = "westeurope"
  resource_group_name = "own"
  sku                 = "Premium"
}
resource "azurerm_container_app" "web" {
  name                         = "web"
  resource_group_name          = "own"
  container_app_environment_id = "/subscriptions/own"
  revision_mode                = "Single"
  template {
    container {
      name   = "web"
      image  = "${azurerm_container_registry.own.login_server}/web:latest"
      cpu    = 1
      memory = "1Gi"
    }
  }
}
"#;

#[rstest]
#[case::a_version("web:latest", "web:1.4.2")]
#[case::a_digest(
    "web:latest",
    "web@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
)]
fn tags_of_own_registries_move(#[case] from: &str, #[case] to: &str) {
    differs(IMAGE, from, to, "T034 azurerm_container_app.web: ", terraform);
}
