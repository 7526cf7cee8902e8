# METADATA
# scope: package
# title: A pod chooses its SELinux user, role or type
# description: >-
#   Types other than those made for containers, and any user or role, can switch the confinement off. That holds only
#   where SELinux is on, and needs the right type on the node, hence less than the base.
# custom:
#   id: custom-selinux-options
#   applies_to: [Pod, Deployment, Rollout, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob]
#   threat: T016
#   dread: {damage: 5, exploitability: 4}
#   remediation: >-
#     Remove `user`, `role` and `type`; a `level` is fine.
#   concept: k8s.pod.selinux
#   aliases: [AVD-KSV-0025]
#   references: [https://kubernetes.io/docs/concepts/security/pod-security-standards/]
package dreadnought.kubernetes.selinux

import data.dreadnought.kubernetes.lib

container_types := {"container_engine_t", "container_init_t", "container_kvm_t", "container_t"}

deny contains {"resource": workload.address, "at": at, "message": message} if {
	some workload in lib.workloads
	some holder in array.concat(workload.parsed.pods, workload.parsed.pod.containers)
	custom(holder.securityContext.seLinuxOptions)
	at := concat("/", [holder.at, "securityContext/seLinuxOptions"])
	message := sprintf("%s chooses its SELinux options", [workload.name])
}

custom(options) if {
	chosen(options.type)
	not options.type in container_types
}

custom(options) if chosen(options.user)

custom(options) if chosen(options.role)

chosen(value) if value != ""
