"""The two stages that are made together: documents, and the passages they are cut into."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from masksearch.config import CorpusConfig
from masksearch.corpus.making import LEFT_OUT, LINKS, LINKS_LOST, MADE, REFUSED, TOO_BAD, Tally
from masksearch.corpus.repeats import made_shards, versions_file
from masksearch.counts import DocumentCounts, PassageCounts
from masksearch.language import Language
from masksearch.manifest import IfExists, Stage


class Stages(NamedTuple):
    """Documents and passages: begun together, made together."""

    documents: Stage[DocumentCounts]
    passages: Stage[PassageCounts]

    def begin(self, inputs: Mapping[str, str], config: CorpusConfig, if_exists: IfExists) -> bool:
        """Open both for work; True when both are done. Raises StaleError."""
        done = self._begin(inputs, config, if_exists)
        if not done and not self._are_in_place():
            for stage in self:
                stage.clear()
            self._begin(inputs, config, IfExists.RESUME)
        return done

    def _begin(self, inputs: Mapping[str, str], config: CorpusConfig, if_exists: IfExists) -> bool:
        made = self.documents.begin(inputs, config, if_exists)
        return self.passages.begin(inputs, config, if_exists) and made

    def _are_in_place(self) -> bool:
        """Whether the files of all listed shards are where they should be."""
        names = {"documents": self.documents.folder, "passages": self.passages.folder}
        shards = made_shards(self.documents.folder)
        return all(
            versions_file(self.documents.folder, shard.name).exists() for shard in shards
        ) and all(
            (folder / f"{shard.name}.parquet").exists()
            for shard in shards
            for kind, folder in names.items()
            if shard.counts[MADE][kind]
        )

    def finish(self, tally: Tally, language: Language) -> None:
        """Mark both as done, with their counts."""
        links = tally.of(LINKS)
        self.documents.finish(
            DocumentCounts(
                documents=tally.documents,
                rejected=tally.of(REFUSED),
                language={key: lang for key, lang in language._asdict().items() if lang},
                paragraphs_left_out=tally.of(LEFT_OUT),
                links=links.get("documents", 0),
                links_lost=tally.of(LINKS_LOST),
            )
        )
        self.passages.finish(
            PassageCounts(
                passages=tally.passages,
                rejected=tally.of(TOO_BAD),
                links=links.get("passages", 0),
                corpus_hash=tally.corpus_hash,
            )
        )
