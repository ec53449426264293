"""Small charts as inline SVG: pure functions from figures to markup.

Colours come from the page's style sheet by class, so that a chart is right by day and by
night. Lengths are in the units of a chart's view box.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from markupsafe import Markup

from masksearch.evaluation.statistics import Estimate
from masksearch.report.curves import Point

_WIDTH, _HEIGHT = 360.0, 232.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 38.0, 350.0, 12.0, 190.0
_DOTS = 60
"""Curves of more points are drawn without a dot for each."""
_DOT_RADIUS = 2


class Scale(NamedTuple):
    """A linear map from figures to a place in a drawing."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Where a figure stands."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


class Curve(NamedTuple):
    """Points to be joined; `style` is a class of the style sheet."""

    name: str
    points: Sequence[Point]
    style: str = "main"


class Frame(NamedTuple):
    """A chart's words; `key` makes its ids."""

    key: str
    title: str
    summary: str
    across: str = "step"


def chart(curves: Sequence[Curve], frame: Frame) -> Markup:
    """Curves over steps, with bands where points have intervals; raises ValueError for none."""
    shown = [curve for curve in curves if curve.points]
    xs = [point.x for curve in shown for point in curve.points]
    if not xs:
        raise ValueError("no points to draw")
    across = Scale(*_span(xs), _LEFT, _RIGHT)
    upright = Scale(*_rounded(*_span(_heights(shown))), _BOTTOM, _TOP)
    body = [
        *(_rung(value, upright) for value in ticks(upright.low, upright.high)),
        *(_mark(value, across) for value in ticks(across.low, across.high) if value == int(value)),
        _label(frame.across),
        *(_band(curve, across, upright) for curve in shown),
        *(_line(curve, across, upright) for curve in shown),
    ]
    return _svg(frame, body)


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round figures from `low` to `high`, roughly `about` of them (steps of 1, 2 or 5)."""
    step = _step(low, high, about)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(n * step, 10) for n in range(first, last + 1)]


def interval_bar(figure: Estimate, low: float = 0.0, high: float = 1.0) -> Markup:
    """A mean as a dot on a line from `low` to `high`, its interval as a bar around it."""
    scale = Scale(low, high, 2, 98)
    left, right = (scale(min(max(end, low), high)) for end in (figure.low, figure.high))
    zero = f'<path class="zero" d="M{_n(scale(0))} 0V10"/>' if low < 0 < high else ""
    return Markup(
        '<svg class="interval" viewBox="0 0 100 10" aria-hidden="true" focusable="false">'
        f'<path class="track" d="M2 5H98"/>{zero}'
        f'<path class="reach" d="M{_n(left)} 5H{_n(right)}"/>'
        f'<circle cx="{_n(scale(min(max(figure.mean, low), high)))}" cy="5" r="3"/></svg>'
    )


def share_bar(kept: int, lost: int) -> Markup:
    """What was kept and what was lost, side by side; empty for nothing."""
    if kept + lost <= 0:
        return Markup("")
    share = 100 * kept / (kept + lost)
    return Markup(
        '<svg class="share" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" '
        f'focusable="false"><rect class="kept" width="{_n(share)}" height="6"/>'
        f'<rect class="lost" x="{_n(share)}" width="{_n(100 - share)}" height="6"/></svg>'
    )


def _step(low: float, high: float, about: int) -> float:
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    return next(n * power for n in (1, 2, 5, 10) if n * power >= rough * 0.999)


def _rounded(low: float, high: float) -> tuple[float, float]:
    """The range widened to whole ticks, so that a curve does not end above the last."""
    step = _step(low, high, 5)
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step


def _span(values: Iterable[float]) -> tuple[float, float]:
    """The range of values, widened where they are all alike."""
    every = list(values)
    low, high = min(every), max(every)
    return (low, high) if high - low > 1e-12 else (low - 0.5, high + 0.5)


def _heights(curves: Iterable[Curve]) -> list[float]:
    """All that must fit in; the axis starts at zero unless figures lie below it."""
    every = [h for c in curves for p in c.points for h in (p.y, p.low, p.high) if h is not None]
    return [0.0, *every]


def _svg(frame: Frame, body: Sequence[Markup]) -> Markup:
    return Markup(
        '<svg class="chart" viewBox="0 0 {w} {h}" role="img" aria-labelledby="{k}-t {k}-d">'
        '<title id="{k}-t">{title}</title><desc id="{k}-d">{summary}</desc>{body}</svg>'
    ).format(
        w=_n(_WIDTH),
        h=_n(_HEIGHT),
        k=frame.key,
        title=frame.title,
        summary=frame.summary,
        body=Markup("").join(body),
    )


def _rung(value: float, upright: Scale) -> Markup:
    y = upright(value)
    return Markup(
        f'<path class="grid" d="M{_n(_LEFT)} {_n(y)}H{_n(_RIGHT)}"/>'
        f'<text class="tick" x="{_n(_LEFT - 8)}" y="{_n(y + 4)}" text-anchor="end">{value:g}</text>'
    )


def _mark(value: float, across: Scale) -> Markup:
    return Markup(
        f'<text class="tick" x="{_n(across(value))}" y="{_n(_BOTTOM + 18)}" '
        f'text-anchor="middle">{value:g}</text>'
    )


def _label(text: str) -> Markup:
    place = f'x="{_n((_LEFT + _RIGHT) / 2)}" y="{_n(_HEIGHT - 6)}"'
    return Markup('<text class="axis" {place} text-anchor="middle">{text}</text>').format(
        place=Markup(place), text=text
    )


def _band(curve: Curve, across: Scale, upright: Scale) -> Markup:
    """The area between the ends of the intervals, over the points that have one."""
    bounded = [
        (p.x, p.low, p.high) for p in curve.points if p.low is not None and p.high is not None
    ]
    if not bounded:
        return Markup("")
    above = [(across(x), upright(high)) for x, _, high in bounded]
    below = [(across(x), upright(low)) for x, low, _ in reversed(bounded)]
    return Markup(f'<path class="band {curve.style}" d="{_path([*above, *below])}Z"/>')


def _line(curve: Curve, across: Scale, upright: Scale) -> Markup:
    places = [(across(point.x), upright(point.y)) for point in curve.points]
    line = Markup(f'<path class="line {curve.style}" d="{_path(places)}"/>')
    if len(places) > _DOTS:
        return line
    return line + Markup("").join(
        Markup(
            '<circle class="dot {style}" cx="{x}" cy="{y}" r="{r}"><title>{said}</title></circle>'
        ).format(style=curve.style, x=_n(x), y=_n(y), r=_DOT_RADIUS, said=_said(curve, point))
        for (x, y), point in zip(places, curve.points, strict=True)
    )


def _said(curve: Curve, point: Point) -> str:
    reach = (
        "" if point.low is None or point.high is None else f" [{point.low:.3g}, {point.high:.3g}]"
    )
    return f"{curve.name}, step {point.x:g}: {point.y:.3g}{reach}"


def _path(places: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in places)


def _n(value: float) -> str:
    """A length with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")
