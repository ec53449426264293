import pytest

from masksearch.errors import InputError
from masksearch.evaluation.leaks import leak_rates
from masksearch.schemas import (
    Guard,
    Interval,
    Lineage,
    Passage,
    Prompt,
    Task,
    TaskKind,
    masked_text,
)
from masksearch.search.bm25 import TantivySearch
from masksearch.search.near_duplicates import overlap

TEXT = "The old bridge over the river Severn was built by Thomas Telford in the year 1826."
MASK = Interval(TEXT.index("Thomas"), TEXT.index(" in the year"))
CORPUS = {
    "w:bridge:1#0": TEXT,
    "w:bridge:1#1": "The bridge has six arches and a river under it.",
    "w:mirror:1#0": f"Copied: {TEXT}",
    "w:telford:1#0": "Thomas Telford was a man who built a bridge over the river.",
}


def passage(id, text):
    document = id.partition("#")[0]
    return Passage(
        id=id, document_id=document, title="", section="", text=text, start=0, end=len(text)
    )


def task():
    prompt = Prompt(kind=TaskKind.RAMP, text=masked_text(TEXT, (MASK,)), num_masks=1)
    return Task(
        id="t",
        prompt=prompt,
        answers=(("Thomas Telford",),),
        window=Interval(0, len(TEXT)),
        masks=(MASK,),
        lineage=Lineage(passage_id="w:bridge:1#0", revision="1", corpus_hash="c"),
    )


@pytest.mark.parametrize(
    ("text", "share"),
    [
        (TEXT, 1.0),
        (TEXT.upper(), 1.0),
        ("The old bridge over the river Severn was", 0.5),
        ("nothing", 0.0),
    ],
)
def test_the_overlap_is_the_share_of_runs_of_words(text, share):
    assert overlap(task().prompt.text, text) == share


@pytest.mark.parametrize("masked", ["[mask]", "", "[mask] [mask] .", "of [mask] and"])
def test_a_text_of_hardly_any_words_is_judged_by_those_it_has(masked):
    assert 0 <= overlap(masked, TEXT) <= 1


async def test_each_guard_s_leaks_are_told_apart():
    search = TantivySearch.of_passages(passage(*one) for one in CORPUS.items())
    rates = await leak_rates([task()], search, top_k=4, guards=list(Guard))
    told = {one.guard: (one.copies.mean, one.leaked.mean, one.answered.mean) for one in rates}
    assert told == {
        Guard.NONE: (1, 1, 1),
        Guard.PARAGRAPH: (1, 1, 1),  # the mirror
        Guard.COPIES: (0, 0, 1),  # another page may know it
        Guard.PAGE: (1, 1, 1),
    }


async def test_questions_alone_are_refused():
    asked = Task(id="q", prompt=Prompt(kind=TaskKind.QUESTION, text="Who?"), answers=(("A",),))
    with pytest.raises(InputError, match="no masked task"):
        await leak_rates([asked], None, top_k=1, guards=[Guard.NONE])
