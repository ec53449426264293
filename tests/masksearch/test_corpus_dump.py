import bz2
import codecs
import gzip
import random
import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masksearch.config import CorpusConfig
from masksearch.corpus import dump_file
from masksearch.corpus.dump_file import open_dump
from masksearch.corpus.mediawiki import open_mediawiki
from masksearch.corpus.pages import Page, read_pages, refusal
from masksearch.corpus.wiki import Wiki, read_wiki
from masksearch.errors import InputError
from masksearch.language import Language, decide_language

ENGLISH = "The old harbour of the town was built again by its own people after the war. " * 8
GERMAN = "Der alte Hafen der Stadt wurde nach dem Krieg von den Bürgern wieder aufgebaut. " * 8
CHINESE = "这座城市的旧港口在战争结束以后由当地居民重新修建起来，现在是一个很大的港口。" * 8
HEAD = '<mediawiki xml:lang="en"><siteinfo><dbname>enwiki</dbname></siteinfo>'


def page(number, text="text"):
    return f"<page><title>T{number}</title><ns>0</ns><id>{number}</id><revision><text>{text}</text></revision></page>"


def dump(*pages, head=HEAD):
    return f"{head}\n{''.join(pages)}\n</mediawiki>\n"


def titles(file):
    return [one.title for part in file.parts() for one in read_pages(file.pages(part))]


lengths = st.lists(st.integers(0, 60), min_size=1, max_size=12)


@given(lengths, st.integers(1, 400), st.lists(st.integers(1, 800), max_size=6), st.booleans())
@settings(max_examples=150, deadline=None)
def test_every_page_is_read_once_wherever_the_parts_are_cut(
    tmp_path_factory, sizes, size, cuts, packed
):
    text = dump(*(page(n, "x" * length) for n, length in enumerate(sizes))).encode()
    path = tmp_path_factory.mktemp("cut") / "dump"
    if packed:
        edges = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
        path.write_bytes(b"".join(bz2.compress(text[a:b]) for a, b in pairwise(edges)))
    else:
        path.write_bytes(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dump_file, "PART_BYTES", size)
        patch.setattr(dump_file, "_BLOCK", 16)
        assert titles(open_dump(path)) == [f"T{n}" for n in range(len(sizes))]


def test_cutting_a_large_dump_into_parts_takes_no_more_memory_than_a_small_one(tmp_path):
    def peak(megabytes):
        pages = "".join(page(n, "x") for n in range(20))
        noise = random.Random(0).randbytes(megabytes << 20)  # packs to nothing smaller
        path = tmp_path / f"{megabytes}.bz2"
        path.write_bytes(bz2.compress(dump(pages).encode()) * 2 + noise)
        file = open_dump(path)
        tracemalloc.start()
        cut = list(file.parts())
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert cut[-1].read == path.stat().st_size
        return found

    assert peak(24) < 1.1 * peak(1)


DECLARED = '<?xml version="1.0" encoding="{}"?>'
ENCODED = {
    "UTF-8 with a mark": lambda text: codecs.BOM_UTF8 + text.encode(),
    "UTF-16 with a mark": lambda text: text.encode("utf-16"),
    "UTF-16 unmarked, little end first": lambda text: text.encode("utf-16-le"),
    "UTF-16 unmarked, big end first": lambda text: text.encode("utf-16-be"),
    "Latin-1 as declared": lambda text: (DECLARED.format("ISO-8859-1") + text).encode("latin-1"),
    "UTF-8 that says UTF-16": lambda text: (DECLARED.format("UTF-16") + text).encode(),
}


@pytest.mark.parametrize("pack", [bytes, bz2.compress, gzip.compress])
@pytest.mark.parametrize("encoding", ENCODED)
def test_encodings_are_found_out(tmp_path, encoding, pack):
    path = tmp_path / "dump"
    path.write_bytes(pack(ENCODED[encoding](dump(page(1, "Café – au lait".replace("–", "-"))))))
    file = open_dump(path)
    (found,) = [one for part in file.parts() for one in read_pages(file.pages(part))]
    assert found.wikitext == "Café - au lait"


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030"])
def test_bytes_that_are_no_text_in_their_encoding_refuse_their_page_alone(tmp_path, encoding):
    text = DECLARED.format(encoding) + dump(page(1), page(2, "HERE"), page(3))
    bad = b"\x00\xd8" if encoding == "utf-16" else b"\xff\xff"
    path = tmp_path / "dump.xml"
    path.write_bytes(text.encode(encoding).replace("HERE".encode(encoding)[-8:], bad))
    file = open_dump(path)
    found = [one for part in file.parts() for one in read_pages(file.pages(part))]
    assert [getattr(one, "reason", "") for one in found] == ["", "not UTF-8 text", ""]


def test_a_page_without_end_is_not_waited_for_forever(tmp_path, monkeypatch):
    monkeypatch.setattr(dump_file, "MAX_PAGE_BYTES", 1000)
    monkeypatch.setattr(dump_file, "PART_BYTES", 100)
    monkeypatch.setattr(dump_file, "_BLOCK", 50)
    for name, pack in (("a", bytes), ("b", gzip.compress)):
        (tmp_path / name).write_bytes(pack(dump(page(1, "x" * 5000)).encode()))
        with pytest.raises(InputError, match="a page of more than"):
            titles(open_dump(tmp_path / name))


def article(title="Town", text="prose", **changes):
    return Page(title, "1", "2", "", 0, is_redirect=False, wikitext=text)._replace(**changes)


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (article(), ""),
        (article(namespace=4), "namespace"),
        (article(is_wikitext=False), "content model"),
        (article(text=None), "no text"),
        (article(is_redirect=True), "redirect"),
        (article(text=" #REDIRECT [[x]]"), "redirect"),
        (article(text="#重定向 [[x]]"), "redirect"),
        (article("Town (disambiguation)"), "disambiguation"),
        (article(text="x {{ Disambig }}"), "disambiguation"),
        (article(text="x\n{{Begriffsklärung}}"), "disambiguation"),
        (article(text="x {{disambiguation needed}} y"), ""),
        (article("List of towns"), "list"),
        (article("德国城市列表"), "list"),
        (article(text=" \n"), "no text"),
    ],
)
def test_what_is_no_article_is_refused_with_the_reason(page, reason):
    assert refusal(page) == reason


@pytest.mark.parametrize(
    ("head", "lang", "url"),
    [
        (HEAD, "en", ""),
        ("<mediawiki><siteinfo><dbname>zh_yuewiki</dbname></siteinfo>", "yue", ""),
        ("<mediawiki><siteinfo><dbname>simplewiki</dbname></siteinfo>", "en", ""),
        (
            "<mediawiki><siteinfo><base>https://de.wikipedia.org/wiki/Seite</base></siteinfo>",
            "de",
            "https://de.wikipedia.org/wiki/",
        ),
        ("<mediawiki>", "", ""),
    ],
)
def test_the_header_tells_the_language_and_addresses(head, lang, url):
    wiki = read_wiki(head.encode())
    assert (wiki.lang, wiki.url) == (lang, url)


def test_a_wikipedia_in_another_language_than_it_says_has_that_languages_addresses():
    wiki = Wiki("enwiki", "en", "https://en.wikipedia.org/wiki/").in_language("zh")
    assert wiki.name == "zhwiki" and wiki.address("柏林").startswith(
        "https://zh.wikipedia.org/wiki/%"
    )
    assert Wiki("mine", "en", "https://x.org/").in_language("zh") == Wiki(
        "mine", "zh", "https://x.org/"
    )


@pytest.mark.parametrize(
    ("said", "text", "used"),
    [
        ("en", ENGLISH, "en"),
        ("en", CHINESE, "zh"),
        ("en", GERMAN, "de"),
        ("", GERMAN, "de"),
        ("", "few words", ""),
        ("en", "wenige Worte", "en"),
        ("gsw", GERMAN, "gsw"),
        ("yue", CHINESE, "yue"),
        ("tlh", ENGLISH, "tlh"),
    ],
)
def test_the_text_corrects_what_is_said_of_its_language(said, text, used):
    assert decide_language(said, text).used == used


@pytest.mark.parametrize("declared", ["declared", "said"])
def test_a_noted_language_is_read_also_as_contracts_1_noted_it(declared):
    assert Language.noted({"used": "zh", declared: "en"}) == Language("zh", "en")


@pytest.mark.parametrize(("given", "used"), [("", "zh"), ("en", "en")])
def test_a_dump_whose_header_is_wrong_is_read_in_its_texts_language(tmp_path, given, used):
    path = tmp_path / "dump.xml"
    path.write_text(dump(page(1, CHINESE)), encoding="utf-8")
    source = open_mediawiki(path, CorpusConfig(lang=given))
    (article,) = [one for part in source.parts() for one in source.read(part)]
    assert article.document.lang == source.language.used == used
    assert source.language == (Language("zh", "en", "zh") if not given else Language("en"))
    assert article.document.id == f"{used}wiki:1:" or given


def test_the_namespaces_that_are_wanted_are_taken(tmp_path):
    path = tmp_path / "dump.xml"
    pages = [page(n, ENGLISH).replace("<ns>0", f"<ns>{ns}") for n, ns in enumerate((0, 4, 14))]
    path.write_text(dump(*pages))
    source = open_mediawiki(path, CorpusConfig(namespaces=(14, "Project")))
    found = [one for part in source.parts() for one in source.read(part)]
    assert [one.document.title for one in found[1:]] == ["T1", "T2"]
    assert found[0].rejection.reason == "namespace"
    with pytest.raises(InputError, match="no namespace 'Portal'"):
        open_mediawiki(path, CorpusConfig(namespaces=("Portal",)))


def test_a_dump_without_a_language_asks_for_it(tmp_path):
    path = tmp_path / "dump.xml"
    path.write_text(dump(page(1), head="<mediawiki>"))
    with pytest.raises(InputError, match="give it with --lang"):
        open_mediawiki(path, CorpusConfig())
    assert open_mediawiki(path, CorpusConfig(lang="de")).wiki.lang == "de"
