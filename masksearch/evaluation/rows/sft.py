"""The run's model after supervised fine-tuning."""

from masksearch.evaluation.row import TrainedModel
from masksearch.messages import Dialect
from masksearch.run_folder import RunFolder
from masksearch.schemas import TaskKind
from masksearch.stages import SFT


class SftModel(TrainedModel):
    """The model that `train sft` made."""

    name = "sft"
    explanation = "the model after SFT"
    aliases = ("trained",)
    stage = SFT
    compared_with = "agent"

    def applies(self, run: RunFolder, kind: TaskKind) -> bool:
        """On masked texts always, which is what a run is for; on questions where it was done."""
        return kind is TaskKind.RAMP or run.stage(SFT).done

    def dialect(self, run: RunFolder) -> Dialect:
        """That of the exported conversations."""
        learnt = run.finished(SFT).manifest.sources.get("export")  # which an older manifest lacks
        is_other = learnt is not None and learnt.settings.get("dialect") == Dialect.SEARCH_R1
        return Dialect.SEARCH_R1 if is_other else Dialect.CHAT
