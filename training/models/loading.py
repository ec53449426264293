"""Load a causal language model and its tokenizer by folder, Hugging Face id or asset name."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import torch
import transformers
from accelerate import PartialState
from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerBase

from masksearch.assets import gguf_path
from masksearch.errors import ConfigError, ModelError
from masksearch.store import disk_errors, make_folder
from training.config import ModelConfig
from training.models.paths import SMOLLM2, check_path
from training.models.precision import resolve_dtype

_END_OF_TURN = "<|im_end|>"
_NO_CODE: dict[str, Any] = {"trust_remote_code": False}
"""Said outright: where it is left open, transformers asks on the terminal."""
_WEIGHTS_ALONE: dict[str, Any] = {**_NO_CODE, "use_safetensors": True, "weights_only": True}
_ADAPTER = "adapter_config.json"
_NO_MODEL = "there is no config.json: give a folder that transformers has saved, with safetensors"
_NO_TOKENIZER = "Couldn't instantiate the backend tokenizer"
_FLASH = "FlashAttention"
"""Of this package transformers says that it is missing, and not its name."""
_REFUSALS = (
    OSError,
    ValueError,
    SafetensorError,
    StrictDataclassError,
    ImportError,
    RuntimeError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
)
"""What transformers raises for a folder that it cannot read, or lacks a package or a GPU for."""


class LoadedModel(NamedTuple):
    """A model, its tokenizer, and the folder or id that they came from."""

    model: Any
    tokenizer: PreTrainedTokenizerBase
    source: str


def load_model(config: ModelConfig, home: Path, *, dtype: torch.dtype | None = None) -> LoadedModel:
    """Load `config.path` on the best device; raises ModelError.

    `dtype` overrides the configured one: training keeps its weights in float32.
    """
    source = locate(config.path, home)
    wanted = dtype or resolve_dtype(config.dtype)
    try:
        tokenizer = AutoTokenizer.from_pretrained(
            source, clean_up_tokenization_spaces=False, **_NO_CODE
        )
        model, told = AutoModelForCausalLM.from_pretrained(
            source, dtype=wanted, output_loading_info=True, **_WEIGHTS_ALONE
        )
        if fault := next(_faults(model, tokenizer, told["missing_keys"]), ""):
            raise ValueError(fault)
        return LoadedModel(model.to(device()), tokenizer, source)
    except _REFUSALS as error:
        is_none = Path(source).is_dir() and not (Path(source) / "config.json").exists()
        reason = _NO_MODEL if is_none else _reason(error)
        raise ModelError(f"cannot load the model {config.path}: {reason}") from error


def _faults(model: Any, tokenizer: Any, missing: Collection[str]) -> Iterator[str]:
    """What is wrong with a folder although transformers has read it."""
    if missing:  # it goes on with random numbers, and warns at most
        yield f"of its weights {len(missing)} are missing, such as {min(missing)}"
    tokens = max(tokenizer.get_vocab().values(), default=0) + 1
    rows = len(model.get_input_embeddings().weight)
    if tokens > rows:
        yield f"its tokenizer has {tokens:,} tokens, and its weights know {rows:,} of them"
    if not isinstance(tokenizer.model_max_length, int | float):
        yield f"its tokenizer's model_max_length is no number: {tokenizer.model_max_length!r}"
    ends = model.generation_config.eos_token_id
    if not all(isinstance(one, int | None) for one in (ends if isinstance(ends, list) else [ends])):
        yield f"eos_token_id in its generation_config.json is no token's number: {ends!r}"


def _reason(error: BaseException) -> str:
    """An error in one line; of a kind that says little by itself, with the kind."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    said = " ".join(lines[: 2 if lines[0].endswith(":") else 1]) if lines else ""
    if said.startswith(_NO_TOKENIZER):
        return "its tokenizer is missing: tokenizer.json"
    if isinstance(error, ImportError):
        named = " (flash-attn)" if _FLASH in said else ""
        return f"a package is missing{named}: {said}"
    if isinstance(error, TypeError | LookupError | AttributeError) or not said:
        return f"{type(error).__name__}: {said}"
    return said


def locate(path: str, home: Path) -> str:
    """A local folder as it is, `smollm2` as its converted asset, anything else as a hub id.

    Raises ModelError where there is none, and for an adapter: it names the model that it
    belongs to, which may be any.
    """
    if path == SMOLLM2:
        return str(_converted_smollm2(home))
    check_path(path, home)
    if (Path(path) / _ADAPTER).exists():
        raise ModelError(f"{path} holds an adapter ({_ADAPTER}): merge it into its model first")
    return path


def device() -> torch.device:
    """The GPU if there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def on_one_device() -> None:
    """Raises ConfigError for several processes or GPUs: training on them is not wired up yet."""
    if PartialState().num_processes > 1:
        raise ConfigError("training runs in one process so far: start it without a launcher")
    if torch.cuda.device_count() > 1:
        raise ConfigError(
            f"{torch.cuda.device_count()} GPUs are visible and training uses one so far: "
            "choose it, as in CUDA_VISIBLE_DEVICES=0"
        )


def _converted_smollm2(home: Path) -> Path:
    """SmolLM2 as safetensors beside its GGUF, dequantised the first time."""
    gguf = gguf_path(home)
    folder = gguf.parent / "safetensors"
    if not (folder / "config.json").exists():
        part = gguf.parent / ".safetensors.part"
        shutil.rmtree(part, ignore_errors=True)
        with disk_errors(folder):
            _dequantise(gguf, make_folder(part))
            part.replace(folder)
    return folder


def _dequantise(gguf: Path, folder: Path) -> None:
    transformers.logging.disable_progress_bar()
    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    # The GGUF names <|im_start|> as the end of a turn; the chat template ends it otherwise.
    tokenizer.eos_token = tokenizer.pad_token = _END_OF_TURN
    model = AutoModelForCausalLM.from_pretrained(
        gguf.parent, gguf_file=gguf.name, dtype=torch.float32
    )
    # What was loaded is no longer quantised, and saving refuses while it looks so.
    model.is_quantized, model.hf_quantizer = False, None
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
