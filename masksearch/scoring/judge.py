"""The default judge: every blank exactly right, or the trace is not kept."""

from __future__ import annotations

from masksearch.schemas import Task, Verdict
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


def _fault(number: int, fill: str, gold: str) -> str:
    if not fill:
        return f"blank {number}: no fill"
    return f"blank {number}: {fill[:_SHOWN_CHARS]!r} is not {gold[:_SHOWN_CHARS]!r}"
