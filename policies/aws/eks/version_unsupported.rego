# METADATA
# title: EKS cluster runs an unsupported Kubernetes version
# description: An EKS cluster runs a Kubernetes version for which AWS publishes no more security patches. Standard support ends 14 months after a version's release on EKS, extended support 12 months later; clusters are in extended support unless their upgrade policy is STANDARD.
# related_resources:
#   - https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
#   - https://docs.aws.amazon.com/eks/latest/userguide/view-upgrade-policy.html
# custom:
#   severity: high
#   resource_types:
#     - AWS::EKS::Cluster
#   risk: Known flaws of the control plane and the nodes stay open, and AWS upgrades the control plane at a time of its own choosing, which can break workloads.
#   remediation:
#     console: EKS > Clusters > the cluster > Upgrade version; one minor version at a time, then the node groups and add-ons.
#     cli: aws eks update-cluster-version --name CLUSTER --kubernetes-version VERSION
#     cloudformation: |
#       Type: AWS::EKS::Cluster
#       Properties:
#         Version: "1.35"
#   parameters:
#     versions:
#       type: object
#       additionalProperties:
#         type: object
#         required: [standard, extended]
#         additionalProperties: false
#         properties:
#           standard:
#             type: string
#             format: date
#           extended:
#             type: string
#             format: date
#       default:
#         "1.23": {standard: "2023-10-11", extended: "2024-10-11"}
#         "1.24": {standard: "2024-01-31", extended: "2025-01-31"}
#         "1.25": {standard: "2024-05-01", extended: "2025-05-01"}
#         "1.26": {standard: "2024-06-11", extended: "2025-06-11"}
#         "1.27": {standard: "2024-07-24", extended: "2025-07-24"}
#         "1.28": {standard: "2024-11-26", extended: "2025-11-26"}
#         "1.29": {standard: "2025-03-23", extended: "2026-03-23"}
#         "1.30": {standard: "2025-07-23", extended: "2026-07-23"}
#         "1.31": {standard: "2025-11-26", extended: "2026-11-26"}
#         "1.32": {standard: "2026-03-23", extended: "2027-03-23"}
#         "1.33": {standard: "2026-07-29", extended: "2027-07-29"}
#         "1.34": {standard: "2026-12-02", extended: "2027-12-02"}
#         "1.35": {standard: "2027-03-27", extended: "2028-03-27"}
#       description: The days (UTC) on which the standard and the extended support of each Kubernetes version end. A version older than all of these is unsupported, a newer one supported.
#     accept_extended_support:
#       type: boolean
#       default: true
#       description: Whether a version in extended support, which costs extra, is good enough for clusters whose upgrade policy is EXTENDED.
package aws.eks.version_unsupported

version := input.properties.Version

minor(text) := to_number(split(text, ".")[1])

standard_only if input.properties.UpgradePolicy.SupportType == "STANDARD"

standard_only if not data.parameters.accept_extended_support

support := {"name": "standard", "end": data.parameters.versions[version].standard} if standard_only

support := {"name": "extended", "end": data.parameters.versions[version].extended} if not standard_only

deny contains {"message": message, "path": "/Version"} if {
	time.parse_rfc3339_ns(sprintf("%sT00:00:00Z", [support.end])) <= data.now
	message := sprintf("cluster `%s` runs Kubernetes `%s`, whose %s support ended on %s", [input.id, version, support.name, support.end])
}

deny contains {"message": message, "path": "/Version"} if {
	regex.match(`^1[.][0-9]+$`, version)
	every known, _ in data.parameters.versions {
		minor(version) < minor(known)
	}
	message := sprintf("cluster `%s` runs Kubernetes `%s`, whose support has long ended", [input.id, version])
}
