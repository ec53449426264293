import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from masksearch.errors import SchemaError
from masksearch.schemas import (
    MASK,
    Fingerprint,
    Hit,
    Interval,
    Lineage,
    Link,
    Passage,
    Prompt,
    Record,
    Status,
    Task,
    TaskKind,
    Teacher,
    Tokens,
    Trajectory,
    Turn,
    Usage,
    Verdict,
    masked_text,
    page_of,
    ramp_task_id,
    read_record,
    upgrade,
    version_of,
)

texts = st.lists(st.text(max_size=5) | st.sampled_from([MASK, "[mask", "mask]", "\n", "😀"])).map(
    "".join
)
finite = st.floats(allow_nan=False, allow_infinity=False)
QUESTION = Prompt(kind=TaskKind.QUESTION, text="Who?")


@st.composite
def masked_windows(draw: st.DrawFn) -> tuple[str, tuple[Interval, ...]]:
    """A window and up to four ranges in it, in order, which may touch."""
    window = draw(texts.filter(bool))
    edges: list[int] = []
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(edges[-1] if edges else 0, len(window) - 1))
        edges += [start, draw(st.integers(start + 1, len(window)))]
        if edges[-1] == len(window):
            break
    return window, tuple(map(Interval, edges[::2], edges[1::2]))


def ramp_task(window: str, masked: tuple[Interval, ...], **changes: Any) -> Task:
    prompt = Prompt(kind=TaskKind.RAMP, text=masked_text(window, masked), num_masks=len(masked))
    answers = tuple((window[start:end],) for start, end in masked)
    return Task(**{"id": "t", "prompt": prompt, "answers": answers, "masks": masked, **changes})


@given(masked_windows())
def test_unmasking_gives_back_the_window_exactly(case: tuple[str, tuple[Interval, ...]]) -> None:
    window, masks = case
    task = ramp_task(window, masks)
    assert task.unmasked() == window
    assert read_record(Task, json.loads(task.model_dump_json())) == task


def test_a_mask_that_stands_in_the_source_is_not_taken_for_a_blank() -> None:
    window = "literal [mask] and Paris"
    task = ramp_task(window, (Interval(19, 24),))
    assert task.prompt.text == "literal [mask] and [mask]"
    assert task.unmasked() == window


@pytest.mark.parametrize(
    "changes",
    [
        {"answers": ()},
        {"answers": (("Paris",), ("more",))},
        {"answers": ((),)},
        {"answers": (("Paris", ""),)},
        {"masks": ()},
        {"masks": (Interval(0, 2), Interval(3, 5))},
        {"colour": "red"},
    ],
)
def test_a_task_whose_parts_disagree_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ramp_task("In Paris", (Interval(3, 8),), **changes)


def test_a_question_has_one_answer_and_no_masks() -> None:
    task = Task(id="q", prompt=QUESTION, answers=(("Ada", "Ada Lovelace"),))
    assert (task.kind, task.num_masks, task.prompt.num_answers) == (TaskKind.QUESTION, 0, 1)
    with pytest.raises(ValidationError, match="1 answers wanted, 2 given"):
        Task(id="q", prompt=QUESTION, answers=(("Ada",), ("Bob",)))


def test_a_record_of_version_1_is_read_as_one_of_the_present() -> None:
    old = json.loads(ramp_task("In Paris", (Interval(3, 8),)).model_dump_json())
    for name in ("mask_sources", "mask_targets"):
        del old[name]
    old |= {"schema_version": 1, "difficulty": {"perplexity": 2.0}}
    task = read_record(Task, old)
    assert task.schema_version == version_of(Task) and task.mask_sources == ()
    assert task.difficulty.perplexity == 2.0 and task.difficulty.answer_tokens == ()


def test_a_newer_record_is_refused_with_what_to_do() -> None:
    with pytest.raises(SchemaError, match=f"version {version_of(Task) + 1}.*upgrade masksearch"):
        upgrade(Task, {"schema_version": version_of(Task) + 1})


class Grown(Record):
    schema_version: int = 3
    name: str
    origin: str

    @classmethod
    def upgraded(cls, raw: dict[str, Any], version: int) -> dict[str, Any]:
        return {**raw, "origin": f"version {version}"}


def test_a_kind_of_record_counts_its_versions_for_itself() -> None:
    old = read_record(Grown, {"schema_version": 1, "name": "x"})
    assert (old.schema_version, old.origin) == (3, "version 1")
    with pytest.raises(SchemaError, match="reads Grown up to 3"):
        upgrade(Grown, {"schema_version": 4})


@pytest.mark.parametrize("version", ["1", 0, -3, None, 1.0, True, [1]])
def test_a_version_of_a_wrong_type_is_refused(version: object) -> None:
    with pytest.raises(SchemaError, match="not a schema version"):
        upgrade(Task, {"schema_version": version})


def test_a_record_without_a_version_is_of_the_present_one() -> None:
    assert upgrade(Task, {"id": "x"}) == {"id": "x"}
    trajectory = read_record(Trajectory, {"task_id": "t", "status": "answered"})
    assert trajectory.schema_version == version_of(Trajectory)


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ({"status": "answered"}, "not a Trajectory: task_id: Field required"),
        ({"task_id": "t", "status": "won"}, "not a Trajectory: status: "),
        ({"task_id": "t", "status": "answered", "seed": -1}, "not a Trajectory: seed: "),
        ({"task_id": "t", "status": "answered", "x": 1}, "not a Trajectory: x: Extra"),
        ({"task_id": "t", "status": "answered", "turns": [{}]}, "turns.0.thought: Field required"),
    ],
)
def test_a_faulty_record_is_one_line_that_names_the_field(raw: dict[str, Any], fault: str) -> None:
    with pytest.raises(SchemaError) as caught:
        read_record(Trajectory, raw)
    assert fault in str(caught.value)
    assert "\n" not in str(caught.value)


turns = st.builds(
    Turn,
    thought=st.text(),
    queries=st.lists(st.text(), max_size=4).map(tuple),
    hits=st.lists(
        st.builds(Hit, id=st.text(), title=st.text(), text=st.text(), score=finite), max_size=2
    ).map(tuple),
    error=st.text(),
    usage=st.builds(Usage, prompt_tokens=st.integers(0), completion_tokens=st.integers(0)),
    prompt_versions=st.dictionaries(st.text(), st.text(), max_size=2),
    tokens=st.none() | st.just(Tokens(ids=(1, 2), trainable=(True, False), logprobs=(-0.5, -1e-9))),
)
trajectories = st.builds(
    Trajectory,
    task_id=st.text(),
    status=st.sampled_from(Status),
    turns=st.lists(turns, max_size=3).map(tuple),
    answer=st.text(),
    verdict=st.none()
    | st.builds(
        Verdict,
        accepted=st.booleans(),
        score=finite,
        method=st.text(),
        judge=st.text(),
        reason=st.text(),
    ),
    teacher=st.builds(Teacher, model=st.text(), round=st.integers(0, 9)),
    retriever=st.none()
    | st.just(
        Fingerprint(
            engine="bm25",
            corpus_hash="c",
            parameters={"k1": 1.2, "stem": True, "field": "text", "n": 3},
            top_k=5,
            guard="none",
            truncation=500,
        )
    ),
    seed=st.integers(0, 2**31),
)


@given(trajectories)
def test_a_trajectory_survives_json(trajectory: Trajectory) -> None:
    line = trajectory.model_dump_json()
    assert "\n" not in line
    assert read_record(Trajectory, json.loads(line)) == trajectory


def test_a_trajectory_lists_the_hits_of_all_turns() -> None:
    one, two = (Hit(id=name, title="", text="", score=0) for name in "ab")
    turn = Turn(thought="", queries=("q",))
    found = [turn.model_copy(update={"hits": (hit,)}) for hit in (one, two)]
    assert Trajectory(task_id="t", status=Status.FAILED, turns=found).hits == (one, two)


@pytest.mark.parametrize(
    ("passage_id", "page"),
    [
        ("enwiki:12:345#0", "enwiki:12:345"),
        ("c:has#sign#10", "c:has#sign"),
        ("no-number", "no-number"),
    ],
)
def test_the_page_of_a_passage(passage_id: str, page: str) -> None:
    assert page_of(passage_id) == page


@given(
    st.tuples(st.integers(0, 9), st.integers(1, 9)), st.tuples(st.integers(0, 9), st.integers(1, 9))
)
def test_a_shifted_interval_keeps_its_length(one: tuple[int, int], two: tuple[int, int]) -> None:
    a = Interval(one[0], sum(one))
    assert a.shifted(two[0]) == (a.start + two[0], a.end + two[0])
    assert a.shifted(two[0]).shifted(-two[0]) == a


def test_a_task_id_changes_with_all_that_defines_the_task() -> None:
    window, masks = Interval(0, 50), (Interval(3, 8),)
    ids = {
        ramp_task_id("p#1", window, masks),
        ramp_task_id("p#2", window, masks),
        ramp_task_id("p#1", Interval(0, 51), masks),
        ramp_task_id("p#1", window, (Interval(3, 9),)),
        ramp_task_id("p#1", window, (*masks, Interval(9, 10))),
    }
    assert len(ids) == 5
    assert ramp_task_id("p#1", window, masks) == "ramp-63293dbc1e6a4842"


def test_records_are_frozen_and_keep_named_offsets() -> None:
    passage = Passage(
        id="p#0",
        document_id="p",
        title="",
        section="",
        text="ab",
        start=0,
        end=2,
        links=[(0, 1, "B")],
    )
    assert passage.links == (Link(0, 1, "B"),)
    assert passage.links[0].target == "B"
    with pytest.raises(ValidationError):
        passage.text = "changed"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        Lineage(passage_id="p#0", revision="1", corpus_hash="c", source="?")  # type: ignore[call-arg]


def test_a_changed_value_is_checked_as_a_new_one() -> None:
    hit = Hit(id="a", title="t", text="x", score=1.0)
    assert hit.changed(score=2, url="u") == Hit(id="a", title="t", text="x", score=2.0, url="u")
    with pytest.raises(ValidationError, match="scores"):
        hit.changed(scores=2)
    with pytest.raises(ValidationError, match="valid number"):
        hit.changed(score="high")
