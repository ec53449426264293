"""Templates that link to a page of another wiki, and show the name that the page has here."""

from __future__ import annotations

from masksearch.corpus.templates.arguments import Arguments
from masksearch.corpus.templates.languages import is_code
from masksearch.corpus.templates.rendering import Rendering, table

_LABELS = ("lt", "label", "display", "text", "texte", "tekst", "текст", "d", "표시")
_HERE = ("fr", "en", "надо", "треба")


def _shown(*places: int | str) -> Rendering:
    """A label by name, else the first of these places that is given."""
    return lambda given: given.first_of(*_LABELS, *places)


def _interlanguage(given: Arguments) -> str:
    """`{{ill|Title here|de|Titel dort|lt=Label}}`; some wikis put the language first."""
    if is_code(given.at(1)) and given.at(1).islower() and given.at(2) and not is_code(given.at(2)):
        return given.first_of(*_LABELS) or ("" if given.at(3) else given.at(2))
    return given.first_of(*_LABELS, 1)


def linked() -> Rendering:
    """The rendering of `link-` and a code: `{{link-en|here|there|label}}`."""
    return _shown(3, 1)


def _french(given: Arguments) -> str:
    return given.first_of(*_LABELS, given.base_lang, *_HERE, 1)


COMMON = table(
    (
        _interlanguage,
        (
            *(
                "ill",
                "interlanguage link",
                "interlanguage link multi",
                "illm",
                "ill2",
                "liên kết ngôn ngữ",
            ),
            *("link interwiki", "interwiki link", "enlace interlengua"),
        ),
    ),
    (_french, ("lien", "link-interwiki", "enlink")),
    (_shown(4, 3, 2), ("tsl", "translink", "translate link")),
    (_shown(3, 1), ("le", "link-le", "internal link helper/en", "link-en", "langlink")),
    (_shown(1), ("仮リンク", "임시링크", "임시 링크")),
    (
        _shown(2, 1, *_HERE),
        (
            *("нп", "нп1", "нп2", "нп3", "нп4", "нп5", "не переведено", "iw", "не перекладено"),
            *(f"не переведено {n}" for n in range(1, 6)),
        ),
    ),
)
"""Links between languages, on all wikis."""
