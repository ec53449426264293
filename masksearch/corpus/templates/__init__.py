"""What templates show: those that carry a sentence's content are rendered, notes are not.

A template that nobody here knows leaves a mark: `masksearch.corpus.holes` judges by where
it stood whether the sentence lost a word with it. One that is known to carry words that
cannot be told leaves another, and its paragraph goes wherever it stood.
"""

from __future__ import annotations

import re

from masksearch.corpus.marks import FILLED, GAP, LOST, SOUND
from masksearch.corpus.templates import (
    dates,
    given_text,
    interlanguage,
    languages,
    lists,
    numbers,
    places,
)
from masksearch.corpus.templates.arguments import Arguments, read_arguments
from masksearch.corpus.templates.characters import CHARACTERS, character
from masksearch.corpus.templates.functions import TRANSCLUSIONS, function, variable
from masksearch.corpus.templates.local import BY_LANGUAGE
from masksearch.corpus.templates.notes import (
    NOTE_OPTIONS,
    NOTE_PREFIXES,
    NOTES,
    SOUND_PREFIXES,
    TEXT_OF_NOTES,
)
from masksearch.corpus.templates.rendering import (
    MAY_SAY_NOTHING,
    Rendering,
    last,
    words_of_a_note,
)

_FAMILIES = (places, numbers, dates, interlanguage, languages, lists, given_text)
_MOST_PREFIXES = 4
_LIKE_A_NOTE = re.compile(r"ref|not[ea]|cit[ae]|fn\b|source|quelle|beleg|bron|需|注|сноск|needed")
"""What the names of notes have in common: those are given a page or a name."""
_COMMON: dict[str, Rendering] = {
    name: rendering for family in _FAMILIES for name, rendering in family.COMMON.items()
}


def shown(parts: list[str], lang: str = "en") -> str:
    """What a template shows, by its name and raw arguments; GAP or LOST where nobody knows."""
    lang = lang or "en"
    name, before_colon = _name(parts[0])
    if before_colon is not None:
        return function(name, [before_colon, *parts[1:]], lang)
    if rendering := _rendering(name, lang):
        return _rendered(rendering, read_arguments(parts[1:], lang))
    if name in CHARACTERS:
        return character(name, read_arguments(parts[1:], lang))
    return _note(name, parts[1:], lang)


def _name(written: str) -> tuple[str, str | None]:
    """A template's name as the wiki reads it, and what follows the colon of a function."""
    name = _plain(written)
    if name in _COMMON or name in CHARACTERS:
        return name, None
    for _ in range(_MOST_PREFIXES):
        before, colon, rest = written.partition(":")
        if not colon:
            return _plain(written), None
        if _plain(before) not in TRANSCLUSIONS:
            return _plain(before), rest.strip()
        written = rest
    return _plain(written), None


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").split()).lower()


def _rendering(name: str, lang: str) -> Rendering | None:
    for code in (lang, lang.partition("-")[0]):
        if local := BY_LANGUAGE.get(code, {}).get(name):
            return local
    return _COMMON.get(name) or _by_beginning(name)


def _by_beginning(name: str) -> Rendering | None:
    """The rendering of a family whose names go on with a language's code or a script."""
    before, hyphen, code = name.replace(" ", "-", 1).partition("-")
    if hyphen and languages.is_code(code):
        if before == "lang":
            return languages.labelled_by_name(code)
        if before == "link":
            return interlanguage.linked()
    if name.startswith("script/"):
        return last
    return words_of_a_note if name.endswith(TEXT_OF_NOTES) else None


def _rendered(rendering: Rendering, given: Arguments) -> str:
    """What the rendering makes; a mark where it finds nothing to show in what was given.

    A name with nothing or none but unknown options may be another template's: `НП` of a
    town's box, `IND` and `ESP` of countries.
    """
    text = rendering(given)
    if text.strip() or rendering in MAY_SAY_NOTHING | {places.coordinates}:
        return text
    return LOST if any(given.placed) else GAP


def _note(name: str, raw: list[str], lang: str) -> str:
    if name in NOTES or name.startswith(NOTE_PREFIXES):
        return ""
    if name.startswith(SOUND_PREFIXES) or name == "소리":
        return SOUND
    if made := variable(name):
        return made
    given = read_arguments(raw, lang)
    if NOTE_OPTIONS & given.named.keys():
        return GAP if given.given else ""
    is_filled = bool(given.given) and not _LIKE_A_NOTE.search(name)
    return FILLED if is_filled else GAP
