"""An episode told step by step, and where what it found is from."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

import typer

from cli.show import wrapped
from cli.waiting import Waiting
from masksearch.episode import Episode
from masksearch.schemas import MASK, Hit, Prompt, Status, TaskKind, Trajectory, Turn, page_of
from masksearch.scoring.fills import fill_per_blank, fills
from masksearch.text import contains_tokens, printable

_WIDTH, _HIT_CHARS = 80, 240
_BULLET, _INDENT = "      · ", " " * 8


class Source(NamedTuple):
    """A page that was found, by its number, and which parts of the answer stand in it."""

    number: int
    title: str
    address: str
    holds: tuple[str, ...] = ()


class Narrator:
    """Prints what is new in an episode each time it is told of it."""

    def __init__(self, waiting: Waiting, *, silent: bool = False) -> None:
        self._waiting = waiting
        self._silent = silent
        self._hits: list[Hit] = []

    def __call__(self, episode: Episode) -> None:
        """Tell of the last step."""
        self._waiting.over()
        if not self._silent:
            say(self._news(episode))
        if episode.status is Status.RUNNING:
            self._waiting.on("searching …" if episode.searching else "thinking …")

    def _news(self, episode: Episode) -> list[str]:
        if not episode.turns or episode.status is not Status.RUNNING:
            return []
        turn = episode.turns[-1]
        if episode.searching:
            return asked_lines(turn)
        self._hits += turn.hits
        return found_lines(turn, page_numbers(self._hits))


def asked_lines(turn: Turn) -> list[str]:
    """A turn's thought and queries."""
    queries = [f"    searches: {one_line(query)}" for query in turn.queries]
    return [*wrapped(f"thinks: {turn.thought or '(nothing)'}"), *queries]


def found_lines(turn: Turn, numbers: dict[str, int]) -> list[str]:
    """What a turn's search brought back, with the numbers that its pages have."""
    if turn.error:
        return [f"    the search failed: {one_line(turn.error)}"]
    lines = []
    for page, group in groupby(turn.hits, key=lambda hit: page_of(hit.id)):
        hits = list(group)
        lines.append(f"    [{numbers[page]}] {one_line(hits[0].title)}  {_address(hits[0])}")
        lines += [line for hit in hits for line in _shown(hit.text)]
    return lines or ["    nothing was found"]


def ending_lines(prompt: Prompt, ended: Trajectory) -> list[str]:
    """The last thought, the answer or why there is none, and the sources."""
    lines = wrapped(f"thinks: {ended.final_thought}") if ended.final_thought else []
    if ended.status is Status.ANSWERED:
        lines += ["", *answer_lines(prompt, ended.answer)]
    else:
        lines += ["", f"no answer: {one_line(ended.reason).removeprefix('no answer ')}"]
        lines += wrapped(f"the model said: {ended.malformed_text}") if ended.malformed_text else []
    return [*lines, *source_lines(sources(prompt, ended))]


def answer_lines(prompt: Prompt, answer: str) -> list[str]:
    """The answer, and for a masked text the text with it."""
    given = [one_line(fill) for fill in fills(prompt, answer)]
    lines = [f"answer: {' / '.join(given) or '(nothing)'}"]
    if prompt.kind is TaskKind.QUESTION:
        return lines
    return lines + wrapped(f"so: {_filled(prompt, answer)}")


def source_lines(found: Iterable[Source]) -> list[str]:
    """The numbered sources."""
    lines = []
    for source in found:
        holds = f"  (in it: {' / '.join(source.holds)})" if source.holds else ""
        lines.append(f"  [{source.number}] {source.title}  {source.address}{holds}")
    return ["", "sources:", *lines] if lines else []


def sources(prompt: Prompt, ended: Trajectory) -> list[Source]:
    """Every page that was found, in the order of finding."""
    given = fills(prompt, ended.answer)
    pages: dict[str, list[Hit]] = {}
    for hit in ended.hits:
        pages.setdefault(page_of(hit.id), []).append(hit)
    return [
        Source(number, one_line(hits[0].title), _address(hits[0]), _held(hits, given))
        for number, hits in enumerate(pages.values(), 1)
    ]


def page_numbers(hits: Iterable[Hit]) -> dict[str, int]:
    """The pages of hits, numbered in the order of finding."""
    pages = dict.fromkeys(page_of(hit.id) for hit in hits)
    return {page: number for number, page in enumerate(pages, 1)}


def one_line(text: str) -> str:
    """Text that cannot begin a line of its own."""
    return " ".join(text.split())


def say(lines: Iterable[str]) -> None:
    """Print lines in which nothing can drive the terminal."""
    for line in lines:
        typer.echo(printable(line))


def _held(hits: Iterable[Hit], given: Iterable[str]) -> tuple[str, ...]:
    texts = [hit.text for hit in hits]
    found = (one for one in given if any(contains_tokens(text, one) for text in texts))
    return tuple(dict.fromkeys(map(one_line, found)))


def _shown(text: str) -> list[str]:
    short = textwrap.shorten(text, _HIT_CHARS, placeholder=" …")
    return textwrap.wrap(short, _WIDTH, initial_indent=_BULLET, subsequent_indent=_INDENT)


def _address(hit: Hit) -> str:
    return one_line(hit.url or hit.id)


def _filled(prompt: Prompt, answer: str) -> str:
    first, *rest = prompt.text.split(MASK)
    given = fill_per_blank(prompt, answer)
    return first + "".join(
        f"[{fill or '?'}]{after}" for fill, after in zip(given, rest, strict=True)
    )
