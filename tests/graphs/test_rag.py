"""Retrieving once, and Search-R1's loop, through their graphs."""

import pytest

from graphs.config import Limits
from graphs.rag import build_rag, rag_solver
from graphs.search_r1 import search_r1_solver
from graphs.solver import GuardedSearch, SolverAgent
from graphs.turn_policies import ReadingPolicy, SearchR1Policy, TeamPolicy
from masksearch.errors import ChatError
from masksearch.messages import Reply
from masksearch.role_prompt import role_prompt
from masksearch.schemas import (
    MASK,
    Guard,
    Interval,
    Lineage,
    Passage,
    Prompt,
    Status,
    Task,
    TaskKind,
)
from masksearch.search.factory import search_passages
from masksearch.search_r1 import ROLE, asked
from masksearch.team.extractive import extractive_team
from prompts import PromptLibrary

PASSAGES = [
    Passage(
        id=f"w:{n}:1#0", document_id=f"w:{n}", title=title, section="", text=text, start=0, end=9
    )
    for n, (title, text) in enumerate(
        [("Mill", "The mill was built by Iona."), ("Bridge", "The bridge was built by Tobias.")], 1
    )
]
QUESTION = Task(
    id="q", prompt=Prompt(kind=TaskKind.QUESTION, text="Who built the mill?"), answers=(("Iona",),)
)
MASKED = Task(
    id="r",
    prompt=Prompt(kind=TaskKind.RAMP, text=f"The mill was built by {MASK}.", num_masks=1),
    answers=(("Iona",),),
    masks=(Interval(22, 26),),
    lineage=Lineage(passage_id="w:1:1#0", revision="1", corpus_hash="x"),
)
WORDING = role_prompt(PromptLibrary(), ROLE)


class Says:
    """Says its lines, and keeps what it read."""

    name = "says"

    def __init__(self, *lines):
        self.lines, self.read, self.drawn = list(lines), [], []

    async def complete(self, messages, decoding):
        self.read.append(messages)
        self.drawn.append(decoding)
        line = self.lines.pop(0)
        if isinstance(line, Exception):
            raise line
        return line if isinstance(line, Reply) else Reply(text=line)


def retrieving(chat, guard=Guard.NONE, **how):
    policy = ReadingPolicy(chat, lambda _: "Read.", **how)
    solver = rag_solver(policy, GuardedSearch(search_passages(PASSAGES), guard))
    return SolverAgent("rag", solver, Limits(4, top_k=1))


async def test_a_question_is_searched_once_as_it_is_and_answered_below_what_was_found():
    chat = Says("<think>t</think><answer>Iona</answer>")
    ended = await retrieving(chat).run(QUESTION)
    assert (ended.status, ended.answer) == (Status.ANSWERED, "Iona")
    assert [turn.queries for turn in ended.turns] == [("Who built the mill?",)]
    [[system, user]] = chat.read
    assert system.content == "Read."
    assert user.content == (
        "<information>\n[1] Mill\nThe mill was built by Iona.\n</information>\nWho built the mill?"
    )


async def test_a_masked_text_is_searched_by_the_words_around_its_blanks_under_its_guard():
    chat = Says("<think>t</think><answer>Tobias</answer>")
    ended = await retrieving(chat, Guard.PARAGRAPH).run(MASKED)
    assert ended.turns[0].queries == ("The mill was built by .",)
    assert [hit.title for hit in ended.hits] == ["Bridge"]
    assert ended.retriever.guard is Guard.PARAGRAPH


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("<think>t</think><search>more</search>", Status.OUT_OF_TURNS),
        ("Iona", Status.MALFORMED),
        (ChatError("too long"), Status.FAILED),
    ],
)
async def test_whoever_does_anything_but_answer_has_ended(line, status):
    assert (await retrieving(Says(line)).run(QUESTION)).status is status


@pytest.mark.parametrize(
    ("reply", "status", "answer"),
    [
        (Reply(text=" It was Iona. ", finish="end"), Status.ANSWERED, "It was Iona."),
        (Reply(text="Iona", thought="so"), Status.ANSWERED, "Iona"),
        (Reply(text="<think>t</think><answer>Iona</answer> x"), Status.ANSWERED, "Iona"),
        (Reply(text="<think>It was Iona."), Status.MALFORMED, ""),
        (Reply(text="It was", finish="length"), Status.MALFORMED, ""),
        (Reply(text="  "), Status.MALFORMED, ""),
    ],
)
async def test_who_may_only_answer_does_so_in_plain_words_of_a_question(reply, status, answer):
    for task in (QUESTION, MASKED):
        ended = await retrieving(Says(reply), only_answers=True).run(task)
        is_tagged = "<answer>" in reply.text
        if task is QUESTION or is_tagged:
            assert (ended.status, ended.answer) == (status, answer)
        else:
            assert ended.status is Status.MALFORMED


async def test_a_text_of_nothing_but_blanks_has_no_query_and_ends():
    bare = MASKED.changed(prompt=MASKED.prompt.changed(text=MASK), masks=(Interval(0, 4),))
    ended = await retrieving(Says()).run(bare)
    assert ended.status is Status.FAILED and ended.reason


async def test_a_team_answers_in_a_models_place():
    policy = TeamPolicy(extractive_team(2))
    solver = rag_solver(policy, GuardedSearch(search_passages(PASSAGES)))
    ended = await SolverAgent("rag", solver, Limits(4, top_k=2)).run(MASKED)
    assert (ended.status, ended.answer, len(ended.turns)) == (Status.ANSWERED, "Iona", 1)


def test_what_retrieves_once_is_a_line_without_a_loop():
    graph = build_rag(TeamPolicy(extractive_team(2)), GuardedSearch(search_passages(PASSAGES)))
    edges = {(edge.source, edge.target) for edge in graph.compile().get_graph().edges}
    assert edges == {
        ("__start__", "ask"), ("ask", "search"), ("ask", "__end__"), ("search", "model"),
        ("model", "__end__"),
    }  # fmt: skip


async def test_search_r1_goes_on_after_a_reply_in_which_nothing_is_done():
    chat = Says(
        "<think>a</think><search> the mill",
        "hm",
        "<think>b</think><answer> Iona </answer> I am sure",
    )
    policy = SearchR1Policy(
        chat, lambda prompt: asked(WORDING, prompt), 500, temperature=0.5, wording=lambda _: WORDING
    )
    solver = search_r1_solver(policy, GuardedSearch(search_passages(PASSAGES)))
    ended = await SolverAgent("s", solver, Limits(4, top_k=1)).run(QUESTION, 7)
    assert (ended.status, ended.answer, ended.seed) == (Status.ANSWERED, "Iona", 7)
    assert [turn.queries for turn in ended.turns] == [("the mill",), ()]
    assert [[one.role for one in read] for read in chat.read] == [
        ["user"], ["user", "assistant"], ["user", "assistant"],
    ]  # fmt: skip
    last = chat.read[-1][-1].content
    assert last.startswith("<think>a</think><search> the mill</search>\n\n<information>Doc 1(")
    assert last.endswith("Let me try again.\n")
    assert [(one.stop, one.max_tokens, one.seed) for one in chat.drawn] == [
        (("</search>",), 500, 7), (("</search>",), 500, 8), (("</search>",), 500, 9),
    ]  # fmt: skip
