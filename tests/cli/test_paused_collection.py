import gc

import pytest

from cli.models import collection_paused
from masksearch.errors import ModelError


def test_garbage_is_collected_again_after_a_failure_too():
    with pytest.raises(ModelError), collection_paused():
        assert not gc.isenabled()
        raise ModelError("damaged")
    assert gc.isenabled()
