"""Whether the answers stood in what an episode's own queries found."""

from statistics import fmean

from masksearch.evaluation.metric import Metric
from masksearch.schemas import Task, Trajectory
from masksearch.scoring.evidence import evidence_hits, evidence_texts


class EvidenceHit(Metric):
    """The share of blanks of which an accepted text stands as whole tokens in a hit.

    Answer recall of open-domain retrieval (Karpukhin et al. 2020, arXiv 2004.04906), taken over all
    hits of an episode. Of an answer with parts, the share of the parts; questions that are
    answered by yes or no are left out, since these stand in any text.
    """

    name = "evidence"
    heading = "evidence hit"
    needs_answer = False

    def value(self, task: Task, trajectory: Trajectory) -> float | None:
        """0 to 1."""
        if not evidence_texts(task):
            return None
        return fmean(evidence_hits(task, trajectory.hits))
