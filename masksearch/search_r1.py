"""Search-R1's protocol, a dialect in which its published checkpoints are asked and read.

An episode is one message of the assistant, in which its own words and what searches brought
back take turns: `<think> … </think> <search> query </search> <information> … </information> …
<answer> … </answer>`. The rules are those of github.com/PeterGriffinJin/Search-R1 (Apache-2.0;
Jin et al. 2025, arXiv 2503.09516), which ZeroSearch and others have taken over:

- **Asked** (`scripts/data_process/qa_search_test_merge.py`): one user message, no system message
  of ours; a question that does not end in `?` is given one. The text is `prompts/search_r1`.
- **A reply** (`search_r1/llm_agent/generation.py`, `_postprocess_responses`) is cut behind its
  first `</search>`; where it has none, behind its first `</answer>`.
- **Its action** (`postprocess_predictions`) is the first closed pair of `<search>` or `<answer>`,
  whatever stands around it; its content is stripped. A thought is not demanded. A tag that is not
  closed is no action, and a pair begins at its first opening tag.
- **Read next** (`execute_predictions`): the hits in `<information>`; after no action a
  sentence that says how one is written. Each hit is `Doc 1(Title: "…") …`, the title in the quotation
  marks that it has in the corpus of the checkpoints.
- **Turns** (`run_llm_loop`): 4, of which a reply without an action takes one, too, then one more
  reply whose search is not made. 3 hits a search, 500 tokens a reply, greedy.
- **The answer** (`verl/utils/reward_score/qa_em.py`, `extract_solution`): the content of the last
  closed `<answer>`. Text after it is nothing.

Two things are otherwise here. An answer is looked for in the model's own words alone, where
the published scorer reads everything, so that a page's `<answer>` can count, and the word `and` of
the sentence about actions. And what is not the model's own is escaped, as everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from masksearch.messages import Message, Reply, Segment
from masksearch.protocol import ModelTurn, escape, render_task, unescape
from masksearch.role_prompt import RolePrompt
from masksearch.schemas import Prompt, TaskKind, Turn

ROLE = "search_r1"
"""Of the prompt file."""
MAX_TURNS, TOP_K, MAX_TOKENS = 4, 3, 500
STOPS = ("</search>",)
"""A reply may go on behind an answer; only what was published decides what that means."""
NO_ACTION = "no closed <search> or <answer>"

_SEARCH_END, _ANSWER_END = "</search>", "</answer>"
_ACTION = re.compile(r"<(search|answer)>(.*?)</\1>", re.DOTALL)
_ANSWER = re.compile(r"<answer>(.*?)</answer>", re.DOTALL)
_OPEN_SEARCH = re.compile(r"<search>[^<]*\Z")
_THINK_TAG = re.compile(r"</?think>")
_READ = re.compile(
    r"(?<=</search>)\s*<information>(.*?)</information>|\nMy previous action is invalid\.[^\n]*\n",
    re.DOTALL,
)


class Action(NamedTuple):
    """What a reply does: a query, or an answer; and the words before it."""

    thought: str
    content: str
    is_answer: bool


class Conversation(NamedTuple):
    """A whole message of an assistant: the model's own replies, what it read, and its answer."""

    replies: tuple[str, ...]
    read: tuple[str, ...]
    answer: str | None

    @property
    def actions(self) -> tuple[Action | None, ...]:
        """What each reply does; None for what does nothing."""
        return tuple(map(action_of, self.replies))


def cut(text: str) -> str:
    """A reply behind whose first search, or else answer, nothing counts."""
    for tag in (_SEARCH_END, _ANSWER_END):
        if tag in text:
            return text.partition(tag)[0] + tag
    return text


def action_of(text: str) -> Action | None:
    """What a reply does; None where it holds no closed pair of tags."""
    if not (match := _ACTION.search(text)):
        return None
    return Action(
        thought_of(text[: match.start()]), unescape(match[2].strip()), match[1] == "answer"
    )


def thought_of(text: str) -> str:
    """The words of a text without the tags around thoughts."""
    return unescape(_THINK_TAG.sub("", text).strip())


def last_answer(own_words: Iterable[str]) -> str | None:
    """The content of the last closed answer in the model's own replies, None where there is none."""
    found = [match[1] for text in own_words for match in _ANSWER.finditer(text)]
    return unescape(found[-1].strip()) if found else None


def read_conversation(text: str) -> Conversation:
    """An assistant's whole message, as it stands in a transcript or an export.

    An information block behind a search is what the model read; one anywhere else, it wrote.
    What it read after a reply without an action is "".
    """
    pieces = _READ.split(text)
    replies, read = tuple(pieces[::2]), tuple(unescape(piece or "") for piece in pieces[1::2])
    return Conversation(replies, read, last_answer(replies))


def own_text(reply: Reply) -> str:
    """A reply as far as it counts, with a thought that was told apart put back before it.

    An endpoint takes the tag away at which it stops, and so it is given back.
    """
    thought = "" if reply.thought is None else f"<think>{escape(unescape(reply.thought))}</think>"
    text = thought + reply.text
    if reply.finish == "stop" and _OPEN_SEARCH.search(text):
        text += _SEARCH_END
    return cut(text)


def asked(prompt: RolePrompt, task: Prompt) -> str:
    """What the user says: the published prompt with a question, or with a masked text to fill."""
    return prompt.file.render(question=_question(prompt, task)) + "\n"


def _question(prompt: RolePrompt, task: Prompt) -> str:
    if task.kind is not TaskKind.QUESTION:
        return f"{prompt.answer_rule(task)}\n{render_task(task)}"
    question = render_task(task).strip()
    return question if question.endswith(("?", "？")) else f"{question}?"


def messages(
    prompt: RolePrompt, user: str, said: Sequence[str], turns: Sequence[Turn]
) -> list[Message]:
    """The conversation so far: the prompt, and the message that the model goes on with.

    `said` are its own replies, one for each of the turns.
    """
    segments = [
        segment
        for text, turn in zip(said, turns, strict=True)
        for segment in (Segment(text, True, turn.tokens), Segment(_after(prompt, turn), False))
    ]
    return [Message(role="user", content=user), *([_joined(segments)] if segments else [])]


def told(
    prompt: RolePrompt, task: Prompt, turns: Sequence[Turn], final: ModelTurn
) -> list[Message]:
    """An episode of any dialect in this one; the queries of a turn are one query here."""
    segments = []
    for turn in turns:
        query = escape(" ".join(turn.queries))
        own = f"{_thought(turn.thought)}<search> {query} </search>"
        segments += [Segment(own, True), Segment(_after(prompt, turn), False)]
    answer = f"{_thought(final.thought)}<answer> {escape(final.answer or '')} </answer>"
    segments.append(Segment(answer, True))
    return [Message(role="user", content=asked(prompt, task)), _joined(segments)]


def _thought(thought: str) -> str:
    return f"<think> {escape(thought)} </think>\n" if thought else ""


def _joined(segments: Sequence[Segment]) -> Message:
    content = "".join(segment.text for segment in segments)
    return Message(role="assistant", content=content, segments=tuple(segments))


def _after(prompt: RolePrompt, turn: Turn) -> str:
    """What the model reads after a turn."""
    if not turn.queries:
        return f"\n{prompt.file.piece('invalid')}\n"
    documents = [
        prompt.file.piece(
            "document", number=str(number), title=f'"{escape(hit.title)}"', text=escape(hit.text)
        )
        for number, hit in enumerate(turn.hits, 1)
    ]
    return f"\n\n<information>{chr(10).join(documents)}</information>\n\n"
