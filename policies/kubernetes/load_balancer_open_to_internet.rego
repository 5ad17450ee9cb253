# METADATA
# title: Service is open to the whole internet
# description: A Service of the type LoadBalancer is neither internal nor limited to ranges of addresses.
# related_resources:
#   - https://kubernetes.io/docs/concepts/services-networking/service/#loadbalancer
# custom:
#   severity: medium
#   resource_types:
#     - v1/Service
#   risk: The load balancer gets a public address, so that everyone can reach the service, around Ingress, its TLS and its firewall.
#   remediation:
#     manifest: |
#       spec:
#         type: LoadBalancer
#         loadBalancerSourceRanges: [203.0.113.0/24]
package kubernetes.load_balancer_open_to_internet

import data.lib.network
import data.lib.objects

not_applicable if object.get(input.properties.spec, "type", "ClusterIP") != "LoadBalancer"

annotations := object.get(input.properties.metadata, "annotations", {})

aws := "service.beta.kubernetes.io/aws-load-balancer-"

is_internal if lower(annotations[concat("", [aws, "internal"])]) in {"true", "0.0.0.0/0"}

is_internal if annotations[concat("", [aws, "scheme"])] == "internal"

# The load balancer controller of AWS makes internal ones where nothing else is said.
is_internal if {
	is_by_controller
	object.get(annotations, concat("", [aws, "scheme"]), "internal") == "internal"
}

is_by_controller if annotations[concat("", [aws, "type"])] in {"external", "nlb-ip"}

is_by_controller if input.properties.spec.loadBalancerClass == "service.k8s.aws/nlb"

is_internal if lower(annotations["service.beta.kubernetes.io/azure-load-balancer-internal"]) == "true"

is_internal if lower(annotations["networking.gke.io/load-balancer-type"]) == "internal"

is_internal if lower(annotations["cloud.google.com/load-balancer-type"]) == "internal"

ranges := input.properties.spec.loadBalancerSourceRanges if count(input.properties.spec.loadBalancerSourceRanges) > 0

ranges := split(annotations["service.beta.kubernetes.io/load-balancer-source-ranges"], ",") if {
	count(object.get(input.properties.spec, "loadBalancerSourceRanges", [])) == 0
}

deny contains {"message": message, "path": "/spec/type"} if {
	not is_internal
	not ranges
	message := sprintf("%s is open to the whole internet", [objects.subject])
}

deny contains {"message": message, "path": "/spec/loadBalancerSourceRanges"} if {
	not is_internal
	some range in ranges
	network.is_internet(trim_space(range))
	message := sprintf("%s is open to `%s`", [objects.subject, trim_space(range)])
}
