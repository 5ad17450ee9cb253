# METADATA
# title: EKS cluster can't give pods IAM roles of their own
# description: The account has no IAM OIDC provider for the issuer of an EKS cluster, which IAM roles for service accounts need, and the cluster does not use EKS Pod Identity either.
# related_resources:
#   - https://docs.aws.amazon.com/eks/latest/userguide/enable-iam-roles-for-service-accounts.html
#   - https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html
# custom:
#   severity: medium
#   resource_types:
#     - AWS::EKS::Cluster
#   risk: Pods that call AWS use the role of their node or long-lived keys, so whoever takes over one pod gets the permissions of all of them.
#   remediation:
#     console: IAM > Identity providers > Add provider > OpenID Connect, with the cluster's OpenID Connect provider URL and the audience sts.amazonaws.com; or EKS > the cluster > Add-ons > EKS Pod Identity Agent.
#     cli: aws eks create-addon --cluster-name CLUSTER --addon-name eks-pod-identity-agent
#     cloudformation: |
#       Type: AWS::IAM::OIDCProvider
#       Properties:
#         Url: !GetAtt Cluster.OpenIdConnectIssuerUrl
#         ClientIdList:
#           - sts.amazonaws.com
package aws.eks.oidc_provider_missing

cluster_names := {input.id, object.get(input.properties, "Name", input.id)}

without_scheme(url) := trim_suffix(trim_prefix(lower(url), "https://"), "/")

# A template's cluster has no issuer yet: a provider refers to the attribute of the cluster.
issuer := without_scheme(object.get(input.properties, "OpenIdConnectIssuerUrl", input.id))

pods_have_roles if {
	some provider in data.resources["AWS::IAM::OIDCProvider"]
	without_scheme(provider.properties.Url) == issuer
}

pods_have_roles if {
	some provider in data.resources["AWS::IAM::OIDCProvider"]
	endswith(lower(provider.properties.Arn), sprintf(":oidc-provider/%s", [issuer]))
}

pods_have_roles if {
	some association in data.resources["AWS::EKS::PodIdentityAssociation"]
	association.properties.ClusterName in cluster_names
}

pods_have_roles if {
	some addon in data.resources["AWS::EKS::Addon"]
	addon.properties.ClusterName in cluster_names
	addon.properties.AddonName == "eks-pod-identity-agent"
}

# Nodes of EKS Auto Mode come with the EKS Pod Identity Agent.
pods_have_roles if input.properties.ComputeConfig.Enabled

deny contains {"message": message, "path": "/OpenIdConnectIssuerUrl"} if {
	not pods_have_roles
	message := sprintf("cluster `%s` has neither an IAM OIDC provider nor EKS Pod Identity", [input.id])
}
