"""What a model's tokens cost."""

from __future__ import annotations

from typing import NamedTuple

from masksearch.schemas import Usage

_MILLION = 1e6


class Prices(NamedTuple):
    """Dollars for a million tokens that a model reads, and that it writes.

    `unknown` says why they are not known of a model that is paid by tokens.
    """

    read: float = 0.0
    written: float = 0.0
    unknown: str = ""

    def of(self, usage: Usage) -> float:
        """Dollars for a call."""
        return (usage.prompt_tokens * self.read + usage.completion_tokens * self.written) / _MILLION
