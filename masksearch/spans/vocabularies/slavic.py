"""Languages of the Slavic family."""

from __future__ import annotations

from masksearch.spans.figures import DAY, GAP, ROMAN, SPACE_GROUPS
from masksearch.spans.grammar import Spaced

RUSSIAN = Spaced(
    months="января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря"
    "|январ[ье]|феврал[ье]|март|апрел[ье]|май|июн[ье]|июл[ье]|август|сентябр[ье]|октябр[ье]"
    "|ноябр[ье]|декабр[ье]",
    units="км|м|см|мм|кг|га|км²|м²|кв\\. км|километр(?:а|ов)?|метр(?:а|ов)?|тонн|литров"
    "|гектар(?:а|ов)?|лет|месяц(?:а|ев)|недель|дней|час(?:а|ов)|минут|секунд"
    "|человек(?:а)?|жител(?:я|ей)",
    scales="тыс\\.|тысяч[аи]?|млн|миллион(?:а|ов)?|млрд|миллиард(?:а|ов)?|трлн|триллион(?:а|ов)?",
    percent="процент(?:а|ов)?",
    groups=SPACE_GROUPS,
    openings="IVX",
    centuries=rf"{ROMAN}{GAP}век(?:а|е|ом|у)?",
    eras=rf"\d{{1,4}}{GAP}(?:год(?:а|у)?|г\.){GAP}до{GAP}н\.{GAP}?э\.",
    after_year=rf"(?:{GAP}(?:год(?:а|у|ом|е)?|г\.))?",
    money="рубл(?:я|ей)|долларов|евро",
)

BULGARIAN = Spaced(
    months="януари|февруари|март|април|май|юни|юли|август|септември|октомври|ноември|декември",
    units="км|м|см|мм|кг|км²|кв\\. км|километр(?:а|и)|метр(?:а|и)|тона|литра|години|месеца"
    "|седмици|дни|часа|минути|секунди|души|жители|декара|хектара",
    scales="хил\\.|хиляди|млн\\.|милион(?:а|и)?|млрд\\.|милиард(?:а|и)?",
    percent="процента",
    groups=SPACE_GROUPS,
    openings="IVX",
    centuries=rf"{ROMAN}{GAP}век",
    eras=rf"\d{{1,4}}{GAP}г\.{GAP}пр\.{GAP}?(?:н\.{GAP}?е|Хр)\.",
    after_year=rf"(?:{GAP}(?:година|г\.))?",
    money="лева|лв\\.|евро|долара",
)


UKRAINIAN = Spaced(
    months="січня|лютого|березня|квітня|травня|червня|липня|серпня|вересня|жовтня|листопада"
    "|грудня|січень|січні|лютий|лютому|березень|березні|квітень|квітні|травень|травні|червень"
    "|червні|липень|липні|серпень|серпні|вересень|вересні|жовтень|жовтні|листопад|листопаді"
    "|грудень|грудні",
    units="км²|км|м²|м|см|мм|кг|га|т|кв\\. км|кілометр(?:и|ів|а)?|метр(?:и|ів|а)?|тонн|літрів"
    "|гектар(?:и|ів|а)?|років|роки|місяц(?:і|ів)|тижнів|днів|годин|хвилин|секунд|осіб|людей|людини"
    "|жител(?:і|ів)|мешканців",
    scales="тис\\.|тисяч[аі]?|млн\\.?|мільйон(?:а|и|ів)?|млрд\\.?|мільярд(?:а|и|ів)?|трлн\\.?",
    percent="відсотк(?:а|и|ів)|процент(?:а|и|ів)",
    groups=SPACE_GROUPS,
    openings="IVXХІ",
    centuries=rf"[IVXХІ]{{1,5}}{GAP}(?:століття|століттю|століттям|столітті|ст\.)",
    eras=rf"\d{{1,4}}{GAP}(?:рік|року|р\.){GAP}до{GAP}н\.{GAP}?е\.",
    after_year=rf"(?:{GAP}(?:року|році|рік|роком|р\.))?",
    money="гривень|гривні|грн\\.?|рублів|доларів|євро",
)
POLISH = Spaced(
    months="stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października"
    "|listopada|grudnia|styczniu|styczeń|lutym|luty|marcu|marzec|kwietniu|kwiecień|maju|maj"
    "|czerwcu|czerwiec|lipcu|lipiec|sierpniu|sierpień|wrześniu|wrzesień|październiku"
    "|październik|listopadzie|listopad|grudniu|grudzień",
    units="kilometr(?:y|ów|a)?(?: kwadratow(?:e|ych))?|metr(?:y|ów|a)?(?: kwadratow(?:e|ych))?"
    "|centymetr(?:y|ów)|hektar(?:y|ów|a)?|kilogram(?:y|ów|a)?|gram(?:y|ów)|ton[ay]?|litr(?:y|ów|a)?"
    "|lata|lat|miesięcy|miesiące|tygodni|dni|godzin[ay]?|minut[ay]?|sekund[ay]?|osób|osoby|ludzi"
    "|mieszkańców|m|ha|t",
    scales="sto|tysi(?:ąc|ące|ęcy|ąca)|milion(?:y|ów|a)?|miliard(?:y|ów|a)?|bilion(?:y|ów|a)?"
    "|tys\\.?|mln\\.?|mld\\.?|bln",
    percent="procent(?:a|y)?|proc\\.",
    groups=SPACE_GROUPS,
    openings="IVX",
    centuries=rf"{ROMAN}{GAP}(?:wieku|wiek|w\.)(?:{GAP}p\.{GAP}?n\.{GAP}?e\.)?",
    eras=rf"\d{{1,4}}{GAP}(?:rok(?:u)?{GAP}|r\.{GAP})?(?:p\.{GAP}?n\.{GAP}?e\.|n\.{GAP}?e\.)",
    after_year=rf"(?:{GAP}(?:roku|rokiem|rok|r\.))?",
    money="złotych|złote|zł|euro|dolarów|funtów",
)
CZECH = Spaced(
    months="ledna|února|března|dubna|května|června|července|srpna|září|října|listopadu|prosince"
    "|lednu|leden|únoru|únor|březnu|březen|dubnu|duben|květnu|květen|červnu|červen|červenci"
    "|červenec|srpnu|srpen|říjnu|říjen|listopad|prosinci|prosinec",
    units="kilometr(?:y|ů|u)?|metr(?:y|ů|u)?|centimetr(?:y|ů)|hektar(?:y|ů|u)?|kilogram(?:y|ů|u)?"
    "|gram(?:y|ů)|tun[ay]?|litr(?:y|ů|u)?|let|roky|roků|měsíců|měsíce|týdnů|dnů|dní|hodin[ay]?"
    "|minut[ay]?|sekund[ay]?|lidí|osob|obyvatel|m|ha|t",
    scales="sto|tisíce?|milion(?:y|ů|u)?|miliard[ay]?|bilion(?:y|ů)?|tis\\.|mil\\.|mld\\.|mld|mil",
    percent="procent(?:a|o)?",
    groups=SPACE_GROUPS,
    day=rf"{DAY}\.",
    centuries=rf"\d{{1,2}}\.{GAP}století(?:{GAP}př\.{GAP}?n\.{GAP}?l\.)?",
    eras=rf"\d{{1,4}}{GAP}(?:př\.{GAP}?)?n\.{GAP}?l\.",
    decades=rf"\d{{1,2}}\.{GAP}let(?:{GAP}\d{{1,2}}\.{GAP}století)?",
    money="korun[ay]?|Kč|eur|dolarů",
)
