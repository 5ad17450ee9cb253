"""Clusters of EKS and what belongs to them."""

from seeding.place import service_role
from seeding.roles import provider

CLUSTER = "AWS::EKS::Cluster"
NODE_GROUP = "AWS::EKS::Nodegroup"
LOGS = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
DEFECTS = (
    "endpoint_public",
    "endpoint_open_to_internet",
    "private_endpoint_disabled",
    "control_plane_logging_incomplete",
    "secrets_not_encrypted",
    "spans_fewer_than_three_zones",
    "oidc_provider_missing",
    "version_unsupported",
    "system_node_group_missing",
)
NODE_DEFECTS = ("node_group_in_public_subnet", "node_group_ssh_open", "nodes_without_autoscaling")


def clusters(place, network, encryption_key):
    """One as it should be, and one with every defect."""
    services = [f"{name}.amazonaws.com" for name in ("eks", "ec2", "eks-fargate-pods")]
    role = service_role(place, f"eks-{place.region}", *services)
    sound_cluster(place, network, encryption_key, role)
    exposed = {"subnetIds": network.public[:2], "endpointPublicAccess": True, "publicAccessCidrs": ["0.0.0.0/0"]}
    made = place.client("eks").create_cluster(name="exposed", version="1.22", roleArn=role, resourcesVpcConfig=exposed)
    place.plant(CLUSTER, "exposed", *(f"eks.{defect}" for defect in DEFECTS))
    cluster_group(place, made["cluster"])
    fixed = {"minSize": 2, "maxSize": 2, "desiredSize": 2}
    node_group(place, "exposed", "nodes", role, network.public[:2], fixed, remoteAccess={"ec2SshKey": "operator"})
    place.plant(NODE_GROUP, "exposed/nodes", *(f"eks.{defect}" for defect in NODE_DEFECTS))


def sound_cluster(place, network, encryption_key, role):
    private = {"subnetIds": network.private, "endpointPublicAccess": False, "endpointPrivateAccess": True}
    cluster = place.client("eks").create_cluster(
        name="sound",
        version="1.35",
        roleArn=role,
        resourcesVpcConfig=private,
        accessConfig={"authenticationMode": "API"},
        logging={"clusterLogging": [{"types": LOGS, "enabled": True}]},
        encryptionConfig=[{"resources": ["secrets"], "provider": {"keyArn": encryption_key}}],
    )["cluster"]
    place.make(
        CLUSTER,
        "sound",
        Name="sound",
        Version="1.35",
        RoleArn=role,
        EncryptionConfig=[{"Resources": ["secrets"], "Provider": {"KeyArn": encryption_key}}],
        ResourcesVpcConfig={"EndpointPublicAccess": False, "EndpointPrivateAccess": True},
        AccessConfig={"AuthenticationMode": "API"},
    )
    cluster_group(place, cluster)
    provider(place, cluster["identity"]["oidc"]["issuer"])
    scaled = {"minSize": 1, "maxSize": 3, "desiredSize": 1}
    taint = {"key": "CriticalAddonsOnly", "value": "true", "effect": "NO_SCHEDULE"}
    node_group(place, "sound", "system", role, network.private, scaled, labels={"node-role": "system"}, taints=[taint])
    node_group(place, "sound", "workers", role, network.private, scaled, labels={"node-role": "workers"})
    belongings(place, "sound", role, network.private)


def cluster_group(place, cluster):
    """EKS makes a security group of every cluster, with EC2's outbound rule."""
    group = cluster["resourcesVpcConfig"]["clusterSecurityGroupId"]
    place.plant("AWS::EC2::SecurityGroup", group, "ec2.security_group_unrestricted_egress")


def node_group(place, cluster, name, role, subnets, scaling, **settings):
    where = {"nodeRole": role, "subnets": subnets, "scalingConfig": scaling}
    place.client("eks").create_nodegroup(clusterName=cluster, nodegroupName=name, **where, **settings)
    sizes = {"MinSize": scaling["minSize"], "MaxSize": scaling["maxSize"], "DesiredSize": scaling["desiredSize"]}
    properties = {"ClusterName": cluster, "NodegroupName": name, "NodeRole": role, "ScalingConfig": sizes}
    place.make(NODE_GROUP, f"{cluster}/{name}", **properties, Subnets=sorted(subnets))


def belongings(place, cluster, role, subnets):
    """Two each of add-ons, pod identities, access entries and Fargate profiles."""
    client = place.client("eks")
    for name in ("eks-pod-identity-agent", "vpc-cni"):
        client.create_addon(clusterName=cluster, addonName=name)
        place.make("AWS::EKS::Addon", f"{cluster}|{name}", ClusterName=cluster, AddonName=name)
    for name in ("shop", "mail"):
        pod_identity(place, cluster, name)
        fargate_profile(place, cluster, name, role, subnets)
    view = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
    for name in ("service", "deploy"):
        principal = f"arn:aws:iam::{place.account}:role/{name}"
        client.create_access_entry(clusterName=cluster, principalArn=principal, type="STANDARD")
        client.associate_access_policy(
            clusterName=cluster, principalArn=principal, policyArn=view, accessScope={"type": "cluster"}
        )
        identifier = f"{principal}|{cluster}"
        policies = [{"PolicyArn": view, "AccessScope": {"Type": "cluster"}}]
        properties = {"ClusterName": cluster, "PrincipalArn": principal, "Type": "STANDARD", "AccessPolicies": policies}
        place.make("AWS::EKS::AccessEntry", identifier, **properties)


def pod_identity(place, cluster, name):
    role = service_role(place, f"pod-{name}", "pods.eks.amazonaws.com")
    answer = place.client("eks").create_pod_identity_association(
        clusterName=cluster, namespace=name, serviceAccount=name, roleArn=role
    )
    identifier = answer["association"]["associationArn"]
    properties = {"ClusterName": cluster, "Namespace": name, "ServiceAccount": name, "RoleArn": role}
    place.make("AWS::EKS::PodIdentityAssociation", identifier, **properties)


def fargate_profile(place, cluster, name, role, subnets):
    place.client("eks").create_fargate_profile(
        clusterName=cluster,
        fargateProfileName=name,
        podExecutionRoleArn=role,
        subnets=subnets,
        selectors=[{"namespace": name}],
    )
    properties = {"ClusterName": cluster, "FargateProfileName": name, "PodExecutionRoleArn": role}
    place.make("AWS::EKS::FargateProfile", f"{cluster}|{name}", **properties, Selectors=[{"Namespace": name}])
