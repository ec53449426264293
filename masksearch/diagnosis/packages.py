"""Python and the installed packages against what masksearch asks for."""

from __future__ import annotations

import platform
import shlex
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import PackageNotFoundError, metadata, version
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion

import masksearch
from masksearch.diagnosis.finding import Finding, missing, ok, warn

Installed = Callable[[str], str | None]

PACKAGE = "masksearch"
CONSTRAINTS = Path(masksearch.__file__).parents[1] / "constraints.txt"
"""Beside the packages in a checkout; an installed wheel has none."""
_NEEDED = ("", "train")
_OPTIONAL = {"studio": "`make studio`", "vllm": "generation on a GPU"}
_NAMED = 4


def installed_version(name: str) -> str | None:
    """The version of an installed distribution; None where there is none."""
    try:
        return str(version(name) or "")
    except PackageNotFoundError:
        return None


def python_finding() -> Finding:
    """Which Python runs, and whether it is new enough."""
    here = f"{platform.python_version()} ({sys.executable})"
    try:
        wanted = metadata(PACKAGE)["Requires-Python"]
    except PackageNotFoundError:
        return ok("python", here)
    if SpecifierSet(wanted or "").contains(platform.python_version(), prereleases=True):
        return ok("python", here)
    return missing("python", f"{here}, wanted is {wanted}", f"install Python {wanted}")


def package_findings(
    installed: Installed = installed_version, constraints: Path = CONSTRAINTS
) -> list[Finding]:
    """The needed packages, those pinned otherwise, and the extras that one can do without."""
    try:
        lines = metadata(PACKAGE).get_all("Requires-Dist") or []
    except PackageNotFoundError:
        fix = pip_install(["-e", f"{constraints.parent}[train]"], constraints)
        return [missing("packages", f"{PACKAGE} itself is not installed", fix)]
    wanted = [Requirement(line) for line in lines]
    needed = [one for extra in _NEEDED for one in of_extra(wanted, extra)]
    return [
        needed_finding(needed, installed, constraints),
        *_pinned(needed, installed, constraints),
        _optional(wanted, installed),
    ]


def of_extra(wanted: Iterable[Requirement], extra: str) -> list[Requirement]:
    """The requirements of an extra, on this machine; "" for those of the package itself."""

    def holds(one: Requirement, extra: str) -> bool:
        return one.marker is None or one.marker.evaluate({"extra": extra})

    return [one for one in wanted if holds(one, extra) and not (extra and holds(one, ""))]


def needed_finding(
    needed: Sequence[Requirement], installed: Installed, constraints: Path
) -> Finding:
    """Whether every needed package is there in a version that fits."""
    faults = {_plainly(one): fault for one in needed if (fault := _fault(one, installed))}
    if not faults:
        return ok("packages", f"{len(needed)} needed, all in a version that fits")
    said = f"{len(faults)} of {len(needed)} needed: {_listed(list(faults.values()))}"
    return missing("packages", said, pip_install(list(faults), constraints))


def pip_install(arguments: Sequence[str], constraints: Path) -> str:
    """The command that installs requirements, within the constraints where there are some."""
    within = ["-c", str(constraints)] if constraints.is_file() else []
    return shlex.join([sys.executable, "-m", "pip", "install", *within, *arguments])


def fits(wanted: Requirement, found: str) -> bool:
    """Whether an installed version is one of those asked for."""
    try:
        return wanted.specifier.contains(found, prereleases=True)
    except InvalidVersion:
        return False


def _fault(wanted: Requirement, installed: Installed) -> str:
    found = installed(wanted.name)
    if found is None:
        return f"{wanted.name} is not installed"
    return "" if fits(wanted, found) else f"{wanted.name} {found} is not {wanted.specifier}"


def _plainly(wanted: Requirement) -> str:
    """A requirement as pip takes it, without the marker that says when it is one."""
    extras = f"[{','.join(sorted(wanted.extras))}]" if wanted.extras else ""
    return f"{wanted.name}{extras}{wanted.specifier}"


def _pinned(
    needed: Iterable[Requirement], installed: Installed, constraints: Path
) -> list[Finding]:
    """Packages of another version than the one that masksearch is tried with."""
    names = {one.name for one in needed}
    others = {
        _plainly(pin): f"{pin.name} {found} (tried with {pin.specifier})"
        for pin in _pins(constraints)
        if pin.name in names and (found := installed(pin.name)) and not fits(pin, found)
    }
    if not others:
        return []
    said = f"other versions than in {constraints.name}: {_listed(list(others.values()))}"
    return [warn("versions", said, pip_install(list(others), constraints))]


def _pins(constraints: Path) -> list[Requirement]:
    try:
        lines = constraints.read_text(encoding="utf-8").splitlines()
        return [Requirement(line) for line in lines if line.strip() and line[0] not in "#-"]
    except (OSError, UnicodeDecodeError, InvalidRequirement):
        return []


def _optional(wanted: Sequence[Requirement], installed: Installed) -> Finding:
    said = []
    for extra, purpose in _OPTIONAL.items():
        lacking = any(_fault(one, installed) for one in of_extra(wanted, extra))
        said.append(f"{extra} {'not installed' if lacking else 'installed'} (for {purpose})")
    return ok("extras", ", ".join(said))


def _listed(things: Sequence[str]) -> str:
    others = len(things) - _NAMED
    return ", ".join(things[:_NAMED]) + (f" and {others} more" if others > 0 else "")
