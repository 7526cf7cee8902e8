# Questions that several rules of this pack ask.
package dreadnought.kubernetes.lib

# Everything that runs pods.
workloads := [workload |
	some kind in ["CronJob", "DaemonSet", "Deployment", "Job", "Pod", "ReplicaSet", "StatefulSet"]
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
