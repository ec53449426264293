"""Prompt files, one Markdown file per role and version, and how they are read.

A file starts with front matter that names its variables; `$name` stands for one in the
text (`string.Template`, since prompts are full of braces). `v1.zh.md` is `v1.md` in
Chinese, for tasks in that language. A folder that the user names, or `./prompts`, overrides
the packaged files, file by file.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from string import Template

import yaml

PACKAGED = Path(__file__).parent
_FRONT_MATTER = re.compile(r"---\n(.*?)\n---\n(.*)", re.DOTALL)


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

    @property
    def sha(self) -> str:
        """The first twelve digits of the text's SHA-256."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]

    @property
    def label(self) -> str:
        """`version@sha`, for the record."""
        return f"{self.version}@{self.sha}"

    def render(self, **values: str) -> str:
        """The text with its variables; raises PromptError unless given exactly those."""
        if set(values) != self.variables:
            raise PromptError(
                f"{self.path}: wants {sorted(self.variables)}, given {sorted(values)}"
            )
        return Template(self.text).substitute(values)


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
        names = [f"{version}.{lang}.md"] * bool(lang) + [f"{version}.md"]
        for path in (folder / role / name for folder in self._folders() for name in names):
            if path.is_file():
                return read_prompt(path, role)
        raise PromptError(f"no prompt {role}/{version}.md")

    def hashes(self) -> dict[str, str]:
        """`role → version@sha` of every role in use, `role.lang` where in another language."""
        found, active = {}, self.active()
        for role in self.roles():
            found[role] = self.load(role).label
            for lang in self.languages(role, active[role]):
                found[f"{role}.{lang}"] = self.load(role, lang=lang).label
        return found

    def _names(self, role: str) -> list[str]:
        found = {p.stem for folder in self._folders() for p in (folder / role).glob("v*.md")}
        return sorted(found, key=lambda name: (len(name), name))

    def _folders(self) -> list[Path]:
        return [*([self.override] if self.override else []), PACKAGED]


def read_prompt(path: Path, role: str) -> PromptFile:
    """Read and check one file: its front matter must name exactly what its text uses."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(f"cannot read {path}: {error}") from error
    if not (match := _FRONT_MATTER.fullmatch(text)):
        raise PromptError(f"{path}: must start with front matter between two lines of ---")
    declared = _declared(path, match[1])
    body = match[2].strip()
    template = Template(body)
    if not template.is_valid():
        raise PromptError(f"{path}: a lone $ in the text; write $$ for a dollar sign")
    if (used := set(template.get_identifiers())) != declared:
        raise PromptError(f"{path}: declares {sorted(declared)} but uses {sorted(used)}")
    return PromptFile(role, path.stem, body, frozenset(declared), path)


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
