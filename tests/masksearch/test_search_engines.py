"""One contract and one set of faults for every engine that speaks HTTP."""

import asyncio
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from engines import ENGINES, KEY, PAGES
from web_server import Says, WebServer, web_serving

from masksearch.errors import (
    MaskSearchError,
    QueryError,
    SearchError,
    SearchStopped,
    SearchUnavailable,
)
from masksearch.guards import LeakGuard
from masksearch.schemas import Guard, Hit
from masksearch.search.backends.web import MAX_REPLY_BYTES
from masksearch.search.wrappers.deadline import Deadline
from masksearch.search.wrappers.retry import Retry


@pytest.fixture
def server():
    with web_serving(WebServer()) as serving:
        yield serving


@pytest.fixture(params=ENGINES, ids=lambda engine: engine.name)
def engine(request):
    return request.param


async def find(engine, server, query="who wrote notes", top_k=3):
    [hits] = await engine.make(server.url).search([query], top_k=top_k)
    return hits


async def test_hits_are_the_api_s_results_in_their_order(engine, server):
    server.always = Says(engine.says(PAGES))
    hits = await find(engine, server)
    assert [(hit.id, hit.title, hit.text) for hit in hits] == list(PAGES)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len(server.seen) == 1


async def test_no_more_hits_than_asked_for(engine, server):
    server.always = Says(engine.says(PAGES))
    assert len(await find(engine, server, top_k=2)) == 2


async def test_an_answer_of_nothing_is_no_hits_and_no_error(engine, server):
    server.always = Says(engine.says([]))
    assert await find(engine, server) == []


async def test_the_query_arrives_as_it_is(engine, server):
    server.always = Says(engine.says(PAGES))
    await find(engine, server, query='"état" & 北京 <b>?')
    [seen] = server.seen
    sent = parse_qs(urlsplit(seen.path).query) or json.loads(seen.body)
    [asked] = [sent[name] for name in ("q", "query", "gsrsearch", "queries") if name in sent]
    assert asked in ('"état" & 北京 <b>?', ['"état" & 北京 <b>?'])


async def test_several_queries_are_answered_in_their_order(engine, server):
    found = engine.reply(list(PAGES))
    if engine.name == "http":
        server.always = Says(json.dumps({"result": found["result"] * 2}))
    else:
        server.always = Says(json.dumps(found))
    ranked = await engine.make(server.url).search(["one", "two"], top_k=1)
    assert [[hit.title for hit in hits] for hits in ranked] == [["Ada Lovelace"]] * 2


async def test_a_guard_holds_on_any_engine(engine, server):
    server.always = Says(engine.says(PAGES))
    guard = LeakGuard(Guard.PARAGRAPH, PAGES[0].url)
    [hits] = await engine.make(server.url).search(["ada"], top_k=3, guard=guard)
    assert [hit.title for hit in hits] == ["Menabrea", "北京"]


def test_an_engine_says_what_it_is(engine):
    made = engine.make("http://127.0.0.1:1").fingerprint(top_k=3, guard=Guard.NONE)
    assert (made.engine, made.top_k, made.guard) == (engine.name, 3, "none")
    assert KEY.get_secret_value() not in made.model_dump_json()


@pytest.mark.parametrize(
    ("queries", "top_k"), [([], 3), ([""], 3), (["?!"], 3), (["x" * 100_000], 3), (["x"], 0)]
)
async def test_what_cannot_be_asked_is_refused_without_a_call(engine, server, queries, top_k):
    with pytest.raises(QueryError):
        await engine.make(server.url).search(queries, top_k=top_k)
    assert server.seen == []


def damaged(engine, items):
    """The API's reply with other results."""
    reply = engine.reply(list(PAGES))
    *outer, last = engine.items.split(".")
    inner = reply
    for name in outer:
        inner = inner[name]
    inner[last] = [items] if engine.name == "http" else items
    return json.dumps(reply)


def without_results(engine):
    reply = engine.reply(list(PAGES))
    del reply[engine.items.split(".")[0]]
    reply.pop("batchcomplete", None)
    return json.dumps(reply)


FAULTS = {
    "500": (lambda e: Says("oops", 500), SearchUnavailable),
    "503": (lambda e: Says("<html>busy</html>", 503), SearchUnavailable),
    "429": (lambda e: Says('{"error": "slow down"}', 429), SearchUnavailable),
    "429 retry-after": (lambda e: Says("", 429, {"retry-after": "7"}), SearchUnavailable),
    "400": (lambda e: Says('{"detail": {"error": "bad"}}', 400), SearchError),
    "401": (lambda e: Says('{"message": "no key"}', 401), SearchStopped),
    "403": (lambda e: Says("forbidden", 403), SearchStopped),
    "redirect": (lambda e: Says("", 302, {"location": "http://127.0.0.1:9/"}), SearchError),
    "reset": (lambda e: Says(reset=True), SearchUnavailable),
    "no body": (lambda e: Says(""), SearchError),
    "not JSON": (lambda e: Says('{"results": [{"title": '), SearchError),
    "HTML": (lambda e: Says("<html>please log in</html>"), SearchError),
    "null": (lambda e: Says("null"), SearchError),
    "a list": (lambda e: Says("[]"), SearchError),
    "a number": (lambda e: Says("7"), SearchError),
    "no results": (lambda e: Says(without_results(e)), SearchError),
    "results of a wrong type": (lambda e: Says(damaged(e, "none")), SearchError),
    "results that say nothing": (lambda e: Says(damaged(e, [{}, {"a": 1}, 3])), SearchError),
    "huge": (lambda e: Says(b" " * (MAX_REPLY_BYTES + 1)), SearchError),
    "deep": (lambda e: Says("[" * 100_000), SearchError),
    "packed": (lambda e: Says(b"\x1f\x8b", headers={"content-encoding": "gzip"}), SearchError),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_is_a_typed_error_with_a_reason_and_never_an_empty_list(
    engine, server, fault
):
    says, kind = FAULTS[fault]
    server.always = says(engine)
    with pytest.raises(MaskSearchError) as failed:
        await find(engine, server)
    assert type(failed.value) is kind
    assert str(failed.value).startswith(engine.name) and "\n" not in str(failed.value)
    assert KEY.get_secret_value() not in str(failed.value)
    assert len(server.seen) == 1


async def test_an_engine_that_hangs_is_given_up(engine, server):
    server.always = Says(hangs=True)
    with pytest.raises(SearchUnavailable, match=r"within 0\.2 s"):
        await Deadline(engine.make(server.url), 0.2).search(["ada"], top_k=3)


async def test_nobody_there_is_a_passing_failure(engine):
    with pytest.raises(SearchUnavailable, match=r"connection to .* failed"):
        await engine.make("http://127.0.0.1:9").search(["ada"], top_k=3)


async def test_retry_after_is_told(engine, server):
    server.always = Says("", 429, {"retry-after": "7"})
    with pytest.raises(SearchUnavailable) as failed:
        await find(engine, server)
    assert failed.value.retry_after == 7


async def test_one_result_that_cannot_be_read_costs_neither_the_others_nor_another_call(
    engine, server
):
    good = json.loads(engine.says(PAGES))
    inner = good
    for name in engine.items.split("."):
        inner = inner[name]
    (inner[0] if engine.name == "http" else inner).insert(1, {"position": 2, "odd": None})
    server.always = Says(json.dumps(good))
    [hits] = await Retry(engine.make(server.url), 3).search(["ada"], top_k=5)
    assert [hit.title for hit in hits] == [page.title for page in PAGES]
    assert len(server.seen) == 1


async def test_a_reply_in_another_charset_is_read(engine, server):
    page = PAGES[0]._replace(title="Café état")
    server.always = Says(
        json.dumps(engine.reply([page]), ensure_ascii=False).encode("latin-1"),
        headers={"content-type": "application/json; charset=latin-1"},
    )
    assert [hit.title for hit in await find(engine, server)] == ["Café état"]


@pytest.mark.parametrize("charset", ["utf-8", "no-such-charset", ""])
async def test_a_reply_in_a_charset_that_it_does_not_name_is_still_hits(engine, server, charset):
    page = PAGES[0]._replace(title="Café")
    server.always = Says(
        json.dumps(engine.reply([page]), ensure_ascii=False).encode("latin-1"),
        headers={"content-type": f"application/json; charset={charset}"},
    )
    assert [hit.title for hit in await find(engine, server)] == ["Caf\ufffd"]


async def test_half_a_surrogate_pair_and_numbers_that_are_none_can_be_recorded(engine, server):
    page = PAGES[0]._replace(title="A \ud83d B")
    reply = json.dumps(engine.reply([page])).replace("0.9", "NaN").replace("9.0", "1e999")
    server.always = Says(reply)
    [hit] = await find(engine, server)
    assert hit.title == "A ? B"
    assert Hit.model_validate_json(hit.model_dump_json()) == hit


async def test_an_engine_serves_one_event_loop_after_another(engine, server):
    server.always = Says(engine.says(PAGES))
    made = engine.make(server.url)

    def in_a_loop_of_its_own():
        return asyncio.run(made.search(["ada"], top_k=1))

    found = [await asyncio.to_thread(in_a_loop_of_its_own) for _ in range(2)]
    assert [hits[0].title for [hits] in found] == ["Ada Lovelace"] * 2
