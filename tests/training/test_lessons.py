"""What `sft.traces` and `sft.start` name, in a run and in those below it."""

from pathlib import Path

import pytest
from finishing import finish
from pydantic import BaseModel, ValidationError
from trace_records import a_record
from trainings import train_sft

from masksearch.errors import ConfigError, StoreError
from masksearch.export import ExportRecord
from masksearch.run_folder import CONFIG, RunFolder
from masksearch.schemas import read_record
from masksearch.stages import CONVERSATIONS, DAPO, EXPORT, MODEL, SFT
from masksearch.store import read_json, write_records
from training.config import ALL, ModelConfig, SftConfig
from training.jobs import SftJob
from training.lessons import learnt_from, started_from
from training.sft import _examples

WIKI, HOTPOT, RAMP = "questions:2wiki:train", "questions:hotpotqa:train", "ramp"


class _Nothing(BaseModel):
    """Settings of a stage that has none."""


def a_run(path: Path, on: Path | None = None, **held: int) -> RunFolder:
    """A run with so many conversations of each source, numbered through."""
    run = RunFolder(path, on)
    path.mkdir()
    (path / CONFIG).write_text(f"on: ../{on.name}\n" if on else "{}\n")
    if held:
        stage, sources = run.own(EXPORT), {"ramp": RAMP, "wiki": WIKI, "hotpot": HOTPOT}
        stage.begin({"traces": path.name}, _Nothing())
        named = [sources[name] for name, count in held.items() for _ in range(count)]
        records = [a_record(n).changed(source=source) for n, source in enumerate(named)]
        write_records(stage.folder / CONVERSATIONS, records)
        counts = {sources[name]: count for name, count in held.items()}
        finish(stage, records=len(records), sources=counts)
    return run


@pytest.mark.parametrize(
    ("given", "traces", "limit"),
    [
        ({}, ALL, None),
        ({"traces": 320}, ALL, 320),
        ({"traces": None}, ALL, None),
        ({"traces": 320, "limit": 8}, ALL, 8),
        ({"traces": None, "limit": 8}, ALL, 8),
        ({"traces": "all", "limit": 8}, ALL, 8),
        ({"traces": "questions:2wiki"}, WIKI, None),
        ({"traces": ["ramp=1", "questions:2wiki=2"]}, ("ramp=1", f"{WIKI}=2"), None),
        ({"traces": {"ramp": 1, "questions:2wiki": 2}}, ("ramp=1", f"{WIKI}=2"), None),
    ],
)
def test_a_number_in_traces_is_the_limit_that_it_was(given, traces, limit):
    config = SftConfig(**given)
    assert (config.traces, config.limit) == (traces, limit)
    assert SftConfig.model_validate(config.model_dump(mode="json")) == config


@pytest.mark.parametrize(
    "given", [{"traces": 0}, {"traces": "questions:2wiki:dev"}, {"traces": -3}]
)
def test_what_traces_may_not_be(given):
    with pytest.raises(ValidationError):
        SftConfig(**given)


def test_all_is_what_the_run_exported(tmp_path):
    run = a_run(tmp_path / "run", ramp=2, wiki=1)
    lessons = learnt_from(run, ALL)
    assert lessons.files == {} and lessons.file == run.own(EXPORT).folder / CONVERSATIONS
    assert list(lessons.inputs) == ["export"]


def test_a_source_is_looked_for_in_the_run_and_then_below(tmp_path):
    low = a_run(tmp_path / "low", ramp=3, wiki=1)
    top = a_run(tmp_path / "top", low.path, wiki=2)
    lessons = learnt_from(top, (f"{RAMP}=1", f"{WIKI}=1"))
    below = low.own(EXPORT).folder / CONVERSATIONS
    assert lessons.files[RAMP].resolve() == below.resolve()
    assert lessons.files[WIKI] == top.own(EXPORT).folder / CONVERSATIONS
    assert lessons.inputs["export"] is lessons.parts[WIKI]
    assert lessons.inputs["export of ramp"] == low.own(EXPORT).hash


def test_a_source_that_nobody_exported_is_one_line_with_the_command(tmp_path):
    run = a_run(tmp_path / "run", ramp=1)
    with pytest.raises(
        StoreError, match=r"no conversation of questions:hotpotqa:train .*synth run"
    ):
        learnt_from(run, HOTPOT)


def test_an_older_export_is_of_ramp(tmp_path):
    run = a_run(tmp_path / "run")
    stage = run.own(EXPORT)
    stage.begin({}, _Nothing())
    finish(stage, records=1)
    assert list(learnt_from(run, RAMP).files) == [RAMP]
    old = a_record(1).model_dump(mode="json", exclude={"source"}) | {"schema_version": 3}
    assert read_record(ExportRecord, old).source == RAMP
    assert read_record(ExportRecord, old | {"num_masks": 0}).source == ""


def test_a_mixture_is_learnt_in_its_shares_from_its_first_trace_on(tmp_path, loaded):
    from training.conversation_tokens import ConversationTokens

    run = a_run(tmp_path / "run", ramp=6, wiki=9, hotpot=4)
    sources = (f"{RAMP}=1", f"{WIKI}=2")
    lessons = learnt_from(run, sources)
    job = SftJob(
        stage=tmp_path,
        home=tmp_path,
        model=ModelConfig(),
        retrievers=(),
        conversations=lessons.file,
        parts=lessons.files,
        config=SftConfig(traces=sources),
    )
    tokens = ConversationTokens(loaded.tokenizer)
    found = _examples(job, tokens, None)
    whole = {
        name: _examples(
            job.changed(parts={name: path}, config=SftConfig(traces=name)), tokens, None
        )
        for name, path in lessons.files.items()
    }
    own = {name: {tuple(one.input_ids) for one in part.kept} for name, part in whole.items()}
    taken = [next(n for n, of in own.items() if tuple(one.input_ids) in of) for one in found.kept]
    assert taken[:3].count(RAMP) == 1 and taken[:12].count(WIKI) == 8
    assert taken.count(WIKI) == 9 and taken.count(RAMP) == 5, "it ends where one of them does"


def test_a_training_on_a_source_learns_from_its_conversations_alone(tmp_path, tiny_model):
    run = a_run(tmp_path / "run", ramp=6, wiki=4)
    config = SftConfig(batch_size=2, traces=WIKI)
    model = ModelConfig(path=str(tiny_model), dtype="float32")
    counts = train_sft(run, model, config, run.path)
    assert (counts.traces, counts.available, counts.sources) == (4, 4, {WIKI: 4})
    kept = read_json(run.own(SFT).folder / "manifest.json")["settings"]
    assert kept["traces"] == WIKI and kept["limit"] is None


def test_a_training_of_the_older_setting_stays_done(tmp_path, tiny_model):
    run = a_run(tmp_path / "run", ramp=4)
    model = ModelConfig(path=str(tiny_model), dtype="float32")
    first = train_sft(run, model, SftConfig(batch_size=2, limit=2), run.path)
    path = run.own(SFT).folder / "manifest.json"
    written = path.read_text()
    older = written.replace('"traces": "all"', '"traces": 2').replace('"limit": 2,', "")
    assert older != written
    path.write_text(older.replace('    "start": "",\n', ""))
    assert train_sft(run, model, SftConfig(batch_size=2, traces=2), run.path) == first


def trained(run: RunFolder, kind) -> RunFolder:
    stage = run.own(kind)
    stage.begin({}, _Nothing())
    (stage.folder / MODEL).mkdir()
    finish(stage, steps=1)
    return run


@pytest.mark.parametrize(("name", "kind"), [("sft", SFT), ("dapo", DAPO)])
def test_it_can_begin_with_a_model_of_the_run_below(tmp_path, name, kind):
    low = trained(a_run(tmp_path / "low", ramp=1), kind)
    top = trained(a_run(tmp_path / "top", low.path, wiki=1), kind)
    start = started_from(top, ModelConfig(path="smollm2"), SftConfig(start=name))
    assert Path(start.path).resolve() == (low.own(kind).folder / MODEL).resolve()
    assert start.made_from == low.own(kind).hash


def test_it_begins_with_a_folder_or_the_recipes_model(tmp_path):
    run = a_run(tmp_path / "run", ramp=1)
    given = [SftConfig(start="./mine"), SftConfig()]
    starts = [started_from(run, ModelConfig(path="smollm2"), config) for config in given]
    assert starts == [("./mine", "./mine"), ("smollm2", "smollm2")]


def test_there_is_no_run_below_to_begin_from(tmp_path):
    run = trained(a_run(tmp_path / "run", ramp=1), SFT)
    with pytest.raises(ConfigError, match=r"run below .*--on"):
        started_from(run, ModelConfig(), SftConfig(start="sft"))
