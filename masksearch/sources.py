"""What is trained on, by name: RAMP's tasks, training splits of questions, or a mixture of them.

`ramp`, `questions:2wiki:train` (or `questions:2wiki`), or several of them, as a list or with
commas between. A share may follow each, as in `ramp=1, questions:2wiki:train=3`: whatever number
is taken from the front of the mixture then is shared out so, and it ends where one of them does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from masksearch.containment import is_plain_name
from masksearch.errors import InputError
from masksearch.manifest import Stage
from masksearch.run_folder import RunFolder, kind_of
from masksearch.schemas import Task
from masksearch.schemas.questions import TRAIN as TRAIN_SPLIT
from masksearch.stages import QUESTIONS, TASKS, TRAIN
from masksearch.store import read_records

RAMP = "ramp"
_QUESTIONS, _FORMERLY = "questions:", "questions/"
_MOST_SHARE = 1e9
_INPUT = "tasks"

T = TypeVar("T")


def checked_sources(value: Any) -> str | tuple[str, ...]:
    """Names of sources as they are written down; raises PydanticCustomError for what is none."""
    parsed = [_parsed(one) for one in _listed(value)]
    names = [name for name, _ in parsed]
    shared = [share for _, share in parsed if share]
    if not names or len(set(names)) < len(names):
        raise _fault("must name one source, or several different ones")
    if shared and len(shared) < len(names):
        raise _fault("must give every source a share, or none of them")
    if len(names) == 1:
        return names[0]
    return tuple(f"{name}={share:g}" if share else name for name, share in parsed)


def _listed(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [f"{name}={share}" for name, share in value.items()]
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list | tuple) or not all(isinstance(one, str) for one in listed):
        raise _fault("must be names of sources")
    return [part.strip() for one in listed for part in one.split(",")]


def _parsed(given: str) -> tuple[str, float]:
    """A source's name and its share, which is 0 where none is given."""
    name, equals, share = (part.strip() for part in given.partition("="))
    try:
        number = float(share) if equals else 0.0
    except ValueError:
        number = -1.0
    if equals and not 0 < number < _MOST_SHARE:
        raise _fault(f"the share of {name} must be a number above 0, not {share!r}")
    return _name(name), number


def _name(given: str) -> str:
    """The name of a source in full; one of another split than train is refused."""
    if given == RAMP:
        return given
    named = given.replace(_FORMERLY, _QUESTIONS, 1)
    kind, _, rest = named.partition(":")
    member, _, split = rest.partition(":")
    if f"{kind}:" != _QUESTIONS or not is_plain_name(member):
        raise _fault(f"must be ramp or questions:NAME:train, not {given!r}")
    if split not in ("", TRAIN_SPLIT):
        raise _fault(
            f"{given} is no training split: what is evaluated must not be trained on, so name "
            f"{_QUESTIONS}{member}:{TRAIN_SPLIT}"
        )
    return f"{_QUESTIONS}{member}:{TRAIN_SPLIT}"


def _fault(said: str) -> PydanticCustomError:
    return PydanticCustomError("sources", "{said}", {"said": said})


Sources = Annotated[str | tuple[str, ...], BeforeValidator(checked_sources)]
"""Names of sources as a recipe may give them, checked: one, or several with or without shares."""


def names_of(sources: str | Sequence[str]) -> list[str]:
    """The names, without shares."""
    return list(_shares(sources))


class TaskFile(NamedTuple):
    """A source's stage, and the file in it that holds the training tasks."""

    stage: Stage
    path: Path

    def tasks(self) -> Iterator[Task]:
        """In file order; raises what `read_records` does."""
        return read_records(self.path, Task)


def task_files(run: RunFolder, sources: str | Sequence[str]) -> dict[str, TaskFile]:
    """Where each source stands; raises what `RunFolder.finished` does, and InputError."""
    return {name: _task_file(run, name) for name in names_of(sources)}


def task_inputs(files: Mapping[str, TaskFile]) -> dict[str, str | Stage]:
    """The stages of sources, as inputs of what is made from them."""
    several = len(files) > 1
    return {_INPUT + f" of {name}" * several: one.stage for name, one in files.items()}


def sources_of(stage: Stage) -> list[str]:
    """The names of the sources that a stage was made from, by its manifest."""
    cards = stage.manifest.sources
    given = [card for name, card in cards.items() if f"{name} ".startswith(f"{_INPUT} ")]
    members = [kind_of(card.stage)[1] for card in given] or [""]  # which an older one lacks
    return [f"{_QUESTIONS}{member}:{TRAIN_SPLIT}" if member else RAMP for member in members]


def mixed(parts: Mapping[str, Sequence[T]], sources: str | Sequence[str]) -> list[T]:
    """The items of all sources in turns, as Webster's method shares out seats.

    Without shares they are all taken, evenly spread; with them, until a source is used up.
    Raises InputError for a source without items.
    """
    if empty := [name for name, items in parts.items() if not items]:
        raise InputError(f"there is nothing of {', '.join(empty)} to train on")
    shares = {name: share or float(len(parts[name])) for name, share in _shares(sources).items()}
    taken: list[T] = []
    used = dict.fromkeys(shares, 0)
    while True:
        name = min(shares, key=lambda one: (used[one] + 0.5) / shares[one])
        if used[name] == len(parts[name]):
            return taken
        taken.append(parts[name][used[name]])
        used[name] += 1


def _shares(sources: str | Sequence[str]) -> dict[str, float]:
    return dict(map(_parsed, _listed(sources)))


def _task_file(run: RunFolder, name: str) -> TaskFile:
    if name == RAMP:
        stage: Stage = run.finished(TASKS)
    else:
        stage = run.finished(QUESTIONS, name.split(":")[1])
    path = stage.folder / TRAIN
    if not path.is_file():
        raise InputError(f"{name}: {stage.folder} has no training questions")
    return TaskFile(stage, path)
