"""IAM Access Analyzer: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_AccessAnalyzer.html."""

from cloudformation.provider import Provider, picked, provides, taken
from cloudformation.providers.shapes import absent, ask, without


def unused_access(properties):
    """The tags of an exclusion are a list of lists of keys with values in a template, and a list of maps in the API."""
    settings = dict(properties)
    if "AnalysisRule" in settings:
        exclusions = [
            each | {"ResourceTags": [{tag["Key"]: tag.get("Value", "") for tag in tags} for tags in each["ResourceTags"]]}
            if "ResourceTags" in each
            else each
            for each in settings["AnalysisRule"].get("Exclusions", [])
        ]
        settings["AnalysisRule"] = {"Exclusions": exclusions}
    return settings


def configuration(properties):
    taken(properties, "InternalAccessConfiguration", "UnusedAccessConfiguration")
    if "UnusedAccessConfiguration" in properties:
        return {"UnusedAccess": unused_access(properties["UnusedAccessConfiguration"])}
    return {"InternalAccess": properties["InternalAccessConfiguration"]}


def rule(properties):
    """The filter of an archive rule is a list in a template, and a map by property in the API."""
    criteria = {each["Property"]: without(each, "Property") for each in taken(properties, "Filter", "RuleName")["Filter"]}
    return {"RuleName": properties["RuleName"], "Filter": criteria}


@provides("AWS::AccessAnalyzer::Analyzer")
class Analyzer(Provider):
    names = ("AnalyzerConfiguration", "AnalyzerName", "ArchiveRules", "Tags", "Type")

    def create(self, context, properties):
        taken(properties, *self.names)
        asked = {"AnalyzerName": properties.get("AnalyzerName") or context.name(), "Type": properties["Type"]}
        if "AnalyzerConfiguration" in properties:
            asked["Configuration"] = configuration(properties["AnalyzerConfiguration"])
        asked["ArchiveRules"] = [rule(each) for each in properties.get("ArchiveRules", [])]
        asked |= {"Tags": context.tagged(properties), "ClientToken": context.token}
        arn = ask(context.client("accessanalyzer"), "CreateAnalyzer", **asked)["arn"]
        return arn, {"Arn": arn}

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client = context.client("accessanalyzer")
        name = physical.rpartition("/")[2]
        settings = picked(new, "AnalyzerConfiguration")
        if settings and settings != picked(old, "AnalyzerConfiguration"):
            ask(client, "UpdateAnalyzer", AnalyzerName=name, Configuration=configuration(settings["AnalyzerConfiguration"]))
        former = {each["RuleName"]: each for each in old.get("ArchiveRules", [])}
        wanted = {each["RuleName"]: each for each in new.get("ArchiveRules", [])}
        for gone in sorted(set(former) - set(wanted)):
            client.delete_archive_rule(analyzerName=name, ruleName=gone)
        for key, each in wanted.items():
            if each != former.get(key):
                operation = "UpdateArchiveRule" if key in former else "CreateArchiveRule"
                ask(client, operation, AnalyzerName=name, **rule(each))
        present, gone = context.tag_changes(old, new)
        if present:
            client.tag_resource(resourceArn=physical, tags=present)
        if gone:
            client.untag_resource(resourceArn=physical, tagKeys=gone)
        return {"Arn": physical}

    def delete(self, context, physical, properties):
        with absent("ResourceNotFoundException"):
            context.client("accessanalyzer").delete_analyzer(analyzerName=physical.rpartition("/")[2])
