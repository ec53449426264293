"""What a rollout earns in reinforcement learning, read from the model's own words alone.

An answer reward and a format reward, weighted, as in MaskSearch (arXiv 2505.20285), which
names three answer rewards: token recall, recall with a penalty on length, and a model's
judgement. Its formulas are not published; those here are ours. Of several accepted texts the
best counts, and a question's aliases are accepted, too, unless `reward.aliases` is off.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from masksearch.config import RewardConfig
from masksearch.errors import ChatError, ChatUnavailable, ConfigError
from masksearch.ports import Judge
from masksearch.schemas import Status, Task, Trajectory, Value
from masksearch.scoring.blanks import exact_match, token_f1, token_recall
from masksearch.scoring.episodes import format_right
from masksearch.scoring.fills import cut_fill, fills
from masksearch.text import compared_tokens
from masksearch.workers import for_each

_REMEMBERED = 100_000
"""Verdicts that are kept; the oldest go first."""


class Reward(Value):
    """What one rollout earned: the weighted total, and its parts, 0 to 1, before weighting.

    Where `unscored` says why its score is not known, the rollout is to be left out of its
    group: its total and answer are 0 and mean nothing.
    """

    total: float
    format: float
    answer: float
    unscored: str = ""


class RewardFunction(Protocol):
    """Gives finished episodes their rewards."""

    async def __call__(self, rollouts: Sequence[tuple[Task, Trajectory]]) -> list[Reward]:
        """One reward per rollout, in order."""
        ...


def reward_function(config: RewardConfig, judge: Judge | None = None) -> RewardFunction:
    """The reward that `config` asks for; raises ConfigError where it needs a judge."""
    if config.answer != "judge":
        return ExactReward(config)
    if judge is None:
        raise ConfigError(
            "reward.answer is judge, but no judge is given: name its endpoint, or use "
            "recall, recall_length or em"
        )
    return JudgeReward(config, judge)


@dataclass(frozen=True)
class ExactReward:
    """Compares fills with the accepted texts, without any model."""

    config: RewardConfig

    async def __call__(self, rollouts: Sequence[tuple[Task, Trajectory]]) -> list[Reward]:
        """One reward per rollout, in order."""
        return [
            _reward(self.config, task, trajectory, answer_score(self.config, task, trajectory))
            for task, trajectory in _accepting(self.config, rollouts)
        ]


class _Answer(NamedTuple):
    task_id: str
    answer: str


@dataclass(frozen=True)
class JudgeReward:
    """Asks a judge for the share of the blanks that are right, once per task and answer.

    A verdict that fails or is late leaves its rollouts unscored and is asked for again when
    the answer comes back. ModelError, which no further call would fix, is raised.
    """

    config: RewardConfig
    judge: Judge
    _known: dict[_Answer, float] = field(default_factory=dict, init=False, repr=False)

    async def __call__(self, rollouts: Sequence[tuple[Task, Trajectory]]) -> list[Reward]:
        """One reward per rollout, in order; takes `judge_seconds` at most."""
        rollouts = _accepting(self.config, rollouts)
        given = [_judged_part(task, trajectory) for task, trajectory in rollouts]
        to_judge = {one: task for one, (task, _) in zip(given, rollouts, strict=True) if one}
        scores = await self._scores(to_judge)
        return [
            _reward(self.config, task, trajectory, scores[one] if one else 0.0)
            for one, (task, trajectory) in zip(given, rollouts, strict=True)
        ]

    async def _scores(self, to_judge: Mapping[_Answer, Task]) -> dict[_Answer, float | str]:
        """The score of each answer, or why that is not known."""
        found: dict[_Answer, float | str] = {
            answer: self._known[answer] for answer in to_judge if answer in self._known
        }
        new = [answer for answer in to_judge if answer not in found]
        ends = asyncio.get_running_loop().time() + self.config.judge_seconds

        async def work(answer: _Answer) -> None:
            found[answer] = await self._verdict(to_judge[answer], answer.answer, ends)

        await for_each(new, work, at_once=self.config.judge_concurrency)
        self._known.update({one: score for one in new if isinstance(score := found[one], float)})
        for oldest in list(self._known)[:-_REMEMBERED]:
            del self._known[oldest]
        return found

    async def _verdict(self, task: Task, answer: str, ends: float) -> float | str:
        late = f"no verdict within {self.config.judge_seconds:g} s"
        if asyncio.get_running_loop().time() >= ends:
            return late
        try:
            async with asyncio.timeout_at(ends):
                return float((await self.judge.judge(task, answer)).score)
        except TimeoutError:
            return late
        except (ChatError, ChatUnavailable) as error:
            return f"the judge failed: {error}"


def with_aliases(task: Task) -> Task:
    """A question that accepts its benchmark's aliases as well; any other task as it is."""
    if task.question is None or not task.question.aliases:
        return task
    first, *others = task.answers
    accepted = tuple(filter(None, dict.fromkeys((*first, *task.question.aliases))))
    return task.changed(answers=(accepted, *others))


def _accepting(
    config: RewardConfig, rollouts: Sequence[tuple[Task, Trajectory]]
) -> list[tuple[Task, Trajectory]]:
    """The rollouts with all that their tasks accept."""
    if not config.aliases:
        return list(rollouts)
    return [(with_aliases(task), trajectory) for task, trajectory in rollouts]


def answer_score(config: RewardConfig, task: Task, trajectory: Trajectory) -> float:
    """The mean over the blanks, 0 to 1; what is missing, or was not answered, earns nothing."""
    if trajectory.status is not Status.ANSWERED:
        return 0.0
    given = fills(task.prompt, trajectory.answer)
    pairs = zip(given, task.answers, strict=False)  # too much or too little is the format's matter
    return sum(blank_score(config, fill, aliases) for fill, aliases in pairs) / len(task.answers)


def blank_score(config: RewardConfig, fill: str, aliases: Sequence[str]) -> float:
    """What one fill earns under the rule of `config`, 0 to 1."""
    if config.answer == "em":
        return float(exact_match(cut_fill(fill), aliases))
    if config.answer == "f1":
        return token_f1(cut_fill(fill), aliases)
    if config.answer == "recall_length":
        return penalised_recall(fill, aliases, config.length_penalty)
    return token_recall(cut_fill(fill), aliases)


def penalised_recall(fill: str, aliases: Sequence[str], penalty: float) -> float:
    """Token recall less `penalty` for each token beyond the accepted text's own, 0 to 1.

    Recall and length are those of one accepted text, of the one with which the fill earns
    most: to write out a longer alias costs nothing. All tokens of the fill are counted,
    also those behind the cut.
    """
    written, kept = len(compared_tokens(fill)), cut_fill(fill)
    scores = [
        token_recall(kept, [alias]) - penalty * max(0, written - len(compared_tokens(alias)))
        for alias in aliases
    ]
    return max([0.0, *scores])


def _reward(config: RewardConfig, task: Task, trajectory: Trajectory, score: float | str) -> Reward:
    """`score` is the answer's, or why it is not known."""
    if task.id != trajectory.task_id:
        raise ValueError(f"the episode of {trajectory.task_id} is not one of {task.id}")
    right = float(format_right(task.prompt, trajectory))
    if trajectory.status is Status.FAILED:  # by no word of the model's
        score = f"the episode failed: {trajectory.reason}"
    if isinstance(score, str):
        return Reward(total=0.0, format=right, answer=0.0, unscored=score)
    total = config.format_weight * right + config.answer_weight * score
    return Reward(total=total, format=right, answer=score)


def _judged_part(task: Task, trajectory: Trajectory) -> _Answer | None:
    """What a judge reads; None where nothing can be right."""
    answered = trajectory.status is Status.ANSWERED
    if not answered or not any(fills(task.prompt, trajectory.answer)):
        return None
    return _Answer(task.id, trajectory.answer)
