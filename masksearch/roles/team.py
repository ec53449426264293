"""The language models' team, put together from chat models and prompt files."""

from __future__ import annotations

from collections.abc import Mapping

from masksearch.ports import ChatModel, Team
from masksearch.role_prompt import role_prompt
from masksearch.roles.observer import LLMObserver
from masksearch.roles.planner import LLMPlanner
from masksearch.roles.rewriter import LLMRewriter
from masksearch.settings import Role
from prompts import PromptLibrary


def llm_team(chats: Mapping[Role, ChatModel], library: PromptLibrary) -> Team:
    """A team from the chat models of planner, rewriter and observer; raises PromptError."""
    names = (chats["planner"].name, chats["rewriter"].name, chats["observer"].name)
    return Team(
        name="llm:" + "+".join(dict.fromkeys(names)),
        planner=LLMPlanner(chats["planner"], role_prompt(library, "planner")),
        rewriter=LLMRewriter(chats["rewriter"], role_prompt(library, "rewriter")),
        observer=LLMObserver(chats["observer"], role_prompt(library, "observer")),
    )
