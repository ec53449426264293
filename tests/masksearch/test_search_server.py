"""The server's words, through ASGI; that a process serves and stops is the command's test."""

import json

import httpx
import pytest
from pydantic import SecretStr

from masksearch.errors import QueryError
from masksearch.schemas import Guard, Passage
from masksearch.search.bm25 import TantivySearch
from masksearch.search.server.app import MAX_BODY_BYTES, MAX_QUERIES, RetrievalServer

TEXTS = {'Ada "A" Lovelace': "Ada wrote notes.\nOn two lines.", "Oregon": "Salem is in Oregon."}


@pytest.fixture(scope="module")
def index():
    return TantivySearch.of_passages(
        Passage(
            id=f"c:{n}#0",
            document_id=f"c:{n}",
            title=title,
            section="",
            text=text,
            start=0,
            end=len(text),
            url=f"https://example.org/{n}",
        )
        for n, (title, text) in enumerate(TEXTS.items())
    )


def client(index, token=None):
    app = RetrievalServer(index, threads=2, token=token and SecretStr(token)).app()
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://server")


@pytest.fixture
async def asking(index):
    async with client(index) as asking:
        yield asking


async def retrieve(asking, **asked):
    return await asking.post("/retrieve", json=asked)


async def test_a_batch_is_answered_as_search_r1_reads_it(asking):
    reply = await retrieve(asking, queries=["Ada", "Salem"], topk=1, return_scores=True)
    assert reply.status_code == 200
    [[ada], [oregon]] = reply.json()["result"]
    assert ada["document"]["id"] == "c:0#0" and ada["score"] > 0
    # How Search-R1 takes a document apart.
    title, *text = ada["document"]["contents"].split("\n")
    assert (title, "\n".join(text)) == ('"Ada "A" Lovelace"', "Ada wrote notes.\nOn two lines.")
    assert oregon["document"]["contents"] == '"Oregon"\nSalem is in Oregon.'


async def test_without_scores_documents_are_plain(asking):
    reply = await retrieve(asking, queries=["Ada"], topk=1)
    [[document]] = reply.json()["result"]
    assert set(document) == {"id", "contents", "url"}


@pytest.mark.parametrize("left_out", [{}, {"topk": None}])
async def test_topk_may_be_left_out_and_more_may_be_said(asking, left_out):
    reply = await retrieve(asking, queries=["Ada"], **left_out, other=1)
    assert len(reply.json()["result"][0]) == 1


async def test_an_odd_query_costs_a_batch_nothing_and_has_its_reason(asking):
    reply = await retrieve(asking, queries=["Ada", "?!", "x" * 5_000, "Salem"], topk=1)
    assert [len(hits) for hits in reply.json()["result"]] == [1, 0, 0, 1]
    errors = reply.json()["errors"]
    assert set(errors) == {"1", "2"} and "no word" in errors["1"] and "characters" in errors["2"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "JSON"),
        ("[1]", "object"),
        ("{}", "queries"),
        ('{"queries": []}', "queries"),
        ('{"queries": "ada"}', "queries"),
        ('{"queries": [1]}', "queries"),
        ('{"queries": ["a"], "topk": 0}', "topk"),
        ('{"queries": ["a"], "topk": -1}', "topk"),
        ('{"queries": ["a"], "topk": 100000}', "topk"),
        (json.dumps({"queries": ["a"] * (MAX_QUERIES + 1)}), "queries"),
        (json.dumps({"queries": ["a"] * 1000, "topk": 1000}), "queries times topk"),
        ("[" * 100_000, ""),
        ("\x00\xff", ""),
    ],
)
async def test_a_request_that_cannot_be_answered_says_why(asking, body, said):
    reply = await asking.post("/retrieve", content=body)
    assert reply.status_code == 422 and said in reply.json()["error"]


async def test_a_request_is_bounded(asking):
    reply = await asking.post("/retrieve", content=b" " * (MAX_BODY_BYTES + 1))
    assert reply.status_code == 413


async def test_other_roads_are_not_there(asking):
    assert (await asking.get("/retrieve")).status_code == 405
    assert (await asking.get("/etc/passwd")).status_code == 404


async def test_health_says_what_is_served_and_needs_no_token(index):
    async with client(index, token="letmein") as asking:
        facts = (await asking.get("/health")).json()
    assert facts == {
        "status": "ok",
        "passages": 2,
        "engine": index.fingerprint(top_k=1, guard=Guard.NONE).engine,
        "corpus_hash": index.fingerprint(top_k=1, guard=Guard.NONE).corpus_hash,
    }


@pytest.mark.parametrize(
    ("header", "status"),
    [("", 401), ("Bearer wrong", 401), ("Bearer létmein", 401), ("Bearer letmein", 200)],
)
async def test_with_a_token_only_who_has_it_may_search(index, header, status):
    async with client(index, token="letmein") as asking:
        given = {"authorization": header.encode("latin-1")}
        reply = await asking.post("/retrieve", json={"queries": ["Ada"]}, headers=given)
        assert reply.status_code == status
        assert (await asking.get("/metrics", headers=given)).status_code == status


async def test_what_is_done_is_counted(asking):
    await retrieve(asking, queries=["Ada", "?"])
    await asking.post("/retrieve", content=b"{}")
    text = (await asking.get("/metrics")).text
    for line in (
        "masksearch_passages 2",
        'masksearch_requests_total{status="200"} 1',
        'masksearch_requests_total{status="422"} 1',
        "masksearch_queries_total 2",
        "masksearch_queries_unanswered_total 1",
        'masksearch_request_seconds_bucket{le="+Inf"} 1',
        "masksearch_request_seconds_count 1",
    ):
        assert line in text.splitlines()


async def test_our_own_client_reads_it_and_names_the_odd_query(index, monkeypatch):
    from masksearch.search.backends import web
    from masksearch.search.backends.remote import RemoteSearch

    app = RetrievalServer(index, threads=1, token=SecretStr("letmein")).app()
    transport = httpx.ASGITransport(app)
    monkeypatch.setattr(web._Transport, "_way", lambda *_: transport)
    remote = RemoteSearch("http://server", SecretStr("letmein"))
    [hits] = await remote.search(["Ada"], top_k=3)
    assert hits == index.ranked("Ada", 3)
    with pytest.raises(QueryError, match="no word"):
        await remote.search(["Ada", "x" * 50], top_k=3)
