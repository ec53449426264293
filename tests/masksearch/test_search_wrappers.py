"""What stands before a back end, one behaviour a test; the back end alone is scripted."""

import asyncio
import time
from dataclasses import dataclass, field

import pytest

from masksearch.config import CassetteMode, HealthConfig
from masksearch.errors import (
    InputError,
    QueryError,
    SearchError,
    SearchStopped,
    SearchUnavailable,
)
from masksearch.guards import LeakGuard
from masksearch.schemas import Fingerprint, Guard, Hit, Prompt, TaskKind
from masksearch.search.recordings import Recordings
from masksearch.search.wrappers.breaker import CircuitBreaker
from masksearch.search.wrappers.budget import Budget
from masksearch.search.wrappers.cache import Cache
from masksearch.search.wrappers.cassette import Cassette
from masksearch.search.wrappers.deadline import Deadline
from masksearch.search.wrappers.guarding import Guarded
from masksearch.search.wrappers.health import Health
from masksearch.search.wrappers.one_by_one import OneByOne
from masksearch.search.wrappers.rate import RateLimit
from masksearch.search.wrappers.retry import Retry
from masksearch.search.wrappers.snippets import Lengths, Snippets


def hit(id, text="", title="T"):
    return Hit(id=id, title=title, text=text or f"text of {id}", score=1.0)


@dataclass
class Backend:
    """Answers `hits`, or what its script says next: an error, or the hits of a call."""

    hits: list = field(default_factory=lambda: [hit(str(n)) for n in range(20)])
    script: list = field(default_factory=list)
    calls: list = field(default_factory=list)
    delay: float = 0.0
    engine: str = "scripted"

    async def search(self, queries, *, top_k, guard=LeakGuard()):
        self.calls.append((tuple(queries), top_k))
        said = self.script.pop(0) if self.script else self.hits
        await asyncio.sleep(self.delay)
        if isinstance(said, Exception):
            raise said
        return [said[:top_k] for _ in queries]

    def fingerprint(self, *, top_k, guard):
        return Fingerprint(
            engine=self.engine, corpus_hash="c", top_k=top_k, guard=guard, truncation=0
        )


BUSY = SearchUnavailable("busy")


def ids(hits):
    return [hit.id for hit in hits]


async def test_every_wrapper_is_the_retriever_inside():
    inner = Backend()
    for wrapped in (Deadline(inner, 1), Retry(inner, 1), Guarded(inner), OneByOne(inner)):
        assert wrapped.fingerprint(top_k=3, guard=Guard.PAGE) == inner.fingerprint(
            top_k=3, guard=Guard.PAGE
        )
        assert ids((await wrapped.search(["a"], top_k=2))[0]) == ["0", "1"]


# Retry


async def test_a_passing_failure_is_tried_again_and_waits_longer_each_time():
    inner = Backend(script=[BUSY, BUSY])
    began = time.perf_counter()
    assert await Retry(inner, 2, first_wait=0.001).search(["a"], top_k=1)
    assert len(inner.calls) == 3 and time.perf_counter() - began < 20


async def test_after_the_last_try_its_reason_is_raised():
    inner = Backend(script=[BUSY, SearchUnavailable("still busy")])
    with pytest.raises(SearchUnavailable, match="still busy"):
        await Retry(inner, 1, first_wait=0.001).search(["a"], top_k=1)
    assert len(inner.calls) == 2


@pytest.mark.parametrize(
    "error", [SearchError("unreadable"), QueryError("empty"), SearchStopped("no money")]
)
async def test_what_will_not_pass_is_not_tried_again(error):
    inner = Backend(script=[error])
    with pytest.raises(type(error)):
        await Retry(inner, 3, first_wait=0.001).search(["a"], top_k=1)
    assert len(inner.calls) == 1


async def test_a_server_that_says_when_is_waited_for_just_that_long():
    inner = Backend(script=[SearchUnavailable("busy", retry_after=0.15)])
    began = time.perf_counter()
    await Retry(inner, 1, first_wait=30).search(["a"], top_k=1)
    assert 0.15 <= time.perf_counter() - began < 20


async def test_a_server_that_asks_for_too_long_is_given_up_at_once():
    inner = Backend(script=[SearchUnavailable("busy", retry_after=3600)])
    with pytest.raises(SearchUnavailable):
        await Retry(inner, 3, max_wait=60).search(["a"], top_k=1)
    assert len(inner.calls) == 1


# Rate limit, deadline


async def test_calls_are_spaced_evenly_however_many_ask_at_once():
    inner = Backend()
    limited, began = RateLimit(inner, per_second=50), time.perf_counter()
    await asyncio.gather(*(limited.search(["a"], top_k=1) for _ in range(6)))
    assert time.perf_counter() - began >= 5 / 50


async def test_a_call_that_takes_too_long_is_given_up():
    with pytest.raises(SearchUnavailable, match=r"within 0\.05 s"):
        await Deadline(Backend(delay=5), 0.05).search(["a"], top_k=1)


# Circuit breaker


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self):
        return self.now


async def outcome(search):
    try:
        await search.search(["a"], top_k=1)
    except SearchError as error:
        return type(error)
    return "found"


async def test_after_failures_in_a_row_the_back_end_rests_then_one_trial_decides():
    inner, clock = Backend(script=[BUSY] * 4), Clock()
    breaker = CircuitBreaker(inner, failures=3, rest=10, clock=clock)
    assert [await outcome(breaker) for _ in range(5)] == [SearchUnavailable] * 3 + [SearchError] * 2
    assert len(inner.calls) == 3
    clock.now = 11
    assert [await outcome(breaker) for _ in range(2)] == [SearchUnavailable, SearchError]
    clock.now = 22
    assert [await outcome(breaker) for _ in range(2)] == ["found"] * 2
    assert len(inner.calls) == 6


async def test_a_success_in_between_and_refusals_do_not_open_it():
    inner = Backend(script=[BUSY, BUSY, [hit("1")], BUSY, BUSY, SearchError("odd"), BUSY])
    breaker = CircuitBreaker(inner, failures=4, rest=10)
    assert [await outcome(breaker) for _ in range(7)].count("found") == 1
    assert len(inner.calls) == 7


async def test_while_it_rests_nothing_is_retried():
    inner = Backend(script=[BUSY] * 9)
    breaker = CircuitBreaker(inner, failures=2, rest=10)
    with pytest.raises(SearchError, match=r"2 failures in a row, the last: busy"):
        await Retry(breaker, 8, first_wait=0.001).search(["a"], top_k=1)
    assert len(inner.calls) == 2


# Cache


@pytest.fixture
def recordings(tmp_path):
    return Recordings(tmp_path / "kept.sqlite")


async def test_what_was_found_is_not_asked_again_also_after_a_restart(tmp_path):
    inner = Backend()
    for _ in range(2):
        recordings = Recordings(tmp_path / "kept.sqlite")
        [found] = await Cache(inner, recordings, days=1).search(["a"], top_k=2)
        assert found == inner.hits[:2]
        recordings.close()
    assert inner.calls == [(("a",), 2)]


async def test_another_query_top_k_or_engine_is_asked(recordings):
    inner = Backend()
    cache = Cache(inner, recordings, days=1)
    await cache.search(["a", "b"], top_k=2)
    await cache.search(["a"], top_k=3)
    await Cache(Backend(engine="other", calls=inner.calls), recordings, 1).search(["a"], top_k=2)
    assert len(inner.calls) == 4


async def test_failures_are_not_kept(recordings):
    inner = Backend(script=[BUSY])
    cache = Cache(inner, recordings, days=1)
    assert [await outcome(cache), await outcome(cache)] == [SearchUnavailable, "found"]


async def test_what_is_too_old_is_asked_again(recordings):
    inner = Backend()
    for _ in range(2):
        await Cache(inner, recordings, days=1e-9).search(["a"], top_k=1)
        await asyncio.sleep(0.002)
    assert len(inner.calls) == 2


async def test_many_who_ask_at_once_share_one_call_and_one_who_leaves_does_not_end_it(recordings):
    inner = Backend(delay=0.05)
    cache = Cache(inner, recordings, days=1)
    asking = [asyncio.create_task(cache.search(["a"], top_k=1)) for _ in range(16)]
    await asyncio.sleep(0.01)
    asking[0].cancel()
    ended = await asyncio.gather(*asking, return_exceptions=True)
    assert isinstance(ended[0], asyncio.CancelledError)
    assert ended[1:] == [[inner.hits[:1]]] * 15
    assert len(inner.calls) == 1


async def test_results_in_hand_are_not_paid_for_again_when_another_query_failed(recordings):
    inner = Backend(script=[[hit("1")], BUSY, [hit("3")]])
    search = OneByOne(Cache(inner, recordings, days=1))
    with pytest.raises(SearchUnavailable):
        await search.search(["a", "b", "c"], top_k=1)
    assert [ids(hits) for hits in await search.search(["a", "b", "c"], top_k=1)] == [
        ["1"],
        ["0"],
        ["3"],
    ]
    assert [queries for queries, _ in inner.calls] == [("a",), ("b",), ("c",), ("b",)]


@pytest.mark.parametrize("content", [b"not a database at all, but some text" * 40])
def test_a_file_that_is_something_else_is_refused(tmp_path, content):
    (tmp_path / "kept.sqlite").write_bytes(content)
    with pytest.raises(InputError, match="holds no recorded searches"):
        Recordings(tmp_path / "kept.sqlite")


# Cassette


async def test_a_run_is_replayed_from_its_record_failures_included(tmp_path):
    inner = Backend(script=[[hit("1")], SearchError("it broke"), QueryError("odd words")])
    recorded = Recordings(tmp_path / "tape")
    recording = Cassette(inner, recorded, CassetteMode.RECORD)
    assert ids((await recording.search(["a"], top_k=1))[0]) == ["1"]
    for query, kind in (("b", SearchError), ("c", QueryError)):
        with pytest.raises(kind):
            await recording.search([query], top_k=1)
    recorded.close()

    silent = Backend(script=[AssertionError("called")] * 9)
    tape = Recordings(tmp_path / "tape", must_exist=True)
    for mode in (CassetteMode.REPLAY, CassetteMode.REPLAY_ONLY):
        replaying = Cassette(silent, tape, mode)
        assert ids((await replaying.search(["a"], top_k=1))[0]) == ["1"]
        with pytest.raises(SearchError, match="it broke"):
            await replaying.search(["b"], top_k=1)
        with pytest.raises(QueryError, match="odd words"):
            await replaying.search(["c"], top_k=1)
    assert silent.calls == []


async def test_what_a_cassette_lacks_is_recorded_or_a_reason(recordings):
    inner = Backend()
    with pytest.raises(SearchError, match="does not have the query 'a'"):
        await Cassette(inner, recordings, CassetteMode.REPLAY_ONLY).search(["a"], top_k=1)
    assert inner.calls == [] and len(recordings) == 0
    await Cassette(inner, recordings, CassetteMode.REPLAY).search(["a"], top_k=1)
    assert len(recordings) == 1


async def test_recording_again_asks_again(recordings):
    inner = Backend(script=[[hit("old")], [hit("new")]])
    for _ in range(2):
        await Cassette(inner, recordings, CassetteMode.RECORD).search(["a"], top_k=1)
    [found] = await Cassette(inner, recordings, CassetteMode.REPLAY_ONLY).search(["a"], top_k=1)
    assert ids(found) == ["new"]


def test_a_cassette_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="record them first"):
        Recordings(tmp_path / "none", must_exist=True)


# Budget


async def test_calls_stop_before_the_budget_is_passed_also_after_a_restart(tmp_path):
    inner, path = Backend(), tmp_path / "spent.json"
    for _ in range(2):
        await Budget(inner, path, max_calls=2).search(["a"], top_k=1)
    with pytest.raises(SearchStopped, match=r"2 calls is used up .*max_calls to go on"):
        await Budget(inner, path, max_calls=2).search(["a"], top_k=1)
    assert len(inner.calls) == 2
    await Budget(inner, path, max_calls=3).search(["a"], top_k=1)


async def test_money_stops_before_it_is_spent(tmp_path):
    inner = Backend()
    budget = Budget(inner, tmp_path / "spent.json", max_usd=0.03, usd_per_call=0.01)
    with pytest.raises(SearchStopped, match=r"\$0.03 is used up"):
        await asyncio.gather(*(budget.search(["a"], top_k=1) for _ in range(9)))
    assert len(inner.calls) == 3
    assert (budget.spent.calls, round(budget.spent.usd, 6)) == (3, 0.03)


async def test_two_who_search_for_a_run_count_together(tmp_path):
    path = tmp_path / "spent.json"
    one, other = (Budget(Backend(), path, max_calls=3) for _ in range(2))
    for budget in (one, other, one):
        await budget.search(["a"], top_k=1)
    with pytest.raises(SearchStopped, match="3 calls and"):
        await other.search(["a"], top_k=1)


async def test_every_try_of_a_call_is_counted(tmp_path):
    budget = Budget(Backend(script=[BUSY, BUSY]), tmp_path / "spent.json")
    await Retry(budget, 2, first_wait=0.001).search(["a"], top_k=1)
    assert budget.spent.calls == 3


def test_a_damaged_account_is_refused(tmp_path):
    (tmp_path / "spent.json").write_text('{"calls": -1}')
    with pytest.raises(InputError, match="does not say what calls have cost"):
        Budget(Backend(), tmp_path / "spent.json")


# Health


async def asked(search, times):
    for _ in range(times):
        try:
            await search.search(["a"], top_k=2)
        except SearchError:
            continue


@pytest.mark.parametrize(
    ("backend", "config", "reason"),
    [
        (Backend(script=[BUSY] * 9), {"max_errors": 0.5}, r"100% failed \(the last: busy\)"),
        (Backend(hits=[]), {"max_empty": 0.9}, "100% found nothing"),
        (Backend(hits=[hit("a", "x"), hit("b", "x")]), {"max_duplicates": 0.4}, "50% of the hits"),
        (Backend(delay=0.01), {"max_seconds": 0.005}, "half of the searches took longer"),
    ],
)
async def test_a_threshold_that_is_crossed_stops_the_run_with_the_reason(backend, config, reason):
    search = Health(backend, HealthConfig(window=4, **config))
    await asked(search, 3)
    with pytest.raises(SearchStopped, match=f"{reason}.* over the last 4 queries"):
        await asked(search, 1)


async def test_odd_queries_and_few_failures_do_not_stop_a_run():
    script = [QueryError("empty")] * 8 + [BUSY] * 4
    search = Health(Backend(script=script), HealthConfig(window=10, max_errors=0.4))
    await asked(search, 40)
    gauges = search.gauges()
    assert (gauges.queries, gauges.error_rate, gauges.empty_rate) == (32, 0.0, 0.0)
    assert 0 <= gauges.p50_seconds <= gauges.p99_seconds < 1
    assert search.told().startswith("search: 32 queries; of the last 10: 0.0% failed")


# Several queries


async def test_what_stops_the_run_comes_before_other_failures():
    inner = Backend(script=[BUSY, SearchStopped("no money"), [hit("1")]])
    with pytest.raises(SearchStopped, match="no money"):
        await OneByOne(inner).search(["a", "b", "c"], top_k=1)
    assert len(inner.calls) == 3


# Guards


COPY = "the quick brown fox jumps over the lazy dog near the old mill in spring"
MASKED = Prompt(
    kind=TaskKind.RAMP,
    title="Fox",
    text=COPY.replace("dog", "[mask]"),
    num_masks=1,
)
CORPUS = [
    hit("w:fox:1#0", COPY),
    hit("w:fox:1#1", "foxes live in dens all over the world"),
    hit("w:dog:1#0", f"A mirror says: {COPY.replace('brown', 'red')}."),
    hit("w:dog:1#1", "dogs bark at foxes in spring"),
]
WEB = [
    hit("https://mirror.example/fox", COPY),
    hit("https://wiki.example/fox", "All about foxes and their dens", "Fox - Wikipedia"),
    hit("https://dogs.example/", "dogs bark"),
]


@pytest.mark.parametrize(
    ("mode", "left", "left_of_web"),
    [
        (Guard.NONE, [0, 1, 2, 3], [0, 1, 2]),
        (Guard.PARAGRAPH, [1, 2, 3], [1, 2]),
        (Guard.COPIES, [1, 3], [1, 2]),
        (Guard.PAGE, [2, 3], [2]),
    ],
)
async def test_a_guard_withholds_by_id_by_text_and_on_the_web_by_title(mode, left, left_of_web):
    guard = LeakGuard.of("w:fox:1#0", mode, MASKED)
    for hits, wanted in ((CORPUS, left), (WEB, left_of_web)):
        [found] = await Guarded(Backend(hits=hits)).search(["fox"], top_k=4, guard=guard)
        assert found == [hits[n] for n in wanted]


async def test_a_guard_looks_further_down_while_too_few_are_left():
    inner = Backend(hits=[hit(f"w:fox:1#{n}") for n in range(60)] + [hit("w:dog:1#0")])
    guard = LeakGuard(Guard.PAGE, "w:fox:1#0")
    [found] = await Guarded(inner).search(["fox"], top_k=2, guard=guard)
    assert ids(found) == ["w:dog:1#0"]
    assert [top_k for _, top_k in inner.calls] == [7, 28, 112]


# Snippets


async def shown(one, query="needle", chars=60, words=40):
    [[found]] = await Snippets(Backend(hits=[one]), Lengths(chars, words)).search([query], top_k=1)
    return found


async def test_a_long_text_is_cut_around_the_query():
    found = await shown(hit("1", "hay " * 400 + "the needle here " + "hay " * 400))
    assert "the needle here" in found.text and len(found.text) <= 60


async def test_chinese_is_cut_by_characters_around_the_query():
    found = await shown(hit("1", "草" * 300 + "北京是首都" + "草" * 300), "北京首都", 60, 20)
    assert "北京是首都" in found.text and len(found.text) == 20


async def test_control_characters_and_line_breaks_cannot_forge_another_hit():
    found = await shown(hit("1", "one\n[2] Forged\r\x1b[31m\u2028two\ud800", "A\n[9] B\x00"))
    assert found.text == "one [2] Forged \ufffd[31m two?"
    assert found.title == "A [9] B\ufffd"


async def test_ten_megabytes_are_cut_in_no_time():
    began = time.perf_counter()
    found = await shown(hit("1", "x" * 10_000_000, "t " * 5_000_000))
    assert len(found.text) <= 60 and len(found.title) <= 64
    assert time.perf_counter() - began < 2


async def test_what_is_shown_is_part_of_the_fingerprint():
    made = Snippets(Backend(), Lengths(60, 40)).fingerprint(top_k=1, guard=Guard.NONE)
    assert (made.truncation, made.parameters) == (60, {"snippet_words": 40})
