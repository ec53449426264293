"""`masksearch corpus`: from a dump or files to documents and passages."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import BULK, LimitOption, with_options
from cli.stages import run_corpus
from cli.work import Options, open_work, perform_one
from masksearch.stages import DOCUMENTS, PASSAGES

app = typer.Typer(no_args_is_help=True, help="Documents and passages from a dump or files.")


@app.command("build")
@with_options(*BULK)
def build(
    options: Options,
    source: Annotated[
        str | None,
        typer.Argument(
            help="A MediaWiki dump (.xml, .bz2, .gz), .jsonl, .parquet, a folder of .txt and "
            ".md files, or `demo`."
        ),
    ] = None,
    id_field: Annotated[
        str | None, typer.Option("--id-field", help="The field of a document's id.")
    ] = None,
    title_field: Annotated[
        str | None, typer.Option("--title-field", help="The field of its title.")
    ] = None,
    text_field: Annotated[
        str | None, typer.Option("--text-field", help="The field of its text.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="The corpus's name in ids.")] = None,
    lang: Annotated[
        str | None, typer.Option("--lang", help="The text's language, where the dump is wrong.")
    ] = None,
    limit: LimitOption = None,
) -> None:
    """Read a corpus into documents, and cut those into passages."""
    section = {
        "source": source,
        "id_field": id_field,
        "title_field": title_field,
        "text_field": text_field,
        "name": name,
        "lang": lang,
        "limit": limit,
    }
    perform_one(open_work(options, {"corpus": section}, makes=(DOCUMENTS, PASSAGES)), run_corpus)
