"""Small numbers in English words."""

from __future__ import annotations

_SMALL = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = {
    **{"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth"},
    **{"nine": "ninth", "twelve": "twelfth"},
}
_ENDS = {1: "st", 2: "nd", 3: "rd"}
_BELOW = 100


def cardinal(number: int) -> str:
    """`21` as `twenty-one`; numbers of three digits and more stay figures."""
    if not 0 <= number < _BELOW:
        return str(number)
    tens, ones = divmod(number, 10)
    if number < len(_SMALL):
        return _SMALL[number]
    return _TENS[tens] + (f"-{_SMALL[ones]}" if ones else "")


def ordinal_word(number: int) -> str:
    """`21` as `twenty-first`."""
    if not 0 <= number < _BELOW:
        return ordinal(number)
    before, hyphen, end = cardinal(number).rpartition("-")
    spelt = _ORDINALS.get(end) or (end[:-1] + "ie" if end.endswith("y") else end) + "th"
    return f"{before}{hyphen}{spelt}"


def ordinal(number: int) -> str:
    """`21` as `21st`."""
    is_teen = 10 < number % 100 < 20
    return f"{number:,}{'th' if is_teen else _ENDS.get(number % 10, 'th')}"
