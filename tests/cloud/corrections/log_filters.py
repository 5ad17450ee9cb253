"""Amazon CloudWatch Logs: filters and queries."""

from uuid import uuid4

from moto.logs.models import logs_backends
from wire import Failure

from corrections.log_groups import milliseconds
from corrections.registry import State, amended, correction

# What was asked for each filter, by (operation, log group, name).
FILTERS = State()
# The queries that were saved, by id.
QUERIES = State()
# What moto forgets of a filter.
FORGOTTEN = ("applyOnTransformedLogs", "distribution", "emitSystemFieldDimensions", "emitSystemFields", "fieldSelectionCriteria")


@correction("logs", "PutMetricFilter")
def put_metric_filter(call, onward):
    """moto makes a second filter of one name. AWS updates it
    (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html)."""
    asked, held = call.parameters(), logs_backends[call.account][call.region].filters
    former, key = held.metric_filters, (asked["logGroupName"], asked["filterName"])
    held.metric_filters = [each for each in former if (each["logGroupName"], each["filterName"]) != key]
    answer = onward(call)
    if answer.status < 300:
        keep("metric", call)
    else:
        held.metric_filters = former
    return answer


@correction("logs", "PutSubscriptionFilter")
def put_subscription_filter(call, onward):
    answer = onward(call)
    if answer.status < 300:
        keep("subscription", call)
    return answer


def keep(kind, call):
    asked = call.parameters()
    known = {name: value for name, value in asked.items() if name in FORGOTTEN}
    FILTERS.of(call)[kind, asked["logGroupName"], asked["filterName"]] = known


def recall(kind, call, filters):
    for each in filters:
        each |= FILTERS.of(call).get((kind, each["logGroupName"], each["filterName"]), {})


@correction("logs", "DescribeMetricFilters")
def metric_filters(call, onward):
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_MetricFilter.html"""
    return amended(call, onward(call), lambda result: recall("metric", call, result["metricFilters"]))


@correction("logs", "DescribeSubscriptionFilters")
def subscription_filters(call, onward):
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_SubscriptionFilter.html"""
    return amended(call, onward(call), lambda result: recall("subscription", call, result["subscriptionFilters"]))


@correction("logs", "PutQueryDefinition")
def put_query(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html"""
    asked = call.parameters()
    token = asked.pop("clientToken", None)
    identifier = asked.setdefault("queryDefinitionId", token or str(uuid4()))
    QUERIES.of(call)[identifier] = {"queryLanguage": "CWLI"} | asked | {"lastModified": milliseconds()}
    return call.answer({"queryDefinitionId": identifier})


@correction("logs", "DescribeQueryDefinitions")
def queries(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeQueryDefinitions.html"""
    prefix = call.parameters().get("queryDefinitionNamePrefix", "")
    return call.answer({"queryDefinitions": [each for each in QUERIES.of(call).values() if each["name"].startswith(prefix)]})


@correction("logs", "DeleteQueryDefinition")
def delete_query(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteQueryDefinition.html"""
    if not QUERIES.of(call).pop(call.parameters()["queryDefinitionId"], None):
        raise Failure("ResourceNotFoundException", "The specified query definition does not exist.")
    return call.answer({"success": True})
