"""AWS WAF: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_WAFv2.html."""

import base64

from cloudformation.provider import Provider, picked, provides, tag_list, taken
from cloudformation.providers.shapes import absent, ask, without

GONE = "WAFNonexistentItemException"


def retag(context, client, arn, old, new):
    present, gone = context.tag_changes(old, new)
    if present:
        client.tag_resource(ResourceARN=arn, Tags=tag_list(present))
    if gone:
        client.untag_resource(ResourceARN=arn, TagKeys=gone)


def decoded(value):
    """Rules with what they search for as it is, which a template may have in Base64."""
    if isinstance(value, list):
        return [decoded(each) for each in value]
    if not isinstance(value, dict):
        return value
    result = {name: decoded(each) for name, each in value.items()}
    if "SearchStringBase64" in result:
        result["SearchString"] = base64.b64decode(result.pop("SearchStringBase64"))
    return result


class Named(Provider):
    """What has a name, an id and a scope, which together are its id, and a token against changes at the same time."""

    def create(self, context, properties):
        taken(properties, *self.names)
        client = context.client("wafv2")
        name = properties.get("Name") or context.name(128)
        asked = self.asked(without(properties, "Name", "Tags"))
        made = ask(client, f"Create{self.kind}", Name=name, Tags=tag_list(context.tagged(properties)), **asked)["Summary"]
        return f"{name}|{made['Id']}|{properties['Scope']}", self.attributes(client, name, made["Id"], properties["Scope"])

    def asked(self, properties):
        return decoded(properties)

    def find(self, client, name, identifier, scope):
        return ask(client, f"Get{self.kind}", Name=name, Id=identifier, Scope=scope)

    def attributes(self, client, *who):
        found = self.find(client, *who)[self.kind]
        attributes = {"Arn": found["ARN"], "Id": found["Id"]} | picked(found, "LabelNamespace")
        return attributes | ({"Capacity": str(found["Capacity"])} if "Capacity" in found else {})

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client, who = context.client("wafv2"), physical.split("|")
        if without(old, "Tags") != without(new, "Tags"):
            found = self.find(client, *who)
            asked = self.asked(without(new, "Name", "Tags", "Scope", "IPAddressVersion"))
            name, identifier, scope = who
            ask(client, f"Update{self.kind}", Name=name, Id=identifier, Scope=scope, LockToken=found["LockToken"], **asked)
        attributes = self.attributes(client, *who)
        retag(context, client, attributes["Arn"], old, new)
        return attributes

    def delete(self, context, physical, properties):
        client, who = context.client("wafv2"), physical.split("|")
        with absent(GONE):
            token = self.find(client, *who)["LockToken"]
            name, identifier, scope = who
            ask(client, f"Delete{self.kind}", Name=name, Id=identifier, Scope=scope, LockToken=token)


@provides("AWS::WAFv2::WebACL")
class WebAcl(Named):
    volatile = ("Capacity",)
    kind = "WebACL"
    names = (
        "AssociationConfig",
        "CaptchaConfig",
        "ChallengeConfig",
        "CustomResponseBodies",
        "DefaultAction",
        "Description",
        "Name",
        "Rules",
        "Scope",
        "Tags",
        "TokenDomains",
        "VisibilityConfig",
    )


@provides("AWS::WAFv2::IPSet")
class IpSet(Named):
    kind = "IPSet"
    names = ("Addresses", "Description", "IPAddressVersion", "Name", "Scope", "Tags")


@provides("AWS::WAFv2::RegexPatternSet")
class RegexPatternSet(Named):
    kind = "RegexPatternSet"
    names = ("Description", "Name", "RegularExpressionList", "Scope", "Tags")

    def asked(self, properties):
        return properties | {"RegularExpressionList": [{"RegexString": each} for each in properties["RegularExpressionList"]]}


@provides("AWS::WAFv2::WebACLAssociation")
class WebAclAssociation(Provider):
    def create(self, context, properties):
        taken(properties, "ResourceArn", "WebACLArn")
        context.client("wafv2").associate_web_acl(**properties)
        return f"{properties['ResourceArn']}|{properties['WebACLArn']}", {}

    def delete(self, context, physical, properties):
        with absent(GONE):
            context.client("wafv2").disassociate_web_acl(ResourceArn=physical.partition("|")[0])


@provides("AWS::WAFv2::LoggingConfiguration")
class LoggingConfiguration(Provider):
    def settle(self, context, properties):
        taken(properties, "LogDestinationConfigs", "LoggingFilter", "RedactedFields", "ResourceArn")
        asked = {"LoggingConfiguration": properties}
        told = ask(context.client("wafv2"), "PutLoggingConfiguration", **asked)["LoggingConfiguration"]
        return {"ManagedByFirewallManager": told.get("ManagedByFirewallManager", False)}

    def create(self, context, properties):
        return properties["ResourceArn"], self.settle(context, properties)

    def update(self, context, physical, old, new):
        return self.settle(context, new)

    def delete(self, context, physical, properties):
        with absent(GONE):
            context.client("wafv2").delete_logging_configuration(ResourceArn=physical)
