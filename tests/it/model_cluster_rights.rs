//! Rights inside of managed clusters that clouds give, in a model.

use rstest::rstest;

use crate::model_systems::{differs, has, terraform};

const EKS: &str = r#"
resource "aws_eks_cluster" "main" {
  name     = "main"
  role_arn = "arn:aws:iam::111122223333:role/eks"
  access_config { authentication_mode = "API" }
  vpc_config { subnet_ids = ["subnet-1", "subnet-2"] }
}
resource "aws_iam_role" "deploy" {
  name = "deploy"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{
    Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "arn:aws:iam::444455556666:root" }
  }] })
}
resource "aws_eks_access_entry" "deploy" {
  cluster_name      = aws_eks_cluster.main.name
  principal_arn     = aws_iam_role.deploy.arn
  kubernetes_groups = GROUPS
}
"#;

const ROLE: &str = "aws_iam_role.deploy > aws_eks_cluster.main permission";

#[rstest]
#[case::an_administrator("AmazonEKSClusterAdminPolicy", "cluster", true, true)]
#[case::an_administrator_of_a_namespace("AmazonEKSClusterAdminPolicy", "namespace", true, false)]
#[case::an_editor("AmazonEKSEditPolicy", "cluster", true, false)]
#[case::a_viewer("AmazonEKSViewPolicy", "cluster", true, false)]
#[case::a_policy_that_is_none("AmazonEKSAutoNodePolicy", "cluster", false, false)]
fn policies_of_entries(
    #[case] policy: &str,
    #[case] scope: &str,
    #[case] may: bool,
    #[case] admin: bool,
) {
    let association = format!(
        "resource \"aws_eks_access_policy_association\" \"deploy\" {{\n  cluster_name = aws_eks_cluster.main.name\n  principal_arn = aws_iam_role.deploy.arn\n  policy_arn = \"arn:aws:eks::aws:cluster-access-policy/{policy}\"\n  access_scope {{\n    type = \"{scope}\"\n    namespaces = [\"web\"]\n  }}\n}}\n"
    );
    let model = terraform(&format!("{}{association}", EKS.replace("GROUPS", "[]")));
    assert_eq!(has(&model, ROLE), may, "{model:#?}");
    let goal = "account:444455556666 > aws_iam_role.deploy: T012";
    assert_eq!(has(&model, goal), admin, "{model:#?}");
    // An entry alone gives nothing.
    assert!(!has(&terraform(&EKS.replace("GROUPS", "[]")), ROLE));
}

#[rstest]
#[case::a_bound_group("[\"deployers\"]", true)]
#[case::another_group("[\"readers\"]", false)]
fn groups_of_entries(#[case] groups: &str, #[case] may: bool) {
    let binding = r#"
resource "kubernetes_cluster_role_binding_v1" "deployers" {
  metadata { name = "deployers" }
  role_ref {
    api_group = "rbac.authorization.k8s.io"
    kind      = "ClusterRole"
    name      = "cluster-admin"
  }
  subject {
    kind      = "Group"
    name      = "deployers"
    api_group = "rbac.authorization.k8s.io"
  }
}
"#;
    let model = terraform(&format!("{}{binding}", EKS.replace("GROUPS", groups)));
    assert_eq!(has(&model, "aws_iam_role.deploy > Group/deployers identity"), may);
    assert_eq!(has(&model, ROLE), may);
    assert_eq!(has(&model, "account:444455556666 > aws_iam_role.deploy: T012"), may, "{model:#?}");
}

#[test]
fn roles_over_clusters_of_azure() {
    let tree = r#"
resource "azurerm_resource_group" "main" {
  name     = "main"
  location = "westeurope"
}
resource "azurerm_kubernetes_cluster" "main" {
  name                = "main"
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  dns_prefix          = "main"
  default_node_pool {
    name       = "pool"
    vm_size    = "Standard_D2s_v5"
    node_count = 2
  }
  identity { type = "SystemAssigned" }
}
resource "azurerm_user_assigned_identity" "deploy" {
  name                = "deploy"
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
}
resource "azurerm_role_assignment" "deploy" {
  scope                = azurerm_resource_group.main.id
  role_definition_name = "Azure Kubernetes Service RBAC Cluster Admin"
  principal_id         = azurerm_user_assigned_identity.deploy.principal_id
}
"#;
    let line = "azurerm_user_assigned_identity.deploy > azurerm_kubernetes_cluster.main permission";
    differs(tree, "Azure Kubernetes Service RBAC Cluster Admin", "Reader", line, terraform);
    // A role of Azure gives nothing in a cluster of another cloud.
    let over_all = tree.replace(
        "azurerm_resource_group.main.id\n  role",
        "data.azurerm_subscription.own.id\n  role",
    ) + "data \"azurerm_subscription\" \"own\" {}\nresource \"aws_eks_cluster\" \"other\" {\n  name = \"other\"\n  role_arn = \"arn:aws:iam::111122223333:role/eks\"\n  vpc_config { subnet_ids = [\"subnet-1\"] }\n}\n";
    let model = terraform(&over_all);
    assert!(has(&model, line), "{model:#?}");
    assert!(!has(&model, "azurerm_user_assigned_identity.deploy > aws_eks_cluster.other"));
    let of_cluster = tree.replace(
        "scope                = azurerm_resource_group.main.id",
        "scope = azurerm_kubernetes_cluster.main.id",
    );
    assert!(has(&terraform(&of_cluster), line));
}

#[rstest]
#[case::administration("roles/container.admin", true)]
#[case::development("roles/container.developer", true)]
#[case::a_role_of_its_nodes("roles/container.defaultNodeServiceAccount", false)]
fn roles_over_projects_with_clusters(#[case] role: &str, #[case] may: bool) {
    let tree = format!(
        r#"
resource "google_container_cluster" "main" {{
  name     = "main"
  location = "europe-west1"
}}
resource "google_service_account" "deploy" {{ account_id = "deploy" }}
resource "google_project_iam_member" "deploy" {{
  project = "acme"
  role    = "{role}"
  member  = google_service_account.deploy.member
}}
"#
    );
    let model = terraform(&tree);
    let line = "google_service_account.deploy > google_container_cluster.main permission";
    assert_eq!(has(&model, line), may, "{model:#?}");
}

/// Who is in which group, by the map that clusters had before they had entries.
const MAP: &str = r#"
resource "kubernetes_config_map" "aws_auth" {
  metadata {
    name      = "aws-auth"
    namespace = "kube-system"
  }
  data = {
    mapRoles = yamlencode([{ rolearn = aws_iam_role.deploy.arn, username = "deploy", groups = ["system:masters"] }])
  }
}
"#;

#[rstest]
#[case::another_group("\"system:masters\"", "\"system:nodes\"")]
#[case::another_object("\"aws-auth\"", "\"aws-auth-old\"")]
#[case::another_namespace("\"kube-system\"", "\"default\"")]
#[case::another_text("mapRoles", "mapAccounts")]
#[case::another_role("aws_iam_role.deploy.arn,", "\"arn:aws:iam::111122223333:role/other\",")]
fn maps_of_roles(#[case] from: &str, #[case] to: &str) {
    let entry = EKS.find("resource \"aws_eks_access_entry\"").expect("an entry");
    let tree = format!("{}{MAP}", &EKS[..entry]).replace("\"API\"", "\"API_AND_CONFIG_MAP\"");
    differs(&tree, from, to, ROLE, terraform);
    assert!(has(&terraform(&tree), "account:444455556666 > aws_iam_role.deploy: T012"));
    // A cluster that only takes entries does not look at the map.
    differs(&tree, "\"API_AND_CONFIG_MAP\"", "\"API\"", ROLE, terraform);
    let written = "<<-Y\n      - rolearn: arn:aws:iam::111122223333:role/deploy\n        groups: [\"system:masters\"]\n    Y\n";
    let call = tree.find("yamlencode(").expect("a call");
    let end = call + tree[call..].find('\n').expect("an end");
    let by_name = format!("{}{written}{}", &tree[..call], &tree[end..]);
    differs(&by_name, "role/deploy", "role/other", ROLE, terraform);
    let user = by_name.replace("mapRoles", "mapUsers").replace("rolearn", "userarn");
    let user = user.replace("role/deploy", "user/ann");
    let user = format!("{user}resource \"aws_iam_user\" \"ann\" {{ name = \"ann\" }}\n");
    differs(
        &user,
        "userarn",
        "rolearn",
        "aws_iam_user.ann > aws_eks_cluster.main permission",
        terraform,
    );
}
