"""The chats of a command: one for each role, and what they have in common."""

from __future__ import annotations

from pathlib import Path

from masksearch.errors import ModelError
from masksearch.llm.budget import SPENT_FILE, ChatBudget, check_prices
from masksearch.llm.gate import Gate, Stop
from masksearch.llm.openai import EndpointChat
from masksearch.settings import Endpoint, Role, Settings, sendable


class Chats:
    """Makes chats whose calls are counted together, and which stop together.

    Those who ask the same address at the same pace share its breaker, too. Without a run
    nothing is written down of what calls cost. Both methods raise ModelError where no usable
    endpoint is set, and ConfigError for a setting that cannot be.
    """

    def __init__(self, settings: Settings, run: Path | None = None) -> None:
        self._settings = settings
        self._stop = Stop()
        self.budget = ChatBudget(settings, run / SPENT_FILE if run else None)
        self._gates: dict[tuple[str, float | None], Gate] = {}

    def role(self, role: Role) -> EndpointChat:
        """The chat model of a role."""
        return self._chat(self._settings.endpoint(role), f"the {role}", role)

    def named(self, name: str) -> EndpointChat:
        """The chat model of `MASKSEARCH_NAME_…`."""
        return self._chat(self._settings.named_endpoint(name), name, name)

    def _chat(self, endpoint: Endpoint, who: str, name: str) -> EndpointChat:
        """A checked endpoint's chat; `name` is the endpoint's in the names of settings."""
        settings = self._settings
        _check_usable(endpoint, who, name)
        check_prices(settings, endpoint, who)
        key = sendable(settings.key_variable(f"{name.upper()}_", endpoint), endpoint.api_key)
        endpoint = endpoint.model_copy(update={"api_key": key})
        gate = self._gates.setdefault(
            (endpoint.root, endpoint.per_minute), Gate(endpoint, settings, self._stop, self.budget)
        )
        return EndpointChat(
            endpoint, gate=gate, role=name, timeout_seconds=settings.timeout_seconds
        )


def endpoint_chat(settings: Settings, role: Role, run: Path | None = None) -> EndpointChat:
    """The chat model of a role that stands alone; raises as `Chats`."""
    return Chats(settings, run).role(role)


def _check_usable(endpoint: Endpoint, who: str, name: str) -> None:
    from masksearch.network.addresses import address_fault  # noqa: PLC0415 - httpx is slow

    own = f"MASKSEARCH_{name.upper()}"
    for field in ("base_url", "model"):
        if not getattr(endpoint, field):
            raise ModelError(
                f"no endpoint for {who}: set MASKSEARCH_{field.upper()} (or "
                f"{own}_{field.upper()}) in the environment or in .env"
            )
    if fault := address_fault(endpoint.root):
        raise ModelError(
            f"the endpoint of {who} has no usable address in MASKSEARCH_BASE_URL (or "
            f"{own}_BASE_URL): {fault}"
        )
