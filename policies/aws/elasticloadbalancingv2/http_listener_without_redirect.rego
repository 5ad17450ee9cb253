# METADATA
# title: HTTP listener does not redirect to HTTPS
# description: An HTTP listener of an Application Load Balancer, or one of its rules, answers requests in the clear rather than sending the client to HTTPS.
# related_resources:
#   - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-1
# custom:
#   severity: medium
#   resource_types:
#     - AWS::ElasticLoadBalancingV2::Listener
#   risk: A user who follows an old link or types the bare address talks to the application in the clear, where session cookies and data can be read and changed on the way.
#   remediation:
#     console: EC2 > Load Balancers > select the load balancer > Listeners and rules > HTTP:80 > Actions > Edit listener > Default action Redirect to URL, protocol HTTPS, port 443, status 301.
#     cli: aws elbv2 modify-listener --listener-arn LISTENER --default-actions 'Type=redirect,RedirectConfig={Protocol=HTTPS,Port=443,StatusCode=HTTP_301}'
#     cloudformation: |
#       Type: AWS::ElasticLoadBalancingV2::Listener
#       Properties:
#         Protocol: HTTP
#         Port: 80
#         DefaultActions:
#           - Type: redirect
#             RedirectConfig: {Protocol: HTTPS, Port: "443", StatusCode: HTTP_301}
#   parameters:
#     include_internal:
#       type: boolean
#       default: true
#       description: Whether the listeners of internal load balancers are judged too.
package aws.elasticloadbalancingv2.http_listener_without_redirect

import data.lib.listeners

# Only Application Load Balancers have listeners with the protocol HTTP.
judged if {
	input.properties.Protocol == "HTTP"
	not left_out
}

left_out if {
	not data.parameters.include_internal
	load_balancer := data.resources["AWS::ElasticLoadBalancingV2::LoadBalancer"][input.properties.LoadBalancerArn]
	load_balancer.properties.Scheme == "internal"
}

not_applicable if not judged

deny contains {"message": message, "path": "/DefaultActions"} if {
	judged
	not listeners.redirects_to_https(input.properties.DefaultActions)
	message := sprintf("HTTP listener `%s` on port %v answers by `%s` rather than by a redirect to HTTPS", [
		input.id,
		object.get(input.properties, "Port", 80),
		concat("`, `", [action.Type | some action in input.properties.DefaultActions]),
	])
}

deny contains {"message": message, "path": ""} if {
	judged
	some rule in data.referrers[input.id]["AWS::ElasticLoadBalancingV2::ListenerRule"]
	rule.properties.ListenerArn == input.id
	not listeners.redirects_to_https(rule.properties.Actions)
	message := sprintf("rule `%s` of HTTP listener `%s` answers by `%s` rather than by a redirect to HTTPS", [
		rule.id,
		input.id,
		concat("`, `", [action.Type | some action in rule.properties.Actions]),
	])
}
