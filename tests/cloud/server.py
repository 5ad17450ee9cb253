"""The AWS API server of the tests, on a free port of the loopback: moto, corrected where AWS documents another answer, behind a
layer that counts calls and breaks them on request. Prints its address, then serves until it is killed.

It is used as an HTTP proxy: a client with the endpoint `http://NAME.test` calls in the session NAME. `PUT /sessions/NAME` with a JSON object of
the fields of `faults.Session` (`rules`, `page`, `account`, `allowed`) opens it, `GET` gives the calls so far, `DELETE` closes it. `allowed` are
IAM policy documents; what is wrong with one is the answer. A call without a session is neither logged nor broken.

AWS CloudFormation is not moto's but the package `cloudformation`, whose providers call this server without a session: what a session breaks,
logs or forbids is the call of CloudFormation alone. `/stage/cloudformation` is its control address.
"""

import io
import json
import logging
import sys

import cloudformation
import corrections
from faults import Rule, Session, broken
from moto.server import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from paging import paged
from permissions import policy
from werkzeug.serving import make_server
from wire import Answer, Call, Failure

# How the names of operations begin that change nothing, and of those that change nothing that another call tells.
READS = ("Describe", "Get", "List")
HARMLESS = (*READS, "AssumeRole", "BatchGet", "GenerateCredentialReport", "Head")


class Stage:
    """The whole server as a WSGI application."""

    def __init__(self):
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.sessions = {}
        self.memory = {}

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"].startswith("/sessions/"):
            return send(self.control(environ), start_response)
        if environ["PATH_INFO"] == "/stage/cloudformation":
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            return send(cloudformation.control(environ["REQUEST_METHOD"], body), start_response)
        if environ["PATH_INFO"].startswith("/moto-api"):
            corrections.reset()
            return self.moto(environ, start_response)
        session = self.enter(environ)
        call = Call(environ)
        onward = self.onward(session)
        fault = session and session.fault(call)
        if fault:
            answer, part = broken(fault, call, session, onward)
            return send(answer, start_response, part)
        return send(call.encode(onward(call)), start_response)

    def enter(self, environ):
        """The session that the host names; the environment is then that of a call to moto's own address."""
        labels = environ["HTTP_HOST"].split(".")
        environ["HTTP_HOST"] = f"127.0.0.1:{environ['SERVER_PORT']}"
        if labels[-1] != "test":
            return None
        session = self.sessions[labels[-2]]
        if session.account:
            environ["HTTP_X_MOTO_ACCOUNT_ID"] = session.account
        return session

    def onward(self, session):
        """The way of a call to its answer."""
        if session is None:
            return self.change
        if session.page:
            return lambda call: self.page(call, session.page)
        return self.remember

    def page(self, call, size):
        """CloudFormation cuts its pages itself, as each of its answers goes a step on with a stack."""
        if call.service == "cloudformation":
            return self.correct(call, size)
        return paged(call, size, self.remember) if call.operation else self.correct(call)

    def remember(self, call):
        """A reading call has the same answer until something is written."""
        if not call.operation or not call.name.startswith(HARMLESS):
            return self.change(call)
        if not call.name.startswith(READS) or call.service == "cloudformation":
            return self.correct(call)
        # What is answered while something is written goes to a memory that is no more.
        memory = self.memory
        key = (call.account, call.region, call.service, call.name, *call.target())
        if key not in memory:
            # Of two calls at the same time the first answer counts for both: moto answers with the time of the day here and there.
            return memory.setdefault(key, self.correct(call))
        return memory[key]

    def change(self, call):
        """The answer to a call that may have written."""
        try:
            return self.correct(call)
        finally:
            self.memory = {}

    def correct(self, call, page=None):
        if call.service == "cloudformation" and call.operation:
            return cloudformation.answer(call, page)
        return corrections.answer(call, self.ask_moto)

    def ask_moto(self, call):
        answer = Answer(500)

        def start_response(status, headers, _=None):
            answer.status, answer.headers = int(status.split()[0]), headers

        environ = call.environ | {"wsgi.input": io.BytesIO(call.body), "CONTENT_LENGTH": str(len(call.body))}
        parts = self.moto.get_application(environ)(environ, start_response)
        answer.body = b"".join(parts)
        return answer

    def control(self, environ):
        name = environ["PATH_INFO"].removeprefix("/sessions/")
        session = self.sessions.get(name)
        match environ["REQUEST_METHOD"]:
            case "PUT":
                settings = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
                try:
                    self.sessions[name] = opened(settings)
                except Failure as failure:
                    return Answer(failure.status, [("Content-Type", "text/plain")], f"{failure.code}: {failure.message}".encode())
            case "GET":
                return Answer(200, [("Content-Type", "application/json")], json.dumps(session.calls).encode())
            case "DELETE":
                self.sessions.pop(name).over.set()
        return Answer(204)


def opened(settings):
    """The session of these settings; a Failure where a policy is none."""
    rules = [Rule(**rule) for rule in settings.pop("rules", [])]
    documents = settings.pop("allowed", None)
    allowed = None if documents is None else [policy(document) for document in documents]
    return Session(rules=rules, allowed=allowed, **settings)


def send(answer, start_response, part=None):
    headers = [header for header in answer.headers if header[0].lower() != "content-length"]
    start_response(f"{answer.status} Answer", headers + [("Content-Length", str(len(answer.body)))])
    return part or [answer.body]


class Handler(MotoRequestHandler):
    def log(self, kind, message, *arguments):
        """Nothing: a broken connection is what a test asked for."""


if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    server = make_server("127.0.0.1", 0, Stage(), threaded=True, request_handler=Handler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    # Whoever reads the address reads nothing more, and moto prints.
    sys.stdout = sys.stderr
    server.serve_forever()
