"""Every chat template of TRL's over SmolLM2's vocabulary: the same tokens wherever it is used."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.faults.lessons import learnt_by_heart
from bench.harness.bar import Bar, Group, Result, say
from bench.harness.place import Place
from masksearch.errors import ModelError
from masksearch.messages import Message, Segment

WANTED = 20
BY_HEART = ("qwen3", "deepseek_r1_distill", "gemma", "gptoss", "glm4moe")
"""Templates that drop thoughts, open one, know no system role, end turns in two ways, add one."""
_LESSONS = 10
_CONVERSATION = (
    Message(role="system", content="Think, then search or answer."),
    Message(role="user", content="When was the mill built?"),
    Message(role="assistant", content="<think>Look.</think>\n<search>\nmill\nriver\n</search>"),
    Message(role="user", content="<information>\n[1] Mill\nBuilt in 1804.\n</information>"),
    Message(role="assistant", content="<think>So.</think>\n<search>\nmill year\n</search>"),
    Message(role="user", content="<information>\nNothing was found.\n</information>"),
    Message(role="assistant", content="<think>It says so.</think>\n<answer>\n1804\n</answer>"),
)


def templates() -> dict[str, Path]:
    """TRL's templates by name."""
    found = importlib.util.find_spec("trl")
    places = found.submodule_search_locations if found else None
    folder = Path((places or [""])[0]) / "chat_templates"
    return {path.stem: path for path in sorted(folder.glob("*.jinja"))}


def trained_templates() -> list[str]:
    """Those of which TRL has a variant for training too."""
    return [name for name in templates() if f"{name}_training" in templates()]


def measure(place: Place) -> Iterator[Result]:
    """A row a template, their number, and what a tiny model says under five of them."""
    equal = 0
    for name, path in templates().items():
        told, alike = _verdict(place, path)
        equal += alike and name in trained_templates()
        yield Result(f"template: {name}", told, alike or told.startswith("refused"))
    whole = len(trained_templates())
    yield Result("templates: equal", f"{equal} of {whole}", equal >= WANTED)
    for name in BY_HEART:
        said = learnt_by_heart(place, name, templates()[name].read_text("utf-8"), _LESSONS)
        say(f"templates: {name}: {said} of {_LESSONS} answered by heart")
        yield Result(f"by heart: {name}", f"{said} of {_LESSONS}", said == _LESSONS)


def _verdict(place: Place, path: Path) -> tuple[str, bool]:
    from training.conversation_tokens import ConversationTokens

    tokenizer = _tokenizer(place)
    tokenizer.chat_template = path.read_text("utf-8")
    try:
        tokens = ConversationTokens(tokenizer)
    except ModelError as error:
        return f"refused: {error}", False
    if fault := _difference(tokens):
        return f"differs: {fault}", False
    return f"equal; {'a plain one: ' + tokens.replaced if tokens.replaced else 'as it is'}", True


def _tokenizer(place: Place) -> Any:
    from transformers import AutoTokenizer

    from training.models.loading import locate
    from training.models.paths import SMOLLM2

    return AutoTokenizer.from_pretrained(locate(SMOLLM2, place.home))


def _difference(tokens: Any) -> str:
    """Where training, generation and a whole rendering of the export part; nothing if nowhere."""
    said, roles = _CONVERSATION, [one.role for one in _CONVERSATION]
    learnt = tokens.training(roles, [[Segment(m.content, m.role == "assistant")] for m in said])
    grown = tokens.prompt(said[:2])
    for at in range(2, len(said), 2):
        if not tokens.prompt(said[:at]) == grown == list(learnt.ids[: len(grown)]):
            return f"the prompt of turn {at // 2}"
        grown += tokens.encode(said[at].content)
        if not learnt.own[len(grown)]:
            return f"the end of turn {at // 2} is not learnt"
        if at + 1 < len(said):
            grown += tokens.following(roles[: at + 1], said[at + 1])
    return _exported_otherwise(tokens, said, learnt.ids)


def _exported_otherwise(tokens: Any, said: Sequence[Message], learnt: Sequence[int]) -> str:
    rows = [{"role": one.role, "content": one.content} for one in said]
    whole = tokens.tokenizer.apply_chat_template(rows, tokenize=False)
    shown = tokens.tokenizer.decode(list(learnt))
    return "" if shown.startswith(whole.rstrip()) else "the export rendered whole"


GROUP = Group(
    "templates",
    (
        *(Bar(f"template: {name}", "equal, or refused with the reason") for name in templates()),
        Bar("templates: equal", f"≥ {WANTED} of {len(trained_templates())}"),
        *(Bar(f"by heart: {name}", f"{_LESSONS} of {_LESSONS} traces") for name in BY_HEART),
    ),
    measure,
    minutes=3,
)
