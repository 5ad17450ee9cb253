"""IAM Identity Center: what a permission set grants."""

import json
from functools import cache

from moto.iam.aws_managed_policies import aws_managed_policies_data

from corrections.registry import correction
from corrections.ssoadmin import backend


@cache
def managed_policies():
    """AWS's managed policies, with their path where moto's Identity Center looks for it."""
    return {name: {"path": policy.get("Path", "/")} for name, policy in json.loads(aws_managed_policies_data).items()}


@correction("sso-admin", "AttachManagedPolicyToPermissionSet")
def attach(call, onward):
    """moto takes no policy that has a path, as those for job functions have:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_job-functions.html"""
    backend(call).aws_managed_policies = managed_policies()
    return onward(call)
