"""A small corpus of our own sentences (Apache-2.0), for a first look without any download.

Most facts stand on two pages in similar words, so that a search can find them even when
the page that a task was made from is withheld.
"""

from __future__ import annotations

from pathlib import Path

from masksearch.schemas import Passage
from masksearch.store import read_lines

CORPUS = "bundled"
_FILE = Path(__file__).with_name("corpus.jsonl")


def bundled_passages() -> list[Passage]:
    """The passages in the file's order; those of a page follow each other."""
    passages: list[Passage] = []
    for _, line in read_lines(_FILE):
        title, text = str(line["title"]), str(line["text"])
        last = passages[-1] if passages and passages[-1].title == title else None
        page = f"{CORPUS}:{title.replace(' ', '_')}"
        number = int(last.id.rpartition("#")[2]) + 1 if last else 0
        start = last.end + len("\n\n") if last else 0
        passages.append(
            Passage(
                id=f"{page}#{number}",
                document_id=page,
                title=title,
                section="",
                text=text,
                start=start,
                end=start + len(text),
                licence="Apache-2.0",
            )
        )
    return passages
