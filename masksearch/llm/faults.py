"""What an endpoint says is wrong, and whose fault that is.

Of the world: it passes, and says nothing of the task. Of the account or the settings: no call
can succeed until somebody does something. Of the message: the endpoint will never take it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from html import unescape
from typing import TYPE_CHECKING, Any, NamedTuple

from masksearch.errors import ChatError, ChatStopped, ChatUnavailable, MaskSearchError
from masksearch.network.retrying import retry_after

if TYPE_CHECKING:
    from openai import APIError

PROXY_REFUSED = 407
_TRANSIENT = frozenset({408, 409, 425, 429})
_SERVERS = range(500, 600)
_REFUSED = {401: "refused the API key", 403: "refused access", 404: "does not know this"}
_UNFIT = frozenset({*range(300, 400), 405, 410, 415, 426, 501, 505})
"""What is asked is no chat completion, or elsewhere."""
_PAYMENT = 402
_TOO_LARGE = 413
_OWN = re.compile(
    r"context[_ ](length|window)|maximum context|too long|too many tokens|token limit|string_above_max"
    r"|input (length|tokens)|reduce (the length|your)|content[_ ]?(filter|policy|management)"
    r"|content_policy|moderation|flagged|safety|data_?inspection|inappropriate|responsible_?ai",
    re.IGNORECASE,
)
"""What a message is refused for: its length or what it says."""
_ACCOUNT = re.compile(
    r"insufficient[_ ]?(quota|balance|credit|fund|user_quota)|billing[_ ](hard|not|limit|details)"
    r"|credit balance|out of credits|not enough credits|arrear|payment[_ ]required|prepaid|top up"
    r"|account.{0,30}(deactivated|suspended|disabled|overdue|good standing)|quota.{0,20}used up"
    r"|access_terminated|spending limit",
    re.IGNORECASE,
)
_LATER = re.compile(r"(retry|try again|please wait).{0,20}\d", re.IGNORECASE)
_MODEL = re.compile(
    r"model_?not_?found|(model|deployment)\b.{0,80}(does not|doesn't|not) (exist|found|available)"
    r"|no such model|unknown model|invalid model",
    re.IGNORECASE,
)
_KEY = re.compile(
    r"(invalid|incorrect|bad|missing|no)[_ ]?(api)?[_ ]?key|key not valid", re.IGNORECASE
)
_STREAM_ONLY = re.compile(
    r"(only|must|required?|need|please).{0,40}\bstream|\bstream\w*.{0,30}(only|required|must be (set to )?true)",
    re.IGNORECASE,
)
_UNWANTED = re.compile(
    r"unsupported|not support|unrecognized|unknown|unexpected|extra|not permitted|not allowed"
    r"|deprecated|invalid|must be|should be|only the default|too large|too big|at most|out of range"
    r"|less than|greater than|range of",
    re.IGNORECASE,
)
_TAG = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_HTML = re.compile(r"\s*<(!doctype|html|head|body)\b", re.IGNORECASE)


class Fault(NamedTuple):
    """What an endpoint said: `words` are its own, `status` 0 where it gave none."""

    status: int = 0
    code: str = ""
    param: str = ""
    words: str = ""
    retry_after: float | None = None

    @property
    def told(self) -> str:
        """The fault as a reason tells it."""
        return ": ".join(filter(None, (self.codes, f'"{self.words}"' * bool(self.words))))

    @property
    def codes(self) -> str:
        """Its status and code."""
        return " ".join(filter(None, (str(self.status or ""), self.code)))

    @property
    def passing(self) -> ChatUnavailable:
        """The fault as one of the world."""
        return ChatUnavailable(f"the endpoint failed ({self.told})", self.retry_after)

    @property
    def searched(self) -> str:
        """Everything in which a kind of fault can be known."""
        return f"{self.code} {self.words}"


def fault_of(error: APIError) -> Fault:
    """What an error of the client's says; its status where it has one."""
    reply = getattr(error, "response", None)
    body = error.body if error.body is not None else error.message
    found = fault_in(body)
    if reply is None:
        return found
    asked = retry_after(reply.headers)
    return found._replace(status=reply.status_code, retry_after=asked)


def fault_in(body: object) -> Fault:
    """What a body says, in whatever form."""
    inner = body.get("error", body) if isinstance(body, Mapping) else body
    if not isinstance(inner, Mapping):
        return Fault(words=_words(inner))
    code = inner.get("code")
    status = _status(code) or _status(inner.get("status_code"))
    named = code if isinstance(code, str) and not status else inner.get("type")
    return Fault(
        status,
        named if isinstance(named, str) else "",
        str(inner.get("param") or ""),
        _words(
            next((inner[name] for name in ("message", "detail", "msg") if inner.get(name)), inner)
        ),
    )


def judged(fault: Fault, sent: Collection[str], refusals: Refusals) -> MaskSearchError | None:
    """The error that a fault is; None where it may be the message's or the settings'.

    `sent` are the names of the request's fields beside its messages.
    """
    status, searched = fault.status, fault.searched
    if status not in (401, _PAYMENT, 429) and status not in _SERVERS and _OWN.search(searched):
        return ChatError(f"the endpoint refuses the message ({fault.told})")
    if status == _PAYMENT or (_ACCOUNT.search(searched) and not _passes(fault)):
        return refusals.account(fault)
    if status == 429 or status in _TRANSIENT or (status in _SERVERS and status not in _UNFIT):
        return fault.passing
    if status in _REFUSED or status in _UNFIT or _MODEL.search(searched) or _KEY.search(searched):
        return refusals.unusable(fault)
    if _STREAM_ONLY.search(fault.words) and "stream" not in sent:
        return refusals.streams_only(fault)
    if name := refused_field(fault, sent):
        return refusals.field(name, fault)
    if status == _TOO_LARGE:
        return ChatError(f"the endpoint refuses the message ({fault.told})")
    return None if status else fault.passing


def refused_field(fault: Fault, sent: Collection[str]) -> str:
    """The field of a request that is refused; "" where it is another fault."""
    parameter = fault.param.rpartition(".")[2]
    if parameter in sent:
        return parameter
    if not _UNWANTED.search(fault.searched):
        return ""
    quoted = [name for name in sent if re.search(rf"['\"`]{re.escape(name)}['\"`]", fault.words)]
    bare = [
        name
        for name in sent
        if name != "stop" and re.search(rf"\b{re.escape(name)}\b", fault.words)
    ]
    return next(iter([*quoted, *bare]), "")


class Refusals(NamedTuple):
    """How it is told that no call can succeed, and what to do: of one endpoint and who asks it."""

    where: str
    role: str = ""
    omitted: Collection[str] = ()
    """Fields that are not sent as it is."""

    def account(self, fault: Fault) -> ChatStopped:
        """The account cannot pay."""
        return ChatStopped(
            f"{self.where} does not work for this account any more ({fault.told}): see to the "
            "account; what was finished is kept, and the same command goes on"
        )

    def unusable(self, fault: Fault) -> ChatStopped:
        """Key, model or address are wrong; of a refused key no word is repeated."""
        said = _REFUSED.get(fault.status, "cannot be used")
        shown = "" if fault.status in (401, 403) or _KEY.search(fault.searched) else fault.words
        words = f': "{shown}"' if shown else ""
        return ChatStopped(
            f"{self.where} {said} ({fault.codes}): check MASKSEARCH_BASE_URL, "
            f"MASKSEARCH_MODEL and MASKSEARCH_API_KEY{words}"
        )

    def streams_only(self, fault: Fault) -> ChatStopped:
        """It wants to be asked for a stream."""
        return ChatStopped(
            f"{self.where} answers in streams only ({fault.told}): "
            f"{self._setting('STREAMING', 'true')}, and the same command goes on"
        )

    def field(self, name: str, fault: Fault) -> ChatStopped:
        """It refuses a field of every request."""
        remedy = self._setting("OMIT", ",".join(sorted({*self.omitted, name})))
        if name in ("max_tokens", "max_completion_tokens"):
            remedy = self._setting("MAX_TOKENS", "…") + ", or MASKSEARCH_MAX_TOKENS_FIELD"
        return ChatStopped(
            f"{self.where} refuses the field {name} ({fault.told}): {remedy}, and the same command "
            "goes on"
        )

    def _setting(self, name: str, value: str) -> str:
        """What to set, and where for the role alone."""
        own = f" (or MASKSEARCH_{self.role.upper()}_{name} for the {self.role} alone)"
        return f"set MASKSEARCH_{name}={value}{own if self.role else ''}"


def in_words(fault: Fault, safe: Callable[[str], str]) -> Fault:
    """The same without secrets in what is shown."""
    return fault._replace(words=safe(fault.words), code=safe(fault.code), param=safe(fault.param))


def _passes(fault: Fault) -> bool:
    """Whether a quota comes back by itself, as one that is counted by the minute does."""
    return fault.code != "insufficient_quota" and (
        fault.retry_after is not None or bool(_LATER.search(fault.words))
    )


def _status(code: object) -> int:
    number = int(code) if isinstance(code, str) and code.isdecimal() and len(code) == 3 else code
    is_status = isinstance(number, int) and 300 <= number < 600
    return number if is_status and isinstance(number, int) else 0


def _words(said: Any) -> str:
    text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False, default=str)
    if _HTML.match(text):
        text = unescape(_TAG.sub(" ", text))
    return " ".join(text.split())
