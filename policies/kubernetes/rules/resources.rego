# METADATA
# scope: package
# title: A container does not say how much CPU and memory it needs
# description: >-
#   Without requests for CPU and memory the scheduler packs a node too full, and the kernel kills somebody. A limit counts
#   as the request, and defaults of a LimitRange or resources of the pod count for the container. Availability of a node,
#   hence no more than the base; init containers end by themselves.
# custom:
#   id: no-resource-requests
#   applies_to: [Pod, Deployment, Rollout, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob]
#   threat: T029
#   remediation: >-
#     Set `requests` for CPU and memory and a limit for memory.
#   concept: k8s.pod.requests-limits
#   aliases: [60af03ff-a421-45c8-b214-6741035476fa]
#   references: [https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/]
package dreadnought.kubernetes.resources

import data.dreadnought.kubernetes.lib

deny contains {"resource": workload.address, "at": at, "message": message} if {
	some workload in lib.workloads
	some container in workload.parsed.pod.containers
	container.kind in {"container", "sidecar"}
	what := missing(lib.unsaid(workload, container))
	at := concat("/", [container.at, "resources"])
	message := sprintf("container %v %s", [container.name, what])
}

missing(needs) := "does not say how much CPU and memory it needs" if {
	"CPU request" in needs
	"memory request" in needs
}

missing(needs) := "does not say how much CPU it needs" if {
	"CPU request" in needs
	not "memory request" in needs
}

missing(needs) := "does not say how much memory it needs" if {
	"memory request" in needs
	not "CPU request" in needs
}
