"""A ceiling on what a run's chat calls may cost, in calls, tokens and money."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from masksearch.errors import ChatStopped, ConfigError
from masksearch.network.spending import Spending, Spent
from masksearch.schemas import Usage
from masksearch.settings import ChatCalls, RequestFields

SPENT_FILE = "chat-spent.json"
_MILLION = 1e6


class ChatSpent(Spent):
    """The same of chat calls, with their tokens."""

    tokens: int = Field(default=0, ge=0)


class ChatBudget:
    """Counts every call before it is made and what it cost when it has ended.

    It stops the run where a ceiling is reached: calls that are under way then may pass that of
    tokens and money. Without a path, this process alone is counted.
    """

    def __init__(self, calls: ChatCalls, path: Path | None = None) -> None:
        self._calls = calls
        self._spending = Spending(path, ChatSpent)

    @property
    def spent(self) -> ChatSpent:
        """What the run has spent so far."""
        return self._spending.spent

    def begin(self) -> None:
        """Count a call that is to be made; raises ChatStopped where it may not."""
        with self._spending.changing() as spent:
            self._check(spent)
            self._spending.keep(spent.model_copy(update={"calls": spent.calls + 1}))

    def paid(self, usage: Usage, prices: RequestFields) -> None:
        """Count what a call has cost."""
        with self._spending.changing() as spent:
            tokens = spent.tokens + usage.prompt_tokens + usage.completion_tokens
            usd = spent.usd + price(usage, prices)
            self._spending.keep(spent.model_copy(update={"tokens": tokens, "usd": usd}))

    def told(self) -> str:
        """What was spent, in a line of a log."""
        now = self.spent
        return f"chat: {now.calls:,} calls, {now.tokens:,} tokens, ${now.usd:.2f} so far"

    def _check(self, spent: ChatSpent) -> None:
        ceilings = (
            ("budget_calls", spent.calls, f"{self._calls.budget_calls or 0:,} calls"),
            ("budget_tokens", spent.tokens, f"{self._calls.budget_tokens or 0:,} tokens"),
            ("budget_usd", spent.usd, f"${self._calls.budget_usd or 0:.2f}"),
        )
        for setting, used, shown in ceilings:
            most = getattr(self._calls, setting)
            if most is not None and used >= most:
                raise ChatStopped(
                    f"the chat budget of {shown} is used up ({self.told()}, see "
                    f"{self._spending.path}): raise MASKSEARCH_{setting.upper()} to go on"
                )


def price(usage: Usage, prices: RequestFields) -> float:
    """What a call costs in dollars; 0 without prices."""
    parts = (
        (usage.prompt_tokens, prices.usd_per_million_input),
        (usage.completion_tokens, prices.usd_per_million_output),
    )
    return sum(tokens * (per_million or 0.0) / _MILLION for tokens, per_million in parts)


def check_prices(calls: ChatCalls, prices: RequestFields, who: str) -> None:
    """Raises ConfigError where money is bounded and nobody knows what a call costs."""
    known = (prices.usd_per_million_input, prices.usd_per_million_output)
    if calls.budget_usd is not None and None in known:
        raise ConfigError(
            f"MASKSEARCH_BUDGET_USD bounds money, and nothing says what {who} costs: set "
            "MASKSEARCH_USD_PER_MILLION_INPUT and MASKSEARCH_USD_PER_MILLION_OUTPUT"
        )
