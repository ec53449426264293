"""A run folder that comes from somebody else: each of its files as an attack."""

import json
import os
import pickle
import re
import shutil
from pathlib import Path

import pytest

from cli.main import main

KEPT = Path(__file__).parents[1] / "fixtures" / "contracts-1"
SECRET = "the-secret-of-another-folder"
ESCAPES = b"\x00\xff{\x1b]0;owned\x07\x1b[2J: [garbage\n" * 40
DEEP = b"[" * 200_000

FOLDERS = {
    ".": ("runs show run", "report --run run", "search bridge --run run"),
    "01-documents": ("report --run run", "runs show run --verify", "index leaks --run run"),
    "02-passages": ("index build --if-exists restart --run run", "ramp build --if-exists restart --run run"),
    "03-index": ("search bridge --run run", "index verify --run run", "index info --run run"),
    "04-tasks": ("ramp show --run run", "ramp stats --run run", "synth run --if-exists restart --run run"),
    "05-traces": ("traces view --run run", "traces view 1 --rejected --run run", "export --if-exists restart --run run"),
    "06-export": ("runs show run --verify", "report --run run"),
    "07-sft": ("report --run run", "runs show run --verify"),
    "07-sft/model": ("runs show run --verify", "ask [mask]. --model run/07-sft/model --run run"),
    "08-dapo": ("report --run run", "eval failures dapo --run run"),
    "09-eval": ("eval table --run run", "eval compare sft agent --run run", "report --run run"),
}  # fmt: skip
"""What reads the files of a folder."""


def kind_of(path: Path) -> str:
    """Files of one kind are attacked once: rows, models, and segments of the index."""
    name = path.relative_to(KEPT).as_posix()
    return re.sub(r"09-eval/[\w-]+/|[0-9a-f]{32}", "", name).replace(
        "08-dapo/model", "07-sft/model"
    )


FILES = sorted(
    {
        kind_of(path): path.relative_to(KEPT)
        for path in sorted(KEPT.rglob("*"), key=lambda path: "08-dapo/model" not in str(path))
        if path.is_file() and path.name != "README.md"
    }.values()
)
WRITTEN = (
    "lock", "log.txt", "report.html", "env.json", "search-cache.sqlite", "search-spent.json",
    ".config.yaml.part", "05-traces/checkpoints.sqlite", "05-traces/accepted.jsonl", "07-sft/.job.json",
    "07-sft/.stderr.txt", "07-sft/checkpoints", "09-eval/sft/episodes.jsonl", ".05-traces.old",
)  # fmt: skip


class Touches:
    """A pickle that makes a file when it is read."""

    def __reduce__(self):
        return os.system, ("touch marker",)


PAYLOADS = {
    "pickle": pickle.dumps(Touches()),
    "garbage": ESCAPES,
    "deep": DEEP,
    "empty": b"",
    "hollow": b"{}\n",
}


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A copy of a finished run, beside a folder that is none of its business."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MASKSEARCH_HOME", str(tmp_path / "home"))
    shutil.copytree(KEPT, "run")
    shutil.copytree("run/07-sft/model", "tiny")
    outside = Path("outside")
    outside.mkdir()
    (outside / "secret").write_text(SECRET)
    return Path("run")


@pytest.fixture
def safely(run, capfd):
    """Runs a command that may not like what it reads, but does nothing else."""

    def ran(command: str) -> str:
        code = main(command.split())
        said = capfd.readouterr()
        both = said.out + said.err
        assert code in (0, 2) or (code == 1 and command.startswith("ask")), both[-2000:]
        assert len(re.findall(r"^error: ", both, re.MULTILINE)) == (code == 2), both
        assert "a bug" not in both and "Traceback" not in both, both[-2000:]
        assert "\x1b" not in both and SECRET not in both
        assert not Path("marker").exists()
        assert Path("outside/secret").read_text() == SECRET
        assert [path.name for path in Path("outside").iterdir()] == ["secret"]
        return both

    return ran


def readers(file: Path) -> tuple[str, ...]:
    """The commands that read a file; the first is the quickest."""
    within = [folder for folder in (file.parent, *file.parents) if str(folder) in FOLDERS]
    return FOLDERS[str(within[0])]


@pytest.mark.parametrize("file", FILES, ids=str)
def test_a_file_that_is_something_else(run, safely, file):
    (run / file).write_bytes(PAYLOADS["garbage"])
    safely(readers(file)[0])
    (run / file).write_bytes(PAYLOADS["pickle"])
    for command in readers(file):
        safely(command)


@pytest.mark.slow
@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("file", FILES, ids=str)
def test_a_file_that_is_anything_else(run, safely, file, payload):
    for command in readers(file):
        (run / file).write_bytes(PAYLOADS[payload])
        safely(command)


@pytest.mark.parametrize("file", FILES, ids=str)
def test_a_file_that_is_a_link_to_another_folder(run, safely, file):
    (run / file).unlink()
    (run / file).symlink_to(Path("outside/secret").resolve())
    for command in readers(file):
        assert "leads out of the run folder" in safely(command)


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_written_or_removed_is_no_link(run, safely, name):
    place = run / name
    place.unlink(missing_ok=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(Path("outside").resolve() / ("new" if "." in name else ""))
    for command in ("synth run --if-exists restart", "report", "eval run --if-exists restart"):
        assert "leads out of the run folder" in safely(f"{command} --run run")


def test_a_folder_of_runs_with_a_link_is_listed(run, safely):
    (run / "env.json").unlink()
    (run / "env.json").symlink_to(Path("outside/secret").resolve())
    assert "leads out of the run folder" in safely("runs list .")
    assert "leads out" in safely("doctor --run run") or True


@pytest.mark.parametrize(
    "target", ["/etc", "../outside", "..", ".", "a\0b", "\x1b[2J", "missing", "a/" * 5000]
)
def test_a_run_that_stands_on_anything(run, safely, target):
    (run / "config.yaml").write_text(json.dumps({"on": target}))
    for command in ("runs show run", "report --run run", "synth stats --run run"):
        safely(command)


SCRIPT = "<script>alert(1)</script>\x1b]0;owned\x07\x9b2J<img src=x onerror=alert(1)>"


def test_stored_texts_drive_neither_page_nor_terminal(run, safely):
    for path in run.rglob("*.jsonl"):
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        path.write_text("".join(json.dumps(_marked(line)) + "\n" for line in lines))
    for command in ("traces view", "ramp show --answers", "search bridge", "eval failures dapo"):
        safely(f"{command} --run run")
    safely("report --run run")
    page = (run / "report.html").read_text()
    assert SCRIPT[:8] in json.dumps(_marked({"text": "x"}))
    assert "<script" not in page and "<img" not in page and "\x1b" not in page


_TEXTS = frozenset({"title", "text", "thought", "answer", "reason", "error", "url", "lang", "said"})


def _marked(value):
    """A record with an attack at the end of each of its texts."""
    if isinstance(value, list):
        return [_marked(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: f"{one}{SCRIPT}" if isinstance(one, str) and name in _TEXTS else _marked(one)
        for name, one in value.items()
    }


def test_a_run_does_not_say_where_a_key_goes(run, safely, monkeypatch):
    (run / "config.yaml").write_text(
        json.dumps({"search": {"backend": "serper", "base_url": "http://127.0.0.1:9"}})
    )
    assert "error: the engine serper needs a key" in safely("search x --run run")
    monkeypatch.setenv("SERPER_API_KEY", SECRET)
    for command in ("search x", "ask [mask].", "index leaks", "synth run --if-exists restart"):
        assert "which only run/config.yaml names" in safely(f"{command} --run run")
    monkeypatch.setenv("MASKSEARCH_KEY_HOSTS", "localhost,127.0.0.1")
    assert "only run/config.yaml" not in safely("search x --set search.calls.retries=0 --run run")
    monkeypatch.delenv("MASKSEARCH_KEY_HOSTS")
    told = safely("search x --base-url http://127.0.0.1:9 --set search.calls.retries=0 --run run")
    assert "only run/config.yaml" not in told
