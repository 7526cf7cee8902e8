# METADATA
# scope: package
# title: A container has no memory limit
# description: >-
#   A leak or a flood in one container takes the memory of the node from all others. The limit may stand on the
#   container, on the pod, or in a LimitRange of the namespace. Init containers end by themselves.
# custom:
#   id: no-memory-limit
#   applies_to: [Pod, Deployment, Rollout, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob]
#   threat: T029
#   remediation: >-
#     Set `resources.limits.memory`, or a default in a LimitRange of the namespace.
#   concept: k8s.pod.memory-limit
#   aliases: [CKV_K8S_13, AVD-KSV-0018, b14d1bc4-a208-45db-92f0-e21f8e2588e9, fd097ed0-7fe6-4f58-8b71-fef9f0820a21,
#     AC_K8S_0100]
#   references: [https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/]
package dreadnought.kubernetes.memory

import data.dreadnought.kubernetes.lib

deny contains {"resource": workload.address, "at": at, "message": message} if {
	some workload in lib.workloads
	some container in workload.parsed.pod.containers
	container.kind in {"container", "sidecar"}
	"memory limit" in lib.unsaid(workload, container)
	at := concat("/", [container.at, "resources"])
	message := sprintf("container %v has no memory limit", [container.name])
}
