# METADATA
# scope: package
# title: A container does not say what it needs
# description: >-
#   Without requests for CPU and memory and a memory limit the scheduler packs a node too full, and the kernel kills
#   somebody. A limit counts as the request, and defaults of a LimitRange or resources of the pod count for the
#   container. Availability of a node, hence no more than the base; init containers end by themselves.
# custom:
#   id: no-resource-requests
#   applies_to: [Pod, Deployment, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob]
#   threat: T029
#   dread: {exploitability: 4, affected_users: 5}
#   remediation: >-
#     Set `requests` for CPU and memory and a limit for memory.
#   concept: k8s.pod.requests-limits
#   aliases: [60af03ff-a421-45c8-b214-6741035476fa]
#   references: [https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/]
package dreadnought.kubernetes.resources

import data.dreadnought.kubernetes.lib

# What a container has to say, and where it may say it.
needs := {
	"CPU request": [["requests", "cpu"], ["limits", "cpu"]],
	"memory request": [["requests", "memory"], ["limits", "memory"]],
	"memory limit": [["limits", "memory"]],
}

deny contains {"resource": workload.address, "at": at, "message": message} if {
	some workload in lib.workloads
	some container in workload.parsed.pod.containers
	container.kind in {"container", "sidecar"}
	missing := [need |
		some need, places in needs
		not said(container.resources, places)
		not said(workload.parsed.pod.spec.resources, places)
		not defaulted(workload, places)
	]
	count(missing) > 0
	at := concat("/", [container.at, "resources"])
	message := sprintf("container %v has no %s", [container.name, concat(", no ", sort(missing))])
}

said(resources, places) if {
	some place in places
	lib.written(resources[place[0]][place[1]])
}

defaulted(workload, places) if {
	some ranges in input.by_type.LimitRange
	ranges.scope.namespace == workload.scope.namespace
	some limit in ranges.attributes.spec.limits
	limit.type == "Container"
	defaults := {"requests": object.get(limit, "defaultRequest", {}), "limits": object.get(limit, "default", {})}
	said(defaults, places)
}
