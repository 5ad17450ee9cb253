"""Clusters and node groups of Amazon EKS."""

import hashlib
from contextlib import suppress

from moto.ec2.exceptions import EC2ClientError, InvalidSubnetIdError
from moto.ec2.models import ec2_backends
from moto.eks.models import eks_backends
from wire import Failure

from corrections import eks_addons, eks_entries, eks_tags  # noqa: F401: they register themselves
from corrections.eks_entries import grant_creator, grant_nodes
from corrections.eks_store import CLUSTERS, forget
from corrections.registry import State, amended, correction

# What was asked for the node groups, by the names of the cluster and the group.
NODEGROUPS = State()

LOGS = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
VERSION = "1.34"
# Members that DescribeCluster answers as CreateCluster and UpdateClusterConfig ask for them; moto drops them.
KEPT = ("computeConfig", "controlPlaneScalingConfig", "deletionProtection", "storageConfig", "upgradePolicy", "zonalShiftConfig")


@correction("eks", "CreateCluster")
def create_cluster(call, onward):
    """moto's default version is long out of support; AWS takes the latest
    (https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html)."""
    asked = call.parameters()
    if "version" not in asked:
        call = call.again(asked | {"version": VERSION})
    answer = onward(call)
    if answer.status >= 300:
        return answer
    asked["clusterSecurityGroupId"] = security_group(call, asked)
    CLUSTERS.of(call)[asked["name"]] = asked
    grant_creator(call, asked.get("accessConfig", {}), asked["name"])
    return amended(call, answer, lambda result: complete(call, result["cluster"]))


@correction("eks", "DescribeCluster")
def describe_cluster(call, onward):
    """moto answers with what was asked for at most, AWS with the defaults too
    (https://docs.aws.amazon.com/eks/latest/APIReference/API_Cluster.html)."""
    return amended(call, onward(call), lambda result: complete(call, result["cluster"]))


@correction("eks", "DeleteCluster")
def delete_cluster(call, onward):
    """What belongs to a cluster goes with it, and a protected one stays
    (https://docs.aws.amazon.com/eks/latest/APIReference/API_DeleteCluster.html)."""
    name = call.parameters()["name"]
    asked = CLUSTERS.of(call).get(name, {})
    if asked.get("deletionProtection"):
        message = f"Cluster {name} has deletion protection enabled. Disable it before deleting the cluster."
        raise Failure("InvalidRequestException", message)
    answer = amended(call, onward(call), lambda result: complete(call, result["cluster"]))
    if answer.status < 300:
        forget(call, name)
        # A group that others refer to stays.
        with suppress(EC2ClientError):
            ec2_backends[call.account][call.region].delete_security_group(group_id=asked.get("clusterSecurityGroupId"))
    return answer


@correction("eks", "UpdateClusterVersion")
def update_version(call, onward):
    """moto lacks it. A cluster goes up one minor version at a time, and never down
    (https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html)."""
    asked = call.parameters()
    held = eks_backends[call.account][call.region].clusters.get(asked["name"])
    if held is None:
        raise Failure("ResourceNotFoundException", f"No cluster found for name: {asked['name']}.", 404)
    present, wanted = (int(version.rpartition(".")[2]) for version in (held.version, asked["version"]))
    if wanted - present not in (0, 1):
        message = f"Unsupported Kubernetes minor version update from {held.version} to {asked['version']}"
        raise Failure("InvalidParameterException", message)
    held.version = CLUSTERS.of(call)[asked["name"]]["version"] = asked["version"]
    return call.answer({"update": {"id": digest(call, asked["name"]), "status": "Successful", "type": "VersionUpdate"}})


@correction("eks", "UpdateClusterConfig")
def update_cluster(call, onward):
    """moto answers with a cluster, AWS with an update
    (https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateClusterConfig.html), and keeps what moto drops."""
    asked = call.parameters()
    former = CLUSTERS.of(call).get(asked["name"], {})
    if "resourcesVpcConfig" in asked:
        asked["resourcesVpcConfig"] = former.get("resourcesVpcConfig", {}) | asked["resourcesVpcConfig"]
    if "logging" in asked:
        asked["logging"] = {"clusterLogging": merged(call, asked)}
    answer = onward(call.again(asked))
    if answer.status >= 300:
        return answer
    for name in ("accessConfig", "resourcesVpcConfig", *KEPT):
        if name in asked:
            former[name] = former.get(name, {}) | asked[name] if isinstance(asked[name], dict) else asked[name]
    return call.answer({"update": {"id": digest(call, asked["name"]), "status": "Successful", "type": "VpcConfigUpdate"}})


def digest(call, name):
    """The random part of the names that EKS gives a cluster's addresses, which no other cluster has."""
    return hashlib.md5(f"{call.account} {call.region} {name}".encode()).hexdigest().upper()


def complete(call, cluster):
    """Adds what AWS answers of every cluster."""
    asked = CLUSTERS.of(call).get(cluster["name"], {})
    unique = digest(call, cluster["name"])
    cluster["identity"] = {"oidc": {"issuer": f"https://oidc.eks.{call.region}.amazonaws.com/id/{unique}"}}
    cluster["endpoint"] = f"https://{unique}.gr7.{call.region}.eks.amazonaws.com"
    mode = asked.get("accessConfig", {}).get("authenticationMode", "CONFIG_MAP")
    cluster["accessConfig"] = {"authenticationMode": mode}
    cluster["health"] = {"issues": []}
    cluster["logging"] = {"clusterLogging": logging(cluster["logging"])}
    network = {"ipFamily": "ipv4", "serviceIpv4Cidr": "172.20.0.0/16", "elasticLoadBalancing": {"enabled": False}}
    cluster["kubernetesNetworkConfig"] = network | cluster.get("kubernetesNetworkConfig", {})
    cluster["resourcesVpcConfig"] = vpc_config(call, asked, cluster["resourcesVpcConfig"])
    cluster |= {"upgradePolicy": {"supportType": "EXTENDED"}, "deletionProtection": False}
    cluster |= {name: asked[name] for name in KEPT if name in asked}


def logging(held):
    """The types of logs that are on, and those that are not."""
    on = {kind for setup in held["clusterLogging"] if setup.get("enabled") for kind in setup["types"]}
    setups = [(True, [kind for kind in LOGS if kind in on]), (False, [kind for kind in LOGS if kind not in on])]
    return [{"types": types, "enabled": enabled} for enabled, types in setups if types]


def merged(call, asked):
    """The logs of the cluster after the call, which leaves those that it does not name."""
    held = eks_backends[call.account][call.region].clusters.get(asked["name"])
    former = logging(held.logging) if held else []
    switches = [(kind, setup["enabled"]) for setup in former + asked["logging"]["clusterLogging"] for kind in setup["types"]]
    return logging({"clusterLogging": [{"types": [kind], "enabled": True} for kind, enabled in dict(switches).items() if enabled]})


def vpc_config(call, asked, held):
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_VpcConfigResponse.html"""
    config = {"subnetIds": [], "securityGroupIds": [], "endpointPublicAccess": True, "endpointPrivateAccess": False}
    config |= {name: value for name, value in held.items() if value is not None}
    if config["endpointPublicAccess"]:
        config.setdefault("publicAccessCidrs", ["0.0.0.0/0"])
    vpc, group = vpc_of(call, config["subnetIds"]), asked.get("clusterSecurityGroupId")
    return config | ({"vpcId": vpc} if vpc else {}) | ({"clusterSecurityGroupId": group} if group else {})


def vpc_of(call, subnets):
    try:
        return ec2_backends[call.account][call.region].get_subnet(subnets[0]).vpc_id if subnets else None
    except InvalidSubnetIdError:
        return None


def security_group(call, asked):
    """The group that AWS makes for the control plane and the nodes: its members reach one another, and everything outside
    (https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html)."""
    name, vpc = asked["name"], vpc_of(call, asked["resourcesVpcConfig"].get("subnetIds"))
    if not vpc:
        return None
    ec2 = ec2_backends[call.account][call.region]
    tags = {"Name": f"eks-cluster-sg-{name}", "aws:eks:cluster-name": name, f"kubernetes.io/cluster/{name}": "owned"}
    description = "EKS created security group applied to ENI that is attached to EKS Control Plane master nodes."
    title = f"eks-cluster-sg-{name}-{int(digest(call, name)[:8], 16)}"
    group = ec2.create_security_group(title, description, vpc_id=vpc, tags=tags)
    ec2.authorize_security_group_ingress(group.id, "-1", None, None, [], source_groups=[{"GroupId": group.id}])
    return group.id


@correction("eks", "CreateNodegroup")
def create_nodegroup(call, onward):
    """As for the clusters: https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html"""
    asked = call.parameters()
    answer = onward(call)
    if answer.status >= 300:
        return answer
    # The group stays with the version that the cluster has now.
    version = {"version": CLUSTERS.of(call).get(asked["clusterName"], {}).get("version", VERSION)}
    NODEGROUPS.of(call)[asked["clusterName"], asked["nodegroupName"]] = version | asked
    grant_nodes(call, CLUSTERS.of(call).get(asked["clusterName"], {}).get("accessConfig", {}), asked)
    return amended(call, answer, lambda result: complete_nodegroup(call, result["nodegroup"]))


@correction("eks", "UpdateNodegroupVersion")
def update_nodegroup_version(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateNodegroupVersion.html"""
    asked = call.parameters()
    cluster = eks_backends[call.account][call.region].clusters.get(asked["clusterName"])
    group = cluster and cluster.nodegroups.get(asked["nodegroupName"])
    if not group:
        raise Failure("ResourceNotFoundException", f"No node group found for name: {asked['nodegroupName']}.", 404)
    former = NODEGROUPS.of(call)[asked["clusterName"], asked["nodegroupName"]]
    former |= {name: asked[name] for name in ("releaseVersion", "version") if name in asked}
    if "launchTemplate" in asked:
        group.launch_template = former["launchTemplate"] = (group.launch_template or {}) | asked["launchTemplate"]
    return call.answer({"update": {"id": digest(call, group.uuid), "status": "Successful", "type": "VersionUpdate"}})


@correction("eks", "DescribeNodegroup")
def describe_nodegroup(call, onward):
    """moto tells of a key for remote access where none was asked for, which AWS documents as access from the whole internet, of an
    outdated version, and not of how the group is updated (https://docs.aws.amazon.com/eks/latest/APIReference/API_Nodegroup.html)."""
    return amended(call, onward(call), lambda result: complete_nodegroup(call, result["nodegroup"]))


def complete_nodegroup(call, group):
    asked = NODEGROUPS.of(call).get((group["clusterName"], group["nodegroupName"]), {})
    if "remoteAccess" not in asked:
        group.pop("remoteAccess", None)
    if "remoteAccess" not in asked or asked["remoteAccess"].get("sourceSecurityGroups"):
        group.get("resources", {}).pop("remoteAccessSecurityGroup", None)
    cluster = CLUSTERS.of(call).get(group["clusterName"], {})
    group["version"] = asked.get("version", cluster.get("version", VERSION))
    group["releaseVersion"] = asked.get("releaseVersion", f"{group['version']}.0-20251101")
    group.setdefault("updateConfig", asked.get("updateConfig", {"maxUnavailable": 1}))
    if "nodeRepairConfig" in asked:
        group.setdefault("nodeRepairConfig", asked["nodeRepairConfig"])
    group["amiType"] = asked.get("amiType", "AL2023_x86_64_STANDARD")
    if "launchTemplate" in asked:
        group.pop("diskSize", None)
