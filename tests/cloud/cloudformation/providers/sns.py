"""Amazon SNS: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SNS.html."""

from cloudformation.provider import Provider, changed, picked, provides, tag_list, taken
from cloudformation.providers.shapes import absent, attribute, differences, text

GONE = "NotFound"
# The attributes of a topic, with what they are where nobody sets them:
# https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
ATTRIBUTES = {
    "ArchivePolicy": "{}",
    "ContentBasedDeduplication": "false",
    "DisplayName": "",
    "FifoThroughputScope": "Topic",
    "FifoTopic": "false",
    "KmsMasterKeyId": "",
    "MaximumMessageSize": "262144",
    "SignatureVersion": "1",
    "TracingConfig": "PassThrough",
}
PROTOCOLS = {"http/s": "HTTP", "sqs": "SQS", "lambda": "Lambda", "firehose": "Firehose", "application": "Application"}
SUBSCRIPTION_ATTRIBUTES = {
    "DeliveryPolicy": "{}",
    "FilterPolicy": "{}",
    "FilterPolicyScope": "MessageAttributes",
    "RawMessageDelivery": "false",
    "RedrivePolicy": "{}",
    "ReplayPolicy": "{}",
    "SubscriptionRoleArn": "",
}
# https://docs.aws.amazon.com/sns/latest/api/API_AddPermission.html names the actions of the owner.
OWNER_ACTIONS = (
    "GetTopicAttributes",
    "SetTopicAttributes",
    "AddPermission",
    "RemovePermission",
    "DeleteTopic",
    "Subscribe",
    "ListSubscriptionsByTopic",
    "Publish",
)


def settings(properties, known):
    return {name: attribute(value) for name, value in picked(properties, *known).items()}


@provides("AWS::SNS::Topic")
class Topic(Provider):
    names = (*ATTRIBUTES, "DataProtectionPolicy", "DeliveryStatusLogging", "Subscription", "Tags", "TopicName")

    def create(self, context, properties):
        taken(properties, *self.names)
        client = context.client("sns")
        suffix = ".fifo" if properties.get("FifoTopic") else ""
        name = properties.get("TopicName") or context.name(256 - len(suffix)) + suffix
        policy = {name: text(value) for name, value in picked(properties, "DataProtectionPolicy").items()}
        tags = tag_list(context.tagged(properties))
        arn = client.create_topic(Name=name, Attributes=self.attributes(properties), Tags=tags, **policy)["TopicArn"]
        context.physical = arn
        for each in properties.get("Subscription", []):
            client.subscribe(TopicArn=arn, **each)
        return arn, {"TopicArn": arn, "TopicName": name}

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client = context.client("sns")
        former, wanted = self.attributes(old), self.attributes(new)
        for name in sorted(changed(former, wanted)):
            value = wanted.get(name, ATTRIBUTES.get(name, ""))
            client.set_topic_attributes(TopicArn=physical, AttributeName=name, AttributeValue=value)
        if old.get("DataProtectionPolicy") != new.get("DataProtectionPolicy"):
            client.put_data_protection_policy(ResourceArn=physical, DataProtectionPolicy=text(new.get("DataProtectionPolicy", "")))
        self.subscribe(client, physical, old, new)
        present, gone = context.tag_changes(old, new)
        if present:
            client.tag_resource(ResourceArn=physical, Tags=tag_list(present))
        if gone:
            client.untag_resource(ResourceArn=physical, TagKeys=gone)
        return {"TopicArn": physical, "TopicName": physical.rpartition(":")[2]}

    def attributes(self, properties):
        attributes = settings(properties, ATTRIBUTES)
        for each in properties.get("DeliveryStatusLogging", []):
            prefix = PROTOCOLS[each["Protocol"].lower()]
            attributes |= {f"{prefix}{name}": str(value) for name, value in each.items() if name != "Protocol"}
        return attributes

    def subscribe(self, client, arn, old, new):
        gone, added = differences(old.get("Subscription", []), new.get("Subscription", []))
        for each in client.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"] if gone else []:
            if picked(each, "Endpoint", "Protocol") in gone:
                client.unsubscribe(SubscriptionArn=each["SubscriptionArn"])
        for each in added:
            client.subscribe(TopicArn=arn, **each)

    def delete(self, context, physical, properties):
        with absent(GONE):
            context.client("sns").delete_topic(TopicArn=physical)


@provides("AWS::SNS::TopicPolicy")
class TopicPolicy(Provider):
    def create(self, context, properties):
        context.physical = context.name()
        self.put(context, taken(properties, "PolicyDocument", "Topics"))
        return context.physical, {"Id": context.physical}

    def update(self, context, physical, old, new):
        self.put(context, taken(new, "PolicyDocument", "Topics"))
        self.take_back(context, [topic for topic in old["Topics"] if topic not in new["Topics"]])
        return {"Id": physical}

    def put(self, context, properties):
        policy = text(properties["PolicyDocument"])
        for topic in properties["Topics"]:
            context.client("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)

    def take_back(self, context, topics):
        for topic in topics:
            with absent(GONE):
                policy = text(default_policy(topic))
                context.client("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)

    def delete(self, context, physical, properties):
        self.take_back(context, properties["Topics"])


def default_policy(topic):
    """That which a topic has where nobody gives it one."""
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [f"SNS:{name}" for name in OWNER_ACTIONS],
        "Resource": topic,
        "Condition": {"StringEquals": {"AWS:SourceOwner": topic.split(":")[4]}},
    }
    return {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]}


@provides("AWS::SNS::Subscription")
class Subscription(Provider):
    names = (*SUBSCRIPTION_ATTRIBUTES, "Endpoint", "Protocol", "Region", "TopicArn")

    def create(self, context, properties):
        taken(properties, *self.names)
        client = context.client("sns", properties.get("Region"))
        asked = picked(properties, "Endpoint", "Protocol", "TopicArn")
        attributes = settings(properties, SUBSCRIPTION_ATTRIBUTES)
        arn = client.subscribe(**asked, Attributes=attributes, ReturnSubscriptionArn=True)["SubscriptionArn"]
        return arn, {"Arn": arn}

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client = context.client("sns", new.get("Region"))
        former, wanted = settings(old, SUBSCRIPTION_ATTRIBUTES), settings(new, SUBSCRIPTION_ATTRIBUTES)
        for name in sorted(changed(former, wanted)):
            value = wanted.get(name, SUBSCRIPTION_ATTRIBUTES[name])
            client.set_subscription_attributes(SubscriptionArn=physical, AttributeName=name, AttributeValue=value)
        return {"Arn": physical}

    def delete(self, context, physical, properties):
        with absent(GONE):
            context.client("sns", properties.get("Region")).unsubscribe(SubscriptionArn=physical)
