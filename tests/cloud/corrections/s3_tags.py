"""Amazon S3: the tags of buckets."""

from moto.s3.models import s3_backends

from corrections.registry import correction
from corrections.s3 import bucket


@correction("s3", "PutBucketTagging")
def put_tags(call, onward):
    """moto takes no tags of AWS, as nobody else sets them
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/CostAllocTagging.html). CloudFormation does:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-resource-tags.html"""
    asked = call.parameters()
    tags = {tag["Key"]: tag["Value"] for tag in asked["Tagging"]["TagSet"]}
    if not bucket(call) or not any(key.startswith("aws:cloudformation:") for key in tags):
        return onward(call)
    s3_backends[call.account]["aws"].put_bucket_tagging(asked["Bucket"], tags)
    return call.answer({})
