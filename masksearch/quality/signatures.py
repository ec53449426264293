"""What tells duplicates: a hash of a passage's words, and MinHashes of its shingles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
from rensa import RMinHash

from masksearch.text import digest, tokens

NUM_HASHES = 128
_SEED = 1

Signatures = npt.NDArray[Any]


def signature_type(*, near: bool) -> np.dtype[Any]:
    """A passage's row: the hash of its words and, for near duplicates, its MinHashes."""
    minima = [("minima", np.uint32, (NUM_HASHES,))] if near else []
    return np.dtype([("words", np.uint64), *minima])


def signatures(texts: Iterable[str], shingle: int, *, near: bool) -> Signatures:
    """A row for each text."""
    rows = [_row(tokens(text), shingle, near=near) for text in texts]
    return np.array(rows, dtype=signature_type(near=near))


def shingles(words: list[str], size: int) -> list[str]:
    """Every run of `size` words; a shorter text is one shingle."""
    last = max(1, len(words) - size + 1)
    return [" ".join(words[at : at + size]) for at in range(last)]


def similarity(one: npt.NDArray[np.uint32], other: npt.NDArray[np.uint32]) -> float:
    """The share of common shingles (Jaccard) of two texts, estimated from their MinHashes."""
    return float(np.mean(one == other))


def _row(words: list[str], size: int, *, near: bool) -> tuple[Any, ...]:
    whole = int(digest(*words), 16)
    if not near:
        return (whole,)
    minhash = RMinHash(num_perm=NUM_HASHES, seed=_SEED)
    minhash.update(shingles(words, size))
    return whole, minhash.digest()
