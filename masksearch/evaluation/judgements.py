"""What a model found of answers that no comparison of strings can score, kept beside episodes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Self

from masksearch.evaluation.episodes import EvalEpisode
from masksearch.schemas import Record
from masksearch.scoring.episodes import given_answer
from masksearch.store import read_records
from masksearch.text import digest

JUDGEMENTS = "judgements.jsonl"
"""Of a row of `EVAL`, beside its episodes."""


class Judgement(Record):
    """Whether an answer is right by FreshQA's relaxed and by its strict rule, and who says so.

    `answer` is a digest of what was judged: an episode that was made again has another.
    """

    schema_version: int = 1
    key: str
    episode: str
    judge: str
    answer: str
    relaxed: bool
    strict: bool
    reason: str

    @classmethod
    def of(
        cls, episode: EvalEpisode, judge: str, *, relaxed: bool, strict: bool, reason: str
    ) -> Self:
        """The record of what a judge found of an episode."""
        return cls(
            key=judgement_key(episode, judge),
            episode=episode.key,
            judge=judge,
            answer=answer_digest(episode),
            relaxed=relaxed,
            strict=strict,
            reason=reason,
        )

    def is_of(self, episode: EvalEpisode) -> bool:
        """Whether it is of the answer that the episode has now."""
        return self.answer == answer_digest(episode)


def judgement_key(episode: EvalEpisode, judge: str) -> str:
    """The name of a judgement in its file: another judge or another answer is judged anew."""
    return f"{judge}|{episode.key}|{answer_digest(episode)}"


def answer_digest(episode: EvalEpisode) -> str:
    """A name for what an episode answered."""
    return digest(given_answer(episode.trajectory))


def read_judgements(episodes: Path) -> Mapping[str, Judgement]:
    """The judgements beside a file of episodes, by episode, of the judge who was asked last.

    Raises InputError or SchemaError for a file that cannot be read.
    """
    path = episodes.with_name(JUDGEMENTS)
    if not path.is_file():
        return {}
    found = list(read_records(path, Judgement, growing=True))
    return {one.episode: one for one in found if one.judge == found[-1].judge}
