import json
from collections import Counter

import pytest
from some_passages import passage, run_with

from masksearch.config import CorpusConfig, RampConfig
from masksearch.corpus.build import build_corpus
from masksearch.errors import ConfigError, InputError, StaleError, StoreError
from masksearch.guards import LeakGuard
from masksearch.making import Making
from masksearch.manifest import IfExists
from masksearch.masking.build import build_tasks
from masksearch.masking.shard import Split, split_of
from masksearch.parquet import read_shards
from masksearch.run_folder import RunFolder
from masksearch.schemas import Guard, Passage, Task, page_of
from masksearch.stages import PASSAGES, TASKS
from masksearch.store import read_records

MONTHS = ["January", "March", "May", "July", "August", "October"]


def paragraph(page, n):
    events = [
        f"In {MONTHS[n % 6]} {1700 + 10 * page + n} the people of the place built a new wall there.",
        f"It was {100 + page} metres long and stood {n + 2} days before the great flood came.",
        f"Some {1000 + page},{100 + n} of the people left, which cost ${n + 3} million in all."
        if n % 3
        else "Nobody left.",
    ]
    return " ".join(events if n % 4 else events[:1])


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    pages = [
        {"id": p, "title": f"Page {p}", "text": "\n\n".join(paragraph(p, n) for n in range(9))}
        for p in range(30)
    ]
    pages.append({"id": 99, "title": "Bare", "text": "Nothing in this text could be masked at all"})
    source = folder / "pages.jsonl"
    source.write_text("".join(json.dumps(page) + "\n" for page in pages))
    return source


@pytest.fixture
def run(tmp_path, corpus):
    made = RunFolder(tmp_path / "run")
    build_corpus(made, CorpusConfig(min_chars=20), corpus)
    return made


def tasks(run, split):
    return list(read_records(run.path / TASKS / f"{split}.jsonl", Task))


def test_every_task_unmasks_to_its_source_and_is_counted(run):
    config = RampConfig(num_masks=(1, 2, 3), window_chars=120)
    counts = build_tasks(run, config)
    passages = {p.id: p for p in read_shards(run.path / PASSAGES, Passage)}
    ids = set()
    for split in Split:
        found = tasks(run, split)
        by_masks = Counter(str(task.num_masks) for task in found)
        assert counts.splits[split] == dict(sorted(by_masks.items()))
        for task in found:
            passage = passages[task.lineage.passage_id]
            assert passage.text[task.window.start : task.window.end] == task.unmasked()
            assert task.lineage.corpus_hash == run.stage(PASSAGES).counts.corpus_hash
            assert split_of(page_of(task.lineage.passage_id), config) is split
            assert LeakGuard.of(task.passage_id, Guard.PARAGRAPH).blocks(passage.id)
            ids.add(task.id)
    rejected = [json.loads(line) for line in (run.path / TASKS / "rejected.jsonl").open()]
    assert len(ids) + len(rejected) == len(passages)
    assert {r["item"]: r["reason"] for r in rejected}["pages:99#0"] == "no spans"
    assert counts.rejected == dict(Counter(r["reason"] for r in rejected))


def test_splits_share_no_page_and_every_prefix_is_balanced(run):
    build_tasks(run, RampConfig(num_masks=(1, 2)))
    train, heldout = (tasks(run, split) for split in (Split.TRAIN, Split.HELDOUT))
    pages = [{page_of(t.lineage.passage_id) for t in part} for part in (train, heldout)]
    assert pages[0] and pages[1] and not pages[0] & pages[1]
    assert len(train) > len(heldout) > 0
    for part in (train, heldout):
        fewest = 2 * min(Counter(t.num_masks for t in part).values())
        for length in range(2, fewest, 2):
            assert set(Counter(t.num_masks for t in part[:length]).values()) == {length // 2}
    assert len({page_of(t.lineage.passage_id) for t in train[:20]}) > 8


def test_the_same_seed_gives_the_same_bytes_and_another_other_masks(tmp_path, corpus, run):
    config = RampConfig(num_masks=(1, 2), window_chars=150)
    build_tasks(run, config)
    first = {path.name: path.read_bytes() for path in (run.path / TASKS).iterdir()}
    build_tasks(run, config, Making(IfExists.RESTART))
    assert first == {path.name: path.read_bytes() for path in (run.path / TASKS).iterdir()}
    with pytest.raises(StaleError, match="seed: 0 → 1"):
        build_tasks(run, config.model_copy(update={"seed": 1}))
    build_tasks(run, config.model_copy(update={"seed": 1}), Making(IfExists.RESTART))
    assert first["train.jsonl"] != (run.path / TASKS / "train.jsonl").read_bytes()


def test_a_restart_with_a_pipeline_that_is_missing_clears_nothing(run):
    build_tasks(run, RampConfig(num_masks=(1,)))
    before = files(run)
    wrong = RampConfig(num_masks=(1,), spans=("ner",), ner_pipeline="en_core_nowhere")
    with pytest.raises(ConfigError):
        build_tasks(run, wrong, Making(IfExists.RESTART))
    assert files(run) == before and run.stage(TASKS).done


def files(run):
    return {path.name: path.read_bytes() for path in (run.path / TASKS).glob("*.jsonl")}


def test_an_interrupted_build_goes_on_to_the_same_bytes(tmp_path):
    shards = [[passage(f"p{n}", paragraph(n, 1)) for n in range(at, at + 9)] for at in (0, 9, 18)]
    whole = run_with(tmp_path / "whole", *shards)
    build_tasks(whole, RampConfig())
    for stop_at in (1, 2, 3):
        run = run_with(tmp_path / f"stopped-{stop_at}", *shards)

        def stop(done, total, note="", at=stop_at):
            if done == at:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            build_tasks(run, RampConfig(), Making(progress=stop))
        assert not files(run)
        build_tasks(run, RampConfig(), Making(processes=2))
        assert files(run) == files(whole)
        assert not (run.path / TASKS / "parts").exists()


def test_several_tasks_of_a_passage_differ(run):
    build_tasks(run, RampConfig(num_masks=(1,), tasks_per_passage=3))
    found = [t for split in Split for t in tasks(run, split)]
    assert len({t.id for t in found}) == len(found)
    assert max(Counter(t.lineage.passage_id for t in found).values()) > 1


def test_no_heldout_share_keeps_nothing_back(run):
    counts = build_tasks(run, RampConfig(num_masks=(1,), heldout_share=0))
    assert counts.heldout == {} and tasks(run, Split.HELDOUT) == []


def test_a_second_build_does_nothing(run):
    told = []
    first = build_tasks(run, RampConfig())
    assert (
        build_tasks(run, RampConfig(), Making(progress=lambda *parts: told.append(parts))) == first
    )
    assert not told


def test_a_run_without_passages_or_without_spans_says_so(tmp_path):
    bare = RunFolder(tmp_path / "bare")
    with pytest.raises(StoreError, match="corpus build"):
        build_tasks(bare, RampConfig())
    source = tmp_path / "a.jsonl"
    source.write_text('{"id": 1, "title": "t", "text": "nothing here that could be masked"}\n')
    build_corpus(bare, CorpusConfig(min_chars=5), source)
    with pytest.raises(InputError, match=r"no passage could be masked .*no spans"):
        build_tasks(bare, RampConfig())
