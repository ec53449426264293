"""What all roles that are language models share: who speaks, and from which prompt."""

from __future__ import annotations

from dataclasses import dataclass

from masksearch.ports import ChatModel
from masksearch.role_prompt import RolePrompt


@dataclass(frozen=True)
class PromptedRole:
    """A chat model that speaks from a role's prompt."""

    chat: ChatModel
    prompt: RolePrompt

    @property
    def prompt_version(self) -> str:
        """All that the model reads, as `version@sha`."""
        return self.prompt.label

    @property
    def name(self) -> str:
        """The model and the prompt file in use."""
        return f"{self.chat.name} {self.prompt_version}"
