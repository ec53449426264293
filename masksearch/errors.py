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
├── SearchStopped         no search can succeed or may be made any more: the run must stop
└── ChatError             a chat call that failed or whose reply cannot be read
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


class SearchUnavailable(SearchError):
    """A transient failure of a search; `retry_after` is the seconds that the server wants."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class SearchStopped(MaskSearchError):
    """No search can succeed, or may be made, any more; stops the run, which can be resumed."""


class ChatError(MaskSearchError):
    """A chat call that failed, or whose reply cannot be read."""
