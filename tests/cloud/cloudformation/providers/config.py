"""AWS Config: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Config.html."""

from cloudformation.provider import Provider, picked, provides, renamed, tag_list, taken
from cloudformation.providers.shapes import absent, ask, without


@provides("AWS::Config::ConfigurationRecorder")
class ConfigurationRecorder(Provider):
    """It records as soon as there is a delivery channel
    (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-config-configurationrecorder.html)."""

    def create(self, context, properties):
        name = properties.get("Name") or context.name()
        client = context.client("config")
        attributes = self.put(context, name, properties)
        context.physical = name
        if properties.get("StartedOnCreate", True) and client.describe_delivery_channels()["DeliveryChannels"]:
            client.start_configuration_recorder(ConfigurationRecorderName=name)
        return name, attributes

    def update(self, context, physical, old, new):
        return self.put(context, physical, new)

    def put(self, context, name, properties):
        taken(properties, "Name", "RecordingGroup", "RecordingMode", "RoleARN", "StartedOnCreate")
        client = context.client("config")
        recorder = {"Name": name} | without(properties, "Name", "StartedOnCreate")
        ask(client, "PutConfigurationRecorder", ConfigurationRecorder=recorder)
        made = client.describe_configuration_recorders(ConfigurationRecorderNames=[name])["ConfigurationRecorders"][0]
        return {"ResourceARN": made["arn"]}

    def delete(self, context, physical, properties):
        with absent("NoSuchConfigurationRecorderException"):
            context.client("config").delete_configuration_recorder(ConfigurationRecorderName=physical)


@provides("AWS::Config::DeliveryChannel")
class DeliveryChannel(Provider):
    """It has to be there before the recorder can record, and to be the last that is deleted while it does
    (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-config-deliverychannel.html)."""

    follows = ("AWS::Config::ConfigurationRecorder",)

    def create(self, context, properties):
        name = properties.get("Name") or context.name()
        self.put(context, name, properties)
        context.physical = name
        for recorder in self.recorders(context):
            context.client("config").start_configuration_recorder(ConfigurationRecorderName=recorder)
        return name, {}

    def update(self, context, physical, old, new):
        self.put(context, physical, new)
        return {}

    def put(self, context, name, properties):
        taken(properties, "ConfigSnapshotDeliveryProperties", "Name", "S3BucketName", "S3KeyPrefix", "S3KmsKeyArn", "SnsTopicARN")
        ask(context.client("config"), "PutDeliveryChannel", DeliveryChannel={"Name": name} | without(properties, "Name"))

    def recorders(self, context):
        return [each["name"] for each in context.client("config").describe_configuration_recorders()["ConfigurationRecorders"]]

    def delete(self, context, physical, properties):
        for recorder in self.recorders(context):
            context.client("config").stop_configuration_recorder(ConfigurationRecorderName=recorder)
        with absent("NoSuchDeliveryChannelException"):
            context.client("config").delete_delivery_channel(DeliveryChannelName=physical)


@provides("AWS::Config::ConfigurationAggregator")
class ConfigurationAggregator(Provider):
    names = ("AccountAggregationSources", "ConfigurationAggregatorName", "OrganizationAggregationSource", "Tags")

    def create(self, context, properties):
        name = properties.get("ConfigurationAggregatorName") or context.name()
        return name, self.put(context, name, properties, Tags=tag_list(context.tagged(properties)))

    def update(self, context, physical, old, new):
        attributes = self.put(context, physical, new)
        retag(context, attributes["ConfigurationAggregatorArn"], old, new)
        return attributes

    def put(self, context, name, properties, **tags):
        sources = without(taken(properties, *self.names), "ConfigurationAggregatorName", "Tags")
        client = context.client("config")
        answer = ask(client, "PutConfigurationAggregator", ConfigurationAggregatorName=name, **sources, **tags)
        return picked(answer["ConfigurationAggregator"], "ConfigurationAggregatorArn")

    def delete(self, context, physical, properties):
        with absent("NoSuchConfigurationAggregatorException"):
            context.client("config").delete_configuration_aggregator(ConfigurationAggregatorName=physical)


@provides("AWS::Config::ConfigRule")
class ConfigRule(Provider):
    """CloudFormation gives it no tags: its type has none."""

    names = (
        "ConfigRuleName",
        "Description",
        "EvaluationModes",
        "InputParameters",
        "MaximumExecutionFrequency",
        "Scope",
        "Source",
    )

    def create(self, context, properties):
        name = properties.get("ConfigRuleName") or context.name(128)
        return name, self.put(context, name, properties)

    def update(self, context, physical, old, new):
        return self.put(context, physical, new)

    def put(self, context, name, properties):
        client = context.client("config")
        rule = taken(properties, *self.names) | {"ConfigRuleName": name}
        ask(client, "PutConfigRule", ConfigRule=rule)
        made = client.describe_config_rules(ConfigRuleNames=[name])["ConfigRules"][0]
        return renamed(made, ConfigRuleId="ConfigRuleId", ConfigRuleArn="Arn") | {"Compliance.Type": "INSUFFICIENT_DATA"}

    def delete(self, context, physical, properties):
        with absent("NoSuchConfigRuleException"):
            context.client("config").delete_config_rule(ConfigRuleName=physical)


def retag(context, arn, old, new):
    present, gone = context.tag_changes(old, new)
    if present:
        context.client("config").tag_resource(ResourceArn=arn, Tags=tag_list(present))
    if gone:
        context.client("config").untag_resource(ResourceArn=arn, TagKeys=gone)
