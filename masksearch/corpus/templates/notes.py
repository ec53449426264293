"""Templates that say nothing within a sentence, and those that stand for a character.

Names are in lower case. Templates that stand on lines of their own need no entry.
"""

from __future__ import annotations

from masksearch.corpus.marks import BREAK

NOTE_OPTIONS = frozenset({"date", "time", "datum", "fecha", "дата"})
"""Options that notes about a text's quality have, and hardly any other template."""

TEXT_OF_NOTES = (" span", "-span", "範囲")
"""How the name of a note ends that holds the words it is about."""

NOTE_PREFIXES = (
    *("cite", "citation needed", "sfn", "harv", "infobox", "taxobox", "pp-", "use "),
    *("refn", "efn", "needs ", "better ", "page needed", "webarchive", "user"),
    *("réf", "référence", "navbox", "флаг "),
)

SOUND_PREFIXES = ("ipa", "respell", "pron", "audio", "аудио", "aussprache", "prononciation")
"""How templates of a pronunciation begin."""

NOTES = frozenset(
    {
        *("r", "rp", "ref", "note", "note label", "ref label", "cn", "fact", "facts", "citation"),
        *("dubious", "who", "whom", "whose", "when", "where", "why", "which", "what", "clarify"),
        *("by whom", "by whom?", "according to whom", "vague", "weasel inline", "weasel-inline"),
        *(
            "who?",
            "when?",
            "where?",
            "which?",
            "why?",
            "what?",
            "how",
            "how?",
            "clarification needed",
        ),
        *(
            "according to whom?",
            "example needed",
            "undue inline",
            "promotional inline",
            "pov inline",
        ),
        *(
            "peacock term",
            "verify source",
            "verification needed",
            "failed verification",
            "primary inline",
        ),
        *("specify", "discuss", "pov-statement", "or", "original research inline", "full", "fv"),
        *("synthesis-inline", "unreliable source", "unreliable source?", "dead link", "deadlink"),
        *("page number", "year needed", "update after", "update inline", "inflation-fn", "cref"),
        *("cref2", "cnote", "disambiguation needed", "dn", "disputed inline", "dubious-inline"),
        *(
            "contradict-inline",
            "quantify",
            "jargon-inline",
            "notetag",
            "notelist",
            "non-primary source needed",
        ),
        *(
            "full citation needed",
            "medical citation needed",
            "third-party inline",
            "self-published inline",
        ),
        *("anchor", "anchors", "anker", "ancre", "main", "see also", "further", "details", "about"),
        *(
            "for",
            "see",
            "clear",
            "-",
            "clr",
            "absatz",
            "hauptartikel",
            "siehe auch",
            "portal",
            "hatnote",
        ),
        *("refbegin", "refend", "reflist", "références", "commons", "commons category", "in lang"),
        *("flagicon", "flag icon", "flagicon image", "flagdeco", "drapeau", "국기나라", "increase"),
        *(
            "decrease",
            "steady",
            "gain",
            "loss",
            "increasenegative",
            "decreasepositive",
            "up",
            "down",
        ),
        *(
            "augmentation",
            "profit",
            "no change",
            "dagger",
            "double-dagger",
            "subscription required",
        ),
        *(
            "registration required",
            "wikiref",
            "multiple image",
            "double image",
            "tocright",
            "noteta",
        ),
        *(
            "来源请求",
            "來源請求",
            "fact2",
            "谁",
            "何时",
            "refnest",
            "要出典",
            "要検証",
            "いつ",
            "誰",
        ),
        *(
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
        *("источник?", "кто?", "какой?", "когда?", "где?", "джерело", "джерело?", "коли", "хто"),
        *("pas clair", "précision nécessaire", "article détaillé", "article connexe", "api"),
        *(
            "beleg",
            "belege fehlen",
            "enlace roto",
            "cita requerida",
            "senza fonte",
            "bron?",
            "feit",
        ),
        *("¿cuándo?", "¿quién?", "¿dónde?", "quem?", "quando?", "carece de fontes", "wer", "wann"),
        *(
            "fakt",
            "potrzebny przypis",
            "kto?",
            "kiedy?",
            "källa behövs",
            "vem",
            "när",
            "kdo?",
            "kdy?",
        ),
        *("doplňte zdroj", "zdroj?", "kaynak belirt", "kim", "butuh rujukan", "cần dẫn chứng"),
        *("بحاجة لمصدر", "مدرک", "نیازمند منبع", "דרוש מקור", "הבהרה", "उद्धरण आवश्यक", "तथ्य"),
        *("তথ্যসূত্র প্রয়োজন", "ต้องการอ้างอิง", "εκκρεμεί παραπομπή"),
        *(",", "0", "link note", "en icon", "de icon", "pad", "tsh", "osmrelation-inline"),
        *("fr icon", "es icon", "it icon", "ru icon", "ja icon", "zh icon", "ref-en", "ref-de"),
        *("coor d", "coor dm", "coor dms", "coor title dms", "coordinate", "toc", "toclimit"),
        *("short description", "good article", "featured article", "authority control"),
    }
)
"""What says nothing where it stands: a mark of the reader's, a picture, a head, a setting."""

_QUOTE = "&#39;"  # entities, so that they do not count as markup for italics
CHARACTERS = {
    **dict.fromkeys(("ndash", "en dash", "endash", "nnd"), "–"),
    **dict.fromkeys(
        ("snd", "spaced ndash", "spnd", "–", "spaced en dash", "snds", "sndash"), " – "
    ),
    **dict.fromkeys(("dash", "spaced dash", "spndsp", "nbsndash"), " – "),
    **dict.fromkeys(("mdash", "em dash", "mdashb", "emdash", "--", "---", "—"), "—"),
    **dict.fromkeys(("spaced mdash", "spaced em dash", "tiret"), " — "),
    **dict.fromkeys(("nbsp", "space", "sp", "thinsp", "thin space", "hair space", "nnbsp"), " "),
    **dict.fromkeys(("spaces", "hairsp", "narrow nbsp", "ensp", "emsp", "figure space"), " "),
    **dict.fromkeys(("shy", "zwj", "zwsp", "wbr", "zwnj", "lrm", "rlm"), ""),
    **dict.fromkeys(("nowrap begin", "nowrap end", "nobold begin"), ""),
    **{
        "hyphen": "-",
        "hyp": "-",
        "nbhyph": "‑",
        "nbh": "‑",
        "minus": "−",
        "plus": "+",
        "slash": "/",
    },
    **{"'": _QUOTE, "'s": f"{_QUOTE}s", "`": _QUOTE, "okina": "ʻ", "hamza": "ʾ", "ayin": "ʿ"},
    **{"'\"": f'{_QUOTE}"', "\"'": f'"{_QUOTE}', "-'": _QUOTE, "'-": _QUOTE, '-"': '"', '"-': '"'},
    **{"' \"": f'{_QUOTE}"', "\" '": f'"{_QUOTE}', "apostrophe": _QUOTE, "ʻ": "ʻ", "ʼ": "ʼ"},
    **{"pi": "π", "degree": "°", "deg": "°", "prime": "′", "pprime": "″", "times": "×"},
    **{
        "plusminus": "±",
        "±": "±",
        "approx": "≈",
        "infinity": "∞",
        "section-sign": "§",
        "sect": "§",
    },
    **{"·": " · ", "•": " • ", "dot": " · ", "middot": " · ", "bull": " • ", "bullet": " • "},
    **{
        "\\": " / ",
        "ellipsis": "...",
        "...": "...",
        "…": "…",
        "asterisk": "*",
        "*": "•",
        "sdot": "⋅",
    },
    **{"=": "=", "!": "&#124;", "(": "{", ")": "}", "((": "&#123;&#123;", "))": "&#125;&#125;"},
    **{"!(": "&#91;", ")!": "&#93;", "pipe": "&#124;", "colon": ":", "number sign": "#", "~": "~"},
    **{"sharp": "♯", "flat": "♭", "natural": "♮", "euro": "€", "cent": "¢", "pound sign": "£"},
    **{name: name for name in ("1/2", "1/3", "2/3", "1/4", "3/4", "1/5", "1/8", "3/8", "5/8")},
    **{"½": "½", "¼": "¼", "¾": "¾", "no.": "No.", "numero": "No.", "peso": "₱", "yen": "¥"},
    **{"1er": "1er", "1re": "1re", "ier": "Ier", "ire": "Ire", "iie": "IIe", "iiie": "IIIe"},
    **{f"{n}e": f"{n}e" for n in range(2, 101)},
    **{"n°": "n°", "av jc": "av. J.-C.", "ap jc": "apr. J.-C.", "av. j.-c.": "av. J.-C."},
    **{"a. c.": "a. C.", "d. c.": "d. C.", "a.c.": "a.C.", "d.c.": "d.C."},
    **{
        "pb": BREAK,
        "parabr": BREAK,
        "paragraph break": BREAK,
        "break": " ",
        "br": " ",
        "crlf": " ",
    },
}
