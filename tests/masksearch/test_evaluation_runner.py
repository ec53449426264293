import asyncio

import pytest

from masksearch.errors import InputError, ModelError
from masksearch.evaluation.benchmarks.ramp import RampHeldout
from masksearch.evaluation.episodes import read_episodes
from masksearch.evaluation.runner import evaluate
from masksearch.schemas import MASK, Guard, Interval, Prompt, Status, Task, TaskKind, Trajectory


def task(name, num_masks=1):
    masks = tuple(Interval(n * 10, n * 10 + 1) for n in range(num_masks))
    prompt = Prompt(kind=TaskKind.RAMP, text=f"{MASK} x " * num_masks, num_masks=num_masks)
    return Task(id=name, prompt=prompt, answers=(("gold",),) * num_masks, masks=masks)


class Knower:
    name = "knower"

    def __init__(self, stop_after=None):
        self.ran = []
        self.running = self.most = 0
        self.stop_after = stop_after

    async def run(self, task):
        self.running += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(0.002)
        self.running -= 1
        if len(self.ran) == self.stop_after:
            raise ModelError("the model is gone")
        self.ran.append(task.id)
        return Trajectory(task_id=task.id, status=Status.ANSWERED, answer="gold")


TASKS = [task(f"t{n}") for n in range(10)]


async def test_episodes_come_back_in_task_order_with_bounded_concurrency(tmp_path):
    agent, told = Knower(), []
    episodes = await evaluate(
        agent,
        TASKS,
        tmp_path / "e.jsonl",
        benchmark="ramp",
        guard=Guard.PAGE,
        concurrency=3,
        progress=lambda done, total, note="": told.append((done, total)),
    )
    assert [episode.task_id for episode in episodes] == [task.id for task in TASKS]
    assert agent.most == 3
    assert episodes[0].key == "ramp/page/t0/0"
    assert episodes[0].trajectory.answer == "gold"
    assert told == [(n, 10) for n in range(11)]


async def test_a_stopped_evaluation_goes_on_and_runs_no_task_twice(tmp_path):
    path, first, second = tmp_path / "e.jsonl", Knower(stop_after=4), Knower()
    with pytest.raises(ModelError):
        await evaluate(first, TASKS, path, benchmark="ramp", guard=Guard.NONE, concurrency=2)
    assert len(first.ran) == 4
    with path.open("a") as file:
        file.write('{"key": "ramp/none/t9/0", "torn')
    await evaluate(second, TASKS, path, benchmark="ramp", guard=Guard.NONE, concurrency=2)
    assert sorted(first.ran + second.ran) == [task.id for task in TASKS]
    again = Knower()
    assert (
        len(await evaluate(again, TASKS, path, benchmark="ramp", guard=Guard.NONE, concurrency=2))
        == 10
    )
    assert again.ran == []
    assert len(list(read_episodes(path))) == 10


async def test_a_file_holds_several_guards(tmp_path):
    path = tmp_path / "e.jsonl"
    for guard in (Guard.NONE, Guard.PARAGRAPH):
        found = await evaluate(
            Knower(), TASKS[:3], path, benchmark="ramp", guard=guard, concurrency=1
        )
        assert {episode.guard for episode in found} == {guard}
    assert len(list(read_episodes(path))) == 6


async def test_cancelling_leaves_no_agent_at_work(tmp_path):
    agent = Knower()
    job = asyncio.create_task(
        evaluate(
            agent,
            TASKS,
            tmp_path / "e.jsonl",
            benchmark="ramp",
            guard=Guard.NONE,
            concurrency=2,
        )
    )
    await asyncio.sleep(0.005)
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    ran = len(agent.ran)
    await asyncio.sleep(0.01)
    assert len(agent.ran) == ran < 10


def test_as_many_tasks_of_each_kind_are_picked_in_file_order():
    tasks = [task(f"{n}", num_masks=1 + n % 3) for n in range(12)]
    picked = RampHeldout().pick(tasks, 5, (1, 2))
    assert [(t.id, t.num_masks) for t in picked] == [("0", 1), ("1", 2), ("3", 1), ("4", 2)]


@pytest.mark.parametrize(("n", "kinds"), [(10, (1, 2)), (2, (4, 1)), (1, (1, 2)), (5, ())])
def test_too_few_tasks_are_an_error_that_says_so(n, kinds):
    with pytest.raises(InputError, match="num_masks"):
        RampHeldout().pick([task("a"), task("b", 2)], n, kinds)
