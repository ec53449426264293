"""A chat model in this process that answers concurrent calls in batches."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from masksearch.errors import ChatError
from masksearch.messages import GREEDY, Decoding, Message, Reply
from training.conversation_tokens import ConversationTokens
from training.memory import release_memory
from training.models.attention import use_grouped_attention
from training.models.context import too_long
from training.models.decoding import Decoder
from training.models.loading import LoadedModel
from training.models.turn_end import end_turns
from training.rollout.engine import Sampling, as_reply

_GATHER_SECONDS = 0.05


class _Call(NamedTuple):
    prompt: list[int]
    sampling: Sampling
    seed: int
    future: asyncio.Future[Reply]


class LocalChat:
    """Implements ports.ChatModel on transformers.

    Calls that wait at the same time and sample alike are generated together, the longest
    prompts first, so that little is padded. Greedy replies do not depend on the order of
    calls; in low precision they may depend on what else is in the batch.
    """

    def __init__(self, loaded: LoadedModel, name: str, max_batch: int = 16) -> None:
        self.name = name
        self.tokens = ConversationTokens(loaded.tokenizer)
        end_turns(loaded.model, self.tokens)
        use_grouped_attention(loaded.model)
        self._decoder = Decoder(loaded.model.eval(), loaded.tokenizer)
        self._max_batch = max_batch
        self._waiting: list[_Call] = []
        self._worker: asyncio.Task[None] | None = None
        # Always the same thread: every other one would get a team of OpenMP threads, which
        # spin, and an arena of memory of its own, which is kept.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="generate")

    async def complete(self, messages: Sequence[Message], decoding: Decoding = GREEDY) -> Reply:
        """Continue `messages`; the reply carries its token ids.

        Raises ChatError where they, or they and the reply, are longer than the model's context.
        """
        prompt, context = self.tokens.prompt(messages), self._decoder.context
        if context and len(prompt) >= context:
            raise ChatError(too_long(len(prompt), context))
        reply = await self._queued(prompt, decoding)
        said = len(prompt) + reply.usage.completion_tokens
        if context and reply.finish == "length" and said >= context:
            raise ChatError(f"{too_long(said, context)}, so the reply was cut")
        return reply

    async def _queued(self, prompt: list[int], decoding: Decoding) -> Reply:
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        sampling = Sampling(tuple(decoding.stop), decoding.max_tokens, decoding.temperature)
        self._waiting.append(_Call(prompt, sampling, decoding.seed, future))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await future

    async def _work(self) -> None:
        while self._waiting:
            await self._gather()
            if batch := self._take():
                await self._answer(batch)

    async def _gather(self) -> None:
        """Wait while calls keep coming: a batch half as full takes nearly as long."""
        seen = -1
        while seen < len(self._waiting) < self._max_batch:
            seen = len(self._waiting)
            await asyncio.sleep(_GATHER_SECONDS)

    def _take(self) -> list[_Call]:
        """The next batch; calls that were cancelled while waiting are dropped."""
        alive = [call for call in self._waiting if not call.future.done()]
        alive.sort(key=lambda call: len(call.prompt), reverse=True)
        alike = [call for call in alive if call.sampling == alive[0].sampling]
        batch = alike[: self._max_batch]
        taken = set(map(id, batch))
        self._waiting = [call for call in alive if id(call) not in taken]
        return batch

    async def _answer(self, batch: list[_Call]) -> None:
        try:
            replies = await asyncio.get_running_loop().run_in_executor(
                self._thread, self._generate, batch
            )
        except BaseException as error:  # noqa: BLE001 - handed to the callers that wait for it
            for call in batch:
                if not call.future.done():
                    call.future.set_exception(error)
            return
        for call, reply in zip(batch, replies, strict=True):
            if not call.future.done():
                call.future.set_result(reply)

    def _generate(self, batch: list[_Call]) -> list[Reply]:
        started = time.perf_counter()
        rows = self._decoder.decode(
            [call.prompt for call in batch],
            batch[0].sampling,
            [call.seed for call in batch],
            wanted=lambda row: not batch[row].future.cancelled(),
        )
        release_memory()
        seconds = (time.perf_counter() - started) / len(batch)
        return [
            as_reply(row, len(call.prompt), self.tokens, seconds)
            for row, call in zip(rows, batch, strict=True)
        ]
