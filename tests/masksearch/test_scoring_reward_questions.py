"""What an answer to a question earns: every accepted text, and the further names of the answer."""

import pytest
from guided_world import question

from masksearch.config import RewardConfig
from masksearch.schemas import Status, Task, Trajectory, Verdict
from masksearch.scoring.reward import reward_function, with_aliases

CITY = question("Where?", "New York City", "NYC", aliases=("New York", "Big Apple"))
VERDICT = question("Both?", "yes", aliases=("correct",))


async def earned(task: Task, said: str, judge=None, **config) -> float:
    trace = Trajectory(task_id=task.id, status=Status.ANSWERED, answer=said)
    [reward] = await reward_function(RewardConfig(**config), judge)([(task, trace)])
    assert reward.format == 1.0 and not reward.unscored
    return reward.answer


@pytest.mark.parametrize(
    ("rule", "answer", "with_them", "without"),
    [
        ("em", "NYC", 1.0, 1.0),
        ("em", "New York", 1.0, 0.0),
        ("em", "the big apple!", 1.0, 0.0),
        ("recall", "in New York", 1.0, 2 / 3),
        ("f1", "New York", 1.0, 0.8),
        ("recall_length", "Big Apple", 1.0, 0.0),
        ("em", "Boston", 0.0, 0.0),
    ],
)
async def test_the_best_of_all_names_counts(rule, answer, with_them, without):
    assert await earned(CITY, answer, answer=rule) == pytest.approx(with_them)
    assert await earned(CITY, answer, answer=rule, aliases=False) == pytest.approx(without)


@pytest.mark.parametrize("rule", ["em", "recall", "recall_length", "f1"])
async def test_yes_is_right_as_a_whole_or_not_at_all(rule):
    assert await earned(VERDICT, "Yes.", answer=rule) == 1.0
    assert await earned(VERDICT, "yes and no", answer=rule) == 0.0


class Sees:
    """A judge that remembers what it was shown."""

    def __init__(self) -> None:
        self.accepted: list[tuple[str, ...]] = []

    async def judge(self, task: Task, answer: str) -> Verdict:
        self.accepted.append(task.answers[0])
        return Verdict(accepted=True, score=1.0, method="m", judge="j", reason="")


async def test_a_judge_is_shown_the_further_names_as_well():
    judge = Sees()
    await earned(CITY, "x", judge, answer="judge")
    await earned(CITY, "x", judge, answer="judge", aliases=False)
    assert judge.accepted == [("New York City", "NYC", "New York", "Big Apple"), CITY.answers[0]]


def test_an_alias_of_nothing_is_none_and_a_task_without_any_is_itself():
    bare = question("Who?", "Somebody", aliases=("", "Somebody"))
    assert with_aliases(bare).answers == bare.answers
    plain = Task(id="p", prompt=bare.prompt, answers=bare.answers)
    assert with_aliases(plain) is plain
