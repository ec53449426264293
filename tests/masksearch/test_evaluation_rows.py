"""What each row asks the factory of agents for."""

import pytest
from finishing import finish

from masksearch.config import EvalConfig, RampConfig, SearchConfig
from masksearch.evaluation.comparison import compared_pairs
from masksearch.evaluation.context_query import ContextQuery
from masksearch.evaluation.row import EvalContext, TrainedModel
from masksearch.evaluation.rows import ROWS, in_order, learners, present_name, row_named, usual_rows
from masksearch.evaluation.rows.own_model import OwnModel
from masksearch.run_folder import RunFolder
from masksearch.schemas import (
    MASK,
    Guard,
    Interval,
    Passage,
    Prompt,
    Status,
    Task,
    TaskKind,
    Trajectory,
)
from masksearch.search.factory import search_passages
from masksearch.stages import ACCEPTED, DAPO, SFT, TASKS, TRACES, TRAIN
from masksearch.store import write_records
from prompts import PromptLibrary

PROMPT = Prompt(kind=TaskKind.RAMP, text=f"Founded by {MASK}.", num_masks=1)


class Factory:
    """Remembers what it was asked for."""

    def __init__(self):
        self.asked = []

    def chat_agent(self, name, path, prompting, *, guard):
        self.asked.append((name, path, prompting, guard))
        return self

    def team_agent(self, name, *, guard):
        self.asked.append((name, "", None, guard))
        return self


@pytest.fixture
def context(tmp_path):
    """A run whose trainings, tasks and traces are finished."""
    run = RunFolder(tmp_path / "run")
    for kind in (TASKS, TRACES, SFT, DAPO):
        run.own(kind).begin({}, RampConfig())
    task = Task(id="t", prompt=PROMPT, answers=(("Iona",),), masks=(Interval(11, 15),))
    trace = Trajectory(task_id="t", status=Status.ANSWERED, answer="Iona")
    write_records(run.own(TASKS).folder / TRAIN, [task])
    write_records(run.own(TRACES).folder / ACCEPTED, [trace])
    for kind in (TASKS, TRACES, SFT, DAPO):
        finish(run.own(kind))
    passage = Passage(
        id="p#0", document_id="p", title="P", section="", text="Founded by Iona.", start=0, end=9
    )
    return EvalContext(
        run=run,
        search=search_passages([passage]),
        agents=Factory(),
        library=PromptLibrary(),
        settings=EvalConfig(tasks=7, other_tasks=3),
        search_settings=SearchConfig(),
        search_inputs={},
        num_masks=(1,),
        base_model="base",
    )


def asked(context, row, guard=Guard.NONE):
    row.agent(context, guard)
    [(name, path, prompting, _)] = context.agents.asked
    assert name == row.name
    return path, prompting


@pytest.mark.parametrize("guard", Guard)
@pytest.mark.parametrize("row", [*ROWS, OwnModel("some/folder")], ids=lambda row: row.name)
def test_every_row_hands_its_guard_on(context, row, guard):
    agent = row.agent(context, guard)
    if isinstance(agent, ContextQuery):
        assert agent.guard is guard
    else:
        assert [given for *_, given in context.agents.asked] == [guard]


@pytest.mark.parametrize(("name", "stage"), [("sft", "07-sft"), ("dapo", "08-dapo")])
def test_a_trained_model_is_that_of_its_stage_without_examples(context, name, stage):
    path, prompting = asked(context, row_named(name))
    assert path == str(context.run.path / stage / "model")
    assert prompting.examples == () and prompting.system(PROMPT)


def test_the_prompted_model_sees_solved_tasks_and_the_closed_book_has_no_turns(context):
    path, prompting = asked(context, row_named("agent"))
    assert path == "base" and [one.role for one in prompting.examples] == ["user", "assistant"]
    assert prompting.max_turns is None
    context.agents.asked.clear()
    path, prompting = asked(context, row_named("closed-book"))
    assert (path, prompting.max_turns) == ("base", 0)
    assert "nothing to search with" in prompting.system(PROMPT)


def test_what_a_row_depends_on_is_among_its_inputs(context):
    given = {row.name: set(row.inputs(context)) for row in ROWS}
    assert given == {
        "dapo": {"dapo", "prompt"},
        "sft": {"sft", "prompt"},
        "agent": {"model", "traces", "prompt"},
        "closed-book": {"model", "traces", "prompt"},
        "context-as-query": set(),
        "extractive-team": set(),
    }


def test_models_are_given_more_tasks_than_baselines(context):
    counts = {row.name: row.num_tasks(context.settings) for row in ROWS}
    assert {name for name, count in counts.items() if count == 7} == {"dapo", "sft", "agent"}
    assert set(counts.values()) == {7, 3}


def test_a_row_after_dapo_is_usual_only_where_that_was_done(context, tmp_path):
    assert [row.name for row in usual_rows(context.run)] == [row.name for row in ROWS]
    fresh = usual_rows(RunFolder(tmp_path / "fresh"))
    assert [row.name for row in fresh] == [row.name for row in ROWS if row.name != "dapo"]


def test_each_training_is_compared_with_what_it_began_with():
    assert compared_pairs([row.name for row in ROWS]) == [("sft", "agent"), ("dapo", "sft")]
    assert compared_pairs(["dapo", "agent"]) == []
    assert learners() == ["agent", "sft", "dapo"]


def test_old_names_are_those_of_present_rows():
    assert [present_name(name) for name in ("trained", "untrained", "else")] == [
        "sft", "agent", "else",
    ]  # fmt: skip
    assert in_order({"model-b", "agent", "dapo"}) == ["dapo", "agent", "model-b"]
    names = [name for row in ROWS for name in (row.name, *row.aliases)]
    assert len(names) == len(set(names))


def test_a_model_trained_again_is_outdated(context):
    row = row_named("sft")
    assert isinstance(row, TrainedModel)
    inputs = {"sft": context.run.stage(SFT).hash}
    assert not row.is_outdated(context.run, inputs)
    finish(context.run.own(SFT), traces=9)
    assert row.is_outdated(context.run, inputs)
    assert not row_named("agent").is_outdated(context.run, inputs)
