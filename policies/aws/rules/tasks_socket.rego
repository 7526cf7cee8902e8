# METADATA
# scope: package
# title: Task mounts the socket of the container runtime
# description: >-
#   A volume is the runtime's socket, or a folder of the machine that holds it: the container starts others there and
#   owns the machine.
# custom:
#   id: task-mounts-runtime-socket
#   applies_to: [aws_ecs_task_definition]
#   threat: T017
#   remediation: >-
#     Remove the volume; let an agent on the machine do what needs the runtime.
#   references:
#     - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bind-mounts.html
package dreadnought.aws.tasks_socket

deny contains {
	"resource": r.address,
	"at": sprintf("/volume/%d/host_path", [i]),
	"message": sprintf("%s of the machine is mounted", [volume.host_path]),
} if {
	some r in input.by_type.aws_ecs_task_definition
	some i, volume in r.attributes.volume
	regex.match(`^(/|/run/?|/var/?|/var/run/?|(/var)?/run/(docker|containerd|crio)\.sock|(/var)?/run/containerd(/containerd\.sock)?)$`, volume.host_path)
}
