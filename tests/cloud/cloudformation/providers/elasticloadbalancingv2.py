"""Elastic Load Balancing: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ElasticLoadBalancingV2.html."""

from cloudformation.provider import Provider, changed, picked, provides, tag_list, taken
from cloudformation.providers.shapes import absent, ask, differences, without


def retag(context, client, arn, old, new):
    present, gone = context.tag_changes(old, new)
    if present:
        client.add_tags(ResourceArns=[arn], Tags=tag_list(present))
    if gone:
        client.remove_tags(ResourceArns=[arn], TagKeys=gone)


@provides("AWS::ElasticLoadBalancingV2::LoadBalancer")
class LoadBalancer(Provider):
    volatile = ("SecurityGroups",)
    placed = ("SubnetMappings", "Subnets")
    settings = ("IpAddressType", "Scheme", "SecurityGroups", "Type", *placed)
    names = ("LoadBalancerAttributes", "Name", "Tags", *settings)

    def create(self, context, properties):
        taken(properties, *self.names)
        client = context.client("elbv2")
        name, tags = properties.get("Name") or context.name(32), tag_list(context.tagged(properties))
        asked = picked(properties, *self.settings)
        arn = context.physical = ask(client, "CreateLoadBalancer", Name=name, Tags=tags, **asked)["LoadBalancers"][0]["LoadBalancerArn"]
        self.set_attributes(client, arn, properties)
        return arn, self.attributes(client, arn)

    def set_attributes(self, client, arn, properties):
        if properties.get("LoadBalancerAttributes"):
            ask(client, "ModifyLoadBalancerAttributes", LoadBalancerArn=arn, Attributes=properties["LoadBalancerAttributes"])

    def attributes(self, client, arn):
        found = client.describe_load_balancers(LoadBalancerArns=[arn])["LoadBalancers"][0]
        told = picked(found, "DNSName", "LoadBalancerArn", "LoadBalancerName") | {"SecurityGroups": found.get("SecurityGroups", [])}
        return told | {"CanonicalHostedZoneID": found["CanonicalHostedZoneId"], "LoadBalancerFullName": arn.partition("loadbalancer/")[2]}

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client, differs = context.client("elbv2"), changed(old, new)
        if differs & set(self.placed):
            ask(client, "SetSubnets", LoadBalancerArn=physical, **picked(new, *self.placed))
        if "SecurityGroups" in differs:
            client.set_security_groups(LoadBalancerArn=physical, SecurityGroups=new.get("SecurityGroups", []))
        if "IpAddressType" in differs:
            client.set_ip_address_type(LoadBalancerArn=physical, IpAddressType=new.get("IpAddressType", "ipv4"))
        if "LoadBalancerAttributes" in differs:
            self.set_attributes(client, physical, new)
        retag(context, client, physical, old, new)
        return self.attributes(client, physical)

    def delete(self, context, physical, properties):
        with absent("LoadBalancerNotFound"):
            context.client("elbv2").delete_load_balancer(LoadBalancerArn=physical)


@provides("AWS::ElasticLoadBalancingV2::TargetGroup")
class TargetGroup(Provider):
    volatile = ("LoadBalancerArns",)
    fixed = ("IpAddressType", "Name", "Port", "Protocol", "ProtocolVersion", "TargetType", "VpcId")
    health = (
        "HealthCheckEnabled",
        "HealthCheckIntervalSeconds",
        "HealthCheckPath",
        "HealthCheckPort",
        "HealthCheckProtocol",
        "HealthCheckTimeoutSeconds",
        "HealthyThresholdCount",
        "Matcher",
        "UnhealthyThresholdCount",
    )
    names = ("Tags", "TargetGroupAttributes", "Targets", *fixed, *health)

    def create(self, context, properties):
        taken(properties, *self.names)
        client, tags = context.client("elbv2"), tag_list(context.tagged(properties))
        asked = {"Name": context.name(32)} | picked(properties, *self.fixed, *self.health)
        arn = context.physical = ask(client, "CreateTargetGroup", Tags=tags, **asked)["TargetGroups"][0]["TargetGroupArn"]
        self.settle(client, arn, {}, properties)
        return arn, self.attributes(client, arn)

    def settle(self, client, arn, old, new):
        if "TargetGroupAttributes" in changed(old, new) and new.get("TargetGroupAttributes"):
            ask(client, "ModifyTargetGroupAttributes", TargetGroupArn=arn, Attributes=new["TargetGroupAttributes"])
        gone, added = differences(old.get("Targets", []), new.get("Targets", []))
        if gone:
            ask(client, "DeregisterTargets", TargetGroupArn=arn, Targets=gone)
        if added:
            ask(client, "RegisterTargets", TargetGroupArn=arn, Targets=added)

    def attributes(self, client, arn):
        found = client.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"][0]
        told = picked(found, "TargetGroupArn", "TargetGroupName") | {"LoadBalancerArns": found.get("LoadBalancerArns", [])}
        return told | {"TargetGroupFullName": arn.rpartition(":")[2]}

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client = context.client("elbv2")
        if changed(old, new) & set(self.health):
            ask(client, "ModifyTargetGroup", TargetGroupArn=physical, **picked(new, *self.health))
        self.settle(client, physical, old, new)
        retag(context, client, physical, old, new)
        return self.attributes(client, physical)

    def delete(self, context, physical, properties):
        with absent("TargetGroupNotFound"):
            context.client("elbv2").delete_target_group(TargetGroupArn=physical)


@provides("AWS::ElasticLoadBalancingV2::Listener")
class Listener(Provider):
    settings = ("AlpnPolicy", "Certificates", "DefaultActions", "MutualAuthentication", "Port", "Protocol", "SslPolicy")
    names = ("ListenerAttributes", "LoadBalancerArn", "Tags", *settings)

    def create(self, context, properties):
        taken(properties, *self.names)
        client, tags = context.client("elbv2"), tag_list(context.tagged(properties))
        asked = without(properties, "ListenerAttributes", "Tags")
        arn = context.physical = ask(client, "CreateListener", Tags=tags, **asked)["Listeners"][0]["ListenerArn"]
        self.set_attributes(client, arn, properties)
        return arn, {"ListenerArn": arn}

    def set_attributes(self, client, arn, properties):
        if properties.get("ListenerAttributes"):
            ask(client, "ModifyListenerAttributes", ListenerArn=arn, Attributes=properties["ListenerAttributes"])

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client, differs = context.client("elbv2"), changed(old, new)
        if differs & set(self.settings):
            ask(client, "ModifyListener", ListenerArn=physical, **picked(new, *self.settings))
        if "ListenerAttributes" in differs:
            self.set_attributes(client, physical, new)
        retag(context, client, physical, old, new)
        return {"ListenerArn": physical}

    def delete(self, context, physical, properties):
        with absent("ListenerNotFound"):
            context.client("elbv2").delete_listener(ListenerArn=physical)


@provides("AWS::ElasticLoadBalancingV2::ListenerCertificate")
class ListenerCertificate(Provider):
    def create(self, context, properties):
        taken(properties, "Certificates", "ListenerArn")
        ask(context.client("elbv2"), "AddListenerCertificates", **properties)
        return context.name(), {"Id": context.name()}

    def update(self, context, physical, old, new):
        gone, added = differences(old["Certificates"], taken(new, "Certificates", "ListenerArn")["Certificates"])
        client, who = context.client("elbv2"), picked(new, "ListenerArn")
        if gone:
            ask(client, "RemoveListenerCertificates", Certificates=gone, **who)
        if added:
            ask(client, "AddListenerCertificates", Certificates=added, **who)
        return {"Id": physical}

    def delete(self, context, physical, properties):
        with absent("ListenerNotFound"):
            ask(context.client("elbv2"), "RemoveListenerCertificates", **properties)


@provides("AWS::ElasticLoadBalancingV2::ListenerRule")
class ListenerRule(Provider):
    names = ("Actions", "Conditions", "ListenerArn", "Priority", "Tags")

    def create(self, context, properties):
        taken(properties, *self.names)
        client, tags = context.client("elbv2"), tag_list(context.tagged(properties))
        arn = ask(client, "CreateRule", Tags=tags, **without(properties, "Tags"))["Rules"][0]["RuleArn"]
        return arn, {"IsDefault": False, "RuleArn": arn}

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client, differs = context.client("elbv2"), changed(old, new)
        if differs & {"Actions", "Conditions"}:
            ask(client, "ModifyRule", RuleArn=physical, **picked(new, "Actions", "Conditions"))
        if "Priority" in differs:
            ask(client, "SetRulePriorities", RulePriorities=[{"RuleArn": physical, "Priority": new["Priority"]}])
        retag(context, client, physical, old, new)
        return {"IsDefault": False, "RuleArn": physical}

    def delete(self, context, physical, properties):
        with absent("RuleNotFound"):
            context.client("elbv2").delete_rule(RuleArn=physical)
