"""Templates that say nothing within a sentence, and those that stand for a character.

Names are in lower case. Templates that stand on lines of their own need no entry.
"""

from __future__ import annotations

from masksearch.corpus.marks import BREAK

NOTE_OPTIONS = frozenset({"date", "time"})
"""Options that notes about a text's quality have, and hardly any other template."""

NOTE_PREFIXES = (
    *("cite", "citation needed", "sfn", "harv", "ipa", "infobox", "taxobox", "pp-", "use "),
    *("refn", "efn", "needs ", "better ", "page needed", "webarchive", "user", "#tag:"),
    *("réf", "référence", "navbox", "флаг "),
)

NOTES = frozenset(
    {
        *("r", "rp", "ref", "note", "note label", "ref label", "cn", "fact", "facts", "citation"),
        *("dubious", "who", "whom", "whose", "when", "where", "why", "which", "what", "clarify"),
        *("by whom", "by whom?", "according to whom", "vague", "weasel inline", "weasel-inline"),
        *("peacock term", "verify source", "verification needed", "failed verification"),
        *("specify", "discuss", "pov-statement", "or", "original research inline", "full"),
        *("synthesis-inline", "unreliable source", "unreliable source?", "dead link", "deadlink"),
        *("page number", "year needed", "update after", "update inline", "inflation-fn", "cref"),
        *("cref2", "cnote", "disambiguation needed", "dn", "disputed inline", "dubious-inline"),
        *(
            "contradict-inline",
            "example needed",
            "quantify",
            "jargon-inline",
            "notetag",
            "notelist",
        ),
        *("respell", "pronunciation", "pron-en", "audio", "listen", "prononciation", "소리"),
        *(
            "coord",
            "coor d",
            "coor dm",
            "coor dms",
            "coor title dms",
            "coordinate",
            "osmrelation-inline",
        ),
        *("anchor", "anchors", "anker", "ancre", "main", "see also", "further", "details", "about"),
        *("for", "see", "clear", "-", "clr", "absatz", "hauptartikel", "siehe auch", "portal"),
        *("refbegin", "refend", "reflist", "références", "commons", "commons category", "in lang"),
        *("flagicon", "flag icon", "flagicon image", "drapeau", "국기나라", "increase", "decrease"),
        *(
            "steady",
            "gain",
            "loss",
            "increasenegative",
            "decreasepositive",
            "augmentation",
            "dagger",
        ),
        *("double-dagger", "subscription required", "registration required", "doi", "isbn", "issn"),
        *(
            "oclc",
            "pmid",
            "arxiv",
            "jstor",
            "wikiref",
            "multiple image",
            "double image",
            "tocright",
        ),
        *(
            "noteta",
            "来源请求",
            "來源請求",
            "fact2",
            "谁",
            "何时",
            "refnest",
            "要出典",
            "要検証",
            "いつ",
        ),
        *(
            "誰",
            "要説明",
            "要ページ番号",
            "出典の明記",
            "출처",
            "출처 필요",
            "각주",
            "источник",
            "нет аи",
        ),
        *("уточнить", "когда", "кто", "переход", "refnec", "qui", "quand", "qui ?", "quand ?"),
        *("pas clair", "précision nécessaire", "article détaillé", "article connexe", "api"),
        *("beleg", "belege fehlen", "enlace roto", "cita requerida", "senza fonte", "bron?"),
        *("carece de fontes", "fakt", "kaynak belirt", ",", "0", "link note", "en icon", "de icon"),
        *("fr icon", "es icon", "it icon", "ru icon", "ja icon", "zh icon", "ref-en", "ref-de"),
    }
)

CHARACTERS = {
    **{"ndash": "–", "snd": " – ", "spaced ndash": " – ", "spnd": " – ", "mdash": "—", "–": " – "},
    **{"spaced en dash": " – ", "en dash": "–", "em dash": "—", "mdashb": "—", "dash": " – "},
    **{"nbsp": " ", "space": " ", "sp": " ", "thinsp": " ", "thin space": " ", "hair space": " "},
    **{
        "shy": "",
        "zwj": "",
        "zwsp": "",
        "wbr": "",
        "zwnj": "",
        "nowrap begin": "",
        "nowrap end": "",
    },
    # As entities, so that they do not count as markup for italics.
    **{"'": "&#39;", "'s": "&#39;s", "`": "&#39;", "okina": "ʻ", "hamza": "ʾ", "ayin": "ʿ"},
    **{"pi": "π", "degree": "°", "deg": "°", "prime": "′", "pprime": "″", "times": "×"},
    **{"·": " · ", "•": " • ", "dot": " · ", "middot": " · ", "bull": " • ", "\\": " / "},
    **{"=": "=", "!": "", "(": "{", ")": "}", "sharp": "♯", "flat": "♭", "natural": "♮"},
    **{"½": "½", "¼": "¼", "¾": "¾", "no.": "No.", "numero": "No.", "euro": "€", "cent": "¢"},
    **{"1er": "1er", "ier": "Ier", "n°": "n°", "av jc": "av. J.-C.", "ap jc": "apr. J.-C."},
    **{"pb": BREAK, "parabr": BREAK, "paragraph break": BREAK, "break": " ", "br": " "},
}
