//! Accounts of a cluster that stand for an identity of a cloud: by which words, and where the identity does not let them in.

use std::collections::BTreeMap;

use rstest::rstest;

use crate::model::model_of;

const ACCOUNT: &str = r#"
resource "kubernetes_service_account" "crew" {
  metadata {
    name        = "crew"
    namespace   = "harbour"
    annotations = ANNOTATIONS
  }
}
"#;

const ROLE: &str = r#"
resource "aws_iam_openid_connect_provider" "cluster" {
  url            = "https://oidc.eks.eu-north-1.amazonaws.com/id/ABCDEF"
  client_id_list = ["sts.amazonaws.com"]
}
resource "aws_iam_role" "crew" {
  name = "crew"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = aws_iam_openid_connect_provider.cluster.arn }
      Condition = { StringLike = { "oidc.eks.eu-north-1.amazonaws.com/id/ABCDEF:sub" = "SUBJECT" } }
    }]
  })
}
"#;

const TASK: &str = r#"
resource "aws_iam_role" "crew" {
  name = "crew"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["sts:AssumeRole", "sts:TagSession"], Principal = { Service = "pods.eks.amazonaws.com" } }]
  })
}
resource "aws_eks_pod_identity_association" "crew" {
  cluster_name    = "harbour"
  namespace       = "harbour"
  service_account = "SUBJECT"
  role_arn        = aws_iam_role.crew.arn
}
"#;

const GOOGLE: &str = r#"
resource "google_service_account" "crew" {
  account_id = "crew"
}
resource "google_service_account_iam_member" "crew" {
  service_account_id = google_service_account.crew.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "SUBJECT"
}
"#;

const AZURE: &str = r#"
resource "azurerm_user_assigned_identity" "crew" {
  name                = "crew"
  resource_group_name = "harbour"
  location            = "northeurope"
}
resource "azurerm_federated_identity_credential" "crew" {
  name                = "crew"
  resource_group_name = "harbour"
  parent_id           = azurerm_user_assigned_identity.crew.id
  issuer              = "https://northeurope.oic.prod-aks.azure.com/abc/"
  audience            = ["api://AzureADTokenExchange"]
  subject             = "SUBJECT"
}
"#;

const OWN: &str = "system:serviceaccount:harbour:crew";
const OTHER: &str = "system:serviceaccount:harbour:guests";
const BY_REFERENCE: &str = r#"{ "eks.amazonaws.com/role-arn" = aws_iam_role.crew.arn }"#;
const BY_NAME: &str =
    r#"{ "eks.amazonaws.com/role-arn" = "arn:aws:iam::123456789012:role/team/crew" }"#;
const OF_GOOGLE: &str =
    r#"{ "iam.gke.io/gcp-service-account" = "crew@harbour.iam.gserviceaccount.com" }"#;
const AWS_ROLE: &str = "aws_iam_role.crew";
const GOOGLE_ACCOUNT: &str = "google_service_account.crew";
const AZURE_IDENTITY: &str = "azurerm_user_assigned_identity.crew";

#[rstest]
#[case::by_reference(ROLE, BY_REFERENCE, OWN, AWS_ROLE, true)]
#[case::by_name(ROLE, BY_NAME, OWN, AWS_ROLE, true)]
#[case::by_pattern(ROLE, BY_REFERENCE, "system:serviceaccount:harbour:*", AWS_ROLE, true)]
#[case::another_account(ROLE, BY_REFERENCE, OTHER, AWS_ROLE, false)]
#[case::no_annotation(ROLE, "{}", OWN, AWS_ROLE, false)]
#[case::by_association(TASK, "{}", "crew", AWS_ROLE, true)]
#[case::association_of_another(TASK, "{}", "guests", AWS_ROLE, false)]
#[case::google(
    GOOGLE,
    "{}",
    "serviceAccount:harbour.svc.id.goog[harbour/crew]",
    GOOGLE_ACCOUNT,
    true
)]
#[case::google_by_name(GOOGLE, OF_GOOGLE, "user:ops@example.org", GOOGLE_ACCOUNT, true)]
#[case::google_directly(
    GOOGLE,
    "{}",
    "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/harbour.svc.id.goog/subject/ns/harbour/sa/crew",
    GOOGLE_ACCOUNT,
    true
)]
#[case::google_another(
    GOOGLE,
    "{}",
    "serviceAccount:harbour.svc.id.goog[harbour/guests]",
    GOOGLE_ACCOUNT,
    false
)]
#[case::azure(AZURE, "{}", OWN, AZURE_IDENTITY, true)]
#[case::azure_another(AZURE, "{}", OTHER, AZURE_IDENTITY, false)]
fn accounts_stand_for_identities_of_clouds(
    #[case] cloud: &str,
    #[case] annotations: &str,
    #[case] subject: &str,
    #[case] identity: &str,
    #[case] stands: bool,
) {
    let text = format!("{ACCOUNT}{cloud}");
    let text = text.replace("ANNOTATIONS", annotations).replace("SUBJECT", subject);
    let made = model_of(&BTreeMap::from([("main.tf".to_owned(), text)]), None);
    let wanted = format!("kubernetes_service_account.crew > {identity} identity");
    let found = made.model.flows.iter().any(|flow| *flow.id == *wanted);
    let seen: Vec<&str> = made.model.flows.iter().map(|flow| &*flow.id).collect();
    assert_eq!(found, stands, "{seen:#?}");
}
