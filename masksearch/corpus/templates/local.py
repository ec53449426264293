"""Templates of one language's wiki, which go before the common ones."""

from __future__ import annotations

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
)

_ONES = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
_CENTURIES = (*_ONES, "x", *(f"x{one}" for one in _ONES), "xx", "xxi")
_POWERS = {"2": "²", "3": "³"}


def _measure(given: Arguments) -> str:
    """`{{unité|105,4|km|2}}` as `105,4 km²`."""
    number, *units = given.placed or ("",)
    shown: list[str] = []
    for one in units:
        if one in _POWERS and shown:
            shown[-1] += _POWERS[one]
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
    """Italian `{{M|5|u=km}}` as `5 km`."""
    unit = given.first_of("u", "ul", 2)
    return f"{grouped(given.at(1), given.lang)} {_with_power(unit)}".strip()


def _century(after: str) -> Rendering:
    """French `{{s|XIX}}` as `XIXe siècle`."""
    return lambda given: f"{given.at(1)}{given.at(2, 'e')}{after}"


def _fixed(text: str) -> Rendering:
    return lambda _: text


def _centuries(after: str) -> Rendering:
    """French `{{s2-|XVIII|XIX}}` as `XVIIIe et XIXe siècles`."""
    return lambda given: " et ".join(f"{one}e" for one in given.given[:2]) + after


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
        (_century(" siècle"), ("s", "sp", "siècle")),
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
        (one_of(1), ("souverain2", "souverain", "latin", "texte", "nom", "exp")),
        (prefixed("M. "), ("m.", "m")),
        (prefixed("Mme "), ("mme",)),
        (prefixed("no "), ("numéro", "n°", "no", "n")),
        (prefixed("p. "), ("p.", "p", "page")),
        (prefixed("vol. "), ("vol.",)),
        (prefixed("e"), ("e", "ème", "eme")),
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
        (prefixed("siglo "), ("siglo", "s")),
        (around("«", "»"), ("cita", "comillas")),
    ),
    "pt": table(
        (day_first, ("dni", "data")),
        (prefixed("século "), ("séc", "século")),
    ),
    "ja": table(
        (_with_reading("（", "）"), ("読み仮名", "ふりがな", "読み仮名 ruby不使用", "ruby")),
        (words_of_a_note, ("要出典範囲",)),
    ),
    "ru": {
        **table(
            (one_of(1), ("s", "comment")),
            (day_first, ("дата",)),
            (_counted, ("число",)),
            (words_of_a_note, ("нет аи 2",)),
            (around(after=" км"), ("км",)),
        ),
        **_russian_words(),
    },
    "uk": table((one_of(1), ("s", "comment")), (_counted, ("число",)), (day_first, ("дата",))),
    "zh": table((_with_reading("（", "）"), ("ruby", "zy"))),
    "cs": table((_from_language(_CZECH_ADVERBS), ("vjazyce2",))),
    "pl": table((day_first, ("data",)), (one_of(2), ("j", "język"))),
    "nl": table((day_first, ("datum",))),
}
"""By the wiki's language or its base."""
