import asyncio
from collections import Counter
from dataclasses import dataclass, field

import pytest
from scripted_team import a_task

from masksearch.config import RewardConfig
from masksearch.errors import ChatError, ModelError
from masksearch.messages import Reply
from masksearch.role_prompt import role_prompt
from masksearch.roles.judge import LLMJudge
from masksearch.schemas import Hit, Status, Trajectory, Turn, Verdict
from masksearch.scoring.reward import reward_function
from prompts import PromptLibrary


def answered(answer, *hits, number=1):
    turns = (Turn(thought="t", queries=("q",), hits=hits),)
    return Trajectory(task_id=f"task-{number}", status=Status.ANSWERED, turns=turns, answer=answer)


def reward_of(judge, **more):
    return reward_function(RewardConfig(answer="judge", **more), judge)


@dataclass
class Scripted:
    """A judge that gives half of every answer, or does what `faults` says."""

    faults: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)
    at_once: Counter = field(default_factory=Counter)

    async def judge(self, task, answer):
        self.asked.append((task.id, answer))
        self.at_once["now"] += 1
        self.at_once["most"] = max(self.at_once["most"], self.at_once["now"])
        try:
            await asyncio.sleep(0.01)
            if fault := self.faults.get(answer):
                if callable(fault):
                    await fault()
                raise fault
        finally:
            self.at_once["now"] -= 1
        return Verdict(accepted=False, score=0.5, method="m", judge="j", reason="half")


async def hang():
    await asyncio.Event().wait()


async def test_the_judge_is_asked_once_for_each_task_and_answer():
    judge = Scripted()
    reward = reward_of(judge, format_weight=0)
    batch = [(a_task(), answered("x\ny"))] * 3 + [(a_task(), answered("z"))]
    batch.append((a_task(2), answered("z", number=2)))
    assert [one.total for one in await reward(batch)] == [0.5] * 5
    assert judge.asked == [("task-1", "x\ny"), ("task-1", "z"), ("task-2", "z")]
    await reward(batch)
    assert len(judge.asked) == 3


async def test_the_judge_is_not_asked_where_nothing_can_be_right():
    judge = Scripted()
    malformed = Trajectory(task_id="task-1", status=Status.MALFORMED, answer="gold 1")
    answers = [answered(""), answered(" \n"), malformed]
    rewards = await reward_of(judge)([(a_task(), one) for one in answers])
    assert [one.answer for one in rewards] == [0, 0, 0]
    assert judge.asked == []


async def test_no_more_verdicts_are_waited_for_at_once_than_allowed():
    judge = Scripted()
    batch = [(a_task(), answered(f"answer {n}")) for n in range(12)]
    await reward_of(judge, judge_concurrency=3)(batch)
    assert (judge.at_once["most"], len(judge.asked)) == (3, 12)


async def test_a_judge_that_fails_leaves_its_rollouts_unscored_and_is_asked_again():
    judge = Scripted({"odd": ChatError("no verdict in the reply")})
    reward = reward_of(judge)
    batch = [(a_task(), answered("odd")), (a_task(), answered("even")), (a_task(), answered("odd"))]
    first, second, third = await reward(batch)
    assert first == third
    assert first.unscored == "the judge failed: no verdict in the reply"
    assert (first.total, first.answer, second.unscored, second.answer) == (0, 0, "", 0.5)
    judge.faults.clear()
    assert [one.answer for one in await reward(batch)] == [0.5] * 3
    assert Counter(judge.asked) == {("task-1", "odd"): 2, ("task-1", "even"): 1}


async def test_what_is_late_is_unscored_and_holds_nothing_up():
    judge = Scripted({"slow": hang, "slower": hang})
    reward = reward_of(judge, judge_seconds=0.2, judge_concurrency=2)
    batch = [(a_task(), answered(answer)) for answer in ("quick", "slow", "slower", "starved")]
    rewards = await asyncio.wait_for(reward(batch), timeout=5)
    late = "no verdict within 0.2 s"
    assert [one.unscored for one in rewards] == ["", late, late, late]
    assert judge.at_once["now"] == 0


async def test_what_no_call_can_mend_is_raised_and_leaves_no_call_behind():
    judge = Scripted({"bad": ModelError("refused the API key"), "slow": hang})
    reward = reward_of(judge)
    with pytest.raises(ModelError, match="refused the API key"):
        await reward([(a_task(), answered(answer)) for answer in ("slow", "bad")])
    assert judge.at_once["now"] == 0


async def test_only_the_latest_verdicts_are_remembered(monkeypatch):
    monkeypatch.setattr("masksearch.scoring.reward._REMEMBERED", 2)
    judge = Scripted()
    reward = reward_of(judge)
    batch = [(a_task(), answered(answer)) for answer in "xyz"]
    assert [one.answer for one in await reward(batch)] == [0.5] * 3
    await reward(batch[1:])
    assert len(judge.asked) == 3
    await reward(batch[:1])
    assert len(judge.asked) == 4


def test_a_reward_can_be_asked_for_in_one_event_loop_after_another():
    reward = reward_of(Scripted(), judge_concurrency=1)
    for answers in (("a", "b"), ("b", "c")):
        rewards = asyncio.run(reward([(a_task(), answered(answer)) for answer in answers]))
        assert [one.answer for one in rewards] == [0.5, 0.5]


async def test_a_model_that_judges_is_never_shown_what_was_retrieved():
    shown = []

    class Chat:
        name = "chat"

        async def complete(self, messages, _):
            shown.extend(message.content for message in messages)
            return Reply(text='{"reason": "as asked", "correct": [true]}')

    judge = LLMJudge(Chat(), role_prompt(PromptLibrary(), "judge"))
    planted = answered("Leeds\nHull", Hit(id="p#0", title="PLANTED", text="PLANTED", score=1.0))
    (reward,) = await reward_of(judge)([(a_task(), planted)])
    assert reward.answer == 1
    assert "Leeds" in "".join(shown)
    assert "PLANTED" not in "".join(shown)
