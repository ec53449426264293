import asyncio

import pytest

from masksearch.errors import InputError, ModelError, StoreError
from masksearch.evaluation.benchmarks.ramp import RampHeldout
from masksearch.evaluation.episodes import read_episodes
from masksearch.evaluation.runner import (
    ONCE,
    Sampling,
    arrange,
    evaluate,
    lacking,
    tries,
)
from masksearch.schemas import MASK, Guard, Interval, Prompt, Status, Task, TaskKind, Trajectory


def task(name, num_masks=1):
    masks = tuple(Interval(n * 10, n * 10 + 1) for n in range(num_masks))
    prompt = Prompt(kind=TaskKind.RAMP, text=f"{MASK} x " * num_masks, num_masks=num_masks)
    return Task(id=name, prompt=prompt, answers=(("gold",),) * num_masks, masks=masks)


class Knower:
    name = "knower"

    def __init__(self, stop_after=None):
        self.ran = []
        self.seeds = []
        self.running = self.most = 0
        self.stop_after = stop_after

    async def run(self, task, seed=None):
        self.running += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(0.002 * ((len(self.ran) * 7) % 3))
        self.running -= 1
        if len(self.ran) == self.stop_after:
            raise ModelError("the model is gone")
        self.ran.append(task.id)
        self.seeds.append(seed)
        said = f"gold {seed}" if seed is not None else "gold"
        return Trajectory(task_id=task.id, status=Status.ANSWERED, answer=said)


TASKS = [task(f"t{n}") for n in range(10)]


async def test_episodes_are_made_with_bounded_concurrency(tmp_path):
    agent, told = Knower(), []
    await evaluate(
        agent,
        TASKS,
        tmp_path / "e.jsonl",
        benchmark="ramp",
        guard=Guard.PAGE,
        concurrency=3,
        progress=lambda done, total, note="": told.append((done, total)),
    )
    episodes = list(read_episodes(tmp_path / "e.jsonl"))
    assert sorted(one.task_id for one in episodes) == [task.id for task in TASKS]
    assert agent.most == 3
    assert min(one.key for one in episodes) == "ramp/page/t0/0"
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
    await evaluate(again, TASKS, path, benchmark="ramp", guard=Guard.NONE, concurrency=2)
    assert again.ran == []
    assert len(list(read_episodes(path))) == 10


async def test_a_file_holds_several_guards(tmp_path):
    path = tmp_path / "e.jsonl"
    for guard in (Guard.NONE, Guard.PARAGRAPH):
        await evaluate(Knower(), TASKS[:3], path, benchmark="ramp", guard=guard, concurrency=1)
    assert [one.guard for one in read_episodes(path)] == ["none"] * 3 + ["paragraph"] * 3


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


async def all_of(path, agent, concurrency, *, samples=1, guards=(Guard.NONE,)):
    """What an evaluation of the tasks leaves, put in order."""
    sampling = Sampling(samples, seed=3) if samples > 1 else ONCE
    for guard in guards:
        await evaluate(
            agent, TASKS, path, benchmark="ramp", guard=guard, concurrency=concurrency,
            sampling=sampling,
        )  # fmt: skip
    arrange(path, TASKS, [one for g in guards for one in tries(TASKS, "ramp", g, sampling)])


async def test_an_ordered_file_has_the_same_bytes_however_it_was_made(tmp_path):
    guards = (Guard.PAGE, Guard.NONE)
    for name, concurrency in (("one", 1), ("six", 6)):
        await all_of(tmp_path / name, Knower(), concurrency, samples=3, guards=guards)
    stopped, rest = Knower(stop_after=11), Knower()
    with pytest.raises(ModelError):
        await all_of(tmp_path / "killed", stopped, 4, samples=3, guards=guards)
    with (tmp_path / "killed").open("ab") as file:
        file.write(b'{"key": "ramp/none/t9/0", "torn')
    await all_of(tmp_path / "killed", rest, 2, samples=3, guards=guards)
    assert len(stopped.ran) + len(rest.ran) == 60
    assert len({(tmp_path / name).read_bytes() for name in ("one", "six", "killed")}) == 1
    read = list(read_episodes(tmp_path / "one"))
    wanted = [(g, t.id, n) for g in (Guard.NONE, Guard.PAGE) for t in TASKS for n in range(3)]
    assert [(one.guard, one.task_id, one.sample) for one in read] == wanted


async def test_each_sample_is_drawn_from_a_seed_of_its_own_that_stays(tmp_path):
    first, second = Knower(), Knower()
    await all_of(tmp_path / "two", first, 3, samples=2)
    await all_of(tmp_path / "four", second, 3, samples=2)
    assert None not in first.seeds and len(set(first.seeds)) == 20
    await all_of(tmp_path / "four", second, 3, samples=4)
    assert set(first.seeds) < set(second.seeds) and len(second.ran) == 40
    greedy = Knower()
    await all_of(tmp_path / "greedy", greedy, 3)
    assert set(greedy.seeds) == {None}


async def test_lines_of_tasks_that_are_gone_come_last_and_keep_their_bytes(tmp_path):
    path = tmp_path / "e.jsonl"
    await all_of(path, Knower(), 2)
    line = path.read_bytes().splitlines(keepends=True)[0]
    gone = line.replace(b'"t0', b'"gone').replace(b"/t0/", b"/gone/")
    path.write_bytes(gone + path.read_bytes())
    arrange(path, TASKS, [])
    assert path.read_bytes().endswith(gone) and path.read_bytes().startswith(line)


async def test_a_file_that_lacks_an_episode_or_has_one_twice_gives_no_figures(tmp_path):
    path = tmp_path / "e.jsonl"
    await all_of(path, Knower(), 2)
    lines, wanted = (
        path.read_bytes().splitlines(keepends=True),
        list(tries(TASKS, "ramp", Guard.NONE)),
    )
    path.write_bytes(b"".join(lines[:7] + lines[8:]))
    assert [one.task.id for one in lacking(path, wanted)] == ["t7"]
    with pytest.raises(
        StoreError, match=r"1 of 10 episodes are missing, the first .*ramp/none/t7/0"
    ):
        arrange(path, TASKS, wanted)
    path.write_bytes(b"".join([*lines, lines[3]]))
    with pytest.raises(InputError, match="ramp/none/t3/0 stands there 2 times"):
        arrange(path, TASKS, wanted)
