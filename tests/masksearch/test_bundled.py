import itertools

from masksearch.bundled import bundled_passages
from masksearch.schemas import page_of
from masksearch.text import contains_tokens


def test_passages_have_ids_of_their_page_and_offsets_that_do_not_overlap():
    passages = bundled_passages()
    assert len({p.id for p in passages}) == len(passages) >= 30
    assert all(page_of(p.id) == p.document_id for p in passages)
    assert all(p.end - p.start == len(p.text) for p in passages)
    for earlier, later in itertools.pairwise(passages):
        assert later.start == (earlier.end + 2 if later.title == earlier.title else 0)


def test_facts_stand_on_two_pages():
    passages = bundled_passages()
    for fact in ("in 1873", "20 July 1969", "29 May 1953", "14 December 1911", "September 1928"):
        pages = {p.document_id for p in passages if contains_tokens(p.text, fact)}
        assert len(pages) >= 2, fact
