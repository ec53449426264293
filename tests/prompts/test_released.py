"""What models read, word for word, and the labels it goes by: trained models and old runs rely on it."""

import json
from pathlib import Path

import pytest

from masksearch import role_prompt as role_prompt_module
from masksearch.agent_prompt import system_prompt
from masksearch.dataset.instructions import instruction
from masksearch.errors import ChatError
from masksearch.messages import Reply
from masksearch.protocol import ModelTurn, render_task, render_turn, turn_messages
from masksearch.role_prompt import pieces_digest, protocol_digest, role_prompt
from masksearch.roles.extractor import LLMExtractor
from masksearch.roles.judge import LLMJudge
from masksearch.roles.team import llm_team
from masksearch.schemas import AnswerStyle, Hit, Passage, Prompt, Task, TaskKind, Turn
from masksearch.text import digest
from prompts import PromptLibrary

RELEASED = Path(__file__).parent / "released"
LIBRARY = PromptLibrary(RELEASED)
NEW_VERSION = (
    "what models read has changed under a label that was released: leave v1 as it was and "
    "write the change as a new version (v2.md, named in prompts/active.yaml)"
)
LABELS = {
    ("agent", ""): "v1@79c538f59b18",
    ("agent", "zh"): "v1.zh@9cf1822022f1",
    ("answer", ""): "v1@0bc6d38a4e68",
    ("answer", "zh"): "v1.zh@67a5dffa7423",
    ("closed_book", ""): "v1@28afe3570487",
    ("example", ""): "v1@0ed76b958fc4",
    ("example", "zh"): "v1.zh@ce8d4e8b079d",
    ("fresh_judge", ""): "v1@ab95f9cc7b52",
    ("extractor", ""): "v1@12c9c5ddf75a",
    ("judge", ""): "v1@e599e6eae652",
    ("observer", ""): "v1@8f1116031f19",
    ("planner", ""): "v1@0269b7476710",
    ("rag", ""): "v1@a1cea43e10dc",
    ("rag", "zh"): "v1.zh@38b79cb22c72",
    ("reply", ""): "v1@84166372860d",
    ("rewriter", ""): "v1@aaf6e471e2aa",
    ("search_r1", ""): "v1@0370d8d69a19",
}
"""By role and language. Nothing is taken from here; a new version is a further line."""
LATER = frozenset({"example", "fresh_judge", "search_r1"})
"""Roles that came after the first release, whose pieces are in their labels."""
PROTOCOL = "402377d2764e"
INSTRUCTIONS = "cedf872cf57f36eb"
HITS = (
    Hit(id="a#0", title="T <answer>", text="one\n$two", score=1.0),
    Hit(id="b#0", title="", text="three", score=0.5),
)
TURNS = [
    Turn(thought="why <think>", queries=("q $1", "</search>"), hits=HITS),
    Turn(thought="", queries=("z",)),
    Turn(thought="t", queries=("y",), error="it <b> broke </information>"),
]
TEXT = "The [mask] of $5 </think> & &lt; <|x|> [mask]. "
PROMPTS = {
    f"{lang} {style.value}": Prompt(
        kind=TaskKind.RAMP, text=TEXT, title="A <title> $city", lang=lang, num_masks=2, style=style
    )
    for lang in ("en", "zh")
    for style in AnswerStyle
} | {
    f"{lang} question": Prompt(kind=TaskKind.QUESTION, text="Who <search> $won?", lang=lang)
    for lang in ("en", "zh-Hant", "de")
}


class Recorder:
    """A chat model that keeps what it read and says nothing of use."""

    name = "recorder"

    def __init__(self, *replies: str) -> None:
        self.replies, self.read = list(replies), []

    async def complete(self, messages, _):
        self.read = [[message.role, message.content] for message in messages]
        return Reply(text=self.replies.pop(0))


async def asked_twice(job, *replies: str) -> list:
    """The second conversation, in which the first reply was of no use, and the error."""
    chat = Recorder(*replies)
    with pytest.raises(ChatError) as caught:
        await job(chat)
    return [chat.read, str(caught.value)]


async def all_that_is_read() -> dict:
    found = {"answer": render_turn(ModelTurn(thought="t", answer="a\nb"))}
    found["turns"] = [[m.role, m.content] for turn in TURNS for m in turn_messages(turn)]
    for name, prompt in PROMPTS.items():
        found[f"agent {name}"] = system_prompt(LIBRARY, prompt)
        found[f"closed_book {name}"] = system_prompt(LIBRARY, prompt, "closed_book")
        found[f"task {name}"] = render_task(prompt)
    for name in ("zh blanks", "en question"):
        found |= {f"{role} {name}": said for role, said in (await by_role(PROMPTS[name])).items()}
    return found


async def by_role(prompt: Prompt) -> dict:
    def team(chat):
        return llm_team(dict.fromkeys(("planner", "rewriter", "observer"), chat), LIBRARY)

    async def rewrite(chat):
        await team(chat).rewriter.rewrite(prompt, "Who $x </think>?", TURNS)

    return {
        "planner": await asked_twice(lambda c: team(c).planner.plan(prompt), "", "{}"),
        "rewriter": await asked_twice(rewrite, '{"queries": [" "]}', "no"),
        "observer": await asked_twice(
            lambda c: team(c).observer.observe(prompt, TURNS, must_answer=False),
            '{"thought": "t"}',
            '{"thought": "<|x|>"}',
        ),
        "observer at its last turn": await asked_twice(
            lambda c: team(c).observer.observe(prompt, TURNS, must_answer=True),
            '{"thought": "t"}',
            "{",
        ),
        "judge": await asked_twice(judged, '{"reason": "", "correct": [true]}', "x"),
        "extractor": await extracted(),
    }


async def judged(chat) -> None:
    task = Task(
        id="t",
        prompt=Prompt(kind=TaskKind.RAMP, text="[mask] $and [mask]", title="T", num_masks=2),
        answers=(("one", "1 $"), ("two </answer>",)),
        masks=((0, 3), (8, 11)),
    )
    await LLMJudge(chat, role_prompt(LIBRARY, "judge")).judge(task, "one\n<b> $")


async def extracted() -> list:
    chat = Recorder("x", "[]")
    passage = Passage(
        id="p#0",
        document_id="p",
        title="A $ <think>",
        section="",
        text="</think> $x.",
        start=0,
        end=1,
    )
    await LLMExtractor(chat, role_prompt(LIBRARY, "extractor")).read(passage)
    return chat.read


async def test_models_read_what_they_read_when_it_was_released() -> None:
    released = json.loads((RELEASED / "read.json").read_text(encoding="utf-8"))
    assert await all_that_is_read() == released, NEW_VERSION


@pytest.mark.parametrize(("role", "lang"), LABELS)
def test_released_labels_stay(role: str, lang: str) -> None:
    label = LABELS[role, lang]
    version = label.partition("@")[0].partition(".")[0]
    assert role_prompt(LIBRARY, role, lang, version).label == label, NEW_VERSION


def test_every_version_is_under_its_label() -> None:
    there = {(role, version, lang) for role, version, lang in versions()}
    frozen = {
        (role, label.partition("@")[0].partition(".")[0], lang)
        for (role, lang), label in LABELS.items()
    }
    assert there == frozen, "put the label of every packaged version into the table of this test"


def versions():
    for role in LIBRARY.roles():
        for version in LIBRARY.versions(role):
            for lang in ("", *LIBRARY.languages(role, version)):
                yield role, version, lang


def test_the_protocol_stays() -> None:
    assert protocol_digest() == PROTOCOL, NEW_VERSION


def test_instructions_of_exported_tasks_stay() -> None:
    languages = ("en", "zh", "de", "fr", "es", "it", "pt", "ru", "bg", "ja", "ko")
    lines = [instruction(lang, style) for lang in languages for style in AnswerStyle]
    assert digest(*lines) == INSTRUCTIONS, NEW_VERSION


def test_a_label_leaves_out_the_pieces_of_the_first_release_alone() -> None:
    of_then = [place for place in versions() if place[0] not in LATER]
    files = [LIBRARY.load(role, "v1", lang) for role, version, lang in of_then]
    digests = {pieces_digest(file) for file in files if file.pieces}
    assert digests | {PROTOCOL} == role_prompt_module._UNCOUNTED
