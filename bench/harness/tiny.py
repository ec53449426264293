"""A random Llama of two small layers that speaks SmolLM2's tokens and soon ends its turn."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.harness.place import Place
from masksearch.stages import DOCUMENTS, INDEX, PASSAGES, TASKS
from training.quiet import quiet_libraries

HIDDEN = 32
_SAID_TOKENS = 12
"""A turn's mean length, in tokens."""
_STRAIGHT = 3.0
"""How much of every embedding points the same way, against 1 for what is its own."""

_SETTINGS = {
    "learning_rate": 1e-3,
    "warmup_steps": 0,
    "budget_minutes": "null",
    "groups": 2,
    "group_size": 4,
    "micro_batch": 4,
    "max_turns": 2,
    "max_tokens": 48,
    "soft_length": 1,
    "longest": 96,
    "save_steps": 2,
}


def make_tiny(folder: Path, home: Path) -> Path:
    """Save the model and SmolLM2's tokenizer into a new folder."""
    model, tokenizer = tiny_llama(home, hidden_size=HIDDEN, tie_word_embeddings=False)
    _let_it_end(model, int(tokenizer.eos_token_id))
    return saved(model, tokenizer, folder)


def tiny_llama(home: Path, *, hidden_size: int, **given: Any) -> tuple[Any, Any]:
    """The same random Llama each time, with SmolLM2's tokenizer."""
    import torch
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

    from training.models.loading import locate
    from training.models.paths import SMOLLM2

    quiet_libraries()
    tokenizer = AutoTokenizer.from_pretrained(locate(SMOLLM2, home))
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=hidden_size,
        intermediate_size=2 * hidden_size,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        **given,
    )
    return LlamaForCausalLM(config), tokenizer


def saved(model: Any, tokenizer: Any, folder: Path) -> Path:
    """A folder that holds both."""
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _let_it_end(model: Any, end: int) -> None:
    """Make the end of a turn as likely as gives turns of some `_SAID_TOKENS` tokens.

    All hidden states lean the same way, and the end's row of the head with them.
    """
    import torch

    with torch.no_grad():
        own = model.get_input_embeddings().weight
        own.normal_()
        own += _STRAIGHT
        head = model.get_output_embeddings().weight
        wanted = torch.log(torch.tensor(len(head) / _SAID_TOKENS))
        head[end] = wanted / HIDDEN


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread: for so small a model two wait longer than they work."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def bare_run(place: Place, folder: Path) -> Path:
    """The finished run's tasks and index alone, in a new run folder."""
    made = place.finished_run()
    for name in (DOCUMENTS, PASSAGES, INDEX, TASKS):
        shutil.copytree(made / name, folder / name)
    shutil.copy(made / "config.yaml", folder)
    return folder


def tiny_training(model: Path, run: Path, **settings: object) -> list[str]:
    """The command that trains such a model; rewards differ by how long its turns are.

    `settings` are those of the section `dapo`.
    """
    given = {f"dapo.{name}": value for name, value in {**_SETTINGS, **settings}.items()}
    pairs = {"model.dtype": "float32", **given}.items()
    assigned = [part for name, value in pairs for part in ("--set", f"{name}={value}")]
    return ["train", "dapo", "--model", str(model), "--run", str(run), *assigned]


def on_processor(place: Place) -> dict[str, str]:
    """A clean environment in which no GPU is seen."""
    return {**place.env, "CUDA_VISIBLE_DEVICES": ""}
