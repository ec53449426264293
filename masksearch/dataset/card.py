"""The data card: where the tasks are from, how they were made, how many there are of what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import yaml

from masksearch import __version__
from masksearch.counts import TaskCounts
from masksearch.environment import code_revision

_LICENCES = {"CC BY-SA": "cc-by-sa-4.0"}
_UNKNOWN_LICENCE, _OTHER_LICENCE = "unknown", "other"
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (10**6, "100K<n<1M"))
_LARGER = "n>1M"

_TEXT = """\
# RAMP tasks: {name}

Passages with {masks} masked spans each; what stood there can be found by searching. Tasks for
retrieval-augmented mask prediction (RAMP), after MaskSearch (arXiv 2505.20285), made by
masksearch {version} (code revision `{revision}`).

{counts}

## Where the texts are from

{source}: {documents:,} documents, {passages:,} passages, corpus hash `{hash}`. Every task names its
passage, the page's address, its revision and its licence.

{credit}

## How the tasks were made

The seed is {seed}; the same corpus, settings and seed give the same bytes. Pages are split: no page
has tasks in two splits. `num_masks` is the number of masks that stand in the text, masks do not
overlap and cut no word, the title and its forms are never masked, and putting the answers back gives
the window exactly. What was left out, by reason: {rejected}.

```yaml
{settings}```

## {heading}

{columns}

## What to know before use

- A task's own passage is public, so an agent that may search it can copy the answer: say which guard
  was in force (none, paragraph, page) beside every figure.
- Types of links are found by simple signs; `entity` says that the signs were silent.
- The pages were not checked for what is wrong, dated, or unkind in them.
"""
_CREDIT = """\
The texts of {number:,} tasks are by the authors of the pages under CC BY-SA
(<https://creativecommons.org/licenses/by-sa/4.0/>): credit them by the page's address and revision,
say what was changed (passages were cut out, markup removed, spans masked), and share alike."""
_OTHER_CREDIT = """\
{number:,} tasks are from pages under {name}: find out what that asks of those who share them."""
_NO_CREDIT = """\
Of {number:,} tasks the corpus named no licence: find out what may be done with their texts before
sharing."""


class Facts(NamedTuple):
    """What a card tells; `heading` and `columns` are its section on the rows."""

    name: str
    heading: str
    columns: str
    suffix: str
    splits: Mapping[str, int]
    counts: TaskCounts
    licences: Mapping[str, int]
    settings: Mapping[str, Any]
    corpus: Mapping[str, Any]


def data_card(facts: Facts) -> str:
    """The text of `README.md`, its head readable by `datasets`."""
    head = yaml.safe_dump(_head(facts), sort_keys=False, allow_unicode=True)
    text = _TEXT.format(
        name=facts.name,
        masks=_listed(map(str, facts.settings["num_masks"])),
        version=__version__,
        revision=code_revision(),
        counts=_tables(facts),
        credit="\n\n".join(_credits(facts.licences)),
        seed=facts.settings["seed"],
        rejected=_reasons(facts.counts.rejected),
        settings=yaml.safe_dump(dict(facts.settings), sort_keys=False, allow_unicode=True),
        heading=facts.heading,
        columns=facts.columns,
        **facts.corpus,
    )
    return f"---\n{head}---\n\n{text}"


def _head(facts: Facts) -> dict[str, Any]:
    total = sum(facts.splits.values())
    return {
        "pretty_name": f"RAMP tasks: {facts.name}",
        "license": _licence(facts.licences),
        "language": sorted(facts.counts.languages),
        "task_categories": ["fill-mask", "question-answering"],
        "size_categories": [next((name for size, name in _SIZES if total < size), _LARGER)],
        "tags": ["masksearch", "ramp"],
        "configs": [
            {
                "config_name": "default",
                "data_files": [
                    {"split": split, "path": f"data/{split}-*{facts.suffix}"}
                    for split in facts.splits
                ],
            }
        ],
    }


def _licence(licences: Mapping[str, int]) -> str:
    """The one licence of all texts, as data sets name it."""
    if len(licences) > 1:
        return _OTHER_LICENCE
    name = next(iter(licences), "")
    return _LICENCES.get(name, _OTHER_LICENCE if name else _UNKNOWN_LICENCE)


def _credits(licences: Mapping[str, int]) -> Iterator[str]:
    for name, number in _most(licences):
        text = _CREDIT if name in _LICENCES else _OTHER_CREDIT if name else _NO_CREDIT
        yield text.format(name=" ".join(name.split()), number=number)


def _tables(facts: Facts) -> str:
    """Tasks by split and number of masks, and what was masked."""
    numbers = sorted({n for split in facts.splits for n in facts.counts.splits[split]}, key=int)
    rows = [
        [split, *(f"{facts.counts.splits[split].get(n, 0):,}" for n in numbers), f"{total:,}"]
        for split, total in facts.splits.items()
    ]
    heads = ["split", *(f"{n} mask{'s' * (n != '1')}" for n in numbers), "tasks"]
    tables = [_table(heads, rows)]
    had = facts.counts
    kinds = {"language": had.languages, "type of mask": had.types, "source of mask": had.sources}
    for kind, counts in kinds.items():
        tables.append(_table([kind, "number"], [[name, f"{n:,}"] for name, n in _most(counts)]))
    return "\n\n".join(tables)


def _table(heads: list[str], rows: Iterable[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, cells))} |" for cells in lines)


def _cell(text: str) -> str:
    """A text that ends neither its cell nor its row, and is no HTML."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _reasons(refused: Mapping[str, int]) -> str:
    return ", ".join(f"{reason} {n:,}" for reason, n in _most(refused)) or "nothing"


def _most(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _listed(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last
