"""The variables of proxies and certificates, as a test wants them."""

from collections.abc import Callable

import pytest

from masksearch.network.certificates import CERTIFICATE_VARIABLES
from masksearch.network.proxies import EXCEPTION_VARIABLES, PROXY_VARIABLES

DEAD = "http://127.0.0.1:9"


def surroundings(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """What sets some of these variables; until then none of them is set."""
    for name in (*PROXY_VARIABLES, *EXCEPTION_VARIABLES, *CERTIFICATE_VARIABLES):
        monkeypatch.delenv(name, raising=False)

    def say(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return say
