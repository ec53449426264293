import re

import pytest

from masksearch.agent_prompt import system_prompt
from masksearch.role_prompt import role_prompt
from masksearch.roles.extractor import ExtractorReply
from masksearch.roles.fresh_judge import FreshReply
from masksearch.roles.judge import JudgeReply
from masksearch.roles.observer import ObserverReply
from masksearch.roles.planner import PlannerReply
from masksearch.roles.reply import read_reply
from masksearch.roles.rewriter import RewriterReply
from masksearch.schemas import Prompt, TaskKind
from prompts import PromptLibrary

LIBRARY = PromptLibrary()
SAID = {
    "planner": PlannerReply,
    "rewriter": RewriterReply,
    "observer": ObserverReply,
    "judge": JudgeReply,
    "extractor": ExtractorReply,
    "fresh_judge": FreshReply,
}
EXAMPLES = [
    (role, example)
    for role in SAID
    for example in re.findall(r"```json\n(.*?)\n```", LIBRARY.load(role).text, re.DOTALL)
]


def test_every_role_has_a_prompt_with_an_example():
    assert {*SAID, "agent", "closed_book"} <= set(LIBRARY.roles())
    assert {role for role, _ in EXAMPLES} == set(SAID)


@pytest.mark.parametrize(("role", "example"), EXAMPLES)
def test_every_example_is_what_its_role_reads(role, example):
    said, fault = read_reply(example, SAID[role])
    assert said is not None, fault
    assert "[mask]" not in example


def test_the_rewriters_example_keeps_its_own_rules():
    (queries,) = [
        read_reply(text, RewriterReply)[0].queries for r, text in EXAMPLES if r == "rewriter"
    ]
    assert 3 <= len(set(queries)) == len(queries) <= 4


def test_closed_book_is_rendered_with_what_the_agent_is():
    prompt = Prompt(kind=TaskKind.QUESTION, text="Who?")
    agent, closed = LIBRARY.load("agent"), LIBRARY.load("closed_book")
    assert agent.variables == closed.variables
    rendered = system_prompt(LIBRARY, prompt, "closed_book")
    assert "a short answer to the question" in rendered and "<search>" not in rendered


@pytest.mark.parametrize(
    ("lang", "said"), [("zh", "你通过搜索来回答"), ("zh-Hant", "你通过搜索"), ("sv", "You")]
)
def test_the_agent_is_spoken_to_in_the_language_of_its_task(lang, said):
    prompt = Prompt(kind=TaskKind.RAMP, text="[mask]", lang=lang, num_masks=1)
    system = system_prompt(LIBRARY, prompt)
    assert said in system and role_prompt(LIBRARY, "agent", lang).answer_rule(prompt) in system
    assert all(tag in system for tag in ("<think>", "<search>", "<answer>"))


def test_a_prompt_in_another_language_is_no_version_of_its_own():
    assert LIBRARY.versions("agent") == ["v1"]
    assert role_prompt(LIBRARY, "agent", "zh").label.startswith("v1.zh@")
    assert LIBRARY.load("agent", lang="de") == LIBRARY.load("agent")
