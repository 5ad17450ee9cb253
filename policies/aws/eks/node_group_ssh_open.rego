# METADATA
# title: EKS node group opens remote access to every address
# description: A managed node group has an SSH key but names no source security groups, so EKS gives its nodes a security group that opens port 22 (3389 for Windows) to 0.0.0.0/0.
# related_resources:
#   - https://docs.aws.amazon.com/eks/latest/APIReference/API_RemoteAccessConfig.html
# custom:
#   severity: high
#   resource_types:
#     - AWS::EKS::Nodegroup
#   risk: Whoever can route to a node can try keys and exploits against its SSH or RDP server; a node gives access to every pod and secret on it.
#   remediation:
#     console: EKS > Clusters > the cluster > Compute > Add node group without remote access (use Session Manager), then delete the old node group; remote access can't be changed.
#     cli: aws eks create-nodegroup --cluster-name CLUSTER --nodegroup-name NAME --node-role ROLE_ARN --subnets SUBNETS --remote-access ec2SshKey=KEY,sourceSecurityGroups=SECURITY_GROUP
#     cloudformation: |
#       Type: AWS::EKS::Nodegroup
#       Properties:
#         RemoteAccess:
#           Ec2SshKey: KEY
#           SourceSecurityGroups:
#             - !Ref BastionSecurityGroup
package aws.eks.node_group_ssh_open

default port := 22

port := 3389 if startswith(input.properties.AmiType, "WINDOWS")

deny contains {"message": message, "path": "/RemoteAccess/SourceSecurityGroups"} if {
	key := input.properties.RemoteAccess.Ec2SshKey
	key != ""
	count(object.get(input.properties.RemoteAccess, "SourceSecurityGroups", [])) == 0
	message := sprintf("node group `%s` opens port %d of its nodes to 0.0.0.0/0, because it has the key `%v` and no source security groups", [object.get(input.properties, "NodegroupName", input.id), port, key])
}
