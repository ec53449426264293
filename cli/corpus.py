"""`masksearch corpus`: from a dump or files to documents and passages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from cli.options import BULK, LimitOption, with_options
from cli.stages import run_corpus
from cli.work import Options, open_work, perform_one
from masksearch.corpus.names import readable
from masksearch.stages import DOCUMENTS, PASSAGES

app = typer.Typer(no_args_is_help=True, help="Documents and passages from a dump or files.")


@app.command("build")
@with_options(*BULK)
def build(
    options: Options,
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            help="MediaWiki dumps, .jsonl, .parquet, .txt, .md, tars of JSON lines (each plain "
            "or packed), folders of them, or `demo`; several are one corpus.",
            metavar="SOURCE",
        ),
    ] = None,
    id_field: Annotated[
        str | None,
        typer.Option("--id-field", help="The field of a document's id; `a.b` is b within a."),
    ] = None,
    title_field: Annotated[
        str | None, typer.Option("--title-field", help="The field of its title.")
    ] = None,
    text_field: Annotated[
        str | None, typer.Option("--text-field", help="The field of its text.")
    ] = None,
    url_field: Annotated[
        str | None, typer.Option("--url-field", help="The field of its address.")
    ] = None,
    lang_field: Annotated[
        str | None, typer.Option("--lang-field", help="The field of its language's code.")
    ] = None,
    licence_field: Annotated[
        str | None, typer.Option("--licence-field", help="The field of its licence.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="The corpus's name in ids.")] = None,
    lang: Annotated[
        str | None, typer.Option("--lang", help="The text's language, where the dump is wrong.")
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option("--encoding", help="That of text and JSON files, where it is not UTF-8."),
    ] = None,
    limit: LimitOption = None,
) -> None:
    """Read a corpus into documents, and cut those into passages."""
    section = {
        "source": _recorded(sources or []),
        "id_field": id_field,
        "title_field": title_field,
        "text_field": text_field,
        "url_field": url_field,
        "lang_field": lang_field,
        "licence_field": licence_field,
        "encoding": encoding,
        "name": name,
        "lang": lang,
        "limit": limit,
    }
    perform_one(open_work(options, {"corpus": section}, makes=(DOCUMENTS, PASSAGES)), run_corpus)


def _recorded(sources: Sequence[str]) -> str | tuple[str, ...] | None:
    """The sources as a recipe holds them, which cannot hold paths that are not UTF-8."""
    named = tuple(map(readable, sources))
    return named if len(named) > 1 else named[0] if named else None
