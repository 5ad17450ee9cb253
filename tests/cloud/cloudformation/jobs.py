"""What an operation does to one resource."""

import re
import sys
import traceback
from dataclasses import replace

from botocore.exceptions import BotoCoreError, ClientError

from cloudformation.evaluation import without_dynamic
from cloudformation.policy import refusal
from cloudformation.provider import PROVIDERS, Context, Failed
from cloudformation.schema import schema
from cloudformation.stacks import Resource, identifier

# The states of a resource that is gone from the stack.
GONE = ("DELETE_COMPLETE", "DELETE_SKIPPED")
POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")
# The words in the codes of errors that stand for a kind of error
# (https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html).
KINDS = {
    "AlreadyExists|Duplicate|AlreadyOwned|ResourceInUse|Conflict": "AlreadyExists",
    "NotFound|NoSuch|DoesNotExist": "NotFound",
    "AccessDenied|Unauthorized": "AccessDenied",
    "Throttl|LimitExceeded": "Throttling",
    "Invalid|Malformed|Validation|Missing": "InvalidRequest",
}


def handled(service, message, status, code, token):
    """The reason that CloudFormation gives for an error of a service."""
    kind = next((kind for words, kind in KINDS.items() if re.search(words, code)), "GeneralServiceException")
    origin = f"(Service: {service}, Status Code: {status}, Request ID: {identifier(token, code)})"
    return f'Resource handler returned message: "{message} {origin}" (RequestToken: {identifier(token)}, HandlerErrorCode: {kind})'


class Job:
    """A job on the resource of a logical name; `after` are the keys of the jobs that come before it."""

    def __init__(self, operation, logical, after=()):
        self.operation = operation
        self.stack = operation.stack
        self.logical = self.key = logical
        self.after = set(after)
        self.resource = None
        self.problem = None
        self.is_done = False

    def is_needed(self):
        """Whether there is something to do, as far as is known when all that comes before is done."""
        return True

    def begin(self):
        """Passes the resource into its status of being worked at."""

    def work(self):
        """Does what there is to do."""

    def attempt(self):
        """Does the job; whether it went well."""
        try:
            if self.problem:
                raise Failed(self.problem)
            self.work()
            self.is_done = True
        except Failed as failure:
            self.fail(str(failure))
        return self.is_done

    def cancel(self):
        self.fail(f"Resource {'creation' if self.verb == 'CREATE' else 'update'} cancelled")

    def fail(self, reason):
        self.stack.turn_resource(self.resource, f"{self.verb}_FAILED", reason)

    def context(self, resource, former_tags=None):
        stack = self.stack
        tags = stack.own_tags(resource.logical)
        former = resource.tags if former_tags is None else former_tags
        return Context(
            stack.address,
            stack.account,
            stack.region,
            stack.name,
            stack.id,
            resource.logical,
            tags=resource.tags | tags,
            former_tags=former | tags,
            creation=resource.creation,
        )

    def provide(self, work):
        """Lets a provider work, but where a failure was planted; the words of CloudFormation for what goes wrong."""
        on = "rollback" if "ROLLBACK" in self.stack.status else self.verb.lower()
        planted = self.operation.settings.failure(self.stack, self.logical, on)
        if planted:
            raise Failed(planted)
        try:
            return work(PROVIDERS[self.resource.type])
        except ClientError as error:
            status, code = error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Code"]
            service = re.sub(r"^(AWS|Amazon)::?", "", self.resource.type).split("::")[0]
            token = f"{self.stack.id} {self.logical} {len(self.stack.events)}"
            raise Failed(handled(service, error.response["Error"]["Message"], status, code, token)) from None
        except (Failed, BotoCoreError) as error:
            raise Failed(str(error)) from None
        except Exception as error:
            # A fault of the provider is one of the tests, which are to end and to say so.
            traceback.print_exc(file=sys.stderr)
            raise Failed(f"Internal Failure of the provider: {error!r}") from None


class Make(Job):
    """Makes the resource that the template declares, or updates or replaces the one that is there."""

    def __init__(self, operation, logical, present):
        super().__init__(operation, logical, operation.stack.template.dependencies(logical) & present)
        self.former = operation.former.get(logical)
        self.called = False
        if self.former and not self.former.physical:
            self.former = None

    @property
    def verb(self):
        return "UPDATE" if self.former else "CREATE"

    def is_needed(self):
        declared = self.stack.template.resources[self.logical]
        former = self.former
        base = former or Resource(self.logical, declared["Type"], declared, self.after)
        self.resource = replace(base, type=declared["Type"], declared=declared, after=self.after, tags=self.stack.tags)
        try:
            evaluation = self.operation.evaluation()
            self.resource.declared = {
                name: evaluation.value(value) if name in POLICIES else value for name, value in declared.items()
            }
            properties = evaluation.value(declared.get("Properties", {}))
            self.operation.imports |= evaluation.imports
            self.resource.shown = self.operation.evaluation(blind=True).value(declared.get("Properties", {}))
            self.resource.properties, problems = schema(self.resource.type).read(properties)
            if problems:
                raise Failed("\n".join([f"Properties validation failed for resource {self.logical} with message:", *problems]))
            self.how = self.choose()
            self.refuse()
        except Failed as failure:
            self.how, self.problem = "fail", str(failure)
        except (ClientError, BotoCoreError) as error:
            self.how, self.problem = "fail", str(error)
        if self.how == "nothing":
            self.stack.resources[self.logical] = self.resource
        return self.how != "nothing"

    def choose(self):
        former, resource = self.former, self.resource
        if not former:
            return "create"
        if former.type != resource.type or schema(resource.type).replaces(former.properties, resource.properties):
            return "replace"
        if former.properties != resource.properties or former.status.endswith("FAILED"):
            return "update"
        if schema(resource.type).is_taggable and former.tags != resource.tags:
            return "update"
        return "note" if former.declared.get("Metadata") != resource.declared.get("Metadata") else "nothing"

    def refuse(self):
        """Where the stack's policy refuses the update."""
        action = {"update": "Update:Modify", "replace": "Update:Replace"}.get(self.how)
        self.problem = action and refusal(self.operation.policy, action, self.former)

    def begin(self):
        self.stack.resources[self.logical] = self.resource
        self.operation.touched.append(self)
        reason = "Requested update requires the creation of a new physical resource; hence creating one." if self.how == "replace" else None
        self.stack.turn_resource(self.resource, f"{self.verb}_IN_PROGRESS", reason)

    def work(self):
        resource, stack = self.resource, self.stack
        if self.how in ("create", "replace"):
            self.create()
        elif self.how == "update":
            context = self.context(resource, self.former.tags)
            old, new = (without_dynamic(each.properties, stack.place) for each in (self.former, resource))

            def update(provider):
                self.called = True
                return provider.update(context, resource.physical, old, new)

            resource.attributes = self.provide(update) or resource.attributes
        stack.turn_resource(resource, f"{self.verb}_COMPLETE")

    def create(self):
        resource, stack = self.resource, self.stack
        resource.creation = stack.creations[self.logical] = stack.creations.get(self.logical, 0) + 1
        properties = without_dynamic(resource.properties, stack.place)
        context = self.context(resource)
        try:
            context.physical, resource.attributes = self.provide(lambda provider: provider.create(context, properties))
        finally:
            if context.physical:
                resource.physical = context.physical
                self.operation.made.append(resource)
        stack.turn_resource(resource, f"{self.verb}_IN_PROGRESS", "Resource creation Initiated")


class Restore(Job):
    """Brings a resource back to what it was before an update; `make` is what was done to it."""

    verb = "UPDATE"

    def __init__(self, operation, make, present):
        super().__init__(operation, make.logical, make.former.after & present)
        self.make = make

    def begin(self):
        self.resource = self.stack.resources[self.logical] = replace(self.make.former)
        self.stack.turn_resource(self.resource, "UPDATE_IN_PROGRESS")

    def work(self):
        made, resource = self.make.resource, self.resource
        context = self.context(resource, made.tags)
        old, new = (without_dynamic(each.properties, self.stack.place) for each in (made, resource))

        def update(provider):
            if self.make.called and self.make.how == "update":
                return provider.update(context, resource.physical, old, new)

        resource.attributes = self.provide(update) or resource.attributes
        self.stack.turn_resource(resource, "UPDATE_COMPLETE")

    def skip(self):
        """Takes the resource for restored
        (https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ContinueUpdateRollback.html)."""
        self.resource = self.stack.resources[self.logical] = replace(self.make.former)
        self.stack.turn_resource(self.resource, "UPDATE_COMPLETE", "Resource was skipped")


class Delete(Job):
    """Deletes a resource, where its policy (the attribute `policy` of the template) does not keep it. `fresh`: the operation that is rolled
    back made it."""

    verb = "DELETE"

    def __init__(self, operation, resource, policy="DeletionPolicy", fresh=False):
        super().__init__(operation, resource.logical)
        self.key = (resource.logical, resource.creation)
        self.resource = resource
        self.policy = resource.policy(policy)
        self.fresh = fresh

    def is_needed(self):
        if not self.resource.physical:
            self.resource.status = "DELETE_COMPLETE"
        return bool(self.resource.physical)

    @property
    def is_kept(self):
        if self.logical in self.operation.retained:
            return True
        return self.policy == "Retain" or (self.policy == "RetainExceptOnCreate" and not self.fresh)

    def begin(self):
        self.stack.turn_resource(self.resource, "DELETE_SKIPPED" if self.is_kept else "DELETE_IN_PROGRESS")

    def work(self):
        if self.is_kept:
            return
        resource = self.resource
        context = self.context(resource)
        context.snapshot = self.policy == "Snapshot"
        # What a dynamic reference names may be gone before the resource.
        self.provide(lambda provider: provider.delete(context, resource.physical, resource.properties))
        self.stack.turn_resource(resource, "DELETE_COMPLETE")


def dependents_first(jobs):
    """The deletions, each after those of the resources that depend on it."""
    for job in jobs:
        job.after = {other.key for other in jobs if job.logical in other.resource.after and other.logical != job.logical}
    return jobs
