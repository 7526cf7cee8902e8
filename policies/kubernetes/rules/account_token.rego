# METADATA
# scope: package
# title: A pod mounts a service account token that it does not use
# description: >-
#   The token is a login to the API server for whoever gets into the pod. Where no role is bound to the account, or to a
#   group of all accounts, the pod has no use for it. An account without rights opens little, hence the low factors. Of an account that is made
#   elsewhere nothing is known. What the pod says about the mount wins over what its account says.
# custom:
#   id: unused-service-account-token
#   applies_to: [Pod, Deployment, Rollout, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob]
#   threat: T018
#   dread: {damage: 2, reproducibility: 6, exploitability: 3, affected_users: 3}
#   remediation: >-
#     Set `automountServiceAccountToken: false` on the pod or on its service account.
#   concept: k8s.sa.automount-pod
#   aliases: [CKV_K8S_38, AVD-KSV-0036, 48471392-d4d0-47c0-b135-cdec95eb3eef, a9a13d4f-f17a-491b-b074-f54bffffcb4a,
#     FG_R00484, AC_K8S_0045]
#   references: [https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/]
package dreadnought.kubernetes.account_token

import data.dreadnought.kubernetes.lib
import data.dreadnought.lib as core

deny contains {"resource": workload.address, "at": at, "message": message} if {
	some workload in lib.workloads
	mounted(workload)
	not bound(workload)
	not elsewhere(workload)
	at := concat("/", [workload.parsed.pod.at, "automountServiceAccountToken"])
	message := sprintf("%s mounts a service account token that it does not use", [workload.name])
}

mounted(workload) if workload.parsed.pod.spec.automountServiceAccountToken == true

mounted(workload) if {
	not says(workload)
	not switched_off(workload)
}

says(workload) if lib.written(workload.parsed.pod.spec.automountServiceAccountToken)

switched_off(workload) if {
	some account in core.related(workload, "ServiceAccount")
	account.attributes.automountServiceAccountToken == false
}

bound(workload) if {
	some account in core.related(workload, "ServiceAccount")
	some kind in ["ClusterRoleBinding", "RoleBinding"]
	count(core.related(account, kind)) > 0
}

# All accounts of a place are members of these groups. What every cluster gives them is bound to a role of such a name.
bound(workload) if {
	some binding in lib.bindings
	not startswith(binding.attributes.roleRef.name, "system:")
	some subject in binding.attributes.subjects
	subject.kind == "Group"
	subject.name in groups(workload)
}

groups(workload) := {
	"system:authenticated",
	"system:serviceaccounts",
	concat(":", ["system:serviceaccounts", workload.scope.namespace]),
}

# An account that is made somewhere else, and may have roles there.
elsewhere(workload) if {
	some key in ["serviceAccount", "serviceAccountName"]
	workload.parsed.pod.spec[key] != "default"
	count(core.related(workload, "ServiceAccount")) == 0
}
