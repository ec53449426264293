"""The run's model after supervised fine-tuning."""

from masksearch.evaluation.row import TrainedModel
from masksearch.stages import SFT


class SftModel(TrainedModel):
    """The model that `train sft` made."""

    name = "sft"
    explanation = "the model after SFT"
    aliases = ("trained",)
    stage = SFT
    compared_with = "agent"
