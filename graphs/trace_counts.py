"""What the traces of a synthesis amount to."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from masksearch.counts import TraceCounts
from masksearch.schemas import Status, Trajectory
from masksearch.stages import ACCEPTED, REJECTED
from masksearch.store import read_records

_REASONS_COUNTED = 20
_REASON_CHARS = 160
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
"""What a judge quotes is its task's own and would make every reason a kind of its own."""
_OF_THE_CALL = re.compile(
    r"\b\d[\d,]*(?= (?:\w+ )?(?:tokens|characters))|\b\d{1,3}(?:,\d{3})+\b|\b\d{4,}\b"
    r"|\b[0-9a-f-]{16,}\b|\b(?:req|chatcmpl)[_-]\w+"
)
"""Figures and ids in the words of an endpoint, which differ from call to call."""


def count_traces(folder: Path) -> TraceCounts:
    """How many trajectories of each status and reason stand in the ledgers, and tokens.

    `passes` says of how many tasks how many attempts were accepted.
    """
    totals: Counter[str] = Counter()
    status: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    for name in (ACCEPTED, REJECTED):
        for trace in read_records(folder / name, Trajectory):
            totals.update(_figures(name, trace))
            status[trace.status.value] += 1
            passed[trace.task_id] += name == ACCEPTED
            if name == REJECTED:
                reasons[_kind(trace)] += 1
    passes = Counter(map(str, passed.values()))
    return TraceCounts(
        **totals,
        tasks=len(passed),
        passes=dict(sorted(passes.items(), key=lambda item: int(item[0]))),
        status=dict(status),
        reasons=dict(reasons.most_common(_REASONS_COUNTED)),
    )


def _kind(trace: Trajectory) -> str:
    """What a reason has in common with others; who failed is told in whole words."""
    blank = _OF_THE_CALL if trace.status is Status.FAILED else _QUOTED
    return blank.sub("…", trace.reason)[:_REASON_CHARS]


def _figures(name: str, trace: Trajectory) -> dict[str, int]:
    usages = (trace.final_usage, *(turn.usage for turn in trace.turns))
    return {
        Path(name).stem: 1,
        "with_gold": int(trace.teacher.with_gold),
        "searches": len(trace.turns),
        "prompt_tokens": sum(usage.prompt_tokens for usage in usages),
        "completion_tokens": sum(usage.completion_tokens for usage in usages),
    }
