"""Errors that a user can cause or act on.

MaskSearchError           one line that says what to do; the CLI exits with code 2
├── InputError            a file, dump, corpus or task file that cannot be used
├── ConfigError           a recipe or an option that is wrong
├── SchemaError           a record that this version cannot read
├── StoreError            the disk or the run folder refused
│   └── StaleError        a finished stage was made from other inputs or settings
├── ModelError            a model path, asset or endpoint that cannot be used
├── TrainingError        a training that cannot go on
├── SearchError           a search that failed: a step's reason, never an empty result
│   ├── QueryError       a query that no engine could answer
│   └── SearchUnavailable   a search with a transient failure, which may be tried again
├── ChatError             a chat call that is refused for what it holds, or cannot be read
├── NoEvidence            evidence of a question that is not there, or that no search brought up
├── Unavailable           a call to a server with a transient fault
│   ├── SearchUnavailable   (as above)
│   └── ChatUnavailable   a chat call that says nothing of what it was for: that stays undone
│       └── ChatRefused   a message that may be refused for what it holds, or for another reason
└── RunStopped            the run must stop, and the same command goes on
    ├── SearchStopped     no search can succeed or may be made any more
    ├── ChatStopped       no chat call can (a ModelError, too)
    └── Undone            what was left because of faults that passed
"""


class MaskSearchError(Exception):
    """Root of every error that ends in one clear line."""


class InputError(MaskSearchError):
    """A file, dump, corpus or task file that cannot be used."""


class ConfigError(MaskSearchError):
    """A recipe or an option that is wrong."""


class SchemaError(MaskSearchError):
    """A record that this version cannot read."""


class StoreError(MaskSearchError):
    """The disk or the run folder refused."""


class StaleError(StoreError):
    """A finished stage was made from other inputs or settings."""


class ModelError(MaskSearchError):
    """A model path, asset or endpoint that cannot be used."""


class TrainingError(MaskSearchError):
    """A training that cannot go on."""


class SearchError(MaskSearchError):
    """A search that failed; becomes the reason of a failed step."""


class QueryError(SearchError):
    """A query that no engine could answer: the fault is with whoever asked."""


class Unavailable(MaskSearchError):
    """A call with a transient fault; `retry_after` is the seconds that the server wants."""

    is_repeated = True
    """Whether it is worth trying again at once."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class SearchUnavailable(SearchError, Unavailable):
    """A transient failure of a search."""


class RunStopped(MaskSearchError):
    """Nothing of its kind can succeed, or may be done, any more; the same command goes on."""


class SearchStopped(RunStopped):
    """No search can succeed, or may be made, any more; stops the run, which can be resumed."""


class ChatStopped(ModelError, RunStopped):
    """No call to an endpoint can succeed, or may be made, any more."""


class Undone(RunStopped):
    """Items that were left undone because of faults that passed."""


class ChatUnavailable(Unavailable):
    """A chat call that failed through nobody's words: what it was for is left undone.

    `was_reached` says whether the endpoint answered at all.
    """

    def __init__(
        self, reason: str, retry_after: float | None = None, *, was_reached: bool = True
    ) -> None:
        super().__init__(reason, retry_after)
        self.was_reached = was_reached


class ChatRefused(ChatUnavailable):
    """A refusal that may be the message's fault or the configuration's."""

    is_repeated = False


class ChatError(MaskSearchError):
    """A chat call that is refused for what it holds, or whose reply cannot be read."""


class NoEvidence(MaskSearchError):
    """Evidence of a question that is not there, or that no search brought up: its trace fails."""
