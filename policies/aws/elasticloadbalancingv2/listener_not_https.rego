# METADATA
# title: Public load balancer serves without HTTPS
# description: An internet-facing Application Load Balancer serves HTTP and has no HTTPS listener at all.
# related_resources:
#   - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/create-https-listener.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-1
# custom:
#   severity: high
#   resource_types:
#     - AWS::ElasticLoadBalancingV2::LoadBalancer
#   risk: Whoever is on the way between a user and the load balancer reads passwords and session cookies, and may change what the user gets.
#   remediation:
#     console: EC2 > Load Balancers > select the load balancer > Listeners and rules > Add listener > Protocol HTTPS with a certificate of ACM; then let the HTTP listener redirect to it.
#     cli: aws elbv2 create-listener --load-balancer-arn LOAD_BALANCER --protocol HTTPS --port 443 --certificates CertificateArn=CERTIFICATE --ssl-policy ELBSecurityPolicy-TLS13-1-2-2021-06 --default-actions Type=forward,TargetGroupArn=TARGET_GROUP
#     cloudformation: |
#       Type: AWS::ElasticLoadBalancingV2::Listener
#       Properties:
#         LoadBalancerArn: !Ref LoadBalancer
#         Protocol: HTTPS
#         Port: 443
#         SslPolicy: ELBSecurityPolicy-TLS13-1-2-2021-06
#         Certificates:
#           - CertificateArn: !Ref Certificate
#         DefaultActions:
#           - Type: forward
#             TargetGroupArn: !Ref TargetGroup
package aws.elasticloadbalancingv2.listener_not_https

import data.lib.listeners

# A Network Load Balancer may pass on TLS that its targets end, and a Gateway Load Balancer serves no clients.
judged if {
	object.get(input.properties, "Type", "application") == "application"
	object.get(input.properties, "Scheme", "internet-facing") == "internet-facing"
	count(own_listeners) > 0
}

not_applicable if not judged

own_listeners := [listener |
	some listener in data.resources["AWS::ElasticLoadBalancingV2::Listener"]
	listener.properties.LoadBalancerArn == input.id
]

has_https if {
	some listener in own_listeners
	listener.properties.Protocol == "HTTPS"
}

serves(listener) if not listeners.redirects_to_https(listener.properties.DefaultActions)

serves(listener) if {
	some rule in data.referrers[listener.id]["AWS::ElasticLoadBalancingV2::ListenerRule"]
	rule.properties.ListenerArn == listener.id
	not listeners.redirects_to_https(rule.properties.Actions)
}

deny contains {"message": message, "path": ""} if {
	judged
	not has_https
	ports := {listener.properties.Port |
		some listener in own_listeners
		listener.properties.Protocol == "HTTP"
		serves(listener)
	}
	count(ports) > 0
	message := sprintf("internet-facing load balancer `%s` serves HTTP on port %s and has no HTTPS listener", [
		object.get(input.properties, "Name", input.id),
		concat(", ", [sprintf("%v", [port]) | some port in ports]),
	])
}
