//! The pack of a made-up organisation, from its tests to a signed bundle that a project takes.

use std::fs;

use crate::cli::{Run, Workspace};

/// The pack and the project of `fixtures/organisation`.
fn workspace() -> Workspace {
    Workspace::copy_of("fixtures/organisation")
}

/// What a scan of the project finds: rule and address.
fn found(run: &Run) -> Vec<(String, String)> {
    let report: serde_json::Value = serde_json::from_str(&run.stdout()).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| (text(&finding["rule"]), text(&finding["resource"]["address"])))
        .collect()
}

#[test]
fn its_tests_pass_and_reach_every_part_of_every_rule() {
    let workspace = workspace();
    let arguments = ["test", "northwind", "--require-tests", "--coverage", "--threshold", "100"];
    workspace.run(&arguments).says(0, &["0 failed", "rules 100.00 %"]);
    workspace.run(&["pack", "lint", "northwind"]).says(0, &["0 remarks"]);
    workspace.run(&["pack", "fmt", "--check", "northwind"]).says(0, &[]);
}

#[test]
fn a_project_takes_it_with_values_of_its_own() {
    let workspace = workspace();
    let run = workspace.run_in("project", &["scan", "--no-builtin", "-o", "json"]);
    assert_eq!(
        found(&run),
        [
            ("northwind/module-source-off-list", "module.queue"),
            ("northwind/bucket-provider-key", "aws_s3_bucket.exports"),
            ("northwind/endpoint-off-list", "aws_lb.admin"),
        ]
        .map(|(rule, address)| (rule.to_owned(), address.to_owned()))
    );
    workspace.run_in("project", &["explain", "northwind/endpoint-off-list"]).says(
        0,
        &[
            "parameter      public_endpoints = [\"aws_lb.front\"]",
            "NW-NET-3",
            "https://wiki.northwind.example/public-endpoints",
            "Found, from tests/exposure/edges.tf:",
            "Passes, from tests/exposure/edges.tf:",
        ],
    );
}

#[test]
fn a_signed_bundle_judges_as_the_folder_does() {
    let workspace = workspace();
    let before = workspace.run_in("project", &["scan", "--no-builtin", "-o", "json"]);
    workspace.run(&["pack", "keygen", "platform"]).says(0, &["trust:"]);
    fs::create_dir(workspace.path("dist")).unwrap();
    workspace.run(&["pack", "build", "northwind", "-o", "dist"]).says(0, &["sha256:"]);
    let bundle = "dist/northwind-1.0.0.tar.gz";
    workspace.run(&["pack", "sign", bundle, "--key", "platform.key.pem"]).says(0, &["signed by"]);
    let pem = fs::read_to_string(workspace.path("platform.pub.pem")).unwrap();
    let key: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let path = workspace.path("project/dreadnought.yaml");
    let settings = fs::read_to_string(&path).unwrap();
    let pinned = settings.replace("path: ../northwind", &format!("bundle: ../{bundle}"));
    assert_ne!(settings, pinned);
    fs::write(path, format!("{pinned}trust: [{{name: platform, key: {key}}}]\n")).unwrap();
    let after = workspace.run_in("project", &["scan", "--no-builtin", "-o", "json"]);
    assert_eq!(found(&after), found(&before));
    // Its tests are in the bundle, and so are the examples of its rules.
    workspace
        .run_in("project", &["explain", "northwind/endpoint-off-list"])
        .says(0, &["Found, from tests/exposure/edges.tf:"]);
    workspace.run_in("project", &["test", &format!("../{bundle}")]).says(0, &["0 failed"]);
}

#[test]
fn its_reference_tells_parameters_and_what_is_joined() {
    let workspace = workspace();
    workspace.run(&["pack", "docs", "northwind"]).says(
        0,
        &[
            "## Parameters",
            "| `state_buckets` | string | `\"nw-*-terraform-state\"` | Glob of the buckets that hold state. |",
            "- Parameter `trusted_accounts`: `[\"123456789012\",\"210987654321\"]`",
            // The passing example of a rule that joins shows what it joins.
            "resource \"aws_s3_bucket\" \"own\" {\n}\n\nresource \"aws_s3_bucket_server_side_encryption_configuration\" \"own\" {",
        ],
    );
}
