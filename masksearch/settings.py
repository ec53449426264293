"""What comes from the environment or `.env`: the only reader of either."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlsplit

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
    create_model,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from masksearch.errors import ConfigError, ModelError
from masksearch.redaction import carried_secrets

Role = Literal["planner", "rewriter", "observer", "judge", "agent", "extractor"]
NO_KEY = SecretStr("")
_ENV_FILE = ".env"
_HOLDS_KEY = re.compile(r"(API_KEY|TOKEN)$", re.IGNORECASE)
_SECRET_LENGTH = 6
"""A shorter value of a variable that is called a token is a switch or a number."""
_HOLDS_ADDRESS = re.compile(r"(BASE_URL|_PROXY)$", re.IGNORECASE)


def _json_object(text: str) -> str:
    try:
        is_object = isinstance(json.loads(text or "{}"), dict)
    except (ValueError, RecursionError):
        is_object = False
    if not is_object:
        raise PydanticCustomError("json_object", 'must be a JSON object, like {"top_k": 20}')
    return text


class RequestFields(BaseModel):
    """How an endpoint is asked, and what that costs."""

    extra_body: Annotated[str, AfterValidator(_json_object)] = ""
    """Further fields of every request, as a JSON object."""
    omit: str = ""
    """Fields that are not sent, with commas between: temperature, seed, stop, …"""
    streaming: bool = False
    max_tokens: int | None = Field(default=None, ge=1)
    """Tokens of a reply at most, instead of what a role or a recipe asks for."""
    max_tokens_field: str = ""
    """The name of that limit in a request; max_tokens unless the endpoint is OpenAI's own."""
    per_minute: float | None = Field(default=None, gt=0)
    """Calls in a minute at most."""
    usd_per_million_input: float | None = Field(default=None, ge=0)
    usd_per_million_output: float | None = Field(default=None, ge=0)

    @property
    def omitted(self) -> frozenset[str]:
        """The names in `omit`."""
        return frozenset(filter(None, map(str.strip, self.omit.split(","))))

    @property
    def extra(self) -> dict[str, Any]:
        """`extra_body` as it is sent."""
        fields: dict[str, Any] = json.loads(self.extra_body or "{}")
        return fields


class _EndpointFields(RequestFields):
    """What is set of an endpoint."""

    base_url: Annotated[str, StringConstraints(strip_whitespace=True)] = ""
    model: str = ""
    api_key: SecretStr = NO_KEY


class Endpoint(_EndpointFields):
    """An OpenAI-compatible endpoint and the model that it serves; "" where not set."""

    model_config = ConfigDict(frozen=True)

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

    @property
    def root(self) -> str:
        """`base_url` without its query: what the paths of calls are put behind."""
        return self.base_url.partition("#")[0].partition("?")[0].rstrip("/")

    @property
    def query(self) -> dict[str, str]:
        """What the query of `base_url` says, for every call."""
        return dict(parse_qsl(self.base_url.partition("#")[0].partition("?")[2]))

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no message may hold: the key, and what the address carries."""
        return (self.api_key.get_secret_value(), *carried_secrets(self.base_url))


_REQUEST = frozenset(RequestFields.model_fields)


class ChatCalls(BaseModel):
    """How calls to endpoints are repeated, when they stop a run, and what they may cost."""

    timeout_seconds: float = Field(default=120, gt=0)
    """How long a chat call may take, however its reply trickles in."""
    max_retries: int = Field(default=4, ge=0)
    """How often a chat call that failed for a transient reason is tried again."""
    patience_seconds: float = Field(default=120, ge=0)
    """How long an endpoint may be away, or ask to be left alone, before the run stops."""
    failures: int = Field(default=5, ge=1)
    """Failures in a row after which an endpoint is left alone for a while."""
    rest_seconds: float = Field(default=5, gt=0)
    """How long at first; twice as long each time, up to a minute."""
    health_window: int = Field(default=50, ge=1)
    max_errors: float = Field(default=0.5, ge=0, le=1)
    """The share of the last `health_window` calls that may fail, tries and all."""
    budget_calls: int | None = Field(default=None, ge=0)
    """Calls that a run may make, repeated ones included."""
    budget_tokens: int | None = Field(default=None, ge=0)
    budget_usd: float | None = Field(default=None, ge=0)


class Settings(ChatCalls, RequestFields, BaseSettings):
    """Settings named `MASKSEARCH_…` in the environment or in `.env`.

    A role's own endpoint is set by `MASKSEARCH_PLANNER_MODEL`, `…_BASE_URL`, `…_API_KEY`.
    """

    model_config = SettingsConfigDict(
        env_prefix="MASKSEARCH_",
        env_file=_ENV_FILE,
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
        own = _named(prefix)
        if not re.fullmatch(r"[A-Za-z]\w*", name, re.ASCII) or not (own.model or own.base_url):
            raise ModelError(
                f"no endpoint is named {name!r}: set {prefix}BASE_URL and {prefix}MODEL in the "
                "environment or in .env"
            )
        return self._over_common(own)

    def _over_common(self, own: Endpoint) -> Endpoint:
        """An endpoint with the common settings where it has none of its own.

        The common key goes to the common address only, and so do the common fields of a
        request: who has an address of its own has what was set for it, or none.
        """
        common_key = NO_KEY if own.base_url else self.api_key
        common = {} if own.base_url else {name: getattr(self, name) for name in _REQUEST}
        return Endpoint(
            **{**common, **own.model_dump(include=set(_REQUEST & own.model_fields_set))},
            base_url=own.base_url or self.base_url,
            model=own.model or self.model,
            api_key=own.api_key if own.api_key.get_secret_value() else common_key,
        )

    def key_variable(self, prefix: str, endpoint: Endpoint) -> str:
        """The variable of an endpoint's key: its own, unless it has the common one."""
        is_common = endpoint.api_key == self.api_key != NO_KEY
        return f"MASKSEARCH_{'' if is_common else prefix}API_KEY"

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

    model_config = SettingsConfigDict(env_file=_ENV_FILE, extra="ignore")


class _Named(_EndpointFields, _FromEnvironment):
    """The settings of an endpoint by a name of the user's own."""


def _named(prefix: str) -> Endpoint:
    try:
        found = _Named(_env_prefix=prefix)
    except ValidationError as error:
        raise settings_fault(error, prefix) from error
    return Endpoint(**found.model_dump(exclude_unset=True))


def settings_fault(error: ValidationError, prefix: str = "MASKSEARCH_") -> ConfigError:
    """A setting that cannot be, as one line that names its variable."""
    fault = error.errors()[0]
    name = "_".join(map(str, fault["loc"])).upper()
    return ConfigError(f"{prefix}{name} in the environment or .env: {fault['msg']}")


def sendable(variable: str, key: SecretStr) -> SecretStr:
    """A key without the white space around it.

    Raises ConfigError naming its variable where no header could hold it.
    """
    value = key.get_secret_value().strip()
    if not (value.isascii() and (value.isprintable() or not value)):
        raise ConfigError(f"{variable} holds characters that no key has")
    return SecretStr(value)


def environment_variables(names: Iterable[str]) -> dict[str, str]:
    """Those of these variables that are set.

    They are other programs', none of which looks for them in `.env`.
    """
    return {name: value for name in names if (value := _environment().get(name)) is not None}


def known_secrets() -> tuple[str, ...]:
    """Every key and token that is set, and what the addresses carry: no message may hold them."""
    secrets: list[str] = []
    for name, value in {**_env_file(), **_environment()}.items():
        if _HOLDS_KEY.search(name):
            secrets.append(value.strip())
        elif _HOLDS_ADDRESS.search(name):
            secrets += carried_secrets(value)
    return tuple(dict.fromkeys(one for one in secrets if len(one) >= _SECRET_LENGTH))


def _environment() -> Mapping[str, str]:
    return os.environ  # noqa: TID251 - this module is its reader


def _env_file() -> dict[str, str]:
    try:
        return {name: value for name, value in dotenv_values(_ENV_FILE).items() if value}
    except (OSError, UnicodeDecodeError):  # then no key was read from it either
        return {}
