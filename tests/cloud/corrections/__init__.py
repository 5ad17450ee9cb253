"""Where moto's answer is not what AWS documents, or moto has none: one module a service."""

from wire import Failure

from corrections import (  # noqa: F401: they register themselves
    accessanalyzer,
    acm,
    cloudwatch,
    ec2,
    eks,
    elbv2,
    iam,
    kms,
    monitoring,
    organizations,
    rds,
    route53,
    s3,
    secretsmanager,
    securityhub,
    ssoadmin,
)
from corrections.registry import CORRECTIONS, STATES


def answer(call, onward):
    function = CORRECTIONS.get((call.service, call.name))
    if not function:
        return onward(call)
    try:
        return function(call, onward)
    except Failure as failure:
        return call.answer(failure)


def reset():
    for state in STATES:
        state.kept.clear()
