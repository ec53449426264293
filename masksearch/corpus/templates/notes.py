"""Templates that say nothing within a sentence.

Names are in lower case. Templates that stand on lines of their own need no entry.
"""

from __future__ import annotations

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
