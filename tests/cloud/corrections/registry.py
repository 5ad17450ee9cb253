"""How a correction is named, and where it keeps what moto does not."""

CORRECTIONS = {}
STATES = []


def correction(service, *operations):
    """Names the function that answers for moto: it takes the call and the way on to moto."""

    def register(function):
        for operation in operations:
            CORRECTIONS[service, operation] = function
        return function

    return register


class State:
    """What corrections keep, apart for each account and Region: `make` gives what is there at first."""

    def __init__(self, make=dict):
        self.make = make
        self.kept = {}
        STATES.append(self)

    def of(self, call):
        return self.kept.setdefault((call.account, call.region), self.make())

    def of_all(self):
        """Of the whole server."""
        return self.kept.setdefault(None, self.make())

    def of_account(self, call):
        """Of a service without Regions."""
        return self.kept.setdefault(call.account, self.make())


def amended(call, answer, amend):
    """The answer with its result changed by `amend`; an error as it is."""
    if answer.status >= 300:
        return answer
    result = call.result(answer)
    amend(result)
    return call.answer(result)
