"""Amazon ECR: what moto lacks of a registry."""

from datetime import datetime, timezone

from wire import Failure

from corrections.registry import State, correction

# Rules and templates by their prefix.
RULES = State()
TEMPLATES = State()


def stamp(call, asked, former=None):
    now = datetime.now(timezone.utc)
    return (former or {"createdAt": now}) | asked | {"updatedAt": now}


@correction("ecr", "CreatePullThroughCacheRule")
def create_rule(call, onward):
    """https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreatePullThroughCacheRule.html"""
    asked = call.parameters()
    prefix = asked["ecrRepositoryPrefix"]
    if prefix in RULES.of(call):
        raise Failure("PullThroughCacheRuleAlreadyExistsException", f"A pull through cache rule with the prefix '{prefix}' already exists")
    RULES.of(call)[prefix] = stamp(call, asked) | {"registryId": call.account}
    return call.answer(RULES.of(call)[prefix])


@correction("ecr", "DescribePullThroughCacheRules")
def describe_rules(call, onward):
    """https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribePullThroughCacheRules.html"""
    prefixes = call.parameters().get("ecrRepositoryPrefixes")
    found = [rule for prefix, rule in RULES.of(call).items() if prefixes is None or prefix in prefixes]
    return call.answer({"pullThroughCacheRules": found})


@correction("ecr", "DeletePullThroughCacheRule")
def delete_rule(call, onward):
    """https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DeletePullThroughCacheRule.html"""
    prefix = call.parameters()["ecrRepositoryPrefix"]
    if prefix not in RULES.of(call):
        message = f"The pull through cache rule with the prefix '{prefix}' does not exist in the registry with id '{call.account}'"
        raise Failure("PullThroughCacheRuleNotFoundException", message)
    return call.answer(RULES.of(call).pop(prefix))


def template(call):
    prefix = call.parameters()["prefix"]
    if prefix not in TEMPLATES.of(call):
        raise Failure("TemplateNotFoundException", f"The template with the prefix '{prefix}' does not exist")
    return TEMPLATES.of(call)[prefix]


@correction("ecr", "CreateRepositoryCreationTemplate")
def create_template(call, onward):
    """https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepositoryCreationTemplate.html"""
    asked = call.parameters()
    if asked["prefix"] in TEMPLATES.of(call):
        raise Failure("TemplateAlreadyExistsException", f"The template with the prefix '{asked['prefix']}' already exists")
    TEMPLATES.of(call)[asked["prefix"]] = stamp(call, asked)
    return call.answer({"registryId": call.account, "repositoryCreationTemplate": TEMPLATES.of(call)[asked["prefix"]]})


@correction("ecr", "UpdateRepositoryCreationTemplate")
def update_template(call, onward):
    """https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_UpdateRepositoryCreationTemplate.html"""
    held = template(call)
    held |= stamp(call, call.parameters(), held)
    return call.answer({"registryId": call.account, "repositoryCreationTemplate": held})


@correction("ecr", "DescribeRepositoryCreationTemplates")
def describe_templates(call, onward):
    """https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeRepositoryCreationTemplates.html"""
    prefixes = call.parameters().get("prefixes")
    found = [held for prefix, held in TEMPLATES.of(call).items() if prefixes is None or prefix in prefixes]
    return call.answer({"registryId": call.account, "repositoryCreationTemplates": found})


@correction("ecr", "DeleteRepositoryCreationTemplate")
def delete_template(call, onward):
    """https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DeleteRepositoryCreationTemplate.html"""
    held = template(call)
    del TEMPLATES.of(call)[held["prefix"]]
    return call.answer({"registryId": call.account, "repositoryCreationTemplate": held})
