"""The run's model after reinforcement learning."""

from masksearch.evaluation.row import TrainedModel
from masksearch.run_folder import RunFolder
from masksearch.schemas import TaskKind
from masksearch.stages import DAPO


class DapoModel(TrainedModel):
    """The model that `train dapo` made."""

    name = "dapo"
    explanation = "the model after SFT and DAPO"
    stage = DAPO
    compared_with = "sft"

    def applies(self, run: RunFolder, kind: TaskKind) -> bool:
        """Only where that was done."""
        return run.stage(DAPO).done
