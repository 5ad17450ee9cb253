"""Amazon CloudWatch: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_CloudWatch.html."""

from cloudformation.provider import Provider, provides, tag_list, taken
from cloudformation.providers.shapes import absent, ask, without


class Named(Provider):
    """What one operation makes and updates, which takes tags for something new alone
    (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html)."""

    def create(self, context, properties):
        name = properties.get(self.name) or context.name(255)
        self.put(context, name, properties, Tags=tag_list(context.tagged(properties)))
        return name, self.attributes(context, name)

    def update(self, context, physical, old, new):
        self.put(context, physical, new)
        client, arn = context.client("cloudwatch"), self.arn(context, physical)
        present, gone = context.tag_changes(old, new)
        if present:
            client.tag_resource(ResourceARN=arn, Tags=tag_list(present))
        if gone:
            client.untag_resource(ResourceARN=arn, TagKeys=gone)
        return self.attributes(context, physical)

    def put(self, context, name, properties, **tags):
        asked = taken(properties, self.name, *self.names, "Tags") | {self.name: name} | tags
        ask(context.client("cloudwatch"), self.operation, **without(asked, *(() if tags else ("Tags",))))

    def attributes(self, context, name):
        return {"Arn": self.arn(context, name)}

    def arn(self, context, name):
        return context.arn("cloudwatch", f"alarm:{name}")

    def delete(self, context, physical, properties):
        with absent("ResourceNotFound", "ResourceNotFoundException"):
            context.client("cloudwatch").delete_alarms(AlarmNames=[physical])


@provides("AWS::CloudWatch::Alarm")
class Alarm(Named):
    operation, name = "PutMetricAlarm", "AlarmName"
    names = (
        "ActionConfiguration",
        "ActionsEnabled",
        "AlarmActions",
        "AlarmDescription",
        "ComparisonOperator",
        "DatapointsToAlarm",
        "Dimensions",
        "EvaluateLowSampleCountPercentile",
        "EvaluationCriteria",
        "EvaluationInterval",
        "EvaluationPeriods",
        "EvaluationWindow",
        "ExtendedStatistic",
        "InsufficientDataActions",
        "MetricName",
        "Metrics",
        "Namespace",
        "OKActions",
        "Period",
        "Statistic",
        "Threshold",
        "ThresholdMetricId",
        "TreatMissingData",
        "Unit",
        "WarmUpConfiguration",
    )


@provides("AWS::CloudWatch::CompositeAlarm")
class CompositeAlarm(Named):
    operation, name = "PutCompositeAlarm", "AlarmName"
    names = (
        "ActionConfiguration",
        "ActionsEnabled",
        "ActionsSuppressor",
        "ActionsSuppressorExtensionPeriod",
        "ActionsSuppressorWaitPeriod",
        "AlarmActions",
        "AlarmDescription",
        "AlarmRule",
        "InsufficientDataActions",
        "OKActions",
    )


@provides("AWS::CloudWatch::Dashboard")
class Dashboard(Named):
    operation, name = "PutDashboard", "DashboardName"
    names = ("DashboardBody",)

    def attributes(self, context, name):
        return {}

    def arn(self, context, name):
        """The dashboards of an account are those of every Region."""
        return f"arn:{context.partition}:cloudwatch::{context.account}:dashboard/{name}"

    def delete(self, context, physical, properties):
        with absent("ResourceNotFound", "DashboardNotFoundError"):
            context.client("cloudwatch").delete_dashboards(DashboardNames=[physical])
