# METADATA
# title: Listener accepts outdated TLS versions
# description: The security policy of an HTTPS or TLS listener accepts TLS 1.0 or 1.1, or is not among those that are allowed.
# related_resources:
#   - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
#   - https://docs.aws.amazon.com/elasticloadbalancing/latest/network/describe-ssl-policies.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-17
# custom:
#   severity: medium
#   resource_types:
#     - AWS::ElasticLoadBalancingV2::Listener
#   risk: An attacker on the way can hold clients to TLS 1.0 or 1.1, whose ciphers and hashes have known weaknesses, and no audit for card or health data accepts them.
#   remediation:
#     console: EC2 > Load Balancers > select the load balancer > Listeners and rules > select the listener > Security > Edit secure listener settings > Security policy.
#     cli: aws elbv2 modify-listener --listener-arn LISTENER --ssl-policy ELBSecurityPolicy-TLS13-1-2-2021-06
#     cloudformation: |
#       Type: AWS::ElasticLoadBalancingV2::Listener
#       Properties:
#         Protocol: HTTPS
#         SslPolicy: ELBSecurityPolicy-TLS13-1-2-2021-06
#   parameters:
#     allowed_policies:
#       type: array
#       items:
#         type: string
#       default:
#         - ELBSecurityPolicy-TLS13-1-2-*
#         - ELBSecurityPolicy-TLS13-1-3-*
#         - ELBSecurityPolicy-TLS-1-2-*
#         - ELBSecurityPolicy-FS-1-2-*
#       description: The security policies that are allowed; `*` stands for any characters.
package aws.elasticloadbalancingv2.listener_outdated_tls_policy

not_applicable if not encrypted

encrypted if input.properties.Protocol in {"HTTPS", "TLS"}

# What Elastic Load Balancing takes for a listener that the API or CloudFormation creates without one.
policy := object.get(input.properties, "SslPolicy", "ELBSecurityPolicy-2016-08")

allowed if {
	some pattern in data.parameters.allowed_policies
	glob.match(pattern, [], policy)
}

deny contains {"message": message, "path": "/SslPolicy"} if {
	encrypted
	not allowed
	message := sprintf("%s listener `%s` uses security policy `%s`, which is not among those allowed", [
		input.properties.Protocol,
		input.id,
		policy,
	])
}
