from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masksearch.schemas import Passage
from masksearch.search.texts import TEXTS_FILE, Place, Texts, TextsWriter

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def passage(id, title, url, text):
    return Passage(
        id=id, document_id=id, title=title, section="", text=text, start=0, end=len(text), url=url
    )


def written(passages):
    file = BytesIO()
    writer = TextsWriter(file)
    places = [writer.add(one) for one in passages]
    writer.end()
    return file.getvalue(), places


@given(st.lists(st.builds(passage, words, words, words, words), max_size=6))
def test_any_passage_is_read_back_as_it_was(passages):
    data, places = written(passages)
    hits = Texts(data).hits(Place(at, -n) for n, at in enumerate(places))
    assert [(h.id, h.title, h.url, h.text, h.score) for h in hits] == [
        (p.id, p.title, p.url, p.text, -n) for n, p in enumerate(passages)
    ]


def test_a_file_is_read_like_memory(tmp_path):
    data, [place] = written([passage("1", "東京", "", "Ada\nLovelace")])
    (tmp_path / TEXTS_FILE).write_bytes(data)
    assert Texts.open(tmp_path / TEXTS_FILE).hits([Place(place, 1)]) == Texts(data).hits(
        [Place(place, 1)]
    )


@pytest.mark.parametrize("cut", [lambda data: data[:-1], lambda data: b"", lambda data: b"x" * 99])
def test_a_file_that_is_cut_off_or_foreign_is_refused(tmp_path, cut):
    path = tmp_path / TEXTS_FILE
    path.write_bytes(cut(written([passage("1", "t", "", "text")])[0]))
    with pytest.raises(ValueError, match=r"cut off|empty"):
        Texts.open(path)


def test_a_place_beyond_the_end_is_an_error():
    data, _ = written([passage("1", "t", "", "text")])
    with pytest.raises(ValueError, match="no passage"):
        Texts(data).hits([Place(len(data) - 3, 1)])
