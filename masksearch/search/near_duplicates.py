"""Near copies of a masked passage, by the runs of words that they share with it.

A masked passage is known by its shingles: every run of `SHINGLE` tokens that no mask
interrupts. What holds a good part of them says the same thing in the same words, and so
holds the answer too, whatever its id is.
"""

from __future__ import annotations

from functools import lru_cache

from masksearch.guards import LeakGuard
from masksearch.schemas import MASK, Guard, Hit
from masksearch.text import normalise, tokens

SHINGLE = 5
COPIED = 0.3
"""From this share of its shingles on, a text is a near copy of the masked passage."""
_FOREIGN = ("http://", "https://")
_SITE_SEPARATORS = (" - ", " | ", " – ", " — ")


def overlap(masked: str, text: str) -> float:
    """The share of the masked text's shingles that `text` holds; 0 when it has none."""
    wanted = _shingles_between_masks(masked)
    if not wanted:
        return 0.0
    held = _shingles(tokens(text), len(next(iter(wanted))))
    return len(wanted & held) / len(wanted)


def withholds(guard: LeakGuard, hit: Hit) -> bool:
    """Whether a guard withholds a hit: by its id, as a near copy, or as the page by its title.

    A hit from the web has no id of the corpus, so there a near copy counts as the paragraph,
    and what bears the page's title, or copies its paragraph, as the page.
    """
    if guard.mode is Guard.NONE:
        return False
    if guard.blocks(hit.id):
        return True
    is_foreign = hit.id.startswith(_FOREIGN)
    if guard.prompt is None or not (is_foreign or guard.mode is Guard.COPIES):
        return False
    if guard.mode is Guard.PAGE and _is_titled(hit.title, guard.prompt.title):
        return True
    return overlap(guard.prompt.text, hit.text) >= COPIED


@lru_cache(maxsize=1024)
def _shingles_between_masks(masked: str) -> frozenset[tuple[str, ...]]:
    """Shorter runs where the masks leave none of full length."""
    parts = [tokens(part) for part in masked.split(MASK)]
    longest = max(map(len, parts))
    size = min(SHINGLE, longest)
    return frozenset().union(*(_shingles(part, size) for part in parts)) if size else frozenset()


def _shingles(words: list[str], size: int) -> frozenset[tuple[str, ...]]:
    return frozenset(zip(*(words[at:] for at in range(size)), strict=False))


def _is_titled(title: str, page: str) -> bool:
    """Whether a web page's title is that of a page, perhaps with its site's name after it."""
    names = {title, *(title.rpartition(separator)[0] for separator in _SITE_SEPARATORS)}
    return bool(wanted := normalise(page)) and wanted in map(normalise, names)
