"""What a dump's header tells of its wiki: addresses, licence, language; of Wikimedia's and others."""

import pytest

from masksearch.corpus.addresses import beginning, page_address
from masksearch.corpus.wiki import Wiki, read_wiki


@pytest.mark.parametrize(
    ("base", "address"),
    [
        ("https://en.wikipedia.org/wiki/Main_Page", "https://en.wikipedia.org/wiki/A_b%3F"),
        ("https://x.org/wiki/Main/Start", "https://x.org/wiki/A_b%3F"),
        ("https://x.org/wiki/", "https://x.org/wiki/A_b%3F"),
        ("https://x.org/wiki", "https://x.org/wiki/A_b%3F"),
        ("https://x.org/title/Main_page", "https://x.org/title/A_b%3F"),
        ("https://x.org/Main_Page", "https://x.org/A_b%3F"),
        ("https://x.org/de/wiki/Seite", "https://x.org/de/wiki/A_b%3F"),
        ("https://x.org/wiki/index.php/Main", "https://x.org/wiki/index.php/A_b%3F"),
        ("https://x.org/w/index.php?title=Main_Page", "https://x.org/w/index.php?title=A_b%3F"),
        ("https://x.org/index.php?title=M&uselang=de", "https://x.org/index.php?title=A_b%3F"),
        ("https://x.org/w/i.php?a=b&title=M", "https://x.org/w/i.php?a=b&title=A_b%3F"),
        ("https://x.org/w/index.php", "https://x.org/w/index.php?title=A_b%3F"),
        ("https://x.org/wiki.phtml", "https://x.org/wiki.phtml?title=A_b%3F"),
        ("http://localhost:8080/wiki/M", "http://localhost:8080/wiki/A_b%3F"),
        ("https://[::1]/wiki/M", "https://[::1]/wiki/A_b%3F"),
        ("//x.org/wiki/M", "https://x.org/wiki/A_b%3F"),
        (" https://x.org/wiki/M\n", "https://x.org/wiki/A_b%3F"),
        ("https://me:secret@x.org/wiki/M", "https://x.org/wiki/A_b%3F"),
        ("https://x.org/wiki/M#top", "https://x.org/wiki/A_b%3F"),
        ("", ""),
        ("https://x.org", ""),
        ("https://x.org/", ""),
        ("https://x.org/w/index.php?curid=1", "https://x.org/w/index.php?title=A_b%3F"),
        ("https://x.org/?p=1", ""),
        ("wiki", ""),
        ("javascript:alert(1)", ""),
        ("file:///wiki/M", ""),
        ("https://[::1/wiki/M", ""),
    ],
)
def test_addresses_of_pages_follow_the_main_pages(base, address):
    assert page_address(beginning(base), "A b?") == address


def test_a_title_in_a_query_cannot_end_it():
    assert (
        page_address("https://x.org/?title=", "A&b=c+d/é")
        == "https://x.org/?title=A%26b%3Dc%2Bd/%C3%A9"
    )


def header(base="", dbname="", lang="", namespaces=""):
    said = f' xml:lang="{lang}"' if lang else ""
    return (
        f"<mediawiki{said}><siteinfo><dbname>{dbname}</dbname><base>{base}</base>"
        f"<namespaces>{namespaces}</namespaces></siteinfo>"
    ).encode()


@pytest.mark.parametrize(
    ("base", "licence"),
    [
        ("https://en.wikipedia.org/wiki/Main_Page", "CC BY-SA"),
        ("http://de.wiktionary.org/wiki/Seite", "CC BY-SA"),
        ("https://commons.wikimedia.org/wiki/Main_Page", "CC BY-SA"),
        ("https://wiki.example.org/w/index.php?title=Main_Page", ""),
        ("https://en.wikipedia.org.example.org/wiki/Main_Page", ""),
        ("https://notwikipedia.org/wiki/Main_Page", ""),
        ("https://example.org/en.wikipedia.org/wiki/Main_Page", ""),
        ("https://en.wikinews.org/wiki/Main_Page", ""),
        ("", ""),
    ],
)
def test_only_wikimedias_own_wikis_are_under_its_licence(base, licence):
    assert read_wiki(header(base, "enwiki", "en")).licence == licence


@pytest.mark.parametrize(
    ("base", "dbname", "said", "lang"),
    [
        ("https://wiki.example.org/wiki/M", "my_wiki", "", ""),
        ("https://wiki.example.org/wiki/M", "dewiki", "", ""),
        ("https://wiki.example.org/wiki/M", "my_wiki", "fr", "fr"),
        ("https://wiki.example.org/wiki/M", "my_wiki", "es-419", "es-419"),
        ("", "my_wiki", "", ""),
        ("", "companywiki", "", ""),
        ("", "wikidb", "", ""),
        ("", "zh_min_nanwiki", "", "nan"),
        ("", "dewiktionary", "", "de"),
        ("https://www.wikidata.org/wiki/M", "wikidatawiki", "", ""),
        ("https://fr.wikivoyage.org/wiki/M", "", "", "fr"),
    ],
)
def test_a_private_wikis_names_tell_no_language(base, dbname, said, lang):
    assert read_wiki(header(base, dbname, said)).lang == lang


def test_only_a_wikipedia_changes_its_name_with_its_language():
    assert Wiki("my_wiki").in_language("de").name == "my_wiki"
    elsewhere = Wiki("enwiki", "en", "https://wiki.example.org/wiki/")
    assert elsewhere.in_language("de") == elsewhere._replace(lang="de")


def test_namespaces_that_a_header_lists_are_known_beside_the_common_ones():
    listed = '<namespace key="4">Mein_Wiki</namespace><namespace key="x">Y</namespace>'
    found = read_wiki(header(namespaces=f'{listed}<namespace key="0"/>')).namespaces
    assert found.of_title("Mein Wiki:Regeln") == 4 and found.of_title("Y:Z") == 0
    assert found.of_title("Template:Box") == 10 and "mein wiki" in found.other


@pytest.mark.parametrize(
    ("dbname", "name"), [("ab\x0bc", "abc"), ("r&d", "r&d"), ("a&nbsp;b", "a&nbsp;b")]
)
def test_a_fault_in_a_header_does_not_refuse_the_dump(dbname, name):
    assert read_wiki(header(dbname=dbname)).name == name
