"""AWS CloudFormation's own: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_CloudFormation.html."""

from cloudformation.provider import Provider, provides, taken


@provides("AWS::CloudFormation::WaitConditionHandle")
class WaitConditionHandle(Provider):
    """Nothing but an address that could be signalled to."""

    def create(self, context, properties):
        taken(properties)
        return f"https://cloudformation-waitcondition-{context.region}.s3.{context.region}.amazonaws.com/{context.token}", {}

    def update(self, context, physical, old, new):
        return {}

    def delete(self, context, physical, properties):
        """There is nothing to delete."""
