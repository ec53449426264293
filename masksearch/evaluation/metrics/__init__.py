"""The metrics, in the order of a table's columns: each one a file here and a line below."""

from masksearch.evaluation.metric import Metric
from masksearch.evaluation.metrics.evidence import EvidenceHit
from masksearch.evaluation.metrics.exact_match import ExactMatch
from masksearch.evaluation.metrics.f1 import TokenF1
from masksearch.evaluation.metrics.format import Format
from masksearch.evaluation.metrics.recall import TokenRecall
from masksearch.evaluation.metrics.searches import Searches

METRICS: tuple[Metric, ...] = (
    Format(),
    EvidenceHit(),
    TokenRecall(),
    ExactMatch(),
    TokenF1(),
    Searches(),
)
