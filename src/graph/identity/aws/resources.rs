//! Policies of resources: whom they let in. The table `aws_resource_policies` names type, attribute of the policy, and the attribute that
//! leads to what it is about (nothing where that is the resource itself).
//!
//! Source: AWS IAM User Guide, "Identity-based policies and resource-based policies"; Amazon S3 User Guide, "Blocking public access".

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::document::Value;
use crate::graph::accounts;
use crate::graph::identity::{Grant, Identity, Scope};
use crate::graph::look;
use crate::graph::scene::Scene;
use crate::source::Place;

use super::grants::{level, shown};
use super::openness::{self, Remains};
use super::policy::{self, Document, Principal, Statement};
use super::trust::account;

/// Statements of all policies of resources, with the node that they are about.
fn statements(scene: &Scene<'_>) -> Vec<(usize, Statement)> {
    let each = documents(scene).into_iter().map(|(node, _, document)| (node, document.statements));
    each.flat_map(|(node, all)| all.into_iter().map(move |statement| (node, statement))).collect()
}

/// All policies of resources, with the node that they are about and the type that holds them.
pub fn documents<'s>(scene: &'s Scene<'_>) -> Vec<(usize, &'s str, Document)> {
    let mut found = Vec::new();
    for row in scene.vocabulary.table("aws_resource_policies") {
        let [kind, attribute, about] = row.as_slice() else { continue };
        for at in scene.index.of_type(kind) {
            let subject = if about.is_empty() { Some(*at) } else { look::first(scene, *at, about) };
            let Some(node) = subject.and_then(|subject| scene.node_of[subject]) else { continue };
            found.push((node, &**kind, policy::read(scene, *at, attribute)));
        }
    }
    found
}

/// Accounts that are this one: those to which keys give themselves.
fn own_accounts(statements: &[(usize, Statement)]) -> BTreeSet<Arc<str>> {
    let mut own = BTreeSet::new();
    for (_, statement) in statements {
        let whole = statement.allow && statement.actions.iter().any(|action| &**action == "kms:*");
        for principal in statement.principals.iter().filter(|_| whole) {
            if let Principal::Account(number, rest) = principal
                && &**rest == "root"
            {
                own.insert(Arc::clone(number));
            }
        }
    }
    own
}

/// Grants to principals of the document and to other accounts.
pub fn add(scene: &mut Scene<'_>, identity: &mut Identity) {
    let statements = statements(scene);
    let own = own_accounts(&statements);
    for (node, statement) in statements.iter().filter(|(_, statement)| statement.allow) {
        let actions: Vec<&str> = if statement.all_but {
            vec!["*"]
        } else {
            statement.actions.iter().map(|action| &**action).collect()
        };
        let Some(level) = actions.iter().map(|action| level(scene, action)).max() else {
            continue;
        };
        for principal in &statement.principals {
            let source = match principal {
                Principal::Resource(at) => scene.node_of[*at].filter(|source| source != node),
                Principal::Account(number, _)
                    if !own.contains(number) && accounts::numbered(scene, number).is_none() =>
                {
                    Some(account(scene, number))
                }
                _ => None,
            };
            identity.grants.extend(source.map(|principal| Grant {
                principal,
                scope: Scope::Node(*node),
                level,
                wildcard: false,
                label: shown(statement, &actions),
                proof: vec![statement.place],
            }));
        }
    }
    for at in scene.index.of_type("aws_lambda_permission").to_vec() {
        let resource = scene.index.resource(at);
        let Some(Value::String(principal)) = resource.attributes.get("principal") else { continue };
        let number = principal.split(':').nth(4).unwrap_or(principal);
        let is_account = number.len() == 12 && number.bytes().all(|byte| byte.is_ascii_digit());
        let (number, header): (Arc<str>, Place) = (number.into(), resource.header);
        let named = look::named(scene, at, "function_name").targets;
        let function = named.first().and_then(|(to, _)| scene.node_of[*to]);
        if let Some(function) = function.filter(|_| {
            is_account && !own.contains(&number) && accounts::numbered(scene, &number).is_none()
        }) {
            let principal = account(scene, &number);
            identity.grants.push(Grant {
                principal,
                scope: Scope::Node(function),
                level: crate::graph::identity::Level::Write,
                wildcard: false,
                label: "lambda:InvokeFunction".into(),
                proof: vec![header],
            });
        }
    }
}

/// The type of APIs that have policies. They have doors of their own, and ask for logins of their own.
pub const API: &str = "aws_api_gateway_rest_api";

/// How far its policies let people in of whom nothing is known, by node, with what says so.
fn remaining(scene: &Scene<'_>) -> BTreeMap<usize, Vec<(Remains, Place)>> {
    let mut by_node: BTreeMap<usize, Vec<Statement>> = BTreeMap::new();
    for (node, statement) in statements(scene) {
        by_node.entry(node).or_default().push(statement);
    }
    let each = by_node.into_iter().map(|(node, statements)| {
        let all: Vec<&Statement> = statements.iter().collect();
        let denials: Vec<&Statement> = all.iter().copied().filter(|own| !own.allow).collect();
        let found = all.iter().map(|own| (openness::of(own, &denials), own.place));
        (node, found.collect())
    });
    each.collect()
}

fn is_api(scene: &Scene<'_>, node: usize) -> bool {
    scene.nodes[node].resource.is_some_and(|at| &*scene.index.resource(at).kind == API)
}

/// How far policies of APIs let in whoever asks, by node.
pub fn apis(scene: &Scene<'_>) -> BTreeMap<usize, (Remains, Vec<Place>)> {
    let all = remaining(scene).into_iter().filter(|(node, _)| is_api(scene, *node));
    all.map(|(node, found)| {
        let best = found.iter().map(|(remains, _)| *remains).max().unwrap_or(Remains::Nobody);
        let places = found.into_iter().filter(|(remains, _)| *remains == best);
        (node, (best, places.map(|(_, place)| place).collect()))
    })
    .collect()
}

/// Nodes that anybody may use who comes from named addresses on the internet, with what says so.
pub fn anyone_from_ranges(scene: &Scene<'_>) -> Vec<(usize, Vec<Place>)> {
    by_policy(scene, Remains::Ranges).into_iter().collect()
}

/// Nodes that policies open so far.
fn by_policy(scene: &Scene<'_>, so_far: Remains) -> BTreeMap<usize, Vec<Place>> {
    let mut found: BTreeMap<usize, Vec<Place>> = BTreeMap::new();
    for (node, all) in remaining(scene).into_iter().filter(|(node, _)| !is_api(scene, *node)) {
        for (_, place) in all.into_iter().filter(|(remains, _)| *remains == so_far) {
            found.entry(node).or_default().push(place);
        }
    }
    found
}

/// Nodes that anybody may use without saying who they are, with what says so.
pub fn anyone(scene: &Scene<'_>) -> Vec<(usize, Vec<Place>)> {
    let mut found = by_policy(scene, Remains::Everybody);
    found.retain(|node, _| {
        !is_blocked(scene, *node, &["restrict_public_buckets", "block_public_policy"])
    });
    lists(scene, &mut found);
    for at in scene.index.of_type("aws_lambda_permission") {
        let attributes = &scene.index.resource(*at).attributes;
        let limited = ["source_arn", "source_account", "principal_org_id"]
            .iter()
            .any(|name| look::leaf(attributes, name).is_some());
        // An address of the function says itself whom it lets in.
        let by_address = look::leaf(attributes, "function_url_auth_type").is_some();
        if look::text(attributes, "principal") == Some("*") && !limited && !by_address {
            let named = look::named(scene, *at, "function_name").targets;
            if let Some(node) = named.first().and_then(|(to, _)| scene.node_of[*to]) {
                found.entry(node).or_default().push(scene.index.resource(*at).header);
            }
        }
    }
    found.into_iter().collect()
}

/// Whether a bucket's or the account's settings take public access away.
fn is_blocked(scene: &Scene<'_>, node: usize, settings: &[&str]) -> bool {
    let blocks = scene
        .parts_of_type(node, "aws_s3_bucket_public_access_block")
        .chain(scene.index.of_type("aws_s3_account_public_access_block").iter().copied());
    let is_bucket = scene.nodes[node]
        .resource
        .is_some_and(|at| &*scene.index.resource(at).kind == "aws_s3_bucket");
    let mut blocks = blocks.filter(|_| is_bucket);
    blocks.any(|at| {
        let attributes = &scene.index.resource(at).attributes;
        settings
            .iter()
            .any(|name| matches!(attributes.get(name), Some(Value::Bool(true) | Value::Unknown(_))))
    })
}

/// Buckets that their access lists open to everybody.
fn lists(scene: &Scene<'_>, found: &mut BTreeMap<usize, Vec<Place>>) {
    for kind in ["aws_s3_bucket", "aws_s3_bucket_acl"] {
        for at in scene.index.of_type(kind) {
            let Some(node) = scene.node_of[*at] else { continue };
            let resource = scene.index.resource(*at);
            let canned =
                look::leaves(&resource.attributes, "acl").into_iter().find(|(_, value)| {
                    value.as_str().is_some_and(|word| {
                        matches!(word, "public-read" | "public-read-write" | "website")
                    })
                });
            let granted = ["access_control_policy.grant.grantee.uri", "grant.uri"]
                .iter()
                .flat_map(|path| look::leaves(&resource.attributes, path))
                .find(|(_, value)| {
                    value.as_str().is_some_and(|uri| uri.ends_with("/global/AllUsers"))
                });
            let Some((pointer, _)) = canned.or(granted) else { continue };
            let owner_only =
                scene.parts_of_type(node, "aws_s3_bucket_ownership_controls").any(|at| {
                    look::leaf(&scene.index.resource(at).attributes, "rule.object_ownership")
                        .and_then(Value::as_str)
                        == Some("BucketOwnerEnforced")
                });
            if !owner_only && !is_blocked(scene, node, &["ignore_public_acls", "block_public_acls"])
            {
                found.entry(node).or_default().push(resource.place_of(&pointer));
            }
        }
    }
}
