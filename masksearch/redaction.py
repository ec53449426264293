"""The one place where secrets are taken out of what is said: messages, logs, reasons of traces.

A server may repeat a key in its error, in a header or in an address, and may cut it anywhere.
Whoever quotes a reply takes the secrets out first and cuts it then, for what is left of a key
that was cut first is no longer known for one.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, unquote

BLANK = "***"
_SHOWN_MOST = 5
"""So many characters of a secret in a row say nothing: `sk-or` is how all keys of a kind begin."""
_SHORTEST = 4
"""Shorter ones are blanked as whole words only: their parts stand in any text."""
_VALUE_LENGTH = 6
"""A shorter value of a query, such as that of `v=1`, is no key."""
_CREDENTIALS = re.compile(r"(?<=://)[^\s'\"<>]*@")
_QUERY = re.compile(r"(://[^\s'\"<>?]*)\?[^\s'\"<>]+")


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """A text with `***` for secrets and their parts, and for what its addresses carry."""
    for secret in secrets:
        for spelling in dict.fromkeys((secret, quote(secret, safe=""))):
            text = _blanked(text, spelling)
    return without_credentials(text)


def without_credentials(text: str) -> str:
    """A text with `***` for the names, passwords and queries in the addresses that it holds."""
    return _QUERY.sub(rf"\1?{BLANK}", _CREDENTIALS.sub(f"{BLANK}@", text))


def shown_address(address: str) -> str:
    """One address, right or wrong, with `***` for what it carries beside host and path."""
    scheme, separator, rest = address.strip().rpartition("://")
    _, at, host = rest.rpartition("@")
    path, asked, _ = host.partition("?")
    return f"{scheme}{separator}{f'{BLANK}@' if at else ''}{path}{f'?{BLANK}' if asked else ''}"


def unrepeated(text: str, secrets: Iterable[str]) -> str:
    """What a server answers, with `***` where it repeats a whole secret.

    Parts are let be: an answer is kept as it is, and a part may be a word of it.
    """
    for secret in secrets:
        if len(secret) > _SHOWN_MOST:
            text = text.replace(secret, BLANK)
    return text


def carried_secrets(address: str) -> tuple[str, ...]:
    """What an address carries beside host and path: a password, and its query's values.

    The password also as a header holds it. The address need not be a right one.
    """
    behind = address.partition("://")[2] or address
    credentials, at, _ = behind.rpartition("@")
    values = [value for _, value in parse_qsl(behind.partition("?")[2])]
    long = [value for value in values if len(value) >= _VALUE_LENGTH]
    return (*_credentials(unquote(credentials)), *long) if at else tuple(long)


def _credentials(text: str) -> tuple[str, ...]:
    """The password of `name:password`, or else the name, and both as a header holds them."""
    name, _, password = text.partition(":")
    return (password or name, b64encode(f"{name}:{password}".encode()).decode())


def _blanked(text: str, secret: str) -> str:
    if len(secret) < _SHORTEST:
        return re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", BLANK, text) if secret else text
    size = max(_SHORTEST, min(_SHOWN_MOST + 1, len(secret) // 2))
    parts = {secret[start : start + size] for start in range(len(secret) - size + 1)}
    kept, at = [], 0
    while at < len(text):
        end = at + size
        if text[at:end] not in parts:
            kept.append(text[at])
            at += 1
            continue
        while text[end - size + 1 : end + 1] in parts:
            end += 1
        kept.append(BLANK)
        at = end
    return "".join(kept)
