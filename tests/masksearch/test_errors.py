import inspect

import pytest

from masksearch import errors
from masksearch.errors import MaskSearchError, StaleError, StoreError

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_is_caught_as_one_and_listed_in_the_overview(kind: type[Exception]) -> None:
    assert issubclass(kind, MaskSearchError)
    assert str(kind("one line")) == "one line"
    assert kind.__name__ in (errors.__doc__ or "")
    assert kind.__doc__


def test_a_stale_stage_is_a_refusal_of_the_store() -> None:
    assert issubclass(StaleError, StoreError)
