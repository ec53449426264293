"""Traces as plain chat messages, which TRL, Axolotl, LLaMA-Factory and others read."""

from __future__ import annotations

from typing import Any

from masksearch.export import ExportRecord
from masksearch.exports.formats import TraceFormat


class Messages(TraceFormat):
    """`{"id", "num_masks", "messages": [{"role", "content"}]}`, the system message first."""

    def record(self, item: ExportRecord) -> dict[str, Any]:
        """A conversation as a row; what is trainable is left to the reader's template."""
        messages = [{"role": one.role, "content": one.content} for one in item.messages]
        return {"id": item.task_id, "num_masks": item.num_masks, "messages": messages}
