"""Where the evidence of a question stands in its row: pages, facts, paragraphs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from masksearch.questions.values import Fields, first, parsed, text_of, texts_of
from masksearch.schemas import Evidence

_SUBJECT = ("subject", "fact", "head", "entity1")
_RELATION = ("relation", "predicate", "property")
_OBJECT = ("object", "entity", "tail", "entity2", "answer")


def supporting_titles(fields: Fields) -> tuple[str, ...]:
    """The titles of the pages that are needed, each once, in the order of the file."""
    if named := texts_of(parsed(fields.get("supporting_titles"))):
        return named
    facts = parsed(fields.get("supporting_facts"))
    if isinstance(facts, Mapping):  # a column each, as Hugging Face's copies have them
        return texts_of(facts.get("title"))
    return texts_of([_title(one) for one in _listed(facts)])


def evidences_of(fields: Fields) -> tuple[Evidence, ...]:
    """Triples, as lists, as objects, or as a column each."""
    given = parsed(fields.get("evidences"))
    if isinstance(given, Mapping):
        columns = [_listed(first(given, *names)) for names in (_SUBJECT, _RELATION, _OBJECT)]
        given = list(zip(*columns, strict=False))
    return tuple(one for part in _listed(given) if (one := _triple(part)) is not None)


def supporting_paragraphs(fields: Fields) -> tuple[str, ...]:
    """The titles of MuSiQue's paragraphs that support the answer, hop by hop where it says so."""
    paragraphs = [one for one in _listed(parsed(fields.get("paragraphs"))) if _is_object(one)]
    wanted = {
        one.get("idx", at): text_of(one.get("title"))
        for at, one in enumerate(paragraphs)
        if one.get("is_supporting")
    }
    hops = [one for one in _listed(parsed(fields.get("question_decomposition"))) if _is_object(one)]
    by_hop = [wanted.get(one.get("paragraph_support_idx"), "") for one in hops]
    return texts_of([*by_hop, *wanted.values()])


def necessary_pages(fields: Fields) -> tuple[str, ...]:
    """The titles of FanOutQA's evidence: a list, or spread over the parts of the question."""
    listed = _listed(parsed(fields.get("necessary_evidence")))
    within = _evidence_within(_listed(parsed(fields.get("decomposition"))))
    return texts_of([one.get("title") for one in (listed or list(within)) if _is_object(one)])


def _evidence_within(parts: Sequence[Any]) -> Iterator[Any]:
    for part in parts:
        if _is_object(part):
            yield part.get("evidence")
            yield from _evidence_within(_listed(part.get("decomposition")))


def _title(fact: Any) -> str:
    if _is_object(fact):
        return text_of(fact.get("title"))
    return text_of(fact[0]) if isinstance(fact, Sequence) and fact else ""


def _triple(part: Any) -> Evidence | None:
    if _is_object(part):
        part = [first(part, *names) for names in (_SUBJECT, _RELATION, _OBJECT)]
    texts = tuple(map(text_of, _listed(part)))
    return Evidence(*texts) if len(texts) == len(Evidence._fields) and all(texts) else None


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping)


def _listed(value: Any) -> list[Any]:
    is_list = isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping)
    return list(value) if is_list else []
