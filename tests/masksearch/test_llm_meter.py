import asyncio

from masksearch.llm.meter import metering, record
from masksearch.schemas import Usage


async def test_counts_what_the_blocks_own_calls_used():
    async def call(tokens: int) -> None:
        await asyncio.sleep(0)
        record(Usage(prompt_tokens=tokens, completion_tokens=1))

    async def block(tokens: int) -> Usage:
        with metering() as meter:
            await asyncio.gather(call(tokens), call(tokens))
        return meter.usage

    used = await asyncio.gather(block(1), block(10))
    assert used == [
        Usage(prompt_tokens=2, completion_tokens=2),
        Usage(prompt_tokens=20, completion_tokens=2),
    ]


def test_outside_a_block_nothing_is_counted():
    record(Usage(prompt_tokens=5))
    with metering() as meter:
        pass
    record(Usage(prompt_tokens=5))
    assert meter.usage == Usage()
