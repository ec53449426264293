"""Whether the answers stood in what an episode's own queries found."""

from statistics import fmean

from masksearch.evaluation.metric import Metric
from masksearch.schemas import Task, Trajectory
from masksearch.scoring.episodes import evidence_hits


class EvidenceHit(Metric):
    """The share of blanks of which an accepted text stands as whole tokens in a hit.

    Answer recall of open-domain retrieval (Karpukhin et al. 2020, arXiv 2004.04906), taken over all
    hits of an episode.
    """

    name = "evidence"
    heading = "evidence hit"
    needs_answer = False

    def value(self, task: Task, trajectory: Trajectory) -> float | None:
        """0 to 1."""
        return fmean(evidence_hits(task, trajectory.hits))
