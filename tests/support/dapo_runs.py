"""A run folder whose tasks a taught model solves now and then, for reinforcement learning."""

from pathlib import Path

from lessons import LESSONS, TOP_K, a_task, bundled_search, system

from masksearch.config import RampConfig, RewardConfig, SearchConfig
from masksearch.run_folder import RunFolder
from masksearch.schemas import Guard
from masksearch.stages import INDEX, TASKS
from masksearch.store import write_records
from training.config import CurriculumConfig, DapoConfig, ModelConfig
from training.dapo.train import DapoJob, DapoSettings

DAPO = DapoConfig(
    learning_rate=1e-4,
    warmup_steps=1,
    steps=8,
    groups=2,
    group_size=4,
    micro_batch=4,
    temperature=1.0,
    soft_length=5,  # so that the rewards of a group nearly always differ
    longest=200,
    max_tokens=40,
    max_turns=3,
    save_steps=2,
)


def open_run(folder: Path) -> RunFolder:
    """The run folder, with tasks and the mark of an index where there are none yet."""
    run = RunFolder(folder)
    tasks, index = run.stage(TASKS), run.stage(INDEX)
    if not tasks.begin({}, RampConfig()):
        write_records(tasks.folder / "train.jsonl", [a_task(n) for n in range(len(LESSONS))])
        tasks.finish({})
    if not index.begin({}, SearchConfig()):
        index.finish({"passages": 1})
    return run


def job(model: Path, search=None, curriculum=None, **settings) -> DapoJob:
    return DapoJob(
        model=ModelConfig(path=str(model), dtype="float32"),
        start_from="taught",
        settings=DapoSettings(
            dapo=DAPO.model_copy(update=settings),
            reward=RewardConfig(),
            curriculum=curriculum or CurriculumConfig(),
            guard=Guard.NONE,
            top_k=TOP_K,
        ),
        search=search or bundled_search(),
        system=system,
    )
