"""Amazon SQS."""

from corrections.registry import State, amended, correction

ALLOW = "RedriveAllowPolicy"
# The policy of each dead-letter queue on the queues that may use it, by name.
POLICIES = State()


def keep(call, name):
    attributes = call.parameters().get("Attributes", {})
    if ALLOW in attributes:
        POLICIES.of(call)[name] = attributes[ALLOW]


@correction("sqs", "CreateQueue")
def create_queue(call, onward):
    """moto forgets which queues may use it: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html"""
    answer = onward(call)
    if answer.status < 300:
        keep(call, call.parameters()["QueueName"])
    return answer


def name(call):
    return call.parameters()["QueueUrl"].rpartition("/")[2]


@correction("sqs", "SetQueueAttributes")
def set_attributes(call, onward):
    answer = onward(call)
    if answer.status < 300:
        keep(call, name(call))
    return answer


@correction("sqs", "DeleteQueue")
def delete_queue(call, onward):
    POLICIES.of(call).pop(name(call), None)
    return onward(call)


@correction("sqs", "GetQueueAttributes")
def attributes(call, onward):
    """moto calls a queue encrypted by SQS that has a key of KMS. AWS has one of the two
    (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html)."""
    wanted = call.parameters().get("AttributeNames", [])

    def amend(result):
        found = result.setdefault("Attributes", {})
        policy = POLICIES.of(call).get(name(call))
        if policy and {"All", ALLOW} & set(wanted):
            found[ALLOW] = policy
        if found.get("KmsMasterKeyId") and "SqsManagedSseEnabled" in found:
            found["SqsManagedSseEnabled"] = "false"

    return amended(call, onward(call), amend)
