"""The roles of an account, its managed policies and its identity providers."""

import json

from seeding.place import FOREIGN, GLOBAL, MANAGEMENT, allow, document, service_role, trust

ROLE = "AWS::IAM::Role"
POLICY = "AWS::IAM::ManagedPolicy"
# The role that an audit assumes.
AUDIT = "InnovateAudit"
GITHUB = "token.actions.githubusercontent.com"
SUBJECT = {f"{GITHUB}:aud": "sts.amazonaws.com", f"{GITHUB}:sub": "repo:example/shop:ref:refs/heads/main"}
THUMBPRINT = "6938fd4d98bab03faadb97b34396831e3780aea1"


def audit_role(place):
    client = place.client("iam")
    client.create_role(RoleName=AUDIT, AssumeRolePolicyDocument=trust({"AWS": f"arn:aws:iam::{MANAGEMENT}:root"}))
    read = document(allow(["*:Describe*", "*:List*", "*:Get*"]))
    client.put_role_policy(RoleName=AUDIT, PolicyName="read", PolicyDocument=read)


def managed_policies(place):
    """A policy of everything, and the ARN of one that is not."""
    everything = managed_policy(place, "everything", allow("*"))
    place.plant(POLICY, everything, "iam.policy_grants_administrator", region=GLOBAL)
    return managed_policy(place, "read-objects", allow("s3:GetObject", "arn:aws:s3:::example/*"))


def managed_policy(place, name, *statements):
    text = document(*statements)
    arn = place.client("iam").create_policy(PolicyName=name, PolicyDocument=text)["Policy"]["Arn"]
    place.make(POLICY, arn, GLOBAL, ManagedPolicyName=name, Path="/", PolicyDocument=json.loads(text))
    return arn


def provider(place, url):
    """The ARN of an OpenID Connect provider."""
    client = place.client("iam")
    answer = client.create_open_id_connect_provider(
        Url=url, ClientIDList=["sts.amazonaws.com"], ThumbprintList=[THUMBPRINT]
    )
    return answer["OpenIDConnectProviderArn"]


def roles(place):
    """Roles for AWS services, a vendor and a pipeline, and beside each one that lets in too many or may too much."""
    client = place.client("iam")
    github = provider(place, f"https://{GITHUB}")
    place.make("AWS::IAM::OIDCProvider", github, GLOBAL, ClientIdList=["sts.amazonaws.com"], ThumbprintList=[THUMBPRINT])
    web = "sts:AssumeRoleWithWebIdentity"
    vendor = {"AWS": f"arn:aws:iam::{FOREIGN}:root"}
    audience = {f"{GITHUB}:aud": SUBJECT[f"{GITHUB}:aud"]}
    for name, policy in {
        "vendor": trust(vendor, Condition={"StringEquals": {"sts:ExternalId": "a-long-secret"}}),
        "vendor-of-all": trust(vendor),
        "deploy": trust({"Federated": github}, web, Condition={"StringEquals": SUBJECT}),
        "deploy-anything": trust({"Federated": github}, web, Condition={"StringEquals": audience}),
        "open": trust({"AWS": "*"}),
    }.items():
        client.create_role(RoleName=name, AssumeRolePolicyDocument=policy)
        place.make(ROLE, name, GLOBAL, RoleName=name, Path="/", AssumeRolePolicyDocument=json.loads(policy))
    place.plant(ROLE, "vendor-of-all", "iam.role_trusts_foreign_account_without_external_id", region=GLOBAL)
    place.plant(ROLE, "deploy-anything", "iam.federated_role_without_subject_condition", region=GLOBAL)
    place.plant(ROLE, "open", "iam.role_trusts_everyone", region=GLOBAL)
    instance_roles(place)


def instance_roles(place):
    """Two roles of EC2 instances: one may nothing, one all."""
    client = place.client("iam")
    for name in ("service", "almighty"):
        service_role(place, name, "ec2.amazonaws.com")
        client.create_instance_profile(InstanceProfileName=name)
        client.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    client.put_role_policy(RoleName="almighty", PolicyName="everything", PolicyDocument=document(allow("*")))
    defects = ("iam.policy_grants_administrator", "iam.role_has_administrator_access")
    place.plant(ROLE, "almighty", *defects, region=GLOBAL)
    place.make("AWS::IAM::InstanceProfile", "service", GLOBAL, InstanceProfileName="service", Roles=["service"])
