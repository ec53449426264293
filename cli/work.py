"""What every command has in hand: the run, its recipe, the prompts, and how to speak."""

from __future__ import annotations

import json
import re
import time
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError

from cli.progress import Meter
from cli.recipe import Recipe, Wishes, load_recipe, recorded_recipe
from masksearch.counts import Counts
from masksearch.errors import (
    ConfigError,
    InputError,
    MaskSearchError,
    ModelError,
    RunStopped,
    StaleError,
    StoreError,
)
from masksearch.manifest import IfExists
from masksearch.pool import usable_processors
from masksearch.recipe_file import merged, parse_overrides
from masksearch.run_folder import CONFIG, RunFolder, run_folders
from masksearch.search.addressee import check_addressee
from masksearch.settings import Settings, settings_fault
from masksearch.stages import StageKind
from masksearch.text import printable
from prompts import PACKAGED, PromptLibrary

if TYPE_CHECKING:
    from masksearch.llm.endpoints import Chats
    from masksearch.search.factory import SearchFactory

_RUNS_NAMED = 3
_C1 = re.compile(r"[\x7f-\x9f]")
_REFUSALS = (ConfigError, InputError, ModelError, StaleError)


class Interrupted(BaseException):
    """The user ended a command part-way; what is kept, and how to go on.

    No KeyboardInterrupt, whose words typer loses.
    """


class Report(NamedTuple):
    """What a stage made: figures for machines, lines for people."""

    figures: dict[str, Any]
    lines: list[str]

    @classmethod
    def of(cls, counts: Counts, lines: list[str], **more: Any) -> Report:
        """What a stage counts, and more."""
        return cls({**counts.model_dump(mode="json"), **more}, lines)


@dataclass(frozen=True)
class Options:
    """The options that all commands with a recipe share."""

    run: Path
    recipe: str | None = None
    assignments: Sequence[str] = ()
    prompts: Path | None = None
    if_exists: IfExists = IfExists.RESUME
    as_json: bool = False
    processes: int | None = None
    on: Path | None = None


@dataclass(frozen=True)
class Work:
    """A command at work in a run folder."""

    run: RunFolder
    recipe: Recipe
    settings: Settings
    library: PromptLibrary
    if_exists: IfExists = IfExists.RESUME
    as_json: bool = False
    processes: int = 1
    _previous: Recipe | None = field(default=None, repr=False)
    _user_names_address: bool = True

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the run's lock, with the resolved recipe written down before work starts.

        A recipe that cannot be worked on, or that a finished stage refuses, is taken back;
        what nobody expected goes into the run's log.
        """
        from masksearch.role_prompt import prompt_labels

        with self.run.writing():
            labels = prompt_labels(self.library)
            self.run.describe(self.recipe, labels)
            try:
                yield
            except MaskSearchError as error:
                if self._previous and _is_refusal(error):
                    self.run.describe(self._previous, labels)
                self.run.log(f"error: {error}")
                raise
            except Exception:
                self.run.log(traceback.format_exc())
                raise

    def perform(self, stage: Callable[[Work], Report]) -> Report:
        """Run one stage, and log how long it took."""
        started = time.monotonic()
        report = stage(self)
        name = stage.__name__.removeprefix("run_")
        self.run.log(f"{name}: {time.monotonic() - started:.1f} s: {json.dumps(report.figures)}")
        return report

    def searches(self) -> SearchFactory:
        """What opens the run's search.

        Raises ConfigError where a key would go to an address that only the run folder names.
        """
        from masksearch.search.factory import SearchFactory

        if not self._user_names_address:
            check_addressee(self.recipe.search, self.settings, self.run.path / CONFIG)
        return SearchFactory(self.run, self.settings)

    @cached_property
    def chats(self) -> Chats:
        """What makes the chats with endpoints, which are counted, and stop, together."""
        from masksearch.llm.endpoints import Chats

        return Chats(self.settings, self.run.path)

    def meter(self, what: str, *, in_bytes: bool = False, at_once: int = 1) -> Meter:
        """Progress for one job; `at_once` of its items are worked on together."""
        return Meter(what, in_bytes=in_bytes, at_once=at_once)

    def with_eval(self, **changes: Any) -> Work:
        """The same work with other evaluation settings, which the run does not record."""
        evaluation = self.recipe.eval.model_copy(update=changes)
        return replace(self, recipe=self.recipe.model_copy(update={"eval": evaluation}))


def open_work(
    options: Options,
    flags: Mapping[str, Any] | None = None,
    default: str | None = None,
    makes: Collection[StageKind] = (),
) -> Work:
    """The work that a command's options ask for; raises MaskSearchError.

    `flags` are the command's own options, laid over the recipe; None values are not given.
    `makes` are the stages that it makes, whose sections of the recipe it may set.
    """
    given = _without_none(flags or {})
    run = RunFolder(options.run, options.on)
    recipe = load_recipe(run, Wishes(options.recipe, options.assignments, given, default), makes)
    previous = recorded_recipe(run)
    settings, library = read_settings(), open_library(options.prompts)
    return Work(
        run,
        recipe,
        settings,
        library,
        options.if_exists,
        options.as_json,
        options.processes or usable_processors(),
        previous,
        names_address(options, given),
    )


def names_address(options: Options, flags: Mapping[str, Any]) -> bool:
    """Whether it was the user who said where a search engine is, not the run folder."""
    said = merged(parse_overrides(options.assignments), flags)
    return options.recipe is not None or "base_url" in said.get("search", {})


def existing_run(path: Path) -> RunFolder:
    """A run folder to read from; raises StoreError when there is none."""
    if not path.exists():
        there = ", ".join(str(one) for one in run_folders(path.parent)[:_RUNS_NAMED])
        hint = f"there is {there}" if there else "`masksearch demo` makes one"
        raise StoreError(f"no run folder at {path}: name another one ({hint})")
    return RunFolder(path)


def existing_work(options: Options) -> Work:
    """The work of a command that only reads; raises StoreError when there is no run."""
    existing_run(options.run)
    return open_work(options)


def read_settings() -> Settings:
    """The settings of the environment; raises ConfigError."""
    try:
        return Settings()
    except ValidationError as error:
        raise settings_fault(error) from error
    except SettingsError as error:
        raise ConfigError(
            f"in the environment or .env: {' '.join(str(error).split())}; a role's settings are "
            "named MASKSEARCH_JUDGE_MODEL, …_BASE_URL and …_API_KEY"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read .env: {error}") from error


def open_library(folder: Path | None) -> PromptLibrary:
    """The prompts, with those of `--prompts` or else of `./prompts` laid over them."""
    if folder is not None and not folder.is_dir():
        raise ConfigError(f"--prompts {folder}: no such folder")
    here = Path("prompts")
    override = folder or (here if here.is_dir() and here.resolve() != PACKAGED else None)
    return PromptLibrary(override)


def perform_one(work: Work, stage: Callable[[Work], Report]) -> None:
    """What a command of one stage does: hold the lock, work, tell."""
    with work.writing():
        report = work.perform(stage)
    tell(report, as_json=work.as_json)


def warn(line: str) -> None:
    """Say on stderr what a person should know before trusting a result."""
    typer.echo(f"warning: {printable(' '.join(line.split()))}", err=True)


def heed_mismatches(found: Sequence[str], *, strict: bool) -> None:
    """Warn of models that were trained with another retriever; raises ConfigError if `strict`."""
    from masksearch.search.fingerprints import refuse_mismatches

    if strict:
        refuse_mismatches(found)
    for told in found:
        warn(told)


def tell(report: Report, *, as_json: bool) -> None:
    """Say what came out, for a person or for a machine."""
    if as_json:
        text = json.dumps(report.figures, indent=2, ensure_ascii=False)
        # What JSON may leave as it is, and a terminal may obey.
        typer.echo(_C1.sub(lambda control: f"\\u{ord(control[0]):04x}", text))
    else:
        typer.echo(printable("\n".join(report.lines)))


def _is_refusal(error: MaskSearchError) -> bool:
    """Whether a recipe cannot be worked on: a run that was stopped goes on with its own."""
    return isinstance(error, _REFUSALS) and not isinstance(error, RunStopped)


def _without_none(flags: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _without_none(value) if isinstance(value, Mapping) else value
        for key, value in flags.items()
        if value is not None
    }
