"""A command line in a folder of its own, and a tiny dump to run it on."""

import json
import shutil
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import pytest

from cli.main import main

_PAGE = """<page><title>{title}</title><ns>0</ns><id>{id}</id><revision><id>{revision}</id>
<timestamp>2020-01-01T00:00:00Z</timestamp><text xml:space="preserve">{text}</text></revision></page>"""
_TOWNS = [
    ("Arlow", "Merren", "Iona Kestrel", 1843, "tin", 4120),
    ("Brackwater", "Sule", "Tobias Quill", 1791, "salt", 9310),
    ("Cawdry", "Linnet", "Maud Harrow", 1866, "slate", 2745),
    ("Dunmarsh", "Orrin", "Silas Petrie", 1812, "peat", 3388),
    ("Elverstone", "Tamble", "Greta Voss", 1877, "copper", 7204),
    ("Fenwick Cross", "Ard", "Ambrose Lyle", 1759, "wool", 5561),
    ("Garrowby", "Wyre", "Nell Tarrant", 1898, "coal", 8046),
    ("Hollin Vale", "Esk", "Edmund Fairley", 1831, "glass", 1973),
]


class Ran(NamedTuple):
    """What a command line did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Cli(Protocol):
    def __call__(self, *arguments: str, code: int = 0) -> Ran: ...


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Runs `masksearch …` in an empty folder with no assets; checks the exit code."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MASKSEARCH_HOME", str(tmp_path / "home"))

    def run(*arguments: str, code: int = 0) -> Ran:
        capsys.readouterr()
        got = main(list(arguments))
        said = capsys.readouterr()
        assert got == code, said.err
        return Ran(got, said.out, said.err)

    return run


@pytest.fixture(scope="session")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A MediaWiki dump of eight towns."""
    pages = [_page(number, *facts) for number, facts in enumerate(_TOWNS, 1)]
    path = tmp_path_factory.mktemp("dump") / "towns.xml"
    path.write_text(
        '<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.10/" version="0.10" '
        'xml:lang="en"><siteinfo><sitename>Towns</sitename><dbname>townswiki</dbname>'
        "<base>https://towns.example/wiki/Main</base>"
        '<namespaces><namespace key="0" case="first-letter" /></namespaces></siteinfo>'
        + "".join(pages)
        + "</mediawiki>",
        encoding="utf-8",
    )
    return path


def _page(
    number: int, title: str, river: str, founder: str, year: int, trade: str, people: int
) -> str:
    paragraphs = [
        f"'''{title}''' is a market town on the [[River {river}]], where the old road to the coast "
        f"crosses it by a stone bridge. The first houses were built by [[{founder}]], a merchant "
        f"who had bought the meadows along the bank in {year} and drained them with her brothers.",
        f"For most of its history {title} lived from [[{trade}]], which was carried down the "
        f"[[River {river}]] on flat boats to the harbour. The guild of {trade} traders built the "
        f"town hall in {year + 31}, and its tower can still be seen from every farm in the valley.",
        f"At the last census {title} had {people} inhabitants. A statue of [[{founder}]] stands "
        f"before the railway station, which was opened in {year + 58} and closed again a century "
        f"later, when the line along the [[River {river}]] was given up for a cycle path.",
    ]
    return _PAGE.format(
        title=title, id=number, revision=1000 + number, text="\n\n".join(paragraphs)
    )


@pytest.fixture(scope="session")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recipe for the towns."""
    path = tmp_path_factory.mktemp("recipe") / "towns.yaml"
    path.write_text(
        "ramp: {num_masks: [1, 2], window_chars: 300, style: blanks, heldout_share: 0.4}\n"
        "search: {top_k: 3, snippet_chars: 240}\n"
        "synth: {queries_per_turn: 1}\n"
        "eval: {tasks: 4, other_tasks: 4, guards: [none]}\n"
    )
    return path


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, dump: Path, recipe: Path) -> Path:
    """Run folders that have come as far as their tasks and their traces, made once."""
    folder = tmp_path_factory.mktemp("built")
    run = str(folder / "tasks")
    assert main(["corpus", "build", str(dump), "--recipe", str(recipe), "--run", run]) == 0
    assert main(["index", "build", "--run", run]) == 0
    assert main(["ramp", "build", "--run", run]) == 0
    shutil.copytree(run, folder / "traces")
    assert main(["synth", "run", "--run", str(folder / "traces")]) == 0
    return folder


@pytest.fixture
def tasks_run(cli: Cli, built: Path) -> str:
    """A run folder of its own that has come as far as its tasks."""
    shutil.copytree(built / "tasks", "run")
    return "run"


@pytest.fixture
def traces_run(cli: Cli, built: Path) -> str:
    """A run folder of its own that has come as far as its traces."""
    shutil.copytree(built / "traces", "run")
    return "run"
