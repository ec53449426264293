"""The endpoints of language models: what is set, and, when asked, whether they answer.

A key is never part of what is found: neither it nor the user's name in an address, nor an
error's own text, which may hold either.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from typing import NamedTuple, get_args

import httpx

from masksearch.diagnosis.finding import Finding, State, missing, ok, warn
from masksearch.errors import ConfigError
from masksearch.network.addresses import address_fault
from masksearch.network.proxies import proxy_for
from masksearch.network.transports import transport_to
from masksearch.settings import Endpoint, Role, Settings, sendable

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
        fix = _to_set(_variables(settings, unset, ""))
        return [missing(NAME, _NONE_SET, fix) if reach else ok(NAME, _NONE_SET)]
    return [
        _finding(settings, endpoint, names, reach=reach)
        for endpoint, names in roles.items()
        if endpoint != unset
    ]


def _finding(settings: Settings, endpoint: Endpoint, roles: list[str], *, reach: bool) -> Finding:
    said = f"{', '.join(roles)}: {_described(endpoint)}"
    prefix = f"{roles[0].upper()}_" if len(roles) < len(_ROLES) else ""
    variables = _variables(settings, endpoint, prefix)
    if wrong := _wrong(endpoint):
        fix = _to_set({field: variables[field] for field in wrong})
        return (missing if reach else warn)(NAME, said, fix)
    if not reach:
        return ok(NAME, f"{said} (not asked; --endpoints does)")
    found = asyncio.run(reached(endpoint))
    fix = "" if found.state is State.OK else _to_set(variables)
    return Finding(name=NAME, state=found.state, said=f"{said}: {found.said}", fix=fix)


def _variables(settings: Settings, endpoint: Endpoint, prefix: str) -> dict[str, str]:
    """By which variable each field of an endpoint is set."""
    own = {field: f"MASKSEARCH_{prefix}{field.upper()}" for field in ("base_url", "model")}
    return {**own, "api_key": settings.key_variable(prefix, endpoint)}


def _to_set(variables: Mapping[str, str]) -> str:
    return f"check {', '.join(variables.values())} in the environment or .env"


def _wrong(endpoint: Endpoint) -> list[str]:
    """The fields that are not set or cannot be used."""
    usable = {
        "base_url": bool(endpoint.base_url) and not address_fault(endpoint.root),
        "model": bool(endpoint.model),
        "api_key": _can_be_sent(endpoint),
    }
    return [field for field, is_usable in usable.items() if not is_usable]


def _can_be_sent(endpoint: Endpoint) -> bool:
    try:
        sendable("api_key", endpoint.api_key)
    except ConfigError:
        return False
    return True


def _described(endpoint: Endpoint) -> str:
    unusable = "not an http address" if endpoint.base_url else "no address"
    key = "set" if endpoint.api_key.get_secret_value() else "not set"
    if not _can_be_sent(endpoint):
        key = "of characters that no key has"
    where = endpoint.address or unusable
    return f"{where}, model {endpoint.model or 'not set'}, key {key}"


class Reached(NamedTuple):
    """How an endpoint took a request."""

    state: State
    said: str


async def reached(endpoint: Endpoint, timeout_seconds: float = TIMEOUT_SECONDS) -> Reached:
    """Whether an endpoint answers, by one request for its models."""
    try:
        return await _asked(endpoint, timeout_seconds)
    except httpx.TimeoutException:
        said = f"does not answer within {timeout_seconds:g} s"
    except httpx.TransportError as error:
        said = f"cannot be reached{_by_proxy(endpoint)} ({type(error).__name__})"
    except ConfigError as error:
        said = f"cannot be asked: {error}"
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):  # a key that no header can carry
        said = "has an address or a key that cannot be used"
    return Reached(State.MISSING, said)


async def _asked(endpoint: Endpoint, timeout_seconds: float) -> Reached:
    key = endpoint.api_key.get_secret_value().strip()
    headers = {"authorization": f"Bearer {key}"} if key else {}
    url = httpx.URL(f"{endpoint.root}/models", params=endpoint.query)
    async with (
        httpx.AsyncClient(transport=transport_to(url), timeout=timeout_seconds) as client,
        client.stream("GET", url, headers=headers) as reply,
    ):
        if reply.status_code in _REFUSED:
            return Reached(State.MISSING, f"{_REFUSED[reply.status_code]} ({reply.status_code})")
        if reply.status_code == httpx.codes.NOT_FOUND:
            return Reached(State.WARN, "answers, but has no list of models (404)")
        if reply.status_code != httpx.codes.OK:
            return Reached(State.MISSING, f"answers with status {reply.status_code}")
        return _listing(await _body(reply, timeout_seconds), endpoint.model)


def _by_proxy(endpoint: Endpoint) -> str:
    proxy = proxy_for(httpx.URL(endpoint.root))
    return f" by {proxy.told}" if proxy else ""


async def _body(reply: httpx.Response, timeout_seconds: float) -> bytes:
    """The body as far as it comes in time and is worth reading."""
    body, deadline = b"", time.monotonic() + timeout_seconds
    async for part in reply.aiter_bytes():
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
