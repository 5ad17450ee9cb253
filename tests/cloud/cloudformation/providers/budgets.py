"""AWS Budgets: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Budgets.html."""

from cloudformation.provider import Provider, provides, tag_list, taken
from cloudformation.providers.shapes import absent, ask


@provides("AWS::Budgets::Budget")
class Budget(Provider):
    names = ("Budget", "NotificationsWithSubscribers", "ResourceTags")

    def create(self, context, properties):
        taken(properties, *self.names)
        name = properties["Budget"].get("BudgetName") or context.name(100)
        tags = tag_list(context.tagged(properties, "ResourceTags"))
        notifications = properties.get("NotificationsWithSubscribers", [])
        asked = {"AccountId": context.account, "Budget": properties["Budget"] | {"BudgetName": name}, "ResourceTags": tags}
        ask(context.client("budgets"), "CreateBudget", **asked, NotificationsWithSubscribers=notifications)
        return name, {"Id": name}

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client = context.client("budgets")
        ask(client, "UpdateBudget", AccountId=context.account, NewBudget=new["Budget"] | {"BudgetName": physical})
        arn = f"arn:{context.partition}:budgets::{context.account}:budget/{physical}"
        present, gone = context.tag_changes(old, new, "ResourceTags")
        if present:
            client.tag_resource(ResourceARN=arn, ResourceTags=tag_list(present))
        if gone:
            client.untag_resource(ResourceARN=arn, ResourceTagKeys=gone)
        return {"Id": physical}

    def delete(self, context, physical, properties):
        with absent("NotFoundException"):
            context.client("budgets").delete_budget(AccountId=context.account, BudgetName=physical)
