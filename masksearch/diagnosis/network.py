"""The variables that name proxies and certificates: which are set, and which are wrong."""

from __future__ import annotations

from collections.abc import Iterator

from masksearch.diagnosis.finding import Finding, ok, warn
from masksearch.errors import ConfigError
from masksearch.network.certificates import CERTIFICATE_VARIABLES, Trusted, context_of
from masksearch.network.proxies import EXCEPTION_VARIABLES, PROXY_VARIABLES, parsed_proxy
from masksearch.redaction import shown_address
from masksearch.settings import environment_variables

NAME = "network"


def network_findings() -> list[Finding]:
    """A finding for each variable that is set; its value without name and password."""
    found = [*_proxies(), *_exceptions(), *_certificates()]
    return found or [ok(NAME, "no proxy is set, and no certificates")]


def _proxies() -> Iterator[Finding]:
    given = environment_variables(PROXY_VARIABLES)
    for name, value in given.items():
        if name.lower() != name and name.lower() in given:
            yield _unused(name, shown_address(value), name.lower())
        elif not value.strip():
            yield ok(NAME, f"{name} is empty: no proxy")
        else:
            yield _proxy(name, value)


def _proxy(name: str, value: str) -> Finding:
    try:
        parsed_proxy(name, value)
    except ConfigError as error:
        return warn(NAME, str(error), f"correct or unset {name}")
    return ok(NAME, f"{name}={shown_address(value)} (never for this machine itself)")


def _exceptions() -> Iterator[Finding]:
    for name, value in environment_variables(EXCEPTION_VARIABLES).items():
        yield ok(NAME, f"{name}={value}")


def _certificates() -> Iterator[Finding]:
    given = environment_variables(CERTIFICATE_VARIABLES)
    named = {name: value.strip() for name, value in given.items() if value.strip()}
    first = next(iter(named), "")
    for name, path in named.items():
        yield _unused(name, path, first) if name != first else _trusted(name, path)


def _trusted(name: str, path: str) -> Finding:
    try:
        context_of(Trusted(path, name))
    except ConfigError as error:
        return warn(NAME, str(error), f"correct or unset {name}")
    return ok(NAME, f"{name}={path}")


def _unused(name: str, value: str, first: str) -> Finding:
    return ok(NAME, f"{name}={value} (not used: {first} goes before it)")
