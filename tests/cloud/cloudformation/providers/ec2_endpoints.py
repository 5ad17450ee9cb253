"""Amazon EC2: VPC endpoints and flow logs
(https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_EC2.html)."""

import json

from cloudformation.provider import Failed, Provider, changed, picked, provides, taken
from cloudformation.providers.ec2 import gone, retag, tag_specifications
from cloudformation.providers.shapes import differences, text


@provides("AWS::EC2::VPCEndpoint")
class Endpoint(Provider):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpcendpoint.html"""

    lists = ("RouteTableIds", "SecurityGroupIds", "SubnetIds")
    names = (*lists, "PrivateDnsEnabled", "ServiceName", "VpcEndpointType", "VpcId")

    def create(self, context, properties):
        taken(properties, *self.names, "PolicyDocument", "Tags")
        client = context.client("ec2")
        asked = picked(properties, *self.names)
        if "PolicyDocument" in properties:
            asked["PolicyDocument"] = text(properties["PolicyDocument"])
        specifications = tag_specifications(context, properties, "vpc-endpoint")
        made = client.create_vpc_endpoint(**asked, ClientToken=context.token, TagSpecifications=specifications)["VpcEndpoint"]
        return made["VpcEndpointId"], self.attributes(client, made["VpcEndpointId"])

    def attributes(self, client, physical):
        endpoint = client.describe_vpc_endpoints(VpcEndpointIds=[physical])["VpcEndpoints"][0]
        entries = [f"{each['HostedZoneId']}:{each['DnsName']}" for each in endpoint.get("DnsEntries", [])]
        created = endpoint["CreationTimestamp"].isoformat()
        interfaces = endpoint.get("NetworkInterfaceIds", [])
        return {"CreationTimestamp": created, "DnsEntries": entries, "Id": physical, "NetworkInterfaceIds": interfaces}

    def update(self, context, physical, old, new):
        client = context.client("ec2")
        names = changed(old, new)
        asked = {"PrivateDnsEnabled": new.get("PrivateDnsEnabled", False)} if "PrivateDnsEnabled" in names else {}
        if "PolicyDocument" in names:
            asked |= {"PolicyDocument": text(new["PolicyDocument"])} if "PolicyDocument" in new else {"ResetPolicy": True}
        for name in self.lists:
            former, present = differences(old.get(name, []), new.get(name, []))
            asked |= {f"Remove{name}": former} if former else {}
            asked |= {f"Add{name}": present} if present else {}
        if asked:
            client.modify_vpc_endpoint(VpcEndpointId=physical, **asked)
        retag(context, physical, old, new)
        return self.attributes(client, physical)

    def delete(self, context, physical, properties):
        with gone():
            context.client("ec2").delete_vpc_endpoints(VpcEndpointIds=[physical])


@provides("AWS::EC2::FlowLog")
class FlowLog(Provider):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-flowlog.html"""

    names = (
        "DeliverLogsPermissionArn",
        "LogDestination",
        "LogDestinationType",
        "LogFormat",
        "LogGroupName",
        "MaxAggregationInterval",
        "ResourceType",
        "TrafficType",
    )

    def create(self, context, properties):
        taken(properties, *self.names, "ResourceId", "Tags")
        asked = picked(properties, *self.names) | {"ResourceIds": [properties["ResourceId"]]}
        specifications = tag_specifications(context, properties, "vpc-flow-log")
        made = context.client("ec2").create_flow_logs(**asked, ClientToken=context.token, TagSpecifications=specifications)
        if made.get("Unsuccessful"):
            raise Failed(json.dumps(made["Unsuccessful"][0]["Error"]))
        return made["FlowLogIds"][0], {"Id": made["FlowLogIds"][0]}

    def update(self, context, physical, old, new):
        retag(context, physical, old, new)
        return {"Id": physical}

    def delete(self, context, physical, properties):
        with gone():
            context.client("ec2").delete_flow_logs(FlowLogIds=[physical])
