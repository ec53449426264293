import asyncio
import threading

import pytest
import torch

from masksearch.messages import Decoding, Message
from training.models.generator import LocalChat

CALLS = 6


def ask(number: int) -> list[Message]:
    return [
        Message(role="system", content="Search."),
        Message(role="user", content=f"{number} {'word ' * number}"),
    ]


class Counted(LocalChat):
    """Keeps how many prompts each batch had; fails or waits when told."""

    def __init__(self, loaded, **options):
        super().__init__(loaded, "tiny", **options)
        self._model = loaded.model
        self.batches: list[int] = []
        self.prompts: list[list[int]] = []
        self.fail: Exception | None = None
        self.go = threading.Event()
        self.go.set()

    def _generate(self, batch):
        self.batches.append(len(batch))
        self.prompts += [call.prompt for call in batch]
        self.go.wait(30)
        if self.fail:
            raise self.fail
        return super()._generate(batch)


@pytest.fixture
def chat(loaded):
    return Counted(loaded)


async def alone(chat, number, **options):
    return await chat.complete(ask(number), Decoding(**{"max_tokens": 8, **options}))


def plain_loop(chat, prompt: list[int], count: int) -> list[int]:
    """Greedy decoding without a cache, a batch or a library's help."""
    ids = torch.tensor([prompt])
    with torch.inference_mode():
        for _ in range(count):
            best = chat._model(input_ids=ids).logits[0, -1].argmax()
            ids = torch.cat([ids, best.view(1, 1)], dim=1)
    return ids[0, len(prompt) :].tolist()


async def test_one_call_in_float32_is_the_plain_greedy_loop(chat):
    for number in range(3):
        reply = await alone(chat, number)
        assert list(reply.tokens.ids) == plain_loop(chat, chat.tokens.prompt(ask(number)), 8)
        assert reply.text == chat.tokens.tokenizer.decode(reply.tokens.ids)
        assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (
            len(chat.tokens.prompt(ask(number))),
            8,
        )
        assert reply.finish == "length" and reply.seconds > 0


async def test_concurrent_calls_are_batched_and_each_gets_its_own_reply(chat):
    single = [await alone(chat, number) for number in range(CALLS)]
    chat.batches.clear()
    together = await asyncio.gather(*(alone(chat, number) for number in range(CALLS)))
    assert chat.batches == [CALLS]
    assert len({reply.tokens.ids for reply in single}) == CALLS
    assert [r.tokens.ids for r in together] == [r.tokens.ids for r in single]
    assert [r.usage for r in together] == [r.usage for r in single]


async def test_a_batch_is_bounded_and_takes_the_longest_prompts_first(loaded):
    chat = Counted(loaded, max_batch=4)
    await asyncio.gather(*(alone(chat, number) for number in range(CALLS)))
    assert chat.batches == [4, 2]
    lengths = [len(prompt) for prompt in chat.prompts]
    assert lengths == sorted(lengths, reverse=True)


async def test_calls_that_sample_differently_are_not_mixed(chat):
    short, long = await asyncio.gather(alone(chat, 1), alone(chat, 2, max_tokens=3))
    assert chat.batches == [1, 1]
    assert (len(short.tokens.ids), len(long.tokens.ids)) == (8, 3)


async def test_stops_with_the_token_that_completes_a_stop_string(chat):
    decode = chat.tokens.tokenizer.decode
    free = await alone(chat, 1)
    for at in (1, 4, 7):
        stop = decode(free.tokens.ids[at - 1 : at + 1])[-3:-1]  # ends inside a token
        count = next(n for n in range(9) if stop in decode(free.tokens.ids[:n]))
        stopped = await alone(chat, 1, stop=("never said", stop))
        assert stopped.finish == "stop"
        assert stopped.tokens.ids == free.tokens.ids[:count]
        assert stop in stopped.text and stop not in decode(stopped.tokens.ids[:-1])
        assert stopped.usage.completion_tokens == count


async def test_rows_of_a_batch_stop_each_at_its_own_place(chat):
    decode = chat.tokens.tokenizer.decode
    free = [await alone(chat, number) for number in range(4)]
    stop = (decode(free[0].tokens.ids[2:3]), decode(free[2].tokens.ids[5:6]))
    single = [await alone(chat, number, stop=stop) for number in range(4)]
    together = await asyncio.gather(*(alone(chat, number, stop=stop) for number in range(4)))
    assert [r.tokens.ids for r in together] == [r.tokens.ids for r in single]
    assert [r.finish for r in together] == [r.finish for r in single]
    assert [r.finish for r in single][0::2] == ["stop", "stop"]


@pytest.mark.parametrize("as_list", [True, False])
async def test_says_when_the_model_ended_its_turn_itself(chat, as_list):
    free = await alone(chat, 1)
    end = free.tokens.ids[3]
    chat._model.generation_config.eos_token_id = [end] if as_list else end
    ended = await alone(chat, 1)
    assert ended.finish == "end"
    assert ended.tokens.ids == free.tokens.ids[:3]  # without the token that ends it
    long, short = await asyncio.gather(alone(chat, 2), alone(chat, 1))
    assert (long.finish, short.tokens.ids) == ("length", ended.tokens.ids)


async def test_a_turn_may_end_at_once(chat):
    free = await alone(chat, 1)
    chat._model.generation_config.eos_token_id = free.tokens.ids[0]
    ended = await alone(chat, 1)
    assert (ended.finish, ended.text, ended.tokens.ids) == ("end", "", ())


async def test_sampling_is_decided_by_the_seed(chat):
    hot = {"temperature": 1.5, "max_tokens": 6}
    first = await alone(chat, 1, **hot, seed=1)
    again = await alone(chat, 1, **hot, seed=1)
    other = await alone(chat, 1, **hot, seed=2)
    assert first.tokens.ids == again.tokens.ids != other.tokens.ids


async def test_a_temperature_of_zero_ignores_the_seed(chat):
    first, other = await alone(chat, 1, seed=1), await alone(chat, 1, seed=2)
    assert first.tokens.ids == other.tokens.ids


async def test_what_was_sampled_is_continued_from_its_very_ids(chat):
    asked = ask(1)
    first = await alone(chat, 1)
    said = Message(role="assistant", content="not what was said", tokens=first.tokens)
    found = Message(role="user", content="Found.")
    await chat.complete([*asked, said, found], Decoding(max_tokens=1))
    before, after = chat.prompts
    assert after[: len(before) + 8] == [*before, *first.tokens.ids]


async def test_cancelled_calls_are_dropped(chat):
    chat.go.clear()
    running = asyncio.create_task(alone(chat, 1))
    while not chat.batches:
        await asyncio.sleep(0.01)
    waiting = [asyncio.create_task(alone(chat, number)) for number in (2, 3)]
    await asyncio.sleep(0.01)
    waiting[0].cancel()
    running.cancel()
    await asyncio.sleep(0)
    chat.go.set()
    assert len((await waiting[1]).tokens.ids) == 8
    assert chat.batches == [1, 1]
    assert chat.prompts[1] == chat.tokens.prompt(ask(3))
    assert running.cancelled() and waiting[0].cancelled()


async def test_a_failure_reaches_all_its_callers_and_later_calls_go_on(chat):
    chat.fail = RuntimeError("out of memory")
    failed = await asyncio.gather(
        *(alone(chat, number) for number in range(3)), return_exceptions=True
    )
    assert [str(error) for error in failed] == ["out of memory"] * 3
    chat.fail = None
    assert len((await alone(chat, 1)).tokens.ids) == 8


async def test_a_failure_spares_the_calls_that_wait_behind_it(chat):
    chat.fail = RuntimeError("out of memory")
    failing = asyncio.create_task(alone(chat, 1))
    while not chat.batches:
        await asyncio.sleep(0.01)
    behind = asyncio.create_task(alone(chat, 2))
    with pytest.raises(RuntimeError):
        await failing
    chat.fail = None
    assert len((await behind).tokens.ids) == 8


def test_outlives_the_event_loop(chat):
    """Every guard of an evaluation runs in a loop of its own."""
    first = asyncio.run(alone(chat, 1))
    assert asyncio.run(alone(chat, 1)).tokens.ids == first.tokens.ids


def test_a_loop_that_was_broken_off_leaves_nothing_behind(chat):
    async def broken_off():
        calls = [asyncio.create_task(alone(chat, number)) for number in range(3)]
        await asyncio.sleep(0)
        assert not any(call.done() for call in calls)

    asyncio.run(broken_off())
    chat.batches.clear()
    assert len(asyncio.run(alone(chat, 1)).tokens.ids) == 8
    assert chat.batches == [1]
