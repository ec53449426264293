"""A set of questions as a stage: splits, duplicates, faults, and files that are refused whole."""

import csv
import gzip
import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from masksearch.errors import ConfigError, InputError, StaleError
from masksearch.making import Making
from masksearch.manifest import IfExists
from masksearch.questions.files import find_question_files, split_named
from masksearch.questions.importing import (
    ID_TAKEN,
    REPEATED,
    ImportSettings,
    faults,
    import_questions,
    size_notes,
)
from masksearch.questions.layout import NO_ANSWER, UNANSWERABLE
from masksearch.questions.reading import HIDDEN, OTHER_SPLIT
from masksearch.questions.statistics import question_statistics, questions_of
from masksearch.rejection import Rejection
from masksearch.run_folder import RunFolder
from masksearch.schemas import ids_hash
from masksearch.stages import QUESTIONS
from masksearch.store import read_records


@pytest.fixture
def run(tmp_path):
    return RunFolder(tmp_path / "run")


@pytest.fixture
def write(tmp_path):
    def write(name, rows):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return path

    return write


def row(number, answer="yes", **more):
    return {"id": f"q{number}", "question": f"Question {number}?", "answers": [answer], **more}


def read(run, *paths, name="quiz", if_exists=IfExists.RESUME, **settings):
    files, _ = find_question_files([str(path) for path in paths])
    return import_questions(run, files, ImportSettings(name=name, **settings), Making(if_exists))


def refused(run, name="quiz"):
    path = run.stage(QUESTIONS, name).folder / "rejected.jsonl"
    return [(one.item, one.reason) for one in read_records(path, Rejection)]


def test_questions_are_tasks_in_file_order_with_the_hash_of_their_ids(run, write):
    counts = read(run, write("a.jsonl", [row(2, split="train"), row(1, split="validation")]))
    assert counts.splits == {"train": 1, "dev": 1} and not faults(counts)
    [task] = run.questions("quiz", "dev")
    assert task.id == "quiz-q1" and task.answers == (("yes",),)
    assert task.question.number == "q1" and task.question.benchmark == "quiz"
    assert counts.ids == {"train": ids_hash(["quiz-q2"]), "dev": ids_hash(["quiz-q1"])}
    assert [one.id for one in questions_of(run, "quiz")] == ["quiz-q2", "quiz-q1"]


def test_an_import_is_done_once_and_made_again_only_when_asked(run, write):
    path = write("a.jsonl", [row(1)])
    read(run, path)
    before = (run.path / "04-questions/quiz/manifest.json").read_bytes()
    read(run, path)
    assert (run.path / "04-questions/quiz/manifest.json").read_bytes() == before
    write("a.jsonl", [row(1), row(2)])
    with pytest.raises(StaleError, match="--if-exists restart"):
        read(run, path)
    assert read(run, path, if_exists=IfExists.RESTART).splits == {"dev": 2}


def test_splits_are_told_by_rows_then_by_names_and_else_by_the_option(run, write):
    files = [write("quiz-train.jsonl", [row(1), row(2, split="test")]), write("x.jsonl", [row(3)])]
    assert read(run, *files).splits == {"train": 1, "dev": 1, "test": 1}
    counts = read(run, *files, name="other", split="test")
    assert counts.splits == {"test": 3} and not counts.rejected
    counts = read(run, files[0], name="third", split="train")
    assert counts.splits == {"train": 1} and counts.rejected == {OTHER_SPLIT: 1}
    assert split_named("hotpot_dev_distractor_v1.json") == "dev"
    assert split_named("validation-00000.parquet") == "dev" and split_named("dev_test.json") == ""


def test_files_of_one_name_are_told_apart(run, write):
    files = [write("a/dev.jsonl", [row(1)]), write("b/dev.jsonl", [row(2)])]
    assert read(run, *files).splits == {"dev": 2}
    write("a/dev.jsonl", [row(3)])
    with pytest.raises(StaleError):
        read(run, *files)


def test_repeats_are_refused_and_what_is_evaluated_stays_whole(run, write):
    again = {"id": "z", "question": "question 1", "answers": ["Yes."]}
    same_words = {"id": "y", "question": "Question 1?", "answers": ["another"]}
    files = [write("train.jsonl", [row(1), row(2)]), write("dev.jsonl", [again, same_words])]
    counts = read(run, *files)
    assert counts.splits == {"train": 1, "dev": 2}
    assert refused(run) == [("q1", REPEATED)] and not faults(counts)


def test_an_id_that_is_given_twice_is_a_fault(run, write):
    other = {**row(1), "question": "Quite another one?"}
    counts = read(run, write("a.jsonl", [row(1), other, row(2)]))
    assert counts.splits == {"dev": 2} and sum(faults(counts).values()) == 1
    assert refused(run) == [("q1", ID_TAKEN)]


def test_an_empty_answer_is_a_fault_but_a_file_without_answers_is_a_hidden_test(run, write):
    faulty = write("a.jsonl", [row(1), {**row(2), "answers": []}, {**row(3), "answers": [" "]}])
    counts = read(run, faulty)
    assert sum(faults(counts).values()) == 2 and refused(run) == [
        ("q2", NO_ANSWER),
        ("q3", NO_ANSWER),
    ]
    hidden = write("test.jsonl", [{"id": "h", "question": "Hidden?"}])
    counts = read(run, faulty, hidden, name="both")
    assert counts.rejected == {NO_ANSWER: 2, HIDDEN: 1} and sum(faults(counts).values()) == 2
    with pytest.raises(InputError, match="no question could be taken: 1 in a file without answers"):
        read(run, hidden, name="alone")


def test_unanswerable_questions_are_no_fault(run, write):
    rows = [row(1, answerable=True), {**row(2), "answerable": False}]
    counts = read(run, write("musique.jsonl", rows), name="musique")
    assert counts.rejected == {UNANSWERABLE: 1} and not faults(counts)


def sheet(path, rows, preamble=(), **form):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, **form)
        for line in [*preamble, *rows]:
            writer.writerow(line)
    return path


def test_a_dated_sheet_is_read_below_its_preamble(run, tmp_path):
    names = ["id", "split", "question", "next_review", "false_premise", "fact_type", "source"]
    names += [f"answer_{n}" for n in range(10)] + ["note"]
    line = ["0", "TEST", 'Who, "then"?', "1/1/2024", "FALSE", "slow-changing", ""]
    rows = [
        names,
        [*line, "A", *[""] * 10],
        [*line[:1], "DEV", "Who\nnow?", *line[3:], *["B"] * 10, ""],
    ]
    rows[2][0] = "1"
    warning = [["WARNING: do not click"], [""] * len(names)]
    path = sheet(tmp_path / "FreshQA_v1.csv", rows, warning)
    assert read(run, path, name="freshqa").splits == {"test": 1, "dev": 1}
    [task] = run.questions("freshqa", "test")
    assert task.prompt.text == 'Who, "then"?' and task.answers == (("A",),)
    told = question_statistics(run, "freshqa", date(2026, 1, 1)).counts
    assert told["next review"] == {"date has passed": 2}


def test_the_forms_of_one_sheet_are_the_same_tasks(run, tmp_path):
    rows = [["Question", "Answer"], ["Who was it?", "James Madison"], ['When, "so"?', "1812"]]
    objects = [dict(zip(rows[0], line, strict=True)) for line in rows[1:]]
    forms = [
        sheet(tmp_path / "bamboogle.csv", rows),
        sheet(tmp_path / "bamboogle.tsv", rows, delimiter="\t"),
    ]
    forms.append(tmp_path / "bamboogle.json")
    forms[2].write_text(json.dumps(objects, indent=1))
    forms.append(tmp_path / "bamboogle.json.gz")
    forms[3].write_bytes(gzip.compress(json.dumps(objects).encode()))
    forms.append(tmp_path / "bamboogle.jsonl.zst")
    lines = "".join(json.dumps(one) + "\n" for one in objects).encode()
    with pa.CompressedOutputStream(str(forms[4]), "zstd") as file:
        file.write(lines)
    forms.append(tmp_path / "bamboogle.parquet")
    pq.write_table(pa.Table.from_pylist(objects), forms[5])
    found = []
    for number, path in enumerate(forms):
        one = RunFolder(tmp_path / f"run{number}")
        assert read(one, path, name="bamboogle").splits == {"test": 2}
        found.append(list(one.questions("bamboogle", "test")))
    assert all(one == found[0] for one in found)
    assert [task.id for task in found[0]] == ["bamboogle-test-1", "bamboogle-test-2"]


def test_a_folder_is_read_with_what_is_beside_the_questions(run, write, tmp_path):
    own = {"_id": "33f51d7e0bde11eba7f7acde48001122", "question": "Which?", "answer": "Chinese"}
    own |= {"answer_id": "Q3", "evidences": [["a", "b", "c"]], "supporting_facts": [["a", 0]]}
    (tmp_path / "set").mkdir()
    Path(tmp_path, "set/dev.json").write_text(json.dumps([own]))
    write("set/id_aliases.json", [{"Q_id": "Q3", "aliases": ["China"], "demonyms": ["Sino"]}])
    Path(tmp_path, "set/README.md").write_text("Read me.")
    Path(tmp_path, "set/dataset_infos.json").write_text(json.dumps({"a": {"b": 1}}, indent=1))
    counts = read(run, tmp_path / "set", name="2wiki")
    assert counts.splits == {"dev": 1} and counts.left_out == {"without questions": 1}
    [task] = run.questions("2wiki", "dev")
    assert task.question.aliases == ("China", "Sino") and task.answers == (("Chinese",),)


HOTPOT = {"_id": "5a7166395542994082a3e814", "question": "Which river?", "answer": "Merren"}


def test_another_benchmarks_file_is_refused_by_its_rows_and_by_its_name(run, write):
    named = write("data.jsonl", [HOTPOT])
    with pytest.raises(InputError, match=r"data.jsonl, line 1: this is HotpotQA, not 2Wiki"):
        read(run, named, name="2wiki")
    with pytest.raises(InputError, match="this is Bamboogle, not HotpotQA"):
        read(run, write("bamboogle.jsonl", [row(1)]), name="hotpotqa")
    assert read(run, named, name="mine").layouts == ["HotpotQA"]
    assert not run.stage(QUESTIONS, "2wiki").begun


@pytest.mark.parametrize(
    "tail",
    ['{"id": "q3", "question": "Half of', '[{"id"'],
)
def test_half_a_file_of_lines_is_refused_whole(run, write, tail):
    path = write("a.jsonl", [row(1), row(2)])
    path.write_text(path.read_text() + tail)
    with pytest.raises(InputError, match="cut short or damaged in its last row, line 3"):
        read(run, path)
    assert not run.stage(QUESTIONS, "quiz").begun


def test_half_a_list_or_table_or_packed_file_is_refused_whole(run, write, tmp_path):
    whole = json.dumps([row(n) for n in range(9)])
    half = tmp_path / "half.json"
    half.write_text(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"half.json is cut short"):
        read(run, half)
    packed = tmp_path / "half.json.gz"
    packed.write_bytes(gzip.compress(whole.encode())[:-20])
    with pytest.raises(InputError, match="cut short or damaged near byte"):
        read(run, packed)
    table = tmp_path / "half.csv"
    table.write_text("id,question,answers,type\n1,Who?,a,x\n2,Whe")
    with pytest.raises(
        InputError, match=r"half.csv is cut short or damaged in its last row, line 3"
    ):
        read(run, table)
    table.write_text('id,question,answers,type\n1,Who?,a,x\n2,"When, or')
    with pytest.raises(InputError, match=r"half.csv is cut short"):
        read(run, table)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "is empty"),
        ("not json\nnor this\n", "holds no question"),
        ('{"text": "no question"}\n', "holds no question .a.jsonl: line 1: no question"),
    ],
)
def test_a_file_of_something_else_is_refused(run, tmp_path, content, told):
    path = tmp_path / "a.jsonl"
    path.write_text(content)
    with pytest.raises(InputError, match=told):
        read(run, path)


def test_files_that_are_not_there_or_of_no_kind_are_refused(tmp_path):
    for name, told in (("none.json", "does not exist"), ("a.pdf", "unknown kind of file")):
        Path(tmp_path, "a.pdf").write_bytes(b"%PDF")
        with pytest.raises(InputError, match=told):
            find_question_files([str(tmp_path / name)])


@pytest.mark.parametrize("name", ["", "..", "a/b", "2wiki:train", "a@b", "ramp", "a,b"])
def test_a_set_has_a_name_that_can_be_asked_for(run, write, name):
    with pytest.raises(ConfigError):
        read(run, write("a.jsonl", [row(1)]), name=name)


def test_the_language_is_seen_or_said(run, write):
    chinese = [
        {**row(n), "question": f"男女主角亦有专属声优这一模式是由谁改编的第{n}次？"}
        for n in range(20)
    ]
    read(run, write("a.jsonl", chinese))
    assert {task.prompt.lang for task in run.questions("quiz", "dev")} == {"zh"}
    read(run, write("b.jsonl", [row(1), row(2, lang="de")]), name="said", lang="fr")
    assert [task.prompt.lang for task in run.questions("said", "dev")] == ["fr", "de"]


def test_a_sample_of_a_benchmark_is_told_of(run, write):
    counts = read(run, write("a.jsonl", [HOTPOT]), name="hotpotqa")
    assert size_notes("hotpotqa", counts) == [
        "dev: 1 of the 7,405 questions that HotpotQA publishes"
    ]
