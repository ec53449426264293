"""The default judge: every blank exactly right, or the trace is not kept.

And what a fill must be besides, whoever judged it: the masked text's own words, since they
are what a trace teaches.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from masksearch.schemas import Task, TaskKind, Verdict
from masksearch.scoring.blanks import exact_match
from masksearch.scoring.fills import fill_per_blank, fills

_SHOWN_CHARS = 60


class ExactJudge:
    """Accepts an answer iff each blank has its fill, normalised and with aliases."""

    async def judge(self, task: Task, answer: str) -> Verdict:
        """The verdict; its score is the share of blanks that are right."""
        pairs = zip(fill_per_blank(task.prompt, answer), task.answers, strict=True)
        wrong = [
            _fault(number, fill, aliases[0])
            for number, (fill, aliases) in enumerate(pairs, 1)
            if not exact_match(fill, aliases)
        ]
        right = 1 - len(wrong) / task.prompt.num_answers
        if (given := len(fills(task.prompt, answer))) > task.prompt.num_answers:
            wrong.append(f"{given} fills for {task.prompt.num_answers}")
        return Verdict(
            accepted=not wrong,
            score=right,
            method="exact",
            judge="exact",
            reason="; ".join(wrong) or "every blank is right",
        )


def as_lesson(task: Task, answer: str, verdict: Verdict) -> Verdict:
    """The verdict, but rejected where a fill of a masked text is right only when normalised.

    A fill with a stray full stop or article earns its points, yet is nothing to learn from.
    What a judge accepted in other words altogether is left to that judge.
    """
    if not verdict.accepted or task.kind is not TaskKind.RAMP:
        return verdict
    pairs = zip(fill_per_blank(task.prompt, answer), task.answers, strict=True)
    faults = [
        f"blank {number}: {_difference(fill, aliases[0])}"
        for number, (fill, aliases) in enumerate(pairs, 1)
        if exact_match(fill, aliases) and not _as_written(fill, aliases)
    ]
    if not faults:
        return verdict
    return verdict.model_copy(update={"accepted": False, "reason": "; ".join(faults)})


def _as_written(fill: str, aliases: Sequence[str]) -> bool:
    """Whether a fill is one of the texts but for case and white space."""
    return _folded(fill) in map(_folded, aliases)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _difference(fill: str, gold: str) -> str:
    """What a fill has too much, and what it lacks."""
    given, wanted = _folded(fill), _folded(gold)
    if given.replace(" ", "") == wanted.replace(" ", ""):
        return f"{fill!r} is {gold!r} spaced otherwise"
    edits = SequenceMatcher(None, given, wanted, autojunk=False).get_opcodes()
    changed = [edit for edit in edits if edit[0] != "equal"]
    more = "".join(given[start:end] for _, start, end, _, _ in changed).strip()
    less = "".join(wanted[start:end] for _, _, _, start, end in changed).strip()
    parts = [f"{how} {what!r}" for how, what in (("with", more), ("without", less)) if what]
    return f"{fill!r} is {gold!r} {' '.join(parts)}"


def _fault(number: int, fill: str, gold: str) -> str:
    if not fill:
        return f"blank {number}: no fill"
    return f"blank {number}: {fill[:_SHOWN_CHARS]!r} is not {gold[:_SHOWN_CHARS]!r}"
