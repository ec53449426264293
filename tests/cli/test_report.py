from pathlib import Path


def test_a_half_finished_run_is_reported(cli, traces_run):
    said = cli("report", "--run", traces_run)
    assert said.out == "the report is run/report.html: open it in a browser\n"
    page = Path(traces_run, "report.html").read_text()
    assert "traces kept" in page and "masksearch train sft --run run" in page


def test_an_evaluation_is_in_the_report_once_there_is_one(cli, traces_run):
    cli("eval", "run", "--rows", "context-as-query", "--run", traces_run)
    assert cli("report", "--run", traces_run, "--json").json == {"report": "run/report.html"}
    page = Path(traces_run, "report.html").read_text()
    assert "Guard <code>none</code>" in page
    assert "no model: the words around each blank are the query" in page


def test_what_is_no_run_folder_is_refused_in_one_line(cli):
    Path("empty").mkdir()
    Path("file").write_text("")
    for name, told in (
        ("gone", "no run folder"),
        ("empty", "not a run folder"),
        ("file", "file is where the folder"),
    ):
        said = cli("report", "--run", name, code=2)
        assert told in said.err and said.err.count("\n") == 1
    assert not list(Path("empty").iterdir()) and not Path("gone").exists()


def test_a_broken_line_is_named(cli, traces_run):
    cli("eval", "run", "--rows", "context-as-query", "--run", traces_run)
    path = Path(traces_run, "09-eval/context-as-query/episodes.jsonl")
    path.write_text("{\n" + path.read_text())
    said = cli("report", "--run", traces_run, code=2)
    assert "episodes.jsonl, line 1: not JSON" in said.err and said.err.count("\n") == 1
    assert not Path(traces_run, "report.html").exists()
