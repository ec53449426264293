"""`masksearch questions` through the command line."""

import json
from pathlib import Path

import pytest

from masksearch.evaluation.benchmarks.questions import QuestionSet
from masksearch.run_folder import RunFolder

GOOD = {
    "id": "a",
    "question": "Which town lies on the Merren?",
    "answers": ["Arlow"],
    "type": "bridge",
}
TRUE = {
    "id": "b",
    "question": "Is Arlow a town?",
    "answers": ["yes"],
    "supporting_titles": ["Arlow"],
}


def write(*rows, name="quiz.jsonl"):
    Path(name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return name


def test_a_set_is_imported_shown_and_counted(cli):
    said = cli("questions", "import", "towns", write(GOOD, TRUE), "--run", "run").out
    assert "2 dev questions in run/04-questions/towns (as plain rows)" in said
    shown = cli("questions", "show", "towns", "--run", "run").out
    assert "towns-a · dev · bridge" in shown and "answer: Arlow" not in shown
    one = cli("questions", "show", "towns", "--id", "b", "--answers", "--run", "run").out
    assert "answer: yes" in one and "pages: Arlow" in one and "towns-a" not in one
    assert (
        "no such question" in cli("questions", "show", "towns", "--type", "x", "--run", "run").out
    )
    found = cli("questions", "stats", "--run", "run", "--json").json["towns"]
    assert found["of which"] == {"supporting titles are known": 1, "answered by yes or no": 1}
    assert found["splits"] == {"dev": 2} and len(found["ids"]["dev"]) == 16
    assert "by type" in cli("questions", "stats", "towns", "--run", "run").out


def test_many_types_are_shortened_and_topics_are_no_parts_of_a_table(cli):
    many = [
        {**GOOD, "id": str(n), "question": f"Which {n}?", "type": f"type {n}"} for n in range(20)
    ]
    cli("questions", "import", "towns", write(*many), "--run", "run")
    shown = cli("questions", "stats", "towns", "--run", "run").out
    assert "9 others" in shown and "type 10" in shown and "type 11" not in shown
    parts = {**GOOD, "answer_raw": {"Arlow": "Merren"}, "answers_mode": "all", "type": "Geography"}
    cli("questions", "import", "fanoutqa", write(parts, name="f.jsonl"), "--run", "run")
    [task] = RunFolder(Path("run")).questions("fanoutqa", "dev")
    assert task.question.type == "Geography" and not QuestionSet("fanoutqa").stratum_of(task)
    [task, *_] = RunFolder(Path("run")).questions("towns", "dev")
    assert QuestionSet("towns").stratum_of(task) == "type 0"


def test_faults_end_in_one_line_and_nothing_is_lost(cli):
    path = write(GOOD, {**GOOD, "question": "Another?"}, {**TRUE, "answers": []})
    error = cli("questions", "import", "towns", path, "--run", "run", code=2).err
    assert len(error.splitlines()) == 1
    assert "2 questions of towns were refused (no answer 1, the id of another question 1)" in error
    shown = cli("questions", "show", "towns", "--rejected", "--run", "run").out
    assert (
        "a: the id of another question (quiz.jsonl, line 2: as dev has it in quiz.jsonl, line 1)"
        in shown
    )
    assert (
        "1 dev questions"
        in cli("questions", "import", "towns", path, "--allow-faults", "--run", "run").out
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["hotpotqa", "musique.jsonl"], "this is MuSiQue, not HotpotQA"),
        (["towns", "none.jsonl"], "none.jsonl does not exist"),
        (["towns", "half.csv"], "half.csv is cut short"),
        (["towns", "quiz.jsonl", "--split", "later"], "the splits are train, dev, test"),
        (["../towns", "quiz.jsonl"], "no name for a set of questions"),
    ],
)
def test_what_cannot_be_imported_is_one_clear_line(cli, arguments, told):
    write(GOOD)
    write({**GOOD, "id": "2hop__1_2"}, name="musique.jsonl")
    Path("half.csv").write_text("id,question,answers\n1,Who?,a\n2,Wh")
    error = cli("questions", "import", *arguments, "--run", "run", code=2).err
    assert told in error and len(error.splitlines()) == 1
    assert not Path("run/04-questions").exists()


def test_a_bad_file_leaves_a_set_as_it_was(cli):
    cli("questions", "import", "towns", write(GOOD), "--run", "run")
    Path("quiz.jsonl").write_text('{"id": "half')
    restart = ("--if-exists", "restart", "--run", "run")
    cli("questions", "import", "towns", "quiz.jsonl", *restart, code=2)
    assert "towns-a" in cli("questions", "show", "towns", "--run", "run").out


def test_a_data_set_is_loaded_by_its_id(cli, monkeypatch):
    import datasets

    def load(path, configuration):
        assert (path, configuration) == ("owner/towns", "small")
        parts = {"train": [GOOD], "validation": [TRUE]}
        return datasets.DatasetDict({k: datasets.Dataset.from_list(v) for k, v in parts.items()})

    monkeypatch.setattr(datasets, "load_dataset", load)
    command = ("questions", "import", "towns", "owner/towns:small", "--run", "run", "--json")
    assert cli(*command).json["splits"] == {"train": 1, "dev": 1}
    assert cli(*command, "--if-exists", "restart", "--split", "dev").json["splits"] == {"dev": 1}


def test_a_data_set_that_cannot_be_had_is_one_clear_line(cli, monkeypatch):
    import datasets

    def refuse(*_):
        raise ConnectionError("no route\nto the hub")

    monkeypatch.setattr(datasets, "load_dataset", refuse)
    error = cli("questions", "import", "towns", "owner/towns", "--run", "run", code=2).err
    assert (
        "no file owner/towns, and no data set: no route" in error and len(error.splitlines()) == 1
    )


def test_there_is_nothing_to_show_before_an_import(cli):
    cli("questions", "import", "towns", write(GOOD), "--run", "run")
    assert "questions import" in cli("questions", "show", "other", "--run", "run", code=2).err


TOWNS = [
    {**GOOD, "question": "Who built Arlow's first houses?", "answers": ["Iona Kestrel"]},
    {**TRUE, "supporting_titles": ["Arlow", "Nowhere"]},
    {"id": "c", "question": "Which trade had Atlantis?", "answers": ["orichalcum"]},
]


@pytest.fixture
def towns(cli, tasks_run):
    cli("questions", "import", "towns", write(*TOWNS), "--run", tasks_run)
    return tasks_run


def test_what_can_be_answered_is_measured_once_and_shown(cli, towns):
    assert "not measured" in cli("questions", "stats", "towns", "--run", towns).out
    command = ("questions", "answerable", "towns", "--top-k", "2", "--run", towns)
    found = cli(*command, "--json").json["splits"]["dev"]
    assert found["questions"] == 3 and found["answerable"] == 1 and found["top_k"] == 2
    shares = found["shares"]
    assert shares["titles_in_corpus"] == {"yes": 0, "of": 1, "pieces": 1, "pieces_of": 2}
    assert (shares["answer_in_corpus"]["yes"], shares["answer_in_corpus"]["of"]) == (1, 2)
    assert (shares["answer_in_top"]["yes"], shares["answer_in_top"]["of"]) == (1, 2)
    kept = Path(towns, "04-answerable/towns@dev@bm25@2/questions.jsonl")
    before = kept.stat().st_mtime_ns
    shown = cli(*command).out
    assert "| dev   | bm25   | 2 | 0.0% of 1 (50.0% of 2 singly) | 50.0% of 2" in shown
    assert kept.stat().st_mtime_ns == before
    assert shown.strip() in cli("questions", "stats", "--run", towns).out


def test_what_is_out_of_date_is_measured_again(cli, towns):
    command = ("questions", "answerable", "towns", "--run", towns)
    cli(*command)
    path = write(*TOWNS[:1])
    cli("questions", "import", "towns", path, "--if-exists", "restart", "--run", towns)
    assert "not measured" in cli("questions", "stats", "towns", "--run", towns).out
    assert cli(*command, "--json").json["splits"]["dev"]["questions"] == 1


def test_a_table_has_a_line_for_the_answerable_part(cli, towns):
    ran = ("eval", "run", "--bench", "towns", "--rows", "context-as-query", "--run", towns)
    rows = cli(*ran, "--json").json["rows"]
    assert [(row["stratum"], row["n"]) for row in rows[:2]] == [(None, 3), ("answerable", 1)]
    shown = cli("eval", "table", "--bench", "towns", "--run", towns).out
    assert "Answerable: dev, bm25: its pages are in the corpus 0.0% of 1" in shown
