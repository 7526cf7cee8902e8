//! Base factors of rules describe the bare weakness: what the context moves is left to the context, so that nothing is counted twice.

use std::collections::BTreeSet;

use dreadnought::finding::Factor;
use dreadnought::finding::context::Dimension;
use dreadnought::pack::PackSet;
use dreadnought::source::Sources;

/// Rules that are harder to use than their class says though it is one that the exposure moves, for a reason of their own and not for
/// where things sit.
const HARDER: &[(&str, &str)] = &[
    ("aws/cloudtrail-kms", "the provider's own key encrypts it already"),
    ("aws/dynamodb-cmk", "the provider's own key encrypts it already"),
    ("aws/eks-secrets-encryption", "the provider's own key encrypts the medium already"),
    ("aws/s3-sse-kms-cmk", "the provider's own key encrypts it already"),
    ("aws/s3-sse", "every bucket is encrypted with the provider's own key"),
    ("aws/sns-topic-encrypted", "messages stay for seconds only"),
    ("aws/elb-drop-invalid-headers", "takes a server behind it that reads headers in another way"),
    ("aws/nacl-all-ports", "is a second filter: security groups of hosts are the first"),
    ("azure/postgres-connection-throttling", "failed logins only, one connection each"),
    ("gcp/bigquery-dataset-customer-key", "the provider's own key encrypts it already"),
    ("gcp/dataproc-customer-key", "the provider's own key encrypts it already"),
    ("gcp/dns-key-signed-with-sha1", "takes a collision that is computed for this zone"),
    ("gcp/dns-unsigned-zone", "takes a place on the way of answers, or a race with them"),
    ("gcp/dns-zone-signed-with-sha1", "takes a collision that is computed for this zone"),
    ("gcp/gke-routes-based", "takes a machine that forges addresses"),
    ("gcp/sql-connections-limited", "takes a login to the database"),
    ("gcp/sql-public-address", "networks are let in one by one"),
    ("gcp/sql-remote-access", "takes an account on one of the servers"),
    ("gcp/vm-disk-customer-key", "every disk is encrypted with the provider's own key"),
    ("gcp/vm-public-address", "says nothing of open ports"),
    ("gcp/vm-serial-port", "takes a way past the login of the project"),
    ("kubernetes/apiserver-anonymous-requests", "roles give callers without a name little"),
    ("kubernetes/apiserver-kubelet-credentials", "kubelets decide what they answer"),
    ("kubernetes/apiserver-no-client-authority", "tokens are asked for all the same"),
    ("kubernetes/apiserver-profiling", "takes a login that may ask"),
    ("kubernetes/controller-manager-open-port", "takes a login that may ask"),
    ("kubernetes/controller-manager-profiling", "takes a login that may ask"),
    ("kubernetes/kubelet-no-client-authority", "tokens are asked for all the same"),
    ("kubernetes/kubelet-no-filter-chains", "takes packets that are forged"),
    ("kubernetes/scheduler-open-port", "takes a login that may ask"),
    ("kubernetes/scheduler-profiling", "takes a login that may ask"),
];

/// Rules of classes without exposure that hit fewer people than their class says by what the weakness itself is, and not by how much
/// depends on where it sits.
const FEWER: &[(&str, &str)] = &[
    ("aws/iam-policy-on-user", "a matter of order: nobody is taken over by it"),
    ("kubernetes/default-namespace", "a matter of order: nothing is reached by it"),
    ("kubernetes/host-path-volume", "one path of the node and not the node"),
    (
        "kubernetes/no-security-context",
        "says that nobody thought about it; what that opens, other rules find",
    ),
    ("kubernetes/privilege-escalation", "root in the container alone"),
    ("kubernetes/shared-host-ipc", "programs of the node that share memory alone"),
    ("kubernetes/unused-service-account-token", "a login that may do nothing"),
    ("kubernetes/writable-root-filesystem", "opens nothing by itself"),
];

/// Where exposure does not apply, what depends on the asset still moves who is hit.
#[test]
fn who_is_hit_is_left_to_the_context() {
    let mut sources = Sources::default();
    let (packs, problems) = PackSet::load(&mut sources, true, &[]);
    assert!(problems.is_empty(), "{problems:?}");
    let lowered = |rule: &&dreadnought::pack::Rule| {
        let class = &rule.info.threat;
        let applies = |dimension: Dimension| class.assumptions.states[dimension as usize].is_some();
        let factor = Factor::AffectedUsers;
        !applies(Dimension::Exposure)
            && applies(Dimension::Blast)
            && rule.info.dread.get(factor) < class.dread.get(factor)
    };
    let rules = packs.packs.iter().flat_map(|pack| &pack.rules);
    let found: Vec<&str> = rules.filter(lowered).map(|rule| &*rule.info.id).collect();
    let known: BTreeSet<&str> = FEWER.iter().map(|(id, _)| *id).collect();
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), known);
}

#[test]
fn nothing_that_context_moves_is_in_a_base() {
    let mut sources = Sources::default();
    let (packs, problems) = PackSet::load(&mut sources, true, &[]);
    assert!(problems.is_empty(), "{problems:?}");
    let mut used = BTreeSet::new();
    let mut failures = Vec::new();
    for rule in packs.packs.iter().flat_map(|pack| &pack.rules) {
        let (own, class) = (rule.info.dread, &rule.info.threat);
        let lower = |factor: Factor| own.get(factor) < class.dread.get(factor);
        if class.assumptions.states[Dimension::Exposure as usize].is_none() {
            continue;
        }
        let moved = class.assumptions.mask;
        let blast = class.assumptions.states[Dimension::Blast as usize].is_some();
        let found = moved[Factor::Discoverability as usize];
        // Who is hit follows from what depends on it; how it is found from where it sits.
        if blast && lower(Factor::AffectedUsers) {
            failures.push(format!("{}: affected users", rule.info.id));
        }
        let supports = rule.info.supports;
        if found && lower(Factor::Discoverability) && !supports {
            failures.push(format!("{}: discoverability", rule.info.id));
        }
        if lower(Factor::Exploitability) {
            let reason = HARDER.iter().find(|(id, _)| **id == *rule.info.id);
            match reason {
                Some((id, _)) => {
                    used.insert(*id);
                }
                None => failures.push(format!("{}: exploitability", rule.info.id)),
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    let idle: Vec<&str> =
        HARDER.iter().map(|(id, _)| *id).filter(|id| !used.contains(id)).collect();
    assert!(idle.is_empty(), "no longer harder: {idle:?}");
}
