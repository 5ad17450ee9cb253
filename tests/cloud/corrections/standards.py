"""The standards of AWS Security Hub, of which moto has none."""

from moto.securityhub.models import securityhub_backends
from wire import Failure

from corrections.registry import State, correction

# The standards that are enabled, by the ARN of the subscription.
STANDARDS = State()
# The controls that were disabled or enabled again, by ARN.
CONTROLS = State()
# https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-auto-enabled-standards.html
DEFAULTS = (
    "arn:aws:securityhub:{region}::standards/aws-foundational-security-best-practices/v/1.0.0",
    "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0",
)


def demand_hub(call):
    if not securityhub_backends[call.account][call.region].enabled:
        raise Failure("InvalidAccessException", f"Account {call.account} is not subscribed to AWS Security Hub", 401)


def subscribe(call, standard):
    """The subscription to a standard, which there is once."""
    arn = f"arn:aws:securityhub:{call.region}:{call.account}:subscription/{standard.partition('/')[2]}"
    fresh = {"StandardsSubscriptionArn": arn, "StandardsArn": standard, "StandardsInput": {}, "StandardsStatus": "READY"}
    return STANDARDS.of(call).setdefault(arn, fresh)


def subscribe_to_defaults(call):
    for standard in DEFAULTS:
        subscribe(call, standard.format(region=call.region))


@correction("securityhub", "BatchEnableStandards")
def enable(call, onward):
    """https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchEnableStandards.html"""
    demand_hub(call)
    asked = call.parameters()["StandardsSubscriptionRequests"]
    return call.answer({"StandardsSubscriptions": [subscribe(call, each["StandardsArn"]) for each in asked]})


@correction("securityhub", "GetEnabledStandards")
def enabled(call, onward):
    """https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_GetEnabledStandards.html"""
    demand_hub(call)
    wanted = call.parameters().get("StandardsSubscriptionArns")
    return call.answer({"StandardsSubscriptions": [each for arn, each in STANDARDS.of(call).items() if not wanted or arn in wanted]})


@correction("securityhub", "BatchDisableStandards")
def disable(call, onward):
    """https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchDisableStandards.html"""
    demand_hub(call)
    asked = call.parameters()["StandardsSubscriptionArns"]
    gone = [STANDARDS.of(call).pop(arn) for arn in asked if arn in STANDARDS.of(call)]
    for arn in [arn for arn in CONTROLS.of(call) if subscription(arn) in asked]:
        del CONTROLS.of(call)[arn]
    return call.answer({"StandardsSubscriptions": [each | {"StandardsStatus": "DELETING"} for each in gone]})


def subscription(control):
    """The ARN of the subscription that a control belongs to."""
    return control.replace(":control/", ":subscription/").rpartition("/")[0]


@correction("securityhub", "UpdateStandardsControl")
def update_control(call, onward):
    """https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_UpdateStandardsControl.html"""
    demand_hub(call)
    asked = call.parameters()
    if subscription(asked["StandardsControlArn"]) not in STANDARDS.of(call):
        raise Failure("ResourceNotFoundException", f"The control {asked['StandardsControlArn']} is of no standard that is enabled.", 404)
    CONTROLS.of(call)[asked["StandardsControlArn"]] = asked
    return call.answer({})


@correction("securityhub", "DescribeStandardsControls")
def controls(call, onward):
    """Those that were disabled or enabled, of the many of each standard:
    https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_DescribeStandardsControls.html"""
    demand_hub(call)
    asked = call.parameters()["StandardsSubscriptionArn"]
    found = [each | {"ControlId": arn.rpartition("/")[2]} for arn, each in CONTROLS.of(call).items() if subscription(arn) == asked]
    return call.answer({"Controls": found})
