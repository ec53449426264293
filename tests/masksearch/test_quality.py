import json
import random
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from some_passages import passage, run_with

from masksearch.config import QualityConfig, RampConfig
from masksearch.errors import InputError, StaleError
from masksearch.making import Making
from masksearch.manifest import IfExists
from masksearch.masking.build import build_tasks
from masksearch.quality.build import build_quality
from masksearch.quality.contamination import Questions, read_questions
from masksearch.quality.duplicates import alike, equal
from masksearch.quality.filters import refusal
from masksearch.quality.signatures import shingles, signatures, similarity
from masksearch.rejection import Rejection
from masksearch.stages import QUALITY
from masksearch.store import read_records
from masksearch.text import tokens

FRENCH = (
    "La ville est située sur la rive gauche du fleuve, à quelques lieues de la mer, et ses habitants "
    "vivaient autrefois de la pêche et du commerce du sel. Au siècle suivant, on y construisit un port, "
    "une église et plusieurs maisons de pierre que l'on peut encore voir aujourd'hui dans la vieille ville, près du marché."
)
ENGLISH = (
    "The town stands on the left bank of the river, some miles from the sea, and its people lived for "
    "a long time by fishing and by the salt trade. In the next century they built a harbour there, a "
    "church and several houses of stone, which can still be seen today in the old part of the town."
)
WORDS = [f"word{n}" for n in range(4000)]


def text_of(seed, length=120):
    return " ".join(random.Random(seed).choices(WORDS, k=length))


def with_changes(text, changes, seed=0):
    words, rng = text.split(), random.Random(seed)
    for at in rng.sample(range(len(words)), changes):
        words[at] = rng.choice(WORDS)
    return " ".join(words)


def jaccard(one, other, size=5):
    a, b = (set(shingles(tokens(text), size)) for text in (one, other))
    return len(a & b) / len(a | b)


@given(st.integers(0, 50), st.integers(0, 40))
@settings(max_examples=30, deadline=None)
def test_the_estimate_of_similarity_is_near_the_true_one(seed, changes):
    one = text_of(seed)
    other = with_changes(one, changes, seed)
    rows = signatures([one, other], 5, near=True)["minima"]
    assert abs(similarity(*rows) - jaccard(one, other)) < 0.18


def test_near_duplicates_are_those_that_a_comparison_of_all_pairs_finds():
    texts = [text_of(seed) for seed in range(60)]
    texts += [with_changes(texts[n], n % 5, n) for n in range(40)]
    found = alike([signatures(texts, 5, near=True)], 0.8)
    close = {b for a, b in combinations(range(100), 2) if jaccard(texts[a], texts[b]) > 0.87}
    far = {b for b in range(100) if all(jaccard(texts[a], texts[b]) < 0.7 for a in range(b))}
    assert close and close <= set(found) and not far & set(found)
    assert all(first < row for row, first in found.items())


def test_shards_are_as_good_as_one_and_groups_keep_their_first():
    texts = [text_of(1), text_of(2), with_changes(text_of(1), 1, 3), text_of(1), text_of(4)]
    rows = signatures(texts, 5, near=True)
    cut = [rows[:2], rows[2:2], rows[2:4], rows[4:]]
    assert alike(cut, 0.8) == alike([rows], 0.8) == {2: 0, 3: 0}
    assert equal(cut) == equal([rows]) == {3: 0}


@pytest.mark.parametrize(
    ("changes", "text", "reason"),
    [
        ({"min_chars": 30}, "short", "too short for tasks"),
        ({"max_chars": 4}, "longer", "too long for tasks"),
        ({"languages": ("zh",)}, "anything", "language en"),
        ({"check_language": True}, FRENCH, "in another language"),
        ({"check_language": True}, FRENCH[:80], ""),
        ({"check_language": True}, ENGLISH, ""),
        ({}, "x", ""),
    ],
)
def test_a_passage_is_refused_for_what_it_is(changes, text, reason):
    assert refusal(passage("1", text), QualityConfig(**changes)) == reason


def test_a_passage_that_repeats_a_run_of_a_question_is_found():
    asked = ["In which year was the old lighthouse on Cape Arden first lit by its keeper?",
             "Who wrote the Book of Tides?", "二战之后柏林被划分为几个占领区并由谁管理"]  # fmt: skip
    questions = Questions(asked, 8)
    assert questions.shared("It was the old lighthouse on cape arden first lit, they say")
    assert questions.shared("Nobody knows who wrote the book of tides, it seems.")
    assert questions.shared("据说二战之后柏林被划分为几个占领区并由谁管理尚不清楚")
    assert not questions.shared("The old lighthouse on Cape Arden was lit in 1872.")
    assert not questions.shared("二战之后柏林被划分") and not Questions([], 8).shared("a b c d")


def test_questions_are_read_from_files_and_bad_ones_say_where(tmp_path):
    good = tmp_path / "q.jsonl"
    good.write_text(
        '{"question": "who wrote the book of tides"}\n{"prompt": {"text": "one two three four"}}\n'
    )
    assert read_questions((str(good),), 8).shared("x one two three four y")
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"question": "fine enough for me"}\n{"text": "?"}\n')
    with pytest.raises(InputError, match=r"bad\.jsonl, line 2: no field `question`"):
        read_questions((str(bad),), 8)


def story(n, people="people"):
    return (
        f"In {1700 + n} the {people} of the place number {n} built a new wall there, {n + 30} metres "
        f"long, which stood for {n + 2} days and cost ${n + 3} million in all, it is said there."
    )


@pytest.fixture
def run(tmp_path):
    first = [passage("a", story(1)), passage("b", story(2)), passage("c", "tiny")]
    second = [
        passage("d", story(1)),
        passage(
            "e", story(40, "citizens") + " The secret question of all the questions here is this."
        ),
        passage("f", story(1).replace("it is said", "one hears")),
    ]
    return run_with(tmp_path / "run", first, second)


def refused(run):
    files = sorted(run.stage(QUALITY).folder.glob("*.jsonl"))
    return {one.item: one for path in files for one in read_records(path, Rejection)}


@pytest.fixture
def config(tmp_path):
    asked = tmp_path / "q.jsonl"
    asked.write_text(json.dumps({"question": "the secret question of all the questions here"}))
    return QualityConfig(
        duplicates="near", similarity=0.5, min_chars=20, questions=(str(asked),), overlap=6
    )


def test_every_refusal_has_its_reason_and_names_what_is_repeated(run, config):
    counts = build_quality(run, config)
    found = refused(run)
    assert {item: one.reason for item, one in found.items()} == {
        "c:c#0": "too short for tasks",
        "c:d#0": "duplicate",
        "c:e#0": "repeats a question",
        "c:f#0": "near duplicate",
    }
    assert found["c:d#0"].detail == found["c:f#0"].detail == "c:a#0"
    assert counts.kept == 2 and sum(counts.rejected.values()) == 4
    assert counts.signature_bytes == 520


def test_the_number_of_processes_changes_nothing_and_a_second_build_does_nothing(run, config):
    build_quality(run, config, Making(processes=2))
    files = sorted(p for p in run.stage(QUALITY).folder.iterdir())
    assert [path.name for path in files] == ["00000.jsonl", "00001.jsonl", "manifest.json"]
    before = [path.read_bytes() for path in files]
    build_quality(run, config, Making(processes=1))
    assert [path.read_bytes() for path in files] == before
    with pytest.raises(StaleError, match="min_chars"):
        build_quality(run, config.model_copy(update={"min_chars": 21}))


def test_no_task_is_made_of_what_was_refused(run, config):
    build_quality(run, config)
    counts = build_tasks(run, RampConfig(num_masks=(1,), heldout_share=0), cleaned=True)
    assert sum(counts.train.values()) == 2
    assert counts.rejected == {
        "duplicate": 1, "near duplicate": 1, "repeats a question": 1, "too short for tasks": 1
    }  # fmt: skip


def test_a_missing_file_of_questions_is_one_clear_line(run):
    with pytest.raises(InputError, match=r"cannot read nowhere\.jsonl"):
        build_quality(run, QualityConfig(questions=("nowhere.jsonl",)))


def test_a_restart_with_a_bad_file_of_questions_clears_nothing(run, config, tmp_path):
    build_quality(run, config)
    bad = tmp_path / "bad.jsonl"
    bad.write_text("not JSON")
    with pytest.raises(InputError, match=r"bad\.jsonl"):
        build_quality(
            run, config.model_copy(update={"questions": (str(bad),)}), Making(IfExists.RESTART)
        )
    assert run.stage(QUALITY).done and len(refused(run)) == 4
