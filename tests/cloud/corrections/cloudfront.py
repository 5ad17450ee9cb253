"""Amazon CloudFront."""

import uuid
from copy import deepcopy
from datetime import datetime, timezone

from moto.cloudfront.models import cloudfront_backends
from wire import Failure

from corrections.registry import State, correction

# The configuration of each distribution by its id, as it was asked for.
DISTRIBUTIONS = State()
# Policies by their kind and id.
POLICIES = State()
# The kinds with the names of their listings: https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_Operations.html
KINDS = {
    "CachePolicy": "CachePolicies",
    "OriginRequestPolicy": "OriginRequestPolicies",
    "ResponseHeadersPolicy": "ResponseHeadersPolicies",
}
# What a cache behavior has unless somebody says otherwise:
# https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CacheBehavior.html
BEHAVIOR = {
    "AllowedMethods": {"Quantity": 2, "Items": ["HEAD", "GET"], "CachedMethods": {"Quantity": 2, "Items": ["HEAD", "GET"]}},
    "Compress": False,
    "FieldLevelEncryptionId": "",
    "FunctionAssociations": {"Quantity": 0},
    "LambdaFunctionAssociations": {"Quantity": 0},
    "SmoothStreaming": False,
    "TrustedKeyGroups": {"Enabled": False, "Quantity": 0},
    "TrustedSigners": {"Enabled": False, "Quantity": 0},
}


def backend(call):
    return cloudfront_backends[call.account]["aws"]


def complete(call, identifier, config):
    """The configuration as it was asked for, with the defaults of what was not."""
    asked = DISTRIBUTIONS.of_account(call).get(identifier)
    if not asked:
        return config
    behaviors = asked.get("CacheBehaviors", {"Quantity": 0})
    if "Items" in behaviors:
        behaviors = behaviors | {"Items": [BEHAVIOR | each for each in behaviors["Items"]]}
    whole = config | asked | {"DefaultCacheBehavior": BEHAVIOR | asked["DefaultCacheBehavior"], "CacheBehaviors": behaviors}
    whole["ViewerCertificate"] = certificate(asked.get("ViewerCertificate", {"CloudFrontDefaultCertificate": True}))
    return deepcopy(whole)


def certificate(asked):
    """https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ViewerCertificate.html"""
    for member, source in (("ACMCertificateArn", "acm"), ("IAMCertificateId", "iam")):
        if member in asked:
            return {"CloudFrontDefaultCertificate": False, "Certificate": asked[member], "CertificateSource": source} | asked
    default = {"SSLSupportMethod": "vip", "MinimumProtocolVersion": "TLSv1", "CertificateSource": "cloudfront"}
    return default | asked


def answered(call, answer, amend):
    """The answer with its result changed, and with its entity tag, which is a header."""
    if answer.status >= 300:
        return answer
    result = call.result(answer)
    tag = next((value for name, value in answer.headers if name.lower() == "etag"), None)
    amend(result)
    return call.answer(result | ({"ETag": tag} if tag else {}))


@correction("cloudfront", "CreateDistribution", "CreateDistributionWithTags", "UpdateDistribution", "GetDistribution")
def distribution(call, onward):
    """moto drops what it does not know of a distribution
    (https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_Distribution.html)."""
    asked = call.parameters()
    config = asked.get("DistributionConfigWithTags", asked).get("DistributionConfig")

    def amend(result):
        told = result["Distribution"]
        if config:
            DISTRIBUTIONS.of_account(call)[told["Id"]] = config
        told["DistributionConfig"] = complete(call, told["Id"], told["DistributionConfig"])

    return answered(call, onward(call), amend)


@correction("cloudfront", "GetDistributionConfig")
def distribution_config(call, onward):
    """As for GetDistribution."""

    def amend(result):
        result["DistributionConfig"] = complete(call, call.parameters()["Id"], result["DistributionConfig"])

    return answered(call, onward(call), amend)


@correction("cloudfront", "ListDistributions")
def distributions(call, onward):
    """As for GetDistribution."""

    def amend(result):
        for item in result["DistributionList"].get("Items", []):
            whole = complete(call, item["Id"], item)
            item |= {name: whole[name] for name in item}

    return answered(call, onward(call), amend)


@correction("cloudfront", "DeleteDistribution")
def delete_distribution(call, onward):
    """https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DeleteDistribution.html"""
    identifier = call.parameters()["Id"]
    if DISTRIBUTIONS.of_account(call).get(identifier, {}).get("Enabled"):
        raise Failure("DistributionNotDisabled", "The distribution you are trying to delete has not been disabled.", 409)
    answer = onward(call)
    if answer.status < 300:
        DISTRIBUTIONS.of_account(call).pop(identifier, None)
    return answer


def function(call):
    name = call.parameters()["Name"]
    held = next((each for each in backend(call).functions.values() if each.name == name), None)
    if held is None:
        raise Failure("NoSuchFunctionExists", "The specified function does not exist.", 404)
    return held


@correction("cloudfront", "UpdateFunction")
def update_function(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_UpdateFunction.html"""
    held, asked = function(call), call.parameters()
    held.config, held.code = asked["FunctionConfig"], asked["FunctionCode"]
    held.status, held.etag, held.last_modified_time = "UNPUBLISHED", uuid.uuid4().hex[:14].upper(), datetime.now(timezone.utc)
    return call.answer({"FunctionSummary": held.function_summary, "ETag": held.etag})


@correction("cloudfront", "PublishFunction")
def publish_function(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_PublishFunction.html"""
    held = function(call)
    held.stage, held.status = "LIVE", "UNASSOCIATED"
    return call.answer({"FunctionSummary": held.function_summary})


def policy(call, kind):
    identifier = call.parameters()["Id"]
    held = POLICIES.of_account(call).get((kind, identifier))
    if held is None:
        raise Failure(f"NoSuch{kind}", f"The specified {kind} does not exist.", 404)
    return held


def told(held):
    """The answer that tells a policy."""
    return {held["kind"]: {name: held[name] for name in ("Id", "LastModifiedTime", f"{held['kind']}Config")}, "ETag": held["ETag"]}


def corrected(kind, listing):
    """What moto lacks of a kind of policies: https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateCachePolicy.html,
    and what is like it."""
    config = f"{kind}Config"

    def settled(call, held):
        wanted = call.parameters()[config]
        others = [each for each in POLICIES.of_account(call).values() if each["kind"] == kind and each["Id"] != held["Id"]]
        if any(each[config]["Name"] == wanted["Name"] for each in others):
            raise Failure(f"{kind}AlreadyExists", f"A {kind} with the same name exists.", 409)
        held |= {config: wanted, "LastModifiedTime": datetime.now(timezone.utc), "ETag": uuid.uuid4().hex[:14].upper()}
        POLICIES.of_account(call)[kind, held["Id"]] = held
        return call.answer(told(held) | {"Location": f"https://cloudfront.amazonaws.com/2020-05-31/{held['Id']}"})

    @correction("cloudfront", f"Create{kind}")
    def create(call, onward):
        return settled(call, {"kind": kind, "Id": str(uuid.uuid4())})

    @correction("cloudfront", f"Update{kind}")
    def update(call, onward):
        return settled(call, policy(call, kind))

    @correction("cloudfront", f"Get{kind}")
    def get(call, onward):
        return call.answer(told(policy(call, kind)))

    @correction("cloudfront", f"Get{config}")
    def get_config(call, onward):
        held = policy(call, kind)
        return call.answer({config: held[config], "ETag": held["ETag"]})

    @correction("cloudfront", f"Delete{kind}")
    def delete(call, onward):
        del POLICIES.of_account(call)[kind, policy(call, kind)["Id"]]
        return call.answer({})

    @correction("cloudfront", f"List{listing}")
    def list_all(call, onward):
        held = [each for each in POLICIES.of_account(call).values() if each["kind"] == kind]
        items = [{"Type": "custom", kind: told(each)[kind]} for each in held]
        return call.answer({f"{kind}List": {"MaxItems": 100, "Quantity": len(items), "Items": items}})


for each in KINDS.items():
    corrected(*each)
