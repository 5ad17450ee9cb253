"""Amazon CloudWatch Logs: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Logs.html."""

from uuid import UUID

from cloudformation.provider import Provider, changed, picked, provides, taken
from cloudformation.providers.shapes import absent, ask, text, without

GONE = "ResourceNotFoundException"


@provides("AWS::Logs::LogGroup")
class LogGroup(Provider):
    names = (
        "BearerTokenAuthenticationEnabled",
        "DataProtectionPolicy",
        "DeletionProtectionEnabled",
        "FieldIndexPolicies",
        "KmsKeyId",
        "LogGroupClass",
        "LogGroupName",
        "ResourcePolicyDocument",
        "RetentionInDays",
        "Tags",
    )

    def create(self, context, properties):
        taken(properties, *self.names)
        client = context.client("logs")
        name = properties.get("LogGroupName") or context.name(512)
        asked = picked(properties, "DeletionProtectionEnabled", "KmsKeyId", "LogGroupClass")
        ask(client, "CreateLogGroup", LogGroupName=name, Tags=context.tagged(properties), **asked)
        context.physical = name
        self.settle(client, self.arn(context, name), {}, properties)
        return name, {"Arn": f"{self.arn(context, name)}:*"}

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client, arn = context.client("logs"), self.arn(context, physical)
        self.settle(client, arn, old, new)
        if new.get("KmsKeyId") != old.get("KmsKeyId"):
            if new.get("KmsKeyId"):
                client.associate_kms_key(logGroupName=physical, kmsKeyId=new["KmsKeyId"])
            else:
                client.disassociate_kms_key(logGroupName=physical)
        protected = new.get("DeletionProtectionEnabled", False)
        if protected != old.get("DeletionProtectionEnabled", False):
            client.put_log_group_deletion_protection(logGroupIdentifier=physical, deletionProtectionEnabled=protected)
        present, gone = context.tag_changes(old, new)
        if present:
            client.tag_resource(resourceArn=arn, tags=present)
        if gone:
            client.untag_resource(resourceArn=arn, tagKeys=gone)
        return {"Arn": f"{arn}:*"}

    def arn(self, context, name):
        return context.arn("logs", f"log-group:{name}")

    def settle(self, client, arn, old, new):
        """What is set after the group is made."""
        name = arn.split(":", 6)[6]
        differ = changed(old, new)
        if "RetentionInDays" in differ:
            if "RetentionInDays" in new:
                client.put_retention_policy(logGroupName=name, retentionInDays=new["RetentionInDays"])
            else:
                client.delete_retention_policy(logGroupName=name)
        if "DataProtectionPolicy" in differ:
            if "DataProtectionPolicy" in new:
                policy = text(new["DataProtectionPolicy"])
                client.put_data_protection_policy(logGroupIdentifier=name, policyDocument=policy)
            else:
                client.delete_data_protection_policy(logGroupIdentifier=name)
        if "FieldIndexPolicies" in differ:
            for policy in new.get("FieldIndexPolicies", []):
                client.put_index_policy(logGroupIdentifier=name, policyDocument=text(policy))
            if not new.get("FieldIndexPolicies"):
                client.delete_index_policy(logGroupIdentifier=name)
        if "ResourcePolicyDocument" in differ:
            if "ResourcePolicyDocument" in new:
                client.put_resource_policy(resourceArn=arn, policyDocument=text(new["ResourcePolicyDocument"]))
            else:
                client.delete_resource_policy(resourceArn=arn)
        if "BearerTokenAuthenticationEnabled" in differ:
            enabled = new.get("BearerTokenAuthenticationEnabled", False)
            client.put_bearer_token_authentication(logGroupIdentifier=name, bearerTokenAuthenticationEnabled=enabled)

    def delete(self, context, physical, properties):
        with absent(GONE):
            context.client("logs").delete_log_group(logGroupName=physical)


class Filter(Provider):
    """A filter of a log group: it is put, whether it is there or not. `put` does so under a name."""

    def create(self, context, properties):
        name = properties.get("FilterName") or context.name(512)
        self.put(context, name, properties)
        return name, {}

    def update(self, context, physical, old, new):
        self.put(context, physical, new)
        return {}


@provides("AWS::Logs::MetricFilter")
class MetricFilter(Filter):
    names = (
        "ApplyOnTransformedLogs",
        "EmitSystemFieldDimensions",
        "FieldSelectionCriteria",
        "FilterName",
        "FilterPattern",
        "LogGroupName",
        "MetricTransformations",
    )

    def put(self, context, name, properties):
        taken(properties, *self.names)
        transformations = [self.transformation(each) for each in properties["MetricTransformations"]]
        asked = properties | {"FilterName": name, "MetricTransformations": transformations}
        ask(context.client("logs"), "PutMetricFilter", **asked)

    def transformation(self, properties):
        """The dimensions are a list in a template, and a map in the API."""
        if "Dimensions" not in properties:
            return properties
        return properties | {"Dimensions": {each["Key"]: each["Value"] for each in properties["Dimensions"]}}

    def delete(self, context, physical, properties):
        with absent(GONE):
            context.client("logs").delete_metric_filter(logGroupName=properties["LogGroupName"], filterName=physical)


@provides("AWS::Logs::ResourcePolicy")
class ResourcePolicy(Provider):
    def create(self, context, properties):
        ask(context.client("logs"), "PutResourcePolicy", **taken(properties, "PolicyDocument", "PolicyName"))
        return properties["PolicyName"], {}

    def update(self, context, physical, old, new):
        self.create(context, new)
        return {}

    def delete(self, context, physical, properties):
        with absent(GONE):
            context.client("logs").delete_resource_policy(policyName=physical)


@provides("AWS::Logs::QueryDefinition")
class QueryDefinition(Provider):
    names = ("LogGroupNames", "Name", "Parameters", "QueryLanguage", "QueryString")

    def create(self, context, properties):
        asked = taken(properties, *self.names) | {"ClientToken": str(UUID(context.token))}
        identifier = ask(context.client("logs"), "PutQueryDefinition", **asked)["queryDefinitionId"]
        return identifier, {"QueryDefinitionId": identifier}

    def update(self, context, physical, old, new):
        ask(context.client("logs"), "PutQueryDefinition", QueryDefinitionId=physical, **taken(new, *self.names))
        return {"QueryDefinitionId": physical}

    def delete(self, context, physical, properties):
        with absent(GONE):
            context.client("logs").delete_query_definition(queryDefinitionId=physical)


@provides("AWS::Logs::SubscriptionFilter")
class SubscriptionFilter(Filter):
    names = (
        "ApplyOnTransformedLogs",
        "DestinationArn",
        "Distribution",
        "EmitSystemFields",
        "FieldSelectionCriteria",
        "FilterName",
        "FilterPattern",
        "LogGroupName",
        "RoleArn",
    )

    def put(self, context, name, properties):
        asked = without(taken(properties, *self.names), "FilterName")
        ask(context.client("logs"), "PutSubscriptionFilter", FilterName=name, **asked)

    def delete(self, context, physical, properties):
        with absent(GONE):
            context.client("logs").delete_subscription_filter(logGroupName=properties["LogGroupName"], filterName=physical)
