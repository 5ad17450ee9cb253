"""One call of an AWS API: which operation it is, what it asks for, and answers in the protocol of its service."""

import io
import json
import warnings
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import cache
from urllib.parse import urlencode

import cbor2
from botocore.exceptions import UnknownServiceError
from botocore.model import OperationNotFoundError
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.responses import get_service_router
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model
from moto.iam.models import get_account_id_from
from werkzeug.exceptions import NotFound

# The common errors are in no service's model, which moto warns of.
warnings.filterwarnings("ignore", message=r"Exception\(.*does not match an error shape")

# The service of a signature where botocore has another name for it.
SERVICES = {
    "access-analyzer": "accessanalyzer",
    "aps": "amp",
    "elasticloadbalancing": "elbv2",
    "monitoring": "cloudwatch",
    "sso": "sso-admin",
}

# The prefix of a service's IAM actions where it is not botocore's name for it, from the Service Authorization Reference
# (https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html).
PREFIXES = {"accessanalyzer": "access-analyzer", "amp": "aps", "elbv2": "elasticloadbalancing", "s3control": "s3", "sso-admin": "sso"}

# Operations whose IAM action is named otherwise, from the same reference.
ACTIONS = {
    ("s3", "GetBucketEncryption"): "s3:GetEncryptionConfiguration",
    ("s3", "GetBucketLifecycleConfiguration"): "s3:GetLifecycleConfiguration",
    ("s3", "GetObjectLockConfiguration"): "s3:GetBucketObjectLockConfiguration",
    ("s3", "GetPublicAccessBlock"): "s3:GetBucketPublicAccessBlock",
    ("s3", "ListBuckets"): "s3:ListAllMyBuckets",
    ("s3control", "GetPublicAccessBlock"): "s3:GetAccountPublicAccessBlock",
}

# The code of a denial where it is not AccessDenied(Exception).
DENIALS = {"ec2": "UnauthorizedOperation", "sns": "AuthorizationError"}


@dataclass
class Answer:
    """An HTTP answer."""

    status: int
    headers: list = field(default_factory=list)
    body: bytes = b""


class Failure(Exception):
    """An error that a service documents."""

    def __init__(self, code, message, status=400):
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


@cache
def model(service):
    return get_service_model(service)


@cache
def router(service):
    return get_service_router(service)


def seconds(value):
    return value.timestamp() if isinstance(value, datetime) else str(value)


class Call:
    """A call as it came; `operation` is None where it is no call of a known operation."""

    def __init__(self, environ):
        self.environ = environ
        self.body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        self.cbor = environ.get("HTTP_SMITHY_PROTOCOL") == "rpc-v2-cbor"
        self.region, self.service = self.scope()
        if self.cbor:
            self.to_json()
        self.operation, self.labels = None, {}
        if self.service:
            self.identify()

    def scope(self):
        """Region and service, as the signature names them."""
        credential = self.environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2].partition(",")[0].split("/")
        if len(credential) != 5:
            return None, None
        service = SERVICES.get(credential[3], credential[3])
        if service == "s3" and self.environ["PATH_INFO"].startswith("/v20180820/"):
            service = "s3control"
        return credential[2], service

    @property
    def account(self):
        """The account whose credentials signed the call."""
        told = self.environ.get("HTTP_X_MOTO_ACCOUNT_ID")
        key = self.environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2].partition("/")[0]
        return told or get_account_id_from(key)

    def target(self):
        """What tells a call from the others of its operation, account and Region."""
        return self.environ["REQUEST_METHOD"], self.environ["PATH_INFO"], self.environ["QUERY_STRING"], self.body

    @property
    def name(self):
        return self.operation.name if self.operation else None

    @property
    def action(self):
        """The IAM action that the call needs."""
        default = f"{PREFIXES.get(self.service, self.service)}:{self.name}"
        return ACTIONS.get((self.service, self.name), default)

    def to_json(self):
        """Smithy's RPC v2 CBOR, which moto does not speak, as the JSON protocol of the same service (https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html)."""
        operation = self.environ["PATH_INFO"].rpartition("/")[2]
        self.body = json.dumps(cbor2.loads(self.body) if self.body else {}, default=seconds).encode()
        metadata = model(self.service).metadata
        self.environ |= {
            "CONTENT_TYPE": f"application/x-amz-json-{metadata['jsonVersion']}",
            "HTTP_X_AMZ_TARGET": f"{metadata['targetPrefix']}.{operation}",
            "PATH_INFO": "/",
        }

    def request(self):
        return Request(self.environ | {"wsgi.input": io.BytesIO(self.body), "CONTENT_LENGTH": str(len(self.body))})

    def identify(self):
        # The SDKs' targets differ before the dot (CloudTrail's), so it is the operation's name that counts.
        target = self.environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
        try:
            if target:
                self.operation = model(self.service).operation_model(target)
            else:
                self.operation, self.labels = router(self.service).match(self.request())
        except (NotFound, NotImplementedError, OperationNotFoundError, UnknownServiceError):
            self.operation = None

    @property
    def protocol(self):
        return determine_request_protocol(model(self.service), self.environ.get("CONTENT_TYPE"))

    def parameters(self):
        """What the call asks for, by the names of the service's model."""
        request = self.request()
        return PROTOCOL_PARSERS[self.protocol](self.operation).parse(
            {
                "method": request.method,
                "values": request.values,
                "headers": request.headers,
                "body": self.body,
                "url_path": request.path,
                "url_params": self.labels,
            }
        )

    def again(self, parameters):
        """The same call with other parameters."""
        request = create_serializer(self.protocol, include_validation=False).serialize_to_request(parameters, self.operation)
        body = request["body"]
        body = urlencode(body).encode() if isinstance(body, dict) else body.encode() if isinstance(body, str) else body
        environ = self.environ | {
            "PATH_INFO": request["url_path"],
            "QUERY_STRING": urlencode(request["query_string"]),
            "wsgi.input": io.BytesIO(body),
            "CONTENT_LENGTH": str(len(body)),
        }
        environ.pop("HTTP_SMITHY_PROTOCOL", None)
        return Call(environ)

    def answer(self, result):
        """A result, by the names of the service's model, or a Failure, on the wire."""
        serialized = get_serializer_class(self.service, self.protocol)(self.operation).serialize(result)
        body = serialized["body"]
        status = result.status if isinstance(result, Failure) else serialized["status_code"]
        return Answer(status, list(serialized["headers"].items()), body if isinstance(body, bytes) else body.encode())

    def denial(self):
        """The answer to a principal that may not, in the words of
        https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html."""
        json_error = self.protocol in ("json", "rest-json")
        code = DENIALS.get(self.service, "AccessDeniedException" if json_error else "AccessDenied")
        who = f"arn:aws:sts::{self.account}:assumed-role/InnovateAudit/innovate-audit"
        why = f"because no identity-based policy allows the {self.action} action"
        return self.answer(Failure(code, f"User: {who} is not authorized to perform: {self.action} on resource: * {why}", 403))

    def result(self, answer):
        """What `answer` says, by the names of the service's model."""
        parsed = create_parser(self.protocol).parse(
            {"status_code": answer.status, "headers": {name.lower(): value for name, value in answer.headers}, "body": answer.body},
            self.operation.output_shape,
        )
        parsed.pop("ResponseMetadata", None)
        return parsed

    def encode(self, answer):
        """`answer` in the protocol that the caller speaks."""
        if not self.cbor or not self.operation:
            return answer
        if answer.status >= 300:
            content = json.loads(answer.body)
        else:
            content = self.result(answer)
        body = cbor2.dumps(content, datetime_as_timestamp=True, timezone=timezone.utc)
        return Answer(answer.status, [("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor")], body)
