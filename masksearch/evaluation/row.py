"""What a row of an evaluation is: somebody who solves the tasks, and what that depends on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol

from masksearch.agent_prompt import ROLE, prompt_label, system_prompt
from masksearch.config import EvalConfig, SearchConfig
from masksearch.manifest import Stage
from masksearch.messages import Message
from masksearch.ports import Agent, SearchBackend
from masksearch.run_folder import RunFolder
from masksearch.schemas import Fingerprint, Guard, Prompt
from masksearch.stages import MODEL, StageKind
from prompts import PromptLibrary

if TYPE_CHECKING:
    from masksearch.evaluation.metric import Metric

Inputs = dict[str, str | Stage]
"""What something was made from, by stage, hash or path."""


class Prompting(NamedTuple):
    """How a model is asked: its system message, and messages that stand before every task.

    `max_turns` are those of the recipe unless given.
    """

    system: Callable[[Prompt], str]
    examples: tuple[Message, ...] = ()
    max_turns: int | None = None


class AgentFactory(Protocol):
    """Makes the agents that need a model in this process or a graph; models load when needed."""

    def chat_agent(self, name: str, path: str, prompting: Prompting, *, guard: Guard) -> Agent:
        """A model at a folder, hub id or asset name that searches in turns; raises ModelError."""
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
    """The model before any training, by path."""

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

    def applies(self, run: RunFolder) -> bool:
        """Whether it is evaluated unless rows are named."""
        return True

    @abstractmethod
    def inputs(self, context: EvalContext) -> Inputs:
        """What its episodes depend on beside tasks and search.

        Raises StoreError where a stage is missing.
        """

    def weights(self, run: RunFolder) -> Path | None:
        """The folder of a model that was trained with a search; None for other rows."""
        return None

    def is_outdated(self, run: RunFolder, inputs: Mapping[str, str]) -> bool:
        """Whether episodes made from `inputs` are of a model that was trained again since."""
        return False

    @abstractmethod
    def agent(self, context: EvalContext, guard: Guard) -> Agent:
        """Who solves the tasks, searching under `guard`."""

    def num_tasks(self, settings: EvalConfig) -> int:
        """How many tasks it is given."""
        return settings.other_tasks if self.is_baseline else settings.tasks

    def measures(self, metric: Metric) -> bool:
        """Whether a metric means something for it."""
        return self.answers or not metric.needs_answer


class TrainedModel(Row):
    """The model that a training stage of the run made."""

    stage: ClassVar[StageKind]
    is_stage_of_learning = True

    def inputs(self, context: EvalContext) -> Inputs:
        """The training and the prompt."""
        return {self.name: context.run.finished(self.stage), **context.prompt_input()}

    def weights(self, run: RunFolder) -> Path | None:
        """What the training left; raises StoreError before it is finished."""
        return run.finished(self.stage).folder / MODEL

    def is_outdated(self, run: RunFolder, inputs: Mapping[str, str]) -> bool:
        """Whether the stage was run again since."""
        return self.name in inputs and inputs[self.name] != run.stage(self.stage).hash

    def agent(self, context: EvalContext, guard: Guard) -> Agent:
        """The model with the prompt that it was trained with."""
        path = str(self.weights(context.run))
        return context.agents.chat_agent(self.name, path, Prompting(context.system), guard=guard)
