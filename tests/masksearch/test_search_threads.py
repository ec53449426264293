import asyncio
import threading
import time

import pytest

from masksearch.errors import QueryError, SearchError
from masksearch.schemas import Hit
from masksearch.search.server.threads import SearchThreads


def hit(query, top_k):
    return [Hit(id=query, title="", text="", score=n) for n in range(top_k)]


@pytest.mark.parametrize("threads", [1, 3])
async def test_everybody_gets_what_they_asked_for(threads):
    asking = SearchThreads(hit, threads)
    batches = [[f"{number}.{n}" for n in range(number % 12 + 1)] for number in range(100)]
    found = await asyncio.gather(*(asking.find(batch, 2) for batch in batches))
    assert [[one.hits for one in batch] for batch in found] == [
        [hit(query, 2) for query in batch] for batch in batches
    ]


async def test_a_thread_that_has_nothing_to_do_takes_work_again():
    asking = SearchThreads(hit, 1)
    for _ in range(5):
        [found] = await asking.find(["Ada"], 1)
        assert found.hits == hit("Ada", 1)
        await asyncio.sleep(0.01)


async def test_many_small_requests_wait_for_no_more_threads_than_there_are():
    seen, together = set(), threading.Barrier(2, timeout=10)

    def ranked(query, top_k):
        seen.add(threading.get_ident())
        if query == "meet":
            together.wait()
        return hit(query, top_k)

    asking = SearchThreads(ranked, 2)
    await asyncio.gather(*(asking.find(["meet", *"abcdefgh"], 1) for _ in range(2)))
    await asyncio.gather(*(asking.find([str(n)], 1) for n in range(50)))
    assert len(seen) == 2


async def test_failures_reach_who_asked_and_nobody_else():
    def ranked(query, top_k):
        if query == "odd":
            raise QueryError("no word")
        if query == "broken":
            raise SearchError("the index is gone")
        if query == "bug":
            raise KeyError(query)
        return hit(query, top_k)

    asking = SearchThreads(ranked, 1)
    asked = [["odd", "Ada"], ["Ada", "broken"], ["bug"], ["Ada"]]
    odd, broken, bug, ada = await asyncio.gather(
        *(asking.find(queries, 1) for queries in asked), return_exceptions=True
    )
    assert [one.error for one in odd] == ["no word", ""] and odd[1].hits
    assert isinstance(broken, SearchError) and isinstance(bug, KeyError)
    assert ada[0].hits == hit("Ada", 1)


async def test_who_goes_away_does_not_keep_others_from_their_answer():
    let_go = threading.Event()

    def ranked(query, top_k):
        let_go.wait(10)
        return hit(query, top_k)

    asking = SearchThreads(ranked, 1)
    calls = [asyncio.create_task(asking.find([name], 1)) for name in ("gone", "stays")]
    await asyncio.sleep(0.02)
    calls[0].cancel()
    let_go.set()
    [found] = await calls[1]
    assert found.hits == hit("stays", 1)


async def test_a_small_request_does_not_wait_for_a_large_one_after_it():
    let_go, answered = threading.Event(), []

    def ranked(query, top_k):
        if query == "first":
            let_go.wait(10)
        answered.append(query)
        time.sleep(0.002)
        return hit(query, top_k)

    asking = SearchThreads(ranked, 1)
    asked = [["first"], ["small"], ["large"] * 100, ["last"]]
    calls = [asyncio.create_task(asking.find(queries, 1)) for queries in asked]
    await asyncio.sleep(0.02)
    let_go.set()
    await calls[1]
    assert answered.count("large") < 100
    await asyncio.gather(*calls)
    assert answered == ["first", "small", "last", *["large"] * 100]


async def test_a_small_request_does_not_wait_for_all_of_a_large_one_before_it():
    begun, answered = asyncio.Event(), []
    loop = asyncio.get_running_loop()

    def ranked(query, top_k):
        answered.append(query)
        loop.call_soon_threadsafe(begun.set)
        time.sleep(0.001)
        return hit(query, top_k)

    asking = SearchThreads(ranked, 1)
    large = asyncio.create_task(asking.find(["large"] * 200, 1))
    await begun.wait()
    await asking.find(["small"], 1)
    assert answered.index("small") < 200
    await large


async def test_a_large_request_uses_every_thread_and_keeps_its_order():
    together = threading.Barrier(2, timeout=10)

    def ranked(query, top_k):
        if query in ("0", "64"):
            together.wait()
        return hit(query, top_k)

    queries = [str(number) for number in range(500)]
    found = await SearchThreads(ranked, 2).find(queries, 1)
    assert [one.hits[0].id for one in found] == queries


async def test_a_large_request_that_fails_fails_as_a_small_one_does():
    def ranked(query, top_k):
        raise SearchError("the index is gone")

    with pytest.raises(SearchError, match="gone"):
        await SearchThreads(ranked, 2).find(["a"] * 500, 1)
