"""A call of CloudFormation: what it asks for, and what every operation needs of it."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlparse

from botocore.exceptions import ClientError
from wire import Failure

from cloudformation import loopback
from cloudformation.evaluation import Evaluation
from cloudformation.provider import Context, Failed
from cloudformation.template import Template, invalid

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
BODY_SIZE = 51_200
URL_SIZE = 1024 * 1024
PAGE = 100
MARK = "page-from-"

OPERATIONS = {}
# The operations that put the name of a stack that is not there in brackets.
BRACKETED = (
    "CancelUpdateStack",
    "CreateChangeSet",
    "DeleteChangeSet",
    "DescribeChangeSet",
    "DescribeStackEvents",
    "ExecuteChangeSet",
    "ListChangeSets",
    "UpdateStack",
    "UpdateTerminationProtection",
)


def operation(function):
    """Names the function that answers the operation of its name."""
    OPERATIONS["".join(word.capitalize() for word in function.__name__.split("_"))] = function
    return function


@dataclass
class Request:
    """`polled` are the stacks that go a step on when the call was answered, `later` what else is done then."""

    call: object
    store: object
    settings: object
    page: int = PAGE
    polled: list = field(default_factory=list)
    later: list = field(default_factory=list)

    def __post_init__(self):
        self.parameters = self.call.parameters()

    def __getitem__(self, name):
        return self.parameters.get(name)

    @property
    def address(self):
        """The server's own."""
        return f"http://127.0.0.1:{self.call.environ['SERVER_PORT']}"

    @property
    def stack(self):
        """The stack that the call names; a Failure where there is none."""
        return self.store.named(self["StackName"], "Stack [{}]" if self.call.name in BRACKETED else "Stack with id {}")

    def new_name(self):
        """The name for a stack, which is not its id."""
        name = self["StackName"]
        pattern = "[a-zA-Z][-a-zA-Z0-9]*"
        if not re.fullmatch(pattern, name) or len(name) > 128:
            rule = f"Member must satisfy regular expression pattern: {pattern}"
            raise invalid(f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy constraint: {rule}")
        return name

    def template(self, stack=None):
        """The template that the call gives, or that of the stack where it is to be used again."""
        if self["UsePreviousTemplate"]:
            if not stack or not stack.template:
                raise invalid("Cannot use previous template: there is none")
            return stack.template
        return Template(self.text("Template", BODY_SIZE, URL_SIZE))

    def text(self, what, body_size, url_size):
        """What the call gives as `what`Body, or at `what`URL in Amazon S3."""
        body, url = self[f"{what}Body"], self[f"{what}URL"]
        if (body is None) == (url is None):
            raise invalid(f"Either {what} URL or {what} Body must be specified.")
        if body is not None:
            if len(body.encode()) > body_size:
                rule = f"Member must have length less than or equal to {body_size}"
                name = f"{what[0].lower()}{what[1:]}Body"
                raise invalid(f"1 validation error detected: Value at '{name}' failed to satisfy constraint: {rule}")
            return body
        body = self.fetched(url)
        if len(body) > url_size:
            raise invalid(f"{what} may not exceed {url_size} bytes in size.")
        return body.decode()

    def fetched(self, url):
        """An object of Amazon S3 by its address, whose host or path begins with the bucket."""
        parts = urlparse(url)
        host, path = parts.hostname or "", unquote(parts.path).lstrip("/")
        match = re.fullmatch(r"(.+)\.s3[.-].*", host)
        bucket, _, key = (match[1], "", path) if match else path.partition("/")
        client = loopback.client(self.address, self.call.account, self.call.region, "s3")
        try:
            return client.get_object(Bucket=bucket, Key=key)["Body"].read()
        except ClientError as error:
            raise invalid(f"S3 error: {error.response['Error']['Message']}") from None

    def values(self, template, stack=None):
        """The texts of the template's parameters, which satisfy its rules. A parameter may keep the value that it has."""
        values = template.values(self["Parameters"] or [], stack.parameters if stack else {})
        place = Context(self.address, self.call.account, self.call.region, self["StackName"], "", "")
        try:
            Evaluation(template, place, values, None, None, {}).demand_rules()
        except Failed as failure:
            raise invalid(str(failure)) from None
        return values

    def tags(self, stack=None):
        """The tags for the stack: those that it has where the call gives none."""
        if self["Tags"] is None:
            return stack.tags if stack else {}
        tags = {tag["Key"]: tag["Value"] for tag in self["Tags"]}
        if any(key.startswith("aws:") for key in tags):
            raise invalid("aws: prefixed tag key names are not allowed for external use.")
        return tags

    def cut(self, items):
        """A page of items, and the token of the next where there is one."""
        token = self["NextToken"]
        if token is not None and not re.fullmatch(rf"{MARK}\d+(-\d+)?", token):
            raise invalid("Invalid NextToken")
        start = int(token.removeprefix(MARK).partition("-")[0]) if token else 0
        end = start + self.page
        return items[start:end], {"NextToken": f"{MARK}{end}"} if end < len(items) else {}


def demand(met, message, code="ValidationError", status=400):
    if not met:
        raise Failure(code, message, status)
