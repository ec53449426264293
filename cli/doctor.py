"""`masksearch doctor`: what is there, what is missing, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from cli.options import JsonOption, PromptsOption
from cli.work import Report, existing_run, open_library, read_settings, tell
from masksearch.errors import ConfigError
from masksearch.text import printable

if TYPE_CHECKING:
    from masksearch.diagnosis.finding import Finding
    from masksearch.diagnosis.runs import RunState
    from masksearch.settings import Settings
    from prompts import PromptLibrary

SOMETHING_MISSING = 1
_RUNS = Path("runs")
_RUNS_SHOWN = 5
_QUESTION = "masksearch ask 'Albert Einstein was born in [mask].'"


class Step(NamedTuple):
    """Something to do, and what for."""

    command: str
    purpose: str


def doctor(
    endpoints: Annotated[
        bool, typer.Option("--endpoints", help="Ask the endpoints for their models, too.")
    ] = False,
    run: Annotated[
        Path | None,
        typer.Option("--run", help="Look at this run; else at those in ./runs.", metavar="DIR"),
    ] = None,
    prompts: PromptsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what is there, what is missing, and what to do next.

    Ends with code 1 when something is missing that the demo needs. Nothing is changed, and
    without --endpoints nothing leaves the machine.
    """
    from masksearch.diagnosis.finding import State
    from masksearch.diagnosis.runs import run_state
    from masksearch.run_folder import run_folders

    if run:
        existing_run(run)
    library = open_library(prompts)
    paths = [run] if run else run_folders(_RUNS)[:_RUNS_SHOWN]
    runs = [run_state(path) for path in paths if path.is_dir()]
    findings: list[Finding] = []
    for finding in _findings(run or _RUNS, runs, library, reach=endpoints):
        findings.append(finding)
        if not as_json:
            typer.echo(printable(_line(finding)))
    well = all(finding.state is not State.MISSING for finding in findings)
    steps = next_steps(findings, runs)
    figures = {
        "ok": well,
        "findings": [finding.model_dump(mode="json") for finding in findings],
        "next": [step._asdict() for step in steps],
    }
    tell(Report(figures, _steps_lines(steps)), as_json=as_json)
    if not well:
        raise typer.Exit(SOMETHING_MISSING)


def next_steps(findings: Iterable[Finding], runs: Iterable[RunState]) -> list[Step]:
    """What to do, in order: what is missing first, then what could be better, then the work."""
    from masksearch.diagnosis.finding import State

    known, there = list(findings), [one for one in runs if not one.fault]
    steps = [
        Step(finding.fix, f"{finding.name}: {state}")
        for state in (State.MISSING, State.WARN)
        for finding in known
        if finding.state is state and finding.fix
    ]
    unfinished = [one.next_command for one in there if one.next_command and not one.holder]
    trained = [one.path for one in there if one.has_model]
    steps += [Step(command, "the run goes on") for command in unfinished[:1]]
    steps += [
        Step(f"{_QUESTION} --run {quote(str(path))}", "what it has learnt") for path in trained[:1]
    ]
    if not there:
        steps.append(Step("masksearch demo", "from a Wikipedia dump to a trained search agent"))
    return list(dict.fromkeys(steps))


def _findings(
    place: Path, runs: Iterable[RunState], library: PromptLibrary, *, reach: bool
) -> Iterator[Finding]:
    from cli.machine import machine_findings
    from cli.waiting import Waiting
    from masksearch.diagnosis.finding import missing
    from masksearch.diagnosis.network import network_findings
    from masksearch.diagnosis.packages import installed_version, package_findings, python_finding
    from masksearch.diagnosis.places import prompts_finding

    yield python_finding()
    yield from package_findings()
    if installed_version("torch") is not None:
        with Waiting() as waiting:
            waiting.on("loading torch …")
            found = machine_findings()
        yield from found
    yield prompts_finding(library)
    yield from network_findings()
    try:
        yield from _of_settings(read_settings(), place, reach=reach)
    except ConfigError as error:
        yield missing("settings", str(error), "fix it in the environment or in .env")
    yield from (one.finding() for one in runs)


def _of_settings(settings: Settings, place: Path, *, reach: bool) -> Iterator[Finding]:
    from masksearch.diagnosis.endpoints import endpoint_findings
    from masksearch.diagnosis.places import (
        HOME_BYTES,
        RUN_BYTES,
        assets_finding,
        disk_finding,
    )

    assets = assets_finding(settings.home)
    yield assets
    yield disk_finding("disk", settings.home, HOME_BYTES if assets.fix else 0)
    yield disk_finding("disk", place.absolute(), RUN_BYTES)
    yield from endpoint_findings(settings, reach=reach)


def _line(finding: Finding) -> str:
    return f"{finding.state:<8} {finding.name:<10} {' '.join(finding.said.split())}"


def _steps_lines(steps: Iterable[Step]) -> list[str]:
    numbered = [f"  {n}. {step.command}   ({step.purpose})" for n, step in enumerate(steps, 1)]
    return ["", "What to do next:", *(numbered or ["  nothing: wait for the run that is in use"])]
