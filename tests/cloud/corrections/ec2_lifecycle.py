"""Amazon EC2: what is told of what was made, changed or deleted."""

import json

from moto.ec2.models import ec2_backends
from moto.ec2.models.vpcs import VPCEndPoint

from corrections.registry import amended, correction

# What tells one flow log of a resource from another.
CONFIGURATION = {
    "DeliverLogsPermissionArn": "deliver_logs_permission_arn",
    "LogFormat": "log_format",
    "MaxAggregationInterval": "max_aggregation_interval",
    "TrafficType": "traffic_type",
}


def backend(call):
    return ec2_backends[call.account][call.region]


@correction("ec2", "CreateFlowLogs")
def create_flow_logs(call, onward):
    """moto takes two flow logs of a resource to a destination for the same, AWS those whose configuration is
    (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html, FlowLogAlreadyExists)."""
    parameters, ec2 = call.parameters(), backend(call)

    def differs(log):
        return any(name in parameters and parameters[name] != getattr(log, key) for name, key in CONFIGURATION.items())

    others = {key: log for key, log in ec2.flow_logs.items() if differs(log)}
    for key in others:
        del ec2.flow_logs[key]
    try:
        return onward(call)
    finally:
        ec2.flow_logs = others | ec2.flow_logs


@correction("ec2", "CreateLaunchTemplate")
def create_launch_template(call, onward):
    """moto has the tags of the template in its data, too
    (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html)."""
    answer = onward(call)
    if answer.status < 300:
        data = backend(call).get_launch_template(call.result(answer)["LaunchTemplate"]["LaunchTemplateId"]).versions[0].data
        kept = [each for each in data.pop("TagSpecifications", []) if each["ResourceType"] != "launch-template"]
        data |= {"TagSpecifications": kept} if kept else {}
    return answer


@correction("ec2", "DeleteNatGateway")
def delete_nat_gateway(call, onward):
    """moto leaves the network interface of the gateway behind
    (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteNatGateway.html)."""
    answer, ec2 = onward(call), backend(call)
    if answer.status < 300:
        ec2.enis.pop(ec2.nat_gateways[call.parameters()["NatGatewayId"]]._eni.id, None)
    return answer


@correction("ec2", "ModifyVpcEndpoint")
def modify_endpoint(call, onward):
    """moto changes neither private names nor interfaces, and has no way back to the default policy
    (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcEndpoint.html)."""
    answer, parameters, ec2 = onward(call), call.parameters(), backend(call)
    endpoint = ec2.vpc_end_points.get(parameters["VpcEndpointId"])
    if endpoint is None or answer.status >= 300:
        return answer
    if "PrivateDnsEnabled" in parameters:
        endpoint.private_dns_enabled = parameters["PrivateDnsEnabled"]
    if parameters.get("ResetPolicy"):
        endpoint.policy_document = json.dumps(VPCEndPoint.DEFAULT_POLICY)
    for subnet in parameters.get("RemoveSubnetIds", []):
        for interface in [each for each in endpoint.network_interface_ids if ec2.enis[each].subnet.id == subnet]:
            endpoint.network_interface_ids.remove(interface)
            del ec2.enis[interface]
    for subnet in parameters.get("AddSubnetIds", []):
        endpoint.network_interface_ids.append(ec2.create_network_interface(subnet, None).id)
    return answer


@correction("ec2", "MonitorInstances", "UnmonitorInstances")
def monitor_instances(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_MonitorInstances.html"""
    state = "enabled" if call.name == "MonitorInstances" else "disabled"
    instances = backend(call).get_multi_instances_by_id(call.parameters()["InstanceIds"])
    for instance in instances:
        instance.monitoring_state = state
    return call.answer({"InstanceMonitorings": [{"InstanceId": each.id, "Monitoring": {"State": state}} for each in instances]})


@correction("ec2", "ModifyInstanceAttribute")
def modify_instance(call, onward):
    """moto adds security groups to those that an instance has
    (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html)."""
    answer, parameters, ec2 = onward(call), call.parameters(), backend(call)
    if answer.status < 300 and parameters.get("Groups"):
        for interface in ec2.get_instance(parameters["InstanceId"]).nics.values():
            if interface.device_index == 0:
                interface._group_set = [ec2.get_security_group_from_id(group) for group in parameters["Groups"]]
    return answer


@correction("ec2", "TerminateInstances")
def terminate_instances(call, onward):
    """moto leaves the primary network interface of an instance behind
    (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-eni.html)."""
    answer, ec2 = onward(call), backend(call)
    for change in call.result(answer)["TerminatingInstances"] if answer.status < 300 else []:
        for interface in ec2.get_instance(change["InstanceId"]).nics.values():
            if interface.device_index == 0:
                ec2.enis.pop(interface.id, None)
    return answer


@correction("ec2", "DescribeLaunchTemplates")
def launch_templates(call, onward):
    """moto tells the tags with which a template was made
    (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTags.html)."""

    def amend(result):
        for template in result.get("LaunchTemplates", []):
            tags = backend(call).tags.get(template["LaunchTemplateId"], {})
            template["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]

    return amended(call, onward(call), amend)


@correction("ec2", "UpdateSecurityGroupRuleDescriptionsEgress", "UpdateSecurityGroupRuleDescriptionsIngress")
def describe_rules(call, onward):
    """moto does not find a rule for a group by another description
    (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_UpdateSecurityGroupRuleDescriptionsIngress.html)."""
    parameters = call.parameters()
    group = backend(call).get_security_group_by_name_or_id(parameters.get("GroupId") or parameters.get("GroupName"), None)
    rules = group.egress_rules if call.name.endswith("Egress") else group.ingress_rules
    told = False
    for permission in parameters.get("IpPermissions", []):
        for pair in permission.get("UserIdGroupPairs", []):
            for rule in rules:
                if is_of(rule, permission) and rule.source_group.get("GroupId") == pair["GroupId"]:
                    rule.source_group["Description"] = pair.get("Description")
                    told = True
    return call.answer({"Return": True}) if told else onward(call)


def is_of(rule, permission):
    """Whether the rule has the protocol and the ports of a permission."""
    ports = [None if port is None else int(port) for port in (rule.from_port, rule.to_port)]
    return [rule.ip_protocol, *ports] == [permission["IpProtocol"], permission.get("FromPort"), permission.get("ToPort")]
