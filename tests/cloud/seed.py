"""Seeds a moto server with AWS organizations, through the APIs of the services, for the end-to-end tests of `innovate`.

    python seed.py ADDRESS

resets the server, makes an organization of five accounts, one of them closed, with resources in two regions, and prints one JSON
object: the accounts by name; `planted`, every defect that an audit by the policies of this repository is to find, and no other;
`made`, resources of every type with some of the properties that were asked for, by the names of CloudFormation. Every defect but those
of the organization itself stands beside a resource of the same type that lacks it. `newcomer` is a second organization, with its own
accounts and planted defects.

The caller is moto's own account; moto takes a session of any role as one in the role's account.
"""

import json
import sys
import urllib.request

from seeding import accounts
from seeding.newcomer import ACCOUNT as NEWCOMER
from seeding.newcomer import newcomer
from seeding.organization import organization
from seeding.place import CALLER, HOME, MANAGEMENT, Place, assume, places


def reset(address):
    urllib.request.urlopen(urllib.request.Request(f"{address}/moto-api/reset", method="POST")).close()


def main(address):
    reset(address)
    planted, made = [], []
    root = Place(address, MANAGEMENT, "management", HOME, CALLER, planted, made)
    names = organization(root)

    def of(name):
        credentials = CALLER if name == "management" else assume(root, names[name])
        return places(address, names[name], name, credentials, planted, made)

    accounts.management(*of("management"), names)
    accounts.security(*of("security"))
    accounts.non_production(*of("non-production"))
    accounts.production(*of("production"))
    other = newcomer(address, assume(root, NEWCOMER))
    seed = {"management": MANAGEMENT, "accounts": names, "planted": planted, "made": made, "newcomer": other}
    print(json.dumps(seed))


if __name__ == "__main__":
    main(sys.argv[1])
