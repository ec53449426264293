"""Write a run's tasks into a folder that others can load, with its data card."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import Any

from masksearch.dataset.card import Facts, data_card
from masksearch.errors import StoreError
from masksearch.exports.formats import TaskFormat, task_format
from masksearch.making import RESUMING, Making
from masksearch.manifest import IfExists
from masksearch.masking.shard import Split
from masksearch.ports import Progress
from masksearch.run_folder import RunFolder
from masksearch.schemas import Task
from masksearch.stages import DOCUMENTS, PASSAGES, TASKS
from masksearch.store import disk_errors, make_folder, read_records, write_atomically

_FILE_ROWS = 200_000
_CARD, _DATA = "README.md", "data"
_FILE = re.compile(rf"\.?({'|'.join(Split)})-\d{{5}}\.\w+(\.part)?")


def write_dataset(
    run: RunFolder, to: Path, form: str = "parquet", making: Making = RESUMING
) -> dict[str, Any]:
    """Write `data/SPLIT-NNNNN` files and `README.md` into a folder; returns the counts.

    Raises ConfigError for an unknown format, and StoreError when tasks are not finished, or when the folder holds anything: with
    RESTART, a data set that stands there is replaced.
    """
    chosen, stage = task_format(form), run.finished(TASKS)
    _make_room(to, making.if_exists)
    counts = stage.counts
    licences: Counter[str] = Counter()
    written: dict[Split, int] = {}
    for split in Split:
        tasks = _counted(
            stage.folder / f"{split}.jsonl", licences, making.progress, written, counts.total
        )
        written[split] = _write_split(make_folder(to / _DATA), split, tasks, chosen)
    facts = Facts(
        name=run.name,
        heading=chosen.heading,
        columns=chosen.description,
        suffix=chosen.suffix,
        splits={split.value: number for split, number in written.items() if number},
        counts=counts,
        licences=licences,
        settings=stage.manifest.settings,
        corpus=_corpus(run),
    )
    write_atomically(to / _CARD, data_card(facts))
    return {
        **{split.value: n for split, n in written.items()},
        "format": form,
        "folder": str(to),
    }


def _make_room(to: Path, if_exists: IfExists) -> None:
    if not to.exists() or (to.is_dir() and not any(to.iterdir())):
        return
    ours = _is_ours(to / _DATA)
    if not ours or if_exists is not IfExists.RESTART:
        hint = "use --if-exists restart to replace it" if ours else "name another folder"
        raise StoreError(f"{to} is not empty: {hint}")
    with disk_errors(to):
        (to / _CARD).unlink(missing_ok=True)  # it comes last, so a killed export has none
        shutil.rmtree(to / _DATA)


def _is_ours(data: Path) -> bool:
    """Whether a folder holds files of a data set and nothing else: many projects have a `data`."""
    names = [path.name for path in data.iterdir()] if data.is_dir() else []
    return bool(names) and all(map(_FILE.fullmatch, names))


def _counted(
    path: Path, licences: Counter[str], progress: Progress, written: Mapping[Split, int], total: int
) -> Iterator[Task]:
    """The tasks of a split, with their licences counted on the way."""
    before = sum(written.values())
    for number, task in enumerate(read_records(path, Task), 1):
        licences[task.lineage.licence if task.lineage else ""] += 1
        progress(before + number, total, "tasks written")
        yield task


def _write_split(folder: Path, split: Split, tasks: Iterator[Task], form: TaskFormat) -> int:
    """Write the files of a split; returns how many tasks they hold."""
    written = 0
    for number, first in enumerate(tasks):
        path = folder / f"{split}-{number:05d}{form.suffix}"
        of_file = chain([first], islice(tasks, _FILE_ROWS - 1))
        written += form.write(path, of_file)
    return written


def _corpus(run: RunFolder) -> dict[str, Any]:
    """What the passages were made from."""
    documents, passages = run.stage(DOCUMENTS), run.stage(PASSAGES).counts
    return {
        "source": Path(str(documents.manifest.settings.get("source", ""))).name,
        "hash": passages.corpus_hash,
        "documents": documents.counts.documents,
        "passages": passages.passages,
    }
