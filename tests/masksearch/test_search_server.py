"""The server's words, through ASGI; that a process serves and stops is the command's test."""

import asyncio
import gzip
import json

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from masksearch.errors import QueryError
from masksearch.schemas import Guard, Passage
from masksearch.search.bm25 import TantivySearch
from masksearch.search.server import app as server_app
from masksearch.search.server.app import RetrievalServer
from masksearch.search.server.request import MAX_BODY_BYTES, MAX_QUERIES
from masksearch.search.server.room import Room

JSON = {"content-type": "application/json"}
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
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")


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
        ('{"query": {}}', "query"),
        ('{"query": ["ada"]}', "query"),
        ('{"query": "a", "top_k": 1001}', "top_k"),
        (json.dumps({"query": "x" * 4_001}), "query"),
        ('{"queries": null}', "queries"),
        ('{"queries": ["a", ["b"]]}', "queries.1"),
        ('{"queries": ["a"], "topk": "many"}', "topk"),
        ('{"queries": ["a"], "topk": NaN}', "topk"),
        ('{"queries": ["a"], "topk": ' + "9" * 5_000 + "}", "JSON"),
        ('{"queries": "ada"}', "queries"),
        ('{"queries": [true]}', "queries.0"),
        ('{"queries": ["a"], "topk": 0}', "topk"),
        ('{"queries": ["a"], "topk": -1}', "topk"),
        ('{"queries": ["a"], "topk": 100000}', "topk"),
        (json.dumps({"queries": ["a"] * (MAX_QUERIES + 1)}), "queries"),
        ("[" * 100_000, "nested too deeply"),
        ('{"queries": ["a"], "more": ' + '{"a":' * 50_000, "nested too deeply"),
        (b"\x00\xff", "JSON"),
        (b'{"queries": ["\xff"]}', "JSON"),
    ],
)
async def test_a_request_that_cannot_be_answered_says_why(asking, body, said):
    reply = await asking.post("/retrieve", content=body, headers=JSON)
    assert reply.status_code == 422 and said in reply.json()["error"]


async def test_a_request_is_bounded(asking):
    reply = await asking.post("/retrieve", content=b" " * (MAX_BODY_BYTES + 1), headers=JSON)
    assert reply.status_code == 413 and "bytes at most" in reply.json()["error"]


async def test_the_hits_of_a_reply_are_bounded_by_those_that_there_can_be(index):
    many = {"queries": ["Ada"] * MAX_QUERIES, "topk": 1000}

    class Larger:
        num_passages = 1000
        ranked, fingerprint = index.ranked, index.fingerprint

    async with client(Larger()) as asking:
        reply = await retrieve(asking, **many)
    assert reply.status_code == 422 and "queries times topk" in reply.json()["error"]


async def test_all_requests_together_are_bounded_and_room_is_given_back(index, monkeypatch):
    rooms = []
    monkeypatch.setattr(server_app, "Room", lambda _: rooms.append(Room(100)) or rooms[0])
    async with client(index) as asking:
        reply = await retrieve(asking, queries=["Ada" * 40])
        assert reply.status_code == 503 and "try again" in reply.json()["error"]
        assert (await retrieve(asking, queries=["Ada"])).status_code == 200
    assert rooms[0].free == 100


@pytest.mark.parametrize(
    "kind", [None, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
             "text/json", "application/jsonx", "text/plain; application/json"],
)  # fmt: skip
async def test_what_a_page_could_send_unasked_is_not_taken(asking, kind):
    headers = {} if kind is None else {"content-type": kind}
    reply = await asking.post("/retrieve", content=b'{"queries": ["Ada"]}', headers=headers)
    assert reply.status_code == 415 and "application/json" in reply.json()["error"]


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=utf-8", "application/json;"]
)
async def test_json_is_taken_however_it_is_named(asking, kind):
    sent = b"\xef\xbb\xbf" + b'{"queries": ["Ada"]}'
    reply = await asking.post("/retrieve", content=sent, headers={"content-type": kind})
    assert reply.status_code == 200


async def test_a_packed_body_is_not_unpacked(asking):
    headers = {**JSON, "content-encoding": "gzip"}
    reply = await asking.post("/retrieve", content=gzip.compress(b"{}"), headers=headers)
    assert reply.status_code == 415 and "Content-Encoding" in reply.json()["error"]


@pytest.mark.parametrize("path", ["/retrieve", "/health", "/metrics", "/none"])
async def test_another_name_is_not_answered_to_on_any_road(asking, path):
    reply = await asking.request(
        "POST" if path == "/retrieve" else "GET", path, headers={**JSON, "host": "evil.com:8000"}
    )
    assert reply.status_code == 421 and "--allow-host" in reply.json()["error"]


@given(st.lists(st.text(st.characters(), max_size=40), max_size=5), st.integers(1, 50))
@settings(max_examples=30, deadline=None)
def test_whatever_is_asked_every_query_has_its_list(index, queries, topk):
    async def asked():
        async with client(index) as asking:
            body = json.dumps({"queries": queries, "topk": topk})
            return await asking.post("/retrieve", content=body, headers=JSON)

    reply = asyncio.run(asked())
    assert reply.status_code == 200 and len(reply.json()["result"]) == len(queries)


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
_NAMES = st.sampled_from(["query", "queries", "topk", "top_k", "return_scores", "other"])


@given(st.dictionaries(_NAMES, _ANYTHING, max_size=4) | _ANYTHING)
@settings(max_examples=30, deadline=None)
def test_whatever_is_sent_is_answered_or_refused_with_a_reason(index, sent):
    async def asked():
        async with client(index) as asking:
            return await asking.post("/retrieve", content=json.dumps(sent), headers=JSON)

    reply = asyncio.run(asked())
    assert reply.status_code == 200 or (reply.status_code == 422 and reply.json()["error"])


async def test_other_roads_are_not_there(asking):
    assert (await asking.get("/retrieve")).status_code == 405
    for road in ("/etc/passwd", "/..%2f..%2fetc/passwd", "/retrieve/../../etc/passwd", "//x"):
        reply = await asking.get(road)
        assert reply.status_code == 404 and reply.json() == {"error": "Not Found"}


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
    await asking.post("/retrieve", content=b"{}", headers=JSON)
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
    remote = RemoteSearch("http://localhost", SecretStr("letmein"))
    [hits] = await remote.search(["Ada"], top_k=3)
    assert hits == index.ranked("Ada", 3)
    with pytest.raises(QueryError, match="no word"):
        await remote.search(["Ada", "x" * 50], top_k=3)
