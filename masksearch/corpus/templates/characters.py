"""Templates that stand for a character or a short sign, by their names in lower case."""

from __future__ import annotations

from masksearch.corpus.marks import BREAK, LOST
from masksearch.corpus.templates.arguments import Arguments

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
    **{"=": "&#61;", "!": "&#124;", "(": "{", ")": "}", "((": "&#123;&#123;", "))": "&#125;&#125;"},
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

_BEFORE = {*"€¢£₱¥±≈−+", "No.", "n°"}
_AFTER = {*"°′″"}


def character(name: str, given: Arguments) -> str:
    """The sign with the words it was given: `{{no.|5}}` as `No. 5`, `{{5e|corps}}` as `5e corps`.

    Spaces are given how many they are; LOST for words that nobody expects there.
    """
    sign, words = CHARACTERS[name], " ".join(given.given)
    if not words:
        return sign
    if not sign.strip():
        is_count = words.isdecimal() and bool(sign)
        return sign if is_count else LOST if sign else "".join(given.given)
    if sign in _BEFORE:
        return f"{sign}{'' if len(sign) == 1 else ' '}{words}"
    if sign in _AFTER:
        return words + sign
    return f"{sign} {words}" if sign[:1].isalnum() and sign.endswith("e") else LOST
