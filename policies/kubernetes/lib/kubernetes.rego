# Questions that several rules of this pack ask.
package dreadnought.kubernetes.lib

# Everything that runs pods.
workloads := [workload |
	some kind in ["CronJob", "DaemonSet", "Deployment", "Job", "Pod", "ReplicaSet", "Rollout", "StatefulSet"]
	some workload in input.by_type[kind]
]

# Roles of both kinds that are not part of Kubernetes itself.
roles := [role |
	some kind in ["ClusterRole", "Role"]
	some role in input.by_type[kind]
	not startswith(role.name, "system:")
]

# Bindings of both kinds.
bindings := [binding |
	some kind in ["ClusterRoleBinding", "RoleBinding"]
	some binding in input.by_type[kind]
]

# Whether a value is there and not null.
written(value) if value != null

# The positions of the rules of a role that grant one of the verbs on all of one of the resources of an API group.
granting(role, group, resources, verbs) := {index |
	some index, rule in role.attributes.rules
	in_group(rule, group)
	count([name | some name in rule.resources; name in resources]) > 0
	count([verb | some verb in rule.verbs; verb in verbs]) > 0
	count([name | some name in rule.resourceNames]) == 0
}

in_group(rule, group) if group in rule.apiGroups

in_group(rule, _) if "*" in rule.apiGroups

# What a container has to say about CPU and memory, and where it may say it. A limit is a request, too.
needs := {
	"CPU request": [["requests", "cpu"], ["limits", "cpu"]],
	"memory request": [["requests", "memory"], ["limits", "memory"]],
	"memory limit": [["limits", "memory"]],
}

# What neither a container nor its pod nor a LimitRange of the namespace says.
unsaid(workload, container) := {need |
	some need, places in needs
	not container_says(container, places)
	not pod_says(workload, places)
	not defaulted(workload, places)
}

container_says(container, places) if said(container.resources, places)

pod_says(workload, places) if said(workload.parsed.pod.spec.resources, places)

said(resources, places) if {
	some place in places
	written(resources[place[0]][place[1]])
}

defaulted(workload, places) if {
	some ranges in input.by_type.LimitRange
	ranges.scope.namespace == workload.scope.namespace
	some limit in ranges.attributes.spec.limits
	limit.type == "Container"
	some key in ["default", "max"]
	said({"limits": object.get(limit, key, {}), "requests": object.get(limit, "defaultRequest", {})}, places)
}
