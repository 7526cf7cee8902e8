# METADATA
# scope: package
# title: A role is bound to everybody without a login
# description: >-
#   `system:anonymous` and `system:unauthenticated` stand for whoever reaches the API server. Two bindings that
#   Kubernetes makes itself show only its version and the address of the cluster.
# custom:
#   id: anonymous-binding
#   applies_to: [ClusterRoleBinding, RoleBinding]
#   threat: T019
#   remediation: >-
#     Remove the subject, and bind the role to the users or service accounts that need it.
#   concept: k8s.rbac.anonymous
#   aliases: [AVD-KSV-0122]
#   references: [https://kubernetes.io/docs/concepts/security/rbac-good-practices/]
package dreadnought.kubernetes.rbac_anonymous

import data.dreadnought.kubernetes.lib

anybody := {"system:anonymous", "system:unauthenticated"}

public_by_design := {"kubeadm:bootstrap-signer-clusterinfo", "system:public-info-viewer"}

deny contains {"resource": binding.address, "at": at, "message": message} if {
	some binding in lib.bindings
	some index, subject in binding.attributes.subjects
	subject.name in anybody
	not binding.attributes.roleRef.name in public_by_design
	at := sprintf("/subjects/%d/name", [index])
	message := sprintf("%s is bound to %s", [binding.attributes.roleRef.name, subject.name])
}
