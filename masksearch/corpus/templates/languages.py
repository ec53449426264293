"""Templates of foreign words, their transliterations and their languages' names."""

from __future__ import annotations

import re
from collections.abc import Mapping

from masksearch.corpus.marks import LOST
from masksearch.corpus.templates.arguments import Arguments
from masksearch.corpus.templates.locales import language_name
from masksearch.corpus.templates.rendering import Rendering, around, last, one_of, table

_CODE = re.compile(r"[A-Za-z]{2,3}(?:-[\w-]{1,20})?|simple")
_SEPARATORS = {"zh": "：", "ja": ": ", "ko": ": "}
_CHINESE = (
    *(("c", "Chinese"), ("s", "simplified Chinese"), ("t", "traditional Chinese")),
    *(("p", "pinyin"), ("tp", "Tongyong Pinyin"), ("w", "Wade–Giles"), ("j", "Jyutping")),
    *(("cy", "Cantonese Yale"), ("poj", "Pe̍h-ōe-jī"), ("sl", "Sidney Lau"), ("hk", "Hong Kong")),
)
_CHINESE_CODES = ("c", "s", "t", "p", "w", "j", "cy", "poj", "tp", "hp")
_KOREAN = (
    *(("hangul", "Korean"), ("hanja", "Hanja"), ("rr", "RR"), ("mr", "MR"), ("lit", "lit.")),
)


def is_code(text: str) -> bool:
    """Whether it looks like a language's code."""
    return bool(_CODE.fullmatch(text))


def _foreign(given: Arguments) -> str:
    """`{{lang|fr|Liberté}}`; LOST where the text is missing."""
    return given.first_of("text", "texte", 2) or LOST


def _labelled(given: Arguments, code: str, *, first: int = 1) -> str:
    """`{{lang-ru|Северск|Seversk}}` as `Russian: Северск, romanized: Seversk`."""
    text = given.first_of("text", first, "1") or _chinese_text(given, code)
    if not text:
        return LOST
    if given.base_lang not in {"en", *_SEPARATORS}:
        return text
    label = given.first_of("label") or language_name(code, given.lang)
    if given.named.get("label", "").lower() == "none" or not label:
        label = ""
    shown = f"{label}{_SEPARATORS.get(given.base_lang, ': ')}{text}" if label else text
    return shown + (_glosses(given, first) if given.base_lang == "en" else "")


def _chinese_text(given: Arguments, code: str) -> str:
    return given.first_of(*_CHINESE_CODES) if code.startswith("zh") else ""


def _glosses(given: Arguments, first: int) -> str:
    romanized = given.first_of("translit", "transl", "tr", "r", first + 1)
    meaning = given.first_of("translation", "lit", "literal", "trans", first + 2)
    shown = f", romanized: {romanized}" if romanized else ""
    return shown + (f", lit. '{_unquoted(meaning)}'" if meaning else "")


def _unquoted(meaning: str) -> str:
    return meaning.strip("'\"‘’“”")


def labelled_by_name(code: str) -> Rendering:
    """The rendering of `lang-` and a code."""
    return lambda given: _labelled(given, code)


def _langx(given: Arguments) -> str:
    return _labelled(given, given.at(1), first=2) if is_code(given.at(1)) else LOST


def _romanized(given: Arguments) -> str:
    """`{{transliteration|ru|Seversk}}`, also with a scheme between."""
    return last(given) if len(given.given) > 1 else LOST


def _native_name(given: Arguments) -> str:
    """`{{native name|fr|République}}` as `République (French)`."""
    text = given.first_of(2, "text")
    name = language_name(given.at(1), given.lang)
    plain = given.named.get("paren", "").lower() in {"omit", "off", "no"}
    return f"{text} ({name})" if text and name and not plain else text or LOST


def _chinese(given: Arguments) -> str:
    """`{{zh|s=汉字|p=Hànzì}}` as `simplified Chinese: 汉字; pinyin: Hànzì`."""
    named = dict(given.named)
    if given.base_lang != "en":
        return given.first_of(1) or "; ".join(_values(named, _CHINESE_CODES)) or LOST
    if named.get("s") and named.get("s") == named.get("t"):
        named["c"], named["s"], named["t"] = named["s"], "", ""
    named.setdefault("c", given.at(1))
    labels = named.get("labels", "").lower() != "no"
    shown = [
        f"{name}: {named[key]}" if labels else named[key]
        for key, name in _CHINESE
        if named.get(key)
    ]
    meaning = named.get("l") or named.get("lit")
    return "; ".join([*shown, *([f"lit. '{_unquoted(meaning)}'"] if meaning else [])])


def _values(named: Mapping[str, str], keys: tuple[str, ...]) -> list[str]:
    return [named[key] for key in keys if named.get(key)]


def _korean(given: Arguments) -> str:
    """`{{korean|hangul=서울|rr=Seoul}}` as `Korean: 서울; RR: Seoul`."""
    named = {
        **given.named,
        "hangul": given.first_of("hangul", 1),
        "hanja": given.first_of("hanja", 2),
    }
    return "; ".join(f"{name}: {named[key]}" for key, name in _KOREAN if named.get(key))


def _japanese(given: Arguments) -> str:
    """`{{nihongo|English|kanji|romaji|extra}}` as `English (kanji, romaji, extra)`."""
    english, kanji, romaji = (given.at(place) for place in (1, 2, 3))
    if given.says("lead"):
        kanji = f"Japanese: {kanji}" if kanji else ""
        romaji = f"Hepburn: {romaji}" if romaji else ""
    after = f" {extra}" if (extra := given.first_of("extra2", 5)) else ""
    return _with_bracket(english, kanji, romaji, given.first_of("extra", 4)) + after


def _with_bracket(first: str, *others: str) -> str:
    inner = ", ".join(one for one in others if one)
    return f"{first} ({inner})" if first and inner else first or inner


def _romaji_first(given: Arguments) -> str:
    return _with_bracket(given.first_of(3, 1), given.at(2), given.at(1) if given.at(3) else "")


def _kanji_first(given: Arguments) -> str:
    return _with_bracket(given.first_of(2, 1), given.at(3), given.at(1) if given.at(2) else "")


def _meaning(before: str) -> Rendering:
    return lambda given: f"{before} '{_unquoted(given.at(1))}'".strip()


def _ruby(given: Arguments) -> str:
    """`{{ruby|漢|かん}}` as `漢(かん)`, as where rubies cannot be set."""
    return f"{given.at(1)}({given.at(2)})" if given.at(2) else given.at(1)


COMMON = table(
    (_foreign, ("lang", "langue", "rtl-lang", "lang+", "cizojazyčně", "foreign language")),
    (_langx, ("langx", "llang")),
    (_romanized, ("transl", "transliteration", "tlit", "translit", "xlit")),
    (one_of(3, 2), ("wikt-lang", "wt", "wiktlang")),
    (_native_name, ("native name",)),
    (one_of(2, 1), ("script", "native phrase")),
    (_chinese, ("zh", "chinese", "lang-zh")),
    (_korean, ("korean", "ko-hhrm")),
    (_japanese, ("nihongo", "nihongo lead", "japanese", "japonais")),
    (one_of(1), ("nihongo2", "nihongo foot")),
    (_romaji_first, ("nihongo3",)),
    (_kanji_first, ("nihongo krt", "nihongo4")),
    (_meaning("lit."), ("lit", "lit.", "literal translation", "literally")),
    (_meaning("transl."), ("translation", "trans")),
    (_meaning(""), ("gloss", "gl")),
    (_ruby, ("ruby", "ruby-ja", "ruby-zh-p", "ruby-zh-b", "furigana")),
    (around("née "), ("née", "nee")),
    (around("né "), ("né",)),
)
"""Foreign words, on all wikis."""
