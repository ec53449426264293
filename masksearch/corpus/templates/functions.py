"""Parser functions and magic variables: `{{lc:ABC}}`, `{{#if:x|yes|no}}`, `{{CURRENTYEAR}}`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from masksearch.corpus.marks import FORMULA, GAP, LOST, UNTOLD
from masksearch.corpus.templates.locales import figures_of, grouped, language_name

_Function: TypeAlias = Callable[[list[str], str], str]

_SETTINGS = {
    *("defaultsort", "displaytitle", "defaultsortkey", "defaultcategorysort", "сортировка"),
    *("sortierung", "デフォルトソート", "기본정렬", "ordenar", "clef de tri", "cledetri"),
    *(
        "standardsortering",
        "默认排序",
        "預設排序",
        "сортування",
        "domyślniesortuj",
        "sıralamaanahtarı",
    ),
    *("#seo", "#vardefine", "noexternallanglinks", "#related", "#description", "#coordinates"),
    *("#set", "#cargo store", "seitentitel", "afficher titre", "ترتيب افتراضي", "מיון רגיל"),
}
_PREFIXES = ("subst", "safesubst", "msgnw", "msg", "raw", "template")
_LOCAL_PREFIXES = (
    *(
        "vorlage",
        "modèle",
        "plantilla",
        "шаблон",
        "模板",
        "样板",
        "樣板",
        "テンプレート",
        "틀",
        "szablon",
    ),
    *(
        "sjabloon",
        "mall",
        "mal",
        "skabelon",
        "malline",
        "sablon",
        "şablon",
        "قالب",
        "الگو",
        "תבנית",
    ),
    *("साँचा", "টেমপ্লেট", "แม่แบบ", "bản mẫu", "templat", "šablona", "šablon", "formato", "πρότυπο"),
    *("predefinição", "ŝablono", "txantiloi", "veidne", "šablonas", "modelo", "თარგი", "կաղապար"),
)
TRANSCLUSIONS = frozenset(_PREFIXES + _LOCAL_PREFIXES)
"""What may stand before a template's name and changes nothing of what it shows."""

_VARIABLES = {
    *("pagename", "fullpagename", "basepagename", "subpagename", "rootpagename", "pagenamee"),
    *("articlepagename", "talkpagename", "sitename", "server", "servername", "revisionuser"),
    *("currentyear", "currentmonth", "currentmonthname", "currentday", "currentdayname"),
    *("currentdow", "currentweek", "currenttime", "currenthour", "currenttimestamp"),
    *("currentmonth1", "currentmonth2", "currentmonthabbrev", "currentmonthnamegen", "localyear"),
    *("localmonth", "localmonthname", "localday", "localday2", "localdayname", "localtime"),
    *("localhour", "localtimestamp", "numberofarticles", "numberofpages", "numberoffiles"),
    *("numberofusers", "numberofedits", "numberofactiveusers", "numberofadmins", "currentversion"),
    *("revisionid", "revisionday", "revisionmonth", "revisionyear", "revisiontimestamp", "pageid"),
    *("localweek", "localdow", "contentlanguage", "pagelanguage", "namespace", "talkspace"),
    *("seitenname", "nompage", "aktuellesjahr", "nomdepagina"),
}


def function(name: str, parts: Sequence[str], lang: str) -> str:
    """What a function shows, by what stands before its colon; GAP for what is none.

    LOST where only the wiki could tell: a page's name, today's date, a calculation.
    """
    if name in _SETTINGS:
        return ""
    if known := _FUNCTIONS.get(name):
        return known([part.strip() for part in parts], lang)
    sure = name.startswith("#") and name != "#invoke"
    return LOST if sure or name in _HELD else GAP


def variable(name: str) -> str | None:
    """LOST for a variable that only the wiki could tell; None for what is none."""
    return LOST if name in _VARIABLES else None


def _formatnum(parts: list[str], lang: str) -> str:
    number, how = parts[0], {one.lower() for one in parts[1:]}
    if UNTOLD.search(number):
        return LOST
    if "r" in how:
        separator = figures_of(lang).separator
        return number.replace(separator, "").replace(figures_of(lang).point, ".")
    return number if "nosep" in how else grouped(number, lang)


def _if(parts: list[str], lang: str) -> str:
    return LOST if _unknown(parts[0]) else _part(parts, 1 if parts[0] else 2)


def _ifeq(parts: list[str], lang: str) -> str:
    one, other = _part(parts, 0), _part(parts, 1)
    return LOST if _unknown(one + other) else _part(parts, 2 if one == other else 3)


def _switch(parts: list[str], lang: str) -> str:
    """The first case that equals the value; cases without a result fall to the next one."""
    if _unknown(parts[0]):
        return LOST
    default, matched = "", False
    for part in parts[1:]:
        case, equals, result = (one.strip() for one in part.partition("="))
        matched = matched or case == parts[0]
        if matched and equals:
            return result
        if case == "#default" or not equals:
            default = result or case
    return "" if default == "#default" else default


def _plural(parts: list[str], lang: str) -> str:
    if lang != "en" or not parts[0].lstrip("-").isdecimal():
        return LOST
    return _part(parts, 1 if parts[0] == "1" else 2) or _part(parts, 1)


def _language(parts: list[str], lang: str) -> str:
    return language_name(parts[0], _part(parts, 1) or parts[0]) or LOST


def _tag(parts: list[str], lang: str) -> str:
    """`{{#tag:ref|…}}` as the tag."""
    tag = parts[0].lower()
    if tag in {"math", "ce", "chem"}:
        return FORMULA
    return _part(parts, 1) if tag in {"nowiki", "poem", "span"} else ""


def _part(parts: list[str], place: int) -> str:
    return parts[place] if place < len(parts) else ""


def _unknown(text: str) -> bool:
    return bool(UNTOLD.search(text))


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _of_first(change: Callable[[str], str]) -> _Function:
    return lambda parts, _: change(parts[0])


_FUNCTIONS: dict[str, _Function] = {
    **dict.fromkeys(("formatnum", "zahlenformat", "число"), _formatnum),
    **{"lc": _of_first(str.lower), "uc": _of_first(str.upper)},
    **{"ucfirst": _of_first(_upper_first), "lcfirst": _of_first(_lower_first)},
    **{
        "#if": _if,
        "#ifeq": _ifeq,
        "#switch": _switch,
        "plural": _plural,
        "#tag": _tag,
        "#language": _language,
    },
    **{"#iferror": lambda parts, _: _part(parts, 2) or parts[0]},
    **{"#formatdate": _of_first(str), "#dateformat": _of_first(str)},
}
_HELD = {
    *(
        "int",
        "ns",
        "nse",
        "fullurl",
        "localurl",
        "canonicalurl",
        "filepath",
        "urlencode",
        "anchorencode",
    ),
    *("padleft", "padright", "gender", "bidi", "special", "pagesize", "pagesincategory"),
    *("numberingroup", "currentyear", "pagename", "fullpagename", "protectionlevel", "grammar"),
}
