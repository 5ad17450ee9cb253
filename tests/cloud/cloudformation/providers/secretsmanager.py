"""AWS Secrets Manager: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SecretsManager.html."""

import json

from cloudformation.provider import Failed, Provider, changed, picked, provides, tag_list, taken
from cloudformation.providers.shapes import absent, ask, text, without

GONE = ("ResourceNotFoundException", "InvalidRequestException")


def value(client, properties):
    """The text of the secret, as the template has it or has it made; None where it has none."""
    if "SecretString" in properties:
        return text(properties["SecretString"])
    if "GenerateSecretString" not in properties:
        return None
    rules = properties["GenerateSecretString"]
    password = ask(client, "GetRandomPassword", **without(rules, "GenerateStringKey", "SecretStringTemplate"))["RandomPassword"]
    if "SecretStringTemplate" not in rules:
        return password
    return json.dumps(json.loads(rules["SecretStringTemplate"]) | {rules["GenerateStringKey"]: password})


@provides("AWS::SecretsManager::Secret")
class Secret(Provider):
    contents = ("GenerateSecretString", "SecretString")
    settings = ("Description", "KmsKeyId")
    names = ("Name", "ReplicaRegions", "Tags", *contents, *settings)

    def create(self, context, properties):
        taken(properties, *self.names)
        client = context.client("secretsmanager")
        asked = {"Name": properties.get("Name") or context.name(512)} | picked(properties, *self.settings)
        content = value(client, properties)
        if content is not None:
            asked["SecretString"] = content
        if "ReplicaRegions" in properties:
            asked["AddReplicaRegions"] = properties["ReplicaRegions"]
        arn = ask(client, "CreateSecret", Tags=tag_list(context.tagged(properties)), ClientRequestToken=context.token, **asked)["ARN"]
        return arn, {"Id": arn}

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client = context.client("secretsmanager")
        differs = changed(old, new)
        settings = picked(new, *(name for name in self.settings if name in differs))
        if differs & set(self.contents) and value(client, new) is not None:
            settings["SecretString"] = value(client, new)
        if settings:
            ask(client, "UpdateSecret", SecretId=physical, **settings)
        self.replicate(client, physical, old, new)
        present, gone = context.tag_changes(old, new)
        if present:
            client.tag_resource(SecretId=physical, Tags=tag_list(present))
        if gone:
            client.untag_resource(SecretId=physical, TagKeys=gone)
        return {"Id": physical}

    def replicate(self, client, physical, old, new):
        former, present = ({each["Region"]: each for each in properties.get("ReplicaRegions", [])} for properties in (old, new))
        gone = [region for region in former if former[region] != present.get(region)]
        added = [each for region, each in present.items() if each != former.get(region)]
        if gone:
            client.remove_regions_from_replication(SecretId=physical, RemoveReplicaRegions=gone)
        if added:
            ask(client, "ReplicateSecretToRegions", SecretId=physical, AddReplicaRegions=added)

    def delete(self, context, physical, properties):
        """It is gone at once, so that its name is free again."""
        client = context.client("secretsmanager")
        with absent(*GONE):
            client.describe_secret(SecretId=physical)
            self.replicate(client, physical, properties, {})
            client.delete_secret(SecretId=physical, ForceDeleteWithoutRecovery=True)


class OfSecret(Provider):
    """What a secret has one of, and whose id is the ARN of the secret. `settle` sets it, whether it is there or not, and gives the ARN."""

    def create(self, context, properties):
        arn = self.settle(context, properties)
        return arn, {"Id": arn}

    def update(self, context, physical, old, new):
        return {"Id": self.settle(context, new)}


@provides("AWS::SecretsManager::RotationSchedule")
class RotationSchedule(OfSecret):
    """Its id is the ARN of the secret
    (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-rotationschedule.html)."""

    names = ("RotateImmediatelyOnUpdate", "RotationLambdaARN", "RotationRules", "SecretId")

    def settle(self, context, properties):
        taken(properties, *self.names)
        asked = picked(properties, "RotationLambdaARN", "RotationRules", "SecretId")
        now = properties.get("RotateImmediatelyOnUpdate", True)
        return ask(context.client("secretsmanager"), "RotateSecret", RotateImmediately=now, **asked)["ARN"]

    def delete(self, context, physical, properties):
        with absent(*GONE):
            context.client("secretsmanager").cancel_rotate_secret(SecretId=physical)


@provides("AWS::SecretsManager::ResourcePolicy")
class ResourcePolicy(OfSecret):
    def settle(self, context, properties):
        taken(properties, "BlockPublicPolicy", "ResourcePolicy", "SecretId")
        asked = picked(properties, "BlockPublicPolicy", "ResourcePolicy", "SecretId")
        return ask(context.client("secretsmanager"), "PutResourcePolicy", **asked)["ARN"]

    def delete(self, context, physical, properties):
        with absent(*GONE):
            context.client("secretsmanager").delete_resource_policy(SecretId=physical)


@provides("AWS::SecretsManager::SecretTargetAttachment")
class SecretTargetAttachment(OfSecret):
    """Adds to the secret how its database is reached
    (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secrettargetattachment.html)."""

    def settle(self, context, properties):
        taken(properties, "SecretId", "TargetId", "TargetType")
        secrets, client = context.client("secretsmanager"), context.client("rds")
        target, kind = properties["TargetId"], properties["TargetType"]
        if kind == "AWS::RDS::DBInstance":
            found = client.describe_db_instances(DBInstanceIdentifier=target)["DBInstances"][0]
            reach = {"dbInstanceIdentifier": target, "host": found["Endpoint"]["Address"], "port": found["Endpoint"]["Port"]}
            reach |= {"dbname": found["DBName"]} if "DBName" in found else {}
        elif kind == "AWS::RDS::DBCluster":
            found = client.describe_db_clusters(DBClusterIdentifier=target)["DBClusters"][0]
            reach = {"dbClusterIdentifier": target, "host": found["Endpoint"], "port": found["Port"]}
            reach |= {"dbname": found["DatabaseName"]} if "DatabaseName" in found else {}
        else:
            raise Failed(f"The server of the tests does not know the target type {kind}")
        former = json.loads(secrets.get_secret_value(SecretId=properties["SecretId"])["SecretString"])
        content = json.dumps(former | {"engine": found["Engine"]} | reach)
        return secrets.put_secret_value(SecretId=properties["SecretId"], SecretString=content)["ARN"]

    def delete(self, context, physical, properties):
        """The secret stays as it is."""
