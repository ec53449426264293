"""The metrics, in the order of a table's columns: each one a file here and a line below."""

from masksearch.evaluation.metric import Metric
from masksearch.registry import instances

METRICS = instances(
    Metric,  # type: ignore[type-abstract]
    "masksearch.evaluation.metrics.format.Format",
    "masksearch.evaluation.metrics.evidence.EvidenceHit",
    "masksearch.evaluation.metrics.recall.TokenRecall",
    "masksearch.evaluation.metrics.exact_match.ExactMatch",
    "masksearch.evaluation.metrics.f1.TokenF1",
    "masksearch.evaluation.metrics.searches.Searches",
)
