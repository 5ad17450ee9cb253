"""Pages: AWS may answer any listing in pages of any size, moto answers most in one. A call of an operation that AWS pages
is answered so many items at a time, with the token of the next page, as botocore's model of its pages says."""

from functools import cache

import botocore.session

LOADER = botocore.session.get_session().get_component("data_loader")
MARK = "page-from-"


@cache
def paginators(service):
    try:
        return LOADER.load_service_model(service, "paginators-1")["pagination"]
    except botocore.exceptions.UnknownServiceError:
        return {}


def style(call):
    """How AWS pages the operation; None where it does not, or by more than one token."""
    paginator = paginators(call.service).get(call.name)
    if not paginator or not isinstance(paginator["input_token"], str):
        return None
    keys = paginator["result_key"]
    keys = [keys] if isinstance(keys, str) else keys
    return paginator | {"result_key": keys} if not any("." in key for key in keys) else None


def is_later(call):
    """Whether the call asks for a page after the first."""
    how = call.operation and style(call)
    return bool(how and call.parameters().get(how["input_token"]))


def paged(call, size, onward):
    """The answer of `onward` to `call`, at most `size` items of it."""
    how = style(call)
    if not how:
        return onward(shortened(call, size))
    parameters = call.parameters()
    start = int(str(parameters.pop(how["input_token"], "")).removeprefix(MARK) or 0)
    answer, whole = everything(call, parameters, how, onward)
    if answer.status >= 300:
        return answer
    keys, token = how["result_key"], how["output_token"]
    rest = any(start + size < len(whole.get(key, [])) for key in keys)
    whole |= {key: whole[key][start : start + size] for key in keys if key in whole}
    if rest:
        whole[token] = f"{MARK}{start + size}"
    if "more_results" in how:
        whole[how["more_results"]] = rest
    return call.answer(whole)


def shortened(call, size):
    """The call of an operation that AWS pages by more than one token, which pages by itself, with a smaller page."""
    paginator = paginators(call.service).get(call.name, {})
    if isinstance(paginator.get("input_token"), list) and "limit_key" in paginator:
        return call.again(call.parameters() | {paginator["limit_key"]: str(size)})
    return call


def everything(call, parameters, how, onward):
    """All pages of `onward` as one result, and its last answer, which is an error where there is one."""
    whole = {}
    while True:
        answer = onward(call.again(parameters))
        if answer.status >= 300:
            return answer, whole
        page = call.result(answer)
        for key in how["result_key"]:
            if key in page:
                page[key] = whole.get(key, []) + page[key]
        whole |= page
        token = page.get(how["output_token"])
        if not token:
            whole.pop(how["output_token"], None)
            return answer, whole
        parameters[how["input_token"]] = token
