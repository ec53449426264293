"""Languages of the Romance family."""

from __future__ import annotations

from masksearch.spans.figures import DAY, GAP, ROMAN, SPACE_GROUPS, YEAR
from masksearch.spans.grammar import Spaced

FRENCH = Spaced(
    months="janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre",
    units="kilomètres(?: carrés)?|mètres(?: carrés)?|centimètres|hectares|kilogrammes|grammes"
    "|tonnes|litres|ans|années|mois|semaines|jours|heures|minutes|secondes|habitants|personnes"
    "|hab\\.",
    scales="cents|mille|milliers|millions?|milliards?|billions?",
    percent="pour cent|p\\. 100",
    groups=SPACE_GROUPS,
    day=rf"(?:{DAY}|1er)",
    openings="IVXa",
    centuries=rf"{ROMAN}e{GAP}siècle(?:{GAP}av\.{GAP}J\.-C\.)?",
    eras=rf"\d{{1,4}}{GAP}(?:av|ap)\.{GAP}J\.-C\.",
    decades=rf"années{GAP}{YEAR}",
    money="euros|francs|dollars|livres",
)

SPANISH = Spaced(
    months="enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre"
    "|diciembre",
    units="kilómetros(?: cuadrados)?|metros(?: cuadrados)?|centímetros|hectáreas|kilogramos"
    "|gramos|toneladas|litros|años|meses|semanas|días|horas|minutos|segundos|habitantes|personas",
    scales="cientos|mil|miles|millón|millones|billón|billones",
    percent="por ciento",
    day=rf"(?:{DAY}|1\.?[º°])",
    of="(?:del? )?",
    openings="s",
    centuries=rf"siglo{GAP}{ROMAN}(?:{GAP}a\.{GAP}C\.)?",
    eras=rf"\d{{1,4}}{GAP}[ad]\.{GAP}?C\.",
    money="euros|pesetas|pesos|dólares",
)

ITALIAN = Spaced(
    months="gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre"
    "|dicembre",
    units="chilometri(?: quadrati)?|metri(?: quadrati)?|centimetri|ettari|chilogrammi|grammi"
    "|tonnellate|litri|anni|mesi|settimane|giorni|ore|minuti|secondi|abitanti|persone",
    scales="mila|milione|milioni|miliardo|miliardi|bilioni|mln|mld",
    percent="per cento",
    day=rf"(?:{DAY}|1[º°])",
    openings="IVX",
    centuries=rf"{ROMAN}{GAP}secolo(?:{GAP}a\.C\.)?",
    eras=rf"\d{{1,4}}{GAP}[ad]\.C\.",
    money="euro|lire|dollari",
)

PORTUGUESE = Spaced(
    months="janeiro|fevereiro|março|abril|maio|junho|julho|agosto|setembro|outubro|novembro"
    "|dezembro",
    units="quilómetros|quilômetros|metros|centímetros|hectares|quilogramas|gramas|toneladas"
    "|litros|anos|meses|semanas|dias|horas|minutos|segundos|habitantes|pessoas",
    scales="centenas|mil|milhares|milhão|milhões|bilhão|bilhões|trilhão|trilhões|biliões",
    percent="por cento",
    day=rf"(?:{DAY}|1\.?[º°])",
    of="(?:de )?",
    openings="s",
    centuries=rf"século{GAP}{ROMAN}(?:{GAP}a\.C\.)?",
    eras=rf"\d{{1,4}}{GAP}[ad]\.C\.",
    money="euros|reais|escudos|dólares",
)


ROMANIAN = Spaced(
    months="ianuarie|februarie|martie|aprilie|mai|iunie|iulie|august|septembrie|octombrie"
    "|noiembrie|decembrie",
    units="(?:de )?(?:kilometri(?: pătrați)?|metri(?: pătrați)?|hectare|kilograme|tone|litri|ani"
    "|luni|zile|ore|minute|secunde|locuitori|persoane)|m|ha",
    scales="mii|mie|milioane|milion|miliarde|miliard|(?:de )?(?:mii|milioane|miliarde)|mil\\.|mld\\.",
    percent="la sută",
    openings="s",
    centuries=rf"secolul(?:{GAP}al)?{GAP}{ROMAN}(?:-lea)?",
    eras=rf"\d{{1,4}}{GAP}[îd]\.{GAP}?Hr\.",
    money="(?:de )?(?:lei|euro|dolari)",
)
CATALAN = Spaced(
    months="gener|febrer|març|abril|maig|juny|juliol|agost|setembre|octubre|novembre|desembre",
    units="quilòmetres(?: quadrats)?|metres(?: quadrats)?|hectàrees|quilograms|tones|litres|anys"
    "|mesos|dies|hores|minuts|segons|habitants|persones|m|ha",
    scales="mil|milions?|bilions?",
    percent="per cent",
    of="(?:de |d'|del )?",
    openings="s",
    centuries=rf"segle{GAP}{ROMAN}(?:{GAP}aC)?",
    eras=rf"\d{{1,4}}{GAP}[ad]\.?C\.?",
    money="euros|pessetes|dòlars",
)
