"""The rules of AWS Config."""

from corrections.registry import State, amended, correction

# What was asked for each rule by name.
RULES = State()
# A rule looks at what is there: https://docs.aws.amazon.com/config/latest/APIReference/API_EvaluationModeConfiguration.html
MODES = [{"Mode": "DETECTIVE"}]


@correction("config", "PutConfigRule")
def put_rule(call, onward):
    """moto forgets how a rule evaluates, and takes no change of some other settings:
    https://docs.aws.amazon.com/config/latest/APIReference/API_PutConfigRule.html"""
    answer, asked = onward(call), call.parameters()["ConfigRule"]
    if answer.status < 300 and "ConfigRuleName" in asked:
        RULES.of(call)[asked["ConfigRuleName"]] = asked
    return answer


@correction("config", "DescribeConfigRules")
def describe_rules(call, onward):
    """https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigRule.html"""

    def amend(result):
        for rule in result["ConfigRules"]:
            asked = RULES.of(call).get(rule["ConfigRuleName"], {})
            for name in ("Description", "InputParameters", "MaximumExecutionFrequency", "Scope"):
                rule.pop(name, None)
            rule |= asked
            rule.setdefault("EvaluationModes", MODES)
            rule["Source"].get("CustomPolicyDetails", {}).pop("PolicyText", None)

    return amended(call, onward(call), amend)
