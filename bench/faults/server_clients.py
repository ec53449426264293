"""What three trainers send to a retriever and how they read it, from their published code.

Each function asks once and returns what the trainer's model would be shown; whatever the
trainer could not read raises.
"""

from __future__ import annotations

from typing import Any

import requests

_SECONDS = 60
_SESSION = requests.Session()
_SESSION.trust_env = False


def search_r1(url: str, queries: list[str], topk: int = 3) -> list[str]:
    """PeterGriffinJin/Search-R1:search_r1/llm_agent/generation.py, `batch_search`."""
    asked = {"queries": queries, "topk": topk, "return_scores": True}
    results = _post(url, asked).json()["result"]
    assert len(results) == len(queries), "as many results as searches"
    return ["".join(_documents(found, "Doc {}(Title: {}) {}\n")) for found in results]


def search_r1_plain(url: str, queries: list[str]) -> list[str]:
    """The defaults of its server's request: search_r1/search/retrieval_server.py."""
    results = _post(url, {"queries": queries}).json()["result"]
    assert len(results) == len(queries), "as many results as searches"
    return ["\n".join(document["contents"] for document in found) for found in results]


def zero_search(url: str, query: str, topk: int = 5) -> str:
    """Alibaba-NLP/ZeroSearch:llm_agent/generation.py, `retrieve_from_wiki`, one of ten tries."""
    found = _post(url, {"query": query, "top_k": topk}).json()
    return "\n".join(f"Doc {n}: {document['text']}" for n, document in enumerate(found, 1))


def verl(url: str, query_list: list[str], topk: int = 3) -> str:
    """volcengine/verl:verl/tools/utils/search_r1_like_utils.py, one of ten tries."""
    asked = {"queries": query_list, "topk": topk, "return_scores": True}
    reply = _post(url, asked, {"Content-Type": "application/json", "Accept": "application/json"})
    reply.raise_for_status()
    results = reply.json().get("result", [])
    shown = ("\n\n".join(_documents(found, "Doc {} (Title: {})\n{}")) for found in results)
    return "\n---\n".join(shown)


def _documents(found: list[dict[str, Any]], form: str) -> list[str]:
    shown = []
    for number, item in enumerate(found, 1):
        title, *text = item["document"]["contents"].split("\n")
        shown.append(form.format(number, title, "\n".join(text)))
    return shown


def _post(
    url: str, asked: dict[str, Any], headers: dict[str, str] | None = None
) -> requests.Response:
    return _SESSION.post(f"{url}/retrieve", json=asked, headers=headers, timeout=_SECONDS)
