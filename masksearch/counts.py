"""What each stage made, in numbers: what its manifest says once it is done.

An older manifest lacks some of them, and one that is not done has none: then they are zero or
empty. `rejected` and `reasons` count by reason what was left out.
"""

from __future__ import annotations

from pydantic import ConfigDict, Field

from masksearch.schemas import Value


class Counts(Value):
    """The numbers of a stage; those that a newer masksearch adds are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class DocumentCounts(Counts):
    """Of documents; `language` is `masksearch.language.Language` as it was noted."""

    documents: int = 0
    rejected: dict[str, int] = Field(default_factory=dict)
    language: dict[str, str] = Field(default_factory=dict)
    paragraphs_left_out: dict[str, int] = Field(default_factory=dict)
    links: int = 0
    links_lost: dict[str, int] = Field(default_factory=dict)


class PassageCounts(Counts):
    """Of passages; `corpus_hash` is over their ids and texts, however they lie in shards."""

    passages: int = 0
    rejected: dict[str, int] = Field(default_factory=dict)
    links: int = 0
    corpus_hash: str = ""


class IndexCounts(Counts):
    """Of an index."""

    passages: int = 0


class QualityCounts(Counts):
    """Of refused passages; `signature_bytes` are those by which one is known as a duplicate."""

    passages: int = 0
    kept: int = 0
    rejected: dict[str, int] = Field(default_factory=dict)
    signature_bytes: int = 0


class SpanCounts(Counts):
    """Of the spans that a language model named, by type."""

    passages: int = 0
    spans: int = 0
    types: dict[str, int] = Field(default_factory=dict)
    rejected: dict[str, int] = Field(default_factory=dict)


class ScoreCounts(Counts):
    """Of scored spans; `scorer` is the model's name."""

    passages: int = 0
    spans: int = 0
    scorer: str = ""


class TaskCounts(Counts):
    """Of tasks: those of each split by their number of masks, all by what is masked."""

    train: dict[str, int] = Field(default_factory=dict)
    heldout: dict[str, int] = Field(default_factory=dict)
    languages: dict[str, int] = Field(default_factory=dict)
    types: dict[str, int] = Field(default_factory=dict)
    sources: dict[str, int] = Field(default_factory=dict)
    rejected: dict[str, int] = Field(default_factory=dict)

    @property
    def splits(self) -> dict[str, dict[str, int]]:
        """The numbers by split, and in it by number of masks."""
        return {"train": self.train, "heldout": self.heldout}

    @property
    def total(self) -> int:
        """All tasks."""
        return sum(sum(by_masks.values()) for by_masks in self.splits.values())


class QuestionCounts(Counts):
    """Of a benchmark's questions: by split their number, and a hash of their ids in order.

    `layouts` are those its files are in, `left_out` counts files by reason.
    """

    questions: int = 0
    splits: dict[str, int] = Field(default_factory=dict)
    ids: dict[str, str] = Field(default_factory=dict)
    layouts: list[str] = Field(default_factory=list)
    rejected: dict[str, int] = Field(default_factory=dict)
    left_out: dict[str, int] = Field(default_factory=dict)


class Share(Counts):
    """How many questions of those of which it is known, and of their pages or parts singly."""

    yes: int = 0
    of: int = 0
    pieces: int = 0
    pieces_of: int = 0


class AnswerableCounts(Counts):
    """Of a set's split with a retriever: how many can be answered, and the share by what.

    `failed` are searches that were not answered.
    """

    questions: int = 0
    answerable: int = 0
    failed: int = 0
    split: str = ""
    retriever: str = ""
    top_k: int = 0
    shares: dict[str, Share] = Field(default_factory=dict)


class TraceCounts(Counts):
    """Of attempts; `passes` says of how many tasks how many attempts were accepted.

    Those `with_gold` were made by who was given gold evidence.
    """

    accepted: int = 0
    rejected: int = 0
    with_gold: int = 0
    searches: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    tasks: int = 0
    passes: dict[str, int] = Field(default_factory=dict)
    status: dict[str, int] = Field(default_factory=dict)
    reasons: dict[str, int] = Field(default_factory=dict)

    @property
    def made(self) -> int:
        """All attempts that ended."""
        return self.accepted + self.rejected


class ExportCounts(Counts):
    """Of conversations; `sources` says how many are of which source of tasks."""

    records: int = 0
    sources: dict[str, int] = Field(default_factory=dict)
    rejected: dict[str, int] = Field(default_factory=dict)


class TrainingCounts(Counts):
    """Of a training: optimizer steps made and `planned`; `ended` says why it ended early."""

    steps: int = 0
    planned: int = 0
    ended: str = ""

    @property
    def early_end(self) -> str:
        """That it ended early, where and why; nothing where it did not."""
        if not self.ended:
            return ""
        of = f" of {self.planned:,}" if self.planned else ""  # which older manifests lack
        return f"ended early after {self.steps:,}{of} steps: {self.ended}"


class SftCounts(TrainingCounts):
    """Of supervised fine-tuning: `traces` were shown of those `available`, `tokens` in all.

    `sources` says how many of them are of which source of tasks. Of those `too_long`,
    `over_context` were longer than the model itself can read.
    """

    traces: int = 0
    sources: dict[str, int] = Field(default_factory=dict)
    available: int = 0
    too_long: int = 0
    over_context: int = 0
    tokens: int = 0
    loss: float | None = None


class DapoCounts(TrainingCounts):
    """Of reinforcement learning, over all steps."""

    groups_generated: int = 0
    groups_kept: int = 0
    groups_reused: int = 0
    tokens_generated: int = 0
    tokens_trained: int = 0


class RowCounts(Counts):
    """Of a row of the evaluation: its episodes, and the tasks, tries and guards that they are of.

    `ids` is a hash of the tasks' ids in order: only rows of the same tasks compare.
    """

    episodes: int = 0
    tasks: int = 0
    samples: int = 1
    guards: tuple[str, ...] = ()
    ids: str = ""
