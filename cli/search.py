"""`masksearch search`: what an agent would be shown for a query."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import with_options
from cli.recipe import Wishes, load_recipe
from cli.work import Options, Report, existing_run, names_address, read_settings, tell
from masksearch.run_folder import CONFIG, RunFolder
from masksearch.search.addressee import check_addressee
from masksearch.search.engines import ENGINES, INDEX_KINDS
from masksearch.text import printable

if TYPE_CHECKING:
    from pathlib import Path

    from masksearch.config import SearchConfig
    from masksearch.ports import SearchBackend
    from masksearch.schemas import Hit
    from masksearch.settings import Settings

_TITLE_WIDTH = 32


@with_options("run", "assignments", "as_json")
def search(
    options: Options,
    query: Annotated[str, typer.Argument(help="What to search for.")],
    top_k: Annotated[
        int | None, typer.Option("--top-k", min=1, help="Hits to show; else the recipe's.")
    ] = None,
    backend: Annotated[
        str | None,
        typer.Option(
            "--backend",
            help=f"{', '.join(INDEX_KINDS)} (the run's index), {', '.join(ENGINES)}; "
            "else the recipe's.",
            metavar="NAME",
        ),
    ] = None,
    base_url: Annotated[
        str | None, typer.Option("--base-url", help="Where the engine is.", metavar="URL")
    ] = None,
) -> None:
    """Search as an agent does, in a run's passages or on the web."""
    flags = {"backend": backend, "base_url": base_url, "top_k": top_k}
    given = {name: value for name, value in flags.items() if value is not None}
    wishes = Wishes(None, options.assignments, {"search": given})
    config = load_recipe(RunFolder(options.run), wishes).search
    settings = read_settings()
    if not names_address(options, {"search": given}):
        check_addressee(config, settings, options.run / CONFIG)
    engine = _open(options.run, config, settings)
    [hits] = asyncio.run(engine.search([query], top_k=config.top_k))
    figures = {"query": query, "hits": [hit.model_dump() for hit in hits]}
    if options.as_json:
        tell(Report(figures, []), as_json=True)
    else:
        _show(hits, query)


def _open(run: Path, config: SearchConfig, settings: Settings) -> SearchBackend:
    """The run's search; of an engine outside also without a run."""
    from masksearch.search.factory import SearchFactory

    if config.backend in INDEX_KINDS or run.exists():
        return SearchFactory(existing_run(run), settings).open(config)
    return SearchFactory(RunFolder(run), settings).open_without_run(config)


def _show(hits: Sequence[Hit], query: str) -> None:
    """A table of the hits, the query's words in bold where this is a terminal."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    from masksearch.search.snippets import query_words

    if not hits:
        typer.echo("nothing was found")
        return
    title = Column("title", max_width=_TITLE_WIDTH, overflow="fold")
    table = Table("", title, "text", "score", box=SIMPLE_HEAD, show_edge=False)
    for rank, hit in enumerate(hits, 1):
        text = Text(printable(hit.text))
        for start, end in query_words(text.plain, query):
            text.stylize("bold", start, end)
        named = Text.assemble(printable(hit.title), "\n", (printable(hit.url or hit.id), "dim"))
        table.add_row(str(rank), named, text, f"{hit.score:.2f}")
    Console().print(table)
