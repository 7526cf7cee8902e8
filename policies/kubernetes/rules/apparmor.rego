# METADATA
# scope: package
# title: A container runs without AppArmor
# description: >-
#   The profile of the runtime holds where nothing is said; here it is switched off, by the field or by the annotation
#   that came before it. It is one layer among several, hence less than the base.
# custom:
#   id: apparmor-switched-off
#   applies_to: [Pod, Deployment, Rollout, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob]
#   threat: T016
#   dread: {damage: 6, exploitability: 5}
#   remediation: >-
#     Remove the profile `Unconfined`, or name a profile of your own.
#   concept: k8s.pod.apparmor
#   aliases: [AVD-KSV-0002, 8b36775e-183d-4d46-b0f7-96a6f34a723f, 95588189-1abd-4df1-9588-b0a5034f9e87,
#     bd6bd46c-57db-4887-956d-d372f21291b6, AC_K8S_0073]
#   references: [https://kubernetes.io/docs/tutorials/security/apparmor/]
package dreadnought.kubernetes.apparmor

import data.dreadnought.kubernetes.lib

deny contains {"resource": workload.address, "at": at, "message": message} if {
	some workload in lib.workloads
	some container in workload.parsed.pod.containers
	unconfined(workload.parsed.pod, container)
	at := concat("/", [container.at, "securityContext/appArmorProfile/type"])
	message := sprintf("container %v runs without AppArmor", [container.name])
}

unconfined(_, container) if container.context.appArmorProfile.type == "Unconfined"

# The field wins over the annotation.
unconfined(pod, container) if {
	not has_profile(container)
	key := concat("/", ["container.apparmor.security.beta.kubernetes.io", container.name])
	pod.metadata.annotations[key] == "unconfined"
}

has_profile(container) if lib.written(container.context.appArmorProfile)
