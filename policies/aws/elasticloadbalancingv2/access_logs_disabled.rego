# METADATA
# title: Load balancer keeps no access logs
# description: A load balancer does not store its access logs in S3.
# related_resources:
#   - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
#   - https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-access-logs.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-5
# custom:
#   severity: medium
#   resource_types:
#     - AWS::ElasticLoadBalancingV2::LoadBalancer
#   risk: After an attack on the application nobody can tell which requests came in, from where and with what answer.
#   remediation:
#     console: EC2 > Load Balancers > select the load balancer > Attributes > Edit > Monitoring > Access logs > choose a bucket.
#     cli: aws elbv2 modify-load-balancer-attributes --load-balancer-arn LOAD_BALANCER --attributes Key=access_logs.s3.enabled,Value=true Key=access_logs.s3.bucket,Value=BUCKET
#     cloudformation: |
#       Type: AWS::ElasticLoadBalancingV2::LoadBalancer
#       Properties:
#         LoadBalancerAttributes:
#           - {Key: access_logs.s3.enabled, Value: "true"}
#           - {Key: access_logs.s3.bucket, Value: !Ref LogBucket}
package aws.elasticloadbalancingv2.access_logs_disabled

import data.lib.values

kind := object.get(input.properties, "Type", "application")

judged if kind == "application"

# A Network Load Balancer writes access logs of its TLS listeners only, and a Gateway Load Balancer has none.
judged if {
	kind == "network"
	some listener in data.resources["AWS::ElasticLoadBalancingV2::Listener"]
	listener.properties.LoadBalancerArn == input.id
	listener.properties.Protocol == "TLS"
}

not_applicable if not judged

enabled if {
	some attribute in input.properties.LoadBalancerAttributes
	attribute.Key == "access_logs.s3.enabled"
	values.is_true(attribute.Value)
}

paths := [sprintf("/LoadBalancerAttributes/%d/Value", [i]) |
	some i, attribute in input.properties.LoadBalancerAttributes
	attribute.Key == "access_logs.s3.enabled"
]

deny contains {"message": message, "path": array.concat(paths, ["/LoadBalancerAttributes"])[0]} if {
	judged
	not enabled
	message := sprintf("load balancer `%s` stores no access logs in S3", [object.get(input.properties, "Name", input.id)])
}
