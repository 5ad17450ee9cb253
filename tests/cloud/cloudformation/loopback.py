"""Calls to this same server, outside of any session."""

from functools import cache
from threading import Lock

import botocore.session
from botocore.config import Config

SESSION = botocore.session.get_session()
CONFIG = Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}, proxies={})
# A session of botocore may be used by one thread at a time, its clients by many.
LOCK = Lock()


@cache
def made(address, account, region, service):
    made = SESSION.create_client(
        service, region, endpoint_url=address, config=CONFIG, aws_access_key_id="test", aws_secret_access_key="test"
    )

    def enter(request, **_):
        request.headers["x-moto-account-id"] = account

    made.meta.events.register("before-sign", enter)
    return made


def client(address, account, region, service):
    """A client of the service in the account, which moto takes from a header."""
    with LOCK:
        return made(address, account, region, service)
