"""What published training code sends to a retriever and how it reads the reply.

The shapes are facts of the files that the tests name; all three use Python's `requests`, whose
`json=` writes ASCII with escapes, half a surrogate pair among them.
"""

import asyncio
import json

import httpx
import pytest

from masksearch.schemas import Passage
from masksearch.search.bm25 import TantivySearch
from masksearch.search.server.app import RetrievalServer

NAMES = ("Ada", "Oregon", "Salem", "桥")


@pytest.fixture(scope="module")
def index():
    return TantivySearch.of_passages(
        Passage(
            id=f"c:{number}#0",
            document_id=f"c:{number}",
            title=name,
            section="",
            text=f"{name} stands here.\nAnd {name} on a second line.",
            start=0,
            end=1,
        )
        for number, name in enumerate(NAMES)
    )


@pytest.fixture
async def client(index):
    server = RetrievalServer(index, threads=2)  # of one event loop
    transport = httpx.ASGITransport(server.app(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client


async def post(client, payload):
    """As `requests.post(url, json=payload)` does."""
    kind = {"Content-Type": "application/json", "Accept": "*/*"}
    return await client.post("/retrieve", content=json.dumps(payload).encode(), headers=kind)


def as_search_r1_reads(reply):
    return [
        "".join(
            f"Doc {n}(Title: {title}) {chr(10).join(text)}\n"
            for n, (title, *text) in enumerate(
                (item["document"]["contents"].split("\n") for item in found), 1
            )
        )
        for found in reply.json()["result"]
    ]


async def search_r1(client, queries, topk=3):
    """PeterGriffinJin/Search-R1:search_r1/llm_agent/generation.py, `_batch_search`.

    Every query of a step in one request, with scores; of the reply `result` alone is read,
    whatever the status is, and there must be as many results as queries.
    """
    reply = await post(client, {"queries": queries, "topk": topk, "return_scores": True})
    found = as_search_r1_reads(reply)
    assert len(found) == len(queries)
    return found


async def zero_search(client, query, topk=5):
    """Alibaba-NLP/ZeroSearch:llm_agent/generation.py, `retrieve_from_wiki`.

    (Read in the copy JohnZhao2023/ZeroSearch.) One query a request; the reply is a list whose
    items have a `text`, and whatever else it is costs ten tries.
    """
    reply = await post(client, {"query": query, "top_k": topk})
    return "\n".join(f"Doc {n}: {document['text']}" for n, document in enumerate(reply.json(), 1))


async def verl(client, query_list, topk=3):
    """volcengine/verl:verl/tools/utils/search_r1_like_utils.py, `perform_single_search_batch`.

    500 and its kin are tried again ten times, any other status above 399 is the tool's error.
    """
    reply = await post(client, {"queries": query_list, "topk": topk, "return_scores": True})
    reply.raise_for_status()
    found = reply.json().get("result", [])
    return "\n---\n".join(
        "\n\n".join(
            f"Doc {n} (Title: {title})\n{chr(10).join(text)}"
            for n, (title, *text) in enumerate(
                (item["document"]["contents"].split("\n") for item in result), 1
            )
        )
        for result in found
    )


async def test_search_r1_is_answered(client):
    assert await search_r1(client, ["Ada", "Oregon"], topk=1) == [
        'Doc 1(Title: "Ada") Ada stands here.\nAnd Ada on a second line.\n',
        'Doc 1(Title: "Oregon") Oregon stands here.\nAnd Oregon on a second line.\n',
    ]


async def test_search_r1s_step_of_grpo_is_one_batch(client):
    """train_grpo.sh: 512 prompts with five answers each."""
    found = await search_r1(client, [NAMES[number % 4] for number in range(2_560)])
    assert all(NAMES[number % 4] in text for number, text in enumerate(found))


async def test_search_r1_asks_for_nothing_when_nobody_searched(client):
    assert await search_r1(client, []) == []


async def test_half_a_surrogate_pair_is_searched_without_it(client):
    odd, ada, only = await search_r1(client, ["Ada \ud83d", "Ada", "\udc00"])
    assert odd == ada and ada and not only


async def test_what_else_a_model_writes_as_a_query_costs_the_batch_nothing(client):
    asked = {"queries": ["Ada", None, 1815], "return_scores": None}
    reply = (await post(client, asked)).json()
    ada, nothing, number = reply["result"]
    assert ada and not nothing and not number and list(reply["errors"]) == ["1"]


async def test_search_r1s_server_answers_plain_documents_without_return_scores(client):
    """search_r1/search/retrieval_server.py, `QueryRequest` and `retrieve_endpoint`."""
    reply = await post(client, {"queries": ["Ada"]})
    [[document]] = reply.json()["result"]
    assert document["contents"].startswith('"Ada"\nAda stands') and "score" not in document
    assert (await post(client, {"queries": ["Ada"], "topk": None})).json() == reply.json()


async def test_zero_search_is_answered(client):
    assert await zero_search(client, "Salem") == (
        'Doc 1: "Salem"\nSalem stands here.\nAnd Salem on a second line.'
    )
    assert "桥" in await zero_search(client, "桥 \ud83c")


@pytest.mark.parametrize("query", ["", "???", "\ud83d", "\u200b !"])
async def test_zero_search_is_not_kept_waiting_by_a_query_without_words(client, query):
    assert await zero_search(client, query) == ""


async def test_verls_tool_is_answered(client):
    assert await verl(client, ["Ada", "?!", "Salem"], topk=1) == (
        'Doc 1 (Title: "Ada")\nAda stands here.\nAnd Ada on a second line.\n---\n\n---\n'
        'Doc 1 (Title: "Salem")\nSalem stands here.\nAnd Salem on a second line.'
    )


async def test_sixty_four_clients_are_answered_at_once(client):
    asked = [NAMES[number % 3] for number in range(64)]
    calls = {
        search_r1: [search_r1(client, [name] * 40) for name in asked],
        zero_search: [zero_search(client, name) for name in asked],
        verl: [verl(client, [name]) for name in asked],
    }
    for found in await asyncio.gather(*(asyncio.gather(*some) for some in calls.values())):
        assert all(name in str(one) for name, one in zip(asked, found, strict=True))
