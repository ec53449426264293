"""`masksearch ramp` through the command line, without a model."""

import json
from pathlib import Path

import pytest
from fake_endpoint import FakeEndpoint, serving


def test_tasks_are_shown_with_what_is_known_of_each_mask(cli, tasks_run):
    shown = cli("ramp", "show", "--num-masks", "2", "--answers", "--limit", "2", "--run", tasks_run)
    assert shown.out.count("· 2 masks") == 2 and "[mask]" in shown.out
    assert "link" in shown.out and "→" in shown.out
    assert "(" not in cli("ramp", "show", "--limit", "1", "--run", tasks_run).out.splitlines()[0]
    assert "none such" in cli("ramp", "show", "--num-masks", "9", "--run", tasks_run).out


def test_statistics_are_lines_json_and_a_page(cli, tasks_run):
    lines = cli("ramp", "stats", "--html", "ramp.html", "--run", tasks_run).out
    assert "masks by type" in lines and "█" in lines and "ramp.html" in lines
    assert Path("ramp.html").read_text().startswith("<!doctype html>")
    figures = cli("ramp", "stats", "--run", tasks_run, "--json").json
    assert (
        sum(figures["tasks by language"].values()) > 0
        and "words in a window" in figures["histograms"]
    )


def test_the_number_of_processes_changes_no_byte(cli, tasks_run):
    names = ("train", "heldout", "rejected")
    folder = Path(tasks_run) / "04-tasks"
    before = [(folder / f"{name}.jsonl").read_bytes() for name in names]
    cli("ramp", "build", "--processes", "2", "--if-exists", "restart", "--run", tasks_run)
    assert [(folder / f"{name}.jsonl").read_bytes() for name in names] == before


def test_passages_are_cleaned_before_tasks_are_made(cli, tasks_run):
    Path("q.jsonl").write_text(
        json.dumps({"question": "which town is a market town on the River Merren?"})
    )
    setting = "quality={duplicates: near, questions: [q.jsonl], overlap: 6}"
    ran = cli("ramp", "build", "--set", setting, "--if-exists", "restart", "--run", tasks_run)
    assert "repeats a question" in ran.out
    again = cli("ramp", "clean", "--run", tasks_run, "--json").json
    assert again["rejected"]["repeats a question"] >= 1


def test_tasks_are_exported_with_a_card(cli, tasks_run):
    for form in ("parquet", "jsonl", "reference"):
        out = cli("ramp", "export", f"set-{form}", "--format", form, "--run", tasks_run).out
        assert f"set-{form}" in out and (Path(f"set-{form}") / "README.md").is_file()
    refused = cli("ramp", "export", "other", "--format", "xml", "--run", tasks_run, code=2).err
    assert "no format of tasks 'xml': there are parquet, jsonl, reference" in refused
    assert not Path("other").exists()
    error = cli("ramp", "export", "set-jsonl", "--run", tasks_run, code=2).err
    assert "is not empty" in error and len(error.splitlines()) == 1


@pytest.fixture
def endpoint(monkeypatch):
    def reply(request):
        passage = request["messages"][1]["content"]
        name = passage.split("built by ")[-1].split(",")[0] if "built by" in passage else "Nobody"
        return json.dumps({"spans": [{"text": name, "type": "person"}]})

    with serving(FakeEndpoint(reply=reply)) as running:
        monkeypatch.setenv("MASKSEARCH_BASE_URL", running.url)
        monkeypatch.setenv("MASKSEARCH_MODEL", "fake")
        yield running


def test_a_language_model_names_the_spans_once(cli, tasks_run, endpoint):
    given = ["--set", "ramp.spans=[llm]", "--set", "ramp.num_masks=[1]", "--if-exists", "restart"]
    ran = cli("ramp", "build", *given, "--run", tasks_run, "--json").json
    assert ran["sources"].keys() == {"llm"} and ran["types"].keys() == {"person"}
    asked = len(endpoint.requests)
    counts = cli("ramp", "extract", "--run", tasks_run, "--json").json
    assert counts["passages"] == asked and counts["rejected"] == {"not in the passage": 16}
    cli("ramp", "build", *given, "--set", "ramp.seed=5", "--run", tasks_run)
    assert len(endpoint.requests) == asked


def test_what_is_missing_for_an_extractor_is_one_line(cli, tasks_run, monkeypatch):
    monkeypatch.setenv("MASKSEARCH_MODEL", "")
    error = cli(
        "ramp", "build", "--set", "ramp.spans=[llm]", "--if-exists", "restart",
        "--run", tasks_run, code=2,
    ).err  # fmt: skip
    assert "no endpoint for the extractor" in error
    error = cli("ramp", "build", "--set", "ramp.spans=[ner]", "--run", tasks_run, code=2).err
    assert "ner_pipeline" in error
