import asyncio
import time

import pytest

from masksearch.errors import ChatError, ChatStopped, ChatUnavailable
from masksearch.llm.budget import ChatBudget, check_prices
from masksearch.llm.endpoints import Chats
from masksearch.llm.gate import Gate, Stop, last_try
from masksearch.messages import Reply
from masksearch.schemas import Usage
from masksearch.settings import ChatCalls, Endpoint, RequestFields, Settings

WHERE = Endpoint(base_url="http://127.0.0.1:9/v1", model="m")
FREE = RequestFields()
SAID = Reply(text="a", usage=Usage(prompt_tokens=600, completion_tokens=400))
BUSY = ChatUnavailable("503")


class Server:
    """Does what its script says, then answers."""

    def __init__(self, *script: Exception | None) -> None:
        self.script = list(script)
        self.calls = 0

    async def __call__(self) -> Reply:
        self.calls += 1
        if self.script and (fault := self.script.pop(0)):
            raise fault
        return SAID


def gate(stop: Stop | None = None, budget: ChatBudget | None = None, **calls) -> Gate:
    settings = ChatCalls(**{"max_retries": 2, "rest_seconds": 0.05, **calls})
    return Gate(WHERE, settings, stop or Stop(), budget or ChatBudget(settings))


async def test_who_asks_to_be_left_alone_for_long_stops_the_run():
    server = Server(ChatUnavailable("429", retry_after=3600))
    began = time.monotonic()
    with pytest.raises(ChatStopped, match=r"left alone for 60 min .429.*same command goes on"):
        await gate().call(server, FREE)
    assert server.calls == 1 and time.monotonic() - began < 30


async def test_a_short_wait_is_obeyed():
    server, began = Server(ChatUnavailable("429", retry_after=0.2)), time.monotonic()
    assert await gate().call(server, FREE) == SAID
    assert 0.2 <= time.monotonic() - began < 30


async def test_callers_wait_while_an_endpoint_rests_and_go_on_when_it_works():
    server = Server(*[BUSY] * 6)
    one = gate(failures=2, max_retries=9)
    replies = await asyncio.gather(*(one.call(server, FREE) for _ in range(4)))
    assert replies == [SAID] * 4 and server.calls == 10


async def test_an_endpoint_that_stays_away_stops_the_run_and_says_why():
    server = Server(*[BUSY] * 99)
    one = gate(failures=2, max_retries=99, patience_seconds=0.2)
    with pytest.raises(ChatStopped, match=r"has failed for 0 s, the last time with: 503"):
        await one.call(server, FREE)
    assert server.calls < 9


async def test_a_share_of_failed_calls_stops_the_run():
    one = gate(health_window=4, max_retries=0, failures=99)
    for fault in (None, BUSY, None):
        try:
            await one.call(Server(fault), FREE)
        except ChatUnavailable:
            continue
    with pytest.raises(ChatUnavailable):  # the half may fail
        await one.call(Server(BUSY), FREE)
    with pytest.raises(ChatStopped, match=r"75% of the last 4 calls failed"):
        await one.call(Server(BUSY), FREE)


async def test_what_stops_one_stops_all_but_calls_under_way_end():
    stop, began, end = Stop(), asyncio.Event(), asyncio.Event()

    async def slow() -> Reply:
        began.set()
        await end.wait()
        return SAID

    under_way = asyncio.create_task(gate(stop).call(slow, FREE))
    await began.wait()
    with pytest.raises(ChatStopped, match="no money"):
        await gate(stop).call(Server(ChatStopped("no money")), FREE)
    waits = Server()
    with pytest.raises(ChatStopped, match="no money"):
        await gate(stop).call(waits, FREE)
    end.set()
    assert await under_way == SAID and waits.calls == 0


async def test_who_waits_hears_of_the_stop():
    stop = Stop()
    waiting = asyncio.create_task(
        gate(stop).call(Server(ChatUnavailable("429", retry_after=60)), FREE)
    )
    await asyncio.sleep(0.05)
    stop.because("no money")
    with pytest.raises(ChatStopped, match="no money"):
        await asyncio.wait_for(waiting, 1)


async def test_a_wait_can_be_cancelled():
    waiting = asyncio.create_task(gate().call(Server(ChatUnavailable("429", retry_after=60)), FREE))
    await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_the_last_try_makes_it_the_items_own():
    with last_try(), pytest.raises(ChatError, match="503"):
        await gate(max_retries=0).call(Server(BUSY), FREE)


async def test_calls_keep_their_pace():
    paced = Gate(
        WHERE.model_copy(update={"per_minute": 1200}),
        settings := ChatCalls(),
        Stop(),
        ChatBudget(settings),
    )
    began = time.monotonic()
    await asyncio.gather(*(paced.call(Server(), FREE) for _ in range(5)))
    assert time.monotonic() - began >= 0.2


@pytest.mark.parametrize(
    ("ceiling", "calls"),
    [({"budget_calls": 3}, 3), ({"budget_tokens": 2500}, 3), ({"budget_usd": 0.01}, 2)],
)
async def test_a_budget_stops_the_run_and_a_resumed_one_goes_on_counting(tmp_path, ceiling, calls):
    path, server = tmp_path / "spent.json", Server()
    prices = RequestFields(usd_per_million_input=5, usd_per_million_output=10)
    settings = ChatCalls(**ceiling)
    with pytest.raises(ChatStopped, match=f"raise MASKSEARCH_{next(iter(ceiling)).upper()}"):
        for _ in range(9):
            await gate(budget=ChatBudget(settings, path)).call(server, prices)
    assert server.calls == calls
    spent = ChatBudget(settings, path).spent
    assert (spent.calls, spent.tokens) == (calls, 1000 * calls)
    assert spent.usd == pytest.approx(0.007 * calls)


async def test_every_try_is_counted(tmp_path):
    budget = ChatBudget(ChatCalls(), tmp_path / "spent.json")
    await gate(budget=budget).call(Server(BUSY, BUSY), FREE)
    assert (budget.spent.calls, budget.spent.tokens) == (3, 1000)


def test_money_is_bounded_only_where_prices_are_known():
    from masksearch.errors import ConfigError

    bounded = ChatCalls(budget_usd=1)
    with pytest.raises(ConfigError, match="MASKSEARCH_USD_PER_MILLION_INPUT"):
        check_prices(bounded, FREE, "the judge")
    check_prices(bounded, RequestFields(usd_per_million_input=0, usd_per_million_output=0), "")


def test_roles_at_one_address_share_what_is_known_of_it():
    settings = Settings(
        _env_file=None,
        base_url=WHERE.base_url,
        model="m",
        judge={"base_url": "http://127.0.0.1:8/v1"},
    )
    chats = Chats(settings)
    planner, observer, judge = (chats.role(role) for role in ("planner", "observer", "judge"))
    assert planner._gate is observer._gate is not judge._gate
    assert planner._gate._stop is judge._gate._stop
