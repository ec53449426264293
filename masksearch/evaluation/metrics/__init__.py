"""The metrics, in the order of a table's columns: each one a class here and a line below."""

from masksearch.errors import ConfigError
from masksearch.evaluation.metric import Metric
from masksearch.registry import instances

METRICS = instances(
    Metric,  # type: ignore[type-abstract]
    "masksearch.evaluation.metrics.format.Format",
    "masksearch.evaluation.metrics.evidence.EvidenceHit",
    "masksearch.evaluation.metrics.titles.EvidenceRecall",
    "masksearch.evaluation.metrics.recall.TokenRecall",
    "masksearch.evaluation.metrics.exact_match.ExactMatch",
    "masksearch.evaluation.metrics.aliases.AliasExactMatch",
    "masksearch.evaluation.metrics.f1.TokenF1",
    "masksearch.evaluation.metrics.aliases.AliasF1",
    "masksearch.evaluation.metrics.contained.Contained",
    "masksearch.evaluation.metrics.parts.PartsLoose",
    "masksearch.evaluation.metrics.parts.PartsStrict",
    "masksearch.evaluation.metrics.fresh.FreshRelaxed",
    "masksearch.evaluation.metrics.fresh.FreshStrict",
    "masksearch.evaluation.metrics.searches.Searches",
    "masksearch.evaluation.metrics.costs.InvalidTurns",
    "masksearch.evaluation.metrics.costs.TokensUsed",
    "masksearch.evaluation.metrics.costs.Seconds",
    "masksearch.evaluation.metrics.costs.Money",
)
BY_NAME = {metric.name: metric for metric in METRICS}


def metric_named(name: str) -> Metric:
    """The metric of that name or heading; raises ConfigError for what is none."""
    for metric in METRICS:
        if name.lower() in (metric.name, metric.heading.lower()):
            return metric
    raise ConfigError(f"no metric {name!r}: there are {', '.join(BY_NAME)}")
