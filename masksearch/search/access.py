"""What an engine is opened with: its settings, its key and its address."""

from __future__ import annotations

from typing import NamedTuple

from pydantic import SecretStr

from masksearch.config import CassetteMode, SearchConfig
from masksearch.errors import ConfigError
from masksearch.ports import ProgressSource
from masksearch.progress import unstarted
from masksearch.settings import Settings, sendable

_TOKEN = "MASKSEARCH_RETRIEVER_TOKEN"


class Access(NamedTuple):
    """What `Engine.opened` is given.

    `progress` says how far the training is that searches, for an engine with a schedule.
    """

    config: SearchConfig
    settings: Settings
    progress: ProgressSource = unstarted

    def key(self) -> SecretStr:
        """The engine's key; raises ConfigError when it is missing or can be none."""
        name = self.config.backend
        key = self.settings.search_key(name)
        replayed = self.config.cassette.mode is CassetteMode.REPLAY_ONLY
        if not key.get_secret_value() and not replayed:
            raise ConfigError(
                f"the engine {name} needs a key: set {name.upper()}_API_KEY in the environment "
                "or in .env"
            )
        return sendable(f"{name.upper()}_API_KEY", key)

    def token(self) -> SecretStr:
        """The token of our own server, empty where none is set; raises ConfigError."""
        return sendable(_TOKEN, self.settings.retriever_token)

    def url(self, default: str = "") -> str:
        """The engine's address; raises ConfigError when there is none or it can be none."""
        from masksearch.search.backends.web import checked_url  # noqa: PLC0415 - httpx is slow

        if not (url := self.config.base_url or default):
            raise ConfigError(
                f"the engine {self.config.backend} needs an address: --set search.base_url=http://…"
            )
        return checked_url(url, self.config.backend)
