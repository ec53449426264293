"""What a row of an evaluation is: somebody who solves the tasks, and what that depends on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol

from masksearch.agent_prompt import ROLE, prompt_label, system_prompt
from masksearch.config import EvalConfig, SearchConfig
from masksearch.manifest import Stage
from masksearch.messages import Dialect, Examples, no_examples
from masksearch.ports import Agent, SearchBackend
from masksearch.role_prompt import role_prompt
from masksearch.run_folder import RunFolder
from masksearch.schemas import Fingerprint, Guard, Prompt, TaskKind
from masksearch.search_r1 import ROLE as SEARCH_R1
from masksearch.search_r1 import asked
from masksearch.stages import MODEL, StageKind
from prompts import PromptLibrary

if TYPE_CHECKING:
    from masksearch.evaluation.metric import Metric

Inputs = dict[str, str | Stage]
"""What something was made from, by stage, hash or path."""


class Prompting(NamedTuple):
    """How a model is asked: its system message, and messages that stand before every task.

    `limits` are `max_turns`, `max_tokens` and `top_k` where they are not those of the recipe.
    """

    system: Callable[[Prompt], str]
    examples: Examples = no_examples
    limits: Mapping[str, int] = {}
    only_answers: bool = False
    """Whether it may do nothing else, so that plain words answer a question."""


class AgentFactory(Protocol):
    """Makes the agents that need a model or a graph; models load when needed.

    A model is a folder, a Hugging Face id, the name of an asset, or `endpoint:NAME`.
    """

    def label(self, path: str) -> str:
        """What names a model in a manifest; raises ModelError where that is not known."""
        ...

    def check(self, path: str) -> None:
        """Refuse what can be no model, before hours pass; raises ModelError."""
        ...

    def chat_agent(self, name: str, path: str, prompting: Prompting, *, guard: Guard) -> Agent:
        """A model that searches in turns; raises ModelError."""
        ...

    def rag_agent(self, name: str, path: str, prompting: Prompting, *, guard: Guard) -> Agent:
        """A model that is shown what one search with the task found, and answers."""
        ...

    def search_r1_agent(self, name: str, path: str, prompting: Prompting, *, guard: Guard) -> Agent:
        """A model that is asked and read as Search-R1's published checkpoints are.

        `system` is what the user says to it then.
        """
        ...

    def team_agent(self, name: str, *, guard: Guard) -> Agent:
        """The team of rules that makes traces without a model."""
        ...


@dataclass(frozen=True)
class EvalContext:
    """What a row may make its agent of."""

    run: RunFolder
    search: SearchBackend
    agents: AgentFactory
    library: PromptLibrary
    settings: EvalConfig
    search_settings: SearchConfig
    search_inputs: Inputs
    """What of the run the search depends on."""
    num_masks: tuple[int, ...]
    """The numbers of masks that the recipe makes tasks with."""
    base_model: str
    """The model before any training."""
    kind: TaskKind = TaskKind.RAMP
    """What the tasks are."""

    @property
    def retriever(self) -> Fingerprint:
        """What all rows search with, before any guard."""
        return self.search.fingerprint(top_k=self.search_settings.top_k, guard=Guard.NONE)

    def prompt_input(self, role: str = ROLE) -> Inputs:
        """The prompt file that a role speaks from, for a row's `inputs`."""
        return {"prompt": prompt_label(self.library, self.run.language, role)}

    def system(self, prompt: Prompt) -> str:
        """The system message of an agent that searches."""
        return system_prompt(self.library, prompt)

    def search_r1(self, limits: Mapping[str, int]) -> Prompting:
        """How a model is asked by Search-R1's protocol."""

        def user(prompt: Prompt) -> str:
            return asked(role_prompt(self.library, SEARCH_R1, prompt.lang), prompt)

        return Prompting(user, limits=limits)

    def of(self, row: Row, kind: TaskKind) -> EvalContext:
        """The same for a row, whose protocol may say how far it goes, and tasks of a kind."""
        turns = {name: row.limits[name] for name in row.limits if name in EvalConfig.model_fields}
        hits = {name: row.limits[name] for name in row.limits if name in SearchConfig.model_fields}
        return replace(
            self,
            kind=kind,
            settings=self.settings.changed(**turns),
            search_settings=self.search_settings.changed(**hits),
        )


class Row(ABC):
    """Somebody who solves a benchmark's tasks, under a name."""

    name: str
    explanation: str = ""
    """What a reader of the table must know of it."""
    aliases: ClassVar[tuple[str, ...]] = ()
    """Earlier names, in files and on the command line."""
    is_baseline: ClassVar[bool] = False
    """Whether it is given the smaller number of tasks."""
    answers: ClassVar[bool] = True
    """Whether it answers at all, or searches only."""
    is_stage_of_learning: ClassVar[bool] = False
    """Whether it is the run's own model at a point of its learning."""
    compared_with: ClassVar[str] = ""
    """The row that it is told against: what its training began with."""
    is_sampled: ClassVar[bool] = False
    """Whether something is drawn where samples are asked for."""
    searches: ClassVar[int | None] = None
    """How often it searches at most, where that is no setting."""
    limits: ClassVar[Mapping[str, int]] = {}
    """`max_turns`, `max_tokens` and `top_k`, where its protocol fixes them and no recipe does."""

    def applies(self, run: RunFolder, kind: TaskKind) -> bool:
        """Whether it is evaluated on tasks of a kind unless rows are named."""
        return True

    @abstractmethod
    def inputs(self, context: EvalContext) -> Inputs:
        """What its episodes depend on beside tasks and search.

        Raises StoreError where a stage is missing.
        """

    def check(self, context: EvalContext) -> None:
        """Refuse what cannot be asked; raises MaskSearchError. Called where there is work to do."""
        return

    def weights(self, run: RunFolder) -> Path | None:
        """The folder of a model that was trained with a search; None for other rows."""
        return None

    def is_outdated(self, run: RunFolder, inputs: Mapping[str, str]) -> bool:
        """Whether episodes made from `inputs` are of a model that was trained again since."""
        return False

    @abstractmethod
    def agent(self, context: EvalContext, guard: Guard) -> Agent:
        """Who solves the tasks, searching under `guard`."""

    def measures(self, metric: Metric) -> bool:
        """Whether a metric means something for it."""
        return self.answers or not metric.needs_answer


class TrainedModel(Row):
    """The model that a training stage of the run made."""

    stage: ClassVar[StageKind]
    is_stage_of_learning = True
    is_sampled = True

    def inputs(self, context: EvalContext) -> Inputs:
        """The training and the prompt."""
        role = SEARCH_R1 if self.dialect(context.run) is Dialect.SEARCH_R1 else ROLE
        return {self.name: context.run.finished(self.stage), **context.prompt_input(role)}

    def weights(self, run: RunFolder) -> Path | None:
        """What the training left; raises StoreError before it is finished."""
        return run.finished(self.stage).folder / MODEL

    def is_outdated(self, run: RunFolder, inputs: Mapping[str, str]) -> bool:
        """Whether the stage was run again since."""
        return self.name in inputs and inputs[self.name] != run.stage(self.stage).hash

    def agent(self, context: EvalContext, guard: Guard) -> Agent:
        """The model in the dialect and with the prompt that it was trained with."""
        path, agents = str(self.weights(context.run)), context.agents
        if self.dialect(context.run) is Dialect.SEARCH_R1:
            return agents.search_r1_agent(self.name, path, context.search_r1({}), guard=guard)
        return agents.chat_agent(self.name, path, Prompting(context.system), guard=guard)

    def dialect(self, run: RunFolder) -> Dialect:
        """In which it was trained; raises StoreError before that is finished."""
        return Dialect.CHAT
