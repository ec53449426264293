"""`masksearch ask`: put a question to an agent and see how it gets at its answer."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from cli.models import Models, best_model
from cli.options import StrictOption, with_options
from cli.recipe import Recipe
from cli.work import Options, Report, Work, existing_work, heed_mismatches, tell
from masksearch.schemas import MASK
from masksearch.text import printable

if TYPE_CHECKING:
    from cli.waiting import Waiting
    from graphs.agent import GraphAgent
    from masksearch.ports import ChatModel, SearchBackend
    from masksearch.schemas import Trajectory
    from training.config import ModelConfig

TRAINED, ENDPOINT = "trained", "endpoint"
NO_ANSWER = 1
_BETTER_ASKED = (
    f"note: this model has learnt to fill in {MASK}, not to answer questions: "
    f"'She was born in {MASK}.' suits it better than 'Where was she born?'"
)
_ENDPOINT_TOKENS = 512
"""What a language model of any size may think in a turn; a trained one knows its measure."""


class Limits(NamedTuple):
    """What an episode may spend; None where the recipe says."""

    top_k: int | None
    max_turns: int | None
    max_tokens: int | None


@with_options("run", "prompts", "as_json")
def ask(
    options: Options,
    question: Annotated[
        str, typer.Argument(help=r"A question, or a text with \[mask] where something is missing.")
    ],
    model: Annotated[
        str,
        typer.Option(
            "--model",
            help="`trained`: the run's own. Else a model's folder or id, `smollm2`, or `endpoint`: "
            "the one that MASKSEARCH_BASE_URL and MASKSEARCH_MODEL name.",
        ),
    ] = TRAINED,
    title: Annotated[
        str, typer.Option("--title", help="The title of the page that a masked text is from.")
    ] = "",
    top_k: Annotated[
        int | None, typer.Option("--top-k", min=1, help="Hits of a search; else the recipe's.")
    ] = None,
    max_turns: Annotated[
        int | None, typer.Option("--max-turns", min=1, help="Searches at most; else the recipe's.")
    ] = None,
    max_tokens: Annotated[
        int | None,
        typer.Option("--max-tokens", min=8, help="Tokens of a turn at most; else the recipe's."),
    ] = None,
    strict: StrictOption = False,
) -> None:
    """Ask the trained agent, and see its thoughts, searches, answer and sources.

    Ends with code 1 when there was no answer. Nothing is written into the run
    but what a web search engine found and cost.
    """
    from cli.narration import Narrator, ending_lines, say
    from cli.waiting import Waiting
    from masksearch.question import typed_prompt
    from masksearch.schemas import Status, TaskKind

    prompt = typed_prompt(question, title)
    work = existing_work(options)
    made = {"style": work.recipe.ramp.style, "lang": work.run.language}  # as in training
    prompt = prompt.model_copy(update=made)
    if model == TRAINED and prompt.kind is TaskKind.QUESTION:
        typer.echo(_BETTER_ASKED, err=True)
    with Waiting() as waiting, work.run.reading():
        search = _search(work, model, top_k, strict=strict)
        agent = _agent(work, search, model, Limits(top_k, max_turns, max_tokens), waiting)
        ended = asyncio.run(agent.ask(prompt, Narrator(waiting, silent=options.as_json)))
    if options.as_json:
        tell(Report(_without_tokens(ended).model_dump(mode="json"), []), as_json=True)
    else:
        say(ending_lines(prompt, ended))
    if ended.status is not Status.ANSWERED:
        raise typer.Exit(NO_ANSWER)


def _search(work: Work, model: str, top_k: int | None, *, strict: bool) -> SearchBackend:
    """The run's search, once it was compared with the one that the model was trained with."""
    from masksearch.schemas import Guard
    from masksearch.search.fingerprints import mismatch

    config = work.recipe.search
    search = work.searches().open(config)
    if model != ENDPOINT:
        used = search.fingerprint(top_k=top_k or config.top_k, guard=Guard.NONE)
        told = mismatch(Path(_path(work, model)), used)
        heed_mismatches([told] if told else [], strict=strict)
    return search


def _agent(
    work: Work, search: SearchBackend, model: str, limits: Limits, waiting: Waiting
) -> GraphAgent:
    """The agent over a search; raises MaskSearchError before a model is loaded."""
    from graphs.agent import GraphAgent
    from masksearch.agent_prompt import ROLE, system_prompt

    recipe, library = work.recipe, work.library
    library.load(ROLE)
    own_tokens = _ENDPOINT_TOKENS if model == ENDPOINT else recipe.eval.max_tokens
    return GraphAgent(
        "ask",
        _chat(work, model, waiting),
        search,
        system=lambda prompt: system_prompt(library, prompt),
        top_k=limits.top_k or recipe.search.top_k,
        max_turns=limits.max_turns or recipe.eval.max_turns,
        max_tokens=limits.max_tokens or own_tokens,
        seed=recipe.eval.seed,
    )


def _chat(work: Work, model: str, waiting: Waiting) -> ChatModel:
    if model == ENDPOINT:
        return work.chats.role("agent")
    from training.models.paths import check_path

    path = _path(work, model)
    check_path(path, work.settings.home)
    waiting.on(f"loading the model {printable(path)} …", always=True)
    return _loaded(Models(_settled(work.recipe), None, work.settings.home, 1), path)


def _loaded(models: Models, path: str) -> ChatModel:
    """A model that uses the cores which were left idle while it was loaded."""
    from training.other_work import OtherWork

    others = OtherWork()
    chat = models.chat(path)
    from training.models.threads import leave_busy_cores

    leave_busy_cores(others.cores())
    return chat


def _path(work: Work, model: str) -> str:
    return str(best_model(work.run)) if model == TRAINED else model


def _settled(recipe: Recipe) -> ModelConfig:
    """The model's settings with the data type that the run once found out, if it did."""
    from training.models.dtype import MEASURED, chosen

    found = recipe.measured.get(MEASURED)
    return recipe.model if found is None else chosen(recipe.model, found)


def _without_tokens(ended: Trajectory) -> Trajectory:
    """The episode as text alone: token ids are for training."""
    turns = tuple(turn.model_copy(update={"tokens": None}) for turn in ended.turns)
    return ended.model_copy(update={"turns": turns, "final_tokens": None})
