"""AWS CloudFormation of the server of the tests: an interpreter of templates, and one provider a resource type that makes, updates and
deletes the resource through the API of its own service, so that it can be read back there. moto's own CloudFormation is not used.

A stack goes a step on whenever it is looked at: by DescribeStacks, DescribeStackEvents and DescribeChangeSet, which answer how things are
before the step. `PUT /stage/cloudformation` with a JSON object of the fields of `stacks.Settings` (`failures`, `step`, `dynamic`) says how,
and which failures are to come; `GET` gives them.
"""

import json
from dataclasses import asdict

from wire import Answer, Failure

from cloudformation import change_sets, operations, providers  # noqa: F401: they register themselves
from cloudformation.request import OPERATIONS, PAGE, Request
from cloudformation.stacks import SETTINGS, STORES, Plant, Settings


def answer(call, page=None):
    """The answer to a call of CloudFormation, in pages of this size."""
    store = STORES.of(call)
    with store.lock:
        request = Request(call, store, SETTINGS.of_all(), page or PAGE)
        try:
            if call.name not in OPERATIONS:
                raise Failure("InvalidAction", f"The server of the tests has no operation {call.name} of CloudFormation")
            told = call.answer(OPERATIONS[call.name](request))
        except Failure as failure:
            return call.answer(failure)
        for step in request.later:
            step()
        for stack in request.polled:
            stack.advance()
        return told


def control(method, body):
    """The answer to a call of the control address."""
    if method == "PUT":
        settings = json.loads(body)
        failures = [Plant(**failure) for failure in settings.pop("failures", [])]
        SETTINGS.kept[None] = Settings(failures=failures, **settings)
        return Answer(204)
    return Answer(200, [("Content-Type", "application/json")], json.dumps(asdict(SETTINGS.of_all())).encode())
