"""Whether an episode's own queries found the pages that a question needs."""

from statistics import fmean

from masksearch.evaluation.metric import Metric
from masksearch.schemas import Task, Trajectory
from masksearch.scoring.evidence import needed_titles, titles_found


class EvidenceRecall(Metric):
    """The share of a question's supporting titles of which a page is among the episode's hits.

    Evidence recall as in BrowseComp-Plus (Chen et al. 2025, arXiv 2508.06600), by titles, over
    what all of the episode's own queries brought back.
    """

    name = "titles"
    heading = "evidence recall"
    needs_answer = False

    def value(self, task: Task, trajectory: Trajectory) -> float | None:
        """0 to 1; None for a task that names no pages."""
        if not needed_titles(task):
            return None
        return fmean(titles_found(task, trajectory.hits))
