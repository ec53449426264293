"""How dates, numbers and their like are written, language by language.

A language is a few lists of words; the grammar of a date or a quantity is put together
from them, once for languages that put spaces between words and once for those that do
not. What is not listed here still has its years and its figures with signs.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from masksearch.language import base_language
from masksearch.schemas import SpanType

_GAP = r"[ \u00a0\u202f]"
_YEAR = r"(?:1\d{3}|20\d{2})"
_DAY = r"(?:[12]\d|3[01]|0?[1-9])"
_ROMAN = r"[IVX]{1,5}"
_COMMA_FIGURE = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_POINT_FIGURE = r"(?:\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?)"
_SPACE_FIGURE = rf"(?:\d{{1,3}}(?:{_GAP}\d{{3}})+(?:,\d+)?|\d+(?:,\d+)?)"
_SIGNS = r"[$£€¥]"
_SYMBOLS = r"km²|km2|km/h|km|cm|mm|kg|°[CF]|K|kPa|MPa|kV|V|kW|MW|GW|TW|W|kHz|MHz|GHz|Hz|MB|GB|TB"


class Pattern(NamedTuple):
    """What stretches of text are of a type."""

    type: SpanType
    regex: re.Pattern[str]


class Spaced(NamedTuple):
    """The words of a language that puts spaces between them; every one a regular expression."""

    months: str
    units: str
    scales: str
    percent: str
    figure: str = _POINT_FIGURE
    day: str = _DAY
    of: str = ""
    """Between day, month and year, such as `de ` in Spanish."""
    centuries: str = r"(?!)"
    eras: str = r"(?!)"
    """A year with its era."""
    decades: str = r"(?!)"
    after_year: str = ""
    money: str = r"(?!)"
    """Currencies written after the figure."""
    openings: str = ""
    """With what a date may begin besides a figure and a month: most of a text is passed over."""

    @property
    def date(self) -> str:
        """Dates from the most precise to the bare year."""
        gap, of, year = _GAP, self.of, f"{_YEAR}{self.after_year}"
        months = "".join(sorted({month[0] for month in self.months.split("|")} - {"("}))
        return (
            rf"\b(?=[\d{months}{self.openings}])(?:{self.day}{gap}{of}(?:{self.months}){gap}{of}{year}"
            rf"|(?:{self.months}){gap}{_DAY},{gap}{_YEAR}|(?:{self.months}){gap}{of}{year}"
            rf"|{self.day}{gap}{of}(?:{self.months})|(?:{self.months}){gap}{_DAY}(?!\d)"
            rf"|{self.centuries}|{self.eras}|{self.decades}|{year})(?!\w)"
        )

    @property
    def number(self) -> str:
        """Money, shares, and figures with a unit or with groups of digits."""
        gap, figure, scale = _GAP, self.figure, self.scales
        unit = rf"(?:{self.units}|{self.money}|{_SYMBOLS})"
        grouped = figure.split("|")[0].removeprefix("(?:")
        return (
            rf"(?=[\d$£€¥])(?<![\w.,])(?:{_SIGNS}{figure}(?:{gap}(?:{scale}))?"
            rf"|{figure}(?:{gap}?%|{gap}(?:{self.percent})|{gap}(?:{scale})(?:{gap}{unit})?"
            rf"|{gap}{unit}|{gap}?[€£])"
            rf"|{grouped})(?![\w%]|[.,]\d)"
        )


class Unspaced(NamedTuple):
    """The words of a language that puts no spaces between them; regular expressions."""

    before_christ: str
    century: str
    day: str
    units: str
    money: str
    scales: str
    numerals: str = "一二三四五六七八九十"
    eras: str = r"(?!)"
    gap: str = ""
    """What may stand within a date."""
    year: str = "年"
    decade: str = "年代"
    month: str = "月"

    @property
    def date(self) -> str:
        """Dates from the most precise to the bare year."""
        digits, words, gap = r"\d{1,4}", f"[{self.numerals}〇零○]", self.gap
        figure = rf"(?:{digits}|{words}{{1,4}})"
        short = rf"(?:\d{{1,2}}|[{self.numerals}]{{1,3}})"
        bc = rf"(?:(?:{self.before_christ}){gap}?)?"
        day = rf"{short}{self.day}"
        year = rf"(?:{bc}{figure}|(?:{self.eras})(?:\d{{1,2}}|元)){self.year}"
        return (
            rf"(?<![\d.,])(?:{bc}{short}{self.century}"
            rf"|{bc}{figure}{self.decade}"
            rf"|{year}(?:{gap}{short}{self.month}(?:{gap}{day})?)?"
            rf"|{short}{self.month}{gap}{day}"
            rf"|{_YEAR}(?![\d.,]|{self.year}))"
        )

    @property
    def number(self) -> str:
        """Money, shares, and figures with a unit or with groups of digits."""
        figure, scale = _COMMA_FIGURE, rf"(?:{_GAP}?(?:{self.scales})+)?"
        unit = rf"(?:{self.units}|{self.money}|{_SYMBOLS})"
        grouped = figure.split("|")[0].removeprefix("(?:")
        return (
            rf"(?<![\d.,A-Za-z])(?:(?:US)?[$£€¥￥]{figure}{scale}|{figure}{_GAP}?[%％]"
            rf"|{figure}{scale}{_GAP}?{unit}|{figure}{_GAP}?(?:{self.scales})+|{grouped})"
            r"(?![\dA-Za-z%％]|[.,]\d)"
        )


_ENGLISH = Spaced(
    months="January|February|March|April|May|June|July|August|September|October|November|December",
    units=r"kilomet(?:er|re)s?|met(?:er|re)s?|centimet(?:er|re)s?|miles?|mph|feet|foot|ft|inches"
    r"|acres|hectares|square (?:miles|kilomet(?:er|re)s|feet|met(?:er|re)s)|kilograms?|grams?"
    r"|tonnes?|tons?|pounds?|lb|lit(?:er|re)s?|gallons?|volts?|watts?|bits?|bytes?|years?|months?"
    r"|weeks?|days?|hours?|minutes?|seconds?|people|inhabitants|speakers",
    scales="hundred|thousand|million|billion|trillion",
    percent="percent|per cent",
    figure=_COMMA_FIGURE,
    centuries=r"\d{1,2}(?:st|nd|rd|th) century(?: BCE?)?",
    eras=r"\d{1,4} BCE?",
    decades=rf"{_YEAR}s",
    money="dollars|euros|pounds|yen",
)
_GERMAN = Spaced(
    months="Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November"
    "|Dezember",
    units="Kilometern?|Metern?|Zentimetern?|Meilen|Fuß|Hektar|Quadratkilometern?|Quadratmetern?"
    "|Kilogramm|Gramm|Tonnen|Litern?|Jahren?|Monaten?|Wochen|Tagen?|Stunden|Minuten|Sekunden"
    "|Menschen|Einwohnern?|Personen",
    scales="Hundert|Tausend|Millionen?|Milliarden?|Mio\\.|Mrd\\.",
    percent="Prozent",
    day=rf"{_DAY}\.",
    centuries=rf"\d{{1,2}}\.{_GAP}Jahrhunderts?(?:{_GAP}v\.{_GAP}?Chr\.)?",
    eras=rf"\d{{1,4}}{_GAP}[vn]\.{_GAP}?Chr\.",
    decades=rf"{_YEAR}er(?:{_GAP}Jahren?)?",
    money="Euro|Mark|Dollar|Franken",
)
_FRENCH = Spaced(
    months="janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre",
    units="kilomètres(?: carrés)?|mètres(?: carrés)?|centimètres|hectares|kilogrammes|grammes"
    "|tonnes|litres|ans|années|mois|semaines|jours|heures|minutes|secondes|habitants|personnes"
    "|hab\\.",
    scales="cents|mille|millions?|milliards?",
    percent="pour cent|p\\. 100",
    figure=_SPACE_FIGURE,
    day=rf"(?:{_DAY}|1er)",
    openings="IVXa",
    centuries=rf"{_ROMAN}e{_GAP}siècle(?:{_GAP}av\.{_GAP}J\.-C\.)?",
    eras=rf"\d{{1,4}}{_GAP}(?:av|ap)\.{_GAP}J\.-C\.",
    decades=rf"années{_GAP}{_YEAR}",
    money="euros|francs|dollars|livres",
)
_SPANISH = Spaced(
    months="enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre"
    "|diciembre",
    units="kilómetros(?: cuadrados)?|metros(?: cuadrados)?|centímetros|hectáreas|kilogramos"
    "|gramos|toneladas|litros|años|meses|semanas|días|horas|minutos|segundos|habitantes|personas",
    scales="cientos|mil|millón|millones|mil millones",
    percent="por ciento",
    of="(?:del? )?",
    openings="s",
    centuries=rf"siglo{_GAP}{_ROMAN}(?:{_GAP}a\.{_GAP}C\.)?",
    eras=rf"\d{{1,4}}{_GAP}[ad]\.{_GAP}?C\.",
    money="euros|pesetas|pesos|dólares",
)
_ITALIAN = Spaced(
    months="gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre"
    "|dicembre",
    units="chilometri(?: quadrati)?|metri(?: quadrati)?|centimetri|ettari|chilogrammi|grammi"
    "|tonnellate|litri|anni|mesi|settimane|giorni|ore|minuti|secondi|abitanti|persone",
    scales="mila|milione|milioni|miliardo|miliardi",
    percent="per cento",
    day=rf"(?:{_DAY}|1º)",
    openings="IVX",
    centuries=rf"{_ROMAN}{_GAP}secolo(?:{_GAP}a\.C\.)?",
    eras=rf"\d{{1,4}}{_GAP}[ad]\.C\.",
    money="euro|lire|dollari",
)
_PORTUGUESE = Spaced(
    months="janeiro|fevereiro|março|abril|maio|junho|julho|agosto|setembro|outubro|novembro"
    "|dezembro",
    units="quilómetros|quilômetros|metros|centímetros|hectares|quilogramas|gramas|toneladas"
    "|litros|anos|meses|semanas|dias|horas|minutos|segundos|habitantes|pessoas",
    scales="centenas|mil|milhão|milhões|bilhão|bilhões",
    percent="por cento",
    of="(?:de )?",
    openings="s",
    centuries=rf"século{_GAP}{_ROMAN}(?:{_GAP}a\.C\.)?",
    eras=rf"\d{{1,4}}{_GAP}[ad]\.C\.",
    money="euros|reais|escudos|dólares",
)
_RUSSIAN = Spaced(
    months="января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря"
    "|январ[ье]|феврал[ье]|март|апрел[ье]|май|июн[ье]|июл[ье]|август|сентябр[ье]|октябр[ье]"
    "|ноябр[ье]|декабр[ье]",
    units="км|м|см|мм|кг|га|км²|м²|кв\\. км|километр(?:а|ов)?|метр(?:а|ов)?|тонн|литров"
    "|гектар(?:а|ов)?|лет|месяц(?:а|ев)|недель|дней|час(?:а|ов)|минут|секунд"
    "|человек(?:а)?|жител(?:я|ей)",
    scales="тыс\\.|тысяч[аи]?|млн|миллион(?:а|ов)?|млрд|миллиард(?:а|ов)?",
    percent="процент(?:а|ов)?",
    figure=_SPACE_FIGURE,
    openings="IVX",
    centuries=rf"{_ROMAN}{_GAP}век(?:а|е|ом|у)?",
    eras=rf"\d{{1,4}}{_GAP}(?:год(?:а|у)?|г\.){_GAP}до{_GAP}н\.{_GAP}?э\.",
    after_year=rf"(?:{_GAP}(?:год(?:а|у|ом|е)?|г\.))?",
    money="рубл(?:я|ей)|долларов|евро",
)
_BULGARIAN = Spaced(
    months="януари|февруари|март|април|май|юни|юли|август|септември|октомври|ноември|декември",
    units="км|м|см|мм|кг|км²|кв\\. км|километр(?:а|и)|метр(?:а|и)|тона|литра|години|месеца"
    "|седмици|дни|часа|минути|секунди|души|жители|декара|хектара",
    scales="хил\\.|хиляди|млн\\.|милион(?:а|и)?|млрд\\.|милиард(?:а|и)?",
    percent="процента",
    figure=_SPACE_FIGURE,
    openings="IVX",
    centuries=rf"{_ROMAN}{_GAP}век",
    eras=rf"\d{{1,4}}{_GAP}г\.{_GAP}пр\.{_GAP}?(?:н\.{_GAP}?е|Хр)\.",
    after_year=rf"(?:{_GAP}(?:година|г\.))?",
    money="лева|лв\\.|евро|долара",
)
_CHINESE = Unspaced(
    before_christ="公元前|西元前|前",
    century="世[纪紀](?:[初中末]|中叶|中葉|\\d{2}年代)?",
    day="[日号號]",
    units="平方公里|平方千米|平方米|平方公尺|立方米|公里|千米|厘米|公分|毫米|公尺|英里|海里|米|公顷|公頃"
    "|公斤|千克|公噸|克|吨|噸|公升|升|摄氏度|攝氏度|℃|人次|人口|人|户|戶|岁|歲|个月|個月|天|小时"
    "|小時|分钟|分鐘|秒",
    money="人民[币幣]|[美欧歐日港澳韩韓]元|英[镑鎊]|[卢盧]布|元",
    scales="[十百千万萬亿億兆]",
    eras="民国|民國|康熙|雍正|乾隆|嘉庆|嘉慶|道光|光绪|光緒|昭和|明治|大正|平成",
)
_JAPANESE = Unspaced(
    before_christ="紀元前|西暦",
    century="世紀(?:初頭|前半|後半|末|半ば)?",
    day="日",
    units="平方キロメートル|キロメートル|平方メートル|センチメートル|ミリメートル|メートル|キログラム"
    "|グラム|トン|リットル|ヘクタール|マイル|フィート|人|名|世帯|歳|年間|ヶ月|か月|日間|時間|分間|秒",
    money="円|ドル|ユーロ|ポンド|マルク|元",
    scales="[十百千万億兆]",
    eras="明治|大正|昭和|平成|令和|慶応|安政|天保|文政|享保|元禄|寛永|慶長",
)
_KOREAN = Unspaced(
    before_christ="기원전",
    century="세기(?: ?[초중말]|경)?",
    day="일",
    units="제곱킬로미터|킬로미터|제곱미터|센티미터|미터|킬로그램|그램|톤|리터|헥타르|명|세대|세"
    "|년간|개월|일간|시간|분|초",
    money="원|달러|유로|파운드|엔|위안",
    scales="[천만억조]",
    gap=" ?",
    year="년",
    decade="년대",
    month="월",
)
_OTHERS = Spaced(months=r"(?!)", units=r"(?!)", scales=r"(?!)", percent=r"(?!)")

LANGUAGES: dict[str, Spaced | Unspaced] = {
    "en": _ENGLISH,
    "de": _GERMAN,
    "fr": _FRENCH,
    "es": _SPANISH,
    "it": _ITALIAN,
    "pt": _PORTUGUESE,
    "ru": _RUSSIAN,
    "bg": _BULGARIAN,
    "zh": _CHINESE,
    "ja": _JAPANESE,
    "ko": _KOREAN,
}


@cache
def month_names(lang: str) -> re.Pattern[str]:
    """The names of months, which are dates where a link says nothing else."""
    words = _words(lang)
    return re.compile(words.months if isinstance(words, Spaced) else r"(?!)")


def _words(lang: str) -> Spaced | Unspaced:
    return LANGUAGES.get(base_language(lang), _OTHERS)


@cache
def patterns(lang: str) -> tuple[Pattern, ...]:
    """The patterns of a language by its code; `zh-Hant` is `zh`."""
    words = _words(lang)
    return (
        Pattern(SpanType.DATE, re.compile(words.date)),
        Pattern(SpanType.NUMBER, re.compile(words.number)),
    )
