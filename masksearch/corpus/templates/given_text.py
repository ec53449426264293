"""Templates that show their text as it is given, or with some sign around it."""

from __future__ import annotations

import re

from masksearch.corpus.marks import LOST
from masksearch.corpus.templates.arguments import Arguments
from masksearch.corpus.templates.locales import grouped
from masksearch.corpus.templates.rendering import (
    around,
    joined,
    last,
    nothing,
    one_of,
    paragraph,
    prefixed,
    table,
)

_ADDRESS = re.compile(r"(?:https?:)?//(?:www\.)?|/+$", re.IGNORECASE)
_VERSE = re.compile(r"\d+(?:[:,.–-]|$)")
_SIGNS = {"flat": "♭", "sharp": "♯", "natural": "♮", "b": "♭", "#": "♯", "doublesharp": "𝄪"}


def _sic(given: Arguments) -> str:
    """`{{sic|word}}` as `word [sic]`, without the note where that is hidden."""
    words = "".join(given.given[:2])
    hidden = given.says("hide") or given.says("nolink")
    return words if words and hidden else f"{words} [sic]".strip()


def _address(given: Arguments) -> str:
    """`{{URL|https://example.org/|text}}` as its text, or the address as it is shown."""
    return given.at(2) or _ADDRESS.sub("", given.at(1))


def _website(given: Arguments) -> str:
    return given.first_of(2, "name") or "Official website"


def _section(given: Arguments) -> str:
    """`{{section link|Oslo|Parks}}` as `Oslo § Parks`."""
    page, *sections = given.given or [""]
    return f"{page} § {' § '.join(sections)}" if sections else page


def _music(given: Arguments) -> str:
    return _SIGNS.get(given.at(1).lower(), LOST)


def _colored(given: Arguments) -> str:
    """`{{font color|red|white|text}}` and `{{color|red|text}}`: the last of two or three."""
    return given.first_of("text", 3, 2)


def _authors(given: Arguments) -> tuple[str, str]:
    *names, year = given.given or [""]
    first, *others = names or [""]
    if len(others) > 2:
        return f"{first} et al.", year
    return " & ".join(filter(None, [", ".join([first, *others[:-1]]), *others[-1:]])), year


def _cited_in_text(given: Arguments) -> str:
    """`{{harvtxt|Berg|Dahl|1990|p=5}}` as `Berg & Dahl (1990, p. 5)`."""
    names, year = _authors(given)
    page = f", p. {given.named['p']}" if given.named.get("p") else ""
    return f"{names} ({year}{page})"


def _cited(given: Arguments) -> str:
    names, year = _authors(given)
    return f"{names} {year}"


def _patent(given: Arguments) -> str:
    return f"U.S. patent {grouped(given.at(1))}"


def _verse(given: Arguments) -> str:
    """`{{bibleverse|1|John|3:16|KJV}}` as `1 John 3:16`; a label stands behind the version."""
    verse = next((n for n, one in enumerate(given.placed) if n and _VERSE.match(one)), 1)
    return given.at(verse + 3) or " ".join(filter(None, given.placed[: verse + 1]))


def _sort_name(given: Arguments) -> str:
    return " ".join(given.given[:2])


_TEXT = (
    *("large", "nq", "sans-serif", "serif", "monospace"),
    *(
        "nowrap",
        "nobr",
        "no wrap",
        "nobreak",
        "small",
        "smaller",
        "smallcaps",
        "sc",
        "scaps",
        "big",
    ),
    *("larger", "larger-text", "huge", "abbr", "abbrv", "abbreviation", "abbrlink", "abréviation"),
    *(
        "abrd",
        "em",
        "strong",
        "b",
        "bold",
        "nobold",
        "noitalic",
        "italic",
        "i",
        "normal",
    ),
    *(
        "mono",
        "code",
        "tt",
        "kbd",
        "samp",
        "codett",
        "pre2",
        "proper name",
        "notatypo",
        "as written",
    ),
    *("underline", "u", "overline", "strikethrough text", "ucfirst", "center", "centre", "left"),
    *("right", "title", "ins", "longitem", "n/a", "marriage", "no italics", "allcaps", "nocaps"),
    *(
        "comment",
        "tooltip",
        "tooltip2",
        "unicode",
        "polytonic",
        "ipalink",
        "ipablink",
        "pie",
        "ltr",
    ),
    *(
        "rtl",
        "large",
        "nq",
        "bdi",
        "bidi",
        "nastaliq",
        "naskh",
        "small caps",
        "petit",
        "lower",
        "raise",
        "vol.",
    ),
    *("iast", "unbreak", "nw", "esd", "versalita", "versalitas", "term", "defn", "highlight"),
    *("block indent", "terme défini", "texte", "grc-gre", "僻字", "zy", "ipa symbol"),
    *("補助漢字フォント", "jis2004フォント", "cp932フォント", "jis90フォント", "拡張漢字"),
)
COMMON = table(
    (one_of("text", 1), _TEXT),
    (joined(""), ("not a typo", "chem name", "typo", "proper", "linktext")),
    (one_of("text", 1), ("visible anchor", "vanchor", "va", "anchored text")),
    (last, ("resize", "font size", "fontsize", "align", "aligned", "float text")),
    (
        one_of(2, "content", "text"),
        (
            *(
                "sort",
                "hover title",
                "h:title",
                "legend inline",
                "legend",
                "bg",
                "background color",
            ),
            *("bgcolor", "bg-color", "sorttext"),
        ),
    ),
    (
        _colored,
        ("color", "colour", "font color", "fontcolour", "font colour", "fcolor", "fontcolor"),
    ),
    (one_of("text", 2, 1), ("font",)),
    (_sort_name, ("sortname",)),
    (_verse, ("bibleverse", "bibleref", "bibleref2", "bv", "bible verse", "bibledb", "quran-usc")),
    (_sic, ("sic",)),
    (around("⟨", "⟩"), ("angbr", "angle bracket", "angle brackets", "grapheme", "angbr ipa")),
    (around("[", "]"), ("bracket", "brackets", "interp", "square bracket", "interpolation")),
    (around("“", "”"), ("qi", "inline quote")),
    (around("&#39;", "&#39;"), ("single quotes", "single+double")),
    (joined("+"), ("keypress", "key press", "key", "key combination", "button")),
    (joined(" > "), ("menu",)),
    (joined(" "), ("post-nominals", "postnominals", "post-nominal", "postnom")),
    (lambda given: given.at(1).upper(), ("uc", "uppercase")),
    (lambda given: given.at(1).lower(), ("lc",)),
    (_address, ("url", "url2")),
    (_website, ("official website", "official site", "official", "officialwebsite")),
    (_section, ("section link", "slink", "sectionlink", "section-link", "seclink")),
    (_music, ("music",)),
    *(
        (prefixed(f"{name.upper()} "), (name,))
        for name in ("isbn", "issn", "oclc", "pmid", "jstor")
    ),
    (prefixed("doi:"), ("doi",)),
    (_cited_in_text, ("harvtxt", "harvcoltxt", "harvard citation text")),
    (_cited, ("harvnb", "harvcolnb", "harvard citation no brackets")),
    (_patent, ("us patent",)),
    (prefixed("arXiv:"), ("arxiv",)),
    (paragraph("content", 1), ("columns-list", "columnslist", "div col content")),
    (
        nothing,
        (
            *("hs", "ntsh", "sort key", "sortkey", "hidden sort key", "display none", "void"),
            *("hidden", "hidden begin", "hidden end", "noprint", "collapse", "collapse top"),
            *("collapse bottom", "dtsh", "hidden text"),
        ),
    ),
    (
        paragraph("text", "quote", "content", "цитата", "zitat", "texte", "testo", 1),
        (
            *(
                "quote",
                "blockquote",
                "cquote",
                "quotation",
                "bq",
                "poemquote",
                "rquote",
                "poem quote",
            ),
            *("block quote", "verse translation", "zitat", "citat", "citaat", "cytat", "citazione"),
            *("citation bloc", "цитата", "cita", "citação", "alıntı", "citát", "sitat", "kutipan"),
            *("centered pull quote", "pull quote", "bquote"),
        ),
    ),
)
"""Templates that mean the same wherever they are used; many wikis took over English ones."""
