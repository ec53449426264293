"""A chat model in this process that answers concurrent calls in batches."""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_left
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal, NamedTuple

import torch
from transformers import StoppingCriteria, StoppingCriteriaList

from masksearch.ports import Message, Reply
from masksearch.schemas import Usage
from training.conversation_tokens import ConversationTokens
from training.models.loading import LoadedModel

Finish = Literal["stop", "end", "length"]
_TAIL_TOKENS = 8
_GATHER_SECONDS = 0.05


class Sampling(NamedTuple):
    """What the calls of one batch must share."""

    stop: tuple[str, ...]
    max_tokens: int
    temperature: float
    seed: int


class _Call(NamedTuple):
    prompt: list[int]
    sampling: Sampling
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
        self._model = loaded.model.eval()
        self._max_batch = max_batch
        self._waiting: list[_Call] = []
        self._worker: asyncio.Task[None] | None = None
        # Always the same thread: every other one would get a team of OpenMP threads, which
        # spin, and an arena of memory of its own, which is kept.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="generate")

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        stop: Sequence[str] = (),
        max_tokens: int = 512,
        temperature: float = 0.0,
        seed: int = 0,
    ) -> Reply:
        """Continue `messages`; the reply carries its token ids."""
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        sampling = Sampling(tuple(stop), max_tokens, temperature, seed)
        self._waiting.append(_Call(self.tokens.prompt(messages), sampling, future))
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
        prompts = [call.prompt for call in batch]
        try:
            replies = await asyncio.get_running_loop().run_in_executor(
                self._thread, self.generate, prompts, batch[0].sampling
            )
        except BaseException as error:  # noqa: BLE001 - handed to the callers that wait for it
            for call in batch:
                if not call.future.done():
                    call.future.set_exception(error)
            return
        for call, reply in zip(batch, replies, strict=True):
            if not call.future.done():
                call.future.set_result(reply)

    def generate(self, prompts: list[list[int]], sampling: Sampling) -> list[Reply]:
        """Continue prompts of token ids together, in this thread."""
        started = time.perf_counter()
        ids_BT, mask_BT = self._left_padded(prompts)
        torch.manual_seed(sampling.seed)
        with torch.inference_mode():
            out_BT = self._model.generate(
                input_ids=ids_BT,
                attention_mask=mask_BT,
                max_new_tokens=sampling.max_tokens,
                pad_token_id=self._pad,
                stopping_criteria=StoppingCriteriaList(
                    [StopAtText(self.tokens.tokenizer, sampling.stop, ids_BT.shape[1])]
                ),
                **_choice(sampling.temperature),
            )
        seconds = (time.perf_counter() - started) / len(prompts)
        rows = out_BT[:, ids_BT.shape[1] :].tolist()
        return [
            self._reply(row, len(prompt), sampling, seconds)
            for row, prompt in zip(rows, prompts, strict=True)
        ]

    @property
    def _pad(self) -> int:
        tokenizer = self.tokens.tokenizer
        pad = tokenizer.pad_token_id
        return int(tokenizer.eos_token_id if pad is None else pad)

    def _left_padded(self, prompts: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        longest = max(map(len, prompts))
        ids = [[self._pad] * (longest - len(prompt)) + prompt for prompt in prompts]
        mask = [[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts]
        where = self._model.device
        return torch.tensor(ids, device=where), torch.tensor(mask, device=where)

    def _reply(self, row: list[int], prompt: int, sampling: Sampling, seconds: float) -> Reply:
        ids, finish = self._until_stop(row, sampling.stop)
        text = self.tokens.tokenizer.decode(ids, skip_special_tokens=True)
        return Reply(
            text=text,
            finish=finish,
            usage=Usage(prompt_tokens=prompt, completion_tokens=len(ids)),
            seconds=seconds,
            token_ids=tuple(ids),
        )

    def _until_stop(self, row: list[int], stop: tuple[str, ...]) -> tuple[list[int], Finish]:
        """The ids up to and with the token that completes a stop string or ends the turn."""
        ends = self._ends_of_turn()
        turn = next((i for i, token in enumerate(row) if token in ends), len(row))
        decode = self.tokens.tokenizer.decode
        count = bisect_left(
            range(turn + 1), True, key=lambda n: any(s in decode(row[:n]) for s in stop)
        )
        if count <= turn:
            return row[:count], "stop"
        return row[:turn], "end" if turn < len(row) else "length"

    def _ends_of_turn(self) -> set[int]:
        configured: Any = self._model.generation_config.eos_token_id
        ends = configured if isinstance(configured, list) else [configured]
        return {token for token in (*ends, self._pad) if token is not None}


class StopAtText(StoppingCriteria):
    """Ends a row when its last tokens decode to a text with a stop string in it."""

    def __init__(self, tokenizer: Any, stop: tuple[str, ...], prompt_length: int) -> None:
        self._tokenizer = tokenizer
        self._stop = stop
        self._prompt_length = prompt_length

    def __call__(self, input_ids: torch.Tensor, scores: Any, **_: Any) -> torch.Tensor:
        """Which rows are finished, as booleans of shape (B,)."""
        new = input_ids[:, self._prompt_length :][:, -_TAIL_TOKENS:].tolist()
        done = [any(s in text for s in self._stop) for text in self._tokenizer.batch_decode(new)]
        return torch.tensor(done, device=input_ids.device)


def _choice(temperature: float) -> dict[str, Any]:
    if temperature == 0:
        return {"do_sample": False, "temperature": None, "top_p": None, "top_k": None}
    return {"do_sample": True, "temperature": temperature, "top_p": 1.0, "top_k": 0}
