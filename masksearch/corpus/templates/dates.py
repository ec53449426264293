"""Templates of dates, ages and reigns."""

from __future__ import annotations

import re
from datetime import date

from masksearch.corpus.marks import LOST
from masksearch.corpus.templates.arguments import Arguments
from masksearch.corpus.templates.locales import locale_of, written_date
from masksearch.corpus.templates.rendering import around, prefixed, table

_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_WITH_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_MONTHS = 12
_AGE_AT_DEATH = {"ja": "（{}歳没）", "en": " (aged {})"}


def _numbers(places: tuple[str, ...], lang: str = "en") -> list[int]:
    """Year, month and day as far as they are given in figures or months' names."""
    found: list[int] = []
    for one in places[:3]:
        number = int(one) if one.isdecimal() and len(one) <= 4 else _month(one, lang)
        if not number:
            break
        found.append(number)
    return found


def _month(name: str, lang: str) -> int:
    """The number of a month by its English name or its name in the language; 0 for none."""
    names = [
        locale_of(code).months["format"][width]
        for code in ("en", lang)
        for width in ("wide", "abbreviated")
    ]
    low = name.lower()
    return next((n for known in names for n, one in known.items() if one.lower() == low), 0)


def _english(numbers: list[int], *, day_first: bool) -> str:
    year, month, day = numbers
    shown = written_date(year, month, day, "en-GB" if day_first else "en")
    return shown or LOST


def _written(given: Arguments, places: tuple[str, ...], *, day_first: bool = False) -> str:
    """Year, month and day as a date; what stands alone as it is; LOST where a part is no date."""
    numbers = _numbers(places, given.lang)
    is_cut = any(places[max(1, len(numbers)) : 3])
    if is_cut or (len(numbers) > 1 and numbers[1] > _MONTHS):
        return LOST
    match numbers:
        case [_, _, _] if given.base_lang == "en":
            asked = given.first_of("df", "format").lower()
            return _english(numbers, day_first=asked[:1] in {"y", "d"} or (day_first and not asked))
        case [year, month, *days]:
            return written_date(year, month, days[0] if days else 0, given.lang) or LOST
        case [year]:
            return str(year)
        case _:
            return places[0] if places and places[0] else ""


def _date(given: Arguments) -> str:
    """`{{birth date|1970|1|2|df=y}}` as `2 January 1970`; years alone and months, too."""
    return _written(given, given.placed)


def _given_date(given: Arguments) -> str:
    """`{{date|2009-05-17|dmy}}`, and what is no such date as it is given."""
    written = _ISO_DATE.fullmatch(given.at(1))
    if not written:
        return given.at(1)
    return _written(given, written.groups(), day_first=given.at(2).lower() != "mdy")


def day_first(given: Arguments) -> str:
    """`{{date|12|mai|1931}}`, `{{fecha|12|5|1931}}` and `{{data|1931-05-12}}` in the language."""
    if written := _ISO_DATE.fullmatch(given.at(1)):
        return _written(given, written.groups())
    if written := _WITH_SLASHES.fullmatch(given.at(1)):
        return _written(given, written.groups()[::-1])
    day, month, year = (given.at(place) for place in (1, 2, 3))
    numbers = _numbers((year, month, day), given.lang)
    return _written(given, (year, month, day)) if len(numbers) > 2 else " ".join(given.given[:3])


def _death_with_age(given: Arguments) -> str:
    """`{{death date and age|2000|1|2|1920|3|4}}` as `January 2, 2000 (aged 79)`."""
    return _with_age(given, given.placed[:3], given.placed[3:6])


def _birth_then_death(given: Arguments) -> str:
    """The same where the birth is told first, as in Japanese."""
    return _with_age(given, given.placed[3:6], given.placed[:3])


def _with_age(given: Arguments, death: tuple[str, ...], birth: tuple[str, ...]) -> str:
    shown = _written(given, death)
    age = _years_between(birth, death)
    form = _AGE_AT_DEATH.get(given.base_lang)
    return shown + form.format(age) if shown and form and age is not None else shown


def _years_between(first: tuple[str, ...], then: tuple[str, ...]) -> int | None:
    try:
        birth, end = date(*_numbers(first)), date(*_numbers(then))
    except (TypeError, ValueError):
        return None
    years = end.year - birth.year - ((end.month, end.day) < (birth.month, birth.day))
    return years if years >= 0 else None


def _years_and_age(given: Arguments) -> str:
    """`{{death year and age|1999|1930}}` as `1999 (aged 68–69)`."""
    years = [int(one) for one in given.placed[:2] if one.isdecimal()]
    if len(years) < 2 or given.base_lang != "en":
        return given.at(1)
    age = years[0] - years[1]
    return f"{given.at(1)} (aged {age - 1}–{age})"


def _age(given: Arguments) -> str:
    """The years between two dates; LOST where the second is the day of reading."""
    years = _years_between(given.placed[:3], given.placed[3:6])
    return LOST if years is None else str(years)


def _as_of(given: Arguments) -> str:
    """`{{as of|2010|5|3|lc=y}}` as `as of 3 May 2010`."""
    if given.base_lang != "en":
        return LOST
    if alternative := given.first_of("alt"):
        return alternative
    places = given.placed or tuple(given.first_of(key) for key in ("year", "month", "day"))
    american = given.named.get("df", "").lower() in {"us", "mdy"}
    plain = given._replace(named={})
    shown = _written(plain, places, day_first=not american)
    if given.named.get("bare"):
        return shown
    word = "Since" if given.named.get("since") else "As of"
    if pre := given.first_of("pre"):
        shown = f"{pre} {shown}"
    return f"{word.lower() if given.named.get('lc') else word} {shown}{given.first_of('post')}"


def _old_style(given: Arguments) -> str:
    """`{{OldStyleDate|5 May|1800|24 April}}` as `5 May [O.S. 24 April] 1800`."""
    old = f" [O.S. {given.at(3)}]" if given.at(3) else ""
    return f"{given.at(1)}{old} {given.at(2)}".strip()


def _circa(given: Arguments) -> str:
    """`{{circa|1450|1455}}` as `c. 1450 – c. 1455`."""
    return " – ".join(f"c. {one}" for one in given.given[:2]) or "c. "


def _years(before: str, given: Arguments) -> str:
    """`{{floruit|1470|1490}}` as `fl. 1470–1490`."""
    return f"{before} {'–'.join(given.given[:2])}".strip()


def _lifetime(given: Arguments) -> str:
    """Chinese `{{bd|1931年|5月12日|1999年|1月1日}}` as `1931年5月12日－1999年1月1日`."""
    born, died = given.at(1) + given.at(2), given.at(3) + given.at(4)
    return f"{born}－{died}" if born or died else ""


def _film_dates(given: Arguments) -> str:
    """`{{film date|1993|2|24|Berlin|…}}`: the first date with its place."""
    place = f" ({given.at(4)})" if given.at(4) else ""
    return _date(given) + place if len(given.placed) <= 4 else LOST


COMMON = table(
    (
        _date,
        (
            *("birth date", "birth-date", "death date", "death-date", "start date", "end date"),
            *("birth date and age", "birth-date and age", "bda", "dob", "start-date", "end-date"),
            *(
                "start date and age",
                "launch date",
                "birth year and age",
                "dts",
                "dtsa",
                "date table",
            ),
            *("date table sorting", "birthdate", "birth year", "出生日期", "出生日期及年龄"),
            *(
                "出生日期及年齡",
                "生年月日",
                "生年月日と年齢",
                "출생일",
                "출생일과 나이",
                "fecha de inicio",
            ),
            *("datum narození", "datum narození a věk", "datum úmrtí", "doğum tarihi"),
            "doğum tarihi ve yaşı",
        ),
    ),
    (_film_dates, ("film date", "release date", "television date", "releasedate")),
    (_death_with_age, ("death date and age", "death-date and age", "dda", "사망일과 나이")),
    (_birth_then_death, ("死亡年月日と没年齢",)),
    (_years_and_age, ("death year and age",)),
    (_age, ("age", "age in years", "age nts", "ayd")),
    (_given_date, ("date", "format date", "isodate")),
    (_old_style, ("oldstyledate", "old style date")),
    (_circa, ("circa", "c.", "ca", "ca.", "circa.", "approx. date")),
    (lambda given: _years("fl.", given), ("floruit", "fl.", "fl", "flor.")),
    (lambda given: _years("r.", given), ("reign", "r.")),
    (prefixed("b. "), ("b.", "born")),
    (prefixed("d. "), ("d.", "died")),
    (prefixed("m. "), ("m.",)),
    (_as_of, ("as of", "as of?", "asof")),
    (around(after=" BC"), ("bc",)),
    (around(after=" BCE"), ("bce",)),
    (around(after=" CE"), ("ce year",)),
    (around(before="AD "), ("ad",)),
    (around(after=" million years ago"), ("mya", "ma")),
    (_lifetime, ("bd",)),
)
"""Dates that are called so on many wikis, in the wiki's own language."""
