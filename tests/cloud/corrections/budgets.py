"""AWS Budgets."""

from moto.budgets.models import budgets_backends
from wire import Failure

from corrections.registry import State, correction

# The tags of each budget by ARN.
TAGS = State()


def find(call, name):
    """moto's budget."""
    held = budgets_backends[call.account]["aws"].budgets[call.parameters().get("AccountId", call.account)]
    if name not in held:
        raise Failure("NotFoundException", f"Unable to get budget: {name} - the budget doesn't exist.")
    return held[name]


def arn(call, name):
    return f"arn:aws:budgets::{call.account}:budget/{name}"


def tags(call):
    """The tags of the budget of an ARN."""
    asked = call.parameters()["ResourceARN"]
    find(call, asked.rpartition("/")[2])
    return TAGS.of_account(call).setdefault(asked, {})


@correction("budgets", "CreateBudget")
def create(call, onward):
    """moto forgets the tags: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_CreateBudget.html"""
    asked = call.parameters()
    answer = onward(call)
    if answer.status < 300:
        kept = {tag["Key"]: tag["Value"] for tag in asked.get("ResourceTags", [])}
        TAGS.of_account(call)[arn(call, asked["Budget"]["BudgetName"])] = kept
    return answer


@correction("budgets", "UpdateBudget")
def update(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_UpdateBudget.html"""
    asked = call.parameters()["NewBudget"]
    budget = find(call, asked["BudgetName"])
    times = {name: budget.budget[name] for name in ("LastUpdatedTime", "TimePeriod")}
    budget.budget = times | asked
    return call.answer({})


@correction("budgets", "DeleteBudget")
def delete(call, onward):
    TAGS.of_account(call).pop(arn(call, call.parameters()["BudgetName"]), None)
    return onward(call)


@correction("budgets", "DescribeSubscribersForNotification")
def subscribers(call, onward):
    """moto lacks it:
    https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_DescribeSubscribersForNotification.html"""
    asked = call.parameters()
    wanted = identity(asked["Notification"])
    for each in find(call, asked["BudgetName"]).notifications:
        if identity(each.details) == wanted:
            return call.answer({"Subscribers": each.subscribers})
    raise Failure("NotFoundException", "Unable to get notification - the notification doesn't exist.")


def identity(notification):
    names = ("NotificationType", "ComparisonOperator", "Threshold", "ThresholdType")
    return [notification.get(name) for name in names]


@correction("budgets", "TagResource")
def tag(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_TagResource.html"""
    tags(call).update({each["Key"]: each["Value"] for each in call.parameters()["ResourceTags"]})
    return call.answer({})


@correction("budgets", "UntagResource")
def untag(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_UntagResource.html"""
    for key in call.parameters()["ResourceTagKeys"]:
        tags(call).pop(key, None)
    return call.answer({})


@correction("budgets", "ListTagsForResource")
def list_tags(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_ListTagsForResource.html"""
    return call.answer({"ResourceTags": [{"Key": key, "Value": value} for key, value in tags(call).items()]})
