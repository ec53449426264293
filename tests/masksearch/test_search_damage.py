"""An index whose bytes are others than were written: a reason, and no panic."""

import shutil
from contextlib import suppress
from pathlib import Path

import pytest

from masksearch.errors import InputError, SearchError
from masksearch.search.kinds.bm25 import Bm25Index

INDEX = Path(__file__).parents[1] / "fixtures" / "contracts-1" / "03-index" / "tantivy"
_FOOTER = 150


@pytest.mark.parametrize("suffix", ["fast", "idx", "term", "texts"])
@pytest.mark.parametrize("written", [b"\0", b"\xff"])
def test_an_index_with_other_bytes_is_a_reason(tmp_path, suffix, written):
    place = shutil.copytree(INDEX, tmp_path / "index")
    for file in place.glob(f"*.{suffix}"):
        had = file.read_bytes()
        for at in range(0, len(had) - _FOOTER, max(4, len(had) // 5)):
            _replace(file, had[:at] + 4 * written + had[at + 4 :])
            with suppress(InputError, SearchError):
                Bm25Index().open(place, "hash").ranked("the old bridge of a town", 5)
        _replace(file, had)


def _replace(file, content):
    """In a new file: the old one is mapped into memory by the index that was opened before."""
    file.unlink()
    file.write_bytes(content)


def test_an_index_of_other_fields_is_a_reason(tmp_path):
    place = shutil.copytree(INDEX, tmp_path / "index")
    meta = place / "meta.json"
    meta.write_text(meta.read_text().replace('"stems"', '"roots"'))
    with pytest.raises(SearchError, match="the index could not be searched"):
        Bm25Index().open(place, "hash").ranked("bridge", 5)
