"""Private-use characters that stand for what a page's text cannot say while it is cleaned.

Links, list items, headings and what was lost are kept as marks, so that cleaning cannot
shift an offset that is not yet taken.
"""

from __future__ import annotations

import re

OPEN, NUMBERED, CLOSE = "\ue000\ue001\ue002"
"""A link: `OPEN 12 NUMBERED anchor CLOSE`, with its number among the page's links."""
FORMULA = "\ue003"
"""A formula that was taken out: what it stood in says nothing without it."""
GAP = "\ue004"
"""A template that nobody knows was taken out: perhaps a word of the sentence, perhaps a note."""
BREAK = "\ue005"
"""The end of a paragraph within a line."""
LOST = "\ue006"
"""Words of the sentence that nobody here can tell: what they stood in goes."""
SOUND = "\ue007"
"""A pronunciation that was taken out: a note beside a name, or what a sentence speaks of."""
FILLED = "\ue008"
"""The same as GAP for a template that was given words."""
MARKS = re.compile("[\ue000-\ue008]")
GAPS = re.compile(f"[{GAP}{FILLED}{SOUND}]")
UNTOLD = re.compile(f"[{FORMULA}{GAP}{LOST}{SOUND}{FILLED}]")
LINK_MARKS = re.compile(f"{OPEN}\\d+{NUMBERED}|{CLOSE}")


def without_marks(text: str) -> str:
    """Text on one line, with no link or other mark left in it."""
    return " ".join(MARKS.sub("", LINK_MARKS.sub("", text)).split())


def anchor(shown: str, number: int) -> str:
    """A link's text, marked with its number; white space stays outside."""
    inner = " ".join(shown.split())
    before = " " if shown[:1].isspace() else ""
    after = " " if shown[-1:].isspace() else ""
    return f"{before}{OPEN}{number}{NUMBERED}{inner}{CLOSE}{after}"
