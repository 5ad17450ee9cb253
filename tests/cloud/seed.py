"""Seeds an AWS organization on a moto server, through the APIs of the services, for the end-to-end tests of `innovate`.

    python seed.py ADDRESS

resets the server, makes an organization of four accounts with resources in two regions, and prints one JSON object: the
accounts by name, and the defects that were planted. Almost every defect stands beside a resource of the same type that
lacks it, so that a test sees both verdicts. The list names defects that are there for certain, not all that a scan finds:
what moto sets by default has more. One account holds more secrets, repositories and log groups than an answer's page.

The caller is moto's own account; moto takes a session of any role as one in the role's account.

What moto does not implement, and is therefore not seeded:

- all of IAM Access Analyzer, so no analyzer;
- EKS add-ons, pod identity associations and access entries; both clusters of a region have the same OIDC issuer;
- EC2's blocks of public access, to VPCs and to snapshots;
- central root access of IAM and the regions of the Account Management API.
"""

import json
import sys
import urllib.request
from dataclasses import dataclass, field

import boto3
from botocore.config import Config

MANAGEMENT = "123456789012"
REGIONS = ["eu-west-1", "us-east-1"]
HOME = REGIONS[0]
ROLE = "InnovateAudit"
FOREIGN = "999988887777"
MANY = 120
# The account in which the settings of the account block public access to every bucket.
BLOCKED = "security"
# One of the images that every region of moto has.
IMAGE = "ami-12c6146b"


@dataclass
class Place:
    """One region of one account, and what is planted in all of them."""

    address: str
    account: str
    name: str
    region: str
    credentials: dict
    planted: list
    clients: dict = field(default_factory=dict)

    def client(self, service):
        if service not in self.clients:
            config = Config(retries={"max_attempts": 0})
            self.clients[service] = boto3.client(
                service, region_name=self.region, endpoint_url=self.address, config=config, **self.credentials
            )
        return self.clients[service]

    def plant(self, policy, kind, identifier, region=None):
        defect = {"policy": f"aws.{policy}", "account": self.account, "region": region or self.region}
        self.planted.append(defect | {"type": kind, "id": identifier})

    def plant_global(self, policy, kind, identifier):
        self.plant(policy, kind, identifier, "global")

    def arn(self, service, resource):
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


@dataclass
class Network:
    """What the resources of a region are put into."""

    vpc: str
    public: list
    private: list
    open_group: str
    closed_group: str


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*", **rest):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **rest}


def trust(principal, action="sts:AssumeRole", **rest):
    return document({"Effect": "Allow", "Action": action, "Principal": principal, **rest})


def named(kind, name):
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}]}]


def reset(address):
    urllib.request.urlopen(urllib.request.Request(f"{address}/moto-api/reset", method="POST")).close()


# Organization


def organization(root_place):
    """The accounts by name. One organizational unit has a service control policy of its own, the others have AWS's."""
    client = root_place.client("organizations")
    client.create_organization(FeatureSet="ALL")
    root = client.list_roots()["Roots"][0]["Id"]
    client.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    units = organizational_units(client, root)
    accounts = {"management": MANAGEMENT}
    for name, unit in units.items():
        accounts[name] = create_account(client, name)
        client.move_account(AccountId=accounts[name], SourceParentId=root, DestinationParentId=unit)
    service_control_policy(client, units["production"])
    for name in ("security", "non-production"):
        for defect in (
            "account_without_service_control_policy",
            "scp_allows_leaving_organization",
            "scp_allows_disabling_cloudtrail",
            "scp_allows_any_region",
        ):
            kind = "Innovate::Organizations::EffectivePolicies"
            root_place.plant_global(f"organizations.{defect}", kind, accounts[name])
    return accounts


def organizational_units(client, root):
    def unit(parent, name):
        return client.create_organizational_unit(ParentId=parent, Name=name)["OrganizationalUnit"]["Id"]

    workloads = unit(root, "Workloads")
    return {
        "security": unit(root, "Security"),
        "non-production": unit(workloads, "NonProduction"),
        "production": unit(workloads, "Production"),
    }


def create_account(client, name):
    tags = [{"Key": "Environment", "Value": name}]
    status = client.create_account(Email=f"{name}@example.com", AccountName=name, Tags=tags)["CreateAccountStatus"]
    return status["AccountId"]


def service_control_policy(client, target):
    guards = [
        {"Effect": "Deny", "Action": ["organizations:LeaveOrganization"], "Resource": "*"},
        {
            "Effect": "Deny",
            "Action": [f"cloudtrail:{action}" for action in ("StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors")],
            "Resource": "*",
        },
        {
            "Effect": "Deny",
            "NotAction": ["iam:*", "sts:*", "organizations:*"],
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": REGIONS}},
        },
    ]
    policy = client.create_policy(
        Name="guardrails", Description="What no account may do", Type="SERVICE_CONTROL_POLICY", Content=document(*guards)
    )
    client.attach_policy(PolicyId=policy["Policy"]["PolicySummary"]["Id"], TargetId=target)


def assume(root_place, account):
    role = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
    answer = root_place.client("sts").assume_role(RoleArn=role, RoleSessionName="seed")["Credentials"]
    return {
        "aws_access_key_id": answer["AccessKeyId"],
        "aws_secret_access_key": answer["SecretAccessKey"],
        "aws_session_token": answer["SessionToken"],
    }


# IAM


def audit_role(place):
    client = place.client("iam")
    client.create_role(RoleName=ROLE, AssumeRolePolicyDocument=trust({"AWS": f"arn:aws:iam::{MANAGEMENT}:root"}))
    client.put_role_policy(RoleName=ROLE, PolicyName="read", PolicyDocument=document(allow(["*:Describe*", "*:List*", "*:Get*"])))


def iam_users(place):
    client = place.client("iam")
    client.create_group(GroupName="developers")
    client.attach_group_policy(GroupName="developers", PolicyArn=managed_policies(place))
    for name in ("clean", "console", "keys", "attached"):
        client.create_user(UserName=name)
    client.add_user_to_group(GroupName="developers", UserName="clean")
    client.create_access_key(UserName="clean")
    client.create_login_profile(UserName="console", Password="Correct-horse-battery-1")
    place.plant_global("iam.console_user_without_mfa", "Innovate::IAM::UserCredentials", "console")
    place.plant_global("iam.mfa_not_enforced_by_policy", "AWS::IAM::User", "console")
    for _ in range(2):
        client.create_access_key(UserName="keys")
    place.plant_global("iam.two_active_access_keys", "Innovate::IAM::UserCredentials", "keys")
    client.put_user_policy(UserName="attached", PolicyName="inline", PolicyDocument=document(allow("s3:ListBucket")))
    place.plant_global("iam.policy_attached_to_user", "AWS::IAM::User", "attached")


def managed_policies(place):
    """A policy of everything, and the ARN of one that is not."""
    client = place.client("iam")

    def policy(name, *statements):
        return client.create_policy(PolicyName=name, PolicyDocument=document(*statements))["Policy"]["Arn"]

    everything = policy("everything", allow("*"))
    place.plant_global("iam.policy_grants_administrator", "AWS::IAM::ManagedPolicy", everything)
    return policy("read-objects", allow("s3:GetObject", "arn:aws:s3:::example/*"))


def iam_roles(place):
    client = place.client("iam")
    github = "token.actions.githubusercontent.com"
    provider = client.create_open_id_connect_provider(
        Url=f"https://{github}", ClientIDList=["sts.amazonaws.com"], ThumbprintList=["6938fd4d98bab03faadb97b34396831e3780aea1"]
    )["OpenIDConnectProviderArn"]
    web = "sts:AssumeRoleWithWebIdentity"
    subject = {"StringEquals": {f"{github}:aud": "sts.amazonaws.com", f"{github}:sub": "repo:example/shop:ref:refs/heads/main"}}
    audience = {"StringEquals": {f"{github}:aud": "sts.amazonaws.com"}}
    roles = {
        "service": trust({"Service": "ec2.amazonaws.com"}),
        "open": trust({"AWS": "*"}),
        "foreign": trust({"AWS": f"arn:aws:iam::{FOREIGN}:root"}),
        "foreign-with-external-id": trust(
            {"AWS": f"arn:aws:iam::{FOREIGN}:root"}, Condition={"StringEquals": {"sts:ExternalId": "a-long-secret"}}
        ),
        "deploy": trust({"Federated": provider}, web, Condition=subject),
        "deploy-anything": trust({"Federated": provider}, web, Condition=audience),
    }
    for name, policy in roles.items():
        client.create_role(RoleName=name, AssumeRolePolicyDocument=policy)
    client.create_instance_profile(InstanceProfileName="service")
    client.add_role_to_instance_profile(InstanceProfileName="service", RoleName="service")
    client.put_role_policy(RoleName="service", PolicyName="everything", PolicyDocument=document(allow("*")))
    kind = "AWS::IAM::Role"
    place.plant_global("iam.role_trusts_everyone", kind, "open")
    place.plant_global("iam.role_trusts_foreign_account_without_external_id", kind, "foreign")
    place.plant_global("iam.federated_role_without_subject_condition", kind, "deploy-anything")
    place.plant_global("iam.policy_grants_administrator", kind, "service")


def password_policy(place, **settings):
    place.client("iam").update_account_password_policy(**settings)


def strong_password_policy(place):
    password_policy(
        place,
        MinimumPasswordLength=16,
        RequireSymbols=True,
        RequireNumbers=True,
        RequireUppercaseCharacters=True,
        RequireLowercaseCharacters=True,
        MaxPasswordAge=90,
        PasswordReusePrevention=24,
    )


def weak_password_policy(place):
    password_policy(place, MinimumPasswordLength=6, RequireSymbols=False, RequireNumbers=True)
    kind = "Innovate::IAM::PasswordPolicy"
    for defect in ("too_short", "without_symbols", "without_uppercase", "without_lowercase", "never_expires", "allows_reuse"):
        place.plant_global(f"iam.password_policy_{defect}", kind, place.account)


def permission_sets(place):
    """Of IAM Identity Center: one of short sessions and little access, one of long sessions and all of it."""
    client = place.client("sso-admin")
    instance = client.list_instances()["Instances"][0]["InstanceArn"]

    def permission_set(name, duration, policy):
        answer = client.create_permission_set(InstanceArn=instance, Name=name, SessionDuration=duration)
        arn = answer["PermissionSet"]["PermissionSetArn"]
        managed = f"arn:aws:iam::aws:policy/{policy}"
        client.attach_managed_policy_to_permission_set(InstanceArn=instance, PermissionSetArn=arn, ManagedPolicyArn=managed)
        return f"{instance}|{arn}"

    permission_set("readers", "PT1H", "ReadOnlyAccess")
    administrators = permission_set("administrators", "PT12H", "AdministratorAccess")
    for defect in ("session_too_long", "grants_administrator"):
        place.plant(f"sso.permission_set_{defect}", "AWS::SSO::PermissionSet", administrators)


# EC2


def network(place):
    client = place.client("ec2")
    vpc = client.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=named("vpc", "main"))["Vpc"]["VpcId"]
    gateway = client.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    client.attach_internet_gateway(VpcId=vpc, InternetGatewayId=gateway)
    public = subnets(client, vpc, place.region, "public", 0)
    private = subnets(client, vpc, place.region, "private", 10)
    table = route_table(client, vpc, public)
    client.create_route(RouteTableId=table, GatewayId=gateway, DestinationCidrBlock="0.0.0.0/0")
    client.create_route(RouteTableId=table, GatewayId=gateway, DestinationIpv6CidrBlock="::/0")
    route_table(client, vpc, private)
    client.modify_subnet_attribute(SubnetId=public[0], MapPublicIpOnLaunch={"Value": True})
    client.modify_subnet_attribute(SubnetId=private[0], MapPublicIpOnLaunch={"Value": True})
    place.plant("ec2.private_subnet_assigns_public_ip", "AWS::EC2::Subnet", private[0])
    flow_logs(place, vpc)
    narrow_vpc(place)
    open_group, closed_group = security_groups(place, vpc)
    return Network(vpc, public, private, open_group, closed_group)


def subnets(client, vpc, region, tier, offset):
    return [
        client.create_subnet(
            VpcId=vpc,
            CidrBlock=f"10.0.{offset + index}.0/24",
            AvailabilityZone=f"{region}{zone}",
            TagSpecifications=named("subnet", f"{tier}-{zone}"),
        )["Subnet"]["SubnetId"]
        for index, zone in enumerate("abc")
    ]


def route_table(client, vpc, members):
    table = client.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    for subnet in members:
        client.associate_route_table(RouteTableId=table, SubnetId=subnet)
    return table


def flow_logs(place, vpc):
    place.client("logs").create_log_group(logGroupName="/vpc/flow-logs")
    role = place.client("iam").create_role(
        RoleName=f"flow-logs-{place.region}", AssumeRolePolicyDocument=trust({"Service": "vpc-flow-logs.amazonaws.com"})
    )
    place.client("ec2").create_flow_logs(
        ResourceIds=[vpc],
        ResourceType="VPC",
        TrafficType="ALL",
        LogGroupName="/vpc/flow-logs",
        DeliverLogsPermissionArn=role["Role"]["Arn"],
    )


def narrow_vpc(place):
    """A VPC in two zones, without flow logs."""
    client = place.client("ec2")
    vpc = client.create_vpc(CidrBlock="10.1.0.0/16", TagSpecifications=named("vpc", "narrow"))["Vpc"]["VpcId"]
    for index, zone in enumerate("ab"):
        client.create_subnet(VpcId=vpc, CidrBlock=f"10.1.{index}.0/24", AvailabilityZone=f"{place.region}{zone}")
    place.plant("ec2.vpc_flow_logs_disabled", "AWS::EC2::VPC", vpc)
    place.plant("ec2.vpc_spans_fewer_than_three_zones", "AWS::EC2::VPC", vpc)


def security_groups(place, vpc):
    """A group that the internet reaches by its addresses of both kinds, and one that lets HTTPS in and nothing out."""
    client = place.client("ec2")

    def group(name):
        return client.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]

    def rule(port, cidr="0.0.0.0/0"):
        return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": cidr}]}

    ports = {"ssh": 22, "rdp": 3389, "mysql": 3306, "postgresql": 5432}
    opened = {name: group(f"open-{name}") for name in ports}
    for name, port in ports.items():
        client.authorize_security_group_ingress(GroupId=opened[name], IpPermissions=[rule(port)])
        place.plant(f"ec2.security_group_{name}_from_internet", "AWS::EC2::SecurityGroup", opened[name])
    by_v6 = group("open-ssh-v6")
    ssh = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
    client.authorize_security_group_ingress(GroupId=by_v6, IpPermissions=[ssh])
    place.plant("ec2.security_group_ssh_from_internet", "AWS::EC2::SecurityGroup", by_v6)
    place.plant("ec2.security_group_unrestricted_egress", "AWS::EC2::SecurityGroup", by_v6)
    closed = group("closed")
    client.authorize_security_group_ingress(GroupId=closed, IpPermissions=[rule(443)])
    client.revoke_security_group_egress(
        GroupId=closed, IpPermissions=[{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    )
    return opened["ssh"], closed


def storage(place):
    """Volumes with and without encryption, and snapshots with and without the world as a reader."""
    client = place.client("ec2")

    def volume(encrypted):
        answer = client.create_volume(AvailabilityZone=f"{place.region}a", Size=8, VolumeType="gp3", Encrypted=encrypted)
        return answer["VolumeId"]

    encrypted, plain = volume(True), volume(False)
    place.plant("ec2.volume_not_encrypted", "AWS::EC2::Volume", plain)
    client.create_snapshot(VolumeId=encrypted)
    shared = client.create_snapshot(VolumeId=plain)["SnapshotId"]
    client.modify_snapshot_attribute(
        SnapshotId=shared, Attribute="createVolumePermission", OperationType="add", GroupNames=["all"]
    )
    place.plant("ec2.snapshot_public", "Innovate::EC2::Snapshot", shared)
    client.allocate_address(Domain="vpc")


def launch_templates(place):
    client = place.client("ec2")
    for name, tokens in {"session-tokens": "required", "no-session-tokens": "optional"}.items():
        data = {"InstanceType": "t3.micro", "MetadataOptions": {"HttpTokens": tokens, "HttpEndpoint": "enabled"}}
        template = client.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=data)["LaunchTemplate"]
        if tokens == "optional":
            kind = "AWS::EC2::LaunchTemplate"
            place.plant("ec2.launch_template_metadata_v1_allowed", kind, template["LaunchTemplateId"])


def instances(place, network):
    """An instance of the metadata service's second version only, and one that takes the first, at a public address."""
    client = place.client("ec2")

    def run(tokens, subnet, public):
        interface = {"DeviceIndex": 0, "SubnetId": subnet, "AssociatePublicIpAddress": public, "Groups": [network.closed_group]}
        answer = client.run_instances(
            ImageId=IMAGE,
            InstanceType="t3.micro",
            MinCount=1,
            MaxCount=1,
            MetadataOptions={"HttpTokens": tokens, "HttpEndpoint": "enabled"},
            NetworkInterfaces=[interface],
        )
        return answer["Instances"][0]["InstanceId"]

    run("required", network.private[1], False)
    exposed = run("optional", network.public[0], True)
    place.plant("ec2.instance_metadata_v1_allowed", "AWS::EC2::Instance", exposed)
    place.plant("ec2.instance_has_public_ip", "AWS::EC2::Instance", exposed)


# S3


def buckets(place):
    """A bucket with everything on, its log bucket, and one bucket for each defect that is planted."""
    client = place.client("s3")
    stem = f"{place.name}-{place.region}"
    logs, clean = bucket(place, f"{stem}-logs"), bucket(place, f"{stem}-clean")
    harden(client, clean, logs)
    bare, public, readable = bucket(place, f"{stem}-bare"), bucket(place, f"{stem}-public"), bucket(place, f"{stem}-readable")
    for defect in (
        "bucket_not_versioned",
        "bucket_not_encrypted_with_kms",
        "bucket_access_logging_disabled",
        "bucket_plaintext_transport_allowed",
    ):
        place.plant(f"s3.{defect}", "AWS::S3::Bucket", bare)
    statement = allow("s3:GetObject", f"arn:aws:s3:::{public}/*", Principal="*")
    client.put_bucket_policy(Bucket=public, Policy=document(statement))
    client.put_bucket_ownership_controls(
        Bucket=readable, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    )
    client.put_bucket_acl(Bucket=readable, ACL="public-read")
    place.plant("s3.bucket_acls_enabled", "AWS::S3::Bucket", readable)
    if place.name != BLOCKED:
        place.plant("s3.bucket_public_access_not_blocked", "AWS::S3::Bucket", bare)
        place.plant("s3.bucket_policy_public", "AWS::S3::BucketPolicy", public)
        place.plant("s3.bucket_acl_public", "AWS::S3::Bucket", readable)


def bucket(place, name):
    where = {} if place.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": place.region}}
    place.client("s3").create_bucket(Bucket=name, **where)
    return name


def harden(client, name, logs):
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}
    client.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [rule]})
    client.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=blocked())
    client.put_bucket_ownership_controls(
        Bucket=name, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    )
    group = "http://acs.amazonaws.com/groups/s3/LogDelivery"
    owner = client.get_bucket_acl(Bucket=logs)["Owner"]
    grants = [{"Grantee": {"Type": "Group", "URI": group}, "Permission": access} for access in ("WRITE", "READ_ACP")]
    client.put_bucket_acl(Bucket=logs, AccessControlPolicy={"Owner": owner, "Grants": grants})
    client.put_bucket_logging(
        Bucket=name, BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": logs, "TargetPrefix": f"{name}/"}}
    )
    tls_only = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    client.put_bucket_policy(Bucket=name, Policy=document(tls_only))


def blocked():
    return {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}


def account_public_access(place):
    """All of it in one account, which makes its buckets' own settings, and a public policy, of no effect there."""
    client = place.client("s3control")

    # The account goes in front of the host's name, which an address has no room for.
    def without_account(request, **_):
        request.url = request.url.replace(f"//{place.account}.", "//")

    client.meta.events.register("before-sign.s3-control", without_account)
    client.put_public_access_block(AccountId=place.account, PublicAccessBlockConfiguration=blocked())


# CloudTrail, KMS, CloudWatch


def organization_trail(place):
    """The trail that spares every account one of its own: all regions, encrypted, validated, sent to CloudWatch."""
    client = place.client("cloudtrail")
    name = bucket(place, "organization-trail")
    logs = bucket(place, "organization-trail-logs")
    harden(place.client("s3"), name, logs)
    group, role = trail_logs(place)
    client.create_trail(
        Name="organization",
        S3BucketName=name,
        IsMultiRegionTrail=True,
        IsOrganizationTrail=True,
        EnableLogFileValidation=True,
        KmsKeyId=key(place, rotated=True),
        CloudWatchLogsLogGroupArn=group,
        CloudWatchLogsRoleArn=role,
    )
    client.start_logging(Name="organization")


def trail_logs(place):
    place.client("logs").create_log_group(logGroupName="/cloudtrail")
    role = place.client("iam").create_role(
        RoleName="cloudtrail-logs", AssumeRolePolicyDocument=trust({"Service": "cloudtrail.amazonaws.com"})
    )
    return place.arn("logs", "log-group:/cloudtrail:*"), role["Role"]["Arn"]


def bare_trail(place):
    name = bucket(place, f"{place.name}-trail")
    place.client("cloudtrail").create_trail(Name="bare", S3BucketName=name)
    for defect in (
        "log_validation_disabled",
        "not_encrypted_with_kms",
        "not_logging",
        "without_cloudwatch_logs",
        "bucket_without_access_logging",
    ):
        place.plant(f"cloudtrail.trail_{defect}", "AWS::CloudTrail::Trail", "bare")


def key(place, rotated, policy=None):
    client = place.client("kms")
    settings = {"Policy": policy} if policy else {}
    identifier = client.create_key(Description="seed", **settings)["KeyMetadata"]["KeyId"]
    if rotated:
        client.enable_key_rotation(KeyId=identifier)
    return identifier


def keys(place):
    """The rotated key, whose alias the region's other resources are told."""
    rotated = key(place, rotated=True)
    place.client("kms").create_alias(AliasName="alias/main", TargetKeyId=rotated)
    place.plant("kms.key_not_rotated", "AWS::KMS::Key", key(place, rotated=False))
    public = key(place, rotated=True, policy=document(allow("kms:*", Principal="*")))
    place.plant("kms.key_policy_public", "AWS::KMS::Key", public)
    return place.arn("kms", f"key/{rotated}")


def secrets(place):
    client = place.client("secretsmanager")
    client.create_secret(Name="rotated", SecretString="value")
    client.rotate_secret(SecretId="rotated", RotationRules={"AutomaticallyAfterDays": 30}, RotateImmediately=False)
    plain = client.create_secret(Name="plain", SecretString="value")["ARN"]
    place.plant("secretsmanager.secret_not_rotated", "AWS::SecretsManager::Secret", plain)
    public = client.create_secret(Name="public", SecretString="value")["ARN"]
    client.put_resource_policy(SecretId=public, ResourcePolicy=document(allow("secretsmanager:GetSecretValue", Principal="*")))
    place.plant("secretsmanager.secret_policy_public", "AWS::SecretsManager::ResourcePolicy", public)


def monitoring(place):
    """Log groups with and without retention, and alarms with and without a topic, of one metric filter."""
    topic = place.client("sns").create_topic(Name="alerts")["TopicArn"]
    logs = place.client("logs")
    for name in ("kept", "kept-forever"):
        logs.create_log_group(logGroupName=name)
    logs.put_retention_policy(logGroupName="kept", retentionInDays=365)
    place.plant("logs.log_group_without_retention", "AWS::Logs::LogGroup", "kept-forever")
    metric = {"metricName": "RootLogins", "metricNamespace": "Audit", "metricValue": "1"}
    logs.put_metric_filter(
        logGroupName="kept",
        filterName="root-logins",
        filterPattern='{ $.userIdentity.type = "Root" }',
        metricTransformations=[metric],
    )
    for name, actions in {"root-logins": [topic], "unheard": []}.items():
        place.client("cloudwatch").put_metric_alarm(
            AlarmName=name,
            Namespace="Audit",
            MetricName="RootLogins",
            Statistic="Sum",
            Period=300,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            AlarmActions=actions,
        )
    place.plant("cloudwatch.alarm_without_action", "AWS::CloudWatch::Alarm", "unheard")


def repositories(place):
    client = place.client("ecr")
    client.create_repository(
        repositoryName="clean", imageTagMutability="IMMUTABLE", imageScanningConfiguration={"scanOnPush": True}
    )
    client.create_repository(repositoryName="mutable", imageTagMutability="MUTABLE")
    place.plant("ecr.tags_mutable", "AWS::ECR::Repository", "mutable")
    place.plant("ecr.scan_on_push_disabled", "AWS::ECR::Repository", "mutable")


def many(place):
    """More than one page of what is cheap to make, all of it defective, so that a page that is not read shows."""
    logs, ecr, manager = place.client("logs"), place.client("ecr"), place.client("secretsmanager")
    for number in range(MANY):
        name = f"many-{number:03}"
        logs.create_log_group(logGroupName=name)
        place.plant("logs.log_group_without_retention", "AWS::Logs::LogGroup", name)
        ecr.create_repository(repositoryName=name)
        place.plant("ecr.tags_mutable", "AWS::ECR::Repository", name)
        secret = manager.create_secret(Name=name, SecretString="value")["ARN"]
        place.plant("secretsmanager.secret_not_rotated", "AWS::SecretsManager::Secret", secret)


# RDS, EKS, load balancers, DNS


def databases(place, network):
    client = place.client("rds")
    client.create_db_subnet_group(DBSubnetGroupName="private", DBSubnetGroupDescription="private", SubnetIds=network.private)
    client.create_db_parameter_group(DBParameterGroupName="tls", DBParameterGroupFamily="postgres16", Description="TLS only")
    client.modify_db_parameter_group(
        DBParameterGroupName="tls",
        Parameters=[{"ParameterName": "rds.force_ssl", "ParameterValue": "1", "ApplyMethod": "immediate"}],
    )
    database(
        client,
        network,
        "clean",
        StorageEncrypted=True,
        MultiAZ=True,
        DeletionProtection=True,
        PubliclyAccessible=False,
        AutoMinorVersionUpgrade=True,
        BackupRetentionPeriod=30,
        EnableIAMDatabaseAuthentication=True,
        ManageMasterUserPassword=True,
        DBParameterGroupName="tls",
        EnableCloudwatchLogsExports=["postgresql", "upgrade"],
    )
    database(
        client,
        network,
        "exposed",
        StorageEncrypted=False,
        MultiAZ=False,
        DeletionProtection=False,
        PubliclyAccessible=True,
        AutoMinorVersionUpgrade=False,
        BackupRetentionPeriod=0,
        MasterUserPassword="not-a-secret-1",
    )
    for defect in (
        "storage_not_encrypted",
        "deletion_protection_disabled",
        "publicly_accessible",
        "minor_upgrades_disabled",
        "backup_retention_too_short",
        "iam_authentication_disabled",
        "master_password_not_managed",
        "logs_not_exported",
    ):
        place.plant(f"rds.{defect}", "AWS::RDS::DBInstance", "exposed")
    database_snapshots(place)


def database(client, network, name, **settings):
    client.create_db_instance(
        DBInstanceIdentifier=name,
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        EngineVersion="16.4",
        AllocatedStorage=20,
        MasterUsername="owner",
        DBSubnetGroupName="private",
        VpcSecurityGroupIds=[network.closed_group],
        **settings,
    )


def database_snapshots(place):
    client = place.client("rds")
    for name in ("clean", "exposed"):
        client.create_db_snapshot(DBInstanceIdentifier=name, DBSnapshotIdentifier=f"{name}-copy")
    client.modify_db_snapshot_attribute(DBSnapshotIdentifier="exposed-copy", AttributeName="restore", ValuesToAdd=["all"])
    place.plant("rds.snapshot_not_encrypted", "Innovate::RDS::DBSnapshot", "exposed-copy")
    place.plant("rds.snapshot_public", "Innovate::RDS::DBSnapshot", "exposed-copy")


def clusters(place, network, encryption_key):
    client = place.client("eks")
    role = place.client("iam").create_role(
        RoleName=f"eks-{place.region}", AssumeRolePolicyDocument=trust({"Service": ["eks.amazonaws.com", "ec2.amazonaws.com"]})
    )["Role"]["Arn"]
    types = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
    client.create_cluster(
        name="clean",
        version="1.33",
        roleArn=role,
        resourcesVpcConfig={"subnetIds": network.private, "endpointPublicAccess": False, "endpointPrivateAccess": True},
        logging={"clusterLogging": [{"types": types, "enabled": True}]},
        encryptionConfig=[{"resources": ["secrets"], "provider": {"keyArn": encryption_key}}],
    )
    client.create_cluster(
        name="exposed",
        version="1.20",
        roleArn=role,
        resourcesVpcConfig={"subnetIds": network.public[:2], "endpointPublicAccess": True, "publicAccessCidrs": ["0.0.0.0/0"]},
    )
    node_groups(client, role, network)
    for defect in (
        "endpoint_public",
        "endpoint_open_to_internet",
        "private_endpoint_disabled",
        "control_plane_logging_incomplete",
        "secrets_not_encrypted",
        "spans_fewer_than_three_zones",
        "oidc_provider_missing",
        "version_unsupported",
        "system_node_group_missing",
    ):
        place.plant(f"eks.{defect}", "AWS::EKS::Cluster", "exposed")
    place.plant("eks.node_group_in_public_subnet", "AWS::EKS::Nodegroup", "exposed/nodes")
    place.plant("eks.node_group_ssh_open", "AWS::EKS::Nodegroup", "exposed/nodes")
    place.plant("eks.nodes_without_autoscaling", "AWS::EKS::Nodegroup", "exposed/nodes")


def node_groups(client, role, network):
    client.create_nodegroup(
        clusterName="clean",
        nodegroupName="system",
        nodeRole=role,
        subnets=network.private,
        scalingConfig={"minSize": 1, "maxSize": 3, "desiredSize": 1},
        labels={"node-role": "system"},
        taints=[{"key": "CriticalAddonsOnly", "value": "true", "effect": "NO_SCHEDULE"}],
    )
    client.create_nodegroup(
        clusterName="exposed",
        nodegroupName="nodes",
        nodeRole=role,
        subnets=network.public[:2],
        scalingConfig={"minSize": 2, "maxSize": 2, "desiredSize": 2},
        remoteAccess={"ec2SshKey": "operator"},
    )


def load_balancers(place, network, certificate):
    """Two that face the internet: one sends HTTP on to HTTPS, one serves it."""
    client = place.client("elbv2")
    group = client.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=network.vpc, TargetType="ip")
    forward = [{"Type": "forward", "TargetGroupArn": group["TargetGroups"][0]["TargetGroupArn"]}]
    clean = load_balancer(client, "clean", network, network.closed_group)
    attributes = {"access_logs.s3.enabled": "true", "routing.http.drop_invalid_header_fields.enabled": "true"}
    attributes |= {"access_logs.s3.bucket": f"{place.name}-{place.region}-logs"}
    client.modify_load_balancer_attributes(
        LoadBalancerArn=clean, Attributes=[{"Key": name, "Value": value} for name, value in attributes.items()]
    )
    to_https = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
    redirect = [{"Type": "redirect", "RedirectConfig": to_https}]
    listener(client, clean, "HTTP", 80, redirect)
    tls = {"Certificates": [{"CertificateArn": certificate}]}
    listener(client, clean, "HTTPS", 443, forward, SslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06", **tls)
    exposed = load_balancer(client, "exposed", network, network.open_group)
    plain = listener(client, exposed, "HTTP", 80, forward)
    prefix = "elasticloadbalancingv2"
    for defect in ("access_logs_disabled", "invalid_headers_not_dropped", "listener_not_https"):
        place.plant(f"{prefix}.{defect}", "AWS::ElasticLoadBalancingV2::LoadBalancer", exposed)
    place.plant(f"{prefix}.http_listener_without_redirect", "AWS::ElasticLoadBalancingV2::Listener", plain)
    kind = "AWS::EC2::SecurityGroup"
    place.plant("ec2.load_balancer_security_group_not_https_only", kind, network.open_group)


def load_balancer(client, name, network, group):
    answer = client.create_load_balancer(
        Name=name, Subnets=network.public, SecurityGroups=[group], Scheme="internet-facing", Type="application"
    )
    return answer["LoadBalancers"][0]["LoadBalancerArn"]


def listener(client, balancer, protocol, port, actions, **settings):
    answer = client.create_listener(
        LoadBalancerArn=balancer, Protocol=protocol, Port=port, DefaultActions=actions, **settings
    )
    return answer["Listeners"][0]["ListenerArn"]


def certificate(place):
    client = place.client("acm")
    return client.request_certificate(DomainName=f"{place.name}.example.com", ValidationMethod="DNS")["CertificateArn"]


def dns(place):
    client = place.client("route53")
    zone = client.create_hosted_zone(Name="example.com", CallerReference=place.account)["HostedZone"]["Id"]

    def change(name, kind, value):
        record = {"Name": f"{name}.example.com", "Type": kind, "TTL": 300, "ResourceRecords": [{"Value": value}]}
        return {"Action": "CREATE", "ResourceRecordSet": record}

    changes = [change("www", "A", "192.0.2.1"), change("shop", "CNAME", "www.example.com")]
    changes += [change(f"host-{number:03}", "A", "192.0.2.2") for number in range(3 * MANY)]
    client.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})


# Detection


def detection(place):
    """AWS Config's recorder and GuardDuty's detector, both on."""
    config = place.client("config")
    role = f"arn:aws:iam::{place.account}:role/{ROLE}"
    group = {"allSupported": True, "includeGlobalResourceTypes": True}
    config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": role, "recordingGroup": group})
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": f"{place.name}-{place.region}-logs"})
    config.start_configuration_recorder(ConfigurationRecorderName="default")
    place.client("guardduty").create_detector(Enable=True)
    place.client("securityhub").enable_security_hub()
    place.client("ec2").enable_ebs_encryption_by_default()


def no_detection(place):
    for policy in ("config_recorder_disabled", "guardduty_disabled"):
        place.plant(f"account.{policy}", "Innovate::Account::Region", place.account)
    place.plant("ec2.ebs_default_encryption_disabled", "Innovate::EC2::EbsEncryptionByDefault", place.account)


# The organization as a whole


def region_of_account(place):
    encryption_key = keys(place)
    net = network(place)
    storage(place)
    launch_templates(place)
    buckets(place)
    secrets(place)
    monitoring(place)
    repositories(place)
    if place.name in ("non-production", "production"):
        instances(place, net)
        databases(place, net)
        clusters(place, net, encryption_key)
        load_balancers(place, net, certificate(place))
    (detection if place.name == "production" else no_detection)(place)


def account(places):
    """The account's global resources, by its home region, then those of its regions."""
    home = places[0]
    audit_role(home)
    iam_users(home)
    iam_roles(home)
    if home.name == "management":
        permission_sets(home)
    (weak_password_policy if home.name == "non-production" else strong_password_policy)(home)
    if home.name != BLOCKED:
        home.plant_global("s3.account_public_access_not_blocked", "Innovate::S3::AccountPublicAccessBlock", home.account)
    for place in places:
        region_of_account(place)
    SPECIAL[home.name](home)


SPECIAL = {
    "management": organization_trail,
    BLOCKED: account_public_access,
    "non-production": bare_trail,
    "production": many,
}


def main(address):
    reset(address)
    planted = []
    caller = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    root_place = Place(address, MANAGEMENT, "management", HOME, caller, planted)
    accounts = organization(root_place)
    for name, identifier in accounts.items():
        credentials = caller if identifier == MANAGEMENT else assume(root_place, identifier)
        account([Place(address, identifier, name, region, credentials, planted) for region in REGIONS])
    print(json.dumps({"management": MANAGEMENT, "accounts": accounts, "planted": planted}))


if __name__ == "__main__":
    main(sys.argv[1])
