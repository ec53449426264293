"""Answers to questions that are hard to compare, with what EM and F1 have to be, by hand."""

from __future__ import annotations

from typing import NamedTuple


class Case(NamedTuple):
    """An answer to a question that accepts these texts, and what it is worth."""

    accepted: tuple[str, ...]
    given: str
    em: int
    f1: float
    benchmark: str = "hotpotqa"
    lang: str = "en"


_LONG = " ".join(f"word{n}" for n in range(98))

VERDICTS = (
    Case(("yes",), "yes", 1, 1),
    Case(("yes",), "Yes.", 1, 1),
    Case(("yes",), "YES!", 1, 1),
    Case(("yes",), "no", 0, 0),
    Case(("yes",), "yes, they are", 0, 0),
    Case(("no",), "No, neither of them is.", 0, 0),
    Case(("no",), "no", 1, 1, "2wiki"),
    Case(("no one",), "no", 0, 0),
    Case(("yes minister",), "yes", 0, 0, "2wiki"),
    Case(("noanswer",), "no answer", 0, 0),
    Case(("noanswer",), "noanswer", 1, 1),
    Case(("Yes",), "the yes", 1, 1),
    Case(("No Country for Old Men",), "no country", 0, 4 / 7),
    Case(("no one",), "no", 0, 2 / 3, "musique"),
    Case(("yes",), "yes indeed", 0, 2 / 3, "musique"),
    Case(("no",), "No.", 1, 1, "musique"),
)
ARTICLES = (
    Case(("The Beatles",), "Beatles", 1, 1),
    Case(("Beatles",), "the Beatles", 1, 1),
    Case(("A Tale of Two Cities",), "Tale of Two Cities", 1, 1),
    Case(("an apple a day",), "apple day", 1, 1),
    Case(("The Who",), "Who", 1, 1),
    Case(("Theatre",), "the atre", 0, 0),
    Case(("Anna",), "An na", 0, 0),
    Case(("Vitamin A",), "vitamin", 1, 1),
    Case(("The-Dream",), "Dream", 0, 0),
    Case(("The",), "a", 1, 0),
    Case(("The",), "a", 1, 1, "musique"),
    Case(("A", "The"), "London", 0, 0),
)
CHARACTERS = (
    Case(("Beyoncé",), "beyoncé", 1, 1),
    Case(("Beyoncé",), "Beyonce", 0, 0),
    Case(("São Paulo",), "SÃO PAULO", 1, 1),
    Case(("Łódź",), "łódź", 1, 1),
    Case(("Björk Guðmundsdóttir",), "Björk", 0, 2 / 3),
    Case(("1892–94",), "1892–94", 1, 1),
    Case(("1892–94",), "1892-94", 0, 0),
    Case(("“Heroes”",), "Heroes", 0, 0),
    Case(('"Heroes"',), "Heroes", 1, 1),
    Case(("Hawaiʻi",), "Hawaii", 0, 0),
    Case(("O'Neill",), "ONeill", 1, 1),
    Case(("O’Neill",), "O'Neill", 0, 0),
    Case(("Straße",), "STRASSE", 0, 0),
    Case(("Tokyo (東京)",), "Tokyo", 0, 2 / 3),
    Case(("Москва",), "москва", 1, 1),
    Case(("New\u00a0York",), "new york", 1, 1),
)
NUMBERS = (
    Case(("1,000",), "1000", 1, 1),
    Case(("1000",), "1,000 people", 0, 2 / 3),
    Case(("3.5 million",), "35 million", 1, 1),
    Case(("1.500",), "1500", 1, 1),
    Case(("42",), "forty-two", 0, 0),
    Case(("8 January 1891",), "January 8, 1891", 0, 1),
    Case(("-5",), "5", 1, 1),
    Case(("$5",), "5", 1, 1),
    Case(("£23,755",), "23,755", 0, 0),
    Case(("1st",), "1", 0, 0),
    Case(("0",), "0", 1, 1),
    Case(("1 000 000",), "1000000", 0, 0),
    Case(("½",), "1/2", 0, 0),
)
SEVERAL = (
    Case(("USA", "United States"), "the United States", 1, 1),
    Case(("Barack Obama", "Obama"), "Barack Obama Jr.", 0, 4 / 5),
    Case(("Obama", "Barack Hussein Obama"), "Barack Obama", 0, 4 / 5),
    Case(("11:30 a.m.", "half past eleven"), "1130 am", 1, 1),
    Case(("New York", "New York City"), "york new", 0, 1),
    Case(("a", "Paris"), "Paris, France", 0, 2 / 3),
    Case(("James Madison",), "james madison", 1, 1, "bamboogle"),
)
EMPTY_AND_LONG = (
    Case(("London",), "", 0, 0),
    Case(("The",), "", 0, 0),
    Case(("The",), "  \n ", 0, 0, "musique"),
    Case(("London",), "...", 0, 0),
    Case(("London",), "the", 0, 0),
    Case(("word97",), _LONG, 0, 2 / 99),
    Case(("London",), f"{_LONG} London", 0, 2 / 100),
    Case((_LONG,), _LONG, 1, 1),
    Case((_LONG,), "word0", 0, 2 / 99),
    Case(("to be or not to be",), "to be to be", 0, 4 / 5),
    Case(("New York New York",), "New York", 0, 2 / 3),
    Case(("line one line two",), "line one\nline two", 1, 1),
    Case(("London",), "LONDON\t", 1, 1),
    Case(("London",), "<b>London</b>", 0, 0),
)
CHINESE = (
    Case(("村雨城", "任天堂游戏谜之村雨城"), "村雨城。", 1, 1, "cmrc2018_zh", "zh"),
    Case(("任天堂游戏谜之村雨城",), "村雨城", 0, 6 / 13, "cmrc2018_zh", "zh"),
    Case(("足球运动员",), "运动员", 0, 6 / 8, "cmrc2018_zh", "zh"),
    Case(("足球運動員",), "足球运动员", 1, 1, "cmrc2018_zh", "zh"),
    Case(("1903年",), "1903 年", 1, 1, "cmrc2018_zh", "zh"),
    Case(("1903年",), "１９０３年", 1, 1, "cmrc2018_zh", "zh"),
    Case(("鼓、锣、钹和板",), "鼓锣钹和板", 1, 1, "cmrc2018_zh", "zh"),
    Case(("《战国无双3》",), "战国无双3", 1, 1, "cmrc2018_zh", "zh"),
    Case(("中场",), "前锋", 0, 0, "cmrc2018_zh", "zh"),
    Case(("364.6公里",), "364.6 公里", 1, 1, "cmrc2018_zh", "zh"),
    Case(("東京タワー",), "東京", 0, 4 / 7, "cmrc2018_zh", "ja"),
    Case(("自由转会",), "", 0, 0, "cmrc2018_zh", "zh"),
)
CASES = (
    *VERDICTS, *ARTICLES, *CHARACTERS, *NUMBERS, *SEVERAL, *EMPTY_AND_LONG, *CHINESE
)  # fmt: skip
