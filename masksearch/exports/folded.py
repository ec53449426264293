"""Traces for models whose chat template knows no system role, such as Gemma's."""

from __future__ import annotations

from typing import Any

from masksearch.export import ExportRecord
from masksearch.exports.messages import Messages


class FoldedMessages(Messages):
    """As `messages`, the system message at the head of the first user message.

    In training and generation here such a template is given the same text.
    """

    def record(self, item: ExportRecord) -> dict[str, Any]:
        """A conversation as a row that begins with the user."""
        row = super().record(item)
        first, *rest = row["messages"]
        if first["role"] == "system" and rest:
            asked = {**rest[0], "content": f"{first['content']}\n\n{rest[0]['content']}"}
            row["messages"] = [asked, *rest[1:]]
        return row
