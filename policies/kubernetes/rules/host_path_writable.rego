# METADATA
# scope: package
# title: A container writes to a path of its node
# description: >-
#   What a container writes to the node other pods and the node itself read: programs, settings, scheduled jobs. It
#   takes a path that is worth it, hence a little less than the base. Sockets are left out.
# custom:
#   id: writable-host-path
#   applies_to: [Pod, Deployment, Rollout, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob]
#   threat: T017
#   dread: {damage: 9, reproducibility: 8, exploitability: 6}
#   remediation: >-
#     Mount the volume with `readOnly: true`, or use another kind of volume.
#   concept: k8s.pod.host-path-writable
#   aliases: [a62a99d1-8196-432f-8f80-3c100b05d62a, b7652612-de4e-4466-a0bf-1cd81f0c6063]
#   references: [https://kubernetes.io/docs/concepts/storage/volumes/#hostpath]
package dreadnought.kubernetes.host_path_writable

import data.dreadnought.kubernetes.lib

# Writing to a socket talks to what listens there: that of the runtime has a rule of its own, that of the log takes lines.
socket := `^/dev/log$|^(/var)?/run/.*[.]sock$`

deny contains {"resource": workload.address, "at": at, "message": message} if {
	some workload in lib.workloads
	some volume in workload.parsed.pod.volumes
	path := volume.hostPath.path
	not regex.match(socket, path)
	some container in workload.parsed.pod.containers
	some index, mount in container.volumeMounts
	mount.name == volume.name
	not mount.readOnly == true
	at := sprintf("%s/volumeMounts/%d", [container.at, index])
	message := sprintf("container %v writes to %v of its node", [container.name, path])
}
