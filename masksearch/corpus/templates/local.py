"""Templates of one language's wiki, which go before the common ones."""

from __future__ import annotations

import re
from collections.abc import Mapping

from masksearch.corpus.marks import LOST
from masksearch.corpus.templates.arguments import Arguments
from masksearch.corpus.templates.dates import day_first
from masksearch.corpus.templates.locales import grouped
from masksearch.corpus.templates.rendering import (
    Rendering,
    around,
    joined,
    one_of,
    paragraph,
    prefixed,
    table,
    words_of_a_note,
    words_or_code,
)

_ONES = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
_CENTURIES = (*_ONES, "x", *(f"x{one}" for one in _ONES), "xx", "xxi")
_POWERS = {"2": "²", "3": "³"}
_EXPONENT = re.compile(r"[-−]?\d{1,2}")
_ENDING = re.compile(r"[a-z]{0,3}")


def _measure(given: Arguments) -> str:
    """`{{unité|105,4|km|2}}` as `105,4 km²`."""
    number, *units = given.placed or ("",)
    shown: list[str] = []
    for one in units:
        if _EXPONENT.fullmatch(one) and shown:
            shown[-1] += _POWERS.get(one) or f"^{one.replace('-', '−')}"
        elif one:
            shown.append(_with_power(one))
    exponent = f"×10^{given.named['e']}" if given.named.get("e") else ""
    return f"{grouped(number, given.lang)}{exponent} {'⋅'.join(shown)}".strip()


def _with_power(unit: str) -> str:
    return (
        unit[:-1] + _POWERS[unit[-1]] if unit[:-1].endswith("m") and unit[-1] in _POWERS else unit
    )


def _counted(given: Arguments) -> str:
    """`{{nombre|1234|habitants}}` as `1 234 habitants`."""
    return f"{grouped(given.at(1), given.lang)} {given.at(2)}".strip()


def _euros(given: Arguments) -> str:
    return f"{grouped(given.at(1), given.lang)} €"


def _measured_by_name(given: Arguments) -> str:
    """Italian `{{M|5|-|7|u=km|up=h}}` as `5-7 km/h`; LOST for what else may be between."""
    number, *rest = given.placed or ("",)
    if len(rest) == 2 and rest[0] in {"-", "–"}:
        number, rest = f"{grouped(number, given.lang)}-{grouped(rest[1], given.lang)}", []
    unit = "/".join(
        filter(None, (given.first_of("u", "ul", 2 if rest else ""), given.first_of("up", "upl")))
    )
    power = f"×10^{given.named['e']}" if given.named.get("e") else ""
    return (
        LOST
        if len(rest) > 1
        else f"{grouped(number, given.lang)}{power} {_with_power(unit)}".strip()
    )


def _century(after: str) -> Rendering:
    """French `{{s|XIX}}` as `XIXe siècle`."""
    return lambda given: f"{given.at(1)}{given.at(2, 'e')}{after}" if given.at(1) else ""


def _fixed(text: str) -> Rendering:
    return lambda _: text


def _centuries(after: str) -> Rendering:
    """French `{{s2|XVIII|e|XIX|e}}` as `XVIIIe et XIXe siècles`, the endings left out or not."""

    def shown(given: Arguments) -> str:
        told = given.given
        if len(told) == 2 and not _ENDING.fullmatch(told[1]):
            told = [told[0], "e", told[1], "e"]
        if len(told) != 4 or not all(map(_ENDING.fullmatch, told[1::2])):
            return LOST
        return f"{told[0]}{told[1]} et {told[2]}{told[3]}{after}"

    return shown


def _from_century_to(given: Arguments) -> str:
    """French `{{sp|XVI|e|au|XVII|e}}` as `XVIe au XVIIe siècle`."""
    first, ending, word, last, other, *more = (*given.placed, *[""] * 5)
    if not last or any(more):
        return LOST
    return f"{first}{ending} {word} {last}{other} siècle{'s' if word == 'et' else ''}"


def _spanish_century(given: Arguments) -> str:
    """Spanish `{{siglo|V|a|s}}` as `siglo V a. C.`; without the `s` the word is the text's own."""
    word, era = _CENTURY_WORDS.get(given.at(3)), _SPANISH_ERAS.get(given.at(2).lower())
    return LOST if word is None or era is None else f"{word}{given.at(1)}{era}"


def _with_reading(before: str, after: str) -> Rendering:
    return lambda given: (
        f"{given.at(1)}{before}{given.at(2)}{after}" if given.at(2) else given.at(1)
    )


def _from_language(words: Mapping[str, str]) -> Rendering:
    """A foreign text after its language's adverb: `anglicky North City`."""

    def shown(given: Arguments) -> str:
        word = words.get(given.at(1))
        return f"{word} {given.at(2)}" if word else LOST

    return shown


def _adverb(word: str) -> Rendering:
    return lambda given: f"{word} {given.first_of('de', 1)}".strip()


_CENTURY_WORDS = {"": "", "s": "siglo ", "S": "Siglo "}
_SPANISH_ERAS = {"": "", "a": " a. C.", "d": " d. C."}
_GERMAN_ADVERBS = {
    **{"en": "englisch", "fr": "französisch", "it": "italienisch", "la": "lateinisch"},
    **{"ru": "russisch", "es": "spanisch", "pl": "polnisch", "cs": "tschechisch"},
    **{"tr": "türkisch", "hu": "ungarisch", "da": "dänisch", "sv": "schwedisch"},
    **{"el": "griechisch", "grc": "altgriechisch", "ar": "arabisch", "ja": "japanisch"},
    **{"zh": "chinesisch", "pt": "portugiesisch", "nl": "niederländisch", "uk": "ukrainisch"},
    **{
        "sr": "serbisch",
        "hr": "kroatisch",
        "ro": "rumänisch",
        "fi": "finnisch",
        "no": "norwegisch",
    },
}
_CZECH_ADVERBS = {
    **{"en": "anglicky", "de": "německy", "fr": "francouzsky", "la": "latinsky", "ru": "rusky"},
    **{"pl": "polsky", "it": "italsky", "es": "španělsky", "hu": "maďarsky", "sk": "slovensky"},
    **{"el": "řecky", "uk": "ukrajinsky", "ja": "japonsky"},
}
_RUSSIAN = {
    **{"en": "англ.", "de": "нем.", "fr": "фр.", "la": "лат.", "it": "итал.", "es": "исп."},
    **{"uk": "укр.", "pl": "польск.", "el": "греч.", "grc": "др.-греч.", "zh": "кит.", "ja": "яп."},
    **{"be": "белор.", "fi": "фин.", "sv": "швед.", "nl": "нидерл.", "pt": "порт.", "tr": "тур."},
}


def _russian_words() -> dict[str, Rendering]:
    """`{{lang-en|X}}` as `англ. X`, `{{lang-en2|X}}` without the language."""
    return {f"lang-{code}": prefixed(f"{word} ") for code, word in _RUSSIAN.items()} | {
        f"lang-{code}{n}": one_of(1) for code in _RUSSIAN for n in (2, 3)
    }


BY_LANGUAGE: Mapping[str, Mapping[str, Rendering]] = {
    "de": table(
        (paragraph("text", 1), ("zitat",)),
        (around("„", "“"), ('"', "zitat-inline")),
        (around(after=" m"), ("höhe",)),
        (around(after=" €"), ("eur",)),
        (day_first, ("datum",)),
        *((_adverb(word), (f"{code}s",)) for code, word in _GERMAN_ADVERBS.items()),
    ),
    "fr": table(
        (_measure, ("unité", "tmp")),
        (_counted, ("nombre", "nb")),
        (day_first, ("date", "date-", "date de naissance", "date de décès", "jour")),
        (_century(" siècle"), ("s", "siècle")),
        (_from_century_to, ("sp",)),
        (_century(""), ("s-", "s mini-")),
        (_century(" siècle av. J.-C."), ("-s",)),
        (_century(" av. J.-C."), ("-s-",)),
        *((_fixed(f"{one.upper()}e siècle"), (f"{one}e siècle",)) for one in _CENTURIES),
        (_centuries(" siècles"), ("s2",)),
        (_centuries(""), ("s2-",)),
        (joined(" h "), ("heure",)),
        (around("« ", " »"), ("citation", "citation étrangère", "guil")),
        (paragraph(1), ("citation bloc",)),
        (around("– ", " –"), ("incise",)),
        (one_of(1), ("souverain2", "souverain", "latin", "texte", "nom")),
        (prefixed("M. "), ("m.", "m")),
        (prefixed("Mme "), ("mme",)),
        (prefixed("no "), ("numéro", "n°", "no", "n")),
        (prefixed("p. "), ("p.", "p", "page")),
        (prefixed("vol. "), ("vol.",)),
        (lambda given: LOST if given.given else "e", ("e", "ème", "eme")),
        (prefixed("er"), ("er",)),
        (prefixed("re"), ("re", "ère")),
        (_euros, ("euro", "eur")),
        (
            words_of_a_note,
            (
                *("référence nécessaire", "référence souhaitée", "refnec", "refsou", "pas clair"),
                *("précision nécessaire", "quand", "qui", "lequel", "où", "passage non neutre"),
                *("pertinence détail", "référence insuffisante", "qui ?", "quand ?"),
            ),
        ),
    ),
    "it": table(
        (_measured_by_name, ("m",)),
        (day_first, ("data",)),
        (words_of_a_note, ("senza fonte", "citazione necessaria", "chiarire", "cn")),
    ),
    "es": table(
        (_measure, ("unidad",)),
        (day_first, ("fecha",)),
        (_spanish_century, ("siglo",)),
        (around("«", "»"), ("cita", "comillas")),
    ),
    "pt": table(
        (day_first, ("dni", "data")),
        (lambda given: LOST if given.at(2) else f"século {given.at(1)}", ("séc", "século")),
        (words_or_code, ("carece de fontes", "carece de fontes2")),
    ),
    "ja": table(
        (_with_reading("（", "）"), ("読み仮名", "ふりがな", "読み仮名 ruby不使用", "ruby")),
        (words_of_a_note, ("要出典範囲",)),
    ),
    "ru": {
        **table(
            (one_of(1), ("s", "comment")),
            (day_first, ("дата",)),
            (words_of_a_note, ("нет аи 2",)),
            (around(after=" км"), ("км",)),
        ),
        **_russian_words(),
    },
    "uk": table((one_of(1), ("s", "comment")), (day_first, ("дата",))),
    "zh": table((_with_reading("（", "）"), ("ruby", "zy"))),
    "cs": table((_from_language(_CZECH_ADVERBS), ("vjazyce2",))),
    "pl": table(
        (day_first, ("data",)),
        (one_of(2), ("j", "język")),
        (words_or_code, ("fakt", "potrzebny przypis")),
    ),
    "nl": table(
        (day_first, ("datum",)),
        (words_of_a_note, ("bron?", "feit")),
    ),
    "sv": table(
        (words_of_a_note, ("källa behövs", "vem", "när", "förtydliga", "specificera")),
    ),
}
"""By the wiki's language or its base."""
