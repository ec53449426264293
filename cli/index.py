"""`masksearch index`: the search index over a run's passages, and its server."""

from __future__ import annotations

import asyncio
import os
from itertools import islice
from typing import Annotated, Literal

import typer

from cli.options import READING, WORKING, LimitOption, with_options
from cli.show import leak_lines
from cli.stages import run_index
from cli.work import (
    Options,
    Report,
    existing_run,
    existing_work,
    open_work,
    perform_one,
    read_settings,
    tell,
    warn,
)
from masksearch.search.engines import INDEX_KINDS, index_kind
from masksearch.stages import INDEX

_LOOPBACK = "127.0.0.1"

app = typer.Typer(no_args_is_help=True, help="The search index over a run's passages.")


@app.command("build")
@with_options(*WORKING)
def build(
    options: Options,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind", help=f"{', '.join(INDEX_KINDS)}; else search.backend.", metavar="KIND"
        ),
    ] = None,
) -> None:
    """Index the passages, for BM25 search unless told otherwise."""
    if kind is not None:
        index_kind(kind)  # here, so that a wrong one begins nothing
    perform_one(open_work(options, {"search": {"backend": kind}}, makes=(INDEX,)), run_index)


@app.command("info")
@with_options(*READING)
def info(options: Options) -> None:
    """Say what the index holds and how it was made."""
    from masksearch.search.index import built_index

    index = built_index(existing_run(options.run))
    files = [path for path in index.folder.rglob("*") if path.is_file()]
    figures = {
        "folder": str(index.folder),
        "passages": index.passages,
        "corpus_hash": index.corpus_hash,
        "bytes": sum(path.stat().st_size for path in files),
        **index.settings,
    }
    said = [
        f"{key}: {value:,}" if isinstance(value, int) else f"{key}: {value}"
        for key, value in figures.items()
    ]
    tell(Report(figures, said), as_json=options.as_json)


@app.command("verify")
@with_options(*READING)
def verify(options: Options) -> None:
    """Check every byte of the index, and that it is of the run's passages."""
    from masksearch.search.index import built_index

    index = built_index(existing_run(options.run))
    index.verify()
    line = f"the index is whole: {index.passages:,} passages"
    tell(Report({"passages": index.passages}, [line]), as_json=options.as_json)


@app.command("serve")
@with_options("run")
def serve(
    options: Options,
    host: Annotated[
        str, typer.Option("--host", help="The address to serve at; 0.0.0.0 for other machines.")
    ] = _LOOPBACK,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")] = (
        8000
    ),
    threads: Annotated[
        int | None, typer.Option("--threads", min=1, help="Searches at once; else one a processor.")
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-host",
            help="Another name by which clients may call the server; may be repeated, * is any.",
            metavar="NAME",
        ),
    ] = None,
) -> None:
    """Serve the index over HTTP, as Search-R1, ZeroSearch and verl ask a retriever.

    POST /retrieve {"queries": […], "topk": n, "return_scores": true}, or {"query": …, "top_k": n}

    GET /health and /metrics

    With MASKSEARCH_RETRIEVER_TOKEN set, clients must send it as a bearer token.

    Ctrl-C ends it, once what is being answered is answered.
    """
    from masksearch.search.factory import SearchFactory
    from masksearch.search.server.app import RetrievalServer
    from masksearch.search.server.hosts import ExpectedHosts, in_url
    from masksearch.search.server.serving import listen, serve_until_told

    run, token = existing_run(options.run), read_settings().retriever_token
    index = SearchFactory(run).open_index()
    listening = listen(host, port)
    address, port = listening.getsockname()[:2]
    hosts = ExpectedHosts(address, [host, *(allow_host or [])])
    server = RetrievalServer(
        index, threads=threads or os.cpu_count() or 1, token=token, hosts=hosts
    )
    if not hosts.only_loopback and not token.get_secret_value():
        warn(f"whoever reaches {host} may search: set MASKSEARCH_RETRIEVER_TOKEN to ask for it")
    said = f"serving {index.num_passages:,} passages at http://{in_url(host)}:{port}/retrieve"
    with run.reading():
        serve_until_told(server.app(), listening, lambda: typer.echo(said, err=True))


@app.command("leaks")
@with_options(*READING)
def leaks(
    options: Options,
    split: Annotated[
        Literal["train", "heldout"], typer.Option("--split", help="Which of the run's tasks.")
    ] = "heldout",
    limit: LimitOption = None,
) -> None:
    """Say how many tasks can be solved by copying, under every guard.

    Each task is searched for with the words around its blanks. It leaks when a near copy of
    its own passage is found that holds an answer.
    """
    from masksearch.evaluation.leaks import leak_rates
    from masksearch.schemas import Guard

    work = existing_work(options)
    config = work.recipe.search
    tasks = list(islice(work.run.tasks(f"{split}.jsonl"), limit))
    search = work.searches().open_whole(config)
    with work.meter("leaks") as progress:
        rates = asyncio.run(
            leak_rates(tasks, search, top_k=config.top_k, guards=list(Guard), progress=progress)
        )
    figures = {"rates": [one.model_dump(mode="json") for one in rates]}
    tell(Report(figures, leak_lines(rates)), as_json=options.as_json)
