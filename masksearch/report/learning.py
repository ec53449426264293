"""The learning curves of a run, as figures with their words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from masksearch.report.charts import Curve, Frame, chart
from masksearch.report.curves import (
    Line,
    Point,
    points,
    read_metrics,
    running_mean,
    thinned,
)
from masksearch.run_folder import RunFolder
from masksearch.stages import DAPO, METRICS, SFT

_SMOOTHED_OVER = 5


class Figure(NamedTuple):
    """A chart with its caption; `legend` names the styles that stand in it."""

    drawing: Markup
    title: str
    caption: str
    legend: tuple[tuple[str, str], ...]


def learning_curves(run: RunFolder) -> list[Figure]:
    """SFT's loss, and DAPO's reward, its parts, lengths and groups, as far as written down."""
    sft = read_metrics(run.stage(SFT).folder / METRICS)
    dapo = read_metrics(run.stage(DAPO).folder / METRICS)
    drawn = (_loss(sft), _reward(dapo), _parts(dapo), _lengths(dapo), _groups(dapo))
    return [figure for figure in drawn if figure]


def _loss(lines: Sequence[Line]) -> Figure | None:
    losses = points(lines, "loss")
    mean = running_mean(losses, _SMOOTHED_OVER)
    curves = [
        Curve("each step", thinned(losses), "faint"),
        Curve(f"mean of the last {_SMOOTHED_OVER} steps", thinned(mean)),
    ]
    what = "Loss per optimizer step of supervised fine-tuning, on the model's own tokens only."
    return _figure("sft-loss", "SFT: loss", what, curves)


def _reward(lines: Sequence[Line]) -> Figure | None:
    rewards = points(lines, "reward", "reward_low", "reward_high")
    what = "Mean reward of the rollouts of each step"
    what += ", with its 95 % interval." if any(p.low is not None for p in rewards) else "."
    return _figure("dapo-reward", "DAPO: reward", what, [Curve("reward", thinned(rewards))])


def _parts(lines: Sequence[Line]) -> Figure | None:
    curves = [
        Curve("answer", thinned(points(lines, "answer"))),
        Curve("format", thinned(points(lines, "format")), "faint"),
        Curve("cut off", thinned(_if_any(points(lines, "cut"))), "second"),
    ]
    what = (
        "What the reward is made of, before weighting, and the share of rollouts that were cut off."
    )
    return _figure("dapo-parts", "DAPO: parts of the reward", what, curves)


def _lengths(lines: Sequence[Line]) -> Figure | None:
    what = (
        "The model's own tokens in a rollout: a reward that can be had by writing more shows here."
    )
    return _figure(
        "dapo-length", "DAPO: length", what, [Curve("tokens", thinned(points(lines, "length")))]
    )


def _groups(lines: Sequence[Line]) -> Figure | None:
    curves = [
        Curve("generated", thinned(points(lines, "groups_generated")), "faint"),
        Curve("kept: rewards differ", thinned(points(lines, "groups_kept"))),
        Curve("reused", thinned(_if_any(points(lines, "groups_reused"))), "second"),
    ]
    what = "Groups of rollouts per step: only those whose rewards differ can be learnt from."
    return _figure("dapo-groups", "DAPO: groups", what, curves)


def _figure(key: str, title: str, what: str, curves: Sequence[Curve]) -> Figure | None:
    shown = [curve for curve in curves if curve.points]
    if not shown:
        return None
    summary = " ".join([what, *(_course(curve) for curve in shown)])
    legend = tuple((curve.style, curve.name) for curve in shown)
    return Figure(chart(shown, Frame(key, title, summary)), title, what, legend)


def _course(curve: Curve) -> str:
    """A curve in words, for those who cannot see it."""
    first, last = curve.points[0], curve.points[-1]
    top, bottom = (f(curve.points, key=lambda point: point.y) for f in (max, min))
    return (
        f"{curve.name.capitalize()}: {first.y:.3g} at step {first.x:g}, {last.y:.3g} at step "
        f"{last.x:g}; highest {top.y:.3g} (step {top.x:g}), lowest {bottom.y:.3g} (step {bottom.x:g})."
    )


def _if_any(given: Sequence[Point]) -> Sequence[Point]:
    """Nothing where every figure is zero: a policy that never reuses needs no line."""
    return given if any(point.y for point in given) else ()
