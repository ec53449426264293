"""Passages of a run, made without a dump."""

from pathlib import Path

from finishing import finish

from masksearch.parquet import write_shard
from masksearch.run_folder import RunFolder
from masksearch.schemas import Passage
from masksearch.stages import PASSAGES


def passage(name: str, text: str, title: str = "Anything", **changes) -> Passage:
    return Passage(
        **{
            "id": f"c:{name}#0", "document_id": f"c:{name}", "title": title, "section": "",
            "text": text, "start": 0, "end": len(text), "licence": "CC BY-SA",
            "url": f"https://c.example/{name}", **changes,
        }
    )  # fmt: skip


def run_with(folder: Path, *shards: list[Passage]) -> RunFolder:
    """A run folder whose passages are finished, in these shards."""
    run = RunFolder(folder)
    stage = run.stage(PASSAGES)
    stage.folder.mkdir(parents=True)
    for number, passages in enumerate(shards):
        write_shard(stage.folder / f"{number:05d}.parquet", passages)
    finish(stage, passages=sum(map(len, shards)), corpus_hash="hash", rejected={})
    return run
