"""Amazon S3: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_S3.html."""

from dataclasses import dataclass
from typing import Callable

from cloudformation.provider import Provider, picked, provides, tag_list, taken
from cloudformation.providers import s3_shapes
from cloudformation.providers.shapes import absent, ask, text

GONE = "NoSuchBucket"
# Regions whose websites have a dash before the Region's name: https://docs.aws.amazon.com/general/latest/gr/s3.html
DASHED = ("us-east-1", "us-west-1", "us-west-2", "eu-west-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "sa-east-1")
CANNED_ACLS = {
    "AuthenticatedRead": "authenticated-read",
    "AwsExecRead": "aws-exec-read",
    "BucketOwnerFullControl": "bucket-owner-full-control",
    "BucketOwnerRead": "bucket-owner-read",
    "LogDeliveryWrite": "log-delivery-write",
    "Private": "private",
    "PublicRead": "public-read",
    "PublicReadWrite": "public-read-write",
}


def same(properties):
    return properties


@dataclass
class Setting:
    """A property that has an operation of its own: `parameter` is what the operation calls it and `shaped` the value as it wants it.
    Without the property, `undo` is called, or the operation with the value `default`."""

    operation: str
    parameter: str
    shaped: Callable = same
    undo: str | None = None
    default: dict | None = None

    def put(self, client, bucket, value):
        ask(client, self.operation, Bucket=bucket, **{self.parameter: value})

    def take_back(self, client, bucket):
        if self.undo:
            ask(client, self.undo, Bucket=bucket)
        else:
            self.put(client, bucket, self.default)


# In the order in which they can be set.
SETTINGS = {
    "PublicAccessBlockConfiguration": Setting(
        "PutPublicAccessBlock", "PublicAccessBlockConfiguration", undo="DeletePublicAccessBlock"
    ),
    "OwnershipControls": Setting("PutBucketOwnershipControls", "OwnershipControls", undo="DeleteBucketOwnershipControls"),
    "AccessControl": Setting("PutBucketAcl", "ACL", CANNED_ACLS.get, default="private"),
    "VersioningConfiguration": Setting("PutBucketVersioning", "VersioningConfiguration", default={"Status": "Suspended"}),
    "BucketEncryption": Setting(
        "PutBucketEncryption", "ServerSideEncryptionConfiguration", s3_shapes.encryption, undo="DeleteBucketEncryption"
    ),
    "ObjectLockConfiguration": Setting(
        "PutObjectLockConfiguration", "ObjectLockConfiguration", default={"ObjectLockEnabled": "Enabled"}
    ),
    "CorsConfiguration": Setting("PutBucketCors", "CORSConfiguration", s3_shapes.cors, undo="DeleteBucketCors"),
    "NotificationConfiguration": Setting(
        "PutBucketNotificationConfiguration", "NotificationConfiguration", s3_shapes.notifications, default={}
    ),
    "ReplicationConfiguration": Setting(
        "PutBucketReplication", "ReplicationConfiguration", s3_shapes.replication, undo="DeleteBucketReplication"
    ),
    "WebsiteConfiguration": Setting("PutBucketWebsite", "WebsiteConfiguration", s3_shapes.website, undo="DeleteBucketWebsite"),
    "AccelerateConfiguration": Setting(
        "PutBucketAccelerateConfiguration",
        "AccelerateConfiguration",
        lambda properties: {"Status": properties["AccelerationStatus"]},
        default={"Status": "Suspended"},
    ),
    "AbacStatus": Setting("PutBucketAbac", "AbacStatus", lambda status: {"Status": status}, default={"Status": "Disabled"}),
}
# Properties that are lists of configurations with an id: the configuration's name in the API, and as the API wants it.
CONFIGURATIONS = {
    "AnalyticsConfigurations": ("Analytics", s3_shapes.analytics),
    "IntelligentTieringConfigurations": ("IntelligentTiering", s3_shapes.tiering),
    "InventoryConfigurations": ("Inventory", s3_shapes.inventory),
    "MetricsConfigurations": ("Metrics", s3_shapes.metrics),
}


@provides("AWS::S3::Bucket")
class Bucket(Provider):
    names = (
        *SETTINGS,
        *CONFIGURATIONS,
        "BucketName",
        "BucketNamePrefix",
        "BucketNamespace",
        "LifecycleConfiguration",
        "LoggingConfiguration",
        "ObjectLockEnabled",
        "Tags",
    )

    def create(self, context, properties):
        taken(properties, *self.names)
        client, name = context.client("s3"), self.name(context, properties)
        asked = picked(properties, "BucketNamespace")
        if context.region != "us-east-1":
            asked["CreateBucketConfiguration"] = {"LocationConstraint": context.region}
        if "OwnershipControls" in properties:
            asked["ObjectOwnership"] = properties["OwnershipControls"]["Rules"][0]["ObjectOwnership"]
        client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=bool(properties.get("ObjectLockEnabled")), **asked)
        context.physical = name
        if context.tagged(properties):
            client.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tag_list(context.tagged(properties))})
        self.settle(client, name, {}, properties)
        return name, self.attributes(context, name)

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client = context.client("s3")
        if new.get("ObjectLockEnabled") and not old.get("ObjectLockEnabled"):
            configuration = {"ObjectLockEnabled": "Enabled"}
            client.put_object_lock_configuration(Bucket=physical, ObjectLockConfiguration=configuration)
        self.settle(client, physical, old, new)
        present, gone = context.tag_changes(old, new)
        if present or gone:
            client.put_bucket_tagging(Bucket=physical, Tagging={"TagSet": tag_list(context.tagged(new))})
        return self.attributes(context, physical)

    def name(self, context, properties):
        """https://docs.aws.amazon.com/AmazonS3/latest/userguide/gpbucketnamespaces.html"""
        if "BucketNamePrefix" in properties:
            return f"{properties['BucketNamePrefix']}-{context.account}-{context.region}-an"
        return properties.get("BucketName") or context.name(63).lower()

    def settle(self, client, name, old, new):
        for kind, setting in SETTINGS.items():
            if old.get(kind) != new.get(kind):
                if kind in new:
                    setting.put(client, name, setting.shaped(new[kind]))
                else:
                    setting.take_back(client, name)
        self.keep(client, name, old, new)
        self.log(client, name, old, new)
        for kind, (configuration, shaped) in CONFIGURATIONS.items():
            self.configure(client, name, configuration, shaped, old.get(kind, []), new.get(kind, []))

    def keep(self, client, name, old, new):
        kind, smallest = "LifecycleConfiguration", "TransitionDefaultMinimumObjectSize"
        if old.get(kind) == new.get(kind):
            return
        if kind in new:
            asked = {kind: s3_shapes.lifecycle(new[kind])} | picked(new[kind], smallest)
            ask(client, "PutBucketLifecycleConfiguration", Bucket=name, **asked)
        else:
            client.delete_bucket_lifecycle(Bucket=name)

    def log(self, client, name, old, new):
        kind = "LoggingConfiguration"
        if old.get(kind) != new.get(kind):
            status = s3_shapes.logging(new[kind], name) if kind in new else {}
            ask(client, "PutBucketLogging", Bucket=name, BucketLoggingStatus=status)

    def configure(self, client, name, configuration, shaped, old, new):
        former, wanted = {each["Id"]: each for each in old}, {each["Id"]: each for each in new}
        operation = f"Bucket{configuration}Configuration"
        for key in sorted(set(former) - set(wanted)):
            ask(client, f"Delete{operation}", Bucket=name, Id=key)
        for key, each in wanted.items():
            if each != former.get(key):
                asked = {"Bucket": name, "Id": key, f"{configuration}Configuration": shaped(each)}
                ask(client, f"Put{operation}", **asked)

    def attributes(self, context, name):
        website = "-" if context.region in DASHED else "."
        return {
            "Arn": f"arn:{context.partition}:s3:::{name}",
            "DomainName": f"{name}.s3.amazonaws.com",
            "DualStackDomainName": f"{name}.s3.dualstack.{context.region}.amazonaws.com",
            "RegionalDomainName": f"{name}.s3.{context.region}.amazonaws.com",
            "WebsiteURL": f"http://{name}.s3-website{website}{context.region}.amazonaws.com",
        }

    def delete(self, context, physical, properties):
        with absent(GONE):
            context.client("s3").delete_bucket(Bucket=physical)


@provides("AWS::S3::BucketPolicy")
class BucketPolicy(Provider):
    def create(self, context, properties):
        taken(properties, "Bucket", "PolicyDocument")
        policy = text(properties["PolicyDocument"])
        context.client("s3").put_bucket_policy(Bucket=properties["Bucket"], Policy=policy)
        return properties["Bucket"], {}

    def update(self, context, physical, old, new):
        return self.create(context, new)[1]

    def delete(self, context, physical, properties):
        with absent(GONE):
            context.client("s3").delete_bucket_policy(Bucket=physical)
