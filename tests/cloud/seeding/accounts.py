"""What each account has: production every service in its home region, the others, and its other region, a few of their own."""

from seeding import aurora, buckets, cluster, compute, database, detection, iam, keys, monitoring, network, roles, trails
from seeding.balancer import load_balancers
from seeding.certificates import certificates
from seeding.default_vpc import default_vpc, delete_default_vpc
from seeding.dns import zones
from seeding.groups import group, security_groups, tcp
from seeding.sso import identity_center


def basics(place):
    """In every region: a key, a log group that it encrypts, and one that nobody looks after. Gives the key's ARN."""
    encryption_key = keys.main_key(place)
    monitoring.log_group(place, "audit", encryption_key)
    monitoring.bare_log_group(place)
    return encryption_key


def management(home, other, accounts):
    """The organization's trail and Identity Center. A machine runs where none should, in a VPC as AWS makes it."""
    roles.audit_role(home)
    iam.strong_password_policy(home)
    iam.root_user_with_mfa(home)
    iam.break_glass(home)
    detection.account_public_access(home)
    encryption_key = basics(home)
    delete_default_vpc(home)
    logs = buckets.log_bucket(home, "organization-trail-logs")
    trails.organization_trails(home, logs, encryption_key, "audit")
    identity_center(home, accounts)
    detection.not_watched(home, detection.CONFIG, detection.GUARDDUTY)
    home.plant(detection.EBS, home.account, "ec2.ebs_default_encryption_disabled")
    basics(other)
    compute.run(other, default_vpc(other)[0])
    detection.undetected(other)
    detection.not_watched(other, "organizations.management_account_runs_workloads")


def security(home, other):
    """The organization's analyzer. What is public in the account is closed by the account's own settings."""
    roles.audit_role(home)
    iam.slack_password_policy(home)
    for place in (home, other):
        basics(place)
        delete_default_vpc(place)
    logs = buckets.log_bucket(home, "security-logs")
    buckets.void_bucket(home, "security-void", logs)
    detection.account_public_access(home)
    compute.blocked_storage(home)
    detection.detection(home, logs)
    detection.analyzers(home, outside="ORGANIZATION", unused="ORGANIZATION_UNUSED_ACCESS")
    detection.stopped_detection(other, logs)
    detection.analyzers(other, unused="ACCOUNT_UNUSED_ACCESS")
    detection.not_watched(other, detection.ANALYZER)


def non_production(home, other):
    """A narrow network with an exposed machine and a trail of the account's own, and nobody who watches."""
    roles.audit_role(home)
    iam.password_policy_of_aws(home)
    iam.root_user_with_key(home)
    iam.two_keys(home)
    buckets.account_not_blocked(home)
    for place in (home, other):
        basics(place)
        delete_default_vpc(place)
    narrow = network.narrow_network(home)
    application = group(home, narrow.vpc, "application")
    compute.exposed_instance(home, narrow.private[0], application)
    clients = group(home, narrow.vpc, "database", tcp(5432, UserIdGroupPairs=[{"GroupId": application}]))
    database.lone_database(home, narrow, clients)
    detection.not_watched(home, detection.CONFIG, detection.GUARDDUTY)
    home.plant(detection.EBS, home.account, "ec2.ebs_default_encryption_disabled")
    trails.bare_trail(home, "non-production-trail")
    buckets.bare_bucket(other, "non-production-bare")
    detection.undetected(other)


def production(home, other):
    """Every service, with and without its defects."""
    roles.audit_role(home)
    iam.strong_password_policy(home)
    iam.groups(home, roles.managed_policies(home))
    iam.users(home)
    roles.roles(home)
    buckets.account_not_blocked(home)
    for place in (home, other):
        delete_default_vpc(place)
    services(home, basics(home))
    basics(other)
    buckets.bare_bucket(other, "production-bare-us")
    compute.volume(other, True)
    compute.volume(other, False)
    detection.analyzers(other, outside="ACCOUNT")
    detection.not_watched(other, detection.CONFIG, detection.GUARDDUTY)
    other.plant(detection.EBS, other.account, "ec2.ebs_default_encryption_disabled")


def services(place, encryption_key):
    logs = buckets.log_bucket(place, "production-logs")
    keys.weak_keys(place)
    keys.secrets(place)
    keys.repositories(place, encryption_key)
    monitoring.short_log_group(place, encryption_key)
    monitoring.metric_filters(place, "audit")
    alerts = monitoring.topic(place, "alerts")
    monitoring.topic(place, "news")
    monitoring.alarms(place, alerts)
    buckets.buckets(place, "production", logs)
    net = network.networks(place, "audit")
    net.groups |= security_groups(place, net.vpc)
    compute.storage(place)
    compute.launch_templates(place)
    compute.instances(place, net)
    database.databases(place, net, alerts)
    aurora.clusters(place, net, alerts)
    cluster.clusters(place, net, encryption_key)
    zones(place, net, load_balancers(place, net, certificates(place), logs))
    # Last: where EBS encrypts by default, no volume could be made without encryption.
    detection.detection(place, logs)
