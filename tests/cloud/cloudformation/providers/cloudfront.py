"""Amazon CloudFront: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_CloudFront.html."""

from cloudformation.provider import Provider, changed, provides, tag_list, taken
from cloudformation.providers.shapes import absent, ask, without

# The parts of a distribution that a template names otherwise than the API.
NAMES = {
    "IPV6Enabled": "IsIPV6Enabled",
    "Locations": "Items",
    "OriginCustomHeaders": "CustomHeaders",
}


def counted(shape, value):
    """A value whose lists are counted, where the API wants it so."""
    if shape.type_name == "structure" and isinstance(value, list) and {"Items", "Quantity"} <= set(shape.members):
        items = [counted(shape.members["Items"].member, each) for each in value]
        return {"Quantity": len(items)} | ({"Items": items} if items else {})
    if shape.type_name == "structure" and isinstance(value, dict):
        members = {name.lower(): member for name, member in shape.members.items()}
        result = {name: counted(members[name.lower()], each) if name.lower() in members else each for name, each in value.items()}
        return ({"Quantity": len(result.get("Items", []))} if "Quantity" in shape.members else {}) | result
    if shape.type_name == "list" and isinstance(value, list):
        return [counted(shape.member, each) for each in value]
    return value


def called(value):
    """The value with the names of the API, and with what the API requires of it."""
    if isinstance(value, list):
        return [called(each) for each in value]
    if not isinstance(value, dict):
        return value
    result = {NAMES.get(name, name): called(each) for name, each in value.items()}
    if "OriginProtocolPolicy" in result:
        result = {"HTTPPort": 80, "HTTPSPort": 443} | result
    if "S3OriginConfig" in result:
        result["S3OriginConfig"] = {"OriginAccessIdentity": ""} | result["S3OriginConfig"]
    if "CachedMethods" in result or "AllowedMethods" in result:
        methods = result.get("AllowedMethods", ["GET", "HEAD"])
        cached = result.pop("CachedMethods", ["GET", "HEAD"])
        result["AllowedMethods"] = {"Items": methods, "CachedMethods": cached}
    return result


def member(client, operation, *path):
    shape = client.meta.service_model.operation_model(operation).input_shape
    for name in path:
        shape = shape.members[name]
    return shape


def distribution(client, properties, reference):
    """https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DistributionConfig.html"""
    config = {"Comment": ""} | called(properties["DistributionConfig"]) | {"CallerReference": reference}
    if "Logging" in config:
        config["Logging"] = {"Enabled": True, "IncludeCookies": False, "Prefix": ""} | config["Logging"]
    return counted(member(client, "UpdateDistribution", "DistributionConfig"), config)


@provides("AWS::CloudFront::Distribution")
class Distribution(Provider):
    def create(self, context, properties):
        taken(properties, "DistributionConfig", "Tags")
        client = context.client("cloudfront")
        config = distribution(client, properties, context.token)
        asked = {"DistributionConfig": config, "Tags": {"Items": tag_list(context.tagged(properties))}}
        made = ask(client, "CreateDistributionWithTags", DistributionConfigWithTags=asked)["Distribution"]
        return made["Id"], {"Id": made["Id"], "DomainName": made["DomainName"]}

    def put(self, client, physical, properties):
        found = client.get_distribution_config(Id=physical)
        config = distribution(client, properties, found["DistributionConfig"]["CallerReference"])
        return ask(client, "UpdateDistribution", Id=physical, IfMatch=found["ETag"], DistributionConfig=config)

    def update(self, context, physical, old, new):
        taken(new, "DistributionConfig", "Tags")
        client = context.client("cloudfront")
        if "DistributionConfig" in changed(old, new):
            self.put(client, physical, new)
        found = client.get_distribution(Id=physical)["Distribution"]
        present, gone = context.tag_changes(old, new)
        if present:
            client.tag_resource(Resource=found["ARN"], Tags={"Items": tag_list(present)})
        if gone:
            client.untag_resource(Resource=found["ARN"], TagKeys={"Items": gone})
        return {"Id": physical, "DomainName": found["DomainName"]}

    def delete(self, context, physical, properties):
        """Only a disabled distribution can be deleted."""
        client = context.client("cloudfront")
        with absent("NoSuchDistribution"):
            client.get_distribution(Id=physical)
            disabled = {"DistributionConfig": properties["DistributionConfig"] | {"Enabled": False}}
            client.delete_distribution(Id=physical, IfMatch=self.put(client, physical, disabled)["ETag"])


@provides(
    "AWS::CloudFront::CachePolicy",
    "AWS::CloudFront::OriginAccessControl",
    "AWS::CloudFront::OriginRequestPolicy",
    "AWS::CloudFront::ResponseHeadersPolicy",
)
class Configured(Provider):
    """What is a configuration with an id."""

    volatile = ("LastModifiedTime",)

    def __init__(self, kind):
        super().__init__(kind)
        self.kind = kind.rpartition("::")[2]
        self.config = f"{self.kind}Config"

    def asked(self, client, properties):
        config = taken(properties, self.config)[self.config]
        return {self.config: counted(member(client, f"Create{self.kind}", self.config), config)}

    def attributes(self, told):
        modified = told.get("LastModifiedTime")
        return {"Id": told["Id"]} | ({"LastModifiedTime": modified.isoformat()} if modified else {})

    def create(self, context, properties):
        client = context.client("cloudfront")
        made = ask(client, f"Create{self.kind}", **self.asked(client, properties))[self.kind]
        return made["Id"], self.attributes(made)

    def etag(self, client, physical):
        return ask(client, f"Get{self.kind}", Id=physical)["ETag"]

    def update(self, context, physical, old, new):
        client = context.client("cloudfront")
        asked = self.asked(client, new) | {"Id": physical, "IfMatch": self.etag(client, physical)}
        return self.attributes(ask(client, f"Update{self.kind}", **asked)[self.kind])

    def delete(self, context, physical, properties):
        client = context.client("cloudfront")
        with absent(f"NoSuch{self.kind}"):
            ask(client, f"Delete{self.kind}", Id=physical, IfMatch=self.etag(client, physical))


@provides("AWS::CloudFront::Function")
class Function(Provider):
    volatile = ("Stage",)
    names = ("AutoPublish", "FunctionCode", "FunctionConfig", "Name", "Tags")

    def asked(self, client, properties):
        asked = without(taken(properties, *self.names), "AutoPublish", "Tags")
        shape = member(client, "CreateFunction", "FunctionConfig")
        return asked | {"FunctionConfig": {"Comment": ""} | counted(shape, properties["FunctionConfig"])}

    def create(self, context, properties):
        client = context.client("cloudfront")
        made = ask(client, "CreateFunction", **self.asked(client, properties))
        context.physical = made["FunctionSummary"]["FunctionMetadata"]["FunctionARN"]
        return context.physical, self.publish(client, properties, made)

    def publish(self, client, properties, answer):
        summary = answer["FunctionSummary"]
        if properties.get("AutoPublish"):
            summary = client.publish_function(Name=properties["Name"], IfMatch=answer["ETag"])["FunctionSummary"]
        arn = summary["FunctionMetadata"]["FunctionARN"]
        return {"FunctionARN": arn, "FunctionMetadata.FunctionARN": arn, "Stage": summary["FunctionMetadata"].get("Stage", "DEVELOPMENT")}

    def update(self, context, physical, old, new):
        client = context.client("cloudfront")
        token = client.describe_function(Name=new["Name"])["ETag"]
        answer = ask(client, "UpdateFunction", IfMatch=token, **self.asked(client, new))
        return self.publish(client, new, answer)

    def delete(self, context, physical, properties):
        client, name = context.client("cloudfront"), properties["Name"]
        with absent("NoSuchFunctionExists"):
            client.delete_function(Name=name, IfMatch=client.describe_function(Name=name)["ETag"])
