# METADATA
# scope: package
# title: A container does not say what it needs
# description: >-
#   Without requests for CPU and memory the scheduler packs a node too full, and the kernel kills somebody. A limit counts
#   as the request, and defaults of a LimitRange or resources of the pod count for the container. A container that says
#   nothing at all has no memory limit either: that is one finding, here. Availability of a node, hence no more than the
#   base; init containers end by themselves.
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

deny contains {"resource": workload.address, "at": at, "message": message} if {
	some workload in lib.workloads
	some container in workload.parsed.pod.containers
	container.kind in {"container", "sidecar"}
	missing := reported(lib.unsaid(workload, container))
	count(missing) > 0
	at := concat("/", [container.at, "resources"])
	message := sprintf("container %v has no %s", [container.name, concat(", no ", sort(missing))])
}

# A missing memory limit alone, or beside one of the requests, has a rule of its own.
reported(missing) := missing if missing == object.keys(lib.needs)

reported(missing) := missing - {"memory limit"} if missing != object.keys(lib.needs)
