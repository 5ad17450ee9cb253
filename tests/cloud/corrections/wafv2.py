"""AWS WAF."""

from moto.wafv2.models import GLOBAL_REGION, wafv2_backends

from corrections.registry import correction

# What a web ACL has where an update says nothing of it: the member, moto's attribute, and its value.
ABSENT = (
    ("AssociationConfig", "association_config", None),
    ("CaptchaConfig", "captcha_config", None),
    ("ChallengeConfig", "challenge_config", None),
    ("CustomResponseBodies", "custom_response_bodies", None),
    ("Description", "description", ""),
    ("Rules", "rules", ()),
    ("TokenDomains", "token_domains", None),
)


@correction("wafv2", "UpdateWebACL")
def update(call, onward):
    """moto keeps what the update does not name, where AWS replaces all of it
    (https://docs.aws.amazon.com/waf/latest/APIReference/API_UpdateWebACL.html)."""
    asked = call.parameters()
    answer = onward(call)
    if answer.status < 300:
        region = GLOBAL_REGION if asked["Scope"] == "CLOUDFRONT" else call.region
        held = next(each for each in wafv2_backends[call.account][region].wacls.values() if each.id == asked["Id"])
        for member, attribute, absent in ABSENT:
            if not asked.get(member):
                setattr(held, attribute, absent)
    return answer
