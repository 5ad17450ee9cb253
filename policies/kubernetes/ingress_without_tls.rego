# METADATA
# title: Ingress serves without TLS
# description: An Ingress serves a host, or all of them, that none of its certificates is for.
# related_resources:
#   - https://kubernetes.io/docs/concepts/services-networking/ingress/#tls
# custom:
#   severity: high
#   resource_types:
#     - networking.k8s.io/v1/Ingress
#   risk: Passwords, sessions and data of users cross the network in the clear, and whoever is on the way reads and changes them.
#   remediation:
#     manifest: |
#       spec:
#         tls:
#           - hosts: [shop.example.com]
#             secretName: shop-tls
package kubernetes.ingress_without_tls

import data.lib.objects

# A load balancer of AWS ends TLS itself, with a certificate that annotations name or that it finds for the host.
not_applicable if input.properties.metadata.annotations["alb.ingress.kubernetes.io/certificate-arn"]

not_applicable if contains(input.properties.metadata.annotations["alb.ingress.kubernetes.io/listen-ports"], "HTTPS")

is_served(_) if {
	some entry in input.properties.spec.tls
	count(object.get(entry, "hosts", [])) == 0
}

is_served(host) if {
	some entry in input.properties.spec.tls
	host in entry.hosts
}

is_served(host) if {
	some entry in input.properties.spec.tls
	some name in entry.hosts
	startswith(name, "*.")
	regex.replace(host, `^[^.]*\.`, "*.") == name
}

deny contains {"message": message, "path": path} if {
	some index, rule in input.properties.spec.rules
	host := object.get(rule, "host", "")
	not is_served(host)
	path := sprintf("/spec/rules/%d", [index])
	message := sprintf("%s serves %s without TLS", [objects.subject, named(host)])
}

named(host) := sprintf("`%s`", [host]) if host != ""

named("") := "every host"

deny contains {"message": message, "path": "/spec/defaultBackend"} if {
	input.properties.spec.defaultBackend
	count(object.get(input.properties.spec, "tls", [])) == 0
	message := sprintf("%s serves without TLS", [objects.subject])
}
