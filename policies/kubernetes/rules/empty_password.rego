# METADATA
# scope: package
# title: A data store lets everybody in without a password
# description: >-
#   A variable of the image switches passwords off: whoever reaches the port may do everything.
# custom:
#   id: store-without-password
#   applies_to:
#     - Pod
#     - Deployment
#     - Rollout
#     - StatefulSet
#     - DaemonSet
#     - ReplicaSet
#     - Job
#     - CronJob
#   threat: T045
#   remediation: >-
#     Remove the variable, and give the store a password from a Secret.
#   references:
#     - https://kubernetes.io/docs/concepts/configuration/secret/
package dreadnought.kubernetes.empty_password

import data.dreadnought.kubernetes.lib

# Variables of images, and the values that switch passwords off.
switches := {
	"ALLOW_EMPTY_PASSWORD": {"yes", "true", "1"},
	"MARIADB_ALLOW_EMPTY_ROOT_PASSWORD": {"yes", "true", "1"},
	"MYSQL_ALLOW_EMPTY_PASSWORD": {"yes", "true", "1"},
	"POSTGRES_HOST_AUTH_METHOD": {"trust"},
}

deny contains {"resource": workload.address, "at": at, "message": message} if {
	some workload in lib.workloads
	some container in workload.parsed.pod.containers
	some index, variable in container.env
	lower(variable.value) in switches[variable.name]
	at := sprintf("%s/env/%d", [container.at, index])
	message := sprintf("%s of container %v switches passwords off", [variable.name, container.name])
}
