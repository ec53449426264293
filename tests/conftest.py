"""What every test runs under."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import loopback
import pytest

os.environ["LANGSMITH_TRACING"] = "false"
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"  # tests start processes after tokenising
loopback.stay()
# A shell lets what it starts in the background ignore Ctrl-C, and so would all that tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def on_loopback(request: pytest.FixtureRequest) -> Iterator[None]:
    """Only tests marked `network` leave the machine; an attempt fails, even when caught."""
    if request.node.get_closest_marker("network"):
        with loopback.released():
            yield
        return
    yield
    refused, loopback.attempts[:] = list(loopback.attempts), []
    assert not refused, f"tried to reach {', '.join(refused)}"


@pytest.fixture(scope="session")
def assets_home() -> Path:
    """Where `masksearch assets get` puts the demo's dump and model."""
    from masksearch.assets import dump_path, gguf_path
    from masksearch.errors import MaskSearchError
    from masksearch.settings import Settings

    home = Settings().home
    try:
        dump_path(home), gguf_path(home)
    except MaskSearchError as error:
        pytest.fail(str(error), pytrace=False)
    return home


@pytest.fixture(scope="session")
def tiny_model(assets_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a random Llama of two small layers and SmolLM2's tokenizer."""
    import torch
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

    from training.models.loading import locate
    from training.models.paths import SMOLLM2

    tokenizer = AutoTokenizer.from_pretrained(locate(SMOLLM2, assets_home))
    torch.set_num_threads(1)  # on a busy machine two wait for each other longer than they work
    torch.manual_seed(0)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=64,
            intermediate_size=128,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            tie_word_embeddings=True,
            initializer_range=0.2,  # what it says differs from prompt to prompt
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )
    folder = tmp_path_factory.mktemp("tiny-model")
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
