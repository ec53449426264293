"""The command `masksearch`: its groups, and the one place where errors become one line."""

from __future__ import annotations

import sys
import traceback
from typing import Annotated

import typer

from cli.ask import ask
from cli.assets import app as assets
from cli.corpus import app as corpus
from cli.demo import demo
from cli.doctor import doctor
from cli.evaluation import app as evaluation
from cli.export import export
from cli.index import app as index
from cli.metrics import app as metrics
from cli.prompt_files import app as prompts
from cli.questions import app as questions
from cli.ramp import app as ramp
from cli.report import report
from cli.runs import app as runs
from cli.search import search
from cli.synth import app as synth
from cli.traces import app as traces
from cli.train import app as train
from cli.work import Interrupted
from masksearch import __version__
from masksearch.errors import MaskSearchError
from masksearch.redaction import redacted
from masksearch.settings import known_secrets
from masksearch.text import printable
from prompts import PromptError

USER_ERROR, UNEXPECTED, INTERRUPTED = 2, 1, 130
_DEBUG = "--debug"
_OURS = frozenset({"cli", "graphs", "masksearch", "prompts", "recipes", "training"})

app = typer.Typer(
    name="masksearch",
    help="From a Wikipedia dump to a trained search agent. New here? Run `masksearch demo`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo")(demo)
app.command("ask")(ask)
app.command("doctor")(doctor)
app.add_typer(assets, name="assets")
app.add_typer(corpus, name="corpus")
app.add_typer(index, name="index")
app.command("search")(search)
app.add_typer(ramp, name="ramp")
app.add_typer(questions, name="questions")
app.add_typer(synth, name="synth")
app.add_typer(traces, name="traces")
app.command("export")(export)
app.add_typer(train, name="train")
app.add_typer(evaluation, name="eval")
app.add_typer(metrics, name="metrics")
app.command("report")(report)
app.add_typer(prompts, name="prompts")
app.add_typer(runs, name="runs")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"masksearch {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
    debug: Annotated[
        bool, typer.Option(_DEBUG, help="Show tracebacks; may stand anywhere.")
    ] = False,
) -> None:
    """Options of every command."""


def main(arguments: list[str] | None = None) -> int:
    """Run a command line and return its exit code; every error ends in one line."""
    given = sys.argv[1:] if arguments is None else arguments
    debug = _DEBUG in given
    try:
        code = app([one for one in given if one != _DEBUG], "masksearch", standalone_mode=False)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Interrupted as stop:
        typer.echo(printable(str(stop)), err=True)
        return INTERRUPTED
    except typer.TyperException as error:
        return _usage(error)
    except (MaskSearchError, PromptError) as error:
        return _fail(str(error), USER_ERROR, debug=debug)
    except ImportError as error:
        return _lacking(error, debug=debug)
    except Exception as error:  # noqa: BLE001 - the edge of the process
        return _unexpected(error, debug=debug)
    if code == INTERRUPTED:
        typer.echo("interrupted; run the same command to go on", err=True)
    return code if isinstance(code, int) else 0


def _lacking(error: ImportError, *, debug: bool) -> int:
    """A package that is missing or does not fit, unless what cannot be imported is ours."""
    if (error.name or "").partition(".")[0] in _OURS:
        return _unexpected(error, debug=debug)
    hint = "a package is missing or of another version; `masksearch doctor` says what fits"
    return _fail(f"{error} ({hint})", USER_ERROR, debug=debug)


def _unexpected(error: Exception, *, debug: bool) -> int:
    reason = f"{type(error).__name__}: {error}"
    hint = "a bug; --debug shows the traceback, and a run that was worked on has it in log.txt"
    return _fail(f"unexpected {reason} ({hint})", UNEXPECTED, debug=debug)


def _usage(error: typer.TyperException) -> int:
    """A wrong command line; a group without a command has its help as its message."""
    shown = error.format_message()
    if not shown.strip():
        return error.exit_code
    where = getattr(getattr(error, "ctx", None), "command_path", "masksearch")
    return _fail(f"{shown.rstrip('.')} (see `{where} --help`)", error.exit_code, debug=False)


def _fail(message: str, code: int, *, debug: bool) -> int:
    secrets = known_secrets()
    if debug:
        typer.echo(redacted(traceback.format_exc(), secrets), err=True)
    line = redacted(" ".join(message.splitlines()), secrets)
    typer.echo(f"error: {printable(line)}", err=True)
    return code
