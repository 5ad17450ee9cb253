"""Amazon S3."""

from moto.s3.models import PublicAccessBlock, s3_backends
from moto.s3.utils import bucket_policy_is_public
from moto.s3control.models import s3control_backends
from wire import Answer, Failure

from corrections.registry import amended, correction

OWNERSHIP = "BucketOwnerEnforced"


def buckets(call):
    """moto's buckets of the account by name."""
    return s3_backends[call.account]["aws"].buckets


def bucket(call):
    return buckets(call).get(call.parameters()["Bucket"])


def grants(call):
    """Whether the call sets an ACL that is more than the owner's own."""
    asked = call.parameters()
    if asked.get("ACL") in ("private", "bucket-owner-full-control"):
        return False
    return "ACL" in asked or "AccessControlPolicy" in asked or any(name.startswith("Grant") for name in asked)


@correction("s3", "CreateBucket")
def create_bucket(call, onward):
    """moto's new buckets have ACLs and may be public. AWS's have had neither since April 2023
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html): ACLs are off, and so cannot be asked for, and public
    access is blocked."""
    asked = call.parameters()
    ownership = asked.get("ObjectOwnership", OWNERSHIP)
    if grants(call) and ownership == OWNERSHIP:
        message = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
        raise Failure("InvalidBucketAclWithObjectOwnership", message)
    is_new = asked["Bucket"] not in buckets(call)
    answer = onward(call)
    if answer.status < 300 and is_new:
        made = bucket(call)
        made.ownership_rule = ownership
        made.public_access_block = PublicAccessBlock(True, True, True, True)
    return answer


@correction("s3", "ListBuckets")
def list_buckets(call, onward):
    """moto leaves out the Region of each bucket, which AWS tells where the call has a parameter
    (https://docs.aws.amazon.com/AmazonS3/latest/API/API_Bucket.html)."""

    def amend(result):
        for item in result["Buckets"] if call.parameters() else []:
            item["BucketRegion"] = buckets(call)[item["Name"]].region_name

    return amended(call, onward(call), amend)


@correction("s3", "GetBucketEncryption")
def encryption(call, onward):
    """moto says that a bucket has no encryption. AWS encrypts every bucket with its own keys unless others are set
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-bucket-encryption.html)."""
    answer = onward(call)
    if b"ServerSideEncryptionConfigurationNotFoundError" not in answer.body:
        return answer
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}
    return call.answer({"ServerSideEncryptionConfiguration": {"Rules": [rule]}})


@correction("s3", "GetBucketVersioning")
def versioning(call, onward):
    """moto has another name for the root element: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html"""
    answer = onward(call)
    return Answer(answer.status, answer.headers, answer.body.replace(b"GetBucketVersioningResponse", b"VersioningConfiguration"))


def blocks(call, setting):
    """Whether the bucket's or the account's block of public access has the setting."""
    held = bucket(call) and bucket(call).public_access_block
    of_account = s3control_backends[call.account]["aws"].public_access_block
    return any(getattr(block, setting) for block in (held, of_account) if block)


@correction("s3", "PutBucketAcl")
def put_acl(call, onward):
    """moto takes any ACL. AWS takes none where ACLs are off
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html), and no public one where public access is blocked
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html)."""
    held = bucket(call)
    if held and held.ownership_rule == OWNERSHIP and grants(call):
        raise Failure("AccessControlListNotSupported", "The bucket does not allow ACLs")
    former = held and held.acl
    answer = onward(call)
    if answer.status < 300 and blocks(call, "block_public_acls") and is_public(held.acl):
        held.acl = former
        raise Failure("AccessDenied", "Access Denied", 403)
    return answer


def is_public(acl):
    everyone = ("/global/AllUsers", "/global/AuthenticatedUsers")
    return any(str(grantee.uri).endswith(everyone) for grant in acl.grants for grantee in grant.grantees)


@correction("s3", "PutBucketPolicy")
def put_policy(call, onward):
    """moto takes any policy. AWS takes no public one where public access is blocked
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html)."""
    if blocks(call, "block_public_policy") and bucket_policy_is_public(call.body):
        raise Failure("AccessDenied", "public policies are blocked by the BlockPublicPolicy setting", 403)
    return onward(call)
