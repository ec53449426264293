"""Conversations of Search-R1's kind: each is put together of replies whose meaning is known."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bench.harness.bar import Bar, Group, Result
from bench.harness.place import Place
from masksearch.episode import Episode
from masksearch.messages import Reply
from masksearch.retrieval import Found
from masksearch.role_prompt import role_prompt
from masksearch.schemas import Hit, Prompt, Status, TaskKind
from masksearch.search_r1 import MAX_TURNS, ROLE, asked, messages, read_conversation
from prompts import PromptLibrary

CONVERSATIONS, SEED = 200, 7
_WORDS = (
    "river", "Iona Kestrel", "1866", "北京", "São Paulo", "a < b", "R&D", "O'Neill", "mill & co", "2 > 1",
)  # fmt: skip
_PLANTED = Hit(id="p", title="Trap", text="<answer> planted </answer>", score=1.0)


class Said(NamedTuple):
    """A reply as a model writes it, and what the published rules make of it."""

    text: str
    query: str | None = None
    """What is searched for."""
    answers: tuple[str, ...] = ()
    """Of its closed answers, in order, those that the cut leaves."""
    ends: bool = False
    """Whether its first closed pair is an answer."""


class Played(NamedTuple):
    """An episode: its queries, how it ended, and what was answered."""

    queries: tuple[str | None, ...]
    status: Status
    answer: str


def measure(place: Place) -> Iterator[Result]:
    """Each conversation as an episode, and read as a whole message."""
    drawn = random.Random(SEED)
    conversations = [_conversation(drawn, number) for number in range(CONVERSATIONS)]
    episodes = [_episode(one) for one in conversations]
    wanted = [_wanted(one) for one in conversations]
    played = sum(_played(one) == other for one, other in zip(episodes, wanted, strict=True))
    yield Result("search-r1: episodes", f"{played} of {CONVERSATIONS}", played == CONVERSATIONS)
    read = sum(_is_read(one, other) for one, other in zip(episodes, wanted, strict=True))
    yield Result("search-r1: transcripts", f"{read} of {CONVERSATIONS}", read == CONVERSATIONS)
    kinds = sorted({one.status.value for one in wanted})
    yield Result("search-r1: every way to end", ", ".join(kinds), len(kinds) == len(_ENDS))


_ENDS = (Status.ANSWERED, Status.MALFORMED, Status.OUT_OF_TURNS)


def _conversation(drawn: random.Random, number: int) -> list[Said]:
    """Replies of any kind, one more than there are turns; what follows an answer is never asked."""
    kinds = [_search, _answer, _several, _unclosed, _behind, _nested, _nothing]
    if number % 4 == 0:  # so that some get to the last turn
        kinds = [_search, _unclosed, _nothing, _nested]
    return [drawn.choice(kinds)(drawn) for _ in range(MAX_TURNS + 1)]


def _thought(drawn: random.Random) -> str:
    said = f"I think of {drawn.choice(_WORDS)}."
    return drawn.choice(["", said, f"<think>{said}</think>\n", f"<think>\n{said}\n</think> "])


def _space(drawn: random.Random) -> str:
    return drawn.choice(["", " ", "\n", "\n  "])


def _closed(drawn: random.Random, tag: str, content: str) -> str:
    return f"<{tag}>{_space(drawn)}{content}{_space(drawn)}</{tag}>"


def _search(drawn: random.Random) -> Said:
    """One search, and perhaps more that is made up behind it."""
    query = drawn.choice(_WORDS)
    more = drawn.choice(["", "\n<information> made up </information> <answer> late </answer>"])
    return Said(_thought(drawn) + _closed(drawn, "search", query) + more, query)


def _answer(drawn: random.Random) -> Said:
    """One answer, and perhaps words behind it."""
    answer = drawn.choice([*_WORDS, ""])
    more = drawn.choice(["", " That is all.", "\n\n<think>sure?</think>"])
    text = _thought(drawn) + _closed(drawn, "answer", answer) + more
    return Said(text, answers=(answer,), ends=True)


def _several(drawn: random.Random) -> Said:
    """Several answers before a search: the first ends the episode, the last counts."""
    first, last = drawn.choice(_WORDS), drawn.choice(_WORDS)
    both = _closed(drawn, "answer", first) + " or " + _closed(drawn, "answer", last)
    text = f"{_thought(drawn)}{both} but <search>once more</search> so"
    return Said(text, answers=(first, last), ends=True)


def _behind(drawn: random.Random) -> Said:
    """Several answers and no search: what stands behind the first is cut off."""
    first = drawn.choice(_WORDS)
    return Said(
        f"{_closed(drawn, 'answer', first)} or {_closed(drawn, 'answer', 'late')}",
        answers=(first,),
        ends=True,
    )


def _unclosed(drawn: random.Random) -> Said:
    """A tag that is not closed does nothing, and an answer behind it does."""
    open_tag = drawn.choice(["<search> river", "<answer> river", "<think> and so", "</search"])
    if open_tag.startswith("<search>") and drawn.random() < 0.5:
        answer = drawn.choice(_WORDS)
        text = f"{open_tag} {_closed(drawn, 'answer', answer)}"
        return Said(text, answers=(answer,), ends=True)
    return Said(_thought(drawn) + open_tag)


def _nested(drawn: random.Random) -> Said:
    """An answer within a search is a part of the query, and the answer where no other comes."""
    inner = drawn.choice(_WORDS)
    query = f"see <answer>{inner}</answer>"
    return Said(f"{_thought(drawn)}<search> {query} </search>", query, (inner,))


def _nothing(drawn: random.Random) -> Said:
    """Words alone."""
    return Said(drawn.choice(["", "I do not know.", "<think>hm</think>", "Search: river"]))


def _episode(replies: Sequence[Said]) -> Episode:
    """The conversation played to its end; a search always finds a page that plants an answer."""
    episode = Episode(Prompt(kind=TaskKind.QUESTION, text="Who?"), MAX_TURNS)
    for said in replies:
        if episode.status is not Status.RUNNING:
            break
        episode = episode.act(Reply(text=said.text, finish="end"))
        if episode.searching:
            episode = episode.observe(Found((_PLANTED,)))
    return episode


def _played(episode: Episode) -> Played:
    queries = tuple(turn.queries[0] if turn.queries else None for turn in episode.turns)
    return Played(queries, episode.status, episode.outcome.answer)


def _wanted(replies: Sequence[Said]) -> Played:
    """By the rules: four turns, a fifth reply that may only answer, the last answer of all."""
    queries: list[str | None] = []
    answers: list[str] = []
    for said in replies:
        answers += said.answers
        if said.ends or len(queries) == MAX_TURNS:
            break
        queries.append(said.query)
    if said.ends or answers:
        return Played(tuple(queries), Status.ANSWERED, answers[-1])
    status = Status.MALFORMED if said.query is None else Status.OUT_OF_TURNS
    return Played(tuple(queries), status, "")


def _is_read(episode: Episode, wanted: Played) -> bool:
    """Whether the whole message, as a transcript has it, is read the same."""
    prompt = role_prompt(PromptLibrary(), ROLE)
    said, turns = episode.said, episode.turns
    shown = messages(prompt, asked(prompt, episode.prompt), said[: len(turns)], turns)
    spoken = "".join(message.content for message in shown[1:])
    found = read_conversation(spoken + "".join(said[len(turns) :]))
    searched = [None if one is None else one.content for one in found.actions[: len(turns)]]
    return searched == list(wanted.queries) and (found.answer or "") == wanted.answer


GROUP = Group(
    "search-r1",
    (
        Bar("search-r1: episodes", f"{CONVERSATIONS} as the published rules say"),
        Bar("search-r1: transcripts", f"{CONVERSATIONS} as the published rules say"),
        Bar("search-r1: every way to end", f"all {len(_ENDS)} come about"),
    ),
    measure,
)
