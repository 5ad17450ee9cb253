"""What goes wrong on purpose. A test has a session of its own, named by the host that its calls go to, with rules of what to
break and a log of what was called."""

import hashlib
import os
import socket
import struct
import threading
from dataclasses import dataclass, field

from paging import is_later
from permissions import permit
from wire import Answer, Failure

# How long a slow answer takes at the most, in seconds: no caller waits so long.
SLOW = 60

# No XML, no JSON, no CBOR.
MALFORMED = b"\xff<this is { no answer"


@dataclass
class Rule:
    """Breaks the calls that it matches. `action`: an IAM action, or `*`. `account`, `region`: only there. `later_pages`: only calls for a
    page after the first. `times`: only the first so many attempts of a call. `share`: only this part of the attempts, chosen by a hash.
    `after`: not the first so many calls of the session."""

    fault: str
    action: str = "*"
    account: str = None
    region: str = None
    later_pages: bool = False
    times: int = None
    share: float = 1.0
    after: int = 0

    def breaks(self, call, attempt, number):
        return (
            self.action in ("*", call.action)
            and self.account in (None, call.account)
            and self.region in (None, call.region)
            and number > self.after
            and (self.times is None or attempt <= self.times)
            and (self.share >= 1 or self.lot(call, attempt) < self.share)
            and (not self.later_pages or is_later(call))
        )

    def lot(self, call, attempt):
        """A number from 0 to 1, the same for the same attempt of the same call in every run."""
        text = f"{call.account} {call.region} {call.action} {call.target()} {attempt}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) / 2**32


@dataclass
class Session:
    """The rules and the log of one test. `page`: items a page, all where it is None. `account`: the caller's account, moto's own where it is None.
    `allowed`: the policies of every caller, in whatever account, who may all where it is None."""

    rules: list = field(default_factory=list)
    page: int = None
    account: str = None
    allowed: list = None
    calls: list = field(default_factory=list)
    attempts: dict = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    over: threading.Event = field(default_factory=threading.Event)

    def fault(self, call):
        """The fault that befalls the call, which is logged."""
        if call.operation is None:
            self.calls.append({"service": call.service, "action": None, "path": call.environ["PATH_INFO"], "fault": None})
            return None
        key = (call.account, call.region, call.action, *call.target())
        with self.lock:
            attempt = self.attempts[key] = self.attempts.get(key, 0) + 1
            fault = next((rule.fault for rule in self.rules if rule.breaks(call, attempt, len(self.calls) + 1)), None) or self.denial(call)
            place = {"account": call.account, "region": call.region, "service": call.service}
            self.calls.append(place | {"action": call.action, "operation": call.name, "attempt": attempt, "fault": fault})
        return fault

    def denial(self, call):
        return None if self.allowed is None or permit(self.allowed, call) else "denied"


def throttled(call):
    code = {"ec2": "RequestLimitExceeded", "s3": "SlowDown"}.get(call.service, "ThrottlingException")
    status = 503 if call.service in ("ec2", "s3") else 400
    return call.answer(Failure(code, "Rate exceeded", status))


def unavailable(call):
    return call.answer(Failure("InternalFailure", "An internal error has occurred.", 500))


def reset(call):
    """Ends the connection as a broken network does: without a byte, by a reset."""
    connection = call.environ["werkzeug.socket"]
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    # The socket's own close would wait for the files that werkzeug made of it.
    os.close(connection.detach())
    raise ConnectionResetError


def broken(fault, call, session, onward):
    """The answer to a call that `fault` befalls, and what of its body is sent: all of it where that is None."""
    match fault:
        case "denied":
            return call.encode(call.denial()), None
        case "throttled":
            return call.encode(throttled(call)), None
        case "unavailable":
            return call.encode(unavailable(call)), None
        case "malformed":
            return Answer(200, call.encode(onward(call)).headers, MALFORMED), None
        case "reset":
            return reset(call), None
        case "truncated":
            answer = call.encode(onward(call))
            return answer, iter([answer.body[: len(answer.body) // 2]])
        case "slow":
            answer = call.encode(onward(call))
            return answer, slowly(answer.body, session)
    raise ValueError(f"no fault `{fault}`")


def slowly(body, session):
    yield body[:1]
    session.over.wait(SLOW)
    yield body[1:]
