"""The endpoints of language models: what is set, and, when asked, whether they answer.

A key is never part of what is found: neither it nor the user's name in an address, nor an
error's own text, which may hold either.
"""

from __future__ import annotations

import json
import time
from typing import NamedTuple, get_args

import httpx

from masksearch.diagnosis.finding import Finding, State, missing, ok, warn
from masksearch.settings import Endpoint, Role, Settings

NAME = "endpoint"
TIMEOUT_SECONDS = 5.0
_ROLES: tuple[Role, ...] = get_args(Role)
_READ_BYTES = 1 << 20
_REFUSED = {401: "refuses the key", 403: "refuses access"}
_NONE_SET = (
    "none set; only language models as the team or the judge and `ask --model endpoint` need one"
)


def endpoint_findings(settings: Settings, *, reach: bool) -> list[Finding]:
    """What every role's endpoint is, one finding for roles that share one."""
    roles: dict[Endpoint, list[str]] = {}
    for role in _ROLES:
        roles.setdefault(settings.endpoint(role), []).append(role)
    unset = Endpoint()
    if list(roles) == [unset]:
        return [missing(NAME, _NONE_SET, _to_set("")) if reach else ok(NAME, _NONE_SET)]
    return [
        _finding(endpoint, names, reach=reach)
        for endpoint, names in roles.items()
        if endpoint != unset
    ]


def _finding(endpoint: Endpoint, roles: list[str], *, reach: bool) -> Finding:
    said = f"{', '.join(roles)}: {_described(endpoint)}"
    prefix = f"{roles[0].upper()}_" if len(roles) < len(_ROLES) else ""
    lacking = [name for name in ("base_url", "model") if not getattr(endpoint, name)]
    if endpoint.base_url and not endpoint.address:
        lacking.insert(0, "base_url")
    if lacking:
        return (missing if reach else warn)(NAME, said, _to_set(prefix, *lacking))
    if not reach:
        return ok(NAME, f"{said} (not asked; --endpoints does)")
    found = reached(endpoint)
    fix = "" if found.state is State.OK else _to_set(prefix)
    return Finding(name=NAME, state=found.state, said=f"{said}: {found.said}", fix=fix)


def _described(endpoint: Endpoint) -> str:
    unusable = "not an http address" if endpoint.base_url else "no address"
    key = "set" if endpoint.api_key.get_secret_value() else "not set"
    where = endpoint.address or unusable
    return f"{where}, model {endpoint.model or 'not set'}, key {key}"


def _to_set(prefix: str, *names: str) -> str:
    wanted = names or ("base_url", "model", "api_key")
    variables = ", ".join(f"MASKSEARCH_{prefix}{name.upper()}" for name in wanted)
    return f"check {variables} in the environment or .env"


class Reached(NamedTuple):
    """How an endpoint took a request."""

    state: State
    said: str


def reached(endpoint: Endpoint, timeout_seconds: float = TIMEOUT_SECONDS) -> Reached:
    """Whether an endpoint answers, by one request for its models."""
    try:
        return _asked(endpoint, timeout_seconds)
    except httpx.TimeoutException:
        said = f"does not answer within {timeout_seconds:g} s"
    except httpx.TransportError as error:
        said = f"cannot be reached ({type(error).__name__})"
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):  # a key that no header can carry
        said = "has an address or a key that cannot be used"
    return Reached(State.MISSING, said)


def _asked(endpoint: Endpoint, timeout_seconds: float) -> Reached:
    key = endpoint.api_key.get_secret_value()
    headers = {"authorization": f"Bearer {key}"} if key else {}
    url = f"{endpoint.base_url.rstrip('/')}/models"
    with (
        httpx.Client(timeout=timeout_seconds) as client,
        client.stream("GET", url, headers=headers) as reply,
    ):
        if reply.status_code in _REFUSED:
            return Reached(State.MISSING, f"{_REFUSED[reply.status_code]} ({reply.status_code})")
        if reply.status_code == httpx.codes.NOT_FOUND:
            return Reached(State.WARN, "answers, but has no list of models (404)")
        if reply.status_code != httpx.codes.OK:
            return Reached(State.MISSING, f"answers with status {reply.status_code}")
        return _listing(_body(reply, timeout_seconds), endpoint.model)


def _body(reply: httpx.Response, timeout_seconds: float) -> bytes:
    """The body as far as it comes in time and is worth reading."""
    body, deadline = b"", time.monotonic() + timeout_seconds
    for part in reply.iter_bytes():
        body += part
        if len(body) > _READ_BYTES or time.monotonic() > deadline:
            break
    return body


def _listing(body: bytes, model: str) -> Reached:
    """What a list of models says; a server need not list all names that it knows."""
    try:
        names = [str(one["id"]) for one in json.loads(body)["data"]]
    except (ValueError, TypeError, KeyError):
        return Reached(State.WARN, "answers, but not with a list of models")
    if model in names:
        return Reached(State.OK, "answers, and has the model")
    return Reached(State.WARN, "answers, but does not list this model")
