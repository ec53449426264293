"""`masksearch index` and `masksearch search`: the index over a run's passages."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from cli.options import (
    DEFAULT_RUN,
    IfExistsOption,
    JsonOption,
    PromptsOption,
    RecipeOption,
    RunOption,
    SetOption,
)
from cli.show import hit_lines
from cli.stages import run_index
from cli.work import (
    Options,
    Report,
    existing_run,
    existing_work,
    open_work,
    perform_one,
    tell,
)
from masksearch.run_folder import INDEX, IfExists

app = typer.Typer(no_args_is_help=True, help="The search index over a run's passages.")


@app.command("build")
def build(
    run: RunOption = DEFAULT_RUN,
    recipe: RecipeOption = None,
    assignments: SetOption = None,
    prompts: PromptsOption = None,
    if_exists: IfExistsOption = IfExists.RESUME,
    as_json: JsonOption = False,
) -> None:
    """Index the passages for BM25 search."""
    options = Options(run, recipe, assignments or (), prompts, if_exists, as_json)
    perform_one(open_work(options), run_index)


@app.command("info")
def info(run: RunOption = DEFAULT_RUN, as_json: JsonOption = False) -> None:
    """Say what the index holds and how it was made."""
    from masksearch.search.index import checked_folder

    opened = existing_run(run)
    folder, corpus_hash = checked_folder(opened)
    manifest = opened.stage(INDEX).manifest
    figures = {
        "folder": str(folder),
        "passages": manifest["counts"]["passages"],
        "corpus_hash": corpus_hash,
        "bytes": sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()),
        **manifest["settings"],
    }
    tell(Report(figures, [f"{key}: {value}" for key, value in figures.items()]), as_json=as_json)


@app.command("verify")
def verify(run: RunOption = DEFAULT_RUN, as_json: JsonOption = False) -> None:
    """Check every byte of the index, and that it is of the run's passages."""
    from masksearch.search.index import verify_index

    counts = verify_index(existing_run(run))
    tell(Report(counts, [f"the index is whole: {counts['passages']:,} passages"]), as_json=as_json)


def search(
    query: Annotated[str, typer.Argument(help="What to search for.")],
    top_k: Annotated[
        int | None, typer.Option("--top-k", min=1, help="Hits to show; else the recipe's.")
    ] = None,
    run: RunOption = DEFAULT_RUN,
    as_json: JsonOption = False,
) -> None:
    """Search a run's passages as an agent does."""
    from masksearch.search.bm25 import open_search

    work = existing_work(Options(run))
    engine = open_search(work.run, work.recipe.search)
    wanted = top_k or work.recipe.search.top_k
    [hits] = asyncio.run(engine.search([query], top_k=wanted))
    figures = {"query": query, "hits": [hit.model_dump() for hit in hits]}
    tell(Report(figures, hit_lines(hits) or ["nothing was found"]), as_json=as_json)
