"""What one check found."""

from __future__ import annotations

from enum import StrEnum

from masksearch.schemas import Value


class State(StrEnum):
    """Fine; works, but not as well as it could; or in the way of what is wanted."""

    OK = "ok"
    WARN = "warn"
    MISSING = "missing"


class Finding(Value):
    """One line of a diagnosis, with what to do where that is known."""

    name: str
    state: State
    said: str
    fix: str = ""


def ok(name: str, said: str) -> Finding:
    """Nothing to do."""
    return Finding(name=name, state=State.OK, said=said)


def warn(name: str, said: str, fix: str = "") -> Finding:
    """It works without."""
    return Finding(name=name, state=State.WARN, said=said, fix=fix)


def missing(name: str, said: str, fix: str = "") -> Finding:
    """It does not work without."""
    return Finding(name=name, state=State.MISSING, said=said, fix=fix)
