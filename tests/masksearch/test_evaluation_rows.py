"""What each row asks the factory of agents for."""

from dataclasses import replace

import pytest
from finishing import finish

from masksearch.agent_prompt import prompt_label
from masksearch.config import EvalConfig, ExportConfig, RampConfig, SearchConfig
from masksearch.evaluation.benchmarks.questions import QuestionSet
from masksearch.evaluation.benchmarks.ramp import RampHeldout
from masksearch.evaluation.comparison import compared_pairs
from masksearch.evaluation.context_query import ContextQuery
from masksearch.evaluation.row import EvalContext, TrainedModel
from masksearch.evaluation.rows import ROWS, in_order, learners, present_name, row_named, usual_rows
from masksearch.evaluation.rows.own_model import EndpointModel, OwnModel, SearchR1Model
from masksearch.manifest import IfExists
from masksearch.protocol import parse_turn
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
from masksearch.stages import ACCEPTED, DAPO, EXPORT, SFT, TASKS, TRACES, TRAIN
from masksearch.store import write_records
from prompts import PromptLibrary

PROMPT = Prompt(kind=TaskKind.RAMP, text=f"Founded by {MASK}.", num_masks=1)


class Factory:
    """Remembers what it was asked for."""

    def __init__(self):
        self.asked = []

    def label(self, path):
        return path

    def check(self, path):
        self.asked.append(path)

    def chat_agent(self, name, path, prompting, *, guard):
        self.asked.append((name, path, prompting, guard))
        return self

    rag_agent = search_r1_agent = chat_agent

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


OWN = [OwnModel("some/folder"), EndpointModel("endpoint:tutor"), SearchR1Model("a/b")]


@pytest.mark.parametrize("guard", Guard)
@pytest.mark.parametrize("row", [*ROWS, *OWN], ids=lambda row: row.name)
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
    assert prompting.examples(PROMPT) == () and prompting.system(PROMPT)


def test_the_prompted_model_sees_solved_tasks_and_the_closed_book_has_no_turns(context):
    path, prompting = asked(context, row_named("agent"))
    shown = prompting.examples(PROMPT)
    assert path == "base" and [one.role for one in shown] == ["user", "assistant"]
    assert prompting.limits == {}
    context.agents.asked.clear()
    path, prompting = asked(context, row_named("closed-book"))
    assert (path, prompting.limits) == ("base", {"max_turns": 0})
    assert "nothing to search with" in prompting.system(PROMPT)


QUESTION = Prompt(kind=TaskKind.QUESTION, text="Who built the mill?")


@pytest.mark.parametrize(
    ("row", "roles", "blocks"),
    [
        ("agent", ["user", "assistant"] * 3, 2),
        ("closed-book", ["user", "assistant"], 0),
        ("rag", ["user", "assistant"], 1),
    ],
)
@pytest.mark.parametrize("lang", ["en", "zh", "sv"])
def test_of_questions_a_made_up_one_is_shown_and_no_trace_is_wanted(
    row, roles, blocks, lang, tmp_path, context
):
    fresh = replace(context, run=RunFolder(tmp_path / "fresh"), kind=TaskKind.QUESTION)
    _, prompting = asked(fresh, row_named(row))
    shown = prompting.examples(QUESTION.changed(lang=lang))
    assert [one.role for one in shown] == roles
    assert sum("<information>" in one.content for one in shown) == blocks
    assert ("石桥" in shown[0].content) == (lang == "zh")
    assert "1866" in parse_turn(shown[-1].content).answer
    assert set(row_named(row).inputs(fresh)) == {"model", "prompt", "example"}


def test_what_a_row_depends_on_is_among_its_inputs(context):
    given = {row.name: set(row.inputs(context)) for row in [*ROWS, *OWN]}
    prompted = {"model", "traces", "prompt"}
    assert given == {
        "dapo": {"dapo", "prompt"},
        "sft": {"sft", "prompt"},
        "agent": prompted,
        "rag": prompted,
        "closed-book": prompted,
        "context-as-query": set(),
        "extractive-team": set(),
        "model-folder": {"model", "prompt"},
        "endpoint-tutor": {"model", "prompt"},
        "search-r1-b": {"model", "prompt"},
    }


def test_models_are_given_more_masked_texts_than_baselines_and_all_alike_of_questions(context):
    ramp, questions = RampHeldout(), QuestionSet("quiz")
    settings = context.settings
    counts = {r.name: ramp.limit(settings, is_baseline=r.is_baseline) for r in ROWS}
    assert {name for name, count in counts.items() if count == 7} == {"dapo", "sft", "agent"}
    assert set(counts.values()) == {7, 3}
    assert questions.limit(settings, is_baseline=True) is None
    assert questions.limit(settings.changed(questions=25), is_baseline=False) == 25


def test_a_row_after_dapo_is_usual_only_where_that_was_done(context, tmp_path):
    masked = [row.name for row in ROWS if row.name != "rag"]
    assert [row.name for row in usual_rows(context.run)] == masked
    fresh = RunFolder(tmp_path / "fresh")
    assert [row.name for row in usual_rows(fresh)] == [name for name in masked if name != "dapo"]


def test_a_run_of_questions_alone_has_rows_that_need_no_training(context, tmp_path):
    found = usual_rows(RunFolder(tmp_path / "fresh"), TaskKind.QUESTION)
    assert [row.name for row in found] == ["agent", "rag", "closed-book", "context-as-query"]
    trained = usual_rows(context.run, TaskKind.QUESTION)
    assert [row.name for row in trained][:2] == ["dapo", "sft"]


def test_a_protocols_own_limits_are_those_of_its_row_alone(context):
    own = context.of(SearchR1Model("a/b"), TaskKind.QUESTION)
    assert (own.settings.max_turns, own.settings.max_tokens, own.search_settings.top_k) == (
        4,
        500,
        3,
    )
    other = context.of(row_named("rag"), TaskKind.RAMP)
    assert (other.settings, other.search_settings) == (context.settings, context.search_settings)


def test_a_model_taught_search_r1s_dialect_is_asked_in_it(context):
    stage = context.run.own(EXPORT)
    stage.begin({}, ExportConfig(dialect="search_r1"))
    finish(stage)
    context.run.own(SFT).begin({"export": stage}, RampConfig(), IfExists.RESTART)
    finish(context.run.own(SFT))
    row = row_named("sft")
    _, prompting = asked(context, row)
    assert prompting.system(QUESTION).startswith("Answer the given question.")
    assert row.inputs(context)["prompt"] == prompt_label(context.library, "en", "search_r1")


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
