# METADATA
# scope: package
# title: A workload runs in the default namespace
# description: >-
#   Roles, quotas and network policies hold for a namespace. In the default one everything that nobody placed lies
#   together. It weakens separation and opens nothing by itself, hence the low factors. Manifests that name no namespace
#   anywhere are placed by whoever applies them and no finding; one that names none where other workloads do is.
# custom:
#   id: default-namespace
#   applies_to: [Pod, Deployment, Rollout, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob]
#   threat: T048
#   dread: {damage: 3, reproducibility: 5, exploitability: 3, affected_users: 4, discoverability: 3}
#   remediation: >-
#     Write the namespace of the application into the metadata.
#   concept: k8s.ns.default
#   aliases: [CKV_K8S_21, AVD-KSV-0110, abcb818b-5af7-4d72-aba9-6dd84956b451, FG_R00497, AC_K8S_0086]
package dreadnought.kubernetes.namespace

import data.dreadnought.kubernetes.lib

deny contains {"resource": workload.address, "at": "/metadata/namespace", "message": message} if {
	some workload in lib.workloads
	workload.attributes.metadata.namespace == "default"
	message := sprintf("%s runs in the default namespace", [workload.name])
}

deny contains {"resource": workload.address, "at": "/metadata/namespace", "message": message} if {
	some workload in lib.workloads
	not is_namespaced(workload)
	some_namespaced
	message := sprintf("%s names no namespace, other workloads do", [workload.name])
}

# Somebody here says where things belong.
some_namespaced if {
	some workload in lib.workloads
	is_namespaced(workload)
}

is_namespaced(workload) if lib.written(workload.attributes.metadata.namespace)
