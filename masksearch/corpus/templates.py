"""What templates show: those that carry a sentence's content are rendered, notes are not.

A template that nobody here knows leaves a mark: `masksearch.corpus.blocks` judges by where
it stood whether the sentence lost a word with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from masksearch.corpus.marks import BREAK, FORMULA, GAP
from masksearch.corpus.units import grouped, quantity

_NAME = re.compile(r"[^\W_][\w .-]{0,30}")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_NOTE_OPTIONS = {"date", "time"}


class Arguments(NamedTuple):
    """What a template was given: by position, and by name in lower case."""

    placed: tuple[str, ...]
    named: Mapping[str, str]

    def at(self, number: int, default: str = "") -> str:
        """The argument at a position counted from 1."""
        return self.placed[number - 1] if number <= len(self.placed) else default

    @property
    def last(self) -> str:
        """The last one that is not empty."""
        return next((one for one in reversed(self.placed) if one), "")


def shown(parts: list[str]) -> str:
    """What a template shows, by its name and raw arguments; GAP where nobody knows."""
    name, colon, first = parts[0].partition(":")
    name = " ".join(name.replace("_", " ").split()).lower()
    if colon and name in _FUNCTIONS:
        return _FUNCTIONS[name](first.strip())
    if name.startswith("#") or (colon and name in _SILENT_FUNCTIONS):
        return GAP if name.startswith("#") else ""
    if name in _CHARACTERS:
        return _CHARACTERS[name]
    if name in _NOTES or name.startswith(_NOTE_PREFIXES):
        return ""
    arguments = _arguments(parts[1:])
    if name in _RENDERED:
        return _RENDERED[name](arguments)
    if name.startswith(_FOREIGN_PREFIXES) and len(name) <= _LONGEST_FOREIGN:
        return arguments.at(1)
    return "" if _NOTE_OPTIONS & arguments.named.keys() else GAP


def _arguments(parts: Iterable[str]) -> Arguments:
    placed: dict[int, str] = {}
    named: dict[str, str] = {}
    next_place = 1
    for part in parts:
        key, equals, value = part.partition("=")
        key = key.strip()
        if not equals or not _NAME.fullmatch(key):
            placed[next_place] = part.strip()
            next_place += 1
        elif key.isdecimal() and int(key) < 100:
            placed[int(key)] = value.strip()
        else:
            named[key.lower()] = value.strip()
    longest = max(placed, default=0)
    return Arguments(tuple(placed.get(n, "") for n in range(1, longest + 1)), named)


def _first(arguments: Arguments) -> str:
    return arguments.at(1)


def _second(arguments: Arguments) -> str:
    return arguments.at(2) or arguments.at(1)


def _last(arguments: Arguments) -> str:
    return arguments.last


def _either(*names: str) -> Callable[[Arguments], str]:
    """The first argument, or the first of these names that is given."""

    def read(arguments: Arguments) -> str:
        named = (arguments.named[name] for name in names if name in arguments.named)
        return arguments.at(1) or next(named, "")

    return read


def _spaced(arguments: Arguments) -> str:
    return " ".join(one for one in arguments.placed if one)


def _before(text: str) -> Callable[[Arguments], str]:
    return lambda arguments: f"{text}{arguments.at(1)}"


def _after(text: str) -> Callable[[Arguments], str]:
    return lambda arguments: f"{arguments.at(1)}{text}" if arguments.at(1) else ""


def _paragraph(arguments: Arguments) -> str:
    said = arguments.at(1) or arguments.named.get("text", "") or arguments.named.get("quote", "")
    return f"{BREAK}{said}{BREAK}"


def _quantity(arguments: Arguments) -> str:
    return quantity(arguments.placed, arguments.named)


def _fraction(arguments: Arguments) -> str:
    match arguments.placed:
        case (whole, over, under, *_):
            return f"{whole} {over}/{under}"
        case (over, under):
            return f"{over}/{under}"
        case _:
            return f"1/{arguments.at(1)}"


def _value(arguments: Arguments) -> str:
    """`{{val|1.5|0.2|e=6|u=km}}` as `1.5±0.2×10^6 km`."""
    number = grouped(arguments.at(1))
    spread = f"±{arguments.at(2)}" if arguments.at(2) else ""
    power = f"×10^{arguments.named['e']}" if arguments.named.get("e") else ""
    unit = arguments.named.get("u") or arguments.named.get("ul") or ""
    return f"{number}{spread}{power}{' ' if unit else ''}{unit}"


def _date(arguments: Arguments) -> str:
    """`{{birth date|1970|1|2|df=y}}` as a date, years alone and months too."""
    numbers = [int(one) for one in arguments.placed[:3] if one.isdecimal()]
    match numbers:
        case [year, month, day] if 1 <= month <= 12:
            month_first = not (arguments.named.get("df") or "").startswith("y")
            name = _MONTHS[month - 1]
            return f"{name} {day}, {year}" if month_first else f"{day} {name} {year}"
        case [year, month] if 1 <= month <= 12:
            return f"{_MONTHS[month - 1]} {year}"
        case _:
            return arguments.at(1)


def _years(arguments: Arguments) -> str:
    return "–".join(one for one in arguments.placed[:2] if one)


def _japanese(arguments: Arguments) -> str:
    """`{{nihongo|English|kanji|romaji}}` as `English (kanji, romaji)`."""
    inner = ", ".join(one for one in arguments.placed[1:3] if one)
    return f"{arguments.at(1)} ({inner})" if arguments.at(1) and inner else arguments.at(1) or inner


def _chinese(arguments: Arguments) -> str:
    labels = (("c", ""), ("s", ""), ("t", ""), ("p", "pinyin: "), ("w", "Wade–Giles: "))
    found = [f"{label}{arguments.named[key]}" for key, label in labels if arguments.named.get(key)]
    return "; ".join(found)


def _ship(arguments: Arguments) -> str:
    """`{{ship|HMS|Victory}}` and `{{ship|German cruiser|Emden|1908}}`."""
    return " ".join(one for one in arguments.placed[:2] if one)


def _vessel(prefix: str) -> Callable[[Arguments], str]:
    return lambda arguments: f"{prefix} {arguments.at(1)}"


def _age(arguments: Arguments) -> str:
    return f"{_date(Arguments(arguments.placed[:3], arguments.named))}"


def _old_style(arguments: Arguments) -> str:
    day, year, old = (arguments.at(number) for number in (1, 2, 3))
    return f"{day} [O.S. {old}] {year}" if old else f"{day} {year}".strip()


def _height(arguments: Arguments) -> str:
    if metres := arguments.named.get("m"):
        return f"{metres} m"
    feet, inches = arguments.named.get("ft", ""), arguments.named.get("in", "")
    return " ".join(part for part in (feet and f"{feet} ft", inches and f"{inches} in") if part)


def _century(before: str = "") -> Callable[[Arguments], str]:
    """French `{{s|XIX}}` as `XIXe siècle`."""
    return lambda arguments: f"{arguments.at(1)}{arguments.at(2, 'e')} siècle{before}"


def _raised(arguments: Arguments) -> str:
    said = arguments.at(1)
    return f"^{said}" if said[:1] in "0123456789-−+" else said


def _named(kind: Callable[[Arguments], str], *names: str) -> dict[str, Callable[[Arguments], str]]:
    return dict.fromkeys(names, kind)


_RENDERED: dict[str, Callable[[Arguments], str]] = {
    **_named(
        _first,
        *("nowrap", "nobr", "no wrap", "small", "smaller", "smallcaps", "sc", "sc1", "sc2", "big"),
        *("abbr", "abbrlink", "mvar", "sic", "em", "strong", "nobold", "noitalic", "italic"),
        *(
            "title",
            "linktext",
            "mono",
            "code",
            "tt",
            "kbd",
            "samp",
            "var",
            "proper name",
            "not a typo",
        ),
        *(
            "as written",
            "visible anchor",
            "vanchor",
            "underline",
            "strikethrough",
            "angbr",
            "angle",
        ),
        *(
            "flag",
            "flagcountry",
            "flagu",
            "flaglist",
            "flagdeco",
            "country",
            "wikt-lang",
            "nihongo2",
        ),
        *(
            "ill",
            "interlanguage link",
            "illm",
            "link-interwiki",
            "link-en",
            "le",
            "tsl",
            "仮リンク",
        ),
        *(
            "нп",
            "нп1",
            "нп2",
            "нп3",
            "нп4",
            "нп5",
            "не переведено",
            "lien",
            "ілл",
            "text",
            "ucfirst",
        ),
        *("s-", "larger", "center", "resize", "font", "color box", "lower", "bigger", "hlist"),
        *("start date text", "date", "dts", "mdy", "dmy", "unité/2", "heures", "読み仮名2", "n/a"),
        *("legend", "trans title", "script", "coloredlink", "colored link", "ruby", "uc", "lc"),
        *("nosb", "mbox text", "not typo", "typo", "notatypo", "plainlist", "unbulleted list"),
        *("zh-tsp", "ins", "pinyin", "jyutping", "小", "bo-textonly", "blue", "red", "lang-zh2"),
    ),
    **_named(_second, *("tooltip", "abbreviation", "color", "colour", "font color", "шрифт", "bg")),
    **_named(_second, *("lang", "langue", "langx", "lang-x", "llang", "en-lang", "lang2", "язык")),
    **_named(_second, *("lj", "sortdate", "bidi", "langnf", "script/language", "большой")),
    **_named(
        _last, *("transl", "transliteration", "tlit", "hs", "hebrew", "rtl-lang", "script he")
    ),
    **_named(_either("name", "text"), *("named", "nom", "proper noun", "honorific")),
    **_named(_spaced, *("sortname", "bibleverse", "bibleref", "bibleref2", "bv", "cite quran")),
    **_named(_ship, "ship"),
    **{name: _vessel(name.upper()) for name in ("hms", "uss", "hmas", "hmcs", "usat", "rms", "ss")},
    **{name: _vessel(name.upper()) for name in ("sms", "hmnzs", "ins ship", "usns", "uscgc")},
    **_named(
        _quantity, *("convert", "cvt", "conv", "unité", "unit", "einheit", "maß", "км", "単位")
    ),
    **_named(_fraction, *("frac", "fraction", "sfrac", "bruch", "xfrac")),
    **_named(_value, "val"),
    **_named(lambda arguments: "".join(arguments.placed), *("gaps", "chem", "chem2", "ce", "su2")),
    **_named(
        lambda arguments: grouped(arguments.at(1)), *("nombre", "num", "number", "formatnum2")
    ),
    **_named(_raised, *("sup", "smallsup", "exp", "e2")),
    **_named(_first, "sub"),
    **_named(_before("×10^"), *("e", "e-sp", "scientific")),
    **_named(
        _date,
        *("birth date", "birth-date", "birthdate", "death date", "death-date", "start date", "dob"),
        *("end date", "film date", "release date", "launch date", "birth date text", "date table"),
        *("start-date", "bda2", "dtsh", "début"),
    ),
    **_named(_age, *("birth date and age", "bda", "death date and age", "start date and age")),
    **_named(_age, *("birth date and age2", "dda", "death date and given age")),
    **_named(_before("c. "), *("circa", "c.", "ca", "ca.", "c")),
    **_named(_before("fl. "), *("floruit", "fl.", "fl")),
    **_named(lambda arguments: f"r. {_years(arguments)}", *("reign", "r.")),
    **_named(_before("b. "), *("b.", "born")),
    **_named(_before("d. "), *("d.", "died")),
    **_named(_before("As of "), *("as of", "asof")),
    **_named(_old_style, *("oldstyledate", "old style date")),
    **_named(_after(" BC"), "bc"),
    **_named(_after(" BCE"), *("bce", "b.c.e.")),
    **_named(_after(" million years ago"), *("mya", "ma")),
    **_named(_height, "height"),
    **_named(_before("US$"), *("us$", "usd", "us dollar")),
    **_named(_before("£"), *("gbp", "£", "pound sterling")),
    **_named(_before("€"), *("eur", "€", "euro")),
    **_named(_before("¥"), *("jpy", "cny", "¥", "yen")),
    **_named(_before("₹"), *("inr", "₹", "indian rupee", "rs")),
    **_named(_before("A$"), *("aud", "a$")),
    **_named(_before("C$"), *("cad", "can$", "c$")),
    **_named(_after("%"), *("percent", "%", "pct")),
    **_named(_japanese, *("nihongo", "nihongo3", "nihongo foot")),
    **_named(lambda arguments: f"{arguments.at(1)}（{arguments.at(2)}）", "読み仮名", "ふりがな"),
    **_named(_chinese, *("zh", "zh-full", "chinese", "zh-cpw")),
    **_named(
        _paragraph,
        *("quote", "blockquote", "cquote", "quotation", "bq", "poemquote", "rquote", "zitat"),
        *(
            "citation bloc",
            "цитата",
            "quote box text",
            "引用",
            "cquotetxt",
            "poem",
            "verse translation",
        ),
    ),
    **_named(lambda arguments: f"“{arguments.at(1)}”", *("qq", "'\"", "quote inline")),
    **_named(lambda arguments: f"« {arguments.at(1)} »", *("citation étrangère", "guil", "« »")),
    **_named(_century(), *("s", "siècle", "-s2", "sp siècle")),
    **_named(_century(" av. J.-C."), *("-s", "s-", "siècle av. j.-c.")),
    **_named(
        _spaced, *("date-", "jour", "date de naissance", "date fr", "1er janvier", "souverain2")
    ),
    **_named(_before("av. J.-C. "), "av jc2"),
    **_named(lambda _: FORMULA, *("math", "equation", "numblk", "su", "bra-ket", "sqrt", "radic")),
    **_named(
        lambda _: FORMULA, *("pars", "overline", "formula", "tex", "intmath", "sfracn", "binom")
    ),
}
_FOREIGN_PREFIXES = ("lang-", "lang ", "ref-lang-", "idioma-", "script-")
_LONGEST_FOREIGN = 14
_CHARACTERS = {
    **{
        "ndash": "–",
        "snd": " – ",
        "spaced ndash": " – ",
        "spnd": " – ",
        "mdash": "—",
        "dash": " – ",
    },
    **{
        "spaced en dash": " – ",
        "en dash": "–",
        "em dash": "—",
        "–": " – ",
        "—": "—",
        "emdash": "—",
    },
    **{"nbsp": " ", "space": " ", "sp": " ", "thinsp": " ", "thin space": " ", "hair space": " "},
    **{"nnbsp": " ", "spaces": " ", "shy": "", "zwj": "", "zwsp": "", "wbr": "", "zwnj": ""},
    **{"'": "'", "'s": "'s", "`": "'", "okina": "ʻ", "hamza": "ʾ", "ayin": "ʿ", "wasla": ""},
    **{"pi": "π", "degree": "°", "deg": "°", "prime": "′", "pprime": "″", "times": "×", "x": "×"},
    **{"·": " · ", "•": " • ", "dot": " · ", "middot": " · ", "bull": " • ", "bold dot": " · "},
    **{"\\": " / ", "spaced slash": " / ", "=": "=", "!": "", "(": "{", ")": "}", "*": "*"},
    **{"colon": ":", "#": "#", "sharp": "♯", "flat": "♭", "natural": "♮", "music": "", "sect": "§"},
    **{"cent": "¢", "euro sign": "€", "¼": "¼", "½": "½", "¾": "¾", "no.": "No.", "numero": "No."},
    **{"n°": "nº", "nº": "nº", "1er": "1er", "ier": "Ier", "ie": "Ie", "ere": "re", "er": "er"},
    **{
        "e century": "e siècle",
        "av jc": "av. J.-C.",
        "av. j.-c.": "av. J.-C.",
        "ap jc": "apr. J.-C.",
    },
    **{
        "pb": BREAK,
        "parabr": BREAK,
        "paragraph break": BREAK,
        "break": " ",
        "br": " ",
        "crlf": " ",
    },
    **{"ussr": "Soviet Union", "usa": "United States", "uk": "United Kingdom", "fra": "France"},
    **{
        "ger": "Germany",
        "deu": "Germany",
        "gbr": "United Kingdom",
        "rus": "Russia",
        "ita": "Italy",
    },
    **{"jpn": "Japan", "chn": "China", "ind": "India", "can": "Canada", "aus": "Australia"},
}
_FUNCTIONS: dict[str, Callable[[str], str]] = {
    "formatnum": grouped,
    **dict.fromkeys(("lc", "uc", "ucfirst", "lcfirst"), str),
}
_SILENT_FUNCTIONS = {
    *("defaultsort", "displaytitle", "disambig", "defaultsortkey", "defaultcategorysort", "ns"),
    *(
        "сортировка",
        "ключ сортировки",
        "sortierung",
        "デフォルトソート",
        "기본정렬",
        "anchorencode",
    ),
}
_NOTE_PREFIXES = (
    *("cite", "citation needed", "sfn", "harv", "ipa", "infobox", "taxobox", "pp-", "use "),
    *("refn", "efn", "needs ", "better ", "page needed", "webarchive", "{{", "user"),
)
_NOTES = {
    *("r", "rp", "ref", "note", "note label", "ref label", "cn", "fact", "facts", "citation"),
    *("dubious", "who", "whom", "whose", "when", "where", "why", "which", "what", "how", "clarify"),
    *("by whom", "by whom?", "according to whom", "vague", "weasel-inline", "weasel inline"),
    *("peacock term", "verify", "verify source", "verification needed", "failed verification"),
    *(
        "specify",
        "discuss",
        "neutrality disputed",
        "pov-statement",
        "or",
        "or?",
        "original research",
    ),
    *("original research inline", "synthesis-inline", "unreliable source", "unreliable source?"),
    *("dead link", "deadlink", "full", "full citation needed", "page number", "pn", "year needed"),
    *("update after", "update inline", "inflation-fn", "inflation-year", "cref", "cref2", "cnote"),
    *("respell", "pronunciation", "pron-en", "audio", "listen", "pronounced", "h:ipa", "lang-ipa"),
    *("coord", "coor d", "coor dm", "coor dms", "coor title dms", "coord missing", "oscoor"),
    *(
        "anchor",
        "anchors",
        "main",
        "see also",
        "further",
        "details",
        "about",
        "for",
        "see",
        "clear",
    ),
    *("-", "clr", "refbegin", "refend", "reflist", "portal", "commons", "flagicon", "flag icon"),
    *(
        "flagicon image",
        "increase",
        "decrease",
        "steady",
        "gain",
        "loss",
        "dagger",
        "double-dagger",
    ),
    *("selfref", "dead", "subscription", "subscription required", "registration required", "doi"),
    *("isbn", "issn", "oclc", "pmid", "arxiv", "jstor", "wikiref", "ref harvard", "inline tag"),
    *("disambiguation needed", "dn", "disputed-inline", "disputed inline", "dubious-inline"),
    *("contradict-inline", "contradiction-inline", "example needed", "tone-inline", "sic2"),
    *("quantify", "jargon-inline", "time fact", "chronology citation needed", "metricate inline"),
    *(
        "nihongo help",
        "unreferenced inline",
        "self-published inline",
        "third-party-inline",
        "notetag",
    ),
    *(
        "notea",
        "noteta",
        "来源请求",
        "來源請求",
        "fact2",
        "需要引注",
        "哪个",
        "谁",
        "何时",
        "查证请求",
    ),
    *(
        "要出典",
        "要検証",
        "いつ",
        "誰",
        "要説明",
        "refnest",
        "出典の明記",
        "要ページ番号",
        "信頼性要検証",
    ),
    *(
        "출처",
        "출처 필요",
        "누가",
        "언제",
        "각주",
        "источник",
        "нет аи",
        "уточнить",
        "когда",
        "кто",
    ),
    *("кому", "чей", "переход", "sfn0", "référence nécessaire", "réf. nécessaire", "refnec", "qui"),
    *("quand", "qui ?", "quand ?", "pas clair", "précision nécessaire", "référence souhaitée"),
    *("api", "api-", "lien brisé", "note de groupe", "beleg", "belege fehlen", "enlace roto"),
    *("cita requerida", "senza fonte", "carece de fontes", "bron?", "fakt", "kaynak belirt"),
    *("dead-link", "vérifier", "source?", "multiple image", "tocright", "toc limit", "notelist"),
    *(
        "unbalanced",
        "cleanup-inline",
        "infl fn",
        "link note",
        "icon",
        "ie icon",
        "en icon",
        "fr icon",
    ),
    *(
        "de icon",
        "es icon",
        "it icon",
        "ru icon",
        "ja icon",
        "zh icon",
        "ref-en",
        "ref-de",
        "ref-fr",
    ),
    *("en", "fr", "de", "es", "it", "ru", "в", "sup note", "#tag:ref", "efn-ua", "efn-lr", "ill2"),
}
