"""What one fill of one blank is worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from masksearch.text import compared_tokens, normalise

_VERDICTS = frozenset({"yes", "no", "noanswer"})


def exact_match(fill: str, aliases: Sequence[str]) -> bool:
    """Whether the fill is an accepted text, both normalised as in SQuAD's evaluation.

    Texts of which nothing is left (`The`, `!`) are compared as they stand.
    """
    return any(_same(fill, alias) for alias in aliases)


def token_recall(fill: str, aliases: Sequence[str]) -> float:
    """The share of an accepted text's tokens that the fill has, 0 to 1, at its best.

    Tokens are counted as multisets. As in FlashRAG's metrics, `yes`, `no` and `noanswer`
    are right as a whole or not at all.
    """
    return max((_recall(fill, alias) for alias in aliases), default=0.0)


def token_f1(fill: str, aliases: Sequence[str]) -> float:
    """The harmonic mean of the tokens' precision and recall, 0 to 1, at its best.

    SQuAD's F1, with tokens counted and verdicts taken as in `token_recall`. Unless it is the
    reward (`reward.answer`), nothing is trained on it, so that it shows a recall bought with
    length.
    """
    return max((_f1(fill, alias) for alias in aliases), default=0.0)


def _recall(fill: str, alias: str) -> float:
    given, wanted = compared_tokens(fill), compared_tokens(alias)
    if _is_whole(given, wanted):
        return float(_same(fill, alias))
    return _common(given, wanted) / len(wanted)


def _f1(fill: str, alias: str) -> float:
    given, wanted = compared_tokens(fill), compared_tokens(alias)
    if _is_whole(given, wanted):
        return float(_same(fill, alias))
    return 2 * _common(given, wanted) / (len(given) + len(wanted))


def _is_whole(given: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether a fill is right as a whole or not at all."""
    return not wanted or bool(_VERDICTS & {" ".join(given), " ".join(wanted)})


def _common(given: Sequence[str], wanted: Sequence[str]) -> int:
    return (Counter(given) & Counter(wanted)).total()


def _same(fill: str, alias: str) -> bool:
    wanted = normalise(alias)
    if not wanted:
        return bool(fill.strip()) and fill.strip().lower() == alias.strip().lower()
    return normalise(fill) == wanted
