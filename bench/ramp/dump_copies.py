"""A larger dump out of a small one: its pages again and again, with new ids and salted words."""

from __future__ import annotations

import bz2
import re
from collections.abc import Iterator
from pathlib import Path

PAGES_PER_STREAM = 10
_PAGE = re.compile(r"  <page>.*?</page>\n", re.DOTALL)
_PAGE_ID = re.compile(r"<id>(\d+)</id>")
_TITLE = re.compile(r"<title>(.*?)</title>")
_WORD = re.compile(r"(?<= )([a-z]{5,9})(?=[ ,.])")
_SALTED = 5
"""Every so manieth plain word is another one in every copy."""
_IDS_APART = 10**8


def write_copies(source: Path, target: Path, copies: int) -> int:
    """Write a multistream dump like Wikimedia's; returns its unpacked bytes."""
    with bz2.open(source, "rt", encoding="utf-8") as file:
        text = file.read()
    first = text.index("  <page>")
    pages = _PAGE.findall(text)
    with target.open("wb") as file:
        unpacked = _stream(file, text[:first])
        for copy in range(copies):
            for start in range(0, len(pages), PAGES_PER_STREAM):
                group = pages[start : start + PAGES_PER_STREAM]
                unpacked += _stream(file, "".join(_copied(page, copy) for page in group))
        return unpacked + _stream(file, "</mediawiki>\n")


def copied_pages(path: Path) -> Iterator[str]:
    """The wikitext of the articles of such a dump, unescaped."""
    from xml.etree import ElementTree

    with bz2.open(path, "rt", encoding="utf-8") as file:
        for page in _PAGE.findall(file.read()):
            read = ElementTree.fromstring(page)
            if read.findtext("ns") == "0" and read.find("redirect") is None:
                yield read.findtext("revision/text") or ""


def _stream(file: object, text: str) -> int:
    data = text.encode()
    file.write(bz2.compress(data))  # type: ignore[attr-defined]
    return len(data)


def _copied(page: str, copy: int) -> str:
    """The page with an id and a title of its own, and words of its own."""
    if not copy:
        return page
    page = _PAGE_ID.sub(lambda match: f"<id>{int(match[1]) + copy * _IDS_APART}</id>", page, 1)
    page = _TITLE.sub(lambda match: f"<title>{match[1]} {copy}</title>", page, 1)
    number = 0
    salt = "".join("bcdfghklmn"[int(digit)] for digit in f"{copy:02d}")

    def salted(match: re.Match[str]) -> str:
        nonlocal number
        number += 1
        return f"{match[1]}{salt}" if number % _SALTED == 0 else match[1]

    return _WORD.sub(salted, page)
