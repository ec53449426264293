"""Stock TRL's GRPOTrainer with a search tool on SmolLM2, made to say given turns."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from transformers import LogitsProcessor, LogitsProcessorList
from trl import GRPOConfig, GRPOTrainer

from bench.dapo.episode_script import turns

_CHAT_TEMPLATE = """\
{% for message in messages %}<|im_start|>{{ 'user' if message.role == 'tool' else message.role }}
{{ message.content }}\
{% for call in message.tool_calls or [] %}<{{ call.function.name }}>
{{ call.function.arguments | tojson }}
</{{ call.function.name }}>{% endfor %}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""
_RESPONSE_TEMPLATE = {
    "defaults": {"role": "assistant"},
    "start_anchor": "<|im_start|>assistant\n",
    "fields": {
        "reasoning_content": {"open": "<think>", "close_pattern": r"</think>\s*"},
        "tool_calls": {
            "open": "<search>",
            "close_pattern": r"</search>\s*",
            "repeats": True,
            "transform": {
                "type": "function",
                "function": {"name": "search", "arguments": {"query": "{content}"}},
            },
        },
        "content": {"close_pattern": r"<\|im_end\|>\s*"},
    },
}


class Forced(LogitsProcessor):
    """Leaves one token to be drawn: the next one of a line."""

    def __init__(self, line: Sequence[int]) -> None:
        self._line = line
        self._began: int | None = None

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Forbid every other token."""
        width = input_ids.shape[1]
        self._began = width if self._began is None else self._began
        forced = torch.full_like(scores, float("-inf"))
        forced[:, self._line[width - self._began]] = 0.0
        return forced


def stock_trainer(
    loaded: Any, tool: Callable[[str], Awaitable[str]], folder: Path, longest: int
) -> GRPOTrainer:
    """The trainer as it comes; its tokenizer is given a template for tools by hand."""
    tokenizer, model = loaded.tokenizer, loaded.model
    tokenizer.chat_template = _CHAT_TEMPLATE
    tokenizer.response_template = _RESPONSE_TEMPLATE
    said = iter(turns(tokenizer, [tokenizer.eos_token_id]))
    generate = model.generate

    def generate_next(**given: Any) -> Any:
        return generate(**given, logits_processor=LogitsProcessorList([Forced(next(said))]))

    model.generate = generate_next
    return GRPOTrainer(
        model=model,
        reward_funcs=_nothing,
        args=GRPOConfig(
            output_dir=str(folder),
            per_device_train_batch_size=8,
            num_generations=8,
            max_completion_length=longest,
            gradient_checkpointing=False,
            bf16=False,
            use_cpu=not torch.cuda.is_available(),
            report_to=[],
        ),
        train_dataset=Dataset.from_list([{"prompt": [{"role": "user", "content": "x"}]}] * 8),
        processing_class=tokenizer,
        tools=[tool],
    )


def _nothing(completions: list[Any], **_: Any) -> list[float]:
    return [0.0] * len(completions)
