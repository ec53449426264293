"""DuckDuckGo through LangChain's wrapper; what it scrapes stands in for the web."""

import pytest
from ddgs.exceptions import DDGSException, RatelimitException

from masksearch.errors import SearchError, SearchUnavailable
from masksearch.search.backends.duckduckgo import DuckDuckGoSearch

FOUND = [
    {"title": "Ada", "href": "https://example.org/ada", "body": "Ada wrote notes."},
    {"title": "Charles", "href": "https://example.org/charles", "body": "He built."},
]


@pytest.fixture
def scraping(monkeypatch):
    """Lets a test say what a search finds, or how it fails."""
    asked = []

    def say(outcome):
        def text(self, query, **options):
            asked.append((query, options["max_results"], options["backend"]))
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        monkeypatch.setattr("ddgs.ddgs.DDGS.text", text)
        return asked

    return say


async def test_hits_are_what_was_found(scraping):
    asked = scraping(FOUND)
    [hits] = await DuckDuckGoSearch().search(["who wrote notes"], top_k=5)
    assert [(hit.id, hit.title, hit.text) for hit in hits] == [
        (one["href"], one["title"], one["body"]) for one in FOUND
    ]
    assert asked == [("who wrote notes", 5, "duckduckgo")]


@pytest.mark.parametrize("outcome", [[], None, DDGSException("No results found.")])
async def test_nothing_found_is_no_error(scraping, outcome):
    scraping(outcome)
    assert await DuckDuckGoSearch().search(["x"], top_k=5) == [[]]


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (RatelimitException("202"), SearchUnavailable),
        (DDGSException("blocked"), SearchUnavailable),
        ([{"title": "no link"}], SearchError),
    ],
)
async def test_a_fault_is_a_typed_error(scraping, outcome, kind):
    scraping(outcome)
    with pytest.raises(SearchError) as failed:
        await DuckDuckGoSearch().search(["x"], top_k=5)
    assert type(failed.value) is kind and "duckduckgo: " in str(failed.value)
