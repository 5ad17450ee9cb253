# METADATA
# title: Load balancer passes on invalid HTTP headers
# description: An Application Load Balancer does not drop header fields whose names are invalid.
# related_resources:
#   - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-4
# custom:
#   severity: medium
#   resource_types:
#     - AWS::ElasticLoadBalancingV2::LoadBalancer
#   risk: The targets may read such headers in another way than the load balancer does, which attackers use to smuggle requests past its rules or into other users' connections.
#   remediation:
#     console: EC2 > Load Balancers > select the load balancer > Attributes > Edit > Packet handling > Drop invalid header fields.
#     cli: aws elbv2 modify-load-balancer-attributes --load-balancer-arn LOAD_BALANCER --attributes Key=routing.http.drop_invalid_header_fields.enabled,Value=true
#     cloudformation: |
#       Type: AWS::ElasticLoadBalancingV2::LoadBalancer
#       Properties:
#         LoadBalancerAttributes:
#           - {Key: routing.http.drop_invalid_header_fields.enabled, Value: "true"}
package aws.elasticloadbalancingv2.invalid_headers_not_dropped

import data.lib.values

judged if object.get(input.properties, "Type", "application") == "application"

not_applicable if not judged

enabled if {
	some attribute in input.properties.LoadBalancerAttributes
	attribute.Key == "routing.http.drop_invalid_header_fields.enabled"
	values.is_true(attribute.Value)
}

paths := [sprintf("/LoadBalancerAttributes/%d/Value", [i]) |
	some i, attribute in input.properties.LoadBalancerAttributes
	attribute.Key == "routing.http.drop_invalid_header_fields.enabled"
]

deny contains {"message": message, "path": array.concat(paths, ["/LoadBalancerAttributes"])[0]} if {
	judged
	not enabled
	message := sprintf("load balancer `%s` does not drop invalid header fields", [object.get(input.properties, "Name", input.id)])
}
