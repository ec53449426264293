r"""The words of each language's dates and quantities: a file for each language, named by its code.

A file gives the fields of `Spaced`, or of `Unspaced` where it says what a `century` is. Each
is a regular expression, or a list of such, of which any may stand. A space stands for every
kind of gap, and what `_NAMED` names can be written as `$year`.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from string import Template

import yaml

from masksearch.spans.figures import COMMA_GROUPS, DAY, GAP, ROMAN, SPACE_GROUPS, YEAR
from masksearch.spans.grammar import Spaced, Unspaced

_NAMED = {
    **{"year": YEAR, "day": DAY, "roman": ROMAN},
    **{"comma_groups": COMMA_GROUPS, "space_groups": SPACE_GROUPS},
}
_SAME_AS = {"arz": "ar", **dict.fromkeys(("yue", "wuu", "gan", "lzh"), "zh")}
_SUFFIX = ".yaml"


@cache
def languages() -> tuple[str, ...]:
    """The codes of the languages that have a file."""
    names = sorted(one.name for one in files(__name__).iterdir())
    return tuple(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX))


@cache
def vocabulary(lang: str) -> Spaced | Unspaced | None:
    """The words of a language by its code, such as `en`; None where there are none."""
    code = _SAME_AS.get(lang, lang)
    if code not in languages():
        return None
    given = yaml.safe_load(files(__name__).joinpath(code + _SUFFIX).read_text(encoding="utf-8"))
    words = {field: _expression(value) for field, value in given.items()}
    return Unspaced(**words) if "century" in words else Spaced(**words)


def _expression(value: str | list[str]) -> str:
    written = value if isinstance(value, str) else "|".join(value)
    return Template(written.replace(" ", GAP)).substitute(_NAMED)
