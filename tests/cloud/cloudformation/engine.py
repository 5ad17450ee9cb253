"""What is done to a stack: it is made, updated, deleted and rolled back, a step at a time. Each is a generator that rests after a step; the
roll-back of what failed is a part of it (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html)."""

from botocore.exceptions import BotoCoreError, ClientError

from cloudformation.evaluation import Evaluation
from cloudformation.jobs import GONE, Delete, Make, Restore, dependents_first
from cloudformation.policy import refusal
from cloudformation.provider import Failed
from cloudformation.stacks import now, outputs


# The states in which an operation leaves old and new resources side by side.
UNFINISHED = ("DELETE_FAILED", "UPDATE_FAILED", "UPDATE_ROLLBACK_FAILED")


def failed_to(verb, jobs):
    return f"The following resource(s) failed to {verb}: [{', '.join(job.logical for job in jobs)}]. "


class Operation:
    """An operation on a stack. `former` are the resources before it, and `before` the template, parameters and tags; `touched` the jobs
    that it began, `made` the resources that it made, `left` those of a failed operation that no template names any more. `on_failure` is
    ROLLBACK, DELETE or DO_NOTHING."""

    def __init__(self, stack, store, settings, on_failure="ROLLBACK", policy=None, retained=()):
        self.stack = stack
        self.store = store
        self.settings = settings
        self.on_failure = on_failure
        self.policy = policy or stack.policy
        self.retained = set(retained)
        self.former = dict(stack.resources)
        self.before = stack.template, stack.parameters, stack.tags
        self.touched, self.made, self.unrestored = [], [], []
        self.left = stack.operation.leftovers() if stack.status in UNFINISHED else []
        self.imports = set()
        self.is_canceled = False

    def leftovers(self):
        """What is there of old and new resources beside those that the stack has."""
        present = {resource.physical for resource in self.stack.resources.values()}
        known = (*self.left, *self.made, *self.former.values())
        return [each for each in known if each.physical and each.physical not in present and each.status not in GONE]

    def evaluation(self, blind=False):
        """The values of the stack's template, as far as its resources are there."""
        stack = self.stack

        def physical(logical):
            return stack.resources[logical].physical

        def attribute(logical, name):
            return stack.resources[logical].attribute(name)

        return Evaluation(stack.template, stack.place, stack.parameters, physical, attribute, self.store.exports(), blind)

    def run(self, jobs, persist=False):
        """Does the jobs, each after those that it names; gives those that failed. The first failure ends it; with `persist` only what comes
        after a failed job is left undone."""
        waiting, failed = {job.key: job for job in jobs}, []
        while waiting and not self.is_canceled:
            before = waiting.keys() | {job.key for job in failed}
            ready = [job for job in waiting.values() if not job.after & before]
            needed = [job for job in ready if job.is_needed()]
            if len(needed) < len(ready):
                waiting = {key: job for key, job in waiting.items() if job in needed or job not in ready}
                continue
            begun = needed[: self.settings.step]
            if not begun:
                break
            for job in begun:
                job.begin()
            yield
            for job in begun:
                del waiting[job.key]
                if self.is_canceled or (failed and not persist):
                    job.cancel()
                    failed.append(job)
                elif not job.attempt():
                    failed.append(job)
            if failed and not persist:
                break
        return failed

    def make(self, verb):
        """Brings the stack to what its template declares; what is wrong, as a text, else None."""
        try:
            present = self.evaluation().present()
            failed = yield from self.run([Make(self, logical, set(present)) for logical in present])
            if self.is_canceled:
                return "User Initiated"
            if failed:
                return failed_to(verb, failed)
            self.conclude()
        except (Failed, ClientError, BotoCoreError) as failure:
            return f"{failure} "
        return None

    def conclude(self):
        """Sets what the stack puts out."""
        stack, evaluation = self.stack, self.evaluation()
        put_out = outputs(evaluation)
        self.demand_exports({output.export: output.value for output in put_out.values() if output.export})
        stack.outputs, stack.imports = put_out, self.imports | evaluation.imports

    def demand_exports(self, exports):
        """A Failed where the stack may not export this
        (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html)."""
        stack = self.stack
        for other in self.store.present():
            taken = exports.keys() & other.exports.keys()
            if taken and other is not stack:
                raise Failed(f"Export with name {min(taken)} is already exported by stack {other.name}.")
        for name, value in stack.exports.items():
            users = [user.name for user in self.store.importers(name)]
            if users and exports.get(name) != value:
                verb = "updated" if name in exports else "deleted"
                raise Failed(f"Export {name} cannot be {verb} as it is in use by {' and '.join(users)}.")

    # Creation

    def create(self):
        stack = self.stack
        yield
        problem = yield from self.make("create")
        if not problem:
            stack.turn("CREATE_COMPLETE")
        elif self.on_failure == "DO_NOTHING":
            stack.turn("CREATE_FAILED", problem)
        elif self.on_failure == "DELETE":
            stack.turn("DELETE_IN_PROGRESS", f"{problem}Delete requested by user.")
            yield from self.delete(fresh=True)
        else:
            yield from self.undo_creation(f"{problem}Rollback requested by user.")

    def undo_creation(self, reason):
        self.stack.turn("ROLLBACK_IN_PROGRESS", reason)
        yield
        failed = yield from self.delete_all(fresh=True)
        if failed:
            self.stack.turn("ROLLBACK_FAILED", failed_to("delete", failed))
        else:
            self.stack.turn("ROLLBACK_COMPLETE")

    # Deletion

    def delete(self, fresh=False):
        yield
        failed = yield from self.delete_all(fresh)
        if failed:
            self.stack.turn("DELETE_FAILED", failed_to("delete", failed))
            return
        self.stack.outputs, self.stack.imports = {}, set()
        self.stack.deleted = now()
        self.stack.turn("DELETE_COMPLETE")

    def delete_all(self, fresh=False):
        left = [resource for resource in (*self.stack.resources.values(), *self.left) if resource.status not in GONE]
        return (yield from self.run(dependents_first([Delete(self, each, fresh=fresh) for each in left]), persist=True))

    # Update

    def update(self):
        stack = self.stack
        yield
        problem = self.denied_removals() or (yield from self.make("update"))
        if problem and self.on_failure == "DO_NOTHING" and not self.is_canceled:
            stack.turn("UPDATE_FAILED", problem)
        elif problem:
            yield from self.undo_update(problem)
        else:
            replaced = [job.former for job in self.touched if job.how == "replace" and job.former.physical != job.resource.physical]
            yield from self.clean_up("UPDATE_COMPLETE", replaced, [*self.removed(), *self.left])

    def removed(self):
        """The resources that the template has no more."""
        present = self.evaluation().present()
        return [resource for logical, resource in self.former.items() if logical not in present]

    def denied_removals(self):
        """What the stack's policy says of removals that it denies; None where it denies none."""
        reasons = {resource.logical: refusal(self.policy, "Update:Delete", resource) for resource in self.removed()}
        denied = [self.former[logical] for logical, reason in reasons.items() if reason]
        for each in denied:
            self.stack.note(each.logical, each.physical, each.type, "UPDATE_FAILED", reasons[each.logical], each.shown)
        return failed_to("update", denied) if denied else None

    def undo_update(self, reason):
        stack = self.stack
        stack.turn("UPDATE_ROLLBACK_IN_PROGRESS", reason)
        stack.template, stack.parameters, stack.tags = self.before
        updated = [job for job in self.touched if job.former]
        names = {job.logical for job in updated}
        for logical, resource in self.former.items():
            if logical not in names:
                stack.resources[logical] = resource
        self.unrestored = [Restore(self, job, names) for job in updated]
        yield from self.restore()

    def restore(self):
        """Goes on with the roll-back of an update where it stands."""
        yield
        failed = yield from self.run(self.unrestored)
        self.unrestored = [job for job in self.unrestored if not job.is_done]
        if failed:
            self.stack.turn("UPDATE_ROLLBACK_FAILED", failed_to("update", failed))
            return
        replacing = [job.resource for job in self.touched if job.how == "replace" and job.resource in self.made]
        added = [job.resource for job in self.touched if not job.former]
        yield from self.clean_up("UPDATE_ROLLBACK_COMPLETE", replacing, added, fresh=True)

    def resume(self, skipped):
        """Continues a roll-back that failed, without the resources that are skipped."""
        for job in self.unrestored:
            if job.logical in skipped:
                job.skip()
        self.unrestored = [job for job in self.unrestored if job.logical not in skipped]
        self.stack.turn("UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated")
        return self.restore()

    def clean_up(self, status, replaced, removed, fresh=False):
        """Deletes what the stack has no use for any more: resources that others took the place of, and others. What cannot be deleted is
        left behind."""
        stack = self.stack
        stack.turn(f"{status}_CLEANUP_IN_PROGRESS")
        yield
        jobs = [Delete(self, each, "UpdateReplacePolicy", fresh) for each in replaced]
        jobs += [Delete(self, each, fresh=fresh) for each in removed]
        failed = yield from self.run(dependents_first(jobs), persist=True)
        stack.resources = {logical: each for logical, each in stack.resources.items() if each not in removed}
        left = "Update successful. One or more resources could not be deleted." if failed else None
        stack.turn(status, left)
