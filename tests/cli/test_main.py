import asyncio
import sys
from pathlib import Path

import pytest

from cli.start import start
from masksearch import __version__
from masksearch.search import index as search_index


def test_the_version_is_said(cli):
    assert cli("--version").out == f"masksearch {__version__}\n"


def test_without_a_command_there_is_help(cli):
    ran = cli(code=2)
    assert "Usage" in ran.out + ran.err


def test_ctrl_c_is_one_line_that_says_how_to_go_on(cli, tasks_run, monkeypatch):
    def interrupted(coroutine):
        coroutine.close()
        raise KeyboardInterrupt

    monkeypatch.setattr(asyncio, "run", interrupted)
    ran = cli("synth", "run", "--run", tasks_run, code=130)
    assert ran.err == "interrupted; run the same command to go on\n"


def test_what_nobody_expected_is_a_line_and_its_traceback_is_in_the_log(
    cli, tasks_run, monkeypatch
):
    def broken(*_, **__):
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(search_index, "build_index", broken)
    ran = cli("index", "build", "--run", tasks_run, code=1)
    assert ran.err.count("\n") == 1 and "RuntimeError: a bug of ours" in ran.err
    assert "Traceback" in Path(tasks_run, "log.txt").read_text()


@pytest.mark.parametrize("place", [0, 2, 4])
def test_debug_shows_the_traceback_wherever_it_stands(cli, place):
    arguments = ["ramp", "build", "--recipe", "nowhere"]
    arguments.insert(place, "--debug")
    ran = cli(*arguments, code=2)
    assert "Traceback" in ran.err and ran.err.splitlines()[-1].startswith("error: no recipe")


def test_the_log_has_a_line_per_stage(cli, tasks_run):
    log = Path(tasks_run, "log.txt").read_text()
    assert [line.split(":")[0] for line in log.splitlines()] == ["corpus", "index", "ramp"]


def test_the_demo_says_why_its_assets_cannot_be_fetched(cli):
    ran = cli("demo", "--pip-arg=--no-index", "--run", "run", code=2)
    assert "masksearch assets get" in ran.out
    assert ran.err.startswith("error: pip could not fetch") and ran.err.count("\n") == 1


def test_assets_are_fetched_with_the_users_own_pip_options(cli):
    ran = cli("assets", "get", "--pip-arg=--no-index", "--json", code=2)
    assert "pip could not fetch" in ran.err and ran.out == ""


class _PressedWhileImporting:
    """Ctrl-C as the import of a module begins."""

    def find_spec(self, name, path, target=None):
        if name == "cli.main":
            raise KeyboardInterrupt


def test_ctrl_c_before_all_is_imported_ends_in_one_line(monkeypatch, capsys):
    monkeypatch.delitem(sys.modules, "cli.main")
    monkeypatch.setattr(sys, "meta_path", [_PressedWhileImporting(), *sys.meta_path])
    assert start() == 130
    assert capsys.readouterr().err == "interrupted; nothing was begun\n"
