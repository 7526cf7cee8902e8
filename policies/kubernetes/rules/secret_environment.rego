# METADATA
# scope: package
# title: A secret is handed over in the environment
# description: >-
#   Environments end up in logs, crash reports and child processes, and do not change when the secret does. An attacker
#   needs a second leak, hence the low factors.
# custom:
#   id: secret-in-environment
#   applies_to: [Pod, Deployment, Rollout, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob]
#   threat: T036
#   dread: {damage: 4, reproducibility: 5, exploitability: 3, discoverability: 3}
#   remediation: >-
#     Mount the secret as a file and read it from there.
#   concept: k8s.secret.env
#   aliases: [CKV_K8S_35, 3d658f8b-d988-41a0-a841-40043121de1e, 6d8f1a10-b6cd-48f0-b960-f7c535d5cdb8, FG_R00494,
#     AC_K8S_0051]
#   references: [https://kubernetes.io/docs/concepts/configuration/secret/]
package dreadnought.kubernetes.secret_environment

import data.dreadnought.kubernetes.lib

# One finding a container, at the first secret in it.
deny contains {"resource": workload.address, "at": at, "message": message} if {
	some workload in lib.workloads
	some container in workload.parsed.pod.containers
	at := array.concat(single(container), whole(container))[0]
	message := sprintf("container %v has a secret in its environment", [container.name])
}

# Variables that take one key of a secret.
single(container) := [at |
	some index, variable in container.env
	lib.written(variable.valueFrom.secretKeyRef)
	at := sprintf("%s/env/%d", [container.at, index])
]

# Secrets of which every key becomes a variable.
whole(container) := [at |
	some index, source in container.envFrom
	lib.written(source.secretRef)
	at := sprintf("%s/envFrom/%d", [container.at, index])
]
