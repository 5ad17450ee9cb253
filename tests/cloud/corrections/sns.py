"""Amazon SNS."""

from moto.sns.models import sns_backends
from wire import Failure

from corrections.registry import State, amended, correction

# What was asked for each topic, by ARN.
ATTRIBUTES = State()
# The data protection policy of each topic, by ARN.
POLICIES = State()
# What a topic lacks where it is empty.
OPTIONAL = ("ArchivePolicy", "KmsMasterKeyId")
EMPTY = ("", "{}", None)


def topic(call, arn):
    found = sns_backends[call.account][call.region].topics.get(arn)
    if not found:
        raise Failure("NotFound", "Topic does not exist", 404)
    return found


@correction("sns", "CreateTopic")
def create_topic(call, onward):
    """moto forgets most attributes: https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html"""
    asked = call.parameters()
    answer = onward(call)
    if answer.status < 300:
        arn = call.result(answer)["TopicArn"]
        ATTRIBUTES.of(call).setdefault(arn, dict(asked.get("Attributes", {})))
        if "DataProtectionPolicy" in asked:
            POLICIES.of(call).setdefault(arn, asked["DataProtectionPolicy"])
    return answer


@correction("sns", "SetTopicAttributes")
def set_attributes(call, onward):
    """moto forgets most: https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html"""
    asked = call.parameters()
    answer = onward(call)
    if answer.status < 300:
        ATTRIBUTES.of(call).setdefault(asked["TopicArn"], {})[asked["AttributeName"]] = asked.get("AttributeValue", "")
    return answer


@correction("sns", "GetTopicAttributes")
def attributes(call, onward):
    """https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html"""

    def amend(result):
        result["Attributes"] |= ATTRIBUTES.of(call).get(call.parameters()["TopicArn"], {})
        for name, value in list(result["Attributes"].items()):
            if value in EMPTY and (name in OPTIONAL or "Feedback" in name):
                del result["Attributes"][name]

    return amended(call, onward(call), amend)


@correction("sns", "DeleteTopic")
def delete_topic(call, onward):
    for kept in (ATTRIBUTES, POLICIES):
        kept.of(call).pop(call.parameters()["TopicArn"], None)
    return onward(call)


@correction("sns", "PutDataProtectionPolicy")
def put_data_protection(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/sns/latest/api/API_PutDataProtectionPolicy.html"""
    asked = call.parameters()
    POLICIES.of(call)[topic(call, asked["ResourceArn"]).arn] = asked.get("DataProtectionPolicy", "")
    return call.answer({})


@correction("sns", "GetDataProtectionPolicy")
def get_data_protection(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/sns/latest/api/API_GetDataProtectionPolicy.html"""
    policy = POLICIES.of(call).get(topic(call, call.parameters()["ResourceArn"]).arn)
    return call.answer({"DataProtectionPolicy": policy} if policy else {})
