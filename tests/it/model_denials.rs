//! What denials and limits take from rights in a model of AWS, and what names written as text mean.

use rstest::rstest;

use crate::model_systems::{has, terraform};

/// Two buckets, a table, a key, and a role with one statement; further statements by their marks.
const RIGHTS: &str = r#"
data "aws_caller_identity" "me" {}
locals { account = data.aws_caller_identity.me.account_id }
resource "aws_s3_bucket" "a" { bucket = "acme-a" }
resource "aws_s3_bucket" "b" { bucket = "acme-b" }
resource "aws_dynamodb_table" "orders" { name = "orders" }
resource "aws_iam_role" "app" {
  name = "app"
  # boundary
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{
    Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" }
  }] })
}
resource "aws_iam_role" "other" {
  name = "other"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{
    Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" }
  }] })
}
resource "aws_iam_role_policy" "app" {
  role   = aws_iam_role.app.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [ALLOWED, DENIED] })
}
# more
"#;

const A: &str = "aws_iam_role.app > aws_s3_bucket.a permission";
const B: &str = "aws_iam_role.app > aws_s3_bucket.b permission";

const BY_NAME: &str =
    r#"{ Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::acme-*/*" }"#;
const BY_REFERENCE: &str = r#"{ Effect = "Allow", Action = "s3:GetObject", Resource = ["${aws_s3_bucket.a.arn}/*", "${aws_s3_bucket.b.arn}/*"] }"#;
const NOTHING: &str = r#"{ Effect = "Deny", Action = "ec2:RunInstances", Resource = "*" }"#;

fn rights(allowed: &str, denied: &str) -> String {
    RIGHTS.replace("ALLOWED", allowed).replace("DENIED", denied)
}

fn deny(about: &str) -> String {
    format!("{{ Effect = \"Deny\", Action = \"s3:*\", {about} }}")
}

#[rstest]
#[case::by_name(r#"Resource = ["arn:aws:s3:::acme-a", "arn:aws:s3:::acme-a/*"]"#, true)]
#[case::by_pattern(r#"Resource = "arn:aws:s3:::*-a/*""#, true)]
#[case::by_reference(r#"Resource = [aws_s3_bucket.a.arn, "${aws_s3_bucket.a.arn}/*"]"#, true)]
#[case::all_but_by_name(r#"NotResource = ["arn:aws:s3:::acme-b", "arn:aws:s3:::acme-b/*"]"#, true)]
#[case::all_but_by_reference(r#"NotResource = ["${aws_s3_bucket.b.arn}/*"]"#, true)]
#[case::the_bucket_without_what_is_in_it(r#"Resource = "arn:aws:s3:::acme-a""#, false)]
#[case::the_bucket_by_reference("Resource = aws_s3_bucket.a.arn", false)]
#[case::a_part_by_name(r#"Resource = "arn:aws:s3:::acme-a/private/*""#, false)]
#[case::a_part_by_reference(r#"Resource = "${aws_s3_bucket.a.arn}/private/*""#, false)]
#[case::all_but_a_part(
    r#"NotResource = ["arn:aws:s3:::acme-a/public/*", "arn:aws:s3:::acme-b/*"]"#,
    false
)]
#[case::under_a_condition(
    r#"Resource = "arn:aws:s3:::acme-a/*", Condition = { Bool = { "aws:SecureTransport" = "false" } }"#,
    false
)]
fn denials_take_away_what_they_name(
    #[values(BY_NAME, BY_REFERENCE)] allowed: &str,
    #[case] denied: &str,
    #[case] cut: bool,
) {
    let model = terraform(&rights(allowed, &deny(denied)));
    assert_eq!(has(&model, A), !cut, "{model:#?}");
    assert!(has(&model, B));
}

/// The same statements in what limits the role.
#[rstest]
#[case::by_reference(r#"Resource = [aws_s3_bucket.a.arn, "${aws_s3_bucket.a.arn}/*"]"#, true)]
#[case::by_name(r#"Resource = "arn:aws:s3:::acme-a/*""#, true)]
#[case::all_but(r#"NotResource = "${aws_s3_bucket.b.arn}/*""#, true)]
#[case::a_part(r#"Resource = "arn:aws:s3:::acme-a/private/*""#, false)]
fn limits_take_away_what_they_deny(#[case] denied: &str, #[case] cut: bool) {
    let limits = format!(
        "resource \"aws_iam_policy\" \"limits\" {{\n  name = \"limits\"\n  policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{{ Effect = \"Allow\", Action = \"*\", Resource = \"*\" }}, {}] }})\n}}",
        deny(denied)
    );
    let tree = rights(BY_REFERENCE, NOTHING)
        .replace("# more", &limits)
        .replace("# boundary", "permissions_boundary = aws_iam_policy.limits.arn");
    let model = terraform(&tree);
    assert_eq!(has(&model, A), !cut, "{model:#?}");
    assert!(has(&model, B));
}

#[rstest]
#[case::the_role("Principal = { AWS = aws_iam_role.app.arn }", true)]
#[case::everybody("Principal = \"*\"", true)]
#[case::another_role("Principal = { AWS = aws_iam_role.other.arn }", false)]
#[case::all_but_another(
    r#"Principal = "*", Condition = { ArnNotEquals = { "aws:PrincipalArn" = aws_iam_role.other.arn } }"#,
    true
)]
#[case::all_but_another_by_name(
    r#"Principal = "*", Condition = { ArnNotLike = { "aws:PrincipalArn" = ["arn:aws:iam::${local.account}:role/other", "arn:aws:iam::${local.account}:root"] } }"#,
    true
)]
#[case::all_but_this(
    r#"Principal = "*", Condition = { ArnNotEquals = { "aws:PrincipalArn" = aws_iam_role.app.arn } }"#,
    false
)]
#[case::all_but_this_by_name(
    r#"Principal = "*", Condition = { StringNotLike = { "aws:PrincipalArn" = "arn:aws:iam::${local.account}:role/a*" } }"#,
    false
)]
#[case::all_but_sessions(
    r#"Principal = "*", Condition = { ArnNotLike = { "aws:PrincipalArn" = "arn:aws:sts::${local.account}:assumed-role/app/*" } }"#,
    false
)]
#[case::this_only(
    r#"Principal = "*", Condition = { ArnEquals = { "aws:PrincipalArn" = aws_iam_role.other.arn } }"#,
    false
)]
#[case::outside_of_a_network(
    r#"Principal = "*", Condition = { StringNotEquals = { "aws:SourceVpce" = "vpce-1" } }"#,
    false
)]
fn denials_of_resources_win(#[case] whom: &str, #[case] cut: bool) {
    let policy = |whom: &str| {
        let statement = deny(&format!(
            "Resource = [aws_s3_bucket.a.arn, \"${{aws_s3_bucket.a.arn}}/*\"], {whom}"
        ));
        format!(
            "resource \"aws_s3_bucket_policy\" \"a\" {{\n  bucket = aws_s3_bucket.a.id\n  policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{statement}] }})\n}}"
        )
    };
    let model = terraform(&rights(BY_REFERENCE, NOTHING).replace("# more", &policy(whom)));
    assert_eq!(has(&model, A), !cut, "{model:#?}");
    // Another action is not taken away.
    let put = policy(whom).replace("s3:*", "s3:PutObject");
    let model = terraform(&rights(BY_REFERENCE, NOTHING).replace("# more", &put));
    assert!(has(&model, A));
}

#[rstest]
#[case::as_by_default("", true)]
#[case::to_the_account(r#"{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::${local.account}:root" }, Action = "kms:*", Resource = "*" }"#, true)]
#[case::to_its_administration(r#"{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::${local.account}:root" }, Action = ["kms:Create*", "kms:Put*"], Resource = "*" }"#, false)]
#[case::to_another(r#"{ Effect = "Allow", Principal = { AWS = aws_iam_role.other.arn }, Action = "kms:*", Resource = "*" }"#, false)]
#[case::to_the_role_by_its_name(
    r#"{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::${local.account}:role/app" }, Action = "kms:Decrypt", Resource = "*" }"#,
    true
)]
#[case::to_another_by_its_name(
    r#"{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::${local.account}:role/other" }, Action = "kms:Decrypt", Resource = "*" }"#,
    false
)]
#[case::to_the_role_itself(r#"{ Effect = "Allow", Principal = { AWS = aws_iam_role.app.arn }, Action = "kms:Decrypt", Resource = "*" }"#, true)]
fn keys_are_used_where_their_policy_hands_them_over(#[case] policy: &str, #[case] used: bool) {
    let policy = if policy.is_empty() {
        String::new()
    } else {
        format!("policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{policy}] }})")
    };
    let key = format!("resource \"aws_kms_key\" \"data\" {{\n  {policy}\n}}");
    let allowed =
        r#"{ Effect = "Allow", Action = "kms:Decrypt", Resource = aws_kms_key.data.arn }"#;
    let model = terraform(&rights(allowed, NOTHING).replace("# more", &key));
    assert_eq!(has(&model, "aws_iam_role.app > aws_kms_key.data permission"), used, "{model:#?}");
}

#[rstest]
#[case::objects_under_a_path("s3:GetObject", "arn:aws:s3:::acme-a/in/*", "aws_s3_bucket.a", true)]
#[case::one_object("s3:GetObject", "arn:aws:s3:::acme-a/in/list.csv", "aws_s3_bucket.a", true)]
#[case::objects_of_another("s3:GetObject", "arn:aws:s3:::acme-ab/in/*", "aws_s3_bucket.a", false)]
#[case::objects_of_buckets_by_pattern(
    "s3:GetObject",
    "arn:aws:s3:::acme-*/in/*",
    "aws_s3_bucket.a",
    true
)]
#[case::an_index(
    "dynamodb:Query",
    "arn:aws:dynamodb:*:*:table/orders/index/*",
    "aws_dynamodb_table.orders",
    true
)]
#[case::an_index_of_another(
    "dynamodb:Query",
    "arn:aws:dynamodb:*:*:table/order/index/*",
    "aws_dynamodb_table.orders",
    false
)]
fn parts_are_of_the_thing_that_has_them(
    #[case] action: &str,
    #[case] arn: &str,
    #[case] of: &str,
    #[case] used: bool,
) {
    let allowed = format!("{{ Effect = \"Allow\", Action = \"{action}\", Resource = \"{arn}\" }}");
    let model = terraform(&rights(&allowed, NOTHING));
    assert_eq!(has(&model, &format!("aws_iam_role.app > {of} permission")), used, "{model:#?}");
}

/// A role of an administrator that trusts its account, and a function that runs as one.
const ADMINISTRATORS: &str = r#"
resource "aws_iam_role" "admin" {
  name = "admin-deploy"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "arn:aws:iam::${local.account}:root" } },
    { Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } },
  ] })
}
resource "aws_iam_role_policy_attachment" "admin" {
  role       = aws_iam_role.admin.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}
resource "aws_lambda_function" "ops" {
  function_name = "ops"
  role          = aws_iam_role.admin.arn
  handler       = "main.handler"
  runtime       = "python3.12"
  filename      = "ops.zip"
}
"#;

#[rstest]
#[case::assumed_by_name("sts:AssumeRole", "role/admin-deploy", true)]
#[case::assumed_by_pattern("sts:AssumeRole", "role/admin-*", true)]
#[case::assumed_under_a_path("sts:AssumeRole", "role/team/admin-*", false)]
#[case::another_is_assumed("sts:AssumeRole", "role/ops-*", false)]
fn roles_are_assumed_by_their_names(
    #[case] action: &str,
    #[case] named: &str,
    #[case] taken: bool,
) {
    let allowed = format!(
        "{{ Effect = \"Allow\", Action = \"{action}\", Resource = \"arn:aws:iam::${{local.account}}:{named}\" }}"
    );
    let model = terraform(&rights(&allowed, NOTHING).replace("# more", ADMINISTRATORS));
    assert_eq!(has(&model, "aws_iam_role.app > aws_iam_role.admin identity"), taken, "{model:#?}");
}

#[rstest]
#[case::by_name("function:ops", true)]
#[case::by_pattern("function:o*", true)]
#[case::another("function:web", false)]
fn functions_are_taken_over_by_their_names(#[case] named: &str, #[case] raised: bool) {
    let allowed = format!(
        "{{ Effect = \"Allow\", Action = \"lambda:UpdateFunctionCode\", Resource = \"arn:aws:lambda:eu-west-1:${{local.account}}:{named}\" }}"
    );
    let model = terraform(&rights(&allowed, NOTHING).replace("# more", ADMINISTRATORS));
    assert_eq!(has(&model, "T011 aws_iam_role.app"), raised, "{model:#?}");
}

/// A role that trusts tokens of an issuer under conditions.
fn trusted(issuer: &str, conditions: &str) -> std::collections::BTreeSet<String> {
    terraform(&format!(
        "resource \"aws_iam_openid_connect_provider\" \"ci\" {{\n  url = \"https://{issuer}\"\n  client_id_list = [\"sts\"]\n}}\n\
         resource \"aws_iam_role\" \"ci\" {{\n  name = \"ci\"\n  assume_role_policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{{\n    \
         Effect = \"Allow\", Action = \"sts:AssumeRoleWithWebIdentity\", Principal = {{ Federated = aws_iam_openid_connect_provider.ci.arn }}\n    \
         Condition = {{ StringEquals = {{ \"{issuer}:aud\" = \"sts\" }}, {conditions} }}\n  }}] }})\n}}\n"
    ))
}

const GITHUB: &str = "token.actions.githubusercontent.com";
const HCP: &str = "app.terraform.io";

#[rstest]
#[case::one_branch(GITHUB, "repo:acme/shop:ref:refs/heads/main", false)]
#[case::branches_of_a_kind(GITHUB, "repo:acme/shop:ref:refs/heads/release/*", false)]
#[case::any_branch(GITHUB, "repo:acme/shop:ref:refs/heads/*", true)]
#[case::requests(GITHUB, "repo:acme/shop:pull_request", true)]
#[case::one_environment(GITHUB, "repo:acme/shop:environment:prod", false)]
#[case::any_environment(GITHUB, "repo:acme/shop:environment:*", true)]
#[case::anything_of_it(GITHUB, "repo:acme/shop:*", true)]
#[case::any_repository(GITHUB, "repo:acme/*", true)]
#[case::any_owner(GITHUB, "repo:*/shop:ref:refs/heads/main", true)]
#[case::a_form_of_its_own(GITHUB, "repository_owner_id:1234:*", false)]
#[case::a_form_of_its_own_that_is_open(GITHUB, "repository_owner_id:*", true)]
#[case::one_branch_of_a_project(
    "gitlab.com",
    "project_path:acme/shop:ref_type:branch:ref:main",
    false
)]
#[case::any_branch_of_a_project("gitlab.com", "project_path:acme/shop:ref_type:branch:ref:*", true)]
#[case::any_project_of_a_group("gitlab.com", "project_path:acme/*:ref_type:branch:ref:main", true)]
#[case::any_subject("gitlab.com", "*", true)]
#[case::an_issuer_of_its_own(
    "gitlab.example.org",
    "project_path:acme/*:ref_type:branch:ref:*",
    false
)]
#[case::one_workspace(HCP, "organization:acme:project:*:workspace:shop:run_phase:*", false)]
#[case::any_workspace(HCP, "organization:acme:project:shop:workspace:*:run_phase:*", true)]
#[case::any_organization(HCP, "organization:*:project:*:workspace:shop:run_phase:*", true)]
fn tokens_that_nobody_meant(#[case] issuer: &str, #[case] subject: &str, #[case] open: bool) {
    let model = trusted(issuer, &format!("StringLike = {{ \"{issuer}:sub\" = \"{subject}\" }}"));
    assert_eq!(has(&model, "T013 aws_iam_role.ci"), open, "{model:#?}");
}

#[rstest]
#[case::shared_by_all("gitlab.com", "", true)]
#[case::an_issuer_of_its_own("gitlab.example.org", "", false)]
#[case::a_claim_of_its_own(
    HCP,
    "StringEquals = { \"app.terraform.io:terraform_workspace_id\" = \"ws-1\" }",
    false
)]
fn tokens_for_an_audience_alone(#[case] issuer: &str, #[case] more: &str, #[case] open: bool) {
    assert_eq!(has(&trusted(issuer, more), "T013 aws_iam_role.ci"), open);
}

/// What is compared letter by letter has no pattern in it.
#[test]
fn equal_subjects_are_no_patterns() {
    for (subject, open) in [("repo:acme/shop:*", false), ("repo:acme/shop:pull_request", true)] {
        let operator = "\"ForAnyValue:StringEquals\"";
        let conditions = format!("{operator} = {{ \"{GITHUB}:sub\" = \"{subject}\" }}");
        let model = trusted(GITHUB, &conditions);
        assert_eq!(has(&model, "T013 aws_iam_role.ci"), open, "{subject}");
    }
}

/// Who reads the password that a database keeps in a secret of its own has the database.
#[rstest]
#[case::by_reference("aws_rds_cluster.main.master_user_secret[0].secret_arn", "true", true)]
#[case::by_pattern(
    "\"arn:aws:secretsmanager:eu-west-1:${local.account}:secret:rds!*\"",
    "true",
    true
)]
#[case::other_secrets(
    "\"arn:aws:secretsmanager:eu-west-1:${local.account}:secret:app-*\"",
    "true",
    false
)]
#[case::without_such_a_secret(
    "\"arn:aws:secretsmanager:eu-west-1:${local.account}:secret:rds!*\"",
    "false",
    false
)]
fn passwords_that_databases_keep(#[case] named: &str, #[case] keeps: &str, #[case] has_it: bool) {
    let cluster = format!(
        "resource \"aws_rds_cluster\" \"main\" {{\n  engine = \"aurora-postgresql\"\n  master_username = \"app\"\n  manage_master_user_password = {keeps}\n}}"
    );
    let allowed = format!(
        "{{ Effect = \"Allow\", Action = \"secretsmanager:GetSecretValue\", Resource = {named} }}"
    );
    let model = terraform(&rights(&allowed, NOTHING).replace("# more", &cluster));
    assert_eq!(
        has(&model, "aws_iam_role.app > aws_rds_cluster.main permission"),
        has_it,
        "{model:#?}"
    );
}

/// A denial in a bucket's own policy on the bucket alone leaves what is in it.
#[test]
fn denials_on_a_bucket_leave_its_objects() {
    let policy = |about: &str| {
        let statement = deny(&format!("Principal = \"*\", Resource = {about}"));
        format!(
            "resource \"aws_s3_bucket_policy\" \"a\" {{\n  bucket = aws_s3_bucket.a.id\n  policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{statement}] }})\n}}"
        )
    };
    let tree = rights(BY_REFERENCE, NOTHING);
    assert!(has(&terraform(&tree.replace("# more", &policy("aws_s3_bucket.a.arn"))), A));
    let objects = policy("\"${aws_s3_bucket.a.arn}/*\"");
    assert!(!has(&terraform(&tree.replace("# more", &objects)), A));
}

/// Of a key's policy with more statements than are looked at, nothing is certain.
#[rstest]
#[case::few(2, false)]
#[case::many(70, true)]
fn long_policies_of_keys_refuse_nobody(#[case] count: usize, #[case] used: bool) {
    let key = format!(
        "resource \"aws_kms_key\" \"data\" {{\n  policy = jsonencode({{ Version = \"2012-10-17\", Statement = [for i in range({count}) : {{ Effect = \"Allow\", Principal = {{ AWS = aws_iam_role.other.arn }}, Action = \"kms:Decrypt\", Resource = \"*\" }}] }})\n}}"
    );
    let allowed =
        r#"{ Effect = "Allow", Action = "kms:Decrypt", Resource = aws_kms_key.data.arn }"#;
    let model = terraform(&rights(allowed, NOTHING).replace("# more", &key));
    assert_eq!(has(&model, "aws_iam_role.app > aws_kms_key.data permission"), used, "{model:#?}");
}
