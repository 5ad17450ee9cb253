"""Amazon EC2: network ACLs and security groups
(https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_EC2.html)."""

from cloudformation.provider import Provider, picked, provides, taken
from cloudformation.providers.ec2 import acl_association, gone, retag, tag_specifications
from cloudformation.providers.shapes import differences


@provides("AWS::EC2::NetworkAcl")
class NetworkAcl(Provider):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-networkacl.html"""

    def create(self, context, properties):
        taken(properties, "Tags", "VpcId")
        specifications = tag_specifications(context, properties, "network-acl")
        made = context.client("ec2").create_network_acl(VpcId=properties["VpcId"], TagSpecifications=specifications)["NetworkAcl"]
        return made["NetworkAclId"], {"Id": made["NetworkAclId"]}

    def update(self, context, physical, old, new):
        retag(context, physical, old, new)
        return {"Id": physical}

    def delete(self, context, physical, properties):
        with gone():
            context.client("ec2").delete_network_acl(NetworkAclId=physical)


@provides("AWS::EC2::NetworkAclEntry")
class NetworkAclEntry(Provider):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-networkaclentry.html"""

    def parameters(self, properties):
        names = ("CidrBlock", "Ipv6CidrBlock", "NetworkAclId", "PortRange", "RuleAction", "RuleNumber")
        taken(properties, *names, "Egress", "Protocol")
        rest = {"Egress": properties.get("Egress", False), "Protocol": str(properties["Protocol"])}
        return picked(properties, *names) | rest

    def create(self, context, properties):
        context.client("ec2").create_network_acl_entry(**self.parameters(properties))
        direction = "egress" if properties.get("Egress") else "ingress"
        physical = f"{properties['NetworkAclId']}|{properties['RuleNumber']}|{direction}"
        return physical, {"Id": physical}

    def update(self, context, physical, old, new):
        context.client("ec2").replace_network_acl_entry(**self.parameters(new))
        return {"Id": physical}

    def delete(self, context, physical, properties):
        key = picked(properties, "NetworkAclId", "RuleNumber") | {"Egress": properties.get("Egress", False)}
        with gone():
            context.client("ec2").delete_network_acl_entry(**key)


@provides("AWS::EC2::SubnetNetworkAclAssociation")
class SubnetNetworkAclAssociation(Provider):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-subnetnetworkaclassociation.html"""

    def create(self, context, properties):
        taken(properties, "NetworkAclId", "SubnetId")
        made = self.associate(context, properties["SubnetId"], properties["NetworkAclId"])
        return made, {"AssociationId": made}

    def associate(self, context, subnet, acl):
        client = context.client("ec2")
        present = acl_association(client, subnet)["NetworkAclAssociationId"]
        return client.replace_network_acl_association(AssociationId=present, NetworkAclId=acl)["NewAssociationId"]

    def delete(self, context, physical, properties):
        """A subnet without an association has the one with the default network ACL of its VPC."""
        client = context.client("ec2")
        with gone():
            subnet = client.describe_subnets(SubnetIds=[properties["SubnetId"]])["Subnets"][0]
            if acl_association(client, subnet["SubnetId"])["NetworkAclAssociationId"] == physical:
                chosen = {"vpc-id": subnet["VpcId"], "default": "true"}
                filters = [{"Name": name, "Values": [value]} for name, value in chosen.items()]
                default = client.describe_network_acls(Filters=filters)["NetworkAcls"][0]["NetworkAclId"]
                self.associate(context, subnet["SubnetId"], default)


# The properties of a rule that say who is at the other end, as EC2 has them.
PEERS = {
    "CidrIp": ("IpRanges", "CidrIp"),
    "CidrIpv6": ("Ipv6Ranges", "CidrIpv6"),
    "DestinationPrefixListId": ("PrefixListIds", "PrefixListId"),
    "DestinationSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
    "SourcePrefixListId": ("PrefixListIds", "PrefixListId"),
    "SourceSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
}
EVERYTHING_OUT = {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}


def permission(rule, account):
    """A rule of a template as EC2 takes it."""
    taken(rule, *PEERS, "Description", "FromPort", "IpProtocol", "SourceSecurityGroupOwnerId", "ToPort")
    made = picked(rule, "FromPort", "IpProtocol", "ToPort")
    for name, (kind, key) in PEERS.items():
        if name in rule:
            owner = {"UserId": rule.get("SourceSecurityGroupOwnerId", account)} if key == "GroupId" else {}
            made[kind] = [{key: rule[name], **owner, **picked(rule, "Description")}]
    return made


def calls(client, direction):
    """The calls that allow and forbid traffic in a direction, which is ingress or egress."""
    return getattr(client, f"authorize_security_group_{direction}"), getattr(client, f"revoke_security_group_{direction}")


def unique(rules):
    return [rule for number, rule in enumerate(rules) if rule not in rules[:number]]


@provides("AWS::EC2::SecurityGroup")
class SecurityGroup(Provider):
    """A group whose template says nothing of what goes out keeps the rule that lets everything out
    (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html)."""

    directions = {"egress": "SecurityGroupEgress", "ingress": "SecurityGroupIngress"}

    def create(self, context, properties):
        taken(properties, *self.directions.values(), "GroupDescription", "GroupName", "Tags", "VpcId")
        client = context.client("ec2")
        made = client.create_security_group(
            Description=properties["GroupDescription"],
            GroupName=properties.get("GroupName") or context.name(255),
            TagSpecifications=tag_specifications(context, properties, "security-group"),
            **picked(properties, "VpcId"),
        )
        context.physical = made["GroupId"]
        self.settle(context, made["GroupId"], {}, properties)
        return made["GroupId"], self.attributes(client, made["GroupId"])

    def rules(self, properties, direction):
        default = [EVERYTHING_OUT] if direction == "egress" else []
        return unique(properties.get(self.directions[direction]) or default)

    def settle(self, context, physical, old, new):
        for direction in self.directions:
            authorize, revoke = calls(context.client("ec2"), direction)
            gone_rules, fresh = differences(self.rules(old, direction), self.rules(new, direction))
            with gone():
                if gone_rules:
                    revoke(GroupId=physical, IpPermissions=[permission(rule, context.account) for rule in gone_rules])
            if fresh:
                authorize(GroupId=physical, IpPermissions=[permission(rule, context.account) for rule in fresh])

    def attributes(self, client, physical):
        group = client.describe_security_groups(GroupIds=[physical])["SecurityGroups"][0]
        return {"GroupId": physical, "Id": physical, "VpcId": group["VpcId"]}

    def update(self, context, physical, old, new):
        self.settle(context, physical, old, new)
        retag(context, physical, old, new)
        return {}

    def delete(self, context, physical, properties):
        with gone():
            context.client("ec2").delete_security_group(GroupId=physical)


class Rule(Provider):
    """A rule apart from its group. Its description alone can be changed."""

    direction = None

    def permissions(self, context, properties):
        return [permission({name: value for name, value in properties.items() if name != "GroupId"}, context.account)]

    def create(self, context, properties):
        authorize, _ = calls(context.client("ec2"), self.direction)
        made = authorize(GroupId=properties["GroupId"], IpPermissions=self.permissions(context, properties))
        rule = made["SecurityGroupRules"][0]["SecurityGroupRuleId"]
        return rule, {"Id": rule}

    def update(self, context, physical, old, new):
        client = context.client("ec2")
        describe = getattr(client, f"update_security_group_rule_descriptions_{self.direction}")
        describe(GroupId=new["GroupId"], IpPermissions=self.permissions(context, new))
        return {"Id": physical}

    def delete(self, context, physical, properties):
        _, revoke = calls(context.client("ec2"), self.direction)
        with gone():
            revoke(GroupId=properties["GroupId"], SecurityGroupRuleIds=[physical])


@provides("AWS::EC2::SecurityGroupIngress")
class SecurityGroupIngress(Rule):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroupingress.html"""

    direction = "ingress"


@provides("AWS::EC2::SecurityGroupEgress")
class SecurityGroupEgress(Rule):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroupegress.html"""

    direction = "egress"
