"""Where moto's answer is not what AWS documents, or moto has none: one module a service."""

from wire import Failure

from corrections import (  # noqa: F401: they register themselves
    accessanalyzer,
    acm,
    amp,
    autoscaling,
    backup,
    budgets,
    cloudfront,
    cloudwatch,
    config_rules,
    dnssec,
    ec2,
    ec2_lifecycle,
    ecr,
    eks,
    elbv2,
    grafana,
    guardduty,
    iam,
    identitystore,
    inspector2,
    kms,
    log_deliveries,
    log_filters,
    log_groups,
    monitoring,
    organization_tree,
    organizations,
    permission_sets,
    rds,
    route53,
    s3,
    s3_logging,
    s3_settings,
    s3_tags,
    secretsmanager,
    securityhub,
    sns,
    sqs,
    ssoadmin,
    standards,
    trails,
    wafv2,
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
