"""Languages of the Germanic family."""

from __future__ import annotations

from masksearch.spans.figures import COMMA_GROUPS, DAY, GAP, SPACE_GROUPS, YEAR
from masksearch.spans.grammar import Spaced

ENGLISH = Spaced(
    months="January|February|March|April|May|June|July|August|September|October|November|December",
    units=r"kilomet(?:er|re)s?|met(?:er|re)s?|centimet(?:er|re)s?|miles?|mph|feet|foot|ft|inches"
    r"|acres|hectares|square (?:miles|kilomet(?:er|re)s|feet|met(?:er|re)s)|kilograms?|grams?"
    r"|tonnes?|tons?|pounds?|lb|lit(?:er|re)s?|gallons?|volts?|watts?|bits?|bytes?|years?|months?"
    r"|weeks?|days?|hours?|minutes?|seconds?|people|inhabitants|speakers",
    scales="hundred|thousand|million|billion|trillion|quadrillion|lakhs?|crores?|mn|bn",
    percent="percent|per cent",
    groups=COMMA_GROUPS,
    day=rf"{DAY}(?:st|nd|rd|th)?",
    of="(?:of )?",
    centuries=r"\d{1,2}(?:st|nd|rd|th) century(?: BCE?)?",
    eras=r"(?:\d{1,3},\d{3}|\d{1,4}) BCE?",
    decades=rf"{YEAR}s",
    money="dollars|euros|pounds|yen",
)

GERMAN = Spaced(
    months="Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November"
    "|Dezember",
    units="Kilometern?|Metern?|Zentimetern?|Meilen|Fuß|Hektar|Quadratkilometern?|Quadratmetern?"
    "|Kilogramm|Gramm|Tonnen|Litern?|Jahren?|Monaten?|Wochen|Tagen?|Stunden|Minuten|Sekunden"
    "|Menschen|Einwohnern?|Personen",
    scales="Hundert|Tausend|hundert|tausend|Millionen?|Milliarden?|Billionen?|Mio\\.|Mrd\\.|Tsd\\."
    "|Mio|Mrd",
    percent="Prozent",
    day=rf"{DAY}\.",
    centuries=rf"\d{{1,2}}\.{GAP}Jahrhunderts?(?:{GAP}v\.{GAP}?Chr\.)?",
    eras=rf"\d{{1,4}}{GAP}[vn]\.{GAP}?Chr\.",
    decades=rf"{YEAR}er(?:{GAP}Jahren?)?",
    money="Euro|Mark|Dollar|Franken",
)


DUTCH = Spaced(
    months="januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december",
    units="kilometers?|meters?|centimeters?|hectare|vierkante (?:kilometers?|meters?)|kilogram|kilo"
    "|gram|ton|liters?|jaar|jaren|maanden|weken|dagen|uur|minuten|seconden|mensen|inwoners|personen"
    "|m|ha",
    scales="honderd|duizend|miljoen|miljard|biljoen|mln\\.?|mld\\.?",
    percent="procent",
    centuries=rf"\d{{1,2}}(?:e|de|ste){GAP}eeuw(?:{GAP}v\.{GAP}?Chr\.)?",
    eras=rf"\d{{1,4}}{GAP}[vn]\.{GAP}?Chr\.",
    decades=rf"jaren{GAP}{YEAR}",
    openings="j",
    money="euro|gulden|dollar|frank",
)
SWEDISH = Spaced(
    months="januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december",
    units="kilometer|meter|centimeter|millimeter|mil|hektar|kvadratkilometer|kvadratmeter"
    "|kilogram|kilo|gram|ton|liter|år|månader|veckor|dagar|timmar|minuter|sekunder|människor"
    "|invånare|personer|m|ha",
    scales="hundra|tusen|miljoner|miljon|miljarder|miljard|mn|md|mkr|tkr",
    percent="procent",
    groups=SPACE_GROUPS,
    centuries=rf"\d{{3,4}}-talet(?:{GAP}f\.{GAP}?Kr\.)?",
    eras=rf"\d{{1,4}}{GAP}[fe]\.{GAP}?Kr\.",
    money="kronor|kr|euro|dollar|pund",
)
DANISH = Spaced(
    months="januar|februar|marts|april|maj|juni|juli|august|september|oktober|november|december",
    units="kilometer|meter|centimeter|hektar|kvadratkilometer|kvadratmeter|kilogram|kilo|gram"
    "|tons?|liter|år|måneder|uger|dage|timer|minutter|sekunder|mennesker|indbyggere|personer|m|ha",
    scales="hundrede|tusinde?|millioner|million|milliarder|milliard|mio\\.|mia\\.",
    percent="procent|pct\\.",
    day=rf"{DAY}\.",
    centuries=rf"\d{{1,2}}\.{GAP}århundrede|{YEAR}-tallet",
    eras=rf"\d{{1,4}}{GAP}[fe]\.{GAP}?Kr\.",
    decades=rf"{YEAR}['’]?erne",
    money="kroner|kr\\.|euro|dollars?",
)
NORWEGIAN = Spaced(
    months="januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|desember",
    units="kilometer|meter|centimeter|mil|hektar|kvadratkilometer|kvadratmeter|kilogram|kilo|gram"
    "|tonn|liter|år|måneder|uker|dager|timer|minutter|sekunder|mennesker|innbyggere|personer|m|ha",
    scales="hundre|tusen|millioner|million|milliarder|milliard|mill\\.|mrd\\.",
    percent="prosent",
    groups=SPACE_GROUPS,
    day=rf"{DAY}\.",
    centuries=rf"{YEAR}-tallet",
    eras=rf"\d{{1,4}}{GAP}[fe]\.{GAP}?Kr\.",
    money="kroner|kr|euro|dollar",
)
