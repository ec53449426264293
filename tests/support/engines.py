"""Every engine that speaks HTTP, and how its API is documented to answer."""

import json
from collections.abc import Callable
from typing import NamedTuple

from pydantic import SecretStr

from masksearch.ports import SearchBackend
from masksearch.search.backends.remote import RemoteSearch
from masksearch.search.backends.searxng import SearxngSearch
from masksearch.search.backends.serpapi import SerpApiSearch
from masksearch.search.backends.serper import SerperSearch
from masksearch.search.backends.tavily import TavilySearch
from masksearch.search.backends.wikipedia import WikipediaSearch

KEY = SecretStr("sk-very-secret")


class Page(NamedTuple):
    """A result as a test wants it."""

    url: str
    title: str
    text: str


PAGES = (
    Page("https://example.org/ada", "Ada Lovelace", "Ada wrote notes on the Engine."),
    Page("https://example.org/menabrea", "Menabrea", "Luigi Menabrea wrote an article."),
    Page("https://example.org/中文", "北京", "北京是中国的首都。"),
)


def tavily(pages):
    items = [
        {"title": p.title, "url": p.url, "content": p.text, "score": 0.9 - n / 10}
        for n, p in enumerate(pages)
    ]
    return {"query": "q", "answer": None, "images": [], "results": items, "response_time": 0.3}


def serper(pages):
    items = [
        {"title": p.title, "link": p.url, "snippet": p.text, "position": n}
        for n, p in enumerate(pages, 1)
    ]
    return {"searchParameters": {"q": "q", "type": "search"}, "organic": items, "credits": 1}


def serpapi(pages):
    done = {"search_metadata": {"status": "Success"}, "search_parameters": {"q": "q"}}
    if not pages:
        none = "Google hasn't returned any results for this query."
        return done | {"error": none}
    items = [
        {"position": n, "title": p.title, "link": p.url, "snippet": p.text}
        for n, p in enumerate(pages, 1)
    ]
    return done | {"organic_results": items}


def searxng(pages):
    items = [
        {"title": p.title, "url": p.url, "content": p.text, "engine": "a", "score": 4.0 - n}
        for n, p in enumerate(pages)
    ]
    return {"query": "q", "number_of_results": 0, "results": items, "unresponsive_engines": []}


def wikipedia(pages):
    if not pages:
        return {"batchcomplete": True}
    items = [
        {
            "pageid": 9 - n,
            "ns": 0,
            "title": p.title,
            "index": n,
            "extract": p.text,
            "fullurl": p.url,
        }
        for n, p in enumerate(pages, 1)
    ]
    return {"batchcomplete": True, "query": {"pages": items[::-1]}}


def retrieve(pages):
    items = [
        {"document": {"id": p.url, "contents": f'"{p.title}"\n{p.text}'}, "score": 9.0 - n}
        for n, p in enumerate(pages)
    ]
    return {"result": [items]}


class Engine(NamedTuple):
    """How an engine is made for an address, and what its API says about pages."""

    name: str
    make: Callable[[str], SearchBackend]
    reply: Callable[[list[Page]], dict]
    items: str
    """The key of the list of results, by dots."""

    def says(self, pages) -> str:
        return json.dumps(self.reply(list(pages)), ensure_ascii=False)


ENGINES = (
    Engine("tavily", lambda url: TavilySearch(KEY, url), tavily, "results"),
    Engine("serpapi", lambda url: SerpApiSearch(KEY, url), serpapi, "organic_results"),
    Engine("serper", lambda url: SerperSearch(KEY, url), serper, "organic"),
    Engine("searxng", SearxngSearch, searxng, "results"),
    Engine("wikipedia", WikipediaSearch, wikipedia, "query.pages"),
    Engine("http", lambda url: RemoteSearch(url, KEY), retrieve, "result"),
)
