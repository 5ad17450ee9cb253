"""Amazon CloudWatch Logs: the deliveries of logs."""

from moto.logs.models import logs_backends
from wire import Failure

from corrections.registry import amended, correction

KINDS = ("delivery", "deliveryDestination", "deliverySource")


def backend(call):
    return logs_backends[call.account][call.region]


@correction("logs", "UpdateDeliveryConfiguration")
def update_delivery(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UpdateDeliveryConfiguration.html"""
    asked = call.parameters()
    delivery = backend(call).deliveries.get(asked["id"])
    if not delivery:
        raise Failure("ResourceNotFoundException", "Requested Delivery does not exist in this account.")
    for name, attribute in (("recordFields", "record_fields"), ("fieldDelimiter", "field_delimiter")):
        if name in asked:
            setattr(delivery, attribute, asked[name])
    if "s3DeliveryConfiguration" in asked:
        delivery.s3_delivery_configuration = asked["s3DeliveryConfiguration"]
    return call.answer({})


@correction("logs", "DeleteDelivery", "DeleteDeliveryDestination", "DeleteDeliverySource")
def delete(call, onward):
    """moto keeps the tags."""
    asked, held = call.parameters(), backend(call)
    kept = {
        "DeleteDelivery": held.deliveries,
        "DeleteDeliveryDestination": held.delivery_destinations,
        "DeleteDeliverySource": held.delivery_sources,
    }
    found = kept[call.name].get(asked.get("id") or asked.get("name"))
    answer = onward(call)
    if found and answer.status < 300:
        held.tagger.delete_all_tags_for_resource(found.arn)
    return answer


@correction("logs", "GetDelivery", "GetDeliveryDestination", "GetDeliverySource")
def tagged(call, onward):
    """moto tells the tags that it was made with: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Delivery.html"""

    def amend(result):
        for each in (result[kind] for kind in KINDS if kind in result):
            each["tags"] = backend(call).list_tags_for_resource(each["arn"])

    return amended(call, onward(call), amend)
