# METADATA
# scope: package
# title: No network policy selects a pod
# description: >-
#   A pod that no policy of its namespace selects talks to every other pod, and every other pod to it. Cluster-wide
#   policies of Cilium, Calico and the network policy API count for all, and so does a Calico policy in the namespace.
#   Policies do not hold for pods on the network of their node, which have a rule of their own.
# custom:
#   id: no-network-policy
#   applies_to: [Pod, Deployment, Rollout, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob]
#   threat: T020
#   remediation: >-
#     Add a NetworkPolicy that selects the pod and names who may talk to it; begin with one per namespace that selects
#     all pods.
#   concept: k8s.net.policy-missing
#   aliases: [CKV2_K8S_6, 0401f71b-9c1e-4821-ab15-a955caa621be]
#   references: [https://kubernetes.io/docs/concepts/services-networking/network-policies/]
package dreadnought.kubernetes.network_policy

import data.dreadnought.kubernetes.lib
import data.dreadnought.lib as core

deny contains {"resource": workload.address, "at": "", "message": message} if {
	some workload in lib.workloads
	lib.written(workload.parsed.pod)
	not workload.parsed.pod.spec.hostNetwork == true
	not selected(workload)
	not covered(workload)
	message := sprintf("no network policy selects the pods of %s", [workload.name])
}

selected(workload) if {
	some kind in ["NetworkPolicy", "CiliumNetworkPolicy"]
	count(core.related(workload, kind)) > 0
}

covered(_) if {
	some kind in ["AdminNetworkPolicy", "CiliumClusterwideNetworkPolicy", "GlobalNetworkPolicy"]
	count(input.by_type[kind]) > 0
}

covered(workload) if {
	some policy in input.by_type["NetworkPolicy.projectcalico.org"]
	policy.scope.namespace == workload.scope.namespace
}
