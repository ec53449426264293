"""Prompt files, one Markdown file per role and version, and how they are read.

A file starts with front matter that names its variables; `$name` stands for one in the
text (`string.Template`, since prompts are full of braces). After the text may come pieces,
the further sentences that a role's model reads; a line `--- NAME` begins each. `v1.zh.md` is
`v1.md` in Chinese, for tasks in that language. A folder that the user names, or `./prompts`,
overrides the packaged files, file by file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from string import Template

import yaml

PACKAGED = Path(__file__).parent
_FRONT_MATTER = re.compile(r"---\n(.*?)\n---\n(.*)", re.DOTALL)
_PIECE = re.compile(r"^--- (\w+) *$", re.MULTILINE)


class PromptError(ValueError):
    """A prompt file that is missing or faulty."""


@dataclass(frozen=True)
class PromptFile:
    """One version of one role's prompt."""

    role: str
    version: str
    text: str
    variables: frozenset[str]
    path: Path
    pieces: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What else the role's model reads, by name; templates as the text is."""

    def render(self, **values: str) -> str:
        """The text with its variables; raises PromptError unless given exactly those."""
        return _filled(self.text, values, str(self.path))

    def piece(self, name: str, **values: str) -> str:
        """A piece with its variables; raises PromptError as `render`, and where it is missing."""
        if name not in self.pieces:
            raise PromptError(f"{self.path}: no piece `{name}`; begin it with a line `--- {name}`")
        return _filled(self.pieces[name], values, f"{self.path}, piece `{name}`")


def _filled(text: str, values: Mapping[str, str], where: str) -> str:
    if set(values) != (wanted := _variables(text)):
        raise PromptError(f"{where}: wants {sorted(wanted)}, given {sorted(values)}")
    return Template(text).substitute(values)


def _variables(text: str) -> set[str]:
    return set(Template(text).get_identifiers())


@dataclass(frozen=True)
class PromptLibrary:
    """The packaged prompts, with a folder of the user's own laid over them."""

    override: Path | None = None

    def roles(self) -> list[str]:
        """Every role that has a prompt."""
        return sorted(path.parent.name for path in PACKAGED.glob("*/v1.md"))

    def versions(self, role: str) -> list[str]:
        """The versions of a role, oldest first."""
        return [name for name in self._names(role) if "." not in name]

    def languages(self, role: str, version: str) -> list[str]:
        """The languages besides English in which a version is there."""
        parts = [name.partition(".") for name in self._names(role)]
        return [lang for of, dot, lang in parts if dot and of == version]

    def active(self) -> dict[str, str]:
        """The version in use of every role."""
        chosen = dict.fromkeys(self.roles(), "v1")
        for folder in reversed(self._folders()):
            chosen |= _read_active(folder / "active.yaml")
        return chosen

    def load(self, role: str, version: str = "", lang: str = "") -> PromptFile:
        """A role's prompt, in the active version unless told; raises PromptError.

        In the language `lang` where the folder that has the prompt has it in that, too.
        """
        version = version or self.active().get(role, "v1")
        if path := self._path(role, version, lang):
            return self._completed(read_prompt(path, role), version, lang)
        raise PromptError(f"no prompt {role}/{version}.md")

    def _path(self, role: str, version: str, lang: str) -> Path | None:
        names = [f"{version}.{lang}.md"] * bool(lang) + [f"{version}.md"]
        paths = (folder / role / name for folder in self._folders() for name in names)
        return next((path for path in paths if path.is_file()), None)

    def _completed(self, file: PromptFile, version: str, lang: str) -> PromptFile:
        """A user's file with the packaged one's pieces, unless it brings all of them itself."""
        packaged = PromptLibrary()
        path = packaged._path(file.role, version, lang) or packaged._path(file.role, "v1", lang)
        if path is None or path == file.path:
            return file
        ours = read_prompt(path, file.role).pieces
        if not file.pieces:
            return replace(file, pieces=ours)
        _expect_pieces(file, ours)
        return file

    def _names(self, role: str) -> list[str]:
        found = {p.stem for folder in self._folders() for p in (folder / role).glob("v*.md")}
        return sorted(found, key=lambda name: (len(name), name))

    def _folders(self) -> list[Path]:
        return [*([self.override] if self.override else []), PACKAGED]


def _expect_pieces(file: PromptFile, wanted: Mapping[str, str]) -> None:
    """Raise PromptError unless a file has exactly these pieces with their variables."""
    for name in [*file.pieces, *wanted]:
        if name not in wanted:
            known = ", ".join(wanted) or "none"
            raise PromptError(f"{file.path}: unknown piece `{name}`; the role's pieces: {known}")
        if name not in file.pieces:
            raise PromptError(
                f"{file.path}: piece `{name}` is missing; leave out all to keep the packaged ones"
            )
        used, due = _variables(file.pieces[name]), _variables(wanted[name])
        if used != due:
            raise PromptError(
                f"{file.path}: piece `{name}` uses {sorted(used)}, but has to use {sorted(due)}"
            )


def read_prompt(path: Path, role: str) -> PromptFile:
    """Read and check one file: its front matter must name exactly what its text uses."""
    try:
        return _parsed(path, role, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(f"cannot read {path}: {error}") from error


@lru_cache(maxsize=64)  # YAML is slow, and every episode begins with a prompt
def _parsed(path: Path, role: str, text: str) -> PromptFile:
    if not (match := _FRONT_MATTER.fullmatch(text)):
        raise PromptError(f"{path}: must start with front matter between two lines of ---")
    declared = _declared(path, match[1])
    body, *rest = (part.strip() for part in _PIECE.split(match[2]))
    pieces = _pieces(path, rest[::2], rest[1::2])
    if not all(Template(part).is_valid() for part in (body, *pieces.values())):
        raise PromptError(f"{path}: a lone $ in the text; write $$ for a dollar sign")
    if (used := _variables(body)) != declared:
        raise PromptError(f"{path}: declares {sorted(declared)} but uses {sorted(used)}")
    return PromptFile(role, path.stem, body, frozenset(declared), path, pieces)


def _pieces(path: Path, names: Sequence[str], texts: Sequence[str]) -> dict[str, str]:
    if twice := [name for name in names if names.count(name) > 1]:
        raise PromptError(f"{path}: piece `{twice[0]}` stands there twice")
    return dict(zip(names, texts, strict=True))


def _declared(path: Path, front: str) -> set[str]:
    try:
        matter = yaml.safe_load(front)
    except yaml.YAMLError as error:
        raise PromptError(
            f"{path}: front matter is not YAML: {' '.join(str(error).split())}"
        ) from error
    if not isinstance(matter, dict) or not isinstance(matter.get("variables"), list):
        raise PromptError(f"{path}: front matter must hold a list `variables`")
    return {str(name) for name in matter["variables"]}


def _read_active(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        value = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise PromptError(f"cannot read {path}: {' '.join(str(error).split())}") from error
    if not isinstance(value, dict):
        raise PromptError(f"{path}: must map roles to versions")
    return {str(role): str(version) for role, version in value.items()}
