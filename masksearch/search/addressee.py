"""To whom a search key may go: a run folder, which may come from anybody, does not decide it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from masksearch.config import SearchConfig
from masksearch.errors import ConfigError
from masksearch.settings import Settings


def check_addressee(config: SearchConfig, settings: Settings, named_in: Path) -> None:
    """Refuse to send a key where nobody but a run folder says, which may come from anybody.

    `named_in` is the file that names the address. Raises ConfigError.
    """
    name = config.backend
    secret = settings.retriever_token if name == "http" else settings.search_key(name)
    host = _host(config.base_url)
    if (
        not config.base_url
        or not secret.get_secret_value()
        or host in settings.key_hosts.split(",")
    ):
        return
    raise ConfigError(
        f"the key for {name} would go to {host}, which only {named_in} names: give the address "
        f"yourself, as --set search.base_url=…, or set MASKSEARCH_KEY_HOSTS={host}"
    )


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "no host"
    except ValueError:
        return "no host"
