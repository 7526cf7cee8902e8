# METADATA
# scope: package
# title: Load balancer serves plain HTTP
# description: >-
#   The listener takes HTTP and forwards requests, by its default action or by a listener rule. One that only
#   redirects to HTTPS or gives a fixed response is fine.
# custom:
#   id: elb-http-listener
#   applies_to: [aws_lb_listener, aws_alb_listener, aws_elb]
#   threat: T006
#   remediation: >-
#     Listen on HTTPS, and let the HTTP listener redirect to it.
#   concept: aws.elb.http-listener
#   aliases: [CKV_AWS_2, AVD-AWS-0054]
#   references:
#     - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/create-https-listener.html
package dreadnought.aws.elb_http_listener

import data.dreadnought.lib

deny contains finding(r, "/protocol") if {
	some r in input.by_type.aws_lb_listener
	plain(r)
	serves(r)
}

deny contains finding(r, "/protocol") if {
	some r in input.by_type.aws_alb_listener
	plain(r)
	serves(r)
}

deny contains finding(r, sprintf("/listener/%d/lb_protocol", [i])) if {
	some r in input.by_type.aws_elb
	some i, listener in r.attributes.listener
	lower(listener.lb_protocol) == "http"
}

finding(r, at) := {"resource": r.address, "at": at, "message": "the listener serves plain HTTP"}

plain(listener) if upper(listener.attributes.protocol) == "HTTP"

# HTTP is what an application load balancer takes where only a port is written.
plain(listener) if {
	not listener.attributes.protocol
	listener.attributes.port
}

serves(listener) if {
	some action in listener.attributes.default_action
	not harmless(action)
}

serves(listener) if {
	some rule in lib.related(listener, "aws_lb_listener_rule")
	some action in rule.attributes.action
	not harmless(action)
}

serves(listener) if {
	some rule in lib.related(listener, "aws_alb_listener_rule")
	some action in rule.attributes.action
	not harmless(action)
}

harmless(action) if action.type == "fixed-response"

harmless(action) if {
	some target in action.redirect
	target.protocol == "HTTPS"
}
