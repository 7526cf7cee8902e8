# METADATA
# scope: package
# title: Snippets of configuration reach the ingress controller
# description: >-
#   A snippet runs inside of ingress-nginx, whose service account reads all secrets of the cluster (CVE-2021-25742):
#   whoever may write an Ingress may read them. A controller whose settings say `allow-snippet-annotations: "false"`
#   ignores snippets.
# custom:
#   id: ingress-nginx-snippet
#   applies_to: [Ingress, ConfigMap]
#   threat: T018
#   remediation: >-
#     Set `allow-snippet-annotations: "false"` for the controller, and use its other annotations.
#   concept: k8s.ingress.nginx-snippets
#   aliases: [CKV_K8S_153, AVD-KCV-0093, AC_K8S_0050]
#   references: [https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/]
package dreadnought.kubernetes.snippets

# A snippet that is used.
deny contains {"resource": ingress.address, "at": at, "message": message} if {
	some ingress in input.by_type.Ingress
	some key, text in ingress.attributes.metadata.annotations
	regex.match(`^nginx[.]ingress[.]kubernetes[.]io/[a-z-]+-snippet$`, key)
	not sets_firewall(key, text)
	not refused
	at := concat("/", ["/metadata/annotations", replace(key, "/", "~1")])
	message := sprintf("%s configures the ingress controller by %s", [ingress.name, key])
}

# A controller that takes them.
deny contains {"resource": settings.address, "at": "/data/allow-snippet-annotations", "message": message} if {
	some settings in input.by_type.ConfigMap
	settings.attributes.data["allow-snippet-annotations"] == "true"
	message := "the ingress controller takes snippets from everybody who may write an Ingress"
}

refused if {
	some settings in input.by_type.ConfigMap
	settings.attributes.data["allow-snippet-annotations"] == "false"
}

# Directives of the web application firewall, and nothing of the server's.
sets_firewall(key, text) if {
	endswith(key, "/modsecurity-snippet")
	regex.match(`^(\s*(Sec[A-Z]|Include\s|#)[^\n]*(\n|$)|\s*\n)+$`, text)
}
