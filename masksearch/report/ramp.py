"""What a run's tasks are like, as one page that needs no network."""

from __future__ import annotations

from pathlib import Path

from masksearch.masking.statistics import RampStatistics
from masksearch.report.page import environment
from masksearch.store import write_atomically
from masksearch.text import encodable


def write_ramp_page(path: Path, name: str, found: RampStatistics) -> Path:
    """Write the page of a run's tasks; the same tasks give the same page."""
    tables = [(title, list(counts.items())) for title, counts in found.counts.items() if counts]
    page = environment().get_template("ramp.html")
    text = page.render(name=name, total=found.total, tables=tables, histograms=found.histograms)
    write_atomically(path, encodable(text))
    return path
