"""One shard of documents and one of passages from a part of a source, and their counts."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from masksearch.config import CorpusConfig
from masksearch.corpus.passages import passages
from masksearch.corpus.repeats import Seen, write_versions
from masksearch.corpus.source import Article, Found, Refused, Source
from masksearch.corpus.versions import version_of
from masksearch.parquet import write_shard
from masksearch.rejection import Rejection
from masksearch.schemas import Document, Passage, Record
from masksearch.shards import Job, Shard
from masksearch.store import disk_errors

MADE, LINKS = "made", "links"
REFUSED, LEFT_OUT, TOO_BAD = "documents refused", "paragraphs left out", "passages refused"
LINKS_LOST = "links lost"

_HASH_BYTES = 8


def make_shard(
    source: Source,
    config: CorpusConfig,
    documents: Path,
    passages: Path,
    job: Job,
    most: int | None = None,
    without: Mapping[int, str] | None = None,
) -> Shard:
    """Read a part, write what it gives into the two folders, and count.

    `most` documents are read where it is given. A part without a document or a passage
    leaves no file. `without`: the part was read before, and these of its documents, by their
    number among all its versions, are not to stay.
    """
    making = _Making(config, without or {})
    for found in source.read(job.part):
        if most is not None and making.read == most:
            break
        making.take(found)
    if not without:
        write_versions(documents, job.name, making.versions)
    _write(documents / f"{job.name}.parquet", making.documents)
    _write(passages / f"{job.name}.parquet", making.passages)
    return Shard(name=job.name, read=job.part.read, counts=making.counts(), digest=making.digest)


def _write(path: Path, records: Sequence[Record]) -> None:
    if records:
        write_shard(path, records)
    else:
        with disk_errors(path):
            path.unlink(missing_ok=True)


class Tally:
    """The counts of all shards so far."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[str]] = {}
        self._digest = 0

    def add(self, shard: Shard) -> None:
        """Count a shard in."""
        for kind, counts in shard.counts.items():
            self.counts.setdefault(kind, Counter()).update(counts)
        self._digest = (self._digest + int(shard.digest, 16)) % 256**_HASH_BYTES

    def leave_out(self, files: Mapping[str, int]) -> None:
        """Count in what was no document before anything was read, by reason."""
        self.counts.setdefault(REFUSED, Counter()).update(files)

    def of(self, kind: str) -> dict[str, int]:
        """The counts of a kind, the largest first."""
        return dict(self.counts.get(kind, Counter()).most_common())

    @property
    def documents(self) -> int:
        """Documents made."""
        return self.counts.get(MADE, Counter())["documents"]

    @property
    def passages(self) -> int:
        """Passages made."""
        return self.counts.get(MADE, Counter())["passages"]

    @property
    def corpus_hash(self) -> str:
        """A hash over the ids and texts of all passages, however they lie in shards."""
        return f"{self._digest:0{2 * _HASH_BYTES}x}"


def tally_of(shards: Iterable[Shard]) -> Tally:
    """The counts of these shards."""
    tally = Tally()
    for shard in shards:
        tally.add(shard)
    return tally


class _Making:
    """What a part has given so far."""

    def __init__(self, config: CorpusConfig, without: Mapping[int, str]) -> None:
        self.read = 0
        self.documents: list[Document] = []
        self.passages: list[Passage] = []
        self.versions: list[Seen] = []
        self._config = config
        self._without = without
        self._refused: Counter[str] = Counter()
        self._too_bad: Counter[str] = Counter()
        self._left_out: Counter[str] = Counter()
        self._links_lost: Counter[str] = Counter()

    def take(self, found: Found) -> None:
        if isinstance(found, Article):
            self._take_article(found)
        elif isinstance(found, Refused):
            self.versions.append(Seen(found.version, is_document=False))
            self._refused[found.rejection.reason] += 1
        else:
            self._refused[found.reason] += 1

    def _take_article(self, found: Article) -> None:
        self.read += 1
        self.versions.append(Seen(version_of(found.document), is_document=True))
        if reason := self._without.get(len(self.versions) - 1):
            self._refused[reason] += 1
            return
        self.documents.append(found.document)
        self._links_lost.update(found.links_lost)
        self._left_out.update(found.left_out)
        for one in passages(found.document, self._config):
            if isinstance(one, Rejection):
                self._too_bad[one.reason] += 1
            else:
                self.passages.append(one)

    def counts(self) -> dict[str, dict[str, int]]:
        made = {"documents": len(self.documents), "passages": len(self.passages)}
        links = {
            "documents": sum(len(one.links) for one in self.documents),
            "passages": sum(len(one.links) for one in self.passages),
        }
        reasons = {
            REFUSED: self._refused,
            LEFT_OUT: self._left_out,
            TOO_BAD: self._too_bad,
            LINKS_LOST: self._links_lost,
        }
        counted = {kind: dict(sorted((+found).items())) for kind, found in reasons.items()}
        return {MADE: made, LINKS: links, **counted}

    @property
    def digest(self) -> str:
        return f"{sum(map(_hash, self.passages)) % 256**_HASH_BYTES:x}"


def _hash(passage: Passage) -> int:
    named = f"{passage.id}\x1f{passage.text}".encode()
    return int.from_bytes(hashlib.blake2b(named, digest_size=_HASH_BYTES).digest())
