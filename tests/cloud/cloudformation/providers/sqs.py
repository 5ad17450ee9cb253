"""Amazon SQS: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SQS.html."""

from cloudformation.provider import Provider, changed, picked, provides, taken
from cloudformation.providers.shapes import absent, attribute, text

GONE = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")
# The attributes of a queue, with what they are where nobody sets them:
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
ATTRIBUTES = {
    "ContentBasedDeduplication": "false",
    "DeduplicationScope": "queue",
    "DelaySeconds": "0",
    "FifoQueue": "false",
    "FifoThroughputLimit": "perQueue",
    "KmsDataKeyReusePeriodSeconds": "300",
    "KmsMasterKeyId": "",
    "MaximumMessageSize": "1048576",
    "MessageRetentionPeriod": "345600",
    "ReceiveMessageWaitTimeSeconds": "0",
    "RedriveAllowPolicy": "",
    "RedrivePolicy": "",
    "SqsManagedSseEnabled": "true",
    "VisibilityTimeout": "30",
}


def settings(properties):
    return {name: attribute(value) for name, value in picked(properties, *ATTRIBUTES).items()}


@provides("AWS::SQS::Queue")
class Queue(Provider):
    names = (*ATTRIBUTES, "QueueName", "Tags")

    def create(self, context, properties):
        taken(properties, *self.names)
        suffix = ".fifo" if properties.get("FifoQueue") else ""
        name = properties.get("QueueName") or context.name(80 - len(suffix)) + suffix
        client = context.client("sqs")
        url = client.create_queue(QueueName=name, Attributes=settings(properties), tags=context.tagged(properties))["QueueUrl"]
        return url, self.attributes(context, url)

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client = context.client("sqs")
        former, wanted = settings(old), settings(new)
        values = {name: wanted.get(name, ATTRIBUTES[name]) for name in changed(former, wanted)}
        if values:
            client.set_queue_attributes(QueueUrl=physical, Attributes=values)
        present, gone = context.tag_changes(old, new)
        if present:
            client.tag_queue(QueueUrl=physical, Tags=present)
        if gone:
            client.untag_queue(QueueUrl=physical, TagKeys=gone)
        return self.attributes(context, physical)

    def attributes(self, context, url):
        name = url.rpartition("/")[2]
        return {"Arn": context.arn("sqs", name), "QueueName": name, "QueueUrl": url}

    def delete(self, context, physical, properties):
        with absent(*GONE):
            context.client("sqs").delete_queue(QueueUrl=physical)


@provides("AWS::SQS::QueuePolicy")
class QueuePolicy(Provider):
    def create(self, context, properties):
        context.physical = context.name()
        self.put_all(context, properties)
        return context.physical, {"Id": context.physical}

    def put_all(self, context, properties):
        for queue in taken(properties, "PolicyDocument", "Queues")["Queues"]:
            self.put(context, queue, text(properties["PolicyDocument"]))

    def update(self, context, physical, old, new):
        self.put_all(context, new)
        self.take_back(context, [queue for queue in old["Queues"] if queue not in new["Queues"]])
        return {"Id": physical}

    def delete(self, context, physical, properties):
        self.take_back(context, properties["Queues"])

    def take_back(self, context, queues):
        for queue in queues:
            with absent(*GONE):
                self.put(context, queue, "")

    def put(self, context, queue, policy):
        context.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
