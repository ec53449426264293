"""What comes from the environment or `.env`: the only reader of either."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SecretStr, create_model
from pydantic_settings import BaseSettings, SettingsConfigDict

from masksearch.errors import ModelError

Role = Literal["planner", "rewriter", "observer", "judge", "agent", "extractor"]
NO_KEY = SecretStr("")


class Endpoint(BaseModel):
    """An OpenAI-compatible endpoint and the model that it serves; "" where not set."""

    model_config = ConfigDict(frozen=True)

    base_url: str = ""
    model: str = ""
    api_key: SecretStr = NO_KEY

    @property
    def address(self) -> str:
        """`base_url` without the name, password and query that it may carry; "" for no address."""
        try:
            parts = urlsplit(self.base_url)
            port = f":{parts.port}" if parts.port else ""
        except ValueError:
            return ""
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return ""
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        return f"{parts.scheme}://{host}{port}{parts.path}"


class Settings(BaseSettings):
    """Settings named `MASKSEARCH_…` in the environment or in `.env`.

    A role's own endpoint is set by `MASKSEARCH_PLANNER_MODEL`, `…_BASE_URL`, `…_API_KEY`.
    """

    model_config = SettingsConfigDict(
        env_prefix="MASKSEARCH_",
        env_file=".env",
        extra="ignore",
        env_nested_delimiter="_",
        env_nested_max_split=1,
    )

    home: Path = Field(default_factory=lambda: Path.home() / ".cache" / "masksearch")
    """Where fetched assets are kept."""
    run: Path | None = None
    """The run folder whose index LangGraph Studio searches."""
    base_url: str = ""
    model: str = ""
    api_key: SecretStr = NO_KEY
    timeout_seconds: float = Field(default=120, gt=0)
    """How long a chat call may take."""
    max_retries: int = Field(default=4, ge=0)
    """How often a chat call that failed for a transient reason is tried again."""
    planner: Endpoint = Endpoint()
    rewriter: Endpoint = Endpoint()
    observer: Endpoint = Endpoint()
    judge: Endpoint = Endpoint()
    agent: Endpoint = Endpoint()
    extractor: Endpoint = Endpoint()
    retriever_token: SecretStr = NO_KEY
    """The token of `index serve`, and of the `http` engine."""
    key_hosts: str = ""
    """Hosts, with commas between, to which a search key may go although only a run names them."""

    def endpoint(self, role: Role) -> Endpoint:
        """A role's endpoint: its own settings over the common ones."""
        own: Endpoint = getattr(self, role)
        return self._over_common(own)

    def named_endpoint(self, name: str) -> Endpoint:
        """The endpoint of `MASKSEARCH_NAME_MODEL`, `…_BASE_URL` and `…_API_KEY`.

        The common settings stand in for what it lacks, but not for all of it. Raises
        ModelError for a name that nothing is set for.
        """
        prefix = f"MASKSEARCH_{name.upper()}_"
        own = Endpoint(**dict(_Named(_env_prefix=prefix)))
        if not re.fullmatch(r"[A-Za-z]\w*", name, re.ASCII) or not (own.model or own.base_url):
            raise ModelError(
                f"no endpoint is named {name!r}: set {prefix}BASE_URL and {prefix}MODEL in the "
                "environment or in .env"
            )
        return self._over_common(own)

    def _over_common(self, own: Endpoint) -> Endpoint:
        """An endpoint with the common settings where it has none of its own.

        The common key goes to the common address only: who has an address of its own has the
        key that was set for it, or none.
        """
        common_key = NO_KEY if own.base_url else self.api_key
        return Endpoint(
            base_url=own.base_url or self.base_url,
            model=own.model or self.model,
            api_key=own.api_key if own.api_key.get_secret_value() else common_key,
        )

    def search_key(self, engine: str) -> SecretStr:
        """A search engine's key, under our name for it or the one that its own clients read."""
        name = f"{engine.upper()}_API_KEY"
        key: SecretStr = Field(
            default=NO_KEY, validation_alias=AliasChoices(f"MASKSEARCH_{name}", name)
        )
        reader = create_model("SearchKey", __base__=_FromEnvironment, key=(SecretStr, key))
        found: SecretStr = reader().key  # type: ignore[attr-defined]
        return found


class _FromEnvironment(BaseSettings):
    """Settings that are read when they are wanted, as all others are."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")


class _Named(_FromEnvironment):
    """The settings of an endpoint by a name of the user's own."""

    base_url: str = ""
    model: str = ""
    api_key: SecretStr = NO_KEY
