"""IAM Access Analyzer, of which moto has nothing: https://docs.aws.amazon.com/access-analyzer/latest/APIReference/Welcome.html."""

from datetime import datetime, timezone

from wire import Failure

from corrections.registry import State, correction

# The days after which access counts as unused where nothing else is asked for:
# https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_UnusedAccessConfiguration.html
UNUSED_AGE = 90
# The analyzers by name; `rules` holds the archive rules of each by name.
ANALYZERS = State()


def now():
    return datetime.now(timezone.utc)


def find(call):
    name = call.parameters()["analyzerName"]
    analyzer = ANALYZERS.of(call).get(name)
    if not analyzer:
        raise Failure("ResourceNotFoundException", f"Analyzer {name} not found", 404)
    return analyzer


def summary(analyzer):
    """https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_AnalyzerSummary.html"""
    return {name: value for name, value in analyzer.items() if name != "rules"}


def rule(asked):
    """https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ArchiveRuleSummary.html"""
    return {"ruleName": asked["ruleName"], "filter": asked["filter"], "createdAt": now(), "updatedAt": now()}


@correction("accessanalyzer", "CreateAnalyzer")
def create_analyzer(call, onward):
    """https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_CreateAnalyzer.html"""
    asked = call.parameters()
    name = asked["analyzerName"]
    if name in ANALYZERS.of(call):
        raise Failure("ConflictException", f"An analyzer with the name {name} already exists", 409)
    arn = f"arn:aws:access-analyzer:{call.region}:{call.account}:analyzer/{name}"
    analyzer = {"arn": arn, "name": name, "type": asked["type"], "createdAt": now(), "status": "ACTIVE"}
    analyzer["tags"] = asked.get("tags", {})
    if "configuration" in asked:
        analyzer["configuration"] = asked["configuration"]
    elif asked["type"].endswith("UNUSED_ACCESS"):
        analyzer["configuration"] = {"unusedAccess": {"unusedAccessAge": UNUSED_AGE}}
    analyzer["rules"] = {each["ruleName"]: rule(each) for each in asked.get("archiveRules", [])}
    ANALYZERS.of(call)[name] = analyzer
    return call.answer({"arn": arn})


@correction("accessanalyzer", "ListAnalyzers")
def list_analyzers(call, onward):
    """https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ListAnalyzers.html"""
    kind = call.parameters().get("type")
    analyzers = [analyzer for analyzer in ANALYZERS.of(call).values() if kind in (None, analyzer["type"])]
    return call.answer({"analyzers": [summary(analyzer) for analyzer in analyzers]})


@correction("accessanalyzer", "GetAnalyzer")
def get_analyzer(call, onward):
    """https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_GetAnalyzer.html"""
    return call.answer({"analyzer": summary(find(call))})


@correction("accessanalyzer", "UpdateAnalyzer")
def update_analyzer(call, onward):
    """https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_UpdateAnalyzer.html"""
    asked = call.parameters()
    if "configuration" in asked:
        find(call)["configuration"] = asked["configuration"]
    return call.answer({name: find(call)[name] for name in ("configuration",) if name in find(call)})


@correction("accessanalyzer", "DeleteAnalyzer")
def delete_analyzer(call, onward):
    """https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_DeleteAnalyzer.html"""
    del ANALYZERS.of(call)[find(call)["name"]]
    return call.answer({})


@correction("accessanalyzer", "CreateArchiveRule")
def create_archive_rule(call, onward):
    """https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_CreateArchiveRule.html"""
    asked, rules = call.parameters(), find(call)["rules"]
    if asked["ruleName"] in rules:
        raise Failure("ConflictException", f"An archive rule with the name {asked['ruleName']} already exists", 409)
    rules[asked["ruleName"]] = rule(asked)
    return call.answer({})


@correction("accessanalyzer", "UpdateArchiveRule")
def update_archive_rule(call, onward):
    """https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_UpdateArchiveRule.html"""
    asked = call.parameters()
    archived(call).update(filter=asked["filter"], updatedAt=now())
    return call.answer({})


@correction("accessanalyzer", "DeleteArchiveRule")
def delete_archive_rule(call, onward):
    """https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_DeleteArchiveRule.html"""
    del find(call)["rules"][archived(call)["ruleName"]]
    return call.answer({})


def archived(call):
    name = call.parameters()["ruleName"]
    if name not in find(call)["rules"]:
        raise Failure("ResourceNotFoundException", f"Archive rule {name} not found", 404)
    return find(call)["rules"][name]


@correction("accessanalyzer", "ListArchiveRules")
def list_archive_rules(call, onward):
    """https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ListArchiveRules.html"""
    return call.answer({"archiveRules": list(find(call)["rules"].values())})


def tags(call):
    """The tags of the resource of an ARN."""
    arn = call.parameters()["resourceArn"]
    for analyzer in ANALYZERS.of(call).values():
        if analyzer["arn"] == arn:
            return analyzer["tags"]
    raise Failure("ResourceNotFoundException", f"Resource {arn} not found", 404)


@correction("accessanalyzer", "ListTagsForResource")
def list_tags(call, onward):
    """https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ListTagsForResource.html"""
    return call.answer({"tags": tags(call)})


@correction("accessanalyzer", "TagResource")
def tag(call, onward):
    """https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_TagResource.html"""
    tags(call).update(call.parameters()["tags"])
    return call.answer({})


@correction("accessanalyzer", "UntagResource")
def untag(call, onward):
    """https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_UntagResource.html"""
    for key in call.parameters()["tagKeys"]:
        tags(call).pop(key, None)
    return call.answer({})
