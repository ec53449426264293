"""All that a model reads in a role, under one label for the record.

That is the text of the role's prompt file, the pieces in it, the files that go with it, and
the protocol in which tasks and results are shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain

from masksearch.protocol import MAX_QUERIES, ModelTurn, render_information, render_task, render_turn
from masksearch.schemas import Hit, Prompt, TaskKind
from prompts import PromptFile, PromptLibrary

ANSWER, REPLY = "answer", "reply"
_PROTOCOL = "protocol"
_READ_WITH = {
    "agent": (ANSWER, _PROTOCOL),
    "closed_book": (ANSWER, _PROTOCOL),
    "rag": (ANSWER, _PROTOCOL),
    "example": (_PROTOCOL,),
    "search_r1": (ANSWER, _PROTOCOL),
    "planner": (REPLY, _PROTOCOL),
    "rewriter": (REPLY, _PROTOCOL),
    "observer": (ANSWER, REPLY, _PROTOCOL),
    "judge": (REPLY, _PROTOCOL),
    "extractor": (REPLY,),
    "fresh_judge": (REPLY,),
    ANSWER: (),
    REPLY: (),
}
"""What a role's model reads besides the role's own file; a role that is not here: the last two."""
_UNCOUNTED = frozenset(
    {
        "7aab01742fbd",  # answer v1
        "844378ee3c60",  # answer v1.zh
        "0bae3a617d8f",  # extractor v1
        "340b15d58d51",  # judge v1
        "12b7bb924cb5",  # observer v1
        "9d6c84e8c931",  # planner v1
        "2111e1ebf62d",  # reply v1
        "9cadf3404be5",  # rewriter v1
        "402377d2764e",  # the protocol
    }
)
"""Digests of wording from before it counted. A label leaves it out, so that what was made under
the labels of that time can be resumed; all other wording is in the label."""


@dataclass(frozen=True)
class RolePrompt:
    """A role's prompt file with those that go with it.

    `answers` are the files `answer` by language, "" being for tasks in all others; `reply`
    is for roles that reply with an object.
    """

    file: PromptFile
    answers: Mapping[str, PromptFile]
    reply: PromptFile

    @property
    def label(self) -> str:
        """`version@sha` of all that the model reads, for the record."""
        parts, alone = self._beside(), not self.file.text
        counted = [part for part in parts if alone or part not in _UNCOUNTED]
        return f"{self.file.version}@{_digest(self.file.text, *counted)}"

    def answer_rule(self, prompt: Prompt) -> str:
        """What an answer to this kind of task must look like, in the task's language if it can."""
        kind = prompt.kind if prompt.kind is TaskKind.QUESTION else prompt.style
        return self.answers.get(_primary(prompt.lang), self.answers[""]).piece(kind.value)

    def _beside(self) -> Iterator[str]:
        """Digests of the pieces and of the protocol."""
        beside = _beside(self.file.role)
        files = [
            self.file,
            *(self.answers.values() if ANSWER in beside else ()),
            *([self.reply] if REPLY in beside else ()),
        ]
        yield from (pieces_digest(file) for file in files if file.pieces)
        if _PROTOCOL in beside:
            yield protocol_digest()


def role_prompt(library: PromptLibrary, role: str, lang: str = "", version: str = "") -> RolePrompt:
    """A role's prompt for tasks in `lang`; raises PromptError.

    Without `lang` an agent is spoken to in English, and a role of the team, whose one prompt
    is for all tasks, may meet any language.
    """
    known = _spoken(library)
    lang = lang or ("" if REPLY in _beside(role) else "en")
    spoken = _primary(lang) if _primary(lang) in known else ""
    languages = {"": spoken} if lang else {"": "", **{one: one for one in known}}
    rules = {one: library.load(ANSWER, lang=read) for one, read in languages.items()}
    return RolePrompt(library.load(role, version, spoken), rules, library.load(REPLY))


def prompt_labels(library: PromptLibrary) -> dict[str, str]:
    """`role → version@sha` of every role in use, `role.lang` where in another language."""
    found, active = {}, library.active()
    for role in library.roles():
        found[role] = role_prompt(library, role).label
        for lang in filter(_spoken(library).__contains__, library.languages(role, active[role])):
            found[f"{role}.{lang}"] = role_prompt(library, role, lang).label
    return found


def _spoken(library: PromptLibrary) -> list[str]:
    """The languages besides English in which tasks are spoken of: those of the answer rules."""
    return library.languages(ANSWER, library.active()[ANSWER])


def _beside(role: str) -> tuple[str, ...]:
    return _READ_WITH.get(role, (REPLY, _PROTOCOL))


def pieces_digest(file: PromptFile) -> str:
    """A digest of a file's pieces; the same text says something else in another language."""
    lang = file.version.partition(".")[2]
    return _digest(file.role, lang, *chain(*sorted(file.pieces.items())))


def _primary(lang: str) -> str:
    return lang.partition("-")[0]


def _digest(*parts: str) -> str:
    """The first twelve digits of the SHA-256 of `parts`."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


@cache
def protocol_digest() -> str:
    """A digest of how the protocol lays out one of everything: its layout and all its words."""
    shown = [
        render_task(Prompt(kind=kind, text="<think> [mask]", title="</answer>", lang=lang))
        for kind in TaskKind
        for lang in ("en", "zh")
    ]
    hits = [Hit(id=name, title=f"<|{name}|>", text=f"&lt; {name}", score=1.0) for name in "ab"]
    searched = ModelTurn(thought="t", queries=("q", "r"))
    return _digest(
        *shown,
        *(render_information(hits), render_information(()), render_information((), "e")),
        *(render_turn(searched), render_turn(ModelTurn(thought="t", answer="a\nb"))),
        str(MAX_QUERIES),
    )
