"""Which attempts have ended in a stage of traces, and which of them failed by a fault."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from masksearch.manifest import Stage
from masksearch.schemas import Status, trace_key
from masksearch.stages import ACCEPTED, REJECTED
from masksearch.store import drop_lines, read_lines


class Faults(NamedTuple):
    """What becomes of attempts that faults of roles and endpoints have ended.

    `retry` chooses those that were rejected and are to be made anew, by words of their reasons:
    with none, all that failed. `reject` books as rejected what an endpoint fails twice.
    """

    retry: Sequence[str] | None = None
    reject: bool = False


LEFT = Faults()


def ended_keys(stage: Stage) -> set[str]:
    """The attempts that have ended."""
    files = (stage.folder / name for name in (ACCEPTED, REJECTED))
    return {trace_key(raw) for path in files if path.exists() for _, raw in read_lines(path)}


def open_again(stage: Stage, wanted: Collection[str], reasons: Sequence[str]) -> int:
    """Take rejected traces of these attempts out, as `Faults.retry` chooses them.

    The stage then is open for making them anew. Returns how many there were.
    """
    path = stage.folder / REJECTED
    found = (raw for _, raw in read_lines(path)) if path.exists() else ()
    doomed = {trace_key(raw) for raw in found if _is_chosen(raw, reasons)}.intersection(wanted)
    if doomed:
        stage.reopen()
        drop_lines(path, lambda raw: trace_key(raw) in doomed)
    stage.note(retried=len(doomed))
    return len(doomed)


def _is_chosen(raw: Mapping[str, Any], reasons: Sequence[str]) -> bool:
    if not reasons:
        return raw.get("status") == Status.FAILED
    said = str(raw.get("reason", "")).casefold()
    return any(reason.casefold() in said for reason in reasons)
